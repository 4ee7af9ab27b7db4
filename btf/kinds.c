/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* kinds.def as data, and the walk over a record that it drives. */
#include "btf/btf_int.h"

/* The third word of the head, as a letter. */
#define LETTER_SIZE "v"
#define LETTER_TYPE "t"
#define LETTER_UNUSED "v"

const struct kind_info btf_kinds[NR_BTF_KINDS] = {
	[BTF_KIND_UNKN] = { .text = "UNKN", .head = "svv", .element = "" },
#define KIND(NAME, txt, nam, wrd, vln, kfl, fix, elem, rfs, check, dump)		\
	[BTF_KIND_##NAME] = {								\
		.text = txt, .head = "sv" LETTER_##wrd fix, .element = elem,		\
		.refs = REFS_##rfs, .name_rule = NAME_##nam, .word = WORD_##wrd,	\
		.vlen = VLEN_##vln, .kflag = kfl,					\
		.n_fixed = sizeof(fix) - 1, .n_element = sizeof(elem) - 1,		\
	},
#include "btf/kinds.def"
#undef KIND
};

/* Rows and numbers of the ABI stay in step. */
enum {
#define KIND(NAME, ...) ROW_##NAME,
#include "btf/kinds.def"
#undef KIND
	N_ROWS,
};
#define KIND(NAME, ...) _Static_assert(ROW_##NAME + 1 == BTF_KIND_##NAME, "row order");
#include "btf/kinds.def"
#undef KIND
_Static_assert(N_ROWS + 1 == NR_BTF_KINDS, "a kind without a row");

const char *btf_kind_text(u32 kind)
{
	return kind < NR_BTF_KINDS ? btf_kinds[kind].text : "UNKN";
}

size_t btf_rec_size(const struct btf_type *t)
{
	return rec_words(t) * sizeof(u32);
}

static struct btf_ref_iter each_ref(const struct btf_type *t, char want)
{
	const struct kind_info *k = &btf_kinds[btf_kind(t)];

	return (struct btf_ref_iter){
		.at = (const u32 *)t,
		.end = (const u32 *)t + rec_words(t),
		.letter = k->head,
		.element = k->element,
		.want = want,
	};
}

struct btf_ref_iter btf_each_type_ref(const struct btf_type *t)
{
	return each_ref(t, 't');
}

struct btf_ref_iter btf_each_str_ref(const struct btf_type *t)
{
	return each_ref(t, 's');
}

const u32 *btf_next_ref(struct btf_ref_iter *it)
{
	while (it->at < it->end) {
		const u32 *word = it->at++;
		char letter = *it->letter++;

		if (!*it->letter)
			it->letter = it->element;
		if (letter == it->want)
			return word;
	}
	return NULL;
}
