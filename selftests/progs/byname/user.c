/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Linked with owner.c by name: an extern map, an extern variable, an extern function, a weak
 * function that the other object overrides, and a static helper of the same name in both.
 *
 * A run returns mix(bonus(2)) + scale(base): with owner.c, mix adds 1, bonus gives 2 * 100 and
 * scale(7) is 21, hence 222. Slot 0 of the shared map counts runs of this program, slot 1 calls
 * of scale().
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct shared_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, __u64);
};

extern struct shared_map hits SEC(".maps");
extern int base;
extern int scale(int v);

static __noinline int mix(int v)
{
	return v + 1;
}

/* Without an owner of a better one, 5. */
__weak __noinline int bonus(int v)
{
	return v * 0 + 5;
}

SEC("xdp")
int xdp_user(struct xdp_md *ctx)
{
	__u32 slot = 0;
	__u64 *n = bpf_map_lookup_elem(&hits, &slot);

	if (n)
		__sync_fetch_and_add(n, 1);
	return mix(bonus(2)) + scale(base);
}

char LICENSE[] SEC("license") = "GPL";
