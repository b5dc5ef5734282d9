// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors that the device reports (CXL r3.1 8.2.4.17, 12.2): in the RAS
 * registers, and in AER when they are let through. Injected by debugfs; without
 * it there is nothing to see here.
 */
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "conformance.h"

#define UNC_STATUS	0x00
#define UNC_MASK	0x04
#define UNC_SEVERITY	0x08
#define COR_STATUS	0x0c
#define COR_MASK	0x10
#define CONTROL		0x14
#define HEADER_LOG	0x18
#define UNC_BITS	0x0001cfff
#define COR_BITS	0x0000007f

static uint32_t ras(struct device *d, uint32_t reg)
{
	return get(d->component, d->ras + reg, 4);
}

static void set_ras(struct device *d, uint32_t reg, uint32_t value)
{
	put(d->component, d->ras + reg, 4, value);
}

/* RW1C: a written 1 clears its own bit, in accesses of each size */
static void check_w1c(struct device *d, uint32_t reg, uint32_t bits,
		      const char *name)
{
	unsigned int size, bit, wrong = 0;

	for (size = 1; size <= 4; size *= 2) {
		for (bit = 0; bit < 32; bit++) {
			uint32_t byte = bit / 8 & -size;

			device_inject_ras(d, UNC_BITS, COR_BITS);
			put(d->component, d->ras + reg + byte, size, 0);
			wrong += ras(d, reg) != bits;
			put(d->component, d->ras + reg + byte, size,
			    1u << (bit - 8 * byte));
			wrong += ras(d, reg) != (bits & ~(1u << bit));
		}
	}
	tap_eq(wrong, 0, "%s: a 1 clears its bit, a 0 none", name);
}

static void test_status(struct device *d)
{
	tap_eq(ras(d, UNC_STATUS), UNC_BITS,
	       "8.2.4.17.1 Uncorrectable Error Status: all of them");
	tap_eq(ras(d, COR_STATUS), COR_BITS,
	       "8.2.4.17.4 Correctable Error Status: all of them");
	check_w1c(d, UNC_STATUS, UNC_BITS,
		  "8.2.4.17.1 Uncorrectable Error Status");
	check_w1c(d, COR_STATUS, COR_BITS,
		  "8.2.4.17.4 Correctable Error Status");
	vfio_reset(&d->v);
	vfio_enable_memory(&d->v, true);
	device_inject_ras(d, UNC_BITS, COR_BITS);
	vfio_reset(&d->v);
	vfio_enable_memory(&d->v, true);
	tap_eq(ras(d, UNC_STATUS), UNC_BITS,
	       "8.2.4.17.1 Uncorrectable Error Status is sticky");
}

static void clear_all(struct device *d)
{
	set_ras(d, UNC_STATUS, ~0u);
	set_ras(d, COR_STATUS, ~0u);
	put(&d->config, d->aer + PCI_ERR_UNCOR_STATUS, 4, ~0u);
	put(&d->config, d->aer + PCI_ERR_COR_STATUS, 4, ~0u);
	put(&d->config, d->pcie + PCI_EXP_DEVSTA, 2, 0xf);
}

/* 8.2.4.17.6: the first one stays in the pointer until its status is cleared */
static void test_first_error(struct device *d)
{
	clear_all(d);
	device_inject_ras(d, 1u << 7, 0);
	device_inject_ras(d, 1u << 3, 0);
	tap_eq(ras(d, CONTROL) & 0x3f, 7,
	       "8.2.4.17.6 First_Error_Pointer: the first");
	set_ras(d, UNC_STATUS, 1u << 7);
	device_inject_ras(d, 1u << 5, 0);
	tap_eq(ras(d, CONTROL) & 0x3f, 5,
	       "8.2.4.17.6 First_Error_Pointer: the next, when that is cleared");
	tap_eq(ras(d, HEADER_LOG), 0,
	       "8.2.4.17.7 Header Log: vDPA, not DPA or HPA (P13)");
}

/*
 * 12.2: to the root port as an internal error, unless it is masked; as fatal as AER
 * says, whatever the severity in the RAS registers, which is the contrary here
 */
static const struct {
	const char *name;
	uint32_t unc, cor, unc_mask, severity, cor_mask;
	uint32_t ras_unc, ras_cor;
	uint32_t aer_unc, aer_cor, devsta;
} cases[] = {
	{ "uncorrectable, masked", 1 << 7, 0, ~0u, ~0u, ~0u,
	  1 << 7, 0, 0, 0, 0 },
	{ "uncorrectable, fatal", 1 << 7, 0, 0, ~0u, ~0u,
	  1 << 7, 0, PCI_ERR_UNC_INTN, 0, PCI_EXP_DEVSTA_FED },
	{ "uncorrectable, not fatal", 1 << 7, 0, 0, ~PCI_ERR_UNC_INTN, ~0u,
	  1 << 7, 0, PCI_ERR_UNC_INTN, 0, PCI_EXP_DEVSTA_NFED },
	{ "correctable, masked", 0, 1 << 1, ~0u, ~0u, ~0u, 0, 0, 0, 0, 0 },
	{ "correctable", 0, 1 << 1, ~0u, ~0u, 0,
	  0, 1 << 1, 0, PCI_ERR_COR_INTERNAL, PCI_EXP_DEVSTA_CED },
};

static void test_aer(struct device *d)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bool fatal = cases[i].severity & PCI_ERR_UNC_INTN;

		clear_all(d);
		set_ras(d, UNC_MASK, cases[i].unc_mask);
		set_ras(d, UNC_SEVERITY, fatal ? 0 : ~0u);
		put(&d->config, d->aer + PCI_ERR_UNCOR_SEVER, 4,
		    cases[i].severity);
		set_ras(d, COR_MASK, cases[i].cor_mask);
		device_inject_ras(d, cases[i].unc, cases[i].cor);
		tap_eq(ras(d, UNC_STATUS), cases[i].ras_unc,
		       "8.2.4.17.1 %s: uncorrectable", cases[i].name);
		tap_eq(ras(d, COR_STATUS), cases[i].ras_cor,
		       "8.2.4.17.4 %s: correctable", cases[i].name);
		tap_eq(get(&d->config, d->aer + PCI_ERR_UNCOR_STATUS, 4),
		       cases[i].aer_unc, "12.2 %s: AER uncorrectable",
		       cases[i].name);
		tap_eq(get(&d->config, d->aer + PCI_ERR_COR_STATUS, 4),
		       cases[i].aer_cor, "12.2 %s: AER correctable",
		       cases[i].name);
		tap_eq(get(&d->config, d->pcie + PCI_EXP_DEVSTA, 2) & 0xf,
		       cases[i].devsta, "12.2 %s: Device Status",
		       cases[i].name);
	}
	clear_all(d);
	set_ras(d, UNC_MASK, 0);
	put(&d->config, d->aer + PCI_ERR_UNCOR_MASK, 4, 0);
	device_inject_ras(d, 1 << 7, 0);
	tap_eq(get(&d->config, d->aer + PCI_ERR_CAP, 4) & 0x1f, 22,
	       "PCIe 7.8.4.7 First Error Pointer: the internal error");
	clear_all(d);
	tap_eq(get(&d->config, d->aer + PCI_ERR_COR_STATUS, 4), 0,
	       "PCIe 7.8.4.5 AER: a 1 clears its bit");
	tap_eq(get(&d->config, d->pcie + PCI_EXP_DEVSTA, 2) & 0xf, 0,
	       "PCIe 7.5.3.5 Device Status: a 1 clears its bit");
}

static void test_event(struct device *d)
{
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	uint64_t n = 0;

	vfio_set_eventfd(&d->v, VFIO_PCI_ERR_IRQ_INDEX, 0, event);
	set_ras(d, COR_MASK, 0);
	device_inject_ras(d, 0, 1);
	tap_ok(read(event, &n, sizeof(n)) < 0,
	       "the VMM hears nothing of a correctable error");
	device_inject_ras(d, 1, 0);
	tap_ok(read(event, &n, sizeof(n)) == sizeof(n) && n == 1,
	       "the VMM hears of an uncorrectable error");
	close(event);
}

void test_errors(struct device *d)
{
	bool injected;

	/* By somebody else than root, or on a kernel without it */
	if (access("/sys/kernel/debug/mdev_cxl", F_OK)) {
		tap_skip("errors", "no debugfs, or not by root");
		return;
	}
	vfio_enable_memory(&d->v, true);
	set_ras(d, COR_MASK, 0);
	injected = device_inject_ras(d, UNC_BITS, COR_BITS);
	tap_ok(injected, "errors can be injected");
	if (!injected)
		return;
	test_status(d);
	test_first_error(d);
	test_aer(d);
	test_event(d);
	if (!d->neighbour)
		return;
	vfio_enable_memory(&d->neighbour->v, true);
	tap_eq(ras(d->neighbour, UNC_STATUS) | ras(d->neighbour, COR_STATUS), 0,
	       "a neighbour sees none of it");
}
