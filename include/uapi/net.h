/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * The part of rtnetlink with which programs are put on network devices: XDP (IFLA_XDP of
 * RTM_SETLINK) and the bpf classifier on a clsact qdisc. Sources: linux/netlink.h,
 * linux/rtnetlink.h, linux/if_link.h, linux/pkt_sched.h, linux/pkt_cls.h.
 */
#ifndef UAPI_NET_H
#define UAPI_NET_H

#include <stdint.h>

enum { /* socket(2), setsockopt(2) */
	NETLINK_ROUTE = 0, NETLINK_CAP_ACK = 10, NETLINK_EXT_ACK = 11,
};

struct sockaddr_nl {
	uint16_t nl_family;
	uint16_t nl_pad;
	uint32_t nl_pid;
	uint32_t nl_groups;
};

struct nlmsghdr {
	uint32_t nlmsg_len;
	uint16_t nlmsg_type;
	uint16_t nlmsg_flags;
	uint32_t nlmsg_seq;
	uint32_t nlmsg_pid;
};

struct nlmsgerr {
	int error;
	struct nlmsghdr msg;
};

struct nlattr {
	uint16_t nla_len;
	uint16_t nla_type;
};

enum { /* nlmsg_type of answers; nlmsg_flags; nla_type */
	NLMSG_NOOP = 1, NLMSG_ERROR = 2, NLMSG_DONE = 3,
	NLM_F_REQUEST = 0x1, NLM_F_MULTI = 0x2, NLM_F_ACK = 0x4, NLM_F_REPLACE = 0x100,
	NLM_F_EXCL = 0x200, NLM_F_CREATE = 0x400, NLM_F_CAPPED = 0x100, NLM_F_ACK_TLVS = 0x200,
	NLMSGERR_ATTR_MSG = 1, NLA_F_NESTED = 0x8000, NLA_F_NET_BYTEORDER = 0x4000,
	NLA_TYPE_MASK = ~(NLA_F_NESTED | NLA_F_NET_BYTEORDER),
};

enum { /* nlmsg_type of requests */
	RTM_NEWLINK = 16, RTM_GETLINK = 18, RTM_SETLINK = 19, RTM_NEWQDISC = 36,
	RTM_NEWTFILTER = 44, RTM_DELTFILTER = 45, RTM_GETTFILTER = 46,
};

struct ifinfomsg {
	uint8_t ifi_family;
	uint8_t __ifi_pad;
	uint16_t ifi_type;
	int ifi_index;
	uint32_t ifi_flags;
	uint32_t ifi_change;
};

struct tcmsg {
	uint8_t tcm_family;
	uint8_t tcm__pad1;
	uint16_t tcm__pad2;
	int tcm_ifindex;
	uint32_t tcm_handle;
	uint32_t tcm_parent;
	uint32_t tcm_info;
};

enum { /* attributes of links */
	IFLA_XDP = 43,
	IFLA_XDP_FD = 1, IFLA_XDP_ATTACHED = 2, IFLA_XDP_FLAGS = 3, IFLA_XDP_PROG_ID = 4,
	IFLA_XDP_DRV_PROG_ID = 5, IFLA_XDP_SKB_PROG_ID = 6, IFLA_XDP_HW_PROG_ID = 7,
	IFLA_XDP_EXPECTED_FD = 8,
	XDP_ATTACHED_NONE = 0, XDP_ATTACHED_DRV = 1, XDP_ATTACHED_SKB = 2, XDP_ATTACHED_HW = 3,
	XDP_ATTACHED_MULTI = 4,
	XDP_FLAGS_UPDATE_IF_NOEXIST = 1 << 0, XDP_FLAGS_SKB_MODE = 1 << 1,
	XDP_FLAGS_DRV_MODE = 1 << 2, XDP_FLAGS_HW_MODE = 1 << 3, XDP_FLAGS_REPLACE = 1 << 4,
};

enum { /* attributes of qdiscs and filters */
	TCA_KIND = 1, TCA_OPTIONS = 2,
	TCA_BPF_FD = 6, TCA_BPF_NAME = 7, TCA_BPF_FLAGS = 8, TCA_BPF_ID = 11,
	TCA_BPF_FLAG_ACT_DIRECT = 1 << 0,
	TC_H_MIN_INGRESS = 0xfff2, TC_H_MIN_EGRESS = 0xfff3,
};

/* tcm_parent of the qdisc, whose own handle has these upper 16 bits. */
#define TC_H_CLSACT 0xfffffff1u

#endif
