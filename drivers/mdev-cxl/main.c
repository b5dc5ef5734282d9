// SPDX-License-Identifier: GPL-2.0-only
/* The mdev_cxl module: share one CXL Type-2 accelerator between guests. */
#include <linux/mdev.h>
#include <linux/module.h>

#include "instance.h"
#include "parent.h"

static int __init mcxl_init(void)
{
	return mdev_register_driver(&mcxl_mdev_driver);
}

static void __exit mcxl_exit(void)
{
	mdev_unregister_driver(&mcxl_mdev_driver);
	mcxl_parents_wait();
}

module_init(mcxl_init);
module_exit(mcxl_exit);

MODULE_DESCRIPTION("Mediated CXL Type-2 devices");
MODULE_LICENSE("GPL");
