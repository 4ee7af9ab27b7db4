/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Helpers of programs whose context is a socket buffer. */
#include "runtime/helpers/helpers_int.h"

int rt_helper_skb_load_bytes(struct rt_run *run, const u64 args[5], u64 *ret)
{
	u32 off = (u32)args[1];
	void *to;
	int err = run->ops->check_ctx(run, args[0]);

	if (!err)
		err = run->ops->mem(run, args[2], args[3], RT_WRITE, &to);
	if (err)
		return err;
	if (rt_pkt_copy_out(run->pkt, off, (u32)args[3], to)) {
		*ret = 0;
		return 0;
	}
	memset(to, 0, args[3]);
	*ret = rt_errno(-EFAULT);
	return 0;
}

/* The whole packet is linear here, so there is only the length to check. */
int rt_helper_skb_pull_data(struct rt_run *run, const u64 args[5], u64 *ret)
{
	int err = run->ops->check_ctx(run, args[0]);

	if (err)
		return err;
	*ret = (u32)args[1] > rt_pkt_len(run->pkt) ? rt_errno(-ENOMEM) : 0;
	run->ops->pkt_changed(run);
	return 0;
}
