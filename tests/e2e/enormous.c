// SPDX-License-Identifier: GPL-2.0-only
/*
 * enormous UUID: an instance of 1 TiB, the largest there can be: its regions end
 * where the next ones begin, and so must what is mapped.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "tap.h"
#include "vfio.h"

#define SIZE	(1ULL << 40)
#define PAGE	4096UL

static struct vfio v;

static bool is_refused(uint32_t region, uint64_t offset, size_t len)
{
	return vfio_mmap(&v, region, offset, len) == MAP_FAILED &&
	       errno == EINVAL;
}

static void test_window(const char *name, uint32_t region)
{
	struct vfio_region_info *info = vfio_region(&v, region);
	uint8_t *mem, buf[16];

	if (!info)
		err(1, "%s", name);
	tap_eq(info->size, SIZE, "%s: its size", name);
	free(info);

	mem = vfio_mmap(&v, region, SIZE - PAGE, PAGE);
	if (mem == MAP_FAILED)
		err(1, "%s", name);
	tap_ok(!faults_on_write(mem + PAGE - 1), "%s: its last byte", name);
	tap_ok(is_refused(region, SIZE - PAGE, 2 * PAGE),
	       "%s: no mapping across the end", name);
	tap_eq(vfio_pread(&v, region, SIZE - 8, buf, sizeof(buf)), -EIO,
	       "%s: a read across the end is short", name);
	tap_eq(buf[7], 0x5a, "%s: and has what is in front of it", name);

	vfio_reset(&v);
	tap_ok(faults_on_read(mem), "%s: gone with a reset", name);
	munmap(mem, PAGE);
}

int main(int argc, char **argv)
{
	int hdm;

	if (argc != 2)
		errx(2, "usage: enormous UUID");
	vfio_open_or_exit(&v, argv[1]);
	hdm = vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
			       VFIO_REGION_SUBTYPE_CXL_HDM);
	vfio_enable_all(&v, SIZE);
	test_window("aperture", VFIO_PCI_BAR2_REGION_INDEX);
	vfio_enable_all(&v, SIZE);
	test_window("HDM region", hdm);
	return tap_done();
}
