/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Objects: opening, writing, and numbers about the whole. */
#include "lib/api/api_int.h"

#include <stdlib.h>

#include "lib/base/file.h"

int api_object_new(struct diag *d, struct obj *o, struct weld_object **out)
{
	struct weld_object *obj = calloc(1, sizeof(*obj));
	struct weld_btf *btf = o->btf ? calloc(1, sizeof(*btf)) : NULL;

	if (!obj || (o->btf && !btf)) {
		free(obj);
		free(btf);
		obj_free(o);
		return diag_raise(d, DIAG_NO_MEMORY, NULL, "weld_object");
	}
	obj->o = o;
	obj->diag = d;
	obj->btf = btf;
	if (btf) {
		btf->btf = o->btf;
		btf->diag = d;
	}
	*out = obj;
	return 0;
}

static int open_opts(struct weld_ctx *ctx, const struct weld_object_open_opts *opts,
		     const char **name)
{
	WELD_OPTS(weld_object_open_opts, o);
	int err = api_opts(&ctx->diag, API_SPEC(weld_object_open_opts), opts, &o);

	if (!err)
		*name = o.name;
	return err;
}

int weld_object__open_file(struct weld_ctx *ctx, const char *path,
			   const struct weld_object_open_opts *opts, struct weld_object **obj)
{
	const char *name;
	struct obj *o;
	int err = open_opts(ctx, opts, &name);

	if (!err)
		err = obj_open(&ctx->diag, path, name, &o);
	return err ? err : api_object_new(&ctx->diag, o, obj);
}

int weld_object__open_fd(struct weld_ctx *ctx, int fd, const struct weld_object_open_opts *opts,
			 struct weld_object **obj)
{
	const char *name;
	struct obj *o;
	int err = open_opts(ctx, opts, &name);

	if (!err)
		err = obj_open_fd(&ctx->diag, fd, name ? name : "<descriptor>", &o);
	return err ? err : api_object_new(&ctx->diag, o, obj);
}

int weld_object__open_mem(struct weld_ctx *ctx, const void *bytes, size_t size,
			  const struct weld_object_open_opts *opts, struct weld_object **obj)
{
	const char *name;
	struct obj *o;
	int err = open_opts(ctx, opts, &name);

	if (!err)
		err = obj_open_mem(&ctx->diag, span_of(bytes, size), name ? name : "<memory>", &o);
	return err ? err : api_object_new(&ctx->diag, o, obj);
}

void weld_object__close(struct weld_object *obj)
{
	if (!obj)
		return;
	free(obj->n_refs);
	free(obj->named);
	free(obj->entries);
	free(obj->btf);
	free(obj->text_slots);
	arena_free(&obj->texts);
	if (!obj->lent)
		obj_free(obj->o);
	free(obj);
}

int weld_object__write_mem(const struct weld_object *obj, void **bytes, size_t *size)
{
	struct sbuf out = { 0 };
	int err = obj_write(obj->o, &out);
	void *data;

	if (err) {
		sbuf_free(&out);
		return err;
	}
	data = sbuf_steal(&out, size);
	if (!data)
		return diag_raise(obj->diag, DIAG_NO_MEMORY, NULL, "weld_object__write_mem");
	*bytes = data;
	return 0;
}

int weld_object__write_file(const struct weld_object *obj, const char *path)
{
	return obj_write_file(obj->o, path);
}

static u32 count_entries(const struct obj *o)
{
	u32 n = 0;

	for (u32 i = 1; i < o->funcs.n; i++)
		n += o->funcs.v[i].is_entry;
	return n;
}

static u32 count_symbols(const struct obj *o)
{
	u32 n = 0;

	for (u32 i = 1; i < o->syms.n; i++)
		n += o->syms.v[i].name[0] != 0;
	return n;
}

int weld_object__info(const struct weld_object *obj, struct weld_object_info *info)
{
	const struct obj *o = obj->o;
	struct weld_object_info i = {
		.name = o->name,
		.license = o->license,
		.big_endian = o->big_endian,
		.has_btf = o->btf != NULL,
		.has_version = o->has_version,
		.version = o->version,
		.n_programs = count_entries(o),
		.n_functions = o->funcs.n - 1,
		.n_maps = o->maps.n - 1,
		.n_externs = o->externs.n,
		.n_sections = o->secs.n - 1,
		.n_symbols = count_symbols(o),
		.n_dropped = o->dropped.n,
	};

	return api_fill(info, &i, sizeof(i));
}

const struct weld_btf *weld_object__btf(const struct weld_object *obj)
{
	return obj->btf;
}
