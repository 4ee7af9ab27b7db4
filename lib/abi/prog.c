/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Program types, attach types, and what a program may return. */
#include "lib/abi/abi.h"

enum {
	RUNTIME = ABI_PROG_RUNTIME,
	PACKET = ABI_PROG_PACKET,
	SLEEPABLE = ABI_PROG_SLEEPABLE,
};

static const struct abi_prog rows[] = {
#define PROG(type, name_, ctx_, flags_)               \
	[BPF_PROG_TYPE_##type] = { .name = name_,     \
				   .c_name = "BPF_PROG_TYPE_" #type, \
				   .ctx = ABI_CTX_##ctx_, \
				   .flags = flags_ },
#include "lib/abi/progs.def"
#undef PROG
};

_Static_assert(ARRAY_SIZE(rows) == __MAX_BPF_PROG_TYPE, "progs.def misses the last program type");
_Static_assert((0
#define PROG(type, name, ctx, flags) + 1
#include "lib/abi/progs.def"
#undef PROG
		) == __MAX_BPF_PROG_TYPE - 1, "progs.def misses a program type");

struct ret_row {
	u32 prog_type;
	s32 attach_type;	/* ANY_ATTACH: all that have no row of their own */
	s32 min, max;
};

enum { OTHERS = -1, BPF_OTHERS = OTHERS };

static const struct ret_row rets[] = {
#define RET(type, attach, min, max) { BPF_PROG_TYPE_##type, BPF_##attach, min, max },
#include "lib/abi/progs.def"
#undef RET
};

static const struct abi_attach attaches[] = {
#define ATTACH(type, name_, prog)                                                      \
	[BPF_##type] = { .name = name_, .c_name = "BPF_" #type, .prog_type = BPF_PROG_TYPE_##prog },
#include "lib/abi/attach.def"
#undef ATTACH
};

_Static_assert((0
#define ATTACH(type, name, prog) + 1
#include "lib/abi/attach.def"
#undef ATTACH
		) == __MAX_BPF_ATTACH_TYPE && ARRAY_SIZE(attaches) == __MAX_BPF_ATTACH_TYPE,
	       "attach.def misses an attach type");

const struct abi_prog *abi_prog(u32 prog_type)
{
	return prog_type < ARRAY_SIZE(rows) && rows[prog_type].name ? &rows[prog_type] : NULL;
}

bool abi_prog_by_name(const char *name, u32 *prog_type)
{
	for (u32 i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].name || strcmp(rows[i].name, name))
			continue;
		*prog_type = i;
		return true;
	}
	return false;
}

const char *abi_prog_name(u32 prog_type)
{
	const struct abi_prog *prog = abi_prog(prog_type);

	return prog ? prog->name : "unknown";
}

const struct abi_attach *abi_attach(u32 attach_type)
{
	return attach_type < ARRAY_SIZE(attaches) ? &attaches[attach_type] : NULL;
}

const char *abi_attach_name(u32 attach_type)
{
	const struct abi_attach *attach = abi_attach(attach_type);

	return attach ? attach->name : "unknown";
}

bool abi_prog_return(u32 prog_type, u32 attach_type, s32 *min, s32 *max)
{
	const struct ret_row *best = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(rets); i++) {
		const struct ret_row *ret = &rets[i];

		if (ret->prog_type != prog_type)
			continue;
		if (ret->attach_type == OTHERS ? !best : (u32)ret->attach_type == attach_type)
			best = ret;
	}
	if (!best)
		return false;
	*min = best->min;
	*max = best->max;
	return true;
}
