/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * L33: tables of kernel operations whose callbacks are in other objects, in every order. Our own
 * loader doesn't load these, so libbpf does, as a peer; the callbacks run in the kernel.
 */
#include "selftests/unit/linking.h"
#include "selftests/unit/peer.h"
#include "selftests/unit/unit.h"

#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

static const u8 orders[][3] = {
	{ 1, 2, 3 }, { 1, 3, 2 }, { 2, 1, 3 }, { 2, 3, 1 }, { 3, 1, 2 }, { 3, 2, 1 },
};

/* The three sides in one of the orders. */
static struct sbuf link_order(const u8 *order, const struct link_opts *opts)
{
	char names[3][32];
	struct sbuf bytes;
	struct obj *o;

	for (int i = 0; i < 3; i++)
		snprintf(names[i], sizeof(names[i]), "link_struct_ops.%d", order[i]);
	o = linking_of(opts, (const char *const[]){ names[0], names[1], names[2], NULL });
	bytes = linking_bytes(o);
	obj_free(o);
	return bytes;
}

static bool is_available(const char *algorithm)
{
	FILE *f = fopen("/proc/sys/net/ipv4/tcp_available_congestion_control", "r");
	char line[1024] = "";
	bool found = f && fgets(line, sizeof(line), f) && strstr(line, algorithm);

	if (f)
		fclose(f);
	return found;
}

static void check_callbacks(const struct sbuf *bytes)
{
	struct {
		int val;
	} state = { 5 };
	u64 one[] = { (u64)(uintptr_t)&state }, two[] = { one[0], 1, 2, 3, 4 };
	struct peer *p;
	u32 ret = 0;

	ck_assert_int_eq(peer_load(bytes->data, bytes->size, &p), 0);
	ck_assert_int_eq(peer_run_ops(p, "dummy_one", one, 1, &ret), 0);
	ck_assert_uint_eq(ret, 15);
	ck_assert_int_eq(state.val, 15);
	ck_assert_int_eq(peer_run_ops(p, "dummy_two", two, 5, &ret), 0);
	ck_assert_uint_eq(ret, 1010);
	ck_assert(!is_available("weld_calm"));
	ck_assert_int_eq(peer_attach_ops(p, "calm"), 0);
	ck_assert(is_available("weld_calm"));
	peer_close(p);
}

START_TEST(L33_callbacks_of_other_objects)
{
	static const struct link_opts gc = { .gc = true };

	if (!linking_has("link_struct_ops.1"))
		unit_skip("needs clang-19");
	if (geteuid())
		unit_skip("bpf(2) may not be used here");
	if (unshare(CLONE_NEWNET))
		unit_skip("no network namespace can be made here");
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++)
		for (int swept = 0; swept < 2; swept++) {
			struct sbuf bytes = link_order(orders[i], swept ? &gc : NULL);

			check_callbacks(&bytes);
			sbuf_free(&bytes);
		}
}
END_TEST

static Suite *struct_ops_suite(void)
{
	Suite *s = suite_create("link_struct_ops");

	unit_add(s, "tables", L33_callbacks_of_other_objects);
	return s;
}

int main(void)
{
	return unit_main(struct_ops_suite(), NULL);
}
