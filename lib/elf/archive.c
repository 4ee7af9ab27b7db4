/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/elf/archive.h"

static const char magic[] = "!<arch>\n";

/* The header's fields are text, padded with blanks; the ones between name and size don't matter. */
enum {
	HEAD_SIZE = 60,
	NAME_SIZE = 16,
	SIZE_OFF = 48, SIZE_SIZE = 10,
	END_OFF = 58,
};

struct archive {
	struct diag *d;
	struct arena *arena;
	struct weld_where at;	/* file, and the header that is being read */
	struct span rest;	/* from there on */
	struct span long_names;
	VEC(struct elf_member) members;
};

bool elf_is_archive(struct span head)
{
	return head.size >= ELF_ARCHIVE_MAGIC && !memcmp(head.data, magic, ELF_ARCHIVE_MAGIC);
}

static int bad(const struct archive *ar, const char *why)
{
	return diag_raise(ar->d, DIAG_ELF_ARCHIVE, &ar->at, why);
}

/* Digits, then blanks to the end of the field. -EINVAL for anything else, and for no digit. */
static int parse_decimal(struct span field, u64 *out)
{
	u64 v = 0;
	u64 i;

	for (i = 0; i < field.size && field.data[i] >= '0' && field.data[i] <= '9'; i++)
		v = v * 10 + (field.data[i] - '0');	/* fields are too short to overflow */
	if (!i)
		return -EINVAL;
	for (; i < field.size; i++)
		if (field.data[i] != ' ')
			return -EINVAL;
	*out = v;
	return 0;
}

/* The bytes before the first of two ends, all of them without one. */
static struct span until(struct span s, char end, char other)
{
	u64 n = 0;

	while (n < s.size && s.data[n] != (u8)end && s.data[n] != (u8)other)
		n++;
	return span_of(s.data, n);
}

static bool starts(struct span s, const char *text)
{
	size_t len = strlen(text);

	return s.size >= len && !memcmp(s.data, text, len);
}

/* "/123": the name at that byte of the table, up to a slash or a new line. */
static int long_name(const struct archive *ar, struct span field, struct span *name)
{
	struct span tail;
	u64 off;

	if (parse_decimal(span_of(field.data + 1, field.size - 1), &off) ||
	    off >= ar->long_names.size)
		return bad(ar, "its name lies outside of the table of long names");
	tail = span_of(ar->long_names.data + off,
		       min_u64(ar->long_names.size - off, ELF_MEMBER_NAME_MAX + 1));
	*name = until(tail, '\n', 0);
	if (name->size && name->data[name->size - 1] == '/')
		name->size--;
	return 0;
}

/* "#1/20": the first 20 of its bytes, padded with zeros. */
static int leading_name(const struct archive *ar, struct span field, struct span *bytes,
			struct span *name)
{
	u64 len;

	if (parse_decimal(span_of(field.data + 3, field.size - 3), &len) ||
	    span_take(bytes, len, name))
		return bad(ar, "its name is longer than its bytes");
	*name = until(*name, 0, 0);
	return 0;
}

static int add_member(struct archive *ar, struct span name, struct span bytes)
{
	struct elf_member *m;

	if (!name.size)
		return bad(ar, "it has no name");
	if (name.size > ELF_MEMBER_NAME_MAX)
		return bad(ar, "its name is longer than 255 bytes");
	m = vec_push(&ar->members);
	if (m)
		m->name = arena_strndup(ar->arena, (const char *)name.data, name.size);
	if (!m || !m->name)
		return -ENOMEM;
	m->bytes = bytes;
	return 0;
}

/* What the name field says that the bytes are. */
static int take_member(struct archive *ar, struct span field, struct span bytes)
{
	struct span name = until(field, '/', 0);
	int err = 0;

	if (starts(field, "// ")) {
		ar->long_names = bytes;
		return 0;
	}
	if (starts(field, "/") && !(field.data[1] >= '0' && field.data[1] <= '9'))
		return 0;
	if (starts(field, "/"))
		err = long_name(ar, field, &name);
	else if (starts(field, "#1/"))
		err = leading_name(ar, field, &bytes, &name);
	else if (name.size == field.size)	/* BSD: blanks end a short name */
		while (name.size && name.data[name.size - 1] == ' ')
			name.size--;
	if (err || starts(name, "__.SYMDEF"))
		return err;
	return add_member(ar, name, bytes);
}

static int next_member(struct archive *ar)
{
	struct span head, bytes, pad;
	u64 size;

	if (span_take(&ar->rest, HEAD_SIZE, &head))
		return bad(ar, "the archive ends within its header");
	if (head.data[END_OFF] != '`' || head.data[END_OFF + 1] != '\n')
		return bad(ar, "it doesn't end as a header does");
	if (parse_decimal(span_of(head.data + SIZE_OFF, SIZE_SIZE), &size))
		return bad(ar, "its size is no number");
	if (span_take(&ar->rest, size, &bytes))
		return bad(ar, "its bytes go on behind the end of the archive");
	/* The last member's pad may be missing. */
	if (span_take(&ar->rest, min_u64(size % 2, ar->rest.size), &pad))
		return bad(ar, "its bytes go on behind the end of the archive");
	return take_member(ar, span_of(head.data, NAME_SIZE), bytes);
}

static int read_members(struct archive *ar, struct span bytes)
{
	int err = 0;

	while (ar->rest.size && !err) {
		ar->at.offset = (s64)(bytes.size - ar->rest.size);
		err = next_member(ar);
	}
	return err;
}

int elf_read_archive(struct diag *d, struct span bytes, const char *name, struct arena *a,
		     struct elf_members *out)
{
	struct archive ar = { .d = d, .arena = a, .at = WELD_WHERE_NONE, .rest = bytes };
	struct span head;
	int err;

	ar.at.file = name;
	if (!elf_is_archive(bytes) || span_take(&ar.rest, ELF_ARCHIVE_MAGIC, &head))
		return bad(&ar, "the file doesn't begin as an archive does");
	err = read_members(&ar, bytes);
	if (!err) {
		out->v = arena_memdup(a, ar.members.v, ar.members.n * sizeof(*ar.members.v));
		out->n = ar.members.n;
		err = out->v ? 0 : -ENOMEM;
	}
	vec_free(&ar.members);
	return err == -ENOMEM ? diag_raise(d, DIAG_NO_MEMORY, &ar.at, "lib/elf") : err;
}
