// SPDX-License-Identifier: GPL-2.0-only
/*
 * One way to access registers: find the table entry, fold the bytes written
 * into the 32-bit register by its masks, then have its side effects, once.
 */
#include <linux/array_size.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/sizes.h>
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

/* Each space has its registers in so many dwords behind a first one */
#define SPACE_DWORDS	(SZ_4K / 4)

static u32 space_start(enum mcxl_space space)
{
	return space == MCXL_SPACE_COMPONENT ? MCXL_CM_OFFSET : 0;
}

/* Which dword of its space is at @offset? SPACE_DWORDS: none */
static unsigned int dword_at(enum mcxl_space space, u32 offset)
{
	/* Below the first this wraps, and is out of bounds */
	unsigned int i = (offset - space_start(space)) / 4;

	return i < SPACE_DWORDS ? array_index_nospec(i, SPACE_DWORDS) :
				  SPACE_DWORDS;
}

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
	unsigned int i = dword_at(space, offset);
	u32 *words = fn->config;

	BUILD_BUG_ON(ARRAY_SIZE(fn->config) != SPACE_DWORDS ||
		     ARRAY_SIZE(fn->cm) != SPACE_DWORDS ||
		     ARRAY_SIZE(fn->msix) != SPACE_DWORDS);
	if (space == MCXL_SPACE_COMPONENT)
		words = fn->cm;
	else if (space == MCXL_SPACE_MSIX)
		words = fn->msix;
	return i < SPACE_DWORDS ? &words[i] : NULL;
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

/**
 * struct slot - what there is at a dword, so that no access need search for it
 * @reg: table entry of the register, or NULL
 * @n: which of the registers that it stands for
 */
struct slot {
	const struct mcxl_reg *reg;
	unsigned int n;
};

static struct slot reg_index[MCXL_NR_SPACES][SPACE_DWORDS] __ro_after_init;

static void __init index_bank(const struct mcxl_bank *bank)
{
	const struct mcxl_reg *reg;
	unsigned int n;

	for (reg = bank->regs; reg < bank->regs + bank->nr; reg++) {
		for (n = 0; n < max(reg->count, 1); n++) {
			u32 offset = reg->offset + n * reg->stride;
			u32 i = dword_at(bank->space, offset);

			reg_index[bank->space][i] = (struct slot) { reg, n };
		}
	}
}

/**
 * mcxl_function_setup - to be called once, before the first function
 *
 * The tables of the banks are what the index is made from, and stay the only
 * source.
 */
void __init mcxl_function_setup(void)
{
	unsigned int i;

	for (i = 0; i < MCXL_NR_BANKS; i++)
		index_bank(mcxl_banks[i]);
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
	unsigned int i = dword_at(space, offset);
	const struct mcxl_reg *reg;
	struct mcxl_write w;
	u32 *word, rw;

	if (i == SPACE_DWORDS)
		return 0;
	reg = reg_index[space][i].reg;
	if (!reg)
		return 0;

	word = mcxl_reg_word(fn, space, offset);
	w.n = reg_index[space][i].n;
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
