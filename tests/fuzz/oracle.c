// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every register of the function and its rules (PCIe r6.0 7, CXL r3.1 8.1 and
 * 8.2.4), and what writes, resets and errors make of them.
 */
#include <linux/array_size.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "oracle.h"

#define MEMORY_SPACE	BIT(1)
#define POWER_STATE	0x3
#define FLR		BIT(15)
#define MEM_ENABLE	BIT(2)
#define CACHE_OFF	BIT(0)
#define WRITE_BACK	BIT(1)
#define CXL_RESET	BIT(2)
#define CLEAR_MEMORY	BIT(3)
#define CACHE_INVALID	BIT(16)
#define RESET_COMPLETE	BIT(17)
#define DECODERS_ON	BIT(1)
#define INTERLEAVE	0xf0
#define LOCK		BIT(8)
#define COMMIT		BIT(9)
#define COMMITTED	BIT(10)
#define NOT_COMMITTED	BIT(11)
#define HOST_ONLY	BIT(12)
#define RAS_UNC		0x1cfff
#define RAS_COR		0x7f
#define AER_UNC		0x005ff010
#define AER_COR		0x000071c1

u32 *oracle_word(struct oracle *o, enum mcxl_space space, u32 offset)
{
	if (space == MCXL_SPACE_COMPONENT)
		offset -= 0x1000;
	return offset < 4 * WORDS ? &o->word[space * WORDS + offset / 4] : NULL;
}

/* HDM decoders */

static u32 *decoder(const struct oracle *o, unsigned int i, u32 reg)
{
	return anchored((struct oracle *)o, HDM, 0x10 + 0x20 * i + reg);
}

static u64 decoder_pair(const struct oracle *o, unsigned int i, u32 reg)
{
	return (u64)*decoder(o, i, reg + 4) << 32 | *decoder(o, i, reg);
}

static bool is_committed(const struct oracle *o, unsigned int i)
{
	return i < o->desc.decoders && *decoder(o, i, 0x10) & COMMITTED;
}

/* In numbers that do not wrap */
static bool may_commit(const struct oracle *o, unsigned int i)
{
	unsigned __int128 end = 0, vdpa = 0;
	unsigned int n;

	for (n = 0; n < i; n++) {
		if (!is_committed(o, n))
			return false;
		end = (unsigned __int128)decoder_pair(o, n, 0) +
		      decoder_pair(o, n, 8);
		vdpa += decoder_pair(o, n, 0x14);
		vdpa += decoder_pair(o, n, 8);
	}
	if (!decoder_pair(o, i, 8) || decoder_pair(o, i, 0) < end)
		return false;
	end = (unsigned __int128)decoder_pair(o, i, 0) + decoder_pair(o, i, 8);
	vdpa += decoder_pair(o, i, 0x14);
	vdpa += decoder_pair(o, i, 8);
	return end < (unsigned __int128)1 << 64 && vdpa <= o->desc.size &&
	       !(*decoder(o, i, 0x10) & (INTERLEAVE | HOST_ONLY));
}

static u32 decoder_rw(const struct oracle *o, u32 at, const struct bits *b)
{
	unsigned int i = b->decoder - 1;
	u32 ctrl;

	if (i >= o->desc.decoders)
		return 0;
	if (!is_committed(o, i))
		return b->rw;
	ctrl = *decoder(o, i, 0x10);
	if (at != o->anchor[HDM] + 0x20 + 0x20 * i || ctrl & LOCK ||
	    is_committed(o, i + 1))
		return 0;
	return COMMIT;
}

static u32 ctrl_written(struct oracle *o, u32 at, u32 old, u32 ones, u32 bytes)
{
	unsigned int i = (at - o->anchor[HDM] - 0x20) / 0x20;
	u32 *ctrl = decoder(o, i, 0x10);

	if (!((old ^ *ctrl) & COMMIT))
		return 0;
	*ctrl &= ~(COMMITTED | NOT_COMMITTED);
	if (*ctrl & COMMIT)
		*ctrl |= may_commit(o, i) ? COMMITTED : NOT_COMMITTED;
	return 0;
}

/* What else writes do */

static u32 devctl_written(struct oracle *o, u32 at, u32 old, u32 ones,
			  u32 bytes)
{
	return ones & FLR ? MCXL_FX_FLR : 0;
}

static u32 power_written(struct oracle *o, u32 at, u32 old, u32 ones,
			 u32 bytes)
{
	u32 *pmcsr = anchored(o, PM, 4);
	u32 to = *pmcsr & POWER_STATE;

	old &= POWER_STATE;
	if (to == 1 || to == 2)
		*pmcsr = (*pmcsr & ~POWER_STATE) | old;
	else if (to != old)
		return MCXL_FX_POWER;
	return 0;
}

static u32 control2_written(struct oracle *o, u32 at, u32 old, u32 ones,
			    u32 bytes)
{
	u32 *control2 = anchored(o, DEVICE, 0x10);

	/* 8.1.3.5: reads 0 unless caching is off */
	if (ones & WRITE_BACK)
		*control2 |= CACHE_INVALID;
	if (!(*control2 & CACHE_OFF))
		*control2 &= ~CACHE_INVALID;
	if (!(ones & CXL_RESET))
		return 0;
	*control2 &= ~RESET_COMPLETE;
	return MCXL_FX_CXL_RESET;
}

/**
 * struct rule - the bits of registers
 * @anchor: structure
 * @reg: offset in it
 * @bits: what may happen to them
 * @nr: how many there are, 0 for 1
 * @stride: from one to the next
 */
struct rule {
	enum anchor anchor;
	u32 reg;
	struct bits bits;
	unsigned int nr;
	u32 stride;
};

#define RO(anchor, reg, nr)	{ anchor, reg, { .ro = ~0U }, nr, 4 }

static const struct rule rules[] = {
	/* Type 0 header */
	RO(HEADER, 0x00, 1),
	{ HEADER, 0x04, { AREA_PCI, .ro = BIT(20), .rw = 0x0546,
			  .w1c = 0xf9000000 } },
	RO(HEADER, 0x08, 1),
	{ HEADER, 0x0c, { AREA_PCI, .rw = 0xff } },
	{ HEADER, 0x10, { AREA_PCI, .rw = 0xffff0000 } },
	/* 0x18 and 0x1c, the aperture: see init_bits() */
	{ HEADER, 0x20, { AREA_PCI, .rw = 0xfffe0000 } },
	RO(HEADER, 0x2c, 1),
	{ HEADER, 0x34, { .ro = 0xff } },
	{ HEADER, 0x3c, { AREA_PCI, .rw = 0xff } },

	/* Capabilities */
	RO(PCIE, 0x00, 2),
	{ PCIE, 0x08, { AREA_PCI, .rw = 0x79ff, .w1c = 0xf0000, .link = 0xe0,
			.trigger = FLR, .written = devctl_written } },
	RO(PCIE, 0x0c, 1),
	{ PCIE, 0x10, { AREA_PCI, .ro = 0x03ff0000, .rw = 0xc8, .link = 0xc8 } },
	RO(PCIE, 0x24, 1),
	{ PCIE, 0x28, { AREA_PCI, .rw = BIT(4) } },
	RO(PCIE, 0x2c, 1),
	{ PCIE, 0x30, { AREA_PCI, .rw = 0xf, .sticky = 0xf } },
	RO(PM, 0x00, 1),
	{ PM, 0x04, { AREA_PCI, .ro = BIT(3), .rw = POWER_STATE,
		      .written = power_written } },
	{ MSIX, 0x00, { AREA_PCI, .ro = 0x07ffffff, .rw = 0xc0000000 } },
	RO(MSIX, 0x04, 2),

	/* Extended capabilities */
	RO(DSN, 0x00, 3),
	RO(AER, 0x00, 1),
	{ AER, 0x04, { AREA_PCI, .w1c = AER_UNC, .sticky = AER_UNC } },
	{ AER, 0x08, { AREA_PCI, .rw = AER_UNC, .sticky = AER_UNC } },
	{ AER, 0x0c, { AREA_PCI, .rw = AER_UNC, .sticky = AER_UNC } },
	{ AER, 0x10, { AREA_PCI, .w1c = AER_COR, .sticky = AER_COR } },
	{ AER, 0x14, { AREA_PCI, .rw = AER_COR, .sticky = AER_COR } },
	{ AER, 0x18, { .ro = 0x1f } },
	RO(DOE, 0x00, 1),
	{ DOE, 0x08, { .trigger = BIT(0) | BIT(31), .written = mailbox_ctrl } },
	{ DOE, 0x0c, { .ro = BIT(2) | BIT(31) } },
	{ DOE, 0x10, { .trigger = ~0U, .written = mailbox_write } },
	{ DOE, 0x14, { .ro = ~0U, .written = mailbox_read } },

	/* DVSECs */
	RO(DEVICE, 0x00, 2),
	RO(DEVICE, 0x08, 1),
	{ DEVICE, 0x0c, { AREA_CXL, .ro = BIT(1), .rw = 0x4ffd, .rwl = true,
			  .w1c = BIT(30), .sticky = BIT(30) } },
	{ DEVICE, 0x10, { AREA_CXL, .ro = BIT(31), .rw = 0x39,
			  .w1c = BIT(19), .trigger = WRITE_BACK | CXL_RESET,
			  .live = CACHE_INVALID | RESET_COMPLETE,
			  .sticky = BIT(4) | BIT(19),
			  .written = control2_written } },
	{ DEVICE, 0x14, { AREA_CXL, .ro = 0xff8f0000, .rw = 1, .rwl = true } },
	RO(DEVICE, 0x18, 2),
	{ DEVICE, 0x20, { AREA_CXL, .rw = ~0U, .rwl = true }, 2, 0x10 },
	{ DEVICE, 0x24, { AREA_CXL, .rw = 0xf0000000, .rwl = true }, 2, 0x10 },
	RO(LOCATOR, 0x00, 5),
	RO(FLEXBUS, 0x00, 8),
	RO(GPF, 0x00, 4),

	/* Component registers */
	RO(CM, 0x00, 4),
	{ RAS, 0x00, { AREA_CXL, .w1c = RAS_UNC, .sticky = RAS_UNC } },
	{ RAS, 0x04, { AREA_CXL, .rw = RAS_UNC, .sticky = RAS_UNC } },
	{ RAS, 0x08, { AREA_CXL, .rw = RAS_UNC, .sticky = RAS_UNC } },
	{ RAS, 0x0c, { AREA_CXL, .w1c = RAS_COR, .sticky = RAS_COR } },
	{ RAS, 0x10, { AREA_CXL, .rw = RAS_COR, .sticky = RAS_COR } },
	{ RAS, 0x14, { .ro = 0x203f } },
	RO(RAS, 0x18, 16),
	RO(LINK, 0x00, 14),
	{ HDM, 0x00, { .ro = 0x00601f0f } },
	{ HDM, 0x04, { AREA_CXL, .rw = 0x3 } },
	{ HDM, 0x10, { AREA_HDM, .rw = 0xf0000000 }, 10, 0x20 },
	{ HDM, 0x14, { AREA_HDM, .rw = ~0U }, 10, 0x20 },
	{ HDM, 0x18, { AREA_HDM, .rw = 0xf0000000 }, 10, 0x20 },
	{ HDM, 0x1c, { AREA_HDM, .rw = ~0U }, 10, 0x20 },
	{ HDM, 0x20, { AREA_HDM, .rw = 0x13ff,
		       .live = COMMITTED | NOT_COMMITTED,
		       .written = ctrl_written }, 10, 0x20 },
	{ HDM, 0x24, { AREA_HDM, .rw = 0xf0000000 }, 10, 0x20 },
	{ HDM, 0x28, { AREA_HDM, .rw = ~0U }, 10, 0x20 },
};

static const u32 vector_rw[] = { 0xfffffffc, ~0U, ~0U, BIT(0) };

static struct bits *bits_of(struct oracle *o, const u32 *word)
{
	return &o->bits[word - o->word];
}

static void init_rule(struct oracle *o, const struct rule *rule)
{
	unsigned int i;

	for (i = 0; i < (rule->nr ? rule->nr : 1); i++) {
		u32 *word = anchored(o, rule->anchor,
				     rule->reg + i * rule->stride);

		*bits_of(o, word) = rule->bits;
		if (rule->bits.area == AREA_HDM)
			bits_of(o, word)->decoder = i + 1;
	}
}

static void init_bits(struct oracle *o)
{
	u64 aperture = MDEV_CXL_GRANULE;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		init_rule(o, &rules[i]);
	while (aperture < o->desc.size)
		aperture *= 2;
	*bits_of(o, anchored(o, HEADER, 0x18)) = (struct bits) {
		AREA_PCI, .ro = 0xc, .rw = -aperture,
	};
	*bits_of(o, anchored(o, HEADER, 0x1c)) = (struct bits) {
		AREA_PCI, .rw = -aperture >> 32,
	};
	for (i = 0; i < 4 * o->desc.nr_vectors; i++)
		*bits_of(o, anchored(o, TABLE, 4 * i)) = (struct bits) {
			AREA_PCI, .rw = vector_rw[i % 4],
		};
}

/* As a guest finds its way */

static u32 config(const struct mcxl_function *fn, u32 at)
{
	u32 value;

	mcxl_function_read(fn, MCXL_SPACE_CONFIG, at, &value, sizeof(value));
	return value;
}

static u32 find_cap(const struct mcxl_function *fn, u8 id)
{
	u32 at, n = 0;

	for (at = config(fn, 0x34) & 0xff; at && n++ < 48;
	     at = config(fn, at) >> 8 & 0xff) {
		if ((config(fn, at) & 0xff) == id)
			return at;
	}
	oracle_fail("no capability %#x", id);
}

static u32 find_ext_cap(const struct mcxl_function *fn, u16 id, u16 dvsec)
{
	u32 at, n = 0;

	for (at = 0x100; at && n++ < 100; at = config(fn, at) >> 20) {
		if ((config(fn, at) & 0xffff) == id &&
		    (id != 0x23 || (config(fn, at + 8) & 0xffff) == dvsec))
			return at;
	}
	oracle_fail("no extended capability %#x, DVSEC %u", id, dvsec);
}

static u32 find_component(const struct mcxl_function *fn, u16 id)
{
	unsigned int i;
	u32 cap;

	for (i = 1; i <= 3; i++) {
		mcxl_function_read(fn, MCXL_SPACE_COMPONENT, 0x1000 + 4 * i,
				   &cap, sizeof(cap));
		if ((cap & 0xffff) == id)
			return 0x1000 + (cap >> 20);
	}
	oracle_fail("no component capability %u", id);
}

static void find_anchors(struct oracle *o, const struct mcxl_function *fn)
{
	o->anchor[HEADER] = 0;
	o->anchor[PCIE] = find_cap(fn, 0x10);
	o->anchor[PM] = find_cap(fn, 0x01);
	o->anchor[MSIX] = find_cap(fn, 0x11);
	o->anchor[AER] = find_ext_cap(fn, 0x01, 0);
	o->anchor[DSN] = find_ext_cap(fn, 0x03, 0);
	o->anchor[DOE] = find_ext_cap(fn, 0x2e, 0);
	o->anchor[DEVICE] = find_ext_cap(fn, 0x23, 0);
	o->anchor[LOCATOR] = find_ext_cap(fn, 0x23, 8);
	o->anchor[FLEXBUS] = find_ext_cap(fn, 0x23, 7);
	o->anchor[GPF] = find_ext_cap(fn, 0x23, 5);
	o->anchor[CM] = 0x1000;
	o->anchor[RAS] = find_component(fn, 2);
	o->anchor[LINK] = find_component(fn, 4);
	o->anchor[HDM] = find_component(fn, 5);
	o->anchor[TABLE] = 0;
}

static void check_reserved(const struct oracle *o)
{
	unsigned int i;

	for (i = 0; i < NR_WORDS; i++) {
		const struct bits *b = &o->bits[i];

		if (o->word[i] & ~(b->ro | b->rw | b->w1c | b->live))
			oracle_fail("space %u, dword %#x: reserved bits in %#x",
				    i / WORDS, i % WORDS * 4, o->word[i]);
	}
}

/**
 * oracle_init - start with a function that was just made
 * @o: filled
 * @fn: the function; what it says of itself is taken for granted
 */
void oracle_init(struct oracle *o, const struct mcxl_function *fn)
{
	memset(o, 0, sizeof(*o));
	o->desc = fn->desc;
	find_anchors(o, fn);
	init_bits(o);
	mcxl_function_read(fn, MCXL_SPACE_CONFIG, 0,
			   o->word + MCXL_SPACE_CONFIG * WORDS, 4 * WORDS);
	mcxl_function_read(fn, MCXL_SPACE_COMPONENT, 0x1000,
			   o->word + MCXL_SPACE_COMPONENT * WORDS, 4 * WORDS);
	mcxl_function_read(fn, MCXL_SPACE_MSIX, 0,
			   o->word + MCXL_SPACE_MSIX * WORDS, 4 * WORDS);
	memcpy(o->reset, o->word, sizeof(o->reset));
	check_reserved(o);
}

static bool config_locked(struct oracle *o)
{
	return *anchored(o, DEVICE, 0x14) & 1;
}

static u32 write_word(struct oracle *o, enum mcxl_space space, u32 at,
		      u32 value, u32 bytes)
{
	u32 *word = oracle_word(o, space, at);
	const struct bits *b;
	u32 rw, old;

	if (!word)
		return 0;
	b = bits_of(o, word);
	rw = b->rw;
	if (b->decoder)
		rw = decoder_rw(o, at, b);
	else if (b->rwl && config_locked(o))
		rw = 0;
	rw &= bytes;
	old = *word;
	*word = ((old & ~rw) | (value & rw)) & ~(value & bytes & b->w1c);
	return b->written ? b->written(o, at, old, value & bytes, bytes) : 0;
}

/**
 * oracle_write - a guest writes
 * @o: the function
 * @space: where
 * @offset: of the first byte
 * @buf: the bytes
 * @count: how many
 *
 * Return: the effects but MCXL_FX_MEMORY
 */
u32 oracle_write(struct oracle *o, enum mcxl_space space, u32 offset,
		 const u8 *buf, u32 count)
{
	u32 effects = 0, at, i;

	for (at = offset & ~3U; at < offset + count; at += 4) {
		u32 value = 0, bytes = 0;

		for (i = 0; i < 4; i++) {
			if (at + i < offset || at + i >= offset + count)
				continue;
			value |= (u32)buf[at + i - offset] << (8 * i);
			bytes |= 0xffU << (8 * i);
		}
		effects |= write_word(o, space, at, value, bytes);
	}
	return effects;
}

bool oracle_may_split(const struct oracle *o, enum mcxl_space space,
		      u32 offset, u32 count)
{
	return space != MCXL_SPACE_CONFIG || offset + count <= o->anchor[DOE] ||
	       offset >= o->anchor[DOE] + 0x18;
}

static bool follows(const struct bits *b, enum mcxl_reset kind,
		    unsigned int kept)
{
	switch (b->area) {
	case AREA_PCI:
		return kind != MCXL_RESET_CXL;
	case AREA_CXL:
		return kind == MCXL_RESET_CONVENTIONAL;
	case AREA_HDM:
		return kind == MCXL_RESET_CONVENTIONAL ||
		       (kind == MCXL_RESET_CXL && b->decoder > kept);
	default:
		return false;
	}
}

/* Decoders that a CXL reset keeps: up to the last that is locked */
static unsigned int nr_kept(const struct oracle *o)
{
	unsigned int i, nr = 0;

	for (i = 0; i < o->desc.decoders; i++) {
		if (is_committed(o, i) && *decoder(o, i, 0x10) & LOCK)
			nr = i + 1;
	}
	return nr;
}

/**
 * oracle_reset - the function is reset
 * @o: the function
 * @kind: which reset
 *
 * Return: the effects
 */
u32 oracle_reset(struct oracle *o, enum mcxl_reset kind)
{
	u32 *control2 = anchored(o, DEVICE, 0x10);
	unsigned int i, kept = nr_kept(o);

	for (i = 0; i < NR_WORDS; i++) {
		const struct bits *b = &o->bits[i];
		u32 bits = (b->rw | b->w1c | b->live) & ~b->sticky;

		if (kind == MCXL_RESET_FLR)
			bits &= ~b->link;
		if (follows(b, kind, kept))
			o->word[i] = (o->word[i] & ~bits) |
				     (o->reset[i] & bits);
	}
	if (kind != MCXL_RESET_CXL) {
		mailbox_abort(o);
		return MCXL_FX_MEMORY;
	}
	*control2 |= RESET_COMPLETE;
	return MCXL_FX_MEMORY | (*control2 & CLEAR_MEMORY ? MCXL_FX_CLEAR : 0);
}

/* An internal error is the first unless it is masked or there is one */
static void aer_first(struct oracle *o)
{
	u32 *first = anchored(o, AER, 0x18);

	if (*anchored(o, AER, 8) & BIT(22))
		return;
	if (!(*anchored(o, AER, 4) & BIT(*first)))
		*first = 22;
}

/**
 * oracle_error - the parent reports an error
 * @o: the function
 * @vdpa: where
 * @uncorrectable: bits of the RAS status
 * @correctable: bits of the RAS status
 *
 * Return: the effects
 */
u32 oracle_error(struct oracle *o, u64 vdpa, u32 uncorrectable, u32 correctable)
{
	u32 *status = anchored(o, RAS, 0), *first = anchored(o, RAS, 0x14);
	u32 *devsta = anchored(o, PCIE, 8), shown, bit;

	uncorrectable &= RAS_UNC;
	correctable &= RAS_COR & ~*anchored(o, RAS, 0x10);
	if (uncorrectable && !(*status & BIT(*first & 0x3f))) {
		for (bit = 0; !(uncorrectable & BIT(bit)); bit++)
			;
		*first = (*first & ~0x3f) | bit;
		*anchored(o, RAS, 0x18) = vdpa;
		*anchored(o, RAS, 0x1c) = vdpa >> 32;
	}
	*status |= uncorrectable;
	*anchored(o, RAS, 0x0c) |= correctable;

	shown = uncorrectable & ~*anchored(o, RAS, 4);
	if (shown) {
		aer_first(o);
		*anchored(o, AER, 4) |= BIT(22);
		*devsta |= *anchored(o, AER, 0xc) & BIT(22) ? BIT(18) : BIT(17);
	}
	if (correctable) {
		*anchored(o, AER, 0x10) |= BIT(14);
		*devsta |= BIT(16);
	}
	return uncorrectable ? MCXL_FX_ERROR : 0;
}

bool oracle_in_d0(const struct oracle *o)
{
	return !(*anchored((struct oracle *)o, PM, 4) & POWER_STATE);
}

/**
 * oracle_memory - who may reach the memory
 * @const_o: the function
 * @mem: filled
 */
void oracle_memory(const struct oracle *const_o, struct mcxl_memory *mem)
{
	struct oracle *o = (struct oracle *)const_o;
	u64 vdpa = 0;
	unsigned int i;

	memset(mem, 0, sizeof(*mem));
	mem->bars = oracle_in_d0(o) && *anchored(o, HEADER, 4) & MEMORY_SPACE;
	mem->hdm = oracle_in_d0(o) && *anchored(o, DEVICE, 0x0c) & MEM_ENABLE &&
		   *anchored(o, HDM, 4) & DECODERS_ON;
	for (i = 0; is_committed(o, i); i++) {
		vdpa += decoder_pair(o, i, 0x14);
		mem->decode[i].gpa = decoder_pair(o, i, 0);
		mem->decode[i].vdpa = vdpa;
		mem->decode[i].size = decoder_pair(o, i, 8);
		vdpa += mem->decode[i].size;
	}
	mem->nr_decodes = i;
}

static void check_words(const struct oracle *o, enum mcxl_space space,
			const u32 *words)
{
	const u32 *wanted = &o->word[space * WORDS];
	unsigned int i;

	if (!memcmp(words, wanted, 4 * WORDS))
		return;
	for (i = 0; i < WORDS; i++) {
		/* The mailbox of responses: see mailbox_check() */
		if (space == MCXL_SPACE_CONFIG &&
		    4 * i == o->anchor[DOE] + 0x14)
			continue;
		if (words[i] != wanted[i])
			oracle_fail("space %u, register %#x is %#x, wanted %#x",
				    space, 4 * i, words[i], wanted[i]);
	}
}

/* True whatever the rest of the oracle thinks of how it came about */
static void check_decodes(const struct mcxl_function *fn,
			  const struct mcxl_memory *mem)
{
	u64 gpa = 0, vdpa = 0;
	unsigned int i;

	for (i = 0; i < mem->nr_decodes; i++) {
		const struct mcxl_decode *d = &mem->decode[i];

		if (!d->size || d->gpa < gpa || d->vdpa < vdpa ||
		    d->gpa + d->size - 1 < d->gpa ||
		    d->vdpa > fn->desc.size ||
		    d->size > fn->desc.size - d->vdpa)
			oracle_fail("decoder %u: %#llx + %#llx at vDPA %#llx of %#llx",
				    i, d->gpa, d->size, d->vdpa, fn->desc.size);
		gpa = d->gpa + d->size;
		vdpa = d->vdpa + d->size;
	}
}

/**
 * oracle_check - is the function as it must be?
 * @o: what it must be
 * @fn: what it is
 */
void oracle_check(const struct oracle *o, const struct mcxl_function *fn)
{
	struct mcxl_memory is, wanted;

	if (memcmp(&fn->desc, &o->desc, sizeof(o->desc)))
		oracle_fail("the function is not what it was made from");
	check_words(o, MCXL_SPACE_CONFIG, fn->config);
	check_words(o, MCXL_SPACE_COMPONENT, fn->cm);
	check_words(o, MCXL_SPACE_MSIX, fn->msix);
	mailbox_check(o, fn);

	mcxl_function_memory(fn, &is);
	check_decodes(fn, &is);
	oracle_memory(o, &wanted);
	if (memcmp(&is, &wanted, sizeof(is)))
		oracle_fail("memory: BARs %d, HDM %d, %u decoders, wanted %d, %d, %u",
			    is.bars, is.hdm, is.nr_decodes, wanted.bars,
			    wanted.hdm, wanted.nr_decodes);
	if (mcxl_function_in_d0(fn) != oracle_in_d0(o))
		oracle_fail("power state");
}
