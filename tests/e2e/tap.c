// SPDX-License-Identifier: GPL-2.0-only
/* Test Anything Protocol, and accesses that may raise SIGBUS; see tap.h. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

#include "tap.h"

static unsigned int count, failed;
static sigjmp_buf bus;

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

int tap_done(void)
{
	printf("1..%u\n", count);
	return failed ? 1 : 0;
}

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	siglongjmp(bus, info->si_code);
}

/* The code of the SIGBUS that a touch raises, 0 when it raises none */
static int touch(const volatile void *p, bool write)
{
	struct sigaction action = {
		.sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO,
	}, old;
	volatile int code;

	sigaction(SIGBUS, &action, &old);
	code = sigsetjmp(bus, 1);
	if (!code) {
		if (write)
			*(volatile uint8_t *)p = 0x5a;
		else
			(void)*(const volatile uint8_t *)p;
	}
	sigaction(SIGBUS, &old, NULL);
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
