// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz-vfio UUID OTHER: threads that do at random whatever a VMM can do to its
 * device by VFIO, right and wrong. Nothing hangs; afterwards the device works,
 * a new user finds it as new, and another instance has not noticed.
 *
 * Environment:
 *   OPS=N      operations in all (1,000,000)
 *   TIME=S     instead, for so many seconds; 0 is for ever
 *   SEED=N     to repeat a run, with THREADS=1 exactly
 *   THREADS=N  threads (4)
 *   KCOV=1     fail where there is no KCOV, and if it led to nothing
 *
 * On a kernel with KCOV, operations that reached code which none had reached
 * before are kept, and done again with a change somewhere.
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
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <linux/kcov.h>
#include <linux/pci_regs.h>

#include "tap.h"
#include "vfio.h"

#define CONFIG		VFIO_PCI_CONFIG_REGION_INDEX
#define BAR0		VFIO_PCI_BAR0_REGION_INDEX
#define BAR2		VFIO_PCI_BAR2_REGION_INDEX
#define BAR4		VFIO_PCI_BAR4_REGION_INDEX
#define HDM		9
#define COMP		10
#define MIB		(1ULL << 20)
/* A few pieces, as each that is reset has to be cleared again */
#define MAPPED		(8 * MIB)
#define GRANULE		(256 * MIB)
#define PAGE		4096ULL
#define MAX_THREADS	64
/* Seconds in which a thread must have come on; the slowest kernel does */
#define PATIENCE	120

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define MAX_DRAWS	64

/**
 * struct draws - the random numbers that make an operation
 * @nr: how many; more than there is room for are not kept
 * @number: the numbers
 */
struct draws {
	unsigned int nr;
	uint64_t number[MAX_DRAWS];
};

/**
 * struct thread - one of the threads
 * @id: of the thread
 * @random: state of its random numbers
 * @draws: those of the operation
 * @again: those of an earlier operation, to be done again; or NULL
 * @change: which of these is to be another one
 * @cover: KCOV's list of the addresses that were run, or NULL
 * @buf: for data; a page that can't be touched follows
 * @ops: operations that it has done
 * @seen: those that had been done a second ago
 * @idle: seconds in which there were no more
 * @done: it has come to its end
 * @what: the operation that it is at, and its arguments, to be told on a hang
 * @arg: arguments
 */
struct thread {
	pthread_t id;
	uint64_t random;
	struct draws draws;
	const struct draws *again;
	unsigned int change;
	unsigned long *cover;
	uint8_t *buf;
	atomic_ulong ops;
	unsigned long seen;
	unsigned int idle;
	bool done;
	const char *volatile what;
	volatile uint64_t arg[3];
};

#define BUF_SIZE	(4 * PAGE)

static struct vfio v;
static uint8_t *bar, *hdm;
static uint32_t pm, exp_cap, msix, aer, dvsec, doe;
static int events[4];
static uint64_t size;
static struct thread threads[MAX_THREADS];
static unsigned long wanted = 1000000;
static time_t deadline;
static atomic_bool leaked;

static uint64_t any(struct thread *t)
{
	unsigned int i = t->draws.nr;
	uint64_t number;

	t->random ^= t->random << 13;
	t->random ^= t->random >> 7;
	t->random ^= t->random << 17;
	number = t->random;
	if (t->again && i < t->again->nr && i != t->change)
		number = t->again->number[i];
	if (i < MAX_DRAWS)
		t->draws.number[t->draws.nr++] = number;
	return number;
}

static uint64_t below(struct thread *t, uint64_t n)
{
	return any(t) % n;
}

static bool one_in(struct thread *t, unsigned int n)
{
	return !below(t, n);
}

/* Numbers that like to break things */
static uint64_t number(struct thread *t)
{
	switch (below(t, 6)) {
	case 0:
		return below(t, 16);
	case 1:
		return 1ULL << below(t, 64);
	case 2:
		return (1ULL << below(t, 64)) - 1;
	case 3:
		return -below(t, 16);
	case 4:
		return below(t, 64) * PAGE;
	default:
		return any(t);
	}
}

/* An address that is never ours */
static void *nowhere(struct thread *t)
{
	return (void *)(one_in(t, 2) ? below(t, PAGE) : any(t) | 1ULL << 63);
}

static void note(struct thread *t, const char *what, uint64_t a, uint64_t b,
		 uint64_t c)
{
	t->what = what;
	t->arg[0] = a;
	t->arg[1] = b;
	t->arg[2] = c;
}

static uint64_t file_offset(uint64_t region, uint64_t offset)
{
	return (region << 40) + offset;
}

/* What the neighbour's memory is full of; no fill of one byte looks like it */
static const uint64_t pattern = 0xa5c396e1d2b4f078;

/* What is read of our memory is never that of the neighbour */
static void check_leak(const uint8_t *buf, ssize_t len)
{
	if (len > 0 && memmem(buf, len, &pattern, sizeof(pattern)))
		leaked = true;
}

static void access_at(struct thread *t, uint64_t offset, size_t len,
		      bool write)
{
	uint64_t value = number(t);
	ssize_t n;

	note(t, write ? "pwrite" : "pread", offset, len, value);
	if (!write) {
		n = pread(v.device, t->buf, len, offset);
		check_leak(t->buf, n);
		return;
	}
	memcpy(t->buf, &value, sizeof(value));
	if (pwrite(v.device, t->buf, len, offset) < 0)
		return;
}

/* Registers with a meaning, in any size, now and then not quite there */
static void access_register(struct thread *t)
{
	const struct {
		uint32_t region;
		uint32_t at;
		uint32_t span;
	} table[] = {
		{ CONFIG, PCI_COMMAND, 2 },
		{ CONFIG, PCI_BASE_ADDRESS_0, 24 },
		{ CONFIG, exp_cap, 0x34 },
		{ CONFIG, msix, 12 },
		{ CONFIG, aer, 0x20 },
		{ CONFIG, dvsec + 0x0c, 4 },
		{ CONFIG, dvsec + 0x14, 0x28 },
		{ CONFIG, doe + 4, 0x14 },
		{ CONFIG, 0, 0x1000 },
		{ BAR0, 0x1000, 0x40 },
		{ BAR0, 0x1100, 0x58 },
		{ BAR0, 0x1200, 0x150 },
		{ BAR0, 0, 0x10000 },
		{ BAR4, 0, 0x1000 },
		{ BAR4, 0x10000, 0x600 },
		{ BAR4, 0, 0x20000 },
		{ COMP, 0, 0x150 },
		{ COMP, 0, 0x150 },
	};
	unsigned int i = below(t, COUNT(table));
	uint64_t at = table[i].at + below(t, table[i].span);

	if (!one_in(t, 4))
		at &= ~3ULL;
	access_at(t, file_offset(table[i].region, at),
		  one_in(t, 2) ? 4 : 1 + below(t, 16), one_in(t, 2));
}

/* Offsets and counts of all kinds, to regions that are and are not */
static void access_wild(struct thread *t)
{
	uint64_t offset = one_in(t, 2) ? number(t) :
			  file_offset(below(t, 13), number(t));
	size_t len = one_in(t, 8) ? number(t) : below(t, BUF_SIZE);
	uint8_t *buf = t->buf;
	bool write = one_in(t, 2);
	struct iovec iov[2];

	note(t, write ? "wild pwrite" : "wild pread", offset, len, 0);
	/* Over the end of what is mapped, or nowhere at all */
	if (len > BUF_SIZE || one_in(t, 8))
		buf += BUF_SIZE - below(t, 64);
	if (one_in(t, 16))
		buf = nowhere(t);
	iov[0] = (struct iovec) { buf, len };
	iov[1] = (struct iovec) { t->buf, below(t, 16) };
	if (write && pwritev(v.device, iov, 1 + below(t, 2), offset) < 0)
		return;
	if (!write && preadv(v.device, iov, 1 + below(t, 2), offset) < 0)
		return;
}

static void access_memory(struct thread *t)
{
	uint64_t at = one_in(t, 16) ? below(t, size) : below(t, MAPPED);
	uint32_t region = one_in(t, 2) ? BAR2 : HDM;

	access_at(t, file_offset(region, at), below(t, BUF_SIZE),
		  one_in(t, 2));
}

static void touch(struct thread *t)
{
	uint8_t *p = (one_in(t, 2) ? bar : hdm) + below(t, MAPPED);

	note(t, "touch", (uintptr_t)p, 0, 0);
	if (one_in(t, 2))
		faults_on_read(p);
	else
		faults_on_write(p);
}

/* What would let the guest reach its memory */
static void wake(struct thread *t)
{
	note(t, "wake", 0, 0, 0);
	vfio_write(&v, CONFIG, pm + PCI_PM_CTRL, 2, 0);
	vfio_write(&v, CONFIG, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	vfio_write(&v, CONFIG, dvsec + 0x0c, 2, 4);
	vfio_write(&v, COMP, HDM_GLOBAL, 4, HDM_GLOBAL_ENABLE);
}

static void commit(struct thread *t)
{
	unsigned int i = below(t, 4) ? below(t, 2) : below(t, 10);
	const uint32_t base = below(t, 8) << 28;
	const uint32_t len = below(t, 3) << 28;

	note(t, "commit", i, base, len);
	vfio_write(&v, COMP, HDM_BASE(i), 4, base);
	vfio_write(&v, COMP, HDM_SIZE(i), 4, len);
	vfio_write(&v, COMP, HDM_CTRL(i), 4, HDM_CTRL_COMMIT |
		   (one_in(t, 64) ? HDM_CTRL_LOCK : 0));
	if (one_in(t, 2))
		vfio_write(&v, COMP, HDM_CTRL(i), 4, 0);
}

static void exchange(struct thread *t)
{
	const uint32_t request[] = {
		one_in(t, 8) ? number(t) : 0x00021e98,
		one_in(t, 8) ? number(t) : 3,
		below(t, 8) << 16,
	};
	unsigned int i;

	note(t, "DOE", request[0], request[1], request[2]);
	for (i = 0; i < COUNT(request); i++)
		vfio_write(&v, CONFIG, doe + PCI_DOE_WRITE, 4, request[i]);
	vfio_write(&v, CONFIG, doe + PCI_DOE_CTRL, 4, PCI_DOE_CTRL_GO);
	for (i = below(t, 12); i; i--) {
		vfio_read(&v, CONFIG, doe + PCI_DOE_READ, 4);
		vfio_write(&v, CONFIG, doe + PCI_DOE_READ, 4, 0);
	}
	if (one_in(t, 2))
		vfio_write(&v, CONFIG, doe + PCI_DOE_CTRL, 4,
			   PCI_DOE_CTRL_ABORT);
}

/* A job for the software parent's engine, sound or not */
static void job(struct thread *t)
{
	uint64_t slot = 0x10100 + 0x40 * below(t, 16);
	uint64_t reg[6];
	unsigned int i;

	reg[0] = below(t, 5);
	reg[1] = below(t, 20);
	for (i = 2; i < COUNT(reg); i++)
		reg[i] = one_in(t, 8) ? number(t) : below(t, MIB);
	note(t, "job", slot, reg[0], reg[4]);
	if (vfio_pwrite(&v, BAR4, slot, reg, sizeof(reg)))
		return;
	vfio_write(&v, BAR4, 0x10008, 8, below(t, 17));
}

static void reset(struct thread *t)
{
	unsigned int kind = below(t, 4);

	note(t, "reset", kind, 0, 0);
	if (!kind)
		vfio_reset(&v);
	else if (kind == 1)
		vfio_write(&v, CONFIG, exp_cap + PCI_EXP_DEVCTL, 2,
			   PCI_EXP_DEVCTL_BCR_FLR);
	else if (kind == 2)
		vfio_write(&v, CONFIG, dvsec + 0x10, 2, 4 | (any(t) & 8));
	else
		vfio_write(&v, CONFIG, pm + PCI_PM_CTRL, 2, below(t, 4));
}

/*
 * Take a mapping away, in one of many ways. What is gone may be another
 * thread's at once, and is not named again.
 */
static void unmap(struct thread *t, uint8_t *p, size_t len, int prot)
{
	size_t at = PAGE * below(t, len / PAGE);

	switch (below(t, 5)) {
	case 0:
		madvise(p, len, below(t, 24));
		break;
	case 1:
		mprotect(p, len, prot);
		break;
	case 2:
		/* A hole first */
		munmap(p + at, PAGE);
		if (at)
			munmap(p, at);
		if (len > at + PAGE)
			munmap(p + at + PAGE, len - at - PAGE);
		return;
	case 3:
		/* Can't grow */
		if (mremap(p, len, len + PAGE, MREMAP_MAYMOVE) == MAP_FAILED)
			break;
		errx(1, "a mapping has grown");
	}
	munmap(p, len);
}

/* Mappings of every kind; what works is touched, and taken apart */
static void map(struct thread *t)
{
	static const int prots[] = {
		PROT_READ, PROT_READ | PROT_WRITE, PROT_NONE, PROT_WRITE,
		PROT_READ | PROT_EXEC,
	};
	static const int flags[] = {
		MAP_SHARED, MAP_SHARED, MAP_SHARED, MAP_PRIVATE,
		MAP_SHARED_VALIDATE, MAP_SHARED | MAP_POPULATE,
		MAP_SHARED | MAP_LOCKED,
	};
	int prot = prots[below(t, COUNT(prots))];
	uint64_t region = one_in(t, 2) ? below(t, 13) :
			  one_in(t, 2) ? BAR2 : HDM;
	uint64_t offset = one_in(t, 4) ? number(t) : below(t, MAPPED);
	size_t len = one_in(t, 8) ? number(t) : PAGE << below(t, 11);
	uint8_t *p;

	note(t, "mmap", file_offset(region, offset), len, prot);
	len = (len + PAGE - 1) & -PAGE;
	p = mmap(NULL, len, prot, flags[below(t, COUNT(flags))], v.device,
		 file_offset(region, offset & -PAGE));
	if (p == MAP_FAILED)
		return;
	if (prot & PROT_READ)
		faults_on_read(p + below(t, len));
	if (prot & PROT_WRITE)
		faults_on_write(p + below(t, len));
	unmap(t, p, len, prots[below(t, COUNT(prots))]);
}

/* A structure, broken now and then in what says how long it is */
static void request(struct thread *t)
{
	static const unsigned long cmds[] = {
		VFIO_DEVICE_GET_INFO, VFIO_DEVICE_GET_REGION_INFO,
		VFIO_DEVICE_GET_IRQ_INFO, VFIO_DEVICE_SET_IRQS,
		VFIO_DEVICE_SET_IRQS, VFIO_DEVICE_SET_IRQS,
		VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, VFIO_DEVICE_PCI_HOT_RESET,
		VFIO_DEVICE_QUERY_GFX_PLANE, VFIO_DEVICE_GET_GFX_DMABUF,
		VFIO_DEVICE_IOEVENTFD, VFIO_DEVICE_FEATURE,
	};
	unsigned long cmd = one_in(t, 32) ? _IO(VFIO_TYPE, below(t, 256)) :
					    cmds[below(t, COUNT(cmds))];
	uint32_t *arg = (uint32_t *)(t->buf + BUF_SIZE - 8 * (1 + below(t, 16)));
	unsigned int i, words = (t->buf + BUF_SIZE - (uint8_t *)arg) / 4;

	for (i = 0; i < words; i++)
		arg[i] = number(t);
	arg[0] = one_in(t, 4) ? number(t) : 4 * words;
	arg[1] = one_in(t, 4) ? number(t) :
		 1U << below(t, 3) | 1U << (3 + below(t, 3));
	if (words > 2)
		arg[2] = one_in(t, 8) ? number(t) : below(t, 13);
	note(t, "ioctl", cmd, arg[0], arg[1]);
	if (one_in(t, 32))
		arg = nowhere(t);
	ioctl(v.device, cmd, arg);
}

static void set_irqs(struct thread *t)
{
	struct {
		struct vfio_irq_set set;
		int32_t fd[64];
	} arg;
	unsigned int i;

	for (i = 0; i < COUNT(arg.fd); i++)
		arg.fd[i] = one_in(t, 64) ? (int)number(t) :
			    one_in(t, 2) ? -1 : events[below(t, 4)];
	arg.set = (struct vfio_irq_set) {
		.argsz = sizeof(arg),
		.flags = VFIO_IRQ_SET_ACTION_TRIGGER | 1U << below(t, 3),
		.index = one_in(t, 2) ? VFIO_PCI_MSIX_IRQ_INDEX : below(t, 6),
		.start = one_in(t, 8) ? number(t) : below(t, 17),
		.count = one_in(t, 8) ? number(t) : below(t, 17),
	};
	note(t, "set interrupts", arg.set.flags, arg.set.index, arg.set.count);
	ioctl(v.device, VFIO_DEVICE_SET_IRQS, &arg);
}

/* How often each is done */
static const struct {
	void (*run)(struct thread *t);
	unsigned int weight;
} mix[] = {
	{ access_register, 400 },
	{ access_wild, 60 },
	{ access_memory, 40 },
	{ touch, 120 },
	{ wake, 60 },
	{ commit, 60 },
	{ exchange, 20 },
	{ job, 40 },
	{ reset, 10 },
	{ map, 50 },
	{ request, 100 },
	{ set_irqs, 40 },
};

#define COVER_WORDS	(1UL << 15)
#define PLACES		(1UL << 18)
#define MAX_KEPT	(1UL << 12)

/* Code that was reached, by a hash of its address, and what reached it first */
static atomic_bool reached[PLACES];
static atomic_ulong nr_reached;
static const struct draws *_Atomic kept[MAX_KEPT];
static atomic_ulong nr_kept;

/* KCOV is there on some kernels, and per thread */
static void start_cover(struct thread *t)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
	unsigned long *cover;

	if (fd < 0) {
		if (getenv("KCOV"))
			err(1, "KCOV");
		return;
	}
	if (ioctl(fd, KCOV_INIT_TRACE, COVER_WORDS))
		err(1, "KCOV_INIT_TRACE");
	cover = mmap(NULL, COVER_WORDS * sizeof(*cover),
		     PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (cover == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		err(1, "KCOV_ENABLE");
	t->cover = cover;
}

static bool reached_new_code(const struct thread *t)
{
	unsigned long i, nr = __atomic_load_n(t->cover, __ATOMIC_RELAXED);
	bool new = false;

	for (i = 1; i <= nr; i++) {
		unsigned long place = t->cover[i] * 0x9e3779b97f4a7c15UL >> 46;

		if (reached[place])
			continue;
		reached[place] = true;
		nr_reached++;
		new = true;
	}
	return new;
}

static void keep(const struct draws *draws)
{
	unsigned long n = nr_kept++;
	struct draws *copy;

	copy = n < MAX_KEPT ? malloc(sizeof(*copy)) : NULL;
	if (!copy)
		return;
	*copy = *draws;
	kept[n] = copy;
}

/* Every other time, an operation that was worth it, with one change */
static void begin(struct thread *t)
{
	unsigned long nr = nr_kept < MAX_KEPT ? nr_kept : MAX_KEPT;

	t->again = NULL;
	t->draws.nr = 0;
	if (nr && one_in(t, 2))
		t->again = kept[below(t, nr)];
	if (t->again)
		t->change = below(t, t->again->nr);
	t->draws.nr = 0;
}

static void run_random(struct thread *t)
{
	unsigned int i, total = 0, n;

	for (i = 0; i < COUNT(mix); i++)
		total += mix[i].weight;
	n = below(t, total);
	for (i = 0; n >= mix[i].weight; i++)
		n -= mix[i].weight;
	mix[i].run(t);
}

static void run_one(struct thread *t)
{
	begin(t);
	if (t->cover)
		__atomic_store_n(t->cover, 0, __ATOMIC_RELAXED);
	run_random(t);
	if (t->cover && reached_new_code(t))
		keep(&t->draws);
	t->ops++;
}

static unsigned int nr_threads = 4;

static void *play(void *arg)
{
	struct thread *t = arg;

	start_cover(t);
	while (deadline ? time(NULL) < deadline :
			  t->ops < wanted / nr_threads)
		run_one(t);
	return NULL;
}

static uint8_t *guarded_buffer(void)
{
	uint8_t *buf = mmap(NULL, BUF_SIZE + PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (buf == MAP_FAILED || mprotect(buf + BUF_SIZE, PAGE, PROT_NONE))
		err(1, "memory");
	return buf;
}

static void start(unsigned int i, uint64_t seed)
{
	struct thread *t = &threads[i];

	t->random = (seed + i + 1) * 0x9e3779b97f4a7c15ULL;
	t->buf = guarded_buffer();
	if (pthread_create(&t->id, NULL, play, t))
		errx(1, "no thread");
}

/* A thread that is stuck in the kernel can't be waited for: tell, and end */
static void hangs(unsigned int i)
{
	struct thread *t = &threads[i];

	tap_ok(false, "thread %u comes on", i);
	printf("# it is at %s %#lx %#lx %#lx\n", t->what, t->arg[0],
	       t->arg[1], t->arg[2]);
	fflush(stdout);
	if (system("cat /proc/self/task/*/stack | sed 's/^/# /'"))
		printf("# no stacks\n");
	_exit(tap_done());
}

/* Threads that have not come to their end */
static unsigned int watch(void)
{
	unsigned int i, running = 0;

	for (i = 0; i < nr_threads; i++) {
		struct thread *t = &threads[i];

		t->done = t->done || !pthread_tryjoin_np(t->id, NULL);
		if (t->done)
			continue;
		running++;
		t->idle = t->ops == t->seen ? t->idle + 1 : 0;
		t->seen = t->ops;
		if (t->idle == PATIENCE)
			hangs(i);
	}
	return running;
}

static void run_all(uint64_t seed)
{
	unsigned long ops = 0;
	time_t begin = time(NULL), seconds;
	unsigned int i;

	for (i = 0; i < nr_threads; i++)
		start(i, seed);
	while (watch())
		sleep(1);
	for (i = 0; i < nr_threads; i++)
		ops += threads[i].ops;
	seconds = time(NULL) - begin;
	tap_ok(ops >= (deadline ? 1 : wanted / nr_threads * nr_threads),
	       "%lu operations come to their end", ops);
	printf("# in %ld s, %ld a second\n", (long)seconds,
	       (long)(ops / (seconds ? seconds : 1)));
	if (nr_kept)
		printf("# KCOV: %lu places, %lu operations kept\n", nr_reached,
		       nr_kept);
	if (getenv("KCOV"))
		tap_ok(nr_kept, "KCOV has led it");
}

/**
 * struct registers - all that can be read of an instance but its memory
 * @config: configuration space
 * @component: component registers
 * @msix: MSI-X table
 */
struct registers {
	uint8_t config[0x1000];
	uint8_t component[0x10000];
	uint8_t msix[0x1000];
};

static struct registers *registers(struct vfio *dev)
{
	struct registers *r = calloc(1, sizeof(*r));

	if (!r || vfio_enable_memory(dev, true) ||
	    vfio_pread(dev, CONFIG, 0, r->config, sizeof(r->config)) ||
	    vfio_pread(dev, BAR0, 0, r->component, sizeof(r->component)) ||
	    vfio_pread(dev, BAR4, 0, r->msix, sizeof(r->msix)))
		errx(1, "can't read the registers");
	return r;
}

static void same_registers(struct vfio *dev, const struct registers *old,
			   const char *name)
{
	struct registers *now = registers(dev);
	size_t i;

	tap_ok(!memcmp(now, old, sizeof(*now)), "%s", name);
	for (i = 0; i < sizeof(*now); i++) {
		if (((uint8_t *)now)[i] != ((uint8_t *)old)[i])
			printf("# byte %#zx is %#x, was %#x\n", i,
			       ((uint8_t *)now)[i], ((uint8_t *)old)[i]);
	}
	free(now);
}

static bool is_full_of(const uint8_t *p, uint64_t word)
{
	return !memcmp(p, &word, sizeof(word)) &&
	       !memcmp(p, p + sizeof(word), MAPPED - sizeof(word));
}

static void open_device(struct vfio *dev, const char *uuid)
{
	vfio_open_or_exit(dev, uuid);
}

static void map_device(void)
{
	struct vfio_region_info *info = vfio_region(&v, HDM);

	if (!info)
		err(1, "HDM region");
	size = info->size;
	free(info);
	bar = vfio_mmap(&v, BAR2, 0, MAPPED);
	hdm = vfio_mmap(&v, HDM, 0, MAPPED);
	if (bar == MAP_FAILED || hdm == MAP_FAILED)
		err(1, "mmap");
	pm = vfio_find_cap(&v, PCI_CAP_ID_PM);
	exp_cap = vfio_find_cap(&v, PCI_CAP_ID_EXP);
	msix = vfio_find_cap(&v, PCI_CAP_ID_MSIX);
	aer = vfio_find_ext_cap(&v, PCI_EXT_CAP_ID_ERR, -1);
	dvsec = vfio_find_ext_cap(&v, PCI_EXT_CAP_ID_DVSEC, 0);
	doe = vfio_find_ext_cap(&v, PCI_EXT_CAP_ID_DOE, -1);
}

static void test_works(void)
{
	int64_t ctrl;

	tap_eq(vfio_reset(&v), 0, "a reset");
	vfio_enable_memory(&v, true);
	vfio_enable_cxl_mem(&v, true);
	vfio_hdm_write(&v, HDM_GLOBAL, HDM_GLOBAL_ENABLE);
	ctrl = vfio_hdm_commit(&v, 0, 4ULL << 30, GRANULE);
	tap_ok(ctrl >= 0 && ctrl & HDM_CTRL_COMMITTED, "a decoder commits");
	tap_ok(!faults_on_write(bar + 12345) && hdm[12345] == bar[12345],
	       "memory works by both windows");
}

static unsigned long variable(const char *name, unsigned long otherwise)
{
	const char *value = getenv(name);

	return value && *value ? strtoul(value, NULL, 0) : otherwise;
}

static void set_up(void)
{
	const char *seconds = getenv("TIME");
	unsigned int i;

	wanted = variable("OPS", wanted);
	nr_threads = variable("THREADS", nr_threads);
	if (!nr_threads || nr_threads > MAX_THREADS)
		errx(2, "THREADS is 1 to %u", MAX_THREADS);
	if (seconds && *seconds) {
		deadline = time(NULL) + strtol(seconds, NULL, 0);
		if (!strtol(seconds, NULL, 0))
			deadline = (time_t)1 << 40;
	}
	for (i = 0; i < COUNT(events); i++)
		events[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

int main(int argc, char **argv)
{
	uint64_t seed = variable("SEED", time(NULL));
	struct registers *fresh, *others;
	struct vfio other;
	uint8_t *neighbour;
	size_t at;

	if (argc != 3)
		errx(2, "usage: fuzz-vfio UUID OTHER");
	set_up();
	printf("# seed %llu (SEED= to repeat)\n", (unsigned long long)seed);

	open_device(&other, argv[2]);
	others = registers(&other);
	neighbour = vfio_mmap(&other, BAR2, 0, MAPPED);
	if (neighbour == MAP_FAILED)
		err(1, "mmap of the neighbour");
	for (at = 0; at < MAPPED; at += sizeof(pattern))
		memcpy(neighbour + at, &pattern, sizeof(pattern));

	open_device(&v, argv[1]);
	fresh = registers(&v);
	map_device();
	run_all(seed);
	test_works();
	munmap(bar, MAPPED);
	munmap(hdm, MAPPED);
	vfio_close(&v);

	open_device(&v, argv[1]);
	same_registers(&v, fresh, "the next user finds the registers as new");
	map_device();
	tap_ok(is_full_of(bar, 0), "and memory that reads zero");
	tap_ok(!leaked, "nothing of the neighbour was read");
	tap_ok(is_full_of(neighbour, pattern),
	       "the neighbour's memory is as it was");
	same_registers(&other, others, "and its registers");
	return tap_done();
}
