// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VFIO user API of a CXL function: the selftests of the vfio-cxl series,
 * by their names, and what VMMs rely on besides.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/pci_regs.h>

#include "conformance.h"

#define PIECE	(2 * MIB)
#define BAR2	VFIO_PCI_BAR2_REGION_INDEX

/* The device's information with its capabilities; free() it */
static struct vfio_device_info *device_info(struct device *d)
{
	struct vfio_device_info info = { .argsz = sizeof(info) }, *all;

	if (ioctl(d->v.device, VFIO_DEVICE_GET_INFO, &info))
		return NULL;
	all = calloc(1, info.argsz);
	if (!all)
		return NULL;
	all->argsz = info.argsz;
	if (!ioctl(d->v.device, VFIO_DEVICE_GET_INFO, all))
		return all;
	free(all);
	return NULL;
}

static struct vfio_device_info_cap_cxl *cxl_cap(struct vfio_device_info *info)
{
	uint32_t at = info && info->flags & VFIO_DEVICE_FLAGS_CAPS ?
		      info->cap_offset : 0;

	while (at) {
		struct vfio_info_cap_header *cap = (void *)((char *)info + at);

		if (cap->id == VFIO_DEVICE_INFO_CAP_CXL)
			return (void *)cap;
		at = cap->next;
	}
	return NULL;
}

static void device_is_cxl(struct device *d)
{
	struct vfio_device_info *info = device_info(d);
	struct vfio_device_info_cap_cxl *cap = cxl_cap(info);

	tap_ok(info && info->flags & VFIO_DEVICE_FLAGS_CXL,
	       "device_is_cxl: VFIO_DEVICE_FLAGS_CXL");
	tap_ok(info && info->flags & VFIO_DEVICE_FLAGS_PCI &&
	       info->flags & VFIO_DEVICE_FLAGS_RESET,
	       "device_is_cxl: and it is a PCI device with a reset");
	tap_ok(info && info->num_regions >= VFIO_PCI_NUM_REGIONS + 2 &&
	       info->num_irqs >= VFIO_PCI_REQ_IRQ_INDEX + 1,
	       "device_is_cxl: regions and interrupts that VMMs look for");
	tap_ok(cap, "device_is_cxl: has the CXL capability");
	if (cap) {
		tap_eq(cap->hdm_region_idx, d->hdm_index,
		       "device_is_cxl: it names the HDM region");
		tap_eq(cap->comp_reg_region_idx, d->comp_regs_index,
		       "device_is_cxl: it names the COMP_REGS region");
		tap_ok(&d->bar[cap->comp_reg_bar] == d->component,
		       "device_is_cxl: the same BAR as the register locator");
		tap_eq(cap->comp_reg_offset, d->decoders,
		       "device_is_cxl: the same offset as the capability array");
		tap_eq(cap->comp_reg_size, d->comp_regs.size,
		       "device_is_cxl: the size of the COMP_REGS region");
	}
	free(info);
}

/* P3: without READ and WRITE a VMM maps it PROT_NONE, without MMAP it is slow */
static void check_flags(struct device *d, int index, uint32_t want,
			const char *name)
{
	const uint32_t mask = VFIO_REGION_INFO_FLAG_READ |
			      VFIO_REGION_INFO_FLAG_WRITE |
			      VFIO_REGION_INFO_FLAG_MMAP;
	struct vfio_region_info *info = vfio_region(&d->v, index);

	tap_eq(info ? info->flags & mask : ~0u, want, "region_flags: P3: %s",
	       name);
	free(info);
}

static void region_flags(struct device *d)
{
	const uint32_t rw = VFIO_REGION_INFO_FLAG_READ |
			    VFIO_REGION_INFO_FLAG_WRITE;

	check_flags(d, VFIO_PCI_CONFIG_REGION_INDEX, rw, "config");
	check_flags(d, BAR2, rw | VFIO_REGION_INFO_FLAG_MMAP, "aperture");
	check_flags(d, d->hdm_index, rw | VFIO_REGION_INFO_FLAG_MMAP, "HDM");
	check_flags(d, d->comp_regs_index, rw, "COMP_REGS");
	check_flags(d, VFIO_PCI_ROM_REGION_INDEX, 0, "ROM, which is absent");
	tap_ok(!(d->hdm.size % GRANULE), "region_flags: HDM is whole granules");
	tap_eq(d->comp_regs.size, 0x10 + 0x20 * d->nr_decoders,
	       "region_flags: COMP_REGS is the HDM decoder block");
	tap_ok(d->bar[2].size >= d->hdm.size &&
	       !(d->bar[2].size & (d->bar[2].size - 1)),
	       "region_flags: the aperture is a power of two, for all memory");
}

/* P14: registers have side effects, and must not be mapped past them */
static void comp_bar_sparse_mmap(struct device *d)
{
	int bar = d->component - d->bar;
	struct vfio_region_info *info = vfio_region(&d->v, bar);
	struct vfio_region_info_cap_sparse_mmap *sparse = NULL;
	bool inside = false;
	unsigned int i;

	if (info)
		sparse = (void *)vfio_region_cap(info,
						 VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	for (i = 0; sparse && i < sparse->nr_areas; i++)
		inside |= sparse->areas[i].offset < d->block + 0x10000 &&
			  sparse->areas[i].offset + sparse->areas[i].size >
			  d->block;
	tap_ok(info && (!(info->flags & VFIO_REGION_INFO_FLAG_MMAP) ||
			(sparse && !inside)),
	       "comp_bar_sparse_mmap: P14: no area has component registers");
	tap_ok(vfio_mmap(&d->v, bar, d->block, 4096) == MAP_FAILED,
	       "comp_bar_sparse_mmap: P14: they can't be mapped");
	tap_eq(d->block % 0x10000, 0,
	       "comp_bar_sparse_mmap: CXL 8.1.9: the block is aligned to 64 KiB");
	free(info);
}

/* CXL 8.2.3: the BAR answers byte by byte, and in the middle of registers */
static void comp_bar_rdwr_split(struct device *d)
{
	uint64_t base = d->decoders + HDM_BASE(0), value = 0;

	device_fresh(d);
	put(d->component, base + 3, 2, 0x34f0);
	tap_eq(get(d->component, base, 4), 0xf0000000,
	       "comp_bar_rdwr_split: P9: two bytes, the lower register");
	tap_eq(get(d->component, base + 4, 4), 0x34,
	       "comp_bar_rdwr_split: P9: and the upper one");
	put(d->component, base + 6, 1, 0x12);
	tap_eq(get(d->component, base + 4, 4), 0x120034,
	       "comp_bar_rdwr_split: P9: one byte, the others stay");
	tap_eq(get(d->component, base + 3, 4), 0x120034f0 & 0xffffffff,
	       "comp_bar_rdwr_split: P9: read across two registers");
	vfio_pread(&d->v, d->component - d->bar, base, &value, 8);
	tap_eq(value, 0x00120034f0000000, "comp_bar_rdwr_split: 8 bytes");
}

static void comp_regs_hdm_read(struct device *d)
{
	unsigned int at, wrong = 0;

	device_fresh(d);
	for (at = 0; at < d->comp_regs.size; at += 4)
		wrong += get(&d->comp_regs, at, 4) !=
			 get(d->component, d->decoders + at, 4);
	tap_eq(wrong, 0, "comp_regs_hdm_read: the same as the BAR");
	vfio_enable_memory(&d->v, false);
	tap_ok(get(&d->comp_regs, 0, 4) != ~0u,
	       "comp_regs_hdm_read: also while the BAR does not answer");
}

static int64_t region_access(struct device *d, uint64_t at, size_t len,
			     bool write)
{
	uint64_t value[2] = {};
	uint64_t pos = d->comp_regs.start + at;
	ssize_t n = write ? pwrite(d->v.device, value, len, pos) :
			    pread(d->v.device, value, len, pos);

	return n < 0 ? -errno : n;
}

static void comp_regs_rejects(struct device *d)
{
	const struct {
		const char *name;
		uint64_t at;
		size_t len;
		int64_t want;
	} cases[] = {
		{ "unaligned: 1 byte", 0, 1, -EINVAL },
		{ "unaligned: 2 bytes", 0x10, 2, -EINVAL },
		{ "unaligned: a dword at 1", 1, 4, -EINVAL },
		{ "unaligned: a dword at 2", 0x12, 4, -EINVAL },
		{ "unaligned: 6 bytes", 0x10, 6, -EINVAL },
		{ "aligned: a dword", 0x10, 4, 4 },
		{ "aligned: two dwords", 0x10, 8, 8 },
		{ "out_of_range: past the end", d->comp_regs.size, 4, -EINVAL },
		{ "out_of_range: the last, and more (P20)",
		  d->comp_regs.size - 4, 8, 4 },
		{ "out_of_range: far past", 1ULL << 39, 4, -EINVAL },
		{ "out_of_range: the end of the region's offsets",
		  (1ULL << 40) - 4, 4, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		tap_eq(region_access(d, cases[i].at, cases[i].len, false),
		       cases[i].want, "comp_regs_reject_%s, read",
		       cases[i].name);
		tap_eq(region_access(d, cases[i].at, cases[i].len, true),
		       cases[i].want, "comp_regs_reject_%s, write",
		       cases[i].name);
	}
}

static void hdm_mem_mmap_rw(struct device *d)
{
	volatile uint64_t *mem, *aperture;
	uint64_t value = 0;

	device_fresh(d);
	vfio_enable_all(&d->v, d->hdm.size);
	mem = device_map(d, d->hdm_index, 0, PIECE);
	aperture = device_map(d, BAR2, 0, PIECE);
	mem[5] = 0x0123456789abcdefULL;
	tap_ok(mem[5] == 0x0123456789abcdefULL, "hdm_mem_mmap_rw: holds it");
	vfio_pread(&d->v, d->hdm_index, 40, &value, 8);
	tap_ok(value == 0x0123456789abcdefULL, "hdm_mem_mmap_rw: read() sees it");
	value = ~value;
	vfio_pwrite(&d->v, d->hdm_index, 40, &value, 8);
	tap_ok(mem[5] == value, "hdm_mem_mmap_rw: the mapping sees a write()");
	tap_ok(aperture[5] == value, "hdm_mem_mmap_rw: so does the aperture");

	vfio_enable_memory(&d->v, false);
	tap_ok(faults_on_read(aperture),
	       "hdm_mem_survives_mem_space_toggle: P1: the aperture is shut");
	vfio_enable_memory(&d->v, true);
	tap_ok(!faults_on_read(aperture) && aperture[5] == value,
	       "hdm_mem_survives_mem_space_toggle: P2: and opens again");
	tap_ok(!faults_on_read(mem) && mem[5] == value,
	       "hdm_mem_survives_mem_space_toggle: HDM has all");
	munmap((void *)mem, PIECE);
	munmap((void *)aperture, PIECE);
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static void hdm_mem_huge_mmap(struct device *d)
{
	unsigned int i, wrong = 0;
	uint8_t *mem;
	long before;

	vfio_enable_all(&d->v, d->hdm.size);
	mem = device_map(d, d->hdm_index, 2 * PIECE, PIECE);
	before = faults();
	for (i = 0; i < PIECE; i += 4096)
		mem[i] = i >> 12;
	tap_ok(faults() - before < 16,
	       "hdm_mem_huge_mmap: 2 MiB that are aligned have few faults");
	for (i = 0; i < PIECE; i += 4096)
		wrong += mem[i] != (uint8_t)(i >> 12);
	tap_eq(wrong, 0, "hdm_mem_huge_mmap: and hold what is written");
	munmap(mem, PIECE);
}

static int map_type1(struct device *d, void *mem)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)mem,
		.iova = 4 * GIB,
		.size = PIECE,
	};
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = 4 * GIB,
		.size = PIECE,
	};

	if (ioctl(d->v.container, VFIO_IOMMU_MAP_DMA, &map))
		return errno;
	return ioctl(d->v.container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? errno : 0;
}

static int map_iommufd(struct device *d, void *mem)
{
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct iommu_ioas_map map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE |
			 IOMMU_IOAS_MAP_WRITEABLE,
		.user_va = (uintptr_t)mem,
		.length = PIECE,
		.iova = 4 * GIB,
	};
	struct iommu_destroy destroy = { .size = sizeof(destroy) };
	int rc;

	if (ioctl(d->v.container, IOMMU_IOAS_ALLOC, &alloc))
		return errno;
	map.ioas_id = alloc.out_ioas_id;
	rc = ioctl(d->v.container, IOMMU_IOAS_MAP, &map) ? errno : 0;
	destroy.id = alloc.out_ioas_id;
	ioctl(d->v.container, IOMMU_DESTROY, &destroy);
	return rc;
}

/* A VMM maps all of a guest's memory for DMA, this as well */
static void hdm_mem_ioas_map(struct device *d)
{
	void *mem;

	vfio_enable_all(&d->v, d->hdm.size);
	mem = device_map(d, d->hdm_index, 0, PIECE);
	tap_eq(d->v.group < 0 ? map_iommufd(d, mem) : map_type1(d, mem), 0,
	       "hdm_mem_ioas_map: mapped and unmapped");
	munmap(mem, PIECE);
}

/* What a guest's driver does to find them, from the class code on */
static void guest_hdm_discovery(struct device *d)
{
	tap_ok(d->flexbus && get(&d->config, d->flexbus + 0x0e, 2) & 4,
	       "guest_hdm_discovery: Flex Bus says that CXL.mem is on");
	tap_ok(get(&d->config, d->dvsec + CXL_CAP, 2) & 4,
	       "guest_hdm_discovery: CXL 8.1.3.1: Mem_Capable");
	tap_ok(d->ras && d->decoders,
	       "guest_hdm_discovery: RAS and HDM decoders are there");
	tap_ok(get(&d->config, d->dvsec + 0x1c, 4) & 3,
	       "guest_hdm_discovery: memory information is valid, memory active");
}

static void dvsec_body_read(struct device *d)
{
	uint64_t size = (uint64_t)get(&d->config, d->dvsec + 0x18, 4) << 32 |
			(get(&d->config, d->dvsec + 0x1c, 4) & 0xf0000000);

	tap_eq(size, d->hdm.size,
	       "dvsec_body_read: CXL 8.1.3.8: range 1 is the partition");
	tap_ok((get(&d->config, d->dvsec + CXL_CAP, 2) >> 8 & 7) <= 4,
	       "dvsec_body_read: CXL 8.1.3.1: a reset timeout that exists");
}

static void dvsec_write_virtualized(struct device *d)
{
	uint32_t base = d->dvsec + 0x20, cap = d->dvsec + CXL_CAP;
	uint32_t was = get(&d->config, cap, 2);

	device_fresh(d);
	put(&d->config, cap, 2, ~was);
	tap_eq(get(&d->config, cap, 2), was,
	       "dvsec_write_virtualized: capabilities are read-only");
	put(&d->config, base, 4, 0x12);
	put(&d->config, base + 4, 4, 0x3fffffff);
	tap_eq(get(&d->config, base, 4), 0x12,
	       "dvsec_write_virtualized: base high");
	tap_eq(get(&d->config, base + 4, 4), 0x30000000,
	       "dvsec_write_virtualized: base low, bits 31 to 28");
}

/* P13: what the guest wrote comes back, not an address of the host */
static void hdm_base_shadow_roundtrip(struct device *d)
{
	device_fresh(d);
	vfio_hdm_commit(&d->v, 0, 0x123450000000, GRANULE);
	tap_eq(vfio_hdm_read(&d->v, HDM_BASE(0)), 0x50000000,
	       "hdm_base_shadow_roundtrip: P13: base low");
	tap_eq(vfio_hdm_read(&d->v, HDM_BASE(0) + 4), 0x1234,
	       "hdm_base_shadow_roundtrip: P13: base high");
	vfio_flr(&d->v);
	tap_eq(vfio_hdm_read(&d->v, HDM_BASE(0) + 4), 0x1234,
	       "hdm_base_shadow_roundtrip: P13: over an FLR");
	vfio_reset(&d->v);
	tap_eq(vfio_hdm_read(&d->v, HDM_BASE(0) + 4), 0,
	       "hdm_base_shadow_roundtrip: P13: not over VFIO_DEVICE_RESET");
}

/* Memory at the base of the decoder, as a guest first touches it */
static void hdm_mem_touch_committed_base(struct device *d)
{
	volatile uint8_t *mem;

	device_fresh(d);
	mem = device_map(d, d->hdm_index, 0, 4096);
	tap_ok(faults_on_read(mem),
	       "hdm_mem_touch_committed_base: P1: not before the commit");
	vfio_enable_all(&d->v, d->hdm.size);
	tap_ok(!faults_on_write(mem) && *mem == 0x5a,
	       "hdm_mem_touch_committed_base: and then it is there");
	munmap((void *)mem, 4096);
}

/* P7: nothing of the real device shows behind the virtual one */
static void chains(struct device *d)
{
	unsigned int at, n, last = 0;
	bool forward = true;

	for (at = get(&d->config, PCI_CAPABILITY_LIST, 1), n = 0; at && n < 48;
	     n++) {
		forward = forward && at >= 0x40 && !(at & 3) && at > last;
		last = at;
		at = get(&d->config, at + PCI_CAP_LIST_NEXT, 1);
	}
	tap_ok(!at && forward, "P7: PCIe 7.5.1.1.11: %u capabilities, and an end",
	       n);
	last = 0;
	forward = true;
	for (at = PCI_CFG_SPACE_SIZE, n = 0; at && n < 480; n++) {
		forward = forward && at >= PCI_CFG_SPACE_SIZE && !(at & 3) &&
			  at > last;
		last = at;
		at = get(&d->config, at, 4) >> 20;
	}
	tap_ok(!at && forward, "P7: PCIe 7.6.3: %u extended ones, and an end",
	       n);
}

void test_uapi(struct device *d)
{
	device_is_cxl(d);
	region_flags(d);
	chains(d);
	comp_bar_sparse_mmap(d);
	comp_bar_rdwr_split(d);
	comp_regs_hdm_read(d);
	comp_regs_rejects(d);
	hdm_mem_mmap_rw(d);
	hdm_mem_huge_mmap(d);
	hdm_mem_ioas_map(d);
	hdm_mem_touch_committed_base(d);
	hdm_base_shadow_roundtrip(d);
	guest_hdm_discovery(d);
	dvsec_body_read(d);
	dvsec_write_virtualized(d);
}
