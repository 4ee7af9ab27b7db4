/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What the files of this room share: the reader's state, and the helpers of derivation.
 */
#ifndef OBJ_OBJ_INT_H
#define OBJ_OBJ_INT_H

#include "uapi/elf.h"

#include "btf/ext.h"
#include "lib/elf/elf_file.h"
#include "lib/obj/obj.h"

enum { /* numbers of binutils up to 2.40, see reloc.def */
	R_BPF_GNU_DATA_32 = 11,
	R_BPF_GNU_DATA_64 = 12,
};

enum obj_place { OBJ_PLACE_LD64, OBJ_PLACE_CALL, OBJ_PLACE_DATA, OBJ_PLACE_IGNORE };

struct obj_reloc_type {
	u32 number, norm;
	enum obj_place place;
	u32 size;
	const char *name;
};

/* The row of a number, NULL for one that BPF objects don't have. */
const struct obj_reloc_type *obj_reloc_type(u32 number);

/* --- reading ----------------------------------------------------------------------------- */

/* A symbol that lies in code: where functions may start. Sorted by section, offset, rank. */
struct code_place {
	u32 elf_sec;
	u64 off;
	u32 rank;		/* lower is the better name for the place */
	u32 sym;		/* ELF symbol */
};

/*
 * The reader's state. Until the symbols are chosen (obj_read_syms), the relocations in o->secs name
 * ELF symbols: n for symbol n, n_syms + s for section s as such.
 */
struct reader {
	struct diag *d;
	struct elf_file *f;
	struct obj *o;
	sec_id *secs;		/* by ELF section; none: read over */
	sym_id *syms;		/* by ELF symbol, then by ELF section for section symbols */
	u8 *wanted;		/* same index: a relocation names it */
	struct hmap sec_names;	/* of kept sections -> section of the object */
	u32 btf_sec, ext_sec;	/* ELF sections of .BTF and .BTF.ext, 0 none */
	bool gnu;		/* fields of relocations include the symbol's value */
	VEC(struct code_place) places;
};

int obj_read_secs(struct reader *r);	/* read_secs.c: sections and their bytes */
int obj_read_relocs(struct reader *r);	/* read_relocs.c: relocations, in terms of ELF symbols */
int obj_read_syms(struct reader *r);	/* read_syms.c: symbols; relocations in terms of those */
int obj_read_btf(struct reader *r);	/* read_btf.c: .BTF and .BTF.ext */

/* The ELF symbol that best names the code at a place, 0 none. */
u32 obj_code_sym_at(const struct reader *r, u32 elf_sec, u64 off);

/* The object's section of that name, none. */
sec_id obj_read_find_sec(const struct reader *r, const char *name);

/* Does a name that has a meaning stand for code where the section is code, and only there? */
bool obj_sec_name_fits(const char *name, enum obj_sec_kind kind);	/* sections.c */

/* A place in an ELF section, for diagnostics while there is no function table. */
struct weld_where obj_elf_where(const struct reader *r, u32 elf_sec, u64 off);

/* --- code -------------------------------------------------------------------------------- */

static inline bool obj_insn_is_ld64(const struct bpf_insn *insn)
{
	return insn->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static inline bool obj_insn_is_call(const struct bpf_insn *insn)
{
	return insn->code == (BPF_JMP | BPF_CALL);
}

/* obj_find_sym() for whoever has the name's hash. */
sym_id obj_find_hashed(const struct obj *o, const char *name, u64 hash);

/* --- derivation -------------------------------------------------------------------------- */

int obj_index_btf_ids(struct obj *o);	/* btf_ids.c: btf_id of symbols, datasec of sections */
int obj_index_funcs(struct obj *o);	/* funcs.c */
int obj_index_maps(struct obj *o);	/* maps.c: maps that are defined, data maps */
int obj_index_externs(struct obj *o);	/* externs.c: externs, and maps that are extern */
int obj_index_slots(struct obj *o);	/* map_slots.c: initial contents of maps */

/* The definition that VAR id has, into *map (its symbol is set); what `values` says into *inner. */
int obj_parse_map_def(struct obj *o, u32 id, struct obj_map *map, struct obj_map *inner);

/* Add to o->maps and its places; the template of map's inner maps. */
int obj_add_map(struct obj *o, const struct obj_map *map, map_id *out);
int obj_add_inner_map(struct obj *o, map_id outer, const struct obj_map *inner);

/* Sort a section's relocations, or its info records, by offset. -ENOMEM without diagnostic. */
void obj_sort_relocs(struct obj_sec *sec);
int obj_sort_records(struct obj_sec *sec);

int obj_no_memory(struct obj *o);

/*
 * The order in which named symbols are written, which is what counts for equality: local ones, then
 * the others, otherwise as they stand. order has room for all symbols; returns how many.
 */
u32 obj_symbol_order(const struct obj *o, u32 *order);

#endif
