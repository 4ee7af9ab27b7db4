/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What the files of this room share: addresses, regions, frames and the state of a run.
 *
 * A region is a piece of memory that a program may reach. Its handle is the high half of each
 * address into it; the low half is the offset, biased by 1 << 31 so that an address can leave
 * its region by either end and still show where it came from:
 *
 *	63                    32 31                     0
 *	+-----------------------+------------------------+
 *	| handle                | 0x80000000 + offset    |
 *	+-----------------------+------------------------+
 *
 * Two kinds of handle. Short-lived regions (stack frames, keys handed to callbacks, the packet)
 * have one slot each, and a new generation whenever what they held goes away: addresses of the
 * generation before are then stale, which is another fault than being out of bounds.
 *
 *	1 | slot (9 bits) | generation (22 bits)		short-lived
 *	0 | index in the table of regions			until the run ends
 *
 * A register carries the handle twice: in the number, which the program sees and computes with,
 * and beside it (reg.from), which only moves, loads of whole spilled registers, and adding or
 * subtracting a number keep. Accesses trust `from` alone.
 */
#ifndef EXEC_INT_H
#define EXEC_INT_H

#include "lib/abi/abi.h"
#include "lib/base/hmap.h"
#include "runtime/exec/exec.h"

struct exec;
struct exec_op;

/* --- registers --------------------------------------------------------------------------- */

#define FROM_NUMBER 0u			/* a number, no address */
#define FROM_NOTHING UINT32_MAX		/* never written: reading it is a fault */

struct exec_reg {
	u64 v;
	u32 from;			/* FROM_* or the handle of a region */
};

static inline struct exec_reg reg_number(u64 v)
{
	return (struct exec_reg){ v, FROM_NUMBER };
}

static inline bool reg_is_address(struct exec_reg r)
{
	return r.from != FROM_NUMBER && r.from != FROM_NOTHING;
}

/* --- regions ----------------------------------------------------------------------------- */

enum exec_kind {
	KIND_NONE,
	KIND_STACK,			/* a frame; mem is its stack */
	KIND_CTX,			/* the context, field by field */
	KIND_RAW,			/* the memory of a bare run */
	KIND_PKT, KIND_META,		/* the packet, and the metadata in front of it */
	KIND_PKT_END,			/* data_end: to be compared only */
	KIND_VALUE,			/* a map value */
	KIND_KEY,			/* a key handed to a callback */
	KIND_MAP,			/* a map: an argument of helpers, no memory */
	KIND_FUNC,			/* functions of a program: offset is the instruction */
	N_KINDS,
};

enum {
	RIGHT_READ = 1 << 0,
	RIGHT_WRITE = 1 << 1,
	RIGHT_ATOMIC = 1 << 2,		/* the kernel's rule, not the packet's nature */
};

struct exec_region {
	u32 handle;			/* of the present generation */
	u8 kind;			/* enum exec_kind */
	u8 rights;			/* RIGHT_* */
	u8 *mem;			/* byte 0; NULL for kinds without memory */
	u32 lo, hi;			/* the bytes that may be reached, hi exclusive */
	u64 base;			/* number of the address of byte 0 */
	struct rt_map *map;		/* of a value, key or map */
	const struct exec_prog *prog;	/* of functions */
};

enum {
	SLOT_STACK = 0,			/* one a frame */
	SLOT_KEY = SLOT_STACK + EXEC_ALL_FRAMES,	/* one a frame */
	SLOT_PKT = SLOT_KEY + EXEC_ALL_FRAMES,
	SLOT_META,
	SLOT_PKT_END,
	SLOT_CTX,
	N_SLOTS,
	HANDLE_SLOT_SHIFT = 22,
	HANDLE_GEN_MASK = (1 << HANDLE_SLOT_SHIFT) - 1,
	MAX_REGIONS = 1 << 20,		/* of the second kind; bounds a run's memory */
};

#define HANDLE_SHORT 0x80000000u
#define ADDR_BIAS 0x80000000ull

/* --- frames ------------------------------------------------------------------------------ */

enum { STACK_SLOTS = EXEC_MAX_STACK / 8 };

struct exec_frame {
	struct exec_reg r[MAX_BPF_REG];
	const struct exec_prog *prog;
	u32 func;			/* function it runs, index */
	u32 ret_pc;			/* where the caller goes on */
	u32 depth;			/* bytes of its stack that were used so far */
	u32 below;			/* the most that frames above it used, rounded */
	u32 may_goto;			/* times left */
	u32 at;				/* its place in the run's frames */
	u32 nth;			/* of the frames of one program, from 1 */
	bool chain_start;		/* entered by tail call: stack sums begin here */
	bool callback;			/* entered by a helper: exit goes back to it */
	u64 spilled;			/* bit n: slot n holds an address, spill[n] its region */
	u64 init[EXEC_MAX_STACK / 64];	/* bit n: byte n of the stack was written */
	u32 spill[STACK_SLOTS];
	_Alignas(8) u8 stack[EXEC_MAX_STACK];
};

/* --- programs ---------------------------------------------------------------------------- */

/* 0: go on; 1: the frame that the loop was entered with is left; negative: a fault was raised. */
typedef int (*exec_step_fn)(struct exec *x, const struct exec_op *op);

enum { STEP_NEXT = 0, STEP_LEAVE = 1 };

/* An instruction, decoded. Second slots have one as well, which is never executed. */
struct exec_op {
	exec_step_fn step;
	u64 imm;			/* sign extended; a 64-bit constant; index of a map */
	u32 target;			/* instruction a jump or local call goes to */
	s16 off;
	u8 dst, src;
	u8 width, oper;			/* as in isa_op */
	u8 slots;
	bool has_src;			/* second operand is register src, not imm */
	u16 regs;			/* ISA_RD_* | ISA_WR_* */
};

struct exec_func {
	u32 start, end;			/* instructions */
	const char *name;		/* NULL: "func#N" */
};

struct exec_map_use {
	struct rt_map *map;		/* a reference is held */
	u8 *value;			/* MAP_VALUE: start of the values */
	u32 off;			/* MAP_VALUE: byte in the value */
};

struct exec_prog {
	struct arena arena;		/* the arrays; strings are the spec's */
	const char *name, *file;
	u32 type;
	bool gpl;
	bool has_range;			/* r0 must lie within ret_min ... ret_max at exit */
	s32 ret_min, ret_max;
	enum abi_view view;
	struct bpf_insn *insns;
	struct exec_op *ops;		/* beside insns */
	u32 n_insns;
	struct exec_func *funcs;
	u32 n_funcs;
	struct exec_line *lines;
	u32 n_lines;
	struct exec_map_use *maps;
	u32 n_maps;
};

u32 exec_func_of(const struct exec_prog *prog, u32 insn);
/* The record that covers insn, or NULL. */
const struct exec_line *exec_line_of(const struct exec_prog *prog, u32 insn);
/* "func#2" when it has no name; buf is for that. */
const char *exec_func_name(const struct exec_prog *prog, u32 func, char buf[16]);

/* --- a run ------------------------------------------------------------------------------- */

struct exec {
	struct rt_run *run;
	const struct exec_prog *prog;	/* of the present frame */
	struct exec_frame *f;		/* frames[depth]; NULL until main is entered */
	const struct exec_op *op;	/* the instruction that is executed */
	u32 pc;				/* the one behind it */
	u32 depth;
	u32 tail_calls;
	const struct exec_prog *tail;	/* set while a tail call is under way */
	u64 left;			/* instructions of the budget */
	u64 charged;			/* what helpers' memory took of it */
	struct exec_region slots[N_SLOTS];
	VEC(struct exec_region) regions;	/* [0] is never used */
	struct hmap by_mem;		/* regions by where they lie */
	struct diag_msg fault;		/* while one is raised */
	struct weld_where fault_at;
	char fault_func[16], place[24];	/* words of it */
	struct exec_frame *frames[EXEC_ALL_FRAMES];	/* made when first entered */
};

static inline struct exec_reg *exec_dst(struct exec *x, const struct exec_op *op)
{
	return &x->f->r[op->dst];
}

/* --- region.c ---------------------------------------------------------------------------- */

void exec_regions_init(struct exec *x);
void exec_regions_free(struct exec *x);
/* The region of a handle that a register carries; NULL: it is gone. */
static inline struct exec_region *exec_region(struct exec *x, u32 handle)
{
	struct exec_region *rg;

	if (!(handle & HANDLE_SHORT))
		return &x->regions.v[handle];
	rg = &x->slots[(handle & ~HANDLE_SHORT) >> HANDLE_SLOT_SHIFT];
	return rg->handle == handle ? rg : NULL;
}
/* The region that a bare number is an address of, or NULL: for what went through a helper. */
struct exec_region *exec_region_by_number(struct exec *x, u64 v);
/* A register's content from a number that a helper gave. */
struct exec_reg exec_reg_from_number(struct exec *x, u64 v);
/* The same for one that the helper under way may have been given: then it is that argument. */
struct exec_reg exec_reg_given(struct exec *x, u64 v);
/* Void what a slot held; what it holds from now on is of kind, its memory is up to the caller. */
struct exec_region *exec_slot_renew(struct exec *x, u32 slot, enum exec_kind kind);
/* What kind of thing a slot's handle, maybe a stale one, points to; KIND_NONE for other handles. */
enum exec_kind exec_slot_kind(u32 handle);
/* The region for `key` (memory, map, program: whatever identifies it), made when it is new:
 * its kind is KIND_NONE then and the caller fills it. NULL: the fault was raised, *err set. */
struct exec_region *exec_region_for(struct exec *x, const void *key, enum exec_kind kind, int *err);
struct exec_reg exec_reg_address(const struct exec_region *rg, u64 off);
/* Regions for the packet as run->pkt is now; all earlier addresses become stale. */
void exec_pkt_renew(struct exec *x);
int exec_value_reg(struct exec *x, struct rt_map *map, void *value, u32 off, struct exec_reg *out);
int exec_map_reg(struct exec *x, struct rt_map *map, struct exec_reg *out);
int exec_func_reg(struct exec *x, u32 insn, struct exec_reg *out);

/* --- frame.c ----------------------------------------------------------------------------- */

/* Enter function func of prog in a new frame whose r1 ... r5 are args. */
int exec_frame_push(struct exec *x, const struct exec_prog *prog, u32 func,
		    const struct exec_reg args[5]);
/* Leave the present frame; its stack's addresses become stale. */
void exec_frame_pop(struct exec *x);
void exec_frames_free(struct exec *x);
/* Start prog in the present frame, as a tail call does. */
void exec_frame_replace(struct exec *x, const struct exec_prog *prog, struct exec_reg ctx);
/* Bytes that the frames below this one on the chain use, rounded. */
u32 exec_stack_above(struct exec *x);
/* The frame that a stack region belongs to. */
struct exec_frame *exec_frame_of(struct exec *x, const struct exec_region *rg);
/* Bytes of a stack were written: from now on initialised and no address. */
int exec_stack_wrote(struct exec *x, struct exec_frame *f, u32 off, u32 size);
/* The first byte of the range that was never written, or size. */
u32 exec_stack_uninit(const struct exec_frame *f, u32 off, u32 size);

/* --- mem.c ------------------------------------------------------------------------------- */

/* What is accessed, for checks and for messages. */
struct exec_access {
	struct exec_reg reg;
	int regno;			/* -1: not in a register */
	s32 off;			/* added to the register */
	u64 size;
	u8 rights;			/* RIGHT_* that it takes */
	bool aligned;			/* off must be a multiple of size, a power of two */
	bool may_be_uninit;		/* reading stack bytes that were never written is fine */
	const char *what;		/* "load", "store", "read by the helper" */
};

/* How messages name the address: "r2+12". */
const char *exec_place(struct exec *x, const struct exec_access *a);
/* Region and offset in it, or a fault. */
int exec_locate(struct exec *x, const struct exec_access *a, struct exec_region **rg, u32 *off);
/* The same, plain memory only, and initialised where it is read. */
int exec_check_mem(struct exec *x, const struct exec_access *a, struct exec_region **rg, u32 *off);
/* The same for real: what is to be written counts as written from now on. */
int exec_host_mem(struct exec *x, const struct exec_access *a, void **host);

/* --- ctx.c ------------------------------------------------------------------------------- */

int exec_ctx_load(struct exec *x, const struct exec_access *a, u32 off, struct exec_reg *out);
int exec_ctx_store(struct exec *x, const struct exec_access *a, u32 off, u64 v);

/* --- alu.c ------------------------------------------------------------------------------- */

/* Both operands and the result in the low width bytes, the rest zero; b of MOVSX: see bits. */
u64 exec_alu(enum isa_oper oper, u32 width, u64 a, u64 b);
bool exec_cond(enum isa_oper oper, u32 width, u64 a, u64 b);
u64 exec_end(enum isa_oper oper, u32 width, u64 v);
/* The low `bits` of v, sign extended to 64. */
u64 exec_sign_extend(u64 v, u32 bits);

/* --- args.c ------------------------------------------------------------------------------ */

/* All arguments of a helper against its prototype. */
int exec_check_args(struct exec *x, u32 id, const struct abi_helper *h);

/* --- call.c: what helper bodies ask for; see struct rt_run_ops ------------------------------- */

int exec_callback(struct exec *x, u64 func_addr, const u64 *args, u32 n_args, u64 *ret);
int exec_tail_call(struct exec *x, struct rt_map *map, u32 index, bool *taken);

/* --- fault.c ----------------------------------------------------------------------------- */

/* Fill in where the program is. */
void exec_where(struct exec *x, struct weld_where *at);
/* "r3 (map value 'counters' + 8)"; what a person needs to know of a register's content. */
void exec_describe_reg(struct exec *x, struct sbuf *out, struct exec_reg r);
void exec_describe_region(struct exec *x, struct sbuf *out, const struct exec_region *rg);

/*
 * Raise one diagnostic for the present instruction, with the instructions around it and the
 * registers as its detail; the result is its errno. help may be NULL.
 */
#define exec_fault(x, id, help, ...)                                                          \
	(diag_begin(exec_fault_begin(x), (x)->run->diag, id, &(x)->fault_at, ##__VA_ARGS__), \
	 exec_fault_end((x), (help)))
struct diag_msg *exec_fault_begin(struct exec *x);
int exec_fault_end(struct exec *x, const char *help);
/* Reading a register that holds nothing. */
int exec_fault_unset(struct exec *x, u32 regno);

/* --- steps: one for each effect of lib/isa/op.def ------------------------------------------ */

/* Read a register; a fault when it holds nothing. */
#define EXEC_READ(x, regno)                                                     \
	do {                                                                    \
		if ((x)->f->r[regno].from == FROM_NOTHING)                      \
			return exec_fault_unset((x), (regno));                  \
	} while (0)

int exec_step_LOAD(struct exec *x, const struct exec_op *op);
int exec_step_LOADSX(struct exec *x, const struct exec_op *op);
int exec_step_STORE(struct exec *x, const struct exec_op *op);
int exec_step_STORE_IMM(struct exec *x, const struct exec_op *op);
int exec_step_ATOMIC(struct exec *x, const struct exec_op *op);
int exec_step_LOAD_ACQ(struct exec *x, const struct exec_op *op);
int exec_step_STORE_REL(struct exec *x, const struct exec_op *op);
int exec_step_LD_IMM64(struct exec *x, const struct exec_op *op);
int exec_step_LD_PKT(struct exec *x, const struct exec_op *op);
int exec_step_CALL(struct exec *x, const struct exec_op *op);
int exec_step_EXIT(struct exec *x, const struct exec_op *op);
int exec_step_ALU(struct exec *x, const struct exec_op *op);
int exec_step_END(struct exec *x, const struct exec_op *op);
int exec_step_JUMP(struct exec *x, const struct exec_op *op);
int exec_step_COND(struct exec *x, const struct exec_op *op);
int exec_step_MAY_GOTO(struct exec *x, const struct exec_op *op);
/* CAST, CALLX: decoded, but no engine has them. */
int exec_step_CAST(struct exec *x, const struct exec_op *op);
int exec_step_CALLX(struct exec *x, const struct exec_op *op);

/* Whatever writes r10. */
int exec_step_fp_write(struct exec *x, const struct exec_op *op);

/* The step of a decoded instruction. */
exec_step_fn exec_step_of(const struct isa_op *op);
/* Execute until the frame that is present now is left. */
int exec_loop(struct exec *x);

extern const struct rt_run_ops exec_run_ops;

#endif
