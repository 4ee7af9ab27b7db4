/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Life of a type graph, its records by id, and its string table. */
#include "btf/btf_int.h"

#include <stdlib.h>

int btf_new_split(const struct btf *base, struct btf **out)
{
	struct btf *b = calloc(1, sizeof(*b));

	if (!b)
		return -ENOMEM;
	b->base = base;
	b->interned = true;
	b->first_id = base ? btf_n_types(base) + 1 : 1;
	b->first_str = base ? base->first_str + base->strs.n : 0;
	b->names = btf_names_new();
	/* Offset 0 is the empty string; split BTF has its base's. */
	if (!b->names || (!base && vec_append(&b->strs, "", 1))) {
		btf_free(b);
		return -ENOMEM;
	}
	*out = b;
	return 0;
}

int btf_new(struct btf **out)
{
	return btf_new_split(NULL, out);
}

void btf_free(struct btf *b)
{
	if (!b)
		return;
	vec_free(&b->words);
	vec_free(&b->recs);
	vec_free(&b->strs);
	hmap_free(&b->str_index);
	btf_names_free(b->names);
	free(b);
}

bool btf_was_swapped(const struct btf *b)
{
	return b->swapped;
}

const struct btf_type *btf_type(const struct btf *b, u32 id)
{
	static const struct btf_type none;

	while (id < b->first_id && b->base)
		b = b->base;
	/* Void is one below the lowest first_id, so it wraps to out of range. */
	return id - b->first_id < b->recs.n ? rec_at(b, id - b->first_id) : &none;
}

const char *btf_str(const struct btf *b, u32 off)
{
	while (off < b->first_str && b->base)
		b = b->base;
	/* The table always ends in NUL. */
	return off - b->first_str < b->strs.n ? b->strs.v + (off - b->first_str) : "";
}

bool btf_has_long_strs(const struct btf *b)
{
	u32 at = 0;

	while (at < b->strs.n) {
		const char *s = b->strs.v + at;
		size_t len = strlen(s);

		if (len > BTF_MAX_STR)
			return true;
		at += len + 1;
	}
	return false;
}

/* Find s among the strings that the index covers; UINT32_MAX when it isn't there. */
static u32 lookup_str(const struct btf *b, const char *s, u64 hash)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&b->str_index, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&b->str_index, &it))
		if (!strcmp(b->strs.v + i, s))
			return i;
	return UINT32_MAX;
}

/* Bring the index up to the end of the table, which parsing fills without it. */
static int index_strs(struct btf *b)
{
	while (b->n_str_indexed < b->strs.n) {
		const char *s = b->strs.v + b->n_str_indexed;
		u64 hash = hash_str(s);

		if (lookup_str(b, s, hash) == UINT32_MAX &&
		    hmap_add(&b->str_index, hash, b->n_str_indexed))
			return -ENOMEM;
		b->n_str_indexed += strlen(s) + 1;
	}
	return 0;
}

/* Append s, which may lie in the table itself (the tail of another string). */
static int append_str(struct btf *b, const char *s, u64 hash)
{
	size_t at = (uintptr_t)s - (uintptr_t)b->strs.v;
	bool inside = at < b->strs.n;
	size_t len = strlen(s) + 1;

	if (len > UINT32_MAX - b->first_str - b->strs.n)
		return -E2BIG;
	if (vec_reserve(&b->strs, len) || hmap_add(&b->str_index, hash, b->strs.n))
		return -ENOMEM;
	memcpy(b->strs.v + b->strs.n, inside ? b->strs.v + at : s, len);
	b->strs.n += len;
	b->n_str_indexed = b->strs.n;
	return 0;
}

int btf_add_str(struct btf *b, const char *s, u32 *off)
{
	u32 at;
	u64 hash;
	int err;

	if (!s || !*s) {
		*off = 0;
		return 0;
	}
	err = index_strs(b);
	if (err)
		return err;
	hash = hash_str(s);
	at = lookup_str(b, s, hash);
	if (at == UINT32_MAX) {
		at = b->strs.n;
		err = append_str(b, s, hash);
		if (err)
			return err;
	}
	*off = b->first_str + at;
	return 0;
}

u32 btf_find_str(struct btf *b, const char *s)
{
	u32 at;

	if (!*s || index_strs(b))
		return 0;
	at = lookup_str(b, s, hash_str(s));
	return at == UINT32_MAX ? 0 : b->first_str + at;
}
