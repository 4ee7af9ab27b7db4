/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The entry of a chain as an object of its own: each component is a call of an extern function,
 * which the linker binds, and a check of what it returned.
 *
 *	     r6 = r1				keep the context
 *	     r0 = config ll			so that the program holds the map
 *	     r1 = r6
 *	     call slot_0
 *	     if w0 == 2 goto next		goes on after PASS
 *	     exit
 *	next:
 *
 * Each check exits in place: no jump reaches across a component, however long that is. All of it
 * exists in kernels from 5.10 on.
 */
#include "linker/dispatch/dispatch_int.h"

#include <stdio.h>

/* With so few codes one comparison each beats the shift. */
enum { MAX_COMPARED = 3 };

static s32 code_of(const struct disp_kind *kind, u32 bit)
{
	return (s32)bit - (s32)kind->bias;
}

static void compare(struct disp_code *a, u8 op, u8 reg, s32 imm, s16 off)
{
	disp_put(a, disp_insn(BPF_JMP32 | op | BPF_K, reg, 0, off, imm));
}

/* The bits of a mask, the likeliest first; n of them. */
static u32 list_bits(const struct disp_kind *kind, u32 mask, u8 bits[32])
{
	u32 n = 0;

	for (u32 i = 0; i < kind->n_likely; i++)
		if (mask >> kind->likely[i] & 1) {
			bits[n++] = kind->likely[i];
			mask &= ~(1u << kind->likely[i]);
		}
	for (u8 i = 0; i < 32; i++)
		if (mask >> i & 1)
			bits[n++] = i;
	return n;
}

/* An empty mask is tested as well: what follows must be reachable in the graph of jumps. */
static void test_bit(struct disp_code *a, const struct disp_kind *kind, u32 mask)
{
	disp_put(a, disp_insn(BPF_ALU | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_0, 0, 0));
	if (kind->bias)
		disp_put(a, disp_insn(BPF_ALU | BPF_ADD | BPF_K, BPF_REG_1, 0, 0,
				      (s32)kind->bias));
	compare(a, BPF_JGT, BPF_REG_1, 31, 3);
	disp_put(a, disp_insn(BPF_ALU | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 1));
	disp_put(a, disp_insn(BPF_ALU | BPF_LSH | BPF_X, BPF_REG_2, BPF_REG_1, 0, 0));
	compare(a, BPF_JSET, BPF_REG_2, (s32)mask, 1);
}

/* Exit unless the code's bit is in the mask. Codes of 32 bits; what lies above is noise. */
static void go_on_if(struct disp_code *a, const struct disp_kind *kind, u32 mask)
{
	u8 bits[32];
	u32 n = list_bits(kind, mask, bits);

	if (!n || n > MAX_COMPARED)
		test_bit(a, kind, mask);
	for (u32 i = 0; n <= MAX_COMPARED && i < n; i++)
		compare(a, BPF_JEQ, BPF_REG_0, code_of(kind, bits[i]), (s16)(n - i));
	disp_exit(a);
}

/* --- counters ---------------------------------------------------------------------------- */

static void add_one(struct disp_code *a, u8 base, s16 off)
{
	disp_load(a, BPF_DW, BPF_REG_1, base, off);
	disp_put(a, disp_insn(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_1, 0, 0, 1));
	disp_store(a, BPF_DW, base, BPF_REG_1, off);
}

static void store_imm(struct disp_code *a, u8 size, s16 off, s32 imm)
{
	disp_put(a, disp_insn(BPF_ST | BPF_MEM | size, BPF_REG_10, 0, off, imm));
}

/*
 * r2 = where the verdict is counted. By comparisons: an index that were computed from the verdict
 * would have to be known precisely, and with it all that the component computed it from, so that
 * the verifier's states would not merge any more.
 */
static void pick_verdict(const struct disp *c, struct disp_code *a, s16 verdict)
{
	const u32 at = offsetof(struct disp_counters, verdicts);
	u8 bits[32];
	u32 n = list_bits(c->kind, (1u << c->kind->n_actions) - 1, bits);

	disp_load(a, BPF_W, BPF_REG_1, BPF_REG_10, verdict);
	for (u32 i = 0; i < n; i++) {
		disp_mov_imm(a, BPF_REG_2, (s32)(at + 8 * bits[i]));
		compare(a, BPF_JEQ, BPF_REG_1, code_of(c->kind, bits[i]), (s16)(2 * (n - i) - 1));
	}
	disp_mov_imm(a, BPF_REG_2, (s32)(at + 8 * (DISP_N_VERDICTS - 1)));
}

/* r0 stays the verdict. Per CPU, and a program isn't interrupted by itself: no atomics. */
static void count(const struct disp *c, struct disp_code *a, u32 n, sym_id counters)
{
	s16 verdict = c->frame.scratch, key = verdict - 8;

	disp_line(a, "count it");
	disp_store(a, BPF_DW, BPF_REG_10, BPF_REG_0, verdict);
	store_imm(a, BPF_W, key, (s32)n);
	disp_mov(a, BPF_REG_2, BPF_REG_10);
	disp_put(a, disp_insn(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, key));
	disp_ld_sym(a, BPF_REG_1, counters);
	disp_call_helper(a, BPF_FUNC_map_lookup_elem);
	disp_put(a, disp_insn(BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_0, 0,
			      (s16)(9 + 2 * c->kind->n_actions), 0));
	add_one(a, BPF_REG_0, 0);
	pick_verdict(c, a, verdict);
	disp_put(a, disp_insn(BPF_ALU64 | BPF_ADD | BPF_X, BPF_REG_0, BPF_REG_2, 0, 0));
	add_one(a, BPF_REG_0, 0);
	disp_load(a, BPF_DW, BPF_REG_0, BPF_REG_10, verdict);
}

/* --- the entry --------------------------------------------------------------------------- */

/* Symbols that the code refers to. */
struct refs {
	sym_id config, counters;
	sym_id slots[DISP_MAX];
};

static void put_actions(const struct disp *c, u32 mask, struct sbuf *out)
{
	const char *sep = "";

	for (u32 bit = 0; bit < 32; bit++) {
		const char *name = disp_action_name(c->opts.type, bit);

		if (!(mask >> bit & 1))
			continue;
		if (name)
			sbuf_printf(out, "%s%s", sep, name);
		else
			sbuf_printf(out, "%s%d", sep, code_of(c->kind, bit));
		sep = ", ";
	}
}

static void check_line(const struct disp *c, struct disp_code *a, u32 mask)
{
	struct sbuf names = { 0 };

	put_actions(c, mask, &names);
	if (mask)
		disp_line(a, "go on after %s", sbuf_str(&names));
	else
		disp_line(a, "never go on");
	if (sbuf_err(&names))
		a->err = -ENOMEM;
	sbuf_free(&names);
}

/* A helper may not be given the slot of a dynptr that somebody left there. */
static void clean_up(struct disp_code *a, const struct comp *comp)
{
	for (u32 off = comp->junk_lo; comp->facts.inlined && off > comp->junk_hi; off -= 8)
		store_imm(a, BPF_DW, (s16)-(s32)off, 0);
}

/* An instruction of our own, so that the line of the first component has a place even if its body
 * follows. */
static void keep_ctx(const struct disp *c, struct disp_code *a)
{
	if (c->components.n > 1 && c->frame.ctx_reg)
		disp_mov(a, c->frame.ctx_reg, BPF_REG_1);
	else if (c->components.n > 1)
		disp_store(a, BPF_DW, BPF_REG_10, BPF_REG_1, c->frame.ctx);
}

static void run(const struct disp *c, struct disp_code *a, u32 n, const struct refs *refs)
{
	const struct comp *comp = &c->components.v[n];
	bool last = n + 1 == c->components.n;

	disp_line(a, "run %s: %s, priority %u", comp->facts.name, comp->facts.function,
		  comp->facts.priority);
	if (!n)
		keep_ctx(c, a);
	else if (c->frame.ctx_reg)
		disp_mov(a, BPF_REG_1, c->frame.ctx_reg);
	else
		disp_load(a, BPF_DW, BPF_REG_1, BPF_REG_10, c->frame.ctx);
	disp_call_sym(a, refs->slots[n]);
	if (c->opts.counters)
		count(c, a, n, refs->counters);
	if (last) {
		disp_line(a, "return its verdict");
		disp_exit(a);
		return;
	}
	check_line(c, a, comp->facts.actions);
	go_on_if(a, c->kind, comp->facts.actions);
	clean_up(a, comp);
}

static void write_code(const struct disp *c, struct disp_code *a, const struct refs *refs)
{
	disp_line(a, "%s: %u components", c->opts.name, c->components.n);
	disp_ld_sym(a, BPF_REG_0, refs->config);
	for (u32 i = 0; i < c->components.n; i++)
		run(c, a, i, refs);
}

/* --- the object around it ---------------------------------------------------------------- */

/* In libxdp's own dispatcher bit 31, which an empty slot returns, is in every mask. */
void disp_fill_config(const struct disp *c, const struct obj *o, u8 *bytes, u32 n)
{
	u32 always = c->opts.mode == DISP_FREPLACE ? 1u << DISP_RETVAL : 0;
	bool swap = o->big_endian != HOST_BIG_ENDIAN;
	u32 size = n * 4;

	bytes[0] = DISP_CONFIG_MAGIC;
	bytes[1] = n == DISP_MAX ? DISP_CONFIG_LONG : DISP_CONFIG_LIBXDP;
	bytes[2] = (u8)c->components.n;
	bytes[3] = c->frags;
	for (u32 i = 0; i < c->components.n; i++) {
		const struct disp_component *f = &c->components.v[i].facts;

		put_u32(bytes + 4 + i * 4, f->actions | always, swap);
		put_u32(bytes + 4 + size + i * 4, f->priority, swap);
		put_u32(bytes + 4 + 2 * size + i * 4, f->frags ? BPF_F_XDP_HAS_FRAGS : 0, swap);
	}
}

static int add_config(struct disp *c, const struct disp_types *t, sym_id *sym)
{
	u32 n = c->components.n > DISP_LIBXDP_MAX ? DISP_MAX : DISP_LIBXDP_MAX;
	struct disp_var var = {
		.section = c->config_map, .name = "dispatcher_config", .kind = OBJ_SEC_RODATA,
		.size = 12 * n + 8, .align = 4, .flags = SHF_ALLOC,
	};
	sec_id sec;

	if (disp_config_type(c->entry->btf, t, n, &var.type) ||
	    btf_add_ref(c->entry->btf, BTF_KIND_CONST, NULL, var.type, &var.type) ||
	    disp_add_var(c->entry, &var, &sec, sym))
		return -ENOMEM;
	disp_fill_config(c, c->entry, obj_sec(c->entry, sec)->bytes.v, n);
	return 0;
}

static int add_counters(struct disp *c, const struct disp_types *t, sym_id *sym)
{
	struct disp_var var = {
		.section = ".maps", .name = disp_counters_name(c), .kind = OBJ_SEC_MAPS,
		.size = 32, .align = 8, .flags = SHF_ALLOC | SHF_WRITE,
	};
	sec_id sec;

	if (!var.name)
		return 0;
	if (disp_counters_type(c->entry->btf, t, c->components.n, &var.type))
		return -ENOMEM;
	return disp_add_var(c->entry, &var, &sec, sym);
}

static int add_slots(struct disp *c, struct refs *refs)
{
	struct obj_sym sym = { .type = STT_NOTYPE, .bind = STB_GLOBAL };
	char name[16];
	int err = 0;

	for (u32 i = 0; i < c->components.n && !err; i++) {
		snprintf(name, sizeof(name), "slot_%u", i);
		sym.name = name;
		err = obj_add_sym(c->entry, &sym, &refs->slots[i]);
	}
	return err;
}

static int add_entry(struct disp *c, const struct disp_types *t, const struct refs *refs)
{
	struct disp_code a = { .o = c->entry };
	const char *section = c->frags ? c->kind->frags_section : c->kind->section;
	struct obj_sym sym = { .name = c->opts.name, .type = STT_FUNC, .bind = STB_GLOBAL };
	struct obj_func_info info = { 0 };
	struct obj_sec *sec;
	sym_id id;

	if (obj_add_sec(c->entry, section, OBJ_SEC_PROG, &a.sec) ||
	    btf_add_func(c->entry->btf, c->opts.name, BTF_FUNC_GLOBAL, t->proto, &info.type_id) ||
	    btf_add_str(c->entry->btf, "dispatcher", &a.file_off))
		return -ENOMEM;
	write_code(c, &a, refs);
	sec = obj_sec(c->entry, a.sec);
	sec->elf_type = SHT_PROGBITS;
	sec->flags = SHF_ALLOC | SHF_EXECINSTR;
	sec->align = 8;
	sym.sec = a.sec;
	sym.size = sec->size;
	if (a.err || vec_append(&sec->func_infos, &info, 1))
		return -ENOMEM;
	return obj_add_sym(c->entry, &sym, &id);
}

int disp_write_entry(struct disp *c)
{
	bool big_endian = c->components.v[0].obj->big_endian;
	struct disp_types t;
	struct refs refs;

	if (obj_new(c->diag, "dispatcher", big_endian, &c->entry) || btf_new(&c->entry->btf) ||
	    disp_add_types(c, c->entry->btf, &t) || add_config(c, &t, &refs.config) ||
	    add_counters(c, &t, &refs.counters) || add_slots(c, &refs) ||
	    add_entry(c, &t, &refs))
		return disp_no_memory(c);
	return obj_index(c->entry);
}
