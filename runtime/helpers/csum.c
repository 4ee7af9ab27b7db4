/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Internet checksums: one's complement sums, in which a sum that is not of zeros alone never
 * becomes 0. So the order of adding doesn't matter and the kernel's result is met on all machines.
 */
#include "runtime/helpers/helpers_int.h"

static u64 add64(u64 a, u64 b)
{
	u64 sum = a + b;

	return sum + (sum < b);
}

static u32 add32(u32 a, u32 b)
{
	u32 sum = a + b;

	return sum + (sum < b);
}

static u32 fold64(u64 sum)
{
	return add32((u32)sum, (u32)(sum >> 32));
}

static u16 fold32(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (u16)((sum & 0xffff) + (sum >> 16));
}

/* Words in host order; zeros behind a last one that is not whole. */
static u32 sum_words(const u8 *data, u64 size, u32 seed)
{
	u64 sum = seed;
	u32 last = 0;

	for (; size >= sizeof(u32); size -= sizeof(u32), data += sizeof(u32))
		sum = add64(sum, get_u32(data, false));
	if (size)
		memcpy(&last, data, size);
	return fold64(add64(sum, last));
}

/* Memory that may be NULL when it has no bytes. */
static int optional_mem(struct rt_run *run, u64 addr, u64 size, void **host)
{
	if (!addr && !size)
		return 0;
	return run->ops->mem(run, addr, size, RT_READ, host);
}

/* csum_diff(from, from_size, to, to_size, seed); Linux 6.18 takes odd sizes as well. */
int rt_helper_csum_diff(struct rt_run *run, const u64 args[5], u64 *ret)
{
	void *from = NULL, *to = NULL;
	u32 sum = (u32)args[4];
	int err = optional_mem(run, args[0], args[1], &from);

	if (!err)
		err = optional_mem(run, args[2], args[3], &to);
	if (err)
		return err;
	if (args[1] && args[3])
		sum = add32(sum_words(to, args[3], sum), ~sum_words(from, args[1], 0));
	else if (args[3])
		sum = sum_words(to, args[3], sum);
	else if (args[1])
		sum = ~sum_words(from, args[1], ~sum);
	*ret = fold32(sum);
	return 0;
}
