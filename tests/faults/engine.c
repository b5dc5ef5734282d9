// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine of the software parent: a job, and its worker. That is another
 * thread, which fail-nth does not reach: for it the first N allocations on
 * behalf of the module fail, whoever makes them.
 */
#include <unistd.h>
#include <sys/mman.h>

#include "faults.h"
#include "inject.h"
#include "mdev_cxl_soft_regs.h"
#include "tap.h"
#include "walk.h"

#define BAR4		VFIO_PCI_BAR4_REGION_INDEX

static uint64_t slot_at(uint32_t reg)
{
	return 0x10000 + MDEV_CXL_SOFT_SLOT(0) + reg;
}

static int set_slot(uint32_t reg, uint64_t value)
{
	return vfio_pwrite(&instance, BAR4, slot_at(reg), &value, 8);
}

static uint64_t wait_job(void)
{
	uint64_t status;

	do {
		usleep(1000);
		status = vfio_read(&instance, BAR4,
				   slot_at(MDEV_CXL_SOFT_STATUS), 8);
	} while (status == MDEV_CXL_SOFT_BUSY);
	return status;
}

/* Fill the page AT in the fresh piece */
static int submit_at(uint64_t at)
{
	const uint64_t bell = 0;
	int rc;

	rc = set_slot(MDEV_CXL_SOFT_OP, MDEV_CXL_SOFT_OP_FILL);
	if (!rc)
		rc = set_slot(MDEV_CXL_SOFT_DST, fresh + at);
	if (!rc)
		rc = set_slot(MDEV_CXL_SOFT_LEN, 0x1000);
	if (!rc)
		rc = set_slot(MDEV_CXL_SOFT_VALUE, 0x77);
	if (!rc)
		rc = vfio_pwrite(&instance, BAR4,
				 0x10000 + MDEV_CXL_SOFT_DOORBELL, &bell, 8);
	return rc;
}

static int submit(void)
{
	return submit_at(0);
}

static const char *job_wrong(bool done)
{
	uint8_t byte = 0;

	if (done && wait_job() != MDEV_CXL_SOFT_DONE)
		return "it does not run to its end";
	if (vfio_pread(&instance, BAR2, fresh + 0xfff, &byte, 1))
		return "its memory cannot be read";
	return byte == (done ? 0x77 : 0) ? NULL : "its memory";
}

static const struct operation job_op = {
	"engine job", next_piece, submit, job_wrong, .anywhere = true,
};

/*
 * Pages and slab objects that the worker shall not have; what comes of it. The job's
 * own are not the only ones on behalf of the module.
 */
static const struct {
	unsigned int pages;
	unsigned int pages_left;
	unsigned int objects;
	uint64_t status;
	const char *name;
} shortages[] = {
	{ 1, 0, 0, MDEV_CXL_SOFT_DONE, "no block: small pages do" },
	{ ALL, ALL - 2, 0, MDEV_CXL_SOFT_ERR_MEMORY, "no block, no page" },
	{ ALL, ALL - 1, 1, MDEV_CXL_SOFT_ERR_MEMORY, "no block, no table" },
};

static void walk_worker(void)
{
	uint64_t status;
	unsigned int i;

	inject_modules("mdev_cxl_soft");
	for (i = 0; i < ARRAY_SIZE(shortages); i++) {
		next_piece();
		inject_times("fail_page_alloc", shortages[i].pages);
		inject_times("failslab", shortages[i].objects);
		status = submit() ? 0 : wait_job();
		tap_ok(inject_left("fail_page_alloc") <=
		       shortages[i].pages_left && !inject_left("failslab"),
		       "job: the faults have happened");
		inject_times("fail_page_alloc", 0);
		inject_times("failslab", 0);
		tap_eq(status, shortages[i].status, "job: %s",
		       shortages[i].name);
		tap_ok(!submit() && !job_wrong(true), "job: the next works");
	}
}

/*
 * Of a piece of small pages just one is there, and the host has no more. A touch of
 * it works, though a huge fault asks for its first page.
 */
static void touch_single_page(void)
{
	const uint64_t at = 0x5000;
	uint8_t *mem;
	bool there;

	next_piece();
	inject_modules("mdev_cxl_soft");
	inject_times("fail_page_alloc", 1);
	tap_ok(!submit_at(at) && wait_job() == MDEV_CXL_SOFT_DONE &&
	       !inject_left("fail_page_alloc"), "single page: a job makes it");
	mem = map_piece();
	inject_times("fail_page_alloc", ALL);
	there = mem != MAP_FAILED && !faults_on_read(mem + at);
	tap_ok(there, "single page: a touch works");
	tap_ok(there && mem[at] == 0x77, "single page: as it was");
	tap_ok(mem != MAP_FAILED && faults_on_read(mem),
	       "single page: a touch of another one does not");
	inject_times("fail_page_alloc", 0);
	tap_ok(mem != MAP_FAILED && !faults_on_read(mem),
	       "single page: but does when there is memory again");
	munmap(mem, PIECE);
}

void walk_engine(void)
{
	walk(&job_op);
	walk_worker();
	touch_single_page();
}
