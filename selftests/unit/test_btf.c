/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The type graph: bytes and back, building, look-ups, moving types between graphs (A3.1, A3.5). */
#include "selftests/fault_malloc.h"
#include "selftests/unit/btf_sample.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>

#define VMLINUX "/sys/kernel/btf/vmlinux"

/* --- bytes and back ------------------------------------------------------------------------ */

START_TEST(every_kind_round_trips)
{
	struct btf *b = sample_btf();
	u32 seen = 0;

	for (u32 id = 1; id <= btf_n_types(b); id++)
		seen |= 1u << btf_kind_of(b, id);
	ck_assert_uint_eq(seen, (1u << NR_BTF_KINDS) - 2);
	for (int big = 0; big < 2; big++) {
		struct sbuf bytes = sample_write(b, big);
		struct btf *back = sample_parse(span_of(bytes.data, bytes.size));
		struct sbuf again = sample_write(back, big);

		ck_assert(btf_equal(b, back));
		ck_assert(btf_was_swapped(back) == (big != HOST_BIG_ENDIAN));
		ck_assert(span_eq(span_of(bytes.data, bytes.size),
				  span_of(again.data, again.size)));
		btf_free(back);
		sbuf_free(&bytes);
		sbuf_free(&again);
	}
	btf_free(b);
}
END_TEST

/* A3.1: extern FUNCs are read as they are; the form of unreleased compilers is named. */
START_TEST(both_extern_forms_are_read)
{
	struct btf *b = sample_btf(), *back;
	struct sample_diag s;
	struct sbuf bytes;

	ck_assert_uint_eq(btf_func_linkage(btf_type(b, S_FUNC_EXT)), BTF_FUNC_EXTERN);
	ck_assert_int_eq(btf_add_var(b, "old", BTF_VAR_GLOBAL_EXTERN, S_PROTO, NULL), 0);
	bytes = sample_write(b, false);
	sample_diag_init(&s);
	ck_assert_int_eq(btf_parse(&s.d, span_of(bytes.data, bytes.size), "old.o", &back), 0);
	ck_assert_int_eq(s.code, DIAG_BTF_OLD_EXTERN);
	ck_assert_uint_eq(btf_find(back, "old", BTF_KIND_VAR), btf_n_types(b));
	btf_free(back);
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

START_TEST(truncation_is_an_error_everywhere)
{
	struct btf *b = sample_btf(), *back;
	struct sbuf bytes = sample_write(b, false);

	for (size_t size = 0; size < bytes.size; size++) {
		/* A copy of its own, so that a sanitizer sees a read behind the end. */
		u8 *cut = malloc(size + !size);
		struct sample_diag s;

		memcpy(cut, bytes.data, size);
		sample_diag_init(&s);
		ck_assert_int_eq(btf_parse(&s.d, span_of(cut, size), "cut", &back), -EINVAL);
		ck_assert_uint_eq(s.d.n_errors, 1);
		free(cut);
	}
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

START_TEST(kernel_btf_round_trips)
{
	struct sbuf bytes = sample_read(VMLINUX), again;
	struct btf *b, *back;

	if (!bytes.size)
		unit_skip("no " VMLINUX);
	b = sample_parse(span_of(bytes.data, bytes.size));
	again = sample_write(b, HOST_BIG_ENDIAN);
	ck_assert(span_eq(span_of(bytes.data, bytes.size), span_of(again.data, again.size)));
	sbuf_free(&again);
	again = sample_write(b, !HOST_BIG_ENDIAN);
	back = sample_parse(span_of(again.data, again.size));
	ck_assert(btf_equal(b, back));
	ck_assert_uint_gt(btf_find(b, "task_struct", BTF_KIND_STRUCT), 0);
	btf_free(b);
	btf_free(back);
	sbuf_free(&bytes);
	sbuf_free(&again);
}
END_TEST

static void prog_round_trips(const char *path, struct span btf, struct span ext)
{
	struct btf *b = sample_parse(btf), *back;
	struct sbuf bytes = sample_write(b, true);

	back = sample_parse(span_of(bytes.data, bytes.size));
	ck_assert_msg(btf_equal(b, back), "%s", path);
	btf_free(b);
	btf_free(back);
	sbuf_free(&bytes);
}

START_TEST(compilers_output_round_trips)
{
	if (!sample_each_prog(prog_round_trips))
		unit_skip("no compiler for BPF");
}
END_TEST

/* --- questions ----------------------------------------------------------------------------- */

START_TEST(sizes_and_alignments)
{
	static const struct { u32 id; s64 size; u32 align; } want[] = {
		{ S_INT, 4, 4 }, { S_CHAR, 1, 1 }, { S_ARRAY, 16, 1 }, { S_NODE, 48, 8 },
		{ S_NODE_PTR, 8, 8 }, { S_VOLATILE, 4, 4 }, { S_TYPEDEF, 48, 8 }, { S_UNION, 8, 8 },
		{ S_ENUM, 4, 4 }, { S_ENUM64, 8, 8 }, { S_VAR, 4, 4 }, { S_FWD, -ENOENT, 0 },
		{ S_PROTO, -ENOENT, 0 }, { S_FUNC, -ENOENT, 0 }, { 0, -ENOENT, 0 },
		{ S_LAST + 1, -ENOENT, 0 },
	};
	struct btf *b = sample_btf();
	u32 packed;

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		ck_assert_int_eq(btf_size(b, want[i].id), want[i].size);
		ck_assert_uint_eq(btf_align(b, want[i].id), want[i].align);
	}
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "packed", 5, &packed), 0);
	ck_assert_int_eq(btf_add_member(b, "c", S_CHAR, 0, 0), 0);
	ck_assert_int_eq(btf_add_member(b, "i", S_INT, 8, 0), 0);
	ck_assert_uint_eq(btf_align(b, packed), 1);
	btf_free(b);
}
END_TEST

START_TEST(elements_and_modifiers)
{
	struct btf *b = sample_btf();
	const struct btf_type *node = btf_type(b, S_NODE);

	ck_assert_uint_eq(btf_skip_mods(b, S_VOLATILE), S_INT);
	ck_assert_uint_eq(btf_skip_mods(b, S_TYPEDEF), S_NODE);
	ck_assert_uint_eq(btf_skip_mods(b, S_NODE_PTR), S_NODE_PTR);
	ck_assert_uint_eq(btf_proto_of(b, S_FUNC), S_PROTO);
	ck_assert_uint_eq(btf_proto_of(b, S_INT), 0);
	ck_assert_uint_eq(btf_member_bit_off(node, 2), 67);
	ck_assert_uint_eq(btf_member_bit_size(node, 2), 29);
	ck_assert_uint_eq(btf_member_bit_size(node, 3), 0);
	ck_assert_int_eq((s64)btf_enum_value(btf_type(b, S_ENUM), 0), -1);
	ck_assert(btf_enum_value(btf_type(b, S_ENUM64), 0) == 0x123456789abcdef0ull);
	ck_assert_int_eq(btf_component(btf_type(b, S_PARAM_TAG)), 1);
	ck_assert_uint_eq(btf_kind_of(b, S_LAST + 1), BTF_KIND_UNKN);
	ck_assert_str_eq(btf_name(b, 0), "");
	ck_assert_str_eq(btf_kind_text(99), "UNKN");
	btf_free(b);
}
END_TEST

START_TEST(look_ups_give_the_lowest_id)
{
	struct btf *b = sample_btf();
	u32 twin, id;

	ck_assert_uint_eq(btf_find(b, "node", BTF_KIND_STRUCT), S_NODE);
	ck_assert_uint_eq(btf_find(b, "node", BTF_KIND_UNION), 0);
	ck_assert_uint_eq(btf_find(b, "node", 0), S_NODE);
	ck_assert_uint_eq(btf_find(b, "", BTF_KIND_UNION), 0);
	ck_assert_uint_eq(btf_find(b, "no such name", 0), 0);
	/* The index is built by now: types added later are found, too. */
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, "node", 0, &twin), 0);
	ck_assert_uint_eq(btf_find(b, "node", BTF_KIND_STRUCT), S_NODE);
	ck_assert_uint_eq(btf_find_next(b, S_NODE), twin);
	ck_assert_uint_eq(btf_find_next(b, twin), 0);
	ck_assert_int_eq(btf_set_name(b, S_NODE, "renamed"), 0);
	ck_assert_uint_eq(btf_find(b, "node", BTF_KIND_STRUCT), twin);
	ck_assert_uint_eq(btf_find(b, "renamed", BTF_KIND_STRUCT), S_NODE);
	for (u32 i = 0; i < 1000; i++)
		ck_assert_int_eq(btf_add_fwd(b, "many", false, &id), 0);
	twin = btf_find(b, "many", BTF_KIND_FWD);
	for (u32 i = 1; i < 1000; i++)
		twin = btf_find_next(b, twin);
	ck_assert_uint_eq(twin, id);
	btf_free(b);
}
END_TEST

START_TEST(strings_are_kept_once)
{
	struct btf *b = sample_btf();
	u32 off, again, tail;

	ck_assert_int_eq(btf_add_str(b, "node_t", &off), 0);
	ck_assert_uint_eq(off, btf_type(b, S_TYPEDEF)->name_off);
	ck_assert_uint_eq(btf_find_str(b, "node_t"), off);
	ck_assert_uint_eq(btf_find_str(b, "ode_t"), 0);
	/* The tail of a string in the table: the table may move while it is added. */
	ck_assert_int_eq(btf_add_str(b, btf_str(b, off + 1), &tail), 0);
	ck_assert_str_eq(btf_str(b, tail), "ode_t");
	ck_assert_int_eq(btf_add_str(b, NULL, &again), 0);
	ck_assert_uint_eq(again, 0);
	ck_assert_str_eq(btf_str(b, UINT32_MAX), "");
	btf_free(b);
}
END_TEST

/* --- changes ------------------------------------------------------------------------------- */

START_TEST(records_can_be_changed)
{
	static const struct btf_var_secinfo three[] = {
		{ S_VAR, 0, 4 }, { S_VAR_EXT, 4, 4 }, { S_VAR, 8, 4 },
	};
	struct btf *b = sample_btf();
	struct sbuf bytes;

	btf_set_func_linkage(b, S_FUNC_EXT, BTF_FUNC_GLOBAL);
	ck_assert_uint_eq(btf_func_linkage(btf_type(b, S_FUNC_EXT)), BTF_FUNC_GLOBAL);
	btf_set_var_linkage(b, S_VAR_EXT, BTF_VAR_STATIC);
	ck_assert_uint_eq(btf_var_linkage(btf_type(b, S_VAR_EXT)), BTF_VAR_STATIC);
	ck_assert_int_eq(btf_set_param_name(b, S_PROTO_EXT, 0, "what"), 0);
	ck_assert_str_eq(btf_str(b, btf_params(btf_type(b, S_PROTO_EXT))[0].name_off), "what");
	/* More entries than before: the record moves behind the others, its id stays. */
	ck_assert_int_eq(btf_set_datasec(b, S_DATASEC, 12, three, 3), 0);
	ck_assert_uint_eq(btf_vlen(btf_type(b, S_DATASEC)), 3);
	ck_assert_uint_eq(btf_secinfos(btf_type(b, S_DATASEC))[2].offset, 8);
	ck_assert_str_eq(btf_name(b, S_DECL_TAG), "a tag");
	/* And the last type is not at the end any more: it still takes elements. */
	ck_assert_int_eq(btf_add_func_proto(b, 0, NULL), 0);
	ck_assert_int_eq(btf_set_datasec(b, S_DATASEC, 12, three, 2), 0);
	ck_assert_int_eq(btf_add_param(b, "late", S_INT), 0);
	bytes = sample_write(b, false);
	btf_free(sample_parse(span_of(bytes.data, bytes.size)));
	sbuf_free(&bytes);
	ck_assert_int_eq(btf_set_datasec(b, S_DATASEC, 0, NULL, 0), 0);
	ck_assert_uint_eq(btf_vlen(btf_type(b, S_DATASEC)), 0);
	btf_free(b);
}
END_TEST

START_TEST(elements_have_a_limit)
{
	struct btf *b;

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_func_proto(b, 0, NULL), 0);
	for (u32 i = 0; i < BTF_MAX_VLEN; i++)
		ck_assert_int_eq(btf_add_param(b, NULL, 0), 0);
	ck_assert_int_eq(btf_add_param(b, NULL, 0), -E2BIG);
	ck_assert_int_eq(btf_add_composite(b, BTF_KIND_STRUCT, NULL, 1 << 24, NULL), 0);
	ck_assert_int_eq(btf_add_member(b, "far", 1, 1 << 25, 0), 0);
	/* 24 bits hold the offset of any member of a struct with bit fields. */
	ck_assert_int_eq(btf_add_member(b, "bits", 1, 0, 3), -E2BIG);
	btf_free(b);
}
END_TEST

/* --- graphs -------------------------------------------------------------------------------- */

START_TEST(append_shifts_ids_and_interns_strings)
{
	struct btf *a = sample_btf(), *b = sample_btf();
	u32 map[S_LAST + 1], n_strs = a->strs.n;
	bool equal;

	ck_assert_int_eq(btf_append(a, b, map), 0);
	ck_assert_uint_eq(btf_n_types(a), 2 * S_LAST);
	ck_assert_uint_eq(map[S_NODE], S_LAST + S_NODE);
	ck_assert_uint_eq(map[0], 0);
	ck_assert_uint_eq(a->strs.n, n_strs);
	ck_assert_uint_eq(btf_type(a, map[S_NODE_PTR])->type, map[S_NODE]);
	for (u32 id = 1; id <= S_LAST; id++) {
		ck_assert_int_eq(btf_types_equal(a, map[id], b, id, &equal), 0);
		ck_assert(equal);
	}
	btf_free(a);
	btf_free(b);
}
END_TEST

START_TEST(a_part_can_be_kept)
{
	struct btf *b = sample_btf(), *part;
	u8 keep[S_LAST + 1] = { [S_NODE_PTR] = 1 };
	u32 map[S_LAST + 1];

	ck_assert_int_eq(btf_new(&part), 0);
	ck_assert_int_eq(btf_append_some(part, b, keep, map), -EINVAL);
	ck_assert_uint_eq(btf_n_types(part), 0);
	btf_mark_below(b, S_NODE_PTR, 1, keep, map);
	ck_assert(keep[S_NODE] && keep[S_CHAR] && keep[S_FLOAT] && !keep[S_DATASEC]);
	ck_assert_int_eq(btf_append_some(part, b, keep, map), 0);
	ck_assert_uint_eq(map[S_DATASEC], 0);
	ck_assert_str_eq(btf_name(part, map[S_NODE]), "node");
	ck_assert_int_eq(btf_keep_only(b, keep, map), 0);
	ck_assert(btf_equal(b, part));
	ck_assert_uint_eq(btf_find(b, "node", BTF_KIND_STRUCT), map[S_NODE]);
	btf_free(b);
	btf_free(part);
}
END_TEST

/* A3.5: equal graphs have equal bytes, whatever strings they went through. */
START_TEST(renewed_strings_forget_history)
{
	struct btf *a = sample_btf(), *b;
	struct sbuf ba, bb;
	u32 off, map[S_LAST + 1];

	ck_assert_int_eq(btf_new(&b), 0);
	ck_assert_int_eq(btf_add_str(b, "leftover", &off), 0);
	ck_assert_int_eq(btf_append(b, a, map), 0);
	ck_assert(btf_equal(a, b));
	ck_assert_int_eq(btf_renew_strs(a, NULL), 0);
	ck_assert_int_eq(btf_renew_strs(b, NULL), 0);
	ba = sample_write(a, false);
	bb = sample_write(b, false);
	ck_assert(span_eq(span_of(ba.data, ba.size), span_of(bb.data, bb.size)));
	ck_assert_uint_eq(btf_find_str(b, "leftover"), 0);
	sbuf_free(&ba);
	sbuf_free(&bb);
	btf_free(a);
	btf_free(b);
}
END_TEST

START_TEST(split_goes_on_where_its_base_ends)
{
	struct btf *base = sample_btf(), *split, *back;
	struct sample_diag s;
	struct sbuf bytes;
	u32 id;

	ck_assert_int_eq(btf_new_split(base, &split), 0);
	ck_assert_int_eq(btf_add_ref(split, BTF_KIND_TYPEDEF, "late_t", S_NODE, &id), 0);
	ck_assert_uint_eq(id, S_LAST + 1);
	ck_assert_int_eq(btf_add_composite(split, BTF_KIND_STRUCT, "node", 4, &id), 0);
	ck_assert_int_eq(btf_size(split, S_LAST + 1), 48);
	bytes = sample_write(split, true);
	sample_diag_init(&s);
	ck_assert_int_eq(btf_parse_split(&s.d, span_of(bytes.data, bytes.size), "m", base, &back),
			 0);
	ck_assert(btf_equal(split, back));
	ck_assert_str_eq(btf_name(back, S_LAST + 1), "late_t");
	ck_assert_str_eq(btf_name(back, S_INT), "int");
	ck_assert_uint_eq(btf_find(back, "node", BTF_KIND_STRUCT), S_NODE);
	ck_assert_uint_eq(btf_find_next(back, S_NODE), id);
	/* Without its base it makes no sense. */
	ck_assert_int_eq(btf_parse(&s.d, span_of(bytes.data, bytes.size), "m", &split), -EINVAL);
	btf_free(back);
	btf_free(split);
	btf_free(base);
	sbuf_free(&bytes);
}
END_TEST

START_TEST(equality_is_by_structure)
{
	struct btf *a = sample_btf(), *b = sample_btf();
	bool equal;

	ck_assert_int_eq(btf_types_equal(a, S_NODE_PTR, b, S_NODE_PTR, &equal), 0);
	ck_assert(equal);
	btf_set_member_type(b, S_UNION, 0, S_ENUM);
	ck_assert_int_eq(btf_types_equal(a, S_NODE_PTR, b, S_NODE_PTR, &equal), 0);
	ck_assert(!equal);
	ck_assert(!btf_equal(a, b));
	ck_assert_int_eq(btf_types_equal(a, S_TAGGED_PTR, b, S_TAGGED_PTR, &equal), 0);
	ck_assert(equal);
	ck_assert_int_eq(btf_types_equal(a, 0, b, S_INT, &equal), 0);
	ck_assert(!equal);
	btf_free(a);
	btf_free(b);
}
END_TEST

/* Everything once, for the allocation faults. */
static int use_all(void *user)
{
	struct sbuf *bytes = user, out = { 0 };
	struct diag d = { .error_limit = 20 };
	struct btf *b = NULL, *all = NULL;
	struct btf_folder *folder = NULL;
	u32 map[2 * S_LAST + 1];
	bool equal;
	int err = btf_parse(&d, span_of(bytes->data, bytes->size), "f", &b);

	if (!err)
		err = btf_new(&all);
	if (!err)
		err = btf_folder_new(all, &folder);
	for (int i = 0; i < 2 && !err; i++) {
		u32 first = btf_n_types(all) + 1;

		err = btf_append(all, b, map);
		if (!err)
			err = btf_fold(folder, first, map, S_LAST + 1);
	}
	btf_folder_free(folder);
	if (!err)
		err = btf_dedup(all, BTF_DEDUP_ENTITIES, map);
	if (!err)
		err = btf_renew_strs(all, NULL);
	/* Look-ups do without an index that there is no memory for. */
	if (!err && btf_find(all, "prog1", BTF_KIND_FUNC) != S_FUNC_EXT)
		err = -ENOENT;
	if (!err)
		err = btf_types_equal(all, S_NODE, b, S_NODE, &equal);
	if (!err)
		err = btf_write(all, false, &out);
	sbuf_free(&out);
	btf_free(b);
	btf_free(all);
	return err;
}

START_TEST(no_memory_is_said)
{
	struct btf *b = sample_btf();
	struct sbuf bytes = sample_write(b, false);

	ck_assert_int_gt(fault_sweep(use_all, &bytes), 20);
	btf_free(b);
	sbuf_free(&bytes);
}
END_TEST

/* --- kinds.def --------------------------------------------------------------------------- */

static const char *const letters_of[NR_BTF_KINDS][2] = {
#define KIND(NAME, txt, nam, wrd, vln, kfl, fix, elem, ...) [BTF_KIND_##NAME] = { fix, elem },
#include "btf/kinds.def"
#undef KIND
};
static const bool third_is_type[NR_BTF_KINDS] = {
#define WORD_TYPE true
#define WORD_SIZE false
#define WORD_UNUSED false
#define KIND(NAME, txt, nam, wrd, ...) [BTF_KIND_##NAME] = WORD_##wrd,
#include "btf/kinds.def"
#undef KIND
};

/* The words with a letter, by the table itself. */
static u32 words_with(u32 kind, u32 vlen, char letter, u32 *at)
{
	const char *fixed = letters_of[kind][0], *element = letters_of[kind][1];
	u32 n = 0, word = 0;

	if (letter == 's')
		at[n++] = 0;
	if (letter == 't' && third_is_type[kind])
		at[n++] = 2;
	for (word = 3; *fixed; fixed++, word++)
		if (*fixed == letter)
			at[n++] = word;
	for (u32 i = 0; i < vlen; i++)
		for (const char *e = element; *e; e++, word++)
			if (*e == letter)
				at[n++] = word;
	return n;
}

START_TEST(walks_are_those_of_the_table)
{
	enum { VLEN = 3 };

	for (u32 kind = 1; kind < NR_BTF_KINDS; kind++) {
		u32 words[16] = { 0, kind << 24 | (*letters_of[kind][1] ? VLEN : 0) }, at[16];

		for (u32 pass = 0; pass < 2; pass++) {
			const struct btf_type *t = (const struct btf_type *)words;
			struct btf_ref_iter it = pass ? btf_each_str_ref(t) : btf_each_type_ref(t);
			u32 n = words_with(kind, VLEN, pass ? 's' : 't', at);

			for (u32 i = 0; i < n; i++)
				ck_assert_ptr_eq(btf_next_ref(&it), words + at[i]);
			ck_assert_ptr_null(btf_next_ref(&it));
		}
	}
}
END_TEST

static Suite *btf_suite(void)
{
	Suite *s = suite_create("btf");

	unit_add(s, "bytes", every_kind_round_trips, both_extern_forms_are_read,
		 truncation_is_an_error_everywhere, kernel_btf_round_trips,
		 compilers_output_round_trips);
	unit_add(s, "questions", sizes_and_alignments, elements_and_modifiers,
		 look_ups_give_the_lowest_id, strings_are_kept_once, walks_are_those_of_the_table);
	unit_add(s, "changes", records_can_be_changed, elements_have_a_limit);
	unit_add(s, "graphs", append_shifts_ids_and_interns_strings, a_part_can_be_kept,
		 renewed_strings_forget_history, split_goes_on_where_its_base_ends,
		 equality_is_by_structure, no_memory_is_said);
	return s;
}

int main(void)
{
	return unit_main(btf_suite(), NULL);
}
