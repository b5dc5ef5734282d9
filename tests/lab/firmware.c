// SPDX-License-Identifier: GPL-2.0-only
/*
 * firmware DEVICE commit|lock: do what the firmware of a real host has done
 * before Linux looks at the CXL bus. DEVICE is the directory of an endpoint in
 * sysfs. Its memory is found in the first window of the CEDT; decoder 0 of the
 * host bridge and of the endpoint are committed to all of it, as device memory
 * (HDM-D), with LOCK_ON_COMMIT if so told.
 *
 * The size is that of the endpoint's DVSEC range 1, rounded down to what the
 * window holds.
 */
#include <endian.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ACPI CEDT (CXL r3.1 9.18.1): header, then structures */
#define CEDT_HEADER		36
#define CEDT_CHBS		0
#define CEDT_CFMWS		1

/* PCI, CXL DVSEC for devices (8.1.3) */
#define EXT_CAP_START		0x100
#define EXT_CAP_DVSEC		0x23
#define DVSEC_VENDOR_CXL	0x1e98
#define DVSEC_RANGE1_SIZE_HIGH	0x18
#define DVSEC_RANGE1_SIZE_LOW	0x1c

/* Component registers (8.2.4) */
#define GIB			(1ULL << 30)
#define COMPONENT_SIZE		0x10000
#define CM_OFFSET		0x1000
#define CM_ID_HDM		5
#define HDM_GLOBAL		0x04
#define HDM_GLOBAL_ENABLE	(1u << 1)
#define HDM_BASE_LOW		0x10
#define HDM_BASE_HIGH		0x14
#define HDM_SIZE_LOW		0x18
#define HDM_SIZE_HIGH		0x1c
#define HDM_CTRL		0x20
#define HDM_SKIP_LOW		0x24
#define HDM_SKIP_HIGH		0x28
#define HDM_CTRL_LOCK		(1u << 8)
#define HDM_CTRL_COMMIT		(1u << 9)
#define HDM_CTRL_COMMITTED	(1u << 10)

struct platform {
	uint64_t host_bridge;		/* component registers */
	uint64_t window;		/* HPA */
	uint64_t window_size;
};

static uint16_t le16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return le16toh(v);
}

static uint64_t le64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

static size_t read_file(const char *path, uint8_t *buf, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		err(1, "%s", path);
	n = read(fd, buf, size);
	if (n < 0)
		err(1, "%s", path);
	close(fd);
	return n;
}

static struct platform read_cedt(void)
{
	struct platform p = {};
	uint8_t cedt[4096];
	size_t size, at, len;

	size = read_file("/sys/firmware/acpi/tables/CEDT", cedt, sizeof(cedt));
	for (at = CEDT_HEADER; at + 32 <= size; at += len) {
		len = le16(cedt + at + 2);
		if (!len)
			break;
		if (cedt[at] == CEDT_CHBS && !p.host_bridge) {
			p.host_bridge = le64(cedt + at + 16);
		} else if (cedt[at] == CEDT_CFMWS && !p.window) {
			p.window = le64(cedt + at + 8);
			p.window_size = le64(cedt + at + 16);
		}
	}
	if (!p.host_bridge || !p.window)
		errx(1, "CEDT has no host bridge or no window");
	return p;
}

static uint32_t config32(const uint8_t *config, unsigned int at)
{
	return le16(config + at) | (uint32_t)le16(config + at + 2) << 16;
}

static uint64_t device_size(const char *dev)
{
	unsigned int at = EXT_CAP_START;
	uint8_t config[4096];
	char path[4096];

	snprintf(path, sizeof(path), "%s/config", dev);
	if (read_file(path, config, sizeof(config)) != sizeof(config))
		errx(1, "%s: short", path);

	while (at >= EXT_CAP_START && at + 0x3c <= sizeof(config)) {
		uint32_t header = config32(config, at);

		if ((header & 0xffff) == EXT_CAP_DVSEC &&
		    le16(config + at + 4) == DVSEC_VENDOR_CXL &&
		    le16(config + at + 8) == 0)
			return (uint64_t)config32(config, at +
						  DVSEC_RANGE1_SIZE_HIGH) << 32 |
			       (config32(config, at + DVSEC_RANGE1_SIZE_LOW) &
				0xf0000000);
		at = header >> 20;
	}
	errx(1, "%s: no CXL device DVSEC", dev);
}

static volatile uint8_t *map_component(const char *path, uint64_t offset)
{
	int fd = open(path, O_RDWR | O_SYNC);
	void *p;

	if (fd < 0)
		err(1, "%s", path);
	p = mmap(NULL, COMPONENT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		 offset);
	if (p == MAP_FAILED)
		err(1, "mmap %s", path);
	close(fd);
	return p;
}

static volatile uint32_t *reg(volatile uint8_t *block, unsigned int offset)
{
	return (volatile uint32_t *)(block + offset);
}

static volatile uint8_t *find_hdm(const char *what, volatile uint8_t *comp)
{
	volatile uint8_t *cm = comp + CM_OFFSET;
	unsigned int i, nr = *reg(cm, 0) >> 24;

	for (i = 1; i <= nr; i++) {
		uint32_t cap = *reg(cm, 4 * i);

		if ((cap & 0xffff) == CM_ID_HDM)
			return cm + (cap >> 20);
	}
	errx(1, "%s has no HDM decoders", what);
}

static void commit(const char *what, volatile uint8_t *hdm, uint64_t base,
		   uint64_t size, bool lock)
{
	int tries = 100;

	*reg(hdm, HDM_BASE_LOW) = base;
	*reg(hdm, HDM_BASE_HIGH) = base >> 32;
	*reg(hdm, HDM_SIZE_LOW) = size;
	*reg(hdm, HDM_SIZE_HIGH) = size >> 32;
	*reg(hdm, HDM_SKIP_LOW) = 0;
	*reg(hdm, HDM_SKIP_HIGH) = 0;
	*reg(hdm, HDM_CTRL) = HDM_CTRL_COMMIT | (lock ? HDM_CTRL_LOCK : 0);
	while (!(*reg(hdm, HDM_CTRL) & HDM_CTRL_COMMITTED)) {
		if (!tries--)
			errx(1, "%s: decoder 0 does not commit, control %#x",
			     what, *reg(hdm, HDM_CTRL));
		usleep(100);
	}
	*reg(hdm, HDM_GLOBAL) |= HDM_GLOBAL_ENABLE;
	printf("%s: decoder 0 committed, %#llx bytes at %#llx%s\n", what,
	       (unsigned long long)size, (unsigned long long)base,
	       lock ? ", locked" : "");
}

/* Gigabytes of the memory are to be gigabytes of HPA, as page tables want them */
static uint64_t choose_base(const struct platform *p)
{
	return (p->window + GIB - 1) & ~(GIB - 1);
}

int main(int argc, char **argv)
{
	struct platform p;
	char path[4096];
	uint64_t base, end, size;
	bool lock;

	if (argc != 3 || (strcmp(argv[2], "commit") && strcmp(argv[2], "lock")))
		errx(2, "usage: firmware DEVICE commit|lock");
	lock = !strcmp(argv[2], "lock");

	p = read_cedt();
	base = choose_base(&p);
	end = p.window + p.window_size;
	size = device_size(argv[1]);
	if (base >= end)
		errx(1, "no gigabyte in the window");
	if (size > end - base)
		size = end - base;

	snprintf(path, sizeof(path), "%s/resource0", argv[1]);
	commit("host bridge",
	       find_hdm("host bridge", map_component("/dev/mem", p.host_bridge)),
	       base, size, lock);
	commit("endpoint", find_hdm("endpoint", map_component(path, 0)),
	       base, size, lock);
	return 0;
}
