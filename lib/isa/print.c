/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Prints the text column of op.def with an instruction's fields filled in. */
#include "lib/isa/text_int.h"

struct printer {
	struct sbuf *out;
	const struct bpf_insn *insn;
	const struct isa_op *op;	/* NULL: only the raw text is printed */
	const struct isa_text_opts *opts;
	const char *name;		/* for %N */
};

static void put_magnitude(struct printer *p, u64 v)
{
	if (p->opts->flags & ISA_TEXT_DECIMAL)
		sbuf_printf(p->out, "%llu", (unsigned long long)v);
	else
		sbuf_printf(p->out, "0x%llx", (unsigned long long)v);
}

static u64 magnitude(s64 v)
{
	return v < 0 ? 0 - (u64)v : (u64)v;
}

static void put_number(struct printer *p, s64 v)
{
	if (v < 0)
		sbuf_putc(p->out, '-');
	put_magnitude(p, magnitude(v));
}

/* ` + 0x8`: the tail of an address. */
static void put_tail(struct printer *p, s64 v)
{
	sbuf_puts(p->out, v < 0 ? " - " : " + ");
	put_magnitude(p, magnitude(v));
}

static void put_reg(struct printer *p, struct isa_directive d)
{
	u32 reg = d.operand == 'd' ? p->insn->dst_reg :
		  d.operand == 's' ? p->insn->src_reg : (u32)p->insn->imm;
	bool w = d.kind == 'w' || (d.kind == 'x' && p->opts->flags & ISA_TEXT_ALU32);

	sbuf_printf(p->out, "%c%u", w ? 'w' : 'r', reg);
}

static bool ask_name(const struct printer *p, enum isa_name_kind kind, s64 num, struct sbuf *out)
{
	struct isa_name what = { .kind = kind, .op = p->op, .insn = p->insn, .num = num };

	bool named = p->opts->name && p->opts->name(p->opts->user, &what, out);

	if (sbuf_err(out))
		p->out->failed = true;
	return named;
}

static s64 displacement(const struct printer *p)
{
	return p->op->off.kind == ISA_RULE_JUMP ? p->insn->off : p->insn->imm;
}

/* Only jumps ask for a name here: calls and constants with a name have a text of their own. */
static void put_displacement(struct printer *p)
{
	s64 disp = displacement(p);
	bool jump = p->op->effect != ISA_FX_CALL && p->op->effect != ISA_FX_LD_IMM64;
	struct sbuf name = { 0 };
	bool named = jump && ask_name(p, ISA_NAME_JUMP, disp + 1, &name);

	if (named && p->opts->flags & ISA_TEXT_LABELS) {
		sbuf_puts(p->out, sbuf_str(&name));
	} else {
		sbuf_putc(p->out, disp < 0 ? '-' : '+');
		put_magnitude(p, magnitude(disp));
		if (named)
			sbuf_printf(p->out, " <%s>", sbuf_str(&name));
	}
	sbuf_free(&name);
}

static void put_operand(struct printer *p, char kind)
{
	const struct bpf_insn *insn = p->insn;

	switch (kind) {
	case 'i': case 'h':
		put_number(p, insn->imm);
		break;
	case 'l':
		put_number(p, (s64)isa_imm64(insn));
		break;
	case 'n':
		put_number(p, insn[1].imm);
		break;
	case 'q':
		put_number(p, insn->off);
		break;
	case 'o':
		put_tail(p, insn->off);
		break;
	case 'p':
		if (insn->imm && !(p->opts->flags & ISA_TEXT_LLVM))
			put_tail(p, insn->imm);
		break;
	case 'a':
		put_number(p, (u32)insn->imm >> 16);
		break;
	case 'b':
		put_number(p, insn->imm & 0xffff);
		break;
	case 'u':
		put_number(p, (u32)insn->imm);
		break;
	case 'c':
		sbuf_printf(p->out, "0x%02x", insn->code);
		break;
	case 'e':
		sbuf_printf(p->out, "%u", insn->dst_reg);
		break;
	case 'f':
		sbuf_printf(p->out, "%u", insn->src_reg);
		break;
	case 'k':
		put_number(p, insn->src_reg);
		break;
	}
}

static void put_directive(struct printer *p, struct isa_directive d)
{
	switch (d.kind) {
	case 'r': case 'w': case 'x':
		put_reg(p, d);
		break;
	case 'j':
		put_displacement(p);
		break;
	case 'N':
		sbuf_puts(p->out, p->name);
		break;
	case '%':
		sbuf_putc(p->out, '%');
		break;
	default:
		put_operand(p, d.kind);
	}
}

static void put_text(struct printer *p, const char *text)
{
	while (*text) {
		struct isa_directive d;

		if (*text != '%') {
			sbuf_putc(p->out, *text++);
			continue;
		}
		text += isa_directive(text, &d);
		put_directive(p, d);
	}
}

static bool name_of_call(const struct printer *p, struct sbuf *name)
{
	switch (p->op->oper) {
	case ISA_OPER_HELPER:
		return ask_name(p, ISA_NAME_HELPER, (u32)p->insn->imm, name);
	case ISA_OPER_LOCAL:
		return ask_name(p, ISA_NAME_CALL, 1 + (s64)p->insn->imm, name);
	default:
		return ask_name(p, ISA_NAME_KFUNC, p->insn->imm, name);
	}
}

static bool name_of_constant(const struct printer *p, struct sbuf *name)
{
	bool func = p->op->oper == ISA_OPER_FUNC;

	return ask_name(p, ISA_NAME_LD64,
			func ? 1 + (s64)p->insn->imm : (s64)isa_imm64(p->insn), name);
}

/* The row's own text unless LLVM spells it otherwise. */
static const char *unnamed_text(const struct printer *p)
{
	if (!(p->opts->flags & ISA_TEXT_LLVM))
		return p->op->text;
	if (p->op->effect == ISA_FX_CALL)
		return "call %i";
	if (p->op->effect == ISA_FX_CALLX)
		return "callx %rd";
	if (p->op->effect == ISA_FX_LD_IMM64 && p->op->oper != ISA_OPER_IMM64)
		return ISA_PSEUDO_TEXT;
	return p->op->text;
}

static void put_insn(struct printer *p)
{
	struct sbuf name = { 0 };
	bool call = p->op->effect == ISA_FX_CALL && name_of_call(p, &name);
	bool constant = p->op->effect == ISA_FX_LD_IMM64 && name_of_constant(p, &name);

	p->name = sbuf_str(&name);
	put_text(p, call ? ISA_NAMED_CALL_TEXT : constant ? ISA_NAMED_LD64_TEXT : unnamed_text(p));
	sbuf_free(&name);
}

/* Fields that the kernel ignores have no place in the row's text. */
static bool ignored_field_set(const struct isa_op *op, const struct bpf_insn *insn)
{
	return (op->off.kind == ISA_RULE_FREE && insn->off) ||
	       (op->next == ISA_NEXT_FREE && insn[1].imm);
}

u32 isa_print(struct sbuf *out, const struct bpf_insn *insn, u32 n_left,
	      const struct isa_text_opts *opts)
{
	static const struct isa_text_opts none = { 0 };
	struct printer p = { .out = out, .insn = insn, .opts = opts ? opts : &none };
	bool llvm = p.opts->flags & ISA_TEXT_LLVM;

	p.op = isa_decode(insn, n_left, NULL);
	if (!p.op && llvm) {
		sbuf_puts(out, "<unknown>");
		return 1;
	}
	if (!p.op || (!llvm && ignored_field_set(p.op, insn))) {
		put_text(&p, ISA_RAW_TEXT);
		return 1;
	}
	put_insn(&p);
	return p.op->slots;
}
