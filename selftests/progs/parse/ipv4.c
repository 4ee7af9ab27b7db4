/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* IPv4: the variable header with its options, the checksum, fragments. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#include "selftests/progs/packet.h"

#define MAX_OPTIONS 10
#define MAX_HEADER 60

static __always_inline struct iphdr *ip_header(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *eth = (void *)(long)ctx->data;
	struct iphdr *ip = (void *)(eth + 1);

	if ((void *)(ip + 1) > end || eth->h_proto != bpf_htons(ETH_P_IP) || ip->version != 4 ||
	    ip->ihl < 5)
		return 0;
	return ip;
}

/* Types of the options, folded; 0 for none, -2 for a bad length. */
SEC("xdp")
int ipv4_options(struct xdp_md *ctx)
{
	__u8 *end = (void *)(long)ctx->data_end, *p, *last;
	struct iphdr *ip = ip_header(ctx);
	__u32 off = 0, size, types = 0;

	if (!ip)
		return -1;
	p = (__u8 *)(ip + 1);
	size = ip->ihl * 4 - sizeof(*ip);
	for (int i = 0; i < MAX_OPTIONS && off < size && off < 40; i++) {
		last = p + off;
		if (last + 2 > end)
			return -3;
		if (last[0] == 0)
			break;
		types = types * 31 + last[0];
		if (last[0] == 1) {
			off++;
			continue;
		}
		if (last[1] < 2)
			return -2;
		off += last[1];
	}
	return types;
}

/* The header's sum over 16-bit words: 0xffff when the checksum is right. */
SEC("xdp")
int ipv4_sum(struct xdp_md *ctx)
{
	__u8 *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = ip_header(ctx);
	__u32 sum = 0, n;
	__u16 *word;

	if (!ip)
		return -1;
	n = ip->ihl * 2;
	word = (__u16 *)ip;
	for (__u32 i = 0; i < MAX_HEADER / 2; i++) {
		if ((__u8 *)(word + i + 1) > end)
			break;
		if (i < n)
			sum += word[i];
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

SEC("xdp")
int ipv4_fragment(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_header(ctx);
	__u16 frag;

	if (!ip)
		return -1;
	frag = bpf_ntohs(ip->frag_off);
	return (frag & 0x1fff) * 8 | !!(frag & 0x2000) << 16 | !!(frag & 0x4000) << 17;
}

/* Bytes that the frame has behind what the header claims; negative: so many are missing. */
SEC("xdp")
int ipv4_padding(struct xdp_md *ctx)
{
	struct iphdr *ip = ip_header(ctx);
	int size = packet_size(ctx) - sizeof(struct ethhdr);

	if (!ip)
		return 0x7fffffff;
	return size - bpf_ntohs(ip->tot_len);
}

char LICENSE[] SEC("license") = "GPL";
