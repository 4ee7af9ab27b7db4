/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
#include "lib/load/attach.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/load/load_int.h"
#include "lib/load/netlink.h"

enum {
	MAX_RETRIES = 5,	/* of EAGAIN: the verifier gives up when a signal is pending */
	REPLY_SIZE = 64 << 10,
	ETH_ALL = 3,		/* ETH_P_ALL */
	TC_PRIO = 50,		/* of our filter, and its handle there */
	TC_HANDLE = 1,
};

int load_ask(const struct load_port *p, int cmd, union bpf_attr *attr)
{
	int ret, tries = 0;

	do {
		ret = p->target.ops->bpf(p->target.user, cmd, attr, sizeof(*attr));
	} while ((ret == -EAGAIN || ret == -EINTR) && ++tries < MAX_RETRIES);
	return ret;
}

/* --- devices ----------------------------------------------------------------------------- */

static int raise_no_net(const struct load_port *p)
{
	return diag_raise(p->diag, DIAG_LOAD_NO_NET, NULL, p->target.ops->name);
}

int load_ifindex(const struct load_port *p, const char *name, unsigned int *index)
{
	if (!load_can(p, ifindex))
		return raise_no_net(p);
	if (p->target.ops->ifindex(p->target.user, name, index))
		return diag_raise(p->diag, DIAG_LOAD_NO_DEVICE, NULL, name);
	return 0;
}

void load_ifname(const struct load_port *p, unsigned int ifindex, char name[32])
{
	char found[16];

	if (load_can(p, ifname) && !p->target.ops->ifname(p->target.user, ifindex, found))
		snprintf(name, 32, "%.15s", found);
	else
		snprintf(name, 32, "device %u", ifindex);
}

static int raise_attach(const struct load_port *p, enum diag_id id, const struct load_place *at,
			int err, const char *text)
{
	const char *hint = load_hint(err);
	char name[32];
	struct diag_msg m;

	load_ifname(p, at->ifindex, name);
	diag_begin_id(&m, p->diag, id, NULL, p->target.ops->name, name,
		      text && *text ? text : strerror(-err));
	diag_errno(&m, err);
	if (hint)
		diag_help(&m, "%s", hint);
	return diag_end(&m);
}

static int raise_busy(const struct load_port *p, const struct load_place *at, u32 id)
{
	struct diag_msg m;
	char name[32];

	load_ifname(p, at->ifindex, name);
	diag_begin(&m, p->diag, DIAG_LOAD_ATTACH_BUSY, NULL, name, id);
	diag_help(&m, "take it off first: `bpftool prog show id %u` tells whose it is", id);
	if (at->hook != LOAD_HOOK_XDP)
		diag_help(&m, "; `tc filter del dev %s %s pref %d` does", name,
			  at->hook == LOAD_HOOK_TC_INGRESS ? "ingress" : "egress", TC_PRIO);
	return diag_end(&m);
}

/* --- netlink ----------------------------------------------------------------------------- */

/* Send; the answers go to *body (their message of that type), which points into reply. */
static int exchange(const struct load_port *p, struct nl_request *r, u8 *reply, size_t *size,
		    char text[128])
{
	int err;

	text[0] = 0;
	if (r->failed)
		return -EMSGSIZE;
	if (!load_can(p, netlink))
		return -ENOTSUP;
	*size = REPLY_SIZE;
	err = p->target.ops->netlink(p->target.user, r->bytes, r->size, reply, size);
	return err ? err : nl_result(span_of(reply, *size), text, 128);
}

/* For requests whose acknowledgement is the whole answer. */
static int request(const struct load_port *p, struct nl_request *r, char text[128])
{
	u8 *reply = malloc(REPLY_SIZE);
	size_t size;
	int err = reply ? exchange(p, r, reply, &size, text) : -ENOMEM;

	free(reply);
	return err;
}

/* A message that answers, and the size of the struct in front of its attributes. */
struct answer {
	u16 type;
	u32 head;
};

/* Ask; the answer's attributes lie in *reply, the caller's to free, whatever is returned. */
static int query(const struct load_port *p, struct nl_request *r, struct answer want, u8 **reply,
		 struct span *attrs)
{
	struct span head;
	char text[128];
	size_t size;
	int err;

	*reply = malloc(REPLY_SIZE);
	err = *reply ? exchange(p, r, *reply, &size, text) : -ENOMEM;
	if (err)
		return err;
	if (!nl_find(span_of(*reply, size), want.type, attrs) || span_take(attrs, want.head, &head))
		return -EBADMSG;
	return 0;
}

static u32 xdp_flags(enum load_xdp_mode mode)
{
	static const u32 flags[] = {
		[LOAD_XDP_ANY] = 0, [LOAD_XDP_GENERIC] = XDP_FLAGS_SKB_MODE,
		[LOAD_XDP_NATIVE] = XDP_FLAGS_DRV_MODE, [LOAD_XDP_OFFLOAD] = XDP_FLAGS_HW_MODE,
	};

	return flags[mode];
}

/* old: the program that has to be there; -1: none. */
static int xdp_set(const struct load_port *p, const struct load_place *at, int prog, int old,
		   char text[128])
{
	struct ifinfomsg ifi = { .ifi_index = (int)at->ifindex };
	u32 flags = xdp_flags(at->mode);
	struct nl_request r;
	u32 nest;

	flags |= old < 0 ? XDP_FLAGS_UPDATE_IF_NOEXIST : XDP_FLAGS_REPLACE;
	nl_begin(&r, RTM_SETLINK, 0);
	nl_put(&r, &ifi, sizeof(ifi));
	nest = nl_nest(&r, IFLA_XDP);
	nl_attr_u32(&r, IFLA_XDP_FD, (u32)prog);
	nl_attr_u32(&r, IFLA_XDP_FLAGS, flags);
	if (old >= 0)
		nl_attr_u32(&r, IFLA_XDP_EXPECTED_FD, (u32)old);
	nl_nest_end(&r, nest);
	return request(p, &r, text);
}

/* Programs of a device by the mode that they run in; ANY: the first of them. */
struct xdp_ids {
	u32 of[LOAD_XDP_OFFLOAD + 1];
};

static int xdp_ids(const struct load_port *p, const struct load_place *at, struct xdp_ids *ids)
{
	static const u16 attrs[] = {
		[LOAD_XDP_ANY] = IFLA_XDP_PROG_ID, [LOAD_XDP_GENERIC] = IFLA_XDP_SKB_PROG_ID,
		[LOAD_XDP_NATIVE] = IFLA_XDP_DRV_PROG_ID, [LOAD_XDP_OFFLOAD] = IFLA_XDP_HW_PROG_ID,
	};
	struct ifinfomsg ifi = { .ifi_index = (int)at->ifindex };
	struct nl_request r;
	struct span link, xdp;
	u8 *reply;
	int err;

	*ids = (struct xdp_ids){ 0 };
	nl_begin(&r, RTM_GETLINK, 0);
	nl_put(&r, &ifi, sizeof(ifi));
	err = query(p, &r, (struct answer){ RTM_NEWLINK, sizeof(ifi) }, &reply, &link);
	if (!err && nl_find_attr(link, IFLA_XDP, &xdp))
		for (u32 i = 0; i < ARRAY_SIZE(attrs); i++) {
			nl_find_u32(xdp, attrs[i], &ids->of[i]);
			/* With a program in two modes the kernel names neither as the one. */
			if (!ids->of[LOAD_XDP_ANY])
				ids->of[LOAD_XDP_ANY] = ids->of[i];
		}
	free(reply);
	return err;
}

static struct tcmsg tc_message(const struct load_place *at)
{
	u32 minor = at->hook == LOAD_HOOK_TC_INGRESS ? TC_H_MIN_INGRESS : TC_H_MIN_EGRESS;

	return (struct tcmsg){
		.tcm_ifindex = (int)at->ifindex,
		.tcm_handle = TC_HANDLE,
		.tcm_parent = (TC_H_CLSACT & 0xffff0000u) | minor,
		.tcm_info = (u32)TC_PRIO << 16 | htons(ETH_ALL),
	};
}

/* The qdisc that filters hang on; it does nothing itself, and may be there. */
static int tc_qdisc(const struct load_port *p, const struct load_place *at, char text[128])
{
	struct tcmsg tc = {
		.tcm_ifindex = (int)at->ifindex,
		.tcm_handle = TC_H_CLSACT & 0xffff0000u,
		.tcm_parent = TC_H_CLSACT,
	};
	struct nl_request r;
	int err;

	nl_begin(&r, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL);
	nl_put(&r, &tc, sizeof(tc));
	nl_attr_str(&r, TCA_KIND, "clsact");
	err = request(p, &r, text);
	return err == -EEXIST ? 0 : err;
}

/* flags 0: the filter has to be there and gets another program. */
static int tc_set(const struct load_port *p, const struct load_place *at, int prog, u16 flags,
		  char text[128])
{
	struct tcmsg tc = tc_message(at);
	struct nl_request r;
	u32 nest;

	nl_begin(&r, RTM_NEWTFILTER, flags);
	nl_put(&r, &tc, sizeof(tc));
	nl_attr_str(&r, TCA_KIND, "bpf");
	nest = nl_nest(&r, TCA_OPTIONS);
	nl_attr_u32(&r, TCA_BPF_FD, (u32)prog);
	nl_attr_str(&r, TCA_BPF_NAME, "bpfweld");
	nl_attr_u32(&r, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	nl_nest_end(&r, nest);
	return request(p, &r, text);
}

static int tc_add(const struct load_port *p, const struct load_place *at, int prog, char text[128])
{
	int err = tc_qdisc(p, at, text);

	return err ? err : tc_set(p, at, prog, NLM_F_CREATE | NLM_F_EXCL, text);
}

static int tc_drop(const struct load_port *p, const struct load_place *at, char text[128])
{
	struct tcmsg tc = tc_message(at);
	struct nl_request r;

	nl_begin(&r, RTM_DELTFILTER, 0);
	nl_put(&r, &tc, sizeof(tc));
	nl_attr_str(&r, TCA_KIND, "bpf");
	return request(p, &r, text);
}

/* Our filter's program. */
static int tc_id(const struct load_port *p, const struct load_place *at, u32 *id)
{
	struct tcmsg tc = tc_message(at);
	struct nl_request r;
	struct span filter, opts;
	u8 *reply;
	int err;

	*id = 0;
	nl_begin(&r, RTM_GETTFILTER, 0);
	nl_put(&r, &tc, sizeof(tc));
	nl_attr_str(&r, TCA_KIND, "bpf");
	err = query(p, &r, (struct answer){ RTM_NEWTFILTER, sizeof(tc) }, &reply, &filter);
	if (!err && nl_find_attr(filter, TCA_OPTIONS, &opts))
		nl_find_u32(opts, TCA_BPF_ID, id);
	free(reply);
	/* No qdisc, no filter: no program. */
	return err == -ENOENT || err == -EINVAL ? 0 : err;
}

/* --- links ------------------------------------------------------------------------------- */

static u32 attach_type(enum load_hook hook)
{
	static const u32 types[] = {
		[LOAD_HOOK_XDP] = BPF_XDP, [LOAD_HOOK_TC_INGRESS] = BPF_TCX_INGRESS,
		[LOAD_HOOK_TC_EGRESS] = BPF_TCX_EGRESS,
	};

	return types[hook];
}

static int make_link(const struct load_port *p, const struct load_place *at, int prog)
{
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = (u32)prog;
	attr.link_create.target_ifindex = at->ifindex;
	attr.link_create.attach_type = attach_type(at->hook);
	attr.link_create.flags = at->hook == LOAD_HOOK_XDP ? xdp_flags(at->mode) : 0;
	return load_ask(p, BPF_LINK_CREATE, &attr);
}

static int tcx_id(const struct load_port *p, const struct load_place *at, u32 *id)
{
	union bpf_attr attr = { 0 };
	u32 ids[16] = { 0 };
	int err;

	attr.query.target_ifindex = at->ifindex;
	attr.query.attach_type = attach_type(at->hook);
	attr.query.prog_ids = ptr_u64(ids);
	attr.query.prog_cnt = ARRAY_SIZE(ids);
	err = load_ask(p, BPF_PROG_QUERY, &attr);
	*id = ids[0];
	/* There are more than fit: the first is there. Without tcx there are none. */
	return err == -ENOSPC || err == -EINVAL || err == -ENOENT || err >= 0 ? 0 : err;
}

/* --- the door ---------------------------------------------------------------------------- */

static int attached_id(const struct load_port *p, const struct load_place *at, u32 *id)
{
	struct xdp_ids ids;
	int err;

	if (at->hook == LOAD_HOOK_XDP) {
		err = xdp_ids(p, at, &ids);
		*id = ids.of[LOAD_XDP_ANY];
		return err;
	}
	err = tcx_id(p, at, id);
	return err || *id ? err : tc_id(p, at, id);
}

int load_attached_id(const struct load_port *p, const struct load_place *at, u32 *id)
{
	int err = attached_id(p, at, id);

	return err ? raise_attach(p, DIAG_LOAD_ATTACH_QUERY, at, err, NULL) : 0;
}

int load_netlink_runs(const struct load_port *p, struct load_place *at, u32 id, bool *runs)
{
	struct xdp_ids ids = { 0 };
	u32 filter = 0;
	int err;

	*runs = false;
	err = at->hook == LOAD_HOOK_XDP ? xdp_ids(p, at, &ids) : tc_id(p, at, &filter);
	/* A device that went away took its program along. */
	if (err)
		return err == -ENODEV ? 0 : err;
	*runs = id && (filter == id || ids.of[LOAD_XDP_ANY] == id);
	for (u32 mode = LOAD_XDP_GENERIC; mode <= LOAD_XDP_OFFLOAD && id; mode++)
		if (ids.of[mode] == id) {
			at->mode = (enum load_xdp_mode)mode;
			*runs = true;
		}
	return 0;
}

static int attach_by_netlink(const struct load_port *p, const struct load_place *at, int prog)
{
	char text[128];
	int err;

	if (at->hook == LOAD_HOOK_XDP)
		err = xdp_set(p, at, prog, -1, text);
	else
		err = tc_add(p, at, prog, text);
	return err ? raise_attach(p, DIAG_LOAD_ATTACH, at, err, text) : 0;
}

/* Kernels that have no link for the hook say EINVAL; the second way then says what is wrong. */
static bool lacks_links(int err)
{
	return err == -EINVAL || err == -ENOTSUP || err == -EOPNOTSUPP;
}

/* XDP has one program. Several of tcx run one after the other, and so do filters: there only one
 * that was put where ours go is in the way, a chain whose pins are lost. */
static int check_free(const struct load_port *p, const struct load_place *at)
{
	u32 id = 0;
	int err = at->hook == LOAD_HOOK_XDP ? attached_id(p, at, &id) : tc_id(p, at, &id);

	if (err)
		return raise_attach(p, DIAG_LOAD_ATTACH_QUERY, at, err, NULL);
	return id ? raise_busy(p, at, id) : 0;
}

int load_attach(const struct load_port *p, const struct load_place *at, int prog, bool no_link,
		struct load_attachment *out)
{
	int err, ret = -EINVAL;

	if (!load_can(p, netlink))
		return raise_no_net(p);
	err = check_free(p, at);
	if (err)
		return err;
	if (!no_link)
		ret = make_link(p, at, prog);
	if (ret < 0 && !lacks_links(ret))
		return raise_attach(p, DIAG_LOAD_ATTACH, at, ret, NULL);
	if (ret < 0)
		err = attach_by_netlink(p, at, prog);
	if (err)
		return err;
	*out = (struct load_attachment){ .at = *at, .link = ret < 0 ? -1 : ret };
	return 0;
}

static int update_link(const struct load_port *p, int link, int new_prog, int old_prog)
{
	union bpf_attr attr = { 0 };
	int ret;

	attr.link_update.link_fd = (u32)link;
	attr.link_update.new_prog_fd = (u32)new_prog;
	attr.link_update.flags = BPF_F_REPLACE;
	attr.link_update.old_prog_fd = (u32)old_prog;
	ret = load_ask(p, BPF_LINK_UPDATE, &attr);
	return ret < 0 ? ret : 0;
}

int load_attach_replace(const struct load_port *p, const struct load_attachment *a, int new_prog,
			int old_prog)
{
	char text[128] = "";
	int err;

	if (a->link >= 0)
		err = update_link(p, a->link, new_prog, old_prog);
	else if (a->at.hook == LOAD_HOOK_XDP)
		err = xdp_set(p, &a->at, new_prog, old_prog, text);
	else
		err = tc_set(p, &a->at, new_prog, 0, text);
	return err ? raise_attach(p, DIAG_LOAD_ATTACH, &a->at, err, text) : 0;
}

int load_detach(const struct load_port *p, const struct load_attachment *a, int old_prog)
{
	union bpf_attr attr = { 0 };
	char text[128] = "";
	int err;

	if (a->link >= 0) {
		attr.link_detach.link_fd = (u32)a->link;
		err = load_ask(p, BPF_LINK_DETACH, &attr);
	} else if (a->at.hook == LOAD_HOOK_XDP) {
		err = xdp_set(p, &a->at, -1, old_prog, text);
	} else {
		err = tc_drop(p, &a->at, text);
	}
	if (err >= 0 || err == -ENODEV || err == -ENOLINK)
		return 0;
	return raise_attach(p, DIAG_LOAD_DETACH, &a->at, err, text);
}
