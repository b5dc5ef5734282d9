// SPDX-License-Identifier: GPL-2.0-only
/* The virtual CXL function as a whole: how it starts, resets, errors. */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/string.h>

#include <kunit/visibility.h>

#include "cxl_regs.h"
#include "regs.h"

static bool desc_valid(const struct mcxl_function_desc *desc)
{
	return desc->size && !(desc->size % MDEV_CXL_GRANULE) &&
	       mcxl_decoders_valid(desc->decoders) &&
	       desc->nr_vectors && desc->nr_vectors <= MDEV_CXL_MAX_VECTORS &&
	       desc->reset_timeout <= 4;
}

/**
 * mcxl_function_init - power a function up
 * @fn: the function; whatever it was before is forgotten
 * @desc: what to make; copied
 *
 * Return: 0, or -EINVAL when @desc breaks the rules of its structure
 */
int mcxl_function_init(struct mcxl_function *fn,
		       const struct mcxl_function_desc *desc)
{
	unsigned int i;

	if (!desc_valid(desc))
		return -EINVAL;

	memset(fn, 0, sizeof(*fn));
	fn->desc = *desc;
	for (i = 0; i < MCXL_NR_BANKS; i++)
		mcxl_bank_init(fn, mcxl_banks[i]);
	mcxl_config_init(fn);
	mcxl_dvsec_init(fn);
	mcxl_comp_init(fn);
	mcxl_hdm_init(fn);
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_init);

/**
 * mcxl_function_reset - reset a function
 * @fn: the function
 * @kind: which reset
 *
 * For a CXL reset, call this when the reset is complete: it says so to the
 * guest.
 *
 * Return: MCXL_FX_MEMORY, and MCXL_FX_CLEAR if the reset clears memory
 */
u32 mcxl_function_reset(struct mcxl_function *fn, enum mcxl_reset kind)
{
	u32 effects = MCXL_FX_MEMORY;
	unsigned int i;

	for (i = 0; i < MCXL_NR_BANKS; i++) {
		if (mcxl_banks[i]->resets & BIT(kind))
			mcxl_bank_reset(fn, mcxl_banks[i], kind);
	}
	mcxl_config_msix_trim(fn);

	if (kind == MCXL_RESET_CXL) {
		mcxl_hdm_reset_unlocked(fn);
		effects |= mcxl_dvsec_reset_done(fn);
	} else {
		/* Not in a CXL reset, which spares PCI here, see overview.rst */
		mcxl_doe_abort(fn);
	}
	return effects;
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_reset);

/**
 * mcxl_function_error - log an error in the registers
 * @fn: the function
 * @vdpa: where it happened
 * @uncorrectable: bits of the RAS Uncorrectable Error Status register
 * @correctable: bits of the RAS Correctable Error Status register
 *
 * Return: MCXL_FX_ERROR for an uncorrectable error, masked by the guest or not
 */
u32 mcxl_function_error(struct mcxl_function *fn, u64 vdpa, u32 uncorrectable,
			u32 correctable)
{
	return mcxl_comp_error(fn, vdpa, uncorrectable, correctable);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_error);

/**
 * mcxl_function_memory - who may reach the memory just now
 * @fn: the function
 * @mem: filled, padding included, so that two can be compared
 */
void mcxl_function_memory(const struct mcxl_function *fn,
			  struct mcxl_memory *mem)
{
	memset(mem, 0, sizeof(*mem));
	mem->bars = mcxl_config_memory_enabled(fn);
	mem->hdm = mcxl_config_in_d0(fn) && mcxl_dvsec_mem_enabled(fn) &&
		   mcxl_hdm_enabled(fn);
	mem->nr_decodes = mcxl_hdm_decodes(fn, mem->decode);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_memory);

/**
 * mcxl_function_in_d0 - is the function powered?
 * @fn: the function
 *
 * Return: false in D3hot
 */
bool mcxl_function_in_d0(const struct mcxl_function *fn)
{
	return mcxl_config_in_d0(fn);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_in_d0);

/**
 * mcxl_function_bar_size - size of a BAR
 * @fn: the function
 * @bar: 0 to 5
 *
 * Return: bytes, a power of two; 0 for a BAR that does not exist
 */
u64 mcxl_function_bar_size(const struct mcxl_function *fn, unsigned int bar)
{
	switch (bar) {
	case MCXL_BAR_COMPONENT:
		return MCXL_COMPONENT_SIZE;
	case MCXL_BAR_APERTURE:
		return 1ULL << fls64(fn->desc.size - 1);
	case MCXL_BAR_FUNCTION:
		return MCXL_FUNCTION_BAR_SIZE;
	default:
		return 0;
	}
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_bar_size);

/**
 * mcxl_function_hdm_block - where the HDM decoder capability structure is
 * @fn: the function
 * @offset: in the component registers
 * @size: bytes
 */
void mcxl_function_hdm_block(const struct mcxl_function *fn, u32 *offset,
			     u32 *size)
{
	*offset = MCXL_COMP_HDM;
	*size = CXL_HDM_LENGTH(fn->desc.decoders);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_hdm_block);
