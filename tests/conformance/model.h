/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a region has to hold: made from tables of fields, it follows every
 * write byte by byte, and compares.
 */
#ifndef CONFORMANCE_MODEL_H
#define CONFORMANCE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "conformance.h"
#include "fields.h"

#define MODEL_SIZE	0x10000
#define MODEL_PLACES	96

/* A structure, and where it is */
struct place {
	const struct structure *s;
	uint32_t at;
	bool flr;		/* an FLR resets it */
	uint64_t bad;		/* one bit for each field that is not right */
	bool bad_reserved;
};

struct model;

/**
 * struct rules - what is not in the tables of a region
 * @writable: which RWL bits of a byte are not locked now
 * @written: side effects of a write of @size bytes at @at, by which the model
 *	has already taken the new values; @old are those before it, from
 *	@at & ~3 on
 * @prepare: bring device and model to the state of which the sweep starts
 */
struct rules {
	uint8_t (*writable)(const struct model *m, uint32_t at);
	void (*written)(struct model *m, uint32_t at, unsigned int size,
			const uint8_t *old);
	void (*prepare)(struct model *m);
};

/* One byte of the region; masks of its bits */
struct cell {
	uint8_t value;
	uint8_t reset;
	uint8_t rw;
	uint8_t rwl;
	uint8_t rwo;
	uint8_t w1c;
	uint8_t trigger;
	uint8_t live;
	uint8_t sticky;
	uint8_t link;			/* kept by an FLR */
};

struct model {
	struct device *d;
	const struct window *w;
	uint32_t start;			/* of what is modelled in the region */
	uint32_t size;
	const struct rules *rules;
	bool disturbed;			/* prepare() before the next write */
	bool commits;			/* commits are good ones, just now */

	struct cell cell[MODEL_SIZE];
	uint8_t fired[8];		/* triggers of the last write */
	struct place place[MODEL_PLACES];
	unsigned int nr;
	unsigned int bad_elsewhere;
	uint64_t writes;
};

void model_init(struct model *m, struct device *d, const struct window *w,
		uint32_t start, uint32_t size, const struct rules *rules);
/* A structure at an offset of the model, if there is one; ADDR fields: of BARs */
struct place *model_add(struct model *m, const struct structure *s,
			uint32_t at);
/* Compare with the device as it was powered up, and take what is ANY */
void model_start(struct model *m);

uint32_t model_get(const struct model *m, uint32_t at, unsigned int size);
void model_set(struct model *m, uint32_t at, unsigned int size, uint32_t value);
/* Write to both */
void model_write(struct model *m, uint32_t at, unsigned int size,
		 uint32_t value);
/* Resets: all but what is sticky; or only the structures marked @flr */
void model_reset(struct model *m, bool flr);

/* Compare what is around [at, at + size), in dwords; or in all sizes */
void model_check(struct model *m, uint32_t at, unsigned int size);
void model_check_sizes(struct model *m, uint32_t at, unsigned int size);
void model_check_all(struct model *m);

/* Write everything to everything in [from, to) */
void model_sweep(struct model *m, uint32_t from, uint32_t to);
/* One result for each field */
void model_report(struct model *m, const char *state);

#endif /* CONFORMANCE_MODEL_H */
