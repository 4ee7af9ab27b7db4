/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The public functions one by one, with good and bad arguments (A3.8, A6.3): option structs by
 * their size, look-ups by number, instructions as text, bare runs, features, the catalogue.
 */
#include <bpfweld/bpfweld.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftests/unit/unit.h"

struct said {
	int n, code, severity, err;
};

static struct said said;

static void listen(void *user, const struct weld_diag *d)
{
	struct said *s = user;

	ck_assert_uint_ge(d->sz, sizeof(*d));
	ck_assert_ptr_nonnull(d->text);
	s->n++;
	s->code = d->code;
	s->severity = d->severity;
	s->err = d->err;
}

static struct weld_ctx *ctx;

static void begin(void)
{
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = listen, .diag_user = &said);

	said = (struct said){ 0 };
	ck_assert_int_eq(weld_ctx__new(&opts, &ctx), 0);
}

static void end(void)
{
	weld_ctx__free(ctx);
}

static const char *prog_path(const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s.o", PROGS_DIR, name);
	return access(path, R_OK) ? NULL : path;
}

static struct weld_object *open_prog(const char *name)
{
	struct weld_object *obj = NULL;
	const char *path = prog_path(name);

	if (path)
		ck_assert_int_eq(weld_object__open_file(ctx, path, NULL, &obj), 0);
	return obj;
}

#define OPEN_OR_SKIP(obj, name) \
	do { \
		obj = open_prog(name); \
		if (!obj) \
			unit_skip("%s.o was not built", name); \
	} while (0)

/* --- option structs ------------------------------------------------------------------- */

/* A struct of a later release: ours, and members that this library doesn't know. */
struct longer {
	struct weld_ctx_opts opts;
	unsigned char tail[24];
};

START_TEST(option_structs_go_by_size)
{
	struct longer l = { .opts = { .sz = sizeof(l) } };
	struct weld_ctx *c = NULL;

	ck_assert_int_eq(weld_ctx__new(NULL, &c), 0);
	weld_ctx__free(c);
	ck_assert_int_eq(weld_ctx__new(&l.opts, &c), 0);
	weld_ctx__free(c);
	c = NULL;
	l.tail[23] = 1;
	ck_assert_int_eq(weld_ctx__new(&l.opts, &c), -E2BIG);
	l.opts.sz = sizeof(l.opts) - 1;
	ck_assert_int_eq(weld_ctx__new(&l.opts, &c), -EINVAL);
	l.opts.sz = 0;
	ck_assert_int_eq(weld_ctx__new(&l.opts, &c), -EINVAL);
	ck_assert_ptr_null(c);
	weld_ctx__free(NULL);
}
END_TEST

/* E0113 and E0116 come with each function that takes options. */
START_TEST(every_option_struct_is_checked)
{
	struct {
		size_t sz;
		unsigned char bytes[256];
	} small = { .sz = 1 }, large = { .sz = sizeof(large) };
	struct weld_object *obj = NULL;
	struct weld_linker *l = NULL;
	struct weld_btf *btf = NULL;
	struct weld_runtime *rt = NULL;

	memset(large.bytes + 128, 0xff, 128);
	ck_assert_int_eq(weld_object__open_mem(ctx, "", 0, (void *)&small, &obj), -EINVAL);
	ck_assert_int_eq(said.code, 113);
	ck_assert_int_eq(weld_object__open_mem(ctx, "", 0, (void *)&large, &obj), -E2BIG);
	ck_assert_int_eq(said.code, 116);
	ck_assert_int_eq(weld_object__open_file(ctx, "x", (void *)&small, &obj), -EINVAL);
	ck_assert_int_eq(weld_object__open_fd(ctx, 0, (void *)&small, &obj), -EINVAL);
	ck_assert_int_eq(weld_linker__new(ctx, (void *)&small, &l), -EINVAL);
	ck_assert_int_eq(weld_linker__new(ctx, (void *)&large, &l), -E2BIG);
	ck_assert_int_eq(weld_link(ctx, NULL, 0, (void *)&small, &obj), -EINVAL);
	ck_assert_int_eq(weld_link(ctx, NULL, 0, (void *)&large, &obj), -E2BIG);
	ck_assert_int_eq(weld_btf__open_mem(ctx, "", 0, (void *)&small, &btf), -EINVAL);
	ck_assert_int_eq(weld_btf__open_mem(ctx, "", 0, (void *)&large, &btf), -E2BIG);
	if (weld_runtime__new(ctx, NULL, &rt) != -ENOTSUP) {
		weld_runtime__free(rt);
		rt = NULL;
		ck_assert_int_eq(weld_runtime__new(ctx, (void *)&small, &rt), -EINVAL);
		ck_assert_int_eq(weld_runtime__new(ctx, (void *)&large, &rt), -E2BIG);
	}
	ck_assert(!obj && !l && !btf && !rt);
}
END_TEST

/* A caller of an earlier release gets as much of a result as it has room for. */
START_TEST(results_go_by_size)
{
	struct weld_object_info info, before;
	struct weld_object *obj;

	OPEN_OR_SKIP(obj, "mapping_drop");
	memset(&info, 0xa5, sizeof(info));
	before = info;
	before.sz = info.sz = offsetof(struct weld_object_info, license);
	ck_assert_int_eq(weld_object__info(obj, &info), 0);
	ck_assert_ptr_ne(info.name, before.name);
	ck_assert_mem_eq(&info.license, &before.license, sizeof(info) - info.sz);
	info.sz = 1;
	ck_assert_int_eq(weld_object__info(obj, &info), -EINVAL);
	weld_object__close(obj);
}
END_TEST

/* --- objects -------------------------------------------------------------------------- */

START_TEST(objects_from_anywhere)
{
	WELD_OPTS(weld_object_open_opts, opts, .name = "mine");
	struct weld_object_info info = { .sz = sizeof(info) };
	struct weld_object *obj = NULL;
	void *bytes;
	size_t size;
	int fd;

	ck_assert_int_eq(weld_object__open_file(ctx, "/does/not/exist", NULL, &obj), -ENOENT);
	ck_assert_int_eq(said.code, 101);
	ck_assert_int_lt(weld_object__open_file(ctx, "/", NULL, &obj), 0);
	ck_assert_int_eq(said.code, 104);
	ck_assert_int_lt(weld_object__open_fd(ctx, -1, NULL, &obj), 0);
	ck_assert_int_eq(weld_object__open_mem(ctx, NULL, 0, NULL, &obj), -EINVAL);
	ck_assert_int_eq(said.code, 1001);
	ck_assert_ptr_null(obj);
	if (!prog_path("mapping_drop"))
		unit_skip("mapping_drop.o was not built");
	fd = open(prog_path("mapping_drop"), O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(weld_object__open_fd(ctx, fd, &opts, &obj), 0);
	/* It stays the caller's. */
	ck_assert_int_eq(close(fd), 0);
	ck_assert_int_eq(weld_object__info(obj, &info), 0);
	ck_assert_str_eq(info.name, "mine");
	ck_assert_int_eq(weld_object__write_mem(obj, &bytes, &size), 0);
	weld_object__close(obj);
	ck_assert_int_eq(weld_object__open_mem(ctx, bytes, size, NULL, &obj), 0);
	free(bytes);
	ck_assert_int_eq(weld_object__info(obj, &info), 0);
	ck_assert_str_eq(info.name, "<memory>");
	ck_assert_uint_eq(info.n_programs, 1);
	weld_object__close(obj);
	weld_object__close(NULL);
}
END_TEST

#define WALK(fn, type, obj, n, body) \
	do { \
		struct type i = { .sz = sizeof(i) }; \
		uint32_t k = 0; \
		for (; !fn(obj, k, &i); k++) \
			body; \
		ck_assert_uint_eq(k, n); \
		ck_assert_int_eq(fn(obj, UINT32_MAX, &i), -ENOENT); \
	} while (0)

START_TEST(look_ups_by_number)
{
	struct weld_object_info info = { .sz = sizeof(info) };
	struct weld_object *obj;
	const char *first = NULL;

	OPEN_OR_SKIP(obj, "mapping_drop");
	ck_assert_int_eq(weld_object__info(obj, &info), 0);
	ck_assert_str_eq(info.license, "GPL");
	ck_assert(info.has_btf && !info.has_version);
	WALK(weld_object__program, weld_function_info, obj, 1,
	     ck_assert_str_eq(i.name, "xdp_main"));
	WALK(weld_object__function, weld_function_info, obj, 3, ck_assert_uint_gt(i.n_insns, 0));
	WALK(weld_object__map, weld_map_info, obj, 1, {
		ck_assert_str_eq(i.name, "counters");
		ck_assert_str_eq(i.type_name, "hash");
		ck_assert_str_eq(i.key_type, "__u32");
	});
	WALK(weld_object__section, weld_section_info, obj, info.n_sections + info.n_dropped,
	     ck_assert_int_eq(!i.dropped_why, k < info.n_sections));
	WALK(weld_object__symbol, weld_symbol_info, obj, info.n_symbols,
	     ck_assert_int_ne(i.name[0], 0));
	WALK(weld_object__extern, weld_extern_info, obj, 0, (void)0);
	/* A text is made once, however often it is asked for. */
	for (int k = 0; k < 3; k++) {
		struct weld_function_info f = { .sz = sizeof(f) };

		ck_assert_int_eq(weld_object__program(obj, 0, &f), 0);
		ck_assert_str_eq(f.prototype, "int xdp_main(struct xdp_md *ctx)");
		first = first ? first : f.prototype;
		ck_assert_ptr_eq(first, f.prototype);
	}
	weld_object__close(obj);
	OPEN_OR_SKIP(obj, "mapping_dispatcher");
	WALK(weld_object__extern, weld_extern_info, obj, 2, {
		ck_assert_str_eq(i.kind_name, "func");
		ck_assert(!i.weak);
	});
	weld_object__close(obj);
}
END_TEST

START_TEST(types_of_objects_and_files)
{
	struct weld_btf *btf = NULL;
	struct weld_object *obj;
	char *text, *json;

	OPEN_OR_SKIP(obj, "mapping_drop");
	ck_assert_ptr_nonnull(weld_object__btf(obj));
	ck_assert_int_eq(weld_btf__dump(weld_object__btf(obj), WELD_BTF_RAW, &text), 0);
	ck_assert_ptr_nonnull(strstr(text, "FUNC 'xdp_main'"));
	ck_assert_int_eq(weld_btf__dump(weld_object__btf(obj), 99, &json), -EINVAL);
	ck_assert_int_eq(weld_btf__open_file(ctx, prog_path("mapping_drop"), NULL, &btf), 0);
	ck_assert_uint_eq(weld_btf__n_types(btf), weld_btf__n_types(weld_object__btf(obj)));
	ck_assert_int_eq(weld_btf__dump(btf, WELD_BTF_JSON, &json), 0);
	ck_assert_int_eq(json[0], '{');
	weld_btf__close(btf);
	/* An object's is closed with it. */
	weld_btf__close((struct weld_btf *)weld_object__btf(obj));
	weld_btf__close(NULL);
	weld_object__close(obj);
	free(text);
	free(json);
	ck_assert_int_eq(weld_btf__open_mem(ctx, "nonsense", 8, NULL, &btf), -EINVAL);
	ck_assert_int_lt(weld_btf__open_file(ctx, "/does/not/exist", NULL, &btf), 0);
}
END_TEST

/* L06: the same file twice is the file; an object's types are lent. */
START_TEST(types_are_merged)
{
	WELD_OPTS(weld_btf_dedup_opts, entities, .keep_entities = true);
	struct weld_btf *all = NULL, *once = NULL;
	struct weld_object *obj;
	uint32_t map[4096], n;
	size_t size[2];
	void *bytes[2];

	OPEN_OR_SKIP(obj, "mapping_drop");
	n = weld_btf__n_types(weld_object__btf(obj));
	ck_assert_uint_lt(2 * n, 4096);
	ck_assert_int_eq(weld_btf__new(ctx, &all), 0);
	ck_assert_int_eq(weld_btf__new(ctx, &once), 0);
	ck_assert_int_eq(weld_btf__append(once, weld_object__btf(obj)), 0);
	ck_assert_int_eq(weld_btf__append(all, weld_object__btf(obj)), 0);
	ck_assert_int_eq(weld_btf__append(all, weld_object__btf(obj)), 0);
	ck_assert_uint_eq(weld_btf__n_types(all), 2 * n);
	entities.id_map = map;
	ck_assert_int_eq(weld_btf__dedup(all, &entities), 0);
	ck_assert_uint_gt(weld_btf__n_types(all), n);
	ck_assert_uint_eq(map[1], map[1 + n]);
	ck_assert_int_eq(weld_btf__dedup(all, NULL), 0);
	ck_assert_int_eq(weld_btf__dedup(once, NULL), 0);
	ck_assert_int_eq(weld_btf__write(all, NULL, &bytes[0], &size[0]), 0);
	ck_assert_int_eq(weld_btf__write(once, NULL, &bytes[1], &size[1]), 0);
	ck_assert_uint_eq(size[0], size[1]);
	ck_assert_mem_eq(bytes[0], bytes[1], size[0]);
	free(bytes[0]);
	free(bytes[1]);
	ck_assert_int_eq(weld_btf__append(all, all), -EINVAL);
	ck_assert_int_eq(said.code, 1256); /* E1256 */
	ck_assert_int_eq(weld_btf__dedup((struct weld_btf *)weld_object__btf(obj), NULL), -EINVAL);
	ck_assert_int_eq(said.code, 1253); /* E1253 */
	weld_btf__close(all);
	weld_btf__close(once);
	weld_object__close(obj);
}
END_TEST

START_TEST(objects_without_types)
{
	struct weld_function_info f = { .sz = sizeof(f) };
	struct weld_btf *btf = NULL;
	struct weld_object *obj;

	OPEN_OR_SKIP(obj, "byname_user.nobtf");
	ck_assert_ptr_null(weld_object__btf(obj));
	ck_assert_int_eq(weld_object__function(obj, 0, &f), 0);
	ck_assert_ptr_null(f.prototype);
	weld_object__close(obj);
	ck_assert_int_lt(weld_btf__open_file(ctx, prog_path("byname_user.nobtf"), NULL, &btf), 0);
	ck_assert_ptr_null(btf);
}
END_TEST

/* --- instructions --------------------------------------------------------------------- */

static const char source[] = "r0 = 1\n"
			     "r2 = 0x123456789abcdef ll\n"
			     "if r0 == 0x1 goto +0x1\n"
			     "r0 += r2\n"
			     "exit\n";

START_TEST(text_to_instructions_and_back)
{
	void *insns, *again;
	size_t n, n_again;
	char *text, *line, *plain;

	ck_assert_int_eq(weld_insns__assemble(ctx, source, "a.s", &insns, &n), 0);
	ck_assert_uint_eq(n, 6);
	ck_assert_int_eq(weld_insns__disassemble(ctx, insns, n * 8, false, &text), 0);
	/* Without the numbers in front it is the same program. */
	plain = calloc(1, strlen(text) + 1);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		strcat(plain, strchr(line, ':') + 1);
		strcat(plain, "\n");
	}
	ck_assert_int_eq(weld_insns__assemble(ctx, plain, "b.s", &again, &n_again), 0);
	ck_assert_uint_eq(n, n_again);
	ck_assert_mem_eq(insns, again, n * 8);
	free(plain);
	free(text);
	free(insns);
	free(again);
	ck_assert_int_eq(weld_insns__disassemble(ctx, source, 7, false, &text), -EINVAL);
	ck_assert_int_eq(weld_insns__assemble(ctx, "r0 = nonsense of a kind", "c.s", &insns, &n),
			 -EINVAL);
	ck_assert_int_eq(said.severity, WELD_ERROR);
	ck_assert_int_lt(weld_insns__assemble(ctx, "call somebody\nexit", "d.s", &insns, &n), 0);
	ck_assert_int_eq(said.code, 1396); /* E1396 */
}
END_TEST

START_TEST(objects_as_text)
{
	WELD_OPTS(weld_dis_opts, opts, .function = "xdp_main", .opcodes = true, .no_source = true);
	struct weld_object *obj;
	char *text;

	OPEN_OR_SKIP(obj, "mapping_drop");
	ck_assert_int_eq(weld_object__disassemble(obj, NULL, &text), 0);
	ck_assert_ptr_nonnull(strstr(text, "r1 = counters ll"));
	ck_assert_ptr_nonnull(strstr(text, "call bpf_map_lookup_elem"));
	free(text);
	ck_assert_int_eq(weld_object__disassemble(obj, &opts, &text), 0);
	ck_assert_ptr_nonnull(strstr(text, "bf 16 00 00 00 00 00 00"));
	ck_assert_ptr_null(strstr(text, "drop.c"));
	free(text);
	opts.function = "nobody";
	ck_assert_int_eq(weld_object__disassemble(obj, &opts, &text), -ENOENT);
	opts.function = NULL;
	opts.section = "nowhere";
	ck_assert_int_eq(weld_object__disassemble(obj, &opts, &text), -ENOENT);
	weld_object__close(obj);
}
END_TEST

START_TEST(bare_runs)
{
	WELD_OPTS(weld_runtime_opts, opts, .insn_budget = 1000);
	unsigned char mem[8] = { 40 };
	WELD_OPTS(weld_raw_run, run, .mem = mem, .mem_size = sizeof(mem));
	struct weld_runtime *rt;
	void *insns;

	if (weld_runtime__new(ctx, &opts, &rt) == -ENOTSUP)
		unit_skip("this build has no runtime");
	ck_assert_int_eq(weld_insns__assemble(ctx,
					      "r0 = *(u8 *)(r1 + 0x0)\nr0 += 2\n"
					      "*(u8 *)(r1 + 0x7) = r0\nexit\n",
					      "a.s", &insns, &run.n_insns),
			 0);
	run.insns = insns;
	ck_assert_int_eq(weld_runtime__run_raw(rt, &run), 0);
	ck_assert_uint_eq(run.r0, 42);
	ck_assert_uint_eq(run.insns_run, 4);
	ck_assert_uint_eq(mem[7], 42);
	run.mem_size = 7;
	ck_assert_int_eq(weld_runtime__run_raw(rt, &run), -EACCES);
	ck_assert_int_gt(said.code, 5000);
	run.sz = 3;
	ck_assert_int_eq(weld_runtime__run_raw(rt, &run), -EINVAL);
	free(insns);
	weld_runtime__free(rt);
	weld_runtime__free(NULL);
}
END_TEST

/* --- loading -------------------------------------------------------------------------- */

static bool runtime_target(struct weld_runtime **rt, struct weld_target *target)
{
	if (weld_runtime__new(ctx, NULL, rt)) {
		ck_assert_int_eq(said.code, 4089); /* E4089: a build without it */
		return false;
	}
	ck_assert_int_eq(weld_runtime__target(*rt, target), 0);
	return true;
}

START_TEST(an_instance_by_names)
{
	struct weld_instance *inst = NULL;
	uint32_t key = 5, next = 0, n, key_size, value_size, type;
	uint64_t value = 7, got = 0;
	struct weld_target target;
	struct weld_runtime *rt;
	struct weld_object *obj;
	const void *insns;
	int handle;

	OPEN_OR_SKIP(obj, "mapping_drop");
	if (!runtime_target(&rt, &target))
		unit_skip("this build has no runtime");
	ck_assert_int_eq(weld_object__load(obj, &target, NULL, &inst), 0);
	ck_assert_int_eq(weld_instance__program(inst, "xdp_main", &handle), 0);
	ck_assert_int_ge(handle, 1 << 30);
	ck_assert_int_eq(weld_instance__program(inst, "nobody", &handle), -ENOENT);
	ck_assert_int_eq(weld_instance__program(inst, "verdict", &handle), -ENOENT);
	ck_assert_int_eq(weld_instance__insns(inst, "xdp_main", &insns, &n), 0);
	ck_assert_uint_gt(n, 20);
	ck_assert_int_eq(weld_instance__insns(inst, "nobody", &insns, &n), -ENOENT);
	ck_assert_int_eq(weld_instance__map(inst, "nobody", &handle), -ENOENT);
	ck_assert_int_eq(weld_instance__map_sizes(inst, "nobody", &key_size, &value_size), -ENOENT);
	ck_assert_int_eq(weld_instance__map_update(inst, "counters", &key, &value, 0), 0);
	ck_assert_int_eq(weld_instance__map_update(inst, "counters", &key, &value, 1), -EEXIST);
	ck_assert_int_eq(weld_instance__map_lookup(inst, "counters", &key, &got), 0);
	ck_assert_uint_eq(got, 7);
	ck_assert_int_eq(weld_instance__map_next_key(inst, "counters", NULL, &next), 0);
	ck_assert_uint_eq(next, 5);
	ck_assert_int_eq(weld_instance__map_next_key(inst, "counters", &key, &next), -ENOENT);
	ck_assert_int_eq(weld_instance__map_delete(inst, "counters", &key), 0);
	ck_assert_int_eq(weld_instance__map_delete(inst, "counters", &key), -ENOENT);
	ck_assert_int_eq(weld_instance__map_lookup(inst, "nobody", &key, &got), -ENOENT);
	ck_assert_int_lt(weld_instance__pin_program(inst, "nobody", "/x"), 0);
	/* Pins of the runtime are names of its own, no files. */
	ck_assert_int_eq(weld_instance__pin_program(inst, "xdp_main", "/fs/program"), 0);
	ck_assert_int_eq(weld_instance__pin_program(inst, "xdp_main", "/fs/program"), -EEXIST);
	ck_assert_int_lt(weld_instance__pin_map(inst, "nobody", "/x"), 0);
	ck_assert_int_eq(weld_instance__pin_map(inst, "counters", "/fs/map"), 0);
	ck_assert_int_eq(weld_instance__pin_map(inst, "counters", "/fs/program"), -EEXIST);
	weld_instance__close(inst);
	weld_instance__close(NULL);
	weld_runtime__free(rt);
	weld_object__close(obj);
	ck_assert_int_eq(weld_program_type__by_name("xdp", &type), 0);
	ck_assert_uint_eq(type, 6);
	ck_assert_int_eq(weld_program_type__by_name("nothing", &type), -ENOENT);
}
END_TEST

/* On a target: a packet that comes back longer than its room is cut, and its size is told. */
static void check_room(struct weld_object *obj, const struct weld_target *target)
{
	unsigned char in[64] = { 0 }, out[64];
	WELD_OPTS(weld_test_run, run, .data_in = in, .data_size_in = sizeof(in), .data_out = out,
		  .data_size_out = 20);
	struct weld_instance *inst;

	if (weld_object__load(obj, target, NULL, &inst) == -EPERM)
		return;
	ck_assert_int_eq(weld_instance__test_run(inst, "xdp_main", &run), -ENOSPC);
	ck_assert_uint_eq(run.data_size_out, sizeof(in));
	ck_assert_uint_eq(run.retval, 1);
	run.data_size_out = sizeof(out);
	ck_assert_int_eq(weld_instance__test_run(inst, "xdp_main", &run), 0);
	ck_assert_int_lt(weld_instance__test_run(inst, "nobody", &run), 0);
	run.sz = 0;
	ck_assert_int_eq(weld_instance__test_run(inst, "xdp_main", &run), -EINVAL);
	weld_instance__close(inst);
}

START_TEST(a_test_run_tells_the_room_it_needs)
{
	struct weld_target target;
	struct weld_runtime *rt;
	struct weld_object *obj;

	OPEN_OR_SKIP(obj, "mapping_drop");
	if (runtime_target(&rt, &target)) {
		check_room(obj, &target);
		weld_runtime__free(rt);
	}
	if (!weld_target__kernel(&target))
		check_room(obj, &target);
	weld_object__close(obj);
}
END_TEST

static int refuse(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	++*(int *)user;
	return -EPERM;
}

static int close_none(void *user, int handle)
{
	return 0;
}

START_TEST(a_target_of_the_callers_own)
{
	struct weld_target_ops ops = {
		.sz = sizeof(ops), .name = "mine", .bpf = refuse, .close = close_none
	};
	WELD_OPTS(weld_load_opts, opts, .program = "nobody");
	struct weld_instance *inst = NULL;
	struct weld_object *obj;
	int asked = 0;
	struct weld_target target = { .ops = &ops, .user = &asked };

	OPEN_OR_SKIP(obj, "mapping_drop");
	ck_assert_int_eq(weld_object__load(obj, &target, NULL, &inst), -EPERM);
	ck_assert_int_gt(asked, 0);
	ck_assert_int_eq(said.err, -EPERM);
	ck_assert_int_lt(weld_object__load(obj, &target, &opts, &inst), 0);
	opts.sz = 2;
	ck_assert_int_eq(weld_object__load(obj, &target, &opts, &inst), -EINVAL);
	ops.sz = 8;
	ck_assert_int_eq(weld_object__load(obj, &target, NULL, &inst), -EINVAL);
	ck_assert_int_eq(said.code, 113);
	ck_assert_ptr_null(inst);
	weld_object__close(obj);
}
END_TEST

/* Handles for all that makes one, success for the rest but for map elements. */
static int refuse_elements(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	enum { MAP_CREATE = 0, MAP_UPDATE_ELEM = 2, PROG_LOAD = 5, BTF_LOAD = 18 };

	if (cmd == MAP_UPDATE_ELEM)
		return -ENOSPC;
	return cmd == MAP_CREATE || cmd == PROG_LOAD || cmd == BTF_LOAD ? 100 : 0;
}

START_TEST(initial_values_that_are_refused)
{
	const struct weld_target_ops ops = {
		.sz = sizeof(ops), .name = "mine", .bpf = refuse_elements, .close = close_none
	};
	const struct weld_target target = { .ops = &ops };
	struct weld_instance *inst = NULL;
	struct weld_object *obj;

	OPEN_OR_SKIP(obj, "kinds_globals");
	ck_assert_int_eq(weld_object__load(obj, &target, NULL, &inst), -ENOSPC);
	ck_assert_int_eq(said.code, 4059); /* E4059 */
	ck_assert_ptr_null(inst);
	weld_object__close(obj);
}
END_TEST

START_TEST(an_input_that_is_none)
{
	const struct weld_link_input none = { .name = "x" };
	struct weld_object *obj;

	ck_assert_int_eq(weld_link(ctx, &none, 1, NULL, &obj), -EINVAL);
	ck_assert_int_eq(said.code, 2090); /* E2090 */
}
END_TEST

/* --- features and the catalogue ------------------------------------------------------- */

struct tally {
	int n[4], yes;
	bool xdp;
};

static void count_feature(void *user, const struct weld_feature *f)
{
	struct tally *t = user;

	ck_assert_uint_ge(f->sz, sizeof(*f));
	ck_assert_int_le(f->supported, 1);
	t->n[f->kind]++;
	t->yes += f->supported == 1;
	t->xdp |= f->kind == WELD_FEATURE_PROG_TYPE && !strcmp(f->name, "xdp") && f->supported == 1;
}

START_TEST(features_of_targets)
{
	WELD_OPTS(weld_features_opts, opts, .helpers = true);
	struct weld_target target;
	struct weld_runtime *rt;
	struct tally t = { 0 };

	if (runtime_target(&rt, &target)) {
		ck_assert_int_eq(weld_features__probe(ctx, &target, &opts, count_feature, &t), 0);
		ck_assert(t.xdp && t.n[WELD_FEATURE_HELPER] > 100);
		weld_runtime__free(rt);
	}
	opts.sz = 3;
	if (!weld_target__kernel(&target)) {
		int err;

		ck_assert_int_eq(weld_features__probe(ctx, &target, &opts, count_feature, &t),
				 -EINVAL);
		t = (struct tally){ 0 };
		err = weld_features__probe(ctx, &target, NULL, count_feature, &t);
		ck_assert(err == -EPERM || (!err && t.xdp && !t.n[WELD_FEATURE_HELPER]));
	}
}
END_TEST

START_TEST(every_number_is_explained)
{
	struct weld_explanation e = { .sz = sizeof(e) };
	int code, before = 0;
	size_t n;

	for (n = 0; (code = weld_diag__code_at(n)); n++) {
		ck_assert_int_gt(code, before);
		ck_assert_int_eq(weld_diag__explain(code, &e), 0);
		ck_assert_int_eq(e.code, code);
		ck_assert_ptr_nonnull(strstr(e.text, "Example: "));
		ck_assert_ptr_nonnull(strstr(e.text, "Cure: "));
		ck_assert(e.summary[0] && e.name[0]);
		before = code;
	}
	ck_assert_uint_gt(n, 100);
	ck_assert_int_eq(weld_diag__explain(before + 1, &e), -ENOENT);
	ck_assert_int_eq(weld_diag__explain(-1, &e), -ENOENT);
	ck_assert_int_ne(weld_version()[0], 0);
}
END_TEST

START_TEST(errors_stop_at_the_limit)
{
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = listen, .diag_user = &said, .error_limit = 2);
	struct weld_object *obj;
	struct weld_ctx *c;

	ck_assert_int_eq(weld_ctx__new(&opts, &c), 0);
	for (int i = 0; i < 5; i++)
		ck_assert_int_lt(weld_object__open_mem(c, "", 0, NULL, &obj), 0);
	ck_assert_int_eq(said.n, 2);
	weld_ctx__free(c);
}
END_TEST

static Suite *api_suite(void)
{
	Suite *s = suite_create("api");
	TCase *t;

	t = unit_add(s, "opts", option_structs_go_by_size, every_option_struct_is_checked,
		     results_go_by_size, errors_stop_at_the_limit);
	tcase_add_checked_fixture(t, begin, end);
	t = unit_add(s, "objects", objects_from_anywhere, look_ups_by_number,
		     types_of_objects_and_files, types_are_merged, objects_without_types);
	tcase_add_checked_fixture(t, begin, end);
	t = unit_add(s, "insns", text_to_instructions_and_back, objects_as_text, bare_runs);
	tcase_add_checked_fixture(t, begin, end);
	t = unit_add(s, "load", an_instance_by_names, a_test_run_tells_the_room_it_needs,
		     a_target_of_the_callers_own, initial_values_that_are_refused,
		     an_input_that_is_none);
	tcase_add_checked_fixture(t, begin, end);
	t = unit_add(s, "catalogue", features_of_targets, every_number_is_explained);
	tcase_add_checked_fixture(t, begin, end);
	return s;
}

int main(void)
{
	return unit_main(api_suite(), NULL);
}
