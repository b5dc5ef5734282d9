// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many threads of a VMM have locks of its instance, or wait for them. A mutex is
 * handed on in turn, to threads of the lowest priority as well, which take long to
 * come to theirs, and a VMM has as many as it likes: whoever blocks the device for a
 * reset would come behind all of them. Each access to a register comes through here,
 * so it is less than a semaphore: a thread may pass another one that waits, of its own
 * VMM.
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
 * mcxl_throttle_enter - come inside, for a fault
 * @inst: the instance
 *
 * Before cfg_lock and memory_lock are taken. No signal ends the wait for those who
 * are inside: a fault of the kernel would come again for ever. To be left before a
 * user copy, which may come here again, and before a wait for the end of a reset of
 * the device.
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
	/* Pairs with set_current_state() of those who wait, and then look once more */
	smp_mb__after_atomic();
	/* Who came later sees what there is by now */
	if (waitqueue_active(&inst->throttle_wait))
		wake_up(&inst->throttle_wait);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_throttle_leave);
