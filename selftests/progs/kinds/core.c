/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * CO-RE records of each kind: field offset, existence and size, bitfields, type existence, size
 * and id, enum values, and a flavour.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct list_head {
	struct list_head *next, *prev;
};

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct list_head children;
	unsigned int sched_reset_on_fork : 1;
	char comm[16];
};

struct task_struct___old {
	long state;
};

#pragma clang attribute pop

enum bpf_map_type___here {
	BPF_MAP_TYPE_ARRAY___here = 2,
};

struct task_copy {
	int pid, parent, has_state, comm_size;
	__u64 fork_bit, task_size, local_id;
} copy;

SEC("raw_tp/sched_switch")
int use_core(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	copy.pid = BPF_CORE_READ(task, pid);
	copy.parent = BPF_CORE_READ(task, real_parent, tgid);
	copy.has_state = bpf_core_field_exists(((struct task_struct___old *)0)->state);
	copy.comm_size = bpf_core_field_size(task->comm);
	copy.fork_bit = BPF_CORE_READ_BITFIELD_PROBED(task, sched_reset_on_fork);
	copy.task_size = bpf_core_type_exists(struct task_struct) ?
				 bpf_core_type_size(struct task_struct) : 0;
	copy.local_id = bpf_core_type_id_local(struct task_copy);
	if (bpf_core_enum_value_exists(enum bpf_map_type___here, BPF_MAP_TYPE_ARRAY___here))
		copy.local_id += bpf_core_enum_value(enum bpf_map_type___here,
						     BPF_MAP_TYPE_ARRAY___here);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
