/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Diagnostics of a run: where the program is, what its registers hold, in words. A run has at
 * most one fault, so the message under construction lives in the run.
 */
#include "runtime/exec/exec_int.h"

enum { LINES_BEFORE = 3, LINES_BEHIND = 2 };

/* --- words ------------------------------------------------------------------------------- */

static const char *map_label(const struct rt_map *map)
{
	return map->spec.name[0] ? map->spec.name : abi_map_name(map->spec.type);
}

static const char *frame_func_name(struct exec *x, const struct exec_region *rg, char buf[16])
{
	const struct exec_frame *f = exec_frame_of(x, rg);

	return exec_func_name(f->prog, f->func, buf);
}

void exec_describe_region(struct exec *x, struct sbuf *out, const struct exec_region *rg)
{
	char buf[16];

	switch (rg->kind) {
	case KIND_STACK:
		sbuf_printf(out, "the stack of %s", frame_func_name(x, rg, buf));
		break;
	case KIND_CTX:
		sbuf_puts(out, "the context");
		break;
	case KIND_RAW:
		sbuf_puts(out, "the program's memory");
		break;
	case KIND_PKT:
		sbuf_puts(out, "the packet");
		break;
	case KIND_META:
		sbuf_puts(out, "the packet's metadata");
		break;
	case KIND_PKT_END:
		sbuf_puts(out, "the packet's end");
		break;
	case KIND_VALUE:
		sbuf_printf(out, "map value '%s'", map_label(rg->map));
		break;
	case KIND_KEY:
		sbuf_printf(out, "key of map '%s'", map_label(rg->map));
		break;
	case KIND_MAP:
		sbuf_printf(out, "map '%s'", map_label(rg->map));
		break;
	default:
		sbuf_puts(out, "a function");
	}
}

void exec_describe_reg(struct exec *x, struct sbuf *out, struct exec_reg r)
{
	const struct exec_region *rg;
	s64 off;

	if (r.from == FROM_NOTHING) {
		sbuf_puts(out, "unset");
		return;
	}
	if (r.from == FROM_NUMBER) {
		sbuf_printf(out, r.v < 10 ? "%llu" : "0x%llx", (unsigned long long)r.v);
		return;
	}
	rg = exec_region(x, r.from);
	if (!rg) {
		sbuf_puts(out, "a stale address");
		return;
	}
	exec_describe_region(x, out, rg);
	/* Stack offsets count from the frame pointer, as in the program's text. */
	off = (s64)(r.v - rg->base - (rg->kind == KIND_STACK ? EXEC_MAX_STACK : (u64)rg->lo));
	if (rg->kind == KIND_STACK)
		sbuf_puts(out, ", fp");
	if (off)
		sbuf_printf(out, rg->kind == KIND_STACK ? "%+lld" : " %+lld", (long long)off);
}

/* --- where ------------------------------------------------------------------------------- */

void exec_where(struct exec *x, struct weld_where *at)
{
	const struct exec_prog *prog = x->prog;
	const struct exec_line *line;
	u32 insn, func;

	*at = (struct weld_where)WELD_WHERE_NONE;
	at->file = prog->file;
	at->func = prog->name;
	if (!x->op)
		return;
	insn = (u32)(x->op - prog->ops);
	func = exec_func_of(prog, insn);
	at->func = exec_func_name(prog, func, x->fault_func);
	at->insn = insn - prog->funcs[func].start;
	line = exec_line_of(prog, insn);
	if (!line)
		return;
	at->src_file = line->file;
	at->src_line = line->text;
	at->line = (int32_t)line->line;
	at->column = (int32_t)line->column;
}

/* --- detail: the text around and the registers --------------------------------------------- */

/* Helpers, the program's own functions and maps have names; what else is called prints numbers. */
static bool name_of(void *user, const struct isa_name *what, struct sbuf *out)
{
	const struct exec_prog *prog = user;
	u32 insn = (u32)(what->insn - prog->insns);
	const struct exec_op *op = &prog->ops[insn];
	const struct abi_helper *h;
	char buf[16];

	switch (op->oper) {
	case ISA_OPER_HELPER:
		h = abi_helper((u32)what->num);
		if (h)
			sbuf_printf(out, "bpf_%s", h->name);
		return h;
	case ISA_OPER_LOCAL:
	case ISA_OPER_FUNC:
		sbuf_puts(out, exec_func_name(prog, exec_func_of(prog, op->target), buf));
		return true;
	case ISA_OPER_MAP_FD:
	case ISA_OPER_MAP_IDX:
		sbuf_puts(out, map_label(prog->maps[op->imm].map));
		return true;
	case ISA_OPER_MAP_VALUE:
	case ISA_OPER_MAP_IDX_VALUE:
		sbuf_printf(out, "%s.value+%u", map_label(prog->maps[op->imm].map),
			    prog->maps[op->imm].off);
		return true;
	default:
		return false;
	}
}

static void show_insns(struct exec *x, struct sbuf *out)
{
	const struct exec_prog *prog = x->prog;
	struct isa_text_opts text = { .name = name_of, .user = (void *)prog };
	u32 at = (u32)(x->op - prog->ops);
	const struct exec_func *func = &prog->funcs[exec_func_of(prog, at)];
	u32 i = at > func->start + LINES_BEFORE ? at - LINES_BEFORE : func->start;

	/* Not into the middle of a two-slot instruction. */
	if (i > func->start && isa_slots(&prog->insns[i - 1]) == 2)
		i--;
	for (; i < func->end && i <= at + LINES_BEHIND; i += isa_slots(&prog->insns[i])) {
		sbuf_printf(out, "%c %4u: ", i == at ? '>' : ' ', i - func->start);
		isa_print(out, &prog->insns[i], prog->n_insns - i, &text);
		sbuf_putc(out, '\n');
	}
}

static void show_regs(struct exec *x, struct sbuf *out)
{
	for (u32 i = 0; i < MAX_BPF_REG; i++) {
		if (x->f->r[i].from == FROM_NOTHING)
			continue;
		sbuf_printf(out, "  r%u = ", i);
		exec_describe_reg(x, out, x->f->r[i]);
		sbuf_putc(out, '\n');
	}
}

static void show_callers(struct exec *x, struct sbuf *out)
{
	char buf[16];

	for (u32 i = x->depth; i > 0; i--)
		sbuf_printf(out, "  called by %s\n",
			    exec_func_name(x->frames[i - 1]->prog, x->frames[i - 1]->func, buf));
}

struct diag_msg *exec_fault_begin(struct exec *x)
{
	exec_where(x, &x->fault_at);
	return &x->fault;
}

int exec_fault_end(struct exec *x, const char *help)
{
	struct sbuf detail = { 0 };

	if (x->op && x->f) {
		show_insns(x, &detail);
		show_regs(x, &detail);
		show_callers(x, &detail);
		diag_detail(&x->fault, sbuf_str(&detail));
		sbuf_free(&detail);
	}
	if (help)
		diag_help(&x->fault, "%s", help);
	return diag_end(&x->fault);
}

/* --- the fault that any instruction may have ------------------------------------------------ */

int exec_fault_unset(struct exec *x, u32 regno)
{
	const char *help = "it was never written on this path";

	if (regno >= BPF_REG_1 && regno <= BPF_REG_5)
		help = "calls leave r1 to r5 without a value; keep what is needed in r6 to r9";
	else if (regno >= BPF_REG_6 && x->depth)
		help = "a function may not read its caller's r6 to r9";
	return exec_fault(x, DIAG_EXEC_UNSET, help, regno);
}
