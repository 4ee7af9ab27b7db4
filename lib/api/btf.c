/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* BTF of its own: from raw files or from the .BTF section of an object. */
#include "lib/api/api_int.h"

#include <stdlib.h>

#include "lib/base/file.h"
#include "lib/elf/elf_file.h"

/* The bytes of an ELF file's .BTF section, which live as long as f. */
static int find_btf_section(struct diag *d, struct elf_file *f, const char *name, struct span *out)
{
	struct weld_where at = WELD_WHERE_NONE;

	for (u32 i = 1; i < f->n_secs; i++)
		if (!strcmp(f->secs[i].name, ".BTF"))
			return elf_sec_bytes(d, f, i, out);
	at.file = name;
	return diag_raise(d, DIAG_BTF_NO_SECTION, &at, name);
}

/* Bytes to open. */
struct source {
	const char *name;
	struct span bytes;
	struct file_bytes *file;	/* whose bytes they are, for the graph to take; or NULL */
};

static int parse(struct diag *d, const struct source *s, const struct btf *base, struct btf **out)
{
	static const u8 elf_magic[] = { 0x7f, 'E', 'L', 'F' };
	struct elf_file *f = NULL;
	struct span section = s->bytes;
	bool is_elf = section.size >= sizeof(elf_magic) &&
		      !memcmp(section.data, elf_magic, sizeof(elf_magic));
	int err = 0;

	if (!is_elf && s->file)
		return btf_parse_held(d, s->file, s->name, base, out);
	if (is_elf) {
		err = elf_open_mem(d, s->bytes, s->name, &f);
		if (!err)
			err = find_btf_section(d, f, s->name, &section);
	}
	if (!err)
		err = btf_parse_split(d, section, s->name, base, out);
	elf_close(f);
	return err;
}

static int open_source(struct weld_ctx *ctx, const struct source *s,
		       const struct weld_btf_open_opts *opts, struct weld_btf **out)
{
	WELD_OPTS(weld_btf_open_opts, o);
	struct weld_btf *btf;
	int err = api_opts(&ctx->diag, API_SPEC(weld_btf_open_opts), opts, &o);

	if (err)
		return err;
	btf = calloc(1, sizeof(*btf));
	if (!btf)
		return diag_raise(&ctx->diag, DIAG_NO_MEMORY, NULL, "weld_btf");
	err = parse(&ctx->diag, s, o.base ? o.base->btf : NULL, &btf->owned);
	if (err) {
		free(btf);
		return err;
	}
	btf->btf = btf->owned;
	btf->diag = &ctx->diag;
	*out = btf;
	return 0;
}

int weld_btf__open_mem(struct weld_ctx *ctx, const void *bytes, size_t size,
		       const struct weld_btf_open_opts *opts, struct weld_btf **btf)
{
	struct source s = { .name = "<memory>", .bytes = span_of(bytes, size) };

	return open_source(ctx, &s, opts, btf);
}

int weld_btf__open_file(struct weld_ctx *ctx, const char *path,
			const struct weld_btf_open_opts *opts, struct weld_btf **btf)
{
	struct file_bytes file;
	struct source s = { .name = path, .file = &file };
	int err = file_load(&ctx->diag, path, &file);

	if (err)
		return err;
	s.bytes = file.span;
	err = open_source(ctx, &s, opts, btf);
	file_release(&file);
	return err;
}

void weld_btf__close(struct weld_btf *btf)
{
	if (!btf || !btf->owned)
		return;
	btf_free(btf->owned);
	free(btf);
}

uint32_t weld_btf__n_types(const struct weld_btf *btf)
{
	return btf_n_types(btf->btf);
}

int weld_btf__dump(const struct weld_btf *btf, int format, char **text)
{
	struct sbuf out = { 0 };
	char *dumped;
	int err = 0;

	switch (format) {
	case WELD_BTF_RAW:
		btf_dump_raw(btf->btf, &out);
		break;
	case WELD_BTF_JSON:
		btf_dump_json(btf->btf, &out);
		break;
	case WELD_BTF_C:
		api_begin(btf->diag);
		err = btf_dump_c(btf->diag, btf->btf, NULL, &out);
		break;
	default:
		return -EINVAL;
	}
	if (err) {
		sbuf_free(&out);
		return err;
	}
	dumped = sbuf_steal(&out, NULL);
	if (!dumped)
		return diag_raise(btf->diag, DIAG_NO_MEMORY, NULL, "weld_btf__dump");
	*text = dumped;
	return 0;
}

/* --- merging -------------------------------------------------------------------------- */

int weld_btf__new(struct weld_ctx *ctx, struct weld_btf **out)
{
	struct weld_btf *btf = calloc(1, sizeof(*btf));

	if (!btf || btf_new(&btf->owned)) {
		free(btf);
		return diag_raise(&ctx->diag, DIAG_NO_MEMORY, NULL, "weld_btf__new");
	}
	btf->btf = btf->owned;
	btf->diag = &ctx->diag;
	*out = btf;
	return 0;
}

/* Does it belong to the caller? */
static int check_owned(const struct weld_btf *btf, const char *func)
{
	return btf->owned ? 0 : diag_raise(btf->diag, DIAG_BTF_LENT, NULL, func);
}

static int explain(const struct weld_btf *btf, int err, const char *func)
{
	if (err == -ENOMEM)
		diag_raise(btf->diag, DIAG_NO_MEMORY, NULL, func);
	return err;
}

int weld_btf__append(struct weld_btf *btf, const struct weld_btf *other)
{
	int err = check_owned(btf, "weld_btf__append");
	u32 *map;

	if (err)
		return err;
	if (btf->btf == other->btf || (other->btf->base && other->btf->base != btf->btf->base))
		return diag_raise(btf->diag, DIAG_BTF_APPEND, NULL);
	map = malloc(((size_t)btf_n_types(other->btf) + 1) * sizeof(*map));
	err = map ? btf_append(btf->owned, other->btf, map) : -ENOMEM;
	free(map);
	return explain(btf, err, "weld_btf__append");
}

int weld_btf__dedup(struct weld_btf *btf, const struct weld_btf_dedup_opts *opts)
{
	WELD_OPTS(weld_btf_dedup_opts, o);
	int err = api_opts(btf->diag, API_SPEC(weld_btf_dedup_opts), opts, &o);

	if (!err)
		err = check_owned(btf, "weld_btf__dedup");
	if (err)
		return err;
	err = btf_dedup(btf->owned, o.keep_entities ? 0 : BTF_DEDUP_ENTITIES, o.id_map);
	return explain(btf, err, "weld_btf__dedup");
}

int weld_btf__write(const struct weld_btf *btf, const struct weld_btf_write_opts *opts,
		    void **bytes, size_t *size)
{
	WELD_OPTS(weld_btf_write_opts, o);
	struct sbuf out = { 0 };
	void *written;
	int err = api_opts(btf->diag, API_SPEC(weld_btf_write_opts), opts, &o);

	if (err)
		return err;
	err = btf_write(btf->btf, HOST_BIG_ENDIAN != o.swap, &out);
	if (err) {
		sbuf_free(&out);
		return explain(btf, err, "weld_btf__write");
	}
	written = sbuf_steal(&out, size);
	if (!written)
		return explain(btf, -ENOMEM, "weld_btf__write");
	*bytes = written;
	return 0;
}
