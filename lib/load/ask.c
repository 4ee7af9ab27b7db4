/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Asking a target: retries that every caller wants, logs that grow, and the way from an errno to
 * a diagnostic.
 */
#include "lib/load/load_int.h"

#include <ctype.h>
#include <stdlib.h>

#include "lib/load/attach.h"

enum {
	LOG_FIRST = 64 << 10,
	LOG_LAST = 64 << 20,
};

int load_bpf(const struct load_inst *inst, int cmd, union bpf_attr *attr)
{
	const struct load_port port = { .diag = inst->diag, .target = inst->target };

	return load_ask(&port, cmd, attr);
}

void load_close_handle(const struct load_inst *inst, int *handle)
{
	if (*handle >= 0)
		inst->target.ops->close(inst->target.user, *handle);
	*handle = -1;
}

/* Where a command's attribute keeps its log. */
struct log_slot {
	bpf_u64 *buf;
	uint32_t *size, *level;
};

/* Ask with a log that grows until the text fits: -ENOSPC says that it didn't. */
static int ask_logged(const struct load_inst *inst, int cmd, union bpf_attr *attr,
		      struct log_slot slot, struct sbuf *log)
{
	int ret = -ENOMEM;

	for (size_t size = LOG_FIRST; size <= LOG_LAST; size *= 4) {
		char *buf = calloc(1, size);

		if (!buf)
			return ret;
		*slot.buf = ptr_u64(buf);
		*slot.size = (uint32_t)size;
		ret = load_bpf(inst, cmd, attr);
		sbuf_trim(log, 0);
		sbuf_put(log, buf, strnlen(buf, size));
		free(buf);
		if (ret != -ENOSPC)
			break;
	}
	*slot.buf = 0;
	*slot.size = 0;
	return ret;
}

static int ask(const struct load_inst *inst, int cmd, union bpf_attr *attr, struct log_slot slot,
	       struct sbuf *log)
{
	u32 level = *slot.level, said = inst->diag->n_errors;
	int ret, logged;

	if (level)
		return ask_logged(inst, cmd, attr, slot, log);
	ret = load_bpf(inst, cmd, attr);
	/* A target that raises its own diagnostics has said more than its log would. */
	if (ret >= 0 || inst->diag->n_errors != said)
		return ret;
	*slot.level = 1;
	logged = ask_logged(inst, cmd, attr, slot, log);
	*slot.level = 0;
	/* A log that can't be had must not hide why the command itself failed. */
	return logged >= 0 || log->size ? logged : ret;
}

int load_prog_logged(const struct load_inst *inst, union bpf_attr *attr, u32 log_level,
		     struct sbuf *log)
{
	attr->log_level = log_level;
	return ask(inst, BPF_PROG_LOAD, attr,
		   (struct log_slot){ &attr->log_buf, &attr->log_size, &attr->log_level }, log);
}

int load_btf_logged(const struct load_inst *inst, union bpf_attr *attr, struct sbuf *log)
{
	return ask(inst, BPF_BTF_LOAD, attr,
		   (struct log_slot){ &attr->btf_log_buf, &attr->btf_log_size,
				      &attr->btf_log_level },
		   log);
}

const char *load_hint(int err)
{
	switch (err) {
	case -EPERM:
		return "loading BPF needs root or CAP_BPF (with CAP_NET_ADMIN or CAP_PERFMON), "
		       "and a kernel that permits it; the bundled runtime needs neither";
	case -E2BIG:
		return "the kernel's limit was reached, or it is older than a feature that was "
		       "asked for";
	case -EAGAIN:
		return "the kernel gave up because signals kept arriving; try again";
	case -ENOMEM:
		return "the kernel had no memory; before 5.11 the limit is RLIMIT_MEMLOCK";
	default:
		return NULL;
	}
}

int load_raise(const struct load_inst *inst, enum diag_id id, const struct weld_where *at,
	       const char *name, int err)
{
	const char *hint = load_hint(err);
	struct diag_msg m;

	diag_begin_id(&m, inst->diag, id, at, inst->target.ops->name, name, strerror(-err));
	diag_errno(&m, err);
	if (hint)
		diag_help(&m, "%s", hint);
	return diag_end(&m);
}

void load_kernel_name(char out[BPF_OBJ_NAME_LEN], const char *name)
{
	size_t i;

	memset(out, 0, BPF_OBJ_NAME_LEN);
	for (i = 0; name[i] && i < BPF_OBJ_NAME_LEN - 1; i++)
		out[i] = isalnum((unsigned char)name[i]) || name[i] == '_' || name[i] == '.' ?
				 name[i] :
				 '_';
}
