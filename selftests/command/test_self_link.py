#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""An object linked alone is the object (A3.17, L44, L72): libbpf, which knows CO-RE, .kconfig and
.ksyms, opens it with the same maps, and the kernel says the same of each of its programs, down to
the hash of the instructions that it accepted. Two private copies of an object load where one does
(L62).

test_self_link.py BPFWELD PROGS [LIBBPF_VERDICT]

libbpf_verdict.c is the peer. Debian's libbpf 1.1 opens neither objects of the other byte order nor
ones without BTF that have variables, extern functions, extern maps or sections of unknown names;
those are counted, and have to be refused with the same errno before and after.
"""
import collections
import concurrent.futures
import fnmatch
import glob
import hashlib
import os
import re
import shutil
import subprocess
import sys

import bpf
import command
from test_rows import sections

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, '../../bench'))
import objects as bench_objects  # noqa: E402: what bench/ measures with

EPERM, ESRCH = '1', '3'
Map = collections.namedtuple('Map', 'name type key value entries flags extra numa pin')
Prog = collections.namedtuple(
    'Prog', 'name section type attach errno stage btf tag bytes insns reason')

# What a link alone changes, and may: (objects, what of them, words of the refusal, why). Rows of named
# objects have to occur.
MENDED = [
    ('*.gcc*.o', 'verdict', '', 'GCC keeps addends where libbpf does not look'),
    ('*.gcc.o', 'opened', 'extern', 'refused for an extern of GCC before, for what it is after'),
    ('*', 'opened', 'unsupported map linkage static', 'static maps get public names (L15)'),
    ('*', 'opened', "in section '.text.", 'functions of .text.* get into .text (L31)'),
    ('link_common.2.o', 'maps', '', 'common symbols become .bss (L41)'),
    ('kinds_calls.*', 'program', '', 'a function of .text.apart is no program in .text (L31)'),
    ('kinds_core.*', 'tag', '', 'the ids of local types are those of the output (L07)'),
    ('link_types.*', 'tag', '', 'the same'),
    ('*', 'types', '', 'types that no kernel takes are mended (L72)'),
    ('*', 'verdict', 'without BTF', 'the same, so that what wants types has them'),
    ('*', 'verdict', 'missing btf func_info', 'the same, for callbacks'),
]


def objects(bench):
    """All of them, each content once: Debian ships some of its objects twice."""
    found, seen = [], set()
    for path in sorted(glob.glob(os.path.join(bench.progs, '*.o')) +
                       glob.glob(os.path.join(bench.progs, 'carved', '*.o'))):
        with open(path, 'rb') as f:
            digest = hashlib.sha256(f.read()).digest()
        if digest not in seen:
            found.append(path)
        seen.add(digest)
    return found


class Opened:
    """What libbpf and the kernel say of an object."""

    def __init__(self, peer, obj):
        done = subprocess.run([peer, obj], capture_output=True, timeout=300)
        assert done.returncode == 0, f'{obj}: {done.stderr.decode()}'
        rows = [line.split('\t') for line in done.stdout.decode().splitlines()]
        self.errno, self.why = rows[0][1:]
        self.maps = sorted(Map(*r[1:]) for r in rows if r[0] == 'map')
        # Type ids may change.
        self.progs = {r[1]: Prog(*r[1:-1], re.sub(r'\[\d+\]', '[ID]', r[-1]))
                      for r in rows if r[0] == 'prog'}
        assert len(self.progs) == sum(r[0] == 'prog' for r in rows), f'{obj}: names repeat'


def need_peer(bench):
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    if len(sys.argv) < 4:
        bench.skip('libbpf-dev is missing')
    return sys.argv[3]


def link_alone(bench, obj):
    """The object linked alone, None where it is no input (legacy maps)."""
    once = bench.path('once.o')
    done = bench.run('link', '--allow-unresolved', '-o', once, obj)
    if done.status == 0:
        return once
    assert done.status == 3 and b'E1104' in done.err, str(done)
    return None


class Comparison:
    """Two looks at one object, counted; what changed without a row of MENDED is a fault."""

    def __init__(self):
        self.counts, self.faults, self.used = collections.Counter(), [], set()

    def mended(self, name, what, text, words=''):
        for row in MENDED:
            if row[1] == what and row[2] in words and fnmatch.fnmatch(name, row[0]):
                self.used.add(row)
                self.counts['mended'] += 1
                return
        self.faults.append(f'{name}: {what}: {text}')

    def objects(self, name, before, after):
        if before.errno != after.errno:
            self.mended(name, 'opened' if before.errno != '0' else 'worse',
                        f'{before.errno} {before.why} became {after.errno} {after.why}',
                        before.why)
        if before.errno != '0' or after.errno != '0':
            self.counts['objects not opened by libbpf'] += 1
            return
        self.counts['objects'] += 1
        self.counts['maps'] += len(before.maps)
        if before.maps != after.maps:
            self.mended(name, 'maps', set(before.maps) ^ set(after.maps))
        for prog in sorted(before.progs.keys() | after.progs.keys()):
            self.programs(name, before.progs.get(prog), after.progs.get(prog))

    def programs(self, name, a, b):
        if not a or not b:
            self.mended(name, 'program', a or b)
            return
        if a.btf != b.btf:
            self.mended(name, 'types' if b.btf == 'ok' else 'types refused', b)
        if a[:4] != b[:4] or (a.errno, a.stage, a.reason) != (b.errno, b.stage, b.reason):
            accepted_now = a[:4] == b[:4] and a.errno != '0' and b.errno == '0'
            self.mended(name, 'verdict' if accepted_now else 'worse', f'{a} became {b}', a.reason)
        elif a.errno == EPERM:
            self.counts['listed: EPERM'] += 1
        elif a.errno == ESRCH and a.stage == 'libbpf':
            self.counts['listed: no attach point'] += 1
        elif a.errno != '0':
            self.counts[f'refused by {a.stage}, both'] += 1
        elif (a.tag, a.bytes, a.insns) == (b.tag, b.bytes, b.insns):
            self.counts['accepted, both, same hash'] += 1
        else:
            self.mended(name, 'tag', f'{a} became {b}')


def test_link_alone_is_the_object_to_libbpf(bench):
    peer = need_peer(bench)
    compared, no_inputs = Comparison(), 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for obj in objects(bench):
            once = link_alone(bench, obj)
            if not once:
                no_inputs += 1
                continue
            both = pool.map(lambda path: Opened(peer, path), (obj, once))
            compared.objects(os.path.basename(obj), *both)
            os.unlink(once)
    print(*(f'{n:5} {what}' for what, n in sorted(compared.counts.items())), sep='\n')
    print(f'{no_inputs:5} objects are no inputs (legacy maps)')
    assert not compared.faults, '\n'.join(compared.faults)
    unused = [row for row in MENDED if row[0] != '*' and row not in compared.used]
    assert not unused, unused
    assert compared.counts['accepted, both, same hash'] > 100, compared.counts


def types_of(path):
    """The bytes of .BTF, None without."""
    with open(path, 'rb') as f:
        data = f.read()
    _, off, size = sections(data).get('.BTF', (0, 0, 0))
    return data[off:off + size] if size else None


def test_the_kernel_takes_the_types(bench):
    """Of every link that leaves no extern, as they stand in the output (A3.5)."""
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    taken = left = 0
    for obj in objects(bench):
        once = link_alone(bench, obj)
        info = once and bench.run('info', '--json', once).want(0).json()
        if not once or info['externs'] or info['big_endian'] or not info['btf']:
            left += 1
            continue
        try:
            os.close(bpf.load_btf(types_of(once)))
        except bpf.Refused as e:
            raise AssertionError(f'the types of {obj} are refused: {e}') from e
        taken += 1
        os.unlink(once)
    print(f'{taken:5} outputs have types that the kernel takes as they are\n'
          f'{left:5} have externs, the other byte order or no types')
    assert taken > 200, taken


def test_bench_objects(bench):
    """Those that bench/ measures with: one alone has externs that only its fellows define, so that
    libbpf refuses it before and after; four of them together are what they are when linked again."""
    peer, compared = need_peer(bench), Comparison()
    if not shutil.which(bench_objects.CLANG):
        bench.skip(bench_objects.CLANG + ' is missing')
    for made in (bench_objects.units(bench.scratch), bench_objects.core_units(bench.scratch)):
        inputs = made.first(4) if made else []
        for obj in inputs + [bench.link(*inputs)] * bool(inputs):
            compared.objects(os.path.basename(obj), Opened(peer, obj),
                             Opened(peer, link_alone(bench, obj)))
    print(*(f'{n:5} {what}' for what, n in sorted(compared.counts.items())), sep='\n')
    assert not compared.faults, '\n'.join(compared.faults)
    assert compared.counts['accepted, both, same hash'] >= 4, compared.counts


def link_pair(bench, obj):
    """The object with itself, each copy private."""
    return bench.link('--allow-unresolved', 'a=' + obj, 'b=' + obj, '--private', 'a',
                      '--private', 'b')


def shape(bench, obj):
    """Programs and the maps that are defined, by name and what they are; data maps by name."""
    info = bench.run('info', '--json', obj).want(0).json()
    maps = [m for m in info['maps'] if not m['data'] and not m['extern']]
    sizes = ('type', 'key_size', 'value_size', 'max_entries', 'flags')
    return (sorted((p['name'], p['type']) for p in info['programs']),
            sorted((m['name'], *(m[s] for s in sizes)) for m in maps),
            {m['name'] for m in info['maps'] if m['data']})


def doubled(rows):
    return sorted(row for row in rows for copy in 'ab')


def unprefixed(rows):
    """Without what a link adds: the input's name, or a number for a static map's (L14)."""
    return sorted((re.sub(r'^[ab]__|__\d+$', '', row[0]), *row[1:]) for row in rows)


def test_two_private_copies_load(bench):
    """Of every object that bpfweld loads: programs and maps are there twice."""
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    loaded = refused = 0
    for obj in objects(bench):
        if bench.run('load', '--json', obj).status:
            refused += 1
            continue
        pair = link_pair(bench, obj)
        once = link_alone(bench, obj)
        progs, maps, data = shape(bench, once)
        both = shape(bench, pair)
        assert len({m[0] for m in both[1]}) == len(both[1]), both
        assert unprefixed(both[0]) == doubled(progs), (obj, both)
        assert unprefixed(both[1]) == doubled(unprefixed(maps)), (obj, both)
        assert both[2] == data, (obj, both)
        bench.run('load', pair).want(0)
        loaded += 1
        os.unlink(pair)
        os.unlink(once)
    print(f'{loaded:5} objects load alone and twice\n{refused:5} do not load alone')
    assert loaded > 100, loaded


def test_two_private_copies_are_the_object_to_libbpf(bench):
    """Of objects that bpfweld doesn't load: what libbpf and the kernel say of either copy."""
    peer, same = need_peer(bench), 0
    names = ['kinds_core', 'kinds_externs', 'kinds_structops']
    carved = glob.glob(os.path.join(bench.progs, 'carved', 'libbpf-tools*.o'))
    for obj in [bench.prog(n) for n in names] + sorted(carved)[::4]:
        alone, pair = Opened(peer, obj), Opened(peer, link_pair(bench, obj))
        assert alone.errno == pair.errno == '0', (obj, alone.why, pair.why)
        for name, want in alone.progs.items():
            for copy in ('a__', 'b__'):
                got = pair.progs[copy + name]
                assert got[1:5] + got[8:10] == want[1:5] + want[8:10], (obj, got, want)
                same += 1
    print(f'{same:5} programs of private copies are what they are alone')
    assert same > 2 * len(names), same


def test_struct_ops_callback_in_another_object(bench):
    """(L33) The table in one object, the functions in another, in both orders."""
    peer = need_peer(bench)
    ops = bench.compile(
        'struct sock; struct tcp_congestion_ops { __u32 (*ssthresh)(struct sock *sk); '
        'void (*cong_avoid)(struct sock *sk, __u32 ack, __u32 acked); '
        '__u32 (*undo_cwnd)(struct sock *sk); char name[16]; } '
        '__attribute__((preserve_access_index));\n'
        'extern __u32 keep(__u64 *ctx); extern __u32 undo(__u64 *ctx);\n'
        'extern void avoid(__u64 *ctx);\n'
        'SEC(".struct_ops") struct tcp_congestion_ops calm = { .ssthresh = (void *)keep, '
        '.cong_avoid = (void *)avoid, .undo_cwnd = (void *)undo, .name = "weld_apart" };\n'
        'char LICENSE[] SEC("license") = "GPL";\n')
    functions = bench.compile(
        'SEC("struct_ops") __u32 keep(__u64 *ctx) { return 10; }\n'
        'SEC("struct_ops") __u32 undo(__u64 *ctx) { return 20; }\n'
        'SEC("struct_ops") void avoid(__u64 *ctx) { }\n'
        'char LICENSE[] SEC("license") = "GPL";\n')
    for order in ((ops, functions), (functions, ops)):
        opened = Opened(peer, bench.link(*order))
        assert opened.errno == '0', opened.why
        assert [m.name for m in opened.maps] == ['calm'], opened.maps
        found = {p.name: (p.errno, p.stage, p.reason) for p in opened.progs.values()}
        assert sorted(found) == ['avoid', 'keep', 'undo'], found
        assert all(errno == '0' for errno, _, _ in found.values()), found


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
