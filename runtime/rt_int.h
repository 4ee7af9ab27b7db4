/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Inside the runtime's top: objects behind handles, and a command under way.
 *
 *	handle ──► rt_map | rt_program | rt_btf		references: handles, pins, programs
 *	id ──────► the same, no reference		(program -> map, btf; array -> program)
 */
#ifndef RT_INT_H
#define RT_INT_H

#include "btf/btf.h"
#include "lib/abi/abi.h"
#include "runtime/exec/exec.h"
#include "runtime/helpers/helpers.h"
#include "runtime/rt.h"

/* What the kernel answers where it has the command but the object doesn't (ENOTSUPP in its
 * sources; user space has no name for it). */
#define RT_ENOTSUPP 524

enum rt_kind { RT_KIND_NONE, RT_KIND_MAP, RT_KIND_PROG, RT_KIND_BTF, RT_N_KINDS };

enum { RT_CAN_READ = 1 << 0, RT_CAN_WRITE = 1 << 1, RT_CAN_ALL = RT_CAN_READ | RT_CAN_WRITE };

/* A loaded BTF blob. */
struct rt_btf {
	struct rt_ref ref;
	struct rt *rt;
	u32 id;
	struct btf *btf;
	u8 *data;			/* as user space gave it */
	u32 size;
};

/* A loaded program; exec has what runs, the rest is for OBJ_GET_INFO_BY_FD and test runs. */
struct rt_program {
	struct rt_prog prog;
	struct rt *rt;
	char name[BPF_OBJ_NAME_LEN];
	bool gpl;
	u64 load_time;			/* ns since boot */
	struct rt_btf *btf;		/* held; NULL without */
	VEC(struct bpf_insn) insns;	/* map handles replaced by ids, as the kernel shows them */
	VEC(struct rt_map *) maps;	/* held; each once, in order of first use */
	VEC(struct bpf_func_info) funcs;
	VEC(struct bpf_line_info) lines;
	u64 run_ns, run_count;
};

struct rt_handle {
	u8 kind;			/* enum rt_kind; NONE: free */
	u8 mode;			/* RT_CAN_* */
	struct rt_ref *obj;		/* held */
};

struct rt_id {
	u32 id;
	struct rt_ref *obj;
};

struct rt_ids {
	u32 last;			/* ids only rise */
	VEC(struct rt_id) v;		/* sorted */
};

struct rt_pin {
	char *path;			/* owned */
	struct rt_handle what;
};

/* The same map may be mapped many times; its values have one address. */
struct rt_mapping {
	struct rt_map *map;		/* held */
	void *addr;
	bool writable;
};

struct rt {
	struct diag *diag;
	struct rt_host host;
	struct rt_env env;		/* what runs get: user_env, completed */
	struct rt_env user_env;		/* the embedder's; members may be NULL */
	u64 random_state;
	u64 budget;
	u64 last_run_insns;
	VEC(struct rt_handle) handles;	/* index is handle - RT_FIRST_HANDLE */
	u32 first_free;			/* no handle below is free */
	struct rt_ids ids[RT_N_KINDS];
	VEC(struct rt_pin) pins;
	VEC(struct rt_mapping) mappings;
};

/* --- handles (handle.c) ------------------------------------------------------------------ */

/* A handle for obj, which takes the caller's reference also on failure; -EMFILE, -ENOMEM. */
int rt_handle_new(struct rt *rt, enum rt_kind kind, struct rt_ref *obj, u8 mode);
/* What a handle stands for; -EBADF no handle, -EINVAL another kind. No reference is taken. */
int rt_handle_map(struct rt *rt, u32 handle, u8 mode, struct rt_map **map);
int rt_handle_prog(struct rt *rt, u32 handle, struct rt_program **prog);
int rt_handle_btf(struct rt *rt, u32 handle, struct rt_btf **btf);
const struct rt_handle *rt_handle_find(struct rt *rt, u32 handle);

/* A user of obj (handle or pin) is there, or has gone: takes and puts the reference, and empties a
 * program array that has lost its last user. */
void rt_use(enum rt_kind kind, struct rt_ref *obj);
void rt_unuse(enum rt_kind kind, struct rt_ref *obj);

/* Give obj the next id of its kind, without a reference; -ENOMEM. */
int rt_id_add(struct rt *rt, enum rt_kind kind, struct rt_ref *obj, u32 *id);
void rt_id_remove(struct rt *rt, enum rt_kind kind, u32 id);
/* The object with that id, or NULL; next: the lowest id from that one on. */
struct rt_ref *rt_id_find(struct rt *rt, enum rt_kind kind, u32 id);
u32 rt_id_next(struct rt *rt, enum rt_kind kind, u32 from);

/* --- commands (bpf.c) -------------------------------------------------------------------- */

/* One call of bpf(2). */
struct rt_call {
	struct rt *rt;
	union bpf_attr attr;		/* the caller's, zero behind its size */
	union bpf_attr *user;		/* where results go */
	u32 user_size;			/* bytes that the caller says it has */
	struct rt_run *run;		/* for map operations: no engine, CPU 0 */
};

/* True when the caller's attr is long enough to hold member, which older ones did not have. Where
 * the kernel would write a result behind a shorter one, the runtime says -EFAULT. */
#define rt_call_has(call, member) \
	((call)->user_size >= offsetof(union bpf_attr, member) + sizeof((call)->attr.member))

static inline void *rt_user_ptr(u64 address)
{
	return (void *)(uintptr_t)address;
}

/* The kernel's rule for structs that may be longer than known: -E2BIG when one page is exceeded or
 * a byte behind known isn't zero. */
int rt_check_tail(const void *data, u32 size, u32 known);
/* The kernel's rule for names: letters, digits, '_', '.' and a NUL within the array. */
int rt_copy_name(char to[BPF_OBJ_NAME_LEN], const char from[BPF_OBJ_NAME_LEN]);

/* The handlers of the commands table (commands.def). */
#define COMMAND(name, last, handler) int rt_cmd_##handler(struct rt_call *call);
#include "runtime/commands.def"
#undef COMMAND

/* --- loading (load.c, info_records.c, log.c) --------------------------------------------- */

/* The text log of PROG_LOAD and BTF_LOAD, filled with what is raised meanwhile. */
struct rt_log {
	struct diag diag;		/* raise into this one */
	struct diag *up;
	struct sbuf text;
	u32 level;
	u32 size;
	char *user;
};

/* -EINVAL for a level, buffer and size that don't fit together. log must be ended afterwards. */
int rt_log_begin(struct rt_log *log, struct diag *up, u32 level, u64 user, u32 size);
/* Write the text out; err is the command's so far: returned, or -ENOSPC when the text doesn't fit.
 * *true_size: what it takes, NUL included; 0 without a log. */
int rt_log_end(struct rt_log *log, int err, u32 *true_size);

/* Check and copy func_info and line_info (the kernel: check_btf_func, check_btf_line). */
int rt_load_records(struct rt_call *call, struct rt_program *p, struct diag *d);

/* --- test runs (test_run.c, test_xdp.c, test_skb.c) -------------------------------------- */

/* One PROG_TEST_RUN: made by prepare, written back by finish. */
struct rt_test {
	struct rt_call *call;
	struct rt_program *prog;
	struct rt_pkt pkt;		/* buf and frags are owned */
	union {
		struct xdp_md xdp;
		struct __sk_buff skb;
	} ctx;				/* what the program sees */
	bool has_ctx;			/* ctx_in or ctx_out is given */
	union {
		struct xdp_md xdp;
		struct __sk_buff skb;
	} ctx_in;			/* zero behind what was given */
	u32 retval;
	u32 duration;			/* ns, mean of one run */
};

/* One program type's half. -errno and its diagnostic. */
int rt_test_xdp(struct rt_test *t);
int rt_test_skb(struct rt_test *t);

/* ctx_in, at most size bytes, into t->ctx_in; sets has_ctx. */
int rt_test_ctx_in(struct rt_test *t, u32 size);
int rt_test_refuse(struct rt_test *t, int err, const char *why);
/* Run prog on t->ctx (size bytes) and t->pkt as often as asked; keeps: see rt_run.ctx_keeps. */
int rt_test_go(struct rt_test *t, u32 size, bool (*keeps)(struct rt_run *, u32, u32, u64 *));
/* Hand packet bytes [from, end) with frags, retval, duration and ctx back to the caller. */
int rt_test_finish(struct rt_test *t, u32 from, const void *ctx, u32 ctx_size);

#endif
