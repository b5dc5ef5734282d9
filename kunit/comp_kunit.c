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
	u8 version;
	u32 length;
};

static const struct comp_case structures[] = {
	{ "RAS", 2, 2, 0x58 },
	{ "Link", 4, 2, 0x38 },
	{ "HDM decoders, 10 of them", 5, 3, 0x150 },
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
		u32 header = rd(fn, COMP, 0x1004 + 4 * i, 4);
		u32 other = find_comp(fn, structures[i].id);

		if ((header & 0xffff) == c->id)
			KUNIT_EXPECT_EQ(test, header >> 16 & 0xf, c->version);
		if (structures[i].id != c->id)
			KUNIT_EXPECT_TRUE(test, at >= other + structures[i].length ||
					  other >= at + c->length);
	}
}

static const struct reg_test ras_regs[] = {
	{ "uncorrectable status", 0x00, 0, 0 },
	{ "uncorrectable mask", 0x04, 0x0001cfff, 0x0001cfff },
	{ "uncorrectable severity", 0x08, 0x0001cfff, 0x0001cfff },
	{ "correctable status", 0x0c, 0, 0 },
	{ "correctable mask", 0x10, 0x7f, 0x7f },
	{ "capability and control", 0x14, 0, 0x2000 },
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

/**
 * struct error_case - what one error leaves in the registers
 * @name: of the case
 * @unmask: the guest lets errors through to AER
 * @fatal: internal errors are, by AER; RAS says the contrary
 * @unc: uncorrectable bits reported
 * @cor: correctable bits reported
 * @effects: what the caller is to do
 * @unc_status: RAS uncorrectable status then
 * @cor_status: RAS correctable status then
 * @first: first error pointer then
 * @aer_unc: AER uncorrectable status then
 * @aer_cor: AER correctable status then
 * @devsta: PCIe Device Status then
 */
struct error_case {
	const char *name;
	bool unmask;
	bool fatal;
	u32 unc;
	u32 cor;
	u32 effects;
	u32 unc_status;
	u32 cor_status;
	u32 first;
	u32 aer_unc;
	u32 aer_cor;
	u32 devsta;
};

static const struct error_case error_cases[] = {
	{ "uncorrectable, masked", false, true, BIT(7), 0, MCXL_FX_ERROR,
	  BIT(7), 0, 7, 0, 0, 0 },
	{ "uncorrectable, fatal", true, true, BIT(7), 0, MCXL_FX_ERROR,
	  BIT(7), 0, 7, BIT(22), 0, BIT(2) },
	{ "uncorrectable, not fatal", true, false, BIT(16), 0, MCXL_FX_ERROR,
	  BIT(16), 0, 16, BIT(22), 0, BIT(1) },
	{ "several at once", true, false, BIT(9) | BIT(14), BIT(6), MCXL_FX_ERROR,
	  BIT(9) | BIT(14), BIT(6), 9, BIT(22), BIT(14), BIT(1) | BIT(0) },
	{ "correctable, masked", false, true, 0, BIT(1), 0,
	  0, 0, 0, 0, 0, 0 },
	{ "correctable", true, true, 0, BIT(1), 0,
	  0, BIT(1), 0, 0, BIT(14), BIT(0) },
	{ "reserved bits only", true, true, 0xfffe3000, 0xffffff80, 0,
	  0, 0, 0, 0, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(error, error_cases, name);

static void error_test(struct kunit *test)
{
	const struct error_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 ras = find_comp(fn, 2), aer = find_ext(fn, 1, -1);
	u64 vdpa = c->unc_status ? 0xabcdef000 : 0;

	wr(fn, COMP, ras + 0x04, 4, c->unmask ? 0 : ~0);
	wr(fn, COMP, ras + 0x08, 4, c->fatal ? 0 : ~0);
	wr(fn, CONFIG, aer + 0x0c, 4, c->fatal ? BIT(22) : ~BIT(22));
	wr(fn, COMP, ras + 0x10, 4, c->unmask ? 0 : ~0);

	KUNIT_EXPECT_EQ(test, mcxl_function_error(fn, 0xabcdef000, c->unc,
						  c->cor), c->effects);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras, 4), c->unc_status);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x0c, 4), c->cor_status);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x14, 4), 0x2000 | c->first);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x18, 4), (u32)vdpa);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x1c, 4), vdpa >> 32);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x04, 4), c->aer_unc);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x10, 4), c->aer_cor);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, find_cap(fn, 0x10) + 0x0a, 2),
			c->devsta);
}

/* RW1CS: a written 1 clears that bit and no other, a reset clears none */
static void error_status_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 ras = find_comp(fn, 2), aer = find_ext(fn, 1, -1), kind;

	wr(fn, COMP, ras + 0x04, 4, 0);
	wr(fn, COMP, ras + 0x10, 4, 0);
	mcxl_function_error(fn, 0x1000, 0x3, 0x3);
	for (kind = MCXL_RESET_CONVENTIONAL; kind <= MCXL_RESET_CXL; kind++) {
		mcxl_function_reset(fn, kind);
		KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras, 4), 0x3);
		KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x0c, 4), 0x3);
		KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x18, 4), 0x1000);
		KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x04, 4), BIT(22));
		KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x10, 4), BIT(14));
	}
	wr(fn, COMP, ras, 4, 0);
	wr(fn, COMP, ras + 0x0c, 4, 0);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras, 4), 0x3);
	wr(fn, COMP, ras, 1, 0x1);
	wr(fn, COMP, ras + 0x0c, 1, 0x2);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras, 4), 0x2);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x0c, 4), 0x1);
}

/* RW1C and not sticky, in one dword with Device Control */
static void device_status_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 ras = find_comp(fn, 2), pcie = find_cap(fn, 0x10), kind;

	wr(fn, COMP, ras + 0x10, 4, 0);
	for (kind = MCXL_RESET_CONVENTIONAL; kind <= MCXL_RESET_CXL; kind++) {
		mcxl_function_error(fn, 0x1000, 0, 0x1);
		wr(fn, CONFIG, pcie + 0x08, 2, 0xf);
		KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, pcie + 0x0a, 2), BIT(0));
		mcxl_function_reset(fn, kind);
		KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, pcie + 0x0a, 2),
				kind == MCXL_RESET_CXL ? BIT(0) : 0);
	}
	wr(fn, CONFIG, pcie + 0x0a, 2, BIT(1));
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, pcie + 0x0a, 2), BIT(0));
	wr(fn, CONFIG, pcie + 0x0a, 2, BIT(0));
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, pcie + 0x0a, 2), 0);
}

static void first_error_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 ras = find_comp(fn, 2);

	/* The first one stays while its status bit does */
	mcxl_function_error(fn, 0x1000, BIT(7), 0);
	mcxl_function_error(fn, 0x2000, BIT(3), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras, 4), BIT(7) | BIT(3));
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x14, 1), 7);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x18, 4), 0x1000);

	wr(fn, COMP, ras, 4, BIT(7));
	mcxl_function_error(fn, 0x3000, BIT(5), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x14, 1), 5);
	KUNIT_EXPECT_EQ(test, rd(fn, COMP, ras + 0x18, 4), 0x3000);
}

/* PCIe 7.8.4.7: of what the guest has not masked, and valid with its status */
static void aer_first_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 ras = find_comp(fn, 2), aer = find_ext(fn, 1, -1), kind;

	wr(fn, COMP, ras + 0x04, 4, 0);
	mcxl_function_error(fn, 0x1000, BIT(7), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x04, 4), BIT(22));
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x18, 4), 0);

	wr(fn, CONFIG, aer + 0x04, 4, BIT(22));
	wr(fn, CONFIG, aer + 0x08, 4, 0);
	mcxl_function_error(fn, 0x1000, 0, BIT(0));
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x18, 4), 0);
	mcxl_function_error(fn, 0x1000, BIT(7), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x18, 4), 22);
	for (kind = MCXL_RESET_CONVENTIONAL; kind <= MCXL_RESET_CXL; kind++) {
		mcxl_function_reset(fn, kind);
		KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x18, 4), 22);
	}
	wr(fn, CONFIG, aer + 0x18, 4, ~0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, aer + 0x18, 4), 22);
}

static struct kunit_case comp_cases[] = {
	KUNIT_CASE(header_test),
	KUNIT_CASE_PARAM(structure_test, structure_gen_params),
	KUNIT_CASE_PARAM(ras_test, ras_gen_params),
	KUNIT_CASE_PARAM(hole_test, hole_gen_params),
	KUNIT_CASE_PARAM(error_test, error_gen_params),
	KUNIT_CASE(error_status_test),
	KUNIT_CASE(device_status_test),
	KUNIT_CASE(first_error_test),
	KUNIT_CASE(aer_first_test),
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
