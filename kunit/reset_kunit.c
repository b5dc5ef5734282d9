// SPDX-License-Identifier: GPL-2.0-only
/* Resets, row by row and kind by kind; power states; who reaches memory. */
#include <linux/module.h>

#include "function_test.h"

/**
 * struct reset_case - what becomes of one register in a reset
 * @name: of the case
 * @kind: the reset
 * @where: where the register is, see locate()
 * @offset: relative to that
 * @size: of the register
 * @write: written before the reset
 * @after: read after it
 */
struct reset_case {
	const char *name;
	enum mcxl_reset kind;
	enum { HEADER, PCIE, PM, MSIX_CAP, DEVICE, AER, RAS, HDM, TABLE } where;
	u32 offset;
	u32 size;
	u32 write;
	u32 after;
};

#define CONV	MCXL_RESET_CONVENTIONAL
#define FLR	MCXL_RESET_FLR
#define CXL	MCXL_RESET_CXL

static const struct reset_case resets[] = {
	{ "conventional: command", CONV, HEADER, 0x04, 2, 0x6, 0 },
	{ "FLR: command", FLR, HEADER, 0x04, 2, 0x6, 0 },
	{ "CXL: command", CXL, HEADER, 0x04, 2, 0x6, 0x6 },
	{ "conventional: BAR0", CONV, HEADER, 0x10, 4, 0xfebf0000, 0 },
	{ "FLR: BAR0", FLR, HEADER, 0x10, 4, 0xfebf0000, 0 },
	{ "CXL: BAR0", CXL, HEADER, 0x10, 4, 0xfebf0000, 0xfebf0000 },
	{ "conventional: BAR2", CONV, HEADER, 0x18, 4, 0x80000000, 0xc },
	{ "FLR: BAR3", FLR, HEADER, 0x1c, 4, 0x12, 0 },
	{ "conventional: device control", CONV, PCIE, 8, 2, 0xf, 0x2810 },
	{ "FLR: device control", FLR, PCIE, 8, 2, 0xf, 0x2810 },
	{ "CXL: device control", CXL, PCIE, 8, 2, 0xf, 0xf },
	{ "conventional: payload size", CONV, PCIE, 8, 1, 0x30, 0x10 },
	{ "FLR: payload size is the link's", FLR, PCIE, 8, 1, 0x30, 0x30 },
	{ "CXL: payload size", CXL, PCIE, 8, 1, 0x30, 0x30 },
	{ "conventional: link control", CONV, PCIE, 0x10, 2, 0xc8, 0 },
	{ "FLR: link control", FLR, PCIE, 0x10, 2, 0xc8, 0xc8 },
	{ "conventional: power state", CONV, PM, 4, 2, 3, 8 },
	{ "FLR: power state", FLR, PM, 4, 2, 3, 8 },
	{ "CXL: power state", CXL, PM, 4, 2, 3, 0xb },
	{ "conventional: MSI-X enable", CONV, MSIX_CAP, 2, 2, 0x8000, 2 },
	{ "FLR: MSI-X enable", FLR, MSIX_CAP, 2, 2, 0x8000, 2 },
	{ "CXL: MSI-X enable", CXL, MSIX_CAP, 2, 2, 0x8000, 0x8002 },
	{ "conventional: vector mask", CONV, TABLE, 0xc, 4, 0, 1 },
	{ "FLR: vector mask", FLR, TABLE, 0xc, 4, 0, 1 },
	{ "CXL: vector mask", CXL, TABLE, 0xc, 4, 0, 0 },
	{ "FLR: vector behind the last", FLR, TABLE, 0x3c, 4, 0, 0 },
	{ "conventional: Mem_Enable", CONV, DEVICE, 0xc, 2, 0x4, 0x2 },
	{ "FLR: Mem_Enable", FLR, DEVICE, 0xc, 2, 0x4, 0x6 },
	{ "CXL: Mem_Enable", CXL, DEVICE, 0xc, 2, 0x4, 0x6 },
	{ "conventional: CONFIG_LOCK", CONV, DEVICE, 0x14, 2, 1, 0 },
	{ "FLR: CONFIG_LOCK", FLR, DEVICE, 0x14, 2, 1, 1 },
	{ "CXL: CONFIG_LOCK", CXL, DEVICE, 0x14, 2, 1, 1 },
	{ "conventional: Control2 but the sticky", CONV, DEVICE, 0x10, 2,
	  0x39, 0x10 },
	{ "FLR: Control2", FLR, DEVICE, 0x10, 2, 0x39, 0x39 },
	{ "CXL: Control2", CXL, DEVICE, 0x10, 2, 0x39, 0x39 },
	{ "conventional: range base", CONV, DEVICE, 0x20, 4, 0x12, 0 },
	{ "FLR: range base", FLR, DEVICE, 0x20, 4, 0x12, 0x12 },
	{ "CXL: range base", CXL, DEVICE, 0x20, 4, 0x12, 0x12 },
	{ "conventional: link speed is sticky", CONV, PCIE, 0x30, 2, 0x1, 0x1 },
	{ "FLR: link speed is sticky", FLR, PCIE, 0x30, 2, 0x1, 0x1 },
	{ "conventional: AER mask is sticky", CONV, AER, 8, 4, 0x1000,
	  0x1000 },
	{ "FLR: AER mask is sticky", FLR, AER, 8, 4, 0x1000, 0x1000 },
	{ "conventional: RAS mask is sticky", CONV, RAS, 4, 4, 0x1, 0x1 },
	{ "FLR: RAS mask", FLR, RAS, 4, 4, 0x1, 0x1 },
	{ "CXL: RAS mask", CXL, RAS, 4, 4, 0x1, 0x1 },
	{ "conventional: RAS severity is sticky", CONV, RAS, 8, 4, 0x2, 0x2 },
	{ "conventional: RAS correctable mask is sticky", CONV, RAS, 0x10, 4,
	  0x4, 0x4 },
	{ "conventional: HDM enable", CONV, HDM, 0x4, 4, 0x2, 0 },
	{ "FLR: HDM enable", FLR, HDM, 0x4, 4, 0x2, 0x2 },
};

KUNIT_ARRAY_PARAM_DESC(reset, resets, name);

static u32 locate(struct mcxl_function *fn, const struct reset_case *c,
		  enum mcxl_space *space)
{
	*space = CONFIG;
	switch (c->where) {
	case HEADER:
		return c->offset;
	case PCIE:
		return find_cap(fn, 0x10) + c->offset;
	case PM:
		return find_cap(fn, 0x01) + c->offset;
	case MSIX_CAP:
		return find_cap(fn, 0x11) + c->offset;
	case DEVICE:
		return find_ext(fn, 0x23, 0) + c->offset;
	case AER:
		return find_ext(fn, 0x01, -1) + c->offset;
	case RAS:
		*space = COMP;
		return find_comp(fn, 2) + c->offset;
	case HDM:
		*space = COMP;
		return find_comp(fn, 5) + c->offset;
	default:
		*space = MSIX;
		return c->offset;
	}
}

static void reset_test(struct kunit *test)
{
	const struct reset_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 4);
	enum mcxl_space space;
	u32 at = locate(fn, c, &space);

	wr(fn, space, at, c->size, c->write);
	KUNIT_EXPECT_TRUE(test, mcxl_function_reset(fn, c->kind) &
			  MCXL_FX_MEMORY);
	KUNIT_EXPECT_EQ(test, rd(fn, space, at, c->size), c->after);
}

struct decoder_case {
	const char *name;
	enum mcxl_reset kind;
	u32 lock[2];
	unsigned int left;
};

static const struct decoder_case decoder_resets[] = {
	{ "conventional", CONV, {}, 0 },
	{ "conventional: locked ones too", CONV, { CTRL_LOCK, CTRL_LOCK }, 0 },
	{ "FLR keeps them", FLR, {}, 2 },
	{ "FLR keeps locked ones", FLR, { CTRL_LOCK, CTRL_LOCK }, 2 },
	{ "CXL", CXL, {}, 0 },
	{ "CXL keeps a locked one", CXL, { CTRL_LOCK, 0 }, 1 },
	{ "CXL keeps locked ones", CXL, { CTRL_LOCK, CTRL_LOCK }, 2 },
	{ "CXL keeps what is below a locked one", CXL, { 0, CTRL_LOCK }, 2 },
};

KUNIT_ARRAY_PARAM_DESC(decoder, decoder_resets, name);

static void decoder_test(struct kunit *test)
{
	const struct decoder_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, 4 * MIB256, 4);
	struct mcxl_memory mem;
	unsigned int i;

	for (i = 0; i < 2; i++)
		hdm_commit(fn, i, i * MIB256, MIB256, 0, c->lock[i]);
	mcxl_function_reset(fn, c->kind);

	mcxl_function_memory(fn, &mem);
	KUNIT_EXPECT_EQ(test, mem.nr_decodes, c->left);
	for (i = c->left; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(i)), 0);
		KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_BASE(i)), 0);
		KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_SIZE(i)), 0);
	}
}

static void flr_trigger_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = find_cap(fn, 0x10) + 8;

	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at, 2, 0xa810), MCXL_FX_FLR);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at, 2), 0x2810);
	/* In one byte, too; and not by a write of 0 */
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at + 1, 1, 0x80), MCXL_FX_FLR);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at, 2, 0x2810), 0);
}

static void cxl_reset_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at + 0x10, 2, 0x4),
			MCXL_FX_CXL_RESET);
	/* On its way: not complete, and the bit reads 0 */
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x10, 4), 0x80000000);
	KUNIT_EXPECT_EQ(test, mcxl_function_reset(fn, CXL), MCXL_FX_MEMORY);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x10, 4), 0x80020000);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x12, 2), 0x8002);
	/* A new one clears what the last one left */
	wr(fn, CONFIG, at + 0x10, 2, 0x4);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 0x12, 2), 0x8000);
}

static void memory_clear_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0);

	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at + 0x10, 2, 0xc),
			MCXL_FX_CXL_RESET);
	KUNIT_EXPECT_EQ(test, mcxl_function_reset(fn, CXL),
			MCXL_FX_MEMORY | MCXL_FX_CLEAR);
	/* Only a CXL reset clears memory */
	KUNIT_EXPECT_EQ(test, mcxl_function_reset(fn, FLR), MCXL_FX_MEMORY);
}

struct power_case {
	const char *name;
	u8 from;
	u8 to;
	u8 state;
	u32 effects;
};

static const struct power_case powers[] = {
	{ "D0 to D3hot", 0, 3, 3, MCXL_FX_MEMORY | MCXL_FX_POWER },
	{ "D3hot to D0", 3, 0, 0, MCXL_FX_MEMORY | MCXL_FX_POWER },
	{ "D0 to D0", 0, 0, 0, 0 },
	{ "D3hot to D3hot", 3, 3, 3, 0 },
	{ "D0 to D1, which is not there", 0, 1, 0, 0 },
	{ "D0 to D2, which is not there", 0, 2, 0, 0 },
	{ "D3hot to D1, which is not there", 3, 1, 3, 0 },
};

KUNIT_ARRAY_PARAM_DESC(power, powers, name);

static void power_test(struct kunit *test)
{
	const struct power_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = find_cap(fn, 0x01) + 4;

	wr(fn, CONFIG, at, 2, c->from);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at, 2, c->to), c->effects);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at, 2), 0x8 | c->state);
	KUNIT_EXPECT_EQ(test, mcxl_function_in_d0(fn), c->state == 0);
}

struct gate_case {
	const char *name;
	u16 command;
	u16 control;
	u32 global;
	u16 power;
	bool bars;
	bool hdm;
};

static const struct gate_case gates[] = {
	{ "nothing enabled", 0, 0, 0, 0, false, false },
	{ "memory space", 0x2, 0, 0, 0, true, false },
	{ "Mem_Enable alone", 0, 0x4, 0, 0, false, false },
	{ "HDM enable alone", 0, 0, 0x2, 0, false, false },
	{ "CXL.mem", 0, 0x4, 0x2, 0, false, true },
	{ "all", 0x2, 0x4, 0x2, 0, true, true },
	{ "all, in D3hot", 0x2, 0x4, 0x2, 3, false, false },
};

KUNIT_ARRAY_PARAM_DESC(gate, gates, name);

static void gate_test(struct kunit *test)
{
	const struct gate_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	struct mcxl_memory mem;

	wr(fn, CONFIG, 0x04, 2, c->command);
	wr(fn, CONFIG, dvsec(test, fn, 0) + 0x0c, 2, c->control);
	hdm_wr(fn, HDM_GLOBAL, c->global);
	wr(fn, CONFIG, find_cap(fn, 0x01) + 4, 2, c->power);

	mcxl_function_memory(fn, &mem);
	KUNIT_EXPECT_EQ(test, mem.bars, c->bars);
	KUNIT_EXPECT_EQ(test, mem.hdm, c->hdm);
}

/* Each switch says so when it is thrown, and only then */
static void gate_effects_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = dvsec(test, fn, 0) + 0x0c;

	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, 0x04, 2, 0x2), MCXL_FX_MEMORY);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, 0x04, 2, 0x6), 0);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, 0x04, 2, 0x4), MCXL_FX_MEMORY);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at, 2, 0x4), MCXL_FX_MEMORY);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at, 2, 0x5), 0);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, at, 1, 0x0), MCXL_FX_MEMORY);
	/* BARs and the like are nobody's business */
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, 0x10, 4, ~0), 0);
}

static struct kunit_case reset_cases[] = {
	KUNIT_CASE_PARAM(reset_test, reset_gen_params),
	KUNIT_CASE_PARAM(decoder_test, decoder_gen_params),
	KUNIT_CASE(flr_trigger_test),
	KUNIT_CASE(cxl_reset_test),
	KUNIT_CASE(memory_clear_test),
	KUNIT_CASE_PARAM(power_test, power_gen_params),
	KUNIT_CASE_PARAM(gate_test, gate_gen_params),
	KUNIT_CASE(gate_effects_test),
	{}
};

static struct kunit_suite reset_suite = {
	.name = "mdev_cxl_reset",
	.test_cases = reset_cases,
};

kunit_test_suite(reset_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: resets and power states");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
