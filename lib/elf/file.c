/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Opening an ELF file: headers are checked before libelf sees the file, section headers after it
 * decoded them, bytes of sections are fetched when they are asked for.
 *
 * Hostile files: every range lies within the file, and the sections together are not larger than
 * twice the file (overlaps are legal, a file of thousands of sections that are all of it is not),
 * so memory stays in proportion to the input. Descriptors are read with pread(2), not mapped: a
 * file that shrinks meanwhile gives a read error instead of a signal.
 */
#include "lib/elf/elf_int.h"

#include <stdlib.h>
#include <sys/stat.h>

/* Linkers pad to the alignment, so a header field must not ask for much. Pages are the most that
 * compilers want. */
enum { MAX_ALIGN = 1 << 20 };

struct weld_where elf_where(const struct elf_file *f, u32 sec)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = f->name;
	if (sec && sec < f->n_secs)
		at.section = f->secs[sec].name;
	return at;
}

int elf_bad_sec(struct diag *d, const struct elf_file *f, u32 sec, const char *why)
{
	struct weld_where at = elf_where(f, sec);

	return diag_raise(d, DIAG_ELF_SECTION, &at, sec, why);
}

int elf_no_memory(struct diag *d, const char *file)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = file;
	return diag_raise(d, DIAG_NO_MEMORY, &at, "lib/elf");
}

static const char *check_range(const struct elf_sec *s, u64 file_size)
{
	if (!is_power_of_2(s->align) || s->align > MAX_ALIGN)
		return "its alignment is not a power of two up to 2^20";
	if (s->type == SHT_NOBITS || s->type == SHT_NULL)
		return NULL;
	if (s->file_off > file_size || s->size > file_size - s->file_off)
		return "it lies outside of the file";
	return NULL;
}

/* libelf's header may lie in the caller's bytes, and not where its type wants it. */
static bool get_shdr(struct elf_file *f, u32 sec, Elf64_Shdr *out)
{
	const void *sh;

	errno = 0;
	sh = elf64_getshdr(elf_getscn(f->impl->elf, sec));
	if (sh)
		memcpy(out, sh, sizeof(*out));
	return sh;
}

static void take_shdr(struct elf_sec *s, const Elf64_Shdr *sh)
{
	s->type = sh->sh_type;
	s->link = sh->sh_link;
	s->info = sh->sh_info;
	s->flags = sh->sh_flags;
	s->size = sh->sh_size;
	s->align = sh->sh_addralign ? sh->sh_addralign : 1;
	s->entsize = sh->sh_entsize;
	s->file_off = sh->sh_offset;
}

static int read_secs(struct diag *d, struct elf_file *f)
{
	u64 file_size = f->impl->src.size, total = 0;
	const char *why;

	f->secs = arena_array(&f->arena, f->n_secs, sizeof(*f->secs));
	f->impl->sec_names = arena_array(&f->arena, f->n_secs, sizeof(*f->impl->sec_names));
	if (!f->secs || !f->impl->sec_names)
		return elf_no_memory(d, f->name);
	f->secs[0] = (struct elf_sec){ .name = "", .align = 1 };
	for (u32 i = 1; i < f->n_secs; i++) {
		struct elf_sec *s = &f->secs[i];
		Elf64_Shdr sh;

		s->name = "";
		if (!get_shdr(f, i, &sh))
			return elf_lib_failed(d, f, elf_bad_sec(d, f, i, "it cannot be read"));
		take_shdr(s, &sh);
		f->impl->sec_names[i] = sh.sh_name;
		why = check_range(s, file_size);
		if (why)
			return elf_bad_sec(d, f, i, why);
		if (s->type != SHT_NOBITS && s->type != SHT_NULL)
			total += s->size;
		if (total > 2 * file_size)
			return elf_bad_sec(d, f, i, "sections overlap too much");
	}
	return 0;
}

static int read_sec_names(struct diag *d, struct elf_file *f, const struct elf_head *h)
{
	struct span strs;
	int err;

	if (f->secs[h->shstrndx].type != SHT_STRTAB)
		return elf_bad_sec(d, f, h->shstrndx, "it should hold section names, but is no "
						      "string table");
	err = elf_sec_bytes(d, f, h->shstrndx, &strs);
	if (err)
		return err;
	strs = span_strs(strs);
	for (u32 i = 1; i < f->n_secs; i++) {
		u32 name = f->impl->sec_names[i];

		if (name >= strs.size)
			return elf_bad_sec(d, f, i, "its name lies outside of the string table");
		f->secs[i].name = (const char *)strs.data + name;
	}
	return 0;
}

/* libelf takes memory as writable, but doesn't write what it only reads. */
static int open_libelf(struct diag *d, struct elf_file *f)
{
	struct weld_where at = elf_where(f, 0);
	const struct elf_source *src = &f->impl->src;
	size_t shnum = 0;

	elf_version(EV_CURRENT);
	errno = 0;
	f->impl->elf = src->fd < 0 ? elf_memory((char *)src->mem.data, src->mem.size) :
				     elf_begin(src->fd, ELF_C_READ, NULL);
	if (f->impl->elf && elf_kind(f->impl->elf) == ELF_K_ELF &&
	    !elf_getshdrnum(f->impl->elf, &shnum) && shnum == f->n_secs)
		return 0;
	return elf_lib_failed(d, f, diag_raise(d, DIAG_ELF_HEADER, &at, f->name,
					       "libelf cannot read it"));
}

static int read_all(struct diag *d, struct elf_file *f, const struct elf_head *h)
{
	int err;

	err = open_libelf(d, f);
	if (!err)
		err = read_secs(d, f);
	if (!err)
		err = read_sec_names(d, f, h);
	if (!err)
		err = elf_read_syms(d, f);
	return err;
}

static struct elf_file *file_new(const struct elf_source *src, const char *name,
				 const struct elf_head *h)
{
	struct elf_file *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->impl = arena_alloc(&f->arena, sizeof(*f->impl));
	f->name = arena_strdup(&f->arena, name);
	if (!f->impl || !f->name) {
		elf_close(f);
		return NULL;
	}
	f->machine = h->machine;
	f->etype = h->etype;
	f->big_endian = h->big_endian;
	f->swap = h->big_endian != HOST_BIG_ENDIAN;
	f->n_secs = h->n_secs;
	f->impl->src = *src;
	return f;
}

static int open_source(struct diag *d, const struct elf_source *src, const char *name,
		       struct elf_file **out)
{
	struct elf_head h;
	struct elf_file *f;
	int err;

	err = elf_refuse_foreign(d, src, name);
	if (!err)
		err = elf_read_head(d, src, name, &h);
	if (err)
		return err;
	f = file_new(src, name, &h);
	if (!f)
		return elf_no_memory(d, name);
	err = read_all(d, f, &h);
	if (err) {
		elf_close(f);
		return err;
	}
	*out = f;
	return 0;
}

int elf_open_fd(struct diag *d, int fd, const char *name, struct elf_file **out)
{
	struct elf_source src = { .fd = fd };
	struct weld_where at = WELD_WHERE_NONE;
	struct stat st;

	at.file = name;
	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return diag_raise(d, DIAG_ELF_READ, &at, name);
	src.size = (u64)st.st_size;
	return open_source(d, &src, name, out);
}

int elf_open_mem(struct diag *d, struct span bytes, const char *name, struct elf_file **out)
{
	struct elf_source src = { .mem = bytes, .fd = -1, .size = bytes.size };

	return open_source(d, &src, name, out);
}

void elf_close(struct elf_file *f)
{
	if (!f)
		return;
	if (f->impl)
		elf_end(f->impl->elf);
	arena_free(&f->arena);
	free(f);
}

static bool has_shrunk(const struct elf_source *src)
{
	struct stat st;

	return src->fd >= 0 && (fstat(src->fd, &st) || (u64)st.st_size < src->size);
}

int elf_sec_bytes(struct diag *d, struct elf_file *f, u32 sec, struct span *out)
{
	const struct elf_sec *s = &f->secs[sec];
	struct weld_where at = elf_where(f, sec);
	Elf_Data *data;

	if (s->type == SHT_NOBITS || s->type == SHT_NULL || !s->size) {
		*out = SPAN_NONE;
		return 0;
	}
	if (s->flags & SHF_COMPRESSED)
		return elf_bad_sec(d, f, sec, "it is compressed");
	errno = 0;
	data = elf_rawdata(elf_getscn(f->impl->elf, sec), NULL);
	if (!data || !data->d_buf || data->d_size != s->size)
		return elf_lib_failed(d, f, has_shrunk(&f->impl->src) ?
				      diag_raise(d, DIAG_ELF_READ, &at, f->name) :
				      elf_bad_sec(d, f, sec, "its entries don't fill it"));
	*out = span_of(data->d_buf, data->d_size);
	return 0;
}
