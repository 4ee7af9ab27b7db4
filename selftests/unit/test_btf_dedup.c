/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Merging equal types (A3.5). */
#include "selftests/unit/btf_sample.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

#define VMLINUX "/sys/kernel/btf/vmlinux"

static u32 dedup(struct btf *b, u32 flags, u32 *map)
{
	ck_assert_int_eq(btf_dedup(b, flags, map), 0);
	return btf_n_types(b);
}

/* n copies of b, not merged yet. */
static struct btf *copies_of(const struct btf *b, u32 n)
{
	u32 *map = malloc(((size_t)btf_n_types(b) + 1) * sizeof(*map));
	struct btf *all;

	ck_assert_int_eq(btf_new(&all), 0);
	for (u32 i = 0; i < n; i++)
		ck_assert_int_eq(btf_append(all, b, map), 0);
	free(map);
	return all;
}

START_TEST(copies_become_one)
{
	struct btf *b = sample_btf(), *all = copies_of(b, 3);
	u32 map[3 * S_LAST + 1];

	ck_assert_uint_eq(dedup(all, BTF_DEDUP_ENTITIES, map), S_LAST);
	ck_assert(btf_equal(all, b));
	for (u32 id = 1; id <= 3 * S_LAST; id++)
		ck_assert_uint_eq(map[id], (id - 1) % S_LAST + 1);
	ck_assert_uint_eq(map[0], 0);
	btf_free(all);
	btf_free(b);
}
END_TEST

/* FUNCs, VARs, DATASECs and their tags belong to an object: three more of each. */
START_TEST(entities_stay_apart)
{
	struct btf *b = sample_btf(), *all = copies_of(b, 2);
	u32 map[2 * S_LAST + 1], n = 3 + 2 + 1 + 1;

	ck_assert_uint_eq(dedup(all, 0, map), S_LAST + n);
	ck_assert_uint_eq(map[S_LAST + S_NODE], S_NODE);
	ck_assert_uint_ne(map[S_LAST + S_FUNC_STATIC], S_FUNC_STATIC);
	/* The tag on an argument goes with its function. */
	ck_assert_uint_eq(btf_type(all, map[S_LAST + S_PARAM_TAG])->type, map[S_LAST + S_FUNC]);
	btf_free(all);
	btf_free(b);
}
END_TEST

/* A ring of n structs that differ in nothing but where they are in it. */
static void add_ring(struct btf *b, u32 n)
{
	u32 first = btf_n_types(b) + 1;

	for (u32 i = 0; i < n; i++) {
		ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "ring", 8, NULL), 0);
		ck_assert_int_eq(btf_add_member(b, "next", first + i * 2 + 1, 0, 0), 0);
		ck_assert_int_eq(btf_add_ptr(b, first + (i + 1) % n * 2, NULL), 0);
	}
}

/* Cycles of any length that unfold to the same are equal. */
START_TEST(cycles_of_any_length_are_one)
{
	struct btf *b;

	ck_assert_int_eq(btf_new(&b), 0);
	add_ring(b, 1);
	add_ring(b, 2);
	add_ring(b, 7);
	ck_assert_uint_eq(dedup(b, 0, NULL), 2);
	ck_assert_uint_eq(btf_type(b, 2)->type, 1);
	btf_free(b);
}
END_TEST

/* struct user { struct opaque *p; } with opaque declared, or with size bytes in it. */
static u32 add_user(struct btf *b, u32 size)
{
	u32 opaque, ptr, user;

	if (size)
		ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "opaque", size, &opaque), 0);
	else
		ck_assert_int_eq(btf_add_fwd(b, "opaque", false, &opaque), 0);
	ck_assert_int_eq(btf_add_ptr(b, opaque, &ptr), 0);
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "user", 8, &user), 0);
	ck_assert_int_eq(btf_add_member(b, "p", ptr, 0, 0), 0);
	return user;
}

START_TEST(declarations_meet_what_they_declare)
{
	struct btf *b;
	u32 map[16];

	ck_assert_int_eq(btf_new(&b), 0);
	add_user(b, 0);
	add_user(b, 8);
	add_user(b, 0);
	ck_assert_uint_eq(dedup(b, 0, map), 3);
	/* The declaration came first, but where the struct comes decides the order. */
	ck_assert_uint_eq(map[1], map[4]);
	ck_assert_uint_eq(btf_kind_of(b, map[1]), BTF_KIND_STRUCT);
	ck_assert_uint_eq(map[1], 3);
	btf_free(b);
}
END_TEST

START_TEST(ambiguous_declarations_stay)
{
	struct btf *b;

	ck_assert_int_eq(btf_new(&b), 0);
	add_user(b, 0);
	add_user(b, 8);
	add_user(b, 16);
	add_user(b, 0);
	ck_assert_uint_eq(dedup(b, 0, NULL), 9);
	ck_assert_uint_eq(btf_find(b, "opaque", BTF_KIND_FWD), 1);
	btf_free(b);
}
END_TEST

/* Two structs that look alike but lead to different ints: only splitting shows it. */
START_TEST(ambiguity_is_found_late)
{
	struct btf *b;
	u32 id[2];

	ck_assert_int_eq(btf_new(&b), 0);
	for (u32 i = 0; i < 2; i++) {
		ck_assert_int_eq(btf_add_int(b, "int", 4, i ? BTF_INT_SIGNED : 0, &id[i]), 0);
		ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "opaque", 4, NULL), 0);
		ck_assert_int_eq(btf_add_member(b, "m", id[i], 0, 0), 0);
	}
	add_user(b, 0);
	ck_assert_uint_eq(dedup(b, 0, NULL), 7);
	ck_assert_uint_ne(btf_find(b, "opaque", BTF_KIND_FWD), 0);
	btf_free(b);
}
END_TEST

START_TEST(unions_and_enums_are_declared_too)
{
	struct btf *b;
	u32 map[8];

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_fwd(b, "x", true, NULL), 0);
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "x", 4, NULL), 0);
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_UNION, "x", 4, NULL), 0);
	ck_assert_int_eq(btf_add_enum(b, "e", 0, false, NULL), 0);
	ck_assert_int_eq(btf_add_enum64(b, "e", 8, false, NULL), 0);
	ck_assert_int_eq(btf_add_enumerator(b, "E", 1), 0);
	ck_assert_uint_eq(dedup(b, 0, map), 3);
	ck_assert_uint_eq(map[1], map[3]);
	ck_assert_uint_eq(map[4], map[5]);
	ck_assert_uint_ne(map[1], map[2]);
	btf_free(b);
}
END_TEST

/* Tags are part of what a type is: a tagged and an untagged struct are two. */
START_TEST(tags_keep_their_owners)
{
	struct btf *b;
	u32 map[8];

	ck_assert_int_eq(btf_new(&b), 0);
	for (u32 i = 0; i < 3; i++)
		ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "s", 4, NULL), 0);
	ck_assert_int_eq(btf_add_decl_tag(b, "t", 2, -1, NULL), 0);
	ck_assert_int_eq(btf_add_decl_tag(b, "t", 3, -1, NULL), 0);
	ck_assert_uint_eq(dedup(b, 0, map), 3);
	ck_assert_uint_ne(map[1], map[2]);
	ck_assert_uint_eq(map[2], map[3]);
	ck_assert_uint_eq(map[4], map[5]);
	ck_assert_uint_eq(btf_type(b, map[4])->type, map[2]);
	btf_free(b);
}
END_TEST

/* --- against the definition ---------------------------------------------------------------- */

static u32 next_random(u32 *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Few names and many pointers, so that types are equal for all kinds of reasons and cyclic. */
static struct btf *random_graph(u32 seed, u32 n)
{
	struct btf *b;

	ck_assert_int_eq(btf_new(&b), 0);
	for (u32 i = 0; i < n; i++) {
		u32 to = next_random(&seed) % n + 1, other = next_random(&seed) % (n + 1);
		const char *name = next_random(&seed) % 2 ? "a" : "b";

		switch (next_random(&seed) % 4) {
		case 0:
			ck_assert_int_eq(btf_add_ptr(b, to, NULL), 0);
			break;
		case 1:
			ck_assert_int_eq(btf_add_func_proto(b, to, NULL), 0);
			ck_assert_int_eq(btf_add_param(b, name, other), 0);
			break;
		default:
			ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, name, 8, NULL), 0);
			for (u32 m = next_random(&seed) % 3; m; m--)
				ck_assert_int_eq(btf_add_member(b, "m", to, 0, 0), 0);
		}
	}
	return b;
}

/* Equal types are merged, and types that were merged are equal to what they became. */
START_TEST(merging_is_exact_and_complete)
{
	enum { N = 40 };
	u32 map[N + 1];
	bool equal;

	for (u32 seed = 0; seed < 300; seed++) {
		struct btf *b = random_graph(seed, N), *before = random_graph(seed, N);

		dedup(b, 0, map);
		for (u32 i = 1; i <= N; i++) {
			ck_assert_int_eq(btf_types_equal(before, i, b, map[i], &equal), 0);
			ck_assert(equal);
			for (u32 k = 1; k < i; k++) {
				ck_assert_int_eq(btf_types_equal(before, i, before, k, &equal), 0);
				ck_assert(equal == (map[i] == map[k]));
			}
		}
		btf_free(b);
		btf_free(before);
	}
}
END_TEST

/* Parts that were merged as they came, as a whole at the end, and all of it at once: the same. The
 * declaration in the first part means what the third part says, and that of "d" nothing. */
START_TEST(A3_5_merging_in_parts_is_merging_at_once)
{
	enum { N = 40, PARTS = 4 };

	for (u32 seed = 0; seed < 100; seed++) {
		struct btf *once, *parts;
		u32 map[N + 3];

		ck_assert_int_eq(btf_new(&once), 0);
		ck_assert_int_eq(btf_new(&parts), 0);
		for (u32 part = 0; part < PARTS; part++) {
			struct btf *b = random_graph(seed * PARTS + part, N);

			ck_assert_int_eq(btf_add_fwd(b, "a", false, NULL), 0);
			ck_assert_int_eq(btf_add_fwd(b, "d", false, NULL), 0);
			ck_assert_int_eq(btf_append(once, b, map), 0);
			ck_assert_int_eq(btf_append(parts, b, map), 0);
			dedup(parts, BTF_DEDUP_PARTIAL, NULL);
			btf_free(b);
		}
		dedup(once, 0, NULL);
		dedup(parts, 0, NULL);
		ck_assert_int_eq(btf_renew_strs(once, NULL), 0);
		ck_assert_int_eq(btf_renew_strs(parts, NULL), 0);
		ck_assert(btf_equal(once, parts));
		btf_free(once);
		btf_free(parts);
	}
}
END_TEST

/* --- folding ------------------------------------------------------------------------------- */

/* Append and fold; map gets what b's types are in all. */
static void fold(struct btf_folder *f, struct btf *all, const struct btf *b, u32 *map)
{
	u32 first = btf_n_types(all) + 1;

	ck_assert_int_eq(btf_append(all, b, map), 0);
	ck_assert_int_eq(btf_fold(f, first, map, btf_n_types(b) + 1), 0);
}

static void new_fold(struct btf **all, struct btf_folder **f)
{
	ck_assert_int_eq(btf_new(all), 0);
	ck_assert_int_eq(btf_folder_new(*all, f), 0);
}

static void merge_and_tell(struct btf_folder *f, struct btf *all)
{
	u32 *map = malloc(((size_t)btf_n_types(all) + 1) * sizeof(*map));

	dedup(all, BTF_DEDUP_PARTIAL, map);
	btf_folder_move(f, map);
	free(map);
}

/* Folded parts are what they were, and merging them gives what merging without that gives. */
START_TEST(A3_5_folding_changes_nothing)
{
	enum { N = 40, PARTS = 6 };

	for (u32 seed = 0; seed < 100; seed++) {
		struct btf *once, *folded;
		struct btf_folder *f;
		u32 map[N + 3];
		bool equal;

		ck_assert_int_eq(btf_new(&once), 0);
		new_fold(&folded, &f);
		for (u32 part = 0; part < PARTS; part++) {
			struct btf *b = random_graph(seed * 2 + part % 3, N);

			ck_assert_int_eq(btf_add_fwd(b, "a", false, NULL), 0);
			ck_assert_int_eq(btf_add_decl_tag(b, "tag", N / 2, -1, NULL), 0);
			ck_assert_int_eq(btf_append(once, b, map), 0);
			fold(f, folded, b, map);
			for (u32 i = 1; i <= btf_n_types(b); i++) {
				ck_assert_int_eq(btf_types_equal(b, i, folded, map[i], &equal), 0);
				ck_assert(equal);
			}
			if (part == seed % PARTS)
				merge_and_tell(f, folded);
			btf_free(b);
		}
		btf_folder_free(f);
		dedup(once, 0, NULL);
		dedup(folded, 0, NULL);
		ck_assert_int_eq(btf_renew_strs(once, NULL), 0);
		ck_assert_int_eq(btf_renew_strs(folded, NULL), 0);
		ck_assert(btf_equal(once, folded));
		btf_free(once);
		btf_free(folded);
	}
}
END_TEST

/* Cycles, declarations and whoever refers to them; nothing that is tagged, and no entities. */
START_TEST(what_is_known_goes)
{
	struct btf *all, *b;
	struct btf_folder *f;
	u32 map[32], n;

	new_fold(&all, &f);
	ck_assert_int_eq(btf_new(&b), 0);
	add_ring(b, 3);
	add_user(b, 0);
	fold(f, all, b, map);
	n = btf_n_types(all);
	ck_assert_uint_eq(n, 2 + 3);
	for (u32 i = 0; i < 3; i++)
		fold(f, all, b, map);
	ck_assert_uint_eq(btf_n_types(all), n);
	ck_assert_int_eq(btf_add_decl_tag(b, "tag", 1, -1, NULL), 0);
	fold(f, all, b, map);
	ck_assert_uint_gt(btf_n_types(all), n);
	ck_assert_uint_eq(btf_type(all, btf_n_types(all))->type, map[1]);
	btf_folder_free(f);
	btf_free(all);
	btf_free(b);
}
END_TEST

/* What differs out of sight, at the end of a tower of pointers: one guess falls after another. */
START_TEST(guesses_fall)
{
	enum { HEIGHT = 60 };
	u32 map[HEIGHT + 2];
	struct btf *all;
	struct btf_folder *f;

	new_fold(&all, &f);
	for (u32 tower = 0; tower < 4; tower++) {
		struct btf *b;

		ck_assert_int_eq(btf_new(&b), 0);
		for (u32 i = 1; i <= HEIGHT; i++)
			ck_assert_int_eq(btf_add_ptr(b, i + 1, NULL), 0);
		ck_assert_int_eq(btf_add_int(b, tower == 1 ? "long" : "int", 8, 0, NULL), 0);
		fold(f, all, b, map);
		ck_assert_uint_eq(btf_type(all, map[1])->type, map[2]);
		btf_free(b);
	}
	btf_folder_free(f);
	dedup(all, 0, NULL);
	ck_assert_uint_eq(btf_n_types(all), 2 * (HEIGHT + 1));
	btf_free(all);
}
END_TEST

/* --- large --------------------------------------------------------------------------------- */

/*
 * L06, A3.5: two copies of the kernel's own BTF become that BTF, byte for byte; the peer leaves 353
 * types too many. For byte equality the kernel's BTF must hold each type once already, and it does.
 */
START_TEST(two_kernels_become_one)
{
	struct sbuf bytes = sample_read(VMLINUX), merged;
	struct btf *b, *two;

	if (!bytes.size)
		unit_skip("no " VMLINUX);
	b = sample_parse(span_of(bytes.data, bytes.size));
	two = copies_of(b, 2);
	ck_assert_uint_eq(btf_n_types(two), 2 * btf_n_types(b));
	dedup(two, BTF_DEDUP_ENTITIES, NULL);
	ck_assert_uint_eq(btf_n_types(two), btf_n_types(b));
	ck_assert(btf_equal(two, b));
	merged = sample_write(two, HOST_BIG_ENDIAN);
	ck_assert_uint_eq(merged.size, bytes.size);
	ck_assert_mem_eq(merged.data, bytes.data, bytes.size);
	btf_free(b);
	btf_free(two);
	sbuf_free(&bytes);
	sbuf_free(&merged);
}
END_TEST

/* However the inputs spell and order their strings, the same types come out in the same order. */
START_TEST(spelling_does_not_matter)
{
	struct btf *b = sample_btf(), *a, *c;
	u32 map[S_LAST + 1], big_map[2 * S_LAST + 1], off;
	struct sbuf plain, other;

	ck_assert_int_eq(btf_new(&a), 0);
	ck_assert_int_eq(btf_new(&c), 0);
	/* c's table begins with the sample's strings in another order. */
	for (u32 id = S_LAST; id; id--)
		ck_assert_int_eq(btf_add_str(c, btf_name(b, id), &off), 0);
	ck_assert_int_eq(btf_append(a, b, map), 0);
	ck_assert_int_eq(btf_append(a, b, map), 0);
	ck_assert_int_eq(btf_append(c, a, big_map), 0);
	dedup(a, BTF_DEDUP_ENTITIES, NULL);
	dedup(c, BTF_DEDUP_ENTITIES, NULL);
	ck_assert(btf_equal(a, c));
	ck_assert_int_eq(btf_renew_strs(a, NULL), 0);
	ck_assert_int_eq(btf_renew_strs(c, NULL), 0);
	plain = sample_write(a, false);
	other = sample_write(c, false);
	ck_assert_uint_eq(plain.size, other.size);
	ck_assert_mem_eq(plain.data, other.data, plain.size);
	sbuf_free(&plain);
	sbuf_free(&other);
	btf_free(a);
	btf_free(c);
	btf_free(b);
}
END_TEST

/* The same name three times in one table: twice whole and once as another's tail. */
START_TEST(equal_names_at_different_offsets_are_equal)
{
	static const char strs[] = "\0foo\0foo\0xfoo";
	struct sbuf bytes = { 0 };
	struct btf *b;
	u32 offs[] = { 1, 5, 10 };

	ck_assert_int_eq(btf_new(&b), 0);
	for (u32 i = 0; i < 3; i++)
		ck_assert_int_eq(btf_add_int(b, "foo", 4, 0, NULL), 0);
	bytes = sample_write(b, HOST_BIG_ENDIAN);
	btf_free(b);
	/* Header and three INTs of 16 bytes; name_off comes first in each. */
	for (u32 i = 0; i < 3; i++)
		memcpy(bytes.data + 24 + 16 * i, &offs[i], sizeof(u32));
	sbuf_trim(&bytes, 24 + 48);
	sbuf_put(&bytes, strs, sizeof(strs));
	offs[0] = sizeof(strs);
	memcpy(bytes.data + 20, &offs[0], sizeof(u32));
	b = sample_parse(span_of(bytes.data, bytes.size));
	ck_assert_uint_eq(dedup(b, 0, NULL), 1);
	ck_assert_str_eq(btf_name(b, 1), "foo");
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

/* Two towers of pointers that differ at their far end only: further away than hashes reach. */
START_TEST(far_differences_are_found)
{
	enum { HEIGHT = 60 };
	struct btf *b;
	u32 map[3 * (HEIGHT + 1) + 1];

	ck_assert_int_eq(btf_new(&b), 0);
	for (u32 tower = 0; tower < 3; tower++) {
		ck_assert_int_eq(btf_add_int(b, tower == 1 ? "long" : "int", 8, 0, NULL), 0);
		for (u32 i = 0; i < HEIGHT; i++)
			ck_assert_int_eq(btf_add_ptr(b, btf_n_types(b), NULL), 0);
	}
	ck_assert_uint_eq(dedup(b, 0, map), 2 * (HEIGHT + 1));
	ck_assert_uint_ne(map[HEIGHT + 1], map[2 * (HEIGHT + 1)]);
	ck_assert_uint_eq(map[HEIGHT + 1], map[3 * (HEIGHT + 1)]);
	btf_free(b);
}
END_TEST

/* A path of types that only their distance from its end tells apart: n rounds of splitting. */
START_TEST(hostile_graphs_take_no_longer)
{
	enum { N = 200000 };
	struct btf *b;

	ck_assert_int_eq(btf_new(&b), 0);
	for (u32 i = 1; i < N; i++)
		ck_assert_int_eq(btf_add_ptr(b, i + 1, NULL), 0);
	ck_assert_int_eq(btf_add_int(b, "int", 4, 0, NULL), 0);
	ck_assert_uint_eq(dedup(b, 0, NULL), N);
	btf_free(b);
}
END_TEST

static Suite *dedup_suite(void)
{
	Suite *s = suite_create("btf_dedup");

	unit_add(s, "small", copies_become_one, entities_stay_apart, cycles_of_any_length_are_one,
		 tags_keep_their_owners, merging_is_exact_and_complete,
		 A3_5_merging_in_parts_is_merging_at_once, spelling_does_not_matter,
		 equal_names_at_different_offsets_are_equal, far_differences_are_found);
	unit_add(s, "folding", A3_5_folding_changes_nothing, what_is_known_goes, guesses_fall);
	unit_add(s, "declarations", declarations_meet_what_they_declare,
		 ambiguous_declarations_stay, ambiguity_is_found_late,
		 unions_and_enums_are_declared_too);
	unit_add(s, "large", two_kernels_become_one, hostile_graphs_take_no_longer);
	return s;
}

int main(void)
{
	return unit_main(dedup_suite(), NULL);
}
