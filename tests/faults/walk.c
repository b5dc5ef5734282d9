// SPDX-License-Identifier: GPL-2.0-only
/* The walk over all that can fail in an operation; see walk.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "inject.h"
#include "leaks.h"
#include "tap.h"
#include "walk.h"

/* More than any operation has */
#define MAX_SITES	5000
/* As far up as the kernel looks */
#define MAX_DEPTH	32

static unsigned int all_sites;

unsigned int walk_sum(void)
{
	return all_sites;
}

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

/* What may fail in it */
static void aim(const struct operation *o)
{
	inject_spare(o->spare);
	if (o->anywhere)
		inject_anywhere();
	else
		inject_modules(o->module);
	inject_depth(o->depth ?: MAX_DEPTH);
}

void walk(const struct operation *o)
{
	unsigned int n, failed = 0, bad = 0;
	const char *wrong;
	bool happened;
	int rc;

	aim(o);
	for (n = 1; n < MAX_SITES; n++) {
		if (o->before)
			o->before();
		inject_arm(n);
		rc = o->run();
		happened = inject_disarm();
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
	all_sites += n - 1;
	/* What must not fail may well have no site at all */
	tap_ok(!bad && n < MAX_SITES && (n > (o->least ?: 1) || o->certain),
	       "%s: %u sites, %u of them let it fail", o->name, n - 1, failed);
	leaks_check(o->name);
}

void starve(const struct operation *o, const char *function)
{
	const char *wrong;
	int rc;

	inject_function(function);
	inject_depth(MAX_DEPTH);
	inject_times("failslab", ALL);
	inject_times("fail_page_alloc", ALL);
	rc = o->run();
	inject_times("failslab", 0);
	inject_times("fail_page_alloc", 0);
	wrong = judge(o, rc);
	if (wrong)
		printf("# %s: %s\n", strerror(-rc), wrong);
	tap_ok(rc == -ENOMEM && !wrong, "%s: no memory for %s()", o->name,
	       function);
	if (o->undo)
		o->undo();
	leaks_check(o->name);
}
