// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every bit of every register: all-ones, zeroes and each single bit, written
 * in 1, 2 and 4 bytes at every offset, also odd ones and ones that span two
 * registers, and read back in every size (P8, P9). The tables are in fields_*.c;
 * what a register does beyond them is here.
 */
#include <stdio.h>
#include <linux/pci_regs.h>

#include "model.h"

/* Large, and one at a time */
static struct model m;

static uint8_t no_rwl(const struct model *model, uint32_t at)
{
	(void)model;
	(void)at;
	return 0;
}

static void fresh(struct model *model)
{
	device_fresh(model->d);
	model_reset(model, false);
}

/* --- Configuration space ------------------------------------------------ */

/* CXL 8.1.3.6: CONFIG_LOCK makes all RWL bits of the DVSEC read-only */
static bool config_locked(const struct model *model)
{
	return model_get(model, model->d->dvsec + CXL_LOCK, 1) & LOCK_CONFIG;
}

static uint8_t config_writable(const struct model *model, uint32_t at)
{
	(void)at;
	return config_locked(model) ? 0 : 0xff;
}

/* PCIe 7.5.2.2: a state that is not supported is discarded */
static void power_written(struct model *model, const uint8_t *old)
{
	struct cell *c = &model->cell[model->d->pm + PCI_PM_CTRL];
	unsigned int state = c->value & PCI_PM_CTRL_STATE_MASK;

	if (state == PM_D0 || state == PM_D3HOT)
		return;
	c->value &= ~PCI_PM_CTRL_STATE_MASK;
	c->value |= *old & PCI_PM_CTRL_STATE_MASK;
}

static bool wrote(uint32_t at, unsigned int size, uint32_t byte)
{
	return byte >= at && byte < at + size;
}

static void config_written(struct model *model, uint32_t at, unsigned int size,
			   const uint8_t *old)
{
	uint32_t pmcsr = model->d->pm + PCI_PM_CTRL;
	uint32_t flr = model->d->pcie + PCI_EXP_DEVCTL + 1;
	uint32_t lock = model->d->dvsec + CXL_LOCK, first = at & ~3u;

	if (wrote(at, size, pmcsr))
		power_written(model, &old[pmcsr - first]);
	/* PCIe 6.6.2: an FLR is immediate, and takes the rest of PCI with it */
	if (wrote(at, size, flr) && model->fired[flr - first])
		model_reset(model, true);
	if (wrote(at, size, lock) && !(old[lock - first] & LOCK_CONFIG))
		model->disturbed = config_locked(model);
}

/* As after a conventional reset; memory space enabled by device_fresh() */
static void prepare_config(struct model *model)
{
	fresh(model);
	model_set(model, PCI_COMMAND, 1, PCI_COMMAND_MEMORY);
}

static void prepare_locked_config(struct model *model)
{
	prepare_config(model);
	/* With something in it that has to stay */
	model_write(model, model->d->dvsec + CXL_CTRL, 2, CTRL_MEM_ENABLE);
	model_write(model, model->d->dvsec + 0x20, 4, 0x12345678);
	model_write(model, model->d->dvsec + 0x34, 4, 0xa0000000);
	model_write(model, model->d->dvsec + CXL_LOCK, 2, LOCK_CONFIG);
	model->disturbed = false;
}

static const struct rules config_rules = {
	config_writable, config_written, prepare_config,
};

static const struct rules locked_config_rules = {
	config_writable, config_written, prepare_locked_config,
};

static void make_config_model(struct device *d, const struct rules *rules)
{
	model_init(&m, d, &d->config, 0, PCI_CFG_SPACE_EXP_SIZE, rules);
	model_add(&m, &pci_header, 0)->flr = true;
	model_add(&m, &pci_express, d->pcie)->flr = true;
	model_add(&m, &pci_power, d->pm)->flr = true;
	if (d->msix)
		model_add(&m, &pci_msix, d->msix)->flr = true;
	/* An FLR does not touch what is of CXL (8.1.3, 9.5) */
	model_add(&m, &cxl_device, d->dvsec);
	model_add(&m, &cxl_locator, d->locator);
	if (d->gpf)
		model_add(&m, &cxl_gpf, d->gpf);
	if (d->flexbus)
		model_add(&m, &cxl_flexbus, d->flexbus);
	if (d->dsn)
		model_add(&m, &pci_dsn, d->dsn);
	if (d->aer)
		model_add(&m, &pci_aer, d->aer);
	if (d->doe)
		model_add(&m, &pci_doe, d->doe);
}

static void test_config(struct device *d)
{
	make_config_model(d, &config_rules);
	model_start(&m);
	model_check_all(&m);
	model_sweep(&m, 0, m.size);
	model_report(&m, "config");
	put(&d->config, d->doe + PCI_DOE_CTRL, 4, PCI_DOE_CTRL_ABORT);
}

/* The same once more, with CONFIG_LOCK set: RWL is RO */
static void test_locked_config(struct device *d)
{
	device_reopen(d);
	make_config_model(d, &locked_config_rules);
	model_start(&m);
	model_sweep(&m, 0, m.size);
	model_report(&m, "config, locked");
}

/* --- Component registers ------------------------------------------------ */

#define DECODER(i)	(0x10 + 0x20 * (i))
#define DECODER_CTRL	0x10

/* Offset of the decoder registers in the model, which begins at 4 KiB */
static uint32_t decoders(const struct model *model)
{
	return model->d->decoders - model->start;
}

static uint32_t control(const struct model *model, unsigned int i)
{
	if (i >= model->d->nr_decoders)
		return 0;
	return model_get(model, decoders(model) + DECODER(i) + DECODER_CTRL, 4);
}

/* 8.2.4.20.7, .12: what COMMITTED and LOCK_ON_COMMIT freeze */
static uint8_t component_writable(const struct model *model, uint32_t at)
{
	uint32_t reg = at - decoders(model) - DECODER(0);
	uint32_t ctrl = control(model, reg / 0x20);

	if (!(ctrl & HDM_CTRL_COMMITTED))
		return 0xff;
	if (ctrl & HDM_CTRL_LOCK || reg % 0x20 != DECODER_CTRL + 1)
		return 0;
	/* COMMIT of the highest, to uncommit it */
	return control(model, reg / 0x20 + 1) & HDM_CTRL_COMMITTED ?
	       0 : HDM_CTRL_COMMIT >> 8;
}

/* The sweep itself programs no decoder that could be committed */
static void commit_written(struct model *model, unsigned int i,
			   uint32_t was)
{
	uint32_t at = decoders(model) + DECODER(i) + DECODER_CTRL;
	uint32_t now = control(model, i);

	if (!((was ^ now) & HDM_CTRL_COMMIT))
		return;
	if (was & HDM_CTRL_COMMITTED)
		model->disturbed = true;
	now &= ~(HDM_CTRL_COMMITTED | HDM_CTRL_ERROR);
	if (now & HDM_CTRL_COMMIT)
		now |= model->commits ? HDM_CTRL_COMMITTED : HDM_CTRL_ERROR;
	model_set(model, at, 4, now);
}

static void component_written(struct model *model, uint32_t at,
			      unsigned int size, const uint8_t *old)
{
	uint32_t first = at & ~3u, word;

	for (word = first; word < at + size; word += 4) {
		uint32_t reg = word - decoders(model) - DECODER(0);
		const uint8_t *o = &old[word - first];

		if (reg % 0x20 == DECODER_CTRL &&
		    reg / 0x20 < model->d->nr_decoders)
			commit_written(model, reg / 0x20,
				       o[0] | o[1] << 8 | o[2] << 16 |
				       (uint32_t)o[3] << 24);
	}
}

/* As many as there are granules of memory, one each, at 4 GiB and up */
static void commit_all(struct model *model, uint32_t lock)
{
	unsigned int i, n = model->d->hdm.size / GRANULE;

	if (n > model->d->nr_decoders)
		n = model->d->nr_decoders;
	model->commits = true;
	for (i = 0; i < n; i++) {
		uint32_t at = decoders(model) + DECODER(i);

		model_write(model, at, 4, i * GRANULE);
		model_write(model, at + 0x04, 4, 1);
		model_write(model, at + 0x08, 4, GRANULE);
		model_write(model, at + DECODER_CTRL, 4,
			    HDM_CTRL_COMMIT | lock);
	}
	model->commits = false;
}

static void prepare_committed(struct model *model)
{
	fresh(model);
	commit_all(model, 0);
}

static void prepare_locked(struct model *model)
{
	fresh(model);
	commit_all(model, HDM_CTRL_LOCK);
}

static const struct rules component_rules = {
	component_writable, component_written, fresh,
};

static const struct rules committed_rules = {
	component_writable, component_written, prepare_committed,
};

static const struct rules locked_rules = {
	component_writable, component_written, prepare_locked,
};

static void make_component_model(struct device *d, const struct rules *rules)
{
	uint32_t i, nr;

	device_fresh(d);
	model_init(&m, d, d->component, d->block + 0x1000, 0x1000, rules);
	nr = get(d->component, d->block + 0x1000, 4) >> 24;
	model_add(&m, &cm_header, 0);
	for (i = 1; i <= nr; i++)
		model_add(&m, &cm_pointer, 4 * i);
	model_add(&m, &cxl_ras, d->ras - m.start);
	if (d->link)
		model_add(&m, &cxl_link, d->link - m.start);
	model_add(&m, &hdm_header, decoders(&m));
	for (i = 0; i < d->nr_decoders; i++)
		model_add(&m, &hdm_decoder, decoders(&m) + DECODER(i));
	model_start(&m);
}

static void test_component(struct device *d)
{
	make_component_model(d, &component_rules);
	model_check_all(&m);
	model_sweep(&m, 0, m.size);
	model_report(&m, "component");
}

/* CXL 8.2.3: of the 64 KiB only the second 4 KiB are CXL.cache and CXL.mem */
static void test_component_rest(struct device *d)
{
	static const struct rules rules = { no_rwl, NULL, fresh };

	model_init(&m, d, d->component, d->block, 0x1000, &rules);
	model_start(&m);
	model_sweep(&m, 0, m.size);
	model_report(&m, "component, 0 to 0xfff");

	model_init(&m, d, d->component, d->block + 0x2000, 0xe000, &rules);
	model_start(&m);
	model_sweep(&m, 0, m.size);
	model_report(&m, "component, 0x2000 to 0xffff");
}

static void test_decoders(struct device *d, const struct rules *rules,
			  const char *state)
{
	uint32_t start;

	make_component_model(d, rules);
	start = decoders(&m);
	model_sweep(&m, start, start + DECODER(d->nr_decoders));
	model_report(&m, state);
}

/* --- MSI-X table and pending bits --------------------------------------- */

/* The page that the table is in is its own, and that of the pending bits */
static void test_msix(struct device *d)
{
	static const struct rules rules = { no_rwl, NULL, fresh };
	uint32_t table = get(&d->config, d->msix + PCI_MSIX_TABLE, 4);
	uint32_t pba = get(&d->config, d->msix + PCI_MSIX_PBA, 4);
	uint32_t nr = (get(&d->config, d->msix + PCI_MSIX_FLAGS, 2) &
		       PCI_MSIX_FLAGS_QSIZE) + 1;
	uint32_t i;

	tap_ok((table & 7) == (pba & 7) && (table & 7) < 6,
	       "PCIe 7.7.2.3, .4 MSI-X table and PBA are in one BAR");
	model_init(&m, d, &d->bar[table & 7], table & ~7u, 0x1000, &rules);
	for (i = 0; i < nr; i++)
		model_add(&m, &msix_vector, i * PCI_MSIX_ENTRY_SIZE);
	for (i = 0; i < nr; i += 64)
		model_add(&m, &msix_pba, (pba & ~7u) - m.start + i / 8);
	device_fresh(d);
	model_start(&m);
	model_check_all(&m);

	/* The first two and the last stand for all */
	model_sweep(&m, 0, 2 * PCI_MSIX_ENTRY_SIZE);
	model_sweep(&m, (nr - 1) * PCI_MSIX_ENTRY_SIZE, m.size);
	model_report(&m, "MSI-X");
}

static bool is_clean(struct model *model)
{
	unsigned int i, bad;

	model_check_all(model);
	bad = model->bad_elsewhere;
	for (i = 0; i < model->nr; i++)
		bad += model->place[i].bad || model->place[i].bad_reserved;
	return !bad;
}

bool registers_are_fresh(struct device *d)
{
	bool ok;

	make_config_model(d, &config_rules);
	model_start(&m);
	ok = is_clean(&m);
	make_component_model(d, &component_rules);
	return is_clean(&m) && ok;
}

void test_registers(struct device *d)
{
	test_config(d);
	test_locked_config(d);
	device_reopen(d);
	test_component(d);
	test_component_rest(d);
	device_reopen(d);
	test_decoders(d, &committed_rules, "component, committed");
	test_decoders(d, &locked_rules, "component, locked");
	if (d->msix)
		test_msix(d);
}
