/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Sections and symbols of the output, from the decisions of the passes before. */
#include "linker/link_int.h"

/* --- sections ---------------------------------------------------------------------------- */

/* Type and flags of a section that no input brought along. */
static void set_defaults(struct obj_sec *sec)
{
	sec->elf_type = sec->kind == OBJ_SEC_BSS ? SHT_NOBITS : SHT_PROGBITS;
	sec->flags = SHF_ALLOC | (sec->kind == OBJ_SEC_TEXT ? SHF_EXECINSTR : SHF_WRITE);
}

static int emit_section(struct link *l, struct link_out *o)
{
	struct obj_sec *sec;
	int err = obj_add_sec(l->obj, o->name, o->kind, &o->sec);

	if (err)
		return err;
	sec = obj_sec(l->obj, o->sec);
	set_defaults(sec);
	if (o->from.i) {
		const struct obj_sec *from = obj_sec(link_obj(l, o->from), o->from_sec);

		sec->elf_type = from->elf_type;
		sec->flags = from->flags & ~(u64)SHF_GROUP;
		sec->entsize = from->entsize;
	}
	sec->align = o->align;
	sec->size = o->size;
	return 0;
}

static int emit_license(struct link *l)
{
	size_t size = strlen(l->license) + 1;
	struct obj_sec *sec;
	sec_id id;

	if (obj_add_sec(l->obj, "license", OBJ_SEC_LICENSE, &id))
		return -ENOMEM;
	sec = obj_sec(l->obj, id);
	set_defaults(sec);
	sec->size = size;
	return vec_append(&sec->bytes, l->license, (u32)size);
}

int link_emit_sections(struct link *l)
{
	int err = obj_new(l->diag, "linked", link_obj(l, (input_id){ 1 })->big_endian, &l->obj);

	for (u32 i = 1; i < l->outs.n && !err; i++)
		if (l->outs.v[i].size || l->outs.v[i].has_symbols)
			err = emit_section(l, &l->outs.v[i]);
	if (!err && l->license)
		err = emit_license(l);
	return err;
}

/* --- symbols ----------------------------------------------------------------------------- */

/* Entries that move, clones and what is hidden are static. */
static u8 out_bind(const struct link_node *n)
{
	return n->is_clone || n->moved || n->hidden_here ? STB_LOCAL : n->bind;
}

/* What was global, or an entry, without a type, must not be a label to the next link. That a
 * function without a type goes on for longer than it says counts, too. */
static void give_type(const struct link_node *n, const struct link_piece *p, struct obj_sym *sym)
{
	if (sym->bind != STB_LOCAL || sym->type != STT_NOTYPE || n->kind == LINK_LABEL)
		return;
	sym->type = n->kind == LINK_FUNC ? STT_FUNC : STT_OBJECT;
	if (n->kind == LINK_FUNC)
		sym->size = p->size - n->piece_off;
}

static int emit_symbol(struct link *l, node_id id)
{
	struct link_node *n = link_node(l, id);
	struct obj_sym sym = *link_node_sym(l, id);
	const struct link_piece *p = link_piece(l, n->piece);

	sym.name = n->name;
	sym.bind = out_bind(n);
	/* The output has no COMDAT groups: later links find copies of this by being weak. */
	if (sym.bind == STB_GLOBAL && obj_sec(link_obj(l, n->input), sym.sec)->group)
		sym.bind = STB_WEAK;
	sym.vis = n->hidden_here ? STV_HIDDEN : n->moved ? STV_DEFAULT : n->vis;
	sym.btf_id = 0;
	sym.sec.i = 0;
	if (n->is_def && !sym.absolute) {
		sym.common = false;
		sym.sec = l->outs.v[p->out.i].sec;
		sym.value = p->out_off + n->piece_off;
		/* A label may claim bytes of the next function, which is elsewhere now. */
		sym.size = min_u64(sym.size, p->size - n->piece_off);
		give_type(n, p, &sym);
	}
	if (vec_append(&l->out_nodes, &id, 1))
		return -ENOMEM;
	return obj_add_sym(l->obj, &sym, &n->out);
}

static int emit_bound(struct link *l, bool locals)
{
	int err = 0;

	for (u32 i = 1; i < l->nodes.n && !err; i++) {
		node_id id = { i };

		if (link_is_kept(l, id) && (out_bind(link_node(l, id)) == STB_LOCAL) == locals)
			err = emit_symbol(l, id);
	}
	return err;
}

/* In the order in which they are written to a file: sections, local ones, the others. */
int link_emit_symbols(struct link *l)
{
	sym_id sym;
	int err = 0;

	for (u32 i = 1; i < l->outs.n && !err; i++)
		if (l->outs.v[i].wants_symbol)
			err = obj_sec_symbol(l->obj, l->outs.v[i].sec, &sym);
	if (!err)
		err = emit_bound(l, true);
	if (!err)
		err = emit_bound(l, false);
	return err;
}
