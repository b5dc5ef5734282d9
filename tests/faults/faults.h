/* SPDX-License-Identifier: GPL-2.0-only */
/* What is under test, and the parts of the test, each of which is a file */
#ifndef FAULTS_H
#define FAULTS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "vfio.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define BAR2		VFIO_PCI_BAR2_REGION_INDEX
#define MDEVS		"/sys/bus/mdev/devices/"

/**
 * struct parent - the parent
 * @path: its directory in sysfs
 * @type: that of one of its types
 * @driver: that of its driver
 * @name: the last part of @path
 * @driver_name: the last part of @driver
 */
struct parent {
	char path[PATH_MAX];
	char type[PATH_MAX];
	char driver[PATH_MAX];
	const char *name;
	const char *driver_name;
};

extern struct parent parent;

/* Its instance: which one that is, and the device while it is open */
extern char uuid[37];
extern struct vfio instance;
/* Where in BAR2 a piece of memory starts that nobody has touched yet */
extern uint64_t fresh;

/* instance.c: go on to the next such piece */
void next_piece(void);
/* instance.c: map it so that one huge page can; MAP_FAILED with errno if not */
uint8_t *map_piece(void);
#define PIECE	(2UL << 20)

/* Which of the two it is; for the PCI parent there is no engine */
bool is_soft(void);

/* parent.c: bound before and after, without an instance */
void walk_bind(void);
/* parent.c: an instance, which is left behind; and its end, or exit */
void walk_create(void);
void remove_instance(void);
/* instance.c: with an instance, which is closed before and after */
void walk_instance(void);
/* engine.c: with the instance open */
void walk_engine(void);

#endif /* FAULTS_H */
