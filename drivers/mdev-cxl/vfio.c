// SPDX-License-Identifier: GPL-2.0-only
/*
 * User space's way in: the operations of the VFIO device. One short handler
 * for each ioctl, and one table of regions.
 */
#include <linux/align.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vfio_pci_core.h>

#include <uapi/linux/vfio_mdev_cxl.h>

#include "instance.h"
#include "parent.h"

/**
 * struct region - one VFIO region
 * @flags: VFIO_REGION_INFO_FLAG_*
 * @subtype: of the CXL regions, else 0
 * @span: an access is cut where it crosses a multiple of this, a power of two,
 *	and handed on in these pieces
 * @align: an access must start at a multiple of this, a power of two, and be
 *	one long; 0 for any
 * @window: what mmap() of the region goes through
 * @bytes: size of the region, if it is the same for every instance
 * @size: else, its size
 * @rw: read or write a piece inside the region; the buffer is the kernel's
 */
struct region {
	u32 flags;
	u32 subtype;
	unsigned int span;
	unsigned int align;
	enum mcxl_window window;
	u64 bytes;
	u64 (*size)(struct mcxl_instance *inst);
	int (*rw)(struct mcxl_instance *inst, u64 pos, void *buf, size_t len,
		  bool write);
};

#define REGION_RW	(VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE)
#define REGION_RWM	(REGION_RW | VFIO_REGION_INFO_FLAG_MMAP)

/* Registers of the function model; cfg_lock held */
static void model_rw(struct mcxl_instance *inst, enum mcxl_space space,
		     u64 pos, void *buf, size_t len, bool write)
{
	u32 effects;

	lockdep_assert_held(&inst->cfg_lock);
	if (!write) {
		mcxl_function_read(inst->function, space, pos, buf, len);
		return;
	}
	effects = mcxl_function_write(inst->function, space, pos, buf, len);
	if (effects)
		mcxl_instance_effects(inst, effects);
}

/* Do the BARs answer? cfg_lock held, under which memory only changes */
static int check_bars(struct mcxl_instance *inst)
{
	lockdep_assert_held(&inst->cfg_lock);
	if (inst->memory.bars && !inst->blocked)
		return 0;
	return mcxl_memory_unreachable(inst);
}

static int config_rw(struct mcxl_instance *inst, u64 pos, void *buf,
		     size_t len, bool write)
{
	guard(mutex)(&inst->cfg_lock);
	model_rw(inst, MCXL_SPACE_CONFIG, pos, buf, len, write);
	return 0;
}

static int component_rw(struct mcxl_instance *inst, u64 pos, void *buf,
			size_t len, bool write)
{
	int rc;

	guard(mutex)(&inst->cfg_lock);
	rc = check_bars(inst);
	if (rc)
		return rc;
	model_rw(inst, MCXL_SPACE_COMPONENT, pos, buf, len, write);
	return 0;
}

/*
 * The HDM decoder block once more, for the VMM: it answers at all times. Where it
 * is, and how large, stays as long as the function is open.
 */
static u64 comp_regs_size(struct mcxl_instance *inst)
{
	u32 offset, size;

	mcxl_function_hdm_block(inst->function, &offset, &size);
	return size;
}

static int comp_regs_rw(struct mcxl_instance *inst, u64 pos, void *buf,
			size_t len, bool write)
{
	u32 offset, size;

	guard(mutex)(&inst->cfg_lock);
	mcxl_function_hdm_block(inst->function, &offset, &size);
	model_rw(inst, MCXL_SPACE_COMPONENT, offset + pos, buf, len, write);
	return 0;
}

static u64 aperture_size(struct mcxl_instance *inst)
{
	return mcxl_function_bar_size(inst->function, MCXL_BAR_APERTURE);
}

static int aperture_rw(struct mcxl_instance *inst, u64 pos, void *buf,
		       size_t len, bool write)
{
	u64 size = mcxl_instance_size(inst);
	int rc;

	/* The partition is whole pages, so a piece is inside or outside */
	if (pos < size)
		return mcxl_memory_rw(inst, MCXL_WINDOW_APERTURE,
				      array_index_nospec(pos, size), buf, len,
				      write);
	guard(mutex)(&inst->cfg_lock);
	rc = check_bars(inst);
	if (rc)
		return rc;
	if (!write)
		memset(buf, 0xff, len);
	return 0;
}

static u64 hdm_size(struct mcxl_instance *inst)
{
	return mcxl_instance_size(inst);
}

static int hdm_rw(struct mcxl_instance *inst, u64 pos, void *buf, size_t len,
		  bool write)
{
	return mcxl_memory_rw(inst, MCXL_WINDOW_HDM, pos, buf, len, write);
}

/* One naturally aligned access to the parent's registers for the partition */
static void parent_reg_rw(struct mcxl_instance *inst, u32 offset, void *buf,
			  unsigned int size, bool write)
{
	const struct mdev_cxl_parent_ops *ops = inst->part.parent->desc.ops;
	u64 value = 0;

	if (write) {
		memcpy(&value, buf, size);
		ops->reg_write(&inst->part, offset, size,
			       le64_to_cpu((__force __le64)value));
	} else {
		value = (__force u64)cpu_to_le64(ops->reg_read(&inst->part,
							       offset, size));
		memcpy(buf, &value, size);
	}
}

static int parent_regs_rw(struct mcxl_instance *inst, u32 offset, void *buf,
			  size_t len, bool write)
{
	/* Against stop: later accesses find the engine stopped */
	guard(rwsem_read)(&inst->memory_lock);
	if (!inst->memory.bars || inst->blocked)
		return mcxl_memory_unreachable(inst);

	while (len) {
		unsigned int size = rounddown_pow_of_two(len);

		/* Offset 0 is aligned to anything; here size is at most 8 */
		size = min(size, 1U << __ffs(offset | 8));
		parent_reg_rw(inst, offset, buf, size, write);
		offset += size;
		buf += size;
		len -= size;
	}
	return 0;
}

static int function_rw(struct mcxl_instance *inst, u64 pos, void *buf,
		       size_t len, bool write)
{
	u32 regs_size = inst->part.parent->desc.regs_size;
	int rc;

	if (pos >= MCXL_REGS_OFFSET && pos < MCXL_REGS_OFFSET + regs_size) {
		u32 offset = array_index_nospec(pos - MCXL_REGS_OFFSET,
						regs_size);

		return parent_regs_rw(inst, offset, buf, len, write);
	}

	guard(mutex)(&inst->cfg_lock);
	rc = check_bars(inst);
	if (rc)
		return rc;
	if (pos < MCXL_MSIX_SIZE)
		model_rw(inst, MCXL_SPACE_MSIX, pos, buf, len, write);
	else if (!write)
		memset(buf, 0, len);
	return 0;
}

/* All of a partition is in front of the next region */
static_assert(VFIO_PCI_OFFSET_MASK + 1 == MDEV_CXL_MAX_SIZE);

static const struct region regions[MCXL_NUM_REGIONS] = {
	[VFIO_PCI_BAR0_REGION_INDEX + MCXL_BAR_COMPONENT] = {
		.flags = REGION_RW,
		.span = 4,
		.bytes = MCXL_COMPONENT_SIZE,
		.rw = component_rw,
	},
	[VFIO_PCI_BAR0_REGION_INDEX + MCXL_BAR_APERTURE] = {
		.flags = REGION_RWM,
		.span = PAGE_SIZE,
		.window = MCXL_WINDOW_APERTURE,
		.size = aperture_size,
		.rw = aperture_rw,
	},
	[VFIO_PCI_BAR0_REGION_INDEX + MCXL_BAR_FUNCTION] = {
		.flags = REGION_RW,
		.span = 8,
		.bytes = MCXL_FUNCTION_BAR_SIZE,
		.rw = function_rw,
	},
	[VFIO_PCI_CONFIG_REGION_INDEX] = {
		.flags = REGION_RW,
		.span = 4,
		.bytes = MCXL_CONFIG_SIZE,
		.rw = config_rw,
	},
	[MCXL_HDM_REGION_INDEX] = {
		.flags = REGION_RWM,
		.subtype = VFIO_REGION_SUBTYPE_CXL_HDM,
		.span = PAGE_SIZE,
		.window = MCXL_WINDOW_HDM,
		.size = hdm_size,
		.rw = hdm_rw,
	},
	[MCXL_COMP_REGION_INDEX] = {
		.flags = REGION_RW,
		.subtype = VFIO_REGION_SUBTYPE_CXL_COMP_REGS,
		.span = 4,
		.align = 4,
		.size = comp_regs_size,
		.rw = comp_regs_rw,
	},
};

/* The region of that index, or NULL: there is none, or it is empty */
static const struct region *get_region(u64 index)
{
	const struct region *region;

	if (index >= MCXL_NUM_REGIONS)
		return NULL;
	region = &regions[array_index_nospec(index, MCXL_NUM_REGIONS)];
	return region->rw ? region : NULL;
}

static u64 region_size(struct mcxl_instance *inst, const struct region *region)
{
	return region->bytes ?: region->size(inst);
}

/*
 * Most accesses are a dword, which is copied separately: that costs a third of a copy
 * whose length the compiler does not know.
 */
static bool is_dword(const void __user *buf, size_t len)
{
	return len == sizeof(u32) && IS_ALIGNED((unsigned long)buf, len);
}

static bool copy_in(void *bounce, const void __user *buf, size_t len)
{
	if (is_dword(buf, len))
		return !get_user(*(u32 *)bounce, (const u32 __user *)buf);
	return !copy_from_user(bounce, buf, len);
}

static bool copy_out(void __user *buf, const void *bounce, size_t len)
{
	if (is_dword(buf, len))
		return !put_user(*(const u32 *)bounce, (u32 __user *)buf);
	return !copy_to_user(buf, bounce, len);
}

/* A call of @region->rw by one of few threads of the VMM */
static int region_rw(struct mcxl_instance *inst, const struct region *region,
		     u64 pos, void *bounce, size_t len, bool write)
{
	int rc = mcxl_throttle_enter_killable(inst);

	if (rc)
		return rc;
	rc = region->rw(inst, pos, bounce, len, write);
	mcxl_throttle_leave(inst);
	return rc;
}

/* One piece, through @bounce: no user copy under a lock of ours */
static int rw_piece(struct mcxl_instance *inst, const struct region *region,
		    u64 pos, void *bounce, char __user *buf, size_t len,
		    bool write)
{
	int rc;

	if (write && !copy_in(bounce, buf, len))
		return -EFAULT;
	rc = region_rw(inst, region, pos, bounce, len, write);
	while (rc == -EAGAIN)
		rc = mcxl_memory_wait(inst) ?:
		     region_rw(inst, region, pos, bounce, len, write);
	if (rc)
		return rc;
	if (!write && !copy_out(buf, bounce, len))
		return -EFAULT;
	return 0;
}

static ssize_t rw(struct mcxl_instance *inst, char __user *buf, size_t count,
		  loff_t *ppos, bool write)
{
	const struct region *region =
		get_region(VFIO_PCI_OFFSET_TO_INDEX(*ppos));
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK, size;
	size_t done = 0;
	u64 small;
	int rc = 0;

	if (!count)
		return 0;
	if (!region)
		return -EINVAL;
	size = region_size(inst, region);
	if (pos >= size)
		return -EINVAL;
	pos = array_index_nospec(pos, size);
	count = min(count, size - pos);
	if (region->align && !IS_ALIGNED(pos | count, region->align))
		return -EINVAL;

	void *page __free(kfree) = NULL;

	if (region->span > sizeof(small)) {
		page = kmalloc(region->span, GFP_KERNEL_ACCOUNT);
		if (!page)
			return -ENOMEM;
	}

	for (;;) {
		size_t len = min(count - done,
				 region->span - (pos & (region->span - 1)));

		rc = rw_piece(inst, region, pos, page ?: &small, buf + done,
			      len, write);
		if (rc)
			break;
		pos += len;
		done += len;
		if (done == count || fatal_signal_pending(current))
			break;
		cond_resched();
	}

	if (!done)
		return rc;
	*ppos += done;
	return done;
}

static ssize_t mcxl_vfio_read(struct vfio_device *vdev, char __user *buf,
			      size_t count, loff_t *ppos)
{
	return rw(to_mcxl_instance(vdev), buf, count, ppos, false);
}

static ssize_t mcxl_vfio_write(struct vfio_device *vdev,
			       const char __user *buf, size_t count,
			       loff_t *ppos)
{
	return rw(to_mcxl_instance(vdev), (char __user *)buf, count, ppos,
		  true);
}

static int mcxl_vfio_mmap(struct vfio_device *vdev, struct vm_area_struct *vma)
{
	u64 index = vma->vm_pgoff >> (VFIO_PCI_OFFSET_SHIFT - PAGE_SHIFT);
	const struct region *region = get_region(index);

	if (!region || !(region->flags & VFIO_REGION_INFO_FLAG_MMAP))
		return -EINVAL;
	return mcxl_memory_mmap(to_mcxl_instance(vdev), vma, region->window);
}

static int add_type_cap(struct vfio_info_cap *caps, u32 subtype)
{
	struct vfio_region_info_cap_type cap = {
		.header.id = VFIO_REGION_INFO_CAP_TYPE,
		.header.version = 1,
		.type = VFIO_REGION_TYPE_CXL,
		.subtype = subtype,
	};

	return vfio_info_add_capability(caps, &cap.header, sizeof(cap));
}

/* What of an aperture, rounded up to a power of two, is there to be mapped */
static int add_sparse_cap(struct vfio_info_cap *caps, u64 size)
{
	struct {
		struct vfio_region_info_cap_sparse_mmap cap;
		struct vfio_region_sparse_mmap_area area;
	} sparse = {
		.cap.header.id = VFIO_REGION_INFO_CAP_SPARSE_MMAP,
		.cap.header.version = 1,
		.cap.nr_areas = 1,
		.area.size = size,
	};

	return vfio_info_add_capability(caps, &sparse.cap.header,
					sizeof(sparse));
}

static int mcxl_vfio_get_region_info(struct vfio_device *vdev,
				     struct vfio_region_info *info,
				     struct vfio_info_cap *caps)
{
	struct mcxl_instance *inst = to_mcxl_instance(vdev);
	const struct region *region = get_region(info->index);
	int rc;

	if (info->index >= MCXL_NUM_REGIONS ||
	    info->index == VFIO_PCI_VGA_REGION_INDEX)
		return -EINVAL;

	info->offset = VFIO_PCI_INDEX_TO_OFFSET(info->index);
	info->size = region ? region_size(inst, region) : 0;
	info->flags = region ? region->flags : 0;
	if (!region)
		return 0;

	if (region->subtype) {
		rc = add_type_cap(caps, region->subtype);
		if (rc)
			return rc;
	}
	if (region->flags & VFIO_REGION_INFO_FLAG_MMAP &&
	    info->size > mcxl_instance_size(inst))
		return add_sparse_cap(caps, mcxl_instance_size(inst));
	return 0;
}

static int add_cxl_cap(struct mcxl_instance *inst, struct vfio_info_cap *caps)
{
	struct vfio_device_info_cap_cxl cap = {
		.header.id = VFIO_DEVICE_INFO_CAP_CXL,
		.header.version = 1,
		.hdm_region_idx = MCXL_HDM_REGION_INDEX,
		.comp_reg_region_idx = MCXL_COMP_REGION_INDEX,
		.comp_reg_bar = MCXL_BAR_COMPONENT,
	};
	u32 offset, size;

	mcxl_function_hdm_block(inst->function, &offset, &size);
	cap.comp_reg_offset = offset;
	cap.comp_reg_size = size;
	return vfio_info_add_capability(caps, &cap.header, sizeof(cap));
}

static long get_info(struct mcxl_instance *inst,
		     struct vfio_device_info __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_device_info, num_irqs);
	struct vfio_info_cap caps = {};
	struct vfio_device_info info;
	int rc;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz)
		return -EINVAL;
	minsz = min_t(size_t, info.argsz, sizeof(info));

	rc = add_cxl_cap(inst, &caps);
	if (rc)
		return rc;

	void *buf __free(kfree) = caps.buf;

	info.flags = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET |
		     VFIO_DEVICE_FLAGS_CXL | VFIO_DEVICE_FLAGS_CAPS;
	info.num_regions = MCXL_NUM_REGIONS;
	info.num_irqs = VFIO_PCI_NUM_IRQS;
	info.cap_offset = 0;
	info.pad = 0;
	if (info.argsz < sizeof(info) + caps.size) {
		info.argsz = sizeof(info) + caps.size;
	} else {
		vfio_info_cap_shift(&caps, sizeof(info));
		if (copy_to_user(arg + 1, buf, caps.size))
			return -EFAULT;
		info.cap_offset = sizeof(info);
	}
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static long reset(struct mcxl_instance *inst)
{
	int rc = mcxl_throttle_enter_killable(inst);

	if (rc)
		return rc;
	mcxl_instance_reset(inst, MCXL_RESET_CONVENTIONAL);
	mcxl_throttle_leave(inst);
	return 0;
}

static long mcxl_vfio_ioctl(struct vfio_device *vdev, unsigned int cmd,
			    unsigned long arg)
{
	struct mcxl_instance *inst = to_mcxl_instance(vdev);
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return get_info(inst, uarg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return mcxl_irq_get_info(inst, uarg);
	case VFIO_DEVICE_SET_IRQS:
		return mcxl_irq_set(inst, uarg);
	case VFIO_DEVICE_RESET:
		return reset(inst);
	default:
		return -ENOTTY;
	}
}

static int mcxl_vfio_open(struct vfio_device *vdev)
{
	return mcxl_instance_open(to_mcxl_instance(vdev));
}

static void mcxl_vfio_close(struct vfio_device *vdev)
{
	struct mcxl_instance *inst = to_mcxl_instance(vdev);

	mcxl_irq_release(inst);
	mcxl_instance_close(inst);
}

static void mcxl_vfio_request(struct vfio_device *vdev, unsigned int count)
{
	bool asked = mcxl_irq_request(to_mcxl_instance(vdev));

	/* Called again every 10 s until the device is closed */
	if (count % 10)
		return;
	if (asked)
		dev_notice(vdev->dev, "removal waits for the user, who is asked to close it\n");
	else
		dev_notice(vdev->dev, "removal waits for the user, who has set up no request interrupt\n");
}

const struct vfio_device_ops mcxl_vfio_ops = {
	.name = "mdev_cxl",
	.bind_iommufd = vfio_iommufd_emulated_bind,
	.unbind_iommufd = vfio_iommufd_emulated_unbind,
	.attach_ioas = vfio_iommufd_emulated_attach_ioas,
	.detach_ioas = vfio_iommufd_emulated_detach_ioas,
	.open_device = mcxl_vfio_open,
	.close_device = mcxl_vfio_close,
	.read = mcxl_vfio_read,
	.write = mcxl_vfio_write,
	.mmap = mcxl_vfio_mmap,
	.ioctl = mcxl_vfio_ioctl,
	.get_region_info_caps = mcxl_vfio_get_region_info,
	.request = mcxl_vfio_request,
};
