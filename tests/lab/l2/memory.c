// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory write|check|zero DEVICE SEED: fill the aperture of a partition with a
 * pattern, compare it with one, or with zeroes. DEVICE is the directory of the
 * function in sysfs. Runs in a guest that has no driver for it.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

/* One step of splitmix64: every dword tells its seed and its place */
static uint64_t pattern(uint64_t seed, uint64_t index)
{
	uint64_t z = seed * 0x9e3779b97f4a7c15ULL + index;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	return z ^ (z >> 27);
}

static uint64_t *map_aperture(const char *device, size_t *size)
{
	char path[4096];
	struct stat st;
	void *mem;
	int fd;

	snprintf(path, sizeof(path), "%s/resource2", device);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	*size = st.st_size;
	mem = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		err(1, "mmap %s", path);
	return mem;
}

int main(int argc, char **argv)
{
	uint64_t seed, i, *mem;
	size_t size;
	bool zero;

	if (argc != 4)
		errx(2, "usage: memory write|check|zero DEVICE SEED");
	seed = strtoull(argv[3], NULL, 0);
	mem = map_aperture(argv[2], &size);

	if (!strcmp(argv[1], "write")) {
		for (i = 0; i < size / sizeof(*mem); i++)
			mem[i] = pattern(seed, i);
		printf("wrote pattern %llu to %zu MiB\n",
		       (unsigned long long)seed, size >> 20);
		return 0;
	}

	zero = !strcmp(argv[1], "zero");
	for (i = 0; i < size / sizeof(*mem); i++) {
		uint64_t want = zero ? 0 : pattern(seed, i);

		if (mem[i] != want)
			errx(1, "at %#llx: %#llx, wanted %#llx",
			     (unsigned long long)(i * sizeof(*mem)),
			     (unsigned long long)mem[i],
			     (unsigned long long)want);
	}
	if (zero)
		printf("%zu MiB read zero\n", size >> 20);
	else
		printf("pattern %llu is intact in %zu MiB\n",
		       (unsigned long long)seed, size >> 20);
	return 0;
}
