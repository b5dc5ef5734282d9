/* SPDX-License-Identifier: GPL-2.0-only */
/* The HDM decoder of a physical function that leads to its memory */
#ifndef _MDEV_CXL_PCI_HDM_H
#define _MDEV_CXL_PCI_HDM_H

#include <linux/types.h>

struct pci_dev;

/* Base, size, control and skip: all that a decoder of an endpoint has */
#define MCXL_PCI_HDM_DWORDS	7

/**
 * struct mcxl_pci_hdm - the committed decoder of a function
 * @pdev: the function
 * @dvsec: offset of its CXL device DVSEC
 * @regs: its HDM Decoder Capability Structure
 * @index: number of the decoder
 * @base: first host address that it decodes
 * @ctrl: DVSEC CXL Control, as it was saved
 * @global: HDM Decoder Global Control, likewise
 * @decoder: registers of the decoder, likewise
 */
struct mcxl_pci_hdm {
	struct pci_dev *pdev;
	u16 dvsec;
	void __iomem *regs;
	int index;
	u64 base;
	u16 ctrl;
	u32 global;
	u32 decoder[MCXL_PCI_HDM_DWORDS];
};

int mcxl_pci_hdm_find(struct mcxl_pci_hdm *hdm, u64 *capacity);
int mcxl_pci_hdm_save(struct mcxl_pci_hdm *hdm);
bool mcxl_pci_hdm_is_kept(const struct mcxl_pci_hdm *hdm);
bool mcxl_pci_hdm_answers(const struct mcxl_pci_hdm *hdm);
int mcxl_pci_hdm_restore(struct mcxl_pci_hdm *hdm);

#endif /* _MDEV_CXL_PCI_HDM_H */
