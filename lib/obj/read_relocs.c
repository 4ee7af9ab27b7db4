/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Reading relocations into normal form. A compiler has several ways to say "call f":
 *
 *	call -1		R_BPF_64_32 f			f is global or extern
 *	call 5		R_BPF_64_32 .text		f is static, 48 bytes into .text
 *	call -17	-				f is static, in the same section
 *
 * and all of them become (call 0; R_BPF_64_32 f + 0). The same goes for function addresses in
 * ld_imm64 and in data. References to data keep symbol and addend as they are.
 *
 * GNU binutils up to 2.40 put the value of the symbol into the patched field as well, where LLVM
 * puts the addend alone:
 *
 *	r1 = 0x14 ll	R_BPF_64_64 gdata		gdata's value is 0x14
 *	call 0x97	R_BPF_64_32 gf			gf's value is 0x98, in bytes nevertheless
 *
 * Files of theirs are known by their .comment section ("GCC: ...") or by their own numbers of data
 * relocations; and since later releases follow LLVM, only files in which no field is smaller than
 * the value of its symbol are read that way.
 */
#include "lib/obj/obj_int.h"

#include <stdlib.h>

#include "lib/base/sort.h"
#include "lib/isa/isa.h"

/* By number; those that BPF objects don't have are without a name. */
static const struct obj_reloc_type types[] = {
#define RELOC(number, norm, place, size, name)					\
	[number] = { number, norm, OBJ_PLACE_##place, size, name },
#include "lib/obj/reloc.def"
#undef RELOC
};

const struct obj_reloc_type *obj_reloc_type(u32 number)
{
	return number < ARRAY_SIZE(types) && types[number].name ? &types[number] : NULL;
}

/* One relocation on its way in. */
struct pending {
	u32 elf_sec;			/* that it patches */
	struct obj_sec *sec;
	const struct obj_reloc_type *type;
	u64 off;			/* of the instruction, or of the field in data */
	u32 sym;			/* ELF symbol, or n_syms + ELF section */
	s64 addend;
};

static int bad_reloc(struct reader *r, const struct pending *p, const char *why)
{
	struct weld_where at = obj_elf_where(r, p->elf_sec, p->off);

	return diag_raise(r->d, DIAG_OBJ_RELOC, &at, p->type->name, why);
}

/* --- where code symbols are ---------------------------------------------------------------- */

/*
 * Static functions first: what the compiler resolved by itself, or by the section's symbol, must
 * not be taken over by another object's global of that name.
 */
static u32 rank_of(const struct elf_sym *s)
{
	return (s->type != STT_FUNC) * 4 + (s->bind != STB_LOCAL) * 2 + (s->bind == STB_WEAK);
}

static int cmp_places(const void *pa, const void *pb)
{
	const struct code_place *a = pa, *b = pb;

	if (a->elf_sec != b->elf_sec)
		return a->elf_sec < b->elf_sec ? -1 : 1;
	if (a->off != b->off)
		return a->off < b->off ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->sym < b->sym ? -1 : a->sym > b->sym;
}

static bool in_code(const struct reader *r, const struct elf_sym *s)
{
	return s->sec && s->sec < r->f->n_secs && r->secs[s->sec].i &&
	       obj_sec_is_code(obj_sec(r->o, r->secs[s->sec])->kind);
}

static int collect_places(struct reader *r)
{
	if (vec_reserve(&r->places, r->f->n_syms))
		return obj_no_memory(r->o);
	for (u32 i = 1; i < r->f->n_syms; i++) {
		const struct elf_sym *s = &r->f->syms[i];

		if (!in_code(r, s) || !*s->name || (s->type != STT_FUNC && s->type != STT_NOTYPE))
			continue;
		r->places.v[r->places.n++] =
			(struct code_place){ s->sec, s->value, rank_of(s), i };
	}
	sort_unless_sorted(r->places.v, r->places.n, sizeof(*r->places.v), cmp_places);
	return 0;
}

u32 obj_code_sym_at(const struct reader *r, u32 elf_sec, u64 off)
{
	u32 lo = 0, hi = r->places.n;

	while (lo < hi) {
		u32 mid = lo + (hi - lo) / 2;
		const struct code_place *p = &r->places.v[mid];

		if (p->elf_sec < elf_sec || (p->elf_sec == elf_sec && p->off < off))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < r->places.n && r->places.v[lo].elf_sec == elf_sec && r->places.v[lo].off == off)
		return r->places.v[lo].sym;
	return 0;
}

/* --- taking the addend out of the patched field --------------------------------------------- */

/* Addends come from the file: any 64 bits, which wrap around. */
static void shift(struct pending *p, u64 by)
{
	p->addend = (s64)((u64)p->addend + by);
}

static int take_ld64(struct reader *r, struct pending *p)
{
	u32 at = (u32)(p->off / 8);
	struct bpf_insn *insn = &p->sec->insns.v[at];

	if (!obj_insn_is_ld64(insn) || at + 1 >= p->sec->insns.n)
		return bad_reloc(r, p, "does not patch an ld_imm64");
	shift(p, isa_imm64(insn));
	insn[0].src_reg = 0;
	insn[0].imm = insn[1].imm = 0;
	return 0;
}

static int take_call(struct reader *r, struct pending *p)
{
	struct bpf_insn *insn = &p->sec->insns.v[p->off / 8];

	if (!obj_insn_is_call(insn) || insn->src_reg > BPF_PSEUDO_KFUNC_CALL)
		return bad_reloc(r, p, "does not patch a call");
	shift(p, (u64)(((s64)insn->imm + 1) * 8));
	insn->src_reg = BPF_PSEUDO_CALL;
	insn->imm = 0;
	return 0;
}

static int take_data(struct reader *r, struct pending *p)
{
	struct obj_sec *sec = p->sec;
	u8 *field;

	if (sec->elf_type == SHT_NOBITS)
		return bad_reloc(r, p, "patches a section that has no bytes");
	if (p->off > sec->size || p->type->size > sec->size - p->off)
		return bad_reloc(r, p, "goes on behind the end of its section");
	field = sec->bytes.v + p->off;
	if (p->type->size == 8)
		shift(p, get_u64(field, r->f->swap));
	else
		shift(p, (u64)(s64)(s32)get_u32(field, r->f->swap));
	memset(field, 0, p->type->size);
	return 0;
}

static int take_addend(struct reader *r, struct pending *p)
{
	bool code = obj_sec_is_code(p->sec->kind);

	if (code != (p->type->place != OBJ_PLACE_DATA))
		return bad_reloc(r, p, code ? "cannot patch code" : "cannot patch data");
	if (!code)
		return take_data(r, p);
	if (p->off % 8)
		return bad_reloc(r, p, "lies within an instruction");
	return p->type->place == OBJ_PLACE_CALL ? take_call(r, p) : take_ld64(r, p);
}

/* --- what it refers to ---------------------------------------------------------------------- */

/* Data may hold the address of a section's end, a call needs something to call. */
static int check_code_target(struct reader *r, const struct pending *p, const struct elf_sym *s)
{
	u64 target = s->value + (u64)p->addend, size = r->f->secs[s->sec].size;

	if (target > size || (target == size && p->type->place == OBJ_PLACE_CALL))
		return bad_reloc(r, p, "refers to code outside of its section");
	return target % 8 ? bad_reloc(r, p, "refers to the middle of an instruction") : 0;
}

static bool is_section(const struct elf_sym *s)
{
	return s->type == STT_SECTION;
}

/* Nobody outside of this object can mean anything else by it. */
static bool is_local(const struct elf_sym *s)
{
	return s->bind == STB_LOCAL || is_section(s);
}

static bool is_defined(const struct reader *r, const struct elf_sym *s)
{
	return s->sec && s->sec < r->f->n_secs;
}

static int check_symbol(struct reader *r, const struct pending *p, const struct elf_sym *s,
			bool code)
{
	bool defined = is_defined(r, s);

	if (!p->sym || (!s->sec && is_local(s)) || (!*s->name && !(is_local(s) && defined)))
		return bad_reloc(r, p, "names no symbol");
	if (s->type == STT_FILE || s->type == STT_TLS || (is_section(s) && !defined))
		return bad_reloc(r, p, "names a symbol that has no address");
	if (!defined)
		return 0;
	if (!r->secs[s->sec].i)
		return bad_reloc(r, p, "refers to a section that is not kept");
	if (is_section(s) && s->value > r->f->secs[s->sec].size)
		return bad_reloc(r, p, "names a symbol outside of its section");
	if (p->type->place == OBJ_PLACE_CALL && !code)
		return bad_reloc(r, p, "calls data");
	return 0;
}

/* Symbol and addend in normal form. */
static int settle_target(struct reader *r, struct pending *p)
{
	const struct elf_sym *s = &r->f->syms[p->sym];
	bool code = in_code(r, s);
	u32 code_sym = 0;

	if (check_symbol(r, p, s, code))
		return -EINVAL;
	if (!is_defined(r, s)) {
		bool cut = p->type->place == OBJ_PLACE_CALL && p->addend % 8;

		return cut ? bad_reloc(r, p, "refers to the middle of an instruction") : 0;
	}
	if (r->gnu && !is_section(s))
		shift(p, -s->value * (p->type->place == OBJ_PLACE_CALL ? 8 : 1));
	if (code && check_code_target(r, p, s))
		return -EINVAL;
	if (code && (is_local(s) || p->addend))
		code_sym = obj_code_sym_at(r, s->sec, s->value + (u64)p->addend);
	if (code_sym) {
		p->sym = code_sym;
		p->addend = 0;
	} else if (is_section(s) || (is_local(s) && (!*s->name || code))) {
		shift(p, s->value);
		p->sym = r->f->n_syms + s->sec;
	}
	return 0;
}

/* The caller has made room. */
static void store(struct reader *r, const struct pending *p)
{
	struct obj_reloc *reloc = &p->sec->relocs.v[p->sec->relocs.n++];

	reloc->off = p->off;
	reloc->addend = p->addend;
	reloc->sym.i = p->sym;
	reloc->type = p->type->norm;
	r->wanted[p->sym] = 1;
}

/* LLVM up to 12 had no types for data and used those of instructions there, of the same size. */
static const struct obj_reloc_type *data_type(const struct obj_reloc_type *type)
{
	if (type->place == OBJ_PLACE_LD64)
		return obj_reloc_type(R_BPF_64_ABS64);
	if (type->place == OBJ_PLACE_CALL)
		return obj_reloc_type(R_BPF_64_ABS32);
	return type;
}

static int read_reloc(struct reader *r, u32 elf_sec, struct elf_rel rel)
{
	struct pending p = {
		.elf_sec = elf_sec,
		.sec = obj_sec(r->o, r->secs[elf_sec]),
		.type = obj_reloc_type(rel.type),
		.off = rel.off,
		.sym = rel.sym,
		.addend = rel.addend,
	};
	int err;

	if (!p.type) {
		struct weld_where at = obj_elf_where(r, elf_sec, rel.off);

		return diag_raise(r->d, DIAG_OBJ_RELOC_TYPE, &at, rel.type);
	}
	if (!obj_sec_is_code(p.sec->kind))
		p.type = data_type(p.type);
	if (p.type->place == OBJ_PLACE_IGNORE)
		return 0;
	err = take_addend(r, &p);
	if (!err)
		err = settle_target(r, &p);
	if (!err && p.type->norm == R_BPF_64_ABS32 && p.addend != (s32)p.addend)
		err = bad_reloc(r, &p, "has an addend that does not fit 32 bits");
	if (!err)
		store(r, &p);
	return err;
}

/* --- dialects ------------------------------------------------------------------------------- */

static int find_gcc_comment(struct reader *r, bool *found)
{
	for (u32 i = 1; i < r->f->n_secs && !*found; i++) {
		const struct elf_sec *s = &r->f->secs[i];
		struct span bytes;
		int err;

		if (strcmp(s->name, ".comment") || s->flags & SHF_COMPRESSED)
			continue;
		err = elf_sec_bytes(r->d, r->f, i, &bytes);
		if (err)
			return err;
		/* Strings; some releases begin with an empty one. */
		if (bytes.size >= 5)
			*found = !memcmp(bytes.data, "GCC:", 4) ||
				 !memcmp(bytes.data + 1, "GCC:", 4);
	}
	return 0;
}

/* What LLVM would call the addend, read without a check of the shape: 0 when there is none. */
static s64 peek_field(const struct reader *r, const struct obj_sec *sec, u64 off)
{
	u64 at = off / 8;

	if (obj_sec_is_code(sec->kind)) {
		if (at + 1 < sec->insns.n && obj_insn_is_ld64(&sec->insns.v[at]))
			return (s64)isa_imm64(&sec->insns.v[at]);
		return at < sec->insns.n ? ((s64)sec->insns.v[at].imm + 1) * 8 : 0;
	}
	if (sec->bytes.n >= 8 && off <= sec->bytes.n - 8)
		return (s64)get_u64(sec->bytes.v + off, r->f->swap);
	return 0;
}

/* R_BPF_DATA_* occur. */
static bool is_gnu(struct elf_rel rel)
{
	return rel.type == R_BPF_GNU_DATA_32 || rel.type == R_BPF_GNU_DATA_64;
}

/* A field is less than its symbol's value. */
static bool is_small(const struct reader *r, const struct obj_sec *sec, struct elf_rel rel)
{
	const struct elf_sym *s = &r->f->syms[rel.sym];

	return s->type != STT_SECTION && s->sec && s->sec < r->f->n_secs &&
	       peek_field(r, sec, rel.off) < (s64)s->value;
}

/* --- all of them ---------------------------------------------------------------------------- */

/* A relocation section that patches a kept one. */
static bool is_wanted(const struct reader *r, u32 i)
{
	const struct elf_sec *s = &r->f->secs[i];

	return (s->type == SHT_REL || s->type == SHT_RELA) && s->info < r->f->n_secs &&
	       r->secs[s->info].i;
}

struct rel_sec {
	u32 elf_sec;		/* that it patches */
	struct elf_rels rels;
};

typedef VEC(struct rel_sec) rel_secs;

static int decode_all(struct reader *r, rel_secs *all)
{
	for (u32 i = 1; i < r->f->n_secs; i++) {
		struct rel_sec *rs;
		int err;

		if (!is_wanted(r, i))
			continue;
		rs = vec_push(all);
		if (!rs)
			return obj_no_memory(r->o);
		rs->elf_sec = r->f->secs[i].info;
		err = elf_rels(r->d, r->f, i, &rs->rels);
		if (err)
			return err;
	}
	return 0;
}

/* GCC's, as its relocations or the compiler itself say, unless a field speaks against it. */
static int find_dialect(struct reader *r, const rel_secs *all)
{
	int err = find_gcc_comment(r, &r->gnu);

	for (u32 i = 0; i < all->n && !r->gnu; i++)
		for (u32 k = 0; k < all->v[i].rels.n && !r->gnu; k++)
			r->gnu = is_gnu(elf_rel_at(&all->v[i].rels, k));
	for (u32 i = 0; i < all->n && r->gnu; i++)
		for (u32 k = 0; k < all->v[i].rels.n && r->gnu; k++)
			r->gnu = !is_small(r, obj_sec(r->o, r->secs[all->v[i].elf_sec]),
					   elf_rel_at(&all->v[i].rels, k));
	return err;
}

static int read_all(struct reader *r, const rel_secs *all)
{
	for (u32 i = 0; i < all->n; i++) {
		const struct rel_sec *rs = &all->v[i];
		struct obj_sec *sec = obj_sec(r->o, r->secs[rs->elf_sec]);

		if (vec_reserve(&sec->relocs, rs->rels.n))
			return obj_no_memory(r->o);
		for (u32 k = 0; k < rs->rels.n; k++) {
			int err = read_reloc(r, rs->elf_sec, elf_rel_at(&rs->rels, k));

			if (err)
				return err;
		}
	}
	return 0;
}

/* Sorted and apart from each other: two relocations of one field would add up to nonsense. */
static int sort_relocs(struct reader *r, u32 elf_sec)
{
	struct obj_sec *sec = obj_sec(r->o, r->secs[elf_sec]);
	bool code = obj_sec_is_code(sec->kind);

	obj_sort_relocs(sec);
	for (u32 i = 1; i < sec->relocs.n; i++) {
		const struct obj_reloc *a = &sec->relocs.v[i - 1], *b = a + 1;

		if (b->off - a->off < (code ? 8 : obj_reloc_type(a->type)->size)) {
			struct pending p = { elf_sec, sec, obj_reloc_type(b->type), b->off, 0, 0 };

			return bad_reloc(r, &p, "patches the same bytes as another");
		}
	}
	return 0;
}

/* --- what the compiler resolved by itself ---------------------------------------------------- */

static const struct obj_reloc_type *resolved_type(const struct bpf_insn *insn)
{
	if (obj_insn_is_call(insn) && insn->src_reg == BPF_PSEUDO_CALL)
		return obj_reloc_type(R_BPF_64_32);
	if (obj_insn_is_ld64(insn) && insn->src_reg == BPF_PSEUDO_FUNC)
		return obj_reloc_type(R_BPF_64_64);
	return NULL;
}

static int read_resolved(struct reader *r, u32 elf_sec, u32 at, const struct obj_reloc_type *type)
{
	struct obj_sec *sec = obj_sec(r->o, r->secs[elf_sec]);
	struct bpf_insn *insn = &sec->insns.v[at];
	s64 target = (s64)at + 1 + insn->imm;
	struct pending p = { elf_sec, sec, type, at * 8ull, 0, 0 };

	if (target < 0 || target >= sec->insns.n) {
		struct weld_where where = obj_elf_where(r, elf_sec, p.off);

		return diag_raise(r->d, DIAG_OBJ_CALL_OUTSIDE, &where, (long long)target);
	}
	p.sym = obj_code_sym_at(r, elf_sec, (u64)target * 8);
	if (!p.sym) {
		p.sym = r->f->n_syms + elf_sec;
		p.addend = target * 8;
	}
	insn[0].imm = 0;
	if (type->place == OBJ_PLACE_LD64)
		insn[0].src_reg = insn[1].imm = 0;
	if (vec_reserve(&sec->relocs, 1))
		return obj_no_memory(r->o);
	store(r, &p);
	return 0;
}

/* relocs are sorted; those found here are added behind, to be sorted in. */
static int read_resolved_sec(struct reader *r, u32 elf_sec)
{
	struct obj_sec *sec = obj_sec(r->o, r->secs[elf_sec]);
	const struct bpf_insn *insn = sec->insns.v, *end;
	const u32 n_relocs = sec->relocs.n;
	u32 next = 0;

	if (!sec->insns.n)
		return 0;
	for (end = insn + sec->insns.n; insn < end; insn++) {
		const struct obj_reloc_type *type;
		u32 i;

		if (!obj_insn_is_ld64(insn) && !obj_insn_is_call(insn))
			continue;
		i = (u32)(insn - sec->insns.v);
		if (obj_insn_is_ld64(insn) && insn + 1 == end) {
			struct weld_where at = obj_elf_where(r, elf_sec, i * 8ull);

			return diag_raise(r->d, DIAG_OBJ_CODE_CUT, &at);
		}
		type = resolved_type(insn);
		while (type && next < n_relocs && sec->relocs.v[next].off < i * 8ull)
			next++;
		if (type && (next == n_relocs || sec->relocs.v[next].off != i * 8ull)) {
			int err = read_resolved(r, elf_sec, i, type);

			if (err)
				return err;
		}
		insn += obj_insn_is_ld64(insn);
	}
	if (sec->relocs.n > n_relocs)
		obj_sort_relocs(sec);
	return 0;
}

int obj_read_relocs(struct reader *r)
{
	rel_secs all = { 0 };
	int err;

	err = collect_places(r);
	if (!err)
		err = decode_all(r, &all);
	if (!err)
		err = find_dialect(r, &all);
	if (!err)
		err = read_all(r, &all);
	for (u32 i = 1; i < r->f->n_secs && !err; i++) {
		if (!r->secs[i].i)
			continue;
		err = sort_relocs(r, i);
		if (!err)
			err = read_resolved_sec(r, i);
	}
	vec_free(&all);
	return err;
}
