/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The arguments of a helper against its prototype in lib/abi/helpers.def, before its body runs:
 * the body may take for granted that a map is a map and that memory is there.
 */
#include "runtime/exec/exec_int.h"

struct arg_check {
	u32 id;
	const struct abi_helper *h;
	u32 n; /* argument that is checked, 0-based */
	const struct abi_arg_rule *rule;
	struct exec_reg reg;
	struct rt_map *map; /* the map argument, once seen */
};

static int fault_arg(struct exec *x, const struct arg_check *c, const char *must)
{
	struct sbuf is = { 0 };
	int err;

	exec_describe_reg(x, &is, c->reg);
	err = exec_fault(x, DIAG_EXEC_ARG, NULL, c->n + 1, c->h->name, c->n + 1, must,
			 sbuf_str(&is));
	sbuf_free(&is);
	return err;
}

static bool is_null(struct exec_reg r)
{
	return r.from == FROM_NUMBER && !r.v;
}

static int check_kind(struct exec *x, const struct arg_check *c, enum exec_kind kind)
{
	const struct exec_region *rg;

	if (!reg_is_address(c->reg))
		return fault_arg(x, c, c->rule->text);
	rg = exec_region(x, c->reg.from);
	if (!rg || rg->kind != kind)
		return fault_arg(x, c, c->rule->text);
	return 0;
}

/* The thing itself, not a byte within it. */
static int check_start(struct exec *x, const struct arg_check *c, enum exec_kind kind)
{
	int err = check_kind(x, c, kind);

	if (!err && c->reg.v != exec_region(x, c->reg.from)->base)
		err = fault_arg(x, c, c->rule->text);
	return err;
}

/* The body marks what it writes: this only looks. */
static int check_memory(struct exec *x, const struct arg_check *c, u64 size)
{
	struct exec_access a = { .reg = c->reg, .regno = (int)c->n + 1, .size = size };
	struct exec_region *rg;
	u32 off;

	if (c->rule->flags & ABI_ARG_READ)
		a.rights |= RIGHT_READ;
	if (c->rule->flags & ABI_ARG_WRITE)
		a.rights |= RIGHT_WRITE;
	a.what = a.rights & RIGHT_WRITE ? "write by the helper" : "read by the helper";
	return exec_check_mem(x, &a, &rg, &off);
}

/* Memory and the size in the register behind it. */
static int check_sized(struct exec *x, const struct arg_check *c)
{
	const struct abi_arg_rule *size_rule;
	struct arg_check size = *c;
	u32 regno = c->n + 2;

	if (c->rule->size)
		return check_memory(x, c, c->rule->size);
	EXEC_READ(x, regno);
	size_rule = abi_arg_rule(c->h->args[c->n + 1]);
	size.n++;
	size.rule = size_rule;
	size.reg = x->f->r[regno];
	if (size.reg.from != FROM_NUMBER || size.reg.v > INT32_MAX)
		return fault_arg(x, &size, size_rule->text);
	if (!size.reg.v) {
		if (!(size_rule->flags & ABI_ARG_ZERO))
			return fault_arg(x, &size, size_rule->text);
		if (is_null(c->reg) && c->rule->flags & ABI_ARG_NULL)
			return 0;
	}
	return check_memory(x, c, size.reg.v);
}

static int check_string(struct exec *x, const struct arg_check *c)
{
	const struct exec_region *rg;
	u64 off;
	int err = check_kind(x, c, KIND_VALUE);

	if (err)
		return err;
	rg = exec_region(x, c->reg.from);
	off = c->reg.v - rg->base;
	if (rg->rights & RIGHT_WRITE || off >= rg->hi || !memchr(rg->mem + off, 0, rg->hi - off))
		return fault_arg(x, c, c->rule->text);
	return 0;
}

/* --- map kinds --------------------------------------------------------------------------- */

/* What a helper needs of the map that it is given. */
struct map_need {
	u32 helper;
	u32 flag;	    /* ABI_MAP_* that the kind must have, 0: none of them */
	bool reads, writes; /* values, for the program */
};

static const struct map_need map_needs[] = {
	{ BPF_FUNC_map_lookup_elem, ABI_MAP_PROG_LOOKUP, false, false },
	{ BPF_FUNC_map_update_elem, ABI_MAP_PROG_UPDATE, false, true },
	{ BPF_FUNC_map_delete_elem, ABI_MAP_PROG_DELETE, false, true },
	{ BPF_FUNC_map_lookup_percpu_elem, ABI_MAP_PERCPU, false, false },
	{ BPF_FUNC_tail_call, 0, false, false },
	{ BPF_FUNC_for_each_map_elem, 0, false, false },
};

static bool kind_will_do(const struct map_need *need, const struct rt_map *map)
{
	const struct abi_map *kind = abi_map(map->spec.type);

	if (need->helper == BPF_FUNC_tail_call)
		return map->spec.type == BPF_MAP_TYPE_PROG_ARRAY;
	if (need->helper == BPF_FUNC_for_each_map_elem)
		return map->ops->each;
	return kind && kind->flags & need->flag;
}

static int check_map(struct exec *x, struct arg_check *c)
{
	const struct rt_map *map;
	int err = check_start(x, c, KIND_MAP);

	if (err)
		return err;
	map = c->map = exec_region(x, c->reg.from)->map;
	for (size_t i = 0; i < ARRAY_SIZE(map_needs); i++) {
		if (map_needs[i].helper != c->id)
			continue;
		if (!kind_will_do(&map_needs[i], map))
			return exec_fault(x, DIAG_EXEC_MAP_KIND, NULL, c->h->name, map->spec.name,
					  abi_map_name(map->spec.type));
		if (map_needs[i].writes && !rt_map_prog_writes(map))
			return exec_fault(x, DIAG_EXEC_MAP_RIGHTS, NULL, c->h->name,
					  map->spec.name);
	}
	return 0;
}

/* --- all of them ------------------------------------------------------------------------- */

static int check_arg(struct exec *x, struct arg_check *c)
{
	if (is_null(c->reg) && c->rule->flags & ABI_ARG_NULL && c->rule->base != ABI_BASE_MEM)
		return 0;
	switch (c->rule->base) {
	case ABI_BASE_CTX:
		return check_start(x, c, KIND_CTX);
	case ABI_BASE_MAP:
		return check_map(x, c);
	case ABI_BASE_KEY:
		return c->map ? check_memory(x, c, c->map->spec.key_size) : 0;
	case ABI_BASE_ELEM:
		return c->map ? check_memory(x, c, c->map->spec.value_size) : 0;
	case ABI_BASE_MEM:
		return check_sized(x, c);
	case ABI_BASE_STR:
		return check_string(x, c);
	case ABI_BASE_FUNC:
		return check_kind(x, c, KIND_FUNC);
	case ABI_BASE_STACK:
		return check_kind(x, c, KIND_STACK);
	case ABI_BASE_SIZE:
	case ABI_BASE_CONST_SIZE:
		return c->reg.from == FROM_NUMBER ? 0 : fault_arg(x, c, c->rule->text);
	default:
		return 0;
	}
}

int exec_check_args(struct exec *x, u32 id, const struct abi_helper *h)
{
	struct arg_check c = { .id = id, .h = h };
	int err;

	for (c.n = 0; c.n < ABI_MAX_ARGS && h->args[c.n] != ABI_ARG_NONE; c.n++) {
		EXEC_READ(x, c.n + 1);
		c.rule = abi_arg_rule(h->args[c.n]);
		c.reg = x->f->r[c.n + 1];
		err = check_arg(x, &c);
		if (err)
			return err;
	}
	return 0;
}
