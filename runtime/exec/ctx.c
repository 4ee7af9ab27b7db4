/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The context, member by member, as lib/abi/ctx.def says. The struct that programs see is a
 * fiction in the kernel and one here: members that yield packet addresses are made from the
 * packet, all others are kept in their uapi layout in run->ctx, so a narrow load reads the same
 * bytes that the kernel's rewritten one shifts out.
 */
#include "runtime/exec/exec_int.h"

static int fault_ctx(struct exec *x, const struct exec_access *a, u32 off, bool is_store)
{
	const struct abi_field *field = abi_ctx_field(x->prog->view, off);
	const struct abi_rights *rights = field ? &field->rights[x->prog->view] : NULL;
	struct sbuf why = { 0 };
	int err;

	if (!field)
		sbuf_puts(&why, "there is no member");
	else if (is_store && !rights->store)
		sbuf_printf(&why, "member '%s' is read-only", field->name);
	else if (!is_store && !rights->load)
		sbuf_printf(&why, "member '%s' can't be read by this program type", field->name);
	else
		sbuf_printf(&why, "member '%s' (offset %u, size %u) isn't accessed so", field->name,
			    field->off, field->size);
	err = exec_fault(x, DIAG_EXEC_CTX, NULL, (unsigned long long)a->size, a->what, off,
			 exec_place(x, a), abi_prog_name(x->prog->type), sbuf_str(&why));
	sbuf_free(&why);
	return err;
}

static struct exec_reg packet_address(struct exec *x, enum abi_reg reg)
{
	const struct rt_pkt *pkt = x->run->pkt;

	if (!pkt)
		return reg_number(0);
	switch (reg) {
	case ABI_REG_PKT:
		return exec_reg_address(&x->slots[SLOT_PKT], pkt->data);
	case ABI_REG_PKT_END:
		return exec_reg_address(&x->slots[SLOT_PKT_END], pkt->end);
	case ABI_REG_PKT_META:
		return exec_reg_address(&x->slots[SLOT_META], pkt->meta);
	default: /* no sockets here: NULL is one of the answers that a program must expect */
		return reg_number(0);
	}
}

int exec_ctx_load(struct exec *x, const struct exec_access *a, u32 off, struct exec_reg *out)
{
	const struct abi_field *field = abi_ctx_access(x->prog->view, off, (u32)a->size, false);
	u64 v = 0;

	if (!field)
		return fault_ctx(x, a, off, false);
	if (field->reg != ABI_REG_SCALAR && a->size == field->size) {
		*out = packet_address(x, field->reg);
		return STEP_NEXT;
	}
	/* A caller with a shorter struct has zeroes behind it. */
	if (off + a->size <= x->run->ctx_size)
		memcpy((u8 *)&v + (HOST_BIG_ENDIAN ? 8 - a->size : 0), (u8 *)x->run->ctx + off,
		       a->size);
	*out = reg_number(v);
	return STEP_NEXT;
}

int exec_ctx_store(struct exec *x, const struct exec_access *a, u32 off, u64 v)
{
	const struct abi_field *field = abi_ctx_access(x->prog->view, off, (u32)a->size, true);

	if (!field)
		return fault_ctx(x, a, off, true);
	if (x->run->ctx_keeps && !x->run->ctx_keeps(x->run, off, (u32)a->size, &v))
		return STEP_NEXT;
	if (off + a->size <= x->run->ctx_size)
		memcpy((u8 *)x->run->ctx + off, (u8 *)&v + (HOST_BIG_ENDIAN ? 8 - a->size : 0),
		       a->size);
	return STEP_NEXT;
}
