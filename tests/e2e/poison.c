// SPDX-License-Identifier: GPL-2.0-only
/*
 * poison UUID OTHER [HPA]: errors of the device, injected by debugfs. The owner
 * of the address has them in its registers, its eventfd and its memory; the
 * other partition notices nothing. With HPA, where the host has DPA 0, poison
 * comes from the host kernel, as after a machine check.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "tap.h"
#include "vfio.h"

#define BAR2		VFIO_PCI_BAR2_REGION_INDEX
#define MIB		(1UL << 20)
#define SPAN		(4 * MIB)
/* In the middle of a piece of 2 MiB, which a PMD maps */
#define BAD		(2 * MIB + 0x5000)
#define PAGE		0x1000

/* RAS capability structure */
#define UNC_STATUS	0x00
#define UNC_MASK	0x04
#define COR_STATUS	0x0c
#define COR_MASK	0x10
#define FIRST_ERROR	0x14
#define HEADER_LOG	0x18
#define MEM_DATA_ECC	(1u << 7)

struct owner {
	struct vfio v;
	const char *uuid;
	unsigned long long dpa;
	uint8_t *aperture;
	uint8_t *hdm;
	int err;
};

/* One of the instances: it leads to the parent */
static const char *instance;
static uint64_t hpa;

/* A memory failure of the host, or what the parent would make of it */
static int poison(uint64_t dpa)
{
	char text[32];

	if (hpa) {
		snprintf(text, sizeof(text), "%#llx",
			 (unsigned long long)(hpa + dpa));
		return put_text(text, "/sys/devices/system/memory/hard_offline_page");
	}
	return inject(instance, "inject_poison", "%#llx", (unsigned long long)dpa);
}

/* Pages that the parent has down as poisoned */
static unsigned int count_poisoned(void)
{
	char path[PATH_MAX], line[80];
	unsigned int n = 0;
	FILE *f;

	parent_debugfs(instance, "poison", path);
	f = fopen(path, "r");
	if (!f)
		err(1, "%s", path);
	while (fgets(line, sizeof(line), f))
		n++;
	fclose(f);
	return n;
}

static uint8_t *map(struct vfio *v, uint32_t region)
{
	uint8_t *mem = vfio_mmap(v, region, 0, SPAN);

	if (mem == MAP_FAILED)
		err(1, "mmap");
	return mem;
}

static void open_owner(struct owner *o, const char *uuid)
{
	vfio_open_or_exit(&o->v, uuid);
	o->uuid = uuid;
	o->dpa = instance_attr(uuid, "dpa");
	o->err = eventfd(0, EFD_NONBLOCK);
	vfio_set_eventfd(&o->v, VFIO_PCI_ERR_IRQ_INDEX, 0, o->err);
	if (vfio_enable_all(&o->v, 256 * MIB))
		errx(1, "%s: memory is not enabled", uuid);
	o->aperture = map(&o->v, BAR2);
	o->hdm = map(&o->v, vfio_find_region(&o->v, VFIO_REGION_TYPE_CXL,
					     VFIO_REGION_SUBTYPE_CXL_HDM));
}

static void close_owner(struct owner *o)
{
	munmap(o->aperture, SPAN);
	munmap(o->hdm, SPAN);
	close(o->err);
	vfio_close(&o->v);
}

static unsigned int events(struct owner *o)
{
	uint64_t n = 0;

	return read(o->err, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

/* Offset of the RAS structure in BAR0, by the capability array */
static uint32_t ras(struct owner *o)
{
	uint32_t i, nr = vfio_read(&o->v, 0, 0x1003, 1);

	for (i = 1; i <= nr; i++) {
		uint32_t cap = vfio_read(&o->v, 0, 0x1000 + 4 * i, 4);

		if ((cap & 0xffff) == 2)
			return 0x1000 + (cap >> 20);
	}
	errx(1, "no RAS capability");
}

static uint32_t ras_read(struct owner *o, uint32_t reg)
{
	return vfio_read(&o->v, 0, ras(o) + reg, 4);
}

/* All that we have mapped but the page in the middle */
static bool around(const uint8_t *mem, uint8_t value)
{
	return is_all(mem, value, BAD) &&
	       is_all(mem + BAD + PAGE, value, SPAN - BAD - PAGE);
}

static void test_untouched(struct owner *b)
{
	tap_eq(events(b), 0, "the other one: no event");
	tap_ok(!ras_read(b, UNC_STATUS) && !ras_read(b, COR_STATUS),
	       "the other one: nothing in its registers");
	tap_ok(is_all(b->aperture, 0xbb, SPAN),
	       "the other one: its memory is as it was");
}

static void test_poison(struct owner *a)
{
	uint8_t buf[16];

	vfio_write(&a->v, 0, ras(a) + UNC_MASK, 4, 0);
	tap_eq(poison(a->dpa + BAD + 0x40), 0,
	       "poison in the middle of a huge mapping");
	tap_eq(events(a), 1, "its owner has an event");
	tap_eq(ras_read(a, UNC_STATUS), MEM_DATA_ECC,
	       "RAS: uncorrectable memory error");
	tap_eq(ras_read(a, FIRST_ERROR) & 0x3f, 7, "RAS: first error pointer");
	tap_eq(ras_read(a, HEADER_LOG), BAD, "RAS: the log has the vDPA");
	tap_eq(vfio_read(&a->v, VFIO_PCI_CONFIG_REGION_INDEX,
			 vfio_find_ext_cap(&a->v, 1, -1) + 4, 4), 1 << 22,
	       "AER: uncorrectable internal error");

	tap_ok(is_poisoned(&a->aperture[BAD + 0x40]),
	       "aperture: SIGBUS, BUS_MCEERR_AR");
	tap_ok(is_poisoned(&a->hdm[BAD + PAGE - 1]),
	       "HDM region: SIGBUS, BUS_MCEERR_AR");
	tap_ok(faults_on_write(&a->aperture[BAD]), "nor can it be written");
	tap_ok(around(a->aperture, 0xaa), "the pages around it are intact");
	tap_ok(around(a->hdm, 0xaa), "in the HDM region, too");
	tap_eq(vfio_pread(&a->v, BAR2, BAD, buf, 16), -EIO, "read() of it");
	tap_eq(vfio_pwrite(&a->v, BAR2, BAD + PAGE - 8, buf, 8), -EIO,
	       "write() to it");
	tap_eq(vfio_pread(&a->v, BAR2, BAD - 16, buf, 16), 0,
	       "read() just before it");
	tap_eq(vfio_pread(&a->v, BAR2, BAD + PAGE, buf, 16), 0,
	       "read() just behind it");
	tap_eq(count_poisoned(), 1, "one page is on the list");
}

/* Nothing that a guest or a VMM does makes it good */
static void test_stays(struct owner *a)
{
	tap_eq(poison(a->dpa + BAD), 0,
	       "poison once more");
	tap_eq(count_poisoned(), 1, "still one page");
	events(a);

	vfio_reset(&a->v);
	vfio_enable_memory(&a->v, true);
	tap_ok(is_poisoned(&a->aperture[BAD]), "poisoned after a reset");
	tap_eq(ras_read(a, UNC_STATUS), MEM_DATA_ECC, "RAS status is sticky");
	vfio_write(&a->v, 0, ras(a), 4, MEM_DATA_ECC);
	tap_eq(ras_read(a, UNC_STATUS), 0, "the guest clears it");

	/* The last close dirties the memory: the next touch clears the rest */
	close_owner(a);
	open_owner(a, a->uuid);
	tap_ok(is_poisoned(&a->aperture[BAD]), "poisoned for the next user");
	tap_ok(around(a->aperture, 0), "who has zeroes around it");
}

static void test_good_again(struct owner *a)
{
	tap_eq(inject(instance, "clear_poison", "%#llx", a->dpa + BAD), 0,
	       "the parent says it is good");
	tap_eq(count_poisoned(), 0, "nothing is on the list");
	tap_ok(!is_poisoned(&a->aperture[BAD]) && is_all(a->aperture, 0, SPAN),
	       "aperture: it reads zero");
	tap_ok(!faults_on_write(&a->hdm[BAD]) && a->aperture[BAD] == 0x5a,
	       "HDM region: it can be written");
	tap_eq(inject(instance, "clear_poison", "%#llx", a->dpa + BAD), 0,
	       "to say so twice does no harm");
	tap_eq(a->aperture[BAD], 0x5a, "not even to the content");
}

static void test_ras(struct owner *a)
{
	vfio_write(&a->v, 0, ras(a) + COR_MASK, 4, 0);
	tap_eq(inject(instance, "inject_ras", "%llx 0 2", a->dpa), 0,
	       "a correctable error");
	tap_eq(ras_read(a, COR_STATUS), 2, "RAS: it is there");
	tap_eq(events(a), 0, "and no reason for an event");
	tap_eq(inject(instance, "inject_ras", "%llx 4000 0", a->dpa + PAGE), 0,
	       "an uncorrectable one");
	tap_eq(ras_read(a, UNC_STATUS), 0x4000, "RAS: it is there");
	tap_eq(events(a), 1, "an event");
	tap_ok(!faults_on_read(&a->aperture[PAGE]), "the memory stays");
}

static void test_bad_input(void)
{
	tap_eq(inject(instance, "inject_poison", "0xfffffffffffff000"), -ERANGE,
	       "poison past the memory");
	tap_eq(inject(instance, "inject_poison", "0xffffffffffffffff"), -ERANGE,
	       "poison at the end of the address space");
	tap_eq(inject(instance, "clear_poison", "0x100000000000"), -ERANGE,
	       "no poison past the memory");
	tap_eq(inject(instance, "inject_ras", "100000000000 1 0"), -ERANGE,
	       "an error past the memory");
	tap_eq(inject(instance, "inject_ras", "0 1"), -EINVAL, "an error in short");
	tap_eq(inject(instance, "inject_ras", "x y z"), -EINVAL, "an error in letters");
	tap_eq(count_poisoned(), 0, "nothing came of these");
}

int main(int argc, char **argv)
{
	struct owner a, b;

	if (argc != 3 && argc != 4)
		errx(2, "usage: poison UUID OTHER [HPA]");
	if (argc == 4)
		hpa = strtoull(argv[3], NULL, 0);
	instance = argv[1];
	open_owner(&a, argv[1]);
	open_owner(&b, argv[2]);
	memset(a.aperture, 0xaa, SPAN);
	memset(b.aperture, 0xbb, SPAN);
	tap_ok(is_all(a.hdm, 0xaa, SPAN), "both windows show the same");

	test_poison(&a);
	test_stays(&a);
	test_good_again(&a);
	test_ras(&a);
	test_untouched(&b);
	close_owner(&a);
	test_bad_input();
	close_owner(&b);
	return tap_done();
}
