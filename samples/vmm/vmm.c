// SPDX-License-Identifier: GPL-2.0-only
/*
 * vmm [-q] [-v] [-s SECONDS] UUID GUEST: run a guest on an instance; with -q it
 * does no more than it takes to stream. Ends with the guest's status; 3 when
 * somebody wanted the instance back.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vmm.h"

#define STATUS_REQUESTED	3

/* Whatever the last access has changed; vm->lock held. BARs come first. */
void vm_follow(struct vm *vm)
{
	mmio_follow(vm);
	cxl_follow(vm);
}

/* A reset that the device does not see as a write of its own registers */
void vm_bus_reset(struct vm *vm)
{
	int rc;

	pthread_mutex_lock(&vm->lock);
	rc = vfio_reset(&vm->dev);
	if (rc)
		printf("reset of the device: %s\n", strerror(-rc));
	vm_follow(vm);
	pthread_mutex_unlock(&vm->lock);
}

/* The first one has its way; without the lock, which a vCPU may have for long */
void vm_stop(struct vm *vm, int status)
{
	const uint64_t one = 1;
	int none = -1;

	__atomic_compare_exchange_n(&vm->status, &none, status, false,
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	if (write(vm->stopped, &one, sizeof(one)) < 0)
		err(1, "eventfd");
}

static int new_eventfd(void)
{
	int fd = eventfd(0, EFD_CLOEXEC);

	if (fd < 0)
		err(1, "eventfd");
	return fd;
}

static int device_eventfd(struct vm *vm, uint32_t index)
{
	int fd = new_eventfd(), rc;

	rc = vfio_set_eventfd(&vm->dev, index, 0, fd);
	if (rc)
		errx(1, "interrupt index %u: %s", index, strerror(-rc));
	return fd;
}

/*
 * A single poisoned page, or all was reset: the registers know. A vCPU may wait for a
 * device in reset with the lock held, and other events must not wait for that: later.
 */
static void on_error(struct vm *vm)
{
	vm->follow_later = pthread_mutex_trylock(&vm->lock);
	if (vm->follow_later)
		return;
	printf("error event of the device\n");
	vm_follow(vm);
	pthread_mutex_unlock(&vm->lock);
}

static void on_request(struct vm *vm)
{
	printf("somebody wants the instance back\n");
	vm_stop(vm, STATUS_REQUESTED);
}

static const struct {
	uint32_t index;
	void (*handle)(struct vm *vm);
} events[] = {
	{ VFIO_PCI_ERR_IRQ_INDEX, on_error },
	{ VFIO_PCI_REQ_IRQ_INDEX, on_request },
};

#define NR_EVENTS	(sizeof(events) / sizeof(events[0]))

/* The last one is for the guest's end */
static void events_init(struct vm *vm, struct pollfd *fds)
{
	unsigned int i;

	for (i = 0; i < NR_EVENTS; i++)
		fds[i].fd = device_eventfd(vm, events[i].index);
	fds[i].fd = vm->stopped;
	for (i = 0; i <= NR_EVENTS; i++)
		fds[i].events = POLLIN;
}

static void events_wait(struct vm *vm, struct pollfd *fds)
{
	uint64_t count;
	unsigned int i;

	while (!fds[NR_EVENTS].revents) {
		if (poll(fds, NR_EVENTS + 1, vm->follow_later ? 10 : -1) < 0 &&
		    errno != EINTR)
			err(1, "poll");
		if (vm->follow_later)
			on_error(vm);
		for (i = 0; i < NR_EVENTS; i++) {
			if (fds[i].revents &&
			    read(fds[i].fd, &count, sizeof(count)) > 0)
				events[i].handle(vm);
		}
	}
}

static void create(struct vm *vm)
{
	vm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vm->kvm < 0)
		err(1, "/dev/kvm");
	if (ioctl(vm->kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		errx(1, "KVM speaks another version");
	vm->fd = ioctl(vm->kvm, KVM_CREATE_VM, 0);
	if (vm->fd < 0)
		err(1, "VM");
	vm->stats = ioctl(vm->fd, KVM_GET_STATS_FD, 0);
	/* Intel's wants three pages of address space for itself */
	ioctl(vm->fd, KVM_SET_TSS_ADDR, PLATFORM_BASE);
	vm->stopped = new_eventfd();
	vm->status = -1;
	pthread_mutex_init(&vm->lock, NULL);
}

static void tell_guest(struct vm *vm)
{
	int khz = ioctl(vm->vcpus[0].fd, KVM_GET_TSC_KHZ, 0);

	vm->info.tsc_khz = khz > 0 ? khz : 1000000;
	memcpy(vm->ram + BOOT_INFO, &vm->info, sizeof(vm->info));
}

static void run(struct vm *vm)
{
	struct pollfd fds[NR_EVENTS + 1] = {};
	unsigned int i;

	events_init(vm, fds);
	for (i = 0; i < NR_VCPUS; i++)
		vcpu_create(vm, i);
	tell_guest(vm);
	for (i = 0; i < NR_VCPUS; i++)
		vcpu_start(&vm->vcpus[i]);
	events_wait(vm, fds);
}

static void usage(void)
{
	errx(2, "usage: vmm [-q] [-v] [-s SECONDS] UUID GUEST");
}

/* vCPUs may run until the process ends */
static struct vm vm = { .info.stream_seconds = 1 };

int main(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "qvs:")) != -1) {
		if (opt == 'v')
			vm.verbose = true;
		else if (opt == 'q')
			vm.info.short_run = 1;
		else if (opt == 's')
			vm.info.stream_seconds = strtoul(optarg, NULL, 0);
		else
			usage();
	}
	if (argc - optind != 2)
		usage();
	setvbuf(stdout, NULL, _IOLBF, 0);

	create(&vm);
	vfio_open_or_exit(&vm.dev, argv[optind]);
	mmio_init(&vm);
	cxl_init(&vm);
	memory_init(&vm, argv[optind + 1]);

	run(&vm);
	stats_total(&vm);
	return __atomic_load_n(&vm.status, __ATOMIC_SEQ_CST);
}
