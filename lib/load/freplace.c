/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/load/freplace.h"

#include "lib/load/load_int.h"

static int raise(const struct load_replaced *at, int err)
{
	const struct load_inst *inst = at->inst;
	struct diag_msg m;

	diag_begin(&m, inst->diag, DIAG_LOAD_FREPLACE, NULL, inst->target.ops->name, at->function,
		   obj_func_name(inst->obj, at->program), strerror(-err));
	diag_errno(&m, err);
	if (err == -EPERM)
		diag_help(&m, "this kernel, or its security policy, takes no programs of this "
			      "kind; a chain in inline mode is one program and needs none");
	return diag_end(&m);
}

static int make_link(const struct load_replaced *at, int prog, u32 btf_id, int *link)
{
	union bpf_attr attr = { 0 };
	int ret;

	attr.link_create.prog_fd = (uint32_t)prog;
	attr.link_create.target_fd = (uint32_t)at->inst->progs[at->program.i].handle;
	attr.link_create.target_btf_id = btf_id;
	ret = load_bpf(at->inst, BPF_LINK_CREATE, &attr);
	if (ret < 0)
		return raise(at, ret);
	*link = ret;
	return 0;
}

int load_freplace(const struct load_replaced *at, const struct obj *o, const char *program,
		  struct load_inst **inst, int *link)
{
	const struct btf *btf = at->inst->btf_handle >= 0 ? at->inst->btf : NULL;
	struct load_replaces replaces = {
		.prog = at->inst->progs[at->program.i].handle,
		.btf_id = btf ? btf_find(btf, at->function, BTF_KIND_FUNC) : 0,
	};
	struct load_opts opts = { .only_prog = program, .no_pins = true, .replaces = &replaces };
	struct load_inst *ext = NULL;
	int err;

	if (!replaces.btf_id)
		return raise(at, -ENOENT);
	err = load_object(at->inst->diag, o, at->inst->target, &opts, &ext);
	if (err)
		return err == -EPERM ? raise(at, err) : err;
	err = make_link(at, ext->progs[obj_find_func(o, program).i].handle, replaces.btf_id, link);
	if (err) {
		load_close(ext);
		return err;
	}
	*inst = ext;
	return 0;
}
