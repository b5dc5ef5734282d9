// SPDX-License-Identifier: GPL-2.0-only
/*
 * disturb UUID kept|held|reset|lost COMMAND...: what an open instance makes of
 * something that the command does to the physical device: it is kept as it was;
 * or so, but was out of reach meanwhile; or it has been reset and its memory is
 * zero; or so, after an error that nothing could be kept from. Who wants the
 * memory in the meantime waits, but for the last.
 */
#include <err.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "tap.h"
#include "vfio.h"

#define CONFIG	VFIO_PCI_CONFIG_REGION_INDEX
#define BAR0	VFIO_PCI_BAR0_REGION_INDEX
#define BAR2	VFIO_PCI_BAR2_REGION_INDEX
#define MAPPED	(4UL << 20)
/* Not in the page that shows whether it was out of reach */
#define OTHER	(2UL << 20)

/* An error is reported within so many ms, or not at all */
#define SOON	20000
#define NOT	3000
/* Seconds for who wants the memory to get it, or an error */
#define PATIENCE	60

static struct vfio v;
static uint8_t *mem;

static bool run(char **command)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		err(1, "fork");
	if (!pid) {
		execvp(command[0], command);
		err(127, "%s", command[0]);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt + usage.ru_majflt;
}

static bool load_fails(void)
{
	return faults_on_read(mem + OTHER);
}

static bool read_fails(void)
{
	uint8_t byte;

	return vfio_pread(&v, BAR2, OTHER, &byte, sizeof(byte));
}

static bool register_fails(void)
{
	uint32_t value;

	return vfio_pread(&v, BAR0, 0, &value, sizeof(value));
}

/* Who wants something of the device all the time */
static struct user {
	const char *what;
	bool (*fails)(void);
	pthread_t thread;
	bool failed;	/* At last */
	bool early;	/* Before the function was reset */
} users[] = {
	{ .what = "load", .fails = load_fails },
	{ .what = "read", .fails = read_fails },
	{ .what = "register", .fails = register_fails },
};

#define NR_USERS	(sizeof(users) / sizeof(users[0]))

static atomic_bool over;

static void *use(void *arg)
{
	struct user *user = arg;

	while (!over && !user->failed)
		user->failed = user->fails();
	user->early = user->failed &&
		      vfio_read(&v, CONFIG, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY;
	return NULL;
}

static void start_users(void)
{
	unsigned int i;

	for (i = 0; i < NR_USERS; i++) {
		if (pthread_create(&users[i].thread, NULL, use, &users[i]))
			errx(1, "no thread");
	}
}

static void end_users(bool reset, bool lost)
{
	bool early = false;
	unsigned int i;

	/* None waits for ever */
	alarm(PATIENCE);
	for (i = 0; i < NR_USERS; i++) {
		pthread_join(users[i].thread, NULL);
		tap_ok(users[i].failed == reset && (lost || !users[i].early),
		       "%s: %s", users[i].what,
		       lost ? "fails" : reset ? "waits for the reset" :
		       "has not failed");
		early = early || users[i].early;
	}
	alarm(0);
	/* On the debug kernel the reset may be over before any of them is scheduled */
	if (lost && is_debug_kernel())
		tap_skip("it fails at once", "a slow kernel");
	else
		tap_ok(early == lost, "%s fails at once", lost ? "it" : "none");
}

/* What was mapped has to be mapped again if it was out of reach */
static void check_kept(bool held)
{
	/* What this takes itself comes in now */
	bool reached = !faults_on_read(&held) && faults();
	long before = faults();

	reached = reached && !faults_on_read(mem);
	tap_ok(reached && (faults() != before) == held,
	       "memory was %s meanwhile", held ? "out of reach" : "mapped");
	tap_ok(vfio_read(&v, CONFIG, PCI_COMMAND, 2) & PCI_COMMAND_MEMORY,
	       "registers are as they were");
	tap_ok(!faults_on_read(mem) && is_all(mem, 0x5a, MAPPED), "memory is as it was");
}

static void check_reset(void)
{
	tap_eq(vfio_read(&v, CONFIG, PCI_COMMAND, 2), 0,
	       "registers have their reset values");
	tap_ok(faults_on_read(mem), "memory is off");
	vfio_enable_memory(&v, true);
	tap_ok(!faults_on_read(mem) && is_all(mem, 0, MAPPED), "switched on, it reads zero");
	memset(mem, 0xa5, MAPPED);
	tap_ok(is_all(mem, 0xa5, MAPPED), "and works");
}

int main(int argc, char **argv)
{
	struct pollfd event = { .events = POLLIN };
	bool lost = argc > 2 && !strcmp(argv[2], "lost");
	bool reset = lost || (argc > 2 && !strcmp(argv[2], "reset"));
	bool held = argc > 2 && !strcmp(argv[2], "held");

	if (argc < 4)
		errx(2, "usage: disturb UUID kept|held|reset|lost COMMAND...");
	vfio_open_or_exit(&v, argv[1]);
	event.fd = eventfd(0, EFD_CLOEXEC);
	vfio_set_eventfd(&v, VFIO_PCI_ERR_IRQ_INDEX, 0, event.fd);
	vfio_enable_memory(&v, true);
	mem = vfio_mmap(&v, BAR2, 0, MAPPED);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	memset(mem, 0x5a, MAPPED);

	start_users();
	tap_ok(run(argv + 3), "the command succeeds");
	/* After a reset users end by themselves, as memory is off */
	over = !poll(&event, 1, reset ? SOON : NOT);
	tap_eq(!over, reset, "errors reported to the VMM");
	end_users(reset, lost);
	if (reset)
		check_reset();
	else
		check_kept(held);
	return tap_done();
}
