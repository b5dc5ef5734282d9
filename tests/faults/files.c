// SPDX-License-Identifier: GPL-2.0-only
/* Small files of the kernel; see files.h. */
#include <err.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

void must(int rc, const char *what)
{
	if (rc)
		errx(1, "%s: %s", what, strerror(-rc));
}

bool exists(const char *path, ...)
{
	char full[2 * PATH_MAX];
	va_list args;

	va_start(args, path);
	vsnprintf(full, sizeof(full), path, args);
	va_end(args);
	return !access(full, F_OK);
}

const char *word(const char *dir, const char *name)
{
	static char text[64];
	char path[2 * PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f || fscanf(f, "%63s", text) != 1)
		*text = 0;
	if (f)
		fclose(f);
	return text;
}

long number(const char *dir, const char *name)
{
	const char *text = word(dir, name);
	char *end;
	long n;

	n = strtol(text, &end, 10);
	return end == text ? -1 : n;
}
