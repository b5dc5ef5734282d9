// SPDX-License-Identifier: GPL-2.0-only
/* PCI configuration space: accesses of every size, header, capabilities. */
#include <linux/module.h>
#include <linux/string.h>

#include "function_test.h"

/* Cuts of one range into accesses must not matter */
static void read_size_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 4);
	u8 *whole = kunit_kzalloc(test, 4096, GFP_KERNEL), part[16];
	u32 at, size;

	KUNIT_ASSERT_NOT_NULL(test, whole);
	mcxl_function_read(fn, CONFIG, 0, whole, 4096);
	for (at = 0; at < 4096; at++) {
		for (size = 1; size <= 16 && at + size <= 4096; size++) {
			mcxl_function_read(fn, CONFIG, at, part, size);
			KUNIT_ASSERT_EQ_MSG(test,
					    memcmp(part, whole + at, size), 0,
					    "%u bytes at %#x", size, at);
		}
	}
}

static void write_size_test(struct kunit *test)
{
	struct mcxl_function *a = make_function(test, MIB256, 4);
	struct mcxl_function *b = make_function(test, MIB256, 4);
	u8 *ca = kunit_kzalloc(test, 4096, GFP_KERNEL);
	u8 *cb = kunit_kzalloc(test, 4096, GFP_KERNEL);
	u8 bytes[9];
	u32 at, size, i;

	KUNIT_ASSERT_TRUE(test, ca && cb);
	/* Header and capabilities; the lock of the DVSEC is not in there */
	for (size = 1; size <= sizeof(bytes); size++) {
		for (at = 0; at + size <= 0x100; at++) {
			for (i = 0; i < size; i++) {
				bytes[i] = at * 7 + i * 29 + size;
				mcxl_function_write(b, CONFIG, at + i,
						    &bytes[i], 1);
			}
			mcxl_function_write(a, CONFIG, at, bytes, size);
			mcxl_function_read(a, CONFIG, 0, ca, 4096);
			mcxl_function_read(b, CONFIG, 0, cb, 4096);
			KUNIT_ASSERT_EQ_MSG(test, memcmp(ca, cb, 4096), 0,
					    "%u bytes at %#x", size, at);
		}
	}
}

/* A write to half of a register leaves the other half alone */
static void partial_write_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);

	wr(fn, CONFIG, 0x18, 4, 0xf0000000);
	wr(fn, CONFIG, 0x1c, 4, 0x11223344);
	wr(fn, CONFIG, 0x1d, 1, 0xaa);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x1c, 4), 0x1122aa44);
	wr(fn, CONFIG, 0x1e, 2, 0xbbcc);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x1c, 4), 0xbbccaa44);
}

/* From the upper half of one register into the lower half of the next */
static void spanning_write_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);

	wr(fn, CONFIG, 0x18, 4, 0xf0000000);
	wr(fn, CONFIG, 0x1c, 4, 0);
	wr(fn, CONFIG, 0x1b, 2, 0x5510);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x18, 4) & ~0xfU, 0x10000000);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x1c, 4), 0x55);
}

static void out_of_bounds_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);

	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 4096, 4), 0);
	KUNIT_EXPECT_EQ(test, wr(fn, CONFIG, 4096, 4, ~0), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0xfffffffc, 4), 0);
	/* Over the end of all offsets, and not to the first register again */
	KUNIT_EXPECT_EQ(test, wr(fn, MSIX, 0xfffffffe, 4, ~0), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, MSIX, 0, 4), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0xfffffffe, 4), 0);
}

static void identity_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);

	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x00, 2), 0x1234);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x02, 2), 0x5678);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x08, 1), 0x42);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x08, 4) >> 8, 0x120000);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x0e, 1), 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x2c, 2), 0x9abc);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x2e, 2), 0xdef0);
	/* No INTx */
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, 0x3d, 1), 0);
}

static const struct reg_test header_regs[] = {
	{ "vendor, device", 0x00, 0, 0x56781234 },
	{ "class, revision", 0x08, 0, 0x12000042 },
	{ "cache line size", 0x0c, 0xff, 0 },
	{ "BAR0", 0x10, 0xffff0000, 0 },
	{ "BAR1", 0x14, 0, 0 },
	{ "BAR2, 512 MiB", 0x18, 0xe0000000, 0xc },
	{ "BAR3", 0x1c, 0xffffffff, 0 },
	{ "BAR4", 0x20, 0xfffe0000, 0 },
	{ "BAR5", 0x24, 0, 0 },
	{ "CardBus", 0x28, 0, 0 },
	{ "subsystem", 0x2c, 0, 0xdef09abc },
	{ "expansion ROM", 0x30, 0, 0 },
	{ "interrupt line", 0x3c, 0xff, 0 },
	/* Memory, master, parity, SERR, INTx disable; the list of capabilities */
	{ "command, status", 0x04, 0x0546, 0x00100000 },
};

KUNIT_ARRAY_PARAM_DESC(header, header_regs, name);

static void header_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;
	struct mcxl_function *fn = make_function(test, 2 * MIB256, 1);

	check_reg(test, fn, CONFIG, r->offset, r);
}

struct bar_case {
	const char *name;
	u64 size;
	u64 bar;
};

static const struct bar_case bar_cases[] = {
	{ "256 MiB", MIB256, MIB256 },
	{ "768 MiB is rounded up", 3 * MIB256, 4 * MIB256 },
	{ "2 GiB", 8 * MIB256, 8 * MIB256 },
	{ "4 GiB", 16 * MIB256, 16 * MIB256 },
	{ "5 GiB is rounded up", 20 * MIB256, 32 * MIB256 },
	{ "256 GiB", 1024 * MIB256, 1024 * MIB256 },
};

KUNIT_ARRAY_PARAM_DESC(bar, bar_cases, name);

static void bar_test(struct kunit *test)
{
	const struct bar_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, c->size, 1);
	u64 mask;

	wr(fn, CONFIG, 0x18, 4, ~0);
	wr(fn, CONFIG, 0x1c, 4, ~0);
	mask = (u64)rd(fn, CONFIG, 0x1c, 4) << 32 | rd(fn, CONFIG, 0x18, 4);
	KUNIT_EXPECT_EQ(test, mask & 0xf, 0xc);
	KUNIT_EXPECT_EQ(test, ~(mask & ~0xfULL) + 1, c->bar);
	KUNIT_EXPECT_EQ(test, mcxl_function_bar_size(fn, 2), c->bar);
}

struct cap_case {
	const char *name;
	u8 id;
	u32 offset;
	u32 rw;
	u32 value;
};

static const struct cap_case cap_cases[] = {
	{ "PCIe: device capabilities have FLR", 0x10, 0x04, 0, 0x10008021 },
	/* Bit 15 starts an FLR and reads 0 */
	{ "PCIe: device control", 0x10, 0x08, 0x79ff, 0x2810 },
	{ "PCIe: link capabilities, 32 GT/s x16", 0x10, 0x0c, 0, 0x400105 },
	{ "PCIe: link control", 0x10, 0x10, 0xc8, 0x01050000 },
	{ "PCIe: device capabilities 2", 0x10, 0x24, 0, 0x10 },
	{ "PCIe: device control 2", 0x10, 0x28, 0x10, 0 },
	{ "PCIe: link capabilities 2", 0x10, 0x2c, 0, 0x3e },
	{ "PCIe: link control 2", 0x10, 0x30, 0xf, 0x5 },
	{ "PCIe: slots, which it has none of", 0x10, 0x14, 0, 0 },
	{ "PM: version 3", 0x01, 0x00, 0, 0x00030000 },
	{ "MSI-X: table in BAR4", 0x11, 0x04, 0, 0x4 },
	{ "MSI-X: pending bits in BAR4", 0x11, 0x08, 0, 0x804 },
};

KUNIT_ARRAY_PARAM_DESC(cap, cap_cases, name);

static void cap_test(struct kunit *test)
{
	const struct cap_case *c = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = find_cap(fn, c->id);
	struct reg_test r = { c->name, 0, c->rw, c->value };

	KUNIT_ASSERT_NE(test, at, 0);
	if (!c->offset) {
		/* The identifier and the link to the next are not of interest */
		KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at, 4) >> 16,
				c->value >> 16);
		return;
	}
	check_reg(test, fn, CONFIG, at + c->offset, &r);
}

static void chain_test(struct kunit *test)
{
	static const u8 caps[] = { 0x01, 0x10, 0x11 };
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 i, at, n;

	for (i = 0; i < ARRAY_SIZE(caps); i++)
		KUNIT_EXPECT_NE_MSG(test, find_cap(fn, caps[i]), 0,
				    "capability %#x", caps[i]);
	/* The chains end, and go forth only */
	for (at = rd(fn, CONFIG, 0x34, 1), n = 0; at; n++) {
		u32 next = rd(fn, CONFIG, at + 1, 1);

		KUNIT_ASSERT_TRUE(test, !next || next > at);
		at = next;
	}
	KUNIT_EXPECT_EQ(test, n, ARRAY_SIZE(caps));
	for (at = 0x100, n = 0; at; n++) {
		u32 next = rd(fn, CONFIG, at + 2, 2) >> 4;

		KUNIT_ASSERT_TRUE(test, !next || next > at);
		at = next;
	}
	/* Four DVSECs, DSN, AER, DOE */
	KUNIT_EXPECT_EQ(test, n, 7);
}

static void serial_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = find_ext(fn, 0x0003, -1);

	KUNIT_ASSERT_NE(test, at, 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 4, 4), 0x55667788);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 8, 4), 0x11223344);
}

static const struct reg_test aer_regs[] = {
	{ "uncorrectable status", 0x04, 0, 0 },
	{ "uncorrectable mask", 0x08, 0x005ff010, 0x00400000 },
	{ "uncorrectable severity", 0x0c, 0x005ff010, 0x00462010 },
	{ "correctable status", 0x10, 0, 0 },
	{ "correctable mask", 0x14, 0x000071c1, 0x00006000 },
	{ "capabilities and control", 0x18, 0, 0 },
	{ "header log", 0x1c, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(aer, aer_regs, name);

static void aer_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = find_ext(fn, 0x0001, -1);

	KUNIT_ASSERT_NE(test, at, 0);
	check_reg(test, fn, CONFIG, at + r->offset, r);
}

static void msix_control_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = find_cap(fn, 0x11);

	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 2, 2), 2);
	wr(fn, CONFIG, at + 2, 2, 0xffff);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 2, 2), 0xc002);
	wr(fn, CONFIG, at + 2, 2, 0);
	KUNIT_EXPECT_EQ(test, rd(fn, CONFIG, at + 2, 2), 2);
}

static const struct reg_test vector_regs[] = {
	{ "address of the first", 0x00, 0xfffffffc, 0 },
	{ "upper address of the first", 0x04, 0xffffffff, 0 },
	{ "data of the first", 0x08, 0xffffffff, 0 },
	{ "control of the first", 0x0c, 1, 1 },
	{ "address of the last", 0x20, 0xfffffffc, 0 },
	{ "control of the last", 0x2c, 1, 1 },
	{ "address behind the last", 0x30, 0, 0 },
	{ "control behind the last", 0x3c, 0, 0 },
	{ "control of the 64th", 0x3fc, 0, 0 },
	{ "behind the table", 0x400, 0, 0 },
	{ "pending bits", 0x800, 0, 0 },
	{ "last of the page", 0xffc, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(vector, vector_regs, name);

static void vector_test(struct kunit *test)
{
	const struct reg_test *r = test->param_value;

	check_reg(test, make_function(test, MIB256, 1), MSIX, r->offset, r);
}

struct desc_case {
	const char *name;
	u64 size;
	unsigned int decoders;
	unsigned int vectors;
	u8 timeout;
	int rc;
};

static const struct desc_case desc_cases[] = {
	{ "good", MIB256, 10, 64, 4, 0 },
	{ "size 0", 0, 1, 1, 0, -EINVAL },
	{ "part of a granule", MIB256 + 4096, 1, 1, 0, -EINVAL },
	{ "no decoders", MIB256, 0, 1, 0, -EINVAL },
	{ "5 decoders", MIB256, 5, 1, 0, -EINVAL },
	{ "12 decoders", MIB256, 12, 1, 0, -EINVAL },
	{ "no vectors", MIB256, 1, 0, 0, -EINVAL },
	{ "65 vectors", MIB256, 1, 65, 0, -EINVAL },
	{ "reserved timeout", MIB256, 1, 1, 5, -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(desc, desc_cases, name);

static void desc_test(struct kunit *test)
{
	const struct desc_case *c = test->param_value;
	const struct mcxl_function_desc desc = {
		.size = c->size,
		.decoders = c->decoders,
		.nr_vectors = c->vectors,
		.reset_timeout = c->timeout,
	};
	struct mcxl_function *fn = kunit_kzalloc(test, sizeof(*fn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, fn);
	KUNIT_EXPECT_EQ(test, mcxl_function_init(fn, &desc), c->rc);
}

static struct kunit_case config_cases[] = {
	KUNIT_CASE(read_size_test),
	KUNIT_CASE(write_size_test),
	KUNIT_CASE(partial_write_test),
	KUNIT_CASE(spanning_write_test),
	KUNIT_CASE(out_of_bounds_test),
	KUNIT_CASE(identity_test),
	KUNIT_CASE_PARAM(header_test, header_gen_params),
	KUNIT_CASE_PARAM(bar_test, bar_gen_params),
	KUNIT_CASE_PARAM(cap_test, cap_gen_params),
	KUNIT_CASE(chain_test),
	KUNIT_CASE(serial_test),
	KUNIT_CASE_PARAM(aer_test, aer_gen_params),
	KUNIT_CASE(msix_control_test),
	KUNIT_CASE_PARAM(vector_test, vector_gen_params),
	KUNIT_CASE_PARAM(desc_test, desc_gen_params),
	{}
};

static struct kunit_suite config_suite = {
	.name = "mdev_cxl_config",
	.test_cases = config_cases,
};

kunit_test_suite(config_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: PCI configuration space");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
