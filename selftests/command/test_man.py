#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The manual pages: one for each verb, with each of its options, and nothing that groff warns of.

test_man.py BPFWELD PAGE...
"""
import os
import re
import shutil
import subprocess
import sys


def rendered(page):
    done = subprocess.run(['groff', '-man', '-Tascii', '-P-c', '-ww', page], capture_output=True,
                          text=True)
    assert done.returncode == 0 and not done.stderr, f'{page}: {done.stderr}'
    return re.sub('.\x08', '', done.stdout)


def check(bpfweld, pages):
    listing = subprocess.run([bpfweld, 'help'], capture_output=True, text=True, check=True).stdout
    verbs = re.findall(r'^  (\w+) ', listing, re.M)
    assert sorted(pages) == sorted(['bpfweld.1'] + [f'bpfweld-{v}.1' for v in verbs]), verbs
    main = rendered(pages['bpfweld.1'])
    for verb in verbs:
        text = rendered(pages[f'bpfweld-{verb}.1'])
        helped = subprocess.run([bpfweld, 'help', verb], capture_output=True, text=True,
                                check=True).stdout
        for option in re.findall(r'^ +(?:-., )?(--[\w-]+)', helped, re.M):
            assert option in text, (verb, option)
        assert f'bpfweld-{verb}(1)' in main, verb


def main():
    if not shutil.which('groff'):
        print('skipped: groff is missing\n# passed=0 failed=0 skipped=1')
        return 77
    try:
        check(sys.argv[1], {os.path.basename(p): p for p in sys.argv[2:]})
    except AssertionError as e:
        print(f'FAILED: {e}\n# passed=0 failed=1 skipped=0')
        return 1
    print('# passed=1 failed=0 skipped=0')
    return 0


sys.exit(main())
