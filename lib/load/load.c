/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Object -> handles on a target. Each pass asks for one kind of thing; a failure closes what the
 * passes before it made. Pins come last, and are removed again when one of them fails, so that
 * nothing is left behind but what was there first.
 */
#include "lib/load/load_int.h"

#include <stdlib.h>

static int (*const passes[])(struct load_inst *inst) = {
	load_btf_pass,
	load_maps_pass,
	/* From here on every map has its handle. */
	load_values_pass,
	load_progs_pass,
	/* From here on every program has its handle. */
	load_slots_pass,
	load_pins_pass,
};

static int alloc_tables(struct load_inst *inst)
{
	u32 n_maps = inst->obj->maps.n, n_funcs = inst->obj->funcs.n;

	inst->maps = calloc(n_maps ? n_maps : 1, sizeof(*inst->maps));
	inst->progs = calloc(n_funcs ? n_funcs : 1, sizeof(*inst->progs));
	if (!inst->maps || !inst->progs)
		return diag_raise(inst->diag, DIAG_NO_MEMORY, NULL, "load");
	for (u32 i = 0; i < n_maps; i++)
		inst->maps[i].handle = -1;
	for (u32 i = 0; i < n_funcs; i++)
		inst->progs[i].handle = -1;
	return 0;
}

static int check_byte_order(const struct load_inst *inst)
{
	struct weld_where at = WELD_WHERE_NONE;

	if (inst->obj->big_endian == HOST_BIG_ENDIAN)
		return 0;
	at.file = inst->obj->name;
	return diag_raise(inst->diag, DIAG_LOAD_BYTE_ORDER, &at,
			  inst->obj->big_endian ? "big" : "little");
}

int load_object(struct diag *d, const struct obj *o, struct weld_target target,
		const struct load_opts *opts, struct load_inst **out)
{
	struct load_inst *inst = calloc(1, sizeof(*inst));
	int err;

	if (!inst)
		return diag_raise(d, DIAG_NO_MEMORY, NULL, "load");
	*inst = (struct load_inst){ .diag = d, .obj = o, .target = target, .btf_handle = -1 };
	if (opts)
		inst->opts = *opts;
	err = check_byte_order(inst);
	if (!err)
		err = alloc_tables(inst);
	for (size_t i = 0; !err && i < ARRAY_SIZE(passes); i++)
		err = passes[i](inst);
	if (err) {
		load_unpin_maps(inst);
		load_close(inst);
		return err;
	}
	inst->opts.only_prog = inst->opts.pin_dir = NULL;
	inst->opts.find_map = NULL;
	inst->opts.replaces = NULL;
	*out = inst;
	return 0;
}

void load_close(struct load_inst *inst)
{
	if (!inst)
		return;
	for (u32 i = 0; inst->progs && i < inst->obj->funcs.n; i++) {
		load_close_handle(inst, &inst->progs[i].handle);
		img_free(inst->progs[i].img);
	}
	for (u32 i = 0; inst->maps && i < inst->obj->maps.n; i++)
		load_close_handle(inst, &inst->maps[i].handle);
	load_close_handle(inst, &inst->btf_handle);
	btf_free(inst->btf);
	free(inst->progs);
	free(inst->maps);
	free(inst);
}
