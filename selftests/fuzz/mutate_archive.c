/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Archives that nearly are some: the headers say other sizes, names that lie elsewhere, more
 * symbols than there is room for; members are archives themselves, cut, or there many times.
 */
#include "selftests/fuzz/mutate.h"

enum { HEAD = 60, SIZE_AT = 48, SIZE_LEN = 10 };

static void put_head(struct mut_file *f, const char *name, u64 size)
{
	sbuf_printf(&f->bytes, "%-16.16s%-12u%-6u%-6u%-8o%-10llu`\n", name, 0, 0, 0, 0644,
		    (unsigned long long)size);
}

static void put_member(struct mut_file *f, const char *name, struct span bytes)
{
	put_head(f, name, bytes.size);
	sbuf_put(&f->bytes, bytes.data, bytes.size);
	sbuf_align(&f->bytes, 2);
}

/* The index of symbols: a count, where the members are, their names; none of it true. */
static void put_index(struct mut_file *f)
{
	u32 n = mut_some(f, 64);
	u8 count[4];

	put_head(f, "/", 4 + (u64)n * 8);
	put_u32(count, mut_below(f, 2) ? n : UINT32_MAX, !HOST_BIG_ENDIAN);
	sbuf_put(&f->bytes, count, sizeof(count));
	for (u32 i = 0; i < n * 8; i++)
		sbuf_putc(&f->bytes, (char)mut_below(f, 256));
}

static void put_names(struct mut_file *f)
{
	static const char names[] =
		"a_name_of_more_than_fifteen_letters.o/\nanother/name.o/\n.o/\n";

	put_member(f, "//", span_str(names));
}

static const char *some_name(struct mut_file *f)
{
	static const char *const names[] = {
		"mutant.o/", "mutant.o", "/0", "/39", "/58",	    "/999999999",
		"#1/20",     "",	 "/",  "//",  "__.SYMDEF/", "../../etc/x/"
	};

	return names[mut_below(f, ARRAY_SIZE(names))];
}

/* Another text in a header: any of its bytes, or its size as a whole. */
static void change_head(struct mut_file *f, u64 at)
{
	static const char bytes[] = " /0123456789-+x\n`";
	static const char *const sizes[] = {
		"0", "1", "-1", "9999999999", "4294967295", "0x10", ""
	};
	const char *size = sizes[mut_below(f, ARRAY_SIZE(sizes))];

	if (mut_below(f, 2)) {
		*mut_at(f, at + mut_below(f, HEAD)) = (u8)bytes[mut_below(f, sizeof(bytes) - 1)];
		return;
	}
	memset(mut_at(f, at + SIZE_AT), ' ', SIZE_LEN);
	memcpy(mut_at(f, at + SIZE_AT), size, strlen(size));
}

static void put_members(struct mut_file *f, const struct span *members, u32 n)
{
	u32 times = 1 + (mut_below(f, 16) ? 0 : mut_some(f, 512));
	bool broken = mut_below(f, 2), whole = !broken && mut_below(f, 2);

	while (times--)
		for (u32 i = 0; i < n; i++) {
			u64 at = f->bytes.size;

			/* The one that is a mutant: most are refused, and the archive with it. */
			if (i == 1 && whole)
				continue;
			put_member(f, broken ? some_name(f) : "member.o/", members[i]);
			if (broken && !sbuf_err(&f->bytes) && !mut_below(f, n))
				change_head(f, at);
			/* A few copies of large members say as much as many. */
			if (f->bytes.size > 1 << 20)
				return;
		}
}

int mutate_archive(const struct span *members, u32 n, u64 seed, struct sbuf *out)
{
	struct mut_file f = { .rng = seed };
	struct sbuf inner = { 0 };
	int err;

	sbuf_puts(&f.bytes, "!<arch>\n");
	if (!mut_below(&f, 4))
		put_index(&f);
	if (mut_below(&f, 2))
		put_names(&f);
	put_members(&f, members, n);
	if (!mut_below(&f, 16) && !sbuf_err(&f.bytes)) {
		sbuf_put(&inner, f.bytes.data, f.bytes.size);
		put_member(&f, "inner.a/", span_of(inner.data, inner.size));
	}
	if (!mut_below(&f, 16) && !sbuf_err(&f.bytes))
		sbuf_trim(&f.bytes, mut_below(&f, f.bytes.size));
	sbuf_put(out, f.bytes.data, f.bytes.size);
	err = f.bytes.failed || inner.failed ? -ENOMEM : sbuf_err(out);
	sbuf_free(&inner);
	sbuf_free(&f.bytes);
	return err;
}
