/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * lib/obj: map definitions that no compiler was needed for, since an object can be put together:
 * what each attribute may be, what initial contents may be.
 */
#include "lib/obj/obj.h"
#include "selftests/unit/elf_sample.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "uapi/elf.h"

static struct caught c;

static const u64 DATA = SHF_ALLOC | SHF_WRITE;
static const u8 zeroes[64];

/* An object whose .maps holds one variable of a struct type with one or more members. */
struct map_maker {
	struct obj *o;
	sec_id maps;
	u32 int_id, members[4];
	const char *names[4];
	u32 n;
};

static void maker_init(struct map_maker *m)
{
	catch_init(&c);
	*m = (struct map_maker){ 0 };
	ck_assert_int_eq(obj_new(&c.d, "made.o", false, &m->o), 0);
	ck_assert_int_eq(btf_new(&m->o->btf), 0);
	ck_assert_int_eq(obj_add_sec(m->o, ".maps", OBJ_SEC_MAPS, &m->maps), 0);
	ck_assert_int_eq(btf_add_int(m->o->btf, "int", 4, BTF_INT_SIGNED, &m->int_id), 0);
}

static u32 uint_type(struct map_maker *m, u32 val)
{
	u32 array, ptr;

	ck_assert_int_eq(btf_add_array(m->o->btf, m->int_id, m->int_id, val, &array), 0);
	ck_assert_int_eq(btf_add_ptr(m->o->btf, array, &ptr), 0);
	return ptr;
}

static u32 ptr_to(struct map_maker *m, u32 type)
{
	u32 id;

	ck_assert_int_eq(btf_add_ptr(m->o->btf, type, &id), 0);
	return id;
}

static u32 values_of(struct map_maker *m, u32 type)
{
	u32 id;

	ck_assert_int_eq(btf_add_array(m->o->btf, ptr_to(m, type), m->int_id, 0, &id), 0);
	return id;
}

static void member(struct map_maker *m, const char *name, u32 type)
{
	m->names[m->n] = name;
	m->members[m->n++] = type;
}

static u32 def_struct(struct map_maker *m)
{
	u32 id;

	ck_assert_int_eq(btf_add_composite(m->o->btf, BTF_KIND_STRUCT, NULL, m->n * 8, &id), 0);
	for (u32 i = 0; i < m->n; i++)
		ck_assert_int_eq(btf_add_member(m->o->btf, m->names[i], m->members[i], i * 64, 0),
				 0);
	m->n = 0;
	return id;
}

static void def_var(struct map_maker *m, u32 type)
{
	struct obj_sym sym = { .name = "m", .sec = m->maps, .size = 64, .type = STT_OBJECT,
			       .bind = STB_GLOBAL };
	struct obj_sec *sec = obj_sec(m->o, m->maps);
	u32 var;
	sym_id id;

	ck_assert_int_eq(btf_add_var(m->o->btf, "m", BTF_VAR_GLOBAL_ALLOCATED, type, &var), 0);
	ck_assert_int_eq(btf_add_datasec(m->o->btf, ".maps", 64, NULL), 0);
	ck_assert_int_eq(btf_add_secinfo(m->o->btf, var, 0, 64), 0);
	sec->elf_type = SHT_PROGBITS;
	sec->flags = DATA;
	sec->size = 64;
	ck_assert_int_eq(vec_append(&sec->bytes, zeroes, 64), 0);
	ck_assert_int_eq(obj_add_sym(m->o, &sym, &id), 0);
}

static void expect_map(struct map_maker *m, const char *words)
{
	def_var(m, def_struct(m));
	if (words) {
		ck_assert_int_eq(obj_index(m->o), -EINVAL);
		ck_assert_int_eq(c.code, DIAG_OBJ_MAP_DEF);
		ck_assert_msg(strstr(c.text, words), "%s", c.text);
	} else {
		ck_assert_msg(!obj_index(m->o), "%s", c.text);
	}
	obj_free(m->o);
}

static void expect_unknown(const struct obj *o, const char *words)
{
	ck_assert_int_eq(obj_check_map(&c.d, o, obj_map(o, (map_id){ 1 })), -EINVAL);
	ck_assert_int_eq(c.code, DIAG_OBJ_MAP_UNKNOWN);
	ck_assert_msg(strstr(c.text, words), "%s", c.text);
}

/* Such objects open, but nobody can make the map. */
START_TEST(map_that_is_not_known)
{
	struct map_maker m;

	maker_init(&m);
	def_var(&m, def_struct(&m));
	ck_assert_int_eq(obj_index(m.o), 0);
	expect_unknown(m.o, "of which type");
	obj_free(m.o);
	maker_init(&m);
	def_var(&m, def_struct(&m));
	btf_free(m.o->btf);
	m.o->btf = NULL;
	ck_assert_int_eq(obj_index(m.o), 0);
	expect_unknown(m.o, "no BTF");
	obj_free(m.o);
}
END_TEST

START_TEST(map_definition_is_no_struct)
{
	struct map_maker m;

	maker_init(&m);
	def_var(&m, m.int_id);
	ck_assert_int_eq(obj_index(m.o), -EINVAL);
	ck_assert_int_eq(c.code, DIAG_OBJ_MAP_DEF);
	obj_free(m.o);
}
END_TEST

START_TEST(map_attributes)
{
	struct map_maker m;
	u32 fwd;

	maker_init(&m);
	member(&m, "type", uint_type(&m, 2));
	expect_map(&m, NULL);
	maker_init(&m);
	member(&m, "type", m.int_id);
	expect_map(&m, "__uint");
	maker_init(&m);
	member(&m, "colour", uint_type(&m, 2));
	expect_map(&m, "colour is no attribute");
	maker_init(&m);
	member(&m, "pinning", uint_type(&m, 2));
	expect_map(&m, "pinning");
	maker_init(&m);
	member(&m, "key", m.int_id);
	expect_map(&m, "__type");
	maker_init(&m);
	btf_add_fwd(m.o->btf, "unknown", false, &fwd);
	member(&m, "value", ptr_to(&m, fwd));
	expect_map(&m, "without size");
	maker_init(&m);
	member(&m, "key_size", uint_type(&m, 8));
	member(&m, "key", ptr_to(&m, m.int_id));
	expect_map(&m, "given twice");
	maker_init(&m);
	member(&m, "key_size", uint_type(&m, 4));
	member(&m, "key", ptr_to(&m, m.int_id));
	expect_map(&m, NULL);
}
END_TEST

/* __ulong(map_extra, ...) is an enumerator, which may have 64 bits. */
START_TEST(map_extra)
{
	struct map_maker m;
	u32 id;

	maker_init(&m);
	btf_add_enum64(m.o->btf, NULL, 8, false, &id);
	btf_add_enumerator(m.o->btf, "extra", 1ull << 40);
	member(&m, "map_extra", id);
	def_var(&m, def_struct(&m));
	ck_assert_int_eq(obj_index(m.o), 0);
	ck_assert_uint_eq(m.o->maps.v[1].map_extra, 1ull << 40);
	ck_assert_uint_eq(m.o->maps.v[1].has, OBJ_MAP_HAS_EXTRA);
	obj_free(m.o);
	maker_init(&m);
	btf_add_enum64(m.o->btf, NULL, 8, false, &id);
	btf_add_enumerator(m.o->btf, "flags", 1ull << 40);
	member(&m, "map_flags", id);
	expect_map(&m, "32 bits");
	maker_init(&m);
	member(&m, "map_extra", uint_type(&m, 2));
	member(&m, "map_extra", uint_type(&m, 2));
	expect_map(&m, "given twice");
}
END_TEST

START_TEST(map_values)
{
	struct map_maker m;
	u32 inner, proto;

	maker_init(&m);
	member(&m, "values", m.int_id);
	expect_map(&m, "__array");
	maker_init(&m);
	member(&m, "values", values_of(&m, m.int_id));
	expect_map(&m, "neither maps nor functions");
	maker_init(&m);
	member(&m, "type", uint_type(&m, BPF_MAP_TYPE_HASH));
	inner = def_struct(&m);
	member(&m, "values", values_of(&m, inner));
	member(&m, "type", uint_type(&m, BPF_MAP_TYPE_HASH));
	expect_map(&m, "no map of maps");
	maker_init(&m);
	btf_add_func_proto(m.o->btf, m.int_id, &proto);
	member(&m, "values", values_of(&m, proto));
	member(&m, "type", uint_type(&m, BPF_MAP_TYPE_HASH));
	expect_map(&m, "no program array");
	maker_init(&m);
	member(&m, "type", uint_type(&m, BPF_MAP_TYPE_HASH));
	inner = def_struct(&m);
	member(&m, "values", values_of(&m, inner));
	inner = def_struct(&m);
	member(&m, "values", values_of(&m, inner));
	expect_map(&m, "two levels");
	maker_init(&m);
	btf_add_func_proto(m.o->btf, m.int_id, &proto);
	member(&m, "values", values_of(&m, proto));
	member(&m, "values", values_of(&m, proto));
	expect_map(&m, "given twice");
}
END_TEST

START_TEST(maps_overlap)
{
	struct obj_sym sym = { .name = "inside", .size = 8, .value = 8, .type = STT_OBJECT,
			       .bind = STB_GLOBAL };
	struct map_maker m;
	sym_id id;

	maker_init(&m);
	sym.sec = m.maps;
	obj_add_sym(m.o, &sym, &id);
	expect_map(&m, "within another");
}
END_TEST

/* A program array of one entry, with one relocation at off, type, and target. */
static void expect_slot(u64 off, u32 type, bool to_itself, const char *words)
{
	struct obj_sym extern_sym = { .name = "prog", .bind = STB_GLOBAL };
	struct map_maker m;
	struct obj_reloc *r;
	u32 proto;
	sym_id id;

	maker_init(&m);
	btf_add_func_proto(m.o->btf, m.int_id, &proto);
	member(&m, "type", uint_type(&m, BPF_MAP_TYPE_PROG_ARRAY));
	member(&m, "max_entries", uint_type(&m, 1));
	member(&m, "values", values_of(&m, proto));
	def_var(&m, def_struct(&m));
	obj_add_sym(m.o, &extern_sym, &id);
	r = vec_push(&obj_sec(m.o, m.maps)->relocs);
	*r = (struct obj_reloc){ .off = off, .type = type,
				 .sym = to_itself ? (sym_id){ 1 } : id };
	if (!words) {
		ck_assert_msg(!obj_index(m.o), "%s", c.text);
		ck_assert_uint_eq(m.o->maps.v[1].n_slots, 1);
	} else {
		ck_assert_int_eq(obj_index(m.o), -EINVAL);
		ck_assert_int_eq(c.code, DIAG_OBJ_MAP_SLOT);
		ck_assert_msg(strstr(c.text, words), "%s", c.text);
	}
	obj_free(m.o);
}

START_TEST(map_slots)
{
	expect_slot(16, R_BPF_64_ABS64, false, NULL);
	expect_slot(24, R_BPF_64_ABS64, false, "more values");
	expect_slot(20, R_BPF_64_ABS64, false, "no element");
	expect_slot(16, R_BPF_64_ABS32, false, "no element");
	expect_slot(8, R_BPF_64_ABS64, false, "outside of `values`");
	expect_slot(16, R_BPF_64_ABS64, true, "no function");
}
END_TEST

START_TEST(slot_that_is_no_map)
{
	struct obj_sym extern_sym = { .name = "inner", .bind = STB_GLOBAL };
	struct map_maker m;
	struct obj_reloc *r;
	u32 inner;
	sym_id id;

	maker_init(&m);
	member(&m, "type", uint_type(&m, BPF_MAP_TYPE_ARRAY));
	inner = def_struct(&m);
	member(&m, "type", uint_type(&m, BPF_MAP_TYPE_ARRAY_OF_MAPS));
	member(&m, "values", values_of(&m, inner));
	def_var(&m, def_struct(&m));
	obj_add_sym(m.o, &extern_sym, &id);
	r = vec_push(&obj_sec(m.o, m.maps)->relocs);
	*r = (struct obj_reloc){ .off = 8, .type = R_BPF_64_ABS64, .sym = id };
	ck_assert_int_eq(obj_index(m.o), -EINVAL);
	ck_assert_int_eq(c.code, DIAG_OBJ_MAP_SLOT);
	obj_free(m.o);
}
END_TEST

/* As many maps as a DATASEC can list, each with a VAR: no step may look at all for each. */
START_TEST(many_maps_take_linear_time)
{
	enum { N = 65000 };
	struct map_maker m;
	u32 def, *vars = calloc(N, sizeof(*vars));
	char name[16];
	sym_id id;

	maker_init(&m);
	member(&m, "type", uint_type(&m, BPF_MAP_TYPE_HASH));
	def = def_struct(&m);
	for (u32 i = 0; i < N; i++) {
		struct obj_sym sym = { .name = name, .sec = m.maps, .value = i * 8, .size = 8,
				       .type = STT_OBJECT, .bind = STB_GLOBAL };

		snprintf(name, sizeof(name), "m%u", i);
		btf_add_var(m.o->btf, name, BTF_VAR_GLOBAL_ALLOCATED, def, &vars[i]);
		obj_add_sym(m.o, &sym, &id);
	}
	btf_add_datasec(m.o->btf, ".maps", 0, NULL);
	for (u32 i = 0; i < N; i++)
		btf_add_secinfo(m.o->btf, vars[N - 1 - i], 0, 8);
	obj_sec(m.o, m.maps)->elf_type = SHT_NOBITS;
	obj_sec(m.o, m.maps)->size = N * 8;
	ck_assert_int_eq(obj_fix_datasecs(m.o), 0);
	ck_assert_int_eq(obj_index(m.o), 0);
	ck_assert_uint_eq(m.o->maps.n, N + 1);
	ck_assert_uint_eq(m.o->maps.v[N].type, BPF_MAP_TYPE_HASH);
	ck_assert_uint_eq(btf_secinfos(btf_type(m.o->btf, obj_sec(m.o, m.maps)->datasec))[9].offset,
			  72);
	obj_free(m.o);
	free(vars);
}
END_TEST

static Suite *obj_maps_suite(void)
{
	Suite *s = suite_create("obj_maps");

	unit_add(s, "definitions", map_that_is_not_known,
		 map_definition_is_no_struct, map_attributes, map_extra,
		 map_values, maps_overlap);
	unit_add(s, "contents", map_slots, slot_that_is_no_map);
	unit_add(s, "limits", many_maps_take_linear_time);
	return s;
}

int main(void)
{
	return unit_main(obj_maps_suite(), NULL);
}
