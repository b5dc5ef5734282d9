// SPDX-License-Identifier: GPL-2.0-only
/*
 * conformance [-q] [-s SEED] [-r ROUNDS] [-n NEIGHBOUR] [-x SUITE] UUID [SUITE...]: does the
 * instance behave as a CXL function has to? All suites, without -x SUITE, or those named.
 * With the UUID of a second instance it is watched while the first one
 * misbehaves, in so many rounds (20000). -q: quickly, as after accesses of 1 and 2
 * bytes registers elsewhere are not looked at, and where there are no registers only
 * dwords are written.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conformance.h"

static const struct suite {
	const char *name;
	void (*run)(struct device *d);
} suites[] = {
	{ "uapi", test_uapi },
	{ "registers", test_registers },
	{ "dvsec", test_dvsec },
	{ "hdm", test_hdm },
	{ "resets", test_resets },
	{ "doe", test_doe },
	{ "memory", test_memory },
	{ "interrupts", test_interrupts },
	{ "errors", test_errors },
	{ "hostile", test_hostile },
};

static void usage(void)
{
	unsigned int i;

	fputs("usage: conformance [-q] [-s SEED] [-r ROUNDS] [-n NEIGHBOUR] [-x SUITE]\n",
	      stderr);
	fputs("                   UUID [SUITE...]\n", stderr);
	fputs("suites:", stderr);
	for (i = 0; i < ARRAY_SIZE(suites); i++)
		fprintf(stderr, " %s", suites[i].name);
	fputc('\n', stderr);
	exit(2);
}

static const struct suite *find_suite(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(suites); i++) {
		if (!strcmp(suites[i].name, name))
			return &suites[i];
	}
	usage();
	return NULL;
}

static void run(const struct suite *suite, struct device *d)
{
	time_t start = time(NULL);

	printf("# %s\n", suite->name);
	device_reopen(d);
	suite->run(d);
	printf("# %s: %ld s\n", suite->name, (long)(time(NULL) - start));
}

int main(int argc, char **argv)
{
	struct device d = { .seed = time(NULL), .rounds = 20000 };
	struct device neighbour = {};
	const struct suite *without = NULL;
	const char *other = NULL;
	unsigned int i;
	int opt;

	while ((opt = getopt(argc, argv, "qs:r:n:x:")) != -1) {
		switch (opt) {
		case 'q':
			d.quick = true;
			break;
		case 's':
			d.seed = strtoul(optarg, NULL, 0);
			break;
		case 'r':
			d.rounds = strtoul(optarg, NULL, 0);
			break;
		case 'n':
			other = optarg;
			break;
		case 'x':
			without = find_suite(optarg);
			break;
		default:
			usage();
		}
	}
	if (optind >= argc)
		usage();

	device_open(&d, argv[optind++]);
	if (other) {
		device_open(&neighbour, other);
		d.neighbour = &neighbour;
	}
	if (optind == argc) {
		for (i = 0; i < ARRAY_SIZE(suites); i++) {
			if (&suites[i] != without)
				run(&suites[i], &d);
		}
	}
	for (; optind < argc; optind++)
		run(find_suite(argv[optind]), &d);
	return tap_done();
}
