/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Places in an object as people name them: file, section, function, instruction, source line. */
#include "lib/obj/obj_int.h"

/* The last record at or before insn. */
static const struct obj_line_info *line_before(const struct obj_sec *sec, u32 insn)
{
	u32 lo = 0, hi = sec->line_infos.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->line_infos.v[mid].insn <= insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo ? &sec->line_infos.v[lo - 1] : NULL;
}

static void fill_source(const struct obj *o, const struct obj_line_info *li, struct weld_where *at)
{
	const char *text = btf_str(o->btf, li->line_off);

	at->src_file = btf_str(o->btf, li->file_off);
	at->src_line = *text ? text : NULL;
	at->line = (s32)BPF_LINE_INFO_LINE_NUM(li->line_col);
	at->column = (s32)BPF_LINE_INFO_LINE_COL(li->line_col);
}

static void fill_code(const struct obj *o, sec_id id, u64 off, struct weld_where *at)
{
	const struct obj_sec *sec = obj_sec(o, id);
	u32 insn = (u32)(off / 8), start = 0;
	func_id func = obj_func_covering(o, id, insn);
	const struct obj_line_info *li = line_before(sec, insn);

	if (func.i) {
		start = obj_func(o, func)->insn;
		at->func = obj_func_name(o, func);
	}
	at->insn = insn - start;
	if (o->btf && li && li->insn >= start)
		fill_source(o, li, at);
}

/* Only for diagnostics, so a walk through all symbols will do. */
static void fill_data(const struct obj *o, sec_id id, u64 off, struct weld_where *at)
{
	for (u32 i = 1; i < o->syms.n; i++) {
		const struct obj_sym *sym = &o->syms.v[i];

		if (sym->sec.i == id.i && *sym->name && off >= sym->value &&
		    (off == sym->value || off - sym->value < sym->size)) {
			at->func = sym->name;
			return;
		}
	}
}

struct weld_where obj_where(const struct obj *o, sec_id sec, u64 off)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = o->name;
	if (!sec.i)
		return at;
	at.section = obj_sec(o, sec)->name;
	at.offset = (s64)off;
	if (obj_sec_is_code(obj_sec(o, sec)->kind))
		fill_code(o, sec, off, &at);
	else
		fill_data(o, sec, off, &at);
	return at;
}

struct weld_where obj_where_sym(const struct obj *o, sym_id id)
{
	const struct obj_sym *sym = obj_sym(o, id);
	struct weld_where at = obj_where(o, sym->sec, sym->value);

	if (*sym->name)
		at.func = sym->name;
	return at;
}

struct weld_where obj_where_ref(const struct obj *o, sym_id id)
{
	for (u32 i = 1; i < o->secs.n; i++) {
		const struct obj_sec *sec = &o->secs.v[i];

		for (u32 k = 0; k < sec->relocs.n; k++)
			if (sec->relocs.v[k].sym.i == id.i)
				return obj_where(o, (sec_id){ i }, sec->relocs.v[k].off);
	}
	return obj_where_sym(o, id);
}
