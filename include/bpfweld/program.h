/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Loaded objects: an object on a target is an instance. Handles are the target's: file
 * descriptors of the kernel, numbers from 1 << 30 of the runtime; they belong to the instance.
 */
#ifndef BPFWELD_PROGRAM_H
#define BPFWELD_PROGRAM_H

#include <bpfweld/target.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weld_object;
struct weld_instance;

struct weld_load_opts {
	size_t sz;
	const char
		*program; /* load this one alone (and those its program arrays name); NULL: all */
	const char *pin_dir; /* bpffs folder of maps pinned by name; NULL: /sys/fs/bpf */
	uint32_t type;	     /* enum bpf_prog_type for section names that say none */
	bool no_pins;	     /* neither use nor make pins: every map is a new one */
};

/*
 * Create maps, fill them, load programs, fill program arrays. All or nothing. The object must
 * outlive the instance. Errors: -ENOENT an extern is left, -ENOTSUP something that this loader
 * can't do, or what the target said.
 */
WELD_API int weld_object__load(const struct weld_object *obj, const struct weld_target *target,
			       const struct weld_load_opts *opts, struct weld_instance **inst);
WELD_API void weld_instance__close(struct weld_instance *inst);

/* Programs go by their function's name. -ENOENT: none, or not loaded. */
WELD_API int weld_instance__program(const struct weld_instance *inst, const char *name,
				    int *handle);

/* The number of a program type by bpftool's name ("xdp", "sched_cls"); -ENOENT. */
WELD_API int weld_program_type__by_name(const char *name, uint32_t *type);

struct weld_test_run {
	size_t sz;
	const void *data_in;	/* packet */
	uint32_t data_size_in;	/* bytes */
	void *data_out;		/* room for the packet afterwards, or NULL */
	uint32_t data_size_out; /* room in bytes; afterwards the packet's size */
	const void *ctx_in;	/* context of the type (struct xdp_md, struct __sk_buff), or NULL */
	uint32_t ctx_size_in;
	void *ctx_out;
	uint32_t ctx_size_out;
	uint32_t repeat;      /* runs; 0: one */
	uint32_t retval;      /* out */
	uint32_t duration_ns; /* out: mean of a run */
};
/* Run a program on one packet or context, as BPF_PROG_TEST_RUN does. -ENOSPC: it ran, but data_out
 * or ctx_out is too small (all members are set, the sizes are those needed); -EACCES: the checked
 * engine stopped the run, see the diagnostic. */
WELD_API int weld_instance__test_run(struct weld_instance *inst, const char *program,
				     struct weld_test_run *run);

/* Pin on bpffs; the path's folder must exist. */
WELD_API int weld_instance__pin_program(struct weld_instance *inst, const char *name,
					const char *path);
WELD_API int weld_instance__pin_map(struct weld_instance *inst, const char *name, const char *path);

/* The final instructions of a loaded program, as given to the target: 8 bytes each, host order.
 * They live as long as the instance. */
WELD_API int weld_instance__insns(const struct weld_instance *inst, const char *program,
				  const void **insns, uint32_t *n);

#ifdef __cplusplus
}
#endif
#endif
