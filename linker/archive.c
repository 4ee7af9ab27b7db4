/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Archives: members become inputs when the link wants them. Wanted is what a strong extern of an
 * input names, unless it is the loader's to find, a mapping binds it, or an input defines it; and
 * what a mapping or a wanted member wants in turn, until nothing new is.
 *
 * Of several members that define a name the first one is taken: archives in the order in which they
 * were added, members in theirs. Which name is looked at next isn't left to the order of the inputs
 * either: always the one whose member comes first. So the members that are taken depend on the
 * set of inputs alone. They become inputs behind all others, in the order of archives.
 *
 * What a member defines is read from its own symbol table. The archive's would be quicker to find,
 * but a stale one takes wrong members, and nobody would see it.
 */
#include "linker/link_int.h"

#include <unistd.h>

#include "lib/base/file.h"
#include "lib/elf/elf_file.h"

/* --- adding ------------------------------------------------------------------------------ */

int link_add_archive(struct link *l, const char *name, struct sbuf *bytes, const char *file)
{
	struct link_archive *ar = vec_push(&l->archives);

	if (ar) {
		ar->bytes = *bytes;
		*bytes = (struct sbuf){ 0 };
		ar->given_name = name;
		ar->file = arena_strdup(&l->arena, file);
		ar->name = name ? arena_strdup(&l->arena, name) : link_stem_of(l, file);
	}
	if (!ar || !ar->file || !ar->name)
		return diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker");
	return elf_read_archive(l->diag, span_of(ar->bytes.data, ar->bytes.size), ar->file,
				&l->arena, &ar->members);
}

bool link_fd_is_archive(int fd)
{
	u8 head[ELF_ARCHIVE_MAGIC];

	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	       elf_is_archive(span_of(head, sizeof(head)));
}

static int add_lib(struct link *l, const char *path)
{
	struct sbuf bytes = { 0 };
	int err = link_note_file(l, path), fd;

	if (!err)
		err = file_open(l->diag, path, &fd);
	if (err)
		return err;
	err = file_read_whole(l->diag, fd, path, &bytes);
	close(fd);
	if (!err)
		err = link_add_archive(l, NULL, &bytes, path);
	sbuf_free(&bytes);
	return err;
}

int link_add_lib(struct link *l, const char *const *dirs, u32 n_dirs, const char *lib)
{
	struct diag_msg m;

	for (u32 i = 0; i < n_dirs; i++) {
		const char *path = arena_printf(&l->arena, "%s/lib%s.a", dirs[i], lib);

		if (!path)
			return diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker");
		if (!access(path, F_OK))
			return add_lib(l, path);
	}
	diag_begin(&m, l->diag, DIAG_LINK_NO_LIB, NULL, lib);
	for (u32 i = 0; i < n_dirs; i++)
		diag_note(&m, NULL, "not in %s", dirs[i]);
	if (!n_dirs)
		diag_help(&m, "say where it is: -L DIR");
	return diag_end(&m);
}

void link_free_archives(struct link *l)
{
	for (u32 i = 0; i < l->archives.n; i++)
		sbuf_free(&l->archives.v[i].bytes);
	vec_free(&l->archives);
}

u32 link_find_archive(const struct link *l, const char *name)
{
	for (u32 i = 1; i < l->inputs.n; i++)
		if (!strcmp(l->inputs.v[i].name, name))
			return 0;
	for (u32 i = 1; i < l->archives.n; i++)
		if (!strcmp(l->archives.v[i].name, name))
			return i;
	return 0;
}

/* --- what members offer ------------------------------------------------------------------ */

/* A global that a member defines; in the order of archives and members. */
struct offer {
	const char *name;
	u32 archive, member;
};

/* A member on its way to be an input. */
struct taken {
	struct obj *obj;	/* given away to the input; NULL: not (yet) taken */
	bool tried;
	const char *name;	/* of the input, unless that is taken */
};

struct taking {
	struct link *l;
	struct arena arena;
	struct taken **taken;	/* by archive, member */
	VEC(struct offer) offers;
	struct hmap index;	/* hash of name -> its first offer */
	struct link_names defined;	/* public names of the inputs so far */
	struct link_names mapped;	/* externs that some mapping names */
	struct link_names renamed;	/* symbols that some --rename names */
	VEC(u32) wanted;	/* heap of offers, the first on top */
};

static u32 find_offer(const struct taking *t, const char *name)
{
	struct hmap_iter it;
	u32 i;

	for (i = hmap_first(&t->index, hash_str(name), &it); i != HMAP_NONE;
	     i = hmap_next(&t->index, &it))
		if (!strcmp(t->offers.v[i].name, name))
			break;
	return i;
}

/* name NULL: no memory. */
static int add_offer(struct taking *t, u32 archive, u32 member, const char *name)
{
	struct offer *o;

	if (!name)
		return -ENOMEM;
	if (find_offer(t, name) != HMAP_NONE)
		return 0;
	o = vec_push(&t->offers);
	if (!o)
		return -ENOMEM;
	*o = (struct offer){ arena_strdup(&t->arena, name), archive, member };
	return o->name ? hmap_add(&t->index, hash_str(name), t->offers.n - 1) : -ENOMEM;
}

static void keep_text(void *user, const struct weld_diag *d)
{
	struct sbuf *text = user;

	sbuf_trim(text, 0);
	sbuf_puts(text, d->text);
}

/* A file of some other kind among the members: said, in case that it was meant. */
static int pass_over(struct taking *t, u32 archive, const char *why)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = t->l->archives.v[archive].file;
	diag_raise(t->l->diag, DIAG_LINK_MEMBER_SKIPPED, &at, why);
	return 0;
}

/* NULL without an error: it is no object. */
static int open_member(struct taking *t, u32 archive, u32 member, bool quiet, struct elf_file **out)
{
	const struct elf_member *m = &t->l->archives.v[archive].members.v[member];
	struct sbuf why = { 0 };
	struct diag d = { .fn = keep_text, .user = &why, .error_limit = DIAG_DEFAULT_LIMIT };
	int err = elf_open_mem(&d, m->bytes, m->name, out);

	if (err)
		*out = NULL;
	if (err && err != -ENOMEM)
		err = quiet ? 0 : pass_over(t, archive, sbuf_str(&why));
	sbuf_free(&why);
	return err;
}

/* An input, or a member that becomes one. */
struct wanting {
	const struct obj *obj;
	const char *name;
	u32 archive;		/* 0: none */
};

static bool says(const struct taking *t, const struct link_bind *b, const struct wanting *w)
{
	return !b->from_input || !strcmp(b->from_input, w->name) ||
	       (w->archive && !strcmp(b->from_input, t->l->archives.v[w->archive].name));
}

/* What link_rename_nodes will make of a symbol's own name. */
static const char *called(struct taking *t, const struct wanting *w, const char *name, bool is_def)
{
	const struct link *l = t->l;
	const struct link_bind *best = NULL;

	for (u32 i = 0; i < l->renames.n && link_names_has(&t->renamed, name); i++)
		if (!strcmp(l->renames.v[i].from, name) && says(t, &l->renames.v[i], w) &&
		    (!best || !best->from_input))
			best = &l->renames.v[i];
	if (best)
		name = best->to;
	for (u32 i = 0; i < l->prefixes.n && is_def && !best && name; i++)
		if (!strcmp(l->prefixes.v[i].from_input, w->name))
			return arena_printf(&t->arena, "%s%s", l->prefixes.v[i].to, name);
	for (u32 i = 0; i < l->wraps.n && !is_def; i++) {
		if (!strcmp(l->wraps.v[i].from, name))
			return arena_printf(&t->arena, "__wrap_%s", name);
		if (!strncmp(name, "__real_", 7) && !strcmp(l->wraps.v[i].from, name + 7))
			return name + 7;
	}
	return name;
}

static bool is_definition(const struct elf_file *f, const struct elf_sym *s)
{
	return *s->name && s->sec && s->type != STT_SECTION && s->type != STT_FILE &&
	       (s->sec < f->n_secs || s->sec == ELF_SEC_ABS || s->sec == ELF_SEC_COMMON);
}

/* Of the input that it would be, unless that is taken. */
static const char *member_name(struct taking *t, u32 archive, u32 member)
{
	const struct link_archive *ar = &t->l->archives.v[archive];
	struct taken *taken = &t->taken[archive][member];
	const char *stem = link_stem_of(t->l, ar->members.v[member].name);

	if (!taken->name && stem)
		taken->name = arena_printf(&t->l->arena, "%s__%s", ar->name, stem);
	return taken->name;
}

static int list_member(struct taking *t, u32 archive, u32 member)
{
	struct wanting w = { .archive = archive };
	struct elf_file *f;
	int err = open_member(t, archive, member, false, &f);

	if (err || !f)
		return err;
	w.name = member_name(t, archive, member);
	err = w.name ? 0 : -ENOMEM;
	for (u32 i = 1; i < f->n_syms && !err; i++)
		if (f->syms[i].bind != STB_LOCAL && is_definition(f, &f->syms[i]))
			err = add_offer(t, archive, member, called(t, &w, f->syms[i].name, true));
	elf_close(f);
	return err;
}

static int list_offers(struct taking *t)
{
	int err = 0;

	for (u32 a = 1; a < t->l->archives.n; a++)
		for (u32 m = 0; m < t->l->archives.v[a].members.n && !err; m++)
			err = list_member(t, a, m);
	return err;
}

/* --- what inputs want -------------------------------------------------------------------- */

/* A heap of numbers, the least at [0]. */
static int push_wanted(struct taking *t, u32 offer)
{
	u32 i = t->wanted.n;

	if (!vec_push(&t->wanted))
		return -ENOMEM;
	for (; i && t->wanted.v[(i - 1) / 2] > offer; i = (i - 1) / 2)
		t->wanted.v[i] = t->wanted.v[(i - 1) / 2];
	t->wanted.v[i] = offer;
	return 0;
}

static u32 pop_wanted(struct taking *t)
{
	u32 top = t->wanted.v[0], last = t->wanted.v[--t->wanted.n], i = 0, kid;

	for (kid = 1; kid < t->wanted.n; i = kid, kid = 2 * i + 1) {
		if (kid + 1 < t->wanted.n && t->wanted.v[kid + 1] < t->wanted.v[kid])
			kid++;
		if (t->wanted.v[kid] >= last)
			break;
		t->wanted.v[i] = t->wanted.v[kid];
	}
	t->wanted.v[i] = last;
	return top;
}

static bool is_listed(const struct taking *t, const struct link_bind *binds, u32 n,
		      const struct wanting *w, const char *sym)
{
	for (u32 i = 0; i < n; i++)
		if (!strcmp(binds[i].from, sym) && says(t, &binds[i], w))
			return true;
	return false;
}

static bool is_private(const struct taking *t, const struct wanting *w)
{
	for (u32 i = 0; i < t->l->privates.n; i++)
		if (!strcmp(t->l->privates.v[i], w->name))
			return true;
	return false;
}

/* name NULL: no memory. */
static int note_defined(struct taking *t, const char *name)
{
	return name ? link_names_take(&t->defined, name) : -ENOMEM;
}

static int note_definitions(struct taking *t, const struct wanting *w)
{
	const struct obj *o = w->obj;
	bool private = is_private(t, w);
	int err = 0;

	for (u32 i = 1; i < o->syms.n && !err; i++) {
		const struct obj_sym *sym = &o->syms.v[i];

		if (sym->bind == STB_LOCAL || (!sym->sec.i && !sym->common && !sym->absolute))
			continue;
		if (!private || is_listed(t, t->l->exports.v, t->l->exports.n, w, sym->name))
			err = note_defined(t, called(t, w, sym->name, true));
	}
	return err;
}

static int note_externs(struct taking *t, const struct wanting *w)
{
	const struct obj *o = w->obj;
	int err = 0;

	for (u32 i = 0; i < o->externs.n && !err; i++) {
		const struct obj_extern *e = &o->externs.v[i];
		const char *own = obj_sym(o, e->sym)->name, *name = called(t, w, own, false);
		u32 offer;

		if (!name)
			return -ENOMEM;
		if (e->weak || link_names_has(&t->defined, name) ||
		    (e->kind != OBJ_EXTERN_FUNC && e->kind != OBJ_EXTERN_VAR &&
		     e->kind != OBJ_EXTERN_MAP))
			continue;
		if (link_names_has(&t->mapped, own) &&
		    is_listed(t, t->l->mappings.v, t->l->mappings.n, w, own))
			continue;
		offer = find_offer(t, name);
		if (offer != HMAP_NONE)
			err = push_wanted(t, offer);
	}
	return err;
}

/* --- taking ------------------------------------------------------------------------------ */

/* A member that can't be read is a conflict like others: said, and the link goes on. */
static int take(struct taking *t, u32 archive, u32 member)
{
	struct link *l = t->l;
	const struct link_archive *ar = &l->archives.v[archive];
	struct taken *taken = &t->taken[archive][member];
	struct wanting w = { .archive = archive };
	const char *file;
	int err;

	if (taken->tried)
		return 0;
	taken->tried = true;
	file = arena_printf(&t->arena, "%s(%s)", ar->file, ar->members.v[member].name);
	w.name = member_name(t, archive, member);
	if (!file || !w.name)
		return -ENOMEM;
	err = obj_open_mem(l->diag, ar->members.v[member].bytes, file, &taken->obj);
	if (err)
		return link_fault(l, err);
	w.obj = taken->obj;
	err = note_definitions(t, &w);
	return err ? err : note_externs(t, &w);
}

static int take_all(struct taking *t)
{
	int err = 0;

	for (u32 a = 1; a < t->l->archives.n; a++)
		for (u32 m = 0; m < t->l->archives.v[a].members.n && !err; m++)
			err = take(t, a, m);
	return err;
}

static int take_wanted(struct taking *t)
{
	int err = 0;

	while (t->wanted.n && !err) {
		const struct offer *o = &t->offers.v[pop_wanted(t)];

		if (!link_names_has(&t->defined, o->name))
			err = take(t, o->archive, o->member);
	}
	return err;
}

/* --- targets of mappings ----------------------------------------------------------------- */

enum { GLOBAL_FUNC, STATIC_FUNC, NO_FUNC };

static int find_func_in(struct taking *t, u32 archive, u32 member, const char *name, int *found)
{
	struct elf_file *f;
	int err = open_member(t, archive, member, true, &f);

	*found = NO_FUNC;
	if (err || !f)
		return err;
	for (u32 i = 1; i < f->n_syms; i++) {
		const struct elf_sym *s = &f->syms[i];

		if (!s->sec || s->sec >= f->n_secs || strcmp(s->name, name) ||
		    !(f->secs[s->sec].flags & SHF_EXECINSTR))
			continue;
		if (s->bind != STB_LOCAL)
			*found = GLOBAL_FUNC;
		else if (*found == NO_FUNC)
			*found = STATIC_FUNC;
	}
	elf_close(f);
	return 0;
}

/* Take the first member with a global function of that name, else the first with a static one. */
static int take_func(struct taking *t, struct link_bind *b, u32 archive)
{
	const struct link_archive *ar = &t->l->archives.v[archive];
	int best = NO_FUNC, found = NO_FUNC, err = 0;
	u32 member = 0;

	for (u32 m = 0; m < ar->members.n && best != GLOBAL_FUNC && !err; m++) {
		err = find_func_in(t, archive, m, b->to, &found);
		if (!err && found < best) {
			best = found;
			member = m;
		}
	}
	if (err || best == NO_FUNC)
		return err;
	b->to_archive = archive;
	b->to_member = member;
	return take(t, archive, member);
}

/* "lib__member", by which a taken member is called. */
static int take_by_name(struct taking *t, const struct link_bind *b)
{
	int err = 0;

	for (u32 a = 1; a < t->l->archives.n; a++) {
		const struct link_archive *ar = &t->l->archives.v[a];
		size_t len = strlen(ar->name);

		if (strncmp(b->to_input, ar->name, len) || strncmp(b->to_input + len, "__", 2))
			continue;
		for (u32 m = 0; m < ar->members.n && !err; m++) {
			const char *stem = link_stem_of(t->l, ar->members.v[m].name);

			if (!stem)
				return -ENOMEM;
			if (!strcmp(stem, b->to_input + len + 2))
				err = take(t, a, m);
		}
	}
	return err;
}

/* "FUNC" of whichever input: an archive is asked when no object has it. */
static int take_anywhere(struct taking *t, const struct link_bind *b)
{
	u32 offer = find_offer(t, b->to);

	for (u32 i = 1; i < t->l->inputs.n; i++)
		if (obj_find_func(t->l->inputs.v[i].obj, b->to).i)
			return 0;
	if (offer == HMAP_NONE)
		return 0;
	return take(t, t->offers.v[offer].archive, t->offers.v[offer].member);
}

static int take_target(struct taking *t, struct link_bind *b)
{
	u32 archive;

	if (!b->to_input)
		return take_anywhere(t, b);
	archive = link_find_archive(t->l, b->to_input);
	if (archive)
		return take_func(t, b, archive);
	for (u32 i = 1; i < t->l->inputs.n; i++)
		if (!strcmp(t->l->inputs.v[i].name, b->to_input))
			return 0;
	return take_by_name(t, b);
}

/* --- all of it --------------------------------------------------------------------------- */

static int begin(struct taking *t)
{
	struct link *l = t->l;
	int err = 0;

	t->taken = arena_array(&t->arena, l->archives.n, sizeof(*t->taken));
	for (u32 a = 1; t->taken && a < l->archives.n; a++) {
		t->taken[a] = arena_array(&t->arena, l->archives.v[a].members.n,
					  sizeof(**t->taken));
		if (!t->taken[a])
			return -ENOMEM;
	}
	if (!t->taken)
		return -ENOMEM;
	for (u32 i = 0; i < l->mappings.n && !err; i++)
		err = link_names_take(&t->mapped, l->mappings.v[i].from);
	for (u32 i = 0; i < l->renames.n && !err; i++)
		err = link_names_take(&t->renamed, l->renames.v[i].from);
	for (u32 i = 1; i < l->inputs.n && !err; i++)
		err = note_definitions(t, &(struct wanting){ l->inputs.v[i].obj,
							     l->inputs.v[i].name, 0 });
	if (!err && !l->whole_archive)
		err = list_offers(t);
	for (u32 i = 1; i < l->inputs.n && !err; i++)
		err = note_externs(t, &(struct wanting){ l->inputs.v[i].obj, l->inputs.v[i].name,
							 0 });
	return err;
}

static int add_input(struct link *l, u32 archive, u32 member, struct taken *taken)
{
	struct link_input *in = vec_push(&l->inputs);

	if (!in)
		return -ENOMEM;
	*in = (struct link_input){
		.obj = taken->obj, .stem = taken->name, .archive = archive,
		.file = arena_strdup(&l->arena, taken->obj->name),
	};
	taken->obj = NULL;
	in->name = link_names_unique(&l->input_names, &l->arena, in->stem);
	for (u32 i = 0; i < l->mappings.n; i++)
		if (l->mappings.v[i].to_archive == archive && l->mappings.v[i].to_member == member)
			l->mappings.v[i].to_id.i = l->inputs.n - 1;
	return in->name && in->file ? 0 : -ENOMEM;
}

static int add_inputs(struct taking *t)
{
	int err = 0;

	for (u32 a = 1; a < t->l->archives.n; a++)
		for (u32 m = 0; m < t->l->archives.v[a].members.n && !err; m++)
			if (t->taken[a][m].obj)
				err = add_input(t->l, a, m, &t->taken[a][m]);
	return err;
}

static void end(struct taking *t)
{
	for (u32 a = 1; t->taken && a < t->l->archives.n; a++)
		for (u32 m = 0; t->taken[a] && m < t->l->archives.v[a].members.n; m++)
			obj_free(t->taken[a][m].obj);
	vec_free(&t->offers);
	vec_free(&t->wanted);
	hmap_free(&t->index);
	link_names_free(&t->defined);
	link_names_free(&t->mapped);
	link_names_free(&t->renamed);
	arena_free(&t->arena);
}

int link_take_members(struct link *l)
{
	struct taking t = { .l = l };
	int err;

	if (l->archives.n < 2)
		return 0;
	err = begin(&t);
	for (u32 i = 0; i < l->mappings.n && !err; i++)
		err = take_target(&t, &l->mappings.v[i]);
	if (!err)
		err = l->whole_archive ? take_all(&t) : take_wanted(&t);
	if (!err)
		err = add_inputs(&t);
	end(&t);
	return err;
}
