// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma UUID FUNCTION: can FUNCTION, which vfio-pci has, be given the memory of the
 * instance UUID for its DMA? It could still reach that when it belongs to somebody
 * else.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "tap.h"
#include "vfio.h"

#define LEN	(4UL << 20)

/* By group and container of type 1 */
static struct vfio device;

static int map_dma(const void *mem)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)mem,
		.iova = 1UL << 30,
		.size = LEN,
	};
	struct vfio_iommu_type1_dma_unmap unmap = {
		.argsz = sizeof(unmap),
		.iova = map.iova,
		.size = map.size,
	};

	if (ioctl(device.container, VFIO_IOMMU_MAP_DMA, &map))
		return -errno;
	return ioctl(device.container, VFIO_IOMMU_UNMAP_DMA, &unmap) ? -errno : 0;
}

static void test_region(struct vfio *v, uint32_t region, const char *name)
{
	volatile uint8_t *mem = vfio_mmap(v, region, 0, LEN);

	if (mem == MAP_FAILED)
		err(1, "mmap");
	tap_eq(map_dma((void *)mem), -EFAULT, "%s: not before a touch", name);
	mem[0] = 0x5a;
	mem[LEN - 1] = 0xa5;
	tap_eq(map_dma((void *)mem), -EFAULT, "%s: nor after one", name);
	tap_ok(mem[0] == 0x5a && mem[LEN - 1] == 0xa5, "%s: it is as it was",
	       name);
	munmap((void *)mem, LEN);
}

int main(int argc, char **argv)
{
	struct vfio v;
	void *own;
	int hdm;

	if (argc != 3)
		errx(2, "usage: dma UUID FUNCTION");
	vfio_open_or_exit(&v, argv[1]);
	if (vfio_enable_all(&v, 256UL << 20))
		errx(1, "memory is not enabled");
	hdm = vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
			       VFIO_REGION_SUBTYPE_CXL_HDM);
	setenv("VFIO_CLIENT_OPEN", "group", 1);
	vfio_open_or_exit(&device, argv[2]);

	own = mmap(NULL, LEN, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (own == MAP_FAILED)
		err(1, "mmap");
	tap_eq(map_dma(own), 0, "a device gets memory of its user");
	test_region(&v, VFIO_PCI_BAR2_REGION_INDEX, "aperture");
	test_region(&v, hdm, "HDM region");
	return tap_done();
}
