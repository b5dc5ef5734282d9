/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every field of every register, as the specifications print them. Written
 * from those, not from the driver: where they disagree one of them is wrong.
 */
#ifndef CONFORMANCE_FIELDS_H
#define CONFORMANCE_FIELDS_H

#include <stdint.h>

enum attribute {
	RO,	/* read-only */
	RW,	/* takes what is written */
	RWS,	/* RW, and no reset changes it (sticky) */
	RWF,	/* RW, and an FLR does not change it: of the link (PCIe 6.6.2) */
	RWL,	/* RW until it is locked */
	RWO,	/* written once: 1 stays until a conventional reset */
	RW1C,	/* a written 1 clears it */
	RW1CS,	/* RW1C, and no reset changes it */
	TRIG,	/* reads 0, a written 1 starts something */
	LIVE,	/* read-only, and changes as the device sees fit */
	ADDR,	/* address bits of a BAR: those above its size are RW */
};

/* A value that differs from one device to the next */
#define ANY	0xffffffffffffffffULL

/**
 * struct field - a field of a register
 * @offset: of the register in its structure, in bytes
 * @high: its highest bit in the register, and behind it
 * @low: its lowest bit
 * @attr: what a write does
 * @value: after power-up, or ANY
 * @name: section and name
 *
 * Bits that no field names are reserved: read-only, zero.
 */
struct field {
	uint16_t offset;
	uint16_t high;
	uint16_t low;
	enum attribute attr;
	uint64_t value;
	const char *name;
};

/**
 * struct structure - a structure of registers
 * @name: section and name
 * @length: in bytes
 * @nr: of @fields
 * @fields: its fields
 */
struct structure {
	const char *name;
	uint16_t length;
	uint16_t nr;
	const struct field *fields;
};

/* fields_pci.c */
extern const struct structure pci_header, pci_express, pci_power, pci_msix,
			      pci_dsn, pci_aer, pci_doe, msix_vector, msix_pba;
/* fields_dvsec.c */
extern const struct structure cxl_device, cxl_gpf, cxl_flexbus, cxl_locator;
/* fields_component.c */
extern const struct structure cm_header, cm_pointer, cxl_ras, cxl_link,
			      hdm_header, hdm_decoder;

#endif /* CONFORMANCE_FIELDS_H */
