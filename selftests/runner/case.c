/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/runner/case.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/abi/abi.h"
#include "lib/base/file.h"

struct parser {
	struct tcase *c;
	u32 line;
	bool failed;
	struct span data; /* of the runs that follow */
	u32 first_ctx, n_ctx;
	const struct block *block;
};

/* A kind of block: its head line's words, then each line of its body. */
struct block {
	const char *name;
	void (*head)(struct parser *p, char *words);
	void (*line)(struct parser *p, char *line);
};

/* --- words ------------------------------------------------------------------------------- */

static void fault(struct parser *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void fault(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	p->failed = true;
	va_start(ap, fmt);
	fprintf(stderr, "%s:%u: ", p->c->path, p->line);
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
}

static char *keep(struct parser *p, const char *s)
{
	char *copy = arena_strdup(&p->c->arena, s);

	if (!copy)
		abort();
	return copy;
}

/* The next word of *s, or NULL. */
static char *word(char **s)
{
	char *w;

	*s += strspn(*s, " \t");
	w = **s ? *s : NULL;
	*s += strcspn(*s, " \t");
	if (**s)
		*(*s)++ = 0;
	return w;
}

static bool number(struct parser *p, const char *w, u64 *v)
{
	char *end = NULL;

	if (w)
		*v = *w == '-' ? (u64)strtoll(w, &end, 0) : strtoull(w, &end, 0);
	if (w && end != w && !*end)
		return true;
	fault(p, "a number is missing or malformed: %s", w ? w : "");
	return false;
}

/* "00 0a*3 ff": bytes, each of them maybe repeated. */
static struct span hex(struct parser *p, char *s)
{
	struct sbuf out = { 0 };
	struct span bytes;
	char *w;

	while ((w = word(&s))) {
		size_t len = strcspn(w, "*");
		u32 times = w[len] ? (u32)strtoul(w + len + 1, NULL, 0) : 1;

		if (len % 2 || strspn(w, "0123456789abcdefABCDEF") < len || times > 1 << 16)
			fault(p, "bytes are malformed: %s", w);
		for (u32 t = 0; t < times && !p->failed; t++)
			for (size_t i = 0; i < len; i += 2)
				sbuf_putc(&out,
					  (char)strtoul((char[]){ w[i], w[i + 1], 0 }, NULL, 16));
	}
	bytes = span_of(arena_memdup(&p->c->arena, sbuf_str(&out), out.size), out.size);
	sbuf_free(&out);
	return bytes;
}

/* Cut "name[inside]" apart; false without brackets. */
static bool subscript(char *w, char **inside, char **behind)
{
	char *open = w ? strchr(w, '[') : NULL, *close = open ? strchr(open, ']') : NULL;

	if (!close)
		return false;
	*open = *close = 0;
	*inside = open + 1;
	*behind = close + 1;
	return true;
}

/* --- blocks ------------------------------------------------------------------------------ */

static void no_line(struct parser *p, char *line)
{
	if (word(&line))
		fault(p, "-- %s has no lines", p->block->name);
}

static void about_line(struct parser *p, char *line)
{
}

static void type_head(struct parser *p, char *words)
{
	char *name = word(&words), *licence = word(&words);

	if (!name || !abi_prog_by_name(name, &p->c->prog_type))
		fault(p, "no such program type: %s", name ? name : "");
	p->c->gpl = !licence || strcmp(licence, "proprietary");
}

static void budget_head(struct parser *p, char *words)
{
	number(p, word(&words), &p->c->budget);
}

static void map_attr(struct parser *p, struct case_map *map, const char *name, char **words)
{
	u64 v = 0;

	if (!strcmp(name, "freeze")) {
		map->freeze = true;
		return;
	}
	if (!number(p, word(words), &v))
		return;
	if (!strcmp(name, "key"))
		map->key_size = (u32)v;
	else if (!strcmp(name, "value"))
		map->value_size = (u32)v;
	else if (!strcmp(name, "max"))
		map->max_entries = (u32)v;
	else if (!strcmp(name, "flags"))
		map->flags = (u32)v;
	else
		fault(p, "a map has no %s", name);
}

static void maps_line(struct parser *p, char *line)
{
	struct case_map *map;
	char *name = word(&line), *type = word(&line), *attr;

	if (!name)
		return;
	map = vec_push(&p->c->maps);
	if (!map)
		abort();
	map->name = keep(p, name);
	if (!type || !abi_map_by_name(type, &map->type))
		fault(p, "no such map type: %s", type ? type : "");
	while ((attr = word(&line)))
		map_attr(p, map, attr, &line);
}

static bool elem(struct parser *p, char *line, struct case_elem *e)
{
	char *key, *rest;

	line += strspn(line, " \t");
	if (!subscript(line, &key, &rest))
		return false;
	e->map = keep(p, line);
	e->key = hex(p, key);
	rest += strspn(rest, " \t");
	e->absent = !strncmp(rest, "absent", 6);
	if (*rest == '=')
		e->value = hex(p, rest + 1);
	return *rest == '=' || e->absent;
}

static void values_line(struct parser *p, char *line)
{
	struct case_elem e = { 0 };

	if (!line[strspn(line, " \t")])
		return;
	if (!elem(p, line, &e) || e.absent)
		fault(p, "expected MAP[KEY] = VALUE");
	else if (vec_append(&p->c->values, &e, 1))
		abort();
}

static void slots_line(struct parser *p, char *line)
{
	struct case_slot *slot;
	char *index, *rest, *prog;
	u64 v = 0;

	line += strspn(line, " \t");
	if (!*line)
		return;
	if (!subscript(line, &index, &rest) || !number(p, index, &v)) {
		fault(p, "expected MAP[INDEX] = PROGRAM");
		return;
	}
	rest += strspn(rest, " \t=");
	prog = word(&rest);
	slot = vec_push(&p->c->slots);
	if (!slot || !prog)
		abort();
	*slot = (struct case_slot){ keep(p, line), keep(p, prog), (u32)v };
}

static void asm_head(struct parser *p, char *words)
{
	struct case_prog *prog = vec_push(&p->c->progs);
	char *name = word(&words);

	if (!prog)
		abort();
	prog->name = keep(p, name ? name : "main");
	prog->line = p->line + 1;
}

/* The text is taken whole, by asm_text. */
static void asm_line(struct parser *p, char *line)
{
}

static void data_head(struct parser *p, char *words)
{
	p->data = SPAN_NONE;
}

static void data_line(struct parser *p, char *line)
{
	struct span more = hex(p, line);
	u8 *all = arena_alloc(&p->c->arena, p->data.size + more.size + 1);

	if (!all)
		abort();
	if (p->data.size)
		memcpy(all, p->data.data, p->data.size);
	memcpy(all + p->data.size, more.data, more.size);
	p->data = span_of(all, p->data.size + more.size);
}

static void ctx_head(struct parser *p, char *words)
{
	p->first_ctx = p->c->ctx.n;
	p->n_ctx = 0;
}

static bool member(struct parser *p, char *line, struct case_member *m)
{
	char *name = word(&line);

	if (!name)
		return false;
	m->name = keep(p, name);
	return number(p, word(&line), &m->value);
}

static void ctx_line(struct parser *p, char *line)
{
	struct case_member m = { 0 };

	if (!member(p, line, &m))
		return;
	if (vec_append(&p->c->ctx, &m, 1))
		abort();
	p->n_ctx++;
}

static struct case_run *push_run(struct parser *p)
{
	struct case_run *run = vec_push(&p->c->runs);

	if (!run)
		abort();
	run->data = p->data;
	run->first_ctx = p->first_ctx;
	run->n_ctx = p->n_ctx;
	run->first_want_ctx = p->c->want_ctx.n;
	run->first_elem = p->c->want_elems.n;
	return run;
}

static void run_head(struct parser *p, char *words)
{
	push_run(p);
}

static void run_map(struct parser *p, struct case_run *run, char *line)
{
	struct case_elem e = { 0 };

	if (!elem(p, line, &e))
		fault(p, "expected map NAME[KEY] = VALUE, or absent");
	else if (vec_append(&p->c->want_elems, &e, 1))
		abort();
	run->n_elems++;
}

static void run_ctx(struct parser *p, struct case_run *run, char *line)
{
	struct case_member m = { 0 };

	if (member(p, line, &m) && vec_append(&p->c->want_ctx, &m, 1))
		abort();
	run->n_want_ctx++;
}

static void run_line(struct parser *p, char *line)
{
	struct case_run *run = &p->c->runs.v[p->c->runs.n - 1];
	char *what = word(&line);
	u64 v = 0;

	if (!what)
		return;
	if (!strcmp(what, "ret") && number(p, word(&line), &v)) {
		run->has_ret = true;
		run->ret = (u32)v;
	} else if (!strcmp(what, "data")) {
		run->has_data = true;
		run->want_data = hex(p, line);
	} else if (!strcmp(what, "map")) {
		run_map(p, run, line);
	} else if (!strcmp(what, "ctx")) {
		run_ctx(p, run, line);
	} else {
		fault(p, "a run has no %s", what);
	}
}

/* "E5109 insn 8", "E5109 func sub insn 2" */
static void diag_head(struct parser *p, char *words)
{
	char *code = word(&words), *what;
	u64 v = 0;

	p->c->diag = code && *code == 'E' ? atoi(code + 1) : 0;
	if (!p->c->diag)
		fault(p, "expected -- diag E<number>");
	while ((what = word(&words))) {
		if (!strcmp(what, "insn") && number(p, word(&words), &v))
			p->c->diag_insn = (s64)v;
		else if (!strcmp(what, "func") && (what = word(&words)))
			p->c->diag_func = keep(p, what);
		else
			fault(p, "unknown: %s", what);
	}
}

static const struct {
	const char *name;
	int err;
} errnos[] = {
	{ "EACCES", -EACCES }, { "EINVAL", -EINVAL }, { "E2BIG", -E2BIG },   { "EPERM", -EPERM },
	{ "EFAULT", -EFAULT }, { "ENOTSUPP", -524 },  { "ENOENT", -ENOENT }, { "EBADF", -EBADF },
};

static void kernel_head(struct parser *p, char *words)
{
	char *verdict = word(&words), *err;

	p->c->kernel = verdict && !strcmp(verdict, "accept") ? VERDICT_ACCEPT : VERDICT_REJECT;
	if (p->c->kernel == VERDICT_ACCEPT) {
		words += strspn(words, " \t");
		p->c->why = *words ? keep(p, words) : NULL;
		return;
	}
	if (!verdict || strcmp(verdict, "reject"))
		fault(p, "expected -- kernel accept or reject");
	err = word(&words);
	for (size_t i = 0; err && i < ARRAY_SIZE(errnos); i++)
		if (!strcmp(errnos[i].name, err))
			p->c->kernel_err = errnos[i].err;
	if (err && !p->c->kernel_err)
		fault(p, "unknown errno: %s", err);
}

static const struct block blocks[] = {
	{ "about", NULL, about_line },	    { "type", type_head, no_line },
	{ "budget", budget_head, no_line }, { "maps", NULL, maps_line },
	{ "values", NULL, values_line },    { "slots", NULL, slots_line },
	{ "asm", asm_head, asm_line },	    { "data", data_head, data_line },
	{ "ctx", ctx_head, ctx_line },	    { "run", run_head, run_line },
	{ "diag", diag_head, about_line },  { "kernel", kernel_head, about_line },
};

/* --- lines ------------------------------------------------------------------------------- */

static void start_block(struct parser *p, char *line)
{
	char *name = word(&line);

	for (size_t i = 0; name && i < ARRAY_SIZE(blocks); i++) {
		if (strcmp(blocks[i].name, name))
			continue;
		p->block = &blocks[i];
		if (blocks[i].head)
			blocks[i].head(p, line);
		return;
	}
	fault(p, "no such block: %s", name ? name : "");
}

/* The lines between an asm head and the next block, comments and all. */
static void asm_text(struct parser *p, const char *start, const char *end)
{
	struct case_prog *prog = &p->c->progs.v[p->c->progs.n - 1];

	prog->text = span_of(arena_memdup(&p->c->arena, start, (size_t)(end - start)),
			     (size_t)(end - start));
}

static void read_line(struct parser *p, const char *start, size_t len)
{
	char *line = arena_strndup(&p->c->arena, start, len);

	if (!line)
		abort();
	p->line++;
	if (!strncmp(line, "-- ", 3))
		start_block(p, line + 3);
	else if (p->block && p->block->line && line[0] != '#')
		p->block->line(p, line);
	else if (line[0] && line[0] != '#')
		fault(p, "text before the first block");
}

static void read_lines(struct parser *p, const char *text, size_t size)
{
	const char *end = text + size, *body = NULL;

	while (text < end && !p->failed) {
		const char *nl = memchr(text, '\n', (size_t)(end - text));
		size_t len = (size_t)((nl ? nl : end) - text);

		if (body && len >= 3 && !memcmp(text, "-- ", 3)) {
			asm_text(p, body, text);
			body = NULL;
		}
		read_line(p, text, len);
		text += len + (nl != NULL);
		if (p->block && p->block->head == asm_head && !body)
			body = text;
	}
	if (body && p->c->progs.n)
		asm_text(p, body, end);
}

static void check(struct parser *p)
{
	struct tcase *c = p->c;

	if (!c->progs.n)
		fault(p, "there is no -- asm");
	if (!c->diag && !c->runs.n && c->kernel != VERDICT_REJECT)
		fault(p, "nothing is expected");
	if (c->diag && !c->runs.n)
		push_run(p);
	if (c->diag && c->kernel == VERDICT_ACCEPT && !c->why)
		fault(p, "say why the kernel accepts it");
	if (c->kernel == VERDICT_NONE)
		c->kernel = c->diag ? VERDICT_REJECT : VERDICT_ACCEPT;
}

static void print_diag(void *user, const struct weld_diag *d)
{
	fprintf(stderr, "%s\n", d->text);
}

int case_read(const char *path, struct tcase *c)
{
	static const u8 packet[64];
	struct diag d = { .fn = print_diag, .error_limit = DIAG_DEFAULT_LIMIT };
	struct parser p = { .c = c, .data = span_of(packet, sizeof(packet)) };
	struct sbuf text = { 0 };

	*c = (struct tcase){ .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
			     .gpl = true,
			     .diag_insn = -1 };
	c->path = path;
	if (file_read(&d, path, &text))
		return -EINVAL;
	read_lines(&p, sbuf_str(&text), text.size);
	if (!p.failed)
		check(&p);
	sbuf_free(&text);
	return p.failed ? -EINVAL : 0;
}

void case_free(struct tcase *c)
{
	vec_free(&c->maps);
	vec_free(&c->values);
	vec_free(&c->slots);
	vec_free(&c->progs);
	vec_free(&c->ctx);
	vec_free(&c->want_ctx);
	vec_free(&c->want_elems);
	vec_free(&c->runs);
	arena_free(&c->arena);
}
