// SPDX-License-Identifier: GPL-2.0-only
/* A model of a region, see model.h. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model.h"

void model_init(struct model *m, struct device *d, const struct window *w,
		uint32_t start, uint32_t size, const struct rules *rules)
{
	memset(m, 0, sizeof(*m));
	m->d = d;
	m->w = w;
	m->start = start;
	m->size = size;
	m->rules = rules;
}

static void set_bit(uint8_t *byte, unsigned int bit, bool on)
{
	*byte = (*byte & ~(1u << bit)) | on << bit;
}

/* The size of the BAR whose register is at @at */
static uint64_t bar_size(const struct model *m, uint32_t at)
{
	return m->d->bar[(at - 0x10) / 4].size;
}

static void add_bit(struct model *m, const struct field *f, uint32_t at,
		    unsigned int bit, bool value, bool in_bar)
{
	struct cell *c = &m->cell[at + bit / 8];
	unsigned int b = bit % 8;

	set_bit(&c->reset, b, value);
	set_bit(&c->rw, b, f->attr == RW || f->attr == RWS ||
		f->attr == RWF || in_bar);
	set_bit(&c->rwl, b, f->attr == RWL);
	set_bit(&c->rwo, b, f->attr == RWO);
	set_bit(&c->w1c, b, f->attr == RW1C || f->attr == RW1CS);
	set_bit(&c->trigger, b, f->attr == TRIG);
	set_bit(&c->live, b, f->attr == LIVE);
	set_bit(&c->sticky, b, f->attr == RWS || f->attr == RW1CS);
	set_bit(&c->link, b, f->attr == RWF);
}

static void add_field(struct model *m, const struct field *f, uint32_t at)
{
	unsigned int bit;

	for (bit = f->low; bit <= f->high; bit++) {
		bool value = f->value != ANY && bit - f->low < 64 &&
			     f->value >> (bit - f->low) & 1;
		bool in_bar = f->attr == ADDR &&
			      bar_size(m, at + f->offset) <= 1ULL << bit;

		add_bit(m, f, at + f->offset, bit, value, in_bar);
	}
}

struct place *model_add(struct model *m, const struct structure *s, uint32_t at)
{
	struct place *p = &m->place[m->nr++];
	unsigned int i;

	if (m->nr > MODEL_PLACES || at + s->length > m->size)
		errx(1, "%s at %#x: no room", s->name, at);
	*p = (struct place) { .s = s, .at = at };
	for (i = 0; i < s->nr; i++)
		add_field(m, &s->fields[i], at);
	return p;
}

uint32_t model_get(const struct model *m, uint32_t at, unsigned int size)
{
	uint32_t value = 0;

	while (size--)
		value = value << 8 | m->cell[at + size].value;
	return value;
}

void model_set(struct model *m, uint32_t at, unsigned int size, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		m->cell[at + i].value = value >> (8 * i);
}

static bool in_place(const struct place *p, uint32_t at)
{
	return at >= p->at && at < p->at + p->s->length;
}

static struct place *find_place(struct model *m, uint32_t at)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		if (in_place(&m->place[i], at))
			return &m->place[i];
	}
	return NULL;
}

/* The bits of a byte of the structure that belong to a field */
static uint8_t field_bits(const struct field *f, uint32_t byte)
{
	int low = 8 * f->offset + f->low - 8 * (int)byte;
	int high = 8 * f->offset + f->high - 8 * (int)byte;
	uint8_t bits = 0;
	int i;

	for (i = 0; i < 8; i++)
		bits |= (i >= low && i <= high) << i;
	return bits;
}

/* Whose bits are these? Is it the first time? */
static bool blame(struct model *m, uint32_t at, uint8_t bits)
{
	struct place *p = find_place(m, at);
	uint64_t was;
	unsigned int i;

	if (!p)
		return !m->bad_elsewhere++;
	was = p->bad;
	for (i = 0; i < p->s->nr; i++) {
		uint8_t own = field_bits(&p->s->fields[i], at - p->at);

		if (bits & own)
			p->bad |= 1ULL << i;
		bits &= ~own;
	}
	if (!bits || p->bad_reserved)
		return p->bad != was;
	p->bad_reserved = true;
	return true;
}

static void compare(struct model *m, uint32_t at, uint8_t got)
{
	const struct cell *c = &m->cell[at];
	uint8_t wrong = (got ^ c->value) & ~c->live;

	if (wrong && blame(m, at, wrong))
		printf("# byte %#x is %#04x, wanted %#04x\n", m->start + at,
		       got, c->value);
}

static uint32_t device_get(const struct model *m, uint32_t at, unsigned int size)
{
	return get(m->w, m->start + at, size);
}

static void check_access(struct model *m, uint32_t at, unsigned int size)
{
	uint32_t value = device_get(m, at, size);
	unsigned int i;

	for (i = 0; i < size; i++)
		compare(m, at + i, value >> (8 * i));
}

void model_check(struct model *m, uint32_t at, unsigned int size)
{
	uint32_t end = at + size;

	for (at &= ~3u; at < end && at < m->size; at += 4)
		check_access(m, at, 4);
}

void model_check_sizes(struct model *m, uint32_t at, unsigned int size)
{
	uint32_t from = at < 3 ? 0 : at - 3, end = at + size + 3;
	unsigned int len;

	for (len = 1; len <= 4; len *= 2) {
		for (at = from; at + len <= end && at + len <= m->size; at++)
			check_access(m, at, len);
	}
}

void model_check_all(struct model *m)
{
	static uint8_t all[MODEL_SIZE];
	uint32_t at;

	if (pread(m->w->fd, all, m->size, m->w->start + m->start) != (ssize_t)m->size)
		err(1, "read of %#x bytes", m->size);
	for (at = 0; at < m->size; at++)
		compare(m, at, all[at]);
}

static void take_any(struct model *m, const struct place *p)
{
	unsigned int i, byte;

	for (i = 0; i < p->s->nr; i++) {
		const struct field *f = &p->s->fields[i];

		if (f->value != ANY)
			continue;
		for (byte = f->offset + f->low / 8;
		     byte <= f->offset + f->high / 8u; byte++) {
			struct cell *c = &m->cell[p->at + byte];
			uint8_t own = field_bits(f, byte);

			c->reset &= ~own;
			c->reset |= own & device_get(m, p->at + byte, 1);
		}
	}
}

void model_start(struct model *m)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++)
		take_any(m, &m->place[i]);
	for (i = 0; i < m->size; i++)
		m->cell[i].value = m->cell[i].reset;
}

void model_reset(struct model *m, bool flr)
{
	uint32_t at;

	for (at = 0; at < m->size; at++) {
		struct cell *c = &m->cell[at];
		const struct place *p = flr ? find_place(m, at) : NULL;
		uint8_t kept = c->sticky | (flr ? c->link : 0);

		if (!flr || (p && p->flr))
			c->value = (c->value & kept) | (c->reset & ~kept);
	}
}

static void write_byte(struct model *m, uint32_t at, uint8_t value,
		       uint8_t *fired)
{
	struct cell *c = &m->cell[at];
	uint8_t rw = c->rw | (c->rwo & ~c->value);

	if (c->rwl)
		rw |= c->rwl & m->rules->writable(m, at);
	c->value = (c->value & ~rw) | (value & rw);
	c->value &= ~(value & c->w1c);
	*fired = value & c->trigger;
}

/* The bytes of one access count at once: what locks does so from the next on */
static void follow(struct model *m, uint32_t at, unsigned int size,
		   uint32_t value)
{
	uint32_t first = at & ~3u, i;
	uint8_t old[8];

	memset(m->fired, 0, sizeof(m->fired));
	for (i = 0; i < 8 && first + i < m->size; i++)
		old[i] = m->cell[first + i].value;
	for (i = 0; i < size; i++)
		write_byte(m, at + i, value >> (8 * i),
			   &m->fired[at - first + i]);
	if (m->rules->written)
		m->rules->written(m, at, size, old);
}

void model_write(struct model *m, uint32_t at, unsigned int size,
		 uint32_t value)
{
	int rc = put(m->w, m->start + at, size, value);

	if (rc)
		errx(1, "write of %u bytes at %#x: %s", size, m->start + at,
		     strerror(rc));
	m->writes++;
	follow(m, at, size, value);
}

static void prepare(struct model *m)
{
	m->disturbed = false;
	m->rules->prepare(m);
}

static void write_and_check(struct model *m, uint32_t at, unsigned int size,
			    uint32_t value)
{
	if (m->disturbed)
		prepare(m);
	model_write(m, at, size, value);
	model_check(m, at, size);
}

/* All-ones, zeroes, then each single bit */
static void sweep_access(struct model *m, uint32_t at, unsigned int size)
{
	unsigned int bit;

	write_and_check(m, at, size, ~0u);
	model_check_sizes(m, at, size);
	write_and_check(m, at, size, 0);
	model_check_sizes(m, at, size);
	for (bit = 0; bit < 8 * size; bit++)
		write_and_check(m, at, size, 1u << bit);
	if (size == 4 || !m->d->quick)
		model_check_all(m);
}

static bool touches_place(struct model *m, uint32_t at, unsigned int size)
{
	return find_place(m, at) || find_place(m, at + size - 1);
}

void model_sweep(struct model *m, uint32_t from, uint32_t to)
{
	unsigned int size;
	uint32_t at;

	prepare(m);
	for (at = from; at < to; at++) {
		for (size = 1; size <= 4; size *= 2) {
			if (at + size > m->size)
				continue;
			/* Where there is nothing, all-ones show that */
			if (!touches_place(m, at, size)) {
				if (!m->d->quick || (size == 4 && at % 4 == 0))
					write_and_check(m, at, size, ~0u);
				continue;
			}
			prepare(m);
			sweep_access(m, at, size);
		}
	}
	model_check_all(m);
}

static const char * const attribute_names[] = {
	[RO] = "RO", [RW] = "RW", [RWS] = "RWS", [RWF] = "RW, not by an FLR",
	[RWL] = "RWL", [RWO] = "RWO", [RW1C] = "RW1C", [RW1CS] = "RW1CS",
	[TRIG] = "reads 0", [LIVE] = "RO", [ADDR] = "RW by size",
};

/* The same structure in several places has one result for each field */
static void report_structure(struct model *m, unsigned int first,
			     const char *state)
{
	const struct structure *s = m->place[first].s;
	bool bad_reserved = false;
	uint64_t bad = 0;
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		if (m->place[i].s == s) {
			bad |= m->place[i].bad;
			bad_reserved |= m->place[i].bad_reserved;
		}
	}
	for (i = 0; i < s->nr; i++) {
		/* What may change at any time is not compared */
		if (s->fields[i].attr != LIVE)
			tap_ok(!(bad >> i & 1), "%s: %s is %s", state,
			       s->fields[i].name,
			       attribute_names[s->fields[i].attr]);
	}
	tap_ok(!bad_reserved, "%s: %s: reserved bits read 0", state, s->name);
}

static bool is_first_of_kind(const struct model *m, unsigned int i)
{
	unsigned int j;

	for (j = 0; j < i; j++) {
		if (m->place[j].s == m->place[i].s)
			return false;
	}
	return true;
}

void model_report(struct model *m, const char *state)
{
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		if (is_first_of_kind(m, i))
			report_structure(m, i, state);
	}
	tap_ok(!m->bad_elsewhere, "%s: all other bytes are read-only, zero",
	       state);
	printf("# %s: %llu writes\n", state, (unsigned long long)m->writes);
}
