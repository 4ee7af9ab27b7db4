/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Chains on a device (A3.14) while each call to the kernel fails in turn: one chain runs, and the
 * pins say which.
 */
#include "lib/load/kernel.h"
#include "selftests/unit/pinned_chain.h"

#include <stdlib.h>

/* The kernel, but for one call: it isn't made, or it is and nobody hears of it. */
struct faulty {
	int countdown;
	int n_handles;
	bool late;
};

static bool fails(void *user)
{
	struct faulty *f = user;

	return f->countdown && !--f->countdown;
}

/* A call, or what comes of it when it is its turn to fail. */
#define MAKE(user, call) (!fails(user) ? (call) : !((struct faulty *)(user))->late ? -EIO :      \
							((call), -EIO))

static bool gives_handle(int cmd)
{
	return cmd == BPF_MAP_CREATE || cmd == BPF_PROG_LOAD || cmd == BPF_BTF_LOAD ||
	       cmd == BPF_OBJ_GET || cmd == BPF_LINK_CREATE;
}

static int faulty_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	struct faulty *f = user;
	bool fault = fails(user);
	int ret = fault && !f->late ? -EIO : load_kernel_ops.bpf(NULL, cmd, attr, size);

	if (fault && ret >= 0 && gives_handle(cmd))
		load_kernel_ops.close(NULL, ret);
	if (fault)
		return -EIO;
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
	return MAKE(user, load_kernel_netlink(NULL, request, size, reply, reply_size));
}

static int faulty_mkdir(void *user, const char *path)
{
	return MAKE(user, load_kernel_mkdir(NULL, path));
}

static int faulty_rmdir(void *user, const char *path)
{
	return MAKE(user, load_kernel_rmdir(NULL, path));
}

static int faulty_unpin(void *user, const char *path)
{
	return MAKE(user, load_kernel_ops.unpin(NULL, path));
}

static int faulty_rename(void *user, const char *from, const char *to)
{
	return MAKE(user, load_kernel_rename(NULL, from, to));
}

static int faulty_list(void *user, const char *dir, int (*each)(void *arg, const char *name),
		       void *arg)
{
	return MAKE(user, load_kernel_list(NULL, dir, each, arg));
}

static int faulty_lock(void *user, const char *dir)
{
	struct faulty *f = user;
	int ret = fails(user) ? -EIO : load_kernel_lock(NULL, dir);

	f->n_handles += ret >= 0;
	return ret;
}

static struct load_port faulty_port(struct bed *b, struct weld_target_ops *ops, struct faulty *f)
{
	*ops = load_kernel_ops;
	ops->bpf = faulty_bpf;
	ops->close = faulty_close;
	ops->netlink = faulty_netlink;
	ops->mkdir = faulty_mkdir;
	ops->rmdir = faulty_rmdir;
	ops->unpin = faulty_unpin;
	ops->rename = faulty_rename;
	ops->list = faulty_list;
	ops->lock = faulty_lock;
	return (struct load_port){ &b->diag, { ops, f } };
}

/* What is installed over what, and where. */
struct fault_case {
	struct load_place at;
	const struct obj *first, *second;
	const char *kept;	/* a map of both, which counts runs */
	bool no_link, over, late;
};

/* One installation, the n-th call failing; false when there were fewer calls. */
static bool fail_at(struct bed *b, const struct fault_case *t, int nth)
{
	struct faulty f = { .countdown = nth, .late = t->late };
	struct weld_target_ops ops;
	struct load_port port = faulty_port(b, &ops, &f);
	u32 before = bed_attached(b, &t->at), after;
	struct load_chain c;
	int err;

	b->last_code = 0;
	err = pinned_install_at(&port, &t->at, t->second, "second", t->no_link);
	ck_assert_msg(f.n_handles == 0, "call %d: %d handles are left", nth, f.n_handles);
	ck_assert_msg(!err || b->last_code, "call %d: %d without a word", nth, err);
	/* Whatever happened, one of the two runs, and the pins say which. */
	after = bed_attached(b, &t->at);
	ck_assert(!t->over || after);
	c = pinned_open_at(b, &t->at);
	ck_assert_msg(c.exists == (after != 0), "call %d", nth);
	ck_assert_msg(!after || (c.runs && c.prog_id == after), "call %d", nth);
	if (after)
		ck_assert_int_eq(memcmp(c.state.data, after == before ? "first" : "second", 5), 0);
	if (after && t->kept)
		ck_assert_uint_eq(pinned_count(b, &c, t->kept, 0), (u64)t->over);
	load_chain_close(&c);
	pinned_remove_at(b, &t->at);
	return f.countdown == 0;
}

static void fail_each(struct bed *b, const struct fault_case *t)
{
	struct load_chain c;
	bool failed = true;
	int nth;

	for (nth = 1; failed && nth < 500; nth++) {
		if (t->over) {
			ck_assert_int_eq(pinned_install_at(&b->port, &t->at, t->first, "first",
						    t->no_link), 0);
			c = pinned_open_at(b, &t->at);
			pinned_run_once(b, &c);
			load_chain_close(&c);
		}
		failed = fail_at(b, t, nth);
	}
	ck_assert_int_gt(nth, 20);
	ck_assert_int_lt(nth, 500);
}

static void fail_in_each_way(struct bed *b, struct fault_case t)
{
	for (int i = 0; i < 8; i++) {
		t.no_link = i & 1;
		t.over = i & 2;
		t.late = i & 4;
		fail_each(b, &t);
	}
}

START_TEST(A3_14_each_call_fails_in_turn)
{
	struct fault_case t = { .kept = "a__counters" };
	struct bed b;

	PINNED_NEEDS(&b);
	t.at = pinned_place(&b, LOAD_HOOK_XDP);
	t.first = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	t.second = pinned_chain("a=mapping_dummy", "b=mapping_drop");
	fail_in_each_way(&b, t);
	obj_free((struct obj *)t.first);
	obj_free((struct obj *)t.second);
}
END_TEST

START_TEST(A3_14_each_call_fails_in_turn_on_tc)
{
	struct fault_case t = { 0 };
	struct bed b;

	PINNED_NEEDS(&b);
	t.at = pinned_place(&b, LOAD_HOOK_TC_INGRESS);
	t.first = t.second = pinned_tc_chain();
	fail_in_each_way(&b, t);
	obj_free((struct obj *)t.first);
}
END_TEST

static Suite *chain_fault_suite(void)
{
	Suite *s = suite_create("chain_fault");

	unit_add(s, "faults", A3_14_each_call_fails_in_turn, A3_14_each_call_fails_in_turn_on_tc);
	return s;
}

int main(void)
{
	return unit_main(chain_fault_suite(), NULL);
}
