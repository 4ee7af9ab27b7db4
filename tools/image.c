/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The document beside a raw program. Members are named as those of union bpf_attr where there are
 * such; docs/image.md describes all of them.
 */
#include "tools/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- maps ----------------------------------------------------------------------------- */

static void put_number_or_null(struct json *j, const char *key, bool known, unsigned int value)
{
	if (known)
		json_unum(j, key, value);
	else
		json_str(j, key, NULL);
}

static void put_slots(struct json *j, const struct weld_image *image, uint32_t map)
{
	struct weld_image_slot s = { .sz = sizeof(s) };

	json_begin(j, "values", '[');
	for (uint32_t n = 0; !weld_image__slot(image, map, n, &s); n++) {
		json_begin(j, NULL, '{');
		json_unum(j, "index", s.idx);
		json_str(j, "program", s.program);
		put_number_or_null(j, "map", s.map >= 0, (unsigned int)s.map);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void put_data(struct json *j, const struct weld_image *image, uint32_t map,
		     const struct weld_image_map *m)
{
	struct weld_image_address a = { .sz = sizeof(a) };

	if (m->data)
		json_hex(j, "data", m->data, m->value_size);
	else
		json_str(j, "data", NULL);
	json_begin(j, "addresses", '[');
	for (uint32_t n = 0; !weld_image__address(image, map, n, &a); n++) {
		json_begin(j, NULL, '{');
		json_unum(j, "off", a.off);
		json_str(j, "symbol", a.symbol);
		json_num(j, "addend", a.addend);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static const char *map_kind(const struct weld_image_map *m)
{
	if (m->is_kconfig)
		return "kconfig";
	if (m->is_template)
		return "template";
	return m->is_data ? "data" : "map";
}

static void put_map(struct json *j, const struct weld_image *image, uint32_t n,
		    const struct weld_image_map *m)
{
	json_begin(j, NULL, '{');
	put_number_or_null(j, "index", m->in_fd_array, n);
	json_str(j, "name", m->name);
	json_str(j, "kind", map_kind(m));
	json_str(j, "type", m->type_name);
	json_unum(j, "map_type", m->type);
	json_unum(j, "key_size", m->key_size);
	json_unum(j, "value_size", m->value_size);
	json_unum(j, "max_entries", m->max_entries);
	json_unum(j, "map_flags", m->flags);
	json_unum(j, "map_extra", m->extra);
	json_unum(j, "numa_node", m->numa_node);
	json_unum(j, "pinning", m->pinning);
	json_unum(j, "btf_key_type_id", m->key_type_id);
	json_unum(j, "btf_value_type_id", m->value_type_id);
	put_number_or_null(j, "inner", m->inner >= 0, (unsigned int)m->inner);
	put_data(j, image, n, m);
	put_slots(j, image, n);
	json_end(j, '}');
}

static void put_maps(struct json *j, const struct weld_image *image)
{
	struct weld_image_map m = { .sz = sizeof(m) };
	struct weld_image_map_ref r = { .sz = sizeof(r) };

	json_begin(j, "maps", '[');
	for (uint32_t n = 0; !weld_image__map(image, n, &m); n++)
		put_map(j, image, n, &m);
	json_end(j, ']');
	json_begin(j, "map_refs", '[');
	for (uint32_t n = 0; !weld_image__map_ref(image, n, &r); n++) {
		json_begin(j, NULL, '{');
		json_unum(j, "insn", r.insn);
		json_unum(j, "map", r.map);
		put_number_or_null(j, "off", r.is_value, r.off);
		json_end(j, '}');
	}
	json_end(j, ']');
}

/* --- what only a kernel knows --------------------------------------------------------- */

static void put_ksyms(struct json *j, const struct weld_image *image)
{
	struct weld_image_ksym k = { .sz = sizeof(k) };

	json_begin(j, "ksyms", '[');
	for (uint32_t n = 0; !weld_image__ksym(image, n, &k); n++) {
		json_begin(j, NULL, '{');
		json_unum(j, "insn", k.insn);
		json_str(j, "name", k.name);
		json_str(j, "kind", k.is_function ? "function" : "variable");
		json_str(j, "use", k.is_call ? "call" : "address");
		json_bool(j, "weak", k.weak);
		json_str(j, "type", k.type);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void put_kconfigs(struct json *j, const struct weld_image *image)
{
	struct weld_image_kconfig k = { .sz = sizeof(k) };

	json_begin(j, "kconfig", '[');
	for (uint32_t n = 0; !weld_image__kconfig(image, n, &k); n++) {
		json_begin(j, NULL, '{');
		json_str(j, "name", k.name);
		json_unum(j, "off", k.off);
		json_unum(j, "size", k.size);
		json_bool(j, "weak", k.weak);
		json_str(j, "type", k.type);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void put_core_relos(struct json *j, const struct weld_image *image)
{
	struct weld_image_core_relo c = { .sz = sizeof(c) };

	json_begin(j, "core_relos", '[');
	for (uint32_t n = 0; !weld_image__core_relo(image, n, &c); n++) {
		json_begin(j, NULL, '{');
		json_unum(j, "insn", c.insn);
		json_unum(j, "type_id", c.type_id);
		json_unum(j, "access_str_off", c.access_off);
		json_str(j, "access", c.access);
		json_unum(j, "kind", c.kind);
		json_end(j, '}');
	}
	json_end(j, ']');
}

/* What has to be done to the instructions and attributes before a kernel can take them. */
static void put_needs(struct json *j, const struct weld_image_info *i)
{
	bool open = !i->type || i->attach_target || i->n_ksyms || i->n_kconfigs || i->n_core_relos;

	json_bool(j, "final", !open);
	json_begin(j, "needs", '[');
	if (i->n_map_refs)
		json_str(j, NULL, "maps");
	if (!i->type)
		json_str(j, NULL, "prog_type");
	if (i->attach_target)
		json_str(j, NULL, "attach_btf_id");
	if (i->n_ksyms)
		json_str(j, NULL, "ksyms");
	if (i->n_kconfigs)
		json_str(j, NULL, "kconfig");
	if (i->n_core_relos)
		json_str(j, NULL, "core_relos");
	json_end(j, ']');
}

/* --- records -------------------------------------------------------------------------- */

static void put_functions(struct json *j, const struct weld_image *image)
{
	struct weld_image_function f = { .sz = sizeof(f) };

	json_begin(j, "functions", '[');
	for (uint32_t n = 0; !weld_image__function(image, n, &f); n++) {
		json_begin(j, NULL, '{');
		json_str(j, "name", f.name);
		json_unum(j, "insn", f.insn);
		json_unum(j, "n_insns", f.n_insns);
		json_unum(j, "type_id", f.type_id);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void put_records(struct json *j, const struct weld_image *image, bool has_func_info)
{
	struct weld_image_function f = { .sz = sizeof(f) };
	struct weld_image_line l = { .sz = sizeof(l) };

	json_begin(j, "func_info", '[');
	for (uint32_t n = 0; has_func_info && !weld_image__function(image, n, &f); n++) {
		json_begin(j, NULL, '{');
		json_unum(j, "insn_off", f.insn);
		json_unum(j, "type_id", f.type_id);
		json_end(j, '}');
	}
	json_end(j, ']');
	json_begin(j, "line_info", '[');
	for (uint32_t n = 0; !weld_image__line(image, n, &l); n++) {
		json_begin(j, NULL, '{');
		json_unum(j, "insn_off", l.insn);
		json_unum(j, "file_name_off", l.file_off);
		json_unum(j, "line_off", l.line_off);
		json_unum(j, "line_col", l.line_col);
		json_str(j, "file", l.file);
		json_unum(j, "line", l.line);
		json_unum(j, "column", l.column);
		json_str(j, "text", l.text);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void put_document(struct json *j, const struct weld_image *image)
{
	struct weld_image_info i = { .sz = sizeof(i) };

	weld_image__info(image, &i);
	json_begin(j, NULL, '{');
	json_unum(j, "schema", 1);
	json_str(j, "program", i.program);
	json_str(j, "section", i.section);
	json_str(j, "byte_order", i.big_endian ? "big" : "little");
	json_unum(j, "insn_cnt", i.n_insns);
	put_needs(j, &i);
	json_str(j, "type", i.type ? i.type_name : NULL);
	json_unum(j, "prog_type", i.type);
	json_str(j, "attach_type", i.attach_name);
	json_unum(j, "expected_attach_type", i.attach_type);
	json_str(j, "attach_target", i.attach_target);
	json_unum(j, "prog_flags", i.flags);
	json_str(j, "license", i.license);
	json_unum(j, "kern_version", i.kern_version);
	put_functions(j, image);
	put_maps(j, image);
	put_ksyms(j, image);
	put_kconfigs(j, image);
	put_core_relos(j, image);
	put_records(j, image, i.has_func_info);
	if (i.btf)
		json_hex(j, "btf", i.btf, i.btf_size);
	else
		json_str(j, "btf", NULL);
	json_end(j, '}');
	fputc('\n', j->f);
}

/* --- files ---------------------------------------------------------------------------- */

static char *json_path(const char *output)
{
	char *path;

	return asprintf(&path, "%s.json", output) < 0 ? NULL : path;
}

int image_check_output(struct cli *cli, const char *output)
{
	struct stat st;

	if (!strcmp(output, "-"))
		return cli_usage(cli, "--image writes two files, so -o needs a name");
	if (!stat(output, &st) && !S_ISREG(st.st_mode))
		return cli_usage(cli, "--image writes two files, and %s is no file", output);
	return CLI_OK;
}

int image_check_input(struct cli *cli, const char *output, const char *input)
{
	char *path = json_path(output);
	int status = CLI_OK;

	if (!path)
		return cli_status(cli, -ENOMEM);
	if (cli_same_file(input, path))
		status = cli_usage(cli, "%s is an input as well as an output", path);
	free(path);
	return status;
}

int image_write(struct cli *cli, const struct weld_object *obj, const char *program,
		const char *output)
{
	struct weld_image_info info = { .sz = sizeof(info) };
	struct weld_image *image = NULL;
	char *path = json_path(output), *text = NULL;
	size_t size = 0;
	struct json j = { .f = open_memstream(&text, &size) };
	int err = path && j.f ? weld_object__image(obj, program, &image) : -ENOMEM;
	int status = CLI_OK;

	if (!err)
		put_document(&j, image);
	if (j.f && fclose(j.f) && !err)
		err = -ENOMEM;
	if (!err) {
		weld_image__info(image, &info);
		const struct cli_out outs[] = {
			{ output, info.insns, (size_t)info.n_insns * 8 },
			{ path, text, size },
		};

		if (!cli_write_both(cli, outs))
			status = cli->status;
	} else {
		status = cli_status(cli, err);
	}
	weld_image__free(image);
	free(text);
	free(path);
	return status;
}
