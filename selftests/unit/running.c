/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/running.h"

#include <check.h>
#include <stdio.h>

#include "lib/load/kernel.h"
#include "uapi/bpf.h"

static int one_cpu(void *user, unsigned int *n)
{
	(void)user;
	*n = 1;
	return 0;
}

static const struct weld_target_ops runtime_ops = {
	.sz = sizeof(runtime_ops), .name = "runtime", .bpf = rt_bpf, .close = rt_close,
	.mmap = rt_mmap, .munmap = rt_munmap, .n_cpus = one_cpu,
};

static void to_stderr(void *user, const struct weld_diag *d)
{
	(void)user;
	fprintf(stderr, "[%d] %s\n%s", d->code, d->text, d->detail ? d->detail : "");
}

bool running_kernel_answers(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };
	int fd = load_kernel_ops.bpf(NULL, BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		return false;
	load_kernel_ops.close(NULL, fd);
	return true;
}

static int try(struct running *r, const struct obj *o, bool on_kernel, bool quiet,
	       const char *only)
{
	struct weld_target target = { .ops = &load_kernel_ops };
	struct load_opts opts = { .no_pins = true, .only_prog = only };

	*r = (struct running){ .on_kernel = on_kernel };
	r->diag.error_limit = DIAG_DEFAULT_LIMIT;
	r->diag.fn = quiet ? NULL : to_stderr;
	if (!on_kernel) {
		ck_assert_int_eq(rt_new(&(struct rt_opts){ .diag = &r->diag }, &r->rt), 0);
		target = (struct weld_target){ .ops = &runtime_ops, .user = r->rt };
	}
	return load_object(&r->diag, o, target, &opts, &r->inst);
}

int running_try(struct running *r, const struct obj *o, bool on_kernel, bool quiet)
{
	return try(r, o, on_kernel, quiet, NULL);
}

int running_try_only(struct running *r, const struct obj *o, bool on_kernel, const char *prog)
{
	return try(r, o, on_kernel, true, prog);
}

void running_stop(struct running *r)
{
	load_close(r->inst);
	rt_free(r->rt);
}

void running_start(struct running *r, const struct obj *o, bool on_kernel)
{
	ck_assert_int_eq(running_try(r, o, on_kernel, false), 0);
	ck_assert_int_ge(r->inst->btf_handle, 0);
}

u32 running_run_on(struct running *r, const char *prog, u8 first, u16 proto)
{
	u8 packet[RUNNING_PACKET] = { first };
	struct load_test_run run = { .data_in = packet, .data_size_in = sizeof(packet),
				     .repeat = 1 };
	func_id f = obj_find_func(r->inst->obj, prog);

	ck_assert_msg(f.i, "%s", prog);
	packet[12] = proto >> 8;
	packet[13] = (u8)proto;
	ck_assert_int_eq(load_test_run(r->inst, f, &run), 0);
	return run.retval;
}

u32 running_run(struct running *r, const char *prog)
{
	return running_run_on(r, prog, 0, 0x0800);
}

u64 running_value(struct running *r, const char *map, u32 key)
{
	map_id id = obj_find_map(r->inst->obj, map);
	u64 value = 0;
	int err;

	ck_assert_msg(id.i, "%s", map);
	err = load_map_lookup(r->inst, id, &key, &value);
	ck_assert(!err || err == -ENOENT);
	return err ? 0 : value;
}
