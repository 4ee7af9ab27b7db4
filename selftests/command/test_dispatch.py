#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""bpfweld dispatch, end to end (A3.14, A3.15): what a component's word may say, the document, exit
statuses, and chains of other people's filters."""
import glob
import os
import shutil
import struct
import subprocess
import sys

import command

ABORTED, DROP, PASS, TX = range(4)
FILTERS = '/usr/lib/x86_64-linux-gnu/bpf/xdpfilt_*.o'


def words(bench, *codes):
    """A packet that tells each component of dispatch/code.c what to return."""
    return bench.file(struct.pack('<16i', *codes, *[0] * (16 - len(codes))))


def build(bench, *args):
    out = bench.path()
    return out, bench.run('dispatch', '-o', out, '--json', *args).want(0).json()


def test_words(bench):
    one, two = bench.prog('dispatch_code.1'), bench.prog('dispatch_code.2')
    out, doc = build(bench, f'b={one}:xdp_main,prio=20,chain=PASS+TX', f'a={two},chain=,prio=7')
    assert [(c['name'], c['priority'], c['chain']) for c in doc['components']] == [
        ('a', 7, []), ('b', 20, ['PASS', 'TX'])], doc
    assert doc['entry'] == 'xdp_dispatcher' and doc['counters'] is None, doc
    # a, which runs first, never goes on.
    assert bench.retval(out, 'xdp_dispatcher', words(bench, DROP, PASS)) == PASS
    odd = bench.path('x,y:z.o')
    shutil.copy(one, odd)
    _, doc = build(bench, f'{odd},prio=9')
    assert doc['components'][0]['priority'] == 9, doc
    _, doc = build(bench, f'odd={odd}:xdp_main')
    assert doc['components'][0]['priority'] == 50, doc


def test_modes_agree(bench):
    parts = [f'a={bench.prog("dispatch_code.1")}:xdp_main,chain=PASS+DROP',
             f'b={bench.prog("dispatch_code.2")}:xdp_main,chain=TX', bench.prog('dispatch_code.3')]
    for engine in bench.engines():
        for mode in ('inline', 'call'):
            out, doc = build(bench, '--mode', mode, '--counters', '--name', 'chain', *parts)
            assert all(c['inlined'] == (mode == 'inline') for c in doc['components']), doc
            for codes, want in (((PASS, TX, DROP), DROP), ((DROP, PASS, TX), PASS),
                                ((TX, TX, TX), TX), ((PASS, TX, 99), 99)):
                got = bench.retval(out, 'chain', words(bench, *codes), engine)
                assert got == want, (engine, mode, codes, got)


def test_tc(bench):
    one, two = bench.prog('dispatch_code.1'), bench.prog('dispatch_code.2')
    out, doc = build(bench, '--type', 'tc', one, two)
    assert doc['entry'] == 'tc_dispatcher', doc
    assert doc['components'][0]['chain'] == ['UNSPEC', 'OK', 'PIPE'], doc
    for codes, want in (((-1, 2), 2), ((0, 7), 7), ((3, -1), 0xffffffff), ((2, 0), 2), ((7, 0), 7)):
        assert bench.retval(out, 'tc_dispatcher', words(bench, *codes)) == want, codes


def test_a_note_says_who_is_called(bench):
    done = bench.run('dispatch', '-o', bench.path(), bench.prog('dispatch_kinds.2') + ':xdp_main')
    done.want(0)
    assert b'note[E2332]' in done.err and b'tail call' in done.err, str(done)


def test_statuses(bench):
    two, out = bench.prog('dispatch_choice.1'), bench.path()
    fine = bench.prog('dispatch_choice.5')
    done = bench.run('dispatch', '-o', out, two).want(2)
    assert b'xdp_one' in done.err and b'xdp_two' in done.err, str(done)
    for args in (('-o', out), (fine,), ('-o', out, fine + ',prio=x'), ('-o', out, fine + ',chain=OK'),
                 ('-o', out, fine + ',prio=-1'), ('-o', out, fine + ',prio=4294967296'),
                 ('-o', out, 'a=' + fine, 'a=' + fine), ('-o', out, '--mode', 'fast', fine),
                 ('-o', out, '--type', 'kprobe', fine), ('-o', out, '--cpu', 'v9', fine),
                 ('-o', out, '--name', 'my-chain', fine), ('-o', '-', '--json', fine),
                 ('-o', out, fine + ':nothing'), ('-o', out, 'a=')):
        bench.run('dispatch', *args).want(2)
    bench.run('dispatch', '-o', out, '/no/such/file.o').want(3)
    bench.run('dispatch', '-o', out, '--type', 'tc', '--mode', 'freplace',
              bench.prog('dispatch_code.1')).want(1)
    assert not os.path.exists(out)
    bench.run('dispatch', '-o', fine, fine).want(2)
    assert os.path.getsize(fine) > 0
    if os.path.exists(os.path.join(bench.progs, 'dispatch_order.6.o')):
        bench.run('dispatch', '-o', out, bench.prog('dispatch_order.6')).want(3)


def test_to_standard_output(bench):
    done = bench.run('dispatch', '-o', '-', bench.prog('dispatch_choice.5')).want(0)
    assert bench.retval(bench.file(done.out), 'xdp_dispatcher') == PASS


def test_real_filters(bench):
    """32 of xdp-tools' filters: their maps are shared by name, all are inlined."""
    filters = sorted(glob.glob(FILTERS))
    if not filters:
        bench.skip('xdp-tools is not installed')
    parts = [f'f{i}={filters[i % len(filters)]}' for i in range(32)]
    out, doc = build(bench, *parts)
    assert len(doc['components']) == 32 and all(c['inlined'] for c in doc['components']), doc
    maps = [m['name'] for m in bench.run('info', '--json', out).want(0).json()['maps']]
    assert len(maps) == len(set(maps)) < 10, maps
    for engine in bench.engines():
        assert bench.retval(out, 'xdp_dispatcher', bench.ipv4(), engine) in (DROP, PASS), engine


def test_bpftool_takes_it(bench):
    """The output is an object like any other; its dump names components and shows their lines."""
    path = os.environ['PATH'] + ':/usr/sbin'
    if not shutil.which('bpftool', path=path) or 'kernel' not in bench.engines():
        bench.skip('needs bpftool and bpf(2)')
    if os.geteuid():
        bench.skip('needs root')
    out, _ = build(bench, bench.prog('dispatch_pins.1'), bench.prog('dispatch_choice.5'))
    script = ('mount --make-rprivate / && mount -t bpf bpf /sys/fs/bpf || exit 99\n'
              'bpftool prog load "$1" /sys/fs/bpf/p type xdp &&\n'
              'bpftool prog dump xlated pinned /sys/fs/bpf/p linum')
    done = subprocess.run(['unshare', '-m', 'sh', '-c', script, 'sh', out], capture_output=True,
                          text=True, check=False, env={**os.environ, 'PATH': path})
    if done.returncode == 99:
        bench.skip('bpffs cannot be mounted here')
    assert done.returncode == 0, done.stdout + done.stderr
    for text in ('int xdp_dispatcher(struct xdp_md *', 'run dispatch_choice_5: xdp_main, priority 50',
                 'return its verdict', 'pins.c', 'choice.c'):
        assert text in done.stdout, f'no {text}:\n{done.stdout}'


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
