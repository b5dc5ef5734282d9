/* SPDX-License-Identifier: GPL-2.0-only */
/* Errors for tests, from debugfs */
#ifndef _MDEV_CXL_DEBUGFS_H
#define _MDEV_CXL_DEBUGFS_H

struct mdev_cxl_parent;

void mcxl_debugfs_init(void);
void mcxl_debugfs_exit(void);
void mcxl_debugfs_add(struct mdev_cxl_parent *parent);
void mcxl_debugfs_del(struct mdev_cxl_parent *parent);

#endif /* _MDEV_CXL_DEBUGFS_H */
