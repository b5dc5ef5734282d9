// SPDX-License-Identifier: GPL-2.0-only
/* Who owns which device memory. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/module.h>
#include <linux/prandom.h>

#include "dpa.h"

#define M	BIT_ULL(20)
#define G	BIT_ULL(30)

struct align_case {
	const char *name;
	u64 size;
	u64 align;
};

static const struct align_case align_cases[] = {
	{ "one granule", 256 * M, 256 * M },
	{ "two granules", 512 * M, 512 * M },
	{ "three granules tile by one", 768 * M, 256 * M },
	{ "a gigabyte", G, G },
	{ "more than a gigabyte", 1280 * M, G },
	{ "two gigabytes", 2 * G, G },
	{ "256 gigabytes", 256 * G, G },
};

KUNIT_ARRAY_PARAM_DESC(align, align_cases, name);

static void align_test(struct kunit *test)
{
	const struct align_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, mcxl_dpa_align(c->size), c->align);
}

struct count_case {
	const char *name;
	u64 total;
	u64 size;
	unsigned int count;
};

/*
 * The larger ones go through the addresses at which firmware keeps its own on
 * an x86 host, below 1 MiB and below 4 GiB: a DPA is none of its business.
 */
static const struct count_case count_cases[] = {
	{ "the whole", 2 * G, 2 * G, 1 },
	{ "halves", 2 * G, G, 2 },
	{ "sixteenths", 4 * G, 256 * M, 16 },
	{ "too large", 256 * M, 512 * M, 0 },
	{ "a rest is left", 1280 * M, 512 * M, 2 },
	{ "stride of 2 GiB for 1.25 GiB", 4 * G, 1280 * M, 2 },
	{ "last one fits behind the last stride", 3328 * M, 1280 * M, 2 },
	{ "last one does not fit", 3072 * M, 1280 * M, 1 },
	{ "across 4 GiB", 16 * G, 256 * M, 64 },
	{ "across 4 GiB in gigabytes", 16 * G, G, 16 },
	{ "a terabyte", 1024 * G, 64 * G, 16 },
};

KUNIT_ARRAY_PARAM_DESC(count, count_cases, name);

static unsigned int alloc_all(struct mcxl_dpa *dpa, struct resource *res,
			      unsigned int max, u64 size)
{
	unsigned int n = 0;

	while (n < max) {
		res[n] = (struct resource) {};
		if (mcxl_dpa_alloc(dpa, &res[n], size, "test"))
			break;
		n++;
	}
	return n;
}

static void count_test(struct kunit *test)
{
	const struct count_case *c = test->param_value;
	struct resource *res = kunit_kcalloc(test, 128, sizeof(*res),
					     GFP_KERNEL);
	struct mcxl_dpa dpa;
	unsigned int i, n;

	KUNIT_ASSERT_NOT_NULL(test, res);
	mcxl_dpa_init(&dpa, c->total);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_count(&dpa, c->size), c->count);

	n = alloc_all(&dpa, res, 128, c->size);
	KUNIT_EXPECT_EQ(test, n, c->count);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_count(&dpa, c->size), 0);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_available(&dpa),
			c->total - n * c->size);
	if (n)
		KUNIT_EXPECT_EQ(test, res[0].start, 0);
	for (i = 0; i < n; i++) {
		KUNIT_EXPECT_EQ(test, resource_size(&res[i]), c->size);
		KUNIT_EXPECT_EQ(test, res[i].start % mcxl_dpa_align(c->size),
				0);
	}
	while (n--)
		mcxl_dpa_free(&res[n]);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_count(&dpa, c->size), c->count);
}

static void first_fit_test(struct kunit *test)
{
	struct resource a = {}, b = {}, c = {};
	struct mcxl_dpa dpa;

	mcxl_dpa_init(&dpa, G);
	KUNIT_ASSERT_EQ(test, mcxl_dpa_alloc(&dpa, &a, 256 * M, "a"), 0);
	KUNIT_ASSERT_EQ(test, mcxl_dpa_alloc(&dpa, &b, 256 * M, "b"), 0);
	mcxl_dpa_free(&a);
	a = (struct resource) {};
	KUNIT_ASSERT_EQ(test, mcxl_dpa_alloc(&dpa, &c, 256 * M, "c"), 0);
	KUNIT_EXPECT_EQ(test, c.start, 0);
	mcxl_dpa_free(&b);
	mcxl_dpa_free(&c);
}

static void fragmented_test(struct kunit *test)
{
	struct resource res[4] = {}, big = {};
	struct mcxl_dpa dpa;

	mcxl_dpa_init(&dpa, G);
	KUNIT_ASSERT_EQ(test, alloc_all(&dpa, res, 4, 256 * M), 4);
	mcxl_dpa_free(&res[0]);
	mcxl_dpa_free(&res[2]);

	/* Half of it is free, and none of that in one piece */
	KUNIT_EXPECT_EQ(test, mcxl_dpa_available(&dpa), 512 * M);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_largest(&dpa), 256 * M);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_count(&dpa, 512 * M), 0);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_alloc(&dpa, &big, 512 * M, "big"),
			-ENOSPC);

	mcxl_dpa_free(&res[1]);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_largest(&dpa), 768 * M);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_count(&dpa, 512 * M), 1);
	mcxl_dpa_free(&res[3]);
	KUNIT_EXPECT_EQ(test, mcxl_dpa_largest(&dpa), G);
}

/* Whatever is taken, the count is the number of allocations that succeed */
static void random_test(struct kunit *test)
{
	static const u64 sizes[] = { 256 * M, 512 * M, 768 * M, G, 1280 * M,
				     2 * G };
	struct resource *res = kunit_kcalloc(test, 128, sizeof(*res),
					     GFP_KERNEL);
	struct resource taken[16] = {};
	struct rnd_state rnd;
	struct mcxl_dpa dpa;
	unsigned int round, i, n;

	KUNIT_ASSERT_NOT_NULL(test, res);
	prandom_seed_state(&rnd, 2409);
	mcxl_dpa_init(&dpa, 16 * G);

	for (round = 0; round < 200; round++) {
		struct resource *r = &taken[prandom_u32_state(&rnd) % 16];

		if (r->parent) {
			mcxl_dpa_free(r);
			*r = (struct resource) {};
		} else {
			i = prandom_u32_state(&rnd) % ARRAY_SIZE(sizes);
			mcxl_dpa_alloc(&dpa, r, sizes[i], "taken");
		}
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			unsigned int count = mcxl_dpa_count(&dpa, sizes[i]);

			n = alloc_all(&dpa, res, 128, sizes[i]);
			KUNIT_EXPECT_EQ_MSG(test, n, count, "round %u, size %llu",
					    round, sizes[i]);
			while (n--)
				mcxl_dpa_free(&res[n]);
		}
	}
	for (i = 0; i < 16; i++) {
		if (taken[i].parent)
			mcxl_dpa_free(&taken[i]);
	}
	KUNIT_EXPECT_EQ(test, mcxl_dpa_available(&dpa), 16 * G);
}

static struct kunit_case dpa_cases[] = {
	KUNIT_CASE_PARAM(align_test, align_gen_params),
	KUNIT_CASE_PARAM(count_test, count_gen_params),
	KUNIT_CASE(first_fit_test),
	KUNIT_CASE(fragmented_test),
	KUNIT_CASE(random_test),
	{}
};

static struct kunit_suite dpa_suite = {
	.name = "mdev_cxl_dpa",
	.test_cases = dpa_cases,
};

kunit_test_suite(dpa_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: who owns which device memory");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
