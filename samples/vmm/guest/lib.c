// SPDX-License-Identifier: GPL-2.0-only
/* Console, results, the second vCPU; and what gcc expects to be there. */
#include <stddef.h>

#include "guest.h"

static unsigned int count, failed;
static work_fn *volatile other;

void put(const char *text)
{
	while (*text)
		outb(PORT_CONSOLE, *text++);
}

void put_number(uint64_t value)
{
	char digits[17], *p = digits + 16;

	*p = 0;
	do {
		*--p = "0123456789abcdef"[value % 16];
		value /= 16;
	} while (value);
	put("0x");
	put(p);
}

void note(const char *text)
{
	put("# ");
	put(text);
	put("\n");
}

static void put_decimal(unsigned int value)
{
	if (value >= 10)
		put_decimal(value / 10);
	outb(PORT_CONSOLE, '0' + value % 10);
}

void ok(bool good, const char *name)
{
	count++;
	failed += !good;
	put(good ? "ok " : "not ok ");
	put_decimal(count);
	put(" guest: ");
	put(name);
	put("\n");
}

void eq(uint64_t got, uint64_t want, const char *name)
{
	ok(got == want, name);
	if (got == want)
		return;
	put("# got ");
	put_number(got);
	put(", wanted ");
	put_number(want);
	put("\n");
}

void finish(void)
{
	put("1..");
	put_decimal(count);
	put("\n");
	outb(PORT_EXIT, !!failed);
	for (;;)
		asm volatile("hlt");
}

void other_start(work_fn *work)
{
	other = work;
}

void other_wait(void)
{
	while (other)
		asm volatile("pause");
}

void other_main(void)
{
	for (;;) {
		if (other) {
			other();
			other = NULL;
		}
		asm volatile("pause");
	}
}

void *memset(void *to, int value, size_t len)
{
	void *p = to;

	asm volatile("rep stosb" : "+D"(p), "+c"(len) : "a"(value) : "memory");
	return to;
}

void *memcpy(void *to, const void *from, size_t len)
{
	void *p = to;

	asm volatile("rep movsb" : "+D"(p), "+S"(from), "+c"(len) :: "memory");
	return to;
}
