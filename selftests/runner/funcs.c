/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/runner/funcs.h"

#include <stdlib.h>

#include "uapi/bpf.h"

enum { MAGIC = 0xeb9f, HEADER = 24, KIND_INT = 1, KIND_FUNC = 12, KIND_FUNC_PROTO = 13 };
enum { TYPE_INT = 1, TYPE_PROTO = 2, TYPE_FIRST_FUNC = 3 };

static void put32(struct sbuf *b, u32 v)
{
	sbuf_put(b, &v, sizeof(v));
}

static void put_type(struct sbuf *b, u32 name, u32 kind, u32 size_or_type)
{
	put32(b, name);
	put32(b, kind << 24);
	put32(b, size_or_type);
}

/* The label in front of a function, or a name made of its number. */
static void put_name(struct sbuf *strs, const struct isa_asm *a, const struct isa_func *f, u32 n)
{
	for (u32 i = 0; i < a->labels.n; i++) {
		if (a->labels.v[i].insn != f->start || strchr(a->labels.v[i].name, ':'))
			continue;
		sbuf_put(strs, a->labels.v[i].name, strlen(a->labels.v[i].name) + 1);
		return;
	}
	sbuf_printf(strs, n ? "func_%u" : "main", n);
	sbuf_putc(strs, 0);
}

static void put_funcs(const struct isa_asm *a, const struct isa_cfg *cfg, struct sbuf *types,
		      struct sbuf *strs)
{
	sbuf_putc(strs, 0);
	put_type(types, 1, KIND_INT, 4);
	sbuf_put(strs, "int", 4);
	put32(types, 1 << 24 | 32); /* signed, 32 bits */
	put_type(types, 0, KIND_FUNC_PROTO, TYPE_INT);
	for (u32 i = 0; i < cfg->funcs.n; i++) {
		put_type(types, (u32)strs->size, KIND_FUNC, TYPE_PROTO);
		put_name(strs, a, &cfg->funcs.v[i], i);
	}
}

static int load_btf(const struct weld_target *t, const struct sbuf *types, const struct sbuf *strs)
{
	struct sbuf blob = { 0 };
	union bpf_attr attr;
	int fd;

	put32(&blob, MAGIC | 1 << 16);
	put32(&blob, HEADER);
	put32(&blob, 0);
	put32(&blob, (u32)types->size);
	put32(&blob, (u32)types->size);
	put32(&blob, (u32)strs->size);
	sbuf_put(&blob, types->data, types->size);
	sbuf_put(&blob, strs->data, strs->size);
	memset(&attr, 0, sizeof(attr));
	attr.btf = (bpf_u64)(uintptr_t)blob.data;
	attr.btf_size = (u32)blob.size;
	fd = t->ops->bpf(t->user, BPF_BTF_LOAD, &attr, sizeof(attr));
	sbuf_free(&blob);
	return fd;
}

static int describe(const struct isa_asm *a, const struct isa_cfg *cfg, const struct weld_target *t,
		    struct funcs *out)
{
	struct sbuf types = { 0 }, strs = { 0 };

	put_funcs(a, cfg, &types, &strs);
	out->btf = load_btf(t, &types, &strs);
	sbuf_free(&types);
	sbuf_free(&strs);
	if (out->btf < 0)
		return out->btf;
	out->info = calloc(cfg->funcs.n, sizeof(*out->info));
	if (!out->info)
		abort();
	out->n = cfg->funcs.n;
	for (u32 i = 0; i < out->n; i++)
		out->info[i] = (struct func_info){ cfg->funcs.v[i].start, TYPE_FIRST_FUNC + i };
	return 0;
}

/* A program without structure has no functions: whoever loads it will say so. */
int funcs_describe(const struct isa_asm *a, const struct weld_target *t, struct funcs *out)
{
	struct isa_cfg cfg;
	int err = 0;

	*out = (struct funcs){ .btf = -1 };
	if (isa_cfg_build(NULL, NULL, a->insns.v, a->insns.n, &cfg))
		return 0;
	if (cfg.funcs.n > 1)
		err = describe(a, &cfg, t, out);
	isa_cfg_free(&cfg);
	return err;
}

void funcs_release(struct funcs *f, const struct weld_target *t)
{
	if (f->n && f->btf >= 0)
		t->ops->close(t->user, f->btf);
	free(f->info);
}
