/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Ends that code counts on. Compilers refer to static variables by section and offset, and the
 * end of an array looks like the start of what lies behind it:
 *
 *	.bss	| list      | total |	a loop `p != list + 4` refers to byte 16, and so does
 *		0           16		`total++`
 *
 * Where variables are moved one by one (--gc), the two must not come apart if the first was
 * meant. It can only have been meant by a function that refers to `list` in another place, too;
 * then the piece isn't cut there.
 */
#include "linker/link_int.h"

/* Somebody, a function or a data section, refers to the cover with this number. */
struct seen {
	u32 sec, func;
	u32 cover;
};

struct ends {
	const struct link *l;
	input_id input;
	const struct obj *o;
	link_covers *covers;
	VEC(struct seen) seen;
	struct hmap index;
};

static u64 hash_of(const struct seen *s)
{
	return hash_mix(hash_mix(s->sec, s->func), s->cover);
}

static bool was_seen(const struct ends *e, const struct seen *s)
{
	struct hmap_iter it;

	for (u32 i = hmap_first(&e->index, hash_of(s), &it); i != HMAP_NONE;
	     i = hmap_next(&e->index, &it))
		if (e->seen.v[i].sec == s->sec && e->seen.v[i].func == s->func &&
		    e->seen.v[i].cover == s->cover)
			return true;
	return false;
}

static struct seen who(const struct ends *e, u32 sec, const struct obj_reloc *r)
{
	struct seen s = { .sec = sec };

	if (obj_sec_is_code(e->o->secs.v[sec].kind))
		s.func = obj_func_covering(e->o, (sec_id){ sec }, (u32)(r->off / 8)).i;
	return s;
}

/* The variable that a reference lies in, if it starts or goes on there. */
static int note_seen(struct ends *e, u32 sec, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(e->o, r->sym);
	u64 off = sym->value + (sym->type == STT_SECTION ? (u64)r->addend : 0);
	u32 behind = link_cover_behind(e->covers, sym->sec.i, off);
	const struct link_cover *c = &e->covers->v[behind ? behind - 1 : 0];
	struct seen s = who(e, sec, r);

	if (!behind || c->sec != sym->sec.i || off >= c->to)
		return 0;
	s.cover = behind - 1;
	if (was_seen(e, &s))
		return 0;
	if (vec_append(&e->seen, &s, 1))
		return -ENOMEM;
	return hmap_add(&e->index, hash_of(&s), e->seen.n - 1);
}

/* A reference to the end of a variable that the same function refers to elsewhere. */
static int note_end(struct ends *e, u32 sec, const struct obj_reloc *r)
{
	const struct obj_sym *sym = obj_sym(e->o, r->sym);
	u64 off = sym->value + (u64)r->addend;
	struct seen s = who(e, sec, r);

	if (sym->type != STT_SECTION || !off)
		return 0;
	s.cover = link_cover_behind(e->covers, sym->sec.i, off - 1);
	if (!s.cover || e->covers->v[s.cover - 1].sec != sym->sec.i)
		return 0;
	s.cover--;
	if (e->covers->v[s.cover].to == off && was_seen(e, &s))
		e->covers->v[s.cover].open = true;
	return 0;
}

static int each_ref(struct ends *e, int (*fn)(struct ends *e, u32 sec, const struct obj_reloc *r))
{
	int err = 0;

	for (u32 s = 1; s < e->o->secs.n; s++)
		for (u32 i = 0; i < e->o->secs.v[s].relocs.n && !err; i++) {
			const struct obj_reloc *r = &e->o->secs.v[s].relocs.v[i];

			if (obj_sec_is_data(obj_sec(e->o, obj_sym(e->o, r->sym)->sec)->kind))
				err = fn(e, s, r);
		}
	return err;
}

int link_mark_open_ends(const struct link *l, input_id input, link_covers *covers)
{
	struct ends e = { .l = l, .input = input, .o = link_obj(l, input), .covers = covers };
	int err = each_ref(&e, note_seen);

	if (!err)
		err = each_ref(&e, note_end);
	vec_free(&e.seen);
	hmap_free(&e.index);
	return err;
}
