/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/fuzz/doors.h"

#include <bpfweld/bpfweld.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What has to hold, said when it doesn't. */
#define CHECK(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
			abort(); \
		} \
	} while (0)

struct said {
	unsigned int errors;
	size_t bytes;
};

/* Every byte of a text is looked at, so that a sanitizer sees those that aren't there. */
static size_t touch(const char *s)
{
	return s ? strlen(s) : 0;
}

static void listen(void *user, const struct weld_diag *d)
{
	struct said *said = user;

	said->errors += d->severity == WELD_ERROR;
	said->bytes += touch(d->text) + touch(d->detail) + touch(d->help) + touch(d->at.file) +
		       touch(d->at.section) + touch(d->at.func) + touch(d->at.src_file) +
		       touch(d->at.src_line);
	for (size_t i = 0; i < d->n_notes; i++)
		said->bytes += touch(d->notes[i].text) + touch(d->notes[i].at.file);
}

static struct weld_ctx *new_ctx(struct said *said)
{
	WELD_OPTS(weld_ctx_opts, opts, .diag_fn = listen, .diag_user = said);
	struct weld_ctx *ctx;

	CHECK(!weld_ctx__new(&opts, &ctx));
	return ctx;
}

/* An answer: 0, or an error that a bad file may have and that was explained. */
static bool answered(int err, const struct said *said)
{
	/* -ENOMEM: there is a limit, and no file of this size is worth reaching it. */
	CHECK(!err || err == -EINVAL || err == -ENOENT || err == -EEXIST || err == -ENOTSUP ||
	      err == -E2BIG || err == -EOVERFLOW);
	CHECK(!err || said->errors);
	return !err;
}

/* --- btf --------------------------------------------------------------------------------- */

static void dump(const struct weld_btf *btf)
{
	static const int formats[] = { WELD_BTF_RAW, WELD_BTF_JSON, WELD_BTF_C };

	for (size_t i = 0; btf && i < sizeof(formats) / sizeof(formats[0]); i++) {
		char *text = NULL;
		int err = weld_btf__dump(btf, formats[i], &text);

		CHECK(!err || err == -E2BIG);
		touch(text);
		free(text);
	}
}

static bool drive_btf(const struct door_input *in)
{
	struct said said = { 0 };
	struct weld_ctx *ctx = new_ctx(&said);
	struct weld_btf *btf = NULL;
	bool ok = answered(weld_btf__open_mem(ctx, in->mutant.data, in->mutant.size, NULL, &btf),
			   &said);

	if (ok)
		dump(btf);
	weld_btf__close(btf);
	weld_ctx__free(ctx);
	return ok;
}

/* --- info -------------------------------------------------------------------------------- */

static void look_at_code(const struct weld_object *obj)
{
	struct weld_function_info f = { .sz = sizeof(f) };

	for (uint32_t n = 0; !weld_object__program(obj, n, &f); n++)
		touch(f.name);
	for (uint32_t n = 0; !weld_object__function(obj, n, &f); n++) {
		touch(f.name);
		touch(f.section);
		touch(f.extras);
		touch(f.prototype);
	}
}

static void look_at_data(const struct weld_object *obj)
{
	struct weld_map_info m = { .sz = sizeof(m) };
	struct weld_extern_info e = { .sz = sizeof(e) };

	for (uint32_t n = 0; !weld_object__map(obj, n, &m); n++) {
		touch(m.name);
		touch(m.key_type);
		touch(m.value_type);
		touch(m.inner);
	}
	for (uint32_t n = 0; !weld_object__extern(obj, n, &e); n++) {
		touch(e.name);
		touch(e.type);
	}
}

static void look_at(const struct weld_object *obj)
{
	struct weld_section_info s = { .sz = sizeof(s) };
	struct weld_symbol_info y = { .sz = sizeof(y) };
	struct weld_object_info i = { .sz = sizeof(i) };

	CHECK(!weld_object__info(obj, &i));
	touch(i.license);
	look_at_code(obj);
	look_at_data(obj);
	for (uint32_t n = 0; !weld_object__section(obj, n, &s); n++)
		touch(s.name);
	for (uint32_t n = 0; !weld_object__symbol(obj, n, &y); n++)
		touch(y.name);
	dump(weld_object__btf(obj));
}

static bool drive_info(const struct door_input *in)
{
	struct said said = { 0 };
	struct weld_ctx *ctx = new_ctx(&said);
	struct weld_object *obj = NULL;
	bool ok = answered(weld_object__open_mem(ctx, in->mutant.data, in->mutant.size, NULL, &obj),
			   &said);

	if (ok)
		look_at(obj);
	weld_object__close(obj);
	weld_ctx__free(ctx);
	return ok;
}

/* --- link -------------------------------------------------------------------------------- */

static void look_at_map(const struct weld_linker *l)
{
	struct weld_linker_symbol s = { .sz = sizeof(s) };
	struct weld_linker_input i = { .sz = sizeof(i) };

	for (uint32_t n = 0; !weld_linker__input(l, n, &i); n++)
		touch(i.name);
	for (uint32_t n = 0; !weld_linker__symbol(l, n, &s); n++) {
		touch(s.old_name);
		touch(s.new_name);
		touch(s.section);
		touch(s.why);
	}
}

/* Bind the first extern function there is to the first program of the input y. */
static void add_mapping(struct weld_linker *l, const struct weld_object *obj)
{
	struct weld_extern_info e = { .sz = sizeof(e) };
	struct weld_function_info f = { .sz = sizeof(f) };
	char func[300];

	if (weld_object__extern(obj, 0, &e) || weld_object__program(obj, 0, &f))
		return;
	snprintf(func, sizeof(func), "y:%s", f.name);
	/* A hostile name is no spec, which is said. */
	weld_linker__map(l, e.name, func);
	weld_linker__export(l, func);
}

/* Add y as an object that is lent, private by chance. */
static int add_second(struct weld_ctx *ctx, struct weld_linker *l, const struct door_file *y,
		      bool private, struct weld_object **lent)
{
	int err = weld_object__open_mem(ctx, y->data, y->size, NULL, lent);

	if (!err)
		err = weld_linker__add_object(l, "y", *lent);
	if (!err && private) {
		CHECK(!weld_linker__set_private(l, "y"));
		add_mapping(l, *lent);
	}
	return err;
}

/* How two files are linked: some ways of many, chosen by a mutant's number. */
struct how {
	bool private, gc, archive, whole;
};

/* Link x, and y if there is one; the output's bytes, none when it failed. */
static struct door_file link_files(const struct door_file *x, const struct door_file *y,
				   struct how how)
{
	WELD_OPTS(weld_linker_opts, opts, .allow_unresolved = true, .gc = how.gc,
		  .whole_archive = how.whole);
	struct weld_object *lent = NULL, *obj = NULL;
	struct said said = { 0 };
	struct weld_ctx *ctx = new_ctx(&said);
	struct weld_linker *l;
	void *bytes = NULL;
	size_t size = 0;
	int err;

	CHECK(!weld_linker__new(ctx, &opts, &l));
	err = weld_linker__add_mem(l, "x", x->data, x->size, "x.o");
	if (!err && y && how.archive)
		err = weld_linker__add_mem(l, "y", y->data, y->size, "y.a");
	else if (!err && y)
		err = add_second(ctx, l, y, how.private, &lent);
	if (!err)
		err = weld_linker__finish(l, &obj);
	look_at_map(l);
	if (answered(err, &said))
		CHECK(!weld_object__write_mem(obj, &bytes, &size));
	weld_linker__free(l);
	weld_object__close(lent);
	weld_object__close(obj);
	weld_ctx__free(ctx);
	return (struct door_file){ bytes, size };
}

/* What a link gave links again, to the same bytes. */
static bool link_again(struct door_file once)
{
	struct door_file twice;

	if (!once.data)
		return false;
	twice = link_files(&once, NULL, (struct how){ 0 });
	CHECK(twice.data && twice.size == once.size);
	CHECK(!memcmp(twice.data, once.data, once.size));
	free((void *)once.data);
	free((void *)twice.data);
	return true;
}

static bool drive_link(const struct door_input *in)
{
	struct how how = { .private = in->number & 4, .gc = in->number & 8 };
	struct how library = { .archive = true, .gc = how.gc, .whole = in->number & 16 };
	bool ok = link_again(link_files(&in->mutant, NULL, (struct how){ 0 }));

	switch (in->number & 3) {
	case 0:
		link_again(link_files(&in->mutant, &in->mutant, how));
		link_again(link_files(&in->mutant, &in->archive, library));
		break;
	case 1:
		link_again(link_files(&in->mutant, &in->original, how));
		break;
	case 2:
		link_again(link_files(&in->original, &in->mutant, how));
		link_again(link_files(&in->other, &in->archive, library));
		break;
	default:
		link_again(link_files(&in->other, &in->mutant, how));
	}
	return ok;
}

const struct door doors[N_DOORS] = {
	{ "info", drive_info },
	{ "btf", drive_btf },
	{ "link", drive_link },
};
