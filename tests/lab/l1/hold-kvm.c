// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold-kvm: two virtual machines that do nothing, kept in the background as long
 * as L1 runs.
 *
 * Linux patches its scheduler when there is a first virtual machine, and when there
 * is none any more; and KVM, for the first and the last APIC that is switched off
 * and processor that has none. Processors that QEMU emulates in threads may go on
 * with what was there before, or with half of it: Linux was seen to die of the
 * breakpoint that it puts there meanwhile and does not know any more. So let it be
 * patched once, before there are guests, and not each time that one comes or goes.
 */
#include <err.h>
#include <fcntl.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <linux/kvm.h>

#define APIC_BASE_ENABLE	(1ULL << 11)

static int get(int fd, unsigned long request, const char *what)
{
	int got = ioctl(fd, request, 0);

	if (got < 0)
		err(1, "%s", what);
	return got;
}

/* As at reset, its APIC is off by one switch; use the other one, too */
static void switch_apic_off(int vcpu)
{
	struct kvm_sregs sregs;

	if (ioctl(vcpu, KVM_GET_SREGS, &sregs))
		err(1, "KVM_GET_SREGS");
	sregs.apic_base &= ~APIC_BASE_ENABLE;
	if (ioctl(vcpu, KVM_SET_SREGS, &sregs))
		err(1, "KVM_SET_SREGS");
}

int main(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC), vm;

	if (kvm < 0)
		err(1, "/dev/kvm");
	vm = get(kvm, KVM_CREATE_VM, "KVM_CREATE_VM");
	get(vm, KVM_CREATE_IRQCHIP, "KVM_CREATE_IRQCHIP");
	switch_apic_off(get(vm, KVM_CREATE_VCPU, "KVM_CREATE_VCPU"));
	/* And one that has no APIC */
	vm = get(kvm, KVM_CREATE_VM, "KVM_CREATE_VM");
	get(vm, KVM_CREATE_VCPU, "KVM_CREATE_VCPU");
	if (daemon(0, 0))
		err(1, "daemon");
	for (;;)
		pause();
}
