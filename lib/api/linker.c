/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The linker object and its one-call form. */
#include "lib/api/api_int.h"

#include <stdlib.h>

#include "lib/base/file.h"
#include "linker/linker.h"

struct weld_linker {
	struct link *link;
	struct diag *diag;
};

int weld_linker__new(struct weld_ctx *ctx, const struct weld_linker_opts *opts,
		     struct weld_linker **linker)
{
	WELD_OPTS(weld_linker_opts, o);
	struct weld_linker *l;
	int err = api_opts(&ctx->diag, API_SPEC(weld_linker_opts), opts, &o);

	if (err)
		return err;
	l = calloc(1, sizeof(*l));
	if (!l)
		return diag_raise(&ctx->diag, DIAG_NO_MEMORY, NULL, "weld_linker");
	l->diag = &ctx->diag;
	err = link_new(&ctx->diag,
		       &(struct link_opts){ .allow_unresolved = o.allow_unresolved,
					    .license = o.license,
					    .gc = o.gc, .whole_archive = o.whole_archive,
					    .no_table = o.no_table, .reread = o.reread },
		       &l->link);
	if (err) {
		free(l);
		return err;
	}
	*linker = l;
	return 0;
}

void weld_linker__free(struct weld_linker *linker)
{
	if (!linker)
		return;
	link_free(linker->link);
	free(linker);
}

int weld_linker__add_file(struct weld_linker *linker, const char *name, const char *path)
{
	int err = link_note_file(linker->link, path);

	return err ? err : link_add_file(linker->link, name, path, NULL);
}

int weld_linker__add_fd(struct weld_linker *linker, const char *name, int fd, const char *file)
{
	return link_add_fd(linker->link, name, fd, file ? file : "<descriptor>", NULL);
}

int weld_linker__add_mem(struct weld_linker *linker, const char *name, const void *bytes,
			 size_t size, const char *file)
{
	return link_add_mem(linker->link, name, span_of(bytes, size), file ? file : "<memory>",
			    NULL);
}

int weld_linker__add_object(struct weld_linker *linker, const char *name,
			    const struct weld_object *obj)
{
	return link_add_obj(linker->link, name, obj->o, true, NULL);
}

int weld_linker__add_lib(struct weld_linker *linker, const char *const *dirs, size_t n_dirs,
			 const char *lib)
{
	return link_add_lib(linker->link, dirs, (u32)n_dirs, lib);
}

int weld_linker__map(struct weld_linker *linker, const char *extern_spec, const char *func_spec)
{
	return link_map_extern(linker->link, extern_spec, func_spec);
}

int weld_linker__set_private(struct weld_linker *linker, const char *input)
{
	return link_set_private(linker->link, input);
}

int weld_linker__export(struct weld_linker *linker, const char *spec)
{
	return link_export(linker->link, spec);
}

int weld_linker__map_file(struct weld_linker *linker, const char *path)
{
	return link_map_file(linker->link, path);
}

int weld_linker__hide(struct weld_linker *linker, const char *spec)
{
	return link_hide(linker->link, spec);
}

int weld_linker__inline(struct weld_linker *linker, const char *function)
{
	return link_inline_func(linker->link, function);
}

int weld_linker__rename(struct weld_linker *linker, const char *spec, const char *name)
{
	return link_rename(linker->link, spec, name);
}

int weld_linker__prefix(struct weld_linker *linker, const char *input, const char *prefix)
{
	return link_set_prefix(linker->link, input, prefix);
}

int weld_linker__wrap(struct weld_linker *linker, const char *name)
{
	return link_wrap(linker->link, name);
}

int weld_linker__finish(struct weld_linker *linker, struct weld_object **obj)
{
	struct obj *o;
	int err;

	api_begin(linker->diag);
	err = link_finish(linker->link, &o);
	return err ? err : api_object_new(linker->diag, o, obj);
}

int weld_linker__finish_file(struct weld_linker *linker, const char *path)
{
	struct obj *o;
	int err;

	api_begin(linker->diag);
	err = link_finish(linker->link, &o);
	return err ? err : obj_finish_file(o, path);
}

/* --- what became of it ---------------------------------------------------------------- */

int weld_linker__input(const struct weld_linker *linker, uint32_t n, struct weld_linker_input *info)
{
	input_id id = { n + 1 };

	if (n >= link_n_inputs(linker->link))
		return -ENOENT;
	struct weld_linker_input i = {
		.name = link_input_name(linker->link, id),
		.file = link_input_file(linker->link, id),
		.is_private = link_input_private(linker->link, id),
	};

	return api_fill(info, &i, sizeof(i));
}

int weld_linker__symbol(const struct weld_linker *linker, uint32_t n,
			struct weld_linker_symbol *info)
{
	static const char *const fates[] = { "kept", "bound", "extern", "dropped" };
	static const char *const hows[] = { NULL, "name", "mapping", "wrap", "rename" };
	struct link_table table = link_table(linker->link);
	const struct link_row *row;

	if (n >= table.n_rows)
		return -ENOENT;
	row = &table.rows[n];
	struct weld_linker_symbol i = {
		.input = link_input_name(linker->link, row->input),
		.old_name = row->old_name,
		.new_name = row->new_name,
		.kind = row->kind,
		.fate = fates[row->fate],
		.bound_by = hows[row->how],
		.to = row->to.i ? link_input_name(linker->link, row->to) : NULL,
		.section = row->section[0] ? row->section : NULL,
		.why = link_row_words(linker->link, n),
		.as = row->as,
		.offset = row->off,
		.size = row->size,
		.weak = row->weak,
		.is_clone = row->is_clone,
	};

	return api_fill(info, &i, sizeof(i));
}

int weld_linker__find_symbol(struct weld_linker *linker, const char *spec, uint32_t from,
			     uint32_t *n)
{
	api_begin(linker->diag);
	return link_find_row(linker->link, spec, from, n);
}

void weld_linker__keep_inputs(struct weld_linker *linker)
{
	link_keep_inputs(linker->link);
}

int weld_linker__place(struct weld_linker *linker, uint32_t symbol, uint32_t n,
		       struct weld_linker_place *info)
{
	struct link_places places;
	int err;

	if (symbol >= link_table(linker->link).n_rows)
		return -ENOENT;
	err = link_places(linker->link, symbol, &places);
	if (err || n >= places.n_places)
		return err ? err : -ENOENT;
	struct weld_linker_place p = { .is_definition = places.places[n].is_def,
				       .at = places.places[n].at };

	return api_fill(info, &p, sizeof(p));
}

int weld_linker__section(const struct weld_linker *linker, uint32_t n,
			 struct weld_linker_section *info)
{
	struct link_parts parts = link_part_table(linker->link);
	const struct link_part *part = &parts.parts[n];

	if (n >= parts.n_parts)
		return -ENOENT;
	struct weld_linker_section s = {
		.input = link_input_name(linker->link, part->input),
		.name = part->section,
		.out = *part->out ? part->out : NULL,
		.from = part->from,
		.offset = part->off,
		.size = part->size,
		.why = part->why,
	};

	return api_fill(info, &s, sizeof(s));
}

int weld_linker__file(const struct weld_linker *linker, uint32_t n, const char **path)
{
	const char *file = link_nth_file(linker->link, n);

	if (!file)
		return -ENOENT;
	*path = file;
	return 0;
}

/* --- in one call ---------------------------------------------------------------------- */

static int add_input(struct weld_linker *l, const struct weld_link_input *in)
{
	input_id id;
	int err;

	if (in->obj)
		err = link_add_obj(l->link, in->name, in->obj->o, true, &id);
	else if (in->path)
		err = link_add_file(l->link, in->name, in->path, &id);
	else
		return diag_raise(l->diag, DIAG_LINK_NO_INPUT, NULL);
	if (!err && in->is_private && !id.i)
		return diag_raise(l->diag, DIAG_LINK_ARCHIVE_NAME, NULL,
				  in->name ? in->name : in->path);
	if (!err && in->is_private)
		err = link_set_private(l->link, link_input_name(l->link, id));
	return err;
}

static int add_names(struct weld_linker *l, const struct weld_link_opts *o)
{
	int err = 0;

	for (size_t i = 0; !err && i < o->n_mappings; i++)
		err = weld_linker__map(l, o->mappings[i].extern_spec, o->mappings[i].func_spec);
	for (size_t i = 0; !err && i < o->n_renames; i++)
		err = weld_linker__rename(l, o->renames[i].spec, o->renames[i].name);
	for (size_t i = 0; !err && i < o->n_prefixes; i++)
		err = weld_linker__prefix(l, o->prefixes[i].spec, o->prefixes[i].name);
	for (size_t i = 0; !err && i < o->n_wraps; i++)
		err = weld_linker__wrap(l, o->wraps[i]);
	for (size_t i = 0; !err && i < o->n_exports; i++)
		err = weld_linker__export(l, o->exports[i]);
	for (size_t i = 0; !err && i < o->n_hides; i++)
		err = weld_linker__hide(l, o->hides[i]);
	for (size_t i = 0; !err && i < o->n_inlines; i++)
		err = weld_linker__inline(l, o->inlines[i]);
	return err;
}

int weld_link(struct weld_ctx *ctx, const struct weld_link_input *inputs, size_t n_inputs,
	      const struct weld_link_opts *opts, struct weld_object **obj)
{
	WELD_OPTS(weld_link_opts, o);
	struct weld_linker *l = NULL;
	int err = api_opts(&ctx->diag, API_SPEC_SINCE(weld_link_opts, gc), opts, &o);

	if (!err) {
		WELD_OPTS(weld_linker_opts, lo, .allow_unresolved = o.allow_unresolved,
			  .license = o.license, .gc = o.gc, .whole_archive = o.whole_archive,
			  .no_table = true, .reread = true);

		err = weld_linker__new(ctx, &lo, &l);
	}
	for (size_t i = 0; !err && i < n_inputs; i++)
		err = add_input(l, &inputs[i]);
	if (!err)
		err = add_names(l, &o);
	if (!err)
		err = weld_linker__finish(l, obj);
	weld_linker__free(l);
	return err;
}
