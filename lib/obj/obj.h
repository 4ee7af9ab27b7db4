/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The object: what a BPF ELF file means, without ELF. It is the first joint of the data flow:
 * the reader makes one, the linker takes many and makes one, the image builder and the writer
 * take one. Nobody can tell from an object whether it was read or linked.
 *
 *	secs ──► insns or bytes ──► relocs ──► syms ──► secs	(the stored part)
 *	funcs, maps, externs, licence				(derived from it by obj_index)
 *
 * An object owns all of its bytes. Everything links by index (0 is none), so that objects can be
 * copied and rewritten without chasing pointers. Byte order: instructions, BTF, BTF.ext and
 * symbols are in the host's order; bytes of data sections are in the object's own (big_endian).
 *
 * Normal form, which the reader establishes and obj_index checks:
 *  - A relocation's addend is in the relocation. The patched field in insns and data is zero.
 *  - A reference to code names the function's symbol when one starts there; calls inside one
 *    section that the compiler resolved itself have become relocations too.
 *  - relocs, func_info, line_info and core_relos of a section are sorted by offset.
 *  - DATASEC sizes and offsets in the BTF are those of the symbols (obj_fix_datasecs).
 */
#ifndef OBJ_OBJ_H
#define OBJ_OBJ_H

#include "uapi/insn.h"

#include "lib/base/arena.h"
#include "lib/base/diag.h"
#include "lib/base/hmap.h"
#include "lib/base/span.h"
#include "lib/base/vec.h"
#include "btf/btf.h"
#include "lib/abi/abi.h"

typedef struct { u32 i; } sec_id;
typedef struct { u32 i; } sym_id;
typedef struct { u32 i; } func_id;
typedef struct { u32 i; } map_id;

/* What a section is for; sec_kinds.def has a row a kind: names, use, merge policy. */
enum obj_sec_kind {
	OBJ_SEC_NONE,
#define SEC_KIND(id, ...) OBJ_SEC_##id,
#include "lib/obj/sec_kinds.def"
#undef SEC_KIND
};

/* A relocation in normal form. reloc.def has a row a type: patched bytes and how. */
struct obj_reloc {
	u64 off;		/* bytes from the start of the section; in code of the insn */
	s64 addend;		/* bytes */
	sym_id sym;
	u32 type;		/* R_BPF_64_64, _64_ABS64, _64_ABS32 or _64_32 */
};

/* BTF.ext records, counted in instructions from the start of the section. */
struct obj_func_info {
	u32 insn;
	u32 type_id;		/* a FUNC */
};

struct obj_line_info {
	u32 insn;
	u32 file_off;		/* strings of the object's BTF */
	u32 line_off;
	u32 line_col;		/* line << 10 | column */
};

struct obj_core_relo {
	u32 insn;
	u32 type_id;
	u32 access_off;		/* access string, in the BTF's strings */
	u32 kind;		/* enum bpf_core_relo_kind */
};

struct obj_sec {
	const char *name;	/* arena */
	enum obj_sec_kind kind;
	u32 elf_type;		/* SHT_PROGBITS, SHT_NOBITS */
	u64 flags;		/* SHF_* */
	u64 align;
	u64 entsize;		/* of SHF_MERGE sections */
	u64 size;		/* bytes */
	const char *group;	/* signature of its COMDAT group, NULL none; isn't written */
	VEC(u8) bytes;		/* data kinds except BSS: size bytes */
	VEC(struct bpf_insn) insns;	/* code kinds: size / 8 */
	VEC(struct obj_reloc) relocs;
	VEC(struct obj_func_info) func_infos;
	VEC(struct obj_line_info) line_infos;
	VEC(struct obj_core_relo) core_relos;
	sym_id sec_sym;		/* its STT_SECTION symbol, none until something refers to it */
	u32 datasec;		/* BTF id of its DATASEC, 0 none (derived) */
	u32 btf_name;		/* name in the BTF's strings, 0 where it isn't needed (derived) */
	u64 file_off;		/* of its bytes in the file that it was read from */
	u64 code_hash;		/* of insns; obj_leave_code */
};

struct obj_sym {
	const char *name;	/* arena; "" for section symbols */
	u64 value;		/* bytes from the start of sec */
	u64 size;
	sec_id sec;		/* none: undefined (or absolute) */
	u8 type, bind, vis;	/* STT_*, STB_*, STV_* */
	bool absolute;
	bool common;		/* SHN_COMMON: value is the alignment */
	bool used;		/* a relocation names it (derived) */
	u32 btf_id;		/* FUNC or VAR in the object's BTF, 0 none (derived) */
};

/* A function: code from insn on in sec. Aliases (symbols at one place) share one. */
struct obj_func {
	sym_id sym;		/* the strongest symbol there */
	sec_id sec;
	u32 insn;		/* first instruction within sec */
	u32 n_insns;
	u32 btf_id;		/* FUNC, 0 without BTF */
	bool is_entry;		/* a program: global, in a section that isn't .text */
	bool autoload;		/* entry; its section name doesn't start with '?' */
	const struct abi_sec *def;	/* entry; what its section name means, NULL unknown name */
};

/* Which attributes a BTF map definition spells out; an extern one may name a subset. */
enum {
	OBJ_MAP_HAS_TYPE = 1 << 0, OBJ_MAP_HAS_KEY = 1 << 1, OBJ_MAP_HAS_VALUE = 1 << 2,
	OBJ_MAP_HAS_MAX_ENTRIES = 1 << 3, OBJ_MAP_HAS_FLAGS = 1 << 4, OBJ_MAP_HAS_PINNING = 1 << 5,
	OBJ_MAP_HAS_NUMA = 1 << 6, OBJ_MAP_HAS_EXTRA = 1 << 7, OBJ_MAP_HAS_VALUES = 1 << 8,
	OBJ_MAP_HAS_KEY_TYPE = 1 << 9, OBJ_MAP_HAS_VALUE_TYPE = 1 << 10,
};

/* obj_map.pinning: the number that __uint(pinning, ...) spells. */
enum { OBJ_PIN_NONE = 0, OBJ_PIN_BY_NAME = 1 };

struct obj_map_slot {
	u32 idx;		/* of STRUCT_OPS: byte offset in the value */
	sym_id sym;		/* a program for PROG_ARRAY, a map for maps of maps */
};

struct obj_map {
	const char *name;	/* the variable's, or the section's for data maps */
	sym_id sym;		/* none for data maps */
	sec_id sec;		/* .maps or the data section; none for an extern map */
	bool is_extern;
	bool is_data;		/* one array of one value: a .data, .rodata, .bss section */
	bool is_inner;		/* the template of a map's inner maps; never created by itself */
	u32 has;		/* OBJ_MAP_HAS_*; 0: nothing is known, there is no BTF for it */
	u32 type, key_size, value_size, max_entries, flags, pinning, numa_node;
	u64 map_extra;
	u32 key_type_id, value_type_id;	/* BTF, 0 none */
	u32 values_off;		/* bytes from the start of the definition to `values` */
	map_id inner;
	struct obj_map_slot *slots;	/* arena; initial contents */
	u32 n_slots;
};

enum obj_extern_kind {
	OBJ_EXTERN_FUNC, OBJ_EXTERN_VAR, OBJ_EXTERN_MAP,
	OBJ_EXTERN_KFUNC, OBJ_EXTERN_KSYM, OBJ_EXTERN_KCONFIG,
};

struct obj_extern {
	enum obj_extern_kind kind;
	sym_id sym;
	u32 btf_id;		/* FUNC or VAR, 0 without BTF */
	bool weak;
	map_id map;		/* OBJ_EXTERN_MAP */
};

/* A section that was read over, for the link map. */
struct obj_dropped {
	const char *name;
	u64 size;
	const char *why;	/* static */
};

struct obj {
	struct diag *diag;	/* the context's; not owned */
	const char *name;	/* the input as the user named it (file name); arena */
	bool big_endian;
	struct arena arena;

	/* Stored. Index 0 of each is the none entry. */
	VEC(struct obj_sec) secs;
	VEC(struct obj_sym) syms;
	struct btf *btf;	/* NULL without BTF; owned */
	VEC(struct obj_dropped) dropped;

	/* Derived by obj_index. Index 0 of funcs and maps is the none entry. */
	VEC(struct obj_func) funcs;	/* by section, then instruction */
	VEC(struct obj_map) maps;	/* defined ones in symbol order, data maps, extern ones; the
					 * template of inner maps follows the map that it is of */
	VEC(struct obj_extern) externs;
	const char *license;	/* NULL without a licence section */
	const char *code_path;	/* where insns are, NULL: in the object; obj_leave_code */
	u32 version;		/* of the "version" section */
	bool has_version;
	u32 n_typed;		/* types that the BTF had when the btf_ids were found */
	struct hmap by_name;	/* global and undefined symbols: hash of name -> symbol index */
	struct hmap map_at;	/* hash of a map's place, see obj_map_at() -> map index */
};

/* --- making and reading ------------------------------------------------------------------ */

/* Open by path ("-" is standard input), descriptor (pipes too; it stays the caller's) or bytes
 * (copied). name NULL takes the path. Both byte orders. Errors: -EINVAL malformed, -ENOTSUP a
 * foreign or unsupported kind of file, -ENOENT, -ENOMEM; each with its diagnostic. */
int obj_open(struct diag *d, const char *path, const char *name, struct obj **out);
int obj_open_fd(struct diag *d, int fd, const char *name, struct obj **out);
int obj_open_mem(struct diag *d, struct span bytes, const char *name, struct obj **out);

/* An empty object (only the none entries), for the linker and the assembler. */
int obj_new(struct diag *d, const char *name, bool big_endian, struct obj **out);
void obj_free(struct obj *o);

/* Adding; results go through the last argument. Names are copied. -ENOMEM without diagnostic. */
int obj_add_sec(struct obj *o, const char *name, enum obj_sec_kind kind, sec_id *out);
int obj_add_sym(struct obj *o, const struct obj_sym *sym, sym_id *out);
int obj_sec_symbol(struct obj *o, sec_id sec, sym_id *out);

/* Derive funcs, maps, externs and the rest from the stored part, checking it on the way. The
 * reader and the linker call it last; from then on the object doesn't change. */
int obj_index(struct obj *o);

/* Write sizes and offsets of all symbols into the DATASECs of the BTF, sorted by offset. */
int obj_fix_datasecs(struct obj *o);

/* The object as an ELF file. obj_open_mem of the result gives an equal object. */
int obj_write(const struct obj *o, struct sbuf *out);
/* The same to a file, as file_write() puts it there. */
int obj_write_file(const struct obj *o, const char *path);
/* The last that is done with an object: parts that were written are freed at once, so that nothing
 * is in memory twice; then, or after a failure, the rest. */
int obj_finish_file(struct obj *o, const char *path);

/* Do both say the same (stored part, in the same order)? */
bool obj_equal(const struct obj *a, const struct obj *b);

/* Free the instructions of an object that was read from path, a regular file which has to stay as
 * it is: obj_fetch_code reads those of a section again, -EINVAL when they are others (-ENOMEM
 * without diagnostic), and obj_drop_code frees them again. Whoever does this knows that nobody
 * looks at them in between. */
int obj_leave_code(struct obj *o, const char *path);
int obj_fetch_code(struct obj *o, sec_id sec);
void obj_drop_code(struct obj *o, sec_id sec);

/* --- looking at it ------------------------------------------------------------------------ */

static inline struct obj_sec *obj_sec(const struct obj *o, sec_id id)
{
	return &o->secs.v[id.i];
}

static inline struct obj_sym *obj_sym(const struct obj *o, sym_id id)
{
	return &o->syms.v[id.i];
}

static inline struct obj_func *obj_func(const struct obj *o, func_id id)
{
	return &o->funcs.v[id.i];
}

static inline struct obj_map *obj_map(const struct obj *o, map_id id)
{
	return &o->maps.v[id.i];
}

static inline const char *obj_func_name(const struct obj *o, func_id id)
{
	return obj_sym(o, obj_func(o, id)->sym)->name;
}

/* A bit for each kind that holds instructions. */
enum { OBJ_USE_CODE = 1, OBJ_USE_DATA = 0, OBJ_USE_DEFS = 0 };
enum {
	OBJ_CODE_KINDS = 0
#define SEC_KIND(id, use, ...) | OBJ_USE_##use << OBJ_SEC_##id
#include "lib/obj/sec_kinds.def"
#undef SEC_KIND
};

static inline bool obj_sec_is_code(enum obj_sec_kind kind)
{
	return OBJ_CODE_KINDS >> kind & 1;
}

bool obj_sec_is_data(enum obj_sec_kind kind);	/* becomes a data map */
const char *obj_sec_kind_text(enum obj_sec_kind kind);	/* "programs", "constants" */

/* Kind of a section by name, ELF type and flags; OBJ_SEC_NONE: read over, *why says so. */
enum obj_sec_kind obj_sec_kind_of(const char *name, u32 elf_type, u64 flags, const char **why);

sec_id obj_find_sec(const struct obj *o, const char *name);
sym_id obj_find_sym(const struct obj *o, const char *name);	/* global or undefined */
func_id obj_find_func(const struct obj *o, const char *name);	/* any binding; global ones first */
map_id obj_find_map(const struct obj *o, const char *name);
/* The function that starts at, or covers, an instruction of a section. */
func_id obj_func_at(const struct obj *o, sec_id sec, u32 insn);
func_id obj_func_covering(const struct obj *o, sec_id sec, u32 insn);
/* The map that is defined at byte off of .maps or .struct_ops, or that a data section (any off)
 * becomes. */
map_id obj_map_at(const struct obj *o, sec_id sec, u64 off);
/* Is it known what the map is, so that one can be made? -EINVAL, and said to d, else. */
int obj_check_map(struct diag *d, const struct obj *o, const struct obj_map *map);
/* The function or map that a relocation refers to, if it is one. */
func_id obj_reloc_func(const struct obj *o, const struct obj_reloc *r);
map_id obj_reloc_map(const struct obj *o, const struct obj_reloc *r);

/* The place of byte off in section sec, with function, instruction and source line filled in. */
struct weld_where obj_where(const struct obj *o, sec_id sec, u64 off);
struct weld_where obj_where_sym(const struct obj *o, sym_id sym);
/* The first place that refers to a symbol (for externs). */
struct weld_where obj_where_ref(const struct obj *o, sym_id sym);

#endif
