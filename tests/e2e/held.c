// SPDX-License-Identifier: GPL-2.0-only
/*
 * held UUID: the device is in a reset, and threads of a VMM wait for its end. What
 * may happen to them meanwhile: signals, unmapping and closing by others, death,
 * a limit. The reset is one of debugfs, so that it ends when the test says so.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tap.h"
#include "vfio.h"

#define BAR0	VFIO_PCI_BAR0_REGION_INDEX
#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define MAPPED	(4UL << 20)
#define VALUE	0x5a
#define LIMIT	"/sys/module/mdev_cxl/parameters/reset_wait"

/* Seconds after which something hangs */
#define PATIENCE	60

static const char *uuid;
static struct vfio v;
static uint8_t *mem;
static atomic_uint signals;

static void on_signal(int sig)
{
	(void)sig;
	signals++;
}

static void catch(int flags)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = flags };

	sigaction(SIGUSR1, &action, NULL);
}

static bool comes_to(const char *state)
{
	unsigned int n;

	for (n = 0; n < 100 * PATIENCE; n++) {
		if (instance_is(uuid, state))
			return true;
		usleep(10000);
	}
	return false;
}

/* Until the one who does it gets a signal */
static pid_t begin_reset(const char *end)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		/* Of which whoever closes it is to be the last */
		vfio_close(&v);
		catch(0);
		_exit(inject(uuid, "inject_reset", "%u %s", PATIENCE * 2000,
			     end) ? 1 : 0);
	}
	if (!comes_to("blocked"))
		errx(1, "no reset of the device");
	return pid;
}

static bool end_reset(pid_t pid)
{
	int status;

	kill(pid, SIGUSR1);
	return waitpid(pid, &status, 0) == pid && !status;
}

/**
 * struct user - a thread that wants the device
 * @what: that it does
 * @use: do it: 0 or a negative errno
 * @thread: that does
 * @tid: its ID, once it runs
 * @result: of @use
 * @done: @result is there
 */
struct user {
	const char *what;
	int (*use)(void);
	pthread_t thread;
	atomic_int tid;
	int result;
	atomic_bool done;
};

static void *use(void *arg)
{
	struct user *user = arg;

	user->tid = gettid();
	user->result = user->use();
	user->done = true;
	return NULL;
}

/* S or D in /proc */
static bool sleeps(pid_t tid)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		err(1, "%s", path);
	fclose(f);
	return state == 'S' || state == 'D';
}

/* Not just for a moment */
static bool waits(pid_t tid)
{
	unsigned int n, asleep = 0;

	for (n = 0; n < 100 * PATIENCE && asleep < 10; n++) {
		usleep(10000);
		asleep = sleeps(tid) ? asleep + 1 : 0;
	}
	return asleep == 10;
}

static void start(struct user *user)
{
	user->tid = 0;
	user->done = false;
	if (pthread_create(&user->thread, NULL, use, user))
		errx(1, "no thread");
	while (!user->tid)
		usleep(1000);
}

static void start_waiting(struct user *user)
{
	start(user);
	tap_ok(waits(user->tid) && !user->done, "%s: waits", user->what);
}

static int finish(struct user *user)
{
	alarm(PATIENCE);
	pthread_join(user->thread, NULL);
	alarm(0);
	return user->result;
}

static off_t offset_of(uint32_t region)
{
	struct vfio_region_info *info = vfio_region(&v, region);
	off_t offset;

	if (!info)
		err(1, "region %u", region);
	offset = info->offset;
	free(info);
	return offset;
}

static int do_load(void)
{
	return faults_on_read(mem) ? -EFAULT : mem[0];
}

static int do_read(void)
{
	uint8_t byte;
	ssize_t n = pread(v.device, &byte, 1, offset_of(BAR2));

	return n == 1 ? byte : -errno;
}

static int do_write(void)
{
	uint8_t byte = 0x33;
	ssize_t n = pwrite(v.device, &byte, 1, offset_of(BAR2) + 1);

	return n == 1 ? 0 : -errno;
}

static int do_register(void)
{
	uint32_t value;
	ssize_t n = pread(v.device, &value, 4, offset_of(BAR0));

	return n == 4 ? 0 : -errno;
}

/* The kernel touches it, on behalf of the thread */
static int do_copy(void)
{
	int fds[2], rc = 0;
	uint8_t byte = 0;

	if (pipe(fds))
		err(1, "pipe");
	if (write(fds[1], mem, 1) != 1)
		rc = -errno;
	else if (read(fds[0], &byte, 1) == 1)
		rc = byte;
	close(fds[0]);
	close(fds[1]);
	return rc;
}

static struct user loads = { .what = "load", .use = do_load };
static struct user reads = { .what = "read", .use = do_read };
static struct user writes = { .what = "write", .use = do_write };
static struct user registers = { .what = "register", .use = do_register };
static struct user copies = { .what = "copy by the kernel", .use = do_copy };

static void open_device(void)
{
	vfio_open_or_exit(&v, uuid);
	vfio_enable_memory(&v, true);
	mem = vfio_mmap(&v, BAR2, 0, MAPPED);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	memset(mem, VALUE, MAPPED);
}

static void close_device(void)
{
	munmap(mem, MAPPED);
	vfio_close(&v);
}

/* A signal comes back to who reads and writes, not to who touches */
static void test_signals(void)
{
	struct user *users[] = { &reads, &writes, &registers };
	pid_t reset = begin_reset("cancel");
	unsigned int i;

	catch(0);
	for (i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		start_waiting(users[i]);
		pthread_kill(users[i]->thread, SIGUSR1);
		tap_eq(finish(users[i]), -EINTR, "%s: a signal ends it",
		       users[i]->what);
	}
	catch(SA_RESTART);
	start_waiting(&reads);
	pthread_kill(reads.thread, SIGUSR1);
	tap_ok(waits(reads.tid) && !reads.done,
	       "read: goes on when the handler is one that restarts it");
	signals = 0;
	start_waiting(&loads);
	pthread_kill(loads.thread, SIGUSR1);
	tap_ok(waits(loads.tid) && !signals, "load: a signal is for later");
	tap_ok(instance_is(uuid, "blocked"), "all that in one reset");

	tap_ok(end_reset(reset), "the reset ends");
	tap_eq(finish(&reads), VALUE, "read: what was there");
	tap_eq(finish(&loads), VALUE, "load: what was there");
	tap_eq(signals, 1, "load: the signal is handled");
	tap_eq(mem[1], VALUE, "write: nothing came of it");
}

static void test_copy(void)
{
	pid_t reset = begin_reset("cancel");

	start_waiting(&copies);
	tap_ok(end_reset(reset), "the reset ends");
	tap_eq(finish(&copies), VALUE, "copy by the kernel: what was there");
}

/* Who waits holds neither the mapping nor, for the others, the file */
static void test_unmapped(void)
{
	pid_t reset = begin_reset("done");
	uint8_t *where = mem;

	start_waiting(&loads);
	alarm(PATIENCE);
	mem = mmap(where, MAPPED, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	tap_ok(mem == where, "others map something else there");
	vfio_close(&v);
	alarm(0);
	tap_ok(!loads.done && instance_is(uuid, "blocked"), "and close the device, meanwhile");

	tap_ok(end_reset(reset), "the reset ends");
	tap_eq(finish(&loads), 0, "load: what is mapped now");
	tap_ok(comes_to("closed"), "the device is closed");
	munmap(mem, MAPPED);
	open_device();
	tap_eq(mem[MAPPED - 1], VALUE, "the next user has one that works");
}

static void test_killed(void)
{
	pid_t reset = begin_reset("cancel"), child = fork();

	if (child < 0)
		err(1, "fork");
	if (!child) {
		mem = vfio_mmap(&v, BAR2, 0, MAPPED);
		_exit(do_load());
	}
	tap_ok(waits(child), "a child waits");
	alarm(PATIENCE);
	kill(child, SIGKILL);
	tap_ok(waitpid(child, NULL, 0) == child && instance_is(uuid, "blocked"),
	       "until it is killed");
	alarm(0);
	tap_ok(end_reset(reset), "the reset ends");
	tap_eq(mem[0], VALUE, "its parent has what was there");
}

/* The reset does not end, as far as they can tell */
static void test_limit(void)
{
	pid_t reset;

	tap_eq(put_text("1", LIMIT), 0, "no wait for longer than a second");
	reset = begin_reset("done");
	start(&loads);
	start(&reads);
	start(&registers);
	tap_eq(finish(&loads), -EFAULT, "load: SIGBUS");
	tap_eq(finish(&reads), -EIO, "read: EIO");
	tap_eq(finish(&registers), -EIO, "register: EIO");
	tap_ok(instance_is(uuid, "blocked"), "the reset has not ended by then");
	tap_eq(do_load(), -EFAULT, "who comes later does not wait at all");
	/* The log has its line from somebody else, who may be late */
	sleep(2);

	tap_ok(end_reset(reset), "the reset ends");
	tap_ok(vfio_enable_memory(&v, true) == 0 && do_load() == 0,
	       "the memory is back, and reads zero");
	tap_eq(put_text("90", LIMIT), 0, "the limit is as it was");
	memset(mem, VALUE, MAPPED);
}

/* Nobody has to wait for a device that is lost */
static void test_lost(void)
{
	pid_t reset = begin_reset("failed");

	start_waiting(&loads);
	start_waiting(&reads);
	tap_ok(end_reset(reset), "the device does not come back");
	tap_eq(finish(&loads), -EFAULT, "load: SIGBUS");
	tap_eq(finish(&reads), -EIO, "read: EIO");
	tap_eq(inject(uuid, "inject_reset", "1 done"), -EBUSY,
	       "one that is lost is not to be reset");
}

int main(int argc, char **argv)
{
	if (argc != 2)
		errx(2, "usage: held UUID");
	uuid = argv[1];
	open_device();
	test_signals();
	test_copy();
	test_unmapped();
	test_killed();
	test_limit();
	/* Last: the driver has to be bound again after that */
	test_lost();
	close_device();
	return tap_done();
}
