/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the command says of a component: actions with names, and bits that stand for no code. */
#include "tools/dispatch.h"

#include "selftests/unit/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct weld_dispatcher *one_component(struct weld_ctx *ctx, uint32_t actions)
{
	WELD_OPTS(weld_component_opts, o, .name = "fw", .has_actions = true, .actions = actions);
	struct weld_dispatcher *d;

	ck_assert_int_eq(weld_dispatcher__new(ctx, NULL, &d), 0);
	ck_assert_int_eq(weld_dispatcher__add_file(d, PROGS_DIR "/dispatch_code.1.o", &o), 0);
	return d;
}

static void check(uint32_t actions, const char *text, const char *json)
{
	struct weld_component c = { .sz = sizeof(c) };
	struct component_source from = { 0 };
	struct weld_dispatcher *d;
	struct weld_ctx *ctx;
	struct json j = { 0 };
	size_t size = 0;
	char *got = NULL;

	ck_assert_int_eq(weld_ctx__new(NULL, &ctx), 0);
	from.built = d = one_component(ctx, actions);
	ck_assert_int_eq(weld_dispatcher__component(d, 0, &c), 0);
	j.f = open_memstream(&got, &size);
	ck_assert_ptr_nonnull(j.f);
	component_print_actions(j.f, &from, c.actions);
	fputc('\n', j.f);
	json_begin(&j, NULL, '{');
	component_json(&j, &from, &c);
	json_end(&j, '}');
	fclose(j.f);
	ck_assert_msg(!strncmp(got, text, strlen(text)), "%s", got);
	ck_assert_msg(strstr(got, json) != NULL, "%s", got);
	free(got);
	weld_dispatcher__free(d);
	weld_ctx__free(ctx);
}

START_TEST(A3_14_actions)
{
	if (access(PROGS_DIR "/dispatch_code.1.o", R_OK))
		unit_skip("needs clang-19");
	check(0, "(none)\n", "\"chain\":[],\"frags\"");
	check(1 << 2 | 1 << 3, "PASS+TX\n", "\"chain\":[\"PASS\",\"TX\"],\"frags\"");
	check(1 << 2 | 1 << 20 | 1u << 31, "PASS+bit 20+bit 31\n",
	      "\"chain\":[\"PASS\",20,31],\"frags\"");
}
END_TEST

static Suite *components_suite(void)
{
	Suite *s = suite_create("components");

	unit_add(s, "text", A3_14_actions);
	return s;
}

int main(void)
{
	return unit_main(components_suite(), NULL);
}
