// SPDX-License-Identifier: GPL-2.0-only
/* How many threads of a VMM come in at a time, and that all do in the end. */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched/task.h>

#include "instance.h"

#define INSIDE	16
#define VISITORS	40

struct house {
	struct mcxl_instance inst;
	struct completion leave;
	atomic_t inside;
	atomic_t most;
	atomic_t gone;
};

static void visit(struct house *house)
{
	int now = atomic_inc_return(&house->inside);
	int most = atomic_read(&house->most);

	while (now > most && !atomic_try_cmpxchg(&house->most, &most, now))
		;
	wait_for_completion(&house->leave);
	atomic_dec(&house->inside);
	atomic_inc(&house->gone);
}

/* A while for it, for a slow machine */
static int becomes(atomic_t *count, int want)
{
	unsigned int n;

	for (n = 0; n < 1000 && atomic_read(count) < want; n++)
		msleep(20);
	return atomic_read(count);
}

static int fault(void *data)
{
	struct house *house = data;

	mcxl_throttle_enter(&house->inst);
	visit(house);
	mcxl_throttle_leave(&house->inst);
	return 0;
}

static int syscall(void *data)
{
	struct house *house = data;
	int rc = mcxl_throttle_enter_killable(&house->inst);

	if (rc)
		return rc;
	visit(house);
	mcxl_throttle_leave(&house->inst);
	return 0;
}

/* When all are in that can be they leave one by one, and others follow */
static void throttle_test(struct kunit *test)
{
	struct house *house = kunit_kzalloc(test, sizeof(*house), GFP_KERNEL);
	struct task_struct *threads[VISITORS];
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, house);
	mcxl_throttle_init(&house->inst);
	init_completion(&house->leave);
	for (i = 0; i < VISITORS; i++) {
		threads[i] = kthread_run(i % 2 ? fault : syscall, house,
					 "visitor-%u", i);
		KUNIT_EXPECT_FALSE(test, IS_ERR(threads[i]));
		if (!IS_ERR(threads[i]))
			get_task_struct(threads[i]);
	}

	KUNIT_EXPECT_EQ(test, becomes(&house->inside, INSIDE), INSIDE);
	for (i = 0; i < VISITORS; i++)
		complete(&house->leave);
	KUNIT_EXPECT_EQ(test, becomes(&house->gone, VISITORS), VISITORS);
	KUNIT_EXPECT_EQ(test, atomic_read(&house->most), INSIDE);

	for (i = 0; i < VISITORS; i++) {
		if (!IS_ERR(threads[i]))
			kthread_stop_put(threads[i]);
	}
}

static struct kunit_case throttle_cases[] = {
	KUNIT_CASE(throttle_test),
	{}
};

static struct kunit_suite throttle_suite = {
	.name = "mdev_cxl_throttle",
	.test_cases = throttle_cases,
};

kunit_test_suite(throttle_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: threads of a VMM");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
