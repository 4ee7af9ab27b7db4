/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Maps in user space, and the run context that everything which runs shares.
 *
 *	struct rt_map	one map; its kind is a const table of functions (kinds.def has the rows)
 *	struct rt_run	one run of a program: what map operations and helper bodies are given.
 *			Code of a lower room calls upward only through its three tables of
 *			functions: ops (the engine's), env (the outside world), host (the runtime)
 *
 * The runtime is single threaded, like the context that it hangs on. Per-CPU maps exist all the
 * same: a run says on which CPU it takes place.
 */
#ifndef RT_MAPS_H
#define RT_MAPS_H

#include "lib/base/diag.h"
#include "lib/base/types.h"
#include "uapi/bpf.h"

struct rt_run;
struct rt_map;
struct rt_map_ops;
struct rt_map_visit;
struct exec_prog;

/* --- objects with handles ---------------------------------------------------------------- */

/* The first member of whatever handles, maps and programs hold references to. */
struct rt_ref {
	u32 n;
	void (*free)(struct rt_ref *ref);	/* at the last put; frees the object itself */
};

static inline void rt_ref_get(struct rt_ref *ref)
{
	ref->n++;
}

/* NULL is fine. */
static inline void rt_ref_put(struct rt_ref *ref)
{
	if (ref && !--ref->n)
		ref->free(ref);
}

/* What a program array demands that all of its programs share (A2.3). */
struct rt_prog_owner {
	u32 type;			/* enum bpf_prog_type */
	u32 expected_attach_type;
	bool jited;
	bool xdp_frags;
};

/* What maps and the engine see of a loaded program; the runtime's own record embeds it. */
struct rt_prog {
	struct rt_ref ref;
	u32 id;
	struct rt_prog_owner owner;
	struct exec_prog *exec;		/* owned */
};

/* --- the world around a run -------------------------------------------------------------- */

enum rt_clock { RT_CLOCK_MONOTONIC, RT_CLOCK_BOOTTIME, RT_CLOCK_TAI, RT_CLOCK_COARSE };

/* What a program may ask of the machine. The embedder may set it; the runtime has defaults. */
struct rt_env {
	void *user;
	u64 (*time_ns)(void *user, enum rt_clock clock);
	u32 (*random)(void *user);
	/* One line of trace_printk, NUL terminated, the newline as the program wrote it. */
	void (*trace)(void *user, const char *text);
};

/*
 * What all maps of one runtime share. A value that a program holds an address of must outlive
 * its deletion, so removed elements wait in limbo until no run is left (the grace period).
 */
struct rt_host {
	u32 n_cpus;			/* per-CPU values have as many copies; at least 1 */
	u64 mem_limit;			/* bytes of all maps together, limbo included */
	u64 mem_used;
	u64 epoch;			/* counts runs; that of the last one begun */
	bool running;			/* between rt_run_begin and rt_run_end; runs don't nest */
	struct rt_limbo *limbo;
	void *user;
	/* The program behind a user-space handle, one reference taken; -EBADF, -EINVAL. */
	int (*prog_get)(void *user, u32 handle, struct rt_prog **prog);
};

/* --- the packet -------------------------------------------------------------------------- */

/*
 * The packet of a run. Offsets into buf:
 *
 *	0    first    meta     data            end     limit   size
 *	|-----|---------|--------|---------------|--------|------|
 *	 kept   headroom metadata  what is seen   tailroom  kept
 */
struct rt_pkt {
	u8 *buf;			/* owned by who made the run */
	u32 size;
	u32 first, limit;		/* meta never lies below first, end never above limit */
	u32 meta, data, end;		/* first <= meta <= data <= end <= limit */
	u32 mac, net;			/* of a socket buffer: link header, network header */
	/* the packet's bytes behind end that only helpers see, owned */
	u8 *frags;
	u32 n_frag_bytes;
};

/* Bytes of the whole packet without metadata. */
static inline u32 rt_pkt_len(const struct rt_pkt *pkt)
{
	return pkt->end - pkt->data + pkt->n_frag_bytes;
}

/* --- a run ------------------------------------------------------------------------------- */

enum rt_access {
	RT_READ,		/* bytes must be initialised */
	RT_WRITE,		/* bytes are initialised afterwards; read-only regions refuse */
	RT_READ_WRITE,		/* both */
	RT_READ_UNINIT,		/* bytes may be uninitialised */
};

/*
 * What the engine does for map operations and helpers. Functions that return int: 0, or the
 * negative errno that ends the run, its diagnostic raised. Program addresses are u64; they mean
 * nothing to anyone but the engine.
 */
struct rt_run_ops {
	/* The size bytes of program memory at addr, all within one region; valid until the next
	 * call of pkt_changed or call. size 0 is allowed and checks the address alone. */
	int (*mem)(struct rt_run *run, u64 addr, u64 size, enum rt_access access, void **host);
	/* For helpers that may be given any number as an address (trace_printk's %s): the bytes as
	 * mem with RT_READ_UNINIT has them, or false, without a diagnostic. */
	bool (*probe)(struct rt_run *run, u64 addr, u64 size, const void **host);
	/* The map that a map pointer argument names. */
	int (*map_of)(struct rt_run *run, u64 addr, struct rt_map **map);
	/* addr must be the program's context itself. */
	int (*check_ctx)(struct rt_run *run, u64 addr);
	/* A region for the map value at value (map->value_size bytes; writable unless the map is
	 * read-only to programs) and its first byte's address. The value stays valid until the run
	 * ends; the same bytes may get the same region again. */
	int (*value_addr)(struct rt_run *run, struct rt_map *map, void *value, u64 *addr);
	/* The same, read-only, for a key of map->key_size bytes that a callback is given: valid
	 * only until key_gone, after which its address is as good as a wild one. */
	int (*key_addr)(struct rt_run *run, struct rt_map *map, const void *key, u64 *addr);
	void (*key_gone)(struct rt_run *run, u64 addr);
	/* Call the program's function whose address is func, in a frame of its own. Its r1 ... are
	 * args[0] ... args[n_args - 1] (at most 5), the rest uninitialised. */
	int (*call)(struct rt_run *run, u64 func, const u64 *args, u32 n_args, u64 *ret);
	/*
	 * Leave the program for the one at index of a program array; ctx becomes its r1.
	 * *taken false: out of range, empty or the limit is reached, the program goes on.
	 */
	int (*tail_call)(struct rt_run *run, u64 ctx, struct rt_map *map, u32 index, bool *taken);
	/* run->pkt was moved, shrunk or grown: all its addresses handed out so far are void. */
	void (*pkt_changed)(struct rt_run *run);
	/* Where the program is, for a diagnostic; strings live as long as the program. */
	void (*where)(struct rt_run *run, struct weld_where *at);
};

struct rt_run {
	/* Filled by who starts the run. */
	struct diag *diag;
	struct rt_host *host;
	const struct rt_env *env;
	u32 cpu;			/* below host->n_cpus */
	u64 epoch;			/* host->epoch, by rt_run_begin */
	struct rt_pkt *pkt;		/* NULL: the context has none */
	/*
	 * The context in its uapi layout (struct xdp_md, struct __sk_buff): scalar members are
	 * read and written here; those that yield packet addresses come from pkt. For a bare
	 * run (abi context none): plain memory of the program's, all initialised.
	 */
	void *ctx;
	u32 ctx_size;
	/* What the context keeps of a store of *v, for members that are narrower than programs see
	 * them; false: nothing. NULL: everything. */
	bool (*ctx_keeps)(struct rt_run *run, u32 off, u32 size, u64 *v);
	/* Filled by the engine. */
	const struct rt_run_ops *ops;
	void *engine;
};

/* Between the two, values and programs that the run can see stay, and user space's commands must
 * wait. Calls pair up and don't nest. */
void rt_run_begin(struct rt_run *run);
void rt_run_end(struct rt_run *run);

/* --- maps -------------------------------------------------------------------------------- */

/* What MAP_CREATE asks for, checked by the kind. */
struct rt_map_spec {
	u32 type;
	u32 key_size, value_size;	/* bytes */
	u32 max_entries;
	u32 flags;			/* BPF_F_* of map_create */
	u64 extra;
	char name[BPF_OBJ_NAME_LEN];
};

/* A map. Each kind embeds it as its first member. */
struct rt_map {
	struct rt_ref ref;
	const struct rt_map_ops *ops;
	struct rt_host *host;
	struct rt_map_spec spec;
	u32 id;
	u32 user_value_size;		/* bytes of a value as user space sees it */
	u64 mem;			/* bytes charged to host->mem_used */
	bool frozen;			/* user space may no longer write */
	u32 n_writers;			/* writable mmaps: they forbid to freeze */
	u32 n_users;			/* user space's handles and pins */
	struct rt_ref *btf;		/* held, NULL without; what it is only the runtime knows */
	u32 btf_id, btf_key_type_id, btf_value_type_id;
	/* The runtime's: forget the map's id. NULL: it has none. */
	void (*retire)(struct rt_map *map);
	void *retire_user;
};

/*
 * A kind of map. Keys have key_size bytes, values of programs value_size, values of user space
 * user_value_size. Errors are the kernel's errno values and raise no diagnostic: a program gets
 * them as numbers, user space's caller knows what it asked. run is never NULL: user space's
 * commands run in a context without engine.
 */
struct rt_map_ops {
	u32 type;			/* enum bpf_map_type */
	const char *name;
	u32 flags;			/* BPF_F_* that may be set */
	/* What the kernel demands of a spec beyond flags; 0 or -errno. */
	int (*check)(const struct rt_map_spec *spec);
	/* A map of this kind; spec is checked, name, ref and so on are set by rt_map_new. */
	int (*create)(struct rt_host *host, const struct rt_map_spec *spec, struct rt_map **map);
	void (*free)(struct rt_map *map);

	/* For programs; NULL: the kind can't. lookup: the value on run->cpu, NULL without. */
	void *(*lookup)(struct rt_run *run, struct rt_map *map, const void *key);
	int (*update)(struct rt_run *run, struct rt_map *map, const void *key, const void *value,
		      u64 flags);
	int (*remove)(struct rt_run *run, struct rt_map *map, const void *key);

	/* For user space. */
	int (*read)(struct rt_run *run, struct rt_map *map, const void *key, void *value);
	int (*write)(struct rt_run *run, struct rt_map *map, const void *key, const void *value,
		     u64 flags);
	int (*erase)(struct rt_run *run, struct rt_map *map, const void *key);
	/* key NULL or not in the map: the first one. -ENOENT behind the last. */
	int (*next_key)(struct rt_run *run, struct rt_map *map, const void *key, void *next);

	/* Visit each element on run->cpu until visit returns non-zero, which is returned; *n counts
	 * the visited ones. Elements may be removed and added meanwhile. */
	int (*each)(struct rt_run *run, struct rt_map *map, struct rt_map_visit *visit, u32 *n);
	/* All values as one piece of memory, for ld_imm64 of a map value and for mmap. */
	int (*direct)(struct rt_map *map, void **values, u64 *size);
	/* User space holds no handle any more. */
	void (*release)(struct rt_map *map);
};

struct rt_map_visit {
	int (*fn)(struct rt_map_visit *visit, const void *key, void *value);
};

/* The kind's table, or NULL. */
const struct rt_map_ops *rt_map_kind(u32 type);

/*
 * Check spec as the kernel does and make the map, with one reference and no id. Diagnostic for
 * a kind that the runtime doesn't have (-ENOTSUP) and for a malformed spec.
 */
int rt_map_new(struct diag *d, struct rt_host *host, const struct rt_map_spec *spec,
	       struct rt_map **out);

static inline void rt_map_put(struct rt_map *map)
{
	if (map)
		rt_ref_put(&map->ref);
}

/* May programs read and write the values? If not, the engine refuses loads from a value or stores
 * to it; looking it up is allowed. */
static inline bool rt_map_prog_reads(const struct rt_map *map)
{
	return !(map->spec.flags & BPF_F_WRONLY_PROG);
}

static inline bool rt_map_prog_writes(const struct rt_map *map)
{
	return !(map->spec.flags & BPF_F_RDONLY_PROG);
}

/* The program at index, or NULL: no reference is taken, it stays until the run ends. The map must
 * be a program array (spec.type). */
struct rt_prog *rt_prog_array_at(struct rt_map *map, u32 index);

/* The first program that a program array meets fixes what all others must be like: true when
 * owner is that first one or agrees with it. */
bool rt_prog_array_accepts(struct rt_map *map, const struct rt_prog_owner *owner);

#endif
