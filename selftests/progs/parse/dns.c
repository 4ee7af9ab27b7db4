/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The question of a DNS query over IPv4 and UDP: its name label by label. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define MAX_NAME 64

struct dns {
	__be16 id, flags, n_questions, n_answers, n_authorities, n_others;
};

struct name {
	char text[MAX_NAME];
	__u32 n_labels;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, struct name);
} names SEC(".maps");

static __always_inline __u8 *question(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct udphdr *udp = (void *)(ip + 1);
	struct dns *dns = (void *)(udp + 1);

	if ((void *)(dns + 1) > end || ip->version != 4 || ip->ihl != 5 ||
	    ip->protocol != IPPROTO_UDP || udp->dest != bpf_htons(53) ||
	    dns->n_questions != bpf_htons(1))
		return 0;
	return (void *)(dns + 1);
}

/* Copies the name with dots, lower case; returns its hash. */
SEC("xdp")
int dns_name(struct xdp_md *ctx)
{
	__u8 *end = (void *)(long)ctx->data_end, *p = question(ctx);
	struct name n = {};
	__u32 left = 0, hash = 0, i;

	if (!p)
		return -1;
	for (i = 0; i < MAX_NAME - 1; i++) {
		__u8 c;

		if (p + i + 1 > end)
			return -2;
		c = p[i];
		if (!left) {
			if (!c)
				break;
			left = c;
			n.n_labels++;
			c = '.';
		} else {
			left--;
			if (c >= 'A' && c <= 'Z')
				c += 'a' - 'A';
		}
		n.text[i] = c;
		hash = hash * 33 ^ c;
	}
	bpf_map_update_elem(&names, &hash, &n, BPF_NOEXIST);
	return hash;
}

SEC("xdp")
int dns_labels(struct xdp_md *ctx)
{
	__u8 *end = (void *)(long)ctx->data_end, *p = question(ctx);
	__u32 off = 0, n = 0;

	if (!p)
		return -1;
	for (int i = 0; i < 16; i++) {
		if (p + off + 1 > end)
			return -2;
		if (!p[off])
			break;
		off += (p[off] & 0x3f) + 1;
		if (off > 255)
			return -3;
		n++;
	}
	return n << 8 | off;
}

char LICENSE[] SEC("license") = "GPL";
