/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of one program, in the Test Anything Protocol; what they look at */
#ifndef E2E_TAP_H
#define E2E_TAP_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One result: printf-style name, with what was seen when it is not as wanted */
void tap_ok(bool ok, const char *name, ...)
	__attribute__((format(printf, 2, 3)));
void tap_eq(int64_t got, int64_t want, const char *name, ...)
	__attribute__((format(printf, 3, 4)));
/* What can't be asked here, and why: counted at the end of all tests */
void tap_skip(const char *what, const char *why);
/* The plan, last; the exit status */
int tap_done(void);

/* Slow, and it releases objects some seconds late (DEBUG_KOBJECT_RELEASE) */
bool is_debug_kernel(void);

/* Does a load from, a store to this address raise SIGBUS? */
bool faults_on_read(const volatile void *p);
bool faults_on_write(volatile void *p);

/* Is it one for poisoned memory (BUS_MCEERR_AR)? */
bool is_poisoned(const volatile void *p);

/* Is each byte of it that one? */
bool is_all(const void *mem, uint8_t value, size_t len);

/* Text into a file, whose path is printf-style: 0 or a negative errno */
int put_text(const char *text, const char *path, ...)
	__attribute__((format(printf, 2, 3)));

/* A file of the parent of an instance, in debugfs */
void parent_debugfs(const char *uuid, const char *file, char path[PATH_MAX]);
/* Text for it, printf-style: 0 or a negative errno */
int inject(const char *uuid, const char *file, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The number that an attribute of an instance starts with */
uint64_t instance_attr(const char *uuid, const char *name);
/* Is that its state? */
bool instance_is(const char *uuid, const char *state);

#endif /* E2E_TAP_H */
