// SPDX-License-Identifier: GPL-2.0-only
/*
 * Data Object Exchange (PCIe r6.0 6.30, 7.9.24): a mailbox in configuration
 * space. The guest writes a request dword by dword and says go; the response
 * is there at once, to be read dword by dword. Objects: discovery, and CDAT by
 * table access (CXL r3.1 8.1.11).
 *
 * The rules for what does not fit: a request with another length than its
 * header says is silently discarded; one to which there is no response sets
 * DOE Error, until the guest aborts.
 */
#include <linux/array_size.h>
#include <linux/bitfield.h>
#include <linux/minmax.h>
#include <linux/nospec.h>
#include <linux/pci_ids.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "cxl_regs.h"
#include "regs.h"

#define DOE(reg)	(MCXL_CFG_DOE + (reg))

/* Both headers; every payload that we know starts behind them */
#define HEADERS		2

/* The one object that every mailbox knows (PCIe r6.0 6.30.1.1) */
#define PCI_DOE_TYPE_DISCOVERY	0

/* A length of 0 stands for the longest object */
#define MAX_LENGTH	BIT(18)

static u32 *status(struct mcxl_function *fn)
{
	return &fn->config[DOE(PCI_DOE_STATUS) / 4];
}

/* Show the response from @pos on */
static void present(struct mcxl_function *fn, unsigned int pos)
{
	struct mcxl_doe *doe = &fn->doe;
	bool ready = pos < doe->nr_response;

	doe->pos = pos;
	FIELD_MODIFY(PCI_DOE_STATUS_DATA_OBJECT_READY, status(fn), ready);
	pos = array_index_nospec(pos, ARRAY_SIZE(doe->response));
	fn->config[DOE(PCI_DOE_READ) / 4] = ready ? doe->response[pos] : 0;
}

/**
 * mcxl_doe_abort - forget the exchange that is under way, and errors
 * @fn: the function
 */
void mcxl_doe_abort(struct mcxl_function *fn)
{
	memset(&fn->doe, 0, sizeof(fn->doe));
	*status(fn) = 0;
	present(fn, 0);
}

static void fail(struct mcxl_function *fn)
{
	mcxl_doe_abort(fn);
	*status(fn) = PCI_DOE_STATUS_ERROR;
}

/**
 * struct object - a type of data object
 * @vendor: that defines it
 * @type: its number there
 * @respond: fills in the payload of the response to the one dword of payload
 *	of @request, and returns its length in dwords; 0: there is none
 */
struct object {
	u16 vendor;
	u8 type;
	unsigned int (*respond)(const struct mcxl_function *fn, u32 request,
				u32 *response);
};

static unsigned int discover(const struct mcxl_function *fn, u32 request,
			     u32 *response);

static unsigned int access_table(const struct mcxl_function *fn, u32 request,
				 u32 *response)
{
	unsigned int handle = FIELD_GET(CXL_DOE_TABLE_ACCESS_ENTRY_HANDLE,
					request);
	unsigned int len, next = handle + 1;

	if (FIELD_GET(CXL_DOE_TABLE_ACCESS_REQ_CODE, request) !=
	    CXL_DOE_TABLE_ACCESS_REQ_CODE_READ ||
	    FIELD_GET(CXL_DOE_TABLE_ACCESS_TABLE_TYPE, request) !=
	    CXL_DOE_TABLE_ACCESS_TABLE_TYPE_CDATA)
		return 0;

	len = mcxl_cdat_read(fn, handle, response + 1);
	if (!len)
		return 0;
	if (handle == mcxl_cdat_last(fn))
		next = CXL_DOE_TABLE_ACCESS_LAST_ENTRY;
	response[0] = FIELD_PREP(CXL_DOE_TABLE_ACCESS_ENTRY_HANDLE, next);
	return len + 1;
}

static const struct object objects[] = {
	{ PCI_VENDOR_ID_PCI_SIG, PCI_DOE_TYPE_DISCOVERY, discover },
	{ PCI_VENDOR_ID_CXL, CXL_DOE_PROTOCOL_TABLE_ACCESS, access_table },
};

static unsigned int discover(const struct mcxl_function *fn, u32 request,
			     u32 *response)
{
	unsigned int i = FIELD_GET(PCI_DOE_DATA_OBJECT_DISC_REQ_3_INDEX,
				   request);

	if (i >= ARRAY_SIZE(objects)) {
		*response = FIELD_PREP(PCI_DOE_DATA_OBJECT_DISC_RSP_3_VID,
				       0xffff);
		return 1;
	}
	i = array_index_nospec(i, ARRAY_SIZE(objects));
	*response = FIELD_PREP(PCI_DOE_DATA_OBJECT_DISC_RSP_3_VID,
			       objects[i].vendor) |
		    FIELD_PREP(PCI_DOE_DATA_OBJECT_DISC_RSP_3_TYPE,
			       objects[i].type) |
		    FIELD_PREP(PCI_DOE_DATA_OBJECT_DISC_RSP_3_NEXT_INDEX,
			       i + 1 < ARRAY_SIZE(objects) ? i + 1 : 0);
	return 1;
}

static const struct object *find_object(u32 header)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(objects); i++) {
		if (objects[i].vendor ==
		    FIELD_GET(PCI_DOE_DATA_OBJECT_HEADER_1_VID, header) &&
		    objects[i].type ==
		    FIELD_GET(PCI_DOE_DATA_OBJECT_HEADER_1_TYPE, header))
			return &objects[i];
	}
	return NULL;
}

static bool length_is_right(const struct mcxl_doe *doe)
{
	u32 length;

	if (doe->nr_request < HEADERS)
		return false;
	length = FIELD_GET(PCI_DOE_DATA_OBJECT_HEADER_2_LENGTH,
			   doe->request[1]);
	return doe->nr_request == (length ?: MAX_LENGTH);
}

/* The whole request is there */
static void go(struct mcxl_function *fn)
{
	struct mcxl_doe *doe = &fn->doe;
	const struct object *object;
	unsigned int nr = 0;

	/* An error stays; and there is no room for a second response */
	if (*status(fn)) {
		fail(fn);
		return;
	}
	if (!length_is_right(doe)) {
		mcxl_doe_abort(fn);
		return;
	}

	object = find_object(doe->request[0]);
	if (object && doe->nr_request == HEADERS + 1)
		nr = object->respond(fn, doe->request[HEADERS],
				     doe->response + HEADERS);
	if (!nr) {
		fail(fn);
		return;
	}

	doe->nr_request = 0;
	doe->nr_response = HEADERS + nr;
	doe->response[0] = doe->request[0] &
			   (PCI_DOE_DATA_OBJECT_HEADER_1_VID |
			    PCI_DOE_DATA_OBJECT_HEADER_1_TYPE);
	doe->response[1] = doe->nr_response;
	present(fn, 0);
}

static u32 doe_ctrl_written(struct mcxl_function *fn,
			    const struct mcxl_write *w)
{
	if (w->fired & PCI_DOE_CTRL_ABORT)
		mcxl_doe_abort(fn);
	else if (w->fired & PCI_DOE_CTRL_GO)
		go(fn);
	return 0;
}

/*
 * The mailboxes move whole dwords. A write of less has no meaning there, and
 * none is given to it.
 */
static u32 doe_write_written(struct mcxl_function *fn,
			     const struct mcxl_write *w)
{
	struct mcxl_doe *doe = &fn->doe;
	unsigned int n = doe->nr_request;

	if (w->bytes != ~0U || *status(fn) & PCI_DOE_STATUS_ERROR)
		return 0;
	if (n < ARRAY_SIZE(doe->request)) {
		n = array_index_nospec(n, ARRAY_SIZE(doe->request));
		doe->request[n] = w->fired;
	}
	/* Longer than any object: never right, however much is to come */
	doe->nr_request = min(doe->nr_request + 1, MAX_LENGTH + 1);
	return 0;
}

static u32 doe_read_written(struct mcxl_function *fn,
			    const struct mcxl_write *w)
{
	if (w->bytes == ~0U && fn->doe.pos < fn->doe.nr_response)
		present(fn, fn->doe.pos + 1);
	return 0;
}

static const struct mcxl_reg doe_regs[] = {
	{
		.offset = DOE(0),
		.init = EXT_CAP(PCI_EXT_CAP_ID_DOE, 1, 0),
	}, {
		.offset = DOE(PCI_DOE_CTRL),
		.trigger = PCI_DOE_CTRL_ABORT | PCI_DOE_CTRL_GO,
		.written = doe_ctrl_written,
	}, {
		.offset = DOE(PCI_DOE_WRITE),
		.trigger = ~0U,
		.written = doe_write_written,
	}, {
		.offset = DOE(PCI_DOE_READ),
		.written = doe_read_written,
	},
};

/* Resets end the exchange, see mcxl_function_reset() */
const struct mcxl_bank mcxl_doe_bank = {
	.space = MCXL_SPACE_CONFIG,
	.nr = ARRAY_SIZE(doe_regs),
	.regs = doe_regs,
};
