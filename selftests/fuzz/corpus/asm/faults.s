r1 = *(u8 *)(r2 + 40000)
mov r0, 1
r1 = 5ll; a: a: goto b; r1 = 0x1ffffffffffffffff ll
exit /* open