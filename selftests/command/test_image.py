#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""link --image: the raw instructions and the document beside them are all that it takes to load a
program without bpfweld (bpf.py does), and it then returns what `run --engine kernel` says. What
only a kernel knows is listed, and patching by the lists works (A6.8)."""
import hashlib
import json
import os
import re
import shutil
import struct
import sys

import bpf
import command

PACKET = bytes(range(12)) + b'\x08\x00\x45' + bytes(range(80))


class Image:
    """A program of an object, its maps by name shared with the other programs of it."""

    def __init__(self, bench, obj, program, maps):
        self.bench, self.obj, self.maps = bench, obj, maps
        out = bench.path('prog.bin')
        bench.run('link', '--image', program, '-o', out, obj).want(0)
        with open(out, 'rb') as f:
            self.insns = bytearray(f.read())
        with open(out + '.json', encoding='utf-8') as f:
            self.doc = json.load(f)
        assert self.doc['schema'] == 1 and self.doc['program'] == program
        assert len(self.insns) == 8 * self.doc['insn_cnt']
        self.check_map_refs()

    def check_map_refs(self):
        """Each reference is in the instructions as it is in the document."""
        for r in self.doc['map_refs']:
            regs, imm, off = struct.unpack_from('<xBxxi4xi', self.insns, 8 * r['insn'])
            assert self.doc['maps'][r['map']]['index'] == imm == r['map'], r
            assert (regs >> 4, off) == ((5, 0) if r['off'] is None else (6, r['off'])), r

    def create(self, number):
        m = self.doc['maps'][number]
        if m['name'] in self.maps:
            return self.maps[m['name']]
        inner = 0 if m['inner'] is None else self.create(m['inner'])
        fd = self.maps[m['name']] = bpf.create_map(m, inner)
        if m['data']:
            bpf.update(fd, 0, bytes.fromhex(m['data']))
        if m['kind'] == 'kconfig':
            bpf.update(fd, 0, self.configuration(m['value_size']))
        if m['map_flags'] & bpf.RDONLY_PROG:
            bpf.freeze(fd)
        return fd

    def configuration(self, size):
        """A kernel that has the version and nothing else."""
        value = bytearray(size)
        for k in self.doc['kconfig']:
            if k['name'] == 'LINUX_KERNEL_VERSION':
                struct.pack_into('I', value, k['off'], 0x060000)
            else:
                assert k['weak'], k
        return bytes(value)

    def load(self):
        fds = [self.create(n) for n, m in enumerate(self.doc['maps']) if m['index'] is not None]
        btf = self.doc['btf'] and bpf.load_btf(bytes.fromhex(self.doc['btf']))
        fd = bpf.load_program(self.doc, self.insns, fds, btf)
        self.fill_slots()
        return fd

    def fill_slots(self):
        """Programs of program arrays are images of their own."""
        for m in self.doc['maps']:
            fresh = [v for v in m['values'] if (m['name'], v['index']) not in self.maps]
            for v in fresh:
                self.maps[m['name'], v['index']] = True
                fd = (self.create(v['map']) if v['program'] is None else
                      Image(self.bench, self.obj, v['program'], self.maps).load())
                bpf.update(self.maps[m['name']], v['index'], struct.pack('i', fd))


def need_kernel(bench):
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')


def programs(bench, obj):
    return [p['name'] for p in bench.run('info', '--json', obj).want(0).json()['programs']]


def test_patched_images_return_what_run_does(bench):
    """Calls, callbacks, data of all sections, maps, maps in maps, program arrays."""
    need_kernel(bench)
    packet, compared = bench.file(PACKET), 0
    for name in ('data_globals', 'call_depth', 'call_global', 'call_pointers', 'loop_callback',
                 'map_hash', 'map_array', 'jump_tail', 'kinds_maps', 'parse_ipv4', 'rewrite_nat',
                 'call_depth.clang14', 'data_globals.v1', 'data_globals.nobtf', 'map_hash.gcc'):
        obj = bench.link(bench.prog(name))
        for program in programs(bench, obj):
            image = Image(bench, obj, program, {})
            assert image.doc['final'] and set(image.doc['needs']) <= {'maps'}, image.doc['needs']
            got = bpf.test_run(image.load(), PACKET)
            want = bench.retval(obj, program, packet, 'kernel')
            assert got == want, (name, program, got, want)
            compared += 1
    print(f'{compared} images return what run does')
    assert compared > 30, compared


def test_linked_image(bench):
    """Of a link with mappings, in one step."""
    need_kernel(bench)
    out = bench.path('chain.bin')
    args = [bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy'),
            'b=' + bench.prog('mapping_drop'), '--private', 'a', '--private', 'b',
            '--resolve', 'prog1=a:xdp_main', '--resolve', 'prog2=b:xdp_main']
    bench.run('link', '--image', 'xdp_dispatcher', '-o', out, *args).want(0)
    with open(out + '.json', encoding='utf-8') as f:
        doc = json.load(f)
    names = [fn['name'] for fn in doc['functions']]
    assert names[0] == 'xdp_dispatcher' and {'a__xdp_main', 'b__xdp_main'} < set(names), names
    fds = [bpf.create_map(m) for m in doc['maps']]
    with open(out, 'rb') as f:
        fd = bpf.load_program(doc, f.read(), fds, bpf.load_btf(bytes.fromhex(doc['btf'])))
    assert bpf.test_run(fd, bytes(12) + b'\x08\x00' + bytes(50)) == 1


def kernel_functions(bench):
    text = bench.run('btf', 'dump', '/sys/kernel/btf/vmlinux').want(0).out.decode()
    return {name: int(number)
            for number, name in re.findall(r"^\[(\d+)\] FUNC '(\w+)'", text, re.M)}


def test_kernel_symbols_are_listed(bench):
    """.ksyms and .kconfig: unpatched, the kernel refuses; patched by the lists, it runs."""
    need_kernel(bench)
    image = Image(bench, bench.prog('kinds_externs'), 'use_externs', {})
    assert not image.doc['final']
    assert image.doc['needs'] == ['maps', 'ksyms', 'kconfig'], image.doc['needs']
    try:
        image.load()
        raise AssertionError('accepted without BTF ids')
    except bpf.Refused as e:
        assert e.errno == 22, e
    ids = kernel_functions(bench)
    for k in image.doc['ksyms']:
        at = 8 * k['insn']
        if k['name'] in ids:
            struct.pack_into('I', image.insns, at + 4, ids[k['name']])
        elif k['use'] == 'address':
            assert k['weak'], k
            image.insns[at + 1] &= 15
        else:
            assert k['weak'], k
            struct.pack_into('<BxHI', image.insns, at, 0xb7, 0, 0)  # behind a test of the address
    assert bpf.test_run(image.load(), PACKET) == 2


def test_core_relocations_are_listed(bench):
    """The kernel applies CO-RE records itself (Linux 5.17); they are passed as they are listed."""
    need_kernel(bench)
    for variant in ('', '.clang14', '.v1'):
        image = Image(bench, bench.prog('kinds_core' + variant), 'use_core', {})
        doc = image.doc
        assert doc['needs'] == ['maps', 'core_relos'] and len(doc['core_relos']) > 10, doc['needs']
        assert image.load() >= 0


def test_attach_targets(bench):
    """What attach_btf_id has to name."""
    obj = bench.prog('kinds_structops')
    doc = Image(bench, obj, 'keep_window', {}).doc
    assert doc['attach_target'] == 'tcp_congestion_ops.ssthresh' and doc['type'] == 'struct_ops'
    assert 'attach_btf_id' in doc['needs'] and not doc['final']
    obj = bench.compile('SEC("fentry/vfs_read") int f(void *ctx) { return 0; }\n'
                        'SEC("nothing_known") int g(void *ctx) { return 0; }\n'
                        'char LICENSE[] SEC("license") = "GPL";\n')
    doc = Image(bench, obj, 'f', {}).doc
    assert (doc['attach_target'], doc['attach_type']) == ('vfs_read', 'trace_fentry'), doc
    doc = Image(bench, obj, 'g', {}).doc
    assert doc['type'] is None and doc['needs'] == ['prog_type'], doc


def test_addresses_in_data(bench):
    obj = bench.compile('int a, b; struct { int x; int *to; } pair SEC(".data.pair") = { 1, &b };\n'
                        'SEC("xdp") int f(struct xdp_md *ctx) { return *(volatile int *)&pair; }\n'
                        'char LICENSE[] SEC("license") = "GPL";\n')
    doc = Image(bench, obj, 'f', {}).doc
    pair = [m for m in doc['maps'] if m['name'] == '.data.pair']
    assert len(pair) == 1 and pair[0]['data'] == '01' + '00' * 15, doc['maps']
    assert [(a['off'], a['symbol']) for a in pair[0]['addresses']] == [(8, 'b')], pair


def test_the_other_byte_order(bench):
    """Instructions, BTF and data are in the object's byte order."""
    little = Image(bench, bench.prog('data_globals'), 'globals_count', {})
    out = bench.path('big.bin')
    bench.run('link', '--image', 'use_globals', '-o', out, bench.prog('kinds_globals.eb')).want(0)
    with open(out + '.json', encoding='utf-8') as f:
        doc = json.load(f)
    assert (little.doc['byte_order'], doc['byte_order']) == ('little', 'big')
    assert little.doc['btf'].startswith('9feb') and doc['btf'].startswith('eb9f')
    with open(out, 'rb') as f:
        insns = f.read()
    for r in doc['map_refs']:
        code, regs, imm = struct.unpack_from('>BBxxi', insns, 8 * r['insn'])
        assert (code, regs & 15, imm) == (0x18, 5 if r['off'] is None else 6, r['map']), r


def test_the_same_bytes(bench):
    """Whatever the folder and the name of the output."""
    found = set()
    for n in range(3):
        folder = bench.path('folder')
        os.mkdir(folder)
        shutil.copy(bench.prog('data_globals'), os.path.join(folder, 'in.o'))
        out = os.path.join(folder, f'out{n}')
        bench.run('link', '--image', 'globals_count', '-o', out, 'in.o', cwd=folder).want(0)
        digest = hashlib.sha256()
        for path in (out, out + '.json'):
            with open(path, 'rb') as f:
                digest.update(f.read())
        found.add(digest.digest())
        assert sorted(os.listdir(folder)) == ['in.o', f'out{n}', f'out{n}.json']
    assert len(found) == 1


def fails(bench, code, *args):
    out = bench.path('none.bin')
    done = bench.run('link', '--json', '-o', out, *args).want(1)
    assert not os.path.exists(out) and not os.path.exists(out + '.json'), str(done)
    errors = [d for d in done.json()['diagnostics'] if d['severity'] == 'error']
    assert {d['code'] for d in errors} == {code}, str(done)
    return errors[0]


def test_no_such_program(bench):
    said = fails(bench, 'E4100', '--image', 'globals_cuont', bench.prog('data_globals'))
    assert 'globals_count' in said['help'], said
    # A function that is no program isn't one either.
    fails(bench, 'E4100', '--image', 'bump', bench.prog('mapping_dummy'))


def test_unresolved_extern(bench):
    """Such a name is no kernel's; --allow-unresolved doesn't make the program loadable."""
    said = fails(bench, 'E4003', '--allow-unresolved', '--image', 'xdp_dispatcher',
                 bench.prog('mapping_dispatcher'))
    assert 'prog1' in said['text'] or 'prog2' in said['text'], said


def test_configuration_without_size(bench):
    obj = bench.compile('struct later; extern struct later CONFIG_THING __kconfig;\n'
                        'SEC("xdp") int f(struct xdp_md *ctx) { return (long)&CONFIG_THING; }\n'
                        'char LICENSE[] SEC("license") = "GPL";\n')
    said = fails(bench, 'E4103', '--image', 'f', obj)
    assert 'CONFIG_THING' in said['text'], said


def test_both_files_or_none(bench):
    """A second file that can't be written leaves the first as it was."""
    obj = bench.prog('data_globals')
    args = ['link', '--image', 'globals_count', '-o']
    for before in (None, b'old'):
        out = bench.path('first.bin')
        os.mkdir(out + '.json')
        if before:
            with open(out, 'wb') as f:
                f.write(before)
        bench.run(*args, out, obj).want(4)
        left = open(out, 'rb').read() if os.path.exists(out) else None
        assert left == before, left
        assert os.listdir(out + '.json') == []
        beside = [n for n in os.listdir(os.path.dirname(out)) if n.startswith(os.path.basename(out))]
        assert sorted(beside) == sorted([os.path.basename(out) + '.json'] +
                                        [os.path.basename(out)] * bool(before)), beside
    out = bench.path('over.bin')
    for _ in range(2):
        bench.run(*args, out, obj).want(0)
    assert sorted(n for n in os.listdir(os.path.dirname(out)) if 'over.bin' in n) == [
        os.path.basename(out), os.path.basename(out) + '.json']


def test_outputs_that_are_refused(bench):
    obj = bench.prog('data_globals')
    args = ['link', '--image', 'globals_count', '-o']
    for out in ('-', '/dev/null', bench.scratch):
        bench.run(*args, out, obj).want(2)
    out = bench.path('in')
    shutil.copy(obj, out + '.json')
    done = bench.run(*args, out, out + '.json').want(2)
    assert b'is an input as well as an output' in done.err, str(done)
    with open(obj, 'rb') as a, open(out + '.json', 'rb') as b:
        assert a.read() == b.read()


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
