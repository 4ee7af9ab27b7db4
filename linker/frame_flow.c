/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The walk through one function. States are kept where jumps land; a queue holds those that
 * changed. Whatever still changes after a few visits gives up (frame_join's widen), so the time
 * is linear in the code whatever the jumps are.
 */
#include "linker/frame_int.h"

#include <stdlib.h>

#include "uapi/bpf_func.h"
#include "uapi/bpf_info.h"
#include "uapi/elf.h"

#include "lib/isa/isa.h"

enum { N_REGS = 11, PATIENCE = 8, N_SLOTS = 64 };

/* States of a function with more jump targets than this are not kept: its depth stays unknown. */
#define MAX_LEADERS (1u << 17)

struct state {
	struct frame_val r[N_REGS];
};

struct leader {
	struct state in;
	u32 insn;
	u32 visits;
	bool seen, queued;
};

struct flow {
	const struct obj *o;
	const struct obj_func *f;
	const struct obj_sec *sec;
	const struct frame_sum *sums, *cb;
	struct frame_sum *out;
	u32 *leader_at;			/* by instruction of the function: leader + 1, or 0 */
	VEC(struct leader) leaders;
	u32 *queue, n_queued, head;	/* a ring of leaders.n + 1 */
	/* Pointers in memory, whenever they were stored: by 8 bytes of the frame, the lowest first;
	 * and those of which it isn't known where they are. */
	struct frame_val slots[N_SLOTS], loose;
	bool stored_changed;
	bool broken;			/* no well-formed function */
};

void frame_sum_init(struct frame_sum *s)
{
	memset(s, 0, sizeof(*s));
	s->stored = frame_number(0);
	memcpy(s->reach, s->stored.lo, sizeof(s->reach));
	memcpy(s->dyn, s->stored.lo, sizeof(s->dyn));
}

void frame_sum_worst(struct frame_sum *s)
{
	for (u32 b = 0; b < FRAME_N_BASES; b++)
		s->reach[b] = s->dyn[b] = s->stored.lo[b] = FRAME_ANYWHERE;
	s->dyn_exact = 0;
	s->stored.exact = 0;
}

bool frame_kfunc_is(const char *name, const char *kfunc)
{
	size_t len = strlen(kfunc);

	return !strncmp(name, kfunc, len) && (!name[len] || !strncmp(name + len, "___", 3));
}

const struct obj_reloc *frame_reloc_at(const struct obj_sec *sec, u32 insn)
{
	u32 lo = 0, hi = sec->relocs.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->relocs.v[mid].off < (u64)insn * 8)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < sec->relocs.n && sec->relocs.v[lo].off == (u64)insn * 8 ?
		       &sec->relocs.v[lo] : NULL;
}

/* --- memory ------------------------------------------------------------------------------ */

static void lower(s32 *lo, s32 to)
{
	if (to < *lo)
		*lo = to;
}

static void touch(struct flow *fl, const struct frame_val *v, s32 off)
{
	for (u32 b = 0; b < FRAME_N_BASES; b++)
		if (v->lo[b] != FRAME_NONE)
			lower(&fl->out->reach[b], frame_add(v->lo[b], off));
}

static void keep(struct flow *fl, struct frame_val *where, const struct frame_val *v)
{
	struct frame_val pointers = *v;

	pointers.bits = 0;
	fl->stored_changed |= frame_join(where, &pointers, fl->leaders.v[0].visits > PATIENCE);
}

static void store_loose(struct flow *fl, const struct frame_val *v)
{
	if (!frame_is_pointer(v))
		return;
	keep(fl, &fl->loose, v);
	keep(fl, &fl->out->stored, v);
}

/* The slots that an access of 8 bytes at a distance from r10 may meet: one, or all from it up. */
static u32 slots_at(const struct frame_val *at, s32 off, u32 *n)
{
	s32 lo = frame_add(at->lo[FRAME_FP], off), slot = N_SLOTS + (lo >> 3);

	if (lo == FRAME_ANYWHERE || slot < 0)
		slot = 0;
	else if (slot >= N_SLOTS)
		slot = N_SLOTS - 1;
	*n = (at->exact & 1u << FRAME_FP) && lo != FRAME_ANYWHERE ? 1 : N_SLOTS - (u32)slot;
	return (u32)slot;
}

static void store_at(struct flow *fl, const struct frame_val *at, s32 off,
		     const struct frame_val *v)
{
	u32 n, slot;

	if (!frame_is_pointer(v))
		return;
	keep(fl, &fl->out->stored, v);
	if (at->lo[FRAME_FP] == FRAME_NONE)
		return;
	slot = slots_at(at, off, &n);
	for (u32 i = 0; i < n; i++)
		keep(fl, &fl->slots[slot + i], v);
}

/* What 8 bytes behind a pointer may hold: what this function stored, or its callers did. */
static struct frame_val load_at(struct flow *fl, const struct frame_val *at, s32 off)
{
	struct frame_val far = frame_pointer(FRAME_FAR), v = frame_number(64);
	bool foreign = false;
	u32 n, slot;

	if (at->lo[FRAME_FP] != FRAME_NONE) {
		slot = slots_at(at, off, &n);
		for (u32 i = 0; i < n; i++)
			frame_join(&v, &fl->slots[slot + i], false);
		frame_join(&v, &fl->loose, false);
	}
	for (u32 b = FRAME_ARG1; b < FRAME_N_BASES; b++)
		foreign |= at->lo[b] != FRAME_NONE;
	if (foreign) {
		frame_join(&v, &far, false);
		frame_join(&v, &fl->out->stored, false);
	}
	return v;
}

/* --- calls ------------------------------------------------------------------------------- */

/* A callee makes dynptrs at a distance from what it was given. */
static void add_dynptr(struct flow *fl, const struct frame_val *v, s32 by, bool exact)
{
	struct frame_sum *out = fl->out;

	for (u32 b = 0; b < FRAME_N_BASES; b++) {
		s32 at = frame_add(v->lo[b], by);
		u8 bit = (u8)(1u << b);
		bool one = exact && (v->exact & bit);

		if (at == FRAME_NONE)
			continue;
		if (out->dyn[b] == FRAME_NONE)
			out->dyn_exact = (u8)((out->dyn_exact & ~bit) | (one ? bit : 0));
		else if (!one || out->dyn[b] != at)
			out->dyn_exact = (u8)(out->dyn_exact & ~bit);
		lower(&out->dyn[b], at);
	}
}

/* What a callee does with one of the values that it can get at. */
static void pass(struct flow *fl, const struct frame_sum *g, u32 base, const struct frame_val *v)
{
	struct frame_val left = *v;

	if (!frame_is_pointer(v))
		return;
	for (u32 b = 0; b < FRAME_N_BASES; b++) {
		if (v->lo[b] == FRAME_NONE)
			continue;
		if (g->reach[base] != FRAME_NONE)
			lower(&fl->out->reach[b], frame_add(v->lo[b], g->reach[base]));
		left.lo[b] = frame_add(v->lo[b], g->stored.lo[base]);
	}
	if (g->dyn[base] != FRAME_NONE)
		add_dynptr(fl, v, g->dyn[base], g->dyn_exact & (1u << base));
	left.exact &= g->stored.exact & (1u << base) ? 0xff : 0;
	if (g->stored.lo[base] != FRAME_NONE)
		store_loose(fl, &left);
}

/* Pointers that lie in memory which the callee may read. */
static void pass_far(struct flow *fl, const struct frame_sum *g)
{
	struct frame_val far = frame_pointer(FRAME_FAR);

	frame_join(&far, &fl->out->stored, false);
	pass(fl, g, FRAME_FAR, &far);
}

static s32 worst_arg(const s32 lo[FRAME_N_BASES])
{
	s32 worst = FRAME_NONE;

	for (u32 b = FRAME_ARG1; b < FRAME_N_BASES; b++)
		lower(&worst, lo[b]);
	return worst;
}

static void call_function(struct flow *fl, const struct state *s, const struct frame_sum *g)
{
	for (u32 i = 1; i <= 5; i++)
		pass(fl, g, i, &s->r[i]);
	pass_far(fl, g);
}

static void call_unknown(struct flow *fl, const struct state *s)
{
	struct frame_sum worst;

	frame_sum_init(&worst);
	frame_sum_worst(&worst);
	call_function(fl, s, &worst);
}

/* A function that was handed on as a callback may get any argument, or what lies in memory, as any
 * argument. */
static void call_back(struct flow *fl, const struct state *s)
{
	struct frame_sum any = *fl->cb;
	s32 reach = worst_arg(any.reach), stored = worst_arg(any.stored.lo);
	s32 dyn = worst_arg(any.dyn);

	for (u32 b = FRAME_ARG1; b < FRAME_N_BASES; b++) {
		any.reach[b] = reach;
		any.stored.lo[b] = stored;
		any.dyn[b] = dyn;
	}
	any.stored.exact = any.dyn_exact = 0;
	call_function(fl, s, &any);
}

static bool makes_dynptr(const char *kfunc)
{
	return !strncmp(kfunc, "bpf_dynptr_from_", 16) ||
	       frame_kfunc_is(kfunc, "bpf_dynptr_clone");
}

/*
 * A helper or kfunc uses memory upward from what it is given. It calls back whom it was told to: a
 * function that this one names, else (callbacks has the argument's bit, but what is passed came
 * from a caller, a callee or memory) anybody.
 */
static void call_kernel(struct flow *fl, const struct state *s, bool dynptr, u32 callbacks)
{
	bool strangers = false;

	for (u32 i = 1; i <= 5; i++) {
		touch(fl, &s->r[i], 0);
		if (dynptr)
			add_dynptr(fl, &s->r[i], 0, true);
		strangers |= (callbacks >> i & 1) && !s->r[i].func;
	}
	if (strangers)
		call_unknown(fl, s);
	else if (callbacks)
		call_back(fl, s);
}

enum { ANY_ARG = 0x3e };

static u32 callbacks_of_helper(u32 id)
{
	const struct abi_helper *h = abi_helper(id);
	u32 mask = 0;

	for (u32 i = 0; h && i < ABI_MAX_ARGS; i++)
		if (abi_arg_rule(h->args[i])->base == ABI_BASE_FUNC)
			mask |= 2u << i;
	return h ? mask : ANY_ARG;
}

static void call_helper(struct flow *fl, const struct state *s, s32 id)
{
	bool dynptr = id == BPF_FUNC_dynptr_from_mem || id == BPF_FUNC_ringbuf_reserve_dynptr;

	call_kernel(fl, s, dynptr, callbacks_of_helper((u32)id));
	fl->out->facts.tail_calls |= id == BPF_FUNC_tail_call;
}

/* The parameters that are pointers to functions; the extern is a FUNC or a variable. */
static u32 callbacks_of_kfunc(const struct btf *b, u32 id)
{
	bool var = b && btf_kind_of(b, id) == BTF_KIND_VAR;
	u32 proto = b ? btf_proto_of(b, var ? btf_skip_mods(b, btf_type(b, id)->type) : id) : 0;
	const struct btf_type *t = b ? btf_type(b, proto) : NULL;
	u32 mask = 0;

	for (u32 i = 0; proto && i < btf_vlen(t) && i < 5; i++) {
		u32 param = btf_skip_mods(b, btf_params(t)[i].type);

		if (btf_kind_of(b, param) == BTF_KIND_PTR &&
		    btf_proto_of(b, btf_skip_mods(b, btf_type(b, param)->type)))
			mask |= 2u << i;
	}
	return proto ? mask : ANY_ARG;
}

/* Externs are in the order of their symbols. */
static const struct obj_extern *find_extern(const struct obj *o, sym_id sym)
{
	u32 lo = 0, hi = o->externs.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (o->externs.v[mid].sym.i < sym.i)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < o->externs.n && o->externs.v[lo].sym.i == sym.i ? &o->externs.v[lo] : NULL;
}

static void call_symbol(struct flow *fl, const struct state *s, const struct obj_reloc *r)
{
	func_id g = r ? obj_reloc_func(fl->o, r) : (func_id){ 0 };
	const struct obj_extern *e = r && !g.i ? find_extern(fl->o, r->sym) : NULL;

	if (g.i)
		call_function(fl, s, &fl->sums[g.i]);
	else if (e && e->kind == OBJ_EXTERN_KFUNC)
		call_kernel(fl, s, makes_dynptr(obj_sym(fl->o, r->sym)->name),
			    callbacks_of_kfunc(fl->o->btf, e->btf_id));
	else
		call_unknown(fl, s);
}

static void call(struct flow *fl, struct state *s, const struct isa_op *op, u32 at)
{
	const struct bpf_insn *insn = &fl->sec->insns.v[at];
	const struct obj_reloc *r = frame_reloc_at(fl->sec, at);

	if (op->effect == ISA_FX_CALL && op->oper == ISA_OPER_HELPER && !r)
		call_helper(fl, s, insn->imm);
	else if (op->effect == ISA_FX_CALL && op->oper == ISA_OPER_KFUNC && !r)
		call_kernel(fl, s, true, ANY_ARG);
	else
		call_symbol(fl, s, op->effect == ISA_FX_CALL ? r : NULL);
	for (u32 i = 0; i <= 5; i++)
		s->r[i] = frame_number(64);
}

/* --- one instruction --------------------------------------------------------------------- */

/* The CO-RE record that changes an instruction when it is loaded. */
static const struct obj_core_relo *core_at(const struct obj_sec *sec, u32 insn)
{
	u32 lo = 0, hi = sec->core_relos.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->core_relos.v[mid].insn < insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < sec->core_relos.n && sec->core_relos.v[lo].insn == insn ?
		       &sec->core_relos.v[lo] : NULL;
}

/* What CO-RE writes in place of a constant: offsets, sizes and the like are small and not below 0,
 * an enumerator may be anything. */
static struct frame_val core_number(const struct obj_core_relo *c)
{
	return frame_number(c->kind == BPF_CORE_ENUMVAL_VALUE ? 64 : 32);
}

static void do_alu(struct flow *fl, struct state *s, const struct isa_op *op, u32 at)
{
	const struct bpf_insn *insn = &fl->sec->insns.v[at];
	const struct obj_core_relo *core = core_at(fl->sec, at);
	struct frame_val *dst = &s->r[insn->dst_reg];

	if (op->oper == ISA_OPER_NEG || op->oper == ISA_OPER_MOVSX)
		*dst = frame_number(op->width * 8u);
	else if (op->src.kind == ISA_RULE_REG)
		*dst = frame_alu(op->oper, op->width, *dst, s->r[insn->src_reg]);
	else if (core)
		*dst = frame_alu(op->oper, op->width, *dst, core_number(core));
	else
		*dst = frame_alu_imm(op->oper, op->width, *dst, insn->imm);
}

/* A constant that the linker or the loader fills in isn't known. */
static struct frame_val constant(const struct flow *fl, const struct isa_op *op, u32 at)
{
	const struct obj_core_relo *core = core_at(fl->sec, at);
	const struct obj_reloc *r = frame_reloc_at(fl->sec, at);
	struct frame_val v = frame_number(64);

	if (core)
		return core_number(core);
	if (!r && op->oper == ISA_OPER_IMM64)
		return frame_number(frame_bits_of(isa_imm64(&fl->sec->insns.v[at])));
	v.func = r && r->type == R_BPF_64_64 && obj_reloc_func(fl->o, r).i;
	return v;
}

/* An access as it may be once it is loaded: a CO-RE record gives it another offset, not below 0,
 * and another width. */
struct access {
	struct frame_val at;
	s32 off;
	u32 width;
};

static struct access access_of(const struct flow *fl, const struct state *s,
			       const struct isa_op *op, u32 at)
{
	const struct bpf_insn *insn = &fl->sec->insns.v[at];
	bool load = op->effect == ISA_FX_LOAD || op->effect == ISA_FX_LOADSX ||
		    op->effect == ISA_FX_LOAD_ACQ;
	struct access a = { s->r[load ? insn->src_reg : insn->dst_reg], insn->off, op->width };

	if (core_at(fl->sec, at)) {
		a.at.exact = 0;
		a.off = 0;
		a.width = 8;
	}
	return a;
}

static struct frame_val loaded(struct flow *fl, const struct access *a)
{
	return a->width == 8 ? load_at(fl, &a->at, a->off) : frame_number(a->width * 8u);
}

static void do_memory(struct flow *fl, struct state *s, const struct isa_op *op, u32 at)
{
	const struct bpf_insn *insn = &fl->sec->insns.v[at];
	struct frame_val *src = &s->r[insn->src_reg], *dst = &s->r[insn->dst_reg], old;
	struct access a = access_of(fl, s, op, at);

	touch(fl, &a.at, a.off);
	switch (op->effect) {
	case ISA_FX_LOAD:
	case ISA_FX_LOAD_ACQ:
		*dst = loaded(fl, &a);
		break;
	case ISA_FX_LOADSX:
		*dst = frame_number(64);
		break;
	case ISA_FX_STORE:
	case ISA_FX_STORE_REL:
	case ISA_FX_ATOMIC:
		old = loaded(fl, &a);
		if (a.width == 8)
			store_at(fl, &a.at, a.off, src);
		if (op->regs & ISA_WR_SRC)
			*src = old;
		if (op->regs & ISA_WR_R0)
			s->r[0] = old;
		break;
	default:
		break;
	}
}

static void do_insn(struct flow *fl, struct state *s, const struct isa_op *op, u32 at)
{
	const struct bpf_insn *insn = &fl->sec->insns.v[at];

	switch (op->effect) {
	case ISA_FX_ALU:
		do_alu(fl, s, op, at);
		break;
	case ISA_FX_END:
	case ISA_FX_CAST:
		s->r[insn->dst_reg] = frame_number(op->width * 8u);
		break;
	case ISA_FX_LD_IMM64:
		s->r[insn->dst_reg] = constant(fl, op, at);
		break;
	case ISA_FX_LD_PKT:
		fl->out->facts.ld_abs = true;
		for (u32 i = 0; i <= 5; i++)
			s->r[i] = frame_number(64);
		break;
	case ISA_FX_CALL:
	case ISA_FX_CALLX:
		call(fl, s, op, at);
		break;
	default:
		if (op->effect >= ISA_FX_LOAD && op->effect <= ISA_FX_STORE_REL)
			do_memory(fl, s, op, at);
		break;
	}
}

/* --- branches ---------------------------------------------------------------------------- */

static void limit_bits(struct frame_val *v, u32 bits)
{
	if (bits < v->bits)
		v->bits = (u8)bits;
}

/* What a comparison with a constant says about the register where it holds, or where it doesn't. */
static void learn(struct state *s, const struct isa_op *op, const struct bpf_insn *insn, bool holds)
{
	struct frame_val *v = &s->r[insn->dst_reg];
	u64 imm = op->width == 8 ? (u64)(s64)insn->imm : (u32)insn->imm;
	u32 oper = op->oper;

	/* A comparison of halves says nothing about the other half. */
	if (op->src.kind == ISA_RULE_REG || (op->width == 4 && v->bits > 32))
		return;
	if (holds && (oper == ISA_OPER_JLT || oper == ISA_OPER_JLE || oper == ISA_OPER_JEQ))
		limit_bits(v, frame_bits_of(imm));
	if (!holds && (oper == ISA_OPER_JGT || oper == ISA_OPER_JGE || oper == ISA_OPER_JNE))
		limit_bits(v, frame_bits_of(imm));
	if (op->width == 8 && insn->imm >= -1 &&
	    ((holds && oper == ISA_OPER_JSGT) || (!holds && oper == ISA_OPER_JSLE)))
		limit_bits(v, 63);
}

static void enqueue(struct flow *fl, u32 leader)
{
	u32 size = fl->leaders.n + 1;

	if (fl->leaders.v[leader].queued)
		return;
	fl->leaders.v[leader].queued = true;
	fl->queue[(fl->head + fl->n_queued++) % size] = leader;
}

static void flow_to(struct flow *fl, u32 at, const struct state *s)
{
	struct leader *to = &fl->leaders.v[fl->leader_at[at] - 1];
	bool changed = !to->seen, widen = to->visits > PATIENCE;

	if (!to->seen)
		to->in = *s;
	for (u32 i = 0; i < N_REGS && to->seen; i++)
		changed |= frame_join(&to->in.r[i], &s->r[i], widen);
	to->seen = true;
	if (changed)
		enqueue(fl, fl->leader_at[at] - 1);
}

/* Leave the block where at is its last instruction; true if control goes on behind it. */
static bool branch(struct flow *fl, struct state *s, const struct isa_op *op, u32 at)
{
	const struct bpf_insn *insn = &fl->sec->insns.v[fl->f->insn + at];
	struct state taken = *s;
	s64 target;

	if (op->effect == ISA_FX_EXIT)
		return false;
	if (!isa_jump_target(insn, at, &target))
		return true;
	if (op->effect == ISA_FX_COND) {
		learn(&taken, op, insn, true);
		learn(s, op, insn, false);
	}
	flow_to(fl, (u32)target, &taken);
	return op->effect != ISA_FX_JUMP;
}

static void walk_block(struct flow *fl, u32 leader)
{
	struct state s = fl->leaders.v[leader].in;
	u32 at = fl->leaders.v[leader].insn, n = fl->f->n_insns;

	fl->leaders.v[leader].visits++;
	for (;;) {
		const struct bpf_insn *insn = &fl->sec->insns.v[fl->f->insn + at];
		const struct isa_op *op = isa_decode(insn, n - at, NULL);

		do_insn(fl, &s, op, fl->f->insn + at);
		if (!branch(fl, &s, op, at))
			return;
		at += op->slots;
		if (at >= n)
			return;
		if (fl->leader_at[at]) {
			flow_to(fl, at, &s);
			return;
		}
	}
}

/* --- the function ------------------------------------------------------------------------ */

/* Each instruction decodes and each jump lands in the function; note what the walk doesn't. */
static void scan(struct flow *fl)
{
	struct link_frame_facts *facts = &fl->out->facts;
	u32 n = fl->f->n_insns;
	s64 target;

	facts->n_insns = n;
	fl->leader_at[0] = 1;
	for (u32 at = 0; at < n && !fl->broken;) {
		const struct bpf_insn *insn = &fl->sec->insns.v[fl->f->insn + at];
		const struct isa_op *op = isa_decode(insn, n - at, NULL);

		fl->broken = !op;
		if (!op)
			return;
		if (isa_jump_target(insn, at, &target)) {
			fl->broken = target < 0 || target >= n;
			if (!fl->broken)
				fl->leader_at[target] = 1;
			facts->n_branches += op->effect != ISA_FX_JUMP;
		}
		facts->saved |= isa_regs_written(op, insn) & 0x3c0;
		at += op->slots;
	}
}

static int make_leaders(struct flow *fl)
{
	for (u32 at = 0; at < fl->f->n_insns; at++) {
		struct leader *l;

		if (!fl->leader_at[at])
			continue;
		l = fl->leaders.n < MAX_LEADERS ? vec_push(&fl->leaders) : NULL;
		if (!l && fl->leaders.n < MAX_LEADERS)
			return -ENOMEM;
		if (!l) {
			fl->broken = true;
			return 0;
		}
		l->insn = at;
		fl->leader_at[at] = fl->leaders.n;
	}
	fl->queue = malloc((fl->leaders.n + 1) * sizeof(*fl->queue));
	return fl->queue ? 0 : -ENOMEM;
}

/* A jump into the second half of a constant would decode to something else there. */
static void check_targets(struct flow *fl)
{
	for (u32 i = 0; i < fl->leaders.n && !fl->broken; i++) {
		u32 at = fl->leaders.v[i].insn;

		fl->broken = !isa_decode(&fl->sec->insns.v[fl->f->insn + at],
					 fl->f->n_insns - at, NULL);
	}
}

static void run(struct flow *fl)
{
	struct state entry;

	for (u32 i = 0; i < N_REGS; i++)
		entry.r[i] = frame_number(64);
	for (u32 i = 1; i <= 5; i++)
		entry.r[i] = frame_pointer(FRAME_ARG1 + i - 1);
	entry.r[10] = frame_pointer(FRAME_FP);
	flow_to(fl, 0, &entry);
	do {
		fl->stored_changed = false;
		while (fl->n_queued) {
			u32 leader = fl->queue[fl->head];

			fl->head = (fl->head + 1) % (fl->leaders.n + 1);
			fl->n_queued--;
			fl->leaders.v[leader].queued = false;
			walk_block(fl, leader);
		}
		/* Loads may give more than they did: look at them again. */
		for (u32 i = 0; i < fl->leaders.n && fl->stored_changed; i++)
			if (fl->leaders.v[i].seen)
				enqueue(fl, i);
	} while (fl->n_queued);
}

static u32 depth_of(s32 reach)
{
	if (reach == FRAME_ANYWHERE)
		return LINK_DEPTH_UNBOUND;
	return reach < 0 ? (u32)align_up((u64)-(s64)reach, 8) : 0;
}

static void sum_up(struct frame_sum *out)
{
	struct link_frame_facts *facts = &out->facts;
	s32 dyn = out->dyn[FRAME_FP];

	facts->depth = depth_of(out->reach[FRAME_FP]);
	facts->dynptr = dyn != FRAME_NONE;
	if (!facts->dynptr)
		return;
	facts->dynptr_lo = depth_of(dyn);
	if (out->dyn_exact & 1 && facts->dynptr_lo != LINK_DEPTH_UNBOUND)
		facts->dynptr_hi = facts->dynptr_lo > 16 ? facts->dynptr_lo - 16 : 0;
}

int frame_flow(const struct obj *o, func_id f, const struct frame_sum *sums,
	       const struct frame_sum *cb, struct frame_sum *out)
{
	struct flow fl = {
		.o = o, .f = obj_func(o, f), .sec = obj_sec(o, obj_func(o, f)->sec),
		.sums = sums, .cb = cb, .out = out,
	};
	int err = 0;

	frame_sum_init(out);
	fl.loose = frame_number(0);
	for (u32 i = 0; i < N_SLOTS; i++)
		fl.slots[i] = fl.loose;
	fl.leader_at = calloc(fl.f->n_insns + 1, sizeof(*fl.leader_at));
	if (!fl.leader_at)
		return -ENOMEM;
	scan(&fl);
	if (!fl.broken)
		err = make_leaders(&fl);
	if (!err && !fl.broken)
		check_targets(&fl);
	if (!err && !fl.broken && fl.f->n_insns)
		run(&fl);
	else
		frame_sum_worst(out);
	sum_up(out);
	free(fl.leader_at);
	free(fl.queue);
	vec_free(&fl.leaders);
	return err;
}
