// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who answers at a guest physical address that is not a memory slot: one table
 * of ranges. Those of BARs move as the guest programs them.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/pci_regs.h>

#include "vmm.h"

#define NR_BARS	(PCI_STD_NUM_BARS)
/* The one device on our bus: 00:01.0 */
#define DEVFN	(1 << 3)

/**
 * struct range - guest physical addresses that have an owner
 * @name: for messages
 * @area: its addresses; of size 0 while it does not answer
 * @forward: pass an access at an offset on to the device; NULL: nobody answers
 * @region: VFIO region of a BAR
 * @bar_size: bytes of a BAR
 */
struct range {
	const char *name;
	struct area area;
	int (*forward)(struct vm *vm, const struct range *range, uint64_t at,
		       void *data, uint32_t len, bool write);
	uint32_t region;
	uint64_t bar_size;
};

static int forward(struct vm *vm, uint32_t region, uint64_t at, void *data,
		   uint32_t len, bool write)
{
	return write ? vfio_pwrite(&vm->dev, region, at, data, len) :
		       vfio_pread(&vm->dev, region, at, data, len);
}

static int forward_bar(struct vm *vm, const struct range *range, uint64_t at,
		       void *data, uint32_t len, bool write)
{
	return forward(vm, range->region, at, data, len, write);
}

/* 4 KiB of configuration space for each function of the bus */
static int forward_ecam(struct vm *vm, const struct range *range, uint64_t at,
			void *data, uint32_t len, bool write)
{
	(void)range;
	if (at / PCI_CFG_SPACE_EXP_SIZE != DEVFN)
		return -ENODEV;
	return forward(vm, VFIO_PCI_CONFIG_REGION_INDEX,
		       at % PCI_CFG_SPACE_EXP_SIZE, data, len, write);
}

#define BAR(n)								\
	{								\
		.name = "BAR" #n,					\
		.forward = forward_bar,					\
		.region = VFIO_PCI_BAR##n##_REGION_INDEX,		\
	}

/* vm->lock protects the areas of BARs */
static struct range ranges[] = {
	BAR(0), BAR(1), BAR(2), BAR(3), BAR(4), BAR(5),
	{
		.name = "ECAM",
		.area = { ECAM_BASE, ECAM_SIZE },
		.forward = forward_ecam,
	}, {
		/* Never seen here, but no place for anything else */
		.name = "RAM",
		.area = { 0, RAM_SIZE },
	}, {
		.name = "the platform",
		.area = { PLATFORM_BASE, PLATFORM_SIZE },
	},
};

#define NR_RANGES	(sizeof(ranges) / sizeof(ranges[0]))

static bool overlaps(const struct area *a, const struct area *b)
{
	return a->size && b->size && a->base <= b->base + (b->size - 1) &&
	       b->base <= a->base + (a->size - 1);
}

static const struct range *find(const struct area *area)
{
	unsigned int i;

	for (i = 0; i < NR_RANGES; i++) {
		if (overlaps(&ranges[i].area, area))
			return &ranges[i];
	}
	return NULL;
}

/* What is in the way of memory at @area, or NULL; vm->lock held */
const char *mmio_owner(const struct area *area)
{
	const struct range *range = find(area);

	return range ? range->name : NULL;
}

void mmio_init(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < NR_BARS; i++) {
		struct vfio_region_info *info =
			vfio_region(&vm->dev, ranges[i].region);

		if (!info)
			errx(1, "%s is not there", ranges[i].name);
		ranges[i].bar_size = info->size;
		free(info);
	}
}

/* BARs are where the guest has put them; vm->lock held */
void mmio_follow(struct vm *vm)
{
	uint32_t header[PCI_STD_HEADER_SIZEOF / 4];
	bool enabled;
	unsigned int i;

	if (vfio_pread(&vm->dev, VFIO_PCI_CONFIG_REGION_INDEX, 0, header,
		       sizeof(header)))
		memset(header, 0, sizeof(header));
	enabled = header[PCI_COMMAND / 4] & PCI_COMMAND_MEMORY;

	for (i = 0; i < NR_BARS; i++) {
		const uint32_t *bar = &header[PCI_BASE_ADDRESS_0 / 4 + i];
		struct area *area = &ranges[i].area;

		area->size = enabled ? ranges[i].bar_size : 0;
		area->base = bar[0] & PCI_BASE_ADDRESS_MEM_MASK;
		if (bar[0] & PCI_BASE_ADDRESS_MEM_TYPE_64)
			area->base |= (uint64_t)bar[1] << 32;
	}
}

/*
 * One access by the guest. Where nobody answers, reads give all-ones and writes
 * are dropped, as on a real bus; then this returns false.
 */
bool mmio_access(struct vm *vm, uint64_t gpa, void *data, uint32_t len,
		 bool write)
{
	const struct area area = { gpa, len };
	const struct range *range;
	int rc = -ENODEV;

	pthread_mutex_lock(&vm->lock);
	range = find(&area);
	if (range && range->forward)
		rc = range->forward(vm, range, gpa - range->area.base, data,
				    len, write);
	if (!rc && write)
		vm_follow(vm);
	pthread_mutex_unlock(&vm->lock);

	if (rc && !write)
		memset(data, 0xff, len);
	return !rc;
}
