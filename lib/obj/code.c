/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Instructions that stay in their file while nobody wants them. They come back in the reader's
 * normal form: which fields that form has cleared, the relocations tell. A hash of what was there
 * the first time proves that the file is the same.
 */
#include "lib/obj/obj_int.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/isa/isa.h"

/* Seeded with an address, which nobody who writes the file knows. */
static u64 code_hash(const struct obj *o, const struct obj_sec *sec)
{
	return hash_seeded((uintptr_t)o, sec->insns.v,
			   (size_t)sec->insns.n * sizeof(*sec->insns.v));
}

int obj_leave_code(struct obj *o, const char *path)
{
	o->code_path = arena_strdup(&o->arena, path);
	if (!o->code_path)
		return obj_no_memory(o);
	for (u32 i = 1; i < o->secs.n; i++) {
		struct obj_sec *sec = &o->secs.v[i];

		if (!obj_sec_is_code(sec->kind))
			continue;
		sec->code_hash = code_hash(o, sec);
		vec_free(&sec->insns);
	}
	return 0;
}

/* Fewer bytes than there were: the file has shrunk. */
static bool read_at(int fd, u8 *to, u64 size, u64 off)
{
	while (size) {
		ssize_t n = pread(fd, to, size, (off_t)off);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		off += (u64)n;
		size -= (u64)n;
	}
	return true;
}

/* Clear the fields that the relocations patch, as reading them did. */
static void clear_fields(struct obj_sec *sec)
{
	for (u32 i = 0; i < sec->relocs.n; i++) {
		const struct obj_reloc *r = &sec->relocs.v[i];
		struct bpf_insn *insn = &sec->insns.v[r->off / 8];

		insn->imm = 0;
		insn->src_reg = r->type == R_BPF_64_64 ? 0 : BPF_PSEUDO_CALL;
		if (r->type == R_BPF_64_64)
			insn[1].imm = 0;
	}
}

/* Into insns, which have room; false when the file is another one. */
static bool read_insns(struct obj *o, struct obj_sec *sec, int fd)
{
	u32 n = (u32)(sec->size / 8);

	if (!read_at(fd, (u8 *)sec->insns.v, sec->size, sec->file_off))
		return false;
	for (u32 i = 0; o->big_endian != HOST_BIG_ENDIAN && i < n; i++) {
		u8 bytes[sizeof(*sec->insns.v)];

		memcpy(bytes, &sec->insns.v[i], sizeof(bytes));
		isa_load_insn(bytes, true, &sec->insns.v[i]);
	}
	sec->insns.n = n;
	clear_fields(sec);
	return code_hash(o, sec) == sec->code_hash;
}

/* fd -1: there is no file any more, but something else. */
static int read_code(struct obj *o, struct obj_sec *sec, int fd)
{
	struct weld_where at = WELD_WHERE_NONE;

	if (vec_reserve(&sec->insns, (u32)(sec->size / 8)))
		return -ENOMEM;
	if (fd >= 0 && read_insns(o, sec, fd))
		return 0;
	vec_free(&sec->insns);
	at.file = o->name;
	at.section = sec->name;
	return diag_raise(o->diag, DIAG_OBJ_FILE_CHANGED, &at, o->code_path);
}

/* Opening a pipe that stands there by now would wait for somebody to write to it. */
static bool is_regular(const char *path)
{
	struct stat st;

	return stat(path, &st) || S_ISREG(st.st_mode);
}

int obj_fetch_code(struct obj *o, sec_id id)
{
	struct obj_sec *sec = obj_sec(o, id);
	int fd = -1, err = 0;

	if (!o->code_path || !obj_sec_is_code(sec->kind) || sec->insns.n || !sec->size)
		return 0;
	if (is_regular(o->code_path))
		err = file_open(o->diag, o->code_path, &fd);
	if (err)
		return err;
	err = read_code(o, sec, fd);
	if (fd >= 0)
		close(fd);
	return err;
}

void obj_drop_code(struct obj *o, sec_id sec)
{
	if (o->code_path)
		vec_free(&obj_sec(o, sec)->insns);
}
