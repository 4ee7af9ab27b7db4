/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What the owner of a program wrote about its place in a chain, with the macros of libxdp's
 * <xdp/xdp_helpers.h>:
 *
 *	struct {
 *		__uint(priority, 10);
 *		__uint(XDP_PASS, 1);
 *		__uint(XDP_TX, 1);
 *	} XDP_RUN_CONFIG(xdp_main);
 *
 * which is a variable _xdp_main in the section .xdp_run_config. As for maps, types alone carry the
 * numbers: a member is a pointer to an array of that many ints. A member that isn't there leaves
 * the default; __uint(XDP_PASS, 0) takes PASS out. In a tc program the codes are TC_ACT_*.
 */
#include "linker/dispatch/dispatch_int.h"

static int bad_config(const struct disp *c, const struct comp *comp, const char *member,
		      const char *why)
{
	struct weld_where at = obj_where_sym(comp->obj, obj_func(comp->obj, comp->func)->sym);

	return diag_raise(c->diag, DIAG_DISP_RUN_CONFIG, &at, comp->facts.function, member, why);
}

/* The struct that describes the component, 0 for none. */
static u32 find_struct(const struct comp *comp)
{
	const struct btf *b = comp->obj->btf;
	const struct btf_type *sec = btf_type(b, btf_find(b, ".xdp_run_config", BTF_KIND_DATASEC));

	if (btf_kind(sec) != BTF_KIND_DATASEC)
		return 0;
	for (u32 i = 0; i < btf_vlen(sec); i++) {
		u32 var = btf_secinfos(sec)[i].type;
		const char *name = btf_name(b, var);

		if (name[0] == '_' && !strcmp(name + 1, comp->facts.function))
			return btf_skip_mods(b, btf_type(b, var)->type);
	}
	return 0;
}

static bool take_number(const struct btf *b, u32 id, u32 *out)
{
	const struct btf_type *t = btf_type(b, btf_skip_mods(b, id));

	if (btf_kind(t) != BTF_KIND_PTR)
		return false;
	t = btf_type(b, btf_skip_mods(b, t->type));
	if (btf_kind(t) != BTF_KIND_ARRAY)
		return false;
	*out = btf_array(t)->nelems;
	return true;
}

static int take_member(const struct disp *c, const struct comp *comp, const struct btf_member *m,
		       u32 *priority, u32 *actions)
{
	const struct btf *b = comp->obj->btf;
	const char *name = btf_str(b, m->name_off);
	bool is_priority = !strcmp(name, "priority");
	u32 value, bit;

	if (!is_priority && !disp_action_bit(c->kind, name, &bit))
		return bad_config(c, comp, name, "is neither priority nor a code of this hook");
	if (!take_number(b, m->type, &value))
		return bad_config(c, comp, name, "is not of the form __uint(name, number)");
	if (is_priority)
		*priority = value;
	else if (value)
		*actions |= 1u << bit;
	else
		*actions &= ~(1u << bit);
	return 0;
}

int disp_read_config(struct disp *c, struct comp *comp, u32 *priority, u32 *actions)
{
	const struct btf *b = comp->obj->btf;
	const struct btf_type *t;
	u32 id = b ? find_struct(comp) : 0;
	int err = 0;

	if (!id)
		return 0;
	t = btf_type(b, id);
	if (btf_kind(t) != BTF_KIND_STRUCT)
		return bad_config(c, comp, "the variable", "is not a struct");
	for (u32 i = 0; i < btf_vlen(t) && !err; i++)
		err = take_member(c, comp, &btf_members(t)[i], priority, actions);
	return err;
}
