// SPDX-License-Identifier: GPL-2.0-only
/*
 * badinput UUID: what VFIO answers to requests that are wrong, each in a table
 * of its own. None of it may change the device: a pattern in its memory is
 * there to the end.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "vfio.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX
#define BAR(n)	(VFIO_PCI_BAR0_REGION_INDEX + (n))
#define HDM	9
#define COMP	10
#define MIB	(1ULL << 20)

static struct vfio v;
static uint64_t size;

/* Volatile, lest the compiler warns of what is wrong on purpose */
static void *volatile nowhere = (void *)8;
static volatile size_t enormous = INT_MAX;

static uint64_t region_start(uint32_t index)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	if (ioctl(v.device, VFIO_DEVICE_GET_REGION_INFO, &info))
		err(1, "region %u", index);
	return info.offset;
}

/* The number of bytes, or a negative errno */
struct access {
	const char *name;
	uint32_t region;
	uint64_t offset;
	size_t len;
	int64_t want;
};

static void test_accesses(void)
{
	const struct access table[] = {
		{ "config: the last byte", CONFIG, 4095, 1, 1 },
		{ "config: bytes that exist", CONFIG, 4094, 4, 2 },
		{ "config: past the end", CONFIG, 4096, 4, -EINVAL },
		{ "config: far past the end", CONFIG, 1ULL << 39, 4, -EINVAL },
		{ "config: count 0", CONFIG, 0, 0, 0 },
		{ "config: 3 bytes at 1", CONFIG, 1, 3, 3 },
		{ "config: all of it", CONFIG, 0, 4096, 4096 },
		{ "config: more than there is", CONFIG, 0, 8192, 4096 },
		{ "BAR0: 5 bytes at 0xfff", BAR(0), 0xfff, 5, 5 },
		{ "BAR0: past the end", BAR(0), 0x10000, 4, -EINVAL },
		{ "BAR1: there is none", BAR(1), 0, 4, -EINVAL },
		{ "BAR2: odd bytes across pages", BAR(2), 4093, 7, 7 },
		{ "BAR4: 7 bytes at 1", BAR(4), 1, 7, 7 },
		{ "BAR4: past the end", BAR(4), 0x20000, 1, -EINVAL },
		{ "ROM: there is none", VFIO_PCI_ROM_REGION_INDEX, 0, 4,
		  -EINVAL },
		{ "HDM: past the end", HDM, size, 4, -EINVAL },
		{ "COMP_REGS: a dword", COMP, 0, 4, 4 },
		{ "COMP_REGS: two dwords", COMP, 8, 8, 8 },
		{ "COMP_REGS: 1 byte", COMP, 0, 1, -EINVAL },
		{ "COMP_REGS: 2 bytes", COMP, 4, 2, -EINVAL },
		{ "COMP_REGS: a dword at 2", COMP, 2, 4, -EINVAL },
		{ "COMP_REGS: past the end", COMP, 4096, 4, -EINVAL },
		{ "region 11: there is none", 11, 0, 4, -EINVAL },
		{ "region 4095: there is none", 4095, 0, 4, -EINVAL },
	};
	static char buf[8192];
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct access *a = &table[i];
		off_t at = ((uint64_t)a->region << 40) + a->offset;
		ssize_t n = pread(v.device, buf, a->len, at);

		tap_eq(n < 0 ? -errno : n, a->want, "read %s", a->name);
		/* What was read, so that nothing changes */
		n = pwrite(v.device, buf, a->len, at);
		tap_eq(n < 0 ? -errno : n, a->want, "write %s", a->name);
	}
	/* As much as Linux lets through: it keeps to what exists */
	tap_eq(pread(v.device, buf, enormous, region_start(CONFIG) + 4090), 6,
	       "read config: a count far past the end");
	tap_eq(pread(v.device, nowhere, 4, region_start(CONFIG)) < 0 ?
	       -errno : 0, -EFAULT, "read config: to nowhere");
	tap_eq(pwrite(v.device, nowhere, 4, region_start(CONFIG)) < 0 ?
	       -errno : 0, -EFAULT, "write config: from nowhere");
}

static int64_t map(uint64_t offset, size_t len, int prot, int flags)
{
	void *p = mmap(NULL, len, prot, flags, v.device, offset);

	if (p == MAP_FAILED)
		return -errno;
	munmap(p, len);
	return 0;
}

static void test_mmaps(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	const struct {
		const char *name;
		uint32_t region;
		uint64_t offset;
		uint64_t len;
		int flags;
		int64_t want;
	} table[] = {
		{ "BAR2", BAR(2), 0, 2 * MIB, MAP_SHARED, 0 },
		{ "BAR2, all of it", BAR(2), 0, size, MAP_SHARED, 0 },
		{ "BAR2, private", BAR(2), 0, 4096, MAP_PRIVATE, -EINVAL },
		{ "BAR2, over the end", BAR(2), size - 4096, 8192, MAP_SHARED,
		  -EINVAL },
		{ "BAR2, past the end", BAR(2), size, 4096, MAP_SHARED,
		  -EINVAL },
		{ "BAR2, far past the end", BAR(2), 1ULL << 39, 4096,
		  MAP_SHARED, -EINVAL },
		{ "HDM", HDM, 0, 2 * MIB, MAP_SHARED, 0 },
		{ "HDM, private", HDM, 0, 4096, MAP_PRIVATE, -EINVAL },
		{ "HDM, over the end", HDM, size - 4096, 8192, MAP_SHARED,
		  -EINVAL },
		{ "config", CONFIG, 0, 4096, MAP_SHARED, -EINVAL },
		{ "COMP_REGS", COMP, 0, 4096, MAP_SHARED, -EINVAL },
		{ "BAR0", BAR(0), 0, 4096, MAP_SHARED, -EINVAL },
		{ "BAR4", BAR(4), 0, 4096, MAP_SHARED, -EINVAL },
		{ "region 11", 11, 0, 4096, MAP_SHARED, -EINVAL },
	};
	unsigned int i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		tap_eq(map(((uint64_t)table[i].region << 40) + table[i].offset,
			   table[i].len, rw, table[i].flags), table[i].want,
		       "mmap %s", table[i].name);
}

/* So many that a reset of the device would be long at it are too many */
static void test_many_mmaps(void)
{
	/* There is one already */
	enum { MOST = 64 - 1, LEN = 8192 };
	static void *maps[MOST + 1];
	unsigned int n, i;

	for (n = 0; n < MOST + 1; n++) {
		maps[n] = mmap(NULL, LEN, PROT_READ, MAP_SHARED, v.device,
			       region_start(n & 1 ? BAR(2) : HDM));
		if (maps[n] == MAP_FAILED)
			break;
	}
	tap_ok(n == MOST && errno == ENOMEM, "mmap: 64 times and not more");
	tap_ok(munmap(maps[0], LEN / 2) && errno == ENOMEM,
	       "mmap: nor is one of them cut in two");
	munmap(maps[--n], LEN);
	tap_eq(map(region_start(BAR(2)), 4096, PROT_READ, MAP_SHARED), 0,
	       "mmap: another one when one has gone");
	tap_eq(munmap(maps[0], LEN / 2), 0, "mmap: or a part of one");
	munmap(maps[0] + LEN / 2, LEN / 2);
	for (i = 1; i < n; i++)
		munmap(maps[i], LEN);
	tap_eq(map(region_start(HDM), size, PROT_READ, MAP_SHARED), 0,
	       "mmap: all of it");
}

/* Whatever Linux makes of it for a moment, it is to be refused */
static void move_for_ever(size_t len)
{
	void *to = mmap(NULL, len, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	void *mem;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The other process may just have the last one */
	do {
		mem = mmap(NULL, len, PROT_READ, MAP_SHARED, v.device,
			   region_start(BAR(2)));
	} while (mem == MAP_FAILED);
	while (to != MAP_FAILED &&
	       mremap(mem, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to) ==
	       MAP_FAILED)
		;
	_exit(1);
}

/*
 * Two processes have the device. One is over the bound for moments, as Linux copies a
 * mapping before it asks whether it may move: the other has no more for that.
 */
static void test_mmaps_of_two(void)
{
	/* There is one already, and one of the other process */
	enum { MOST = 64 - 2, LEN = 4096 };
	unsigned int n, more = 0, tries = is_debug_kernel() ? 2000 : 20000;
	static void *maps[MOST];
	void *extra;
	pid_t pid;

	for (n = 0; n < MOST; n++) {
		maps[n] = mmap(NULL, LEN, PROT_READ, MAP_SHARED, v.device,
			       region_start(BAR(2)));
		if (maps[n] == MAP_FAILED)
			err(1, "mapping %u", n);
	}
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid)
		move_for_ever(size);
	/* The last one is for the child, which has it soon */
	while (1) {
		extra = mmap(NULL, LEN, PROT_READ, MAP_SHARED, v.device,
			     region_start(BAR(2)));
		if (extra == MAP_FAILED)
			break;
		munmap(extra, LEN);
		if (waitpid(pid, NULL, WNOHANG))
			errx(1, "a mapping has moved");
	}
	for (n = 0; n < tries; n++) {
		extra = mmap(NULL, LEN, PROT_READ, MAP_SHARED, v.device,
			     region_start(BAR(2)));
		more += extra != MAP_FAILED;
	}
	tap_eq(more, 0, "mmap: more than 64 while another process moves one");
	tap_eq(waitpid(pid, NULL, WNOHANG), 0, "mmap: which it does all the time");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	tap_eq(map(region_start(BAR(2)), LEN, PROT_READ, MAP_SHARED), 0,
	       "mmap: another one when that has ended");
	for (n = 0; n < MOST; n++)
		munmap(maps[n], LEN);
}

static int64_t request(unsigned long cmd, void *arg)
{
	return ioctl(v.device, cmd, arg) ? -errno : 0;
}

static void test_ioctls(void)
{
	struct vfio_device_info dev = { .argsz = 8 };
	struct vfio_region_info region = { .argsz = 8 };
	struct vfio_irq_info irq = { .argsz = 8 };
	struct vfio_irq_set set = { .argsz = 8 };

	tap_eq(request(_IO(VFIO_TYPE, VFIO_BASE + 99), NULL), -ENOTTY,
	       "ioctl that does not exist");
	tap_eq(request(VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, NULL), -ENOTTY,
	       "hot reset is not ours to do");
	tap_eq(request(VFIO_DEVICE_GET_INFO, &dev), -EINVAL,
	       "device info: short argsz");
	tap_eq(request(VFIO_DEVICE_GET_INFO, nowhere), -EFAULT,
	       "device info: to nowhere");
	tap_eq(request(VFIO_DEVICE_GET_REGION_INFO, &region), -EINVAL,
	       "region info: short argsz");
	region = (struct vfio_region_info) { .argsz = sizeof(region),
					     .index = 11 };
	tap_eq(request(VFIO_DEVICE_GET_REGION_INFO, &region), -EINVAL,
	       "region info: bad index");
	region.index = UINT_MAX;
	tap_eq(request(VFIO_DEVICE_GET_REGION_INFO, &region), -EINVAL,
	       "region info: last index");
	tap_eq(request(VFIO_DEVICE_GET_IRQ_INFO, &irq), -EINVAL,
	       "interrupt info: short argsz");
	irq = (struct vfio_irq_info) { .argsz = sizeof(irq),
				       .index = VFIO_PCI_NUM_IRQS };
	tap_eq(request(VFIO_DEVICE_GET_IRQ_INFO, &irq), -EINVAL,
	       "interrupt info: bad index");
	tap_eq(request(VFIO_DEVICE_SET_IRQS, &set), -EINVAL,
	       "set interrupts: short argsz");
}

/* The first two vectors at once */
static int set_two(int32_t first, int32_t second)
{
	const int32_t fds[] = { first, second };
	char buf[sizeof(struct vfio_irq_set) + sizeof(fds)];
	struct vfio_irq_set *set = (struct vfio_irq_set *)buf;

	*set = (struct vfio_irq_set) {
		.argsz = sizeof(buf),
		.flags = VFIO_IRQ_SET_DATA_EVENTFD |
			 VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.count = 2,
	};
	memcpy(set->data, fds, sizeof(fds));
	return request(VFIO_DEVICE_SET_IRQS, set);
}

/* They are set both or not at all */
static void test_two_irqs(int event)
{
	struct vfio_irq_set fire = {
		.argsz = sizeof(fire),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.count = 1,
	};
	uint64_t fired;

	tap_eq(set_two(event, 9999), -EBADF, "set interrupts: two, the second bad");
	tap_eq(request(VFIO_DEVICE_SET_IRQS, &fire), 0, "fire the first");
	tap_ok(read(event, &fired, sizeof(fired)) < 0 && errno == EAGAIN,
	       "it is not set either");
	tap_eq(set_two(event, event), 0, "set interrupts: two");
	tap_eq(request(VFIO_DEVICE_SET_IRQS, &fire), 0, "fire the first again");
	tap_ok(read(event, &fired, sizeof(fired)) == sizeof(fired) &&
	       fired == 1, "it arrives");
}

static void test_irqs(void)
{
	const uint32_t fd = VFIO_IRQ_SET_DATA_EVENTFD |
			    VFIO_IRQ_SET_ACTION_TRIGGER;
	const uint32_t none = VFIO_IRQ_SET_DATA_NONE |
			      VFIO_IRQ_SET_ACTION_TRIGGER;
	struct vfio_irq_info info = { .argsz = sizeof(info),
				      .index = VFIO_PCI_MSIX_IRQ_INDEX };
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	uint32_t n;

	ioctl(v.device, VFIO_DEVICE_GET_IRQ_INFO, &info);
	n = info.count;
	const struct {
		const char *name;
		uint32_t flags;
		uint32_t index;
		uint32_t start;
		uint32_t count;
		int32_t fd;
		int64_t want;
	} table[] = {
		{ "MSI-X", fd, 2, 0, 1, event, 0 },
		{ "MSI-X, off again", fd, 2, 0, 1, -1, 0 },
		{ "MSI-X, all off", none, 2, 0, 0, 0, 0 },
		{ "MSI-X, bad fd", fd, 2, 0, 1, 9999, -EBADF },
		{ "MSI-X, not an eventfd", fd, 2, 0, 1, v.device, -EINVAL },
		{ "MSI-X, negative fd", fd, 2, 0, 1, -2, -EINVAL },
		{ "MSI-X, behind the last", fd, 2, n, 1, event, -EINVAL },
		{ "MSI-X, start that wraps", fd, 2, UINT_MAX, 1, event,
		  -EINVAL },
		{ "MSI-X, too many", none, 2, 0, n + 1, 0, -EINVAL },
		{ "MSI-X, no data type", VFIO_IRQ_SET_ACTION_TRIGGER, 2, 0, 1,
		  event, -EINVAL },
		{ "MSI-X, mask", VFIO_IRQ_SET_DATA_NONE |
		  VFIO_IRQ_SET_ACTION_MASK, 2, 0, 1, 0, -EINVAL },
		{ "MSI-X, flags that do not exist", fd | 1u << 20, 2, 0, 1,
		  event, -EINVAL },
		{ "INTx, absent", fd, 0, 0, 1, event, -EINVAL },
		{ "MSI, absent", fd, 1, 0, 1, event, -EINVAL },
		{ "error", fd, 3, 0, 1, event, 0 },
		{ "error, the second", fd, 3, 1, 1, event, -EINVAL },
		{ "request", fd, 4, 0, 1, event, 0 },
		{ "index 5", fd, 5, 0, 1, event, -EINVAL },
	};
	char buf[sizeof(struct vfio_irq_set) + sizeof(int32_t)];
	struct vfio_irq_set *set = (struct vfio_irq_set *)buf;
	unsigned int i;
	uint64_t fired;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		*set = (struct vfio_irq_set) {
			.argsz = sizeof(buf),
			.flags = table[i].flags,
			.index = table[i].index,
			.start = table[i].start,
			.count = table[i].count,
		};
		memcpy(set->data, &table[i].fd, sizeof(int32_t));
		tap_eq(request(VFIO_DEVICE_SET_IRQS, set), table[i].want,
		       "set interrupts: %s", table[i].name);
	}

	if (n > 1)
		test_two_irqs(event);
	else
		tap_skip("two interrupts at once", "there is one");

	/* A VMM can fire one by hand: that is how it tests its wiring */
	vfio_set_eventfd(&v, VFIO_PCI_ERR_IRQ_INDEX, 0, event);
	*set = (struct vfio_irq_set) {
		.argsz = sizeof(buf),
		.flags = none,
		.index = VFIO_PCI_ERR_IRQ_INDEX,
		.count = 1,
	};
	tap_eq(request(VFIO_DEVICE_SET_IRQS, set), 0, "fire by hand");
	tap_ok(read(event, &fired, sizeof(fired)) == sizeof(fired) &&
	       fired == 1, "it arrives, once");
}

int main(int argc, char **argv)
{
	struct vfio_region_info *hdm;
	volatile uint64_t *mem;

	if (argc != 2)
		errx(2, "usage: badinput UUID");
	vfio_open_or_exit(&v, argv[1]);
	hdm = vfio_region(&v, HDM);
	if (!hdm)
		err(1, "HDM region");
	size = hdm->size;
	free(hdm);

	vfio_enable_memory(&v, true);
	mem = vfio_mmap(&v, BAR(2), 0, 4096);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	mem[7] = 0x1234567890abcdefULL;

	test_accesses();
	test_mmaps();
	test_many_mmaps();
	test_mmaps_of_two();
	test_ioctls();
	test_irqs();
	tap_ok(mem[7] == 0x1234567890abcdefULL, "memory is as it was");
	return tap_done();
}
