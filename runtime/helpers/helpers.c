/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "runtime/helpers/helpers_int.h"

static const rt_helper_fn bodies[] = {
#define BODY(name) [BPF_FUNC_##name] = rt_helper_##name,
#include "runtime/helpers/bodies.def"
#undef BODY
};

rt_helper_fn rt_helper(u32 id)
{
	return id < ARRAY_SIZE(bodies) ? bodies[id] : NULL;
}
