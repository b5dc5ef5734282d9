// SPDX-License-Identifier: GPL-2.0-only
/* HDM decoders: every rule of a commit, and what follows from one. */
#include <linux/module.h>

#include "function_test.h"

/**
 * struct step - program and commit one decoder
 * @i: which
 * @base: in granules of 256 MiB
 * @size: likewise
 * @skip: likewise
 * @ctrl: control register but for COMMIT
 */
struct step {
	unsigned int i;
	u64 base;
	u64 size;
	u64 skip;
	u32 ctrl;
};

/* All but the last step of a rule succeed; the last one as told */
struct rule_case {
	const char *name;
	unsigned int nr;
	struct step step[3];
	bool ok;
};

#define TOP	BIT_ULL(36)	/* granules of the whole address space */

/* A partition of 8 granules with 4 decoders */
static const struct rule_case rules[] = {
	{ "size > 0: one granule", 1, { { 0, 16, 1 } }, true },
	{ "size > 0: none", 1, { { 0, 16, 0 } }, false },
	{ "order: 1 behind 0", 2, { { 0, 16, 1 }, { 1, 32, 1 } }, true },
	{ "order: 1 without 0", 1, { { 1, 32, 1 } }, false },
	{ "order: 2 without 1", 2, { { 0, 16, 1 }, { 2, 32, 1 } }, false },
	{ "wrap: ends below the top", 1, { { 0, TOP - 2, 1 } }, true },
	{ "wrap: ends at the top", 1, { { 0, TOP - 1, 1 } }, false },
	{ "wrap: ends past the top", 1, { { 0, TOP - 1, 2 } }, false },
	{ "base: next to the one below", 2,
	  { { 0, 16, 2 }, { 1, 18, 1 } }, true },
	{ "base: inside the one below", 2,
	  { { 0, 16, 2 }, { 1, 17, 1 } }, false },
	{ "base: the same", 2, { { 0, 16, 2 }, { 1, 16, 1 } }, false },
	{ "base: under the one below", 2,
	  { { 0, 16, 2 }, { 1, 8, 1 } }, false },
	{ "partition: all of it", 1, { { 0, 16, 8 } }, true },
	{ "partition: one more", 1, { { 0, 16, 9 } }, false },
	{ "partition: sum of two", 2,
	  { { 0, 16, 5 }, { 1, 32, 3 } }, true },
	{ "partition: sum of two and one more", 2,
	  { { 0, 16, 5 }, { 1, 32, 4 } }, false },
	{ "partition: with a skip", 1, { { 0, 16, 7, 1 } }, true },
	{ "partition: with a skip and one more", 1,
	  { { 0, 16, 7, 2 } }, false },
	{ "partition: skip of the one below counts", 2,
	  { { 0, 16, 2, 3 }, { 1, 32, 4 } }, false },
	{ "partition: skip that wraps", 1,
	  { { 0, 16, 1, TOP - 1 } }, false },
	{ "partition: size that wraps", 2,
	  { { 0, 16, 1 }, { 1, 32, TOP - 33 } }, false },
	{ "ways: one", 1, { { 0, 16, 1, 0, 0x00 } }, true },
	{ "ways: two", 1, { { 0, 16, 2, 0, 0x10 } }, false },
	{ "ways: three", 1, { { 0, 16, 3, 0, 0x80 } }, false },
	{ "granularity alone does not matter", 1,
	  { { 0, 16, 1, 0, 0x06 } }, true },
	{ "target: device coherent", 1, { { 0, 16, 1, 0, 0 } }, true },
	{ "target: host only", 1, { { 0, 16, 1, 0, CTRL_HOSTONLY } }, false },
};

KUNIT_ARRAY_PARAM_DESC(rule, rules, name);

static u32 do_step(struct mcxl_function *fn, const struct step *s, u32 lock)
{
	return hdm_commit(fn, s->i, s->base * MIB256, s->size * MIB256,
			  s->skip * MIB256, s->ctrl | lock);
}

static void check_rule(struct kunit *test, u32 lock)
{
	const struct rule_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);
	unsigned int i;
	u32 ctrl;

	for (i = 0; i < c->nr - 1; i++)
		KUNIT_ASSERT_TRUE(test, do_step(fn, &c->step[i], lock) &
				  CTRL_COMMITTED);
	ctrl = do_step(fn, &c->step[i], lock);
	KUNIT_EXPECT_EQ(test, ctrl & (CTRL_COMMITTED | CTRL_ERROR),
			c->ok ? CTRL_COMMITTED : CTRL_ERROR);
	KUNIT_EXPECT_EQ(test, ctrl & (CTRL_COMMIT | CTRL_LOCK),
			CTRL_COMMIT | lock);
}

static void rule_test(struct kunit *test)
{
	check_rule(test, 0);
}

/* Only with Lock On Commit the specification demands most of them */
static void locked_rule_test(struct kunit *test)
{
	check_rule(test, CTRL_LOCK);
}

/* After an error the decoder can be programmed again and committed */
static void retry_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	KUNIT_EXPECT_TRUE(test, hdm_commit(fn, 0, 0, 9 * MIB256, 0, 0) &
			  CTRL_ERROR);
	hdm_wr(fn, DEC_CTRL(0), 0);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), 0);
	KUNIT_EXPECT_EQ(test, hdm_commit(fn, 0, 0, 8 * MIB256, 0, 0),
			CTRL_COMMIT | CTRL_COMMITTED);
}

static void error_reset_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	hdm_commit(fn, 0, 0, 9 * MIB256, 0, 0);
	mcxl_function_reset(fn, MCXL_RESET_FLR);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), CTRL_COMMIT | CTRL_ERROR);
	mcxl_function_reset(fn, MCXL_RESET_CXL);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), 0);
	hdm_commit(fn, 0, 0, 9 * MIB256, 0, 0);
	mcxl_function_reset(fn, MCXL_RESET_CONVENTIONAL);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), 0);
}

struct count_case {
	const char *name;
	unsigned int decoders;
	u32 encoded;
};

static const struct count_case counts[] = {
	{ "1 decoder", 1, 0 },
	{ "2 decoders", 2, 1 },
	{ "4 decoders", 4, 2 },
	{ "6 decoders", 6, 3 },
	{ "8 decoders", 8, 4 },
	{ "10 decoders", 10, 5 },
};

KUNIT_ARRAY_PARAM_DESC(count, counts, name);

static void count_test(struct kunit *test)
{
	const struct count_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, 16 * MIB256,
						 c->decoders);
	u32 offset, size, i;

	KUNIT_EXPECT_EQ(test, hdm_rd(fn, 0) & 0xf, c->encoded);
	mcxl_function_hdm_block(fn, &offset, &size);
	KUNIT_EXPECT_EQ(test, offset, find_comp(fn, 5));
	KUNIT_EXPECT_EQ(test, size, 0x10 + 0x20 * c->decoders);

	/* All of them work, and there is none behind the last */
	for (i = 0; i < c->decoders; i++)
		KUNIT_EXPECT_TRUE(test, hdm_commit(fn, i, i * MIB256, MIB256,
						   0, 0) & CTRL_COMMITTED);
	KUNIT_EXPECT_EQ(test, hdm_commit(fn, i, i * MIB256, MIB256, 0, 0), 0);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_BASE(i)), 0);
}

static const struct reg_test decoder_regs[] = {
	{ "capability, 4 decoders", 0x00, 0, 0x00200402 },
	{ "global control", 0x04, 0x3, 0 },
	{ "base low of 0", 0x10, 0xf0000000, 0 },
	{ "base high of 0", 0x14, 0xffffffff, 0 },
	{ "size low of 0", 0x18, 0xf0000000, 0 },
	{ "size high of 0", 0x1c, 0xffffffff, 0 },
	{ "skip low of 0", 0x24, 0xf0000000, 0 },
	{ "skip high of 0", 0x28, 0xffffffff, 0 },
	{ "reserved behind 0", 0x2c, 0, 0 },
	{ "base low of 3", 0x70, 0xf0000000, 0 },
	{ "skip high of 3", 0x88, 0xffffffff, 0 },
	{ "base low of 4, which is not there", 0x90, 0, 0 },
	{ "control of 9, which is not there", 0x140, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(decoder, decoder_regs, name);

static void decoder_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	check_reg(test, fn, COMP, find_comp(fn, 5) + r->offset, r);
}

/* All of the control register but COMMIT, on a decoder that is not committed */
static void control_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	hdm_wr(fn, DEC_CTRL(0), (u32)~CTRL_COMMIT);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), 0x11ff);
	hdm_wr(fn, DEC_CTRL(0), 0);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), 0);
}

static const struct reg_test frozen_regs[] = {
	{ "base low", 0x10, 0, 0x40000000 },
	{ "base high", 0x14, 0, 0x1 },
	{ "size low", 0x18, 0, 0x20000000 },
	{ "size high", 0x1c, 0, 0 },
	{ "skip low", 0x24, 0, 0x10000000 },
	{ "skip high", 0x28, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(frozen, frozen_regs, name);

static void frozen_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	KUNIT_ASSERT_TRUE(test, hdm_commit(fn, 0, 0x140000000, 2 * MIB256,
					   MIB256, 0) & CTRL_COMMITTED);
	check_reg(test, fn, COMP, find_comp(fn, 5) + r->offset, r);
}

static void frozen_control_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	hdm_commit(fn, 0, 0, MIB256, 0, 0);
	hdm_wr(fn, DEC_CTRL(0), ~0);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)),
			CTRL_COMMIT | CTRL_COMMITTED);
}

static void lock_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);
	u32 locked = CTRL_COMMIT | CTRL_COMMITTED | CTRL_LOCK;

	KUNIT_EXPECT_EQ(test, hdm_commit(fn, 0, 0, MIB256, 0, CTRL_LOCK),
			locked);
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, DEC_CTRL(0), 0), 0);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), locked);
	hdm_wr64(fn, DEC_BASE(0), 16 * MIB256);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_BASE(0)), 0);
}

/* The lock takes hold on commit, not when its bit is set, nor on an error */
static void lock_without_commit_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	hdm_wr(fn, DEC_CTRL(0), CTRL_LOCK);
	hdm_wr64(fn, DEC_BASE(0), 16 * MIB256);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_BASE(0) + 4), 1);
	KUNIT_EXPECT_TRUE(test, hdm_commit(fn, 0, 0, 0, 0, CTRL_LOCK) &
			  CTRL_ERROR);
	hdm_wr(fn, DEC_CTRL(0), 0);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), 0);
}

static void uncommit_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	hdm_commit(fn, 0, 0, MIB256, 0, 0);
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, DEC_CTRL(0), 0), MCXL_FX_MEMORY);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), 0);
	KUNIT_EXPECT_TRUE(test, hdm_commit(fn, 0, 8 * MIB256, MIB256, 0, 0) &
			  CTRL_COMMITTED);
}

static void uncommit_order_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	hdm_commit(fn, 0, 0, MIB256, 0, 0);
	hdm_commit(fn, 1, MIB256, MIB256, 0, 0);
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, DEC_CTRL(0), 0), 0);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)),
			CTRL_COMMIT | CTRL_COMMITTED);
	hdm_wr(fn, DEC_CTRL(1), 0);
	hdm_wr(fn, DEC_CTRL(0), 0);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)), 0);
}

/* Commit by a write of one byte, as a guest may */
static void byte_commit_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);
	u32 at = find_comp(fn, 5);

	hdm_wr64(fn, DEC_SIZE(0), MIB256);
	KUNIT_EXPECT_EQ(test, wr(fn, COMP, at + DEC_CTRL(0) + 1, 1, 0x2),
			MCXL_FX_MEMORY);
	KUNIT_EXPECT_EQ(test, hdm_rd(fn, DEC_CTRL(0)),
			CTRL_COMMIT | CTRL_COMMITTED);
}

static void memory_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);
	struct mcxl_memory mem;

	hdm_commit(fn, 0, 64 * MIB256, 2 * MIB256, MIB256, 0);
	hdm_commit(fn, 1, 128 * MIB256, MIB256, 2 * MIB256, 0);
	hdm_commit(fn, 2, 96 * MIB256, MIB256, 0, 0);
	mcxl_function_memory(fn, &mem);
	KUNIT_EXPECT_EQ(test, mem.nr_decodes, 2);
	KUNIT_EXPECT_EQ(test, mem.decode[0].gpa, 64 * MIB256);
	KUNIT_EXPECT_EQ(test, mem.decode[0].vdpa, MIB256);
	KUNIT_EXPECT_EQ(test, mem.decode[0].size, 2 * MIB256);
	KUNIT_EXPECT_EQ(test, mem.decode[1].gpa, 128 * MIB256);
	KUNIT_EXPECT_EQ(test, mem.decode[1].vdpa, 5 * MIB256);
	KUNIT_EXPECT_EQ(test, mem.decode[1].size, MIB256);
}

/* A commit on a function that is otherwise untouched, and its effects */
static void effects_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, 8 * MIB256, 4);

	KUNIT_EXPECT_EQ(test, hdm_wr(fn, DEC_SIZE(0), MIB256), 0);
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, DEC_CTRL(0), CTRL_COMMIT),
			MCXL_FX_MEMORY);
	/* Once more is no news, and an error changes nothing */
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, DEC_CTRL(0), CTRL_COMMIT), 0);
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, DEC_CTRL(1), CTRL_COMMIT), 0);
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, HDM_GLOBAL, 2), MCXL_FX_MEMORY);
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, HDM_GLOBAL, 3), 0);
	KUNIT_EXPECT_EQ(test, hdm_wr(fn, HDM_GLOBAL, 0), MCXL_FX_MEMORY);
}

static struct kunit_case hdm_cases[] = {
	KUNIT_CASE_PARAM(rule_test, rule_gen_params),
	KUNIT_CASE_PARAM(locked_rule_test, rule_gen_params),
	KUNIT_CASE(retry_test),
	KUNIT_CASE(error_reset_test),
	KUNIT_CASE_PARAM(count_test, count_gen_params),
	KUNIT_CASE_PARAM(decoder_test, decoder_gen_params),
	KUNIT_CASE(control_test),
	KUNIT_CASE_PARAM(frozen_test, frozen_gen_params),
	KUNIT_CASE(frozen_control_test),
	KUNIT_CASE(lock_test),
	KUNIT_CASE(lock_without_commit_test),
	KUNIT_CASE(uncommit_test),
	KUNIT_CASE(uncommit_order_test),
	KUNIT_CASE(byte_commit_test),
	KUNIT_CASE(memory_test),
	KUNIT_CASE(effects_test),
	{}
};

static struct kunit_suite hdm_suite = {
	.name = "mdev_cxl_hdm",
	.test_cases = hdm_cases,
};

kunit_test_suite(hdm_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: HDM decoders");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
