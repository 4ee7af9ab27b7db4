/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* An object without a program, a licence or code: two maps and a variable for others to use. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u64);
} totals SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__type(key, __u64);
	__type(value, __u32);
} per_source SEC(".maps");

int threshold = 100;
