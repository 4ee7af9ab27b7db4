/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Arguments and results of helpers against the running kernel (A5.5, A5.7). For each helper a call
 * is built as its row says, which the verifier must accept; then one argument after the other is
 * spoilt, and the verifier must refuse exactly what the row refuses. Helpers with an argument
 * that can't be made out of nothing (timers, dynptrs, kernel structs) are printed as not asked.
 */
#include "selftests/unit/ask.h"
#include "selftests/unit/unit.h"

#include "lib/abi/abi.h"

#include <unistd.h>

enum {
	SLOT = 64,		/* bytes of stack that an argument may point at */
	MEM_SIZE = 16,		/* what a size argument says */
	CTX_REG = BPF_REG_6, PKT_REG = BPF_REG_7, SOCK_REG = BPF_REG_8,
};

/* What is put into an argument register. */
enum spoil {
	GOOD,			/* what the row asks for */
	UNINIT,
	ONE,			/* a scalar that is no address */
	ZERO,			/* NULL, or a size of 0 */
	STACK,			/* an address where none is wanted */
	CTX_PTR,		/* a context where memory is wanted */
	READ_ONLY,		/* memory that may not be written */
	N_SPOILS,
};

/* What the register or value after the call is used for. */
enum use { USE_NONE, USE_RESULT, USE_PACKET };

struct call {
	u32 id, type, attach_type;
	const struct abi_helper *helper;
	int map_fd, rodata_fd;
	u32 arg;		/* which one is spoilt */
	enum spoil spoil;
	enum use use;
};

static struct ask_prog prog;

/* Helpers that want a map of a kind of their own; the others get a hash of 8-byte values. */
static const struct {
	u32 helper;
	struct ask_map map;
} maps[] = {
	{ BPF_FUNC_tail_call, { BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1 } },
	{ BPF_FUNC_perf_event_read, { BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1 } },
	{ BPF_FUNC_perf_event_read_value, { BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1 } },
	{ BPF_FUNC_perf_event_output, { BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1 } },
	{ BPF_FUNC_get_stackid, { BPF_MAP_TYPE_STACK_TRACE, 4, 8, 1 } },
	{ BPF_FUNC_skb_under_cgroup, { BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1 } },
	{ BPF_FUNC_current_task_under_cgroup, { BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1 } },
	{ BPF_FUNC_redirect_map, { BPF_MAP_TYPE_DEVMAP, 4, 4, 1 } },
	{ BPF_FUNC_sk_redirect_map, { BPF_MAP_TYPE_SOCKMAP, 4, 4, 1 } },
	{ BPF_FUNC_sock_map_update, { BPF_MAP_TYPE_SOCKMAP, 4, 4, 1 } },
	{ BPF_FUNC_msg_redirect_map, { BPF_MAP_TYPE_SOCKMAP, 4, 4, 1 } },
	{ BPF_FUNC_sk_redirect_hash, { BPF_MAP_TYPE_SOCKHASH, 4, 4, 1 } },
	{ BPF_FUNC_sock_hash_update, { BPF_MAP_TYPE_SOCKHASH, 4, 4, 1 } },
	{ BPF_FUNC_msg_redirect_hash, { BPF_MAP_TYPE_SOCKHASH, 4, 4, 1 } },
	{ BPF_FUNC_get_local_storage, { BPF_MAP_TYPE_CGROUP_STORAGE, 16, 8, 0 } },
	{ BPF_FUNC_sk_select_reuseport, { BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 4, 1 } },
	{ BPF_FUNC_map_push_elem, { BPF_MAP_TYPE_QUEUE, 0, 8, 1 } },
	{ BPF_FUNC_map_pop_elem, { BPF_MAP_TYPE_QUEUE, 0, 8, 1 } },
	{ BPF_FUNC_map_peek_elem, { BPF_MAP_TYPE_QUEUE, 0, 8, 1 } },
	{ BPF_FUNC_ringbuf_output, { BPF_MAP_TYPE_RINGBUF, 0, 0, 4096 } },
	{ BPF_FUNC_ringbuf_reserve, { BPF_MAP_TYPE_RINGBUF, 0, 0, 4096 } },
	{ BPF_FUNC_ringbuf_query, { BPF_MAP_TYPE_RINGBUF, 0, 0, 4096 } },
	{ BPF_FUNC_map_lookup_percpu_elem, { BPF_MAP_TYPE_PERCPU_HASH, 8, 8, 1 } },
};

static int make_map(u32 id)
{
	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		if (maps[i].helper == id)
			return ask_map(&maps[i].map);
	}
	return ask_map(&(struct ask_map){ BPF_MAP_TYPE_HASH, 8, 8, 1, 0, 0 });
}

/* Memory that programs may only read, also a string: one frozen element of zeroes. */
static int make_rodata(void)
{
	union bpf_attr attr = { 0 };
	int fd = ask_map(&(struct ask_map){ BPF_MAP_TYPE_ARRAY, 4, SLOT, 1, BPF_F_RDONLY_PROG, 0 });

	attr.map_fd = fd;
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ask_bpf(BPF_MAP_FREEZE, &attr), 0);
	return fd;
}

static const struct abi_arg_rule *rule_of(const struct call *c, u32 arg)
{
	return abi_arg_rule(c->helper->args[arg]);
}

static bool can_make(const struct abi_arg_rule *rule)
{
	switch (rule->base) {
	case ABI_BASE_NONE:
	case ABI_BASE_VALUE:
	case ABI_BASE_CTX:
	case ABI_BASE_MAP:
	case ABI_BASE_KEY:
	case ABI_BASE_ELEM:
	case ABI_BASE_MEM:
	case ABI_BASE_SIZE:
	case ABI_BASE_CONST_SIZE:
	case ABI_BASE_STR:
		return true;
	case ABI_BASE_SOCK_COMMON:
		return !(rule->flags & ABI_ARG_RELEASE);
	default:
		return false;
	}
}

static void put_good(const struct call *c, u32 arg)
{
	u8 reg = BPF_REG_1 + arg;

	switch (rule_of(c, arg)->base) {
	case ABI_BASE_VALUE:
		ask_mov_imm(&prog, reg, 0);
		break;
	case ABI_BASE_SIZE:
	case ABI_BASE_CONST_SIZE:
		ask_mov_imm(&prog, reg, MEM_SIZE);
		break;
	case ABI_BASE_CTX:
		ask_mov_reg(&prog, reg, CTX_REG);
		break;
	case ABI_BASE_MAP:
		ask_ld_map(&prog, reg, BPF_PSEUDO_MAP_FD, c->map_fd);
		break;
	case ABI_BASE_STR:
		ask_ld_map(&prog, reg, BPF_PSEUDO_MAP_VALUE, c->rodata_fd);
		break;
	case ABI_BASE_SOCK_COMMON:
		ask_mov_reg(&prog, reg, SOCK_REG);
		break;
	default:
		ask_stack_addr(&prog, reg, -SLOT * (s32)(arg + 1));
	}
}

static void put_arg(const struct call *c, u32 arg)
{
	u8 reg = BPF_REG_1 + arg;

	if (c->arg != arg || c->spoil == GOOD)
		put_good(c, arg);
	else if (c->spoil == ONE)
		ask_mov_imm(&prog, reg, 1);
	else if (c->spoil == ZERO)
		ask_mov_imm(&prog, reg, 0);
	else if (c->spoil == STACK)
		ask_mov_reg(&prog, reg, BPF_REG_10);
	else if (c->spoil == CTX_PTR)
		ask_mov_reg(&prog, reg, CTX_REG);
	else if (c->spoil == READ_ONLY)
		ask_ld_map(&prog, reg, BPF_PSEUDO_MAP_VALUE, c->rodata_fd);
	/* UNINIT: the register is left alone; r1 still holds the context, so it is killed below. */
}

static bool wants_sock(const struct call *c)
{
	for (u32 arg = 0; arg < ABI_MAX_ARGS; arg++) {
		if (rule_of(c, arg)->base == ABI_BASE_SOCK_COMMON)
			return true;
	}
	return false;
}

/* SOCK_REG = the packet's socket; the program ends where there is none. */
static void put_sock(void)
{
	ask_read(&prog, BPF_DW, SOCK_REG, CTX_REG, offsetof(struct __sk_buff, sk));
	ask_insn(&prog, (struct bpf_insn){ .code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = SOCK_REG,
					   .off = 2 });
	ask_exit(&prog, 0);
}

/* PKT_REG = the packet, of which one byte may be read; the program ends where it has none. */
static void put_packet(const struct call *c)
{
	bool skb = abi_prog(c->type)->ctx == ABI_CTX_SK_BUFF;
	bool xdp = abi_prog(c->type)->ctx == ABI_CTX_XDP;
	u32 data = skb ? offsetof(struct __sk_buff, data) : 0;
	u32 end = skb ? offsetof(struct __sk_buff, data_end) : xdp ? 4 : 8;

	/* sk_msg and sk_reuseport have real pointers there. */
	ask_read(&prog, skb || xdp ? BPF_W : BPF_DW, PKT_REG, CTX_REG, data);
	ask_read(&prog, skb || xdp ? BPF_W : BPF_DW, BPF_REG_2, CTX_REG, end);
	ask_mov_reg(&prog, BPF_REG_3, PKT_REG);
	ask_insn(&prog, (struct bpf_insn){ .code = BPF_ALU64 | BPF_ADD | BPF_K,
					   .dst_reg = BPF_REG_3, .imm = 1 });
	ask_insn(&prog, (struct bpf_insn){ .code = BPF_JMP | BPF_JLE | BPF_X, .dst_reg = BPF_REG_3,
					   .src_reg = BPF_REG_2, .off = 2 });
	ask_exit(&prog, 0);
}

/* Build and load; the verdict on the call is what the verifier says to the program. */
static bool accepted(const struct call *c)
{
	int err;

	ask_reset(&prog, c->type, c->attach_type);
	if (c->type == BPF_PROG_TYPE_SYSCALL)
		prog.flags = BPF_F_SLEEPABLE;
	ask_mov_reg(&prog, CTX_REG, BPF_REG_1);
	ask_zero_stack(&prog, -SLOT * ABI_MAX_ARGS);
	if (wants_sock(c))
		put_sock();
	if (c->use == USE_PACKET)
		put_packet(c);
	/* A call leaves r1 .. r5 uninitialised. */
	ask_call(&prog, BPF_FUNC_ktime_get_ns);
	for (u32 arg = 0; arg < abi_helper_n_args(c->helper); arg++)
		put_arg(c, arg);
	ask_call(&prog, c->id);
	if (c->use == USE_RESULT)
		ask_read(&prog, BPF_B, BPF_REG_1, BPF_REG_0, 0);
	if (c->use == USE_PACKET)
		ask_read(&prog, BPF_B, BPF_REG_1, PKT_REG, 0);
	ask_exit(&prog, 0);
	err = ask_load(&prog);
	return !err || strstr(prog.log, "Unreleased reference");
}

/* What the row says about a spoilt argument: 1 accepted, 0 refused, -1 nothing. */
static int expected(const struct call *c)
{
	const struct abi_arg_rule *rule = rule_of(c, c->arg);

	if (c->spoil == UNINIT)
		return 0;
	switch (rule->base) {
	case ABI_BASE_VALUE:
		return c->spoil == ZERO ? 1 : -1;
	case ABI_BASE_KEY:
	case ABI_BASE_ELEM:
	case ABI_BASE_MEM:
		if (c->spoil == READ_ONLY)
			return !(rule->flags & ABI_ARG_WRITE);
		if (c->spoil == ZERO)
			return rule->flags & ABI_ARG_NULL ? -1 : 0;
		return c->spoil == STACK || c->spoil == CTX_PTR ? -1 : 0;
	case ABI_BASE_SIZE:
		if (c->spoil == ZERO)
			return !!(rule->flags & ABI_ARG_ZERO);
		return c->spoil == STACK || c->spoil == CTX_PTR ? 0 : -1;
	case ABI_BASE_CTX:
	case ABI_BASE_SOCK_COMMON:
		if (c->spoil == ZERO)
			return !!(rule->flags & ABI_ARG_NULL);
		return c->spoil == CTX_PTR && rule->base == ABI_BASE_CTX ? 1 : 0;
	case ABI_BASE_MAP:
	case ABI_BASE_STR:
		return c->spoil == READ_ONLY && rule->base == ABI_BASE_STR ? 1 : 0;
	default:
		return -1;
	}
}

static const char *const spoil_names[N_SPOILS] = {
	"good", "uninitialised", "1", "0", "an address in the stack", "the context",
	"read-only memory",
};

/* Of the log, in front of the statistics. */
static const char *last_line(void)
{
	char *end = strstr(prog.log, "processed ");

	if (end > prog.log)
		end[-1] = '\0';
	return strrchr(prog.log, '\n') ? strrchr(prog.log, '\n') + 1 : prog.log;
}

/* Returns the number of verdicts; those that differ are printed and added to *n_bad. */
static u32 compare_args(struct call *c, u32 *n_bad)
{
	u32 n = 0;

	for (c->arg = 0; c->arg < abi_helper_n_args(c->helper); c->arg++) {
		for (c->spoil = UNINIT; c->spoil < N_SPOILS; c->spoil++) {
			int want = expected(c);

			if (want < 0)
				continue;
			n++;
			if (accepted(c) == want)
				continue;
			printf("%s in %s: argument %u is %s: ours %d, kernel: %s\n",
			       c->helper->name, abi_prog_name(c->type), c->arg + 1,
			       spoil_names[c->spoil], want, last_line());
			++*n_bad;
		}
	}
	c->spoil = GOOD;
	return n;
}

static bool askable(const struct call *c)
{
	for (u32 arg = 0; arg < ABI_MAX_ARGS; arg++) {
		if (!can_make(rule_of(c, arg)))
			return false;
	}
	return true;
}

static bool works_in(struct call *c, u32 type)
{
	bool sk = type == BPF_PROG_TYPE_SCHED_CLS || type == BPF_PROG_TYPE_CGROUP_SKB;

	if (!abi_helper_allowed(c->id, type) || (wants_sock(c) && !sk))
		return false;
	c->type = type;
	c->attach_type = 0;
	if (accepted(c))
		return true;
	for (u32 i = 0; i < __MAX_BPF_ATTACH_TYPE; i++) {
		c->attach_type = i;
		if (abi_attach(i)->prog_type == type && accepted(c))
			return true;
	}
	return false;
}

/*
 * A type, and attach type, that this kernel loads and that may call; the call must be accepted.
 * Rows that vary are those of tc and XDP, so these come first.
 */
static bool find_caller(struct call *c)
{
	if (works_in(c, BPF_PROG_TYPE_SCHED_CLS) || works_in(c, BPF_PROG_TYPE_XDP))
		return true;
	for (u32 type = 1; type < __MAX_BPF_PROG_TYPE; type++) {
		if (works_in(c, type))
			return true;
	}
	return false;
}

static bool start_call(struct call *c, u32 id, int rodata_fd)
{
	*c = (struct call){ .id = id, .helper = abi_helper(id), .rodata_fd = rodata_fd };
	if (!askable(c))
		return false;
	c->map_fd = make_map(id);
	ck_assert_int_ge(c->map_fd, 0);
	if (find_caller(c))
		return true;
	close(c->map_fd);
	return false;
}

START_TEST(arguments_are_the_kernels)
{
	u32 n_helpers = 0, n = 0, n_bad = 0;
	int rodata_fd;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	rodata_fd = make_rodata();
	for (u32 id = 1; id < __BPF_FUNC_MAX_ID; id++) {
		struct call c;

		if (!start_call(&c, id, rodata_fd)) {
			printf("calls: %s not asked\n", abi_helper(id)->name);
			continue;
		}
		n += compare_args(&c, &n_bad);
		n_helpers++;
		close(c.map_fd);
	}
	printf("calls: %u helpers, %u spoilt arguments compared\n", n_helpers, n);
	ck_assert_uint_eq(n_bad, 0);
	ck_assert_uint_gt(n_helpers, 120);
}
END_TEST

/* What the verifier calls r0 when a byte is read through it; NULL: that is allowed. */
static const char *const ret_texts[] = {
	[ABI_RET_INT] = "R0 invalid mem access 'scalar'",
	[ABI_RET_VOID] = "R0 !read_ok",
	[ABI_RET_VALUE_OR_NULL] = "R0 invalid mem access 'map_value_or_null'",
	[ABI_RET_VALUE] = NULL,
	[ABI_RET_MEM_OR_NULL] = "R0 invalid mem access 'mem_or_null'",
	[ABI_RET_RINGBUF_OR_NULL] = "R0 invalid mem access 'ringbuf_mem_or_null'",
	[ABI_RET_SOCK_OR_NULL] = "R0 invalid mem access 'sock_or_null'",
	[ABI_RET_TCP_SOCK_OR_NULL] = "R0 invalid mem access 'tcp_sock_or_null'",
	[ABI_RET_SOCK_COMMON_OR_NULL] = "R0 invalid mem access 'sock_common_or_null'",
	[ABI_RET_BTF_OR_NULL] = "ptr_or_null_",
	[ABI_RET_BTF] = NULL,
	[ABI_RET_PERCPU_OR_NULL] = "or_null",
	[ABI_RET_PERCPU] = NULL,
};

START_TEST(results_are_the_kernels)
{
	int rodata_fd;
	u32 n = 0;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	rodata_fd = make_rodata();
	for (u32 id = 1; id < __BPF_FUNC_MAX_ID; id++) {
		struct call c;
		const char *text;

		if (!start_call(&c, id, rodata_fd))
			continue;
		c.use = USE_RESULT;
		text = ret_texts[c.helper->ret];
		ck_assert_msg(accepted(&c) == !text, "%s: %s", c.helper->name, prog.log);
		ck_assert_msg(!text || strstr(prog.log, text), "%s: %s", c.helper->name, prog.log);
		n++;
		close(c.map_fd);
	}
	printf("calls: %u results compared\n", n);
	ck_assert_uint_gt(n, 120);
}
END_TEST

START_TEST(packet_flags_are_the_kernels)
{
	int rodata_fd;
	u32 n = 0;

	if (ask_refused())
		unit_skip("%s", ask_refused());
	rodata_fd = make_rodata();
	for (u32 id = 1; id < __BPF_FUNC_MAX_ID; id++) {
		struct call c;
		bool moves;

		if (!start_call(&c, id, rodata_fd))
			continue;
		for (c.type = 1; c.type < __MAX_BPF_PROG_TYPE; c.type++) {
			bool packet = abi_prog(c.type)->flags & ABI_PROG_PACKET;

			if (packet && abi_helper_allowed(id, c.type) && accepted(&c))
				break;
		}
		if (c.type < __MAX_BPF_PROG_TYPE) {
			moves = c.helper->flags & ABI_FN_PKT;
			c.use = USE_PACKET;
			ck_assert_msg(accepted(&c) == !moves, "%s in %s: %s", c.helper->name,
				      abi_prog_name(c.type), prog.log);
			n++;
		}
		close(c.map_fd);
	}
	printf("calls: %u packet flags compared\n", n);
	ck_assert_uint_gt(n, 80);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("calls, as the kernel has them");

	unit_add(s, "helpers", arguments_are_the_kernels, results_are_the_kernels,
		 packet_flags_are_the_kernels);
	return unit_main(s, NULL);
}
