/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The dispatcher's public functions: the four ways to add, what they tell, bad options. */
#include "selftests/unit/unit.h"

#include <bpfweld/bpfweld.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char fw[] = PROGS_DIR "/dispatch_code.1.o";

struct said {
	int n, last;
};

static void sink(void *user, const struct weld_diag *d)
{
	struct said *said = user;

	if (d->severity == WELD_ERROR) {
		said->n++;
		said->last = d->code;
	}
}

static struct weld_ctx *new_ctx(struct said *said)
{
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = sink, .diag_user = said);
	struct weld_ctx *ctx;

	*said = (struct said){ 0 };
	ck_assert_int_eq(weld_ctx__new(&opts, &ctx), 0);
	return ctx;
}

static void *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "re");
	void *bytes = malloc(1 << 20);

	ck_assert_ptr_nonnull(f);
	*size = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

START_TEST(four_ways)
{
	WELD_OPTS(weld_component_opts, a, .name = "file");
	WELD_OPTS(weld_component_opts, b, .name = "fd", .has_priority = true, .priority = 7);
	WELD_OPTS(weld_component_opts, c, .name = "mem", .has_actions = true, .actions = 0);
	WELD_OPTS(weld_component_opts, e, .name = "object", .function = "xdp_main");
	WELD_OPTS(weld_dispatcher_opts, opts, .counters = true, .name = "my_chain");
	struct weld_dispatcher_names names = { .sz = sizeof(names) };
	struct weld_component info = { .sz = sizeof(info) };
	struct weld_object *obj, *chain;
	struct weld_object_info oi = { .sz = sizeof(oi) };
	struct weld_dispatcher *d;
	struct said said;
	struct weld_ctx *ctx = new_ctx(&said);
	void *bytes;
	size_t size;
	int fd;

	if (access(fw, R_OK))
		unit_skip("needs clang-19");
	bytes = read_all(fw, &size);
	fd = open(fw, O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(weld_object__open_file(ctx, fw, NULL, &obj), 0);
	ck_assert_int_eq(weld_dispatcher__new(ctx, &opts, &d), 0);
	ck_assert_int_eq(weld_dispatcher__add_file(d, fw, &a), 0);
	ck_assert_int_eq(weld_dispatcher__add_fd(d, fd, NULL, &b), 0);
	ck_assert_int_eq(weld_dispatcher__add_mem(d, bytes, size, NULL, &c), 0);
	ck_assert_int_eq(weld_dispatcher__add_object(d, obj, &e), 0);
	free(bytes);
	close(fd);
	ck_assert_int_eq(weld_dispatcher__component(d, 1, &info), 0);
	ck_assert_str_eq(info.name, "fd");
	ck_assert_int_eq(weld_dispatcher__build(d, &chain), 0);
	weld_object__close(obj);
	ck_assert_int_eq(weld_dispatcher__component(d, 0, &info), 0);
	ck_assert_str_eq(info.name, "fd");
	ck_assert_uint_eq(info.priority, 7);
	ck_assert(info.inlined && !info.why_called && !info.symbol);
	ck_assert_int_eq(weld_dispatcher__component(d, 2, &info), 0);
	ck_assert_uint_eq(info.actions, 0);
	ck_assert_int_eq(weld_dispatcher__component(d, 4, &info), -ENOENT);
	ck_assert_int_eq(weld_dispatcher__names(d, &names), 0);
	ck_assert_str_eq(names.entry, "my_chain");
	ck_assert_str_eq(names.counters, "dispatcher_counters");
	ck_assert_ptr_nonnull(names.config);
	weld_dispatcher__free(d);
	ck_assert_int_eq(weld_object__info(chain, &oi), 0);
	ck_assert_str_eq(oi.name, "my_chain");
	weld_object__close(chain);
	weld_ctx__free(ctx);
	ck_assert_int_eq(said.n, 0);
}
END_TEST

START_TEST(bad_options)
{
	WELD_OPTS(weld_dispatcher_opts, hook, .hook = 2);
	WELD_OPTS(weld_dispatcher_opts, mode, .mode = -1);
	WELD_OPTS(weld_dispatcher_opts, tc, .hook = WELD_DISPATCH_TC);
	struct weld_component_opts small = { .sz = 8 };
	struct weld_dispatcher *d = NULL;
	struct said said;
	struct weld_ctx *ctx = new_ctx(&said);
	uint32_t mask = 5;

	ck_assert_int_eq(weld_dispatcher__new(ctx, &hook, &d), -EINVAL);
	ck_assert_int_eq(said.last, 2322); /* E2322 */
	ck_assert_int_eq(weld_dispatcher__new(ctx, &mode, &d), -EINVAL);
	ck_assert_ptr_null(d);
	ck_assert_int_eq(weld_dispatcher__new(ctx, &tc, &d), 0);
	ck_assert_int_eq(weld_dispatcher__add_file(d, fw, &small), -EINVAL);
	ck_assert_int_eq(weld_dispatcher__add_file(d, "/no/such/file", NULL), -ENOENT);
	ck_assert_int_eq(weld_dispatcher__add_mem(d, "text", 4, NULL, NULL), -ENOTSUP);
	ck_assert_int_eq(weld_dispatcher__parse_actions(d, "OK+SHOT", &mask), 0);
	ck_assert_uint_eq(mask, 1 << 1 | 1 << 3);
	ck_assert_int_eq(weld_dispatcher__parse_actions(d, "PASS", &mask), -EINVAL);
	ck_assert_str_eq(weld_dispatcher__action_name(d, 0), "UNSPEC");
	ck_assert_ptr_null(weld_dispatcher__action_name(d, 10));
	weld_dispatcher__free(d);
	weld_dispatcher__free(NULL);
	weld_ctx__free(ctx);
}
END_TEST

static Suite *api_suite(void)
{
	Suite *s = suite_create("api_dispatch");

	unit_add(s, "add", four_ways);
	unit_add(s, "options", bad_options);
	return s;
}

int main(void)
{
	return unit_main(api_suite(), NULL);
}
