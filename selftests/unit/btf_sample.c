/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/btf_sample.h"

#include "lib/base/file.h"
#include "selftests/unit/unit.h"

#include <dirent.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

#define OK(call) ck_assert_int_eq((call), 0)

static void add_data_types(struct btf *b)
{
	OK(btf_add_int(b, "int", 4, BTF_INT_SIGNED, NULL));
	OK(btf_add_int(b, "char", 1, BTF_INT_SIGNED, NULL));
	OK(btf_add_array(b, S_CHAR, S_INT, 16, NULL));
	OK(btf_add_composite(b, BTF_KIND_STRUCT, "node", 48, NULL));
	OK(btf_add_member(b, "next", S_NODE_PTR, 0, 0));
	OK(btf_add_member(b, "low", S_INT, 64, 3));
	OK(btf_add_member(b, "high", S_INT, 67, 29));
	OK(btf_add_member(b, "name", S_ARRAY, 128, 0));
	OK(btf_add_member(b, "fn", S_PROTO_PTR, 256, 0));
	OK(btf_add_member(b, "u", S_UNION, 320, 0));
	OK(btf_add_ptr(b, S_NODE, NULL));
	OK(btf_add_ref(b, BTF_KIND_CONST, NULL, S_INT, NULL));
	OK(btf_add_ref(b, BTF_KIND_VOLATILE, NULL, S_CONST, NULL));
	OK(btf_add_ref(b, BTF_KIND_RESTRICT, NULL, S_NODE_PTR, NULL));
	OK(btf_add_ref(b, BTF_KIND_TYPEDEF, "node_t", S_NODE, NULL));
	OK(btf_add_composite(b, BTF_KIND_UNION, NULL, 8, NULL));
	OK(btf_add_member(b, "i", S_INT, 0, 0));
	OK(btf_add_member(b, "f", S_FLOAT, 0, 0));
	OK(btf_add_enum(b, "colour", 4, true, NULL));
	OK(btf_add_enumerator(b, "NO_COLOUR", (u64)-1));
	OK(btf_add_enumerator(b, "RED", 7));
	OK(btf_add_enum64(b, "wide", 8, false, NULL));
	OK(btf_add_enumerator(b, "WIDE", 0x123456789abcdef0ull));
	OK(btf_add_fwd(b, "opaque", false, NULL));
	OK(btf_add_ptr(b, S_FWD, NULL));
	OK(btf_add_float(b, "double", 8, NULL));
	OK(btf_add_ref(b, BTF_KIND_TYPE_TAG, "user", S_INT, NULL));
	OK(btf_add_ptr(b, S_TYPE_TAG, NULL));
}

static void add_entities(struct btf *b)
{
	OK(btf_add_func_proto(b, S_INT, NULL));
	OK(btf_add_param(b, "ctx", S_NODE_PTR));
	OK(btf_add_param(b, "len", S_CONST));
	OK(btf_add_func(b, "prog", BTF_FUNC_GLOBAL, S_PROTO, NULL));
	OK(btf_add_func_proto(b, 0, NULL));
	OK(btf_add_param(b, NULL, S_FWD_PTR));
	OK(btf_add_param(b, NULL, 0));
	OK(btf_add_func(b, "prog1", BTF_FUNC_EXTERN, S_PROTO_EXT, NULL));
	OK(btf_add_func(b, "helper", BTF_FUNC_STATIC, S_PROTO, NULL));
	OK(btf_add_var(b, "counter", BTF_VAR_GLOBAL_ALLOCATED, S_VOLATILE, NULL));
	OK(btf_add_var(b, "LINUX_HZ", BTF_VAR_GLOBAL_EXTERN, S_INT, NULL));
	OK(btf_add_datasec(b, ".bss", 0, NULL));
	OK(btf_add_secinfo(b, S_VAR, 0, 4));
	OK(btf_add_secinfo(b, S_FUNC_EXT, 0, 0));
	OK(btf_add_decl_tag(b, "a tag", S_NODE, -1, NULL));
	OK(btf_add_decl_tag(b, "of len", S_FUNC, 1, NULL));
	OK(btf_add_ptr(b, S_PROTO_EXT, NULL));
}

struct btf *sample_btf(void)
{
	struct btf *b;

	OK(btf_new(&b));
	add_data_types(b);
	add_entities(b);
	ck_assert_uint_eq(btf_n_types(b), S_LAST);
	return b;
}

struct btf *sample_chain(u32 n)
{
	struct btf *b;
	u32 id;
	char name[16];

	OK(btf_new(&b));
	OK(btf_add_int(b, "int", 4, BTF_INT_SIGNED, &id));
	for (u32 i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		OK(btf_add_composite(b, BTF_KIND_STRUCT, name, 4, NULL));
		OK(btf_add_member(b, "m", id, 0, 0));
		id = btf_n_types(b);
	}
	return b;
}

static void note(void *user, const struct weld_diag *diag)
{
	struct sample_diag *s = user;

	s->code = diag->code;
	snprintf(s->text, sizeof(s->text), "%s", diag->text);
}

void sample_diag_init(struct sample_diag *s)
{
	*s = (struct sample_diag){ .d = { .fn = note, .user = s, .error_limit = 20 } };
}

struct btf *sample_parse(struct span bytes)
{
	struct sample_diag s;
	struct btf *b = NULL;

	sample_diag_init(&s);
	ck_assert_msg(!btf_parse(&s.d, bytes, "sample", &b), "%s", s.text);
	ck_assert_msg(!s.code, "%s", s.text);
	return b;
}

struct sbuf sample_write(const struct btf *b, bool big_endian)
{
	struct sbuf bytes = { 0 };

	OK(btf_write(b, big_endian, &bytes));
	return bytes;
}

struct sbuf sample_read(const char *path)
{
	struct diag d = { .error_limit = 20 };
	struct sbuf bytes = { 0 };

	if (file_read(&d, path, &bytes))
		sbuf_free(&bytes);
	return bytes;
}

static struct span sec_bytes(struct span elf, struct span head, bool swap)
{
	struct span bytes = SPAN_NONE;

	if (span_sub(elf, get_u64(head.data + offsetof(Elf64_Shdr, sh_offset), swap),
		     get_u64(head.data + offsetof(Elf64_Shdr, sh_size), swap), &bytes))
		return SPAN_NONE;
	return bytes;
}

struct span sample_section(struct span elf, const char *name)
{
	bool swap = elf.size > EI_DATA && (elf.data[EI_DATA] == ELFDATA2MSB) != HOST_BIG_ENDIAN;
	struct span head, heads, names;
	u32 n, str;

	if (span_sub(elf, 0, sizeof(Elf64_Ehdr), &head))
		return SPAN_NONE;
	n = get_u16(head.data + offsetof(Elf64_Ehdr, e_shnum), swap);
	str = get_u16(head.data + offsetof(Elf64_Ehdr, e_shstrndx), swap);
	if (str >= n || span_sub(elf, get_u64(head.data + offsetof(Elf64_Ehdr, e_shoff), swap),
				 n * sizeof(Elf64_Shdr), &heads))
		return SPAN_NONE;
	if (span_sub(heads, str * sizeof(Elf64_Shdr), sizeof(Elf64_Shdr), &head))
		return SPAN_NONE;
	names = sec_bytes(elf, head, swap);
	while (!span_take(&heads, sizeof(Elf64_Shdr), &head)) {
		const char *s = span_cstr(names, get_u32(head.data, swap));

		if (s && !strcmp(s, name))
			return sec_bytes(elf, head, swap);
	}
	return SPAN_NONE;
}

struct sbuf sample_run(const char *command)
{
	struct sbuf out = { 0 };
	FILE *f = popen(command, "r");
	char chunk[4096];
	size_t n;

	if (!f)
		return out;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		sbuf_put(&out, chunk, n);
	if (pclose(f))
		sbuf_free(&out);
	return out;
}

u32 sample_each_prog(void (*fn)(const char *path, struct span btf, struct span ext))
{
	struct dirent **names;
	int n = scandir(PROGS_DIR, &names, NULL, alphasort);
	u32 found = 0;

	for (int i = 0; i < n; i++) {
		size_t len = strlen(names[i]->d_name);
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", PROGS_DIR, names[i]->d_name);
		if (len > 2 && !strcmp(names[i]->d_name + len - 2, ".o")) {
			struct sbuf file = sample_read(path);
			struct span elf = span_of(file.data, file.size);
			struct span btf = sample_section(elf, ".BTF");

			if (btf.size) {
				found++;
				fn(path, btf, sample_section(elf, ".BTF.ext"));
			}
			sbuf_free(&file);
		}
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	return found;
}
