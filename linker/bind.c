/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Binding by name. All public symbols of one name make one entry of a table; the best definition
 * wins (strong, then common, then weak; the first of several weak ones), every other symbol of
 * the name points at it. Without a definition they point at the first extern.
 */
#include "linker/link_int.h"

static struct link_name *find_name(const struct link *l, const char *name, u64 hash)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&l->name_index, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&l->name_index, &it))
		if (!strcmp(l->names.v[i].name, name))
			return &l->names.v[i];
	return NULL;
}

static struct link_name *get_name(struct link *l, const char *name)
{
	u64 hash = hash_str(name);
	struct link_name *e = find_name(l, name, hash);

	if (e)
		return e;
	e = vec_push(&l->names);
	if (!e || hmap_add(&l->name_index, hash, l->names.n - 1))
		return NULL;
	e->name = name;
	return e;
}

/* Strong, common and weak definitions, best first. */
static int strength(const struct link *l, node_id id)
{
	const struct obj_sym *sym = link_node_sym(l, id);

	if (sym->common)
		return 1;
	return sym->bind == STB_WEAK ? 0 : 2;
}

static int raise_duplicate(struct link *l, node_id first, node_id second)
{
	struct weld_where at = link_where(l, second), there = link_where(l, first);
	const struct link_node *a = link_node(l, first), *b = link_node(l, second);
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_DUP_SYMBOL, &at, link_kind_text(b->kind),
		   link_node_name(l, second), link_input(l, a->input)->name,
		   link_input(l, b->input)->name);
	diag_note(&m, &there, "first defined here");
	if (!strcmp(link_obj(l, a->input)->name, link_obj(l, b->input)->name))
		diag_note(&m, NULL, "both inputs are the same file");
	diag_help(&m, "make one static or __weak, or keep an input's names to itself: --private %s",
		  link_input(l, b->input)->name);
	return diag_end(&m);
}

static int add_definition(struct link *l, node_id id)
{
	struct link_name *e = get_name(l, link_node_name(l, id));
	int old, new;

	if (!e)
		return -ENOMEM;
	if (!e->def.i) {
		e->def = id;
		return 0;
	}
	old = strength(l, e->def);
	new = strength(l, id);
	if (old == 2 && new == 2)
		return link_fault(l, raise_duplicate(l, e->def, id));
	if (new > old || (new == 1 && old == 1 && link_node_sym(l, id)->size >
						  link_node_sym(l, e->def)->size))
		e->def = id;
	return 0;
}

/* Symbols of the licence and version sections are kept or dropped with their section. */
static bool has_public_name(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct obj *o = link_obj(l, n->input);
	enum obj_sec_kind kind = obj_sec(o, obj_sym(o, n->sym)->sec)->kind;

	if (n->kind == LINK_SKIP || n->kind == LINK_LABEL || obj_sym(o, n->sym)->bind == STB_LOCAL)
		return false;
	if (!n->is_def)
		return n->how != LINK_HOW_MAPPING;
	return !link_is_private(l, id) && kind != OBJ_SEC_LICENSE && kind != OBJ_SEC_VERSION;
}

/* What an extern may be bound to, or merged with. An input without BTF can't tell its externs'
 * kinds apart, so they take any. */
bool link_kinds_fit(const struct link *l, node_id def, node_id ref)
{
	static const enum link_kind answers[] = {
		[LINK_FUNC] = LINK_FUNC, [LINK_KFUNC] = LINK_FUNC, [LINK_VAR] = LINK_VAR,
		[LINK_KSYM] = LINK_VAR, [LINK_KCONFIG] = LINK_VAR, [LINK_MAP] = LINK_MAP,
	};
	const struct link_node *d = link_node(l, def), *r = link_node(l, ref);

	if (!link_obj(l, r->input)->btf || !link_obj(l, d->input)->btf)
		return true;
	return d->kind == r->kind || (d->is_def && answers[r->kind] == d->kind);
}

static int raise_kinds(struct link *l, node_id first, node_id second)
{
	struct weld_where at = link_where(l, second), there = link_where(l, first);
	const struct link_node *a = link_node(l, first), *b = link_node(l, second);
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_KIND, &at, link_node_name(l, second),
		   b->is_def ? "a" : "an extern", link_kind_text(b->kind),
		   link_input(l, b->input)->name, a->is_def ? "a" : "an extern",
		   link_kind_text(a->kind), link_input(l, a->input)->name);
	diag_note(&m, &there, "%s %s here", a->is_def ? "defined as a" : "declared as an extern",
		  link_kind_text(a->kind));
	return diag_end(&m);
}

/* add_definition() said already that there are two of them. */
static bool is_duplicate(const struct link *l, node_id a, node_id b)
{
	return link_node(l, a)->is_def && link_node(l, b)->is_def && strength(l, a) == 2 &&
	       strength(l, b) == 2;
}

/* What made a symbol and the one that it is bound to have one name. */
static enum link_how bound_by(const struct link *l, node_id id, node_id to)
{
	if (link_node(l, id)->wrapped)
		return LINK_HOW_WRAP;
	return strcmp(link_own_name(l, id), link_own_name(l, to)) ? LINK_HOW_RENAME :
								    LINK_HOW_NAME;
}

/* Point a symbol at the one that its name stands for. Visibility is contagious; among externs
 * that are left, so is strength. */
static int bind_node(struct link *l, node_id id)
{
	struct link_name *e = get_name(l, link_node_name(l, id));
	struct link_node *n = link_node(l, id), *root;
	node_id to;

	if (!e)
		return -ENOMEM;
	if (!e->def.i && link_in_lost_group(l, id))
		return link_fault(l, link_raise_group(l, id));
	if (!e->def.i && !e->first_extern.i)
		e->first_extern = id;
	to = e->def.i ? e->def : e->first_extern;
	if (to.i == id.i)
		return 0;
	root = link_node(l, to);
	n->to = to;
	if (!link_kinds_fit(l, to, id))
		return is_duplicate(l, to, id) ? 0 : link_fault(l, raise_kinds(l, to, id));
	n->how = root->is_def ? bound_by(l, id, to) : LINK_HOW_NONE;
	if (n->vis == STV_HIDDEN)
		root->vis = STV_HIDDEN;
	root->hidden_here |= n->hidden_here;
	root->won |= n->is_def;
	root->common_align = (u16)max_u64(root->common_align, n->common_align);
	if (!root->is_def && n->bind == STB_GLOBAL)
		root->bind = STB_GLOBAL;
	return 0;
}

int link_bind_names(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->nodes.n && !err; i++)
		if (l->nodes.v[i].is_def && has_public_name(l, (node_id){ i }) &&
		    !link_in_lost_group(l, (node_id){ i }))
			err = add_definition(l, (node_id){ i });
	for (u32 i = 1; i < l->nodes.n && !err; i++)
		if (has_public_name(l, (node_id){ i }))
			err = bind_node(l, (node_id){ i });
	return err;
}

/* --- what is left ------------------------------------------------------------------------ */

enum { MAX_PLACES = 8 };

/* Each place of an input that refers to a symbol. */
static void note_places(struct link *l, node_id id, struct diag_msg *m, u32 *n_places)
{
	const struct link_node *n = link_node(l, id);
	const struct obj *o = link_obj(l, n->input);

	for (u32 s = 1; s < o->secs.n; s++)
		for (u32 r = 0; r < o->secs.v[s].relocs.n; r++) {
			const struct obj_reloc *rel = &o->secs.v[s].relocs.v[r];
			struct weld_where at;

			if (rel->sym.i != n->sym.i || (*n_places)++ >= MAX_PLACES)
				continue;
			at = obj_where(o, (sec_id){ s }, rel->off);
			diag_note(m, &at, "%s refers to it here",
				  link_input(l, n->input)->name);
		}
}

/* A definition that isn't public is what was meant, often enough. */
static void help_unresolved(struct link *l, node_id id, struct diag_msg *m)
{
	const char *name = link_node_name(l, id), *own = link_own_name(l, id);
	struct link_guess guess = { .wanted = name };

	for (u32 i = 1; i < l->nodes.n; i++) {
		const struct link_node *n = &l->nodes.v[i];

		if (!n->is_def || n->kind != link_node(l, id)->kind ||
		    strcmp(link_own_name(l, (node_id){ i }), name))
			continue;
		diag_help(m, "%s has one that is %s; bind it: --resolve %s=%s:%s",
			  link_input(l, n->input)->name,
			  n->bind == STB_LOCAL ? "static" : "private", own,
			  link_input(l, n->input)->name, name);
		return;
	}
	for (u32 i = 1; i < l->names.n; i++)
		if (l->names.v[i].def.i)
			link_guess_add(&guess, l->names.v[i].name);
	if (guess.best)
		link_guess_help(&guess, m);
	else
		diag_help(m, "add the object that defines it, bind it with --resolve, declare it "
			     "__weak, or link with --allow-unresolved");
}

static int raise_unresolved(struct link *l, node_id id)
{
	struct weld_where at = link_where(l, id);
	struct diag_msg m;
	u32 n_places = 0;

	diag_begin(&m, l->diag, DIAG_LINK_UNRESOLVED, &at,
		   link_kind_text(link_node(l, id)->kind), link_node_name(l, id));
	for (u32 i = 1; i < l->nodes.n; i++)
		if (!l->nodes.v[i].is_def && link_root(l, (node_id){ i }).i == id.i)
			note_places(l, (node_id){ i }, &m, &n_places);
	if (n_places > MAX_PLACES)
		diag_note(&m, NULL, "and %u more places", n_places - MAX_PLACES);
	help_unresolved(l, id, &m);
	return diag_end(&m);
}

/* Strong externs of a program's own have to be gone; those for a loader and weak ones may stay. */
int link_check_unresolved(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->nodes.n && !err && !l->allow_unresolved; i++) {
		const struct link_node *n = &l->nodes.v[i];

		/* A mapping that leads nowhere was said. */
		if (n->is_def || n->to.i != i || n->bind == STB_WEAK ||
		    n->how == LINK_HOW_MAPPING || diag_full(l->diag))
			continue;
		if (n->kind == LINK_FUNC || n->kind == LINK_VAR || n->kind == LINK_MAP)
			err = link_fault(l, raise_unresolved(l, (node_id){ i }));
	}
	return err;
}
