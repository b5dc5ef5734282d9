/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual CXL function of a partition, as a pure model: bytes in, state
 * and effects out. No lock, no allocation, no vfio, mm or cxl header: the
 * caller serialises, and carries the effects out.
 */
#ifndef _MDEV_CXL_FUNCTION_H
#define _MDEV_CXL_FUNCTION_H

#include <linux/bits.h>
#include <linux/mdev_cxl.h>
#include <linux/sizes.h>
#include <linux/types.h>

/* BARs; the odd ones are upper halves or absent */
#define MCXL_BAR_COMPONENT	0	/* 32 bits: component registers */
#define MCXL_BAR_APERTURE	2	/* 64 bits, prefetchable: vDPA 0 and up */
#define MCXL_BAR_FUNCTION	4	/* 32 bits: MSI-X, function registers */

#define MCXL_CONFIG_SIZE	SZ_4K
#define MCXL_COMPONENT_SIZE	SZ_64K

/* Layout of the function BAR; 64 KiB apart, for hosts with 64 KiB pages */
#define MCXL_MSIX_TABLE		0x0000
#define MCXL_MSIX_PBA		0x0800
#define MCXL_MSIX_SIZE		0x1000
#define MCXL_REGS_OFFSET	SZ_64K
#define MCXL_FUNCTION_BAR_SIZE	SZ_128K

/**
 * enum mcxl_space - register spaces of the function
 * @MCXL_SPACE_CONFIG: PCI configuration space, MCXL_CONFIG_SIZE bytes
 * @MCXL_SPACE_COMPONENT: CXL component registers, MCXL_COMPONENT_SIZE bytes
 * @MCXL_SPACE_MSIX: MSI-X table and pending bits, MCXL_MSIX_SIZE bytes
 */
enum mcxl_space {
	MCXL_SPACE_CONFIG,
	MCXL_SPACE_COMPONENT,
	MCXL_SPACE_MSIX,
};

#define MCXL_NR_SPACES	3

/**
 * enum mcxl_reset - kinds of reset of the function
 * @MCXL_RESET_CONVENTIONAL: everything takes its reset value but what is
 *	sticky; VFIO_DEVICE_RESET and hot reset
 * @MCXL_RESET_FLR: function level reset (DEVCTL bit 15): PCI registers; the
 *	CXL DVSECs and HDM decoders are kept
 * @MCXL_RESET_CXL: CXL reset (DVSEC Control2 bit 2): unlocked HDM decoders,
 *	completes in Status2; PCI registers are kept
 */
enum mcxl_reset {
	MCXL_RESET_CONVENTIONAL,
	MCXL_RESET_FLR,
	MCXL_RESET_CXL,
};

/* Effects: what the caller does before the access that caused them returns */
#define MCXL_FX_MEMORY		BIT(0)	/* mcxl_function_memory() changed */
#define MCXL_FX_FLR		BIT(1)	/* reset with MCXL_RESET_FLR */
#define MCXL_FX_CXL_RESET	BIT(2)	/* reset with MCXL_RESET_CXL */
#define MCXL_FX_CLEAR		BIT(3)	/* all memory must read zero */
#define MCXL_FX_POWER		BIT(4)	/* mcxl_function_in_d0() changed */
#define MCXL_FX_ERROR		BIT(5)	/* tell the VMM of an error */

/**
 * mcxl_decoders_valid - can a function have that many HDM decoders?
 * @decoders: number of decoders
 *
 * Return: true for the numbers up to 10 that the Decoder Count field of the
 * HDM Decoder Capability register can encode (CXL r3.1 8.2.4.20.1)
 */
static inline bool mcxl_decoders_valid(unsigned int decoders)
{
	return decoders == 1 ||
	       (decoders && decoders <= MDEV_CXL_MAX_DECODERS &&
		decoders % 2 == 0);
}

/**
 * struct mcxl_function_desc - what a function is made from
 * @identity: PCI identity
 * @serial: device serial number, unique per instance
 * @size: bytes of device memory, a multiple of MDEV_CXL_GRANULE, not 0
 * @decoders: HDM decoders: 1, 2, 4, 6, 8 or 10
 * @nr_vectors: MSI-X vectors, 1 to MDEV_CXL_MAX_VECTORS
 * @reset_timeout: encoded timeout of a CXL reset, 0 to 4
 * @cache_capable: the device has a CXL.cache
 * @perf: what CDAT says of the memory
 */
struct mcxl_function_desc {
	struct mdev_cxl_identity identity;
	u64 serial;
	u64 size;
	unsigned int decoders;
	unsigned int nr_vectors;
	u8 reset_timeout;
	bool cache_capable;
	struct mdev_cxl_perf perf;
};

/**
 * struct mcxl_decode - one committed HDM decoder
 * @gpa: guest physical base that the guest programmed
 * @vdpa: first vDPA that it maps
 * @size: bytes
 */
struct mcxl_decode {
	u64 gpa;
	u64 vdpa;
	u64 size;
};

/**
 * struct mcxl_memory - who may reach the memory just now
 * @bars: BARs answer: memory space enable is set and the power state is D0
 * @hdm: CXL.mem is on: Mem_Enable and HDM Decoder Enable are set, in D0
 * @nr_decodes: committed decoders
 * @decode: these, in order; valid whatever @hdm says
 */
struct mcxl_memory {
	bool bars;
	bool hdm;
	unsigned int nr_decodes;
	struct mcxl_decode decode[MDEV_CXL_MAX_DECODERS];
};

#include "state.h"

void mcxl_function_setup(void);
int mcxl_function_init(struct mcxl_function *fn,
		       const struct mcxl_function_desc *desc);
void mcxl_function_read(const struct mcxl_function *fn, enum mcxl_space space,
			u32 offset, void *buf, u32 count);
u32 mcxl_function_write(struct mcxl_function *fn, enum mcxl_space space,
			u32 offset, const void *buf, u32 count);
u32 mcxl_function_reset(struct mcxl_function *fn, enum mcxl_reset kind);
u32 mcxl_function_error(struct mcxl_function *fn, u64 vdpa, u32 uncorrectable,
			u32 correctable);
void mcxl_function_memory(const struct mcxl_function *fn,
			  struct mcxl_memory *mem);
bool mcxl_function_in_d0(const struct mcxl_function *fn);
u64 mcxl_function_bar_size(const struct mcxl_function *fn, unsigned int bar);
void mcxl_function_hdm_block(const struct mcxl_function *fn, u32 *offset,
			     u32 *size);

#endif /* _MDEV_CXL_FUNCTION_H */
