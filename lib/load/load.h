/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The loader: an object and a target in, handles out. It doesn't know which target it speaks to.
 *
 *	btf ─► maps ─► contents ─► programs ─► program arrays ─► pins
 */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include <bpfweld/target.h>

#include "lib/image/image.h"

/* A map on the target; index is that of obj->maps. */
struct load_map {
	int handle;  /* -1: not created (inner template, unused extern) */
	bool reused; /* found by its pin, not made by us */
	bool to_pin; /* made by us, to be pinned by name once all else went well */
	bool pinned; /* that was done */
};

/* A program on the target; index is that of obj->funcs, entries only. */
struct load_prog {
	int handle;	 /* -1: not loaded */
	struct img *img; /* what was loaded */
};

/* A function of a loaded program, by its id in that one's BTF. */
struct load_replaces {
	int prog;
	u32 btf_id;
};

struct load_opts {
	const char *only_prog; /* load this entry alone; NULL: all with autoload */
	const char *pin_dir; /* where maps with pinning LIBBPF_PIN_BY_NAME live; NULL /sys/fs/bpf */
	bool no_pins;	     /* make maps with LIBBPF_PIN_BY_NAME as if they had no pin */
	u32 log_level;	     /* verifier log even on success */
	u32 prog_type;	     /* for entries whose section name says none; 0: error */
	const struct load_replaces *replaces; /* only_prog is to take this one's place; see
					       * freplace.h */
	/* A map that is there already, instead of a new one: a handle, the instance's from there
	 * on, or -ENOENT. Its definition is compared. NULL: all maps are new. */
	int (*find_map)(void *user, const struct obj_map *m);
	void *find_user;
};

/* One loaded object. Closing gives back all handles; pinned things live on. */
struct load_inst {
	struct diag *diag;
	const struct obj *obj; /* must outlive it */
	struct weld_target target;
	int btf_handle;	 /* -1 without BTF */
	struct btf *btf; /* as loaded */
	struct load_map *maps;
	struct load_prog *progs;
	struct load_opts opts; /* its strings are the caller's, gone after load_object */
};

int load_object(struct diag *d, const struct obj *o, struct weld_target target,
		const struct load_opts *opts, struct load_inst **out);
void load_close(struct load_inst *inst);

/* BPF_PROG_TEST_RUN; sizes in bytes. data_out and ctx_out may be NULL; *_size: room in, size out.
 */
struct load_test_run {
	const void *data_in, *ctx_in;
	void *data_out, *ctx_out;
	u32 data_size_in, data_size_out, ctx_size_in, ctx_size_out;
	u32 repeat;
	u32 retval;	 /* out */
	u32 duration_ns; /* out; mean of one run */
};
int load_test_run(struct load_inst *inst, func_id prog, struct load_test_run *run);

int load_map_lookup(struct load_inst *inst, map_id map, const void *key, void *value);
int load_map_update(struct load_inst *inst, map_id map, const void *key, const void *value,
		    u64 flags);
int load_map_delete(struct load_inst *inst, map_id map, const void *key);
/* key NULL: the first one; -ENOENT behind the last. */
int load_map_next_key(struct load_inst *inst, map_id map, const void *key, void *next);
/* Bytes of a value as seen from user space: value_size, or for per-CPU kinds 8-aligned times the
 * number of possible CPUs of the target. */
int load_map_value_size(struct load_inst *inst, map_id map, u32 *size);

int load_pin_prog(struct load_inst *inst, func_id prog, const char *path);
int load_pin_map(struct load_inst *inst, map_id map, const char *path);

#endif
