/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The spine of the chain builder. The linker does the linking: to it, the entry is an input like
 * any other whose externs are mapped to functions of private inputs.
 */
#include "linker/dispatch/dispatch_int.h"

#include <stdio.h>
#include <stdlib.h>

#include "linker/linker.h"

typedef int pass(struct disp *c);

static pass *const passes[] = {
	disp_plan,
	disp_check_code,
	disp_check_maps,
	/* From here on it is settled who comes when, who is called, and where the context lives. */
	disp_set_apart,
	disp_write_entry,
	disp_link,
	disp_inline,
};

/* --- order ------------------------------------------------------------------------------- */

static int cmp_components(const void *pa, const void *pb)
{
	const struct comp *a = pa, *b = pb;
	int by_name;

	if (a->facts.priority != b->facts.priority)
		return a->facts.priority < b->facts.priority ? -1 : 1;
	by_name = strcmp(a->facts.function, b->facts.function);
	if (by_name)
		return by_name;
	return a->position < b->position ? -1 : a->position > b->position;
}

int disp_sort(struct disp *c)
{
	if (!c->components.n)
		return diag_raise(c->diag, DIAG_DISP_EMPTY, NULL);
	qsort(c->components.v, c->components.n, sizeof(*c->components.v), cmp_components);
	c->frags = true;
	for (u32 i = 0; i < c->components.n; i++)
		c->frags &= c->components.v[i].facts.frags;
	c->config_map = ".rodata.dispatcher";
	return 0;
}

/* --- linking ----------------------------------------------------------------------------- */

static bool is_component(const struct disp *c, const char *name)
{
	for (u32 i = 0; i < c->components.n; i++)
		if (!strcmp(c->components.v[i].facts.name, name))
			return true;
	return false;
}

static int add_entry(struct disp *c, struct link *l)
{
	c->entry_input = c->opts.name;
	for (u32 i = 1; is_component(c, c->entry_input); i++) {
		c->entry_input = arena_printf(&c->arena, "%s__%u", c->opts.name, i);
		if (!c->entry_input)
			return disp_no_memory(c);
	}
	return link_add_obj(l, c->entry_input, c->entry, true, NULL);
}

/* A map that is found by its pin keeps its name. */
static int export_shared(struct disp *c, struct link *l, const struct comp *comp)
{
	int err = 0;

	for (u32 i = 1; i < comp->obj->maps.n && !err; i++) {
		const struct obj_map *m = &comp->obj->maps.v[i];
		const char *spec;

		if (!disp_is_shared(comp->obj, m))
			continue;
		spec = arena_printf(&c->arena, "%s:%s", comp->facts.name, m->name);
		err = spec ? link_export(l, spec) : disp_no_memory(c);
	}
	return err;
}

static int add_component(struct disp *c, struct link *l, u32 n)
{
	const struct comp *comp = &c->components.v[n];
	const char *to = arena_printf(&c->arena, "%s:%s", comp->facts.name, comp->facts.function);
	const char *from = arena_printf(&c->arena, "%s:slot_%u", c->entry_input, n);
	int err;

	if (!to || !from)
		return disp_no_memory(c);
	err = link_add_obj(l, comp->facts.name, comp->obj, true, NULL);
	if (!err)
		err = link_set_private(l, comp->facts.name);
	if (!err)
		err = export_shared(c, l, comp);
	return err ? err : link_map_extern(l, from, to);
}

/* Under which names the components' functions are in the output: of an entry that stays one, the
 * clone is what is called. */
static int take_names(struct disp *c, const struct link *l)
{
	struct link_table t = link_table(l);

	for (u32 i = 0; i < t.n_rows; i++) {
		const struct link_row *row = &t.rows[i];
		struct disp_component *f;

		if (row->input.i < 2)
			continue;
		f = &c->components.v[row->input.i - 2].facts;
		if (strcmp(row->old_name, f->function) || (f->symbol[0] && !row->is_clone))
			continue;
		f->symbol = arena_strdup(&c->arena, row->new_name);
		if (!f->symbol)
			return disp_no_memory(c);
	}
	return 0;
}

/* Whose a map is. */
static int take_maps(struct disp *c, const struct link *l)
{
	struct link_table t = link_table(l);

	c->map_owners.n = 0;
	for (u32 i = 0; i < t.n_rows; i++) {
		const struct link_row *row = &t.rows[i];
		struct disp_map_owner *m;

		if (row->input.i < 2 || row->fate != LINK_FATE_KEPT ||
		    strcmp(row->kind, "map") != 0)
			continue;
		m = vec_push(&c->map_owners);
		if (m)
			m->map = arena_strdup(&c->arena, row->new_name);
		if (!m || !m->map)
			return disp_no_memory(c);
		m->component = row->input.i - 2;
	}
	return 0;
}

int disp_link(struct disp *c)
{
	struct link_opts opts = { .license = c->opts.license, .gc = true };
	struct link *l;
	int err = link_new(c->diag, &opts, &l);

	if (err)
		return err;
	err = add_entry(c, l);
	for (u32 i = 0; i < c->components.n && !err; i++)
		err = add_component(c, l, i);
	if (!err)
		err = link_finish(l, &c->out);
	if (!err)
		err = take_names(c, l);
	if (!err)
		err = take_maps(c, l);
	link_free(l);
	return err;
}

/* --- the spine --------------------------------------------------------------------------- */

static void forget(struct disp *c)
{
	obj_free(c->entry);
	obj_free(c->out);
	c->entry = c->out = NULL;
	for (u32 i = 0; i < c->components.n; i++)
		c->components.v[i].facts.symbol = "";
}

/* The inliner may refuse what was planned, each time at least one component more. */
static int build(struct disp *c)
{
	int err = disp_hide_others(c);

	if (!err)
		err = disp_share_maps(c);

	do {
		forget(c);
		for (size_t i = 0; i < ARRAY_SIZE(passes) && !err; i++)
			err = passes[i](c);
	} while (!err && c->again);
	return err ? err : disp_note_calls(c);
}

/* The object is known by its entry: that is what data maps are called after. */
static int name_output(struct disp *c)
{
	c->out->name = arena_strdup(&c->out->arena, c->opts.name);
	return c->out->name ? 0 : disp_no_memory(c);
}

int disp_build(struct disp *c, struct obj **out)
{
	int err = c->built ? diag_raise(c->diag, DIAG_DISP_BUILT, NULL) : disp_sort(c);

	c->built = true;
	if (!err)
		err = c->opts.mode == DISP_FREPLACE ? disp_write_stubs(c) : build(c);
	if (!err)
		err = name_output(c);
	if (err)
		return err;
	*out = c->out;
	c->out = NULL;
	return 0;
}
