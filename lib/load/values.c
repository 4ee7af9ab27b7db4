/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What maps start with: bytes of data sections, programs in program arrays, maps in maps of
 * maps.
 */
#include "lib/load/load_int.h"

#include <stdlib.h>

#include "uapi/elf.h"

static int freeze(const struct load_inst *inst, int handle)
{
	union bpf_attr attr = { .map_fd = (uint32_t)handle };

	return load_bpf(inst, BPF_MAP_FREEZE, &attr);
}

/* A value that holds the address of a function or a variable can't be made: neither has an
 * address that user space knows. The bytes stay 0, which whoever reads them should hear of. */
static void warn_of_addresses(const struct load_inst *inst, const struct obj_map *m)
{
	const struct obj_sec *sec = obj_sec(inst->obj, m->sec);
	struct weld_where at;

	if (!sec->relocs.n)
		return;
	at = obj_where(inst->obj, m->sec, sec->relocs.v[0].off);
	diag_raise(inst->diag, DIAG_LOAD_ADDRESS_IN_DATA, &at, sec->name);
}

static int fill_data(const struct load_inst *inst, map_id id)
{
	const struct obj_map *m = obj_map(inst->obj, id);
	const struct obj_sec *sec = obj_sec(inst->obj, m->sec);
	struct weld_where at = WELD_WHERE_NONE;
	union bpf_attr attr = { 0 };
	u32 zero = 0;
	int err = 0;

	warn_of_addresses(inst, m);
	at.file = inst->obj->name;
	at.section = m->name;
	if (sec->bytes.n) {
		attr.map_fd = (uint32_t)inst->maps[id.i].handle;
		attr.key = ptr_u64(&zero);
		attr.value = ptr_u64(sec->bytes.v);
		err = load_bpf(inst, BPF_MAP_UPDATE_ELEM, &attr);
	}
	if (err >= 0 && (m->flags & BPF_F_RDONLY_PROG))
		err = freeze(inst, inst->maps[id.i].handle);
	return err < 0 ? load_raise(inst, DIAG_LOAD_MAP_FILL, &at, m->name, err) : 0;
}

int load_values_pass(struct load_inst *inst)
{
	int err = 0;

	for (u32 i = 1; !err && i < inst->obj->maps.n; i++)
		if (inst->obj->maps.v[i].is_data && !inst->maps[i].reused)
			err = fill_data(inst, (map_id){ i });
	return err;
}

/* --- slots ---------------------------------------------------------------------------- */

static int slot_handle(const struct load_inst *inst, sym_id sym)
{
	const struct obj_sym *s = obj_sym(inst->obj, sym);
	func_id f = { 0 };

	if (s->type == STT_FUNC)
		f = obj_func_at(inst->obj, s->sec, (u32)(s->value / sizeof(struct bpf_insn)));
	if (f.i)
		return inst->progs[f.i].handle;
	for (u32 i = 1; i < inst->obj->maps.n; i++)
		if (inst->obj->maps.v[i].sym.i == sym.i)
			return inst->maps[i].handle;
	return -1;
}

/* What nothing defines has address 0 where it is weak, and an empty slot says the same. */
static bool stays_empty(const struct obj_sym *s)
{
	return !s->sec.i && !s->absolute && s->bind == STB_WEAK;
}

static int fill_slot(const struct load_inst *inst, map_id id, const struct obj_map_slot *slot)
{
	const struct obj_map *m = obj_map(inst->obj, id);
	struct weld_where at = obj_where_sym(inst->obj, m->sym);
	u32 idx = slot->idx, value;
	union bpf_attr attr = { 0 };
	int handle = slot_handle(inst, slot->sym), ret;

	if (stays_empty(obj_sym(inst->obj, slot->sym)))
		return 0;
	if (handle < 0)
		return diag_raise(inst->diag, DIAG_LOAD_BAD_SLOT, &at, idx, m->name,
				  obj_sym(inst->obj, slot->sym)->name);
	value = (u32)handle;
	attr.map_fd = (uint32_t)inst->maps[id.i].handle;
	attr.key = ptr_u64(&idx);
	attr.value = ptr_u64(&value);
	ret = load_bpf(inst, BPF_MAP_UPDATE_ELEM, &attr);
	return ret < 0 ? load_raise(inst, DIAG_LOAD_MAP_FILL, &at, m->name, ret) : 0;
}

int load_slots_pass(struct load_inst *inst)
{
	int err = 0;

	for (u32 i = 1; !err && i < inst->obj->maps.n; i++) {
		const struct obj_map *m = &inst->obj->maps.v[i];

		if (inst->maps[i].reused || m->is_extern || m->is_inner)
			continue;
		for (u32 k = 0; !err && k < m->n_slots; k++)
			err = fill_slot(inst, (map_id){ i }, &m->slots[k]);
	}
	return err;
}
