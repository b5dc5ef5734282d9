// SPDX-License-Identifier: GPL-2.0-only
/* Test Anything Protocol, and what tests look at and touch; see tap.h. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static unsigned int count, failed;
/* Where a thread goes on that has touched what it may not */
static __thread sigjmp_buf bus;
static __thread volatile bool touching;

static void result(bool ok, const char *name, va_list args)
{
	count++;
	failed += !ok;
	printf("%sok %u ", ok ? "" : "not ", count);
	vprintf(name, args);
	putchar('\n');
	fflush(stdout);
}

void tap_ok(bool ok, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	result(ok, name, args);
	va_end(args);
}

void tap_eq(int64_t got, int64_t want, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	result(got == want, name, args);
	va_end(args);
	if (got != want)
		printf("# got %lld (%#llx), wanted %lld (%#llx)\n",
		       (long long)got, (long long)got, (long long)want,
		       (long long)want);
}

void tap_skip(const char *what, const char *why)
{
	printf("# SKIP %s: %s\n", what, why);
}

bool is_debug_kernel(void)
{
	return !access("/proc/self/fail-nth", F_OK);
}

int tap_done(void)
{
	printf("1..%u\n", count);
	return failed ? 1 : 0;
}

/* SIGBUS is the thread's own; anywhere else it ends the program, as always */
static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (touching)
		siglongjmp(bus, info->si_code);
	signal(sig, SIG_DFL);
}

/* The code of the SIGBUS that a touch raises, 0 when it raises none */
static int touch(const volatile void *p, bool write)
{
	static const struct sigaction action = {
		.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO,
	};
	volatile int code;

	sigaction(SIGBUS, &action, NULL);
	code = sigsetjmp(bus, 1);
	if (!code) {
		touching = true;
		if (write)
			*(volatile uint8_t *)p = 0x5a;
		else
			(void)*(const volatile uint8_t *)p;
	}
	touching = false;
	return code;
}

bool faults_on_read(const volatile void *p)
{
	return touch(p, false);
}

bool faults_on_write(volatile void *p)
{
	return touch(p, true);
}

bool is_poisoned(const volatile void *p)
{
	return touch(p, false) == BUS_MCEERR_AR;
}

bool is_all(const void *mem, uint8_t value, size_t len)
{
	const uint8_t *p = mem;

	return *p == value && !memcmp(p, p + 1, len - 1);
}

int put_text(const char *text, const char *path, ...)
{
	char full[2 * PATH_MAX];
	va_list args;
	int fd, rc;

	va_start(args, path);
	vsnprintf(full, sizeof(full), path, args);
	va_end(args);
	fd = open(full, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = write(fd, text, strlen(text)) < 0 ? -errno : 0;
	close(fd);
	return rc;
}

void parent_debugfs(const char *uuid, const char *file, char path[PATH_MAX])
{
	char link[PATH_MAX], real[PATH_MAX];

	snprintf(link, sizeof(link), "/sys/bus/mdev/devices/%s", uuid);
	if (!realpath(link, real))
		err(1, "%s", link);
	snprintf(path, PATH_MAX, "/sys/kernel/debug/mdev_cxl/%s/%s",
		 basename(dirname(real)), file);
}

int inject(const char *uuid, const char *file, const char *format, ...)
{
	char path[PATH_MAX], text[80];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	parent_debugfs(uuid, file, path);
	return put_text(text, "%s", path);
}

static void read_attr(const char *uuid, const char *name, char text[80])
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/%s", uuid, name);
	f = fopen(path, "r");
	if (!f || !fgets(text, 80, f))
		err(1, "%s", path);
	fclose(f);
}

uint64_t instance_attr(const char *uuid, const char *name)
{
	char text[80];

	read_attr(uuid, name, text);
	return strtoull(text, NULL, 0);
}

bool instance_is(const char *uuid, const char *state)
{
	char text[80];

	read_attr(uuid, "state", text);
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, state);
}
