/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Writes the manual pages from the tables that the command itself is made of; run by the build:
 *
 *	man_pages VERSION		bpfweld(1)
 *	man_pages VERSION VERB		bpfweld-VERB(1)
 */
#include <stdio.h>
#include <string.h>

struct opt {
	const char *name, *arg, *help;
	char letter;
};

static const struct opt opts[] = {
#define OPT(id, letter, name, arg, help) { name, arg, help, letter },
#include "tools/opts.def"
#undef OPT
};

struct verb {
	const char *name, *args, *line, *opts, *text;
};

static const struct verb verbs[] = {
#define VERB(name, fn, args, line, opts, text) { name, args, line, opts, text },
#include "tools/verbs.def"
#undef VERB
};

/* The options of all verbs stand first in opts.def and end with this one. */
static const char last_common[] = "help";

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Text as roff takes it: backslashes doubled, hyphens as they are typed, no line that begins like
 * a request. */
static void put(const char *text)
{
	char before = '\n';

	for (; *text; before = *text++) {
		if (before == '\n' && (*text == '.' || *text == '\''))
			fputs("\\&", stdout);
		if (*text == '\\')
			fputs("\\e", stdout);
		else if (*text == '-')
			fputs("\\-", stdout);
		else
			putchar(*text);
	}
}

static void put_option(const struct opt *o)
{
	puts(".TP");
	fputs(".BR ", stdout);
	if (o->letter)
		printf("\\-%c \", \" ", o->letter);
	fputs("\\-\\-", stdout);
	put(o->name);
	if (o->arg) {
		fputs(" \" \\fI", stdout);
		put(o->arg);
		fputs("\\fP\"", stdout);
	}
	putchar('\n');
	put(o->help);
	puts(".");
}

/* Is name a word of list? */
static int lists(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (; *list; list += strcspn(list, " "), list += *list == ' ')
		if (strcspn(list, " ") == len && !strncmp(list, name, len))
			return 1;
	return 0;
}

static void put_options(const char *own)
{
	size_t n_common = 0;

	while (n_common < N(opts) && strcmp(opts[n_common].name, last_common))
		n_common++;
	puts(".SH OPTIONS");
	for (size_t i = n_common + 1; i < N(opts); i++)
		if (lists(own, opts[i].name))
			put_option(&opts[i]);
	for (size_t i = 0; i <= n_common && i < N(opts); i++)
		put_option(&opts[i]);
}

static void put_status(void)
{
	static const char *const rows[][2] = {
		{ "0", "It is done. \\fBrun\\fP exits so whatever the program returns." },
		{ "1", "A finding: a rejected program, a conflict between inputs, a stopped run." },
		{ "2", "The command line is wrong." },
		{ "3", "An input is missing, unreadable or malformed." },
		{ "4", "The environment: no permission, no such feature, an output not written." },
		{ "70", "A fault of bpfweld, or no memory." },
	};

	puts(".SH EXIT STATUS");
	for (size_t i = 0; i < N(rows); i++)
		printf(".TP\n.B %s\n%s\n", rows[i][0], rows[i][1]);
}

static void put_title(const char *verb, const char *version)
{
	printf(".\\\" SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause\n");
	printf(".TH BPFWELD%s%s 1 \"\" \"bpfweld %s\" \"User Commands\"\n", verb ? "\\-" : "",
	       verb ? verb : "", version);
}

/* The lines of a help page that are indented by two spaces, or those that aren't. */
static void put_lines(const char *text, int indented)
{
	int gap = 0;

	for (size_t len; *text; text += len + (text[len] == '\n')) {
		char line[256];

		len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		if (!line[0])
			gap = 1;
		if (!line[0] || (line[0] == ' ') != indented)
			continue;
		if (gap && !indented)
			puts(".PP");
		gap = 0;
		put(line + 2 * indented);
		putchar('\n');
	}
}

static void put_text(const char *text)
{
	put_lines(text, 0);
	if (!strstr(text, "\n  "))
		return;
	puts(".SH EXAMPLES\n.EX");
	put_lines(text, 1);
	puts(".EE");
}

static int verb_page(const struct verb *v, const char *version)
{
	put_title(v->name, version);
	printf(".SH NAME\nbpfweld\\-%s \\- ", v->name);
	put(v->line);
	printf("\n.SH SYNOPSIS\n.B bpfweld %s\n[\\fIOPTIONS\\fP] ", v->name);
	put(v->args);
	puts("\n.SH DESCRIPTION");
	put_text(v->text);
	put_options(v->opts);
	put_status();
	puts(".SH SEE ALSO\n.BR bpfweld (1)");
	return 0;
}

static int main_page(const char *version)
{
	put_title(NULL, version);
	puts(".SH NAME\nbpfweld \\- link, run and load eBPF objects\n.SH SYNOPSIS\n"
	     ".B bpfweld\n\\fIVERB\\fP [\\fIOPTIONS\\fP] \\fIFILE\\fP...\n.SH VERBS");
	for (size_t i = 0; i < N(verbs); i++) {
		printf(".TP\n.BR bpfweld\\-%s (1)\n", verbs[i].name);
		put(verbs[i].line);
		puts(".");
	}
	puts(".SH DESCRIPTION\nOptions and files mix freely; \\fB\\-\\-\\fP ends the options, and\n"
	     "\\fB@\\fP\\fIFILE\\fP stands for the words in a file. \\fB\\-\\fP is standard\n"
	     "input or output. With \\fB\\-\\-json\\fP one document is printed, with a schema\n"
	     "version, the result, and the diagnostics. A diagnostic's number is explained by\n"
	     ".BR bpfweld\\-explain (1).");
	put_options("");
	put_status();
	puts(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nNo colours, unless \\fB\\-\\-color\\fP asks for "
	     "them.");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 2)
		return main_page(argv[1]);
	for (size_t i = 0; argc == 3 && i < N(verbs); i++)
		if (!strcmp(verbs[i].name, argv[2]))
			return verb_page(&verbs[i], argv[1]);
	fputs("usage: man_pages VERSION [VERB]\n", stderr);
	return 2;
}
