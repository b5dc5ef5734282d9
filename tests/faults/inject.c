// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's knobs: what of it may fail, by the code on whose behalf it is
 * done, and when it does; see inject.h.
 */
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "faults.h"
#include "files.h"
#include "inject.h"
#include "tap.h"

static const char * const capabilities[] = {
	"failslab", "fail_page_alloc", "fail_usercopy",
};

static int fail_nth = -1;

static void set(const char *capability, const char *attr, unsigned long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%#lx", value);
	must(put_text(text, DEBUGFS "%s/%s", capability, attr), attr);
}

static void set_all(const char *attr, unsigned long value)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(capabilities); i++)
		set(capabilities[i], attr, value);
}

/* Only what has code between these addresses on its stack may fail */
static void require(unsigned long start, unsigned long end)
{
	set_all("require-start", start);
	set_all("require-end", end);
}

/**
 * struct code - addresses of code of the kernel
 * @name: of a function, or of a module
 * @start: its first address
 * @end: address of what comes behind it
 */
struct code {
	const char *name;
	unsigned long start;
	unsigned long end;
};

static struct code spared[NR_SPARES] = {
	/* kmemleak's books: it has memory of its own if it gets none */
	[SPARE_KMEMLEAK] = { .name = "__alloc_object" },
	/*
	 * Warns of itself in linux 7.3: when it fails after its first step, the
	 * group is released while it still has the IOMMU group
	 */
	[SPARE_VFIO_GROUP] = { .name = "vfio_create_group" },
};

static struct code modules[] = {
	{ .name = "mdev_cxl", .start = ULONG_MAX },
	{ .name = "mdev_cxl_pci", .start = ULONG_MAX },
	{ .name = "mdev_cxl_soft", .start = ULONG_MAX },
};

/* One line of /proc/kallsyms; they come in the order of addresses */
static void see_function(unsigned long at, const char *name)
{
	static struct code *last;
	unsigned int i;

	if (last)
		last->end = at;
	last = NULL;
	for (i = 0; i < NR_SPARES; i++) {
		if (strcmp(name, spared[i].name))
			continue;
		last = &spared[i];
		last->start = at;
	}
}

static void see_module(unsigned long at, const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modules); i++) {
		struct code *m = &modules[i];

		if (strcmp(name, m->name))
			continue;
		m->start = at < m->start ? at : m->start;
		/* Code is in pages of its own, all of which it has */
		m->end = (at | 0xfff) + 1 > m->end ? (at | 0xfff) + 1 : m->end;
	}
}

static void find_code(void)
{
	char line[512], kind, name[256], module[128];
	unsigned long at;
	FILE *f;
	int n;

	f = fopen("/proc/kallsyms", "r");
	if (!f)
		err(1, "/proc/kallsyms");
	while (fgets(line, sizeof(line), f)) {
		n = sscanf(line, "%lx %c %255s [%127[^]]]", &at, &kind, name,
			   module);
		if (n < 3 || (kind | 0x20) != 't')
			continue;
		if (n == 4)
			see_module(at, module);
		else
			see_function(at, name);
	}
	fclose(f);
}

void inject_set_up(void)
{
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		err(1, "fail-nth");
	find_code();
	set_all("probability", 0);
	set_all("times", 0);
	set_all("verbose", 0);
	set("failslab", "ignore-gfp-wait", 0);
	set("fail_page_alloc", "ignore-gfp-wait", 0);
	set("fail_page_alloc", "ignore-gfp-highmem", 0);
	set("fail_page_alloc", "min-order", 0);
}

void inject_anywhere(void)
{
	require(0, ULONG_MAX);
}

/* All of ours are loaded side by side */
void inject_modules(const char *only)
{
	unsigned long start = ULONG_MAX, end = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modules); i++) {
		const struct code *m = &modules[i];

		if (!m->end || (only && strcmp(m->name, only)))
			continue;
		start = m->start < start ? m->start : start;
		end = m->end > end ? m->end : end;
	}
	if (!end)
		errx(1, "no module %s", only ?: "of ours");
	require(start, end);
}

void inject_depth(unsigned int depth)
{
	set_all("stacktrace-depth", depth);
}

void inject_spare(enum spare what)
{
	const struct code *code = &spared[what];

	if (!code->end)
		errx(1, "no function %s", code->name);
	set_all("reject-start", code->start);
	set_all("reject-end", code->end);
}

void inject_arm(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	if (pwrite(fail_nth, text, strlen(text), 0) < 0)
		err(1, "fail-nth");
}

/* The way here may fail, too */
bool inject_disarm(void)
{
	char text[16] = "1";
	bool happened;

	happened = pread(fail_nth, text, sizeof(text), 0) > 0 && !atoi(text);
	while (pwrite(fail_nth, "0", 1, 0) < 0)
		;
	return happened;
}

void inject_times(const char *capability, unsigned int times)
{
	set(capability, "times", times);
	set(capability, "probability", times ? 100 : 0);
}

unsigned int inject_left(const char *capability)
{
	char dir[64];

	snprintf(dir, sizeof(dir), DEBUGFS "%s", capability);
	return number(dir, "times");
}
