/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Conformance of a virtual CXL function, seen through VFIO. Each suite is a
 * file; each result names a rule by its section in the CXL specification r3.1
 * or the PCIe specification r6.0, a selftest of the vfio-cxl series, or a mistake
 * of those that Documentation/testing.rst lists as P1 and up.
 */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "tap.h"
#include "vfio.h"

#define MIB		(1ULL << 20)
#define GIB		(1ULL << 30)
/* Bases and sizes of decoders have bits 28 and up (CXL 8.2.4.20) */
#define GRANULE		(256 * MIB)
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* One region of the device, for many small accesses */
struct window {
	int fd;
	uint64_t start;
	uint64_t size;
};

/*
 * An open device. Where its structures are is found by walking, as any driver
 * does; 0 stands for one that is absent.
 */
struct device {
	const char *uuid;
	struct vfio v;

	struct window config;
	struct window bar[6];
	struct window hdm;		/* memory, by vDPA */
	struct window comp_regs;	/* the HDM decoder block */
	int hdm_index;
	int comp_regs_index;

	/* In configuration space */
	uint32_t pcie, pm, msix;
	uint32_t dvsec, gpf, flexbus, locator;
	uint32_t dsn, aer, doe;

	/* In the BAR that the register locator names */
	struct window *component;
	uint32_t block;			/* 64 KiB of component registers */
	uint32_t ras, link, decoders;
	unsigned int nr_decoders;

	struct device *neighbour;	/* or NULL */
	unsigned int seed;
	unsigned int rounds;
	bool quick;
};

/* device.c: power-up state, or exit */
void device_open(struct device *d, const char *uuid);
void device_close(struct device *d);
/* The next user: what was is gone, sticky or not */
void device_reopen(struct device *d);
/* VFIO_DEVICE_RESET, then memory space enabled: BARs answer */
void device_fresh(struct device *d);

/* Little-endian accesses; a failed read is ~0, a failed write is an errno */
uint32_t get(const struct window *w, uint64_t at, unsigned int len);
int put(const struct window *w, uint64_t at, unsigned int len, uint32_t value);

/* mmap() of a region that can be mapped, or exit */
void *device_map(struct device *d, uint32_t region, uint64_t at, size_t len);

/* A file of the instance in sysfs: 0 or a negative errno */
int device_attribute(struct device *d, const char *name, const char *value);
/* An error that the parent reports (debugfs): false when that is not there */
bool device_inject_ras(struct device *d, uint32_t uncorrectable,
		       uint32_t correctable);

#define PM_D0		0
#define PM_D3HOT	3

/* Identifiers of CXL DVSECs, CXL 8.1.1; headers of Linux before 7.3 lack them */
#define DVSEC_DEVICE	0
#define DVSEC_GPF	5
#define DVSEC_FLEXBUS	7
#define DVSEC_LOCATOR	8
#define LOCATOR_BLOCK1	0x0c

/* DVSEC for CXL devices, CXL 8.1.3 */
#define CXL_CAP		0x0a
#define CAP_CACHE_CAPABLE	(1u << 0)
#define CXL_CTRL	0x0c
#define CTRL_MEM_ENABLE	(1u << 2)
#define CXL_CTRL2	0x10
#define CTRL2_DISABLE_CACHING	(1u << 0)
#define CTRL2_INIT_WBI		(1u << 1)
#define CTRL2_INIT_RESET	(1u << 2)
#define CTRL2_CLEAR		(1u << 3)
#define CXL_STATUS2	0x12
#define STATUS2_CACHE_INVALID	(1u << 0)
#define STATUS2_COMPLETE	(1u << 1)
#define STATUS2_ERROR		(1u << 2)
#define CXL_LOCK	0x14
#define LOCK_CONFIG	(1u << 0)
#define CXL_CAP2	0x16

/* registers.c: are all of them as after power-up? */
bool registers_are_fresh(struct device *d);

/* The suites */
void test_uapi(struct device *d);
void test_registers(struct device *d);
void test_dvsec(struct device *d);
void test_hdm(struct device *d);
void test_resets(struct device *d);
void test_doe(struct device *d);
void test_memory(struct device *d);
void test_interrupts(struct device *d);
void test_errors(struct device *d);
void test_hostile(struct device *d);

#endif /* CONFORMANCE_H */
