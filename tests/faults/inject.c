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
	 * Warns of itself in Linux 7.3: when it fails after its first step, the
	 * group is released while it still has the IOMMU group
	 */
	[SPARE_VFIO_GROUP] = { .name = "vfio_create_group" },
};

/* Ours, and at last one of Linux */
static struct code modules[] = {
	{ .name = "mdev_cxl", .start = ULONG_MAX },
	{ .name = "mdev_cxl_pci", .start = ULONG_MAX },
	{ .name = "mdev_cxl_soft", .start = ULONG_MAX },
	{ .name = "mdev", .start = ULONG_MAX },
};

#define NR_OWN		(ARRAY_SIZE(modules) - 1)

/* Of ours */
static struct code functions[] = {
	{ .name = "mcxl_instance_open" },
};

static void see_start(struct code *code, unsigned int nr, unsigned long at,
		      const char *name)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!strcmp(name, code[i].name)) {
			code[i].start = at;
			code[i].end = ULONG_MAX;
		}
	}
}

/* Modules list their functions in no order */
static void see_end(struct code *code, unsigned int nr, unsigned long at)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (at > code[i].start && at < code[i].end)
			code[i].end = at;
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

static void see_code(unsigned long at, const char *name, const char *module)
{
	see_start(spared, NR_SPARES, at, name);
	see_start(functions, ARRAY_SIZE(functions), at, name);
	if (module)
		see_module(at, module);
}

static void see_code_end(unsigned long at, const char *name, const char *module)
{
	(void)name;
	(void)module;
	see_end(spared, NR_SPARES, at);
	see_end(functions, ARRAY_SIZE(functions), at);
}

/* For each piece of code in /proc/kallsyms */
static void each_symbol(void (*see)(unsigned long at, const char *name,
				    const char *module))
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
		if (n >= 3 && (kind | 0x20) == 't')
			see(at, name, n == 4 ? module : NULL);
	}
	fclose(f);
}

void inject_set_up(void)
{
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		err(1, "fail-nth");
	each_symbol(see_code);
	each_symbol(see_code_end);
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

		if (!m->end || (only ? strcmp(m->name, only) : i >= NR_OWN))
			continue;
		start = m->start < start ? m->start : start;
		end = m->end > end ? m->end : end;
	}
	if (!end)
		errx(1, "no module %s", only ?: "of ours");
	require(start, end);
}

void inject_function(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		if (strcmp(functions[i].name, name))
			continue;
		if (!functions[i].end)
			break;
		require(functions[i].start, functions[i].end);
		return;
	}
	errx(1, "no function %s", name);
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
