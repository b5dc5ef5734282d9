// SPDX-License-Identifier: GPL-2.0-only
/* Instances: from the create attribute of a type to remove; sysfs. */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/kstrtox.h>
#include <linux/mdev.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "instance.h"
#include "parent.h"

static int instance_init(struct mcxl_instance *inst,
			 struct mdev_cxl_parent *parent,
			 const struct mcxl_type *type)
{
	const struct mdev_cxl_parent_ops *ops = parent->desc.ops;
	int rc;

	spin_lock_init(&inst->irq_lock);
	mcxl_throttle_init(inst);
	mutex_init(&inst->cfg_lock);
	init_rwsem(&inst->memory_lock);
	mutex_init(&inst->map_lock);
	init_waitqueue_head(&inst->held_wait);
	mcxl_memory_init(inst);
	ratelimit_default_init(&inst->poison_limit);
	/* Not in the name of those who are limited */
	ratelimit_set_flags(&inst->poison_limit, RATELIMIT_MSG_ON_RELEASE);
	inst->decoders = type->desc.decoders;

	inst->vectors = kzalloc_objs(*inst->vectors, parent->desc.nr_vectors);
	if (!inst->vectors)
		return -ENOMEM;

	rc = mcxl_parent_add(parent, inst, type);
	if (rc)
		goto free_vectors;

	if (ops->init) {
		rc = ops->init(&inst->part);
		if (rc)
			goto del;
	}
	return 0;

del:
	mcxl_parent_del(parent, inst);
free_vectors:
	kfree(inst->vectors);
	return rc;
}

static void instance_exit(struct mcxl_instance *inst)
{
	struct mdev_cxl_parent *parent = inst->part.parent;

	if (parent->desc.ops->exit)
		parent->desc.ops->exit(&inst->part);
	mcxl_parent_del(parent, inst);
	kfree(inst->vectors);
}

static int instance_probe(struct mdev_device *mdev)
{
	struct mdev_cxl_parent *parent = to_mcxl_parent(mdev->type->parent);
	const struct mcxl_type *type = to_mcxl_type(mdev->type);
	struct mcxl_instance *inst;
	int rc;

	/*
	 * The mdev core of Linux 7.3 shows the create attribute before it has the
	 * directory that the new device is to be linked in; and when it fails with
	 * a later type, it does not take away what was made of those before.
	 */
	if (!mcxl_parent_has_all_types(parent))
		return -ENODEV;

	inst = vfio_alloc_device(mcxl_instance, vdev, &mdev->dev,
				 &mcxl_vfio_ops);
	if (IS_ERR(inst))
		return PTR_ERR(inst);

	rc = instance_init(inst, parent, type);
	if (rc)
		goto put;

	dev_set_drvdata(&mdev->dev, inst);
	rc = vfio_register_emulated_iommu_dev(&inst->vdev);
	if (rc)
		goto exit;
	return 0;

exit:
	instance_exit(inst);
put:
	vfio_put_device(&inst->vdev);
	return rc;
}

static void instance_remove(struct mdev_device *mdev)
{
	struct mcxl_instance *inst = dev_get_drvdata(&mdev->dev);

	/* Waits until the last user has closed */
	vfio_unregister_group_dev(&inst->vdev);
	instance_exit(inst);
	vfio_put_device(&inst->vdev);
}

static unsigned int instance_get_available(struct mdev_type *mtype)
{
	return mcxl_parent_available(to_mcxl_parent(mtype->parent),
				     to_mcxl_type(mtype));
}

static ssize_t instance_show_description(struct mdev_type *mtype, char *buf)
{
	const struct mdev_cxl_type_desc *desc = &to_mcxl_type(mtype)->desc;

	return sysfs_emit(buf, "size=%lluM, decoders=%u\n", desc->size / SZ_1M,
			  desc->decoders);
}

static ssize_t dpa_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	struct mcxl_instance *inst = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%#llx-%#llx\n", inst->part.dpa.start,
			  inst->part.dpa.end);
}
static DEVICE_ATTR_RO(dpa);

static ssize_t size_show(struct device *dev, struct device_attribute *attr,
			 char *buf)
{
	struct mcxl_instance *inst = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%llu\n", mcxl_instance_size(inst));
}
static DEVICE_ATTR_RO(size);

static ssize_t dirty_bytes_show(struct device *dev,
				struct device_attribute *attr, char *buf)
{
	struct mcxl_instance *inst = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%llu\n",
			  mcxl_clear_dirty_bytes(inst->part.parent,
						 inst->part.dpa.start,
						 mcxl_instance_size(inst)));
}
static DEVICE_ATTR_RO(dirty_bytes);

/*
 * Attributes that everybody may read take no lock: a reset of the device would have to
 * wait for all of their readers
 */
static ssize_t decoders_show(struct device *dev, struct device_attribute *attr,
			     char *buf)
{
	struct mcxl_instance *inst = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%u\n", READ_ONCE(inst->decoders));
}

static ssize_t decoders_store(struct device *dev,
			      struct device_attribute *attr, const char *buf,
			      size_t count)
{
	struct mcxl_instance *inst = dev_get_drvdata(dev);
	unsigned int decoders;
	int rc;

	rc = kstrtouint(buf, 0, &decoders);
	if (rc)
		return rc;
	if (!mcxl_decoders_valid(decoders))
		return -EINVAL;

	guard(mutex)(&inst->cfg_lock);
	if (inst->open)
		return -EBUSY;
	WRITE_ONCE(inst->decoders, decoders);
	return count;
}
static DEVICE_ATTR_RW(decoders);

static ssize_t state_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	struct mcxl_instance *inst = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%s\n", READ_ONCE(inst->blocked) ? "blocked" :
				       READ_ONCE(inst->open) ? "open" :
				       "closed");
}
static DEVICE_ATTR_RO(state);

static ssize_t resets_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	struct mcxl_instance *inst = dev_get_drvdata(dev);

	return sysfs_emit(buf, "%llu\n", READ_ONCE(inst->resets));
}
static DEVICE_ATTR_RO(resets);

static struct attribute *instance_attrs[] = {
	&dev_attr_dpa.attr,
	&dev_attr_size.attr,
	&dev_attr_dirty_bytes.attr,
	&dev_attr_decoders.attr,
	&dev_attr_state.attr,
	&dev_attr_resets.attr,
	NULL
};
ATTRIBUTE_GROUPS(instance);

struct mdev_driver mcxl_mdev_driver = {
	.device_api = VFIO_DEVICE_API_PCI_STRING,
	.probe = instance_probe,
	.remove = instance_remove,
	.get_available = instance_get_available,
	.show_description = instance_show_description,
	.driver = {
		.name = "mdev_cxl",
		.owner = THIS_MODULE,
		.mod_name = KBUILD_MODNAME,
		.dev_groups = instance_groups,
	},
};
