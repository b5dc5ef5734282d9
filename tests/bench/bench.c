// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device costs its users, beside what comparable things of Linux
 * cost in the same run. Documentation/benchmarks.rst says what each row means.
 *
 * bench [--instructions] [--runs N] SOFT PCI MTTY VFIO_PCI JSON
 *
 * The first three are folders of mdev types without the end that names a type;
 * VFIO_PCI is the address of a device that vfio-pci has, JSON a file to write.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include <linux/pci_regs.h>
#include <linux/serial_reg.h>

#include "table.h"
#include "vfio.h"

#define KIB	1024ul
#define MIB	(1024 * KIB)
#define GIB	(1024 * MIB)
#define PAGE	(4 * KIB)
#define PIECE	(2 * MIB)

#define US	1e3
#define MS	1e6

/* Accesses, creates and resets of one sample */
#define ACCESSES	4000
#define CREATES		16
#define RESETS		4

#define COPY_SIZE	(256 * MIB)
#define CLEAR_SIZE	(256 * MIB)
#define INSTANCES	256
/* What neighbours copy at a time, and for how long */
#define STREAMED	(16 * MIB)
#define STREAM_US	2000000

static const char *soft_types, *pci_types, *mtty_types;

/* Files in sysfs */

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", path);
	close(fd);
}

static uint64_t read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		err(1, "%s", path);
	close(fd);
	return strtoull(text, NULL, 0);
}

/* Instances, known by a number from which their UUID is made */

#define UUID_LEN	36

static void make_uuid(unsigned int n, char *uuid)
{
	snprintf(uuid, UUID_LEN + 1, "%08x-0000-4000-8000-%012x", n, n);
}

static void create(const char *types, const char *type, unsigned int n)
{
	char path[256], uuid[UUID_LEN + 1];

	make_uuid(n, uuid);
	snprintf(path, sizeof(path), "%s%s/create", types, type);
	write_file(path, uuid);
}

static void destroy(unsigned int n)
{
	char path[256], uuid[UUID_LEN + 1];

	make_uuid(n, uuid);
	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/remove", uuid);
	write_file(path, "1");
}

/**
 * struct device - a VFIO device, open
 * @v: the device
 * @n: number of the instance, if it is one
 * @bar0: file offset of the region
 * @bar2: likewise
 * @config: likewise
 */
struct device {
	struct vfio v;
	unsigned int n;
	uint64_t bar0;
	uint64_t bar2;
	uint64_t config;
};

static uint64_t region_at(struct vfio *v, uint32_t index)
{
	struct vfio_region_info *info = vfio_region(v, index);
	uint64_t offset;

	if (!info)
		err(1, "region %u", index);
	offset = info->offset;
	free(info);
	return offset;
}

static void open_device(struct device *dev, const char *name)
{
	vfio_open_or_exit(&dev->v, name);
	dev->bar0 = region_at(&dev->v, VFIO_PCI_BAR0_REGION_INDEX);
	dev->bar2 = region_at(&dev->v, VFIO_PCI_BAR2_REGION_INDEX);
	dev->config = region_at(&dev->v, VFIO_PCI_CONFIG_REGION_INDEX);
	vfio_enable_memory(&dev->v, true);
}

static void open_instance(struct device *dev, const char *types,
			  const char *type)
{
	static unsigned int next = 0x10000;
	char uuid[UUID_LEN + 1];

	dev->n = next++;
	create(types, type, dev->n);
	make_uuid(dev->n, uuid);
	open_device(dev, uuid);
}

static void close_instance(struct device *dev)
{
	vfio_close(&dev->v);
	destroy(dev->n);
}

/* Memory */

/* Addresses that nothing else has, aligned to a gigabyte */
static char *reserve(size_t size)
{
	char *p = mmap(NULL, size + GIB, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		err(1, "addresses");
	return (char *)(((uintptr_t)p + GIB - 1) & -GIB);
}

static char *map_device(const struct device *dev, char *at, size_t size)
{
	char *p = mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		       dev->v.device, dev->bar2);

	if (p == MAP_FAILED)
		err(1, "mmap of a device");
	return p;
}

static void touch(char *p, size_t size, size_t step)
{
	size_t i;

	for (i = 0; i < size; i += step)
		((volatile char *)p)[i] = 1;
}

static uint64_t huge_bytes(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "r");
	unsigned long kib = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "AnonHugePages: %lu", &kib);
	if (f)
		fclose(f);
	return kib * KIB;
}

static char *map_anonymous(size_t size)
{
	uint64_t before = huge_bytes();
	char *p = mmap(reserve(size), size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (p == MAP_FAILED || madvise(p, size, MADV_HUGEPAGE))
		err(1, "anonymous memory");
	touch(p, size, PAGE);
	if (huge_bytes() - before < size)
		errx(1, "anonymous memory without huge pages");
	return p;
}

static uint64_t faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static struct sample map_and_touch(const struct device *dev, bool count)
{
	static char *at;
	uint64_t start, before = faults();
	struct sample s = {};
	char *p;

	at = at ?: reserve(GIB);
	start = now();
	p = map_device(dev, at, GIB);
	touch(p, GIB, PAGE);
	s.cost = now() - start;
	s.amount = count ? faults() - before : 1;
	munmap(p, GIB);
	return s;
}

static struct sample take_map(const void *dev)
{
	return map_and_touch(dev, false);
}

static struct sample take_faults(const void *dev)
{
	return map_and_touch(dev, true);
}

/* From one half of the memory to the other */
static struct sample take_copy(const void *mem)
{
	char *p = *(char * const *)mem;
	uint64_t start = now();

	memcpy(p + COPY_SIZE, p, COPY_SIZE);
	return (struct sample) { now() - start, COPY_SIZE };
}

/* Registers */

struct access {
	struct device *dev;
	uint64_t offset;
};

static struct sample take_read(const void *arg)
{
	const struct access *a = arg;
	uint64_t start = now();
	uint32_t value;
	int i;

	for (i = 0; i < ACCESSES; i++) {
		if (pread(a->dev->v.device, &value, 4, a->offset) != 4)
			err(1, "read of a register");
	}
	return (struct sample) { now() - start, ACCESSES };
}

static struct sample take_write(const void *arg)
{
	const struct access *a = arg;
	uint64_t start = now();
	uint32_t value = 0;
	int i;

	for (i = 0; i < ACCESSES; i++) {
		if (pwrite(a->dev->v.device, &value, 4, a->offset) != 4)
			err(1, "write of a register");
	}
	return (struct sample) { now() - start, ACCESSES };
}

/* The last register of the last decoder, by the capability array in BAR0 */
static uint64_t hdm_register(struct device *dev)
{
	uint64_t array = 0x1000, reg;
	uint32_t cap, i;

	for (i = 1; i < 16; i++) {
		cap = vfio_read(&dev->v, VFIO_PCI_BAR0_REGION_INDEX,
				array + 4 * i, 4);
		if ((cap & 0xffff) != 5)
			continue;
		reg = dev->bar0 + array + (cap >> 20) + HDM_SKIP(9) + 4;
		return reg;
	}
	errx(1, "no HDM decoders");
}

/* Lifetime */

struct kind_of_instance {
	const char **types;
	const char *type;
};

static struct sample take_create_remove(const void *arg)
{
	const struct kind_of_instance *k = arg;
	uint64_t start = now();
	unsigned int i;

	for (i = 0; i < CREATES; i++) {
		create(*k->types, k->type, i);
		destroy(i);
	}
	return (struct sample) { now() - start, CREATES };
}

static struct sample create_behind(unsigned int others)
{
	struct sample s = { 0, CREATES };
	unsigned int i;
	uint64_t start;

	for (i = 1; i <= others; i++)
		create(soft_types, "256m", i);
	for (i = 0; i < CREATES; i++) {
		start = now();
		create(soft_types, "256m", 0);
		s.cost += now() - start;
		destroy(0);
	}
	for (i = 1; i <= others; i++)
		destroy(i);
	return s;
}

static struct sample take_first(const void *arg)
{
	(void)arg;
	return create_behind(0);
}

static struct sample take_last(const void *arg)
{
	(void)arg;
	return create_behind(INSTANCES - 1);
}

/* What the kernel has for itself, with no more slabs than are in use */
static uint64_t kernel_bytes(void)
{
	static const char * const names[] = {
		"Slab", "KernelStack", "PageTables", "VmallocUsed", "Percpu",
	};
	unsigned long kib, sum = 0;
	char line[128], name[32];
	unsigned int i;
	glob_t caches;
	FILE *f;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		errx(1, "no slabs");
	for (i = 0; i < caches.gl_pathc; i++)
		write_file(caches.gl_pathv[i], "1");
	globfree(&caches);

	f = fopen("/proc/meminfo", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%31[^:]: %lu", name, &kib) != 2)
			continue;
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			sum += strcmp(name, names[i]) ? 0 : kib;
	}
	if (f)
		fclose(f);
	return sum * KIB;
}

static struct sample take_memory(const void *arg)
{
	const struct kind_of_instance *k = arg;
	struct sample s = { 0, 0 };
	int64_t before, after;
	unsigned int i;

	before = kernel_bytes();
	for (i = 0; i < INSTANCES; i++)
		create(*k->types, k->type, i);
	after = kernel_bytes();
	for (i = 0; i < INSTANCES; i++)
		destroy(i);
	s.amount = (double)(after - before) / INSTANCES;
	return s;
}

/* Resets and clearing */

/* A CXL reset with memory clear: Control2 and Status2 of the device DVSEC */
static uint64_t reset_and_clear(struct device *dev)
{
	uint64_t at = dev->config + 0x10 +
		      vfio_find_ext_cap(&dev->v, PCI_EXT_CAP_ID_DVSEC, 0);
	uint16_t control = 1 << 3 | 1 << 2, status = 0;
	uint64_t start = now(), took;

	if (pwrite(dev->v.device, &control, 2, at) != 2)
		err(1, "CXL reset");
	took = now() - start;
	if (pread(dev->v.device, &status, 2, at + 2) != 2 ||
	    (status & 6) != 2)
		errx(1, "CXL reset is not complete");
	return took;
}

static void wait_clean(const struct device *dev)
{
	char path[256], uuid[UUID_LEN + 1];

	make_uuid(dev->n, uuid);
	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/dirty_bytes",
		 uuid);
	while (read_number(path))
		usleep(500);
}

/**
 * struct target - a partition that is reset
 * @dev: it
 * @mem: all of its memory
 * @size: of that
 * @used: bytes from the start over which the pieces in use are spread
 */
struct target {
	struct device *dev;
	char *mem;
	size_t size;
	size_t used;
};

/* With 16 pieces in use */
static struct sample take_reset(const void *arg)
{
	const struct target *t = arg;
	struct sample s = { 0, RESETS };
	int i;

	for (i = 0; i < RESETS; i++) {
		touch(t->mem, t->used, t->used / 16);
		s.cost += reset_and_clear(t->dev);
		wait_clean(t->dev);
	}
	return s;
}

/* All of the partition in use; from the reset to the last piece */
static struct sample take_clear(const void *arg)
{
	const struct target *t = arg;
	uint64_t start;

	touch(t->mem, t->size, PIECE);
	start = now();
	reset_and_clear(t->dev);
	wait_clean(t->dev);
	return (struct sample) { now() - start, t->size };
}

static struct sample take_memset(const void *mem)
{
	uint64_t start = now();

	memset(*(char * const *)mem, 0, CLEAR_SIZE);
	return (struct sample) { now() - start, CLEAR_SIZE };
}

/* By stores such as the kernel's memset has on this machine, see the documentation */
static struct sample take_stores(const void *mem)
{
	volatile uint64_t *p = *(volatile uint64_t * const *)mem;
	uint64_t start = now();
	size_t i;

#pragma GCC unroll 8
	for (i = 0; i < CLEAR_SIZE / sizeof(*p); i++)
		p[i] = 0;
	return (struct sample) { now() - start, CLEAR_SIZE };
}

/**
 * struct neighbours - guests that keep both CPUs busy with their memory
 * @mem: of each
 * @cleared: all of this is cleared meanwhile, or NULL
 */
struct neighbours {
	char *mem[2];
	const struct target *cleared;
};

/* What one of them does, and how many bytes it has got through */
struct stream {
	pthread_t thread;
	char *mem;
	uint64_t bytes;
};

static atomic_bool enough;

static void *stream(void *arg)
{
	struct stream *s = arg;

	while (!enough) {
		memcpy(s->mem + STREAMED, s->mem, STREAMED);
		s->bytes += STREAMED;
	}
	return NULL;
}

static struct sample take_streams(const void *arg)
{
	const struct neighbours *n = arg;
	struct stream s[2] = {};
	uint64_t start;
	int i;

	if (n->cleared) {
		touch(n->cleared->mem, n->cleared->size, PIECE);
		reset_and_clear(n->cleared->dev);
	}
	enough = false;
	start = now();
	for (i = 0; i < 2; i++) {
		s[i].mem = n->mem[i];
		if (pthread_create(&s[i].thread, NULL, stream, &s[i]))
			errx(1, "thread");
	}
	usleep(STREAM_US);
	enough = true;
	for (i = 0; i < 2; i++)
		pthread_join(s[i].thread, NULL);
	start = now() - start;
	if (n->cleared)
		wait_clean(n->cleared->dev);
	return (struct sample) { start, s[0].bytes + s[1].bytes };
}

/* The rows */

static void lifetime(void)
{
	static const struct kind_of_instance soft = { &soft_types, "256m" };
	static const struct kind_of_instance mtty = { &mtty_types, "1" };
	const struct row rows[] = {
		{ "create and remove", COST, US, "us",
		  { "soft", take_create_remove, &soft },
		  { "mtty", take_create_remove, &mtty }, 1.1 },
		{ "256th create of a parent", COST, US, "us",
		  { "soft", take_last, NULL },
		  { "its first", take_first, NULL }, 1.1 },
		{ "kernel memory of an idle instance", COUNT, KIB, "KiB",
		  { "soft", take_memory, &soft }, {}, 32 },
	};

	table_row(&rows[0]);
	table_row(&rows[1]);
	if (!instructions)
		table_row(&rows[2]);
}

static void registers(struct device *soft, struct device *pci)
{
	const struct access our_config = { soft, soft->config + PCI_BASE_ADDRESS_0 };
	const struct access pci_config = { pci, pci->config + PCI_BASE_ADDRESS_0 };
	const struct access our_comp = { soft, hdm_register(soft) };
	struct device mtty;
	struct access uart = { &mtty, UART_MCR };
	const struct row rows[] = {
		{ "4-byte config read", COST, 1, "ns",
		  { "soft", take_read, &our_config },
		  { "vfio-pci", take_read, &pci_config }, 1 },
		{ "4-byte config write", COST, 1, "ns",
		  { "soft", take_write, &our_config },
		  { "vfio-pci", take_write, &pci_config }, 1 },
		{ "4-byte component register read", COST, 1, "ns",
		  { "soft", take_read, &our_comp },
		  { "mtty", take_read, &uart }, 1 },
		{ "4-byte component register write", COST, 1, "ns",
		  { "soft", take_write, &our_comp },
		  { "mtty", take_write, &uart }, 1 },
	};
	unsigned int i;

	open_instance(&mtty, mtty_types, "1");
	uart.offset += mtty.bar0;
	for (i = 0; i < 4; i++)
		table_row(&rows[i]);
	close_instance(&mtty);
}

static void mappings(struct device *soft, struct device *peer)
{
	struct device pci;
	char *ours = map_device(soft, reserve(GIB), GIB);
	const struct row rows[] = {
		{ "map and touch 1 GiB, PCI parent", COST, MS, "ms",
		  { "pci", take_map, &pci },
		  { "vfio-pci", take_map, peer }, 1 },
		{ "faults of that", COUNT, 1, "faults",
		  { "pci", take_faults, &pci },
		  { "vfio-pci", take_faults, peer }, 1 },
		{ "map and touch 1 GiB, soft parent", COST, MS, "ms",
		  { "soft", take_map, soft },
		  { "vfio-pci", take_map, peer }, 1 },
		{ "faults of that", COUNT, 1, "faults",
		  { "soft", take_faults, soft }, {}, 512 },
	};
	unsigned int i;

	open_instance(&pci, pci_types, "1g");
	/* Clean from here on, and in the soft parent there */
	touch(ours, GIB, PIECE);
	for (i = 0; i < 4; i++) {
		if (!instructions || rows[i].kind != COUNT)
			table_row(&rows[i]);
	}
	close_instance(&pci);
	munmap(ours, GIB);
}

static void copying(struct device *soft)
{
	char *ours = map_device(soft, reserve(2 * COPY_SIZE), 2 * COPY_SIZE);
	char *anonymous = map_anonymous(2 * COPY_SIZE);
	const struct row row = {
		"memcpy", RATE, 1, "", { "soft", take_copy, &ours },
		{ "anonymous huge pages", take_copy, &anonymous }, 0.98,
	};

	table_row(&row);
	munmap(anonymous, 2 * COPY_SIZE);
	munmap(ours, 2 * COPY_SIZE);
}

static void resets(void)
{
	struct device big, small;
	struct target on_small = { &small, NULL, CLEAR_SIZE, CLEAR_SIZE };
	struct target on_big = { &big, NULL, 16 * GIB, CLEAR_SIZE };
	struct target all_over = { &big, NULL, 16 * GIB, 16 * GIB };
	const struct row rows[] = {
		{ "CXL reset with clear, 16 GiB", COST, US, "us",
		  { "soft", take_reset, &on_big },
		  { "256 MiB", take_reset, &on_small }, 1.1 },
		{ "the same, in use all over it", COST, US, "us",
		  { "soft", take_reset, &all_over },
		  { "256 MiB", take_reset, &on_small }, 1.1 },
		{ "the same by itself", COST, MS, "ms",
		  { "soft", take_reset, &all_over }, {}, 10 },
	};

	open_instance(&big, soft_types, "16g");
	open_instance(&small, soft_types, "256m");
	on_big.mem = map_device(&big, reserve(on_big.size), on_big.size);
	on_small.mem = map_device(&small, reserve(on_small.size), on_small.size);
	all_over.mem = on_big.mem;
	table_row(&rows[0]);
	table_row(&rows[1]);
	if (!instructions)
		table_row(&rows[2]);
	munmap(on_big.mem, on_big.size);
	munmap(on_small.mem, on_small.size);
	close_instance(&small);
	close_instance(&big);
}

static void clearing(void)
{
	struct device soft;
	struct target target = { &soft, NULL, CLEAR_SIZE, CLEAR_SIZE };
	char *anonymous = map_anonymous(CLEAR_SIZE);
	const struct row rows[] = {
		{ "background clear", RATE, 1, "",
		  { "soft", take_clear, &target },
		  { "memset, C library", take_memset, &anonymous }, 0.9 },
		{ "background clear", RATE, 1, "",
		  { "soft", take_clear, &target },
		  { "stores of 8 bytes", take_stores, &anonymous }, 0.9 },
	};

	open_instance(&soft, soft_types, "256m");
	target.mem = map_device(&soft, reserve(target.size), target.size);
	table_row(&rows[0]);
	table_row(&rows[1]);
	munmap(target.mem, target.size);
	munmap(anonymous, CLEAR_SIZE);
	close_instance(&soft);
}

static void fairness(void)
{
	struct device soft, left, right;
	struct target target = { &soft, NULL, GIB, GIB };
	struct neighbours alone = {}, disturbed;
	const struct row row = {
		"memcpy of two neighbours", RATE, 1, "",
		{ "while 1 GiB is cleared", take_streams, &disturbed },
		{ "undisturbed", take_streams, &alone }, 0.9,
	};

	open_instance(&soft, soft_types, "1g-10d");
	open_instance(&left, soft_types, "256m");
	open_instance(&right, soft_types, "256m");
	target.mem = map_device(&soft, reserve(GIB), GIB);
	alone.mem[0] = map_device(&left, reserve(2 * STREAMED), 2 * STREAMED);
	alone.mem[1] = map_device(&right, reserve(2 * STREAMED), 2 * STREAMED);
	disturbed = alone;
	disturbed.cleared = &target;
	table_row(&row);
	munmap(target.mem, GIB);
	munmap(alone.mem[0], 2 * STREAMED);
	munmap(alone.mem[1], 2 * STREAMED);
	close_instance(&right);
	close_instance(&left);
	close_instance(&soft);
}

int main(int argc, char **argv)
{
	struct device soft, peer;
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--instructions"))
			instructions = true;
		else if (!strcmp(argv[i], "--runs") && i + 1 < argc)
			runs = atoi(argv[++i]);
	}
	if (argc - i != 5 || runs < 1 || runs > TABLE_MAX_RUNS)
		errx(2, "usage: bench [--instructions] [--runs N] SOFT PCI MTTY VFIO_PCI JSON");
	soft_types = argv[i];
	pci_types = argv[i + 1];
	mtty_types = argv[i + 2];

	table_begin(argv[i + 4]);
	lifetime();
	open_device(&peer, argv[i + 3]);
	open_instance(&soft, soft_types, "1g-10d");
	registers(&soft, &peer);
	mappings(&soft, &peer);
	/* How many bytes one instruction moves says nothing */
	if (!instructions)
		copying(&soft);
	close_instance(&soft);
	vfio_close(&peer.v);
	resets();
	if (!instructions) {
		clearing();
		fairness();
	}
	table_end();
	return 0;
}
