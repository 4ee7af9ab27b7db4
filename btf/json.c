/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* The dump as JSON, in the shape of `bpftool -j btf dump`. */
#include "btf/dump.h"

/* A string in quotes. Bytes from 0x80 on stay when they form UTF-8, else they become \u00XX. */
static void put_str(struct sbuf *out, const char *s);

static void open_element(struct sbuf *out, u32 i)
{
	sbuf_puts(out, i ? ",{" : "{");
}

static void put_name(struct sbuf *out, const struct btf *b, u32 off)
{
	sbuf_puts(out, "\"name\":");
	put_str(out, btf_name_or_anon(b, off));
}

/* Length of the UTF-8 sequence at s, or 0 when it isn't one. */
static u32 utf8_len(const char *s)
{
	u8 c = (u8)*s;
	u32 len = c >= 0xf5 ? 0 : c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 0;

	for (u32 i = 1; i < len; i++)
		if (((u8)s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates and what lies behind U+10FFFF. */
	if ((c == 0xe0 && (u8)s[1] < 0xa0) || (c == 0xed && (u8)s[1] > 0x9f) ||
	    (c == 0xf0 && (u8)s[1] < 0x90) || (c == 0xf4 && (u8)s[1] > 0x8f))
		return 0;
	return len;
}

static void put_str(struct sbuf *out, const char *s)
{
	sbuf_putc(out, '"');
	while (*s) {
		u32 len = (u8)*s < 0x80 ? 1 : utf8_len(s);

		if (*s == '"' || *s == '\\')
			sbuf_printf(out, "\\%c", *s);
		else if (!len || (u8)*s < 0x20 || *s == 0x7f)
			sbuf_printf(out, "\\u%04x", (u8)*s);
		else
			sbuf_put(out, s, len);
		s += len ? len : 1;
	}
	sbuf_putc(out, '"');
}

static void json_int(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	u32 word = btf_int_word(t);

	sbuf_printf(out, ",\"size\":%u,\"bits_offset\":%u,\"nr_bits\":%u,\"encoding\":\"%s\"",
		    t->size, BTF_INT_OFFSET(word), BTF_INT_BITS(word), btf_encoding_text(t));
}

static void json_ref(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"type_id\":%u", t->type);
}

static void json_array(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	const struct btf_array *a = btf_array(t);

	sbuf_printf(out, ",\"type_id\":%u,\"index_type_id\":%u,\"nr_elems\":%u", a->type,
		    a->index_type, a->nelems);
}

static void json_composite(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"size\":%u,\"vlen\":%u,\"members\":[", t->size, btf_vlen(t));
	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];

		open_element(out, i);
		put_name(out, b, m->name_off);
		sbuf_printf(out, ",\"type_id\":%u,\"bits_offset\":%u", m->type,
			    btf_member_bit_off(t, i));
		if (btf_member_bit_size(t, i))
			sbuf_printf(out, ",\"bitfield_size\":%u", btf_member_bit_size(t, i));
		sbuf_putc(out, '}');
	}
	sbuf_putc(out, ']');
}

static void json_enum(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"encoding\":\"%s\",\"size\":%u,\"vlen\":%u,\"values\":[",
		    btf_kflag(t) ? "SIGNED" : "UNSIGNED", t->size, btf_vlen(t));
	for (u32 i = 0; i < btf_vlen(t); i++) {
		u64 value = btf_enum_value(t, i);

		open_element(out, i);
		put_name(out, b, btf_enumerator_name(t, i));
		if (btf_kflag(t))
			sbuf_printf(out, ",\"val\":%lld}", (long long)value);
		else
			sbuf_printf(out, ",\"val\":%llu}", (unsigned long long)value);
	}
	sbuf_putc(out, ']');
}

static void json_fwd(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"fwd_kind\":\"%s\"", btf_kflag(t) ? "union" : "struct");
}

static void json_func(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"type_id\":%u,\"linkage\":\"%s\"", t->type,
		    btf_func_linkage_text(btf_func_linkage(t)));
}

static void json_proto(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"ret_type_id\":%u,\"vlen\":%u,\"params\":[", t->type, btf_vlen(t));
	for (u32 i = 0; i < btf_vlen(t); i++) {
		open_element(out, i);
		put_name(out, b, btf_params(t)[i].name_off);
		sbuf_printf(out, ",\"type_id\":%u}", btf_params(t)[i].type);
	}
	sbuf_putc(out, ']');
}

static void json_var(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"type_id\":%u,\"linkage\":\"%s\"", t->type,
		    btf_func_linkage_text(btf_var_linkage(t)));
}

static void json_datasec(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"size\":%u,\"vlen\":%u,\"vars\":[", t->size, btf_vlen(t));
	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *v = &btf_secinfos(t)[i];

		open_element(out, i);
		sbuf_printf(out, "\"type_id\":%u,\"offset\":%u,\"size\":%u}", v->type, v->offset,
			    v->size);
	}
	sbuf_putc(out, ']');
}

static void json_float(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"size\":%u", t->size);
}

static void json_decl_tag(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, ",\"type_id\":%u,\"component_idx\":%d", t->type, btf_component(t));
}

static void (*const json_kind[NR_BTF_KINDS])(const struct btf *b, const struct btf_type *t,
					     struct sbuf *out) = {
#define KIND(NAME, text, name, word, vlen, kflag, fixed, elem, refs, check, dump) \
	[BTF_KIND_##NAME] = json_##dump,
#include "btf/kinds.def"
#undef KIND
};

void btf_dump_json(const struct btf *b, struct sbuf *out)
{
	sbuf_puts(out, "{\"types\":[");
	for (u32 id = b->first_id; id <= btf_n_types(b); id++) {
		const struct btf_type *t = btf_type(b, id);

		open_element(out, id - b->first_id);
		sbuf_printf(out, "\"id\":%u,\"kind\":\"%s\",", id, btf_kind_text(btf_kind(t)));
		put_name(out, b, t->name_off);
		json_kind[btf_kind(t)](b, t, out);
		sbuf_putc(out, '}');
	}
	sbuf_puts(out, "]}");
}
