/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What a link says about itself, as data: what became of each symbol and why (rows of why.def),
 * where each section of each input went, where symbols are named. The strings live in the
 * linker's arena or in its inputs.
 */
#include "linker/link_int.h"

static const char *kind_of(const struct link_node *n)
{
	return n->is_entry ? "program" : link_kind_text(n->kind);
}

static bool is_unreached(const struct link *l, const struct link_node *n)
{
	return n->piece.i ? link_piece(l, n->piece)->unreached : l->swept && !n->reached;
}

static void fill_place(const struct link *l, struct link_row *row, const struct link_node *n)
{
	const struct link_piece *p = link_piece(l, n->piece);

	if (!n->is_def || !n->piece.i || !p->out.i)
		return;
	row->section = l->outs.v[p->out.i].name;
	row->off = p->out_off + n->piece_off;
}

/* --- reasons ----------------------------------------------------------------------------- */

/* What stands where the words have a %s. */
enum what { NOTHING, INPUT, TO, MAPPING, AS };

static const struct {
	enum what what;
	const char *words;
} reasons[] = {
#define WHY(id, what, words) [LINK_WHY_##id] = { what, words },
#include "linker/why.def"
#undef WHY
};

static enum link_why why_kept(const struct link *l, const struct link_node *n)
{
	const struct link_input *in = link_input(l, n->input);

	if (n->moved)
		return LINK_WHY_MOVED;
	if (n->is_clone)
		return n->lost ? LINK_WHY_BODY : LINK_WHY_CLONE;
	if (n->hidden_here)
		return LINK_WHY_HIDDEN;
	if (in->is_private && n->exported)
		return LINK_WHY_EXPORTED;
	if (n->is_entry)
		return LINK_WHY_PROGRAM;
	if (n->bind == STB_LOCAL)
		return LINK_WHY_STATIC;
	if (in->is_private)
		return LINK_WHY_PRIVATE;
	if (!n->won)
		return LINK_WHY_DEFINED;
	if (obj_sym(in->obj, n->sym)->common)
		return LINK_WHY_COMMON;
	return n->bind == STB_WEAK ? LINK_WHY_FIRST : LINK_WHY_STRONG;
}

/* Why nothing of a section is in the output, if that isn't for what it defines. */
static enum link_why why_skipped(const struct link *l, input_id input, sec_id sec)
{
	switch (obj_sec(link_obj(l, input), sec)->kind) {
	case OBJ_SEC_LICENSE:
		return l->license ? LINK_WHY_LICENSE_GIVEN : LINK_WHY_LICENSE;
	case OBJ_SEC_VERSION:
		return LINK_WHY_VERSION;
	default:
		return LINK_WHY_GROUP;
	}
}

/* Why the definition of a name gave way to another one; bind.c has the rules. */
static enum link_why why_lost(const struct link *l, const struct link_node *n)
{
	const struct link_node *won = link_node(l, n->to);
	bool common = obj_sym(link_obj(l, won->input), won->sym)->common;

	if (obj_sym(link_obj(l, n->input), n->sym)->common)
		return common ? LINK_WHY_SMALLER : LINK_WHY_TENTATIVE;
	if (n->bind == STB_WEAK)
		return won->bind == STB_WEAK && !common ? LINK_WHY_LATER : LINK_WHY_WEAKER;
	return LINK_WHY_TWICE;
}

/* Also an extern that nobody refers to any more. */
static enum link_why why_dropped(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);

	if (!n->is_def || is_unreached(l, n))
		return LINK_WHY_UNREACHED;
	if (link_in_lost_group(l, id))
		return LINK_WHY_GROUP;
	if (n->to.i != id.i)
		return why_lost(l, n);
	return why_skipped(l, n->input, link_node_sym(l, id)->sec);
}

static enum link_why why_bound(const struct link_node *n)
{
	static const enum link_why whys[] = {
		[LINK_HOW_NAME] = LINK_WHY_BY_NAME,
		[LINK_HOW_MAPPING] = LINK_WHY_BY_MAPPING,
		[LINK_HOW_WRAP] = LINK_WHY_BY_WRAP,
		[LINK_HOW_RENAME] = LINK_WHY_BY_RENAME,
	};

	return whys[n->how];
}

static enum link_why why_left(const struct link_node *n, bool is_root)
{
	if (!is_root)
		return LINK_WHY_SAME_EXTERN;
	if (n->kind == LINK_KFUNC || n->kind == LINK_KSYM || n->kind == LINK_KCONFIG)
		return LINK_WHY_LOADER;
	return n->bind == STB_WEAK ? LINK_WHY_WEAK_LEFT : LINK_WHY_UNRESOLVED;
}

static enum link_why why_of(const struct link *l, node_id id, enum link_fate fate)
{
	const struct link_node *n = link_node(l, id);

	switch (fate) {
	case LINK_FATE_KEPT:
		return why_kept(l, n);
	case LINK_FATE_BOUND:
		return why_bound(n);
	case LINK_FATE_EXTERN:
		return why_left(n, link_root(l, id).i == id.i);
	case LINK_FATE_DROPPED:
		return why_dropped(l, id);
	}
	return LINK_WHY_NONE;
}

/* --- words ------------------------------------------------------------------------------- */

/* "[INPUT:]EXTERN=[INPUT:]FUNC", and the line of the file that says so. */
static char *mapping_text(struct link *l, u32 mapping)
{
	const struct link_bind *b = &l->mappings.v[mapping];
	char *text = arena_printf(&l->arena, "%s%s%s=%s%s%s", b->from_input ? b->from_input : "",
				  b->from_input ? ":" : "", b->from, b->to_input ? b->to_input : "",
				  b->to_input ? ":" : "", b->to);

	if (!text || !b->at.file)
		return text;
	return arena_printf(&l->arena, "%s (%s:%d)", text, b->at.file, b->at.line);
}

static const char *argument(struct link *l, const struct link_row *row)
{
	switch (reasons[row->why].what) {
	case INPUT:
		return link_input_name(l, row->input);
	case TO:
		return link_input_name(l, row->to);
	case MAPPING:
		return mapping_text(l, row->mapping);
	case AS:
		return row->as;
	case NOTHING:
		break;
	}
	return "";
}

/* As printf would, without handing it a format that isn't a literal. */
static const char *fill_in(struct link *l, const char *words, const char *arg)
{
	const char *hole = strstr(words, "%s");

	return arena_printf(&l->arena, "%.*s%s%s", (int)(hole - words), words, arg, hole + 2);
}

const char *link_row_words(struct link *l, u32 row)
{
	struct link_row *r = &l->rows.v[row];
	const char *arg;

	if (!r->words && reasons[r->why].what == NOTHING)
		return reasons[r->why].words;
	if (!r->words) {
		arg = argument(l, r);
		r->words = arg ? fill_in(l, reasons[r->why].words, arg) : NULL;
	}
	return r->words;
}

/* --- rows -------------------------------------------------------------------------------- */

static void fill_row(const struct link *l, node_id id, struct link_row *row)
{
	const struct link_node *n = link_node(l, id), *root = link_node(l, link_root(l, id));
	const struct obj_sym *sym = link_node_sym(l, id);

	*row = (struct link_row){
		.input = n->input, .sym = n->sym, .old_name = sym->name, .as = n->as,
		.new_name = "", .kind = kind_of(n), .mapping = n->mapping,
		.is_clone = n->is_clone, .weak = n->bind == STB_WEAK, .section = "",
		.size = sym->size, .how = n->how,
	};
	if (n->to.i != id.i)
		row->to = root->input;
	else if (n->lost)
		row->to = link_node(l, link_root(l, link_node_of(l, n->input, n->sym)))->input;
	if (!n->is_def && is_unreached(l, root))
		row->fate = LINK_FATE_DROPPED;
	else if (!n->is_def && root->is_def)
		row->fate = LINK_FATE_BOUND;
	else if (!n->is_def)
		row->fate = LINK_FATE_EXTERN;
	else if (link_is_kept(l, id))
		row->fate = LINK_FATE_KEPT;
	else
		row->fate = LINK_FATE_DROPPED;
	row->why = why_of(l, id, row->fate);
	if (row->fate == LINK_FATE_DROPPED)
		return;
	if (root->name)
		row->new_name = root->name;
	if (row->fate == LINK_FATE_BOUND)
		row->size = obj_sym(link_obj(l, root->input), root->sym)->size;
	fill_place(l, row, root);
}

static int add_row(struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	struct link_row *row;

	if (n->kind == LINK_SKIP || n->kind == LINK_LABEL)
		return 0;
	row = vec_push(&l->rows);
	if (!row)
		return -ENOMEM;
	fill_row(l, id, row);
	/* The names are the inputs', which may be lent, or the output's: the table has its own. */
	row->old_name = arena_strdup(&l->arena, row->old_name);
	row->new_name = arena_strdup(&l->arena, row->new_name);
	row->section = arena_strdup(&l->arena, row->section);
	row->as = n->as == link_own_name(l, id) ? row->old_name : arena_strdup(&l->arena, n->as);
	if (row->old_name && row->new_name && row->section && row->as)
		return 0;
	/* The table stays readable: it has whole rows only. */
	l->rows.n--;
	return -ENOMEM;
}

/* Clones stand behind what they were made of, kept bodies behind the name that they lost. */
static int add_rows(struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct link_piece *p = link_piece(l, n->piece);
	const struct link_node *owner = link_node(l, p->owner);
	int err = add_row(l, id);

	if (!err && p->clone.i && p->owner.i == id.i)
		err = add_row(l, p->clone);
	if (!err && owner->is_clone && owner->sym.i == n->sym.i)
		err = add_row(l, p->owner);
	return err;
}

int link_fill_table(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->inputs.n; i++) {
		const struct link_input *in = &l->inputs.v[i];

		for (u32 s = 1; s < in->obj->syms.n && in->first_node.i && !err; s++)
			err = add_rows(l, link_node_of(l, (input_id){ i }, (sym_id){ s }));
	}
	return err;
}

struct link_table link_table(const struct link *l)
{
	return (struct link_table){ .rows = l->rows.v, .n_rows = l->rows.n };
}

const char *link_input_name(const struct link *l, input_id id)
{
	return id.i && id.i < l->inputs.n ? l->inputs.v[id.i].name : "";
}

const char *link_input_file(const struct link *l, input_id id)
{
	return id.i && id.i < l->inputs.n ? l->inputs.v[id.i].file : "";
}

u32 link_n_inputs(const struct link *l)
{
	return l->inputs.n - 1;
}

bool link_input_private(const struct link *l, input_id id)
{
	return id.i && id.i < l->inputs.n && l->inputs.v[id.i].is_private;
}

/* --- sections ---------------------------------------------------------------------------- */

static struct link_part *add_part(struct link *l, input_id input, const char *section)
{
	const char *name = arena_strdup(&l->arena, section);
	struct link_part *part = name ? vec_push(&l->parts) : NULL;

	if (part)
		*part = (struct link_part){ .input = input, .section = name, .out = "" };
	return part;
}

/* Does a piece go on where a part ends, in the input as in the output? */
static bool continues(const struct link_part *part, const struct link_piece *p, out_id out)
{
	return part && p->out.i == out.i && p->off >= part->from &&
	       p->off - part->from == p->out_off - part->off && p->off == part->from + part->size;
}

/* The pieces of a section that lie beside each other make one part. */
static int add_section(struct link *l, input_id input, sec_id sec)
{
	const struct link_input *in = link_input(l, input);
	const struct obj_sec *s = obj_sec(in->obj, sec);
	struct link_part *part = NULL;
	const struct link_piece *p = NULL;
	out_id out = { 0 };

	for (u32 i = in->sec_pieces[sec.i].i; i < in->sec_pieces[sec.i + 1].i; i++) {
		p = &l->pieces.v[i];
		if (p->dropped || !p->out.i || !p->size)
			continue;
		if (!continues(part, p, out)) {
			part = add_part(l, input, s->name);
			if (!part)
				return -ENOMEM;
			out = p->out;
			part->out = arena_strdup(&l->arena, l->outs.v[out.i].name);
			if (!part->out) {
				l->parts.n--;
				return -ENOMEM;
			}
			part->from = p->off;
			part->off = p->out_off;
		}
		part->size += p->size;
	}
	if (part || !s->size || !p || !p->dropped)
		return 0;
	part = add_part(l, input, s->name);
	if (!part)
		return -ENOMEM;
	part->size = s->size;
	if (p->unreached)
		part->why = reasons[LINK_WHY_UNREACHED].words;
	else if (p->owner.i && !(in->lost_secs && in->lost_secs[sec.i]))
		part->why = "all that it defines is dropped";
	else
		part->why = reasons[why_skipped(l, input, sec)].words;
	return 0;
}

static int add_input(struct link *l, input_id input)
{
	const struct link_input *in = link_input(l, input);
	int err = 0;

	for (u32 s = 1; in->sec_pieces && s < in->obj->secs.n && !err; s++)
		err = add_section(l, input, (sec_id){ s });
	for (u32 i = 0; i < in->obj->dropped.n && !err; i++) {
		const struct obj_dropped *d = &in->obj->dropped.v[i];
		struct link_part *part = add_part(l, input, d->name);

		if (!part)
			return -ENOMEM;
		part->size = d->size;
		part->why = d->why;
	}
	return err;
}

int link_fill_parts(struct link *l)
{
	int err = 0;

	for (u32 i = 1; i < l->inputs.n && !err; i++)
		err = add_input(l, (input_id){ i });
	return err;
}

struct link_parts link_part_table(const struct link *l)
{
	return (struct link_parts){ .parts = l->parts.v, .n_parts = l->parts.n };
}

/* --- places ------------------------------------------------------------------------------ */

static int add_place(struct link *l, struct weld_where at, bool is_def)
{
	struct link_place place = { .at = at, .is_def = is_def };

	return vec_append(&l->places, &place, 1);
}

static int add_references(struct link *l, const struct obj *o, sym_id sym)
{
	int err = 0;

	for (u32 s = 1; s < o->secs.n; s++)
		for (u32 i = 0; i < o->secs.v[s].relocs.n && !err; i++) {
			const struct obj_reloc *r = &o->secs.v[s].relocs.v[i];

			if (r->sym.i == sym.i)
				err = add_place(l, obj_where(o, (sec_id){ s }, r->off), false);
		}
	return err;
}

void link_keep_inputs(struct link *l)
{
	l->keep_inputs = true;
}

int link_places(struct link *l, u32 row, struct link_places *out)
{
	const struct link_row *r = &l->rows.v[row];
	const struct obj *o = link_obj(l, r->input);
	bool is_def = r->fate == LINK_FATE_KEPT || r->fate == LINK_FATE_DROPPED;
	int err = 0;

	if (!o || !l->keep_inputs)
		return -EINVAL;
	if (l->places_of != row + 1) {
		l->places.n = l->places_of = 0;
		if (is_def)
			err = add_place(l, obj_where_sym(o, r->sym), true);
		if (!err && !r->is_clone)
			err = add_references(l, o, r->sym);
		if (!err && !l->places.n)
			err = add_place(l, obj_where_ref(o, r->sym), false);
		if (err)
			return err;
		l->places_of = row + 1;
	}
	*out = (struct link_places){ .places = l->places.v, .n_places = l->places.n };
	return 0;
}

/* --- looking for a symbol ---------------------------------------------------------------- */

static bool answers(const struct link *l, const struct link_row *r, const char *input, size_t len,
		    const char *name)
{
	const char *own = link_input_name(l, r->input);

	if (input && (strlen(own) != len || strncmp(own, input, len)))
		return false;
	return !strcmp(r->old_name, name) || !strcmp(r->new_name, name) || !strcmp(r->as, name);
}

static int raise_no_symbol(struct link *l, const char *spec, const char *name)
{
	struct link_guess guess = { .wanted = name };
	struct diag_msg m;

	diag_begin(&m, l->diag, DIAG_LINK_NO_SYMBOL, NULL, spec);
	for (u32 i = 0; i < l->rows.n; i++)
		link_guess_add(&guess, l->rows.v[i].old_name);
	link_guess_help(&guess, &m);
	return diag_end(&m);
}

int link_find_row(struct link *l, const char *spec, u32 from, u32 *row)
{
	const char *colon = strchr(spec, ':'), *name = colon ? colon + 1 : spec;

	for (u32 i = from; i < l->rows.n; i++)
		if (answers(l, &l->rows.v[i], colon ? spec : NULL, (size_t)(name - spec) - !!colon,
			    name)) {
			*row = i;
			return 0;
		}
	return from ? -ENOENT : raise_no_symbol(l, spec, name);
}

/* --- files ------------------------------------------------------------------------------- */

int link_note_file(struct link *l, const char *path)
{
	const char *copy = arena_strdup(&l->arena, path);

	if (!strcmp(path, "-"))
		return 0;
	if (!copy || link_names_take(&l->files, copy))
		return diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker");
	return 0;
}

const char *link_nth_file(const struct link *l, u32 n)
{
	return n < l->files.used.n ? l->files.used.v[n].name : NULL;
}
