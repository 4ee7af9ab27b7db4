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

/* --- maps that are pinned by name ----------------------------------------------------- */

int load_pin_path(const struct load_inst *inst, const struct obj_map *m, struct sbuf *out)
{
	const char *dir = inst->opts.pin_dir ? inst->opts.pin_dir : "/sys/fs/bpf";

	sbuf_printf(out, "%s/%s", dir, m->name);
	return sbuf_err(out) ? diag_raise(inst->diag, DIAG_NO_MEMORY, NULL, "load") : 0;
}

static int pin_map(const struct load_inst *inst, map_id id)
{
	struct load_map *map = &inst->maps[id.i];
	struct sbuf path = { 0 };
	int err = load_pin_path(inst, obj_map(inst->obj, id), &path);

	if (!err)
		err = load_pin_put(inst, map->handle, sbuf_str(&path));
	map->pinned = !err;
	sbuf_free(&path);
	return err;
}

int load_pins_pass(struct load_inst *inst)
{
	int err = 0;

	for (u32 i = 1; !err && i < inst->obj->maps.n; i++)
		if (inst->maps[i].to_pin)
			err = pin_map(inst, (map_id){ i });
	return err;
}

void load_unpin_maps(struct load_inst *inst)
{
	for (u32 i = 1; inst->maps && inst->target.ops->unpin && i < inst->obj->maps.n; i++) {
		struct sbuf path = { 0 };

		if (!inst->maps[i].pinned)
			continue;
		if (!load_pin_path(inst, &inst->obj->maps.v[i], &path))
			inst->target.ops->unpin(inst->target.user, sbuf_str(&path));
		sbuf_free(&path);
	}
}

/* --- pins that the caller asks for ---------------------------------------------------- */

int load_pin_prog(struct load_inst *inst, func_id prog, const char *path)
{
	return load_pin_put(inst, inst->progs[prog.i].handle, path);
}

int load_pin_map(struct load_inst *inst, map_id map, const char *path)
{
	return load_pin_put(inst, inst->maps[map.i].handle, path);
}
