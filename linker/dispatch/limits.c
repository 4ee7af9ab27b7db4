/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the kernel counts per program, held against its limits before it is asked. */
#include "linker/dispatch/dispatch_int.h"

enum { MAX_INSNS = 1000000, MAX_FUNCS = 256, MAX_MAPS = 64 };

/* --- maps -------------------------------------------------------------------------------- */

/* Maps of the whole chain, in the two ways in which data can be laid out. */
struct count {
	u32 others;			/* no data: never merged */
	u32 data;			/* of a component each */
	VEC(const char *) names;	/* of data sections, each once */
};

static bool has_name(const struct count *n, const char *name)
{
	for (u32 i = 0; i < n->names.n; i++)
		if (!strcmp(n->names.v[i], name))
			return true;
	return false;
}

static int count_map(struct count *n, const struct obj *o, const struct obj_map *m)
{
	const char **slot;
	bool merged;

	if (!m->is_data) {
		n->others += !m->is_extern;
		return 0;
	}
	merged = !disp_is_state(obj_sec(o, m->sec)->kind);
	if (!merged)
		n->data++;
	if (has_name(n, m->name))
		return 0;
	if (merged)
		n->data++;
	slot = vec_push(&n->names);
	if (!slot)
		return -ENOMEM;
	*slot = m->name;
	return 0;
}

static int count_maps(const struct disp *c, struct count *n)
{
	n->others = c->opts.counters;
	for (u32 i = 0; i < c->components.n; i++) {
		const struct comp *comp = &c->components.v[i];

		for (u32 k = 0; k < comp->n_maps; k++)
			if (count_map(n, comp->obj, obj_map(comp->obj, comp->maps[k])))
				return -ENOMEM;
	}
	return 0;
}

static void note_maps(const struct disp *c, struct diag_msg *m)
{
	for (u32 i = 0; i < c->components.n; i++) {
		const struct comp *comp = &c->components.v[i];
		struct sbuf names = { 0 };
		u32 n = 0;

		for (u32 k = 0; k < comp->n_maps; k++) {
			const struct obj_map *map = obj_map(comp->obj, comp->maps[k]);

			if (!map->is_data && !map->is_extern)
				sbuf_printf(&names, "%s%s", n++ ? ", " : "", map->name);
		}
		if (n)
			diag_note(m, NULL, "%s has %u: %s", comp->facts.name, n, sbuf_str(&names));
		sbuf_free(&names);
	}
}

/* One map is the configuration. */
static int check_maps(struct disp *c, const struct count *n)
{
	u32 apart = 1 + n->others + n->data, merged = 1 + n->others + n->names.n;
	struct diag_msg m;

	if (apart <= MAX_MAPS)
		return 0;
	if (merged <= MAX_MAPS) {
		c->merge_data = true;
		diag_raise(c->diag, DIAG_DISP_MERGED, NULL, apart, MAX_MAPS);
		return 0;
	}
	diag_begin(&m, c->diag, DIAG_DISP_MAPS, NULL, merged, MAX_MAPS);
	note_maps(c, &m);
	return diag_end(&m);
}

int disp_check_maps(struct disp *c)
{
	struct count n = { 0 };
	int err;

	c->merge_data = false;
	err = count_maps(c, &n) ? disp_no_memory(c) : check_maps(c, &n);
	vec_free(&n.names);
	return err;
}

/* --- code -------------------------------------------------------------------------------- */

/* Functions that two components share don't exist: each has its own copy. */
int disp_check_code(struct disp *c)
{
	u32 n_funcs = 1;
	u64 n_insns = 0;
	int err = 0;

	for (u32 i = 0; i < c->components.n; i++) {
		const struct comp *comp = &c->components.v[i];

		n_insns += comp->cost.n_insns;
		n_funcs += comp->cost.n_funcs - comp->facts.inlined;
	}
	if (n_insns > MAX_INSNS)
		err = diag_raise(c->diag, DIAG_DISP_INSNS, NULL, (unsigned long long)n_insns,
				 MAX_INSNS);
	if (n_funcs > MAX_FUNCS)
		err = diag_raise(c->diag, DIAG_DISP_FUNCS, NULL, n_funcs, MAX_FUNCS);
	return err;
}
