// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors that a parent driver reports: poison and RAS events. Only the
 * partition that owns the address is told.
 *
 * A page stays poisoned, whoever owns it, until the parent driver says
 * that it is good. A poisoned page is not mapped, and neither read nor written:
 * not by its guest, nor by new jobs of the engine, nor to clear it.
 * Pages are recorded before the mappings are zapped under the owner's memory
 * lock, so a fault either comes before the zap or sees the record.
 */
#include <linux/bitfield.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/set_memory.h>
#include <linux/string.h>

#include "function/cxl_regs.h"
#include "instance.h"
#include "parent.h"

/**
 * mcxl_poison_find - the first poisoned page of a range
 * @parent: the parent
 * @dpa: first address
 * @len: bytes, not 0
 *
 * Any context.
 *
 * Return: first address of the page, or U64_MAX when none is poisoned
 */
u64 mcxl_poison_find(struct mdev_cxl_parent *parent, u64 dpa, u64 len)
{
	unsigned long page = dpa >> PAGE_SHIFT;

	if (xa_find(&parent->poison, &page, (dpa + len - 1) >> PAGE_SHIFT,
		    XA_PRESENT))
		return (u64)page << PAGE_SHIFT;
	/* Read nothing earlier: pairs with the erasure in unpoison_page() */
	smp_rmb();
	return U64_MAX;
}

/* The instance that owns @dpa, or NULL; they are few and errors are rare */
static struct mcxl_instance *find_owner(struct mdev_cxl_parent *parent,
					u64 dpa)
{
	struct mcxl_instance *inst;

	lockdep_assert_held(&parent->lock);
	list_for_each_entry(inst, &parent->instances, node) {
		if (dpa >= inst->part.dpa.start && dpa <= inst->part.dpa.end)
			return inst;
	}
	return NULL;
}

static int check_range(struct mdev_cxl_parent *parent, u64 dpa, u64 len)
{
	u64 end;

	if (!len || check_add_overflow(dpa, len, &end) ||
	    end > parent->desc.dpa_size)
		return -ERANGE;
	return 0;
}

static void report(struct mcxl_instance *inst, u64 dpa, u32 uncorrectable,
		   u32 correctable)
{
	u32 effects;

	guard(mutex)(&inst->cfg_lock);
	if (!inst->open)
		return;
	effects = mcxl_function_error(inst->function,
				      dpa - inst->part.dpa.start,
				      uncorrectable, correctable);
	if (effects & MCXL_FX_ERROR)
		mcxl_irq_error(inst);
}

static int poison_page(struct mdev_cxl_parent *parent, u64 dpa)
{
	struct mcxl_instance *inst = find_owner(parent, dpa);
	int rc;

	rc = xa_err(xa_store(&parent->poison, dpa >> PAGE_SHIFT,
			     xa_mk_value(1), GFP_KERNEL));
	if (rc)
		return rc;
	/* After we have returned the host unmaps the page from the kernel as well */
	mcxl_clear_settle(parent, dpa);
	if (!inst)
		return 0;

	scoped_guard(rwsem_write, &inst->memory_lock)
		mcxl_memory_zap_page(inst, dpa - inst->part.dpa.start);
	report(inst, dpa, CXL_RAS_UNC_MEM_DATA_ECC, 0);
	return 0;
}

/**
 * mdev_cxl_parent_poison - memory is found to be poisoned
 * @parent: the parent
 * @dpa: first address
 * @len: bytes; every page that they touch is poisoned
 *
 * The owner loses the pages: a touch raises SIGBUS, as for poisoned memory of
 * the host. It finds an uncorrectable memory error in its RAS registers, and
 * its VMM gets an error event. Neighbours notice nothing. The pages stay
 * poisoned, for later owners as well, until mdev_cxl_parent_unpoison().
 *
 * Context: Process context; may sleep. Not from an operation of
 * &mdev_cxl_parent_ops, nor with a lock that any of them takes.
 *
 * Return: 0; -ERANGE when not all of it is device memory that is shared;
 * -ENOMEM: then not all pages are recorded; -ENODEV once the parent is gone: the
 * caller must not claim that the page was handled, as nobody would make it good again
 */
int mdev_cxl_parent_poison(struct mdev_cxl_parent *parent, u64 dpa, u64 len)
{
	int rc;
	u64 at;

	rc = check_range(parent, dpa, len);
	if (rc)
		return rc;

	guard(mutex)(&parent->lock);
	if (parent->gone)
		return -ENODEV;
	for (at = round_down(dpa, PAGE_SIZE); at < dpa + len; at += PAGE_SIZE) {
		rc = poison_page(parent, at);
		if (rc)
			return rc;
		cond_resched();
	}
	return 0;
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_poison, "MDEV_CXL");

/*
 * The kernel's address of a page that was poisoned. After a machine check the kernel
 * has unmapped the page; map it again.
 */
static void *regain(struct mdev_cxl_parent *parent, u64 dpa)
{
	size_t len = PAGE_SIZE;
	void *mem;

	mem = mcxl_dpa_vaddr(parent, dpa, &len);
	if (IS_ENABLED(CONFIG_MEMORY_FAILURE) && !IS_ERR(mem))
		clear_mce_nospec(PHYS_PFN(virt_to_phys(mem)));
	return mem;
}

/*
 * The page was not cleared while it was poisoned, and may hold anybody's data. The lock
 * keeps its piece from being cleared without the page meanwhile: a job that found the
 * page before it was poisoned may write to it after our zeroes, and its owner may close
 * before the page is good.
 */
static int unpoison_page(struct mdev_cxl_parent *parent, u64 dpa)
{
	void *mem;

	guard(mutex)(mcxl_clear_lock_of(parent, dpa / MCXL_PIECE));
	mem = regain(parent, dpa);
	if (IS_ERR(mem))
		return PTR_ERR(mem);
	memset(mem, 0, PAGE_SIZE);
	/* The zeroes first: pairs with mcxl_poison_find() */
	smp_wmb();
	xa_erase(&parent->poison, dpa >> PAGE_SHIFT);
	return 0;
}

/**
 * mdev_cxl_parent_unpoison - poisoned memory is good again
 * @parent: the parent
 * @dpa: first address
 * @len: bytes; every page that they touch is good
 *
 * What was poisoned reads zero.
 *
 * Not immediately after a report by the memory_failure operation of the pages:
 * Linux unmaps such a page from the kernel only when that operation has returned,
 * which may be after this call.
 *
 * Context: As mdev_cxl_parent_poison().
 *
 * Return: 0; -ERANGE when not all of it is device memory that is shared; -EIO while
 * the device is in reset or has failed; -ENODEV once the parent is gone; or an error
 * of &mdev_cxl_parent_ops.get_pfn
 */
int mdev_cxl_parent_unpoison(struct mdev_cxl_parent *parent, u64 dpa, u64 len)
{
	int rc;
	u64 at;

	rc = check_range(parent, dpa, len);
	if (rc)
		return rc;

	guard(mutex)(&parent->lock);
	if (parent->gone)
		return -ENODEV;
	if (parent->blocked)
		return -EIO;
	while ((at = mcxl_poison_find(parent, dpa, len)) != U64_MAX) {
		rc = unpoison_page(parent, at);
		if (rc)
			return rc;
		cond_resched();
	}
	return 0;
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_unpoison, "MDEV_CXL");

/**
 * mcxl_poison_leave - the parent leaves its memory to another driver
 * @parent: the parent, without instances, its thread stopped
 *
 * Poisoned pages are mapped by the kernel again, as all of the memory was before: the
 * next driver does not know of them. Except a page that the host is just handling: it
 * unmaps that after it has told us. May sleep.
 */
void mcxl_poison_leave(struct mdev_cxl_parent *parent)
{
	unsigned long page;
	void *entry;

	scoped_guard(mutex, &parent->lock)
		parent->gone = true;
	xa_for_each(&parent->poison, page, entry) {
		u64 dpa = (u64)page << PAGE_SHIFT;

		if (mcxl_next_populated(parent, dpa, dpa + PAGE_SIZE) == dpa)
			regain(parent, dpa);
	}
}

/**
 * mdev_cxl_parent_ras - the device reports an error that has an address
 * @parent: the parent
 * @dpa: the address; its owner is told
 * @uncorrectable: bits of the RAS Uncorrectable Error Status register (CXL
 *	r3.1 8.2.4.17.1), or 0. With any of them the VMM gets an error event
 * @correctable: bits of the Correctable Error Status register, or 0
 *
 * Context: As mdev_cxl_parent_poison().
 *
 * Return: 0, or -ERANGE when @dpa is not shared device memory
 */
int mdev_cxl_parent_ras(struct mdev_cxl_parent *parent, u64 dpa,
			u32 uncorrectable, u32 correctable)
{
	struct mcxl_instance *inst;
	int rc;

	rc = check_range(parent, dpa, 1);
	if (rc)
		return rc;

	guard(mutex)(&parent->lock);
	inst = find_owner(parent, dpa);
	if (inst)
		report(inst, dpa, uncorrectable, correctable);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_ras, "MDEV_CXL");
