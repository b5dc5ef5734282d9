// SPDX-License-Identifier: GPL-2.0-only
/* PCI configuration space but for the CXL DVSECs: header, capabilities, MSI-X */
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/pci_ids.h>
#include <linux/pci_regs.h>
#include <linux/string.h>
#include <linux/wordpart.h>

#include "regs.h"

/* Values of the power state field */
#define PCI_D0_STATE	0
#define PCI_D3HOT_STATE	3

static u32 command_written(struct mcxl_function *fn, const struct mcxl_write *w)
{
	return (w->old ^ w->new) & PCI_COMMAND_MEMORY ? MCXL_FX_MEMORY : 0;
}

static u32 aperture_low(const struct mcxl_function *fn, unsigned int n)
{
	return lower_32_bits(-mcxl_function_bar_size(fn, MCXL_BAR_APERTURE));
}

static u32 aperture_high(const struct mcxl_function *fn, unsigned int n)
{
	return upper_32_bits(-mcxl_function_bar_size(fn, MCXL_BAR_APERTURE));
}

static u32 devctl_written(struct mcxl_function *fn, const struct mcxl_write *w)
{
	return w->fired ? MCXL_FX_FLR : 0;
}

static u32 pmcsr_written(struct mcxl_function *fn, const struct mcxl_write *w)
{
	u32 from = w->old & PCI_PM_CTRL_STATE_MASK;
	u32 to = w->new & PCI_PM_CTRL_STATE_MASK;

	/* D1 and D2 do not exist: the write is discarded */
	if (to != PCI_D0_STATE && to != PCI_D3HOT_STATE) {
		fn->config[(MCXL_CFG_PM + PCI_PM_CTRL) / 4] =
			(w->new & ~PCI_PM_CTRL_STATE_MASK) | from;
		return 0;
	}
	return from == to ? 0 : MCXL_FX_MEMORY | MCXL_FX_POWER;
}

#define COMMAND_RW							\
	(PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |	\
	 PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE)
#define STATUS_W1C							\
	(PCI_STATUS_PARITY | PCI_STATUS_SIG_TARGET_ABORT |		\
	 PCI_STATUS_REC_TARGET_ABORT | PCI_STATUS_REC_MASTER_ABORT |	\
	 PCI_STATUS_SIG_SYSTEM_ERROR | PCI_STATUS_DETECTED_PARITY)
#define PCIE_FLAGS							\
	(FIELD_PREP_CONST(PCI_EXP_FLAGS_VERS, 2) |			\
	 FIELD_PREP_CONST(PCI_EXP_FLAGS_TYPE, PCI_EXP_TYPE_ENDPOINT))
#define DEVCTL_RW							\
	(PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE |			\
	 PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE |			\
	 PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_PAYLOAD |		\
	 PCI_EXP_DEVCTL_EXT_TAG | PCI_EXP_DEVCTL_NOSNOOP_EN |		\
	 PCI_EXP_DEVCTL_READRQ)
#define DEVCTL_INIT							\
	(PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN |		\
	 PCI_EXP_DEVCTL_READRQ_512B)
#define DEVSTA_W1C							\
	(PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED |			\
	 PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD)
/* An FLR of one function must not disturb the link (PCIe r6.0 6.6.2) */
#define LNKCTL_RW							\
	(PCI_EXP_LNKCTL_RCB | PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES)
#define LINK_32GT_X16							\
	(PCI_EXP_LNKSTA_CLS_32_0GB | PCI_EXP_LNKSTA_NLW_X8 << 1)
/* Of a function without ASPM it says that this is on purpose */
#define LNKCAP_ASPM_OPTIONALITY		BIT(22)
#define AER_UNC								\
	(PCI_ERR_UNC_DLP | PCI_ERR_UNC_POISON_TLP | PCI_ERR_UNC_FCP |	\
	 PCI_ERR_UNC_COMP_TIME | PCI_ERR_UNC_COMP_ABORT |		\
	 PCI_ERR_UNC_UNX_COMP | PCI_ERR_UNC_RX_OVER |			\
	 PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_ECRC | PCI_ERR_UNC_UNSUP |	\
	 PCI_ERR_UNC_INTN)
#define AER_UNC_FATAL							\
	(PCI_ERR_UNC_DLP | PCI_ERR_UNC_FCP | PCI_ERR_UNC_RX_OVER |	\
	 PCI_ERR_UNC_MALF_TLP | PCI_ERR_UNC_INTN)
#define AER_COR								\
	(PCI_ERR_COR_RCVR | PCI_ERR_COR_BAD_TLP | PCI_ERR_COR_BAD_DLLP |	\
	 PCI_ERR_COR_REP_ROLL | PCI_ERR_COR_REP_TIMER |			\
	 PCI_ERR_COR_ADV_NFAT | PCI_ERR_COR_INTERNAL)
/* First Error Pointer */
#define AER_FIRST	PCI_ERR_CAP_FEP(~0)

static const struct mcxl_reg config_regs[] = {
	{
		.offset = PCI_COMMAND,
		.init = UPPER(PCI_STATUS_CAP_LIST),
		.rw = COMMAND_RW,
		.w1c = UPPER(STATUS_W1C),
		.written = command_written,
	}, {
		.offset = PCI_CACHE_LINE_SIZE,
		.rw = 0xff,
	}, {
		.offset = PCI_BASE_ADDRESS_0,
		.init = PCI_BASE_ADDRESS_MEM_TYPE_32,
		.rw = (u32)-MCXL_COMPONENT_SIZE,
	}, {
		.offset = PCI_BASE_ADDRESS_2,
		.init = PCI_BASE_ADDRESS_MEM_TYPE_64 |
			PCI_BASE_ADDRESS_MEM_PREFETCH,
		.rw = (u32)PCI_BASE_ADDRESS_MEM_MASK,
		.writable = aperture_low,
	}, {
		.offset = PCI_BASE_ADDRESS_3,
		.rw = ~0U,
		.writable = aperture_high,
	}, {
		.offset = PCI_BASE_ADDRESS_4,
		.init = PCI_BASE_ADDRESS_MEM_TYPE_32,
		.rw = (u32)-MCXL_FUNCTION_BAR_SIZE,
	}, {
		.offset = PCI_CAPABILITY_LIST,
		.init = MCXL_CFG_PCIE,
	}, {
		.offset = PCI_INTERRUPT_LINE,
		.rw = 0xff,
	}, {
		.offset = MCXL_CFG_PCIE,
		.init = PCI_CAP_ID_EXP | MCXL_CFG_PM << 8 |
			UPPER(PCIE_FLAGS),
	}, {
		.offset = MCXL_CFG_PCIE + PCI_EXP_DEVCAP,
		.init = FIELD_PREP_CONST(PCI_EXP_DEVCAP_PAYLOAD, 1) |
			PCI_EXP_DEVCAP_EXT_TAG | PCI_EXP_DEVCAP_RBER |
			PCI_EXP_DEVCAP_FLR,
	}, {
		.offset = MCXL_CFG_PCIE + PCI_EXP_DEVCTL,
		.init = DEVCTL_INIT,
		.rw = DEVCTL_RW,
		.w1c = UPPER(DEVSTA_W1C),
		.trigger = PCI_EXP_DEVCTL_BCR_FLR,
		.link = PCI_EXP_DEVCTL_PAYLOAD,
		.written = devctl_written,
	}, {
		.offset = MCXL_CFG_PCIE + PCI_EXP_LNKCAP,
		.init = LINK_32GT_X16 | LNKCAP_ASPM_OPTIONALITY,
	}, {
		.offset = MCXL_CFG_PCIE + PCI_EXP_LNKCTL,
		.init = UPPER(LINK_32GT_X16),
		.rw = LNKCTL_RW,
		.link = LNKCTL_RW,
	}, {
		.offset = MCXL_CFG_PCIE + PCI_EXP_DEVCAP2,
		.init = PCI_EXP_DEVCAP2_COMP_TMOUT_DIS,
	}, {
		.offset = MCXL_CFG_PCIE + PCI_EXP_DEVCTL2,
		.rw = PCI_EXP_DEVCTL2_COMP_TMOUT_DIS,
	}, {
		.offset = MCXL_CFG_PCIE + PCI_EXP_LNKCAP2,
		.init = PCI_EXP_LNKCAP2_SLS_2_5GB | PCI_EXP_LNKCAP2_SLS_5_0GB |
			PCI_EXP_LNKCAP2_SLS_8_0GB | PCI_EXP_LNKCAP2_SLS_16_0GB |
			PCI_EXP_LNKCAP2_SLS_32_0GB,
	}, {
		.offset = MCXL_CFG_PCIE + PCI_EXP_LNKCTL2,
		.init = PCI_EXP_LNKCTL2_TLS_32_0GT,
		.rw = PCI_EXP_LNKCTL2_TLS,
		.sticky = PCI_EXP_LNKCTL2_TLS,
	}, {
		.offset = MCXL_CFG_PM,
		.init = PCI_CAP_ID_PM | MCXL_CFG_MSIX << 8 | UPPER(3),
	}, {
		.offset = MCXL_CFG_PM + PCI_PM_CTRL,
		.init = PCI_PM_CTRL_NO_SOFT_RESET,
		.rw = PCI_PM_CTRL_STATE_MASK,
		.written = pmcsr_written,
	}, {
		.offset = MCXL_CFG_MSIX,
		.init = PCI_CAP_ID_MSIX,
		.rw = UPPER(PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL),
	}, {
		.offset = MCXL_CFG_MSIX + PCI_MSIX_TABLE,
		.init = MCXL_MSIX_TABLE | MCXL_BAR_FUNCTION,
	}, {
		.offset = MCXL_CFG_MSIX + PCI_MSIX_PBA,
		.init = MCXL_MSIX_PBA | MCXL_BAR_FUNCTION,
	}, {
		.offset = MCXL_CFG_DSN,
		.init = EXT_CAP(PCI_EXT_CAP_ID_DSN, 1, MCXL_CFG_AER),
	}, {
		.offset = MCXL_CFG_AER,
		.init = EXT_CAP(PCI_EXT_CAP_ID_ERR, 2, MCXL_CFG_DOE),
	}, {
		.offset = MCXL_CFG_AER + PCI_ERR_UNCOR_STATUS,
		.w1c = AER_UNC,
		.sticky = AER_UNC,
	}, {
		.offset = MCXL_CFG_AER + PCI_ERR_UNCOR_MASK,
		.init = PCI_ERR_UNC_INTN,
		.rw = AER_UNC,
		.sticky = AER_UNC,
	}, {
		.offset = MCXL_CFG_AER + PCI_ERR_UNCOR_SEVER,
		.init = AER_UNC_FATAL,
		.rw = AER_UNC,
		.sticky = AER_UNC,
	}, {
		.offset = MCXL_CFG_AER + PCI_ERR_COR_STATUS,
		.w1c = AER_COR,
		.sticky = AER_COR,
	}, {
		.offset = MCXL_CFG_AER + PCI_ERR_COR_MASK,
		.init = PCI_ERR_COR_ADV_NFAT | PCI_ERR_COR_INTERNAL,
		.rw = AER_COR,
		.sticky = AER_COR,
	}, {
		.offset = MCXL_CFG_AER + PCI_ERR_CAP,
		.live = AER_FIRST,
		.sticky = AER_FIRST,
	},
};

const struct mcxl_bank mcxl_config_bank = {
	.space = MCXL_SPACE_CONFIG,
	.resets = BIT(MCXL_RESET_CONVENTIONAL) | BIT(MCXL_RESET_FLR),
	.nr = ARRAY_SIZE(config_regs),
	.regs = config_regs,
};

static u32 vector_writable(const struct mcxl_function *fn, unsigned int n)
{
	return n < fn->desc.nr_vectors ? ~0 : 0;
}

#define VECTOR_REG(reg)							\
	.offset = MCXL_MSIX_TABLE + (reg),				\
	.count = MDEV_CXL_MAX_VECTORS,					\
	.stride = PCI_MSIX_ENTRY_SIZE,					\
	.writable = vector_writable

static const struct mcxl_reg msix_regs[] = {
	{
		VECTOR_REG(PCI_MSIX_ENTRY_LOWER_ADDR),
		.rw = ~3U,
	}, {
		VECTOR_REG(PCI_MSIX_ENTRY_UPPER_ADDR),
		.rw = ~0U,
	}, {
		VECTOR_REG(PCI_MSIX_ENTRY_DATA),
		.rw = ~0U,
	}, {
		VECTOR_REG(PCI_MSIX_ENTRY_VECTOR_CTRL),
		.init = PCI_MSIX_ENTRY_CTRL_MASKBIT,
		.rw = PCI_MSIX_ENTRY_CTRL_MASKBIT,
	},
};

const struct mcxl_bank mcxl_msix_bank = {
	.space = MCXL_SPACE_MSIX,
	.resets = BIT(MCXL_RESET_CONVENTIONAL) | BIT(MCXL_RESET_FLR),
	.nr = ARRAY_SIZE(msix_regs),
	.regs = msix_regs,
};

/**
 * mcxl_config_init - what differs from one function to the next
 * @fn: the function, its banks initialised
 */
void mcxl_config_init(struct mcxl_function *fn)
{
	const struct mdev_cxl_identity *id = &fn->desc.identity;

	fn->config[PCI_VENDOR_ID / 4] = id->vendor | UPPER(id->device);
	fn->config[PCI_CLASS_REVISION / 4] = id->revision | id->class << 8;
	fn->config[PCI_SUBSYSTEM_VENDOR_ID / 4] =
		id->subsystem_vendor | UPPER(id->subsystem_device);
	fn->config[MCXL_CFG_MSIX / 4] |= UPPER(fn->desc.nr_vectors - 1);
	fn->config[(MCXL_CFG_DSN + 4) / 4] = lower_32_bits(fn->desc.serial);
	fn->config[(MCXL_CFG_DSN + 8) / 4] = upper_32_bits(fn->desc.serial);
	mcxl_config_msix_trim(fn);
}

/**
 * mcxl_config_msix_trim - behind the last vector there is nothing
 * @fn: the function, its MSI-X bank just initialised or reset
 */
void mcxl_config_msix_trim(struct mcxl_function *fn)
{
	u32 end = fn->desc.nr_vectors * PCI_MSIX_ENTRY_SIZE;

	memset(&fn->msix[end / 4], 0, sizeof(fn->msix) - end);
}

/*
 * The first error stays until the guest has cleared its status bit; errors that
 * it has masked are none (PCIe r6.0 7.8.4.7).
 */
static void aer_first(struct mcxl_function *fn, u32 uncorrectable)
{
	u32 status = fn->config[(MCXL_CFG_AER + PCI_ERR_UNCOR_STATUS) / 4];
	u32 mask = fn->config[(MCXL_CFG_AER + PCI_ERR_UNCOR_MASK) / 4];
	u32 *cap = &fn->config[(MCXL_CFG_AER + PCI_ERR_CAP) / 4];

	if (uncorrectable & ~mask && !(status & BIT(PCI_ERR_CAP_FEP(*cap))))
		FIELD_MODIFY(AER_FIRST, cap, __ffs(uncorrectable & ~mask));
}

/**
 * mcxl_config_error - log errors in AER and Device Status
 * @fn: the function
 * @uncorrectable: PCI_ERR_UNC_*
 * @correctable: PCI_ERR_COR_*
 *
 * Which of them are fatal is for AER to say (PCIe r6.0 7.8.4.4).
 */
void mcxl_config_error(struct mcxl_function *fn, u32 uncorrectable,
		       u32 correctable)
{
	u32 severity = fn->config[(MCXL_CFG_AER + PCI_ERR_UNCOR_SEVER) / 4];
	u16 detected = 0;

	if (uncorrectable & severity)
		detected |= PCI_EXP_DEVSTA_FED;
	if (uncorrectable & ~severity)
		detected |= PCI_EXP_DEVSTA_NFED;
	if (correctable)
		detected |= PCI_EXP_DEVSTA_CED;

	aer_first(fn, uncorrectable);
	fn->config[(MCXL_CFG_AER + PCI_ERR_UNCOR_STATUS) / 4] |= uncorrectable;
	fn->config[(MCXL_CFG_AER + PCI_ERR_COR_STATUS) / 4] |= correctable;
	fn->config[(MCXL_CFG_PCIE + PCI_EXP_DEVCTL) / 4] |= UPPER(detected);
}

/**
 * mcxl_config_in_d0 - is the power state D0?
 * @fn: the function
 *
 * Return: false in D3hot
 */
bool mcxl_config_in_d0(const struct mcxl_function *fn)
{
	return (fn->config[(MCXL_CFG_PM + PCI_PM_CTRL) / 4] &
		PCI_PM_CTRL_STATE_MASK) == PCI_D0_STATE;
}

/**
 * mcxl_config_memory_enabled - do the BARs answer?
 * @fn: the function
 *
 * Return: true with memory space enable set, in D0
 */
bool mcxl_config_memory_enabled(const struct mcxl_function *fn)
{
	return mcxl_config_in_d0(fn) &&
	       fn->config[PCI_COMMAND / 4] & PCI_COMMAND_MEMORY;
}
