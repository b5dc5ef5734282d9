// SPDX-License-Identifier: GPL-2.0-only
/* Errors and resets for tests: what a parent driver would report, from debugfs. */
#include <linux/array_size.h>
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "debugfs.h"
#include "parent.h"

static struct dentry *root;

static int inject_poison_set(void *data, u64 dpa)
{
	return mdev_cxl_parent_poison(data, dpa, 1);
}
DEFINE_DEBUGFS_ATTRIBUTE(inject_poison_fops, NULL, inject_poison_set, "%llx\n");

static int clear_poison_set(void *data, u64 dpa)
{
	return mdev_cxl_parent_unpoison(data, dpa, 1);
}
DEFINE_DEBUGFS_ATTRIBUTE(clear_poison_fops, NULL, clear_poison_set, "%llx\n");

static int poison_show(struct seq_file *s, void *unused)
{
	struct mdev_cxl_parent *parent = s->private;
	unsigned long page;
	void *entry;

	xa_for_each(&parent->poison, page, entry)
		seq_printf(s, "%#llx\n", (u64)page << PAGE_SHIFT);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(poison);

/* A line, to be freed, or an error pointer */
static char *copy_line(const char __user *buf, size_t count)
{
	return count > 64 ? ERR_PTR(-EINVAL) : memdup_user_nul(buf, count);
}

/* "DPA UNCORRECTABLE CORRECTABLE", all hexadecimal */
static ssize_t inject_ras_write(struct file *file, const char __user *buf,
				size_t count, loff_t *pos)
{
	char *text __free(kfree) = copy_line(buf, count);
	u32 uncorrectable, correctable;
	u64 dpa;
	int rc;

	if (IS_ERR(text))
		return PTR_ERR(text);
	if (sscanf(text, "%llx %x %x", &dpa, &uncorrectable,
		   &correctable) != 3)
		return -EINVAL;

	rc = mdev_cxl_parent_ras(file->private_data, dpa, uncorrectable,
				 correctable);
	return rc ?: count;
}

static const struct file_operations inject_ras_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = inject_ras_write,
};

/* How a reset can end */
static const struct {
	const char *name;
	void (*end)(struct mdev_cxl_parent *parent);
} reset_ends[] = {
	{ "done", mdev_cxl_parent_reset_done },
	{ "cancel", mdev_cxl_parent_reset_cancel },
	{ "failed", mdev_cxl_parent_failed },
};

/*
 * Under the lock of the device, as other resets are. Wait for it only briefly: its driver
 * may be unbound just now, with the lock held, and wait for the end of this.
 */
static int inject_reset(struct mdev_cxl_parent *parent, unsigned int ms,
			void (*end)(struct mdev_cxl_parent *parent))
{
	int rc = -EBUSY, tries = 10;

	while (!device_trylock(parent->desc.dev)) {
		if (!tries--)
			return rc;
		msleep(20);
	}
	if (mdev_cxl_parent_is_blocked(parent))
		goto unlock;
	mdev_cxl_parent_reset_prepare(parent);
	msleep_interruptible(ms);
	end(parent);
	rc = 0;
unlock:
	device_unlock(parent->desc.dev);
	return rc;
}

/* "MILLISECONDS done|cancel|failed" */
static ssize_t inject_reset_write(struct file *file, const char __user *buf,
				  size_t count, loff_t *pos)
{
	char *text __free(kfree) = copy_line(buf, count);
	unsigned int ms, i;
	char name[8];

	if (IS_ERR(text))
		return PTR_ERR(text);
	if (sscanf(text, "%u %7s", &ms, name) != 2)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(reset_ends); i++) {
		if (!strcmp(name, reset_ends[i].name))
			return inject_reset(file->private_data, ms,
					    reset_ends[i].end) ?: count;
	}
	return -EINVAL;
}

static const struct file_operations inject_reset_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = inject_reset_write,
};

/**
 * mcxl_debugfs_add - files for a parent
 * @parent: the parent
 */
void mcxl_debugfs_add(struct mdev_cxl_parent *parent)
{
	struct dentry *dir = debugfs_create_dir(dev_name(parent->desc.dev),
						root);

	parent->debugfs = dir;
	debugfs_create_file_unsafe("inject_poison", 0200, dir, parent,
				   &inject_poison_fops);
	debugfs_create_file_unsafe("clear_poison", 0200, dir, parent,
				   &clear_poison_fops);
	debugfs_create_file("poison", 0400, dir, parent, &poison_fops);
	debugfs_create_file("inject_ras", 0200, dir, parent, &inject_ras_fops);
	debugfs_create_file("inject_reset", 0200, dir, parent,
			    &inject_reset_fops);
}

/**
 * mcxl_debugfs_del - remove them, and wait until no file operation is running
 * @parent: the parent
 */
void mcxl_debugfs_del(struct mdev_cxl_parent *parent)
{
	debugfs_remove(parent->debugfs);
}

/**
 * mcxl_debugfs_init - the directory that they are in
 */
void mcxl_debugfs_init(void)
{
	root = debugfs_create_dir("mdev_cxl", NULL);
}

/**
 * mcxl_debugfs_exit - remove it
 */
void mcxl_debugfs_exit(void)
{
	debugfs_remove(root);
}
