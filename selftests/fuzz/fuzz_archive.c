/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Any bytes as an archive: what the reader takes lies within them, and a link with it, of what is
 * wanted and of all, either works or says why not. A byte in front chooses what wants members.
 */
#include "lib/elf/archive.h"
#include "linker/linker.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void read_members(struct span bytes)
{
	struct diag d = { .error_limit = 10 };
	struct elf_members members = { 0 };
	struct arena arena = { 0 };
	u64 total = 0;

	if (elf_read_archive(&d, bytes, "fuzz.a", &arena, &members))
		check(d.n_errors == 1 && !members.n);
	for (u32 i = 0; i < members.n; i++) {
		const struct elf_member *m = &members.v[i];

		check(*m->name && strlen(m->name) <= ELF_MEMBER_NAME_MAX);
		check(m->bytes.data >= bytes.data &&
		      m->bytes.data + m->bytes.size <= bytes.data + bytes.size);
		total += m->bytes.size;
	}
	check(total <= bytes.size);
	arena_free(&arena);
}

static void link_members(struct span bytes, bool whole, const char *target)
{
	struct diag d = { .error_limit = 1000 };
	struct obj *out = NULL;
	struct link *l;
	int err = link_new(&d, &(struct link_opts){ .whole_archive = whole }, &l);

	check(!err);
	err = link_add_mem(l, "lib", bytes, "fuzz.a", NULL);
	if (!err)
		err = link_map_extern(l, "maybe", target);
	if (!err)
		err = link_finish(l, &out);
	check(!err == !!out && (!err || d.n_errors));
	obj_free(out);
	link_free(l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const targets[] = { "lib:helper", "lib:second", "second", "lib__s3:x" };
	struct span bytes = span_of(data + !!size, size - !!size);
	u8 choice = size ? data[0] : 0;

	read_members(bytes);
	link_members(bytes, choice & 1, targets[choice / 2 % ARRAY_SIZE(targets)]);
	return 0;
}
