/* SPDX-License-Identifier: GPL-2.0-only */
/* The software accelerator: its memory and its engine */
#ifndef _MDEV_CXL_SOFT_H
#define _MDEV_CXL_SOFT_H

#include <linux/list.h>
#include <linux/mdev_cxl.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

struct soft_piece;
struct soft_queue;

/**
 * struct soft_memory - device memory in host RAM
 * @size: bytes, a multiple of 2 MiB
 * @node: NUMA node
 * @pieces: one for each 2 MiB
 */
struct soft_memory {
	u64 size;
	int node;
	struct soft_piece *pieces;
};

int soft_memory_init(struct soft_memory *mem, u64 size, int node);
void soft_memory_exit(struct soft_memory *mem);
size_t soft_memory_cost(const struct soft_memory *mem, u64 dpa);
u64 soft_memory_next_populated(const struct soft_memory *mem, u64 dpa, u64 end);
int soft_memory_get_pfn(struct soft_memory *mem, u64 dpa,
			unsigned int max_order, unsigned long *pfn,
			unsigned int *order);

/**
 * struct soft_engine - one engine for all partitions
 * @wq: runs @work
 * @bounce: a page for what @work computes a checksum of
 * @work: executes jobs until there are none
 * @lock: protects @ready and the queues of all partitions. Guests take it, so
 *	nobody sleeps with it or is preempted
 * @ready: partitions with jobs; the first is served next
 * @stuck: the first of them that was since any was not, or NULL, under @lock
 * @idle: woken when a piece of a job is done
 * @mem: the memory of all partitions
 */
struct soft_engine {
	struct workqueue_struct *wq;
	void *bounce;
	struct work_struct work;
	spinlock_t lock; /* queues */
	struct list_head ready;
	const struct soft_queue *stuck;
	wait_queue_head_t idle;
	const struct soft_memory *mem;
};

int soft_engine_init(struct soft_engine *engine, const struct soft_memory *mem);
void soft_engine_exit(struct soft_engine *engine);

struct soft_queue *soft_queue_create(struct soft_engine *engine,
				     struct mdev_cxl_partition *part);
void soft_queue_destroy(struct soft_queue *queue);
void soft_queue_start(struct soft_queue *queue);
void soft_queue_stop(struct soft_queue *queue);
void soft_queue_pause(struct soft_queue *queue);
void soft_queue_resume(struct soft_queue *queue);
u64 soft_queue_read(struct soft_queue *queue, u32 offset, unsigned int size);
void soft_queue_write(struct soft_queue *queue, u32 offset, unsigned int size,
		      u64 value);

#endif /* _MDEV_CXL_SOFT_H */
