// SPDX-License-Identifier: GPL-2.0-only
/*
 * The HDM decoder of a physical function that leads to its memory: found and
 * checked when the function is bound, and put back after a reset that wiped
 * it. An FLR keeps decoders, a reset of the bus does not (CXL r3.1 9.7). The
 * firmware, which has committed the decoder, does not run again, and the CXL core of
 * Linux 7.3 has no way to restore decoders that it has found.
 */
#include <linux/bitfield.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/mdev_cxl.h>
#include <linux/pci.h>

#include "function/cxl_regs.h"
#include "pci_hdm.h"

/* Time that a decoder may take to commit (CXL r3.1 8.2.4.20.12) */
#define COMMIT_TIMEOUT_US	(10 * USEC_PER_MSEC)

static u32 get(const struct mcxl_pci_hdm *hdm, u32 reg)
{
	return readl(hdm->regs + reg);
}

static u64 get_pair(const struct mcxl_pci_hdm *hdm, u32 low)
{
	return (u64)get(hdm, low + 4) << 32 | get(hdm, low);
}

/* First committed decoder, or -ENXIO */
static int first_committed(const struct mcxl_pci_hdm *hdm)
{
	int i, nr = cxl_hdm_decoder_count(get(hdm, CXL_HDM_DECODER_CAP_OFFSET));

	for (i = 0; i < nr; i++) {
		if (get(hdm, CXL_HDM_DECODER_CTRL_OFFSET(i)) &
		    CXL_HDM_DECODER_CTRL_COMMITTED)
			return i;
	}
	return -ENXIO;
}

/**
 * mcxl_pci_hdm_find - is there a decoder that we can work with?
 * @hdm: with @pdev, @dvsec and @regs; @index and @base are filled
 * @capacity: bytes of memory that the decoder leads to
 *
 * Return: 0, or -ENXIO with one line in the log that says what is wrong
 */
int mcxl_pci_hdm_find(struct mcxl_pci_hdm *hdm, u64 *capacity)
{
	int i = first_committed(hdm);
	u64 base, size, skip;
	u32 ctrl;

	if (i < 0) {
		pci_err(hdm->pdev, "no HDM decoder is committed, wanted one that firmware committed to device memory\n");
		return i;
	}

	ctrl = get(hdm, CXL_HDM_DECODER_CTRL_OFFSET(i));
	base = get_pair(hdm, CXL_HDM_DECODER_BASE_LOW_OFFSET(i));
	size = get_pair(hdm, CXL_HDM_DECODER_SIZE_LOW_OFFSET(i));
	skip = get_pair(hdm, CXL_HDM_DECODER_SKIP_LOW_OFFSET(i));
	if (FIELD_GET(CXL_HDM_DECODER_CTRL_IW, ctrl)) {
		pci_err(hdm->pdev, "HDM decoder %d is interleaved, wanted one way\n",
			i);
		return -ENXIO;
	}
	if (ctrl & CXL_HDM_DECODER_CTRL_HOSTONLY) {
		pci_err(hdm->pdev, "HDM decoder %d is for host-only memory, wanted device memory\n",
			i);
		return -ENXIO;
	}
	if (size < MDEV_CXL_GRANULE || skip) {
		pci_err(hdm->pdev, "HDM decoder %d has %#llx bytes at %#llx, skip %#llx, wanted at least %#x and no skip\n",
			i, size, base, skip, MDEV_CXL_GRANULE);
		return -ENXIO;
	}
	hdm->index = i;
	hdm->base = base;
	*capacity = size;
	return 0;
}

static u32 decoder_reg(const struct mcxl_pci_hdm *hdm, unsigned int i)
{
	return CXL_HDM_DECODER_BASE_LOW_OFFSET(hdm->index) + 4 * i;
}

/**
 * mcxl_pci_hdm_save - remember what a reset may wipe
 * @hdm: found; the memory is in use
 *
 * Return: 0, or an error of config space
 */
int mcxl_pci_hdm_save(struct mcxl_pci_hdm *hdm)
{
	unsigned int i;
	int rc;

	rc = pci_read_config_word(hdm->pdev, hdm->dvsec + PCI_DVSEC_CXL_CTRL,
				  &hdm->ctrl);
	if (rc)
		return pcibios_err_to_errno(rc);
	hdm->global = get(hdm, CXL_HDM_DECODER_GLOBAL_OFFSET);
	for (i = 0; i < MCXL_PCI_HDM_DWORDS; i++)
		hdm->decoder[i] = get(hdm, decoder_reg(hdm, i));
	return 0;
}

static bool decoder_is_kept(const struct mcxl_pci_hdm *hdm)
{
	unsigned int i;

	for (i = 0; i < MCXL_PCI_HDM_DWORDS; i++) {
		if (get(hdm, decoder_reg(hdm, i)) != hdm->decoder[i])
			return false;
	}
	return true;
}

/**
 * mcxl_pci_hdm_is_kept - does the decoder lead to the memory as when it was saved?
 * @hdm: saved
 *
 * Where firmware had left CXL.mem or the decoders disabled, the CXL core has enabled
 * them, and disables them when the endpoint goes. The decoder itself does not change
 * then, so these are compared as well. Any context.
 *
 * Return: true while it does; false for a function that does not answer
 */
bool mcxl_pci_hdm_is_kept(const struct mcxl_pci_hdm *hdm)
{
	u32 global;
	u16 ctrl;

	/* Of a function that is gone this says so, and a load may do worse */
	if (pci_read_config_word(hdm->pdev, hdm->dvsec + PCI_DVSEC_CXL_CTRL,
				 &ctrl) || PCI_POSSIBLE_ERROR(ctrl))
		return false;
	global = get(hdm, CXL_HDM_DECODER_GLOBAL_OFFSET);
	return decoder_is_kept(hdm) &&
	       !((global ^ hdm->global) & CXL_HDM_DECODER_ENABLE) &&
	       !((ctrl ^ hdm->ctrl) & PCI_DVSEC_CXL_MEM_ENABLE);
}

/**
 * mcxl_pci_hdm_answers - does the function answer to loads?
 * @hdm: found
 *
 * Return: false for one that is gone, or behind a bridge that does not forward
 */
bool mcxl_pci_hdm_answers(const struct mcxl_pci_hdm *hdm)
{
	return !PCI_POSSIBLE_ERROR(get(hdm, CXL_HDM_DECODER_GLOBAL_OFFSET));
}

/* It may have trained as plain PCIe, behind which there is no memory */
static int check_link(const struct mcxl_pci_hdm *hdm)
{
	u16 dvsec, status;
	int rc;

	dvsec = pci_find_dvsec_capability(hdm->pdev, PCI_VENDOR_ID_CXL,
					  PCI_DVSEC_CXL_FLEXBUS_PORT);
	if (!dvsec)
		return -EIO;
	rc = pci_read_config_word(hdm->pdev, dvsec +
				  PCI_DVSEC_CXL_FLEXBUS_PORT_STATUS, &status);
	if (rc)
		return pcibios_err_to_errno(rc);
	return status & PCI_DVSEC_CXL_FLEXBUS_PORT_STATUS_MEM ? 0 : -EIO;
}

/* The media comes up again by itself, in the time that the function names */
static int wait_active(struct mcxl_pci_hdm *hdm)
{
	u32 size = 0, active, code;
	u64 timeout;
	int rc;

	rc = pci_read_config_dword(hdm->pdev, hdm->dvsec +
				   PCI_DVSEC_CXL_RANGE_SIZE_LOW(0), &size);
	if (rc)
		return pcibios_err_to_errno(rc);
	/* 1, 4, 16, 64 or 256 s (CXL r3.1 8.1.3.8.2) */
	code = FIELD_GET(CXL_DVSEC_RANGE_TIMEOUT, size);
	timeout = USEC_PER_SEC << 2 * min(code, 4);

	active = PCI_DVSEC_CXL_MEM_INFO_VALID | PCI_DVSEC_CXL_MEM_ACTIVE;
	return read_poll_timeout(pci_read_config_dword, rc,
				 rc || (size & active) == active,
				 USEC_PER_MSEC, timeout, false, hdm->pdev,
				 hdm->dvsec + PCI_DVSEC_CXL_RANGE_SIZE_LOW(0),
				 &size) ?: pcibios_err_to_errno(rc);
}

/* A decoder that somebody else has committed meanwhile ignores these writes */
static int commit(struct mcxl_pci_hdm *hdm)
{
	u32 reg = CXL_HDM_DECODER_CTRL_OFFSET(hdm->index), ctrl;
	u32 done = CXL_HDM_DECODER_CTRL_COMMITTED |
		   CXL_HDM_DECODER_CTRL_ERROR;
	unsigned int i;

	for (i = 0; i < MCXL_PCI_HDM_DWORDS; i++) {
		if (decoder_reg(hdm, i) != reg)
			writel(hdm->decoder[i],
			       hdm->regs + decoder_reg(hdm, i));
	}
	ctrl = hdm->decoder[(reg - decoder_reg(hdm, 0)) / 4];
	writel(ctrl & ~done, hdm->regs + reg);
	if (readl_poll_timeout(hdm->regs + reg, ctrl, ctrl & done, USEC_PER_MSEC,
			       COMMIT_TIMEOUT_US))
		return -ETIMEDOUT;
	/* A function that does not answer reads all ones */
	return decoder_is_kept(hdm) ? 0 : -EIO;
}

/**
 * mcxl_pci_hdm_restore - make the memory decode as it did
 * @hdm: saved; the function was reset and answers again, nobody uses its memory
 *
 * May sleep, for as long as the function needs to make its memory active.
 *
 * Return: 0; -ETIMEDOUT or -EIO when the memory does not come back
 */
int mcxl_pci_hdm_restore(struct mcxl_pci_hdm *hdm)
{
	int rc;

	rc = check_link(hdm) ?: wait_active(hdm);
	if (rc)
		return rc;
	if (!decoder_is_kept(hdm)) {
		rc = commit(hdm);
		if (rc)
			return rc;
	}
	writel(hdm->global, hdm->regs + CXL_HDM_DECODER_GLOBAL_OFFSET);
	return pcibios_err_to_errno(pci_write_config_word(hdm->pdev,
				    hdm->dvsec + PCI_DVSEC_CXL_CTRL,
				    hdm->ctrl));
}
