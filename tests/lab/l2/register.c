// SPDX-License-Identifier: GPL-2.0-only
/*
 * register FILE [OFFSET [VALUE]]: in a guest, read a file that shows device
 * registers, or read or write one of 32 bits through "config" or "resource<n>"
 * of a function in sysfs.
 *
 * The SVM that QEMU emulates for L1 leaves the type of the last exception where
 * KVM looks for one that is being delivered, and KVM gives a guest up whose
 * next exit is for a device register. So there must be no page fault between
 * an exit of another kind and the access.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEBUG_PORT	0x80

static int port;

/* Whatever was left of an exception is forgotten with this */
static void leave_guest(void)
{
	if (pwrite(port, "", 1, DEBUG_PORT) != 1)
		err(1, "/dev/port");
}

static void show_file(int fd)
{
	static char text[4096];
	ssize_t len;

	leave_guest();
	len = read(fd, text, sizeof(text));
	if (len < 0)
		err(1, "read");
	fwrite(text, 1, len, stdout);
}

static uint32_t access_bar(int fd, off_t offset, const uint32_t *value)
{
	off_t page = offset & ~0xfffL;
	volatile uint32_t *reg;
	void *mem;

	mem = mmap(NULL, 0x1000, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_POPULATE, fd, page);
	if (mem == MAP_FAILED)
		err(1, "mmap");
	reg = mem + (offset - page);
	leave_guest();
	if (value)
		*reg = *value;
	return *reg;
}

static uint32_t access_config(int fd, off_t offset, const uint32_t *value)
{
	uint32_t data = 0;

	leave_guest();
	if (value && pwrite(fd, value, sizeof(*value), offset) !=
		     sizeof(*value))
		err(1, "write");
	leave_guest();
	if (pread(fd, &data, sizeof(data), offset) != sizeof(data))
		err(1, "read");
	return data;
}

int main(int argc, char **argv)
{
	uint32_t value, *write = NULL;
	off_t offset;
	int fd;

	if (argc < 2 || argc > 4)
		errx(2, "usage: register FILE [OFFSET [VALUE]]");
	fd = open(argv[1], argc > 2 ? O_RDWR | O_SYNC : O_RDONLY);
	if (fd < 0)
		err(1, "%s", argv[1]);
	port = open("/dev/port", O_WRONLY);
	if (port < 0 || mlockall(MCL_CURRENT | MCL_FUTURE))
		err(1, "set-up");
	if (argc == 2) {
		show_file(fd);
		return 0;
	}

	offset = strtoul(argv[2], NULL, 0);
	if (argc == 4) {
		value = strtoul(argv[3], NULL, 0);
		write = &value;
	}
	printf("0x%08x\n", strstr(argv[1], "/config") ?
			   access_config(fd, offset, write) :
			   access_bar(fd, offset, write));
	return 0;
}
