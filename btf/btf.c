/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Life of a type graph; records by id and strings by offset. */
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

static int copy_held(struct btf *b)
{
	struct btf own = { .base = NULL };

	if (vec_append(&own.words, b->words.v, b->words.n) ||
	    vec_append(&own.strs, b->strs.v, b->strs.n)) {
		vec_free(&own.words);
		return -ENOMEM;
	}
	memcpy(&b->words, &own.words, sizeof(b->words));
	memcpy(&b->strs, &own.strs, sizeof(b->strs));
	file_release(&b->held);
	return 0;
}

int btf_own(struct btf *b)
{
	return btf_is_held(b) ? copy_held(b) : 0;
}

void btf_free(struct btf *b)
{
	if (!b)
		return;
	if (!btf_is_held(b)) {
		vec_free(&b->words);
		vec_free(&b->strs);
	}
	file_release(&b->held);
	vec_free(&b->recs);
	btf_strs_forget(b);
	btf_names_free(b->names);
	free(b);
}

bool btf_was_swapped(const struct btf *b)
{
	return b->swapped;
}

const struct btf_type *btf_type_elsewhere(const struct btf *b, u32 id)
{
	static const struct btf_type none;

	while (id < b->first_id && b->base)
		b = b->base;
	return id - b->first_id < b->recs.n ? rec_at(b, id - b->first_id) : &none;
}

const char *btf_str_elsewhere(const struct btf *b, u32 off)
{
	while (off < b->first_str && b->base)
		b = b->base;
	return off - b->first_str < b->strs.n ? b->strs.v + (off - b->first_str) : "";
}
