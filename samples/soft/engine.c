// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: executes the jobs of all partitions, in turns. A turn is worth
 * SOFT_TURN bytes of work, be that a part of one job or many small ones, so
 * that partitions with work get equal shares of it. Memory that has to be made or
 * cleared for a job is work, too. A queue is a partition's end of the engine.
 *
 * Jobs are checked when they are submitted; from then on the guest can't
 * change the registers of the slot. The memory is reached by vDPA only.
 */
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/crc32.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mdev_cxl_soft_regs.h"
#include "soft.h"

#define SOFT_TURN	SZ_256K
/* The least that a piece of work counts for: to start one costs time, too */
#define SOFT_PIECE_MIN	SZ_4K
#define SLOT_REGS	8
/* Before another look, when all that there is to do is stuck */
#define SOFT_RETRY_US	50

/**
 * struct soft_job - a job that was submitted
 * @op: operation
 * @src: vDPA of the source
 * @dst: vDPA of the destination
 * @len: bytes
 * @value: byte to fill with, or checksum so far
 * @done: bytes done
 */
struct soft_job {
	u64 op;
	u64 src;
	u64 dst;
	u64 len;
	u64 value;
	u64 done;
};

/**
 * struct soft_queue - a partition's end of the engine
 * @engine: the engine; its lock protects the rest
 * @part: the partition
 * @node: in the engine's list of those that are ready
 * @slots: registers of the slots
 * @fifo: numbers of the busy slots, as a ring
 * @head: next of @fifo to be executed
 * @busy: busy slots
 * @job: what the slot at @head is to do, once @job.len is not 0
 * @credit: bytes left of its turn; below 0: what it owes to later ones
 * @extra: bytes that @job has cost beside its own, in this piece
 * @tell: raises the interrupts of @ended
 * @ended: vectors of slots that are done, to be raised
 * @work: bytes done since start
 * @started: work is accepted
 * @paused: but not done; nor are interrupts raised
 * @running: the engine is at it, without the lock; @job, @credit and @extra are
 *	its own meanwhile
 */
struct soft_queue {
	struct soft_engine *engine;
	struct mdev_cxl_partition *part;
	struct list_head node;
	u64 slots[MDEV_CXL_SOFT_SLOTS][SLOT_REGS];
	u8 fifo[MDEV_CXL_SOFT_SLOTS];
	unsigned int head;
	unsigned int busy;
	struct soft_job job;
	ssize_t credit;
	size_t extra;
	struct work_struct tell;
	DECLARE_BITMAP(ended, MDEV_CXL_MAX_VECTORS);
	u64 work;
	bool started;
	bool paused;
	bool running;
};

static u64 *slot_reg(struct soft_queue *queue, unsigned int slot,
		     unsigned int reg)
{
	return &queue->slots[slot][reg / sizeof(u64)];
}

static bool in_partition(const struct soft_queue *queue, u64 vdpa, u64 len)
{
	u64 end;

	return len && !check_add_overflow(vdpa, len, &end) &&
	       end <= range_len(&queue->part->dpa);
}

static u64 check_job(const struct soft_queue *queue, const struct soft_job *job)
{
	bool reads = job->op != MDEV_CXL_SOFT_OP_FILL;
	bool writes = job->op != MDEV_CXL_SOFT_OP_CRC32C;

	if (job->op < MDEV_CXL_SOFT_OP_FILL ||
	    job->op > MDEV_CXL_SOFT_OP_CRC32C)
		return MDEV_CXL_SOFT_ERR_OP;
	if ((reads && !in_partition(queue, job->src, job->len)) ||
	    (writes && !in_partition(queue, job->dst, job->len)))
		return MDEV_CXL_SOFT_ERR_RANGE;
	if (reads && writes && job->src < job->dst + job->len &&
	    job->dst < job->src + job->len)
		return MDEV_CXL_SOFT_ERR_OVERLAP;
	return MDEV_CXL_SOFT_BUSY;
}

static struct soft_job load_job(struct soft_queue *queue, unsigned int slot)
{
	return (struct soft_job) {
		.op = *slot_reg(queue, slot, MDEV_CXL_SOFT_OP),
		.src = *slot_reg(queue, slot, MDEV_CXL_SOFT_SRC),
		.dst = *slot_reg(queue, slot, MDEV_CXL_SOFT_DST),
		.len = *slot_reg(queue, slot, MDEV_CXL_SOFT_LEN),
		.value = *slot_reg(queue, slot, MDEV_CXL_SOFT_VALUE),
	};
}

static bool is_at_work(const struct soft_queue *queue)
{
	lockdep_assert_held(&queue->engine->lock);
	return queue->started && !queue->paused;
}

/* One interrupt for several jobs, if they end at the same time */
static void raise_ended(struct soft_queue *queue)
{
	lockdep_assert_held(&queue->engine->lock);
	if (!queue->paused && !bitmap_empty(queue->ended, MDEV_CXL_MAX_VECTORS))
		queue_work(system_dfl_wq, &queue->tell);
}

static void complete_slot(struct soft_queue *queue, unsigned int slot,
			  u64 status)
{
	u64 vector = *slot_reg(queue, slot, MDEV_CXL_SOFT_VECTOR);

	lockdep_assert_held(&queue->engine->lock);
	*slot_reg(queue, slot, MDEV_CXL_SOFT_STATUS) = status;
	if (vector >= MDEV_CXL_MAX_VECTORS)
		return;
	vector = array_index_nospec(vector, MDEV_CXL_MAX_VECTORS);
	__set_bit(vector, queue->ended);
	raise_ended(queue);
}

/*
 * A VMM decides how many wait for its eventfd. Neither the jobs of its neighbours nor
 * who accesses a register of theirs is to wait until all of them are woken.
 */
static void tell_work(struct work_struct *work)
{
	struct soft_queue *queue = container_of(work, struct soft_queue, tell);
	DECLARE_BITMAP(ended, MDEV_CXL_MAX_VECTORS);
	unsigned int vector;

	scoped_guard(spinlock, &queue->engine->lock) {
		bitmap_copy(ended, queue->ended, MDEV_CXL_MAX_VECTORS);
		bitmap_zero(queue->ended, MDEV_CXL_MAX_VECTORS);
	}
	for_each_set_bit(vector, ended, MDEV_CXL_MAX_VECTORS)
		mdev_cxl_partition_signal(queue->part, vector);
}

/* At the end of the line, for a whole turn, less what is owed */
static void line_up(struct soft_queue *queue)
{
	lockdep_assert_held(&queue->engine->lock);
	queue->credit = min(queue->credit + SOFT_TURN, SOFT_TURN);
	list_add_tail(&queue->node, &queue->engine->ready);
}

static void submit(struct soft_queue *queue, u64 number)
{
	struct soft_engine *engine = queue->engine;
	unsigned int slot, tail;
	struct soft_job job;
	u64 status, *reg;

	lockdep_assert_held(&engine->lock);
	if (number >= MDEV_CXL_SOFT_SLOTS)
		return;
	slot = array_index_nospec(number, MDEV_CXL_SOFT_SLOTS);
	reg = slot_reg(queue, slot, MDEV_CXL_SOFT_STATUS);
	if (*reg == MDEV_CXL_SOFT_BUSY)
		return;

	job = load_job(queue, slot);
	status = check_job(queue, &job);
	if (status != MDEV_CXL_SOFT_BUSY) {
		complete_slot(queue, slot, status);
		return;
	}

	*reg = MDEV_CXL_SOFT_BUSY;
	tail = (queue->head + queue->busy) % MDEV_CXL_SOFT_SLOTS;
	queue->fifo[tail] = slot;
	queue->busy++;
	if (list_empty(&queue->node) && !queue->running)
		line_up(queue);
	queue_work(engine->wq, &engine->work);
}

/* The source or destination of what is left of a job, cut to what is there */
static void *job_vaddr(struct soft_queue *queue, u64 vdpa, size_t *len)
{
	bool clean = mdev_cxl_partition_is_clean(queue->part, vdpa, *len);
	size_t cost = clean ? soft_memory_cost(queue->engine->mem,
					       queue->part->dpa.start + vdpa) :
			      SZ_2M;
	void *mem = mdev_cxl_partition_vaddr(queue->part, vdpa, len);

	/* Somebody else may be at it; or there is nothing, and the job ends */
	if (!IS_ERR(mem))
		queue->extra += cost;
	return mem;
}

static int checksum(struct soft_queue *queue, void *src, size_t len)
{
	void *bounce = queue->engine->bounce;
	size_t now;
	int rc;

	for (; len; src += now, len -= now) {
		now = min(len, PAGE_SIZE);
		rc = mdev_cxl_copy_from_memory(bounce, src, now);
		if (rc)
			return rc;
		queue->job.value = crc32c(queue->job.value, bounce, now);
	}
	return 0;
}

/* One piece of the job, within the turn. Returns its bytes, or an errno. */
static ssize_t run_piece(struct soft_queue *queue)
{
	struct soft_job *job = &queue->job;
	size_t len = min_t(u64, job->len - job->done, queue->credit);
	void *src = NULL, *dst = NULL;
	int rc = 0;

	queue->extra = 0;
	if (job->op != MDEV_CXL_SOFT_OP_FILL)
		src = job_vaddr(queue, job->src + job->done, &len);
	if (IS_ERR(src))
		return PTR_ERR(src);
	if (job->op != MDEV_CXL_SOFT_OP_CRC32C)
		dst = job_vaddr(queue, job->dst + job->done, &len);
	if (IS_ERR(dst))
		return PTR_ERR(dst);

	if (!src)
		memset(dst, job->value, len);
	else if (!dst)
		rc = checksum(queue, src, len);
	else
		rc = mdev_cxl_copy_from_memory(dst, src, len);
	if (rc)
		return rc;
	job->done += len;
	return len;
}

static void end_job(struct soft_queue *queue, u64 status)
{
	const struct soft_job *job = &queue->job;
	unsigned int slot = queue->fifo[queue->head];

	if (job->op == MDEV_CXL_SOFT_OP_CRC32C &&
	    status == MDEV_CXL_SOFT_DONE)
		*slot_reg(queue, slot, MDEV_CXL_SOFT_RESULT) = job->value;
	queue->head = (queue->head + 1) % MDEV_CXL_SOFT_SLOTS;
	queue->busy--;
	queue->job = (struct soft_job) {};
	complete_slot(queue, slot, status);
}

/* The partition whose turn it is, or NULL when nobody has work */
static struct soft_queue *take_queue(struct soft_engine *engine)
{
	struct soft_queue *queue;

	guard(spinlock)(&engine->lock);
	for (;;) {
		queue = list_first_entry_or_null(&engine->ready,
						 struct soft_queue, node);
		if (!queue)
			return NULL;
		list_del_init(&queue->node);
		if (queue->credit > 0)
			break;
		/* This turn was to pay for an earlier one */
		line_up(queue);
	}
	queue->running = true;
	if (!queue->job.len)
		queue->job = load_job(queue, queue->fifo[queue->head]);
	return queue;
}

/* What came of a piece */
static void account(struct soft_queue *queue, ssize_t done)
{
	guard(spinlock)(&queue->engine->lock);
	queue->credit -= queue->extra;
	/* Somebody else has the memory, or some of it */
	if (done == -EAGAIN)
		return;
	queue->credit -= max_t(ssize_t, done, SOFT_PIECE_MIN);
	if (!queue->started)
		return;
	queue->work += max(done, 0);
	if (done < 0)
		end_job(queue, MDEV_CXL_SOFT_ERR_MEMORY);
	else if (queue->job.done == queue->job.len)
		end_job(queue, MDEV_CXL_SOFT_DONE);
}

/* Is the one that has come back stuck again, and has nobody got on meanwhile? */
static bool all_are_stuck(struct soft_queue *queue, bool stuck)
{
	struct soft_engine *engine = queue->engine;

	lockdep_assert_held(&engine->lock);
	if (stuck && queue == engine->stuck)
		return true;
	if (!stuck)
		engine->stuck = NULL;
	else if (!engine->stuck && is_at_work(queue))
		engine->stuck = queue;
	return false;
}

/*
 * Its turn goes on while it has work and credit; who is stuck has the rest after
 * all others. Returns whether there is nothing to do for now.
 */
static bool put_queue(struct soft_queue *queue, bool stuck)
{
	struct soft_engine *engine = queue->engine;
	bool wait;

	guard(spinlock)(&engine->lock);
	wait = all_are_stuck(queue, stuck);
	if (is_at_work(queue) && queue->busy) {
		if (queue->credit <= 0)
			line_up(queue);
		else if (stuck)
			list_add_tail(&queue->node, &engine->ready);
		else
			list_add(&queue->node, &engine->ready);
	}
	/* Pairs with soft_queue_stop(), after which the queue may be gone */
	smp_store_release(&queue->running, false);
	wake_up_all(&engine->idle);
	return wait;
}

static void engine_work(struct work_struct *work)
{
	struct soft_engine *engine =
		container_of(work, struct soft_engine, work);
	struct soft_queue *queue;
	ssize_t done;

	while ((queue = take_queue(engine))) {
		done = run_piece(queue);
		account(queue, done);
		/* Those who are waited for need the CPU */
		if (put_queue(queue, done == -EAGAIN))
			usleep_range(SOFT_RETRY_US, 2 * SOFT_RETRY_US);
		cond_resched();
	}
}

/**
 * soft_engine_init - set up the engine
 * @engine: to set up
 * @mem: the memory of all partitions
 *
 * Return: 0 or -ENOMEM
 */
int soft_engine_init(struct soft_engine *engine, const struct soft_memory *mem)
{
	engine->mem = mem;
	spin_lock_init(&engine->lock);
	INIT_LIST_HEAD(&engine->ready);
	init_waitqueue_head(&engine->idle);
	INIT_WORK(&engine->work, engine_work);
	engine->bounce = kmalloc(PAGE_SIZE, GFP_KERNEL);
	if (!engine->bounce)
		return -ENOMEM;
	engine->wq = alloc_workqueue("mdev_cxl_soft", WQ_UNBOUND, 1);
	if (!engine->wq) {
		kfree(engine->bounce);
		return -ENOMEM;
	}
	return 0;
}

/**
 * soft_engine_exit - take the engine down
 * @engine: without queues
 */
void soft_engine_exit(struct soft_engine *engine)
{
	destroy_workqueue(engine->wq);
	kfree(engine->bounce);
}

/**
 * soft_queue_create - connect a partition
 * @engine: to the engine
 * @part: the partition
 *
 * Return: its queue, stopped; or NULL
 */
struct soft_queue *soft_queue_create(struct soft_engine *engine,
				     struct mdev_cxl_partition *part)
{
	struct soft_queue *queue = kzalloc_obj(*queue);

	if (!queue)
		return NULL;
	queue->engine = engine;
	queue->part = part;
	INIT_LIST_HEAD(&queue->node);
	INIT_WORK(&queue->tell, tell_work);
	return queue;
}

/**
 * soft_queue_destroy - disconnect a partition
 * @queue: stopped
 */
void soft_queue_destroy(struct soft_queue *queue)
{
	kfree(queue);
}

/**
 * soft_queue_start - reset values, and work is accepted
 * @queue: stopped
 */
void soft_queue_start(struct soft_queue *queue)
{
	guard(spinlock)(&queue->engine->lock);
	memset(queue->slots, 0, sizeof(queue->slots));
	queue->job = (struct soft_job) {};
	queue->head = 0;
	queue->busy = 0;
	queue->work = 0;
	bitmap_zero(queue->ended, MDEV_CXL_MAX_VECTORS);
	queue->started = true;
	queue->paused = false;
}

static void leave_line(struct soft_queue *queue)
{
	lockdep_assert_held(&queue->engine->lock);
	/* It does not take its turn, so that does not pay for any other */
	if (!list_empty(&queue->node))
		queue->credit -= SOFT_TURN;
	list_del_init(&queue->node);
	if (queue->engine->stuck == queue)
		queue->engine->stuck = NULL;
}

static void wait_idle(struct soft_queue *queue)
{
	/* Pairs with put_queue(); not a lock, which must not be taken here */
	wait_event(queue->engine->idle, !smp_load_acquire(&queue->running));
	cancel_work_sync(&queue->tell);
}

/**
 * soft_queue_stop - drop all jobs
 * @queue: the queue
 *
 * On return the engine does not touch the partition's memory any more, nor raises an
 * interrupt. Takes no longer than one piece of work and what its own VMM has wait for
 * its interrupts.
 */
void soft_queue_stop(struct soft_queue *queue)
{
	scoped_guard(spinlock, &queue->engine->lock) {
		queue->started = false;
		leave_line(queue);
	}
	wait_idle(queue);
}

/**
 * soft_queue_pause - keep all jobs, but do none
 * @queue: the queue, started
 *
 * On return as after soft_queue_stop().
 */
void soft_queue_pause(struct soft_queue *queue)
{
	scoped_guard(spinlock, &queue->engine->lock) {
		queue->paused = true;
		leave_line(queue);
	}
	wait_idle(queue);
}

/**
 * soft_queue_resume - go on with the jobs, and raise interrupts that are due
 * @queue: the queue, paused
 */
void soft_queue_resume(struct soft_queue *queue)
{
	struct soft_engine *engine = queue->engine;

	guard(spinlock)(&engine->lock);
	queue->paused = false;
	raise_ended(queue);
	if (!queue->busy)
		return;
	line_up(queue);
	queue_work(engine->wq, &engine->work);
}

/* The 64-bit register around @offset, as the guest sees it */
static u64 read_reg(struct soft_queue *queue, u32 offset)
{
	u32 at = offset - MDEV_CXL_SOFT_SLOT(0);

	if (offset == MDEV_CXL_SOFT_MAGIC)
		return MDEV_CXL_SOFT_MAGIC_VALUE;
	if (offset == MDEV_CXL_SOFT_WORK)
		return queue->work;
	if (at >= sizeof(queue->slots))
		return 0;
	at = array_index_nospec(at, sizeof(queue->slots));
	return queue->slots[at / sizeof(queue->slots[0])]
			   [at / sizeof(u64) % SLOT_REGS];
}

/**
 * soft_queue_read - read function registers
 * @queue: the partition's queue
 * @offset: naturally aligned
 * @size: 1, 2, 4 or 8 bytes
 *
 * Return: the value
 */
u64 soft_queue_read(struct soft_queue *queue, u32 offset, unsigned int size)
{
	guard(spinlock)(&queue->engine->lock);
	return read_reg(queue, round_down(offset, 8)) >> (offset % 8 * 8);
}

/**
 * soft_queue_write - write function registers
 * @queue: the partition's queue
 * @offset: naturally aligned
 * @size: 1, 2, 4 or 8 bytes
 * @value: what to write
 */
void soft_queue_write(struct soft_queue *queue, u32 offset, unsigned int size,
		      u64 value)
{
	u64 mask = GENMASK_ULL(size * 8 - 1, 0) << (offset % 8 * 8);
	u32 reg = round_down(offset, 8), at = reg - MDEV_CXL_SOFT_SLOT(0);
	u64 *slot;

	value <<= offset % 8 * 8;

	guard(spinlock)(&queue->engine->lock);
	if (!queue->started)
		return;
	/* The doorbell takes the low byte, so a write of any size rings it */
	if (reg == MDEV_CXL_SOFT_DOORBELL && offset == reg) {
		submit(queue, value & mask);
		return;
	}
	if (at >= sizeof(queue->slots))
		return;
	at = array_index_nospec(at, sizeof(queue->slots));
	slot = queue->slots[at / sizeof(queue->slots[0])];
	at = at % sizeof(queue->slots[0]);
	if (at >= MDEV_CXL_SOFT_STATUS ||
	    slot[MDEV_CXL_SOFT_STATUS / sizeof(u64)] == MDEV_CXL_SOFT_BUSY)
		return;
	slot[at / sizeof(u64)] &= ~mask;
	slot[at / sizeof(u64)] |= value & mask;
}
