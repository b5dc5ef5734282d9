/* SPDX-License-Identifier: GPL-2.0-only */
/* A physical device that is shared, as the framework keeps it */
#ifndef _MDEV_CXL_PARENT_H
#define _MDEV_CXL_PARENT_H

#include <linux/kobject.h>
#include <linux/list.h>
#include <linux/lockdep.h>
#include <linux/mdev.h>
#include <linux/mdev_cxl.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "dpa.h"
#include "types.h"

struct dentry;
struct task_struct;
struct mcxl_instance;

/* How many pieces of a granule can be cleared at the same time */
#define MCXL_CLEAR_LOCKS	4

/**
 * struct mdev_cxl_parent - a physical device that is shared
 * @mdev: what the mdev core knows of it
 * @kobj: directory "mdev_cxl" of the device in sysfs; its last reference
 *	frees this structure
 * @desc: what the parent driver registered; dpa_size is in whole granules,
 *	types is not valid
 * @types: kinds of partitions
 * @type_ktype: stands in for the ktype of the mdev core, see parent.c
 * @mdev_type_release: release of the ktype of the mdev core
 * @dirty: a bit for every MCXL_PIECE of DPA whose content may not be seen by
 *	the next reader; atomic bit operations, see clear.c
 * @clear_locks: MCXL_CLEAR_LOCKS for each granule of DPA, so that no two
 *	partitions share one; see clear.c
 * @clear_gate: held by @clear_thread while it touches memory
 * @clear_thread: clears what is dirty
 * @clear_wait: what it waits on
 * @poison: an entry for every poisoned page of DPA, by its number
 * @debugfs: directory in debugfs
 * @hold_over: ends the wait for the memory of a device that does not come back
 *	from a reset
 * @held_until: when that will be, in jiffies; written with @lock held
 * @show_lock: everybody may read attributes, with any number of threads: only one
 *	of them at a time waits for @lock
 * @lock: protects @dpa, @instances, @blocked, @lost, @leaving and @gone
 * @dpa: who owns which memory
 * @instances: those that have memory
 * @blocked: no instance may run: the device is in reset or has failed;
 *	written with @clear_gate held as well
 * @lost: it has failed: what its memory holds is not known until a reset is done
 * @leaving: it is being unregistered
 * @gone: it has no instances any more, and no more poison
 */
struct mdev_cxl_parent {
	struct mdev_parent mdev;
	struct kobject kobj;
	struct mdev_cxl_parent_desc desc;
	struct mcxl_types *types;
	struct kobj_type type_ktype;
	void (*mdev_type_release)(struct kobject *kobj);
	unsigned long *dirty;
	struct mutex *clear_locks; /* a piece is cleared once */
	struct mutex clear_gate; /* keeps the thread off a blocked device */
	struct task_struct *clear_thread;
	wait_queue_head_t clear_wait;
	struct xarray poison;
	struct dentry *debugfs;
	struct delayed_work hold_over;
	unsigned long held_until;

	struct mutex show_lock; /* readers of attributes */
	struct mutex lock; /* memory and instances */
	struct mcxl_dpa dpa;
	struct list_head instances;
	bool blocked;
	bool lost;
	bool leaving;
	bool gone;
};

static inline struct mdev_cxl_parent *
to_mcxl_parent(struct mdev_parent *mdev)
{
	return container_of(mdev, struct mdev_cxl_parent, mdev);
}

bool mcxl_parent_has_all_types(const struct mdev_cxl_parent *parent);
unsigned int mcxl_parent_available(struct mdev_cxl_parent *parent,
				   const struct mcxl_type *type);
int mcxl_parent_add(struct mdev_cxl_parent *parent,
		    struct mcxl_instance *inst, const struct mcxl_type *type);
void mcxl_parent_del(struct mdev_cxl_parent *parent,
		     struct mcxl_instance *inst);
void mcxl_parents_wait(void);

/* error.c: what is poisoned */
void mcxl_poison_leave(struct mdev_cxl_parent *parent);
u64 mcxl_poison_find(struct mdev_cxl_parent *parent, u64 dpa, u64 len);

/* clear.c: what clears dirty memory in the background */
int mcxl_clear_init(struct mdev_cxl_parent *parent);
int mcxl_clear_start(struct mdev_cxl_parent *parent);
void mcxl_clear_stop(struct mdev_cxl_parent *parent);
struct mutex *mcxl_clear_lock_of(struct mdev_cxl_parent *parent,
				 unsigned long piece);
void mcxl_clear_settle(struct mdev_cxl_parent *parent, u64 dpa);
u64 mcxl_clear_dirty_bytes(struct mdev_cxl_parent *parent, u64 dpa, u64 len);

/* clear.c: the kernel's way to the memory, poisoned, dirty or not */
u64 mcxl_next_populated(struct mdev_cxl_parent *parent, u64 dpa, u64 end);
void *mcxl_dpa_vaddr(struct mdev_cxl_parent *parent, u64 dpa, size_t *len);

#endif /* _MDEV_CXL_PARENT_H */
