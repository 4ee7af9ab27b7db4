/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Malformed BTF: each rule of the reader is broken once and has to say so (A3.1, A3.5). */
#include "selftests/unit/btf_sample.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

/* Parse, which has to fail with that diagnostic and words in it. */
static void refuse(struct span bytes, int code, int err, const char *words)
{
	struct sample_diag s;
	struct btf *b = NULL;

	sample_diag_init(&s);
	ck_assert_int_eq(btf_parse(&s.d, bytes, "bad.o", &b), err);
	ck_assert_ptr_null(b);
	ck_assert_uint_eq(s.d.n_errors, 1);
	ck_assert_msg(s.code == code && strstr(s.text, words), "%d: %s, not '%s'", s.code, s.text,
		      words);
}

static void refuse_graph(struct btf *b, int code, const char *words)
{
	struct sbuf bytes = sample_write(b, false);

	refuse(span_of(bytes.data, bytes.size), code, code == DIAG_BTF_DEEP ? -E2BIG : -EINVAL,
	       words);
	btf_free(b);
	sbuf_free(&bytes);
}

/* --- header -------------------------------------------------------------------------------- */

static const struct header_case {
	size_t at;
	u32 size;		/* bytes to overwrite */
	u32 value;
	int code, err;
	const char *words;
} headers[] = {
	{ 0, 2, 0x1234, DIAG_BTF_MAGIC, -EINVAL, "0x1234" },
	{ 2, 1, 2, DIAG_BTF_VERSION, -ENOTSUP, "version 2" },
	{ 3, 1, 1, DIAG_BTF_VERSION, -ENOTSUP, "flags 0x1" },
	{ 4, 4, 23, DIAG_BTF_HEADER, -EINVAL, "length" },
	{ 4, 4, 1 << 30, DIAG_BTF_HEADER, -EINVAL, "length" },
	{ 4, 4, 28, DIAG_BTF_HEADER, -EINVAL, "unknown members" },
	{ 8, 4, 1 << 30, DIAG_BTF_HEADER, -EINVAL, "type section runs" },
	{ 8, 4, 2, DIAG_BTF_HEADER, -EINVAL, "multiples of 4" },
	{ 12, 4, UINT32_MAX - 3, DIAG_BTF_HEADER, -EINVAL, "type section runs" },
	{ 16, 4, 0, DIAG_BTF_HEADER, -EINVAL, "overlap" },
	{ 20, 4, 1 << 30, DIAG_BTF_HEADER, -EINVAL, "string section runs" },
	{ 20, 4, 0, DIAG_BTF_HEADER, -EINVAL, "empty string" },
	{ 20, 4, 2, DIAG_BTF_HEADER, -EINVAL, "zero byte" },
	{ 12, 4, 8, DIAG_BTF_CUT, -EINVAL, "[1]" },
};

START_TEST(headers_are_checked)
{
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		const struct header_case *h = &headers[i];
		struct btf *b = sample_btf();
		struct sbuf bytes = sample_write(b, HOST_BIG_ENDIAN);

		memcpy(bytes.data + h->at, (u8 *)&h->value + (HOST_BIG_ENDIAN ? 4 - h->size : 0),
		       h->size);
		refuse(span_of(bytes.data, bytes.size), h->code, h->err, h->words);
		btf_free(b);
		sbuf_free(&bytes);
	}
	refuse(SPAN_NONE, DIAG_BTF_HEADER, -EINVAL, "cut short");
}
END_TEST

/* --- one word of a record ------------------------------------------------------------------ */

static const struct word_case {
	u32 id, word, value;
	int code;
	const char *words;
} records[] = {
	{ S_INT, 1, 20u << 24, DIAG_BTF_KIND, "kind 20" },
	{ S_INT, 1, 0, DIAG_BTF_KIND, "kind 0" },
	{ S_INT, 1, 1u << 24 | 1u << 16, DIAG_BTF_TYPE, "reserved bits" },
	{ S_INT, 1, 1u << 24 | 1u << 31, DIAG_BTF_TYPE, "kind_flag" },
	{ S_INT, 1, 1u << 24 | 1, DIAG_BTF_TYPE, "vlen" },
	{ S_INT, 0, 1 << 20, DIAG_BTF_TYPE, "string offset" },
	{ S_INT, 3, 1u << 28 | 32, DIAG_BTF_TYPE, "encoding" },
	{ S_INT, 3, 8u << 24 | 32, DIAG_BTF_TYPE, "encoding" },
	{ S_INT, 3, 33, DIAG_BTF_TYPE, "bits" },
	{ S_INT, 3, 0, DIAG_BTF_TYPE, "bits" },
	{ S_FLOAT, 2, 5, DIAG_BTF_TYPE, "float" },
	{ S_TYPEDEF, 0, 0, DIAG_BTF_TYPE, "no name" },
	{ S_NODE_PTR, 0, 1, DIAG_BTF_TYPE, "has a name" },
	{ S_NODE_PTR, 2, S_LAST + 1, DIAG_BTF_REF, "does not exist" },
	{ S_NODE_PTR, 2, S_VAR, DIAG_BTF_REF, "VAR" },
	{ S_FUNC, 2, S_INT, DIAG_BTF_REF, "INT" },
	{ S_FUNC, 1, 12u << 24 | 3, DIAG_BTF_TYPE, "linkage" },
	{ S_VAR, 3, 3, DIAG_BTF_TYPE, "linkage" },
	{ S_DATASEC, 3, S_INT, DIAG_BTF_REF, "INT" },
	{ S_DATASEC, 2, 3, DIAG_BTF_ELEMENT, "runs past" },
	{ S_ARRAY, 3, 0, DIAG_BTF_TYPE, "void" },
	{ S_ARRAY, 3, S_FWD, DIAG_BTF_TYPE, "no size" },
	{ S_ARRAY, 4, S_FLOAT, DIAG_BTF_TYPE, "index type" },
	{ S_ARRAY, 5, UINT32_MAX, DIAG_BTF_ELEMENT, "outside" },
	{ S_ENUM, 2, 3, DIAG_BTF_TYPE, "enum" },
	{ S_ENUM, 2, 16, DIAG_BTF_TYPE, "enum" },
	{ S_ENUM64, 3, 0, DIAG_BTF_ELEMENT, "no name" },
	{ S_PROTO, 4, 0, DIAG_BTF_ELEMENT, "void" },
	{ S_UNION, 4, 0, DIAG_BTF_REF, "UNKN" },
	{ S_NODE, 2, 47, DIAG_BTF_ELEMENT, "outside" },
	{ S_NODE, 8, 33u << 24 | 64, DIAG_BTF_ELEMENT, "size" },
	{ S_NODE, 7, S_FLOAT, DIAG_BTF_ELEMENT, "size" },
	{ S_NODE, 13, S_TYPEDEF, DIAG_BTF_TYPE, "contains itself" },
	{ S_DECL_TAG, 3, 6, DIAG_BTF_TYPE, "component" },
	{ S_DECL_TAG, 3, (u32)-2, DIAG_BTF_TYPE, "component" },
	{ S_PARAM_TAG, 3, 2, DIAG_BTF_TYPE, "component" },
	{ S_DECL_TAG, 2, S_INT, DIAG_BTF_REF, "INT" },
};

START_TEST(records_are_checked)
{
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		const struct word_case *c = &records[i];
		struct btf *b = sample_btf();

		b->words.v[b->recs.v[c->id - 1] + c->word] = c->value;
		/* Writing needs the record's length, so a broken kind goes into the bytes. */
		if (c->code == DIAG_BTF_KIND) {
			struct sbuf bytes;

			b->words.v[b->recs.v[c->id - 1] + c->word] = 1u << 24;
			bytes = sample_write(b, HOST_BIG_ENDIAN);
			memcpy(bytes.data + sizeof(struct btf_header) + 4 * c->word, &c->value, 4);
			refuse(span_of(bytes.data, bytes.size), c->code, -EINVAL, c->words);
			sbuf_free(&bytes);
			btf_free(b);
		} else {
			refuse_graph(b, c->code, c->words);
		}
	}
}
END_TEST

START_TEST(a_void_member_is_refused)
{
	struct btf *b = sample_btf();

	/* Through a modifier it gets past the table of kinds. */
	ck_assert_int_eq(btf_add_ref(b, BTF_KIND_CONST, NULL, 0, NULL), 0);
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "s", 8, NULL), 0);
	ck_assert_int_eq(btf_add_member(b, "m", S_LAST + 1, 0, 0), 0);
	refuse_graph(b, DIAG_BTF_ELEMENT, "no size");
}
END_TEST

START_TEST(entries_end_within_32_bits)
{
	struct btf *b = sample_btf();
	struct btf_var_secinfo v = { S_VAR, UINT32_MAX - 2, 4 };

	ck_assert_int_eq(btf_set_datasec(b, S_DATASEC, 0, &v, 1), 0);
	refuse_graph(b, DIAG_BTF_ELEMENT, "32 bits");
}
END_TEST

/* One long string, every record another tail of it: a square number of bytes when it is linked. */
START_TEST(long_names_are_refused)
{
	struct btf *b = sample_btf();
	struct sbuf bytes;
	char name[BTF_MAX_STR + 2];
	u32 id;

	memset(name, 'x', sizeof(name));
	name[BTF_MAX_STR] = 0;
	ck_assert_int_eq(btf_add_fwd(b, name, false, &id), 0);
	bytes = sample_write(b, false);
	btf_free(sample_parse(span_of(bytes.data, bytes.size)));
	sbuf_free(&bytes);
	name[BTF_MAX_STR] = 'x';
	name[BTF_MAX_STR + 1] = 0;
	ck_assert_int_eq(btf_set_name(b, id, name), 0);
	refuse_graph(b, DIAG_BTF_TYPE, "longer than 1024");
}
END_TEST

/* --- chains -------------------------------------------------------------------------------- */

START_TEST(loops_are_refused)
{
	struct btf *b;
	u32 id;

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_ref(b, BTF_KIND_CONST, NULL, 1, &id), 0);
	refuse_graph(b, DIAG_BTF_TYPE, "contains itself");

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_ptr(b, 2, &id), 0);
	ck_assert_int_eq(btf_add_ref(b, BTF_KIND_TYPEDEF, "t", 1, &id), 0);
	refuse_graph(b, DIAG_BTF_TYPE, "points to itself");

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_int(b, "int", 4, 0, &id), 0);
	ck_assert_int_eq(btf_add_array(b, 3, 1, 0, &id), 0);
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_UNION, "u", 0, &id), 0);
	ck_assert_int_eq(btf_add_member(b, "self", 2, 0, 0), 0);
	refuse_graph(b, DIAG_BTF_TYPE, "contains itself");
}
END_TEST

static struct btf *typedef_chain(u32 n)
{
	struct btf *b;
	u32 id;

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_int(b, "int", 4, 0, &id), 0);
	for (u32 i = 0; i < n; i++)
		ck_assert_int_eq(btf_add_ref(b, BTF_KIND_TYPEDEF, "t", id, &id), 0);
	return b;
}

START_TEST(depth_is_limited)
{
	struct btf *b = typedef_chain(BTF_MAX_DEPTH);
	struct sbuf bytes = sample_write(b, false);
	struct btf *back = sample_parse(span_of(bytes.data, bytes.size));

	ck_assert_int_eq(btf_size(back, btf_n_types(back)), 4);
	btf_free(back);
	btf_free(b);
	sbuf_free(&bytes);
	refuse_graph(typedef_chain(BTF_MAX_DEPTH + 1), DIAG_BTF_DEEP, "chain");
	refuse_graph(typedef_chain(100000), DIAG_BTF_DEEP, "chain");
	refuse_graph(sample_chain(BTF_MAX_DEPTH + 1), DIAG_BTF_DEEP, "chain");
}
END_TEST

/* Ids in falling order: each type is on the stack before what it leads to is known. */
START_TEST(depth_is_limited_from_the_top)
{
	struct btf *b;

	ck_assert_int_eq(btf_new(&b), 0);
	for (u32 i = 1; i < 100000; i++)
		ck_assert_int_eq(btf_add_ptr(b, i + 1, NULL), 0);
	ck_assert_int_eq(btf_add_int(b, "int", 4, 0, NULL), 0);
	refuse_graph(b, DIAG_BTF_DEEP, "chain");
}
END_TEST

/*
 * Upwards most depths are known before a walk begins; the first type of the chain is named all the
 * same, as it is when a string that is too long leaves every record to the rules.
 */
START_TEST(the_first_of_a_long_chain_is_named)
{
	enum { LAST = BTF_MAX_DEPTH + 30 };
	char name[BTF_MAX_STR + 2];

	memset(name, 'x', sizeof(name));
	name[BTF_MAX_STR + 1] = 0;
	for (u32 by_rules = 0; by_rules < 2; by_rules++) {
		struct btf *b;
		u32 off;

		ck_assert_int_eq(btf_new(&b), 0);
		ck_assert_int_eq(btf_add_ptr(b, LAST, NULL), 0);
		ck_assert_int_eq(btf_add_int(b, "int", 4, 0, NULL), 0);
		for (u32 id = 3; id <= LAST; id++)
			ck_assert_int_eq(btf_add_ptr(b, id - 1, NULL), 0);
		ck_assert(!by_rules || !btf_add_str(b, name, &off));
		refuse_graph(b, DIAG_BTF_DEEP, "[1]");
	}
}
END_TEST

/* A size of 0 ends no check of the dimensions. */
START_TEST(empty_elements_do_not_hide_large_arrays)
{
	struct btf *b;
	u32 id;

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_int(b, "int", 4, 0, NULL), 0);
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "empty", 0, &id), 0);
	for (u32 i = 0; i < 3; i++)
		ck_assert_int_eq(btf_add_array(b, id, 1, 1 << 16, &id), 0);
	refuse_graph(b, DIAG_BTF_TYPE, "32 bits");
}
END_TEST

/* Each struct holds two of the next: 2^100 paths, 100 types. */
START_TEST(shared_parts_are_walked_once)
{
	struct btf *b = sample_chain(0), *back;
	struct sbuf bytes;

	for (u32 i = 0; i < 100; i++) {
		ck_assert_int_eq(btf_add_composite(b, BTF_KIND_UNION, "twice", 4, NULL), 0);
		for (u32 m = 0, id = i ? btf_n_types(b) - 1 : 1; m < 2; m++)
			ck_assert_int_eq(btf_add_member(b, "m", id, 0, 0), 0);
	}
	bytes = sample_write(b, false);
	back = sample_parse(span_of(bytes.data, bytes.size));
	ck_assert_uint_eq(btf_align(back, btf_n_types(back)), 4);
	btf_free(back);
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

START_TEST(array_sizes_do_not_overflow)
{
	struct btf *b;
	u32 id;

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_int(b, "int", 4, 0, &id), 0);
	for (u32 i = 0; i < 3; i++)
		ck_assert_int_eq(btf_add_array(b, id, 1, 1 << 16, &id), 0);
	refuse_graph(b, DIAG_BTF_TYPE, "32 bits");
}
END_TEST

static Suite *bad_suite(void)
{
	Suite *s = suite_create("btf_bad");

	unit_add(s, "records", headers_are_checked, records_are_checked, a_void_member_is_refused,
		 entries_end_within_32_bits, long_names_are_refused);
	unit_add(s, "chains", loops_are_refused, depth_is_limited, depth_is_limited_from_the_top,
		 the_first_of_a_long_chain_is_named, shared_parts_are_walked_once,
		 array_sizes_do_not_overflow, empty_elements_do_not_hide_large_arrays);
	return s;
}

int main(void)
{
	return unit_main(bad_suite(), NULL);
}
