/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * BTF.ext: for each ELF section the functions that start in it (func_info), the source lines of
 * its instructions (line_info) and its CO-RE relocations (core_relo).
 *
 * Decoded to host byte order and the kernel's record layouts (uapi/bpf_info.h). Records lie in one
 * array a kind; a section is a slice of it. insn_off counts bytes from the start of the ELF
 * section, in the order of the input. String offsets and type ids are those of the BTF that it
 * was parsed with.
 *
 * Checked by btf_ext_parse(): lengths, string offsets, type ids (func_info: of a FUNC) and that
 * insn_off is a multiple of 8. Whether a section exists and an offset lies in it, and what a
 * core_relo's access string and kind mean, is for those who know.
 */
#ifndef BTF_EXT_H
#define BTF_EXT_H

#include "btf/btf.h"
#include "uapi/bpf_info.h"

/* Records [first, first + n) of one kind belong to the section of that name. */
struct btf_ext_sec {
	u32 name_off;
	u32 first;
	u32 n;
};

/* Owned by whoever parsed or made it; all zero is empty. */
struct btf_ext {
	VEC(struct btf_ext_sec) func_secs;
	VEC(struct btf_ext_sec) line_secs;
	VEC(struct btf_ext_sec) core_secs;
	VEC(struct bpf_func_info) funcs;
	VEC(struct bpf_line_info) lines;
	VEC(struct bpf_core_relo) relos;
	bool swapped;		/* was parsed from the other byte order */
	u32 dropped_tail;	/* bytes by which a record was longer than known, at most */
};

/*
 * -EINVAL or -ENOTSUP with a diagnostic (12xx), or -ENOMEM. Larger records are cut to what is
 * known, with a note. Source lines longer than BTF_MAX_STR lose their text.
 */
int btf_ext_parse(struct diag *d, struct span bytes, const char *file, const struct btf *b,
		  struct btf_ext **out);
int btf_ext_new(struct btf_ext **out);
void btf_ext_free(struct btf_ext *x);

/* Open a section for the records that are added next. Name is a string offset. -ENOMEM. */
int btf_ext_add_func_sec(struct btf_ext *x, u32 name_off);
int btf_ext_add_line_sec(struct btf_ext *x, u32 name_off);
int btf_ext_add_core_sec(struct btf_ext *x, u32 name_off);
/* Append a record to the section that was opened last. -ENOMEM. */
int btf_ext_add_func(struct btf_ext *x, const struct bpf_func_info *rec);
int btf_ext_add_line(struct btf_ext *x, const struct bpf_line_info *rec);
int btf_ext_add_core(struct btf_ext *x, const struct bpf_core_relo *rec);

/* True when there is no record at all: such a BTF.ext need not be written. */
bool btf_ext_is_empty(const struct btf_ext *x);

/* Rewrite all type ids by id_map, as btf_dedup() and btf_keep_only() fill it. */
void btf_ext_remap_ids(struct btf_ext *x, const u32 *id_map);

/*
 * Writing records wherever they lie: a run of them is about one section. Runs go by kind, in order
 * of the kinds, and none is empty. The first word of a record counts units of bytes from the start
 * of its section; the others are those of the kernel's layouts.
 */
enum btf_ext_kind { BTF_EXT_FUNC, BTF_EXT_LINE, BTF_EXT_CORE, BTF_EXT_N_KINDS };

struct btf_ext_run {
	enum btf_ext_kind kind;
	u32 name_off;		/* of the section */
	const void *recs;
	u32 n;
};

typedef VEC(struct btf_ext_run) btf_ext_runs;

u64 btf_ext_runs_size(const btf_ext_runs *runs);	/* bytes of the blob */
/* Append the blob to out. -ENOMEM, -E2BIG. */
int btf_ext_write_runs(const btf_ext_runs *runs, u32 unit, bool big_endian, struct sbuf *out);

/* Append the blob for x to out; sections without records are left out. -ENOMEM, -E2BIG. */
int btf_ext_write(const struct btf_ext *x, bool big_endian, struct sbuf *out);

bool btf_ext_equal(const struct btf_ext *a, const struct btf_ext *b);

#endif
