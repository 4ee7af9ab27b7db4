/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Looking into an object: functions, maps, externs, sections and symbols by number. */
#include "lib/api/api_int.h"

#include <stdlib.h>

#include "uapi/elf.h"

/* Texts are made into the object's arena: const to the caller, a cache to us. */
static struct arena *texts(const struct weld_object *obj)
{
	return &((struct weld_object *)obj)->texts;
}

/* Lists behind the look-ups by number, so that a walk over n things takes n steps. */
static int make_lists(struct weld_object *obj)
{
	const struct obj *o = obj->o;

	if (obj->n_refs)
		return 0;
	obj->named = calloc(o->syms.n, sizeof(*obj->named));
	obj->entries = calloc(o->funcs.n, sizeof(*obj->entries));
	obj->n_refs = calloc(o->syms.n, sizeof(*obj->n_refs));
	if (!obj->named || !obj->entries || !obj->n_refs) {
		free(obj->n_refs);
		free(obj->named);
		free(obj->entries);
		obj->n_refs = obj->named = obj->entries = NULL;
		return diag_raise(obj->diag, DIAG_NO_MEMORY, NULL, "weld_object");
	}
	for (u32 i = 1; i < o->syms.n; i++)
		if (o->syms.v[i].name[0])
			obj->named[obj->n_named++] = i;
	for (u32 i = 1; i < o->funcs.n; i++)
		if (o->funcs.v[i].is_entry)
			obj->entries[obj->n_entries++] = i;
	for (u32 s = 1; s < o->secs.n; s++)
		for (u32 r = 0; r < o->secs.v[s].relocs.n; r++)
			obj->n_refs[o->secs.v[s].relocs.v[r].sym.i]++;
	return 0;
}

enum text_kind { TEXT_TYPE, TEXT_DECL, TEXT_PROTO };

/* Slots of the texts: functions, then keys of maps, values of maps, externs. */
static u32 key_slot(const struct obj *o, u32 map)
{
	return o->funcs.n + map;
}

static u32 value_slot(const struct obj *o, u32 map)
{
	return o->funcs.n + o->maps.n + map;
}

static u32 extern_slot(const struct obj *o, u32 idx)
{
	return o->funcs.n + 2 * o->maps.n + idx;
}

static const char **text_slot(struct weld_object *obj, u32 slot)
{
	const struct obj *o = obj->o;

	if (!obj->text_slots)
		obj->text_slots = calloc(extern_slot(o, o->externs.n), sizeof(*obj->text_slots));
	return obj->text_slots ? &obj->text_slots[slot] : NULL;
}

/* What a text is of: a type, with the name that it declares. */
struct text_of {
	enum text_kind kind;
	u32 id;
	const char *name;
};

static const char *make_text(const struct weld_object *obj, const struct text_of *of)
{
	struct sbuf text = { 0 };
	char *out = NULL;

	if (of->kind == TEXT_PROTO)
		btf_print_proto(obj->o->btf, of->id, of->name, &text);
	else if (of->kind == TEXT_DECL)
		btf_print_decl(obj->o->btf, of->id, of->name, &text);
	else
		btf_print_type(obj->o->btf, of->id, &text);
	if (!sbuf_err(&text))
		out = arena_strdup(texts(obj), sbuf_str(&text));
	sbuf_free(&text);
	return out;
}

/* C text of a type; NULL without BTF or memory. */
static const char *type_text(const struct weld_object *obj, u32 slot, struct text_of of)
{
	const char **text;

	if (!obj->o->btf || !of.id)
		return NULL;
	text = text_slot((struct weld_object *)obj, slot);
	if (text && !*text)
		*text = make_text(obj, &of);
	return text ? *text : NULL;
}

/* --- functions ------------------------------------------------------------------------ */

/* The first CO-RE relocation at or behind an instruction. */
static u32 first_core_relo(const struct obj_sec *sec, u32 insn)
{
	u32 lo = 0, hi = sec->core_relos.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->core_relos.v[mid].insn < insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static u32 core_relos_of(const struct obj *o, const struct obj_func *f)
{
	const struct obj_sec *sec = obj_sec(o, f->sec);

	return first_core_relo(sec, f->insn + f->n_insns) - first_core_relo(sec, f->insn);
}

static int fill_function(const struct weld_object *obj, u32 idx, struct weld_function_info *info)
{
	const struct obj_func *f = &obj->o->funcs.v[idx];
	const struct obj_sym *sym = obj_sym(obj->o, f->sym);
	const char *section = obj_sec(obj->o, f->sec)->name;
	struct weld_function_info i = {
		.name = sym->name,
		.section = section,
		.insn = f->insn,
		.n_insns = f->n_insns,
		.is_program = f->is_entry,
		.is_static = sym->bind == STB_LOCAL,
		.is_weak = sym->bind == STB_WEAK,
		.is_hidden = sym->vis == STV_HIDDEN,
		.autoload = f->autoload,
		.type_name = "unspec",
		.extras = "",
		.prototype =
			type_text(obj, idx, (struct text_of){ TEXT_PROTO, f->btf_id, sym->name }),
		.n_core_relos = core_relos_of(obj->o, f),
	};

	if (f->def) {
		i.type = f->def->prog_type;
		i.type_name = abi_prog_name(i.type);
		i.attach_type = f->def->attach_type;
		i.attach_name = f->def->has_attach ? abi_attach_name(i.attach_type) : NULL;
		i.extras = abi_sec_extras(f->def, section);
	}
	return api_fill(info, &i, sizeof(i));
}

int weld_object__function(const struct weld_object *obj, uint32_t n,
			  struct weld_function_info *info)
{
	if (n >= obj->o->funcs.n - 1)
		return -ENOENT;
	return fill_function(obj, n + 1, info);
}

int weld_object__program(const struct weld_object *obj, uint32_t n, struct weld_function_info *info)
{
	int err = make_lists((struct weld_object *)obj);

	if (err)
		return err;
	return n < obj->n_entries ? fill_function(obj, obj->entries[n], info) : -ENOENT;
}

/* --- maps and externs ----------------------------------------------------------------- */

int weld_object__map(const struct weld_object *obj, uint32_t n, struct weld_map_info *info)
{
	const struct obj *o = obj->o;
	const struct obj_map *m;

	if (n >= o->maps.n - 1)
		return -ENOENT;
	m = &o->maps.v[n + 1];
	struct text_of key = { TEXT_TYPE, m->key_type_id, NULL };
	struct text_of value = { TEXT_TYPE, m->is_data ? 0 : m->value_type_id, NULL };
	struct weld_map_info i = {
		.name = m->name,
		.section = m->is_extern ? NULL : obj_sec(o, m->sec)->name,
		.type = m->type,
		.type_name = abi_map_name(m->type),
		.key_size = m->key_size,
		.value_size = m->value_size,
		.max_entries = m->max_entries,
		.flags = m->flags,
		.pinning = m->pinning,
		.is_extern = m->is_extern,
		.is_data = m->is_data,
		.key_type = type_text(obj, key_slot(o, n + 1), key),
		.value_type = type_text(obj, value_slot(o, n + 1), value),
		.inner = m->inner.i ? obj_map(o, m->inner)->name : NULL,
		.n_slots = m->n_slots,
	};

	return api_fill(info, &i, sizeof(i));
}

/* The declaration of an extern; NULL without BTF. */
static const char *extern_text(const struct weld_object *obj, u32 idx)
{
	const struct obj_extern *e = &obj->o->externs.v[idx];
	const char *name = obj_sym(obj->o, e->sym)->name;
	const struct btf *btf = obj->o->btf;
	u32 type = e->btf_id;

	if (!btf || !type)
		return NULL;
	if (btf_kind_of(btf, type) == BTF_KIND_VAR)
		type = btf_type(btf, type)->type;
	return type_text(obj, extern_slot(obj->o, idx),
			 (struct text_of){ btf_proto_of(btf, type) ? TEXT_PROTO : TEXT_DECL, type,
					   name });
}

int weld_object__extern(const struct weld_object *obj, uint32_t n, struct weld_extern_info *info)
{
	static const char *const kinds[] = { "func", "var", "map", "kfunc", "ksym", "kconfig" };
	const struct obj *o = obj->o;
	const struct obj_extern *e;

	if (n >= o->externs.n)
		return -ENOENT;
	e = &o->externs.v[n];
	struct weld_extern_info i = {
		.name = obj_sym(o, e->sym)->name,
		.kind = (int)e->kind,
		.kind_name = kinds[e->kind],
		.weak = e->weak,
		.type = extern_text(obj, n),
	};

	return api_fill(info, &i, sizeof(i));
}

/* --- sections and symbols ------------------------------------------------------------- */

static const char *sec_kind_name(enum obj_sec_kind kind)
{
	static const char *const names[] = {
		[OBJ_SEC_NONE] = "none",
#define SEC_KIND(id, use, merge, text) [OBJ_SEC_##id] = text,
#include "lib/obj/sec_kinds.def"
	};

	return names[kind];
}

int weld_object__section(const struct weld_object *obj, uint32_t n, struct weld_section_info *info)
{
	const struct obj *o = obj->o;
	struct weld_section_info i = { 0 };

	if (n < o->secs.n - 1) {
		const struct obj_sec *sec = &o->secs.v[n + 1];

		i.name = sec->name;
		i.kind = sec_kind_name(sec->kind);
		i.size = sec->size;
		i.align = sec->align;
		i.n_relocs = sec->relocs.n;
	} else if (n - (o->secs.n - 1) < o->dropped.n) {
		const struct obj_dropped *gone = &o->dropped.v[n - (o->secs.n - 1)];

		i.name = gone->name;
		i.kind = "dropped";
		i.size = gone->size;
		i.dropped_why = gone->why;
	} else {
		return -ENOENT;
	}
	return api_fill(info, &i, sizeof(i));
}

int weld_object__symbol(const struct weld_object *obj, uint32_t n, struct weld_symbol_info *info)
{
	static const char *const types[] = {
		"notype", "object", "func", "section", "file", "common"
	};
	static const char *const binds[] = { "local", "global", "weak" };
	static const char *const vis[] = { "default", "internal", "hidden", "protected" };
	const struct obj_sym *sym;
	u32 idx;
	int err = make_lists((struct weld_object *)obj);

	if (err)
		return err;
	if (n >= obj->n_named)
		return -ENOENT;
	idx = obj->named[n];
	sym = &obj->o->syms.v[idx];
	struct weld_symbol_info i = {
		.name = sym->name,
		.section = sym->sec.i ? obj_sec(obj->o, sym->sec)->name : NULL,
		.value = sym->value,
		.size = sym->size,
		.type = sym->type < ARRAY_SIZE(types) ? types[sym->type] : "unknown",
		.bind = sym->bind < ARRAY_SIZE(binds) ? binds[sym->bind] : "unknown",
		.visibility = vis[sym->vis & 3],
		.n_refs = obj->n_refs[idx],
	};

	return api_fill(info, &i, sizeof(i));
}
