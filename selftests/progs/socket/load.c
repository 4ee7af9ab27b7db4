/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Socket filters that copy what they look at; the packet starts behind the Ethernet header. */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, __u8);
	__type(value, __u64);
} bytes_by_proto SEC(".maps");

SEC("socket")
int load_proto(struct __sk_buff *skb)
{
	__u64 *sum, bytes = skb->len;
	struct iphdr ip;
	__u8 proto;

	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return 0;
	proto = ip.protocol;
	sum = bpf_map_lookup_elem(&bytes_by_proto, &proto);
	if (sum)
		__sync_fetch_and_add(sum, bytes);
	else
		bpf_map_update_elem(&bytes_by_proto, &proto, &bytes, BPF_NOEXIST);
	return -1;
}

/* A port that is kept whole, all others cut behind the headers. */
SEC("socket")
int load_port(struct __sk_buff *skb)
{
	__u8 ihl, proto;
	__be16 ports[2];

	if (bpf_skb_load_bytes(skb, 0, &ihl, 1) || ihl >> 4 != 4 ||
	    bpf_skb_load_bytes(skb, 9, &proto, 1))
		return 0;
	ihl = (ihl & 15) * 4;
	if (bpf_skb_load_bytes(skb, ihl, ports, sizeof(ports)))
		return 1;
	return ports[1] == bpf_htons(53) ? 0xffff : ihl + (proto == IPPROTO_TCP ? 20 : 8);
}

/* Fields that a filter may see. */
SEC("socket")
int load_fields(struct __sk_buff *skb)
{
	__u32 sum = skb->len;

	sum = sum * 31 + skb->pkt_type;
	sum = sum * 31 + skb->protocol;
	sum = sum * 31 + skb->ifindex;
	sum = sum * 31 + skb->vlan_present;
	skb->cb[2] = sum;
	return skb->cb[2] ^ skb->mark ^ skb->priority;
}

char LICENSE[] SEC("license") = "GPL";
