/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The checked interpreter: runs a program that nobody has verified and stops it at the first
 * thing that it must not do, with a diagnostic that says where and what.
 *
 *	exec_prog_spec -> exec_prog_new -> exec_prog (decoded once) -> exec_checked_run, many times
 *
 * A register holds a 64-bit number and, beside it, the region that the number is an address of
 * (or none: a plain number; or nothing at all). Memory is reached only through a register whose
 * region is alive and has the bytes that are asked for, so no number that a program makes up
 * reaches anything, and stepping from one map value into its neighbour is seen. README.md has
 * the layout of addresses.
 */
#ifndef RT_EXEC_H
#define RT_EXEC_H

#include "lib/isa/isa.h"
#include "runtime/maps/maps.h"

enum {
	EXEC_MAX_FRAMES = 8,		/* of one program: main and 7 deep, callbacks included */
	EXEC_MAX_STACK = MAX_BPF_STACK,	/* bytes of one frame, and of all together */
	EXEC_STACK_ROUND = 16,		/* a frame's share, as the kernel's JITs count */
	EXEC_TAIL_CALL_STACK = 256,	/* frames above a tail call: fewer bytes */
	EXEC_MAX_TAIL_CALLS = 33,	/* in one run, all frames together */
	/* All programs' together: what tail-calls from its deepest frame leaves 7 behind. */
	EXEC_ALL_FRAMES = (EXEC_MAX_FRAMES - 1) * (EXEC_MAX_TAIL_CALLS + 1) + 1,
	EXEC_MAX_MAY_GOTO = 8 << 20,	/* times that may_goto falls through, a frame */
};

/* Instructions that a run may take when its caller has no opinion. */
#define EXEC_DEFAULT_BUDGET (1ull << 27)

/* Function names: what func_info and BTF say. A function without one is "func#N". */
struct exec_name {
	u32 insn;			/* the function's first instruction */
	const char *name;
};

/* From line_info: holds for insn and those behind it up to the next record. */
struct exec_line {
	u32 insn;
	u32 line, column;		/* 1-based, 0 unknown */
	const char *file, *text;	/* may be NULL */
};

/* The map of an ld_imm64 (MAP_FD, MAP_VALUE, MAP_IDX, MAP_IDX_VALUE), whatever its imm says. */
struct exec_map_ref {
	u32 insn;
	struct rt_map *map;
};

/*
 * What PROG_LOAD, or a test, knows of a program. Arrays are copied, sorted by insn; each map gets
 * one more reference for each use; strings are the caller's (BTF has them) and must outlive the
 * program. Type 0 (BPF_PROG_TYPE_UNSPEC) is a bare
 * program: r1 is run->ctx as plain memory, r2 its size in bytes.
 */
struct exec_prog_spec {
	const char *name;		/* of the main function; NULL: "main" */
	const char *file;		/* for diagnostics, may be NULL */
	u32 type, expected_attach_type;
	bool gpl;			/* the licence lets it call GPL-only helpers */
	const struct bpf_insn *insns;	/* host byte order */
	u32 n_insns;
	const struct exec_name *names;
	u32 n_names;
	const struct exec_line *lines;
	u32 n_lines;
	const struct exec_map_ref *maps;
	u32 n_maps;
};

struct exec_prog;

/*
 * Check the structure (isa_check_program: every instruction decodes, jumps and calls hit their
 * function, functions end) and that each map reference has its map; decode. Nothing is verified.
 * -EINVAL, -E2BIG, -ENOMEM, each with its diagnostic; *out is untouched then.
 */
int exec_prog_new(struct diag *d, const struct exec_prog_spec *spec, struct exec_prog **out);
void exec_prog_free(struct exec_prog *prog);

struct exec_result {
	u64 ret;			/* r0 at exit */
	u64 n_insns;			/* instructions executed, in all programs and frames */
};

/*
 * Run prog on run->ctx and run->pkt; ops and engine of run are set and reset here, the rest is
 * the caller's, between rt_run_begin and rt_run_end. budget 0 is EXEC_DEFAULT_BUDGET. A fault
 * ends the run with one diagnostic of 51xx: -EACCES (unsafe), -E2BIG (budget, frames, regions),
 * -ENOTSUP (valid, but this engine has it not), -ENOMEM. out->ret is set only on
 * success, out->n_insns always. What the program did to maps and packet until then stays.
 */
int exec_checked_run(struct rt_run *run, const struct exec_prog *prog, u64 budget,
		     struct exec_result *out);

#endif
