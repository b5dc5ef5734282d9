// SPDX-License-Identifier: GPL-2.0-only
/*
 * mdev_cxl_pci: a CXL Type-2 PCI function becomes a parent.
 *
 * Generic: all it knows of a device is what the CXL specification lets it
 * read. Firmware must have committed an HDM decoder of the function to device
 * memory that is not interleaved; the CXL core assembles the region. Bound by
 * driver_override only.
 */
#include <linux/bitfield.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/memregion.h>
#include <linux/memremap.h>
#include <linux/mm.h>
#include <linux/mdev_cxl.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/range.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include <cxl/cxl.h>
#include <cxl/pci.h>

#include "function/cxl_regs.h"
#include "pci_hdm.h"

static char *types[MDEV_CXL_MAX_TYPES];
static int nr_types;
module_param_array(types, charp, &nr_types, 0444);
MODULE_PARM_DESC(types, "types of each device as SIZE[:DECODERS], e.g. 512m,1g:4 (the whole, 1/2, 1/4, 1/8, 1/16)");

/**
 * struct mcxl_pci - a bound function
 * @cxlds: what the CXL core knows; first, as devm_cxl_dev_state_create() wants
 * @pdev: the function
 * @saved: its config space, as it was when it was bound
 * @hdm: its HDM decoder that leads to the memory
 * @hpa: host addresses of the memory
 * @pgmap: struct pages for @hpa
 * @cap: DVSEC CXL Capability register
 * @expects_reset: an error of the bus may lead to a reset; it is not known yet
 * @recovers: error recoveries that are not over, and may still reset the bus, whatever
 *	else was reset meanwhile; there may be several, by AER, DPC or firmware
 * @torn_down: the CXL core has disabled the path to the memory, of which a reset brings
 *	nothing back
 * @watch: looks for the decoder
 * @leaves: mcxl_pci_remove() waits for VMMs, and holds the lock of the device
 * @lock: protects @parent against a memory failure meanwhile
 * @parent: registered with the framework; NULL while it is not
 */
struct mcxl_pci {
	struct cxl_dev_state cxlds;
	struct pci_dev *pdev;
	struct pci_saved_state *saved;
	struct mcxl_pci_hdm hdm;
	struct range hpa;
	struct dev_pagemap pgmap;
	u16 cap;
	bool expects_reset;
	bool torn_down;
	unsigned int recovers;
	struct delayed_work watch;
	bool leaves;
	struct mutex lock; /* protects parent */
	struct mdev_cxl_parent *parent;
};

static int mcxl_pci_get_pfn(struct mdev_cxl_parent *parent, u64 dpa,
			    unsigned int max_order, unsigned long *pfn,
			    unsigned int *order)
{
	struct mcxl_pci *mp = mdev_cxl_parent_drvdata(parent);

	/* One way, no skip: HPA and DPA run in parallel */
	*pfn = PHYS_PFN(mp->hpa.start + dpa);
	*order = min_t(unsigned int, max_order,
		       __ffs64(PHYS_PFN(mp->hpa.start)));
	return 0;
}

static const struct mdev_cxl_parent_ops mcxl_pci_ops = {
	.owner = THIS_MODULE,
	.get_pfn = mcxl_pci_get_pfn,
};

static void free_saved(void *data)
{
	kfree(data);
}

static int save_config(struct mcxl_pci *mp)
{
	int rc = pci_save_state(mp->pdev);

	if (rc)
		return rc;
	mp->saved = pci_store_saved_state(mp->pdev);
	if (!mp->saved)
		return -ENOMEM;
	return devm_add_action_or_reset(&mp->pdev->dev, free_saved, mp->saved);
}

/*
 * What Linux itself has saved last may come from a function that a reset has
 * wiped and that nobody has restored.
 */
static void restore_config(struct mcxl_pci *mp)
{
	if (!pci_load_saved_state(mp->pdev, mp->saved))
		pci_restore_state(mp->pdev);
}

static void let_ports_sleep(void *data)
{
	pci_d3cold_enable(data);
}

/*
 * An idle host may power ports down (s2idle). Nobody would program our decoder
 * again, and the memory would lose its content.
 */
static int keep_ports_awake(struct mcxl_pci *mp)
{
	pci_d3cold_disable(mp->pdev);
	return devm_add_action_or_reset(&mp->pdev->dev, let_ports_sleep,
					mp->pdev);
}

static int read_dvsec(struct mcxl_pci *mp)
{
	struct pci_dev *pdev = mp->pdev;
	int rc;

	rc = pci_read_config_word(pdev, mp->hdm.dvsec + PCI_DVSEC_CXL_CAP,
				  &mp->cap);
	if (rc)
		return pcibios_err_to_errno(rc);
	if (!(mp->cap & PCI_DVSEC_CXL_MEM_CAPABLE)) {
		pci_err(pdev, "CXL.mem capability is missing, wanted a Type-2 function with device memory\n");
		return -ENODEV;
	}
	return 0;
}

static int find_memory(struct mcxl_pci *mp)
{
	struct cxl_dev_state *cxlds = &mp->cxlds;
	const struct cxl_reg_map *hdm = &cxlds->reg_map.component_map.hdm_decoder;
	struct pci_dev *pdev = mp->pdev;
	struct cxl_memdev *cxlmd;
	u64 capacity;
	int rc;

	rc = cxl_pci_setup_regs(pdev, CXL_REGLOC_RBI_COMPONENT,
				&cxlds->reg_map);
	if (rc || !hdm->valid)
		return dev_err_probe(&pdev->dev, rc ?: -ENODEV,
				     "no HDM decoder registers\n");

	mp->hdm.regs = devm_ioremap(&pdev->dev,
				    cxlds->reg_map.resource + hdm->offset,
				    hdm->size);
	if (!mp->hdm.regs)
		return -ENOMEM;
	rc = mcxl_pci_hdm_find(&mp->hdm, &capacity);
	if (rc)
		return rc;

	/* No mailbox to ask: a committed decoder says that media is ready */
	cxlds->media_ready = true;
	rc = cxl_set_capacity(cxlds, capacity);
	if (rc)
		return rc;

	cxlmd = devm_cxl_probe_mem(cxlds, &mp->hpa);
	if (IS_ERR(cxlmd))
		return dev_err_probe(&pdev->dev, PTR_ERR(cxlmd),
				     "the CXL core has no region for this function\n");
	if (range_len(&mp->hpa) < MDEV_CXL_GRANULE) {
		pci_err(pdev, "region of %llu bytes, wanted at least %u\n",
			range_len(&mp->hpa), MDEV_CXL_GRANULE);
		return -ENXIO;
	}
	/*
	 * Else DPA would be counted from somewhere else. Where the platform
	 * translates addresses, decoders of devices begin at 0.
	 */
	if (range_len(&mp->hpa) != capacity ||
	    (mp->hdm.base && mp->hdm.base != mp->hpa.start)) {
		pci_err(pdev, "region %pra, wanted %#llx bytes from %#llx, where HDM decoder %d leads to the memory\n",
			&mp->hpa, capacity, mp->hdm.base, mp->hdm.index);
		return -ENXIO;
	}
	/* Only now CXL.mem is on for sure */
	return mcxl_pci_hdm_save(&mp->hdm);
}

/*
 * The host has found poison, by a machine check or by what firmware says. It
 * asks the owner of the page's pagemap, which we are. What modules register by
 * register_pfn_address_space() is for frames without pages: for ours the host
 * does not look there.
 */
static int mcxl_pci_memory_failure(struct dev_pagemap *pgmap,
				   unsigned long pfn, unsigned long nr_pages,
				   int flags)
{
	struct mcxl_pci *mp = container_of(pgmap, struct mcxl_pci, pgmap);
	int rc;

	guard(mutex)(&mp->lock);
	if (!mp->parent)
		return -EOPNOTSUPP;
	rc = mdev_cxl_parent_poison(mp->parent, PFN_PHYS(pfn) - mp->hpa.start,
				    PFN_PHYS(nr_pages));
	/* A load that the CPU cannot take up again: the task must not go on */
	if (!rc && flags & MF_MUST_KILL)
		force_sig(SIGBUS);
	return rc;
}

static const struct dev_pagemap_ops mcxl_pci_pagemap_ops = {
	.memory_failure = mcxl_pci_memory_failure,
};

/*
 * A type 1 container of VFIO maps reserved pages for DMA of other devices, as if they
 * were MMIO, and has no way to take them back: the device would still reach them when
 * they belong to another guest. What is not reserved it has to pin, which it can't do
 * to our mappings, so it refuses. Linux has marked these pages while it set them up,
 * and does not need that any more.
 */
static void refuse_dma(struct mcxl_pci *mp)
{
	unsigned long pfn, last = PHYS_PFN(mp->hpa.end);

	for (pfn = PHYS_PFN(mp->hpa.start); pfn <= last; pfn++) {
		/* Not ClearPageReserved(), which wants no parts of larger blocks */
		clear_bit(PG_reserved, &pfn_to_page(pfn)->flags.f);
		if (!(pfn % PTRS_PER_PMD))
			cond_resched();
	}
}

/*
 * Pages for the memory. With them the range is tracked as write-back, for our
 * mappings and in the eyes of KVM, which takes memory without pages for MMIO.
 * They are the only mapping: a second one could differ in cache attributes.
 */
static int map_memory(struct mcxl_pci *mp)
{
	struct device *dev = &mp->pdev->dev;
	void *addr;

	if (!devm_request_mem_region(dev, mp->hpa.start, range_len(&mp->hpa),
				     KBUILD_MODNAME)) {
		dev_err(dev, "memory %pra is in use by another driver\n",
			&mp->hpa);
		return -EBUSY;
	}

	mp->pgmap.type = MEMORY_DEVICE_GENERIC;
	mp->pgmap.ops = &mcxl_pci_pagemap_ops;
	/* Blocks of pages, no larger than the ends of the memory are aligned */
	mp->pgmap.vmemmap_shift =
		min_t(unsigned long, PMD_ORDER,
		      __ffs64(PHYS_PFN(mp->hpa.start | range_len(&mp->hpa))));
	mp->pgmap.range = mp->hpa;
	mp->pgmap.nr_range = 1;
	addr = devm_memremap_pages(dev, &mp->pgmap);
	if (IS_ERR(addr))
		return dev_err_probe(dev, PTR_ERR(addr),
				     "cannot map memory %pra\n", &mp->hpa);
	refuse_dma(mp);
	return 0;
}

/*
 * What the device's own CDAT says. The CXL core has it when it knows how fast
 * the way there is, too; else all is zero, not known.
 */
static struct mdev_cxl_perf memory_perf(struct mcxl_pci *mp)
{
	const struct access_coordinate *cdat =
		&mp->cxlds.part[0].perf.cdat_coord[ACCESS_COORDINATE_CPU];

	return (struct mdev_cxl_perf) {
		.read_latency = cdat->read_latency,
		.write_latency = cdat->write_latency,
		.read_bandwidth = cdat->read_bandwidth,
		.write_bandwidth = cdat->write_bandwidth,
	};
}

/*
 * What the caches of the host have of the memory is about to be, or was, lost. The
 * CXL core leaves that to the driver of a memory device that it has let attach.
 */
static void drop_caches(struct mcxl_pci *mp)
{
	if (cpu_cache_has_invalidate_memregion())
		cpu_cache_invalidate_memregion(mp->hpa.start,
					       range_len(&mp->hpa));
}

/* Not after a reset, which clears it, nor for a function that is gone */
static bool has_memory_space(struct pci_dev *pdev)
{
	u16 command;

	return !pci_read_config_word(pdev, PCI_COMMAND, &command) &&
	       !PCI_POSSIBLE_ERROR(command) && command & PCI_COMMAND_MEMORY;
}

/* Is a switch above about to be reset? The PCI core disables its ports before */
static bool is_switch_off(struct pci_dev *pdev)
{
	while ((pdev = pci_upstream_bridge(pdev))) {
		if (pci_pcie_type(pdev) != PCI_EXP_TYPE_ROOT_PORT &&
		    pci_device_is_present(pdev) && !has_memory_space(pdev))
			return true;
	}
	return false;
}

/*
 * The function answers, and its decoder does not lead to the memory: the CXL core has
 * disabled it, and with it the decoders of switches and of the host bridge. Or those of
 * a switch are about to be lost. Nobody restores them. It must still answer after it
 * was looked at.
 */
static bool is_torn_down(struct mcxl_pci *mp)
{
	if (!has_memory_space(mp->pdev))
		return false;
	return is_switch_off(mp->pdev) ||
	       (!mcxl_pci_hdm_is_kept(&mp->hdm) &&
		mcxl_pci_hdm_answers(&mp->hdm) && has_memory_space(mp->pdev));
}

/* Not while the memory is blocked: it is known to be lost, or in a reset */
static void look_for_decoder(struct mcxl_pci *mp)
{
	if (mdev_cxl_parent_is_blocked(mp->parent) ||
	    mcxl_pci_hdm_is_kept(&mp->hdm))
		return;
	mp->torn_down = is_torn_down(mp);
	pci_err(mp->pdev, "HDM decoder %d does not lead to %pra any more: the memory is out of reach\n",
		mp->hdm.index, &mp->hpa);
	mdev_cxl_parent_failed(mp->parent);
}

/*
 * If the function was pulled out, or the CXL core has lost the path to its memory, VMMs
 * must not have the memory any more. Nothing else tells us in time: error callbacks,
 * and remove itself, come after those of other functions, whose drivers may take any
 * time; and error callbacks wait for the lock of the device, which remove holds while
 * it waits for VMMs. Anything else that holds that lock may be resetting the function:
 * try again in a second.
 */
static void watch_decoder(struct work_struct *work)
{
	struct mcxl_pci *mp = container_of(work, struct mcxl_pci, watch.work);
	struct device *dev = &mp->pdev->dev;

	if (READ_ONCE(mp->leaves)) {
		look_for_decoder(mp);
	} else if (device_trylock(dev)) {
		look_for_decoder(mp);
		device_unlock(dev);
	}
	queue_delayed_work(system_dfl_wq, &mp->watch, HZ);
}

/* While the PCI core still keeps the function awake */
static void mcxl_pci_remove(struct pci_dev *pdev)
{
	struct mcxl_pci *mp = pci_get_drvdata(pdev);
	struct mdev_cxl_parent *parent = mp->parent;

	look_for_decoder(mp);
	WRITE_ONCE(mp->leaves, true);
	/* That may take long, and memory go bad meanwhile */
	mdev_cxl_unregister_parent(parent);
	cancel_delayed_work_sync(&mp->watch);
	scoped_guard(mutex, &mp->lock)
		mp->parent = NULL;
	mdev_cxl_parent_put(parent);
	/* Nobody touches the memory any more, which may not decode for long */
	drop_caches(mp);
}

static int register_parent(struct mcxl_pci *mp)
{
	struct mdev_cxl_type_desc descs[MDEV_CXL_MAX_TYPES];
	struct pci_dev *pdev = mp->pdev;
	struct mdev_cxl_parent_desc desc = {
		.dev = &pdev->dev,
		.ops = &mcxl_pci_ops,
		.drvdata = mp,
		.identity = {
			.vendor = pdev->vendor,
			.device = pdev->device,
			.subsystem_vendor = pdev->subsystem_vendor,
			.subsystem_device = MDEV_CXL_SUBSYSTEM_DEVICE,
			.class = pdev->class,
			.revision = pdev->revision,
		},
		.dpa_size = range_len(&mp->hpa),
		.types = nr_types ? descs : NULL,
		.nr_types = nr_types,
		.nr_vectors = 1,
		.perf = memory_perf(mp),
		.cache_capable = mp->cap & PCI_DVSEC_CXL_CACHE_CAPABLE,
	};
	struct mdev_cxl_parent *parent;
	u8 timeout;
	int i, rc;

	for (i = 0; i < nr_types; i++) {
		rc = mdev_cxl_parse_type(&pdev->dev, types[i], &descs[i]);
		if (rc)
			return rc;
	}

	/* Values above 4 are reserved */
	if (mp->cap & CXL_DVSEC_CAP_RST_CAPABLE) {
		timeout = FIELD_GET(CXL_DVSEC_CAP_RST_TIMEOUT, mp->cap);
		desc.reset_timeout = min(timeout, 4);
	}

	parent = mdev_cxl_register_parent(&desc);
	if (IS_ERR(parent))
		return PTR_ERR(parent);
	scoped_guard(mutex, &mp->lock)
		mp->parent = mdev_cxl_parent_get(parent);
	queue_delayed_work(system_dfl_wq, &mp->watch, HZ);
	return 0;
}

static int mcxl_pci_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct mcxl_pci *mp;
	u16 dvsec;
	int rc;

	dvsec = pci_find_dvsec_capability(pdev, PCI_VENDOR_ID_CXL,
					  PCI_DVSEC_CXL_DEVICE);
	if (!pcie_is_cxl(pdev) || !dvsec) {
		pci_err(pdev, "not a CXL function, or its link is not in CXL mode\n");
		return -ENODEV;
	}

	if (pci_pcie_type(pdev) != PCI_EXP_TYPE_ENDPOINT) {
		pci_err(pdev, "integrated in the root complex, wanted an endpoint below a port\n");
		return -ENODEV;
	}

	rc = pcim_enable_device(pdev);
	if (rc)
		return rc;
	mp = devm_cxl_dev_state_create(&pdev->dev, CXL_DEVTYPE_DEVMEM,
				       pci_get_dsn(pdev), dvsec,
				       struct mcxl_pci, cxlds, false);
	if (!mp)
		return -ENOMEM;
	mp->pdev = pdev;
	mp->hdm.pdev = pdev;
	mp->hdm.dvsec = dvsec;
	mutex_init(&mp->lock);
	INIT_DELAYED_WORK(&mp->watch, watch_decoder);
	pci_set_drvdata(pdev, mp);

	rc = save_config(mp) ?: keep_ports_awake(mp);
	if (rc)
		return rc;
	rc = read_dvsec(mp);
	if (rc)
		return rc;
	rc = find_memory(mp);
	if (rc)
		return rc;
	rc = map_memory(mp);
	if (rc)
		return rc;
	return register_parent(mp);
}

static void mcxl_pci_reset_prepare(struct pci_dev *pdev)
{
	struct mcxl_pci *mp = pci_get_drvdata(pdev);

	bool blocked = mdev_cxl_parent_is_blocked(mp->parent);

	if (!blocked || mp->expects_reset)
		mp->torn_down = is_torn_down(mp);
	/* Did it come back late from an earlier reset? Linux saves what it finds */
	if (blocked)
		restore_config(mp);
	mdev_cxl_parent_reset_prepare(mp->parent);
	drop_caches(mp);
}

static void come_back(struct mcxl_pci *mp)
{
	int rc = mp->torn_down ? -ENXIO : mcxl_pci_hdm_restore(&mp->hdm);

	if (!rc) {
		drop_caches(mp);
		mdev_cxl_parent_reset_done(mp->parent);
		return;
	}
	/* -ENXIO: until it is bound again */
	pci_err(mp->pdev, "HDM decoder %d does not come back after a reset: %d, wanted %pra: the memory is out of reach\n",
		mp->hdm.index, rc, &mp->hpa);
	mdev_cxl_parent_failed(mp->parent);
}

static void mcxl_pci_reset_done(struct pci_dev *pdev)
{
	struct mcxl_pci *mp = pci_get_drvdata(pdev);

	mp->expects_reset = false;
	/* Error recovery may still reset the bus, and ends with resume() */
	if (!mp->recovers)
		come_back(mp);
}

/* Is there another function that could ask for a reset which hits this one? */
static bool has_neighbours(struct pci_dev *pdev)
{
	struct pci_bus *bus;

	/* Up to the root port, which is on a bus that is never reset */
	for (bus = pdev->bus; bus->self; bus = bus->parent) {
		if (!list_is_singular(&bus->devices))
			return true;
	}
	return false;
}

/*
 * An error that is not fatal: the link works, and so do the partitions. But when
 * a neighbour asks for a reset there is one before we hear of it.
 */
static void expect_reset(struct mcxl_pci *mp)
{
	if (!has_neighbours(mp->pdev) || mdev_cxl_parent_is_blocked(mp->parent))
		return;
	mdev_cxl_parent_reset_prepare(mp->parent);
	drop_caches(mp);
	mp->expects_reset = true;
}

/* One recovery is over; was it the last? */
static bool has_recovered(struct mcxl_pci *mp)
{
	if (mp->recovers)
		mp->recovers--;
	return !mp->recovers;
}

static pci_ers_result_t mcxl_pci_error_detected(struct pci_dev *pdev,
						pci_channel_state_t state)
{
	struct mcxl_pci *mp = pci_get_drvdata(pdev);

	if (state == pci_channel_io_normal) {
		mp->recovers++;
		expect_reset(mp);
		return PCI_ERS_RESULT_CAN_RECOVER;
	}

	mp->expects_reset = false;
	mdev_cxl_parent_failed(mp->parent);
	if (state == pci_channel_io_frozen) {
		mp->recovers++;
		return PCI_ERS_RESULT_NEED_RESET;
	}
	/* This is also how a recovery ends that has failed */
	has_recovered(mp);
	return PCI_ERS_RESULT_DISCONNECT;
}

static pci_ers_result_t mcxl_pci_slot_reset(struct pci_dev *pdev)
{
	struct mcxl_pci *mp = pci_get_drvdata(pdev);

	mp->expects_reset = false;
	mdev_cxl_parent_reset_prepare(mp->parent);
	restore_config(mp);
	return PCI_ERS_RESULT_RECOVERED;
}

/* Comes after errors that needed no reset, too, which change nothing */
static void mcxl_pci_resume(struct pci_dev *pdev)
{
	struct mcxl_pci *mp = pci_get_drvdata(pdev);

	if (!has_recovered(mp) || !mdev_cxl_parent_is_blocked(mp->parent))
		return;
	/* There was no reset, but the path may have been lost meanwhile */
	if (mp->expects_reset)
		mp->torn_down = is_torn_down(mp);
	if (mp->expects_reset && mcxl_pci_hdm_is_kept(&mp->hdm))
		mdev_cxl_parent_reset_cancel(mp->parent);
	else
		come_back(mp);
	mp->expects_reset = false;
}

static const struct pci_error_handlers mcxl_pci_err_handlers = {
	.error_detected = mcxl_pci_error_detected,
	.slot_reset = mcxl_pci_slot_reset,
	.resume = mcxl_pci_resume,
	.reset_prepare = mcxl_pci_reset_prepare,
	.reset_done = mcxl_pci_reset_done,
};

static struct pci_driver mcxl_pci_driver = {
	.name = "mdev_cxl_pci",
	.probe = mcxl_pci_probe,
	.remove = mcxl_pci_remove,
	.err_handler = &mcxl_pci_err_handlers,
};
module_pci_driver(mcxl_pci_driver);

MODULE_DESCRIPTION("Generic mdev-cxl parent for CXL Type-2 PCI functions");
MODULE_IMPORT_NS("CXL");
MODULE_IMPORT_NS("DEVMEM");
MODULE_IMPORT_NS("MDEV_CXL");
MODULE_LICENSE("GPL");
