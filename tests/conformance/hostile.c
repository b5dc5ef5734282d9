// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest with two vCPUs that does whatever it can (P11, P29): random writes
 * to every register, requests to the mailbox, resets, touches of memory that
 * comes and goes. It may ruin its own device until the next open; a neighbour,
 * which keeps looking after itself meanwhile, must not notice.
 */
#define _GNU_SOURCE
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "conformance.h"

#define VCPUS		2
#define MAPPED		(32 * MIB)
#define WATCHED		(64 * 1024)
#define APERTURE	VFIO_PCI_BAR2_REGION_INDEX

struct vcpu {
	pthread_t thread;
	struct device *d;
	uint8_t *window[2];		/* aperture, HDM */
	int sink;			/* takes what was read of the memory */
	unsigned short state[3];	/* of the random numbers */
	unsigned long done;
};

static uint32_t below(struct vcpu *c, uint32_t n)
{
	return nrand48(c->state) % n;
}

/* Numbers that are likely to mean something, besides those that are not */
static uint32_t any_value(struct vcpu *c)
{
	switch (below(c, 4)) {
	case 0:
		return 0;
	case 1:
		return ~0u;
	case 2:
		return 1u << below(c, 32);
	default:
		return (uint32_t)jrand48(c->state);
	}
}

static void any_access(struct vcpu *c, const struct window *w, uint32_t from,
		       uint32_t len)
{
	unsigned int size = 1 << below(c, 3);
	uint32_t at = from + below(c, len - size + 1);

	if (below(c, 4))
		put(w, at, size, any_value(c));
	else
		get(w, at, size);
}

static void config(struct vcpu *c)
{
	any_access(c, &c->d->config, 0, PCI_CFG_SPACE_EXP_SIZE);
}

/* Where something happens: power, Device Control, the DVSEC */
static void switches(struct vcpu *c)
{
	struct device *d = c->d;
	const struct {
		uint32_t from;
		uint32_t len;
	} places[] = {
		{ PCI_COMMAND, 2 }, { d->pm + PCI_PM_CTRL, 2 },
		{ d->pcie + PCI_EXP_DEVCTL, 2 }, { d->dvsec + CXL_CTRL, 16 },
	};
	unsigned int i = below(c, ARRAY_SIZE(places));

	any_access(c, &d->config, places[i].from, places[i].len);
}

static void component(struct vcpu *c)
{
	any_access(c, c->d->component, c->d->block + 0x1000, 0x1000);
}

static void decoders(struct vcpu *c)
{
	uint32_t at = below(c, c->d->comp_regs.size / 4) * 4;

	put(&c->d->comp_regs, at, 4, any_value(c));
}

static void commit(struct vcpu *c)
{
	unsigned int i = below(c, c->d->nr_decoders);

	vfio_hdm_commit(&c->d->v, i, GRANULE * below(c, 64),
			GRANULE * below(c, 4));
	if (below(c, 2))
		vfio_hdm_uncommit(&c->d->v, i);
}

static void msix(struct vcpu *c)
{
	any_access(c, &c->d->bar[4], 0, 0x1000);
}

static void mailbox(struct vcpu *c)
{
	static const uint32_t regs[] = {
		PCI_DOE_CTRL, PCI_DOE_WRITE, PCI_DOE_READ,
	};

	put(&c->d->config, c->d->doe + regs[below(c, ARRAY_SIZE(regs))], 4,
	    any_value(c));
}

/* By way of a system call, for which memory that is shut is an EFAULT */
static void touch(struct vcpu *c)
{
	uint8_t *mem = c->window[below(c, 2)] + below(c, MAPPED - 8);

	if (below(c, 2)) {
		if (pwrite(c->sink, mem, 8, 0) < 0)
			return;
	} else if (pread(c->sink, mem, 8, 0) < 0) {
		return;
	}
}

static void copy(struct vcpu *c)
{
	uint32_t region = below(c, 2) ? APERTURE : (uint32_t)c->d->hdm_index;
	uint8_t buf[5000] = {};
	uint64_t at = below(c, MAPPED);

	if (below(c, 2))
		vfio_pread(&c->d->v, region, at, buf, sizeof(buf));
	else
		vfio_pwrite(&c->d->v, region, at, buf, sizeof(buf));
}

static void reset(struct vcpu *c)
{
	vfio_reset(&c->d->v);
}

static void enable(struct vcpu *c)
{
	vfio_set_power(&c->d->v, PM_D0);
	vfio_enable_all(&c->d->v, c->d->hdm.size);
}

/* The more often it is named the more often it is done */
static void (*const acts[])(struct vcpu *c) = {
	config, config, config, switches, switches, component, component,
	decoders, decoders, commit, msix, mailbox, mailbox, touch, touch, touch,
	copy, enable, enable, reset,
};

static void *misbehave(void *arg)
{
	struct vcpu *c = arg;

	for (c->done = 0; c->done < c->d->rounds; c->done++)
		acts[below(c, ARRAY_SIZE(acts))](c);
	return NULL;
}

/* --- The neighbour ------------------------------------------------------ */

struct watcher {
	pthread_t thread;
	struct device *d;
	volatile bool stop;
	unsigned long rounds;
	unsigned long bad_config, bad_decoders, bad_memory;
};

static void read_config(struct device *d, uint8_t *buf)
{
	if (pread(d->v.device, buf, PCI_CFG_SPACE_EXP_SIZE, d->config.start) !=
	    PCI_CFG_SPACE_EXP_SIZE)
		memset(buf, 0, PCI_CFG_SPACE_EXP_SIZE);
}

static unsigned int sum_decoders(struct device *d)
{
	unsigned int at, sum = 0;

	for (at = 0; at < d->comp_regs.size; at += 4)
		sum = 31 * sum + get(&d->comp_regs, at, 4);
	return sum;
}

/* What it wrote last is there, and then it writes something else */
static unsigned int check_memory(volatile uint64_t *mem, uint64_t round)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < WATCHED / 8; i++) {
		if (round)
			wrong += mem[i] != (round - 1) * 0x9e3779b97f4a7c15 + i;
		mem[i] = round * 0x9e3779b97f4a7c15 + i;
	}
	return wrong;
}

static void *watch(void *arg)
{
	static uint8_t before[PCI_CFG_SPACE_EXP_SIZE];
	static uint8_t now[PCI_CFG_SPACE_EXP_SIZE];
	struct watcher *w = arg;
	struct device *d = w->d;
	volatile uint64_t *mem;
	unsigned int sum;

	vfio_enable_all(&d->v, d->hdm.size);
	mem = device_map(d, d->hdm_index, 0, WATCHED);
	read_config(d, before);
	sum = sum_decoders(d);
	for (w->rounds = 0; !w->stop; w->rounds++) {
		read_config(d, now);
		w->bad_config += !!memcmp(before, now, sizeof(now));
		w->bad_decoders += sum_decoders(d) != sum;
		w->bad_memory += check_memory(mem, w->rounds);
		/* The processors are for those who misbehave */
		usleep(10000);
	}
	munmap((void *)mem, WATCHED);
	return NULL;
}

static void check_neighbour(struct watcher *w)
{
	tap_ok(w->rounds > 10, "the neighbour went on all the time");
	printf("# %lu rounds\n", w->rounds);
	tap_eq(w->bad_config, 0, "the neighbour's configuration is untouched");
	tap_eq(w->bad_decoders, 0, "the neighbour's decoders are untouched");
	tap_eq(w->bad_memory, 0, "the neighbour's memory is untouched");
}

static void start_vcpu(struct vcpu *c, struct device *d, unsigned int n)
{
	*c = (struct vcpu) {
		.d = d,
		.window = {
			device_map(d, APERTURE, 0, MAPPED),
			device_map(d, d->hdm_index, 0, MAPPED),
		},
		.sink = memfd_create("sink", 0),
		.state = { d->seed, d->seed >> 16, n },
	};
	if (c->sink < 0 || ftruncate(c->sink, 4096) ||
	    pthread_create(&c->thread, NULL, misbehave, c))
		err(1, "vcpu %u", n);
}

static unsigned long end_vcpu(struct vcpu *c)
{
	pthread_join(c->thread, NULL);
	munmap(c->window[0], MAPPED);
	munmap(c->window[1], MAPPED);
	close(c->sink);
	return c->done;
}

void test_hostile(struct device *d)
{
	struct watcher w = { .d = d->neighbour };
	struct vcpu vcpu[VCPUS];
	unsigned long done = 0;
	unsigned int i;

	printf("# seed %u (-s or SEED= to repeat)\n", d->seed);
	if (w.d && pthread_create(&w.thread, NULL, watch, &w))
		err(1, "neighbour");
	for (i = 0; i < VCPUS; i++)
		start_vcpu(&vcpu[i], d, i);
	for (i = 0; i < VCPUS; i++)
		done += end_vcpu(&vcpu[i]);
	tap_eq(done, VCPUS * d->rounds, "P11, P29: all that was begun has ended");
	if (w.d) {
		w.stop = true;
		pthread_join(w.thread, NULL);
		check_neighbour(&w);
	}

	device_reopen(d);
	tap_ok(registers_are_fresh(d), "P27: nothing of it is left at the next open");
}
