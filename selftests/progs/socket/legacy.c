/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Packet loads of classic BPF, by the compiler's intrinsics: at fixed and at variable offsets,
 * against the network and link headers, and past the end, where the program ends with 0.
 */
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");

SEC("socket")
int legacy_fixed(struct __sk_buff *skb)
{
	__u32 sum = load_byte(skb, 9);

	sum = sum * 31 + load_half(skb, 2);
	return sum * 31 + load_word(skb, 12);
}

/* The port behind a header whose length is in the packet. */
SEC("socket")
int legacy_variable(struct __sk_buff *skb)
{
	__u64 at = (load_byte(skb, 0) & 15) * 4;

	return load_half(skb, at) << 16 ^ load_byte(skb, at + 3) ^ load_word(skb, at + 2);
}

SEC("socket")
int legacy_headers(struct __sk_buff *skb)
{
	__u32 sum = load_half(skb, SKF_LL_OFF + 12);

	return sum * 31 + load_byte(skb, SKF_NET_OFF + 1);
}

/* Ends at the first load that misses: what was counted before stays counted. */
__u32 reached;

SEC("socket")
int legacy_misses(struct __sk_buff *skb)
{
	for (int i = 0; i < 64; i++) {
		load_word(skb, i * 4);
		reached++;
	}
	return 1;
}

SEC("tc")
int legacy_tc(struct __sk_buff *skb)
{
	__u32 sum = load_half(skb, 12);

	skb->mark = sum;
	return sum * 31 + load_byte(skb, 5) + load_word(skb, 1);
}

char LICENSE[] SEC("license") = "GPL";
