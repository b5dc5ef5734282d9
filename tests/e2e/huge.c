// SPDX-License-Identifier: GPL-2.0-only
/*
 * huge [-g] [-d] UUID: how large the pages are that a mapping of an instance of
 * 1 GiB gets, told by the faults that it takes to touch all of it. The parent's
 * memory is gigabytes of host memory when -g is given, else no more than 2 MiB
 * in one piece. With -d it is still to be cleared.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "vfio.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define KIB	(1UL << 10)
#define MIB	(1UL << 20)
#define GIB	(1UL << 30)

static struct vfio v;
static uint32_t hdm;

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

/* Map [vdpa, vdpa + len) at a gigabyte plus OFFSET */
static volatile uint8_t *map(uint32_t region, uint64_t vdpa, size_t len,
			     size_t offset)
{
	struct vfio_region_info *info = vfio_region(&v, region);
	volatile uint8_t *mem;
	uintptr_t room;

	/* Room in which there is such an address */
	room = (uintptr_t)mmap(NULL, 3 * GIB, PROT_NONE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			       0);
	if (!info || room == (uintptr_t)MAP_FAILED)
		err(1, "room for a mapping");
	mem = mmap((void *)(((room + GIB - 1) & ~(GIB - 1)) + offset), len,
		   PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, v.device,
		   info->offset + vdpa);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	free(info);
	return mem;
}

/* Faults to touch it all */
static long touch(const volatile uint8_t *mem, size_t len)
{
	long before = faults();
	size_t i;

	for (i = 0; i < len; i += 4 * KIB)
		(void)mem[i];
	return faults() - before;
}

static long count(uint32_t region, uint64_t vdpa, size_t len, size_t offset)
{
	volatile uint8_t *mem = map(region, vdpa, len, offset);
	long n = touch(mem, len);

	munmap((void *)mem, len);
	return n;
}

static void test_region(uint32_t region, const char *name, long whole)
{
	tap_eq(count(region, 0, GIB, 0), whole, "%s: a gigabyte", name);
	tap_eq(count(region, 0, GIB, 2 * MIB), 512,
	       "%s: a gigabyte at 2 MiB of another", name);
	tap_eq(count(region, 0, GIB - 2 * MIB, 0), 511,
	       "%s: all but 2 MiB of a gigabyte", name);
	tap_eq(count(region, 512 * MIB, 512 * MIB, 512 * MIB), 256,
	       "%s: half a gigabyte", name);
	tap_eq(count(region, 0, 8 * MIB, 4 * KIB), 2048,
	       "%s: 8 MiB at an odd page", name);
	tap_eq(count(region, MIB, 4 * MIB, MIB), 1 + 2 * 256,
	       "%s: 4 MiB from the middle of a piece", name);
}

/*
 * Touch the end of a gigabyte that is still to be cleared, and is not all clean
 * afterwards: the parent's thread may have done that meanwhile.
 */
static volatile uint8_t *touch_dirty(const char *uuid)
{
	volatile uint8_t *mem;
	unsigned int n;

	for (n = 0; n < 100; n++) {
		if (vfio_cxl_reset(&v, true) || vfio_enable_all(&v, GIB))
			errx(1, "CXL reset");
		mem = map(BAR2, 0, GIB, 0);
		(void)mem[GIB - 1];
		if (instance_attr(uuid, "dirty_bytes"))
			return mem;
		munmap((void *)mem, GIB);
	}
	return NULL;
}

/*
 * Pages of 2 MiB while there is something to be cleared. Linux keeps the page
 * table that they are in for as long as the mapping lives, whatever is zapped,
 * so it takes a new mapping to get a gigabyte in one.
 */
static void test_dirty(const char *uuid, long whole)
{
	volatile uint8_t *mem = touch_dirty(uuid);

	tap_ok(mem, "the first touch does not clear all of it");
	if (!mem)
		return;
	tap_eq(touch(mem, GIB), 511, "the rest of a dirty gigabyte");
	tap_eq(instance_attr(uuid, "dirty_bytes"), 0, "it is clean now");
	tap_eq(count(BAR2, 0, GIB, 0), whole, "a new mapping of it");
	vfio_enable_memory(&v, false);
	vfio_enable_memory(&v, true);
	printf("# the old mapping takes %ld faults after a zap\n",
	       touch(mem, GIB));
}

/*
 * Who touches it while the device may be about to be reset, and is not, has pages as
 * large as ever afterwards.
 */
static void test_held(const char *uuid, long whole)
{
	volatile uint8_t *mem = map(BAR2, 0, GIB, 0);
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid)
		_exit(inject(uuid, "inject_reset", "3000 cancel") ? 1 : 0);
	while (!instance_is(uuid, "blocked")) {
		if (waitpid(pid, NULL, WNOHANG))
			errx(1, "no reset, or over before it was seen");
		usleep(1000);
	}
	tap_eq(touch(mem, GIB), whole, "a gigabyte that is waited for");
	tap_ok(waitpid(pid, &status, 0) == pid && !status,
	       "the device is not reset");
	munmap((void *)mem, GIB);
}

/* What looks like an entry for a page of 2 MiB: present, huge, its number */
static uint64_t like_a_pmd(size_t i)
{
	return i << 21 | 0xe7;
}

/*
 * A mapping that loses pieces after all of it was touched: Linux must not take a
 * gigabyte in one for a table of pages, and what is in the first of its pages,
 * which would then be that table, for pages that are to be split.
 */
static void test_cut(void)
{
	volatile uint8_t *mem = map(BAR2, 0, GIB, 0);
	volatile uint64_t *table = (volatile uint64_t *)mem;
	unsigned int wrong = 0;
	size_t i;

	for (i = 2 * MIB; i < GIB; i += 2 * MIB)
		mem[i + 5] = i / (2 * MIB) % 251;
	for (i = 0; i < 512; i++)
		table[i] = like_a_pmd(i);
	munmap((void *)(mem + 4 * KIB), 4 * KIB);
	mprotect((void *)(mem + 512 * MIB + 4 * KIB), 4 * KIB, PROT_READ);
	munmap((void *)(mem + GIB - 2 * MIB), 2 * MIB);
	for (i = 0; i < 512; i++)
		wrong += table[i] != like_a_pmd(i);
	for (i = 2 * MIB; i < GIB - 2 * MIB; i += 2 * MIB)
		wrong += mem[i + 5] != i / (2 * MIB) % 251;
	tap_eq(wrong, 0, "what is left of a mapping that was cut");
	tap_ok(faults_on_write((void *)(mem + 8 * KIB)) == 0 &&
	       faults_on_write((void *)(mem + 512 * MIB)) == 0,
	       "it can be written");
	munmap((void *)mem, GIB);
}

/*
 * A mapping does not move: with all of it touched it shows the same where it is,
 * nothing where it was to go, and is gone with the memory.
 */
static void test_moved(void)
{
	volatile uint8_t *mem = map(BAR2, 0, GIB, 0), *room, *to;

	touch(mem, GIB);
	mem[5] = 0x55;
	mem[GIB - 1] = 0xaa;
	room = map(BAR2, 0, GIB, 0);
	to = mremap((void *)mem, GIB, GIB, MREMAP_MAYMOVE | MREMAP_FIXED,
		    (void *)room);
	tap_ok(to == MAP_FAILED && errno == EINVAL, "a mapping does not move");
	tap_ok(msync((void *)room, GIB, MS_ASYNC) && errno == ENOMEM,
	       "there is nothing where it was to go");
	tap_ok(mem[5] == 0x55 && mem[GIB - 1] == 0xaa, "it shows what it did");
	vfio_enable_memory(&v, false);
	tap_ok(faults_on_read((void *)(mem + 5)) &&
	       faults_on_read((void *)(mem + GIB - 1)),
	       "it is gone with the memory");
	vfio_enable_memory(&v, true);
	tap_eq(mem[5], 0x55, "and back");
	munmap((void *)mem, GIB);
}

static atomic_bool touch_no_more, memory_is_off;
static atomic_uint idle_touchers;

/* Never sleeps, so that its CPU keeps what it has in its TLB */
static void *toucher(void *byte)
{
	while (!touch_no_more)
		(void)*(volatile uint8_t *)byte;
	idle_touchers++;
	while (!memory_is_off)
		;
	return faults_on_read(byte) ? byte : NULL;
}

/*
 * Nor does one of a single page, however often that is tried, while others touch a
 * gigabyte that has the same page in it: Linux must not lose that, and say so.
 */
static void test_moved_beside(void)
{
	volatile uint8_t *page = map(BAR2, 4 * KIB, 4 * KIB, 4 * KIB);
	volatile uint8_t *to = map(BAR2, 0, 4 * KIB, 0);
	volatile uint8_t *mem = map(BAR2, 0, GIB, 0);
	unsigned int n, moves = is_debug_kernel() ? 1000 : 10000;
	unsigned int refused = 0, gone = 0;
	pthread_t threads[2];
	void *fault;
	size_t i;

	for (i = 0; i < 2; i++) {
		if (pthread_create(&threads[i], NULL, toucher,
				   (void *)(mem + GIB / 2)))
			errx(1, "no thread");
	}
	for (n = 0; n < moves; n++)
		refused += mremap((void *)page, 4 * KIB, 4 * KIB,
				  MREMAP_MAYMOVE | MREMAP_FIXED,
				  (void *)to) == MAP_FAILED && errno == EINVAL;
	touch_no_more = true;
	while (idle_touchers < 2)
		usleep(1000);
	vfio_enable_memory(&v, false);
	memory_is_off = true;
	for (i = 0; i < 2; i++)
		gone += !pthread_join(threads[i], &fault) && fault;
	tap_eq(refused, moves, "a page does not move beside a gigabyte");
	tap_eq(gone, 2, "the gigabyte is gone with the memory, for both threads");
	vfio_enable_memory(&v, true);
	munmap((void *)mem, GIB);
	munmap((void *)page, 4 * KIB);
}

/*
 * Soft-dirty tracking takes the right to write away from the mapping, but not from what
 * comes later: KVM would emulate each store there
 */
static void test_soft_dirty(void)
{
	volatile uint8_t *mem = map(BAR2, 0, GIB, 0);
	long before;
	FILE *f;

	mem[0] = 1;
	f = fopen("/proc/self/clear_refs", "w");
	if (!f || fputs("4", f) < 0 || fclose(f))
		err(1, "clear_refs");
	vfio_enable_memory(&v, false);
	vfio_enable_memory(&v, true);
	(void)mem[0];
	/* A fault that changes nothing comes again and again */
	alarm(60);
	before = faults();
	mem[0] = 2;
	tap_eq(faults() - before, 0, "a write where a read was, with soft-dirty");
	mem[GIB - 1] = 3;
	alarm(0);
	/* One for all of it where the kernel has no such tracking */
	tap_ok(touch(mem, GIB) <= 510, "pages of 2 MiB at least, with soft-dirty");
	tap_eq(mem[0] + mem[GIB - 1], 5, "writes after soft-dirty was cleared");
	munmap((void *)mem, GIB);
}

int main(int argc, char **argv)
{
	bool gigabytes = false, dirty = false;
	long whole;
	int opt;

	while ((opt = getopt(argc, argv, "gd")) != -1) {
		gigabytes = gigabytes || opt == 'g';
		dirty = dirty || opt == 'd';
	}
	if (optind != argc - 1)
		errx(2, "usage: huge [-g] [-d] UUID");
	vfio_open_or_exit(&v, argv[optind]);
	if (vfio_enable_all(&v, GIB))
		errx(1, "memory is not enabled");
	hdm = vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
			       VFIO_REGION_SUBTYPE_CXL_HDM);

	whole = gigabytes ? 1 : 512;
	if (dirty)
		test_dirty(argv[optind], whole);
	test_region(BAR2, "aperture", whole);
	test_region(hdm, "HDM region", whole);
	test_held(argv[optind], whole);
	test_cut();
	test_moved();
	if (!dirty)
		test_moved_beside();
	test_soft_dirty();
	return tap_done();
}
