/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* lib/obj on hostile and broken input: each diagnostic once, truncation, bit flips, no memory. */
#include "lib/obj/obj.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/elf_sample.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "btf/ext.h"
#include "lib/base/file.h"
#include "uapi/elf.h"

static struct caught c;

static const u64 CODE = SHF_ALLOC | SHF_EXECINSTR, DATA = SHF_ALLOC | SHF_WRITE;

/* call -1; r1 = 0 ll; exit */
static const u8 code[32] = { 0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x18, 0x01, [24] = 0x95 };
static const u8 zeroes[64];

/* Write the sample, open it as an object. */
static int open_sample(const struct sample *s, struct obj **o)
{
	struct sbuf b;
	int err;

	catch_init(&c);
	sample_write(s, &b);
	err = obj_open_mem(&c.d, span_of(b.data, b.size), "bad.o", o);
	sbuf_free(&b);
	return err;
}

static void expect(const struct sample *s, int err, enum diag_id code_wanted)
{
	struct obj *o;

	ck_assert_int_eq(open_sample(s, &o), err);
	ck_assert_msg(c.code == (int)code_wanted, "%d: %s", c.code, c.text);
}

/* xdp with one function; section 1, symbol 1. */
static void one_function(struct sample *s)
{
	sample_init(s, false);
	sample_sec(s, "xdp", CODE, code, sizeof(code));
	sample_sym(s, "main", 1, 0, STT_FUNC);
	s->syms[0].size = sizeof(code);
}

START_TEST(sample_is_good)
{
	struct sample s;
	struct obj *o;

	one_function(&s);
	ck_assert_int_eq(open_sample(&s, &o), 0);
	ck_assert_uint_eq(o->funcs.n, 2);
	/* The call hits its own function; the compiler resolved that by itself. */
	ck_assert_uint_eq(o->secs.v[1].relocs.n, 1);
	ck_assert_uint_eq(obj_reloc_func(o, &o->secs.v[1].relocs.v[0]).i, 1);
	obj_free(o);
	/* A comment says which compiler it was, if it has bytes at all. */
	sample_sec(&s, ".comment", 0, NULL, 64);
	ck_assert_int_eq(open_sample(&s, &o), 0);
	obj_free(o);
}
END_TEST

START_TEST(wrong_machine)
{
	struct sample s;

	one_function(&s);
	s.out.machine = 62;
	expect(&s, -ENOTSUP, DIAG_OBJ_MACHINE);
	ck_assert_ptr_nonnull(strstr(c.text, "x86-64"));
	s.out.machine = 9999;
	expect(&s, -ENOTSUP, DIAG_OBJ_MACHINE);
}
END_TEST

START_TEST(legacy_maps)
{
	static const char *const names[] = { "maps", "maps/events" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct sample s;

		one_function(&s);
		sample_sec(&s, names[i], DATA, zeroes, 20);
		expect(&s, -ENOTSUP, DIAG_OBJ_LEGACY_MAPS);
	}
}
END_TEST

START_TEST(malformed_sections)
{
	struct sample s;

	one_function(&s);
	sample_sec(&s, "xdp", CODE, code + 24, 8);
	expect(&s, -ENOTSUP, DIAG_OBJ_DUP_SECTION);
	one_function(&s);
	sample_sec(&s, ".BTF", 0, zeroes, 24);
	sample_sec(&s, ".BTF", 0, zeroes, 24);
	expect(&s, -ENOTSUP, DIAG_OBJ_DUP_SECTION);
	sample_init(&s, false);
	sample_sec(&s, ".bss", DATA, NULL, 1ull << 32);
	expect(&s, -E2BIG, DIAG_OBJ_SEC_TOO_BIG);
	sample_init(&s, false);
	sample_sec(&s, "xdp", CODE, NULL, 64);
	expect(&s, -EINVAL, DIAG_OBJ_NO_BYTES);
	sample_init(&s, false);
	sample_sec(&s, ".maps", DATA, NULL, 64);
	expect(&s, -EINVAL, DIAG_OBJ_NO_BYTES);
	sample_init(&s, false);
	sample_sec(&s, ".text", DATA, zeroes, 8);
	expect(&s, -EINVAL, DIAG_OBJ_SEC_NAME);
	sample_init(&s, false);
	sample_sec(&s, ".bss", CODE, code, 8);
	expect(&s, -EINVAL, DIAG_OBJ_SEC_NAME);
	sample_init(&s, false);
	sample_sec(&s, "xdp", CODE, code, 12);
	expect(&s, -EINVAL, DIAG_OBJ_CODE_SIZE);
	sample_init(&s, false);
	sample_sec(&s, "xdp", CODE, code + 8, 8);
	expect(&s, -EINVAL, DIAG_OBJ_CODE_CUT);
	sample_init(&s, false);
	sample_sec(&s, "version", DATA, zeroes, 8);
	expect(&s, -EINVAL, DIAG_OBJ_VERSION);
}
END_TEST

/* Which bytes, where, of which type, against which symbol, and what comes of it. */
struct rel_row {
	u32 sec; /* 1 xdp, 2 .data, 3 .bss */
	struct elf_rel rel;
	enum diag_id code; /* 0: opens */
};

/* Symbols: 1 main, 2 wanted, 3 in a section that is dropped, 4 thread-local, 5 without name. */
static void check_rel(const struct rel_row *row)
{
	struct sample s;
	struct obj *o;

	one_function(&s);
	sample_sec(&s, ".data", DATA, zeroes, 16);
	sample_sec(&s, ".bss", DATA, NULL, 16);
	sample_sec(&s, ".debug_info", 0, zeroes, 16);
	sample_rel(&s, row->sec, &row->rel, 1);
	sample_sym(&s, "wanted", 0, 0, STT_NOTYPE);
	sample_sym(&s, "gone", 4, 0, STT_OBJECT);
	sample_sym(&s, "tls", 2, 0, STT_TLS);
	sample_sym(&s, "", 2, 0, STT_OBJECT);
	sample_sym(&s, "data", 2, 0, STT_OBJECT);
	/* What is patched comes first. */
	s.secs[0].bytes = span_of(code + 8, 24);
	s.syms[0].size = 24;
	s.syms[3].type = row->rel.sym == 4 ? STT_TLS : STT_OBJECT;
	s.syms[4].bind = STB_LOCAL;
	if (open_sample(&s, &o)) {
		ck_assert_msg(c.code == (int)row->code, "%d: %s", c.code, c.text);
		return;
	}
	ck_assert_int_eq(row->code, 0);
	obj_free(o);
}

START_TEST(malformed_relocations)
{
	static const struct rel_row rows[] = {
		{ 1, { 0, R_BPF_64_64, 2, 0 }, 0 },
		{ 1, { 0, R_BPF_64_64, 0, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 4, R_BPF_64_64, 2, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 8, R_BPF_64_64, 2, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 16, R_BPF_64_64, 2, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 0, R_BPF_64_32, 2, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 0, R_BPF_64_ABS64, 2, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 0, R_BPF_64_ABS32, 2, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 0, R_BPF_64_64, 3, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 0, R_BPF_64_64, 4, 0 }, DIAG_OBJ_RELOC },
		{ 1, { 0, R_BPF_64_64, 5, 0 }, 0 },
		{ 1, { 0, 5, 2, 0 }, DIAG_OBJ_RELOC_TYPE },
		{ 1, { 0, 255, 2, 0 }, DIAG_OBJ_RELOC_TYPE },
		{ 1, { 0, R_BPF_64_NODYLD32, 2, 0 }, 0 },
		{ 2, { 0, R_BPF_64_ABS64, 6, 0 }, 0 },
		{ 2, { 8, R_BPF_64_ABS64, 2, 0 }, 0 },
		{ 2, { 9, R_BPF_64_ABS64, 2, 0 }, DIAG_OBJ_RELOC },
		{ 2, { 13, R_BPF_64_ABS32, 2, 0 }, DIAG_OBJ_RELOC },
		{ 2, { 0, R_BPF_64_64, 2, 0 }, 0 },
		{ 2, { 12, R_BPF_64_32, 2, 0 }, 0 },
		{ 2, { 13, R_BPF_64_32, 2, 0 }, DIAG_OBJ_RELOC },
		{ 3, { 0, R_BPF_64_ABS64, 2, 0 }, DIAG_OBJ_RELOC },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_rel(&rows[i]);
}
END_TEST

START_TEST(calls_of_what_is_no_function)
{
	static const struct elf_rel call = { 0, R_BPF_64_32, 2, 0 };
	struct sample s;

	one_function(&s);
	sample_sec(&s, ".data", DATA, zeroes, 16);
	sample_rel(&s, 1, &call, 1);
	sample_sym(&s, "data", 2, 0, STT_OBJECT);
	expect(&s, -EINVAL, DIAG_OBJ_RELOC);
	ck_assert_ptr_nonnull(strstr(c.text, "calls data"));
	/* Behind the end of the code. */
	s.syms[1] = (struct elf_out_sym){ "end", 32, 0, 1, STT_NOTYPE, STB_GLOBAL, 0 };
	expect(&s, -EINVAL, DIAG_OBJ_RELOC);
	ck_assert_ptr_nonnull(strstr(c.text, "outside"));
}
END_TEST

START_TEST(relocations_of_the_same_bytes)
{
	static const struct elf_rel twice[] = { { 0, R_BPF_64_ABS64, 1, 0 },
						{ 4, R_BPF_64_ABS64, 1, 0 } };
	static const struct elf_rel apart[] = { { 8, R_BPF_64_ABS64, 1, 0 },
						{ 0, R_BPF_64_ABS32, 1, 0 } };
	struct sample s;
	struct obj *o;

	sample_init(&s, false);
	sample_sec(&s, ".data", DATA, zeroes, 16);
	sample_sym(&s, "wanted", 0, 0, STT_NOTYPE);
	sample_rel(&s, 1, twice, 2);
	expect(&s, -EINVAL, DIAG_OBJ_RELOC);
	s.secs[1].rels = apart;
	ck_assert_int_eq(open_sample(&s, &o), 0);
	ck_assert_uint_eq(o->secs.v[1].relocs.v[0].off, 0);
	obj_free(o);
}
END_TEST

START_TEST(malformed_symbols)
{
	static const struct {
		u64 value, size;
		u8 type, bind;
		u32 sec;
	} rows[] = {
		{ 40, 0, STT_FUNC, STB_GLOBAL, 1 },
		{ 0, 40, STT_FUNC, STB_GLOBAL, 1 },
		{ 4, 8, STT_FUNC, STB_GLOBAL, 1 },
		{ 0, 12, STT_FUNC, STB_GLOBAL, 1 },
		{ 0, UINT64_MAX, STT_FUNC, STB_LOCAL, 1 },
		{ 0, 8, 10, STB_GLOBAL, 1 },
		{ 0, 8, STT_FUNC, 10, 1 },
		{ 0, 0, STT_TLS, STB_GLOBAL, 1 },
		{ 3, 8, STT_OBJECT, STB_GLOBAL, ELF_SEC_COMMON },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sample s;

		one_function(&s);
		s.secs[0].bytes = span_of(code + 8, 24);
		s.syms[0] = (struct elf_out_sym){ "main",
						  rows[i].value,
						  rows[i].size,
						  rows[i].sec,
						  rows[i].type,
						  rows[i].bind,
						  0 };
		expect(&s, -EINVAL, DIAG_OBJ_SYMBOL);
	}
}
END_TEST

START_TEST(symbols_twice)
{
	struct sample s;

	one_function(&s);
	s.secs[0].bytes = span_of(code + 8, 24);
	s.syms[0].size = 24;
	sample_sym(&s, "main", 0, 0, STT_NOTYPE);
	expect(&s, -EINVAL, DIAG_OBJ_DUP_SYMBOL);
}
END_TEST

START_TEST(functions_cut_an_instruction)
{
	/* r0 = 0 ll (two slots), r0 = 0, exit */
	static const u8 wide[32] = { [0] = 0x18, [16] = 0xb7, [24] = 0x95 };
	static const struct {
		u64 value, size;
		bool good;
	} rows[] = { { 0, 8, false }, { 8, 24, false }, { 8, 0, false },
		     { 0, 16, true }, { 0, 32, true },	{ 16, 16, true } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct sample s;
		struct obj *o;

		one_function(&s);
		s.secs[0].bytes = span_of(wide, sizeof(wide));
		s.syms[0].value = rows[i].value;
		s.syms[0].size = rows[i].size;
		if (!rows[i].good) {
			expect(&s, -EINVAL, DIAG_OBJ_SYMBOL);
			continue;
		}
		ck_assert_int_eq(open_sample(&s, &o), 0);
		obj_free(o);
	}
}
END_TEST

START_TEST(functions_overlap)
{
	struct sample s;
	struct obj *o;

	one_function(&s);
	s.secs[0].bytes = span_of(code + 8, 24);
	s.syms[0].size = 24;
	sample_sym(&s, "inside", 1, 16, STT_FUNC);
	expect(&s, -EINVAL, DIAG_OBJ_FUNC_OVERLAP);
	/* A label inside of a function is no function. */
	s.syms[1].type = STT_NOTYPE;
	ck_assert_int_eq(open_sample(&s, &o), 0);
	ck_assert_uint_eq(o->funcs.n, 2);
	obj_free(o);
	/* In assembly without sizes labels are all there is. */
	s.syms[0].type = STT_NOTYPE;
	s.syms[0].size = 0;
	ck_assert_int_eq(open_sample(&s, &o), 0);
	ck_assert_uint_eq(o->funcs.n, 3);
	ck_assert_uint_eq(o->funcs.v[1].n_insns, 2);
	ck_assert_uint_eq(o->funcs.v[2].n_insns, 1);
	obj_free(o);
}
END_TEST

/* Several names of one place make one function, named by the strongest (A3.10). */
START_TEST(aliases)
{
	struct sample s;
	struct obj *o;

	one_function(&s);
	s.secs[0].bytes = span_of(code + 8, 24);
	s.syms[0] = (struct elf_out_sym){ "local", 0, 24, 1, STT_FUNC, STB_LOCAL, 0 };
	sample_sym(&s, "weak", 1, 0, STT_FUNC);
	sample_sym(&s, "strong", 1, 0, STT_FUNC);
	s.syms[1].bind = STB_WEAK;
	s.syms[1].size = s.syms[2].size = 24;
	ck_assert_int_eq(open_sample(&s, &o), 0);
	ck_assert_uint_eq(o->funcs.n, 2);
	ck_assert_str_eq(obj_func_name(o, (func_id){ 1 }), "strong");
	ck_assert_uint_eq(obj_find_func(o, "weak").i, 1);
	ck_assert(o->funcs.v[1].is_entry);
	obj_free(o);
}
END_TEST

START_TEST(calls_out_of_the_section)
{
	static const s32 targets[] = { -2, 2, INT32_MAX, INT32_MIN };

	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		u8 insns[16] = { 0x85, 0x10, [8] = 0x95 };
		struct sample s;

		put_u32(insns + 4, (u32)targets[i], HOST_BIG_ENDIAN);
		sample_init(&s, false);
		sample_sec(&s, "xdp", CODE, insns, sizeof(insns));
		expect(&s, -EINVAL, DIAG_OBJ_CALL_OUTSIDE);
	}
}
END_TEST

/* --- BTF ------------------------------------------------------------------------------------- */

/* Records of .BTF.ext about a section that is not there are a warning, behind its end an error. */
START_TEST(records_of_btf_ext)
{
	static const struct {
		const char *sec;
		u32 off;
		int err;
		enum diag_id code;
	} rows[] = {
		{ "xdp", 0, 0, 0 },
		{ "xdp", 8, -EINVAL, DIAG_OBJ_EXT_OFFSET },
		{ "tc", 0, 0, DIAG_OBJ_EXT_NO_SECTION },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bpf_line_info line = { .insn_off = rows[i].off };
		struct sbuf types = { 0 }, ext = { 0 };
		struct btf_ext *x;
		struct sample s;
		struct obj *o;
		struct btf *b;
		u32 name;

		ck_assert_int_eq(btf_new(&b), 0);
		ck_assert_int_eq(btf_add_str(b, rows[i].sec, &name), 0);
		ck_assert_int_eq(btf_ext_new(&x), 0);
		ck_assert_int_eq(btf_ext_add_line_sec(x, name), 0);
		ck_assert_int_eq(btf_ext_add_line(x, &line), 0);
		ck_assert_int_eq(btf_write(b, false, &types), 0);
		ck_assert_int_eq(btf_ext_write(x, false, &ext), 0);
		sample_init(&s, false);
		sample_sec(&s, "xdp", CODE, code + 24, 8);
		sample_sec(&s, ".BTF", 0, types.data, types.size);
		sample_sec(&s, ".BTF.ext", 0, ext.data, ext.size);
		ck_assert_int_eq(open_sample(&s, &o), rows[i].err);
		ck_assert_int_eq(c.code, rows[i].code);
		if (!rows[i].err)
			obj_free(o);
		sbuf_free(&types);
		sbuf_free(&ext);
		btf_ext_free(x);
		btf_free(b);
	}
}
END_TEST

START_TEST(variable_behind_its_section)
{
	struct sbuf types = { 0 };
	struct sample s;
	struct btf *b;
	u32 int_id, var;

	ck_assert_int_eq(btf_new(&b), 0);
	btf_add_int(b, "int", 4, 0, &int_id);
	btf_add_var(b, "gone", BTF_VAR_STATIC, int_id, &var);
	btf_add_datasec(b, ".data", 0, NULL);
	btf_add_secinfo(b, var, 16, 4);
	ck_assert_int_eq(btf_write(b, false, &types), 0);
	sample_init(&s, false);
	sample_sec(&s, ".data", DATA, zeroes, 8);
	sample_sec(&s, ".BTF", 0, types.data, types.size);
	expect(&s, -EINVAL, DIAG_OBJ_DATASEC);
	sbuf_free(&types);
	btf_free(b);
}
END_TEST

/* --- damage ---------------------------------------------------------------------------------- */

static bool load_fixture(const char *name, struct sbuf *b)
{
	char path[4096];

	*b = (struct sbuf){ 0 };
	snprintf(path, sizeof(path), PROGS_DIR "/%s.o", name);
	catch_init(&c);
	return !access(path, R_OK) && !file_read(&c.d, path, b);
}

static void open_copy(const char *data, size_t n)
{
	u8 *copy = malloc(n ? n : 1);
	struct obj *o;
	int err;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, data, n);
	catch_init(&c);
	err = obj_open_mem(&c.d, span_of(copy, n), "damaged.o", &o);
	free(copy);
	if (err)
		ck_assert_uint_gt(c.d.n_errors, 0);
	else
		obj_free(o);
}

static const char *const fixtures[] = { "kinds_maps.stripped", "mapping_dummy.stripped",
					"kinds_externs.stripped" };

START_TEST(truncation_at_each_byte)
{
	for (size_t i = 0; i < ARRAY_SIZE(fixtures); i++) {
		struct sbuf b;

		if (!load_fixture(fixtures[i], &b))
			unit_skip("%s was not built", fixtures[i]);
		for (size_t n = 0; n < b.size; n++) {
			open_copy(b.data, n);
			ck_assert_uint_gt(c.d.n_errors, 0);
		}
		sbuf_free(&b);
	}
}
END_TEST

START_TEST(each_bit_flipped)
{
	struct sbuf b;

	if (!load_fixture("mapping_dummy.stripped", &b))
		unit_skip("mapping_dummy was not built");
	for (size_t bit = 0; bit < b.size * 8; bit++) {
		b.data[bit / 8] ^= (char)(1 << bit % 8);
		open_copy(b.data, b.size);
		b.data[bit / 8] ^= (char)(1 << bit % 8);
	}
	sbuf_free(&b);
}
END_TEST

static int read_and_write(void *user)
{
	const struct sbuf *b = user;
	struct sbuf out = { 0 };
	struct obj *o;
	int err;

	catch_init(&c);
	err = obj_open_mem(&c.d, span_of(b->data, b->size), "fixture.o", &o);
	if (err)
		return err;
	err = obj_write(o, &out);
	sbuf_free(&out);
	obj_free(o);
	return err;
}

START_TEST(allocation_faults)
{
	for (size_t i = 0; i < ARRAY_SIZE(fixtures); i++) {
		struct sbuf b;

		if (!load_fixture(fixtures[i], &b))
			unit_skip("%s was not built", fixtures[i]);
		ck_assert_int_gt(fault_sweep(read_and_write, &b), 0);
		sbuf_free(&b);
	}
}
END_TEST

/* Many sections, symbols, relocations of each name: time must stay in proportion. */
/* An addend of its own in front of the one in the field: the sum has to be whole instructions, also
 * where what is called isn't here. */
START_TEST(calls_into_instructions_of_others)
{
	for (u64 addend = 0; addend <= 8; addend += 4) {
		struct sample s;
		struct obj *o;
		u64 rela[3] = { 0, 0, addend };

		one_function(&s);
		rela[1] = ELF64_R_INFO(sample_sym(&s, "other", 0, 0, STT_NOTYPE), R_BPF_64_32);
		sample_sec(&s, ".relaxdp", 0, rela, sizeof(rela));
		s.secs[1].type = SHT_RELA;
		s.secs[1].link = 3;
		s.secs[1].info = 1;
		s.secs[1].entsize = sizeof(rela);
		if (addend % 8) {
			expect(&s, -EINVAL, DIAG_OBJ_RELOC);
			continue;
		}
		ck_assert_msg(!open_sample(&s, &o), "%s", c.text);
		ck_assert_int_eq(o->secs.v[1].relocs.v[0].addend, addend);
		obj_free(o);
	}
}
END_TEST

START_TEST(large_inputs_take_linear_time)
{
	enum { N = 200000 };
	struct elf_out_sym *syms = calloc(N, sizeof(*syms));
	struct elf_rel *rels = calloc(N, sizeof(*rels));
	u8 *insns = calloc(N, 16);
	struct elf_out_sec secs[] = {
		{ .name = "xdp",
		  .type = SHT_PROGBITS,
		  .flags = CODE,
		  .align = 8,
		  .bytes = span_of(insns, N * 16) },
		{ .name = ".relxdp",
		  .type = SHT_REL,
		  .align = 8,
		  .entsize = ELF64_REL_SIZE,
		  .rel_of = 1,
		  .rels = rels,
		  .n_rels = N },
	};
	struct elf_out out = {
		.machine = EM_BPF, .secs = secs, .n_secs = 2, .syms = syms, .n_syms = N
	};
	struct sbuf b = { 0 };
	struct obj *o;

	catch_init(&c);
	for (u32 i = 0; i < N; i++) {
		insns[i * 16] = 0x18;
		rels[N - 1 - i] =
			(struct elf_rel){ .off = i * 16ull, .type = R_BPF_64_64, .sym = i + 1 };
		syms[i] = (struct elf_out_sym){
			.name = "same", .sec = 1, .value = i * 16ull, .size = 16, .type = STT_FUNC
		};
	}
	ck_assert_int_eq(elf_write(&c.d, &out, &b), 0);
	ck_assert_msg(!obj_open_mem(&c.d, span_of(b.data, b.size), "large.o", &o), "%s", c.text);
	ck_assert_uint_eq(o->funcs.n, N + 1);
	obj_free(o);
	sbuf_free(&b);
	free(insns);
	free(rels);
	free(syms);
}
END_TEST

static Suite *obj_bad_suite(void)
{
	Suite *s = suite_create("obj_bad");

	unit_add(s, "elf", sample_is_good, wrong_machine, legacy_maps, malformed_sections,
		 malformed_relocations, calls_of_what_is_no_function,
		 relocations_of_the_same_bytes, calls_into_instructions_of_others,
		 malformed_symbols, symbols_twice, functions_cut_an_instruction,
		 functions_overlap, aliases, calls_out_of_the_section);
	unit_add(s, "btf", records_of_btf_ext, variable_behind_its_section);
	unit_add(s, "damage", truncation_at_each_byte, each_bit_flipped, allocation_faults,
		 large_inputs_take_linear_time);
	return s;
}

int main(void)
{
	return unit_main(obj_bad_suite(), NULL);
}
