#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Chains of programs: what a component costs, inlined, called, merged by hand, tail-called."""
import glob
import json
import os
import statistics
import subprocess

import measure
import objects

COUNTS = (1, 2, 4, 8, 16, 32)
ROUNDS = 9
REPEAT = 2000000


def _compile(bench, name, *defines):
    path = f'{bench.scratch}/{name}.o'
    subprocess.run([objects.CLANG, *objects.flags(), *defines, '-c',
                    f'{objects.HERE}/progs/component.bpf.c', '-o', path], check=True)
    return path


def _run_json(args):
    done = subprocess.run(args, capture_output=True, text=True)
    if done.returncode:
        raise measure.CommandFailed((done.stdout + done.stderr).strip()[:300])
    return json.loads(done.stdout)


def _build(bench, n, mode, components):
    out = f'{bench.scratch}/{mode}{n}.o'
    subprocess.run([bench.bpfweld, 'dispatch', '-q', '-o', out, '--mode', mode,
                    *(f'c{i}={c},prio={i}' for i, c in enumerate(components[:n]))], check=True)
    return out, 'xdp_dispatcher'


def _ns(bench, obj, program, packet):
    doc = _run_json([bench.bpfweld, 'run', '--json', '--engine', 'kernel', '--repeat', str(REPEAT),
                     '--data', packet, '-p', program, obj])
    run = doc['runs'][0]
    assert run['retval'] == 2, run
    return run['duration_ns']


def slope(points):
    """Least squares: ns a component more."""
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in points) / sum((x - mx) ** 2 for x in xs)


def chains(bench):
    """One packet through N components in the kernel (BPF_PROG_TEST_RUN), each of which looks at two
    bytes: nanoseconds a run, medians of rounds in turn, and by least squares what a component more
    costs."""
    components = [_compile(bench, f'c{i}', f'-DI={i}') for i in range(max(COUNTS))]
    packet = f'{bench.scratch}/packet'
    with open(packet, 'wb') as f:
        f.write(bytes(128))
    ways = {
        'inline': lambda n: _build(bench, n, 'inline', components),
        'call': lambda n: _build(bench, n, 'call', components),
        'merged by hand in C': lambda n: (_compile(bench, f'm{n}', '-DMERGED', f'-DCOUNT={n}'),
                                          'merged'),
        'tail calls': lambda n: (_compile(bench, f't{n}', '-DTAIL', f'-DCOUNT={n}'), 'tail_0'),
    }
    programs = {(way, n): make(n) for way, make in ways.items() for n in COUNTS}
    took = {key: [] for key in programs}
    for _ in range(bench.rounds or ROUNDS):
        for key, (obj, program) in programs.items():
            took[key].append(_ns(bench, obj, program, packet))
    rows = []
    slopes = {}
    for way in ways:
        medians = [(n, statistics.median(took[way, n])) for n in COUNTS]
        slopes[way] = slope(medians)
        rows.append([way, *(f'{ns:.0f}' for _, ns in medians), f'{slopes[way]:.2f}'])
    print(measure.markdown(['chain', *(f'{n}' for n in COUNTS), 'ns a component'], rows))
    by_hand, inline, tail = (slopes[w] for w in ('merged by hand in C', 'inline', 'tail calls'))
    at = {(w, n): statistics.median(took[w, n]) for w, n in took}
    print(f'\nInline against merged by hand: {inline:.2f} ns, {by_hand:.2f} ns (1.5 times that plus '
          f'0.3 is {1.5 * by_hand + 0.3:.2f}). Tail calls cost {tail / inline:.1f} times an inlined '
          f'component; whole chains at 16: {at["tail calls", 16] / at["inline", 16]:.1f} times, at '
          f'32: {at["tail calls", 32] / at["inline", 32]:.1f} times.')


def building(bench):
    """Building a chain of 32 components, Debian's xdpfilt_* in turn under 32 names: the whole
    command."""
    files = sorted({os.path.realpath(f)
                    for pattern in ('/usr/lib/*/bpf/xdpfilt_*.o', '/usr/lib/bpf/xdpfilt_*.o')
                    for f in glob.glob(pattern)})
    if not files:
        print('Not measured: needs the package xdp-tools.')
        return
    words = [f'c{i}={files[i % len(files)]},prio={i}' for i in range(32)]
    got, = measure.alternate(bench.timer, bench.rounds or 51,
                             [[bench.bpfweld, 'dispatch', '-q', '-o', bench.scratch + '/real.o',
                               *words]])
    print(measure.markdown(['components', 'user ms', 'wall ms', 'peak KiB'],
                           [[32, f'{got.user_ms:.2f}', f'{got.wall_ms:.2f}',
                             f'{got.peak_kib:.0f}']]))
