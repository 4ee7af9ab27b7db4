/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/runner/drive.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/abi/abi.h"
#include "lib/isa/isa.h"
#include "selftests/runner/funcs.h"

enum { LOG_SIZE = 1 << 20, MAX_PACKET = 1 << 16, MAX_ELEMS = 4096 };

/* A case on its way through one target. */
struct drive {
	const struct tcase *c;
	const struct weld_target *t;
	struct outcome *out;
	int *maps, *progs; /* handles, -1 none */
	unsigned int n_cpus;
	char *log;
};

static int bpf(struct drive *v, int cmd, union bpf_attr *attr)
{
	return v->t->ops->bpf(v->t->user, cmd, attr, sizeof(*attr));
}

static bpf_u64 ptr(const void *p)
{
	return (bpf_u64)(uintptr_t)p;
}

static int complain(struct drive *v, const char *what, const char *name, int err)
{
	fprintf(stderr, "%s: %s: %s %s: %s\n", v->c->path, v->t->ops->name, what, name,
		strerror(-err));
	return err;
}

static int map_index(const struct tcase *c, const char *name, size_t len)
{
	for (u32 i = 0; i < c->maps.n; i++)
		if (strlen(c->maps.v[i].name) == len && !memcmp(c->maps.v[i].name, name, len))
			return (int)i;
	return -1;
}

/* --- maps -------------------------------------------------------------------------------- */

static bool is_percpu(const struct case_map *map)
{
	return abi_map(map->type)->flags & ABI_MAP_PERCPU;
}

/* Bytes that user space exchanges for one value. */
static size_t user_size(struct drive *v, const struct case_map *map)
{
	return is_percpu(map) ? align_up(map->value_size, 8) * v->n_cpus : map->value_size;
}

static int make_map(struct drive *v, u32 i)
{
	const struct case_map *map = &v->c->maps.v[i];
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	a.map_type = map->type;
	a.key_size = map->key_size;
	a.value_size = map->value_size;
	a.max_entries = map->max_entries;
	a.map_flags = map->flags;
	strncpy(a.map_name, map->name, sizeof(a.map_name) - 1);
	v->maps[i] = bpf(v, BPF_MAP_CREATE, &a);
	return v->maps[i] < 0 ? complain(v, "map", map->name, v->maps[i]) : 0;
}

static int set_value(struct drive *v, const struct case_elem *e)
{
	int i = map_index(v->c, e->map, strlen(e->map)), err;
	union bpf_attr a;
	u8 *value;

	if (i < 0 || e->key.size != v->c->maps.v[i].key_size ||
	    e->value.size != v->c->maps.v[i].value_size)
		return complain(v, "value of", e->map, -EINVAL);
	value = calloc(1, user_size(v, &v->c->maps.v[i]));
	if (!value)
		return -ENOMEM;
	memcpy(value, e->value.data, e->value.size);
	memset(&a, 0, sizeof(a));
	a.map_fd = (u32)v->maps[i];
	a.key = ptr(e->key.data);
	a.value = ptr(value);
	err = bpf(v, BPF_MAP_UPDATE_ELEM, &a);
	free(value);
	return err < 0 ? complain(v, "value of", e->map, err) : 0;
}

static int freeze(struct drive *v, u32 i)
{
	union bpf_attr a;
	int err;

	if (!v->c->maps.v[i].freeze)
		return 0;
	memset(&a, 0, sizeof(a));
	a.map_fd = (u32)v->maps[i];
	err = bpf(v, BPF_MAP_FREEZE, &a);
	return err < 0 ? complain(v, "freeze", v->c->maps.v[i].name, err) : 0;
}

static int make_maps(struct drive *v)
{
	int err = 0;

	for (u32 i = 0; i < v->c->maps.n && !err; i++)
		err = make_map(v, i);
	for (u32 i = 0; i < v->c->values.n && !err; i++)
		err = set_value(v, &v->c->values.v[i]);
	for (u32 i = 0; i < v->c->maps.n && !err; i++)
		err = freeze(v, i);
	return err;
}

static void dump_bytes(struct sbuf *out, const u8 *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sbuf_printf(out, "%02x", p[i]);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One line for an element; the value of the first CPU stands for a per-CPU one. */
static bool dump_elem(struct drive *v, u32 i, const void *key, struct sbuf *line)
{
	const struct case_map *map = &v->c->maps.v[i];
	u8 *value = calloc(1, user_size(v, map));
	union bpf_attr a;
	bool found;

	memset(&a, 0, sizeof(a));
	a.map_fd = (u32)v->maps[i];
	a.key = ptr(key);
	a.value = ptr(value);
	found = value && bpf(v, BPF_MAP_LOOKUP_ELEM, &a) >= 0;
	if (found) {
		sbuf_printf(line, "%s[", map->name);
		dump_bytes(line, key, map->key_size);
		sbuf_puts(line, "] = ");
		dump_bytes(line, value, map->value_size);
	}
	free(value);
	return found;
}

/* Hash tables have an order of their own: the lines are sorted. */
static void dump_map(struct drive *v, u32 i, struct sbuf *out)
{
	char *key = calloc(2, v->c->maps.v[i].key_size + 1), *next = key + v->c->maps.v[i].key_size;
	struct sbuf line = { 0 };
	VEC(char *) lines = { 0 };
	union bpf_attr a;

	memset(&a, 0, sizeof(a));
	for (u32 n = 0; key && n < MAX_ELEMS; n++) {
		a.map_fd = (u32)v->maps[i];
		a.key = n ? ptr(key) : 0;
		a.next_key = ptr(next);
		if (bpf(v, BPF_MAP_GET_NEXT_KEY, &a) < 0)
			break;
		memcpy(key, next, v->c->maps.v[i].key_size);
		if (dump_elem(v, i, key, &line) && vec_reserve(&lines, 1) == 0)
			lines.v[lines.n++] = sbuf_steal(&line, NULL);
	}
	if (lines.n)
		qsort(lines.v, lines.n, sizeof(*lines.v), compare_lines);
	for (u32 n = 0; n < lines.n; n++) {
		sbuf_printf(out, "%s\n", lines.v[n]);
		free(lines.v[n]);
	}
	vec_free(&lines);
	sbuf_free(&line);
	free(key);
}

/* Program arrays read back ids, which differ from machine to machine. */
static char *dump_maps(struct drive *v)
{
	struct sbuf out = { 0 };

	for (u32 i = 0; i < v->c->maps.n; i++)
		if (v->c->maps.v[i].type != BPF_MAP_TYPE_PROG_ARRAY)
			dump_map(v, i, &out);
	sbuf_putc(&out, 0);
	return sbuf_steal(&out, NULL);
}

/* --- programs ---------------------------------------------------------------------------- */

static void keep_first(void *user, const struct weld_diag *d)
{
	fprintf(stderr, "%s:%d: %s\n", d->at.file ? d->at.file : "", d->at.line, d->text);
}

int drive_assemble(const struct tcase *c, u32 n, struct isa_asm *out)
{
	struct diag d = { .fn = keep_first, .error_limit = 1 };

	return isa_asm(&d, c->path, c->progs.v[n].text, out);
}

/* How a name says which of the four instructions it wants: "counters" is the map itself,
 * "counters.value+8" an address in its first value; .idx forms go through fd_array. */
static const struct {
	const char *suffix;
	u8 src;
	bool by_index, is_value;
} map_forms[] = {
	{ ".idx_value", BPF_PSEUDO_MAP_IDX_VALUE, true, true },
	{ ".idx", BPF_PSEUDO_MAP_IDX, true, false },
	{ ".value", BPF_PSEUDO_MAP_VALUE, false, true },
	{ "", BPF_PSEUDO_MAP_FD, false, false },
};

static int resolve_map(struct drive *v, struct bpf_insn *insn, const struct isa_ref *ref)
{
	size_t len = strcspn(ref->name, "."), form = 0;
	int i = map_index(v->c, ref->name, len);

	while (form < ARRAY_SIZE(map_forms) && strcmp(map_forms[form].suffix, ref->name + len))
		form++;
	if (i < 0 || form == ARRAY_SIZE(map_forms))
		return complain(v, "no such map:", ref->name, -ENOENT);
	insn[0].src_reg = map_forms[form].src;
	insn[0].imm = map_forms[form].by_index ? i : v->maps[i];
	insn[1].imm = map_forms[form].is_value ? (s32)ref->addend : 0;
	return 0;
}

static int resolve(struct drive *v, struct isa_asm *a)
{
	int err = 0;

	for (u32 i = 0; i < a->refs.n && !err; i++) {
		struct bpf_insn *insn = &a->insns.v[a->refs.v[i].insn];
		u32 id = abi_helper_by_name(a->refs.v[i].name);

		if (a->refs.v[i].kind == ISA_REF_LD64) {
			err = resolve_map(v, insn, &a->refs.v[i]);
			continue;
		}
		if (!id)
			return complain(v, "no such helper:", a->refs.v[i].name, -ENOENT);
		insn->src_reg = 0;
		insn->imm = (s32)id;
	}
	return err;
}

static void note_used(struct drive *v, const struct isa_asm *a)
{
	for (u32 i = 0; v->out->used && i < a->insns.n; i += isa_slots(&a->insns.v[i])) {
		const struct isa_op *op = isa_decode(&a->insns.v[i], a->insns.n - i, NULL);

		if (op)
			v->out->used[op->id] = true;
	}
}

static int prog_load(struct drive *v, u32 n, const struct isa_asm *a)
{
	struct funcs funcs = { 0 };
	union bpf_attr attr;
	int fd;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = v->c->prog_type;
	attr.insns = ptr(a->insns.v);
	attr.insn_cnt = a->insns.n;
	attr.license = ptr(v->c->gpl ? "GPL" : "Proprietary");
	strncpy(attr.prog_name, v->c->progs.v[n].name, sizeof(attr.prog_name) - 1);
	attr.log_buf = ptr(v->log);
	attr.log_size = LOG_SIZE;
	attr.log_level = 1;
	attr.fd_array = ptr(v->maps);
	attr.fd_array_cnt = v->c->maps.n;
	v->log[0] = 0;
	if (funcs_describe(a, v->t, &funcs) == 0 && funcs.n) {
		attr.prog_btf_fd = (u32)funcs.btf;
		attr.func_info = ptr(funcs.info);
		attr.func_info_rec_size = sizeof(*funcs.info);
		attr.func_info_cnt = funcs.n;
	}
	fd = bpf(v, BPF_PROG_LOAD, &attr);
	funcs_release(&funcs, v->t);
	return fd;
}

/* A refusal is a result of the case, not a fault of the driver. */
static int load_prog(struct drive *v, u32 n)
{
	struct isa_asm a;
	int err = drive_assemble(v->c, n, &a);

	if (err)
		return err;
	err = resolve(v, &a);
	if (!err) {
		note_used(v, &a);
		v->progs[n] = prog_load(v, n, &a);
		if (v->progs[n] < 0) {
			v->out->load_err = v->progs[n];
			v->out->log = strdup(v->log);
		}
	}
	isa_asm_free(&a);
	return err;
}

static int fill_slot(struct drive *v, const struct case_slot *slot)
{
	int m = map_index(v->c, slot->map, strlen(slot->map)), err;
	union bpf_attr a;
	u32 n = 0;

	while (n < v->c->progs.n && strcmp(v->c->progs.v[n].name, slot->prog))
		n++;
	if (m < 0 || n == v->c->progs.n)
		return complain(v, "slot of", slot->map, -ENOENT);
	memset(&a, 0, sizeof(a));
	a.map_fd = (u32)v->maps[m];
	a.key = ptr(&slot->index);
	a.value = ptr(&v->progs[n]);
	err = bpf(v, BPF_MAP_UPDATE_ELEM, &a);
	return err < 0 ? complain(v, "slot of", slot->map, err) : 0;
}

static int load_progs(struct drive *v)
{
	int err = 0;

	for (u32 i = 0; i < v->c->progs.n && !err && !v->out->load_err; i++)
		err = load_prog(v, i);
	for (u32 i = 0; i < v->c->slots.n && !err && !v->out->load_err; i++)
		err = fill_slot(v, &v->c->slots.v[i]);
	return err;
}

/* --- runs -------------------------------------------------------------------------------- */

static enum abi_view view_of(const struct tcase *c)
{
	return abi_view_of(c->prog_type, 0);
}

static int fill_ctx(struct drive *v, const struct case_run *run, u8 *ctx)
{
	for (u32 i = 0; i < run->n_ctx; i++) {
		const struct case_member *m = &v->c->ctx.v[run->first_ctx + i];
		const struct abi_field *f = NULL;

		for (size_t n = 0; (f = abi_ctx_field_at(view_of(v->c), n)); n++)
			if (!strcmp(f->name, m->name))
				break;
		if (!f)
			return complain(v, "no such member:", m->name, -ENOENT);
		memcpy(ctx + f->off, (const u8 *)&m->value + (HOST_BIG_ENDIAN ? 8 - f->size : 0),
		       min_u64(f->size, 8));
	}
	return 0;
}

static int test_run(struct drive *v, const struct case_run *run, struct outcome_run *o)
{
	struct __sk_buff in;
	union bpf_attr a;
	int err;

	memset(&in, 0, sizeof(in));
	err = fill_ctx(v, run, (u8 *)&in);
	if (err)
		return err;
	memset(&a, 0, sizeof(a));
	a.test.prog_fd = (u32)v->progs[0];
	a.test.data_in = ptr(run->data.data);
	a.test.data_size_in = (u32)run->data.size;
	a.test.data_out = ptr(o->data);
	a.test.data_size_out = MAX_PACKET;
	a.test.ctx_in = run->n_ctx ? ptr(&in) : 0;
	a.test.ctx_size_in = run->n_ctx ? abi_ctx_size(view_of(v->c)) : 0;
	/* To ask for a context is to give one, and an XDP context of zeroes says "no packet". */
	a.test.ctx_out = run->n_ctx ? ptr(&o->ctx) : 0;
	a.test.ctx_size_out = a.test.ctx_size_in;
	a.test.repeat = 1;
	err = bpf(v, BPF_PROG_TEST_RUN, &a);
	v->out->run_err = err < 0 ? err : 0;
	o->ret = a.test.retval;
	o->size = a.test.data_size_out;
	return 0;
}

static int one_run(struct drive *v, const struct case_run *run)
{
	struct outcome_run o;
	int err;

	memset(&o, 0, sizeof(o));
	o.data = calloc(1, MAX_PACKET);
	if (!o.data)
		return -ENOMEM;
	err = test_run(v, run, &o);
	if (!err && !v->out->run_err) {
		o.maps = dump_maps(v);
		err = vec_append(&v->out->runs, &o, 1);
	}
	if (err || v->out->run_err)
		free(o.data);
	return err;
}

static int run_all(struct drive *v)
{
	int err = 0;

	for (u32 i = 0; i < v->c->runs.n && !err && !v->out->run_err; i++)
		err = one_run(v, &v->c->runs.v[i]);
	return err;
}

static void close_all(struct drive *v, const int *handles, u32 n)
{
	for (u32 i = 0; i < n; i++)
		if (handles[i] >= 0)
			v->t->ops->close(v->t->user, handles[i]);
}

static int *no_handles(u32 n)
{
	int *handles = malloc((n + 1) * sizeof(*handles));

	for (u32 i = 0; handles && i < n; i++)
		handles[i] = -1;
	return handles;
}

int drive_case(const struct tcase *c, const struct weld_target *target, struct outcome *out)
{
	struct drive v = { .c = c, .t = target, .out = out, .log = malloc(LOG_SIZE) };
	int err;

	*out = (struct outcome){ .used = out->used };
	v.maps = no_handles(c->maps.n);
	v.progs = no_handles(c->progs.n);
	err = target->ops->n_cpus(target->user, &v.n_cpus);
	if (!err)
		err = make_maps(&v);
	if (!err)
		err = load_progs(&v);
	if (!err && !out->load_err)
		err = run_all(&v);
	close_all(&v, v.progs, c->progs.n);
	close_all(&v, v.maps, c->maps.n);
	free(v.maps);
	free(v.progs);
	free(v.log);
	return err;
}

void outcome_free(struct outcome *o)
{
	for (u32 i = 0; i < o->runs.n; i++) {
		free(o->runs.v[i].data);
		free(o->runs.v[i].maps);
	}
	vec_free(&o->runs);
	free(o->log);
}
