/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* What the files of this room share. */
#ifndef LOAD_LOAD_INT_H
#define LOAD_LOAD_INT_H

#include "lib/load/load.h"

#include "uapi/bpf.h"

static inline u64 ptr_u64(const void *p)
{
	return (u64)(uintptr_t)p;
}

/* Ask the target; the size of the attribute is that of ours, whose tail is zero unless used. */
int load_bpf(const struct load_inst *inst, int cmd, union bpf_attr *attr);
void load_close_handle(const struct load_inst *inst, int *handle);

/*
 * Commands with a log: asked without one first, again with a growing one when the target refuses,
 * so that the diagnostic can carry it. log is empty after success unless log_level asks for it.
 */
int load_prog_logged(const struct load_inst *inst, union bpf_attr *attr, u32 log_level,
		     struct sbuf *log);
int load_btf_logged(const struct load_inst *inst, union bpf_attr *attr, struct sbuf *log);

/* Raise what bpf(2) said when asked for `what` (of that name), with a hint for errnos that have
 * a usual cause. err is negative and is returned. */
int load_raise(const struct load_inst *inst, enum diag_id id, const struct weld_where *at,
	       const char *name, int err);
/* A line about an errno's usual cause, or NULL. */
const char *load_hint(int err);

/* The reason that a verifier's log ends with; nothing when it is empty. */
void load_log_reason(const char *log, struct sbuf *out);
/* The last instruction that the log shows the verifier at; false and untouched without one. */
bool load_log_insn(const char *log, u32 *insn);

/* Fill a kernel object name: what the kernel doesn't take becomes '_', 15 characters are kept. */
void load_kernel_name(char out[BPF_OBJ_NAME_LEN], const char *name);

/* The passes. */
int load_btf_pass(struct load_inst *inst);
int load_maps_pass(struct load_inst *inst);
int load_values_pass(struct load_inst *inst);
int load_progs_pass(struct load_inst *inst);
int load_slots_pass(struct load_inst *inst);
int load_pins_pass(struct load_inst *inst);
/* Undo load_pins_pass, as far as it came. */
void load_unpin_maps(struct load_inst *inst);

/* Pins of maps by name (maps.c uses them while creating). */
int load_pin_get(const struct load_inst *inst, const char *path, int *handle);
int load_pin_put(const struct load_inst *inst, int handle, const char *path);
/* Where a map is pinned by name. -ENOMEM with its diagnostic. */
int load_pin_path(const struct load_inst *inst, const struct obj_map *m, struct sbuf *out);

#endif
