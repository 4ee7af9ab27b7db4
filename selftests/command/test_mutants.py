#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""A sample of mutants (selftests/fuzz/mutants.c) through the command itself: info, btf and link
answer each within 5 seconds of processor time and 512 MiB with a result or with a diagnostic, and a
link that fails leaves no file (A3.11).

test_mutants.py BPFWELD PROGS_DIR MUTANTS SANITIZERS
"""
import glob
import os
import resource
import subprocess
import sys

import command

N_MUTANTS = 40
MUTANTS, SANITIZERS = sys.argv[3:5]
VERBS = [['info', '--all'], ['info', '--json'], ['btf', 'dump'], ['btf', 'dump', '--json'],
         ['syms'], ['dis'], ['link', '--allow-unresolved', '-o']]


def limit():
    """The address sanitizer alone takes terabytes of addresses: there, time only."""
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    if SANITIZERS == 'none':
        resource.setrlimit(resource.RLIMIT_AS, (512 << 20, 512 << 20))


def test_answers(bench):
    objs = sorted(glob.glob(bench.progs + '/*.o') + glob.glob(bench.progs + '/carved/*.o'))
    if not objs:
        bench.skip('no object was compiled')
    taken = refused = 0
    for number in range(N_MUTANTS):
        # Other objects than those that `mutants run` begins with.
        obj, mutant = objs[number * 7919 % len(objs)], bench.path('mutant.o')
        subprocess.run([MUTANTS, 'write', obj, str(number), mutant], check=True)
        for words in VERBS:
            out = [bench.path()] if '-o' in words else []
            done = bench.run(*words, *out, mutant, preexec_fn=limit)
            assert done.status in (0, 1, 3), f'mutant {number} of {obj}: {done}'
            assert done.status == 0 or done.err or b'"diagnostics"' in done.out, str(done)
            assert not out or os.path.exists(out[0]) == (done.status == 0), str(done)
            taken += done.status == 0
            refused += done.status != 0
    print(f'{N_MUTANTS} mutants, {taken} calls gave a result, {refused} a diagnostic')
    assert taken > N_MUTANTS and refused > N_MUTANTS, (taken, refused)


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
