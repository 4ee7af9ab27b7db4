/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * DATASECs as the kernel wants them: compilers leave the size 0 (and older ones the offsets, too),
 * counting on the loader to fill them in from the symbols.
 */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

#include "lib/base/sort.h"

/* An entry with the order that it gets. */
struct line {
	struct btf_var_secinfo si;
	bool absent;		/* lies elsewhere, or nowhere yet: to the end (maps), or away */
	u32 nth;		/* in the input */
};

static int cmp_lines(const void *pa, const void *pb)
{
	const struct line *a = pa, *b = pb;

	if (a->absent != b->absent)
		return a->absent ? 1 : -1;
	if (!a->absent && a->si.offset != b->si.offset)
		return a->si.offset < b->si.offset ? -1 : 1;
	return a->nth < b->nth ? -1 : 1;
}

/* Symbols of sections that have no DATASEC find their VAR by name only, so others come first. */
static bool better(const struct obj *o, u32 sym, u32 than)
{
	return !than || (obj_sec(o, o->syms.v[sym].sec)->datasec &&
			 !obj_sec(o, o->syms.v[than].sec)->datasec);
}

/* by_var[id]: the symbol that a VAR describes, 0 none. */
static u32 *symbols_by_var(const struct obj *o)
{
	u32 *by_var = calloc((size_t)btf_n_types(o->btf) + 1, sizeof(*by_var));

	for (u32 i = 1; by_var && i < o->syms.n; i++) {
		const struct obj_sym *sym = &o->syms.v[i];

		if (sym->btf_id && sym->sec.i && better(o, i, by_var[sym->btf_id]))
			by_var[sym->btf_id] = i;
	}
	return by_var;
}

static void fill_line(const struct obj *o, const u32 *by_var, u32 sec, struct line *line)
{
	const struct btf_type *t = btf_type(o->btf, line->si.type);
	const struct obj_sym *sym = &o->syms.v[by_var[line->si.type]];
	s64 size;

	/* clang 14 lists constants of .rodata.cst32 and the like under .rodata. */
	line->absent = btf_kind(t) != BTF_KIND_VAR ||
		       btf_var_linkage(t) == BTF_VAR_GLOBAL_EXTERN ||
		       (sym->sec.i && sym->sec.i != sec);
	if (line->absent)
		line->si.offset = line->si.size = 0;
	/* A VAR whose symbol was stripped keeps what the compiler said. */
	if (line->absent || !sym->sec.i)
		return;
	line->si.offset = (u32)sym->value;
	if (sym->size)
		line->si.size = (u32)sym->size;
	if (!line->si.size) {
		size = btf_size(o->btf, line->si.type);
		line->si.size = size > 0 ? (u32)size : 0;
	}
}

static int check_line(struct obj *o, u32 sec, const struct btf_var_secinfo *si)
{
	struct weld_where at;

	if ((u64)si->offset + si->size <= o->secs.v[sec].size)
		return 0;
	at = obj_where(o, (sec_id){ sec }, si->offset);
	return diag_raise(o->diag, DIAG_OBJ_DATASEC, &at, btf_name(o->btf, si->type), si->size,
			  si->offset, (unsigned long long)o->secs.v[sec].size);
}

/* si and lines have room for all entries that a DATASEC can have. */
static int fix(struct obj *o, const u32 *by_var, u32 sec, struct btf_var_secinfo *si,
	       struct line *lines)
{
	u32 id = o->secs.v[sec].datasec, n = btf_vlen(btf_type(o->btf, id));
	int err = 0;

	for (u32 i = 0; i < n && !err; i++) {
		lines[i].si = btf_secinfos(btf_type(o->btf, id))[i];
		lines[i].nth = i;
		fill_line(o, by_var, sec, &lines[i]);
		err = check_line(o, sec, &lines[i].si);
	}
	sort_unless_sorted(lines, n, sizeof(*lines), cmp_lines);
	if (obj_sec_is_data(o->secs.v[sec].kind))
		while (n && lines[n - 1].absent)
			n--;
	for (u32 i = 0; i < n; i++)
		si[i] = lines[i].si;
	if (!err && btf_set_datasec(o->btf, id, (u32)o->secs.v[sec].size, si, n))
		err = obj_no_memory(o);
	return err;
}

/* The most entries that a DATASEC of a section has. */
static u32 most_entries(const struct obj *o)
{
	u32 most = 0;

	for (u32 i = 1; i < o->secs.n; i++)
		most = (u32)max_u64(most, btf_vlen(btf_type(o->btf, o->secs.v[i].datasec)));
	return most;
}

static int fix_all(struct obj *o)
{
	struct btf_var_secinfo *si;
	struct line *lines;
	u32 *by_var, most;
	int err;

	err = obj_index_btf_ids(o);
	if (err)
		return err;
	most = most_entries(o) + 1;
	si = calloc(most, sizeof(*si));
	lines = calloc(most, sizeof(*lines));
	by_var = symbols_by_var(o);
	if (!si || !lines || !by_var)
		err = obj_no_memory(o);
	for (u32 i = 1; i < o->secs.n && !err; i++)
		if (o->secs.v[i].datasec)
			err = fix(o, by_var, i, si, lines);
	free(si);
	free(lines);
	free(by_var);
	return err;
}

/* A variable of a section that BTF describes, for which no VAR was found. */
static bool any_unmatched(const struct obj *o)
{
	for (u32 i = 1; i < o->syms.n; i++) {
		const struct obj_sym *sym = &o->syms.v[i];

		if (!sym->btf_id && sym->type != STT_SECTION && obj_sec(o, sym->sec)->datasec)
			return true;
	}
	return false;
}

/*
 * Places tell more once they are filled in: then a symbol whose name the BTF doesn't know finds its
 * VAR by offset, and tells its size. A second round makes the result final.
 */
int obj_fix_datasecs(struct obj *o)
{
	int err;

	if (!o->btf)
		return 0;
	err = fix_all(o);
	if (!err && any_unmatched(o))
		err = fix_all(o);
	return err;
}
