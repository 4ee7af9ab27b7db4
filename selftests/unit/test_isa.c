/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* A1.1, A1.10: the table, the decoder, and print and assemble as inverses over every row. */
#include "selftests/unit/isa_sample.h"
#include "selftests/unit/unit.h"

enum { SAMPLES = 200 };

static struct isa_asm assemble(const char *text)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct isa_asm out;

	ck_assert_msg(!isa_asm(&d, "test", span_str(text), &out), "refused: %s", text);
	return out;
}

/* Print, assemble, compare; returns the text. */
static void check_round_trip(const struct bpf_insn *insn, u32 n, u32 flags)
{
	struct isa_text_opts opts = { .flags = flags };
	struct sbuf text = { 0 };
	struct isa_asm back;
	u32 taken = isa_print(&text, insn, n, &opts);

	if (taken < n)
		sbuf_putc(&text, '\n');
	if (taken < n)
		taken += isa_print(&text, insn + taken, n - taken, &opts);
	ck_assert_uint_eq(taken, n);
	back = assemble(sbuf_str(&text));
	ck_assert_uint_eq(back.refs.n, 0);
	ck_assert_msg(back.insns.n == n && !memcmp(back.insns.v, insn, n * sizeof(*insn)),
		      "`%s` comes back as another instruction", sbuf_str(&text));
	isa_asm_free(&back);
	sbuf_free(&text);
}

START_TEST(rows_decode_to_themselves)
{
	u64 rng = 1;

	for (u32 id = 1; id < ISA_N_OPS; id++) {
		const struct isa_op *op = isa_op(id);

		ck_assert_uint_eq(op->id, id);
		for (u32 i = 0; i < SAMPLES; i++) {
			enum isa_fault fault = ISA_FAULT_OPCODE;
			struct bpf_insn insn[2];

			sample_insn(op, &rng, insn);
			ck_assert_msg(isa_decode(insn, 2, &fault) == op, "%s: %s", op->name,
				      isa_fault_str(fault));
			ck_assert_int_eq(fault, ISA_FAULT_NONE);
		}
	}
}
END_TEST

START_TEST(rows_of_a_byte_lie_together)
{
	bool seen[256] = { false };

	for (u32 id = 1; id < ISA_N_OPS; id++) {
		u8 code = isa_op(id)->code;

		if (id > 1 && isa_op(id - 1)->code == code)
			continue;
		ck_assert_msg(!seen[code], "rows of byte %02x lie apart", code);
		seen[code] = true;
	}
}
END_TEST

START_TEST(text_of_every_row_comes_back)
{
	static const u32 flags[] = { 0, ISA_TEXT_DECIMAL, ISA_TEXT_ALU32 };
	u64 rng = 2;

	for (u32 id = 1; id < ISA_N_OPS; id++) {
		for (u32 i = 0; i < SAMPLES; i++) {
			struct bpf_insn insn[2];

			sample_insn(isa_op(id), &rng, insn);
			check_round_trip(insn, isa_op(id)->slots, flags[i % 3]);
		}
	}
}
END_TEST

START_TEST(text_of_any_bytes_comes_back)
{
	u64 rng = 3;

	for (u32 i = 0; i < 30000; i++) {
		struct bpf_insn insn[2];
		u8 bytes[8];

		put_u32(bytes, sample_random(&rng), false);
		put_u32(bytes + 4, (u32)sample_number(&rng), false);
		isa_load_insn(bytes, false, &insn[0]);
		put_u32(bytes, i & 1 ? 0 : sample_random(&rng), false);
		isa_load_insn(bytes, false, &insn[1]);
		if (i & 2)
			insn[0].code = BPF_LD | BPF_IMM | BPF_DW;
		check_round_trip(insn, 2, 0);
	}
}
END_TEST

struct fault_case {
	struct bpf_insn insn[2];
	u32 n;
	enum isa_fault fault;
};

START_TEST(faults_name_the_field)
{
	static const struct fault_case cases[] = {
		{ { { .code = 0xff } }, 1, ISA_FAULT_OPCODE },
		{ { { .code = 0x00 } }, 1, ISA_FAULT_OPCODE },
		{ { { .code = 0x95, .dst_reg = 1 } }, 1, ISA_FAULT_DST },
		{ { { .code = 0x07, .src_reg = 1 } }, 1, ISA_FAULT_SRC },
		{ { { .code = 0x85, .src_reg = 3 } }, 1, ISA_FAULT_SRC },
		{ { { .code = 0x18, .src_reg = 7 } }, 2, ISA_FAULT_SRC },
		{ { { .code = 0x0f, .off = 1 } }, 1, ISA_FAULT_OFF },
		{ { { .code = 0x3f, .off = 2 } }, 1, ISA_FAULT_OFF },
		{ { { .code = 0xbf, .off = 64 } }, 1, ISA_FAULT_OFF },
		{ { { .code = 0xbc, .off = 32 } }, 1, ISA_FAULT_OFF },
		{ { { .code = 0x0f, .imm = 1 } }, 1, ISA_FAULT_IMM },
		{ { { .code = 0xd4, .imm = 24 } }, 1, ISA_FAULT_IMM },
		{ { { .code = 0xdb, .imm = 0x60 } }, 1, ISA_FAULT_IMM },
		{ { { .code = 0xd3, .imm = 0 } }, 1, ISA_FAULT_IMM },
		{ { { .code = 0xbf, .off = 1, .imm = 2 } }, 1, ISA_FAULT_IMM },
		{ { { .code = 0x0f, .dst_reg = 11 } }, 1, ISA_FAULT_REG },
		{ { { .code = 0x0f, .src_reg = 15 } }, 1, ISA_FAULT_REG },
		{ { { .code = 0x18 } }, 1, ISA_FAULT_TRUNCATED },
		{ { { .code = 0x95 } }, 0, ISA_FAULT_TRUNCATED },
		{ { { .code = 0x18 }, { .code = 0x95 } }, 2, ISA_FAULT_SECOND },
		{ { { .code = 0x18 }, { .off = 1 } }, 2, ISA_FAULT_SECOND },
		{ { { .code = 0x18, .src_reg = 1 }, { .imm = 1 } }, 2, ISA_FAULT_SECOND },
	};

	for (u32 i = 0; i < ARRAY_SIZE(cases); i++) {
		enum isa_fault fault = ISA_FAULT_NONE;

		ck_assert_ptr_null(isa_decode(cases[i].insn, cases[i].n, &fault));
		ck_assert_msg(fault == cases[i].fault, "case %u: %s", i, isa_fault_str(fault));
	}
}
END_TEST

START_TEST(byte_orders_swap_register_nibbles)
{
	static const u8 little[8] = { 0x7b, 0x2a, 0xf8, 0xff, 0x78, 0x56, 0x34, 0x12 };
	static const u8 big[8] = { 0x7b, 0xa2, 0xff, 0xf8, 0x12, 0x34, 0x56, 0x78 };
	struct bpf_insn a, b;
	u8 out[8];

	isa_load_insn(little, HOST_BIG_ENDIAN, &a);
	isa_load_insn(big, !HOST_BIG_ENDIAN, &b);
	ck_assert_mem_eq(&a, &b, sizeof(a));
	ck_assert_uint_eq(a.dst_reg, 10);
	ck_assert_uint_eq(a.src_reg, 2);
	ck_assert_int_eq(a.off, -8);
	ck_assert_int_eq(a.imm, 0x12345678);
	isa_store_insn(out, HOST_BIG_ENDIAN, &a);
	ck_assert_mem_eq(out, little, 8);
	isa_store_insn(out, !HOST_BIG_ENDIAN, &a);
	ck_assert_mem_eq(out, big, 8);
}
END_TEST

static void check_regs(const char *text, u16 read, u16 written)
{
	struct isa_asm a = assemble(text);
	const struct isa_op *op = isa_decode(a.insns.v, a.insns.n, NULL);

	ck_assert_ptr_nonnull(op);
	ck_assert_msg(isa_regs_read(op, a.insns.v) == read, "%s reads %x", text,
		      isa_regs_read(op, a.insns.v));
	ck_assert_msg(isa_regs_written(op, a.insns.v) == written, "%s writes %x", text,
		      isa_regs_written(op, a.insns.v));
	isa_asm_free(&a);
}

START_TEST(registers_of_instructions)
{
	check_regs("r1 += r2", 1 << 1 | 1 << 2, 1 << 1);
	check_regs("r1 = r2", 1 << 2, 1 << 1);
	check_regs("r1 = 5", 0, 1 << 1);
	check_regs("r1 = -r1", 1 << 1, 1 << 1);
	check_regs("*(u32 *)(r3 + 0) = r4", 1 << 3 | 1 << 4, 0);
	check_regs("r3 = xchg_64(r4 + 0, r3)", 1 << 3 | 1 << 4, 1 << 3);
	check_regs("r0 = cmpxchg_64(r4 + 0, r0, r3)", 1 << 0 | 1 << 3 | 1 << 4, 1 << 0);
	check_regs("r3 = load_acquire((u64 *)(r4 + 0))", 1 << 4, 1 << 3);
	check_regs("r0 = *(u8 *)skb[r2]", 1 << 6 | 1 << 2, 0x3f);
	check_regs("call 1", 0x3e, 0x3f);
	check_regs("callx_imm r7", 0xbe, 0x3f);
	check_regs("callx r7", 0xbe, 0x3f);
	check_regs("exit", 1, 0);
	check_regs("if r1 == 5 goto +1", 1 << 1, 0);
	check_regs("r10 = 0", 0, 1 << 10);
}
END_TEST

START_TEST(targets)
{
	struct isa_asm a = assemble("x: goto x; gotol x; may_goto x; if r1 > 3 goto x; call x;"
				    "r1 = x ll; call 5; exit");
	s64 to = -1;

	for (u32 at = 0; at < 4; at++) {
		ck_assert(isa_jump_target(&a.insns.v[at], at, &to));
		ck_assert_int_eq(to, 0);
		ck_assert(!isa_call_target(&a.insns.v[at], at, &to));
	}
	for (u32 at = 4; at < 6; at++) {
		ck_assert(!isa_jump_target(&a.insns.v[at], at, &to));
		ck_assert(isa_call_target(&a.insns.v[at], at, &to));
		ck_assert_int_eq(to, 0);
	}
	ck_assert(!isa_call_target(&a.insns.v[7], 7, &to));
	ck_assert(!isa_jump_target(&a.insns.v[8], 8, &to));
	isa_asm_free(&a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("isa");

	unit_add(s, "table", rows_decode_to_themselves, rows_of_a_byte_lie_together,
		 faults_name_the_field, registers_of_instructions, targets);
	unit_add(s, "bytes", byte_orders_swap_register_nibbles);
	unit_add(s, "text", text_of_every_row_comes_back, text_of_any_bytes_comes_back);
	return unit_main(s, NULL);
}
