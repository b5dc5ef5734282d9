// SPDX-License-Identifier: GPL-2.0-only
/*
 * kvm [-g] [-r ROUNDS] UUID: memory of an instance of 1 GiB under KVM: how large the
 * entries are by which a guest reaches it, that it causes no faults after the
 * first touch, and that a zap takes it away from vCPUs that use it. With -g
 * the parent's memory is gigabytes of host memory, else 2 MiB in one piece.
 *
 * The guest is a few instructions: it counts up dwords of a window, a stride
 * apart, and each time a counter of its own in ordinary memory.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <linux/kvm.h>

#include "tap.h"
#include "vfio.h"

#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define GIB	(1ULL << 30)
#define CODE	0x1000		/* GPA in ordinary memory; counters behind it */
#define RAM	0x10000
#define HANGS	60		/* seconds without a step of a vCPU */

struct vcpu {
	const char *name;
	uint32_t gpa;		/* of its window */
	uint8_t *mem;		/* where we have it */
	volatile uint32_t *counter;
	struct kvm_run *run;
	int fd;
	atomic_ulong refused;	/* touches */
};

static struct vfio v;
static struct vcpu vcpus[] = {
	{ .name = "aperture", .gpa = 1 * GIB },
	{ .name = "HDM region", .gpa = 2 * GIB },
};

static int vm;
static uint8_t *ram;
static atomic_bool stop;

/* edi: window, eax: end of it, edx: stride, esi: address of the counter */
static const uint8_t guest[] = {
	0x89, 0xfb,	/* start: mov %edi, %ebx */
	0xff, 0x03,	/* next:  incl (%ebx) */
	0xff, 0x06,	/*        incl (%esi) */
	0x01, 0xd3,	/*        add %edx, %ebx */
	0x39, 0xc3,	/*        cmp %eax, %ebx */
	0x72, 0xf6,	/*        jb next */
	0xe6, 0x10,	/*        out %al, $0x10: a pass is done */
	0xeb, 0xf0,	/*        jmp start */
};

/* A statistic of a VM or vCPU, by its name */
static uint64_t get_stat(int fd, const char *name)
{
	int stats = ioctl(fd, KVM_GET_STATS_FD, NULL);
	struct kvm_stats_header header;
	struct kvm_stats_desc *desc;
	uint64_t value = ~0ULL;
	size_t size;

	if (stats < 0 ||
	    pread(stats, &header, sizeof(header), 0) != sizeof(header))
		err(1, "statistics of KVM");
	size = sizeof(*desc) + header.name_size;
	desc = malloc(size);
	for (uint32_t i = 0; desc && i < header.num_desc; i++) {
		pread(stats, desc, size, header.desc_offset + i * size);
		if (!strcmp(desc->name, name))
			pread(stats, &value, sizeof(value),
			      header.data_offset + desc->offset);
	}
	free(desc);
	close(stats);
	if (value == ~0ULL)
		errx(1, "KVM has no statistic %s", name);
	return value;
}

static void add_slot(uint32_t slot, uint64_t gpa, uint64_t size, void *mem)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)mem,
	};

	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		err(1, "memory slot at %#llx", (unsigned long long)gpa);
}

static void make_vm(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		err(1, "/dev/kvm");
	/* Where Intel's want room; below 4 GiB, in nobody's way */
	ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000);
	ram = mmap(NULL, RAM, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (ram == MAP_FAILED)
		err(1, "mmap");
	memcpy(ram + CODE, guest, sizeof(guest));
	add_slot(0, 0, RAM, ram);
	close(kvm);
}

/* Flat protected mode, as KVM's segments are: base 0, 4 GiB */
static void set_flat(struct kvm_segment *seg, uint8_t type)
{
	*seg = (struct kvm_segment) {
		.limit = 0xffffffff, .type = type, .present = 1, .db = 1,
		.s = 1, .g = 1, .selector = 8,
	};
}

static void make_vcpu(unsigned int i)
{
	struct vcpu *c = &vcpus[i];
	struct kvm_sregs sregs;
	struct kvm_regs regs = {
		.rip = CODE, .rflags = 2, .rdi = c->gpa, .rdx = 4096,
		.rax = c->gpa + GIB, .rsi = CODE + 0x1000 * (i + 1),
	};
	int size = sysconf(_SC_PAGESIZE);

	c->counter = (uint32_t *)(ram + regs.rsi);
	c->fd = ioctl(vm, KVM_CREATE_VCPU, i);
	if (c->fd < 0 || ioctl(c->fd, KVM_GET_SREGS, &sregs))
		err(1, "vCPU");
	set_flat(&sregs.cs, 11);
	set_flat(&sregs.ds, 3);
	set_flat(&sregs.es, 3);
	set_flat(&sregs.ss, 3);
	sregs.cr0 |= 1;
	if (ioctl(c->fd, KVM_SET_SREGS, &sregs) ||
	    ioctl(c->fd, KVM_SET_REGS, &regs))
		err(1, "registers of a vCPU");
	c->run = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
	if (c->run == MAP_FAILED)
		err(1, "mmap of a vCPU");
}

/* Until it says that a pass is done, or may not touch the memory: errno then */
static int run(struct vcpu *c)
{
	do {
		if (ioctl(c->fd, KVM_RUN, NULL) && errno != EINTR)
			return errno;
	} while (c->run->exit_reason == KVM_EXIT_INTR);
	if (c->run->exit_reason != KVM_EXIT_IO)
		errx(1, "%s: exit reason %u of KVM", c->name,
		     c->run->exit_reason);
	return 0;
}

static void test_entries(struct vcpu *c, bool gigabytes)
{
	uint64_t huge, large, taken;

	huge = get_stat(vm, "pages_1g");
	large = get_stat(vm, "pages_2m");
	tap_eq(run(c), 0, "%s: a guest touches all of it", c->name);
	tap_eq(get_stat(vm, "pages_1g") - huge, gigabytes ? 1 : 0,
	       "%s: entries of 1 GiB", c->name);
	tap_eq(get_stat(vm, "pages_2m") - large, gigabytes ? 0 : 512,
	       "%s: entries of 2 MiB", c->name);

	taken = get_stat(c->fd, "pf_taken");
	tap_eq(run(c), 0, "%s: once more", c->name);
	tap_eq(get_stat(c->fd, "pf_taken") - taken, 0,
	       "%s: faults of the guest then", c->name);
	tap_eq(*(uint32_t *)(c->mem + GIB - 4096), 2,
	       "%s: the VMM sees what the guest has written", c->name);
}

static void *run_vcpu(void *arg)
{
	struct vcpu *c = arg;
	int rc;

	while (!stop) {
		rc = run(c);
		if (rc && rc != EFAULT)
			errx(1, "%s: KVM says %s", c->name, strerror(rc));
		c->refused += rc == EFAULT;
	}
	return NULL;
}

/*
 * A vCPU does nothing, right or wrong: where it and the others are. If that is not
 * in our code, and it is not refused all the time (once is from before), it is the
 * emulated processor that has lost it, most likely.
 */
static void show_hang(const struct vcpu *c, unsigned long refused)
{
	printf("# %s: hangs, refused %lu times meanwhile\n", c->name,
	       c->refused - refused);
	fflush(stdout);
	if (system("grep '' /proc/$PPID/task/*/wchan /proc/$PPID/task/*/stack | sed 's/^/# /'"))
		printf("# no stacks\n");
	if (c->refused - refused <= 1 &&
	    system("grep -q mdev_cxl /proc/$PPID/task/*/stack"))
		printf("# no answer from guest %s\n", c->name);
}

/* Is a vCPU refused? One step may have been taken before, and be counted now */
static bool stands_still(struct vcpu *c)
{
	uint32_t before = *c->counter;
	unsigned long refused = c->refused;
	time_t end = time(NULL) + HANGS;

	while (c->refused == refused && *c->counter - before <= 1) {
		if (time(NULL) > end) {
			show_hang(c, refused);
			return false;
		}
		usleep(100);
	}
	return *c->counter - before <= 1;
}

static bool goes_on(struct vcpu *c)
{
	unsigned long refused = c->refused;
	time_t end = time(NULL) + HANGS;
	uint32_t before = *c->counter;

	while (*c->counter - before < 2) {
		if (time(NULL) > end) {
			show_hang(c, refused);
			return false;
		}
		usleep(100);
	}
	return true;
}

static void close_both(void)
{
	vfio_enable_memory(&v, false);
	vfio_enable_cxl_mem(&v, false);
}

static void open_both(void)
{
	if (vfio_enable_all(&v, GIB))
		errx(1, "memory is not enabled");
}

/* Zap it below the vCPUs; in the odd rounds by a reset that clears it as well */
static bool test_zaps(unsigned int rounds)
{
	unsigned int n, moved = 0, stuck = 0, left = 0;

	for (n = 0; n < rounds && !stuck && !moved; n++) {
		if (n & 1)
			vfio_cxl_reset(&v, true);
		close_both();
		left += get_stat(vm, "pages_1g") + get_stat(vm, "pages_2m");
		moved += !stands_still(&vcpus[0]) + !stands_still(&vcpus[1]);
		open_both();
		stuck += !goes_on(&vcpus[0]) + !goes_on(&vcpus[1]);
	}
	tap_eq(n, rounds, "zaps below two vCPUs");
	tap_eq(left, 0, "huge entries that KVM still had");
	tap_eq(moved, 0, "vCPUs that went on after a zap");
	tap_eq(stuck, 0, "vCPUs that did not when it was undone");
	return n == rounds;
}

int main(int argc, char **argv)
{
	unsigned int i, rounds = 500;
	bool gigabytes = false;
	pthread_t threads[2];
	int hdm, option;

	while ((option = getopt(argc, argv, "gr:")) != -1) {
		if (option == 'g')
			gigabytes = true;
		else if (option == 'r')
			rounds = strtoul(optarg, NULL, 0);
		else
			argc = 0;
	}
	if (argc != optind + 1 || !rounds)
		errx(2, "usage: kvm [-g] [-r ROUNDS] UUID");
	vfio_open_or_exit(&v, argv[optind]);
	hdm = vfio_find_region(&v, VFIO_REGION_TYPE_CXL,
			       VFIO_REGION_SUBTYPE_CXL_HDM);
	open_both();
	make_vm();
	for (i = 0; i < 2; i++) {
		/* At a gigabyte of our address space, as that is its size */
		vcpus[i].mem = vfio_mmap(&v, i ? hdm : BAR2, 0, GIB);
		if (vcpus[i].mem == MAP_FAILED)
			err(1, "%s", vcpus[i].name);
		add_slot(1 + i, vcpus[i].gpa, GIB, vcpus[i].mem);
		make_vcpu(i);
	}

	test_entries(&vcpus[0], gigabytes);
	memset(vcpus[0].mem + GIB - 4096, 0, 4096);
	test_entries(&vcpus[1], gigabytes);

	for (i = 0; i < 2; i++) {
		if (pthread_create(&threads[i], NULL, run_vcpu, &vcpus[i]))
			errx(1, "no thread");
	}
	/* One that is stuck would not come to its end here */
	if (!test_zaps(rounds))
		return tap_done();
	stop = true;
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < 2; i++)
		printf("# %s: %lu touches refused\n", vcpus[i].name,
		       vcpus[i].refused);
	return tap_done();
}
