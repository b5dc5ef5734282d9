// SPDX-License-Identifier: GPL-2.0-only
/* Takes samples, prints the table and writes it as JSON; see table.h. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "table.h"

bool instructions;
unsigned int runs = 7;

static FILE *json;
static unsigned int rows;

/*
 * With -icount a nanosecond of the machine is an instruction. The time that
 * the process has the processor is what it executes, in user space and in the
 * kernel, without what it waits for.
 */
uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(instructions ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC,
		      &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Values in the order they were taken, and once more sorted */
struct series {
	double taken[TABLE_MAX_RUNS];
	double sorted[TABLE_MAX_RUNS];
};

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void sort(struct series *s)
{
	unsigned int i;

	for (i = 0; i < runs; i++)
		s->sorted[i] = s->taken[i];
	qsort(s->sorted, runs, sizeof(s->sorted[0]), ascending);
}

static double min(const struct series *s)
{
	return s->sorted[0];
}

static double median(const struct series *s)
{
	return (s->sorted[(runs - 1) / 2] + s->sorted[runs / 2]) / 2;
}

static double max(const struct series *s)
{
	return s->sorted[runs - 1];
}

static double value(const struct row *row, const struct side *side)
{
	struct sample s = side->take(side->arg);

	switch (row->kind) {
	case COST:
		return s.cost / s.amount / (instructions ? 1 : row->scale);
	case RATE:
		/* Bytes for a ns to MB/s */
		return s.amount / s.cost * 1000;
	default:
		return s.amount / row->scale;
	}
}

static const char *unit(const struct row *row)
{
	if (row->kind == RATE)
		return "MB/s";
	return instructions && row->kind == COST ? "instr" : row->unit;
}

static const char *relation(const struct row *row)
{
	return row->kind == RATE ? ">=" : "<=";
}

/* To two digits, as it is printed: a limit of 1 is not missed by noise */
static bool meets(const struct row *row, double v)
{
	long got = v * 100 + 0.5, limit = row->limit * 100 + 0.5;

	return !row->limit || (row->kind == RATE ? got >= limit : got <= limit);
}

static void print_series(const struct series *s)
{
	char text[64];

	/* As many digits as it takes to tell them apart */
	snprintf(text, sizeof(text), "%.*f/%.*f/%.*f",
		 max(s) < 10 ? 2 : max(s) < 100, min(s),
		 max(s) < 10 ? 2 : max(s) < 100, median(s),
		 max(s) < 10 ? 2 : max(s) < 100, max(s));
	printf("%20s ", text);
}

static void print_row(const struct row *row, const struct series *ours,
		      const struct series *peer, const struct series *ratio,
		      bool met)
{
	char what[64];

	snprintf(what, sizeof(what), "%s [%s]", row->what, unit(row));
	printf("%-47s", what);
	print_series(ours);
	if (peer) {
		print_series(peer);
		printf(" %-21s %5.2f", row->peer.name, median(ratio));
	} else {
		printf("%20s  %-21s %5s", "-", "-", "-");
	}
	if (row->limit)
		printf("  %s %-5g %s\n", relation(row), row->limit,
		       met ? "met" : "MISSED");
	else
		printf("  -\n");
	fflush(stdout);
}

static void write_series(const char *name, const struct series *s)
{
	unsigned int i;

	fprintf(json, ",\n   \"%s\": {\"min\": %g, \"median\": %g, \"max\": %g, \"runs\": [",
		name, min(s), median(s), max(s));
	for (i = 0; i < runs; i++)
		fprintf(json, "%s%g", i ? ", " : "", s->taken[i]);
	fputs("]}", json);
}

static void write_row(const struct row *row, const struct series *ours,
		      const struct series *peer, const struct series *ratio,
		      bool met)
{
	fprintf(json, "%s\n  {\"what\": \"%s\", \"unit\": \"%s\"",
		rows ? "," : "", row->what, unit(row));
	write_series("ours", ours);
	if (peer) {
		fprintf(json, ",\n   \"peer_is\": \"%s\"", row->peer.name);
		write_series("peer", peer);
		write_series("ratio", ratio);
	}
	if (row->limit)
		fprintf(json, ",\n   \"wanted\": \"%s %g\", \"met\": %s",
			relation(row), row->limit, met ? "true" : "false");
	fputc('}', json);
}

void table_begin(const char *path)
{
	json = fopen(path, "w");
	if (!json)
		err(1, "%s", path);
	fprintf(json, "{\"instructions\": %s, \"runs\": %u, \"rows\": [",
		instructions ? "true" : "false", runs);

	printf("%u runs, min/median/max; the ratio is the median of those of each run\n",
	       runs);
	printf("%-47s%20s %20s  %-21s %5s  %s\n", "what", "ours", "peer",
	       "peer is", "ratio", "wanted");
}

/*
 * Both sides in every run, next to each other and in changing order, so that a
 * machine that gets slower or faster meanwhile does so for both.
 */
void table_row(const struct row *row)
{
	static struct series ours, peer, ratio;
	bool has_peer = row->peer.take, met;
	unsigned int i;

	value(row, &row->ours);
	if (has_peer)
		value(row, &row->peer);
	for (i = 0; i < runs; i++) {
		if (has_peer && i % 2)
			peer.taken[i] = value(row, &row->peer);
		ours.taken[i] = value(row, &row->ours);
		if (has_peer && i % 2 == 0)
			peer.taken[i] = value(row, &row->peer);
		ratio.taken[i] = has_peer ? ours.taken[i] / peer.taken[i] : 0;
	}
	sort(&ours);
	sort(&peer);
	sort(&ratio);

	met = meets(row, has_peer ? median(&ratio) : median(&ours));
	print_row(row, &ours, has_peer ? &peer : NULL, &ratio, met);
	write_row(row, &ours, has_peer ? &peer : NULL, &ratio, met);
	rows++;
}

void table_end(void)
{
	fputs("\n]}\n", json);
	if (fclose(json))
		err(1, "JSON");
}
