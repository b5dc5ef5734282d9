// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coherent Device Attribute Table (CDAT 1.04): what the memory is like. One
 * DSMAS for each region of the partition, as many regions as there are
 * decoders; behind them a DSLBIS for each figure that the parent knows.
 *
 * Tables are made when they are asked for, from what made the function.
 */
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/math.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include <linux/wordpart.h>

#include "regs.h"

#define CDAT_REVISION		1
#define CDAT_HEADER_DWORDS	4

/* Both structures that we have are as long */
#define CDAT_ENTRY_DWORDS	6
#define CDAT_TYPE_DSMAS		0
#define CDAT_TYPE_DSLBIS	1
#define CDAT_ENTRY(type)	((type) | CDAT_ENTRY_DWORDS * 4 << 16)

/* The highest entry of a DSLBIS; the one above is reserved */
#define DSLBIS_MAX		0xfffe

/* Data types of a DSLBIS, which are those of HMAT */
#define DSLBIS_READ_LATENCY	1
#define DSLBIS_WRITE_LATENCY	2
#define DSLBIS_READ_BANDWIDTH	4
#define DSLBIS_WRITE_BANDWIDTH	5

/**
 * struct figure - one figure of performance, for a DSLBIS
 * @type: DSLBIS_*
 * @value: in the unit of CDAT: ps or MB/s
 */
struct figure {
	u8 type;
	u64 value;
};

#define MAX_FIGURES	4

/* What is known, in @figures; returns how many */
static unsigned int known(const struct mcxl_function *fn,
			  struct figure *figures)
{
	const struct mdev_cxl_perf *perf = &fn->desc.perf;
	const struct figure all[MAX_FIGURES] = {
		{ DSLBIS_READ_LATENCY, perf->read_latency * PSEC_PER_NSEC },
		{ DSLBIS_WRITE_LATENCY, perf->write_latency * PSEC_PER_NSEC },
		{ DSLBIS_READ_BANDWIDTH, perf->read_bandwidth },
		{ DSLBIS_WRITE_BANDWIDTH, perf->write_bandwidth },
	};
	unsigned int i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (all[i].value)
			figures[nr++] = all[i];
	}
	return nr;
}

/* A decoder for each region, as far as there are granules */
static unsigned int nr_regions(const struct mcxl_function *fn)
{
	return min(fn->desc.decoders, fn->desc.size / MDEV_CXL_GRANULE);
}

/* Where region @i starts; that behind the last one is the end */
static u64 region_start(const struct mcxl_function *fn, unsigned int i)
{
	u64 granules = fn->desc.size / MDEV_CXL_GRANULE;

	return div_u64(granules * i, nr_regions(fn)) * MDEV_CXL_GRANULE;
}

static void make_dsmas(const struct mcxl_function *fn, unsigned int region,
		       u32 *dword)
{
	u64 start = region_start(fn, region);
	u64 len = region_start(fn, region + 1) - start;

	dword[0] = CDAT_ENTRY(CDAT_TYPE_DSMAS);
	/* The handle; no flags: volatile, not shared */
	dword[1] = region;
	dword[2] = lower_32_bits(start);
	dword[3] = upper_32_bits(start);
	dword[4] = lower_32_bits(len);
	dword[5] = upper_32_bits(len);
}

static void make_dslbis(unsigned int region, const struct figure *figure,
			u32 *dword)
{
	u64 unit = DIV_ROUND_UP_ULL(figure->value, DSLBIS_MAX);

	dword[0] = CDAT_ENTRY(CDAT_TYPE_DSLBIS);
	dword[1] = region | figure->type << 16;
	dword[2] = lower_32_bits(unit);
	dword[3] = upper_32_bits(unit);
	dword[4] = DIV64_U64_ROUND_CLOSEST(figure->value, unit);
	dword[5] = 0;
}

static void make_entry(const struct mcxl_function *fn, unsigned int n,
		       u32 *dword)
{
	struct figure figures[MAX_FIGURES];
	unsigned int nr = known(fn, figures);

	if (n < nr_regions(fn)) {
		make_dsmas(fn, n, dword);
		return;
	}
	n -= nr_regions(fn);
	make_dslbis(n / nr, &figures[n % nr], dword);
}

/* Entries behind the header */
static unsigned int nr_entries(const struct mcxl_function *fn)
{
	struct figure figures[MAX_FIGURES];

	return nr_regions(fn) * (1 + known(fn, figures));
}

static u8 sum_of(const u32 *dword, unsigned int nr)
{
	u8 sum = 0;

	while (nr--) {
		sum += dword[nr] + (dword[nr] >> 8) + (dword[nr] >> 16) +
		       (dword[nr] >> 24);
	}
	return sum;
}

/* Byte 5, the checksum, makes the sum of all bytes zero */
static void make_header(const struct mcxl_function *fn, u32 *dword)
{
	unsigned int n, nr = nr_entries(fn);
	u8 sum;

	dword[0] = (CDAT_HEADER_DWORDS + nr * CDAT_ENTRY_DWORDS) * 4;
	dword[1] = CDAT_REVISION;
	dword[2] = 0;
	/* Sequence number: this table never changes */
	dword[3] = 0;

	sum = sum_of(dword, CDAT_HEADER_DWORDS);
	for (n = 0; n < nr; n++) {
		u32 entry[CDAT_ENTRY_DWORDS];

		make_entry(fn, n, entry);
		sum += sum_of(entry, CDAT_ENTRY_DWORDS);
	}
	dword[1] |= (u8)-sum << 8;
}

/**
 * mcxl_cdat_read - the table, piece by piece
 * @fn: the function
 * @handle: 0 for the header, then one for each structure
 * @dword: filled, MCXL_CDAT_MAX_DWORDS of them
 *
 * Return: dwords filled, or 0 for a handle past the end
 */
unsigned int mcxl_cdat_read(const struct mcxl_function *fn,
			    unsigned int handle, u32 *dword)
{
	BUILD_BUG_ON(CDAT_ENTRY_DWORDS > MCXL_CDAT_MAX_DWORDS);
	BUILD_BUG_ON(CDAT_HEADER_DWORDS > MCXL_CDAT_MAX_DWORDS);

	if (!handle) {
		make_header(fn, dword);
		return CDAT_HEADER_DWORDS;
	}
	if (handle > nr_entries(fn))
		return 0;
	make_entry(fn, handle - 1, dword);
	return CDAT_ENTRY_DWORDS;
}

/**
 * mcxl_cdat_last - the highest handle
 * @fn: the function
 *
 * Return: the last that mcxl_cdat_read() knows
 */
unsigned int mcxl_cdat_last(const struct mcxl_function *fn)
{
	return nr_entries(fn);
}
