/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* BTF.ext: bytes and back, and what is refused (A3.6). */
#include "selftests/fault_malloc.h"
#include "selftests/unit/btf_sample.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

#define OK(call) ck_assert_int_eq((call), 0)

/* Two sections; strings of the sample graph stand in for section names and source. */
static struct btf_ext *sample_ext(struct btf *b)
{
	u32 sec = btf_find_str(b, ".bss"), text = btf_find_str(b, "node");
	struct btf_ext *x;

	OK(btf_ext_new(&x));
	OK(btf_ext_add_func_sec(x, sec));
	OK(btf_ext_add_func(x, &(struct bpf_func_info){ 0, S_FUNC }));
	OK(btf_ext_add_func(x, &(struct bpf_func_info){ 64, S_FUNC_STATIC }));
	OK(btf_ext_add_func_sec(x, text));
	OK(btf_ext_add_func(x, &(struct bpf_func_info){ 0, S_FUNC }));
	OK(btf_ext_add_line_sec(x, sec));
	OK(btf_ext_add_line(x, &(struct bpf_line_info){ 0, text, sec, 12 << 10 | 3 }));
	OK(btf_ext_add_core_sec(x, sec));
	OK(btf_ext_add_core(x, &(struct bpf_core_relo){ 8, S_NODE, text, 0 }));
	return x;
}

static struct sbuf write_ext(const struct btf_ext *x, bool big_endian)
{
	struct sbuf bytes = { 0 };

	OK(btf_ext_write(x, big_endian, &bytes));
	return bytes;
}

START_TEST(both_byte_orders_round_trip)
{
	struct btf *b = sample_btf();
	struct btf_ext *x = sample_ext(b), *back;
	struct sample_diag s;

	for (int big = 0; big < 2; big++) {
		struct sbuf bytes = write_ext(x, big);

		sample_diag_init(&s);
		OK(btf_ext_parse(&s.d, span_of(bytes.data, bytes.size), "x.o", b, &back));
		ck_assert_int_eq(s.code, 0);
		ck_assert(btf_ext_equal(x, back));
		ck_assert(back->swapped == (big != HOST_BIG_ENDIAN));
		ck_assert_uint_eq(back->func_secs.v[1].first, 2);
		btf_ext_free(back);
		sbuf_free(&bytes);
	}
	btf_ext_free(x);
	btf_free(b);
}
END_TEST

static void prog_round_trips(const char *path, struct span btf, struct span ext)
{
	struct btf *b = sample_parse(btf);
	struct btf_ext *x;
	struct sample_diag s;
	struct sbuf bytes;

	sample_diag_init(&s);
	if (ext.size) {
		ck_assert_msg(!btf_ext_parse(&s.d, ext, path, b, &x), "%s: %s", path, s.text);
		bytes = write_ext(x, btf_was_swapped(b) != HOST_BIG_ENDIAN);
		/* GCC pads an empty BTF.ext; clang's is what we write, byte for byte. */
		if (!btf_ext_is_empty(x))
			ck_assert_msg(span_eq(span_of(bytes.data, bytes.size), ext), "%s", path);
		btf_ext_free(x);
		sbuf_free(&bytes);
	}
	btf_free(b);
}

START_TEST(compilers_output_round_trips)
{
	if (!sample_each_prog(prog_round_trips))
		unit_skip("no compiler for BPF");
}
END_TEST

START_TEST(sections_without_records_are_not_written)
{
	struct btf *b = sample_btf();
	struct btf_ext *x;
	struct sbuf bytes;

	OK(btf_ext_new(&x));
	OK(btf_ext_add_func_sec(x, 1));
	ck_assert(btf_ext_is_empty(x));
	bytes = write_ext(x, false);
	ck_assert_uint_eq(bytes.size, sizeof(struct btf_ext_header));
	sbuf_free(&bytes);
	btf_ext_free(x);
	btf_free(b);
}
END_TEST

START_TEST(ids_and_strings_follow_their_btf)
{
	struct btf *b = sample_btf();
	struct btf_ext *x = sample_ext(b);
	u8 keep[S_LAST + 1] = { 0 };
	u32 map[S_LAST + 1], off;

	OK(btf_add_str(b, "gone", &off));
	OK(btf_renew_strs(b, x));
	ck_assert_str_eq(btf_str(b, x->lines.v[0].file_name_off), "node");
	ck_assert_str_eq(btf_str(b, x->func_secs.v[0].name_off), ".bss");
	ck_assert_uint_eq(btf_find_str(b, "gone"), 0);

	keep[S_FUNC] = keep[S_FUNC_STATIC] = 1;
	btf_mark_below(b, S_FUNC, 1, keep, map);
	btf_mark_below(b, S_FUNC_STATIC, 1, keep, map);
	OK(btf_keep_only(b, keep, map));
	btf_ext_remap_ids(x, map);
	ck_assert_uint_ne(map[S_FUNC_STATIC], S_FUNC_STATIC);
	ck_assert_uint_eq(x->funcs.v[1].type_id, map[S_FUNC_STATIC]);
	ck_assert_uint_eq(x->relos.v[0].type_id, map[S_NODE]);
	btf_ext_free(x);
	btf_free(b);
}
END_TEST

/* Source lines have no limit: a long one is kept without its text. */
START_TEST(long_lines_lose_their_text)
{
	struct btf *b = sample_btf();
	struct btf_ext *x = sample_ext(b), *back;
	char line[2 * BTF_MAX_STR];
	struct sbuf bytes;
	struct sample_diag s;

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = 0;
	OK(btf_add_str(b, line, &x->lines.v[0].line_off));
	bytes = write_ext(x, false);
	sample_diag_init(&s);
	OK(btf_ext_parse(&s.d, span_of(bytes.data, bytes.size), "x.o", b, &back));
	ck_assert_uint_eq(back->lines.v[0].line_off, 0);
	ck_assert_str_eq(btf_str(b, back->lines.v[0].file_name_off), "node");
	ck_assert_uint_eq(back->lines.v[0].line_col, 12 << 10 | 3);
	btf_ext_free(back);
	btf_ext_free(x);
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

/* --- bad input ----------------------------------------------------------------------------- */

START_TEST(truncation_is_an_error_everywhere)
{
	struct btf *b = sample_btf();
	struct btf_ext *x = sample_ext(b), *back;
	struct sbuf bytes = write_ext(x, false);

	for (size_t size = 0; size < bytes.size; size++) {
		u8 *cut = malloc(size + !size);
		struct sample_diag s;

		memcpy(cut, bytes.data, size);
		sample_diag_init(&s);
		ck_assert_int_eq(btf_ext_parse(&s.d, span_of(cut, size), "x.o", b, &back), -EINVAL);
		ck_assert_uint_eq(s.d.n_errors, 1);
		free(cut);
	}
	sbuf_free(&bytes);
	btf_ext_free(x);
	btf_free(b);
}
END_TEST

/* Word 8 is func_info's record size, behind it name, count, {insn_off, type_id}, ... */
static const struct word_case {
	u32 word, value;
	int code;
	const char *words;
} bad_words[] = {
	{ 1, 20, DIAG_BTF_EXT_HEADER, "length" },
	{ 1, 1 << 30, DIAG_BTF_EXT_HEADER, "length" },
	{ 1, 36, DIAG_BTF_EXT_HEADER, "unknown members" },
	{ 3, 1 << 30, DIAG_BTF_EXT_HEADER, "runs past" },
	{ 4, UINT32_MAX, DIAG_BTF_EXT_HEADER, "runs past" },
	{ 3, 2, DIAG_BTF_EXT_HEADER, "cut short" },
	{ 8, 4, DIAG_BTF_EXT_HEADER, "record size" },
	{ 8, 10, DIAG_BTF_EXT_HEADER, "record size" },
	{ 8, UINT32_MAX - 3, DIAG_BTF_EXT_HEADER, "records run past" },
	{ 9, 1 << 20, DIAG_BTF_EXT_HEADER, "no name" },
	{ 9, 0, DIAG_BTF_EXT_HEADER, "no name" },
	{ 10, UINT32_MAX, DIAG_BTF_EXT_HEADER, "records run past" },
	{ 11, 4, DIAG_BTF_EXT_RECORD, "offset" },
	{ 12, S_INT, DIAG_BTF_EXT_RECORD, "FUNC" },
	{ 12, S_LAST + 1, DIAG_BTF_EXT_RECORD, "FUNC" },
	/* line_info starts at word 19, its record at 22; core_relo at 26 and 29. */
	{ 23, 1 << 20, DIAG_BTF_EXT_RECORD, "string" },
	{ 24, 1 << 20, DIAG_BTF_EXT_RECORD, "string" },
	{ 30, S_LAST + 1, DIAG_BTF_EXT_RECORD, "type" },
	{ 31, 1 << 20, DIAG_BTF_EXT_RECORD, "string" },
};

START_TEST(records_are_checked)
{
	struct btf *b = sample_btf();
	struct btf_ext *x = sample_ext(b), *back = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(bad_words); i++) {
		struct sbuf bytes = write_ext(x, HOST_BIG_ENDIAN);
		struct sample_diag s;

		memcpy(bytes.data + 4 * bad_words[i].word, &bad_words[i].value, 4);
		sample_diag_init(&s);
		ck_assert_int_eq(btf_ext_parse(&s.d, span_of(bytes.data, bytes.size), "x.o", b,
					       &back), -EINVAL);
		ck_assert_ptr_null(back);
		ck_assert_msg(s.code == bad_words[i].code && strstr(s.text, bad_words[i].words),
			      "%zu: %s", i, s.text);
		sbuf_free(&bytes);
	}
	btf_ext_free(x);
	btf_free(b);
}
END_TEST

START_TEST(other_headers_are_named)
{
	static const u8 elf[32] = { 0x7f, 'E', 'L', 'F' }, v2[32] = { 0x9f, 0xeb, 2 };
	struct btf *b = sample_btf();
	struct btf_ext *x;
	struct sample_diag s;

	sample_diag_init(&s);
	ck_assert_int_eq(btf_ext_parse(&s.d, span_of(elf, 32), "x.o", b, &x), -EINVAL);
	ck_assert_int_eq(s.code, DIAG_BTF_EXT_HEADER);
	ck_assert_int_eq(btf_ext_parse(&s.d, span_of(v2, 32), "x.o", b, &x), -ENOTSUP);
	ck_assert_int_eq(s.code, DIAG_BTF_VERSION);
	btf_free(b);
}
END_TEST

static void put(struct sbuf *out, u32 v)
{
	sbuf_put(out, &v, sizeof(v));
}

/* A newer compiler's: header of 24 or 40 bytes, records with n_more further words. */
static struct sbuf other_layout(struct btf *b, u32 hdr_len, u32 n_more)
{
	struct sbuf out = { 0 };
	u32 len = 4 + 8 + 8 + 4 * n_more;

	put(&out, HOST_BIG_ENDIAN ? 0xeb9f0100 : 0x0001eb9f);
	put(&out, hdr_len);
	put(&out, 0);
	put(&out, len);
	put(&out, len);
	put(&out, 0);
	sbuf_zero(&out, hdr_len - 24);
	put(&out, 8 + 4 * n_more);
	put(&out, btf_find_str(b, ".bss"));
	put(&out, 1);
	put(&out, 16);
	put(&out, S_FUNC);
	for (u32 i = 0; i < n_more; i++)
		put(&out, 0xffffffff);
	return out;
}

START_TEST(other_layouts_are_read)
{
	struct btf *b = sample_btf();
	struct btf_ext *x;

	for (u32 i = 0; i < 3; i++) {
		struct sbuf bytes = other_layout(b, 24 + 8 * i, i);
		struct sample_diag s;

		sample_diag_init(&s);
		OK(btf_ext_parse(&s.d, span_of(bytes.data, bytes.size), "x.o", b, &x));
		ck_assert_int_eq(s.code, i ? DIAG_BTF_EXT_TAIL : 0);
		ck_assert_uint_eq(s.d.n_errors, 0);
		ck_assert_uint_eq(x->dropped_tail, 4 * i);
		ck_assert_uint_eq(x->funcs.n, 1);
		ck_assert_uint_eq(x->funcs.v[0].insn_off, 16);
		btf_ext_free(x);
		sbuf_free(&bytes);
	}
	btf_free(b);
}
END_TEST

struct fault_input {
	struct btf *b;
	struct sbuf bytes;
};

static int parse_and_write(void *user)
{
	struct fault_input *in = user;
	struct diag d = { .error_limit = 20 };
	struct sbuf out = { 0 };
	struct btf_ext *x = NULL;
	int err = btf_ext_parse(&d, span_of(in->bytes.data, in->bytes.size), "x.o", in->b, &x);

	if (!err)
		err = btf_ext_write(x, true, &out);
	btf_ext_free(x);
	sbuf_free(&out);
	return err;
}

START_TEST(no_memory_is_said)
{
	struct fault_input in = { .b = sample_btf() };
	struct btf_ext *x = sample_ext(in.b);

	in.bytes = write_ext(x, false);
	ck_assert_int_gt(fault_sweep(parse_and_write, &in), 6);
	sbuf_free(&in.bytes);
	btf_ext_free(x);
	btf_free(in.b);
}
END_TEST

static Suite *ext_suite(void)
{
	Suite *s = suite_create("btf_ext");

	unit_add(s, "good", both_byte_orders_round_trip, compilers_output_round_trips,
		 sections_without_records_are_not_written, ids_and_strings_follow_their_btf,
		 other_layouts_are_read, long_lines_lose_their_text);
	unit_add(s, "bad", truncation_is_an_error_everywhere, records_are_checked,
		 other_headers_are_named, no_memory_is_said);
	return s;
}

int main(void)
{
	return unit_main(ext_suite(), NULL);
}
