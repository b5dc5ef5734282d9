// SPDX-License-Identifier: GPL-2.0-only
/*
 * aer BDF UNCORRECTABLE CORRECTABLE: have the kernel's AER driver find these
 * bits in the status registers of a function, by its module aer_inject.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* As in drivers/pci/pcie/aer_inject.c, which has no header for it */
struct aer_error_inj {
	uint8_t bus;
	uint8_t dev;
	uint8_t fn;
	uint32_t uncor_status;
	uint32_t cor_status;
	uint32_t header_log[4];
	uint32_t domain;
};

int main(int argc, char **argv)
{
	struct aer_error_inj inj = {};
	unsigned int domain, bus, dev, fn;
	int fd;

	if (argc != 4 || sscanf(argv[1], "%x:%x:%x.%x", &domain, &bus, &dev,
				&fn) != 4)
		errx(2, "usage: aer BDF UNCORRECTABLE CORRECTABLE");
	inj.domain = domain;
	inj.bus = bus;
	inj.dev = dev;
	inj.fn = fn;
	inj.uncor_status = strtoul(argv[2], NULL, 16);
	inj.cor_status = strtoul(argv[3], NULL, 16);

	fd = open("/dev/aer_inject", O_WRONLY);
	if (fd < 0)
		err(1, "/dev/aer_inject");
	if (write(fd, &inj, sizeof(inj)) != sizeof(inj))
		err(1, "inject");
	return 0;
}
