// SPDX-License-Identifier: GPL-2.0-only
/* One vCPU: how it starts, and what is done when it leaves the guest. */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vmm.h"

#define STACK_SIZE		0x10000

#define CR0_PE_ET_PG		0x80000011
#define CR4_PAE			(1 << 5)
#define EFER_LME_LMA		0x500

#define MAX_CPUID		256
/* Tries in a row: at once, then one in a ms; is it poison; no more */
#define TRIES_AT_ONCE		10
#define TRIES_POISON		100
#define TRIES			20000

/* In 64-bit mode right away. There is no GDT: no segment is ever loaded. */
static void set_mode(struct vcpu *vcpu)
{
	const struct kvm_segment code = {
		.limit = ~0u, .selector = 8, .type = 11, .present = 1, .s = 1,
		.l = 1, .g = 1,
	}, data = {
		.limit = ~0u, .selector = 16, .type = 3, .present = 1, .s = 1,
		.db = 1, .g = 1,
	};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		err(1, "KVM_GET_SREGS");
	sregs.cr0 = CR0_PE_ET_PG;
	sregs.cr3 = PAGE_TABLES;
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LME_LMA;
	sregs.cs = code;
	sregs.ds = data;
	sregs.es = data;
	sregs.fs = data;
	sregs.gs = data;
	sregs.ss = data;
	if (ioctl(vcpu->fd, KVM_SET_SREGS, &sregs))
		err(1, "KVM_SET_SREGS");
}

/* As if the guest's main(index, info) had just been called */
static void set_registers(struct vcpu *vcpu)
{
	const struct kvm_regs regs = {
		.rip = GUEST_ENTRY,
		.rsp = RAM_SIZE - STACK_SIZE * vcpu->index - 8,
		.rdi = vcpu->index,
		.rsi = BOOT_INFO,
		.rflags = 2,
	};

	if (ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		err(1, "KVM_SET_REGS");
}

/* All that KVM can do; without it the guest has no pages of 1 GiB */
static void set_cpuid(struct vcpu *vcpu)
{
	struct kvm_cpuid2 *cpuid;

	cpuid = calloc(1, sizeof(*cpuid) +
			  MAX_CPUID * sizeof(cpuid->entries[0]));
	if (!cpuid)
		err(1, "CPUID");
	cpuid->nent = MAX_CPUID;
	if (ioctl(vcpu->vm->kvm, KVM_GET_SUPPORTED_CPUID, cpuid) ||
	    ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		err(1, "CPUID");
	free(cpuid);
}

void vcpu_create(struct vm *vm, unsigned int index)
{
	struct vcpu *vcpu = &vm->vcpus[index];
	int size = ioctl(vm->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	vcpu->vm = vm;
	vcpu->index = index;
	vcpu->fd = ioctl(vm->fd, KVM_CREATE_VCPU, index);
	if (size < 0 || vcpu->fd < 0)
		err(1, "vCPU %u", index);
	vcpu->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			 vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED)
		err(1, "vCPU %u", index);
	vcpu->stats = ioctl(vcpu->fd, KVM_GET_STATS_FD, 0);

	set_cpuid(vcpu);
	set_mode(vcpu);
	set_registers(vcpu);
}

/*
 * Exits: each handler returns whether the vCPU goes on.
 */

static bool on_mmio(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	if (!mmio_access(vcpu->vm, run->mmio.phys_addr, run->mmio.data,
			 run->mmio.len, run->mmio.is_write))
		vcpu->counts.unclaimed++;
	return true;
}

/* Whole lines, so that nothing gets between */
static void console(struct vcpu *vcpu, uint8_t c)
{
	static char line[256];
	static size_t len;

	pthread_mutex_lock(&vcpu->vm->lock);
	if (c != '\n')
		line[len++] = c;
	if (c == '\n' || len == sizeof(line)) {
		printf("%.*s\n", (int)len, line);
		len = 0;
	}
	pthread_mutex_unlock(&vcpu->vm->lock);
}

static void streaming(struct vcpu *vcpu, uint8_t begin)
{
	stats_streaming(vcpu->vm, begin);
}

static void bus_reset(struct vcpu *vcpu, uint8_t value)
{
	(void)value;
	vm_bus_reset(vcpu->vm);
}

static void guest_exit(struct vcpu *vcpu, uint8_t status)
{
	vm_stop(vcpu->vm, status);
}

static const struct {
	uint16_t number;
	void (*write)(struct vcpu *vcpu, uint8_t value);
} ports[] = {
	{ PORT_CONSOLE, console },
	{ PORT_STREAMING, streaming },
	{ PORT_BUS_RESET, bus_reset },
	{ PORT_EXIT, guest_exit },
};

static bool on_io(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	uint8_t *data = (uint8_t *)run + run->io.data_offset;
	unsigned int i;

	if (run->io.direction == KVM_EXIT_IO_IN) {
		memset(data, 0xff, run->io.size * run->io.count);
		return true;
	}
	for (i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (run->io.port == ports[i].number)
			ports[i].write(vcpu, *data);
	}
	return true;
}

/* There are no interrupts to wake it */
static bool on_hlt(struct vcpu *vcpu)
{
	(void)vcpu;
	return false;
}

static bool on_failure(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct kvm_regs regs = {};

	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	printf("vCPU %u at %#llx: it can't go on: %s\n", vcpu->index,
	       (unsigned long long)regs.rip, exit_name(run->exit_reason));
	if (run->exit_reason == KVM_EXIT_INTERNAL_ERROR)
		printf("KVM says %u, with %#llx and %#llx\n",
		       run->internal.suberror,
		       (unsigned long long)run->internal.data[0],
		       (unsigned long long)run->internal.data[1]);
	vm_stop(vcpu->vm, 1);
	return false;
}

static const struct {
	const char *name;
	bool (*handle)(struct vcpu *vcpu);
} exits[NR_EXIT_REASONS] = {
	[KVM_EXIT_IO] = { "io", on_io },
	[KVM_EXIT_MMIO] = { "mmio", on_mmio },
	[KVM_EXIT_HLT] = { "hlt", on_hlt },
	[KVM_EXIT_SHUTDOWN] = { "shutdown", on_failure },
	[KVM_EXIT_FAIL_ENTRY] = { "failed entry", on_failure },
	[KVM_EXIT_INTERNAL_ERROR] = { "internal error", on_failure },
};

const char *exit_name(unsigned int reason)
{
	if (reason >= NR_EXIT_REASONS || !exits[reason].name)
		return "unknown exit";
	return exits[reason].name;
}

static bool on_exit_to_us(struct vcpu *vcpu)
{
	uint32_t reason = vcpu->run->exit_reason;

	if (reason >= NR_EXIT_REASONS || !exits[reason].handle)
		return on_failure(vcpu);
	vcpu->counts.exits[reason]++;
	return exits[reason].handle(vcpu);
}

static bool is_poison(struct vcpu *vcpu)
{
	struct vm *vm = vcpu->vm;
	uint64_t gpa;
	bool found;

	pthread_mutex_lock(&vm->lock);
	found = poison_find(vm, &gpa);
	pthread_mutex_unlock(&vm->lock);
	if (found)
		printf("vCPU %u: poison at GPA %#llx\n", vcpu->index,
		       (unsigned long long)gpa);
	return found;
}

/*
 * EFAULT: memory behind a slot did not answer. Another vCPU has switched it
 * off, and holds the lock until the slot is gone; or the physical device is in
 * reset, and an error event will tell when that is over. So look, and try
 * again. Or it is poisoned: a guest that handles machine checks would get one.
 */
static bool on_fault(struct vcpu *vcpu, unsigned int tries)
{
	struct vm *vm = vcpu->vm;

	vcpu->counts.faults++;
	pthread_mutex_lock(&vm->lock);
	vm_follow(vm);
	pthread_mutex_unlock(&vm->lock);

	if (tries > TRIES_AT_ONCE)
		usleep(1000);
	if (tries < TRIES_POISON || (!is_poison(vcpu) && tries < TRIES))
		return true;
	printf("vCPU %u: memory is out of reach for good\n", vcpu->index);
	vm_stop(vm, 1);
	return false;
}

static void *vcpu_run(void *arg)
{
	struct vcpu *vcpu = arg;
	unsigned int tries = 0;
	bool on = true;

	while (on) {
		if (!ioctl(vcpu->fd, KVM_RUN, 0)) {
			tries = 0;
			on = on_exit_to_us(vcpu);
		} else if (errno == EFAULT) {
			on = on_fault(vcpu, ++tries);
		} else if (errno != EINTR && errno != EAGAIN) {
			err(1, "KVM_RUN");
		}
	}
	return NULL;
}

void vcpu_start(struct vcpu *vcpu)
{
	errno = pthread_create(&vcpu->thread, NULL, vcpu_run, vcpu);
	if (errno)
		err(1, "vCPU %u", vcpu->index);
}
