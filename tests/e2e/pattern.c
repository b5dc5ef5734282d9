// SPDX-License-Identifier: GPL-2.0-only
/*
 * pattern UUID zero: does all of the memory of an instance read zero?
 *
 * pattern UUID SEED: write a pattern over all of it, say "written", and then
 * for every line of input say "intact" or "changed"; the line "reset" resets
 * the instance first.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vfio.h"

static uint64_t *mem;
static uint64_t words;

static void open_all(struct vfio *v, const char *uuid)
{
	struct vfio_region_info *hdm;
	int rc = vfio_open(v, uuid);

	if (rc)
		errx(2, "%s: %s", uuid, strerror(-rc));
	hdm = vfio_region(v, vfio_find_region(v, VFIO_REGION_TYPE_CXL,
					      VFIO_REGION_SUBTYPE_CXL_HDM));
	if (!hdm || vfio_enable_memory(v, true))
		errx(2, "%s: no memory", uuid);
	/* By the aperture, which needs no decoder */
	mem = vfio_mmap(v, VFIO_PCI_BAR2_REGION_INDEX, 0, hdm->size);
	if (mem == MAP_FAILED)
		err(2, "mmap");
	words = hdm->size / sizeof(*mem);
	free(hdm);
}

/* Each word has its own value, so one that is out of place shows, too */
static uint64_t word(uint64_t seed, uint64_t i)
{
	return seed ? (seed << 40) + i : 0;
}

static bool holds(uint64_t seed)
{
	uint64_t i;

	for (i = 0; i < words; i++) {
		if (mem[i] != word(seed, i)) {
			fprintf(stderr, "word %#llx is %#llx\n",
				(unsigned long long)i,
				(unsigned long long)mem[i]);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	struct vfio v;
	char line[64];
	uint64_t seed, i;

	if (argc != 3)
		errx(2, "usage: pattern UUID zero|SEED");
	open_all(&v, argv[1]);
	if (!strcmp(argv[2], "zero"))
		return holds(0) ? 0 : 1;

	seed = strtoull(argv[2], NULL, 0);
	for (i = 0; i < words; i++)
		mem[i] = word(seed, i);
	setlinebuf(stdout);
	puts("written");
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "reset\n") &&
		    (vfio_reset(&v) || vfio_enable_memory(&v, true)))
			errx(2, "reset");
		puts(holds(seed) ? "intact" : "changed");
	}
	return 0;
}
