/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* lib/elf: what is written reads back the same, and nothing malformed gets past the door. */
#include "lib/elf/elf_file.h"
#include "selftests/fault_malloc.h"
#include "selftests/unit/elf_sample.h"
#include "selftests/unit/unit.h"

#include <stdlib.h>
#include <unistd.h>

#include "uapi/elf.h"

static struct caught c;

static const u8 code[32] = { 0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x95 };
static const struct elf_rel rels[] = { { .off = 0, .type = R_BPF_64_32, .sym = 2 },
				       { .off = 8, .type = R_BPF_64_64, .sym = 3 } };

/* Sections 1 text, 2 .bss, 3 its relocations; the local symbol is given last and written first. */
static void make_sample(struct sample *s, bool big_endian)
{
	sample_init(s, big_endian);
	sample_sec(s, "text", SHF_ALLOC | SHF_EXECINSTR, code, sizeof(code));
	sample_sec(s, ".bss", SHF_ALLOC | SHF_WRITE, NULL, 4096);
	sample_rel(s, 1, rels, 2);
	sample_sym(s, "main", 1, 16, STT_FUNC);
	sample_sym(s, "wanted", 0, 0, STT_NOTYPE);
	sample_sym(s, "", 2, 0, STT_SECTION);
	sample_sym(s, "absolute", ELF_SEC_ABS, 77, STT_NOTYPE);
	sample_sym(s, "common", ELF_SEC_COMMON, 8, STT_OBJECT);
	s->syms[0].size = 16;
	s->syms[1].bind = STB_WEAK;
	s->syms[1].vis = STV_HIDDEN;
	catch_init(&c);
}

static void write_sample(struct sbuf *out)
{
	struct sample s;

	make_sample(&s, false);
	sample_write(&s, out);
}

static int open_bytes(const struct sbuf *b, struct elf_file **f)
{
	return elf_open_mem(&c.d, span_of(b->data, b->size), "sample.o", f);
}

static void check_read_back(struct elf_file *f)
{
	struct elf_rels found;
	struct span bytes;

	ck_assert_uint_eq(f->n_secs, 6);
	ck_assert_str_eq(f->secs[1].name, "text");
	ck_assert_uint_eq(f->secs[2].type, SHT_NOBITS);
	ck_assert_uint_eq(f->secs[2].size, 4096);
	ck_assert_int_eq(elf_sec_bytes(&c.d, f, 1, &bytes), 0);
	ck_assert(span_eq(bytes, span_of(code, sizeof(code))));
	ck_assert_int_eq(elf_sec_bytes(&c.d, f, 2, &bytes), 0);
	ck_assert_uint_eq(bytes.size, 0);
	ck_assert_uint_eq(f->n_syms, 6);
	ck_assert_uint_eq(f->syms[1].type, STT_SECTION);
	ck_assert_str_eq(f->syms[2].name, "main");
	ck_assert_uint_eq(f->syms[2].value, 16);
	ck_assert_uint_eq(f->syms[2].size, 16);
	ck_assert_uint_eq(f->syms[3].bind, STB_WEAK);
	ck_assert_uint_eq(f->syms[3].vis, STV_HIDDEN);
	ck_assert_uint_eq(f->syms[4].sec, ELF_SEC_ABS);
	ck_assert_uint_eq(f->syms[5].sec, ELF_SEC_COMMON);
	ck_assert_uint_eq(f->secs[f->symtab].info, 2);
	ck_assert_int_eq(elf_rels(&c.d, f, 3, &found), 0);
	ck_assert_uint_eq(found.n, 2);
	ck_assert_str_eq(f->syms[elf_rel_at(&found, 0).sym].name, "wanted");
	ck_assert_uint_eq(elf_rel_at(&found, 1).sym, 1);
	ck_assert_uint_eq(elf_rel_at(&found, 1).type, R_BPF_64_64);
}

START_TEST(written_file_reads_back)
{
	for (int big = 0; big < 2; big++) {
		struct elf_file *f;
		struct sample s;
		struct sbuf b;

		make_sample(&s, big);
		sample_write(&s, &b);
		ck_assert_int_eq(open_bytes(&b, &f), 0);
		ck_assert_int_eq(f->big_endian, big);
		ck_assert_uint_eq(f->machine, EM_BPF);
		check_read_back(f);
		elf_close(f);
		sbuf_free(&b);
	}
}
END_TEST

START_TEST(descriptor_reads_like_memory)
{
	struct elf_file *f;
	struct sbuf b;
	FILE *tmp = tmpfile();

	write_sample(&b);
	ck_assert_ptr_nonnull(tmp);
	ck_assert_uint_eq(fwrite(b.data, 1, b.size, tmp), b.size);
	fflush(tmp);
	ck_assert_int_eq(elf_open_fd(&c.d, fileno(tmp), "sample.o", &f), 0);
	check_read_back(f);
	elf_close(f);
	fclose(tmp);
	sbuf_free(&b);
}
END_TEST

/* A file that shrinks under our hands is a read error. */
START_TEST(shrinking_file_is_an_error)
{
	struct elf_file *f;
	struct span bytes;
	struct sbuf b;
	FILE *tmp = tmpfile();

	write_sample(&b);
	ck_assert_uint_eq(fwrite(b.data, 1, b.size, tmp), b.size);
	fflush(tmp);
	ck_assert_int_eq(elf_open_fd(&c.d, fileno(tmp), "sample.o", &f), 0);
	ck_assert_int_eq(ftruncate(fileno(tmp), 64), 0);
	ck_assert_int_eq(elf_sec_bytes(&c.d, f, 1, &bytes), -EIO);
	ck_assert_int_eq(c.code, DIAG_ELF_READ);
	elf_close(f);
	fclose(tmp);
	sbuf_free(&b);
}
END_TEST

/* Archives, bitcode, text and so on are each called by their names. */
START_TEST(foreign_formats_are_named)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *words;
	} rows[] = {
		{ "BC\xc0\xde\x35\x14", 6, "LLVM bitcode" },
		{ "\xde\xc0\x17\x0b\0\0\0\0", 8, "wrapped LLVM bitcode" },
		{ "!<arch>\nfoo.o/", 14, "an ar archive" },
		{ "!<thin>\n", 8, "a thin ar archive" },
		{ "\x9f\xeb\x01\0\x18\0\0\0", 8, "raw BTF" },
		{ "\x1f\x8b\x08", 3, "gzip" },
		{ "int main;\n", 10, "text" },
		{ "\x7f" "ELF\x01\x01\x01", 7, "a 32-bit ELF file" },
		{ "\0\1\2\3", 4, "of an unknown format" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct elf_file *f;

		catch_init(&c);
		ck_assert_int_eq(elf_open_mem(&c.d, span_of(rows[i].bytes, rows[i].size), "x", &f),
				 -ENOTSUP);
		ck_assert_int_eq(c.code, DIAG_ELF_FOREIGN);
		ck_assert_ptr_nonnull(strstr(c.text, rows[i].words));
		ck_assert_str_ne(c.help, "");
	}
}
END_TEST

START_TEST(empty_file_is_named)
{
	struct elf_file *f;

	catch_init(&c);
	ck_assert_int_eq(elf_open_mem(&c.d, SPAN_NONE, "x", &f), -EINVAL);
	ck_assert_int_eq(c.code, DIAG_ELF_EMPTY);
}
END_TEST

START_TEST(pipe_is_refused)
{
	struct elf_file *f;
	int fds[2];

	catch_init(&c);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(elf_open_fd(&c.d, fds[0], "pipe", &f), -EIO);
	ck_assert_int_eq(c.code, DIAG_ELF_READ);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* --- malformed headers ----------------------------------------------------------------------- */

/* Where a member of section header i lies in a little-endian file. */
static u8 *shdr(const struct sbuf *b, u32 i, u32 member)
{
	return (u8 *)b->data + get_u64(b->data + 40, HOST_BIG_ENDIAN) + i * 64 + member;
}

enum { SH_NAME = 0, SH_TYPE = 4, SH_FLAGS = 8, SH_OFFSET = 24, SH_SIZE = 32, SH_LINK = 40,
       SH_INFO = 44, SH_ALIGN = 48, SH_ENTSIZE = 56 };

START_TEST(malformed_elf_headers)
{
	static const struct {
		u32 off;
		u8 value;
		enum diag_id code;
	} rows[] = {
		{ EI_CLASS, 3, DIAG_ELF_HEADER },    { EI_DATA, 0, DIAG_ELF_HEADER },
		{ EI_DATA, 3, DIAG_ELF_HEADER },     { EI_VERSION, 0, DIAG_ELF_HEADER },
		{ 16, 0, DIAG_ELF_NOT_RELOCATABLE }, { 16, 2, DIAG_ELF_NOT_RELOCATABLE },
		{ 16, 3, DIAG_ELF_NOT_RELOCATABLE }, { 16, 4, DIAG_ELF_NOT_RELOCATABLE },
		{ 20, 0, DIAG_ELF_HEADER },	     { 47, 0xff, DIAG_ELF_HEADER },
		{ 52, 0, DIAG_ELF_HEADER },	     { 58, 40, DIAG_ELF_HEADER },
		{ 61, 0xf0, DIAG_ELF_HEADER },	     { 62, 0, DIAG_ELF_HEADER },
		{ 62, 99, DIAG_ELF_HEADER },	     { 62, 1, DIAG_ELF_SECTION },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct elf_file *f;
		struct sbuf b;

		write_sample(&b);
		b.data[rows[i].off] = (char)rows[i].value;
		ck_assert_int_lt(open_bytes(&b, &f), 0);
		ck_assert_msg(c.code == (int)rows[i].code, "row %zu: %d", i, c.code);
		sbuf_free(&b);
	}
}
END_TEST

START_TEST(malformed_section_headers)
{
	/* Sections: 1 text, 2 .bss, 3 .rel, 4 .symtab, 5 .strtab */
	static const struct {
		u32 sec, member;
		u64 value;
	} rows[] = {
		{ 1, SH_OFFSET, 1 << 20 },
		{ 1, SH_SIZE, UINT64_MAX },
		{ 1, SH_ALIGN, 3 },
		{ 1, SH_ALIGN, 1u << 31 },
		{ 1, SH_NAME, 1 << 20 },
		{ 1, SH_TYPE, SHT_SYMTAB },
		{ 1, SH_TYPE, SHT_SYMTAB_SHNDX },
		{ 4, SH_ENTSIZE, 16 },
		{ 4, SH_SIZE, 30 },
		{ 4, SH_LINK, 0 },
		{ 4, SH_LINK, 1 },
		{ 4, SH_LINK, 99 },
		{ 5, SH_TYPE, SHT_PROGBITS },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct elf_file *f;
		struct sbuf b;
		bool word = rows[i].member == SH_NAME || rows[i].member == SH_TYPE ||
			    rows[i].member == SH_LINK;
		u8 *at;

		write_sample(&b);
		at = shdr(&b, rows[i].sec, rows[i].member);
		if (word)
			put_u32(at, (u32)rows[i].value, HOST_BIG_ENDIAN);
		else
			put_u64(at, rows[i].value, HOST_BIG_ENDIAN);
		ck_assert_msg(open_bytes(&b, &f) == -EINVAL, "row %zu", i);
		ck_assert_msg(c.code == DIAG_ELF_SECTION, "row %zu: %d", i, c.code);
		sbuf_free(&b);
	}
}
END_TEST

/* libelf gives out no table whose size is no multiple of its entries: bad input, and no failure
 * to read. */
START_TEST(half_an_entry_is_malformed)
{
	struct elf_file *f;
	struct span bytes;
	struct sbuf b;

	write_sample(&b);
	put_u32(shdr(&b, 1, SH_TYPE), SHT_REL, HOST_BIG_ENDIAN);
	put_u64(shdr(&b, 1, SH_SIZE), 7, HOST_BIG_ENDIAN);
	ck_assert_int_eq(open_bytes(&b, &f), 0);
	ck_assert_int_eq(elf_sec_bytes(&c.d, f, 1, &bytes), -EINVAL);
	ck_assert_int_eq(c.code, DIAG_ELF_SECTION);
	elf_close(f);
	sbuf_free(&b);
}
END_TEST

/* Sections may overlap, but many that are each the whole file would multiply its size. */
START_TEST(overlap_is_bounded)
{
	struct elf_file *f;
	struct sample s;
	struct sbuf b;

	make_sample(&s, false);
	for (int i = 0; i < 5; i++)
		sample_sec(&s, "many", 0, code, 8);
	sample_write(&s, &b);
	for (u32 i = 4; i < 9; i++) {
		put_u64(shdr(&b, i, SH_OFFSET), 0, HOST_BIG_ENDIAN);
		put_u64(shdr(&b, i, SH_SIZE), b.size, HOST_BIG_ENDIAN);
	}
	ck_assert_int_eq(open_bytes(&b, &f), -EINVAL);
	ck_assert_int_eq(c.code, DIAG_ELF_SECTION);
	ck_assert_ptr_nonnull(strstr(c.text, "overlap"));
	sbuf_free(&b);
}
END_TEST

START_TEST(malformed_symbols)
{
	static const struct {
		u32 off;
		u16 value;
	} rows[] = { { 6, 99 }, { 6, 0xff00 }, { 6, SHN_XINDEX }, { 2, 0xffff } };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct elf_file *f;
		struct sbuf b;
		u64 symtab;

		write_sample(&b);
		symtab = get_u64(shdr(&b, 4, SH_OFFSET), HOST_BIG_ENDIAN);
		put_u16(b.data + symtab + 2 * ELF64_SYM_SIZE + rows[i].off, rows[i].value,
			HOST_BIG_ENDIAN);
		ck_assert_int_eq(open_bytes(&b, &f), -EINVAL);
		ck_assert_msg(c.code == DIAG_ELF_SYMBOL, "row %zu: %d", i, c.code);
		sbuf_free(&b);
	}
}
END_TEST

START_TEST(malformed_relocations)
{
	static const struct {
		u32 member;	/* of the section header, or of the relocation + 100 */
		u32 value;
		enum diag_id code;
	} rows[] = {
		{ SH_LINK, 1, DIAG_ELF_SECTION }, { SH_LINK, 0, DIAG_ELF_SECTION },
		{ SH_INFO, 0, DIAG_ELF_SECTION }, { SH_INFO, 99, DIAG_ELF_SECTION },
		{ SH_SIZE, 20, DIAG_ELF_SECTION }, { SH_ENTSIZE, 24, DIAG_ELF_SECTION },
		{ SH_TYPE, SHT_PROGBITS, DIAG_ELF_SECTION },
		{ 100, 32, DIAG_ELF_RELOC }, { 112, 6, DIAG_ELF_RELOC },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct elf_rels found;
		struct elf_file *f;
		struct sbuf b;
		u8 *at;

		write_sample(&b);
		at = rows[i].member < 100 ?
			     shdr(&b, 3, rows[i].member) :
			     (u8 *)b.data + get_u64(shdr(&b, 3, SH_OFFSET), HOST_BIG_ENDIAN) +
				     rows[i].member - 100;
		put_u32(at, rows[i].value, HOST_BIG_ENDIAN);
		ck_assert_int_eq(open_bytes(&b, &f), 0);
		ck_assert_int_eq(elf_rels(&c.d, f, 3, &found), -EINVAL);
		ck_assert_msg(c.code == (int)rows[i].code, "row %zu: %d", i, c.code);
		elf_close(f);
		sbuf_free(&b);
	}
}
END_TEST

START_TEST(compressed_section_is_refused)
{
	struct elf_file *f;
	struct span bytes;
	struct sample s;
	struct sbuf b;

	make_sample(&s, false);
	s.secs[0].flags |= SHF_COMPRESSED;
	sample_write(&s, &b);
	ck_assert_int_eq(open_bytes(&b, &f), 0);
	ck_assert_int_eq(elf_sec_bytes(&c.d, f, 1, &bytes), -EINVAL);
	ck_assert_int_eq(c.code, DIAG_ELF_SECTION);
	elf_close(f);
	sbuf_free(&b);
}
END_TEST

/* Counts beyond 16 bits live in section header 0, section indices of symbols in a table. */
START_TEST(extended_numbering_is_read)
{
	static const u32 indices[7] = { [2] = 1 };
	struct elf_file *f;
	struct sample s;
	struct sbuf b;
	u64 symtab;

	make_sample(&s, false);
	sample_sec(&s, ".symtab_shndx", 0, indices, sizeof(indices));
	s.secs[3].type = SHT_SYMTAB_SHNDX;
	s.secs[3].link = 5;
	sample_write(&s, &b);
	put_u16(b.data + 60, 0, HOST_BIG_ENDIAN);
	put_u16(b.data + 62, SHN_XINDEX, HOST_BIG_ENDIAN);
	put_u64(shdr(&b, 0, SH_SIZE), 7, HOST_BIG_ENDIAN);
	put_u32(shdr(&b, 0, SH_LINK), 6, HOST_BIG_ENDIAN);
	symtab = get_u64(shdr(&b, 5, SH_OFFSET), HOST_BIG_ENDIAN);
	put_u16(b.data + symtab + 2 * ELF64_SYM_SIZE + 6, SHN_XINDEX, HOST_BIG_ENDIAN);
	ck_assert_int_eq(open_bytes(&b, &f), 0);
	ck_assert_uint_eq(f->n_secs, 7);
	ck_assert_uint_eq(f->syms[2].sec, 1);
	elf_close(f);
	sbuf_free(&b);
}
END_TEST

START_TEST(too_many_sections_to_write)
{
	struct elf_out_sec *many = calloc(0xff00, sizeof(*many));
	struct elf_out out = { .machine = EM_BPF, .secs = many, .n_secs = 0xff00 };
	struct sbuf b = { 0 };

	catch_init(&c);
	for (u32 i = 0; i < out.n_secs; i++)
		many[i] = (struct elf_out_sec){ .name = "x", .type = SHT_PROGBITS };
	ck_assert_int_eq(elf_write(&c.d, &out, &b), -E2BIG);
	ck_assert_int_eq(c.code, DIAG_ELF_TOO_MANY_SECTIONS);
	ck_assert_uint_eq(b.size, 0);
	free(many);
}
END_TEST

/* Cut short anywhere, the file is refused: its section headers are at its end. */
START_TEST(truncation_at_each_byte)
{
	struct sbuf b;

	write_sample(&b);
	for (size_t n = 0; n < b.size; n++) {
		u8 *cut = malloc(n ? n : 1);
		struct elf_file *f;

		memcpy(cut, b.data, n);
		catch_init(&c);
		ck_assert_int_lt(elf_open_mem(&c.d, span_of(cut, n), "cut.o", &f), 0);
		ck_assert_int_ne(c.code, 0);
		free(cut);
	}
	sbuf_free(&b);
}
END_TEST

static int open_all(void *user)
{
	const struct sbuf *b = user;
	struct elf_rels found;
	struct elf_file *f;
	struct span bytes;
	int err = open_bytes(b, &f);

	if (err)
		return err;
	err = elf_sec_bytes(&c.d, f, 1, &bytes);
	if (!err)
		err = elf_rels(&c.d, f, 3, &found);
	elf_close(f);
	return err;
}

static int write_all(void *user)
{
	struct sbuf b = { 0 };
	int err = elf_write(&c.d, &((struct sample *)user)->out, &b);

	sbuf_free(&b);
	return err;
}

START_TEST(allocation_faults)
{
	struct sample s;
	struct sbuf b;

	make_sample(&s, false);
	sample_write(&s, &b);
	ck_assert_int_gt(fault_sweep(open_all, &b), 0);
	ck_assert_int_gt(fault_sweep(write_all, &s), 0);
	sbuf_free(&b);
}
END_TEST

static Suite *elf_suite(void)
{
	Suite *s = suite_create("elf");

	unit_add(s, "valid", written_file_reads_back, descriptor_reads_like_memory,
		 extended_numbering_is_read);
	unit_add(s, "foreign", foreign_formats_are_named, empty_file_is_named, pipe_is_refused);
	unit_add(s, "malformed", malformed_elf_headers, malformed_section_headers,
		 half_an_entry_is_malformed, overlap_is_bounded, malformed_symbols,
		 malformed_relocations,
		 compressed_section_is_refused, truncation_at_each_byte,
		 shrinking_file_is_an_error);
	unit_add(s, "limits", too_many_sections_to_write, allocation_faults);
	return s;
}

int main(void)
{
	return unit_main(elf_suite(), NULL);
}
