/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/uapi/table.h"

#include "uapi/bpf.h"
#include "uapi/btf.h"
#include "uapi/elf.h"
#include "uapi/net.h"

#define NUM(owner, name) { #owner, #name, (long long)(name) },
#define MEM(owner, path)
#define SIZE(owner)
static const struct uapi_num nums[] = {
#include UAPI_ROWS
};
#undef NUM
#undef MEM
#undef SIZE

#define NUM(owner, name)
#define MEM(owner, path) { #owner, #path, offsetof(owner, path), sizeof(((owner *)0)->path) },
#define SIZE(owner) { #owner, "", 0, sizeof(owner) },
static const struct uapi_mem mems[] = {
#include UAPI_ROWS
};

const struct uapi_table uapi_ours = { nums, sizeof(nums) / sizeof(nums[0]), mems,
				      sizeof(mems) / sizeof(mems[0]) };
