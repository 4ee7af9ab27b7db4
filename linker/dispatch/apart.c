/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The state of a component outlives its neighbours: variables stay in a map of the component's own
 * (.data becomes .data.NAME), so that exchanging another one leaves them alone. Constants have no
 * state and are merged like in any link.
 */
#include "linker/dispatch/dispatch_int.h"

bool disp_is_state(enum obj_sec_kind kind)
{
	return obj_sec_is_data(kind) && kind != OBJ_SEC_RODATA && kind != OBJ_SEC_STRINGS;
}

/* Custom data that no code refers to is no map. The configuration is in a map of its own, too,
 * whatever a component calls its sections. */
static bool stands_apart(const struct disp *c, const struct obj *o, sec_id id)
{
	const struct obj_sec *sec = obj_sec(o, id);

	if (!strcmp(sec->name, c->config_map))
		return true;
	return disp_is_state(sec->kind) && !c->merge_data && obj_map_at(o, id, 0).i;
}

/* libbpf knows .data.NAME, but no .bss.NAME: zeroes become bytes. */
static int fill_bss(struct obj_sec *sec)
{
	if (sec->size > UINT32_MAX || vec_reserve(&sec->bytes, (u32)sec->size))
		return -ENOMEM;
	sec->bytes.n = (u32)sec->size;
	memset(sec->bytes.v, 0, sec->bytes.n);
	sec->kind = OBJ_SEC_DATA;
	sec->elf_type = SHT_PROGBITS;
	return 0;
}

static int rename_section(struct disp *c, struct comp *comp, struct obj_sec *sec)
{
	bool zeroed = sec->kind == OBJ_SEC_BSS;
	struct obj *o = comp->obj;
	const char *name = zeroed ?
		arena_printf(&o->arena, ".data.%s%s", comp->facts.name, sec->name) :
		arena_printf(&o->arena, "%s.%s", sec->name, comp->facts.name);

	if (!name || (zeroed && fill_bss(sec)) ||
	    (sec->datasec && btf_set_name(o->btf, sec->datasec, name)))
		return disp_no_memory(c);
	sec->name = name;
	return 0;
}

/* An object of our own; instructions, symbols and functions have the same numbers. */
int disp_own(struct disp *c, struct comp *comp)
{
	struct sbuf bytes = { 0 };
	struct obj *copy = NULL;
	int err;

	if (!comp->lent)
		return 0;
	err = obj_write(comp->obj, &bytes);
	if (!err)
		err = obj_open_mem(c->diag, span_of(bytes.data, bytes.size), comp->facts.file,
				   &copy);
	sbuf_free(&bytes);
	if (err)
		return err == -ENOMEM ? disp_no_memory(c) : err;
	comp->obj = copy;
	comp->lent = false;
	return 0;
}

static int set_apart(struct disp *c, struct comp *comp)
{
	bool any = false;
	int err = 0;

	/* Once, however often the chain is planned. */
	if (comp->apart)
		return 0;
	comp->apart = true;
	for (u32 i = 1; i < comp->obj->secs.n; i++)
		any |= stands_apart(c, comp->obj, (sec_id){ i });
	if (!any)
		return 0;
	err = disp_own(c, comp);
	for (u32 i = 1; i < comp->obj->secs.n && !err; i++)
		if (stands_apart(c, comp->obj, (sec_id){ i }))
			err = rename_section(c, comp, &comp->obj->secs.v[i]);
	return err ? err : obj_index(comp->obj);
}

int disp_set_apart(struct disp *c)
{
	int err = 0;

	for (u32 i = 0; i < c->components.n && !err; i++)
		err = set_apart(c, &c->components.v[i]);
	return err;
}
