#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""bpfweld link --inline (A3.14): bodies in place of calls, the same values, and what the link map
says of it."""
import sys

import command

NAMES = ('depth_8', 'mixed', 'saves_6_8', 'depth_64')


def inlined(bench, *more):
    return bench.link('a=' + bench.prog('inline_frames'),
                      *(word for name in NAMES for word in ('--inline', name)), *more)


def test_same_values(bench):
    plain = bench.link('a=' + bench.prog('inline_frames'))
    for engine in bench.engines():
        packet = bench.file(bytes(100))
        assert (bench.retval(inlined(bench), 'inline_around', packet, engine) ==
                bench.retval(plain, 'inline_around', packet, engine))


def test_relinks_to_the_same_bytes(bench):
    obj = inlined(bench)
    with open(obj, 'rb') as a, open(bench.link('a=' + obj), 'rb') as b:
        assert a.read() == b.read()


def test_functions_that_are_gone(bench):
    out = bench.path()
    doc = bench.run('link', '--json', '-o', out, bench.prog('inline_frames'), '--inline', 'mixed',
                    '-M', bench.path('map.txt')).want(0).json()
    rows = {s['name']: s for s in doc['symbols']}
    assert rows['mixed']['fate'] == 'dropped' and 'inlined' in rows['mixed']['why'], rows['mixed']
    syms = bench.run('syms', '--json', out).want(0).json()
    names = {s['name']: s for s in syms['symbols']}
    assert 'mixed' not in names
    # What stays is where the link map has it.
    for name in ('depth_8', 'inline_around', 'cells'):
        assert rows[name]['fate'] == 'kept', rows[name]
        assert rows[name]['offset'] == names[name]['value'], (rows[name], names[name])


def test_calls_that_stay(bench):
    got = bench.run('link', '-o', bench.path(), bench.prog('inline_frames'), '--inline', 'jump_on')
    got.want(0)
    assert b'E2270' in got.err and b'tail call' in got.err, got
    bench.run('link', '-Werror', '-o', bench.path(), bench.prog('inline_frames'), '--inline',
              'jump_on').want(1)


def test_no_such_function(bench):
    out = bench.path()
    got = bench.run('link', '-o', out, bench.prog('inline_frames'), '--inline', 'dept_8').want(1)
    assert b'E2273' in got.err and b'depth_8' in got.err, got


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
