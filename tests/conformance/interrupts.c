// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts as VFIO has them: MSI-X, errors, and the request to let the device
 * go. Eventfds are the VMM's wiring, which no reset of the function undoes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "conformance.h"

#define MSIX	VFIO_PCI_MSIX_IRQ_INDEX

static struct vfio_irq_info irq_info(struct device *d, uint32_t index)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = index };

	if (ioctl(d->v.device, VFIO_DEVICE_GET_IRQ_INFO, &info))
		info.count = ~0u;
	return info;
}

/* 0, or the errno of a trigger by hand */
static int fire(struct device *d, uint32_t index, uint32_t start,
		uint32_t count)
{
	struct vfio_irq_set set = {
		.argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = index,
		.start = start,
		.count = count,
	};

	return ioctl(d->v.device, VFIO_DEVICE_SET_IRQS, &set) ? errno : 0;
}

static uint64_t fired(int event)
{
	uint64_t n = 0;

	if (read(event, &n, sizeof(n)) != sizeof(n))
		return 0;
	return n;
}

static void test_info(struct device *d)
{
	uint32_t size = (get(&d->config, d->msix + PCI_MSIX_FLAGS, 2) &
			 PCI_MSIX_FLAGS_QSIZE) + 1;

	tap_eq(irq_info(d, VFIO_PCI_INTX_IRQ_INDEX).count, 0, "no INTx");
	tap_eq(irq_info(d, VFIO_PCI_MSI_IRQ_INDEX).count, 0, "no MSI");
	tap_eq(irq_info(d, MSIX).count, size,
	       "PCIe 7.7.2.2 as many MSI-X vectors as the table has");
	tap_eq(irq_info(d, VFIO_PCI_ERR_IRQ_INDEX).count, 1, "an error event");
	tap_eq(irq_info(d, VFIO_PCI_REQ_IRQ_INDEX).count, 1, "a request event");
	tap_ok(irq_info(d, MSIX).flags & VFIO_IRQ_INFO_EVENTFD &&
	       irq_info(d, MSIX).flags & VFIO_IRQ_INFO_NORESIZE,
	       "MSI-X by eventfds, all at once");
}

static void test_vectors(struct device *d, int event)
{
	uint32_t n = irq_info(d, MSIX).count, i, wrong = 0;

	for (i = 0; i < n; i++) {
		wrong += vfio_set_eventfd(&d->v, MSIX, i, event) != 0;
		wrong += fire(d, MSIX, i, 1) || fired(event) != 1;
	}
	tap_eq(wrong, 0, "each of %u vectors arrives, once", n);
	tap_ok(!fire(d, MSIX, 0, n) && fired(event) == n,
	       "all of them at once");
	tap_eq(vfio_set_eventfd(&d->v, MSIX, n, event), -EINVAL,
	       "P20: one vector more than there are");
	tap_eq(fire(d, MSIX, n - 1, 2), EINVAL, "P20: over the last vector");
	tap_eq(fire(d, MSIX, 0xffffffff, 2), EINVAL,
	       "P20: start and count that wrap");
	tap_eq(vfio_set_eventfd(&d->v, MSIX, 0, -1), 0, "take one away");
	tap_ok(!fire(d, MSIX, 0, 1) && !fired(event), "it is silent");
}

static void test_over_resets(struct device *d, int event)
{
	vfio_set_eventfd(&d->v, MSIX, 0, event);
	vfio_flr(&d->v);
	tap_ok(!fire(d, MSIX, 0, 1) && fired(event) == 1,
	       "P27: wired as before, after an FLR");
	vfio_cxl_reset(&d->v, false);
	tap_ok(!fire(d, MSIX, 0, 1) && fired(event) == 1,
	       "P27: wired as before, after a CXL reset");
	vfio_reset(&d->v);
	tap_ok(!fire(d, MSIX, 0, 1) && fired(event) == 1,
	       "P27: wired as before, after VFIO_DEVICE_RESET");
	device_reopen(d);
	tap_ok(!fire(d, MSIX, 0, 1) && !fired(event),
	       "P4: not wired at the next open");
}

static void test_others(struct device *d, int event, uint32_t index,
			const char *name)
{
	tap_ok(!vfio_set_eventfd(&d->v, index, 0, event) &&
	       !fire(d, index, 0, 1) && fired(event) == 1, "%s event arrives",
	       name);
	tap_eq(vfio_set_eventfd(&d->v, index, 1, event), -EINVAL,
	       "%s event: there is one", name);
	tap_ok(!fire(d, index, 0, 0) && !fire(d, index, 0, 1) && !fired(event),
	       "%s event: switched off", name);
}

void test_interrupts(struct device *d)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	test_info(d);
	test_vectors(d, event);
	test_over_resets(d, event);
	test_others(d, event, VFIO_PCI_ERR_IRQ_INDEX, "error");
	test_others(d, event, VFIO_PCI_REQ_IRQ_INDEX, "request");
	close(event);
}
