/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Rows of docs/linking.md that show in what a program computes: externs that look like the
 * kernel's, externs that are left, ids of types. Where our own loader can't say (.kconfig, .ksyms,
 * CO-RE), libbpf is asked as a peer.
 */
#include "selftests/unit/linking.h"
#include "selftests/unit/peer.h"
#include "selftests/unit/running.h"

#include <stdlib.h>

#define NEEDS(stem) RUNNING_NEEDS(linking_has(stem))

static struct obj *link_two(const char *a, const char *b, bool swap)
{
	return linking_of(NULL, (const char *const[]){ swap ? b : a, swap ? a : b, NULL });
}

/* A DATASEC by name, 0 without one. */
static u32 datasec(const struct obj *o, const char *name)
{
	return btf_find(o->btf, name, BTF_KIND_DATASEC);
}

/* --- externs of the kernel's look ----------------------------------------------------------- */

/* L05, L20: the definition answers, no trace of .ksyms is left, and the BTF is taken. */
START_TEST(L05_ksyms_that_are_defined)
{
	NEEDS("link_ksym.1");
	for (int i = 0; i < 4; i++) {
		struct obj *o = link_two("link_ksym.1", "link_ksym.2", i % 2);
		struct running r;

		ck_assert_uint_eq(datasec(o, ".ksyms"), 0);
		ck_assert_uint_eq(o->externs.n, 0);
		running_start(&r, o, i >= 2);
		ck_assert_uint_eq(running_run(&r, "ksym_main"), 1115);
		running_stop(&r);
		obj_free(o);
	}
}
END_TEST

static struct peer *load_in_peer(const struct obj *o)
{
	struct sbuf bytes = linking_bytes(o);
	struct peer *p = NULL;

	ck_assert_int_eq(peer_load(bytes.data, bytes.size, &p), 0);
	sbuf_free(&bytes);
	return p;
}

static u32 run_in_peer(struct peer *p, const char *prog)
{
	u32 ret = 0;

	ck_assert_int_eq(peer_run_packet(p, prog, &ret), 0);
	return ret;
}

static bool is_weak(const struct obj *o, const char *name)
{
	u32 n = 0, weak = 0;

	for (u32 i = 0; i < o->externs.n; i++)
		if (!strcmp(obj_sym(o, o->externs.v[i].sym)->name, name)) {
			n++;
			weak += o->externs.v[i].weak;
		}
	ck_assert_msg(n == 1, "%s: %u externs", name, n);
	return weak;
}

static void check_kernel_externs(const struct obj *o)
{
	static const char *const strong[] = { "LINUX_KERNEL_VERSION", "CONFIG_BPF_SYSCALL",
					      "bpf_map_put", "bpf_rcu_read_lock",
					      "bpf_rcu_read_unlock" };
	static const char *const weak[] = { "CONFIG_NO_SUCH_OPTION", "no_such_symbol",
					    "no_such_kfunc" };

	for (size_t i = 0; i < ARRAY_SIZE(strong); i++)
		ck_assert_msg(!is_weak(o, strong[i]), "%s", strong[i]);
	for (size_t i = 0; i < ARRAY_SIZE(weak); i++)
		ck_assert_msg(is_weak(o, weak[i]), "%s", weak[i]);
	ck_assert_uint_eq(btf_vlen(btf_type(o->btf, datasec(o, ".kconfig"))), 3);
	ck_assert_uint_eq(btf_vlen(btf_type(o->btf, datasec(o, ".ksyms"))), 5);
}

/* L19: each once, strong beats weak in either order; those that are defined (L20) go from among
 * those that are left. */
START_TEST(L19_externs_of_the_kernel_merge)
{
	NEEDS("link_kernel.1");
	for (int swap = 0; swap < 2; swap++) {
		struct obj *o = linking_of(NULL, (const char *const[]){
			swap ? "link_kernel.2" : "link_kernel.1", "link_ksym.1",
			swap ? "link_kernel.1" : "link_kernel.2", "link_ksym.2", NULL });
		struct peer *p = load_in_peer(o);

		check_kernel_externs(o);
		ck_assert_uint_eq(run_in_peer(p, "kernel_1"), 12);
		ck_assert_uint_eq(run_in_peer(p, "kernel_2"), 22);
		ck_assert_uint_eq(run_in_peer(p, "ksym_main"), 1115);
		peer_close(p);
		obj_free(o);
	}
}
END_TEST

/* --- externs that are left ------------------------------------------------------------------ */

static void check_maybe(const struct obj *o, u32 want, u32 jump)
{
	for (int k = 0; k < 2; k++) {
		struct running r;

		running_start(&r, o, k);
		ck_assert_uint_eq(running_run(&r, "maybe_main"), want);
		ck_assert_uint_eq(running_run(&r, "maybe_jump"), jump);
		running_stop(&r);
	}
}

/* A call that nothing guards: the kernel refuses the program, the runtime stops it. */
static void check_poisoned(const struct obj *o)
{
	for (int k = 0; k < 2; k++) {
		struct running r;
		int err = running_try_only(&r, o, k, "maybe_blind");

		if (!err) {
			func_id f = obj_find_func(o, "maybe_blind");
			u8 packet[RUNNING_PACKET] = { 0 };
			struct load_test_run run = { .data_in = packet, .repeat = 1,
						     .data_size_in = sizeof(packet) };

			ck_assert(!k);
			err = load_test_run(r.inst, f, &run);
		}
		ck_assert_int_lt(err, 0);
		running_stop(&r);
	}
}

/* L17: no flag is needed, the address is 0 and a slot is empty, also after another link, and a
 * later link may still find the definition. */
START_TEST(L17_weak_externs_that_nothing_defines)
{
	struct obj *once, *twice, *found;
	struct linking t;

	NEEDS("link_maybe.1");
	once = linking_of(NULL, (const char *const[]){ "link_maybe.1", NULL });
	check_maybe(once, 7, 9);
	check_poisoned(once);
	linking_begin(&t, NULL);
	ck_assert_int_eq(link_add_obj(t.l, "once", once, true, NULL), 0);
	twice = linking_finish(&t, 0);
	linking_end(&t);
	check_maybe(twice, 7, 9);
	check_poisoned(twice);
	obj_free(twice);
	linking_begin(&t, NULL);
	ck_assert_int_eq(link_add_obj(t.l, "once", once, true, NULL), 0);
	linking_add(&t, "link_maybe.2");
	found = linking_finish(&t, 0);
	linking_end(&t);
	check_maybe(found, 321, 8);
	obj_free(found);
	obj_free(once);
}
END_TEST

/* --- ids of types --------------------------------------------------------------------------- */

/* The struct probe whose array has n elements. */
static u32 probe_id(const struct obj *o, u32 n)
{
	const struct btf *b = o->btf;
	u32 id = btf_find(b, "probe", BTF_KIND_STRUCT);

	while (id && btf_array(btf_type(b, btf_members(btf_type(b, id))[0].type))->nelems != n)
		id = btf_find_next(b, id);
	ck_assert_uint_ne(id, 0);
	return id;
}

/* L07: what a program gets from bpf_core_type_id_local is the id in the output's BTF; libbpf
 * compares the immediate with the record and refuses what differs. */
START_TEST(L07_local_type_ids)
{
	NEEDS("link_types.1");
	for (int swap = 0; swap < 2; swap++) {
		struct obj *o = link_two("link_types.1", "link_types.2", swap);
		struct peer *p = load_in_peer(o);

		ck_assert_uint_eq(run_in_peer(p, "types_1") / 2, probe_id(o, 1));
		ck_assert_uint_eq(run_in_peer(p, "types_2") / 2, probe_id(o, 2));
		peer_close(p);
		obj_free(o);
	}
}
END_TEST

static Suite *rows_suite(void)
{
	Suite *s = suite_create("link_rows");

	unit_add(s, "externs", L05_ksyms_that_are_defined, L19_externs_of_the_kernel_merge,
		 L17_weak_externs_that_nothing_defines);
	unit_add(s, "types", L07_local_type_ids);
	return s;
}

int main(void)
{
	return unit_main(rows_suite(), NULL);
}
