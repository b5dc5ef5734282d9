// SPDX-License-Identifier: GPL-2.0-only
/*
 * CXL component registers (CXL r3.1 8.2.4) but for the HDM decoders: the
 * array of capabilities, RAS, Link.
 */
#include <linux/array_size.h>
#include <linux/bitfield.h>

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
