/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Hooks and the codes that programs return there; numbers are those of <linux/bpf.h> and
 * <linux/pkt_cls.h>. */
#include "linker/dispatch/dispatch_int.h"

static const char *const xdp_actions[] = { "ABORTED", "DROP", "PASS", "TX", "REDIRECT" };

/* From TC_ACT_UNSPEC (-1) on. */
static const char *const tc_actions[] = {
	"UNSPEC", "OK",	    "RECLASSIFY", "SHOT",     "PIPE",
	"STOLEN", "QUEUED", "REPEAT",	  "REDIRECT", "TRAP",
};

static const u8 xdp_likely[] = { 2, 3, 4 };
static const u8 tc_likely[] = { 1, 4, 0 };

static const struct disp_kind kinds[] = {
	[DISP_XDP] = {
		.text = "XDP",
		.entry = "xdp_dispatcher",
		.section = "xdp",
		.frags_section = "xdp.frags",
		.ctx = "xdp_md",
		.prog_type = BPF_PROG_TYPE_XDP,
		.default_actions = 1u << 2,
		.prefix = "XDP_",
		.actions = xdp_actions,
		.n_actions = ARRAY_SIZE(xdp_actions),
		.likely = xdp_likely,
		.n_likely = ARRAY_SIZE(xdp_likely),
	},
	[DISP_TC] = {
		.text = "tc",
		.entry = "tc_dispatcher",
		.section = "tc",
		.frags_section = "tc",
		.ctx = "__sk_buff",
		.prog_type = BPF_PROG_TYPE_SCHED_CLS,
		.bias = 1,
		.default_actions = 1u << 0 | 1u << 1 | 1u << 4,
		.prefix = "TC_ACT_",
		.actions = tc_actions,
		.n_actions = ARRAY_SIZE(tc_actions),
		.likely = tc_likely,
		.n_likely = ARRAY_SIZE(tc_likely),
	},
};

const struct disp_kind *disp_kind_of(enum disp_type type)
{
	return &kinds[type];
}

const char *disp_action_name(enum disp_type type, u32 bit)
{
	return bit < kinds[type].n_actions ? kinds[type].actions[bit] : NULL;
}

static bool find_bit(const struct disp_kind *kind, const char *name, size_t len, u32 *bit)
{
	for (u32 i = 0; i < kind->n_actions; i++)
		if (strlen(kind->actions[i]) == len && !strncmp(kind->actions[i], name, len)) {
			*bit = i;
			return true;
		}
	return false;
}

bool disp_action_bit(const struct disp_kind *kind, const char *name, u32 *bit)
{
	size_t len = strlen(kind->prefix);

	return !strncmp(name, kind->prefix, len) &&
	       find_bit(kind, name + len, strlen(name + len), bit);
}

static int raise_action(struct diag *d, const struct disp_kind *kind, const char *name, size_t len)
{
	struct diag_msg m;
	struct sbuf all = { 0 };

	for (u32 i = 0; i < kind->n_actions; i++)
		sbuf_printf(&all, "%s%s", i ? ", " : "", kind->actions[i]);
	diag_begin(&m, d, DIAG_DISP_ACTION, NULL, (int)min_u64(len, 64), name, kind->text);
	diag_help(&m, "these are: %s", sbuf_str(&all));
	sbuf_free(&all);
	return diag_end(&m);
}

int disp_parse_actions(struct diag *d, enum disp_type type, const char *text, u32 *mask)
{
	const struct disp_kind *kind = &kinds[type];
	size_t prefix = strlen(kind->prefix);
	u32 found = 0, bit;

	while (*text) {
		size_t len = strcspn(text, "+");
		bool full = !strncmp(text, kind->prefix, prefix);
		const char *name = text + (full ? prefix : 0);

		if (!find_bit(kind, name, len - (full ? prefix : 0), &bit) ||
		    (text[len] && !text[len + 1]))
			return raise_action(d, kind, text, len);
		found |= 1u << bit;
		text += len + (text[len] == '+');
	}
	*mask = found;
	return 0;
}
