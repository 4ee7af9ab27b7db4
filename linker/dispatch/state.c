/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A chain as bytes, so that another process can build it again with one component exchanged:
 *
 *	magic | type mode flags | entry licence | n components
 *	{ name function file | priority actions | object } ...
 *
 * Numbers have 32 bits, texts and objects their size in front. The bytes stay on the machine that
 * wrote them, but whoever can write pins can write them: all is checked.
 */
#include "linker/dispatch/dispatch_int.h"

#include "uapi/bpf.h"

static const char magic[8] = "bpfweld1";

enum { HAS_LICENSE = 1, HAS_COUNTERS = 2, HAS_CPU_V4 = 4, KNOWN_FLAGS = 7 };

/* --- writing ----------------------------------------------------------------------------- */

static void write_num(struct sbuf *out, u32 v)
{
	sbuf_put(out, &v, sizeof(v));
}

static void write_bytes(struct sbuf *out, const void *data, size_t size)
{
	write_num(out, (u32)size);
	sbuf_put(out, data, size);
}

static void write_str(struct sbuf *out, const char *s)
{
	write_bytes(out, s, strlen(s));
}

static int write_component(const struct comp *comp, struct sbuf *out)
{
	struct sbuf bytes = { 0 };
	int err = obj_write(comp->obj, &bytes);

	write_str(out, comp->facts.name);
	write_str(out, comp->facts.function);
	write_str(out, comp->facts.file);
	write_num(out, comp->facts.priority);
	write_num(out, comp->facts.actions);
	write_bytes(out, bytes.data, bytes.size);
	sbuf_free(&bytes);
	return err;
}

int disp_save(const struct disp *c, struct sbuf *out)
{
	u32 flags = (c->opts.license ? HAS_LICENSE : 0) | (c->opts.counters ? HAS_COUNTERS : 0) |
		    (c->opts.cpu_v4 ? HAS_CPU_V4 : 0);
	int err = 0;

	sbuf_put(out, magic, sizeof(magic));
	write_num(out, c->opts.type);
	write_num(out, c->opts.mode);
	write_num(out, flags);
	write_str(out, c->opts.name);
	write_str(out, c->opts.license ? c->opts.license : "");
	write_num(out, c->components.n);
	for (u32 i = 0; i < c->components.n && !err; i++)
		err = write_component(&c->components.v[i], out);
	return err || sbuf_err(out) ? disp_no_memory(c) : 0;
}

/* --- reading ----------------------------------------------------------------------------- */

/* What is read; the first fault sticks. */
struct reader {
	struct span rest;
	struct arena arena;	/* texts */
	bool bad, no_memory;
};

static u32 read_num(struct reader *r)
{
	u32 v = 0;

	r->bad |= span_take_u32(&r->rest, false, &v) != 0;
	return v;
}

static struct span read_bytes(struct reader *r)
{
	struct span out = SPAN_NONE;
	u32 size = read_num(r);

	r->bad |= r->bad || span_take(&r->rest, size, &out) != 0;
	return out;
}

static const char *read_str(struct reader *r)
{
	struct span s = read_bytes(r);
	const char *copy = arena_strndup(&r->arena, s.size ? (const char *)s.data : "", s.size);

	r->no_memory |= !copy;
	r->bad |= s.size && memchr(s.data, 0, s.size);
	return copy ? copy : "";
}

static int raise_bad(struct diag *d)
{
	return diag_raise(d, DIAG_DISP_STATE, NULL);
}

static int read_head(struct diag *d, struct reader *r, struct disp **out)
{
	struct span head = SPAN_NONE;
	struct disp_opts opts = { 0 };
	u32 type, mode, flags;

	r->bad |= span_take(&r->rest, sizeof(magic), &head) ||
		  memcmp(head.data, magic, sizeof(magic)) != 0;
	type = read_num(r);
	mode = read_num(r);
	flags = read_num(r);
	opts.name = read_str(r);
	opts.license = read_str(r);
	if (r->no_memory)
		return diag_raise(d, DIAG_NO_MEMORY, NULL, "the dispatcher");
	if (r->bad || type > DISP_TC || mode > DISP_FREPLACE || flags & ~(u32)KNOWN_FLAGS)
		return raise_bad(d);
	opts.type = (enum disp_type)type;
	opts.mode = (enum disp_mode)mode;
	opts.counters = flags & HAS_COUNTERS;
	opts.cpu_v4 = flags & HAS_CPU_V4;
	if (!(flags & HAS_LICENSE))
		opts.license = NULL;
	return disp_new(d, &opts, out);
}

/* One component; or, under its name, the one that takes its place. */
static int read_component(struct disp *c, struct reader *r, struct disp_change *change)
{
	struct disp_component_opts opts = { .has_priority = true, .has_actions = true };
	const char *file;
	struct span bytes;
	struct obj *o;
	int err;

	opts.name = read_str(r);
	opts.function = read_str(r);
	file = read_str(r);
	opts.priority = read_num(r);
	opts.actions = read_num(r);
	bytes = read_bytes(r);
	if (r->no_memory)
		return disp_no_memory(c);
	if (r->bad)
		return raise_bad(c->diag);
	if (change && !strcmp(change->name, opts.name)) {
		change->found = true;
		opts.function = change->opts.function;
		if (change->opts.has_priority)
			opts.priority = change->opts.priority;
		if (change->opts.has_actions)
			opts.actions = change->opts.actions;
		return disp_add_obj(c, &opts, change->obj, true);
	}
	err = obj_open_mem(c->diag, bytes, file, &o);
	if (err)
		return err;
	err = disp_add_obj(c, &opts, o, false);
	if (!err)
		c->components.v[c->components.n - 1].stays = true;
	return err;
}

static int raise_no_component(const struct disp *c, const struct disp_change *change)
{
	struct diag_msg m;

	diag_begin(&m, c->diag, DIAG_DISP_NO_COMPONENT, NULL, change->name);
	for (u32 i = 0; i < c->components.n; i++)
		diag_note(&m, NULL, "%s is %s", c->components.v[i].facts.name,
			  c->components.v[i].facts.file);
	return diag_end(&m);
}

int disp_restore(struct diag *d, struct span state, struct disp_change *change, struct disp **out)
{
	struct reader r = { .rest = state };
	struct disp *c = NULL;
	int err = read_head(d, &r, &c);
	u32 n = err ? 0 : read_num(&r);

	if (change)
		change->found = false;
	if (!err && (r.bad || n > DISP_MAX))
		err = raise_bad(d);
	for (u32 i = 0; i < n && !err; i++)
		err = read_component(c, &r, change);
	if (!err && r.rest.size)
		err = raise_bad(d);
	if (!err && change && !change->found)
		err = raise_no_component(c, change);
	arena_free(&r.arena);
	if (err) {
		disp_free(c);
		return err;
	}
	*out = c;
	return 0;
}

/* --- what stays -------------------------------------------------------------------------- */

static const struct comp *find_component(const struct disp *c, const char *name)
{
	for (u32 i = 0; i < c->components.n; i++)
		if (!strcmp(c->components.v[i].facts.name, name))
			return &c->components.v[i];
	return NULL;
}

void disp_keep_same(struct disp *c, const struct disp *old)
{
	for (u32 i = 0; i < c->components.n; i++) {
		struct comp *comp = &c->components.v[i];
		const struct comp *was = find_component(old, comp->facts.name);

		comp->stays = was && !strcmp(was->facts.function, comp->facts.function) &&
			      obj_equal(was->obj, comp->obj);
	}
}

/* A data map is a section that was set apart; other maps are told by the link. */
static const struct comp *owner_of(const struct disp *c, const char *map)
{
	for (u32 i = 0; i < c->map_owners.n; i++)
		if (!strcmp(c->map_owners.v[i].map, map))
			return &c->components.v[c->map_owners.v[i].component];
	for (u32 i = 0; i < c->components.n && !c->merge_data; i++) {
		const struct obj *o = c->components.v[i].obj;

		for (u32 s = 1; s < o->secs.n; s++)
			if (disp_is_state(o->secs.v[s].kind) && !strcmp(o->secs.v[s].name, map))
				return &c->components.v[i];
	}
	return NULL;
}

static bool same_order(const struct disp *c, const struct disp *old)
{
	bool same = c->components.n == old->components.n;

	for (u32 i = 0; same && i < c->components.n; i++)
		same = !strcmp(c->components.v[i].facts.name, old->components.v[i].facts.name);
	return same;
}

bool disp_map_stays(const struct disp *c, const struct disp *old, const char *map)
{
	const struct comp *owner = owner_of(c, map);

	if (owner)
		return owner->stays;
	/* The counters are by place, so they go on where nobody changed place. */
	return disp_counters_name(c) && !strcmp(map, disp_counters_name(c)) && same_order(c, old);
}

const struct obj *disp_component_obj(const struct disp *c, u32 n)
{
	return c->components.v[n].obj;
}

enum disp_type disp_type_of(const struct disp *c)
{
	return c->opts.type;
}

enum disp_mode disp_mode_of(const struct disp *c)
{
	return c->opts.mode;
}

bool disp_has_frags(const struct disp *c)
{
	return c->frags;
}

int disp_order(struct disp *c)
{
	return disp_sort(c);
}

const char *disp_frags_conflict(const struct disp *c, const struct disp *old, const struct obj *o)
{
	if (c->frags == old->frags)
		return NULL;
	for (u32 i = 1; i < o->maps.n; i++)
		if (o->maps.v[i].type == BPF_MAP_TYPE_PROG_ARRAY &&
		    disp_map_stays(c, old, o->maps.v[i].name))
			return o->maps.v[i].name;
	return NULL;
}
