#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The manual pages of the C API: every function, struct member and constant of its header, the
words about each function, and nothing that groff warns of.

test_man_api.py HEADERS PAGE...
"""
import os
import re
import shutil
import subprocess
import sys

HEADER_OF = {'libbpfweld.3': 'common.h', 'libbpfweld-linker.3': 'linker.h',
             'libbpfweld-object.3': 'object.h', 'libbpfweld-dispatch.3': 'dispatch.h'}


def rendered(page):
    done = subprocess.run(['groff', '-man', '-Tascii', '-P-c', '-ww', page], capture_output=True,
                          text=True)
    assert done.returncode == 0 and not done.stderr, f'{page}: {done.stderr}'
    return re.sub('.\x08', '', done.stdout)


def squeeze(text):
    """Words apart by one space: hyphenation and justification undone."""
    return re.sub(r'\s+', ' ', re.sub(r'-\n\s+', '', text))


def check(headers, path):
    name = os.path.basename(path)
    with open(os.path.join(headers, HEADER_OF[name]), encoding='utf-8') as f:
        header = f.read()
    text = rendered(path)
    flat = squeeze(text)
    prototypes = [re.sub(r'\s+', ' ', p) for p in re.findall(r'^WELD_API (.*?;)', header, re.S | re.M)]
    assert prototypes
    for proto in prototypes:
        # In the synopsis and where it is explained.
        assert flat.count(proto) == 2, f'{name}: {proto} is there {flat.count(proto)} times'
    for block in re.findall(r'^(?:struct|enum) \w+ \{\n.*?^\};', header, re.M | re.S):
        assert squeeze(block) in flat, f'{name}: {block}'
    for comment in re.findall(r'/\*(?! ---)(.*?)\*/', header, re.S)[1:]:
        for word in re.findall(r'-E[A-Z0-9]+|weld_\w+__\w+', comment):
            assert word in flat, f'{name}: {word}'
    for line in re.findall(r'^/\* --- (.*?) -+ \*/', header, re.M):
        assert line[1:] in text, f'{name}: heading {line}'
    return len(prototypes)


def main():
    if not shutil.which('groff'):
        print('skipped: groff is missing\n# passed=0 failed=0 skipped=1')
        return 77
    pages = {os.path.basename(p): p for p in sys.argv[2:]}
    try:
        assert sorted(pages) == sorted(HEADER_OF), pages
        counts = [check(sys.argv[1], p) for p in pages.values()]
    except AssertionError as e:
        print(f'FAILED: {e}\n# passed=0 failed=1 skipped=0')
        return 1
    print(f'{sum(counts)} functions\n# passed={len(counts)} failed=0 skipped=0')
    return 0


sys.exit(main())
