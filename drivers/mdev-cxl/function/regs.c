// SPDX-License-Identifier: GPL-2.0-only
/*
 * One way to access registers, of any size: find the table entry, fold the
 * bytes written into the 32-bit register by its masks, then have its side
 * effects, once.
 */
#include <linux/align.h>
#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/sizes.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include <kunit/visibility.h>

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
static unsigned int dword_at(enum mcxl_space space, u64 offset)
{
	/* Below the first this wraps, and is out of bounds */
	u64 i = (offset - space_start(space)) / 4;

	return i < SPACE_DWORDS ? array_index_nospec((u32)i, SPACE_DWORDS) :
				  SPACE_DWORDS;
}

/* The registers of a space */
static u32 *words_of(struct mcxl_function *fn, enum mcxl_space space)
{
	BUILD_BUG_ON(ARRAY_SIZE(fn->config) != SPACE_DWORDS ||
		     ARRAY_SIZE(fn->cm) != SPACE_DWORDS ||
		     ARRAY_SIZE(fn->msix) != SPACE_DWORDS);
	if (space == MCXL_SPACE_COMPONENT)
		return fn->cm;
	return space == MCXL_SPACE_MSIX ? fn->msix : fn->config;
}

/* The register at @offset, a multiple of 4; 0 where there is none */
static u32 reg_read(const struct mcxl_function *fn, enum mcxl_space space,
		    u64 offset)
{
	unsigned int i = dword_at(space, offset);

	/* Only looks */
	return i < SPACE_DWORDS ?
	       words_of((struct mcxl_function *)fn, space)[i] : 0;
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

/* Apart, as most registers have none */
static noinline u32 side_effects(struct mcxl_function *fn,
				 const struct slot *slot, u32 old, u32 new,
				 u32 fired, u32 bytes)
{
	const struct mcxl_write w = {
		.n = slot->n,
		.old = old,
		.new = new,
		.fired = fired,
		.bytes = bytes,
	};

	return slot->reg->written(fn, &w);
}

/*
 * Write those bytes of the register at @offset, a multiple of 4, for which
 * @bytes has 0xff; @value has them in their places. Returns MCXL_FX_*.
 */
static __always_inline u32 reg_write(struct mcxl_function *fn,
				     enum mcxl_space space, u64 offset,
				     u32 value, u32 bytes)
{
	unsigned int i = dword_at(space, offset);
	u32 rw, old, new, *word;
	const struct slot *slot;

	if (i == SPACE_DWORDS)
		return 0;
	slot = &reg_index[space][i];
	if (!slot->reg)
		return 0;

	rw = slot->reg->rw & bytes;
	if (slot->reg->writable)
		rw &= slot->reg->writable(fn, slot->n);

	word = words_of(fn, space) + i;
	old = *word;
	new = (old & ~rw) | (value & rw);
	new &= ~(value & bytes & slot->reg->w1c);
	*word = new;

	if (!slot->reg->written)
		return 0;
	return side_effects(fn, slot, old, new,
			    value & bytes & slot->reg->trigger, bytes);
}

/*
 * All four bytes of one register, as in most accesses. What is for the others is
 * kept out of their way.
 */
static bool is_whole(u32 offset, u32 count)
{
	return count == 4 && IS_ALIGNED(offset, 4);
}

/* Here and in write_bytes() an access may run over the last of all offsets */
static noinline void read_bytes(const struct mcxl_function *fn,
				enum mcxl_space space, u64 offset, u8 *buf,
				u32 count)
{
	while (count) {
		u32 shift = offset % 4, len = min(count, 4 - shift);
		u32 value = reg_read(fn, space, offset - shift) >> shift * 8;

		offset += len;
		count -= len;
		for (; len--; value >>= 8)
			*buf++ = value;
	}
}

/**
 * mcxl_function_read - read registers
 * @fn: the function
 * @space: register space
 * @offset: of the first byte, any
 * @buf: filled, little-endian as in PCI
 * @count: bytes, any
 *
 * Reads have no side effects. What does not exist reads zero.
 */
void mcxl_function_read(const struct mcxl_function *fn, enum mcxl_space space,
			u32 offset, void *buf, u32 count)
{
	if (is_whole(offset, count))
		put_unaligned_le32(reg_read(fn, space, offset), buf);
	else
		read_bytes(fn, space, offset, buf, count);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_read);

static noinline u32 write_bytes(struct mcxl_function *fn,
				enum mcxl_space space, u64 offset,
				const u8 *buf, u32 count)
{
	u32 effects = 0;

	while (count) {
		u32 shift = offset % 4, len = min(count, 4 - shift);
		u32 bytes = GENMASK((shift + len) * 8 - 1, shift * 8);
		u32 value = 0, i;

		for (i = shift; i < shift + len; i++)
			value |= (u32)*buf++ << i * 8;
		effects |= reg_write(fn, space, offset - shift, value, bytes);
		offset += len;
		count -= len;
	}
	return effects;
}

/**
 * mcxl_function_write - write registers
 * @fn: the function
 * @space: register space
 * @offset: of the first byte, any
 * @buf: little-endian as in PCI
 * @count: bytes, any
 *
 * Each 32-bit register that the bytes touch is written once, the lowest
 * first. What does not exist, or can't be written, keeps its value.
 *
 * Return: MCXL_FX_* that the caller is to carry out
 */
u32 mcxl_function_write(struct mcxl_function *fn, enum mcxl_space space,
			u32 offset, const void *buf, u32 count)
{
	if (is_whole(offset, count))
		return reg_write(fn, space, offset, get_unaligned_le32(buf),
				 ~0);
	return write_bytes(fn, space, offset, buf, count);
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_function_write);

/* Give some bits of all registers of a table entry their reset value */
static void set_bits(struct mcxl_function *fn, enum mcxl_space space,
		     const struct mcxl_reg *reg, u32 bits)
{
	unsigned int n;

	for (n = 0; n < max(reg->count, 1); n++) {
		u32 *word = words_of(fn, space) +
			    dword_at(space, reg->offset + n * reg->stride);

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
