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

#include <assert.h>
#include <stdlib.h>

#include "lib/base/hmap.h"

/* Nobody maps sections of a relocatable file, so its offsets needn't follow large alignments. */
enum { MAX_PADDING = 64 };

struct writer {
	const struct elf_out *in;
	bool swap;
	elf_put_fn *put;
	void *user;
	int err;		/* of put, or no memory; from then on nothing goes out */
	bool refused;		/* put's: it is for whoever gave that to say */
	u64 pos;		/* bytes that went out, or lie in piece */
	struct sbuf piece;	/* at most ELF_OUT_PIECE bytes that are on their way */
	u64 *offs;		/* of each section in the file; lay_out */
	u32 *sym_names;		/* offset of each symbol's name; lay_out */
	u64 symtab, shoff;
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
	size_t len = strlen(s);
	u64 hash = hash_bytes(s, len);
	struct hmap_iter it;
	u32 off;

	if (!len || sbuf_err(&w->strs))
		return 0;
	for (off = hmap_first(&w->str_index, hash, &it); off != HMAP_NONE;
	     off = hmap_next(&w->str_index, &it))
		if (!strcmp(w->strs.data + off, s))
			return off;
	off = (u32)w->strs.size;
	sbuf_put(&w->strs, s, len + 1);
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

/* --- where everything goes ---------------------------------------------------------------- */

static u64 lay_sec(struct writer *w, u32 i, u64 at)
{
	const struct elf_out_sec *s = &w->in->secs[i];
	struct shdr sh = {
		.name = s->name, .type = s->type, .link = s->link, .info = s->info,
		.flags = s->flags, .align = s->align ? s->align : 1, .entsize = s->entsize,
		.size = s->bytes.size,
	};

	if (s->type != SHT_NOBITS)
		at = align_up(at, min_u64(sh.align, MAX_PADDING));
	w->offs[i] = sh.off = at;
	if (s->rel_of) {
		sh.link = w->in->n_secs + 1;
		sh.info = s->rel_of;
		sh.size = (u64)s->n_rels * ELF64_REL_SIZE;
	}
	put_shdr(w, &sh);
	return s->type == SHT_NOBITS ? at : at + sh.size;
}

static u64 lay_symtab(struct writer *w, u64 at)
{
	const struct elf_out *in = w->in;
	struct shdr sh = {
		.name = ".symtab", .type = SHT_SYMTAB, .link = in->n_secs + 2, .info = w->n_local,
		.align = 8, .entsize = ELF64_SYM_SIZE,
		.size = ((u64)in->n_syms + 1) * ELF64_SYM_SIZE,
	};

	for (int local = 1; local >= 0; local--)
		for (u32 i = 0; i < in->n_syms; i++)
			if ((in->syms[i].bind == STB_LOCAL) == local)
				w->sym_names[i] = intern(w, in->syms[i].name);
	w->symtab = sh.off = align_up(at, sh.align);
	put_shdr(w, &sh);
	return sh.off + sh.size;
}

/* All strings are known, but for the name of the table itself. */
static u64 lay_strtab(struct writer *w, u64 at)
{
	struct shdr sh = { .name = ".strtab", .type = SHT_STRTAB, .align = 1, .off = at };

	intern(w, sh.name);
	sh.size = w->strs.size;
	put_shdr(w, &sh);
	return at + sh.size;
}

static int lay_out(struct writer *w)
{
	u64 at = ELF64_EHDR_SIZE;

	w->offs = calloc((size_t)w->in->n_secs + 1, sizeof(*w->offs));
	w->sym_names = calloc((size_t)w->in->n_syms + 1, sizeof(*w->sym_names));
	if (!w->offs || !w->sym_names)
		return -ENOMEM;
	if (hmap_reserve(&w->str_index, w->in->n_syms))
		return -ENOMEM;
	sbuf_zero(&w->strs, 1);
	sbuf_zero(&w->shdrs, ELF64_SHDR_SIZE);
	for (u32 i = 0; i < w->in->n_secs; i++)
		at = lay_sec(w, i, at);
	at = lay_symtab(w, at);
	w->shoff = align_up(lay_strtab(w, at), 8);
	return sbuf_err(&w->strs) ? sbuf_err(&w->strs) : sbuf_err(&w->shdrs);
}

/* --- bytes -------------------------------------------------------------------------------- */

static void hand_out(struct writer *w, const void *bytes, size_t size)
{
	if (w->err || !size)
		return;
	w->err = w->put(w->user, bytes, size);
	w->refused = w->err;
}

static void flush(struct writer *w)
{
	if (!w->err)
		w->err = sbuf_err(&w->piece);
	hand_out(w, w->piece.data, w->piece.size);
	sbuf_trim(&w->piece, 0);
}

/* Room for the next n bytes, at most a piece; NULL when the writing failed. */
static char *room(struct writer *w, size_t n)
{
	if (w->piece.size + n > ELF_OUT_PIECE)
		flush(w);
	w->pos += n;
	return w->err ? NULL : sbuf_extend(&w->piece, n);
}

static void put(struct writer *w, const void *bytes, size_t size)
{
	char *to;

	if (size > ELF_OUT_PIECE / 2) {
		flush(w);
		hand_out(w, bytes, size);
		w->pos += size;
		return;
	}
	to = size ? room(w, size) : NULL;
	if (to)
		memcpy(to, bytes, size);
}

static void pad_to(struct writer *w, u64 off)
{
	size_t n = (size_t)(off - w->pos);
	char *to = n ? room(w, n) : NULL;

	if (to)
		memset(to, 0, n);
}

static void put_rels(struct writer *w, const struct elf_out_sec *s)
{
	enum { AT_ONCE = 64 };
	u32 at = 0;

	for (u32 i = 0, n; i < s->n_rels; i += n) {
		const struct elf_rel *rels = s->rels ? &s->rels[i] : NULL;
		struct elf_rel next[AT_ONCE];
		char *to;

		n = (u32)min_u64(AT_ONCE, s->n_rels - i);
		to = room(w, (size_t)n * ELF64_REL_SIZE);
		if (!to)
			return;
		if (!rels) {
			s->next_rels(s->user, &at, next, n);
			rels = next;
		}
		for (u32 k = 0; k < n; k++, to += ELF64_REL_SIZE) {
			const struct elf_rel *r = &rels[k];

			put_u64(to, r->off, w->swap);
			put_u64(to + 8, ELF64_R_INFO(w->sym_map[r->sym], r->type), w->swap);
		}
	}
}

static void put_filled(struct writer *w, const struct elf_out_sec *s)
{
	for (u64 from = 0; from < s->bytes.size; from += ELF_OUT_PIECE) {
		size_t n = min_u64(ELF_OUT_PIECE, s->bytes.size - from);
		char *to = room(w, n);

		if (to)
			s->fill(s->user, from, (u8 *)to, n);
	}
}

static void put_contents(struct writer *w, const struct elf_out_sec *s)
{
	struct span bytes = s->bytes;

	if (s->type == SHT_NOBITS)
		return;
	if (s->rel_of) {
		put_rels(w, s);
	} else if (s->fill) {
		put_filled(w, s);
	} else {
		if (s->get && !w->err)
			w->err = s->get(s->user, &bytes);
		assert(w->err || bytes.size == s->bytes.size);
		if (!w->err)
			put(w, bytes.data, bytes.size);
	}
	if (s->done)
		s->done(s->user);
}

static void put_sym(struct writer *w, u32 i)
{
	const struct elf_out_sym *sym = &w->in->syms[i];
	u16 sec = sym->sec == ELF_SEC_ABS ? SHN_ABS :
		  sym->sec == ELF_SEC_COMMON ? SHN_COMMON : (u16)sym->sec;
	char *to = room(w, ELF64_SYM_SIZE);

	if (!to)
		return;
	put_u32(to, w->sym_names[i], w->swap);
	to[4] = (char)ELF64_ST_INFO(sym->bind, sym->type);
	to[5] = (char)sym->vis;
	put_u16(to + 6, sec, w->swap);
	put_u64(to + 8, sym->value, w->swap);
	put_u64(to + 16, sym->size, w->swap);
}

static void put_symtab(struct writer *w)
{
	const struct elf_out *in = w->in;

	pad_to(w, w->symtab + ELF64_SYM_SIZE);
	for (int local = 1; local >= 0; local--)
		for (u32 i = 0; i < in->n_syms; i++)
			if ((in->syms[i].bind == STB_LOCAL) == local)
				put_sym(w, i);
}

static void put_ehdr(struct writer *w)
{
	u8 ident[EI_NIDENT] = { 0x7f, 'E', 'L', 'F', ELFCLASS64,
				w->in->big_endian ? ELFDATA2MSB : ELFDATA2LSB, EV_CURRENT };
	struct sbuf b = { 0 };

	sbuf_put(&b, ident, sizeof(ident));
	put16(w, &b, ET_REL);
	put16(w, &b, w->in->machine);
	put32(w, &b, EV_CURRENT);
	put64(w, &b, 0);
	put64(w, &b, 0);
	put64(w, &b, w->shoff);
	put32(w, &b, 0);
	put16(w, &b, ELF64_EHDR_SIZE);
	put16(w, &b, 0);
	put16(w, &b, 0);
	put16(w, &b, ELF64_SHDR_SIZE);
	put16(w, &b, (u16)(w->in->n_secs + 3));
	put16(w, &b, (u16)(w->in->n_secs + 2));
	w->err = sbuf_err(&b);
	put(w, b.data, b.size);
	sbuf_free(&b);
}

static int put_all(struct writer *w)
{
	sbuf_reserve(&w->piece, ELF_OUT_PIECE);
	put_ehdr(w);
	for (u32 i = 0; i < w->in->n_secs; i++) {
		if (w->in->secs[i].type != SHT_NOBITS)
			pad_to(w, w->offs[i]);
		put_contents(w, &w->in->secs[i]);
	}
	put_symtab(w);
	put(w, w->strs.data, w->strs.size);
	pad_to(w, w->shoff);
	put(w, w->shdrs.data, w->shdrs.size);
	flush(w);
	return w->err;
}

/* mem is what put_fn fills, if that is memory. */
static int write_out(struct diag *d, const struct elf_out *in, elf_put_fn *put_fn, void *user,
		     struct sbuf *mem)
{
	struct writer w = {
		.in = in, .swap = in->big_endian != HOST_BIG_ENDIAN, .put = put_fn, .user = user,
	};
	int err;

	if (in->n_secs + 3 >= SHN_LORESERVE)
		return diag_raise(d, DIAG_ELF_TOO_MANY_SECTIONS, NULL, in->n_secs);
	err = order_syms(&w);
	if (!err)
		err = lay_out(&w);
	/* From here on the place of each byte is known. */
	if (!err && mem)
		sbuf_reserve(mem, w.shoff + w.shdrs.size);
	if (!err)
		err = put_all(&w);
	sbuf_free(&w.piece);
	sbuf_free(&w.strs);
	sbuf_free(&w.shdrs);
	hmap_free(&w.str_index);
	free(w.sym_map);
	free(w.offs);
	free(w.sym_names);
	return err == -ENOMEM && !(w.refused && !mem) ? elf_no_memory(d, NULL) : err;
}

int elf_write_to(struct diag *d, const struct elf_out *in, elf_put_fn *put_fn, void *user)
{
	return write_out(d, in, put_fn, user, NULL);
}

static int put_sbuf(void *user, const void *bytes, size_t size)
{
	struct sbuf *out = user;

	sbuf_put(out, bytes, size);
	return sbuf_err(out);
}

int elf_write(struct diag *d, const struct elf_out *in, struct sbuf *out)
{
	size_t before = out->size;
	int err = write_out(d, in, put_sbuf, out, out);

	if (err)
		sbuf_trim(out, before);
	return err;
}
