// SPDX-License-Identifier: GPL-2.0-only
/*
 * HDM decoders (CXL r3.1 8.2.4.20): what a guest may commit, and what the
 * committed ones map.
 *
 * Decoders are committed from the lowest up and uncommitted from the highest
 * down, so the committed ones are always 0 to some n. Each maps the part of
 * vDPA behind those below it and behind its own skip.
 */
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/overflow.h>

#include "cxl_regs.h"
#include "regs.h"

#define HDM(reg)	(MCXL_COMP_HDM + (reg))

static u32 get(const struct mcxl_function *fn, u32 reg)
{
	return fn->cm[(HDM(reg) - MCXL_CM_OFFSET) / 4];
}

static void set(struct mcxl_function *fn, u32 reg, u32 value)
{
	fn->cm[(HDM(reg) - MCXL_CM_OFFSET) / 4] = value;
}

static u64 get_pair(const struct mcxl_function *fn, u32 low)
{
	return (u64)get(fn, low + 4) << 32 | get(fn, low);
}

static u32 ctrl(const struct mcxl_function *fn, unsigned int i)
{
	return get(fn, CXL_HDM_DECODER_CTRL_OFFSET(i));
}

static bool committed(const struct mcxl_function *fn, unsigned int i)
{
	return i < fn->desc.decoders &&
	       ctrl(fn, i) & CXL_HDM_DECODER_CTRL_COMMITTED;
}

static u64 base(const struct mcxl_function *fn, unsigned int i)
{
	return get_pair(fn, CXL_HDM_DECODER_BASE_LOW_OFFSET(i));
}

static u64 size(const struct mcxl_function *fn, unsigned int i)
{
	return get_pair(fn, CXL_HDM_DECODER_SIZE_LOW_OFFSET(i));
}

static u64 skip(const struct mcxl_function *fn, unsigned int i)
{
	return get_pair(fn, CXL_HDM_DECODER_SKIP_LOW_OFFSET(i));
}

/* The vDPA behind the decoders below @i, all of which are committed */
static u64 vdpa_below(const struct mcxl_function *fn, unsigned int i)
{
	u64 vdpa = 0;

	while (i--)
		vdpa += skip(fn, i) + size(fn, i);
	return vdpa;
}

/*
 * The rules of a commit (8.2.4.20.12), one function each; all must hold.
 */

static bool lower_is_committed(const struct mcxl_function *fn, unsigned int i)
{
	return !i || committed(fn, i - 1);
}

static bool has_size(const struct mcxl_function *fn, unsigned int i)
{
	return size(fn, i);
}

static bool does_not_wrap(const struct mcxl_function *fn, unsigned int i)
{
	u64 end;

	return !check_add_overflow(base(fn, i), size(fn, i), &end);
}

static bool is_above_lower(const struct mcxl_function *fn, unsigned int i)
{
	return !i || base(fn, i) >= base(fn, i - 1) + size(fn, i - 1);
}

static bool is_inside_partition(const struct mcxl_function *fn, unsigned int i)
{
	u64 end;

	return !check_add_overflow(vdpa_below(fn, i), skip(fn, i), &end) &&
	       !check_add_overflow(end, size(fn, i), &end) &&
	       end <= fn->desc.size;
}

static bool is_one_way(const struct mcxl_function *fn, unsigned int i)
{
	return !FIELD_GET(CXL_HDM_DECODER_CTRL_IW, ctrl(fn, i));
}

static bool is_device_coherent(const struct mcxl_function *fn, unsigned int i)
{
	return !(ctrl(fn, i) & CXL_HDM_DECODER_CTRL_HOSTONLY);
}

static bool (*const commit_rules[])(const struct mcxl_function *fn,
				    unsigned int i) = {
	/* First: the others rely on it */
	lower_is_committed,
	has_size,
	does_not_wrap,
	is_above_lower,
	is_inside_partition,
	is_one_way,
	is_device_coherent,
};

static bool may_commit(const struct mcxl_function *fn, unsigned int i)
{
	unsigned int r;

	for (r = 0; r < ARRAY_SIZE(commit_rules); r++) {
		if (!commit_rules[r](fn, i))
			return false;
	}
	return true;
}

static bool is_locked(const struct mcxl_function *fn, unsigned int i)
{
	return committed(fn, i) && ctrl(fn, i) & CXL_HDM_DECODER_CTRL_LOCK;
}

static u32 decoder_writable(const struct mcxl_function *fn, unsigned int i)
{
	return i >= fn->desc.decoders || committed(fn, i) ? 0 : ~0;
}

static u32 ctrl_writable(const struct mcxl_function *fn, unsigned int i)
{
	if (i >= fn->desc.decoders || is_locked(fn, i))
		return 0;
	/* Only the lowest come first and the highest go first */
	if (committed(fn, i))
		return committed(fn, i + 1) ? 0 : CXL_HDM_DECODER_CTRL_COMMIT;
	return ~0;
}

static u32 ctrl_written(struct mcxl_function *fn, const struct mcxl_write *w)
{
	u32 value = w->new & ~(CXL_HDM_DECODER_CTRL_COMMITTED |
			       CXL_HDM_DECODER_CTRL_ERROR);

	/* A change of COMMIT asks for something, and settles an old error */
	if (!((w->old ^ w->new) & CXL_HDM_DECODER_CTRL_COMMIT))
		return 0;

	if (w->new & CXL_HDM_DECODER_CTRL_COMMIT)
		value |= may_commit(fn, w->n) ? CXL_HDM_DECODER_CTRL_COMMITTED :
						CXL_HDM_DECODER_CTRL_ERROR;
	set(fn, CXL_HDM_DECODER_CTRL_OFFSET(w->n), value);

	return (w->old ^ value) & CXL_HDM_DECODER_CTRL_COMMITTED ?
	       MCXL_FX_MEMORY : 0;
}

static u32 global_written(struct mcxl_function *fn, const struct mcxl_write *w)
{
	return (w->old ^ w->new) & CXL_HDM_DECODER_ENABLE ? MCXL_FX_MEMORY : 0;
}

#define DECODER_REG(reg)						\
	.offset = HDM(reg),						\
	.count = MDEV_CXL_MAX_DECODERS,					\
	.stride = CXL_HDM_DECODER_STRIDE

static const struct mcxl_reg hdm_regs[] = {
	{
		.offset = HDM(CXL_HDM_DECODER_CAP_OFFSET),
		.init = CXL_HDM_DECODER_POISON_CAPABLE |
			FIELD_PREP_CONST(CXL_HDM_DECODER_COHERENCY,
					 CXL_HDM_COHERENCY_DEVICE),
	}, {
		.offset = HDM(CXL_HDM_DECODER_GLOBAL_OFFSET),
		.rw = CXL_HDM_DECODER_POISON | CXL_HDM_DECODER_ENABLE,
		.written = global_written,
	}, {
		DECODER_REG(CXL_HDM_DECODER_BASE_LOW_OFFSET(0)),
		.rw = CXL_HDM_DECODER_LOW,
		.writable = decoder_writable,
	}, {
		DECODER_REG(CXL_HDM_DECODER_BASE_HIGH_OFFSET(0)),
		.rw = ~0U,
		.writable = decoder_writable,
	}, {
		DECODER_REG(CXL_HDM_DECODER_SIZE_LOW_OFFSET(0)),
		.rw = CXL_HDM_DECODER_LOW,
		.writable = decoder_writable,
	}, {
		DECODER_REG(CXL_HDM_DECODER_SIZE_HIGH_OFFSET(0)),
		.rw = ~0U,
		.writable = decoder_writable,
	}, {
		DECODER_REG(CXL_HDM_DECODER_CTRL_OFFSET(0)),
		.rw = CXL_HDM_DECODER_CTRL_IG | CXL_HDM_DECODER_CTRL_IW |
		      CXL_HDM_DECODER_CTRL_LOCK | CXL_HDM_DECODER_CTRL_COMMIT |
		      CXL_HDM_DECODER_CTRL_HOSTONLY,
		.live = CXL_HDM_DECODER_CTRL_COMMITTED |
			CXL_HDM_DECODER_CTRL_ERROR,
		.writable = ctrl_writable,
		.written = ctrl_written,
	}, {
		DECODER_REG(CXL_HDM_DECODER_SKIP_LOW_OFFSET(0)),
		.rw = CXL_HDM_DECODER_LOW,
		.writable = decoder_writable,
	}, {
		DECODER_REG(CXL_HDM_DECODER_SKIP_HIGH_OFFSET(0)),
		.rw = ~0U,
		.writable = decoder_writable,
	},
};

const struct mcxl_bank mcxl_hdm_bank = {
	.space = MCXL_SPACE_COMPONENT,
	.resets = BIT(MCXL_RESET_CONVENTIONAL),
	.nr = ARRAY_SIZE(hdm_regs),
	.regs = hdm_regs,
};

/**
 * mcxl_hdm_init - what differs from one function to the next
 * @fn: the function, its banks initialised
 */
void mcxl_hdm_init(struct mcxl_function *fn)
{
	set(fn, CXL_HDM_DECODER_CAP_OFFSET,
	    get(fn, CXL_HDM_DECODER_CAP_OFFSET) |
	    FIELD_PREP(CXL_HDM_DECODER_COUNT, fn->desc.decoders / 2));
}

/**
 * mcxl_hdm_reset_unlocked - reset the decoders as a CXL reset does
 * @fn: the function
 *
 * A decoder below a locked one can't be uncommitted either, and is kept.
 */
void mcxl_hdm_reset_unlocked(struct mcxl_function *fn)
{
	unsigned int i = fn->desc.decoders;
	u32 reg;

	while (i-- && !is_locked(fn, i)) {
		for (reg = CXL_HDM_DECODER_BASE_LOW_OFFSET(i);
		     reg <= CXL_HDM_DECODER_SKIP_HIGH_OFFSET(i); reg += 4)
			set(fn, reg, 0);
	}
}

/**
 * mcxl_hdm_enabled - do the decoders decode?
 * @fn: the function
 *
 * Return: HDM Decoder Enable of the global control register
 */
bool mcxl_hdm_enabled(const struct mcxl_function *fn)
{
	return get(fn, CXL_HDM_DECODER_GLOBAL_OFFSET) & CXL_HDM_DECODER_ENABLE;
}

/**
 * mcxl_hdm_decodes - what the committed decoders map
 * @fn: the function
 * @decode: filled, MDEV_CXL_MAX_DECODERS entries
 *
 * Return: number of committed decoders
 */
unsigned int mcxl_hdm_decodes(const struct mcxl_function *fn,
			      struct mcxl_decode *decode)
{
	u64 vdpa = 0;
	unsigned int i;

	for (i = 0; committed(fn, i); i++) {
		vdpa += skip(fn, i);
		decode[i] = (struct mcxl_decode) {
			.gpa = base(fn, i),
			.vdpa = vdpa,
			.size = size(fn, i),
		};
		vdpa += size(fn, i);
	}
	return i;
}
