/* SPDX-License-Identifier: GPL-2.0-only */
/* Inside of mdev_cxl_guest */
#ifndef _MDEV_CXL_GUEST_H
#define _MDEV_CXL_GUEST_H

#include <linux/completion.h>
#include <linux/debugfs.h>
#include <linux/pci.h>
#include <linux/range.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include <cxl/cxl.h>

#include "mdev_cxl_soft_regs.h"

struct guest_engine;

/**
 * struct guest_job - what the engine is to do
 * @op: MDEV_CXL_SOFT_OP_*
 * @src: vDPA of the source
 * @dst: vDPA of the destination
 * @len: bytes
 * @value: byte to fill with, or checksum to start with
 */
struct guest_job {
	u64 op;
	u64 src;
	u64 dst;
	u64 len;
	u64 value;
};

/**
 * struct guest_slot - a slot of the engine
 * @engine: whose
 * @done: its job has ended
 * @error: how, once it is done: 0 or an errno
 * @result: checksum, once it is done
 * @busy: the engine has the job
 * @abandoned: and nobody waits for its end
 */
struct guest_slot {
	struct guest_engine *engine;
	struct completion done;
	int error;
	u64 result;
	bool busy;
	bool abandoned;
};

/**
 * struct guest_engine - the engine
 * @regs: its registers; NULL for a function that has none
 * @lock: protects all but @free
 * @free: counts the slots that are not claimed
 * @claimed: the other ones, as a bitmap
 * @ready: jobs are accepted, not so while the function is in reset
 * @jobs: done without an error
 * @slots: one for each interrupt vector
 */
struct guest_engine {
	void __iomem *regs;
	spinlock_t lock; /* slots against interrupts and resets */
	struct semaphore free;
	unsigned long claimed;
	bool ready;
	unsigned long jobs;
	struct guest_slot slots[MDEV_CXL_SOFT_SLOTS];
};

/**
 * struct guest - a function that is bound
 * @pdev: the function
 * @map: its component registers
 * @hdm: those of the HDM decoders
 * @ras: those of RAS
 * @mem: its memory, vDPA 0 and up
 * @gpa: where in the guest that is
 * @write_back: and whether it is cached
 * @reset_lock: held for reading while the CPU is in the memory, for writing to change
 *	@resets
 * @resets: how often the function was reset, counted before
 * @engine: what works on it
 * @verify: compare what each job has left with what it should have
 * @hdm_set: for the file hdm
 * @ras_set: for the file ras
 */
struct guest {
	struct pci_dev *pdev;
	struct cxl_register_map map;
	void __iomem *hdm;
	void __iomem *ras;
	void *mem;
	struct range gpa;
	bool write_back;
	struct rw_semaphore reset_lock; /* memory may be out of reach */
	unsigned int resets;
	struct guest_engine engine;
	bool verify;
	struct debugfs_regset32 hdm_set;
	struct debugfs_regset32 ras_set;
};

int guest_engine_init(struct guest_engine *engine, struct pci_dev *pdev);
void guest_engine_start(struct guest_engine *engine);
void guest_engine_stop(struct guest_engine *engine);
void guest_engine_cancel(struct guest_engine *engine);
int guest_engine_run(struct guest_engine *engine, const struct guest_job *job,
		     u64 *result);

int guest_debugfs_add(struct guest *guest);
void guest_debugfs_init(void);
void guest_debugfs_exit(void);

#endif /* _MDEV_CXL_GUEST_H */
