/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Objects that are larger than the pieces in which they are written. */
#include "lib/obj/obj.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/elf_sample.h"
#include "selftests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/elf/elf_file.h"
#include "uapi/elf.h"

enum { N_INSNS = 20000, DATA_SIZE = 200000 };

static struct caught c;

static void add_reloc(struct obj_sec *sec, u64 off, s64 addend, sym_id sym, u32 type)
{
	struct obj_reloc r = { .off = off, .addend = addend, .sym = sym, .type = type };

	ck_assert_int_eq(vec_append(&sec->relocs, &r, 1), 0);
}

/* A section, and a global symbol that is all of it. */
static struct obj_sec *add_sec(struct obj *o, const char *name, enum obj_sec_kind kind,
			       struct obj_sym *sym)
{
	struct obj_sec *sec;
	sym_id id;

	ck_assert_int_eq(obj_add_sec(o, name, kind, &sym->sec), 0);
	sym->bind = STB_GLOBAL;
	ck_assert_int_eq(obj_add_sym(o, sym, &id), 0);
	sec = obj_sec(o, sym->sec);
	sec->elf_type = SHT_PROGBITS;
	sec->align = 8;
	sec->size = sym->size;
	return sec;
}

/* Code with a 16-byte instruction across each border of a piece, and the fields that they refer
 * through; a line for each instruction. */
static void add_code(struct obj *o, sym_id data)
{
	struct bpf_insn mov = { .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 7 };
	struct obj_sym func = { .name = "f", .type = STT_FUNC, .size = N_INSNS * 8 };
	struct obj_sec *sec = add_sec(o, "xdp", OBJ_SEC_PROG, &func);

	sec->flags = SHF_ALLOC | SHF_EXECINSTR;
	for (u32 i = 0; i < N_INSNS; i++) {
		struct obj_line_info line = { .insn = i, .line_col = i << 10 };

		ck_assert_int_eq(vec_append(&sec->insns, &mov, 1), 0);
		ck_assert_int_eq(vec_append(&sec->line_infos, &line, 1), 0);
	}
	for (u32 at = 8191; at < N_INSNS; at += 8192) {
		sec->insns.v[at] = (struct bpf_insn){ .code = BPF_LD | BPF_IMM | BPF_DW };
		sec->insns.v[at + 1] = (struct bpf_insn){ 0 };
		add_reloc(sec, at * 8ull, at, data, R_BPF_64_64);
	}
	sec->insns.v[N_INSNS - 1].code = BPF_JMP | BPF_EXIT;
	sec->insns.v[N_INSNS - 1].imm = 0;
}

static sym_id add_data(struct obj *o)
{
	struct obj_sym var = { .name = "d", .type = STT_OBJECT, .size = DATA_SIZE };
	struct obj_sec *sec = add_sec(o, ".data", OBJ_SEC_DATA, &var);
	sym_id sym = { o->syms.n - 1 };

	sec->flags = SHF_ALLOC | SHF_WRITE;
	ck_assert_int_eq(vec_reserve(&sec->bytes, DATA_SIZE), 0);
	sec->bytes.n = DATA_SIZE;
	for (u32 i = 0; i < DATA_SIZE; i++)
		sec->bytes.v[i] = (u8)(i * 7);
	for (u64 border = ELF_OUT_PIECE; border < DATA_SIZE; border += ELF_OUT_PIECE) {
		memset(&sec->bytes.v[border - 3], 0, 8);
		add_reloc(sec, border - 3, 0x1234567, sym, R_BPF_64_ABS64);
	}
	return sym;
}

static struct obj *large_object(bool big_endian)
{
	struct obj *o;
	u32 id;

	catch_init(&c);
	ck_assert_int_eq(obj_new(&c.d, "large.o", big_endian, &o), 0);
	ck_assert_int_eq(btf_new(&o->btf), 0);
	ck_assert_int_eq(btf_add_int(o->btf, "int", 4, BTF_INT_SIGNED, &id), 0);
	add_code(o, add_data(o));
	ck_assert_msg(!obj_index(o), "%s", c.text);
	return o;
}

/* What was written is what is read, wherever fields fall. */
START_TEST(fields_cross_the_borders_of_pieces)
{
	for (int big = 0; big < 2; big++) {
		struct obj *o = large_object(big), *back;
		struct sbuf bytes = { 0 };

		ck_assert_int_eq(obj_write(o, &bytes), 0);
		ck_assert_msg(!obj_open_mem(&c.d, span_of(bytes.data, bytes.size), "large.o",
					    &back), "%s", c.text);
		ck_assert(obj_equal(o, back));
		obj_free(back);
		obj_free(o);
		sbuf_free(&bytes);
	}
}
END_TEST

static void check_file(const char *path, const struct sbuf *want)
{
	struct sbuf got = { 0 };

	ck_assert_int_eq(file_read(&c.d, path, &got), 0);
	ck_assert(span_eq(span_of(got.data, got.size), span_of(want->data, want->size)));
	sbuf_free(&got);
	unlink(path);
}

/* In memory, to a file, and to a file for the last time: the same bytes. */
START_TEST(all_ways_out_give_the_same_bytes)
{
	char dir[] = "/tmp/test_obj_write.XXXXXX", path[64];
	struct obj *o = large_object(false);
	struct sbuf bytes = { 0 };

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/out.o", dir);
	ck_assert_int_eq(obj_write(o, &bytes), 0);
	ck_assert_int_eq(obj_write_file(o, path), 0);
	check_file(path, &bytes);
	ck_assert_int_eq(obj_finish_file(o, path), 0);
	check_file(path, &bytes);
	sbuf_free(&bytes);
	rmdir(dir);
}
END_TEST

/* A full disk: said once, and nothing is left behind. */
START_TEST(a_file_that_cannot_be_written)
{
	char dir[] = "/tmp/test_obj_write.XXXXXX", path[64];
	struct obj *o = large_object(false);

	ck_assert_int_eq(obj_write_file(o, "/dev/full"), -ENOSPC);
	ck_assert_int_eq(c.code, DIAG_FILE_WRITE);
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/no/out.o", dir);
	ck_assert_int_eq(obj_finish_file(o, path), -ENOENT);
	ck_assert_int_eq(c.code, DIAG_FILE_WRITE);
	ck_assert_int_eq(rmdir(dir), 0);
}
END_TEST

static char *out_path;

static int write_it(void *user)
{
	return obj_write_file(user, out_path);
}

/* Also when memory runs out half way: an old file stays as it is. */
START_TEST(each_allocation_may_fail)
{
	char path[] = "/tmp/test_obj_write.XXXXXX";
	struct obj *o = large_object(false);
	int fd = mkstemp(path), err;
	struct stat st;

	ck_assert_int_ge(fd, 0);
	out_path = path;
	ck_assert_int_eq((int)write(fd, "old", 3), 3);
	fault_arm(3, true);
	err = obj_write_file(o, path);
	fault_disarm();
	ck_assert_int_eq(err, -ENOMEM);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 3);
	ck_assert_int_gt(fault_sweep(write_it, o), 0);
	close(fd);
	unlink(path);
	obj_free(o);
}
END_TEST

static Suite *write_suite(void)
{
	Suite *s = suite_create("obj_write");

	unit_add(s, "pieces", fields_cross_the_borders_of_pieces,
		 all_ways_out_give_the_same_bytes);
	unit_add(s, "faults", a_file_that_cannot_be_written, each_allocation_may_fail);
	return s;
}

int main(void)
{
	return unit_main(write_suite(), NULL);
}
