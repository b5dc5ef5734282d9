/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the function model must do, written from the specification and not from
 * the driver's tables: a second opinion on every bit of every register.
 */
#ifndef FUZZ_ORACLE_H
#define FUZZ_ORACLE_H

#include "function/function.h"

#define NR_SPACES	3
#define WORDS		1024	/* of each */
#define NR_WORDS	(NR_SPACES * WORDS)

/* Which resets a register follows */
enum area {
	AREA_NONE,
	AREA_PCI,	/* conventional and function level reset */
	AREA_CXL,	/* conventional reset */
	AREA_HDM,	/* conventional reset, and CXL reset unless locked */
};

struct oracle;

/**
 * struct bits - what may happen to a 32-bit register
 * @area: resets that it follows
 * @ro: bits that may read as 1 but do not change
 * @rw: bits that a write sets
 * @w1c: bits that a written 1 clears
 * @trigger: bits that read 0 and act
 * @live: bits that the function changes
 * @sticky: bits that no reset changes
 * @link: bits that an FLR does not change
 * @rwl: @rw is frozen by CONFIG_LOCK
 * @decoder: number of the HDM decoder that it belongs to, plus 1
 * @written: what else a write does; returns effects
 */
struct bits {
	enum area area;
	u32 ro;
	u32 rw;
	u32 w1c;
	u32 trigger;
	u32 live;
	u32 sticky;
	u32 link;
	bool rwl;
	unsigned int decoder;
	u32 (*written)(struct oracle *o, u32 at, u32 old, u32 ones, u32 bytes);
};

/**
 * struct mailbox - the DOE mailbox
 * @request: what was written since the last exchange
 * @nr_request: dwords of it, those that do not fit included
 * @asked: the request that there is a response to
 * @response: dwords of the response, 0 when there is none
 * @pos: how many of them have been read
 * @error: DOE Error
 */
struct mailbox {
	u32 request[3];
	unsigned int nr_request;
	u32 asked[3];
	unsigned int response;
	unsigned int pos;
	bool error;
};

/* Structures that the registers are relative to, found as a guest finds them */
enum anchor {
	HEADER, PCIE, PM, MSIX, AER, DSN, DOE, DEVICE, LOCATOR, FLEXBUS, GPF,
	CM, RAS, LINK, HDM, TABLE, NR_ANCHORS
};

/**
 * struct oracle - the function as it must be
 * @desc: what it was made from
 * @anchor: where the structures are in their space
 * @word: every register
 * @reset: their values after power-up
 * @bits: their rules
 * @doe: the mailbox
 */
struct oracle {
	struct mcxl_function_desc desc;
	u32 anchor[NR_ANCHORS];
	u32 word[NR_WORDS];
	u32 reset[NR_WORDS];
	struct bits bits[NR_WORDS];
	struct mailbox doe;
};

/* Says what is wrong, and aborts */
__printf(1, 2) __noreturn void oracle_fail(const char *format, ...);

void oracle_init(struct oracle *o, const struct mcxl_function *fn);
u32 oracle_write(struct oracle *o, enum mcxl_space space, u32 offset,
		 const u8 *buf, u32 count);
u32 oracle_reset(struct oracle *o, enum mcxl_reset kind);
u32 oracle_error(struct oracle *o, u64 vdpa, u32 uncorrectable,
		 u32 correctable);
void oracle_memory(const struct oracle *o, struct mcxl_memory *mem);
bool oracle_in_d0(const struct oracle *o);
void oracle_check(const struct oracle *o, const struct mcxl_function *fn);

/* Whether writes in pieces are as good as one */
bool oracle_may_split(const struct oracle *o, enum mcxl_space space,
		      u32 offset, u32 count);

/* mailbox.c */
u32 mailbox_ctrl(struct oracle *o, u32 at, u32 old, u32 ones, u32 bytes);
u32 mailbox_write(struct oracle *o, u32 at, u32 old, u32 ones, u32 bytes);
u32 mailbox_read(struct oracle *o, u32 at, u32 old, u32 ones, u32 bytes);
void mailbox_abort(struct oracle *o);
void mailbox_check(const struct oracle *o, const struct mcxl_function *fn);

/* Where the register is in struct oracle, past the registers: NULL */
u32 *oracle_word(struct oracle *o, enum mcxl_space space, u32 offset);

static inline u32 *anchored(struct oracle *o, enum anchor where, u32 reg)
{
	enum mcxl_space space = where < CM ? MCXL_SPACE_CONFIG :
				where < TABLE ? MCXL_SPACE_COMPONENT :
						MCXL_SPACE_MSIX;

	return oracle_word(o, space, o->anchor[where] + reg);
}

#endif /* FUZZ_ORACLE_H */
