/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * COMDAT groups: sections that every input which needs them brings along, such as inline functions.
 * Of the groups of one name (signature) that of the first input stays; the sections of the
 * others are dropped with all that is in them, and their globals are bound to the first one's.
 * A private input keeps its own, and offers them to nobody.
 */
#include "linker/link_int.h"

static int pick_in(struct link *l, input_id input, struct link_names *seen)
{
	struct link_input *in = link_input(l, input);
	const struct obj *o = in->obj;
	int err = 0;

	for (u32 s = 1; s < o->secs.n; s++) {
		const char *group = o->secs.v[s].group;

		if (!group || in->is_private || !link_names_has(seen, group))
			continue;
		if (!in->lost_secs)
			in->lost_secs = arena_array(&l->arena, o->secs.n, sizeof(*in->lost_secs));
		if (!in->lost_secs)
			return -ENOMEM;
		in->lost_secs[s] = true;
	}
	/* A group has several sections: only now is it one that came before. */
	for (u32 s = 1; s < o->secs.n && !err; s++)
		if (o->secs.v[s].group && !in->is_private)
			err = link_names_take(seen, o->secs.v[s].group);
	return err;
}

int link_pick_groups(struct link *l)
{
	struct link_names seen = { 0 };
	int err = 0;

	for (u32 i = 1; i < l->inputs.n && !err; i++)
		err = pick_in(l, (input_id){ i }, &seen);
	link_names_free(&seen);
	return err;
}

bool link_in_lost_group(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct link_input *in = link_input(l, n->input);

	return n->is_def && in->lost_secs && in->lost_secs[link_node_sym(l, id)->sec.i];
}

/* The first input with a group of that name. */
static const char *owner_of(const struct link *l, const char *group)
{
	for (u32 i = 1; i < l->inputs.n; i++) {
		const struct link_input *in = &l->inputs.v[i];

		for (u32 s = 1; s < in->obj->secs.n && !in->is_private; s++)
			if (in->obj->secs.v[s].group && !strcmp(in->obj->secs.v[s].group, group))
				return in->name;
	}
	return "";
}

int link_raise_group(struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const char *group = obj_sec(link_obj(l, n->input), link_node_sym(l, id)->sec)->group;
	struct weld_where at = link_where(l, id);

	return diag_raise(l->diag, DIAG_LINK_GROUP, &at, group, link_input(l, n->input)->name,
			  link_node_name(l, id), owner_of(l, group));
}
