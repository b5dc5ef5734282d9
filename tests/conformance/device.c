// SPDX-License-Identifier: GPL-2.0-only
/* The device under test: open it, find what is in it, set it to a state. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "conformance.h"

uint32_t get(const struct window *w, uint64_t at, unsigned int len)
{
	uint32_t value = 0;

	if (pread(w->fd, &value, len, w->start + at) != (ssize_t)len)
		return ~0u;
	return value;
}

int put(const struct window *w, uint64_t at, unsigned int len, uint32_t value)
{
	ssize_t n = pwrite(w->fd, &value, len, w->start + at);

	if (n < 0)
		return errno;
	return n == (ssize_t)len ? 0 : EIO;
}

static void open_window(struct device *d, struct window *w, uint32_t index)
{
	struct vfio_region_info *info = vfio_region(&d->v, index);

	if (!info)
		err(1, "%s: region %u", d->uuid, index);
	*w = (struct window) { d->v.device, info->offset, info->size };
	free(info);
}

static void open_windows(struct device *d)
{
	uint32_t i;

	open_window(d, &d->config, VFIO_PCI_CONFIG_REGION_INDEX);
	for (i = 0; i < ARRAY_SIZE(d->bar); i++)
		open_window(d, &d->bar[i], VFIO_PCI_BAR0_REGION_INDEX + i);

	d->hdm_index = vfio_find_region(&d->v, VFIO_REGION_TYPE_CXL,
					VFIO_REGION_SUBTYPE_CXL_HDM);
	d->comp_regs_index = vfio_find_region(&d->v, VFIO_REGION_TYPE_CXL,
					      VFIO_REGION_SUBTYPE_CXL_COMP_REGS);
	if (d->hdm_index < 0 || d->comp_regs_index < 0)
		errx(1, "%s: no CXL regions", d->uuid);
	open_window(d, &d->hdm, d->hdm_index);
	open_window(d, &d->comp_regs, d->comp_regs_index);
}

static void find_config_structures(struct device *d)
{
	d->pcie = vfio_find_cap(&d->v, PCI_CAP_ID_EXP);
	d->pm = vfio_find_cap(&d->v, PCI_CAP_ID_PM);
	d->msix = vfio_find_cap(&d->v, PCI_CAP_ID_MSIX);
	d->dvsec = vfio_find_ext_cap(&d->v, PCI_EXT_CAP_ID_DVSEC,
				     DVSEC_DEVICE);
	d->gpf = vfio_find_ext_cap(&d->v, PCI_EXT_CAP_ID_DVSEC,
				   DVSEC_GPF);
	d->flexbus = vfio_find_ext_cap(&d->v, PCI_EXT_CAP_ID_DVSEC,
				       DVSEC_FLEXBUS);
	d->locator = vfio_find_ext_cap(&d->v, PCI_EXT_CAP_ID_DVSEC,
				       DVSEC_LOCATOR);
	d->dsn = vfio_find_ext_cap(&d->v, PCI_EXT_CAP_ID_DSN, -1);
	d->aer = vfio_find_ext_cap(&d->v, PCI_EXT_CAP_ID_ERR, -1);
	d->doe = vfio_find_ext_cap(&d->v, PCI_EXT_CAP_ID_DOE, -1);
	if (!d->pcie || !d->pm || !d->dvsec || !d->locator)
		errx(1, "%s: not a CXL function", d->uuid);
}

/* CXL 8.1.9: block identifier 1 is the component registers */
static void find_block(struct device *d)
{
	uint32_t length = get(&d->config, d->locator + PCI_DVSEC_HEADER1, 4) >> 20;
	uint32_t at;

	for (at = LOCATOR_BLOCK1; at + 8 <= length; at += 8) {
		uint32_t low = get(&d->config, d->locator + at, 4);

		if ((low >> 8 & 0xff) != 1 || (low & 7) > 5)
			continue;
		d->component = &d->bar[low & 7];
		d->block = low & 0xffff0000;
		return;
	}
	errx(1, "%s: no component registers", d->uuid);
}

/* CXL 8.2.4: an array of pointers behind the capability header, at 4 KiB */
static void find_component_structures(struct device *d)
{
	uint32_t cm = d->block + 0x1000, i;
	uint32_t header = get(d->component, cm, 4);

	if ((header & 0xffff) != 1)
		errx(1, "%s: capability header is %#x", d->uuid, header);
	for (i = 1; i <= header >> 24; i++) {
		uint32_t cap = get(d->component, cm + 4 * i, 4);

		switch (cap & 0xffff) {
		case 2:
			d->ras = cm + (cap >> 20);
			break;
		case 4:
			d->link = cm + (cap >> 20);
			break;
		case 5:
			d->decoders = cm + (cap >> 20);
			break;
		}
	}
	if (!d->ras || !d->decoders)
		errx(1, "%s: a Type-2 function has RAS and HDM decoders",
		     d->uuid);
	i = get(d->component, d->decoders, 4) & 0xf;
	d->nr_decoders = i ? 2 * i : 1;
}

void device_open(struct device *d, const char *uuid)
{
	vfio_open_or_exit(&d->v, uuid);
	d->uuid = uuid;
	open_windows(d);
	find_config_structures(d);
	find_block(d);

	/* The component registers are in a BAR. Leave all as it was. */
	vfio_enable_memory(&d->v, true);
	find_component_structures(d);
	vfio_enable_memory(&d->v, false);
}

void device_close(struct device *d)
{
	vfio_close(&d->v);
}

void device_reopen(struct device *d)
{
	device_close(d);
	device_open(d, d->uuid);
}

void device_fresh(struct device *d)
{
	if (vfio_reset(&d->v) || vfio_enable_memory(&d->v, true))
		errx(1, "%s: no reset", d->uuid);
}

void *device_map(struct device *d, uint32_t region, uint64_t at, size_t len)
{
	void *mem = vfio_mmap(&d->v, region, at, len);

	if (mem == MAP_FAILED)
		err(1, "%s: mmap of region %u", d->uuid, region);
	return mem;
}

int device_attribute(struct device *d, const char *name, const char *value)
{
	return put_text(value, "/sys/bus/mdev/devices/%s/%s", d->uuid, name);
}

bool device_inject_ras(struct device *d, uint32_t uncorrectable,
		       uint32_t correctable)
{
	uint64_t dpa = instance_attr(d->uuid, "dpa");

	return !inject(d->uuid, "inject_ras", "%#llx %#x %#x",
		       (unsigned long long)dpa, uncorrectable, correctable);
}
