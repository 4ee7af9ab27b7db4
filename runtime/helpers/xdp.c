/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Helpers of XDP programs. Conditions and errno values are those of Linux's net/core/filter.c. */
#include "runtime/helpers/helpers_int.h"

enum {
	ETH_HLEN = 14,			/* no packet is shorter */
	MAX_META = 255,			/* metadata: multiples of 4 up to here */
	MAX_OFFSET = 0xffff,
	FRAG_SIZE = 4096,		/* frags come in pages; the last one may grow to its end */
};

/* A shift of some offset of the packet, as the program gives it: its low 32 bits, signed. */
static s64 shift_of(const u64 args[5])
{
	return (s32)args[1];
}

static int head_moves(struct rt_pkt *pkt, s64 shift)
{
	u32 n_meta = pkt->data - pkt->meta;
	s64 data = pkt->data + shift;

	if (data < (s64)pkt->first + n_meta || data > (s64)pkt->end - ETH_HLEN)
		return -EINVAL;
	/* Metadata travels with the packet's start. */
	memmove(pkt->buf + data - n_meta, pkt->buf + pkt->meta, n_meta);
	pkt->data = (u32)data;
	pkt->meta = pkt->data - n_meta;
	return 0;
}

static int meta_moves(struct rt_pkt *pkt, s64 shift)
{
	s64 meta = pkt->meta + shift;

	if (meta < (s64)pkt->first || meta > (s64)pkt->data)
		return -EINVAL;
	if ((pkt->data - meta) % sizeof(u32) || pkt->data - meta > MAX_META)
		return -EACCES;
	pkt->meta = (u32)meta;
	return 0;
}

/* Cut bytes off the end: from the pages first, what remains from the linear part. */
static int frags_shrink(struct rt_pkt *pkt, s64 by)
{
	u32 from_frags = (u32)min_u64((u64)by, pkt->n_frag_bytes);

	if (by > (s64)rt_pkt_len(pkt) - ETH_HLEN)
		return -EINVAL;
	pkt->n_frag_bytes -= from_frags;
	pkt->end -= (u32)by - from_frags;
	return 0;
}

static int frags_grow(struct rt_pkt *pkt, s64 by)
{
	u32 last = (pkt->n_frag_bytes - 1) % FRAG_SIZE + 1;

	if (by > FRAG_SIZE - last)
		return -EINVAL;
	memset(pkt->frags + pkt->n_frag_bytes, 0, (size_t)by);
	pkt->n_frag_bytes += (u32)by;
	return 0;
}

static int tail_moves(struct rt_pkt *pkt, s64 shift)
{
	s64 end = pkt->end + shift;

	if (pkt->n_frag_bytes)
		return shift < 0 ? frags_shrink(pkt, -shift) : frags_grow(pkt, shift);
	if (end > (s64)pkt->limit || end < (s64)pkt->data + ETH_HLEN)
		return -EINVAL;
	if (shift > 0)
		memset(pkt->buf + pkt->end, 0, (size_t)shift);
	pkt->end = (u32)end;
	return 0;
}

/* Packet addresses die with the call, whether it succeeds or not. */
static int adjust(struct rt_run *run, const u64 args[5], u64 *ret,
		  int (*move)(struct rt_pkt *, s64))
{
	int err = run->ops->check_ctx(run, args[0]);

	if (err)
		return err;
	*ret = rt_errno(move(run->pkt, shift_of(args)));
	run->ops->pkt_changed(run);
	return 0;
}

int rt_helper_xdp_adjust_head(struct rt_run *run, const u64 args[5], u64 *ret)
{
	return adjust(run, args, ret, head_moves);
}

int rt_helper_xdp_adjust_meta(struct rt_run *run, const u64 args[5], u64 *ret)
{
	return adjust(run, args, ret, meta_moves);
}

int rt_helper_xdp_adjust_tail(struct rt_run *run, const u64 args[5], u64 *ret)
{
	return adjust(run, args, ret, tail_moves);
}

int rt_helper_xdp_get_buff_len(struct rt_run *run, const u64 args[5], u64 *ret)
{
	int err = run->ops->check_ctx(run, args[0]);

	if (!err)
		*ret = rt_pkt_len(run->pkt);
	return err;
}

/* Offsets and sizes that no frame has get another errno than those outside of this one. */
static u64 byte_range(const struct rt_run *run, const u64 args[5])
{
	u32 off = (u32)args[1], size = (u32)args[3];

	if (off > MAX_OFFSET || size > MAX_OFFSET)
		return rt_errno(-EFAULT);
	return off + size > rt_pkt_len(run->pkt) ? rt_errno(-EINVAL) : 0;
}

/* xdp_load_bytes(ctx, off, to, size) */
int rt_helper_xdp_load_bytes(struct rt_run *run, const u64 args[5], u64 *ret)
{
	void *to;
	int err = run->ops->check_ctx(run, args[0]);

	if (!err)
		err = run->ops->mem(run, args[2], args[3], RT_WRITE, &to);
	if (err)
		return err;
	*ret = byte_range(run, args);
	if (!*ret)
		rt_pkt_copy_out(run->pkt, (u32)args[1], (u32)args[3], to);
	return 0;
}

/* xdp_store_bytes(ctx, off, from, size) */
int rt_helper_xdp_store_bytes(struct rt_run *run, const u64 args[5], u64 *ret)
{
	void *from;
	int err = run->ops->check_ctx(run, args[0]);

	if (!err)
		err = run->ops->mem(run, args[2], args[3], RT_READ, &from);
	if (err)
		return err;
	*ret = byte_range(run, args);
	if (!*ret)
		rt_pkt_copy_in(run->pkt, (u32)args[1], (u32)args[3], from);
	return 0;
}
