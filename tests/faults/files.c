// SPDX-License-Identifier: GPL-2.0-only
/* Small files of the kernel; see files.h. */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
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

int has_line(const char *line, const char *path, ...)
{
	char full[2 * PATH_MAX], text[80];
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, path);
	vsnprintf(full, sizeof(full), path, args);
	va_end(args);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n <= 0)
		return n ?: -EILSEQ;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return !line || !strcmp(text, line) ? 0 : -EILSEQ;
}

long number(const char *dir, const char *name)
{
	const char *text = word(dir, name);
	char *end;
	long n;

	n = strtol(text, &end, 10);
	return end == text ? -1 : n;
}
