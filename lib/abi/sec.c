/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Section names. A row matches its own name; one with EXTRAS also matches "name/anything". No
 * row with EXTRAS has a slash in its name, so at most two look-ups decide: the whole name, then
 * the part in front of the first slash.
 */
#include "lib/abi/abi.h"

enum {
	EXTRAS = ABI_SEC_EXTRAS,
	SLEEPABLE = ABI_SEC_SLEEPABLE,
	FRAGS = ABI_SEC_FRAGS,
	ATTACH_BTF = ABI_SEC_ATTACH_BTF,
	ATTACH_OPT = ABI_SEC_ATTACH_OPT,
};

/* NONE becomes -1 here and 0 with has_attach unset in the row. */
enum { BPF_NONE = -1 };

static const struct abi_sec rows[] = {
#define SEC(name_, type, attach, flags_)                        \
	{ .name = name_,                                        \
	  .prog_type = BPF_PROG_TYPE_##type,                    \
	  .attach_type = (int)BPF_##attach < 0 ? 0 : BPF_##attach, \
	  .has_attach = (int)BPF_##attach >= 0,                 \
	  .flags = flags_ },
#include "lib/abi/secnames.def"
#undef SEC
};

/* Order of a row's name and the len bytes at key, as strcmp would tell. */
static int compare_name(const char *row, const char *key, size_t len)
{
	int order = strncmp(row, key, len);

	return order ? order : row[len] != '\0';
}

static const struct abi_sec *find_row(const char *key, size_t len)
{
	size_t lo = 0, hi = ARRAY_SIZE(rows);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = compare_name(rows[mid].name, key, len);

		if (!order)
			return &rows[mid];
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static const char *skip_mark(const char *section_name)
{
	return section_name + (section_name[0] == '?');
}

const struct abi_sec *abi_sec_find(const char *section_name)
{
	const char *name = skip_mark(section_name);
	const char *slash = strchr(name, '/');
	const struct abi_sec *sec = find_row(name, strlen(name));

	if (sec || !slash)
		return sec;
	sec = find_row(name, slash - name);
	return sec && sec->flags & ABI_SEC_EXTRAS ? sec : NULL;
}

const char *abi_sec_extras(const struct abi_sec *sec, const char *section_name)
{
	const char *end = skip_mark(section_name) + strlen(sec->name);

	return *end == '/' ? end + 1 : end;
}

bool abi_sec_autoload(const char *section_name)
{
	return section_name[0] != '?';
}

const struct abi_sec *abi_sec_at(size_t n)
{
	return n < ARRAY_SIZE(rows) ? &rows[n] : NULL;
}
