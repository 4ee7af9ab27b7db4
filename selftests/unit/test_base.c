/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* lib/base: memory, containers, spans. Diagnostics and files are in test_base_{diag,file}.c. */
#include "lib/base/arena.h"
#include "lib/base/hmap.h"
#include "lib/base/sbuf.h"
#include "lib/base/span.h"
#include "lib/base/vec.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

/* --- arena ------------------------------------------------------------------------------- */

START_TEST(arena_gives_zeroed_aligned_memory)
{
	struct arena a = { 0 };

	for (size_t size = 0; size < 3000; size = size * 2 + 1) {
		u8 *p = arena_alloc(&a, size);

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((uintptr_t)p % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			ck_assert_uint_eq(p[i], 0);
		memset(p, 0xff, size);
	}
	arena_free(&a);
	ck_assert_ptr_null(a.head);
	ck_assert_uint_eq(a.total, 0);
}
END_TEST

START_TEST(arena_allocations_do_not_overlap)
{
	struct arena a = { 0 };
	u8 *p[500];

	for (size_t i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = arena_alloc(&a, i * 37 % 900);
		memset(p[i], (int)(i & 0xff), i * 37 % 900);
	}
	for (size_t i = 0; i < ARRAY_SIZE(p); i++)
		for (size_t k = 0; k < i * 37 % 900; k++)
			if (p[i][k] != (i & 0xff))
				ck_abort_msg("byte %zu of allocation %zu changed", k, i);
	arena_free(&a);
}
END_TEST

START_TEST(arena_takes_few_blocks_for_many_allocations)
{
	struct arena a = { 0 };

	for (int i = 0; i < 100000; i++)
		ck_assert_ptr_nonnull(arena_alloc(&a, 16));
	/* Blocks double, so half of the last one is unused at most. */
	ck_assert_uint_ge(a.total, 1600000);
	ck_assert_uint_le(a.total, 4 * 1600000);
	arena_free(&a);
}
END_TEST

START_TEST(arena_refuses_sizes_that_overflow)
{
	struct arena a = { 0 };
	volatile size_t huge = SIZE_MAX;

	ck_assert_ptr_null(arena_alloc(&a, huge));
	ck_assert_ptr_null(arena_alloc(&a, huge - sizeof(max_align_t)));
	ck_assert_ptr_null(arena_array(&a, huge / 2, 3));
	ck_assert_ptr_null(arena_array(&a, huge, huge));
	ck_assert_ptr_nonnull(arena_array(&a, 0, huge));
	arena_free(&a);
}
END_TEST

START_TEST(arena_copies)
{
	static const char text[] = "counters";
	struct arena a = { 0 };

	ck_assert_str_eq(arena_strdup(&a, text), text);
	ck_assert_str_eq(arena_strndup(&a, text, 3), "cou");
	ck_assert_str_eq(arena_strndup(&a, text, 100), text);
	ck_assert_mem_eq(arena_memdup(&a, text, sizeof(text)), text, sizeof(text));
	ck_assert_ptr_nonnull(arena_memdup(&a, NULL, 0));
	ck_assert_str_eq(arena_printf(&a, "%s__%d", text, 12), "counters__12");
	ck_assert_str_eq(arena_printf(&a, "%s", ""), "");
	arena_free(&a);
}
END_TEST

static int fill_arena(void *unused)
{
	struct arena a = { 0 };
	int err = 0;

	for (int i = 0; i < 40 && !err; i++)
		if (!arena_alloc(&a, 1000) || !arena_printf(&a, "%d", i))
			err = -ENOMEM;
	arena_free(&a);
	return err;
}

START_TEST(arena_survives_allocation_faults)
{
	ck_assert_int_gt(fault_sweep(fill_arena, NULL), 2);
}
END_TEST

/* --- vec --------------------------------------------------------------------------------- */

START_TEST(vec_keeps_elements_while_it_grows)
{
	VEC(u64) v = { 0 };
	static const u64 more[] = { 7, 8, 9 };

	for (u64 i = 0; i < 10000; i++) {
		u64 *p = vec_push(&v);

		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq(*p, 0);
		*p = i;
	}
	ck_assert_int_eq(vec_append(&v, more, 3), 0);
	ck_assert_int_eq(vec_append(&v, more, 0), 0);
	ck_assert_uint_eq(v.n, 10003);
	for (u32 i = 0; i < 10000; i++)
		ck_assert_uint_eq(v.v[i], i);
	ck_assert_uint_eq(v.v[10002], 9);
	vec_free(&v);
	ck_assert_ptr_null(v.v);
	ck_assert_uint_eq(v.n + v.cap, 0);
}
END_TEST

START_TEST(vec_refuses_lengths_past_32_bits)
{
	struct { u64 a[1 << 16]; } *big = NULL;
	void *none = NULL;
	u32 cap = 0;

	/* 2^32 elements. */
	ck_assert_int_eq(vec_grow_raw(&none, 16, &cap, UINT32_MAX, 1), -ENOMEM);
	/* Fewer, but more bytes than there are addresses. */
	ck_assert_int_eq(vec_grow_raw(&big, 0, &cap, UINT32_MAX, SIZE_MAX / 1000), -ENOMEM);
	ck_assert_ptr_null(none);
	ck_assert_ptr_null(big);
	ck_assert_uint_eq(cap, 0);
}
END_TEST

static int fill_vec(void *unused)
{
	VEC(u32) v = { 0 };
	int err = 0;

	for (u32 i = 0; i < 1000 && !err; i++) {
		u32 *p = vec_push(&v);

		if (p)
			*p = i;
		else
			err = -ENOMEM;
	}
	/* What was pushed before the fault is still there. */
	for (u32 i = 0; i < v.n; i++)
		if (v.v[i] != i)
			err = -EIO;
	vec_free(&v);
	return err;
}

START_TEST(vec_survives_allocation_faults)
{
	ck_assert_int_gt(fault_sweep(fill_vec, NULL), 5);
}
END_TEST

/* --- sbuf -------------------------------------------------------------------------------- */

START_TEST(sbuf_builds_text)
{
	struct sbuf b = { 0 };

	ck_assert_str_eq(sbuf_str(&b), "");
	sbuf_putc(&b, '<');
	sbuf_puts(&b, "r1");
	sbuf_printf(&b, " = %d%c", -7, '>');
	sbuf_put(&b, NULL, 0);
	ck_assert_str_eq(sbuf_str(&b), "<r1 = -7>");
	ck_assert_uint_eq(b.size, 9);
	sbuf_trim(&b, 100);
	ck_assert_uint_eq(b.size, 9);
	sbuf_trim(&b, 3);
	ck_assert_str_eq(sbuf_str(&b), "<r1");
	sbuf_align(&b, 8);
	ck_assert_uint_eq(b.size, 8);
	ck_assert_mem_eq(b.data, "<r1\0\0\0\0\0", 9);
	sbuf_align(&b, 8);
	ck_assert_uint_eq(b.size, 8);
	ck_assert_int_eq(sbuf_err(&b), 0);
	sbuf_free(&b);
	ck_assert_ptr_null(b.data);
}
END_TEST

START_TEST(sbuf_prints_long_lines)
{
	struct sbuf b = { 0 };

	for (int i = 0; i < 2000; i++)
		sbuf_printf(&b, "%0*d\n", i % 97 + 1, i);
	ck_assert_uint_eq(b.size, strlen(sbuf_str(&b)));
	ck_assert_ptr_nonnull(strstr(sbuf_str(&b), "1999\n"));
	sbuf_free(&b);
}
END_TEST

START_TEST(sbuf_is_handed_over)
{
	struct sbuf b = { 0 };
	size_t size = 99;
	char *s;

	s = sbuf_steal(&b, &size);
	ck_assert_str_eq(s, "");
	ck_assert_uint_eq(size, 0);
	free(s);
	sbuf_put(&b, "a\0b", 3);
	s = sbuf_steal(&b, &size);
	ck_assert_uint_eq(size, 3);
	ck_assert_mem_eq(s, "a\0b", 4);
	ck_assert_ptr_null(b.data);
	ck_assert_uint_eq(b.size, 0);
	free(s);
}
END_TEST

START_TEST(sbuf_failure_sticks)
{
	struct sbuf b = { 0 };
	size_t size = 99;

	sbuf_puts(&b, "kept");
	sbuf_zero(&b, SIZE_MAX - 2);
	ck_assert_int_eq(sbuf_err(&b), -ENOMEM);
	sbuf_puts(&b, "ignored");
	sbuf_printf(&b, "%d", 1);
	sbuf_align(&b, 16);
	ck_assert_str_eq(sbuf_str(&b), "kept");
	ck_assert_ptr_null(sbuf_steal(&b, &size));
	ck_assert_uint_eq(size, 99);
	/* The buffer is empty and usable again. */
	ck_assert_int_eq(sbuf_err(&b), 0);
	ck_assert_ptr_null(b.data);
}
END_TEST

static int fill_sbuf(void *unused)
{
	struct sbuf b = { 0 };
	int err;

	for (int i = 0; i < 200; i++)
		sbuf_printf(&b, "line %d\n", i);
	err = sbuf_err(&b);
	if (!err && b.size != 10 * 7 + 90 * 8 + 100 * 9)
		err = -EIO;
	sbuf_free(&b);
	return err;
}

START_TEST(sbuf_survives_allocation_faults)
{
	ck_assert_int_gt(fault_sweep(fill_sbuf, NULL), 3);
}
END_TEST

/* --- hmap -------------------------------------------------------------------------------- */

START_TEST(hmap_keeps_order_of_equal_hashes)
{
	struct hmap m = { 0 };
	struct hmap_iter it;
	u32 want = 0;

	for (u32 i = 0; i < 1000; i++)
		ck_assert_int_eq(hmap_add(&m, i % 7 * 0x123456789abcdefull, i), 0);
	for (u32 i = hmap_first(&m, 0, &it); i != HMAP_NONE; i = hmap_next(&m, &it)) {
		ck_assert_uint_eq(i, want);
		want += 7;
	}
	ck_assert_uint_eq(want, 1001);
	hmap_free(&m);
}
END_TEST

/* Every hash's values, in order, against a plain walk over all that was added. */
static void compare_with_list(const struct hmap *m, const u64 *hashes, u32 n)
{
	for (u32 i = 0; i < n; i++) {
		struct hmap_iter it;
		u32 got = hmap_first(m, hashes[i], &it);

		for (u32 k = 0; k < n; k++) {
			if (hashes[k] != hashes[i])
				continue;
			if (got != k)
				ck_abort_msg("entry %u: got %u, want %u", i, got, k);
			got = hmap_next(m, &it);
		}
		ck_assert_uint_eq(got, HMAP_NONE);
	}
}

START_TEST(hmap_equals_brute_force)
{
	/* Few hashes, hashes with equal low bits: long runs, runs that wrap around. */
	static const u64 spread[] = { 1, 3, 17, 600, UINT64_MAX };
	enum { N = 600 };
	u64 hashes[N], x = 1;

	for (size_t s = 0; s < ARRAY_SIZE(spread); s++) {
		struct hmap m = { 0 };

		for (u32 i = 0; i < N; i++) {
			x = x * 6364136223846793005ull + 1442695040888963407ull;
			hashes[i] = (x >> 11) % spread[s] << (s & 1 ? 4 : 0) | 15;
			ck_assert_int_eq(hmap_add(&m, hashes[i], i), 0);
			if (i % 97 == 0)
				compare_with_list(&m, hashes, i + 1);
		}
		compare_with_list(&m, hashes, N);
		ck_assert_uint_eq(m.n, N);
		hmap_free(&m);
	}
}
END_TEST

START_TEST(hmap_empty_has_nothing)
{
	struct hmap m = { 0 };
	struct hmap_iter it;

	ck_assert_uint_eq(hmap_first(&m, 5, &it), HMAP_NONE);
	ck_assert_int_eq(hmap_add(&m, 5, 1), 0);
	ck_assert_uint_eq(hmap_first(&m, 6, &it), HMAP_NONE);
	hmap_free(&m);
	ck_assert_uint_eq(hmap_first(&m, 5, &it), HMAP_NONE);
	hmap_free(&m);
}
END_TEST

/* Numbers that are a factor of 0, 1 or -1 in a mixing step: what came before still counts, and so
 * does the seed. */
static void no_block_makes_it_forget(void)
{
	static const u64 v = 0xd6e8feb86659fd93ull, h = 0x9e3779b97f4a7c15ull;
	static const u64 blocks[] = { v, v ^ 1, ~v, h, h ^ 1, ~h, 0, UINT64_MAX };

	for (size_t b = 0; b < ARRAY_SIZE(blocks); b++)
		for (size_t size = 2; size <= 32; size += 15) {
			u64 one[32], other[32];

			for (size_t i = 0; i < size; i++)
				one[i] = other[i] = blocks[b];
			other[0] = ~blocks[b];
			ck_assert_uint_ne(hash_seeded(1, one, size * 8),
					  hash_seeded(1, other, size * 8));
			ck_assert_uint_ne(hash_seeded(1, one, size * 8),
					  hash_seeded(2, one, size * 8));
		}
}

/*
 * Whoever knows the seed may make a factor of a mixing step 0. If two blocks went into the state by
 * sums alone then, changes of two of them could undo each other, a turn apart.
 */
static void no_two_blocks_cancel(void)
{
	static const u64 zero = 0xd6e8feb86659fd93ull;
	enum { WORDS = 16, TURNS = 64 };
	const u64 hidden = hash_mix(WORDS * 8 * 0x9e3779b97f4a7c15ull, 4);
	u64 first = 0;

	for (u64 turn = 0; turn < TURNS; turn++)
		for (u64 k = 0; k < 2; k++) {
			u64 w[WORDS] = { [1] = zero ^ hidden, [9] = zero ^ hidden };

			w[0] = k ? 0x123456789abcdefull : 0;
			w[8] = turn ? w[0] << turn | w[0] >> (64 - turn) : w[0];
			if (!k)
				first = hash_bytes(w, sizeof(w));
			else
				ck_assert_uint_ne(hash_bytes(w, sizeof(w)), first);
		}
}

START_TEST(hashes_tell_contents_apart)
{
	u8 zeros[64] = { 0 };

	ck_assert_uint_ne(hash_str("xdp_main"), hash_str("xdp_mains"));
	ck_assert_uint_eq(hash_str("xdp_main"), hash_bytes("xdp_main", 8));
	for (size_t i = 0; i < sizeof(zeros); i++)
		ck_assert_uint_ne(hash_bytes(zeros, i), hash_bytes(zeros, i + 1));
	ck_assert_uint_ne(hash_mix(hash_mix(0, 1), 2), hash_mix(hash_mix(0, 2), 1));
	no_block_makes_it_forget();
	no_two_blocks_cancel();
}
END_TEST

static int fill_hmap(void *unused)
{
	struct hmap m = { 0 };
	struct hmap_iter it;
	int err = 0;
	u32 n = 0;

	for (; n < 300 && !err; n++)
		err = hmap_add(&m, n * 31, n);
	n -= err ? 1 : 0;
	for (u32 i = 0; i < n; i++)
		if (hmap_first(&m, i * 31, &it) != i)
			err = -EIO;
	hmap_free(&m);
	return err;
}

START_TEST(hmap_survives_allocation_faults)
{
	ck_assert_int_gt(fault_sweep(fill_hmap, NULL), 3);
}
END_TEST

/* --- span -------------------------------------------------------------------------------- */

START_TEST(span_take_stops_at_the_end)
{
	static const u8 bytes[5] = { 1, 2, 3, 4, 5 };
	struct span s = span_of(bytes, 5), out = SPAN_NONE;

	ck_assert_int_eq(span_take(&s, 6, &out), -EINVAL);
	ck_assert_int_eq(span_take(&s, UINT64_MAX, &out), -EINVAL);
	ck_assert_ptr_null(out.data);
	ck_assert_uint_eq(s.size, 5);
	ck_assert_int_eq(span_take(&s, 3, &out), 0);
	ck_assert_ptr_eq(out.data, bytes);
	ck_assert_uint_eq(out.size, 3);
	ck_assert_ptr_eq(s.data, bytes + 3);
	ck_assert_int_eq(span_take(&s, 2, &out), 0);
	ck_assert_int_eq(span_take(&s, 0, &out), 0);
	ck_assert_int_eq(span_take(&s, 1, &out), -EINVAL);
	s = SPAN_NONE;
	ck_assert_int_eq(span_take(&s, 0, &out), 0);
}
END_TEST

/* Every (off, n) around the edges against plain arithmetic on wider numbers. */
START_TEST(span_sub_equals_brute_force)
{
	static const u64 edge[] = { 0, 1, 2, 7, 8, 9, UINT64_MAX - 8, UINT64_MAX - 1, UINT64_MAX };
	static const u8 bytes[8];
	struct span out;

	for (size_t i = 0; i < ARRAY_SIZE(edge); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(edge); k++) {
			bool fits = (unsigned __int128)edge[i] + edge[k] <= sizeof(bytes);
			int err = span_sub(span_of(bytes, 8), edge[i], edge[k], &out);

			ck_assert_int_eq(err, fits ? 0 : -EINVAL);
			if (fits)
				ck_assert_ptr_eq(out.data, bytes + edge[i]);
		}
	}
}
END_TEST

START_TEST(span_numbers_in_both_byte_orders)
{
	static const u8 bytes[15] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	struct span s = span_of(bytes, 15);
	bool swap = !HOST_BIG_ENDIAN;	/* the bytes are big endian */
	u16 v16;
	u32 v32;
	u64 v64 = 77;
	u8 v8;

	ck_assert_int_eq(span_take_u8(&s, &v8), 0);
	ck_assert_int_eq(span_take_u16(&s, swap, &v16), 0);
	ck_assert_int_eq(span_take_u32(&s, swap, &v32), 0);
	ck_assert_uint_eq(v8, 1);
	ck_assert_uint_eq(v16, 0x0203);
	ck_assert_uint_eq(v32, 0x04050607);
	ck_assert_int_eq(span_take_u32(&s, !swap, &v32), 0);
	ck_assert_uint_eq(v32, 0x0b0a0908);
	ck_assert_int_eq(span_take_u64(&s, swap, &v64), -EINVAL);
	ck_assert_uint_eq(v64, 77);
	s = span_of(bytes, 8);
	ck_assert_int_eq(span_take_u64(&s, swap, &v64), 0);
	ck_assert_uint_eq(v64, 0x0102030405060708);
	ck_assert_int_eq(span_take_u8(&s, &v8), -EINVAL);
}
END_TEST

START_TEST(numbers_are_stored_as_they_are_read)
{
	u8 at[9];

	for (int swap = 0; swap < 2; swap++) {
		put_u16(at + 1, 0x1234, swap);
		ck_assert_uint_eq(get_u16(at + 1, swap), 0x1234);
		put_u32(at + 1, 0x12345678, swap);
		ck_assert_uint_eq(get_u32(at + 1, swap), 0x12345678);
		ck_assert_uint_eq(get_u32(at + 1, !swap), 0x78563412);
		put_u64(at + 1, 0x123456789abcdef0, swap);
		ck_assert_uint_eq(get_u64(at + 1, swap), 0x123456789abcdef0);
	}
}
END_TEST

START_TEST(span_strings_end_inside)
{
	/* The last one isn't terminated within. */
	struct span s = span_of("ab\0cd", 5);

	ck_assert_str_eq(span_cstr(s, 0), "ab");
	ck_assert_str_eq(span_cstr(s, 1), "b");
	ck_assert_str_eq(span_cstr(s, 2), "");
	ck_assert_ptr_null(span_cstr(s, 3));
	ck_assert_ptr_null(span_cstr(s, 5));
	ck_assert_ptr_null(span_cstr(s, UINT64_MAX));
	ck_assert_ptr_null(span_cstr(SPAN_NONE, 0));
	ck_assert(span_eq(span_str("ab"), span_of("abc", 2)));
	ck_assert(!span_eq(span_str("ab"), span_str("abc")));
	ck_assert(span_eq(SPAN_NONE, span_str("")));
}
END_TEST

START_TEST(small_arithmetic)
{
	ck_assert_uint_eq(align_up(0, 8), 0);
	ck_assert_uint_eq(align_up(1, 8), 8);
	ck_assert_uint_eq(align_up(8, 8), 8);
	ck_assert_uint_eq(min_u64(3, UINT64_MAX), 3);
	ck_assert_uint_eq(max_u64(3, UINT64_MAX), UINT64_MAX);
	ck_assert(is_power_of_2(1) && is_power_of_2(1ull << 63));
	ck_assert(!is_power_of_2(0) && !is_power_of_2(6));
}
END_TEST

static Suite *base_suite(void)
{
	Suite *s = suite_create("base");

	unit_add(s, "arena", arena_gives_zeroed_aligned_memory, arena_allocations_do_not_overlap,
		 arena_takes_few_blocks_for_many_allocations, arena_refuses_sizes_that_overflow,
		 arena_copies, arena_survives_allocation_faults);
	unit_add(s, "vec", vec_keeps_elements_while_it_grows, vec_refuses_lengths_past_32_bits,
		 vec_survives_allocation_faults);
	unit_add(s, "sbuf", sbuf_builds_text, sbuf_prints_long_lines, sbuf_is_handed_over,
		 sbuf_failure_sticks, sbuf_survives_allocation_faults);
	unit_add(s, "hmap", hmap_keeps_order_of_equal_hashes, hmap_equals_brute_force,
		 hmap_empty_has_nothing, hashes_tell_contents_apart,
		 hmap_survives_allocation_faults);
	unit_add(s, "span", span_take_stops_at_the_end, span_sub_equals_brute_force,
		 span_numbers_in_both_byte_orders, numbers_are_stored_as_they_are_read,
		 span_strings_end_inside, small_arithmetic);
	return s;
}

int main(void)
{
	return unit_main(base_suite(), NULL);
}
