// SPDX-License-Identifier: GPL-2.0-only
/*
 * Everything that starts, stops or resets the function: open and close, the
 * effects of register writes, and resets of every kind.
 *
 * One sequence serves all of them. With the memory lock held for writing, so
 * that page faults, reads, writes and the parent's registers wait: take
 * mappings away, stop the parent's engine, change state, start the engine. In D3hot
 * and while the device is out of reach the engine keeps what it has and rests.
 */
#include <linux/cleanup.h>
#include <linux/hash.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/unaligned.h>
#include <linux/uuid.h>

#include "instance.h"
#include "parent.h"

static void engine_stop(struct mcxl_instance *inst)
{
	const struct mdev_cxl_parent_ops *ops = inst->part.parent->desc.ops;

	lockdep_assert_held_write(&inst->memory_lock);
	if (!inst->started)
		return;
	if (ops->stop)
		ops->stop(&inst->part);
	inst->started = false;
	inst->paused = false;
}

static void engine_pause(struct mcxl_instance *inst)
{
	const struct mdev_cxl_parent_ops *ops = inst->part.parent->desc.ops;

	lockdep_assert_held_write(&inst->memory_lock);
	if (!inst->started || inst->paused)
		return;
	if (ops->pause)
		ops->pause(&inst->part);
	inst->paused = true;
}

static void engine_resume(struct mcxl_instance *inst)
{
	const struct mdev_cxl_parent_ops *ops = inst->part.parent->desc.ops;

	lockdep_assert_held_write(&inst->memory_lock);
	if (!inst->paused)
		return;
	if (ops->resume)
		ops->resume(&inst->part);
	inst->paused = false;
}

/*
 * What the engine is to do now. It is not started before the device can be reached,
 * and starts in D0: so it may have to be sent to rest at once.
 */
static void engine_update(struct mcxl_instance *inst)
{
	const struct mdev_cxl_parent_ops *ops = inst->part.parent->desc.ops;

	lockdep_assert_held_write(&inst->memory_lock);
	if (!inst->started && !inst->blocked) {
		if (ops->start)
			ops->start(&inst->part);
		inst->started = true;
	}
	if (inst->blocked || !mcxl_function_in_d0(inst->function))
		engine_pause(inst);
	else
		engine_resume(inst);
}

static void function_reset(struct mcxl_instance *inst, enum mcxl_reset kind)
{
	u32 effects;

	lockdep_assert_held(&inst->cfg_lock);
	lockdep_assert_held_write(&inst->memory_lock);

	mcxl_memory_zap(inst);
	engine_stop(inst);
	effects = mcxl_function_reset(inst->function, kind);
	if (effects & MCXL_FX_CLEAR)
		mcxl_clear_mark(inst);
	mcxl_memory_update(inst);
	engine_update(inst);
	WRITE_ONCE(inst->resets, inst->resets + 1);
}

/**
 * mcxl_instance_reset - reset the function
 * @inst: an open instance
 * @kind: which reset
 *
 * On return the reset is complete. May sleep; takes cfg_lock and memory_lock.
 */
void mcxl_instance_reset(struct mcxl_instance *inst, enum mcxl_reset kind)
{
	guard(mutex)(&inst->cfg_lock);
	guard(rwsem_write)(&inst->memory_lock);
	function_reset(inst, kind);
}

/**
 * mcxl_instance_effects - carry out what a register write asks for
 * @inst: the instance, cfg_lock held
 * @effects: MCXL_FX_* of mcxl_function_write(), not 0
 *
 * To be called before the access returns to the guest. May sleep.
 */
void mcxl_instance_effects(struct mcxl_instance *inst, u32 effects)
{
	lockdep_assert_held(&inst->cfg_lock);

	guard(rwsem_write)(&inst->memory_lock);
	if (effects & MCXL_FX_FLR) {
		function_reset(inst, MCXL_RESET_FLR);
		return;
	}
	if (effects & MCXL_FX_CXL_RESET) {
		function_reset(inst, MCXL_RESET_CXL);
		return;
	}

	if (effects & MCXL_FX_MEMORY)
		mcxl_memory_update(inst);
	if (effects & MCXL_FX_POWER)
		engine_update(inst);
}

/*
 * All of the UUID counts: UUIDs that were not generated may differ in one half only, or
 * have equal halves. No serial number is 0, which to Linux means that there is none.
 */
static u64 serial_number(const guid_t *uuid)
{
	return get_unaligned_le64(&uuid->b[0]) * GOLDEN_RATIO_64 +
	       get_unaligned_le64(&uuid->b[8]) ?: 1;
}

/**
 * mcxl_instance_open - power the function up for a VMM
 * @inst: a closed instance
 *
 * Nothing of an earlier user is left: registers have their reset values, and
 * memory reads zero.
 *
 * Return: 0; -EIO while the parent is in reset or has failed; -ENODEV when its
 * module is on the way out; -ENOMEM
 */
int mcxl_instance_open(struct mcxl_instance *inst)
{
	const struct mdev_cxl_parent_desc *parent = &inst->part.parent->desc;
	struct mcxl_function_desc desc = {
		.identity = parent->identity,
		.size = mcxl_instance_size(inst),
		.nr_vectors = parent->nr_vectors,
		.reset_timeout = parent->reset_timeout,
		.cache_capable = parent->cache_capable,
		.perf = parent->perf,
	};
	struct mdev_device *mdev = to_mdev_device(inst->vdev.dev);
	int rc;

	desc.serial = serial_number(&mdev->uuid);

	/* A VMM at its limit of memory could fill the log with stacks */
	struct mcxl_function *function __free(kvfree) =
		kvmalloc_obj(*function, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!function)
		return -ENOMEM;

	guard(mutex)(&inst->cfg_lock);
	guard(rwsem_write)(&inst->memory_lock);
	if (inst->blocked)
		return -EIO;

	desc.decoders = inst->decoders;
	rc = mcxl_function_init(function, &desc);
	if (rc)
		return rc;
	if (!try_module_get(parent->ops->owner))
		return -ENODEV;

	inst->function = no_free_ptr(function);
	mcxl_memory_update(inst);
	engine_update(inst);
	WRITE_ONCE(inst->open, true);
	return 0;
}

/**
 * mcxl_instance_close - the VMM is gone, whatever became of it
 * @inst: an open instance without mappings
 */
void mcxl_instance_close(struct mcxl_instance *inst)
{
	guard(mutex)(&inst->cfg_lock);
	guard(rwsem_write)(&inst->memory_lock);
	engine_stop(inst);
	mcxl_clear_mark(inst);
	kvfree(inst->function);
	inst->function = NULL;
	WRITE_ONCE(inst->open, false);
	module_put(inst->part.parent->desc.ops->owner);
}

/**
 * mcxl_instance_block - keep everybody off a device that is in reset or lost
 * @inst: the instance; the caller holds the lock of its parent
 * @held: for a while: accesses to the memory wait; else they fail, including those
 *	that wait already
 *
 * On return nothing of the partition is mapped and its engine is at rest.
 */
void mcxl_instance_block(struct mcxl_instance *inst, bool held)
{
	lockdep_assert_held(&inst->part.parent->lock);

	guard(mutex)(&inst->cfg_lock);
	guard(rwsem_write)(&inst->memory_lock);
	WRITE_ONCE(inst->blocked, true);
	WRITE_ONCE(inst->held, held);
	mcxl_memory_zap(inst);
	engine_pause(inst);
}

/**
 * mcxl_instance_unblock - the device is back
 * @inst: the instance; the caller holds the lock of its parent
 * @reset: it was reset, so the function starts afresh; else the function goes on
 */
void mcxl_instance_unblock(struct mcxl_instance *inst, bool reset)
{
	lockdep_assert_held(&inst->part.parent->lock);

	guard(mutex)(&inst->cfg_lock);
	guard(rwsem_write)(&inst->memory_lock);
	WRITE_ONCE(inst->blocked, false);
	WRITE_ONCE(inst->held, false);
	if (!inst->open)
		return;
	if (reset)
		function_reset(inst, MCXL_RESET_CONVENTIONAL);
	else
		engine_update(inst);
}
