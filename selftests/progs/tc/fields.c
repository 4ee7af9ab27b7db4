/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Members of __sk_buff, read in all widths and written; what was read goes to a map. */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 32);
	__type(key, __u32);
	__type(value, __u32);
} fields SEC(".maps");

static __always_inline void keep(__u32 key, __u32 value)
{
	bpf_map_update_elem(&fields, &key, &value, BPF_ANY);
}

SEC("tc")
int fields_read(struct __sk_buff *skb)
{
	keep(0, skb->len);
	keep(1, skb->pkt_type);
	keep(2, skb->mark);
	keep(3, skb->queue_mapping);
	keep(4, skb->protocol);
	keep(5, skb->vlan_present);
	keep(6, skb->vlan_tci);
	keep(7, skb->vlan_proto);
	keep(8, skb->priority);
	keep(9, skb->ingress_ifindex);
	keep(10, skb->ifindex);
	keep(11, skb->tc_index);
	keep(12, skb->cb[0] | skb->cb[4]);
	keep(13, skb->tc_classid);
	keep(14, skb->data_end - skb->data);
	keep(15, skb->data - skb->data_meta);
	keep(16, skb->tstamp);
	keep(17, skb->wire_len);
	keep(18, skb->gso_segs);
	keep(19, skb->gso_size);
	return TC_ACT_OK;
}

SEC("tc")
int fields_write(struct __sk_buff *given)
{
	volatile struct __sk_buff *skb = given;	/* each member by itself */
	__u32 sum;

	skb->mark = 0x12345678;
	skb->priority = skb->len * 3;
	skb->tc_index = 0x1ffff;
	skb->queue_mapping = 3;
	skb->tc_classid = 0x10020;
	skb->tstamp = 0x123456789abULL;
	for (int i = 0; i < 5; i++)
		skb->cb[i] = i * 0x01010101;
	sum = skb->mark + skb->priority + skb->tc_index * 5 + skb->queue_mapping * 7;
	return sum + skb->tc_classid * 11 + skb->tstamp + skb->cb[3] * 13;
}

/* Parts of members: which byte is which. */
SEC("tc")
int fields_narrow(struct __sk_buff *skb)
{
	volatile __u8 *mark = (void *)&skb->mark;
	volatile __u16 *len = (void *)&skb->len;
	volatile __u8 *cb = (void *)&skb->cb[1];

	skb->mark = 0xa1b2c3d4;
	keep(0, mark[0]);
	keep(1, mark[3]);
	keep(2, ((volatile __u16 *)mark)[1]);
	keep(3, len[0]);
	keep(4, len[1]);
	cb[0] = 0x5a;
	cb[3] = 0xa5;
	*(volatile __u64 *)&skb->cb[2] = 0x1122334455667788ULL;
	keep(5, skb->cb[1]);
	keep(6, skb->cb[2]);
	keep(7, ((volatile __u16 *)&skb->cb[3])[1]);
	return skb->cb[3];
}

char LICENSE[] SEC("license") = "GPL";
