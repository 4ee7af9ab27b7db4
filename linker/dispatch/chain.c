/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A chain and its components while they are added. */
#include "linker/dispatch/dispatch_int.h"

#include <stdlib.h>

int disp_no_memory(const struct disp *c)
{
	return diag_raise(c->diag, DIAG_NO_MEMORY, NULL, "the dispatcher");
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

static bool is_name(const char *s)
{
	if (!*s || (*s >= '0' && *s <= '9'))
		return false;
	while (is_name_char(*s))
		s++;
	return !*s;
}

static int copy_strings(struct disp *c, const struct disp_opts *opts)
{
	const char *entry = opts->name ? opts->name : c->kind->entry;

	if (!is_name(entry))
		return diag_raise(c->diag, DIAG_DISP_NAME, NULL, entry, "a program");
	c->opts.name = arena_strdup(&c->arena, entry);
	if (opts->license)
		c->opts.license = arena_strdup(&c->arena, opts->license);
	return !c->opts.name || (opts->license && !c->opts.license) ? disp_no_memory(c) : 0;
}

int disp_new(struct diag *d, const struct disp_opts *opts, struct disp **out)
{
	struct disp *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return diag_raise(d, DIAG_NO_MEMORY, NULL, "the dispatcher");
	c->diag = d;
	c->opts = *opts;
	c->kind = disp_kind_of(opts->type);
	err = copy_strings(c, opts);
	if (err) {
		disp_free(c);
		return err;
	}
	*out = c;
	return 0;
}

void disp_free(struct disp *c)
{
	if (!c)
		return;
	for (u32 i = 0; i < c->components.n; i++)
		if (!c->components.v[i].lent)
			obj_free(c->components.v[i].obj);
	vec_free(&c->components);
	vec_free(&c->map_owners);
	obj_free(c->entry);
	obj_free(c->out);
	arena_free(&c->arena);
	free(c);
}

/* --- names ------------------------------------------------------------------------------- */

static struct comp *find_name(const struct disp *c, const char *name)
{
	for (u32 i = 0; i < c->components.n; i++)
		if (!strcmp(c->components.v[i].facts.name, name))
			return &c->components.v[i];
	return NULL;
}

/* "dir/fw-a.o" -> "fw_a": the last ending goes, what no C name may have becomes '_'. */
static char *stem_of(struct disp *c, const char *file)
{
	const char *base = strrchr(file, '/'), *dot;
	size_t len;
	char *stem;

	base = base ? base + 1 : file;
	dot = strrchr(base, '.');
	len = dot && dot != base ? (size_t)(dot - base) : strlen(base);
	stem = arena_printf(&c->arena, "%s%.*s", *base >= '0' && *base <= '9' ? "_" : "",
			    (int)min_u64(len, 128), base);
	for (char *s = stem; s && *s; s++)
		if (!is_name_char(*s))
			*s = '_';
	return stem && !*stem ? arena_strdup(&c->arena, "input") : stem;
}

static int name_by_stem(struct disp *c, struct comp *comp)
{
	const char *stem = stem_of(c, comp->obj->name), *name = stem;

	for (u32 i = 1; name && find_name(c, name); i++)
		name = arena_printf(&c->arena, "%s__%u", stem, i);
	comp->facts.name = name;
	return name ? 0 : disp_no_memory(c);
}

/* A given name wins over one that was made up for an earlier component. */
static int name_as_given(struct disp *c, struct comp *comp, const char *name)
{
	struct comp *other = find_name(c, name);

	if (!is_name(name))
		return diag_raise(c->diag, DIAG_DISP_NAME, NULL, name, "a component");
	if (other && other->given_name)
		return diag_raise(c->diag, DIAG_DISP_NAME_TAKEN, NULL, name, other->obj->name);
	comp->given_name = true;
	comp->facts.name = arena_strdup(&c->arena, name);
	if (!comp->facts.name)
		return disp_no_memory(c);
	if (!other)
		return 0;
	other->facts.name = comp->facts.name;
	return name_by_stem(c, other);
}

/* --- adding ------------------------------------------------------------------------------ */

static int set_order(struct disp *c, struct comp *comp, const struct disp_component_opts *opts)
{
	u32 priority = DISP_DEFAULT_PRIORITY, actions = c->kind->default_actions;
	int err = disp_read_config(c, comp, &priority, &actions);

	comp->facts.priority = opts->has_priority ? opts->priority : priority;
	comp->facts.actions = opts->has_actions ? opts->actions : actions;
	return err;
}

static int describe(struct disp *c, struct comp *comp, const struct disp_component_opts *opts)
{
	const struct obj_func *f;
	int err;

	comp->facts.file = arena_strdup(&c->arena, comp->obj->name);
	if (!comp->facts.file)
		return disp_no_memory(c);
	err = opts->name ? name_as_given(c, comp, opts->name) : name_by_stem(c, comp);
	if (!err)
		err = disp_choose(c, comp, opts);
	if (err)
		return err;
	f = obj_func(comp->obj, comp->func);
	comp->facts.function = arena_strdup(&c->arena, obj_func_name(comp->obj, comp->func));
	comp->facts.symbol = "";
	comp->facts.n_insns = f->n_insns;
	comp->facts.frags = f->def && f->def->flags & ABI_SEC_FRAGS;
	return comp->facts.function ? set_order(c, comp, opts) : disp_no_memory(c);
}

int disp_add_obj(struct disp *c, const struct disp_component_opts *opts, struct obj *o, bool lend)
{
	static const struct disp_component_opts none;
	struct comp comp = { .obj = o, .lent = lend, .position = c->components.n }, *slot = NULL;
	int err = 0;

	if (c->components.n == DISP_MAX)
		err = diag_raise(c->diag, DIAG_DISP_TOO_MANY, NULL, DISP_MAX);
	if (!err)
		err = describe(c, &comp, opts ? opts : &none);
	if (!err) {
		slot = vec_push(&c->components);
		err = slot ? 0 : disp_no_memory(c);
	}
	if (!err)
		*slot = comp;
	else if (!lend)
		obj_free(o);
	return err;
}

int disp_add_file(struct disp *c, const struct disp_component_opts *opts, const char *path)
{
	struct obj *o;
	int err = obj_open(c->diag, path, NULL, &o);

	return err ? err : disp_add_obj(c, opts, o, false);
}

u32 disp_n_components(const struct disp *c)
{
	return c->components.n;
}

const struct disp_component *disp_component_at(const struct disp *c, u32 n)
{
	return n < c->components.n ? &c->components.v[n].facts : NULL;
}

const char *disp_entry_name(const struct disp *c)
{
	return c->opts.name;
}

const char *disp_config_name(const struct disp *c)
{
	return c->config_map;
}

const char *disp_counters_name(const struct disp *c)
{
	return c->opts.counters && c->opts.mode != DISP_FREPLACE ? "dispatcher_counters" : NULL;
}
