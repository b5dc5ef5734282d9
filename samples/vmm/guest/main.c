// SPDX-License-Identifier: GPL-2.0-only
/* What the guest does with its function, step by step. */
#include <stddef.h>

#include "guest.h"

/*
 * Two decoders, with a granule of memory left out below each: decoder 0 shows
 * the second granule of the partition, decoder 1 the fourth.
 */
#define GPA_A		0x100000000ULL
#define GPA_B		0x200000000ULL
#define GPA_C		0x300000000ULL
#define VDPA_0		GRANULE
#define VDPA_1		(3 * GRANULE)
#define MIB		(1ULL << 20)
#define PAGE		0x1000ULL
#define ROUNDS		60

static const struct decoder at_a = { GPA_A, GRANULE, GRANULE };
static const struct decoder at_b = { GPA_B, GRANULE, GRANULE };
static const struct decoder at_c = { GPA_C, GRANULE, GRANULE };

/* Where memory is looked at: first, last, and two words between */
static const uint64_t offsets[] = { 0, PAGE + 8, GRANULE / 2, GRANULE - 8 };

#define NR_OFFSETS	(sizeof(offsets) / sizeof(offsets[0]))

static struct function fn;
static const struct boot_info *info;

static volatile uint64_t *word(uint64_t gpa)
{
	return (volatile uint64_t *)gpa;
}

static uint64_t pattern(uint64_t vdpa)
{
	return (vdpa + 1) * 0x9e3779b97f4a7c15ULL;
}

/* Is what the decoder shows at @gpa that vDPA? The aperture knows. */
static bool shows(uint64_t gpa, uint64_t vdpa)
{
	unsigned int i;

	for (i = 0; i < NR_OFFSETS; i++) {
		volatile uint64_t *here = word(gpa + offsets[i]);
		uint64_t at = vdpa + offsets[i];
		volatile uint64_t *there = fn.aperture + at / 8;

		*here = pattern(at);
		if (*there != pattern(at))
			return false;
		*there = ~pattern(at);
		if (*here != ~pattern(at))
			return false;
		*here = pattern(at);
	}
	return true;
}

/* Is what shows() has written still there? */
static bool holds(uint64_t gpa, uint64_t vdpa)
{
	unsigned int i;

	for (i = 0; i < NR_OFFSETS; i++) {
		if (*word(gpa + offsets[i]) != pattern(vdpa + offsets[i]))
			return false;
	}
	return true;
}

/* Does nobody answer? */
static bool gone(uint64_t gpa)
{
	unsigned int i;

	for (i = 0; i < NR_OFFSETS; i++) {
		if (*word(gpa + offsets[i]) != ALL_ONES)
			return false;
	}
	return true;
}

static bool reads_zero(uint64_t gpa)
{
	uint64_t at;

	for (at = gpa; at < gpa + GRANULE; at += 8) {
		if (*word(at))
			return false;
	}
	return true;
}

static bool both_hold(void)
{
	return holds(GPA_A, VDPA_0) && holds(GPA_C, VDPA_1);
}

static bool both_gone(void)
{
	return gone(GPA_A) && gone(GPA_C);
}

static bool commit_both(void)
{
	return commit(&fn, 0, &at_a) && commit(&fn, 1, &at_c);
}

static void uncommit_both(void)
{
	uncommit(&fn, 1);
	uncommit(&fn, 0);
}

static void enumerate(void)
{
	eq(find_functions(&fn), 1, "one function on the bus");
	ok(fn.dvsec && find_dvsec(&fn, 8) && find_dvsec(&fn, 7) &&
	   find_dvsec(&fn, 5), "it has the DVSECs of a CXL device");
	place_bars(&fn);
	ok(find_component_registers(&fn), "register locator");
	ok(find_hdm(&fn), "HDM decoder capability");
	ok(fn.decoders >= 2, "two decoders or more");
	ok(fn.size >= VDPA_1 + GRANULE, "four granules of memory or more");
}

static void cdat(void)
{
	uint64_t memory;
	uint8_t sum;

	ok(read_cdat(&fn, &sum, &memory), "CDAT: all of it by DOE");
	eq(sum, 0, "CDAT: checksum");
	eq(memory, fn.size, "CDAT: it tells of all of the memory");
}

static void commit_two(void)
{
	ok(gone(GPA_A) && gone(GPA_B), "nothing there before a commit");
	enable_cxl_mem(&fn, true);
	enable_decoders(&fn, true);
	ok(commit(&fn, 0, &at_a), "decoder 0: committed");
	ok(shows(GPA_A, VDPA_0), "decoder 0: shows its vDPA");
	ok(commit(&fn, 1, &at_b), "decoder 1: committed");
	ok(shows(GPA_B, VDPA_1), "decoder 1: shows its vDPA");
	ok(holds(GPA_A, VDPA_0), "decoder 0: as it was");
}

static void remap(void)
{
	uncommit(&fn, 1);
	ok(gone(GPA_B), "uncommitted: the old GPA is gone");
	ok(commit(&fn, 1, &at_c), "committed elsewhere");
	ok(holds(GPA_C, VDPA_1), "the content is there");
	ok(gone(GPA_B), "and not at the old GPA");
	ok(holds(GPA_A, VDPA_0), "the other decoder is as it was");
}

/* The device says no */
static void bad_commits(void)
{
	static const struct {
		struct decoder dec;
		const char *name;
	} bad[] = {
		{ { GPA_A, GRANULE, 0 }, "refused: over decoder 0" },
		{ { -GRANULE, 2 * GRANULE, 0 }, "refused: wraps" },
		{ { GPA_B, 1ULL << 40, 0 }, "refused: too large" },
		{ { GPA_B, GRANULE, -GRANULE }, "refused: skips too much" },
		{ { GPA_B, 0, 0 }, "refused: nothing" },
	};
	unsigned int i;

	uncommit(&fn, 1);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ok(!commit(&fn, 1, &bad[i].dec) && commit_failed(&fn, 1) &&
		   gone(GPA_B) && holds(GPA_A, VDPA_0), bad[i].name);
		uncommit(&fn, 1);
	}
	uncommit(&fn, 0);
	ok(!commit(&fn, 1, &at_b) && commit_failed(&fn, 1) && gone(GPA_B),
	   "refused: before decoder 0");
	uncommit(&fn, 1);
	ok(commit_both() && both_hold(), "and then good ones");
}

/* The device says yes, and the VMM must not */
static void bad_addresses(void)
{
	static const struct {
		uint64_t base;
		const char *name;
	} bad[] = {
		{ 0, "not mapped: over RAM" },
		{ BAR_WINDOW, "not mapped: over BARs" },
		{ ECAM_BASE, "not mapped: over ECAM" },
		{ PLATFORM_BASE & -GRANULE, "not mapped: over the platform" },
		{ 1ULL << 60, "not mapped: where no CPU reaches" },
	};
	unsigned int i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct decoder dec = { bad[i].base, GRANULE, GRANULE };
		struct function seen = {};

		uncommit_both();
		ok(commit(&fn, 0, &dec) && find_hdm(&fn) && both_gone() &&
		   find_functions(&seen) == 1, bad[i].name);
	}
	uncommit_both();
	ok(commit_both() && both_hold(), "and then good ones");
}

/* A BAR that comes where a decoder is: the memory must give way */
static void bar_over_decoder(void)
{
	uint64_t home = (uint64_t)fn.aperture;

	fn.aperture[0] = 0x1234;
	move_aperture(&fn, GPA_A);
	eq(*word(GPA_A), 0x1234, "a BAR over decoder 0 is seen");
	ok(holds(GPA_C, VDPA_1), "decoder 1 is as it was");
	move_aperture(&fn, home);
	ok(both_hold(), "and decoder 0 when it has gone again");
}

static void switches(void)
{
	enable_cxl_mem(&fn, false);
	ok(both_gone(), "Mem_Enable off: gone");
	enable_cxl_mem(&fn, true);
	ok(both_hold(), "and on: there");

	enable_decoders(&fn, false);
	ok(both_gone(), "HDM Decoder Enable off: gone");
	enable_decoders(&fn, true);
	ok(both_hold(), "and on: there");

	set_power(&fn, 3);
	ok(both_gone(), "D3hot: gone");
	set_power(&fn, 0);
	ok(both_hold(), "D0: there");

	function_level_reset(&fn);
	eq(*(volatile uint32_t *)fn.component, 0xffffffff, "FLR: BARs are off");
	ok(both_hold(), "but decoders and content are kept");
	place_bars(&fn);
	ok(committed(&fn, 0) && committed(&fn, 1), "and committed");
}

/*
 * Races of two vCPUs.
 */
static volatile bool enough;
static volatile uint64_t seen_right, seen_ones, seen_wrong;

/* Memory that comes and goes is there or not, and never anything else */
static void watch(void)
{
	unsigned int i;

	while (!enough) {
		for (i = 0; i < NR_OFFSETS; i++) {
			uint64_t value = *word(GPA_C + offsets[i]);

			if (value == pattern(VDPA_1 + offsets[i]))
				seen_right++;
			else if (value == ALL_ONES)
				seen_ones++;
			else
				seen_wrong++;
		}
	}
}

static void come_and_go(void)
{
	unsigned int i;

	other_start(watch);
	for (i = 0; i < ROUNDS; i++) {
		enable_cxl_mem(&fn, false);
		enable_cxl_mem(&fn, true);
		enable_decoders(&fn, false);
		enable_decoders(&fn, true);
		uncommit(&fn, 1);
		commit(&fn, 1, &at_c);
	}
	enough = true;
	other_wait();
	eq(seen_wrong, 0, "race: it is there or not");
	ok(seen_right && seen_ones, "race: both were seen");
	ok(both_hold(), "race: there in the end");
}

static void commit_at_b(void)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		commit(&fn, 1, &at_b);
		uncommit(&fn, 1);
	}
}

static void commit_at_c(void)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		commit(&fn, 1, &at_c);
		uncommit(&fn, 1);
	}
}

/* Of two that commit and uncommit the same decoder, nothing must stay behind */
static void commit_at_once(void)
{
	other_start(commit_at_b);
	commit_at_c();
	other_wait();
	ok(gone(GPA_B) && gone(GPA_C), "race of commits: nothing stays");
	ok(commit(&fn, 1, &at_c) && both_hold(), "race of commits: good after");
}

/*
 * Streaming: each vCPU writes and reads its decoder's memory, again and again,
 * and nothing else.
 */
static volatile uint64_t stream_wrong, stream_mib;

static void stream_piece(uint64_t gpa, uint64_t value)
{
	bool wrong = false;
	uint64_t at;

	for (at = gpa; at < gpa + MIB; at += 8)
		*word(at) = value + at;
	for (at = gpa; at < gpa + MIB && !wrong; at += 8)
		wrong = *word(at) != value + at;
	__atomic_add_fetch(&stream_wrong, wrong, __ATOMIC_RELAXED);
	__atomic_add_fetch(&stream_mib, 1, __ATOMIC_RELAXED);
}

/* How much of a decoder's memory they stream over */
static uint64_t stream_size(void)
{
	return info->short_run ? GRANULE / 8 : GRANULE;
}

/* Once over all of that at least; where it is gone that would take for ever */
static void stream(uint64_t gpa, uint64_t seconds)
{
	uint64_t end = rdtsc() + seconds * info->tsc_khz * 1000;
	uint64_t n, size = stream_size();

	for (n = 0; n < size / MIB || rdtsc() < end; n++) {
		if (stream_wrong)
			break;
		stream_piece(gpa + n * MIB % size, n);
	}
}

static void touch_c(void)
{
	stream(GPA_C, 0);
}

static void stream_c(void)
{
	stream(GPA_C, info->stream_seconds);
}

static void stream_both(void)
{
	other_start(touch_c);
	stream(GPA_A, 0);
	other_wait();

	note("streaming");
	outb(PORT_STREAMING, 1);
	other_start(stream_c);
	stream(GPA_A, info->stream_seconds);
	other_wait();
	outb(PORT_STREAMING, 0);

	eq(stream_wrong, 0, "streaming: memory keeps what it is given");
	ok(stream_mib >= 4 * stream_size() / MIB,
	   "streaming: over all of it, twice or more");
	put("# streamed MiB: ");
	put_number(stream_mib);
	put("\n");
	ok(shows(GPA_A, VDPA_0) && shows(GPA_C, VDPA_1),
	   "streaming: both show their vDPA");
}

static void resets(void)
{
	ok(cxl_reset(&fn, false), "CXL reset");
	ok(!committed(&fn, 0) && !committed(&fn, 1) && both_gone(),
	   "its decoders are reset, their memory gone");
	ok(commit_both() && both_hold(), "committed again: the content is kept");

	ok(cxl_reset(&fn, true), "CXL reset with memory clear");
	ok(both_gone(), "gone");
	ok(commit_both(), "committed again");
	ok(reads_zero(GPA_A), "decoder 0: zeroes");
	ok(reads_zero(GPA_C), "decoder 1: zeroes");
	ok(shows(GPA_A, VDPA_0) && shows(GPA_C, VDPA_1), "both work");

	uncommit_both();
	ok(commit_and_lock(&fn, 0, &at_a) && commit(&fn, 1, &at_c),
	   "decoder 0: locked");
	ok(cxl_reset(&fn, false) && holds(GPA_A, VDPA_0) && gone(GPA_C),
	   "a CXL reset takes the unlocked one alone");

	outb(PORT_BUS_RESET, 0);
	ok(both_gone(), "bus reset: the locked one is gone as well");
	place_bars(&fn);
	ok(!committed(&fn, 0) && !committed(&fn, 1), "bus reset: uncommitted");
	enable_cxl_mem(&fn, true);
	enable_decoders(&fn, true);
	ok(commit_both() && both_hold(), "bus reset: the content is kept");
}

static const struct {
	work_fn *work;
	bool in_short_run;
} steps[] = {
	{ enumerate, true },
	{ cdat, false },
	{ commit_two, true },
	{ remap, true },
	{ bad_commits, false },
	{ bad_addresses, false },
	{ bar_over_decoder, false },
	{ switches, false },
	{ come_and_go, false },
	{ commit_at_once, false },
	{ stream_both, true },
	{ resets, false },
};

/* Both vCPUs start here, the first instruction of the image */
__attribute__((section(".text.main")))
noreturn void main(unsigned int cpu, const struct boot_info *boot)
{
	unsigned int i;

	if (cpu)
		other_main();
	info = boot;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].in_short_run || !info->short_run)
			steps[i].work();
	}
	finish();
}
