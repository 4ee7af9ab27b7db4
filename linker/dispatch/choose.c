/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Which program of an object is the component: the one that was named, else the only one of the
 * chain's type. A program whose section name means nothing to anybody counts only when there is
 * none of the type, or when it is named: its owner must know.
 */
#include "linker/dispatch/dispatch_int.h"

enum fit {
	FIT_NOT,
	FIT_UNKNOWN,
	FIT_YES,
};

static enum fit fit_of(const struct disp *c, const struct obj_func *f)
{
	if (!f->is_entry)
		return FIT_NOT;
	if (!f->def)
		return FIT_UNKNOWN;
	if (f->def->prog_type != c->kind->prog_type)
		return FIT_NOT;
	/* cpumap and devmap programs run elsewhere, with other fields in the context. */
	return f->def->prog_type != BPF_PROG_TYPE_XDP || !f->def->has_attach ||
			       f->def->attach_type == BPF_XDP ?
		       FIT_YES :
		       FIT_NOT;
}

static struct weld_where where_obj(const struct obj *o)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = o->name;
	return at;
}

static void note_programs(const struct obj *o, struct diag_msg *m)
{
	for (u32 i = 1; i < o->funcs.n; i++) {
		const struct obj_func *f = obj_func(o, (func_id){ i });
		struct weld_where at = obj_where_sym(o, f->sym);

		if (f->is_entry)
			diag_note(m, &at, "%s, in section %s", obj_func_name(o, (func_id){ i }),
				  obj_sec(o, f->sec)->name);
	}
}

static u32 count(const struct disp *c, const struct obj *o, enum fit fit, func_id *last)
{
	u32 n = 0;

	for (u32 i = 1; i < o->funcs.n; i++)
		if (fit_of(c, &o->funcs.v[i]) == fit) {
			n++;
			last->i = i;
		}
	return n;
}

static int raise_none(const struct disp *c, const struct obj *o)
{
	struct weld_where at = where_obj(o);
	struct diag_msg m;

	diag_begin(&m, c->diag, DIAG_DISP_NO_PROGRAM, &at, o->name, c->kind->text);
	note_programs(o, &m);
	return diag_end(&m);
}

static int raise_several(const struct disp *c, const struct obj *o, u32 n)
{
	struct weld_where at = where_obj(o);
	struct diag_msg m;

	diag_begin(&m, c->diag, DIAG_DISP_SEVERAL, &at, o->name, n, c->kind->text);
	note_programs(o, &m);
	diag_help(&m, "say which: %s:FUNC", o->name);
	return diag_end(&m);
}

static int choose_only(const struct disp *c, const struct obj *o, func_id *out)
{
	enum fit fit = FIT_YES;
	u32 n = count(c, o, fit, out);

	if (!n)
		n = count(c, o, FIT_UNKNOWN, out);
	if (!n)
		return raise_none(c, o);
	return n > 1 ? raise_several(c, o, n) : 0;
}

static int choose_named(const struct disp *c, const struct obj *o, const char *name, func_id *out)
{
	struct weld_where at = where_obj(o);
	const struct obj_func *f;
	struct diag_msg m;

	*out = obj_find_func(o, name);
	if (!out->i) {
		diag_begin(&m, c->diag, DIAG_DISP_NO_FUNC, &at, o->name, name);
		note_programs(o, &m);
		return diag_end(&m);
	}
	f = obj_func(o, *out);
	if (fit_of(c, f) != FIT_NOT)
		return 0;
	at = obj_where_sym(o, f->sym);
	return diag_raise(c->diag, DIAG_DISP_TYPE, &at, name, obj_sec(o, f->sec)->name,
			  c->kind->text);
}

int disp_choose(struct disp *c, struct comp *comp, const struct disp_component_opts *opts)
{
	if (opts->function)
		return choose_named(c, comp->obj, opts->function, &comp->func);
	return choose_only(c, comp->obj, &comp->func);
}
