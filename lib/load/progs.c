/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Programs: image in, handle out. What a refusal looks like to a person is made here, from the
 * target's errno and its log.
 */
#include "lib/load/load_int.h"

#include <stdio.h>
#include <stdlib.h>

/* Kernel forms of the records; line for line those of the image. */
_Static_assert(sizeof(struct img_func_info) == sizeof(struct bpf_func_info), "func_info");
_Static_assert(sizeof(struct img_line_info) == sizeof(struct bpf_line_info), "line_info");

static void patch_maps(const struct load_inst *inst, struct img *img)
{
	for (u32 i = 0; i < img->map_refs.n; i++) {
		const struct img_map_ref *ref = &img->map_refs.v[i];

		img->insns.v[ref->insn].imm = inst->maps[ref->map.i].handle;
	}
}

static void prog_attr(const struct load_inst *inst, const struct img *img, union bpf_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->prog_type = img->prog_type;
	attr->expected_attach_type = img->expected_attach_type;
	attr->prog_flags = img->prog_flags;
	attr->insns = ptr_u64(img->insns.v);
	attr->insn_cnt = img->insns.n;
	attr->license = ptr_u64(img->license);
	attr->kern_version = img->kern_version;
	load_kernel_name(attr->prog_name, img->name);
	if (inst->btf_handle < 0 || !img->func_infos.n)
		return;
	attr->prog_btf_fd = (uint32_t)inst->btf_handle;
	attr->func_info = ptr_u64(img->func_infos.v);
	attr->func_info_cnt = img->func_infos.n;
	attr->func_info_rec_size = sizeof(struct bpf_func_info);
	attr->line_info = ptr_u64(img->line_infos.v);
	attr->line_info_cnt = img->line_infos.n;
	attr->line_info_rec_size = sizeof(struct bpf_line_info);
}

/* The place of an instruction of an image, in the object that it was made of. */
static struct weld_where image_where(const struct img *img, u32 insn)
{
	for (u32 i = 0; i < img->funcs.n; i++) {
		const struct img_func *f = &img->funcs.v[i];
		const struct obj_func *from = obj_func(img->obj, f->func);

		if (insn - f->insn < f->n_insns)
			return obj_where(img->obj, from->sec,
					 ((u64)from->insn + (insn - f->insn)) *
						 sizeof(struct bpf_insn));
	}
	return obj_where_sym(img->obj, obj_func(img->obj, img->funcs.v[0].func)->sym);
}

/* Does the image call what isn't there (lib/image/resolve.c)? */
static bool is_poisoned(const struct img *img, u32 insn)
{
	return insn < img->insns.n && img->insns.v[insn].code == (BPF_JMP | BPF_CALL) &&
	       !img->insns.v[insn].src_reg && img->insns.v[insn].imm == ABI_POISON_CALL;
}

static int raise_refused(const struct load_inst *inst, func_id id, int err, const struct sbuf *log)
{
	const char *hint = load_hint(err);
	struct sbuf reason = { 0 };
	struct weld_where at;
	struct diag_msg m;
	u32 insn = 0;

	load_log_insn(sbuf_str(log), &insn);
	at = image_where(inst->progs[id.i].img, insn);
	load_log_reason(sbuf_str(log), &reason);
	diag_begin(&m, inst->diag, DIAG_LOAD_PROG_REFUSED, &at, inst->target.ops->name,
		   obj_func_name(inst->obj, id), reason.size ? sbuf_str(&reason) : strerror(-err));
	diag_errno(&m, err);
	if (log->size)
		diag_detail(&m, sbuf_str(log));
	if (is_poisoned(inst->progs[id.i].img, insn))
		diag_help(&m, "%s", ABI_POISON_HELP);
	else if (hint && !log->size)
		diag_help(&m, "%s", hint);
	sbuf_free(&reason);
	return diag_end(&m);
}

/* The program takes the type of what it replaces. */
static void replace_attr(const struct load_inst *inst, func_id id, union bpf_attr *attr)
{
	const struct load_replaces *r = inst->opts.replaces;

	if (!r || strcmp(obj_func_name(inst->obj, id), inst->opts.only_prog) != 0)
		return;
	attr->prog_type = BPF_PROG_TYPE_EXT;
	attr->expected_attach_type = 0;
	attr->prog_flags = 0;
	attr->attach_prog_fd = (uint32_t)r->prog;
	attr->attach_btf_id = r->btf_id;
}

/* Types whose programs name a kernel function or a struct to attach to. */
static int check_type(const struct load_inst *inst, func_id id, struct img *img)
{
	const struct obj_func *f = obj_func(inst->obj, id);
	struct weld_where at = obj_where_sym(inst->obj, f->sym);
	struct diag_msg m;

	if (!img->prog_type)
		img->prog_type = inst->opts.prog_type;
	if (!img->prog_type) {
		diag_begin(&m, inst->diag, DIAG_LOAD_NO_TYPE, &at,
			   obj_sec(inst->obj, f->sec)->name);
		diag_help(&m, "name the type (--type), or use a section name such as SEC(\"xdp\")");
		return diag_end(&m);
	}
	if (img->prog_type == BPF_PROG_TYPE_STRUCT_OPS ||
	    (f->def && (f->def->flags & ABI_SEC_ATTACH_BTF)))
		return diag_raise(inst->diag, DIAG_LOAD_NEEDS_TARGET, &at, img->name,
				  abi_prog_name(img->prog_type));
	return 0;
}

static int load_one(struct load_inst *inst, func_id id)
{
	struct load_prog *prog = &inst->progs[id.i];
	u32 said = inst->diag->n_errors;
	struct sbuf log = { 0 };
	union bpf_attr attr;
	int ret;

	ret = img_build(inst->diag, inst->obj, id, &prog->img);
	if (!ret)
		ret = check_type(inst, id, prog->img);
	if (ret)
		return ret;
	patch_maps(inst, prog->img);
	prog_attr(inst, prog->img, &attr);
	replace_attr(inst, id, &attr);
	ret = load_prog_logged(inst, &attr, inst->opts.log_level, &log);
	if (ret >= 0)
		prog->handle = ret;
	else if (inst->diag->n_errors == said)
		ret = raise_refused(inst, id, ret, &log);
	sbuf_free(&log);
	return ret < 0 ? ret : 0;
}

/* --- which ones ----------------------------------------------------------------------- */

static void want_slots(const struct load_inst *inst, bool *wanted)
{
	for (u32 i = 1; i < inst->obj->maps.n; i++) {
		const struct obj_map *m = &inst->obj->maps.v[i];

		for (u32 k = 0; m->type == BPF_MAP_TYPE_PROG_ARRAY && k < m->n_slots; k++) {
			const struct obj_sym *s = obj_sym(inst->obj, m->slots[k].sym);
			func_id f = obj_func_at(inst->obj, s->sec,
						(u32)(s->value / sizeof(struct bpf_insn)));

			wanted[f.i] = true;
		}
	}
}

static int choose(const struct load_inst *inst, bool *wanted)
{
	struct weld_where at = WELD_WHERE_NONE;
	func_id only;

	if (!inst->opts.only_prog) {
		for (u32 i = 1; i < inst->obj->funcs.n; i++)
			wanted[i] =
				inst->obj->funcs.v[i].is_entry && inst->obj->funcs.v[i].autoload;
		return 0;
	}
	only = obj_find_func(inst->obj, inst->opts.only_prog);
	at.file = inst->obj->name;
	if (!only.i || !obj_func(inst->obj, only)->is_entry)
		return diag_raise(inst->diag, DIAG_LOAD_NO_PROG, &at, inst->opts.only_prog);
	wanted[only.i] = true;
	want_slots(inst, wanted);
	return 0;
}

int load_progs_pass(struct load_inst *inst)
{
	bool *wanted = calloc(inst->obj->funcs.n ? inst->obj->funcs.n : 1, sizeof(*wanted));
	int err;

	if (!wanted)
		return diag_raise(inst->diag, DIAG_NO_MEMORY, NULL, "load");
	err = choose(inst, wanted);
	for (u32 i = 1; !err && i < inst->obj->funcs.n; i++)
		if (wanted[i])
			err = load_one(inst, (func_id){ i });
	free(wanted);
	return err;
}
