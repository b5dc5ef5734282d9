// SPDX-License-Identifier: GPL-2.0-only
/*
 * CXL component registers (CXL r3.1 8.2.4) but for the HDM decoders: the
 * array of capabilities, RAS, Link.
 */
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/pci_regs.h>
#include <linux/wordpart.h>

#include "cxl_regs.h"
#include "regs.h"

#define RAS(reg)	(MCXL_COMP_RAS + (reg))

static const struct mcxl_reg ras_regs[] = {
	{
		.offset = RAS(CXL_RAS_UNC_STATUS_OFFSET),
		.w1c = CXL_RAS_UNC_BITS,
		.sticky = CXL_RAS_UNC_BITS,
	}, {
		.offset = RAS(CXL_RAS_UNC_MASK_OFFSET),
		.init = CXL_RAS_UNC_BITS,
		.rw = CXL_RAS_UNC_BITS,
		.sticky = CXL_RAS_UNC_BITS,
	}, {
		.offset = RAS(CXL_RAS_UNC_SEVERITY_OFFSET),
		.init = CXL_RAS_UNC_BITS,
		.rw = CXL_RAS_UNC_BITS,
		.sticky = CXL_RAS_UNC_BITS,
	}, {
		.offset = RAS(CXL_RAS_COR_STATUS_OFFSET),
		.w1c = CXL_RAS_COR_BITS,
		.sticky = CXL_RAS_COR_BITS,
	}, {
		.offset = RAS(CXL_RAS_COR_MASK_OFFSET),
		.init = CXL_RAS_COR_BITS,
		.rw = CXL_RAS_COR_BITS,
		.sticky = CXL_RAS_COR_BITS,
	}, {
		.offset = RAS(CXL_RAS_CAP_CONTROL_OFFSET),
		.init = CXL_RAS_CAP_CONTROL_POISON,
		.live = CXL_RAS_CAP_CONTROL_FE,
		.sticky = CXL_RAS_CAP_CONTROL_FE,
	},
};

const struct mcxl_bank mcxl_ras_bank = {
	.space = MCXL_SPACE_COMPONENT,
	.resets = BIT(MCXL_RESET_CONVENTIONAL),
	.nr = ARRAY_SIZE(ras_regs),
	.regs = ras_regs,
};

/**
 * struct capability - an entry of the capability array
 * @id: CXL_CM_CAP_ID_*
 * @version: of the structure
 * @offset: in the component registers
 */
struct capability {
	u16 id;
	u8 version;
	u16 offset;
};

static const struct capability capabilities[] = {
	{ CXL_CM_CAP_ID_RAS, 2, MCXL_COMP_RAS },
	{ CXL_CM_CAP_ID_LINK, 2, MCXL_COMP_LINK },
	{ CXL_CM_CAP_ID_HDM, 3, MCXL_COMP_HDM },
};

/**
 * mcxl_comp_init - the capability array
 * @fn: the function, its banks initialised
 */
void mcxl_comp_init(struct mcxl_function *fn)
{
	unsigned int i;

	fn->cm[0] = FIELD_PREP(CXL_CM_CAP_HDR_ID, CXL_CM_CAP_ID_CAP) |
		    FIELD_PREP(CXL_CM_CAP_HDR_VERSION, 1) |
		    FIELD_PREP(CXL_CM_CAP_HDR_CACHE_MEM, 1) |
		    FIELD_PREP(CXL_CM_CAP_HDR_ARRAY_SIZE,
			       ARRAY_SIZE(capabilities));

	for (i = 0; i < ARRAY_SIZE(capabilities); i++) {
		const struct capability *cap = &capabilities[i];

		fn->cm[i + 1] = FIELD_PREP(CXL_CM_CAP_HDR_ID, cap->id) |
				FIELD_PREP(CXL_CM_CAP_HDR_VERSION,
					   cap->version) |
				FIELD_PREP(CXL_CM_CAP_PTR,
					   cap->offset - MCXL_CM_OFFSET);
	}
}

static u32 *ras(struct mcxl_function *fn, u32 reg)
{
	return &fn->cm[(RAS(reg) - MCXL_CM_OFFSET) / 4];
}

/*
 * The first error, and where it was, stay until the guest has seen to it and
 * cleared its status bit; later ones add no more than their own.
 */
static void log_first(struct mcxl_function *fn, u64 vdpa, u32 uncorrectable)
{
	u32 status = *ras(fn, CXL_RAS_UNC_STATUS_OFFSET);
	u32 *control = ras(fn, CXL_RAS_CAP_CONTROL_OFFSET);
	u32 *log = ras(fn, CXL_RAS_HEADER_LOG_OFFSET);

	if (status & BIT(FIELD_GET(CXL_RAS_CAP_CONTROL_FE, *control)))
		return;
	FIELD_MODIFY(CXL_RAS_CAP_CONTROL_FE, control, __ffs(uncorrectable));
	log[0] = lower_32_bits(vdpa);
	log[1] = upper_32_bits(vdpa);
}

/**
 * mcxl_comp_error - log an error (CXL r3.1 8.2.4.17, 12.2)
 * @fn: the function
 * @vdpa: where it happened
 * @uncorrectable: bits of the Uncorrectable Error Status register
 * @correctable: bits of the Correctable Error Status register
 *
 * What is not masked shows up in AER as well, as an internal error. The severity of
 * the RAS registers is about Viral, which the function never enters.
 *
 * Return: MCXL_FX_ERROR for an uncorrectable error
 */
u32 mcxl_comp_error(struct mcxl_function *fn, u64 vdpa, u32 uncorrectable,
		    u32 correctable)
{
	u32 unc = uncorrectable & CXL_RAS_UNC_BITS;
	u32 cor = correctable & CXL_RAS_COR_BITS &
		  ~*ras(fn, CXL_RAS_COR_MASK_OFFSET);

	/* Masked ones as well: the VMM has to learn where poison is */
	if (unc)
		log_first(fn, vdpa, unc);
	*ras(fn, CXL_RAS_UNC_STATUS_OFFSET) |= unc;
	*ras(fn, CXL_RAS_COR_STATUS_OFFSET) |= cor;

	mcxl_config_error(fn, unc & ~*ras(fn, CXL_RAS_UNC_MASK_OFFSET) ?
			  PCI_ERR_UNC_INTN : 0,
			  cor ? PCI_ERR_COR_INTERNAL : 0);

	return unc ? MCXL_FX_ERROR : 0;
}
