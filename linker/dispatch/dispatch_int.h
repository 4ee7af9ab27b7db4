/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What the files of this room share.
 *
 *	components ──► order ──► plan ──► entry ──► link ──► inline
 */
#ifndef DISPATCH_DISPATCH_INT_H
#define DISPATCH_DISPATCH_INT_H

#include "linker/dispatch/dispatch.h"

#include "uapi/elf.h"

#include "linker/frame.h"

enum { DISP_STACK_MAX = 512, DISP_NO_TAIL_CALL = UINT32_MAX };

/* What a function and those below it need, at worst. */
struct disp_stack {
	u32 total;		/* bytes, each frame rounded up as the kernel does */
	u32 above_tail_call;	/* bytes of frames above one that makes a tail call */
	u32 n_frames;
	bool guessed;		/* some frame has no bound */
	u32 deepest, above;	/* of a whole chain: which components the first two are about */
};

/*
 * The entry's stack. Frames of inlined components lie above all that the entry keeps for itself,
 * and on top of each other, since they run in turn.
 *
 *	r10 ──► ┌──────────────────────────┐
 *		│ frames of components     │
 *	-depth	├──────────────────────────┤
 *		│ context   (unless in reg)│ ctx
 *		│ verdict, map key         │ scratch, with counters only
 *		└──────────────────────────┘
 */
struct disp_frame {
	u32 depth;		/* bytes of the deepest inlined component, a multiple of 8 */
	u8 ctx_reg;		/* a callee-saved register that keeps the context; 0: the slot */
	s16 ctx, scratch;	/* from r10 */
};

/* A component; its order among the others is that of disp.components. */
struct comp {
	struct disp_component facts;	/* handed out */
	struct obj *obj;
	bool lent;
	bool given_name;
	u32 position;			/* in the order of adding */
	func_id func;			/* in obj */

	bool measured;			/* from here on: disp_plan */
	struct link_frame_facts frame;	/* of its function */
	struct disp_stack called;	/* under the entry when it is called, ... */
	struct disp_stack inlined;	/* ... and when only its callees are */
	struct {
		u32 n_funcs, n_insns, n_branches;	/* of all that it reaches */
	} cost;
	map_id *maps;			/* that it refers to; arena */
	u32 n_maps;
	u32 junk_lo, junk_hi;		/* bytes below r10, [lo, hi), where it may leave a dynptr */
	bool is_global;			/* verified alone */
	bool apart;			/* its sections have their names; disp_set_apart */
	bool stays;			/* from the chain that this one replaces; state.c */
	const char *refused;		/* by the inliner, in words; disp_inline */
};

/* A map of the output, no data map. */
struct disp_map_owner {
	const char *map;		/* arena */
	u32 component;
};

struct disp {
	struct diag *diag;
	struct arena arena;
	struct disp_opts opts;		/* strings are in the arena */
	const struct disp_kind *kind;
	VEC(struct comp) components;
	bool built;
	bool frags;			/* all components have it; disp_sort */

	bool merge_data;		/* data maps of one name become one; disp_plan */
	struct disp_frame frame;	/* of the entry; disp_plan */
	const char *config_map;		/* a section; disp_write_entry */
	struct obj *entry;		/* disp_write_entry */
	const char *entry_input;	/* the entry's name space in the link */
	struct obj *out;		/* disp_link, disp_inline */
	VEC(struct disp_map_owner) map_owners;	/* disp_link */
	bool again;			/* the inliner refused somebody: plan anew; disp_inline */
};

/* What differs between the hooks. */
struct disp_kind {
	const char *text;		/* "XDP" */
	const char *entry;
	const char *section, *frags_section;
	const char *ctx;		/* the context's struct */
	u32 prog_type;
	u32 bias;			/* bit of a code: code + bias */
	u32 default_actions;
	const char *prefix;		/* of the codes' names */
	const char *const *actions;	/* names by bit */
	u32 n_actions;
	const u8 *likely;		/* bits, the likeliest codes first */
	u32 n_likely;
};

const struct disp_kind *disp_kind_of(enum disp_type type);	/* actions.c */
/* The bit of a code by its full name; false: there is none. */
bool disp_action_bit(const struct disp_kind *kind, const char *name, u32 *bit);

int disp_no_memory(const struct disp *c);	/* chain.c */

/* choose.c: the program that a component is about, and what its owner says of it. */
int disp_choose(struct disp *c, struct comp *comp, const struct disp_component_opts *opts);

/* run_config.c: what the object says about order and chain; values that it doesn't mention stay
 * as they are. */
int disp_read_config(struct disp *c, struct comp *comp, u32 *priority, u32 *actions);

/* --- the passes of disp_build -------------------------------------------------------------- */

int disp_sort(struct disp *c);		/* build.c: in the order of running */
int disp_hide_others(struct disp *c);	/* others.c: programs that are no components */
int disp_share_maps(struct disp *c);	/* share.c: those that are pinned by name */
int disp_plan(struct disp *c);		/* plan.c */
int disp_check_code(struct disp *c);	/* limits.c */
int disp_check_maps(struct disp *c);	/* limits.c: also whether data maps are merged */
int disp_set_apart(struct disp *c);	/* apart.c: data sections of their own */
int disp_write_entry(struct disp *c);	/* entry.c */
int disp_link(struct disp *c);		/* build.c */
int disp_inline(struct disp *c);	/* bodies.c */
int disp_note_calls(struct disp *c);	/* bodies.c */

/* measure.c: frame, called, inlined, cost and maps of a component. */
int disp_measure(struct disp *c, struct comp *comp);
u32 disp_round_frame(u32 depth);

/* share.c: does the map keep its plain name, as the pin that it is found by? */
bool disp_is_shared(const struct obj *o, const struct obj_map *m);

/* apart.c: make the component's object one that may be changed. */
int disp_own(struct disp *c, struct comp *comp);
/* apart.c: does what such a section holds outlive a run? */
bool disp_is_state(enum obj_sec_kind kind);

/* Instead of those behind disp_sort, for DISP_FREPLACE. */
int disp_write_stubs(struct disp *c);	/* stubs.c */

/* entry.c: the configuration's bytes, arrays of n elements (DISP_LIBXDP_MAX or DISP_MAX). */
void disp_fill_config(const struct disp *c, const struct obj *o, u8 *bytes, u32 n);

/* --- writing code by hand ------------------------------------------------------------------ */

/* Code of one section that is being written. The first error sticks. */
struct disp_code {
	struct obj *o;
	sec_id sec;
	u32 file_off;		/* pseudo source, in the BTF's strings */
	u32 line;		/* the last line of it */
	int err;
};

static inline struct bpf_insn disp_insn(u8 code, u8 dst, u8 src, s16 off, s32 imm)
{
	return (struct bpf_insn){ .code = code, .dst_reg = dst, .src_reg = src, .off = off,
				  .imm = imm };
}

u32 disp_at(const struct disp_code *a);	/* the next instruction's number */
void disp_put(struct disp_code *a, struct bpf_insn insn);
void disp_mov(struct disp_code *a, u8 dst, u8 src);
void disp_mov_imm(struct disp_code *a, u8 dst, s32 imm);
void disp_load(struct disp_code *a, u8 size, u8 dst, u8 src, s16 off);	/* BPF_W, BPF_DW */
void disp_store(struct disp_code *a, u8 size, u8 dst, u8 src, s16 off);
void disp_exit(struct disp_code *a);
/* Two slots or one, with a relocation against sym. */
void disp_ld_sym(struct disp_code *a, u8 dst, sym_id sym);
void disp_call_sym(struct disp_code *a, sym_id sym);
void disp_call_helper(struct disp_code *a, s32 helper);
/* A line of the pseudo source, for the instructions from here on. */
void disp_line(struct disp_code *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* --- types by hand (types.c) ---------------------------------------------------------------- */

/* Ids of the entry's BTF. */
struct disp_types {
	u32 u8_id, u32_id, u64_id, int_id;
	u32 proto;		/* int (struct CTX *ctx) */
};

int disp_add_types(const struct disp *c, struct btf *b, struct disp_types *t);
/* A variable of that type in a section, with its symbol, VAR and DATASEC. size: bytes. */
struct disp_var {
	const char *section, *name;
	enum obj_sec_kind kind;
	u32 type, size, align;
	u64 flags;		/* SHF_* */
};
int disp_add_var(struct obj *o, const struct disp_var *var, sec_id *sec, sym_id *sym);
/* struct disp_config or its long form; the definition of the counters' map. */
int disp_config_type(struct btf *b, const struct disp_types *t, u32 n, u32 *id);
int disp_counters_type(struct btf *b, const struct disp_types *t, u32 n, u32 *id);

#endif
