/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The packet loads that came from classic BPF: ld_abs and ld_ind. The context is in r6, the
 * bytes come in host order to r0, and a load that misses the packet ends the function with 0
 * (the kernel's bpf_gen_ld_abs emits just that). Offsets below zero are relative to a header:
 *
 *	0 ...			from the packet's start, as the program sees it
 *	SKF_NET_OFF + n		from the network header
 *	SKF_LL_OFF + n		from the link-layer header
 *
 * The header forms reach the linear part only.
 */
#include "runtime/exec/exec_int.h"

enum {
	SKF_NET_OFF = -0x100000,
	SKF_LL_OFF = -0x200000,
};

/* Gather size bytes at off of linear part and fragments. */
static bool from_packet(const struct rt_pkt *pkt, u32 off, u32 size, u8 *out)
{
	u32 linear = pkt->end - pkt->data;

	if (off > rt_pkt_len(pkt) || size > rt_pkt_len(pkt) - off)
		return false;
	for (u32 i = 0; i < size; i++)
		out[i] = off + i < linear ? pkt->buf[pkt->data + off + i] :
					    pkt->frags[off + i - linear];
	return true;
}

static bool from_header(const struct rt_pkt *pkt, s64 off, u32 size, u8 *out)
{
	s64 at = off >= SKF_NET_OFF ? pkt->net + off - SKF_NET_OFF : pkt->mac + off - SKF_LL_OFF;

	if (off < SKF_LL_OFF || at + size > pkt->end)
		return false;
	memcpy(out, pkt->buf + at, size);
	return true;
}

static u64 from_network_order(const u8 *p, u32 size)
{
	u64 v = 0;

	while (size--)
		v = v << 8 | *p++;
	return v;
}

static int check_context(struct exec *x)
{
	struct exec_reg r6 = x->f->r[BPF_REG_6];
	struct sbuf is = { 0 };
	int err;

	if (x->prog->view != ABI_VIEW_SOCKET_FILTER && x->prog->view != ABI_VIEW_SCHED)
		return exec_fault(x, DIAG_EXEC_LD_PKT_TYPE, NULL, abi_prog_name(x->prog->type));
	EXEC_READ(x, BPF_REG_6);
	if (r6.from == x->slots[SLOT_CTX].handle && r6.v == x->slots[SLOT_CTX].base)
		return 0;
	exec_describe_reg(x, &is, r6);
	err = exec_fault(x, DIAG_EXEC_LD_PKT_CTX, NULL, sbuf_str(&is));
	sbuf_free(&is);
	return err;
}

int exec_step_LD_PKT(struct exec *x, const struct exec_op *op)
{
	s64 off = (s32)op->imm;
	u8 bytes[4];
	bool hit;
	int err;

	err = check_context(x);
	if (err)
		return err;
	if (op->has_src) {
		EXEC_READ(x, op->src);
		off = (s32)((u32)off + (u32)x->f->r[op->src].v);
	}
	if (!x->run->pkt)
		hit = false;
	else if (off >= 0)
		hit = from_packet(x->run->pkt, (u32)off, op->width, bytes);
	else
		hit = from_header(x->run->pkt, off, op->width, bytes);
	for (u32 i = BPF_REG_1; i <= BPF_REG_5; i++)
		x->f->r[i].from = FROM_NOTHING;
	x->f->r[BPF_REG_0] = reg_number(hit ? from_network_order(bytes, op->width) : 0);
	return hit ? STEP_NEXT : exec_step_EXIT(x, op);
}
