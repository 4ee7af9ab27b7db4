/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What a caller says about names, before or after the inputs that it speaks of: it is only taken
 * note of here. link_finish looks the names up.
 */
#include "linker/link_int.h"

#include "lib/base/file.h"

static int no_memory(struct link *l)
{
	return diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker");
}

/* "[INPUT:]NAME". */
static int split_spec(struct link *l, const char *spec, const struct weld_where *at,
		      const char **input, const char **name)
{
	const char *colon = strchr(spec, ':');
	char *copy = arena_strdup(&l->arena, spec);

	if (!copy)
		return no_memory(l);
	if (!*spec || colon == spec || (colon && (!colon[1] || strchr(colon + 1, ':'))))
		return diag_raise(l->diag, DIAG_LINK_MAPPING_FORM, at, spec);
	*input = NULL;
	*name = copy;
	if (colon) {
		copy[colon - spec] = 0;
		*input = copy;
		*name = copy + (colon - spec) + 1;
	}
	return 0;
}

static int note(struct link *l, link_bind_vec *list, const struct link_bind *b)
{
	return vec_append(list, b, 1) ? no_memory(l) : 0;
}

/* A wish about "[INPUT:]NAME" alone. */
static int note_spec(struct link *l, link_bind_vec *list, const char *spec)
{
	struct link_bind b = { .at = WELD_WHERE_NONE };
	int err = split_spec(l, spec, &b.at, &b.from_input, &b.from);

	return err ? err : note(l, list, &b);
}

/* Names that are made up have to be good for C, since skeletons use them, and for the kernel. */
static int check_symbol_name(struct link *l, const char *name)
{
	return link_is_c_name(name) ? 0 : diag_raise(l->diag, DIAG_LINK_SYMBOL_NAME, NULL, name);
}

/* --- mappings ---------------------------------------------------------------------------- */

static int note_mapping(struct link *l, const char *extern_spec, const char *func_spec,
			const struct weld_where *at)
{
	struct link_bind b = { .at = *at };
	int err = split_spec(l, extern_spec, at, &b.from_input, &b.from);

	if (!err)
		err = split_spec(l, func_spec, at, &b.to_input, &b.to);
	return err ? err : note(l, &l->mappings, &b);
}

int link_map_extern(struct link *l, const char *extern_spec, const char *func_spec)
{
	struct weld_where nowhere = WELD_WHERE_NONE;

	return note_mapping(l, extern_spec, func_spec, &nowhere);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* White space around and what follows '#' don't count. */
static const char *trim(struct link *l, const char *line, size_t len)
{
	const char *hash = memchr(line, '#', len);

	len = hash ? (size_t)(hash - line) : len;
	while (len && is_space(line[len - 1]))
		len--;
	while (len && is_space(*line)) {
		line++;
		len--;
	}
	return arena_strndup(&l->arena, line, len);
}

/* at->src_line is the line, trimmed. */
static int map_line(struct link *l, const struct weld_where *at, bool is_text)
{
	const char *line = at->src_line, *eq = strchr(line, '=');
	const char *left = eq ? arena_strndup(&l->arena, line, (size_t)(eq - line)) : line;

	if (!left)
		return no_memory(l);
	if (!is_text || !eq || eq == line || !eq[1] || strchr(eq + 1, '='))
		return diag_raise(l->diag, DIAG_LINK_MAPPING_LINE, at, line);
	return note_mapping(l, left, eq + 1, at);
}

static int map_lines(struct link *l, const char *path, const char *text, size_t size)
{
	struct weld_where at = WELD_WHERE_NONE;
	int err = 0, first = 0;

	at.file = at.src_file = arena_strdup(&l->arena, path);
	for (at.line = 1; size && err != -ENOMEM && !diag_full(l->diag); at.line++) {
		const char *end = memchr(text, '\n', size);
		size_t len = end ? (size_t)(end - text) : size;

		at.src_line = trim(l, text, len);
		if (!at.file || !at.src_line)
			return no_memory(l);
		err = *at.src_line || memchr(text, 0, len) ?
			      map_line(l, &at, !memchr(text, 0, len)) :
			      0;
		first = first ? first : err;
		text += len + !!end;
		size -= len + !!end;
	}
	return first;
}

int link_map_file(struct link *l, const char *path)
{
	struct sbuf text = { 0 };
	int err = link_note_file(l, path);

	if (!err)
		err = file_read(l->diag, path, &text);
	if (!err)
		err = map_lines(l, path, (const char *)text.data, text.size);
	sbuf_free(&text);
	return err;
}

/* --- all other wishes -------------------------------------------------------------------- */

int link_export(struct link *l, const char *spec)
{
	return note_spec(l, &l->exports, spec);
}

int link_hide(struct link *l, const char *spec)
{
	return note_spec(l, &l->hides, spec);
}

int link_inline_func(struct link *l, const char *func)
{
	const char *copy = arena_strdup(&l->arena, func);

	if (!copy || vec_append(&l->inlines, &copy, 1))
		return diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker");
	return 0;
}

int link_rename(struct link *l, const char *spec, const char *name)
{
	struct link_bind b = { .at = WELD_WHERE_NONE };
	int err = check_symbol_name(l, name);

	if (!err)
		err = split_spec(l, spec, &b.at, &b.from_input, &b.from);
	if (err)
		return err;
	b.to = arena_strdup(&l->arena, name);
	return b.to ? note(l, &l->renames, &b) : no_memory(l);
}

int link_set_prefix(struct link *l, const char *input, const char *prefix)
{
	struct link_bind b = { .at = WELD_WHERE_NONE };
	int err = check_symbol_name(l, prefix);

	if (err)
		return err;
	b.from_input = arena_strdup(&l->arena, input);
	b.to = arena_strdup(&l->arena, prefix);
	return b.from_input && b.to ? note(l, &l->prefixes, &b) : no_memory(l);
}

int link_wrap(struct link *l, const char *name)
{
	struct link_bind b = { .at = WELD_WHERE_NONE };
	int err = check_symbol_name(l, name);

	if (err)
		return err;
	b.from = arena_strdup(&l->arena, name);
	return b.from ? note(l, &l->wraps, &b) : no_memory(l);
}

int link_set_private(struct link *l, const char *input)
{
	const char *copy = arena_strdup(&l->arena, input);

	return copy && !vec_append(&l->privates, &copy, 1) ? 0 : no_memory(l);
}
