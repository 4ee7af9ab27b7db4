/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * ELF bytes <-> checked views. libelf finds the section headers and reads a section's bytes when
 * they are wanted; nothing of it shows here. Symbols and relocations are decoded from raw bytes
 * with bounds checks, in either byte order.
 */
#ifndef ELF_ELF_FILE_H
#define ELF_ELF_FILE_H

#include "uapi/elf.h"

#include "lib/base/arena.h"
#include "lib/base/diag.h"
#include "lib/base/span.h"

/* A section header, checked: its bytes lie within the file (NOBITS has none). */
struct elf_sec {
	const char *name;	/* within the file's string table, which the elf_file owns */
	u32 type;		/* SHT_* */
	u32 link, info;
	u64 flags;		/* SHF_* */
	u64 size;		/* bytes; for NOBITS the size in memory */
	u64 align;		/* a power of two, at least 1 */
	u64 entsize;
	u64 file_off;
};

struct elf_sym {
	const char *name;
	u64 value, size;
	u32 sec;		/* index into secs; 0 undefined; ELF_SEC_ABS, ELF_SEC_COMMON */
	u8 type, bind, vis;	/* STT_*, STB_*, STV_* */
};

#define ELF_SEC_ABS	0xfffffff1u
#define ELF_SEC_COMMON	0xfffffff2u

struct elf_rel {
	u64 off;		/* bytes from the start of the section that it patches */
	u32 type;		/* R_BPF_* */
	u32 sym;		/* index into the symbol table, checked */
	s64 addend;		/* of RELA sections; 0 for REL */
};

struct elf_file {
	const char *name;	/* for diagnostics */
	u16 machine, etype;
	bool big_endian, swap;	/* swap: differs from the host's order */
	struct elf_sec *secs;	/* [0] is the null section */
	u32 n_secs;
	u32 symtab;		/* section index, 0 none */
	struct elf_sym *syms;	/* [0] is the null symbol */
	u32 n_syms;
	struct arena arena;
	struct elf_impl *impl;	/* libelf's handle and the bytes or descriptor behind it */
};

/*
 * Open a relocatable object of any machine in ELF64. From a descriptor (a regular file; it stays
 * the caller's and must stay open as long as the elf_file) sections are read when wanted; bytes
 * must outlive the elf_file. Known foreign formats (LLVM bitcode, archives, ELF32, executables,
 * text, empty files) have a diagnostic of their own. -EINVAL malformed, -ENOTSUP foreign.
 */
int elf_open_fd(struct diag *d, int fd, const char *name, struct elf_file **out);
int elf_open_mem(struct diag *d, struct span bytes, const char *name, struct elf_file **out);
void elf_close(struct elf_file *f);

/* A section's bytes (empty for NOBITS), which live as long as the elf_file. */
int elf_sec_bytes(struct diag *d, struct elf_file *f, u32 sec, struct span *out);

/* The entries of a relocation section, checked. They are decoded when they are looked at. */
struct elf_rels {
	const u8 *data;
	u32 n;
	u32 size;		/* bytes of one: ELF64_REL_SIZE or ELF64_RELA_SIZE */
	bool swap;
};

/* Those of section sec (REL or RELA), which live as long as the elf_file. */
int elf_rels(struct diag *d, struct elf_file *f, u32 sec, struct elf_rels *out);

static inline struct elf_rel elf_rel_at(const struct elf_rels *rels, u32 i)
{
	const u8 *p = rels->data + (size_t)i * rels->size;
	u64 info = get_u64(p + 8, rels->swap);

	return (struct elf_rel){
		.off = get_u64(p, rels->swap),
		.type = ELF64_R_TYPE(info),
		.sym = ELF64_R_SYM(info),
		.addend = rels->size == ELF64_RELA_SIZE ? (s64)get_u64(p + 16, rels->swap) : 0,
	};
}

/*
 * Writing: fill in sections and symbols, then lay out. Order in the file is the order given; the
 * writer adds .symtab and .strtab (section names are in there as well) behind them, sorts
 * local symbols first and maps the symbol indices in relocations accordingly. The same input
 * gives the same bytes.
 *
 * Bytes go out in order and in pieces, so a section's may be made when they are wanted: by fill, by
 * get as a whole (0 or -ENOMEM; bytes.size is known before), or some relocations at a time. done is
 * called when a section went out.
 */
typedef void elf_fill_fn(const void *user, u64 from, u8 *to, size_t size);
typedef int elf_get_fn(void *user, struct span *bytes);
/* The next n of n_rels. *at is 0 for the first ones, then what the last call left there. */
typedef void elf_next_rels_fn(const void *user, u32 *at, struct elf_rel *rels, u32 n);
typedef void elf_done_fn(void *user);

/* Pieces that fill is asked for begin at multiples of this. */
enum { ELF_OUT_PIECE = 65536 };

struct elf_out_sec {
	const char *name;
	u32 type, link, info;	/* those of REL sections: set by the writer from rel_of */
	u64 flags, align, entsize;
	struct span bytes;	/* for NOBITS, and with fill or get, data is NULL */
	elf_fill_fn *fill;	/* this and the following: NULL where it isn't needed */
	elf_get_fn *get;
	elf_next_rels_fn *next_rels;
	elf_done_fn *done;
	void *user;
	u32 rel_of;		/* of REL sections: the patched section, 1-based; else 0 */
	const struct elf_rel *rels;	/* or next_rels */
	u32 n_rels;
};

struct elf_out_sym {
	const char *name;
	u64 value, size;
	u32 sec;		/* number of an out section, 1-based; 0 undefined; ELF_SEC_* */
	u8 type, bind, vis;
};

struct elf_out {
	bool big_endian;
	u16 machine;
	const struct elf_out_sec *secs;
	u32 n_secs;
	const struct elf_out_sym *syms;	/* without the null symbol; relocations count from 1 */
	u32 n_syms;
};

int elf_write(struct diag *d, const struct elf_out *in, struct sbuf *out);

/* The same to whoever puts the bytes somewhere; what put returns ends the writing. */
typedef int elf_put_fn(void *user, const void *bytes, size_t size);
int elf_write_to(struct diag *d, const struct elf_out *in, elf_put_fn *put, void *user);

#endif
