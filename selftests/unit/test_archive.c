/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Archives (L36) from bytes: what the reader takes and refuses, and links out of memory. */
#include "lib/base/file.h"
#include "lib/elf/archive.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/linking.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* --- making ------------------------------------------------------------------------------ */

static void put_member(struct sbuf *b, const char *name, struct span bytes)
{
	if (!b->size)
		sbuf_puts(b, "!<arch>\n");
	sbuf_printf(b, "%-16s%-12d%-6d%-6d%-8s%-10zu`\n", name, 0, 0, 0, "644", (size_t)bytes.size);
	sbuf_put(b, bytes.data, bytes.size);
	if (bytes.size % 2)
		sbuf_putc(b, '\n');
}

static void put_text(struct sbuf *b, const char *name, const char *text)
{
	put_member(b, name, span_of(text, strlen(text)));
}

static void put_side(struct sbuf *b, int side)
{
	struct diag d = { .error_limit = 1 };
	struct sbuf file = { 0 };
	char path[512], name[16];

	snprintf(path, sizeof(path), "%s/link_archive.%d.o", PROGS_DIR, side);
	snprintf(name, sizeof(name), "s%d.o/", side);
	ck_assert_int_eq(file_read(&d, path, &file), 0);
	put_member(b, name, span_of(file.data, file.size));
	sbuf_free(&file);
}

/* --- the reader -------------------------------------------------------------------------- */

struct reading {
	struct arena arena;
	struct elf_members members;
	struct linking_line line; /* what was said */
};

static void keep(void *user, const struct weld_diag *d)
{
	struct reading *r = user;

	free(r->line.text);
	r->line = (struct linking_line){ .code = d->code, .text = strdup(d->text) };
	ck_assert_str_eq(d->at.file, "x.a");
	ck_assert_int_ge(d->at.offset, -1);
}

static int read_bytes(struct reading *r, struct span bytes)
{
	struct diag d = { .fn = keep, .user = r, .error_limit = 10 };

	*r = (struct reading){ 0 };
	return elf_read_archive(&d, bytes, "x.a", &r->arena, &r->members);
}

static void end_reading(struct reading *r)
{
	arena_free(&r->arena);
	free(r->line.text);
}

static void is_member(const struct reading *r, u32 i, const char *name, const char *bytes)
{
	ck_assert_uint_lt(i, r->members.n);
	ck_assert_str_eq(r->members.v[i].name, name);
	ck_assert(span_eq(r->members.v[i].bytes, span_of(bytes, strlen(bytes))));
}

START_TEST(L36_names_of_all_makers)
{
	struct sbuf b = { 0 };
	struct reading r;

	put_text(&b, "/", "symbols");
	put_text(&b, "/SYM64/", "symbols");
	put_text(&b, "//", "first_long_name.o/\nsecond_long_name.o/\n");
	put_text(&b, "short.o/", "1");
	put_text(&b, "/0", "22");
	put_text(&b, "/19", "333");
	put_text(&b, "with blank.o/", "4");
	put_member(&b, "#1/8",
		   span_of("bsd.o\0\0\0"
			   "88",
			   10));
	put_text(&b, "#1/5", "bsd.o55");
	put_text(&b, "old.o", "6");
	put_text(&b, "exactly_sixteen_", "7");
	put_text(&b, "#1/16", "__.SYMDEF SORTEDbytes");
	put_text(&b, "__.SYMDEF", "bytes");
	put_text(&b, "empty.o/", "");
	ck_assert_int_eq(read_bytes(&r, span_of(b.data, b.size)), 0);
	ck_assert_uint_eq(r.members.n, 9);
	is_member(&r, 0, "short.o", "1");
	is_member(&r, 1, "first_long_name.o", "22");
	is_member(&r, 2, "second_long_name.o", "333");
	is_member(&r, 3, "with blank.o", "4");
	is_member(&r, 4, "bsd.o", "88");
	is_member(&r, 5, "bsd.o", "55");
	is_member(&r, 6, "old.o", "6");
	is_member(&r, 7, "exactly_sixteen_", "7");
	is_member(&r, 8, "empty.o", "");
	end_reading(&r);
	sbuf_free(&b);
}
END_TEST

/* A header, and what is wrong with it. */
static const struct {
	const char *name, *size, *end, *why;
} bad_heads[] = {
	{ "a.o/", "x", "`\n", "its size is no number" },
	{ "a.o/", "", "`\n", "its size is no number" },
	{ "a.o/", "-1", "`\n", "its size is no number" },
	{ "a.o/", "1 1", "`\n", "its size is no number" },
	{ "a.o/", "5", "`\n", "its bytes go on behind the end of the archive" },
	{ "a.o/", "9999999999", "`\n", "its bytes go on behind the end of the archive" },
	{ "a.o/", "4", "``", "it doesn't end as a header does" },
	{ "/0", "4", "`\n", "its name lies outside of the table of long names" },
	{ "/99999999999999", "4", "`\n", "its name lies outside of the table of long names" },
	{ "/1x", "4", "`\n", "its name lies outside of the table of long names" },
	{ "#1/5", "4", "`\n", "its name is longer than its bytes" },
	{ "#1/", "4", "`\n", "its name is longer than its bytes" },
	{ "#1/0", "4", "`\n", "it has no name" },
	{ "", "4", "`\n", "it has no name" },
};

START_TEST(L36_malformed)
{
	struct sbuf b = { 0 };
	struct reading r;
	char text[160];

	for (size_t i = 0; i < ARRAY_SIZE(bad_heads); i++) {
		b.size = 0;
		sbuf_printf(&b, "!<arch>\n%-16s%-32s%-10s%s", bad_heads[i].name, "0",
			    bad_heads[i].size, bad_heads[i].end);
		sbuf_puts(&b, "data");
		ck_assert_int_eq(read_bytes(&r, span_of(b.data, b.size)), -EINVAL);
		ck_assert_int_eq(r.line.code, DIAG_ELF_ARCHIVE);
		snprintf(text, sizeof(text), "malformed archive, at this member: %s",
			 bad_heads[i].why);
		ck_assert_str_eq(r.line.text, text);
		end_reading(&r);
	}
	sbuf_free(&b);
}
END_TEST

/* Every length of a good archive: a whole number of members, or refused. */
START_TEST(L36_cut_anywhere)
{
	struct sbuf b = { 0 };
	struct reading r;

	put_text(&b, "//", "a_name_of_many_letters.o/\n");
	put_text(&b, "/0", "12345");
	put_text(&b, "b.o/", "123");
	for (size_t n = 0; n <= b.size; n++) {
		char *copy = malloc(n + 1);
		int err;

		memcpy(copy, b.data, n);
		err = read_bytes(&r, span_of(copy, n));
		ck_assert_int_eq(
			err, n == 8 || n == 94 || n == 159 || n == 160 || n >= 223 ? 0 : -EINVAL);
		end_reading(&r);
		free(copy);
	}
	sbuf_free(&b);
}
END_TEST

/* Many members that share one long text as their name: refused, not copied over and over. */
START_TEST(L36_long_names_are_bounded)
{
	struct sbuf b = { 0 };
	struct reading r;
	char text[1001];

	memset(text, 'n', 1000);
	text[1000] = 0;
	put_text(&b, "//", text);
	put_text(&b, "/745", "fits");
	put_text(&b, "/744", "doesn't");
	ck_assert_int_eq(read_bytes(&r, span_of(b.data, b.size)), -EINVAL);
	ck_assert(strstr(r.line.text, "its name is longer than 255 bytes"));
	end_reading(&r);
	sbuf_free(&b);
}
END_TEST

/* --- links ------------------------------------------------------------------------------- */

static bool has_sides(void)
{
	return linking_has("link_archive.1");
}

START_TEST(L36_from_memory_and_descriptors)
{
	struct sbuf lib = { 0 };
	struct linking t;
	input_id id = { 7 };
	int fds[2];

	if (!has_sides())
		unit_skip("needs clang-19");
	put_side(&lib, 3);
	linking_begin(&t, NULL);
	linking_add(&t, "main=link_archive.1");
	ck_assert_int_eq(link_add_mem(t.l, NULL, span_of(lib.data, lib.size), "libm.a", &id), 0);
	ck_assert_uint_eq(id.i, 0);
	/* The bytes are copied. */
	memset(lib.data, 0, lib.size);
	lib.size = 0;
	put_side(&lib, 2);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], lib.data, lib.size), (ssize_t)lib.size);
	close(fds[1]);
	ck_assert_int_eq(link_add_fd(t.l, "piped", fds[0], "a pipe", NULL), 0);
	close(fds[0]);
	obj_free(linking_finish(&t, 0));
	ck_assert_uint_eq(link_n_inputs(t.l), 3);
	ck_assert_str_eq(link_input_name(t.l, (input_id){ 2 }), "libm__s3");
	ck_assert_str_eq(link_input_file(t.l, (input_id){ 2 }), "libm.a(s3.o)");
	ck_assert_str_eq(link_input_name(t.l, (input_id){ 3 }), "piped__s2");
	ck_assert_str_eq(linking_row(&t, "main", "first")->new_name, "first");
	ck_assert_uint_eq(linking_row(&t, "main", "first")->to.i, 3);
	linking_end(&t);
	sbuf_free(&lib);
}
END_TEST

/* Two members of one name, two archives of one name: each input can still be told. */
START_TEST(L36_names_are_unique)
{
	struct sbuf lib = { 0 };
	struct linking t;

	if (!has_sides())
		unit_skip("needs clang-19");
	put_side(&lib, 2);
	linking_begin(&t, &(struct link_opts){ .whole_archive = true, .allow_unresolved = true });
	linking_add(&t, "link_archive.1");
	ck_assert_int_eq(link_add_mem(t.l, NULL, span_of(lib.data, lib.size), "a/lib.a", NULL), 0);
	lib.size = 0;
	put_side(&lib, 3);
	memcpy(lib.data + 8, "s2.o/", 5);
	ck_assert_int_eq(link_add_mem(t.l, NULL, span_of(lib.data, lib.size), "b/lib.a", NULL), 0);
	obj_free(linking_finish(&t, 0));
	ck_assert_str_eq(link_input_name(t.l, (input_id){ 2 }), "lib__s2");
	ck_assert_str_eq(link_input_name(t.l, (input_id){ 3 }), "lib__s2__1");
	linking_end(&t);
	sbuf_free(&lib);
}
END_TEST

START_TEST(L36_empty_archive)
{
	struct linking t;

	if (!has_sides())
		unit_skip("needs clang-19");
	linking_begin(&t, NULL);
	linking_add(&t, "link_archive.4");
	ck_assert_int_eq(link_add_mem(t.l, NULL, span_of("!<arch>\n", 8), "none.a", NULL), 0);
	obj_free(linking_finish(&t, 0));
	ck_assert_uint_eq(link_n_inputs(t.l), 1);
	linking_end(&t);
}
END_TEST

/* --- faults ------------------------------------------------------------------------------ */

static int link_again(void *user)
{
	const struct sbuf *files = user;
	struct diag d = { .error_limit = 10 };
	struct obj *out = NULL;
	struct link *l;
	int err = link_new(&d, NULL, &l);

	if (err)
		return err;
	err = link_add_mem(l, "main", span_of(files[0].data, files[0].size), "main.o", NULL);
	if (!err)
		err = link_add_mem(l, "m", span_of(files[1].data, files[1].size), "m.a", NULL);
	if (!err)
		err = link_map_extern(l, "maybe", "m:helper");
	if (!err)
		err = link_finish(l, &out);
	obj_free(out);
	link_free(l);
	return err;
}

START_TEST(L36_each_allocation_may_fail)
{
	struct diag d = { .error_limit = 1 };
	struct sbuf files[2] = { 0 };

	if (!has_sides())
		unit_skip("needs clang-19");
	ck_assert_int_eq(file_read(&d, PROGS_DIR "/link_archive.1.o", &files[0]), 0);
	put_text(&files[1], "README/", "not an object");
	put_side(&files[1], 2);
	put_side(&files[1], 3);
	ck_assert_int_gt(fault_sweep(link_again, files), 100);
	sbuf_free(&files[0]);
	sbuf_free(&files[1]);
}
END_TEST

static Suite *archive_suite(void)
{
	Suite *s = suite_create("archive");

	unit_add(s, "reader", L36_names_of_all_makers, L36_malformed, L36_cut_anywhere,
		 L36_long_names_are_bounded);
	unit_add(s, "link", L36_from_memory_and_descriptors, L36_names_are_unique,
		 L36_empty_archive);
	unit_add(s, "faults", L36_each_allocation_may_fail);
	return s;
}

int main(void)
{
	return unit_main(archive_suite(), NULL);
}
