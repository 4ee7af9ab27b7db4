/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The spine of the linker. BPF objects are small programs with shared tables: what is hard about
 * linking them isn't size but that everything is said three times (in ELF symbols, in BTF and in
 * BTF.ext), and that the kernel believes none of the three alone. So nothing is patched in place:
 * the passes below first decide what each symbol stands for, then where each piece of each input
 * goes, and then write all three again from those decisions.
 *
 * A pass returns 0 or an error that ends the link at once (no memory). Conflicts between inputs
 * are reported through link_fault, and the link goes on to the next milestone, so that one run
 * shows all of them.
 */
#include "linker/link_int.h"

#include <stdlib.h>

#include "lib/base/mem.h"
#include "linker/inline.h"

/* Below this, reading code twice costs more than it saves. */
enum { CODE_MAX = 4 << 20 };

static int milestone(struct link *l)
{
	return l->err;
}

/* What only binding and comparing needs. */
static int forget_bindings(struct link *l)
{
	vec_free(&l->names);
	hmap_free(&l->name_index);
	vec_free(&l->same.pairs);
	hmap_free(&l->same.index);
	return 0;
}

/* What only looking for names and equal things needs. */
static int forget_names(struct link *l)
{
	hmap_free(&l->equal_index);
	link_names_free(&l->input_names);
	link_names_free(&l->out_names);
	link_trim(l);
	return 0;
}

static link_pass *const passes[] = {
	link_name_inputs,
	link_take_members,	/* of archives */
	/* From here on no input is added. */
	link_mark_privates,
	link_check_inputs,
	milestone,		/* every input has a unique name and the same byte order */

	link_collect_nodes,
	link_pick_groups,	/* the sections of others are dropped */
	link_rename_nodes,
	link_mark_exports,
	link_mark_hidden,
	link_bind_mappings,	/* before names: explicit mappings win */
	link_bind_names,
	link_keep_targets,	/* of mappings, though names overrode them */
	link_warn_mappings,
	/* From here on no symbol is bound again. */
	link_check_types,
	link_check_licenses,
	link_join_sections,
	link_check_unresolved,
	milestone,		/* the inputs agree about everything that they share */
	forget_bindings,

	link_cut_pieces,	/* what lost falls out here */
	link_find_uses,
	link_make_clones,	/* entry programs that are called */
	/* From here on no node and no piece is added. */
	link_drop_unreached,
	/* From here on none is dropped. */
	link_place_pieces,
	milestone,		/* offsets are final */

	link_plan_relocs,
	link_name_nodes,
	link_merge_types,
	link_emit_sections,
	link_emit_symbols,
	link_emit_types,
	forget_names,
	/* From here on nobody asks an input for anything but the bytes of its pieces. */
	link_emit_contents,
};

/* Where there is little to give back, looking for it costs more. */
void link_trim(const struct link *l)
{
	enum { MANY_INPUTS = 100 };

	if (l->inputs.n >= MANY_INPUTS)
		mem_trim();
}

int link_fault(struct link *l, int err)
{
	if (err == -ENOMEM)
		return err;
	if (err && !l->err)
		l->err = err;
	return 0;
}

struct weld_where link_where(const struct link *l, node_id id)
{
	const struct link_node *n = link_node(l, id);
	const struct obj *o = link_obj(l, n->input);

	return n->is_def ? obj_where_sym(o, n->sym) : obj_where_ref(o, n->sym);
}

const char *link_kind_text(enum link_kind kind)
{
	static const char *const texts[] = {
		[LINK_LABEL] = "label",
		[LINK_FUNC] = "function",
		[LINK_VAR] = "variable",
		[LINK_MAP] = "map",
		[LINK_KFUNC] = "kernel function",
		[LINK_KSYM] = "kernel variable",
		[LINK_KCONFIG] = "kernel configuration value",
		[LINK_SKIP] = "section",
	};

	return texts[kind];
}

int link_new(struct diag *d, const struct link_opts *opts, struct link **out)
{
	struct link *l = calloc(1, sizeof(*l));

	if (!l)
		return diag_raise(d, DIAG_NO_MEMORY, NULL, "the linker");
	l->diag = d;
	l->allow_unresolved = opts && opts->allow_unresolved;
	l->gc = opts && opts->gc;
	l->whole_archive = opts && opts->whole_archive;
	l->no_table = opts && opts->no_table;
	l->reread = opts && opts->reread;
	l->code_max = opts && opts->code_max ? opts->code_max : CODE_MAX;
	if (opts && opts->license)
		l->license = arena_strdup(&l->arena, opts->license);
	if ((opts && opts->license && !l->license) || !vec_push(&l->inputs) ||
	    !vec_push(&l->archives) || !vec_push(&l->nodes) || !vec_push(&l->pieces) ||
	    !vec_push(&l->outs) || !vec_push(&l->names)) {
		link_free(l);
		return diag_raise(d, DIAG_NO_MEMORY, NULL, "the linker");
	}
	*out = l;
	return 0;
}

/* Everything that only the passes and the tables need. */
static void free_plans(struct link *l)
{
	for (u32 i = 0; i < l->outs.n; i++)
		vec_free(&l->outs.v[i].pieces);
	vec_free(&l->outs);
	vec_free(&l->pieces);
	hmap_free(&l->out_index);
	hmap_free(&l->map_index);
	link_free_archives(l);
	vec_free(&l->out_nodes);
	forget_bindings(l);
	forget_names(l);
}

/* What a failed link leaves. */
static void free_output(struct link *l)
{
	btf_free(l->btf);
	l->btf = NULL;
	obj_free(l->obj);
	l->obj = NULL;
}

/* What is left after linking is the table, whose strings are the linker's. */
static void free_inputs(struct link *l)
{
	for (u32 i = 1; i < l->inputs.n; i++) {
		if (!l->inputs.v[i].lent)
			obj_free(l->inputs.v[i].obj);
		l->inputs.v[i].obj = NULL;
	}
	vec_free(&l->nodes);
}

void link_free(struct link *l)
{
	if (!l)
		return;
	free_plans(l);
	free_output(l);
	free_inputs(l);
	vec_free(&l->inputs);
	vec_free(&l->mappings);
	vec_free(&l->exports);
	vec_free(&l->inlines);
	vec_free(&l->hides);
	vec_free(&l->renames);
	vec_free(&l->prefixes);
	vec_free(&l->wraps);
	vec_free(&l->privates);
	vec_free(&l->rows);
	vec_free(&l->parts);
	vec_free(&l->places);
	link_names_free(&l->files);
	arena_free(&l->arena);
	free(l);
}

static int run_passes(struct link *l)
{
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(passes); i++) {
		err = passes[i](l);
		if (err)
			return err;
	}
	return 0;
}

static int index_output(struct link *l)
{
	int err = obj_fix_datasecs(l->obj);

	return err ? err : obj_index(l->obj);
}

/* Functions become part of their callers in the finished object: nothing else knows of it. */
static int inline_output(struct link *l)
{
	struct obj *inlined = NULL;
	int err;

	if (!l->inlines.n)
		return 0;
	err = link_inline_funcs(l->obj, l->inlines.v, l->inlines.n, false, &inlined);
	if (err)
		return err;
	obj_free(l->obj);
	l->obj = inlined;
	return link_move_rows(l, inlined);
}

static int fill_tables(struct link *l)
{
	int err = link_fill_table(l);

	return err ? err : link_fill_parts(l);
}

int link_finish(struct link *l, struct obj **out)
{
	int err, table_err;

	if (l->finished)
		return diag_raise(l->diag, DIAG_LINK_FINISHED, NULL);
	l->finished = true;
	err = run_passes(l);
	table_err = err == -ENOMEM || l->no_table ? 0 : fill_tables(l);
	if (!err)
		err = table_err;
	/* Before the output is indexed and written, for which the memory is needed. */
	free_plans(l);
	if (!l->keep_inputs)
		free_inputs(l);
	link_trim(l);
	if (!err)
		err = index_output(l);
	if (!err)
		err = inline_output(l);
	if (!err) {
		*out = l->obj;
		l->obj = NULL;
	}
	free_output(l);
	return err == -ENOMEM ? diag_raise(l->diag, DIAG_NO_MEMORY, NULL, "the linker") : err;
}
