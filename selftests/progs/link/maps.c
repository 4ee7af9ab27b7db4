/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Extern maps: side 1 declares, side 2 defines. bad_ ones differ in the attribute of their name. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAP(name, kind, entries, key_t, value_t)  \
	struct name {                             \
		__uint(type, BPF_MAP_TYPE_##kind);\
		__uint(max_entries, entries);     \
		__type(key, key_t);               \
		__type(value, value_t);           \
	}

struct key8 {
	__u32 a, b;
};

#if SIDE == 1
MAP(good_all, HASH, 4, __u32, __u64);
MAP(bad_type, HASH, 4, __u32, __u64);
MAP(bad_entries, HASH, 4, __u32, __u64);
MAP(bad_key, HASH, 4, __u32, __u64);
MAP(bad_value, HASH, 4, __u32, __u64);
struct bad_flags {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
};
struct bad_inner {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__array(values, MAP(four, ARRAY, 4, __u32, __u64));
};
/* Names fewer attributes than the definition. */
struct good_part {
	__uint(type, BPF_MAP_TYPE_HASH);
	__type(key, __u32);
};

extern struct good_all good_all SEC(".maps");
extern struct good_part good_part SEC(".maps");
extern struct bad_type bad_type SEC(".maps");
extern struct bad_entries bad_entries SEC(".maps");
extern struct bad_key bad_key SEC(".maps");
extern struct bad_value bad_value SEC(".maps");
extern struct bad_flags bad_flags SEC(".maps");
extern struct bad_inner bad_inner SEC(".maps");

SEC("xdp")
int maps_main(struct xdp_md *ctx)
{
	__u64 key = 1;

	return !bpf_map_lookup_elem(&good_all, &key) + !bpf_map_lookup_elem(&good_part, &key) +
	       !bpf_map_lookup_elem(&bad_type, &key) + !bpf_map_lookup_elem(&bad_entries, &key) +
	       !bpf_map_lookup_elem(&bad_key, &key) + !bpf_map_lookup_elem(&bad_value, &key) +
	       !bpf_map_lookup_elem(&bad_flags, &key) + !bpf_map_lookup_elem(&bad_inner, &key);
}
#else
MAP(good_all, HASH, 4, __u32, __u64) good_all SEC(".maps");
MAP(good_part, HASH, 4, __u32, __u64) good_part SEC(".maps");
MAP(bad_type, LRU_HASH, 4, __u32, __u64) bad_type SEC(".maps");
MAP(bad_entries, HASH, 8, __u32, __u64) bad_entries SEC(".maps");
MAP(bad_key, HASH, 4, struct key8, __u64) bad_key SEC(".maps");
MAP(bad_value, HASH, 4, __u32, __u32) bad_value SEC(".maps");
MAP(bad_flags, HASH, 4, __u32, __u64) bad_flags SEC(".maps");
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, MAP(eight, ARRAY, 8, __u32, __u64));
} bad_inner SEC(".maps");
#endif

char LICENSE[] SEC("license") = "GPL";
