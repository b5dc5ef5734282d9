/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The machine that the VMM makes and its guest knows. Firmware tables would
 * say so between others.
 */
#ifndef VMM_MACHINE_H
#define VMM_MACHINE_H

#include <stdint.h>

#define NR_VCPUS		2

/* Physical addresses. The guest chooses those of BARs and decoders. */
#define RAM_SIZE		0x01000000ULL
#define PAGE_TABLES		0x00001000ULL	/* two pages */
#define BOOT_INFO		0x00003000ULL
#define GUEST_ENTRY		0x00100000ULL
#define BAR_WINDOW		0xc0000000ULL	/* 32 bits */
#define ECAM_BASE		0xe0000000ULL
#define ECAM_SIZE		0x00100000ULL	/* one bus */
#define PLATFORM_BASE		0xfe000000ULL	/* where chipsets have things */
#define PLATFORM_SIZE		0x02000000ULL
#define BAR_WINDOW_64		0x1000000000ULL	/* 64 bits, prefetchable */
#define GUEST_LIMIT		0x8000000000ULL	/* end of its page tables */

/* Ports, written in bytes */
#define PORT_CONSOLE		0xe9	/* a character */
#define PORT_STREAMING		0xf0	/* 1: all touched, it starts; 0: end */
#define PORT_BUS_RESET		0xf1	/* as by a root port, which we lack */
#define PORT_EXIT		0xf4	/* exit status of the VMM */

/**
 * struct boot_info - what the VMM tells its guest, at BOOT_INFO
 * @tsc_khz: frequency of the time stamp counter
 * @stream_seconds: how long to stream over the memory
 * @short_run: not 0: commit two decoders and stream, and no more
 */
struct boot_info {
	uint64_t tsc_khz;
	uint64_t stream_seconds;
	uint64_t short_run;
};

#endif /* VMM_MACHINE_H */
