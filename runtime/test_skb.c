/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Test runs of programs on socket buffers (kernel: bpf_prog_test_run_skb). The input starts with
 * an Ethernet header: tc programs see it, socket filters see what follows. The data that comes
 * back has the header in both cases.
 */
#include "runtime/rt_int.h"

#include <stdlib.h>

enum {
	HEADROOM = 64,			/* kernel: NET_SKB_PAD */
	TAILROOM = 320,			/* kernel: struct skb_shared_info, to a cache line */
	MAX_DATA = 4096 - HEADROOM - TAILROOM,
	ETH_HLEN = 14,
	ETH_P_IP = 0x0800,
	ETH_P_IPV6 = 0x86dd,
	ETH_P_802_3_MIN = 0x0600,	/* smaller numbers are lengths */
	ETH_P_802_3 = 0x0001,
	ETH_P_802_2 = 0x0004,
	IP_HLEN = 20,
	IPV6_HLEN = 40,
	PACKET_HOST = 0,
	PACKET_MULTICAST = 2,
	PACKET_OTHERHOST = 3,
	MAX_WIRE_LEN = 65536,		/* kernel: GSO_LEGACY_MAX_SIZE */
	MAX_GSO_SEGS = 65535,
	LOOPBACK = 1,			/* the only device here */
};

static int check_attr(struct rt_test *t)
{
	const union bpf_attr *a = &t->call->attr;

	if (a->test.flags & ~(u32)BPF_F_TEST_SKB_CHECKSUM_COMPLETE || a->test.cpu ||
	    a->test.batch_size)
		return rt_test_refuse(t, -EINVAL, "flags, cpu or batch_size that test runs of this "
					"type don't take");
	if (a->test.flags)
		return diag_raise(t->call->rt->diag, DIAG_RT_TEST_CSUM, NULL, t->prog->name);
	if (a->test.data_size_in < ETH_HLEN || a->test.data_size_in > MAX_DATA)
		return rt_test_refuse(t, -EINVAL, "a packet has 14 to 3712 bytes");
	return a->test.data_in ? 0 : -EFAULT;
}

/* --- the context that was given ---------------------------------------------------------- */

#define END_OF(member) \
	(offsetof(struct __sk_buff, member) + sizeof(((struct __sk_buff *)0)->member))

/* The members that ctx_in may set; the bytes between them must be zero. */
static const struct {
	u32 from, to;
} settable[] = {
	{ offsetof(struct __sk_buff, mark), END_OF(mark) },
	/* ingress_ifindex between */
	{ offsetof(struct __sk_buff, priority), END_OF(ifindex) },
	{ offsetof(struct __sk_buff, cb), END_OF(cb) },
	{ offsetof(struct __sk_buff, tstamp), END_OF(gso_segs) },	/* wire_len between */
	{ offsetof(struct __sk_buff, gso_size), END_OF(gso_size) },
	{ offsetof(struct __sk_buff, hwtstamp), END_OF(hwtstamp) },
};

static bool only_settable(const struct __sk_buff *skb)
{
	u32 at = 0;

	for (size_t i = 0; i <= ARRAY_SIZE(settable); i++) {
		u32 end = i < ARRAY_SIZE(settable) ? settable[i].from : sizeof(*skb);

		for (; at < end; at++)
			if (((const u8 *)skb)[at])
				return false;
		if (i < ARRAY_SIZE(settable))
			at = settable[i].to;
	}
	return true;
}

/* len: of what the program sees. */
static int check_ctx(struct rt_test *t, u32 len)
{
	struct __sk_buff *in = &t->ctx_in.skb;

	if (!only_settable(in))
		return rt_test_refuse(t, -EINVAL, "ctx_in sets a member that it can't");
	if (in->ifindex > LOOPBACK)
		return rt_test_refuse(t, -ENODEV, "there is no device but 1, the loopback");
	if (in->wire_len && (in->wire_len < len || in->wire_len > MAX_WIRE_LEN))
		return rt_test_refuse(t, -EINVAL, "ctx_in's wire_len is below len or above 65536");
	if (in->gso_segs > MAX_GSO_SEGS)
		return rt_test_refuse(t, -EINVAL, "ctx_in's gso_segs is above 65535");
	return 0;
}

/* --- the packet -------------------------------------------------------------------------- */

static u16 get_be16(const u8 *p)
{
	return (u16)(p[0] << 8 | p[1]);
}

/* kernel: eth_type_trans */
static u16 protocol_of(const u8 *data, u32 size)
{
	u16 type = get_be16(data + 12);

	if (type >= ETH_P_802_3_MIN)
		return type;
	return size >= ETH_HLEN + 2 && get_be16(data + ETH_HLEN) == 0xffff ? ETH_P_802_3 :
									   ETH_P_802_2;
}

/* To the loopback device, whose address is all zeros. */
static u32 pkt_type_of(const u8 *data)
{
	static const u8 loopback[6];

	if (!memcmp(data, loopback, sizeof(loopback)))
		return PACKET_HOST;
	return data[0] & 1 ? PACKET_MULTICAST : PACKET_OTHERHOST;
}

static int check_protocol(struct rt_test *t, u16 protocol)
{
	u32 len = t->call->attr.test.data_size_in - ETH_HLEN;

	if ((protocol == ETH_P_IP && len < IP_HLEN) || (protocol == ETH_P_IPV6 && len < IPV6_HLEN))
		return rt_test_refuse(t, -EINVAL, "the packet is shorter than its IP header");
	return 0;
}

static int fill_packet(struct rt_test *t)
{
	const u8 *data = rt_user_ptr(t->call->attr.test.data_in);
	u32 size = t->call->attr.test.data_size_in;
	bool l2 = t->prog->prog.owner.type != BPF_PROG_TYPE_SOCKET_FILTER;
	struct rt_pkt *pkt = &t->pkt;

	pkt->buf = calloc(HEADROOM + MAX_DATA + TAILROOM, 1);
	if (!pkt->buf)
		return -ENOMEM;
	pkt->size = HEADROOM + MAX_DATA + TAILROOM;
	memcpy(pkt->buf + HEADROOM, data, size);
	pkt->mac = HEADROOM;
	pkt->net = HEADROOM + ETH_HLEN;
	pkt->data = l2 ? pkt->mac : pkt->net;
	pkt->first = pkt->meta = pkt->data;
	pkt->end = pkt->limit = HEADROOM + size;
	return check_protocol(t, protocol_of(data, size));
}

/* What the program sees. */
static void fill_ctx(struct rt_test *t)
{
	const struct __sk_buff *in = &t->ctx_in.skb;
	const u8 *data = t->pkt.buf + t->pkt.mac;
	struct __sk_buff *skb = &t->ctx.skb;

	*skb = *in;
	skb->len = rt_pkt_len(&t->pkt);
	skb->pkt_type = pkt_type_of(data);
	skb->protocol = htobe16(protocol_of(data, t->call->attr.test.data_size_in));
	skb->ifindex = LOOPBACK;
	if (t->has_ctx && !skb->wire_len)
		skb->wire_len = skb->len;
}

/* Some members have 16 bits in the kernel's socket buffer. */
static bool keeps(struct rt_run *run, u32 off, u32 size, u64 *v)
{
	switch (off) {
	case offsetof(struct __sk_buff, queue_mapping):
		return (u32)*v < UINT16_MAX;	/* the largest one means: none */
	case offsetof(struct __sk_buff, tc_index):
	case offsetof(struct __sk_buff, tc_classid):
		*v = (u16)*v;
		return true;
	default:
		return true;
	}
}

/* What ctx_out tells of it afterwards. */
static void fill_ctx_out(const struct rt_test *t, struct __sk_buff *out)
{
	const struct __sk_buff *skb = &t->ctx.skb;

	*out = t->ctx_in.skb;
	out->mark = skb->mark;
	out->priority = skb->priority;
	out->ingress_ifindex = skb->ingress_ifindex;
	out->ifindex = skb->ifindex;
	out->tstamp = skb->tstamp;
	out->wire_len = skb->wire_len;
	out->gso_segs = skb->gso_segs;
	memcpy(out->cb, skb->cb, sizeof(out->cb));
}

int rt_test_skb(struct rt_test *t)
{
	struct __sk_buff out;
	int err = check_attr(t);

	if (!err)
		err = rt_test_ctx_in(t, sizeof(struct __sk_buff));
	if (!err)
		err = fill_packet(t);
	if (!err && t->has_ctx)
		err = check_ctx(t, rt_pkt_len(&t->pkt));
	if (err)
		return err;
	fill_ctx(t);
	err = rt_test_go(t, sizeof(t->ctx.skb), keeps);
	if (err)
		return err;
	fill_ctx_out(t, &out);
	/* For a program that doesn't see it, the kernel puts back a cleared header. */
	if (t->prog->prog.owner.type == BPF_PROG_TYPE_SOCKET_FILTER)
		memset(t->pkt.buf + t->pkt.mac, 0, ETH_HLEN);
	return rt_test_finish(t, t->pkt.mac, &out, sizeof(out));
}
