// SPDX-License-Identifier: GPL-2.0-only
/*
 * CXL DVSECs in configuration space (CXL r3.1 8.1): the device's, where its
 * control registers are, and those that only tell: register locator, Flex Bus
 * port, GPF.
 */
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/pci_ids.h>
#include <linux/pci_regs.h>
#include <linux/wordpart.h>

#include "cxl_regs.h"
#include "regs.h"

#define DEV(reg)	(MCXL_CFG_DVSEC_DEVICE + (reg))
#define LOCATOR(reg)	(MCXL_CFG_DVSEC_LOCATOR + (reg))
#define FLEXBUS(reg)	(MCXL_CFG_DVSEC_FLEXBUS + (reg))
#define GPF(reg)	(MCXL_CFG_DVSEC_GPF + (reg))

/* Control bits that CONFIG_LOCK freezes */
#define CTRL_RWL							\
	(CXL_DVSEC_CTRL_CACHE_ENABLE | PCI_DVSEC_CXL_MEM_ENABLE |	\
	 CXL_DVSEC_CTRL_SF_COVERAGE | CXL_DVSEC_CTRL_SF_GRANULARITY |	\
	 CXL_DVSEC_CTRL_CLEAN_EVICTION | CXL_DVSEC_CTRL_VIRAL_ENABLE)

/* What the function says of itself, whoever made it */
#define CAP								\
	(CXL_DVSEC_CAP_IO_CAPABLE | PCI_DVSEC_CXL_MEM_CAPABLE |		\
	 CXL_DVSEC_CAP_MEM_HWINIT | FIELD_PREP_CONST(PCI_DVSEC_CXL_HDM_COUNT, 1) | \
	 CXL_DVSEC_CAP_RST_CAPABLE | CXL_DVSEC_CAP_RST_MEM_CLR |	\
	 CXL_DVSEC_CAP_VIRAL_CAPABLE | CXL_DVSEC_CAP_PM_INIT_REPORT)

#define FLEXBUS_LINK							\
	(CXL_FLEXBUS_IO | CXL_FLEXBUS_MEM | CXL_FLEXBUS_68B_FLIT)

/* The component registers are at the start of their BAR */
#define LOCATOR_COMPONENT						\
	(FIELD_PREP_CONST(PCI_DVSEC_CXL_REG_LOCATOR_BIR,		\
			  MCXL_BAR_COMPONENT) |				\
	 FIELD_PREP_CONST(PCI_DVSEC_CXL_REG_LOCATOR_BLOCK_ID,		\
			  CXL_BLOCK_ID_COMPONENT))

/*
 * Hardware-initialised: valid and active from the start. What kind of memory
 * it is the CDAT tells.
 */
#define RANGE_INFO							\
	(PCI_DVSEC_CXL_MEM_INFO_VALID | PCI_DVSEC_CXL_MEM_ACTIVE |	\
	 FIELD_PREP_CONST(CXL_DVSEC_RANGE_MEDIA_TYPE,			\
			  CXL_DVSEC_RANGE_SEE_CDAT) |			\
	 FIELD_PREP_CONST(CXL_DVSEC_RANGE_MEMORY_CLASS,			\
			  CXL_DVSEC_RANGE_SEE_CDAT))

static bool config_locked(const struct mcxl_function *fn)
{
	return fn->config[DEV(CXL_DVSEC_LOCK) / 4] &
	       CXL_DVSEC_LOCK_CONFIG_LOCK;
}

/* Registers whose writable bits are all RWL */
static u32 until_locked(const struct mcxl_function *fn, unsigned int n)
{
	return config_locked(fn) ? 0 : ~0;
}

static u32 ctrl_written(struct mcxl_function *fn, const struct mcxl_write *w)
{
	return (w->old ^ w->new) & PCI_DVSEC_CXL_MEM_ENABLE ? MCXL_FX_MEMORY :
							      0;
}

static u32 ctrl2_written(struct mcxl_function *fn, const struct mcxl_write *w)
{
	u32 *word = &fn->config[DEV(CXL_DVSEC_CTRL2) / 4];

	/*
	 * A slice of a cache has no lines of its own: done at once. But with
	 * caching on the cache may fill, so it is not known to be invalid.
	 */
	if (!(w->new & CXL_DVSEC_CTRL2_DISABLE_CACHING))
		*word &= ~UPPER(CXL_DVSEC_STATUS2_CACHE_INVALID);
	else if (w->fired & CXL_DVSEC_CTRL2_INIT_WBI)
		*word |= UPPER(CXL_DVSEC_STATUS2_CACHE_INVALID);

	if (!(w->fired & CXL_DVSEC_CTRL2_INIT_RST))
		return 0;
	*word &= ~UPPER(CXL_DVSEC_STATUS2_RST_COMPLETE);
	return MCXL_FX_CXL_RESET;
}

static const struct mcxl_reg dvsec_regs[] = {
	{
		.offset = DEV(0),
		.init = EXT_CAP(PCI_EXT_CAP_ID_DVSEC, 1,
				MCXL_CFG_DVSEC_LOCATOR),
	}, {
		.offset = DEV(PCI_DVSEC_HEADER1),
		.init = DVSEC1(CXL_DVSEC_DEVICE_REVISION,
			       CXL_DVSEC_DEVICE_LENGTH),
	}, {
		.offset = DEV(PCI_DVSEC_HEADER2),
		.init = PCI_DVSEC_CXL_DEVICE | UPPER(CAP),
	}, {
		.offset = DEV(PCI_DVSEC_CXL_CTRL),
		.init = CXL_DVSEC_CTRL_IO_ENABLE,
		.rw = CTRL_RWL,
		.w1c = UPPER(CXL_DVSEC_STATUS_VIRAL),
		.sticky = UPPER(CXL_DVSEC_STATUS_VIRAL),
		.writable = until_locked,
		.written = ctrl_written,
	}, {
		.offset = DEV(CXL_DVSEC_CTRL2),
		.init = UPPER(CXL_DVSEC_STATUS2_PM_INIT_DONE),
		.rw = CXL_DVSEC_CTRL2_DISABLE_CACHING |
		      CXL_DVSEC_CTRL2_RST_MEM_CLR_EN |
		      CXL_DVSEC_CTRL2_VOLATILE_HDM |
		      CXL_DVSEC_CTRL2_MOD_COMPLETION,
		.w1c = UPPER(CXL_DVSEC_STATUS2_HDM_PRES_ERR),
		.trigger = CXL_DVSEC_CTRL2_INIT_WBI | CXL_DVSEC_CTRL2_INIT_RST,
		.live = UPPER(CXL_DVSEC_STATUS2_CACHE_INVALID |
			      CXL_DVSEC_STATUS2_RST_COMPLETE),
		.sticky = CXL_DVSEC_CTRL2_VOLATILE_HDM |
			  UPPER(CXL_DVSEC_STATUS2_HDM_PRES_ERR),
		.written = ctrl2_written,
	}, {
		/* Written once: the lock locks itself */
		.offset = DEV(CXL_DVSEC_LOCK),
		.rw = CXL_DVSEC_LOCK_CONFIG_LOCK,
		.writable = until_locked,
	}, {
		.offset = DEV(PCI_DVSEC_CXL_RANGE_BASE_HIGH(0)),
		.count = CXL_DVSEC_RANGE_MAX,
		.stride = 0x10,
		.rw = ~0U,
		.writable = until_locked,
	}, {
		.offset = DEV(PCI_DVSEC_CXL_RANGE_BASE_LOW(0)),
		.count = CXL_DVSEC_RANGE_MAX,
		.stride = 0x10,
		.rw = (u32)PCI_DVSEC_CXL_MEM_BASE_LOW,
		.writable = until_locked,
	}, {
		.offset = LOCATOR(0),
		.init = EXT_CAP(PCI_EXT_CAP_ID_DVSEC, 1,
				MCXL_CFG_DVSEC_FLEXBUS),
	}, {
		.offset = LOCATOR(PCI_DVSEC_HEADER1),
		.init = DVSEC1(CXL_DVSEC_LOCATOR_REVISION,
			       CXL_DVSEC_LOCATOR_LENGTH),
	}, {
		.offset = LOCATOR(PCI_DVSEC_HEADER2),
		.init = PCI_DVSEC_CXL_REG_LOCATOR,
	}, {
		.offset = LOCATOR(PCI_DVSEC_CXL_REG_LOCATOR_BLOCK1),
		.init = LOCATOR_COMPONENT,
	}, {
		.offset = FLEXBUS(0),
		.init = EXT_CAP(PCI_EXT_CAP_ID_DVSEC, 1, MCXL_CFG_DVSEC_GPF),
	}, {
		.offset = FLEXBUS(PCI_DVSEC_HEADER1),
		.init = DVSEC1(CXL_DVSEC_FLEXBUS_REVISION,
			       CXL_DVSEC_FLEXBUS_LENGTH),
	}, {
		.offset = FLEXBUS(PCI_DVSEC_HEADER2),
		.init = PCI_DVSEC_CXL_FLEXBUS_PORT | UPPER(FLEXBUS_LINK),
	}, {
		/* Control and status; the link is up and stays as it is */
		.offset = FLEXBUS(0x0c),
		.init = FLEXBUS_LINK | UPPER(FLEXBUS_LINK),
	}, {
		.offset = GPF(0),
		.init = EXT_CAP(PCI_EXT_CAP_ID_DVSEC, 1, MCXL_CFG_DSN),
	}, {
		.offset = GPF(PCI_DVSEC_HEADER1),
		.init = DVSEC1(CXL_DVSEC_GPF_REVISION, CXL_DVSEC_GPF_LENGTH),
	}, {
		.offset = GPF(PCI_DVSEC_HEADER2),
		.init = PCI_DVSEC_CXL_DEVICE_GPF,
	},
};

const struct mcxl_bank mcxl_dvsec_bank = {
	.space = MCXL_SPACE_CONFIG,
	.resets = BIT(MCXL_RESET_CONVENTIONAL),
	.nr = ARRAY_SIZE(dvsec_regs),
	.regs = dvsec_regs,
};

/**
 * mcxl_dvsec_init - what differs from one function to the next
 * @fn: the function, its banks initialised
 */
void mcxl_dvsec_init(struct mcxl_function *fn)
{
	u64 size = fn->desc.size;
	u32 cap = FIELD_PREP(CXL_DVSEC_CAP_RST_TIMEOUT,
			     fn->desc.reset_timeout);

	if (fn->desc.cache_capable) {
		cap |= PCI_DVSEC_CXL_CACHE_CAPABLE | CXL_DVSEC_CAP_WBI_CAPABLE;
		fn->config[FLEXBUS(PCI_DVSEC_HEADER2) / 4] |=
			UPPER(CXL_FLEXBUS_CACHE);
		fn->config[FLEXBUS(0x0c) / 4] |=
			CXL_FLEXBUS_CACHE | UPPER(CXL_FLEXBUS_CACHE);
	} else {
		fn->config[DEV(CXL_DVSEC_LOCK) / 4] |=
			UPPER(CXL_DVSEC_CAP2_NO_CLEAN_WB);
	}
	fn->config[DEV(PCI_DVSEC_HEADER2) / 4] |= UPPER(cap);

	fn->config[DEV(PCI_DVSEC_CXL_RANGE_SIZE_HIGH(0)) / 4] =
		upper_32_bits(size);
	fn->config[DEV(PCI_DVSEC_CXL_RANGE_SIZE_LOW(0)) / 4] =
		(lower_32_bits(size) & (u32)PCI_DVSEC_CXL_MEM_SIZE_LOW) |
		RANGE_INFO;
}

/**
 * mcxl_dvsec_mem_enabled - is CXL.mem switched on?
 * @fn: the function
 *
 * Return: Mem_Enable of the DVSEC CXL Control register
 */
bool mcxl_dvsec_mem_enabled(const struct mcxl_function *fn)
{
	return fn->config[DEV(PCI_DVSEC_CXL_CTRL) / 4] &
	       PCI_DVSEC_CXL_MEM_ENABLE;
}

/**
 * mcxl_dvsec_reset_done - a CXL reset has come to its end
 * @fn: the function
 *
 * None fails, so CXL Reset Error is never set.
 *
 * Return: MCXL_FX_CLEAR when the guest wanted its memory cleared, else 0
 */
u32 mcxl_dvsec_reset_done(struct mcxl_function *fn)
{
	u32 *word = &fn->config[DEV(CXL_DVSEC_CTRL2) / 4];

	*word |= UPPER(CXL_DVSEC_STATUS2_RST_COMPLETE);
	return *word & CXL_DVSEC_CTRL2_RST_MEM_CLR_EN ? MCXL_FX_CLEAR : 0;
}
