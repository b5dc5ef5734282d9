// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdev_cxl_guest: a guest's driver for a partition. To it the partition is a
 * CXL Type-2 function as any other: nothing in here knows of mediated devices.
 *
 * The memory is reached through BAR2. HDM decoders would put it elsewhere, at
 * an address of the guest's choice, but only a VMM that maps what they decode
 * does so, and no register tells whether this one is. So they are left alone.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pgtable.h>

#include <cxl/pci.h>

#include "guest.h"

#define BAR_MEMORY	2

static void __iomem *map_block(struct guest *guest,
			       const struct cxl_reg_map *block)
{
	return devm_ioremap(&guest->pdev->dev,
			    guest->map.resource + block->offset, block->size);
}

static int find_registers(struct guest *guest)
{
	const struct cxl_component_reg_map *comp = &guest->map.component_map;
	struct device *dev = &guest->pdev->dev;
	int rc;

	rc = cxl_pci_setup_regs(guest->pdev, CXL_REGLOC_RBI_COMPONENT,
				&guest->map);
	if (rc)
		return dev_err_probe(dev, rc,
				     "no CXL component registers, wanted a block that the register locator names\n");
	if (!comp->hdm_decoder.valid || !comp->ras.valid)
		return dev_err_probe(dev, -ENODEV,
				     "no %s capability in the component registers, wanted HDM decoders and RAS\n",
				     comp->ras.valid ? "HDM decoder" : "RAS");

	guest->hdm = map_block(guest, &comp->hdm_decoder);
	guest->ras = map_block(guest, &comp->ras);
	return guest->hdm && guest->ras ? 0 : -ENOMEM;
}

/* The BAR is a power of two, the memory need not be */
static int memory_size(struct guest *guest, u64 *size)
{
	struct pci_dev *pdev = guest->pdev;
	u32 high, low;
	u16 dvsec;

	dvsec = pci_find_dvsec_capability(pdev, PCI_VENDOR_ID_CXL,
					  PCI_DVSEC_CXL_DEVICE);
	if (!dvsec)
		return dev_err_probe(&pdev->dev, -ENODEV,
				     "no CXL device DVSEC, wanted one with the size of the memory\n");

	pci_read_config_dword(pdev, dvsec + PCI_DVSEC_CXL_RANGE_SIZE_HIGH(0),
			      &high);
	pci_read_config_dword(pdev, dvsec + PCI_DVSEC_CXL_RANGE_SIZE_LOW(0),
			      &low);
	*size = (u64)high << 32 | (low & PCI_DVSEC_CXL_MEM_SIZE_LOW);
	if (!(low & PCI_DVSEC_CXL_MEM_ACTIVE) || !*size ||
	    *size > pci_resource_len(pdev, BAR_MEMORY))
		return dev_err_probe(&pdev->dev, -ENXIO,
				     "memory of %#llx bytes, range register %#x, wanted some that is active, within the %#llx bytes of BAR%d\n",
				     *size, low,
				     (u64)pci_resource_len(pdev, BAR_MEMORY),
				     BAR_MEMORY);
	return 0;
}

#ifdef CONFIG_X86
/* What the MTRRs have as uncached is mapped so, and memremap() says nothing */
static bool is_write_back(const void *mem)
{
	unsigned int level;
	pte_t *pte = lookup_address((unsigned long)mem, &level);
	pteval_t cache = level == PG_LEVEL_4K ? _PAGE_CACHE_MASK :
						_PAGE_LARGE_CACHE_MASK;

	return pte && !(pte_val(*pte) & cache);
}
#else
static bool is_write_back(const void *mem)
{
	return true;
}
#endif

static int map_memory(struct guest *guest)
{
	struct pci_dev *pdev = guest->pdev;
	u64 size;
	int rc;

	rc = memory_size(guest, &size);
	if (rc)
		return rc;

	guest->gpa.start = pci_resource_start(pdev, BAR_MEMORY);
	guest->gpa.end = guest->gpa.start + size - 1;
	guest->mem = devm_memremap(&pdev->dev, guest->gpa.start, size,
				   MEMREMAP_WB);
	if (IS_ERR(guest->mem))
		return PTR_ERR(guest->mem);

	guest->write_back = is_write_back(guest->mem);
	if (!guest->write_back)
		pci_notice(pdev, "memory %pra is mapped uncached, wanted write-back; is it in a range that an MTRR has as uncached?\n",
			   &guest->gpa);
	return 0;
}

/*
 * Jobs of an earlier driver, or an earlier kernel, may still go on, and would look like
 * ours; and ours may not go on behind our back.
 */
static int reset_function(struct pci_dev *pdev)
{
	int rc;

	rc = pci_save_state(pdev);
	if (rc)
		return rc;
	rc = pcie_reset_flr(pdev, PCI_RESET_DO_RESET);
	pci_restore_state(pdev);
	return rc;
}

static int guest_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct guest *guest;
	int rc;

	if (!pcie_is_cxl(pdev))
		return dev_err_probe(&pdev->dev, -ENODEV,
				     "not a CXL function, wanted one whose link is in CXL mode\n");

	guest = devm_kzalloc(&pdev->dev, sizeof(*guest), GFP_KERNEL);
	if (!guest)
		return -ENOMEM;
	guest->pdev = pdev;
	init_rwsem(&guest->reset_lock);
	pci_set_drvdata(pdev, guest);

	rc = pcim_enable_device(pdev);
	if (rc)
		return rc;
	rc = reset_function(pdev);
	if (rc)
		return dev_err_probe(&pdev->dev, rc,
				     "cannot be reset, wanted a function level reset\n");
	rc = pcim_request_all_regions(pdev, KBUILD_MODNAME);
	if (rc)
		return rc;
	rc = find_registers(guest);
	if (rc)
		return rc;
	rc = map_memory(guest);
	if (rc)
		return rc;
	rc = guest_engine_init(&guest->engine, pdev);
	if (rc)
		return rc;
	return guest_debugfs_add(guest);
}

static void guest_reset_prepare(struct pci_dev *pdev)
{
	struct guest *guest = pci_get_drvdata(pdev);

	/* First: a job that comes later, and so counts this reset, is refused */
	guest_engine_stop(&guest->engine);
	/* Who looks at memory comes to an end; later ones see that there was a reset */
	scoped_guard(rwsem_write, &guest->reset_lock)
		WRITE_ONCE(guest->resets, guest->resets + 1);
}

static void guest_reset_done(struct pci_dev *pdev)
{
	struct guest *guest = pci_get_drvdata(pdev);

	guest_engine_cancel(&guest->engine);
	guest_engine_start(&guest->engine);
}

/* A job does not outlive this, nor the wait for one, which keeps files of debugfs busy */
static void guest_remove(struct pci_dev *pdev)
{
	struct guest *guest = pci_get_drvdata(pdev);

	guest_reset_prepare(pdev);
	if (reset_function(pdev))
		pci_err(pdev, "cannot be reset: jobs may go on\n");
	guest_engine_cancel(&guest->engine);
}

static const struct pci_error_handlers guest_err_handlers = {
	.reset_prepare = guest_reset_prepare,
	.reset_done = guest_reset_done,
};

static const struct pci_device_id guest_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x00c5) },
	{}
};
MODULE_DEVICE_TABLE(pci, guest_ids);

static struct pci_driver guest_driver = {
	.name = "mdev_cxl_guest",
	.id_table = guest_ids,
	.probe = guest_probe,
	.remove = guest_remove,
	.err_handler = &guest_err_handlers,
};

static int __init guest_module_init(void)
{
	int rc;

	guest_debugfs_init();
	rc = pci_register_driver(&guest_driver);
	if (rc)
		guest_debugfs_exit();
	return rc;
}

static void __exit guest_module_exit(void)
{
	pci_unregister_driver(&guest_driver);
	guest_debugfs_exit();
}

module_init(guest_module_init);
module_exit(guest_module_exit);

MODULE_DESCRIPTION("Guest driver for partitions of the software accelerator");
MODULE_IMPORT_NS("CXL");
MODULE_LICENSE("GPL");
