// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CXL function, as its guest sees it. All of it is found by walking: no
 * offset of a capability is known beforehand.
 */
#include <linux/pci_regs.h>

#include "guest.h"

#define VENDOR_CXL	0x1e98

/* CXL r3.1 8.1.3, DVSEC for CXL devices */
#define DVSEC_DEVICE			0
#define DVSEC_CTRL			0x0c
#define DVSEC_CTRL_MEM_ENABLE		(1 << 2)
#define DVSEC_CTRL2			0x10
#define DVSEC_CTRL2_INITIATE_RESET	(1 << 2)
#define DVSEC_CTRL2_MEM_CLR_ENABLE	(1 << 3)
#define DVSEC_STATUS2			0x12
#define DVSEC_STATUS2_RESET_COMPLETE	(1 << 1)
#define DVSEC_STATUS2_RESET_ERROR	(1 << 2)
#define DVSEC_RANGE1_SIZE_HIGH		0x18
#define DVSEC_RANGE1_SIZE_LOW		0x1c
/* 8.1.9, register locator */
#define DVSEC_LOCATOR			8
#define LOCATOR_FIRST			0x0c
#define LOCATOR_COMPONENT		1
/* 8.2.4, component registers */
#define CM_OFFSET			0x1000
#define CM_ID_ARRAY			1
#define CM_ID_HDM			5
/* 8.2.4.20, HDM decoders */
#define HDM_GLOBAL			0x04
#define HDM_GLOBAL_ENABLE		(1 << 1)
#define HDM_BASE(i)			(0x10 + 0x20 * (i))
#define HDM_SIZE(i)			(0x18 + 0x20 * (i))
#define HDM_CTRL(i)			(0x20 + 0x20 * (i))
#define HDM_SKIP(i)			(0x24 + 0x20 * (i))
#define HDM_CTRL_LOCK			(1 << 8)
#define HDM_CTRL_COMMIT			(1 << 9)
#define HDM_CTRL_COMMITTED		(1 << 10)
#define HDM_CTRL_ERROR			(1 << 11)
/* 8.1.11, table access */
#define DOE_TABLE_ACCESS		2
#define DOE_LAST_ENTRY			0xffff
#define CDAT_DSMAS			0

static uint16_t read16(volatile uint8_t *p)
{
	return *(volatile uint16_t *)p;
}

static uint32_t read32(volatile uint8_t *p)
{
	return *(volatile uint32_t *)p;
}

static void write16(volatile uint8_t *p, uint16_t value)
{
	*(volatile uint16_t *)p = value;
}

static void write32(volatile uint8_t *p, uint32_t value)
{
	*(volatile uint32_t *)p = value;
}

static void write64(volatile uint8_t *p, uint64_t value)
{
	write32(p, value);
	write32(p + 4, value >> 32);
}

static void set16(volatile uint8_t *p, uint16_t bits, bool on)
{
	write16(p, on ? read16(p) | bits : read16(p) & ~bits);
}

static uint32_t find_cap(const struct function *fn, uint8_t id)
{
	uint32_t at = fn->config[PCI_CAPABILITY_LIST];

	while (at && fn->config[at] != id)
		at = fn->config[at + PCI_CAP_LIST_NEXT];
	return at;
}

/* The next extended capability of that kind, behind @at */
static uint32_t next_ext_cap(const struct function *fn, uint32_t at,
			     uint16_t id)
{
	do {
		at = at ? read32(fn->config + at) >> 20 : PCI_CFG_SPACE_SIZE;
	} while (at && read16(fn->config + at) != id);
	return at;
}

uint32_t find_dvsec(const struct function *fn, uint16_t id)
{
	uint32_t at = 0;

	while ((at = next_ext_cap(fn, at, PCI_EXT_CAP_ID_DVSEC))) {
		if (read16(fn->config + at + PCI_DVSEC_HEADER1) == VENDOR_CXL &&
		    read16(fn->config + at + PCI_DVSEC_HEADER2) == id)
			break;
	}
	return at;
}

/* How many functions the bus has; the last one that is CXL in @fn */
unsigned int find_functions(struct function *fn)
{
	unsigned int devfn, nr = 0;

	for (devfn = 0; devfn < 256; devfn++) {
		struct function found = {
			.config = (uint8_t *)ECAM_BASE +
				  PCI_CFG_SPACE_EXP_SIZE * devfn,
		};

		if (read16(found.config + PCI_VENDOR_ID) == 0xffff)
			continue;
		nr++;
		found.dvsec = find_dvsec(&found, DVSEC_DEVICE);
		if (found.dvsec)
			*fn = found;
	}
	if (fn->config) {
		volatile uint8_t *dvsec = fn->config + fn->dvsec;

		fn->size = (uint64_t)read32(dvsec + DVSEC_RANGE1_SIZE_HIGH)
			   << 32 | (read32(dvsec + DVSEC_RANGE1_SIZE_LOW) &
				    0xf0000000);
	}
	return nr;
}

/* One BAR, at a multiple of its size above @window; returns its end */
static uint64_t place_bar(volatile uint8_t *bar, uint64_t window)
{
	bool wide = read32(bar) & PCI_BASE_ADDRESS_MEM_TYPE_64;
	uint64_t size;

	write32(bar, ~0u);
	size = (int32_t)(read32(bar) & PCI_BASE_ADDRESS_MEM_MASK);
	if (wide) {
		write32(bar + 4, ~0u);
		size = (uint32_t)size | (uint64_t)read32(bar + 4) << 32;
	}
	size = -size;
	if (!size)
		return window;

	window = (window + size - 1) & -size;
	write32(bar, window);
	if (wide)
		write32(bar + 4, window >> 32);
	return window + size;
}

/* The aperture elsewhere; the other BARs stay */
void move_aperture(struct function *fn, uint64_t to)
{
	volatile uint8_t *bar = fn->config + PCI_BASE_ADDRESS_2;

	enable_bars(fn, false);
	write32(bar, to);
	write32(bar + 4, to >> 32);
	enable_bars(fn, true);
	fn->aperture = (uint64_t *)to;
}

void place_bars(const struct function *fn)
{
	uint64_t low = BAR_WINDOW, high = BAR_WINDOW_64;
	uint32_t at;

	enable_bars(fn, false);
	for (at = PCI_BASE_ADDRESS_0; at <= PCI_BASE_ADDRESS_5; at += 4) {
		if (read32(fn->config + at) & PCI_BASE_ADDRESS_MEM_TYPE_64) {
			high = place_bar(fn->config + at, high);
			at += 4;
		} else {
			low = place_bar(fn->config + at, low);
		}
	}
	enable_bars(fn, true);
}

void enable_bars(const struct function *fn, bool on)
{
	set16(fn->config + PCI_COMMAND, PCI_COMMAND_MEMORY, on);
}

static volatile uint8_t *bar_address(const struct function *fn, unsigned int n)
{
	volatile uint8_t *bar = fn->config + PCI_BASE_ADDRESS_0 + 4 * n;
	uint64_t at = read32(bar) & PCI_BASE_ADDRESS_MEM_MASK;

	if (read32(bar) & PCI_BASE_ADDRESS_MEM_TYPE_64)
		at |= (uint64_t)read32(bar + 4) << 32;
	return (uint8_t *)at;
}

/* The register locator tells the BAR and the offset in it */
bool find_component_registers(struct function *fn)
{
	uint32_t at = find_dvsec(fn, DVSEC_LOCATOR), entry;
	uint32_t end;

	if (!at)
		return false;
	end = at + (read32(fn->config + at + PCI_DVSEC_HEADER1) >> 20);
	for (entry = at + LOCATOR_FIRST; entry < end; entry += 8) {
		uint32_t low = read32(fn->config + entry);

		if ((low >> 8 & 0xff) != LOCATOR_COMPONENT)
			continue;
		fn->component = bar_address(fn, low & 7) + (low & 0xffff0000);
		fn->aperture = (uint64_t *)bar_address(fn, 2);
		return true;
	}
	return false;
}

/* In the array of capabilities: one dword for each, with a pointer */
bool find_hdm(struct function *fn)
{
	volatile uint8_t *cm = fn->component + CM_OFFSET;
	uint32_t header = read32(cm), i, n;

	if ((header & 0xffff) != CM_ID_ARRAY)
		return false;
	for (i = 1; i <= header >> 24; i++) {
		uint32_t cap = read32(cm + 4 * i);

		if ((cap & 0xffff) != CM_ID_HDM)
			continue;
		fn->hdm = cm + (cap >> 20);
		n = read32(fn->hdm) & 0xf;
		fn->decoders = n ? 2 * n : 1;
		return true;
	}
	return false;
}

/* One dword of the response; ready tells whether there was one */
static uint32_t doe_read(volatile uint8_t *doe, bool *ready)
{
	uint32_t value = read32(doe + PCI_DOE_READ);

	*ready = read32(doe + PCI_DOE_STATUS) & PCI_DOE_STATUS_DATA_OBJECT_READY;
	write32(doe + PCI_DOE_READ, 0);
	return value;
}

/* Table access: dwords of the entry, and the handle of the next in @handle */
static unsigned int doe_read_entry(volatile uint8_t *doe, uint32_t *handle,
				   uint32_t *entry, unsigned int max)
{
	const uint32_t request[] = {
		VENDOR_CXL | DOE_TABLE_ACCESS << 16, 3, *handle << 16,
	};
	uint32_t length, i;
	bool ready;

	for (i = 0; i < 3; i++)
		write32(doe + PCI_DOE_WRITE, request[i]);
	write32(doe + PCI_DOE_CTRL, PCI_DOE_CTRL_GO);

	doe_read(doe, &ready);
	length = doe_read(doe, &ready);
	*handle = doe_read(doe, &ready) >> 16;
	if (!ready || length < 3 || length - 3 > max)
		return 0;
	for (i = 0; i < length - 3; i++)
		entry[i] = doe_read(doe, &ready);
	return ready ? length - 3 : 0;
}

/* The sum of all bytes, and of the memory that all DSMAS tell of */
bool read_cdat(const struct function *fn, uint8_t *sum, uint64_t *memory)
{
	uint32_t at = next_ext_cap(fn, 0, PCI_EXT_CAP_ID_DOE);
	uint32_t handle = 0, entry[16], this, length = 0, i, n;

	*sum = 0;
	*memory = 0;
	if (!at)
		return false;
	do {
		this = handle;
		n = doe_read_entry(fn->config + at, &handle, entry, 16);
		if (!n)
			return false;
		for (i = 0; i < 4 * n; i++)
			*sum += ((uint8_t *)entry)[i];
		if (!this)
			length = entry[0];
		else if ((uint8_t)entry[0] == CDAT_DSMAS)
			*memory += entry[4] | (uint64_t)entry[5] << 32;
		length -= 4 * n;
	} while (handle != DOE_LAST_ENTRY);
	return !length;
}

void enable_cxl_mem(const struct function *fn, bool on)
{
	set16(fn->config + fn->dvsec + DVSEC_CTRL, DVSEC_CTRL_MEM_ENABLE, on);
}

void enable_decoders(const struct function *fn, bool on)
{
	write32(fn->hdm + HDM_GLOBAL, on ? HDM_GLOBAL_ENABLE : 0);
}

void set_power(const struct function *fn, unsigned int state)
{
	write16(fn->config + find_cap(fn, PCI_CAP_ID_PM) + PCI_PM_CTRL, state);
}

void function_level_reset(const struct function *fn)
{
	set16(fn->config + find_cap(fn, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL,
	      PCI_EXP_DEVCTL_BCR_FLR, true);
}

/* True when Status2 tells of success */
bool cxl_reset(const struct function *fn, bool clear)
{
	volatile uint8_t *dvsec = fn->config + fn->dvsec;
	uint16_t status;

	set16(dvsec + DVSEC_CTRL2, DVSEC_CTRL2_MEM_CLR_ENABLE, clear);
	set16(dvsec + DVSEC_CTRL2, DVSEC_CTRL2_INITIATE_RESET, true);
	do {
		status = read16(dvsec + DVSEC_STATUS2);
	} while (!(status & (DVSEC_STATUS2_RESET_COMPLETE |
			     DVSEC_STATUS2_RESET_ERROR)));
	return !(status & DVSEC_STATUS2_RESET_ERROR);
}

bool committed(const struct function *fn, unsigned int i)
{
	return read32(fn->hdm + HDM_CTRL(i)) & HDM_CTRL_COMMITTED;
}

bool commit_failed(const struct function *fn, unsigned int i)
{
	return read32(fn->hdm + HDM_CTRL(i)) & HDM_CTRL_ERROR;
}

void uncommit(const struct function *fn, unsigned int i)
{
	write32(fn->hdm + HDM_CTRL(i), 0);
}

static bool commit_as(const struct function *fn, unsigned int i,
		      const struct decoder *dec, uint32_t ctrl)
{
	write64(fn->hdm + HDM_BASE(i), dec->base);
	write64(fn->hdm + HDM_SIZE(i), dec->size);
	write64(fn->hdm + HDM_SKIP(i), dec->skip);
	write32(fn->hdm + HDM_CTRL(i), ctrl);
	return committed(fn, i);
}

bool commit(const struct function *fn, unsigned int i,
	    const struct decoder *dec)
{
	return commit_as(fn, i, dec, HDM_CTRL_COMMIT);
}

bool commit_and_lock(const struct function *fn, unsigned int i,
		     const struct decoder *dec)
{
	return commit_as(fn, i, dec, HDM_CTRL_COMMIT | HDM_CTRL_LOCK);
}
