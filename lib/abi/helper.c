/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Helpers: prototypes as the verifier sees them, and who may call them. */
#include "lib/abi/abi.h"

/* The words of helpers.def: flags. */
enum {
	GPL = ABI_FN_GPL,
	PKT = ABI_FN_PKT,
	SLEEP = ABI_FN_SLEEP,
	ACQUIRE = ABI_FN_ACQUIRE,
	RELEASE = ABI_FN_RELEASE,
	CALLBACK = ABI_FN_CALLBACK,
	VARIES = ABI_FN_VARIES,
	VARARGS = ABI_FN_VARARGS,
};

/* Callers: program types as bits, and sets of them. */
enum {
#define PROG(type, name, ctx, flags) type = 1ull << BPF_PROG_TYPE_##type,
#include "lib/abi/progs.def"
#undef PROG
	ANY_TYPE = 0ull
#define PROG(type, name, ctx, flags) | type
#include "lib/abi/progs.def"
#undef PROG
	,
	ALL = ANY_TYPE & ~LIRC_MODE2,
	TC = SCHED_CLS | SCHED_ACT,
	LWT = LWT_IN | LWT_OUT | LWT_XMIT | LWT_SEG6LOCAL,
	TRACE = KPROBE | TRACEPOINT | RAW_TRACEPOINT | RAW_TRACEPOINT_WRITABLE | PERF_EVENT |
		TRACING | LSM | SYSCALL,
	NET = SOCKET_FILTER | TC | XDP | CGROUP_SKB | LWT | SOCK_OPS | SK_SKB | SK_MSG |
	      CGROUP_SOCK_ADDR | FLOW_DISSECTOR | TRACING | LSM | SK_LOOKUP | SYSCALL,
};

/* Rows don't say EXT: a replacement may call what the function that it replaces may. */
enum { NEW = 0, ABI_ARG__ = ABI_ARG_NONE };
#define V(major, minor) ((major) << 8 | (minor))

static const struct abi_helper rows[] = {
#define HELPER(name_, since_, ret_, a1, a2, a3, a4, a5, flags_, callers_, proto_)      \
	[BPF_FUNC_##name_] = { .name = #name_,                                         \
			       .proto = proto_,                                        \
			       .callers = (callers_) | EXT,                            \
			       .flags = flags_,                                        \
			       .ret = ABI_RET_##ret_,                                  \
			       .args = { ABI_ARG_##a1, ABI_ARG_##a2, ABI_ARG_##a3,     \
					 ABI_ARG_##a4, ABI_ARG_##a5 },                 \
			       .since = since_ },
#include "lib/abi/helpers.def"
#undef HELPER
};

_Static_assert((0
#define HELPER(name, since, ret, a1, a2, a3, a4, a5, flags, callers, proto) + 1
#include "lib/abi/helpers.def"
#undef HELPER
		) == __BPF_FUNC_MAX_ID - 1 && ARRAY_SIZE(rows) == __BPF_FUNC_MAX_ID,
	       "helpers.def misses a helper");

static const struct abi_arg_rule arg_rules[] = {
#define ARG(name_, base_, flags_, size_, text_)                     \
	[ABI_ARG_##name_] = { .name = #name_,                       \
			      .base = ABI_BASE_##base_,             \
			      .flags = flags_,                      \
			      .size = size_,                        \
			      .text = text_ },
#include "lib/abi/args.def"
#undef ARG
};

const struct abi_helper *abi_helper(u32 id)
{
	return id && id < ARRAY_SIZE(rows) ? &rows[id] : NULL;
}

u32 abi_helper_by_name(const char *name)
{
	if (!strncmp(name, "bpf_", 4))
		name += 4;
	for (u32 id = 1; id < ARRAY_SIZE(rows); id++) {
		if (!strcmp(rows[id].name, name))
			return id;
	}
	return 0;
}

const struct abi_arg_rule *abi_arg_rule(enum abi_arg arg)
{
	return &arg_rules[arg < ABI_N_ARGS ? arg : ABI_ARG_UNKNOWN];
}

bool abi_helper_allowed(u32 id, u32 prog_type)
{
	const struct abi_helper *helper = abi_helper(id);

	return helper && prog_type < 64 && helper->callers >> prog_type & 1;
}

u32 abi_helper_n_args(const struct abi_helper *helper)
{
	u32 n = 0;

	while (n < ABI_MAX_ARGS && helper->args[n] != ABI_ARG_NONE)
		n++;
	return n;
}
