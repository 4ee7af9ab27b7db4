/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any bytes as an object. What opens is written, opened again and must be the same, in the same
 * bytes; and all look-ups into it must hold.
 */
#include "lib/obj/obj.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void look_up(const struct obj *o)
{
	for (u32 i = 1; i < o->secs.n; i++) {
		const struct obj_sec *sec = &o->secs.v[i];

		for (u32 k = 0; k < sec->relocs.n; k++) {
			obj_where(o, (sec_id){ i }, sec->relocs.v[k].off);
			check(obj_reloc_func(o, &sec->relocs.v[k]).i < o->funcs.n);
			check(obj_reloc_map(o, &sec->relocs.v[k]).i < o->maps.n);
		}
	}
	for (u32 i = 1; i < o->funcs.n; i++) {
		const struct obj_func *f = &o->funcs.v[i];

		check(f->insn + f->n_insns <= o->secs.v[f->sec.i].insns.n);
		check(obj_func_at(o, f->sec, f->insn).i == i);
	}
	for (u32 i = 1; i < o->maps.n; i++)
		for (u32 k = 0; k < o->maps.v[i].n_slots; k++)
			check(o->maps.v[i].slots[k].sym.i < o->syms.n);
}

static void round_trip(struct diag *d, const struct obj *o)
{
	struct sbuf once = { 0 }, twice = { 0 };
	struct obj *back;

	check(!obj_write(o, &once));
	check(!obj_open_mem(d, span_of(once.data, once.size), "again", &back));
	check(obj_equal(o, back));
	check(!obj_write(back, &twice));
	check(span_eq(span_of(once.data, once.size), span_of(twice.data, twice.size)));
	obj_free(back);
	sbuf_free(&once);
	sbuf_free(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct obj *o;

	if (obj_open_mem(&d, span_of(data, size), "fuzz", &o)) {
		check(d.n_errors);
		return 0;
	}
	look_up(o);
	round_trip(&d, o);
	obj_free(o);
	return 0;
}
