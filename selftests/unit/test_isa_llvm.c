/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A1.1: LLVM as a second opinion on the text. Samples of every row that LLVM 19 knows are printed,
 * assembled by llvm-mc and compared byte for byte; then llvm-objdump prints the same bytes and
 * the lines are compared.
 */
#include "selftests/unit/isa_sample.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SAMPLES = 40 };

/* A folder of its own for the files that go to and come from LLVM. */
struct peer {
	char dir[64];
	VEC(struct bpf_insn) insns;
	VEC(u32) starts;	/* first slot of each instruction */
};

static bool has_tools(void)
{
	return !system("command -v llvm-mc-19 llvm-objdump-19 llvm-objcopy-19 >/dev/null 2>&1");
}

static void peer_open(struct peer *p)
{
	*p = (struct peer){ .dir = "/tmp/isa-llvm-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(p->dir));
}

static void peer_close(struct peer *p)
{
	char cmd[128];

	snprintf(cmd, sizeof(cmd), "rm -r %s", p->dir);
	ck_assert_int_eq(system(cmd), 0);
	vec_free(&p->insns);
	vec_free(&p->starts);
}

static FILE *peer_file(const struct peer *p, const char *name, const char *mode)
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", p->dir, name);
	f = fopen(path, mode);
	ck_assert_msg(f != NULL, "cannot open %s", path);
	return f;
}

static void peer_run(const struct peer *p, const char *fmt, const char *arg)
{
	char cmd[400], shell[512];

	snprintf(cmd, sizeof(cmd), fmt, arg);
	snprintf(shell, sizeof(shell), "cd %s && %s", p->dir, cmd);
	ck_assert_msg(!system(shell), "failed: %s", cmd);
}

/* LLVM 19 has no acquire and release, no imm for ld_ind and no register in imm. */
static bool llvm_knows(const struct isa_op *op, const struct bpf_insn *insn)
{
	return op->effect != ISA_FX_LOAD_ACQ && op->effect != ISA_FX_STORE_REL &&
	       op->id != ISA_CALLX_IMM && !(op->oper == ISA_OPER_IND && insn->imm);
}

/* Pseudo sources have spellings of our own; llvm-mc 19 takes a gotol by number only where it fits
 * a goto. */
static bool llvm_can_say(const struct isa_op *op, const struct bpf_insn *insn)
{
	if (op->effect == ISA_FX_LD_IMM64)
		return op->oper == ISA_OPER_IMM64;
	if (op->effect == ISA_FX_CALL)
		return op->oper == ISA_OPER_HELPER;
	if (op->id == ISA_GOTOL)
		return insn->imm == (s16)insn->imm;
	return llvm_knows(op, insn);
}

static void add_samples(struct peer *p, bool (*wanted)(const struct isa_op *,
						       const struct bpf_insn *))
{
	u64 rng = 5;

	for (u32 i = 0; i < SAMPLES * ISA_N_OPS; i++) {
		const struct isa_op *op = isa_op(i % ISA_N_OPS);
		struct bpf_insn insn[2];

		if (op->id == ISA_OP_NONE)
			continue;
		sample_insn(op, &rng, insn);
		if (!wanted(op, insn))
			continue;
		ck_assert_int_eq(vec_append(&p->starts, &p->insns.n, 1), 0);
		ck_assert_int_eq(vec_append(&p->insns, insn, op->slots), 0);
	}
}

static void print_at(const struct peer *p, u32 at, u32 flags, struct sbuf *line)
{
	struct isa_text_opts opts = { .flags = flags };

	sbuf_trim(line, 0);
	isa_print(line, &p->insns.v[at], p->insns.n - at, &opts);
}

static void compare_bytes(const struct peer *p)
{
	FILE *f = peer_file(p, "text.bin", "r");
	struct sbuf line = { 0 };

	for (u32 i = 0; i < p->insns.n; i++) {
		struct bpf_insn got;
		u8 bytes[8];

		ck_assert_uint_eq(fread(bytes, 1, 8, f), 8);
		isa_load_insn(bytes, HOST_BIG_ENDIAN, &got);
		if (!memcmp(&got, &p->insns.v[i], sizeof(got)))
			continue;
		print_at(p, i, 0, &line);
		ck_abort_msg("llvm-mc reads `%s` as another instruction", sbuf_str(&line));
	}
	ck_assert_int_eq(fgetc(f), EOF);
	fclose(f);
	sbuf_free(&line);
}

START_TEST(llvm_reads_what_we_print)
{
	static const u32 flags[] = { 0, ISA_TEXT_DECIMAL, ISA_TEXT_ALU32 };
	struct sbuf line = { 0 };
	struct peer p;
	FILE *f;

	if (!has_tools())
		unit_skip("llvm-mc-19, llvm-objdump-19 or llvm-objcopy-19 is missing");
	peer_open(&p);
	add_samples(&p, llvm_can_say);
	f = peer_file(&p, "in.s", "w");
	for (u32 i = 0; i < p.starts.n; i++) {
		print_at(&p, p.starts.v[i], flags[i % 3], &line);
		fprintf(f, "%s\n", sbuf_str(&line));
	}
	fclose(f);
	peer_run(&p, "llvm-mc-19 -triple bpfel -mcpu=v4 -filetype=obj %s -o out.o", "in.s");
	peer_run(&p, "llvm-objcopy-19 -O binary --only-section=.text %s text.bin", "out.o");
	compare_bytes(&p);
	sbuf_free(&line);
	peer_close(&p);
}
END_TEST

/* An object with the instructions as data, which LLVM then disassembles. */
static void make_object(const struct peer *p)
{
	FILE *f = peer_file(p, "bytes.s", "w");

	for (u32 i = 0; i < p->insns.n; i++) {
		u8 b[8];

		isa_store_insn(b, HOST_BIG_ENDIAN, &p->insns.v[i]);
		fprintf(f, ".byte %u,%u,%u,%u,%u,%u,%u,%u\n", b[0], b[1], b[2], b[3], b[4], b[5],
			b[6], b[7]);
	}
	fclose(f);
	peer_run(p, "llvm-mc-19 -triple bpfel -filetype=obj %s -o bytes.o", "bytes.s");
}

/* `     12:\tr1 = 0x5 <.text+0x8>\n`: from behind the first tab to the annotation. */
static bool objdump_line(char *line, const char **text)
{
	char *tab = strchr(line, '\t'), *tail;

	if (!tab || !strchr(" 0123456789", line[0]))
		return false;
	tail = strstr(tab, " <.text");
	if (!tail)
		tail = strchr(tab, '\n');
	if (tail)
		*tail = 0;
	*text = tab + 1;
	return true;
}

static void compare_lines(const struct peer *p, u32 flags)
{
	FILE *f = peer_file(p, "dump.txt", "r");
	struct sbuf ours = { 0 };
	char line[256];
	const char *text;
	u32 i = 0;

	while (fgets(line, sizeof(line), f)) {
		if (!objdump_line(line, &text))
			continue;
		ck_assert_uint_lt(i, p->starts.n);
		print_at(p, p->starts.v[i++], flags | ISA_TEXT_LLVM, &ours);
		ck_assert_msg(!strcmp(sbuf_str(&ours), text), "ours: %s llvm: %s", sbuf_str(&ours),
			      text);
	}
	ck_assert_uint_eq(i, p->starts.n);
	fclose(f);
	sbuf_free(&ours);
}

START_TEST(llvm_prints_what_we_print)
{
	struct peer p;

	if (!has_tools())
		unit_skip("llvm-mc-19, llvm-objdump-19 or llvm-objcopy-19 is missing");
	peer_open(&p);
	add_samples(&p, llvm_knows);
	make_object(&p);
	peer_run(&p, "llvm-objdump-19 -d --no-show-raw-insn --mcpu=v4 %s > dump.txt", "bytes.o");
	compare_lines(&p, ISA_TEXT_ALU32);
	peer_run(&p, "llvm-objdump-19 -d --no-show-raw-insn --mcpu=v4 --no-print-imm-hex %s "
		 "> dump.txt", "bytes.o");
	compare_lines(&p, ISA_TEXT_ALU32 | ISA_TEXT_DECIMAL);
	peer_close(&p);
}
END_TEST

/* Without --mcpu narrow loads and stores have r registers (and 32-bit atomics don't decode). */
static bool is_narrow(const struct isa_op *op, const struct bpf_insn *insn)
{
	return op->effect == ISA_FX_LOAD || op->effect == ISA_FX_STORE ||
	       op->id == ISA_ATOMIC_ADD32;
}

START_TEST(llvm_prints_narrow_accesses_as_we_do)
{
	struct peer p;

	if (!has_tools())
		unit_skip("llvm-mc-19, llvm-objdump-19 or llvm-objcopy-19 is missing");
	peer_open(&p);
	add_samples(&p, is_narrow);
	make_object(&p);
	peer_run(&p, "llvm-objdump-19 -d --no-show-raw-insn %s > dump.txt", "bytes.o");
	compare_lines(&p, 0);
	peer_close(&p);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("isa_llvm");

	unit_add(s, "llvm", llvm_reads_what_we_print, llvm_prints_what_we_print,
		 llvm_prints_narrow_accesses_as_we_do);
	return unit_main(s, NULL);
}
