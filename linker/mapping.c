/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Explicit mappings: this extern is that function, whatever the names say. They are what lets
 * two programs that are both called xdp_main be linked behind one dispatcher.
 */
#include "linker/link_int.h"

/* --- targets ----------------------------------------------------------------------------- */

static node_id find_func(const struct link *l, input_id input, const char *name)
{
	const struct obj *o = link_obj(l, input);
	func_id f = obj_find_func(o, name);

	return f.i ? link_node_of(l, input, obj_func(o, f)->sym) : (node_id){ 0 };
}

static int raise_no_func(struct link *l, const struct link_bind *b, input_id only)
{
	struct link_guess guess = { .wanted = b->to };
	struct weld_where at = b->at;
	struct diag_msg m;

	if (only.i && !at.file)
		at.file = link_obj(l, only)->name;
	diag_begin(&m, l->diag, DIAG_LINK_NO_FUNC, &at, b->from, b->to,
		   b->to_input ? b->to_input : "any input");
	for (u32 i = 1; i < l->inputs.n; i++) {
		const struct obj *o = l->inputs.v[i].obj;

		for (u32 f = 1; f < o->funcs.n && (!only.i || only.i == i); f++)
			link_guess_add(&guess, obj_func_name(o, (func_id){ f }));
	}
	/* The other side: where the extern is wanted. */
	for (u32 i = 1; i < l->inputs.n; i++) {
		sym_id sym = obj_find_sym(l->inputs.v[i].obj, b->from);

		if (sym.i && !link_node(l, link_node_of(l, (input_id){ i }, sym))->is_def) {
			struct weld_where ref = obj_where_ref(l->inputs.v[i].obj, sym);

			diag_note(&m, &ref, "extern %s is wanted here", b->from);
		}
	}
	link_guess_help(&guess, &m);
	return diag_end(&m);
}

static int raise_ambiguous_func(struct link *l, const struct link_bind *b)
{
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_AMBIGUOUS_FUNC, &b->at, b->from, b->to);
	for (u32 i = 1; i < l->inputs.n; i++) {
		node_id id = find_func(l, (input_id){ i }, b->to);

		if (id.i) {
			struct weld_where at = link_where(l, id);

			diag_note(&m, &at, "one is %s:%s", l->inputs.v[i].name, b->to);
		}
	}
	diag_help(&m, "say whose: INPUT:%s", b->to);
	return diag_end(&m);
}

/* "FUNC" without an input: the only one of that name. */
static int find_anywhere(struct link *l, struct link_bind *b)
{
	u32 n_found = 0;

	for (u32 i = 1; i < l->inputs.n; i++) {
		node_id id = find_func(l, (input_id){ i }, b->to);

		if (id.i && !n_found++)
			b->target = id;
	}
	if (!n_found)
		return raise_no_func(l, b, (input_id){ 0 });
	return n_found > 1 ? raise_ambiguous_func(l, b) : 0;
}

/* An archive stands for all of its members that were taken. */
static int find_from(struct link *l, struct link_bind *b)
{
	if (!b->from_input)
		return 0;
	b->from_archive = link_find_archive(l, b->from_input);
	return b->from_archive ? 0 : link_find_input(l, b->from_input, &b->at, &b->from_id);
}

static int find_target(struct link *l, struct link_bind *b)
{
	input_id to = b->to_id;
	int err = find_from(l, b);

	if (err)
		return err;
	if (!b->to_input)
		return find_anywhere(l, b);
	if (!to.i && link_find_archive(l, b->to_input))
		return raise_no_func(l, b, to);
	err = to.i ? 0 : link_find_input(l, b->to_input, &b->at, &to);
	if (err)
		return err;
	b->target = find_func(l, to, b->to);
	return b->target.i ? 0 : raise_no_func(l, b, to);
}

/* --- binding ----------------------------------------------------------------------------- */

/* Not of all inputs. */
static bool is_specific(const struct link_bind *b)
{
	return b->from_id.i || b->from_archive;
}

static int raise_twice(struct link *l, const struct link_bind *a, const struct link_bind *b,
		       input_id input)
{
	struct weld_where there = link_where(l, a->target), here = link_where(l, b->target);
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_MAPPING_TWICE, &b->at, b->from,
		   link_input(l, input)->name);
	if (a->at.file)
		diag_note(&m, &a->at, "the first mapping is here");
	diag_note(&m, &there, "one mapping says %s:%s",
		  link_input(l, link_node(l, a->target)->input)->name, a->to);
	diag_note(&m, &here, "another says %s:%s",
		  link_input(l, link_node(l, b->target)->input)->name, b->to);
	return diag_end(&m);
}

/*
 * Bind one input's extern. Mappings of one input come before those of all, which yield; those
 * without a target come last, and leave the extern where it is, so that names don't bind it.
 */
static int bind_in(struct link *l, u32 mapping, input_id input)
{
	struct link_bind *b = &l->mappings.v[mapping], *first;
	sym_id sym = obj_find_sym(link_obj(l, input), b->from);
	struct link_node *n = link_node(l, link_node_of(l, input, sym));

	if (!sym.i || n->is_def || (n->kind != LINK_FUNC && n->kind != LINK_KFUNC))
		return 0;
	b->used++;
	if (n->how != LINK_HOW_MAPPING) {
		if (b->target.i)
			n->to = b->target;
		n->how = LINK_HOW_MAPPING;
		n->mapping = mapping;
		return 0;
	}
	first = &l->mappings.v[n->mapping];
	if (first->target.i == b->target.i || !b->target.i ||
	    (is_specific(first) && !is_specific(b)))
		return 0;
	return link_fault(l, raise_twice(l, first, b, input));
}

static int bind_mapping(struct link *l, u32 mapping)
{
	const struct link_bind *b = &l->mappings.v[mapping];
	int err = 0;

	for (u32 i = 1; i < l->inputs.n && !err; i++)
		if (!is_specific(b) || b->from_id.i == i ||
		    (b->from_archive && b->from_archive == l->inputs.v[i].archive))
			err = bind_in(l, mapping, (input_id){ i });
	return err;
}

int link_bind_mappings(struct link *l)
{
	int err = 0;

	for (u32 i = 0; i < l->mappings.n && !err; i++)
		err = link_fault(l, find_target(l, &l->mappings.v[i]));
	for (u32 i = 0; i < l->mappings.n && !err; i++)
		if (l->mappings.v[i].target.i && is_specific(&l->mappings.v[i]))
			err = bind_mapping(l, i);
	for (u32 i = 0; i < l->mappings.n && !err; i++)
		if (l->mappings.v[i].target.i && !is_specific(&l->mappings.v[i]))
			err = bind_mapping(l, i);
	for (u32 i = 0; i < l->mappings.n && !err; i++)
		if (!l->mappings.v[i].target.i &&
		    (!l->mappings.v[i].from_input || is_specific(&l->mappings.v[i])))
			err = bind_mapping(l, i);
	return err;
}

/*
 * A weak function that lost by name, but that a mapping names: its body stays for those whom the
 * mapping is about, under a node of its own that no name leads to.
 */
static int keep_lost(struct link *l, node_id lost, node_id *kept)
{
	struct link_node *n = vec_push(&l->nodes);

	if (!n)
		return -ENOMEM;
	kept->i = l->nodes.n - 1;
	*n = *link_node(l, lost);
	n->to = *kept;
	n->how = LINK_HOW_NONE;
	n->is_clone = n->lost = true;
	n->is_entry = n->hidden_here = false;
	n->vis = STV_DEFAULT;
	return 0;
}

int link_keep_targets(struct link *l)
{
	for (u32 i = 0; i < l->mappings.n; i++) {
		node_id lost = l->mappings.v[i].target, kept;

		if (!l->mappings.v[i].used || link_root(l, lost).i == lost.i)
			continue;
		if (keep_lost(l, lost, &kept))
			return -ENOMEM;
		for (u32 k = i; k < l->mappings.n; k++)
			if (l->mappings.v[k].target.i == lost.i)
				l->mappings.v[k].target = kept;
	}
	for (u32 i = 1; i < l->nodes.n; i++) {
		struct link_node *n = &l->nodes.v[i];

		if (n->how == LINK_HOW_MAPPING && l->mappings.v[n->mapping].target.i)
			n->to = l->mappings.v[n->mapping].target;
	}
	return 0;
}

/* An extern that is misspelt in a mapping would go unnoticed where the name resolves anyway. */
int link_warn_mappings(struct link *l)
{
	for (u32 i = 0; i < l->mappings.n; i++) {
		const struct link_bind *b = &l->mappings.v[i];
		struct link_guess guess = { .wanted = b->from };
		struct diag_msg m;

		if (b->used || !b->target.i)
			continue;
		diag_begin(&m, l->diag, DIAG_LINK_MAPPING_UNUSED, &b->at,
			   b->from_input ? b->from_input : "no input", b->from);
		for (u32 n = 1; n < l->nodes.n; n++)
			if (!l->nodes.v[n].is_def && l->nodes.v[n].kind == LINK_FUNC)
				link_guess_add(&guess, link_own_name(l, (node_id){ n }));
		link_guess_help(&guess, &m);
		diag_end(&m);
	}
	return 0;
}
