/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any object as three components of one chain, for each hook and in each mode. A chain that can
 * be built must give an object that is written and read back; one that can't must have said why.
 */
#include "linker/dispatch/dispatch.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void read_back(struct diag *d, const struct obj *o)
{
	struct sbuf bytes = { 0 };
	struct obj *again;

	check(!obj_write(o, &bytes));
	check(!obj_open_mem(d, span_of(bytes.data, bytes.size), "chain.o", &again));
	check(obj_equal(o, again));
	obj_free(again);
	sbuf_free(&bytes);
}

static void chain(struct diag *d, struct obj *part, const struct disp_opts *opts)
{
	u32 errors = d->n_errors;
	struct obj *out = NULL;
	struct disp *c;
	int err = disp_new(d, opts, &c);

	check(!err);
	for (u32 i = 0; i < 3 && !err; i++)
		err = disp_add_obj(c, NULL, part, true);
	if (!err)
		err = disp_build(c, &out);
	check(!err || d->n_errors > errors);
	for (u32 i = 0; !err && i < disp_n_components(c); i++)
		check(opts->mode == DISP_FREPLACE || disp_component_at(c, i)->inlined ||
		      disp_component_at(c, i)->why_called);
	if (out)
		read_back(d, out);
	obj_free(out);
	disp_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { .error_limit = 1000 };
	struct obj *part;

	if (obj_open_mem(&d, span_of(data, size), "fuzz.o", &part))
		return 0;
	for (u32 i = 0; i < 12; i++) {
		struct disp_opts opts = { .type = i & 1, .mode = i / 4, .counters = i & 2,
					  .cpu_v4 = i & 2 };

		chain(&d, part, &opts);
	}
	obj_free(part);
	return 0;
}
