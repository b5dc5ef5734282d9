// SPDX-License-Identifier: GPL-2.0-only
/*
 * One way to access registers: find the table entry, fold the bytes written
 * into the 32-bit register by its masks, then have its side effects, once.
 */
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/types.h>

#include "regs.h"

/* All registers of the function */
const struct mcxl_bank * const mcxl_banks[MCXL_NR_BANKS] = {
	&mcxl_config_bank,
	&mcxl_dvsec_bank,
	&mcxl_doe_bank,
	&mcxl_ras_bank,
	&mcxl_hdm_bank,
	&mcxl_msix_bank,
};

/**
 * mcxl_reg_word - where a register is kept
 * @fn: the function
 * @space: register space
 * @offset: of the register, a multiple of 4
 *
 * Return: the register, or NULL: there is none
 */
u32 *mcxl_reg_word(struct mcxl_function *fn, enum mcxl_space space, u32 offset)
{
	u32 *words = fn->config;
	u32 size = sizeof(fn->config);

	if (space == MCXL_SPACE_COMPONENT) {
		words = fn->cm;
		size = sizeof(fn->cm);
		/* Below the registers this wraps, and is out of bounds */
		offset -= MCXL_CM_OFFSET;
	} else if (space == MCXL_SPACE_MSIX) {
		words = fn->msix;
		size = sizeof(fn->msix);
	}

	if (offset >= size)
		return NULL;
	return &words[array_index_nospec(offset, size) / 4];
}

/**
 * mcxl_reg_read - read a register
 * @fn: the function
 * @space: register space
 * @offset: of the register, a multiple of 4
 *
 * Return: its value; 0 where there is no register
 */
u32 mcxl_reg_read(const struct mcxl_function *fn, enum mcxl_space space,
		  u32 offset)
{
	/* Only looks */
	const u32 *word = mcxl_reg_word((struct mcxl_function *)fn, space,
					offset);

	return word ? *word : 0;
}

/* Is @offset that of @reg, or if it is an array that of its *@n-th? */
static bool is_reg(const struct mcxl_reg *reg, u32 offset, unsigned int *n)
{
	u32 at = offset - reg->offset;

	*n = 0;
	if (!reg->count)
		return !at;
	*n = array_index_nospec(at / reg->stride, reg->count);
	return at / reg->stride < reg->count && !(at % reg->stride);
}

/* Table entry of the register at @offset; *@n: which of its array */
static const struct mcxl_reg *find_reg(enum mcxl_space space, u32 offset,
				       unsigned int *n)
{
	const struct mcxl_reg *reg;
	unsigned int i;

	for (i = 0; i < MCXL_NR_BANKS; i++) {
		const struct mcxl_bank *bank = mcxl_banks[i];

		if (bank->space != space)
			continue;
		for (reg = bank->regs; reg < bank->regs + bank->nr; reg++) {
			if (is_reg(reg, offset, n))
				return reg;
		}
	}
	return NULL;
}

/**
 * mcxl_reg_write - write some bytes of a register
 * @fn: the function
 * @space: register space
 * @offset: of the register, a multiple of 4
 * @value: the bytes, in their places
 * @bytes: mask with 0xff for each byte that is written
 *
 * Return: MCXL_FX_*
 */
u32 mcxl_reg_write(struct mcxl_function *fn, enum mcxl_space space, u32 offset,
		   u32 value, u32 bytes)
{
	u32 *word = mcxl_reg_word(fn, space, offset);
	const struct mcxl_reg *reg;
	struct mcxl_write w;
	u32 rw;

	reg = find_reg(space, offset, &w.n);
	if (!word || !reg)
		return 0;

	rw = reg->rw & bytes;
	if (reg->writable)
		rw &= reg->writable(fn, w.n);

	w.old = *word;
	w.new = (w.old & ~rw) | (value & rw);
	w.new &= ~(value & bytes & reg->w1c);
	w.fired = value & bytes & reg->trigger;
	w.bytes = bytes;
	*word = w.new;

	return reg->written ? reg->written(fn, &w) : 0;
}

/* Give some bits of all registers of a table entry their reset value */
static void set_bits(struct mcxl_function *fn, enum mcxl_space space,
		     const struct mcxl_reg *reg, u32 bits)
{
	unsigned int n;

	for (n = 0; n < max(reg->count, 1); n++) {
		u32 *word = mcxl_reg_word(fn, space, reg->offset +
					  n * reg->stride);

		*word = (*word & ~bits) | (reg->init & bits);
	}
}

/**
 * mcxl_bank_init - give all registers of a bank their first values
 * @fn: the function, just zeroed
 * @bank: the bank
 */
void mcxl_bank_init(struct mcxl_function *fn, const struct mcxl_bank *bank)
{
	const struct mcxl_reg *reg;

	for (reg = bank->regs; reg < bank->regs + bank->nr; reg++)
		set_bits(fn, bank->space, reg, ~0);
}

/**
 * mcxl_bank_reset - give what changes and is not sticky its reset value
 * @fn: the function
 * @bank: the bank
 * @kind: which reset
 */
void mcxl_bank_reset(struct mcxl_function *fn, const struct mcxl_bank *bank,
		     enum mcxl_reset kind)
{
	const struct mcxl_reg *reg;

	for (reg = bank->regs; reg < bank->regs + bank->nr; reg++) {
		u32 bits = (reg->rw | reg->w1c | reg->live) & ~reg->sticky;

		if (kind == MCXL_RESET_FLR)
			bits &= ~reg->link;
		set_bits(fn, bank->space, reg, bits);
	}
}
