/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "runtime/helpers/helpers_int.h"

/* Bytes of [off, off + size) in the linear part; false when the range leaves the packet. */
static bool split(const struct rt_pkt *pkt, u32 off, u32 size, u32 *linear)
{
	u32 seen = pkt->end - pkt->data, len = rt_pkt_len(pkt);

	if (off > len || size > len - off)
		return false;
	*linear = off < seen ? (u32)min_u64(size, seen - off) : 0;
	return true;
}

/* Where in frags the range goes on behind its linear part. */
static u8 *frags_at(const struct rt_pkt *pkt, u32 off, u32 linear)
{
	return pkt->frags + (off + linear - (pkt->end - pkt->data));
}

bool rt_pkt_copy_out(const struct rt_pkt *pkt, u32 off, u32 size, void *to)
{
	u32 linear;

	if (!split(pkt, off, size, &linear))
		return false;
	memmove(to, pkt->buf + pkt->data + (linear ? off : 0), linear);
	if (size > linear)
		memmove((u8 *)to + linear, frags_at(pkt, off, linear), size - linear);
	return true;
}

bool rt_pkt_copy_in(struct rt_pkt *pkt, u32 off, u32 size, const void *from)
{
	u32 linear;

	if (!split(pkt, off, size, &linear))
		return false;
	memmove(pkt->buf + pkt->data + (linear ? off : 0), from, linear);
	if (size > linear)
		memmove(frags_at(pkt, off, linear), (const u8 *)from + linear, size - linear);
	return true;
}
