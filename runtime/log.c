/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The verifier log, for callers that know bpf(2) and not our diagnostics: what is raised while
 * the command runs is written to their buffer as well, one line each.
 *
 * The kernel's rules: buffer, size and level are given together or not at all. The text always
 * ends with a NUL; when it doesn't fit, its end is kept (with BPF_LOG_FIXED its beginning) and the
 * command fails with -ENOSPC, whatever else there was.
 */
#include "runtime/rt_int.h"

enum {
	LOG_LEVELS = 3,
	LOG_STATS = 4,
	LOG_FIXED = 8,
	LOG_MASK = LOG_LEVELS | LOG_STATS | LOG_FIXED,
};

static void log_line(void *user, const struct weld_diag *msg)
{
	struct rt_log *log = user;

	if (log->user) {
		if (msg->at.insn >= 0)
			sbuf_printf(&log->text, "insn %lld: ", (long long)msg->at.insn);
		sbuf_printf(&log->text, "%s\n", msg->text);
		if (msg->detail)
			sbuf_printf(&log->text, "%s\n", msg->detail);
	}
	diag_forward(log->up, msg);
}

int rt_log_begin(struct rt_log *log, struct diag *up, u32 level, u64 user, u32 size)
{
	if (!user != !size || (user && !level) || level & ~(u32)LOG_MASK || size > UINT_MAX >> 2)
		return diag_raise(up, DIAG_RT_LOG, NULL, level, size, user ? "a" : "no");
	*log = (struct rt_log){
		.diag = { .fn = log_line, .user = log, .error_limit = up->error_limit },
		.up = up,
		.level = level,
		.size = size,
		.user = rt_user_ptr(user),
	};
	return 0;
}

int rt_log_end(struct rt_log *log, int err, u32 *true_size)
{
	size_t len = log->text.size, room = log->size ? log->size - 1 : 0, n = min_u64(len, room);
	size_t skip = log->level & LOG_FIXED ? 0 : len - n;

	*true_size = log->user ? (u32)(len + 1) : 0;
	if (log->user) {
		memcpy(log->user, sbuf_str(&log->text) + skip, n);
		log->user[n] = 0;
		if (len > room)
			err = -ENOSPC;
	}
	sbuf_free(&log->text);
	return err;
}
