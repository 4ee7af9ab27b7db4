/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The contract tables by themselves (A2, A5.6). test_abi_kernel.c asks whether they are true. */
#include "selftests/unit/unit.h"

#include "lib/abi/abi.h"

START_TEST(sections_are_in_order)
{
	for (size_t i = 1; abi_sec_at(i); i++)
		ck_assert_msg(strcmp(abi_sec_at(i - 1)->name, abi_sec_at(i)->name) < 0,
			      "%s before %s", abi_sec_at(i - 1)->name, abi_sec_at(i)->name);
}
END_TEST

/* The look-up cuts at the first slash only, so a row that takes extras can't have one. */
START_TEST(sections_with_extras_have_no_slash)
{
	for (size_t i = 0; abi_sec_at(i); i++) {
		const struct abi_sec *sec = abi_sec_at(i);

		ck_assert_ptr_eq(abi_sec_find(sec->name), sec);
		if (sec->flags & ABI_SEC_EXTRAS)
			ck_assert_ptr_null(strchr(sec->name, '/'));
		ck_assert_ptr_nonnull(abi_prog(sec->prog_type));
		if (sec->has_attach)
			ck_assert_uint_eq(abi_attach(sec->attach_type)->prog_type, sec->prog_type);
	}
}
END_TEST

static const struct {
	const char *section;
	s64 prog_type;		/* -1: no program */
	u32 attach_type;
	u32 flags;
	const char *extras;
} sections[] = {
	{ "xdp", BPF_PROG_TYPE_XDP, BPF_XDP, ABI_SEC_ATTACH_OPT, "" },
	{ "?xdp", BPF_PROG_TYPE_XDP, BPF_XDP, ABI_SEC_ATTACH_OPT, "" },
	{ "xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP, ABI_SEC_FRAGS, "" },
	{ "xdp/devmap", BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP, 0, "" },
	{ "xdp.frags/cpumap", BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP, ABI_SEC_FRAGS, "" },
	{ "xdp/foo", -1, 0, 0, "" },
	{ "xdp_prog", -1, 0, 0, "" },
	{ "xd", -1, 0, 0, "" },
	{ "", -1, 0, 0, "" },
	{ "?", -1, 0, 0, "" },
	{ "??xdp", -1, 0, 0, "" },
	{ "/", -1, 0, 0, "" },
	{ "tc", BPF_PROG_TYPE_SCHED_CLS, 0, 0, "" },
	{ "tc/ingress", BPF_PROG_TYPE_SCHED_CLS, BPF_TCX_INGRESS, 0, "" },
	{ "tc/extra", -1, 0, 0, "" },
	{ "kprobe", BPF_PROG_TYPE_KPROBE, 0, ABI_SEC_EXTRAS, "" },
	{ "kprobe/do_exit", BPF_PROG_TYPE_KPROBE, 0, ABI_SEC_EXTRAS, "do_exit" },
	{ "kprobe/", BPF_PROG_TYPE_KPROBE, 0, ABI_SEC_EXTRAS, "" },
	{ "kprobe.multi/tcp_*", BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI, ABI_SEC_EXTRAS,
	  "tcp_*" },
	{ "kprobes/x", -1, 0, 0, "" },
	{ "?uprobe.s//bin/sh:main", BPF_PROG_TYPE_KPROBE, 0, ABI_SEC_EXTRAS | ABI_SEC_SLEEPABLE,
	  "/bin/sh:main" },
	{ "tracepoint/syscalls/sys_enter_open", BPF_PROG_TYPE_TRACEPOINT, 0, ABI_SEC_EXTRAS,
	  "syscalls/sys_enter_open" },
	{ "fentry.s/f", BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY,
	  ABI_SEC_EXTRAS | ABI_SEC_ATTACH_BTF | ABI_SEC_SLEEPABLE, "f" },
	{ "freplace/f", BPF_PROG_TYPE_EXT, 0, ABI_SEC_EXTRAS | ABI_SEC_ATTACH_BTF, "f" },
	{ "cgroup/bind4", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_BIND, 0, "" },
	{ "cgroup_skb/egress", BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS,
	  ABI_SEC_ATTACH_OPT, "" },
	{ "cgroup/skb", BPF_PROG_TYPE_CGROUP_SKB, 0, 0, "" },
	{ "struct_ops/init", BPF_PROG_TYPE_STRUCT_OPS, 0, ABI_SEC_EXTRAS, "init" },
	{ "netkit/peer", BPF_PROG_TYPE_SCHED_CLS, BPF_NETKIT_PEER, 0, "" },
	{ "socket", BPF_PROG_TYPE_SOCKET_FILTER, 0, 0, "" },
	{ "socket/x", -1, 0, 0, "" },
	{ ".text", -1, 0, 0, "" },
};

START_TEST(sections_are_found)
{
	const struct abi_sec *sec = abi_sec_find(sections[_i].section);

	if (sections[_i].prog_type < 0) {
		ck_assert_ptr_null(sec);
		return;
	}
	ck_assert_ptr_nonnull(sec);
	ck_assert_int_eq(sec->prog_type, sections[_i].prog_type);
	ck_assert_uint_eq(sec->attach_type, sections[_i].attach_type);
	ck_assert_uint_eq(sec->flags, sections[_i].flags);
	ck_assert_str_eq(abi_sec_extras(sec, sections[_i].section), sections[_i].extras);
	ck_assert_int_eq(abi_sec_autoload(sections[_i].section), sections[_i].section[0] != '?');
}
END_TEST

START_TEST(program_types_have_names)
{
	u32 found = 0;

	for (u32 type = 1; type < __MAX_BPF_PROG_TYPE; type++) {
		ck_assert(abi_prog_by_name(abi_prog(type)->name, &found));
		ck_assert_uint_eq(found, type);
	}
	ck_assert_ptr_null(abi_prog(BPF_PROG_TYPE_UNSPEC));
	ck_assert_ptr_null(abi_prog(__MAX_BPF_PROG_TYPE));
	ck_assert_str_eq(abi_prog_name(UINT32_MAX), "unknown");
	ck_assert(!abi_prog_by_name("xdpp", &found));
	ck_assert_str_eq(abi_attach_name(BPF_XDP_DEVMAP), "xdp_devmap");
	ck_assert_str_eq(abi_attach_name(__MAX_BPF_ATTACH_TYPE), "unknown");
}
END_TEST

START_TEST(returns_depend_on_attach_type)
{
	s32 min = 7, max = 7;

	ck_assert(!abi_prog_return(BPF_PROG_TYPE_XDP, BPF_XDP, &min, &max));
	ck_assert_int_eq(min, 7);
	ck_assert(abi_prog_return(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_EGRESS, &min, &max));
	ck_assert_int_eq(max, 3);
	ck_assert(abi_prog_return(BPF_PROG_TYPE_CGROUP_SKB, BPF_CGROUP_INET_INGRESS, &min, &max));
	ck_assert_int_eq(max, 1);
	ck_assert(abi_prog_return(BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_UDP4_RECVMSG, &min,
				  &max));
	ck_assert_int_eq(min, 1);
	ck_assert(!abi_prog_return(BPF_PROG_TYPE_KPROBE, 0, &min, &max));
}
END_TEST

/* Every byte belongs to at most one member, and members lie in order (the look-up halves). */
START_TEST(context_members_are_in_order)
{
	for (int view = ABI_VIEW_NONE + 1; view < ABI_N_VIEWS; view++) {
		u32 end = 0;

		for (size_t n = 0; abi_ctx_field_at(view, n); n++) {
			const struct abi_field *field = abi_ctx_field_at(view, n);

			ck_assert_uint_ge(field->off, end);
			end = field->off + field->size;
			for (u32 off = field->off; off < end; off++)
				ck_assert_ptr_eq(abi_ctx_field(view, off), field);
		}
		ck_assert_uint_eq(align_up(end, 4), abi_ctx_size(view));
		ck_assert_ptr_null(abi_ctx_field(view, end));
		ck_assert_ptr_null(abi_ctx_field(view, UINT32_MAX));
	}
	ck_assert_ptr_null(abi_ctx_field(ABI_VIEW_NONE, 0));
	ck_assert_uint_eq(abi_ctx_size(ABI_VIEW_NONE), 0);
}
END_TEST

START_TEST(context_accesses)
{
	enum abi_view sched = abi_view_of(BPF_PROG_TYPE_SCHED_ACT, 0);
	enum abi_view sock = abi_view_of(BPF_PROG_TYPE_SOCKET_FILTER, 0);
	enum abi_view xdp = abi_view_of(BPF_PROG_TYPE_XDP, BPF_XDP);
	enum abi_view devmap = abi_view_of(BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP);
	u32 cb = offsetof(struct __sk_buff, cb);

	ck_assert_int_eq(abi_ctx_access(xdp, 0, 4, false)->reg, ABI_REG_PKT);
	ck_assert_ptr_null(abi_ctx_access(xdp, 0, 2, false));
	ck_assert_ptr_null(abi_ctx_access(xdp, 0, 4, true));
	ck_assert_ptr_null(abi_ctx_access(xdp, 20, 4, false));
	ck_assert_str_eq(abi_ctx_access(devmap, 20, 4, false)->name, "egress_ifindex");
	ck_assert_ptr_nonnull(abi_ctx_access(sock, cb, 8, true));
	ck_assert_ptr_null(abi_ctx_access(sock, cb + 4, 8, true));
	ck_assert_ptr_null(abi_ctx_access(sock, cb + 16, 8, true));
	ck_assert_ptr_null(abi_ctx_access(sock, offsetof(struct __sk_buff, data), 4, false));
	ck_assert_ptr_nonnull(abi_ctx_access(sched, offsetof(struct __sk_buff, mark), 4, true));
	ck_assert_ptr_null(abi_ctx_access(sched, offsetof(struct __sk_buff, mark), 2, true));
	ck_assert_ptr_null(abi_ctx_access(sched, 0, 0, false));
	ck_assert_ptr_null(abi_ctx_access(sched, 0, 3, false));
	ck_assert_ptr_null(abi_ctx_access(sched, 0, 16, false));
	ck_assert_ptr_null(abi_ctx_access(sched, sizeof(struct __sk_buff), 4, false));
	ck_assert_int_eq(abi_view_of(BPF_PROG_TYPE_KPROBE, 0), ABI_VIEW_NONE);
}
END_TEST

static const struct {
	u32 type, key, value, n, flags;
	const char *wrong;
} maps[] = {
	{ BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_MMAPABLE, NULL },
	{ BPF_MAP_TYPE_ARRAY, 8, 8, 1, 0, "key_size" },
	{ BPF_MAP_TYPE_ARRAY, 4, 0, 1, 0, "value_size" },
	{ BPF_MAP_TYPE_ARRAY, 4, 8, 0, 0, "max_entries" },
	{ BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_NO_PREALLOC, "map_flags" },
	{ BPF_MAP_TYPE_HASH, 3, 8, 1, BPF_F_NO_PREALLOC | BPF_F_RDONLY_PROG, NULL },
	{ BPF_MAP_TYPE_HASH, 3, 8, 1, BPF_F_RDONLY | BPF_F_WRONLY, "map_flags" },
	{ BPF_MAP_TYPE_HASH, 3, 8, 1, BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG, "map_flags" },
	{ BPF_MAP_TYPE_LPM_TRIE, 8, 1, 1, 0, "map_flags" },
	{ BPF_MAP_TYPE_LPM_TRIE, 4, 1, 1, BPF_F_NO_PREALLOC, "key_size" },
	{ BPF_MAP_TYPE_LPM_TRIE, 261, 1, 1, BPF_F_NO_PREALLOC, "key_size" },
	{ BPF_MAP_TYPE_PROG_ARRAY, 4, 8, 1, 0, "value_size" },
	{ BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0, NULL },
	{ BPF_MAP_TYPE_RINGBUF, 0, 0, 2048, 0, "max_entries" },
	{ BPF_MAP_TYPE_RINGBUF, 0, 0, 12288, 0, "max_entries" },
	{ BPF_MAP_TYPE_ARENA, 0, 0, 1, 0, "map_flags" },
	{ BPF_MAP_TYPE_ARENA, 0, 0, 1, BPF_F_MMAPABLE, NULL },
	{ BPF_MAP_TYPE_STACK_TRACE, 4, 12, 1, 0, "value_size" },
	{ BPF_MAP_TYPE_UNSPEC, 4, 4, 1, 0, "map_type" },
	{ __MAX_BPF_MAP_TYPE, 4, 4, 1, 0, "map_type" },
};

START_TEST(map_definitions)
{
	const char *wrong = abi_map_check(maps[_i].type, maps[_i].key, maps[_i].value, maps[_i].n,
					  maps[_i].flags);

	ck_assert_pstr_eq(wrong, maps[_i].wrong);
}
END_TEST

START_TEST(map_types_have_names)
{
	u32 found = 0;

	for (u32 type = 1; type < __MAX_BPF_MAP_TYPE; type++) {
		ck_assert(abi_map_by_name(abi_map_name(type), &found));
		ck_assert_uint_eq(found, type);
	}
	ck_assert_str_eq(abi_map_name(0), "unknown");
	ck_assert(!abi_map_by_name("hashh", &found));
}
END_TEST

/* A size follows its memory at once, and every memory without a size of its own has one. */
static void check_args(const struct abi_helper *helper)
{
	u32 n = abi_helper_n_args(helper);

	for (u32 i = 0; i < ABI_MAX_ARGS; i++) {
		const struct abi_arg_rule *rule = abi_arg_rule(helper->args[i]);
		bool sized = i > 0 && abi_arg_rule(helper->args[i - 1])->base == ABI_BASE_MEM &&
			     !abi_arg_rule(helper->args[i - 1])->size;

		ck_assert_msg((rule->base == ABI_BASE_SIZE) == sized, "%s argument %u",
			      helper->name, i + 1);
		ck_assert_msg((i < n) == (rule->base != ABI_BASE_NONE), "%s argument %u",
			      helper->name, i + 1);
	}
}

/* MAP_KEY and MAP_VALUE are of the map that came before. */
static void check_map_args(const struct abi_helper *helper)
{
	bool map = false;

	for (u32 i = 0; i < ABI_MAX_ARGS; i++) {
		enum abi_base base = abi_arg_rule(helper->args[i])->base;

		map |= base == ABI_BASE_MAP;
		if (base == ABI_BASE_KEY || base == ABI_BASE_ELEM)
			ck_assert_msg(map, "%s", helper->name);
	}
}

START_TEST(helpers_are_well_formed)
{
	char full[64];

	for (u32 id = 1; id < __BPF_FUNC_MAX_ID; id++) {
		const struct abi_helper *helper = abi_helper(id);

		check_args(helper);
		check_map_args(helper);
		ck_assert_uint_eq(abi_helper_by_name(helper->name), id);
		snprintf(full, sizeof(full), "bpf_%s", helper->name);
		ck_assert_uint_eq(abi_helper_by_name(full), id);
		ck_assert_ptr_nonnull(strstr(helper->proto, full));
		ck_assert_msg(helper->callers, "%s", helper->name);
		for (u32 older = id - 1; older && helper->since; older--)
			ck_assert_msg(abi_helper(older)->since <= helper->since, "%s",
				      helper->name);
	}
	ck_assert_ptr_null(abi_helper(0));
	ck_assert_ptr_null(abi_helper(__BPF_FUNC_MAX_ID));
	ck_assert_uint_eq(abi_helper_by_name("bpf_"), 0);
	ck_assert_str_eq(abi_arg_rule(ABI_N_ARGS)->name, "UNKNOWN");
	for (u32 arg = 0; arg < ABI_N_ARGS; arg++)
		ck_assert_ptr_nonnull(abi_arg_rule(arg)->text);
}
END_TEST

START_TEST(helpers_have_callers)
{
	ck_assert(abi_helper_allowed(BPF_FUNC_xdp_adjust_head, BPF_PROG_TYPE_XDP));
	ck_assert(!abi_helper_allowed(BPF_FUNC_xdp_adjust_head, BPF_PROG_TYPE_SCHED_CLS));
	ck_assert(abi_helper_allowed(BPF_FUNC_skb_load_bytes, BPF_PROG_TYPE_SOCKET_FILTER));
	ck_assert(!abi_helper_allowed(BPF_FUNC_skb_load_bytes, BPF_PROG_TYPE_XDP));
	ck_assert(abi_helper_allowed(BPF_FUNC_csum_diff, BPF_PROG_TYPE_EXT));
	ck_assert(!abi_helper_allowed(0, BPF_PROG_TYPE_XDP));
	ck_assert(!abi_helper_allowed(BPF_FUNC_map_lookup_elem, BPF_PROG_TYPE_UNSPEC));
	ck_assert(!abi_helper_allowed(BPF_FUNC_map_lookup_elem, 1000));
}
END_TEST

START_TEST(licences)
{
	ck_assert(abi_license_gpl_compatible("GPL"));
	ck_assert(abi_license_gpl_compatible("Dual BSD/GPL"));
	ck_assert(abi_license_gpl_compatible("GPL and additional rights"));
	ck_assert(!abi_license_gpl_compatible("gpl"));
	ck_assert(!abi_license_gpl_compatible("GPLv2"));
	ck_assert(!abi_license_gpl_compatible("Proprietary"));
	ck_assert(!abi_license_gpl_compatible(""));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("abi");
	TCase *loops = tcase_create("rows");

	unit_add(s, "sections", sections_are_in_order, sections_with_extras_have_no_slash);
	unit_add(s, "programs", program_types_have_names, returns_depend_on_attach_type);
	unit_add(s, "contexts", context_members_are_in_order, context_accesses);
	unit_add(s, "maps", map_types_have_names);
	unit_add(s, "helpers", helpers_are_well_formed, helpers_have_callers, licences);
	tcase_add_loop_test(loops, sections_are_found, 0, ARRAY_SIZE(sections));
	tcase_add_loop_test(loops, map_definitions, 0, ARRAY_SIZE(maps));
	suite_add_tcase(s, loops);
	return unit_main(s, NULL);
}
