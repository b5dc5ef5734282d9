/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * Function registers of the software accelerator, for its driver in a guest:
 * little-endian, in BAR4 from 64 KiB on, accesses of 1, 2, 4 or 8 bytes.
 *
 * There are 16 slots. To run a job write a slot that is not busy, then its
 * number to the doorbell. When the job has ended the slot has its status, and
 * the vector that it names is raised. Jobs of one partition run in the order
 * of their doorbells; partitions take turns, each worth the same bytes of
 * work. A job that ends in an error may have been done in part.
 *
 * The checksum is the bare CRC-32C: start with ~0 and invert the result for
 * that of iSCSI, or start with the last result to go on where a job ended.
 */
#ifndef _MDEV_CXL_SOFT_REGS_H
#define _MDEV_CXL_SOFT_REGS_H

#define MDEV_CXL_SOFT_REGS_SIZE		0x1000

#define MDEV_CXL_SOFT_MAGIC		0x00	/* reads MDEV_CXL_SOFT_MAGIC_VALUE */
#define MDEV_CXL_SOFT_MAGIC_VALUE	0x314f53434d43ULL	/* "CMCSO1" */
#define MDEV_CXL_SOFT_DOORBELL		0x08	/* write the number of a slot */
#define MDEV_CXL_SOFT_WORK		0x10	/* bytes done since start */

#define MDEV_CXL_SOFT_SLOTS		16
#define MDEV_CXL_SOFT_SLOT(n)		(0x100 + 0x40 * (n))

/* Registers of a slot, 64 bits each. While busy they keep their values. */
#define MDEV_CXL_SOFT_OP		0x00	/* MDEV_CXL_SOFT_OP_* */
#define MDEV_CXL_SOFT_VECTOR		0x08	/* raised at the end */
#define MDEV_CXL_SOFT_SRC		0x10	/* vDPA */
#define MDEV_CXL_SOFT_DST		0x18	/* vDPA */
#define MDEV_CXL_SOFT_LEN		0x20	/* bytes, not 0 */
#define MDEV_CXL_SOFT_VALUE		0x28	/* byte for fill, seed for crc32c */
#define MDEV_CXL_SOFT_STATUS		0x30	/* read-only */
#define MDEV_CXL_SOFT_RESULT		0x38	/* read-only: crc32c */

#define MDEV_CXL_SOFT_OP_FILL		1	/* DST, LEN, VALUE */
#define MDEV_CXL_SOFT_OP_COPY		2	/* SRC, DST, LEN; no overlap */
#define MDEV_CXL_SOFT_OP_CRC32C		3	/* SRC, LEN, VALUE; RESULT */

#define MDEV_CXL_SOFT_IDLE		0
#define MDEV_CXL_SOFT_BUSY		1
#define MDEV_CXL_SOFT_DONE		2
#define MDEV_CXL_SOFT_ERR_OP		0x100	/* no such operation */
#define MDEV_CXL_SOFT_ERR_RANGE		0x101	/* outside the partition, or 0 */
#define MDEV_CXL_SOFT_ERR_OVERLAP	0x102	/* source and destination */
#define MDEV_CXL_SOFT_ERR_MEMORY	0x103	/* poisoned, or none left */

#endif /* _MDEV_CXL_SOFT_REGS_H */
