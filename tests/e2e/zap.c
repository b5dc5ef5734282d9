// SPDX-License-Identifier: GPL-2.0-only
/*
 * zap UUID [ROUNDS]: memory is taken away, in every way that a guest has, while
 * threads touch it by both windows. Once the access that takes it away has returned
 * no touch gets through, and once it is given back all do. Then a thousand times as
 * fast as it goes, or ROUNDS; the others, which wait for touches, are a fifth of it.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "tap.h"
#include "vfio.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX
#define MIB	(1ULL << 20)
#define GRANULE	(256 * MIB)
#define MAPPED	(32 * MIB)
#define HANGS	60	/* seconds without a touch */

/* What a touch has to find; it proves nothing when that changes meanwhile */
enum { OPEN, CLOSING, CLOSED, OPENING, PHASES };

struct window {
	const char *name;
	uint8_t *mem;
	atomic_uint phase;	/* counts on; the rest by PHASES is the phase */
	atomic_ulong good[PHASES];
	atomic_ulong bad[PHASES];
};

static struct vfio v;
static struct window aperture = { .name = "aperture" };
static struct window hdm = { .name = "HDM region" };
static struct window *const windows[] = { &aperture, &hdm };
static atomic_bool stop;
static unsigned int rounds = 1000;

static void *toucher(void *arg)
{
	unsigned int before, after;
	struct window *w = arg;
	uint64_t at = 0;
	bool faulted;

	while (!stop) {
		before = w->phase;
		faulted = faults_on_write(w->mem + at);
		after = w->phase;
		/* Other pages each time, pages of other pieces now and then */
		at = (at + 0x25000) % MAPPED;
		if (before != after)
			continue;
		if (faulted == (before % PHASES == CLOSED))
			w->good[before % PHASES]++;
		else
			w->bad[before % PHASES]++;
	}
	return NULL;
}

static void memory_off(void)
{
	vfio_enable_memory(&v, false);
}

static void cxl_mem_off(void)
{
	vfio_enable_cxl_mem(&v, false);
}

static void uncommit(void)
{
	vfio_hdm_uncommit(&v, 0);
}

static void power_down(void)
{
	vfio_set_power(&v, 3);
}

static void power_up(void)
{
	vfio_set_power(&v, 0);
}

static void flr(void)
{
	vfio_flr(&v);
}

static void cxl_reset(void)
{
	vfio_cxl_reset(&v, false);
}

static void cxl_reset_and_clear(void)
{
	vfio_cxl_reset(&v, true);
}

static void reset(void)
{
	vfio_reset(&v);
}

static void enable(void)
{
	if (vfio_enable_all(&v, GRANULE))
		errx(1, "memory is not enabled");
}

static const struct way {
	const char *name;
	void (*close)(void);
	void (*open)(void);
	bool aperture;		/* that window closes */
	bool hdm;
} ways[] = {
	{ "memory space disabled", memory_off, enable, true, false },
	{ "Mem_Enable cleared", cxl_mem_off, enable, false, true },
	{ "decoder uncommitted", uncommit, enable, false, true },
	{ "D3hot", power_down, power_up, true, true },
	{ "FLR", flr, enable, true, false },
	{ "CXL reset", cxl_reset, enable, false, true },
	{ "CXL reset with memory clear", cxl_reset_and_clear, enable, false,
	  true },
	{ "VFIO_DEVICE_RESET", reset, enable, true, true },
};

#define NR_WAYS	(sizeof(ways) / sizeof(ways[0]))

static bool closes(const struct way *way, const struct window *w)
{
	return w == &aperture ? way->aperture : way->hdm;
}

/* The next phase, for those windows that @way closes */
static void step(const struct way *way)
{
	for (unsigned int i = 0; i < 2; i++) {
		if (closes(way, windows[i]))
			windows[i]->phase++;
	}
}

static unsigned long touches(struct window *w)
{
	unsigned int phase = w->phase % PHASES;

	return w->good[phase] + w->bad[phase];
}

/* Until each of these windows was touched, from now on */
static void wait_touched(const struct way *way)
{
	unsigned long before[2] = { touches(&aperture), touches(&hdm) };
	time_t end = time(NULL) + HANGS;

	for (unsigned int i = 0; i < 2; i++) {
		while (closes(way, windows[i]) &&
		       touches(windows[i]) == before[i]) {
			if (time(NULL) > end)
				errx(1, "%s: no touch comes to its end",
				     way->name);
			usleep(50);
		}
	}
}

static unsigned long sum_bad(unsigned int phase)
{
	return aperture.bad[phase] + hdm.bad[phase];
}

static void zap(const struct way *way)
{
	step(way);
	way->close();
	step(way);
	wait_touched(way);
	step(way);
	way->open();
	step(way);
	wait_touched(way);
}

static void test_each(void)
{
	unsigned long closed[NR_WAYS] = {}, open[NR_WAYS] = {};
	unsigned int i, n;

	for (n = 0; n < rounds / 5; n++) {
		i = n % NR_WAYS;
		closed[i] -= sum_bad(CLOSED);
		open[i] -= sum_bad(OPEN);
		zap(&ways[i]);
		closed[i] += sum_bad(CLOSED);
		open[i] += sum_bad(OPEN);
	}
	for (i = 0; i < NR_WAYS; i++) {
		tap_eq(closed[i], 0, "%s: touches that got through",
		       ways[i].name);
		tap_eq(open[i], 0, "%s: touches that failed after it was undone",
		       ways[i].name);
	}
	for (i = 0; i < 2; i++)
		printf("# %s: %lu touches while closed, %lu while open\n",
		       windows[i]->name, windows[i]->good[CLOSED],
		       windows[i]->good[OPEN]);
}

/*
 * No touch is waited for: they meet the zaps anywhere. Between a zap and what
 * undoes it is just enough time for one to begin and end.
 */
static void test_flat_out(void)
{
	const struct way all = { .aperture = true };
	unsigned long bad = sum_bad(CLOSED), good = aperture.good[CLOSED];
	struct timespec start, end;
	unsigned int n;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (n = 0; n < rounds; n++) {
		step(&all);
		vfio_write(&v, CONFIG, PCI_COMMAND, 2, 0);
		step(&all);
		usleep(100);
		step(&all);
		vfio_write(&v, CONFIG, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
		step(&all);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	tap_eq(sum_bad(CLOSED), bad, "flat out: touches that got through");
	tap_ok(aperture.good[CLOSED] > good, "flat out: some were tried");
	bad = sum_bad(OPEN);
	wait_touched(&all);
	tap_eq(sum_bad(OPEN), bad, "flat out: it works afterwards");
	printf("# %u zaps in %.1f s\n", rounds,
	       end.tv_sec - start.tv_sec +
	       (end.tv_nsec - start.tv_nsec) / 1e9);
}

static void map(struct window *w, int region)
{
	w->mem = vfio_mmap(&v, region, 0, MAPPED);
	if (w->mem == MAP_FAILED)
		err(1, "%s", w->name);
}

int main(int argc, char **argv)
{
	pthread_t threads[4];
	unsigned int i;

	if (argc < 2)
		errx(2, "usage: zap UUID [ROUNDS]");
	if (argc > 2)
		rounds = strtoul(argv[2], NULL, 0);
	vfio_open_or_exit(&v, argv[1]);
	enable();
	map(&aperture, VFIO_PCI_BAR2_REGION_INDEX);
	map(&hdm, vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
				   VFIO_REGION_SUBTYPE_CXL_HDM));

	for (i = 0; i < 4; i++) {
		if (pthread_create(&threads[i], NULL, toucher, windows[i % 2]))
			errx(1, "no thread");
	}
	test_each();
	test_flat_out();
	stop = true;
	/* A touch that hangs is found by whoever waits for this program */
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	return tap_done();
}
