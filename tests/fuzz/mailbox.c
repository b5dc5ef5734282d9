// SPDX-License-Identifier: GPL-2.0-only
/* The DOE mailbox as it must be (PCIe r6.0 6.30, CXL r3.1 8.1.11) */
#include <linux/string.h>

#include "oracle.h"

#define STATUS		0x0c
#define READ_MAILBOX	0x14
#define ERROR		BIT(2)
#define READY		BIT(31)
#define CTRL_ABORT	BIT(0)
#define CTRL_GO		BIT(31)

#define DISCOVERY	0x00000001
#define CDAT		0x00021e98

static void update(struct oracle *o)
{
	struct mailbox *m = &o->doe;

	*anchored(o, DOE, STATUS) = (m->error ? ERROR : 0) |
				    (m->pos < m->response ? READY : 0);
}

void mailbox_abort(struct oracle *o)
{
	o->doe = (struct mailbox) {};
	update(o);
}

static void fail(struct oracle *o)
{
	o->doe = (struct mailbox) { .error = true };
	update(o);
}

/* Structures of the CDAT: a region for each decoder, and what is known of it */
static unsigned int nr_structures(const struct oracle *o)
{
	const struct mdev_cxl_perf *p = &o->desc.perf;
	u64 regions = o->desc.size >> 28;

	if (regions > o->desc.decoders)
		regions = o->desc.decoders;
	return regions * (1 + !!p->read_latency + !!p->write_latency +
			  !!p->read_bandwidth + !!p->write_bandwidth);
}

/* Dwords of the response, 0: there is none */
static unsigned int answer(const struct oracle *o)
{
	const u32 *request = o->doe.request;

	if (o->doe.nr_request != 3)
		return 0;
	if ((request[0] & 0xffffff) == DISCOVERY)
		return 3;
	if ((request[0] & 0xffffff) != CDAT || request[2] & 0xffff)
		return 0;
	if (!(request[2] >> 16))
		return 3 + 4;
	return request[2] >> 16 <= nr_structures(o) ? 3 + 6 : 0;
}

static void go(struct oracle *o)
{
	struct mailbox *m = &o->doe;
	u32 length = m->request[1] & 0x3ffff;
	unsigned int nr;

	if (m->error || m->pos < m->response) {
		fail(o);
		return;
	}
	if (m->nr_request < 2 || m->nr_request != (length ? length : 0x40000)) {
		mailbox_abort(o);
		return;
	}
	nr = answer(o);
	if (!nr) {
		fail(o);
		return;
	}
	memcpy(m->asked, m->request, sizeof(m->asked));
	m->nr_request = 0;
	m->response = nr;
	m->pos = 0;
	update(o);
}

u32 mailbox_ctrl(struct oracle *o, u32 at, u32 old, u32 ones, u32 bytes)
{
	if (ones & CTRL_ABORT)
		mailbox_abort(o);
	else if (ones & CTRL_GO)
		go(o);
	return 0;
}

u32 mailbox_write(struct oracle *o, u32 at, u32 old, u32 ones, u32 bytes)
{
	struct mailbox *m = &o->doe;

	if (bytes != ~0U || m->error)
		return 0;
	if (m->nr_request < 3)
		m->request[m->nr_request] = ones;
	m->nr_request++;
	return 0;
}

u32 mailbox_read(struct oracle *o, u32 at, u32 old, u32 ones, u32 bytes)
{
	struct mailbox *m = &o->doe;

	if (bytes == ~0U && m->pos < m->response)
		m->pos++;
	update(o);
	return 0;
}

static void check_memory_structure(const struct oracle *o, const u32 *dword)
{
	u64 start = (u64)dword[3] << 32 | dword[2];
	u64 len = (u64)dword[5] << 32 | dword[4];

	if (!len || start % MDEV_CXL_GRANULE || len % MDEV_CXL_GRANULE ||
	    start >= o->desc.size || len > o->desc.size - start)
		oracle_fail("CDAT: memory %#llx + %#llx is not of the partition",
			    start, len);
}

/* What a guest reads of a response; the first dword is at @pos */
static void check_response(const struct oracle *o, const u32 *response)
{
	const struct mailbox *m = &o->doe;
	u32 handle = m->asked[2] >> 16, last = nr_structures(o);

	if (response[0] != (m->asked[0] & 0xffffff))
		oracle_fail("DOE: response of %#x to %#x", response[0],
			    m->asked[0]);
	if (response[1] != m->response)
		oracle_fail("DOE: response of %u dwords says %#x", m->response,
			    response[1]);
	if (response[0] == DISCOVERY)
		return;
	if (response[2] != (handle == last ? 0xffff : handle + 1) << 16)
		oracle_fail("CDAT: handle %u is followed by %#x", handle,
			    response[2]);
	if (handle && response[3] == 24 << 16)
		check_memory_structure(o, response + 3);
	else if (handle && response[3] != (24 << 16 | 1))
		oracle_fail("CDAT: structure %#x", response[3]);
	else if (!handle && response[3] != 16 + 24 * last)
		oracle_fail("CDAT: %u bytes in %u structures", response[3],
			    last);
}

void mailbox_check(const struct oracle *o, const struct mcxl_function *fn)
{
	const struct mailbox *m = &o->doe;
	const struct mcxl_doe *doe = &fn->doe;
	u32 shown;

	if (doe->nr_response > MCXL_DOE_MAX_RESPONSE ||
	    doe->nr_response != m->response)
		oracle_fail("DOE: %u dwords of response, wanted %u",
			    doe->nr_response, m->response);
	if (m->response)
		check_response(o, doe->response);
	mcxl_function_read(fn, MCXL_SPACE_CONFIG, o->anchor[DOE] + READ_MAILBOX,
			   &shown, sizeof(shown));
	if (shown != (m->pos < m->response ? doe->response[m->pos] : 0))
		oracle_fail("DOE: dword %u of the response is %#x", m->pos,
			    shown);
}
