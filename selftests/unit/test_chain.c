/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Chains on a device (A3.14): installed, found again by another process, exchanged with their maps
 * kept, removed; pins that are lost, or left by a process that died.
 */
#include "lib/load/chain_int.h"
#include "lib/load/kernel.h"
#include "selftests/unit/pinned_chain.h"

#include <stdlib.h>
#include <unistd.h>

static void exchange_keeping(struct bed *b, bool no_link)
{
	struct obj *first = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	struct obj *second = pinned_chain("a=mapping_dummy", "b=mapping_drop");
	struct load_place at = pinned_place(b, LOAD_HOOK_XDP);
	struct load_chain c;
	u32 id;

	ck_assert_msg(!pinned_install(b, first, "one", no_link), "%s", b->last_text);
	pinned_check_runs(b, "one");
	c = pinned_open(b);
	ck_assert_int_eq(c.link < 0, no_link);
	pinned_run_once(b, &c);
	pinned_run_once(b, &c);
	ck_assert_uint_eq(pinned_count(b, &c, "a__counters", 0), 2);
	ck_assert_uint_eq(pinned_count(b, &c, "b__counters", 0), 2);
	id = c.prog_id;
	load_chain_close(&c);

	ck_assert_msg(!pinned_install(b, second, "two!", no_link), "%s", b->last_text);
	pinned_check_runs(b, "two!");
	c = pinned_open(b);
	ck_assert_uint_ne(c.prog_id, id);
	ck_assert_uint_eq(bed_attached(b, &at), c.prog_id);
	pinned_run_once(b, &c);
	/* a stayed, with what it had counted; b is another one. */
	ck_assert_uint_eq(pinned_count(b, &c, "a__counters", 0), 3);
	ck_assert_uint_eq(pinned_count(b, &c, "b__counters", 0), 1);
	ck_assert_int_eq(load_chain_remove(&c), 0);
	load_chain_close(&c);
	ck_assert_uint_eq(bed_attached(b, &at), 0);
	c = pinned_open(b);
	ck_assert(!c.exists && !c.runs);
	load_chain_close(&c);
	obj_free(first);
	obj_free(second);
}

START_TEST(A3_14_maps_outlive_an_exchange)
{
	struct bed b;

	PINNED_NEEDS(&b);
	exchange_keeping(&b, false);
	exchange_keeping(&b, true);
}
END_TEST

START_TEST(A3_14_without_a_bpffs)
{
	struct load_place at;
	struct load_chain c;
	struct bed b;

	PINNED_NEEDS(&b);
	at = pinned_place(&b, LOAD_HOOK_XDP);
	ck_assert_int_eq(load_chain_open(&b.port, "/proc", &at, &c), -ENOENT);
	ck_assert_int_eq(b.last_code, DIAG_LOAD_CHAIN_FILE);
}
END_TEST

START_TEST(A3_14_a_device_that_went_away)
{
	struct obj *o;
	struct load_chain c;
	struct bed b;

	PINNED_NEEDS(&b);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	ck_assert_int_eq(pinned_install(&b, o, "one", false), 0);
	ck_assert_int_eq(system("ip link del one"), 0);
	c = pinned_open(&b);
	ck_assert(c.exists && !c.runs);
	ck_assert_int_eq(load_chain_remove(&c), 0);
	load_chain_close(&c);
	c = pinned_open(&b);
	ck_assert(!c.exists);
	load_chain_close(&c);
	obj_free(o);
}
END_TEST

START_TEST(each_map_has_a_pin_of_its_own)
{
	static const char *const names[] = {
		".data.fw.bss", ".data.fw_bss", ".data.fw-bss", ".data.fw/bss", ".data.fw%bss",
		".data.fw%2dbss", ".data.fw%2fbss", "_data_fw_bss", "-data-fw-bss", "fw__data",
	};
	struct sbuf pins[ARRAY_SIZE(names)] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ck_assert_int_eq(chain_map_pin(&pins[i], names[i]), 0);
		/* What bpffs doesn't take. */
		ck_assert_ptr_null(strpbrk(sbuf_str(&pins[i]), "./"));
		for (size_t k = 0; k < i; k++)
			ck_assert_str_ne(sbuf_str(&pins[i]), sbuf_str(&pins[k]));
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		sbuf_free(&pins[i]);
}
END_TEST

/* --- by netlink -------------------------------------------------------------------------- */

/* Somebody's tcx program on the device is not ours, and doesn't hide ours. */
START_TEST(A3_14_tc_by_netlink_beside_tcx)
{
	static const enum load_hook hooks[] = { LOAD_HOOK_TC_INGRESS, LOAD_HOOK_TC_EGRESS };
	struct obj *o;
	struct bed b;

	PINNED_NEEDS(&b);
	o = pinned_tc_chain();
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		struct load_place at = pinned_place(&b, hooks[i]);
		struct load_attachment foreign;
		int prog = bed_prog(&b, BPF_PROG_TYPE_SCHED_CLS, -1);

		ck_assert_int_eq(load_attach(&b.port, &at, prog, false, &foreign), 0);
		if (foreign.link < 0)
			unit_skip("needs tcx");
		ck_assert_int_eq(pinned_install_at(&b.port, &at, o, "one", true), 0);
		pinned_check_runs_at(&b, &at, "one");
		ck_assert_int_eq(pinned_install_at(&b.port, &at, o, "two", false), 0);
		pinned_check_runs_at(&b, &at, "two");
		ck_assert_uint_eq(bed_attached(&b, &at), bed_id_of(&b, prog));
		close(foreign.link);
		ck_assert_uint_ne(bed_attached(&b, &at), 0);
		pinned_remove_at(&b, &at);
		close(prog);
	}
	obj_free(o);
}
END_TEST

/* The mode is the program's; whoever exchanges it or takes it off need not know it. */
START_TEST(A3_14_xdp_by_netlink_keeps_its_mode)
{
	static const enum load_xdp_mode modes[] = { LOAD_XDP_GENERIC, LOAD_XDP_NATIVE };
	struct obj *o;
	struct bed b;

	PINNED_NEEDS(&b);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct load_place at = pinned_place(&b, LOAD_HOOK_XDP), any = at;
		struct load_chain c;

		at.mode = modes[i];
		ck_assert_int_eq(pinned_install_at(&b.port, &at, o, "one", true), 0);
		ck_assert_msg(!pinned_install_at(&b.port, &any, o, "two", true), "%s", b.last_text);
		c = pinned_open_at(&b, &any);
		pinned_check_state(&c, "two");
		ck_assert_int_eq(c.mode, modes[i]);
		load_chain_close(&c);
		pinned_remove_at(&b, &any);
	}
	obj_free(o);
}
END_TEST

/* A filter where ours go runs, whoever forgot it: a second chain would run beside it. */
START_TEST(A3_14_tc_by_netlink_without_pins)
{
	struct load_place at;
	struct load_chain c;
	struct obj *o;
	struct bed b;
	u32 id;

	PINNED_NEEDS(&b);
	at = pinned_place(&b, LOAD_HOOK_TC_INGRESS);
	o = pinned_tc_chain();
	ck_assert_int_eq(pinned_install_at(&b.port, &at, o, "one", true), 0);
	id = bed_attached(&b, &at);
	c = pinned_open_at(&b, &at);
	ck_assert_int_eq(chain_drop_all(&c), 0);
	load_chain_close(&c);
	ck_assert_int_eq(pinned_install_at(&b.port, &at, o, "two", false), -EBUSY);
	ck_assert_int_eq(b.last_code, DIAG_LOAD_ATTACH_BUSY);
	ck_assert_uint_eq(bed_attached(&b, &at), id);
	obj_free(o);
}
END_TEST

/* --- pins that are lost ------------------------------------------------------------------ */

static void lose(struct bed *b, const char *pin)
{
	struct load_chain c = pinned_open(b);

	ck_assert_int_eq(chain_unpin(&c, "", pin), 0);
	load_chain_close(&c);
}

/* Nothing that fails then may take the chain away. */
static void fail_to_install(struct bed *b, const struct obj *o)
{
	struct load_place at = pinned_place(b, LOAD_HOOK_XDP);
	struct load_chain_new n = pinned_new(&at, o, "none");
	u32 id = bed_attached(b, &at);
	struct load_chain c = pinned_open(b);

	n.entry = "nowhere";
	ck_assert_int_lt(load_chain_install(&c, &n, NULL), 0);
	load_chain_close(&c);
	ck_assert_uint_ne(id, 0);
	ck_assert_uint_eq(bed_attached(b, &at), id);
}

START_TEST(A3_14_lost_pins)
{
	static const char *const pins[] = { "state", "prog", "map-a__counters" };
	struct load_place at;
	struct load_chain c;
	struct obj *o;
	struct bed b;

	PINNED_NEEDS(&b);
	at = pinned_place(&b, LOAD_HOOK_XDP);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	for (size_t i = 0; i < 2 * ARRAY_SIZE(pins); i++) {
		ck_assert_int_eq(pinned_install(&b, o, "one", false), 0);
		lose(&b, pins[i / 2]);
		fail_to_install(&b, o);
		c = pinned_open(&b);
		ck_assert(c.runs && load_chain_has_pins(&c));
		ck_assert_int_eq(c.exists, strcmp(pins[i / 2], "state") != 0);
		load_chain_close(&c);
		/* It can be exchanged, and taken off. */
		if (i % 2) {
			ck_assert_int_eq(pinned_install(&b, o, "two", false), 0);
			pinned_check_runs(&b, "two");
		}
		pinned_remove_at(&b, &at);
	}
	obj_free(o);
}
END_TEST

START_TEST(A3_14_another_map_for_the_state)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_PERCPU_ARRAY, .key_size = 4,
				.value_size = 4096, .max_entries = 1 };
	struct sbuf path = { 0 };
	struct load_place at;
	struct load_chain c;
	struct obj *o;
	struct bed b;
	int map;

	PINNED_NEEDS(&b);
	at = pinned_place(&b, LOAD_HOOK_XDP);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	ck_assert_int_eq(pinned_install(&b, o, "one", false), 0);
	lose(&b, "state");
	c = pinned_open(&b);
	map = load_ask(&b.port, BPF_MAP_CREATE, &attr);
	ck_assert_int_eq(chain_path(&c, &path, "", "state"), 0);
	ck_assert_int_eq(chain_pin(&c, sbuf_str(&path), map), 0);
	load_chain_close(&c);
	close(map);
	sbuf_free(&path);
	c = pinned_open(&b);
	ck_assert(c.exists && c.runs);
	ck_assert_uint_eq(c.state.size, 0);
	load_chain_close(&c);
	pinned_remove_at(&b, &at);
	obj_free(o);
}
END_TEST

START_TEST(A3_14_another_map_for_a_map)
{
	static const struct load_map_shape shape = { BPF_MAP_TYPE_HASH, 4, 8 };
	struct load_map_shape other = shape;
	struct load_chain c;
	struct obj *o;
	struct bed b;
	int map;

	PINNED_NEEDS(&b);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	ck_assert_int_eq(pinned_install(&b, o, "one", false), 0);
	c = pinned_open(&b);
	map = load_chain_map_of(&c, "a__counters", &shape);
	ck_assert_int_ge(map, 0);
	close(map);
	ck_assert_int_eq(load_chain_map_of(&c, "nowhere", &shape), -ENOENT);
	for (u32 *member = &other.type; member <= &other.value_size; member++) {
		other = shape;
		++*member;
		b.last_code = 0;
		ck_assert_int_eq(load_chain_map_of(&c, "a__counters", &other), -EINVAL);
		ck_assert_int_eq(b.last_code, DIAG_LOAD_PIN_DIFFERS);
	}
	ck_assert_int_eq(load_chain_remove(&c), 0);
	load_chain_close(&c);
	obj_free(o);
}
END_TEST

/* --- processes that died ----------------------------------------------------------------- */

/* The kernel, but for what is broken until further notice. */
struct broken {
	bool renames;
	const char *get;	/* the end of a path that can't be opened */
};

static int broken_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	const struct broken *k = user;

	if (cmd == BPF_OBJ_GET && k->get) {
		const char *path = (const char *)(uintptr_t)attr->pathname;
		size_t len = strlen(path), n = strlen(k->get);

		if (len >= n && !strcmp(path + len - n, k->get))
			return -EACCES;
	}
	return load_kernel_ops.bpf(NULL, cmd, attr, size);
}

static int broken_rename(void *user, const char *from, const char *to)
{
	const struct broken *k = user;

	return k->renames ? -EIO : load_kernel_rename(NULL, from, to);
}

static struct load_port broken_port(struct bed *b, struct weld_target_ops *ops, struct broken *k)
{
	*ops = load_kernel_ops;
	ops->bpf = broken_bpf;
	ops->rename = broken_rename;
	return (struct load_port){ &b->diag, { ops, k } };
}

/* Without one rename all pins of what runs are still in next/. */
static void install_without_moving(struct bed *b, const struct obj *o, const char *state,
				   bool no_link)
{
	struct broken k = { .renames = true };
	struct load_place at = pinned_place(b, LOAD_HOOK_XDP);
	struct weld_target_ops ops;
	struct load_port port = broken_port(b, &ops, &k);

	ck_assert_int_eq(pinned_install_at(&port, &at, o, state, no_link), -EIO);
}

/* Take the device away from the link that is pinned. */
static void kill_link(struct bed *b)
{
	union bpf_attr attr = { 0 };
	struct load_chain c = pinned_open(b);

	attr.link_detach.link_fd = (u32)c.link;
	ck_assert_int_eq(load_ask(&b->port, BPF_LINK_DETACH, &attr), 0);
	load_chain_close(&c);
	c = pinned_open(b);
	ck_assert(c.exists && !c.runs && c.link < 0);
	load_chain_close(&c);
}

/* Over nothing, over a chain that runs, and over one whose link is dead. */
START_TEST(A3_14_next_took_over)
{
	struct load_place at;
	struct load_chain c;
	struct obj *o;
	struct bed b;

	PINNED_NEEDS(&b);
	at = pinned_place(&b, LOAD_HOOK_XDP);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	for (int i = 0; i < 6; i++) {
		bool no_link = i % 2;

		if (i >= 2)
			ck_assert_int_eq(pinned_install(&b, o, "first", i < 4 && no_link), 0);
		if (i >= 4)
			kill_link(&b);
		install_without_moving(&b, o, "next", no_link);
		c = pinned_open(&b);
		pinned_check_state(&c, "next");
		ck_assert_int_eq(c.link < 0, no_link);
		load_chain_close(&c);
		pinned_remove_at(&b, &at);
	}
	obj_free(o);
}
END_TEST

/* Pin a link of device two as the chain's; the device's number. */
static unsigned int pin_other_link(struct bed *b, bool dead)
{
	struct load_place at = pinned_place(b, LOAD_HOOK_XDP);
	int prog = bed_prog(b, BPF_PROG_TYPE_XDP, 2);
	union bpf_attr attr = { 0 };
	struct load_attachment a;
	struct sbuf path = { 0 };
	struct load_chain c = pinned_open(b);

	ck_assert_int_eq(load_ifindex(&b->port, "two", &at.ifindex), 0);
	ck_assert_int_eq(load_attach(&b->port, &at, prog, false, &a), 0);
	attr.link_detach.link_fd = (u32)a.link;
	if (dead)
		ck_assert_int_eq(load_ask(&b->port, BPF_LINK_DETACH, &attr), 0);
	ck_assert_int_eq(chain_unpin(&c, "", "link"), 0);
	ck_assert_int_eq(chain_path(&c, &path, "", "link"), 0);
	ck_assert_int_eq(chain_pin(&c, sbuf_str(&path), a.link), 0);
	load_chain_close(&c);
	sbuf_free(&path);
	close(a.link);
	close(prog);
	return at.ifindex;
}

/* A dead link says nothing of a chain that netlink put there. */
START_TEST(A3_14_a_dead_link_beside_netlink)
{
	struct load_place at;
	struct load_chain c;
	struct obj *o;
	struct bed b;

	PINNED_NEEDS(&b);
	at = pinned_place(&b, LOAD_HOOK_XDP);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	ck_assert_int_eq(pinned_install(&b, o, "one", true), 0);
	pin_other_link(&b, true);
	c = pinned_open(&b);
	pinned_check_state(&c, "one");
	ck_assert_int_lt(c.link, 0);
	load_chain_close(&c);
	install_without_moving(&b, o, "two", true);
	pinned_check_runs(&b, "two");
	pinned_remove_at(&b, &at);
	obj_free(o);
}
END_TEST

/* A link that runs elsewhere, its device having moved, stays until a chain is in its place. */
START_TEST(A3_14_a_link_of_another_device)
{
	struct load_place at, other;
	struct load_chain c;
	struct obj *o;
	struct bed b;

	PINNED_NEEDS(&b);
	other = at = pinned_place(&b, LOAD_HOOK_XDP);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	for (int no_link = 0; no_link < 2; no_link++) {
		struct load_attachment a;
		int prog = bed_prog(&b, BPF_PROG_TYPE_XDP, 2);

		ck_assert_int_eq(pinned_install(&b, o, "one", false), 0);
		other.ifindex = pin_other_link(&b, false);
		c = pinned_open(&b);
		ck_assert(c.exists && !c.runs && c.link >= 0);
		load_chain_close(&c);
		/* Busy: nothing changes. */
		ck_assert_int_eq(load_attach(&b.port, &at, prog, true, &a), 0);
		ck_assert_int_eq(pinned_install(&b, o, "two", no_link), -EBUSY);
		ck_assert_uint_ne(bed_attached(&b, &other), 0);
		ck_assert_int_eq(load_detach(&b.port, &a, prog), 0);
		close(prog);
		ck_assert_int_eq(pinned_install(&b, o, "two", no_link), 0);
		ck_assert_uint_eq(bed_attached(&b, &other), 0);
		pinned_check_runs(&b, "two");
		pinned_remove_at(&b, &at);
	}
	obj_free(o);
}
END_TEST

/* What can't be read is not what isn't there. */
START_TEST(A3_14_next_can_not_be_read)
{
	static const char *const paths[] = { "next/prog", "next/link", "/link", "/prog", "/state" };
	struct weld_target_ops ops;
	struct load_place at;
	struct load_chain c;
	struct broken k;
	struct load_port port;
	struct obj *o;
	struct bed b;
	u32 id;

	PINNED_NEEDS(&b);
	at = pinned_place(&b, LOAD_HOOK_XDP);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	for (size_t i = 0; i < 2 * ARRAY_SIZE(paths); i++) {
		bool no_link = i % 2;

		install_without_moving(&b, o, "next", no_link);
		id = bed_attached(&b, &at);
		k = (struct broken){ .get = paths[i / 2] };
		port = broken_port(&b, &ops, &k);
		/* With next/link there is no need for next/prog. */
		if (!load_chain_open(&port, bed_bpffs, &at, &c)) {
			ck_assert_str_eq(k.get, "next/prog");
			ck_assert(!no_link);
			load_chain_close(&c);
		} else {
			ck_assert_int_eq(b.last_code, DIAG_LOAD_CHAIN_FILE);
		}
		ck_assert_uint_eq(bed_attached(&b, &at), id);
		pinned_check_runs(&b, "next");
		pinned_remove_at(&b, &at);
	}
	obj_free(o);
}
END_TEST

/* After a look that failed the chain is locked as before, and the next one finds it. */
START_TEST(A3_14_a_look_that_fails)
{
	struct broken k = { 0 };
	struct weld_target_ops ops;
	struct load_chain_new n;
	struct load_place at;
	struct load_port port;
	struct load_chain c;
	struct obj *o;
	struct bed b;
	u32 id;

	PINNED_NEEDS(&b);
	at = pinned_place(&b, LOAD_HOOK_XDP);
	port = broken_port(&b, &ops, &k);
	o = pinned_chain("a=mapping_dummy", "b=mapping_pass");
	ck_assert_int_eq(load_chain_open(&port, bed_bpffs, &at, &c), 0);
	for (int i = 0; i < 3; i++) {
		n = pinned_new(&at, o, i % 2 ? "odd" : "even");
		ck_assert_int_eq(load_chain_install(&c, &n, NULL), 0);
		pinned_check_state(&c, i % 2 ? "odd" : "even");
		k.get = "/state";
		ck_assert_int_eq(load_chain_look(&c), -EACCES);
		ck_assert(!c.known && !c.runs && c.lock >= 0);
		id = bed_attached(&b, &at);
		ck_assert_int_eq(load_chain_install(&c, &n, NULL), -EACCES);
		ck_assert_int_eq(load_chain_remove(&c), -EACCES);
		ck_assert_uint_eq(bed_attached(&b, &at), id);
		ck_assert_uint_ne(id, 0);
		k.get = NULL;
	}
	ck_assert_int_eq(load_chain_remove(&c), 0);
	load_chain_close(&c);
	ck_assert_uint_eq(bed_attached(&b, &at), 0);
	obj_free(o);
}
END_TEST

static Suite *chain_suite(void)
{
	Suite *s = suite_create("chain");

	unit_add(s, "chain", A3_14_maps_outlive_an_exchange, A3_14_without_a_bpffs,
		 A3_14_a_device_that_went_away, each_map_has_a_pin_of_its_own);
	unit_add(s, "netlink", A3_14_tc_by_netlink_beside_tcx, A3_14_xdp_by_netlink_keeps_its_mode,
		 A3_14_tc_by_netlink_without_pins);
	unit_add(s, "lost", A3_14_lost_pins, A3_14_another_map_for_the_state,
		 A3_14_another_map_for_a_map);
	unit_add(s, "unfinished", A3_14_next_took_over, A3_14_a_dead_link_beside_netlink,
		 A3_14_a_link_of_another_device, A3_14_next_can_not_be_read,
		 A3_14_a_look_that_fails);
	return s;
}

int main(void)
{
	return unit_main(chain_suite(), NULL);
}
