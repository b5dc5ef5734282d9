// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who reaches the memory, and how: both windows with every switch on and off
 * (P1, P2, P12), and mappings of every kind (P28).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance.h"

#define APERTURE	VFIO_PCI_BAR2_REGION_INDEX
#define PAGE		4096UL

/* The switches between a guest and its memory */
#define SPACE		(1u << 0)	/* Memory Space Enable, PCIe 7.5.1.1.3 */
#define MEM		(1u << 1)	/* Mem_Enable, CXL 8.1.3.2 */
#define GLOBAL		(1u << 2)	/* HDM Decoder Enable, CXL 8.2.4.20.2 */
#define DECODER		(1u << 3)	/* decoder 0 committed, 8.2.4.20.7 */
#define POWER		(1u << 4)	/* D0, PCIe 7.5.2.2 */
#define ALL		(SPACE | MEM | GLOBAL | DECODER | POWER)

static void set_switches(struct device *d, unsigned int on)
{
	bool is_committed = vfio_hdm_read(&d->v, HDM_CTRL(0)) &
			    HDM_CTRL_COMMITTED;

	vfio_set_power(&d->v, on & POWER ? PM_D0 : PM_D3HOT);
	vfio_enable_memory(&d->v, on & SPACE);
	vfio_enable_cxl_mem(&d->v, on & MEM);
	vfio_hdm_write(&d->v, HDM_GLOBAL, on & GLOBAL ? HDM_GLOBAL_ENABLE : 0);
	if (on & DECODER && !is_committed)
		vfio_hdm_commit(&d->v, 0, 4 * GIB, GRANULE);
	else if (!(on & DECODER) && is_committed)
		vfio_hdm_uncommit(&d->v, 0);
}

/* A load, a store, read() and write() all get through, or none of them */
static void check_window(struct device *d, unsigned int on, uint32_t region,
			 volatile uint8_t *mem, bool open, const char *name)
{
	uint64_t value = 0;
	bool ok = faults_on_read(mem) == !open &&
		  faults_on_write(mem) == !open &&
		  vfio_pread(&d->v, region, 0, &value, 8) == (open ? 0 : -EIO) &&
		  vfio_pwrite(&d->v, region, 0, &value, 8) == (open ? 0 : -EIO);

	tap_ok(ok, "P1: space %u, Mem_Enable %u, HDM enable %u, committed %u, D0 %u: %s is %s",
	       !!(on & SPACE), !!(on & MEM), !!(on & GLOBAL), !!(on & DECODER),
	       !!(on & POWER), name, open ? "open" : "shut");
}

/* Every state is come to from the one before it, that is from many sides */
static void test_switches(struct device *d)
{
	volatile uint8_t *aperture = device_map(d, APERTURE, 0, PAGE);
	volatile uint8_t *hdm = device_map(d, d->hdm_index, 0, PAGE);
	unsigned int on;

	for (on = 0; on <= ALL; on++) {
		const unsigned int bar = SPACE | POWER;
		const unsigned int cxl = MEM | GLOBAL | DECODER | POWER;

		/* From where all is open, and mapped */
		set_switches(d, ALL);
		faults_on_write(aperture);
		faults_on_write(hdm);
		set_switches(d, on);
		check_window(d, on, APERTURE, aperture, (on & bar) == bar,
			     "aperture");
		check_window(d, on, d->hdm_index, hdm, (on & cxl) == cxl,
			     "HDM");
	}
	set_switches(d, ALL);
	*aperture = 0xa5;
	tap_ok(*hdm == 0xa5, "P2: both are open when all is on again");
	munmap((void *)aperture, PAGE);
	munmap((void *)hdm, PAGE);
}

static void test_coverage(struct device *d)
{
	volatile uint8_t *mem;
	uint64_t value;

	if (d->hdm.size < 2 * GRANULE)
		return;
	mem = device_map(d, d->hdm_index, GRANULE - PAGE, 2 * PAGE);
	tap_ok(!faults_on_read(mem) && faults_on_read(mem + PAGE),
	       "P20: the last page of a decoder, and the one behind it");
	tap_eq(vfio_pread(&d->v, d->hdm_index, GRANULE, &value, 8), -EIO,
	       "P20: a read behind the end of a decoder");
	munmap((void *)mem, 2 * PAGE);
}

/* PCIe 7.5.1.2.1: what is behind the memory reads all-ones, drops writes */
static void test_end_of_aperture(struct device *d)
{
	uint64_t end = d->hdm.size, value = 0;

	tap_eq(vfio_pread(&d->v, APERTURE, d->bar[2].size, &value, 8), -EINVAL,
	       "P20: read past the aperture");
	if (d->bar[2].size == end)
		return;
	vfio_pwrite(&d->v, APERTURE, end, &value, 8);
	vfio_pread(&d->v, APERTURE, end, &value, 8);
	tap_ok(value == ~0ULL, "aperture: all-ones behind the memory");
}

/* 0, or the errno of mmap() */
static int try_mmap(struct device *d, const struct window *w, uint64_t at,
		    size_t len, int prot, int flags)
{
	void *p = mmap(NULL, len, prot, flags, d->v.device, w->start + at);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, len);
	return 0;
}

static void test_mmap_of(struct device *d, const struct window *w,
			 const char *name)
{
	const int rw = PROT_READ | PROT_WRITE;
	uint64_t size = d->hdm.size;

	tap_eq(try_mmap(d, w, 0, size, rw, MAP_SHARED), 0, "%s: all of it",
	       name);
	tap_eq(try_mmap(d, w, size / 2, size / 2, rw, MAP_SHARED), 0,
	       "P28: %s: from the middle on", name);
	tap_eq(try_mmap(d, w, size - PAGE, PAGE, PROT_READ, MAP_SHARED), 0,
	       "P28: %s: the last page, to read", name);
	tap_eq(try_mmap(d, w, size - PAGE, 2 * PAGE, rw, MAP_SHARED), EINVAL,
	       "P28: %s: over the end", name);
	tap_eq(try_mmap(d, w, size, PAGE, rw, MAP_SHARED), EINVAL,
	       "P28: %s: past the end", name);
	tap_eq(try_mmap(d, w, 1ULL << 39, PAGE, rw, MAP_SHARED), EINVAL,
	       "P28: %s: far past the end", name);
	tap_eq(try_mmap(d, w, 0, PAGE, rw, MAP_PRIVATE), EINVAL,
	       "P28: %s: private, whose copies no reset would reach", name);
	tap_eq(try_mmap(d, w, 0, PAGE, PROT_READ, MAP_PRIVATE), EINVAL,
	       "P28: %s: private, to read", name);
}

/* A mapping does not move; where it is split, a reset still takes all of it away */
static void test_mremap(struct device *d)
{
	uint8_t *mem = device_map(d, APERTURE, 0, 8 * PAGE);
	uint8_t *moved;

	mem[0] = 1;
	mem[7 * PAGE] = 7;
	munmap(mem + 2 * PAGE, PAGE);
	moved = mremap(mem + 4 * PAGE, 4 * PAGE, 4 * PAGE,
		       MREMAP_MAYMOVE | MREMAP_FIXED, mem + 32 * PAGE);
	tap_ok(moved == MAP_FAILED && errno == EINVAL, "P28: mremap() does not move it");
	tap_eq(mem[7 * PAGE], 7, "P28: it is where it was");
	tap_ok(mremap(mem, PAGE, 64 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED,
	       "P28: mremap() does not make it longer");
	vfio_enable_memory(&d->v, false);
	tap_ok(faults_on_read(mem) && faults_on_read(mem + 3 * PAGE) &&
	       faults_on_read(mem + 7 * PAGE),
	       "P28: what is left of a split mapping is shut");
	vfio_enable_memory(&d->v, true);
	tap_ok(!faults_on_read(mem) && mem[0] == 1,
	       "P2, P28: and opens again");
	munmap(mem, 2 * PAGE);
	munmap(mem + 3 * PAGE, 5 * PAGE);
}

static int in_child(bool (*test)(struct device *, uint8_t *), struct device *d,
		    uint8_t *mem)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(test(d, mem) ? 0 : 1);
	waitpid(pid, &status, 0);
	return status;
}

static bool is_not_mapped(struct device *d, uint8_t *mem)
{
	(void)d;
	return msync(mem, PAGE, MS_ASYNC) && errno == ENOMEM;
}

static bool sees_42(struct device *d, uint8_t *mem)
{
	mem = device_map(d, APERTURE, 0, PAGE);
	if (mem[0] != 42)
		return false;
	mem[1] = 43;
	return true;
}

static bool shuts(struct device *d, uint8_t *mem)
{
	(void)mem;
	return !vfio_enable_memory(&d->v, false);
}

/* A child that had all mappings of its parent would double them */
static void test_fork(struct device *d)
{
	uint8_t *mem = device_map(d, APERTURE, 0, PAGE);

	mem[0] = 42;
	tap_eq(in_child(is_not_mapped, d, mem), 0,
	       "P28: a child does not get the mapping");
	tap_eq(in_child(sees_42, d, mem), 0, "P28: it may make its own");
	tap_ok(mem[1] == 43, "P28: and its writes are seen");
	tap_eq(in_child(shuts, d, mem), 0, "P28: and it may shut the memory");
	tap_ok(faults_on_read(mem), "P28: which is shut for its parent, too");
	vfio_enable_memory(&d->v, true);
	munmap(mem, PAGE);
}

void test_memory(struct device *d)
{
	test_switches(d);
	test_coverage(d);
	test_end_of_aperture(d);
	test_mmap_of(d, &d->bar[2], "aperture");
	test_mmap_of(d, &d->hdm, "HDM");
	test_mremap(d);
	test_fork(d);
}
