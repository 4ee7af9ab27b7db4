/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Pins: names on a bpffs that keep a map or program alive when its handles are gone. */
#include "lib/load/load_int.h"

int load_pin_get(const struct load_inst *inst, const char *path, int *handle)
{
	union bpf_attr attr = { .pathname = ptr_u64(path) };
	int ret = load_bpf(inst, BPF_OBJ_GET, &attr);

	if (ret < 0)
		return ret;
	*handle = ret;
	return 0;
}

int load_pin_put(const struct load_inst *inst, int handle, const char *path)
{
	union bpf_attr attr = { .pathname = ptr_u64(path), .bpf_fd = (uint32_t)handle };
	int ret = load_bpf(inst, BPF_OBJ_PIN, &attr);

	return ret < 0 ? load_raise(inst, DIAG_LOAD_PIN, NULL, path, ret) : 0;
}

int load_pin_prog(struct load_inst *inst, func_id prog, const char *path)
{
	return load_pin_put(inst, inst->progs[prog.i].handle, path);
}

int load_pin_map(struct load_inst *inst, map_id map, const char *path)
{
	return load_pin_put(inst, inst->maps[map.i].handle, path);
}
