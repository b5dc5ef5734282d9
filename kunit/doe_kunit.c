// SPDX-License-Identifier: GPL-2.0-only
/* The DOE mailbox (PCIe r6.0 6.30) and the CDAT behind it. */
#include <linux/module.h>

#include "function_test.h"

/* Registers, relative to the capability */
#define DOE_CAP		0x04
#define DOE_CTRL	0x08
#define DOE_STATUS	0x0c
#define DOE_WRITE	0x10
#define DOE_READ	0x14
#define DOE_ABORT	BIT(0)
#define DOE_GO		BIT(31)
#define DOE_ERROR	BIT(2)
#define DOE_READY	BIT(31)

#define DISCOVERY	0x00000001
#define TABLE_ACCESS	0x00021e98

static u32 doe_rd(struct mcxl_function *fn, u32 reg)
{
	return rd(fn, CONFIG, find_ext(fn, 0x2e, -1) + reg, 4);
}

static void doe_wr(struct mcxl_function *fn, u32 reg, u32 value)
{
	wr(fn, CONFIG, find_ext(fn, 0x2e, -1) + reg, 4, value);
}

/* Write an object as it is and say go; returns the status */
static u32 send(struct mcxl_function *fn, const u32 *dword, unsigned int nr)
{
	while (nr--)
		doe_wr(fn, DOE_WRITE, *dword++);
	doe_wr(fn, DOE_CTRL, DOE_GO);
	return doe_rd(fn, DOE_STATUS);
}

/* Read a response until it ends; returns its dwords */
static unsigned int receive(struct mcxl_function *fn, u32 *dword,
			    unsigned int max)
{
	unsigned int nr = 0;

	while (nr < max && doe_rd(fn, DOE_STATUS) & DOE_READY) {
		dword[nr++] = doe_rd(fn, DOE_READ);
		/* Any value goes on to the next */
		doe_wr(fn, DOE_READ, nr);
	}
	return nr;
}

/* A whole exchange with one dword of payload; returns the response's dwords */
static unsigned int exchange(struct mcxl_function *fn, u32 header, u32 payload,
			     u32 *dword, unsigned int max)
{
	const u32 request[] = { header, 3, payload };

	if (send(fn, request, ARRAY_SIZE(request)) != DOE_READY)
		return 0;
	return receive(fn, dword, max);
}

static const struct reg_test doe_regs[] = {
	{ "header", 0x00, 0, 0x0001002e },
	{ "capability", DOE_CAP, 0, 0 },
	{ "status", DOE_STATUS, 0, 0 },
	{ "read mailbox", DOE_READ, 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(doe_reg, doe_regs, name);

static void register_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = find_ext(fn, 0x2e, -1);
	const struct reg_test *r = test->param_value;

	KUNIT_ASSERT_NE(test, at, 0);
	check_reg(test, fn, CONFIG, at + r->offset, r);
}

static void reads_zero_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);

	doe_wr(fn, DOE_WRITE, ~0);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_WRITE), 0);
	doe_wr(fn, DOE_CTRL, ~0);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_CTRL), 0);
}

static void discovery_test(struct kunit *test)
{
	static const u32 want[] = { 0x01000001, 0x00021e98, 0x0000ffff,
				    0x0000ffff };
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	unsigned int i;
	u32 rsp[8];

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		/* The last index of all, too */
		u32 index = i == 3 ? 0xff : i;

		KUNIT_ASSERT_EQ(test, exchange(fn, DISCOVERY, index, rsp, 8),
				3);
		KUNIT_EXPECT_EQ(test, rsp[0], DISCOVERY);
		KUNIT_EXPECT_EQ(test, rsp[1], 3);
		KUNIT_EXPECT_EQ(test, rsp[2], want[i]);
	}
}

/**
 * struct bad_request - one that gets no response
 * @name: of the case
 * @nr: dwords to write
 * @dword: the first of them
 * @status: DOE Status afterwards
 */
struct bad_request {
	const char *name;
	u32 nr;
	u32 dword[4];
	u32 status;
};

static const struct bad_request bad_requests[] = {
	{ "nothing at all", 0, {}, 0 },
	{ "half a header", 1, { DISCOVERY }, 0 },
	{ "length 0, which means 2^18", 3, { DISCOVERY, 0, 0 }, 0 },
	{ "length 1", 3, { DISCOVERY, 1, 0 }, 0 },
	{ "shorter than said", 3, { DISCOVERY, 4, 0 }, 0 },
	{ "longer than said", 4, { DISCOVERY, 3, 0, 0 }, 0 },
	{ "longer than any object", 0x40001, { DISCOVERY, 0, 0 }, 0 },
	{ "2^18 dwords, as said", 0x40000, { DISCOVERY, 0, 0 }, DOE_ERROR },
	{ "no payload", 2, { DISCOVERY, 2 }, DOE_ERROR },
	{ "too much payload", 4, { DISCOVERY, 4, 0, 0 }, DOE_ERROR },
	{ "another vendor", 3, { 0x00008086, 3, 0 }, DOE_ERROR },
	{ "another type of PCI-SIG", 3, { 0x00010001, 3, 0 }, DOE_ERROR },
	{ "another type of CXL", 3, { 0x00001e98, 3, 0 }, DOE_ERROR },
	{ "another code", 3, { TABLE_ACCESS, 3, 0x00000001 }, DOE_ERROR },
	{ "another table", 3, { TABLE_ACCESS, 3, 0x00000100 }, DOE_ERROR },
	{ "handle past the end", 3, { TABLE_ACCESS, 3, 0x00060000 }, DOE_ERROR },
	{ "the last handle", 3, { TABLE_ACCESS, 3, 0xffff0000 }, DOE_ERROR },
};

KUNIT_ARRAY_PARAM_DESC(bad_request, bad_requests, name);

/* Without a response, and none the worse for it once aborted */
static void bad_request_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	const struct bad_request *c = test->param_value;
	u32 rsp[8], i;

	for (i = 0; i < c->nr; i++)
		doe_wr(fn, DOE_WRITE,
		       i < ARRAY_SIZE(c->dword) ? c->dword[i] : i);
	doe_wr(fn, DOE_CTRL, DOE_GO);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_STATUS), c->status);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_READ), 0);

	/* An error stays until an abort; without one the next one is served */
	KUNIT_EXPECT_EQ(test, exchange(fn, DISCOVERY, 0, rsp, 8),
			c->status ? 0 : 3);
	doe_wr(fn, DOE_CTRL, DOE_ABORT);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_STATUS), 0);
	KUNIT_EXPECT_EQ(test, exchange(fn, DISCOVERY, 0, rsp, 8), 3);
}

static void partial_write_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 at = find_ext(fn, 0x2e, -1), rsp[8];
	static const u32 request[] = { DISCOVERY, 3, 0 };

	/* Less than a dword is no dword of the object */
	wr(fn, CONFIG, at + DOE_WRITE, 2, 0xffff);
	wr(fn, CONFIG, at + DOE_WRITE + 3, 1, 0xff);
	KUNIT_ASSERT_EQ(test, send(fn, request, 3), DOE_READY);
	/* Nor does it move on */
	wr(fn, CONFIG, at + DOE_READ, 1, 0);
	wr(fn, CONFIG, at + DOE_READ + 2, 2, 0);
	KUNIT_EXPECT_EQ(test, receive(fn, rsp, 8), 3);
	KUNIT_EXPECT_EQ(test, rsp[0], DISCOVERY);

	/* GO is in the last byte of its register */
	doe_wr(fn, DOE_WRITE, DISCOVERY);
	doe_wr(fn, DOE_WRITE, 3);
	doe_wr(fn, DOE_WRITE, 1);
	wr(fn, CONFIG, at + DOE_CTRL + 3, 1, 0x80);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_STATUS), DOE_READY);
	wr(fn, CONFIG, at + DOE_CTRL, 1, 0x01);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_STATUS), 0);
}

/**
 * struct moment - state of an exchange in which something else happens
 * @name: of the case
 * @written: dwords of the request that are written
 * @read: dwords of the response that are read
 * @go: whether the guest has said go
 */
struct moment {
	const char *name;
	u32 written;
	u32 read;
	bool go;
};

static const struct moment moments[] = {
	{ "with a request half written", 2, 0, false },
	{ "with a request written", 3, 0, false },
	{ "with a response ready", 3, 0, true },
	{ "with a response half read", 3, 1, true },
	{ "with a response read", 3, 3, true },
};

KUNIT_ARRAY_PARAM_DESC(moment, moments, name);

static void go_to(struct mcxl_function *fn, const struct moment *m)
{
	static const u32 request[] = { DISCOVERY, 3, 0 };
	u32 i;

	for (i = 0; i < m->written; i++)
		doe_wr(fn, DOE_WRITE, request[i]);
	if (m->go)
		doe_wr(fn, DOE_CTRL, DOE_GO);
	for (i = 0; i < m->read; i++)
		doe_wr(fn, DOE_READ, 0);
}

static void abort_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 rsp[8];

	go_to(fn, test->param_value);
	/* Abort wins over go */
	doe_wr(fn, DOE_CTRL, DOE_ABORT | DOE_GO);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_STATUS), 0);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_READ), 0);
	KUNIT_EXPECT_EQ(test, exchange(fn, DISCOVERY, 1, rsp, 8), 3);
}

static void reset_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	const struct moment *m = test->param_value;
	unsigned int kind;
	bool ready = m->go && m->read < 3;
	u32 rsp[8];

	for (kind = MCXL_RESET_CONVENTIONAL; kind <= MCXL_RESET_CXL; kind++) {
		bool kept = kind == MCXL_RESET_CXL;

		doe_wr(fn, DOE_CTRL, DOE_ABORT);
		go_to(fn, m);
		mcxl_function_reset(fn, kind);
		KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_STATUS),
				kept && ready ? DOE_READY : 0);
		KUNIT_EXPECT_EQ(test, !!doe_rd(fn, DOE_READ), kept && ready);
		if (!kept)
			KUNIT_EXPECT_EQ(test, exchange(fn, DISCOVERY, 1, rsp,
						       8), 3);
	}
}

/* A request on top of an unread response: there is room for one */
static void go_twice_test(struct kunit *test)
{
	static const u32 request[] = { DISCOVERY, 3, 0 };
	struct mcxl_function *fn = make_function(test, MIB256, 1);

	KUNIT_ASSERT_EQ(test, send(fn, request, 3), DOE_READY);
	KUNIT_EXPECT_EQ(test, send(fn, request, 3), DOE_ERROR);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_READ), 0);
}

static void read_past_end_test(struct kunit *test)
{
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	u32 rsp[8], i;

	KUNIT_ASSERT_EQ(test, exchange(fn, DISCOVERY, 0, rsp, 8), 3);
	for (i = 0; i < 20; i++)
		doe_wr(fn, DOE_READ, ~0);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_STATUS), 0);
	KUNIT_EXPECT_EQ(test, doe_rd(fn, DOE_READ), 0);
	KUNIT_EXPECT_EQ(test, exchange(fn, DISCOVERY, 0, rsp, 8), 3);
}

#define MAX_TABLE	(16 + 10 * 5 * 24)

struct table {
	u8 bytes[MAX_TABLE];
	u32 len;
};

/* The whole CDAT, entry by entry, as the handles lead on */
static void read_table(struct kunit *test, struct mcxl_function *fn,
		       struct table *t)
{
	u32 rsp[16], handle = 0, nr, i;

	t->len = 0;
	do {
		nr = exchange(fn, TABLE_ACCESS, handle << 16, rsp, 16);
		KUNIT_ASSERT_GE(test, nr, 4);
		KUNIT_EXPECT_EQ(test, rsp[0], TABLE_ACCESS);
		KUNIT_EXPECT_EQ(test, rsp[1], nr);
		KUNIT_EXPECT_EQ(test, rsp[2] & 0xffff, 0);
		handle = rsp[2] >> 16;
		KUNIT_ASSERT_LE(test, t->len + 4 * (nr - 3), MAX_TABLE);
		for (i = 3; i < nr; i++, t->len += 4)
			put_unaligned_le32(rsp[i], &t->bytes[t->len]);
	} while (handle != 0xffff);
}

/* The n-th structure of a type, or NULL */
static const u8 *find_entry(const struct table *t, u8 type, unsigned int n)
{
	u32 at;

	for (at = 16; at < t->len;
	     at += get_unaligned_le16(&t->bytes[at + 2])) {
		if (t->bytes[at] == type && !n--)
			return &t->bytes[at];
	}
	return NULL;
}

static const struct {
	const char *name;
	u64 size;
	u32 decoders;
	u32 regions;
} partitions[] = {
	{ "256 MiB, 1 decoder", MIB256, 1, 1 },
	{ "256 MiB, 4 decoders", MIB256, 4, 1 },
	{ "768 MiB, 2 decoders", 3 * MIB256, 2, 2 },
	{ "2.5 GiB, 10 decoders", 10 * MIB256, 10, 10 },
	{ "16 TiB, 6 decoders", 65536 * MIB256, 6, 6 },
};

KUNIT_ARRAY_PARAM_DESC(partition, partitions, name);

static void table_test(struct kunit *test)
{
	const typeof(partitions[0]) *p = test->param_value;
	struct mcxl_function *fn = make_function(test, p->size, p->decoders);
	struct table *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	u64 end = 0;
	u8 sum = 0;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, t);
	read_table(test, fn, t);
	KUNIT_EXPECT_EQ(test, get_unaligned_le32(t->bytes), t->len);
	KUNIT_EXPECT_EQ(test, t->bytes[4], 1);
	for (i = 0; i < t->len; i++)
		sum += t->bytes[i];
	KUNIT_EXPECT_EQ(test, sum, 0);

	/* The regions tile the partition, in whole granules */
	for (i = 0; i < p->regions; i++) {
		const u8 *dsmas = find_entry(t, 0, i);
		u64 len;

		KUNIT_ASSERT_NOT_NULL(test, dsmas);
		KUNIT_EXPECT_EQ(test, get_unaligned_le16(dsmas + 2), 24);
		KUNIT_EXPECT_EQ(test, dsmas[4], i);
		KUNIT_EXPECT_EQ(test, dsmas[5], 0);
		KUNIT_EXPECT_EQ(test, get_unaligned_le64(dsmas + 8), end);
		len = get_unaligned_le64(dsmas + 16);
		KUNIT_EXPECT_GT(test, len, 0);
		KUNIT_EXPECT_EQ(test, len % MIB256, 0);
		end += len;
	}
	KUNIT_EXPECT_EQ(test, end, p->size);
	KUNIT_EXPECT_NULL(test, find_entry(t, 0, i));
	KUNIT_EXPECT_NULL(test, find_entry(t, 1, 4 * p->regions));
}

/* Figures of make_function(), and how far they may be off: one unit */
static const struct {
	const char *name;
	u8 type;
	u64 value;
} figures[] = {
	{ "read latency in ps", 1, 120 * 1000 },
	{ "write latency in ps", 2, 70000 * 1000 },
	{ "read bandwidth in MB/s", 4, 50000 },
	{ "write bandwidth in MB/s", 5, 131072 },
};

KUNIT_ARRAY_PARAM_DESC(figure, figures, name);

static void figure_test(struct kunit *test)
{
	const typeof(figures[0]) *f = test->param_value;
	struct mcxl_function *fn = make_function(test, 2 * MIB256, 2);
	struct table *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
	unsigned int i, found = 0;
	const u8 *dslbis;

	KUNIT_ASSERT_NOT_NULL(test, t);
	read_table(test, fn, t);
	for (i = 0; (dslbis = find_entry(t, 1, i)); i++) {
		u64 unit = get_unaligned_le64(dslbis + 8);
		u16 entry = get_unaligned_le16(dslbis + 16);

		if (dslbis[6] != f->type)
			continue;
		/* One for each region, of memory */
		KUNIT_EXPECT_EQ(test, dslbis[4], found);
		KUNIT_EXPECT_EQ(test, dslbis[5], 0);
		KUNIT_EXPECT_NE(test, entry, 0);
		KUNIT_EXPECT_NE(test, entry, 0xffff);
		KUNIT_EXPECT_LE(test, abs((s64)(unit * entry - f->value)),
				unit);
		found++;
	}
	KUNIT_EXPECT_EQ(test, found, 2);
	KUNIT_EXPECT_EQ(test, i, 8);
}

/* A parent that knows no figures: no DSLBIS, and nothing else is missing */
static void unknown_test(struct kunit *test)
{
	const struct mcxl_function_desc desc = {
		.size = MIB256, .decoders = 1, .nr_vectors = 1,
	};
	struct mcxl_function *fn = make_function(test, MIB256, 1);
	struct table *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, t);
	KUNIT_ASSERT_EQ(test, mcxl_function_init(fn, &desc), 0);
	read_table(test, fn, t);
	KUNIT_EXPECT_EQ(test, t->len, 16 + 24);
	KUNIT_EXPECT_NOT_NULL(test, find_entry(t, 0, 0));
}

static struct kunit_case doe_cases[] = {
	KUNIT_CASE_PARAM(register_test, doe_reg_gen_params),
	KUNIT_CASE(reads_zero_test),
	KUNIT_CASE(discovery_test),
	KUNIT_CASE_PARAM(bad_request_test, bad_request_gen_params),
	KUNIT_CASE(partial_write_test),
	KUNIT_CASE_PARAM(abort_test, moment_gen_params),
	KUNIT_CASE_PARAM(reset_test, moment_gen_params),
	KUNIT_CASE(go_twice_test),
	KUNIT_CASE(read_past_end_test),
	KUNIT_CASE_PARAM(table_test, partition_gen_params),
	KUNIT_CASE_PARAM(figure_test, figure_gen_params),
	KUNIT_CASE(unknown_test),
	{}
};

static struct kunit_suite doe_suite = {
	.name = "mdev_cxl_doe",
	.test_cases = doe_cases,
};

kunit_test_suite(doe_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: DOE mailbox and CDAT");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
