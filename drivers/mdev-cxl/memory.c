// SPDX-License-Identifier: GPL-2.0-only
/*
 * Access to the memory of a partition: mappings and their faults, reads and
 * writes, and the zap that takes mappings away.
 *
 * There are two windows onto the same vDPA. The aperture is a BAR and answers
 * like one: memory space enable and power state. The HDM region is what a
 * CXL-aware VMM maps behind the guest's decoders: CXL.mem must be on, and a
 * committed decoder must cover the address.
 *
 * A fault takes the memory lock for reading, and inside of it another lock to insert
 * its page, see map(). Whatever narrows access zaps and changes inst->memory under the
 * memory lock for writing, so a later fault sees the change, and what an earlier one
 * has mapped is gone. That holds for all causes: memory space enable, Mem_Enable,
 * decoders and D3hot by mcxl_memory_update(), resets of the function and of the
 * device, and poison. Removal has nothing to zap: a mapping holds the file open, and
 * VFIO waits for the last close.
 *
 * A fault maps as much as fits: PUD, PMD, PTE. For that the virtual address,
 * the vDPA and the page frame must be equal modulo the size of the page. A
 * region starts at a multiple of 2^40 and stands for vDPA 0, and a partition
 * that has room for a gigabyte starts at one of DPA, see mcxl_dpa_align(). The rest
 * depends on where user space puts the mapping, and where the parent has its memory.
 */
#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/file.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nospec.h>
#include <linux/overflow.h>
#include <linux/pagemap.h>
#include <linux/pgtable.h>
#include <linux/ratelimit.h>
#include <linux/uaccess.h>
#include <linux/vfio_pci_core.h>

#include "instance.h"
#include "parent.h"

static const unsigned int window_region[] = {
	[MCXL_WINDOW_APERTURE] = VFIO_PCI_BAR2_REGION_INDEX,
	[MCXL_WINDOW_HDM] = MCXL_HDM_REGION_INDEX,
};

static bool hdm_covers(const struct mcxl_memory *mem, u64 vdpa, u64 len)
{
	unsigned int i;

	for (i = 0; i < mem->nr_decodes; i++) {
		const struct mcxl_decode *dec = &mem->decode[i];

		if (vdpa >= dec->vdpa && len <= dec->size &&
		    vdpa - dec->vdpa <= dec->size - len)
			return true;
	}
	return false;
}

/* May [vdpa, vdpa + len), which is inside the partition, be touched now? */
static bool reachable(struct mcxl_instance *inst, enum mcxl_window window,
		      u64 vdpa, u64 len)
{
	const struct mcxl_memory *mem = &inst->memory;

	lockdep_assert_held(&inst->memory_lock);

	if (inst->blocked)
		return false;
	if (window == MCXL_WINDOW_APERTURE)
		return mem->bars;
	return mem->hdm && hdm_covers(mem, vdpa, len);
}

/**
 * mcxl_memory_unreachable - the error of an access that can't reach the memory
 * @inst: the instance, memory_lock or cfg_lock held
 *
 * Return: -EAGAIN while mcxl_instance_patience() says that it may be there again
 * soon, else -EIO
 */
int mcxl_memory_unreachable(const struct mcxl_instance *inst)
{
	return mcxl_instance_patience(inst) ? -EAGAIN : -EIO;
}

/**
 * mcxl_memory_wait - wait where mcxl_memory_unreachable() has said -EAGAIN
 * @inst: the instance; the caller holds no lock
 *
 * Return: 0: try again; or -ERESTARTSYS
 */
int mcxl_memory_wait(struct mcxl_instance *inst)
{
	long rc = wait_event_interruptible_timeout(inst->held_wait,
						   !READ_ONCE(inst->held),
						   mcxl_instance_patience(inst));

	return min(rc, 0);
}

static void zap_range(struct mcxl_instance *inst, enum mcxl_window window,
		      u64 vdpa, u64 len)
{
	u64 region = VFIO_PCI_INDEX_TO_OFFSET(window_region[window]);

	lockdep_assert_held_write(&inst->memory_lock);
	unmap_mapping_range(inst->vdev.inode->i_mapping, region + vdpa, len,
			    true);
}

/*
 * A zap looks at each mapping, and a reset of the device at those of all
 * instances, one after the other: no VMM may have so many that others wait.
 */
#define MCXL_MAX_MAPPINGS	64

static const struct mcxl_mapped nothing_mapped = { .start = U64_MAX };

/*
 * Linux looks at all page tables of a range, most of them empty in a large
 * partition of which little is in use. So zap only where something can be mapped.
 */
static void zap(struct mcxl_instance *inst, enum mcxl_window window)
{
	struct mcxl_mapped *mapped = &inst->mapped[window];

	lockdep_assert_held_write(&inst->memory_lock);
	if (mapped->start < mapped->end)
		zap_range(inst, window, mapped->start,
			  mapped->end - mapped->start);
	*mapped = nothing_mapped;
}

/* For the next zap */
static void note_mapped(struct mcxl_instance *inst, enum mcxl_window window,
			u64 vdpa, u64 len)
{
	struct mcxl_mapped *mapped = &inst->mapped[window];

	lockdep_assert_held_read(&inst->memory_lock);
	lockdep_assert_held(&inst->map_lock);
	mapped->start = min(mapped->start, vdpa);
	mapped->end = max(mapped->end, vdpa + len);
}

/**
 * mcxl_memory_init - no memory of a new instance is mapped
 * @inst: the instance
 */
void mcxl_memory_init(struct mcxl_instance *inst)
{
	unsigned int i;

	for (i = 0; i < MCXL_NR_WINDOWS; i++)
		inst->mapped[i] = nothing_mapped;
	atomic_set(&inst->mappings_left, MCXL_MAX_MAPPINGS);
}

/**
 * mcxl_memory_zap - take all mappings of the partition away
 * @inst: the instance, memory_lock held for writing
 */
void mcxl_memory_zap(struct mcxl_instance *inst)
{
	zap(inst, MCXL_WINDOW_APERTURE);
	zap(inst, MCXL_WINDOW_HDM);
}

/**
 * mcxl_memory_zap_page - take all mappings of one page away
 * @inst: the instance, memory_lock held for writing
 * @vdpa: first address of the page
 *
 * Where a huge entry maps it, that goes as a whole.
 */
void mcxl_memory_zap_page(struct mcxl_instance *inst, u64 vdpa)
{
	zap_range(inst, MCXL_WINDOW_APERTURE, vdpa, PAGE_SIZE);
	zap_range(inst, MCXL_WINDOW_HDM, vdpa, PAGE_SIZE);
}

/* Is all that @was let through the HDM window still let through? */
static bool hdm_kept(const struct mcxl_memory *was,
		     const struct mcxl_memory *now)
{
	if (!was->hdm)
		return true;
	return now->hdm && now->nr_decodes >= was->nr_decodes &&
	       !memcmp(now->decode, was->decode,
		       was->nr_decodes * sizeof(was->decode[0]));
}

/**
 * mcxl_memory_update - let the memory follow the registers
 * @inst: the instance, cfg_lock held and memory_lock for writing
 *
 * What is not reachable any more is zapped.
 */
void mcxl_memory_update(struct mcxl_instance *inst)
{
	struct mcxl_memory now;

	lockdep_assert_held(&inst->cfg_lock);
	lockdep_assert_held_write(&inst->memory_lock);

	mcxl_function_memory(inst->function, &now);
	if (inst->memory.bars && !now.bars)
		zap(inst, MCXL_WINDOW_APERTURE);
	if (!hdm_kept(&inst->memory, &now))
		zap(inst, MCXL_WINDOW_HDM);
	inst->memory = now;
}

/*
 * Does Linux want a fault for each first write, as for soft-dirty tracking? Then what
 * is inserted is read-only by default. But Linux does not track mappings like ours, and
 * KVM would emulate the guest's stores to what is read-only, as far as it can. So
 * insert what is writable, if the mapping is, in pages that allow that.
 */
static bool is_tracked(const struct vm_area_struct *vma)
{
	return pgprot_val(vma->vm_page_prot) !=
	       pgprot_val(vm_get_page_prot(vma->vm_flags));
}

/* With map_lock held: where there is nothing yet, nothing else is inserted meanwhile */
static bool wants_writable_pmd(const struct vm_fault *vmf)
{
	return is_tracked(vmf->vma) && pmd_none(pmdp_get_lockless(vmf->pmd));
}

/*
 * Huge pages not for writing, even if a write has faulted: another thread may have
 * inserted a page table for smaller pages here meanwhile, and the kernel warns when a
 * huge page for writing meets one. The page is writable all the same, as vm_page_prot
 * says, and a fault that was too late is tried again.
 */
static vm_fault_t insert(struct vm_fault *vmf, unsigned long pfn,
			 unsigned int order)
{
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP) && order == PUD_ORDER)
		return vmf_insert_pfn_pud(vmf, pfn, false);
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) && order == PMD_ORDER)
		return vmf_insert_pfn_pmd(vmf, pfn, wants_writable_pmd(vmf));
	if (!order)
		return vmf_insert_pfn_prot(vmf->vma, vmf->address & PAGE_MASK,
					   pfn,
					   vm_get_page_prot(vmf->vma->vm_flags));
	return VM_FAULT_FALLBACK;
}

/*
 * One fault at a time, so that a small page does not meet a huge one that another
 * thread has just inserted. Linux does not expect that: it reports that it is out
 * of memory, or with CONFIG_DEBUG_VM stops. The small page was for a write, see
 * needs_smaller_page(), or the fault began before the piece was fit for a huge page. If
 * the small page is still needed, the fault is taken again.
 */
static vm_fault_t map(struct mcxl_instance *inst, struct vm_fault *vmf,
		      enum mcxl_window window, u64 vdpa, unsigned long pfn,
		      unsigned int order)
{
	guard(mutex)(&inst->map_lock);
	if (!order && pmd_trans_huge(pmdp_get_lockless(vmf->pmd)))
		return VM_FAULT_NOPAGE;
	note_mapped(inst, window, vdpa, PAGE_SIZE << order);
	return insert(vmf, pfn, order);
}

/* Is there a huge page already, but not for writing? */
static bool is_write_protected(const struct vm_fault *vmf, unsigned int order)
{
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PUD_PFNMAP) && order == PUD_ORDER) {
		pud_t pud = pudp_get(vmf->pud);

		return pud_present(pud) && !pud_write(pud);
	}
	if (IS_ENABLED(CONFIG_ARCH_SUPPORTS_PMD_PFNMAP) && order == PMD_ORDER) {
		pmd_t pmd = pmdp_get_lockless(vmf->pmd);

		return pmd_present(pmd) && !pmd_write(pmd);
	}
	return false;
}

/*
 * A write that a huge page does not allow would fault for ever, as insert() does
 * not change an entry that is there. Linux removes the huge page when we fall back,
 * and smaller pages have a way to become writable. There is none for a gigabyte.
 */
static bool needs_smaller_page(const struct vm_fault *vmf, unsigned int order)
{
	if (order == PUD_ORDER && is_tracked(vmf->vma))
		return true;
	return order && vmf->flags & FAULT_FLAG_WRITE &&
	       is_write_protected(vmf, order);
}

/*
 * For poison the kernel prints a line each time. A VMM that touches poison again and
 * again gets a plain SIGBUS beyond what the log can bear.
 */
static vm_fault_t poisoned(struct mcxl_instance *inst)
{
	return __ratelimit(&inst->poison_limit) ? VM_FAULT_HWPOISON :
						  VM_FAULT_SIGBUS;
}

/*
 * The device is in a reset, or may be about to be, which takes seconds. If there
 * is none after all the memory is as it was, and a guest must not die because it has
 * touched it meanwhile.
 */
static vm_fault_t wait_held(struct mcxl_instance *inst, struct vm_fault *vmf)
{
	struct file *file;

	/* No signal ends the wait of an exiting task any more */
	if (!(vmf->flags & FAULT_FLAG_ALLOW_RETRY) ||
	    current->flags & PF_EXITING)
		return VM_FAULT_SIGBUS;
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;

	/* Without the lock the mapping does not keep the instance */
	file = get_file(vmf->vma->vm_file);
	release_fault_lock(vmf);
	wait_event_killable_timeout(inst->held_wait, !READ_ONCE(inst->held),
				    mcxl_instance_patience(inst));
	fput(file);
	return VM_FAULT_RETRY;
}

/* The result when a block of this order can't be mapped */
static vm_fault_t refusal(unsigned int order)
{
	return order ? VM_FAULT_FALLBACK : VM_FAULT_SIGBUS;
}

static vm_fault_t map_block(struct mcxl_instance *inst, struct vm_fault *vmf,
			    unsigned int order, enum mcxl_window window,
			    u64 vdpa)
{
	const struct mdev_cxl_parent_ops *ops = inst->part.parent->desc.ops;
	vm_fault_t no = refusal(order);
	u64 len = PAGE_SIZE << order;
	unsigned long pfn;
	unsigned int got;
	int rc = 0;

	guard(rwsem_read)(&inst->memory_lock);
	/* No fallback: the smaller page would stay when the wait is over */
	if (!reachable(inst, window, vdpa, len))
		return mcxl_instance_patience(inst) ? VM_FAULT_RETRY : no;

	if (mcxl_poison_find(inst->part.parent, inst->part.dpa.start + vdpa,
			     len) != U64_MAX)
		return order ? VM_FAULT_FALLBACK : poisoned(inst);

	/*
	 * To clear a gigabyte would take the faulting thread too long, so it
	 * gets pages of a piece each. A zap would not help once all of it is
	 * clean: Linux keeps the page table of these pages for as long as the
	 * mapping lives. A new mapping gets a gigabyte.
	 */
	if (len <= MCXL_PIECE)
		rc = mcxl_clear(inst, vdpa, len, true);
	else if (!mcxl_clear_is_clean(inst, vdpa, len))
		return no;
	if (!rc)
		rc = ops->get_pfn(inst->part.parent,
				  inst->part.dpa.start + vdpa, order, &pfn,
				  &got);
	/*
	 * The parent may have the page that was touched, but not all of the block.
	 * If it does not have the page: no VM_FAULT_OOM, user space would fault for
	 * ever.
	 */
	if (rc || got < order)
		return no;
	/* A VMM could give it to another device, which would keep it */
	if (WARN_ON_ONCE(PageReserved(pfn_to_page(pfn))))
		return no;

	return map(inst, vmf, window, vdpa, pfn, order);
}

static vm_fault_t try_fault(struct mcxl_instance *inst, struct vm_fault *vmf,
			    unsigned int order, enum mcxl_window window)
{
	struct vm_area_struct *vma = vmf->vma;
	u64 len = PAGE_SIZE << order, vdpa;
	unsigned long addr;
	vm_fault_t ret;

	addr = ALIGN_DOWN(vmf->address, len);
	if (addr < vma->vm_start || vma->vm_end - addr < len)
		return refusal(order);
	if (needs_smaller_page(vmf, order))
		return refusal(order);
	vdpa = ((u64)linear_page_index(vma, addr) << PAGE_SHIFT) &
	       VFIO_PCI_OFFSET_MASK;
	/* mmap() has bounded the mapping; this is against speculation */
	vdpa = array_index_nospec(vdpa, mcxl_instance_size(inst));
	if (!IS_ALIGNED(inst->part.dpa.start + vdpa, len))
		return refusal(order);

	mcxl_throttle_enter(inst);
	ret = map_block(inst, vmf, order, window, vdpa);
	mcxl_throttle_leave(inst);
	return ret;
}

static vm_fault_t fault(struct vm_fault *vmf, unsigned int order,
			enum mcxl_window window)
{
	struct mcxl_instance *inst = vmf->vma->vm_private_data;
	vm_fault_t ret = try_fault(inst, vmf, order, window);

	return ret == VM_FAULT_RETRY ? wait_held(inst, vmf) : ret;
}

static vm_fault_t aperture_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	return fault(vmf, order, MCXL_WINDOW_APERTURE);
}

static vm_fault_t aperture_fault(struct vm_fault *vmf)
{
	return aperture_huge_fault(vmf, 0);
}

static vm_fault_t hdm_huge_fault(struct vm_fault *vmf, unsigned int order)
{
	return fault(vmf, order, MCXL_WINDOW_HDM);
}

static vm_fault_t hdm_fault(struct vm_fault *vmf)
{
	return hdm_huge_fault(vmf, 0);
}

/*
 * A mapping is split. Linux 7.3 then looks for a huge page to be split as well, and
 * takes a page of a gigabyte for a table of such pages, so that it would interpret
 * guest memory as page table entries. So remove the gigabyte first; it is faulted in
 * again in smaller pages.
 */
static int window_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	unsigned long start = ALIGN_DOWN(addr, PUD_SIZE);
	struct mcxl_instance *inst = vma->vm_private_data;

	if (atomic_read(&inst->mappings_left) <= 0)
		return -ENOMEM;
	if (IS_ALIGNED(addr, PUD_SIZE))
		return 0;
	/* So no fault brings it back meanwhile */
	vma_start_write(vma);
	/* Does nothing unless all of the gigabyte is in the mapping */
	zap_special_vma_range(vma, start, PUD_SIZE);
	return 0;
}

/*
 * A mapping is copied: split, or to be moved. window_mremap() refuses to move it, but
 * Linux 7.3 asks only after it has moved the page tables. It takes a page of a gigabyte
 * for a bad entry then and drops it, with a line in the log and without a flush of
 * TLBs, so that no zap would find it again. So zap first, and there is nothing to move;
 * faults bring it back. The lock keeps them away meanwhile: in other mappings of the
 * same vDPA Linux zaps a part of a gigabyte, and makes the same mistake when all of it
 * comes back at the wrong moment.
 */
static void window_open(struct vm_area_struct *vma)
{
	struct mcxl_instance *inst = vma->vm_private_data;

	atomic_dec(&inst->mappings_left);
	mcxl_throttle_enter(inst);
	scoped_guard(rwsem_write, &inst->memory_lock)
		unmap_mapping_range(vma->vm_file->f_mapping,
				    (loff_t)vma->vm_pgoff << PAGE_SHIFT,
				    vma->vm_end - vma->vm_start, true);
	mcxl_throttle_leave(inst);
}

/*
 * To move a part of a mapping, Linux has to split it off. When that exceeds a limit
 * Linux 7.3 keeps both, reports success, and accounts for memory that is never given
 * back.
 */
static int window_mremap(struct vm_area_struct *vma)
{
	return -EINVAL;
}

static void window_close(struct vm_area_struct *vma)
{
	struct mcxl_instance *inst = vma->vm_private_data;

	atomic_inc(&inst->mappings_left);
}

static const struct vm_operations_struct window_vm_ops[] = {
	[MCXL_WINDOW_APERTURE] = {
		.open = window_open,
		.close = window_close,
		.may_split = window_may_split,
		.mremap = window_mremap,
		.fault = aperture_fault,
#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
		.huge_fault = aperture_huge_fault,
#endif
	},
	[MCXL_WINDOW_HDM] = {
		.open = window_open,
		.close = window_close,
		.may_split = window_may_split,
		.mremap = window_mremap,
		.fault = hdm_fault,
#ifdef CONFIG_ARCH_SUPPORTS_HUGE_PFNMAP
		.huge_fault = hdm_huge_fault,
#endif
	},
};

/**
 * mcxl_memory_mmap - map a piece of the partition for user space
 * @inst: the instance
 * @vma: the mapping; its offset below VFIO_PCI_OFFSET_MASK is the vDPA
 * @window: which window it goes through
 *
 * Only shared mappings: a private one would hand out copies that no zap
 * reaches. The memory is write-back, the default. A child does not get the
 * mapping, as that could not be refused.
 *
 * Return: 0; -EINVAL for a private mapping or one past the partition; -ENOMEM
 * when there are too many
 */
int mcxl_memory_mmap(struct mcxl_instance *inst, struct vm_area_struct *vma,
		     enum mcxl_window window)
{
	u64 start = ((u64)vma->vm_pgoff << PAGE_SHIFT) & VFIO_PCI_OFFSET_MASK;
	u64 end;

	if (!(vma->vm_flags & VM_SHARED))
		return -EINVAL;
	if (check_add_overflow(start, (u64)(vma->vm_end - vma->vm_start), &end))
		return -EINVAL;
	if (end > mcxl_instance_size(inst))
		return -EINVAL;

	if (atomic_dec_if_positive(&inst->mappings_left) < 0)
		return -ENOMEM;

	vm_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP |
			  VM_DONTCOPY);
	vma->vm_private_data = inst;
	vma->vm_ops = &window_vm_ops[window];
	return 0;
}

/**
 * mdev_cxl_copy_from_memory - read memory that may be poisoned
 * @to: kernel memory, or that of a partition
 * @mem: address from mdev_cxl_partition_vaddr()
 * @len: bytes, no more than it said
 *
 * For parents whose engine is the CPU: survives poison that nobody knows of yet, where
 * memcpy() ends in a panic. Linux considers the machine check handled here, so this
 * reports the page.
 *
 * Context: As mdev_cxl_partition_vaddr().
 *
 * Return: 0, or -EIO for poison; some of it may have been copied
 */
int mdev_cxl_copy_from_memory(void *to, void *mem, size_t len)
{
	size_t left = copy_mc_to_kernel(to, mem, len);

	if (!left)
		return 0;
	memory_failure_queue(PHYS_PFN(virt_to_phys(mem + len - left)), 0);
	return -EIO;
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_copy_from_memory, "MDEV_CXL");

/**
 * mcxl_memory_rw - read or write the partition
 * @inst: the instance
 * @window: which window it goes through
 * @vdpa: first address
 * @buf: kernel buffer
 * @len: bytes; [@vdpa, @vdpa + @len) is inside the partition
 * @write: from @buf to memory
 *
 * Return: 0; -EIO while the memory can't be reached, or -EAGAIN as
 * mcxl_memory_unreachable() says; -ENOMEM; -ERESTARTSYS
 */
int mcxl_memory_rw(struct mcxl_instance *inst, enum mcxl_window window,
		   u64 vdpa, void *buf, size_t len, bool write)
{
	ACQUIRE(rwsem_read_intr, lock)(&inst->memory_lock);

	/* A zap of gigabytes takes a while: let signals end the wait */
	if (ACQUIRE_ERR(rwsem_read_intr, &lock))
		return -ERESTARTSYS;
	if (!reachable(inst, window, vdpa, len))
		return mcxl_memory_unreachable(inst);

	while (len) {
		size_t now = len;
		void *mem = mcxl_clear_vaddr(inst, vdpa, &now, true);

		/* The parent may return any error; -EAGAIN is ours */
		if (IS_ERR(mem))
			return PTR_ERR(mem) == -ENOMEM ? -ENOMEM : -EIO;
		if (write)
			memcpy(mem, buf, now);
		else if (mdev_cxl_copy_from_memory(buf, mem, now))
			return -EIO;
		vdpa += now;
		buf += now;
		len -= now;
	}
	return 0;
}

/* May the parent's engine go there? */
static bool is_inside(struct mcxl_instance *inst, u64 vdpa, size_t len)
{
	u64 size = mcxl_instance_size(inst);

	return vdpa < size && len <= size - vdpa;
}

/**
 * mdev_cxl_partition_is_clean - will mdev_cxl_partition_vaddr() be quick?
 * @part: a partition that is started
 * @vdpa: first address
 * @len: bytes, not 0
 *
 * For parents whose engine is shared: it takes time to clear memory first, 2 MiB for
 * a single byte, and a guest's neighbours should not pay for that. Looks as far as one
 * call of mdev_cxl_partition_vaddr() goes, to the next multiple of 2 MiB.
 *
 * Context: Any context.
 *
 * Return: true when none of that has to be, or not all of [@vdpa, @vdpa + @len)
 * is inside the partition
 */
bool mdev_cxl_partition_is_clean(struct mdev_cxl_partition *part, u64 vdpa,
				 size_t len)
{
	struct mcxl_instance *inst = part_to_instance(part);

	if (!is_inside(inst, vdpa, len))
		return true;
	vdpa = array_index_nospec(vdpa, mcxl_instance_size(inst));
	return mcxl_clear_is_clean(inst, vdpa,
				   min(len, MCXL_PIECE - vdpa % MCXL_PIECE));
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_partition_is_clean, "MDEV_CXL");

/**
 * mdev_cxl_partition_vaddr - where the parent's engine finds vDPA
 * @part: a partition that is started
 * @vdpa: first address
 * @len: in: bytes wanted, not 0; out: how many of these are contiguous there
 *
 * The memory holds what the guest wrote, or zeroes. The address is valid until
 * &mdev_cxl_parent_ops.stop or .pause returns. Call this for all of a range before
 * hardware accesses it by itself, too: where it was not called the memory may hold
 * data of an earlier owner, and is cleared later.
 *
 * Context: Process context; may sleep. From &mdev_cxl_parent_ops.start, .stop, .pause,
 * .resume, .reg_read or .reg_write, or from work that .stop and .pause wait for; calls
 * .get_pfn.
 *
 * Return: kernel address, or an error pointer. -ERANGE when not all of
 * [@vdpa, @vdpa + @len) is inside the partition, -EIO when it is poisoned or the
 * parent says so, -ENOMEM: end the job with an error. -EAGAIN while somebody else
 * clears some of it, or memory near it: that may be a thread of the guest, which
 * takes as long as it likes, so go on with the jobs of others, and try again
 */
void *mdev_cxl_partition_vaddr(struct mdev_cxl_partition *part, u64 vdpa,
			       size_t *len)
{
	struct mcxl_instance *inst = part_to_instance(part);

	if (!is_inside(inst, vdpa, *len))
		return ERR_PTR(-ERANGE);
	/* It comes from a guest */
	vdpa = array_index_nospec(vdpa, mcxl_instance_size(inst));
	return mcxl_clear_vaddr(inst, vdpa, len, false);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_partition_vaddr, "MDEV_CXL");
