/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Reading symbols: which ones the object keeps, in the order locals, others, section symbols. From
 * here on relocations name symbols of the object.
 *
 * Kept are all global and undefined symbols, local functions and variables, and of the labels,
 * absolute and section symbols those that a relocation names.
 */
#include "lib/obj/obj_int.h"

static int bad_sym(struct reader *r, u32 i, const char *why)
{
	const struct elf_sym *s = &r->f->syms[i];
	struct weld_where at = obj_elf_where(r, s->sec < r->f->n_secs ? s->sec : 0, s->value);

	at.func = s->name;
	return diag_raise(r->d, DIAG_OBJ_SYMBOL, &at, s->name, why);
}

/* Does the symbol lie in a section that the object keeps? */
static bool in_kept(const struct reader *r, const struct elf_sym *s)
{
	return s->sec && s->sec < r->f->n_secs && r->secs[s->sec].i;
}

static bool is_kept(const struct reader *r, u32 i)
{
	const struct elf_sym *s = &r->f->syms[i];

	if (s->type == STT_FILE || s->type == STT_SECTION || !*s->name)
		return false;
	if (s->sec && s->sec < r->f->n_secs && !in_kept(r, s))
		return false;
	if (s->bind != STB_LOCAL)
		return true;
	if (!s->sec)
		return false;
	if (s->type == STT_NOTYPE || s->sec == ELF_SEC_ABS)
		return r->wanted[i];
	return true;
}

static int check_place(struct reader *r, u32 i, const struct obj_sec *sec)
{
	const struct elf_sym *s = &r->f->syms[i];

	if (s->value > sec->size || s->size > sec->size - s->value)
		return bad_sym(r, i, "goes on behind the end of its section");
	if (obj_sec_is_code(sec->kind) && (s->value % 8 || s->size % 8))
		return bad_sym(r, i, "begins or ends within an instruction");
	return 0;
}

static int check_sym(struct reader *r, u32 i)
{
	const struct elf_sym *s = &r->f->syms[i];

	if (s->bind > STB_WEAK)
		return bad_sym(r, i, "has a binding that BPF objects don't have");
	if (s->type > STT_COMMON)
		return bad_sym(r, i, s->type == STT_TLS ? "is thread-local, which BPF has not" :
							  "has a type that BPF objects don't have");
	if (s->sec == ELF_SEC_COMMON && !is_power_of_2(s->value))
		return bad_sym(r, i, "is common, but its alignment is not a power of two");
	return in_kept(r, s) ? check_place(r, i, obj_sec(r->o, r->secs[s->sec])) : 0;
}

static int add_sym(struct reader *r, u32 i)
{
	const struct elf_sym *s = &r->f->syms[i];
	struct obj_sym sym = {
		.name = s->name,
		.value = s->value,
		.size = s->size,
		.type = s->type,
		.bind = s->bind,
		.vis = s->vis,
		.absolute = s->sec == ELF_SEC_ABS,
		.common = s->sec == ELF_SEC_COMMON,
	};
	int err = check_sym(r, i);

	if (err)
		return err;
	if (in_kept(r, s))
		sym.sec = r->secs[s->sec];
	return obj_add_sym(r->o, &sym, &r->syms[i]) ? obj_no_memory(r->o) : 0;
}

static int add_syms(struct reader *r, bool local)
{
	for (u32 i = 1; i < r->f->n_syms; i++) {
		int err = 0;

		if ((r->f->syms[i].bind == STB_LOCAL) == local && is_kept(r, i))
			err = add_sym(r, i);
		if (err)
			return err;
	}
	return 0;
}

static int add_sec_syms(struct reader *r)
{
	u32 base = r->f->n_syms;

	for (u32 i = 1; i < r->f->n_secs; i++)
		if (r->wanted[base + i] && obj_sec_symbol(r->o, r->secs[i], &r->syms[base + i]))
			return obj_no_memory(r->o);
	return 0;
}

static void rename_relocs(struct reader *r)
{
	for (u32 i = 1; i < r->o->secs.n; i++) {
		struct obj_sec *sec = &r->o->secs.v[i];

		for (u32 k = 0; k < sec->relocs.n; k++)
			sec->relocs.v[k].sym = r->syms[sec->relocs.v[k].sym.i];
	}
}

/* How many the object will have, section symbols with them. */
static u32 count_syms(const struct reader *r)
{
	u32 n = 0;

	for (u32 i = 1; i < r->f->n_syms; i++)
		n += is_kept(r, i);
	for (u32 i = 1; i < r->f->n_secs; i++)
		n += r->wanted[r->f->n_syms + i];
	return n;
}

int obj_read_syms(struct reader *r)
{
	int err = vec_reserve(&r->o->syms, count_syms(r)) ? obj_no_memory(r->o) : 0;

	if (!err)
		err = add_syms(r, true);
	if (!err)
		err = add_syms(r, false);
	if (!err)
		err = add_sec_syms(r);
	if (!err)
		rename_relocs(r);
	return err;
}
