#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""bpfweld link and run, end to end: the mapping example (A3.3, A3.14), linking by name (A3.2,
A3.10, A3.11), stable output (A3.6), and outputs that bpftool takes (A3.16)."""
import glob
import itertools
import os
import shutil
import subprocess
import sys

import command

DROP, PASS = 1, 2


def mapping(bench, first, second, order=(0, 1, 2), swapped=False):
    """The dispatcher with two private components; prog1 is a unless swapped."""
    one, two = ('b', 'a') if swapped else ('a', 'b')
    inputs = [bench.prog('mapping_dispatcher'), 'a=' + bench.prog(first),
              'b=' + bench.prog(second)]
    return bench.link(*[inputs[i] for i in order], '--resolve', f'prog1={one}:xdp_main',
                      '--resolve', f'prog2={two}:xdp_main', '--private', 'a', '--private', 'b')


def test_mapping_in_any_order(bench):
    packet = bench.ipv4()
    for engine in bench.engines():
        for order in itertools.permutations(range(3)):
            for swapped in (False, True):
                obj = mapping(bench, 'mapping_dummy', 'mapping_drop', order, swapped)
                assert bench.retval(obj, 'xdp_dispatcher', packet, engine) == DROP, (engine, order)


def test_mapping_one_file_twice(bench):
    packet = bench.ipv4()
    for engine in bench.engines():
        obj = mapping(bench, 'mapping_pass', 'mapping_pass')
        assert bench.retval(obj, 'xdp_dispatcher', packet, engine) == PASS
        other = mapping(bench, 'mapping_pass', 'mapping_dummy')
        # Not IPv4: pass drops it.
        assert bench.retval(other, 'xdp_dispatcher', bench.file(bytes(64)), engine) == DROP


def test_mapping_one_function_for_both(bench):
    obj = bench.link(bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy'),
                     '--resolve', 'prog1=a:xdp_main', '--resolve', 'prog2=a:xdp_main',
                     '--private', 'a')
    assert bench.retval(obj, 'xdp_dispatcher') == PASS


def test_mapping_keeps_maps_apart(bench):
    obj = mapping(bench, 'mapping_dummy', 'mapping_drop')
    names = [m['name'] for m in bench.run('info', '--json', obj).want(0).json()['maps']]
    assert sorted(names) == ['a__counters', 'b__counters'], names


def test_private_components_are_no_entries(bench):
    obj = mapping(bench, 'mapping_dummy', 'mapping_drop')
    programs = bench.run('info', '--json', obj).want(0).json()['programs']
    assert [p['name'] for p in programs] == ['xdp_dispatcher'], programs


def test_mapping_from_a_file(bench):
    rules = bench.file(b'# which is which\n prog1 = a:xdp_main\nprog2=b:xdp_main # last\n\n')
    with open(rules, encoding='utf-8') as f:
        rules = bench.file(f.read().replace(' = ', '=').encode())
    obj = bench.link(bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy'),
                     'b=' + bench.prog('mapping_drop'), '--resolve-file', rules,
                     '--private', 'a', '--private', 'b')
    assert bench.retval(obj, 'xdp_dispatcher', bench.ipv4()) == DROP


def test_by_name(bench):
    objs = [bench.prog('byname_user'), bench.prog('byname_owner')]
    for engine in bench.engines():
        for inputs in (objs, objs[::-1]):
            assert bench.retval(bench.link(*inputs), 'xdp_user', engine=engine) == 222, engine


def test_by_name_from_other_compilers(bench):
    """Objects of different compilers and instruction sets, linked with each other."""
    for user, owner in (('clang14', 'v4'), ('v1', 'stripped'), ('gcc', ''), ('', 'gcc')):
        names = [f'byname_{who}.{variant}'.rstrip('.')
                 for who, variant in (('user', user), ('owner', owner))]
        obj = bench.link(*map(bench.prog, names))
        got = bench.retval(obj, 'xdp_user')
        assert got == 222, (names, got)


def test_partial_link(bench):
    """link(link(a, b), c) behaves as link(a, b, c)."""
    user, owner = bench.prog('byname_user'), bench.prog('byname_owner')
    part = bench.link('--allow-unresolved', user, bench.prog('kinds_mapsonly'))
    assert bench.retval(bench.link(part, owner), 'xdp_user') == 222
    assert bench.retval(bench.link(user, bench.prog('kinds_mapsonly'), owner), 'xdp_user') == 222


def test_gc(bench):
    """--gc: smaller, the same values, and the link map says what went."""
    objs = [bench.prog('link_gc.1'), bench.prog('link_gc.2')]
    out = bench.path()
    done = bench.run('link', '--gc', '--json', '-o', out, *objs).want(0)
    gone = {s['name']: s['why'] for s in done.json()['symbols'] if s['fate'] == 'dropped'}
    assert gone['dead_map'] == gone['dead_func'] == 'nothing reaches it', gone
    assert 'used_map' not in gone and 'spare' not in gone, gone
    assert os.path.getsize(out) < os.path.getsize(bench.link(*objs))
    for engine in bench.engines():
        assert bench.retval(out, 'gc_main', engine=engine) == 15045, engine


def content(path):
    with open(path, 'rb') as f:
        return f.read()


def test_relinking_changes_nothing(bench):
    """link(link(a)) = link(a), byte for byte, for every object that links alone."""
    objs = sorted(glob.glob(bench.progs + '/*.o') + glob.glob(bench.progs + '/carved/*.o'))
    assert objs
    bad = []
    for obj in objs:
        once, twice = bench.path(), bench.path()
        if bench.run('link', '--allow-unresolved', '-o', once, obj).status:
            # Legacy maps and the like: a finding or bad input, said elsewhere.
            assert not os.path.exists(once), obj
            continue
        bench.run('link', '--allow-unresolved', '-o', twice, once).want(0)
        if content(once) != content(twice):
            bad.append(os.path.basename(obj))
        os.unlink(once)
        os.unlink(twice)
    assert not bad, f'{len(bad)} of {len(objs)} differ: {bad[:10]}'


def test_same_bytes_from_any_folder(bench):
    outs = []
    for folder in ('here', 'in/another/folder'):
        folder = os.path.join(bench.scratch, folder)
        os.makedirs(folder)
        for name in ('user', 'owner'):
            shutil.copy(bench.prog('byname_' + name), f'{folder}/{name}.o')
        bench.run('link', '-o', 'out.o', 'user.o', 'owner.o', cwd=folder).want(0)
        outs.append(content(folder + '/out.o'))
        # By absolute path as well.
        outs.append(content(bench.link(folder + '/user.o', folder + '/owner.o')))
    assert all(o == outs[0] for o in outs)


def test_standard_input_and_output(bench):
    user, owner = bench.prog('byname_user'), bench.prog('byname_owner')
    with open(owner, 'rb') as f:
        done = bench.run('link', '-o', '-', user, '-', stdin=f).want(0)
    assert bench.retval(bench.file(done.out, 'piped.o'), 'xdp_user') == 222
    bench.run('link', '-o', '-', '--json', user, owner).want(2)


def in_bpffs(bench, script, *args):
    """Run a script in a mount namespace with a bpffs at $1."""
    folder = os.path.join(bench.scratch, 'bpffs')
    os.makedirs(folder, exist_ok=True)
    done = subprocess.run(['unshare', '--mount', 'sh', '-c',
                           'mount -t bpf bpf "$1" && mount --bind "$1" /sys/fs/bpf || exit 99\n'
                           + script, 'sh', folder, *args],
                          capture_output=True, text=True)
    if done.stderr.startswith('unshare:'):
        bench.skip('no mount namespace can be made here: ' + done.stderr.strip())
    return done


def test_bpftool_takes_the_output(bench):
    """Peer: bpftool loads the written file; its dump shows the lines of all three sources."""
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    if not shutil.which('bpftool', path=os.environ['PATH'] + ':/usr/sbin'):
        bench.skip('bpftool is missing')
    obj = mapping(bench, 'mapping_dummy', 'mapping_drop')
    done = in_bpffs(bench, 'PATH=$PATH:/usr/sbin\nbpftool prog load "$2" "$1/p" type xdp &&\n'
                    'bpftool prog dump xlated pinned "$1/p" linum', obj)
    if done.returncode == 99:
        bench.skip('bpffs cannot be mounted here')
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ('dispatcher.c', 'dummy.c', 'drop.c'):
        assert name in done.stdout, f'no line of {name}:\n{done.stdout}'


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
