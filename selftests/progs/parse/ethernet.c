/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The first 14 bytes: type or length field, kinds of addresses, a sum of the header. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

enum { LOCAL = 1, GROUP = 2, BROADCAST = 4, SAME = 8 };

static __always_inline struct ethhdr *header(struct xdp_md *ctx)
{
	struct ethhdr *eth = (void *)(long)ctx->data;

	return (void *)(eth + 1) > (void *)(long)ctx->data_end ? 0 : eth;
}

/* The type; a length of IEEE 802.3 is told apart by the top bit. */
SEC("xdp")
int ether_type(struct xdp_md *ctx)
{
	struct ethhdr *eth = header(ctx);
	__u32 type;

	if (!eth)
		return -1;
	type = bpf_ntohs(eth->h_proto);
	return type < ETH_P_802_3_MIN ? 0x80000000 | type : type;
}

SEC("xdp")
int ether_addresses(struct xdp_md *ctx)
{
	struct ethhdr *eth = header(ctx);
	int kind = SAME, ones = 0;

	if (!eth)
		return -1;
	for (int i = 0; i < ETH_ALEN; i++) {
		if (eth->h_dest[i] != eth->h_source[i])
			kind &= ~SAME;
		ones += eth->h_dest[i] == 0xff;
	}
	if (eth->h_dest[0] & 1)
		kind |= ones == ETH_ALEN ? BROADCAST : GROUP;
	return eth->h_source[0] & 2 ? kind | LOCAL : kind;
}

/* Unaligned words of the header, as the compiler likes to merge byte loads. */
SEC("xdp")
int ether_words(struct xdp_md *ctx)
{
	__u8 *p = (void *)(long)ctx->data;
	__u32 a, b, c;

	if (p + sizeof(struct ethhdr) > (__u8 *)(long)ctx->data_end)
		return -1;
	__builtin_memcpy(&a, p + 1, sizeof(a));
	__builtin_memcpy(&b, p + 5, sizeof(b));
	__builtin_memcpy(&c, p + 10, sizeof(c));
	return a ^ b ^ c;
}

char LICENSE[] SEC("license") = "GPL";
