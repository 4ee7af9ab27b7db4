/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Raw dump: one line a type and one an element, as `bpftool btf dump ... format raw` prints them,
 * so that the two can be compared. Names from a hostile file can't reach the terminal as control
 * characters: these come out as \xNN.
 */
#include "btf/dump.h"

const char *btf_name_or_anon(const struct btf *b, u32 off)
{
	const char *name = btf_str(b, off);

	return *name ? name : "(anon)";
}

const char *btf_encoding_text(const struct btf_type *t)
{
	switch (BTF_INT_ENCODING(btf_int_word(t))) {
	case 0:
		return "(none)";
	case BTF_INT_SIGNED:
		return "SIGNED";
	case BTF_INT_CHAR:
		return "CHAR";
	case BTF_INT_BOOL:
		return "BOOL";
	default:
		return "UNKN";
	}
}

const char *btf_func_linkage_text(u32 linkage)
{
	static const char *const text[] = { "static", "global", "extern" };

	return linkage < ARRAY_SIZE(text) ? text[linkage] : "(unknown)";
}

static void put_name(struct sbuf *out, const struct btf *b, u32 off)
{
	sbuf_putc(out, '\'');
	for (const char *s = btf_name_or_anon(b, off); *s; s++) {
		if ((u8)*s < 0x20 || *s == 0x7f)
			sbuf_printf(out, "\\x%02x", (u8)*s);
		else
			sbuf_putc(out, *s);
	}
	sbuf_putc(out, '\'');
}

static void element_name(struct sbuf *out, const struct btf *b, u32 off)
{
	sbuf_puts(out, "\n\t");
	put_name(out, b, off);
}

static void dump_int(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	u32 word = btf_int_word(t);

	sbuf_printf(out, " size=%u bits_offset=%u nr_bits=%u encoding=%s", t->size,
		    BTF_INT_OFFSET(word), BTF_INT_BITS(word), btf_encoding_text(t));
}

static void dump_ref(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " type_id=%u", t->type);
}

static void dump_array(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	const struct btf_array *a = btf_array(t);

	sbuf_printf(out, " type_id=%u index_type_id=%u nr_elems=%u", a->type, a->index_type,
		    a->nelems);
}

static void dump_composite(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " size=%u vlen=%u", t->size, btf_vlen(t));
	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = &btf_members(t)[i];

		element_name(out, b, m->name_off);
		sbuf_printf(out, " type_id=%u bits_offset=%u", m->type, btf_member_bit_off(t, i));
		if (btf_member_bit_size(t, i))
			sbuf_printf(out, " bitfield_size=%u", btf_member_bit_size(t, i));
	}
}

static void dump_enum(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	const char *suffix = btf_kind(t) != BTF_KIND_ENUM64 ? "" : btf_kflag(t) ? "LL" : "ULL";

	sbuf_printf(out, " encoding=%s size=%u vlen=%u", btf_kflag(t) ? "SIGNED" : "UNSIGNED",
		    t->size, btf_vlen(t));
	for (u32 i = 0; i < btf_vlen(t); i++) {
		u64 value = btf_enum_value(t, i);

		element_name(out, b, btf_enumerator_name(t, i));
		if (btf_kflag(t))
			sbuf_printf(out, " val=%lld%s", (long long)value, suffix);
		else
			sbuf_printf(out, " val=%llu%s", (unsigned long long)value, suffix);
	}
}

static void dump_fwd(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " fwd_kind=%s", btf_kflag(t) ? "union" : "struct");
}

static void dump_func(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " type_id=%u linkage=%s", t->type,
		    btf_func_linkage_text(btf_func_linkage(t)));
}

static void dump_proto(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " ret_type_id=%u vlen=%u", t->type, btf_vlen(t));
	for (u32 i = 0; i < btf_vlen(t); i++) {
		element_name(out, b, btf_params(t)[i].name_off);
		sbuf_printf(out, " type_id=%u", btf_params(t)[i].type);
	}
}

static void dump_var(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " type_id=%u, linkage=%s", t->type,
		    btf_func_linkage_text(btf_var_linkage(t)));
}

static void dump_datasec(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " size=%u vlen=%u", t->size, btf_vlen(t));
	for (u32 i = 0; i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *v = &btf_secinfos(t)[i];
		const struct btf_type *entity = btf_type(b, v->type);

		sbuf_printf(out, "\n\ttype_id=%u offset=%u size=%u (%s ", v->type, v->offset,
			    v->size, btf_kind_text(btf_kind(entity)));
		put_name(out, b, entity->name_off);
		sbuf_putc(out, ')');
	}
}

static void dump_float(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " size=%u", t->size);
}

static void dump_decl_tag(const struct btf *b, const struct btf_type *t, struct sbuf *out)
{
	sbuf_printf(out, " type_id=%u component_idx=%d", t->type, btf_component(t));
}

static void (*const dump_kind[NR_BTF_KINDS])(const struct btf *b, const struct btf_type *t,
					     struct sbuf *out) = {
#define KIND(NAME, text, name, word, vlen, kflag, fixed, elem, refs, check, dump) \
	[BTF_KIND_##NAME] = dump_##dump,
#include "btf/kinds.def"
#undef KIND
};

void btf_dump_raw(const struct btf *b, struct sbuf *out)
{
	for (u32 id = b->first_id; id <= btf_n_types(b); id++) {
		const struct btf_type *t = btf_type(b, id);

		sbuf_printf(out, "[%u] %s ", id, btf_kind_text(btf_kind(t)));
		put_name(out, b, t->name_off);
		dump_kind[btf_kind(t)](b, t, out);
		sbuf_putc(out, '\n');
	}
}
