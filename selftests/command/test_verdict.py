#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Linking alone changes no verdict (A3.17, A3.5, A3.6): for every object of selftests/progs and of
Debian's packages, link(a) loads or is refused in the kernel as a is, with the same diagnostic, and
link(link(a)) = link(a) byte for byte. link(link(a, b), c) behaves as link(a, b, c)."""
import itertools
import sys

import command
from test_self_link import objects


def each_program(bench, obj, source):
    """What the kernel says of each program of an object, loaded alone: status and codes. It must
    take every BTF that gets that far (A3.5), but for GCC 12's, which has integer encodings and
    nameless functions that no kernel takes."""
    found = {}
    info = bench.run('info', '--json', obj).want(0).json()
    for program in info['programs']:
        done = bench.run('load', '--json', '-p', program['name'], obj)
        codes = [d['code'] for d in done.json()['diagnostics']]
        assert 'E4053' not in codes or '.gcc' in source, f'the kernel refuses the BTF of {obj}'
        errors = [d['code'] for d in done.json()['diagnostics'] if d['severity'] == 'error']
        found[program['name']] = (done.status, errors[:1])
    return found


def links_alone(bench, obj):
    """The object linked alone, or None where it is no input: unresolved, legacy maps."""
    once = bench.path('once.o')
    done = bench.run('link', '--allow-unresolved', '-o', once, obj)
    assert done.status in (0, 1, 3), str(done)
    return once if done.status == 0 else None


def test_link_alone_keeps_the_verdict(bench):
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    accepted = refused = left = 0
    for obj in objects(bench):
        once = links_alone(bench, obj)
        if not once:
            left += 1
            continue
        before, after = each_program(bench, obj, obj), each_program(bench, once, obj)
        assert before == after, f'{obj}: {before} became {after}'
        accepted += sum(status == 0 for status, _ in before.values())
        refused += sum(status != 0 for status, _ in before.values())
    print(f'programs: {accepted} accepted, {refused} refused, both before and after; {left} objects '
          'are no inputs')
    assert accepted > 50, accepted


def test_link_twice_is_link_once(bench):
    compared = 0
    for obj in objects(bench):
        once = links_alone(bench, obj)
        if not once:
            continue
        twice = bench.link('--allow-unresolved', once)
        with open(once, 'rb') as a, open(twice, 'rb') as b:
            assert a.read() == b.read(), f'{obj}: the second link changes bytes'
        compared += 1
    print(f'{compared} objects linked twice')
    assert compared > 50, compared


def test_pairs_first(bench):
    """Three objects by name in all groupings and orders."""
    parts = [bench.prog('byname_owner'), bench.prog('byname_user'), bench.prog('mapping_dummy')]
    packet = bench.ipv4()
    for a, b, c in itertools.permutations(parts):
        whole = bench.link(a, b, c)
        pair = bench.link('--allow-unresolved', a, b)
        stepwise = bench.link(pair, c)
        for engine in bench.engines():
            for program in ('xdp_user', 'xdp_main'):
                want = bench.retval(whole, program, packet, engine)
                assert bench.retval(stepwise, program, packet, engine) == want, (a, b, c, engine)


def test_maps_count_their_own_program(bench):
    """Of two private components with equal maps each map counts its own program only."""
    obj = bench.link(bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy'),
                     'b=' + bench.prog('mapping_drop'), '--private', 'a', '--private', 'b',
                     '--resolve', 'prog1=a:xdp_main', '--resolve', 'prog2=b:xdp_main')
    for engine in bench.engines():
        doc = bench.run('run', '--json', '--maps', '--engine', engine, '--repeat', '5', '--data',
                        bench.ipv4(), obj).want(0).json()
        counts = {m['name']: m['entries'] for m in doc['maps']}
        for name in ('a__counters', 'b__counters'):
            values = [e['value'] for e in counts[name] if int(e['key'], 16) == 0]
            assert values == ['0500000000000000'], (engine, counts)


def test_only_what_runs_is_counted(bench):
    """A first component that drops keeps the second one's map empty."""
    obj = bench.link(bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_drop'),
                     'b=' + bench.prog('mapping_dummy'), '--private', 'a', '--private', 'b',
                     '--resolve', 'prog1=a:xdp_main', '--resolve', 'prog2=b:xdp_main')
    for engine in bench.engines():
        doc = bench.run('run', '--json', '--maps', '--engine', engine, '--data', bench.ipv4(),
                        obj).want(0).json()
        counts = {m['name']: len(m['entries']) for m in doc['maps']}
        assert counts == {'a__counters': 1, 'b__counters': 0}, (engine, counts)


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
