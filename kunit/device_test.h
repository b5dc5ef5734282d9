/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device for a test, with a name of its own: where the kernel puts releases
 * off, the name of the last test's is still taken.
 */
#ifndef _MDEV_CXL_DEVICE_TEST_H
#define _MDEV_CXL_DEVICE_TEST_H

#include <kunit/test.h>
#include <linux/device.h>

KUNIT_DEFINE_ACTION_WRAPPER(unregister_device, root_device_unregister,
			    struct device *);

static inline struct device *make_device(struct kunit *test)
{
	static unsigned int number;
	struct device *dev;
	char name[32];

	snprintf(name, sizeof(name), "%s-%u", KBUILD_MODNAME, number++);
	dev = root_device_register(name);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, dev);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test,
							unregister_device,
							dev), 0);
	return dev;
}

#endif /* _MDEV_CXL_DEVICE_TEST_H */
