// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults PARENT TYPE: every operation with its first allocation or user
 * copy failing, then with its second, and so on until none is left to fail
 * (fault-injection.rst of the kernel, "fail-nth"). TYPE is the directory of a
 * type of the parent.
 *
 * An operation that fails says so with the errno that fits, and leaves nothing
 * behind: a second try works. One that gets by without what it wanted has to
 * work as if nothing had been.
 *
 * fail-nth counts what the calling thread does. The engine's worker is another
 * one, so for jobs the first N allocations of the module fail, whoever makes
 * them. What kthreadd does to start a thread is not reached.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/pci_regs.h>

#include "mdev_cxl_soft_regs.h"
#include "tap.h"
#include "vfio.h"

#define BAR2		VFIO_PCI_BAR2_REGION_INDEX
#define BAR4		VFIO_PCI_BAR4_REGION_INDEX
#define CONFIG		VFIO_PCI_CONFIG_REGION_INDEX
#define MIB		(1UL << 20)
#define DEBUGFS		"/sys/kernel/debug/"
#define MDEVS		"/sys/bus/mdev/devices/"
/* More than any operation has */
#define MAX_SITES	5000

static char uuid[37];
static char parent[PATH_MAX], driver[PATH_MAX], type[PATH_MAX];
static char driver_name[NAME_MAX], device_name[NAME_MAX];
static struct vfio v;
/* A piece of memory that nobody has touched yet */
static uint64_t fresh;

/* What may not fail, see spared */
enum spare {
	SPARE_KMEMLEAK,
	SPARE_VFIO_GROUP,
	NR_SPARES,
};

/**
 * struct operation - something that may fail
 * @name: for the report
 * @before: sets the scene, if there is one to set; nothing fails
 * @run: the operation: 0 or a negative errno
 * @wrong: what is not as it has to be after success or failure, or NULL
 * @undo: after a success
 * @anywhere: let fail whatever the thread does in the kernel; else only what
 *	is done on behalf of our modules
 * @certain: must not fail, whatever does
 * @any_errno: linux's CXL core has more than one for what fails in it
 * @module: only what is done on behalf of this one; NULL: of all of ours
 * @depth: how many callers up that is looked for, if it is not all the way
 * @spare: what is spared
 */
struct operation {
	const char *name;
	void (*before)(void);
	int (*run)(void);
	const char *(*wrong)(bool done);
	void (*undo)(void);
	bool anywhere;
	bool certain;
	bool any_errno;
	const char *module;
	const char *depth;
	enum spare spare;
};

static bool is_pci(void)
{
	return strstr(driver_name, "pci");
}

static int put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return -errno;
	rc = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

static int putf(const char *text, const char *path, ...)
	__attribute__((format(printf, 2, 3)));

/* Path and text, the path printf-style */
static int putf(const char *text, const char *path, ...)
{
	char full[2 * PATH_MAX];
	va_list args;

	va_start(args, path);
	vsnprintf(full, sizeof(full), path, args);
	va_end(args);
	return put(full, text);
}

static void must(int rc, const char *what)
{
	if (rc)
		errx(1, "%s: %s", what, strerror(-rc));
}

static bool exists(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

static bool exists(const char *format, ...)
{
	char path[2 * PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	return !access(path, F_OK);
}

static long number(const char *dir, const char *name)
{
	char path[2 * PATH_MAX];
	long n = -1;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* The kernel's knobs */

static const char * const capabilities[] = {
	"failslab", "fail_page_alloc", "fail_usercopy",
};

static void set_capability(const char *name, const char *attr, const char *text)
{
	must(putf(text, DEBUGFS "%s/%s", name, attr), attr);
}

static void set_range_of(const char *what, unsigned long start,
			 unsigned long end)
{
	char attr[32], text[32];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		snprintf(attr, sizeof(attr), "%s-start", what);
		snprintf(text, sizeof(text), "%#lx", start);
		set_capability(capabilities[i], attr, text);
		snprintf(attr, sizeof(attr), "%s-end", what);
		snprintf(text, sizeof(text), "%#lx", end);
		set_capability(capabilities[i], attr, text);
	}
}

/* Only what has code between these addresses on its stack may fail */
static void set_range(unsigned long start, unsigned long end)
{
	set_range_of("require", start, end);
}

/**
 * struct code - addresses of code of the kernel
 * @name: of a function, or of a module
 * @start: its first address
 * @end: address of what comes behind it
 */
struct code {
	const char *name;
	unsigned long start;
	unsigned long end;
};

/* Functions that are spared */
static struct code spared[NR_SPARES] = {
	/* kmemleak's books: it has memory of its own if it gets none */
	[SPARE_KMEMLEAK] = { .name = "__alloc_object" },
	/*
	 * Warns of itself in linux 7.3: when it fails after its first step, the
	 * group is released while it still has the IOMMU group
	 */
	[SPARE_VFIO_GROUP] = { .name = "vfio_create_group" },
};

static struct code modules[] = {
	{ .name = "mdev_cxl", .start = ULONG_MAX },
	{ .name = "mdev_cxl_pci", .start = ULONG_MAX },
	{ .name = "mdev_cxl_soft", .start = ULONG_MAX },
};

#define NR_MODULES	(sizeof(modules) / sizeof(modules[0]))

/* One line of /proc/kallsyms; they come in the order of addresses */
static void see_function(unsigned long at, const char *name)
{
	static struct code *last;
	unsigned int i;

	if (last)
		last->end = at;
	last = NULL;
	for (i = 0; i < NR_SPARES; i++) {
		if (strcmp(name, spared[i].name))
			continue;
		last = &spared[i];
		last->start = at;
	}
}

static void see_module(unsigned long at, const char *name)
{
	unsigned int i;

	for (i = 0; i < NR_MODULES; i++) {
		struct code *m = &modules[i];

		if (strcmp(name, m->name))
			continue;
		m->start = at < m->start ? at : m->start;
		/* Code is in pages of its own, all of which it has */
		m->end = (at | 0xfff) + 1 > m->end ? (at | 0xfff) + 1 : m->end;
	}
}

static void find_code(void)
{
	char line[512], kind, name[256], module[128];
	unsigned long at;
	FILE *f;
	int n;

	f = fopen("/proc/kallsyms", "r");
	if (!f)
		err(1, "/proc/kallsyms");
	while (fgets(line, sizeof(line), f)) {
		n = sscanf(line, "%lx %c %255s [%127[^]]]", &at, &kind, name,
			   module);
		if (n < 3 || (kind | 0x20) != 't')
			continue;
		if (n == 4)
			see_module(at, module);
		else
			see_function(at, name);
	}
	fclose(f);
}

/* Code of that module, or of all of ours, which are loaded side by side */
static void set_modules(const char *only)
{
	unsigned long start = ULONG_MAX, end = 0;
	unsigned int i;

	for (i = 0; i < NR_MODULES; i++) {
		const struct code *m = &modules[i];

		if (!m->end || (only && strcmp(m->name, only)))
			continue;
		start = m->start < start ? m->start : start;
		end = m->end > end ? m->end : end;
	}
	if (!end)
		errx(1, "no module %s", only ?: "of ours");
	set_range(start, end);
}

static void spare(const struct code *code)
{
	if (!code->end)
		errx(1, "no function %s", code->name);
	set_range_of("reject", code->start, code->end);
}

static void set_up(void)
{
	unsigned int i;

	find_code();
	for (i = 0; i < 3; i++) {
		set_capability(capabilities[i], "probability", "0");
		set_capability(capabilities[i], "times", "0");
		set_capability(capabilities[i], "verbose", "0");
	}
	set_capability("failslab", "ignore-gfp-wait", "N");
	set_capability("fail_page_alloc", "ignore-gfp-wait", "N");
	set_capability("fail_page_alloc", "ignore-gfp-highmem", "N");
	set_capability("fail_page_alloc", "min-order", "0");
}

static int fail_nth = -1;

static void arm(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	if (pwrite(fail_nth, text, strlen(text), 0) < 0)
		err(1, "fail-nth");
}

/* True when the fault has happened. The way here may fail, too. */
static bool disarm(void)
{
	char text[16] = "1";
	bool happened;

	happened = pread(fail_nth, text, sizeof(text), 0) > 0 && !atoi(text);
	while (pwrite(fail_nth, "0", 1, 0) < 0)
		;
	return happened;
}

/* Walks */

static bool fits(int rc)
{
	return rc == -ENOMEM || rc == -EFAULT;
}

/* What is wrong with how it ended, or NULL */
static const char *judge(const struct operation *o, int rc)
{
	const char *wrong = NULL;

	if (o->wrong)
		wrong = o->wrong(!rc);
	if (!rc)
		return wrong;
	if (o->certain)
		wrong = "it must not fail";
	else if (!o->any_errno && !fits(rc))
		wrong = "the errno does not fit";

	if (o->run())
		return "a second try fails";
	return wrong ?: o->wrong ? o->wrong(true) : NULL;
}

static void set_depth(const char *depth)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		set_capability(capabilities[i], "stacktrace-depth", depth);
}

static void walk(const struct operation *o)
{
	unsigned int n, failed = 0, bad = 0;
	const char *wrong;
	bool happened;
	int rc;

	spare(&spared[o->spare]);
	if (o->anywhere)
		set_range(0, ULONG_MAX);
	else
		set_modules(o->module);
	set_depth(o->depth ?: "32");

	for (n = 1; n < MAX_SITES; n++) {
		if (o->before)
			o->before();
		arm(n);
		rc = o->run();
		happened = disarm();
		if (!happened && rc)
			wrong = "it fails by itself";
		else
			wrong = judge(o, rc);
		if (wrong && bad++ < 10)
			printf("# site %u: %s (%s)\n", n, wrong, strerror(-rc));
		failed += !!rc;
		if (o->undo)
			o->undo();
		if (!happened)
			break;
	}
	/* What must not fail may well have no site at all */
	tap_ok(!bad && n < MAX_SITES && (n > 1 || o->certain),
	       "%s: %u sites, %u of them let it fail", o->name, n - 1, failed);
}

/* The parent and its instances, by sysfs */

/* See cxl_flush in tap.sh */
static void settle(void)
{
	if (is_pci())
		must(put("/sys/bus/cxl/flush", "1"), "flush");
}

static int run_bind(void)
{
	int rc = putf(device_name, "%s/bind", driver);

	if (rc)
		settle();
	return rc;
}

static int run_unbind(void)
{
	int rc = putf(device_name, "%s/unbind", driver);

	settle();
	return rc;
}

static const char *bind_wrong(bool done)
{
	if (exists("%s/driver", parent) != done)
		return "bound or not, the other way round";
	if (exists("%s/mdev_cxl", parent) != done ||
	    exists("%s/mdev_supported_types", parent) != done)
		return "attributes of the parent";
	if (!done)
		return NULL;
	if (number(type, "available_instances") < 1)
		return "no instance is to be had";
	return NULL;
}

static const char *unbind_wrong(bool done)
{
	return bind_wrong(!done);
}

static void undo_bind(void)
{
	must(run_unbind(), "unbind");
}

static void undo_unbind(void)
{
	must(run_bind(), "bind");
}

static long most, dpa_free;

static long get_dpa_free(void)
{
	return number(parent, "mdev_cxl/dpa_free");
}

/* Each time another one: a kernel that releases late keeps the last in use */
static int run_create(void)
{
	static unsigned int n;

	snprintf(uuid, sizeof(uuid), "%08x-0000-4000-8000-000000000000", ++n);
	return putf(uuid, "%s/create", type);
}

static int run_remove(void)
{
	return putf("1", MDEVS "%s/remove", uuid);
}

static const char *create_wrong(bool done)
{
	if (exists(MDEVS "%s", uuid) != done)
		return "it is there or not, the other way round";
	if (number(type, "available_instances") != most - done)
		return "available_instances";
	if ((get_dpa_free() == dpa_free) == done)
		return "dpa_free";
	if (done && !exists(MDEVS "%s/state", uuid))
		return "it has no attributes";
	return NULL;
}

static const char *remove_wrong(bool done)
{
	return create_wrong(!done);
}

static void undo_create(void)
{
	must(run_remove(), "remove");
}

static void undo_remove(void)
{
	must(run_create(), "create");
}

/* The instance, by VFIO */

static int run_open(void)
{
	return vfio_open(&v, uuid);
}

static const char *state(void)
{
	static char text[16];
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), MDEVS "%s/state", uuid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%15s", text) != 1)
		*text = 0;
	if (f)
		fclose(f);
	return text;
}

static const char *open_wrong(bool done)
{
	if (strcmp(state(), done ? "open" : "closed"))
		return "its state";
	if (done && vfio_read(&v, CONFIG, PCI_VENDOR_ID, 2) == 0xffff)
		return "it does not answer";
	return NULL;
}

static void undo_open(void)
{
	vfio_close(&v);
}

static void next_piece(void)
{
	fresh += 2 * MIB;
}

/* Map two pages of a fresh piece, by way of small pages, and touch both */
static int run_mmap(void)
{
	uint8_t *mem = vfio_mmap(&v, BAR2, fresh, 0x2000);
	int rc = 0;

	if (mem == MAP_FAILED)
		return -errno;
	/* SIGBUS is all that a fault can say */
	if (faults_on_read(mem) || faults_on_write(mem + 0x1000))
		rc = -ENOMEM;
	munmap(mem, 0x2000);
	return rc;
}

/* The same by one huge page */
static int run_mmap_huge(void)
{
	uint8_t *want = mmap(NULL, 4 * MIB, PROT_NONE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = BAR2,
	};
	uint8_t *mem;
	int rc = 0;

	if (want == MAP_FAILED)
		return -errno;
	mem = MAP_FAILED;
	if (!ioctl(v.device, VFIO_DEVICE_GET_REGION_INFO, &info))
		mem = mmap((void *)(((uintptr_t)want + 2 * MIB - 1) &
				    ~(2 * MIB - 1)),
			   2 * MIB, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_FIXED, v.device,
			   info.offset + fresh);
	if (mem == MAP_FAILED)
		rc = -errno;
	else if (faults_on_write(mem + MIB))
		rc = -ENOMEM;
	munmap(want, 4 * MIB);
	return rc;
}

/* One page, as half of it done would be no error */
static int run_read(void)
{
	char buf[0x1000];

	return vfio_pread(&v, BAR2, fresh, buf, sizeof(buf));
}

static int run_write(void)
{
	char buf[0x1000] = {};

	return vfio_pwrite(&v, BAR2, fresh + 0x1000, buf, sizeof(buf));
}

static const char *memory_wrong(bool done)
{
	uint8_t *mem = vfio_mmap(&v, BAR2, fresh, 0x4000);
	const char *wrong = NULL;

	(void)done;
	if (mem == MAP_FAILED)
		return "it cannot be mapped afterwards";
	if (faults_on_read(mem) || faults_on_write(mem + 0x3000))
		wrong = "it cannot be touched afterwards";
	munmap(mem, 0x4000);
	return wrong;
}

static int event = -1;

static int run_irq(void)
{
	return vfio_set_eventfd(&v, VFIO_PCI_MSIX_IRQ_INDEX, 0, event);
}

static const char *irq_wrong(bool done)
{
	struct vfio_irq_set fire = {
		.argsz = sizeof(fire),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.count = 1,
	};
	uint64_t n = 0;

	if (ioctl(v.device, VFIO_DEVICE_SET_IRQS, &fire))
		return "it cannot be fired";
	if (read(event, &n, sizeof(n)) != sizeof(n))
		n = 0;
	return n == done ? NULL : "events";
}

static void undo_irq(void)
{
	must(vfio_set_eventfd(&v, VFIO_PCI_MSIX_IRQ_INDEX, 0, -1),
	     "disconnect");
}

static int run_info(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_region_info *region;
	struct vfio_irq_info irq = { .argsz = sizeof(irq) };

	if (ioctl(v.device, VFIO_DEVICE_GET_INFO, &info) ||
	    ioctl(v.device, VFIO_DEVICE_GET_IRQ_INFO, &irq))
		return -errno;
	region = vfio_region(&v, VFIO_PCI_NUM_REGIONS);
	if (!region)
		return -errno;
	free(region);
	return 0;
}

static void enable(void)
{
	vfio_enable_memory(&v, true);
}

static int run_reset(void)
{
	return vfio_reset(&v);
}

static uint32_t exp_cap, doe_cap;

static int run_flr(void)
{
	uint16_t flr = PCI_EXP_DEVCTL_BCR_FLR;

	return vfio_pwrite(&v, CONFIG, exp_cap + PCI_EXP_DEVCTL, &flr,
			   sizeof(flr));
}

static const char *reset_wrong(bool done)
{
	uint16_t command = vfio_read(&v, CONFIG, PCI_COMMAND, 2);

	if (!(command & PCI_COMMAND_MEMORY) != done)
		return "memory enable";
	return NULL;
}

/* DOE discovery (PCIe r6.2 6.30.1.1), each access checked */
static int run_doe(void)
{
	const uint32_t abort = PCI_DOE_CTRL_ABORT, go = PCI_DOE_CTRL_GO;
	const uint32_t request[] = { 1, 3, 0 };
	uint32_t value = 0;
	unsigned int i;
	int rc;

	rc = vfio_pwrite(&v, CONFIG, doe_cap + PCI_DOE_CTRL, &abort, 4);
	for (i = 0; i < 3 && !rc; i++)
		rc = vfio_pwrite(&v, CONFIG, doe_cap + PCI_DOE_WRITE,
				 &request[i], 4);
	if (!rc)
		rc = vfio_pwrite(&v, CONFIG, doe_cap + PCI_DOE_CTRL, &go, 4);
	for (i = 0; i < 3 && !rc; i++) {
		rc = vfio_pread(&v, CONFIG, doe_cap + PCI_DOE_READ, &value, 4);
		if (!rc)
			rc = vfio_pwrite(&v, CONFIG, doe_cap + PCI_DOE_READ,
					 &value, 4);
	}
	/* The first protocol is discovery itself, of the PCI-SIG */
	if (!rc && (value & 0xffffff) != 1)
		rc = -EPROTO;
	return rc;
}

/* Poison of the parent, by debugfs */

static void poison_path(char *path, size_t size, const char *name)
{
	snprintf(path, size, DEBUGFS "mdev_cxl/%s/%s", device_name, name);
}

static int run_poison(void)
{
	char path[PATH_MAX];

	poison_path(path, sizeof(path), "inject_poison");
	return put(path, "0x5000");
}

static int run_unpoison(void)
{
	char path[PATH_MAX];

	poison_path(path, sizeof(path), "clear_poison");
	return put(path, "0x5000");
}

static const char *poison_wrong(bool done)
{
	uint8_t byte;

	return vfio_pread(&v, BAR2, 0x5000, &byte, 1) == (done ? -EIO : 0) ?
	       NULL : "poisoned or not, the other way round";
}

static const char *unpoison_wrong(bool done)
{
	return poison_wrong(!done);
}

static void undo_poison(void)
{
	must(run_unpoison(), "clear poison");
}

static void undo_unpoison(void)
{
	must(run_poison(), "inject poison");
}

/* The engine */

static uint64_t slot_at(uint32_t reg)
{
	return 0x10000 + MDEV_CXL_SOFT_SLOT(0) + reg;
}

static int set_slot(uint32_t reg, uint64_t value)
{
	return vfio_pwrite(&v, BAR4, slot_at(reg), &value, 8);
}

static uint64_t wait_job(void)
{
	uint64_t status;

	do {
		usleep(1000);
		status = vfio_read(&v, BAR4, slot_at(MDEV_CXL_SOFT_STATUS), 8);
	} while (status == MDEV_CXL_SOFT_BUSY);
	return status;
}

static int submit(void)
{
	const uint64_t bell = 0;
	int rc;

	rc = set_slot(MDEV_CXL_SOFT_OP, MDEV_CXL_SOFT_OP_FILL);
	if (!rc)
		rc = set_slot(MDEV_CXL_SOFT_DST, fresh);
	if (!rc)
		rc = set_slot(MDEV_CXL_SOFT_LEN, 0x1000);
	if (!rc)
		rc = set_slot(MDEV_CXL_SOFT_VALUE, 0x77);
	if (!rc)
		rc = vfio_pwrite(&v, BAR4, 0x10000 + MDEV_CXL_SOFT_DOORBELL,
				 &bell, 8);
	return rc;
}

static const char *job_wrong(bool done)
{
	uint8_t byte = 0;

	if (done && wait_job() != MDEV_CXL_SOFT_DONE)
		return "it does not run to its end";
	if (vfio_pread(&v, BAR2, fresh + 0xfff, &byte, 1))
		return "its memory cannot be read";
	return byte == (done ? 0x77 : 0) ? NULL : "its memory";
}

/* Pages and slab objects that the worker shall not have, and what comes of it */
static const struct {
	const char *pages;
	const char *objects;
	uint64_t status;
	const char *name;
} shortages[] = {
	{ "1", "0", MDEV_CXL_SOFT_DONE, "no block: small pages do" },
	{ "2", "0", MDEV_CXL_SOFT_ERR_MEMORY, "no block, no page" },
	{ "1", "1", MDEV_CXL_SOFT_ERR_MEMORY, "no block, no table" },
};

static void set_failing(const char *capability, const char *times)
{
	set_capability(capability, "times", times);
	set_capability(capability, "probability",
		       strcmp(times, "0") ? "100" : "0");
}

static void walk_worker(void)
{
	uint64_t status;
	unsigned int i;

	set_modules("mdev_cxl_soft");
	for (i = 0; i < 3; i++) {
		next_piece();
		set_failing("fail_page_alloc", shortages[i].pages);
		set_failing("failslab", shortages[i].objects);
		status = submit() ? 0 : wait_job();
		tap_ok(number(DEBUGFS "fail_page_alloc", "times") == 0 &&
		       number(DEBUGFS "failslab", "times") == 0,
		       "job: the faults have happened");
		set_failing("fail_page_alloc", "0");
		set_failing("failslab", "0");
		tap_eq(status, shortages[i].status, "job: %s",
		       shortages[i].name);
		tap_ok(!submit() && !job_wrong(true), "job: the next works");
	}
}

static const struct operation bind_op = {
	"bind the parent", .run = run_bind, .wrong = bind_wrong,
	.undo = undo_bind,
};

/*
 * What the driver itself asks for. What the framework does in a bind is the same
 * on the software parent. And what linux does when it finds the region and maps
 * it is left out, as it does not come back from all of its own failures: the next
 * bind finds no region any more, or KASAN has no shadow for its memory.
 */
static const struct operation bind_pci_op = {
	"bind the parent", .run = run_bind, .wrong = bind_wrong,
	.undo = undo_bind, .any_errno = true, .module = "mdev_cxl_pci",
	.depth = "9",
};

static const struct operation unbind_op = {
	"unbind the parent", .run = run_unbind, .wrong = unbind_wrong,
	.undo = undo_unbind, .certain = true,
};

static const struct operation create_op = {
	"create", .run = run_create, .wrong = create_wrong,
	.undo = undo_create, .spare = SPARE_VFIO_GROUP,
};

static const struct operation remove_op = {
	"remove", .run = run_remove, .wrong = remove_wrong,
	.undo = undo_remove, .certain = true,
};

static const struct operation open_op = {
	"open", .run = run_open, .wrong = open_wrong, .undo = undo_open,
	.anywhere = true,
};

/* With the instance open */
static const struct operation vfio_ops[] = {
	{ "get info", .run = run_info, .anywhere = true },
	{ "mmap and fault", next_piece, run_mmap, memory_wrong,
	  .anywhere = true },
	{ "mmap and huge fault", next_piece, run_mmap_huge, memory_wrong,
	  .anywhere = true },
	{ "read memory", next_piece, run_read, memory_wrong, .anywhere = true },
	{ "write memory", next_piece, run_write, memory_wrong,
	  .anywhere = true },
	{ "irq set-up", .run = run_irq, .wrong = irq_wrong, .undo = undo_irq,
	  .anywhere = true },
	{ "DOE", .run = run_doe, .anywhere = true },
	{ "poison", .run = run_poison, .wrong = poison_wrong,
	  .undo = undo_poison, .anywhere = true },
	{ "reset", enable, run_reset, reset_wrong, .anywhere = true,
	  .certain = true },
	{ "FLR", enable, run_flr, reset_wrong, .anywhere = true },
};

static const struct operation unpoison_op = {
	"clear poison", .run = run_unpoison, .wrong = unpoison_wrong,
	.undo = undo_unpoison, .anywhere = true,
};

static const struct operation job_op = {
	"engine job", next_piece, submit, job_wrong, .anywhere = true,
};

static void walk_vfio(void)
{
	unsigned int i;

	must(run_open(), "open");
	enable();
	exp_cap = vfio_find_cap(&v, PCI_CAP_ID_EXP);
	doe_cap = vfio_find_ext_cap(&v, PCI_EXT_CAP_ID_DOE, -1);
	event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	for (i = 0; i < sizeof(vfio_ops) / sizeof(vfio_ops[0]); i++)
		walk(&vfio_ops[i]);
	enable();
	undo_unpoison();
	walk(&unpoison_op);
	undo_poison();
	if (strstr(driver_name, "soft")) {
		walk(&job_op);
		walk_worker();
	}
	close(event);
	vfio_close(&v);
}

static void find_parent(char **argv)
{
	char path[PATH_MAX];

	if (!realpath(argv[1], parent) || !realpath(argv[2], type))
		err(1, "%s, %s", argv[1], argv[2]);
	snprintf(path, sizeof(path), "%s/driver", argv[1]);
	if (!realpath(path, driver))
		err(1, "%s", path);
	snprintf(driver_name, sizeof(driver_name), "%s",
		 strrchr(driver, '/') + 1);
	snprintf(device_name, sizeof(device_name), "%s",
		 strrchr(parent, '/') + 1);
}

static void set_node(long node)
{
	char text[16];

	snprintf(text, sizeof(text), "%ld", node);
	must(putf(text, "%s/numa_node", parent), "numa_node");
}

/* Leaves it unbound */
static void walk_bind(void)
{
	long node = number(parent, "numa_node");

	walk(&unbind_op);
	undo_bind();
	if (!is_pci()) {
		walk(&bind_op);
		return;
	}
	/* Of a node, linux probes it from a work item, which nothing fails */
	set_node(-1);
	walk(&bind_pci_op);
	set_node(node);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: faults PARENT TYPE");
	find_parent(argv);
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		err(1, "fail-nth");
	set_up();

	most = number(type, "available_instances");
	dpa_free = get_dpa_free();
	walk(&create_op);
	undo_remove();
	walk(&remove_op);
	walk(&open_op);
	walk_vfio();
	undo_create();

	walk_bind();
	undo_unbind();
	set_range(0, ULONG_MAX);
	return tap_done();
}
