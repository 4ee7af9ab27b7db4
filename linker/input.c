/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Inputs, their names, and what has to hold of them before any symbol is looked at. */
#include "linker/link_int.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/file.h"

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

bool link_is_c_name(const char *s)
{
	if (!*s || (*s >= '0' && *s <= '9'))
		return false;
	while (is_name_char(*s))
		s++;
	return !*s;
}

/* "dir/fw-a.o" -> "fw_a": the last ending goes, what no C name may have becomes '_'. */
const char *link_stem_of(struct link *l, const char *file)
{
	const char *base = strrchr(file, '/'), *dot;
	char *stem;
	size_t len;

	base = base ? base + 1 : file;
	if (!strcmp(base, "<stdin>"))
		base = "stdin";
	dot = strrchr(base, '.');
	len = dot && dot != base ? (size_t)(dot - base) : strlen(base);
	stem = arena_printf(&l->arena, "%s%.*s", *base >= '0' && *base <= '9' ? "_" : "",
			    (int)min_u64(len, 128), base);
	for (char *c = stem; c && *c; c++)
		if (!is_name_char(*c))
			*c = '_';
	return stem && !*stem ? "input" : stem;
}

static int check_given_name(struct link *l, const char *name)
{
	if (!link_is_c_name(name))
		return diag_raise(l->diag, DIAG_LINK_INPUT_NAME, NULL, name);
	for (u32 i = 1; i < l->inputs.n; i++)
		if (l->inputs.v[i].given_name && !strcmp(l->inputs.v[i].stem, name))
			return diag_raise(l->diag, DIAG_LINK_NAME_TAKEN, NULL, name,
					  l->inputs.v[i].file);
	for (u32 i = 1; i < l->archives.n; i++)
		if (l->archives.v[i].given_name && !strcmp(l->archives.v[i].name, name))
			return diag_raise(l->diag, DIAG_LINK_NAME_TAKEN, NULL, name,
					  l->archives.v[i].file);
	return 0;
}

int link_add_obj(struct link *l, const char *name, struct obj *o, bool lend, input_id *id)
{
	struct link_input *in = NULL;
	const char *stem, *file;
	int err = name ? check_given_name(l, name) : 0;

	if (!err) {
		stem = name ? arena_strdup(&l->arena, name) : link_stem_of(l, o->name);
		file = arena_strdup(&l->arena, o->name);
		in = stem && file ? vec_push(&l->inputs) : NULL;
		if (!in)
			err = diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker");
	}
	if (err) {
		if (!lend)
			obj_free(o);
		return err;
	}
	*in = (struct link_input){
		.obj = o, .file = file, .lent = lend, .given_name = name, .stem = stem,
		.name = stem,
	};
	if (id)
		*id = (input_id){ l->inputs.n - 1 };
	return 0;
}

/* An object or an archive; takes the bytes. */
static int add_bytes(struct link *l, const char *name, struct sbuf *bytes, const char *file,
		     input_id *id)
{
	struct span span = span_of(bytes->data, bytes->size);
	struct obj *o;
	int err;

	if (elf_is_archive(span)) {
		if (id)
			*id = (input_id){ 0 };
		err = name ? check_given_name(l, name) : 0;
		return err ? err : link_add_archive(l, name, bytes, file);
	}
	err = obj_open_mem(l->diag, span, file, &o);
	return err ? err : link_add_obj(l, name, o, false, id);
}

/* Of a file that is an object only the sections that matter are read. */
static bool wants_all_bytes(int fd)
{
	struct stat st;

	return fstat(fd, &st) || !S_ISREG(st.st_mode) || link_fd_is_archive(fd);
}

int link_add_fd(struct link *l, const char *name, int fd, const char *file, input_id *id)
{
	struct sbuf bytes = { 0 };
	struct stat st;
	struct obj *o;
	int err;

	if (!wants_all_bytes(fd)) {
		err = obj_open_fd(l->diag, fd, file, &o);
		return err ? err : link_add_obj(l, name, o, false, id);
	}
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		err = file_read_whole(l->diag, fd, file, &bytes);
	else
		err = file_read_fd(l->diag, fd, file, &bytes);
	if (!err)
		err = add_bytes(l, name, &bytes, file, id);
	sbuf_free(&bytes);
	return err;
}

static u64 code_size(const struct obj *o)
{
	u64 size = 0;

	for (u32 i = 1; i < o->secs.n; i++)
		if (obj_sec_is_code(o->secs.v[i].kind))
			size += o->secs.v[i].size;
	return size;
}

static int leave_code(struct link *l, u32 from)
{
	int err = 0;

	for (u32 i = from; i < l->inputs.n && !err; i++) {
		const struct link_input *in = &l->inputs.v[i];

		if (in->in_file)
			err = obj_leave_code(in->obj, in->file);
	}
	return err;
}

/* Once there is too much code, none of it is held that can be read again. The last input is new. */
static int count_code(struct link *l)
{
	u64 before = l->code_size;
	u32 last = l->inputs.n - 1;

	l->inputs.v[last].in_file = true;
	l->code_size += code_size(l->inputs.v[last].obj);
	if (l->code_size <= l->code_max)
		return 0;
	return leave_code(l, before <= l->code_max ? 1 : last);
}

int link_add_file(struct link *l, const char *name, const char *path, input_id *id)
{
	int fd = -1, err = file_open(l->diag, path, &fd);
	u32 before = l->inputs.n;
	struct stat st;

	if (err)
		return err;
	err = link_add_fd(l, name, fd, strcmp(path, "-") ? path : "<stdin>", id);
	/* An archive is no input yet. */
	if (!err && l->reread && l->inputs.n > before && strcmp(path, "-") != 0 &&
	    !fstat(fd, &st) && S_ISREG(st.st_mode))
		err = count_code(l);
	close(fd);
	return err;
}

int link_add_spec(struct link *l, const char *spec, input_id *id)
{
	const char *eq = spec;
	char *name;

	while (is_name_char(*eq))
		eq++;
	if (*eq != '=' || eq == spec)
		return link_add_file(l, NULL, spec, id);
	name = arena_strndup(&l->arena, spec, (size_t)(eq - spec));
	if (!name)
		return diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker");
	return link_add_file(l, name, eq + 1, id);
}

int link_add_mem(struct link *l, const char *name, struct span bytes, const char *file,
		 input_id *id)
{
	struct sbuf copy = { 0 };
	struct obj *o;
	int err;

	if (elf_is_archive(bytes)) {
		sbuf_put(&copy, bytes.data, bytes.size);
		err = sbuf_err(&copy);
		err = err ? diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker") :
			    add_bytes(l, name, &copy, file, id);
		sbuf_free(&copy);
		return err;
	}
	err = obj_open_mem(l->diag, bytes, file, &o);
	return err ? err : link_add_obj(l, name, o, false, id);
}

/* --- names ------------------------------------------------------------------------------- */

int link_find_input(struct link *l, const char *name, const struct weld_where *at, input_id *out)
{
	struct link_guess guess = { .wanted = name };
	input_id found = { 0 };
	struct diag_msg m;
	u32 n_stems = 0;

	for (u32 i = 1; i < l->inputs.n; i++) {
		const struct link_input *in = &l->inputs.v[i];

		if (!strcmp(in->name, name))
			found.i = i;
		if (!in->given_name && !strcmp(in->stem, name))
			n_stems++;
		link_guess_add(&guess, in->name);
	}
	if (found.i && (n_stems < 2 || link_input(l, found)->given_name)) {
		*out = found;
		return 0;
	}
	if (!found.i && link_find_archive(l, name))
		return diag_raise(l->diag, DIAG_LINK_ARCHIVE_NAME, at, name);
	if (!found.i) {
		diag_begin(&m, l->diag, DIAG_LINK_UNKNOWN_INPUT, at, name);
		link_guess_help(&guess, &m);
		return diag_end(&m);
	}
	diag_begin(&m, l->diag, DIAG_LINK_AMBIGUOUS_INPUT, at, name, n_stems);
	for (u32 i = 1; i < l->inputs.n; i++)
		if (!l->inputs.v[i].given_name && !strcmp(l->inputs.v[i].stem, name))
			diag_note(&m, NULL, "%s is called %s", l->inputs.v[i].obj->name,
				  l->inputs.v[i].name);
	diag_help(&m, "give them names: NAME=file");
	return diag_end(&m);
}

/* Give each input a unique name. Given ones are taken first, so a stem never takes one away;
 * members of archives get theirs when they are taken. */
int link_name_inputs(struct link *l)
{
	for (u32 i = 1; i < l->inputs.n; i++)
		if (l->inputs.v[i].given_name &&
		    link_names_take(&l->input_names, l->inputs.v[i].name))
			return -ENOMEM;
	for (u32 i = 1; i < l->inputs.n; i++) {
		struct link_input *in = &l->inputs.v[i];

		if (in->given_name)
			continue;
		in->name = link_names_unique(&l->input_names, &l->arena, in->stem);
		if (!in->name)
			return -ENOMEM;
	}
	return 0;
}

int link_mark_privates(struct link *l)
{
	input_id id;
	int err;

	for (u32 i = 0; i < l->privates.n; i++) {
		err = link_find_input(l, l->privates.v[i], NULL, &id);
		if (!err)
			link_input(l, id)->is_private = true;
		else if (link_fault(l, err))
			return err;
	}
	return 0;
}

/* --- checks ------------------------------------------------------------------------------ */

static struct weld_where where_input(const struct link *l, u32 i)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = l->inputs.v[i].obj->name;
	return at;
}

static int raise_byte_order(struct link *l, u32 i)
{
	struct weld_where at = where_input(l, i), first = where_input(l, 1);
	bool big = l->inputs.v[i].obj->big_endian;
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_BYTE_ORDER, &at, at.file, big ? "big" : "little",
		   first.file, big ? "little" : "big");
	diag_note(&m, &first, "this one is %s-endian", big ? "little" : "big");
	diag_help(&m, "compile all of them with the same -target (bpfel or bpfeb)");
	return diag_end(&m);
}

static int raise_no_inputs(struct link *l)
{
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_NO_INPUTS, NULL);
	if (l->archives.n > 1)
		diag_help(&m, "members of archives are taken when an object wants them; "
			      "--whole-archive takes all");
	return diag_end(&m);
}

/* One byte order; say which inputs can't be checked against the others. */
int link_check_inputs(struct link *l)
{
	bool any_btf = false;
	int err = 0;

	if (l->inputs.n < 2)
		return raise_no_inputs(l);
	for (u32 i = 1; i < l->inputs.n && !err; i++) {
		any_btf |= l->inputs.v[i].obj->btf != NULL;
		if (l->inputs.v[i].obj->big_endian != l->inputs.v[1].obj->big_endian)
			err = link_fault(l, raise_byte_order(l, i));
	}
	for (u32 i = 1; any_btf && l->inputs.n > 2 && i < l->inputs.n && !err; i++) {
		struct weld_where at = where_input(l, i);

		if (!l->inputs.v[i].obj->btf)
			diag_raise(l->diag, DIAG_LINK_NO_BTF, &at, at.file);
	}
	return err;
}
