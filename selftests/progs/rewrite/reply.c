/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Answers made in place from what came in: ARP for one address, ICMP echo. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct arp {
	__be16 hardware, protocol;
	__u8 hardware_size, protocol_size;
	__be16 what;
	__u8 from[ETH_ALEN], from_ip[4], to[ETH_ALEN], to_ip[4];
};

struct icmp {
	__u8 type, code;
	__sum16 checksum;
	__u32 rest;
};

enum { ECHO_REPLY = 0, ECHO = 8 };

static const __u8 own[ETH_ALEN] = { 2, 0, 0, 0, 0, 0x55 };

static __always_inline void answer_to(struct ethhdr *eth)
{
	__builtin_memcpy(eth->h_dest, eth->h_source, ETH_ALEN);
	__builtin_memcpy(eth->h_source, own, ETH_ALEN);
}

SEC("xdp")
int reply_arp(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct arp *arp = (void *)(eth + 1);
	__u8 asked[4];

	if ((void *)(arp + 1) > end || eth->h_proto != bpf_htons(ETH_P_ARP))
		return XDP_PASS;
	if (arp->what != bpf_htons(1) || arp->protocol_size != 4)
		return XDP_DROP;
	answer_to(eth);
	__builtin_memcpy(asked, arp->to_ip, 4);
	__builtin_memcpy(arp->to_ip, arp->from_ip, 4);
	__builtin_memcpy(arp->to, arp->from, ETH_ALEN);
	__builtin_memcpy(arp->from_ip, asked, 4);
	__builtin_memcpy(arp->from, own, ETH_ALEN);
	arp->what = bpf_htons(2);
	return XDP_TX;
}

SEC("xdp")
int reply_echo(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);
	struct icmp *icmp;
	__u32 sum;

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) ||
	    ip->protocol != IPPROTO_ICMP)
		return XDP_PASS;
	icmp = (void *)ip + ip->ihl * 4;
	if ((void *)(icmp + 1) > end || icmp->type != ECHO)
		return XDP_DROP;
	answer_to(eth);
	sum = ip->saddr;
	ip->saddr = ip->daddr;
	ip->daddr = sum;
	icmp->type = ECHO_REPLY;
	sum = icmp->checksum + bpf_htons(ECHO << 8);
	icmp->checksum = sum + (sum >= 0xffff);
	return XDP_TX;
}

char LICENSE[] SEC("license") = "GPL";
