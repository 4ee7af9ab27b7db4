/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Any bytes as a program: decode, print, assemble back to the same bits, check, graph. */
#include "lib/isa/isa.h"

#include <stdlib.h>

enum { MAX_INSNS = 2048 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load(const u8 *data, u32 n, bool swap, struct bpf_insn *insns)
{
	for (u32 i = 0; i < n; i++) {
		u8 back[8];

		isa_load_insn(data + 8 * i, swap, &insns[i]);
		isa_store_insn(back, swap, &insns[i]);
		if (memcmp(back, data + 8 * i, 8))
			abort();
	}
}

static void check_text(const struct bpf_insn *insns, u32 n, u32 flags)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct isa_text_opts opts = { .flags = flags };
	struct sbuf text = { 0 };
	struct isa_asm back;

	for (u32 i = 0; i < n; sbuf_putc(&text, '\n'))
		i += isa_print(&text, &insns[i], n - i, &opts);
	if (flags & ISA_TEXT_LLVM)
		goto out;
	if (isa_asm(&d, "fuzz", span_of(text.data, text.size), &back))
		abort();
	if (back.insns.n != n || (n && memcmp(back.insns.v, insns, n * sizeof(*insns))))
		abort();
	isa_asm_free(&back);
out:
	sbuf_free(&text);
}

static void check_graph(const struct bpf_insn *insns, u32 n)
{
	struct diag d = { .error_limit = DIAG_DEFAULT_LIMIT };
	struct isa_cfg cfg;
	bool ok = !isa_check_program(&d, NULL, insns, n);

	if (ok != !isa_cfg_build(&d, NULL, insns, n, &cfg))
		abort();
	if (!ok)
		return;
	for (u32 i = 0; i < n; i++)
		if (isa_cfg_func_of(&cfg, i) >= cfg.funcs.n)
			abort();
	isa_cfg_free(&cfg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bpf_insn insns[MAX_INSNS];
	u32 n;

	/* the first byte: text flags and byte order */
	if (!size)
		return 0;
	n = (u32)min_u64((size - 1) / 8, MAX_INSNS);
	load(data + 1, n, data[0] & 0x80, insns);
	check_text(insns, n, data[0] & 0xb);
	check_graph(insns, n);
	return 0;
}
