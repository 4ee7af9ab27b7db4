/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "btf/btf_int.h"

int btf_clone(const struct btf *b, struct btf **out)
{
	struct btf *copy = NULL;
	int err = b->base ? btf_new_split(b->base, &copy) : btf_new(&copy);

	if (err)
		return err;
	copy->words.n = copy->recs.n = copy->strs.n = 0;
	if (vec_append(&copy->words, b->words.v, b->words.n) ||
	    vec_append(&copy->recs, b->recs.v, b->recs.n) ||
	    vec_append(&copy->strs, b->strs.v, b->strs.n)) {
		btf_free(copy);
		return -ENOMEM;
	}
	btf_strs_forget(copy);
	copy->interned = b->interned;
	copy->swapped = b->swapped;
	*out = copy;
	return 0;
}
