// SPDX-License-Identifier: GPL-2.0-only
/*
 * engine UUID OTHER: the engine of the software parent: its registers, its
 * operations, their completion by interrupt, what it refuses, that partitions
 * take turns, and that jobs rest with their function and end with their owner.
 */
#define _GNU_SOURCE
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "mdev_cxl_soft_regs.h"
#include "tap.h"
#include "vfio.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define BAR4	VFIO_PCI_BAR4_REGION_INDEX
#define REGS	0x10000
#define MIB	(1ULL << 20)

struct client {
	struct vfio v;
	uint8_t *mem;
	int event;
};

struct job {
	uint64_t op;
	uint64_t src;
	uint64_t dst;
	uint64_t len;
	uint64_t value;
};

static void open_client(struct client *c, const char *uuid)
{
	vfio_open_or_exit(&c->v, uuid);
	vfio_enable_memory(&c->v, true);
	c->mem = vfio_mmap(&c->v, BAR2, 0, 16 * MIB);
	c->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (c->mem == MAP_FAILED || c->event < 0 ||
	    vfio_set_eventfd(&c->v, VFIO_PCI_MSIX_IRQ_INDEX, 3, c->event))
		err(1, "set-up of %s", uuid);
}

static uint64_t get(struct client *c, uint64_t reg)
{
	return vfio_read(&c->v, BAR4, REGS + reg, 8);
}

static void set(struct client *c, uint64_t reg, uint64_t value)
{
	if (vfio_write(&c->v, BAR4, REGS + reg, 8, value))
		errx(1, "register %#llx", (unsigned long long)reg);
}

static void submit(struct client *c, unsigned int slot, const struct job *job)
{
	uint64_t at = MDEV_CXL_SOFT_SLOT(slot);

	set(c, at + MDEV_CXL_SOFT_OP, job->op);
	set(c, at + MDEV_CXL_SOFT_VECTOR, 3);
	set(c, at + MDEV_CXL_SOFT_SRC, job->src);
	set(c, at + MDEV_CXL_SOFT_DST, job->dst);
	set(c, at + MDEV_CXL_SOFT_LEN, job->len);
	set(c, at + MDEV_CXL_SOFT_VALUE, job->value);
	set(c, MDEV_CXL_SOFT_DOORBELL, slot);
}

/* Wait for the interrupt, not by looking at the status */
static bool completes_in(struct client *c, int ms)
{
	struct pollfd p = { .fd = c->event, .events = POLLIN };
	uint64_t count;

	return poll(&p, 1, ms) == 1 &&
	       read(c->event, &count, sizeof(count)) == sizeof(count);
}

static bool completes(struct client *c)
{
	return completes_in(c, 20000);
}

static uint64_t status(struct client *c, unsigned int slot)
{
	return get(c, MDEV_CXL_SOFT_SLOT(slot) + MDEV_CXL_SOFT_STATUS);
}

static uint64_t run(struct client *c, const struct job *job)
{
	submit(c, 0, job);
	if (!completes(c))
		return ~0ULL;
	return status(c, 0);
}

/* CRC-32C bit by bit, nobody else's code */
static uint32_t crc32c(uint32_t crc, const uint8_t *p, size_t len)
{
	while (len--) {
		crc ^= *p++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

static void test_operations(struct client *c)
{
	const struct job fill = {
		.op = 1, .dst = 3, .len = 5 * MIB, .value = 0x5a,
	};
	const struct job copy = {
		.op = 2, .src = 1, .dst = 8 * MIB + 5, .len = 3 * MIB - 1,
	};
	const struct job crc = {
		.op = 3, .src = 17, .len = 2 * MIB + 1, .value = ~0U,
	};

	tap_eq(get(c, MDEV_CXL_SOFT_MAGIC), MDEV_CXL_SOFT_MAGIC_VALUE, "magic");

	tap_eq(run(c, &fill), 2, "fill");
	tap_ok(is_all(c->mem + 3, 0x5a, 5 * MIB) && !c->mem[2] &&
	       !c->mem[5 * MIB + 3], "it fills just that");

	for (size_t i = 0; i < 3 * MIB; i++)
		c->mem[i] = i * 7 + (i >> 9);
	tap_eq(run(c, &copy), 2, "copy");
	tap_ok(!memcmp(c->mem + 1, c->mem + 8 * MIB + 5, 3 * MIB - 1),
	       "it copies");

	tap_eq(run(c, &crc), 2, "crc32c");
	tap_eq(get(c, MDEV_CXL_SOFT_SLOT(0) + MDEV_CXL_SOFT_RESULT),
	       crc32c(~0U, c->mem + 17, 2 * MIB + 1), "the checksum is right");
}

static void test_refusals(struct client *c, uint64_t size)
{
	const struct {
		const char *name;
		struct job job;
		uint64_t want;
	} table[] = {
		{ "operation 0", { .op = 0, .len = 1 }, 0x100 },
		{ "operation 4", { .op = 4, .len = 1 }, 0x100 },
		{ "operation 2^63", { .op = 1ULL << 63, .len = 1 }, 0x100 },
		{ "fill: length 0", { .op = 1 }, 0x101 },
		{ "fill: over the end", { 1, 0, size - 1, 2, 0 }, 0x101 },
		{ "fill: past the end", { 1, 0, size, 1, 0 }, 0x101 },
		{ "fill: wraps", { 1, 0, ~0ULL, 2, 0 }, 0x101 },
		{ "fill: length wraps", { 1, 0, 1, ~0ULL, 0 }, 0x101 },
		{ "fill: the last byte", { 1, 0, size - 1, 1, 0 }, 2 },
		{ "copy: source over the end", { 2, size - 1, 0, 2, 0 },
		  0x101 },
		{ "copy: overlap", { 2, 0, 4096, 4097, 0 }, 0x102 },
		{ "copy: overlap, other way", { 2, 4096, 0, 4097, 0 }, 0x102 },
		{ "copy: next to it", { 2, 0, 4096, 4096, 0 }, 2 },
		{ "crc32c: past the end", { 3, size, 0, 1, 0 }, 0x101 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		tap_eq(run(c, &table[i].job), table[i].want, "%s",
		       table[i].name);

	/* A doorbell for a slot that is not there is for nobody */
	set(c, MDEV_CXL_SOFT_DOORBELL, 16);
	set(c, MDEV_CXL_SOFT_DOORBELL, ~0ULL);
	tap_eq(run(c, &table[12].job), 2,
	       "alive after doorbells of slots that are not there");
}

/* Every width that a guest may use reaches the same registers */
static void test_registers(struct client *c)
{
	const uint64_t at = REGS + MDEV_CXL_SOFT_SLOT(5) + MDEV_CXL_SOFT_SRC;
	const uint64_t value = 0x8877665544332211ULL;
	static const unsigned int sizes[] = { 1, 2, 4, 8 };
	uint8_t bytes[12] = {};
	unsigned int i, n;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t mask = ~0ULL >> (64 - 8 * sizes[i]);
		bool same = true;

		vfio_write(&c->v, BAR4, at, 8, 0);
		for (n = 0; n < 8; n += sizes[i])
			vfio_write(&c->v, BAR4, at + n, sizes[i],
				   value >> 8 * n & mask);
		tap_eq(vfio_read(&c->v, BAR4, at, 8), value,
		       "registers: written by %u bytes", sizes[i]);
		for (n = 0; n < 8; n += sizes[i])
			same = same && vfio_read(&c->v, BAR4, at + n,
						 sizes[i]) ==
				       (value >> 8 * n & mask);
		tap_ok(same, "registers: read by %u bytes", sizes[i]);
	}
	vfio_pread(&c->v, BAR4, at - 3, bytes, sizeof(bytes));
	tap_ok(!bytes[2] && bytes[3] == 0x11 && bytes[10] == 0x88 && !bytes[11],
	       "registers: read across three of them");

	set(c, MDEV_CXL_SOFT_MAGIC, 0);
	set(c, MDEV_CXL_SOFT_WORK, 99);
	set(c, MDEV_CXL_SOFT_SLOT(5) + MDEV_CXL_SOFT_STATUS, 99);
	set(c, MDEV_CXL_SOFT_SLOT(5) + MDEV_CXL_SOFT_RESULT, 99);
	set(c, MDEV_CXL_SOFT_REGS_SIZE - 8, 99);
	tap_ok(get(c, MDEV_CXL_SOFT_MAGIC) == MDEV_CXL_SOFT_MAGIC_VALUE &&
	       !get(c, MDEV_CXL_SOFT_WORK) && !status(c, 5) &&
	       !get(c, MDEV_CXL_SOFT_SLOT(5) + MDEV_CXL_SOFT_RESULT) &&
	       !get(c, MDEV_CXL_SOFT_REGS_SIZE - 8),
	       "registers: what is read-only stays as it is");
}

/* A busy slot is the engine's, and its doorbell rings once */
static void test_busy(struct client *c)
{
	const uint64_t at = MDEV_CXL_SOFT_SLOT(1);
	const struct job job = { .op = 1, .len = 16 * MIB };
	/* So that it waits for some time, however late we are */
	const struct job first = { .op = 3, .len = 256 * MIB };
	uint64_t before = get(c, MDEV_CXL_SOFT_WORK);
	unsigned int i;

	submit(c, 0, &first);
	submit(c, 1, &job);
	set(c, at + MDEV_CXL_SOFT_LEN, ~0ULL);
	set(c, at + MDEV_CXL_SOFT_DST, ~0ULL);
	for (i = 0; i < 100; i++)
		set(c, MDEV_CXL_SOFT_DOORBELL, 1);
	tap_eq(get(c, at + MDEV_CXL_SOFT_LEN), 16 * MIB,
	       "a busy slot keeps its values");
	while (status(c, 1) == MDEV_CXL_SOFT_BUSY)
		usleep(1000);
	tap_eq(status(c, 1), MDEV_CXL_SOFT_DONE, "its job is done");
	tap_eq(get(c, MDEV_CXL_SOFT_WORK) - before, 272 * MIB,
	       "once, however often the doorbell rang");
	completes(c);
}

static bool reads_zero(struct client *c, uint64_t vdpa, size_t len)
{
	uint8_t *buf = malloc(len);
	bool zero;

	if (!buf)
		err(1, "malloc");
	zero = !vfio_pread(&c->v, BAR2, vdpa, buf, len) && is_all(buf, 0, len);
	free(buf);
	return zero;
}

/*
 * The engine comes to memory that is still to be cleared: the end of it, which
 * the thread that clears the rest reaches last.
 */
static void test_dirty(struct client *c, uint64_t size)
{
	const uint64_t len = 4 * MIB, src = size - len, dst = src - len;
	const struct job fill = { .op = 1, .len = size, .value = 0xee };
	const struct job crc = { .op = 3, .src = src, .len = len, .value = ~0U };
	const struct job copy = { .op = 2, .src = src, .dst = dst, .len = len };
	const struct job dot = {
		.op = 1, .dst = dst - MIB, .len = 1, .value = 0x11,
	};
	uint8_t *zeroes = calloc(1, len);
	uint8_t byte = 0;

	if (!zeroes)
		err(1, "calloc");
	completes_in(c, 0);
	tap_eq(run(c, &fill), 2, "all of the memory is filled");
	tap_eq(vfio_cxl_reset(&c->v, true), 0, "CXL reset with memory clear");
	tap_eq(run(c, &crc), 2, "crc32c of what is to be cleared");
	tap_eq(get(c, MDEV_CXL_SOFT_SLOT(0) + MDEV_CXL_SOFT_RESULT),
	       crc32c(~0U, zeroes, len), "it is that of zeroes");

	run(c, &fill);
	vfio_cxl_reset(&c->v, true);
	tap_eq(run(c, &copy), 2, "copy of what is to be cleared");
	tap_ok(reads_zero(c, dst, len), "zeroes are copied");
	tap_eq(run(c, &dot), 2, "a byte within what is to be cleared");
	vfio_pread(&c->v, BAR2, dot.dst, &byte, 1);
	tap_ok(byte == 0x11 && reads_zero(c, dst - 2 * MIB, MIB) &&
	       reads_zero(c, dst - MIB + 1, MIB - 1), "has zeroes around it");
	free(zeroes);
}

/* The end of a job raises its own vector, and no other that was raised before */
static void test_vectors(struct client *c)
{
	const struct job job = { .op = 1, .len = 4096 };
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct pollfd p = { .fd = event, .events = POLLIN };

	if (event < 0 ||
	    vfio_set_eventfd(&c->v, VFIO_PCI_MSIX_IRQ_INDEX, 2, event))
		err(1, "vector 2");
	tap_eq(run(c, &job), 2, "a job with vector 3");
	tap_ok(!poll(&p, 1, 100), "raises no other");
	set(c, MDEV_CXL_SOFT_SLOT(0) + MDEV_CXL_SOFT_VECTOR, 2);
	set(c, MDEV_CXL_SOFT_DOORBELL, 0);
	tap_ok(poll(&p, 1, 20000) == 1, "the same job with vector 2");
	tap_ok(!completes_in(c, 100), "does not raise vector 3 again");
	vfio_set_eventfd(&c->v, VFIO_PCI_MSIX_IRQ_INDEX, 2, -1);
	close(event);
}

/* The function is at rest for so many milliseconds, by either way */

static int rest_in_d3hot(struct client *c, const char *uuid, unsigned int ms)
{
	int rc = vfio_set_power(&c->v, 3);

	(void)uuid;
	usleep(ms * 1000);
	return rc ?: vfio_set_power(&c->v, 0);
}

/* The device may be about to be reset, and is not */
static int rest_for_no_reset(struct client *c, const char *uuid, unsigned int ms)
{
	(void)c;
	return inject(uuid, "inject_reset", "%u cancel", ms);
}

static const struct {
	const char *name;
	int (*rest)(struct client *c, const char *uuid, unsigned int ms);
} rests[] = {
	{ "D3hot", rest_in_d3hot },
	{ "a reset that is called off", rest_for_no_reset },
};

#define REST_JOBS 4

static void submit_rest_jobs(struct client *c)
{
	const struct job job = { .op = 1, .len = 256 * MIB, .value = 0x77 };

	for (unsigned int slot = 0; slot < REST_JOBS; slot++)
		submit(c, slot, &job);
}

static void wait_done(struct client *c)
{
	while (status(c, REST_JOBS - 1) == MDEV_CXL_SOFT_BUSY)
		usleep(1000);
	completes(c);
}

static unsigned int ms_of_rest_jobs(struct client *c)
{
	struct timespec start, end;

	clock_gettime(CLOCK_MONOTONIC, &start);
	submit_rest_jobs(c);
	wait_done(c);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return (end.tv_sec - start.tv_sec) * 1000 +
	       (end.tv_nsec - start.tv_nsec) / 1000000 + 1;
}

/*
 * As long as the jobs take, with them under way: they are where they were then, and
 * go on. We may be too late, so it is tried more than once.
 */
static void test_rest(struct client *c, const char *uuid, unsigned int i)
{
	unsigned int ms = ms_of_rest_jobs(c), tries = 0;
	bool busy = false, kept = true;
	uint64_t before = 0;
	int rc = 0;

	while (!busy && kept && !rc && tries++ < 5) {
		before = get(c, MDEV_CXL_SOFT_WORK);
		submit_rest_jobs(c);
		rc = rests[i].rest(c, uuid, ms);
		busy = status(c, REST_JOBS - 1) == MDEV_CXL_SOFT_BUSY;
		kept = get(c, MDEV_CXL_SOFT_SLOT(0) + MDEV_CXL_SOFT_LEN) == 256 * MIB;
		wait_done(c);
	}
	tap_eq(rc, 0, "%s", rests[i].name);
	tap_ok(busy, "%s: jobs wait meanwhile", rests[i].name);
	tap_ok(kept, "%s: registers are kept", rests[i].name);
	tap_eq(get(c, MDEV_CXL_SOFT_WORK) - before, REST_JOBS * 256 * MIB,
	       "%s: all of the work is done", rests[i].name);
	tap_ok(is_all(c->mem, 0x77, 16 * MIB), "%s: the memory has it",
	       rests[i].name);
}

/* Nobody's interrupt while it is at rest; that of a job which is done comes then */
static void test_quiet(struct client *c)
{
	unsigned int n, early = 0, lost = 0;

	for (n = 0; n < 200 && !lost; n++) {
		completes_in(c, 0);
		submit(c, 0, &(struct job) { .op = 1, .len = 1 + n * 64 });
		vfio_set_power(&c->v, 3);
		if (!completes_in(c, 0)) {
			usleep(1000);
			early += completes_in(c, 0);
			vfio_set_power(&c->v, 0);
			lost += !completes(c);
		} else {
			vfio_set_power(&c->v, 0);
		}
	}
	tap_eq(early, 0, "interrupts in D3hot");
	tap_eq(lost, 0, "interrupts that are lost by it");
}

/* What is under way when the function is reset at rest is gone */
static void test_reset_at_rest(struct client *c)
{
	submit_rest_jobs(c);
	vfio_set_power(&c->v, 3);
	vfio_reset(&c->v);
	vfio_enable_memory(&c->v, true);
	tap_ok(!status(c, 0) && !get(c, MDEV_CXL_SOFT_WORK),
	       "reset in D3hot: no jobs are left");

	submit_rest_jobs(c);
	vfio_set_power(&c->v, 3);
	vfio_cxl_reset(&c->v, false);
	completes_in(c, 0);
	usleep(100000);
	tap_ok(!completes_in(c, 0), "CXL reset in D3hot: no interrupt");
	vfio_set_power(&c->v, 0);
	tap_ok(!status(c, 0) && !get(c, MDEV_CXL_SOFT_WORK),
	       "CXL reset in D3hot: no jobs are left");
	tap_eq(run(c, &(struct job) { .op = 1, .len = 4096 }), 2,
	       "the engine works after it");
}

/* Closed with jobs under way: nothing of it meets the next user */
static void test_close(struct client *c, const char *uuid)
{
	const struct job job = { .op = 1, .len = 16 * MIB, .value = 0xee };
	unsigned int slot;

	vfio_reset(&c->v);
	vfio_enable_memory(&c->v, true);
	for (slot = 0; slot < 16; slot++)
		submit(c, slot, &job);
	munmap(c->mem, 16 * MIB);
	close(c->event);
	vfio_close(&c->v);

	open_client(c, uuid);
	tap_ok(!get(c, MDEV_CXL_SOFT_WORK) && !status(c, 0) && !status(c, 15),
	       "closed with jobs under way: the next user finds none");
	tap_ok(is_all(c->mem, 0, 16 * MIB), "and no byte that they wrote");
	usleep(100000);
	tap_ok(is_all(c->mem, 0, 16 * MIB) && !completes_in(c, 0),
	       "neither later, nor an interrupt");
	tap_eq(run(c, &(struct job) { .op = 1, .len = 4096 }), 2,
	       "the engine works for the next user");
}

static void fill_queue(struct client *c, uint64_t op, uint64_t len)
{
	const struct job job = { .op = op, .len = len };

	vfio_reset(&c->v);
	vfio_enable_memory(&c->v, true);
	for (unsigned int slot = 0; slot < 16; slot++)
		submit(c, slot, &job);
}

/*
 * Work done by both over 64 MiB of it. Jobs of b that end start again, in order.
 * When all of them have ended b had nothing to do for a while, as this process
 * did not run: no share is counted from the look before that to the one after.
 */
static void test_shares(struct client *a, struct client *b, const char *name)
{
	uint64_t was_a = 0, now_a, done_a = 0, was_b = 0, now_b, done_b = 0;
	unsigned int jobs = 0, n;
	bool had_work = false;

	do {
		now_a = get(a, MDEV_CXL_SOFT_WORK);
		now_b = get(b, MDEV_CXL_SOFT_WORK);
		for (n = 0; n < 16 && status(b, jobs % 16) != MDEV_CXL_SOFT_BUSY; n++)
			set(b, MDEV_CXL_SOFT_DOORBELL, jobs++ % 16);
		if (had_work && n < 16) {
			done_a += now_a - was_a;
			done_b += now_b - was_b;
		}
		had_work = n < 16;
		was_a = now_a;
		was_b = now_b;
		/* It has all that it can have, but not for ever */
	} while (done_a < 64 * MIB && status(a, 15) == MDEV_CXL_SOFT_BUSY);
	/* Fair is 1:1; by jobs, not work, the small ones would have 1:4 */
	tap_ok(done_a >= 64 * MIB && done_b * 2 > done_a && done_b < done_a * 2,
	       "%s: equal shares, %llu and %llu MiB", name,
	       (unsigned long long)(done_a / MIB),
	       (unsigned long long)(done_b / MIB));
}

static void wait_clean(const char *uuid)
{
	while (instance_attr(uuid, "dirty_bytes"))
		usleep(10000);
}

/* Of clean memory: to clear it is work, too */
static void test_turns(struct client *a, struct client *b, char **uuids)
{
	wait_clean(uuids[0]);
	wait_clean(uuids[1]);
	fill_queue(a, 3, 256 * MIB);
	fill_queue(b, 3, 256 * MIB);
	test_shares(a, b, "large jobs");
	fill_queue(a, 3, 256 * MIB);
	fill_queue(b, 3, 64 << 10);
	test_shares(a, b, "large jobs and small ones");
	fill_queue(b, 1, 16 * MIB);

	/* A reset drops what is queued, of the one and not of the other */
	tap_eq(vfio_reset(&a->v), 0, "reset with jobs under way");
	vfio_enable_memory(&a->v, true);
	tap_eq(get(a, MDEV_CXL_SOFT_WORK), 0, "work done is reset");
	tap_eq(status(a, 15), 0, "jobs are dropped");
	while (status(b, 15) == MDEV_CXL_SOFT_BUSY)
		usleep(1000);
	tap_eq(status(b, 15), 2, "the other partition's are done");
}

/*
 * A guest for whose every job, of a byte, the engine has two megabytes to clear,
 * as all of them were made dirty before by a CXL reset: those at the end, which
 * the thread that clears the rest reaches last
 */
static struct client *hog;
static uint64_t hog_size;
static atomic_bool hog_stop;
static atomic_uint hog_jobs;

static void *run_hog(void *unused)
{
	unsigned int slot;

	(void)unused;
	while (!hog_stop) {
		const struct job job = {
			.op = 1, .len = 1,
			.dst = hog_size - (hog_jobs % 64 + 1) * 2 * MIB,
		};

		slot = hog_jobs % 16;
		if (!(hog_jobs % 64))
			vfio_cxl_reset(&hog->v, true);
		while (status(hog, slot) == MDEV_CXL_SOFT_BUSY && !hog_stop)
			sched_yield();
		submit(hog, slot, &job);
		hog_jobs++;
	}
	return NULL;
}

/*
 * It is charged for these, so there is work for @a meanwhile: half of it, but that
 * the kernel's own clearing does some of the hog's. Were it charged for its bytes
 * there would be a 500th.
 */
static void test_hog(struct client *a, struct client *b, uint64_t size)
{
	uint64_t before = 0, done, slot = 0;
	pthread_t thread;

	fill_queue(a, 1, 16 * MIB);
	hog = b;
	hog_size = size;
	if (pthread_create(&thread, NULL, run_hog, NULL))
		errx(1, "no thread");
	while (hog_jobs < 400) {
		while (status(a, slot % 16) != MDEV_CXL_SOFT_BUSY)
			set(a, MDEV_CXL_SOFT_DOORBELL, slot++ % 16);
		/* From when it has enough to do */
		if (hog_jobs < 16)
			before = get(a, MDEV_CXL_SOFT_WORK);
		sched_yield();
	}
	done = get(a, MDEV_CXL_SOFT_WORK) - before;
	hog_stop = true;
	pthread_join(thread, NULL);
	/* What is left of its own jobs */
	vfio_reset(&a->v);
	vfio_enable_memory(&a->v, true);
	completes_in(a, 0);
	tap_ok(done > 400 * 2 * MIB / 20,
	       "%llu MiB beside a neighbour for whose jobs 800 have to be cleared",
	       (unsigned long long)(done / MIB));
}

#define PIECES		8	/* of 2 MiB, which is what open_client() maps */
#define MEETINGS	20

static void *touch_pieces(void *arg)
{
	struct client *c = arg;
	unsigned int i;

	for (i = 0; i < PIECES; i++)
		c->mem[i * 2 * MIB] = 0x22;
	return NULL;
}

static unsigned int fill_pieces(struct client *c)
{
	unsigned int i, good = 0;

	for (i = 0; i < PIECES; i++)
		submit(c, i, &(struct job) {
			.op = 1, .dst = i * 2 * MIB + 1, .len = 1, .value = 0x33,
		});
	for (i = 0; i < PIECES; i++) {
		while (status(c, i) == MDEV_CXL_SOFT_BUSY)
			sched_yield();
		good += status(c, i) == 2;
	}
	return good;
}

/*
 * A job and a touch want the same pieces, all of them still to be cleared. Who comes
 * second finds what the first has done, and zeroes.
 */
static void test_meeting(struct client *c)
{
	unsigned int n, i, done = 0, right = 0;
	pthread_t thread;

	for (n = 0; n < MEETINGS; n++) {
		memset(c->mem, 0x11, PIECES * 2 * MIB);
		vfio_cxl_reset(&c->v, true);
		if (pthread_create(&thread, NULL, touch_pieces, c))
			errx(1, "no thread");
		done += fill_pieces(c);
		pthread_join(thread, NULL);
		for (i = 0; i < PIECES; i++) {
			const uint8_t *piece = c->mem + i * 2 * MIB;

			right += piece[0] == 0x22 && piece[1] == 0x33 &&
				 is_all(piece + 2, 0, 2 * MIB - 2);
		}
	}
	tap_eq(done, MEETINGS * PIECES, "jobs where somebody else clears");
	tap_eq(right, MEETINGS * PIECES, "and what both have written");
}

int main(int argc, char **argv)
{
	struct client a, b;
	struct vfio_region_info *hdm;
	unsigned int i;

	if (argc != 3)
		errx(2, "usage: engine UUID OTHER");
	open_client(&a, argv[1]);
	open_client(&b, argv[2]);
	hdm = vfio_region(&a.v, 9);
	if (!hdm)
		err(1, "HDM region");

	test_registers(&a);
	test_operations(&a);
	test_vectors(&a);
	test_refusals(&a, hdm->size);
	test_busy(&a);
	tap_ok(is_all(b.mem, 0, 16 * MIB), "the other partition is untouched");
	test_turns(&a, &b, argv + 1);
	test_hog(&a, &b, hdm->size);
	test_dirty(&a, hdm->size);
	test_meeting(&a);
	for (i = 0; i < sizeof(rests) / sizeof(rests[0]); i++)
		test_rest(&a, argv[1], i);
	test_quiet(&a);
	test_reset_at_rest(&a);
	test_close(&a, argv[1]);
	return tap_done();
}
