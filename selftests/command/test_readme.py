#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The README's examples do what it says (A3.3, A3.8, A6.2)."""
import os
import re
import shutil
import subprocess
import sys

import command

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def block(language):
    with open(os.path.join(ROOT, 'README.md'), encoding='utf-8') as f:
        return re.search(rf'```{language}\n(.*?)```', f.read(), re.S).group(1)


def extract(out):
    """What the build compiles: the C example as it stands."""
    with open(out, 'w', encoding='utf-8') as f:
        f.write(block('c'))


def folder(bench):
    """A folder with the three objects, under the names that the README gives them."""
    path = bench.path('readme')
    os.mkdir(path)
    for name in ('dispatcher', 'dummy', 'drop'):
        shutil.copy(bench.prog('mapping_' + name), os.path.join(path, name + '.o'))
    return path


def test_c_example(bench):
    if 'checked' not in bench.engines():
        bench.skip('this build has no runtime')
    done = subprocess.run([os.path.abspath(sys.argv[3])], cwd=folder(bench),
                          stdout=subprocess.PIPE, check=True,
                          env=dict(os.environ, ASAN_OPTIONS='detect_leaks=0'))
    assert done.stdout == b'verdict 1\n', done.stdout


def test_shell_example(bench):
    if 'checked' not in bench.engines():
        bench.skip('this build has no runtime')
    path = folder(bench)
    env = dict(os.environ, PATH=os.path.dirname(bench.bpfweld) + ':' + os.environ['PATH'])
    done = subprocess.run(['sh', '-e', '-c', block('sh')], cwd=path, stdout=subprocess.PIPE,
                          check=True, env=env)
    text = done.stdout.decode()
    assert '1 (XDP_DROP)' in text.splitlines(), text
    assert 'call a__xdp_main' in text, text


if __name__ == '__main__':
    if sys.argv[1] == '--extract':
        sys.exit(extract(sys.argv[2]))
    command.main(sys.modules['__main__'])
