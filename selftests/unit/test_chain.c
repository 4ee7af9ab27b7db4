/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Chains on a device (A3.14): installed, found again by another process, exchanged with their maps
 * kept, removed; and each call to the kernel failing in turn, which leaves the one that runs.
 */
#include "lib/load/chain.h"
#include "lib/load/kernel.h"
#include "selftests/unit/bed.h"
#include "selftests/unit/linking.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>
#include <unistd.h>

/* The dispatcher with two components behind it; a and b have a map `counters` each. */
static struct obj *chain_of(const char *a, const char *b)
{
	static struct diag silent = { .error_limit = 1 };
	struct linking t;
	struct obj *o;

	linking_begin(&t, NULL);
	linking_add(&t, "mapping_dispatcher");
	linking_add(&t, a);
	linking_add(&t, b);
	ck_assert_int_eq(link_set_private(t.l, "a"), 0);
	ck_assert_int_eq(link_set_private(t.l, "b"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog1", "a:xdp_main"), 0);
	ck_assert_int_eq(link_map_extern(t.l, "prog2", "b:xdp_main"), 0);
	o = linking_finish(&t, 0);
	linking_end(&t);
	o->diag = &silent;
	return o;
}

static struct load_place place(const struct bed *b, enum load_hook hook)
{
	return (struct load_place){ .hook = hook, .ifindex = b->ifindex };
}

static struct load_chain open_chain(struct bed *b)
{
	struct load_place at = place(b, LOAD_HOOK_XDP);
	struct load_chain c;

	ck_assert_msg(!load_chain_open(&b->port, bed_bpffs, &at, &c), "%s", b->last_text);
	return c;
}

static bool keep_a(void *user, const char *map)
{
	(void)user;
	return !strncmp(map, "a__", 3);
}

static int install(struct bed *b, const struct obj *o, const char *state, bool no_link)
{
	struct load_chain c = open_chain(b);
	struct load_chain_new n = { .obj = o, .entry = "xdp_dispatcher", .state = span_str(state),
				    .no_link = no_link, .keep = keep_a };
	int err = load_chain_install(&c, &n, NULL);

	load_chain_close(&c);
	return err;
}

/* A 64-bit value of one of the chain's maps. */
static u64 count(struct bed *b, struct load_chain *c, const char *map, u32 key)
{
	union bpf_attr attr = { 0 };
	int fd = load_chain_map(c, map);
	u64 value = 0;

	ck_assert_msg(fd >= 0, "%s", map);
	attr.map_fd = (u32)fd;
	attr.key = (uintptr_t)&key;
	attr.value = (uintptr_t)&value;
	load_ask(&b->port, BPF_MAP_LOOKUP_ELEM, &attr);
	close(fd);
	return value;
}

static void run_once(struct bed *b, struct load_chain *c)
{
	u8 packet[64] = { 0 };
	union bpf_attr attr = { 0 };

	packet[12] = 8;
	attr.test.prog_fd = (u32)c->prog;
	attr.test.data_in = (uintptr_t)packet;
	attr.test.data_size_in = sizeof(packet);
	ck_assert_int_eq(load_ask(&b->port, BPF_PROG_TEST_RUN, &attr), 0);
}

static void check_runs(struct bed *b, const char *state)
{
	struct load_chain c = open_chain(b);

	ck_assert(c.exists && c.runs);
	ck_assert_uint_eq(c.state.size, strlen(state));
	ck_assert_int_eq(memcmp(c.state.data, state, strlen(state)), 0);
	load_chain_close(&c);
}

#define NEEDS(bed)                                              \
	do {                                                    \
		const char *why_ = bed_make_with_bpffs(bed);    \
								\
		if (!why_ && !linking_has("mapping_drop"))      \
			why_ = "needs clang-19";                \
		if (why_)                                       \
			unit_skip("%s", why_);                  \
	} while (0)

static void exchange_keeping(struct bed *b, bool no_link)
{
	struct obj *first = chain_of("a=mapping_dummy", "b=mapping_pass");
	struct obj *second = chain_of("a=mapping_dummy", "b=mapping_drop");
	struct load_place at = place(b, LOAD_HOOK_XDP);
	struct load_chain c;
	u32 id;

	ck_assert_msg(!install(b, first, "one", no_link), "%s", b->last_text);
	check_runs(b, "one");
	c = open_chain(b);
	ck_assert_int_eq(c.link < 0, no_link);
	run_once(b, &c);
	run_once(b, &c);
	ck_assert_uint_eq(count(b, &c, "a__counters", 0), 2);
	ck_assert_uint_eq(count(b, &c, "b__counters", 0), 2);
	id = c.prog_id;
	load_chain_close(&c);

	ck_assert_msg(!install(b, second, "two!", no_link), "%s", b->last_text);
	check_runs(b, "two!");
	c = open_chain(b);
	ck_assert_uint_ne(c.prog_id, id);
	ck_assert_uint_eq(bed_attached(b, &at), c.prog_id);
	run_once(b, &c);
	/* a stayed, with what it had counted; b is another one. */
	ck_assert_uint_eq(count(b, &c, "a__counters", 0), 3);
	ck_assert_uint_eq(count(b, &c, "b__counters", 0), 1);
	ck_assert_int_eq(load_chain_remove(&c), 0);
	load_chain_close(&c);
	ck_assert_uint_eq(bed_attached(b, &at), 0);
	c = open_chain(b);
	ck_assert(!c.exists && !c.runs);
	load_chain_close(&c);
	obj_free(first);
	obj_free(second);
}

START_TEST(A3_14_maps_outlive_an_exchange)
{
	struct bed b;

	NEEDS(&b);
	exchange_keeping(&b, false);
	exchange_keeping(&b, true);
}
END_TEST

START_TEST(A3_14_without_a_bpffs)
{
	struct load_place at;
	struct load_chain c;
	struct bed b;

	NEEDS(&b);
	at = place(&b, LOAD_HOOK_XDP);
	ck_assert_int_eq(load_chain_open(&b.port, "/proc", &at, &c), -ENOENT);
	ck_assert_int_eq(b.last_code, DIAG_LOAD_CHAIN_FILE);
}
END_TEST

START_TEST(A3_14_a_device_that_went_away)
{
	struct obj *o;
	struct load_chain c;
	struct bed b;

	NEEDS(&b);
	o = chain_of("a=mapping_dummy", "b=mapping_pass");
	ck_assert_int_eq(install(&b, o, "one", false), 0);
	ck_assert_int_eq(system("ip link del one"), 0);
	c = open_chain(&b);
	ck_assert(c.exists && !c.runs);
	ck_assert_int_eq(load_chain_remove(&c), 0);
	load_chain_close(&c);
	c = open_chain(&b);
	ck_assert(!c.exists);
	load_chain_close(&c);
	obj_free(o);
}
END_TEST

/* --- each call fails in turn ------------------------------------------------------------- */

/* The kernel, but for one call. */
struct faulty {
	int countdown;
	int n_handles;
};

static bool fails(void *user)
{
	struct faulty *f = user;

	return f->countdown && !--f->countdown;
}

static bool gives_handle(int cmd)
{
	return cmd == BPF_MAP_CREATE || cmd == BPF_PROG_LOAD || cmd == BPF_BTF_LOAD ||
	       cmd == BPF_OBJ_GET || cmd == BPF_LINK_CREATE;
}

static int faulty_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	struct faulty *f = user;
	int ret = fails(user) ? -EIO : load_kernel_ops.bpf(NULL, cmd, attr, size);

	f->n_handles += ret >= 0 && gives_handle(cmd);
	return ret;
}

static int faulty_close(void *user, int handle)
{
	((struct faulty *)user)->n_handles--;
	return load_kernel_ops.close(NULL, handle);
}

static int faulty_netlink(void *user, const void *request, size_t size, void *reply,
			  size_t *reply_size)
{
	return fails(user) ? -EIO : load_kernel_netlink(NULL, request, size, reply, reply_size);
}

static int faulty_mkdir(void *user, const char *path)
{
	return fails(user) ? -EIO : load_kernel_mkdir(NULL, path);
}

static int faulty_rename(void *user, const char *from, const char *to)
{
	return fails(user) ? -EIO : load_kernel_rename(NULL, from, to);
}

static int faulty_list(void *user, const char *dir, int (*each)(void *arg, const char *name),
		       void *arg)
{
	return fails(user) ? -EIO : load_kernel_list(NULL, dir, each, arg);
}

static int faulty_lock(void *user, const char *dir)
{
	struct faulty *f = user;
	int ret = fails(user) ? -EIO : load_kernel_lock(NULL, dir);

	f->n_handles += ret >= 0;
	return ret;
}

/* One installation over another, the n-th call failing; false when there were fewer calls. */
static bool fail_at(struct bed *b, const struct obj *o, int nth, bool over)
{
	struct weld_target_ops ops = load_kernel_ops;
	struct faulty f = { .countdown = nth };
	struct load_place at = place(b, LOAD_HOOK_XDP);
	struct load_chain_new n = { .obj = o, .entry = "xdp_dispatcher",
				    .state = span_str("second"), .keep = keep_a };
	struct load_port port = { &b->diag, { &ops, &f } };
	u32 before = bed_attached(b, &at), after;
	struct load_chain c;
	int err;

	ops.bpf = faulty_bpf;
	ops.close = faulty_close;
	ops.netlink = faulty_netlink;
	ops.mkdir = faulty_mkdir;
	ops.rename = faulty_rename;
	ops.list = faulty_list;
	ops.lock = faulty_lock;
	b->last_code = 0;
	err = load_chain_open(&port, bed_bpffs, &at, &c);
	if (!err) {
		err = load_chain_install(&c, &n, NULL);
		load_chain_close(&c);
	}
	ck_assert_msg(f.n_handles == 0, "call %d: %d handles are left", nth, f.n_handles);
	ck_assert_msg(!err || b->last_code, "call %d: %d without a word", nth, err);
	/* Whatever happened, one of the two runs, and the pins say which. */
	after = bed_attached(b, &at);
	ck_assert(!over || after);
	c = open_chain(b);
	ck_assert_msg(c.exists == (after != 0), "call %d", nth);
	ck_assert_msg(!after || (c.runs && c.prog_id == after), "call %d", nth);
	if (after)
		ck_assert_int_eq(memcmp(c.state.data, after == before ? "first" : "second", 5), 0);
	if (after)
		ck_assert_uint_eq(count(b, &c, "a__counters", 0), (u64)over);
	ck_assert_int_eq(load_chain_remove(&c), 0);
	load_chain_close(&c);
	return f.countdown == 0;
}

static void fail_each(struct bed *b, bool over)
{
	struct obj *first = chain_of("a=mapping_dummy", "b=mapping_pass");
	struct obj *second = chain_of("a=mapping_dummy", "b=mapping_drop");
	struct load_chain c;
	bool failed = true;
	int nth;

	for (nth = 1; failed && nth < 500; nth++) {
		if (over) {
			ck_assert_int_eq(install(b, first, "first", false), 0);
			c = open_chain(b);
			run_once(b, &c);
			load_chain_close(&c);
		}
		failed = fail_at(b, second, nth, over);
	}
	ck_assert_int_gt(nth, 20);
	ck_assert_int_lt(nth, 500);
	obj_free(first);
	obj_free(second);
}

START_TEST(A3_14_each_call_fails_in_turn)
{
	struct bed b;

	NEEDS(&b);
	fail_each(&b, false);
	fail_each(&b, true);
}
END_TEST

static Suite *chain_suite(void)
{
	Suite *s = suite_create("chain");

	unit_add(s, "chain", A3_14_maps_outlive_an_exchange, A3_14_without_a_bpffs,
		 A3_14_a_device_that_went_away);
	unit_add(s, "faults", A3_14_each_call_fails_in_turn);
	return s;
}

int main(void)
{
	return unit_main(chain_suite(), NULL);
}
