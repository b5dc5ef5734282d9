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

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define PIECE	(2UL << 20)
#define WORDS	(PIECE / sizeof(uint64_t))

/* What follows is of no use when this is not so */
static void must(bool ok, const char *what)
{
	if (!ok)
		errx(1, "failed: %s", what);
	printf("%s\n", what);
}

static void show_region_caps(struct vfio_region_info *region)
{
	struct vfio_region_info_cap_type *type;
	struct vfio_region_info_cap_sparse_mmap *sparse;
	uint32_t i;

	type = (void *)vfio_region_cap(region, VFIO_REGION_INFO_CAP_TYPE);
	if (type)
		printf("  type %#x, subtype %u\n", type->type, type->subtype);
	sparse = (void *)vfio_region_cap(region,
					 VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	for (i = 0; sparse && i < sparse->nr_areas; i++)
		printf("  mmap of %#llx bytes at %#llx only\n",
		       (unsigned long long)sparse->areas[i].size,
		       (unsigned long long)sparse->areas[i].offset);
}

static void show_region(struct vfio *v, uint32_t index)
{
	struct vfio_region_info *region = vfio_region(v, index);

	if (!region)
		return;
	if (region->size)
		printf("region %u: %#llx bytes%s%s%s\n", index,
		       (unsigned long long)region->size,
		       region->flags & VFIO_REGION_INFO_FLAG_READ ?
		       ", read" : "",
		       region->flags & VFIO_REGION_INFO_FLAG_WRITE ?
		       ", write" : "",
		       region->flags & VFIO_REGION_INFO_FLAG_MMAP ?
		       ", mmap" : "");
	show_region_caps(region);
	free(region);
}

static void show_interrupts(struct vfio *v, uint32_t index)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };

	if (ioctl(v->device, VFIO_DEVICE_GET_IRQ_INFO, &info))
		err(1, "VFIO_DEVICE_GET_IRQ_INFO");
	if (info.count)
		printf("interrupt index %u: %u of them, flags %#x\n", index,
		       info.count, info.flags);
}

static void show_device(struct vfio *v)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	uint32_t i;

	if (ioctl(v->device, VFIO_DEVICE_GET_INFO, &info))
		err(1, "VFIO_DEVICE_GET_INFO");
	printf("device: %u regions, %u interrupt indexes, flags %#x%s\n",
	       info.num_regions, info.num_irqs, info.flags,
	       info.flags & VFIO_DEVICE_FLAGS_CXL ? " (CXL)" : "");
	for (i = 0; i < info.num_regions; i++)
		show_region(v, i);
	for (i = 0; i < info.num_irqs; i++)
		show_interrupts(v, i);
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

static const char * const figures[] = {
	[1] = "ps to read", [2] = "ps to write",
	[4] = "MB/s to read", [5] = "MB/s to write",
};

/* One structure of the CDAT; dword 0 has its type in the lowest byte */
static void show_cdat_entry(const uint32_t *dword)
{
	uint64_t low = dword[2] | (uint64_t)dword[3] << 32;
	uint64_t high = dword[4] | (uint64_t)dword[5] << 32;
	uint8_t type = dword[0], handle = dword[1], figure = dword[1] >> 16;

	if (type == 0)
		printf("CDAT: memory %u: vDPA %#llx, %#llx bytes\n", handle,
		       (unsigned long long)low, (unsigned long long)high);
	else if (type == 1 && figure < 6 && figures[figure])
		printf("CDAT: memory %u: %llu %s\n", handle,
		       (unsigned long long)(low * (uint16_t)high),
		       figures[figure]);
}

/* Table access leads from one structure to the next; the first is a header */
static void show_cdat(struct vfio *v)
{
	uint32_t handle = 0, dword[8];

	while (handle != 0xffff) {
		int nr = vfio_doe(v, 0x1e98, 2, handle << 16, dword, 8);

		if (nr < 1)
			errx(1, "CDAT: no structure %u: %s", handle,
			     strerror(-nr));
		if (handle && nr == 7)
			show_cdat_entry(dword + 1);
		handle = dword[0] >> 16;
	}
}

static bool holds_pattern(const volatile uint64_t *mem)
{
	uint64_t i;

	for (i = 0; i < WORDS && mem[i] == ~i; i++)
		;
	return i == WORDS;
}

/* The memory through the BAR: what a VMM does that knows nothing of CXL */
static void try_aperture(struct vfio *v)
{
	volatile uint64_t *mem;
	uint64_t i;

	must(!vfio_enable_memory(v, true), "memory space is enabled");
	mem = vfio_mmap(v, BAR2, 0, PIECE);
	if (mem == MAP_FAILED)
		err(1, "mmap of BAR2");
	must(!mem[0] && !mem[WORDS - 1], "aperture: reads zero at first");
	for (i = 0; i < WORDS; i++)
		mem[i] = ~i;
	must(holds_pattern(mem), "aperture: holds a pattern");
	munmap((void *)mem, PIECE);
}

/* And through the HDM region, behind a decoder */
static void try_decoder(struct vfio *v)
{
	int region = vfio_find_region(v, VFIO_REGION_TYPE_CXL,
				      VFIO_REGION_SUBTYPE_CXL_HDM);
	volatile uint64_t *mem;
	int64_t ctrl;

	must(region >= 0, "there is an HDM region");
	ctrl = vfio_hdm_commit(v, 0, 4ULL << 30, 256UL << 20);
	must(ctrl >= 0 && ctrl & HDM_CTRL_COMMITTED,
	     "decoder 0: committed, 256 MiB at GPA 4 GiB");
	must(!vfio_hdm_write(v, HDM_GLOBAL, HDM_GLOBAL_ENABLE) &&
	     !vfio_enable_cxl_mem(v, true), "CXL.mem is enabled");

	/* A VMM would now give this to KVM as a memory slot at 4 GiB */
	mem = vfio_mmap(v, region, 0, PIECE);
	if (mem == MAP_FAILED)
		err(1, "mmap of the HDM region");
	must(holds_pattern(mem), "HDM region: the same memory at vDPA 0");
	munmap((void *)mem, PIECE);
}

/* Registers are reset, memory is kept: it is cleared at the last close */
static void try_reset(struct vfio *v)
{
	uint64_t word;

	must(!vfio_reset(v), "reset");
	must(!vfio_hdm_read(v, HDM_CTRL(0)), "decoder 0 is not committed");
	must(vfio_pread(v, BAR2, 8, &word, 8), "memory is out of reach");
	must(!vfio_enable_memory(v, true) &&
	     vfio_read(v, BAR2, 8, 8) == ~1ULL,
	     "and once it is enabled, still there");
}

static void open_instance(struct vfio *v, const char *uuid)
{
	int rc = vfio_open(v, uuid);

	if (rc)
		errx(1, "%s: %s", uuid, strerror(-rc));
	printf("opened by %s\n", v->group < 0 ? "cdev and iommufd" :
						"group and container");
}

int main(int argc, char **argv)
{
	struct vfio v;

	if (argc != 2)
		errx(2, "usage: vfio-client UUID");
	open_instance(&v, argv[1]);
	show_device(&v);
	show_capabilities(&v);
	show_cdat(&v);
	try_aperture(&v);
	try_decoder(&v);
	try_reset(&v);
	vfio_close(&v);

	open_instance(&v, argv[1]);
	must(!vfio_enable_memory(&v, true) && !vfio_read(&v, BAR2, 8, 8),
	     "the next user reads zero");
	vfio_close(&v);
	return 0;
}
