// SPDX-License-Identifier: GPL-2.0-only
/*
 * storm UUID OTHER: a guest that does everything at once: touches memory while
 * that is switched on and off, commits, resets, changes power states, writes
 * whatever to registers. It may harm itself, but all of it comes to an end,
 * the device works afterwards, and another instance has not noticed.
 */
#define _GNU_SOURCE
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "tap.h"
#include "vfio.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX
#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define BAR4	VFIO_PCI_BAR4_REGION_INDEX
#define HDM	9
#define MIB	(1ULL << 20)
#define MAPPED	(32 * MIB)
#define GRANULE	(256 * MIB)
#define SECONDS	5

static struct vfio v;
static uint8_t *bar, *hdm;
static uint32_t pm, exp_cap, dvsec, doe;

static uint64_t below(uint64_t n)
{
	return random() % n;
}

static void touch(void)
{
	uint8_t *p = (random() & 1 ? bar : hdm) + below(MAPPED);

	if (random() & 1)
		faults_on_read(p);
	else
		faults_on_write(p);
}

static void copy(void)
{
	char buf[8192] = {};
	uint32_t region = random() & 1 ? BAR2 : HDM;
	uint64_t at = below(MAPPED);

	if (random() & 1)
		vfio_pread(&v, region, at, buf, sizeof(buf));
	else
		vfio_pwrite(&v, region, at, buf, sizeof(buf));
}

static void toggle(void)
{
	vfio_enable_memory(&v, random() & 3);
	vfio_enable_cxl_mem(&v, random() & 3);
	vfio_hdm_write(&v, HDM_GLOBAL, HDM_GLOBAL_ENABLE);
}

static void commit(void)
{
	vfio_hdm_commit(&v, 0, 4ULL << 30, GRANULE * (1 + below(2)));
	if (random() & 1)
		vfio_hdm_uncommit(&v, 0);
}

static void power(void)
{
	vfio_write(&v, CONFIG, pm + PCI_PM_CTRL, 2, 3);
	vfio_write(&v, CONFIG, pm + PCI_PM_CTRL, 2, 0);
	usleep(1000);
}

static void reset(void)
{
	switch (below(3)) {
	case 0:
		vfio_reset(&v);
		break;
	case 1:
		vfio_write(&v, CONFIG, exp_cap + PCI_EXP_DEVCTL, 2,
			   PCI_EXP_DEVCTL_BCR_FLR);
		break;
	default:
		/* Control2: reset, and clear the memory now and then */
		vfio_write(&v, CONFIG, dvsec + 0x10, 2, 4 | (random() & 8));
	}
	usleep(2000);
}

/* Jobs with low numbers for registers, so that many are sound */
static void scribble(void)
{
	uint64_t slot = 0x10100 + 0x40 * (below(16));
	unsigned int i;

	for (i = 0; i < 6; i++)
		vfio_write(&v, BAR4, slot + 8 * i, 8,
			   i < 2 ? below(5) : below(MAPPED));
	vfio_write(&v, BAR4, 0x10008, 8, below(17));
	vfio_write(&v, BAR4, below(0x20000), 1 << below(4), random());
}

/* Any register, config space and component registers, any size */
static void poke(void)
{
	if (random() & 1)
		vfio_write(&v, CONFIG, below(0x1000), 1 << below(3), random());
	else
		vfio_write(&v, 0, 0x1000 + below(0x400), 1 << below(3),
			   random());
}

/* Requests, most of them right, read or not, aborted now and then */
static void exchange(void)
{
	const uint32_t request[] = { 0x00021e98, 3, below(4) << 16 };
	unsigned int i;

	for (i = 0; i < 3; i++) {
		if (below(8))
			vfio_write(&v, CONFIG, doe + PCI_DOE_WRITE, 4,
				   request[i]);
	}
	vfio_write(&v, CONFIG, doe + PCI_DOE_CTRL, 4, PCI_DOE_CTRL_GO);
	for (i = below(12); i; i--) {
		vfio_read(&v, CONFIG, doe + PCI_DOE_READ, 4);
		vfio_write(&v, CONFIG, doe + PCI_DOE_READ, 4, 0);
	}
	vfio_write(&v, CONFIG, doe + PCI_DOE_CTRL, 4, PCI_DOE_CTRL_ABORT);
}

static void (*const parts[])(void) = {
	touch, touch, copy, toggle, commit, power, reset, scribble, poke,
	exchange,
};

#define NR_PARTS	(sizeof(parts) / sizeof(parts[0]))

static void map_windows(void)
{
	bar = vfio_mmap(&v, BAR2, 0, MAPPED);
	hdm = vfio_mmap(&v, HDM, 0, MAPPED);
	if (bar == MAP_FAILED || hdm == MAP_FAILED)
		err(1, "mmap");
}

static void play(unsigned int i, unsigned int seed)
{
	time_t end = time(NULL) + SECONDS;

	/* A child does not have what its parent has mapped */
	map_windows();
	srandom(seed + i);
	while (time(NULL) < end)
		parts[i]();
	_exit(0);
}

static void run_all(unsigned int seed)
{
	pid_t pids[NR_PARTS];
	unsigned int i, n;
	int status;

	for (i = 0; i < NR_PARTS; i++) {
		pids[i] = fork();
		if (!pids[i])
			play(i, seed);
	}
	/* What hangs in the kernel can't be waited for */
	for (i = 0; i < NR_PARTS; i++) {
		for (n = 0; n < 60 && !waitpid(pids[i], &status, WNOHANG); n++)
			sleep(1);
		tap_ok(n < 60 && !status, "part %u comes to its end", i);
	}
}

static void open_device(const char *uuid)
{
	vfio_open_or_exit(&v, uuid);
	map_windows();
	pm = vfio_find_cap(&v, PCI_CAP_ID_PM);
	exp_cap = vfio_find_cap(&v, PCI_CAP_ID_EXP);
	dvsec = vfio_find_ext_cap(&v, PCI_EXT_CAP_ID_DVSEC, 0);
	doe = vfio_find_ext_cap(&v, PCI_EXT_CAP_ID_DOE, -1);
}

int main(int argc, char **argv)
{
	const char *seed = getenv("SEED");
	unsigned int start = time(NULL);
	struct vfio other;
	uint8_t *neighbour;

	if (argc != 3)
		errx(2, "usage: storm UUID OTHER");
	if (seed)
		start = strtoul(seed, NULL, 0);
	printf("# seed %u (SEED= to repeat)\n", start);
	if (vfio_open(&other, argv[2]) || vfio_enable_memory(&other, true))
		errx(1, "%s", argv[2]);
	neighbour = vfio_mmap(&other, BAR2, 0, MAPPED);
	if (neighbour == MAP_FAILED)
		err(1, "mmap of the neighbour");
	memset(neighbour, 0xa5, MAPPED);

	open_device(argv[1]);
	run_all(start);

	tap_eq(vfio_reset(&v), 0, "a reset after the storm");
	vfio_enable_memory(&v, true);
	vfio_enable_cxl_mem(&v, true);
	vfio_hdm_write(&v, HDM_GLOBAL, HDM_GLOBAL_ENABLE);
	vfio_hdm_commit(&v, 0, 4ULL << 30, GRANULE);
	bar[12345] = 0x77;
	tap_eq(hdm[12345], 0x77, "memory works by both windows");
	munmap(bar, MAPPED);
	munmap(hdm, MAPPED);
	vfio_close(&v);

	open_device(argv[1]);
	vfio_enable_memory(&v, true);
	tap_ok(is_all(bar, 0, MAPPED), "the next user reads zero");
	tap_ok(is_all(neighbour, 0xa5, MAPPED), "the neighbour has not noticed");
	return tap_done();
}
