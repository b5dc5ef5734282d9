// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdev_cxl_soft: a parent without hardware. Device memory is host RAM, and a
 * small engine works on it. An example for vendors as well: what a parent has
 * to do for the framework is all in this file.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/mdev_cxl.h>
#include <linux/module.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/pci_ids.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mdev_cxl_soft_regs.h"
#include "soft.h"

#define NAME		"mdev_cxl_soft"

static unsigned int size = 4096;
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "device memory in MiB, at least 256 (4096)");

static char *types[MDEV_CXL_MAX_TYPES];
static int nr_types;
module_param_array(types, charp, &nr_types, 0444);
MODULE_PARM_DESC(types, "types as SIZE[:DECODERS], e.g. 512m,1g:4 (the whole, 1/2, 1/4, 1/8, 1/16)");

/* A software device has no figures of its own; these are for its guests' CDAT */
static unsigned int latency = 150;
module_param(latency, uint, 0444);
MODULE_PARM_DESC(latency, "of the memory in ns, as guests are told; 0: not (150)");

static unsigned int bandwidth = 16000;
module_param(bandwidth, uint, 0444);
MODULE_PARM_DESC(bandwidth, "of the memory in MB/s, as guests are told; 0: not (16000)");

static int node = NUMA_NO_NODE;
module_param(node, int, 0444);
MODULE_PARM_DESC(node, "NUMA node that the memory comes from; -1: any (-1)");

/**
 * struct soft_device - the accelerator
 * @mem: its memory
 * @engine: its engine
 * @parent: registered with the framework
 */
struct soft_device {
	struct soft_memory mem;
	struct soft_engine engine;
	struct mdev_cxl_parent *parent;
};

static struct platform_device *device;

static struct soft_device *part_to_soft(struct mdev_cxl_partition *part)
{
	return mdev_cxl_parent_drvdata(part->parent);
}

static int soft_get_pfn(struct mdev_cxl_parent *parent, u64 dpa,
			unsigned int max_order, unsigned long *pfn,
			unsigned int *order)
{
	struct soft_device *soft = mdev_cxl_parent_drvdata(parent);

	return soft_memory_get_pfn(&soft->mem, dpa, max_order, pfn, order);
}

static u64 soft_next_populated(struct mdev_cxl_parent *parent, u64 dpa, u64 end)
{
	struct soft_device *soft = mdev_cxl_parent_drvdata(parent);

	return soft_memory_next_populated(&soft->mem, dpa, end);
}

static int soft_init(struct mdev_cxl_partition *part)
{
	part->drvdata = soft_queue_create(&part_to_soft(part)->engine, part);
	return part->drvdata ? 0 : -ENOMEM;
}

static void soft_exit(struct mdev_cxl_partition *part)
{
	soft_queue_destroy(part->drvdata);
}

static void soft_start(struct mdev_cxl_partition *part)
{
	soft_queue_start(part->drvdata);
}

static void soft_stop(struct mdev_cxl_partition *part)
{
	soft_queue_stop(part->drvdata);
}

static void soft_pause(struct mdev_cxl_partition *part)
{
	soft_queue_pause(part->drvdata);
}

static void soft_resume(struct mdev_cxl_partition *part)
{
	soft_queue_resume(part->drvdata);
}

static u64 soft_reg_read(struct mdev_cxl_partition *part, u32 offset,
			 unsigned int size)
{
	return soft_queue_read(part->drvdata, offset, size);
}

static void soft_reg_write(struct mdev_cxl_partition *part, u32 offset,
			   unsigned int size, u64 value)
{
	soft_queue_write(part->drvdata, offset, size, value);
}

static const struct mdev_cxl_parent_ops soft_ops = {
	.owner = THIS_MODULE,
	.get_pfn = soft_get_pfn,
	.next_populated = soft_next_populated,
	.init = soft_init,
	.exit = soft_exit,
	.start = soft_start,
	.stop = soft_stop,
	.pause = soft_pause,
	.resume = soft_resume,
	.reg_read = soft_reg_read,
	.reg_write = soft_reg_write,
};

static int register_parent(struct device *dev, struct soft_device *soft)
{
	struct mdev_cxl_type_desc descs[MDEV_CXL_MAX_TYPES];
	struct mdev_cxl_parent_desc desc = {
		.dev = dev,
		.ops = &soft_ops,
		.drvdata = soft,
		.identity = {
			/* As QEMU has for devices that are nobody's product */
			.vendor = PCI_VENDOR_ID_REDHAT,
			.device = 0x00c5,
			.subsystem_vendor = PCI_VENDOR_ID_REDHAT,
			.subsystem_device = MDEV_CXL_SUBSYSTEM_DEVICE,
			.class = PCI_CLASS_ACCELERATOR_PROCESSING << 8,
			.revision = 1,
		},
		.dpa_size = soft->mem.size,
		.types = nr_types ? descs : NULL,
		.nr_types = nr_types,
		.nr_vectors = MDEV_CXL_SOFT_SLOTS,
		.perf = {
			.read_latency = latency,
			.write_latency = latency,
			.read_bandwidth = bandwidth,
			.write_bandwidth = bandwidth,
		},
		.regs_size = MDEV_CXL_SOFT_REGS_SIZE,
		.zeroed = true,
	};
	int i, rc;

	for (i = 0; i < nr_types; i++) {
		rc = mdev_cxl_parse_type(dev, types[i], &descs[i]);
		if (rc)
			return rc;
	}

	soft->parent = mdev_cxl_register_parent(&desc);
	return PTR_ERR_OR_ZERO(soft->parent);
}

static int soft_probe(struct platform_device *pdev)
{
	struct soft_device *soft;
	int rc;

	soft = devm_kzalloc(&pdev->dev, sizeof(*soft), GFP_KERNEL);
	if (!soft)
		return -ENOMEM;
	platform_set_drvdata(pdev, soft);

	rc = soft_memory_init(&soft->mem, (u64)size * SZ_1M,
			      dev_to_node(&pdev->dev));
	if (rc)
		return rc;
	rc = soft_engine_init(&soft->engine, &soft->mem);
	if (rc)
		goto exit_memory;
	rc = register_parent(&pdev->dev, soft);
	if (rc)
		goto exit_engine;
	return 0;

exit_engine:
	soft_engine_exit(&soft->engine);
exit_memory:
	soft_memory_exit(&soft->mem);
	return rc;
}

static void soft_remove(struct platform_device *pdev)
{
	struct soft_device *soft = platform_get_drvdata(pdev);

	mdev_cxl_unregister_parent(soft->parent);
	soft_engine_exit(&soft->engine);
	soft_memory_exit(&soft->mem);
}

static struct platform_driver soft_driver = {
	.probe = soft_probe,
	.remove = soft_remove,
	.driver.name = NAME,
	/* add_device() wants to know at once */
	.driver.probe_type = PROBE_FORCE_SYNCHRONOUS,
};

static int __init add_device(void)
{
	int rc;

	device = platform_device_alloc(NAME, PLATFORM_DEVID_NONE);
	if (!device)
		return -ENOMEM;
	set_dev_node(&device->dev, node);
	rc = platform_device_add(device);
	if (rc) {
		platform_device_put(device);
		return rc;
	}
	if (!device_is_bound(&device->dev)) {
		platform_device_unregister(device);
		return -EINVAL;
	}
	return 0;
}

static int __init soft_module_init(void)
{
	int rc;

	if (node != NUMA_NO_NODE &&
	    (!numa_valid_node(node) || !node_online(node))) {
		pr_err("node %d, wanted one that is online, or -1\n", node);
		return -EINVAL;
	}

	rc = platform_driver_register(&soft_driver);
	if (rc)
		return rc;
	rc = add_device();
	if (rc)
		platform_driver_unregister(&soft_driver);
	return rc;
}

static void __exit soft_module_exit(void)
{
	platform_device_unregister(device);
	platform_driver_unregister(&soft_driver);
}

module_init(soft_module_init);
module_exit(soft_module_exit);

MODULE_DESCRIPTION("Software accelerator, a parent for mdev-cxl");
MODULE_IMPORT_NS("MDEV_CXL");
MODULE_LICENSE("GPL");
