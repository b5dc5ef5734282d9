// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory UUID OTHER: who reaches the memory of an instance and when, through
 * both windows; what resets leave of it; and that nothing of this is seen in
 * another instance.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "vfio.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define MIB	(1ULL << 20)
#define GRANULE	(256 * MIB)
#define FILLED	(3 * MIB)	/* what fill() writes; behind it is scratch */

static struct vfio v;
static uint8_t *bar, *hdm;
static int hdm_region;

static void start_cxl_reset(bool clear)
{
	tap_eq(vfio_cxl_reset(&v, clear), 0,
	       "CXL reset is complete, without an error");
}

static void enable_all(void)
{
	if (vfio_enable_all(&v, GRANULE))
		errx(1, "memory is not enabled");
}

/* Both windows by load and by read: reachable or not, and the same for all */
static void check_gates(const char *when, bool aperture, bool behind_decoder)
{
	uint64_t value = 0;

	tap_eq(faults_on_read(bar + FILLED), !aperture, "%s: aperture, load", when);
	tap_eq(faults_on_write(bar + FILLED), !aperture, "%s: aperture, store", when);
	tap_eq(vfio_pread(&v, BAR2, FILLED, &value, 8), aperture ? 0 : -EIO,
	       "%s: aperture, read", when);
	tap_eq(vfio_pwrite(&v, BAR2, FILLED, &value, 8), aperture ? 0 : -EIO,
	       "%s: aperture, write", when);
	tap_eq(faults_on_read(hdm + FILLED), !behind_decoder, "%s: HDM, load", when);
	tap_eq(faults_on_write(hdm + FILLED), !behind_decoder, "%s: HDM, store", when);
	tap_eq(vfio_pread(&v, hdm_region, FILLED, &value, 8),
	       behind_decoder ? 0 : -EIO, "%s: HDM, read", when);
	tap_eq(vfio_pwrite(&v, hdm_region, FILLED, &value, 8),
	       behind_decoder ? 0 : -EIO, "%s: HDM, write", when);
}

static void test_gates(void)
{
	check_gates("at power-up", false, false);
	vfio_enable_memory(&v, true);
	check_gates("memory space enabled", true, false);
	vfio_enable_cxl_mem(&v, true);
	check_gates("Mem_Enable set too", true, false);
	vfio_hdm_write(&v, HDM_GLOBAL, HDM_GLOBAL_ENABLE);
	check_gates("decoders enabled, none committed", true, false);
	vfio_hdm_commit(&v, 0, 4ULL << 30, GRANULE);
	check_gates("decoder committed", true, true);
	vfio_enable_memory(&v, false);
	check_gates("memory space disabled", false, true);
	vfio_enable_memory(&v, true);
	check_gates("and enabled again", true, true);
	vfio_enable_cxl_mem(&v, false);
	check_gates("Mem_Enable cleared", true, false);
	vfio_enable_cxl_mem(&v, true);
	check_gates("and set again", true, true);
	vfio_hdm_uncommit(&v, 0);
	check_gates("decoder uncommitted", true, false);
	vfio_hdm_commit(&v, 0, 8ULL << 30, GRANULE);
	check_gates("and committed elsewhere", true, true);
	vfio_set_power(&v, 3);
	check_gates("in D3hot", false, false);
	vfio_set_power(&v, 0);
	check_gates("in D0 again", true, true);
}

/* A decoder maps what it covers and no more */
static void test_coverage(void)
{
	uint8_t *second = vfio_mmap(&v, hdm_region, GRANULE, 4096);

	tap_ok(second != MAP_FAILED, "map the second granule");
	tap_ok(faults_on_read(second), "not covered by decoder 0");
	vfio_hdm_uncommit(&v, 0);
	vfio_hdm_commit(&v, 0, 4ULL << 30, 2 * GRANULE);
	tap_ok(!faults_on_read(second), "covered once it is larger");
	munmap(second, 4096);
}

static void fill(uint64_t seed)
{
	uint64_t *p = (uint64_t *)bar;

	for (uint64_t i = 0; i < FILLED / 8; i++)
		p[i] = seed + i;
}

/* Does the memory hold what fill() wrote, or zeroes for seed 0? */
static bool holds(uint64_t seed)
{
	uint64_t *p = (uint64_t *)bar;

	for (uint64_t i = 0; i < FILLED / 8; i++) {
		if (p[i] != (seed ? seed + i : 0))
			return false;
	}
	return true;
}

static void test_resets(void)
{
	enable_all();
	fill(1000);
	tap_ok(*(uint64_t *)hdm == 1000, "both windows show the same memory");

	vfio_flr(&v);
	check_gates("after an FLR", false, true);
	enable_all();
	tap_ok(holds(1000), "an FLR keeps the memory");

	start_cxl_reset(false);
	check_gates("after a CXL reset", true, false);
	enable_all();
	tap_ok(holds(1000), "a CXL reset keeps the memory");

	start_cxl_reset(true);
	enable_all();
	tap_ok(holds(0), "a CXL reset with memory clear clears it");

	fill(2000);
	tap_eq(vfio_reset(&v), 0, "VFIO_DEVICE_RESET");
	check_gates("after VFIO_DEVICE_RESET", false, false);
	tap_eq(vfio_hdm_read(&v, HDM_CTRL(0)), 0, "it resets decoders");
	enable_all();
	tap_ok(holds(2000), "it keeps the memory");
}

static void open_device(const char *uuid)
{
	vfio_open_or_exit(&v, uuid);
	hdm_region = vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
				      VFIO_REGION_SUBTYPE_CXL_HDM);
	bar = vfio_mmap(&v, BAR2, 0, 4 * MIB);
	hdm = vfio_mmap(&v, hdm_region, 0, 4 * MIB);
	if (bar == MAP_FAILED || hdm == MAP_FAILED)
		err(1, "mmap");
}

static void close_device(void)
{
	munmap(bar, 4 * MIB);
	munmap(hdm, 4 * MIB);
	vfio_close(&v);
}

/* The next user finds reset registers and no byte of the last one */
static void test_next_user(const char *uuid)
{
	pid_t child;

	enable_all();
	fill(3000);
	close_device();
	open_device(uuid);
	check_gates("opened again", false, false);
	enable_all();
	tap_ok(holds(0), "the next user reads zero");
	close_device();

	child = fork();
	if (!child) {
		open_device(uuid);
		enable_all();
		fill(4000);
		raise(SIGKILL);
	}
	waitpid(child, NULL, 0);
	open_device(uuid);
	enable_all();
	tap_ok(holds(0), "also when the last one was killed");
}

/* Parts of a mapping, and those of a child */
static void test_mappings(void)
{
	uint8_t *p = vfio_mmap(&v, BAR2, 2 * MIB, 2 * MIB);
	int status = -1, touched[2], disabled[2];
	pid_t child;
	char byte;

	enable_all();
	fill(5000);
	tap_ok(!memcmp(p, bar + 2 * MIB, MIB),
	       "a mapping from the middle shows the middle");
	munmap(p + 4096, 4096);
	tap_ok(!memcmp(p + 8192, bar + 2 * MIB + 8192, 4096),
	       "with a hole in it as well");
	munmap(p, 2 * MIB);
	p = mremap(bar, 4 * MIB, 8 * MIB, MREMAP_MAYMOVE);
	tap_ok(p == MAP_FAILED, "a mapping does not grow");

	child = fork();
	if (!child)
		_exit(!msync(bar, 4096, MS_ASYNC) || errno != ENOMEM);
	waitpid(child, &status, 0);
	tap_eq(status, 0, "a child does not get it");
	child = fork();
	if (!child) {
		bar = vfio_mmap(&v, BAR2, 0, 4 * MIB);
		_exit(bar == MAP_FAILED || bar[0] != (5000 & 0xff));
	}
	waitpid(child, &status, 0);
	tap_eq(status, 0, "but may make its own");
	if (pipe(touched) || pipe(disabled))
		err(1, "pipe");
	child = fork();
	if (!child) {
		bar = vfio_mmap(&v, BAR2, 0, 4 * MIB);
		if (faults_on_read(bar) || write(touched[1], "", 1) != 1)
			_exit(1);
		_exit(read(disabled[0], &byte, 1) != 1 || !faults_on_read(bar));
	}
	close(touched[1]);
	if (read(touched[0], &byte, 1) != 1)
		err(1, "child");
	close(touched[0]);
	vfio_enable_memory(&v, false);
	if (write(disabled[1], "", 1) != 1)
		err(1, "pipe");
	close(disabled[0]);
	close(disabled[1]);
	waitpid(child, &status, 0);
	tap_eq(status, 0, "and gets SIGBUS by that once memory is disabled");
	vfio_enable_memory(&v, true);
}

int main(int argc, char **argv)
{
	struct vfio other;
	uint64_t *neighbour;
	bool intact = true;

	if (argc != 3)
		errx(2, "usage: memory UUID OTHER");
	vfio_open_or_exit(&other, argv[2]);
	vfio_enable_memory(&other, true);
	neighbour = vfio_mmap(&other, BAR2, 0, 4 * MIB);
	if (neighbour == MAP_FAILED)
		err(1, "mmap of the neighbour");
	memset(neighbour, 0xa5, 4 * MIB);

	open_device(argv[1]);
	test_gates();
	test_coverage();
	test_resets();
	test_next_user(argv[1]);
	test_mappings();
	close_device();

	for (uint64_t i = 0; i < 4 * MIB / 8; i++)
		intact = intact && neighbour[i] == 0xa5a5a5a5a5a5a5a5ULL;
	tap_ok(intact, "the neighbour has not noticed");
	return tap_done();
}
