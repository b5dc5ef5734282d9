/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mdev-cxl: share one CXL Type-2 accelerator between several guests.
 *
 * This is what a parent driver, the owner of the physical device, sees of the
 * framework. See Documentation/parent-drivers.rst for a walk-through.
 */
#ifndef _LINUX_MDEV_CXL_H
#define _LINUX_MDEV_CXL_H

#include <linux/range.h>
#include <linux/sizes.h>
#include <linux/types.h>

struct device;
struct mdev_cxl_parent;
struct module;

/**
 * define MDEV_CXL_GRANULE - bytes that a partition is a multiple of
 *
 * 256 MiB: base and size fields of CXL DVSEC ranges and HDM decoders have address
 * bits 28 and up (CXL r3.1 8.1.3.8 and 8.2.4.20).
 */
#define MDEV_CXL_GRANULE	SZ_256M

/**
 * define MDEV_CXL_MAX_SIZE - bytes that a partition may have
 *
 * 1 TiB: a VFIO region ends where the next one begins.
 */
#define MDEV_CXL_MAX_SIZE	SZ_1T

/**
 * define MDEV_CXL_MAX_DECODERS - HDM decoders that a partition may have: 10
 *
 * Of the counts that the capability register encodes (CXL r3.1 8.2.4.20.1) a
 * partition has 1, 2, 4, 6, 8 or 10.
 */
#define MDEV_CXL_MAX_DECODERS	10

/**
 * define MDEV_CXL_MAX_TYPES - types that a parent driver may take as a module
 *	parameter: 16
 */
#define MDEV_CXL_MAX_TYPES	16

/**
 * define MDEV_CXL_SUBSYSTEM_DEVICE - PCI subsystem ID for parents that have none of
 *	their own to tell a partition from a whole device: "MC", 0x4d43
 */
#define MDEV_CXL_SUBSYSTEM_DEVICE	0x4d43

/**
 * define MDEV_CXL_MAX_VECTORS - MSI-X vectors that a partition may have: 64
 */
#define MDEV_CXL_MAX_VECTORS	64

/**
 * define MDEV_CXL_MAX_REGS - bytes of function registers of a partition: 64 KiB
 */
#define MDEV_CXL_MAX_REGS	SZ_64K

/**
 * struct mdev_cxl_identity - PCI identity that the partitions show
 * @vendor: PCI vendor ID, that of the physical function, so that the vendor's
 *	guest driver binds
 * @device: PCI device ID
 * @subsystem_vendor: PCI subsystem vendor ID
 * @subsystem_device: PCI subsystem ID; what tells a partition from a whole
 *	device
 * @class: PCI class code, 24 bits: base class, sub-class, interface
 * @revision: PCI revision ID
 */
struct mdev_cxl_identity {
	u16 vendor;
	u16 device;
	u16 subsystem_vendor;
	u16 subsystem_device;
	u32 class;
	u8 revision;
};

/**
 * struct mdev_cxl_perf - how fast the device memory is, to the guest by CDAT
 * @read_latency: ns, 0 when not known
 * @write_latency: likewise
 * @read_bandwidth: MB/s, 0 when not known
 * @write_bandwidth: likewise
 *
 * As in struct access_coordinate. Figures of the device itself, without its
 * link and the host.
 */
struct mdev_cxl_perf {
	u32 read_latency;
	u32 write_latency;
	u32 read_bandwidth;
	u32 write_bandwidth;
};

/**
 * struct mdev_cxl_type_desc - one kind of partition that a parent offers
 * @size: bytes of device memory, a multiple of MDEV_CXL_GRANULE, at most
 *	MDEV_CXL_MAX_SIZE
 * @decoders: HDM decoders that the guest sees: 1, 2, 4, 6, 8 or 10
 */
struct mdev_cxl_type_desc {
	u64 size;
	unsigned int decoders;
};

/**
 * struct mdev_cxl_partition - a slice of the device, as the parent driver
 *	sees it
 * @parent: the parent that the partition was cut from
 * @dpa: device physical addresses of the partition, both ends inclusive;
 *	vDPA 0 is @dpa.start
 * @drvdata: for the parent driver; set in &mdev_cxl_parent_ops.init
 *
 * Lives from before &mdev_cxl_parent_ops.init to after
 * &mdev_cxl_parent_ops.exit. All but @drvdata is read-only for the parent.
 */
struct mdev_cxl_partition {
	struct mdev_cxl_parent *parent;
	struct range dpa;
	void *drvdata;
};

/**
 * struct mdev_cxl_parent_ops - what a parent driver does for the framework
 * @owner: module of the parent driver, pinned while any partition is open;
 *	NULL when it is built in
 * @get_pfn: page frame of the DPA @dpa. It must have a struct page in the
 *	direct map, write-back, that stays until the parent is unregistered and
 *	is not reserved: a type 1 container of VFIO would take it for MMIO, and
 *	map it for DMA of other devices, for good.
 *	@max_order bounds what the caller can use; the operation stores in
 *	@order the largest order, at most @max_order, such that the naturally
 *	aligned block of that order around the returned frame is one aligned
 *	block of DPA too. Called from page faults, reads and writes, the
 *	clearing thread, mdev_cxl_partition_vaddr(),
 *	mdev_cxl_parent_unpoison() and unregistering, for all partitions at the
 *	same time, until mdev_cxl_unregister_parent() returns. May sleep and
 *	allocate, must not copy from or to user space nor call into the
 *	framework, but for mdev_cxl_parent_drvdata(). Returns 0, -ENOMEM or
 *	-EIO.
 * @next_populated: the first page from @dpa on, below @end, that is there;
 *	@end when there is none. Optional, for a parent that takes memory on
 *	first touch: what was never touched reads zero, and need not be
 *	cleared. Same context as @get_pfn.
 * @init: a partition is created. Optional. May sleep; an error refuses the
 *	partition with that errno. None of the framework's locks is held. The
 *	mdev core holds the one that keeps parents from being unregistered:
 *	must not unregister the parent.
 * @exit: the partition goes. Optional. It is not started. Same context as
 *	@init.
 * @stop: stop all work of the partition and drop what is queued. When it
 *	returns the device touches no byte of the partition's memory and
 *	raises none of its interrupts until @start. After @pause there is
 *	nothing to stop, and the device may be in reset or gone. Needed when
 *	&mdev_cxl_parent_desc.regs_size is not 0, or there is @start. May sleep.
 *	Called with locks held that page faults and register operations of the
 *	partition wait for, and mdev_cxl_parent_reset_prepare() as well: must
 *	not wait for a reset of the device.
 * @start: the partition's function registers take their reset values and
 *	work may be accepted. Optional. Same context as @stop.
 * @pause: the function is in D3hot, or the device is about to be reset or is
 *	lost: as @stop, but what is queued and the function registers stay as
 *	they are. @resume comes next, or @stop when they are not needed any
 *	more. Needed when there is @stop. Same context as @stop.
 * @resume: go on where @pause was. Needed when there is @stop. Same context as
 *	@stop.
 * @reg_read: read @size bytes (1, 2, 4 or 8, naturally aligned) of the
 *	partition's function registers at @offset, in CPU byte order. May
 *	sleep; calls for one partition may be concurrent, and come only
 *	between @start and @stop, not from @pause to @resume. Must not copy
 *	from or to user space. Needed when &mdev_cxl_parent_desc.regs_size is
 *	not 0.
 * @reg_write: write, likewise.
 *
 * From @stop, @start, @pause, @resume, @reg_read and @reg_write a parent driver
 * may call mdev_cxl_parent_drvdata(), mdev_cxl_partition_signal(),
 * mdev_cxl_partition_is_clean(), mdev_cxl_copy_from_memory() and
 * mdev_cxl_partition_vaddr(), which may return -EAGAIN. All else of the framework
 * takes locks that are held then: report errors from a work item.
 */
struct mdev_cxl_parent_ops {
	struct module *owner;
	int (*get_pfn)(struct mdev_cxl_parent *parent, u64 dpa,
		       unsigned int max_order, unsigned long *pfn,
		       unsigned int *order);
	u64 (*next_populated)(struct mdev_cxl_parent *parent, u64 dpa,
			      u64 end);
	int (*init)(struct mdev_cxl_partition *part);
	void (*exit)(struct mdev_cxl_partition *part);
	void (*stop)(struct mdev_cxl_partition *part);
	void (*start)(struct mdev_cxl_partition *part);
	void (*pause)(struct mdev_cxl_partition *part);
	void (*resume)(struct mdev_cxl_partition *part);
	u64 (*reg_read)(struct mdev_cxl_partition *part, u32 offset,
			unsigned int size);
	void (*reg_write)(struct mdev_cxl_partition *part, u32 offset,
			  unsigned int size, u64 value);
};

/**
 * struct mdev_cxl_parent_desc - what a parent driver registers
 * @dev: the physical device; becomes the mdev parent
 * @ops: the parent driver's operations
 * @drvdata: for the parent driver, see mdev_cxl_parent_drvdata()
 * @identity: PCI identity of the partitions
 * @dpa_size: bytes of device memory to carve; DPA 0 is the first. What is
 *	above the last whole MDEV_CXL_GRANULE is not used
 * @types: kinds of partitions offered, or NULL for the whole of @dpa_size, but
 *	no more than MDEV_CXL_MAX_SIZE, and its halves down to a sixteenth,
 *	rounded down to whole granules, with one decoder each
 * @nr_types: entries of @types
 * @nr_vectors: MSI-X vectors of each partition, 1 to MDEV_CXL_MAX_VECTORS
 * @regs_size: bytes of function registers of each partition, 0 to
 *	MDEV_CXL_MAX_REGS, a multiple of 8
 * @reset_timeout: time a guest must grant a CXL reset, encoded as in the
 *	DVSEC CXL Capability register (CXL r3.1 8.1.3.1): 0 to 4 stand for
 *	10 ms, 100 ms, 1 s, 10 s and 100 s
 * @perf: performance of the memory
 * @cache_capable: the device has a coherent cache of host memory (CXL.cache)
 * @zeroed: all of the memory reads zero at registration; otherwise the
 *	framework clears it before a guest sees it
 *
 * Copied by mdev_cxl_register_parent(), @types with it.
 */
struct mdev_cxl_parent_desc {
	struct device *dev;
	const struct mdev_cxl_parent_ops *ops;
	void *drvdata;
	struct mdev_cxl_identity identity;
	u64 dpa_size;
	const struct mdev_cxl_type_desc *types;
	unsigned int nr_types;
	unsigned int nr_vectors;
	u32 regs_size;
	u8 reset_timeout;
	struct mdev_cxl_perf perf;
	bool cache_capable;
	bool zeroed;
};

int mdev_cxl_parse_type(struct device *dev, const char *text,
			struct mdev_cxl_type_desc *type);

struct mdev_cxl_parent *
mdev_cxl_register_parent(const struct mdev_cxl_parent_desc *desc);
void mdev_cxl_unregister_parent(struct mdev_cxl_parent *parent);
struct mdev_cxl_parent *mdev_cxl_parent_get(struct mdev_cxl_parent *parent);
void mdev_cxl_parent_put(struct mdev_cxl_parent *parent);
void *mdev_cxl_parent_drvdata(const struct mdev_cxl_parent *parent);

void mdev_cxl_parent_reset_prepare(struct mdev_cxl_parent *parent);
void mdev_cxl_parent_reset_done(struct mdev_cxl_parent *parent);
void mdev_cxl_parent_reset_cancel(struct mdev_cxl_parent *parent);
bool mdev_cxl_parent_is_blocked(struct mdev_cxl_parent *parent);
void mdev_cxl_parent_failed(struct mdev_cxl_parent *parent);

int mdev_cxl_parent_poison(struct mdev_cxl_parent *parent, u64 dpa, u64 len);
int mdev_cxl_parent_unpoison(struct mdev_cxl_parent *parent, u64 dpa, u64 len);
int mdev_cxl_parent_ras(struct mdev_cxl_parent *parent, u64 dpa,
			u32 uncorrectable, u32 correctable);

void mdev_cxl_partition_signal(struct mdev_cxl_partition *part,
			       unsigned int vector);
bool mdev_cxl_partition_is_clean(struct mdev_cxl_partition *part, u64 vdpa,
				 size_t len);
void *mdev_cxl_partition_vaddr(struct mdev_cxl_partition *part, u64 vdpa,
			       size_t *len);
int mdev_cxl_copy_from_memory(void *to, void *mem, size_t len);

#endif /* _LINUX_MDEV_CXL_H */
