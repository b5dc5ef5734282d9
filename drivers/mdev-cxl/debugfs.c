// SPDX-License-Identifier: GPL-2.0-only
/* Errors for tests: what a parent driver would report, from debugfs. */
#include <linux/debugfs.h>
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

/* "DPA UNCORRECTABLE CORRECTABLE", all hexadecimal */
static ssize_t inject_ras_write(struct file *file, const char __user *buf,
				size_t count, loff_t *pos)
{
	u32 uncorrectable, correctable;
	u64 dpa;
	int rc;

	if (count > 64)
		return -EINVAL;

	char *text __free(kfree) = memdup_user_nul(buf, count);

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
}

/**
 * mcxl_debugfs_del - remove them; when this returns nobody is in one
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
