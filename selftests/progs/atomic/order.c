/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Load-acquire and store-release in all widths. Compilers of this time don't spell them, so they
 * are given as numbers: class STX, mode ATOMIC, imm 0x100 and 0x110 (kernel 6.15).
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "selftests/progs/packet.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[2]);
} words SEC(".maps");

/* opcode byte of a width: 0xc3 word, 0xcb half, 0xd3 byte, 0xdb double word */
#define LOAD_ACQUIRE(to, from, code)					\
	({								\
		register __u64 _v asm("r3");				\
		register void *_p asm("r2") = (void *)(from);		\
									\
		asm volatile(".byte " code ", 0x23, 0, 0, 0x00, 1, 0, 0" : "=r"(_v)	\
			     : "r"(_p) : "memory");			\
		to = _v;						\
	})

#define STORE_RELEASE(to, from, code)					\
	({								\
		register __u64 _v asm("r3") = (from);			\
		register void *_p asm("r2") = (void *)(to);		\
									\
		asm volatile(".byte " code ", 0x32, 0, 0, 0x10, 1, 0, 0" : : "r"(_v),	\
			     "r"(_p) : "memory");			\
	})

SEC("xdp")
int order_values(struct xdp_md *ctx)
{
	__u64 v = packet_size(ctx) * 0x0102030405060708ULL, a, b, c, d;
	__u32 key = 0;
	__u64 *w = bpf_map_lookup_elem(&words, &key);

	if (!w)
		return -1;
	STORE_RELEASE(w, v, "0xdb");
	STORE_RELEASE((__u32 *)(w + 1), v >> 7, "0xc3");
	STORE_RELEASE((__u16 *)(w + 1) + 2, v >> 13, "0xcb");
	STORE_RELEASE((__u8 *)(w + 1) + 7, v >> 23, "0xd3");
	LOAD_ACQUIRE(a, w, "0xdb");
	LOAD_ACQUIRE(b, (__u32 *)w + 1, "0xc3");
	LOAD_ACQUIRE(c, (__u16 *)(w + 1) + 3, "0xcb");
	LOAD_ACQUIRE(d, (__u8 *)w + 5, "0xd3");
	a = a * 3 + b * 5 + c * 7 + d * 11;
	return a ^ a >> 32;
}

SEC("xdp")
int order_stack(struct xdp_md *ctx)
{
	volatile __u64 slot = 0x1122334455667788ULL;
	__u64 sum;

	STORE_RELEASE((__u32 *)&slot + 1, packet_size(ctx), "0xc3");
	LOAD_ACQUIRE(sum, &slot, "0xdb");
	return sum ^ sum >> 32;
}

char LICENSE[] SEC("license") = "GPL";
