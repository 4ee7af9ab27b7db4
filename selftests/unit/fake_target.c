/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/fake_target.h"

#include <errno.h>
#include <string.h>

enum { FIRST_HANDLE = 1000 };

static bool gives_handle(int cmd)
{
	return cmd == BPF_MAP_CREATE || cmd == BPF_PROG_LOAD || cmd == BPF_BTF_LOAD ||
	       cmd == BPF_OBJ_GET;
}

static void write_log(int cmd, union bpf_attr *attr, const char *log)
{
	char *buf = NULL;
	uint32_t size = 0;

	if (cmd == BPF_PROG_LOAD) {
		buf = (char *)(uintptr_t)attr->log_buf;
		size = attr->log_size;
	} else if (cmd == BPF_BTF_LOAD) {
		buf = (char *)(uintptr_t)attr->btf_log_buf;
		size = attr->btf_log_size;
	}
	if (buf && size > strlen(log))
		strcpy(buf, log);
}

static int answer(struct fake_target *f, int cmd, union bpf_attr *attr)
{
	int nth = ++f->n_of_cmd[cmd];

	if (f->fail_call == f->n_calls + 1)
		return -EIO;
	for (size_t i = 0; i < sizeof(f->rules) / sizeof(f->rules[0]); i++) {
		struct fake_rule *r = &f->rules[i];

		if (!r->err || r->cmd != cmd || (r->nth && r->nth != nth) || r->times < 0)
			continue;
		if (r->times && !--r->times)
			r->times = -1;
		if (r->log)
			write_log(cmd, attr, r->log);
		return r->err;
	}
	if (cmd == BPF_OBJ_GET_INFO_BY_FD)
		memcpy((void *)(uintptr_t)attr->info.info, &f->map_info, sizeof(f->map_info));
	if (!gives_handle(cmd))
		return 0;
	f->open++;
	return FIRST_HANDLE + f->n_calls;
}

static int fake_bpf(void *user, int cmd, union bpf_attr *attr, unsigned int size)
{
	struct fake_target *f = user;
	struct fake_call *c;
	int ret = answer(f, cmd, attr);

	if (f->n_calls < FAKE_MAX_CALLS) {
		c = &f->calls[f->n_calls];
		c->cmd = cmd;
		memcpy(&c->attr, attr, size < sizeof(c->attr) ? size : sizeof(c->attr));
		c->ret = ret;
		f->n_calls++;
	}
	return ret;
}

static int fake_close(void *user, int handle)
{
	struct fake_target *f = user;

	f->open--;
	return handle >= FIRST_HANDLE ? 0 : -EBADF;
}

struct weld_target fake_target(struct fake_target *f)
{
	static const struct weld_target_ops ops = {
		.sz = sizeof(ops),
		.name = "script",
		.bpf = fake_bpf,
		.close = fake_close,
	};

	return (struct weld_target){ &ops, f };
}

const struct fake_call *fake_find(const struct fake_target *f, int cmd, int nth)
{
	for (int i = 0; i < f->n_calls; i++)
		if (f->calls[i].cmd == cmd && !--nth)
			return &f->calls[i];
	return NULL;
}
