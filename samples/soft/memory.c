// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device memory in host RAM. It is taken on first touch, 2 MiB at a time where
 * the host has that in one piece, else page by page, and kept until the
 * module goes. No lock: whoever is first to put pages into a place has won.
 *
 * A guest decides what is touched, so it must not be able to use up the host's
 * memory: some is left alone, and no process is killed to find more.
 */
#include <linux/atomic.h>
#include <linux/gfp.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>

#include "soft.h"

#define PIECE_ORDER	get_order(SZ_2M)
#define PIECE_PAGES	(SZ_2M / PAGE_SIZE)

/* The part of its memory that stays with the host: 1/16 */
#define HOST_SHARE	16

/* As hard as it gets without the OOM killer, which would not find us */
#define GFP_PAGES	(GFP_KERNEL | __GFP_ZERO | __GFP_RETRY_MAYFAIL | \
			 __GFP_NOWARN)

/**
 * struct soft_piece - 2 MiB of device memory
 * @pages: all of it in one block; or, with bit 0 set, an array of its pages,
 *	each NULL until it is touched; or 0
 */
struct soft_piece {
	unsigned long pages;
};

#define PIECE_SMALL	1UL

/**
 * soft_memory_init - set up memory, without taking any
 * @mem: to set up
 * @size: bytes, a multiple of 2 MiB
 * @node: NUMA node to take it from
 *
 * Return: 0 or -ENOMEM
 */
int soft_memory_init(struct soft_memory *mem, u64 size, int node)
{
	mem->size = size;
	mem->node = node;
	mem->pieces = kvzalloc_objs(*mem->pieces, size / SZ_2M);
	return mem->pieces ? 0 : -ENOMEM;
}

static struct page **small_pages(unsigned long pages)
{
	return (struct page **)(pages & ~PIECE_SMALL);
}

static void free_small(struct page **small)
{
	unsigned int i;

	for (i = 0; i < PIECE_PAGES; i++) {
		if (small[i])
			__free_page(small[i]);
	}
	kvfree(small);
}

static bool host_can_spare(void)
{
	return si_mem_available() > totalram_pages() / HOST_SHARE;
}

/* A new piece, in one block if the host has one */
static unsigned long new_piece(int node)
{
	struct page *block, **small;

	if (!host_can_spare())
		return 0;
	block = alloc_pages_node(node, GFP_KERNEL | __GFP_ZERO | __GFP_COMP |
				 __GFP_NOWARN | __GFP_NORETRY, PIECE_ORDER);
	if (block)
		return (unsigned long)block;
	small = kvzalloc_objs(*small, PIECE_PAGES, GFP_PAGES);
	return small ? (unsigned long)small | PIECE_SMALL : 0;
}

static void free_piece(unsigned long pages)
{
	if (pages & PIECE_SMALL)
		free_small(small_pages(pages));
	else if (pages)
		__free_pages((struct page *)pages, PIECE_ORDER);
}

static unsigned long get_piece(struct soft_piece *piece, int node)
{
	unsigned long pages = READ_ONCE(piece->pages), other;

	if (pages)
		return pages;
	pages = new_piece(node);
	if (!pages)
		return 0;
	/* Orders the zeroes in the pages before the pointer to them */
	other = cmpxchg(&piece->pages, 0, pages);
	if (!other)
		return pages;
	free_piece(pages);
	return other;
}

static struct page *get_small_page(struct page **slot, int node)
{
	struct page *page = READ_ONCE(*slot), *other;

	if (page)
		return page;
	if (!host_can_spare())
		return NULL;
	page = alloc_pages_node(node, GFP_PAGES, 0);
	if (!page)
		return NULL;
	other = cmpxchg(slot, NULL, page);
	if (!other)
		return page;
	__free_page(page);
	return other;
}

/**
 * soft_memory_exit - give all of it back
 * @mem: nobody uses it any more
 */
void soft_memory_exit(struct soft_memory *mem)
{
	u64 i;

	for (i = 0; i < mem->size / SZ_2M; i++)
		free_piece(mem->pieces[i].pages);
	kvfree(mem->pieces);
}

/**
 * soft_memory_next_populated - where there is a page
 * @mem: the memory
 * @dpa: first address to look at
 * @end: behind the last, inside the memory
 *
 * Return: the first page from @dpa on, or @end when none was ever touched
 */
u64 soft_memory_next_populated(const struct soft_memory *mem, u64 dpa, u64 end)
{
	while (dpa < end) {
		unsigned long pages = READ_ONCE(mem->pieces[dpa / SZ_2M].pages);
		u64 next = round_down(dpa, SZ_2M) + SZ_2M;

		if (pages & PIECE_SMALL) {
			if (READ_ONCE(small_pages(pages)[dpa % SZ_2M / PAGE_SIZE]))
				return dpa;
			next = dpa + PAGE_SIZE;
		} else if (pages) {
			return dpa;
		}
		dpa = min(next, end);
	}
	return end;
}

/**
 * soft_memory_cost - what a first touch has to make
 * @mem: the memory
 * @dpa: address, inside the memory
 *
 * Return: bytes of zeroes, 0 where there is memory
 */
size_t soft_memory_cost(const struct soft_memory *mem, u64 dpa)
{
	unsigned long pages;

	dpa = array_index_nospec(dpa, mem->size);
	pages = READ_ONCE(mem->pieces[dpa / SZ_2M].pages);
	if (!pages)
		return SZ_2M;
	if (!(pages & PIECE_SMALL) ||
	    READ_ONCE(small_pages(pages)[dpa % SZ_2M / PAGE_SIZE]))
		return 0;
	return PAGE_SIZE;
}

/**
 * soft_memory_get_pfn - the page that holds a byte of device memory
 * @mem: the memory
 * @dpa: address of the byte
 * @max_order: largest order of use to the caller
 * @pfn: the page frame
 * @order: of the block around it
 *
 * Return: 0, -EIO for an address past the end, -ENOMEM
 */
int soft_memory_get_pfn(struct soft_memory *mem, u64 dpa,
			unsigned int max_order, unsigned long *pfn,
			unsigned int *order)
{
	unsigned int index = dpa % SZ_2M / PAGE_SIZE;
	unsigned long pages;
	struct page *page;

	if (dpa >= mem->size)
		return -EIO;
	pages = get_piece(&mem->pieces[array_index_nospec(dpa / SZ_2M,
							  mem->size / SZ_2M)],
			  mem->node);
	if (!pages)
		return -ENOMEM;

	if (!(pages & PIECE_SMALL)) {
		*pfn = page_to_pfn((struct page *)pages) + index;
		*order = min_t(unsigned int, max_order, PIECE_ORDER);
		return 0;
	}

	page = get_small_page(&small_pages(pages)[index], mem->node);
	if (!page)
		return -ENOMEM;
	*pfn = page_to_pfn(page);
	*order = 0;
	return 0;
}
