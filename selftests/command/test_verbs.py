#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Verbs that look at things (A3.16): info, syms, dis, btf, explain, features, help, version; the
shapes of their documents, and what peers say of the same objects."""
import glob
import json
import os
import re
import shutil
import subprocess
import sys

import command

os.environ['PATH'] += ':/usr/sbin:/sbin'
VERBS = ('link', 'info', 'syms', 'dis', 'btf', 'run', 'load', 'features', 'explain', 'help',
         'version')


def document(run):
    doc = run.json()
    assert doc['schema'] == 1 and isinstance(doc['diagnostics'], list), str(run)
    assert run.err == b'', str(run)
    return doc


def has(row, **types):
    for key, kind in types.items():
        assert key in row, (key, row)
        assert isinstance(row[key], kind), (key, row)


def some_objects(bench):
    """A mixture of our programs and of what packages carry."""
    found = [bench.prog(n) for n in ('mapping_drop', 'mapping_dispatcher', 'kinds_maps',
                                     'kinds_externs', 'kinds_globals', 'kinds_calls')]
    return found + sorted(glob.glob(bench.progs + '/carved/*.o'))[::6]


def test_info_text(bench):
    done = bench.run('info', bench.prog('mapping_drop')).want(0)
    text = done.out.decode()
    assert 'little-endian, licence GPL, with BTF' in text
    assert re.search(r'xdp_main +xdp +xdp, \d+ insns', text), text
    assert re.search(r'counters +hash, key 4 \(__u32\), value 8 \(__u64\), entries 4', text), text
    assert 'dropped' not in text
    text = bench.run('info', '--all', bench.prog('mapping_drop')).want(0).out.decode()
    assert 'int verdict(struct xdp_md *ctx) global' in text, text
    assert 'dropped' in text and 'map definitions' in text, text


def test_info_document(bench):
    maybe = (str, type(None))
    for obj in some_objects(bench):
        doc = document(bench.run('info', '--json', obj).want(0))
        for p in doc['programs'] + doc['functions']:
            has(p, name=str, section=str, type=str, insns=int, autoload=bool, prototype=maybe,
                attach_type=maybe)
        for m in doc['maps']:
            has(m, name=str, type=str, key_size=int, value_size=int, max_entries=int, extern=bool)
        for e in doc['externs']:
            has(e, name=str, kind=str, weak=bool, resolved_by=maybe, type=maybe)
        assert doc['license'], obj


def test_info_of_several(bench):
    """Every file is told of, also when one is bad."""
    a, b = bench.prog('mapping_drop'), bench.prog('mapping_dispatcher')
    done = bench.run('info', a, '/does/not/exist.o', b).want(3)
    assert b'counters' in done.out and b'prog2' in done.out and b'E0101' in done.err


def test_syms(bench):
    user, owner = bench.prog('byname_user'), bench.prog('byname_owner')
    one = bench.run('syms', user).want(0).out.decode()
    assert 'wanted' in one and 'defined' not in one, one
    doc = document(bench.run('syms', '--json', user, owner).want(0))
    wanted = [s for s in doc['symbols'] if s['section'] is None]
    assert wanted and all(s['resolved_by'] == owner for s in wanted), wanted
    text = bench.run('syms', user, owner).want(0).out.decode()
    assert f'defined in {owner}' in text and 'defined nowhere' not in text, text


def objdump(path, *flags):
    return subprocess.run(['llvm-objdump-19', '--no-show-raw-insn', *flags, '-d', path],
                          capture_output=True, text=True, check=True).stdout


def plain(text):
    """Instructions without what names them: numbers of helpers, symbols, relocations."""
    rows = []
    for line in text.splitlines():
        m = re.match(r'\s+(\d+):\s+(.*)$', line)
        if not m:
            continue
        insn = re.sub(r'\s+', ' ', re.sub(r'<.*>', '', m.group(2))).strip()
        if insn.startswith('call') or ' ll' in insn:
            insn = insn.split(' ')[0]
        rows.append((int(m.group(1)), insn))
    return rows


def test_dis_says_what_llvm_says(bench):
    """Peer: the same instructions at the same places."""
    if not shutil.which('llvm-objdump-19'):
        bench.skip('llvm-objdump-19 is missing')
    n = 0
    for obj in some_objects(bench):
        want = plain(objdump(obj))
        got = plain(bench.run('dis', '--no-source', obj).want(0).out.decode())
        assert sorted(got) == sorted(want), (obj, set(got) ^ set(want))
        n += len(want)
    assert n > 1000, n


def test_dis_names_things(bench):
    obj = bench.prog('mapping_drop')
    text = bench.run('dis', obj).want(0).out.decode()
    for part in ('<xdp_main>:', '; int xdp_main(struct xdp_md *ctx)', '; drop.c:',
                 'r1 = counters ll', 'call bpf_map_lookup_elem', 'call verdict', '<verdict+0x'):
        assert part in text, (part, text)
    alone = bench.run('dis', '-p', 'verdict', '--opcodes', obj).want(0).out.decode()
    assert 'xdp_main' not in alone and re.search(r'0:\t61 12 04 00 00 00 00 00', alone), alone
    section = bench.run('dis', '--section', 'xdp', '--no-source', obj).want(0).out.decode()
    assert 'verdict>:' not in section and 'drop.c' not in section, section
    bench.run('dis', '-p', 'nobody', obj).want(3)
    assert document(bench.run('dis', '--json', obj).want(0))['text'] == text


def test_dis_raw(bench):
    raw = bytes([0xb7, 0, 0, 0, 7, 0, 0, 0, 0x95]) + bytes(7)
    text = bench.run('dis', '--raw', bench.file(raw)).want(0).out.decode()
    assert plain(text) == [(0, 'r0 = 0x7'), (1, 'exit')], text
    done = bench.run('dis', '--raw', bench.file(raw[:9])).want(3)
    assert b'E13' in done.err
    bench.run('dis', '--raw', bench.file(raw), '-p', 'x').want(2)
    bench.run('dis', '--raw', '/does/not/exist', '--json').want(3).json()


def test_btf_dump_is_bpftools(bench):
    """Peer: line for line bpftool's raw dump."""
    if not shutil.which('bpftool'):
        bench.skip('bpftool is missing')
    n = 0
    for obj in some_objects(bench):
        peer = subprocess.run(['bpftool', 'btf', 'dump', 'file', obj, 'format', 'raw'],
                              capture_output=True, check=True).stdout
        assert bench.run('btf', 'dump', obj).want(0).out == peer, obj
        doc = document(bench.run('btf', 'dump', '--json', obj).want(0))
        assert len(doc['types']) == peer.count(b'\n[') + 1, obj
        n += 1
    assert n > 5


def test_btf_of_the_kernel(bench):
    path = '/sys/kernel/btf/vmlinux'
    if not os.path.exists(path) or not shutil.which('bpftool'):
        bench.skip(path + ' or bpftool is missing')
    peer = subprocess.run(['bpftool', 'btf', 'dump', 'file', path, 'format', 'raw'],
                          capture_output=True)
    if peer.returncode:
        bench.skip('this bpftool does not know a kind of the kernel')
    assert bench.run('btf', 'dump', path).want(0).out == peer.stdout
    modules = [m for m in glob.glob('/sys/kernel/btf/*') if m != path]
    for module in modules[:2]:
        assert b'STRUCT' in bench.run('btf', 'dump', '--base', path, module).want(0).out


def test_btf_bad(bench):
    bench.run('btf', 'dump', '/does/not/exist').want(3)
    bench.run('btf', 'dump', bench.file(b'\x9f\xeb')).want(3)
    bench.run('btf', 'dump', bench.prog('byname_user.nobtf')).want(3)
    bench.run('btf', 'print', bench.prog('byname_user')).want(2)
    bench.run('btf').want(2)


def codes(bench):
    doc = document(bench.run('explain', '--all', '--json').want(0))
    return {e['code']: e for e in doc['explanations']}


def test_explain(bench):
    table = codes(bench)
    assert len(table) > 150
    for code, e in table.items():
        has(e, name=str, severity=str, summary=str, text=str)
        assert '\nExample: ' in e['text'] and '\nCure: ' in e['text'], code
    for spelling in ('E0101', 'e0101', '101'):
        text = bench.run('explain', spelling).want(0).out.decode()
        assert text.startswith('error[E0101]') and 'Cure:' in text
    assert bench.run('explain', 'E0101', 'E1001').want(0).out.count(b'Cure:') == 2
    for bad in (['E9999'], ['x'], [], ['--all', 'E0101'], ['E'], ['-1'], ['99999999999999999999']):
        bench.run('explain', *bad).want(2)


def features(bench, *args):
    doc = document(bench.run('features', '--json', *args).want(0))
    for f in doc['features']:
        has(f, kind=str, name=str, supported=(bool, type(None)))
    return {(f['kind'], f['of'], f['name']): f['supported'] for f in doc['features']}


def test_features_of_the_runtime(bench):
    if 'checked' not in bench.engines():
        bench.skip('this build has no runtime')
    found = features(bench, '--engine', 'checked', '--helpers')
    assert found['program type', None, 'xdp'] and not found['program type', None, 'kprobe']
    assert found['map type', None, 'hash'] and not found['map type', None, 'ringbuf']
    assert found['helper', 'xdp', 'map_lookup_elem']
    assert not found['helper', 'xdp', 'skb_load_bytes']


def test_features_of_the_kernel(bench):
    """Peer: no type that bpftool finds is missing."""
    if 'kernel' not in bench.engines():
        bench.skip('bpf(2) is not allowed here')
    found = features(bench)
    assert found['program type', None, 'xdp'] and found['map type', None, 'hash']
    peer = subprocess.run(['bpftool', '-j', 'feature', 'probe', 'kernel'], capture_output=True)
    if peer.returncode:
        bench.skip('bpftool cannot probe here')
    doc = json.loads(peer.stdout)
    for kind, rows in (('program type', doc['program_types']), ('map type', doc['map_types'])):
        for name, supported in rows.items():
            name = re.sub(r'^have_|_prog_type$|_map_type$', '', name)
            if supported and (kind, None, name) in found:
                assert found[kind, None, name], (kind, name)


def test_help_and_version(bench):
    listing = bench.run('help').want(0).out.decode()
    for verb in VERBS:
        assert re.search(rf'^  {verb} ', listing, re.M), verb
        page = bench.run('help', verb).want(0).out
        assert page.startswith(f'bpfweld {verb}: '.encode())
        assert bench.run(verb, '--help').want(0).out == page
        assert bench.run(verb, '-h').want(0).out == page
        assert page.count(b'\n  bpfweld ' + verb.encode()) >= 2, verb
    assert bench.run('--help').want(0).out.decode() == listing
    assert bench.run().want(2).out.decode() == listing
    bench.run('help', 'nothing').want(2)
    bench.run('help', 'link', 'run').want(2)
    version = bench.run('version').want(0).out.decode()
    assert re.fullmatch(r'bpfweld \d+\.\d+\.\d+\n', version)
    assert bench.run('--version').want(0).out.decode() == version
    assert document(bench.run('version', '-j').want(0))['version'] in version


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
