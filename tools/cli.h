/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What the verbs of the command share: the parsed command line, the context whose diagnostics are
 * collected or printed, and the exit status that follows from them.
 *
 * The command is a user of the library like any other: it includes public headers only.
 */
#ifndef TOOLS_CLI_H
#define TOOLS_CLI_H

#include <bpfweld/bpfweld.h>

#include <stdio.h>

enum cli_opt_id {
	CLI_OPT_NONE,
#define OPT(id, ...) CLI_OPT_##id,
#include "tools/opts.def"
#undef OPT
	CLI_N_OPTS,
};

struct cli_opt {
	const char *name; /* long, without dashes */
	const char *arg;  /* NULL: takes none */
	const char *help;
	char letter; /* 0: none */
};
extern const struct cli_opt cli_opts[CLI_N_OPTS];

/* Exit statuses; cli.md of the design, repeated in bpfweld(1). */
enum cli_status {
	CLI_OK = 0,
	CLI_FINDING = 1, /* rejected, unresolved, conflict, stopped run */
	CLI_USAGE = 2,
	CLI_INPUT = 3, /* malformed, missing or unreadable input */
	CLI_ENV = 4,   /* EPERM, missing kernel feature, unsupported here */
	CLI_INTERNAL = 70,
};

struct cli;

struct cli_verb {
	const char *name;
	int (*run)(struct cli *cli); /* returns an exit status */
	const char *args;	     /* behind the options, for the usage line */
	const char *line;	     /* one line of help */
	const char *opts; /* long names of the options that it takes, beside those of all verbs */
	const char *text; /* the page: what it does, two examples */
};

/* Whether a verb takes an option (those of all verbs included). */
bool cli_takes(const struct cli_verb *verb, enum cli_opt_id id);

/* The table of verbs, in the order of `help`; ends with a NULL name. */
extern const struct cli_verb cli_verbs[];
const struct cli_verb *cli_find_verb(const char *name);

/* An option as given. Repeatable ones keep their order. */
struct cli_given {
	enum cli_opt_id id;
	const char *value;
};

struct cli {
	const struct cli_verb *verb;
	struct cli_given *given;
	size_t n_given;
	const char **args; /* what is no option */
	size_t n_args;
	char **owned; /* words of @files */
	size_t n_owned;
	FILE *capture; /* --json: diagnostics as JSON, until the document is printed */
	char *captured;
	size_t captured_size;
	struct weld_ctx *ctx;
	int status; /* worst that a diagnostic asked for */
	unsigned int n_diags, n_errors;
	bool json, quiet, verbose, color, werror;
	bool documented; /* --json: the document was begun */
	bool gen_object; /* called as `bpfweld gen object OUT IN...` */
};

/* --- arguments ------------------------------------------------------------------------ */

/* Parse the words behind the verb into cli; CLI_OK or CLI_USAGE (said on stderr). */
int cli_parse(struct cli *cli, int argc, char **argv);
/* The last value of an option, NULL when it wasn't given; "" for one without argument. */
const char *cli_value(const struct cli *cli, enum cli_opt_id id);
static inline bool cli_has(const struct cli *cli, enum cli_opt_id id)
{
	return cli_value(cli, id) != NULL;
}
/* A number; false and a message on stderr when the value isn't one or lies outside. */
bool cli_number(const struct cli *cli, enum cli_opt_id id, unsigned long long min,
		unsigned long long max, unsigned long long *out);
/* "usage: ..." and a reason on stderr; returns CLI_USAGE. */
int cli_usage(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Name the first option of ids (ends with CLI_OPT_NONE) that was given, NULL for none. */
const char *cli_any(const struct cli *cli, const enum cli_opt_id *ids);
void cli_free_args(struct cli *cli);

/* --- diagnostics ---------------------------------------------------------------------- */

/* The sink of the context: prints to stderr, or collects for JSON. */
void cli_diag(void *user, const struct weld_diag *diag);
/* The status of a verb that stops with err: what the diagnostics asked for, or what err means
 * when none was raised (which is then said). */
int cli_status(struct cli *cli, int err);

/* --- text ----------------------------------------------------------------------------- */

/* printf to a stream, for text that holds names out of inputs: what a terminal could take for a
 * command (control characters, but for \n and \t) comes out as '?'. */
void cli_print(FILE *f, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same for a whole text. */
void cli_puts(FILE *f, const char *text);

/* --- JSON ----------------------------------------------------------------------------- */
/*
 * A writer that needs no tree: begin and end nest, a key goes before each value in an object.
 * Commas and escapes are its matter; bytes that are no UTF-8 become U+FFFD.
 */
struct json {
	FILE *f;
	unsigned int depth;
	bool need_comma;
};

void json_begin(struct json *j, const char *key, char bracket);	   /* '{' or '[' */
void json_end(struct json *j, char bracket);			   /* '}' or ']' */
void json_str(struct json *j, const char *key, const char *value); /* NULL: null */
void json_num(struct json *j, const char *key, long long value);
void json_unum(struct json *j, const char *key, unsigned long long value);
void json_bool(struct json *j, const char *key, bool value);
void json_hex(struct json *j, const char *key, const void *bytes, size_t size);

/* The document of a verb: {"schema":1, ..., "diagnostics":[...]}. */
void cli_json_begin(struct cli *cli, struct json *j);
void cli_json_end(struct cli *cli, struct json *j);

/* The members of a place, for an object that was begun: file, section, func, insn, source. */
void cli_json_place(struct json *j, const struct weld_where *at);

/* --- files ---------------------------------------------------------------------------- */

/* Read a whole file ("-": standard input); free() the bytes. False: said on stderr, status set. */
bool cli_read(struct cli *cli, const char *path, unsigned char **bytes, size_t *size);
/* Write it whole or not at all ("-": standard output). */
bool cli_write(struct cli *cli, const char *path, const void *bytes, size_t size);
/* The same for an object; an exit status. */
int cli_write_object(struct cli *cli, const char *path, const struct weld_object *obj);
/* A file to be written. */
struct cli_out {
	const char *path;
	const void *bytes;
	size_t size;
};
/* Two files: both are written, or neither is and what stood there stays. */
bool cli_write_both(struct cli *cli, const struct cli_out outs[2]);
/* Do both name one regular file? */
bool cli_same_file(const char *a, const char *b);

/* An error of the command itself, in the form of a diagnostic without a number. */
void cli_error(struct cli *cli, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif
