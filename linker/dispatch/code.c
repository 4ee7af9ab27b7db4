/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Code written by hand into a section of an object, with lines of a source that doesn't exist, so
 * that a dump of the program tells what it does. */
#include "linker/dispatch/dispatch_int.h"

u32 disp_at(const struct disp_code *a)
{
	return obj_sec(a->o, a->sec)->insns.n;
}

void disp_put(struct disp_code *a, struct bpf_insn insn)
{
	struct obj_sec *sec = obj_sec(a->o, a->sec);

	if (!a->err && vec_append(&sec->insns, &insn, 1))
		a->err = -ENOMEM;
	sec->size = sec->insns.n * 8ull;
}

void disp_mov(struct disp_code *a, u8 dst, u8 src)
{
	disp_put(a, disp_insn(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0));
}

void disp_mov_imm(struct disp_code *a, u8 dst, s32 imm)
{
	disp_put(a, disp_insn(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm));
}

void disp_load(struct disp_code *a, u8 size, u8 dst, u8 src, s16 off)
{
	disp_put(a, disp_insn(BPF_LDX | BPF_MEM | size, dst, src, off, 0));
}

void disp_store(struct disp_code *a, u8 size, u8 dst, u8 src, s16 off)
{
	disp_put(a, disp_insn(BPF_STX | BPF_MEM | size, dst, src, off, 0));
}

void disp_exit(struct disp_code *a)
{
	disp_put(a, disp_insn(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

static void add_reloc(struct disp_code *a, u32 type, sym_id sym)
{
	struct obj_sec *sec = obj_sec(a->o, a->sec);
	struct obj_reloc r = { .off = sec->insns.n * 8ull, .sym = sym, .type = type };

	if (!a->err && vec_append(&sec->relocs, &r, 1))
		a->err = -ENOMEM;
}

void disp_ld_sym(struct disp_code *a, u8 dst, sym_id sym)
{
	add_reloc(a, R_BPF_64_64, sym);
	disp_put(a, disp_insn(BPF_LD | BPF_IMM | BPF_DW, dst, 0, 0, 0));
	disp_put(a, disp_insn(0, 0, 0, 0, 0));
}

/* In normal form the relocation says it all; its instruction's immediate is zero. */
void disp_call_sym(struct disp_code *a, sym_id sym)
{
	add_reloc(a, R_BPF_64_32, sym);
	disp_put(a, disp_insn(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 0));
}

void disp_call_helper(struct disp_code *a, s32 helper)
{
	disp_put(a, disp_insn(BPF_JMP | BPF_CALL, 0, 0, 0, helper));
}

void disp_line(struct disp_code *a, const char *fmt, ...)
{
	struct obj_sec *sec = obj_sec(a->o, a->sec);
	struct obj_line_info li = { .insn = sec->insns.n, .file_off = a->file_off };
	struct sbuf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	sbuf_vprintf(&text, fmt, ap);
	va_end(ap);
	li.line_col = ++a->line << 10;
	if (!a->err && (sbuf_err(&text) || btf_add_str(a->o->btf, sbuf_str(&text), &li.line_off) ||
			vec_append(&sec->line_infos, &li, 1)))
		a->err = -ENOMEM;
	sbuf_free(&text);
}
