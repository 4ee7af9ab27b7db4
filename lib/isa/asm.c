/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The assembler around isa_match: comments, statements, labels and what refers to them.
 *
 *	text -> comments blanked -> statements -> labels, instructions, fixups
 *	fixups -> displacements, and refs to names that the text doesn't define
 */
#include "lib/isa/text_int.h"

#include "lib/base/hmap.h"

/* An operand that is a name until all labels are known. */
struct fixup {
	u32 insn;
	const struct isa_op *op;
	const char *name;
	s64 addend;
	u32 line, column;
};

/* `1:` may be defined again and again; its n-th definition is the label "1:n", which no source
 * text can spell. */
struct numeric_label {
	u64 num;
	u32 n_defined;
};

struct assembler {
	struct diag *d;
	const char *file;
	struct sbuf text;		/* the source, comments blanked */
	struct isa_asm out;		/* out.labels has the numeric ones until the end */
	struct hmap label_map;		/* of names, to out.labels */
	VEC(struct numeric_label) numeric;
	struct hmap numeric_map;	/* of numbers, to numeric */
	VEC(struct fixup) fixups;
	u32 line;			/* where the present statement starts */
	const u8 *line_start, *stmt_start;
	int err;			/* of the first fault, or -ENOMEM */
};

/* --- places and faults ------------------------------------------------------------------- */

struct place {
	struct weld_where at;
	char line_text[128];
};

/* Line and column of p, which lies in the present statement; '\v' is a newline that a comment
 * swallowed. */
static const u8 *locate(const struct assembler *a, const u8 *p, u32 *line, u32 *column)
{
	const u8 *start = a->line_start;

	*line = a->line;
	for (const u8 *q = a->stmt_start; q < p; q++) {
		if (*q != '\v')
			continue;
		++*line;
		start = q + 1;
	}
	*column = (u32)(p - start + 1);
	return start;
}

static void place_of(const struct assembler *a, const u8 *p, struct place *out)
{
	const u8 *end = (const u8 *)a->text.data + a->text.size, *start;
	u32 line, column;
	size_t len = 0;

	start = locate(a, p, &line, &column);
	while (start + len < end && len + 1 < sizeof(out->line_text) && start[len] != '\n' &&
	       start[len] != '\v') {
		out->line_text[len] = start[len] < ' ' ? ' ' : (char)start[len];
		len++;
	}
	out->line_text[len] = 0;
	out->at = (struct weld_where){
		.file = a->file, .offset = -1, .insn = -1, .src_line = out->line_text,
		.line = (s32)line, .column = (s32)column,
	};
}

/* Running out of memory leaves parts half made, so it overrides and ends everything. */
static void fault(struct assembler *a, int err)
{
	if (!a->err || err == -ENOMEM)
		a->err = err;
}

static void no_memory(struct assembler *a)
{
	fault(a, diag_raise(a->d, DIAG_NO_MEMORY, NULL, "assembler"));
}

static bool gave_up(const struct assembler *a)
{
	return a->err == -ENOMEM || (a->err && (!a->d || diag_full(a->d)));
}

/* The word or character at p, quoted, for messages. */
static void quote_found(const u8 *p, const u8 *end, char out[40])
{
	size_t n = 0, max = 32;

	if (p >= end) {
		strcpy(out, "the end of the statement");
		return;
	}
	out[n++] = '`';
	do {
		out[n++] = *p < ' ' || *p > '~' ? '?' : (char)*p;
		p++;
	} while (n < max && p < end && isa_is_word(*p) && isa_is_word(p[-1]));
	out[n++] = '`';
	out[n] = 0;
}

static void fault_statement(struct assembler *a, struct span stmt, const struct isa_miss *miss)
{
	struct sbuf expected = { 0 };
	const u8 *at = miss->at ? miss->at : stmt.data;
	struct place place;
	char found[40];

	place_of(a, at, &place);
	quote_found(at, stmt.data + stmt.size, found);
	isa_miss_str(miss, &expected);
	if (at == stmt.data)
		fault(a, diag_raise(a->d, DIAG_ASM_UNKNOWN, &place.at, found));
	else if (miss->want & ISA_WANT_RANGE)
		fault(a, diag_raise(a->d, DIAG_ASM_RANGE, &place.at, found));
	else
		fault(a, diag_raise(a->d, DIAG_ASM_EXPECTED, &place.at, sbuf_str(&expected),
				    found));
	sbuf_free(&expected);
}

/* --- labels ------------------------------------------------------------------------------ */

static const struct isa_label *find_label(const struct assembler *a, const char *name)
{
	struct hmap_iter it;
	u64 hash = hash_str(name);

	for (u32 i = hmap_first(&a->label_map, hash, &it); i != HMAP_NONE;
	     i = hmap_next(&a->label_map, &it))
		if (!strcmp(a->out.labels.v[i].name, name))
			return &a->out.labels.v[i];
	return NULL;
}

static bool parse_label_number(struct span name, u64 *num)
{
	*num = 0;
	for (size_t i = 0; i < name.size; i++) {
		if (name.data[i] < '0' || name.data[i] > '9' || *num > UINT32_MAX)
			return false;
		*num = *num * 10 + (name.data[i] - '0');
	}
	return true;
}

static struct numeric_label *find_numeric(struct assembler *a, u64 num)
{
	struct numeric_label *label;
	struct hmap_iter it;
	u32 i;

	i = hmap_first(&a->numeric_map, hash_mix(0, num), &it);
	for (; i != HMAP_NONE; i = hmap_next(&a->numeric_map, &it))
		if (a->numeric.v[i].num == num)
			return &a->numeric.v[i];
	label = vec_push(&a->numeric);
	if (!label || hmap_add(&a->numeric_map, hash_mix(0, num), a->numeric.n - 1))
		return NULL;
	label->num = num;
	return label;
}

/* A name of the source as a key of label_map; a number with b or f as the label that it means. */
static const char *name_of(struct assembler *a, struct span name)
{
	struct numeric_label *label;
	struct span digits = span_of(name.data, name.size - 1);
	bool forwards = name.data[name.size - 1] == 'f';
	u64 num;

	if (!digits.size || !parse_label_number(digits, &num))
		return arena_strndup(&a->out.names, (const char *)name.data, name.size);
	label = find_numeric(a, num);
	if (!label)
		return NULL;
	return arena_printf(&a->out.names, "%llu:%u", (unsigned long long)num,
			    label->n_defined + forwards);
}

static const char *name_of_definition(struct assembler *a, struct span name)
{
	struct numeric_label *label;
	u64 num;

	if (!parse_label_number(name, &num))
		return arena_strndup(&a->out.names, (const char *)name.data, name.size);
	label = find_numeric(a, num);
	if (!label)
		return NULL;
	return arena_printf(&a->out.names, "%llu:%u", (unsigned long long)num, ++label->n_defined);
}

static void fault_twice(struct assembler *a, const u8 *at, const struct isa_label *first)
{
	struct weld_where there = WELD_WHERE_NONE;
	struct place place;
	struct diag_msg m;

	place_of(a, at, &place);
	there.file = a->file;
	there.line = (s32)first->line;
	diag_begin(&m, a->d, DIAG_ASM_LABEL_TWICE, &place.at, first->name);
	diag_note(&m, &there, "first defined here");
	fault(a, diag_end(&m));
}

static void define_label(struct assembler *a, struct span name)
{
	const char *key = name_of_definition(a, name);
	const struct isa_label *first;
	struct isa_label *label;
	u32 column;

	if (!key)
		return no_memory(a);
	first = find_label(a, key);
	if (first)
		return fault_twice(a, name.data, first);
	label = vec_push(&a->out.labels);
	if (!label || hmap_add(&a->label_map, hash_str(key), a->out.labels.n - 1))
		return no_memory(a);
	label->name = key;
	label->insn = a->out.insns.n;
	locate(a, name.data, &label->line, &column);
}

/* Take `name:` off the front of a statement. */
static bool take_label(struct span *stmt, struct span *name)
{
	size_t len = 0, colon;

	while (len < stmt->size && isa_is_word(stmt->data[len]))
		len++;
	for (colon = len; colon < stmt->size && isa_is_space(stmt->data[colon]); colon++)
		;
	if (!len || colon >= stmt->size || stmt->data[colon] != ':')
		return false;
	*name = span_of(stmt->data, len);
	*stmt = span_of(stmt->data + colon + 1, stmt->size - colon - 1);
	return true;
}

/* --- statements -------------------------------------------------------------------------- */

static void add_fixup(struct assembler *a, const struct isa_stmt *stmt)
{
	struct fixup *fixup = vec_push(&a->fixups);

	if (!fixup)
		return no_memory(a);
	locate(a, stmt->name.data, &fixup->line, &fixup->column);
	fixup->insn = a->out.insns.n;
	fixup->op = stmt->op;
	fixup->addend = stmt->addend;
	fixup->name = name_of(a, stmt->name);
	if (!fixup->name)
		no_memory(a);
}

static void add_insn(struct assembler *a, struct span text)
{
	struct isa_stmt stmt;
	struct isa_miss miss;
	u32 line, column;

	if (!isa_match(text, &stmt, &miss))
		return fault_statement(a, text, &miss);
	if (stmt.name.data)
		add_fixup(a, &stmt);
	locate(a, text.data, &line, &column);
	for (u32 i = 0; i < stmt.slots; i++)
		if (vec_append(&a->out.lines, &line, 1))
			return no_memory(a);
	if (vec_append(&a->out.insns, stmt.insn, stmt.slots))
		no_memory(a);
}

static struct span trim(struct span s)
{
	while (s.size && isa_is_space(s.data[0]))
		s = span_of(s.data + 1, s.size - 1);
	while (s.size && isa_is_space(s.data[s.size - 1]))
		s.size--;
	return s;
}

static void add_statement(struct assembler *a, struct span stmt)
{
	struct span name;

	stmt = trim(stmt);
	while (take_label(&stmt, &name)) {
		define_label(a, name);
		stmt = trim(stmt);
	}
	if (stmt.size)
		add_insn(a, stmt);
}

static void go_to_start(struct assembler *a)
{
	a->line = 1;
	a->line_start = a->stmt_start = (const u8 *)a->text.data;
}

/* Step over bytes that were read. */
static void count_lines(struct assembler *a, struct span stmt)
{
	for (size_t i = 0; i < stmt.size; i++) {
		if (stmt.data[i] != '\v' && stmt.data[i] != '\n')
			continue;
		a->line++;
		a->line_start = stmt.data + i + 1;
	}
	a->stmt_start = stmt.data + stmt.size;
}

/* Statements end at a newline or semicolon. */
static void read_statements(struct assembler *a)
{
	struct span left = span_of(a->text.data, a->text.size);

	go_to_start(a);
	while (left.size && !gave_up(a)) {
		size_t len = 0;

		while (len < left.size && left.data[len] != '\n' && left.data[len] != ';')
			len++;
		add_statement(a, span_of(left.data, len));
		len += len < left.size;
		count_lines(a, span_of(left.data, len));
		left = span_of(left.data + len, left.size - len);
	}
}

/* --- comments ---------------------------------------------------------------------------- */

/* Length of a comment at p that runs to the end of its line, or 0. */
static size_t line_comment(const char *p, const char *end)
{
	const char *newline;

	if (*p != '#' && !(*p == '/' && p + 1 < end && p[1] == '/'))
		return 0;
	newline = memchr(p, '\n', (size_t)(end - p));
	return (size_t)((newline ? newline : end) - p);
}

static void fault_open_comment(struct assembler *a, const char *p)
{
	struct place place;

	go_to_start(a);
	count_lines(a, span_of(a->text.data, (size_t)(p - a->text.data)));
	place_of(a, (const u8 *)p, &place);
	fault(a, diag_raise(a->d, DIAG_ASM_COMMENT, &place.at));
}

static size_t block_comment(struct assembler *a, const char *p, const char *end)
{
	const char *close;

	if (*p != '/' || p + 1 >= end || p[1] != '*')
		return 0;
	close = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);
	if (close)
		return (size_t)(close + 2 - p);
	fault_open_comment(a, p);
	return (size_t)(end - p);
}

/* Comments become spaces, so that columns stay; newlines within them become '\v', which is white
 * space that counts as a line. */
static void blank_comments(struct assembler *a)
{
	char *p = a->text.data, *end = p + a->text.size;

	while (p < end) {
		size_t len = line_comment(p, end);

		if (!len)
			len = block_comment(a, p, end);
		if (!len) {
			*p = *p == '\v' ? ' ' : *p;
			p++;
		}
		for (; len; len--, p++)
			*p = *p == '\n' ? '\v' : ' ';
	}
}

/* --- fixups ------------------------------------------------------------------------------ */

static struct weld_where place_of_fixup(const struct assembler *a, const struct fixup *fixup)
{
	struct weld_where at = WELD_WHERE_NONE;

	at.file = a->file;
	at.line = (s32)fixup->line;
	at.column = (s32)fixup->column;
	return at;
}

static void add_ref(struct assembler *a, const struct fixup *fixup)
{
	struct isa_ref *ref = vec_push(&a->out.refs);
	struct bpf_insn *insn = &a->out.insns.v[fixup->insn];

	if (!ref)
		return no_memory(a);
	ref->insn = fixup->insn;
	ref->kind = fixup->op->effect == ISA_FX_CALL ? ISA_REF_CALL : ISA_REF_LD64;
	ref->name = fixup->name;
	ref->addend = fixup->addend;
	if (ref->kind == ISA_REF_CALL) {
		insn->src_reg = BPF_PSEUDO_CALL;
		insn->imm = -1;
	}
}

static void undefined(struct assembler *a, const struct fixup *fixup)
{
	struct weld_where at = place_of_fixup(a, fixup);
	bool numeric = strchr(fixup->name, ':') != NULL;

	fault(a, diag_raise(a->d, DIAG_ASM_LABEL_UNDEFINED, &at,
			    numeric ? "of that number" : fixup->name));
}

static void resolve_jump(struct assembler *a, const struct fixup *fixup, s64 disp)
{
	struct bpf_insn *insn = &a->out.insns.v[fixup->insn];
	bool in_off = fixup->op->off.kind == ISA_RULE_JUMP;
	struct weld_where at = place_of_fixup(a, fixup);

	if (in_off ? disp != (s16)disp : disp != (s32)disp)
		return fault(a, diag_raise(a->d, DIAG_ASM_JUMP_FAR, &at, fixup->name,
					   (long long)disp));
	if (in_off)
		insn->off = (s16)disp;
	else
		insn->imm = (s32)disp;
}

/* A call or an address of a label in this text. */
static void resolve_func(struct assembler *a, const struct fixup *fixup, s64 disp)
{
	struct bpf_insn *insn = &a->out.insns.v[fixup->insn];
	struct weld_where at = place_of_fixup(a, fixup);

	if (fixup->addend)
		return fault(a, diag_raise(a->d, DIAG_ASM_ADDEND, &at, fixup->name));
	insn->src_reg = fixup->op->effect == ISA_FX_CALL ? BPF_PSEUDO_CALL : BPF_PSEUDO_FUNC;
	insn->imm = (s32)disp;
}

/* `call name` and `rX = name ll` may name something outside; everything else is a jump. */
static void resolve(struct assembler *a, const struct fixup *fixup)
{
	const struct isa_label *label = find_label(a, fixup->name);
	bool symbol = fixup->op->id == ISA_CALL_HELPER || fixup->op->id == ISA_LD_IMM64;
	s64 disp = label ? (s64)label->insn - fixup->insn - 1 : 0;

	if (label && symbol)
		resolve_func(a, fixup, disp);
	else if (label)
		resolve_jump(a, fixup, disp);
	else if (symbol && !strchr(fixup->name, ':'))
		add_ref(a, fixup);
	else
		undefined(a, fixup);
}

static void resolve_all(struct assembler *a)
{
	for (u32 i = 0; i < a->fixups.n && !gave_up(a); i++)
		resolve(a, &a->fixups.v[i]);
}

/* Numeric labels have done their work. */
static void drop_numeric_labels(struct isa_asm *out)
{
	u32 n = 0;

	for (u32 i = 0; i < out->labels.n; i++)
		if (!strchr(out->labels.v[i].name, ':'))
			out->labels.v[n++] = out->labels.v[i];
	out->labels.n = n;
}

int isa_asm(struct diag *d, const char *file, struct span text, struct isa_asm *out)
{
	struct assembler a = { .d = d, .file = file };

	sbuf_put(&a.text, text.data, text.size);
	if (sbuf_err(&a.text)) {
		no_memory(&a);
	} else if (text.size) {
		blank_comments(&a);
		read_statements(&a);
		/* From here on all labels are known and no instruction moves. */
		resolve_all(&a);
	}
	if (!a.err)
		drop_numeric_labels(&a.out);
	hmap_free(&a.label_map);
	hmap_free(&a.numeric_map);
	vec_free(&a.numeric);
	vec_free(&a.fixups);
	sbuf_free(&a.text);
	if (a.err)
		isa_asm_free(&a.out);
	else
		*out = a.out;
	return a.err;
}

void isa_asm_free(struct isa_asm *a)
{
	if (!a)
		return;
	vec_free(&a->insns);
	vec_free(&a->lines);
	vec_free(&a->labels);
	vec_free(&a->refs);
	arena_free(&a->names);
}
