// SPDX-License-Identifier: GPL-2.0-only
/* PCI and PCI Express registers: PCIe r6.0, chapter 7. */
#include "conformance.h"
#include "fields.h"

/* 7.5.1: Type 0 header. No I/O, no INTx, no expansion ROM. */
static const struct field header[] = {
	{ 0x00, 15, 0, RO, ANY, "7.5.1.1.1 Vendor ID" },
	{ 0x02, 15, 0, RO, ANY, "7.5.1.1.2 Device ID" },
	{ 0x04, 1, 1, RW, 0, "7.5.1.1.3 Memory Space Enable" },
	{ 0x04, 2, 2, RW, 0, "7.5.1.1.3 Bus Master Enable" },
	{ 0x04, 6, 6, RW, 0, "7.5.1.1.3 Parity Error Response" },
	{ 0x04, 8, 8, RW, 0, "7.5.1.1.3 SERR# Enable" },
	{ 0x04, 10, 10, RW, 0, "7.5.1.1.3 Interrupt Disable" },
	{ 0x06, 4, 4, RO, 1, "7.5.1.1.4 Capabilities List" },
	{ 0x06, 8, 8, RW1C, 0, "7.5.1.1.4 Master Data Parity Error" },
	{ 0x06, 11, 11, RW1C, 0, "7.5.1.1.4 Signaled Target Abort" },
	{ 0x06, 12, 12, RW1C, 0, "7.5.1.1.4 Received Target Abort" },
	{ 0x06, 13, 13, RW1C, 0, "7.5.1.1.4 Received Master Abort" },
	{ 0x06, 14, 14, RW1C, 0, "7.5.1.1.4 Signaled System Error" },
	{ 0x06, 15, 15, RW1C, 0, "7.5.1.1.4 Detected Parity Error" },
	{ 0x08, 7, 0, RO, ANY, "7.5.1.1.5 Revision ID" },
	{ 0x09, 23, 0, RO, ANY, "7.5.1.1.6 Class Code" },
	{ 0x0c, 7, 0, RW, 0, "7.5.1.1.7 Cache Line Size" },
	{ 0x0d, 7, 0, RO, 0, "7.5.1.1.8 Latency Timer" },
	{ 0x0e, 7, 0, RO, 0, "7.5.1.1.9 Header Type" },
	{ 0x0f, 7, 0, RO, 0, "7.5.1.1.10 BIST" },
	{ 0x10, 3, 0, RO, 0, "7.5.1.2.1 BAR0: memory, 32 bits" },
	{ 0x10, 31, 4, ADDR, 0, "7.5.1.2.1 BAR0: address" },
	{ 0x14, 31, 0, RO, 0, "7.5.1.2.1 BAR1: absent" },
	{ 0x18, 3, 0, RO, 0xc, "7.5.1.2.1 BAR2: memory, 64 bits, prefetchable" },
	{ 0x18, 63, 4, ADDR, 0, "7.5.1.2.1 BAR2: address" },
	{ 0x20, 3, 0, RO, 0, "7.5.1.2.1 BAR4: memory, 32 bits" },
	{ 0x20, 31, 4, ADDR, 0, "7.5.1.2.1 BAR4: address" },
	{ 0x24, 31, 0, RO, 0, "7.5.1.2.1 BAR5: absent" },
	{ 0x28, 31, 0, RO, 0, "7.5.1.2.2 Cardbus CIS Pointer" },
	{ 0x2c, 15, 0, RO, ANY, "7.5.1.2.3 Subsystem Vendor ID" },
	{ 0x2e, 15, 0, RO, ANY, "7.5.1.2.3 Subsystem ID" },
	{ 0x30, 31, 0, RO, 0, "7.5.1.2.4 Expansion ROM: absent" },
	{ 0x34, 7, 0, RO, ANY, "7.5.1.1.11 Capabilities Pointer" },
	{ 0x3c, 7, 0, RW, 0, "7.5.1.1.12 Interrupt Line" },
	{ 0x3d, 7, 0, RO, 0, "7.5.1.1.13 Interrupt Pin: no INTx" },
	{ 0x3e, 15, 0, RO, 0, "7.5.1.2.5 Min_Gnt, Max_Lat" },
};

const struct structure pci_header = {
	"PCIe 7.5.1 Type 0 header", 0x40, ARRAY_SIZE(header), header
};

/* 7.5.3: an endpoint, whose link is up and stays as it is */
static const struct field express[] = {
	{ 0x00, 7, 0, RO, 0x10, "7.5.3.1 Capability ID" },
	{ 0x01, 7, 0, RO, ANY, "7.5.3.1 Next Capability Pointer" },
	{ 0x02, 3, 0, RO, 2, "7.5.3.2 Capability Version" },
	{ 0x02, 7, 4, RO, 0, "7.5.3.2 Device Type: PCI Express endpoint" },
	{ 0x04, 2, 0, RO, ANY, "7.5.3.3 Max_Payload_Size Supported" },
	{ 0x04, 5, 5, RO, ANY, "7.5.3.3 Extended Tag Field Supported" },
	{ 0x04, 11, 6, RO, ANY, "7.5.3.3 Acceptable Latencies" },
	{ 0x04, 15, 15, RO, 1, "7.5.3.3 Role-Based Error Reporting" },
	{ 0x04, 28, 28, RO, 1, "7.5.3.3 Function Level Reset Capability" },
	{ 0x08, 0, 0, RW, 0, "7.5.3.4 Correctable Error Reporting Enable" },
	{ 0x08, 1, 1, RW, 0, "7.5.3.4 Non-Fatal Error Reporting Enable" },
	{ 0x08, 2, 2, RW, 0, "7.5.3.4 Fatal Error Reporting Enable" },
	{ 0x08, 3, 3, RW, 0, "7.5.3.4 Unsupported Request Reporting Enable" },
	{ 0x08, 4, 4, RW, 1, "7.5.3.4 Enable Relaxed Ordering" },
	{ 0x08, 7, 5, RWF, 0, "7.5.3.4 Max_Payload_Size" },
	{ 0x08, 8, 8, RW, ANY, "7.5.3.4 Extended Tag Field Enable" },
	{ 0x08, 9, 9, RO, 0, "7.5.3.4 Phantom Functions Enable" },
	{ 0x08, 10, 10, RO, 0, "7.5.3.4 Aux Power PM Enable" },
	{ 0x08, 11, 11, RW, 1, "7.5.3.4 Enable No Snoop" },
	{ 0x08, 14, 12, RW, 2, "7.5.3.4 Max_Read_Request_Size" },
	{ 0x08, 15, 15, TRIG, 0, "7.5.3.4 Initiate Function Level Reset" },
	{ 0x0a, 0, 0, RW1C, 0, "7.5.3.5 Correctable Error Detected" },
	{ 0x0a, 1, 1, RW1C, 0, "7.5.3.5 Non-Fatal Error Detected" },
	{ 0x0a, 2, 2, RW1C, 0, "7.5.3.5 Fatal Error Detected" },
	{ 0x0a, 3, 3, RW1C, 0, "7.5.3.5 Unsupported Request Detected" },
	{ 0x0a, 4, 4, RO, 0, "7.5.3.5 Aux Power Detected" },
	{ 0x0a, 5, 5, RO, 0, "7.5.3.5 Transactions Pending" },
	{ 0x0c, 21, 0, RO, ANY, "7.5.3.6 Link Capabilities" },
	{ 0x0c, 22, 22, RO, 1, "7.5.3.6 ASPM Optionality Compliance" },
	{ 0x0c, 31, 23, RO, ANY, "7.5.3.6 Link Capabilities: Port Number" },
	{ 0x10, 1, 0, RO, 0, "7.5.3.7 ASPM Control: none supported" },
	{ 0x10, 3, 3, RWF, 0, "7.5.3.7 Read Completion Boundary" },
	{ 0x10, 6, 6, RWF, 0, "7.5.3.7 Common Clock Configuration" },
	{ 0x10, 7, 7, RWF, 0, "7.5.3.7 Extended Synch" },
	{ 0x12, 15, 0, RO, ANY, "7.5.3.8 Link Status" },
	{ 0x24, 31, 0, RO, ANY, "7.5.3.15 Device Capabilities 2" },
	{ 0x28, 3, 0, RO, 0, "7.5.3.16 Completion Timeout Value: no ranges" },
	{ 0x28, 4, 4, RW, 0, "7.5.3.16 Completion Timeout Disable" },
	{ 0x2a, 15, 0, RO, 0, "7.5.3.17 Device Status 2" },
	{ 0x2c, 31, 0, RO, ANY, "7.5.3.18 Link Capabilities 2" },
	{ 0x30, 3, 0, RWS, ANY, "7.5.3.19 Target Link Speed" },
};

const struct structure pci_express = {
	"PCIe 7.5.3 PCI Express capability", 0x3c, ARRAY_SIZE(express), express
};

/* 7.5.2: D0 and D3hot, which keeps registers; no PME */
static const struct field power[] = {
	{ 0x00, 7, 0, RO, 0x01, "7.5.2.1 Capability ID" },
	{ 0x01, 7, 0, RO, ANY, "7.5.2.1 Next Capability Pointer" },
	{ 0x02, 2, 0, RO, 3, "7.5.2.1 Version" },
	{ 0x02, 9, 9, RO, 0, "7.5.2.1 D1_Support" },
	{ 0x02, 10, 10, RO, 0, "7.5.2.1 D2_Support" },
	{ 0x02, 15, 11, RO, 0, "7.5.2.1 PME_Support" },
	{ 0x04, 1, 0, RW, 0, "7.5.2.2 PowerState: D0 and D3hot, others discarded" },
	{ 0x04, 3, 3, RO, 1, "7.5.2.2 No_Soft_Reset" },
	{ 0x04, 8, 8, RO, 0, "7.5.2.2 PME_En" },
	{ 0x04, 15, 15, RO, 0, "7.5.2.2 PME_Status" },
};

const struct structure pci_power = {
	"PCIe 7.5.2 Power Management capability", 0x08, ARRAY_SIZE(power), power
};

static const struct field msix[] = {
	{ 0x00, 7, 0, RO, 0x11, "7.7.2.1 Capability ID" },
	{ 0x01, 7, 0, RO, ANY, "7.7.2.1 Next Capability Pointer" },
	{ 0x02, 10, 0, RO, ANY, "7.7.2.2 Table Size" },
	{ 0x02, 14, 14, RW, 0, "7.7.2.2 Function Mask" },
	{ 0x02, 15, 15, RW, 0, "7.7.2.2 MSI-X Enable" },
	{ 0x04, 31, 0, RO, ANY, "7.7.2.3 Table Offset and BIR" },
	{ 0x08, 31, 0, RO, ANY, "7.7.2.4 PBA Offset and BIR" },
};

const struct structure pci_msix = {
	"PCIe 7.7.2 MSI-X capability", 0x0c, ARRAY_SIZE(msix), msix
};

/* One entry of the table, in its BAR */
static const struct field vector[] = {
	{ 0x00, 1, 0, RO, 0, "7.7.2.5 Message Address: aligned to 4" },
	{ 0x00, 31, 2, RW, 0, "7.7.2.5 Message Address" },
	{ 0x04, 31, 0, RW, 0, "7.7.2.6 Message Upper Address" },
	{ 0x08, 31, 0, RW, 0, "7.7.2.7 Message Data" },
	{ 0x0c, 0, 0, RW, 1, "7.7.2.8 Mask Bit" },
};

const struct structure msix_vector = {
	"PCIe 7.7.2.5 MSI-X table", 0x10, ARRAY_SIZE(vector), vector
};

/* The eventfd of a vector takes its place: none is ever pending */
static const struct field pba[] = {
	{ 0x00, 63, 0, RO, 0, "7.7.2.9 Pending Bits" },
};

const struct structure msix_pba = {
	"PCIe 7.7.2.9 MSI-X PBA", 0x08, ARRAY_SIZE(pba), pba
};

static const struct field dsn[] = {
	{ 0x00, 15, 0, RO, 0x3, "7.9.3.1 Capability ID" },
	{ 0x00, 19, 16, RO, 1, "7.9.3.1 Capability Version" },
	{ 0x00, 31, 20, RO, ANY, "7.9.3.1 Next Capability Offset" },
	{ 0x04, 63, 0, RO, ANY, "7.9.3.2 Serial Number" },
};

const struct structure pci_dsn = {
	"PCIe 7.9.3 Device Serial Number", 0x0c, ARRAY_SIZE(dsn), dsn
};

/* 7.8.4: what an endpoint can run into, without ECRC and ACS */
static const struct field aer[] = {
	{ 0x00, 15, 0, RO, 0x1, "7.8.4.1 Capability ID" },
	{ 0x00, 19, 16, RO, ANY, "7.8.4.1 Capability Version" },
	{ 0x00, 31, 20, RO, ANY, "7.8.4.1 Next Capability Offset" },
	{ 0x04, 4, 4, RW1CS, 0, "7.8.4.2 Data Link Protocol Error Status" },
	{ 0x04, 20, 12, RW1CS, 0, "7.8.4.2 Poisoned TLP to Unsupported Request Status" },
	{ 0x04, 22, 22, RW1CS, 0, "7.8.4.2 Uncorrectable Internal Error Status" },
	{ 0x08, 4, 4, RWS, 0, "7.8.4.3 Data Link Protocol Error Mask" },
	{ 0x08, 20, 12, RWS, 0, "7.8.4.3 Poisoned TLP to Unsupported Request Mask" },
	{ 0x08, 22, 22, RWS, 1, "7.8.4.3 Uncorrectable Internal Error Mask" },
	{ 0x0c, 4, 4, RWS, 1, "7.8.4.4 Data Link Protocol Error Severity" },
	{ 0x0c, 12, 12, RWS, 0, "7.8.4.4 Poisoned TLP Severity" },
	{ 0x0c, 13, 13, RWS, 1, "7.8.4.4 Flow Control Protocol Error Severity" },
	{ 0x0c, 14, 14, RWS, 0, "7.8.4.4 Completion Timeout Severity" },
	{ 0x0c, 15, 15, RWS, 0, "7.8.4.4 Completer Abort Severity" },
	{ 0x0c, 16, 16, RWS, 0, "7.8.4.4 Unexpected Completion Severity" },
	{ 0x0c, 17, 17, RWS, 1, "7.8.4.4 Receiver Overflow Severity" },
	{ 0x0c, 18, 18, RWS, 1, "7.8.4.4 Malformed TLP Severity" },
	{ 0x0c, 19, 19, RWS, 0, "7.8.4.4 ECRC Error Severity" },
	{ 0x0c, 20, 20, RWS, 0, "7.8.4.4 Unsupported Request Severity" },
	{ 0x0c, 22, 22, RWS, 1, "7.8.4.4 Uncorrectable Internal Error Severity" },
	{ 0x10, 0, 0, RW1CS, 0, "7.8.4.5 Receiver Error Status" },
	{ 0x10, 8, 6, RW1CS, 0, "7.8.4.5 Bad TLP, Bad DLLP, Rollover Status" },
	{ 0x10, 14, 12, RW1CS, 0, "7.8.4.5 Timeout, Non-Fatal, Internal Status" },
	{ 0x14, 0, 0, RWS, 0, "7.8.4.6 Receiver Error Mask" },
	{ 0x14, 8, 6, RWS, 0, "7.8.4.6 Bad TLP, Bad DLLP, Rollover Mask" },
	{ 0x14, 12, 12, RWS, 0, "7.8.4.6 Replay Timer Timeout Mask" },
	{ 0x14, 13, 13, RWS, 1, "7.8.4.6 Advisory Non-Fatal Error Mask" },
	{ 0x14, 14, 14, RWS, 1, "7.8.4.6 Corrected Internal Error Mask" },
	{ 0x18, 4, 0, RO, 0, "7.8.4.7 First Error Pointer" },
	{ 0x18, 11, 5, RO, 0, "7.8.4.7 ECRC, multiple headers, prefix log: none" },
	{ 0x1c, 127, 0, RO, 0, "7.8.4.8 Header Log" },
};

const struct structure pci_aer = {
	"PCIe 7.8.4 Advanced Error Reporting", 0x2c, ARRAY_SIZE(aer), aer
};

static const struct field doe[] = {
	{ 0x00, 15, 0, RO, 0x2e, "7.9.24.1 Capability ID" },
	{ 0x00, 19, 16, RO, ANY, "7.9.24.1 Capability Version" },
	{ 0x00, 31, 20, RO, ANY, "7.9.24.1 Next Capability Offset" },
	{ 0x04, 0, 0, RO, 0, "7.9.24.2 DOE Interrupt Support: none" },
	{ 0x08, 0, 0, TRIG, 0, "7.9.24.3 DOE Abort" },
	{ 0x08, 1, 1, RO, 0, "7.9.24.3 DOE Interrupt Enable: none" },
	{ 0x08, 31, 31, TRIG, 0, "7.9.24.3 DOE Go" },
	{ 0x0c, 0, 0, LIVE, 0, "7.9.24.4 DOE Busy" },
	{ 0x0c, 1, 1, RO, 0, "7.9.24.4 DOE Interrupt Status" },
	{ 0x0c, 2, 2, LIVE, 0, "7.9.24.4 DOE Error" },
	{ 0x0c, 31, 31, LIVE, 0, "7.9.24.4 Data Object Ready" },
	{ 0x10, 31, 0, TRIG, 0, "7.9.24.5 DOE Write Data Mailbox" },
	{ 0x14, 31, 0, LIVE, 0, "7.9.24.6 DOE Read Data Mailbox" },
};

const struct structure pci_doe = {
	"PCIe 7.9.24 Data Object Exchange", 0x18, ARRAY_SIZE(doe), doe
};
