/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The context, and the conventions of option structs. */
#include "lib/api/api_int.h"

#include <stdlib.h>


int api_opts(struct diag *d, const char *name, const void *opts, size_t first, void *out,
	     size_t size)
{
	const char *bytes = opts;
	size_t given;

	if (!opts)
		return 0;
	memcpy(&given, opts, sizeof(given));
	if (given < first)
		return diag_raise(d, DIAG_OPTS_SIZE, NULL, name, given, first);
	for (size_t i = size; i < given; i++)
		if (bytes[i])
			return diag_raise(d, DIAG_OPTS_TAIL, NULL, name, size);
	memcpy(out, opts, given < size ? given : size);
	memcpy(out, &size, sizeof(size));
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

int weld_ctx__new(const struct weld_ctx_opts *opts, struct weld_ctx **ctx)
{
	WELD_OPTS(weld_ctx_opts, o);
	struct diag silent = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct weld_ctx *c;
	int err;

	err = api_opts(&silent, "weld_ctx_opts", opts, sizeof(o), &o, sizeof(o));
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
