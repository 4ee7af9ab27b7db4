/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* TCP over IPv4: options by a bounded walk, flags, ports; what was found goes to a map. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

#define MAX_OPTIONS 40
enum { OPT_END, OPT_NOP, OPT_MSS, OPT_SCALE, OPT_SACK };

struct seen {
	__u16 mss;
	__u8 scale, sack;
	__u32 n_options;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct seen);
} options SEC(".maps");

static __always_inline struct tcphdr *tcp_header(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct iphdr *ip = data + sizeof(struct ethhdr);
	struct tcphdr *tcp;

	if ((void *)(ip + 1) > end || ip->version != 4 || ip->protocol != IPPROTO_TCP)
		return 0;
	tcp = (void *)ip + ip->ihl * 4;
	return (void *)(tcp + 1) > end ? 0 : tcp;
}

/* One option at p; how many bytes it takes, 0 to stop. */
static __always_inline __u32 one_option(__u8 *p, __u8 *end, struct seen *s)
{
	if (p + 1 > end || p[0] == OPT_END)
		return 0;
	s->n_options++;
	if (p[0] == OPT_NOP)
		return 1;
	if (p + 4 > end)
		return 0;
	if (p[0] == OPT_MSS)
		s->mss = p[2] << 8 | p[3];
	else if (p[0] == OPT_SCALE)
		s->scale = p[2];
	else if (p[0] == OPT_SACK)
		s->sack = 1;
	return p[1] < 2 ? 0 : p[1];
}

SEC("xdp")
int tcp_options(struct xdp_md *ctx)
{
	__u8 *end = (void *)(long)ctx->data_end;
	struct tcphdr *tcp = tcp_header(ctx);
	__u32 off = 0, size, key = 0;
	struct seen *s = bpf_map_lookup_elem(&options, &key);

	if (!tcp || !s)
		return -1;
	size = tcp->doff * 4 - sizeof(*tcp);
	for (int i = 0; i < MAX_OPTIONS && off < size; i++) {
		__u32 n;

		if (off >= 40)
			break;
		n = one_option((__u8 *)(tcp + 1) + off, end, s);
		if (!n)
			break;
		off += n;
	}
	return s->mss;
}

SEC("xdp")
int tcp_flags(struct xdp_md *ctx)
{
	struct tcphdr *tcp = tcp_header(ctx);

	if (!tcp)
		return -1;
	return tcp->fin | tcp->syn << 1 | tcp->rst << 2 | tcp->psh << 3 | tcp->ack << 4 |
	       tcp->urg << 5 | tcp->doff << 8;
}

SEC("xdp")
int tcp_ports(struct xdp_md *ctx)
{
	struct tcphdr *tcp = tcp_header(ctx);

	return tcp ? bpf_ntohs(tcp->source) << 16 | bpf_ntohs(tcp->dest) : 0;
}

char LICENSE[] SEC("license") = "GPL";
