/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Section kinds: the table of sec_kinds.def, and what follows from it. */
#include "lib/obj/obj_int.h"

enum use { USE_NONE, USE_CODE, USE_DATA, USE_DEFS };

static const struct {
	enum use use;
	const char *text;
} kinds[] = {
#define SEC_KIND(id, use_, merge, text_) [OBJ_SEC_##id] = { USE_##use_, text_ },
#include "lib/obj/sec_kinds.def"
};

enum match { MATCH_EXACT, MATCH_FAMILY, MATCH_PREFIX };

static const struct name_row {
	enum obj_sec_kind kind;
	enum match match;
	const char *name;
	size_t len;
	const char *why;
} names[] = {
#define SEC_NAME(kind_, match_, name_, why_)					\
	{ OBJ_SEC_##kind_, MATCH_##match_, name_, sizeof(name_) - 1, why_ },
#include "lib/obj/sec_kinds.def"
};

bool obj_sec_is_data(enum obj_sec_kind kind)
{
	return kinds[kind].use == USE_DATA;
}

const char *obj_sec_kind_text(enum obj_sec_kind kind)
{
	return kind ? kinds[kind].text : "nothing";
}

/* Behind the dot, the second letter tells most names from a row's. */
static bool row_fits(const struct name_row *row, const char *name, size_t len)
{
	if (len < row->len || name[1] != row->name[1] || memcmp(name, row->name, row->len) != 0)
		return false;
	return len == row->len || row->match == MATCH_PREFIX ||
	       (row->match == MATCH_FAMILY && name[row->len] == '.');
}

static const struct name_row *find_row(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (row_fits(&names[i], name, len))
			return &names[i];
	return NULL;
}

/* Sections of ELF's own bookkeeping; they don't count as content that is dropped. */
static const char *why_not_content(u32 elf_type)
{
	switch (elf_type) {
	case SHT_PROGBITS:
	case SHT_NOBITS:
		return NULL;
	case SHT_NOTE:
		return "notes";
	case SHT_GROUP:
		return "a COMDAT group, of which links keep one copy";
	default:
		return "of a type that has no meaning for BPF";
	}
}

bool obj_sec_name_fits(const char *name, enum obj_sec_kind kind)
{
	const struct name_row *row = find_row(name);

	return !row || obj_sec_is_code(row->kind) == obj_sec_is_code(kind);
}

enum obj_sec_kind obj_sec_kind_of(const char *name, u32 elf_type, u64 flags, const char **why)
{
	const struct name_row *row = find_row(name);

	*why = why_not_content(elf_type);
	if (*why)
		return OBJ_SEC_NONE;
	if (row && row->kind == OBJ_SEC_NONE) {
		*why = row->why;
		return OBJ_SEC_NONE;
	}
	if (!(flags & SHF_ALLOC)) {
		*why = "not part of the program in memory";
		return OBJ_SEC_NONE;
	}
	if (flags & SHF_EXECINSTR)
		return row && row->kind == OBJ_SEC_TEXT ? OBJ_SEC_TEXT : OBJ_SEC_PROG;
	if (row && kinds[row->kind].use == USE_DEFS)
		return row->kind;
	if (elf_type == SHT_NOBITS)
		return OBJ_SEC_BSS;
	if (flags & SHF_MERGE && flags & SHF_STRINGS && !(flags & SHF_WRITE))
		return OBJ_SEC_STRINGS;
	if (row && row->kind == OBJ_SEC_BSS)
		return OBJ_SEC_DATA;
	return row && row->kind != OBJ_SEC_TEXT ? row->kind : OBJ_SEC_CUSTOM;
}
