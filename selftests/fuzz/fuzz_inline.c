/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any object: what is said of its frames, and all of its calls inlined, once with frames that
 * overlap and once by name. What comes out must be an object that can be written and linked.
 */
#include "linker/frame.h"
#include "linker/inline.h"

#include <stdlib.h>

#include "uapi/elf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void inline_sites(const struct obj *o)
{
	VEC(struct link_inline_site) sites = { 0 };
	struct obj *out = NULL;

	for (u32 s = 1; s < o->secs.n; s++)
		for (u32 i = 0; i < o->secs.v[s].relocs.n && sites.n < 64; i++) {
			struct link_inline_site site = { .sec = { s } };

			site.insn = (u32)(o->secs.v[s].relocs.v[i].off / 8);
			site.shift = i % 3 * 8;
			site.save = (u16)(i << 6 & 0x3c0);
			site.save_off = -64;
			check(!vec_append(&sites, &site, 1));
		}
	if (!link_inline(o, sites.v, sites.n, sites.n & 1, &out))
		check(out != NULL);
	obj_free(out);
	vec_free(&sites);
}

static void inline_names(const struct obj *o)
{
	const char *names[8];
	struct obj *out = NULL;
	u32 n = 0;

	for (u32 f = 1; f < o->funcs.n && n < 8; f++)
		names[n++] = obj_func_name(o, (func_id){ f });
	if (n && !link_inline_funcs(o, names, n, n & 1, &out))
		check(out != NULL);
	obj_free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diag d = { .error_limit = 1000 };
	struct link_frame_facts *facts;
	struct obj *o;

	if (obj_open_mem(&d, span_of(data, size), "fuzz.o", &o))
		return 0;
	check(!link_frames(o, &facts));
	for (u32 f = 1; f < o->funcs.n; f++)
		check(facts[f].depth % 8 == 0 || facts[f].depth == LINK_DEPTH_UNBOUND);
	free(facts);
	inline_sites(o);
	inline_names(o);
	obj_free(o);
	return 0;
}
