// SPDX-License-Identifier: GPL-2.0-only
/* Sizes, decoder counts and names of the types. */
#include <kunit/test.h>
#include <linux/bits.h>
#include <linux/err.h>
#include <linux/module.h>

#include "device_test.h"
#include "function/function.h"
#include "types.h"

#define M	BIT_ULL(20)
#define G	BIT_ULL(30)

struct name_case {
	struct mdev_cxl_type_desc desc;
	const char *name;
	const char *pretty;
};

static const struct name_case name_cases[] = {
	{ { 256 * M, 1 }, "256m", "CXL 256 MiB" },
	{ { 512 * M, 1 }, "512m", "CXL 512 MiB" },
	{ { 768 * M, 2 }, "768m-2d", "CXL 768 MiB, 2 decoders" },
	{ { G, 1 }, "1g", "CXL 1 GiB" },
	{ { 1280 * M, 1 }, "1280m", "CXL 1280 MiB" },
	{ { 64 * G, 10 }, "64g-10d", "CXL 64 GiB, 10 decoders" },
};

KUNIT_ARRAY_PARAM_DESC(name, name_cases, name);

static void name_test(struct kunit *test)
{
	const struct name_case *c = test->param_value;
	struct mcxl_types *types;

	types = mcxl_types_create(make_device(test), 64 * G, &c->desc, 1);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, types);
	KUNIT_EXPECT_EQ(test, types->nr, 1);
	KUNIT_EXPECT_STREQ(test, types->mdev[0]->sysfs_name, c->name);
	KUNIT_EXPECT_STREQ(test, types->mdev[0]->pretty_name, c->pretty);
	mcxl_types_destroy(types);
}

struct default_case {
	const char *name;
	u64 dpa_size;
	const char *names[6];
};

static const struct default_case default_cases[] = {
	{ "16 GiB", 16 * G, { "16g", "8g", "4g", "2g", "1g" } },
	{ "4 TiB", 4096 * G, { "1024g", "512g", "256g", "128g", "64g" } },
	{ "4 GiB", 4 * G, { "4g", "2g", "1g", "512m", "256m" } },
	{ "1 GiB", G, { "1g", "512m", "256m" } },
	{ "one granule", 256 * M, { "256m" } },
	{ "five granules", 1280 * M, { "1280m", "512m", "256m" } },
	{ "three granules", 768 * M, { "768m", "256m" } },
};

KUNIT_ARRAY_PARAM_DESC(default, default_cases, name);

static void default_test(struct kunit *test)
{
	const struct default_case *c = test->param_value;
	struct mcxl_types *types;
	unsigned int i;

	types = mcxl_types_create(make_device(test), c->dpa_size, NULL, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, types);
	for (i = 0; i < types->nr && c->names[i]; i++) {
		KUNIT_EXPECT_STREQ(test, types->type[i].name, c->names[i]);
		KUNIT_EXPECT_EQ(test, types->type[i].desc.decoders, 1);
	}
	KUNIT_EXPECT_EQ(test, i, types->nr);
	KUNIT_EXPECT_NULL(test, c->names[i]);
	mcxl_types_destroy(types);
}

struct bad_case {
	const char *name;
	unsigned int nr;
	struct mdev_cxl_type_desc desc[2];
	u64 dpa_size; /* 4 GiB if 0 */
};

static const struct bad_case bad_cases[] = {
	{ "no types", 0, { { G, 1 } } },
	{ "size 0", 1, { { 0, 1 } } },
	{ "part of a granule", 1, { { 128 * M, 1 } } },
	{ "a granule and a half", 1, { { 384 * M, 1 } } },
	{ "larger than the device", 1, { { 8 * G, 1 } } },
	{ "larger than a region", 1, { { 1025 * G, 1 } }, 4096 * G },
	{ "no decoders", 1, { { G, 0 } } },
	{ "3 decoders", 1, { { G, 3 } } },
	{ "12 decoders", 1, { { G, 12 } } },
	{ "one twice", 2, { { G, 2 }, { G, 2 } } },
	{ "second is bad", 2, { { G, 2 }, { G, 5 } } },
};

KUNIT_ARRAY_PARAM_DESC(bad, bad_cases, name);

static void bad_test(struct kunit *test)
{
	const struct bad_case *c = test->param_value;
	struct mcxl_types *types;

	types = mcxl_types_create(make_device(test), c->dpa_size ?: 4 * G,
				  c->desc, c->nr);
	KUNIT_EXPECT_PTR_EQ(test, types, ERR_PTR(-EINVAL));
}

struct parse_case {
	const char *text;
	struct mdev_cxl_type_desc desc;
	int rc;
};

static const struct parse_case parse_cases[] = {
	{ "512m", { 512 * M, 1 } },
	{ "1g:4", { G, 4 } },
	{ "0x10000000", { 256 * M, 1 } },
	/* For mcxl_types_create() to refuse */
	{ "0:0", { 0, 0 } },
	{ "1g:3", { G, 3 } },
	{ "", .rc = -EINVAL },
	{ "g", .rc = -EINVAL },
	{ "1gg", .rc = -EINVAL },
	{ "1g:", .rc = -EINVAL },
	{ "1g:x", .rc = -EINVAL },
	{ "1g:-1", .rc = -EINVAL },
	{ "1g:4:4", .rc = -EINVAL },
	{ "1g 4", .rc = -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(parse, parse_cases, text);

static void parse_test(struct kunit *test)
{
	const struct parse_case *c = test->param_value;
	struct mdev_cxl_type_desc desc;

	KUNIT_EXPECT_EQ(test, c->rc,
			mdev_cxl_parse_type(make_device(test), c->text, &desc));
	if (c->rc)
		return;
	KUNIT_EXPECT_EQ(test, desc.size, c->desc.size);
	KUNIT_EXPECT_EQ(test, desc.decoders, c->desc.decoders);
}

static void decoders_test(struct kunit *test)
{
	unsigned int n;

	for (n = 0; n < 40; n++)
		KUNIT_EXPECT_EQ_MSG(test, mcxl_decoders_valid(n),
				    n == 1 || n == 2 || n == 4 || n == 6 ||
				    n == 8 || n == 10, "%u decoders", n);
}

static struct kunit_case types_cases[] = {
	KUNIT_CASE_PARAM(name_test, name_gen_params),
	KUNIT_CASE_PARAM(default_test, default_gen_params),
	KUNIT_CASE_PARAM(bad_test, bad_gen_params),
	KUNIT_CASE_PARAM(parse_test, parse_gen_params),
	KUNIT_CASE(decoders_test),
	{}
};

static struct kunit_suite types_suite = {
	.name = "mdev_cxl_types",
	.test_cases = types_cases,
};

kunit_test_suite(types_suite);

MODULE_DESCRIPTION("KUnit tests for mdev_cxl: sizes, decoder counts and names");
MODULE_IMPORT_NS("EXPORTED_FOR_KUNIT_TESTING");
MODULE_LICENSE("GPL");
