/* SPDX-License-Identifier: GPL-2.0-only */
/* What the suites of the function model have in common */
#ifndef _MDEV_CXL_FUNCTION_TEST_H
#define _MDEV_CXL_FUNCTION_TEST_H

#include <kunit/test.h>
#include <linux/unaligned.h>

#include "function/function.h"

/* Where the lead-in of each structure is found by walking, never by constant */
#define CONFIG	MCXL_SPACE_CONFIG
#define COMP	MCXL_SPACE_COMPONENT
#define MSIX	MCXL_SPACE_MSIX

#define TEST_SERIAL	0x1122334455667788ULL

static inline struct mcxl_function *
make_function_of(struct kunit *test, u64 size, unsigned int decoders, bool cache)
{
	const struct mcxl_function_desc desc = {
		.identity = {
			.vendor = 0x1234,
			.device = 0x5678,
			.subsystem_vendor = 0x9abc,
			.subsystem_device = 0xdef0,
			.class = 0x120000,
			.revision = 0x42,
		},
		.serial = TEST_SERIAL,
		.size = size,
		.decoders = decoders,
		.nr_vectors = 3,
		.reset_timeout = 1,
		.cache_capable = cache,
		.perf = {
			.read_latency = 120,
			.write_latency = 70000,
			.read_bandwidth = 50000,
			.write_bandwidth = 131072,
		},
	};
	struct mcxl_function *fn = kunit_kzalloc(test, sizeof(*fn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fn);
	KUNIT_ASSERT_EQ(test, mcxl_function_init(fn, &desc), 0);
	return fn;
}

static inline struct mcxl_function *
make_function(struct kunit *test, u64 size, unsigned int decoders)
{
	return make_function_of(test, size, decoders, true);
}

static inline u32 rd(struct mcxl_function *fn, enum mcxl_space space,
		     u32 offset, u32 size)
{
	u8 bytes[4] = {};

	mcxl_function_read(fn, space, offset, bytes, size);
	return get_unaligned_le32(bytes);
}

static inline u32 wr(struct mcxl_function *fn, enum mcxl_space space,
		     u32 offset, u32 size, u32 value)
{
	u8 bytes[4];

	put_unaligned_le32(value, bytes);
	return mcxl_function_write(fn, space, offset, bytes, size);
}

/* Offset of a capability, 0 if there is none */
static inline u32 find_cap(struct mcxl_function *fn, u8 id)
{
	u32 at = rd(fn, CONFIG, 0x34, 1), n = 48;

	while (at && n--) {
		if (rd(fn, CONFIG, at, 1) == id)
			return at;
		at = rd(fn, CONFIG, at + 1, 1);
	}
	return 0;
}

/* Offset of an extended capability; of a CXL DVSEC when @dvsec is not -1 */
static inline u32 find_ext(struct mcxl_function *fn, u16 id, int dvsec)
{
	u32 at = 0x100, n = 960;

	while (at && n--) {
		if (rd(fn, CONFIG, at, 2) == id &&
		    (dvsec < 0 || (rd(fn, CONFIG, at + 4, 2) == 0x1e98 &&
				   rd(fn, CONFIG, at + 8, 2) == dvsec)))
			return at;
		at = rd(fn, CONFIG, at + 2, 2) >> 4;
	}
	return 0;
}

static inline u32 dvsec(struct kunit *test, struct mcxl_function *fn, int id)
{
	u32 at = find_ext(fn, 0x0023, id);

	KUNIT_ASSERT_NE(test, at, 0);
	return at;
}

/* Offset of a capability of the component registers, 0 if there is none */
static inline u32 find_comp(struct mcxl_function *fn, u16 id)
{
	u32 i, nr = rd(fn, COMP, 0x1003, 1);

	for (i = 1; i <= nr; i++) {
		u32 cap = rd(fn, COMP, 0x1000 + 4 * i, 4);

		if ((cap & 0xffff) == id)
			return 0x1000 + (cap >> 20);
	}
	return 0;
}

/* HDM decoder registers, relative to their capability */
#define HDM_GLOBAL	0x04
#define DEC_BASE(i)	(0x10 + 0x20 * (i))
#define DEC_SIZE(i)	(0x18 + 0x20 * (i))
#define DEC_CTRL(i)	(0x20 + 0x20 * (i))
#define DEC_SKIP(i)	(0x24 + 0x20 * (i))
#define CTRL_LOCK	BIT(8)
#define CTRL_COMMIT	BIT(9)
#define CTRL_COMMITTED	BIT(10)
#define CTRL_ERROR	BIT(11)
#define CTRL_HOSTONLY	BIT(12)

#define MIB256	0x10000000ULL

static inline u32 hdm_rd(struct mcxl_function *fn, u32 reg)
{
	return rd(fn, COMP, find_comp(fn, 5) + reg, 4);
}

static inline u32 hdm_wr(struct mcxl_function *fn, u32 reg, u32 value)
{
	return wr(fn, COMP, find_comp(fn, 5) + reg, 4, value);
}

static inline void hdm_wr64(struct mcxl_function *fn, u32 reg, u64 value)
{
	hdm_wr(fn, reg, lower_32_bits(value));
	hdm_wr(fn, reg + 4, upper_32_bits(value));
}

/* Program and commit; returns the control register */
static inline u32 hdm_commit(struct mcxl_function *fn, unsigned int i,
			     u64 base, u64 size, u64 skip, u32 ctrl)
{
	hdm_wr64(fn, DEC_BASE(i), base);
	hdm_wr64(fn, DEC_SIZE(i), size);
	hdm_wr64(fn, DEC_SKIP(i), skip);
	hdm_wr(fn, DEC_CTRL(i), ctrl | CTRL_COMMIT);
	return hdm_rd(fn, DEC_CTRL(i));
}

/**
 * struct reg_test - how one 32-bit register must behave
 * @name: of the case
 * @offset: relative to the structure under test
 * @rw: bits that keep what is written
 * @value: value after power-up
 */
struct reg_test {
	const char *name;
	u32 offset;
	u32 rw;
	u32 value;
};

/*
 * All-ones, zeroes and each single bit, in accesses of 1, 2 and 4 bytes: what
 * can be written follows, everything else keeps its value.
 */
static inline void check_reg(struct kunit *test, struct mcxl_function *fn,
			     enum mcxl_space space, u32 at,
			     const struct reg_test *r)
{
	u32 size, byte, bit;

	KUNIT_EXPECT_EQ_MSG(test, rd(fn, space, at, 4), r->value, "%s: power-up value",
			    r->name);

	for (bit = 0; bit < 34; bit++) {
		u32 value = bit < 32 ? BIT(bit) : bit == 32 ? ~0 : 0;

		for (size = 1; size <= 4; size *= 2) {
			for (byte = 0; byte < 4; byte += size)
				wr(fn, space, at + byte, size,
				   value >> (8 * byte));
			KUNIT_EXPECT_EQ_MSG(test, rd(fn, space, at, 4),
					    (value & r->rw) |
					    (r->value & ~r->rw),
					    "%s: %#x written in pieces of %u",
					    r->name, value, size);
		}
	}
}

#endif /* _MDEV_CXL_FUNCTION_TEST_H */
