/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Asking the running kernel: load a few instructions, make a map, and see what it says. For the
 * tests that hold our tables against it.
 */
#ifndef UNIT_ASK_H
#define UNIT_ASK_H

#include "lib/base/types.h"
#include "uapi/bpf.h"

enum { ASK_MAX_INSNS = 128 };

struct ask_prog {
	u32 type, attach_type, flags;
	u32 attach_btf_id;
	const char *license;		/* NULL: "GPL" */
	struct bpf_insn insns[ASK_MAX_INSNS];
	u32 n;
	char log[1 << 16];		/* what the verifier said */
};

/*
 * Why the kernel can't be asked; NULL: it can. Our tables are those of one release, so a kernel of
 * another one isn't asked: it may differ and be right.
 */
const char *ask_refused(void);

/* 0 or -errno; the program is gone when this returns. */
int ask_load(struct ask_prog *p);
struct ask_map {
	u32 type, key_size, value_size, max_entries, flags;
	int inner_fd;			/* 0: none */
};

/* A descriptor or -errno. */
int ask_map(const struct ask_map *m);
/* bpf(2) itself. */
int ask_bpf(int cmd, union bpf_attr *attr);

/* Append instructions to a program. */
void ask_reset(struct ask_prog *p, u32 type, u32 attach_type);
void ask_insn(struct ask_prog *p, struct bpf_insn insn);
/* size is BPF_B, BPF_H, BPF_W or BPF_DW: dst = *(src + off); *(dst + off) = src */
void ask_read(struct ask_prog *p, u8 size, u8 dst, u8 src, s16 off);
void ask_write(struct ask_prog *p, u8 size, u8 dst, s16 off, u8 src);
void ask_mov_imm(struct ask_prog *p, u8 dst, s32 imm);
void ask_mov_reg(struct ask_prog *p, u8 dst, u8 src);
/* dst = the frame pointer + off */
void ask_stack_addr(struct ask_prog *p, u8 dst, s32 off);
/* ld_imm64 of a map, or of an address inside its value. */
void ask_ld_map(struct ask_prog *p, u8 dst, u8 src, int fd);
void ask_call(struct ask_prog *p, u32 helper);
/* Zero the stack from off (a negative multiple of 8) up. */
void ask_zero_stack(struct ask_prog *p, s32 off);
/* r0 = value; exit */
void ask_exit(struct ask_prog *p, s32 value);

#endif
