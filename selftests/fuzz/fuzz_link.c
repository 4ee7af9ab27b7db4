/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any object, linked alone and to itself: once public, once private, its first function the target
 * of a mapping. A link that works must give an object that is written, read back, and linked
 * again to the same bytes; one that doesn't must have said why.
 */
#include "linker/linker.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static struct obj *link_copies(struct diag *d, struct span bytes, u32 copies, bool gc)
{
	const struct link_opts opts = { .allow_unresolved = !gc, .gc = gc };
	static const char *const names[] = { "x", "y" };
	u32 errors = d->n_errors;
	struct obj *out = NULL;
	struct link *l;
	int err = link_new(d, &opts, &l);

	check(!err);
	for (u32 i = 0; i < copies && !err; i++)
		err = link_add_mem(l, names[i], bytes, "fuzz.o", NULL);
	if (!err && copies > 1) {
		check(!link_set_private(l, "y") && !link_map_extern(l, "prog1", "y:xdp_main"));
		/* A mapping whose target isn't there is an error of its own. */
		check(!link_export(l, "x:xdp_main"));
	}
	if (!err)
		err = link_finish(l, &out);
	check(!err || d->n_errors > errors);
	for (u32 i = 0; i < link_table(l).n_rows; i++)
		check(link_table(l).rows[i].new_name != NULL);
	link_free(l);
	return out;
}

/* Linking the output again gives the same bytes. */
static void check_again(struct diag *d, struct span bytes, bool gc)
{
	struct sbuf once = { 0 }, twice = { 0 };
	struct obj *out = link_copies(d, bytes, 1, gc), *again;

	if (!out)
		return;
	check(!obj_write(out, &once));
	again = link_copies(d, span_of(once.data, once.size), 1, gc);
	check(again && !obj_write(again, &twice));
	check(span_eq(span_of(once.data, once.size), span_of(twice.data, twice.size)));
	obj_free(again);
	obj_free(out);
	sbuf_free(&once);
	sbuf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { .error_limit = 1000 };

	check_again(&d, span_of(data, size), false);
	check_again(&d, span_of(data, size), true);
	obj_free(link_copies(&d, span_of(data, size), 2, false));
	return 0;
}
