/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * func_info and line_info of PROG_LOAD: one record for each function, and lines in order with
 * one at each function's start (kernel/bpf/verifier.c: check_btf_func, check_btf_line). Callers may
 * have longer records than we know, if what we don't know is zero.
 */
#include "runtime/rt_int.h"

enum { MAX_RECORD_SIZE = 252 };

/* What both kinds of records have in common. */
struct records {
	struct rt_program *p;
	struct diag *d;
	const char *kind;		/* for messages */
	const u8 *data;			/* the caller's */
	u32 n, size;			/* records, bytes of each as the caller has them */
	u32 known;			/* bytes of each as we have them */
};

static int refuse(const struct records *r, u32 i, const char *why)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.func = r->p->name;
	return diag_raise(r->d, DIAG_RT_RECORDS, &at, r->kind, i, why);
}

static int check_size(const struct records *r)
{
	if (r->size < r->known || r->size > MAX_RECORD_SIZE || r->size % sizeof(u32))
		return refuse(r, 0, "the record size is no multiple of 4, too small or too large");
	if (r->n > r->p->insns.n)
		return refuse(r, r->n, "there are more records than instructions");
	return r->data ? 0 : -EFAULT;
}

/* The i-th record into rec; what lies behind our own layout must be zero. */
static int take(const struct records *r, u32 i, void *rec)
{
	const u8 *from = r->data + (u64)i * r->size;
	int err = rt_check_tail(from, r->size, r->known);

	if (err) {
		refuse(r, i, "it has non-zero bytes behind the members that the runtime knows");
		return err;
	}
	memcpy(rec, from, r->known);
	return 0;
}

/* --- func_info --------------------------------------------------------------------------- */

static int check_func(const struct records *r, u32 i, const struct bpf_func_info *rec)
{
	const struct bpf_func_info *prev = i ? &r->p->funcs.v[i - 1] : NULL;
	const struct btf *btf = r->p->btf->btf;

	if (!i && rec->insn_off)
		return refuse(r, i, "the first record must be for instruction 0");
	if (i && rec->insn_off <= prev->insn_off)
		return refuse(r, i, "instruction offsets must rise");
	if (btf_kind_of(btf, rec->type_id) != BTF_KIND_FUNC)
		return refuse(r, i, "its type is no function");
	return 0;
}

static int load_funcs(const struct records *r)
{
	int err = check_size(r);

	for (u32 i = 0; i < r->n && !err; i++) {
		struct bpf_func_info rec = { 0 };
		struct bpf_func_info *to;

		err = take(r, i, &rec);
		if (!err)
			err = check_func(r, i, &rec);
		if (err)
			break;
		to = vec_push(&r->p->funcs);
		if (!to)
			return -ENOMEM;
		*to = rec;
	}
	return err;
}

/* Records and functions of the program must be the same, one to one. */
static int match_funcs(const struct records *r, const struct isa_cfg *cfg)
{
	if (r->n != cfg->funcs.n)
		return refuse(r, r->n, "their number isn't that of the program's functions");
	for (u32 i = 0; i < r->n; i++)
		if (r->p->funcs.v[i].insn_off != cfg->funcs.v[i].start)
			return refuse(r, i, "no function of the program starts there");
	return 0;
}

/* --- line_info --------------------------------------------------------------------------- */

static bool has_str(const struct btf *btf, u32 off)
{
	return !off || *btf_str(btf, off);
}

static int check_line(const struct records *r, u32 i, const struct bpf_line_info *rec)
{
	const struct rt_program *p = r->p;

	if (rec->insn_off >= p->insns.n || (i && rec->insn_off <= p->lines.v[i - 1].insn_off))
		return refuse(r, i, "instruction offsets must rise and lie inside of the program");
	if (!p->insns.v[rec->insn_off].code)
		return refuse(r, i, "it points at the second half of an instruction");
	if (!has_str(p->btf->btf, rec->file_name_off) || !has_str(p->btf->btf, rec->line_off))
		return refuse(r, i, "a string offset is not valid");
	return 0;
}

static int load_lines(const struct records *r)
{
	int err = check_size(r);

	for (u32 i = 0; i < r->n && !err; i++) {
		struct bpf_line_info rec = { 0 };
		struct bpf_line_info *to;

		err = take(r, i, &rec);
		if (!err)
			err = check_line(r, i, &rec);
		if (err)
			break;
		to = vec_push(&r->p->lines);
		if (!to)
			return -ENOMEM;
		*to = rec;
	}
	return err;
}

/* Each function's first instruction must have a line. */
static int match_lines(const struct records *r, const struct isa_cfg *cfg)
{
	u32 i = 0;

	for (u32 f = 0; f < cfg->funcs.n; f++) {
		while (i < r->n && r->p->lines.v[i].insn_off < cfg->funcs.v[f].start)
			i++;
		if (i == r->n || r->p->lines.v[i].insn_off != cfg->funcs.v[f].start)
			return refuse(r, i, "a function starts without a record");
	}
	return 0;
}

/* --- what only records allow ------------------------------------------------------------- */

static int lacks_records(const struct records *r, u32 insn, const char *why)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.func = r->p->name;
	at.insn = insn;
	return diag_raise(r->d, DIAG_RT_NEEDS_BTF, &at, why);
}

/* Callbacks must be static functions; only func_info tells which are. */
static int check_callback(const struct records *r, u32 insn)
{
	const struct rt_program *p = r->p;
	s64 target;

	if (!p->funcs.n)
		return lacks_records(r, insn, "the address of a function is taken");
	isa_call_target(&p->insns.v[insn], insn, &target);
	for (u32 f = 0; f < p->funcs.n; f++)
		if (p->funcs.v[f].insn_off == (u32)target &&
		    btf_func_linkage(btf_type(p->btf->btf, p->funcs.v[f].type_id)) ==
			    BTF_FUNC_STATIC)
			return 0;
	return lacks_records(r, insn, "a callback is no static function");
}

/* kernel: check_abnormal_return */
static bool leaves_early(const struct bpf_insn *insn)
{
	bool packet_load = BPF_CLASS(insn->code) == BPF_LD && (BPF_MODE(insn->code) == BPF_ABS ||
							       BPF_MODE(insn->code) == BPF_IND);

	return packet_load || (insn->code == (BPF_JMP | BPF_CALL) && !insn->src_reg &&
			       insn->imm == BPF_FUNC_tail_call);
}

static int check_needs(const struct records *r, const struct isa_cfg *cfg)
{
	const struct bpf_insn *insns = r->p->insns.v;
	u32 main_end = cfg->funcs.v[0].end;
	int err = 0;

	for (u32 i = 0; i < r->p->insns.n && !err; i += isa_slots(&insns[i])) {
		if (insns[i].code == (BPF_LD | BPF_IMM | BPF_DW) &&
		    insns[i].src_reg == BPF_PSEUDO_FUNC)
			err = check_callback(r, i);
		else if (i >= main_end && !r->p->funcs.n && leaves_early(&insns[i]))
			err = lacks_records(r, i, "a function other than the main one makes tail "
						  "calls or packet loads");
	}
	return err;
}

/* --- both -------------------------------------------------------------------------------- */

static int load_both(const struct records *funcs, const struct records *lines)
{
	struct rt_program *p = funcs->p;
	struct isa_cfg cfg = { 0 };
	int err = funcs->n ? load_funcs(funcs) : 0;

	if (!err && lines->n)
		err = load_lines(lines);
	if (!err)
		err = isa_cfg_build(funcs->d, NULL, p->insns.v, p->insns.n, &cfg);
	if (!err && funcs->n)
		err = match_funcs(funcs, &cfg);
	if (!err && lines->n)
		err = match_lines(lines, &cfg);
	if (!err)
		err = check_needs(funcs, &cfg);
	isa_cfg_free(&cfg);
	return err;
}

int rt_load_records(struct rt_call *call, struct rt_program *p, struct diag *d)
{
	const union bpf_attr *a = &call->attr;
	struct records funcs = { p, d, "func_info", rt_user_ptr(a->func_info), a->func_info_cnt,
				 a->func_info_rec_size, sizeof(struct bpf_func_info) };
	struct records lines = { p, d, "line_info", rt_user_ptr(a->line_info), a->line_info_cnt,
				 a->line_info_rec_size, sizeof(struct bpf_line_info) };
	int err;

	if (!funcs.n && !lines.n)
		return load_both(&funcs, &lines);
	err = rt_handle_btf(call->rt, a->prog_btf_fd, &p->btf);
	if (err) {
		refuse(funcs.n ? &funcs : &lines, 0, "prog_btf_fd is no BTF");
		return err;
	}
	rt_ref_get(&p->btf->ref);
	return load_both(&funcs, &lines);
}
