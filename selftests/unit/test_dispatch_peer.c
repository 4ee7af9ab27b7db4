/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The dispatcher against libxdp (A3.15): the same files, the same priorities, chain-call actions
 * and, in freplace mode, bytes of the configuration.
 *
 * libxdp shows its configuration to nobody but the kernel, so the test stands in between: what it
 * writes into a map of that size is taken down. It attaches to a veth in a network namespace of
 * the test's own, where a kernel without freplace refuses after the map was filled.
 */
#include "selftests/unit/unit.h"

#include <bpfweld/bpfweld.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xdp/libxdp.h>
#include <xdp/prog_dispatcher.h>

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

/* --- what libxdp writes -------------------------------------------------------------------- */

static struct {
	int map_fd; /* of the last array whose value has the size of a configuration */
	int n;
	struct xdp_dispatcher_config config;
} written;

static void listen_in(int cmd, const union bpf_attr *attr, long ret)
{
	if (cmd == BPF_MAP_CREATE && attr->map_type == BPF_MAP_TYPE_ARRAY &&
	    attr->value_size == sizeof(written.config))
		written.map_fd = (int)ret;
	if (cmd == BPF_MAP_UPDATE_ELEM && (int)attr->map_fd == written.map_fd) {
		const struct xdp_dispatcher_config *c = (void *)(uintptr_t)attr->value;

		/* It also tries out whether a dispatcher with nothing in it can be loaded. */
		if (c->magic != XDP_DISPATCHER_MAGIC || !c->num_progs_enabled)
			return;
		written.config = *c;
		written.n++;
	}
}

/*
 * libxdp first tries out whether the kernel can replace functions, and writes no configuration
 * where it can't. So it is told that it could: programs that replace a function are loaded as what
 * they replace, and their links are descriptors of those, so that they can be pinned.
 */
static long pretend(long (*real)(long, ...), int cmd, union bpf_attr *attr, long size)
{
	union bpf_attr copy = { 0 };

	if (cmd == BPF_LINK_CREATE)
		return dup((int)attr->link_create.prog_fd);
	if (cmd == BPF_RAW_TRACEPOINT_OPEN)
		return dup((int)attr->raw_tracepoint.prog_fd);
	memcpy(&copy, attr, (size_t)size < sizeof(copy) ? (size_t)size : sizeof(copy));
	copy.prog_type = BPF_PROG_TYPE_XDP;
	copy.expected_attach_type = 0;
	copy.attach_btf_id = 0;
	copy.attach_prog_fd = 0;
	return real(SYS_bpf, cmd, &copy, (long)sizeof(copy));
}

static int is_about_ext(int cmd, const union bpf_attr *attr)
{
	return cmd == BPF_LINK_CREATE || cmd == BPF_RAW_TRACEPOINT_OPEN ||
	       (cmd == BPF_PROG_LOAD && attr->prog_type == BPF_PROG_TYPE_EXT);
}

/* libbpf calls bpf(2) by number; the dynamic linker finds this function first. */
__attribute__((visibility("default"))) long syscall(long number, ...)
{
	long (*real)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
	long a[6], ret;
	va_list ap;

	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_bpf && is_about_ext((int)a[0], (const union bpf_attr *)a[1]))
		return pretend(real, (int)a[0], (union bpf_attr *)a[1], a[2]);
	ret = real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
	if (number == SYS_bpf)
		listen_in((int)a[0], (const union bpf_attr *)a[1], ret);
	return ret;
}

/* --- run configs --------------------------------------------------------------------------- */

/* What we say of the only program of a file. */
static int ours(const char *path, struct weld_component *c, struct weld_dispatcher **d,
		struct weld_ctx **ctx)
{
	ck_assert_int_eq(weld_ctx__new(NULL, ctx), 0);
	ck_assert_int_eq(weld_dispatcher__new(*ctx, NULL, d), 0);
	c->sz = sizeof(*c);
	if (weld_dispatcher__add_file(*d, path, NULL))
		return -1;
	return weld_dispatcher__component(*d, 0, c);
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

/* --- configurations ------------------------------------------------------------------------ */

/* A veth that nothing is attached to; its index, 0 without one. */
static unsigned int new_device(void)
{
	static unsigned int n;
	char cmd[128], name[16];

	snprintf(name, sizeof(name), "peer%u", n++);
	snprintf(cmd, sizeof(cmd), "ip link add %s type veth peer name other%u 2>/dev/null", name,
		 n);
	return system(cmd) ? 0 : if_nametoindex(name);
}

/* A network and a bpffs that nobody else sees; NULL, or why not. */
static const char *own_world(void)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS))
		return "needs namespaces of its own";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("bpffs", "/sys/fs/bpf", "bpf", 0, NULL))
		return "needs a bpffs of its own";
	return new_device() ? NULL : "needs a veth";
}

/* Let libxdp attach these files; it may fail, but not before the configuration was written. */
static void attach_theirs(char paths[][256], size_t n)
{
	struct xdp_program *progs[MAX_DISPATCHER_ACTIONS];

	written.n = 0;
	written.map_fd = -1;
	for (size_t i = 0; i < n; i++) {
		progs[i] = xdp_program__open_file(paths[i], NULL, NULL);
		ck_assert(!libxdp_get_error(progs[i]));
		/* libxdp 1.3 has to be told what the section's name says. */
		if (strstr(paths[i], "choice.5"))
			ck_assert_int_eq(xdp_program__set_xdp_frags_support(progs[i], true), 0);
	}
	xdp_program__attach_multi(progs, n, (int)new_device(), XDP_MODE_SKB, 0);
	for (size_t i = 0; i < n; i++)
		xdp_program__close(progs[i]);
}

/* Ours, out of the object that is built. */
static void build_ours(char paths[][256], size_t n, unsigned char *config, size_t size)
{
	WELD_OPTS(weld_dispatcher_opts, opts, .mode = WELD_DISPATCH_FREPLACE);
	struct weld_instance *inst;
	struct weld_dispatcher *d;
	struct weld_object *obj;
	struct weld_runtime *rt;
	struct weld_target target;
	struct weld_ctx *ctx;
	uint32_t key = 0;

	ck_assert_int_eq(weld_ctx__new(NULL, &ctx), 0);
	ck_assert_int_eq(weld_dispatcher__new(ctx, &opts, &d), 0);
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(weld_dispatcher__add_file(d, paths[i], NULL), 0);
	ck_assert_int_eq(weld_dispatcher__build(d, &obj), 0);
	ck_assert_int_eq(weld_runtime__new(ctx, NULL, &rt), 0);
	ck_assert_int_eq(weld_runtime__target(rt, &target), 0);
	ck_assert_int_eq(weld_object__load(obj, &target, NULL, &inst), 0);
	{
		uint32_t key_size, value_size;

		ck_assert_int_eq(weld_instance__map_sizes(inst, ".rodata", &key_size,
							  &value_size), 0);
		ck_assert_uint_eq(value_size, size);
	}
	ck_assert_int_eq(weld_instance__map_lookup(inst, ".rodata", &key, config), 0);
	weld_instance__close(inst);
	weld_runtime__free(rt);
	weld_object__close(obj);
	weld_dispatcher__free(d);
	weld_ctx__free(ctx);
}

static void compare_configs(const char *const *stems, size_t n)
{
	char paths[MAX_DISPATCHER_ACTIONS][256];
	unsigned char config[128] = { 0 };
	const unsigned char *theirs = (const unsigned char *)&written.config;

	for (size_t i = 0; i < n; i++)
		snprintf(paths[i], sizeof(paths[i]), "%s/%s.o", PROGS_DIR, stems[i]);
	attach_theirs(paths, n);
	ck_assert_int_gt(written.n, 0);
	ck_assert_uint_eq(theirs[0], XDP_DISPATCHER_MAGIC);
	build_ours(paths, n, config, sizeof(config));
	/* Version 3 has a byte more at its end, which is 0: not bound to a device. */
	ck_assert_uint_eq(config[1], 3);
	config[1] = theirs[1];
	for (size_t i = 0; i < sizeof(written.config); i++)
		ck_assert_msg(config[i] == theirs[i], "byte %zu: %u, libxdp %u", i, config[i],
			      theirs[i]);
	for (size_t i = sizeof(written.config); i < sizeof(config); i++)
		ck_assert_uint_eq(config[i], 0);
}

START_TEST(config_bytes)
{
	static const char *const stems[] = {
		"dispatch_order.1", "dispatch_order.2", "dispatch_order.3", "dispatch_order.4",
		"dispatch_order.5", "dispatch_choice.5", "dispatch_order.1", "dispatch_order.3",
		"dispatch_order.5", "dispatch_order.2",
	};
	static const char *const with_frags[] = { "dispatch_choice.5", "dispatch_choice.5" };
	const char *why;

	if (!CONFIG_RUNTIME)
		unit_skip("this build has no runtime");
	libbpf_set_print(silent);
	libxdp_set_print(silent_xdp);
	if (access(PROGS_DIR "/dispatch_order.1.o", R_OK))
		unit_skip("needs clang-19");
	why = own_world();
	if (why)
		unit_skip("%s", why);
	for (size_t n = 1; n <= 10; n++)
		compare_configs(stems, n);
	compare_configs(with_frags, 1);
	compare_configs(with_frags, 2);
}
END_TEST

static Suite *peer_suite(void)
{
	Suite *s = suite_create("dispatch_peer");

	unit_add(s, "run_config", run_config);
	unit_add(s, "config", config_bytes);
	return s;
}

int main(void)
{
	return unit_main(peer_suite(), NULL);
}
