/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/running.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "uapi/bpf.h"

#include "lib/load/kernel.h"

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

/* --- what was said ----------------------------------------------------------------------- */

static void keep(void *user, const struct weld_diag *d)
{
	struct running *r = user;

	free(r->log);
	ck_assert_int_gt(asprintf(&r->log, "[%d] %s\n%s", d->code, d->text,
				  d->detail ? d->detail : ""), 0);
}

/* The end of it: check refuses messages of more than a few thousand bytes. */
static const char *said(const struct running *r)
{
	size_t len = r->log ? strlen(r->log) : 0;

	return !r->log ? "" : len > 2000 ? r->log + len - 2000 : r->log;
}

/* --- loading ----------------------------------------------------------------------------- */

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

/* prog NULL: all. */
static int try(struct running *r, const struct obj *o, bool on_kernel, const char *prog)
{
	struct weld_target target = { .ops = &load_kernel_ops };
	struct load_opts opts = { .no_pins = true, .only_prog = prog };

	*r = (struct running){ .on_kernel = on_kernel };
	r->diag = (struct diag){ .fn = keep, .user = r, .error_limit = DIAG_DEFAULT_LIMIT };
	if (prog) {
		r->only = obj_find_func(o, prog);
		ck_assert_msg(r->only.i, "no program %s", prog);
	}
	if (!on_kernel) {
		ck_assert_int_eq(rt_new(&(struct rt_opts){ .diag = &r->diag }, &r->rt), 0);
		target = (struct weld_target){ .ops = &runtime_ops, .user = r->rt };
	}
	return load_object(&r->diag, o, target, &opts, &r->inst);
}

static void start(struct running *r, const struct obj *o, bool on_kernel, const char *prog)
{
	int err = try(r, o, on_kernel, prog);

	ck_assert_msg(!err, "on kernel %d, %s: %s %s", on_kernel, prog ? prog : "all",
		      strerror(-err), said(r));
	ck_assert_int_ge(r->inst->btf_handle, 0);
}

int running_try(struct running *r, const struct obj *o, bool on_kernel)
{
	return try(r, o, on_kernel, NULL);
}

int running_try_only(struct running *r, const struct obj *o, bool on_kernel, const char *prog)
{
	return try(r, o, on_kernel, prog);
}

void running_start(struct running *r, const struct obj *o, bool on_kernel)
{
	start(r, o, on_kernel, NULL);
}

void running_start_only(struct running *r, const struct obj *o, bool on_kernel, const char *prog)
{
	start(r, o, on_kernel, prog);
}

void running_stop(struct running *r)
{
	load_close(r->inst);
	rt_free(r->rt);
	free(r->log);
}

/* --- running ----------------------------------------------------------------------------- */

/* It has to get to its end. */
static u32 run(struct running *r, func_id prog, struct load_test_run *how)
{
	int err;

	how->repeat = 1;
	err = load_test_run(r->inst, prog, how);
	ck_assert_msg(!err, "on kernel %d: %s %s", r->on_kernel, strerror(-err), said(r));
	return how->retval;
}

u32 running_run_on(struct running *r, const char *prog, u8 first, u16 proto)
{
	u8 packet[RUNNING_PACKET] = { first };
	struct load_test_run how = { .data_in = packet, .data_size_in = sizeof(packet) };
	func_id f = obj_find_func(r->inst->obj, prog);

	ck_assert_msg(f.i, "%s", prog);
	packet[12] = proto >> 8;
	packet[13] = (u8)proto;
	return run(r, f, &how);
}

u32 running_run(struct running *r, const char *prog)
{
	return running_run_on(r, prog, 0, 0x0800);
}

u32 running_on(struct running *r, const void *data, u32 size)
{
	return run(r, r->only, &(struct load_test_run){ .data_in = data, .data_size_in = size });
}

u32 running_change(struct running *r, void *data, u32 *size, u32 room)
{
	struct load_test_run how = { .data_in = data, .data_size_in = *size, .data_out = data,
				     .data_size_out = room };
	u32 ret = run(r, r->only, &how);

	*size = how.data_size_out;
	return ret;
}

/* --- what came of it --------------------------------------------------------------------- */

u64 running_value_at(struct running *r, const char *map, u32 key, u32 off)
{
	map_id id = obj_find_map(r->inst->obj, map);
	u32 size, step;
	u64 sum = 0;
	u8 *value;
	int err;

	ck_assert_msg(id.i, "no map %s", map);
	ck_assert_int_eq(load_map_value_size(r->inst, id, &size), 0);
	/* Room for 8 bytes of a value that has fewer. */
	value = calloc(1, size + 8);
	err = load_map_lookup(r->inst, id, &key, value);
	ck_assert(!err || err == -ENOENT);
	step = (u32)align_up(obj_map(r->inst->obj, id)->value_size, 8);
	for (u32 at = 0; !err && at + off < size; at += step)
		sum += get_u64(value + at + off, false);
	free(value);
	return sum;
}

u64 running_value(struct running *r, const char *map, u32 key)
{
	return running_value_at(r, map, key, 0);
}

u32 running_processed(const struct running *r)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { 0 };

	ck_assert(r->on_kernel);
	attr.info.bpf_fd = (u32)r->inst->progs[r->only.i].handle;
	attr.info.info_len = sizeof(info);
	attr.info.info = (u64)(uintptr_t)&info;
	ck_assert_int_eq(load_kernel_ops.bpf(NULL, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)),
			 0);
	return info.verified_insns;
}
