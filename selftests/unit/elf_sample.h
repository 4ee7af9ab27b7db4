/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * For tests that build ELF files: catching diagnostics, and a small object whose parts can be bent
 * before it is written.
 */
#ifndef UNIT_ELF_SAMPLE_H
#define UNIT_ELF_SAMPLE_H

#include "lib/elf/elf_file.h"

/* A sink that remembers the last diagnostic. */
struct caught {
	struct diag d;
	int code;		/* of the last one, 0 none */
	int severity;
	char text[256], help[256], section[64];
};

void catch_init(struct caught *c);

/* Sections, symbols and relocations of an object under construction. */
struct sample {
	struct elf_out_sec secs[16];
	struct elf_out_sym syms[16];
	struct elf_out out;		/* points to the above */
};

void sample_init(struct sample *s, bool big_endian);
/* Each returns the number that others refer to it by (from 1). */
u32 sample_sec(struct sample *s, const char *name, u64 flags, const void *data, size_t size);
u32 sample_sym(struct sample *s, const char *name, u32 sec, u64 value, u8 type);
u32 sample_rel(struct sample *s, u32 sec, const struct elf_rel *rels, u32 n);

/* The file; the caller frees out. */
void sample_write(const struct sample *s, struct sbuf *out);

#endif
