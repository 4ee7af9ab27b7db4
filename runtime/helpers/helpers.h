/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Helper bodies: what `call N` does in this runtime. The engine has checked the arguments against
 * the prototype in lib/abi (kinds, sizes, kind of map and its rights); a body reaches what they
 * mean through run->ops.
 *
 * bodies.def has one row for each helper with a body. A helper that lib/abi knows and that has
 * none here is known but not supported: rt_helper() is NULL.
 */
#ifndef RT_HELPERS_H
#define RT_HELPERS_H

#include "runtime/maps/maps.h"

/*
 * args are r1 ... r5, *ret becomes r0. The return value is 0, or the negative errno that ends the
 * run with its diagnostic raised: what a verifier would not have let through. What the kernel's
 * helper answers with a negative number is an ordinary *ret.
 */
typedef int (*rt_helper_fn)(struct rt_run *run, const u64 args[5], u64 *ret);

/* The body of helper id (enum bpf_func_id), or NULL. tail_call's engine-side half is
 * run->ops->tail_call; after it says taken, the engine must not go on behind the call. */
rt_helper_fn rt_helper(u32 id);

#endif
