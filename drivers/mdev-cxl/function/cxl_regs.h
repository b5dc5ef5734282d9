/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of a CXL function that no public header of Linux names. Sections
 * are those of the CXL specification r3.1. Names with the prefix CXL_ and a
 * twin in drivers/cxl/cxl.h, which is private to the CXL core, are the same.
 */
#ifndef _MDEV_CXL_CXL_REGS_H
#define _MDEV_CXL_CXL_REGS_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/pci_regs.h>
#include <linux/types.h>

/* 8.1.3.1 DVSEC CXL Capability */
#define CXL_DVSEC_CAP_IO_CAPABLE	BIT(1)
#define CXL_DVSEC_CAP_MEM_HWINIT	BIT(3)
#define CXL_DVSEC_CAP_WBI_CAPABLE	BIT(6)
#define CXL_DVSEC_CAP_RST_CAPABLE	BIT(7)
#define CXL_DVSEC_CAP_RST_TIMEOUT	GENMASK(10, 8)
#define CXL_DVSEC_CAP_RST_MEM_CLR	BIT(11)
#define CXL_DVSEC_CAP_VIRAL_CAPABLE	BIT(14)
#define CXL_DVSEC_CAP_PM_INIT_REPORT	BIT(15)

/* 8.1.3.2 DVSEC CXL Control */
#define CXL_DVSEC_CTRL_CACHE_ENABLE	BIT(0)
#define CXL_DVSEC_CTRL_IO_ENABLE	BIT(1)
#define CXL_DVSEC_CTRL_SF_COVERAGE	GENMASK(7, 3)
#define CXL_DVSEC_CTRL_SF_GRANULARITY	GENMASK(10, 8)
#define CXL_DVSEC_CTRL_CLEAN_EVICTION	BIT(11)
#define CXL_DVSEC_CTRL_VIRAL_ENABLE	BIT(14)

/* 8.1.3.3 DVSEC CXL Status */
#define CXL_DVSEC_STATUS		0x0e
#define CXL_DVSEC_STATUS_VIRAL		BIT(14)

/* 8.1.3.4 DVSEC CXL Control2 */
#define CXL_DVSEC_CTRL2			0x10
#define CXL_DVSEC_CTRL2_DISABLE_CACHING	BIT(0)
#define CXL_DVSEC_CTRL2_INIT_WBI	BIT(1)
#define CXL_DVSEC_CTRL2_INIT_RST	BIT(2)
#define CXL_DVSEC_CTRL2_RST_MEM_CLR_EN	BIT(3)
#define CXL_DVSEC_CTRL2_VOLATILE_HDM	BIT(4)
#define CXL_DVSEC_CTRL2_MOD_COMPLETION	BIT(5)

/* 8.1.3.5 DVSEC CXL Status2 */
#define CXL_DVSEC_STATUS2		0x12
#define CXL_DVSEC_STATUS2_CACHE_INVALID	BIT(0)
#define CXL_DVSEC_STATUS2_RST_COMPLETE	BIT(1)
#define CXL_DVSEC_STATUS2_HDM_PRES_ERR	BIT(3)
#define CXL_DVSEC_STATUS2_PM_INIT_DONE	BIT(15)

/* 8.1.3.6 DVSEC CXL Lock */
#define CXL_DVSEC_LOCK			0x14
#define CXL_DVSEC_LOCK_CONFIG_LOCK	BIT(0)

/* 8.1.3.7 DVSEC CXL Capability2 */
#define CXL_DVSEC_CAP2			0x16
#define CXL_DVSEC_CAP2_NO_CLEAN_WB	BIT(7)

/* 8.1.3.8 DVSEC CXL Range registers */
#define CXL_DVSEC_RANGE_MEDIA_TYPE	GENMASK(4, 2)
#define CXL_DVSEC_RANGE_MEMORY_CLASS	GENMASK(7, 5)
#define CXL_DVSEC_RANGE_SEE_CDAT	2	/* of either */
#define CXL_DVSEC_RANGE_TIMEOUT		GENMASK(15, 13)

/* 8.1.3.12 DVSEC CXL Capability3 */
#define CXL_DVSEC_CAP3			0x38
#define CXL_DVSEC_DEVICE_LENGTH		0x3c
#define CXL_DVSEC_DEVICE_REVISION	3

/* 8.1.7 GPF DVSEC for CXL Device */
#define CXL_DVSEC_GPF_LENGTH		0x10
#define CXL_DVSEC_GPF_REVISION		0

/* 8.1.8, 8.2.1.3 Flex Bus Port DVSEC: capability, control, status */
#define CXL_DVSEC_FLEXBUS_CAP		0x0a
#define CXL_DVSEC_FLEXBUS_LENGTH	0x20
#define CXL_DVSEC_FLEXBUS_REVISION	2
#define CXL_FLEXBUS_CACHE		BIT(0)
#define CXL_FLEXBUS_IO			BIT(1)
#define CXL_FLEXBUS_MEM			BIT(2)
#define CXL_FLEXBUS_68B_FLIT		BIT(5)

/* 8.1.11.1 DOE table access: request and first dword of the response */
#define CXL_DOE_PROTOCOL_TABLE_ACCESS		2
#define CXL_DOE_TABLE_ACCESS_REQ_CODE		GENMASK(7, 0)
#define CXL_DOE_TABLE_ACCESS_REQ_CODE_READ	0
#define CXL_DOE_TABLE_ACCESS_TABLE_TYPE		GENMASK(15, 8)
#define CXL_DOE_TABLE_ACCESS_TABLE_TYPE_CDATA	0
#define CXL_DOE_TABLE_ACCESS_ENTRY_HANDLE	GENMASK(31, 16)
#define CXL_DOE_TABLE_ACCESS_LAST_ENTRY		0xffff

/* 8.1.9 Register Locator DVSEC, one block */
#define CXL_DVSEC_LOCATOR_LENGTH	0x14
#define CXL_DVSEC_LOCATOR_REVISION	0
#define CXL_BLOCK_ID_COMPONENT		1

/* 8.2.4.1 CXL Capability Header, then one dword for each capability */
#define CXL_CM_CAP_HDR_ID		GENMASK(15, 0)
#define CXL_CM_CAP_HDR_VERSION		GENMASK(19, 16)
#define CXL_CM_CAP_HDR_CACHE_MEM	GENMASK(23, 20)
#define CXL_CM_CAP_HDR_ARRAY_SIZE	GENMASK(31, 24)
#define CXL_CM_CAP_PTR			GENMASK(31, 20)
#define CXL_CM_CAP_ID_CAP		1
#define CXL_CM_CAP_ID_RAS		2
#define CXL_CM_CAP_ID_LINK		4
#define CXL_CM_CAP_ID_HDM		5

/* 8.2.4.17 CXL RAS Capability Structure */
#define CXL_RAS_UNC_STATUS_OFFSET	0x00
#define CXL_RAS_UNC_MASK_OFFSET		0x04
#define CXL_RAS_UNC_SEVERITY_OFFSET	0x08
#define CXL_RAS_UNC_BITS		(GENMASK(16, 14) | GENMASK(11, 0))
#define CXL_RAS_UNC_MEM_DATA_ECC	BIT(7)
#define CXL_RAS_COR_STATUS_OFFSET	0x0c
#define CXL_RAS_COR_MASK_OFFSET		0x10
#define CXL_RAS_COR_BITS		GENMASK(6, 0)
#define CXL_RAS_CAP_CONTROL_OFFSET	0x14
#define CXL_RAS_CAP_CONTROL_FE		GENMASK(5, 0)
#define CXL_RAS_CAP_CONTROL_POISON	BIT(13)
#define CXL_RAS_HEADER_LOG_OFFSET	0x18
#define CXL_RAS_LENGTH			0x58

/* 8.2.4.19 CXL Link Capability Structure */
#define CXL_LINK_LENGTH			0x38

/* 8.2.4.20 CXL HDM Decoder Capability Structure */
#define CXL_HDM_DECODER_CAP_OFFSET	0x00
#define CXL_HDM_DECODER_COUNT		GENMASK(3, 0)
#define CXL_HDM_DECODER_POISON_CAPABLE	BIT(10)
#define CXL_HDM_DECODER_COHERENCY	GENMASK(22, 21)
#define CXL_HDM_COHERENCY_DEVICE	1
#define CXL_HDM_DECODER_GLOBAL_OFFSET	0x04
#define CXL_HDM_DECODER_POISON		BIT(0)
#define CXL_HDM_DECODER_ENABLE		BIT(1)
#define CXL_HDM_DECODER_STRIDE		0x20
#define CXL_HDM_DECODER_BASE_LOW_OFFSET(i)	(0x10 + 0x20 * (i))
#define CXL_HDM_DECODER_BASE_HIGH_OFFSET(i)	(0x14 + 0x20 * (i))
#define CXL_HDM_DECODER_SIZE_LOW_OFFSET(i)	(0x18 + 0x20 * (i))
#define CXL_HDM_DECODER_SIZE_HIGH_OFFSET(i)	(0x1c + 0x20 * (i))
#define CXL_HDM_DECODER_CTRL_OFFSET(i)		(0x20 + 0x20 * (i))
#define CXL_HDM_DECODER_CTRL_IG		GENMASK(3, 0)
#define CXL_HDM_DECODER_CTRL_IW		GENMASK(7, 4)
#define CXL_HDM_DECODER_CTRL_LOCK	BIT(8)
#define CXL_HDM_DECODER_CTRL_COMMIT	BIT(9)
#define CXL_HDM_DECODER_CTRL_COMMITTED	BIT(10)
#define CXL_HDM_DECODER_CTRL_ERROR	BIT(11)
#define CXL_HDM_DECODER_CTRL_HOSTONLY	BIT(12)
#define CXL_HDM_DECODER_SKIP_LOW_OFFSET(i)	(0x24 + 0x20 * (i))
#define CXL_HDM_DECODER_SKIP_HIGH_OFFSET(i)	(0x28 + 0x20 * (i))
/* Base, size and skip: 256 MiB granules */
#define CXL_HDM_DECODER_LOW		GENMASK(31, 28)
#define CXL_HDM_LENGTH(nr)		(0x10 + 0x20 * (nr))

/**
 * cxl_hdm_decoder_count - decoders that a capability register tells of
 * @cap: HDM Decoder Capability register (8.2.4.20.1)
 *
 * Return: 1 to 32; 0 for a reserved encoding
 */
static inline unsigned int cxl_hdm_decoder_count(u32 cap)
{
	unsigned int n = FIELD_GET(CXL_HDM_DECODER_COUNT, cap);

	if (!n)
		return 1;
	if (n <= 8)
		return 2 * n;
	return n <= 12 ? (n - 4) * 4 : 0;
}

#endif /* _MDEV_CXL_CXL_REGS_H */
