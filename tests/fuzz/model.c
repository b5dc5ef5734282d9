// SPDX-License-Identifier: GPL-2.0-only
/*
 * The function model under libFuzzer. An input is a list of operations of 8
 * bytes each; the first says what function to make. After each of them the
 * function must be what the oracle says, bit by bit.
 *
 * Environment:
 *   FUZZ_PRINT=1        print the operations as they are run
 *   FUZZ_ASSEMBLE=TO    make the input TO of operations in that form, read
 *                       from the file FUZZ_FROM, and exit
 */
#include <linux/array_size.h>
#include <linux/minmax.h>
#include <linux/sizes.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "libc.h"
#include "oracle.h"

#define MAX_OPS	256

enum what {
	WRITE_CONFIG, WRITE_COMPONENT, WRITE_MSIX,
	READ_CONFIG, READ_COMPONENT, READ_MSIX,
	RESET, ERROR, NR_WHAT
};

static const char * const names[] = {
	"write-config", "write-component", "write-msix",
	"read-config", "read-component", "read-msix",
	"reset", "error", "make",
};

/**
 * struct op - one operation
 * @what: enum what; of the first: decoders
 * @size: bytes of an access; correctable errors; size of the partition
 * @offset: of an access; granule of the error; vectors
 * @value: written; uncorrectable errors; kind of reset; flags
 */
struct op {
	u8 what;
	u8 size;
	u16 offset;
	u32 value;
} __packed;

/* Flags of the first operation */
#define CACHE_CAPABLE	BIT(0)
#define PERF		2
#define TIMEOUT		6
#define SHIFT		9

/**
 * struct run - one input
 * @fn: the function
 * @oracle: what it must be
 */
struct run {
	struct mcxl_function fn;
	struct oracle oracle;
};

static bool print;

void oracle_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("oracle: ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
	fflush(NULL);
	abort();
}

static void print_op(const struct op *op, bool first)
{
	if (!print)
		return;
	printf("%-15s %#06x %u %#x\n",
	       names[first ? NR_WHAT : op->what % NR_WHAT], op->offset,
	       first ? op->what << 8 | op->size : op->size, op->value);
	fflush(NULL);
}

static void make(struct run *run, const struct op *op)
{
	static const unsigned int decoders[] = { 1, 2, 4, 6, 8, 10 };
	const struct mcxl_function_desc desc = {
		.identity = {
			.vendor = 0x1234,
			.device = 0x5678,
			.subsystem_vendor = 0x9abc,
			.subsystem_device = 0xdef0,
			.class = 0x120000,
			.revision = 0x42,
		},
		.serial = 0x1122334455667788ULL,
		.size = (1 + (u64)op->size) * MDEV_CXL_GRANULE <<
			(op->value >> SHIFT) % 24,
		.decoders = decoders[op->what % ARRAY_SIZE(decoders)],
		.nr_vectors = 1 + op->offset % MDEV_CXL_MAX_VECTORS,
		.reset_timeout = (op->value >> TIMEOUT) % 5,
		.cache_capable = op->value & CACHE_CAPABLE,
		.perf = {
			.read_latency = op->value & BIT(PERF) ? 120 : 0,
			.write_latency = op->value & BIT(PERF + 1) ? ~0U : 0,
			.read_bandwidth = op->value & BIT(PERF + 2) ? 1 : 0,
			.write_bandwidth = op->value & BIT(PERF + 3) ? ~0U : 0,
		},
	};

	if (mcxl_function_init(&run->fn, &desc))
		oracle_fail("no function of a good description");
	oracle_init(&run->oracle, &run->fn);
}

static void same(u32 is, u32 wanted, const char *what)
{
	if (is != wanted)
		oracle_fail("%s: effects %#x, wanted %#x", what, is, wanted);
}

static void reset(struct run *run, enum mcxl_reset kind)
{
	same(mcxl_function_reset(&run->fn, kind),
	     oracle_reset(&run->oracle, kind), "reset");
}

/* As the driver does, in reset.c */
static void carry_out(struct run *run, u32 effects)
{
	if (effects & MCXL_FX_FLR)
		reset(run, MCXL_RESET_FLR);
	else if (effects & MCXL_FX_CXL_RESET)
		reset(run, MCXL_RESET_CXL);
}

/* The same bytes one by one must make the same function */
static void check_split(const struct run *run, const struct mcxl_function *old,
			enum mcxl_space space, u32 offset, const u8 *buf,
			u32 count, u32 wanted)
{
	static struct mcxl_function fn;
	u32 effects = 0, i;

	if (!oracle_may_split(&run->oracle, space, offset, count))
		return;
	fn = *old;
	for (i = 0; i < count; i++)
		effects |= mcxl_function_write(&fn, space, offset + i, buf + i,
					       1);
	same(effects, wanted, "byte by byte");
	if (memcmp(&fn, &run->fn, sizeof(fn)))
		oracle_fail("%u bytes at %#x of space %u differ from one by one",
			    count, offset, space);
}

static void write(struct run *run, enum mcxl_space space, u32 offset,
		  const u8 *buf, u32 count)
{
	static struct mcxl_function old;
	struct mcxl_memory before, after;
	u32 effects, wanted;

	old = run->fn;
	mcxl_function_memory(&run->fn, &before);
	effects = mcxl_function_write(&run->fn, space, offset, buf, count);
	wanted = oracle_write(&run->oracle, space, offset, buf, count);
	same(effects & ~MCXL_FX_MEMORY, wanted, "write");
	mcxl_function_memory(&run->fn, &after);
	if (memcmp(&before, &after, sizeof(before)) &&
	    !(effects & MCXL_FX_MEMORY))
		oracle_fail("write: memory changes without the effect");
	oracle_check(&run->oracle, &run->fn);
	check_split(run, &old, space, offset, buf, count, effects);
	carry_out(run, effects);
}

/* Reads have no effect, and find the bytes that the registers are made of */
static void read(struct run *run, enum mcxl_space space, u32 offset,
		 u32 count)
{
	u8 buf[10], word[4];
	u32 i, at;

	memset(buf, 0xa5, sizeof(buf));
	mcxl_function_read(&run->fn, space, offset, buf + 1, count);
	if (buf[0] != 0xa5 || buf[count + 1] != 0xa5)
		oracle_fail("read of %u bytes fills more", count);
	for (i = 0; i < count; i++) {
		at = offset + i;
		mcxl_function_read(&run->fn, space, at & ~3U, word, 4);
		if (buf[1 + i] != word[at % 4])
			oracle_fail("byte %#x is %#x of %u, %#x of 4", at,
				    buf[1 + i], count, word[at % 4]);
		if (!oracle_word(&run->oracle, space, at & ~3U) && buf[1 + i])
			oracle_fail("byte %#x, where nothing is, is %#x", at,
				    buf[1 + i]);
	}
}

static void step(struct run *run, const struct op *op)
{
	u32 count = 1 + op->size % 8, i;
	u8 buf[8];

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = op->value >> (8 * (i % 4));

	switch (op->what % NR_WHAT) {
	case WRITE_CONFIG:
	case WRITE_COMPONENT:
	case WRITE_MSIX:
		write(run, op->what % NR_WHAT, op->offset, buf, count);
		break;
	case READ_CONFIG:
	case READ_COMPONENT:
	case READ_MSIX:
		read(run, op->what % NR_WHAT - READ_CONFIG, op->offset, count);
		break;
	case RESET:
		reset(run, op->value % 3);
		break;
	case ERROR:
		same(mcxl_function_error(&run->fn, (u64)op->offset << 28,
					 op->value, op->size),
		     oracle_error(&run->oracle, (u64)op->offset << 28,
				  op->value, op->size), "error");
		break;
	}
	oracle_check(&run->oracle, &run->fn);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static struct run run;
	size_t i, nr = min(size / sizeof(struct op), MAX_OPS);
	struct op op;

	for (i = 0; i < nr; i++) {
		memcpy(&op, data + i * sizeof(op), sizeof(op));
		print_op(&op, !i);
		if (i)
			step(&run, &op);
		else
			make(&run, &op);
	}
	return 0;
}

/* Lines as print_op() prints them; what comes behind # is a comment */
static bool parse_op(const char *line, struct op *op)
{
	size_t len = strcspn(line, " ");
	char *at = (char *)line + len;
	unsigned int i, number[3];

	for (i = 0; i < ARRAY_SIZE(number); i++)
		number[i] = strtoul(at, &at, 0);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (len != strlen(names[i]) || memcmp(line, names[i], len))
			continue;
		*op = (struct op) {
			.what = i == NR_WHAT ? number[1] >> 8 : i,
			.size = number[1],
			.offset = number[0],
			.value = number[2],
		};
		return *at == '\n';
	}
	return false;
}

static void assemble(const char *from_path, const char *to_path)
{
	struct _IO_FILE *from = fopen(from_path, "r");
	struct _IO_FILE *to = fopen(to_path, "w");
	char line[128];
	struct op op;

	if (!from || !to)
		oracle_fail("can't open %s or %s", from_path, to_path);
	while (fgets(line, sizeof(line), from)) {
		if (*line == '#' || *line == '\n')
			continue;
		if (!parse_op(line, &op))
			oracle_fail("no operation: %s", line);
		fwrite(&op, sizeof(op), 1, to);
	}
	if (fclose(to))
		oracle_fail("can't write %s", to_path);
	exit(0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *to = getenv("FUZZ_ASSEMBLE");

	mcxl_function_setup();
	print = getenv("FUZZ_PRINT");
	if (to)
		assemble(getenv("FUZZ_FROM"), to);
	return 0;
}

/* Mutations that know what an operation is */

static u32 state;

static u32 below(u32 n)
{
	state = state * 1664525 + 1013904223;
	return (u64)state * n >> 32;
}

static u32 some_value(void)
{
	switch (below(5)) {
	case 0:
		return 0;
	case 1:
		return ~0U;
	case 2:
		return BIT(below(32));
	case 3:
		return below(16) << 28;
	default:
		return below(~0U);
	}
}

/* A register that does something; where there is none, any */
static struct op some_access(void)
{
	static struct oracle *o;
	static struct run run;
	struct op op = { .size = 3, .value = some_value() };
	unsigned int n, space = below(NR_SPACES);
	const struct bits *b;

	if (!o) {
		make(&run, &(struct op) { .what = 5, .size = 15, .offset = 63 });
		o = &run.oracle;
	}
	op.what = space + (below(8) ? WRITE_CONFIG : READ_CONFIG);
	for (n = 0; n < 100; n++) {
		op.offset = 4 * below(space == MCXL_SPACE_CONFIG ? 0xa0 : 0x100);
		b = &o->bits[space * WORDS + op.offset / 4];
		if (b->rw || b->w1c || b->trigger || b->written)
			break;
	}
	if (space == MCXL_SPACE_COMPONENT)
		op.offset += 0x1000;
	if (!below(4)) {
		op.size = below(8);
		op.offset += below(4);
	}
	return op;
}

/* What goes together */
static unsigned int some_ops(struct op *ops)
{
	u32 at = 0x1210 + 0x20 * below(10), granules = 1 + below(3);

	switch (below(7)) {
	case 0:
		/* A decoder, most likely in order */
		ops[0] = (struct op) { WRITE_COMPONENT, 7, at,
				       below(16) << 28 };
		ops[1] = (struct op) { WRITE_COMPONENT, 3, at + 4, below(16) };
		ops[2] = (struct op) { WRITE_COMPONENT, 3, at + 8,
				       granules << 28 };
		ops[3] = (struct op) { WRITE_COMPONENT, 3, at + 0x10,
				       BIT(9) | (below(4) ? 0 : BIT(8)) };
		return 4;
	case 1:
		/* An exchange */
		ops[0] = (struct op) { WRITE_CONFIG, 3, 0x210, 0x00021e98 };
		ops[1] = (struct op) { WRITE_CONFIG, 3, 0x210, 3 };
		ops[2] = (struct op) { WRITE_CONFIG, 3, 0x210, below(64) << 16 };
		ops[3] = (struct op) { WRITE_CONFIG, 3, 0x208, BIT(31) };
		return 4;
	case 2:
		/* All that lets one reach the memory */
		ops[0] = (struct op) { WRITE_CONFIG, 1, 0x04, 0x6 };
		ops[1] = (struct op) { WRITE_CONFIG, 1, 0x10c, BIT(2) };
		ops[2] = (struct op) { WRITE_COMPONENT, 3, 0x1204, BIT(1) };
		return 3;
	case 3:
		ops[0] = (struct op) { RESET, .value = below(3) };
		return 1;
	case 4:
		ops[0] = (struct op) { ERROR, below(256), below(256),
				       some_value() };
		return 1;
	default:
		ops[0] = some_access();
		return 1;
	}
}

static size_t insert(u8 *data, size_t nr, size_t max)
{
	struct op ops[4];
	size_t n = some_ops(ops), at = nr ? 1 + below(nr) : 0;

	if (nr + n > max)
		return nr;
	memmove(data + (at + n) * sizeof(*ops), data + at * sizeof(*ops),
		(nr - at) * sizeof(*ops));
	memcpy(data + at * sizeof(*ops), ops, n * sizeof(*ops));
	return nr + n;
}

static size_t drop(u8 *data, size_t nr)
{
	size_t at = below(nr), n = 1 + below(min(nr - at, 4));

	memmove(data + at * sizeof(struct op), data + (at + n) * sizeof(struct op),
		(nr - at - n) * sizeof(struct op));
	return nr - n;
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max,
			       unsigned int seed)
{
	size_t nr = size / sizeof(struct op), i;

	max = min(max / sizeof(struct op), MAX_OPS);
	state = seed;
	switch (below(8)) {
	case 0:
		return LLVMFuzzerMutate(data, size, max * sizeof(struct op));
	case 1:
		if (nr > 1)
			return drop(data, nr) * sizeof(struct op);
		break;
	case 2:
	case 3:
		if (nr)
			LLVMFuzzerMutate(data + below(nr) * sizeof(struct op),
					 sizeof(struct op), sizeof(struct op));
		return size;
	}
	for (i = 1 + below(4); i; i--)
		nr = insert(data, nr, max);
	return nr * sizeof(struct op);
}
