/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Loads, stores and atomics. Every access goes through a register's region: is it alive, does it
 * have these bytes, may they be read or written, and, on the stack, were they ever written.
 *
 * Alignment is the kernel's on machines with cheap unaligned access: stack, context and atomics
 * must be aligned to their size, packets and map values need not be.
 */
#include "runtime/exec/exec_int.h"

#include <stdio.h>

const char *exec_place(struct exec *x, const struct exec_access *a)
{
	if (a->regno < 0)
		snprintf(x->place, sizeof(x->place), "an address");
	else if (a->off)
		snprintf(x->place, sizeof(x->place), "r%d%+d", a->regno, a->off);
	else
		snprintf(x->place, sizeof(x->place), "r%d", a->regno);
	return x->place;
}

/* --- is it allowed? ---------------------------------------------------------------------- */

static int fault_not_address(struct exec *x, const struct exec_access *a)
{
	const char *help =
		"an address comes from the context, a map or the stack; adding to it and "
		"subtracting from it in 64 bits keeps it one";

	if (a->reg.from == FROM_NOTHING)
		return exec_fault_unset(x, (u32)a->regno);
	if (!a->reg.v)
		return exec_fault(x, DIAG_EXEC_NULL, "compare it with 0 before it is used",
				  (unsigned long long)a->size, a->what, exec_place(x, a));
	if (exec_region_by_number(x, a->reg.v))
		help = "the number is that of an address, but it went through a map, was partly "
		       "overwritten, or arithmetic made a number of it";
	return exec_fault(x, DIAG_EXEC_NOT_ADDRESS, help, (unsigned long long)a->size, a->what,
			  exec_place(x, a), (unsigned long long)a->reg.v);
}

static const char *stale_reason(enum exec_kind kind)
{
	switch (kind) {
	case KIND_STACK:
		return "the stack of a function that has returned";
	case KIND_KEY:
		return "a key of a callback that has returned";
	default:
		return "the packet before a helper changed it";
	}
}

static int fault_stale(struct exec *x, const struct exec_access *a)
{
	enum exec_kind kind = exec_slot_kind(a->reg.from);

	return exec_fault(x, DIAG_EXEC_STALE,
			  kind == KIND_STACK || kind == KIND_KEY ?
				  "keep nothing of a function's stack after it returned" :
				  "load data and data_end from the context again",
			  (unsigned long long)a->size, a->what, exec_place(x, a),
			  stale_reason(kind));
}

/* "starts 4 bytes past the end", and what to do where it's the packet. */
static void describe_miss(struct sbuf *out, const struct exec_region *rg, s64 at, u64 size)
{
	if (at < (s64)rg->lo)
		sbuf_printf(out, "starts %lld bytes before the start", (long long)rg->lo - at);
	else if (at > (s64)rg->hi)
		sbuf_printf(out, "starts %lld bytes past the end", at - (long long)rg->hi);
	else if (at == (s64)rg->hi)
		sbuf_puts(out, "starts at the end");
	else
		sbuf_printf(out, "reaches %llu bytes past the end",
			    (unsigned long long)size - (rg->hi - (u64)at));
}

static int fault_bounds(struct exec *x, const struct exec_access *a, const struct exec_region *rg)
{
	s64 at = (s64)(a->reg.v + (u64)(s64)a->off - rg->base);
	s64 origin = rg->kind == KIND_STACK ? EXEC_MAX_STACK : rg->lo;
	struct sbuf miss = { 0 }, name = { 0 };
	int err;

	exec_describe_region(x, &name, rg);
	describe_miss(&miss, rg, at, a->size);
	err = exec_fault(x, DIAG_EXEC_BOUNDS,
			 rg->kind == KIND_PKT ?
				 "compare the end of what is accessed with data_end first" :
				 NULL,
			 (unsigned long long)a->size, a->what, exec_place(x, a), sbuf_str(&miss),
			 sbuf_str(&name), (long long)(at - origin), rg->hi - rg->lo);
	sbuf_free(&miss);
	sbuf_free(&name);
	return err;
}

static int fault_rights(struct exec *x, const struct exec_access *a, const struct exec_region *rg)
{
	struct sbuf name = { 0 };
	u8 missing = a->rights & ~rg->rights;
	int err;

	exec_describe_region(x, &name, rg);
	if (rg->kind == KIND_MAP || rg->kind == KIND_FUNC || rg->kind == KIND_PKT_END)
		err = exec_fault(x, DIAG_EXEC_NOT_MEMORY, NULL, (unsigned long long)a->size,
				 a->what, exec_place(x, a), sbuf_str(&name));
	else if (missing & RIGHT_WRITE)
		err = exec_fault(x, DIAG_EXEC_READ_ONLY, NULL, (unsigned long long)a->size, a->what,
				 exec_place(x, a), sbuf_str(&name));
	else if (missing & RIGHT_READ)
		err = exec_fault(x, DIAG_EXEC_WRITE_ONLY, NULL, (unsigned long long)a->size,
				 a->what, exec_place(x, a), sbuf_str(&name));
	else
		err = exec_fault(x, DIAG_EXEC_ATOMIC, NULL, exec_place(x, a), sbuf_str(&name));
	sbuf_free(&name);
	return err;
}

static int fault_aligned(struct exec *x, const struct exec_access *a, const struct exec_region *rg,
			 u32 off)
{
	struct sbuf name = { 0 };
	int err;

	exec_describe_region(x, &name, rg);
	/* The kernel counts stack offsets from the frame pointer; alignment is the same. */
	err = exec_fault(x, DIAG_EXEC_MISALIGNED, NULL, (unsigned long long)a->size, a->what,
			 exec_place(x, a), off, sbuf_str(&name));
	sbuf_free(&name);
	return err;
}

static bool in_bounds(const struct exec_region *rg, u64 at, u64 size)
{
	return at >= rg->lo && at <= rg->hi && size <= rg->hi - at;
}

static bool needs_alignment(const struct exec_region *rg, u8 rights)
{
	return rg->kind == KIND_STACK || rg->kind == KIND_CTX || (rights & RIGHT_ATOMIC);
}

int exec_locate(struct exec *x, const struct exec_access *a, struct exec_region **rg_out, u32 *off)
{
	struct exec_region *rg;
	u64 at;

	if (!reg_is_address(a->reg))
		return fault_not_address(x, a);
	rg = exec_region(x, a->reg.from);
	if (!rg)
		return fault_stale(x, a);
	if (a->rights & ~rg->rights)
		return fault_rights(x, a, rg);
	at = a->reg.v + (u64)(s64)a->off - rg->base;
	if (!in_bounds(rg, at, a->size))
		return fault_bounds(x, a, rg);
	if (a->aligned && needs_alignment(rg, a->rights) && at & (a->size - 1))
		return fault_aligned(x, a, rg, (u32)at);
	*rg_out = rg;
	*off = (u32)at;
	return 0;
}

static int fault_uninit(struct exec *x, const struct exec_access *a, u32 off)
{
	return exec_fault(x, DIAG_EXEC_UNINIT_STACK,
			  "initialise the whole variable, padding included",
			  (unsigned long long)a->size, a->what, exec_place(x, a),
			  (int)off - EXEC_MAX_STACK);
}

int exec_check_mem(struct exec *x, const struct exec_access *a, struct exec_region **rg, u32 *off)
{
	u32 hole;
	int err = exec_locate(x, a, rg, off);

	if (err)
		return err;
	if ((*rg)->kind == KIND_CTX)
		return exec_fault(x, DIAG_EXEC_NOT_MEMORY, "copy the member to the stack",
				  (unsigned long long)a->size, a->what, exec_place(x, a),
				  "the context");
	if ((*rg)->kind != KIND_STACK || !(a->rights & RIGHT_READ) || a->may_be_uninit)
		return 0;
	hole = exec_stack_uninit(exec_frame_of(x, *rg), *off, (u32)a->size);
	return hole < a->size ? fault_uninit(x, a, *off + hole) : 0;
}

int exec_host_mem(struct exec *x, const struct exec_access *a, void **host)
{
	struct exec_region *rg;
	u32 off;
	int err = exec_check_mem(x, a, &rg, &off);

	if (!err && rg->kind == KIND_STACK && a->rights & RIGHT_WRITE)
		err = exec_stack_wrote(x, exec_frame_of(x, rg), off, (u32)a->size);
	if (!err)
		*host = rg->mem + off;
	return err;
}

/* --- bytes ------------------------------------------------------------------------------- */

static u64 get(const u8 *p, u32 width)
{
	switch (width) {
	case 1:
		return *p;
	case 2:
		return get_u16(p, false);
	case 4:
		return get_u32(p, false);
	default:
		return get_u64(p, false);
	}
}

static void put(u8 *p, u32 width, u64 v)
{
	switch (width) {
	case 1:
		*p = (u8)v;
		break;
	case 2:
		put_u16(p, (u16)v, false);
		break;
	case 4:
		put_u32(p, (u32)v, false);
		break;
	default:
		put_u64(p, v, false);
	}
}

/* An aligned access lies within one word of the bitmap. */
static bool stack_is_set(const struct exec_frame *f, u32 off, u32 width)
{
	u64 want = ((1ull << width) - 1) << off % 64;

	return (f->init[off / 64] & want) == want;
}

static int load(struct exec *x, const struct exec_access *a, struct exec_reg *out)
{
	u32 width = (u32)a->size, off, from = FROM_NUMBER;
	struct exec_region *rg;
	struct exec_frame *f;
	int err;

	err = exec_locate(x, a, &rg, &off);
	if (err)
		return err;
	if (rg->kind == KIND_CTX)
		return exec_ctx_load(x, a, off, out);
	if (rg->kind == KIND_STACK) {
		f = exec_frame_of(x, rg);
		if (!stack_is_set(f, off, width))
			return fault_uninit(x, a, off + exec_stack_uninit(f, off, width));
		/* A spilled address comes back whole or as a number. */
		if (width == 8 && f->spilled >> off / 8 & 1)
			from = f->spill[off / 8];
	}
	*out = (struct exec_reg){ get(rg->mem + off, width), from };
	return 0;
}

static int store(struct exec *x, const struct exec_access *a, struct exec_reg v)
{
	u32 width = (u32)a->size, off;
	struct exec_region *rg;
	struct exec_frame *f;
	int err;

	err = exec_locate(x, a, &rg, &off);
	if (err)
		return err;
	if (rg->kind == KIND_CTX)
		return exec_ctx_store(x, a, off, v.v);
	if (rg->kind == KIND_STACK) {
		f = exec_frame_of(x, rg);
		err = exec_stack_wrote(x, f, off, width);
		if (err)
			return err;
		if (width == 8 && v.from != FROM_NUMBER) {
			f->spilled |= 1ull << off / 8;
			f->spill[off / 8] = v.from;
		}
	}
	put(rg->mem + off, width, v.v);
	return 0;
}

/* --- steps ------------------------------------------------------------------------------- */

static struct exec_access access_of(struct exec *x, const struct exec_op *op, u32 regno, u8 rights,
				    const char *what)
{
	return (struct exec_access){ .reg = x->f->r[regno],
				     .regno = (int)regno,
				     .off = op->off,
				     .size = op->width,
				     .rights = rights,
				     .aligned = true,
				     .what = what };
}

int exec_step_LOAD(struct exec *x, const struct exec_op *op)
{
	struct exec_access a = access_of(x, op, op->src, RIGHT_READ, "load");

	return load(x, &a, exec_dst(x, op));
}

int exec_step_LOAD_ACQ(struct exec *x, const struct exec_op *op)
{
	struct exec_access a = access_of(x, op, op->src, RIGHT_READ | RIGHT_ATOMIC, "atomic load");

	return load(x, &a, exec_dst(x, op));
}

int exec_step_LOADSX(struct exec *x, const struct exec_op *op)
{
	struct exec_access a = access_of(x, op, op->src, RIGHT_READ, "load");
	struct exec_reg *dst = exec_dst(x, op);
	int err = load(x, &a, dst);

	if (!err)
		*dst = reg_number(exec_sign_extend(dst->v, op->width * 8));
	return err;
}

int exec_step_STORE(struct exec *x, const struct exec_op *op)
{
	struct exec_access a = access_of(x, op, op->dst, RIGHT_WRITE, "store");

	EXEC_READ(x, op->src);
	return store(x, &a, x->f->r[op->src]);
}

int exec_step_STORE_REL(struct exec *x, const struct exec_op *op)
{
	struct exec_access a =
		access_of(x, op, op->dst, RIGHT_WRITE | RIGHT_ATOMIC, "atomic store");

	EXEC_READ(x, op->src);
	return store(x, &a, x->f->r[op->src]);
}

int exec_step_STORE_IMM(struct exec *x, const struct exec_op *op)
{
	struct exec_access a = access_of(x, op, op->dst, RIGHT_WRITE, "store");

	return store(x, &a, reg_number(op->imm));
}

static u64 atomic_result(struct exec *x, const struct exec_op *op, u64 old)
{
	u64 src = x->f->r[op->src].v;

	if (op->oper == ISA_OPER_CMPXCHG)
		return exec_cond(ISA_OPER_JEQ, op->width, old, x->f->r[BPF_REG_0].v) ? src : old;
	return exec_alu(op->oper, op->width, old, src);
}

/* The runtime runs programs one at a time, so there is nobody to be atomic against. A whole
 * address that is fetched from the stack stays one; what is stored is a number, as to the kernel.
 */
int exec_step_ATOMIC(struct exec *x, const struct exec_op *op)
{
	struct exec_access a =
		access_of(x, op, op->dst, RIGHT_READ | RIGHT_WRITE | RIGHT_ATOMIC, "atomic access");
	struct exec_reg old;
	int err;

	EXEC_READ(x, op->src);
	if (op->regs & ISA_RD_R0)
		EXEC_READ(x, BPF_REG_0);
	err = load(x, &a, &old);
	if (err)
		return err;
	err = store(x, &a, reg_number(atomic_result(x, op, old.v)));
	if (err)
		return err;
	if (op->regs & ISA_WR_R0)
		x->f->r[BPF_REG_0] = old;
	else if (op->regs & ISA_WR_SRC)
		x->f->r[op->src] = old;
	return STEP_NEXT;
}

int exec_step_LD_IMM64(struct exec *x, const struct exec_op *op)
{
	struct exec_reg *dst = exec_dst(x, op);
	const struct exec_map_use *use;

	if (op->oper == ISA_OPER_IMM64) {
		*dst = reg_number(op->imm);
		return STEP_NEXT;
	}
	/* For the others imm is an index, 0 where there is no map. */
	use = &x->prog->maps[op->imm];
	switch (op->oper) {
	case ISA_OPER_MAP_FD:
	case ISA_OPER_MAP_IDX:
		return exec_map_reg(x, use->map, dst);
	case ISA_OPER_MAP_VALUE:
	case ISA_OPER_MAP_IDX_VALUE:
		return exec_value_reg(x, use->map, use->value, use->off, dst);
	case ISA_OPER_FUNC:
		return exec_func_reg(x, op->target, dst);
	default: /* BTF_ID */
		return exec_fault(x, DIAG_EXEC_NOTSUP, NULL, "kernel variables");
	}
}
