/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The dispatcher object. */
#include "lib/api/api_int.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/api/dispatch_int.h"

static_assert((int)WELD_DISPATCH_XDP == (int)DISP_XDP && (int)WELD_DISPATCH_TC == (int)DISP_TC &&
	      (int)WELD_DISPATCH_INLINE == (int)DISP_INLINE &&
	      (int)WELD_DISPATCH_CALL == (int)DISP_CALL &&
	      (int)WELD_DISPATCH_FREPLACE == (int)DISP_FREPLACE &&
	      (int)WELD_DISPATCH_MAX == (int)DISP_MAX, "the public numbers are the room's");
static_assert(sizeof(struct weld_dispatch_counters) == sizeof(struct disp_counters),
	      "so is the layout of the counters");

struct weld_dispatcher {
	struct disp *chain;
	struct diag *diag;
	enum disp_type type;
};

int weld_dispatcher__new(struct weld_ctx *ctx, const struct weld_dispatcher_opts *opts,
			 struct weld_dispatcher **d)
{
	WELD_OPTS(weld_dispatcher_opts, o);
	struct weld_dispatcher *new;
	int err = api_opts(&ctx->diag, API_SPEC(weld_dispatcher_opts), opts, &o);

	if (err)
		return err;
	if (o.hook < 0 || o.hook > WELD_DISPATCH_TC || o.mode < 0 ||
	    o.mode > WELD_DISPATCH_FREPLACE)
		return diag_raise(&ctx->diag, DIAG_DISP_OPTS, NULL, o.hook, o.mode);
	new = calloc(1, sizeof(*new));
	if (!new)
		return diag_raise(&ctx->diag, DIAG_NO_MEMORY, NULL, "weld_dispatcher");
	new->diag = &ctx->diag;
	new->type = (enum disp_type)o.hook;
	err = disp_new(&ctx->diag,
		       &(struct disp_opts){ .type = new->type,
					    .mode = (enum disp_mode)o.mode,
					    .name = o.name,
					    .license = o.license,
					    .cpu_v4 = o.cpu_v4,
					    .counters = o.counters },
		       &new->chain);
	if (err) {
		free(new);
		return err;
	}
	*d = new;
	return 0;
}

void weld_dispatcher__free(struct weld_dispatcher *d)
{
	if (!d)
		return;
	disp_free(d->chain);
	free(d);
}

/* --- components ----------------------------------------------------------------------- */

struct disp *api_dispatcher(struct weld_dispatcher *d)
{
	return d->chain;
}

int api_component_opts(struct diag *diag, const struct weld_component_opts *opts,
		       struct disp_component_opts *out)
{
	WELD_OPTS(weld_component_opts, o);
	int err = api_opts(diag, API_SPEC(weld_component_opts), opts, &o);

	if (!err)
		*out = (struct disp_component_opts){ .name = o.name,
						     .function = o.function,
						     .has_priority = o.has_priority,
						     .has_actions = o.has_actions,
						     .priority = o.priority,
						     .actions = o.actions };
	return err;
}

int weld_dispatcher__add_file(struct weld_dispatcher *d, const char *path,
			      const struct weld_component_opts *opts)
{
	struct disp_component_opts o;
	int err = api_component_opts(d->diag, opts, &o);

	return err ? err : disp_add_file(d->chain, &o, path);
}

int weld_dispatcher__add_fd(struct weld_dispatcher *d, int fd, const char *file,
			    const struct weld_component_opts *opts)
{
	struct disp_component_opts o;
	struct obj *obj;
	int err = api_component_opts(d->diag, opts, &o);

	if (!err)
		err = obj_open_fd(d->diag, fd, file ? file : "<descriptor>", &obj);
	return err ? err : disp_add_obj(d->chain, &o, obj, false);
}

int weld_dispatcher__add_mem(struct weld_dispatcher *d, const void *bytes, size_t size,
			     const char *file, const struct weld_component_opts *opts)
{
	struct disp_component_opts o;
	struct obj *obj;
	int err = api_component_opts(d->diag, opts, &o);

	if (!err)
		err = obj_open_mem(d->diag, span_of(bytes, size), file ? file : "<memory>", &obj);
	return err ? err : disp_add_obj(d->chain, &o, obj, false);
}

int weld_dispatcher__add_object(struct weld_dispatcher *d, const struct weld_object *obj,
				const struct weld_component_opts *opts)
{
	struct disp_component_opts o;
	int err = api_component_opts(d->diag, opts, &o);

	return err ? err : disp_add_obj(d->chain, &o, obj->o, true);
}

int weld_dispatcher__parse_actions(const struct weld_dispatcher *d, const char *text,
				   uint32_t *actions)
{
	return disp_parse_actions(d->diag, d->type, text, actions);
}

const char *weld_dispatcher__action_name(const struct weld_dispatcher *d, uint32_t bit)
{
	return disp_action_name(d->type, bit);
}

/* --- building ------------------------------------------------------------------------- */

int weld_dispatcher__build(struct weld_dispatcher *d, struct weld_object **obj)
{
	struct obj *o;
	int err;

	api_begin(d->diag);
	err = disp_build(d->chain, &o);
	return err ? err : api_object_new(d->diag, o, obj);
}

int api_fill_component(const struct disp_component *c, struct weld_component *info)
{
	struct weld_component i = {
		.name = c->name,
		.file = c->file,
		.function = c->function,
		.symbol = c->symbol[0] ? c->symbol : NULL,
		.priority = c->priority,
		.actions = c->actions,
		.frags = c->frags,
		.inlined = c->inlined,
		.why_called = c->why_called,
		.n_insns = c->n_insns,
		.frame = c->frame,
	};

	return api_fill(info, &i, sizeof(i));
}

int weld_dispatcher__component(const struct weld_dispatcher *d, uint32_t n,
			       struct weld_component *info)
{
	const struct disp_component *c = disp_component_at(d->chain, n);

	return c ? api_fill_component(c, info) : -ENOENT;
}

int weld_dispatcher__names(const struct weld_dispatcher *d, struct weld_dispatcher_names *names)
{
	struct weld_dispatcher_names i = {
		.entry = disp_entry_name(d->chain),
		.config = disp_config_name(d->chain),
		.counters = disp_counters_name(d->chain),
	};

	return api_fill(names, &i, sizeof(i));
}
