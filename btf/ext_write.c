/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* BTF.ext in memory: building it, changing ids, writing it. */
#include "btf/ext.h"

#include <assert.h>
#include <stdlib.h>

int btf_ext_new(struct btf_ext **out)
{
	struct btf_ext *x = calloc(1, sizeof(*x));

	if (!x)
		return -ENOMEM;
	*out = x;
	return 0;
}

void btf_ext_free(struct btf_ext *x)
{
	if (!x)
		return;
	vec_free(&x->func_secs);
	vec_free(&x->line_secs);
	vec_free(&x->core_secs);
	vec_free(&x->funcs);
	vec_free(&x->lines);
	vec_free(&x->relos);
	free(x);
}

int btf_ext_add_func_sec(struct btf_ext *x, u32 name_off)
{
	struct btf_ext_sec sec = { .name_off = name_off, .first = x->funcs.n };

	return vec_append(&x->func_secs, &sec, 1);
}

int btf_ext_add_line_sec(struct btf_ext *x, u32 name_off)
{
	struct btf_ext_sec sec = { .name_off = name_off, .first = x->lines.n };

	return vec_append(&x->line_secs, &sec, 1);
}

int btf_ext_add_core_sec(struct btf_ext *x, u32 name_off)
{
	struct btf_ext_sec sec = { .name_off = name_off, .first = x->relos.n };

	return vec_append(&x->core_secs, &sec, 1);
}

int btf_ext_add_func(struct btf_ext *x, const struct bpf_func_info *rec)
{
	assert(x->func_secs.n);
	if (vec_append(&x->funcs, rec, 1))
		return -ENOMEM;
	x->func_secs.v[x->func_secs.n - 1].n++;
	return 0;
}

int btf_ext_add_line(struct btf_ext *x, const struct bpf_line_info *rec)
{
	assert(x->line_secs.n);
	if (vec_append(&x->lines, rec, 1))
		return -ENOMEM;
	x->line_secs.v[x->line_secs.n - 1].n++;
	return 0;
}

int btf_ext_add_core(struct btf_ext *x, const struct bpf_core_relo *rec)
{
	assert(x->core_secs.n);
	if (vec_append(&x->relos, rec, 1))
		return -ENOMEM;
	x->core_secs.v[x->core_secs.n - 1].n++;
	return 0;
}

bool btf_ext_is_empty(const struct btf_ext *x)
{
	return !x->funcs.n && !x->lines.n && !x->relos.n;
}

void btf_ext_remap_ids(struct btf_ext *x, const u32 *id_map)
{
	for (u32 i = 0; i < x->funcs.n; i++)
		x->funcs.v[i].type_id = id_map[x->funcs.v[i].type_id];
	for (u32 i = 0; i < x->relos.n; i++)
		x->relos.v[i].type_id = id_map[x->relos.v[i].type_id];
}

/* --- writing ------------------------------------------------------------------------------- */

static const u32 rec_sizes[BTF_EXT_N_KINDS] = {
	[BTF_EXT_FUNC] = sizeof(struct bpf_func_info),
	[BTF_EXT_LINE] = sizeof(struct bpf_line_info),
	[BTF_EXT_CORE] = sizeof(struct bpf_core_relo),
};

static void put_word(struct sbuf *out, u32 v, bool swap)
{
	u8 bytes[sizeof(v)];

	put_u32(bytes, v, swap);
	sbuf_put(out, bytes, sizeof(bytes));
}

static u64 kind_size(const btf_ext_runs *runs, enum btf_ext_kind kind)
{
	u64 size = 0;

	for (u32 i = 0; i < runs->n; i++)
		if (runs->v[i].kind == kind)
			size += sizeof(struct btf_ext_info_sec) +
				(u64)runs->v[i].n * rec_sizes[kind];
	/* No section: not even the word for the record size. */
	return size ? size + sizeof(u32) : 0;
}

u64 btf_ext_runs_size(const btf_ext_runs *runs)
{
	u64 size = sizeof(struct btf_ext_header);

	for (u32 kind = 0; kind < BTF_EXT_N_KINDS; kind++)
		size += kind_size(runs, kind);
	return size;
}

static void put_head(const btf_ext_runs *runs, bool swap, struct sbuf *out)
{
	u8 head[offsetof(struct btf_ext_header, hdr_len)] = { 0 };
	u64 off = 0;

	put_u16(head, BTF_MAGIC, swap);
	head[offsetof(struct btf_ext_header, version)] = BTF_VERSION;
	sbuf_put(out, head, sizeof(head));
	put_word(out, sizeof(struct btf_ext_header), swap);
	for (u32 kind = 0; kind < BTF_EXT_N_KINDS; kind++) {
		u64 size = kind_size(runs, kind);

		put_word(out, (u32)off, swap);
		put_word(out, (u32)size, swap);
		off += size;
	}
}

/* In the host's byte order, records differ from what is in memory in their first word alone. */
static void put_run(const struct btf_ext_run *run, u32 unit, bool swap, struct sbuf *out)
{
	u32 rec_size = rec_sizes[run->kind];
	size_t size = (size_t)run->n * rec_size;
	char *to;

	put_word(out, run->name_off, swap);
	put_word(out, run->n, swap);
	to = sbuf_extend(out, size);
	if (!to)
		return;
	memcpy(to, run->recs, size);
	for (const char *end = to + size; to < end; to += rec_size) {
		put_u32(to, get_u32(to, false) * unit, swap);
		for (u32 k = sizeof(u32); swap && k < rec_size; k += sizeof(u32))
			put_u32(to + k, get_u32(to + k, false), swap);
	}
}

int btf_ext_write_runs(const btf_ext_runs *runs, u32 unit, bool big_endian, struct sbuf *out)
{
	bool swap = big_endian != HOST_BIG_ENDIAN;
	u64 size = btf_ext_runs_size(runs);

	if (size > UINT32_MAX)
		return -E2BIG;
	sbuf_reserve(out, size);
	put_head(runs, swap, out);
	for (u32 i = 0; i < runs->n; i++) {
		const struct btf_ext_run *run = &runs->v[i];

		assert(run->n && (!i || run[-1].kind <= run->kind));
		if (!i || run[-1].kind != run->kind)
			put_word(out, rec_sizes[run->kind], swap);
		put_run(run, unit, swap, out);
	}
	return sbuf_err(out);
}

/* The sections of one kind that have records; recs are those of all. */
static int add_runs(btf_ext_runs *runs, enum btf_ext_kind kind, const struct btf_ext_sec *secs,
		    u32 n_secs, const void *recs)
{
	for (u32 i = 0; i < n_secs; i++) {
		struct btf_ext_run run = {
			.kind = kind, .name_off = secs[i].name_off, .n = secs[i].n,
		};

		if (!run.n)
			continue;
		run.recs = (const char *)recs + (size_t)secs[i].first * rec_sizes[kind];
		if (vec_append(runs, &run, 1))
			return -ENOMEM;
	}
	return 0;
}

int btf_ext_write(const struct btf_ext *x, bool big_endian, struct sbuf *out)
{
	btf_ext_runs runs = { 0 };
	int err = add_runs(&runs, BTF_EXT_FUNC, x->func_secs.v, x->func_secs.n, x->funcs.v);

	if (!err)
		err = add_runs(&runs, BTF_EXT_LINE, x->line_secs.v, x->line_secs.n, x->lines.v);
	if (!err)
		err = add_runs(&runs, BTF_EXT_CORE, x->core_secs.v, x->core_secs.n, x->relos.v);
	if (!err)
		err = btf_ext_write_runs(&runs, 1, big_endian, out);
	vec_free(&runs);
	return err;
}

/* --- equality ------------------------------------------------------------------------------ */

static bool same_bytes(const void *a, u32 n_a, const void *b, u32 n_b, size_t size)
{
	return n_a == n_b && (!n_a || !memcmp(a, b, n_a * size));
}

#define SAME(member) \
	same_bytes(a->member.v, a->member.n, b->member.v, b->member.n, sizeof(*a->member.v))

bool btf_ext_equal(const struct btf_ext *a, const struct btf_ext *b)
{
	return SAME(func_secs) && SAME(line_secs) && SAME(core_secs) && SAME(funcs) &&
	       SAME(lines) && SAME(relos);
}
