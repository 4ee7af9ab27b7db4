/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the files of this room share. <libelf.h> is included here and nowhere else. */
#ifndef ELF_ELF_INT_H
#define ELF_ELF_INT_H

#include <libelf.h>

#include "uapi/elf.h"

#include "lib/elf/elf_file.h"

/* Where the bytes come from: memory that the caller keeps, or a descriptor that he keeps open. */
struct elf_source {
	struct span mem;	/* data is NULL for a descriptor */
	int fd;			/* -1 for memory */
	u64 size;		/* of the whole file */
};

struct elf_impl {
	Elf *elf;
	struct elf_source src;
	u32 *sec_names;		/* offsets in the string table of section names */
};

/* The ELF header's fields that matter, decoded before libelf sees the file. */
struct elf_head {
	u16 etype, machine;
	bool big_endian;
	u64 shoff;
	u32 n_secs;
	u32 shstrndx;
};

/* Copy n bytes at off; -EINVAL beyond the end, -EIO when the descriptor refuses. */
int elf_src_read(const struct elf_source *src, u64 off, void *buf, size_t n);

/* Name a file that is no ELF64 object for what it is: 0 when it may be one. */
int elf_refuse_foreign(struct diag *d, const struct elf_source *src, const char *name);

/* Decode and check the header; every value in *out is safe to hand to libelf. */
int elf_read_head(struct diag *d, const struct elf_source *src, const char *name,
		  struct elf_head *out);

/* Find and decode the symbol table: symtab, syms and n_syms of f. */
int elf_read_syms(struct diag *d, struct elf_file *f);

struct weld_where elf_where(const struct elf_file *f, u32 sec);
/* "malformed section header": why is the end of the sentence. */
int elf_bad_sec(struct diag *d, const struct elf_file *f, u32 sec, const char *why);
int elf_no_memory(struct diag *d, const char *file);
/*
 * For what libelf refused: out of memory, or what `other` says, which libelf would not know better.
 * Clear errno before the call: libelf's own error numbers are not public.
 */
#define elf_lib_failed(d, f, other) (errno == ENOMEM ? elf_no_memory((d), (f)->name) : (other))

#endif
