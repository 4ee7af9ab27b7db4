/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The mapping example through the public library alone and in memory alone (A3.3, A3.8, A6.2): a
 * dispatcher and two programs of equal names, linked in every order and way of adding inputs,
 * loaded to the runtime and to the kernel, run, and counted by their maps.
 */
#include <bpfweld/bpfweld.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftests/unit/unit.h"

enum { N_FILES = 3, DROP = 1, PASS = 2 };

/* The three objects, as bytes: no file is touched once they are read. */
struct bytes {
	unsigned char *v;
	size_t size;
};

static struct bytes files[N_FILES];

static bool read_file(const char *name, struct bytes *out)
{
	char path[512];
	long size;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, name);
	f = fopen(path, "re");
	if (!f)
		return false;
	fseek(f, 0, SEEK_END);
	size = ftell(f);
	rewind(f);
	out->v = malloc((size_t)size);
	out->size = fread(out->v, 1, (size_t)size, f);
	fclose(f);
	return out->size == (size_t)size;
}

/* The dispatcher, and what shall stand behind prog1 and prog2. */
static bool read_files(const char *first, const char *second)
{
	return read_file("mapping_dispatcher", &files[0]) && read_file(first, &files[1]) &&
	       read_file(second, &files[2]);
}

static void free_files(void)
{
	for (int i = 0; i < N_FILES; i++)
		free(files[i].v);
}

#define READ_OR_SKIP(first, second) \
	do { \
		if (!read_files(first, second)) \
			unit_skip("the objects were not compiled"); \
	} while (0)

static struct weld_ctx *new_ctx(void)
{
	struct weld_ctx *ctx;

	ck_assert_int_eq(weld_ctx__new(NULL, &ctx), 0);
	return ctx;
}

/* --- ways to link --------------------------------------------------------------------- */

static const char *const names[N_FILES] = { "main", "a", "b" };

enum way { BY_MEM, BY_FD, BY_OBJECT, N_WAYS };

/* A descriptor of bytes that has no file: the reading end of a pipe. */
static int pipe_of(const struct bytes *b)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_gt((int)b->size, 0);
	ck_assert_int_lt((int)b->size, 65536);
	ck_assert_int_eq((int)write(fds[1], b->v, b->size), (int)b->size);
	close(fds[1]);
	return fds[0];
}

static void add(struct weld_ctx *ctx, struct weld_linker *l, enum way way, int file,
		struct weld_object **lent)
{
	const struct bytes *b = &files[file];
	int fd;

	switch (way) {
	case BY_MEM:
		ck_assert_int_eq(weld_linker__add_mem(l, names[file], b->v, b->size, NULL), 0);
		break;
	case BY_FD:
		fd = pipe_of(b);
		ck_assert_int_eq(weld_linker__add_fd(l, names[file], fd, "a pipe"), 0);
		close(fd);
		break;
	default:
		ck_assert_int_eq(weld_object__open_mem(ctx, b->v, b->size, NULL, lent), 0);
		ck_assert_int_eq(weld_linker__add_object(l, names[file], *lent), 0);
	}
}

/* The order of inputs as a number from 0 to 5. */
static const int orders[6][N_FILES] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

static struct weld_object *link_objects(struct weld_ctx *ctx, enum way way, const int *order,
					bool swapped)
{
	struct weld_object *lent[N_FILES] = { NULL }, *obj;
	struct weld_linker *l;

	ck_assert_int_eq(weld_linker__new(ctx, NULL, &l), 0);
	for (int i = 0; i < N_FILES; i++)
		add(ctx, l, way, order[i], &lent[order[i]]);
	ck_assert_int_eq(weld_linker__set_private(l, "a"), 0);
	ck_assert_int_eq(weld_linker__set_private(l, "b"), 0);
	ck_assert_int_eq(weld_linker__map(l, "prog1", swapped ? "b:xdp_main" : "a:xdp_main"), 0);
	ck_assert_int_eq(weld_linker__map(l, "main:prog2", swapped ? "a:xdp_main" : "b:xdp_main"),
			 0);
	ck_assert_int_eq(weld_linker__finish(l, &obj), 0);
	weld_linker__free(l);
	for (int i = 0; i < N_FILES; i++)
		weld_object__close(lent[i]);
	return obj;
}

/* --- running -------------------------------------------------------------------------- */

static const unsigned char ipv4[64] = { [12] = 0x08 };

static uint32_t run(struct weld_instance *inst)
{
	struct weld_test_run r = { .sz = sizeof(r), .data_in = ipv4, .data_size_in = sizeof(ipv4) };

	ck_assert_int_eq(weld_instance__test_run(inst, "xdp_dispatcher", &r), 0);
	return r.retval;
}

static uint64_t count(struct weld_instance *inst, const char *map)
{
	uint32_t key = 0, key_size = 0, value_size = 0;
	uint64_t value = 0;
	int err, handle;

	ck_assert_int_eq(weld_instance__map(inst, map, &handle), 0);
	ck_assert_int_eq(weld_instance__map_sizes(inst, map, &key_size, &value_size), 0);
	ck_assert_uint_eq(key_size, sizeof(key));
	ck_assert_uint_eq(value_size, sizeof(value));
	err = weld_instance__map_lookup(inst, map, &key, &value);
	ck_assert(!err || err == -ENOENT);
	return value;
}

/* The kernel where bpf(2) is allowed; -EPERM is an answer, any other failure is not. */
static bool load(const struct weld_object *obj, const struct weld_target *target,
		 struct weld_instance **inst)
{
	int err = weld_object__load(obj, target, NULL, inst);

	ck_assert_msg(!err || err == -EPERM, "load: %d", err);
	return !err;
}

/* Dummy passes, drop drops: behind whichever comes second the verdict is DROP, and what runs first
 * decides who counts. */
static void check_run(struct weld_instance *inst, bool drop_first)
{
	for (int i = 0; i < 3; i++)
		ck_assert_uint_eq(run(inst), DROP);
	ck_assert_uint_eq(count(inst, "b__counters"), 3);
	ck_assert_uint_eq(count(inst, "a__counters"), drop_first ? 0 : 3);
}

static void check_everywhere(struct weld_ctx *ctx, const struct weld_object *obj, bool drop_first)
{
	struct weld_runtime *rt = NULL;
	struct weld_instance *inst;
	struct weld_target target;

	if (!weld_runtime__new(ctx, NULL, &rt)) {
		ck_assert_int_eq(weld_runtime__target(rt, &target), 0);
		ck_assert(load(obj, &target, &inst));
		check_run(inst, drop_first);
		weld_instance__close(inst);
		weld_runtime__free(rt);
	}
	if (!weld_target__kernel(&target) && load(obj, &target, &inst)) {
		check_run(inst, drop_first);
		weld_instance__close(inst);
	}
}

START_TEST(mapping_in_any_order_and_way)
{
	struct weld_object *none;
	struct weld_ctx *ctx;

	READ_OR_SKIP("mapping_dummy", "mapping_drop");
	ctx = new_ctx();
	/* What failed before, however often, changes nothing. */
	for (int i = 0; i < 100; i++)
		ck_assert_int_lt(weld_link(ctx, NULL, 0, NULL, &none), 0);
	for (int way = 0; way < N_WAYS; way++)
		for (int order = 0; order < 6; order++)
			for (int swapped = 0; swapped < 2; swapped++) {
				struct weld_object *obj =
					link_objects(ctx, (enum way)way, orders[order], swapped);

				check_everywhere(ctx, obj, swapped);
				weld_object__close(obj);
			}
	weld_ctx__free(ctx);
	free_files();
}
END_TEST

START_TEST(one_file_twice)
{
	struct weld_link_input in[N_FILES] = { { .name = "main" },
					       { .name = "a", .is_private = true },
					       { .name = "b", .is_private = true } };
	const struct weld_link_mapping maps[] = { { "prog1", "a:xdp_main" },
						  { "prog2", "b:xdp_main" } };
	WELD_OPTS(weld_link_opts, opts, .mappings = maps, .n_mappings = 2);
	struct weld_object *objs[2], *linked;
	struct weld_instance *inst;
	struct weld_target target;
	struct weld_runtime *rt;
	struct weld_ctx *ctx;

	READ_OR_SKIP("mapping_dummy", "mapping_dummy");
	ctx = new_ctx();
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(
			weld_object__open_mem(ctx, files[i].v, files[i].size, NULL, &objs[i]), 0);
	in[0].obj = objs[0];
	in[1].obj = in[2].obj = objs[1];
	ck_assert_int_eq(weld_link(ctx, in, N_FILES, &opts, &linked), 0);
	if (weld_runtime__new(ctx, NULL, &rt))
		unit_skip("this build has no runtime");
	ck_assert_int_eq(weld_runtime__target(rt, &target), 0);
	ck_assert(load(linked, &target, &inst));
	ck_assert_uint_eq(run(inst), PASS);
	ck_assert_uint_eq(count(inst, "a__counters"), 1);
	ck_assert_uint_eq(count(inst, "b__counters"), 1);
	weld_instance__close(inst);
	weld_runtime__free(rt);
	weld_object__close(linked);
	weld_object__close(objs[0]);
	weld_object__close(objs[1]);
	weld_ctx__free(ctx);
	free_files();
}
END_TEST

static bool has_map(const struct weld_object *obj, const char *name)
{
	struct weld_map_info m = { .sz = sizeof(m) };

	for (uint32_t n = 0; !weld_object__map(obj, n, &m); n++)
		if (!strcmp(m.name, name))
			return true;
	return false;
}

/* L68 to L70 in one call. */
START_TEST(names_in_one_call)
{
	struct weld_link_input in[N_FILES] = { { .name = "main" },
					       { .name = "a", .is_private = true },
					       { .name = "b", .is_private = true } };
	const struct weld_link_mapping maps[] = { { "__wrap_prog1", "b:xdp_main" },
						  { "prog1", "a:xdp_main" },
						  { "prog2", "b:xdp_main" } };
	const struct weld_link_rename renames[] = { { "b:counters", "hits" } };
	const struct weld_link_rename prefixes[] = { { "a", "one_" }, { "b", "two_" } };
	const char *const wraps[] = { "prog2" }, *const hides[] = { "a:counters" };
	const char *const exports[] = { "b:xdp_main" };
	WELD_OPTS(weld_link_opts, opts, .mappings = maps, .n_mappings = 3, .renames = renames,
		  .n_renames = 1, .prefixes = prefixes, .n_prefixes = 2, .wraps = wraps,
		  .n_wraps = 1, .exports = exports, .n_exports = 1, .hides = hides, .n_hides = 1);
	struct weld_function_info f = { .sz = sizeof(f) };
	struct weld_object *objs[N_FILES], *linked;
	struct weld_ctx *ctx;
	bool exported = false;

	READ_OR_SKIP("mapping_dummy", "mapping_drop");
	ctx = new_ctx();
	for (int i = 0; i < N_FILES; i++) {
		ck_assert_int_eq(
			weld_object__open_mem(ctx, files[i].v, files[i].size, NULL, &objs[i]), 0);
		in[i].obj = objs[i];
	}
	ck_assert_int_eq(weld_link(ctx, in, N_FILES, &opts, &linked), 0);
	ck_assert(has_map(linked, "one_counters"));
	ck_assert(has_map(linked, "hits"));
	for (uint32_t n = 0; !weld_object__program(linked, n, &f); n++)
		exported |= !strcmp(f.name, "two_xdp_main");
	ck_assert(exported);
	weld_object__close(linked);
	/* As a program that was built before there were any of these. */
	opts.sz = offsetof(struct weld_link_opts, gc);
	ck_assert_int_eq(weld_link(ctx, in, N_FILES, &opts, &linked), 0);
	ck_assert(has_map(linked, "a__counters"));
	weld_object__close(linked);
	for (int i = 0; i < N_FILES; i++)
		weld_object__close(objs[i]);
	weld_ctx__free(ctx);
	free_files();
}
END_TEST

/* L67: what became of it, as data. */
static void check_map_data(struct weld_linker *l)
{
	struct weld_linker_section s = { .sz = sizeof(s) };
	struct weld_linker_symbol sym = { .sz = sizeof(sym) };
	struct weld_linker_place p = { .sz = sizeof(p) };
	const char *path = NULL;
	uint32_t n = 77, n_kept = 0, n_dropped = 0;

	ck_assert_int_eq(weld_linker__find_symbol(l, "main:prog1", 0, &n), 0);
	ck_assert_int_eq(weld_linker__symbol(l, n, &sym), 0);
	ck_assert_str_eq(sym.why, "the mapping prog1=a:xdp_main");
	ck_assert_int_eq(weld_linker__place(l, n, 0, &p), 0);
	ck_assert(!p.is_definition && !strcmp(p.at.func, "xdp_dispatcher") && p.at.line > 0);
	ck_assert_int_eq(weld_linker__place(l, n, 1, &p), -ENOENT);
	ck_assert_int_eq(weld_linker__place(l, 1u << 31, 0, &p), -ENOENT);
	ck_assert_int_eq(weld_linker__find_symbol(l, "main:prog1", n + 1, &n), -ENOENT);
	ck_assert_int_eq(weld_linker__find_symbol(l, "nothing", 0, &n), -ENOENT);
	for (n = 0; !weld_linker__section(l, n, &s); n++) {
		n_kept += s.out != NULL;
		n_dropped += !s.out && s.why;
	}
	ck_assert_uint_ge(n_kept, N_FILES);
	ck_assert_uint_eq(n_kept + n_dropped, n);
	/* Bytes have no file. */
	ck_assert_int_eq(weld_linker__file(l, 0, &path), -ENOENT);
	ck_assert_ptr_null(path);
}

START_TEST(the_order_of_inputs_shows_in_the_tables)
{
	struct weld_linker_symbol s = { .sz = sizeof(s) };
	struct weld_linker_input in = { .sz = sizeof(in) };
	bool bound = false, cloned_or_kept = false;
	struct weld_linker *l;
	struct weld_object *obj;
	struct weld_ctx *ctx;

	READ_OR_SKIP("mapping_dummy", "mapping_drop");
	ctx = new_ctx();
	ck_assert_int_eq(weld_linker__new(ctx, NULL, &l), 0);
	for (int i = 0; i < N_FILES; i++)
		add(ctx, l, BY_MEM, i, NULL);
	ck_assert_int_eq(weld_linker__set_private(l, "a"), 0);
	ck_assert_int_eq(weld_linker__set_private(l, "b"), 0);
	ck_assert_int_eq(weld_linker__export(l, "a:counters"), 0);
	ck_assert_int_eq(weld_linker__map(l, "prog1", "a:xdp_main"), 0);
	ck_assert_int_eq(weld_linker__map(l, "prog2", "b:xdp_main"), 0);
	weld_linker__keep_inputs(l);
	ck_assert_int_eq(weld_linker__finish(l, &obj), 0);
	for (uint32_t n = 0; n < N_FILES; n++) {
		ck_assert_int_eq(weld_linker__input(l, n, &in), 0);
		ck_assert_str_eq(in.name, names[n]);
		ck_assert_int_eq(in.is_private, n > 0);
	}
	ck_assert_int_eq(weld_linker__input(l, N_FILES, &in), -ENOENT);
	for (uint32_t n = 0; !weld_linker__symbol(l, n, &s); n++) {
		bound |= s.bound_by && !strcmp(s.bound_by, "mapping") &&
			 !strcmp(s.old_name, "prog1") && !strcmp(s.to, "a");
		cloned_or_kept |= !strcmp(s.old_name, "counters") && !strcmp(s.fate, "kept") &&
				  !strcmp(s.input, "a") && !strcmp(s.new_name, "counters");
	}
	ck_assert(bound);
	ck_assert(cloned_or_kept);
	weld_object__close(obj);
	check_map_data(l);
	/* A linker links once. */
	ck_assert_int_lt(weld_linker__finish(l, &obj), 0);
	weld_linker__free(l);
	weld_ctx__free(ctx);
	free_files();
}
END_TEST

START_TEST(bad_inputs_and_mappings)
{
	struct weld_linker *l;
	struct weld_object *obj = NULL;
	struct weld_ctx *ctx;

	READ_OR_SKIP("mapping_dummy", "mapping_drop");
	ctx = new_ctx();
	ck_assert_int_eq(weld_linker__new(ctx, NULL, &l), 0);
	ck_assert_int_eq(weld_linker__add_mem(l, NULL, "", 0, NULL), -EINVAL);
	ck_assert_int_eq(weld_linker__add_mem(l, "x", "hello", 5, "greeting"), -ENOTSUP);
	ck_assert_int_lt(weld_linker__add_fd(l, "x", -1, NULL), 0);
	ck_assert_int_eq(weld_linker__add_file(l, "x", "/does/not/exist.o"), -ENOENT);
	add(ctx, l, BY_MEM, 0, NULL);
	ck_assert_int_eq(weld_linker__add_mem(l, names[0], files[0].v, files[0].size, NULL),
			 -EEXIST);
	ck_assert_int_lt(weld_linker__add_mem(l, "a b", files[1].v, files[1].size, NULL), 0);
	/* Names are looked up once all inputs are there. */
	ck_assert_int_eq(weld_linker__set_private(l, "nobody"), 0);
	ck_assert_int_lt(weld_linker__finish(l, &obj), 0);
	ck_assert_ptr_null(obj);
	weld_linker__free(l);
	ck_assert_int_eq(weld_linker__new(ctx, NULL, &l), 0);
	add(ctx, l, BY_MEM, 0, NULL);
	/* prog1 and prog2 are left: no file is written. */
	ck_assert_int_lt(weld_linker__finish_file(l, "/tmp/test_api_never_written.o"), 0);
	ck_assert_int_ne(access("/tmp/test_api_never_written.o", F_OK), 0);
	weld_linker__free(l);
	weld_linker__free(NULL);
	weld_ctx__free(ctx);
	free_files();
}
END_TEST

/* Of weld_link: no input, and an input that is neither path nor object. */
START_TEST(one_call_refuses_what_it_must)
{
	const struct weld_link_input none = { .name = "x" }, gone = { .path = "/not/there.o" };
	struct weld_object *obj = NULL;
	struct weld_ctx *ctx = new_ctx();

	ck_assert_int_lt(weld_link(ctx, NULL, 0, NULL, &obj), 0);
	ck_assert_int_lt(weld_link(ctx, &none, 1, NULL, &obj), 0);
	ck_assert_int_eq(weld_link(ctx, &gone, 1, NULL, &obj), -ENOENT);
	ck_assert_ptr_null(obj);
	weld_ctx__free(ctx);
}
END_TEST

/* The option reaches the linker through both calls. */
START_TEST(gc_is_an_option_of_both_calls)
{
	static const char path[] = PROGS_DIR "/link_gc.1.o", library[] = PROGS_DIR "/link_gc.2.o";
	const struct weld_link_input in[] = { { .path = path }, { .path = library } };
	struct weld_object_info info = { .sz = sizeof(info) };
	struct weld_ctx *ctx = new_ctx();

	if (access(path, R_OK))
		unit_skip("needs clang-19");
	for (int gc = 0; gc < 2; gc++) {
		WELD_OPTS(weld_link_opts, one, .gc = gc);
		WELD_OPTS(weld_linker_opts, two, .gc = gc);
		struct weld_linker *l;
		struct weld_object *obj;

		ck_assert_int_eq(weld_link(ctx, in, 2, &one, &obj), 0);
		ck_assert_int_eq(weld_object__info(obj, &info), 0);
		ck_assert_uint_eq(info.n_maps, gc ? 4 : 6);
		weld_object__close(obj);
		ck_assert_int_eq(weld_linker__new(ctx, &two, &l), 0);
		for (int i = 0; i < 2; i++)
			ck_assert_int_eq(weld_linker__add_file(l, NULL, in[i].path), 0);
		ck_assert_int_eq(weld_linker__finish(l, &obj), 0);
		ck_assert_int_eq(weld_object__info(obj, &info), 0);
		ck_assert_uint_eq(info.n_maps, gc ? 4 : 6);
		weld_object__close(obj);
		weld_linker__free(l);
	}
	weld_ctx__free(ctx);
}
END_TEST

START_TEST(a_written_object_is_the_linked_one)
{
	char path[] = "/tmp/test_api_XXXXXX";
	struct weld_object *obj, *again;
	struct bytes once, twice;
	struct weld_ctx *ctx;
	int fd = mkstemp(path);

	READ_OR_SKIP("mapping_dummy", "mapping_drop");
	ck_assert_int_ge(fd, 0);
	ctx = new_ctx();
	obj = link_objects(ctx, BY_MEM, orders[0], false);
	ck_assert_int_eq(weld_object__write_mem(obj, (void **)&once.v, &once.size), 0);
	ck_assert_int_eq(weld_object__write_file(obj, path), 0);
	ck_assert_int_eq(weld_object__open_file(ctx, path, NULL, &again), 0);
	ck_assert_int_eq(weld_object__write_mem(again, (void **)&twice.v, &twice.size), 0);
	ck_assert_uint_eq(once.size, twice.size);
	ck_assert_mem_eq(once.v, twice.v, once.size);
	ck_assert_int_lt(weld_object__write_file(obj, "/does/not/exist.o"), 0);
	free(once.v);
	free(twice.v);
	weld_object__close(again);
	weld_object__close(obj);
	weld_ctx__free(ctx);
	close(fd);
	unlink(path);
	free_files();
}
END_TEST

/* Equal but for the handles of maps, which each target numbers itself (src_reg 1: MAP_FD). */
static void check_same_stream(struct weld_instance *a, struct weld_instance *b)
{
	const struct insn {
		uint8_t code, regs;
		int16_t off;
		int32_t imm;
	} * x, *y;
	const void *px, *py;
	uint32_t nx, ny, n_handles = 0;

	ck_assert_int_eq(weld_instance__insns(a, "xdp_dispatcher", &px, &nx), 0);
	ck_assert_int_eq(weld_instance__insns(b, "xdp_dispatcher", &py, &ny), 0);
	ck_assert_uint_eq(nx, ny);
	x = px;
	y = py;
	for (uint32_t i = 0; i < nx; i++) {
		ck_assert_mem_eq(&x[i], &y[i], offsetof(struct insn, imm));
		if (x[i].code == 0x18 && x[i].regs >> 4 == 1)
			n_handles += x[i++].imm >= 0;
		else
			ck_assert_int_eq(x[i].imm, y[i].imm);
	}
	ck_assert_uint_gt(n_handles, 0);
}

START_TEST(A6_2_one_stream_for_both_targets)
{
	struct weld_instance *in_rt, *in_kernel;
	struct weld_target runtime, kernel;
	struct weld_runtime *rt;
	struct weld_object *obj;
	struct weld_ctx *ctx;

	READ_OR_SKIP("mapping_dummy", "mapping_drop");
	ctx = new_ctx();
	if (weld_runtime__new(ctx, NULL, &rt) || weld_target__kernel(&kernel))
		unit_skip("this build has one target only");
	obj = link_objects(ctx, BY_MEM, orders[0], false);
	ck_assert_int_eq(weld_runtime__target(rt, &runtime), 0);
	if (!load(obj, &kernel, &in_kernel))
		unit_skip("bpf(2) is not allowed here");
	ck_assert(load(obj, &runtime, &in_rt));
	check_same_stream(in_rt, in_kernel);
	weld_instance__close(in_rt);
	weld_instance__close(in_kernel);
	weld_object__close(obj);
	weld_runtime__free(rt);
	weld_ctx__free(ctx);
	free_files();
}
END_TEST

/* --- contexts side by side ------------------------------------------------------------ */

static void *link_and_run(void *arg)
{
	struct weld_ctx *ctx;
	int *failed = arg;

	if (weld_ctx__new(NULL, &ctx)) {
		*failed = 1;
		return NULL;
	}
	for (int round = 0; round < 20; round++) {
		struct weld_object *obj = link_objects(ctx, BY_MEM, orders[round % 6], round & 1);

		check_everywhere(ctx, obj, round & 1);
		weld_object__close(obj);
	}
	weld_ctx__free(ctx);
	return NULL;
}

START_TEST(contexts_are_independent)
{
	enum { N_THREADS = 4 };
	int failed[N_THREADS] = { 0 };
	pthread_t threads[N_THREADS];

	READ_OR_SKIP("mapping_dummy", "mapping_drop");
	for (int i = 0; i < N_THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, link_and_run, &failed[i]), 0);
	for (int i = 0; i < N_THREADS; i++) {
		pthread_join(threads[i], NULL);
		ck_assert_int_eq(failed[i], 0);
	}
	free_files();
}
END_TEST

static Suite *api_link_suite(void)
{
	Suite *s = suite_create("api_link");

	unit_add(s, "mapping", mapping_in_any_order_and_way, one_file_twice, names_in_one_call,
		 the_order_of_inputs_shows_in_the_tables, a_written_object_is_the_linked_one,
		 A6_2_one_stream_for_both_targets, gc_is_an_option_of_both_calls);
	unit_add(s, "bad", bad_inputs_and_mappings, one_call_refuses_what_it_must);
	unit_add(s, "threads", contexts_are_independent);
	return s;
}

int main(void)
{
	return unit_main(api_link_suite(), NULL);
}
