/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Instances: loaded objects, their programs and maps by name. */
#include "lib/api/api_int.h"

#include <stdlib.h>

#include "lib/load/load.h"

#if CONFIG_KERNEL
#include "lib/load/kernel.h"
#endif

struct weld_instance {
	struct load_inst *load;
};

int weld_target__kernel(struct weld_target *target)
{
#if CONFIG_KERNEL
	*target = (struct weld_target){ .ops = &load_kernel_ops };
	return 0;
#else
	return -ENOTSUP;
#endif
}

int weld_object__load(const struct weld_object *obj, const struct weld_target *target,
		      const struct weld_load_opts *opts, struct weld_instance **inst)
{
	WELD_OPTS(weld_load_opts, o);
	struct load_opts lo;
	struct weld_instance *i;
	int err = api_opts(obj->diag, API_SPEC(weld_load_opts), opts, &o);

	if (!err)
		err = api_target(obj->diag, target);
	if (err)
		return err;
	i = calloc(1, sizeof(*i));
	if (!i)
		return diag_raise(obj->diag, DIAG_NO_MEMORY, NULL, "weld_object__load");
	lo = (struct load_opts){
		.only_prog = o.program,
		.pin_dir = o.pin_dir,
		.no_pins = o.no_pins,
		.prog_type = o.type,
	};
	api_begin(obj->diag);
	err = load_object(obj->diag, obj->o, *target, &lo, &i->load);
	if (err) {
		free(i);
		return err;
	}
	*inst = i;
	return 0;
}

void weld_instance__close(struct weld_instance *inst)
{
	if (!inst)
		return;
	load_close(inst->load);
	free(inst);
}

int weld_program_type__by_name(const char *name, uint32_t *type)
{
	u32 found;

	if (!abi_prog_by_name(name, &found))
		return -ENOENT;
	*type = found;
	return 0;
}

/* --- programs ------------------------------------------------------------------------- */

/* A loaded program by name; -ENOENT without a diagnostic. */
static int find_prog(const struct weld_instance *inst, const char *name, func_id *out)
{
	const struct obj *o = inst->load->obj;

	for (u32 i = 1; i < o->funcs.n; i++) {
		func_id id = { i };

		if (inst->load->progs[i].handle >= 0 && !strcmp(obj_func_name(o, id), name)) {
			*out = id;
			return 0;
		}
	}
	return -ENOENT;
}

static int need_prog(const struct weld_instance *inst, const char *name, func_id *out)
{
	struct weld_where at = WELD_WHERE_NONE;

	if (!find_prog(inst, name, out))
		return 0;
	at.file = inst->load->obj->name;
	return diag_raise(inst->load->diag, DIAG_LOAD_NO_PROG, &at, name);
}

int weld_instance__program(const struct weld_instance *inst, const char *name, int *handle)
{
	func_id id;
	int err = find_prog(inst, name, &id);

	if (!err)
		*handle = inst->load->progs[id.i].handle;
	return err;
}

int weld_instance__insns(const struct weld_instance *inst, const char *program, const void **insns,
			 uint32_t *n)
{
	func_id id;
	int err = find_prog(inst, program, &id);

	if (err)
		return err;
	*insns = inst->load->progs[id.i].img->insns.v;
	*n = inst->load->progs[id.i].img->insns.n;
	return 0;
}

int weld_instance__test_run(struct weld_instance *inst, const char *program,
			    struct weld_test_run *run)
{
	WELD_OPTS(weld_test_run, r);
	struct load_test_run lr;
	func_id id;
	int err = api_opts(inst->load->diag, API_SPEC(weld_test_run), run, &r);

	if (!err)
		err = need_prog(inst, program, &id);
	if (err)
		return err;
	lr = (struct load_test_run){
		.data_in = r.data_in,
		.data_size_in = r.data_size_in,
		.data_out = r.data_out,
		.data_size_out = r.data_size_out,
		.ctx_in = r.ctx_in,
		.ctx_size_in = r.ctx_size_in,
		.ctx_out = r.ctx_out,
		.ctx_size_out = r.ctx_size_out,
		.repeat = r.repeat,
	};
	err = load_test_run(inst->load, id, &lr);
	if (err && err != -ENOSPC)
		return err;
	run->data_size_out = lr.data_size_out;
	run->ctx_size_out = lr.ctx_size_out;
	run->retval = lr.retval;
	run->duration_ns = lr.duration_ns;
	return err;
}

/* --- maps ----------------------------------------------------------------------------- */

static int find_map(const struct weld_instance *inst, const char *name, map_id *out)
{
	map_id id = obj_find_map(inst->load->obj, name);

	if (!id.i || inst->load->maps[id.i].handle < 0)
		return -ENOENT;
	*out = id;
	return 0;
}

int weld_instance__map(const struct weld_instance *inst, const char *name, int *handle)
{
	map_id id;
	int err = find_map(inst, name, &id);

	if (!err)
		*handle = inst->load->maps[id.i].handle;
	return err;
}

int weld_instance__map_sizes(const struct weld_instance *inst, const char *name, uint32_t *key_size,
			     uint32_t *value_size)
{
	map_id id;
	u32 size;
	int err = find_map(inst, name, &id);

	if (!err)
		err = load_map_value_size(inst->load, id, &size);
	if (err)
		return err;
	*key_size = obj_map(inst->load->obj, id)->key_size;
	*value_size = size;
	return 0;
}

int weld_instance__map_lookup(struct weld_instance *inst, const char *name, const void *key,
			      void *value)
{
	map_id id;
	int err = find_map(inst, name, &id);

	return err ? err : load_map_lookup(inst->load, id, key, value);
}

int weld_instance__map_update(struct weld_instance *inst, const char *name, const void *key,
			      const void *value, uint64_t flags)
{
	map_id id;
	int err = find_map(inst, name, &id);

	return err ? err : load_map_update(inst->load, id, key, value, flags);
}

int weld_instance__map_delete(struct weld_instance *inst, const char *name, const void *key)
{
	map_id id;
	int err = find_map(inst, name, &id);

	return err ? err : load_map_delete(inst->load, id, key);
}

int weld_instance__map_next_key(struct weld_instance *inst, const char *name, const void *key,
				void *next)
{
	map_id id;
	int err = find_map(inst, name, &id);

	return err ? err : load_map_next_key(inst->load, id, key, next);
}

/* --- pins ----------------------------------------------------------------------------- */

int weld_instance__pin_program(struct weld_instance *inst, const char *name, const char *path)
{
	func_id id;
	int err = need_prog(inst, name, &id);

	return err ? err : load_pin_prog(inst->load, id, path);
}

int weld_instance__pin_map(struct weld_instance *inst, const char *name, const char *path)
{
	map_id id;
	int err = find_map(inst, name, &id);

	return err ? err : load_pin_map(inst->load, id, path);
}
