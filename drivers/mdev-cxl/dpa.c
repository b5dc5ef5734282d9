// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who owns which device physical addresses: a resource tree, as the CXL core
 * keeps one for its own decoders.
 *
 * Neither the root nor the children carry IORESOURCE_MEM. On x86 that flag
 * makes allocate_resource() keep clear of what firmware reserved at the same
 * numbers of the host's physical address space, but a DPA is no HPA.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/sizes.h>

#include <kunit/visibility.h>

#include "dpa.h"

/**
 * mcxl_dpa_init - start with all memory free
 * @dpa: tree to set up
 * @size: bytes of device memory, more than 0
 */
void mcxl_dpa_init(struct mcxl_dpa *dpa, u64 size)
{
	dpa->root = (struct resource) {
		.name = "DPA",
		.start = 0,
		.end = size - 1,
	};
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_dpa_init);

/**
 * mcxl_dpa_align - alignment of a partition in DPA space
 * @size: bytes of the partition, not 0
 *
 * A partition of 1 GiB or more starts at a gigabyte, so that a page table
 * can map it with PUDs. A smaller one starts at a multiple of the largest
 * power of two that divides its size: partitions of one power of two tile.
 *
 * Return: the alignment in bytes
 */
u64 mcxl_dpa_align(u64 size)
{
	return size >= SZ_1G ? SZ_1G : size & -size;
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_dpa_align);

/**
 * mcxl_dpa_alloc - take memory for one partition, lowest address first
 * @dpa: tree to take from
 * @res: zeroed; holds the range until mcxl_dpa_free()
 * @size: bytes, not 0
 * @name: of the owner; must live as long as the allocation
 *
 * Return: 0, or -ENOSPC when no free range is long enough
 */
int mcxl_dpa_alloc(struct mcxl_dpa *dpa, struct resource *res, u64 size,
		   const char *name)
{
	res->name = name;
	if (allocate_resource(&dpa->root, res, size, 0, U64_MAX,
			      mcxl_dpa_align(size), NULL, NULL))
		return -ENOSPC;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_dpa_alloc);

/**
 * mcxl_dpa_free - give the memory of a partition back
 * @res: as filled by mcxl_dpa_alloc()
 */
void mcxl_dpa_free(struct resource *res)
{
	release_resource(res);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_dpa_free);

/**
 * struct gap - a free range, which may be empty
 * @start: first DPA
 * @end: one past the last DPA
 * @next: the partition there, or NULL at the end of the memory
 */
struct gap {
	u64 start;
	u64 end;
	const struct resource *next;
};

static struct gap make_gap(const struct mcxl_dpa *dpa, u64 start,
			   const struct resource *next)
{
	return (struct gap) {
		.start = start,
		.end = next ? next->start : dpa->root.end + 1,
		.next = next,
	};
}

/* From the lowest to the highest: before, between and after partitions */
static struct gap first_gap(const struct mcxl_dpa *dpa)
{
	return make_gap(dpa, dpa->root.start, dpa->root.child);
}

static bool next_gap(const struct mcxl_dpa *dpa, struct gap *gap)
{
	if (!gap->next)
		return false;
	*gap = make_gap(dpa, gap->next->end + 1, gap->next->sibling);
	return true;
}

/**
 * mcxl_dpa_size - all memory of the parent
 * @dpa: tree to look at
 *
 * Return: bytes
 */
u64 mcxl_dpa_size(const struct mcxl_dpa *dpa)
{
	return resource_size(&dpa->root);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_dpa_size);

/**
 * mcxl_dpa_available - memory that no partition holds
 * @dpa: tree to look at
 *
 * Return: bytes, in all free ranges together
 */
u64 mcxl_dpa_available(const struct mcxl_dpa *dpa)
{
	struct gap gap = first_gap(dpa);
	u64 sum = 0;

	do {
		sum += gap.end - gap.start;
	} while (next_gap(dpa, &gap));
	return sum;
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_dpa_available);

/**
 * mcxl_dpa_largest - the longest free range
 * @dpa: tree to look at
 *
 * Return: bytes
 */
u64 mcxl_dpa_largest(const struct mcxl_dpa *dpa)
{
	struct gap gap = first_gap(dpa);
	u64 largest = 0;

	do {
		largest = max(largest, gap.end - gap.start);
	} while (next_gap(dpa, &gap));
	return largest;
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_dpa_largest);

/**
 * mcxl_dpa_count - how many partitions of one size would fit now
 * @dpa: tree to look at
 * @size: bytes of each partition, not 0
 *
 * Return: the number of mcxl_dpa_alloc() of @size in a row that would succeed
 */
unsigned int mcxl_dpa_count(const struct mcxl_dpa *dpa, u64 size)
{
	u64 align = mcxl_dpa_align(size), stride = ALIGN(size, align);
	struct gap gap = first_gap(dpa);
	u64 start, count = 0;

	do {
		start = ALIGN(gap.start, align);
		if (start < gap.end && gap.end - start >= size)
			count += div64_u64(gap.end - start - size, stride) + 1;
	} while (next_gap(dpa, &gap));
	return count;
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_dpa_count);
