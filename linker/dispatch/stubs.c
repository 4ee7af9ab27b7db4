/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The other kind of dispatcher: one that holds no component, only functions that the kernel can
 * replace by programs (BPF_PROG_TYPE_EXT). Names, order, configuration and version are those of
 * libxdp, whose tools can read what comes of it:
 *
 *	.text		prog0 ... prog9, compat_test: int (struct xdp_md *)
 *	xdp		xdp_dispatcher; xdp_pass, which a loader tries out on compat_test
 *	.rodata		conf
 *	xdp_metadata	dispatcher_version, whose type alone says the version
 *
 * The configuration is frozen before the program is loaded, so the verifier removes what isn't
 * enabled. A stub returns 31 as long as it isn't replaced, and bit 31 is in every mask.
 */
#include "linker/dispatch/dispatch_int.h"

#include <stdio.h>

/* While it is written. */
struct stubs {
	struct disp *c;
	struct obj *o;
	struct disp_types types;
	struct disp_code text, entry;
	sym_id conf;
	sym_id progs[DISP_LIBXDP_MAX + 1];	/* the last is compat_test */
};

static int begin_section(struct stubs *s, struct disp_code *a, const char *name,
			 enum obj_sec_kind kind)
{
	struct obj_sec *sec;

	*a = (struct disp_code){ .o = s->o };
	if (obj_add_sec(s->o, name, kind, &a->sec) ||
	    btf_add_str(s->o->btf, "dispatcher", &a->file_off))
		return -ENOMEM;
	sec = obj_sec(s->o, a->sec);
	sec->elf_type = SHT_PROGBITS;
	sec->flags = SHF_ALLOC | SHF_EXECINSTR;
	sec->align = 8;
	return 0;
}

/* A global function of what was written from insn on. */
static int end_func(struct stubs *s, struct disp_code *a, u32 insn, const char *name, sym_id *sym)
{
	struct obj_func_info info = { .insn = insn };
	struct obj_sym f = { .name = name, .type = STT_FUNC, .bind = STB_GLOBAL, .sec = a->sec,
			     .value = insn * 8ull, .size = (disp_at(a) - insn) * 8ull };

	if (a->err || btf_add_func(s->o->btf, name, BTF_FUNC_GLOBAL, s->types.proto,
				   &info.type_id) ||
	    vec_append(&obj_sec(s->o, a->sec)->func_infos, &info, 1))
		return -ENOMEM;
	return obj_add_sym(s->o, &f, sym);
}

/* Moving the packet's end by nothing tells the verifier that whoever replaces the stub may move
 * it, so that pointers into the packet don't outlive the call. */
static int add_stub(struct stubs *s, u32 n)
{
	struct disp_code *a = &s->text;
	u32 start = disp_at(a);
	char name[16];

	snprintf(name, sizeof(name), n < DISP_LIBXDP_MAX ? "prog%u" : "compat_test", n);
	disp_line(a, "%s: not replaced", name);
	if (n < DISP_LIBXDP_MAX) {
		disp_mov_imm(a, BPF_REG_2, 0);
		disp_call_helper(a, BPF_FUNC_xdp_adjust_tail);
	}
	disp_mov_imm(a, BPF_REG_0, DISP_RETVAL);
	disp_exit(a);
	return end_func(s, a, start, name, &s->progs[n]);
}

/* --- the entry --------------------------------------------------------------------------- */

enum { CONF = BPF_REG_7, N_ENABLED = BPF_REG_8, CTX = BPF_REG_6 };

static void jump_if(struct disp_code *a, u8 code, u8 reg, s32 imm, s16 off)
{
	disp_put(a, disp_insn(code, reg, 0, off, imm));
}

/* Insns from one check to the next, and behind the last one; every jump goes forward to one of two
 * places, so their distances are counted here. */
enum { STEP = 10, LAST_STEP = 3 };

/* To the end, where XDP_PASS is returned, and to the exit behind that. */
static s16 to_end(u32 n, u32 at)
{
	return (s16)((DISP_LIBXDP_MAX - n) * STEP + LAST_STEP - at - 1);
}

static void run_slot(struct stubs *s, u32 n)
{
	struct disp_code *a = &s->entry;

	disp_line(a, "run prog%u if it is enabled", n);
	jump_if(a, BPF_JMP | BPF_JLT | BPF_K, N_ENABLED, (s32)n + 1, to_end(n, 0));
	disp_mov(a, BPF_REG_1, CTX);
	disp_call_sym(a, s->progs[n]);
	disp_line(a, "go on if the configuration says so");
	jump_if(a, BPF_JMP32 | BPF_JGT | BPF_K, BPF_REG_0, 31, to_end(n, 3) + 1);
	disp_load(a, BPF_W, BPF_REG_1, CONF, (s16)(offsetof(struct disp_config, actions) + n * 4));
	disp_put(a, disp_insn(BPF_ALU | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 1));
	disp_put(a, disp_insn(BPF_ALU | BPF_LSH | BPF_X, BPF_REG_2, BPF_REG_0, 0, 0));
	disp_put(a, disp_insn(BPF_ALU | BPF_AND | BPF_X, BPF_REG_1, BPF_REG_2, 0, 0));
	jump_if(a, BPF_JMP32 | BPF_JNE | BPF_K, BPF_REG_1, 0, 1);
	disp_exit(a);
}

static int add_entry(struct stubs *s)
{
	struct disp_code *a = &s->entry;
	sym_id sym;

	disp_line(a, "%s: at most %d programs", s->c->opts.name, DISP_LIBXDP_MAX);
	disp_mov(a, CTX, BPF_REG_1);
	disp_ld_sym(a, CONF, s->conf);
	disp_load(a, BPF_B, N_ENABLED, CONF, offsetof(struct disp_config, n_enabled));
	for (u32 n = 0; n < DISP_LIBXDP_MAX; n++)
		run_slot(s, n);
	disp_line(a, "never, but the function must be there to be tried out");
	jump_if(a, BPF_JMP | BPF_JLT | BPF_K, N_ENABLED, DISP_LIBXDP_MAX + 1, 2);
	disp_mov(a, BPF_REG_1, CTX);
	disp_call_sym(a, s->progs[DISP_LIBXDP_MAX]);
	disp_line(a, "XDP_PASS");
	disp_mov_imm(a, BPF_REG_0, 2);
	disp_exit(a);
	return end_func(s, a, 0, s->c->opts.name, &sym);
}

static int add_pass(struct stubs *s)
{
	u32 start = disp_at(&s->entry);
	sym_id sym;

	disp_line(&s->entry, "XDP_PASS");
	disp_mov_imm(&s->entry, BPF_REG_0, 2);
	disp_exit(&s->entry);
	return end_func(s, &s->entry, start, "xdp_pass", &sym);
}

/* --- data -------------------------------------------------------------------------------- */

static int add_conf(struct stubs *s)
{
	struct disp_var var = {
		.section = ".rodata", .name = "conf", .kind = OBJ_SEC_RODATA,
		.size = sizeof(struct disp_config), .align = 4, .flags = SHF_ALLOC,
	};
	sec_id sec;

	if (disp_config_type(s->o->btf, &s->types, DISP_LIBXDP_MAX, &var.type) ||
	    btf_add_ref(s->o->btf, BTF_KIND_CONST, NULL, var.type, &var.type) ||
	    disp_add_var(s->o, &var, &sec, &s->conf))
		return -ENOMEM;
	disp_fill_config(s->c, s->o, obj_sec(s->o, sec)->bytes.v, DISP_LIBXDP_MAX);
	return 0;
}

/* As __uint(dispatcher_version, 3). */
static int add_version(struct stubs *s)
{
	struct disp_var var = {
		.section = "xdp_metadata", .name = "dispatcher_version", .kind = OBJ_SEC_CUSTOM,
		.size = 8, .align = 8, .flags = SHF_ALLOC | SHF_WRITE,
	};
	sec_id sec;
	sym_id sym;

	if (btf_add_array(s->o->btf, s->types.int_id, s->types.u32_id, DISP_CONFIG_LIBXDP,
			  &var.type) ||
	    btf_add_ptr(s->o->btf, var.type, &var.type))
		return -ENOMEM;
	return disp_add_var(s->o, &var, &sec, &sym);
}

static int add_license(struct stubs *s)
{
	const char *text = s->c->opts.license ? s->c->opts.license : "Dual BSD/GPL";
	struct disp_var var = {
		.section = "license", .name = "LICENSE", .kind = OBJ_SEC_LICENSE,
		.size = (u32)strlen(text) + 1, .align = 1, .flags = SHF_ALLOC | SHF_WRITE,
	};
	u32 byte;
	sec_id sec;
	sym_id sym;

	if (btf_add_int(s->o->btf, "char", 1, BTF_INT_SIGNED, &byte) ||
	    btf_add_array(s->o->btf, byte, s->types.u32_id, var.size, &var.type) ||
	    disp_add_var(s->o, &var, &sec, &sym))
		return -ENOMEM;
	memcpy(obj_sec(s->o, sec)->bytes.v, text, var.size);
	return 0;
}

static int write_all(struct stubs *s)
{
	const char *section = s->c->frags ? s->c->kind->frags_section : s->c->kind->section;
	int err;

	if (obj_new(s->c->diag, s->c->opts.name, !!HOST_BIG_ENDIAN, &s->c->out) ||
	    btf_new(&s->c->out->btf))
		return -ENOMEM;
	s->o = s->c->out;
	err = disp_add_types(s->c, s->o->btf, &s->types);
	if (!err)
		err = begin_section(s, &s->text, ".text", OBJ_SEC_TEXT);
	for (u32 n = 0; n <= DISP_LIBXDP_MAX && !err; n++)
		err = add_stub(s, n);
	if (!err)
		err = begin_section(s, &s->entry, section, OBJ_SEC_PROG);
	if (!err)
		err = add_conf(s);
	if (!err)
		err = add_entry(s);
	if (!err)
		err = add_pass(s);
	if (!err)
		err = add_version(s);
	return err ? err : add_license(s);
}

static int check(const struct disp *c)
{
	if (c->opts.type != DISP_XDP)
		return diag_raise(c->diag, DIAG_DISP_STUBS_HOOK, NULL, c->kind->text);
	if (c->opts.counters)
		return diag_raise(c->diag, DIAG_DISP_STUBS_COUNTERS, NULL);
	if (c->components.n > DISP_LIBXDP_MAX)
		return diag_raise(c->diag, DIAG_DISP_STUBS_MANY, NULL, c->components.n,
				  DISP_LIBXDP_MAX);
	return 0;
}

/* Which stub a component is to replace. */
static int name_stubs(struct disp *c)
{
	for (u32 i = 0; i < c->components.n; i++) {
		struct disp_component *f = &c->components.v[i].facts;

		f->symbol = arena_printf(&c->arena, "prog%u", i);
		if (!f->symbol)
			return disp_no_memory(c);
	}
	return 0;
}

int disp_write_stubs(struct disp *c)
{
	struct stubs s = { .c = c };
	int err = check(c);

	if (!err)
		err = name_stubs(c);
	if (err)
		return err;
	c->config_map = ".rodata";
	if (write_all(&s))
		return disp_no_memory(c);
	return obj_index(c->out);
}
