// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold UUID [deaf|error|touch]: open an instance, say "open", and close it when the
 * request to do so arrives; deaf: when the input ends; error: when an error is
 * reported, and say what has become of a mapping by then; touch: never, but touch
 * its memory all the time.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"
#include "vfio.h"

/* Wait for the interrupt of that index, and say so */
static void wait_for(struct vfio *v, uint32_t index, const char *text)
{
	int event = eventfd(0, EFD_CLOEXEC);
	uint64_t count;
	int rc;

	rc = vfio_set_eventfd(v, index, 0, event);
	if (rc)
		errx(1, "interrupt index %u: %s", index, strerror(-rc));
	puts("open");
	fflush(stdout);
	if (read(event, &count, sizeof(count)) != sizeof(count))
		err(1, "eventfd");
	puts(text);
	fflush(stdout);
}

static uint8_t *map_page(struct vfio *v)
{
	uint8_t *mem;

	vfio_enable_memory(v, true);
	mem = vfio_mmap(v, VFIO_PCI_BAR2_REGION_INDEX, 0, 4096);
	if (mem == MAP_FAILED || faults_on_write(mem))
		errx(1, "no memory");
	return mem;
}

static void wait_for_error(struct vfio *v)
{
	uint8_t *mem = map_page(v);

	wait_for(v, VFIO_PCI_ERR_IRQ_INDEX, "error");
	puts(faults_on_read(mem) ? "memory is gone" : "memory is there");
	munmap(mem, 4096);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 2 ? argv[2] : "";
	struct vfio v;
	char c;

	if (argc < 2)
		errx(2, "usage: hold UUID [deaf|error|touch]");
	vfio_open_or_exit(&v, argv[1]);

	if (!strcmp(mode, "error")) {
		wait_for_error(&v);
	} else if (!strcmp(mode, "touch")) {
		const uint8_t *mem = map_page(&v);

		puts("open");
		fflush(stdout);
		while (!faults_on_read(mem))
			;
	} else if (!strcmp(mode, "deaf")) {
		puts("open");
		fflush(stdout);
		while (read(0, &c, 1) > 0)
			;
	} else {
		wait_for(&v, VFIO_PCI_REQ_IRQ_INDEX, "asked to close");
	}
	vfio_close(&v);
	return 0;
}
