// SPDX-License-Identifier: GPL-2.0-only
/*
 * The DVSEC for CXL devices beyond its tables (CXL r3.1 8.1.3): what Control2
 * starts and Status2 tells, and the lock. And the serial number.
 */
#include <stdio.h>
#include <string.h>
#include <linux/pci_regs.h>

#include "conformance.h"

static uint32_t control2(struct device *d)
{
	return d->dvsec + CXL_CTRL2;
}

/* Status2 on its own, by bytes, and as the upper half of a dword at Control2 */
static void check_status2(struct device *d, uint32_t want, const char *when)
{
	const uint32_t mask = STATUS2_CACHE_INVALID | STATUS2_COMPLETE |
			      STATUS2_ERROR;
	uint32_t at = control2(d);

	tap_eq(get(&d->config, at + 2, 2) & mask, want,
	       "8.1.3.5 Status2: %s", when);
	tap_eq(get(&d->config, at + 2, 1) & mask, want,
	       "P10: 8.1.3.5 Status2, one byte: %s", when);
	tap_eq(get(&d->config, at, 4) >> 16 & mask, want,
	       "P10: 8.1.3.5 Status2, upper half of Control2: %s", when);
	tap_eq(get(&d->config, at + 1, 4) >> 8 & mask, want,
	       "P10: 8.1.3.5 Status2, from an odd offset: %s", when);
}

/* What a host's driver does before a reset; software waits up to 100 ms */
static void test_invalidate(struct device *d)
{
	check_status2(d, 0, "at power-up");
	put(&d->config, control2(d), 2, CTRL2_INIT_WBI);
	check_status2(d, 0, "not invalid while the cache may fill");
	put(&d->config, control2(d), 2, CTRL2_DISABLE_CACHING);
	check_status2(d, 0, "Disable_Caching alone");
	put(&d->config, control2(d), 2, CTRL2_DISABLE_CACHING | CTRL2_INIT_WBI);
	check_status2(d, STATUS2_CACHE_INVALID, "written back and invalidated");
	tap_eq(get(&d->config, control2(d), 2), CTRL2_DISABLE_CACHING,
	       "8.1.3.4 Initiate Cache Write Back and Invalidation reads 0");
	put(&d->config, control2(d), 2, 0);
	check_status2(d, 0, "8.1.3.4 the cache may fill again");
	put(&d->config, control2(d), 1, CTRL2_DISABLE_CACHING | CTRL2_INIT_WBI);
	check_status2(d, STATUS2_CACHE_INVALID, "started by one byte");
	put(&d->config, control2(d), 2, 0);
}

static void guest_cxl_reset(struct device *d)
{
	vfio_cxl_reset(&d->v, false);
	check_status2(d, STATUS2_COMPLETE, "guest_cxl_reset: complete");
	tap_eq(get(&d->config, control2(d), 2), 0,
	       "guest_cxl_reset: 8.1.3.4 Initiate CXL Reset reads 0");
	put(&d->config, d->dvsec + CXL_STATUS2, 2, STATUS2_COMPLETE);
	check_status2(d, STATUS2_COMPLETE,
		      "guest_cxl_reset: complete can't be written");
	put(&d->config, control2(d), 1, CTRL2_INIT_RESET);
	check_status2(d, STATUS2_COMPLETE,
		      "guest_cxl_reset: once more, by one byte");
	vfio_reset(&d->v);
	check_status2(d, 0, "guest_cxl_reset: forgotten by a conventional reset");
}

/* 8.1.3.6: the lock is written once; what it locks is in the sweep */
static void test_lock(struct device *d)
{
	uint32_t lock = d->dvsec + CXL_LOCK;
	int64_t ctrl;

	device_fresh(d);
	tap_eq(get(&d->config, lock, 2), 0, "8.1.3.6 CONFIG_LOCK: clear at first");
	put(&d->config, lock, 2, 0);
	tap_eq(get(&d->config, lock, 2), 0, "8.1.3.6 CONFIG_LOCK: a 0 is no lock");
	vfio_enable_cxl_mem(&d->v, true);
	put(&d->config, lock, 1, LOCK_CONFIG);
	put(&d->config, lock, 1, 0);
	tap_eq(get(&d->config, lock, 2), LOCK_CONFIG,
	       "8.1.3.6 CONFIG_LOCK: can't be taken back");
	vfio_enable_cxl_mem(&d->v, false);
	tap_ok(get(&d->config, d->dvsec + CXL_CTRL, 2) & CTRL_MEM_ENABLE,
	       "P12: 8.1.3.6 CONFIG_LOCK: Mem_Enable stays on");
	put(&d->config, control2(d), 2, CTRL2_DISABLE_CACHING | CTRL2_INIT_WBI);
	check_status2(d, STATUS2_CACHE_INVALID, "Control2 is not locked");
	put(&d->config, control2(d), 2, 0);
	ctrl = vfio_hdm_commit(&d->v, 0, 0, GRANULE);
	tap_ok(ctrl >= 0 && ctrl & HDM_CTRL_COMMITTED,
	       "8.1.3.6 CONFIG_LOCK: decoders are not locked by it");
}

/* 8.1.3.6: of the resets only the conventional one takes the lock off */
static void test_lock_over_resets(struct device *d)
{
	uint32_t lock = d->dvsec + CXL_LOCK;

	vfio_flr(&d->v);
	tap_eq(get(&d->config, lock, 2), LOCK_CONFIG,
	       "8.1.3.6 CONFIG_LOCK: kept by an FLR");
	vfio_cxl_reset(&d->v, false);
	tap_eq(get(&d->config, lock, 2), LOCK_CONFIG,
	       "8.1.3.6 CONFIG_LOCK: kept by a CXL reset");
	vfio_set_power(&d->v, PM_D3HOT);
	vfio_set_power(&d->v, PM_D0);
	tap_eq(get(&d->config, lock, 2), LOCK_CONFIG,
	       "8.1.3.6 CONFIG_LOCK: kept over D3hot");
	vfio_reset(&d->v);
	tap_eq(get(&d->config, lock, 2), 0,
	       "8.1.3.6 CONFIG_LOCK: cleared by VFIO_DEVICE_RESET");
	vfio_enable_cxl_mem(&d->v, true);
	tap_ok(get(&d->config, d->dvsec + CXL_CTRL, 2) & CTRL_MEM_ENABLE,
	       "8.1.3.6 CONFIG_LOCK: and Mem_Enable can be set again");
}

/* 8.1.3.7: what has no CXL.cache writes nothing back at all */
static void test_clean_writeback(struct device *d)
{
	bool cache = get(&d->config, d->dvsec + CXL_CAP, 2) & CAP_CACHE_CAPABLE;

	tap_eq(get(&d->config, d->dvsec + CXL_CAP2, 2) >> 7 & 1, !cache,
	       "8.1.3.7 No Clean Writeback, as there is no CXL.cache");
}

static uint64_t serial(struct device *d)
{
	return get(&d->config, d->dsn + 4, 4) |
	       (uint64_t)get(&d->config, d->dsn + 8, 4) << 32;
}

static void test_serial(struct device *d)
{
	uint64_t before = serial(d);

	tap_ok(d->dsn && before && before != ~0ULL,
	       "P17: PCIe 7.9.3 there is a serial number");
	device_reopen(d);
	tap_ok(serial(d) == before, "P17: PCIe 7.9.3 the same at the next open");
	if (d->neighbour)
		tap_ok(serial(d->neighbour) != before,
		       "P17: PCIe 7.9.3 not that of another instance");
}

static uint64_t range_size(struct device *d)
{
	return (uint64_t)get(&d->config, d->dvsec + 0x18, 4) << 32 |
	       (get(&d->config, d->dvsec + 0x1c, 4) & 0xf0000000);
}

/* What one instance is made of does not show in another */
static void test_neighbour(struct device *d, struct device *other)
{
	device_fresh(other);
	device_fresh(d);
	put(&d->config, PCI_BASE_ADDRESS_3, 4, ~0u);
	put(&d->config, d->dvsec + 0x20, 4, 0x77);
	put(&d->config, d->dvsec + CXL_LOCK, 2, LOCK_CONFIG);
	tap_ok(range_size(d) == d->hdm.size &&
	       range_size(other) == other->hdm.size,
	       "P16: 8.1.3.8 each has its own range size");
	tap_ok(!get(&other->config, PCI_BASE_ADDRESS_3, 4) &&
	       !get(&other->config, other->dvsec + 0x20, 4) &&
	       !get(&other->config, other->dvsec + CXL_LOCK, 2),
	       "P16: what is written to one is not read in another");
	vfio_reset(&d->v);
}

/* Whoever has it next does not find what the last one left: P4, P6, P27 */
static void test_next_user(struct device *d)
{
	uint32_t unc_mask = d->aer + PCI_ERR_UNCOR_MASK;
	uint32_t was = get(&d->config, unc_mask, 4);

	put(&d->config, d->dvsec + CXL_CTRL, 2, ~0u);
	put(&d->config, d->dvsec + 0x20, 4, ~0u);
	put(&d->config, control2(d), 2, 0x39);
	put(&d->config, d->dvsec + CXL_LOCK, 2, LOCK_CONFIG);
	put(&d->config, unc_mask, 4, ~was);
	vfio_hdm_commit(&d->v, 0, 4 * GIB, GRANULE);
	vfio_set_power(&d->v, PM_D3HOT);

	device_reopen(d);
	tap_eq(get(&d->config, d->dvsec + CXL_CTRL, 2), 2,
	       "P4, P27: next user: CXL Control");
	tap_eq(get(&d->config, d->dvsec + 0x20, 4), 0,
	       "P4, P27: next user: range base");
	tap_eq(get(&d->config, control2(d), 2), 0,
	       "P4, P27: next user: Control2, what is sticky as well");
	tap_eq(get(&d->config, d->dvsec + CXL_LOCK, 2), 0,
	       "P4, P27: next user: CONFIG_LOCK");
	tap_eq(get(&d->config, unc_mask, 4), was,
	       "P4, P27: next user: AER mask, which is sticky");
	tap_eq(get(&d->config, d->pm + PCI_PM_CTRL, 2) & PCI_PM_CTRL_STATE_MASK,
	       PM_D0, "P4, P27: next user: power state");
	tap_eq(vfio_hdm_read(&d->v, HDM_CTRL(0)), 0,
	       "P4, P6, P27: next user: decoder 0");
}

void test_dvsec(struct device *d)
{
	test_invalidate(d);
	guest_cxl_reset(d);
	test_lock(d);
	test_lock_over_resets(d);
	test_clean_writeback(d);
	test_serial(d);
	if (d->neighbour)
		test_neighbour(d, d->neighbour);
	test_next_user(d);
}
