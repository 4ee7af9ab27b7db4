/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A graph whose records and strings stay in the bytes of a file until it is changed. */
#include "selftests/fault_malloc.h"
#include "selftests/unit/btf_sample.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

/* A file's bytes, in memory that ends where they end. */
static struct file_bytes held_copy(struct span bytes)
{
	struct file_bytes f = { .heap = malloc(bytes.size) };

	if (f.heap) {
		memcpy(f.heap, bytes.data, bytes.size);
		f.span = span_of(f.heap, bytes.size);
	}
	return f;
}

static struct btf *parse_held(struct span bytes)
{
	struct file_bytes f = held_copy(bytes);
	struct sample_diag s;
	struct btf *b;

	sample_diag_init(&s);
	ck_assert_msg(!btf_parse_held(&s.d, &f, "held", NULL, &b), "%s", s.text);
	/* They are the graph's now, or gone. */
	ck_assert_ptr_null(f.heap);
	ck_assert_ptr_null(f.span.data);
	return b;
}

static bool is_held(const struct btf *b)
{
	return b->held.span.data;
}

/* The same graph as from a copy, and held or not as it must be. */
static void expect(struct span bytes, bool held)
{
	struct btf *b = parse_held(bytes), *copied = sample_parse(bytes);

	ck_assert(btf_equal(b, copied));
	ck_assert(is_held(b) == held);
	ck_assert_int_eq(btf_own(b), 0);
	ck_assert(btf_equal(b, copied) && !is_held(b));
	btf_free(b);
	btf_free(copied);
}

START_TEST(bytes_stay_if_they_can)
{
	struct btf *b = sample_btf();
	struct sbuf host = sample_write(b, HOST_BIG_ENDIAN), other, odd = { 0 };
	u32 fwd_word = (u32)sizeof(struct btf_header) + (b->recs.v[S_FWD - 1] + 2) * 4;
	u32 hdr_len = sizeof(struct btf_header) + 1;

	other = sample_write(b, !HOST_BIG_ENDIAN);
	expect(span_of(host.data, host.size), true);
	/* To be swapped. */
	expect(span_of(other.data, other.size), false);
	/* Records that aren't aligned. */
	sbuf_put(&odd, host.data, sizeof(struct btf_header));
	memcpy(odd.data + 4, &hdr_len, sizeof(hdr_len));
	sbuf_zero(&odd, 1);
	sbuf_put(&odd, host.data + sizeof(struct btf_header),
		 host.size - sizeof(struct btf_header));
	expect(span_of(odd.data, odd.size), false);
	/* A word to be cleared. */
	host.data[fwd_word] = 7;
	expect(span_of(host.data, host.size), false);
	btf_free(b);
	sbuf_free(&host);
	sbuf_free(&other);
	sbuf_free(&odd);
}
END_TEST

START_TEST(bad_bytes_are_gone)
{
	struct btf *b = sample_btf(), *back;
	struct sbuf bytes = sample_write(b, false);

	for (size_t size = 1; size < bytes.size; size++) {
		struct file_bytes f = held_copy(span_of(bytes.data, size));
		struct sample_diag s;

		sample_diag_init(&s);
		ck_assert_int_eq(btf_parse_held(&s.d, &f, "cut", NULL, &back), -EINVAL);
		ck_assert_ptr_null(f.heap);
	}
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

/* --- changes ------------------------------------------------------------------------------- */

static int add_string(struct btf *b)
{
	u32 off;

	return btf_add_str(b, "new", &off);
}

/* The string lies in the table that is left. */
static int add_tail(struct btf *b)
{
	u32 off;

	return btf_add_str(b, btf_name(b, S_NODE) + 1, &off);
}

static int add_type(struct btf *b)
{
	return btf_add_ptr(b, S_INT, NULL);
}

/* To the last, which has to be a struct for that. */
static int add_members(struct btf *b)
{
	int err = btf_add_composite(b, BTF_KIND_STRUCT, "late", 8, NULL);

	return err ? err : btf_add_member(b, "m", S_INT, 0, 0);
}

static int rename_type(struct btf *b)
{
	return btf_set_name(b, S_INT, btf_name(b, S_CHAR));
}

static int rename_param(struct btf *b)
{
	return btf_set_param_name(b, S_PROTO, 0, btf_name(b, S_CHAR));
}

static int set_datasec(struct btf *b)
{
	return btf_set_datasec(b, S_DATASEC, 0, NULL, 0);
}

static int append(struct btf *b)
{
	struct btf *other = sample_btf();
	u32 map[S_LAST + 1];
	int err = btf_append(b, other, map);

	btf_free(other);
	return err;
}

static int dedup(struct btf *b)
{
	return btf_dedup(b, BTF_DEDUP_ENTITIES, NULL);
}

static int renew(struct btf *b)
{
	return btf_renew_strs(b, NULL);
}

static int keep_some(struct btf *b)
{
	u8 keep[S_LAST + 1] = { [S_INT] = 1, [S_CHAR] = 1 };
	u32 map[S_LAST + 1];

	return btf_keep_only(b, keep, map);
}

static int (*const changes[])(struct btf *b) = {
	add_string, add_tail, add_type, add_members, rename_type, rename_param, set_datasec, append,
	dedup, renew, keep_some,
};

START_TEST(changes_are_those_of_a_copy)
{
	struct btf *sample = sample_btf();
	struct sbuf bytes = sample_write(sample, HOST_BIG_ENDIAN);

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		struct btf *b = parse_held(span_of(bytes.data, bytes.size));
		struct btf *copied = sample_parse(span_of(bytes.data, bytes.size));
		struct sbuf one, two;

		ck_assert(is_held(b));
		ck_assert_int_eq(changes[i](b), 0);
		ck_assert_int_eq(changes[i](copied), 0);
		ck_assert_msg(!is_held(b) && btf_equal(b, copied), "change %zu", i);
		one = sample_write(b, false);
		two = sample_write(copied, false);
		ck_assert(span_eq(span_of(one.data, one.size), span_of(two.data, two.size)));
		sbuf_free(&one);
		sbuf_free(&two);
		btf_free(b);
		btf_free(copied);
	}
	btf_free(sample);
	sbuf_free(&bytes);
}
END_TEST

/* Into a held graph without types. */
START_TEST(an_empty_file_can_be_appended_to)
{
	struct btf *none, *b;
	struct sbuf bytes;

	ck_assert_int_eq(btf_new(&none), 0);
	bytes = sample_write(none, HOST_BIG_ENDIAN);
	b = parse_held(span_of(bytes.data, bytes.size));
	ck_assert_int_eq(append(b), 0);
	ck_assert_uint_eq(btf_n_types(b), S_LAST);
	btf_free(b);
	btf_free(none);
	sbuf_free(&bytes);
}
END_TEST

static int use_held(void *user)
{
	struct sbuf *bytes = user;
	struct file_bytes f = held_copy(span_of(bytes->data, bytes->size));
	struct diag d = { .error_limit = 20 };
	struct btf *b = NULL;
	int err = f.heap ? btf_parse_held(&d, &f, "f", NULL, &b) : -ENOMEM;

	if (!err)
		err = rename_type(b);
	if (!err)
		err = dedup(b);
	btf_free(b);
	return err;
}

START_TEST(no_memory_is_said)
{
	struct btf *b = sample_btf();
	struct sbuf bytes = sample_write(b, HOST_BIG_ENDIAN);

	ck_assert_int_gt(fault_sweep(use_held, &bytes), 10);
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

static Suite *held_suite(void)
{
	Suite *s = suite_create("btf_held");

	unit_add(s, "held", bytes_stay_if_they_can, bad_bytes_are_gone, changes_are_those_of_a_copy,
		 an_empty_file_can_be_appended_to, no_memory_is_said);
	return s;
}

int main(void)
{
	return unit_main(held_suite(), NULL);
}
