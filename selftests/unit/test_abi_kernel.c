/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The contract tables against the running kernel (A5.6, A2.3): contexts, callers of helpers, map
 * kinds, return ranges. What this kernel can't be asked is printed and counted as skipped, not as
 * equal. Arguments of helpers are in test_abi_calls.c.
 */
#include "selftests/unit/ask.h"
#include "selftests/unit/unit.h"

#include "btf/btf.h"
#include "lib/abi/abi.h"
#include "lib/base/file.h"

#include <stdlib.h>
#include <unistd.h>

static struct ask_prog prog;

/* ---- contexts ------------------------------------------------------------------------------ */

static const struct {
	u32 type, attach_type;
} views[] = {
	{ BPF_PROG_TYPE_SOCKET_FILTER, 0 },
	{ BPF_PROG_TYPE_SCHED_CLS, 0 },
	{ BPF_PROG_TYPE_SCHED_ACT, 0 },
	{ BPF_PROG_TYPE_XDP, 0 },
	{ BPF_PROG_TYPE_XDP, BPF_XDP },
	{ BPF_PROG_TYPE_XDP, BPF_XDP_CPUMAP },
	{ BPF_PROG_TYPE_XDP, BPF_XDP_DEVMAP },
};

static u8 size_bits(u32 size)
{
	return size == 1 ? BPF_B : size == 2 ? BPF_H : size == 4 ? BPF_W : BPF_DW;
}

static bool kernel_allows(int i, u32 off, u32 size, bool store)
{
	ask_reset(&prog, views[i].type, views[i].attach_type);
	ask_mov_imm(&prog, BPF_REG_2, 0);
	if (store)
		ask_write(&prog, size_bits(size), BPF_REG_1, off, BPF_REG_2);
	else
		ask_read(&prog, size_bits(size), BPF_REG_0, BPF_REG_1, off);
	ask_exit(&prog, 0);
	return !ask_load(&prog);
}

START_TEST(context_rights_are_the_kernels)
{
	enum abi_view view = abi_view_of(views[_i].type, views[_i].attach_type);
	u32 n_allowed = 0;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	for (u32 off = 0; off < abi_ctx_size(view) + 8; off++) {
		for (u32 way = 0; way < 8; way++) {
			u32 size = 1u << (way & 3);
			bool store = way & 4, ours = abi_ctx_access(view, off, size, store);

			ck_assert_msg(ours == kernel_allows(_i, off, size, store),
				      "%s: %s of %u bytes at %u: ours says %d",
				      abi_prog_name(views[_i].type), store ? "store" : "load",
				      size, off, ours);
			n_allowed += ours;
		}
	}
	ck_assert_uint_ge(n_allowed, 5);
}
END_TEST

static const char *const reg_texts[] = {
	[ABI_REG_SCALAR] = "'scalar'",
	[ABI_REG_PKT] = "invalid access to packet",
	[ABI_REG_PKT_END] = "'pkt_end'",
	[ABI_REG_PKT_META] = "invalid access to packet",
	[ABI_REG_SOCK_COMMON_OR_NULL] = "'sock_common_or_null'",
};

static u32 widest(u8 widths)
{
	return widths & 8 ? 8 : widths & 4 ? 4 : widths & 2 ? 2 : widths & 1;
}

/* Dereferencing what was loaded makes the verifier name its kind. */
START_TEST(context_loads_yield_what_the_kernel_says)
{
	enum abi_view view = abi_view_of(views[_i].type, views[_i].attach_type);

	if (ask_refused())
		unit_skip("%s", ask_refused());
	for (size_t n = 0; abi_ctx_field_at(view, n); n++) {
		const struct abi_field *field = abi_ctx_field_at(view, n);
		u32 size = widest(field->rights[view].load);

		if (!size)
			continue;
		ask_reset(&prog, views[_i].type, views[_i].attach_type);
		ask_read(&prog, size_bits(size), BPF_REG_0, BPF_REG_1, field->off);
		ask_read(&prog, BPF_B, BPF_REG_0, BPF_REG_0, 0);
		ask_exit(&prog, 0);
		ck_assert_int_eq(ask_load(&prog), -EACCES);
		ck_assert_msg(strstr(prog.log, reg_texts[field->reg]), "%s: %s", field->name,
			      prog.log);
	}
}
END_TEST

/* ---- what a type may be asked for ----------------------------------------------------------- */

/* Ids of the kernel's BTF that programs of some types must be loaded for. */
struct targets {
	u32 iter, raw_tp, struct_ops[2];
};

static void find_targets(struct targets *t)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct sbuf bytes = { 0 };
	struct btf *b = NULL;

	*t = (struct targets){ 0 };
	if (!file_read(&d, "/sys/kernel/btf/vmlinux", &bytes) &&
	    !btf_parse(&d, span_of(bytes.data, bytes.size), "vmlinux", &b)) {
		t->iter = btf_find(b, "bpf_iter_task", BTF_KIND_FUNC);
		t->raw_tp = btf_find(b, "btf_trace_sched_switch", BTF_KIND_TYPEDEF);
		t->struct_ops[0] = btf_find(b, "bpf_dummy_ops", BTF_KIND_STRUCT);
		t->struct_ops[1] = btf_find(b, "tcp_congestion_ops", BTF_KIND_STRUCT);
	}
	btf_free(b);
	sbuf_free(&bytes);
}

/* Ways to load a program of a type: each attach type, sleepable or not, for each target. */
struct way {
	u32 attach_type, flags, attach_btf_id;
};

enum { MAX_WAYS = 160, STRUCT_OPS_MEMBERS = 12 };

static u32 add_way(struct way *ways, u32 n, u32 attach_type, u32 attach_btf_id)
{
	ck_assert_uint_lt(n + 1, MAX_WAYS);
	ways[n] = (struct way){ attach_type, 0, attach_btf_id };
	ways[n + 1] = (struct way){ attach_type, BPF_F_SLEEPABLE, attach_btf_id };
	return n + 2;
}

static u32 ways_of(u32 type, const struct targets *t, struct way *ways)
{
	u32 n = 0;

	if (type == BPF_PROG_TYPE_TRACING) {
		n = t->iter ? add_way(ways, n, BPF_TRACE_ITER, t->iter) : n;
		return t->raw_tp ? add_way(ways, n, BPF_TRACE_RAW_TP, t->raw_tp) : n;
	}
	if (type == BPF_PROG_TYPE_STRUCT_OPS) {
		for (u32 i = 0; i < STRUCT_OPS_MEMBERS; i++) {
			n = add_way(ways, n, i, t->struct_ops[0]);
			n = add_way(ways, n, i, t->struct_ops[1]);
		}
		return n;
	}
	n = add_way(ways, n, 0, 0);
	for (u32 i = 0; i < __MAX_BPF_ATTACH_TYPE; i++) {
		if (abi_attach(i)->prog_type == type)
			n = add_way(ways, n, i, 0);
	}
	return n;
}

static void load_call(u32 type, const struct way *way, u32 helper)
{
	ask_reset(&prog, type, way->attach_type);
	prog.flags = way->flags;
	prog.attach_btf_id = way->attach_btf_id;
	ask_call(&prog, helper);
	ask_insn(&prog, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
	ask_load(&prog);
}

/* Whether the verifier gets as far as looking at a call: it must object to an unknown one. */
static bool way_works(u32 type, const struct way *way)
{
	load_call(type, way, 9999);
	return strstr(prog.log, "invalid func");
}

static bool log_says_no(const char *log)
{
	static const char *const texts[] = { "program of this type cannot use", "unknown func",
					     "invalid func", "might sleep",
					     "not supported for program type" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		if (strstr(log, texts[i]))
			return true;
	}
	return false;
}

static bool callers_of[__MAX_BPF_PROG_TYPE][__BPF_FUNC_MAX_ID];
static bool only_sleeping[__BPF_FUNC_MAX_ID], in_kernel[__BPF_FUNC_MAX_ID];
static bool asked[__MAX_BPF_PROG_TYPE];

static void ask_callers(u32 type, const struct targets *targets)
{
	struct way ways[MAX_WAYS];
	u32 n = ways_of(type, targets, ways);

	for (u32 i = 0; i < n; i++) {
		if (!way_works(type, &ways[i]))
			continue;
		asked[type] = true;
		for (u32 id = 1; id < __BPF_FUNC_MAX_ID; id++) {
			load_call(type, &ways[i], id);
			if (log_says_no(prog.log))
				continue;
			if (!in_kernel[id])
				only_sleeping[id] = true;
			only_sleeping[id] &= ways[i].flags == BPF_F_SLEEPABLE;
			in_kernel[id] = callers_of[type][id] = true;
		}
	}
}

static void compare_callers(u32 type, u32 *n_same, u32 *n_unknown)
{
	for (u32 id = 1; id < __BPF_FUNC_MAX_ID; id++) {
		if (!in_kernel[id]) {
			++*n_unknown;
			continue;
		}
		ck_assert_msg(abi_helper_allowed(id, type) == callers_of[type][id],
			      "%s calls %s: ours %d, kernel %d", abi_prog_name(type),
			      abi_helper(id)->name, abi_helper_allowed(id, type),
			      callers_of[type][id]);
		++*n_same;
	}
}

/* Not in every configuration; the table has their callers from the kernel's source. */
static bool may_be_absent(u32 id)
{
	static const u32 ids[] = {
		BPF_FUNC_probe_write_user, BPF_FUNC_override_return, BPF_FUNC_rc_repeat,
		BPF_FUNC_rc_keydown, BPF_FUNC_rc_pointer_rel, BPF_FUNC_inode_storage_get,
		BPF_FUNC_inode_storage_delete, BPF_FUNC_bprm_opts_set, BPF_FUNC_ima_inode_hash,
		BPF_FUNC_ima_file_hash, BPF_FUNC_get_func_arg, BPF_FUNC_get_func_ret,
		BPF_FUNC_get_func_arg_cnt,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

START_TEST(callers_are_the_kernels)
{
	u32 n_same = 0, n_unknown = 0;
	struct targets targets;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	find_targets(&targets);
	for (u32 type = 1; type < __MAX_BPF_PROG_TYPE; type++)
		ask_callers(type, &targets);
	for (u32 type = 1; type < __MAX_BPF_PROG_TYPE; type++) {
		if (asked[type])
			compare_callers(type, &n_same, &n_unknown);
		else
			printf("callers: %s can't be loaded here, not asked\n",
			       abi_prog_name(type));
	}
	for (u32 id = 1; id < __BPF_FUNC_MAX_ID; id++) {
		if (!in_kernel[id])
			printf("callers: no type has %s here\n", abi_helper(id)->name);
		ck_assert_msg(in_kernel[id] || may_be_absent(id), "%s", abi_helper(id)->name);
	}
	printf("callers: %u pairs compared, %u not asked\n", n_same, n_unknown);
	ck_assert_uint_gt(n_same, 4000);
}
END_TEST

/* GPL and SLEEP flags, by the first type and way that may call. */
static bool refused_without_gpl(u32 type, const struct way *way, u32 id)
{
	ask_reset(&prog, type, way->attach_type);
	prog.flags = way->flags;
	prog.attach_btf_id = way->attach_btf_id;
	prog.license = "Proprietary";
	ask_call(&prog, id);
	ask_insn(&prog, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
	ask_load(&prog);
	return strstr(prog.log, "GPL");
}

START_TEST(gpl_flags_are_the_kernels)
{
	struct targets targets;
	struct way ways[MAX_WAYS];
	u32 n_asked = 0;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	find_targets(&targets);
	for (u32 type = 1; type < __MAX_BPF_PROG_TYPE; type++) {
		u32 n = type == BPF_PROG_TYPE_STRUCT_OPS ? 0 : ways_of(type, &targets, ways);

		for (u32 id = 1; id < __BPF_FUNC_MAX_ID && n; id++) {
			bool varies = abi_helper(id)->flags & ABI_FN_VARIES;
			bool gpl = abi_helper(id)->flags & ABI_FN_GPL, refused;

			load_call(type, &ways[0], id);
			if (!strstr(prog.log, "R1") || log_says_no(prog.log))
				continue;
			refused = refused_without_gpl(type, &ways[0], id);
			ck_assert_msg(refused == gpl || (gpl && varies), "%s in %s",
				      abi_helper(id)->name, abi_prog_name(type));
			n_asked++;
		}
	}
	ck_assert_uint_gt(n_asked, 1000);
}
END_TEST

START_TEST(sleepers_are_the_kernels)
{
	struct targets targets;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	find_targets(&targets);
	for (u32 type = 1; type < __MAX_BPF_PROG_TYPE; type++) {
		if (type != BPF_PROG_TYPE_SYSCALL)
			ask_callers(type, &targets);
	}
	for (u32 id = 1; id < __BPF_FUNC_MAX_ID; id++) {
		if (in_kernel[id])
			ck_assert_msg(only_sleeping[id] ==
				      !!(abi_helper(id)->flags & ABI_FN_SLEEP),
				      "%s", abi_helper(id)->name);
	}
}
END_TEST

/* ---- return ranges --------------------------------------------------------------------------- */

static void compare_return(u32 type, u32 attach_type, const struct way *way)
{
	s32 min = INT32_MIN, max = INT32_MAX;

	abi_prog_return(type, attach_type, &min, &max);
	for (s32 value = -2; value <= 5; value++) {
		bool accepted;

		ask_reset(&prog, type, attach_type);
		prog.flags = way->flags;
		prog.attach_btf_id = way->attach_btf_id;
		ask_exit(&prog, value);
		accepted = !ask_load(&prog);
		ck_assert_msg(accepted == (value >= min && value <= max),
			      "%s %s returns %d: kernel %d", abi_prog_name(type),
			      abi_attach_name(attach_type), value, accepted);
	}
}

START_TEST(returns_are_the_kernels)
{
	struct targets targets;
	struct way ways[MAX_WAYS];
	u32 n_asked = 0;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	find_targets(&targets);
	for (u32 type = 1; type < __MAX_BPF_PROG_TYPE; type++) {
		u32 n = type == BPF_PROG_TYPE_STRUCT_OPS ? 0 : ways_of(type, &targets, ways);

		for (u32 i = 0; i < n; i++) {
			if (!way_works(type, &ways[i]))
				continue;
			compare_return(type, ways[i].attach_type, &ways[i]);
			n_asked++;
		}
	}
	printf("returns: %u ways of loading compared\n", n_asked);
	ck_assert_uint_gt(n_asked, 60);
}
END_TEST

/* ---- maps ------------------------------------------------------------------------------------ */

struct shape {
	u32 key, value, n, flags;
};

/* Some sizes that a row accepts; false when none of ours does. */
static bool find_shape(u32 type, struct shape *out)
{
	static const u32 sizes[] = { 4, 0, 8, 32 }, counts[] = { 4, 4096, 0, 1 };
	static const u32 flags[] = { 0, BPF_F_NO_PREALLOC, BPF_F_MMAPABLE };

	for (u32 i = 0; i < 4 * 4 * 4 * 3; i++) {
		struct shape s = { sizes[i % 4], sizes[i / 4 % 4], counts[i / 16 % 4],
				   flags[i / 64] };

		if (!abi_map_check(type, s.key, s.value, s.n, s.flags)) {
			*out = s;
			return true;
		}
	}
	return false;
}

static u32 compare_shape(u32 type, const struct shape *s, int inner)
{
	const char *wrong = abi_map_check(type, s->key, s->value, s->n, s->flags);
	int fd = ask_map(&(struct ask_map){ type, s->key, s->value, s->n, s->flags, inner });

	if (fd >= 0)
		close(fd);
	/* A limit of the machine, such as its number of processors, is no rule of the kind. */
	if (fd == -E2BIG || fd == -ENOMEM)
		return 0;
	ck_assert_msg((fd >= 0) == !wrong, "%s key %u value %u entries %u flags %x: %s, kernel %d",
		      abi_map_name(type), s->key, s->value, s->n, s->flags,
		      wrong ? wrong : "fine", fd);
	return 1;
}

/* One dimension at a time, the others as in base. */
static u32 compare_around(u32 type, const struct shape *base, int inner)
{
	static const u32 keys[] = { 0, 1, 4, 5, 8, 12, 16, 260, 261, 512 };
	static const u32 values[] = { 0, 1, 4, 8, 12, 16, 32, 1016, 1024 };
	static const u32 counts[] = { 0, 1, 3, 64, 4096, 4097, 8192 };
	struct shape s = *base;
	u32 n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++, s = *base) {
		s.key = keys[i];
		n += compare_shape(type, &s, inner);
	}
	for (size_t i = 0; i < ARRAY_SIZE(values); i++, s = *base) {
		s.value = values[i];
		n += compare_shape(type, &s, inner);
	}
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++, s = *base) {
		s.n = counts[i];
		n += compare_shape(type, &s, inner);
	}
	for (u32 bit = 0; bit < 32; bit++, s = *base) {
		s.flags ^= 1u << bit;
		if (s.flags & BPF_F_TOKEN_FD)
			continue;
		n += compare_shape(type, &s, inner);
	}
	return n;
}

START_TEST(map_rules_are_the_kernels)
{
	int inner_fd;
	u32 n = 0;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	inner_fd = ask_map(&(struct ask_map){ BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, 0 });
	for (u32 type = 1; type < __MAX_BPF_MAP_TYPE; type++) {
		struct shape s;

		if (abi_map(type)->flags & ABI_MAP_BTF_REQUIRED) {
			printf("maps: %s needs BTF, not asked\n", abi_map_name(type));
			continue;
		}
		ck_assert(find_shape(type, &s));
		n += compare_around(type, &s,
				    abi_map(type)->flags & ABI_MAP_INNER ? inner_fd : 0);
	}
	printf("maps: %u definitions compared\n", n);
	ck_assert_uint_gt(n, 1000);
}
END_TEST

/* Whether programs may pass the map to a helper that takes a map and, maybe, key and value. */
static bool kernel_passes(u32 map_type, int fd, u32 helper)
{
	static const u32 types[] = { BPF_PROG_TYPE_XDP, BPF_PROG_TYPE_SCHED_CLS };
	const struct abi_helper *h = abi_helper(helper);

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		ask_reset(&prog, types[i], 0);
		ask_zero_stack(&prog, -64);
		ask_ld_map(&prog, BPF_REG_1, BPF_PSEUDO_MAP_FD, fd);
		for (u32 arg = 1; arg < abi_helper_n_args(h); arg++) {
			if (h->args[arg] == ABI_ARG_ANYTHING)
				ask_mov_imm(&prog, BPF_REG_1 + arg, 0);
			else
				ask_stack_addr(&prog, BPF_REG_1 + arg, -32 * (s32)arg);
		}
		ask_call(&prog, helper);
		ask_exit(&prog, 0);
		if (!ask_load(&prog) || strstr(prog.log, "Unreleased reference"))
			return true;
		/* A map of sockets, which is fine, but the test has none to put in. */
		if (helper == BPF_FUNC_map_update_elem && strstr(prog.log, "expected=sock_common"))
			return true;
	}
	return false;
}

START_TEST(map_calls_are_the_kernels)
{
	static const struct {
		u32 helper, flag;
	} calls[] = {
		{ BPF_FUNC_map_lookup_elem, ABI_MAP_PROG_LOOKUP },
		{ BPF_FUNC_map_update_elem, ABI_MAP_PROG_UPDATE },
		{ BPF_FUNC_map_delete_elem, ABI_MAP_PROG_DELETE },
		{ BPF_FUNC_map_push_elem, ABI_MAP_PROG_PUSH },
		{ BPF_FUNC_map_peek_elem, ABI_MAP_PROG_PUSH },
		{ BPF_FUNC_map_pop_elem, ABI_MAP_PROG_POP },
	};
	int inner_fd;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	inner_fd = ask_map(&(struct ask_map){ BPF_MAP_TYPE_ARRAY, 4, 4, 1, 0, 0 });
	for (u32 type = 1; type < __MAX_BPF_MAP_TYPE; type++) {
		const struct abi_map *map = abi_map(type);
		struct shape s;
		int fd;

		if (map->flags & ABI_MAP_BTF_REQUIRED)
			continue;
		ck_assert(find_shape(type, &s));
		fd = ask_map(&(struct ask_map){ type, s.key, s.value, s.n, s.flags,
						map->flags & ABI_MAP_INNER ? inner_fd : 0 });
		ck_assert_int_ge(fd, 0);
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
			ck_assert_msg(!!(map->flags & calls[i].flag) ==
				      kernel_passes(type, fd, calls[i].helper),
				      "%s of a %s: kernel: %s", abi_helper(calls[i].helper)->name,
				      map->name, prog.log);
		close(fd);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("abi, as the kernel has it");
	TCase *ctx = tcase_create("contexts");

	tcase_set_timeout(ctx, 60);
	tcase_add_loop_test(ctx, context_rights_are_the_kernels, 0, ARRAY_SIZE(views));
	tcase_add_loop_test(ctx, context_loads_yield_what_the_kernel_says, 0, ARRAY_SIZE(views));
	suite_add_tcase(s, ctx);
	unit_add(s, "helpers", callers_are_the_kernels, gpl_flags_are_the_kernels,
		 sleepers_are_the_kernels);
	unit_add(s, "programs", returns_are_the_kernels);
	unit_add(s, "maps", map_rules_are_the_kernels, map_calls_are_the_kernels);
	return unit_main(s, NULL);
}
