/* SPDX-License-Identifier: GPL-2.0-only */
/* The kinds of partitions that a parent offers */
#ifndef _MDEV_CXL_TYPES_H
#define _MDEV_CXL_TYPES_H

#include <linux/mdev.h>
#include <linux/mdev_cxl.h>

/**
 * struct mcxl_type - one kind of partition, as mdev shows it
 * @mdev: what the mdev core knows; its names point to @name and @pretty_name
 * @desc: size and decoders
 * @name: directory name in sysfs, without the parent driver's: "512m", "2g-4d"
 * @pretty_name: for people
 */
struct mcxl_type {
	struct mdev_type mdev;
	struct mdev_cxl_type_desc desc;
	char name[24];
	char pretty_name[48];
};

/**
 * struct mcxl_types - the types of one parent
 * @mdev: pointers as mdev_register_parent() takes them, @nr of them
 * @nr: number of types
 * @type: the types
 */
struct mcxl_types {
	struct mdev_type **mdev;
	unsigned int nr;
	struct mcxl_type type[] __counted_by(nr);
};

static inline struct mcxl_type *to_mcxl_type(struct mdev_type *mdev)
{
	return container_of(mdev, struct mcxl_type, mdev);
}

struct mcxl_types *mcxl_types_create(struct device *dev, u64 dpa_size,
				     const struct mdev_cxl_type_desc *descs,
				     unsigned int nr);
void mcxl_types_destroy(struct mcxl_types *types);

#endif /* _MDEV_CXL_TYPES_H */
