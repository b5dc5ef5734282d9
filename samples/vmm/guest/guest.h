/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest: a program that drives a CXL function as firmware and a driver
 * would, and reports in the Test Anything Protocol.
 *
 *	main.c		what it does, step by step
 *	device.c	the function: enumeration, decoders, resets, DOE
 *	lib.c		console, results, the second vCPU
 */
#ifndef GUEST_H
#define GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "machine.h"

#define GRANULE		(256ULL << 20)
#define ALL_ONES	(~0ULL)

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" :: "a"(value), "Nd"(port) : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high));
	return low | (uint64_t)high << 32;
}

/* lib.c */
void put(const char *text);
void put_number(uint64_t value);
void note(const char *text);
void ok(bool good, const char *name);
void eq(uint64_t got, uint64_t want, const char *name);
noreturn void finish(void);
/* Give the second vCPU something to do; wait until it is done */
typedef void work_fn(void);
void other_start(work_fn *work);
void other_wait(void);
noreturn void other_main(void);

/**
 * struct function - the CXL function
 * @config: its configuration space
 * @component: BAR0, the component registers
 * @hdm: in these, the HDM decoder capability
 * @aperture: BAR2, memory by vDPA
 * @dvsec: offset of the DVSEC for CXL devices
 * @size: bytes of memory
 * @decoders: how many
 */
struct function {
	volatile uint8_t *config;
	volatile uint8_t *component;
	volatile uint8_t *hdm;
	volatile uint64_t *aperture;
	uint32_t dvsec;
	uint64_t size;
	unsigned int decoders;
};

/* What a decoder is to be: @base is a GPA; vDPA follows from sizes and skips */
struct decoder {
	uint64_t base;
	uint64_t size;
	uint64_t skip;
};

/* device.c */
unsigned int find_functions(struct function *fn);
uint32_t find_dvsec(const struct function *fn, uint16_t id);
void place_bars(const struct function *fn);
void move_aperture(struct function *fn, uint64_t to);
void enable_bars(const struct function *fn, bool on);
bool find_component_registers(struct function *fn);
bool find_hdm(struct function *fn);
bool read_cdat(const struct function *fn, uint8_t *sum, uint64_t *memory);

void enable_cxl_mem(const struct function *fn, bool on);
void enable_decoders(const struct function *fn, bool on);
void set_power(const struct function *fn, unsigned int state);
void function_level_reset(const struct function *fn);
bool cxl_reset(const struct function *fn, bool clear);

bool commit(const struct function *fn, unsigned int i,
	    const struct decoder *dec);
bool commit_and_lock(const struct function *fn, unsigned int i,
		     const struct decoder *dec);
void uncommit(const struct function *fn, unsigned int i);
bool committed(const struct function *fn, unsigned int i);
bool commit_failed(const struct function *fn, unsigned int i);

#endif /* GUEST_H */
