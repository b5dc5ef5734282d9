// SPDX-License-Identifier: GPL-2.0-only
/*
 * lazy UUID: memory is cleared when it is touched, or by a thread, whoever is
 * first. Readers look at it all the time while a guest has it cleared by a
 * CXL reset, and while users that write to it are killed: none of them sees a
 * byte that was to be cleared.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tap.h"
#include "vfio.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define MIB	(1ULL << 20)
#define PAGE	4096
/* What is read: the end, to which the thread comes last */
#define SPAN	(64 * MIB)
#define PAGES	(SPAN / PAGE)
#define RESETS	6
#define KILLS	4
#define HANGS	120	/* seconds without a pass over SPAN */

static const char *uuid;
static struct vfio v;
static uint64_t size;
static int hdm_region;
static uint8_t *bar;		/* all of it */

/* Odd: it was cleared. Nothing is said of a read in which this changes. */
static atomic_uint epoch;
static atomic_bool stop;

struct reader {
	const char *name;
	uint64_t (*read)(uint64_t page);
	atomic_ulong passes;
	atomic_ulong old;	/* bytes that were to be cleared */
	pthread_t thread;
};

/* Any dword of the page will do, so it is another one each time */
static uint64_t somewhere(uint64_t page)
{
	return size - SPAN + page * PAGE + random() % (PAGE / 8) * 8;
}

static uint64_t load_forward(uint64_t page)
{
	return *(volatile uint64_t *)(bar + somewhere(page));
}

static uint64_t load_backward(uint64_t page)
{
	return load_forward(PAGES - 1 - page);
}

/* Out of order, by both windows; the HDM region may be closed just now */
static uint64_t call_read(uint64_t page)
{
	uint64_t value = 0;

	vfio_pread(&v, page & 1 ? BAR2 : (uint32_t)hdm_region,
		   somewhere(page * 4099 % PAGES), &value, sizeof(value));
	return value;
}

static struct reader readers[] = {
	{ .name = "loads, upwards", .read = load_forward },
	{ .name = "loads, downwards", .read = load_backward },
	{ .name = "read()", .read = call_read },
};

#define NR_READERS	(sizeof(readers) / sizeof(readers[0]))

static void *run_reader(void *arg)
{
	struct reader *r = arg;
	unsigned int before;
	uint64_t page, value;

	while (!stop) {
		for (page = 0; page < PAGES; page++) {
			before = epoch;
			value = r->read(page);
			if (value && before & 1 && before == epoch)
				r->old++;
		}
		r->passes++;
	}
	return NULL;
}

/* Until all have begun and ended a pass from now on */
static void wait_passes(void)
{
	time_t end = time(NULL) + HANGS;

	for (unsigned int i = 0; i < NR_READERS; i++) {
		unsigned long from = readers[i].passes;

		while (readers[i].passes < from + 2) {
			if (time(NULL) > end)
				errx(1, "%s: hangs", readers[i].name);
			usleep(1000);
		}
	}
}

static void start_readers(void)
{
	stop = false;
	for (unsigned int i = 0; i < NR_READERS; i++) {
		if (pthread_create(&readers[i].thread, NULL, run_reader,
				   &readers[i]))
			errx(1, "no thread");
	}
}

static void stop_readers(void)
{
	stop = true;
	for (unsigned int i = 0; i < NR_READERS; i++)
		pthread_join(readers[i].thread, NULL);
}

static void check_readers(const char *when)
{
	for (unsigned int i = 0; i < NR_READERS; i++) {
		tap_eq(readers[i].old, 0, "%s: %s, old bytes seen", when,
		       readers[i].name);
		readers[i].old = 0;
	}
}

static void open_device(void)
{
	struct vfio_region_info *info;

	vfio_open_or_exit(&v, uuid);
	hdm_region = vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
				      VFIO_REGION_SUBTYPE_CXL_HDM);
	info = vfio_region(&v, hdm_region);
	if (!info)
		errx(1, "no HDM region");
	size = info->size;
	free(info);
	if (vfio_enable_all(&v, size))
		errx(1, "memory is not enabled");
	bar = vfio_mmap(&v, BAR2, 0, size);
	if (bar == MAP_FAILED)
		err(1, "mmap");
}

static void close_device(void)
{
	munmap(bar, size);
	vfio_close(&v);
}

static void fill(uint64_t from)
{
	memset(bar + from, 0xa5, size - from);
}

static void test_resets(void)
{
	unsigned int n, lazy = 0;

	open_device();
	fill(0);
	start_readers();
	for (n = 0; n < RESETS; n++) {
		fill(size - SPAN);
		if (vfio_cxl_reset(&v, true))
			errx(1, "CXL reset");
		lazy += instance_attr(uuid, "dirty_bytes") >= SPAN;
		epoch++;
		vfio_enable_all(&v, size);
		wait_passes();
		epoch++;
	}
	stop_readers();
	check_readers("CXL reset with memory clear");
	/* Not in all: the parent's thread may be quick, or this one late */
	tap_ok(lazy, "resets that have not waited for that: %u of %u", lazy, RESETS);
	close_device();
}

/* Writes for ever, over what was left and is not cleared yet; says when once */
static pid_t start_writer(int said)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	open_device();
	fill(size - SPAN);
	if (write(said, "", 1) != 1)
		err(1, "pipe");
	for (;;)
		fill(size - SPAN);
}

static void test_kills(void)
{
	unsigned int n, killed = 0;
	int status, said[2];
	pid_t pid;
	char c;

	if (pipe(said))
		err(1, "pipe");
	for (n = 0; n < KILLS; n++) {
		pid = start_writer(said[1]);
		if (read(said[0], &c, 1) != 1)
			err(1, "writer");
		usleep(random() % 300000);
		kill(pid, SIGKILL);
		if (waitpid(pid, &status, 0) != pid)
			err(1, "writer");
		killed += WIFSIGNALED(status);

		open_device();
		epoch = 1;
		start_readers();
		wait_passes();
		stop_readers();
		close_device();
	}
	tap_eq(killed, KILLS, "writers that were killed at it");
	check_readers("killed");
	close(said[0]);
	close(said[1]);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: lazy UUID");
	uuid = argv[1];
	test_resets();
	test_kills();
	return tap_done();
}
