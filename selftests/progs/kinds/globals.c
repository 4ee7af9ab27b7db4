/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/*
 * Every way that a global variable can live: .data, .bss, .rodata and sections of their own names,
 * static and not, aligned, in arrays and structs, reached through its symbol and through the
 * section's, and with the address of another one as initial value.
 *
 * The first run returns 1 + 2 + 3 + 40 + 5 + 6 + 7 + 8 = 72, the second 73 (runs is counted up).
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct pair {
	char tag;
	__u64 value;
};

int in_data = 1;
static volatile int static_data = 2;
struct pair pair_data = { 'p', 3 };
__u64 in_bss;
static volatile __u32 static_bss[16];
const volatile int in_rodata = 40;
static const volatile __u16 static_rodata[3] = { 4, 5, 6 };
int in_own_data SEC(".data.counters") = 6;
const volatile int in_own_rodata SEC(".rodata.limits") = 7;
__u32 in_own_bss SEC(".bss.scratch");
int aligned_data __attribute__((aligned(64))) = 8;
volatile const char *const words[] = { "one", "two" };

SEC("xdp")
int use_globals(struct xdp_md *ctx)
{
	static volatile int runs = -1;
	int sum = in_data + static_data + (int)pair_data.value;

	in_bss++;
	static_bss[3] += 2;
	in_own_bss = static_bss[3];
	runs++;
	sum += in_rodata + static_rodata[1] + in_own_data + in_own_rodata + aligned_data;
	return sum + runs;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
