// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parents: registration, lifetime, sysfs.
 *
 * The mdev core embeds nothing of its own in a parent: it works on the
 * struct mdev_parent and struct mdev_type that it is given, and reads them
 * until the last reference to a type goes, which may be long after
 * mdev_unregister_parent() and after the parent driver was unbound. Every
 * type therefore holds a reference to the parent's kobject, and drops it in a
 * release function that is put before that of the mdev core.
 */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/math.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include <kunit/visibility.h>

#include "debugfs.h"
#include "instance.h"
#include "parent.h"

static atomic_t parents = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(parents_wait);

static struct mdev_cxl_parent *kobj_to_parent(struct kobject *kobj)
{
	return container_of(kobj, struct mdev_cxl_parent, kobj);
}

static ssize_t dpa_size_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	struct mdev_cxl_parent *parent = kobj_to_parent(kobj);

	return sysfs_emit(buf, "%llu\n", mcxl_dpa_size(&parent->dpa));
}

static ssize_t dpa_free_show(struct kobject *kobj, struct kobj_attribute *attr,
			     char *buf)
{
	struct mdev_cxl_parent *parent = kobj_to_parent(kobj);

	guard(mutex)(&parent->show_lock);
	guard(mutex)(&parent->lock);
	return sysfs_emit(buf, "%llu\n", mcxl_dpa_available(&parent->dpa));
}

static ssize_t dpa_largest_free_show(struct kobject *kobj,
				     struct kobj_attribute *attr, char *buf)
{
	struct mdev_cxl_parent *parent = kobj_to_parent(kobj);

	guard(mutex)(&parent->show_lock);
	guard(mutex)(&parent->lock);
	return sysfs_emit(buf, "%llu\n", mcxl_dpa_largest(&parent->dpa));
}

static ssize_t dirty_bytes_show(struct kobject *kobj,
				struct kobj_attribute *attr, char *buf)
{
	struct mdev_cxl_parent *parent = kobj_to_parent(kobj);

	return sysfs_emit(buf, "%llu\n",
			  mcxl_clear_dirty_bytes(parent, 0,
						 parent->desc.dpa_size));
}

static ssize_t numa_node_show(struct kobject *kobj,
			      struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n",
			  dev_to_node(kobj_to_parent(kobj)->desc.dev));
}

static struct kobj_attribute dpa_size_attr = __ATTR_RO(dpa_size);
static struct kobj_attribute dpa_free_attr = __ATTR_RO(dpa_free);
static struct kobj_attribute dpa_largest_free_attr =
	__ATTR_RO(dpa_largest_free);
static struct kobj_attribute dirty_bytes_attr = __ATTR_RO(dirty_bytes);
static struct kobj_attribute numa_node_attr = __ATTR_RO(numa_node);

static struct attribute *parent_attrs[] = {
	&dpa_size_attr.attr,
	&dpa_free_attr.attr,
	&dpa_largest_free_attr.attr,
	&dirty_bytes_attr.attr,
	&numa_node_attr.attr,
	NULL
};
ATTRIBUTE_GROUPS(parent);

/*
 * A reset may take a minute, for a function that comes back late. If it takes longer,
 * something else is in the way: Linux asks all functions of a bus, one after the
 * other, and waits for one whose driver is being unbound. VMMs must not wait for that.
 */
static unsigned int reset_wait = 90;
module_param(reset_wait, uint, 0644);
MODULE_PARM_DESC(reset_wait, "seconds that users of the memory of a device in reset wait before they get errors (90)");

/*
 * A VMM decides how many threads wait, and so how long it takes to wake them: do it
 * after everything else that is to be done for the other instances.
 */
static void wake_waiters(struct mdev_cxl_parent *parent)
{
	struct mcxl_instance *inst;

	lockdep_assert_held(&parent->lock);
	list_for_each_entry(inst, &parent->instances, node)
		wake_up_all(&inst->held_wait);
}

static void parent_block(struct mdev_cxl_parent *parent, bool held)
{
	unsigned long patience = (unsigned long)READ_ONCE(reset_wait) * HZ;
	struct mcxl_instance *inst;

	lockdep_assert_held(&parent->lock);
	/* Nothing would end it, and no VMM closes its instance while it waits for that */
	held = held && patience && !parent->leaving;
	if (held) {
		WRITE_ONCE(parent->held_until, jiffies + patience);
		mod_delayed_work(system_dfl_wq, &parent->hold_over, patience);
	} else {
		cancel_delayed_work(&parent->hold_over);
	}
	/* The thread does not hold it now, and will see the change */
	scoped_guard(mutex, &parent->clear_gate)
		parent->blocked = true;
	list_for_each_entry(inst, &parent->instances, node)
		mcxl_instance_block(inst, held);
	if (!held)
		wake_waiters(parent);
}

/**
 * mcxl_instance_patience - how long does it make sense to wait for the memory?
 * @inst: the instance
 *
 * All instances share the deadline, and it is read without a lock: an instance that
 * takes long to be blocked does not make the wait of others longer.
 *
 * Return: jiffies, while the device is in a reset or may be about to be; else 0
 */
unsigned long mcxl_instance_patience(const struct mcxl_instance *inst)
{
	unsigned long until = READ_ONCE(inst->part.parent->held_until);
	unsigned long now = jiffies;

	return READ_ONCE(inst->held) && time_before(now, until) ? until - now :
								  0;
}

static void parent_unblock(struct mdev_cxl_parent *parent)
{
	lockdep_assert_held(&parent->lock);
	cancel_delayed_work(&parent->hold_over);
	scoped_guard(mutex, &parent->clear_gate)
		parent->blocked = false;
	wake_up(&parent->clear_wait);
}

/* Waiters have timed out by then; this is for later ones, and for the log */
static void hold_over(struct work_struct *work)
{
	struct mdev_cxl_parent *parent =
		container_of(work, struct mdev_cxl_parent, hold_over.work);

	guard(mutex)(&parent->lock);
	/* The reset has ended meanwhile, or there is another one */
	if (!parent->blocked || delayed_work_pending(&parent->hold_over))
		return;
	dev_warn(parent->desc.dev,
		 "in reset for too long: accesses to the memory fail from now on\n");
	parent_block(parent, false);
}

static void parent_free(struct mdev_cxl_parent *parent)
{
	if (!parent)
		return;
	mcxl_types_destroy(parent->types);
	xa_destroy(&parent->poison);
	kvfree(parent->clear_locks);
	bitmap_free(parent->dirty);
	mutex_destroy(&parent->lock);
	mutex_destroy(&parent->show_lock);
	kfree(parent);
}

DEFINE_FREE(parent_free, struct mdev_cxl_parent *, parent_free(_T))

static void parent_release(struct kobject *kobj)
{
	parent_free(kobj_to_parent(kobj));
	if (atomic_dec_and_test(&parents))
		wake_up(&parents_wait);
}

static const struct kobj_type parent_ktype = {
	.sysfs_ops = &kobj_sysfs_ops,
	.release = parent_release,
	.default_groups = parent_groups,
};

/**
 * mcxl_parents_wait - wait until the memory of all parents is free
 *
 * For module exit: until then their release functions are still to run. All
 * parents must be unregistered.
 */
void mcxl_parents_wait(void)
{
	wait_event(parents_wait, !atomic_read(&parents));
	/*
	 * The task that dropped the last one may still have a few instructions
	 * of ours to run, and be preempted
	 */
	synchronize_rcu_tasks();
}
EXPORT_SYMBOL_IF_KUNIT(mcxl_parents_wait);

static void type_release(struct kobject *kobj)
{
	struct mdev_type *type = container_of(kobj, struct mdev_type, kobj);
	struct mdev_cxl_parent *parent = to_mcxl_parent(type->parent);

	parent->mdev_type_release(kobj);
	kobject_put(&parent->kobj);
}

/* Keep @parent until each of its types, now registered, is released */
static void types_hold_parent(struct mdev_cxl_parent *parent)
{
	const struct kobj_type *ktype = parent->types->mdev[0]->kobj.ktype;
	unsigned int i;

	parent->mdev_type_release = ktype->release;
	parent->type_ktype = *ktype;
	parent->type_ktype.release = type_release;

	for (i = 0; i < parent->types->nr; i++) {
		kobject_get(&parent->kobj);
		WRITE_ONCE(parent->types->mdev[i]->kobj.ktype,
			   &parent->type_ktype);
	}
}

/*
 * mdev_register_parent() has failed and dropped the types that it had added.
 * Nobody else knew of them, so each was freed, unless the kernel delays
 * releases to find code that relies on their time. Then the kobject "devices"
 * below a type is released late, too, and keeps the type until it is.
 */
static void types_wait_dropped(struct mdev_cxl_parent *parent)
{
#ifdef CONFIG_DEBUG_KOBJECT_RELEASE
	unsigned int i;

	for (i = 0; i < parent->types->nr; i++) {
		struct kobject *kobj = &parent->types->mdev[i]->kobj;

		if (!kobj->state_initialized)
			continue;
		while (kref_read(&kobj->kref))
			msleep(20);
		/* The last kobject_put() is just about to queue this */
		msleep(20);
		flush_delayed_work(&kobj->release);
	}
#endif
}

static int check_desc(const struct mdev_cxl_parent_desc *desc)
{
	const struct mdev_cxl_parent_ops *ops = desc->ops;

	if (!ops || !ops->get_pfn)
		return -EINVAL;
	if (desc->regs_size && (!ops->reg_read || !ops->reg_write))
		return -EINVAL;
	/* What can work must be stopped */
	if ((desc->regs_size || ops->start) && !ops->stop)
		return -EINVAL;
	if ((ops->stop || ops->pause || ops->resume) &&
	    (!ops->stop || !ops->pause || !ops->resume))
		return -EINVAL;
	if (desc->regs_size > MDEV_CXL_MAX_REGS || desc->regs_size % 8)
		return -EINVAL;
	if (!desc->nr_vectors || desc->nr_vectors > MDEV_CXL_MAX_VECTORS)
		return -EINVAL;
	if (desc->reset_timeout > 4)
		return -EINVAL;
	return 0;
}

static struct mdev_cxl_parent *
parent_alloc(const struct mdev_cxl_parent_desc *desc)
{
	u64 size = round_down(desc->dpa_size, MDEV_CXL_GRANULE);
	struct mdev_cxl_parent *parent __free(parent_free) = NULL;
	struct device *dev = desc->dev;
	unsigned int pieces;
	int rc;

	if (!size) {
		dev_err(dev, "device memory of %llu bytes, wanted at least %u\n",
			desc->dpa_size, MDEV_CXL_GRANULE);
		return ERR_PTR(-EINVAL);
	}

	parent = kzalloc_obj(*parent);
	if (!parent)
		return ERR_PTR(-ENOMEM);

	parent->desc = *desc;
	parent->desc.dpa_size = size;
	parent->desc.types = NULL;
	mutex_init(&parent->show_lock);
	mutex_init(&parent->lock);
	INIT_DELAYED_WORK(&parent->hold_over, hold_over);
	xa_init(&parent->poison);
	mutex_init(&parent->clear_gate);
	init_waitqueue_head(&parent->clear_wait);
	INIT_LIST_HEAD(&parent->instances);
	mcxl_dpa_init(&parent->dpa, size);

	pieces = size / MCXL_PIECE;
	parent->dirty = bitmap_zalloc_node(pieces, GFP_KERNEL, dev_to_node(dev));
	if (!parent->dirty)
		return ERR_PTR(-ENOMEM);
	if (!desc->zeroed)
		bitmap_fill(parent->dirty, pieces);

	rc = mcxl_clear_init(parent);
	if (rc)
		return ERR_PTR(rc);

	parent->types = mcxl_types_create(dev, size, desc->types,
					  desc->nr_types);
	if (IS_ERR(parent->types))
		return ERR_CAST(no_free_ptr(parent->types));

	return_ptr(parent);
}

/**
 * mdev_cxl_register_parent - offer partitions of a device
 * @desc: the device and what it offers; copied
 *
 * When this returns, partitions may exist already: user space is told as soon
 * as the types are there.
 *
 * Context: Process context; may sleep. Operations of &mdev_cxl_parent_ops are
 * called before it returns: not with a lock that any of them takes.
 *
 * Return: the parent, or -EINVAL for a description that breaks the rules of
 * struct mdev_cxl_parent_desc, -ENOMEM, -EINTR when a signal came while its thread
 * was created, or an error of sysfs
 */
struct mdev_cxl_parent *
mdev_cxl_register_parent(const struct mdev_cxl_parent_desc *desc)
{
	struct mdev_cxl_parent *parent;
	int rc;

	rc = check_desc(desc);
	if (rc)
		return ERR_PTR(rc);

	parent = parent_alloc(desc);
	if (IS_ERR(parent))
		return parent;

	atomic_inc(&parents);
	rc = kobject_init_and_add(&parent->kobj, &parent_ktype,
				  &desc->dev->kobj, "mdev_cxl");
	if (rc)
		goto put_parent;

	rc = mcxl_clear_start(parent);
	if (rc)
		goto del_parent;
	rc = mdev_register_parent(&parent->mdev, desc->dev, &mcxl_mdev_driver,
				  parent->types->mdev, parent->types->nr);
	if (rc)
		goto wait_types;

	types_hold_parent(parent);
	mcxl_debugfs_add(parent);
	return parent;

wait_types:
	types_wait_dropped(parent);
	mcxl_clear_stop(parent);
del_parent:
	kobject_del(&parent->kobj);
put_parent:
	kobject_put(&parent->kobj);
	return ERR_PTR(rc);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_register_parent, "MDEV_CXL");

/**
 * mdev_cxl_unregister_parent - withdraw a device
 * @parent: as returned by mdev_cxl_register_parent(); gone afterwards
 *
 * All its partitions are removed. For those that are open the VMM is asked to
 * close them, and this waits until it does.
 *
 * Context: Process context; may sleep. Not from an operation of
 * &mdev_cxl_parent_ops, nor with a lock that any of them takes.
 */
void mdev_cxl_unregister_parent(struct mdev_cxl_parent *parent)
{
	scoped_guard(mutex, &parent->lock) {
		parent->leaving = true;
		if (parent->blocked)
			parent_block(parent, false);
	}
	cancel_delayed_work_sync(&parent->hold_over);
	mcxl_debugfs_del(parent);
	mdev_unregister_parent(&parent->mdev);
	mcxl_clear_stop(parent);
	mcxl_poison_leave(parent);
	kobject_del(&parent->kobj);
	kobject_put(&parent->kobj);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_unregister_parent, "MDEV_CXL");

/**
 * mdev_cxl_parent_get - keep a parent
 * @parent: the parent
 *
 * For those that may report errors of a parent while it is unregistered. Until the
 * reference is put @parent may be given to mdev_cxl_parent_poison() and
 * mdev_cxl_parent_unpoison(), which return -ENODEV in the end, to
 * mdev_cxl_parent_ras() and mdev_cxl_parent_failed(), which find no instance any
 * more, and to mdev_cxl_parent_is_blocked().
 *
 * Context: Any context.
 *
 * Return: @parent
 */
struct mdev_cxl_parent *mdev_cxl_parent_get(struct mdev_cxl_parent *parent)
{
	kobject_get(&parent->kobj);
	return parent;
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_get, "MDEV_CXL");

/**
 * mdev_cxl_parent_put - drop a reference of mdev_cxl_parent_get()
 * @parent: the parent
 *
 * Context: Process context; may sleep.
 */
void mdev_cxl_parent_put(struct mdev_cxl_parent *parent)
{
	kobject_put(&parent->kobj);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_put, "MDEV_CXL");

/**
 * mdev_cxl_parent_drvdata - what the parent driver registered as its own
 * @parent: the parent
 *
 * Return: &mdev_cxl_parent_desc.drvdata
 */
void *mdev_cxl_parent_drvdata(const struct mdev_cxl_parent *parent)
{
	return parent->desc.drvdata;
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_drvdata, "MDEV_CXL");

/**
 * mdev_cxl_parent_reset_prepare - the physical device is about to be reset
 * @parent: the parent
 *
 * Pauses every partition and takes its memory and BARs out of reach: accesses to them
 * wait until one of mdev_cxl_parent_reset_done(), mdev_cxl_parent_reset_cancel(),
 * mdev_cxl_parent_failed() and mdev_cxl_unregister_parent() follows, at most for as
 * long as the module parameter reset_wait says.
 *
 * Resets do not nest: the first end is the end of all. The lock of the device
 * serialises the calls with those of the PCI core, AER and debugfs. Error recovery drops
 * it between its steps; the parent driver must not let another reset end what is still
 * to come.
 *
 * Context: Process context; may sleep. With the lock of &mdev_cxl_parent_desc.dev
 * held, as in the operations of struct pci_error_handlers. Not from an operation of
 * &mdev_cxl_parent_ops, nor with a lock that any of them takes.
 */
void mdev_cxl_parent_reset_prepare(struct mdev_cxl_parent *parent)
{
	device_lock_assert(parent->desc.dev);
	guard(mutex)(&parent->lock);
	parent_block(parent, true);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_reset_prepare, "MDEV_CXL");

/**
 * mdev_cxl_parent_is_blocked - is the memory of all partitions out of reach?
 * @parent: the parent
 *
 * Context: Process context; may sleep. Not from an operation of
 * &mdev_cxl_parent_ops, nor with a lock that any of them takes.
 *
 * Return: true after mdev_cxl_parent_reset_prepare() or
 * mdev_cxl_parent_failed(), until mdev_cxl_parent_reset_done() or
 * mdev_cxl_parent_reset_cancel()
 */
bool mdev_cxl_parent_is_blocked(struct mdev_cxl_parent *parent)
{
	guard(mutex)(&parent->lock);
	return parent->blocked;
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_is_blocked, "MDEV_CXL");

/* The memory is there again: zero after a reset, or else as it was */
static void end_reset(struct mdev_cxl_parent *parent, bool reset)
{
	struct mcxl_instance *inst;

	lockdep_assert_held(&parent->lock);
	/* What is in use would be cleared */
	if (WARN_ON_ONCE(!parent->blocked))
		return;
	if (reset)
		bitmap_fill(parent->dirty, parent->desc.dpa_size / MCXL_PIECE);
	parent->lost = false;
	parent_unblock(parent);
	list_for_each_entry(inst, &parent->instances, node)
		mcxl_instance_unblock(inst, reset);
	wake_waiters(parent);
	if (!reset)
		return;
	/* A VMM decides how many are woken; nobody else must wait for that */
	list_for_each_entry(inst, &parent->instances, node)
		mcxl_irq_error(inst);
}

/**
 * mdev_cxl_parent_reset_done - the physical device is usable again
 * @parent: the parent, after mdev_cxl_parent_reset_prepare() or
 *	mdev_cxl_parent_failed()
 *
 * A reset of the physical device hits every partition. Each comes up as after
 * a conventional reset, its memory zero, and its VMM gets an error event.
 *
 * Context: As mdev_cxl_parent_reset_prepare().
 */
void mdev_cxl_parent_reset_done(struct mdev_cxl_parent *parent)
{
	device_lock_assert(parent->desc.dev);
	guard(mutex)(&parent->lock);
	end_reset(parent, true);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_reset_done, "MDEV_CXL");

/**
 * mdev_cxl_parent_reset_cancel - the physical device was not reset after all
 * @parent: the parent, after mdev_cxl_parent_reset_prepare()
 *
 * Every partition goes on with the registers, the memory and the work that it had.
 * But after mdev_cxl_parent_failed() nobody knows what the memory holds; what was
 * cleared while the device was being lost may not be clear. Then this does what
 * mdev_cxl_parent_reset_done() does.
 *
 * Context: As mdev_cxl_parent_reset_prepare().
 */
void mdev_cxl_parent_reset_cancel(struct mdev_cxl_parent *parent)
{
	device_lock_assert(parent->desc.dev);
	guard(mutex)(&parent->lock);
	end_reset(parent, parent->lost);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_reset_cancel, "MDEV_CXL");

/**
 * mdev_cxl_parent_failed - the physical device is lost
 * @parent: the parent
 *
 * Pauses every partition and takes its memory out of reach: a touch raises SIGBUS,
 * reads and writes fail with -EIO, and every VMM gets an error event. Accesses that
 * were waiting because of an earlier mdev_cxl_parent_reset_prepare() fail so, too. It
 * stays so until mdev_cxl_parent_reset_done(), mdev_cxl_parent_reset_cancel(), which
 * does the same then, or mdev_cxl_unregister_parent(); a later
 * mdev_cxl_parent_reset_prepare() makes accesses wait again.
 *
 * Context: Process context; may sleep. Not from an operation of
 * &mdev_cxl_parent_ops, nor with a lock that any of them takes.
 */
void mdev_cxl_parent_failed(struct mdev_cxl_parent *parent)
{
	struct mcxl_instance *inst;

	guard(mutex)(&parent->lock);
	parent->lost = true;
	parent_block(parent, false);
	list_for_each_entry(inst, &parent->instances, node)
		mcxl_irq_error(inst);
}
EXPORT_SYMBOL_NS_GPL(mdev_cxl_parent_failed, "MDEV_CXL");

/**
 * mcxl_parent_has_all_types - is nothing left to fail in the mdev core?
 * @parent: the parent, which may just be registered
 *
 * Return: true once the last of its types, which are made in their order, can
 * have instances
 */
bool mcxl_parent_has_all_types(const struct mdev_cxl_parent *parent)
{
	const struct mcxl_types *types = parent->types;

	return READ_ONCE(types->mdev[types->nr - 1]->devices_kobj);
}

/**
 * mcxl_parent_available - how many partitions of a type could be created now
 * @parent: the parent
 * @type: one of its types
 *
 * Return: the exact number
 */
unsigned int mcxl_parent_available(struct mdev_cxl_parent *parent,
				   const struct mcxl_type *type)
{
	guard(mutex)(&parent->show_lock);
	guard(mutex)(&parent->lock);
	return mcxl_dpa_count(&parent->dpa, type->desc.size);
}

/**
 * mcxl_parent_add - give an instance its memory
 * @parent: the parent
 * @inst: the instance; its dpa and part.dpa are filled
 * @type: what it is to be
 *
 * Return: 0, or -ENOSPC with one line in the log that says why
 */
int mcxl_parent_add(struct mdev_cxl_parent *parent,
		    struct mcxl_instance *inst, const struct mcxl_type *type)
{
	u64 size = type->desc.size;
	int rc;

	guard(mutex)(&parent->lock);
	rc = mcxl_dpa_alloc(&parent->dpa, &inst->dpa, size,
			    dev_name(inst->vdev.dev));
	if (rc) {
		dev_warn(parent->desc.dev,
			 "no room for %s: wanted %llu MiB, free %llu MiB, largest free range %llu MiB\n",
			 type->name, size / SZ_1M,
			 mcxl_dpa_available(&parent->dpa) / SZ_1M,
			 mcxl_dpa_largest(&parent->dpa) / SZ_1M);
		return rc;
	}

	inst->part.parent = parent;
	inst->part.dpa = DEFINE_RANGE(inst->dpa.start, inst->dpa.end);
	WRITE_ONCE(inst->blocked, parent->blocked);
	list_add_tail(&inst->node, &parent->instances);
	return 0;
}

/**
 * mcxl_parent_del - take the memory of an instance back
 * @parent: the parent
 * @inst: the instance, closed; its memory is marked dirty
 */
void mcxl_parent_del(struct mdev_cxl_parent *parent,
		     struct mcxl_instance *inst)
{
	guard(mutex)(&parent->lock);
	list_del(&inst->node);
	mcxl_dpa_free(&inst->dpa);
}
