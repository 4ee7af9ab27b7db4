main:	r0 = 0 // a
	call helper; r1 = helper ll # b
1:	if w1 s>= -5 goto 1b
	goto 1f /* c
 d */
1: exit
helper: may_goto 1f; 1: exit <x>
