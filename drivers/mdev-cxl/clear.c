// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is dirty: memory whose content belongs to somebody who is gone.
 *
 * One bit of the parent's bitmap says so for each piece of 2 MiB. It is set
 * when the last user of a partition closes it, when a CXL reset wants its
 * memory cleared, and from the start unless the parent driver vouches for
 * zeroes. No piece is mapped or otherwise reachable while its bit is set: the
 * bit is only set under the memory lock for writing, with all mappings
 * zapped, and every way to a byte, be it fault, read, write or the parent's
 * engine, comes through mcxl_clear() first. So setting bits is all that close
 * and reset do, whatever the size.
 *
 * The bits of a partition belong to its instance, but share words with those
 * of its neighbours: only atomic bit operations touch them.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "instance.h"
#include "parent.h"

static unsigned long piece_of(const struct mcxl_instance *inst, u64 vdpa)
{
	return (inst->part.dpa.start + vdpa) / MCXL_PIECE;
}

/**
 * mcxl_clear_mark - nobody may see what the memory holds now
 * @inst: the instance; its memory_lock held for writing, nothing mapped, the
 *	engine stopped
 */
void mcxl_clear_mark(struct mcxl_instance *inst)
{
	unsigned long *dirty = inst->part.parent->dirty;
	unsigned long piece = piece_of(inst, 0);
	unsigned long end = piece + mcxl_instance_size(inst) / MCXL_PIECE;

	lockdep_assert_held_write(&inst->memory_lock);
	/* Not bitmap_set(): neighbours clear bits of the same words */
	for (; piece < end; piece++)
		set_bit(piece, dirty);
}

/**
 * mcxl_clear_is_clean - is all of a range clean?
 * @inst: the instance
 * @vdpa: first address
 * @len: bytes, not 0
 *
 * Return: true when no piece of the range is dirty
 */
bool mcxl_clear_is_clean(struct mcxl_instance *inst, u64 vdpa, u64 len)
{
	unsigned long *dirty = inst->part.parent->dirty;
	unsigned long last = piece_of(inst, vdpa + len - 1);

	return find_next_bit(dirty, last + 1, piece_of(inst, vdpa)) > last;
}

/**
 * mcxl_dpa_vaddr - where the kernel finds DPA
 * @parent: the parent
 * @dpa: first address
 * @len: in: bytes wanted, not 0; out: how many of these are contiguous
 *
 * Return: kernel address, or an error pointer as &mdev_cxl_parent_ops.get_pfn
 */
void *mcxl_dpa_vaddr(struct mdev_cxl_parent *parent, u64 dpa, size_t *len)
{
	unsigned int order;
	unsigned long pfn;
	size_t offset;
	int rc;

	rc = parent->desc.ops->get_pfn(parent, dpa & PAGE_MASK,
				       get_order(MCXL_PIECE), &pfn, &order);
	if (rc)
		return ERR_PTR(rc);

	offset = dpa % (PAGE_SIZE << order);
	*len = min(*len, (PAGE_SIZE << order) - offset);
	return page_to_virt(pfn_to_page(pfn)) + offset_in_page(dpa);
}

static int clear_piece(struct mdev_cxl_parent *parent, unsigned long piece)
{
	u64 dpa = (u64)piece * MCXL_PIECE, end = dpa + MCXL_PIECE;

	while (dpa < end) {
		u64 poison = mcxl_poison_find(parent, dpa, end - dpa);
		size_t len = min(end, poison) - dpa;
		void *mem;

		/* Not to be touched; cleared when it is good again */
		if (!len) {
			dpa += PAGE_SIZE;
			continue;
		}
		mem = mcxl_dpa_vaddr(parent, dpa, &len);
		if (IS_ERR(mem))
			return PTR_ERR(mem);
		memset(mem, 0, len);
		dpa += len;
		cond_resched();
	}
	return 0;
}

/**
 * mcxl_clear - make sure that a range holds nothing of an earlier owner
 * @inst: the instance
 * @vdpa: first address
 * @len: bytes, not 0; the range is inside the partition
 *
 * Clears what is dirty. The caller either holds memory_lock for reading or is
 * the parent's engine between start and stop, so that nobody marks pieces
 * dirty meanwhile. May sleep.
 *
 * Return: 0, or what &mdev_cxl_parent_ops.get_pfn says
 */
int mcxl_clear(struct mcxl_instance *inst, u64 vdpa, u64 len)
{
	struct mdev_cxl_parent *parent = inst->part.parent;
	unsigned long piece = piece_of(inst, vdpa);
	unsigned long last = piece_of(inst, vdpa + len - 1);
	int rc;

	for (; piece <= last; piece++) {
		/* Pairs with clear_bit_unlock(): a clean bit means zeroes */
		if (!test_bit_acquire(piece, parent->dirty))
			continue;

		guard(mutex)(&inst->clear_lock);
		if (!test_bit(piece, parent->dirty))
			continue;
		rc = clear_piece(parent, piece);
		if (rc)
			return rc;
		clear_bit_unlock(piece, parent->dirty);
	}
	return 0;
}

/**
 * mcxl_clear_vaddr - where the kernel finds vDPA, clean
 * @inst: the instance
 * @vdpa: first address
 * @len: in: bytes wanted, not 0; out: how many of these are contiguous
 *
 * Context as for mcxl_clear().
 *
 * Return: kernel address, or an error pointer: -EIO for a poisoned page, or as
 * &mdev_cxl_parent_ops.get_pfn
 */
void *mcxl_clear_vaddr(struct mcxl_instance *inst, u64 vdpa, size_t *len)
{
	u64 piece_end = round_down(vdpa, MCXL_PIECE) + MCXL_PIECE;
	struct mdev_cxl_parent *parent = inst->part.parent;
	u64 dpa = inst->part.dpa.start + vdpa, poison;
	int rc;

	/* A partition starts at a granule, so pieces of vDPA are pieces of DPA */
	*len = min(*len, piece_end - vdpa);
	poison = mcxl_poison_find(parent, dpa, *len);
	if (poison <= dpa)
		return ERR_PTR(-EIO);
	*len = min(*len, poison - dpa);
	rc = mcxl_clear(inst, vdpa, *len);
	if (rc)
		return ERR_PTR(rc);
	return mcxl_dpa_vaddr(parent, dpa, len);
}
