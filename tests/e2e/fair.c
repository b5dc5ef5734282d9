// SPDX-License-Identifier: GPL-2.0-only
/*
 * fair UUID NEIGHBOUR...: what the neighbours lose while the memory of an
 * instance is cleared. They keep every CPU busy with their own memory; what
 * they get of the CPUs while the thread has work to do is compared with what
 * they get when it has none, in turns. CPU time, not bytes for each second:
 * that is the kernel's to share out, whatever else the machine has to do.
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

#include "tap.h"
#include "vfio.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define MIB	(1UL << 20)
#define BUSY	(16 * MIB)
#define ROUNDS	5
#define SPAN_US	1000000
#define MAX_NEIGHBOURS	16

struct neighbour {
	struct vfio v;
	uint8_t *mem;
	pthread_t thread;
	atomic_ulong bytes;
};

/* What all neighbours together have got */
struct sample {
	double cpu;	/* seconds of CPU time */
	double wall;
	double bytes;
};

static struct neighbour neighbours[MAX_NEIGHBOURS];
static unsigned int nr;
static atomic_bool busy, stop;

static void open_one(struct vfio *v, const char *uuid)
{
	int rc = vfio_open(v, uuid);

	if (rc || vfio_enable_memory(v, true))
		errx(1, "%s: %s", uuid, strerror(-rc));
}

static uint8_t *map(struct vfio *v, size_t len)
{
	uint8_t *mem = vfio_mmap(v, BAR2, 0, len);

	if (mem == MAP_FAILED)
		err(1, "mmap");
	return mem;
}

static void *run_neighbour(void *arg)
{
	struct neighbour *n = arg;
	unsigned long i = 0;

	while (!stop) {
		if (!busy) {
			usleep(1000);
			continue;
		}
		memset(n->mem + i * MIB % BUSY, i, MIB);
		i++;
		n->bytes += MIB;
	}
	return NULL;
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static struct sample now(void)
{
	struct sample s = { .wall = seconds(CLOCK_MONOTONIC) };
	clockid_t clock;

	for (unsigned int i = 0; i < nr; i++) {
		pthread_getcpuclockid(neighbours[i].thread, &clock);
		s.cpu += seconds(clock);
		s.bytes += neighbours[i].bytes;
	}
	return s;
}

/* Add what they get in one span */
static void measure(struct sample *sum)
{
	struct sample before = now(), after;

	usleep(SPAN_US);
	after = now();
	sum->cpu += after.cpu - before.cpu;
	sum->wall += after.wall - before.wall;
	sum->bytes += after.bytes - before.bytes;
}

static void run_rounds(struct vfio *v, const char *uuid)
{
	struct sample alone = {}, disturbed = {};
	unsigned int n, worked = 0, unfinished = 0;
	unsigned long long before, after;
	double cpu;

	for (n = 0; n < ROUNDS; n++) {
		busy = false;
		while (instance_attr(uuid, "dirty_bytes"))
			usleep(10000);
		busy = true;
		measure(&alone);
		if (vfio_cxl_reset(v, true))
			errx(1, "CXL reset");
		before = instance_attr(uuid, "dirty_bytes");
		measure(&disturbed);
		after = instance_attr(uuid, "dirty_bytes");
		worked += after < before;
		unfinished += after > 0;
	}
	/* Not in all: its share of a busy CPU may be less than a piece costs */
	tap_ok(worked, "memory was cleared meanwhile, in %u of %u spans",
	       worked, ROUNDS);
	tap_eq(unfinished, ROUNDS, "spans in which there was enough of it");

	cpu = (disturbed.cpu / disturbed.wall) / (alone.cpu / alone.wall);
	tap_ok(cpu >= 0.9, "the neighbours keep 0.9 of their CPU time");
	printf("# CPU time %.3f, bandwidth %.3f of undisturbed\n", cpu,
	       (disturbed.bytes / disturbed.wall) /
	       (alone.bytes / alone.wall));
}

int main(int argc, char **argv)
{
	struct vfio v;
	size_t size;
	struct vfio_region_info *info;
	uint8_t *mem;
	unsigned int i;

	if (argc < 3 || argc > 2 + MAX_NEIGHBOURS)
		errx(2, "usage: fair UUID NEIGHBOUR...");
	nr = argc - 2;
	open_one(&v, argv[1]);
	info = vfio_region(&v, vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
						VFIO_REGION_SUBTYPE_CXL_HDM));
	if (!info)
		errx(1, "no HDM region");
	size = info->size;
	free(info);
	/* A parent may have nothing to clear where nothing was written */
	mem = map(&v, size);
	memset(mem, 0xa5, size);

	for (i = 0; i < nr; i++) {
		open_one(&neighbours[i].v, argv[2 + i]);
		neighbours[i].mem = map(&neighbours[i].v, BUSY);
		if (pthread_create(&neighbours[i].thread, NULL, run_neighbour,
				   &neighbours[i]))
			errx(1, "no thread");
	}
	run_rounds(&v, argv[1]);
	stop = true;
	for (i = 0; i < nr; i++)
		pthread_join(neighbours[i].thread, NULL);
	return tap_done();
}
