// SPDX-License-Identifier: GPL-2.0-only
/* Memory slots of KVM. Slot 0 is RAM. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm.h"

#define PAGE_PRESENT_RW	0x03
#define PAGE_HUGE	0x80

static int set_slot(struct vm *vm, uint32_t slot, uint64_t gpa, uint64_t size,
		    void *memory)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)memory,
	};

	return ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region) ? -errno : 0;
}

/* The slot must be free. KVM has the last word on where the guest wants it. */
int memory_map(struct vm *vm, uint32_t slot, const struct area *gpa,
	       void *memory)
{
	return set_slot(vm, slot, gpa->base, gpa->size, memory);
}

/* On return no vCPU reaches it any more */
void memory_unmap(struct vm *vm, uint32_t slot)
{
	if (set_slot(vm, slot, 0, 0, NULL))
		err(1, "memory slot %u does not go", slot);
}

static void load(struct vm *vm, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		err(1, "%s", path);
	n = read(fd, vm->ram + GUEST_ENTRY, RAM_SIZE / 2 - GUEST_ENTRY);
	if (n <= 0)
		err(1, "%s: nothing to read", path);
	close(fd);
}

/* Virtual is physical, in pages of 1 GiB */
static void make_page_tables(struct vm *vm)
{
	uint64_t *pml4 = (uint64_t *)(vm->ram + PAGE_TABLES), *pdpt = pml4 + 512;
	uint64_t i;

	pml4[0] = (PAGE_TABLES + 0x1000) | PAGE_PRESENT_RW;
	for (i = 0; i < GUEST_LIMIT >> 30; i++)
		pdpt[i] = i << 30 | PAGE_HUGE | PAGE_PRESENT_RW;
}

void memory_init(struct vm *vm, const char *guest)
{
	const struct area area = { 0, RAM_SIZE };

	vm->ram = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (vm->ram == MAP_FAILED)
		err(1, "RAM");
	load(vm, guest);
	make_page_tables(vm);
	if (memory_map(vm, 0, &area, vm->ram))
		err(1, "memory slot of RAM");
}
