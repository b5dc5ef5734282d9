// SPDX-License-Identifier: GPL-2.0-only
/*
 * HDM decoders (CXL r3.1 8.2.4.20): every rule of a commit, the lock, the order
 * of uncommitting, and what each number of decoders can do. The guest's way in
 * is the BAR, the VMM's is the COMP_REGS region; both are taken.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "conformance.h"

#define TARGET_HOST_ONLY	(1u << 12)
#define RESULT			(HDM_CTRL_COMMITTED | HDM_CTRL_ERROR)
#define TOP			(1ULL << 36)	/* granules below 2^64 */

/* Program one decoder, in granules, by the BAR; the control register then */
static uint32_t commit(struct device *d, unsigned int i, uint64_t base,
		       uint64_t size, uint64_t skip, uint32_t ctrl)
{
	uint32_t at = d->decoders;

	base *= GRANULE;
	size *= GRANULE;
	skip *= GRANULE;
	put(d->component, at + HDM_BASE(i), 4, base);
	put(d->component, at + HDM_BASE(i) + 4, 4, base >> 32);
	put(d->component, at + HDM_SIZE(i), 4, size);
	put(d->component, at + HDM_SIZE(i) + 4, 4, size >> 32);
	put(d->component, at + HDM_SKIP(i), 4, skip);
	put(d->component, at + HDM_SKIP(i) + 4, 4, skip >> 32);
	put(d->component, at + HDM_CTRL(i), 4, ctrl | HDM_CTRL_COMMIT);
	return get(&d->comp_regs, HDM_CTRL(i), 4);
}

static uint32_t control(struct device *d, unsigned int i)
{
	return get(d->component, d->decoders + HDM_CTRL(i), 4);
}

static void set_control(struct device *d, unsigned int i, uint32_t value)
{
	put(d->component, d->decoders + HDM_CTRL(i), 4, value);
}

/* 8.2.4.20.7: COMMIT asks, COMMITTED or ERROR_NOT_COMMITTED answers, at once */
static void hdm_commit_fsm(struct device *d)
{
	device_fresh(d);
	tap_eq(control(d, 0), 0, "hdm_commit_fsm: at power-up");
	tap_eq(commit(d, 0, 16, 0, 0, 0), HDM_CTRL_COMMIT | HDM_CTRL_ERROR,
	       "hdm_commit_fsm: a size of 0 is an error");
	put(d->component, d->decoders + HDM_SIZE(0), 4, GRANULE);
	set_control(d, 0, HDM_CTRL_COMMIT);
	tap_eq(control(d, 0), HDM_CTRL_COMMIT | HDM_CTRL_ERROR,
	       "hdm_commit_fsm: COMMIT that is set already asks for nothing");
	set_control(d, 0, 0);
	tap_eq(control(d, 0), 0, "hdm_commit_fsm: 1 to 0 clears the error");
	tap_eq(commit(d, 0, 16, 1, 0, 0), HDM_CTRL_COMMIT | HDM_CTRL_COMMITTED,
	       "hdm_commit_fsm: and then it commits");
	set_control(d, 0, 0);
	tap_eq(control(d, 0), 0, "hdm_commit_fsm: uncommits");

	/* By the one byte that has COMMIT in it, from the other side */
	put(d->component, d->decoders + HDM_CTRL(0) + 1, 1,
	    HDM_CTRL_COMMIT >> 8);
	tap_eq(get(&d->comp_regs, HDM_CTRL(0), 4),
	       HDM_CTRL_COMMIT | HDM_CTRL_COMMITTED,
	       "hdm_commit_fsm: P9: by one byte");
	vfio_hdm_uncommit(&d->v, 0);
	tap_eq(control(d, 0), 0, "hdm_commit_fsm: uncommitted by COMP_REGS");
}

/**
 * struct rule - a commit, of the only decoder or behind one that is committed
 * @name: of the rule, and of the case
 * @below: the decoder below: base, size and skip in granules; or no size
 * @own: the decoder under test, likewise; LEFT(n) is all memory, and n more
 * @ctrl: its control register but for COMMIT
 * @ok: it is committed, else ERROR_NOT_COMMITTED
 */
struct rule {
	const char *name;
	uint64_t below[3];
	uint64_t own[3];
	uint32_t ctrl;
	bool ok;
};

#define LEFT(n)		((1ULL << 63) + (n))

static const struct rule rules[] = {
	{ "size: one granule", {}, { 16, 1 }, 0, true },
	{ "size: none", {}, { 16, 0 }, 0, false },
	{ "size: all of the partition", {}, { 16, LEFT(0) }, 0, true },
	{ "size: a granule past the partition", {}, { 16, LEFT(1) }, 0, false },
	{ "size: all that can be written", {}, { 0, TOP - 1 }, 0, false },
	{ "base: 0", {}, { 0, 1 }, 0, true },
	{ "wrap: the last granule but one", {}, { TOP - 2, 1 }, 0, true },
	{ "wrap: ends at 2^64", {}, { TOP - 1, 1 }, 0, false },
	{ "wrap: ends past 2^64", {}, { TOP - 1, 2 }, 0, false },
	{ "overlap: next to the one below", { 16, 1 }, { 17, 1 }, 0, true },
	{ "overlap: at the same base", { 16, 1 }, { 16, 1 }, 0, false },
	{ "overlap: below the one below", { 16, 1 }, { 15, 1 }, 0, false },
	{ "overlap: over the one below", { 16, 1 }, { 15, 2 }, 0, false },
	{ "overlap: with a gap", { 16, 1 }, { 1024, 1 }, 0, true },
	{ "sum: both fit", { 16, 1 }, { 32, LEFT(-1) }, 0, true },
	{ "sum: a granule too many", { 16, 1 }, { 32, LEFT(0) }, 0, false },
	{ "skip: fits", {}, { 16, LEFT(-1), 1 }, 0, true },
	{ "skip: a granule too many", {}, { 16, LEFT(0), 1 }, 0, false },
	{ "skip: of the one below counts", { 16, 1, 1 }, { 32, LEFT(-1) }, 0,
	  false },
	{ "skip: wraps", {}, { 16, 1, TOP - 1 }, 0, false },
	{ "ways: 2", {}, { 16, 2 }, 1 << 4, false },
	{ "ways: 3", {}, { 16, 1 }, 8 << 4, false },
	{ "ways: reserved", {}, { 16, 1 }, 15 << 4, false },
	{ "granularity: of one way does not matter", {}, { 16, 1 }, 6, true },
	{ "target: host only memory is not ours", {}, { 16, 1 },
	  TARGET_HOST_ONLY, false },
};

static uint64_t granules(struct device *d, uint64_t n)
{
	int64_t more = n - LEFT(0);

	return more >= -1 && more <= 1 ? d->hdm.size / GRANULE + more : n;
}

static void test_rule(struct device *d, const struct rule *r)
{
	unsigned int i = 0;
	uint32_t ctrl;

	device_fresh(d);
	if (r->below[1])
		commit(d, i++, r->below[0], r->below[1], r->below[2], 0);
	ctrl = commit(d, i, r->own[0], granules(d, r->own[1]), r->own[2],
		      r->ctrl);
	tap_eq(ctrl & RESULT, r->ok ? HDM_CTRL_COMMITTED : HDM_CTRL_ERROR,
	       "8.2.4.20.12 %s", r->name);
	if (i)
		tap_eq(control(d, 0) & RESULT, HDM_CTRL_COMMITTED,
		       "8.2.4.20.12 %s: the one below stays", r->name);
}

/* Two decoders, or one and a skip, want a granule of memory each */
static bool wants_two(const struct rule *r)
{
	return r->below[1] || (r->own[2] && r->ok);
}

static void test_rules(struct device *d)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		if (d->hdm.size > GRANULE || !wants_two(&rules[i]))
			test_rule(d, &rules[i]);
	}
}

/* 8.2.4.20.12: from the lowest up, and back from the highest down */
static void test_order(struct device *d)
{
	device_fresh(d);
	tap_eq(commit(d, 1, 32, 1, 0, 0) & RESULT, HDM_CTRL_ERROR,
	       "8.2.4.20.12 order: 1 before 0");
	device_fresh(d);
	commit(d, 0, 16, 1, 0, 0);
	if (d->nr_decoders > 2)
		tap_eq(commit(d, 2, 48, 1, 0, 0) & RESULT, HDM_CTRL_ERROR,
		       "8.2.4.20.12 order: 2 before 1");
	tap_eq(commit(d, 1, 32, 1, 0, 0) & RESULT, HDM_CTRL_COMMITTED,
	       "8.2.4.20.12 order: 1 behind 0");
	set_control(d, 0, 0);
	tap_eq(control(d, 0), HDM_CTRL_COMMIT | HDM_CTRL_COMMITTED,
	       "8.2.4.20.12 order: 0 is not uncommitted before 1");
	set_control(d, 1, 0);
	set_control(d, 0, 0);
	tap_eq(control(d, 0) | control(d, 1), 0,
	       "8.2.4.20.12 order: 1, then 0 are uncommitted");
}

static void hdm_lock_on_commit(struct device *d)
{
	const uint32_t locked = HDM_CTRL_LOCK | HDM_CTRL_COMMIT |
				HDM_CTRL_COMMITTED;

	device_fresh(d);
	set_control(d, 0, HDM_CTRL_LOCK);
	tap_eq(commit(d, 0, 16, 0, 0, HDM_CTRL_LOCK) & RESULT, HDM_CTRL_ERROR,
	       "hdm_lock_on_commit: an error locks nothing");
	set_control(d, 0, 0);
	tap_eq(control(d, 0), 0, "hdm_lock_on_commit: it can be taken back");
	tap_eq(commit(d, 0, 16, 1, 0, HDM_CTRL_LOCK), locked,
	       "hdm_lock_on_commit: committed and locked");
	set_control(d, 0, 0);
	tap_eq(control(d, 0), locked, "hdm_lock_on_commit: not uncommitted");
	vfio_hdm_write(&d->v, HDM_CTRL(0), 0);
	tap_eq(control(d, 0), locked,
	       "hdm_lock_on_commit: nor by the VMM's way in");
	if (d->nr_decoders > 1 && d->hdm.size > GRANULE) {
		tap_eq(commit(d, 1, 32, 1, 0, 0) & RESULT, HDM_CTRL_COMMITTED,
		       "hdm_lock_on_commit: the next one is free");
		set_control(d, 1, 0);
		tap_eq(control(d, 1), 0,
		       "hdm_lock_on_commit: and can be uncommitted");
	}
}

/* 8.2.4.20.1: the count, and that there is none behind the last */
static void test_count(struct device *d, unsigned int n)
{
	uint32_t cap = get(d->component, d->decoders, 4);

	tap_eq(cap & 0xf, n / 2, "8.2.4.20.1 Decoder Count of %u", n);
	tap_eq(d->comp_regs.size, 0x10 + 0x20 * n,
	       "%u decoders: so long is COMP_REGS", n);
	put(d->component, d->decoders + HDM_BASE(n), 4, ~0u);
	tap_eq(get(d->component, d->decoders + HDM_BASE(n), 4), 0,
	       "%u decoders: none behind the last", n);
}

/* Does this piece of vDPA answer in the HDM region? */
static bool answers(struct device *d, uint64_t granule)
{
	uint64_t value;

	return !vfio_pread(&d->v, d->hdm_index, granule * GRANULE, &value, 8);
}

/* All decoders, a granule each as long as there are some, with a gap in front */
static void test_all(struct device *d, unsigned int n)
{
	unsigned int i, wrong = 0, fit = d->hdm.size / GRANULE - 1;
	uint32_t want;

	device_fresh(d);
	vfio_enable_cxl_mem(&d->v, true);
	for (i = 0; i < n; i++) {
		want = i < fit ? HDM_CTRL_COMMITTED : HDM_CTRL_ERROR;
		wrong += (commit(d, i, 16 + 2 * i, 1, !i, 0) & RESULT) != want;
	}
	if (fit > n)
		fit = n;
	tap_eq(wrong, 0, "%u decoders: %u are committed, %u find no memory", n,
	       fit, n - fit);

	/* 8.2.4.20.2: none of them decodes before all are enabled */
	tap_ok(!answers(d, 1), "8.2.4.20.2 %u decoders: off", n);
	vfio_hdm_write(&d->v, HDM_GLOBAL, HDM_GLOBAL_ENABLE);
	wrong = answers(d, 0);
	for (i = 1; i < d->hdm.size / GRANULE; i++)
		wrong += answers(d, i) != (i <= fit);
	tap_eq(wrong, 0, "8.2.4.20.9 %u decoders: memory behind the skip", n);

	for (i = fit; i--;)
		set_control(d, i, 0);
	for (i = 0, wrong = 0; i < d->hdm.size / GRANULE; i++)
		wrong += answers(d, i);
	tap_eq(wrong, 0, "%u decoders: nothing once they are uncommitted", n);
}

static bool set_count(struct device *d, unsigned int n)
{
	char text[8];
	int rc;

	snprintf(text, sizeof(text), "%u", n);
	tap_eq(device_attribute(d, "decoders", text), -EBUSY,
	       "%u decoders: not while it is open", n);
	device_close(d);
	rc = device_attribute(d, "decoders", text);
	device_open(d, d->uuid);
	tap_eq(rc, 0, "%u decoders: can be had", n);
	return !rc;
}

static void test_counts(struct device *d)
{
	static const unsigned int counts[] = { 1, 2, 4, 6, 8, 10 };
	unsigned int i, was = d->nr_decoders;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		if (!set_count(d, counts[i]))
			continue;
		vfio_enable_memory(&d->v, true);
		test_count(d, counts[i]);
		test_all(d, counts[i]);
	}
	set_count(d, was);
	vfio_enable_memory(&d->v, true);
}

void test_hdm(struct device *d)
{
	test_counts(d);
	if (d->nr_decoders < 4)
		set_count(d, 4);
	hdm_commit_fsm(d);
	test_rules(d);
	if (d->hdm.size > GRANULE)
		test_order(d);
	hdm_lock_on_commit(d);
}
