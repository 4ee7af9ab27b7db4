/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Images through the public library: what the lists hold agrees with the instructions, look-ups
 * end, and each allocation may fail. That such an image loads and runs is selftests/command's.
 */
#include <bpfweld/bpfweld.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "selftests/fault_malloc.h"
#include "selftests/unit/unit.h"

enum { PSEUDO_KFUNC_CALL = 2, PSEUDO_BTF_ID, PSEUDO_FUNC, PSEUDO_MAP_IDX, PSEUDO_MAP_IDX_VALUE };

struct insn {
	uint8_t code, regs; /* src_reg in the upper half */
	int16_t off;
	int32_t imm;
};

struct opened {
	struct weld_ctx *ctx;
	struct weld_object *obj;
	struct weld_image *image;
	struct weld_image_info info;
};

static int open_image(const char *name, const char *program, struct opened *out)
{
	char path[512];
	int err;

	*out = (struct opened){ .info.sz = sizeof(out->info) };
	snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, name);
	err = weld_ctx__new(NULL, &out->ctx);
	if (!err)
		err = weld_object__open_file(out->ctx, path, NULL, &out->obj);
	if (!err)
		err = weld_object__image(out->obj, program, &out->image);
	if (!err)
		err = weld_image__info(out->image, &out->info);
	return err;
}

static void close_image(struct opened *o)
{
	weld_image__free(o->image);
	weld_object__close(o->obj);
	weld_ctx__free(o->ctx);
}

static void must_open(const char *name, const char *program, struct opened *out)
{
	int err = open_image(name, program, out);

	if (err == -ENOENT && !out->obj) {
		close_image(out);
		unit_skip("the object was not compiled");
	}
	ck_assert_int_eq(err, 0);
}

static const struct insn *insn_at(const struct opened *o, uint32_t at)
{
	ck_assert_uint_lt(at, o->info.n_insns);
	return (const struct insn *)o->info.insns + at;
}

static int src_of(const struct opened *o, uint32_t at)
{
	return insn_at(o, at)->regs >> 4;
}

/* --- tests ---------------------------------------------------------------------------- */

START_TEST(maps_go_by_index)
{
	struct weld_image_map_ref r = { .sz = sizeof(r) };
	struct weld_image_map m = { .sz = sizeof(m) };
	uint32_t n = 0, seen = 0;
	struct opened o;

	must_open("data_globals", "globals_sections", &o);
	ck_assert_uint_gt(o.info.n_maps, 1);
	for (; !weld_image__map_ref(o.image, n, &r); n++) {
		ck_assert_int_eq(src_of(&o, r.insn), PSEUDO_MAP_IDX_VALUE);
		ck_assert_int_eq(insn_at(&o, r.insn)->imm, (int)r.map);
		ck_assert_int_eq(insn_at(&o, r.insn + 1)->imm, (int)r.off);
		/* In the order in which they are named first. */
		ck_assert_uint_le(r.map, seen);
		seen += r.map == seen;
		ck_assert_int_eq(weld_image__map(o.image, r.map, &m), 0);
		ck_assert(m.in_fd_array && m.is_data && r.off < m.value_size);
	}
	ck_assert_uint_eq(n, o.info.n_map_refs);
	ck_assert_uint_eq(seen, o.info.n_maps);
	close_image(&o);
}
END_TEST

START_TEST(maps_that_only_maps_name_come_last)
{
	struct weld_image_slot s = { .sz = sizeof(s) };
	struct weld_image_map m = { .sz = sizeof(m) };
	bool slots = false, templates = false, behind = false;
	struct opened o;

	must_open("kinds_maps", "use_maps", &o);
	for (uint32_t n = 0; !weld_image__map(o.image, n, &m); n++) {
		ck_assert(!(behind && m.in_fd_array));
		behind |= !m.in_fd_array;
		templates |= m.is_template;
		if (m.inner >= 0)
			ck_assert_uint_lt((uint32_t)m.inner, o.info.n_maps);
		for (uint32_t k = 0; !weld_image__slot(o.image, n, k, &s); k++) {
			ck_assert((s.program != NULL) != (s.map >= 0));
			slots = true;
		}
	}
	ck_assert(slots && (templates || behind));
	close_image(&o);
}
END_TEST

START_TEST(kernel_symbols_stay_open)
{
	struct weld_image_kconfig c = { .sz = sizeof(c) };
	struct weld_image_ksym k = { .sz = sizeof(k) };
	uint32_t end = 0;
	struct opened o;

	must_open("kinds_externs", "use_externs", &o);
	ck_assert_uint_gt(o.info.n_ksyms, 4);
	for (uint32_t n = 0; !weld_image__ksym(o.image, n, &k); n++) {
		ck_assert_int_eq(src_of(&o, k.insn), k.is_call ? PSEUDO_KFUNC_CALL : PSEUDO_BTF_ID);
		ck_assert_int_eq(insn_at(&o, k.insn)->imm, 0);
		ck_assert(k.weak && strstr(k.type, k.name));
	}
	ck_assert_uint_gt(o.info.n_kconfigs, 1);
	for (uint32_t n = 0; !weld_image__kconfig(o.image, n, &c); n++) {
		ck_assert(c.off >= end && c.off % c.size == 0);
		end = c.off + c.size;
	}
	close_image(&o);
}
END_TEST

START_TEST(lookups_end)
{
	struct weld_image_core_relo c = { .sz = sizeof(c) };
	struct weld_image_function f = { .sz = sizeof(f) };
	struct weld_image_address a = { .sz = sizeof(a) };
	struct weld_image_kconfig k = { .sz = sizeof(k) };
	struct weld_image_map_ref r = { .sz = sizeof(r) };
	struct weld_image_line l = { .sz = sizeof(l) };
	struct weld_image_ksym y = { .sz = sizeof(y) };
	struct weld_image_slot s = { .sz = sizeof(s) };
	struct weld_image_map m = { .sz = sizeof(m) };
	const uint32_t last = UINT32_MAX;
	struct opened o;

	must_open("mapping_drop", "xdp_main", &o);
	ck_assert_int_eq(weld_image__function(o.image, last, &f), -ENOENT);
	ck_assert_int_eq(weld_image__line(o.image, last, &l), -ENOENT);
	ck_assert_int_eq(weld_image__map(o.image, last, &m), -ENOENT);
	ck_assert_int_eq(weld_image__slot(o.image, last, 0, &s), -ENOENT);
	ck_assert_int_eq(weld_image__slot(o.image, 0, last, &s), -ENOENT);
	ck_assert_int_eq(weld_image__address(o.image, last, 0, &a), -ENOENT);
	ck_assert_int_eq(weld_image__address(o.image, 0, 0, &a), -ENOENT);
	ck_assert_int_eq(weld_image__map_ref(o.image, last, &r), -ENOENT);
	ck_assert_int_eq(weld_image__ksym(o.image, 0, &y), -ENOENT);
	ck_assert_int_eq(weld_image__kconfig(o.image, 0, &k), -ENOENT);
	ck_assert_int_eq(weld_image__core_relo(o.image, 0, &c), -ENOENT);
	f.sz = 0;
	ck_assert_int_eq(weld_image__function(o.image, 0, &f), -EINVAL);
	close_image(&o);
}
END_TEST

/* A DATASEC whose section has another name: its entries lie nowhere. */
START_TEST(types_of_no_section)
{
	struct weld_image_info info = { .sz = sizeof(info) };
	static char bytes[65536];
	struct weld_image *image;
	struct weld_object *obj;
	struct weld_ctx *ctx;
	struct weld_btf *btf;
	char *name = NULL;
	size_t size;
	FILE *f;

	f = fopen(PROGS_DIR "/mapping_dummy.o", "re");
	if (!f)
		unit_skip("the object was not compiled");
	size = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	/* The names of sections stand behind those of types. */
	for (size_t i = 0; i + 8 <= size; i++)
		if (!memcmp(bytes + i, "license", 8))
			name = bytes + i;
	ck_assert_ptr_nonnull(name);
	name[0] = 'L';
	ck_assert_int_eq(weld_ctx__new(NULL, &ctx), 0);
	ck_assert_int_eq(weld_object__open_mem(ctx, bytes, size, NULL, &obj), 0);
	ck_assert_int_eq(weld_object__image(obj, "xdp_main", &image), 0);
	ck_assert_int_eq(weld_image__info(image, &info), 0);
	ck_assert_int_eq(weld_btf__open_mem(ctx, info.btf, info.btf_size, NULL, &btf), 0);
	weld_btf__close(btf);
	weld_image__free(image);
	weld_object__close(obj);
	weld_ctx__free(ctx);
}
END_TEST

struct case_of {
	const char *object, *program;
};

static int image_again(void *user)
{
	const struct case_of *c = user;
	struct weld_image_ksym k = { .sz = sizeof(k) };
	struct opened o;
	int err = open_image(c->object, c->program, &o);

	for (uint32_t n = 0; !err && !weld_image__ksym(o.image, n, &k);)
		n++;
	close_image(&o);
	return err;
}

START_TEST(each_allocation_may_fail)
{
	struct case_of cases[] = {
		{ "kinds_externs", "use_externs" },
		{ "kinds_maps", "use_maps" },
		{ "kinds_core", "use_core" },
	};
	struct opened o;

	must_open("kinds_externs", "use_externs", &o);
	close_image(&o);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		ck_assert_int_gt(fault_sweep(image_again, &cases[i]), 20);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("image");

	unit_add(s, "maps", maps_go_by_index, maps_that_only_maps_name_come_last);
	unit_add(s, "open", kernel_symbols_stay_open);
	unit_add(s, "types", types_of_no_section);
	unit_add(s, "lookups", lookups_end);
	unit_add(s, "faults", each_allocation_may_fail);
	return unit_main(s, NULL);
}
