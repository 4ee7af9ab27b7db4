/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * A target that answers from a script: each call of bpf() gets the next handle, unless a rule
 * says otherwise. It keeps what was asked, and counts handles, so that a test can show that a
 * loader gives back whatever it got.
 */
#ifndef UNIT_FAKE_TARGET_H
#define UNIT_FAKE_TARGET_H

#include <bpfweld/target.h>

#include "uapi/bpf.h"

enum { FAKE_MAX_CALLS = 256, FAKE_MAX_LOG = 128 };

/* Answer the n-th call (from 1) of a command, or any when nth is 0, with err. */
struct fake_rule {
	int cmd;
	int nth;
	int err;	 /* negative errno */
	int times;	 /* how often the rule fires; 0: always */
	const char *log; /* written to the command's log buffer, when it has one */
};

struct fake_call {
	int cmd;
	union bpf_attr attr;
	int ret;
};

struct fake_target {
	struct fake_rule rules[8];
	int fail_call; /* the n-th call of all fails with -EIO; 0: none */
	struct fake_call calls[FAKE_MAX_CALLS];
	int n_calls, n_of_cmd[64];
	int open;		      /* handles that were given and not closed */
	struct bpf_map_info map_info; /* answer to OBJ_GET_INFO_BY_FD */
};

struct weld_target fake_target(struct fake_target *f);
/* The n-th call (from 1) of a command, or NULL. */
const struct fake_call *fake_find(const struct fake_target *f, int cmd, int nth);

#endif
