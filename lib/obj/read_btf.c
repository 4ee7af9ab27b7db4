/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Reading .BTF and .BTF.ext. Types stay as they are; the records of .BTF.ext go to the sections
 * that they are about, offsets counted in instructions.
 */
#include "lib/obj/obj_int.h"

static struct weld_where at_ext(const struct reader *r, const char *section, u64 off)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = r->o->name;
	at.section = section;
	at.offset = (s64)off;
	return at;
}

/*
 * The code section that records are about. NULL: it isn't there any more (an objcopy removed it,
 * or it was empty); its records are read over, with a warning when there are any.
 */
static struct obj_sec *sec_of(struct reader *r, const struct btf_ext_sec *es)
{
	const char *name = btf_str(r->o->btf, es->name_off);
	struct weld_where at = at_ext(r, name, 0);
	sec_id id = obj_read_find_sec(r, name);

	if (id.i && obj_sec_is_code(obj_sec(r->o, id)->kind)) {
		obj_sec(r->o, id)->btf_name = es->name_off;
		return obj_sec(r->o, id);
	}
	if (es->n)
		diag_raise(r->d, DIAG_OBJ_EXT_NO_SECTION, &at, es->n, name);
	return NULL;
}

static int bad_off(struct reader *r, const struct obj_sec *sec, u32 insn_off)
{
	struct weld_where at = at_ext(r, sec->name, insn_off);

	return diag_raise(r->d, DIAG_OBJ_EXT_OFFSET, &at, insn_off);
}

static int take_funcs(struct reader *r, const struct btf_ext *x, const struct btf_ext_sec *es)
{
	struct obj_sec *sec = sec_of(r, es);
	const struct bpf_func_info *rec, *end;
	struct obj_func_info *to;

	if (!sec || !es->n)
		return 0;
	if (vec_reserve(&sec->func_infos, es->n))
		return obj_no_memory(r->o);
	to = &sec->func_infos.v[sec->func_infos.n];
	rec = &x->funcs.v[es->first];
	for (end = rec + es->n; rec < end; rec++) {
		if (rec->insn_off >= sec->size)
			return bad_off(r, sec, rec->insn_off);
		*to++ = (struct obj_func_info){ rec->insn_off / 8, rec->type_id };
	}
	sec->func_infos.n += es->n;
	return 0;
}

static int take_lines(struct reader *r, const struct btf_ext *x, const struct btf_ext_sec *es)
{
	struct obj_sec *sec = sec_of(r, es);
	const struct bpf_line_info *rec, *end;
	struct obj_line_info *to;

	if (!sec || !es->n)
		return 0;
	if (vec_reserve(&sec->line_infos, es->n))
		return obj_no_memory(r->o);
	to = &sec->line_infos.v[sec->line_infos.n];
	rec = &x->lines.v[es->first];
	for (end = rec + es->n; rec < end; rec++) {
		if (rec->insn_off >= sec->size)
			return bad_off(r, sec, rec->insn_off);
		*to++ = (struct obj_line_info){ rec->insn_off / 8, rec->file_name_off,
						rec->line_off, rec->line_col };
	}
	sec->line_infos.n += es->n;
	return 0;
}

static int take_relos(struct reader *r, const struct btf_ext *x, const struct btf_ext_sec *es)
{
	struct obj_sec *sec = sec_of(r, es);
	const struct bpf_core_relo *rec, *end;
	struct obj_core_relo *to;

	if (!sec || !es->n)
		return 0;
	if (vec_reserve(&sec->core_relos, es->n))
		return obj_no_memory(r->o);
	to = &sec->core_relos.v[sec->core_relos.n];
	rec = &x->relos.v[es->first];
	for (end = rec + es->n; rec < end; rec++) {
		if (rec->insn_off >= sec->size)
			return bad_off(r, sec, rec->insn_off);
		*to++ = (struct obj_core_relo){ rec->insn_off / 8, rec->type_id,
						rec->access_str_off, rec->kind };
	}
	sec->core_relos.n += es->n;
	return 0;
}

static int take_records(struct reader *r, const struct btf_ext *x)
{
	int err = 0;

	for (u32 i = 0; i < x->func_secs.n && !err; i++)
		err = take_funcs(r, x, &x->func_secs.v[i]);
	for (u32 i = 0; i < x->line_secs.n && !err; i++)
		err = take_lines(r, x, &x->line_secs.v[i]);
	for (u32 i = 0; i < x->core_secs.n && !err; i++)
		err = take_relos(r, x, &x->core_secs.v[i]);
	for (u32 i = 1; i < r->o->secs.n && !err; i++)
		if (obj_sort_records(&r->o->secs.v[i]))
			err = obj_no_memory(r->o);
	return err;
}

static int read_ext(struct reader *r)
{
	struct span bytes;
	struct btf_ext *x;
	int err;

	err = elf_sec_bytes(r->d, r->f, r->ext_sec, &bytes);
	if (!err)
		err = btf_ext_parse(r->d, bytes, r->o->name, r->o->btf, &x);
	if (err)
		return err;
	err = take_records(r, x);
	btf_ext_free(x);
	return err;
}

/* GCC 12 doesn't tell extern variables from others: both have linkage global. The symbol knows. */
static int mark_externs(struct reader *r)
{
	struct obj *o = r->o;
	int err = obj_index_btf_ids(o);

	for (u32 i = 1; i < o->syms.n && !err; i++) {
		const struct obj_sym *sym = &o->syms.v[i];

		if (sym->btf_id && !sym->sec.i && !sym->common &&
		    btf_kind_of(o->btf, sym->btf_id) == BTF_KIND_VAR)
			btf_set_var_linkage(o->btf, sym->btf_id, BTF_VAR_GLOBAL_EXTERN);
	}
	return err;
}

int obj_read_btf(struct reader *r)
{
	struct span bytes;
	int err;

	if (!r->btf_sec)
		return 0;
	err = elf_sec_bytes(r->d, r->f, r->btf_sec, &bytes);
	if (!err)
		err = btf_parse(r->d, bytes, r->o->name, &r->o->btf);
	if (!err && r->ext_sec)
		err = read_ext(r);
	return err ? err : mark_externs(r);
}
