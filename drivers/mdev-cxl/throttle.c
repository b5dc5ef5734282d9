// SPDX-License-Identifier: GPL-2.0-only
/*
 * A limit on how many threads of a VMM hold locks of its instance, or wait for them. A
 * mutex is handed over in order, also to threads of the lowest priority, which take
 * long to run, and a VMM can have any number of them: a thread that blocks the device
 * for a reset would have to wait for all of them. Every register access passes here,
 * so this is simpler than a semaphore: a thread may overtake another waiter, of its
 * own VMM.
 */
#include <linux/atomic.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include <kunit/visibility.h>

#include "instance.h"

#define MCXL_THROTTLE	16

/**
 * mcxl_throttle_init - nobody is inside
 * @inst: the instance
 */
void mcxl_throttle_init(struct mcxl_instance *inst)
{
	atomic_set(&inst->throttle, MCXL_THROTTLE);
	init_waitqueue_head(&inst->throttle_wait);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_throttle_init);

static bool try_enter(struct mcxl_instance *inst)
{
	return atomic_dec_if_positive(&inst->throttle) >= 0;
}

/**
 * mcxl_throttle_enter - come inside, for a fault or a change of mappings
 * @inst: the instance
 *
 * Before cfg_lock and memory_lock are taken. No signal ends the wait: a fault of the
 * kernel would be retried for ever. To be left before a user copy, which may fault and
 * come here again, and before a wait for the end of a reset of the device.
 */
void mcxl_throttle_enter(struct mcxl_instance *inst)
{
	might_sleep();
	if (!try_enter(inst))
		(void)___wait_event(inst->throttle_wait, try_enter(inst),
				    TASK_UNINTERRUPTIBLE, 1, 0, schedule());
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_throttle_enter);

/**
 * mcxl_throttle_enter_killable - likewise, for a system call
 * @inst: the instance
 *
 * No other signal ends the wait: a VMM does not expect that of a register.
 *
 * Return: 0, or -ERESTARTSYS for a task that is killed
 */
int mcxl_throttle_enter_killable(struct mcxl_instance *inst)
{
	return wait_event_killable_exclusive(inst->throttle_wait, try_enter(inst));
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_throttle_enter_killable);

/**
 * mcxl_throttle_leave - let another one in
 * @inst: the instance
 */
void mcxl_throttle_leave(struct mcxl_instance *inst)
{
	atomic_inc(&inst->throttle);
	/* Pairs with set_current_state() of waiters, which then check once more */
	smp_mb__after_atomic();
	/* Later waiters see the new count */
	if (waitqueue_active(&inst->throttle_wait))
		wake_up(&inst->throttle_wait);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_throttle_leave);
