/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Reads one statement by trying the text of each row, which is the printer's own. All spellings
 * fail early but one, so this costs a few hundred comparisons a statement and needs no grammar
 * besides the table. The farthest place that any spelling reached is where the statement is
 * wrong; what the spellings wanted there is what was expected.
 */
#include "lib/isa/text_int.h"

struct matcher {
	const u8 *p, *end;
	struct isa_miss *miss;
	struct isa_stmt stmt;
	bool seen_dst, seen_src;
};

bool isa_is_space(u8 c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_digit(u8 c)
{
	return c >= '0' && c <= '9';
}

bool isa_is_word(u8 c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '.' || c == '$';
}

static void skip_space(struct matcher *m)
{
	while (m->p < m->end && isa_is_space(*m->p))
		m->p++;
}

static bool at_word(const struct matcher *m)
{
	return m->p < m->end && isa_is_word(*m->p);
}

enum { TOKEN_SIZE = 24 };	/* more than any word of op.def */

/*
 * The next token of a spelling, %% read as %: a word, a bracket, or a run of other characters.
 * Returns the characters of the spelling that it takes.
 */
static size_t next_token(const char *text, char token[TOKEN_SIZE])
{
	bool word = isa_is_word((u8)text[0]);
	const char *p = text;
	size_t n = 0;

	do {
		token[n++] = *p;
		p += *p == '%' ? 2 : 1;
	} while (n + 1 < TOKEN_SIZE && !strchr("()[], *", *text) && *p && !strchr("()[], \t", *p) &&
		 isa_is_word((u8)*p) == word && (*p != '%' || p[1] == '%'));
	token[n] = 0;
	return (size_t)(p - text);
}

/* --- what was expected ------------------------------------------------------------------- */

/* False when somebody else got farther, or nobody asks. */
static bool note_place(struct matcher *m)
{
	struct isa_miss *miss = m->miss;

	if (!miss || (miss->at && m->p < miss->at))
		return false;
	if (!miss->at || m->p > miss->at)
		*miss = (struct isa_miss){ .at = m->p };
	return true;
}

static bool want(struct matcher *m, u32 what)
{
	if (note_place(m))
		m->miss->want |= what;
	return false;
}

/* Spellings that go on with the same token are named once. */
static bool want_literal(struct matcher *m, const char *text)
{
	struct isa_miss *miss = m->miss;
	char token[TOKEN_SIZE], other[TOKEN_SIZE];

	if (!note_place(m))
		return false;
	next_token(text, token);
	for (u32 i = 0; i < miss->n_literals; i++) {
		next_token(miss->literals[i], other);
		if (!strcmp(token, other))
			return false;
	}
	if (miss->n_literals < ISA_MAX_LITERALS)
		miss->literals[miss->n_literals++] = text;
	return false;
}

/* --- operands ---------------------------------------------------------------------------- */

/* r0 ... r10; the letter as given. */
static bool take_reg(struct matcher *m, char letter, u32 *reg)
{
	const u8 *p = m->p;
	size_t len = 0;

	while (p + len < m->end && len < 4 && isa_is_word(p[len]))
		len++;
	if (len < 2 || len > 3 || p[0] != letter || !is_digit(p[1]))
		return false;
	*reg = p[1] - '0';
	if (len == 3 && (p[1] != '1' || p[2] != '0'))
		return false;
	if (len == 3)
		*reg = 10;
	m->p += len;
	return true;
}

static bool match_reg(struct matcher *m, struct isa_directive d)
{
	struct bpf_insn *insn = m->stmt.insn;
	bool *seen = d.operand == 'd' ? &m->seen_dst : &m->seen_src;
	u32 wants = (d.kind != 'w' ? ISA_WANT_R : 0) | (d.kind != 'r' ? ISA_WANT_W : 0);
	u32 had = d.operand == 'd' ? insn->dst_reg : insn->src_reg, reg;
	const u8 *start = m->p;

	if (!(d.kind != 'w' && take_reg(m, 'r', &reg)) &&
	    !(d.kind != 'r' && take_reg(m, 'w', &reg)))
		return want(m, wants);
	if (d.operand == 'i') {
		insn->imm = (s32)reg;
		return true;
	}
	if (*seen && reg != had) {
		m->p = start;
		return want(m, ISA_WANT_SAME);
	}
	*seen = true;
	if (d.operand == 'd')
		insn->dst_reg = reg & 0xf;
	else
		insn->src_reg = reg & 0xf;
	return true;
}

static u32 digit_value(u8 c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Decimal, 0x, 0b or octal with a leading 0. Too large a number sticks at UINT64_MAX and sets
 * over. */
static bool take_magnitude(struct matcher *m, u64 *v, bool *over)
{
	const u8 *p = m->p;
	u32 base = 10;

	if (p >= m->end || !is_digit(*p))
		return false;
	if (*p == '0' && p + 1 < m->end && isa_is_word(p[1])) {
		base = p[1] == 'x' || p[1] == 'X' ? 16 : p[1] == 'b' || p[1] == 'B' ? 2 : 8;
		p += base == 8 ? 1 : 2;
		if (p >= m->end)
			return false;
	}
	*v = 0;
	*over = false;
	do {
		u32 digit = digit_value(*p);

		if (digit >= base)
			return false;
		if (__builtin_mul_overflow(*v, (u64)base, v) ||
		    __builtin_add_overflow(*v, (u64)digit, v))
			*over = true;
		p++;
	} while (p < m->end && isa_is_word(*p));
	m->p = p;
	return true;
}

/* An optional sign and a number between min and max, as two's complement. */
static bool take_number(struct matcher *m, s64 min, u64 max, u64 *v)
{
	const u8 *start = m->p, *digits;
	bool neg = m->p < m->end && *m->p == '-', over;

	if (neg || (m->p < m->end && *m->p == '+'))
		m->p++;
	skip_space(m);
	digits = m->p;
	if (!take_magnitude(m, v, &over)) {
		m->p = start;
		return false;
	}
	if (over || (neg ? *v > 0 - (u64)min : *v > max)) {
		m->p = digits;
		return want(m, ISA_WANT_RANGE);
	}
	if (neg)
		*v = 0 - *v;
	return true;
}

static bool is_reg_name(struct span s)
{
	return s.size >= 2 && s.size <= 3 && (s.data[0] == 'r' || s.data[0] == 'w') &&
	       is_digit(s.data[1]) && (s.size == 2 || is_digit(s.data[2]));
}

/* A symbol, or the number of a numeric label with b (backwards) or f (forwards). */
static bool take_name(struct matcher *m)
{
	const u8 *start = m->p;
	struct span name;
	size_t digits = 0;

	while (at_word(m)) {
		digits += is_digit(*m->p) && digits == (size_t)(m->p - start);
		m->p++;
	}
	name = span_of(start, (size_t)(m->p - start));
	if (!name.size || is_reg_name(name) ||
	    (digits && (digits + 1 != name.size || (m->p[-1] != 'b' && m->p[-1] != 'f')))) {
		m->p = start;
		return false;
	}
	m->stmt.name = name;
	return true;
}

static bool match_imm(struct matcher *m, s64 min, u64 max, s32 *out)
{
	u64 v;

	if (!take_number(m, min, max, &v))
		return want(m, ISA_WANT_NUMBER);
	*out = (s32)(u32)v;
	return true;
}

/* ` + 4`, ` - 4`; optional ones stand before a bracket. */
static bool match_tail(struct matcher *m, bool optional)
{
	struct bpf_insn *insn = m->stmt.insn;
	u64 v;

	if (m->p >= m->end || (*m->p != '+' && *m->p != '-'))
		return optional || want(m, ISA_WANT_SIGNED);
	if (optional ? !take_number(m, INT32_MIN, INT32_MAX, &v) :
		       !take_number(m, INT16_MIN, INT16_MAX, &v))
		return want(m, ISA_WANT_SIGNED);
	if (optional)
		insn->imm = (s32)v;
	else
		insn->off = (s16)v;
	return true;
}

/* What llvm-objdump puts behind a displacement: <name+0x8>. */
static void skip_annotation(struct matcher *m)
{
	const u8 *close;

	skip_space(m);
	if (m->p >= m->end || *m->p != '<')
		return;
	close = memchr(m->p, '>', (size_t)(m->end - m->p));
	if (close)
		m->p = close + 1;
}

static bool match_displacement(struct matcher *m)
{
	struct bpf_insn *insn = m->stmt.insn;
	bool in_off = m->stmt.op->off.kind == ISA_RULE_JUMP;
	bool name_ok = m->stmt.op->oper != ISA_OPER_LOCAL;
	u64 v;

	if (name_ok && take_name(m)) {
		skip_annotation(m);
		return true;
	}
	if (in_off ? !take_number(m, INT16_MIN, INT16_MAX, &v) :
		     !take_number(m, INT32_MIN, INT32_MAX, &v))
		return want(m, ISA_WANT_NUMBER | (name_ok ? ISA_WANT_NAME : 0));
	if (in_off)
		insn->off = (s16)v;
	else
		insn->imm = (s32)v;
	skip_annotation(m);
	return true;
}

static bool match_imm64(struct matcher *m)
{
	struct bpf_insn *insn = m->stmt.insn;
	u64 v;

	if (take_name(m)) {
		skip_space(m);
		v = 0;
		if (m->p < m->end && (*m->p == '+' || *m->p == '-') &&
		    !take_number(m, INT64_MIN, INT64_MAX, &v))
			return want(m, ISA_WANT_NUMBER);
		m->stmt.addend = (s64)v;
		v = (u32)v;	/* as compilers have it: the addend is the first slot's imm */
	} else if (!take_number(m, INT64_MIN, UINT64_MAX, &v)) {
		return want(m, ISA_WANT_NUMBER | ISA_WANT_NAME);
	}
	insn[0].imm = (s32)(u32)v;
	insn[1].imm = (s32)(u32)(v >> 32);
	return true;
}

/* Half of a cast's imm. */
static bool match_space(struct matcher *m, u32 shift)
{
	s32 v = 0;

	if (!match_imm(m, 0, UINT16_MAX, &v))
		return false;
	m->stmt.insn->imm |= (s32)((u32)v << shift);
	return true;
}

static bool match_helper(struct matcher *m)
{
	return take_name(m) || match_imm(m, INT32_MIN, UINT32_MAX, &m->stmt.insn->imm);
}

/* Numbers that go to bit fields. */
static bool match_raw(struct matcher *m, char kind)
{
	struct bpf_insn *insn = m->stmt.insn;
	s32 v = 0;

	if (!match_imm(m, kind == 'q' ? INT16_MIN : 0,
		       kind == 'c' ? UINT8_MAX : kind == 'q' ? INT16_MAX : 15, &v))
		return false;
	if (kind == 'c')
		insn->code = (u8)v;
	else if (kind == 'e')
		insn->dst_reg = (u32)v & 0xf;
	else if (kind == 'k' || kind == 'f')
		insn->src_reg = (u32)v & 0xf;
	else
		insn->off = (s16)v;
	return true;
}

static bool match_directive(struct matcher *m, struct isa_directive d)
{
	struct bpf_insn *insn = m->stmt.insn;

	skip_space(m);
	switch (d.kind) {
	case 'r': case 'w': case 'x':
		return match_reg(m, d);
	case 'i': case 'u':
		return match_imm(m, INT32_MIN, UINT32_MAX, &insn[0].imm);
	case 'n':
		return match_imm(m, INT32_MIN, UINT32_MAX, &insn[1].imm);
	case 'l':
		return match_imm64(m);
	case 'o': case 'p':
		return match_tail(m, d.kind == 'p');
	case 'j':
		return match_displacement(m);
	case 'h':
		return match_helper(m);
	case 'a': case 'b':
		return match_space(m, d.kind == 'a' ? 16 : 0);
	default:
		return match_raw(m, d.kind);
	}
}

/* --- spellings --------------------------------------------------------------------------- */

/* White space may stand between tokens, not within one; a word must end where the input's does. */
static bool match_token(struct matcher *m, const char *text, size_t *taken)
{
	char token[TOKEN_SIZE];
	size_t len;
	const u8 *start;

	skip_space(m);
	if (m->p >= m->end || *m->p != (u8)*text)
		return want_literal(m, text);
	*taken = next_token(text, token);
	len = strlen(token);
	start = m->p;
	if ((size_t)(m->end - m->p) < len || memcmp(m->p, token, len))
		return want_literal(m, text);
	m->p += len;
	if (isa_is_word((u8)token[0]) && at_word(m)) {
		m->p = start;
		return want_literal(m, text);
	}
	return true;
}

static bool match_text(struct matcher *m, const char *text)
{
	while (*text) {
		struct isa_directive d;
		size_t taken = 1;
		bool ok = true;

		if (*text == '%' && text[1] != '%') {
			taken = isa_directive(text, &d);
			ok = match_directive(m, d);
		} else if (*text != ' ' && *text != '\t') {
			ok = match_token(m, text, &taken);
		}
		if (!ok)
			return false;
		text += taken;
	}
	skip_space(m);
	return m->p == m->end || want(m, ISA_WANT_END);
}

/* "a register, `*` or `lock`" */
void isa_miss_str(const struct isa_miss *miss, struct sbuf *out)
{
	static const char *const words[ISA_N_WANTS] = {
		"a register r0-r10", "a register w0-w10", "a number", "`+` or `-` and a number",
		"a name", "the end of the statement", "the same register as before",
		"a smaller number",
	};
	u32 left = (u32)__builtin_popcount(miss->want) + miss->n_literals;
	char token[TOKEN_SIZE];

	for (u32 i = 0; i < ISA_N_WANTS; i++)
		if (miss->want & 1u << i)
			sbuf_printf(out, "%s%s", words[i], --left > 1 ? ", " : left ? " or " : "");
	for (u32 i = 0; i < miss->n_literals; i++) {
		next_token(miss->literals[i], token);
		sbuf_printf(out, "`%s`%s", token, --left > 1 ? ", " : left ? " or " : "");
	}
}

/* The fields that the row fixes; the directives of its text fill in the others. */
static struct isa_stmt stmt_of_row(const struct isa_op *op)
{
	return (struct isa_stmt){
		.op = op,
		.slots = op->slots,
		.insn[0] = {
			.code = op->code,
			.src_reg = (u32)op->src.val & 0xf,
			.off = (s16)op->off.val,
			.imm = op->imm.val,
		},
	};
}

static bool try_text(struct matcher *m, struct span text, const char *spelling,
		     struct isa_stmt *out)
{
	m->p = text.data;
	m->end = text.data + text.size;
	m->seen_dst = m->seen_src = false;
	if (!match_text(m, spelling))
		return false;
	*out = m->stmt;
	return true;
}

static bool try_others(struct matcher *m, struct span text, struct isa_stmt *out)
{
	m->stmt = (struct isa_stmt){ .slots = 1 };
	if (try_text(m, text, ISA_RAW_TEXT, out))
		return true;
	m->stmt = (struct isa_stmt){ .slots = 2 };
	m->stmt.insn[0].code = BPF_LD | BPF_IMM | BPF_DW;
	return try_text(m, text, ISA_PSEUDO_TEXT, out);
}

/* Most rows are out by the first character. */
static bool may_start_with(const char *spelling, u8 c)
{
	if (spelling[0] != '%')
		return spelling[0] == (char)c;
	return spelling[1] == 'x' ? c == 'r' || c == 'w' : spelling[1] == (char)c;
}

static bool try_all(struct matcher *m, struct span text, struct isa_stmt *out)
{
	for (u32 id = ISA_OP_NONE + 1; id < ISA_N_OPS; id++) {
		if (!may_start_with(isa_op(id)->text, text.data[0]))
			continue;
		m->stmt = stmt_of_row(isa_op(id));
		if (try_text(m, text, m->stmt.op->text, out))
			return true;
	}
	return try_others(m, text, out);
}

/* text is not empty. Most statements are right, so what was expected is only collected when nothing
 * fits. */
bool isa_match(struct span text, struct isa_stmt *out, struct isa_miss *miss)
{
	struct matcher m = { 0 };

	if (try_all(&m, text, out))
		return true;
	*miss = (struct isa_miss){ 0 };
	m.miss = miss;
	return try_all(&m, text, out);
}
