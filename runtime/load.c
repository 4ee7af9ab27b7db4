/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * PROG_LOAD:
 *
 *	attr -> copy -> func_info, line_info -> maps -> helpers -> exec_prog -> id, handle
 *
 * Everything that the kernel checks before it follows paths is checked here, with its errno.
 * What it finds by following them (bounds, types of registers, loops) isn't: there is no verifier,
 * and the checked interpreter stops a program that does what it must not.
 */
#include "runtime/rt_int.h"

#include <stdlib.h>

enum {
	MAX_INSNS = 1000000,
	MAX_MAPS = 64,
	MAX_LICENSE = 128,
	KNOWN_FLAGS = BPF_F_STRICT_ALIGNMENT | BPF_F_ANY_ALIGNMENT | BPF_F_TEST_RND_HI32 |
		      BPF_F_TEST_STATE_FREQ | BPF_F_XDP_HAS_FRAGS | BPF_F_TEST_REG_INVARIANTS,
};

/* A load under way. */
struct load {
	struct rt_call *call;
	struct rt *rt;
	struct rt_program *p;
	struct diag *d;			/* that of the log */
	VEC(struct exec_map_ref) refs;
	VEC(struct exec_name) names;
	VEC(struct exec_line) lines;
};

static void program_free(struct rt_ref *ref)
{
	struct rt_program *p = container_of(ref, struct rt_program, prog.ref);

	if (p->prog.id)
		rt_id_remove(p->rt, RT_KIND_PROG, p->prog.id);
	exec_prog_free(p->prog.exec);
	for (u32 i = 0; i < p->maps.n; i++)
		rt_map_put(p->maps.v[i]);
	if (p->btf)
		rt_ref_put(&p->btf->ref);
	vec_free(&p->insns);
	vec_free(&p->maps);
	vec_free(&p->funcs);
	vec_free(&p->lines);
	free(p);
}

static struct weld_where at_insn(const struct load *l, u32 insn)
{
	const struct bpf_line_info *line = NULL;
	struct weld_where at = WELD_WHERE_NONE;

	at.func = l->p->name[0] ? l->p->name : NULL;
	at.insn = insn;
	for (u32 i = 0; i < l->p->lines.n && l->p->lines.v[i].insn_off <= insn; i++)
		line = &l->p->lines.v[i];
	if (!line)
		return at;
	at.src_file = btf_str(l->p->btf->btf, line->file_name_off);
	at.src_line = btf_str(l->p->btf->btf, line->line_off);
	at.line = (s32)BPF_LINE_INFO_LINE_NUM(line->line_col);
	at.column = (s32)BPF_LINE_INFO_LINE_COL(line->line_col);
	return at;
}

static int refuse(struct load *l, int err, const char *why)
{
	struct diag_msg m;

	diag_begin(&m, l->d, DIAG_RT_LOAD, NULL, l->p->name, why);
	diag_errno(&m, err);
	return diag_end(&m);
}

/* --- attributes -------------------------------------------------------------------------- */

static int check_type(struct load *l)
{
	u32 type = l->call->attr.prog_type;
	const struct abi_prog *known = abi_prog(type);

	if (!known)
		return refuse(l, -EINVAL, "there is no such program type");
	if (!(known->flags & ABI_PROG_RUNTIME))
		return diag_raise(l->d, DIAG_RT_PROG_TYPE, NULL, l->p->name, known->name);
	return 0;
}

static int check_attr(struct load *l)
{
	const union bpf_attr *a = &l->call->attr;

	if (a->prog_flags & ~(u32)KNOWN_FLAGS)
		return refuse(l, -EINVAL, "a flag is not known, or not for this program type");
	if (!a->insn_cnt || a->insn_cnt > MAX_INSNS)
		return refuse(l, -E2BIG, "a program has 1 to 1000000 instructions");
	if (rt_copy_name(l->p->name, a->prog_name))
		return diag_raise(l->d, DIAG_RT_NAME, NULL, "program");
	if (a->attach_btf_id || a->attach_prog_fd)
		return refuse(l, -EINVAL, "programs of this type attach to no function");
	if (a->prog_ifindex || a->core_relo_cnt || a->signature || a->signature_size)
		return diag_raise(l->d, DIAG_RT_LOAD_EXTRAS, NULL, l->p->name);
	if (!a->license || !a->insns)
		return -EFAULT;
	return check_type(l);
}

static int copy_program(struct load *l)
{
	const union bpf_attr *a = &l->call->attr;
	struct rt_program *p = l->p;
	char license[MAX_LICENSE] = "";

	strncpy(license, rt_user_ptr(a->license), sizeof(license) - 1);
	p->gpl = abi_license_gpl_compatible(license);
	p->prog.owner = (struct rt_prog_owner){
		.type = a->prog_type,
		.expected_attach_type = a->expected_attach_type,
		.xdp_frags = a->prog_flags & BPF_F_XDP_HAS_FRAGS,
	};
	return vec_append(&p->insns, (const struct bpf_insn *)rt_user_ptr(a->insns), a->insn_cnt);
}

/* --- maps -------------------------------------------------------------------------------- */

static int hold_map(struct load *l, struct rt_map *map)
{
	struct rt_map **slot;

	for (u32 i = 0; i < l->p->maps.n; i++)
		if (l->p->maps.v[i] == map)
			return 0;
	if (l->p->maps.n == MAX_MAPS)
		return refuse(l, -E2BIG, "it uses more than 64 maps");
	slot = vec_push(&l->p->maps);
	if (!slot)
		return -ENOMEM;
	rt_ref_get(&map->ref);
	*slot = map;
	return 0;
}

static bool is_map_ref(const struct bpf_insn *insn)
{
	switch (insn->code == (BPF_LD | BPF_IMM | BPF_DW) ? insn->src_reg : 0) {
	case BPF_PSEUDO_MAP_FD:
	case BPF_PSEUDO_MAP_VALUE:
	case BPF_PSEUDO_MAP_IDX:
	case BPF_PSEUDO_MAP_IDX_VALUE:
		return true;
	default:
		return false;
	}
}

static int handle_of(struct load *l, const struct bpf_insn *insn, u32 *handle)
{
	const u32 *fds = rt_user_ptr(l->call->attr.fd_array);
	bool idx = insn->src_reg == BPF_PSEUDO_MAP_IDX || insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE;

	*handle = (u32)insn->imm;
	if (!idx)
		return 0;
	if (!fds)
		return refuse(l, -EPROTO, "an instruction refers to fd_array, which is not there");
	if (!l->call->attr.fd_array_cnt)
		return refuse(l, -EINVAL, "an instruction refers to fd_array, whose length "
				"(fd_array_cnt) isn't given");
	if ((u32)insn->imm >= l->call->attr.fd_array_cnt)
		return refuse(l, -EINVAL, "an instruction refers to a place outside of fd_array");
	*handle = get_u32(fds + insn->imm, false);
	return 0;
}

static bool is_value_ref(const struct bpf_insn *insn)
{
	return insn->src_reg == BPF_PSEUDO_MAP_VALUE || insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE;
}

/* The engine refuses addresses into other than one-element arrays too; the kernel has an errno of
 * its own for arrays with more. */
static int check_value(struct load *l, const struct weld_where *at, const struct rt_map *map)
{
	struct diag_msg m;

	if (!map->ops->direct || map->spec.max_entries == 1)
		return 0;
	diag_begin(&m, l->d, DIAG_EXEC_VALUE_KIND, at, map->spec.name, map->ops->name,
		   map->spec.max_entries);
	diag_errno(&m, -RT_ENOTSUPP);
	return diag_end(&m);
}

/* The instruction as the kernel shows it: the map's id in place of what the caller wrote. */
static void show_id(struct bpf_insn *insn, const struct rt_map *map)
{
	insn->src_reg = is_value_ref(insn) ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD;
	insn->imm = (s32)map->id;
}

static int resolve_map(struct load *l, u32 at)
{
	struct bpf_insn *insn = &l->p->insns.v[at];
	struct weld_where where = at_insn(l, at);
	struct exec_map_ref *ref;
	struct rt_map *map;
	u32 handle;
	int err = handle_of(l, insn, &handle);

	if (err)
		return err;
	err = rt_handle_map(l->rt, handle, 0, &map);
	if (err) {
		diag_raise(l->d, DIAG_RT_MAP_HANDLE, &where, l->p->name, handle);
		return err;
	}
	err = is_value_ref(insn) ? check_value(l, &where, map) : 0;
	if (!err)
		err = hold_map(l, map);
	if (err)
		return err;
	show_id(insn, map);
	ref = vec_push(&l->refs);
	if (!ref)
		return -ENOMEM;
	*ref = (struct exec_map_ref){ .insn = at, .map = map };
	return 0;
}

static int resolve_maps(struct load *l)
{
	for (u32 i = 0; i + 1 < l->p->insns.n; i += isa_slots(&l->p->insns.v[i])) {
		int err = is_map_ref(&l->p->insns.v[i]) ? resolve_map(l, i) : 0;

		if (err)
			return err;
	}
	return 0;
}

/* fd_array with a count: all of its maps belong to the program, used or not; BTFs may be there. */
static int bind_fd_array(struct load *l)
{
	const u32 *fds = rt_user_ptr(l->call->attr.fd_array);
	u32 n = l->call->attr.fd_array_cnt;
	int err = 0;

	if (n && !fds)
		return -EFAULT;
	for (u32 i = 0; i < n && !err; i++) {
		const struct rt_handle *h = rt_handle_find(l->rt, get_u32(fds + i, false));

		if (!h || h->kind == RT_KIND_PROG)
			return refuse(l, h ? -EINVAL : -EBADF,
				      "an entry of fd_array is neither map nor BTF");
		if (h->kind == RT_KIND_MAP)
			err = hold_map(l, container_of(h->obj, struct rt_map, ref));
	}
	return err;
}

/* Program arrays are all of one kind of programs: the first one's (A2.3). */
static int join_prog_arrays(struct load *l)
{
	for (u32 i = 0; i < l->p->maps.n; i++) {
		struct rt_map *map = l->p->maps.v[i];

		if (map->spec.type == BPF_MAP_TYPE_PROG_ARRAY &&
		    !rt_prog_array_accepts(map, &l->p->prog.owner))
			return diag_raise(l->d, DIAG_RT_PROG_ARRAY, NULL, l->p->name,
					  map->spec.name);
	}
	return 0;
}

/* --- helpers ----------------------------------------------------------------------------- */

static const char *helper_fault(const struct load *l, u32 id)
{
	const struct abi_helper *h = abi_helper(id);

	if (!h)
		return "there is none of that number";
	if (!abi_helper_allowed(id, l->p->prog.owner.type))
		return "programs of this type may not call it";
	if (h->flags & ABI_FN_GPL && !l->p->gpl)
		return "only programs with a GPL-compatible licence may call it";
	return NULL;
}

static int check_helper(struct load *l, u32 at, u32 id)
{
	struct weld_where where = at_insn(l, at);
	const struct abi_helper *h = abi_helper(id);
	const char *fault = helper_fault(l, id);

	if (id == ABI_POISON_CALL)
		return 0;	/* never reached, or else the engine says so */
	if (fault)
		return diag_raise(l->d, DIAG_RT_HELPER, &where, h ? h->name : "unspec", id, fault);
	if (!rt_helper(id))
		return diag_raise(l->d, DIAG_RT_HELPER_NOTSUP, &where, h->name);
	return 0;
}

static int check_helpers(struct load *l)
{
	const struct bpf_insn *insns = l->p->insns.v;
	int err = 0;

	for (u32 i = 0; i < l->p->insns.n && !err; i += isa_slots(&insns[i]))
		if (insns[i].code == (BPF_JMP | BPF_CALL) && !insns[i].src_reg)
			err = check_helper(l, i, (u32)insns[i].imm);
	return err;
}

/* --- the engine's program ---------------------------------------------------------------- */

static int name_funcs(struct load *l)
{
	for (u32 i = 0; i < l->p->funcs.n; i++) {
		const struct bpf_func_info *rec = &l->p->funcs.v[i];
		struct exec_name *name = vec_push(&l->names);

		if (!name)
			return -ENOMEM;
		name->insn = rec->insn_off;
		name->name = btf_name(l->p->btf->btf, rec->type_id);
	}
	return 0;
}

static int name_lines(struct load *l)
{
	for (u32 i = 0; i < l->p->lines.n; i++) {
		const struct bpf_line_info *rec = &l->p->lines.v[i];
		struct exec_line *line = vec_push(&l->lines);

		if (!line)
			return -ENOMEM;
		*line = (struct exec_line){
			.insn = rec->insn_off,
			.line = BPF_LINE_INFO_LINE_NUM(rec->line_col),
			.column = BPF_LINE_INFO_LINE_COL(rec->line_col),
			.file = btf_str(l->p->btf->btf, rec->file_name_off),
			.text = btf_str(l->p->btf->btf, rec->line_off),
		};
	}
	return 0;
}

static int make_exec(struct load *l)
{
	struct rt_program *p = l->p;
	struct exec_prog_spec spec = {
		.name = p->name[0] ? p->name : NULL,
		.type = p->prog.owner.type,
		.expected_attach_type = p->prog.owner.expected_attach_type,
		.gpl = p->gpl,
		.insns = p->insns.v,
		.n_insns = p->insns.n,
	};
	int err = name_funcs(l);

	if (!err)
		err = name_lines(l);
	if (err)
		return err;
	spec.names = l->names.v;
	spec.n_names = l->names.n;
	spec.lines = l->lines.v;
	spec.n_lines = l->lines.n;
	spec.maps = l->refs.v;
	spec.n_maps = l->refs.n;
	return exec_prog_new(l->d, &spec, &p->prog.exec);
}

/* --- the passes -------------------------------------------------------------------------- */

static int check_structure(struct load *l)
{
	struct weld_where at = at_insn(l, 0);

	return isa_check_program(l->d, &at, l->p->insns.v, l->p->insns.n);
}

static int load_records(struct load *l)
{
	return rt_load_records(l->call, l->p, l->d);
}

static int give_id(struct load *l)
{
	l->p->load_time = l->rt->env.time_ns(l->rt->env.user, RT_CLOCK_BOOTTIME);
	return rt_id_add(l->rt, RT_KIND_PROG, &l->p->prog.ref, &l->p->prog.id);
}

static int (*const passes[])(struct load *l) = {
	check_attr,
	copy_program,
	/* From here on nothing of the program is the caller's memory. */
	check_structure,
	load_records,
	/* From here on a fault can name its line of the source. */
	bind_fd_array,
	resolve_maps,
	check_helpers,
	make_exec,
	join_prog_arrays,	/* last: it changes the arrays */
	give_id,
};

static int load(struct load *l)
{
	int err = 0;

	l->p = calloc(1, sizeof(*l->p));
	if (!l->p)
		return -ENOMEM;
	l->p->prog.ref = (struct rt_ref){ .n = 1, .free = program_free };
	l->p->rt = l->rt;
	for (size_t i = 0; i < ARRAY_SIZE(passes) && !err; i++)
		err = passes[i](l);
	vec_free(&l->refs);
	vec_free(&l->names);
	vec_free(&l->lines);
	return err;
}

int rt_cmd_prog_load(struct rt_call *call)
{
	const union bpf_attr *a = &call->attr;
	struct load l = { .call = call, .rt = call->rt };
	struct rt_log log;
	u32 true_size;
	int err = rt_log_begin(&log, call->rt->diag, a->log_level, a->log_buf, a->log_size);

	if (err)
		return err;
	l.d = &log.diag;
	err = rt_log_end(&log, load(&l), &true_size);
	if (rt_call_has(call, log_true_size))
		call->user->log_true_size = true_size;
	if (!err)
		return rt_handle_new(call->rt, RT_KIND_PROG, &l.p->prog.ref, RT_CAN_ALL);
	if (l.p)
		rt_ref_put(&l.p->prog.ref);
	return err;
}
