// SPDX-License-Identifier: GPL-2.0-only
/* kmemleak, asked after each operation; see leaks.h. */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "leaks.h"
#include "tap.h"

#define KMEMLEAK "/sys/kernel/debug/kmemleak"

/* What is younger it takes to be on its way, see jiffies_min_age there */
#define MIN_AGE 6

/* It believes what two scans say */
static void scan(void)
{
	int rc;

	rc = put_text("scan", KMEMLEAK);
	sleep(MIN_AGE);
	rc = rc ?: put_text("scan", KMEMLEAK);
	if (rc)
		errx(1, "%s: no scan", KMEMLEAK);
}

void leaks_check(const char *name)
{
	bool clean = true;
	char line[256];
	FILE *f;

	if (!getenv("LEAKS"))
		return;
	scan();
	f = fopen(KMEMLEAK, "re");
	if (!f)
		err(1, KMEMLEAK);
	while (fgets(line, sizeof(line), f)) {
		clean = false;
		printf("# %s", line);
	}
	fclose(f);
	/* The next operation has leaks of its own */
	if (!clean)
		put_text("clear", KMEMLEAK);
	tap_ok(clean, "%s: nothing is lost", name);
}
