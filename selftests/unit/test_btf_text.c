/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* BTF as text: the raw dump against bpftool's, JSON, C declarations (A3.4, A3.5). */
#include "selftests/unit/btf_sample.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define VMLINUX "/sys/kernel/btf/vmlinux"
#define BPFTOOL "/usr/sbin/bpftool"

/* Compare the dump with what bpftool says of the file. */
static void same_as_bpftool(const struct btf *b, const char *path)
{
	struct sbuf ours = { 0 }, theirs;
	char command[4200];

	snprintf(command, sizeof(command), BPFTOOL " btf dump file %s format raw", path);
	theirs = sample_run(command);
	btf_dump_raw(b, &ours);
	ck_assert_int_eq(sbuf_err(&ours), 0);
	ck_assert_msg(theirs.size, "bpftool can't read %s", path);
	ck_assert_msg(!strcmp(sbuf_str(&ours), sbuf_str(&theirs)), "%s", path);
	sbuf_free(&ours);
	sbuf_free(&theirs);
}

START_TEST(kernel_dump_equals_bpftool)
{
	struct sbuf bytes = sample_read(VMLINUX);
	struct btf *b;

	if (!bytes.size || access(BPFTOOL, X_OK)) {
		sbuf_free(&bytes);
		unit_skip("no " VMLINUX " or no " BPFTOOL);
	}
	b = sample_parse(span_of(bytes.data, bytes.size));
	same_as_bpftool(b, VMLINUX);
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

static void prog_dump(const char *path, struct span btf, struct span ext)
{
	struct btf *b = sample_parse(btf);

	same_as_bpftool(b, path);
	btf_free(b);
}

START_TEST(compilers_dump_equals_bpftool)
{
	if (access(BPFTOOL, X_OK))
		unit_skip("no " BPFTOOL);
	if (!sample_each_prog(prog_dump))
		unit_skip("no compiler for BPF");
}
END_TEST

START_TEST(every_kind_is_dumped)
{
	static const char *const lines[] = {
		"[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED\n",
		"[3] ARRAY '(anon)' type_id=2 index_type_id=1 nr_elems=16\n",
		"[4] STRUCT 'node' size=48 vlen=6\n\t'next' type_id=5 bits_offset=0\n",
		"\t'low' type_id=1 bits_offset=64 bitfield_size=3\n",
		"[10] UNION '(anon)' size=8 vlen=2\n",
		"[11] ENUM 'colour' encoding=SIGNED size=4 vlen=2\n\t'NO_COLOUR' val=-1\n",
		"\t'WIDE' val=1311768467463790320ULL\n",
		"[13] FWD 'opaque' fwd_kind=struct\n",
		"[15] FLOAT 'double' size=8\n",
		"[21] FUNC 'prog1' type_id=20 linkage=extern\n",
		"[24] VAR 'LINUX_HZ' type_id=1, linkage=extern\n",
		"[25] DATASEC '.bss' size=0 vlen=2\n\ttype_id=23 offset=0 size=4 (VAR 'counter')\n",
		"[27] DECL_TAG 'of len' type_id=19 component_idx=1\n",
	};
	struct btf *b = sample_btf();
	struct sbuf out = { 0 };

	btf_dump_raw(b, &out);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		ck_assert_msg(strstr(sbuf_str(&out), lines[i]), "%s", lines[i]);
	sbuf_free(&out);
	btf_free(b);
}
END_TEST

START_TEST(json_escapes_names)
{
	struct btf *b;
	struct sbuf out = { 0 };

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_fwd(b, "a\"\\\n\x7f\xc3\xa9\xff\xc3", false, NULL), 0);
	ck_assert_int_eq(btf_add_func_proto(b, 0, NULL), 0);
	btf_dump_json(b, &out);
	ck_assert_str_eq(sbuf_str(&out),
			 "{\"types\":[{\"id\":1,\"kind\":\"FWD\",\"name\":\"a\\\"\\\\\\u000a\\u007f"
			 "\xc3\xa9\\u00ff\\u00c3\",\"fwd_kind\":\"struct\"},"
			 "{\"id\":2,\"kind\":\"FUNC_PROTO\",\"name\":\"(anon)\",\"ret_type_id\":0,"
			 "\"vlen\":0,\"params\":[]}]}");
	sbuf_free(&out);
	btf_dump_raw(b, &out);
	ck_assert_ptr_nonnull(strstr(sbuf_str(&out), "a\"\\\\x0a\\x7f"));
	sbuf_free(&out);
	btf_free(b);
}
END_TEST

static void declares(const struct btf *b, u32 id, const char *name, const char *want)
{
	struct sbuf out = { 0 };

	btf_print_decl(b, id, name, &out);
	ck_assert_str_eq(sbuf_str(&out), want);
	sbuf_free(&out);
}

START_TEST(declarations_are_c)
{
	struct btf *b = sample_btf();
	u32 n = btf_n_types(b), arr, ptr;

	declares(b, 0, NULL, "void");
	declares(b, S_NODE_PTR, NULL, "struct node *");
	declares(b, S_NODE_PTR, "n", "struct node *n");
	declares(b, S_VOLATILE, "v", "volatile const int v");
	declares(b, S_RESTRICT, "r", "struct node *restrict r");
	declares(b, S_ARRAY, NULL, "char[16]");
	declares(b, S_ARRAY, "name", "char name[16]");
	declares(b, S_TYPEDEF, "t", "node_t t");
	declares(b, S_UNION, NULL, "union (anonymous)");
	declares(b, S_ENUM64, NULL, "enum wide");
	declares(b, S_FWD_PTR, NULL, "struct opaque *");
	declares(b, S_TAGGED_PTR, NULL, "__attribute__((btf_type_tag(\"user\"))) int *");
	declares(b, S_PROTO_PTR, NULL, "void (*)(struct opaque *, ...)");
	declares(b, S_PROTO_PTR, "fn", "void (*fn)(struct opaque *, ...)");
	declares(b, S_VAR, NULL, "volatile const int counter");
	/* int *const (*x[3])[2]: const, pointer, array, pointer, array. */
	ck_assert_int_eq(btf_add_ptr(b, S_INT, &ptr), 0);
	ck_assert_int_eq(btf_add_ref(b, BTF_KIND_CONST, NULL, ptr, &ptr), 0);
	ck_assert_int_eq(btf_add_array(b, ptr, S_INT, 2, &arr), 0);
	ck_assert_int_eq(btf_add_ptr(b, arr, &ptr), 0);
	ck_assert_int_eq(btf_add_array(b, ptr, S_INT, 3, &arr), 0);
	declares(b, arr, "x", "int *const (*x[3])[2]");
	ck_assert_uint_eq(btf_n_types(b), n + 5);
	btf_free(b);
}
END_TEST

START_TEST(prototypes_are_c)
{
	static const struct { u32 id; const char *name, *want; } cases[] = {
		{ S_FUNC, NULL, "int prog(struct node *ctx, const int len)" },
		{ S_FUNC, "other", "int other(struct node *ctx, const int len)" },
		{ S_FUNC_EXT, NULL, "void prog1(struct opaque *, ...)" },
		{ S_PROTO, "f", "int f(struct node *ctx, const int len)" },
	};
	struct btf *b = sample_btf();
	struct sbuf out = { 0 };
	u32 id;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		btf_print_proto(b, cases[i].id, cases[i].name, &out);
		ck_assert_str_eq(sbuf_str(&out), cases[i].want);
		sbuf_trim(&out, 0);
	}
	ck_assert_int_eq(btf_add_func_proto(b, S_NODE_PTR, &id), 0);
	btf_print_proto(b, id, "none", &out);
	ck_assert_str_eq(sbuf_str(&out), "struct node *none(void)");
	sbuf_free(&out);
	btf_free(b);
}
END_TEST

/* A function that takes pointers to itself: the text ends, and soon. */
START_TEST(endless_types_end)
{
	struct btf *b;
	struct sbuf out = { 0 };

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_ptr(b, 2, NULL), 0);
	ck_assert_int_eq(btf_add_func_proto(b, 1, NULL), 0);
	for (u32 i = 0; i < 20; i++)
		ck_assert_int_eq(btf_add_param(b, "p", 1), 0);
	btf_print_type(b, 2, &out);
	ck_assert_ptr_nonnull(strstr(sbuf_str(&out), "..."));
	ck_assert_uint_lt(out.size, 100000);
	sbuf_free(&out);
	btf_free(b);
}
END_TEST

static Suite *text_suite(void)
{
	Suite *s = suite_create("btf_text");

	unit_add(s, "dump", kernel_dump_equals_bpftool, compilers_dump_equals_bpftool,
		 every_kind_is_dumped, json_escapes_names);
	unit_add(s, "c", declarations_are_c, prototypes_are_c, endless_types_end);
	return s;
}

int main(void)
{
	return unit_main(text_suite(), NULL);
}
