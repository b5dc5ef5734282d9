// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instance, by VFIO: open, information, memory, interrupts, DOE, resets;
 * and its poison, by debugfs of the parent
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/pci_regs.h>

#include "faults.h"
#include "files.h"
#include "tap.h"
#include "walk.h"

#define CONFIG		VFIO_PCI_CONFIG_REGION_INDEX
#define MIB		(1UL << 20)
#define GRANULE		(256 * MIB)

struct vfio instance;
uint64_t fresh;

/* Fires when the instance's first vector does */
static int event = -1;
/* Where these capabilities are, and the component registers, in the device file */
static uint64_t exp_cap, cxl_cap, doe_cap, comp_regs;

static uint64_t region_at(uint32_t index)
{
	struct vfio_region_info *info = vfio_region(&instance, index);
	uint64_t at;

	must(info ? 0 : -errno, "region");
	at = info->offset;
	free(info);
	return at;
}

static void find_registers(void)
{
	const uint64_t config = region_at(CONFIG);

	exp_cap = config + vfio_find_cap(&instance, PCI_CAP_ID_EXP);
	cxl_cap = config + vfio_find_ext_cap(&instance, PCI_EXT_CAP_ID_DVSEC, 0);
	doe_cap = config + vfio_find_ext_cap(&instance, PCI_EXT_CAP_ID_DOE, -1);
	comp_regs = region_at(vfio_find_region(&instance, VFIO_REGION_TYPE_CXL,
					       VFIO_REGION_SUBTYPE_CXL_COMP_REGS));
}

/*
 * One access and nothing else. By way of a copy, which Linux can let fail: an aligned
 * dword it would get and put at once.
 */
static int write_reg(uint64_t at, uint32_t value, size_t len)
{
	struct { char odd; uint32_t value; } __attribute__((packed, aligned(4))) buf = {
		.value = value,
	};
	ssize_t n = pwrite(instance.device, &buf.value, len, at);

	return n < 0 ? -errno : (size_t)n == len ? 0 : -EIO;
}

static int read_reg(uint64_t at, uint32_t *value)
{
	struct { char odd; uint32_t value; } __attribute__((packed, aligned(4))) buf = {};
	ssize_t n = pread(instance.device, &buf.value, sizeof(buf.value), at);

	*value = buf.value;
	return n < 0 ? -errno : n == sizeof(buf.value) ? 0 : -EIO;
}

static int run_open(void)
{
	return vfio_open(&instance, uuid);
}

static const char *open_wrong(bool done)
{
	char dir[80];

	snprintf(dir, sizeof(dir), MDEVS "%s", uuid);
	if (strcmp(word(dir, "state"), done ? "open" : "closed"))
		return "its state";
	if (done && vfio_read(&instance, CONFIG, PCI_VENDOR_ID, 2) == 0xffff)
		return "it does not answer";
	return NULL;
}

static void undo_open(void)
{
	vfio_close(&instance);
}

static const struct operation open_op = {
	"open", .run = run_open, .wrong = open_wrong, .undo = undo_open,
	.anywhere = true,
};

void next_piece(void)
{
	fresh += PIECE;
}

/* Map two pages of a fresh piece, by way of small pages, and touch both */
static int run_mmap(void)
{
	uint8_t *mem = vfio_mmap(&instance, BAR2, fresh, 0x2000);
	int rc = 0;

	if (mem == MAP_FAILED)
		return -errno;
	/* SIGBUS is all that a fault can say */
	if (faults_on_read(mem) || faults_on_write(mem + 0x1000))
		rc = -ENOMEM;
	munmap(mem, 0x2000);
	return rc;
}

uint8_t *map_piece(void)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = BAR2,
	};
	uintptr_t room;
	void *found;

	if (ioctl(instance.device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return MAP_FAILED;
	found = mmap(NULL, 2 * PIECE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	if (found == MAP_FAILED)
		return MAP_FAILED;
	munmap(found, 2 * PIECE);
	room = ((uintptr_t)found + PIECE - 1) & ~(PIECE - 1);
	/* Over it, should even that fail which was to make room */
	return mmap((void *)room, PIECE, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_FIXED, instance.device,
		    info.offset + fresh);
}

/* The same by one huge page */
static int run_mmap_huge(void)
{
	uint8_t *mem = map_piece();
	int rc = 0;

	if (mem == MAP_FAILED)
		return -errno;
	if (faults_on_write(mem + MIB))
		rc = -ENOMEM;
	munmap(mem, PIECE);
	return rc;
}

/* One page, as half of it done would be no error */
static int run_read(void)
{
	char buf[0x1000];

	return vfio_pread(&instance, BAR2, fresh, buf, sizeof(buf));
}

static int run_write(void)
{
	char buf[0x1000] = {};

	return vfio_pwrite(&instance, BAR2, fresh + 0x1000, buf, sizeof(buf));
}

static const char *memory_wrong(bool done)
{
	uint8_t *mem = vfio_mmap(&instance, BAR2, fresh, 0x4000);
	const char *wrong = NULL;

	(void)done;
	if (mem == MAP_FAILED)
		return "it cannot be mapped afterwards";
	if (faults_on_read(mem) || faults_on_write(mem + 0x3000))
		wrong = "it cannot be touched afterwards";
	munmap(mem, 0x4000);
	return wrong;
}

static int run_irq(void)
{
	return vfio_set_eventfd(&instance, VFIO_PCI_MSIX_IRQ_INDEX, 0, event);
}

static const char *irq_wrong(bool done)
{
	struct vfio_irq_set fire = {
		.argsz = sizeof(fire),
		.flags = VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = VFIO_PCI_MSIX_IRQ_INDEX,
		.count = 1,
	};
	uint64_t n = 0;

	if (ioctl(instance.device, VFIO_DEVICE_SET_IRQS, &fire))
		return "it cannot be fired";
	if (read(event, &n, sizeof(n)) != sizeof(n))
		n = 0;
	return n == done ? NULL : "events";
}

static void undo_irq(void)
{
	must(vfio_set_eventfd(&instance, VFIO_PCI_MSIX_IRQ_INDEX, 0, -1),
	     "disconnect");
}

static int run_info(void)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	static const unsigned int with_caps[] = {
		VFIO_PCI_NUM_REGIONS, VFIO_PCI_BAR2_REGION_INDEX,
	};
	struct vfio_region_info *region;
	struct vfio_irq_info irq = { .argsz = sizeof(irq) };
	unsigned int i;

	if (ioctl(instance.device, VFIO_DEVICE_GET_INFO, &info) ||
	    ioctl(instance.device, VFIO_DEVICE_GET_IRQ_INFO, &irq))
		return -errno;
	for (i = 0; i < 2; i++) {
		region = vfio_region(&instance, with_caps[i]);
		if (!region)
			return -errno;
		free(region);
	}
	return 0;
}

static void enable(void)
{
	vfio_enable_memory(&instance, true);
}

static int run_reset(void)
{
	return vfio_reset(&instance);
}

static int run_flr(void)
{
	return write_reg(exp_cap + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR, 2);
}

static const char *reset_wrong(bool done)
{
	uint16_t command = vfio_read(&instance, CONFIG, PCI_COMMAND, 2);

	if (!(command & PCI_COMMAND_MEMORY) != done)
		return "memory enable";
	return NULL;
}

/* Of the physical device */
static int run_device_reset(void)
{
	return put_text("0 done", DEBUGFS "mdev_cxl/%s/inject_reset", parent.name);
}

/* Programmed, but for the last step */
static void uncommit(void)
{
	vfio_hdm_commit(&instance, 0, 1ULL << 40, GRANULE);
	vfio_hdm_uncommit(&instance, 0);
}

static int run_commit(void)
{
	return write_reg(comp_regs + HDM_CTRL(0), HDM_CTRL_COMMIT, 4);
}

static void commit(void)
{
	vfio_hdm_commit(&instance, 0, 1ULL << 40, GRANULE);
}

static const char *commit_wrong(bool done)
{
	bool committed = vfio_hdm_read(&instance, HDM_CTRL(0)) &
			 HDM_CTRL_COMMITTED;

	return committed == done ? NULL : "committed or not, the other way round";
}

/* Initiate CXL Reset, and Reset Mem Clr Enable with it (CXL r3.1 8.1.3.4) */
static int run_cxl_reset(void)
{
	return write_reg(cxl_cap + 0x10, 1 << 2 | 1 << 3, 2);
}

static const char *cxl_reset_wrong(bool done)
{
	return commit_wrong(!done);
}

/* DOE discovery (PCIe r6.2 6.30.1.1), each access checked */
static int run_doe(void)
{
	const uint32_t request[] = { 1, 3, 0 };
	uint32_t value = 0;
	unsigned int i;
	int rc;

	rc = write_reg(doe_cap + PCI_DOE_CTRL, PCI_DOE_CTRL_ABORT, 4);
	for (i = 0; i < 3 && !rc; i++)
		rc = write_reg(doe_cap + PCI_DOE_WRITE, request[i], 4);
	if (!rc)
		rc = write_reg(doe_cap + PCI_DOE_CTRL, PCI_DOE_CTRL_GO, 4);
	for (i = 0; i < 3 && !rc; i++) {
		rc = read_reg(doe_cap + PCI_DOE_READ, &value);
		if (!rc)
			rc = write_reg(doe_cap + PCI_DOE_READ, value, 4);
	}
	/* The first protocol is discovery itself, of the PCI-SIG */
	if (!rc && (value & 0xffffff) != 1)
		rc = -EPROTO;
	return rc;
}

/* The only instance has the parent's memory from its start */
static int run_poison(void)
{
	return put_text("0x5000", DEBUGFS "mdev_cxl/%s/inject_poison", parent.name);
}

static int run_unpoison(void)
{
	return put_text("0x5000", DEBUGFS "mdev_cxl/%s/clear_poison", parent.name);
}

static const char *poison_wrong(bool done)
{
	uint8_t byte;
	int rc = vfio_pread(&instance, BAR2, 0x5000, &byte, 1);

	if (rc != (done ? -EIO : 0))
		return "poisoned or not, the other way round";
	return NULL;
}

static const char *unpoison_wrong(bool done)
{
	return poison_wrong(!done);
}

static void undo_poison(void)
{
	must(run_unpoison(), "clear poison");
}

static void undo_unpoison(void)
{
	must(run_poison(), "inject poison");
}

static int run_list(void)
{
	return has_line("0x5000", DEBUGFS "mdev_cxl/%s/poison", parent.name);
}

static int run_ras(void)
{
	return put_text("0x0 0 0", DEBUGFS "mdev_cxl/%s/inject_ras", parent.name);
}

static int run_attributes(void)
{
	static const char * const of_instance[] = {
		"dpa", "size", "decoders", "state", "resets", "dirty_bytes",
	};
	static const char * const of_parent[] = {
		"dpa_size", "dpa_free", "dpa_largest_free", "dirty_bytes",
	};
	unsigned int i;
	int rc = 0;

	for (i = 0; i < ARRAY_SIZE(of_instance) && !rc; i++)
		rc = has_line(NULL, "/sys/bus/mdev/devices/%s/%s", uuid,
			      of_instance[i]);
	for (i = 0; i < ARRAY_SIZE(of_parent) && !rc; i++)
		rc = has_line(NULL, "%s/mdev_cxl/%s", parent.path, of_parent[i]);
	return rc;
}

/* With the instance open */
static const struct operation vfio_ops[] = {
	{ "get info", .run = run_info, .anywhere = true },
	{ "mmap and fault", next_piece, run_mmap, memory_wrong,
	  .anywhere = true },
	{ "mmap and huge fault", next_piece, run_mmap_huge, memory_wrong,
	  .anywhere = true },
	{ "read memory", next_piece, run_read, memory_wrong, .anywhere = true },
	{ "write memory", next_piece, run_write, memory_wrong,
	  .anywhere = true },
	{ "irq set-up", .run = run_irq, .wrong = irq_wrong, .undo = undo_irq,
	  .anywhere = true },
	{ "DOE", .run = run_doe, .anywhere = true, .least = 11 },
	{ "poison", .run = run_poison, .wrong = poison_wrong,
	  .undo = undo_poison, .anywhere = true },
	{ "RAS error", .run = run_ras, .anywhere = true },
	{ "attributes", .run = run_attributes, .anywhere = true },
	{ "reset", enable, run_reset, reset_wrong, .anywhere = true,
	  .certain = true },
	{ "FLR", enable, run_flr, reset_wrong, .anywhere = true },
	{ "decoder commit", uncommit, run_commit, commit_wrong,
	  .anywhere = true },
	{ "CXL reset", commit, run_cxl_reset, cxl_reset_wrong,
	  .anywhere = true },
	{ "reset of the device", enable, run_device_reset, reset_wrong,
	  .anywhere = true },
};

static const struct operation list_op = {
	"list of poison", .run = run_list, .anywhere = true,
};

static const struct operation unpoison_op = {
	"clear poison", .run = run_unpoison, .wrong = unpoison_wrong,
	.undo = undo_unpoison, .anywhere = true,
};

void walk_instance(void)
{
	unsigned int i;

	walk(&open_op);
	starve(&open_op, "mcxl_instance_open");
	must(run_open(), "open");
	enable();
	find_registers();
	event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	for (i = 0; i < ARRAY_SIZE(vfio_ops); i++)
		walk(&vfio_ops[i]);
	enable();
	undo_unpoison();
	walk(&list_op);
	walk(&unpoison_op);
	undo_poison();
	walk_engine();
	close(event);
	vfio_close(&instance);
}
