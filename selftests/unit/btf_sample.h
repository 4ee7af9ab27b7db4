/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Graphs and bytes that the tests of the BTF room share. */
#ifndef UNIT_BTF_SAMPLE_H
#define UNIT_BTF_SAMPLE_H

#include "btf/btf.h"
#include "btf/ext.h"

/* Ids of the graph that sample_btf() builds: every kind, a cycle, all linkages. */
enum {
	S_INT = 1, S_CHAR, S_ARRAY, S_NODE, S_NODE_PTR, S_CONST, S_VOLATILE, S_RESTRICT, S_TYPEDEF,
	S_UNION, S_ENUM, S_ENUM64, S_FWD, S_FWD_PTR, S_FLOAT, S_TYPE_TAG, S_TAGGED_PTR, S_PROTO,
	S_FUNC, S_PROTO_EXT, S_FUNC_EXT, S_FUNC_STATIC, S_VAR, S_VAR_EXT, S_DATASEC, S_DECL_TAG,
	S_PARAM_TAG, S_PROTO_PTR, S_LAST = S_PROTO_PTR,
};

struct btf *sample_btf(void);
/* n structs of one size, each with one member of the type before: struct s0 { int; }, ... */
struct btf *sample_chain(u32 n);

/* Remembers the last diagnostic's number. */
struct sample_diag {
	struct diag d;
	int code;
	char text[512];
};
void sample_diag_init(struct sample_diag *s);

/* Parse that has to succeed without a word. */
struct btf *sample_parse(struct span bytes);
struct sbuf sample_write(const struct btf *b, bool big_endian);

/* A whole file; size 0 when it can't be read. */
struct sbuf sample_read(const char *path);
/* The section of an ELF64 file in either byte order; empty when there is none. */
struct span sample_section(struct span elf, const char *name);
/* What a command prints on standard output; empty when it can't be run or fails. */
struct sbuf sample_run(const char *command);

/* Call fn with .BTF and .BTF.ext of each object in PROGS_DIR; returns how many had a .BTF. */
u32 sample_each_prog(void (*fn)(const char *path, struct span btf, struct span ext));

#endif
