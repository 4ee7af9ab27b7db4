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

/* A subsection on its way out: records are host words without padding. */
struct sub {
	const struct btf_ext_sec *secs;
	u32 n_secs;
	const void *recs;
	u32 rec_size;
};

static void put_word(struct sbuf *out, u32 v, bool swap)
{
	u8 bytes[sizeof(v)];

	put_u32(bytes, v, swap);
	sbuf_put(out, bytes, sizeof(bytes));
}

/* No section: not even the word for the record size. */
static u64 count_size(const struct btf_ext_count *count, u32 rec_size)
{
	if (!count->n_secs)
		return 0;
	return sizeof(u32) + (u64)count->n_secs * sizeof(struct btf_ext_info_sec) +
	       (u64)count->n_recs * rec_size;
}

static const u32 rec_sizes[] = {
	sizeof(struct bpf_func_info), sizeof(struct bpf_line_info), sizeof(struct bpf_core_relo),
};

u64 btf_ext_blob_size(const struct btf_ext_count counts[3])
{
	u64 size = sizeof(struct btf_ext_header);

	for (size_t i = 0; i < ARRAY_SIZE(rec_sizes); i++)
		size += count_size(&counts[i], rec_sizes[i]);
	return size;
}

void btf_ext_put_head(const struct btf_ext_count counts[3], bool big_endian, struct sbuf *out)
{
	bool swap = big_endian != HOST_BIG_ENDIAN;
	u8 head[offsetof(struct btf_ext_header, hdr_len)] = { 0 };
	u64 off = 0;

	put_u16(head, BTF_MAGIC, swap);
	head[offsetof(struct btf_ext_header, version)] = BTF_VERSION;
	sbuf_put(out, head, sizeof(head));
	put_word(out, sizeof(struct btf_ext_header), swap);
	for (size_t i = 0; i < ARRAY_SIZE(rec_sizes); i++) {
		u64 size = count_size(&counts[i], rec_sizes[i]);

		put_word(out, (u32)off, swap);
		put_word(out, (u32)size, swap);
		off += size;
	}
}

static void put_section(const struct sub *s, const struct btf_ext_sec *sec, bool swap,
			struct sbuf *out)
{
	u32 words = s->rec_size / (u32)sizeof(u32);
	const u32 *rec = (const u32 *)s->recs + (size_t)sec->first * words;

	put_word(out, sec->name_off, swap);
	put_word(out, sec->n, swap);
	if (!swap)
		sbuf_put(out, rec, (size_t)sec->n * s->rec_size);
	for (size_t i = 0; swap && i < (size_t)sec->n * words; i++)
		put_word(out, rec[i], swap);
}

static struct btf_ext_count count_of(const struct sub *s)
{
	struct btf_ext_count count = { 0 };

	for (u32 i = 0; i < s->n_secs; i++) {
		count.n_secs += s->secs[i].n > 0;
		count.n_recs += s->secs[i].n;
	}
	return count;
}

static void put_sub(const struct sub *s, bool swap, struct sbuf *out)
{
	if (!count_of(s).n_secs)
		return;
	put_word(out, s->rec_size, swap);
	for (u32 i = 0; i < s->n_secs; i++)
		if (s->secs[i].n)
			put_section(s, &s->secs[i], swap, out);
}

int btf_ext_write(const struct btf_ext *x, bool big_endian, struct sbuf *out)
{
	const struct sub subs[] = {
		{ x->func_secs.v, x->func_secs.n, x->funcs.v, sizeof(*x->funcs.v) },
		{ x->line_secs.v, x->line_secs.n, x->lines.v, sizeof(*x->lines.v) },
		{ x->core_secs.v, x->core_secs.n, x->relos.v, sizeof(*x->relos.v) },
	};
	bool swap = big_endian != HOST_BIG_ENDIAN;
	struct btf_ext_count counts[ARRAY_SIZE(subs)];

	for (size_t i = 0; i < ARRAY_SIZE(subs); i++)
		counts[i] = count_of(&subs[i]);
	if (btf_ext_blob_size(counts) > UINT32_MAX)
		return -E2BIG;
	sbuf_reserve(out, btf_ext_blob_size(counts));
	btf_ext_put_head(counts, big_endian, out);
	for (size_t i = 0; i < ARRAY_SIZE(subs); i++)
		put_sub(&subs[i], swap, out);
	return sbuf_err(out);
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
