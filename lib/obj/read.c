/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * ELF -> object: the reader's spine. Everything that comes from the file is checked on the way in;
 * the object doesn't refer to it afterwards.
 */
#include "lib/obj/obj_int.h"

#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"

static int check_machine(struct diag *d, const struct elf_file *f)
{
	static const struct {
		u16 machine;
		const char *name;
	} known[] = {
		{ 3, "i386" },	  { 8, "MIPS" },      { 20, "PowerPC" },  { 21, "PowerPC64" },
		{ 22, "s390" },	  { 40, "Arm" },      { 62, "x86-64" },	  { 183, "AArch64" },
		{ 243, "RISC-V" }, { 258, "LoongArch" },
	};
	struct weld_where at = WELD_WHERE_NONE;
	const char *name = "foreign";

	if (f->machine == EM_BPF)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (known[i].machine == f->machine)
			name = known[i].name;
	at.file = f->name;
	return diag_raise(d, DIAG_OBJ_MACHINE, &at, f->name, name, f->machine);
}

static int reader_init(struct reader *r)
{
	size_t n = (size_t)r->f->n_syms + r->f->n_secs;

	r->secs = arena_array(&r->f->arena, r->f->n_secs, sizeof(*r->secs));
	r->syms = arena_array(&r->f->arena, n, sizeof(*r->syms));
	r->wanted = arena_alloc(&r->f->arena, n);
	return r->secs && r->syms && r->wanted ? 0 : obj_no_memory(r->o);
}

static int read_object(struct reader *r)
{
	int err;

	err = reader_init(r);
	if (!err)
		err = obj_read_secs(r);
	/* From here on it is known which sections there are. */
	if (!err)
		err = obj_read_relocs(r);
	if (!err)
		err = obj_read_syms(r);
	/* From here on ELF's numbers are gone: all refer to each other by the object's. */
	if (!err)
		err = obj_read_btf(r);
	if (!err)
		err = obj_fix_datasecs(r->o);
	if (!err)
		err = obj_index(r->o);
	return err;
}

/* Takes f, whatever happens. */
static int read_elf(struct diag *d, struct elf_file *f, struct obj **out)
{
	struct reader r = { .d = d, .f = f };
	int err;

	err = check_machine(d, f);
	if (!err && obj_new(d, f->name, f->big_endian, &r.o))
		err = diag_raise(d, DIAG_NO_MEMORY, NULL, "lib/obj");
	if (!err)
		err = read_object(&r);
	vec_free(&r.places);
	hmap_free(&r.sec_names);
	elf_close(f);
	if (err) {
		obj_free(r.o);
		return err;
	}
	*out = r.o;
	return 0;
}

int obj_open_mem(struct diag *d, struct span bytes, const char *name, struct obj **out)
{
	struct elf_file *f;
	int err = elf_open_mem(d, bytes, name ? name : "<memory>", &f);

	return err ? err : read_elf(d, f, out);
}

/* A pipe can be read only once, and from its start to its end. */
static int open_stream(struct diag *d, int fd, const char *name, struct obj **out)
{
	struct sbuf bytes = { 0 };
	int err;

	err = file_read_fd(d, fd, name, &bytes);
	if (err)
		return err;
	err = obj_open_mem(d, span_of(bytes.data, bytes.size), name, out);
	sbuf_free(&bytes);
	return err;
}

int obj_open_fd(struct diag *d, int fd, const char *name, struct obj **out)
{
	struct elf_file *f;
	struct stat st;
	int err;

	if (!name)
		name = "<descriptor>";
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return open_stream(d, fd, name, out);
	err = elf_open_fd(d, fd, name, &f);
	return err ? err : read_elf(d, f, out);
}

int obj_open(struct diag *d, const char *path, const char *name, struct obj **out)
{
	int fd = -1, err = file_open(d, path, &fd);

	if (err)
		return err;
	if (!name)
		name = strcmp(path, "-") ? path : "<stdin>";
	err = obj_open_fd(d, fd, name, out);
	close(fd);
	return err;
}
