// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dirty memory: its content belongs to an earlier owner.
 *
 * One bit of the parent's bitmap says so for each piece of 2 MiB. It is set
 * when the last user of a partition closes it, when a CXL reset wants its
 * memory cleared, and from the start unless the parent driver vouches for
 * zeroes. No piece is mapped or otherwise reachable while its bit is set: the
 * bit is only set with all mappings zapped, under the memory lock for writing
 * or while the whole device is out of reach, and every access to a byte, be it
 * a fault, a read, a write or the parent's engine, calls mcxl_clear() first.
 * So setting bits is all that close and reset do, whatever the size, and there
 * is no window in which an old byte can be read: before the zap it was not old,
 * and after it nothing leads to it until the piece is zero. The engine is stopped
 * meanwhile, and starts afresh.
 *
 * A thread for each parent clears the rest, at the lowest ordinary priority. A
 * piece is always cleared with its lock held, and its bit is cleared before the
 * lock is released: nobody writes to a piece that another thread still clears. No
 * two granules share a lock: a thread of a guest that hardly gets a CPU, and so is
 * slow to clear a piece, does not make other partitions wait. Nor does the engine,
 * which serves all of them, wait for it: it tries again later. A bit that is set
 * while its piece is being cleared may be lost. That does no harm: nobody could
 * reach the piece, which is zero now.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>

#include <kunit/visibility.h>

#include "instance.h"
#include "parent.h"

/* Before another try, when there were pieces that could not be cleared */
#define RETRY_DELAY	HZ

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
	struct mdev_cxl_parent *parent = inst->part.parent;
	unsigned long i, nr = mcxl_instance_size(inst) / MCXL_PIECE;
	unsigned long *words = parent->dirty + BIT_WORD(piece_of(inst, 0));

	lockdep_assert_held_write(&inst->memory_lock);
	/* A partition is whole granules, so its bits are whole words */
	BUILD_BUG_ON(MDEV_CXL_GRANULE / MCXL_PIECE % BITS_PER_LONG);
	for (i = 0; i < BITS_TO_LONGS(nr); i++)
		WRITE_ONCE(words[i], ~0UL);
	wake_up(&parent->clear_wait);
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

	if (find_next_bit(dirty, last + 1, piece_of(inst, vdpa)) <= last)
		return false;
	/* Pairs with clear_bit_unlock(): clean bits mean zeroes */
	smp_rmb();
	return true;
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
	/* Our own -EAGAIN means that another thread is clearing the piece */
	if (rc == -EAGAIN)
		rc = -EIO;
	if (rc)
		return ERR_PTR(rc);

	offset = dpa % (PAGE_SIZE << order);
	*len = min(*len, (PAGE_SIZE << order) - offset);
	return page_to_virt(pfn_to_page(pfn)) + offset_in_page(dpa);
}

/**
 * mcxl_next_populated - where there may be something, from some DPA on
 * @parent: the parent
 * @dpa: first address
 * @end: where to end
 *
 * Return: as &mdev_cxl_parent_ops.next_populated; @dpa without that
 */
u64 mcxl_next_populated(struct mdev_cxl_parent *parent, u64 dpa, u64 end)
{
	const struct mdev_cxl_parent_ops *ops = parent->desc.ops;

	return ops->next_populated ? ops->next_populated(parent, dpa, end) :
				     dpa;
}

static int clear_piece(struct mdev_cxl_parent *parent, unsigned long piece)
{
	u64 dpa = (u64)piece * MCXL_PIECE, end = dpa + MCXL_PIECE;

	while ((dpa = mcxl_next_populated(parent, dpa, end)) < end) {
		u64 poison = mcxl_poison_find(parent, dpa, end - dpa);
		size_t len = min(end, poison) - dpa;
		void *mem;

		/* Not to be touched; cleared when it is found to be good */
		if (dpa == poison) {
			dpa += PAGE_SIZE;
			continue;
		}
		mem = mcxl_dpa_vaddr(parent, dpa, &len);
		if (IS_ERR(mem))
			return PTR_ERR(mem);
		memset(mem, 0, len);
		dpa += len;
	}
	return 0;
}

/**
 * mcxl_clear_lock_of - the lock that is held while a piece is cleared
 * @parent: the parent
 * @piece: its number, from DPA 0 on
 *
 * Return: the lock, which other pieces of the same granule may have as well
 */
struct mutex *mcxl_clear_lock_of(struct mdev_cxl_parent *parent,
				 unsigned long piece)
{
	unsigned long granule = piece / (MDEV_CXL_GRANULE / MCXL_PIECE);

	return &parent->clear_locks[granule * MCXL_CLEAR_LOCKS +
				    piece % MCXL_CLEAR_LOCKS];
}

/* Clear one piece if it is dirty; its lock is held */
static int make_clean_locked(struct mdev_cxl_parent *parent,
			     unsigned long piece)
{
	int rc;

	lockdep_assert_held(mcxl_clear_lock_of(parent, piece));
	if (!test_bit(piece, parent->dirty))
		return 0;
	rc = clear_piece(parent, piece);
	if (!rc)
		clear_bit_unlock(piece, parent->dirty);
	return rc;
}

static int make_clean(struct mdev_cxl_parent *parent, unsigned long piece)
{
	guard(mutex)(mcxl_clear_lock_of(parent, piece));
	return make_clean_locked(parent, piece);
}

/* Unless another thread has the lock */
static int try_clean(struct mdev_cxl_parent *parent, unsigned long piece)
{
	ACQUIRE(mutex_try, lock)(mcxl_clear_lock_of(parent, piece));

	if (ACQUIRE_ERR(mutex_try, &lock))
		return -EAGAIN;
	return make_clean_locked(parent, piece);
}

/**
 * mcxl_clear_settle - wait until nobody clears a page any more
 * @parent: the parent
 * @dpa: of the page, which was added to the poisoned ones
 *
 * A thread that is clearing it now may have looked for poison too early; those
 * that come later find it.
 */
void mcxl_clear_settle(struct mdev_cxl_parent *parent, u64 dpa)
{
	guard(mutex)(mcxl_clear_lock_of(parent, dpa / MCXL_PIECE));
}

/**
 * mcxl_clear - make sure that a range holds nothing of an earlier owner
 * @inst: the instance
 * @vdpa: first address
 * @len: bytes, not 0; the range is inside the partition
 * @wait: wait for another thread that is clearing some of it, or another piece
 *	with the same lock
 *
 * Clears what is dirty. The caller either holds memory_lock for reading or is
 * the parent's engine while it may work, so no piece becomes dirty meanwhile. May
 * sleep.
 *
 * Return: 0, what &mdev_cxl_parent_ops.get_pfn says, or without @wait -EAGAIN
 */
int mcxl_clear(struct mcxl_instance *inst, u64 vdpa, u64 len, bool wait)
{
	struct mdev_cxl_parent *parent = inst->part.parent;
	unsigned long piece = piece_of(inst, vdpa);
	unsigned long last = piece_of(inst, vdpa + len - 1);
	int rc;

	for (; piece <= last; piece++) {
		/* Pairs with clear_bit_unlock(): a clean bit means zeroes */
		if (!test_bit_acquire(piece, parent->dirty))
			continue;
		rc = wait ? make_clean(parent, piece) :
			    try_clean(parent, piece);
		if (rc)
			return rc;
	}
	return 0;
}

/**
 * mcxl_clear_vaddr - where the kernel finds vDPA, clean
 * @inst: the instance
 * @vdpa: first address
 * @len: in: bytes wanted, not 0; out: how many of these are contiguous
 * @wait: as for mcxl_clear(), and the context
 *
 * Return: kernel address, or an error pointer: -EIO for a poisoned page, or as
 * mcxl_clear()
 */
void *mcxl_clear_vaddr(struct mcxl_instance *inst, u64 vdpa, size_t *len,
		       bool wait)
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
	rc = mcxl_clear(inst, vdpa, *len, wait);
	if (rc)
		return ERR_PTR(rc);
	return mcxl_dpa_vaddr(parent, dpa, len);
}

static unsigned long nr_pieces(const struct mdev_cxl_parent *parent)
{
	return parent->desc.dpa_size / MCXL_PIECE;
}

/**
 * mcxl_clear_dirty_bytes - how much of a range is dirty
 * @parent: the parent
 * @dpa: first address, a multiple of MDEV_CXL_GRANULE
 * @len: bytes, likewise
 *
 * Return: bytes
 */
u64 mcxl_clear_dirty_bytes(struct mdev_cxl_parent *parent, u64 dpa, u64 len)
{
	unsigned long *words = parent->dirty + BIT_WORD(dpa / MCXL_PIECE);

	return (u64)bitmap_weight(words, len / MCXL_PIECE) * MCXL_PIECE;
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_clear_dirty_bytes);

/*
 * The thread clears one piece, unless the device must not be touched now. A thread
 * that is about to block the device waits for the gate. So with the gate held we must
 * not wait for a thread of a guest, which may take long to clear a piece.
 */
static int clear_in_turn(struct mdev_cxl_parent *parent, unsigned long piece)
{
	guard(mutex)(&parent->clear_gate);
	return parent->blocked ? 0 : try_clean(parent, piece);
}

static bool wants_clearing(struct mdev_cxl_parent *parent)
{
	return !READ_ONCE(parent->blocked) &&
	       !bitmap_empty(parent->dirty, nr_pieces(parent));
}

/* One pass over all dirty pieces, unless told to stop. Is anything left? */
static bool clear_all(struct mdev_cxl_parent *parent)
{
	unsigned long piece;
	bool left = false;

	for_each_set_bit(piece, parent->dirty, nr_pieces(parent)) {
		if (kthread_should_stop() || READ_ONCE(parent->blocked))
			break;
		if (clear_in_turn(parent, piece))
			left = true;
		cond_resched();
	}
	return left;
}

/*
 * At the lowest ordinary priority, so that it does not get in the way. Not
 * SCHED_IDLE: a fault may wait for the piece that the thread is clearing, so the
 * thread must make progress on a busy host, too.
 */
static int clear_thread(void *data)
{
	struct mdev_cxl_parent *parent = data;

	set_user_nice(current, MAX_NICE);
	while (!kthread_should_stop()) {
		wait_event_interruptible(parent->clear_wait,
					 kthread_should_stop() ||
					 wants_clearing(parent));
		if (clear_all(parent))
			wait_event_interruptible_timeout(parent->clear_wait,
							 kthread_should_stop(),
							 RETRY_DELAY);
	}
	return 0;
}

/**
 * mcxl_clear_init - get what it takes to clear
 * @parent: the parent; its desc is filled
 *
 * Return: 0 or -ENOMEM
 */
int mcxl_clear_init(struct mdev_cxl_parent *parent)
{
	unsigned long i, nr;

	nr = parent->desc.dpa_size / MDEV_CXL_GRANULE * MCXL_CLEAR_LOCKS;
	parent->clear_locks = kvcalloc(nr, sizeof(*parent->clear_locks),
				       GFP_KERNEL);
	if (!parent->clear_locks)
		return -ENOMEM;
	for (i = 0; i < nr; i++)
		mutex_init(&parent->clear_locks[i]);
	return 0;
}

/**
 * mcxl_clear_start - start to clear what is dirty
 * @parent: the parent
 *
 * Return: 0, -ENOMEM, or -EINTR when a signal came meanwhile
 */
int mcxl_clear_start(struct mdev_cxl_parent *parent)
{
	struct device *dev = parent->desc.dev;
	struct task_struct *thread;

	/* It prefers the CPUs of its node */
	thread = kthread_create_on_node(clear_thread, parent, dev_to_node(dev),
					"mdev_cxl/%s", dev_name(dev));
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	parent->clear_thread = thread;
	wake_up_process(thread);
	return 0;
}

/**
 * mcxl_clear_stop - stop, at once but for the piece that is under way
 * @parent: the parent
 */
void mcxl_clear_stop(struct mdev_cxl_parent *parent)
{
	kthread_stop(parent->clear_thread);
}
