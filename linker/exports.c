/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Who may see what is defined: --export keeps a symbol of a private input public, --hide takes
 * one out of the output's public names, once this link has bound everything to it.
 */
#include "linker/link_int.h"

static int raise_no_global(struct link *l, const struct link_bind *b, bool hide)
{
	struct link_guess guess = { .wanted = b->from };
	const char *input = b->from_input ? b->from_input : "any input";
	struct diag_msg m;

	if (hide)
		diag_begin(&m, l->diag, DIAG_LINK_NO_HIDE, NULL, b->from, input);
	else
		diag_begin(&m, l->diag, DIAG_LINK_NO_EXPORT, NULL, b->from, input);
	for (u32 i = 1; i < l->nodes.n; i++) {
		const struct link_node *n = &l->nodes.v[i];

		if (n->is_def && n->bind != STB_LOCAL && n->kind != LINK_SKIP &&
		    (!b->from_id.i || b->from_id.i == n->input.i))
			link_guess_add(&guess, link_own_name(l, (node_id){ i }));
	}
	link_guess_help(&guess, &m);
	return diag_end(&m);
}

typedef int mark_fn(struct link *l, node_id id);

/* Mark the global definitions that b names, in one input or in all. */
static int mark_named(struct link *l, struct link_bind *b, mark_fn *mark)
{
	int err = b->from_input ? link_find_input(l, b->from_input, NULL, &b->from_id) : 0;

	for (u32 i = 1; i < l->inputs.n && !err; i++) {
		sym_id sym = obj_find_sym(l->inputs.v[i].obj, b->from);
		node_id id = link_node_of(l, (input_id){ i }, sym);

		if ((b->from_input && b->from_id.i != i) || !sym.i || !link_node(l, id)->is_def)
			continue;
		b->used++;
		err = mark(l, id);
	}
	return err;
}

static int mark_all(struct link *l, link_bind_vec *list, mark_fn *mark, bool hide)
{
	for (u32 i = 0; i < list->n; i++) {
		struct link_bind *b = &list->v[i];
		int err = mark_named(l, b, mark);

		if (!err && !b->used)
			err = raise_no_global(l, b, hide);
		if (link_fault(l, err))
			return err;
	}
	return 0;
}

static int mark_exported(struct link *l, node_id id)
{
	link_node(l, id)->exported = true;
	return 0;
}

/* Entries have to be found by loaders. */
static int mark_hidden(struct link *l, node_id id)
{
	struct link_node *n = link_node(l, id);
	struct weld_where at;

	n->hidden_here = true;
	if (!n->is_entry)
		return 0;
	at = link_where(l, id);
	return diag_raise(l->diag, DIAG_LINK_HIDE_PROGRAM, &at, link_own_name(l, id),
			  link_input(l, n->input)->name);
}

int link_mark_exports(struct link *l)
{
	return mark_all(l, &l->exports, mark_exported, false);
}

int link_mark_hidden(struct link *l)
{
	return mark_all(l, &l->hides, mark_hidden, true);
}
