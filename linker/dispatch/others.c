/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Other programs of a component's object. Nobody asked for them: an XDP chain must not load the tc
 * half of a firewall. Those that something refers to (a program array, a call) are part of what the
 * component does and stay; the rest becomes static, so that the linker finds it unused and drops
 * it with its maps and variables.
 */
#include "linker/dispatch/dispatch_int.h"

#include <stdlib.h>

/* wanted[func]: it is the component's, or something refers to it. */
static u8 *wanted_funcs(const struct comp *comp)
{
	const struct obj *o = comp->obj;
	u8 *wanted = calloc(o->funcs.n, 1);

	for (u32 s = 1; wanted && s < o->secs.n; s++)
		for (u32 i = 0; i < o->secs.v[s].relocs.n; i++)
			wanted[obj_reloc_func(o, &o->secs.v[s].relocs.v[i]).i] = 1;
	if (wanted)
		wanted[comp->func.i] = 1;
	return wanted;
}

static bool is_other(const struct obj *o, const u8 *wanted, const struct obj_sym *sym)
{
	func_id f = { 0 };

	if (sym->sec.i && sym->bind != STB_LOCAL && obj_sec_is_code(obj_sec(o, sym->sec)->kind))
		f = obj_func_at(o, sym->sec, (u32)(sym->value / 8));
	return f.i && obj_func(o, f)->is_entry && !wanted[f.i];
}

static int hide_others(struct disp *c, struct comp *comp)
{
	u8 *wanted = wanted_funcs(comp);
	bool any = false;
	int err = wanted ? 0 : disp_no_memory(c);

	for (u32 i = 1; !err && i < comp->obj->syms.n; i++)
		any |= is_other(comp->obj, wanted, &comp->obj->syms.v[i]);
	if (any)
		err = disp_own(c, comp);
	for (u32 i = 1; !err && any && i < comp->obj->syms.n; i++) {
		struct obj_sym *sym = &comp->obj->syms.v[i];

		if (is_other(comp->obj, wanted, sym)) {
			sym->bind = STB_LOCAL;
			sym->vis = STV_DEFAULT;
		}
	}
	if (!err && any)
		err = obj_index(comp->obj);
	free(wanted);
	return err;
}

int disp_hide_others(struct disp *c)
{
	int err = 0;

	for (u32 i = 0; i < c->components.n && !err; i++)
		err = hide_others(c, &c->components.v[i]);
	return err;
}
