/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The contract between a program and whoever runs it: what a section name means, what a program
 * type is given and may return, how map kinds are shaped, which helpers there are, what they
 * take and who may call them. Everything here is a constant table, one .def row a fact, and a
 * look-up; nothing allocates, nothing fails but by not finding.
 *
 * What kernel 6.18 answers is the truth of all tables; the tests ask it again.
 *
 *	secnames.def	section name -> program type, attach type, flags
 *	progs.def	program type -> name, context, return range
 *	attach.def	attach type -> name, program type
 *	ctx.def		context member -> widths that may be read and written, what a load yields
 *	maps.def	map kind -> name, key, value, entries, flags
 *	args.def	argument kind -> what must hold of the register
 *	helpers.def	helper -> result, arguments, flags, callers
 */
#ifndef ABI_ABI_H
#define ABI_ABI_H

#include "lib/base/types.h"
#include "uapi/bpf.h"

/* ---- section names ------------------------------------------------------------------------- */

enum {
	ABI_SEC_EXTRAS = 1 << 0,	/* "name" or "name/what to attach to", else "name" only */
	ABI_SEC_SLEEPABLE = 1 << 1,	/* loads with BPF_F_SLEEPABLE */
	ABI_SEC_FRAGS = 1 << 2,		/* loads with BPF_F_XDP_HAS_FRAGS */
	ABI_SEC_ATTACH_BTF = 1 << 3,	/* needs attach_btf_id: the extras name a function */
	ABI_SEC_ATTACH_OPT = 1 << 4,	/* old kernels take expected_attach_type 0 instead */
};

struct abi_sec {
	const char *name;
	u32 prog_type;		/* enum bpf_prog_type */
	u32 attach_type;	/* expected_attach_type, 0 where has_attach is false */
	bool has_attach;
	u32 flags;		/* ABI_SEC_* */
};

/* What a name from SEC() means; a leading '?' (not loaded by default) is skipped. NULL: nothing. */
const struct abi_sec *abi_sec_find(const char *section_name);
/* The part behind "name/", "" without one. sec is what abi_sec_find said of section_name. */
const char *abi_sec_extras(const struct abi_sec *sec, const char *section_name);
/* Whether a program with this section name is loaded unless asked not to. */
bool abi_sec_autoload(const char *section_name);
/* The n-th row, NULL behind the last: for lists and for "did you mean". */
const struct abi_sec *abi_sec_at(size_t n);

/* ---- program types ------------------------------------------------------------------------- */

/* What r1 points at when a program starts. */
enum abi_ctx {
	ABI_CTX_NONE,		/* the type alone doesn't say (EXT) */
	ABI_CTX_SK_BUFF,	/* struct __sk_buff */
	ABI_CTX_XDP,		/* struct xdp_md */
	ABI_CTX_REGS,		/* struct pt_regs of the machine */
	ABI_CTX_TRACEPOINT,	/* the event's record */
	ABI_CTX_PERF_EVENT,	/* struct bpf_perf_event_data */
	ABI_CTX_SOCK,		/* struct bpf_sock */
	ABI_CTX_SOCK_OPS,	/* struct bpf_sock_ops */
	ABI_CTX_SOCK_ADDR,	/* struct bpf_sock_addr */
	ABI_CTX_DEVICE,		/* struct bpf_cgroup_dev_ctx */
	ABI_CTX_SK_MSG,		/* struct sk_msg_md */
	ABI_CTX_ARGS,		/* an array of u64: arguments of the event or function */
	ABI_CTX_LIRC,		/* u32 sample */
	ABI_CTX_SK_REUSEPORT,	/* struct sk_reuseport_md */
	ABI_CTX_SYSCTL,		/* struct bpf_sysctl */
	ABI_CTX_SOCKOPT,	/* struct bpf_sockopt */
	ABI_CTX_SK_LOOKUP,	/* struct bpf_sk_lookup */
	ABI_CTX_USER,		/* memory that user space passed to PROG_TEST_RUN */
	ABI_CTX_NETFILTER,	/* struct bpf_nf_ctx */
};

enum {
	ABI_PROG_RUNTIME = 1 << 0,	/* the bundled runtime runs this type */
	ABI_PROG_PACKET = 1 << 1,	/* the context has data and data_end */
	ABI_PROG_SLEEPABLE = 1 << 2,	/* may load with BPF_F_SLEEPABLE at some hooks */
};

struct abi_prog {
	const char *name;	/* as bpftool spells it: "sched_cls" */
	const char *c_name;	/* "BPF_PROG_TYPE_SCHED_CLS" */
	enum abi_ctx ctx;
	u32 flags;		/* ABI_PROG_* */
};

/* NULL for UNSPEC and for numbers that 6.18 doesn't have. */
const struct abi_prog *abi_prog(u32 prog_type);
/* By short name; false: there is none. */
bool abi_prog_by_name(const char *name, u32 *prog_type);
/* "" is never returned; an unknown number gives "unknown". The short name: "xdp", "cgroup_skb". */
const char *abi_prog_name(u32 prog_type);

struct abi_attach {
	const char *name;	/* "xdp_devmap" */
	const char *c_name;	/* "BPF_XDP_DEVMAP" */
	u32 prog_type;		/* what it is an expected_attach_type of */
};

/* NULL for numbers that 6.18 doesn't have. */
const struct abi_attach *abi_attach(u32 attach_type);
const char *abi_attach_name(u32 attach_type);	/* "unknown" */

/*
 * What r0 may be at exit. False: anything. attach_type counts only where the range depends on it
 * (cgroup_sock_addr, cgroup_skb, tracing, kprobe).
 */
bool abi_prog_return(u32 prog_type, u32 attach_type, s32 *min, s32 *max);

/* ---- contexts ------------------------------------------------------------------------------ */

/* What a load from a context member puts into the register. */
enum abi_reg {
	ABI_REG_SCALAR,
	ABI_REG_PKT,		/* packet data: an address, though the load is 4 bytes wide */
	ABI_REG_PKT_END,
	ABI_REG_PKT_META,
	ABI_REG_SOCK_COMMON_OR_NULL,
};

/* Who looks: program types that see the same struct with the same rights share a view. */
enum abi_view {
	ABI_VIEW_NONE,
	ABI_VIEW_SOCKET_FILTER,
	ABI_VIEW_SCHED,		/* sched_cls, sched_act */
	ABI_VIEW_XDP,
	ABI_VIEW_XDP_DEVMAP,	/* XDP loaded for BPF_XDP_DEVMAP: has egress_ifindex */
	ABI_N_VIEWS,
};

struct abi_rights {
	u8 load, store;		/* sets of the widths 1, 2, 4, 8; aligned, within the member */
};

struct abi_field {
	const char *name;
	u16 off, size;
	enum abi_reg reg;	/* of a load of the widest width; narrower ones are scalars */
	struct abi_rights rights[ABI_N_VIEWS];
};

enum abi_view abi_view_of(u32 prog_type, u32 attach_type);
/* Size of the context as programs see it; 0 for a view without table. */
u32 abi_ctx_size(enum abi_view view);
/* The member that covers byte off, whatever the rights; NULL: padding, or outside. */
const struct abi_field *abi_ctx_field(enum abi_view view, u32 off);
/*
 * The member that a load or store of size bytes at off reaches. NULL when the view may not do
 * that: no such member, width not allowed, not aligned, across a member's end.
 */
const struct abi_field *abi_ctx_access(enum abi_view view, u32 off, u32 size, bool store);
/* The n-th member, NULL behind the last. */
const struct abi_field *abi_ctx_field_at(enum abi_view view, size_t n);

/* ---- map kinds ----------------------------------------------------------------------------- */

/* What value_size or key_size must be. */
enum abi_size {
	ABI_SIZE_ZERO,		/* 0 */
	ABI_SIZE_U32,		/* 4: an index, a descriptor, an id */
	ABI_SIZE_ANY,		/* 1 .. a limit of the kind */
	ABI_SIZE_LPM,		/* struct bpf_lpm_trie_key and 1 .. 256 bytes of data */
	ABI_SIZE_U64S,		/* a multiple of 8: stack frames */
	ABI_SIZE_4_OR_8,	/* 4; 8 for socket cookies, or a device or cpu with program */
	ABI_SIZE_STORAGE_KEY,	/* 8, or struct bpf_cgroup_storage_key */
	ABI_SIZE_STRUCT,	/* of a type of the kernel's BTF */
};

/* Ring buffers are made of pages; no machine that BPF runs on has smaller ones. */
enum { ABI_RING_ALIGN = 4096 };

/* What max_entries must be. */
enum abi_entries {
	ABI_ENTRIES_SOME,	/* not 0 */
	ABI_ENTRIES_ZERO,	/* 0: as many as there are objects to hang on */
	ABI_ENTRIES_ONE,	/* 1 */
	ABI_ENTRIES_RING,	/* a power of two, a multiple of the page size; also counts bytes */
	ABI_ENTRIES_PAGES,	/* pages */
};

enum {
	ABI_MAP_PERCPU = 1 << 0,	/* a value a CPU; the system call sees all */
	ABI_MAP_FD_VALUE = 1 << 1,	/* the system call writes descriptors */
	ABI_MAP_INNER = 1 << 2,		/* values are maps; inner_map_fd is a template */
	ABI_MAP_BTF_REQUIRED = 1 << 3,	/* key and value types must come with BTF */
	ABI_MAP_INDEX_KEY = 1 << 4,	/* index below max_entries; all entries exist */
	ABI_MAP_NEEDS_NO_PREALLOC = 1 << 5,	/* BPF_F_NO_PREALLOC must be set */
	ABI_MAP_PROG_LOOKUP = 1 << 6,	/* programs may call map_lookup_elem on it */
	ABI_MAP_PROG_UPDATE = 1 << 7,	/* ... map_update_elem */
	ABI_MAP_PROG_DELETE = 1 << 8,	/* ... map_delete_elem */
	ABI_MAP_PROG_PUSH = 1 << 9,	/* ... map_push_elem and map_peek_elem */
	ABI_MAP_PROG_POP = 1 << 10,	/* ... map_pop_elem */
	ABI_MAP_FOR_EACH = 1 << 11,	/* ... for_each_map_elem */
	ABI_MAP_SOCK_VALUE = 1 << 12,	/* in programs, values are sockets */
	ABI_MAP_STORAGE = 1 << 13,	/* hangs on a socket, inode, task or cgroup; own helpers */
	ABI_MAP_NEEDS_MMAPABLE = 1 << 14,	/* BPF_F_MMAPABLE must be set */
	ABI_MAP_EXTRA = 1 << 15,	/* map_extra has a meaning */
};

struct abi_map {
	const char *name;	/* as bpftool spells it: "percpu_hash" */
	const char *c_name;	/* "BPF_MAP_TYPE_PERCPU_HASH" */
	enum abi_size key, value;
	enum abi_entries entries;
	u32 create_flags;	/* BPF_F_* that map_create may carry */
	u32 flags;		/* ABI_MAP_* */
};

/* NULL for UNSPEC and for numbers that 6.18 doesn't have. */
const struct abi_map *abi_map(u32 map_type);
bool abi_map_by_name(const char *name, u32 *map_type);
const char *abi_map_name(u32 map_type);		/* "unknown" */
/*
 * The sizes, count and flags of a map to be created against its row: NULL, or the name of the
 * first member of union bpf_attr that is wrong ("key_size").
 */
const char *abi_map_check(u32 map_type, u32 key_size, u32 value_size, u32 max_entries, u32 flags);

/* ---- helpers ------------------------------------------------------------------------------- */

enum abi_arg {
#define ARG(name, base, flags, size, text) ABI_ARG_##name,
#include "lib/abi/args.def"
#undef ARG
	ABI_N_ARGS,
};

/* What the register must hold, before NULL and access are looked at. */
enum abi_base {
	ABI_BASE_NONE,		/* not read */
	ABI_BASE_VALUE,		/* any initialised value */
	ABI_BASE_CTX,
	ABI_BASE_MAP,		/* a map, constant */
	ABI_BASE_KEY,		/* memory of the map's key size */
	ABI_BASE_ELEM,		/* memory of the map's value size */
	ABI_BASE_MEM,		/* memory; its size is a later argument, or fixed by the row */
	ABI_BASE_SIZE,		/* bytes of the MEM before it: a scalar with a known upper bound */
	ABI_BASE_CONST_SIZE,	/* bytes to allocate: a constant */
	ABI_BASE_STR,		/* NUL-terminated, in a read-only map value */
	ABI_BASE_FUNC,		/* a function of the program */
	ABI_BASE_STACK,		/* an address in the caller's stack, passed on to the callback */
	ABI_BASE_DYNPTR,	/* struct bpf_dynptr on the stack */
	ABI_BASE_TIMER,		/* struct bpf_timer inside a map value */
	ABI_BASE_SPIN_LOCK,	/* struct bpf_spin_lock inside a map value */
	ABI_BASE_KPTR,		/* a kernel-pointer slot inside a map value */
	ABI_BASE_SOCK,		/* a full socket */
	ABI_BASE_SOCK_COMMON,	/* any socket */
	ABI_BASE_BTF,		/* a pointer to the kernel struct that the prototype names */
	ABI_BASE_PERCPU,	/* a per-CPU variable of the kernel */
	ABI_BASE_RINGBUF,	/* a record that ringbuf_reserve gave */
	ABI_BASE_UNKNOWN,	/* read, but what it must be isn't established */
};

enum {
	ABI_ARG_NULL = 1 << 0,		/* NULL will do */
	ABI_ARG_READ = 1 << 1,		/* the memory is read: it must be initialised */
	ABI_ARG_WRITE = 1 << 2,		/* the memory is written: it must be writable */
	ABI_ARG_ZERO = 1 << 3,		/* a size of 0 will do */
	ABI_ARG_UNINIT = 1 << 4,	/* a dynptr that doesn't exist yet: the call makes it */
	ABI_ARG_RELEASE = 1 << 5,	/* the reference ends here */
};

struct abi_arg_rule {
	const char *name;	/* "MEM_OUT", for dumps */
	enum abi_base base;
	u32 flags;		/* ABI_ARG_* of the enum above */
	u32 size;		/* bytes of fixed-size memory, 0: as the base says */
	const char *text;	/* for diagnostics: "memory that can be written" */
};

enum abi_ret {
	ABI_RET_INT,			/* a scalar */
	ABI_RET_VOID,			/* nothing: r0 isn't readable afterwards */
	ABI_RET_VALUE_OR_NULL,		/* an element of the map */
	ABI_RET_VALUE,			/* the same, never NULL */
	ABI_RET_MEM_OR_NULL,		/* memory, its size a constant argument */
	ABI_RET_RINGBUF_OR_NULL,	/* a ring buffer record, to be submitted or discarded */
	ABI_RET_SOCK_OR_NULL,
	ABI_RET_TCP_SOCK_OR_NULL,
	ABI_RET_SOCK_COMMON_OR_NULL,
	ABI_RET_BTF_OR_NULL,		/* a kernel struct */
	ABI_RET_BTF,			/* the same, never NULL */
	ABI_RET_PERCPU_OR_NULL,		/* a per-CPU variable or memory, by its BTF type */
	ABI_RET_PERCPU,
};

enum {
	ABI_FN_GPL = 1 << 0,		/* needs a GPL-compatible licence */
	ABI_FN_PKT = 1 << 1,		/* may move the packet: pointers into it die */
	ABI_FN_SLEEP = 1 << 2,		/* in sleepable programs only */
	ABI_FN_ACQUIRE = 1 << 3,	/* the result is a reference that must be released */
	ABI_FN_CALLBACK = 1 << 4,	/* calls a function of the program */
	ABI_FN_RELEASE = 1 << 5,	/* ends the reference passed to it */
	ABI_FN_VARARGS = 1 << 6,	/* takes the remaining argument registers as they are */
	ABI_FN_VARIES = 1 << 7,		/* arguments or GPL differ between program types */
};

enum { ABI_MAX_ARGS = 5 };

struct abi_helper {
	const char *name;	/* without "bpf_": "map_lookup_elem" */
	const char *proto;	/* as C, with "bpf_" */
	u64 callers;		/* bit n: programs of type n may call it (see abi_helper_allowed) */
	u32 flags;		/* ABI_FN_* */
	u8 ret;			/* enum abi_ret */
	u8 args[ABI_MAX_ARGS];	/* enum abi_arg; ABI_ARG_NONE from the first missing one on */
	u16 since;		/* first kernel: major << 8 | minor; 0 not established */
};

/*
 * What is called in place of a weak function that nobody defines, behind a test of its address.
 * The verifier's "invalid func unknown#195896080" is easy to search for, and the digits are known
 * from libbpf for the same purpose.
 */
enum { ABI_POISON_CALL = 195896080 };
#define ABI_POISON_HELP                                                                    \
	"a weak extern that nothing defines is called here: test its address before the call"

/* NULL for 0 and for numbers that 6.18 doesn't have. */
const struct abi_helper *abi_helper(u32 id);
/* With or without "bpf_"; 0: there is none. */
u32 abi_helper_by_name(const char *name);
const struct abi_arg_rule *abi_arg_rule(enum abi_arg arg);
/*
 * Whether programs of this type may call it, licence, attach type and sleepability aside. Always
 * true for EXT: the function that it replaces decides.
 */
bool abi_helper_allowed(u32 id, u32 prog_type);
u32 abi_helper_n_args(const struct abi_helper *helper);

/* ---- licence ------------------------------------------------------------------------------- */

/* The kernel's list: "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", ... */
bool abi_license_gpl_compatible(const char *license);

#endif
