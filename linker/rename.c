/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What each symbol is called in this link, before anything is bound:
 *
 *	own name ──► --rename, else --prefix ──► --wrap (externs) ──► as
 *
 * A rename says the whole name, so a prefix leaves it alone. Whatever says INPUT:NAME (mappings,
 * exports, renames themselves) speaks of own names, however they are changed; --wrap is about
 * binding by name, and speaks of the names that are bound.
 */
#include "linker/link_int.h"

/* --- finding a wish by name -------------------------------------------------------------- */

static int index_wishes(const link_bind_vec *list, struct hmap *index)
{
	int err = 0;

	for (u32 i = 0; i < list->n && !err; i++)
		err = hmap_add(index, hash_str(list->v[i].from), i);
	return err;
}

static int raise_twice(struct link *l, node_id id, const struct link_bind *a,
		       const struct link_bind *b)
{
	struct weld_where at = link_where(l, id);

	return diag_raise(l->diag, DIAG_LINK_RENAME_TWICE, &at, b->from,
			  link_input(l, link_node(l, id)->input)->name, a->to, b->to);
}

/* The rename of a symbol, NULL without one: that of its input comes before that of all. */
static int find_rename(struct link *l, const struct hmap *index, node_id id, struct link_bind **out)
{
	const char *name = link_own_name(l, id);
	struct link_bind *best = NULL;
	struct hmap_iter it;
	int err = 0;

	for (u32 i = hmap_first(index, hash_str(name), &it); i != HMAP_NONE && !err;
	     i = hmap_next(index, &it)) {
		struct link_bind *b = &l->renames.v[i];

		if (strcmp(b->from, name) ||
		    (b->from_input && b->from_id.i != link_node(l, id)->input.i))
			continue;
		b->used++;
		if (!best || (b->from_id.i && !best->from_id.i))
			best = b;
		else if (!b->from_id.i == !best->from_id.i && strcmp(b->to, best->to))
			err = link_fault(l, raise_twice(l, id, best, b));
	}
	*out = best;
	return err;
}

/* --- new names --------------------------------------------------------------------------- */

static bool gets_prefix(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct obj *o = link_obj(l, n->input);
	enum obj_sec_kind kind = obj_sec(o, obj_sym(o, n->sym)->sec)->kind;

	return link_input(l, n->input)->prefix && n->is_def &&
	       (n->bind != STB_LOCAL || n->kind == LINK_MAP) && kind != OBJ_SEC_LICENSE &&
	       kind != OBJ_SEC_VERSION;
}

static int rename_node(struct link *l, const struct hmap *index, node_id id)
{
	struct link_node *n = link_node(l, id);
	struct link_bind *rename;
	int err;

	if (n->kind == LINK_SKIP || n->kind == LINK_LABEL)
		return 0;
	err = find_rename(l, index, id, &rename);
	if (err || !(rename || gets_prefix(l, id)))
		return err;
	n->called_otherwise = true;
	n->as = rename ? rename->to :
			 arena_printf(&l->arena, "%s%s", link_input(l, n->input)->prefix, n->as);
	return n->as ? 0 : -ENOMEM;
}

static int find_inputs(struct link *l)
{
	for (u32 i = 0; i < l->renames.n; i++) {
		struct link_bind *b = &l->renames.v[i];
		int err = b->from_input ? link_find_input(l, b->from_input, NULL, &b->from_id) : 0;

		b->used = err != 0;
		if (link_fault(l, err))
			return err;
	}
	for (u32 i = 0; i < l->prefixes.n; i++) {
		struct link_bind *b = &l->prefixes.v[i];
		int err = link_find_input(l, b->from_input, NULL, &b->from_id);
		const char *old = err ? NULL : link_input(l, b->from_id)->prefix;

		if (old && strcmp(old, b->to))
			err = diag_raise(l->diag, DIAG_LINK_RENAME_TWICE, NULL, "the prefix",
					 b->from_input, old, b->to);
		if (link_fault(l, err))
			return err;
		if (!err)
			link_input(l, b->from_id)->prefix = b->to;
	}
	return 0;
}

static int raise_no_rename(struct link *l, const struct link_bind *b)
{
	struct link_guess guess = { .wanted = b->from };
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_NO_RENAME, NULL, b->from, b->to,
		   b->from_input ? b->from_input : "no input");
	for (u32 i = 1; i < l->nodes.n; i++) {
		const struct link_node *n = &l->nodes.v[i];

		if (n->kind != LINK_SKIP && n->kind != LINK_LABEL &&
		    (!b->from_id.i || b->from_id.i == n->input.i))
			link_guess_add(&guess, link_own_name(l, (node_id){ i }));
	}
	link_guess_help(&guess, &m);
	return diag_end(&m);
}

static int rename_all(struct link *l)
{
	struct hmap index = { 0 };
	int err = index_wishes(&l->renames, &index);

	for (u32 i = 1; i < l->nodes.n && !err; i++)
		err = rename_node(l, &index, (node_id){ i });
	for (u32 i = 0; i < l->renames.n && !err; i++)
		if (!l->renames.v[i].used)
			err = link_fault(l, raise_no_rename(l, &l->renames.v[i]));
	hmap_free(&index);
	return err;
}

/* --- wrappers ---------------------------------------------------------------------------- */

static const char real[] = "__real_";

static struct link_bind *find_wrap(struct link *l, const struct hmap *index, const char *name)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(index, hash_str(name), &it); i != HMAP_NONE;
	     i = hmap_next(index, &it))
		if (!strcmp(l->wraps.v[i].from, name))
			return &l->wraps.v[i];
	return NULL;
}

/* An extern SYM means __wrap_SYM, an extern __real_SYM means SYM. Whoever defines SYM goes on to
 * use its own: that isn't an extern. */
static int wrap_node(struct link *l, const struct hmap *index, node_id id)
{
	struct link_node *n = link_node(l, id);
	size_t len = sizeof(real) - 1;
	struct link_bind *b;

	if (n->is_def || n->kind == LINK_SKIP || n->kind == LINK_LABEL)
		return 0;
	b = find_wrap(l, index, n->as);
	if (b) {
		n->as = arena_printf(&l->arena, "__wrap_%s", b->from);
	} else {
		b = strncmp(n->as, real, len) ? NULL : find_wrap(l, index, n->as + len);
		n->as = b ? b->from : n->as;
	}
	if (!b)
		return 0;
	b->used++;
	n->wrapped = true;
	return n->as ? 0 : -ENOMEM;
}

static void warn_unused_wrap(struct link *l, const struct link_bind *b)
{
	struct link_guess guess = { .wanted = b->from };
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_WRAP_UNUSED, NULL, b->from);
	for (u32 i = 1; i < l->nodes.n; i++)
		if (!l->nodes.v[i].is_def && l->nodes.v[i].kind != LINK_SKIP)
			link_guess_add(&guess, link_node_name(l, (node_id){ i }));
	link_guess_help(&guess, &m);
	diag_end(&m);
}

static int wrap_all(struct link *l)
{
	struct hmap index = { 0 };
	int err = index_wishes(&l->wraps, &index);

	for (u32 i = 1; i < l->nodes.n && !err; i++)
		err = wrap_node(l, &index, (node_id){ i });
	for (u32 i = 0; i < l->wraps.n && !err; i++)
		if (!l->wraps.v[i].used)
			warn_unused_wrap(l, &l->wraps.v[i]);
	hmap_free(&index);
	return err;
}

int link_rename_nodes(struct link *l)
{
	int err = find_inputs(l);

	if (!err && (l->renames.n || l->prefixes.n))
		err = rename_all(l);
	return err || !l->wraps.n ? err : wrap_all(l);
}
