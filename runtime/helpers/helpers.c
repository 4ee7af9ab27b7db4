/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "runtime/helpers/helpers_int.h"

#include "lib/abi/abi.h"

static const rt_helper_fn bodies[] = {
#define BODY(name) [BPF_FUNC_##name] = rt_helper_##name,
#include "runtime/helpers/bodies.def"
#undef BODY
};

rt_helper_fn rt_helper(u32 id)
{
	return id < ARRAY_SIZE(bodies) ? bodies[id] : NULL;
}

int rt_refuse(struct rt_run *run, u32 id, const char *why)
{
	struct weld_where at = WELD_WHERE_NONE;

	run->ops->where(run, &at);
	return diag_raise(run->diag, DIAG_RT_HELPER_ARG, &at, abi_helper(id)->name, why);
}

int rt_arg_mem(struct rt_run *run, u64 addr, u64 size, enum rt_access access, void **host)
{
	struct weld_where at = WELD_WHERE_NONE;

	if (size)
		return run->ops->mem(run, addr, size, access, host);
	run->ops->where(run, &at);
	return diag_raise(run->diag, DIAG_RT_HELPER_SIZE, &at);
}
