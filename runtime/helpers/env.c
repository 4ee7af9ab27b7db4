/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Helpers that ask the world around the run. */
#include "runtime/helpers/helpers_int.h"

static int clock(struct rt_run *run, enum rt_clock which, u64 *ret)
{
	*ret = run->env->time_ns(run->env->user, which);
	return 0;
}

int rt_helper_ktime_get_ns(struct rt_run *run, const u64 args[5], u64 *ret)
{
	return clock(run, RT_CLOCK_MONOTONIC, ret);
}

int rt_helper_ktime_get_boot_ns(struct rt_run *run, const u64 args[5], u64 *ret)
{
	return clock(run, RT_CLOCK_BOOTTIME, ret);
}

int rt_helper_ktime_get_coarse_ns(struct rt_run *run, const u64 args[5], u64 *ret)
{
	return clock(run, RT_CLOCK_COARSE, ret);
}

int rt_helper_ktime_get_tai_ns(struct rt_run *run, const u64 args[5], u64 *ret)
{
	return clock(run, RT_CLOCK_TAI, ret);
}

int rt_helper_get_prandom_u32(struct rt_run *run, const u64 args[5], u64 *ret)
{
	*ret = run->env->random(run->env->user);
	return 0;
}

int rt_helper_get_smp_processor_id(struct rt_run *run, const u64 args[5], u64 *ret)
{
	*ret = run->cpu;
	return 0;
}

/* All CPUs of the runtime are on one node. */
int rt_helper_get_numa_node_id(struct rt_run *run, const u64 args[5], u64 *ret)
{
	*ret = 0;
	return 0;
}
