// SPDX-License-Identifier: GPL-2.0-only
/* CXL DVSECs. */
#include <linux/module.h>

#include "function_test.h"

struct dvsec_case {
	const char *name;
	int id;
	u8 revision;
	u16 length;
};

static const struct dvsec_case dvsec_headers[] = {
	{ "device", 0, 3, 0x3c },
	{ "GPF for a device", 5, 0, 0x10 },
	{ "Flex Bus port", 7, 2, 0x20 },
	{ "register locator", 8, 0, 0x14 },
};

KUNIT_ARRAY_PARAM_DESC(dvsec_header, dvsec_headers, name);

static void header_test(struct kunit *test)
{
	const struct dvsec_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, c->id);
	u32 next = rd(fn, CONFIG, at + 2, 2) >> 4;

	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 4, 4),
			0x1e98 | c->revision << 16 | c->length << 20);
	KUNIT_EXPECT_TRUE(test, at + c->length <= next);
}

/* All of the device DVSEC, of a partition of 768 MiB with a cache */
static const struct reg_test device_regs[] = {
	{ "capability", 0x08, 0, 0xc9df0000 },
	{ "control, status", 0x0c, 0x4ffd, 0x2 },
	/* Bits 1 and 2 start something and read 0, see below */
	{ "range 1 size high", 0x18, 0, 0 },
	{ "range 1 size low", 0x1c, 0, 0x3000004b },
	{ "range 1 base high", 0x20, 0xffffffff, 0 },
	{ "range 1 base low", 0x24, 0xf0000000, 0 },
	{ "range 2 size high", 0x28, 0, 0 },
	{ "range 2 size low", 0x2c, 0, 0 },
	{ "range 2 base high", 0x30, 0xffffffff, 0 },
	{ "range 2 base low", 0x34, 0xf0000000, 0 },
	{ "capability 3", 0x38, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(device, device_regs, name);

static void device_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;
	struct mcxl_function *fn = make_function(test, 3 * MIB256, 1);

	check_reg(test, fn, CONFIG, dvsec(test, fn, 0) + r->offset, r);
}

static void size_high_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 20 * MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x18, 4), 1);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x1c, 4), 0x4000004b);
}

/* What CONFIG_LOCK freezes and what it does not */
static const struct reg_test locked_regs[] = {
	{ "control", 0x0c, 0, 0x2 },
	{ "range 1 base high", 0x20, 0, 0 },
	{ "range 1 base low", 0x24, 0, 0 },
	{ "range 2 base high", 0x30, 0, 0 },
	{ "range 2 base low", 0x34, 0, 0 },
	{ "the lock itself", 0x14, 0, 0x1 },
};

KUNIT_ARRAY_PARAM_DESC(locked, locked_regs, name);

static void locked_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x14, 2), 0);
	wr(fn, CONFIG, at + 0x14, 2, 0xffff);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x14, 2), 1);
	check_reg(test, fn, CONFIG, at + r->offset, r);
}

static void lock_spares_control2_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	wr(fn, CONFIG, at + 0x14, 2, 1);
	wr(fn, CONFIG, at + 0x10, 2, 0x39);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x10, 2), 0x39);
}

static void control2_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x10, 4), 0x80000000);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at + 0x10, 2, 0xfff9), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x10, 2), 0x39);
	wr(fn, CONFIG, at + 0x10, 2, 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x10, 2), 0);
}

/* Write-back and invalidate: at once, reads 0, seen in every access size */
static void invalidate_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	/* While caching is on nobody knows (8.1.3.5) */
	wr(fn, CONFIG, at + 0x10, 2, 0x2);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x12, 2), 0x8000);
	wr(fn, CONFIG, at + 0x10, 2, 0x1);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x12, 2), 0x8000);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at + 0x10, 2, 0x3), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x10, 4), 0x80010001);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x12, 2), 0x8001);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x12, 1), 0x01);
	/* With caching on again the cache may fill */
	wr(fn, CONFIG, at + 0x10, 2, 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x12, 2), 0x8000);
}

static void io_enable_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	wr(fn, CONFIG, at + 0x0c, 2, 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x0c, 2), 2);
}

static void locator_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 8);
	struct reg_test r = { "block 1", 0, 0, 0x100 };

	/* Component registers in BAR0, at its start */
	check_reg(test, fn, CONFIG, at + 0x0c, &r);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x10, 4), 0);
}

static void flexbus_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 7);
	struct reg_test cap = { "capability", 0, 0, 0x00270007 };
	struct reg_test status = { "control, status", 0, 0, 0x00270027 };

	/* Cache, IO, Mem, 68-byte flits */
	check_reg(test, fn, CONFIG, at + 0x08, &cap);
	check_reg(test, fn, CONFIG, at + 0x0c, &status);
}

/* Cache_Capable, Cache Writeback and Invalidate Capable; No Clean Writeback */
static void no_cache_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function_of(test, MIB256, 1, false);
	struct reg_test cap = { "capability", 0, 0, 0xc99e0000 };
	struct reg_test flexbus = { "Flex Bus capability", 0, 0, 0x00260007 };
	struct reg_test status = { "Flex Bus status", 0, 0, 0x00260026 };
	u32 at = dvsec(test, fn, 0);

	check_reg(test, fn, CONFIG, at + 0x08, &cap);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x14, 4), 0x00800000);
	at = dvsec(test, fn, 7);
	check_reg(test, fn, CONFIG, at + 0x08, &flexbus);
	check_reg(test, fn, CONFIG, at + 0x0c, &status);
}

static void gpf_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 5);
	struct reg_test duration = { "phase 2 duration", 0, 0, 0x00000005 };
	struct reg_test power = { "phase 2 power", 0, 0, 0 };

	check_reg(test, fn, CONFIG, at + 0x08, &duration);
	check_reg(test, fn, CONFIG, at + 0x0c, &power);
}

/* In the upper half of the register with the lock, which it does not touch */
static void capability2_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	wr(fn, CONFIG, at + 0x16, 2, 0xffff);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x14, 4), 0);
}

static struct kunit_case dvsec_cases[] = {
	KUNIT_CASE_PARAM(header_test, dvsec_header_gen_params),
	KUNIT_CASE_PARAM(device_test, device_gen_params),
	KUNIT_CASE(size_high_test),
	KUNIT_CASE_PARAM(locked_test, locked_gen_params),
	KUNIT_CASE(lock_spares_control2_test),
	KUNIT_CASE(control2_test),
	KUNIT_CASE(invalidate_test),
	KUNIT_CASE(io_enable_test),
	KUNIT_CASE(locator_test),
	KUNIT_CASE(flexbus_test),
	KUNIT_CASE(no_cache_test),
	KUNIT_CASE(gpf_test),
	KUNIT_CASE(capability2_test),
	{}
};

static struct kunit_suite dvsec_suite = {
	.name = "mdev_cxl_dvsec",
	.test_cases = dvsec_cases,
};

kunit_test_suite(dvsec_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: CXL DVSECs");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
