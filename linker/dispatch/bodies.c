/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the linker made of the entry's calls becomes bodies and global functions. */
#include "linker/dispatch/dispatch_int.h"

#include <stdlib.h>

#include "linker/inline.h"

/* Verified alone, whatever calls it. */
static int make_global(struct disp *c, const struct comp *comp)
{
	func_id id = obj_find_func(c->out, comp->facts.symbol);
	struct obj_func *f = obj_func(c->out, id);

	if (!id.i || !f->btf_id)
		return 0;
	obj_sym(c->out, f->sym)->bind = STB_GLOBAL;
	btf_set_func_linkage(c->out->btf, f->btf_id, BTF_FUNC_GLOBAL);
	return 1;
}

static int make_globals(struct disp *c)
{
	int n = 0;

	for (u32 i = 0; i < c->components.n; i++)
		if (c->components.v[i].is_global)
			n += make_global(c, &c->components.v[i]);
	return n ? obj_index(c->out) : 0;
}

/* The call of each inlined component: the entry's relocations of type call are its slots, in
 * order. */
static u32 list_sites(const struct disp *c, struct link_inline_site *sites, u32 *which)
{
	const struct obj_func *entry = obj_func(c->out, obj_find_func(c->out, c->opts.name));
	const struct obj_sec *sec = obj_sec(c->out, entry->sec);
	u32 n = 0, slot = 0;

	for (u32 i = 0; i < sec->relocs.n && slot < c->components.n; i++) {
		const struct obj_reloc *r = &sec->relocs.v[i];

		if (r->type != R_BPF_64_32 || r->off / 8 < entry->insn)
			continue;
		if (c->components.v[slot].facts.inlined) {
			which[n] = slot;
			sites[n++] = (struct link_inline_site){ .sec = entry->sec,
								.insn = (u32)(r->off / 8) };
		}
		slot++;
	}
	return n;
}

/* What could not be inlined after all is called in the next attempt. */
static bool take_refusals(struct disp *c, const struct link_inline_site *sites, const u32 *which,
			  u32 n)
{
	bool any = false;

	for (u32 i = 0; i < n; i++) {
		struct comp *comp = &c->components.v[which[i]];

		if (sites[i].no == LINK_INLINE_DONE) {
			comp->facts.symbol = "";
			continue;
		}
		comp->refused = link_inline_why(sites[i].no);
		any = true;
	}
	return any;
}

static int inline_bodies(struct disp *c, struct link_inline_site *sites, u32 *which)
{
	u32 n = list_sites(c, sites, which);
	struct obj *out;
	int err;

	if (!n)
		return 0;
	err = link_inline(c->out, sites, n, c->opts.cpu_v4, &out);
	if (err)
		return err == -ENOMEM ? disp_no_memory(c) : err;
	obj_free(c->out);
	c->out = out;
	c->again = take_refusals(c, sites, which, n);
	return 0;
}

int disp_inline(struct disp *c)
{
	struct link_inline_site *sites = calloc(c->components.n, sizeof(*sites));
	u32 *which = calloc(c->components.n, sizeof(*which));
	int err = sites && which ? make_globals(c) : disp_no_memory(c);

	c->again = false;
	if (!err)
		err = inline_bodies(c, sites, which);
	free(which);
	free(sites);
	return err;
}

/* In the default mode, a component that is called is worth a word. */
int disp_note_calls(struct disp *c)
{
	for (u32 i = 0; i < c->components.n && c->opts.mode == DISP_INLINE; i++) {
		const struct comp *comp = &c->components.v[i];
		struct weld_where at = obj_where_sym(comp->obj,
						     obj_func(comp->obj, comp->func)->sym);

		if (!comp->facts.inlined)
			diag_raise(c->diag, DIAG_DISP_CALLED, &at, comp->facts.name,
				   comp->facts.why_called);
	}
	return 0;
}
