// SPDX-License-Identifier: GPL-2.0-only
/* CXL component registers but for the HDM decoders. */
#include <linux/module.h>

#include "function_test.h"

static void header_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	struct reg_test r = { "capability header", 0, 0, 0x03110001 };

	check_reg(test, fn, COMP, 0x1000, &r);
}

struct comp_case {
	const char *name;
	u16 id;
	u32 length;
};

static const struct comp_case structures[] = {
	{ "RAS", 2, 0x58 },
	{ "Link", 4, 0x38 },
	{ "HDM decoders, 10 of them", 5, 0x150 },
};

KUNIT_ARRAY_PARAM_DESC(structure, structures, name);

static void structure_test(struct kunit *test)
{
	const struct comp_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 10);
	u32 at = find_comp(fn, c->id), i;

	/* Behind the array, inside the 4 KiB, clear of the others */
	KUNIT_ASSERT_GE(test, at, 0x1010);
	KUNIT_EXPECT_LE(test, at + c->length, 0x2000);
	for (i = 0; i < ARRAY_SIZE(structures); i++) {
		u32 other = find_comp(fn, structures[i].id);

		KUNIT_EXPECT_TRUE(test, other <= at || other >= at + c->length);
	}
}

static const struct reg_test ras_regs[] = {
	{ "uncorrectable status", 0x00, 0, 0 },
	{ "uncorrectable mask", 0x04, 0x0001cfff, 0x0001cfff },
	{ "uncorrectable severity", 0x08, 0x0001cfff, 0x0001cfff },
	{ "correctable status", 0x0c, 0, 0 },
	{ "correctable mask", 0x10, 0x7f, 0x7f },
	{ "capability and control", 0x14, 0, 0 },
	{ "header log, first", 0x18, 0, 0 },
	{ "header log, last", 0x54, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(ras, ras_regs, name);

static void ras_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 1);

	check_reg(test, fn, COMP, find_comp(fn, 2) + r->offset, r);
}

static const struct reg_test holes[] = {
	{ "first of the block", 0x0000, 0, 0 },
	{ "below the capability header", 0x0ffc, 0, 0 },
	{ "last of the 4 KiB", 0x1ffc, 0, 0 },
	{ "past the 4 KiB", 0x2000, 0, 0 },
	{ "last of the block", 0xfffc, 0, 0 },
	{ "past the block", 0x10000, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(hole, holes, name);

static void hole_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;

	check_reg(test, make_function(test, MIB256, 1), COMP, r->offset, r);
}

static struct kunit_case comp_cases[] = {
	KUNIT_CASE(header_test),
	KUNIT_CASE_PARAM(structure_test, structure_gen_params),
	KUNIT_CASE_PARAM(ras_test, ras_gen_params),
	KUNIT_CASE_PARAM(hole_test, hole_gen_params),
	{}
};

static struct kunit_suite comp_suite = {
	.name = "mdev_cxl_comp",
	.test_cases = comp_cases,
};

kunit_test_suite(comp_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: CXL component registers");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
