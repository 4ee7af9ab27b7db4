/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Bodies in place of calls, and the jumps of what comes out. */
#include "linker/inline_int.h"

#include <stdlib.h>

#include "uapi/bpf_func.h"

#include "lib/isa/isa.h"

enum { REG_FP = 10 };

/* --- what can be taken ------------------------------------------------------------------- */

static bool uses_fp_oddly(const struct isa_op *op, const struct bpf_insn *insn)
{
	bool memory = op->effect >= ISA_FX_LOAD && op->effect <= ISA_FX_STORE_REL;
	bool src = (isa_regs_read(op, insn) & (1u << REG_FP)) && isa_op_has_src(op) &&
		   insn->src_reg == REG_FP;
	bool base_is_src = op->effect == ISA_FX_LOAD || op->effect == ISA_FX_LOADSX ||
			   op->effect == ISA_FX_LOAD_ACQ;

	if (op->id == ISA_MOV64_X)
		return false;
	if (memory)
		return src && !base_is_src;
	return src || ((isa_regs_read(op, insn) & (1u << REG_FP)) && insn->dst_reg == REG_FP);
}

static enum link_inline_no check_insn(const struct inl_site *site, const struct isa_op *op,
				      const struct bpf_insn *insn)
{
	if (op->effect == ISA_FX_CALL && op->oper == ISA_OPER_HELPER &&
	    insn->imm == BPF_FUNC_tail_call)
		return LINK_INLINE_TAIL_CALL;
	if (op->effect == ISA_FX_LD_PKT)
		return LINK_INLINE_LD_ABS;
	if (isa_regs_written(op, insn) & (1u << REG_FP))
		return LINK_INLINE_CODE;
	return site->s.shift && uses_fp_oddly(op, insn) ? LINK_INLINE_FRAME : LINK_INLINE_DONE;
}

enum link_inline_no inl_check(const struct obj *o, const struct inl_site *site)
{
	const struct obj_func *f = obj_func(o, site->callee);
	const struct bpf_insn *insns = obj_sec(o, f->sec)->insns.v + f->insn;
	const struct isa_op *op = NULL;
	s64 target;

	if (site->callee.i == site->caller.i)
		return LINK_INLINE_ITSELF;
	for (u32 at = 0; at < f->n_insns; at += op->slots) {
		enum link_inline_no no;

		op = isa_decode(&insns[at], f->n_insns - at, NULL);
		if (!op || (isa_jump_target(&insns[at], at, &target) &&
			    (target < 0 || target >= f->n_insns)))
			return LINK_INLINE_CODE;
		no = check_insn(site, op, &insns[at]);
		if (no)
			return no;
	}
	return op && (op->effect == ISA_FX_EXIT || op->effect == ISA_FX_JUMP) ? LINK_INLINE_DONE :
										LINK_INLINE_CODE;
}

/* --- items ------------------------------------------------------------------------------- */

/* The line_info record that starts at an instruction, or with it the one in force before. */
static u32 line_at(const struct obj_sec *sec, u32 insn, bool in_force)
{
	u32 lo = 0, hi = sec->line_infos.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->line_infos.v[mid].insn <= insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo || (!in_force && sec->line_infos.v[lo - 1].insn != insn))
		return INL_NONE;
	return lo - 1;
}

static struct inl_item *add_item(struct inl_code *c, struct bpf_insn insn)
{
	struct inl_item *it = vec_push(&c->items);

	if (it)
		*it = (struct inl_item){
			.insn = insn, .target = INL_NONE, .from = INL_NONE, .line = INL_NONE,
			.site = INL_NONE,
		};
	return it;
}

/* A copy of one slot; jumps get their old target, in instructions of the section. */
static struct inl_item *copy_slot(const struct inl *in, struct inl_code *c, sec_id sec, u32 at,
				  bool is_second)
{
	const struct obj_sec *s = obj_sec(in->o, sec);
	struct inl_item *it = add_item(c, s->insns.v[at]);
	s64 target;

	if (!it)
		return NULL;
	it->sec = sec.i;
	it->from = at;
	it->line_sec = sec.i;
	it->line = is_second ? INL_NONE : line_at(s, at, false);
	if (!is_second && isa_jump_target(&s->insns.v[at], at, &target) && target >= 0 &&
	    target <= s->insns.n)
		it->target = (u32)target;
	return it;
}

/* A body on its way into a caller. */
struct body {
	struct inl *in;
	struct inl_code *c;
	const struct inl_site *site;
	const struct obj_func *f;
	u32 index;		/* of the site */
	u32 *map;		/* by instruction of the function: item */
	u32 start;		/* item */
};

static struct bpf_insn slot_insn(u8 code, u32 reg, s32 off)
{
	return (struct bpf_insn){
		.code = code | BPF_MEM | BPF_DW,
		.dst_reg = code == BPF_STX ? REG_FP : reg & 0xf,
		.src_reg = code == BPF_STX ? reg & 0xf : REG_FP,
		.off = (s16)off,
	};
}

static int move_saved(struct body *b, u8 code)
{
	s32 off = b->site->s.save_off;

	for (u32 reg = 6; reg <= 9; reg++) {
		struct inl_item *it;

		if (!(b->site->s.save & (1u << reg)))
			continue;
		it = add_item(b->c, slot_insn(code, reg, off));
		if (!it)
			return -ENOMEM;
		it->site = b->index;
		off -= 8;
	}
	return 0;
}

/* Move what an instruction does with the frame down. */
static int shift_frame(struct body *b, const struct isa_op *op, struct inl_item *it)
{
	struct bpf_insn down = {
		.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = it->insn.dst_reg,
		.imm = -(s32)b->site->s.shift,
	};
	bool base_is_src = op->effect == ISA_FX_LOAD || op->effect == ISA_FX_LOADSX ||
			   op->effect == ISA_FX_LOAD_ACQ;
	u32 base = base_is_src ? it->insn.src_reg : it->insn.dst_reg;

	if (!b->site->s.shift)
		return 0;
	if (op->effect >= ISA_FX_LOAD && op->effect <= ISA_FX_STORE_REL && base == REG_FP)
		it->insn.off = (s16)(it->insn.off - (s32)b->site->s.shift);
	if (op->id != ISA_MOV64_X || it->insn.src_reg != REG_FP)
		return 0;
	it = add_item(b->c, down);
	if (!it)
		return -ENOMEM;
	it->site = b->index;
	return 0;
}

static int add_exit(struct body *b, u32 at)
{
	struct inl_item *it;

	if (at + 1 == b->f->n_insns)
		return 0;
	it = copy_slot(b->in, b->c, b->f->sec, b->f->insn + at, false);
	if (!it)
		return -ENOMEM;
	it->insn = (struct bpf_insn){ .code = BPF_JMP | BPF_JA };
	it->target = b->f->insn + b->f->n_insns;
	it->site = b->index;
	return 0;
}

static int add_body_insn(struct body *b, const struct isa_op *op, u32 at)
{
	struct inl_item *it = NULL;

	if (op->effect == ISA_FX_EXIT)
		return add_exit(b, at);
	for (u32 k = 0; k < op->slots; k++) {
		it = copy_slot(b->in, b->c, b->f->sec, b->f->insn + at + k, k > 0);
		if (!it)
			return -ENOMEM;
		it->site = b->index;
	}
	return shift_frame(b, op, it);
}

static int add_insns(struct body *b)
{
	const struct bpf_insn *insns = obj_sec(b->in->o, b->f->sec)->insns.v + b->f->insn;
	int err = 0;

	for (u32 at = 0; at < b->f->n_insns && !err;) {
		const struct isa_op *op = isa_decode(&insns[at], b->f->n_insns - at, NULL);

		for (u32 k = 0; k < op->slots; k++)
			b->map[at + k] = b->c->items.n;
		err = add_body_insn(b, op, at);
		at += op->slots;
	}
	b->map[b->f->n_insns] = b->c->items.n;
	/* From instructions of the callee to items. */
	for (u32 i = b->start; i < b->c->items.n && !err; i++)
		if (b->c->items.v[i].target != INL_NONE)
			b->c->items.v[i].target = b->map[b->c->items.v[i].target - b->f->insn];
	return err;
}

/* The call's line belongs to the first thing that stands in its place, unless that has its own. */
static void set_first_line(struct body *b, u32 first)
{
	struct inl_item *it = &b->c->items.v[first];

	if (first >= b->c->items.n || it->line != INL_NONE)
		return;
	it->line_sec = b->site->s.sec.i;
	it->line = line_at(obj_sec(b->in->o, b->site->s.sec), b->site->s.insn, false);
}

/* A body's jumps to its end land at `end`: what is restored, or the caller's next instruction. */
static int add_body(struct inl *in, struct inl_code *c, u32 index)
{
	struct body b = { .in = in, .c = c, .index = index, .site = &in->sites[index] };
	u32 first = c->items.n;
	int err;

	b.f = obj_func(in->o, b.site->callee);
	b.map = calloc(b.f->n_insns + 1, sizeof(*b.map));
	if (!b.map)
		return -ENOMEM;
	err = move_saved(&b, BPF_STX);
	b.start = c->items.n;
	if (!err)
		err = add_insns(&b);
	if (!err)
		err = move_saved(&b, BPF_LDX);
	if (!err)
		set_first_line(&b, first);
	free(b.map);
	return err;
}

static int copy_insn(struct inl *in, struct inl_code *c, sec_id sec, u32 at, u32 slots)
{
	for (u32 k = 0; k < slots; k++)
		if (!copy_slot(in, c, sec, at + k, k > 0))
			return -ENOMEM;
	return 0;
}

/* From old instructions to items, for what was there before. */
static void resolve_targets(struct inl_code *c)
{
	for (u32 i = 0; i < c->items.n; i++)
		if (c->items.v[i].site == INL_NONE && c->items.v[i].target != INL_NONE)
			c->items.v[i].target = c->first[c->items.v[i].target];
}

/* Behind a body the caller's line is in force again. */
static void restore_line(const struct inl *in, struct inl_code *c, sec_id sec, u32 at)
{
	const struct obj_sec *s = obj_sec(in->o, sec);
	u32 item = c->first[at];

	if (item >= c->items.n || c->items.v[item].line != INL_NONE)
		return;
	c->items.v[item].line_sec = sec.i;
	c->items.v[item].line = line_at(s, at, true);
}

int inl_make_code(struct inl *in, sec_id sec)
{
	const struct obj_sec *s = obj_sec(in->o, sec);
	struct inl_code *c = &in->codes[sec.i];
	u32 site = 0;
	int err = 0;

	c->items.n = 0;
	while (site < in->n_sites && in->sites[site].s.sec.i < sec.i)
		site++;
	for (u32 at = 0; at < s->insns.n && !err;) {
		u32 slots = isa_slots(&s->insns.v[at]), here = INL_NONE;

		if (slots > s->insns.n - at)
			slots = 1;
		while (site < in->n_sites && in->sites[site].s.sec.i == sec.i &&
		       in->sites[site].s.insn < at)
			site++;
		if (site < in->n_sites && in->sites[site].s.sec.i == sec.i &&
		    in->sites[site].s.insn == at && !in->sites[site].s.no)
			here = site;
		for (u32 k = 0; k < slots; k++)
			c->first[at + k] = c->items.n;
		if (!inl_is_gone(in, sec, at))
			err = here == INL_NONE ? copy_insn(in, c, sec, at, slots) :
						 add_body(in, c, here);
		at += slots;
	}
	c->first[s->insns.n] = c->items.n;
	for (u32 i = 0; i < in->n_sites && !err; i++)
		if (in->sites[i].s.sec.i == sec.i && !in->sites[i].s.no)
			restore_line(in, c, sec, in->sites[i].s.insn + 1);
	if (!err)
		resolve_targets(c);
	return err;
}

/* --- positions --------------------------------------------------------------------------- */

static u32 slots_of(const struct inl_item *it)
{
	const struct isa_op *op = it->far ? isa_decode(&it->insn, 1, NULL) : NULL;

	/* if c goto far: if c goto +1; goto +1; gotol far */
	return op && op->effect != ISA_FX_JUMP ? 3 : 1;
}

static void number_items(struct inl_code *c)
{
	u32 pos = 0;

	for (u32 i = 0; i < c->items.n; i++) {
		c->items.v[i].pos = pos;
		pos += slots_of(&c->items.v[i]);
	}
	c->n_slots = pos;
}

static u32 pos_of(const struct inl_code *c, u32 item)
{
	return item < c->items.n ? c->items.v[item].pos : c->n_slots;
}

static s64 distance(const struct inl_code *c, const struct inl_item *it)
{
	return (s64)pos_of(c, it->target) - it->pos - slots_of(it);
}

/* The site to give up so that a jump may reach: its own, or the longest that it crosses. */
static u32 culprit(const struct inl *in, const struct inl_code *c, u32 item)
{
	const struct inl_item *it = &c->items.v[item];
	u32 lo = item < it->target ? item : it->target, hi = item + it->target - lo;
	u32 best = INL_NONE, best_len = 0;

	if (it->site != INL_NONE)
		return it->site;
	for (u32 i = lo; i < hi && i < c->items.n; i++) {
		u32 site = c->items.v[i].site, len;

		if (site == INL_NONE)
			continue;
		len = obj_func(in->o, in->sites[site].callee)->n_insns;
		if (len > best_len) {
			best = site;
			best_len = len;
		}
	}
	return best;
}

/* Jumps that don't reach become far ones; true if there is one more. */
static bool find_far(struct inl *in, struct inl_code *c, bool *ok)
{
	bool found = false;

	for (u32 i = 0; i < c->items.n && *ok; i++) {
		struct inl_item *it = &c->items.v[i];
		bool wide = it->insn.code == (BPF_JMP32 | BPF_JA);
		s64 d = it->target == INL_NONE ? 0 : distance(c, it);
		u32 site;

		if (it->far || wide || (d >= INT16_MIN && d <= INT16_MAX))
			continue;
		it->far = found = true;
		site = in->cpu_v4 ? INL_NONE : culprit(in, c, i);
		if (site != INL_NONE) {
			in->sites[site].s.no = LINK_INLINE_FAR;
			*ok = false;
		}
	}
	return found;
}

bool inl_place(struct inl *in, sec_id sec)
{
	struct inl_code *c = &in->codes[sec.i];
	bool ok = true;

	do {
		number_items(c);
	} while (find_far(in, c, &ok) && ok);
	return ok;
}
