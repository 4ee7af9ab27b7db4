#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""What doesn't fit together: each kind of conflict has a diagnostic of its own that names both
places, status 1, and no output file (A3.2, A3.4, A3.11)."""
import os
import sys

import command

GPL = 'char LICENSE[] SEC("license") = "GPL";\n'
CLOSED = 'char LICENSE[] SEC("license") = "Proprietary";\n'
CALL = 'SEC("xdp") int xdp_main(struct xdp_md *ctx) { return %s; }\n' + GPL
MAP = ('struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, %d); __type(key, __u32); '
       '__type(value, %s); } shared SEC(".maps");\n')
USE = ('SEC("xdp") int xdp_main(struct xdp_md *ctx) { __u32 k = 0; '
       'return bpf_map_lookup_elem(&shared, &k) ? 2 : 1; }\n' + GPL)

# name: (first source, second source, further arguments)
PAIRS = {
    'duplicate function': ('int f(void) { return 1; }\n' + GPL, 'int f(void) { return 2; }\n' + GPL),
    'duplicate variable': ('int v = 1;\n' + GPL, 'int v = 2;\n' + GPL),
    'parameter count': ('extern int f(int a);\n' + CALL % 'f(1)',
                        'int f(int a, int b) { return a + b; }\n' + GPL),
    'int and long': ('extern int f(int a);\n' + CALL % 'f(1)',
                     'int f(long a) { return a; }\n' + GPL),
    'struct size': ('struct s { int a; }; extern int f(struct s *p);\n'
                    + CALL % '({ struct s s = { 1 }; f(&s); })',
                    'struct s { int a, b; }; int f(struct s *p) { return p->a; }\n' + GPL),
    'return type': ('extern int f(int a);\n' + CALL % 'f(1)',
                    'long f(int a) { return a; }\n' + GPL),
    'map size': ('extern ' + MAP % (1, '__u64') + USE, MAP % (2, '__u64') + GPL),
    'map value': ('extern ' + MAP % (1, '__u64') + USE, MAP % (1, '__u32') + GPL),
    'licence': ('int f(void) { return 1; }\n' + GPL, 'int g(void) { return 2; }\n' + CLOSED),
}


def linked(bench, *args, status=1):
    """The diagnostics of a link that fails and leaves nothing."""
    out = bench.path('none.o')
    done = bench.run('link', '--json', '-o', out, *args).want(status)
    assert not os.path.exists(out), f'an output was written: {done}'
    errors = [d for d in done.json()['diagnostics'] if d['severity'] == 'error']
    assert errors, str(done)
    return errors


def names(diagnostic):
    """Every file that a diagnostic speaks of."""
    places = [diagnostic, *diagnostic['notes']]
    return {os.path.basename(p['file']) for p in places if p.get('file')}


def conflict(bench, kind):
    objs = [bench.compile(s, name=n) for s, n in zip(PAIRS[kind], ('one.o', 'two.o'))]
    want = {os.path.basename(o) for o in objs}
    for inputs in (objs, objs[::-1]):
        errors = linked(bench, *inputs)
        assert any(names(e) == want for e in errors), (kind, want, errors)
        for obj in objs:
            assert os.path.getsize(obj) > 0
    return errors[0]['code']


def test_each_conflict_names_both_places(bench):
    codes = {kind: conflict(bench, kind) for kind in PAIRS}
    groups = [('duplicate function', 'duplicate variable'),
              ('parameter count', 'int and long', 'struct size', 'return type'),
              ('map size', 'map value'), ('licence',)]
    seen = set()
    for group in groups:
        here = {codes[kind] for kind in group}
        assert not here & seen, codes
        seen |= here


def test_all_conflicts_in_one_run(bench):
    one = bench.compile('int f(void) { return 1; }\nint v = 1;\nint w = 1;\n' + GPL)
    two = bench.compile('int f(void) { return 2; }\nint v = 2;\nint w = 2;\n' + GPL)
    assert len(linked(bench, one, two)) == 3


def test_error_limit(bench):
    source = ''.join(f'int v{i} = 1;\n' for i in range(30)) + GPL
    objs = [bench.compile(source), bench.compile(source)]
    assert len(linked(bench, *objs)) == 20
    assert len(linked(bench, '--error-limit', '3', *objs)) == 3


def test_unresolved_extern(bench):
    """L16: each place that wants it."""
    errors = linked(bench, bench.prog('mapping_dispatcher'))
    assert [names(e) for e in errors] == [{'mapping_dispatcher.o'}] * len(errors)
    text = ' '.join(e['text'] for e in errors)
    assert 'prog1' in text and 'prog2' in text, text


def test_mapping_to_nothing(bench):
    base = [bench.prog('mapping_dispatcher'), 'a=' + bench.prog('mapping_dummy')]
    good = ['--resolve', 'prog2=a:xdp_main']
    for wrong in ('prog1=a:xdp_mian', 'prog1=b:xdp_main', 'prog1=a:counters'):
        errors = linked(bench, *base, *good, '--resolve', wrong)
        assert any(wrong.split(':')[1] in e['text'] or wrong.split('=')[1][0] in e['text']
                   for e in errors), errors
    # A name that is nearly right gets a hint.
    errors = linked(bench, *base, *good, '--resolve', 'prog1=a:xdp_mian')
    assert any('xdp_main' in str(e['help']) + str(e['notes']) for e in errors), errors


def test_mixed_byte_order(bench):
    errors = linked(bench, bench.prog('byname_user'), bench.prog('byname_owner.eb'))
    assert any(names(e) == {'byname_user.o', 'byname_owner.eb.o'} for e in errors), errors


def test_same_file_twice_under_one_name(bench):
    errors = linked(bench, bench.prog('byname_owner'), 'x=' + bench.prog('byname_owner'))
    assert any('hits' in e['text'] for e in errors), errors


def test_output_is_no_input(bench):
    obj = bench.file(open(bench.prog('byname_owner'), 'rb').read(), 'in.o')
    before = os.path.getsize(obj)
    bench.run('link', '-o', obj, obj).want(2)
    assert os.path.getsize(obj) == before


def test_bad_input_is_told(bench):
    whole = open(bench.prog('mapping_drop'), 'rb').read()
    bad = {
        'empty': b'', 'text': b'hello\n' * 10, 'bitcode': b'BC\xc0\xde' + bytes(60),
        'host': open(bench.bpfweld, 'rb').read(), 'zeros': bytes(200),
        **{f'cut {n}': whole[:n] for n in range(1, len(whole) - 1, 997)},
    }
    for what, data in bad.items():
        obj = bench.file(data, 'bad.o')
        for verb in (['link', '-o', bench.path('none.o')], ['info'], ['syms'], ['dis'],
                     ['btf', 'dump'], ['run']):
            done = bench.run(*verb, obj)
            assert done.status == 3, f'{what}: {done}'
            assert done.err, f'{what}: nothing said: {done}'
        assert open(obj, 'rb').read() == data
    missing = bench.run('info', bench.path('missing.o')).want(3)
    assert b'missing.o' in missing.err


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
