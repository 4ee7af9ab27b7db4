/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Symbols and relocations, decoded from the raw bytes of their sections. */
#include "lib/elf/elf_int.h"

/* The sections that a symbol table needs beside itself. */
struct symtab {
	u32 sec;
	struct span bytes;
	struct span strs;	/* up to its last NUL */
	struct span shndx;	/* 32-bit section indices, for files of 65,280 sections or more */
};

static int bad_sym(struct diag *d, const struct elf_file *f, u32 sym, const char *why)
{
	struct weld_where at = elf_where(f, f->symtab);

	return diag_raise(d, DIAG_ELF_SYMBOL, &at, sym, why);
}

static int find_symtab(struct diag *d, struct elf_file *f, struct symtab *t)
{
	u32 shndx = 0;

	for (u32 i = 1; i < f->n_secs; i++) {
		if (f->secs[i].type == SHT_SYMTAB) {
			if (t->sec)
				return elf_bad_sec(d, f, i, "it is a second symbol table");
			t->sec = i;
		} else if (f->secs[i].type == SHT_SYMTAB_SHNDX) {
			shndx = i;
		}
	}
	if (!shndx)
		return 0;
	if (!t->sec || f->secs[shndx].link != t->sec)
		return elf_bad_sec(d, f, shndx, "it belongs to no symbol table");
	return elf_sec_bytes(d, f, shndx, &t->shndx);
}

static int open_symtab(struct diag *d, struct elf_file *f, struct symtab *t)
{
	const struct elf_sec *s = &f->secs[t->sec];
	int err;

	if (s->entsize != ELF64_SYM_SIZE || s->size % ELF64_SYM_SIZE ||
	    s->size / ELF64_SYM_SIZE > UINT32_MAX)
		return elf_bad_sec(d, f, t->sec, "it is no whole number of symbols of 24 bytes");
	if (!s->link || s->link >= f->n_secs || f->secs[s->link].type != SHT_STRTAB)
		return elf_bad_sec(d, f, t->sec, "it is linked to no string table");
	err = elf_sec_bytes(d, f, t->sec, &t->bytes);
	if (err)
		return err;
	err = elf_sec_bytes(d, f, s->link, &t->strs);
	t->strs = span_strs(t->strs);
	return err;
}

static int sym_section(struct diag *d, const struct elf_file *f, const struct symtab *t, u32 i,
		       u32 *sec)
{
	struct span word;

	if (*sec == SHN_XINDEX) {
		if (span_sub(t->shndx, 4ull * i, 4, &word))
			return bad_sym(d, f, i, "its section index is missing");
		*sec = get_u32(word.data, f->swap);
	} else if (*sec == SHN_ABS) {
		*sec = ELF_SEC_ABS;
		return 0;
	} else if (*sec == SHN_COMMON) {
		*sec = ELF_SEC_COMMON;
		return 0;
	}
	if (*sec >= f->n_secs)
		return bad_sym(d, f, i, "it lies in a section that does not exist");
	return 0;
}

static int read_sym(struct diag *d, struct elf_file *f, const struct symtab *t, u32 i)
{
	const u8 *p = t->bytes.data + (size_t)i * ELF64_SYM_SIZE;
	struct elf_sym *sym = &f->syms[i];
	u32 name = get_u32(p, f->swap);

	if (name && name >= t->strs.size)
		return bad_sym(d, f, i, "its name lies outside of the string table");
	sym->name = name < t->strs.size ? (const char *)t->strs.data + name : "";
	sym->type = ELF64_ST_TYPE(p[4]);
	sym->bind = ELF64_ST_BIND(p[4]);
	sym->vis = ELF64_ST_VISIBILITY(p[5]);
	sym->sec = get_u16(p + 6, f->swap);
	sym->value = get_u64(p + 8, f->swap);
	sym->size = get_u64(p + 16, f->swap);
	return sym_section(d, f, t, i, &sym->sec);
}

int elf_read_syms(struct diag *d, struct elf_file *f)
{
	struct symtab t = { 0 };
	int err;

	err = find_symtab(d, f, &t);
	if (err || !t.sec)
		return err;
	err = open_symtab(d, f, &t);
	if (err)
		return err;
	f->symtab = t.sec;
	f->n_syms = (u32)(t.bytes.size / ELF64_SYM_SIZE);
	f->syms = arena_array(&f->arena, f->n_syms, sizeof(*f->syms));
	if (!f->syms)
		return elf_no_memory(d, f->name);
	for (u32 i = 0; i < f->n_syms; i++) {
		err = read_sym(d, f, &t, i);
		if (err)
			return err;
	}
	return 0;
}

static int check_rel_sec(struct diag *d, const struct elf_file *f, u32 sec)
{
	const struct elf_sec *s = &f->secs[sec];
	u32 entry = s->type == SHT_RELA ? ELF64_RELA_SIZE : ELF64_REL_SIZE;

	if (s->type != SHT_REL && s->type != SHT_RELA)
		return elf_bad_sec(d, f, sec, "it holds no relocations");
	if (s->entsize != entry || s->size % entry || s->size / entry > UINT32_MAX)
		return elf_bad_sec(d, f, sec, "it is no whole number of relocations");
	if (!f->symtab || s->link != f->symtab)
		return elf_bad_sec(d, f, sec, "it is not linked to the symbol table");
	if (!s->info || s->info >= f->n_secs)
		return elf_bad_sec(d, f, sec, "the section that it patches does not exist");
	return 0;
}

int elf_rels(struct diag *d, struct elf_file *f, u32 sec, struct elf_rels *out)
{
	const struct elf_sec *s = &f->secs[sec];
	struct weld_where at = elf_where(f, sec);
	struct elf_rels rels = { .swap = f->swap };
	struct span bytes;
	int err;

	err = check_rel_sec(d, f, sec);
	if (!err)
		err = elf_sec_bytes(d, f, sec, &bytes);
	if (err)
		return err;
	rels.data = bytes.data;
	rels.size = (u32)s->entsize;
	rels.n = (u32)(bytes.size / s->entsize);
	for (u32 i = 0; i < rels.n; i++) {
		struct elf_rel rel = elf_rel_at(&rels, i);

		if (rel.sym >= f->n_syms)
			return diag_raise(d, DIAG_ELF_RELOC, &at, i, "names no symbol");
		if (rel.off >= f->secs[s->info].size)
			return diag_raise(d, DIAG_ELF_RELOC, &at, i, "lies outside of its section");
	}
	*out = rels;
	return 0;
}
