/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Chains through the public functions (A3.14), where the kernel refuses to say what is there. */
#include "selftests/unit/unit.h"

#include <bpfweld/bpfweld.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "uapi/bpf.h"

static const char fw[] = PROGS_DIR "/chain_firewall.o";
static const char bpffs[] = "/tmp/bpfweld-test-bpffs";

static void sink(void *user, const struct weld_diag *d)
{
	if (d->severity == WELD_ERROR)
		*(int *)user = d->code;
}

/* Namespaces with a device `one`; NULL, or why not. */
static const char *own_world(void)
{
	if (geteuid() || unshare(CLONE_NEWNET | CLONE_NEWNS))
		return "needs root, and namespaces of its own";
	if (system("ip link add one type veth peer name two && ip link set one up"))
		return "needs ip(8) and veth";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return "needs mounts of its own";
	mkdir(bpffs, 0700);
	return mount("bpf", bpffs, "bpf", 0, NULL) ? "a bpffs can't be mounted here" : NULL;
}

/* The kernel; while *broken, no state can be read. */
struct moody {
	struct weld_target kernel;
	struct weld_target_ops ops;
	bool broken;
};

static int moody_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	const struct moody *m = user;
	const char *path = (const char *)(uintptr_t)attr->pathname;

	if (m->broken && cmd == BPF_OBJ_GET && strstr(path, "/state"))
		return -EACCES;
	return m->kernel.ops->bpf(m->kernel.user, cmd, attr, size);
}

struct world {
	struct moody kernel;
	struct weld_target target;
	struct weld_ctx *ctx;
	struct weld_chain *chain;
	int said;
};

/* A chain that is opened, in a world of its own; NULL, or why not. The kernel's own user is NULL,
 * so that of the other operations may be anything. */
static const char *begin(struct world *w)
{
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = sink, .diag_user = &w->said);
	WELD_OPTS(weld_chain_opts, o, .bpffs = bpffs);
	const char *why = access(fw, F_OK) ? "needs clang-19" : own_world();

	memset(w, 0, sizeof(*w));
	if (!why && weld_target__kernel(&w->kernel.kernel))
		why = "built without the kernel";
	if (why)
		return why;
	w->kernel.ops = *w->kernel.kernel.ops;
	w->kernel.ops.bpf = moody_bpf;
	w->target = (struct weld_target){ .ops = &w->kernel.ops, .user = &w->kernel };
	ck_assert_int_eq(weld_ctx__new(&opts, &w->ctx), 0);
	ck_assert_int_eq(weld_chain__open(w->ctx, &w->target, "one", &o, &w->chain), 0);
	return NULL;
}

static void end(struct world *w)
{
	weld_chain__close(w->chain);
	weld_ctx__free(w->ctx);
}

static int attach(struct world *w)
{
	WELD_OPTS(weld_dispatcher_opts, opts, .counters = true);
	WELD_OPTS(weld_component_opts, o, .name = "fw");
	struct weld_dispatcher *d;
	int err;

	ck_assert_int_eq(weld_dispatcher__new(w->ctx, &opts, &d), 0);
	ck_assert_int_eq(weld_dispatcher__add_file(d, fw, &o), 0);
	err = weld_chain__attach(w->chain, d);
	weld_dispatcher__free(d);
	return err;
}

static struct weld_chain_info info_of(const struct world *w)
{
	struct weld_chain_info info = { .sz = sizeof(info) };

	ck_assert_int_eq(weld_chain__info(w->chain, &info), 0);
	return info;
}

/* Every call after one that failed to look says what is wrong now, and works once nothing is. */
START_TEST(A3_14_what_is_there_is_looked_for_again)
{
	struct weld_object *obj;
	struct world w;
	const char *why;
	uint32_t id;

	why = begin(&w);
	if (why)
		unit_skip("%s", why);
	ck_assert_int_eq(attach(&w), 0);
	id = info_of(&w).program_id;
	ck_assert(info_of(&w).runs && info_of(&w).n_components == 1);
	ck_assert_int_eq(weld_object__open_file(w.ctx, fw, NULL, &obj), 0);
	for (int i = 0; i < 3; i++) {
		w.kernel.broken = true;
		/* This one goes well, but for the look behind it ... */
		ck_assert_int_eq(weld_chain__replace(w.chain, "fw", obj, NULL), -EACCES);
		ck_assert(!info_of(&w).exists && info_of(&w).n_components == 0);
		/* ... without which nothing else is done. */
		ck_assert_int_eq(attach(&w), -EACCES);
		ck_assert_int_eq(weld_chain__replace(w.chain, "fw", obj, NULL), -EACCES);
		ck_assert_int_eq(weld_chain__detach(w.chain), -EACCES);
		w.kernel.broken = false;
		ck_assert_int_eq(weld_chain__replace(w.chain, "none", obj, NULL), -ENOENT);
		ck_assert(info_of(&w).runs && info_of(&w).n_components == 1);
		ck_assert_uint_ne(info_of(&w).program_id, id);
		id = info_of(&w).program_id;
	}
	weld_object__close(obj);
	ck_assert_int_eq(weld_chain__detach(w.chain), 0);
	ck_assert(!info_of(&w).exists);
	end(&w);
}
END_TEST

/* A map of another shape in the place of the counters: its values would not fit. */
START_TEST(A3_14_counters_of_somebody_else)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4,
				.value_size = 8192, .max_entries = 4 };
	struct weld_dispatch_counters counters;
	struct world w;
	const char *why;
	char path[128];
	int map;

	why = begin(&w);
	if (why)
		unit_skip("%s", why);
	ck_assert_int_eq(attach(&w), 0);
	ck_assert_int_eq(weld_chain__counters(w.chain, 0, &counters), 0);
	map = moody_bpf(&w.kernel, BPF_MAP_CREATE, &attr, sizeof(attr));
	ck_assert_int_ge(map, 0);
	snprintf(path, sizeof(path), "%s/bpfweld/xdp-%u/map-dispatcher_counters", bpffs,
		 info_of(&w).ifindex);
	ck_assert_int_eq(unlink(path), 0);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	attr.bpf_fd = (uint32_t)map;
	ck_assert_int_eq(moody_bpf(&w.kernel, BPF_OBJ_PIN, &attr, sizeof(attr)), 0);
	ck_assert_int_eq(weld_chain__counters(w.chain, 0, &counters), -EINVAL);
	ck_assert_int_eq(w.said, 4068);
	close(map);
	ck_assert_int_eq(weld_chain__detach(w.chain), 0);
	end(&w);
}
END_TEST

static Suite *api_chain_suite(void)
{
	Suite *s = suite_create("api_chain");

	unit_add(s, "chain", A3_14_what_is_there_is_looked_for_again,
		 A3_14_counters_of_somebody_else);
	return s;
}

int main(void)
{
	return unit_main(api_chain_suite(), NULL);
}
