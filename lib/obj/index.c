/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The spine of derivation: from the stored part of an object to functions, maps, externs, licence
 * and names. The same for objects that were read and for those that a linker made.
 */
#include "lib/obj/obj_int.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/sort.h"

static int cmp_relocs(const void *pa, const void *pb)
{
	const struct obj_reloc *a = pa, *b = pb;

	return a->off < b->off ? -1 : a->off > b->off;
}

void obj_sort_relocs(struct obj_sec *sec)
{
	sort_unless_sorted(sec->relocs.v, sec->relocs.n, sizeof(*sec->relocs.v), cmp_relocs);
}

/* Info records of one kind; all start with their instruction. */
struct records {
	char *v;
	u32 n;
	size_t size; /* bytes of one */
};

static u32 insn_at(const struct records *r, u64 i)
{
	return get_u32(r->v + i * r->size, false);
}

/* Merge the two runs of width records at lo into the same place of to. */
static void merge(struct records *to, const struct records *from, u64 lo, u64 width)
{
	u64 mid = min_u64(lo + width, from->n), hi = min_u64(lo + 2 * width, from->n);

	for (u64 i = lo, a = lo, b = mid; i < hi; i++) {
		bool left = b == hi || (a < mid && insn_at(from, a) <= insn_at(from, b));

		memcpy(to->v + i * to->size, from->v + (left ? a++ : b++) * from->size, from->size);
	}
}

/*
 * Records of one instruction keep their order. Everything else in them is numbers of types and
 * strings, which a link changes: ordered by those, linking twice would differ from linking once.
 * What compilers write is sorted already, and then this only looks.
 */
static int sort_records(struct records r)
{
	struct records from = r, to = r, done;
	char *other;
	u32 sorted = 1;

	while (sorted < r.n && insn_at(&r, sorted - 1) <= insn_at(&r, sorted))
		sorted++;
	if (sorted >= r.n)
		return 0;
	to.v = other = malloc(r.n * r.size);
	if (!other)
		return -ENOMEM;
	for (u64 width = 1; width < r.n; width *= 2) {
		for (u64 lo = 0; lo < r.n; lo += 2 * width)
			merge(&to, &from, lo, width);
		done = from;
		from = to;
		to = done;
	}
	if (from.v != r.v)
		memcpy(r.v, from.v, r.n * r.size);
	free(other);
	return 0;
}

#define SORT(vec) sort_records((struct records){ (char *)(vec)->v, (vec)->n, sizeof(*(vec)->v) })

int obj_sort_records(struct obj_sec *sec)
{
	return SORT(&sec->func_infos) || SORT(&sec->line_infos) || SORT(&sec->core_relos) ?
		       -ENOMEM :
		       0;
}

/* Which symbols relocations name. On the way it is made sure that all is in normal form, which the
 * reader establishes and a linker keeps: a fault here is one of ours. */
static void note_used(struct obj *o)
{
	for (u32 i = 1; i < o->syms.n; i++) {
		assert(o->syms.v[i].sec.i < o->secs.n);
		o->syms.v[i].used = false;
	}
	for (u32 i = 1; i < o->secs.n; i++) {
		const struct obj_sec *sec = &o->secs.v[i];
		bool code = obj_sec_is_code(sec->kind);

		assert(code ? sec->size == sec->insns.n * 8ull :
			      sec->elf_type == SHT_NOBITS || sec->size == sec->bytes.n);
		for (u32 k = 0; k < sec->relocs.n; k++) {
			const struct obj_reloc *r = &sec->relocs.v[k];

			assert(r->off < sec->size && (!code || r->off % 8 == 0));
			assert(r->sym.i && r->sym.i < o->syms.n);
			assert(!k || r[-1].off < r->off);
			obj_sym(o, r->sym)->used = true;
		}
		for (u32 k = 1; k < sec->line_infos.n; k++)
			assert(sec->line_infos.v[k - 1].insn <= sec->line_infos.v[k].insn);
	}
}

static void forget(struct obj *o)
{
	o->funcs.n = o->maps.n = 1;
	o->externs.n = 0;
	o->license = NULL;
	o->has_version = false;
	o->version = 0;
	hmap_free(&o->by_name);
	hmap_free(&o->map_at);
	for (u32 i = 1; i < o->secs.n; i++)
		o->secs.v[i].sec_sym.i = 0;
}

static int raise_dup_symbol(struct obj *o, u32 sym, sym_id first)
{
	struct weld_where at = obj_where_sym(o, (sym_id){ sym }), there = obj_where_sym(o, first);
	struct diag_msg m;

	diag_begin(&m, o->diag, DIAG_OBJ_DUP_SYMBOL, &at, o->syms.v[sym].name);
	diag_note(&m, &there, "the other one is here");
	return diag_end(&m);
}

static int index_syms(struct obj *o)
{
	if (o->syms.n > 1 && hmap_reserve(&o->by_name, o->syms.n - 1))
		return obj_no_memory(o);
	for (u32 i = 1; i < o->syms.n; i++) {
		const struct obj_sym *sym = &o->syms.v[i];
		sym_id first;
		u64 hash;

		if (sym->type == STT_SECTION) {
			obj_sec(o, sym->sec)->sec_sym.i = i;
			continue;
		}
		if (sym->bind == STB_LOCAL)
			continue;
		hash = hash_str(sym->name);
		first = obj_find_hashed(o, sym->name, hash);
		if (first.i)
			return raise_dup_symbol(o, i, first);
		if (hmap_add(&o->by_name, hash, i))
			return obj_no_memory(o);
	}
	return 0;
}

static int index_version(struct obj *o, const struct obj_sec *sec)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = o->name;
	at.section = sec->name;
	if (sec->bytes.n != sizeof(u32))
		return diag_raise(o->diag, DIAG_OBJ_VERSION, &at, sec->bytes.n);
	o->version = get_u32(sec->bytes.v, o->big_endian != HOST_BIG_ENDIAN);
	o->has_version = true;
	return 0;
}

static int index_secs(struct obj *o)
{
	int err = 0;

	for (u32 i = 1; i < o->secs.n && !err; i++) {
		const struct obj_sec *sec = &o->secs.v[i];

		if (sec->kind == OBJ_SEC_LICENSE) {
			const char *text = sec->bytes.n ? (const char *)sec->bytes.v : "";

			o->license = arena_strndup(&o->arena, text, sec->bytes.n);
			err = o->license ? 0 : obj_no_memory(o);
		} else if (sec->kind == OBJ_SEC_VERSION) {
			err = index_version(o, sec);
		}
	}
	return err;
}

/* BTF.ext names sections by strings of the BTF: what obj_write() needs is put there now, so that
 * writing doesn't change the object. A reader has found most of them there. */
static int index_sec_names(struct obj *o)
{
	for (u32 i = 1; o->btf && i < o->secs.n; i++) {
		struct obj_sec *sec = &o->secs.v[i];
		bool needed = sec->func_infos.n || sec->line_infos.n || sec->core_relos.n;

		if (needed && strcmp(btf_str(o->btf, sec->btf_name), sec->name) &&
		    btf_add_str(o->btf, sec->name, &sec->btf_name))
			return obj_no_memory(o);
	}
	return 0;
}

int obj_index(struct obj *o)
{
	int err;

	note_used(o);
	forget(o);
	err = index_syms(o);
	if (!err)
		err = index_secs(o);
	if (!err)
		err = index_sec_names(o);
	if (!err)
		err = obj_index_btf_ids(o);
	/* From here on symbols and sections know their types. */
	if (!err)
		err = obj_index_funcs(o);
	if (!err)
		err = obj_index_maps(o);
	if (!err)
		err = obj_index_externs(o);
	if (!err)
		err = obj_index_slots(o);
	return err;
}
