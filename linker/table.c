/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What became of each symbol, as data; the strings live in the linker's arena. */
#include "linker/link_int.h"

static const char *kind_of(const struct link_node *n)
{
	return n->is_entry ? "program" : link_kind_text(n->kind);
}

static bool is_unreached(const struct link *l, const struct link_node *n)
{
	return n->piece.i ? link_piece(l, n->piece)->unreached : l->swept && !n->reached;
}

/* Why a definition, or an extern that nobody refers to any more, isn't in the output. */
static const char *why_dropped(const struct link *l, const struct link_node *n)
{
	const struct link_node *root = link_node(l, n->to);

	if (is_unreached(l, n))
		return "nothing reaches it";
	if (n->to.i != (u32)(n - l->nodes.v))
		return root->bind == STB_WEAK ? "weak, and another weak definition came first" :
						"a stronger definition took its place";
	return "the same in an earlier input";
}

static void fill_place(const struct link *l, struct link_row *row, const struct link_node *n)
{
	const struct link_piece *p = link_piece(l, n->piece);

	if (!n->is_def || !n->piece.i || !p->out.i)
		return;
	row->section = l->outs.v[p->out.i].name;
	row->off = p->out_off + n->piece_off;
}

static void fill_row(const struct link *l, node_id id, struct link_row *row)
{
	const struct link_node *n = link_node(l, id), *root = link_node(l, link_root(l, id));
	const struct obj_sym *sym = link_node_sym(l, id);

	*row = (struct link_row){
		.input = n->input, .old_name = sym->name, .new_name = "", .kind = kind_of(n),
		.is_clone = n->is_clone, .weak = n->bind == STB_WEAK, .section = "",
		.size = sym->size, .how = n->how,
	};
	if (n->to.i != id.i)
		row->to = root->input;
	if (!n->is_def && is_unreached(l, root))
		row->fate = LINK_FATE_DROPPED;
	else if (!n->is_def && root->is_def)
		row->fate = LINK_FATE_BOUND;
	else if (!n->is_def)
		row->fate = LINK_FATE_EXTERN;
	else if (link_is_kept(l, id))
		row->fate = LINK_FATE_KEPT;
	else
		row->fate = LINK_FATE_DROPPED;
	if (row->fate == LINK_FATE_DROPPED) {
		row->why = why_dropped(l, n);
		return;
	}
	if (root->name)
		row->new_name = root->name;
	fill_place(l, row, root);
}

static int add_row(struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	struct link_row *row;

	if (n->kind == LINK_SKIP || n->kind == LINK_LABEL)
		return 0;
	row = vec_push(&l->rows);
	if (!row)
		return -ENOMEM;
	fill_row(l, id, row);
	/* The names are the inputs', which may be lent, or the output's: the table has its own. */
	row->old_name = arena_strdup(&l->arena, row->old_name);
	row->new_name = arena_strdup(&l->arena, row->new_name);
	row->section = arena_strdup(&l->arena, row->section);
	if (row->old_name && row->new_name && row->section)
		return 0;
	/* The table stays readable: it has whole rows only. */
	l->rows.n--;
	return -ENOMEM;
}

/* Clones stand behind what they were made of, kept bodies behind the name that they lost. */
static int add_rows(struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct link_piece *p = link_piece(l, n->piece);
	const struct link_node *owner = link_node(l, p->owner);
	int err = add_row(l, id);

	if (!err && p->clone.i && p->owner.i == id.i)
		err = add_row(l, p->clone);
	if (!err && owner->is_clone && owner->sym.i == n->sym.i)
		err = add_row(l, p->owner);
	return err;
}

int link_fill_table(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->inputs.n; i++) {
		const struct link_input *in = &l->inputs.v[i];

		for (u32 s = 1; s < in->obj->syms.n && in->first_node.i && !err; s++)
			err = add_rows(l, link_node_of(l, (input_id){ i }, (sym_id){ s }));
	}
	return err;
}

struct link_table link_table(const struct link *l)
{
	return (struct link_table){ .rows = l->rows.v, .n_rows = l->rows.n };
}

const char *link_input_name(const struct link *l, input_id id)
{
	return id.i && id.i < l->inputs.n ? l->inputs.v[id.i].name : "";
}

const char *link_input_file(const struct link *l, input_id id)
{
	return id.i && id.i < l->inputs.n ? l->inputs.v[id.i].file : "";
}

u32 link_n_inputs(const struct link *l)
{
	return l->inputs.n - 1;
}

bool link_input_private(const struct link *l, input_id id)
{
	return id.i && id.i < l->inputs.n && l->inputs.v[id.i].is_private;
}
