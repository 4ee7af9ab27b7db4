/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The dispatcher against libxdp (A3.15): the same files, the same priorities and chain-call
 * actions. Nothing is attached.
 */
#include "selftests/unit/unit.h"

#include <bpfweld/bpfweld.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>
#include <xdp/libxdp.h>

static int silent(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

static int silent_xdp(enum libxdp_print_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
	return 0;
}

/* What we say of the only program of a file. */
static int ours(const char *path, struct weld_component *c, struct weld_dispatcher **d,
		struct weld_ctx **ctx)
{
	ck_assert_int_eq(weld_ctx__new(NULL, ctx), 0);
	ck_assert_int_eq(weld_dispatcher__new(*ctx, NULL, d), 0);
	c->sz = sizeof(*c);
	return weld_dispatcher__add_file(*d, path, NULL) ? -1 : weld_dispatcher__component(*d, 0, c);
}

static void compare(const char *path)
{
	struct xdp_program *theirs = xdp_program__open_file(path, "xdp", NULL);
	struct weld_component c = { 0 };
	struct weld_dispatcher *d;
	struct weld_ctx *ctx;
	int err = ours(path, &c, &d, &ctx);

	/* What one refuses, the other does, too. */
	ck_assert_msg(!err == !libxdp_get_error(theirs), "%s: %d, libxdp %ld", path, err,
		      libxdp_get_error(theirs));
	if (!err) {
		ck_assert_uint_eq(c.priority, xdp_program__run_prio(theirs));
		ck_assert_str_eq(c.function, xdp_program__name(theirs));
		for (unsigned int code = 0; code < 5; code++)
			ck_assert_msg((c.actions >> code & 1) ==
					      xdp_program__chain_call_enabled(theirs, code),
				      "%s: code %u", path, code);
		xdp_program__close(theirs);
	}
	weld_dispatcher__free(d);
	weld_ctx__free(ctx);
}

START_TEST(run_config)
{
	char path[512];

	libbpf_set_print(silent);
	libxdp_set_print(silent_xdp);
	if (access(PROGS_DIR "/dispatch_order.1.o", R_OK))
		unit_skip("needs clang-19");
	for (int side = 1; side <= 7; side++) {
		snprintf(path, sizeof(path), "%s/dispatch_order.%d.o", PROGS_DIR, side);
		compare(path);
	}
}
END_TEST

static Suite *peer_suite(void)
{
	Suite *s = suite_create("dispatch_peer");

	unit_add(s, "config", run_config);
	return s;
}

int main(void)
{
	return unit_main(peer_suite(), NULL);
}
