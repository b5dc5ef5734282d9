/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that say how registers behave, and what works on them */
#ifndef _MDEV_CXL_FUNCTION_REGS_H
#define _MDEV_CXL_FUNCTION_REGS_H

#include "function.h"

struct mcxl_reg;

/**
 * struct mcxl_write - one write to one register, for side effects
 * @n: which of the registers that the table entry stands for
 * @old: value before
 * @new: value stored
 * @fired: bits of &mcxl_reg.trigger to which a 1 was written
 * @bytes: mask with 0xff for each byte that was written
 */
struct mcxl_write {
	unsigned int n;
	u32 old;
	u32 new;
	u32 fired;
	u32 bytes;
};

/**
 * struct mcxl_reg - how a 32-bit register behaves
 * @offset: in its space, a multiple of 4
 * @count: 0 or 1 for one register, more for an array of them
 * @stride: from one of the array to the next
 * @init: reset value
 * @rw: bits that can be written
 * @w1c: bits that a written 1 clears
 * @trigger: bits that read 0 and in which a written 1 starts something
 * @live: bits that the function itself changes
 * @sticky: bits of the former that no reset changes
 * @link: bits of the former that are the link's, and that an FLR leaves alone
 * @writable: narrows @rw for a function as it is just now; optional
 * @written: side effects, once the new value is stored; returns MCXL_FX_*;
 *	optional
 *
 * A bit that none of these names is read-only.
 */
struct mcxl_reg {
	u16 offset;
	u16 count;
	u16 stride;
	u32 init;
	u32 rw;
	u32 w1c;
	u32 trigger;
	u32 live;
	u32 sticky;
	u32 link;
	u32 (*writable)(const struct mcxl_function *fn, unsigned int n);
	u32 (*written)(struct mcxl_function *fn, const struct mcxl_write *w);
};

/**
 * struct mcxl_bank - registers that are reset together
 * @space: where they are
 * @resets: BIT(enum mcxl_reset) of the resets that reset all of them
 * @nr: entries of @regs
 * @regs: the registers
 */
struct mcxl_bank {
	enum mcxl_space space;
	unsigned long resets;
	unsigned int nr;
	const struct mcxl_reg *regs;
};

extern const struct mcxl_bank mcxl_config_bank;
extern const struct mcxl_bank mcxl_dvsec_bank;
extern const struct mcxl_bank mcxl_doe_bank;
extern const struct mcxl_bank mcxl_ras_bank;
extern const struct mcxl_bank mcxl_hdm_bank;
extern const struct mcxl_bank mcxl_msix_bank;

#define MCXL_NR_BANKS	6
extern const struct mcxl_bank * const mcxl_banks[MCXL_NR_BANKS];

void mcxl_bank_init(struct mcxl_function *fn, const struct mcxl_bank *bank);
void mcxl_bank_reset(struct mcxl_function *fn, const struct mcxl_bank *bank,
		     enum mcxl_reset kind);

/* A 16-bit register in the upper half of its dword */
#define UPPER(x)		((u32)(x) << 16)

/* Header of an extended capability, and the fields of a DVSEC's own headers */
#define EXT_CAP(id, ver, next)	((id) | (ver) << 16 | (u32)(next) << 20)
#define DVSEC1(rev, len)	(PCI_VENDOR_ID_CXL | (rev) << 16 | (len) << 20)

/* config.c */
#define MCXL_CFG_PCIE		0x40
#define MCXL_CFG_PM		0x80
#define MCXL_CFG_MSIX		0x90
#define MCXL_CFG_DVSEC_DEVICE	0x100
#define MCXL_CFG_DVSEC_LOCATOR	0x140
#define MCXL_CFG_DVSEC_FLEXBUS	0x160
#define MCXL_CFG_DVSEC_GPF	0x180
#define MCXL_CFG_DSN		0x190
#define MCXL_CFG_AER		0x1a0
#define MCXL_CFG_DOE		0x200

void mcxl_config_init(struct mcxl_function *fn);
void mcxl_config_msix_trim(struct mcxl_function *fn);
void mcxl_config_error(struct mcxl_function *fn, u32 uncorrectable,
		       u32 correctable);
bool mcxl_config_memory_enabled(const struct mcxl_function *fn);
bool mcxl_config_in_d0(const struct mcxl_function *fn);

/* dvsec.c */
void mcxl_dvsec_init(struct mcxl_function *fn);
bool mcxl_dvsec_mem_enabled(const struct mcxl_function *fn);
u32 mcxl_dvsec_reset_done(struct mcxl_function *fn);

/* doe.c */
void mcxl_doe_abort(struct mcxl_function *fn);

/* cdat.c */
unsigned int mcxl_cdat_read(const struct mcxl_function *fn,
			    unsigned int handle, u32 *dword);
unsigned int mcxl_cdat_last(const struct mcxl_function *fn);

/* comp.c */
#define MCXL_COMP_RAS		(MCXL_CM_OFFSET + 0x100)
#define MCXL_COMP_LINK		(MCXL_CM_OFFSET + 0x180)
#define MCXL_COMP_HDM		(MCXL_CM_OFFSET + 0x200)

void mcxl_comp_init(struct mcxl_function *fn);
u32 mcxl_comp_error(struct mcxl_function *fn, u64 vdpa, u32 uncorrectable,
		    u32 correctable);

/* hdm.c */
void mcxl_hdm_init(struct mcxl_function *fn);
void mcxl_hdm_reset_unlocked(struct mcxl_function *fn);
bool mcxl_hdm_enabled(const struct mcxl_function *fn);
unsigned int mcxl_hdm_decodes(const struct mcxl_function *fn,
			      struct mcxl_decode *decode);

#endif /* _MDEV_CXL_FUNCTION_REGS_H */
