/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Moving types between graphs: append, keep a part, renew the string table. */
#include "btf/btf_int.h"
#include "btf/ext.h"

#include <stdlib.h>

/* Give each kept type of src its id in dst; types below src's first id are shared. */
static void number_kept(const struct btf *dst, const struct btf *src, const u8 *keep, u32 *id_map)
{
	u32 next = btf_n_types(dst) + 1;

	for (u32 id = 0; id < src->first_id; id++)
		id_map[id] = id;
	for (u32 id = src->first_id; id <= btf_n_types(src); id++)
		id_map[id] = !keep || keep[id] ? next++ : 0;
}

static int check_closed(const struct btf *src, const u8 *keep)
{
	for (u32 i = 0; i < src->recs.n; i++) {
		struct btf_ref_iter it = btf_each_type_ref(rec_at(src, i));

		if (!keep[src->first_id + i])
			continue;
		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
			if (*ref >= src->first_id && !keep[*ref])
				return -EINVAL;
	}
	return 0;
}

/* What copying needs to know. */
struct copy {
	struct btf *dst;
	const struct btf *src;
	const u32 *id_map;
	u32 *str_map;		/* offset in src's own table -> in dst, 0 for not yet */
};

static int copy_str(const struct copy *c, u32 *off)
{
	u32 at = *off - c->src->first_str;
	u32 *known = at < c->src->strs.n ? &c->str_map[at] : NULL, new_off;
	int err;

	if (known && *known) {
		*off = *known;
		return 0;
	}
	err = btf_add_str(c->dst, btf_str(c->src, *off), &new_off);
	if (err)
		return err;
	*off = new_off;
	if (known)
		*known = new_off;
	return 0;
}

static int copy_rec(const struct copy *c, const struct btf_type *t)
{
	u32 n = rec_words(t), id;
	struct btf_ref_iter it;
	struct btf_type *copy;
	int err;

	err = btf_new_rec(c->dst, n, &id);
	if (err)
		return err;
	copy = rec_at(c->dst, id - c->dst->first_id);
	memcpy(copy, t, n * sizeof(u32));
	it = btf_each_type_ref(copy);
	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
		*ref_mut(ref) = c->id_map[*ref];
	it = btf_each_str_ref(copy);
	for (const u32 *ref = btf_next_ref(&it); ref && !err; ref = btf_next_ref(&it))
		err = *ref ? copy_str(c, ref_mut(ref)) : 0;
	return err;
}

/* After a failure: forget the types from n_recs on. Their strings stay, unused. */
static void roll_back(struct btf *b, u32 n_recs, u32 n_words)
{
	b->recs.n = n_recs;
	b->words.n = n_words;
}

static int copy_kept(const struct copy *c, const u8 *keep)
{
	int err = 0;

	for (u32 i = 0; i < c->src->recs.n && !err; i++)
		if (!keep || keep[c->src->first_id + i])
			err = copy_rec(c, rec_at(c->src, i));
	return err;
}

int btf_append_some(struct btf *dst, const struct btf *src, const u8 *keep, u32 *id_map)
{
	u32 n_recs = dst->recs.n, n_words = dst->words.n;
	struct copy c = { dst, src, id_map, NULL };
	int err = keep ? check_closed(src, keep) : 0;

	assert(dst != src);
	if (err || (src->base && src->base != dst->base))
		return -EINVAL;
	c.str_map = calloc((size_t)src->strs.n + 1, sizeof(u32));
	if (!c.str_map)
		return -ENOMEM;
	number_kept(dst, src, keep, id_map);
	err = copy_kept(&c, keep);
	if (err)
		roll_back(dst, n_recs, n_words);
	free(c.str_map);
	return err;
}

int btf_append(struct btf *dst, const struct btf *src, u32 *id_map)
{
	return btf_append_some(dst, src, NULL, id_map);
}

/* A type is put on the work list once, when it is first kept. */
int btf_close_refs(const struct btf *b, u8 *keep)
{
	VEC(u32) work = { 0 };
	int err = vec_reserve(&work, b->recs.n + 1);

	if (err)
		return err;
	for (u32 id = b->first_id; id <= btf_n_types(b); id++)
		if (keep[id])
			work.v[work.n++] = id;
	while (work.n) {
		struct btf_ref_iter it = btf_each_type_ref(btf_type(b, work.v[--work.n]));

		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it)) {
			if (*ref < b->first_id || keep[*ref])
				continue;
			keep[*ref] = 1;
			work.v[work.n++] = *ref;
		}
	}
	vec_free(&work);
	return 0;
}

/* Give b what other has; other is freed. */
static void replace(struct btf *b, struct btf *other)
{
	struct btf old = *b;

	*b = *other;
	*other = old;
	btf_free(other);
}

int btf_keep_only(struct btf *b, const u8 *keep, u32 *id_map)
{
	struct btf *part;
	int err;

	assert(!b->base);
	err = btf_new(&part);
	if (err)
		return err;
	err = btf_append_some(part, b, keep, id_map);
	if (err) {
		btf_free(part);
		return err;
	}
	part->swapped = b->swapped;
	replace(b, part);
	return 0;
}

/* --- renewing the string table ------------------------------------------------------------- */

/* Strings of the new table are interned into a graph that has no types. */
struct renew {
	const struct btf *from;
	struct btf *to;
	bool assign;		/* second pass: all strings are in, write the offsets */
	int err;
};

static void renew_str(struct renew *r, u32 *off)
{
	u32 at;

	if (r->err || *off < r->from->first_str)
		return;
	r->err = btf_add_str(r->to, btf_str(r->from, *off), &at);
	if (!r->err && r->assign)
		*off = at;
}

static void renew_types(struct renew *r)
{
	for (u32 i = 0; i < r->from->recs.n; i++) {
		struct btf_ref_iter it = btf_each_str_ref(rec_at(r->from, i));

		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it))
			renew_str(r, ref_mut(ref));
	}
}

static void renew_ext(struct renew *r, struct btf_ext *x)
{
	for (u32 i = 0; i < x->func_secs.n; i++)
		renew_str(r, &x->func_secs.v[i].name_off);
	for (u32 i = 0; i < x->line_secs.n; i++)
		renew_str(r, &x->line_secs.v[i].name_off);
	for (u32 i = 0; i < x->lines.n; i++) {
		renew_str(r, &x->lines.v[i].file_name_off);
		renew_str(r, &x->lines.v[i].line_off);
	}
	for (u32 i = 0; i < x->core_secs.n; i++)
		renew_str(r, &x->core_secs.v[i].name_off);
	for (u32 i = 0; i < x->relos.n; i++)
		renew_str(r, &x->relos.v[i].access_str_off);
}

static void renew_all(struct renew *r, struct btf_ext *ext)
{
	renew_types(r);
	if (ext)
		renew_ext(r, ext);
}

int btf_renew_strs(struct btf *b, struct btf_ext *ext)
{
	struct renew r = { .from = b };

	r.err = btf_new_split(b->base, &r.to);
	if (r.err)
		return r.err;
	/* The first pass may run out of memory, the second finds each string. */
	renew_all(&r, ext);
	r.assign = true;
	renew_all(&r, ext);
	if (!r.err) {
		vec_free(&b->strs);
		hmap_free(&b->str_index);
		memcpy(&b->strs, &r.to->strs, sizeof(b->strs));
		b->str_index = r.to->str_index;
		b->n_str_indexed = r.to->n_str_indexed;
		b->interned = true;
		memset(&r.to->strs, 0, sizeof(r.to->strs));
		r.to->str_index = (struct hmap){ 0 };
	}
	btf_free(r.to);
	return r.err;
}
