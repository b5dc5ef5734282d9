// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decoders that the guest commits become memory slots. After each write that
 * was forwarded, and after all that may have reset the device, look at the
 * decoders and let the slots follow. The registers are the only truth: nothing
 * is remembered here but what KVM was told.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <linux/pci_regs.h>

#include "vmm.h"

#define CONFIG		VFIO_PCI_CONFIG_REGION_INDEX
#define SLOT(i)		(1 + (i))
#define BLOCK_SIZE(nr)	(0x10 + 0x20 * (nr))

/* CXL r3.1 8.1.3.2 */
#define DVSEC_CTRL		0x0c
#define DVSEC_CTRL_MEM_ENABLE	(1 << 2)

/* All of the memory, once. It costs nothing until it is touched. */
static void map_memory(struct vm *vm)
{
	struct vfio_region_info *info = vfio_region(&vm->dev, vm->cxl.hdm);

	if (!info)
		errx(1, "no HDM region");
	vm->cxl.size = info->size;
	vm->cxl.memory = vfio_mmap(&vm->dev, vm->cxl.hdm, 0, info->size);
	if (vm->cxl.memory == MAP_FAILED)
		err(1, "HDM region");
	free(info);
}

static unsigned int count_decoders(struct vm *vm)
{
	struct vfio_region_info *info = vfio_region(&vm->dev, vm->cxl.regs);
	unsigned int nr;

	if (!info || info->size < BLOCK_SIZE(1))
		errx(1, "no decoders");
	nr = (info->size - BLOCK_SIZE(0)) / 0x20;
	free(info);
	return nr < MAX_DECODERS ? nr : MAX_DECODERS;
}

/* Both regions are found by their type, not by their index */
void cxl_init(struct vm *vm)
{
	struct cxl *cxl = &vm->cxl;

	cxl->hdm = vfio_find_region(&vm->dev, VFIO_REGION_TYPE_CXL,
				    VFIO_REGION_SUBTYPE_CXL_HDM);
	cxl->regs = vfio_find_region(&vm->dev, VFIO_REGION_TYPE_CXL,
				     VFIO_REGION_SUBTYPE_CXL_COMP_REGS);
	cxl->dvsec = vfio_find_ext_cap(&vm->dev, PCI_EXT_CAP_ID_DVSEC, 0);
	cxl->pm = vfio_find_cap(&vm->dev, PCI_CAP_ID_PM);
	if (cxl->hdm < 0 || cxl->regs < 0 || !cxl->dvsec || !cxl->pm)
		errx(1, "not a CXL device");
	map_memory(vm);
	cxl->nr = count_decoders(vm);
}

/*
 * Is the memory switched on? KVM would get no page while it is not, and a touch
 * would end in EFAULT. Without a slot it ends in MMIO that nobody answers.
 */
static bool memory_enabled(struct vm *vm)
{
	uint16_t ctrl, pmcsr;

	return !vfio_pread(&vm->dev, CONFIG, vm->cxl.dvsec + DVSEC_CTRL, &ctrl,
			   sizeof(ctrl)) &&
	       !vfio_pread(&vm->dev, CONFIG, vm->cxl.pm + PCI_PM_CTRL, &pmcsr,
			   sizeof(pmcsr)) &&
	       ctrl & DVSEC_CTRL_MEM_ENABLE &&
	       !(pmcsr & PCI_PM_CTRL_STATE_MASK);
}

static uint64_t pair(const uint32_t *regs, uint32_t low)
{
	return regs[low / 4] | (uint64_t)regs[low / 4 + 1] << 32;
}

/* What the guest wants to be mapped now; the rest of @want is left alone */
static void read_decoders(struct vm *vm, struct decode *want)
{
	uint32_t regs[BLOCK_SIZE(MAX_DECODERS) / 4];
	struct cxl *cxl = &vm->cxl;
	uint64_t vdpa = 0;
	unsigned int i;

	if (!memory_enabled(vm) ||
	    vfio_pread(&vm->dev, cxl->regs, 0, regs, BLOCK_SIZE(cxl->nr)) ||
	    !(regs[HDM_GLOBAL / 4] & HDM_GLOBAL_ENABLE))
		return;

	for (i = 0; i < cxl->nr; i++) {
		uint64_t size = pair(regs, HDM_SIZE(i));

		if (!(regs[HDM_CTRL(i) / 4] & HDM_CTRL_COMMITTED))
			break;
		vdpa += pair(regs, HDM_SKIP(i));
		/* No decoder commits past the end, but who maps it must know */
		if (vdpa > cxl->size || size > cxl->size - vdpa)
			break;
		want[i] = (struct decode) {
			.gpa = { pair(regs, HDM_BASE(i)), size },
			.vdpa = vdpa,
		};
		vdpa += size;
	}
}

static bool same(const struct decode *a, const struct decode *b)
{
	return a->gpa.base == b->gpa.base && a->gpa.size == b->gpa.size &&
	       a->vdpa == b->vdpa;
}

static void tell(unsigned int i, const struct decode *decode, const char *what,
		 const char *why)
{
	printf("decoder %u: vDPA %#llx, %llu MiB at GPA %#llx: %s%s\n", i,
	       (unsigned long long)decode->vdpa,
	       (unsigned long long)decode->gpa.size >> 20,
	       (unsigned long long)decode->gpa.base, what, why);
}

/* The guest may choose a bad address. It harms itself, so the VMM goes on. */
static void refuse(struct vm *vm, unsigned int i, const struct decode *want,
		   const char *what, const char *why)
{
	struct decode *refused = &vm->cxl.refused[i];

	if (same(refused, want))
		return;
	*refused = *want;
	tell(i, want, what, why);
}

static void unmap(struct vm *vm, unsigned int i)
{
	struct decode *mapped = &vm->cxl.mapped[i];

	if (!mapped->gpa.size)
		return;
	memory_unmap(vm, SLOT(i));
	if (vm->verbose)
		tell(i, mapped, "unmapped", "");
	*mapped = (struct decode) {};
}

static void map(struct vm *vm, unsigned int i, const struct decode *want)
{
	struct cxl *cxl = &vm->cxl;
	int rc;

	rc = memory_map(vm, SLOT(i), &want->gpa, cxl->memory + want->vdpa);
	if (rc) {
		refuse(vm, i, want, "not mapped, KVM says ", strerror(-rc));
		return;
	}
	if (vm->verbose)
		tell(i, want, "mapped", "");
	cxl->mapped[i] = *want;
}

/* Let the slots follow the decoders; vm->lock held */
void cxl_follow(struct vm *vm)
{
	struct decode want[MAX_DECODERS] = {};
	struct cxl *cxl = &vm->cxl;
	unsigned int i;

	read_decoders(vm, want);
	for (i = 0; i < cxl->nr; i++) {
		const char *owner = mmio_owner(&want[i].gpa);

		if (owner) {
			refuse(vm, i, &want[i], "not mapped, there is ",
			       owner);
			want[i] = (struct decode) {};
		}
	}

	/* First what goes: another may come to its place */
	for (i = 0; i < cxl->nr; i++) {
		if (!same(&cxl->mapped[i], &want[i]))
			unmap(vm, i);
	}
	for (i = 0; i < cxl->nr; i++) {
		if (!same(&cxl->mapped[i], &want[i]))
			map(vm, i, &want[i]);
	}
}

/* Where the guest sees that vDPA; vm->lock held */
bool cxl_find_gpa(struct vm *vm, uint64_t vdpa, uint64_t *gpa)
{
	unsigned int i;

	for (i = 0; i < vm->cxl.nr; i++) {
		const struct decode *decode = &vm->cxl.mapped[i];

		if (vdpa >= decode->vdpa &&
		    vdpa - decode->vdpa < decode->gpa.size) {
			*gpa = decode->gpa.base + (vdpa - decode->vdpa);
			return true;
		}
	}
	return false;
}
