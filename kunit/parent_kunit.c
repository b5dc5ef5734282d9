// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parents: what is refused, and that their memory outlives the mdev core's
 * interest in it. The last needs CONFIG_DEBUG_KOBJECT_RELEASE, which puts
 * releases off for seconds, and KASAN, which sees who comes too late.
 */
#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/mdev_cxl.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

#include "device_test.h"
#include "parent.h"

static int get_pfn(struct mdev_cxl_parent *parent, u64 dpa,
		   unsigned int max_order, unsigned long *pfn,
		   unsigned int *order)
{
	return -EIO;
}

static u64 reg_read(struct mdev_cxl_partition *part, u32 offset,
		    unsigned int size)
{
	return 0;
}

static void reg_write(struct mdev_cxl_partition *part, u32 offset,
		      unsigned int size, u64 value)
{
}

static void work(struct mdev_cxl_partition *part)
{
}

static const struct mdev_cxl_parent_ops good_ops = {
	.owner = THIS_MODULE,
	.get_pfn = get_pfn,
	.stop = work,
	.pause = work,
	.resume = work,
	.reg_read = reg_read,
	.reg_write = reg_write,
};

static const struct mdev_cxl_parent_ops no_registers = {
	.owner = THIS_MODULE,
	.get_pfn = get_pfn,
};

static const struct mdev_cxl_parent_ops no_stop = {
	.owner = THIS_MODULE,
	.get_pfn = get_pfn,
	.reg_read = reg_read,
	.reg_write = reg_write,
};

static const struct mdev_cxl_parent_ops starts_only = {
	.owner = THIS_MODULE,
	.get_pfn = get_pfn,
	.start = work,
};

static const struct mdev_cxl_parent_ops rests_only = {
	.owner = THIS_MODULE,
	.get_pfn = get_pfn,
	.pause = work,
	.resume = work,
};

static const struct mdev_cxl_parent_ops no_rest = {
	.owner = THIS_MODULE,
	.get_pfn = get_pfn,
	.stop = work,
	.pause = work,
};

static const struct mdev_cxl_parent_ops with_rest = {
	.owner = THIS_MODULE,
	.get_pfn = get_pfn,
	.stop = work,
	.pause = work,
	.resume = work,
};

static const struct mdev_cxl_parent_ops no_memory = {
	.owner = THIS_MODULE,
};

struct desc_case {
	const char *name;
	struct mdev_cxl_parent_desc desc;
	int rc;
};

#define GOOD .ops = &good_ops, .dpa_size = SZ_1G, .nr_vectors = 1

static const struct desc_case descs[] = {
	{ "good", { GOOD }, 0 },
	{ "no operations", { GOOD, .ops = NULL }, -EINVAL },
	{ "no memory operation", { GOOD, .ops = &no_memory }, -EINVAL },
	{ "no register operations, none needed",
	  { GOOD, .ops = &no_registers }, 0 },
	{ "no register operations, but registers",
	  { GOOD, .ops = &no_registers, .regs_size = 8 }, -EINVAL },
	{ "registers", { GOOD, .regs_size = 8 }, 0 },
	{ "registers, and nothing stops what they start",
	  { GOOD, .ops = &no_stop, .regs_size = 8 }, -EINVAL },
	{ "work that starts and never stops",
	  { GOOD, .ops = &starts_only }, -EINVAL },
	{ "work that rests and never stops",
	  { GOOD, .ops = &rests_only }, -EINVAL },
	{ "work that stops and never rests",
	  { GOOD, .ops = &no_rest }, -EINVAL },
	{ "work that stops and rests", { GOOD, .ops = &with_rest }, 0 },
	{ "registers, odd", { GOOD, .regs_size = 12 }, -EINVAL },
	{ "registers, too many", { GOOD, .regs_size = SZ_64K + 8 }, -EINVAL },
	{ "less than a granule", { GOOD, .dpa_size = SZ_128M }, -EINVAL },
	{ "no vectors", { GOOD, .nr_vectors = 0 }, -EINVAL },
	{ "65 vectors", { GOOD, .nr_vectors = 65 }, -EINVAL },
	{ "reserved timeout", { GOOD, .reset_timeout = 5 }, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(desc, descs, name);

static void desc_test(struct kunit *test)
{
	const struct desc_case *c = test->param_value;
	struct mdev_cxl_parent_desc desc = c->desc;
	struct mdev_cxl_parent *parent;

	desc.dev = make_device(test);
	desc.drvdata = test;

	parent = mdev_cxl_register_parent(&desc);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(parent), c->rc);
	if (IS_ERR(parent))
		return;
	KUNIT_EXPECT_PTR_EQ(test, mdev_cxl_parent_drvdata(parent), test);
	mdev_cxl_unregister_parent(parent);
}

/* Once more and again on one device, while the last one's releases wait */
static void again_test(struct kunit *test)
{
	struct mdev_cxl_parent_desc desc = { GOOD };
	struct mdev_cxl_parent *parent;
	unsigned int i;

	desc.dev = make_device(test);
	for (i = 0; i < 10; i++) {
		parent = mdev_cxl_register_parent(&desc);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, parent);
		mdev_cxl_unregister_parent(parent);
	}
}

/*
 * Device memory that is one and the same block wherever it is looked at, but
 * for the first piece, which fails.
 */
struct memory {
	struct page *block;
	atomic_t calls;
};

#define BLOCK_ORDER	get_order(SZ_2M)

static int get_block(struct mdev_cxl_parent *parent, u64 dpa,
		     unsigned int max_order, unsigned long *pfn,
		     unsigned int *order)
{
	struct memory *mem = mdev_cxl_parent_drvdata(parent);

	atomic_inc(&mem->calls);
	if (dpa < SZ_2M)
		return -EIO;
	*pfn = page_to_pfn(mem->block) + dpa % SZ_2M / PAGE_SIZE;
	*order = min_t(unsigned int, max_order, BLOCK_ORDER);
	return 0;
}

static const struct mdev_cxl_parent_ops block_ops = {
	.owner = THIS_MODULE,
	.get_pfn = get_block,
};

/* Dirty bytes, once these are @want or it has taken too long */
static u64 dirty_bytes(struct mdev_cxl_parent *parent, u64 want)
{
	unsigned int n;
	u64 dirty;

	for (n = 0; n < 1000; n++) {
		dirty = mcxl_clear_dirty_bytes(parent, 0, SZ_256M);
		if (dirty == want)
			break;
		msleep(20);
	}
	return dirty;
}

/*
 * All is cleared but what can't be; nothing is touched while the device is in
 * reset, or after one that was called off; and all is dirty after a reset, or when
 * the device was lost meanwhile.
 */
static void clear_test(struct kunit *test)
{
	struct mdev_cxl_parent_desc desc = {
		.ops = &block_ops, .dpa_size = SZ_256M, .nr_vectors = 1,
	};
	struct mdev_cxl_parent *parent;
	struct memory mem = {};
	char *content;
	int calls;

	mem.block = alloc_pages(GFP_KERNEL | __GFP_COMP, BLOCK_ORDER);
	KUNIT_ASSERT_NOT_NULL(test, mem.block);
	content = page_address(mem.block);
	memset(content, 0xa5, SZ_2M);
	desc.dev = make_device(test);
	desc.drvdata = &mem;
	parent = mdev_cxl_register_parent(&desc);
	if (IS_ERR(parent)) {
		KUNIT_FAIL(test, "no parent: %pe", parent);
		goto free;
	}

	KUNIT_EXPECT_EQ(test, dirty_bytes(parent, SZ_2M), SZ_2M);
	KUNIT_EXPECT_NULL(test, memchr_inv(content, 0, SZ_2M));

	device_lock(desc.dev);
	mdev_cxl_parent_reset_prepare(parent);
	calls = atomic_read(&mem.calls);
	/* Longer than the thread waits for another try */
	msleep(1500);
	KUNIT_EXPECT_EQ(test, atomic_read(&mem.calls), calls);

	memset(content, 0x5a, SZ_2M);
	mdev_cxl_parent_reset_cancel(parent);
	KUNIT_EXPECT_FALSE(test, mdev_cxl_parent_is_blocked(parent));
	msleep(100);
	KUNIT_EXPECT_NULL(test, memchr_inv(content, 0x5a, SZ_2M));

	mdev_cxl_parent_reset_prepare(parent);
	KUNIT_EXPECT_TRUE(test, mdev_cxl_parent_is_blocked(parent));
	mdev_cxl_parent_reset_done(parent);
	KUNIT_EXPECT_EQ(test, dirty_bytes(parent, SZ_2M), SZ_2M);
	KUNIT_EXPECT_NULL(test, memchr_inv(content, 0, SZ_2M));

	mdev_cxl_parent_failed(parent);
	memset(content, 0x33, SZ_2M);
	mdev_cxl_parent_reset_prepare(parent);
	mdev_cxl_parent_reset_cancel(parent);
	KUNIT_EXPECT_EQ(test, dirty_bytes(parent, SZ_2M), SZ_2M);
	KUNIT_EXPECT_NULL(test, memchr_inv(content, 0, SZ_2M));
	device_unlock(desc.dev);
	mdev_cxl_unregister_parent(parent);
free:
	__free_pages(mem.block, BLOCK_ORDER);
}

/* Who still has a reference may report errors at any time */
static void poison_test(struct kunit *test)
{
	struct mdev_cxl_parent_desc desc = { GOOD };
	struct mdev_cxl_parent *parent;

	desc.dev = make_device(test);
	parent = mdev_cxl_register_parent(&desc);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, parent);
	mdev_cxl_parent_get(parent);
	KUNIT_EXPECT_EQ(test, mdev_cxl_parent_poison(parent, SZ_1M, 1), 0);
	KUNIT_EXPECT_EQ(test, mdev_cxl_parent_poison(parent, SZ_1G, 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, mdev_cxl_parent_poison(parent, SZ_1M, 0), -ERANGE);
	KUNIT_EXPECT_EQ(test, mdev_cxl_parent_poison(parent, U64_MAX, 2), -ERANGE);
	mdev_cxl_unregister_parent(parent);
	KUNIT_EXPECT_EQ(test, mdev_cxl_parent_poison(parent, SZ_1M, 1), -ENODEV);
	KUNIT_EXPECT_EQ(test, mdev_cxl_parent_unpoison(parent, SZ_1M, 1), -ENODEV);
	mdev_cxl_parent_failed(parent);
	KUNIT_EXPECT_EQ(test, mdev_cxl_parent_ras(parent, SZ_1M, 1, 0), 0);
	mdev_cxl_parent_put(parent);
}

/* Device memory of which nobody has a page, as it turns out after a while */
struct slow {
	struct completion asked;
	bool answered;
};

static int get_slow(struct mdev_cxl_parent *parent, u64 dpa,
		    unsigned int max_order, unsigned long *pfn,
		    unsigned int *order)
{
	struct slow *slow = mdev_cxl_parent_drvdata(parent);

	/* The first piece only: the test is to come to its end */
	if (dpa)
		return -EIO;
	complete(&slow->asked);
	msleep(200);
	WRITE_ONCE(slow->answered, true);
	return -EIO;
}

static const struct mdev_cxl_parent_ops slow_ops = {
	.owner = THIS_MODULE,
	.get_pfn = get_slow,
};

/* When poison is recorded the thread that clears does not touch that page any more */
static void settle_test(struct kunit *test)
{
	struct mdev_cxl_parent_desc desc = {
		.ops = &slow_ops, .dpa_size = SZ_256M, .nr_vectors = 1,
	};
	struct mdev_cxl_parent *parent;
	struct slow slow = {};

	init_completion(&slow.asked);
	desc.dev = make_device(test);
	desc.drvdata = &slow;
	parent = mdev_cxl_register_parent(&desc);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, parent);

	wait_for_completion(&slow.asked);
	KUNIT_EXPECT_EQ(test, mdev_cxl_parent_poison(parent, SZ_1M, 1), 0);
	KUNIT_EXPECT_TRUE(test, READ_ONCE(slow.answered));
	mdev_cxl_unregister_parent(parent);
}

/* All of them are freed in the end: this returns, or the test times out */
static void freed_test(struct kunit *test)
{
	mcxl_parents_wait();
}

static struct kunit_case parent_cases[] = {
	KUNIT_CASE_PARAM(desc_test, desc_gen_params),
	KUNIT_CASE(again_test),
	KUNIT_CASE_SLOW(clear_test),
	KUNIT_CASE(poison_test),
	KUNIT_CASE(settle_test),
	KUNIT_CASE_SLOW(freed_test),
	{}
};

static struct kunit_suite parent_suite = {
	.name = "mdev_cxl_parent",
	.test_cases = parent_cases,
};

kunit_test_suite(parent_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: parents");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_IMPORT_NS("MDEV_CXL");
MODULE_LICENSE("GPL");
