// SPDX-License-Identifier: GPL-2.0-only
/* The mdev_cxl module: share one CXL Type-2 accelerator between guests. */
#include <linux/mdev.h>
#include <linux/module.h>

#include "debugfs.h"
#include "instance.h"
#include "parent.h"

static int __init mcxl_init(void)
{
	int rc;

	mcxl_function_setup();
	mcxl_debugfs_init();
	rc = mdev_register_driver(&mcxl_mdev_driver);
	if (rc)
		mcxl_debugfs_exit();
	return rc;
}

static void __exit mcxl_exit(void)
{
	mdev_unregister_driver(&mcxl_mdev_driver);
	mcxl_parents_wait();
	mcxl_debugfs_exit();
}

module_init(mcxl_init);
module_exit(mcxl_exit);

MODULE_DESCRIPTION("Mediated CXL Type-2 devices");
MODULE_LICENSE("GPL");
