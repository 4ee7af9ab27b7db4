/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What a link says about itself, once functions have become part of their callers. */
#include "linker/link_int.h"

struct places {
	const struct obj *o;
	struct hmap index;	/* hash of name -> symbol */
};

static int index_names(struct places *p)
{
	for (u32 i = 1; i < p->o->syms.n; i++) {
		const char *name = p->o->syms.v[i].name;

		if (*name && hmap_add(&p->index, hash_str(name), i))
			return -ENOMEM;
	}
	return 0;
}

static const struct obj_sym *find(const struct places *p, const char *name)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&p->index, hash_str(name), &it); i != HMAP_NONE;
	     i = hmap_next(&p->index, &it))
		if (!strcmp(p->o->syms.v[i].name, name))
			return &p->o->syms.v[i];
	return NULL;
}

static int move_row(struct link *l, const struct places *p, struct link_row *row)
{
	const struct obj_sym *sym = find(p, row->new_name);

	if (!*row->section)
		return 0;
	if (!sym || !sym->sec.i) {
		/* An extern's definition has a row of its own that says so. */
		if (row->fate == LINK_FATE_KEPT) {
			row->fate = LINK_FATE_DROPPED;
			row->why = LINK_WHY_INLINED;
			row->words = NULL;
		}
		row->new_name = row->section = "";
		row->off = 0;
		return 0;
	}
	row->section = arena_strdup(&l->arena, obj_sec(p->o, sym->sec)->name);
	row->off = sym->value;
	row->size = row->fate == LINK_FATE_KEPT ? sym->size : row->size;
	return row->section ? 0 : -ENOMEM;
}

/* Code has moved within its section, and bodies stand in several places. */
static void forget_code(struct link_part *part, const struct obj *o)
{
	if (!*part->out || !obj_sec_is_code(obj_sec(o, obj_find_sec(o, part->out))->kind))
		return;
	part->out = "";
	part->why = "code, which inlining has moved: see its symbols";
}

int link_move_rows(struct link *l, const struct obj *o)
{
	struct places p = { .o = o };
	int err = index_names(&p);

	for (u32 i = 0; i < l->rows.n && !err; i++)
		err = move_row(l, &p, &l->rows.v[i]);
	for (u32 i = 0; i < l->parts.n && !err; i++)
		forget_code(&l->parts.v[i], o);
	hmap_free(&p.index);
	return err;
}
