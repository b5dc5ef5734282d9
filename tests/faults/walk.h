/* SPDX-License-Identifier: GPL-2.0-only */
/* An operation, again and again, each time with another thing failing */
#ifndef FAULTS_WALK_H
#define FAULTS_WALK_H

#include <stdbool.h>

#include "inject.h"

/**
 * struct operation - something that may fail
 * @name: for the report
 * @before: sets the scene, if there is one to set; nothing fails
 * @run: the operation: 0 or a negative errno
 * @wrong: what is not as it has to be after success or failure, or NULL
 * @undo: after a success
 * @anywhere: let fail whatever the thread does in the kernel; else only what
 *	is done on behalf of our modules
 * @certain: must not fail, whatever does
 * @any_errno: Linux's CXL core has more than one for what fails in it
 * @module: only what is done on behalf of this one, ours or "mdev"; NULL: of all of
 *	ours
 * @depth: how many callers up that is looked for, if it is not all the way
 * @least: sites that there are at least; else it is one
 * @spare: what is spared
 */
struct operation {
	const char *name;
	void (*before)(void);
	int (*run)(void);
	const char *(*wrong)(bool done);
	void (*undo)(void);
	bool anywhere;
	bool certain;
	bool any_errno;
	const char *module;
	unsigned int depth;
	unsigned int least;
	enum spare spare;
};

/* One result: all went as it has to, whatever failed */
void walk(const struct operation *o);

/*
 * One result: all of the memory that @function of ours wants at once fails, as Linux
 * has another way when just the first one does; and with it the operation
 */
void starve(const struct operation *o, const char *function);

/* Of all walks: sites */
unsigned int walk_sum(void);

#endif /* FAULTS_WALK_H */
