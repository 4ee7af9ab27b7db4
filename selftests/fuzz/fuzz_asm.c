/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Any bytes as assembly text; what assembles is printed, and the print assembles to the same. */
#include "lib/isa/isa.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void sink(void *user, const struct weld_diag *diag)
{
	(void)user;
	if (!diag->text[0] || diag->err >= 0)
		abort();
}

static void check_refs(const struct isa_asm *a)
{
	if (a->lines.n != a->insns.n)
		abort();
	for (u32 i = 0; i < a->refs.n; i++)
		if (a->refs.v[i].insn >= a->insns.n || !a->refs.v[i].name[0])
			abort();
	for (u32 i = 0; i < a->labels.n; i++)
		if (a->labels.v[i].insn > a->insns.n || !a->labels.v[i].name[0])
			abort();
}

static void check_print(struct diag *d, const struct isa_asm *a)
{
	struct sbuf text = { 0 };
	struct isa_asm back;

	for (u32 i = 0; i < a->insns.n; sbuf_putc(&text, ';'))
		i += isa_print(&text, &a->insns.v[i], a->insns.n - i, NULL);
	if (isa_asm(d, "print", span_of(text.data, text.size), &back))
		abort();
	if (back.insns.n != a->insns.n ||
	    (back.insns.n && memcmp(back.insns.v, a->insns.v, a->insns.n * sizeof(*a->insns.v))))
		abort();
	isa_asm_free(&back);
	sbuf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { .fn = sink, .error_limit = DIAG_DEFAULT_LIMIT };
	struct isa_asm a;
	int err = isa_asm(&d, "fuzz", span_of(data, size), &a);

	if (err && !d.n_errors)
		abort();
	if (err)
		return 0;
	check_refs(&a);
	check_print(&d, &a);
	isa_asm_free(&a);
	return 0;
}
