/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of figures: each row is ours beside a peer's, or a value by itself */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define TABLE_MAX_RUNS	64

/* What a side of a row took, in ns or instructions, and what it got for that */
struct sample {
	double cost;
	double amount;
};

/**
 * struct side - ours, or the peer's
 * @name: what it is
 * @take: takes a sample
 * @arg: for @take
 */
struct side {
	const char *name;
	struct sample (*take)(const void *arg);
	const void *arg;
};

enum kind {
	COST,		/* cost for one of the amount: less is better */
	RATE,		/* amount for the cost, in bytes: more is better */
	COUNT,		/* the amount itself: less is better */
};

/**
 * struct row - a line of the table
 * @what: what is measured
 * @kind: how cost and amount make a value
 * @scale: what a value of COST, in ns, or of COUNT is divided by
 * @unit: of the value then; RATE has one of its own
 * @ours: our side
 * @peer: the other; without a take it has none
 * @limit: of the ratio ours/peer, or of the value when there is no peer;
 *	at least this for RATE, else at most; 0: not judged
 */
struct row {
	const char *what;
	enum kind kind;
	double scale;
	const char *unit;
	struct side ours;
	struct side peer;
	double limit;
};

/* How the table is made, from the command line */
extern bool instructions;
extern unsigned int runs;

/* ns, or instructions of the machine */
uint64_t now(void);

void table_begin(const char *json);
void table_row(const struct row *row);
void table_end(void);

#endif /* BENCH_TABLE_H */
