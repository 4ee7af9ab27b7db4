/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* BTF.ext: the records of each piece of code move with it, to new types and strings. */
#include "linker/link_int.h"

#include "uapi/bpf_info.h"

/* Records of all three kinds begin with the instruction that they are about. */
static u32 insn_of(const void *records, size_t size, u32 i)
{
	return *(const u32 *)((const char *)records + size * i);
}

/* The first of n records at or behind an instruction; records are sorted. */
static u32 first_record(const void *records, size_t size, u32 n, u64 insn)
{
	u32 lo = 0, hi = n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (insn_of(records, size, mid) < insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

#define FIRST(vec, insn) first_record((vec).v, sizeof(*(vec).v), (vec).n, (insn))

/* A piece of code on its way: insn_out = insn - from + to. */
struct move {
	struct link *l;
	struct link_str_cache *strs;
	const struct link_piece *piece;
	const struct link_input *in;
	const struct obj_sec *src;
	struct obj_sec *dst;
	u32 from, end, to;
};

static int move_func_infos(struct move *m)
{
	for (u32 i = FIRST(m->src->func_infos, m->from); i < m->src->func_infos.n; i++) {
		const struct obj_func_info *r = &m->src->func_infos.v[i];
		u32 own = link_node(m->l, m->piece->owner)->out_btf;
		u32 type = m->in->types[r->type_id];
		struct obj_func_info out = { .insn = r->insn - m->from + m->to };

		if (r->insn >= m->end)
			break;
		out.type_id = r->insn == m->from && own ? own : type;
		if (out.type_id && vec_append(&m->dst->func_infos, &out, 1))
			return -ENOMEM;
	}
	return 0;
}

static int look_up_str(struct move *m, u32 off, u32 *out)
{
	struct link_str_cache *c = m->strs;
	u32 slot = off % LINK_STRS_CACHED;
	int err = btf_add_str(m->l->obj->btf, btf_str(c->from, off), out);

	if (err)
		return err;
	c->strs[slot].old = off;
	c->strs[slot].new = *out;
	return 0;
}

static inline int move_str(struct move *m, u32 off, u32 *out)
{
	u32 slot = off % LINK_STRS_CACHED;

	/* Offset 0 is the empty string in all tables, as an empty slot says. */
	if (m->strs->strs[slot].old != off)
		return look_up_str(m, off, out);
	*out = m->strs->strs[slot].new;
	return 0;
}

static int move_line_infos(struct move *m)
{
	u32 i = FIRST(m->src->line_infos, m->from), n = m->src->line_infos.n;
	const struct obj_line_info *lines = m->src->line_infos.v;
	struct obj_line_info *out;

	if (i == n)
		return 0;
	/* It was made for whole sections already, see contents.c. */
	if (vec_reserve(&m->dst->line_infos, n - i))
		return -ENOMEM;
	out = m->dst->line_infos.v + m->dst->line_infos.n;
	for (; i < n && lines[i].insn < m->end; i++, out++) {
		u32 file, line;

		if (move_str(m, lines[i].file_off, &file) || move_str(m, lines[i].line_off, &line))
			return -ENOMEM;
		*out = (struct obj_line_info){
			.insn = lines[i].insn - m->from + m->to,
			.file_off = file,
			.line_off = line,
			.line_col = lines[i].line_col,
		};
	}
	m->dst->line_infos.n = (u32)(out - m->dst->line_infos.v);
	return 0;
}

/* The immediate of a type-id relocation is the local type's id, which has changed. */
static void rewrite_type_id(struct move *m, const struct obj_core_relo *out)
{
	struct bpf_insn *insn = &m->dst->insns.v[out->insn];
	u8 class = BPF_CLASS(insn->code);

	if (out->kind != BPF_CORE_TYPE_ID_LOCAL && out->kind != BPF_CORE_TYPE_ID_TARGET)
		return;
	if (insn->code == (BPF_LD | BPF_IMM | BPF_DW)) {
		insn->imm = (s32)out->type_id;
		if (out->insn + 1 < m->dst->insns.n)
			insn[1].imm = 0;
	} else if (class == BPF_ST ||
		   ((class == BPF_ALU || class == BPF_ALU64) && BPF_SRC(insn->code) == BPF_K)) {
		insn->imm = (s32)out->type_id;
	}
}

static int move_core_relos(struct move *m)
{
	for (u32 i = FIRST(m->src->core_relos, m->from); i < m->src->core_relos.n; i++) {
		const struct obj_core_relo *r = &m->src->core_relos.v[i];
		struct obj_core_relo *out;

		if (r->insn >= m->end)
			break;
		out = vec_push(&m->dst->core_relos);
		if (!out || move_str(m, r->access_off, &out->access_off))
			return -ENOMEM;
		out->insn = r->insn - m->from + m->to;
		out->type_id = m->in->types[r->type_id];
		out->kind = r->kind;
		rewrite_type_id(m, out);
	}
	return 0;
}

int link_emit_records(struct link *l, piece_id piece, struct link_str_cache *strs)
{
	const struct link_piece *p = link_piece(l, piece);
	const struct link_input *in = link_input(l, p->input);
	struct move m = {
		.l = l, .strs = strs, .piece = p, .in = in, .src = obj_sec(in->obj, p->sec),
		.dst = obj_sec(l->obj, l->outs.v[p->out.i].sec), .from = (u32)(p->off / 8),
		.end = (u32)((p->off + p->size) / 8), .to = (u32)(p->out_off / 8),
	};
	int err;

	if (!in->types)
		return 0;
	if (strs->from != in->obj->btf)
		*strs = (struct link_str_cache){ .from = in->obj->btf };
	err = move_func_infos(&m);
	if (!err)
		err = move_line_infos(&m);
	return err ? err : move_core_relos(&m);
}
