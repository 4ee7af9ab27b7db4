/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Reading sections: which ones the object keeps, and their bytes, code as instructions in host
 * order. Nothing is read of a section that isn't kept.
 */
#include "lib/obj/obj_int.h"

#include "lib/isa/isa.h"

/* What flags say of the contents stays; links to groups and other sections go. */
static const u64 KEPT_FLAGS = SHF_WRITE | SHF_ALLOC | SHF_EXECINSTR | SHF_MERGE | SHF_STRINGS;

/* Largest .bss and the like: a value size must fit the 32 bits that bpf(2) has for it. */
static const u64 MAX_NOBITS = 1u << 31;

struct weld_where obj_elf_where(const struct reader *r, u32 elf_sec, u64 off)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = r->o->name;
	if (!elf_sec || elf_sec >= r->f->n_secs)
		return at;
	at.section = r->f->secs[elf_sec].name;
	at.offset = (s64)off;
	if (r->f->secs[elf_sec].flags & SHF_EXECINSTR)
		at.insn = (s64)(off / 8);
	return at;
}

/* Bookkeeping of ELF itself, which is neither kept nor dropped content. */
static bool is_elf_table(const struct elf_sec *s)
{
	return s->type == SHT_NULL || s->type == SHT_SYMTAB || s->type == SHT_STRTAB ||
	       s->type == SHT_REL || s->type == SHT_RELA || s->type == SHT_SYMTAB_SHNDX;
}

static bool is_legacy_maps(const char *name)
{
	return !strcmp(name, "maps") || !strncmp(name, "maps/", 5);
}

static int drop(struct reader *r, const struct elf_sec *s, const char *why)
{
	struct obj_dropped *dropped = vec_push(&r->o->dropped);

	if (!dropped)
		return obj_no_memory(r->o);
	dropped->name = arena_strdup(&r->o->arena, s->name);
	dropped->size = s->size;
	dropped->why = why;
	return dropped->name ? 0 : obj_no_memory(r->o);
}

static int read_insns(struct reader *r, u32 elf_sec, struct span bytes, struct obj_sec *sec)
{
	u32 n = (u32)(bytes.size / 8);

	if (bytes.size % 8) {
		struct weld_where at = obj_elf_where(r, elf_sec, bytes.size & ~7ull);

		return diag_raise(r->d, DIAG_OBJ_CODE_SIZE, &at, (unsigned long long)bytes.size);
	}
	if (vec_reserve(&sec->insns, n))
		return obj_no_memory(r->o);
	isa_load_insns(bytes.data, r->f->swap, sec->insns.v, n);
	sec->insns.n = n;
	return 0;
}

static int read_contents(struct reader *r, u32 elf_sec, struct obj_sec *sec)
{
	struct span bytes;
	int err = elf_sec_bytes(r->d, r->f, elf_sec, &bytes);

	if (err)
		return err;
	if (obj_sec_is_code(sec->kind))
		return read_insns(r, elf_sec, bytes, sec);
	if (vec_append(&sec->bytes, bytes.data, (u32)bytes.size))
		return obj_no_memory(r->o);
	return 0;
}

static int too_big(struct reader *r, u32 elf_sec)
{
	struct weld_where at = obj_elf_where(r, elf_sec, 0);

	return diag_raise(r->d, DIAG_OBJ_SEC_TOO_BIG, &at,
			  (unsigned long long)r->f->secs[elf_sec].size);
}

static int no_bytes(struct reader *r, u32 elf_sec, enum obj_sec_kind kind)
{
	struct weld_where at = obj_elf_where(r, elf_sec, 0);

	return diag_raise(r->d, DIAG_OBJ_NO_BYTES, &at, obj_sec_kind_text(kind));
}

static int keep(struct reader *r, u32 elf_sec, enum obj_sec_kind kind)
{
	const struct elf_sec *s = &r->f->secs[elf_sec];
	struct obj_sec *sec;
	sec_id id;

	if (s->size > MAX_NOBITS)
		return too_big(r, elf_sec);
	if (s->type == SHT_NOBITS && !obj_sec_is_data(kind))
		return no_bytes(r, elf_sec, kind);
	if (obj_add_sec(r->o, s->name, kind, &id))
		return obj_no_memory(r->o);
	r->secs[elf_sec] = id;
	sec = obj_sec(r->o, id);
	sec->elf_type = s->type;
	sec->flags = s->flags & KEPT_FLAGS;
	sec->align = s->align;
	sec->entsize = s->entsize;
	sec->size = s->size;
	sec->file_off = s->file_off;
	return read_contents(r, elf_sec, sec);
}

/*
 * Compilers emit .text, .data and .bss even when they are empty. A section without bytes matters
 * only when a symbol marks a place in it.
 */
static bool is_empty(const struct reader *r, u32 elf_sec, const u8 *named)
{
	return !r->f->secs[elf_sec].size && !named[elf_sec];
}

/* Where the reader notes a section that becomes no section of the object. */
static u32 *special_sec(struct reader *r, const struct elf_sec *s)
{
	if (s->type != SHT_PROGBITS || strncmp(s->name, ".BTF", 4) != 0)
		return NULL;
	return !s->name[4] ? &r->btf_sec : !strcmp(s->name, ".BTF.ext") ? &r->ext_sec : NULL;
}

static int dup_sec(struct reader *r, u32 elf_sec)
{
	struct weld_where at = obj_elf_where(r, elf_sec, 0);

	return diag_raise(r->d, DIAG_OBJ_DUP_SECTION, &at, r->f->secs[elf_sec].name);
}

static int legacy_maps(struct reader *r, u32 elf_sec)
{
	struct weld_where at = obj_elf_where(r, elf_sec, 0);

	return diag_raise(r->d, DIAG_OBJ_LEGACY_MAPS, &at, r->f->secs[elf_sec].name);
}

static int bad_name(struct reader *r, u32 elf_sec, enum obj_sec_kind kind)
{
	struct weld_where at = obj_elf_where(r, elf_sec, 0);

	return diag_raise(r->d, DIAG_OBJ_SEC_NAME, &at, r->f->secs[elf_sec].name,
			  obj_sec_is_code(kind) ? "is executable" : "is not executable");
}

static int read_sec(struct reader *r, u32 i, const u8 *named)
{
	const struct elf_sec *s = &r->f->secs[i];
	enum obj_sec_kind kind;
	const char *why;
	u32 *special;

	if (is_elf_table(s))
		return 0;
	special = special_sec(r, s);
	if (special) {
		if (*special)
			return dup_sec(r, i);
		*special = i;
		return 0;
	}
	if (is_legacy_maps(s->name))
		return legacy_maps(r, i);
	kind = obj_sec_kind_of(s->name, s->type, s->flags, &why);
	if (!kind)
		return drop(r, s, why);
	if (is_empty(r, i, named))
		return drop(r, s, "empty");
	if (!obj_sec_name_fits(s->name, kind))
		return bad_name(r, i, kind);
	return keep(r, i, kind);
}

static int bad_group(struct reader *r, u32 sec, const char *why)
{
	struct weld_where at = obj_elf_where(r, sec, 0);

	return diag_raise(r->d, DIAG_OBJ_GROUP, &at, why);
}

/* The symbol that sh_info names; for a section's, the section's name. */
static const char *signature_of(const struct reader *r, u32 sec)
{
	const struct elf_file *f = r->f;
	const struct elf_sec *s = &f->secs[sec];
	const struct elf_sym *sym;

	if (!f->symtab || s->link != f->symtab || !s->info || s->info >= f->n_syms)
		return NULL;
	sym = &f->syms[s->info];
	if (sym->type == STT_SECTION && sym->sec < f->n_secs)
		return f->secs[sym->sec].name;
	return sym->name;
}

/* A word of flags, then the numbers of its sections (gABI, Section Groups). */
static int read_group(struct reader *r, u32 sec)
{
	const char *signature = signature_of(r, sec);
	struct span bytes;
	u32 flags, member;
	int err = elf_sec_bytes(r->d, r->f, sec, &bytes);

	if (err)
		return err;
	if (!signature)
		return bad_group(r, sec, "it has no signature");
	if (span_take_u32(&bytes, r->f->swap, &flags))
		return bad_group(r, sec, "it has no flags");
	signature = arena_strdup(&r->o->arena, signature);
	if (!signature)
		return obj_no_memory(r->o);
	while (bytes.size && flags & GRP_COMDAT) {
		if (span_take_u32(&bytes, r->f->swap, &member) || !member || member >= r->f->n_secs)
			return bad_group(r, sec, "a member is no section");
		if (r->secs[member].i)
			obj_sec(r->o, r->secs[member])->group = signature;
	}
	return 0;
}

static int read_groups(struct reader *r)
{
	int err = 0;

	for (u32 i = 1; i < r->f->n_secs && !err; i++)
		if (r->f->secs[i].type == SHT_GROUP)
			err = read_group(r, i);
	return err;
}

static sec_id find_hashed(const struct reader *r, const char *name, u64 hash)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&r->sec_names, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&r->sec_names, &it))
		if (!strcmp(r->o->secs.v[i].name, name))
			return (sec_id){ i };
	return (sec_id){ 0 };
}

/* Names of kept sections must differ: BTF.ext and DATASECs know sections by name only. */
static int index_names(struct reader *r)
{
	for (u32 i = 1; i < r->f->n_secs; i++) {
		const char *name = r->f->secs[i].name;
		u64 hash;

		if (!r->secs[i].i)
			continue;
		hash = hash_str(name);
		if (find_hashed(r, name, hash).i)
			return dup_sec(r, i);
		if (hmap_add(&r->sec_names, hash, r->secs[i].i))
			return obj_no_memory(r->o);
	}
	return 0;
}

sec_id obj_read_find_sec(const struct reader *r, const char *name)
{
	return find_hashed(r, name, hash_str(name));
}

/* A symbol that the object keeps whether or not anything refers to it, see read_syms.c. */
static bool marks_place(const struct elf_sym *s)
{
	if (!*s->name || s->type == STT_FILE || s->type == STT_SECTION)
		return false;
	return s->bind != STB_LOCAL || s->type != STT_NOTYPE;
}

int obj_read_secs(struct reader *r)
{
	u8 *named = arena_alloc(&r->f->arena, r->f->n_secs);
	int err = 0;

	if (!named)
		return obj_no_memory(r->o);
	for (u32 i = 1; i < r->f->n_syms; i++)
		if (marks_place(&r->f->syms[i]) && r->f->syms[i].sec < r->f->n_secs)
			named[r->f->syms[i].sec] = 1;
	for (u32 i = 1; i < r->f->n_secs && !err; i++)
		err = read_sec(r, i, named);
	if (!err)
		err = read_groups(r);
	return err ? err : index_names(r);
}
