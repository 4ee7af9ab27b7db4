/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What inputs can disagree about: each with its own diagnostic, naming both places. */
#include "selftests/unit/linking.h"
#include "selftests/unit/unit.h"

/* Link objects of PROGS_DIR, which has to fail with want_err. */
static void fail_link(struct linking *t, const char *a, const char *b, int want_err)
{
	linking_begin(t, NULL);
	linking_add(t, a);
	if (b)
		linking_add(t, b);
	ck_assert_ptr_null(linking_finish(t, want_err));
}

/* L10: strong + strong; function, program, variable and map in one run. */
START_TEST(A3_2_duplicates_name_both_places)
{
	struct linking t;

	if (!linking_has("link_dup.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "link_dup.1", "link_dup.2", -EEXIST);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_DUP_SYMBOL), 4);
	ck_assert(linking_says(&t, DIAG_LINK_DUP_SYMBOL,
			       "function 'same_func' is defined by link_dup_1 and by link_dup_2"));
	ck_assert(linking_says(&t, DIAG_LINK_DUP_SYMBOL, "link_dup.1.o:.text:same_func:"));
	ck_assert(linking_says(&t, DIAG_LINK_DUP_SYMBOL, "link_dup.2.o:.text:same_func:"));
	ck_assert(linking_says(&t, DIAG_LINK_DUP_SYMBOL, "variable 'same_var'"));
	ck_assert(linking_says(&t, DIAG_LINK_DUP_SYMBOL, "map 'same_map'"));
	ck_assert(linking_says(&t, DIAG_LINK_DUP_SYMBOL, "link_dup.1.o:xdp:same_prog:"));
	linking_end(&t);
}
END_TEST

/* L10 */
START_TEST(A3_2_the_same_file_twice_is_said)
{
	struct linking t;

	if (!linking_has("link_dup.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "a=link_dup.1", "b=link_dup.1", -EEXIST);
	ck_assert(linking_says(&t, DIAG_LINK_DUP_SYMBOL, "both inputs are the same file"));
	linking_end(&t);
}
END_TEST

/* L21: both prototypes printed, good ones not mentioned. */
START_TEST(A3_4_prototypes)
{
	struct linking t;

	if (!linking_has("link_proto.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "link_proto.1", "link_proto.2", -EINVAL);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_PROTO), 7);
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "'bad_count' differ: 1 against 2 parameters"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO,
			       "'bad_width' differ: parameter 1: int against long"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "'bad_struct' differ: parameter 1, size 4"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO,
			       "'bad_return' differ: return type: int against long"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "struct later against struct other"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "'bad_layout' differ: parameter 1, members"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "'bad_inside' differ: parameter 1"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "int bad_width(int)"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "int bad_width(long a)"));
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_TYPE_SIMILAR), 2);
	ck_assert(linking_says(&t, DIAG_LINK_TYPE_SIMILAR, "'alike_sign'"));
	ck_assert(linking_says(&t, DIAG_LINK_TYPE_SIMILAR, "'alike_const'"));
	linking_end(&t);
}
END_TEST

/* A3.4: for explicit mappings, too. */
START_TEST(A3_4_prototypes_of_mappings)
{
	struct linking t;

	if (!linking_has("link_proto.1"))
		unit_skip("needs clang-19");
	linking_begin(&t, NULL);
	linking_add(&t, "mapping_dispatcher");
	linking_add(&t, "p=link_proto.2");
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "p:bad_count"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "p:good_typedef"), 0);
	ck_assert_ptr_null(linking_finish(&t, -EINVAL));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "'prog1' differ: 1 against 2 parameters"));
	ck_assert(linking_says(&t, DIAG_LINK_PROTO, "'prog2' differ: parameter 1"));
	linking_end(&t);
}
END_TEST

/* L22 */
START_TEST(A3_4_variables)
{
	struct linking t;

	if (!linking_has("link_vars.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "link_vars.2", "link_vars.1", -EINVAL);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_VAR_TYPE), 3);
	ck_assert(linking_says(&t, DIAG_LINK_VAR_TYPE, "'bad_size' differ: int against long"));
	ck_assert(linking_says(&t, DIAG_LINK_VAR_TYPE, "'bad_array' differ: array length"));
	ck_assert(linking_says(&t, DIAG_LINK_VAR_TYPE, "the definition is const, the declaration"));
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_TYPE_SIMILAR), 1);
	linking_end(&t);
}
END_TEST

/* L23 */
START_TEST(A3_4_maps_print_both_values)
{
	struct linking t;

	if (!linking_has("link_maps.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "link_maps.1", "link_maps.2", -EINVAL);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_MAP_DEF), 6);
	ck_assert(linking_says(&t, DIAG_LINK_MAP_DEF, "'bad_type': type is hash against lru_hash"));
	ck_assert(linking_says(&t, DIAG_LINK_MAP_DEF, "'bad_entries': max_entries is 4 against 8"));
	ck_assert(linking_says(&t, DIAG_LINK_MAP_DEF, "'bad_key': key_size is 4 against 8"));
	ck_assert(linking_says(&t, DIAG_LINK_MAP_DEF, "'bad_value': value_size is 8 against 4"));
	/* What a definition doesn't say has its default. */
	ck_assert(linking_says(&t, DIAG_LINK_MAP_DEF, "'bad_flags': map_flags is 1 against 0"));
	ck_assert(linking_says(&t, DIAG_LINK_MAP_DEF,
			       "'bad_inner': max_entries is 4 against 8 in the inner maps"));
	linking_end(&t);
}
END_TEST

/* L16, L18: unresolved: each place, and a guess at what was meant. The weak one may stay. */
START_TEST(A3_2_unresolved)
{
	struct linking t;

	if (!linking_has("link_unresolved.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "link_unresolved.1", NULL, -ENOENT);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_UNRESOLVED), 3);
	ck_assert(linking_says(&t, DIAG_LINK_UNRESOLVED, "function 'missing_func'"));
	ck_assert(linking_says(&t, DIAG_LINK_UNRESOLVED, "variable 'missing_var'"));
	ck_assert(linking_says(&t, DIAG_LINK_UNRESOLVED, "map 'missing_map'"));
	ck_assert(linking_says(&t, DIAG_LINK_UNRESOLVED,
			       "link_unresolved.1.o:xdp:unresolved_main:"));
	linking_end(&t);
	fail_link(&t, "link_unresolved.1", "link_unresolved.2", -ENOENT);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_UNRESOLVED), 2);
	ck_assert(linking_says(&t, DIAG_LINK_UNRESOLVED, "did you mean mising_func?"));
	linking_end(&t);
}
END_TEST

START_TEST(A3_2_licences_and_versions)
{
	struct link_opts opts = { .license = "MIT" };
	struct linking t;
	struct obj *out;

	if (!linking_has("link_license.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "link_license.1", "link_license.2", -EINVAL);
	ck_assert(linking_says(&t, DIAG_LINK_LICENSE, "\"Proprietary\" of link_license_2"));
	ck_assert(linking_says(&t, DIAG_LINK_LICENSE, "\"GPL\" here @"));
	ck_assert(linking_says(&t, DIAG_LINK_VERSION, "0x60100 of link_license_2"));
	linking_end(&t);

	linking_begin(&t, NULL);
	linking_add(&t, "link_license.1");
	linking_add(&t, "link_license.3");
	out = linking_finish(&t, 0);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_LICENSE_KEPT), 1);
	ck_assert_str_eq(out->license, "GPL");
	ck_assert_uint_eq(out->version, 0x50400);
	obj_free(out);
	linking_end(&t);

	linking_begin(&t, &opts);
	linking_add(&t, "link_license.1");
	linking_add(&t, "link_license.3");
	out = linking_finish(&t, 0);
	ck_assert_str_eq(out->license, "MIT");
	obj_free(out);
	linking_end(&t);
}
END_TEST

START_TEST(A3_2_byte_order)
{
	struct linking t;

	if (!linking_has("mapping_drop.eb"))
		unit_skip("needs clang-19");
	fail_link(&t, "mapping_dispatcher", "mapping_drop.eb", -EINVAL);
	ck_assert(linking_says(&t, DIAG_LINK_BYTE_ORDER, "mapping_drop.eb.o is big-endian, but "));
	ck_assert(linking_says(&t, DIAG_LINK_BYTE_ORDER, "mapping_dispatcher.o is little-endian"));
	linking_end(&t);
}
END_TEST

START_TEST(A3_2_kinds_and_sections)
{
	struct linking t;

	if (!linking_has("link_kinds.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "link_kinds.1", "link_kinds.2", -EINVAL);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_KIND), 1);
	ck_assert(linking_says(&t, DIAG_LINK_KIND,
			       "an extern function in link_kinds_1, but a map in link_kinds_2"));
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_UNRESOLVED), 0);
	ck_assert(linking_says(&t, DIAG_LINK_SECTION, "section .rodata.mine of link_kinds_2"));
	ck_assert(linking_says(&t, DIAG_LINK_SECTION, "link_kinds.1.o:.rodata.mine"));
	linking_end(&t);

	/* A map and a function, both defined: one conflict, said once. */
	fail_link(&t, "link_kinds.2", "link_kinds.3", -EEXIST);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_DUP_SYMBOL), 1);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_KIND), 0);
	linking_end(&t);
}
END_TEST

/* L19, L20: both types, both places; what is defined is no conflict. */
START_TEST(A3_11_externs_of_the_loader)
{
	struct linking t;

	if (!linking_has("link_loader.1"))
		unit_skip("needs clang-19");
	fail_link(&t, "link_loader.1", "link_loader.2", -EINVAL);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_EXTERN_TYPE), 1);
	ck_assert(linking_says(&t, DIAG_LINK_EXTERN_TYPE, "int CONFIG_BAD_TYPE"));
	ck_assert(linking_says(&t, DIAG_LINK_EXTERN_TYPE, "char CONFIG_BAD_TYPE"));
	ck_assert(linking_says(&t, DIAG_LINK_EXTERN_TYPE, "link_loader.1.o:xdp:loader_1:"));
	ck_assert(linking_says(&t, DIAG_LINK_EXTERN_TYPE, "link_loader.2.o:xdp:loader_2:"));
	linking_end(&t);
}
END_TEST

/* --- mappings and names of inputs -------------------------------------------------------- */

static void begin_mapping(struct linking *t)
{
	linking_begin(t, NULL);
	linking_add(t, "mapping_dispatcher");
	linking_add(t, "a=mapping_dummy");
	linking_add(t, "b=mapping_drop");
	ck_assert_int_eq(link_set_private(t->l, "a"), 0);
	ck_assert_int_eq(link_set_private(t->l, "b"), 0);
}

START_TEST(A3_3_misspelt_mappings)
{
	static const struct {
		const char *from, *to;
		int err, code;
		const char *text;
	} cases[] = {
		{ "prog1", "a:xdp_mian", -ENOENT, DIAG_LINK_NO_FUNC, "did you mean xdp_main?" },
		{ "prog1", "c:xdp_main", -ENOENT, DIAG_LINK_UNKNOWN_INPUT, "input is called 'c'" },
		{ "aa:prog1", "b:xdp_main", -ENOENT, DIAG_LINK_UNKNOWN_INPUT, "called 'aa'" },
		{ "prog1", "xdp_main", -EINVAL, DIAG_LINK_AMBIGUOUS_FUNC, "one is b:xdp_main" },
		{ "prog1", "a:counters", -ENOENT, DIAG_LINK_NO_FUNC, "'counters'" },
	};

	if (!linking_has("mapping_drop"))
		unit_skip("needs clang-19");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct linking t;

		begin_mapping(&t);
		ck_assert_int_eq(link_map_extern(t.l, cases[i].from, cases[i].to), 0);
		ck_assert_int_eq(link_map_extern(t.l, "prog2", "b:xdp_main"), 0);
		ck_assert_ptr_null(linking_finish(&t, cases[i].err));
		ck_assert_msg(linking_says(&t, cases[i].code, cases[i].text), "case %zu", i);
		linking_end(&t);
	}
}
END_TEST

START_TEST(A3_3_mapping_to_nothing_shows_who_wants_it)
{
	struct linking t;

	if (!linking_has("mapping_drop"))
		unit_skip("needs clang-19");
	begin_mapping(&t);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "a:nothing_like_it"), 0);
	ck_assert_ptr_null(linking_finish(&t, -ENOENT));
	ck_assert(linking_says(&t, DIAG_LINK_NO_FUNC, "mapping_dummy.o"));
	ck_assert(linking_says(&t, DIAG_LINK_NO_FUNC, "mapping_dispatcher.o:xdp:xdp_dispatcher"));
	/* That prog1 is unresolved would be the same said again; prog2 has no mapping. */
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_UNRESOLVED), 1);
	ck_assert(linking_says(&t, DIAG_LINK_UNRESOLVED, "'prog2'"));
	linking_end(&t);
}
END_TEST

START_TEST(A3_3_twice_and_unused)
{
	struct linking t;
	struct obj *out;

	if (!linking_has("mapping_drop"))
		unit_skip("needs clang-19");
	begin_mapping(&t);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "a:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "b:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "b:xdp_main"), 0);
	ck_assert_ptr_null(linking_finish(&t, -EEXIST));
	ck_assert(linking_says(&t, DIAG_LINK_MAPPING_TWICE, "one mapping says a:xdp_main"));
	ck_assert(linking_says(&t, DIAG_LINK_MAPPING_TWICE, "another says b:xdp_main"));
	linking_end(&t);

	/* The one of a certain input wins over the one of all. */
	begin_mapping(&t);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "a:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "mapping_dispatcher:prog1", "b:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "b:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog3", "b:xdp_main"), 0);
	out = linking_finish(&t, 0);
	ck_assert_str_eq(linking_row(&t, "mapping_dispatcher", "prog1")->new_name, "b__xdp_main");
	/* The one that yielded binds nothing, so its target is a program still. */
	ck_assert(obj_func(out, obj_find_func(out, "a__xdp_main"))->is_entry);
	ck_assert(!obj_func(out, obj_find_func(out, "b__xdp_main"))->is_entry);
	ck_assert(linking_says(&t, DIAG_LINK_MAPPING_UNUSED, "no input:prog3"));
	ck_assert(linking_says(&t, DIAG_LINK_MAPPING_UNUSED, "did you mean prog1?"));
	obj_free(out);
	linking_end(&t);
}
END_TEST

START_TEST(A3_3_names_of_inputs)
{
	struct linking t;
	struct obj *out;
	char path[512];

	if (!linking_has("mapping_drop"))
		unit_skip("needs clang-19");
	snprintf(path, sizeof(path), "%s/mapping_drop.o", PROGS_DIR);
	linking_begin(&t, NULL);
	linking_add(&t, "a=mapping_drop");
	ck_assert_int_eq(link_add_file(t.l, "a", path, NULL), -EEXIST);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_NAME_TAKEN), 1);
	ck_assert_int_eq(link_add_file(t.l, "1st", path, NULL), -EINVAL);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_INPUT_NAME), 1);
	ck_assert_int_eq(link_map_extern(t.l, "a:b:c", "d"), -EINVAL);
	ck_assert_int_eq(link_map_extern(t.l, "a", ":d"), -EINVAL);
	ck_assert_int_eq(link_export(t.l, ""), -EINVAL);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_MAPPING_FORM), 3);
	ck_assert_int_eq(link_export(t.l, "a:nothing"), 0);
	ck_assert_ptr_null(linking_finish(&t, -ENOENT));
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_NO_EXPORT), 1);
	ck_assert_int_eq(link_finish(t.l, &out), -EINVAL);
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_FINISHED), 1);
	linking_end(&t);

	/* One stem twice: the bare stem is ambiguous. */
	linking_begin(&t, NULL);
	linking_add(&t, "mapping_drop");
	linking_add(&t, "mapping_drop");
	ck_assert_int_eq(link_set_private(t.l, "mapping_drop"), 0);
	ck_assert_ptr_null(linking_finish(&t, -EINVAL));
	ck_assert(linking_says(&t, DIAG_LINK_AMBIGUOUS_INPUT, "is called mapping_drop__1"));
	linking_end(&t);

	linking_begin(&t, NULL);
	ck_assert_ptr_null(linking_finish(&t, -EINVAL));
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_NO_INPUTS), 1);
	linking_end(&t);
}
END_TEST

/* --- what is only remarked --------------------------------------------------------------- */

START_TEST(A3_2_notes)
{
	struct linking t;

	if (!linking_has("mapping_drop.nobtf"))
		unit_skip("needs clang-19");
	linking_begin(&t, NULL);
	linking_add(&t, "mapping_drop.nobtf");
	linking_add(&t, "byname_owner");
	obj_free(linking_finish(&t, 0));
	ck_assert(linking_says(&t, DIAG_LINK_NO_BTF, "mapping_drop.nobtf.o has no BTF"));
	linking_end(&t);
	linking_begin(&t, NULL);
	linking_add(&t, "link_common.1");
	linking_add(&t, "link_common.2");
	obj_free(linking_finish(&t, 0));
	ck_assert(linking_says(&t, DIAG_LINK_CUSTOM_SECTION, "section mine"));
	ck_assert(linking_says(&t, DIAG_LINK_VISIBILITY, "'guarded' has protected visibility"));
	linking_end(&t);
}
END_TEST

/* Two inputs whose .bss is too large for the 32 bits of BTF together. */
static struct obj *huge_object(struct diag *d, const char *name)
{
	struct obj *o;
	sec_id sec;

	ck_assert_int_eq(obj_new(d, name, HOST_BIG_ENDIAN, &o), 0);
	ck_assert_int_eq(obj_add_sec(o, ".bss", OBJ_SEC_BSS, &sec), 0);
	obj_sec(o, sec)->elf_type = 8;	/* NOBITS */
	obj_sec(o, sec)->flags = 3;
	obj_sec(o, sec)->size = 3ull << 29;
	ck_assert_int_eq(obj_index(o), 0);
	return o;
}

START_TEST(A3_2_too_big)
{
	struct linking t;

	linking_begin(&t, NULL);
	ck_assert_int_eq(link_add_obj(t.l, NULL, huge_object(&t.diag, "x.o"), false, NULL), 0);
	ck_assert_int_eq(link_add_obj(t.l, NULL, huge_object(&t.diag, "y.o"), false, NULL), 0);
	ck_assert_ptr_null(linking_finish(&t, -E2BIG));
	ck_assert(linking_says(&t, DIAG_LINK_TOO_BIG, "section .bss"));
	linking_end(&t);
}
END_TEST

/* The size of a common symbol is a number; where .bss has bytes it must not become as many. */
START_TEST(A3_2_commons_beside_a_bss_of_bytes)
{
	const struct obj_sym common = { .name = "huge", .value = 8, .size = 1u << 30, .type = 1,
					.bind = 1, .common = true };
	struct linking t;
	struct obj *o, *out;
	sym_id sym;
	sec_id sec;

	linking_begin(&t, NULL);
	ck_assert_int_eq(obj_new(&t.diag, "x.o", HOST_BIG_ENDIAN, &o), 0);
	ck_assert_int_eq(obj_add_sec(o, ".bss", OBJ_SEC_DATA, &sec), 0);
	ck_assert_int_eq(vec_append(&obj_sec(o, sec)->bytes, (const u8 *)"GPL", 4), 0);
	obj_sec(o, sec)->elf_type = 1;	/* PROGBITS */
	obj_sec(o, sec)->flags = 3;
	obj_sec(o, sec)->size = 4;
	ck_assert_int_eq(obj_add_sym(o, &common, &sym), 0);
	ck_assert_int_eq(obj_index(o), 0);
	ck_assert_int_eq(link_add_obj(t.l, NULL, o, false, NULL), 0);
	out = linking_finish(&t, 0);
	sec = obj_sym(out, obj_find_sym(out, "huge"))->sec;
	ck_assert_str_eq(obj_sec(out, sec)->name, ".bss.1");
	ck_assert_uint_eq(obj_sec(out, sec)->bytes.n, 0);
	obj_free(out);
	linking_end(&t);
}
END_TEST

/* A reference to the licence of an input whose licence isn't kept. */
static struct obj *license_reader(struct diag *d, const char *name)
{
	struct obj_reloc reloc = { .type = 2 };	/* R_BPF_64_ABS64 */
	struct obj *o;
	sec_id data, license;
	u8 zeros[8] = { 0 };

	ck_assert_int_eq(obj_new(d, name, HOST_BIG_ENDIAN, &o), 0);
	ck_assert_int_eq(obj_add_sec(o, ".data", OBJ_SEC_DATA, &data), 0);
	ck_assert_int_eq(obj_add_sec(o, "license", OBJ_SEC_LICENSE, &license), 0);
	ck_assert_int_eq(vec_append(&obj_sec(o, license)->bytes, (const u8 *)"GPL", 4), 0);
	ck_assert_int_eq(vec_append(&obj_sec(o, data)->bytes, zeros, 8), 0);
	obj_sec(o, data)->size = 8;
	obj_sec(o, license)->size = 4;
	obj_sec(o, data)->elf_type = obj_sec(o, license)->elf_type = 1;
	obj_sec(o, data)->flags = obj_sec(o, license)->flags = 3;
	ck_assert_int_eq(obj_sec_symbol(o, license, &reloc.sym), 0);
	ck_assert_int_eq(vec_append(&obj_sec(o, data)->relocs, &reloc, 1), 0);
	ck_assert_int_eq(obj_index(o), 0);
	return o;
}

START_TEST(A3_2_reference_to_a_dropped_licence)
{
	struct linking t;

	linking_begin(&t, NULL);
	ck_assert_int_eq(link_add_obj(t.l, NULL, license_reader(&t.diag, "x.o"), false, NULL), 0);
	ck_assert_int_eq(link_add_obj(t.l, NULL, license_reader(&t.diag, "y.o"), false, NULL), 0);
	ck_assert_ptr_null(linking_finish(&t, -EINVAL));
	ck_assert_uint_eq(linking_count(&t, DIAG_LINK_RELOC_LOST), 1);
	linking_end(&t);
}
END_TEST

static Suite *conflict_suite(void)
{
	Suite *s = suite_create("link_conflicts");

	unit_add(s, "symbols", A3_2_duplicates_name_both_places, A3_2_the_same_file_twice_is_said,
		 A3_2_unresolved, A3_2_kinds_and_sections, A3_11_externs_of_the_loader);
	unit_add(s, "types", A3_4_prototypes, A3_4_prototypes_of_mappings, A3_4_variables,
		 A3_4_maps_print_both_values);
	unit_add(s, "inputs", A3_2_licences_and_versions, A3_2_byte_order, A3_2_notes,
		 A3_2_too_big, A3_2_commons_beside_a_bss_of_bytes,
		 A3_2_reference_to_a_dropped_licence);
	unit_add(s, "mappings", A3_3_misspelt_mappings,
		 A3_3_mapping_to_nothing_shows_who_wants_it, A3_3_twice_and_unused,
		 A3_3_names_of_inputs);
	return s;
}

int main(void)
{
	return unit_main(conflict_suite(), NULL);
}
