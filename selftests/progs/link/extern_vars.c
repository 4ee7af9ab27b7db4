/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Variables of other objects, in sections of all sorts. Side 1 uses, side 2 defines the first
 * half, side 3 the second and a weak in_data that loses. evars_first returns 40, then evars_main
 * 2 + 40 + 300, and they leave 42 in in_bss, 9 in in_custom and 44 in in_data.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
extern int in_data;
extern int in_bss;
extern const volatile int in_rodata;
extern long in_custom SEC(".data.custom");

/* Neighbours, so that nothing lies at the start of its section in all orders. */
char own_data[3] = "no";
char own_bss[5];
const volatile char own_rodata[7] = "none";
short own_custom SEC(".data.custom") = 1;

SEC("xdp")
int evars_main(struct xdp_md *ctx)
{
	in_bss += in_data;
	in_custom = own_custom + 8;
	in_data += 4;
	return in_bss + in_rodata;
}
#elif SIDE == 2
char pad_data = 1;
int in_data = 40;
const volatile char pad_rodata[5] = "pads";
const volatile int in_rodata = 300;
#else
__weak int in_data = 1;
char pad_bss;
int in_bss;
char pad_custom SEC(".data.custom") = 1;
long in_custom SEC(".data.custom") = 3;

SEC("xdp")
int evars_first(struct xdp_md *ctx)
{
	in_bss = 2;
	return in_data;
}
#endif

char LICENSE[] SEC("license") = "GPL";
