/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Which calls become bodies, which functions go, and the object that is left. */
#include "linker/inline_int.h"

#include <stdlib.h>

#include "uapi/elf.h"

#include "linker/frame_int.h"
#include "linker/linker.h"

const char *link_inline_why(enum link_inline_no no)
{
	static const char *const texts[] = {
		[LINK_INLINE_DONE] = "it was inlined",
		[LINK_INLINE_NO_FUNC] = "no function of this object is called there",
		[LINK_INLINE_CODE] = "its code isn't that of a whole function",
		[LINK_INLINE_ITSELF] = "it calls itself",
		[LINK_INLINE_TAIL_CALL] = "its tail call would end the caller",
		[LINK_INLINE_LD_ABS] = "its LD_ABS or LD_IND would end the caller",
		[LINK_INLINE_FRAME] = "its frame can't be moved",
		[LINK_INLINE_FAR] = "a jump would have to be longer than 16 bits",
	};

	return texts[no];
}

/* --- sites ------------------------------------------------------------------------------- */

static int cmp_sites(const void *pa, const void *pb)
{
	const struct inl_site *a = pa, *b = pb;

	if (a->s.sec.i != b->s.sec.i)
		return a->s.sec.i < b->s.sec.i ? -1 : 1;
	return a->s.insn < b->s.insn ? -1 : a->s.insn > b->s.insn;
}

static enum link_inline_no resolve_site(const struct obj *o, struct inl_site *site)
{
	const struct obj_sec *sec = obj_sec(o, site->s.sec);
	const struct obj_reloc *r;

	if (!site->s.sec.i || !obj_sec_is_code(sec->kind) || site->s.insn >= sec->insns.n)
		return LINK_INLINE_NO_FUNC;
	r = frame_reloc_at(sec, site->s.insn);
	if (!r || r->type != R_BPF_64_32)
		return LINK_INLINE_NO_FUNC;
	site->callee = obj_reloc_func(o, r);
	site->caller = obj_func_covering(o, site->s.sec, site->s.insn);
	return site->callee.i && site->caller.i ? inl_check(o, site) : LINK_INLINE_NO_FUNC;
}

static int take_sites(struct inl *in, const struct link_inline_site *sites, u32 n)
{
	in->sites = calloc(n + 1, sizeof(*in->sites));
	if (!in->sites)
		return -ENOMEM;
	in->n_sites = n;
	for (u32 i = 0; i < n; i++) {
		in->sites[i].s = sites[i];
		in->sites[i].s.no = resolve_site(in->o, &in->sites[i]);
	}
	qsort(in->sites, n, sizeof(*in->sites), cmp_sites);
	return 0;
}

/* NULL: there is none. */
static const struct inl_site *find_site(const struct inl *in, sec_id sec, u32 insn)
{
	struct inl_site key = { .s = { .sec = sec, .insn = insn } };

	return bsearch(&key, in->sites, in->n_sites, sizeof(key), cmp_sites);
}

/* --- what goes --------------------------------------------------------------------------- */

/* Functions that somebody outside may name. */
static void keep_named(struct inl *in, u8 *kept)
{
	for (u32 i = 1; i < in->o->syms.n; i++) {
		const struct obj_sym *sym = &in->o->syms.v[i];

		if (sym->sec.i && sym->bind != STB_LOCAL &&
		    obj_sec_is_code(obj_sec(in->o, sym->sec)->kind))
			kept[obj_func_covering(in->o, sym->sec, (u32)(sym->value / 8)).i] = 1;
	}
}

/* Is there no call any more: neither here nor in a copy of the function that it is in? */
static bool is_inlined(const struct inl *in, sec_id sec, u32 insn, const u8 *copied)
{
	const struct inl_site *found = find_site(in, sec, insn);

	return found && !found->s.no && !copied[found->caller.i];
}

/* Functions that something still refers to, also from the middle. */
static void keep_used(struct inl *in, u8 *kept, const u8 *copied)
{
	for (u32 s = 1; s < in->o->secs.n; s++)
		for (u32 i = 0; i < in->o->secs.v[s].relocs.n; i++) {
			const struct obj_reloc *r = &in->o->secs.v[s].relocs.v[i];
			const struct obj_sym *sym = obj_sym(in->o, r->sym);

			if (!sym->sec.i || !obj_sec_is_code(obj_sec(in->o, sym->sec)->kind) ||
			    (r->type == R_BPF_64_32 &&
			     is_inlined(in, (sec_id){ s }, (u32)(r->off / 8), copied)))
				continue;
			kept[obj_func_covering(in->o, sym->sec,
					       (u32)((sym->value + (u64)r->addend) / 8)).i] = 1;
		}
}

/* Those that were inlined, wherever they were called. */
static int find_gone(struct inl *in)
{
	u8 *kept = calloc(2 * (size_t)in->o->funcs.n, 1), *copied;

	if (!kept)
		return -ENOMEM;
	copied = kept + in->o->funcs.n;
	for (u32 i = 0; i < in->n_sites; i++)
		if (!in->sites[i].s.no)
			copied[in->sites[i].callee.i] = 1;
	keep_named(in, kept);
	keep_used(in, kept, copied);
	memset(in->gone, 0, in->o->funcs.n);
	for (u32 i = 0; i < in->n_sites; i++)
		if (!in->sites[i].s.no)
			in->gone[in->sites[i].callee.i] = !kept[in->sites[i].callee.i];
	free(kept);
	return 0;
}

/* --- the result -------------------------------------------------------------------------- */

static int make_codes(struct inl *in)
{
	bool placed;
	int err = 0;

	do {
		placed = true;
		err = find_gone(in);
		for (u32 i = 1; i < in->o->secs.n && !err; i++) {
			sec_id sec = { i };

			if (!obj_sec_is_code(in->o->secs.v[i].kind))
				continue;
			err = inl_make_code(in, sec);
			if (!err && !inl_place(in, sec))
				placed = false;
		}
	} while (!err && !placed);
	return err;
}

static void errors_only(void *user, const struct weld_diag *msg)
{
	if (msg->severity == WELD_ERROR)
		diag_forward(user, msg);
}

/*
 * A link of one object drops the types that only went with what is gone, and gives the same bytes
 * as any later one. What there is to warn about was said when the object was made.
 */
static int tidy(struct obj *o, struct obj **out)
{
	struct diag quiet = { .fn = errors_only, .user = o->diag, .error_limit = UINT32_MAX };
	struct link *l;
	int err = link_new(&quiet, &(struct link_opts){ .allow_unresolved = true }, &l);

	if (err)
		return err;
	err = link_add_obj(l, "linked", o, true, NULL);
	if (!err)
		err = link_finish(l, out);
	if (!err)
		(*out)->diag = o->diag;
	link_free(l);
	return err;
}

static int inl_init(struct inl *in, const struct obj *o)
{
	*in = (struct inl){ .o = o };
	in->codes = calloc(o->secs.n, sizeof(*in->codes));
	in->gone = calloc(o->funcs.n, 1);
	if (!in->codes || !in->gone)
		return -ENOMEM;
	for (u32 i = 1; i < o->secs.n; i++) {
		in->codes[i].first = calloc(o->secs.v[i].insns.n + 1, sizeof(u32));
		if (!in->codes[i].first)
			return -ENOMEM;
	}
	return 0;
}

static void inl_free(struct inl *in)
{
	for (u32 i = 0; in->codes && i < in->o->secs.n; i++) {
		vec_free(&in->codes[i].items);
		free(in->codes[i].first);
	}
	free(in->codes);
	free(in->gone);
	free(in->sites);
	obj_free(in->out);
}

int link_inline(const struct obj *o, struct link_inline_site *sites, u32 n, bool cpu_v4,
		struct obj **out)
{
	struct inl in;
	int err = inl_init(&in, o);

	in.cpu_v4 = cpu_v4;
	if (!err)
		err = take_sites(&in, sites, n);
	if (!err)
		err = make_codes(&in);
	if (!err)
		err = inl_copy(&in);
	if (!err)
		err = obj_fix_datasecs(in.out);
	if (!err)
		err = obj_index(in.out);
	if (!err)
		err = tidy(in.out, out);
	for (u32 i = 0; i < n && !err; i++)
		sites[i].no = find_site(&in, sites[i].sec, sites[i].insn)->s.no;
	inl_free(&in);
	return err;
}
