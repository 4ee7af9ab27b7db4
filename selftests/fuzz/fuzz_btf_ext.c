/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any bytes as BTF.ext, beside a small BTF: one FUNC (type 3) and a few strings. What parses is
 * written and parsed again, in both byte orders, with the same result.
 */
#include "btf/ext.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static struct btf *small_btf(void)
{
	struct btf *b;
	u32 off;

	check(!btf_new(&b));
	check(!btf_add_int(b, "int", 4, BTF_INT_SIGNED, NULL));
	check(!btf_add_func_proto(b, 1, NULL));
	check(!btf_add_func(b, "prog", BTF_FUNC_GLOBAL, 2, NULL));
	check(!btf_add_str(b, "xdp", &off) && !btf_add_str(b, "a line of source text", &off));
	return b;
}

/* Sections without records aren't written, so what is compared is the second trip. */
static struct btf_ext *round_trip(struct diag *d, const struct btf *b, const struct btf_ext *x,
				  bool big_endian)
{
	struct sbuf bytes = { 0 };
	struct btf_ext *back;

	check(!btf_ext_write(x, big_endian, &bytes));
	check(!btf_ext_parse(d, span_of(bytes.data, bytes.size), "again", b, &back));
	check(back->swapped == (big_endian != HOST_BIG_ENDIAN));
	check(back->funcs.n == x->funcs.n && back->lines.n == x->lines.n &&
	      back->relos.n == x->relos.n);
	sbuf_free(&bytes);
	return back;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct btf *b = small_btf();
	struct btf_ext *x, *once, *twice;

	if (btf_ext_parse(&d, span_of(data, size), "fuzz", b, &x)) {
		check(d.n_errors == 1);
		btf_free(b);
		return 0;
	}
	once = round_trip(&d, b, x, true);
	twice = round_trip(&d, b, once, false);
	check(btf_ext_equal(once, twice));
	btf_ext_free(x);
	btf_ext_free(once);
	btf_ext_free(twice);
	btf_free(b);
	return 0;
}
