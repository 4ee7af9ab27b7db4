/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Words that the text and the JSON dump share. Belongs to the BTF room. */
#ifndef BTF_DUMP_H
#define BTF_DUMP_H

#include "btf/btf_int.h"

/* The string at off, or "(anon)" for none. */
const char *btf_name_or_anon(const struct btf *b, u32 off);
const char *btf_encoding_text(const struct btf_type *int_type);
/* VARs use the same three words. */
const char *btf_func_linkage_text(u32 linkage);

static inline u32 btf_enumerator_name(const struct btf_type *t, u32 i)
{
	return btf_kind(t) == BTF_KIND_ENUM64 ? btf_enums64(t)[i].name_off :
						btf_enums(t)[i].name_off;
}

#endif
