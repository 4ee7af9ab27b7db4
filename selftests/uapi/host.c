/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The host's side of table.h: the installed headers, and of the rows those that they know. */
#include "selftests/uapi/table.h"

#include <elf.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#define NUM(owner, name) { #owner, #name, (long long)(name) },
#define MEM(owner, path)
#define SIZE(owner)
static const struct uapi_num nums[] = {
#include UAPI_ROWS_OF_HOST
};
#undef NUM
#undef MEM
#undef SIZE

#define NUM(owner, name)
#define MEM(owner, path) { #owner, #path, offsetof(owner, path), sizeof(((owner *)0)->path) },
#define SIZE(owner) { #owner, "", 0, sizeof(owner) },
static const struct uapi_mem mems[] = {
#include UAPI_ROWS_OF_HOST
};

const struct uapi_table uapi_host = { nums, sizeof(nums) / sizeof(nums[0]), mems,
				      sizeof(mems) / sizeof(mems[0]) };
