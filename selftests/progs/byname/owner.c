/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The other half of user.c: owns the map and the variable, defines scale() and a strong bonus(). */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct shared_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
};

struct shared_map hits SEC(".maps");
int base = 7;

static __noinline int mix(int v)
{
	return v * 100;
}

__noinline int bonus(int v)
{
	return mix(v);
}

__noinline int scale(int v)
{
	__u32 slot = 1;
	__u64 *n = bpf_map_lookup_elem(&hits, &slot);

	if (n)
		__sync_fetch_and_add(n, 1);
	return v * 3;
}

char LICENSE[] SEC("license") = "GPL";
