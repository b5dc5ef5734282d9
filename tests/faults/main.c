// SPDX-License-Identifier: GPL-2.0-only
/*
 * faults PARENT TYPE: every operation with its first allocation or user
 * copy failing, then with its second, and so on until none is left to fail
 * (fault-injection.rst of the kernel, "fail-nth"). TYPE is the directory of a
 * type of the parent.
 *
 * An operation that fails says so with the errno that fits, and leaves nothing
 * behind: a second try works. One that gets by without what it wanted has to
 * work as if nothing had been.
 *
 * fail-nth counts what the calling thread does. What kthreadd does to start a
 * thread is not reached; for the engine's worker see engine.c.
 *
 * LEAKS=1 asks kmemleak after each operation.
 *
 * Here are the arguments, and the order of things.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faults.h"
#include "inject.h"
#include "tap.h"
#include "walk.h"

struct parent parent;

static void find_parent(char **argv)
{
	char path[PATH_MAX];

	if (!realpath(argv[1], parent.path) || !realpath(argv[2], parent.type))
		err(1, "%s, %s", argv[1], argv[2]);
	snprintf(path, sizeof(path), "%s/driver", argv[1]);
	if (!realpath(path, parent.driver))
		err(1, "%s", path);
	parent.name = strrchr(parent.path, '/') + 1;
	parent.driver_name = strrchr(parent.driver, '/') + 1;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "usage: faults PARENT TYPE");
	find_parent(argv);
	inject_set_up();
	/* The PCI parent has no part in what a VMM does, nor in its instances */
	if (is_soft()) {
		walk_create();
		walk_instance();
		remove_instance();
	}
	walk_bind();
	inject_anywhere();
	printf("# %u sites walked\n", walk_sum());
	return tap_done();
}
