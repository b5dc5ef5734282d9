// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the memory is poisoned. When a vCPU touches device memory that is, KVM
 * does not say where, nor that it is poison: KVM_RUN fails with EFAULT. The
 * function's RAS registers have the vDPA of the first error.
 */
#include <linux/pci_regs.h>

#include "vmm.h"

/* CXL r3.1 8.1.9, register locator; each entry is two dwords */
#define DVSEC_LOCATOR		8
#define LOCATOR_FIRST		0x0c
#define LOCATOR_COMPONENT	1
/* 8.2.4.1, array of capabilities */
#define CM_OFFSET		0x1000
#define CM_ID_RAS		2
/* 8.2.4.17 */
#define RAS_UNC_STATUS		0x00
#define RAS_HEADER_LOG		0x18

/* The block of component registers: its BAR, and where it is in that */
static bool find_component(struct vm *vm, uint32_t *bar, uint32_t *offset)
{
	uint32_t at = vfio_find_ext_cap(&vm->dev, PCI_EXT_CAP_ID_DVSEC,
					DVSEC_LOCATOR);
	uint32_t entry = vfio_read(&vm->dev, VFIO_PCI_CONFIG_REGION_INDEX,
				   at + LOCATOR_FIRST, 4);

	if (!at || (entry >> 8 & 0xff) != LOCATOR_COMPONENT)
		return false;
	*bar = VFIO_PCI_BAR0_REGION_INDEX + (entry & 7);
	*offset = entry & 0xffff0000;
	return true;
}

static bool find_ras(struct vm *vm, uint32_t *bar, uint32_t *ras)
{
	uint32_t cm, i, nr;

	if (!find_component(vm, bar, &cm))
		return false;
	cm += CM_OFFSET;
	nr = (uint32_t)vfio_read(&vm->dev, *bar, cm, 4) >> 24;
	for (i = 1; i <= nr; i++) {
		uint32_t cap = vfio_read(&vm->dev, *bar, cm + 4 * i, 4);

		if ((cap & 0xffff) == CM_ID_RAS) {
			*ras = cm + (cap >> 20);
			return true;
		}
	}
	return false;
}

/* The GPA of poison that the guest can reach; vm->lock held */
bool poison_find(struct vm *vm, uint64_t *gpa)
{
	uint32_t bar, ras;
	uint64_t vdpa;
	uint8_t byte;

	if (!find_ras(vm, &bar, &ras) ||
	    !vfio_read(&vm->dev, bar, ras + RAS_UNC_STATUS, 4) ||
	    vfio_pread(&vm->dev, bar, ras + RAS_HEADER_LOG, &vdpa,
		       sizeof(vdpa)))
		return false;
	/* It may be good again, or was another kind of error */
	return cxl_find_gpa(vm, vdpa, gpa) &&
	       vfio_pread(&vm->dev, vm->cxl.hdm, vdpa, &byte, 1);
}
