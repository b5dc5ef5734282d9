// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine, as its user: a job takes a slot and rings the doorbell; the
 * interrupt of the slot tells of its end. A reset ends all jobs.
 */
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/io-64-nonatomic-lo-hi.h>
#include <linux/lockdep.h>
#include <linux/sizes.h>

#include "guest.h"

#define BAR_FUNCTION	4
#define REGS_OFFSET	SZ_64K
/* All slots full of jobs as large as the memory, and neighbours with as many */
#define JOB_TIMEOUT	(300 * HZ)

static void __iomem *slot_reg(struct guest_slot *slot, unsigned int reg)
{
	struct guest_engine *engine = slot->engine;

	return engine->regs + MDEV_CXL_SOFT_SLOT(slot - engine->slots) + reg;
}

static int status_to_errno(u64 status)
{
	switch (status) {
	case MDEV_CXL_SOFT_DONE:
		return 0;
	case MDEV_CXL_SOFT_ERR_OP:
		return -EOPNOTSUPP;
	case MDEV_CXL_SOFT_ERR_RANGE:
		return -ERANGE;
	case MDEV_CXL_SOFT_ERR_OVERLAP:
		return -EINVAL;
	case MDEV_CXL_SOFT_ERR_MEMORY:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static void release_slot(struct guest_slot *slot)
{
	struct guest_engine *engine = slot->engine;

	lockdep_assert_held(&engine->lock);
	__clear_bit(slot - engine->slots, &engine->claimed);
	up(&engine->free);
}

static void end_job(struct guest_slot *slot, int error)
{
	lockdep_assert_held(&slot->engine->lock);
	slot->busy = false;
	slot->error = error;
	if (slot->abandoned)
		release_slot(slot);
	else
		complete(&slot->done);
}

static irqreturn_t slot_interrupt(int irq, void *data)
{
	struct guest_slot *slot = data;
	u64 status;

	guard(spinlock)(&slot->engine->lock);
	/* In a reset the registers are out of reach */
	if (!slot->engine->ready || !slot->busy)
		return IRQ_NONE;
	status = readq(slot_reg(slot, MDEV_CXL_SOFT_STATUS));
	if (status == MDEV_CXL_SOFT_BUSY)
		return IRQ_NONE;

	slot->result = readq(slot_reg(slot, MDEV_CXL_SOFT_RESULT));
	if (status == MDEV_CXL_SOFT_DONE)
		slot->engine->jobs++;
	end_job(slot, status_to_errno(status));
	return IRQ_HANDLED;
}

/* With a slot to be had for sure: @free has been counted down */
static struct guest_slot *submit(struct guest_engine *engine,
				 const struct guest_job *job)
{
	struct guest_slot *slot;
	unsigned int n;

	guard(spinlock_irqsave)(&engine->lock);
	if (!engine->ready)
		return ERR_PTR(-EAGAIN);

	n = ffz(engine->claimed);
	__set_bit(n, &engine->claimed);
	slot = &engine->slots[n];
	slot->busy = true;
	slot->abandoned = false;
	reinit_completion(&slot->done);

	writeq(job->op, slot_reg(slot, MDEV_CXL_SOFT_OP));
	writeq(n, slot_reg(slot, MDEV_CXL_SOFT_VECTOR));
	writeq(job->src, slot_reg(slot, MDEV_CXL_SOFT_SRC));
	writeq(job->dst, slot_reg(slot, MDEV_CXL_SOFT_DST));
	writeq(job->len, slot_reg(slot, MDEV_CXL_SOFT_LEN));
	writeq(job->value, slot_reg(slot, MDEV_CXL_SOFT_VALUE));
	writeq(n, engine->regs + MDEV_CXL_SOFT_DOORBELL);
	return slot;
}

/* Its job goes on, so the slot can't be given to another one */
static bool abandon(struct guest_slot *slot)
{
	guard(spinlock_irqsave)(&slot->engine->lock);
	slot->abandoned = slot->busy;
	return slot->abandoned;
}

/**
 * guest_engine_run - have a job done, and wait for its end
 * @engine: the engine
 * @job: the job
 * @result: checksum, when it is of that kind
 *
 * Return: 0; -ENODEV without an engine; -EAGAIN while the function is in
 * reset, -ECANCELED when it was reset meanwhile; -ETIMEDOUT; -EINTR; or what
 * the engine says: -EOPNOTSUPP, -ERANGE, -EINVAL for a copy onto itself,
 * -ENOMEM, or -EIO for what it should not say
 */
int guest_engine_run(struct guest_engine *engine, const struct guest_job *job,
		     u64 *result)
{
	struct guest_slot *slot;
	long rc;

	if (!engine->regs)
		return -ENODEV;
	rc = down_killable(&engine->free);
	if (rc)
		return rc;
	slot = submit(engine, job);
	if (IS_ERR(slot)) {
		up(&engine->free);
		return PTR_ERR(slot);
	}

	rc = wait_for_completion_killable_timeout(&slot->done, JOB_TIMEOUT);
	if (rc <= 0 && abandon(slot))
		return rc ? -EINTR : -ETIMEDOUT;

	guard(spinlock_irqsave)(&engine->lock);
	rc = slot->error;
	*result = slot->result;
	release_slot(slot);
	return rc;
}

/**
 * guest_engine_stop - no job is accepted, and no register touched any more
 * @engine: the engine, whose function is about to be reset
 *
 * The jobs that it has go on until then.
 */
void guest_engine_stop(struct guest_engine *engine)
{
	guard(spinlock_irqsave)(&engine->lock);
	engine->ready = false;
}

/**
 * guest_engine_cancel - the jobs that the engine had are gone
 * @engine: the engine, stopped, and its function reset
 */
void guest_engine_cancel(struct guest_engine *engine)
{
	unsigned int n;

	guard(spinlock_irqsave)(&engine->lock);
	for (n = 0; n < MDEV_CXL_SOFT_SLOTS; n++) {
		if (engine->slots[n].busy)
			end_job(&engine->slots[n], -ECANCELED);
	}
}

/**
 * guest_engine_start - jobs are accepted
 * @engine: the engine, its function reset, without jobs
 */
void guest_engine_start(struct guest_engine *engine)
{
	guard(spinlock_irqsave)(&engine->lock);
	engine->ready = true;
}

static int request_interrupts(struct guest_engine *engine, struct pci_dev *pdev)
{
	int n, rc;

	rc = pci_alloc_irq_vectors(pdev, MDEV_CXL_SOFT_SLOTS,
				   MDEV_CXL_SOFT_SLOTS, PCI_IRQ_MSIX);
	if (rc < 0)
		return dev_err_probe(&pdev->dev, rc,
				     "no MSI-X vectors, wanted %d, one for each slot of the engine\n",
				     MDEV_CXL_SOFT_SLOTS);

	for (n = 0; n < MDEV_CXL_SOFT_SLOTS; n++) {
		rc = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, n),
				      slot_interrupt, 0, KBUILD_MODNAME,
				      &engine->slots[n]);
		if (rc)
			return rc;
	}
	pci_set_master(pdev);
	return 0;
}

/**
 * guest_engine_init - find the engine
 * @engine: filled
 * @pdev: the function, enabled
 *
 * Return: 0, also for a function that is memory and no engine; or an errno
 */
int guest_engine_init(struct guest_engine *engine, struct pci_dev *pdev)
{
	void __iomem *regs;
	unsigned int n;
	int rc;

	spin_lock_init(&engine->lock);
	sema_init(&engine->free, MDEV_CXL_SOFT_SLOTS);
	for (n = 0; n < MDEV_CXL_SOFT_SLOTS; n++) {
		engine->slots[n].engine = engine;
		init_completion(&engine->slots[n].done);
	}

	regs = pcim_iomap_range(pdev, BAR_FUNCTION, REGS_OFFSET,
				MDEV_CXL_SOFT_REGS_SIZE);
	if (IS_ERR(regs))
		return PTR_ERR(regs);
	if (readq(regs + MDEV_CXL_SOFT_MAGIC) != MDEV_CXL_SOFT_MAGIC_VALUE)
		return 0;
	rc = request_interrupts(engine, pdev);
	if (rc)
		return rc;
	engine->regs = regs;
	engine->ready = true;
	return 0;
}
