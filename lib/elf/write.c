/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Sections and symbols to bytes. libelf can write only to a descriptor, and reorders nothing, so
 * this is a writer of its own:
 *
 *	ELF header | sections in the order given | .symtab | .strtab | section headers
 *
 * .strtab has the names of sections and symbols, each once. Local symbols come before all others,
 * as the System V ABI demands (sh_info of .symtab tells where they end).
 */
#include "lib/elf/elf_int.h"

#include <stdlib.h>

#include "lib/base/hmap.h"

/* Nobody maps sections of a relocatable file, so its offsets needn't follow large alignments. */
enum { MAX_PADDING = 64 };

struct writer {
	struct diag *d;
	const struct elf_out *in;
	bool swap;
	struct sbuf *out;
	struct sbuf strs;
	struct hmap str_index;	/* hash of a string -> its offset in strs */
	u32 *sym_map;		/* number in the input -> number in the file */
	u32 n_local;		/* with the null symbol */
	struct sbuf shdrs;
};

struct shdr {
	const char *name;
	u32 type, link, info;
	u64 flags, off, size, align, entsize;
};

/* At least the size of the file, so that the output is allocated once. */
static size_t size_bound(const struct elf_out *in)
{
	size_t size = ELF64_EHDR_SIZE + 4 * (ELF64_SHDR_SIZE + MAX_PADDING) + ELF64_SYM_SIZE;

	for (u32 i = 0; i < in->n_secs; i++) {
		const struct elf_out_sec *s = &in->secs[i];

		size += ELF64_SHDR_SIZE + MAX_PADDING + strlen(s->name) + 1;
		size += s->rel_of ? (size_t)s->n_rels * ELF64_REL_SIZE :
			s->type != SHT_NOBITS ? s->bytes.size : 0;
	}
	for (u32 i = 0; i < in->n_syms; i++)
		size += ELF64_SYM_SIZE + strlen(in->syms[i].name) + 1;
	return size;
}

static void put16(struct writer *w, struct sbuf *b, u16 v)
{
	put_u16(&v, v, w->swap);
	sbuf_put(b, &v, sizeof(v));
}

static void put32(struct writer *w, struct sbuf *b, u32 v)
{
	put_u32(&v, v, w->swap);
	sbuf_put(b, &v, sizeof(v));
}

static void put64(struct writer *w, struct sbuf *b, u64 v)
{
	put_u64(&v, v, w->swap);
	sbuf_put(b, &v, sizeof(v));
}

/* The offset of s in .strtab. Running out of memory sticks in strs. */
static u32 intern(struct writer *w, const char *s)
{
	u64 hash = hash_str(s);
	struct hmap_iter it;
	u32 off;

	if (!*s || sbuf_err(&w->strs))
		return 0;
	for (off = hmap_first(&w->str_index, hash, &it); off != HMAP_NONE;
	     off = hmap_next(&w->str_index, &it))
		if (!strcmp(w->strs.data + off, s))
			return off;
	off = (u32)w->strs.size;
	sbuf_put(&w->strs, s, strlen(s) + 1);
	if (hmap_add(&w->str_index, hash, off))
		w->strs.failed = true;
	return off;
}

static void put_shdr(struct writer *w, const struct shdr *s)
{
	put32(w, &w->shdrs, intern(w, s->name));
	put32(w, &w->shdrs, s->type);
	put64(w, &w->shdrs, s->flags);
	put64(w, &w->shdrs, 0);
	put64(w, &w->shdrs, s->off);
	put64(w, &w->shdrs, s->size);
	put32(w, &w->shdrs, s->link);
	put32(w, &w->shdrs, s->info);
	put64(w, &w->shdrs, s->align);
	put64(w, &w->shdrs, s->entsize);
}

/* Locals keep their order, and so do the others. */
static int order_syms(struct writer *w)
{
	const struct elf_out *in = w->in;
	u32 at = 1;

	w->sym_map = calloc((size_t)in->n_syms + 1, sizeof(*w->sym_map));
	if (!w->sym_map)
		return -ENOMEM;
	for (u32 i = 0; i < in->n_syms; i++)
		if (in->syms[i].bind == STB_LOCAL)
			w->sym_map[i + 1] = at++;
	w->n_local = at;
	for (u32 i = 0; i < in->n_syms; i++)
		if (in->syms[i].bind != STB_LOCAL)
			w->sym_map[i + 1] = at++;
	return 0;
}

static void put_rels(struct writer *w, const struct elf_out_sec *s)
{
	char *to = sbuf_room(w->out, (size_t)s->n_rels * ELF64_REL_SIZE);

	for (u32 i = 0; to && i < s->n_rels; i++, to += ELF64_REL_SIZE) {
		put_u64(to, s->rels[i].off, w->swap);
		put_u64(to + 8, ELF64_R_INFO(w->sym_map[s->rels[i].sym], s->rels[i].type), w->swap);
	}
}

static void put_contents(struct writer *w, const struct elf_out_sec *s)
{
	u8 *to;

	if (s->type == SHT_NOBITS)
		return;
	if (!s->fill) {
		sbuf_put(w->out, s->bytes.data, s->bytes.size);
		return;
	}
	to = (u8 *)sbuf_room(w->out, s->bytes.size);
	if (to)
		s->fill(s->fill_user, to);
}

static void put_sec(struct writer *w, const struct elf_out_sec *s)
{
	struct shdr sh = {
		.name = s->name, .type = s->type, .link = s->link, .info = s->info,
		.flags = s->flags, .align = s->align ? s->align : 1, .entsize = s->entsize,
	};

	if (s->type != SHT_NOBITS)
		sbuf_align(w->out, min_u64(sh.align, MAX_PADDING));
	sh.off = w->out->size;
	if (s->rel_of) {
		sh.link = w->in->n_secs + 1;
		sh.info = s->rel_of;
		put_rels(w, s);
		sh.size = w->out->size - sh.off;
	} else {
		sh.size = s->bytes.size;
		put_contents(w, s);
	}
	put_shdr(w, &sh);
}

static void put_sym(struct writer *w, const struct elf_out_sym *sym)
{
	u16 sec = sym->sec == ELF_SEC_ABS ? SHN_ABS :
		  sym->sec == ELF_SEC_COMMON ? SHN_COMMON : (u16)sym->sec;
	u8 bytes[ELF64_SYM_SIZE];

	put_u32(bytes, intern(w, sym->name), w->swap);
	bytes[4] = ELF64_ST_INFO(sym->bind, sym->type);
	bytes[5] = sym->vis;
	put_u16(bytes + 6, sec, w->swap);
	put_u64(bytes + 8, sym->value, w->swap);
	put_u64(bytes + 16, sym->size, w->swap);
	sbuf_put(w->out, bytes, sizeof(bytes));
}

static void put_symtab(struct writer *w)
{
	const struct elf_out *in = w->in;
	struct shdr sh = {
		.name = ".symtab", .type = SHT_SYMTAB, .link = in->n_secs + 2, .info = w->n_local,
		.align = 8, .entsize = ELF64_SYM_SIZE,
		.size = ((u64)in->n_syms + 1) * ELF64_SYM_SIZE,
	};

	sbuf_align(w->out, sh.align);
	sh.off = w->out->size;
	sbuf_zero(w->out, ELF64_SYM_SIZE);
	for (u32 i = 0; i < in->n_syms; i++)
		if (in->syms[i].bind == STB_LOCAL)
			put_sym(w, &in->syms[i]);
	for (u32 i = 0; i < in->n_syms; i++)
		if (in->syms[i].bind != STB_LOCAL)
			put_sym(w, &in->syms[i]);
	put_shdr(w, &sh);
}

/* Last, since put_shdr() adds its own name too. */
static void put_strtab(struct writer *w)
{
	struct shdr sh = { .name = ".strtab", .type = SHT_STRTAB, .align = 1 };

	intern(w, sh.name);
	sh.off = w->out->size;
	sh.size = w->strs.size;
	sbuf_put(w->out, w->strs.data, w->strs.size);
	put_shdr(w, &sh);
}

static void put_ehdr(struct writer *w, u64 shoff, struct sbuf *b)
{
	u8 ident[EI_NIDENT] = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
				w->in->big_endian ? ELFDATA2MSB : ELFDATA2LSB, EV_CURRENT };

	sbuf_put(b, ident, sizeof(ident));
	put16(w, b, ET_REL);
	put16(w, b, w->in->machine);
	put32(w, b, EV_CURRENT);
	put64(w, b, 0);
	put64(w, b, 0);
	put64(w, b, shoff);
	put32(w, b, 0);
	put16(w, b, ELF64_EHDR_SIZE);
	put16(w, b, 0);
	put16(w, b, 0);
	put16(w, b, ELF64_SHDR_SIZE);
	put16(w, b, (u16)(w->in->n_secs + 3));
	put16(w, b, (u16)(w->in->n_secs + 2));
}

static int write_body(struct writer *w)
{
	struct sbuf ehdr = { 0 };
	u64 shoff;
	int err;

	sbuf_zero(&w->strs, 1);
	sbuf_zero(&w->shdrs, ELF64_SHDR_SIZE);
	sbuf_reserve(w->out, size_bound(w->in));
	sbuf_zero(w->out, ELF64_EHDR_SIZE);
	for (u32 i = 0; i < w->in->n_secs; i++)
		put_sec(w, &w->in->secs[i]);
	put_symtab(w);
	put_strtab(w);
	sbuf_align(w->out, 8);
	shoff = w->out->size;
	sbuf_put(w->out, w->shdrs.data, w->shdrs.size);
	put_ehdr(w, shoff, &ehdr);
	err = sbuf_err(w->out) ? sbuf_err(w->out) : sbuf_err(&w->strs);
	if (!err)
		err = sbuf_err(&w->shdrs) ? sbuf_err(&w->shdrs) : sbuf_err(&ehdr);
	if (!err)
		memcpy(w->out->data, ehdr.data, ELF64_EHDR_SIZE);
	sbuf_free(&ehdr);
	return err;
}

int elf_write(struct diag *d, const struct elf_out *in, struct sbuf *out)
{
	struct sbuf bytes = { 0 };
	struct writer w = {
		.d = d, .in = in, .swap = in->big_endian != HOST_BIG_ENDIAN, .out = &bytes,
	};
	int err;

	if (in->n_secs + 3 >= SHN_LORESERVE)
		return diag_raise(d, DIAG_ELF_TOO_MANY_SECTIONS, NULL, in->n_secs);
	err = order_syms(&w);
	if (!err)
		err = write_body(&w);
	if (!err && out->size) {
		sbuf_put(out, bytes.data, bytes.size);
		err = sbuf_err(out);
	} else if (!err) {
		sbuf_free(out);
		*out = bytes;
		bytes = (struct sbuf){ 0 };
	}
	if (err)
		err = elf_no_memory(d, NULL);
	sbuf_free(&bytes);
	sbuf_free(&w.strs);
	sbuf_free(&w.shdrs);
	hmap_free(&w.str_index);
	free(w.sym_map);
	return err;
}
