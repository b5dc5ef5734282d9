// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of an instance: eventfds for MSI-X vectors, for errors and for
 * requests to let the device go. There is no INTx.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "instance.h"
#include "parent.h"

static void put_eventfd(struct eventfd_ctx *ctx)
{
	if (!IS_ERR_OR_NULL(ctx))
		eventfd_ctx_put(ctx);
}

DEFINE_FREE(eventfd, struct eventfd_ctx *, put_eventfd(_T))

/**
 * struct irq_index - the eventfds behind one VFIO interrupt index
 * @slots: array of them, or NULL for an index without interrupts
 * @nr: entries of @slots
 * @flags: VFIO_IRQ_INFO_*
 */
struct irq_index {
	struct eventfd_ctx **slots;
	u32 nr;
	u32 flags;
};

static struct irq_index irq_index(struct mcxl_instance *inst, u32 index)
{
	switch (index) {
	case VFIO_PCI_MSIX_IRQ_INDEX:
		return (struct irq_index) {
			.slots = inst->vectors,
			.nr = inst->part.parent->desc.nr_vectors,
			.flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE,
		};
	case VFIO_PCI_ERR_IRQ_INDEX:
		return (struct irq_index) {
			.slots = &inst->err,
			.nr = 1,
			.flags = VFIO_IRQ_INFO_EVENTFD,
		};
	case VFIO_PCI_REQ_IRQ_INDEX:
		return (struct irq_index) {
			.slots = &inst->req,
			.nr = 1,
			.flags = VFIO_IRQ_INFO_EVENTFD,
		};
	default:
		return (struct irq_index) {};
	}
}

/**
 * mcxl_irq_get_info - VFIO_DEVICE_GET_IRQ_INFO
 * @inst: the instance
 * @arg: user's struct vfio_irq_info
 *
 * Return: 0, -EFAULT, or -EINVAL for a short argsz or a bad index
 */
long mcxl_irq_get_info(struct mcxl_instance *inst,
		       struct vfio_irq_info __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;
	struct irq_index irq;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.argsz < minsz || info.index >= VFIO_PCI_NUM_IRQS)
		return -EINVAL;

	irq = irq_index(inst, info.index);
	info.flags = irq.flags;
	info.count = irq.nr;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

static void signal_slot(struct mcxl_instance *inst, struct eventfd_ctx **slot)
{
	guard(spinlock_irqsave)(&inst->irq_lock);
	if (*slot)
		eventfd_signal(*slot);
}

static void set_slot(struct mcxl_instance *inst, struct eventfd_ctx **slot,
		     struct eventfd_ctx *ctx)
{
	scoped_guard(spinlock_irqsave, &inst->irq_lock)
		swap(*slot, ctx);
	put_eventfd(ctx);
}

static int set_eventfd(struct mcxl_instance *inst, struct eventfd_ctx **slot,
		       s32 fd)
{
	struct eventfd_ctx *ctx __free(eventfd) = NULL;

	if (fd < -1)
		return -EINVAL;
	if (fd >= 0) {
		ctx = eventfd_ctx_fdget(fd);
		if (IS_ERR(ctx))
			return PTR_ERR(ctx);
	}
	set_slot(inst, slot, no_free_ptr(ctx));
	return 0;
}

static int set_trigger(struct mcxl_instance *inst, const struct irq_index *irq,
		       const struct vfio_irq_set *hdr, const void *data)
{
	const s32 *fds = data;
	const u8 *bools = data;
	unsigned int i;
	int rc;

	/* No data and no count: switch the whole index off */
	if (hdr->flags & VFIO_IRQ_SET_DATA_NONE && !hdr->count) {
		for (i = 0; i < irq->nr; i++)
			set_slot(inst, &irq->slots[i], NULL);
		return 0;
	}

	for (i = 0; i < hdr->count; i++) {
		u32 n = array_index_nospec(hdr->start + i, irq->nr);

		if (hdr->flags & VFIO_IRQ_SET_DATA_EVENTFD) {
			rc = set_eventfd(inst, &irq->slots[n], fds[i]);
			if (rc)
				goto undo;
		} else if (hdr->flags & VFIO_IRQ_SET_DATA_NONE || bools[i]) {
			signal_slot(inst, &irq->slots[n]);
		}
	}
	return 0;

undo:
	while (i--) {
		u32 n = array_index_nospec(hdr->start + i, irq->nr);

		set_slot(inst, &irq->slots[n], NULL);
	}
	return rc;
}

/**
 * mcxl_irq_set - VFIO_DEVICE_SET_IRQS
 * @inst: the instance
 * @arg: user's struct vfio_irq_set with its data
 *
 * Return: 0; -EFAULT; -ENOMEM; -EINVAL for an index without interrupts, a
 * range past its end, or an action or data type that it does not have; for a
 * bad file descriptor what eventfd says, and then none of the range is set
 */
long mcxl_irq_set(struct mcxl_instance *inst, struct vfio_irq_set __user *arg)
{
	unsigned long minsz = offsetofend(struct vfio_irq_set, count);
	struct vfio_irq_set hdr;
	struct irq_index irq;
	size_t size = 0;
	int rc;

	if (copy_from_user(&hdr, arg, minsz))
		return -EFAULT;

	irq = irq_index(inst, hdr.index);
	rc = vfio_set_irqs_validate_and_prepare(&hdr, irq.nr,
						VFIO_PCI_NUM_IRQS, &size);
	if (rc)
		return rc;
	if ((hdr.flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) !=
	    VFIO_IRQ_SET_ACTION_TRIGGER)
		return -EINVAL;
	if (!irq.slots)
		return -EINVAL;

	if (!size)
		return set_trigger(inst, &irq, &hdr, NULL);

	void *data __free(kfree) = memdup_user(arg->data, size);

	if (IS_ERR(data))
		return PTR_ERR(data);
	return set_trigger(inst, &irq, &hdr, data);
}

/**
 * mcxl_irq_release - drop all eventfds
 * @inst: the instance, at its last close
 */
void mcxl_irq_release(struct mcxl_instance *inst)
{
	unsigned int i;

	for (i = 0; i < inst->part.parent->desc.nr_vectors; i++)
		set_slot(inst, &inst->vectors[i], NULL);
	set_slot(inst, &inst->err, NULL);
	set_slot(inst, &inst->req, NULL);
}

/**
 * mcxl_irq_error - tell the VMM of an error
 * @inst: the instance
 */
void mcxl_irq_error(struct mcxl_instance *inst)
{
	signal_slot(inst, &inst->err);
}

/**
 * mcxl_irq_request - ask the VMM to let the device go
 * @inst: the instance
 *
 * Return: false when the VMM does not listen
 */
bool mcxl_irq_request(struct mcxl_instance *inst)
{
	guard(spinlock_irqsave)(&inst->irq_lock);
	if (inst->req)
		eventfd_signal(inst->req);
	return inst->req;
}

/**
 * mdev_cxl_partition_signal - raise an MSI-X interrupt of a partition
 * @part: a partition that is started
 * @vector: which; one that it does not have is ignored
 *
 * Context: Any context but NMI.
 */
void mdev_cxl_partition_signal(struct mdev_cxl_partition *part,
			       unsigned int vector)
{
	struct mcxl_instance *inst = part_to_instance(part);
	u32 nr = part->parent->desc.nr_vectors;

	if (vector < nr)
		signal_slot(inst,
			    &inst->vectors[array_index_nospec(vector, nr)]);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_partition_signal, "MDEV_CXL");
