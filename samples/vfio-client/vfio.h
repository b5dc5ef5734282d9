/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small library over the VFIO user API, for one device: an mdev, by its UUID,
 * or a PCI function that vfio-pci has. All functions that can fail return a
 * negative errno, or say otherwise.
 */
#ifndef VFIO_CLIENT_VFIO_H
#define VFIO_CLIENT_VFIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <linux/vfio.h>
#include <linux/vfio_mdev_cxl.h>

/**
 * struct vfio - an open device
 * @container: /dev/vfio/vfio, or /dev/iommu
 * @group: group of the device, or -1 when it was opened by its cdev
 * @device: the device
 */
struct vfio {
	int container;
	int group;
	int device;
};

/*
 * By cdev and iommufd where the kernel has them, else by group and container;
 * VFIO_CLIENT_OPEN=cdev or =group in the environment: that way or not at all.
 */
int vfio_open(struct vfio *v, const char *name);
/* The same, or the program ends with a line that says why not */
void vfio_open_or_exit(struct vfio *v, const char *name);
void vfio_close(struct vfio *v);

/* Regions: capabilities follow the structure; free() it */
struct vfio_region_info *vfio_region(struct vfio *v, uint32_t index);
struct vfio_info_cap_header *vfio_region_cap(struct vfio_region_info *info,
					     uint16_t id);
int vfio_find_region(struct vfio *v, uint32_t type, uint32_t subtype);

/* Accesses to a region: 0 or a negative errno; -EIO for a short one */
int vfio_pread(struct vfio *v, uint32_t region, uint64_t offset, void *buf,
	       size_t len);
int vfio_pwrite(struct vfio *v, uint32_t region, uint64_t offset,
		const void *buf, size_t len);
uint64_t vfio_read(struct vfio *v, uint32_t region, uint64_t offset,
		   size_t len);
int vfio_write(struct vfio *v, uint32_t region, uint64_t offset, size_t len,
	       uint64_t value);

/* Where huge pages fit, if any; MAP_FAILED with errno set when it fails */
void *vfio_mmap(struct vfio *v, uint32_t region, uint64_t offset, size_t len);

/* Connect an interrupt to an eventfd, -1 to disconnect */
int vfio_set_eventfd(struct vfio *v, uint32_t index, uint32_t start, int fd);
int vfio_reset(struct vfio *v);

/* PCI and CXL: offset of a capability, 0 if there is none */
uint32_t vfio_find_cap(struct vfio *v, uint8_t id);
uint32_t vfio_find_ext_cap(struct vfio *v, uint16_t id, int dvsec);

/*
 * One exchange by the DOE mailbox, with one dword of payload: dwords of the
 * response without its two of header, or a negative errno.
 */
int vfio_doe(struct vfio *v, uint16_t vendor, uint8_t type, uint32_t payload,
	     uint32_t *response, unsigned int max);

/* What firmware or a driver does first */
int vfio_enable_memory(struct vfio *v, bool on);
int vfio_enable_cxl_mem(struct vfio *v, bool on);

/* HDM decoder registers, by way of the COMP_REGS region */
#define HDM_CAP			0x00
#define HDM_GLOBAL		0x04
#define HDM_GLOBAL_ENABLE	(1u << 1)
#define HDM_BASE(i)		(0x10 + 0x20 * (i))
#define HDM_SIZE(i)		(0x18 + 0x20 * (i))
#define HDM_CTRL(i)		(0x20 + 0x20 * (i))
#define HDM_SKIP(i)		(0x24 + 0x20 * (i))
#define HDM_CTRL_LOCK		(1u << 8)
#define HDM_CTRL_COMMIT		(1u << 9)
#define HDM_CTRL_COMMITTED	(1u << 10)
#define HDM_CTRL_ERROR		(1u << 11)

uint32_t vfio_hdm_read(struct vfio *v, uint32_t reg);
int vfio_hdm_write(struct vfio *v, uint32_t reg, uint32_t value);
/* Program and commit; returns the control register, or a negative errno */
int64_t vfio_hdm_commit(struct vfio *v, unsigned int i, uint64_t base,
			uint64_t size);
int vfio_hdm_uncommit(struct vfio *v, unsigned int i);

/*
 * Both ways to the first @size bytes of memory: memory space; CXL.mem, with
 * decoder 0 committed to them if it is not
 */
int vfio_enable_all(struct vfio *v, uint64_t size);

/* What a guest resets and powers down by; they are complete on return */
int vfio_set_power(struct vfio *v, unsigned int state);
int vfio_flr(struct vfio *v);
int vfio_cxl_reset(struct vfio *v, bool clear);

#endif /* VFIO_CLIENT_VFIO_H */
