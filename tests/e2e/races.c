// SPDX-License-Identifier: GPL-2.0-only
/*
 * races: what operators and VMMs may do at the same time, each race from two or
 * more processes: create, remove, read attributes, open, map, touch, reset,
 * interrupt, die, unbind, unload; or that the device is in a reset. Nobody waits for
 * ever, and afterwards all memory is free, every count is what it was, and an
 * instance works.
 *
 * $MDEV_CXL_PARENT names the parent; SEED= repeats a run as far as that goes,
 * ROUNDS= multiplies its rounds. On the PCI parent, where a bind takes long, there
 * are a quarter of them; on the debug kernel, which is slow, fewer still. That
 * releases objects late, so there each create takes a UUID that nobody had.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "mdev_cxl_soft_regs.h"
#include "tap.h"
#include "vfio.h"

#define CONFIG		VFIO_PCI_CONFIG_REGION_INDEX
#define BAR2		VFIO_PCI_BAR2_REGION_INDEX
#define BAR4		VFIO_PCI_BAR4_REGION_INDEX
#define MDEVS		"/sys/bus/mdev/devices"
#define DEBUGFS		"/sys/kernel/debug/mdev_cxl"
#define GRANULE		(256UL << 20)
#define MAPPED		(8UL << 20)
#define POOL		4
#define MAX_TYPES	16
#define MAX_ACTORS	6

/* Rounds of a race, where there are few */
#define LEAST		4

/* No race takes so many seconds, unless something hangs */
#define HANG		300

static char *parent, *driver_dir;
static bool soft, late;
static char *types[MAX_TYPES];
static unsigned int counts[MAX_TYPES];
static unsigned int nr_types;
static long long dpa_size;

/*
 * Shared by all processes of a race: whose VMM has a device open just now; each
 * instance has had so many UUIDs
 */
static struct {
	unsigned int rounds[MAX_ACTORS];
	bool is_open[MAX_ACTORS];
	bool stop;
	unsigned int renewed[POOL];
} *shared;

/* Which actor this process is, or has come from */
static unsigned int me;

static unsigned long below(unsigned long n)
{
	return random() % n;
}

/* All work on the same few instances */
static unsigned int some_slot(void)
{
	return below(POOL);
}

static const char *uuid_of(unsigned int slot)
{
	static char uuid[POOL][37];

	snprintf(uuid[slot], sizeof(uuid[slot]),
		 "%08x-0000-4000-8000-%08xace0", slot + 1,
		 __atomic_load_n(&shared->renewed[slot], __ATOMIC_RELAXED));
	return uuid[slot];
}

static const char *some_uuid(void)
{
	return uuid_of(some_slot());
}

/* A path, until the next one is made */
static const char *path(const char *format, ...)
{
	static char buf[PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	return buf;
}

/* The name of the parent's device */
static const char *parent_name(void)
{
	return strrchr(parent, '/') + 1;
}

static long long sysfs_number(const char *file)
{
	long long value = -1;
	FILE *f = fopen(file, "re");

	if (!f)
		return -1;
	if (fscanf(f, "%lli", &value) != 1)
		value = -1;
	fclose(f);
	return value;
}

static const char *type_file(unsigned int type, const char *name)
{
	return path("%s/mdev_supported_types/%s/%s", parent, types[type], name);
}

/*
 * A remove that comes before the create has returned is refused, and the mdev
 * core of Linux 7.3 has taken the attribute away by then: nobody can try again.
 * So creates and removes of one instance exclude each other.
 */
static int lock_slot(unsigned int slot, int how)
{
	int fd = open(path("/run/races-%u", slot), O_CREAT | O_RDWR | O_CLOEXEC,
		      0600);

	if (fd < 0 || flock(fd, how))
		err(1, "lock of instance %u", slot);
	return fd;
}

static int create(unsigned int type, unsigned int slot)
{
	int lock = lock_slot(slot, LOCK_EX), rc;

	if (late && access(path(MDEVS "/%s", uuid_of(slot)), F_OK))
		__atomic_add_fetch(&shared->renewed[slot], 1, __ATOMIC_RELAXED);
	rc = put_text(uuid_of(slot), "%s", type_file(type, "create"));
	close(lock);
	return rc;
}

static int destroy(const char *uuid)
{
	return put_text("1", MDEVS "/%s/remove", uuid);
}

static int destroy_slot(unsigned int slot)
{
	int lock = lock_slot(slot, LOCK_SH);
	int rc = destroy(uuid_of(slot));

	close(lock);
	return rc;
}

/*
 * Actors: one try each, which may fail, as others are at it too. Each returns
 * how often it did what it is for: its rounds.
 */

typedef unsigned int (*act_fn)(void);

static unsigned int act_create(void)
{
	return !create(below(nr_types), some_slot());
}

/* Whichever there is: where the driver comes and goes they are rare */
static unsigned int act_remove(void)
{
	unsigned int first = some_slot(), i;

	for (i = 0; i < POOL; i++) {
		if (!destroy_slot((first + i) % POOL))
			return 1;
	}
	return 0;
}

static unsigned int act_create_remove(void)
{
	unsigned int slot = some_slot();
	int created = create(below(nr_types), slot);
	int destroyed = destroy_slot(slot);

	return !created && !destroyed;
}

/* What is there is never wrong */
static unsigned int check_number(const char *file, long long most, long long unit)
{
	long long n = sysfs_number(file);

	if (n > most || (n > 0 && n % unit))
		errx(1, "%s: %lld, wanted up to %lld in units of %lld", file, n,
		     most, unit);
	return n >= 0;
}

static unsigned int act_read(void)
{
	static const char * const attributes[] = {
		"dpa", "size", "decoders", "state", "resets", "dirty_bytes",
	};
	static const char * const pool[] = {
		"dpa_size", "dpa_free", "dpa_largest_free", "dirty_bytes",
	};
	unsigned int i;
	FILE *f;

	switch (below(4)) {
	case 0:
		i = below(nr_types);
		return check_number(type_file(i, "available_instances"),
				    counts[i], 1);
	case 1:
		i = below(4);
		return check_number(path("%s/mdev_cxl/%s", parent, pool[i]),
				    dpa_size, i < 3 ? GRANULE : 2UL << 20);
	case 2:
		f = fopen(path(DEBUGFS "/%s/poison", parent_name()), "re");
		if (!f)
			return 0;
		while (fgetc(f) != EOF)
			;
		fclose(f);
		return 1;
	default:
		return sysfs_number(path(MDEVS "/%s/%s", some_uuid(),
					 attributes[below(6)])) >= 0;
	}
}

static unsigned int act_decoders(void)
{
	static const char * const values[] = { "1", "2", "4", "10", "3" };

	return !put_text(values[below(5)], MDEVS "/%s/decoders", some_uuid());
}

static unsigned int act_open_close(void)
{
	struct vfio v;

	if (vfio_open(&v, some_uuid()))
		return 0;
	vfio_close(&v);
	return 1;
}

/* Map, by either way, touch here and there, unmap: once, or not at all */
static unsigned int touch_memory(struct vfio *v)
{
	int hdm = vfio_find_region(v, VFIO_REGION_TYPE_CXL,
				   VFIO_REGION_SUBTYPE_CXL_HDM);
	uint64_t at = below(8) * MAPPED;
	uint8_t *mem = vfio_mmap(v, below(2) ? BAR2 : hdm, at, MAPPED);
	unsigned int i;

	if (mem == MAP_FAILED)
		return 0;
	for (i = 0; i < 16; i++) {
		uint8_t *p = mem + below(MAPPED);

		if (below(2))
			faults_on_read(p);
		else
			faults_on_write(p);
	}
	munmap(mem, MAPPED);
	return 1;
}

static void set_open(bool is_open)
{
	__atomic_store_n(&shared->is_open[me], is_open, __ATOMIC_RELEASE);
}

static bool has_open(void)
{
	return __atomic_load_n(&shared->is_open[me], __ATOMIC_ACQUIRE);
}

static unsigned int act_use(void)
{
	unsigned int i, n = below(4), rounds = 1;
	struct vfio v;

	if (vfio_open(&v, some_uuid()))
		return 0;
	set_open(true);
	vfio_enable_all(&v, GRANULE);
	/* For check_after() to find that it is gone */
	vfio_write(&v, BAR2, 4096, 8, 0x5a5a5a5a);
	for (i = 0; i < n; i++)
		rounds += touch_memory(&v);
	set_open(false);
	vfio_close(&v);
	return rounds;
}

/* Threads of one VMM on one device: the others while the first touches it */
static struct vfio vmm;
static bool vmm_stop;

static void *thread_reset(void *unused)
{
	(void)unused;
	while (!__atomic_load_n(&vmm_stop, __ATOMIC_ACQUIRE)) {
		vfio_reset(&vmm);
		vfio_enable_memory(&vmm, true);
	}
	return NULL;
}

static void *thread_toggle(void *unused)
{
	(void)unused;
	while (!__atomic_load_n(&vmm_stop, __ATOMIC_ACQUIRE)) {
		vfio_enable_memory(&vmm, false);
		vfio_enable_all(&vmm, GRANULE);
		vfio_set_power(&vmm, 3);
		vfio_set_power(&vmm, 0);
		vfio_hdm_uncommit(&vmm, 0);
		vfio_enable_all(&vmm, GRANULE);
	}
	return NULL;
}

static void *thread_fire(void *unused)
{
	struct {
		struct vfio_irq_set hdr;
		int32_t fd;
	} set = {
		.hdr = {
			.argsz = sizeof(set.hdr),
			.flags = VFIO_IRQ_SET_DATA_NONE |
				 VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_PCI_MSIX_IRQ_INDEX,
			.count = 1,
		},
	};

	(void)unused;
	while (!__atomic_load_n(&vmm_stop, __ATOMIC_ACQUIRE))
		ioctl(vmm.device, VFIO_DEVICE_SET_IRQS, &set);
	return NULL;
}

static unsigned int with_threads(unsigned int (*work)(void),
				 void *(*first)(void *),
				 void *(*second)(void *))
{
	pthread_t threads[2];
	unsigned int rounds;

	if (vfio_open(&vmm, some_uuid()))
		return 0;
	set_open(true);
	vfio_enable_memory(&vmm, true);
	vmm_stop = false;
	if (pthread_create(&threads[0], NULL, first, NULL) ||
	    pthread_create(&threads[1], NULL, second, NULL))
		errx(1, "threads");
	rounds = work();
	__atomic_store_n(&vmm_stop, true, __ATOMIC_RELEASE);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	set_open(false);
	vfio_close(&vmm);
	return rounds;
}

static unsigned int work_touch(void)
{
	unsigned int i, rounds = 0;

	for (i = 0; i < 10; i++)
		rounds += touch_memory(&vmm);
	return rounds;
}

static unsigned int work_eventfds(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	unsigned int i, rounds = 0;

	for (i = 0; i < 50; i++) {
		rounds += !vfio_set_eventfd(&vmm, VFIO_PCI_MSIX_IRQ_INDEX, 0, fd);
		vfio_set_eventfd(&vmm, VFIO_PCI_ERR_IRQ_INDEX, 0, fd);
		vfio_set_eventfd(&vmm, VFIO_PCI_REQ_IRQ_INDEX, 0, fd);
		vfio_set_eventfd(&vmm, VFIO_PCI_MSIX_IRQ_INDEX, 0, -1);
		vfio_set_eventfd(&vmm, VFIO_PCI_ERR_IRQ_INDEX, 0, -1);
		vfio_set_eventfd(&vmm, VFIO_PCI_REQ_IRQ_INDEX, 0, -1);
	}
	close(fd);
	return rounds;
}

static unsigned int act_reset(void)
{
	return with_threads(work_touch, thread_reset, thread_toggle);
}

static unsigned int act_irq(void)
{
	return with_threads(work_eventfds, thread_fire, thread_reset);
}

/* The physical device is in a reset, or was about to be */
static unsigned int act_device_reset(void)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu %s", below(20),
		 below(2) ? "done" : "cancel");
	return !put_text(text, DEBUGFS "/%s/inject_reset", parent_name());
}

/* That, or the function is reset in earnest, as an operator may */
static unsigned int act_function_reset(void)
{
	if (soft || below(2))
		return act_device_reset();
	return !put_text("1", "%s/reset", parent);
}

/* A page of what others use goes bad, or is good again */
static unsigned int act_poison(void)
{
	char text[32];

	snprintf(text, sizeof(text), "%#lx", below(64) << 20 | below(16) << 12);
	return !put_text(text, DEBUGFS "/%s/%s", parent_name(),
			 below(2) ? "inject_poison" : "clear_poison");
}

static void write_slot(struct vfio *v, unsigned int slot, uint32_t reg,
		       uint64_t value)
{
	vfio_write(v, BAR4, 0x10000 + MDEV_CXL_SOFT_SLOT(slot) + reg, 8, value);
}

/*
 * Work for the engine of the software parent, all that it takes at once; then its
 * interrupt is set up and goes, and so does the VMM, before all is done.
 */
static unsigned int act_job(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	unsigned int i, n = below(20);
	struct vfio v;

	if (vfio_open(&v, some_uuid())) {
		close(fd);
		return 0;
	}
	set_open(true);
	vfio_enable_memory(&v, true);
	for (i = 0; i < MDEV_CXL_SOFT_SLOTS; i++) {
		write_slot(&v, i, MDEV_CXL_SOFT_OP, MDEV_CXL_SOFT_OP_FILL);
		write_slot(&v, i, MDEV_CXL_SOFT_DST, below(8) * MAPPED);
		write_slot(&v, i, MDEV_CXL_SOFT_LEN, below(MAPPED));
		write_slot(&v, i, MDEV_CXL_SOFT_VALUE, 0x5a);
		vfio_write(&v, BAR4, 0x10000 + MDEV_CXL_SOFT_DOORBELL, 8, i);
	}
	for (i = 0; i < n; i++) {
		vfio_set_eventfd(&v, VFIO_PCI_MSIX_IRQ_INDEX, 0, fd);
		vfio_set_eventfd(&v, VFIO_PCI_MSIX_IRQ_INDEX, 0, -1);
	}
	set_open(false);
	vfio_close(&v);
	close(fd);
	return 1;
}

/*
 * A VMM that is killed, wherever it is, which is a round when it has a device by
 * then: half of them are given the time for that
 */
static unsigned int act_kill(void)
{
	/* The engine is that of the software parent */
	static const act_fn victims[] = { act_use, act_reset, act_irq, act_job };
	act_fn victim = victims[below(soft ? 4 : 3)];
	unsigned int i;
	int status;
	pid_t pid;

	set_open(false);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		for (;;)
			victim();
	}
	if (below(2)) {
		for (i = 0; i < 1000 && !has_open(); i++)
			usleep(1000);
	}
	usleep(below(30000));
	kill(pid, SIGKILL);
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		errx(1, "a VMM has ended by itself: %#x", status);
	return has_open();
}

static unsigned int act_rebind(void)
{
	const char *bdf = parent_name();
	int rc;

	put_text(bdf, "%s/unbind", driver_dir);
	/* See cxl_flush in tap.sh */
	put_text("1", "/sys/bus/cxl/flush");
	rc = put_text(bdf, "%s/bind", driver_dir);
	/* Long enough for the others to find something */
	usleep(below(late ? 200000 : 20000));
	return !rc;
}

static bool run_command(const char *command)
{
	int status = system(command);

	if (status < 0)
		err(1, "%s", command);
	return !status;
}

/* A module that is in use stays; its device can be unbound all the same */
static unsigned int act_unload(void)
{
	bool soft_gone, framework_gone;

	if (below(2))
		put_text(parent_name(), "%s/unbind", driver_dir);
	soft_gone = run_command("rmmod mdev_cxl_soft 2> /dev/null");
	framework_gone = run_command("rmmod mdev_cxl 2> /dev/null");

	run_command("modprobe mdev_cxl_soft 2> /dev/null");
	usleep(below(20000));
	return soft_gone && framework_gone;
}

/**
 * struct race - who runs against whom
 * @name: of the race
 * @rounds: of the first actor; they end the race once each of the others has had
 *	one, too: where nobody removes, to create is done once there is no room
 * @actors: one process each; the first sets the pace
 * @engine: for the parent that has one
 * @unload: for the software parent, where no driver is in the way of its own next
 *	load because it is released late
 */
struct race {
	const char *name;
	unsigned int rounds;
	act_fn actors[MAX_ACTORS];
	bool engine;
	bool unload;
};

static const struct race races[] = {
	{
		.name = "create and remove against readers",
		.rounds = 150,
		.actors = { act_create_remove, act_create_remove, act_read,
			    act_decoders },
	}, {
		.name = "open and close against remove",
		.rounds = 250,
		.actors = { act_open_close, act_create, act_remove, act_read },
	}, {
		.name = "map, touch and unmap against remove",
		.rounds = 200,
		.actors = { act_use, act_create, act_remove, act_use },
	}, {
		.name = "map and touch against reset and memory enable",
		.rounds = 150,
		.actors = { act_reset, act_create, act_reset, act_read },
	}, {
		.name = "interrupts set up against firing and reset",
		.rounds = 3000,
		.actors = { act_irq, act_create, act_irq, act_remove },
	}, {
		.name = "killed VMMs against remove",
		.rounds = 40,
		.actors = { act_kill, act_kill, act_create, act_remove },
	}, {
		.name = "poison against users, resets and remove",
		.rounds = 400,
		.actors = { act_poison, act_use, act_create_remove, act_reset },
	}, {
		.name = "resets of the device against all that can be done",
		.rounds = 100,
		.actors = { act_function_reset, act_create_remove, act_reset,
			    act_use },
	}, {
		.name = "resets of the device against killed VMMs and interrupts",
		.rounds = 60,
		.actors = { act_function_reset, act_create, act_kill, act_irq },
	}, {
		.name = "unbind and bind against users and readers",
		.rounds = 15,
		.actors = { act_rebind, act_create, act_use, act_read,
			    act_decoders },
	}, {
		.name = "unbind and bind against resets and interrupts",
		.rounds = 10,
		.actors = { act_rebind, act_create, act_reset, act_irq },
	}, {
		.name = "unbind and bind against killed VMMs and remove",
		.rounds = 10,
		.actors = { act_rebind, act_create, act_kill, act_remove },
	}, {
		.name = "unbind and bind against all that happens to the device",
		.rounds = 10,
		.actors = { act_rebind, act_create, act_device_reset, act_poison,
			    act_use },
	}, {
		.name = "jobs of the engine against all that can be done",
		.rounds = 50,
		.actors = { act_job, act_create, act_job, act_remove,
			    act_device_reset, act_kill },
		.engine = true,
	}, {
		.name = "unbind and bind against jobs of the engine",
		.rounds = 10,
		.actors = { act_rebind, act_create, act_job, act_job },
		.engine = true,
	}, {
		.name = "unload and load against everything",
		.rounds = 4,
		.actors = { act_unload, act_create, act_kill, act_read },
		.unload = true,
	},
};

static bool all_have_played(const struct race *race, unsigned int rounds)
{
	unsigned int i;

	for (i = 1; i < MAX_ACTORS && race->actors[i]; i++) {
		if (!__atomic_load_n(&shared->rounds[i], __ATOMIC_RELAXED))
			return false;
	}
	return shared->rounds[0] >= rounds;
}

static void play(const struct race *race, unsigned int i, unsigned int rounds,
		 unsigned int seed)
{
	unsigned int done;

	me = i;
	srandom(seed + i);
	while (!__atomic_load_n(&shared->stop, __ATOMIC_RELAXED)) {
		done = race->actors[i]();
		if (!done)
			continue;
		__atomic_add_fetch(&shared->rounds[i], done, __ATOMIC_RELAXED);
		if (!i && all_have_played(race, rounds))
			__atomic_store_n(&shared->stop, true, __ATOMIC_RELAXED);
	}
	_exit(0);
}

/* What hangs in the kernel can't be waited for */
static bool wait_for(pid_t pid, time_t end)
{
	int status;

	do {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return !status;
		usleep(20000);
	} while (time(NULL) < end);
	kill(pid, SIGKILL);
	return false;
}

/* What is poisoned is good again */
static void unpoison(void)
{
	char line[32];
	FILE *f;

	f = fopen(path(DEBUGFS "/%s/poison", parent_name()), "re");
	while (f && fgets(line, sizeof(line), f))
		put_text(line, DEBUGFS "/%s/clear_poison", parent_name());
	if (f)
		fclose(f);
}

/* Every instance goes, and the parent is bound */
static void tidy(void)
{
	struct dirent *entry;
	DIR *dir;

	dir = opendir(MDEVS);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			destroy(entry->d_name);
	}
	if (dir)
		closedir(dir);

	if (access(parent, F_OK))
		run_command("modprobe mdev_cxl_soft");
	if (access(path("%s/driver", parent), F_OK))
		act_rebind();
	unpoison();
}

static void check_after(const char *name)
{
	unsigned int type, slot = some_slot(), wrong = 0;
	struct vfio v;
	long long now;

	tap_eq(sysfs_number(path("%s/mdev_cxl/dpa_free", parent)), dpa_size,
	       "%s: all memory is free", name);
	for (type = 0; type < nr_types; type++) {
		now = sysfs_number(type_file(type, "available_instances"));
		wrong += now != counts[type];
	}
	tap_eq(wrong, 0, "%s: counts are as before", name);

	create(0, slot);
	tap_eq(vfio_open(&v, uuid_of(slot)), 0, "%s: an instance can be opened", name);
	vfio_enable_memory(&v, true);
	tap_eq(vfio_read(&v, BAR2, 4096, 8), 0, "%s: it reads zero", name);
	vfio_close(&v);
	tap_eq(destroy_slot(slot), 0, "%s: it can be removed", name);
}

static unsigned int all_rounds(unsigned int rounds, unsigned int factor)
{
	unsigned int part = (soft ? 1 : 4) * (late ? 20 : 1);

	rounds = (rounds + part - 1) / part;
	return (rounds < LEAST ? LEAST : rounds) * factor;
}

static unsigned int run(const struct race *race, unsigned int seed,
			unsigned int factor)
{
	unsigned int i, sum = 0, rounds = all_rounds(race->rounds, factor);
	time_t begin = time(NULL), end = begin + HANG * factor;
	pid_t pids[MAX_ACTORS] = {};

	memset(shared->rounds, 0, sizeof(shared->rounds));
	shared->stop = false;
	for (i = 0; i < MAX_ACTORS && race->actors[i]; i++) {
		fflush(stdout);
		pids[i] = fork();
		if (pids[i] < 0)
			err(1, "fork");
		if (!pids[i])
			play(race, i, rounds, seed);
	}
	for (i = 0; i < MAX_ACTORS && pids[i]; i++) {
		tap_ok(wait_for(pids[i], end), "%s: actor %u comes to its end",
		       race->name, i);
		/* Anybody can do a lot of these */
		if (race->actors[i] != act_read &&
		    race->actors[i] != act_decoders)
			sum += shared->rounds[i];
		tap_ok(shared->rounds[i], "%s: actor %u in %u rounds",
		       race->name, i, shared->rounds[i]);
	}
	tidy();
	check_after(race->name);
	printf("# %s: %ld s\n", race->name, (long)(time(NULL) - begin));
	return sum;
}

static void read_types(void)
{
	struct dirent *entry;
	const char *count;
	DIR *dir;

	dir = opendir(path("%s/mdev_supported_types", parent));
	if (!dir)
		err(1, "types of %s", parent);
	while ((entry = readdir(dir)) && nr_types < MAX_TYPES) {
		if (entry->d_name[0] == '.')
			continue;
		types[nr_types] = strdup(entry->d_name);
		count = type_file(nr_types, "available_instances");
		counts[nr_types++] = sysfs_number(count);
	}
	closedir(dir);
	dpa_size = sysfs_number(path("%s/mdev_cxl/dpa_size", parent));
}

static void read_parent(void)
{
	const char *dir = getenv("MDEV_CXL_PARENT");

	parent = dir ? realpath(dir, NULL) : NULL;
	if (!parent)
		errx(2, "MDEV_CXL_PARENT is not set to a parent in sysfs");
	driver_dir = realpath(path("%s/driver", parent), NULL);
	if (!driver_dir)
		err(1, "%s has no driver", parent);
	soft = !strcmp(strrchr(driver_dir, '/') + 1, "mdev_cxl_soft");
	read_types();
}

int main(void)
{
	const char *env = getenv("SEED");
	unsigned int seed = env ? (unsigned int)strtoul(env, NULL, 0) :
				  (unsigned int)time(NULL);
	unsigned int i, sum = 0, factor, wanted;

	env = getenv("ROUNDS");
	factor = env ? strtoul(env, NULL, 0) : 1;
	late = is_debug_kernel();
	read_parent();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		err(1, "mmap");
	printf("# seed %u (SEED= to repeat, ROUNDS= to go on longer)\n", seed);
	srandom(seed);

	for (i = 0; i < sizeof(races) / sizeof(races[0]); i++) {
		if ((races[i].engine || races[i].unload) && !soft) {
			tap_skip(races[i].name, "for the software parent");
			continue;
		}
		if (races[i].unload && late)
			tap_skip(races[i].name, "a driver is in the way of its own next load");
		else
			sum += run(&races[i], seed + 100 * i, factor);
	}
	wanted = all_rounds(10000, factor);
	tap_ok(sum >= wanted, "%u rounds, wanted at least %u", sum, wanted);
	return tap_done();
}
