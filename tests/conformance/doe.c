// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mailbox (PCIe r6.0 6.30, 7.9.24): discovery, the CDAT (CXL r3.1 8.1.11),
 * and requests that are none.
 */
#include <stdio.h>
#include <linux/pci_regs.h>

#include "conformance.h"

#define READY		(1u << 31)
#define ERROR		(1u << 2)
#define CXL_VENDOR	0x1e98
#define TABLE_ACCESS	2
#define CDAT		(CXL_VENDOR | TABLE_ACCESS << 16)
#define LAST_ENTRY	0xffff

static uint32_t status(struct device *d)
{
	return get(&d->config, d->doe + PCI_DOE_STATUS, 4);
}

static void send(struct device *d, uint32_t dword)
{
	put(&d->config, d->doe + PCI_DOE_WRITE, 4, dword);
}

static void go(struct device *d)
{
	put(&d->config, d->doe + PCI_DOE_CTRL, 4, PCI_DOE_CTRL_GO);
}

static void abort_exchange(struct device *d)
{
	put(&d->config, d->doe + PCI_DOE_CTRL, 4, PCI_DOE_CTRL_ABORT);
}

/* The first dword is there to be read, any write asks for the next */
static uint32_t receive(struct device *d)
{
	uint32_t dword = get(&d->config, d->doe + PCI_DOE_READ, 4);

	put(&d->config, d->doe + PCI_DOE_READ, 4, 0);
	return dword;
}

static void request(struct device *d, uint32_t header, uint32_t length,
		    unsigned int nr, uint32_t payload)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		send(d, i == 0 ? header : i == 1 ? length : payload);
	go(d);
}

static void discover(struct device *d, unsigned int index)
{
	request(d, 0x0001, 3, 3, index);
}

static void access_table(struct device *d, unsigned int handle)
{
	request(d, CDAT, 3, 3, handle << 16);
}

/* 6.30.1.1: one object for each index, which leads to the next */
static void test_discovery(struct device *d)
{
	unsigned int index = 0, n = 0;
	bool cdat = false;

	do {
		uint32_t object;

		discover(d, index);
		if (status(d) != READY || receive(d) != 0x0001 ||
		    receive(d) != 3)
			break;
		object = receive(d);
		cdat |= (object & 0xffffff) == CDAT;
		index = object >> 24;
		n++;
	} while (index && n < 256);
	tap_ok(n >= 2 && !index, "PCIe 6.30.1.1 discovery of %u objects", n);
	tap_ok(cdat, "CXL 8.1.11.1 table access is one of them");
	tap_eq(status(d), 0, "PCIe 7.9.24.4 idle when all is read");
}

/* The longest structure of a CDAT has 6 dwords; the header of the table has 4 */
#define MAX_ENTRY	64

/* One structure by its handle: dwords of it, and the handle of the next */
static unsigned int read_entry(struct device *d, unsigned int *handle,
			       uint32_t *entry)
{
	unsigned int nr, i;

	access_table(d, *handle);
	if (status(d) != READY || receive(d) != CDAT)
		return 0;
	nr = receive(d) - 3;
	*handle = receive(d) >> 16;
	if (nr > MAX_ENTRY)
		return 0;
	for (i = 0; i < nr; i++)
		entry[i] = receive(d);
	return nr;
}

static uint8_t sum_bytes(const uint32_t *dword, unsigned int nr)
{
	uint8_t sum = 0;

	while (nr--)
		sum += dword[nr] + (dword[nr] >> 8) + (dword[nr] >> 16) +
		       (dword[nr] >> 24);
	return sum;
}

/* 8.1.11.1: the header, then each structure; all bytes add up to 0 */
static void test_cdat(struct device *d)
{
	unsigned int handle = 0, nr, length, want, types[256] = {};
	uint32_t entry[MAX_ENTRY] = {};
	uint64_t memory = 0;
	uint8_t sum;

	nr = read_entry(d, &handle, entry);
	want = entry[0];
	length = 4 * nr;
	sum = sum_bytes(entry, nr);
	while (nr && handle != LAST_ENTRY) {
		nr = read_entry(d, &handle, entry);
		length += 4 * nr;
		sum += sum_bytes(entry, nr);
		if (nr != entry[0] >> 16 >> 2)
			break;
		types[entry[0] & 0xff]++;
		/* DSMAS: base and length of a part of the memory */
		if (!(entry[0] & 0xff))
			memory += entry[4] | (uint64_t)entry[5] << 32;
	}
	tap_eq(handle, LAST_ENTRY, "CXL 8.1.11.1 the chain of handles ends");
	tap_eq(length, want, "CDAT: the length is that of all structures");
	tap_eq(sum, 0, "CDAT: the checksum is right");
	tap_ok(types[0] >= 1 && memory == d->hdm.size,
	       "CDAT: %u DSMAS tell of all of the memory", types[0]);
	tap_ok(!types[1] || types[1] >= types[0],
	       "CDAT: %u DSLBIS tell how fast it is", types[1]);
}

/**
 * struct bad - a request that can't be served
 * @name: of the case
 * @header: first dword
 * @length: second dword
 * @nr: dwords that are sent
 * @payload: third dword, and all others
 * @status: then
 */
struct bad {
	const char *name;
	uint32_t header;
	uint32_t length;
	unsigned int nr;
	uint32_t payload;
	uint32_t status;
};

static const struct bad bad_requests[] = {
	{ "nothing at all", 0, 0, 0, 0, 0 },
	{ "one dword", CDAT, 0, 1, 0, 0 },
	{ "headers alone, as long as they say", CDAT, 2, 2, 0, ERROR },
	{ "shorter than it says", CDAT, 4, 3, 0, 0 },
	{ "longer than it says", CDAT, 3, 4, 0, 0 },
	{ "longer than any object we know", CDAT, 64, 64, 0, ERROR },
	{ "a length of 0, which is 2^18, and 3 dwords", CDAT, 0, 3, 0, 0 },
	{ "2^18 dwords, as it says", CDAT, 0, 1u << 18, 0, ERROR },
	{ "2^18 + 1 dwords", CDAT, 0, (1u << 18) + 1, 0, 0 },
	{ "a vendor that is not there", 0x1234, 3, 3, 0, ERROR },
	{ "a type that is not there", CXL_VENDOR | 0xff << 16, 3, 3, 0, ERROR },
	{ "a handle that is not there", CDAT, 3, 3, 0x7fff << 16, ERROR },
	{ "a table that is not there", CDAT, 3, 3, 0xff << 8, ERROR },
	{ "a code that is not there", CDAT, 3, 3, 0xff, ERROR },
};

/* After each of them, abort or not, the next request is served */
static void test_bad_request(struct device *d, const struct bad *bad)
{
	request(d, bad->header, bad->length, bad->nr, bad->payload);
	tap_eq(status(d), bad->status, "PCIe 6.30.2 %s", bad->name);
	tap_eq(get(&d->config, d->doe + PCI_DOE_READ, 4), 0,
	       "PCIe 7.9.24.6 %s: nothing to read", bad->name);
	if (bad->status & ERROR) {
		discover(d, 0);
		tap_ok(status(d) & ERROR,
		       "PCIe 7.9.24.4 %s: the error stays until an abort",
		       bad->name);
		abort_exchange(d);
	}
	discover(d, 0);
	tap_eq(status(d), READY, "PCIe 6.30.2 %s: and then a good one", bad->name);
	abort_exchange(d);
}

/* 7.9.24.3: an abort ends whatever is under way */
static void test_abort(struct device *d)
{
	send(d, CDAT);
	abort_exchange(d);
	discover(d, 0);
	tap_eq(status(d), READY, "PCIe 7.9.24.3 abort in the request");
	receive(d);
	abort_exchange(d);
	tap_eq(status(d), 0, "PCIe 7.9.24.3 abort in the response");
	tap_eq(get(&d->config, d->doe + PCI_DOE_READ, 4), 0,
	       "PCIe 7.9.24.3 abort: nothing is left to read");
	put(&d->config, d->doe + PCI_DOE_CTRL, 4,
	    PCI_DOE_CTRL_GO | PCI_DOE_CTRL_ABORT);
	tap_eq(status(d), 0, "PCIe 7.9.24.3 abort and go: an abort");
}

static void test_back_to_back(struct device *d)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < 200; i++) {
		discover(d, 0);
		wrong += status(d) != READY || receive(d) != 0x0001 ||
			 receive(d) != 3 || !receive(d) || status(d);
	}
	tap_eq(wrong, 0, "PCIe 6.30.2 200 exchanges back to back");
}

/* Which resets end an exchange: those that reset configuration space */
static void test_reset(struct device *d)
{
	send(d, CDAT);
	vfio_flr(&d->v);
	discover(d, 0);
	tap_eq(status(d), READY, "PCIe 6.6.2 FLR in the request: forgotten");
	vfio_flr(&d->v);
	tap_eq(status(d), 0, "PCIe 6.6.2 FLR in the response: gone");

	send(d, CDAT);
	vfio_reset(&d->v);
	discover(d, 0);
	tap_eq(status(d), READY, "VFIO_DEVICE_RESET in the request: forgotten");
	receive(d);
	vfio_cxl_reset(&d->v, false);
	tap_eq(status(d), READY, "CXL reset, which spares PCI here: still there");
	vfio_reset(&d->v);
	tap_eq(status(d), 0, "VFIO_DEVICE_RESET in the response: gone");
}

/* 7.9.24.5, .6: mailboxes move whole dwords */
static void test_pieces(struct device *d)
{
	put(&d->config, d->doe + PCI_DOE_WRITE, 1, 0xff);
	put(&d->config, d->doe + PCI_DOE_WRITE + 2, 2, 0xffff);
	discover(d, 0);
	tap_eq(status(d), READY, "PCIe 7.9.24.5 bytes are no dword");
	put(&d->config, d->doe + PCI_DOE_READ, 2, 0);
	tap_eq(get(&d->config, d->doe + PCI_DOE_READ, 4), 0x0001,
	       "PCIe 7.9.24.6 nor do they ask for the next");
	tap_eq(get(&d->config, d->doe + PCI_DOE_READ, 4), 0x0001,
	       "PCIe 7.9.24.6 nor does a read");
	abort_exchange(d);
}

void test_doe(struct device *d)
{
	unsigned int i;

	if (!d->doe) {
		tap_ok(false, "CXL 8.1.11 a mailbox for the CDAT");
		return;
	}
	test_discovery(d);
	test_cdat(d);
	for (i = 0; i < ARRAY_SIZE(bad_requests); i++)
		test_bad_request(d, &bad_requests[i]);
	test_abort(d);
	test_back_to_back(d);
	test_pieces(d);
	test_reset(d);
}
