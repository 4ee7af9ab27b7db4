/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Test runs of XDP programs (kernel: bpf_prog_test_run_xdp). The frame is one page:
 *
 *	0     40                 256                        3776     4096
 *	| kept | headroom [meta] | data -> ...      tailroom | kept   |
 *
 * What of the input doesn't fit lies in further pages, which only helpers reach. With a context,
 * ctx.data is the number of input bytes that are metadata and ctx.data_end says where the page's
 * part ends, both counted from the input's first byte.
 */
#include "runtime/rt_int.h"

#include <stdlib.h>

enum {
	PAGE = 4096,
	FRAME_HEAD = 40,		/* kernel: sizeof(struct xdp_frame) */
	FRAME_TAIL = 320,		/* kernel: struct skb_shared_info, to a cache line */
	MAX_FRAGS = 17,			/* pages, kernel: MAX_SKB_FRAGS */
	ETH_HLEN = 14,
	LOOPBACK = 1,			/* the only device here */
};

static int check_attr(struct rt_test *t)
{
	const union bpf_attr *a = &t->call->attr;
	u32 attach_type = t->prog->prog.owner.expected_attach_type;

	if (attach_type == BPF_XDP_DEVMAP || attach_type == BPF_XDP_CPUMAP)
		return rt_test_refuse(t, -EINVAL,
				      "programs for device and CPU maps can't be run alone");
	if (a->test.flags & ~(u32)BPF_F_TEST_XDP_LIVE_FRAMES || a->test.batch_size)
		return rt_test_refuse(t, -EINVAL,
				      "flags or batch_size that XDP test runs don't take");
	if (a->test.flags)
		return diag_raise(t->call->rt->diag, DIAG_RT_TEST_LIVE, NULL, t->prog->name);
	return 0;
}

static int check_device(struct rt_test *t, const struct xdp_md *md)
{
	if (md->egress_ifindex || (md->rx_queue_index && md->ingress_ifindex <= LOOPBACK))
		return rt_test_refuse(t, -EINVAL, "ctx_in names a queue or device that can't be");
	if (md->ingress_ifindex > LOOPBACK)
		return rt_test_refuse(t, -ENODEV, "there is no device but 1, the loopback");
	return 0;
}

/* Bytes of metadata, and of the input that lie in the page; valid before any is used. */
static int check_ctx(struct rt_test *t, u32 *meta, u32 *linear)
{
	const struct xdp_md *md = &t->ctx_in.xdp;
	u32 size = t->call->attr.test.data_size_in;

	*meta = 0;
	*linear = size;
	if (t->has_ctx) {
		if (md->data_meta || md->data_end > size || md->data > md->data_end ||
		    md->data % sizeof(u32) || md->data > XDP_PACKET_HEADROOM - FRAME_HEAD)
			return rt_test_refuse(t, -EINVAL, "data, data_end and data_meta of ctx_in "
						"don't describe the input");
		*meta = md->data;
		*linear = md->data_end;
	}
	if (size - *meta < ETH_HLEN)
		return rt_test_refuse(t, -EINVAL, "a packet has at least 14 bytes");
	*linear = (u32)min_u64(*linear, PAGE - FRAME_TAIL - XDP_PACKET_HEADROOM + *meta);
	return t->has_ctx ? check_device(t, md) : 0;
}

static int fill_frags(struct rt_test *t, const u8 *data, u32 size)
{
	if (!size)
		return 0;
	if (size > MAX_FRAGS * PAGE)
		return rt_test_refuse(t, -ENOMEM, "the packet is larger than 18 pages");
	t->pkt.frags = calloc(align_up(size, PAGE), 1);
	if (!t->pkt.frags)
		return -ENOMEM;
	memcpy(t->pkt.frags, data, size);
	t->pkt.n_frag_bytes = size;
	return 0;
}

static int fill_packet(struct rt_test *t, u32 meta, u32 linear)
{
	const u8 *data = rt_user_ptr(t->call->attr.test.data_in);
	struct rt_pkt *pkt = &t->pkt;

	if (!data)
		return -EFAULT;
	pkt->buf = calloc(PAGE, 1);
	if (!pkt->buf)
		return -ENOMEM;
	pkt->size = PAGE;
	pkt->first = FRAME_HEAD;
	pkt->limit = PAGE - FRAME_TAIL;
	pkt->data = XDP_PACKET_HEADROOM;
	pkt->meta = pkt->data - meta;
	pkt->end = pkt->meta + linear;
	memcpy(pkt->buf + pkt->meta, data, linear);
	return fill_frags(t, data + linear, t->call->attr.test.data_size_in - linear);
}

int rt_test_xdp(struct rt_test *t)
{
	struct xdp_md *out = &t->ctx_in.xdp;
	u32 meta, linear;
	int err = check_attr(t);

	if (!err)
		err = rt_test_ctx_in(t, sizeof(struct xdp_md));
	if (!err)
		err = check_ctx(t, &meta, &linear);
	if (!err)
		err = fill_packet(t, meta, linear);
	if (err)
		return err;
	t->ctx.xdp.ingress_ifindex = LOOPBACK;
	err = rt_test_go(t, sizeof(t->ctx.xdp), NULL);
	if (err)
		return err;
	out->data = t->pkt.data - t->pkt.meta;
	out->data_end = t->pkt.end - t->pkt.meta;
	return rt_test_finish(t, t->pkt.meta, out, sizeof(*out));
}
