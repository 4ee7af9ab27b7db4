#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The command under valgrind: no leak and no use of uninitialised memory in link, run and what
looks at objects, with good input and with bad.

test_valgrind.py BPFWELD PROGS_DIR
"""
import os
import shutil
import subprocess
import sys
import tempfile

LEAK = 99
VALGRIND = ['valgrind', '-q', '--leak-check=full', '--show-leak-kinds=all',
            '--errors-for-leak-kinds=all', f'--error-exitcode={LEAK}', '--track-fds=yes']

# (arguments, exit status); {p} is the folder of the test programs, {t} a scratch folder.
RUNS = [
    ('link -o {t}/out.o {p}/mapping_dispatcher.o a={p}/mapping_dummy.o b={p}/mapping_drop.o '
     '--resolve prog1=a:xdp_main --resolve prog2=b:xdp_main --private a --private b', 0),
    ('link -o {t}/by.o {p}/byname_user.o {p}/byname_owner.o', 0),
    ('run -p xdp_dispatcher --data {t}/packet {t}/out.o', 0),
    ('run --json -p xdp_user --data {t}/packet {t}/by.o', 0),
    ('info {t}/out.o', 0),
    ('syms {t}/out.o', 0),
    ('dis {t}/out.o', 0),
    ('btf dump {t}/out.o', 0),
    ('explain E0101', 0),
    ('features', 0),
    ('help link', 0),
    # A finding, a usage error, bad input.
    ('link -o {t}/none.o {p}/mapping_dispatcher.o', 1),
    ('link -o {t}/none.o {p}/byname_owner.o x={p}/byname_owner.o', 1),
    ('link', 2),
    ('info {t}/packet', 3),
    ('info {t}/cut.o', 3),
]


def run(bpfweld, words, want):
    """None, or what went wrong."""
    got = subprocess.run([*VALGRIND, bpfweld, *words], capture_output=True, text=True)
    if got.returncode == 4 and 'built without' in got.stderr:
        return None     # a build that lacks a target says so, without a leak
    if got.returncode != want or '== ' in got.stderr:
        return f'status {got.returncode}, want {want}:\n{got.stdout}{got.stderr}'
    return None


def skip(why):
    print('skipped:', why)
    print(f'# passed=0 failed=0 skipped={len(RUNS)}')
    sys.exit(77)


def main():
    bpfweld, progs = sys.argv[1:3]
    if not shutil.which('valgrind') or not os.path.exists(progs + '/mapping_dispatcher.o'):
        skip('needs valgrind and compiled BPF programs')
    # Debian 12's valgrind (3.19) gives up on the DWARF 5 that clang writes.
    if 'debuginfo reader' in (run(bpfweld, ['version'], 0) or ''):
        skip("this valgrind can't read the compiler's debugging information")
    passed = failed = 0
    with tempfile.TemporaryDirectory() as scratch:
        with open(scratch + '/packet', 'wb') as f:
            f.write(bytes(64))
        with open(progs + '/mapping_drop.o', 'rb') as f, open(scratch + '/cut.o', 'wb') as cut:
            cut.write(f.read()[:1000])
        for line, want in RUNS:
            words = line.format(p=progs, t=scratch).split()
            wrong = run(bpfweld, words, want)
            if wrong:
                print(f'FAILED bpfweld {" ".join(words)}: {wrong}')
                failed += 1
            else:
                passed += 1
    print(f'# passed={passed} failed={failed} skipped=0')
    sys.exit(1 if failed else 0)


main()
