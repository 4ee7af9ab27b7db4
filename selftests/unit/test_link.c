/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the linker makes of inputs that agree: names, places, types, bytes. */
#include "uapi/elf.h"

#include "lib/base/file.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/linking.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The mapping example: inputs in one of six orders, the mapping straight or swapped. */
static void begin_mapping(struct linking *t, u32 order, bool swapped)
{
	static const char *const inputs[] = { "mapping_dispatcher", "a=mapping_dummy",
					      "b=mapping_drop" };
	static const u8 orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};

	linking_begin(t, NULL);
	for (u32 i = 0; i < 3; i++)
		linking_add(t, inputs[orders[order][i]]);
	ck_assert_int_eq(link_set_private(t->l, "a"), 0);
	ck_assert_int_eq(link_set_private(t->l, "b"), 0);
	ck_assert_int_eq(link_map_extern(t->l, swapped ? "prog2" : "prog1", "a:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t->l, swapped ? "prog1" : "prog2", "b:xdp_main"), 0);
}

static u32 n_entries(const struct obj *o)
{
	u32 n = 0;

	for (u32 i = 1; i < o->funcs.n; i++)
		n += o->funcs.v[i].is_entry;
	return n;
}

START_TEST(A3_3_mapping_example_in_any_order)
{
	struct linking t;
	struct obj *out;

	if (!linking_has("mapping_drop"))
		unit_skip("needs clang-19");
	for (u32 i = 0; i < 12; i++) {
		begin_mapping(&t, i % 6, i >= 6);
		out = linking_finish(&t, 0);
		ck_assert_uint_eq(t.lines.n, 0);
		ck_assert_uint_eq(n_entries(out), 1);
		ck_assert_uint_eq(out->externs.n, 0);
		ck_assert(obj_find_map(out, "a__counters").i);
		ck_assert(obj_find_map(out, "b__counters").i);
		ck_assert(obj_find_func(out, "a__xdp_main").i);
		ck_assert(obj_find_func(out, "b__verdict").i);
		ck_assert_str_eq(linking_row(&t, "mapping_dispatcher", "prog1")->new_name,
				 i < 6 ? "a__xdp_main" : "b__xdp_main");
		ck_assert_int_eq(linking_row(&t, "mapping_dispatcher", "prog1")->how,
				 LINK_HOW_MAPPING);
		obj_free(out);
		linking_end(&t);
	}
}
END_TEST

START_TEST(A3_3_one_function_for_two_externs_one_file_twice)
{
	struct linking t;
	struct obj *out;

	if (!linking_has("mapping_pass"))
		unit_skip("needs clang-19");
	linking_begin(&t, NULL);
	linking_add(&t, "mapping_dispatcher");
	linking_add(&t, "a=mapping_pass");
	ck_assert_int_eq(link_set_private(t.l, "a"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "a:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "a:xdp_main"), 0);
	out = linking_finish(&t, 0);
	ck_assert_str_eq(linking_row(&t, "mapping_dispatcher", "prog1")->new_name,
			 linking_row(&t, "mapping_dispatcher", "prog2")->new_name);
	obj_free(out);
	linking_end(&t);

	linking_begin(&t, NULL);
	linking_add(&t, "mapping_dispatcher");
	linking_add(&t, "a=mapping_pass");
	linking_add(&t, "b=mapping_pass");
	ck_assert_int_eq(link_set_private(t.l, "a"), 0);
	ck_assert_int_eq(link_set_private(t.l, "b"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "a:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "b:xdp_main"), 0);
	out = linking_finish(&t, 0);
	ck_assert_uint_eq(t.lines.n, 0);
	ck_assert(obj_find_map(out, "a__counters").i && obj_find_map(out, "b__counters").i);
	obj_free(out);
	linking_end(&t);
}
END_TEST

/* A private entry that a mapping binds moves, unless it is exported. */
START_TEST(A3_3_exported_entries_stay)
{
	struct linking t;
	struct obj *out;
	func_id f;

	if (!linking_has("mapping_drop"))
		unit_skip("needs clang-19");
	begin_mapping(&t, 0, false);
	ck_assert_int_eq(link_export(t.l, "b:xdp_main"), 0);
	out = linking_finish(&t, 0);
	ck_assert_uint_eq(n_entries(out), 2);
	f = obj_find_func(out, "xdp_main");
	ck_assert(f.i && obj_func(out, f)->is_entry);
	f = obj_find_func(out, "b__xdp_main");
	ck_assert(!f.i);
	f = obj_find_func(out, "xdp_main__1");
	ck_assert(f.i && !obj_func(out, f)->is_entry);
	ck_assert_int_eq(obj_sym(out, obj_func(out, f)->sym)->bind, STB_LOCAL);
	obj_free(out);
	linking_end(&t);
}
END_TEST

/* L30: a program that is called: it is cloned where it is called and stays an entry. */
START_TEST(A3_2_called_programs_are_cloned)
{
	struct obj *out;
	func_id f;

	if (!linking_has("link_entry.1"))
		unit_skip("needs clang-19");
	out = linking_of(NULL, (const char *const[]){ "link_entry.2", "link_entry.1", NULL });
	ck_assert_uint_eq(n_entries(out), 3);
	f = obj_find_func(out, "callee__1");
	ck_assert(f.i && !obj_func(out, f)->is_entry);
	ck_assert_str_eq(obj_sec(out, obj_func(out, f)->sec)->name, ".text");
	/* The program array holds the program, not the clone. */
	ck_assert_uint_eq(obj_map(out, obj_find_map(out, "jumps"))->n_slots, 1);
	ck_assert_str_eq(obj_sym(out, obj_map(out, obj_find_map(out, "jumps"))->slots[0].sym)->name,
			 "callee");
	obj_free(out);
}
END_TEST

/* linking.md: an entry that data refers to stays, also of a private input. */
START_TEST(A3_3_programs_in_program_arrays_stay)
{
	struct linking t;
	struct obj *out;

	if (!linking_has("link_entry.1"))
		unit_skip("needs clang-19");
	linking_begin(&t, NULL);
	linking_add(&t, "link_entry.1");
	linking_add(&t, "p=link_entry.2");
	ck_assert_int_eq(link_set_private(t.l, "p"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "callee", "p:callee"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "caller", "p:caller"), 0);
	out = linking_finish(&t, 0);
	ck_assert_uint_eq(n_entries(out), 2);
	ck_assert_str_eq(obj_sym(out, obj_map(out, obj_find_map(out, "jumps"))->slots[0].sym)->name,
			 "p__callee");
	obj_free(out);
	linking_end(&t);
}
END_TEST

/* --- weak, static, common ---------------------------------------------------------------- */

static u32 n_types(const struct obj *o, u32 kind, const char *name)
{
	u32 n = 0;

	for (u32 id = 1; id <= btf_n_types(o->btf); id++)
		n += btf_kind_of(o->btf, id) == kind && !strcmp(btf_name(o->btf, id), name);
	return n;
}

static u32 n_tags(const struct obj *o, const char *value)
{
	return n_types(o, BTF_KIND_DECL_TAG, value);
}

/* L02, L09, L11: a strong definition wins wherever it lives; the loser leaves nothing. */
START_TEST(A3_2_weak_against_strong)
{
	static const char *const orders[][3] = {
		{ "link_weak.1", "link_weak.2", NULL }, { "link_weak.2", "link_weak.1", NULL },
	};

	if (!linking_has("link_weak.1"))
		unit_skip("needs clang-19");
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		struct obj *out = linking_of(NULL, orders[i]);
		const struct obj_sec *text = obj_sec(out, obj_find_sec(out, ".text"));
		const struct obj_sym *value = obj_sym(out, obj_find_sym(out, "value"));

		ck_assert_uint_eq(text->size, 24);
		ck_assert_uint_eq(text->func_infos.n, 1);
		ck_assert_str_eq(obj_sec(out, value->sec)->name, ".bss");
		ck_assert_uint_eq(n_tags(out, "weak_one"), 0);
		ck_assert_uint_eq(n_tags(out, "strong_one"), 1);
		ck_assert_uint_eq(n_types(out, BTF_KIND_FUNC, "func"), 1);
		obj_free(out);
	}
}
END_TEST

/* L11 */
START_TEST(A3_2_first_weak_wins)
{
	struct linking t;
	struct obj *out;

	if (!linking_has("link_weak.3"))
		unit_skip("needs clang-19");
	linking_begin(&t, NULL);
	linking_add(&t, "b=link_weak.3");
	linking_add(&t, "a=link_weak.1");
	out = linking_finish(&t, 0);
	ck_assert_int_eq(linking_row(&t, "a", "func")->fate, LINK_FATE_DROPPED);
	ck_assert_int_eq(linking_row(&t, "b", "func")->fate, LINK_FATE_KEPT);
	ck_assert_int_eq(linking_row(&t, "a", "func")->why, LINK_WHY_LATER);
	ck_assert_uint_eq(n_tags(out, "late_one"), 1);
	/* What lay behind the variable that lost keeps its alignment. */
	ck_assert_uint_eq(obj_sym(out, obj_find_sym(out, "after"))->value % 8, 0);
	obj_free(out);
	linking_end(&t);
}
END_TEST

/* L14, L15: statics of one name are kept apart; static maps are global to loaders, which go by
 * BTF, and static to the next link (L44), which goes by ELF. */
START_TEST(A3_2_statics_of_one_name)
{
	struct obj *out;

	if (!linking_has("link_statics.1"))
		unit_skip("needs clang-19");
	out = linking_of(NULL, (const char *const[]){ "link_statics.1", "link_statics.2", NULL });
	ck_assert(obj_find_map(out, "hidden_map").i);
	ck_assert(obj_find_map(out, "hidden_map__1").i);
	ck_assert(!obj_find_sym(out, "hidden_map").i && !obj_find_sym(out, "hidden_map__1").i);
	for (u32 id = 1; id <= btf_n_types(out->btf); id++)
		if (!strncmp(btf_name(out->btf, id), "hidden_map", strlen("hidden_map")))
			ck_assert_uint_eq(btf_var_linkage(btf_type(out->btf, id)),
					  BTF_VAR_GLOBAL_ALLOCATED);
	ck_assert(obj_find_func(out, "shift").i && obj_find_func(out, "shift__1").i);
	ck_assert(btf_find(out->btf, "total", BTF_KIND_VAR) &&
		  btf_find(out->btf, "total__1", BTF_KIND_VAR));
	obj_free(out);
}
END_TEST

/* linking.md, SHN_COMMON and hidden. */
START_TEST(A3_2_common_and_hidden)
{
	struct obj *out;
	const struct obj_sym *sym;

	if (!linking_has("link_common.1"))
		unit_skip("needs clang-19");
	out = linking_of(NULL, (const char *const[]){ "link_common.1", "link_common.2", NULL });
	sym = obj_sym(out, obj_find_sym(out, "shared_common"));
	ck_assert(!sym->common && sym->sec.i);
	ck_assert_str_eq(obj_sec(out, sym->sec)->name, ".bss");
	ck_assert_uint_eq(obj_sec(out, sym->sec)->size, 4);
	ck_assert_int_eq(obj_sym(out, obj_find_sym(out, "hidden_func"))->vis, STV_HIDDEN);
	ck_assert_int_eq(obj_sym(out, obj_find_sym(out, "hidden_func"))->bind, STB_GLOBAL);
	obj_free(out);
}
END_TEST

/* --- types ------------------------------------------------------------------------------- */

/* L07; L34, static functions in data: ids and addresses follow. */
START_TEST(A3_5_type_ids_and_function_tables)
{
	struct obj *out;
	const struct obj_sec *xdp, *data;

	if (!linking_has("link_types.1"))
		unit_skip("needs clang-19");
	out = linking_of(NULL, (const char *const[]){ "link_types.2", "link_types.1", NULL });
	xdp = obj_sec(out, obj_find_sec(out, "xdp"));
	data = obj_sec(out, obj_find_sec(out, ".data"));
	ck_assert_uint_eq(xdp->core_relos.n, 2);
	for (u32 i = 0; i < 2; i++) {
		const struct obj_core_relo *r = &xdp->core_relos.v[i];

		ck_assert_uint_eq(xdp->insns.v[r->insn].imm, r->type_id);
		ck_assert_str_eq(btf_name(out->btf, r->type_id), "probe");
	}
	ck_assert_uint_ne(xdp->core_relos.v[0].type_id, xdp->core_relos.v[1].type_id);
	ck_assert_uint_eq(data->relocs.n, 2);
	ck_assert_str_eq(obj_func_name(out, obj_reloc_func(out, &data->relocs.v[0])), "twice");
	ck_assert_str_eq(obj_func_name(out, obj_reloc_func(out, &data->relocs.v[1])), "twice__1");
	/* struct shared is in both and stays once; each tag is on its own owner. */
	ck_assert_uint_eq(n_types(out, BTF_KIND_STRUCT, "shared"), 1);
	ck_assert_uint_eq(n_tags(out, "tagged_struct"), 2);
	ck_assert_uint_eq(n_tags(out, "tagged_func"), 2);
	obj_free(out);
}
END_TEST

/* L01: DATASEC entries come from the final symbols. */
static void check_datasec(const struct obj *o, u32 id)
{
	const struct btf_type *t = btf_type(o->btf, id);
	sec_id sec = obj_find_sec(o, btf_str(o->btf, t->name_off));
	u64 end = 0;

	for (u32 i = 0; sec.i && i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *si = &btf_secinfos(t)[i];
		sym_id sym = obj_find_sym(o, btf_name(o->btf, si->type));

		ck_assert_uint_ge(si->offset, end);
		end = si->offset + si->size;
		ck_assert_uint_le(end, t->size);
		if (!sym.i)
			continue;
		ck_assert_uint_eq(obj_sym(o, sym)->value, si->offset);
		ck_assert_uint_eq(obj_sym(o, sym)->size, si->size);
	}
}

static void check_types(const struct obj *o)
{
	for (u32 id = 1; id <= btf_n_types(o->btf); id++) {
		const struct btf_type *t = btf_type(o->btf, id);

		if (btf_kind(t) == BTF_KIND_DATASEC) {
			ck_assert_uint_gt(btf_vlen(t), 0);
			check_datasec(o, id);
		}
		if (btf_kind(t) == BTF_KIND_FUNC) {
			const struct btf_type *proto = btf_type(o->btf, t->type);

			ck_assert_uint_ne(btf_func_linkage(t), BTF_FUNC_EXTERN);
			for (u32 i = 0; i < btf_vlen(proto); i++)
				ck_assert_uint_ne(btf_params(proto)[i].name_off, 0);
		}
		if (btf_kind(t) == BTF_KIND_VAR)
			ck_assert_uint_ne(btf_var_linkage(t), BTF_VAR_GLOBAL_EXTERN);
	}
}

START_TEST(A3_5_no_extern_is_left_in_the_types)
{
	static const char *const links[][4] = {
		{ "byname_user", "byname_owner" }, { "byname_owner", "byname_user" },
		{ "link_weak.1", "link_weak.2" }, { "link_weak.2", "link_weak.1", "link_weak.3" },
		{ "link_entry.1", "link_entry.2" }, { "link_types.1", "link_types.2" },
	};

	if (!linking_has("byname_user"))
		unit_skip("needs clang-19");
	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		struct obj *out = linking_of(NULL, links[i]);

		check_types(out);
		obj_free(out);
	}
}
END_TEST

/* A3.6: each function has its record, at its start, naming it. */
START_TEST(A3_6_records_follow_their_functions)
{
	struct linking t;
	struct obj *out;

	if (!linking_has("mapping_drop"))
		unit_skip("needs clang-19");
	begin_mapping(&t, 3, false);
	out = linking_finish(&t, 0);
	for (u32 i = 1; i < out->funcs.n; i++) {
		const struct obj_func *f = &out->funcs.v[i];
		struct weld_where at = obj_where(out, f->sec, (u64)f->insn * 8);

		ck_assert_uint_ne(f->btf_id, 0);
		ck_assert_str_eq(btf_name(out->btf, f->btf_id), obj_sym(out, f->sym)->name);
		ck_assert_ptr_nonnull(at.src_file);
		ck_assert_int_ne(at.line, 0);
	}
	obj_free(out);
	linking_end(&t);
}
END_TEST

/* --- the same again ---------------------------------------------------------------------- */

static struct obj *relink(const struct obj *o, const struct link_opts *opts)
{
	struct sbuf bytes = linking_bytes(o);
	struct linking t;
	struct obj *out;

	linking_begin(&t, opts);
	ck_assert_int_eq(link_add_mem(t.l, NULL, span_of(bytes.data, bytes.size), "again.o", NULL),
			 0);
	out = linking_finish(&t, 0);
	linking_end(&t);
	sbuf_free(&bytes);
	return out;
}

/* link(link(a)) = link(a), byte for byte. */
static void check_stable(const char *const *specs, const struct link_opts *opts)
{
	struct obj *once = linking_of(opts, specs), *twice = relink(once, opts);
	struct sbuf a = linking_bytes(once), b = linking_bytes(twice);

	ck_assert_msg(a.size == b.size && !memcmp(a.data, b.data, a.size), "%s", specs[0]);
	sbuf_free(&a);
	sbuf_free(&b);
	obj_free(once);
	obj_free(twice);
}

/* L44 */
START_TEST(A3_5_relinking_changes_nothing)
{
	static const struct link_opts partial = { .allow_unresolved = true };
	static const char *const links[][4] = {
		{ "mapping_drop" }, { "mapping_dispatcher" }, { "byname_user" },
		{ "byname_user", "byname_owner" }, { "link_weak.1", "link_weak.2" },
		{ "link_weak.3", "link_weak.1" }, { "link_statics.1", "link_statics.2" },
		{ "link_entry.1", "link_entry.2" }, { "link_entry.2", "link_entry.1" },
		{ "link_types.2", "link_types.1" }, { "link_unresolved.1" },
		{ "link_common.1", "link_common.2" }, { "link_loader.1" }, { "link_loader.2" },
		{ "mapping_pass.eb" }, { "mapping_pass.nobtf" }, { "mapping_pass.clang14" },
		{ "mapping_pass.gcc" }, { "mapping_pass.gcceb" }, { "kinds_core" },
		{ "kinds_maps" }, { "kinds_globals" }, { "kinds_sections" }, { "kinds_structops" },
	};

	if (!linking_has("byname_user"))
		unit_skip("needs clang-19");
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		if (linking_has(links[i][0]))
			check_stable(links[i], &partial);
}
END_TEST

/* L03: what is left undefined is undefined, and the next link finds it. */
START_TEST(A3_2_partial_links)
{
	static const struct link_opts partial = { .allow_unresolved = true };
	struct obj *part, *out;
	struct linking t;

	if (!linking_has("byname_user"))
		unit_skip("needs clang-19");
	part = linking_of(&partial, (const char *const[]){ "byname_user", NULL });
	ck_assert_uint_eq(part->externs.n, 3);
	for (u32 i = 0; i < part->externs.n; i++)
		ck_assert_uint_eq(obj_sym(part, part->externs.v[i].sym)->sec.i, 0);
	linking_begin(&t, NULL);
	linking_add(&t, "byname_owner");
	ck_assert_int_eq(link_add_obj(t.l, "part", part, true, NULL), 0);
	out = linking_finish(&t, 0);
	ck_assert_uint_eq(out->externs.n, 0);
	check_types(out);
	obj_free(out);
	linking_end(&t);
	obj_free(part);
}
END_TEST

/* Only names, contents, options and order count: the same bytes from memory as from a file. */
START_TEST(A3_8_the_same_from_any_place)
{
	static const char *const specs[] = { "byname_user", "byname_owner", NULL };
	struct obj *from_files = linking_of(NULL, specs), *from_memory;
	struct sbuf a, b;
	struct linking t;

	if (!linking_has("byname_user"))
		unit_skip("needs clang-19");
	linking_begin(&t, NULL);
	for (u32 i = 0; specs[i]; i++) {
		struct sbuf bytes = { 0 };
		char file[64], path[512];

		snprintf(file, sizeof(file), "/elsewhere/%u/%s.o", i, specs[i]);
		snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, specs[i]);
		ck_assert_int_eq(file_read(&t.diag, path, &bytes), 0);
		ck_assert(!link_add_mem(t.l, NULL, span_of(bytes.data, bytes.size), file, NULL));
		sbuf_free(&bytes);
	}
	from_memory = linking_finish(&t, 0);
	linking_end(&t);
	a = linking_bytes(from_files);
	b = linking_bytes(from_memory);
	ck_assert(a.size == b.size && !memcmp(a.data, b.data, a.size));
	sbuf_free(&a);
	sbuf_free(&b);
	obj_free(from_files);
	obj_free(from_memory);
}
END_TEST

/* A lent object is as it was, and the output outlives everything. */
START_TEST(A3_9_inputs_are_not_changed)
{
	static const struct link_opts partial = { .allow_unresolved = true };
	struct obj *user, *owner, *out;
	struct sbuf before, after;
	struct linking t;

	if (!linking_has("byname_user"))
		unit_skip("needs clang-19");
	user = linking_of(&partial, (const char *const[]){ "byname_user", NULL });
	owner = linking_of(&partial, (const char *const[]){ "byname_owner", NULL });
	before = linking_bytes(user);
	linking_begin(&t, NULL);
	ck_assert_int_eq(link_add_obj(t.l, "user", user, true, NULL), 0);
	ck_assert_int_eq(link_add_obj(t.l, "owner", owner, true, NULL), 0);
	out = linking_finish(&t, 0);
	after = linking_bytes(user);
	ck_assert(before.size == after.size && !memcmp(before.data, after.data, after.size));
	linking_end(&t);
	obj_free(user);
	obj_free(owner);
	ck_assert(obj_find_func(out, "xdp_user").i);
	check_types(out);
	obj_free(out);
	sbuf_free(&before);
	sbuf_free(&after);
}
END_TEST

/* --- without memory ---------------------------------------------------------------------- */

/* Names of each sort (L68 to L70). */
static int wish(struct link *l)
{
	int err = link_map_extern(l, "prog1", "a:xdp_main");

	if (!err)
		err = link_map_extern(l, "main:prog2", "b:xdp_main");
	if (!err)
		err = link_rename(l, "b:counters", "hits");
	if (!err)
		err = link_set_prefix(l, "a", "one_");
	if (!err)
		err = link_wrap(l, "prog1");
	if (!err)
		err = link_hide(l, "a:counters");
	return err ? err : link_export(l, "b:counters");
}

/* All that the link map asks for. */
static int look(struct link *l)
{
	struct link_places places;
	u32 row = 0;
	int err = link_find_row(l, "counters", 0, &row);

	for (u32 i = 0; i < link_table(l).n_rows && !err; i++)
		err = link_row_words(l, i) ? link_places(l, i, &places) : -ENOMEM;
	return err || link_part_table(l).n_parts ? err : -ENOENT;
}

/* A whole link from bytes, with private inputs, mappings and a type warning on the way. */
static int link_again(void *user)
{
	static const char *const names[] = { "main", "a", "b" };
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct sbuf *files = user, bytes = { 0 };
	struct obj *out = NULL;
	struct link *l;
	int err = link_new(&d, &(struct link_opts){ .gc = true }, &l);

	if (err)
		return err;
	for (u32 i = 0; i < 3 && !err; i++)
		err = link_add_mem(l, names[i], span_of(files[i].data, files[i].size), names[i],
				   NULL);
	for (u32 i = 1; i < 3 && !err; i++)
		err = link_set_private(l, names[i]);
	link_keep_inputs(l);
	if (!err)
		err = wish(l);
	if (!err)
		err = link_finish(l, &out);
	if (!err)
		err = look(l);
	if (!err)
		err = obj_write(out, &bytes);
	sbuf_free(&bytes);
	obj_free(out);
	link_free(l);
	return err;
}

/* --- large links ------------------------------------------------------------------------- */

static void copy_file(const char *from, const char *to)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct sbuf bytes = { 0 };

	ck_assert_int_eq(file_read(&d, from, &bytes), 0);
	ck_assert_int_eq(file_write(&d, to, bytes.data, bytes.size), 0);
	sbuf_free(&bytes);
}

static const struct link_opts leaving = { .reread = true, .code_max = 1, .no_table = true };

static struct sbuf link_mapped(const struct link_opts *opts)
{
	struct linking t;
	struct sbuf bytes;
	struct obj *out;

	linking_begin(&t, opts);
	linking_add(&t, "mapping_dispatcher");
	linking_add(&t, "a=mapping_dummy");
	linking_add(&t, "b=mapping_drop");
	ck_assert_int_eq(link_set_private(t.l, "a"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "a:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "b:xdp_main"), 0);
	out = linking_finish(&t, 0);
	ck_assert_uint_eq(link_table(t.l).n_rows == 0, opts && opts->no_table);
	bytes = linking_bytes(out);
	obj_free(out);
	linking_end(&t);
	return bytes;
}

/* Where the code waits, and whether an account is kept, makes no difference. b is not private, so
 * its entry is both a program and, as a clone, a subprogram: its section is fetched twice. */
START_TEST(A3_9_code_may_wait_in_its_files)
{
	struct sbuf plain, left;

	if (!linking_has("mapping_dispatcher"))
		unit_skip("needs clang-19");
	plain = link_mapped(NULL);
	left = link_mapped(&leaving);
	ck_assert(span_eq(span_of(plain.data, plain.size), span_of(left.data, left.size)));
	sbuf_free(&plain);
	sbuf_free(&left);
}
END_TEST

/* What becomes of a file that a link is going to read again. */
static void change(const char *path, u32 how)
{
	switch (how) {
	case 0:	/* another object of the same size or not */
		copy_file(PROGS_DIR "/mapping_drop.o", path);
		break;
	case 1:
		ck_assert_int_eq(truncate(path, 100), 0);
		break;
	case 2:
		ck_assert_int_eq(unlink(path), 0);
		break;
	case 3:
		ck_assert_int_eq(unlink(path), 0);
		ck_assert_int_eq(mkfifo(path, 0600), 0);
		break;
	}
}

START_TEST(A3_9_a_file_that_changes_fails_the_link)
{
	char dir[] = "/tmp/test_link.XXXXXX", path[64];

	if (!linking_has("mapping_dummy"))
		unit_skip("needs clang-19");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/a.o", dir);
	for (u32 how = 0; how < 4; how++) {
		struct linking t;

		copy_file(PROGS_DIR "/mapping_dummy.o", path);
		linking_begin(&t, &leaving);
		ck_assert_int_eq(link_add_file(t.l, NULL, path, NULL), 0);
		change(path, how);
		linking_finish(&t, how == 2 ? -ENOENT : -EINVAL);
		ck_assert_uint_eq(linking_count(&t, how == 2 ? DIAG_FILE_OPEN :
							       DIAG_OBJ_FILE_CHANGED), 1);
		linking_end(&t);
		unlink(path);
	}
	rmdir(dir);
}
END_TEST

START_TEST(A3_9_each_allocation_may_fail)
{
	static const char *const stems[] = { "mapping_dispatcher", "mapping_dummy",
					     "mapping_drop" };
	struct sbuf files[3] = { 0 };
	struct diag d = { .error_limit = 1 };

	if (!linking_has("mapping_drop"))
		unit_skip("needs clang-19");
	for (u32 i = 0; i < 3; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, stems[i]);
		ck_assert_int_eq(file_read(&d, path, &files[i]), 0);
	}
	ck_assert_int_gt(fault_sweep(link_again, files), 100);
	for (u32 i = 0; i < 3; i++)
		sbuf_free(&files[i]);
}
END_TEST

static Suite *link_suite(void)
{
	Suite *s = suite_create("link");

	unit_add(s, "mapping", A3_3_mapping_example_in_any_order,
		 A3_3_one_function_for_two_externs_one_file_twice, A3_3_exported_entries_stay,
		 A3_2_called_programs_are_cloned, A3_3_programs_in_program_arrays_stay);
	unit_add(s, "names", A3_2_weak_against_strong, A3_2_first_weak_wins,
		 A3_2_statics_of_one_name, A3_2_common_and_hidden);
	unit_add(s, "types", A3_5_type_ids_and_function_tables,
		 A3_5_no_extern_is_left_in_the_types, A3_6_records_follow_their_functions);
	unit_add(s, "again", A3_5_relinking_changes_nothing, A3_2_partial_links,
		 A3_8_the_same_from_any_place, A3_9_inputs_are_not_changed);
	unit_add(s, "large", A3_9_code_may_wait_in_its_files,
		 A3_9_a_file_that_changes_fails_the_link);
	unit_add(s, "faults", A3_9_each_allocation_may_fail);
	return s;
}

int main(void)
{
	return unit_main(link_suite(), NULL);
}
