/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A1.1, A1.10: the running kernel as a second opinion on the decoder. Each opcode byte, and each
 * row of the table with every pair of fields varied, is put into a small program; the verifier's
 * text says whether it was refused for its form or for anything else.
 *
 *	r6 = ctx, r1-r5 and r7-r9 some number, r0 = 0
 *	if r7 == 77 goto pad		(keeps the pad reachable behind a goto)
 *	the instruction
 *	pad: r0 = 0 ...			(jump targets)
 *	exit
 */
#include "selftests/unit/isa_sample.h"
#include "selftests/unit/unit.h"
#include "uapi/bpf.h"

#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PAD = 40, LOG_SIZE = 1 << 16 };

struct kernel {
	char *log;
	struct isa_asm head, tail;
	u32 asked, refused_for_form;
};

/* What the verifier says of form. The decoder's business ends with these. */
static const char *const form_texts[] = {
	"unknown opcode", "reserved field", "R11 is invalid", "R15 is invalid",
	"invalid bpf_ld_imm64", "unrecognized bpf_ld_imm64", "invalid BPF_LD_IMM insn",
	"invalid atomic op", "can only convert between address space", "invalid may_goto",
};

static bool is_about_form(const char *log)
{
	for (u32 i = 0; i < ARRAY_SIZE(form_texts); i++)
		if (strstr(log, form_texts[i]))
			return true;
	return false;
}

static int prog_load(struct kernel *k, const struct bpf_insn *insns, u32 n)
{
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (u64)(uintptr_t)insns;
	attr.insn_cnt = n;
	attr.license = (u64)(uintptr_t)"GPL";
	attr.log_level = 1;
	attr.log_buf = (u64)(uintptr_t)k->log;
	attr.log_size = LOG_SIZE;
	k->log[0] = 0;
	fd = (int)syscall(__NR_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void assemble(const char *text, struct isa_asm *out)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };

	ck_assert_int_eq(isa_asm(&d, "test", span_str(text), out), 0);
}

/* False when this machine doesn't let us ask. */
static bool kernel_open(struct kernel *k)
{
	struct sbuf tail = { 0 };
	int err;

	*k = (struct kernel){ .log = calloc(1, LOG_SIZE) };
	ck_assert_ptr_nonnull(k->log);
	assemble("r6 = r1; r7 = *(u32 *)(r6 + 0); r0 = 0; r1 = 1; r2 = 1; r3 = 1; r4 = 1; r5 = 1;"
		 "r8 = 1; r9 = 1; if r7 == 77 goto +1", &k->head);
	for (u32 i = 0; i < PAD; i++)
		sbuf_puts(&tail, "r0 = 0;");
	sbuf_puts(&tail, "exit");
	assemble(sbuf_str(&tail), &k->tail);
	sbuf_free(&tail);
	err = prog_load(k, k->tail.insns.v, k->tail.insns.n);
	ck_assert_msg(!err || err == -EPERM || err == -ENOSYS, "plain program: %d", err);
	return !err;
}

static void kernel_close(struct kernel *k)
{
	free(k->log);
	isa_asm_free(&k->head);
	isa_asm_free(&k->tail);
}

static int ask(struct kernel *k, const struct bpf_insn *insn, u32 slots)
{
	VEC(struct bpf_insn) prog = { 0 };
	int err;

	ck_assert_int_eq(vec_append(&prog, k->head.insns.v, k->head.insns.n), 0);
	prog.v[prog.n - 1].off = (s16)slots;
	ck_assert_int_eq(vec_append(&prog, insn, slots), 0);
	ck_assert_int_eq(vec_append(&prog, k->tail.insns.v, k->tail.insns.n), 0);
	err = prog_load(k, prog.v, prog.n);
	vec_free(&prog);
	k->asked++;
	return err;
}

/* Maps, kfuncs, functions and jump targets are looked up before some fields of the same instruction
 * are looked at; what isn't found hides what else is wrong. */
static const char *const look_up_texts[] = {
	"is not pointing to valid bpf_map", "fd_idx without fd_array", "ldimm64", "kernel btf_id",
	"jump out of range", "last insn is not an exit or jmp",
};

static bool hidden_by_look_up(const char *log)
{
	for (u32 i = 0; i < ARRAY_SIZE(look_up_texts); i++)
		if (strstr(log, look_up_texts[i]))
			return true;
	return false;
}

static void compare(struct kernel *k, const struct bpf_insn *insn, u32 slots)
{
	enum isa_fault fault;
	const struct isa_op *op = isa_decode(insn, slots, &fault);
	bool ours = op && op->version;
	int err = ask(k, insn, slots);
	bool theirs = !(err && is_about_form(k->log));

	k->refused_for_form += !theirs;
	if (!ours && theirs && err && hidden_by_look_up(k->log))
		return;
	ck_assert_msg(ours == theirs,
		      "code %02x dst %u src %u off %d imm %#x next %#x: decoder %s, kernel %d:\n%s",
		      insn->code, insn->dst_reg, insn->src_reg, insn->off, (u32)insn->imm,
		      slots > 1 ? (u32)insn[1].imm : 0, op ? op->name : isa_fault_str(fault), err,
		      k->log);
}

START_TEST(every_opcode_byte)
{
	struct kernel k;

	if (!kernel_open(&k))
		unit_skip("bpf(2) may not load programs here");
	for (u32 code = 0; code < 256; code++) {
		struct bpf_insn insn[2] = { { .code = (u8)code } };

		/* le, be and bswap have no zero width */
		insn->imm = (code & 0xf7) == 0xd4 || code == 0xd7 ? 16 : 0;
		compare(&k, insn, isa_slots(insn));
	}
	kernel_close(&k);
}
END_TEST

static const s32 dst_values[] = { 0, 1, 10, 11, 15 };
static const s32 src_values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 15 };
static const s32 off_values[] = { 0, 1, 2, 8, 16, 32, -1 };
static const s32 imm_values[] = { 0, 1, 16, 24, 32, 64, 0x40, 0x41, 0x50, 0x60, 0xe0, 0xe1, 0xf0,
				  0xf1, 0x100, 0x101, 0x110, 0x10000, 0x10001, -1 };
static const s32 second_values[] = { 0, 1, -1 };

struct field {
	const s32 *values;
	u32 n;
};

static const struct field fields[] = {
	{ dst_values, ARRAY_SIZE(dst_values) },
	{ src_values, ARRAY_SIZE(src_values) },
	{ off_values, ARRAY_SIZE(off_values) },
	{ imm_values, ARRAY_SIZE(imm_values) },
	{ second_values, ARRAY_SIZE(second_values) },	/* imm of the second slot */
	{ second_values, 2 },				/* its registers and off */
};

static void set_field(struct bpf_insn *insn, u32 field, s32 val)
{
	switch (field) {
	case 0:
		insn->dst_reg = (u32)val & 0xf;
		break;
	case 1:
		insn->src_reg = (u32)val & 0xf;
		break;
	case 2:
		insn->off = (s16)val;
		break;
	case 3:
		insn->imm = val;
		break;
	case 4:
		insn[1].imm = val;
		break;
	default:
		insn[1].off = (s16)val;
		insn[1].dst_reg = (u32)val & 0xf;
	}
}

static struct bpf_insn plain_insn(const struct isa_op *op)
{
	return (struct bpf_insn){
		.code = op->code,
		.dst_reg = op->regs & (ISA_RD_DST | ISA_WR_DST) ? 1 : 0,
		.src_reg = op->src.kind == ISA_RULE_FIX ? (u32)op->src.val & 0xf : 2,
		.off = op->off.kind == ISA_RULE_FIX ? (s16)op->off.val : 1,
		.imm = op->imm.kind == ISA_RULE_FIX ? op->imm.val : 1,
	};
}

static void vary_pair(struct kernel *k, const struct isa_op *op, u32 a, u32 b)
{
	for (u32 i = 0; i < fields[a].n; i++) {
		for (u32 j = 0; j < fields[b].n; j++) {
			struct bpf_insn insn[2] = { plain_insn(op) };

			set_field(insn, a, fields[a].values[i]);
			set_field(insn, b, fields[b].values[j]);
			compare(k, insn, op->slots);
		}
	}
}

static void vary(struct kernel *k, const struct isa_op *op)
{
	u32 n = op->slots > 1 ? ARRAY_SIZE(fields) : 4;

	for (u32 a = 0; a < n; a++)
		for (u32 b = a + 1; b < n; b++)
			vary_pair(k, op, a, b);
}

START_TEST(every_row_with_fields_varied)
{
	struct kernel k;

	if (!kernel_open(&k))
		unit_skip("bpf(2) may not load programs here");
	/* the first row of each byte stands for the others: all their values are in the lists */
	for (u32 id = 1; id < ISA_N_OPS; id++)
		if (isa_op(id - 1)->code != isa_op(id)->code)
			vary(&k, isa_op(id));
	ck_assert_uint_gt(k.refused_for_form, 1000);
	ck_assert_uint_gt(k.asked - k.refused_for_form, 1000);
	kernel_close(&k);
}
END_TEST

/* What the verifier says of structure (A1.2). */
static const char *const structure_texts[] = {
	"jump out of range", "last insn is not an exit or jmp", "invalid destination",
	"into the middle of ldimm64", "invalid insn idx", "too many subprograms",
};

static bool is_about_structure(const char *log)
{
	for (u32 i = 0; i < ARRAY_SIZE(structure_texts); i++)
		if (strstr(log, structure_texts[i]))
			return true;
	return false;
}

/* A few instructions with short jumps and calls that often miss. */
static void random_program(u64 *rng, struct isa_asm *prog)
{
	u32 n = 2 + sample_random(rng) % 7;
	struct sbuf text = { 0 };

	for (u32 i = 0; i < n; i++) {
		s32 disp = (s32)(sample_random(rng) % (n + 3)) - (s32)i - 2;

		switch (sample_random(rng) % 8) {
		case 0:
			sbuf_printf(&text, "goto %d;", disp);
			break;
		case 1:
			sbuf_printf(&text, "if r1 == 0 goto %d;", disp);
			break;
		case 2:
			sbuf_printf(&text, "call pc%+d;", disp);
			break;
		case 3:
			sbuf_puts(&text, "r2 = 5 ll;");
			break;
		case 4:
			sbuf_printf(&text, "gotol %d;", disp);
			break;
		case 5:
			sbuf_puts(&text, "exit;");
			break;
		default:
			sbuf_puts(&text, "r0 = 0;");
		}
	}
	sbuf_puts(&text, sample_random(rng) % 8 ? "exit" : "r0 = 0");
	assemble(sbuf_str(&text), prog);
	sbuf_free(&text);
}

START_TEST(structure_of_random_programs)
{
	u32 n_sound = 0, n_broken = 0;
	u64 rng = 7;
	struct kernel k;

	if (!kernel_open(&k))
		unit_skip("bpf(2) may not load programs here");
	for (u32 i = 0; i < 20000; i++) {
		struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
		struct isa_asm prog;
		bool ours, theirs, hidden;

		random_program(&rng, &prog);
		ours = !isa_check_program(&d, NULL, prog.insns.v, prog.insns.n);
		theirs = !(prog_load(&k, prog.insns.v, prog.insns.n) && is_about_structure(k.log));
		/* the kernel may meet an instruction that nothing reaches first */
		hidden = !ours && strstr(k.log, "unreachable insn");
		n_sound += theirs;
		n_broken += !theirs;
		if (ours != theirs && !hidden)
			ck_abort_msg("program %u: we %s it:\n%s", i, ours ? "accept" : "refuse",
				     k.log);
		isa_asm_free(&prog);
	}
	ck_assert_uint_gt(n_sound, 1000);
	ck_assert_uint_gt(n_broken, 1000);
	kernel_close(&k);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("isa_kernel");

	unit_add(s, "kernel", every_opcode_byte, every_row_with_fields_varied,
		 structure_of_random_programs);
	return unit_main(s, NULL);
}
