/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Mutants of real objects, by structure: what is changed is a field of a section header, symbol,
 * relocation, BTF header, type, BTF.ext record or instruction, and it gets a value that such a
 * field could have but shouldn't: another one's offset, its own number, one more than there is, the
 * largest. Or a section grows: chains, cycles and nests of thousands of types, symbols of one
 * name, sections over sections.
 *
 *	object ──► grow? ──► fields ──► some of them changed ──► cut, swapped? ──► mutant
 *
 * The same object and number give the same mutant on every machine.
 */
#ifndef FUZZ_MUTATE_H
#define FUZZ_MUTATE_H

#include "lib/base/sbuf.h"
#include "lib/base/span.h"
#include "lib/base/vec.h"

/* Mutant number n of an object, appended to out. -ENOMEM, or -EINVAL for what isn't ELF64. */
int mutate(struct span object, u64 n, struct sbuf *out);

/* An archive of these members, of which something is wrong. -ENOMEM. */
int mutate_archive(const struct span *members, u32 n, u64 seed, struct sbuf *out);

/* --- inside ------------------------------------------------------------------------------ */

enum { /* where the ELF header and a section's say what moves here */
	MUT_EHDR_SHOFF = 40, MUT_EHDR_SHNUM = 60, MUT_EHDR_SHSTRNDX = 62,
	MUT_SHDR_OFF = 24, MUT_SHDR_SIZE = 32,
	MUT_BTF_HEAD = 24, MUT_EXT_HEAD = 32,
};

/* What is mutated together; a field's neighbours in `part` have the same sort of values. */
enum mut_part {
	MUT_HEAD,		/* ELF header, BTF and BTF.ext headers */
	MUT_SECTIONS,
	MUT_SYMBOLS,
	MUT_RELOCS,
	MUT_TYPES,
	MUT_RECORDS,		/* BTF.ext */
	MUT_CONTENTS,		/* instructions and data */
	MUT_N_PARTS,
};

enum mut_class {
	MUT_VALUE,
	MUT_NAME,		/* offset in a string table */
	MUT_OFFSET,
	MUT_SIZE,
	MUT_INDEX,		/* of a section, a symbol, a type */
	MUT_KIND,
};

struct mut_field {
	u32 off;		/* bytes in the file */
	u8 width;		/* 1, 2, 4 or 8 bytes */
	u8 class;		/* enum mut_class */
	u32 owner;		/* number of the section, symbol or type that has it */
};

/* A file under mutation. Its tables are found anew after its bytes have moved. */
struct mut_file {
	struct sbuf bytes;
	bool swap;		/* the file's order isn't the host's */
	u64 rng;
	VEC(struct mut_field) parts[MUT_N_PARTS];
	u32 n_types;
};

/* A section of the file, as its header says it, its bytes within the file. */
struct mut_sec {
	u32 idx, type;
	const char *name;
	u64 off, size, entsize;
};

/* A number below n (0 for 0), another one each time. */
u64 mut_below(struct mut_file *f, u64 n);
/* Numbers of all sizes, small ones more often, up to n. */
u32 mut_some(struct mut_file *f, u32 n);

static inline u8 *mut_at(struct mut_file *f, u64 off)
{
	return (u8 *)f->bytes.data + off;
}

u32 mut_n_secs(struct mut_file *f);
/* False when there is no such section, or its bytes lie outside. */
bool mut_sec(struct mut_file *f, u32 idx, struct mut_sec *out);
bool mut_find_sec(struct mut_file *f, const char *name, struct mut_sec *out);
/* A section of that type, by chance one of several. */
bool mut_any_sec(struct mut_file *f, u32 type, struct mut_sec *out);

/* List every field of the file. -ENOMEM. */
int mut_find_fields(struct mut_file *f);

/* Make a section larger in a way that is hard on readers; the types from *first on are new. */
void mut_grow(struct mut_file *f, u32 *first_type);

#endif
