// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits, counted: those that reach the VMM by their kind, and what KVM itself
 * knows of those that it handled alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm.h"

/* Both of KVM, for each vCPU */
static const char * const kvm_names[] = { "exits", "pf_taken" };

#define NR_KVM	(sizeof(kvm_names) / sizeof(kvm_names[0]))

struct snapshot {
	struct counts counts;
	uint64_t kvm[NR_KVM];
};

/* A statistic of KVM by its name; 0 when it has none (KVM_GET_STATS_FD) */
static uint64_t kvm_stat(int fd, const char *name)
{
	struct kvm_stats_header header = {};
	struct kvm_stats_desc *desc;
	uint64_t value = 0;
	uint32_t i, size;

	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		return 0;
	size = sizeof(*desc) + header.name_size;
	desc = calloc(1, size);
	for (i = 0; desc && i < header.num_desc; i++) {
		if (pread(fd, desc, size, header.desc_offset + i * size) != size)
			break;
		if (strcmp(desc->name, name))
			continue;
		if (pread(fd, &value, sizeof(value),
			  header.data_offset + desc->offset) < 0)
			value = 0;
		break;
	}
	free(desc);
	return value;
}

/* All vCPUs together */
static void take(struct vm *vm, struct snapshot *sum)
{
	unsigned int i, n;

	memset(sum, 0, sizeof(*sum));
	for (i = 0; i < NR_VCPUS; i++) {
		const struct counts *counts = &vm->vcpus[i].counts;

		for (n = 0; n < NR_EXIT_REASONS; n++)
			sum->counts.exits[n] += counts->exits[n];
		sum->counts.unclaimed += counts->unclaimed;
		sum->counts.faults += counts->faults;
		for (n = 0; n < NR_KVM; n++)
			sum->kvm[n] += kvm_stat(vm->vcpus[i].stats,
						kvm_names[n]);
	}
}

/* The kinds that are of interest even if there were none */
static bool always(unsigned int reason)
{
	return reason == KVM_EXIT_MMIO || reason == KVM_EXIT_IO;
}

static void show(const char *when, const struct snapshot *from,
		 const struct snapshot *to)
{
	unsigned int n;

	printf("exits %s:", when);
	for (n = 0; n < NR_EXIT_REASONS; n++) {
		uint64_t count = to->counts.exits[n] - from->counts.exits[n];

		if (count || always(n))
			printf(" %llu %s,", (unsigned long long)count,
			       exit_name(n));
	}
	printf(" %llu unclaimed, %llu out of reach; in KVM: %llu, page faults %llu\n",
	       (unsigned long long)(to->counts.unclaimed -
				    from->counts.unclaimed),
	       (unsigned long long)(to->counts.faults - from->counts.faults),
	       (unsigned long long)(to->kvm[0] - from->kvm[0]),
	       (unsigned long long)(to->kvm[1] - from->kvm[1]));
}

/* In what pages KVM has the guest's memory, RAM included */
static void show_pages(struct vm *vm)
{
	printf("pages: %llu of 4 KiB, %llu of 2 MiB, %llu of 1 GiB\n",
	       (unsigned long long)kvm_stat(vm->stats, "pages_4k"),
	       (unsigned long long)kvm_stat(vm->stats, "pages_2m"),
	       (unsigned long long)kvm_stat(vm->stats, "pages_1g"));
}

/* The guest marks where it streams, its other vCPUs at rest */
void stats_streaming(struct vm *vm, bool begin)
{
	static struct snapshot start;
	struct snapshot now;

	if (begin) {
		take(vm, &start);
		return;
	}
	take(vm, &now);
	/* The exit that brought us here is not the memory's */
	now.counts.exits[KVM_EXIT_IO]--;
	show("while streaming", &start, &now);
	show_pages(vm);
}

void stats_total(struct vm *vm)
{
	static const struct snapshot zero;
	struct snapshot now;

	take(vm, &now);
	show("in all", &zero, &now);
}
