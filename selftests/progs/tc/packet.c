/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Direct packet access in a classifier: reads, writes, helpers that void the addresses. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

SEC("tc")
int packet_mark(struct __sk_buff *skb)
{
	struct ethhdr *eth = (void *)(long)skb->data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > (void *)(long)skb->data_end)
		return TC_ACT_SHOT;
	if (skb->protocol != bpf_htons(ETH_P_IP))
		return TC_ACT_UNSPEC;
	skb->mark = ip->daddr;
	ip->tos |= 0x20;
	eth->h_source[0] ^= 0xff;
	return TC_ACT_REDIRECT;
}

SEC("tc")
int packet_pull(struct __sk_buff *skb)
{
	__u32 sum = 0;
	__u8 *p;

	if (bpf_skb_pull_data(skb, 32))
		return -1;
	p = (void *)(long)skb->data;
	if (p + 32 > (__u8 *)(long)skb->data_end)
		return -2;
	for (int i = 0; i < 32; i++) {
		sum = sum * 5 + p[i];
		p[i] += i;
	}
	return sum;
}

SEC("tc")
int packet_load(struct __sk_buff *skb)
{
	__u64 word = -1, half = -1;
	int err;

	err = bpf_skb_load_bytes(skb, skb->len - 8, &word, sizeof(word));
	err = err * 64 + bpf_skb_load_bytes(skb, skb->len - 3, &half, 4);
	return (int)(word ^ word >> 32 ^ half) + err;
}

/* An action sees the same packet. */
SEC("action")
int packet_action(struct __sk_buff *skb)
{
	__u16 *p = (void *)(long)skb->data;

	if ((void *)(p + 7) > (void *)(long)skb->data_end)
		return TC_ACT_SHOT;
	return bpf_ntohs(p[6]) ^ skb->len << 16;
}

char LICENSE[] SEC("license") = "GPL";
