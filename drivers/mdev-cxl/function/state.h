/* SPDX-License-Identifier: GPL-2.0-only */
/* State of the virtual CXL function; only the files of this folder look in */
#ifndef _MDEV_CXL_FUNCTION_STATE_H
#define _MDEV_CXL_FUNCTION_STATE_H

/* The component registers that exist are within 4 KiB behind this offset */
#define MCXL_CM_OFFSET		0x1000
#define MCXL_CM_SIZE		0x1000

/* A structure of the CDAT, and the dword that table access puts before it */
#define MCXL_CDAT_MAX_DWORDS	6
#define MCXL_DOE_MAX_RESPONSE	(2 + 1 + MCXL_CDAT_MAX_DWORDS)

/**
 * struct mcxl_doe - an exchange of data objects
 * @nr_request: dwords that the guest has written
 * @request: the first of them; no object that we know is longer
 * @nr_response: dwords of the response, 0 when there is none
 * @pos: which of them the guest reads next
 * @response: the response
 */
struct mcxl_doe {
	unsigned int nr_request;
	u32 request[3];
	unsigned int nr_response;
	unsigned int pos;
	u32 response[MCXL_DOE_MAX_RESPONSE];
};

/**
 * struct mcxl_function - all registers of a function, and what made it
 * @desc: what it was made from
 * @config: PCI configuration space, in dwords
 * @cm: component registers from MCXL_CM_OFFSET, in dwords
 * @msix: MSI-X table and pending bits, in dwords
 * @doe: the mailbox behind the DOE registers
 */
struct mcxl_function {
	struct mcxl_function_desc desc;
	u32 config[MCXL_CONFIG_SIZE / 4];
	u32 cm[MCXL_CM_SIZE / 4];
	u32 msix[MCXL_MSIX_SIZE / 4];
	struct mcxl_doe doe;
};

#endif /* _MDEV_CXL_FUNCTION_STATE_H */
