/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * VFIO user API of CXL functions. A draft: it follows the vfio-cxl series, which
 * is not merged, and may change with it. The device capability is that of version 3
 * of the series, the rules for access to the component registers those of version 4.
 *
 * To a VMM that knows none of this the device is one of vfio-pci.
 */
#ifndef _UAPI_LINUX_VFIO_MDEV_CXL_H
#define _UAPI_LINUX_VFIO_MDEV_CXL_H

#include <linux/types.h>
#include <linux/vfio.h>

/* struct vfio_device_info.flags: a CXL function, see the capability */
#ifndef VFIO_DEVICE_FLAGS_CXL
#define VFIO_DEVICE_FLAGS_CXL		0x200
#endif

/*
 * Capability of VFIO_DEVICE_GET_INFO: where the CXL parts of the device are.
 *
 * flags:		none yet
 * hdm_region_idx:	region with the device memory; offset in it is vDPA
 * comp_reg_region_idx:	region with the HDM decoder capability structure
 * comp_reg_bar:	BAR that holds the component registers
 * comp_reg_offset:	offset of that structure in the BAR
 * comp_reg_size:	its bytes, those of the region
 */
#ifndef VFIO_DEVICE_INFO_CAP_CXL
#define VFIO_DEVICE_INFO_CAP_CXL	6
struct vfio_device_info_cap_cxl {
	struct vfio_info_cap_header header;
	__u32 flags;
	__u32 hdm_region_idx;
	__u32 comp_reg_region_idx;
	__u32 comp_reg_bar;
	__u32 reserved[2];
	__aligned_u64 comp_reg_offset;
	__aligned_u64 comp_reg_size;
};
#endif

/* VFIO_REGION_INFO_CAP_TYPE: type is the PCI vendor ID of the CXL consortium */
#define VFIO_REGION_TYPE_CXL	(VFIO_REGION_TYPE_PCI_VENDOR_TYPE | 0x1e98)

/* Device memory by vDPA: read, write, mmap */
#define VFIO_REGION_SUBTYPE_CXL_HDM		1
/* HDM decoder capability structure: aligned dwords, no mmap */
#define VFIO_REGION_SUBTYPE_CXL_COMP_REGS	2

#endif /* _UAPI_LINUX_VFIO_MDEV_CXL_H */
