// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-client UUID: what a VMM does with an instance, from open to reset, with
 * a line for each step. To be read as much as to be run.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/pci_regs.h>

#include "vfio.h"

#define PIECE	(2UL << 20)

static void show_device(struct vfio *v)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	uint32_t i;

	if (ioctl(v->device, VFIO_DEVICE_GET_INFO, &info))
		err(1, "VFIO_DEVICE_GET_INFO");
	printf("device: %u regions, %u interrupt indexes, flags %#x%s\n",
	       info.num_regions, info.num_irqs, info.flags,
	       info.flags & VFIO_DEVICE_FLAGS_CXL ? " (CXL)" : "");

	for (i = 0; i < info.num_regions; i++) {
		struct vfio_region_info *region = vfio_region(v, i);

		if (!region)
			continue;
		if (region->size)
			printf("region %u: %#llx bytes%s%s%s\n", i,
			       (unsigned long long)region->size,
			       region->flags & VFIO_REGION_INFO_FLAG_READ ?
			       ", read" : "",
			       region->flags & VFIO_REGION_INFO_FLAG_WRITE ?
			       ", write" : "",
			       region->flags & VFIO_REGION_INFO_FLAG_MMAP ?
			       ", mmap" : "");
		free(region);
	}
}

static uint32_t config(struct vfio *v, uint32_t at, size_t len)
{
	return vfio_read(v, VFIO_PCI_CONFIG_REGION_INDEX, at, len);
}

static void show_capabilities(struct vfio *v)
{
	uint32_t at;

	printf("PCI %04x:%04x, class %06x\n", config(v, PCI_VENDOR_ID, 2),
	       config(v, PCI_DEVICE_ID, 2),
	       config(v, PCI_CLASS_REVISION, 4) >> 8);
	for (at = config(v, PCI_CAPABILITY_LIST, 1); at;
	     at = config(v, at + PCI_CAP_LIST_NEXT, 1))
		printf("capability %#x at %#x\n", config(v, at, 1), at);
	for (at = PCI_CFG_SPACE_SIZE; at; at = config(v, at, 4) >> 20) {
		uint32_t id = config(v, at, 2);

		if (id == PCI_EXT_CAP_ID_DVSEC)
			printf("DVSEC of %04x, id %u, at %#x\n",
			       config(v, at + PCI_DVSEC_HEADER1, 2),
			       config(v, at + PCI_DVSEC_HEADER2, 2), at);
		else
			printf("extended capability %#x at %#x\n", id, at);
	}
}

/* The memory through the BAR: what a VMM does that knows nothing of CXL */
static void try_aperture(struct vfio *v)
{
	volatile uint64_t *mem;

	if (vfio_enable_memory(v, true))
		errx(1, "cannot enable memory");
	mem = vfio_mmap(v, VFIO_PCI_BAR2_REGION_INDEX, 0, PIECE);
	if (mem == MAP_FAILED)
		err(1, "mmap of BAR2");
	printf("aperture: reads %#llx at first,", (unsigned long long)mem[0]);
	mem[0] = 0x6d6465762d63786cULL;
	printf(" %#llx after a write\n", (unsigned long long)mem[0]);
	munmap((void *)mem, PIECE);
}

/* And through the HDM region, behind a decoder */
static void try_decoder(struct vfio *v)
{
	int region = vfio_find_region(v, VFIO_REGION_TYPE_CXL,
				      VFIO_REGION_SUBTYPE_CXL_HDM);
	volatile uint64_t *mem;
	int64_t ctrl;

	if (region < 0)
		errx(1, "no HDM region");
	ctrl = vfio_hdm_commit(v, 0, 4ULL << 30, 256UL << 20);
	printf("decoder 0: 256 MiB at GPA 4 GiB, control %#llx%s\n",
	       (unsigned long long)ctrl,
	       ctrl >= 0 && ctrl & HDM_CTRL_COMMITTED ? ", committed" : "");
	if (vfio_hdm_write(v, HDM_GLOBAL, HDM_GLOBAL_ENABLE) ||
	    vfio_enable_cxl_mem(v, true))
		errx(1, "cannot enable CXL.mem");

	/* A VMM would now give this to KVM as a memory slot at 4 GiB */
	mem = vfio_mmap(v, region, 0, PIECE);
	if (mem == MAP_FAILED)
		err(1, "mmap of the HDM region");
	printf("HDM region: reads %#llx at vDPA 0, the same memory\n",
	       (unsigned long long)mem[0]);
	munmap((void *)mem, PIECE);
}

int main(int argc, char **argv)
{
	struct vfio v;
	int rc;

	if (argc != 2)
		errx(2, "usage: vfio-client UUID");
	rc = vfio_open(&v, argv[1]);
	if (rc)
		errx(1, "%s: %s", argv[1], strerror(-rc));
	printf("opened by %s\n", v.group < 0 ? "cdev and iommufd" :
					       "group and container");
	show_device(&v);
	show_capabilities(&v);
	try_aperture(&v);
	try_decoder(&v);
	rc = vfio_reset(&v);
	printf("reset: %s, decoder 0 has control %#x\n", strerror(-rc),
	       vfio_hdm_read(&v, HDM_CTRL(0)));
	vfio_close(&v);
	return 0;
}
