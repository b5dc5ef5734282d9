// SPDX-License-Identifier: GPL-2.0-only
/*
 * aperture UUID: an instance of 768 MiB with 4 decoders, whose aperture is
 * 1 GiB, as BARs are powers of two: the last quarter has nothing behind it.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "tap.h"
#include "vfio.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define MIB	(1ULL << 20)
#define SIZE	(768 * MIB)

static struct vfio v;

static void test_regions(void)
{
	struct vfio_region_info *bar = vfio_region(&v, BAR2), *hdm;
	struct vfio_region_info_cap_sparse_mmap *sparse;

	if (!bar)
		err(1, "BAR2");
	tap_eq(bar->size, 1024 * MIB, "BAR2 is a power of two");
	sparse = (void *)vfio_region_cap(bar, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
	tap_ok(sparse, "it says what of it can be mapped");
	if (sparse)
		tap_ok(sparse->nr_areas == 1 && !sparse->areas[0].offset &&
		       sparse->areas[0].size == SIZE, "the partition");

	hdm = vfio_region(&v, vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
					       VFIO_REGION_SUBTYPE_CXL_HDM));
	if (!hdm)
		err(1, "HDM region");
	tap_eq(hdm->size, SIZE, "the HDM region has its real size");
	tap_ok(!vfio_region_cap(hdm, VFIO_REGION_INFO_CAP_SPARSE_MMAP),
	       "and can be mapped as a whole");
	tap_eq(vfio_hdm_read(&v, 0) & 0xf, 2, "4 decoders");
	free(bar);
	free(hdm);
}

static void test_end(void)
{
	uint8_t buf[64], *mem;

	mem = vfio_mmap(&v, BAR2, SIZE - 4096, 4096);
	tap_ok(mem != MAP_FAILED && !faults_on_write(mem + 4095),
	       "the last page of the partition");
	tap_ok(vfio_mmap(&v, BAR2, SIZE, 4096) == MAP_FAILED &&
	       errno == EINVAL, "mmap behind it");
	tap_ok(vfio_mmap(&v, BAR2, SIZE - 4096, 8192) == MAP_FAILED &&
	       errno == EINVAL, "mmap across its end");
	tap_eq(vfio_read(&v, BAR2, SIZE, 4), 0xffffffff,
	       "a read behind it: all ones");
	tap_eq(vfio_read(&v, BAR2, 1024 * MIB - 8, 8), -1,
	       "a read at the end of the BAR");
	tap_eq(vfio_write(&v, BAR2, SIZE, 4, 0), 0,
	       "a write behind it is dropped");
	tap_eq(vfio_read(&v, BAR2, SIZE, 4), 0xffffffff, "it was");

	memset(buf, 0, sizeof(buf));
	tap_eq(vfio_pread(&v, BAR2, SIZE - 32, buf, sizeof(buf)), 0,
	       "a read across the end");
	tap_ok(buf[31] == 0x5a && !buf[30] && buf[32] == 0xff && buf[63] == 0xff,
	       "memory, then all ones");
	memset(buf, 0x77, sizeof(buf));
	tap_eq(vfio_pwrite(&v, BAR2, SIZE - 32, buf, sizeof(buf)), 0,
	       "a write across the end");
	tap_ok(mem[4095] == 0x77 && mem[4064] == 0x77 && !mem[4063],
	       "it reaches the memory");

	vfio_enable_memory(&v, false);
	tap_eq(vfio_pread(&v, BAR2, SIZE, buf, 4), -EIO,
	       "nothing answers while memory is disabled");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: aperture UUID");
	vfio_open_or_exit(&v, argv[1]);
	vfio_enable_memory(&v, true);
	test_regions();
	test_end();
	return tap_done();
}
