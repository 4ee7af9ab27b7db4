/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A program as the interpreter wants it: structure checked, every instruction decoded once, jump
 * targets absolute, maps held.
 */
#include "runtime/exec/exec_int.h"

#include <stdlib.h>

/* --- look-ups ---------------------------------------------------------------------------- */

u32 exec_func_of(const struct exec_prog *prog, u32 insn)
{
	u32 lo = 0, hi = prog->n_funcs;

	while (hi - lo > 1) {
		u32 mid = lo + (hi - lo) / 2;

		if (prog->funcs[mid].start <= insn)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

const struct exec_line *exec_line_of(const struct exec_prog *prog, u32 insn)
{
	u32 lo = 0, hi = prog->n_lines;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (prog->lines[mid].insn <= insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &prog->lines[lo - 1] : NULL;
}

const char *exec_func_name(const struct exec_prog *prog, u32 func, char buf[16])
{
	struct sbuf text = { 0 };

	if (prog->funcs[func].name)
		return prog->funcs[func].name;
	sbuf_printf(&text, "func#%u", func);
	strncpy(buf, sbuf_str(&text), 15);
	buf[15] = 0;
	sbuf_free(&text);
	return buf;
}

/* --- making one ---------------------------------------------------------------------------- */

static struct weld_where prog_where(const struct exec_prog_spec *spec, s64 insn)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = spec->file;
	at.func = spec->name;
	at.insn = insn;
	return at;
}

static const struct exec_map_ref *map_ref_at(const struct exec_prog_spec *spec, u32 insn)
{
	u32 lo = 0, hi = spec->n_maps;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (spec->maps[mid].insn == insn)
			return &spec->maps[mid];
		if (spec->maps[mid].insn < insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* The kernel takes addresses into the only element of a map and into nothing else. */
static int find_value(struct diag *d, const struct weld_where *at, struct exec_map_use *use)
{
	struct rt_map *map = use->map;
	void *values;
	u64 size;

	if (!map->ops->direct || map->spec.max_entries != 1 ||
	    map->ops->direct(map, &values, &size))
		return diag_raise(d, DIAG_EXEC_VALUE_KIND, at, map->spec.name,
				  abi_map_name(map->spec.type), map->spec.max_entries);
	if (use->off >= map->spec.value_size)
		return diag_raise(d, DIAG_EXEC_VALUE_OFF, at, use->off, map->spec.name,
				  map->spec.value_size);
	use->value = values;
	return 0;
}

static int use_map(struct diag *d, const struct exec_prog_spec *spec, struct exec_prog *p, u32 insn)
{
	const struct exec_map_ref *ref = map_ref_at(spec, insn);
	struct weld_where at = prog_where(spec, insn);
	struct exec_op *op = &p->ops[insn];
	struct exec_map_use *use;

	if (!ref)
		return diag_raise(d, DIAG_EXEC_NO_MAP, &at, spec->insns[insn].imm);
	op->imm = p->n_maps;
	use = &p->maps[p->n_maps++];
	use->map = ref->map;
	rt_ref_get(&ref->map->ref);
	if (op->oper == ISA_OPER_MAP_FD || op->oper == ISA_OPER_MAP_IDX)
		return 0;
	use->off = (u32)spec->insns[insn + 1].imm;
	return find_value(d, &at, use);
}

static bool names_a_map(const struct isa_op *row)
{
	return row->effect == ISA_FX_LD_IMM64 &&
	       (row->oper == ISA_OPER_MAP_FD || row->oper == ISA_OPER_MAP_IDX ||
		row->oper == ISA_OPER_MAP_VALUE || row->oper == ISA_OPER_MAP_IDX_VALUE);
}

static void decode(struct exec_op *op, const struct isa_op *row, const struct bpf_insn *insn,
		   u32 at)
{
	s64 target;

	*op = (struct exec_op){
		.step = exec_step_of(row),
		.imm = (u64)(s64)insn->imm,
		.off = insn->off,
		.dst = insn->dst_reg,
		.src = insn->src_reg,
		.width = row->width,
		.oper = row->oper,
		.slots = row->slots,
		.has_src = isa_op_has_src(row),
		.regs = row->regs,
	};
	if (isa_regs_written(row, insn) & 1 << BPF_REG_10)
		op->step = exec_step_fp_write;
	if (row->effect == ISA_FX_LD_IMM64)
		op->imm = row->oper == ISA_OPER_IMM64 ? isa_imm64(insn) : 0;
	/* The structure is checked: targets lie inside. */
	if (isa_jump_target(insn, at, &target) || isa_call_target(insn, at, &target))
		op->target = (u32)target;
}

static int decode_all(struct diag *d, const struct exec_prog_spec *spec, struct exec_prog *p)
{
	int err;

	for (u32 i = 0; i < p->n_insns; i += isa_slots(&p->insns[i])) {
		const struct isa_op *row = isa_decode(&p->insns[i], p->n_insns - i, NULL);

		decode(&p->ops[i], row, &p->insns[i], i);
		err = names_a_map(row) ? use_map(d, spec, p, i) : 0;
		if (err)
			return err;
	}
	return 0;
}

static const char *name_at(const struct exec_prog_spec *spec, u32 insn)
{
	for (u32 i = 0; i < spec->n_names && spec->names[i].insn <= insn; i++)
		if (spec->names[i].insn == insn)
			return spec->names[i].name;
	return insn ? NULL : spec->name ? spec->name : "main";
}

static bool copy_funcs(struct exec_prog *p, const struct exec_prog_spec *spec,
		       const struct isa_cfg *cfg)
{
	p->funcs = arena_array(&p->arena, cfg->funcs.n, sizeof(*p->funcs));
	if (!p->funcs)
		return false;
	p->n_funcs = cfg->funcs.n;
	for (u32 i = 0; i < p->n_funcs; i++) {
		p->funcs[i].start = cfg->funcs.v[i].start;
		p->funcs[i].end = cfg->funcs.v[i].end;
		p->funcs[i].name = name_at(spec, cfg->funcs.v[i].start);
	}
	return true;
}

static bool copy_arrays(struct exec_prog *p, const struct exec_prog_spec *spec)
{
	p->type = spec->type;
	p->gpl = spec->gpl;
	p->view = abi_view_of(spec->type, spec->expected_attach_type);
	p->has_range =
		abi_prog_return(spec->type, spec->expected_attach_type, &p->ret_min, &p->ret_max);
	p->name = spec->name ? spec->name : "main";
	p->file = spec->file;
	p->insns = arena_memdup(&p->arena, spec->insns, spec->n_insns * sizeof(*spec->insns));
	p->ops = arena_array(&p->arena, spec->n_insns, sizeof(*p->ops));
	p->maps = arena_array(&p->arena, spec->n_maps, sizeof(*p->maps));
	p->n_insns = spec->n_insns;
	p->lines = arena_memdup(&p->arena, spec->lines, spec->n_lines * sizeof(*spec->lines));
	p->n_lines = spec->n_lines;
	return p->insns && p->ops && p->maps && p->lines;
}

static bool copy_spec(struct exec_prog *p, const struct exec_prog_spec *spec,
		      const struct isa_cfg *cfg)
{
	return copy_arrays(p, spec) && copy_funcs(p, spec, cfg);
}

static int build(struct diag *d, const struct exec_prog_spec *spec, const struct isa_cfg *cfg,
		 struct exec_prog **out)
{
	struct exec_prog *p = calloc(1, sizeof(*p));
	int err;

	if (p && copy_spec(p, spec, cfg))
		err = decode_all(d, spec, p);
	else
		err = diag_raise(d, DIAG_NO_MEMORY, NULL, "exec_prog_new");
	if (err)
		exec_prog_free(p);
	else
		*out = p;
	return err;
}

/* Types whose context no table describes have nothing that r1 could be. */
static int check_type(struct diag *d, const struct exec_prog_spec *spec)
{
	struct weld_where at = prog_where(spec, -1);

	if (!spec->type || abi_view_of(spec->type, spec->expected_attach_type) != ABI_VIEW_NONE)
		return 0;
	return diag_raise(d, DIAG_EXEC_TYPE, &at, abi_prog_name(spec->type));
}

int exec_prog_new(struct diag *d, const struct exec_prog_spec *spec, struct exec_prog **out)
{
	struct weld_where at = prog_where(spec, -1);
	struct isa_cfg cfg = { 0 };
	int err;

	err = check_type(d, spec);
	if (err)
		return err;
	err = isa_cfg_build(d, &at, spec->insns, spec->n_insns, &cfg);
	if (err)
		return err;
	err = build(d, spec, &cfg, out);
	isa_cfg_free(&cfg);
	return err;
}

void exec_prog_free(struct exec_prog *prog)
{
	if (!prog)
		return;
	for (u32 i = 0; i < prog->n_maps; i++)
		rt_map_put(prog->maps[i].map);
	arena_free(&prog->arena);
	free(prog);
}
