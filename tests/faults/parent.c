// SPDX-License-Identifier: GPL-2.0-only
/* The parent and its instances, by sysfs: bind, unbind, create, remove */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "faults.h"
#include "files.h"
#include "tap.h"
#include "walk.h"

char uuid[37];

/* Of the parent without an instance */
static long most, dpa_free;

bool is_soft(void)
{
	return strstr(parent.driver_name, "soft");
}

/* See cxl_flush in tap.sh */
static void settle(void)
{
	if (!is_soft())
		must(put_text("1", "/sys/bus/cxl/flush"), "flush");
}

static int run_bind(void)
{
	int rc = put_text(parent.name, "%s/bind", parent.driver);

	if (rc)
		settle();
	return rc;
}

static int run_unbind(void)
{
	int rc = put_text(parent.name, "%s/unbind", parent.driver);

	settle();
	return rc;
}

static const char *bind_wrong(bool done)
{
	if (exists("%s/driver", parent.path) != done)
		return "bound or not, the other way round";
	if (exists("%s/mdev_cxl", parent.path) != done ||
	    exists("%s/mdev_supported_types", parent.path) != done)
		return "attributes of the parent";
	if (!done)
		return NULL;
	if (number(parent.type, "available_instances") < 1)
		return "no instance is to be had";
	return NULL;
}

static const char *unbind_wrong(bool done)
{
	return bind_wrong(!done);
}

static void undo_bind(void)
{
	must(run_unbind(), "unbind");
}

static void undo_unbind(void)
{
	must(run_bind(), "bind");
}

static const struct operation bind_op = {
	"bind the parent", .run = run_bind, .wrong = bind_wrong,
	.undo = undo_bind,
};

/*
 * What the driver itself asks for. What the framework does in a bind is the
 * same on the software parent. And what Linux does when it finds the region and
 * maps it is left out, as it does not come back from all of its own failures:
 * the next bind finds no region any more, or KASAN has no shadow for its
 * memory.
 */
static const struct operation bind_pci_op = {
	"bind the parent", .run = run_bind, .wrong = bind_wrong,
	.undo = undo_bind, .any_errno = true, .module = "mdev_cxl_pci",
	.depth = 9,
};

static const struct operation unbind_op = {
	"unbind the parent", .run = run_unbind, .wrong = unbind_wrong,
	.undo = undo_unbind, .certain = true,
};

static void set_node(long node)
{
	char text[16];

	snprintf(text, sizeof(text), "%ld", node);
	must(put_text(text, "%s/numa_node", parent.path), "numa_node");
}

void walk_bind(void)
{
	long node = number(parent.path, "numa_node");

	walk(&unbind_op);
	undo_bind();
	if (is_soft()) {
		walk(&bind_op);
	} else {
		/* Of a node, Linux probes it from a work item; nothing fails */
		set_node(-1);
		walk(&bind_pci_op);
		set_node(node);
	}
	undo_unbind();
}

static long get_dpa_free(void)
{
	return number(parent.path, "mdev_cxl/dpa_free");
}

/* Each time another one: a kernel that releases late keeps the last in use */
static int run_create(void)
{
	static unsigned int n;

	snprintf(uuid, sizeof(uuid), "%08x-0000-4000-8000-000000000000", ++n);
	return put_text(uuid, "%s/create", parent.type);
}

static int run_remove(void)
{
	return put_text("1", MDEVS "%s/remove", uuid);
}

static const char *create_wrong(bool done)
{
	if (exists(MDEVS "%s", uuid) != done)
		return "it is there or not, the other way round";
	if (number(parent.type, "available_instances") != most - done)
		return "available_instances";
	if ((get_dpa_free() == dpa_free) == done)
		return "dpa_free";
	if (done && !exists(MDEVS "%s/state", uuid))
		return "it has no attributes";
	return NULL;
}

static const char *remove_wrong(bool done)
{
	return create_wrong(!done);
}

void remove_instance(void)
{
	must(run_remove(), "remove");
}

static void undo_remove(void)
{
	must(run_create(), "create");
}

/* With what Linux does before our probe, and behind it: then it takes that back */
static const struct operation create_op = {
	"create", .run = run_create, .wrong = create_wrong,
	.undo = remove_instance, .spare = SPARE_VFIO_GROUP, .module = "mdev",
};

static const struct operation remove_op = {
	"remove", .run = run_remove, .wrong = remove_wrong,
	.undo = undo_remove, .certain = true,
};

void walk_create(void)
{
	most = number(parent.type, "available_instances");
	dpa_free = get_dpa_free();
	walk(&create_op);
	undo_remove();
	walk(&remove_op);
}
