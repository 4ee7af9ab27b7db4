/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/pinned_chain.h"

#include <check.h>
#include <unistd.h>

struct obj *pinned_chain(const char *a, const char *b)
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

struct obj *pinned_tc_chain(void)
{
	return linking_of(NULL, (const char *const[]){ "chain_counter_tc", NULL });
}

struct load_place pinned_place(const struct bed *b, enum load_hook hook)
{
	return (struct load_place){ .hook = hook, .ifindex = b->ifindex };
}

struct load_chain pinned_open_at(struct bed *b, const struct load_place *at)
{
	struct load_chain c;

	ck_assert_msg(!load_chain_open(&b->port, bed_bpffs, at, &c), "%s", b->last_text);
	return c;
}

struct load_chain pinned_open(struct bed *b)
{
	struct load_place at = pinned_place(b, LOAD_HOOK_XDP);

	return pinned_open_at(b, &at);
}

static bool keep_a(void *user, const char *map)
{
	(void)user;
	return !strncmp(map, "a__", 3);
}

struct load_chain_new pinned_new(const struct load_place *at, const struct obj *o,
				 const char *state)
{
	return (struct load_chain_new){
		.obj = o, .entry = at->hook == LOAD_HOOK_XDP ? "xdp_dispatcher" : "entry_main",
		.state = span_str(state), .keep = keep_a,
	};
}

int pinned_install_at(const struct load_port *p, const struct load_place *at, const struct obj *o,
		      const char *state, bool no_link)
{
	struct load_chain_new n = pinned_new(at, o, state);
	struct load_chain c;
	int err = load_chain_open(p, bed_bpffs, at, &c);

	if (err)
		return err;
	n.no_link = no_link;
	err = load_chain_install(&c, &n, NULL);
	load_chain_close(&c);
	return err;
}

int pinned_install(struct bed *b, const struct obj *o, const char *state, bool no_link)
{
	struct load_place at = pinned_place(b, LOAD_HOOK_XDP);

	return pinned_install_at(&b->port, &at, o, state, no_link);
}

u64 pinned_count(struct bed *b, struct load_chain *c, const char *map, u32 key)
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

void pinned_run_once(struct bed *b, struct load_chain *c)
{
	u8 packet[64] = { 0 };
	union bpf_attr attr = { 0 };

	packet[12] = 8;
	attr.test.prog_fd = (u32)c->prog;
	attr.test.data_in = (uintptr_t)packet;
	attr.test.data_size_in = sizeof(packet);
	ck_assert_int_eq(load_ask(&b->port, BPF_PROG_TEST_RUN, &attr), 0);
}

void pinned_check_state(const struct load_chain *c, const char *state)
{
	ck_assert(c->exists && c->runs);
	ck_assert_uint_eq(c->state.size, strlen(state));
	ck_assert_int_eq(memcmp(c->state.data, state, strlen(state)), 0);
}

void pinned_check_runs_at(struct bed *b, const struct load_place *at, const char *state)
{
	struct load_chain c = pinned_open_at(b, at);

	pinned_check_state(&c, state);
	load_chain_close(&c);
}

void pinned_check_runs(struct bed *b, const char *state)
{
	struct load_place at = pinned_place(b, LOAD_HOOK_XDP);

	pinned_check_runs_at(b, &at, state);
}

void pinned_remove_at(struct bed *b, const struct load_place *at)
{
	struct load_chain c = pinned_open_at(b, at);

	ck_assert_msg(!load_chain_remove(&c), "%s", b->last_text);
	ck_assert_uint_eq(bed_attached(b, at), 0);
	load_chain_close(&c);
	c = pinned_open_at(b, at);
	ck_assert(!load_chain_has_pins(&c));
	ck_assert_int_eq(access(sbuf_str(&c.dir), F_OK), -1);
	load_chain_close(&c);
}
