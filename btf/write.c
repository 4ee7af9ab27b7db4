/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Graph to bytes. Records go out in order of ids, wherever they lie. */
#include "btf/btf_int.h"

static u64 types_size(const struct btf *b)
{
	u64 size = 0;

	for (u32 i = 0; i < b->recs.n; i++)
		size += btf_rec_size(rec_at(b, i));
	return size;
}

static void put_header(const struct btf *b, u32 type_len, bool swap, struct sbuf *out)
{
	u8 h[sizeof(struct btf_header)] = { 0 };

	put_u16(h + offsetof(struct btf_header, magic), BTF_MAGIC, swap);
	h[offsetof(struct btf_header, version)] = BTF_VERSION;
	put_u32(h + offsetof(struct btf_header, hdr_len), sizeof(h), swap);
	put_u32(h + offsetof(struct btf_header, type_len), type_len, swap);
	put_u32(h + offsetof(struct btf_header, str_off), type_len, swap);
	put_u32(h + offsetof(struct btf_header, str_len), b->strs.n, swap);
	sbuf_put(out, h, sizeof(h));
}

/* The bytes are in out already: turn each word around. */
static void swap_words(struct sbuf *out, size_t from)
{
	if (sbuf_err(out))
		return;
	for (size_t i = from; i < out->size; i += sizeof(u32))
		put_u32(out->data + i, get_u32(out->data + i, false), true);
}

u64 btf_blob_size(const struct btf *b)
{
	return sizeof(struct btf_header) + types_size(b) + b->strs.n;
}

int btf_write(const struct btf *b, bool big_endian, struct sbuf *out)
{
	bool swap = big_endian != HOST_BIG_ENDIAN;
	u64 type_len = types_size(b);
	size_t from;

	if (type_len + b->strs.n > UINT32_MAX - sizeof(struct btf_header))
		return -E2BIG;
	put_header(b, (u32)type_len, swap, out);
	from = out->size;
	for (u32 i = 0; i < b->recs.n; i++)
		sbuf_put(out, rec_at(b, i), btf_rec_size(rec_at(b, i)));
	if (swap)
		swap_words(out, from);
	sbuf_put(out, b->strs.v, b->strs.n);
	return sbuf_err(out);
}
