// SPDX-License-Identifier: GPL-2.0-only
/*
 * shortage UUID: an instance with more memory than the host can spare. Who
 * asks for what is not there gets an error, and nothing else happens.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mdev_cxl_soft_regs.h"
#include "tap.h"
#include "vfio.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define BAR4	VFIO_PCI_BAR4_REGION_INDEX
#define REGS	0x10000
#define MIB	(1ULL << 20)

static struct vfio v;

static uint64_t fill(uint64_t len)
{
	const uint64_t slot = REGS + MDEV_CXL_SOFT_SLOT(0);
	uint64_t status;

	vfio_write(&v, BAR4, slot + MDEV_CXL_SOFT_OP, 8,
		   MDEV_CXL_SOFT_OP_FILL);
	vfio_write(&v, BAR4, slot + MDEV_CXL_SOFT_LEN, 8, len);
	vfio_write(&v, BAR4, REGS + MDEV_CXL_SOFT_DOORBELL, 8, 0);
	do {
		usleep(10000);
		status = vfio_read(&v, BAR4, slot + MDEV_CXL_SOFT_STATUS, 8);
	} while (status == MDEV_CXL_SOFT_BUSY);
	return status;
}

int main(int argc, char **argv)
{
	struct vfio_region_info *hdm;
	uint64_t size, byte = 0;
	uint8_t *mem;

	if (argc != 2)
		errx(2, "usage: shortage UUID");
	/* Rather than to fault for ever */
	alarm(120);
	vfio_open_or_exit(&v, argv[1]);
	hdm = vfio_region(&v, vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
					       VFIO_REGION_SUBTYPE_CXL_HDM));
	if (!hdm)
		err(1, "HDM region");
	size = hdm->size;
	free(hdm);
	vfio_enable_memory(&v, true);
	mem = vfio_mmap(&v, BAR2, 0, size);
	if (mem == MAP_FAILED)
		err(1, "mmap");

	tap_eq(fill(size), MDEV_CXL_SOFT_ERR_MEMORY, "a fill of all memory");
	tap_ok(faults_on_read(mem + size - 1), "a load gets SIGBUS");
	tap_ok(faults_on_write(mem + size - 1), "a store, too");
	tap_eq(vfio_pread(&v, BAR2, size - 1, &byte, 1), -ENOMEM, "a read");
	tap_eq(vfio_pwrite(&v, BAR2, size - 1, &byte, 1), -ENOMEM, "a write");
	tap_eq(fill(MIB), MDEV_CXL_SOFT_DONE, "the memory that is there works");
	tap_ok(!faults_on_write(mem), "for a store as well");
	return tap_done();
}
