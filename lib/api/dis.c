/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Disassembly of objects and bare bytes, and assembly. */
#include "lib/api/api_int.h"

#include <stdlib.h>

#include "lib/isa/isa.h"

/* The function that is being printed, and how far its side tables have been read. */
struct dis {
	const struct obj *o;
	const struct weld_dis_opts *opts;
	struct sbuf *out;
	const struct obj_sec *sec;
	const char *func;
	u32 start;	 /* first instruction of the function */
	u32 at;		 /* instruction in the section */
	u32 line, reloc; /* next record of the section's tables, which are sorted */
};

/* The relocation of the present instruction, or NULL. */
static const struct obj_reloc *reloc_here(const struct dis *d)
{
	const struct obj_reloc *r;

	if (d->reloc >= d->sec->relocs.n)
		return NULL;
	r = &d->sec->relocs.v[d->reloc];
	return r->off / sizeof(struct bpf_insn) == d->at ? r : NULL;
}

static bool name_reloc(const struct dis *d, struct sbuf *out)
{
	const struct obj_reloc *r = reloc_here(d);
	const struct obj_sym *sym;

	if (!r)
		return false;
	sym = obj_sym(d->o, r->sym);
	sbuf_puts(out, sym->name[0] ? sym->name : obj_sec(d->o, sym->sec)->name);
	if (r->addend)
		sbuf_printf(out, "%+lld", (long long)r->addend);
	return true;
}

static bool name_helper(s64 num, struct sbuf *out)
{
	const struct abi_helper *h = num >= 0 && num <= UINT32_MAX ? abi_helper((u32)num) : NULL;

	if (!h)
		return false;
	sbuf_printf(out, "bpf_%s", h->name);
	return true;
}

static bool name_of(void *user, const struct isa_name *what, struct sbuf *out)
{
	const struct dis *d = user;

	switch (what->kind) {
	case ISA_NAME_HELPER:
		return name_helper(what->num, out);
	case ISA_NAME_JUMP:
		sbuf_printf(out, "%s+0x%llx", d->func,
			    (long long)((s64)d->at + what->num - d->start) *
				    (long long)sizeof(struct bpf_insn));
		return true;
	case ISA_NAME_CALL:
	case ISA_NAME_KFUNC:
	case ISA_NAME_LD64:
		return name_reloc(d, out);
	}
	return false;
}

/* The source line that starts at this instruction. */
static void print_source(struct dis *d)
{
	const struct obj_line_info *li;
	const char *file, *text, *base;

	while (d->line < d->sec->line_infos.n && d->sec->line_infos.v[d->line].insn < d->at)
		d->line++;
	if (d->opts->no_source || d->line >= d->sec->line_infos.n || !d->o->btf)
		return;
	li = &d->sec->line_infos.v[d->line];
	if (li->insn != d->at)
		return;
	file = btf_str(d->o->btf, li->file_off);
	text = btf_str(d->o->btf, li->line_off);
	base = strrchr(file, '/');
	text += strspn(text, " \t");
	if (*text)
		sbuf_printf(d->out, "; %s:%u  %s\n", base ? base + 1 : file, li->line_col >> 10,
			    text);
}

static void print_bytes(struct dis *d, const struct bpf_insn *insn)
{
	u8 bytes[sizeof(*insn)];

	isa_store_insn(bytes, d->o && d->o->big_endian != HOST_BIG_ENDIAN, insn);
	for (size_t i = 0; i < sizeof(bytes); i++)
		sbuf_printf(d->out, "%02x ", bytes[i]);
	sbuf_putc(d->out, '\t');
}

static void print_insn(struct dis *d, u32 end)
{
	const struct isa_text_opts text = { .name = name_of, .user = d };
	const struct bpf_insn *insn = &d->sec->insns.v[d->at];

	print_source(d);
	while (d->reloc < d->sec->relocs.n &&
	       d->sec->relocs.v[d->reloc].off / sizeof(struct bpf_insn) < d->at)
		d->reloc++;
	sbuf_printf(d->out, "%8u:\t", d->at);
	if (d->opts->opcodes)
		print_bytes(d, insn);
	isa_print(d->out, insn, end - d->at, &text);
	sbuf_putc(d->out, '\n');
}

static void print_proto(struct dis *d, const struct obj_func *f)
{
	if (!d->o->btf || !f->btf_id)
		return;
	sbuf_puts(d->out, "; ");
	btf_print_proto(d->o->btf, f->btf_id, d->func, d->out);
	sbuf_putc(d->out, '\n');
}

static void print_function(struct dis *d, func_id id)
{
	const struct obj_func *f = obj_func(d->o, id);
	u32 end = f->insn + f->n_insns;

	/* Functions come by section, then instruction: the tables are walked once. */
	if (d->sec != obj_sec(d->o, f->sec))
		d->line = d->reloc = 0;
	d->sec = obj_sec(d->o, f->sec);
	d->func = obj_func_name(d->o, id);
	d->start = d->at = f->insn;
	sbuf_printf(d->out, "%016llx <%s>:\n",
		    (long long)f->insn * (long long)sizeof(struct bpf_insn), d->func);
	print_proto(d, f);
	while (d->at < end) {
		u32 slots = isa_slots(&d->sec->insns.v[d->at]);

		print_insn(d, end);
		d->at += slots < end - d->at ? slots : end - d->at;
	}
	sbuf_putc(d->out, '\n');
}

static bool wanted(const struct weld_dis_opts *opts, const char *func, const char *section)
{
	return (!opts->function || !strcmp(opts->function, func)) &&
	       (!opts->section || !strcmp(opts->section, section));
}

static u32 print_functions(struct dis *d)
{
	u32 n = 0, last = 0;

	for (u32 i = 1; i < d->o->funcs.n; i++) {
		func_id id = { i };
		sec_id sec = obj_func(d->o, id)->sec;

		if (!wanted(d->opts, obj_func_name(d->o, id), obj_sec(d->o, sec)->name))
			continue;
		if (sec.i != last)
			sbuf_printf(d->out, "section %s:\n\n", obj_sec(d->o, sec)->name);
		last = sec.i;
		print_function(d, id);
		n++;
	}
	return n;
}

static int finish_text(struct diag *d, struct sbuf *out, char **text)
{
	char *t = sbuf_steal(out, NULL);

	if (!t)
		return diag_raise(d, DIAG_NO_MEMORY, NULL, "disassemble");
	*text = t;
	return 0;
}

int weld_object__disassemble(const struct weld_object *obj, const struct weld_dis_opts *opts,
			     char **text)
{
	WELD_OPTS(weld_dis_opts, o);
	struct weld_where at = WELD_WHERE_NONE;
	struct sbuf out = { 0 };
	struct dis d = { .o = obj->o, .opts = &o, .out = &out };
	int err = api_opts(obj->diag, API_SPEC(weld_dis_opts), opts, &o);

	if (err)
		return err;
	if (!print_functions(&d) && (o.function || o.section)) {
		sbuf_free(&out);
		at.file = obj->o->name;
		return diag_raise(obj->diag, DIAG_INSN_NOTHING_TO_PRINT, &at,
				  o.function ? o.function : o.section);
	}
	return finish_text(obj->diag, &out, text);
}

int weld_insns__disassemble(struct weld_ctx *ctx, const void *bytes, size_t size, bool big_endian,
			    char **text)
{
	VEC(struct bpf_insn) insns = { 0 };
	struct sbuf out = { 0 };
	const u8 *p = bytes;
	u32 n = (u32)(size / sizeof(struct bpf_insn));

	if (size % sizeof(struct bpf_insn) || size / sizeof(struct bpf_insn) > UINT32_MAX)
		return diag_raise(&ctx->diag, DIAG_INSN_BAD_SIZE, NULL, size);
	for (u32 i = 0; i < n; i++) {
		struct bpf_insn *insn = vec_push(&insns);

		if (!insn) {
			vec_free(&insns);
			return diag_raise(&ctx->diag, DIAG_NO_MEMORY, NULL, "disassemble");
		}
		isa_load_insn(p + i * sizeof(*insn), big_endian != HOST_BIG_ENDIAN, insn);
	}
	for (u32 i = 0; i < n; i += isa_slots(&insns.v[i])) {
		const struct isa_text_opts plain = { 0 };

		sbuf_printf(&out, "%8u:\t", i);
		isa_print(&out, &insns.v[i], n - i, &plain);
		sbuf_putc(&out, '\n');
	}
	vec_free(&insns);
	return finish_text(&ctx->diag, &out, text);
}

int weld_insns__assemble(struct weld_ctx *ctx, const char *text, const char *file, void **insns,
			 size_t *n)
{
	struct weld_where at = WELD_WHERE_NONE;
	struct isa_asm out = { 0 };
	int err = isa_asm(&ctx->diag, file, span_str(text), &out);

	if (err)
		return err;
	if (out.refs.n) {
		at.file = at.src_file = file;
		at.line = (s32)out.lines.v[out.refs.v[0].insn];
		err = diag_raise(&ctx->diag, DIAG_INSN_UNDEFINED, &at, out.refs.v[0].name);
	} else {
		*n = out.insns.n;
		*insns = out.insns.v;
		out.insns.v = NULL;
		out.insns.n = out.insns.cap = 0;
	}
	isa_asm_free(&out);
	return err;
}
