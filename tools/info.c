/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* bpfweld info: what an object holds, and what it needs. */
#include "tools/cli.h"
#include "tools/verbs.h"

#include <string.h>

/* --- text ----------------------------------------------------------------------------- */

static void text_head(const struct weld_object *obj)
{
	struct weld_object_info i = { .sz = sizeof(i) };

	weld_object__info(obj, &i);
	cli_print(stdout, "%s: %s-endian, licence %s, %s\n", i.name,
		  i.big_endian ? "big" : "little", i.license ? i.license : "(none)",
		  i.has_btf ? "with BTF" : "without BTF");
}

/* "xdp", and with what it attaches as where the type alone doesn't say it. */
static void text_type(const struct weld_function_info *f)
{
	bool more = f->attach_name && strcmp(f->attach_name, f->type_name);

	cli_print(stdout, "%s%s%s", f->type_name, more ? "/" : "", more ? f->attach_name : "");
}

static void text_programs(const struct weld_object *obj)
{
	struct weld_function_info f = { .sz = sizeof(f) };

	for (uint32_t n = 0; !weld_object__program(obj, n, &f); n++) {
		if (!n)
			puts("programs:");
		cli_print(stdout, "  %-24s %-18s ", f.name, f.section);
		text_type(&f);
		cli_print(stdout, ", %u insns%s", f.n_insns,
			  f.autoload ? "" : ", not loaded by default");
		if (f.n_core_relos)
			cli_print(stdout, ", %u CO-RE relocations", f.n_core_relos);
		putchar('\n');
	}
}

static void text_functions(const struct weld_object *obj)
{
	struct weld_function_info f = { .sz = sizeof(f) };
	bool head = false;

	for (uint32_t n = 0; !weld_object__function(obj, n, &f); n++) {
		if (f.is_program)
			continue;
		if (!head)
			puts("functions:");
		head = true;
		cli_print(stdout, "  %-24s %s%s%s, %u insns\n", f.prototype ? f.prototype : f.name,
			  f.is_static ? "static" : "global", f.is_weak ? ", weak" : "",
			  f.is_hidden ? ", hidden" : "", f.n_insns);
	}
}

static void text_size(const char *what, uint32_t size, const char *type)
{
	cli_print(stdout, ", %s %u", what, size);
	if (type)
		cli_print(stdout, " (%s)", type);
}

static void text_maps(const struct weld_object *obj)
{
	struct weld_map_info m = { .sz = sizeof(m) };

	for (uint32_t n = 0; !weld_object__map(obj, n, &m); n++) {
		if (!n)
			puts("maps:");
		cli_print(stdout, "  %-24s %s", m.name, m.type_name);
		text_size("key", m.key_size, m.key_type);
		text_size("value", m.value_size, m.value_type);
		cli_print(stdout, ", entries %u", m.max_entries);
		if (m.flags)
			cli_print(stdout, ", flags 0x%x", m.flags);
		if (m.inner)
			cli_print(stdout, ", of %s", m.inner);
		if (m.n_slots)
			cli_print(stdout, ", %u initial slots", m.n_slots);
		puts(m.is_extern ? ", extern" : m.pinning ? ", pinned by name" : "");
	}
}

static void text_externs(const struct weld_object *obj)
{
	struct weld_extern_info e = { .sz = sizeof(e) };

	for (uint32_t n = 0; !weld_object__extern(obj, n, &e); n++) {
		if (!n)
			puts("externs:");
		cli_print(stdout, "  %-24s %s%s\n", e.type ? e.type : e.name, e.kind_name,
			  e.weak ? ", weak" : "");
	}
}

static void text_sections(const struct weld_object *obj)
{
	struct weld_section_info s = { .sz = sizeof(s) };

	for (uint32_t n = 0; !weld_object__section(obj, n, &s); n++) {
		if (!n)
			puts("sections:");
		cli_print(stdout, "  %-24s %s, %llu bytes", s.name, s.kind,
			  (unsigned long long)s.size);
		if (s.n_relocs)
			cli_print(stdout, ", %u relocations", s.n_relocs);
		if (s.dropped_why)
			cli_print(stdout, ": %s", s.dropped_why);
		putchar('\n');
	}
}

static void print_text(const struct cli *cli, const struct weld_object *obj)
{
	text_head(obj);
	text_programs(obj);
	if (cli_has(cli, CLI_OPT_ALL))
		text_functions(obj);
	text_maps(obj);
	text_externs(obj);
	if (cli_has(cli, CLI_OPT_ALL))
		text_sections(obj);
}

/* --- JSON ----------------------------------------------------------------------------- */

static void json_function(struct json *j, const struct weld_function_info *f)
{
	json_begin(j, NULL, '{');
	json_str(j, "name", f->name);
	json_str(j, "section", f->section);
	json_str(j, "type", f->type_name);
	json_str(j, "attach_type", f->attach_name);
	json_str(j, "extras", f->extras);
	json_unum(j, "insns", f->n_insns);
	json_bool(j, "autoload", f->autoload);
	json_bool(j, "static", f->is_static);
	json_bool(j, "weak", f->is_weak);
	json_bool(j, "hidden", f->is_hidden);
	json_unum(j, "core_relos", f->n_core_relos);
	json_str(j, "prototype", f->prototype);
	json_end(j, '}');
}

static void json_functions(struct json *j, const struct weld_object *obj)
{
	struct weld_function_info f = { .sz = sizeof(f) };

	json_begin(j, "programs", '[');
	for (uint32_t n = 0; !weld_object__program(obj, n, &f); n++)
		json_function(j, &f);
	json_end(j, ']');
	json_begin(j, "functions", '[');
	for (uint32_t n = 0; !weld_object__function(obj, n, &f); n++)
		if (!f.is_program)
			json_function(j, &f);
	json_end(j, ']');
}

static void json_maps(struct json *j, const struct weld_object *obj)
{
	struct weld_map_info m = { .sz = sizeof(m) };

	json_begin(j, "maps", '[');
	for (uint32_t n = 0; !weld_object__map(obj, n, &m); n++) {
		json_begin(j, NULL, '{');
		json_str(j, "name", m.name);
		json_str(j, "type", m.type_name);
		json_unum(j, "key_size", m.key_size);
		json_unum(j, "value_size", m.value_size);
		json_unum(j, "max_entries", m.max_entries);
		json_unum(j, "flags", m.flags);
		json_unum(j, "pinning", m.pinning);
		json_str(j, "section", m.section);
		json_bool(j, "extern", m.is_extern);
		json_bool(j, "data", m.is_data);
		json_str(j, "key_type", m.key_type);
		json_str(j, "value_type", m.value_type);
		json_str(j, "inner", m.inner);
		json_unum(j, "slots", m.n_slots);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void json_externs(struct json *j, const struct weld_object *obj)
{
	struct weld_extern_info e = { .sz = sizeof(e) };

	json_begin(j, "externs", '[');
	for (uint32_t n = 0; !weld_object__extern(obj, n, &e); n++) {
		json_begin(j, NULL, '{');
		json_str(j, "name", e.name);
		json_str(j, "kind", e.kind_name);
		json_bool(j, "weak", e.weak);
		/* A single object has nobody to resolve it: what is bound is no extern any more. */
		json_str(j, "resolved_by", NULL);
		json_str(j, "type", e.type);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void json_sections(struct json *j, const struct weld_object *obj)
{
	struct weld_section_info s = { .sz = sizeof(s) };

	json_begin(j, "sections", '[');
	for (uint32_t n = 0; !weld_object__section(obj, n, &s); n++) {
		json_begin(j, NULL, '{');
		json_str(j, "name", s.name);
		json_str(j, "kind", s.kind);
		json_unum(j, "size", s.size);
		json_unum(j, "relocs", s.n_relocs);
		json_str(j, "dropped", s.dropped_why);
		json_end(j, '}');
	}
	json_end(j, ']');
}

static void print_json(struct json *j, const struct weld_object *obj)
{
	struct weld_object_info i = { .sz = sizeof(i) };

	weld_object__info(obj, &i);
	json_str(j, "file", i.name);
	json_bool(j, "big_endian", i.big_endian);
	json_bool(j, "btf", i.has_btf);
	json_str(j, "license", i.license);
	json_functions(j, obj);
	json_maps(j, obj);
	json_externs(j, obj);
	json_sections(j, obj);
}

/* One object's members are the document's own; several become a list. */
int verb_info(struct cli *cli)
{
	bool many = cli->n_args > 1;
	int status = CLI_OK;
	struct json j;

	if (!cli->n_args)
		return cli_usage(cli, "info needs a file");
	if (cli->json)
		cli_json_begin(cli, &j);
	if (cli->json && many)
		json_begin(&j, "objects", '[');
	for (size_t i = 0; i < cli->n_args; i++) {
		struct weld_object *obj;
		int err = weld_object__open_file(cli->ctx, cli->args[i], NULL, &obj);

		if (err) {
			status = cli_status(cli, err);
			continue;
		}
		if (cli->json && many)
			json_begin(&j, NULL, '{');
		if (cli->json)
			print_json(&j, obj);
		else
			print_text(cli, obj);
		if (cli->json && many)
			json_end(&j, '}');
		weld_object__close(obj);
	}
	if (cli->json && many)
		json_end(&j, ']');
	if (cli->json)
		cli_json_end(cli, &j);
	return status ? status : cli_status(cli, 0);
}
