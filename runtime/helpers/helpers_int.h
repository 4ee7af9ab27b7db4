/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the helper bodies share. */
#ifndef RT_HELPERS_INT_H
#define RT_HELPERS_INT_H

#include "runtime/helpers/helpers.h"

#define BODY(name) int rt_helper_##name(struct rt_run *run, const u64 args[5], u64 *ret);
#include "runtime/helpers/bodies.def"
#undef BODY

/* What the program gets for a negative errno. */
static inline u64 rt_errno(int err)
{
	return (u64)(s64)err;
}

/*
 * Copy between the packet's bytes (those behind its end that only helpers see included) and host
 * memory; false when off or size lie outside, and nothing is copied.
 */
bool rt_pkt_copy_out(const struct rt_pkt *pkt, u32 off, u32 size, void *to);
bool rt_pkt_copy_in(struct rt_pkt *pkt, u32 off, u32 size, const void *from);

#endif
