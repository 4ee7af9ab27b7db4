/* SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause */
/* Extern variables: side 1 declares, side 2 defines. good_ agree, alike_ nearly, others clash. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#if SIDE == 1
extern int good_int;
extern int good_open[];
extern const volatile int good_const;
extern const int alike_const;
extern int bad_size;
extern int bad_array[4];
extern int bad_const;

SEC("xdp")
int vars_main(struct xdp_md *ctx)
{
	return good_int + good_open[1] + good_const + alike_const + bad_size + bad_array[1] +
	       bad_const;
}
#else
int good_int = 1;
int good_open[3] = { 1, 2, 3 };
const volatile int good_const = 3;
int alike_const = 4;
long bad_size = 5;
int bad_array[8] = { 6 };
const int bad_const = 7;
#endif

char LICENSE[] SEC("license") = "GPL";
