/* SPDX-License-Identifier: GPL-2.0-only */
/* Small files of the kernel, in sysfs and debugfs */
#ifndef FAULTS_FILES_H
#define FAULTS_FILES_H

#include <stdbool.h>

#define DEBUGFS		"/sys/kernel/debug/"

/* Exit if what has such a result, 0 or a negative errno, has failed */
void must(int rc, const char *what);

bool exists(const char *path, ...)
	__attribute__((format(printf, 1, 2)));

/* The first word of a file, until the next call; empty if there is none */
const char *word(const char *dir, const char *name);
/* Its first line is that one, or any: 0 or a negative errno, -EILSEQ when it is not */
int has_line(const char *line, const char *path, ...)
	__attribute__((format(printf, 2, 3)));
/* The number that a file starts with, or -1 */
long number(const char *dir, const char *name);

#endif /* FAULTS_FILES_H */
