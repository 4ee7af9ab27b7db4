/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Object -> image of one program. The order of functions matters to whoever reads a dump and to
 * nothing else, so it is the one that people know: main first, then depth-first in the order of
 * the calls, each function once.
 */
#include "lib/image/image_int.h"

#include <assert.h>
#include <stdlib.h>

enum { MAX_FUNCS = 256, MAX_INSNS = 1000000 };

static int no_memory(struct build *b)
{
	return diag_raise(b->d, DIAG_NO_MEMORY, NULL, "image");
}

/* --- which functions ------------------------------------------------------------------ */

/* The relocations of a function: [*first, *end) of its section's, which are sorted by offset. */
static void func_relocs(const struct obj *o, const struct obj_func *f, u32 *first, u32 *end)
{
	const struct obj_sec *sec = obj_sec(o, f->sec);
	u64 from = (u64)f->insn * sizeof(struct bpf_insn);
	u64 to = from + (u64)f->n_insns * sizeof(struct bpf_insn);
	u32 lo = 0, hi = sec->relocs.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->relocs.v[mid].off < from)
			lo = mid + 1;
		else
			hi = mid;
	}
	*first = lo;
	while (lo < sec->relocs.n && sec->relocs.v[lo].off < to)
		lo++;
	*end = lo;
}

static int append_insns(struct build *b, const struct obj_func *f)
{
	const struct obj_sec *sec = obj_sec(b->o, f->sec);
	struct weld_where at;

	if (f->n_insns > MAX_INSNS - b->img->insns.n) {
		at = obj_where_sym(b->o, f->sym);
		return diag_raise(b->d, DIAG_IMG_TOO_MANY_INSNS, &at, b->img->name, MAX_INSNS);
	}
	return vec_append(&b->img->insns, &sec->insns.v[f->insn], f->n_insns) ? no_memory(b) : 0;
}

/* Append a function that isn't in the image yet. */
static int append_func(struct build *b, func_id id)
{
	const struct obj_func *f = obj_func(b->o, id);
	struct weld_where at = obj_where_sym(b->o, f->sym);
	struct img_func *out;

	if (b->img->funcs.n == MAX_FUNCS)
		return diag_raise(b->d, DIAG_IMG_TOO_MANY_FUNCS, &at, b->img->name, MAX_FUNCS);
	/* A function ends where the next one begins, or with its section: obj_index. */
	assert(f->n_insns);
	out = vec_push(&b->img->funcs);
	if (!out)
		return no_memory(b);
	*out = (struct img_func){
		.name = obj_func_name(b->o, id),
		.insn = b->img->insns.n,
		.n_insns = f->n_insns,
		.btf_id = f->btf_id,
		.func = id,
	};
	b->place[id.i] = b->img->funcs.n;
	return append_insns(b, f);
}

/* One level of the depth-first walk: the function and its next relocation. */
struct walk {
	u32 next, end;
	sec_id sec;
};

struct walk_stack {
	VEC(struct walk) levels;
};

static int push_func(struct build *b, struct walk_stack *stack, func_id id)
{
	const struct obj_func *f = obj_func(b->o, id);
	struct walk *w;
	int err = append_func(b, id);

	if (err)
		return err;
	w = vec_push(&stack->levels);
	if (!w)
		return no_memory(b);
	w->sec = f->sec;
	func_relocs(b->o, f, &w->next, &w->end);
	return 0;
}

/* The walk keeps its own stack: call graphs of hostile objects may be as deep as they like. */
static int collect_funcs(struct build *b)
{
	struct walk_stack stack = { 0 };
	int err = push_func(b, &stack, b->entry);

	while (!err && stack.levels.n) {
		struct walk *w = &stack.levels.v[stack.levels.n - 1];
		func_id callee;

		if (w->next == w->end) {
			stack.levels.n--;
			continue;
		}
		callee = obj_reloc_func(b->o, &obj_sec(b->o, w->sec)->relocs.v[w->next++]);
		if (callee.i && !b->place[callee.i])
			err = push_func(b, &stack, callee);
	}
	vec_free(&stack.levels);
	return err;
}

/* --- references ----------------------------------------------------------------------- */

static int resolve_refs(struct build *b)
{
	const struct obj *o = b->o;
	int err = 0;

	for (u32 i = 0; i < b->img->funcs.n && !(err && diag_full(b->d)); i++) {
		const struct img_func *to = &b->img->funcs.v[i];
		const struct obj_func *f = obj_func(o, to->func);
		u32 at, end;

		for (func_relocs(o, f, &at, &end); at < end; at++) {
			struct ref ref = {
				.reloc = &obj_sec(o, f->sec)->relocs.v[at],
				.sec = f->sec,
			};
			int e;

			ref.insn = to->insn + (u32)(ref.reloc->off / sizeof(struct bpf_insn)) -
				   f->insn;
			e = img_resolve(b, &ref);
			err = err ? err : e;
		}
	}
	return err;
}

/* --- what goes with the instructions -------------------------------------------------- */

static int copy_func_info(struct build *b)
{
	for (u32 i = 0; i < b->img->funcs.n; i++)
		if (!b->img->funcs.v[i].btf_id)
			return 0; /* the kernel wants one for each function, or none */
	for (u32 i = 0; i < b->img->funcs.n; i++) {
		struct img_func_info *fi = vec_push(&b->img->func_infos);

		if (!fi)
			return no_memory(b);
		fi->insn = b->img->funcs.v[i].insn;
		fi->type_id = b->img->funcs.v[i].btf_id;
	}
	return 0;
}

static u32 first_line_info(const struct obj_sec *sec, u32 insn)
{
	u32 lo = 0, hi = sec->line_infos.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;

		if (sec->line_infos.v[mid].insn < insn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The kernel wants a record at each function's start; one that says nothing fills a gap there
 * (code from an assembler or without -g), so that the others keep their lines. */
static int copy_func_lines(struct build *b, const struct img_func *to)
{
	const struct obj_func *f = obj_func(b->o, to->func);
	const struct obj_sec *sec = obj_sec(b->o, f->sec);
	u32 at = first_line_info(sec, f->insn);
	struct img_line_info *li;

	if (at == sec->line_infos.n || sec->line_infos.v[at].insn != f->insn) {
		li = vec_push(&b->img->line_infos);
		if (!li)
			return no_memory(b);
		li->insn = to->insn;
	}
	for (; at < sec->line_infos.n; at++) {
		const struct obj_line_info *from = &sec->line_infos.v[at];

		if (from->insn >= f->insn + f->n_insns)
			break;
		li = vec_push(&b->img->line_infos);
		if (!li)
			return no_memory(b);
		*li = (struct img_line_info){ to->insn + (from->insn - f->insn), from->file_off,
					      from->line_off, from->line_col };
	}
	return 0;
}

static int copy_line_info(struct build *b)
{
	int err = 0;

	if (!b->img->func_infos.n)
		return 0;
	for (u32 i = 0; !err && i < b->img->funcs.n; i++)
		err = copy_func_lines(b, &b->img->funcs.v[i]);
	return err;
}

/* --- CO-RE: what this loader can't do -------------------------------------------------- */

static int check_core_relos(struct build *b)
{
	if (b->open)
		return img_list_core_relos(b);
	for (u32 i = 0; i < b->img->funcs.n; i++) {
		const struct obj_func *f = obj_func(b->o, b->img->funcs.v[i].func);
		const struct obj_sec *sec = obj_sec(b->o, f->sec);

		for (u32 k = 0; k < sec->core_relos.n; k++) {
			const struct obj_core_relo *relo = &sec->core_relos.v[k];
			struct weld_where at;

			if (relo->insn < f->insn || relo->insn >= f->insn + f->n_insns)
				continue;
			at = obj_where(b->o, f->sec, (u64)relo->insn * sizeof(struct bpf_insn));
			return diag_raise(b->d, DIAG_IMG_NEEDS_CORE, &at, b->img->name);
		}
	}
	return 0;
}

/* --- the spine ------------------------------------------------------------------------ */

/* Tables from what a relocation names to what it becomes, so that none is searched for. */
static int index_targets(struct build *b)
{
	const struct obj *o = b->o;

	b->place = calloc(o->funcs.n, sizeof(*b->place));
	b->data_map = calloc(o->secs.n, sizeof(*b->data_map));
	b->ext = calloc(o->syms.n, sizeof(*b->ext));
	b->kconfig = calloc((size_t)o->externs.n + 1, sizeof(*b->kconfig));
	if (!b->place || !b->data_map || !b->ext || !b->kconfig)
		return no_memory(b);
	for (u32 i = 1; i < o->maps.n; i++)
		if (o->maps.v[i].is_data)
			b->data_map[o->maps.v[i].sec.i] = i;
	for (u32 i = 0; i < o->externs.n; i++)
		b->ext[o->externs.v[i].sym.i] = i + 1;
	return 0;
}

static int describe(struct build *b)
{
	const struct obj_func *f = obj_func(b->o, b->entry);
	struct img *img = b->img;

	img->obj = b->o;
	img->name = obj_func_name(b->o, b->entry);
	img->license = b->o->license ? b->o->license : "";
	img->kern_version = b->o->version;
	if (f->def) {
		img->prog_type = f->def->prog_type;
		img->expected_attach_type = f->def->attach_type;
		if (f->def->flags & ABI_SEC_SLEEPABLE)
			img->prog_flags |= BPF_F_SLEEPABLE;
		if (f->def->flags & ABI_SEC_FRAGS)
			img->prog_flags |= BPF_F_XDP_HAS_FRAGS;
	}
	return 0;
}

static int (*const passes[])(struct build *b) = {
	index_targets,
	describe,
	collect_funcs,
	/* From here on no function is added and no instruction moves. */
	check_core_relos,
	resolve_refs,
	/* From here on only map handles are left to patch, and what an open image lists. */
	img_number_maps,
	copy_func_info,
	copy_line_info,
};

static int build(struct build *b, struct img **out)
{
	int err = 0;

	b->img = calloc(1, sizeof(*b->img));
	if (!b->img)
		err = no_memory(b);
	for (size_t i = 0; !err && i < ARRAY_SIZE(passes); i++)
		err = passes[i](b);
	free(b->place);
	free(b->data_map);
	free(b->ext);
	free(b->kconfig);
	if (err) {
		img_free(b->img);
		return err;
	}
	*out = b->img;
	return 0;
}

int img_build(struct diag *d, const struct obj *o, func_id entry, struct img **out)
{
	return build(&(struct build){ .d = d, .o = o, .entry = entry }, out);
}

int img_build_open(struct diag *d, const struct obj *o, func_id entry, struct img **out)
{
	return build(&(struct build){ .d = d, .o = o, .entry = entry, .open = true }, out);
}

void img_free(struct img *img)
{
	if (!img)
		return;
	vec_free(&img->insns);
	vec_free(&img->funcs);
	vec_free(&img->map_refs);
	vec_free(&img->func_infos);
	vec_free(&img->line_infos);
	vec_free(&img->maps);
	vec_free(&img->ksym_refs);
	vec_free(&img->kconfigs);
	vec_free(&img->core_relos);
	arena_free(&img->arena);
	free(img);
}
