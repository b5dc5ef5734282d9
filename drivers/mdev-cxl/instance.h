/* SPDX-License-Identifier: GPL-2.0-only */
/* One partition of a parent, given to one guest */
#ifndef _MDEV_CXL_INSTANCE_H
#define _MDEV_CXL_INSTANCE_H

#include <linux/atomic.h>
#include <linux/ioport.h>
#include <linux/list.h>
#include <linux/mdev_cxl.h>
#include <linux/mutex.h>
#include <linux/ratelimit_types.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/vfio.h>
#include <linux/wait.h>

#include "function/function.h"

struct eventfd_ctx;

/* Ways to the memory of a partition */
enum mcxl_window {
	MCXL_WINDOW_APERTURE,	/* BAR: gated like any BAR */
	MCXL_WINDOW_HDM,	/* VFIO region: gated by CXL.mem and decoders */
	MCXL_NR_WINDOWS
};

/* From @start up to @end of vDPA something may be mapped; nothing, if that is less */
struct mcxl_mapped {
	u64 start;
	u64 end;
};

/**
 * struct mcxl_instance - one partition of a parent
 * @vdev: VFIO device; first, as vfio_alloc_device() wants it
 * @part: the parent driver's view
 * @dpa: its memory in the parent's DPA tree
 * @node: in the parent's list of instances, under the parent's lock
 * @vectors: MSI-X eventfds, one for each vector, under @irq_lock
 * @err: eventfd for errors, under @irq_lock
 * @req: eventfd that asks the VMM to let go, under @irq_lock
 * @irq_lock: leaf lock; taken in any context
 * @throttle: how many more threads of the VMM may take, or wait for, @cfg_lock and
 *	@memory_lock, see throttle.c
 * @throttle_wait: where the others wait
 * @cfg_lock: serialises the function model and all that its effects change
 * @function: registers that the guest sees, while @open, under @cfg_lock
 * @decoders: HDM decoders of the function, written under @cfg_lock
 * @open: a VMM has the device open, written under @cfg_lock
 * @started: the parent's ops->start came last, not ops->stop, under @cfg_lock
 * @paused: @started, and ops->pause came last, not ops->resume, under @cfg_lock
 * @resets: resets since creation, written under @cfg_lock
 * @memory_lock: write: change who may reach the memory, and zap; read: access
 *	it. Taken by page faults: never copy from or to user space inside
 * @memory: who may reach the memory, under @memory_lock
 * @mapped: what has been mapped since the last zap, by window: in faults it
 *	grows, with @memory_lock held for reading and @map_lock, else for writing
 * @map_lock: entries of page tables are made one at a time
 * @mappings_left: how many more mappings there may be, of both windows; below 0
 *	while there are too many
 * @poison_limit: of lines that faults on poison make the kernel print
 * @blocked: nobody may reach it, whatever @memory says: the parent is in reset or
 *	has failed; under @memory_lock
 * @held: @blocked for a while, so accesses wait, but not beyond held_until of the
 *	parent; under @memory_lock, too
 * @held_wait: where they wait
 *
 * Documentation/locking.rst has the order of the locks.
 */
struct mcxl_instance {
	struct vfio_device vdev;
	struct mdev_cxl_partition part;
	struct resource dpa;
	struct list_head node;

	spinlock_t irq_lock; /* eventfds */
	struct eventfd_ctx **vectors;
	struct eventfd_ctx *err;
	struct eventfd_ctx *req;

	atomic_t throttle;
	wait_queue_head_t throttle_wait;
	struct mutex cfg_lock; /* the function and what follows from it */
	struct mcxl_function *function;
	unsigned int decoders;
	bool open;
	bool started;
	bool paused;
	u64 resets;

	struct rw_semaphore memory_lock;
	struct mcxl_memory memory;
	struct mcxl_mapped mapped[MCXL_NR_WINDOWS];
	struct mutex map_lock; /* huge and small entries do not meet */
	atomic_t mappings_left;
	struct ratelimit_state poison_limit;
	bool blocked;
	bool held;
	wait_queue_head_t held_wait;
};

static inline struct mcxl_instance *to_mcxl_instance(struct vfio_device *vdev)
{
	return container_of(vdev, struct mcxl_instance, vdev);
}

static inline struct mcxl_instance *
part_to_instance(struct mdev_cxl_partition *part)
{
	return container_of(part, struct mcxl_instance, part);
}

/* Bytes of the partition: vDPA 0 up to this */
static inline u64 mcxl_instance_size(const struct mcxl_instance *inst)
{
	return range_len(&inst->part.dpa);
}

/* Device-specific VFIO regions, behind those of every PCI device */
#define MCXL_HDM_REGION_INDEX	(VFIO_PCI_NUM_REGIONS + 0)
#define MCXL_COMP_REGION_INDEX	(VFIO_PCI_NUM_REGIONS + 1)
#define MCXL_NUM_REGIONS	(VFIO_PCI_NUM_REGIONS + 2)

/* instance.c: lifetime and sysfs */
extern struct mdev_driver mcxl_mdev_driver;

/* vfio.c: user space's way in */
extern const struct vfio_device_ops mcxl_vfio_ops;

/* reset.c: everything that starts, stops or resets the function */
int mcxl_instance_open(struct mcxl_instance *inst);
void mcxl_instance_close(struct mcxl_instance *inst);
void mcxl_instance_reset(struct mcxl_instance *inst, enum mcxl_reset kind);
void mcxl_instance_effects(struct mcxl_instance *inst, u32 effects);
void mcxl_instance_block(struct mcxl_instance *inst, bool held);
void mcxl_instance_unblock(struct mcxl_instance *inst, bool reset);

/* throttle.c: how many threads of a VMM come to our locks */
void mcxl_throttle_init(struct mcxl_instance *inst);
void mcxl_throttle_enter(struct mcxl_instance *inst);
int mcxl_throttle_enter_killable(struct mcxl_instance *inst);
void mcxl_throttle_leave(struct mcxl_instance *inst);

/* parent.c: how long to wait for the device */
unsigned long mcxl_instance_patience(const struct mcxl_instance *inst);

/* memory.c: who reaches the memory, and how */
void mcxl_memory_init(struct mcxl_instance *inst);
int mcxl_memory_unreachable(const struct mcxl_instance *inst);
int mcxl_memory_wait(struct mcxl_instance *inst);
int mcxl_memory_mmap(struct mcxl_instance *inst, struct vm_area_struct *vma,
		     enum mcxl_window window);
int mcxl_memory_rw(struct mcxl_instance *inst, enum mcxl_window window,
		   u64 vdpa, void *buf, size_t len, bool write);
void mcxl_memory_update(struct mcxl_instance *inst);
void mcxl_memory_zap(struct mcxl_instance *inst);
void mcxl_memory_zap_page(struct mcxl_instance *inst, u64 vdpa);

/* clear.c: what is dirty; no byte of it reaches a reader */
#define MCXL_PIECE	SZ_2M

void mcxl_clear_mark(struct mcxl_instance *inst);
bool mcxl_clear_is_clean(struct mcxl_instance *inst, u64 vdpa, u64 len);
int mcxl_clear(struct mcxl_instance *inst, u64 vdpa, u64 len, bool wait);
void *mcxl_clear_vaddr(struct mcxl_instance *inst, u64 vdpa, size_t *len,
		       bool wait);

/* irq.c: eventfds */
long mcxl_irq_get_info(struct mcxl_instance *inst,
		       struct vfio_irq_info __user *arg);
long mcxl_irq_set(struct mcxl_instance *inst,
		  struct vfio_irq_set __user *arg);
void mcxl_irq_release(struct mcxl_instance *inst);
void mcxl_irq_error(struct mcxl_instance *inst);
bool mcxl_irq_request(struct mcxl_instance *inst);

#endif /* _MDEV_CXL_INSTANCE_H */
