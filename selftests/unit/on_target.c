/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/on_target.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "uapi/bpf.h"

#include "lib/load/kernel.h"
#include "runtime/rt.h"

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

/* The end of a text: check refuses messages of more than a few thousand bytes. */
static const char *tail(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	return !text ? "" : len > 2000 ? text + len - 2000 : text;
}

static void keep(void *user, const struct weld_diag *d)
{
	struct on_target *r = user;

	free(r->log);
	ck_assert_int_gt(asprintf(&r->log, "[%d] %s\n%s", d->code, d->text,
				  d->detail ? d->detail : ""), 0);
}

bool on_kernel_answers(void)
{
	union bpf_attr attr = { .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4,
				.max_entries = 1 };
	int fd = load_kernel_ops.bpf(NULL, BPF_MAP_CREATE, &attr, sizeof(attr));

	if (fd < 0)
		return false;
	load_kernel_ops.close(NULL, fd);
	return true;
}

int on_try(struct on_target *r, const struct obj *o, int side, const char *prog)
{
	struct weld_target target = { .ops = &load_kernel_ops };
	struct load_opts opts = { .only_prog = prog, .no_pins = true };

	*r = (struct on_target){ .side = side, .prog = obj_find_func(o, prog) };
	r->diag = (struct diag){ .fn = keep, .user = r, .error_limit = DIAG_DEFAULT_LIMIT };
	ck_assert_msg(r->prog.i, "no program %s", prog);
	if (side == ON_RUNTIME) {
		ck_assert_int_eq(rt_new(&(struct rt_opts){ .diag = &r->diag }, &r->rt), 0);
		target = (struct weld_target){ .ops = &runtime_ops, .user = r->rt };
	}
	return load_object(&r->diag, o, target, &opts, &r->inst);
}

void on_start(struct on_target *r, const struct obj *o, int side, const char *prog)
{
	int err = on_try(r, o, side, prog);

	ck_assert_msg(!err, "side %d, %s: %s %s", side, prog, strerror(-err), tail(r->log));
	ck_assert_int_ge(r->inst->btf_handle, 0);
}

void on_stop(struct on_target *r)
{
	load_close(r->inst);
	rt_free(r->rt);
	free(r->log);
}

u32 on_run(struct on_target *r, const void *data, u32 size)
{
	struct load_test_run run = { .data_in = data, .data_size_in = size, .repeat = 1 };
	int err = load_test_run(r->inst, r->prog, &run);

	ck_assert_msg(!err, "side %d: %s %s", r->side, strerror(-err), tail(r->log));
	return run.retval;
}

u32 on_change(struct on_target *r, void *data, u32 *size, u32 room)
{
	struct load_test_run run = { .data_in = data, .data_size_in = *size, .data_out = data,
				     .data_size_out = room, .repeat = 1 };
	int err = load_test_run(r->inst, r->prog, &run);

	ck_assert_msg(!err, "side %d: %s %s", r->side, strerror(-err), tail(r->log));
	*size = run.data_size_out;
	return run.retval;
}

u64 on_value_at(struct on_target *r, const char *map, u32 key, u32 off)
{
	map_id id = obj_find_map(r->inst->obj, map);
	u32 size, step;
	u64 sum = 0;
	u8 *value;

	ck_assert_msg(id.i, "no map %s", map);
	ck_assert_int_eq(load_map_value_size(r->inst, id, &size), 0);
	value = calloc(1, size);
	ck_assert_int_eq(load_map_lookup(r->inst, id, &key, value), 0);
	step = (u32)align_up(obj_map(r->inst->obj, id)->value_size, 8);
	for (u32 at = 0; at + off + 8 <= size; at += step)
		sum += get_u64(value + at + off, false);
	free(value);
	return sum;
}

u64 on_value(struct on_target *r, const char *map, u32 key)
{
	return on_value_at(r, map, key, 0);
}

u32 on_processed(const struct on_target *r)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { 0 };

	ck_assert_int_eq(r->side, ON_KERNEL);
	attr.info.bpf_fd = (u32)r->inst->progs[r->prog.i].handle;
	attr.info.info_len = sizeof(info);
	attr.info.info = (u64)(uintptr_t)&info;
	ck_assert_int_eq(load_kernel_ops.bpf(NULL, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)),
			 0);
	return info.verified_insns;
}
