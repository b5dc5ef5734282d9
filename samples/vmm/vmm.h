/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small VMM for one CXL function, on KVM and VFIO.
 *
 *	vmm.c		main: what happens besides the vCPUs
 *	vcpu.c		one vCPU: KVM_RUN and its exits
 *	mmio.c		who answers at a guest physical address
 *	cxl.c		decoders that the guest commits become memory slots
 *	poison.c	where memory is poisoned
 *	memory.c	memory slots of KVM, and RAM
 *	stats.c		exits, counted
 */
#ifndef VMM_H
#define VMM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <linux/kvm.h>

#include "machine.h"
#include "vfio.h"

/* No device has more (CXL r3.1 8.2.4.20.1) */
#define MAX_DECODERS		10
#define NR_EXIT_REASONS		64

/* Addresses of the guest; one of size 0 is nowhere */
struct area {
	uint64_t base;
	uint64_t size;
};

/**
 * struct decode - what a committed decoder maps
 * @gpa: the guest's choice
 * @vdpa: offset in the HDM region
 */
struct decode {
	struct area gpa;
	uint64_t vdpa;
};

/**
 * struct cxl - the CXL side of the device
 * @regs: VFIO region of the decoder registers
 * @hdm: VFIO region of the memory
 * @memory: that region, mapped once and as a whole
 * @size: its bytes
 * @nr: decoders
 * @dvsec: offset of the DVSEC for CXL devices
 * @pm: offset of the power management capability
 * @mapped: memory slots as they are, by decoder
 * @refused: what could not be mapped, to tell of it once
 */
struct cxl {
	int regs;
	int hdm;
	uint8_t *memory;
	uint64_t size;
	unsigned int nr;
	uint32_t dvsec;
	uint32_t pm;
	struct decode mapped[MAX_DECODERS];
	struct decode refused[MAX_DECODERS];
};

/**
 * struct counts - why a vCPU left the guest
 * @exits: by KVM_EXIT_*
 * @unclaimed: MMIO that nobody answered
 * @faults: touches of memory that was out of reach just then
 */
struct counts {
	uint64_t exits[NR_EXIT_REASONS];
	uint64_t unclaimed;
	uint64_t faults;
};

struct vcpu {
	struct vm *vm;
	unsigned int index;
	int fd;
	int stats;
	struct kvm_run *run;
	pthread_t thread;
	struct counts counts;
};

/**
 * struct vm - the virtual machine
 * @kvm: /dev/kvm
 * @fd: the VM
 * @stats: statistics of the VM
 * @stopped: eventfd, written when the guest has come to its end
 * @status: exit status then
 * @verbose: tell of every change of the memory slots
 * @follow_later: there was an error event, and @lock was not free
 * @info: what the guest is told
 * @lock: one access to the device at a time, and what follows from it: BARs
 *	and memory slots are right before the next one. Two vCPUs that commit
 *	and uncommit at once would else leave a slot behind.
 */
struct vm {
	int kvm;
	int fd;
	int stats;
	int stopped;
	int status;
	bool verbose;
	bool follow_later;
	struct boot_info info;
	uint8_t *ram;
	pthread_mutex_t lock;
	struct vfio dev;
	struct cxl cxl;
	struct vcpu vcpus[NR_VCPUS];
};

/* vmm.c */
void vm_follow(struct vm *vm);
void vm_bus_reset(struct vm *vm);
void vm_stop(struct vm *vm, int status);

/* vcpu.c */
void vcpu_create(struct vm *vm, unsigned int index);
void vcpu_start(struct vcpu *vcpu);
const char *exit_name(unsigned int reason);

/* mmio.c */
void mmio_init(struct vm *vm);
bool mmio_access(struct vm *vm, uint64_t gpa, void *data, uint32_t len,
		 bool write);
void mmio_follow(struct vm *vm);
const char *mmio_owner(const struct area *area);

/* cxl.c */
void cxl_init(struct vm *vm);
void cxl_follow(struct vm *vm);
bool cxl_find_gpa(struct vm *vm, uint64_t vdpa, uint64_t *gpa);

/* poison.c */
bool poison_find(struct vm *vm, uint64_t *gpa);

/* memory.c */
void memory_init(struct vm *vm, const char *guest);
int memory_map(struct vm *vm, uint32_t slot, const struct area *gpa,
	       void *memory);
void memory_unmap(struct vm *vm, uint32_t slot);

/* stats.c */
void stats_streaming(struct vm *vm, bool begin);
void stats_total(struct vm *vm);

#endif /* VMM_H */
