/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Moving types between graphs: append, keep a part, renew the string table. */
#include "btf/btf_int.h"
#include "btf/ext.h"

/* What copying needs to know. */
struct copy {
	struct btf *dst;
	const struct btf *src;
	const u8 *keep;		/* NULL: all */
	u32 *id_map;
	struct str_map strs;
};

static bool is_kept(const struct copy *c, u32 i)
{
	return !c->keep || c->keep[c->src->first_id + i];
}

/* Give each kept type of src its id in dst, and have room for all of them. Types below src's first
 * id are shared. */
static int number_kept(struct copy *c)
{
	u32 next = btf_n_types(c->dst) + 1;
	u64 n_words = 0;

	for (u32 id = 0; id < c->src->first_id; id++)
		c->id_map[id] = id;
	for (u32 i = 0; i < c->src->recs.n; i++) {
		bool kept = is_kept(c, i);

		c->id_map[c->src->first_id + i] = kept ? next++ : 0;
		n_words += kept ? rec_words(rec_at(c->src, i)) : 0;
	}
	return btf_reserve_recs(c->dst, next - 1 - btf_n_types(c->dst), n_words);
}

static int copy_strs(struct copy *c)
{
	int err = str_map_init(&c->strs, c->dst, c->src, 0);

	for (u32 i = 0; i < c->src->recs.n && !err; i++)
		if (is_kept(c, i))
			str_map_note_rec(&c->strs, rec_at(c->src, i));
	return err ? err : str_map_resolve(&c->strs);
}

/* Room was reserved. */
static int copy_rec(const struct copy *c, const struct btf_type *t)
{
	struct btf *dst = c->dst;
	u32 n = rec_words(t), *copy = dst->words.v + dst->words.n;
	struct btf_ref_iter it;

	dst->recs.v[dst->recs.n++] = dst->words.n;
	dst->words.n += n;
	memcpy(copy, t, n * sizeof(u32));
	it = type_refs((const struct btf_type *)copy);
	for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it)) {
		u32 id = c->id_map[*ref];

		if (!id && *ref)
			return -EINVAL;
		*ref_mut(ref) = id;
	}
	str_map_apply_rec(&c->strs, (struct btf_type *)copy);
	return 0;
}

/* After a failure: forget the types from n_recs on. Their strings stay, unused. */
static void roll_back(struct btf *b, u32 n_recs, u32 n_words)
{
	b->recs.n = n_recs;
	b->words.n = n_words;
}

/* Into an empty graph of the same base everything goes as it is. */
static bool is_plain_copy(const struct btf *dst, const struct btf *src, const u8 *keep)
{
	u32 n_strs = dst->base ? 0 : 1;

	return !keep && !dst->recs.n && dst->strs.n == n_strs && src->base == dst->base;
}

static int copy_whole(struct btf *dst, const struct btf *src)
{
	u32 n_strs = dst->strs.n;

	if (vec_append(&dst->recs, src->recs.v, src->recs.n) ||
	    vec_append(&dst->words, src->words.v, src->words.n) ||
	    vec_append(&dst->strs, src->strs.v + n_strs, src->strs.n - n_strs)) {
		dst->recs.n = dst->words.n = 0;
		return -ENOMEM;
	}
	dst->interned = src->interned;
	return 0;
}

static int copy_kept(struct copy *c)
{
	int err = copy_strs(c);

	for (u32 i = 0; i < c->src->recs.n && !err; i++)
		if (is_kept(c, i))
			err = copy_rec(c, rec_at(c->src, i));
	str_map_free(&c->strs);
	return err;
}

int btf_append_some(struct btf *dst, const struct btf *src, const u8 *keep, u32 *id_map)
{
	u32 n_recs = dst->recs.n, n_words = dst->words.n;
	struct copy c = { dst, src, keep, id_map, { 0 } };
	int err;

	assert(dst != src);
	if (src->base && src->base != dst->base)
		return -EINVAL;
	err = btf_own(dst);
	if (!err)
		err = number_kept(&c);
	if (err)
		return err;
	if (is_plain_copy(dst, src, keep))
		return copy_whole(dst, src);
	err = copy_kept(&c);
	if (err)
		roll_back(dst, n_recs, n_words);
	return err;
}

int btf_append(struct btf *dst, const struct btf *src, u32 *id_map)
{
	return btf_append_some(dst, src, NULL, id_map);
}

/* A type is put on the work list once, when it is first marked. */
void btf_mark_below(const struct btf *b, u32 id, u8 bits, u8 *marks, u32 *work)
{
	u32 n = 0;

	work[n++] = id;
	while (n) {
		struct btf_ref_iter it = type_refs(btf_type(b, work[--n]));

		for (const u32 *ref = btf_next_ref(&it); ref; ref = btf_next_ref(&it)) {
			if (*ref < b->first_id || (marks[*ref] & bits) == bits)
				continue;
			marks[*ref] |= bits;
			work[n++] = *ref;
		}
	}
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

/* Visit every string offset of types and ext: note it, or write the new one. */
struct renew {
	struct str_map map;
	bool assign;
	int err;
};

static void renew_str(struct renew *r, u32 *off)
{
	if (r->assign)
		*off = str_map_get(&r->map, *off);
	else
		str_map_note(&r->map, *off);
}

static void renew_types(struct renew *r)
{
	for (u32 i = 0; i < r->map.from->recs.n; i++) {
		struct btf_ref_iter it = str_refs(rec_at(r->map.from, i));

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

static void take_strs(struct btf *b, struct btf *from)
{
	vec_free(&b->strs);
	btf_strs_forget(b);
	memcpy(&b->strs, &from->strs, sizeof(b->strs));
	b->index = from->index;
	b->n_str_indexed = from->n_str_indexed;
	b->interned = true;
	memset(&from->strs, 0, sizeof(from->strs));
	from->index = (struct btf_str_index){ 0 };
}

/* The new table is that of a graph without types. */
int btf_renew_strs(struct btf *b, struct btf_ext *ext)
{
	struct renew r = { .err = 0 };
	struct btf *fresh;

	if (btf_own(b) || btf_new_split(b->base, &fresh))
		return -ENOMEM;
	r.err = str_map_init(&r.map, fresh, b, ext ? UINT32_MAX : 0);
	if (!r.err)
		renew_all(&r, ext);
	if (!r.err)
		r.err = str_map_resolve(&r.map);
	/* From here on nothing can fail. */
	r.assign = true;
	if (!r.err)
		renew_all(&r, ext);
	if (!r.err)
		take_strs(b, fresh);
	str_map_free(&r.map);
	btf_free(fresh);
	return r.err;
}
