/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The context, and the conventions of option structs. */
#include "lib/api/api_int.h"

#include <stdlib.h>

int api_opts(struct diag *d, const struct api_spec *spec, const void *opts, void *out)
{
	const char *bytes = opts;
	size_t given;

	if (!opts)
		return 0;
	memcpy(&given, opts, sizeof(given));
	if (given < spec->first)
		return diag_raise(d, DIAG_OPTS_SIZE, NULL, spec->name, given, spec->first);
	for (size_t i = spec->size; i < given; i++)
		if (bytes[i])
			return diag_raise(d, DIAG_OPTS_TAIL, NULL, spec->name, spec->size);
	memcpy(out, opts, given < spec->size ? given : spec->size);
	memcpy(out, &spec->size, sizeof(spec->size));
	return 0;
}

int api_fill(void *user, void *info, size_t size)
{
	size_t given;

	memcpy(&given, user, sizeof(given));
	if (given < sizeof(given))
		return -EINVAL;
	memcpy(info, &given, sizeof(given));
	memcpy(user, info, given < size ? given : size);
	return 0;
}

int api_target(struct diag *d, const struct weld_target *target)
{
	/* What came later may be missing: whoever wants it looks (load_can). */
	const size_t first = offsetof(struct weld_target_ops, ifindex);

	if (target->ops->sz >= first)
		return 0;
	return diag_raise(d, DIAG_OPTS_SIZE, NULL, "weld_target_ops", target->ops->sz, first);
}

int weld_ctx__new(const struct weld_ctx_opts *opts, struct weld_ctx **ctx)
{
	WELD_OPTS(weld_ctx_opts, o);
	struct diag silent = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct weld_ctx *c;
	int err;

	err = api_opts(&silent, API_SPEC(weld_ctx_opts), opts, &o);
	if (err)
		return err;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->diag.fn = o.diag_fn;
	c->diag.user = o.diag_user;
	c->diag.error_limit = o.error_limit ? o.error_limit : DIAG_DEFAULT_LIMIT;
	*ctx = c;
	return 0;
}

void weld_ctx__free(struct weld_ctx *ctx)
{
	free(ctx);
}

const char *weld_version(void)
{
	return BPFWELD_VERSION;
}

int weld_diag__explain(int code, struct weld_explanation *out)
{
	struct weld_explanation e = { 0 };
	int err = diag_explain(code, &e);

	return err ? err : api_fill(out, &e, sizeof(e));
}

int weld_diag__code_at(size_t n)
{
	return diag_code_at(n);
}
