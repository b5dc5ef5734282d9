// SPDX-License-Identifier: GPL-2.0-only
/* The kinds of partitions that a parent offers: sizes, decoders, names. */
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/cleanup.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/kstrtox.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <kunit/visibility.h>

#include "function/function.h"
#include "types.h"

/* Offered unless the parent says otherwise: the whole, 1/2, 1/4, 1/8, 1/16 */
#define MCXL_DEFAULT_TYPES	5

static unsigned int default_types(u64 dpa_size, struct mdev_cxl_type_desc *out)
{
	u64 most = min(dpa_size, MDEV_CXL_MAX_SIZE);
	unsigned int i, nr = 0;

	for (i = 0; i < MCXL_DEFAULT_TYPES; i++) {
		u64 size = round_down(most >> i, MDEV_CXL_GRANULE);

		/* Odd sizes may round down to the same granule */
		if (!size || (nr && out[nr - 1].size == size))
			continue;
		out[nr++] = (struct mdev_cxl_type_desc) {
			.size = size,
			.decoders = 1,
		};
	}
	return nr;
}

/**
 * mdev_cxl_parse_type - a kind of partition as operators write it
 * @dev: parent, for a message
 * @text: SIZE or SIZE:DECODERS, as 512m or 1g:4; see memparse() for sizes
 * @type: what it says; mdev_cxl_register_parent() finds out if it can be
 *
 * For module parameters of parent drivers.
 *
 * Return: 0, or -EINVAL with one line in the log for anything else
 */
int mdev_cxl_parse_type(struct device *dev, const char *text,
			struct mdev_cxl_type_desc *type)
{
	char *end;

	type->size = memparse(text, &end);
	type->decoders = 1;
	if (*end == ':' && !kstrtouint(end + 1, 10, &type->decoders))
		return 0;
	if (!*end && end != text)
		return 0;
	dev_err(dev, "type %s, wanted SIZE or SIZE:DECODERS\n", text);
	return -EINVAL;
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parse_type, "MDEV_CXL");

static int check_type(struct device *dev, u64 dpa_size,
		      const struct mdev_cxl_type_desc *descs, unsigned int i)
{
	const struct mdev_cxl_type_desc *desc = &descs[i];
	u64 most = min(dpa_size, MDEV_CXL_MAX_SIZE);
	unsigned int j;

	if (!desc->size || desc->size % MDEV_CXL_GRANULE || desc->size > most) {
		dev_err(dev, "type %u: size %llu, wanted a multiple of %u up to %llu\n",
			i, desc->size, MDEV_CXL_GRANULE, most);
		return -EINVAL;
	}
	if (!mcxl_decoders_valid(desc->decoders)) {
		dev_err(dev, "type %u: %u decoders, wanted 1, 2, 4, 6, 8 or 10\n",
			i, desc->decoders);
		return -EINVAL;
	}
	for (j = 0; j < i; j++) {
		if (descs[j].size == desc->size &&
		    descs[j].decoders == desc->decoders) {
			dev_err(dev, "type %u is type %u again\n", i, j);
			return -EINVAL;
		}
	}
	return 0;
}

static void name_type(struct mcxl_type *type)
{
	u64 mib = type->desc.size / SZ_1M;
	bool gib = mib % 1024 == 0;
	u64 n = gib ? mib / 1024 : mib;
	unsigned int decoders = type->desc.decoders;

	if (decoders == 1) {
		snprintf(type->name, sizeof(type->name), "%llu%c", n,
			 gib ? 'g' : 'm');
		snprintf(type->pretty_name, sizeof(type->pretty_name),
			 "CXL %llu %s", n, gib ? "GiB" : "MiB");
	} else {
		snprintf(type->name, sizeof(type->name), "%llu%c-%ud", n,
			 gib ? 'g' : 'm', decoders);
		snprintf(type->pretty_name, sizeof(type->pretty_name),
			 "CXL %llu %s, %u decoders", n, gib ? "GiB" : "MiB",
			 decoders);
	}
	type->mdev.sysfs_name = type->name;
	type->mdev.pretty_name = type->pretty_name;
}

/**
 * mcxl_types_create - make the types of a parent
 * @dev: parent, for messages
 * @dpa_size: bytes of its memory, a multiple of MDEV_CXL_GRANULE, not 0
 * @descs: what it offers, or NULL for the default
 * @nr: entries of @descs, at least 1 unless that is NULL
 *
 * Return: the types, -EINVAL with one line in the log for a bad list, or
 * -ENOMEM
 */
struct mcxl_types *mcxl_types_create(struct device *dev, u64 dpa_size,
				     const struct mdev_cxl_type_desc *descs,
				     unsigned int nr)
{
	struct mdev_cxl_type_desc defaults[MCXL_DEFAULT_TYPES];
	struct mcxl_types *types __free(kfree) = NULL;
	unsigned int i;
	int rc;

	if (!descs) {
		descs = defaults;
		nr = default_types(dpa_size, defaults);
	}
	if (!nr) {
		dev_err(dev, "no types, wanted at least one\n");
		return ERR_PTR(-EINVAL);
	}

	types = kzalloc_flex(*types, type, nr);
	if (!types)
		return ERR_PTR(-ENOMEM);
	types->nr = nr;

	for (i = 0; i < nr; i++) {
		rc = check_type(dev, dpa_size, descs, i);
		if (rc)
			return ERR_PTR(rc);
		types->type[i].desc = descs[i];
		name_type(&types->type[i]);
	}

	types->mdev = kzalloc_objs(*types->mdev, nr);
	if (!types->mdev)
		return ERR_PTR(-ENOMEM);
	for (i = 0; i < nr; i++)
		types->mdev[i] = &types->type[i].mdev;

	return_ptr(types);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_types_create);

/**
 * mcxl_types_destroy - free what mcxl_types_create() made
 * @types: no mdev type of it may be registered any more; NULL is fine
 */
void mcxl_types_destroy(struct mcxl_types *types)
{
	if (!types)
		return;
	kfree(types->mdev);
	kfree(types);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_types_destroy);
