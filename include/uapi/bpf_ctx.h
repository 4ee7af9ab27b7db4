/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * What a program sees as its argument, and what it may return. The layouts are fictions that the
 * verifier rewrites field by field: members named data and data_end are 4 bytes wide and yield
 * pointers. lib/abi/ctx.def says which program type may read and write what.
 */
#ifndef UAPI_BPF_CTX_H
#define UAPI_BPF_CTX_H

#include "uapi/types.h"

enum xdp_action {
	XDP_ABORTED = 0, XDP_DROP = 1, XDP_PASS = 2, XDP_TX = 3, XDP_REDIRECT = 4,
};

/* Of sched_cls and sched_act programs; mirrors <linux/pkt_cls.h>. */
enum {
	TC_ACT_UNSPEC = -1, TC_ACT_OK = 0, TC_ACT_RECLASSIFY = 1, TC_ACT_SHOT = 2,
	TC_ACT_PIPE = 3, TC_ACT_STOLEN = 4, TC_ACT_QUEUED = 5, TC_ACT_REPEAT = 6,
	TC_ACT_REDIRECT = 7, TC_ACT_TRAP = 8,
};

enum tcx_action_base {
	TCX_NEXT = -1, TCX_PASS = 0, TCX_DROP = 2, TCX_REDIRECT = 7,
};

enum sk_action {
	SK_DROP = 0, SK_PASS = 1,
};

/* Shared numbers for types that return neither an XDP nor a tc verdict (lwt, flow dissector). */
enum bpf_ret_code {
	BPF_OK = 0, BPF_DROP = 2, BPF_REDIRECT = 7, BPF_LWT_REROUTE = 128,
	BPF_FLOW_DISSECTOR_CONTINUE = 129,
};

enum { /* bytes in front of an XDP frame that adjust_head may give out */
	XDP_PACKET_HEADROOM = 256,
};

enum { /* __sk_buff.tstamp_type */
	BPF_SKB_TSTAMP_UNSPEC = 0, BPF_SKB_TSTAMP_DELIVERY_MONO = 1,
	BPF_SKB_CLOCK_REALTIME = 0, BPF_SKB_CLOCK_MONOTONIC = 1, BPF_SKB_CLOCK_TAI = 2,
};

struct bpf_flow_keys;
struct bpf_sock;

/* XDP */
struct xdp_md {
	uint32_t data;
	uint32_t data_end;
	uint32_t data_meta;
	uint32_t ingress_ifindex;
	uint32_t rx_queue_index;
	uint32_t egress_ifindex;
};

/* socket filter, sched_cls, sched_act, cgroup_skb, lwt, sk_skb, flow_dissector */
struct __sk_buff {
	uint32_t len;
	uint32_t pkt_type;
	uint32_t mark;
	uint32_t queue_mapping;
	uint32_t protocol;
	uint32_t vlan_present;
	uint32_t vlan_tci;
	uint32_t vlan_proto;
	uint32_t priority;
	uint32_t ingress_ifindex;
	uint32_t ifindex;
	uint32_t tc_index;
	uint32_t cb[5];
	uint32_t hash;
	uint32_t tc_classid;
	uint32_t data;
	uint32_t data_end;
	uint32_t napi_id;
	uint32_t family;
	uint32_t remote_ip4;
	uint32_t local_ip4;
	uint32_t remote_ip6[4];
	uint32_t local_ip6[4];
	uint32_t remote_port;
	uint32_t local_port;
	uint32_t data_meta;
	BPF_MD_PTR(struct bpf_flow_keys *, flow_keys);
	bpf_u64 tstamp;
	uint32_t wire_len;
	uint32_t gso_segs;
	BPF_MD_PTR(struct bpf_sock *, sk);
	uint32_t gso_size;
	uint8_t tstamp_type;
	bpf_u64 hwtstamp;
};

/* cgroup_sock; also what the sock pointers of other contexts point at */
struct bpf_sock {
	uint32_t bound_dev_if;
	uint32_t family;
	uint32_t type;
	uint32_t protocol;
	uint32_t mark;
	uint32_t priority;
	uint32_t src_ip4;
	uint32_t src_ip6[4];
	uint32_t src_port;
	uint16_t dst_port;
	uint32_t dst_ip4;
	uint32_t dst_ip6[4];
	uint32_t state;
	int32_t rx_queue_mapping;
};

/* result of the helper tcp_sock */
struct bpf_tcp_sock {
	uint32_t snd_cwnd;
	uint32_t srtt_us;
	uint32_t rtt_min;
	uint32_t snd_ssthresh;
	uint32_t rcv_nxt;
	uint32_t snd_nxt;
	uint32_t snd_una;
	uint32_t mss_cache;
	uint32_t ecn_flags;
	uint32_t rate_delivered;
	uint32_t rate_interval_us;
	uint32_t packets_out;
	uint32_t retrans_out;
	uint32_t total_retrans;
	uint32_t segs_in;
	uint32_t data_segs_in;
	uint32_t segs_out;
	uint32_t data_segs_out;
	uint32_t lost_out;
	uint32_t sacked_out;
	bpf_u64 bytes_received;
	bpf_u64 bytes_acked;
	uint32_t dsack_dups;
	uint32_t delivered;
	uint32_t delivered_ce;
	uint32_t icsk_retransmits;
};

/* key of the helpers sk_lookup_* */
struct bpf_sock_tuple {
	union {
		struct {
			uint32_t saddr;
			uint32_t daddr;
			uint16_t sport;
			uint16_t dport;
		} ipv4;
		struct {
			uint32_t saddr[4];
			uint32_t daddr[4];
			uint16_t sport;
			uint16_t dport;
		} ipv6;
	};
};

/* output of a flow dissector */
struct bpf_flow_keys {
	uint16_t nhoff;
	uint16_t thoff;
	uint16_t addr_proto;
	uint8_t is_frag;
	uint8_t is_first_frag;
	uint8_t is_encap;
	uint8_t ip_proto;
	uint16_t n_proto;
	uint16_t sport;
	uint16_t dport;
	union {
		struct {
			uint32_t ipv4_src;
			uint32_t ipv4_dst;
		};
		struct {
			uint32_t ipv6_src[4];
			uint32_t ipv6_dst[4];
		};
	};
	uint32_t flags;
	uint32_t flow_label;
};

/* sk_msg */
struct sk_msg_md {
	BPF_MD_PTR(void *, data);
	BPF_MD_PTR(void *, data_end);
	uint32_t family;
	uint32_t remote_ip4;
	uint32_t local_ip4;
	uint32_t remote_ip6[4];
	uint32_t local_ip6[4];
	uint32_t remote_port;
	uint32_t local_port;
	uint32_t size;
	BPF_MD_PTR(struct bpf_sock *, sk);
};

/* sk_reuseport */
struct sk_reuseport_md {
	BPF_MD_PTR(void *, data);
	BPF_MD_PTR(void *, data_end);
	uint32_t len;
	uint32_t eth_protocol;
	uint32_t ip_protocol;
	uint32_t bind_inany;
	uint32_t hash;
	BPF_MD_PTR(struct bpf_sock *, sk);
	BPF_MD_PTR(struct bpf_sock *, migrating_sk);
};

/* cgroup_sock_addr */
struct bpf_sock_addr {
	uint32_t user_family;
	uint32_t user_ip4;
	uint32_t user_ip6[4];
	uint32_t user_port;
	uint32_t family;
	uint32_t type;
	uint32_t protocol;
	uint32_t msg_src_ip4;
	uint32_t msg_src_ip6[4];
	BPF_MD_PTR(struct bpf_sock *, sk);
};

/* sock_ops */
struct bpf_sock_ops {
	uint32_t op;
	union {
		uint32_t args[4];
		uint32_t reply;
		uint32_t replylong[4];
	};
	uint32_t family;
	uint32_t remote_ip4;
	uint32_t local_ip4;
	uint32_t remote_ip6[4];
	uint32_t local_ip6[4];
	uint32_t remote_port;
	uint32_t local_port;
	uint32_t is_fullsock;
	uint32_t snd_cwnd;
	uint32_t srtt_us;
	uint32_t bpf_sock_ops_cb_flags;
	uint32_t state;
	uint32_t rtt_min;
	uint32_t snd_ssthresh;
	uint32_t rcv_nxt;
	uint32_t snd_nxt;
	uint32_t snd_una;
	uint32_t mss_cache;
	uint32_t ecn_flags;
	uint32_t rate_delivered;
	uint32_t rate_interval_us;
	uint32_t packets_out;
	uint32_t retrans_out;
	uint32_t total_retrans;
	uint32_t segs_in;
	uint32_t data_segs_in;
	uint32_t segs_out;
	uint32_t data_segs_out;
	uint32_t lost_out;
	uint32_t sacked_out;
	uint32_t sk_txhash;
	bpf_u64 bytes_received;
	bpf_u64 bytes_acked;
	BPF_MD_PTR(struct bpf_sock *, sk);
	BPF_MD_PTR(void *, skb_data);
	BPF_MD_PTR(void *, skb_data_end);
	uint32_t skb_len;
	uint32_t skb_tcp_flags;
	bpf_u64 skb_hwtstamp;
};

/* cgroup_sysctl */
struct bpf_sysctl {
	uint32_t write;
	uint32_t file_pos;
};

/* cgroup_sockopt */
struct bpf_sockopt {
	BPF_MD_PTR(struct bpf_sock *, sk);
	BPF_MD_PTR(void *, optval);
	BPF_MD_PTR(void *, optval_end);
	int32_t level;
	int32_t optname;
	int32_t optlen;
	int32_t retval;
};

/* sk_lookup */
struct bpf_sk_lookup {
	union {
		BPF_MD_PTR(struct bpf_sock *, sk);
		bpf_u64 cookie;
	};
	uint32_t family;
	uint32_t protocol;
	uint32_t remote_ip4;
	uint32_t remote_ip6[4];
	uint16_t remote_port;
	uint32_t local_ip4;
	uint32_t local_ip6[4];
	uint32_t local_port;
	uint32_t ingress_ifindex;
};

/* cgroup_device: access_type is a BPF_DEVCG_ACC_* << 16 | BPF_DEVCG_DEV_* */
struct bpf_cgroup_dev_ctx {
	uint32_t access_type;
	uint32_t major;
	uint32_t minor;
};

enum { /* halves of bpf_cgroup_dev_ctx.access_type */
	BPF_DEVCG_ACC_MKNOD = 1, BPF_DEVCG_ACC_READ = 2, BPF_DEVCG_ACC_WRITE = 4,
	BPF_DEVCG_DEV_BLOCK = 1, BPF_DEVCG_DEV_CHAR = 2,
};

/* raw_tracepoint: as many arguments as the tracepoint has */
struct bpf_raw_tracepoint_args {
	uint64_t args[0];
};

#endif
