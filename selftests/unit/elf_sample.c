/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "selftests/unit/elf_sample.h"

#include <check.h>
#include <stdio.h>

#include "uapi/elf.h"

static void catch_one(void *user, const struct weld_diag *g)
{
	struct caught *c = user;

	c->code = g->code;
	c->severity = g->severity;
	snprintf(c->text, sizeof(c->text), "%s", g->text);
	snprintf(c->help, sizeof(c->help), "%s", g->help ? g->help : "");
	snprintf(c->section, sizeof(c->section), "%s", g->at.section ? g->at.section : "");
}

void catch_init(struct caught *c)
{
	*c = (struct caught){ .d = { .fn = catch_one, .user = c, .error_limit = 20 } };
}

void sample_init(struct sample *s, bool big_endian)
{
	*s = (struct sample){ 0 };
	s->out.big_endian = big_endian;
	s->out.machine = EM_BPF;
	s->out.secs = s->secs;
	s->out.syms = s->syms;
}

u32 sample_sec(struct sample *s, const char *name, u64 flags, const void *data, size_t size)
{
	ck_assert_uint_lt(s->out.n_secs, 16);
	s->secs[s->out.n_secs++] = (struct elf_out_sec){
		.name = name,
		.type = data ? SHT_PROGBITS : SHT_NOBITS,
		.flags = flags,
		.align = 8,
		.bytes = span_of(data, size),
	};
	return s->out.n_secs;
}

u32 sample_sym(struct sample *s, const char *name, u32 sec, u64 value, u8 type)
{
	ck_assert_uint_lt(s->out.n_syms, 16);
	s->syms[s->out.n_syms++] = (struct elf_out_sym){
		.name = name,
		.sec = sec,
		.value = value,
		.type = type,
		.bind = type == STT_SECTION ? STB_LOCAL : STB_GLOBAL,
	};
	return s->out.n_syms;
}

u32 sample_rel(struct sample *s, u32 sec, const struct elf_rel *rels, u32 n)
{
	ck_assert_uint_lt(s->out.n_secs, 16);
	s->secs[s->out.n_secs++] = (struct elf_out_sec){
		.name = ".rel",
		.type = SHT_REL,
		.flags = SHF_INFO_LINK,
		.align = 8,
		.entsize = ELF64_REL_SIZE,
		.rel_of = sec,
		.rels = rels,
		.n_rels = n,
	};
	return s->out.n_secs;
}

void sample_write(const struct sample *s, struct sbuf *out)
{
	struct diag d = { .error_limit = 20 };

	*out = (struct sbuf){ 0 };
	ck_assert_int_eq(elf_write(&d, &s->out, out), 0);
}
