// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user's side, in /sys/kernel/debug/mdev_cxl_guest/<function>:
 *
 * info    what was found
 * hdm     registers of the HDM decoder capability, the first decoder's
 * ras     registers of the RAS capability
 * job     "OP SRC DST LEN VALUE": a write has the engine do it and returns when
 *         it is done. OP is fill, copy or crc32c; what it has no use for is 0
 * jobs    how many were done
 * verify  compare what a job has left with what it should have
 */
#include <linux/array_size.h>
#include <linux/cleanup.h>
#include <linux/crc32.h>
#include <linux/err.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "guest.h"

static const struct debugfs_reg32 hdm_regs[] = {
	{ "capability", 0x00 },
	{ "global_control", 0x04 },
	{ "decoder0_base_low", 0x10 },
	{ "decoder0_base_high", 0x14 },
	{ "decoder0_size_low", 0x18 },
	{ "decoder0_size_high", 0x1c },
	{ "decoder0_control", 0x20 },
	{ "decoder0_skip_low", 0x24 },
	{ "decoder0_skip_high", 0x28 },
};

static const struct debugfs_reg32 ras_regs[] = {
	{ "uncorrectable_status", 0x00 },
	{ "uncorrectable_mask", 0x04 },
	{ "uncorrectable_severity", 0x08 },
	{ "correctable_status", 0x0c },
	{ "correctable_mask", 0x10 },
	{ "capability_control", 0x14 },
	{ "header_log0", 0x18 },
	{ "header_log1", 0x1c },
};

static const char * const ops[] = {
	[MDEV_CXL_SOFT_OP_FILL] = "fill",
	[MDEV_CXL_SOFT_OP_COPY] = "copy",
	[MDEV_CXL_SOFT_OP_CRC32C] = "crc32c",
};

static int info_show(struct seq_file *s, void *unused)
{
	struct guest *guest = s->private;
	struct cxl_component_reg_map *comp = &guest->map.component_map;

	seq_printf(s, "component registers: %pa\n", &guest->map.resource);
	seq_printf(s, "HDM decoders: %#lx bytes at %#lx\n",
		   comp->hdm_decoder.size, comp->hdm_decoder.offset);
	seq_printf(s, "RAS: %#lx bytes at %#lx\n", comp->ras.size,
		   comp->ras.offset);
	seq_printf(s, "memory: %pra, %s\n", &guest->gpa,
		   guest->write_back ? "write-back" : "uncached");
	seq_printf(s, "engine: %s\n", guest->engine.regs ? "yes" : "no");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(info);

static int parse_job(const char *text, struct guest_job *job)
{
	char op[8];
	int rc;

	if (sscanf(text, "%7s %lli %lli %lli %lli", op, &job->src, &job->dst,
		   &job->len, &job->value) != 5)
		return -EINVAL;
	rc = __sysfs_match_string(ops + 1, ARRAY_SIZE(ops) - 1, op);
	if (rc < 0)
		return rc;
	job->op = rc + 1;
	return 0;
}

/* By the CPU, in what the engine has done: both see the same memory */
static bool job_is_right(const struct guest *guest,
			 const struct guest_job *job, u64 result)
{
	const void *src = guest->mem + job->src, *dst = guest->mem + job->dst;

	switch (job->op) {
	case MDEV_CXL_SOFT_OP_FILL:
		return !memchr_inv(dst, job->value, job->len);
	case MDEV_CXL_SOFT_OP_COPY:
		return !memcmp(dst, src, job->len);
	default:
		return crc32c(job->value, src, job->len) == result;
	}
}

/* Unless the function was reset, and its memory is not what the job has left */
static int verify(struct guest *guest, const struct guest_job *job, u64 result,
		  unsigned int resets)
{
	guard(rwsem_read)(&guest->reset_lock);
	if (guest->resets != resets)
		return -ECANCELED;
	return job_is_right(guest, job, result) ? 0 : -EBADMSG;
}

static ssize_t job_write(struct file *file, const char __user *buf,
			 size_t count, loff_t *pos)
{
	struct guest *guest = file->private_data;
	unsigned int resets = READ_ONCE(guest->resets);
	struct guest_job job;
	u64 result;
	int rc;

	if (count > 128)
		return -EINVAL;

	char *text __free(kfree) = memdup_user_nul(buf, count);

	if (IS_ERR(text))
		return PTR_ERR(text);
	rc = parse_job(text, &job);
	if (rc)
		return rc;
	rc = guest_engine_run(&guest->engine, &job, &result);
	if (!rc && guest->verify)
		rc = verify(guest, &job, result, resets);
	return rc ?: count;
}

static const struct file_operations job_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = job_write,
};

static struct dentry *root;

static void remove_dir(void *dir)
{
	debugfs_remove(dir);
}

/**
 * guest_debugfs_add - files for a function, which go when its driver does
 * @guest: the function
 *
 * Return: 0 or -ENOMEM
 */
int guest_debugfs_add(struct guest *guest)
{
	struct dentry *dir = debugfs_create_dir(pci_name(guest->pdev), root);

	guest->verify = true;
	guest->hdm_set = (struct debugfs_regset32) {
		.regs = hdm_regs,
		.nregs = ARRAY_SIZE(hdm_regs),
		.base = guest->hdm,
	};
	guest->ras_set = (struct debugfs_regset32) {
		.regs = ras_regs,
		.nregs = ARRAY_SIZE(ras_regs),
		.base = guest->ras,
	};

	debugfs_create_file("info", 0400, dir, guest, &info_fops);
	debugfs_create_regset32("hdm", 0400, dir, &guest->hdm_set);
	debugfs_create_regset32("ras", 0400, dir, &guest->ras_set);
	debugfs_create_file("job", 0200, dir, guest, &job_fops);
	debugfs_create_ulong("jobs", 0400, dir, &guest->engine.jobs);
	debugfs_create_bool("verify", 0600, dir, &guest->verify);
	return devm_add_action_or_reset(&guest->pdev->dev, remove_dir, dir);
}

/**
 * guest_debugfs_init - the directory that they are in
 */
void guest_debugfs_init(void)
{
	root = debugfs_create_dir(KBUILD_MODNAME, NULL);
}

/**
 * guest_debugfs_exit - remove it
 */
void guest_debugfs_exit(void)
{
	debugfs_remove(root);
}
