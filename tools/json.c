/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* JSON out. */
#include "tools/cli.h"

/* Length of the UTF-8 sequence at p, 0 when there is none (RFC 3629: no surrogates, no overlong
 * forms). */
static unsigned int utf8_len(const unsigned char *p)
{
	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		return (p[1] & 0xc0) == 0x80 ? 2 : 0;
	if (p[0] >= 0xe0 && p[0] <= 0xef) {
		if (p[0] == 0xe0 && p[1] < 0xa0)
			return 0;
		if (p[0] == 0xed && p[1] > 0x9f)
			return 0;
		return (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80 ? 3 : 0;
	}
	if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		if (p[0] == 0xf0 && p[1] < 0x90)
			return 0;
		if (p[0] == 0xf4 && p[1] > 0x8f)
			return 0;
		return (p[1] & 0xc0) == 0x80 && (p[2] & 0xc0) == 0x80 && (p[3] & 0xc0) == 0x80 ? 4 :
												 0;
	}
	return 0;
}

static void put_string(FILE *f, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	fputc('"', f);
	while (*p) {
		unsigned int len = utf8_len(p);

		if (*p == '"' || *p == '\\')
			fprintf(f, "\\%c", *p);
		else if (*p == '\n')
			fputs("\\n", f);
		else if (*p == '\t')
			fputs("\\t", f);
		else if (*p < 0x20 || *p == 0x7f)
			fprintf(f, "\\u%04x", *p);
		else if (!len)
			fputs("\\ufffd", f);
		else
			fwrite(p, 1, len, f);
		p += len ? len : 1;
	}
	fputc('"', f);
}

static void separate(struct json *j, const char *key)
{
	if (j->need_comma)
		fputs(",", j->f);
	j->need_comma = true;
	if (!key)
		return;
	put_string(j->f, key);
	fputc(':', j->f);
}

void json_begin(struct json *j, const char *key, char bracket)
{
	separate(j, key);
	fputc(bracket, j->f);
	j->depth++;
	j->need_comma = false;
}

void json_end(struct json *j, char bracket)
{
	fputc(bracket, j->f);
	j->depth--;
	j->need_comma = true;
}

void json_str(struct json *j, const char *key, const char *value)
{
	separate(j, key);
	if (value)
		put_string(j->f, value);
	else
		fputs("null", j->f);
}

void json_num(struct json *j, const char *key, long long value)
{
	separate(j, key);
	fprintf(j->f, "%lld", value);
}

void json_unum(struct json *j, const char *key, unsigned long long value)
{
	separate(j, key);
	fprintf(j->f, "%llu", value);
}

void json_bool(struct json *j, const char *key, bool value)
{
	separate(j, key);
	fputs(value ? "true" : "false", j->f);
}

void json_hex(struct json *j, const char *key, const void *bytes, size_t size)
{
	const unsigned char *p = bytes;

	separate(j, key);
	fputc('"', j->f);
	for (size_t i = 0; i < size; i++)
		fprintf(j->f, "%02x", p[i]);
	fputc('"', j->f);
}

void cli_json_begin(struct cli *cli, struct json *j)
{
	*j = (struct json){ .f = stdout };
	cli->documented = true;
	json_begin(j, NULL, '{');
	json_num(j, "schema", 1);
}

void cli_json_end(struct cli *cli, struct json *j)
{
	json_begin(j, "diagnostics", '[');
	fflush(cli->capture);
	fwrite(cli->captured, 1, cli->captured_size, stdout);
	json_end(j, ']');
	json_end(j, '}');
	fputc('\n', stdout);
}
