/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What is done with a loaded object: test runs and reading and writing map elements. */
#include "lib/load/load_int.h"

static struct weld_where prog_where(const struct load_inst *inst, func_id prog)
{
	return obj_where_sym(inst->obj, obj_func(inst->obj, prog)->sym);
}

int load_test_run(struct load_inst *inst, func_id prog, struct load_test_run *run)
{
	struct weld_where at = prog_where(inst, prog);
	u32 said = inst->diag->n_errors;
	union bpf_attr attr = { 0 };
	int ret;

	attr.test.prog_fd = (uint32_t)inst->progs[prog.i].handle;
	attr.test.data_in = ptr_u64(run->data_in);
	attr.test.data_size_in = run->data_size_in;
	/* An address with size 0 would mean room for any packet. */
	attr.test.data_out = run->data_size_out ? ptr_u64(run->data_out) : 0;
	attr.test.data_size_out = run->data_out ? run->data_size_out : 0;
	attr.test.ctx_in = ptr_u64(run->ctx_in);
	attr.test.ctx_size_in = run->ctx_size_in;
	attr.test.ctx_out = ptr_u64(run->ctx_out);
	attr.test.ctx_size_out = run->ctx_out ? run->ctx_size_out : 0;
	attr.test.repeat = run->repeat;
	ret = load_bpf(inst, BPF_PROG_TEST_RUN, &attr);
	/* The program ran, too, when what it made of the packet didn't fit (bpf_test_finish). */
	if (ret >= 0 || ret == -ENOSPC) {
		run->retval = attr.test.retval;
		run->duration_ns = attr.test.duration;
		run->data_size_out = attr.test.data_size_out;
		run->ctx_size_out = attr.test.ctx_size_out;
	}
	/* The runtime says itself what stopped a program. */
	if (ret < 0 && inst->diag->n_errors == said)
		load_raise(inst, DIAG_LOAD_TEST_RUN, &at, obj_func_name(inst->obj, prog), ret);
	return ret < 0 ? ret : 0;
}

/* Element calls report by errno alone: -ENOENT and -EEXIST are answers, not faults. */
static int elem(struct load_inst *inst, int cmd, map_id map, union bpf_attr *attr)
{
	int ret;

	attr->map_fd = (uint32_t)inst->maps[map.i].handle;
	ret = load_bpf(inst, cmd, attr);
	return ret < 0 ? ret : 0;
}

int load_map_lookup(struct load_inst *inst, map_id map, const void *key, void *value)
{
	union bpf_attr attr = { 0 };

	attr.key = ptr_u64(key);
	attr.value = ptr_u64(value);
	return elem(inst, BPF_MAP_LOOKUP_ELEM, map, &attr);
}

int load_map_update(struct load_inst *inst, map_id map, const void *key, const void *value,
		    u64 flags)
{
	union bpf_attr attr = { 0 };

	attr.key = ptr_u64(key);
	attr.value = ptr_u64(value);
	attr.flags = flags;
	return elem(inst, BPF_MAP_UPDATE_ELEM, map, &attr);
}

int load_map_delete(struct load_inst *inst, map_id map, const void *key)
{
	union bpf_attr attr = { 0 };

	attr.key = ptr_u64(key);
	return elem(inst, BPF_MAP_DELETE_ELEM, map, &attr);
}

int load_map_next_key(struct load_inst *inst, map_id map, const void *key, void *next)
{
	union bpf_attr attr = { 0 };

	attr.key = ptr_u64(key);
	attr.next_key = ptr_u64(next);
	return elem(inst, BPF_MAP_GET_NEXT_KEY, map, &attr);
}

int load_map_value_size(struct load_inst *inst, map_id map, u32 *size)
{
	const struct obj_map *m = obj_map(inst->obj, map);
	const struct abi_map *kind = abi_map(m->type);
	u32 n_cpus = 1;
	u64 bytes;
	int err;

	if (!kind || !(kind->flags & ABI_MAP_PERCPU)) {
		*size = m->value_size;
		return 0;
	}
	if (!inst->target.ops->n_cpus)
		return -ENOTSUP;
	err = inst->target.ops->n_cpus(inst->target.user, &n_cpus);
	if (err)
		return err;
	bytes = align_up(m->value_size, 8) * n_cpus;
	if (bytes > UINT32_MAX)
		return -E2BIG;
	*size = (u32)bytes;
	return 0;
}
