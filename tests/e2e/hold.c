// SPDX-License-Identifier: GPL-2.0-only
/*
 * hold UUID: open an instance, say "open", close it when the request to do so
 * arrives, or with "hold UUID deaf" when the input ends.
 */
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "vfio.h"

int main(int argc, char **argv)
{
	struct vfio v;
	uint64_t count;
	int event, rc;
	char c;

	if (argc < 2)
		errx(2, "usage: hold UUID [deaf]");
	rc = vfio_open(&v, argv[1]);
	if (rc)
		errx(1, "%s: %s", argv[1], strerror(-rc));

	if (argc > 2) {
		puts("open");
		fflush(stdout);
		while (read(0, &c, 1) > 0)
			;
		vfio_close(&v);
		return 0;
	}

	event = eventfd(0, EFD_CLOEXEC);
	rc = vfio_set_eventfd(&v, VFIO_PCI_REQ_IRQ_INDEX, 0, event);
	if (rc)
		errx(1, "request interrupt: %s", strerror(-rc));
	puts("open");
	fflush(stdout);
	if (read(event, &count, sizeof(count)) != sizeof(count))
		err(1, "eventfd");
	puts("asked to close");
	vfio_close(&v);
	return 0;
}
