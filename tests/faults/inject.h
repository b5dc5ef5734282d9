/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's knobs for what fails (its fault-injection.rst) */
#ifndef FAULTS_INJECT_H
#define FAULTS_INJECT_H

#include <stdbool.h>

/* Functions of the kernel that may be kept from failing */
enum spare {
	SPARE_KMEMLEAK,
	SPARE_VFIO_GROUP,
	NR_SPARES,
};

/* Finds the knobs, or exits, as all of these do when one does not turn */
void inject_set_up(void);

/* What may fail: all, or only what is done on behalf of code of ours */
void inject_anywhere(void);
/* Of that module, which may be "mdev", or of all of ours if it is NULL */
void inject_modules(const char *only);
/* What is done on behalf of that function of ours */
void inject_function(const char *name);
/* How many callers up that is looked for */
void inject_depth(unsigned int depth);
/* What is done on behalf of this one never fails */
void inject_spare(enum spare what);

/* Fail-nth: the nth thing fails that the calling thread does from now on */
void inject_arm(unsigned int n);
/* True when that has happened */
bool inject_disarm(void);

/* More than anybody asks for: all of them */
#define ALL	1000

/* The next @times things fail, whoever does them; 0 for none */
void inject_times(const char *capability, unsigned int times);
/* So many of these have not */
unsigned int inject_left(const char *capability);

#endif /* FAULTS_INJECT_H */
