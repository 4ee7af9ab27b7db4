/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Files that people hand to a BPF linker by mistake, by their first bytes. Each is called what it
 * is, with the step that gives an object.
 */
#include "lib/elf/elf_int.h"

#include <ctype.h>

struct format {
	const char *magic;
	size_t size;
	const char *what;
	const char *help;
};

#define ROW(magic, what, help) { magic, sizeof(magic) - 1, what, help }

static const struct format formats[] = {
	ROW("BC\xc0\xde", "LLVM bitcode", "compile without -flto and without -emit-llvm"),
	ROW("\xde\xc0\x17\x0b", "wrapped LLVM bitcode",
	    "compile without -flto and without -emit-llvm"),
	ROW("!<arch>\n", "an ar archive", "only `bpfweld link` takes archives"),
	ROW("!<thin>\n", "a thin ar archive", "name the objects that it lists (`ar t`)"),
	ROW("\x9f\xeb\x01", "raw BTF", "name the object that it belongs to"),
	ROW("\xeb\x9f\x01", "raw BTF (big-endian)", "name the object that it belongs to"),
	ROW("\x1f\x8b", "gzip data", "unpack it first"),
	ROW("\x28\xb5\x2f\xfd", "zstd data", "unpack it first"),
	ROW("\xfd"
	    "7zXZ",
	    "xz data", "unpack it first"),
	ROW("MZ", "a Windows executable", "compile with clang -target bpf"),
	ROW("\xcf\xfa\xed\xfe", "a Mach-O file", "compile with clang -target bpf"),
	ROW("\xce\xfa\xed\xfe", "a Mach-O file", "compile with clang -target bpf"),
	ROW("\xfe\xed\xfa\xcf", "a Mach-O file", "compile with clang -target bpf"),
	ROW("\xfe\xed\xfa\xce", "a Mach-O file", "compile with clang -target bpf"),
	ROW("\xca\xfe\xba\xbe", "a Mach-O file for several machines",
	    "compile with clang -target bpf"),
	ROW("#!", "a script", "name the object that it makes"),
};

static bool is_text(const u8 *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] < 0x80 && !isprint(p[i]) && !isspace(p[i]))
			return false;
	return true;
}

static int refuse(struct diag *d, const char *name, const char *what, const char *help)
{
	struct weld_where at = WELD_WHERE_NONE;
	struct diag_msg m;

	at.file = name;
	diag_begin(&m, d, DIAG_ELF_FOREIGN, &at, name, what);
	diag_help(&m, "%s", help);
	return diag_end(&m);
}

static int refuse_by_magic(struct diag *d, const char *name, const u8 *p, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		const struct format *f = &formats[i];

		if (n >= f->size && !memcmp(p, f->magic, f->size))
			return refuse(d, name, f->what, f->help);
	}
	if (is_text(p, n))
		return refuse(d, name, "text", "compile it first: clang -target bpf -g -O2 -c");
	return refuse(d, name, "of an unknown format", "name an object made by clang -target bpf");
}

int elf_refuse_foreign(struct diag *d, const struct elf_source *src, const char *name)
{
	struct weld_where at = WELD_WHERE_NONE;
	size_t n = min_u64(src->size, 64);
	u8 p[64] = { 0 };

	at.file = name;
	if (!src->size)
		return diag_raise(d, DIAG_ELF_EMPTY, &at, name);
	if (elf_src_read(src, 0, p, n))
		return diag_raise(d, DIAG_ELF_READ, &at, name);
	if (n < 4 || memcmp(p, "\177ELF", 4))
		return refuse_by_magic(d, name, p, n);
	if (n > EI_CLASS && p[EI_CLASS] == ELFCLASS32)
		return refuse(d, name, "a 32-bit ELF file", "compile with -target bpf");
	return 0;
}
