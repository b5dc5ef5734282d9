/* SPDX-License-Identifier: GPL-2.0-only */
/* What kmemleak finds behind an operation */
#ifndef FAULTS_LEAKS_H
#define FAULTS_LEAKS_H

/*
 * One result, if LEAKS is set: nobody has lost any memory. It takes 20 seconds or more
 * for each operation, so without it the lab looks once, at the end of all.
 */
void leaks_check(const char *name);

#endif /* FAULTS_LEAKS_H */
