// SPDX-License-Identifier: GPL-2.0-only
/* Component registers, CXL.cache and CXL.mem part: CXL r3.1, 8.2.4. */
#include "conformance.h"
#include "fields.h"

static const struct field header[] = {
	{ 0x00, 15, 0, RO, 1, "8.2.4.1 CXL_Capability_ID" },
	{ 0x00, 19, 16, RO, 1, "8.2.4.1 CXL_Capability_Version" },
	{ 0x00, 23, 20, RO, 1, "8.2.4.1 CXL_Cache_Mem_Version" },
	{ 0x00, 31, 24, RO, ANY, "8.2.4.1 Array_Size" },
};

const struct structure cm_header = {
	"CXL 8.2.4.1 capability header", 4, ARRAY_SIZE(header), header
};

/* One for each capability, behind the header */
static const struct field pointer[] = {
	{ 0x00, 15, 0, RO, ANY, "8.2.4 Capability ID" },
	{ 0x00, 19, 16, RO, ANY, "8.2.4 Capability Version" },
	{ 0x00, 31, 20, RO, ANY, "8.2.4 Capability Pointer" },
};

const struct structure cm_pointer = {
	"CXL 8.2.4 capability array", 4, ARRAY_SIZE(pointer), pointer
};

static const struct field ras[] = {
	{ 0x00, 11, 0, RW1CS, 0, "8.2.4.17.1 Cache, memory, reinit, encoding Status" },
	{ 0x00, 16, 14, RW1CS, 0, "8.2.4.17.1 Poison, internal, IDE Status" },
	{ 0x04, 11, 0, RWS, 0xfff, "8.2.4.17.2 Cache, memory, reinit, encoding Mask" },
	{ 0x04, 16, 14, RWS, 7, "8.2.4.17.2 Poison, internal, IDE Mask" },
	{ 0x08, 11, 0, RWS, 0xfff, "8.2.4.17.3 Cache, memory, reinit, encoding Severity" },
	{ 0x08, 16, 14, RWS, 7, "8.2.4.17.3 Poison, internal, IDE Severity" },
	{ 0x0c, 6, 0, RW1CS, 0, "8.2.4.17.4 Correctable Error Status" },
	{ 0x10, 6, 0, RWS, 0x7f, "8.2.4.17.5 Correctable Error Mask" },
	{ 0x14, 5, 0, RO, 0, "8.2.4.17.6 First_Error_Pointer" },
	{ 0x14, 9, 9, RO, 0, "8.2.4.17.6 Multiple_Header_Recording_Capability" },
	{ 0x14, 13, 13, RO, 1, "8.2.4.17.6 Poison_Enabled" },
	{ 0x18, 511, 0, RO, 0, "8.2.4.17.7 Header Log" },
};

const struct structure cxl_ras = {
	"CXL 8.2.4.17 RAS capability", 0x58, ARRAY_SIZE(ras), ras
};

/* The physical link is the parent's: a partition can look, at most */
static const struct field link[] = {
	{ 0x00, 0x38 * 8 - 1, 0, RO, ANY, "8.2.4.19 Link registers" },
};

const struct structure cxl_link = {
	"CXL 8.2.4.19 Link capability", 0x38, ARRAY_SIZE(link), link
};

static const struct field hdm[] = {
	{ 0x00, 3, 0, RO, ANY, "8.2.4.20.1 Decoder Count" },
	{ 0x00, 7, 4, RO, 0, "8.2.4.20.1 Target Count: none in a device" },
	{ 0x00, 9, 8, RO, ANY, "8.2.4.20.1 A11to8, A14to12 Interleave Capable" },
	{ 0x00, 10, 10, RO, ANY, "8.2.4.20.1 Poison on Decode Error Capable" },
	{ 0x00, 12, 11, RO, ANY, "8.2.4.20.1 3, 6, 12 and 16 Way Interleave Capable" },
	{ 0x00, 22, 13, RO, ANY, "8.2.4.20.1 UIO, NXM, Supported Coherency Models" },
	{ 0x04, 0, 0, RW, 0, "8.2.4.20.2 Poison on Decode Error Enable" },
	{ 0x04, 1, 1, RW, 0, "8.2.4.20.2 HDM Decoder Enable" },
};

const struct structure hdm_header = {
	"CXL 8.2.4.20 HDM decoder capability", 0x10, ARRAY_SIZE(hdm), hdm
};

/*
 * One decoder; offsets as if the first began at 0. RWL is read-only while
 * COMMITTED is set, and for good once it was set with LOCK_ON_COMMIT.
 */
static const struct field decoder[] = {
	{ 0x00, 31, 28, RWL, 0, "8.2.4.20.3 Memory Base Low" },
	{ 0x04, 31, 0, RWL, 0, "8.2.4.20.4 Memory Base High" },
	{ 0x08, 31, 28, RWL, 0, "8.2.4.20.5 Memory Size Low" },
	{ 0x0c, 31, 0, RWL, 0, "8.2.4.20.6 Memory Size High" },
	{ 0x10, 3, 0, RWL, 0, "8.2.4.20.7 Interleave Granularity" },
	{ 0x10, 7, 4, RWL, 0, "8.2.4.20.7 Interleave Ways" },
	{ 0x10, 8, 8, RWL, 0, "8.2.4.20.7 Lock on Commit" },
	{ 0x10, 9, 9, RWL, 0, "8.2.4.20.7 Commit" },
	{ 0x10, 10, 10, RO, 0, "8.2.4.20.7 Committed" },
	{ 0x10, 11, 11, RO, 0, "8.2.4.20.7 Error Not Committed" },
	{ 0x10, 12, 12, RWL, 0, "8.2.4.20.7 Target Range Type" },
	{ 0x14, 31, 28, RWL, 0, "8.2.4.20.9 DPA Skip Low" },
	{ 0x18, 31, 0, RWL, 0, "8.2.4.20.11 DPA Skip High" },
};

const struct structure hdm_decoder = {
	"CXL 8.2.4.20.3 HDM decoders", 0x20, ARRAY_SIZE(decoder), decoder
};
