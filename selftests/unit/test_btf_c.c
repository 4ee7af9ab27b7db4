/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Types as a C header (A3.5): order, names, layout, and input that is out to break it. What comes
 * out of compilers goes back through them in selftests/command/test_btf.py. */
#include "selftests/fault_malloc.h"
#include "selftests/unit/btf_sample.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

static struct btf *fresh(void)
{
	struct btf *b;

	ck_assert_int_eq(btf_new(&b), 0);
	return b;
}

static struct sbuf dump(const struct btf *b)
{
	struct sample_diag s;
	struct sbuf out = { 0 };

	sample_diag_init(&s);
	ck_assert_int_eq(btf_dump_c(&s.d, b, "test", &out), 0);
	return out;
}

/* All of these texts are in it, in that order. */
static void expect(struct btf *b, const char *const *texts)
{
	struct sbuf out = dump(b);
	const char *at = sbuf_str(&out);

	for (; *texts; texts++) {
		const char *found = strstr(at, *texts);

		ck_assert_msg(found, "no '%s' in:\n%s", *texts, at);
		at = found + strlen(*texts);
	}
	sbuf_free(&out);
	btf_free(b);
}

#define EXPECT(b, ...) expect(b, (const char *const[]){ __VA_ARGS__, NULL })

static void refuse(struct btf *b)
{
	struct sample_diag s;
	struct sbuf out = { 0 };

	sample_diag_init(&s);
	ck_assert_int_eq(btf_dump_c(&s.d, b, "test", &out), -E2BIG);
	ck_assert_int_eq(s.code, DIAG_BTF_C_SIZE);
	sbuf_free(&out);
	btf_free(b);
}

/* --- order --------------------------------------------------------------------------------- */

/* A typedef of a struct that is used by value in another struct that comes first. */
START_TEST(what_is_needed_comes_first)
{
	struct btf *b = fresh();

	btf_add_composite(b, BTF_KIND_STRUCT, "outer", 16, NULL);	/* 1 */
	btf_add_member(b, "t", 2, 0, 0);
	btf_add_member(b, "p", 5, 64, 0);
	btf_add_ref(b, BTF_KIND_TYPEDEF, "inner_t", 3, NULL);		/* 2 */
	btf_add_composite(b, BTF_KIND_STRUCT, "inner", 4, NULL);	/* 3 */
	btf_add_member(b, "x", 4, 0, 0);
	btf_add_int(b, "int", 4, BTF_INT_SIGNED, NULL);			/* 4 */
	btf_add_ptr(b, 1, NULL);					/* 5 */
	EXPECT(b, "struct inner;", "typedef struct inner inner_t;", "struct inner {\n\tint x;\n};",
	       "struct outer {\n\tinner_t t;\n", "struct outer *p;\n};");
}
END_TEST

/* struct foo behind a pointer, of which only a declaration is known, and a union and an enum. */
START_TEST(declarations_are_made)
{
	struct btf *b = fresh();

	btf_add_fwd(b, "foo", false, NULL);
	btf_add_fwd(b, "bar", true, NULL);
	btf_add_enum(b, "baz", 0, false, NULL);
	btf_add_ptr(b, 1, NULL);
	btf_add_ref(b, BTF_KIND_TYPEDEF, "foo_p", 4, NULL);
	EXPECT(b, "struct foo;", "union bar;", "enum baz;", "typedef struct foo *foo_p;");
}
END_TEST

START_TEST(declarators_are_inside_out)
{
	struct btf *b = fresh();

	btf_add_int(b, "int", 4, BTF_INT_SIGNED, NULL);			/* 1 */
	btf_add_func_proto(b, 1, NULL);					/* 2 int (...) */
	btf_add_param(b, NULL, 4);
	btf_add_param(b, NULL, 0);
	btf_add_ref(b, BTF_KIND_CONST, NULL, 0, NULL);			/* 3 const void */
	btf_add_ptr(b, 3, NULL);					/* 4 const void * */
	btf_add_ptr(b, 2, NULL);					/* 5 */
	btf_add_array(b, 5, 1, 3, NULL);				/* 6 */
	btf_add_ptr(b, 6, NULL);					/* 7 */
	btf_add_ref(b, BTF_KIND_CONST, NULL, 7, NULL);			/* 8 */
	btf_add_ref(b, BTF_KIND_TYPEDEF, "t", 8, NULL);
	btf_add_func_proto(b, 0, NULL);					/* 10 void (void) */
	btf_add_ref(b, BTF_KIND_TYPEDEF, "f", 10, NULL);
	btf_add_ref(b, BTF_KIND_TYPE_TAG, "user", 1, NULL);		/* 12 */
	btf_add_ptr(b, 12, NULL);
	btf_add_ref(b, BTF_KIND_TYPEDEF, "u", 13, NULL);
	EXPECT(b, "typedef int (*(* const t)[3])(const void *, ...);", "typedef void f(void);",
	       "typedef int __btf_type_tag(\"user\") *u;");
}
END_TEST

/* --- names --------------------------------------------------------------------------------- */

START_TEST(names_are_told_apart)
{
	struct btf *b = fresh();

	for (u32 i = 0; i < 3; i++)
		btf_add_composite(b, BTF_KIND_STRUCT, "s", i, NULL);
	btf_add_composite(b, BTF_KIND_STRUCT, "s___2", 9, NULL);
	btf_add_int(b, "int", 4, BTF_INT_SIGNED, NULL);
	btf_add_ref(b, BTF_KIND_TYPEDEF, "name", 5, NULL);
	btf_add_enum(b, "e", 4, false, NULL);
	btf_add_enumerator(b, "name", 1);
	btf_add_fwd(b, "s", false, NULL);
	btf_add_fwd(b, "s", true, NULL);
	EXPECT(b, "struct s {\n}", "struct s___2 {", "struct s___3 {", "struct s___2___2 {",
	       "typedef int name;", "name___2 = 1,", "union s___4;");
}
END_TEST

/* Names of other languages, words of C, and what would end a line or a string. */
START_TEST(only_names_of_c_get_out)
{
	struct btf *b = fresh();

	btf_add_int(b, "u32", 4, 0, NULL);
	btf_add_composite(b, BTF_KIND_STRUCT, "Option<u32>", 4, NULL);
	btf_add_member(b, "union", 1, 0, 0);
	btf_add_composite(b, BTF_KIND_STRUCT, "9\n};", 0, NULL);
	btf_add_ref(b, BTF_KIND_TYPEDEF, "while", 1, NULL);
	btf_add_ref(b, BTF_KIND_TYPE_TAG, "a\")))\n#include \"/etc/passwd\"", 1, NULL);
	btf_add_ptr(b, 5, NULL);
	btf_add_ref(b, BTF_KIND_TYPEDEF, "p", 6, NULL);
	EXPECT(b, "struct Option_u32_ {\n\tunsigned int union_;\n};", "struct _9___ {\n}",
	       "typedef unsigned int while___2;", "typedef unsigned int *p;");
}
END_TEST

/* --- layout -------------------------------------------------------------------------------- */

START_TEST(gaps_are_filled)
{
	struct btf *b = fresh();

	btf_add_int(b, "char", 1, BTF_INT_SIGNED, NULL);
	btf_add_int(b, "int", 4, BTF_INT_SIGNED, NULL);
	btf_add_composite(b, BTF_KIND_STRUCT, "gap", 24, NULL);
	btf_add_member(b, "a", 1, 0, 0);
	btf_add_member(b, "b", 2, 32, 0);	/* where the compiler puts it */
	btf_add_member(b, "c", 1, 128, 0);	/* not there */
	btf_add_composite(b, BTF_KIND_STRUCT, "packed", 5, NULL);
	btf_add_member(b, "a", 1, 0, 0);
	btf_add_member(b, "b", 2, 8, 0);
	btf_add_composite(b, BTF_KIND_STRUCT, "large", 4096, NULL);
	btf_add_member(b, "a", 1, 0, 0);
	btf_add_composite(b, BTF_KIND_UNION, "padded", 32, NULL);
	btf_add_member(b, "a", 1, 0, 0);
	EXPECT(b, "struct gap {\n\tchar a;\n\tint b;\n\tlong: 64;\n\tchar c;\n\tlong: 56;\n};",
	       "struct packed {\n\tchar a;\n\tint b;\n} __attribute__((packed));",
	       "struct large {\n\tchar a;\n\tlong: 56;\n\tunsigned char __pad1[4088];\n};",
	       "union padded {\n\tchar a;\n\tunsigned char __pad[32];\n};");
}
END_TEST

START_TEST(enums_keep_size_and_values)
{
	struct btf *b = fresh();

	btf_add_enum(b, "tiny", 1, true, NULL);
	btf_add_enumerator(b, "TINY", (u64)-1);
	btf_add_enum64(b, "wide", 8, true, NULL);
	btf_add_enumerator(b, "LOWEST", 1ull << 63);
	btf_add_enum(b, NULL, 4, false, NULL);
	btf_add_enumerator(b, "LONELY", 0xffffffff);
	EXPECT(b, "enum tiny {\n\tTINY = -1,\n} __attribute__((mode(byte)));",
	       "LOWEST = (-9223372036854775807LL - 1),", "enum {\n\tLONELY = 4294967295,\n};");
}
END_TEST

/* --- split --------------------------------------------------------------------------------- */

START_TEST(split_takes_what_it_needs_of_its_base)
{
	struct btf *base = fresh(), *b;
	struct sbuf out;

	btf_add_int(base, "int", 4, BTF_INT_SIGNED, NULL);
	btf_add_composite(base, BTF_KIND_STRUCT, "used", 4, NULL);
	btf_add_member(base, "x", 1, 0, 0);
	btf_add_composite(base, BTF_KIND_STRUCT, "unused", 4, NULL);
	ck_assert_int_eq(btf_new_split(base, &b), 0);
	btf_add_composite(b, BTF_KIND_STRUCT, "mine", 4, NULL);
	btf_add_member(b, "u", 2, 0, 0);
	out = dump(b);
	ck_assert_ptr_nonnull(strstr(sbuf_str(&out), "struct used {\n\tint x;\n};\n\nstruct mine"));
	ck_assert_ptr_null(strstr(sbuf_str(&out), "unused"));
	sbuf_free(&out);
	btf_free(b);
	btf_free(base);
}
END_TEST

/* --- hostile ------------------------------------------------------------------------------- */

/* 40 anonymous structs, each with two members of the next one's type: 2^40 ints. */
START_TEST(doubling_is_refused)
{
	enum { N = 40 };
	struct btf *b = fresh();

	btf_add_composite(b, BTF_KIND_STRUCT, "top", 0, NULL);
	btf_add_member(b, "m", 2, 0, 0);
	for (u32 i = 2; i < N; i++) {
		btf_add_composite(b, BTF_KIND_STRUCT, NULL, 0, NULL);
		btf_add_member(b, "a", i + 1, 0, 0);
		btf_add_member(b, "b", i + 1, 0, 0);
	}
	btf_add_composite(b, BTF_KIND_STRUCT, NULL, 0, NULL);
	refuse(b);
}
END_TEST

/* An anonymous struct with a pointer to itself, and a function that takes a pointer to itself. */
START_TEST(circles_without_names_are_refused)
{
	struct btf *b = fresh();

	btf_add_composite(b, BTF_KIND_STRUCT, NULL, 8, NULL);
	btf_add_member(b, "me", 2, 0, 0);
	btf_add_ptr(b, 1, NULL);
	btf_add_ref(b, BTF_KIND_TYPEDEF, "t", 1, NULL);
	refuse(b);
	b = fresh();
	btf_add_func_proto(b, 0, NULL);
	btf_add_param(b, NULL, 2);
	btf_add_ptr(b, 1, NULL);
	btf_add_ref(b, BTF_KIND_TYPEDEF, "t", 1, NULL);
	refuse(b);
}
END_TEST

/* Functions that return pointers to functions, a hundred thousand deep, and as many names alike. */
START_TEST(length_is_no_matter)
{
	enum { N = 100000 };
	struct btf *b = fresh();
	struct sbuf out;

	for (u32 i = 0; i < N; i++) {
		btf_add_func_proto(b, 2 * i + 2, NULL);
		btf_add_ptr(b, i + 1 < N ? 2 * i + 3 : 0, NULL);
	}
	btf_add_ref(b, BTF_KIND_TYPEDEF, "deep", 1, NULL);
	for (u32 i = 0; i < N; i++)
		btf_add_composite(b, BTF_KIND_STRUCT, "same", i, NULL);
	out = dump(b);
	ck_assert_ptr_nonnull(strstr(sbuf_str(&out), "struct same___100000 {"));
	sbuf_free(&out);
	btf_free(b);
}
END_TEST

static int dump_once(void *b)
{
	struct sample_diag s;
	struct sbuf out = { 0 };
	int err;

	sample_diag_init(&s);
	err = btf_dump_c(&s.d, b, "test", &out);
	sbuf_free(&out);
	return err;
}

START_TEST(no_memory_is_said)
{
	struct btf *b = sample_btf();

	ck_assert_int_gt(fault_sweep(dump_once, b), 10);
	btf_free(b);
}
END_TEST

static Suite *c_suite(void)
{
	Suite *s = suite_create("btf_c");

	unit_add(s, "order", what_is_needed_comes_first, declarations_are_made,
		 declarators_are_inside_out, split_takes_what_it_needs_of_its_base);
	unit_add(s, "names", names_are_told_apart, only_names_of_c_get_out);
	unit_add(s, "layout", gaps_are_filled, enums_keep_size_and_values);
	unit_add(s, "hostile", doubling_is_refused, circles_without_names_are_refused,
		 length_is_no_matter, no_memory_is_said);
	return s;
}

int main(void)
{
	return unit_main(c_suite(), NULL);
}
