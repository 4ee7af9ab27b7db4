/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * bpf(2): the way in. The caller's attr is copied, checked for bytes that nobody knows and given
 * to the command's handler; commands.def has one row a command.
 */
#include "runtime/rt_int.h"

#include <ctype.h>

enum { PAGE = 4096 };

struct command {
	int cmd;
	const char *name;
	u32 known;		/* bytes of attr up to the last member that the command has */
	int (*handler)(struct rt_call *call);
};

#define END_OF(member) (offsetof(union bpf_attr, member) + sizeof(((union bpf_attr *)0)->member))

static const struct command commands[] = {
#define COMMAND(name, last, handler) { BPF_##name, "BPF_" #name, END_OF(last), rt_cmd_##handler },
#include "runtime/commands.def"
#undef COMMAND
};

static const struct command *find_command(int cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].cmd == cmd)
			return &commands[i];
	return NULL;
}

static bool all_zero(const void *data, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (((const u8 *)data)[i])
			return false;
	return true;
}

int rt_check_tail(const void *data, u32 size, u32 known)
{
	if (size > PAGE || (size > known && !all_zero(data, known, size)))
		return -E2BIG;
	return 0;
}

/* Letters are those of Latin-1: the kernel's character table knows no other. */
static bool name_letter(unsigned char c)
{
	return isalnum(c) || c == '_' || c == '.' || (c >= 0xc0 && c != 0xd7 && c != 0xf7);
}

int rt_copy_name(char to[BPF_OBJ_NAME_LEN], const char from[BPF_OBJ_NAME_LEN])
{
	size_t n = strnlen(from, BPF_OBJ_NAME_LEN);

	if (n == BPF_OBJ_NAME_LEN)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!name_letter((unsigned char)from[i]))
			return -EINVAL;
	memset(to, 0, BPF_OBJ_NAME_LEN);
	memcpy(to, from, n);
	return 0;
}

static int unknown_command(struct rt *rt, int cmd)
{
	if (cmd < 0 || cmd >= __MAX_BPF_CMD)
		return -EINVAL;
	return diag_raise(rt->diag, DIAG_RT_COMMAND, NULL, cmd);
}

int rt_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	struct rt *rt = user;
	struct rt_run run = { .diag = rt->diag, .host = &rt->host, .env = &rt->env };
	struct rt_call call = { .rt = rt, .user = attr, .user_size = size, .run = &run };
	const struct command *c = find_command(cmd);

	if (rt->host.running)
		return diag_raise(rt->diag, DIAG_RT_BUSY, NULL);
	if (!attr && size)
		return -EFAULT;
	if (rt_check_tail(attr, size, sizeof(call.attr)))
		return diag_raise(rt->diag, DIAG_RT_ATTR_SIZE, NULL, size, sizeof(call.attr));
	if (size)
		memcpy(&call.attr, attr, min_u64(size, sizeof(call.attr)));
	if (!c)
		return unknown_command(rt, cmd);
	if (!all_zero(&call.attr, c->known, sizeof(call.attr)))
		return diag_raise(rt->diag, DIAG_RT_ATTR_TAIL, NULL, c->name, c->known);
	return c->handler(&call);
}
