# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
r1 += r2
r1 += 5
w1 -= w2
w1 *= -3
r1 /= r2
r1 s/= r2
w1 s/= 7
r1 s%= r2
r1 %= 3
r1 |= r2
r1 &= r2
r1 <<= 3
r1 >>= r3
r1 s>>= 3
r1 ^= 0x7fffffff
r1 = r2
w1 = w2
r1 = -1
w1 = 5
r1 = (s8)r2
r1 = (s16)r2
r1 = (s32)r2
w1 = (s8)w2
w1 = (s16)w2
r1 = -r1
w1 = -w1
r1 = le16 r1
r1 = le32 r1
r1 = le64 r1
r1 = be16 r1
r1 = be32 r1
r1 = be64 r1
r1 = bswap16 r1
r1 = bswap32 r1
r1 = bswap64 r1
r1 = *(u8 *)(r2 + 1)
r1 = *(u16 *)(r2 - 1)
r1 = *(u32 *)(r2 + 0)
r1 = *(u64 *)(r2 + 8)
r1 = *(s8 *)(r2 + 1)
r1 = *(s16 *)(r2 - 1)
r1 = *(s32 *)(r2 + 0)
w1 = *(u8 *)(r2 + 1)
*(u8 *)(r2 + 1) = r3
*(u16 *)(r2 + 1) = r3
*(u32 *)(r2 + 1) = w3
*(u64 *)(r2 + 1) = r3
*(u8 *)(r2 + 1) = 3
*(u64 *)(r2 - 1) = -3
lock *(u32 *)(r1 + 0) += w2
lock *(u64 *)(r1 + 4) += r2
lock *(u64 *)(r1 + 4) |= r2
lock *(u64 *)(r1 + 4) &= r2
lock *(u64 *)(r1 + 4) ^= r2
lock *(u32 *)(r1 + 4) ^= w2
w0 = atomic_fetch_add((u32 *)(r1 + 0), w0)
r0 = atomic_fetch_add((u64 *)(r1 + 0), r0)
r3 = atomic_fetch_or((u64 *)(r1 + 0), r3)
r3 = atomic_fetch_and((u64 *)(r1 + 0), r3)
r3 = atomic_fetch_xor((u64 *)(r1 + 0), r3)
r3 = xchg_64(r1 + 8, r3)
w3 = xchg32_32(r1 + 8, w3)
r0 = cmpxchg_64(r1 + 8, r0, r3)
w0 = cmpxchg32_32(r1 + 8, w0, w3)
r1 = 0x123456789abcdef ll
r1 = 5 ll
r1 = sym ll
r0 = *(u8 *)skb[r1]
r0 = *(u16 *)skb[5]
r0 = *(u32 *)skb[r1]
l1:
goto +5
goto -1
goto l1
gotol +5
gotol l1
may_goto +5
may_goto l1
if r1 == r2 goto +5
if r1 != 5 goto +5
if w1 > w2 goto -5
if w1 s> 5 goto +5
if r1 s>= r2 goto +5
if r1 s< r2 goto +5
if r1 s<= r2 goto +5
if r1 <= r2 goto +5
if r1 < r2 goto +5
if r1 >= r2 goto +5
if r1 & r2 goto +5
if w1 & 7 goto +5
if r1 == 0 goto l1
call 5
call foo
callx r5
exit
r1 = addr_space_cast(r2, 0, 1)
r1 = addr_space_cast(r2, 1, 0)
r1 = load_acquire((u64 *)(r2 + 8))
w1 = load_acquire((u8 *)(r2 - 8))
store_release((u64 *)(r2 + 8), r1)
store_release((u16 *)(r2 + 8), w1)
r1 = map_fd(3) ll
r1 = map_value(3, 8) ll
r1 = map_idx(0) ll
r1 = map_idx_value(0, 8) ll
r1 = btf_id(16, 0) ll
r1 = func(l1) ll
r1 = table+8 ll
ld_pseudo r1, 1, 5
call pc-5
call kfunc(16, 0)
callx_imm r3
r0 = *(u8 *)skb[r1 + 4]
.insn 0xff, 1, 2, 3, 4
