// SPDX-License-Identifier: GPL-2.0-only
/* DVSECs of a CXL function: CXL r3.1, 8.1; their headers: PCIe r6.0, 7.9.6. */
#include "conformance.h"
#include "fields.h"

/* 8.1.3: CONFIG_LOCK locks what is RWL */
static const struct field device[] = {
	{ 0x00, 15, 0, RO, 0x23, "PCIe 7.9.6.1 Capability ID" },
	{ 0x00, 19, 16, RO, 1, "PCIe 7.9.6.1 Capability Version" },
	{ 0x00, 31, 20, RO, ANY, "PCIe 7.9.6.1 Next Capability Offset" },
	{ 0x04, 15, 0, RO, 0x1e98, "PCIe 7.9.6.2 DVSEC Vendor ID" },
	{ 0x04, 19, 16, RO, 3, "PCIe 7.9.6.2 DVSEC Revision" },
	{ 0x04, 31, 20, RO, 0x3c, "PCIe 7.9.6.2 DVSEC Length" },
	{ 0x08, 15, 0, RO, 0, "PCIe 7.9.6.3 DVSEC ID" },
	{ 0x0a, 0, 0, RO, ANY, "8.1.3.1 Cache_Capable" },
	{ 0x0a, 1, 1, RO, 1, "8.1.3.1 IO_Capable" },
	{ 0x0a, 2, 2, RO, 1, "8.1.3.1 Mem_Capable" },
	{ 0x0a, 3, 3, RO, ANY, "8.1.3.1 Mem_HwInit_Mode" },
	{ 0x0a, 5, 4, RO, 1, "8.1.3.1 HDM_Count: one range" },
	{ 0x0a, 6, 6, RO, ANY, "8.1.3.1 Cache Writeback and Invalidate Capable" },
	{ 0x0a, 7, 7, RO, 1, "8.1.3.1 CXL_Reset_Capable" },
	{ 0x0a, 10, 8, RO, ANY, "8.1.3.1 CXL_Reset_Timeout" },
	{ 0x0a, 11, 11, RO, 1, "8.1.3.1 CXL_Reset_Mem_Clr_Capable" },
	{ 0x0a, 12, 12, RO, 0, "8.1.3.1 TSP Capable" },
	{ 0x0a, 13, 13, RO, 0, "8.1.3.1 Multiple Logical Device" },
	{ 0x0a, 14, 14, RO, ANY, "8.1.3.1 Viral_Capable" },
	{ 0x0a, 15, 15, RO, ANY, "8.1.3.1 PM Init Completion Reporting Capable" },
	{ 0x0c, 0, 0, RWL, 0, "8.1.3.2 Cache_Enable" },
	{ 0x0c, 1, 1, RO, 1, "8.1.3.2 IO_Enable" },
	{ 0x0c, 2, 2, RWL, 0, "8.1.3.2 Mem_Enable" },
	{ 0x0c, 7, 3, RWL, 0, "8.1.3.2 Cache_SF_Coverage" },
	{ 0x0c, 10, 8, RWL, 0, "8.1.3.2 Cache_SF_Granularity" },
	{ 0x0c, 11, 11, RWL, 0, "8.1.3.2 Cache_Clean_Eviction" },
	{ 0x0c, 14, 14, RWL, 0, "8.1.3.2 Viral_Enable" },
	{ 0x0e, 14, 14, RW1CS, 0, "8.1.3.3 Viral_Status" },
	{ 0x10, 0, 0, RW, 0, "8.1.3.4 Disable_Caching" },
	{ 0x10, 1, 1, TRIG, 0, "8.1.3.4 Initiate Cache Write Back and Invalidation" },
	{ 0x10, 2, 2, TRIG, 0, "8.1.3.4 Initiate CXL Reset" },
	{ 0x10, 3, 3, RW, 0, "8.1.3.4 CXL Reset Mem Clr Enable" },
	{ 0x10, 4, 4, RWS, 0, "8.1.3.4 Desired Volatile HDM State after Hot Reset" },
	{ 0x10, 5, 5, RW, 0, "8.1.3.4 Modified Completion Enable" },
	{ 0x12, 0, 0, LIVE, 0, "8.1.3.5 Cache Invalid" },
	{ 0x12, 1, 1, LIVE, 0, "8.1.3.5 CXL Reset Complete" },
	{ 0x12, 2, 2, LIVE, 0, "8.1.3.5 CXL Reset Error" },
	{ 0x12, 3, 3, RW1CS, 0, "8.1.3.5 Volatile HDM Preservation Error" },
	{ 0x12, 15, 15, RO, 1, "8.1.3.5 Power Management Initialization Complete" },
	{ 0x14, 0, 0, RWO, 0, "8.1.3.6 CONFIG_LOCK" },
	{ 0x16, 3, 0, RO, ANY, "8.1.3.7 Cache Size Unit" },
	{ 0x16, 7, 7, RO, ANY, "8.1.3.7 No Clean Writeback" },
	{ 0x16, 15, 8, RO, ANY, "8.1.3.7 Cache Size" },
	{ 0x18, 31, 0, RO, ANY, "8.1.3.8.1 Range 1 Memory_Size_High" },
	{ 0x1c, 0, 0, RO, 1, "8.1.3.8.2 Range 1 Memory_Info_Valid" },
	{ 0x1c, 1, 1, RO, 1, "8.1.3.8.2 Range 1 Memory_Active" },
	{ 0x1c, 4, 2, RO, 2, "8.1.3.8.2 Range 1 Media_Type: see the CDAT" },
	{ 0x1c, 7, 5, RO, 2, "8.1.3.8.2 Range 1 Memory_Class: see the CDAT" },
	{ 0x1c, 12, 8, RO, 0, "8.1.3.8.2 Range 1 Desired_Interleave: none" },
	{ 0x1c, 15, 13, RO, ANY, "8.1.3.8.2 Range 1 Memory_Active_Timeout" },
	{ 0x1c, 31, 28, RO, ANY, "8.1.3.8.2 Range 1 Memory_Size_Low" },
	{ 0x20, 31, 0, RWL, 0, "8.1.3.8.3 Range 1 Memory_Base_High" },
	{ 0x24, 31, 28, RWL, 0, "8.1.3.8.4 Range 1 Memory_Base_Low" },
	{ 0x28, 31, 0, RO, 0, "8.1.3.8.5 Range 2 Memory_Size_High: absent" },
	{ 0x2c, 31, 0, RO, 0, "8.1.3.8.6 Range 2 Memory_Size_Low: absent" },
	{ 0x30, 31, 0, RWL, 0, "8.1.3.8.7 Range 2 Memory_Base_High" },
	{ 0x34, 31, 28, RWL, 0, "8.1.3.8.8 Range 2 Memory_Base_Low" },
	{ 0x38, 31, 0, RO, ANY, "8.1.3.12 CXL Capability3" },
};

const struct structure cxl_device = {
	"CXL 8.1.3 DVSEC for CXL devices", 0x3c, ARRAY_SIZE(device), device
};

static const struct field gpf[] = {
	{ 0x00, 15, 0, RO, 0x23, "PCIe 7.9.6.1 Capability ID" },
	{ 0x00, 19, 16, RO, 1, "PCIe 7.9.6.1 Capability Version" },
	{ 0x00, 31, 20, RO, ANY, "PCIe 7.9.6.1 Next Capability Offset" },
	{ 0x04, 15, 0, RO, 0x1e98, "PCIe 7.9.6.2 DVSEC Vendor ID" },
	{ 0x04, 19, 16, RO, 0, "PCIe 7.9.6.2 DVSEC Revision" },
	{ 0x04, 31, 20, RO, 0x10, "PCIe 7.9.6.2 DVSEC Length" },
	{ 0x08, 15, 0, RO, 5, "PCIe 7.9.6.3 DVSEC ID" },
	{ 0x0a, 3, 0, RO, ANY, "8.1.7.1 Phase 2 Time Base" },
	{ 0x0a, 11, 8, RO, ANY, "8.1.7.1 Phase 2 Time Scale" },
	{ 0x0c, 31, 0, RO, ANY, "8.1.7.2 Phase 2 Power" },
};

const struct structure cxl_gpf = {
	"CXL 8.1.7 GPF DVSEC for devices", 0x10, ARRAY_SIZE(gpf), gpf
};

/* 8.2.1.3: the link has been trained, with CXL.io and CXL.mem at least */
static const struct field flexbus[] = {
	{ 0x00, 15, 0, RO, 0x23, "PCIe 7.9.6.1 Capability ID" },
	{ 0x00, 19, 16, RO, 1, "PCIe 7.9.6.1 Capability Version" },
	{ 0x00, 31, 20, RO, ANY, "PCIe 7.9.6.1 Next Capability Offset" },
	{ 0x04, 15, 0, RO, 0x1e98, "PCIe 7.9.6.2 DVSEC Vendor ID" },
	{ 0x04, 19, 16, RO, 2, "PCIe 7.9.6.2 DVSEC Revision" },
	{ 0x04, 31, 20, RO, 0x20, "PCIe 7.9.6.2 DVSEC Length" },
	{ 0x08, 15, 0, RO, 7, "PCIe 7.9.6.3 DVSEC ID" },
	{ 0x0a, 0, 0, RO, ANY, "8.2.1.3.1 Cache_Capable" },
	{ 0x0a, 1, 1, RO, 1, "8.2.1.3.1 IO_Capable" },
	{ 0x0a, 2, 2, RO, 1, "8.2.1.3.1 Mem_Capable" },
	{ 0x0a, 15, 3, RO, ANY, "8.2.1.3.1 Flits, drift buffer, MLD" },
	{ 0x0c, 15, 0, RO, ANY, "8.2.1.3.2 Control: of a downstream port only" },
	{ 0x0e, 0, 0, RO, ANY, "8.2.1.3.3 Cache_Enabled" },
	{ 0x0e, 1, 1, RO, 1, "8.2.1.3.3 IO_Enabled" },
	{ 0x0e, 2, 2, RO, 1, "8.2.1.3.3 Mem_Enabled" },
	{ 0x0e, 15, 3, RO, ANY, "8.2.1.3.3 Flits, link errors" },
	{ 0x10, 95, 0, RO, ANY, "8.2.1.3.4 Received Modified TS Data, capability 2" },
};

const struct structure cxl_flexbus = {
	"CXL 8.2.1.3 Flex Bus port DVSEC", 0x20, ARRAY_SIZE(flexbus), flexbus
};

/* 8.1.9: one block, the component registers */
static const struct field locator[] = {
	{ 0x00, 15, 0, RO, 0x23, "PCIe 7.9.6.1 Capability ID" },
	{ 0x00, 19, 16, RO, 1, "PCIe 7.9.6.1 Capability Version" },
	{ 0x00, 31, 20, RO, ANY, "PCIe 7.9.6.1 Next Capability Offset" },
	{ 0x04, 15, 0, RO, 0x1e98, "PCIe 7.9.6.2 DVSEC Vendor ID" },
	{ 0x04, 19, 16, RO, 0, "PCIe 7.9.6.2 DVSEC Revision" },
	{ 0x04, 31, 20, RO, 0x14, "PCIe 7.9.6.2 DVSEC Length" },
	{ 0x08, 15, 0, RO, 8, "PCIe 7.9.6.3 DVSEC ID" },
	{ 0x0c, 2, 0, RO, ANY, "8.1.9.1 Register BIR" },
	{ 0x0c, 15, 8, RO, 1, "8.1.9.1 Register Block Identifier: component" },
	{ 0x0c, 31, 16, RO, ANY, "8.1.9.1 Register Block Offset Low" },
	{ 0x10, 31, 0, RO, ANY, "8.1.9.2 Register Block Offset High" },
};

const struct structure cxl_locator = {
	"CXL 8.1.9 Register Locator DVSEC", 0x14, ARRAY_SIZE(locator), locator
};
