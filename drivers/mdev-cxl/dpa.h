/* SPDX-License-Identifier: GPL-2.0-only */
/* Who owns which device physical addresses */
#ifndef _MDEV_CXL_DPA_H
#define _MDEV_CXL_DPA_H

#include <linux/ioport.h>
#include <linux/types.h>

/**
 * struct mcxl_dpa - the device memory of one parent
 * @root: all of it, from DPA 0; the children are the partitions
 *
 * The caller serialises all operations on one tree.
 */
struct mcxl_dpa {
	struct resource root;
};

void mcxl_dpa_init(struct mcxl_dpa *dpa, u64 size);
int mcxl_dpa_alloc(struct mcxl_dpa *dpa, struct resource *res, u64 size,
		   const char *name);
void mcxl_dpa_free(struct resource *res);
u64 mcxl_dpa_align(u64 size);
u64 mcxl_dpa_size(const struct mcxl_dpa *dpa);
u64 mcxl_dpa_available(const struct mcxl_dpa *dpa);
u64 mcxl_dpa_largest(const struct mcxl_dpa *dpa);
unsigned int mcxl_dpa_count(const struct mcxl_dpa *dpa, u64 size);

#endif /* _MDEV_CXL_DPA_H */
