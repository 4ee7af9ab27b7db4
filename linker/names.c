/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Names in the output. ELF lets local symbols share a name; BTF, skeletons and people don't, so
 * every function, variable and map gets one of its own. Who may keep the plain name is decided by
 * rank, since others count on it: public definitions and externs that are left, then the globals
 * of private inputs under their input's name, then whatever was static.
 */
#include "linker/link_int.h"

#include <stdlib.h>

static struct link_used *find_used(const struct link_names *names, const char *name, u64 hash)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&names->index, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&names->index, &it))
		if (!strcmp(names->used.v[i].name, name))
			return &names->used.v[i];
	return NULL;
}

static int add_used(struct link_names *names, const char *name, u64 hash)
{
	struct link_used *u = vec_push(&names->used);

	if (!u)
		return -ENOMEM;
	*u = (struct link_used){ .name = name, .next = 1 };
	return hmap_add(&names->index, hash, names->used.n - 1);
}

int link_names_take(struct link_names *names, const char *name)
{
	u64 hash = hash_str(name);

	return find_used(names, name, hash) ? 0 : add_used(names, name, hash);
}

bool link_names_has(const struct link_names *names, const char *name)
{
	return find_used(names, name, hash_str(name));
}

const char *link_names_unique(struct link_names *names, struct arena *a, const char *base)
{
	u64 hash = hash_str(base);
	struct link_used *taken = find_used(names, base, hash);
	const char *name = base;

	while (taken && find_used(names, name, hash)) {
		name = arena_printf(a, "%s__%u", base, taken->next++);
		if (!name)
			return NULL;
		hash = hash_str(name);
	}
	return add_used(names, name, hash) ? NULL : name;
}

void link_names_free(struct link_names *names)
{
	vec_free(&names->used);
	hmap_free(&names->index);
}

enum rank {
	RANK_PLAIN,		/* labels: nobody looks them up */
	RANK_PUBLIC,
	RANK_PRIVATE,
	RANK_STATIC,
	N_RANKS,
	RANK_NONE,		/* it isn't in the output */
};

static bool is_license_symbol(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct obj *o = link_obj(l, n->input);
	enum obj_sec_kind kind = obj_sec(o, obj_sym(o, n->sym)->sec)->kind;

	return n->is_def && (kind == OBJ_SEC_LICENSE || kind == OBJ_SEC_VERSION);
}

static enum rank rank_of(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);

	if (!link_is_kept(l, id))
		return RANK_NONE;
	if (n->kind == LINK_LABEL)
		return RANK_PLAIN;
	if (!n->is_def)
		return RANK_PUBLIC;
	if (n->is_clone || n->moved || link_node_sym(l, id)->bind == STB_LOCAL)
		return RANK_STATIC;
	return link_is_private(l, id) && !is_license_symbol(l, id) ? RANK_PRIVATE : RANK_PUBLIC;
}

/* A clone of a private entry, or an entry that became a subprogram, is under the input's name;
 * a name that was asked for takes the place of that one. */
static const char *base_name(struct link *l, node_id id, enum rank rank)
{
	const struct link_node *n = link_node(l, id);
	const char *name = link_node_name(l, id);

	if (n->called_otherwise)
		return name;
	if (rank == RANK_PRIVATE || ((n->is_clone || n->moved) && link_is_private(l, id)))
		return arena_printf(&l->arena, "%s__%s", link_input(l, n->input)->name, name);
	return name;
}

static int name_node(struct link *l, node_id id, enum rank rank)
{
	struct link_node *n = link_node(l, id);

	n->name = base_name(l, id, rank);
	if (!n->name)
		return -ENOMEM;
	if (rank == RANK_PUBLIC)
		return link_names_take(&l->out_names, n->name);
	if (rank != RANK_PLAIN)
		n->name = link_names_unique(&l->out_names, &l->arena, n->name);
	return n->name ? 0 : -ENOMEM;
}

int link_name_nodes(struct link *l)
{
	u8 *ranks = malloc(l->nodes.n);
	int err = ranks ? 0 : -ENOMEM;

	for (u32 i = 1; i < l->nodes.n && !err; i++)
		ranks[i] = (u8)rank_of(l, (node_id){ i });
	for (enum rank rank = 0; rank < N_RANKS; rank++)
		for (u32 i = 1; i < l->nodes.n && !err; i++)
			if (ranks[i] == rank)
				err = name_node(l, (node_id){ i }, rank);
	free(ranks);
	return err;
}
