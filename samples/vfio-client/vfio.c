// SPDX-License-Identifier: GPL-2.0-only
/* A small library over the VFIO user API, see vfio.h. */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <linux/iommufd.h>
#include <linux/pci_regs.h>

#include "vfio.h"

/* VFIO_PCI_INDEX_TO_OFFSET of the kernel; a client asks for region offsets */
static int region_offset(struct vfio *v, uint32_t index, uint64_t *offset)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.index = index,
	};

	if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, &info))
		return -errno;
	*offset = info.offset;
	return 0;
}

/* A file in the directory of the device, which may be a PCI device as well */
static void device_file(const char *name, const char *file, char *path,
			size_t size)
{
	snprintf(path, size, "/sys/bus/mdev/devices/%s/%s", name, file);
	if (access(path, F_OK) && errno == ENOENT)
		snprintf(path, size, "/sys/bus/pci/devices/%s/%s", name, file);
}

/* Name of the group of the device, from its iommu_group link */
static int group_path(const char *name, char *path, size_t size)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t n;

	device_file(name, "iommu_group", link, sizeof(link));
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = 0;
	snprintf(path, size, "/dev/vfio/%s", strrchr(target, '/') + 1);
	return 0;
}

static int open_group(struct vfio *v, const char *name)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[PATH_MAX];
	int rc;

	rc = group_path(name, path, sizeof(path));
	if (rc)
		return rc;
	v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (v->container < 0)
		return -errno;
	v->group = open(path, O_RDWR | O_CLOEXEC);
	if (v->group < 0)
		return -errno;
	if (ioctl(v->group, VFIO_GROUP_GET_STATUS, &status))
		return -errno;
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		return -EPERM;
	if (ioctl(v->group, VFIO_GROUP_SET_CONTAINER, &v->container) ||
	    ioctl(v->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU))
		return -errno;
	v->device = ioctl(v->group, VFIO_GROUP_GET_DEVICE_FD, name);
	return v->device < 0 ? -errno : 0;
}

/* Name of the character device, from the directory vfio-dev of the device */
static int cdev_path(const char *name, char *path, size_t size)
{
	char dirname[PATH_MAX];
	struct dirent *entry;
	int rc = -ENOENT;
	DIR *dir;

	device_file(name, "vfio-dev", dirname, sizeof(dirname));
	dir = opendir(dirname);
	if (!dir)
		return -errno;
	while ((errno = 0, entry = readdir(dir))) {
		if (strncmp(entry->d_name, "vfio", 4))
			continue;
		snprintf(path, size, "/dev/vfio/devices/%s", entry->d_name);
		rc = access(path, F_OK) ? -errno : 0;
		break;
	}
	if (!entry && errno)
		rc = -errno;
	closedir(dir);
	return rc;
}

/* The device, and an address space for what it does by DMA */
static int open_cdev(struct vfio *v, const char *path)
{
	struct vfio_device_bind_iommufd bind = { .argsz = sizeof(bind) };
	struct vfio_device_attach_iommufd_pt attach = {
		.argsz = sizeof(attach),
	};
	struct iommu_ioas_alloc ioas = { .size = sizeof(ioas) };

	v->container = open("/dev/iommu", O_RDWR | O_CLOEXEC);
	if (v->container < 0)
		return -errno;
	v->device = open(path, O_RDWR | O_CLOEXEC);
	if (v->device < 0)
		return -errno;
	bind.iommufd = v->container;
	if (ioctl(v->device, VFIO_DEVICE_BIND_IOMMUFD, &bind) ||
	    ioctl(v->container, IOMMU_IOAS_ALLOC, &ioas))
		return -errno;
	attach.pt_id = ioas.out_ioas_id;
	return ioctl(v->device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &attach) ?
	       -errno : 0;
}

int vfio_open(struct vfio *v, const char *name)
{
	const char *way = getenv("VFIO_CLIENT_OPEN") ?: "";
	bool group = !strcmp(way, "group");
	char path[PATH_MAX];
	int rc = 0;

	*v = (struct vfio) { -1, -1, -1 };
	if (!group) {
		rc = cdev_path(name, path, sizeof(path));
		group = rc && strcmp(way, "cdev");
	}
	if (group)
		rc = open_group(v, name);
	else if (!rc)
		rc = open_cdev(v, path);
	if (rc)
		vfio_close(v);
	return rc;
}

void vfio_open_or_exit(struct vfio *v, const char *name)
{
	int rc = vfio_open(v, name);

	if (rc)
		errx(1, "%s: %s", name, strerror(-rc));
}

void vfio_close(struct vfio *v)
{
	if (v->device >= 0)
		close(v->device);
	if (v->group >= 0)
		close(v->group);
	if (v->container >= 0)
		close(v->container);
	*v = (struct vfio) { -1, -1, -1 };
}

struct vfio_region_info *vfio_region(struct vfio *v, uint32_t index)
{
	struct vfio_region_info *info = calloc(1, sizeof(*info)), *more;

	if (!info)
		return NULL;
	info->argsz = sizeof(*info);
	info->index = index;
	if (ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, info))
		goto fail;
	if (info->argsz <= sizeof(*info))
		return info;

	/* It has capabilities: once more, with room for them */
	more = realloc(info, info->argsz);
	if (!more)
		goto fail;
	info = more;
	if (!ioctl(v->device, VFIO_DEVICE_GET_REGION_INFO, info))
		return info;
fail:
	free(info);
	return NULL;
}

struct vfio_info_cap_header *vfio_region_cap(struct vfio_region_info *info,
					     uint16_t id)
{
	uint32_t at = info->flags & VFIO_REGION_INFO_FLAG_CAPS ?
		      info->cap_offset : 0;

	while (at) {
		struct vfio_info_cap_header *cap =
			(struct vfio_info_cap_header *)((char *)info + at);

		if (cap->id == id)
			return cap;
		at = cap->next;
	}
	return NULL;
}

int vfio_find_region(struct vfio *v, uint32_t type, uint32_t subtype)
{
	struct vfio_device_info dev = { .argsz = sizeof(dev) };
	uint32_t i;

	if (ioctl(v->device, VFIO_DEVICE_GET_INFO, &dev))
		return -errno;
	for (i = VFIO_PCI_NUM_REGIONS; i < dev.num_regions; i++) {
		struct vfio_region_info *info = vfio_region(v, i);
		struct vfio_region_info_cap_type *cap;
		bool found;

		if (!info)
			continue;
		cap = (void *)vfio_region_cap(info, VFIO_REGION_INFO_CAP_TYPE);
		found = cap && cap->type == type && cap->subtype == subtype;
		free(info);
		if (found)
			return i;
	}
	return -ENOENT;
}

int vfio_pread(struct vfio *v, uint32_t region, uint64_t offset, void *buf,
	       size_t len)
{
	uint64_t base = 0;
	int rc = region_offset(v, region, &base);
	ssize_t n;

	if (rc)
		return rc;
	/* A signal ends it early while the physical device is in reset */
	do {
		n = pread(v->device, buf, len, base + offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int vfio_pwrite(struct vfio *v, uint32_t region, uint64_t offset,
		const void *buf, size_t len)
{
	uint64_t base = 0;
	int rc = region_offset(v, region, &base);
	ssize_t n;

	if (rc)
		return rc;
	do {
		n = pwrite(v->device, buf, len, base + offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

uint64_t vfio_read(struct vfio *v, uint32_t region, uint64_t offset, size_t len)
{
	uint64_t value = 0;

	if (vfio_pread(v, region, offset, &value, len))
		return ~0ULL;
	return value;
}

int vfio_write(struct vfio *v, uint32_t region, uint64_t offset, size_t len,
	       uint64_t value)
{
	return vfio_pwrite(v, region, offset, &value, len);
}

/* The largest page that a mapping of that length may have in it */
static size_t largest_page(size_t len)
{
	const size_t pmd = 2UL << 20, pud = 1UL << 30;

	return len >= pud ? pud : len >= pmd ? pmd : 4096;
}

/*
 * Huge pages need an address that is like the offset below their size. So find
 * room in which there is one, and give back what is around the mapping.
 */
void *vfio_mmap(struct vfio *v, uint32_t region, uint64_t offset, size_t len)
{
	size_t align = largest_page(len), room = align + len;
	uint8_t *start, *at, *end;
	uint64_t base = 0;
	int rc = region_offset(v, region, &base);

	if (rc) {
		errno = -rc;
		return MAP_FAILED;
	}
	start = mmap(NULL, room, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (start == MAP_FAILED)
		return MAP_FAILED;

	at = start + (base + offset - (uintptr_t)start) % align;
	end = at + len;
	if (mmap(at, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED,
		 v->device, base + offset) == MAP_FAILED) {
		rc = errno;
		munmap(start, room);
		errno = rc;
		return MAP_FAILED;
	}
	if (at > start)
		munmap(start, at - start);
	munmap(end, start + room - end);
	return at;
}

int vfio_set_eventfd(struct vfio *v, uint32_t index, uint32_t start, int fd)
{
	char buf[sizeof(struct vfio_irq_set) + sizeof(int32_t)] = {};
	struct vfio_irq_set *set = (struct vfio_irq_set *)buf;

	set->argsz = sizeof(buf);
	set->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	set->index = index;
	set->start = start;
	set->count = 1;
	memcpy(set->data, &fd, sizeof(int32_t));
	return ioctl(v->device, VFIO_DEVICE_SET_IRQS, set) ? -errno : 0;
}

int vfio_reset(struct vfio *v)
{
	return ioctl(v->device, VFIO_DEVICE_RESET) ? -errno : 0;
}

static uint32_t config(struct vfio *v, uint32_t at, size_t len)
{
	return vfio_read(v, VFIO_PCI_CONFIG_REGION_INDEX, at, len);
}

static int config_write(struct vfio *v, uint32_t at, uint32_t value)
{
	return vfio_write(v, VFIO_PCI_CONFIG_REGION_INDEX, at, 4, value);
}

uint32_t vfio_find_cap(struct vfio *v, uint8_t id)
{
	uint32_t at = config(v, PCI_CAPABILITY_LIST, 1), n = 48;

	for (; at && n; n--, at = config(v, at + PCI_CAP_LIST_NEXT, 1)) {
		if (config(v, at, 1) == id)
			return at;
	}
	return 0;
}

uint32_t vfio_find_ext_cap(struct vfio *v, uint16_t id, int dvsec)
{
	uint32_t at = PCI_CFG_SPACE_SIZE, n = 960;

	for (; at && n; n--, at = config(v, at, 4) >> 20) {
		if (config(v, at, 2) == id &&
		    (dvsec < 0 ||
		     (config(v, at + PCI_DVSEC_HEADER1, 2) == 0x1e98 &&
		      config(v, at + PCI_DVSEC_HEADER2, 2) == (uint32_t)dvsec)))
			return at;
	}
	return 0;
}

/* Of a length of 18 bits (PCIe r6.0 6.30.1) */
#define DOE_MAX_DWORDS	(1u << 18)

/* The device answers at once, so there is nothing to wait for (PCIe 6.30) */
int vfio_doe(struct vfio *v, uint16_t vendor, uint8_t type, uint32_t payload,
	     uint32_t *response, unsigned int max)
{
	const uint32_t request[] = { vendor | (uint32_t)type << 16, 3, payload };
	uint32_t at = vfio_find_ext_cap(v, PCI_EXT_CAP_ID_DOE, -1), value;
	unsigned int i, nr = 0;

	if (!at)
		return -ENOENT;
	config_write(v, at + PCI_DOE_CTRL, PCI_DOE_CTRL_ABORT);
	for (i = 0; i < 3; i++)
		config_write(v, at + PCI_DOE_WRITE, request[i]);
	config_write(v, at + PCI_DOE_CTRL, PCI_DOE_CTRL_GO);

	for (i = 0; i < DOE_MAX_DWORDS; i++) {
		value = config(v, at + PCI_DOE_STATUS, 4);
		/* A function that does not answer */
		if (value == ~0u)
			return -EIO;
		if (!(value & PCI_DOE_STATUS_DATA_OBJECT_READY))
			break;
		value = config(v, at + PCI_DOE_READ, 4);
		config_write(v, at + PCI_DOE_READ, 0);
		if (i >= 2 && nr < max)
			response[nr++] = value;
	}
	return i ? (int)nr : -EPROTO;
}

static int set_config_bit(struct vfio *v, uint32_t at, uint16_t bit, bool on)
{
	uint16_t value;
	int rc;

	rc = vfio_pread(v, VFIO_PCI_CONFIG_REGION_INDEX, at, &value, 2);
	if (rc)
		return rc;
	value = on ? value | bit : value & ~bit;
	return vfio_write(v, VFIO_PCI_CONFIG_REGION_INDEX, at, 2, value);
}

int vfio_enable_memory(struct vfio *v, bool on)
{
	return set_config_bit(v, PCI_COMMAND, PCI_COMMAND_MEMORY, on);
}

/* Mem_Enable of the DVSEC for CXL devices (CXL r3.1 8.1.3.2) */
int vfio_enable_cxl_mem(struct vfio *v, bool on)
{
	uint32_t at = vfio_find_ext_cap(v, PCI_EXT_CAP_ID_DVSEC, 0);

	return at ? set_config_bit(v, at + 0x0c, 1 << 2, on) : -ENOENT;
}

static int hdm_read(struct vfio *v, uint32_t reg, uint32_t *value)
{
	int region = vfio_find_region(v, VFIO_REGION_TYPE_CXL,
				      VFIO_REGION_SUBTYPE_CXL_COMP_REGS);

	return region < 0 ? region : vfio_pread(v, region, reg, value, 4);
}

uint32_t vfio_hdm_read(struct vfio *v, uint32_t reg)
{
	uint32_t value;

	return hdm_read(v, reg, &value) ? ~0u : value;
}

int vfio_hdm_write(struct vfio *v, uint32_t reg, uint32_t value)
{
	int region = vfio_find_region(v, VFIO_REGION_TYPE_CXL,
				      VFIO_REGION_SUBTYPE_CXL_COMP_REGS);

	return region < 0 ? region : vfio_write(v, region, reg, 4, value);
}

int64_t vfio_hdm_commit(struct vfio *v, unsigned int i, uint64_t base,
			uint64_t size)
{
	const struct {
		uint32_t reg;
		uint32_t value;
	} writes[] = {
		{ HDM_BASE(i), base },
		{ HDM_BASE(i) + 4, base >> 32 },
		{ HDM_SIZE(i), size },
		{ HDM_SIZE(i) + 4, size >> 32 },
		{ HDM_CTRL(i), HDM_CTRL_COMMIT },
	};
	uint32_t ctrl;
	unsigned int w;
	int rc;

	for (w = 0; w < sizeof(writes) / sizeof(writes[0]); w++) {
		rc = vfio_hdm_write(v, writes[w].reg, writes[w].value);
		if (rc)
			return rc;
	}
	rc = hdm_read(v, HDM_CTRL(i), &ctrl);
	if (rc)
		return rc;
	return ctrl;
}

int vfio_hdm_uncommit(struct vfio *v, unsigned int i)
{
	return vfio_hdm_write(v, HDM_CTRL(i), 0);
}

int vfio_enable_all(struct vfio *v, uint64_t size)
{
	uint32_t ctrl;
	int64_t now;

	if (vfio_enable_memory(v, true) || vfio_enable_cxl_mem(v, true) ||
	    vfio_hdm_write(v, HDM_GLOBAL, HDM_GLOBAL_ENABLE))
		return -EIO;
	if (hdm_read(v, HDM_CTRL(0), &ctrl))
		return -EIO;
	if (ctrl & HDM_CTRL_COMMITTED)
		return 0;
	now = vfio_hdm_commit(v, 0, 4ULL << 30, size);
	return now >= 0 && now & HDM_CTRL_COMMITTED ? 0 : -EIO;
}

int vfio_set_power(struct vfio *v, unsigned int state)
{
	uint32_t at = vfio_find_cap(v, PCI_CAP_ID_PM);

	return at ? vfio_write(v, VFIO_PCI_CONFIG_REGION_INDEX,
			       at + PCI_PM_CTRL, 2, state) : -ENOENT;
}

int vfio_flr(struct vfio *v)
{
	uint32_t at = vfio_find_cap(v, PCI_CAP_ID_EXP);

	return at ? set_config_bit(v, at + PCI_EXP_DEVCTL,
				   PCI_EXP_DEVCTL_BCR_FLR, true) : -ENOENT;
}

/* Control2 and Status2 of the DVSEC for CXL devices (CXL r3.1 8.1.3.4) */
int vfio_cxl_reset(struct vfio *v, bool clear)
{
	const uint16_t initiate = 1 << 2, mem_clear = 1 << 3;
	const uint16_t complete = 1 << 1, error = 1 << 2;
	uint32_t at = vfio_find_ext_cap(v, PCI_EXT_CAP_ID_DVSEC, 0);
	uint16_t status;
	int rc;

	if (!at)
		return -ENOENT;
	rc = vfio_write(v, VFIO_PCI_CONFIG_REGION_INDEX, at + 0x10, 2,
			initiate | (clear ? mem_clear : 0));
	if (rc)
		return rc;
	rc = vfio_pread(v, VFIO_PCI_CONFIG_REGION_INDEX, at + 0x12, &status, 2);
	if (rc)
		return rc;
	return (status & (complete | error)) == complete ? 0 : -EIO;
}
