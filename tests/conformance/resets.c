// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each kind of reset does to registers, decoders, memory and mappings: FLR
 * (PCIe r6.0 6.6.2), CXL reset (CXL r3.1 9.7, but for what Documentation/overview.rst
 * says that it spares), conventional reset, which is VFIO_DEVICE_RESET here, and D3hot
 * with No_Soft_Reset (PCIe 5.3.1.4).
 */
#include <stdio.h>
#include <sys/mman.h>
#include <linux/pci_regs.h>

#include "conformance.h"

enum reset_kind { FLR, CXL, CONVENTIONAL, D3HOT, NR_KINDS };

static const char * const kind_names[] = {
	"FLR", "CXL reset", "VFIO_DEVICE_RESET", "D3hot",
};

static void reset(struct device *d, enum reset_kind kind)
{
	switch (kind) {
	case FLR:
		vfio_flr(&d->v);
		break;
	case CXL:
		vfio_cxl_reset(&d->v, false);
		break;
	case CONVENTIONAL:
		vfio_reset(&d->v);
		break;
	default:
		vfio_set_power(&d->v, PM_D3HOT);
		vfio_set_power(&d->v, PM_D0);
	}
}

enum place { HEADER, EXPRESS, MSIX, TABLE, DEVICE, AER, RAS, HDM };

/**
 * struct row - a register that is written before a reset, and looked at behind
 * @name: of the register
 * @place: structure that it is in
 * @offset: there
 * @size: in bytes
 * @value: written, all of which reads back
 * @fate: K kept, R reset, for FLR, CXL reset, conventional reset, D3hot
 */
struct row {
	const char *name;
	enum place place;
	uint16_t offset;
	uint8_t size;
	uint32_t value;
	char fate[NR_KINDS + 1];
};

static const struct row rows[] = {
	{ "PCI command", HEADER, 0x04, 2, 0x0146, "RKRK" },
	{ "cache line size", HEADER, 0x0c, 1, 0x40, "RKRK" },
	{ "BAR0", HEADER, 0x10, 4, 0xfeb00000, "RKRK" },
	{ "BAR2, upper half", HEADER, 0x1c, 4, 0x12, "RKRK" },
	{ "interrupt line", HEADER, 0x3c, 1, 0x0b, "RKRK" },
	{ "device control", EXPRESS, 0x08, 2, 0x101f, "RKRK" },
	{ "payload size, of the link", EXPRESS, 0x08, 1, 0x30, "KKRK" },
	{ "link control", EXPRESS, 0x10, 1, 0xc8, "KKRK" },
	{ "MSI-X enable", MSIX, 0x03, 1, 0x80, "RKRK" },
	{ "MSI-X vector 0, address", TABLE, 0x00, 4, 0xfee00000, "RKRK" },
	{ "MSI-X vector 0, mask", TABLE, 0x0c, 4, 0, "RKRK" },
	{ "AER mask, sticky", AER, 0x08, 4, 0x1000, "KKKK" },
	{ "AER severity, sticky", AER, 0x0c, 4, 0x1000, "KKKK" },
	{ "CXL Control", DEVICE, 0x0c, 2, 0x0806, "KKRK" },
	{ "Control2, memory clear", DEVICE, 0x10, 1, 0x08, "K-RK" },
	{ "Control2, volatile HDM state, sticky", DEVICE, 0x10, 1, 0x10, "K-KK" },
	{ "range 1 base", DEVICE, 0x20, 4, 0x77, "KKRK" },
	{ "range 2 base", DEVICE, 0x34, 4, 0x50000000, "KKRK" },
	{ "CONFIG_LOCK", DEVICE, 0x14, 2, 1, "KKRK" },
	{ "RAS mask, sticky", RAS, 0x04, 4, 0x1, "KKKK" },
	{ "RAS severity, sticky", RAS, 0x08, 4, 0x2, "KKKK" },
	{ "HDM Decoder Enable", HDM, 0x04, 4, 2, "K-RK" },
	{ "decoder 0 base, not committed", HDM, 0x14, 4, 0x12, "KRRK" },
	{ "decoder 0 skip, not committed", HDM, 0x28, 4, 0x12, "KRRK" },
};

static const struct window *locate(struct device *d, const struct row *row,
				   uint32_t *at)
{
	const uint32_t config[] = {
		[HEADER] = 0, [EXPRESS] = d->pcie, [MSIX] = d->msix,
		[DEVICE] = d->dvsec, [AER] = d->aer,
	};
	uint32_t table;

	switch (row->place) {
	case RAS:
		*at = d->ras + row->offset;
		return d->component;
	case HDM:
		*at = row->offset;
		return &d->comp_regs;
	case TABLE:
		table = get(&d->config, d->msix + PCI_MSIX_TABLE, 4);
		*at = (table & ~7u) + row->offset;
		return &d->bar[table & 7];
	default:
		*at = config[row->place] + row->offset;
		return &d->config;
	}
}

/* With memory space enabled, so that BARs can be looked at */
static void test_row(struct device *d, const struct row *row, enum reset_kind kind)
{
	uint32_t at, before, want, got;
	const struct window *w;

	device_reopen(d);
	vfio_enable_memory(&d->v, true);
	w = locate(d, row, &at);
	before = get(w, at, row->size);
	/* The command register as it is at power-up */
	if (row->place == HEADER && row->offset == PCI_COMMAND)
		before &= ~PCI_COMMAND_MEMORY;
	put(w, at, row->size, row->value);
	tap_eq(get(w, at, row->size), row->value, "%s: %s: can be written",
	       kind_names[kind], row->name);

	reset(d, kind);
	if (w != &d->config)
		vfio_enable_memory(&d->v, true);
	got = get(w, at, row->size);
	want = row->fate[kind] == 'K' ? row->value : before;
	tap_eq(got, want, "%s: %s: %s", kind_names[kind], row->name,
	       row->fate[kind] == 'K' ? "kept" : "reset");
}

static void test_rows(struct device *d)
{
	unsigned int i, kind;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (kind = 0; kind < NR_KINDS; kind++) {
			if (rows[i].fate[kind] != '-')
				test_row(d, &rows[i], kind);
		}
	}
}

/* Two decoders, either of which may be locked; how many of them are left */
static const struct {
	const char *name;
	uint32_t lock[2];
	unsigned int left[NR_KINDS];
} locks[] = {
	{ "committed decoders", {}, { 2, 0, 0, 2 } },
	{ "decoder 0 locked", { HDM_CTRL_LOCK }, { 2, 1, 0, 2 } },
	{ "decoder 1 locked, and what is below", { 0, HDM_CTRL_LOCK },
	  { 2, 2, 0, 2 } },
	{ "locked decoders", { HDM_CTRL_LOCK, HDM_CTRL_LOCK }, { 2, 2, 0, 2 } },
};

static void commit(struct device *d, unsigned int i, uint32_t lock)
{
	vfio_hdm_write(&d->v, HDM_CTRL(i), lock);
	vfio_hdm_write(&d->v, HDM_BASE(i) + 4, 1 + i);
	vfio_hdm_write(&d->v, HDM_SIZE(i), GRANULE);
	vfio_hdm_write(&d->v, HDM_CTRL(i), lock | HDM_CTRL_COMMIT);
}

static void test_decoders(struct device *d)
{
	unsigned int i, kind, n, left;

	for (i = 0; i < ARRAY_SIZE(locks); i++) {
		for (kind = 0; kind < NR_KINDS; kind++) {
			vfio_reset(&d->v);
			for (n = 0; n < 2; n++)
				commit(d, n, locks[i].lock[n]);
			reset(d, kind);
			for (left = 0, n = 0; n < 2; n++)
				left += !!(vfio_hdm_read(&d->v, HDM_CTRL(n)) &
					   HDM_CTRL_COMMITTED);
			tap_eq(left, locks[i].left[kind], "P13: %s: %s: %u left",
			       kind_names[kind], locks[i].name,
			       locks[i].left[kind]);
		}
	}
}

/* Who reaches the memory after a reset, before anything is enabled again */
static const struct {
	bool aperture;
	bool hdm;
} reach[NR_KINDS] = {
	[FLR] = { false, true },
	[CXL] = { true, false },
	[CONVENTIONAL] = { false, false },
	[D3HOT] = { true, true },
};

static void test_memory_over(struct device *d, enum reset_kind kind,
			     volatile uint64_t *aperture,
			     volatile uint64_t *hdm)
{
	const char *name = kind_names[kind];

	vfio_reset(&d->v);
	vfio_enable_all(&d->v, d->hdm.size);
	aperture[0] = 0x1111 * (kind + 1);
	hdm[4096] = ~aperture[0];
	reset(d, kind);
	tap_eq(faults_on_read(aperture), !reach[kind].aperture,
	       "%s: P1, P2: aperture is %s reach", name,
	       reach[kind].aperture ? "in" : "out of");
	tap_eq(faults_on_read(hdm), !reach[kind].hdm,
	       "%s: P1, P2: HDM is %s reach", name,
	       reach[kind].hdm ? "in" : "out of");
	vfio_enable_all(&d->v, d->hdm.size);
	tap_ok(!faults_on_read(aperture) && !faults_on_read(hdm),
	       "%s: P2: both when all is enabled again", name);
	tap_ok(hdm[0] == 0x1111ull * (kind + 1) && aperture[4096] == ~hdm[0],
	       "%s: memory is kept", name);
}

/* 9.7.2: memory is cleared if the guest wanted that, and capable hardware does */
static void test_clear(struct device *d, volatile uint64_t *aperture,
		       volatile uint64_t *hdm)
{
	vfio_enable_all(&d->v, d->hdm.size);
	aperture[0] = 1;
	aperture[4096] = 2;
	vfio_cxl_reset(&d->v, true);
	tap_eq(get(&d->config, d->dvsec + CXL_STATUS2, 2) &
	       (STATUS2_COMPLETE | STATUS2_ERROR), STATUS2_COMPLETE,
	       "CXL reset with memory clear: complete");
	vfio_enable_all(&d->v, d->hdm.size);
	tap_ok(!hdm[0] && !aperture[4096],
	       "CXL reset with memory clear: reads zero");
	aperture[0] = 3;
	put(&d->config, d->dvsec + CXL_CTRL2, 2, CTRL2_CLEAR);
	vfio_flr(&d->v);
	vfio_enable_all(&d->v, d->hdm.size);
	tap_ok(aperture[0] == 3, "FLR clears nothing, whatever Control2 says");
	put(&d->config, d->dvsec + CXL_CTRL2, 2, 0);
}

static void test_memory_and_mappings(struct device *d)
{
	volatile uint64_t *aperture, *hdm;
	unsigned int kind;

	aperture = device_map(d, VFIO_PCI_BAR2_REGION_INDEX, 0, MIB);
	hdm = device_map(d, d->hdm_index, 0, MIB);
	for (kind = 0; kind < NR_KINDS; kind++)
		test_memory_over(d, kind, aperture, hdm);
	test_clear(d, aperture, hdm);
	munmap((void *)aperture, MIB);
	munmap((void *)hdm, MIB);
}

/* The next owner, after VFIO_DEVICE_RESET and a close */
static void device_reset(struct device *d)
{
	uint64_t value = 0x77;

	vfio_enable_memory(&d->v, true);
	vfio_pwrite(&d->v, VFIO_PCI_BAR2_REGION_INDEX, 0, &value, 8);
	tap_eq(vfio_reset(&d->v), 0, "device_reset: VFIO_DEVICE_RESET");
	tap_eq(get(&d->config, PCI_COMMAND, 2), 0,
	       "device_reset: nothing is enabled");
	device_reopen(d);
	vfio_enable_memory(&d->v, true);
	vfio_pread(&d->v, VFIO_PCI_BAR2_REGION_INDEX, 0, &value, 8);
	tap_ok(!value, "device_reset: P4: the next owner reads zero");
}

/* PCIe 7.5.2.2: there is no D1 and no D2 */
static void test_power_states(struct device *d)
{
	static const struct {
		const char *name;
		uint8_t to;
		uint8_t want;
	} steps[] = {
		{ "D1 is discarded in D0", 1, PM_D0 },
		{ "D2 is discarded in D0", 2, PM_D0 },
		{ "D3hot", 3, PM_D3HOT },
		{ "D1 is discarded in D3hot", 1, PM_D3HOT },
		{ "D2 is discarded in D3hot", 2, PM_D3HOT },
		{ "D0 again", 0, PM_D0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		vfio_set_power(&d->v, steps[i].to);
		tap_eq(get(&d->config, d->pm + PCI_PM_CTRL, 2) &
		       PCI_PM_CTRL_STATE_MASK, steps[i].want,
		       "PCIe 7.5.2.2 %s", steps[i].name);
	}
}

void test_resets(struct device *d)
{
	test_rows(d);
	if (d->nr_decoders > 1 && d->hdm.size > GRANULE)
		test_decoders(d);
	test_power_states(d);
	test_memory_and_mappings(d);
	device_reset(d);
}
