/* SPDX-License-Identifier: GPL-2.0-only */
/* State of the virtual CXL function; only the files of this folder look in */
#ifndef _MDEV_CXL_FUNCTION_STATE_H
#define _MDEV_CXL_FUNCTION_STATE_H

/* The component registers that exist are within 4 KiB behind this offset */
#define MCXL_CM_OFFSET		0x1000
#define MCXL_CM_SIZE		0x1000

/**
 * struct mcxl_function - all registers of a function, and what made it
 * @desc: what it was made from
 * @config: PCI configuration space, in dwords
 * @cm: component registers from MCXL_CM_OFFSET, in dwords
 * @msix: MSI-X table and pending bits, in dwords
 */
struct mcxl_function {
	struct mcxl_function_desc desc;
	u32 config[MCXL_CONFIG_SIZE / 4];
	u32 cm[MCXL_CM_SIZE / 4];
	u32 msix[MCXL_MSIX_SIZE / 4];
};

#endif /* _MDEV_CXL_FUNCTION_STATE_H */
