#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""What inputs may look like, row by row of docs/linking.md: sections (L24 to L27, L31), licences
(L28), programs (L29), records (L32), foreign files (L37), streams (L38), what is dropped (L39), COMDAT
groups (L40), common symbols (L41), objects without BTF (L42), byte orders (L43), and objects of
all compilers together. Right is what the programs return, in the runtime and in the kernel."""
import itertools
import os
import re
import shutil
import struct
import subprocess
import sys
import threading

import command

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, '../../bench'))
import measure  # noqa: E402: what bench/ measures with

GPL = 'char LICENSE[] SEC("license") = "GPL";\n'
FLAGS = ('-target', 'bpfel')


def run(bench, obj, program='main_prog'):
    values = {bench.retval(obj, program, engine=engine) for engine in bench.engines()}
    assert len(values) == 1, values
    return values.pop()


def section(bench, obj, name):
    """Size of a section, None without it."""
    doc = bench.run('info', '--all', '--json', obj).want(0).json()
    return next((s['size'] for s in doc['sections'] if s['name'] == name), None)


# --- strings and constants (L25) -------------------------------------------------------------

STRINGS = '''
static __noinline int third(const char *s) { return s[2]; }
__noinline int NAME(int x)
{
	const char *s = x & 1 ? "alpha" : x & 2 ? OWN : "common to both";
	const __u16 *w = x & 4 ? u"wide" : WIDE;
	const __u32 *q = x & 2 ? U"quads" : QUAD;
	asm volatile("" : "+r"(w), "+r"(q));
	return third(s) + w[1] + q[1];
}
''' + GPL
STRINGS_MAIN = '''
extern int left(int x);
extern int right(int x);
SEC("xdp") int main_prog(struct xdp_md *ctx)
{
	int sum = 0;
	for (int i = 0; i < 8; i++) {
		int x = i;
		asm volatile("" : "+r"(x));
		sum = sum * 3 + left(x) + right(x) * 2;
	}
	return sum;
}
''' + GPL


def strings_want():
    def side(x, own, wide):
        s = 'alpha' if x & 1 else own if x & 2 else 'common to both'
        return (ord(s[2]) + ord(('wide' if x & 4 else wide)[1]) +
                ord(('quads' if x & 2 else wide)[1]))
    total = 0
    for i in range(8):
        total = total * 3 + side(i, 'left', 'left') + side(i, 'right', 'wide') * 2
    return total & 0xffffffff


def strings_objects(bench):
    left = bench.compile(STRINGS, *FLAGS, '-DNAME=left', '-DOWN="left"', '-DWIDE=u"left"',
                         '-DQUAD=U"left"', name='left.o')
    right = bench.compile(STRINGS, *FLAGS, '-DNAME=right', '-DOWN="right"', '-DWIDE=u"wide"',
                          '-DQUAD=U"wide"', name='right.o')
    return [left, right, bench.compile(STRINGS_MAIN, *FLAGS, name='main.o')]


def test_equal_strings(bench):
    """L25: each once, of all widths, whatever the order; a second link changes nothing."""
    for objs in itertools.permutations(strings_objects(bench)):
        obj = bench.link(*objs)
        assert run(bench, obj) == strings_want()
        assert section(bench, obj, '.rodata.str1.1') == len('alpha\0left\0common to both\0right\0')
        assert section(bench, obj, '.rodata.str2.2') == 2 * len('wide\0left\0')
        assert section(bench, obj, '.rodata.str4.4') == 4 * len('quads\0left\0wide\0')
        with open(obj, 'rb') as a, open(bench.link(obj), 'rb') as b:
            assert a.read() == b.read()


def test_equal_strings_and_gc(bench):
    """L25: with --gc those that nothing refers to go, the others stay right."""
    extra = bench.compile('__noinline int unused(int x) { const char *s = x & 1 ? "nobody" : "asks";'
                          'asm volatile("" : "+r"(s)); return s[0]; }\n' + GPL, *FLAGS)
    obj = bench.link('--gc', *strings_objects(bench), extra)
    assert run(bench, obj) == strings_want()
    assert section(bench, obj, '.rodata.str1.1') == len('alpha\0left\0common to both\0right\0')


# The compiler's ends of arrays and middles of strings; two variables among the strings.
ENDS = '''
	.section .rodata.str1.1,"aMS",@progbits,1
.Lone:	.asciz "ONE"
.Ltwo:	.asciz "TWOO"
	.type named_SIDE,@object
	.size named_SIDE,4
named_SIDE: .asciz "abc"
.Ltail:	.asciz "ONE"
	.text
	.globl ends_SIDE
	.type ends_SIDE,@function
ends_SIDE:
	r1 = .Lone + 4 ll
	r0 = *(u8 *)(r1 - 4)
	r1 = .Ltwo ll
	r2 = *(u8 *)(r1 + 3)
	r0 += r2
	r1 = named_SIDE + 2 ll
	r2 = *(u8 *)(r1 + 0)
	r0 += r2
	r1 = .Ltail + 1 ll
	r2 = *(u8 *)(r1 + 0)
	r0 += r2
	exit
	.size ends_SIDE,.-ends_SIDE
'''


def assemble(bench, text, name):
    if not shutil.which('clang-19'):
        bench.skip('clang-19 is missing')
    out = bench.path(name)
    subprocess.run(['clang-19', '-target', 'bpfel', '-x', 'assembler', '-c', '-', '-o', out],
                   input=text.encode(), check=True)
    return out


def test_references_into_strings(bench):
    """L25: behind the end, from the front and into the middle; variables keep their place."""
    sides = [assemble(bench, ENDS.replace('SIDE', str(i)), f'ends{i}.o') for i in (1, 2)]
    main = bench.compile('extern int ends_1(void); extern int ends_2(void);\n'
                         'SEC("xdp") int main_prog(struct xdp_md *ctx)\n'
                         '{ return ends_1() * 1000 + ends_2(); }\n' + GPL, *FLAGS, '-g0')
    one = sum(map(ord, 'OOcN'))
    for objs in itertools.permutations([*sides, main]):
        obj = bench.link(*objs)
        assert run(bench, obj) == one * 1001
        assert section(bench, obj, '.rodata.str1.1') == len('ONE\0TWOO\0abc\0abc\0')


def test_equal_strings_of_alignment(bench):
    """L25: a string that has to stand at an alignment isn't taken for one that doesn't."""
    bench.need_runtime()
    text = ('\t.section .rodata.str1.1,"aMS",@progbits,1\n\t.balign ALIGN\n.Lx:\t.asciz "x"\n'
            '\t.balign ALIGN\n.Ly:\t.asciz "yy"\n\t.text\n\t.globl al_ALIGN\n'
            '\t.type al_ALIGN,@function\nal_ALIGN:\n\tr1 = .Ly ll\n\tr0 = *(u8 *)(r1 + 1)\n'
            '\tr1 &= 7\n\tr1 <<= 8\n\tr0 |= r1\n\texit\n\t.size al_ALIGN,.-al_ALIGN\n')
    sides = [assemble(bench, text.replace('ALIGN', str(i)), f'al{i}.o') for i in (1, 8)]
    main = bench.compile('extern int al_1(void); extern int al_8(void);\n'
                         'SEC("xdp") int main_prog(struct xdp_md *ctx)\n'
                         '{ return (al_1() & 255) * 1000 + al_8(); }\n' + GPL, *FLAGS, '-g0')
    for objs in itertools.permutations([*sides, main]):
        obj = bench.link(*objs)
        assert bench.retval(obj, 'main_prog', engine='checked') == ord('y') * 1001
        with open(obj, 'rb') as a, open(bench.link(obj), 'rb') as b:
            assert a.read() == b.read()


def test_equal_constants(bench):
    """L25: of SHF_MERGE sections without strings, too."""
    text = '''
	.section .rodata.cst16,"aM",@progbits,16
.La:	.quad 1, 2
.Lb:	.quad 3, SIDE
	.text
	.globl const_SIDE
	.type const_SIDE,@function
const_SIDE:
	r1 = .La ll
	r0 = *(u64 *)(r1 + 8)
	r1 = .Lb ll
	r2 = *(u64 *)(r1 + 8)
	r0 += r2
	exit
	.size const_SIDE,.-const_SIDE
'''
    sides = [assemble(bench, text.replace('SIDE', str(i)), f'const{i}.o') for i in (1, 2)]
    main = bench.compile('extern int const_1(void); extern int const_2(void);\n'
                         'SEC("xdp") int main_prog(struct xdp_md *ctx)\n'
                         '{ return const_1() * 100 + const_2(); }\n' + GPL, *FLAGS, '-g0')
    obj = bench.link(main, *sides)
    assert run(bench, obj) == 304 and section(bench, obj, '.rodata.cst16') == 48


# --- other sections --------------------------------------------------------------------------

def test_data_sections(bench):
    """L24, L26: contents in order at the larger alignment; a section of its own name is a map."""
    one = bench.compile('char c1 = 1; long l1 = 2; char b1[3]; const char r1[3] = { 7, 8, 9 };\n'
                        'int custom_1 SEC("limits") = 40;\n'
                        '__noinline int one(int x) { asm volatile("" : "+r"(x)); c1 += x; b1[2] = 5;'
                        'return c1 + l1 + b1[2] + r1[x & 1] + custom_1; }\n' + GPL, *FLAGS)
    two = bench.compile('extern int one(int x);\n'
                        'char c2 = 3; int i2 __attribute__((aligned(64))) = 4; long b2;\n'
                        'int custom_2 SEC("limits") = 50;\n'
                        'SEC("xdp") int main_prog(struct xdp_md *ctx) { b2 = 6; custom_2++;'
                        'return one(1) * 1000 + c2 + i2 + b2 + custom_2 +'
                        '(((unsigned long)&i2 & 63) != 0) * 100000; }\n' + GPL, *FLAGS)
    for objs in ([one, two], [two, one]):
        obj = bench.path()
        done = bench.run('link', '-o', obj, *objs).want(0)
        assert b'warning[E2076]' in done.err and b'limits' in done.err, done.err
        assert run(bench, obj) == (2 + 2 + 5 + 8 + 40) * 1000 + 3 + 4 + 6 + 51
        names = [m['name'] for m in bench.run('info', '--json', obj).want(0).json()['maps']]
        assert 'limits' in names, names


def test_section_types_differ(bench):
    """L27: both files are named."""
    one = bench.compile('int a SEC(".data.mine") = 1;\n' + GPL, *FLAGS, name='one.o')
    two = bench.compile('const int b SEC(".data.mine") = 1;\n' + GPL, *FLAGS, name='two.o')
    done = bench.run('link', '-o', bench.path(), one, two).want(1)
    assert b'E2037' in done.err and one.encode() in done.err and two.encode() in done.err, done.err


def test_function_sections(bench):
    """L31: folded into .text, static functions among them; programs stay where they are."""
    flags = FLAGS + ('-ffunction-sections', '-fdata-sections')
    lib = bench.compile('int total; static __noinline int add(int x) { return total += x; }\n'
                        '__noinline int twice(int x) { return add(x) + add(x); }\n' + GPL, *flags)
    main = bench.compile('extern int twice(int x); static __noinline int half(int x)\n'
                         '{ asm volatile("" : "+r"(x)); return x >> 1; }\n'
                         'SEC("xdp") int main_prog(struct xdp_md *ctx) { return half(twice(5)); }\n' +
                         GPL, *flags)
    for objs in ([lib, main], [main, lib]):
        obj = bench.link(*objs)
        assert run(bench, obj) == 7
        doc = bench.run('info', '--all', '--json', obj).want(0).json()
        assert not [s for s in doc['sections'] if s['name'].startswith('.text.')], doc['sections']


def test_programs_of_one_section(bench):
    """L29: each function is a program."""
    make = 'SEC("xdp") int {0}(struct xdp_md *ctx) {{ return {1}; }}\n'
    objs = [bench.compile(make.format('p1', 1) + make.format('p2', 2) + GPL, *FLAGS),
            bench.compile(make.format('p3', 3) + GPL, *FLAGS)]
    obj = bench.link(*objs)
    assert [run(bench, obj, p) for p in ('p1', 'p2', 'p3')] == [1, 2, 3]


def test_common_symbols(bench):
    """L41: -fcommon: one variable, of the larger size, zeroed; a real definition wins."""
    flags = FLAGS + ('-fcommon',)
    one = bench.compile('int tentative; int real;\n__noinline int one(void)'
                        '{ tentative += 5; return real; }\n' + GPL, *flags)
    two = bench.compile('extern int one(void); int tentative; int real = 30;\n'
                        'SEC("xdp") int main_prog(struct xdp_md *ctx)'
                        '{ int r = one(); return r * 100 + tentative; }\n' + GPL, *flags)
    for objs in ([one, two], [two, one]):
        assert bench.retval(bench.link(*objs), 'main_prog') == 3005
        assert run(bench, bench.link(*objs)) == 3005


def test_common_symbols_and_alignment(bench):
    """L41: each at its own alignment, of two that differ the larger; .bss has the largest."""
    flags = FLAGS + ('-fcommon',)
    text = ('char before_SIDE; long wide_SIDE __attribute__((aligned(ALIGN))); char behind_SIDE;\n'
            'int shared __attribute__((aligned(ALIGN)));\n'
            'FUNC { before_SIDE = 1; wide_SIDE = 2; behind_SIDE = 4; shared += 8;\n'
            'return before_SIDE + wide_SIDE + behind_SIDE + shared; }\n' + GPL)
    main = 'extern int other(void);\nSEC("xdp") int main_prog(struct xdp_md *ctx)'
    sides = [bench.compile(text.replace('SIDE', side).replace('ALIGN', align)
                           .replace('FUNC', func).replace('shared; }', rest), *flags)
             for side, align, func, rest in (
                 ('a', '64', '__noinline int other(void)', 'shared; }'),
                 ('b', '16', main, 'shared * 100 + other(); }'))]
    for objs in (sides, sides[::-1]):
        obj = bench.link(*objs)
        assert run(bench, obj) == 7 + 8 * 100 + 7 + 16
        symbols = bench.run('syms', '--json', obj).want(0).json()['symbols']
        at = {s['name']: s['value'] for s in symbols if s['section'] == '.bss'}
        assert at['wide_a'] % 64 == 0 and at['wide_b'] % 16 == 0 and at['shared'] % 64 == 0, at
        size = {name: 8 if 'wide' in name else 4 if name == 'shared' else 1 for name in at}
        ends = sorted((at[name], at[name] + size[name]) for name in at)
        assert len(at) == 7 and all(a[1] <= b[0] for a, b in zip(ends, ends[1:])), at
        headers = subprocess.run(['readelf', '-SW', obj], capture_output=True, text=True).stdout
        assert re.search(r' \.bss +NOBITS .* 64$', headers, re.M), headers


# --- COMDAT groups and what is dropped (L39, L40) --------------------------------------------

INLINE = '''
#include <linux/bpf.h>
#define SEC(name) __attribute__((section(name), used))
inline __attribute__((noinline)) int twice(int x)
{
	static int calls;
	return x * 2 + ++calls * 100;
}
extern "C" {
#if SIDE == 1
int other(int x);
SEC("xdp") int main_prog(struct xdp_md *ctx) { return twice(3) + other(4); }
#else
__attribute__((noinline)) int other(int x) { return twice(x) + EXTRA; }
#endif
char LICENSE[] SEC("license") = "GPL";
}
'''


def inline_object(bench, side, strong, extra=0):
    if not shutil.which('clang-19'):
        bench.skip('clang-19 is missing')
    out = bench.path(f'side{side}.o')
    arch = subprocess.run(['cc', '-print-multiarch'], capture_output=True, text=True)
    subprocess.run(['clang-19', '-x', 'c++', *FLAGS, '-O2', '-g', f'-DSIDE={side}',
                    f'-DEXTRA={extra}', '-I', '/usr/include/' + arch.stdout.strip(), '-c', '-',
                    '-o', out], input=INLINE.encode(), check=True)
    if strong:
        make_strong(out, '_Z5twicei', '_ZZ5twiceiE5calls')
    return out


def make_strong(path, *names):
    """Compilers make such symbols weak; groups have to do without."""
    with open(path, 'rb') as f:
        data = bytearray(f.read())
    shoff, = struct.unpack_from('<Q', data, 40)
    n, = struct.unpack_from('<H', data, 60)
    heads = [struct.unpack_from('<IIQQQQIIQQ', data, shoff + 64 * i) for i in range(n)]
    table = next(h for h in heads if h[1] == 2)
    strings = heads[table[6]][4]
    done = 0
    for at in range(table[4], table[4] + table[5], 24):
        start = strings + struct.unpack_from('<I', data, at)[0]
        if data[start:data.index(0, start)].decode() in names:
            data[at + 4] = 0x10 | data[at + 4] & 15
            done += 1
    assert done == len(names)
    with open(path, 'wb') as f:
        f.write(data)


def test_comdat(bench):
    """L40: one copy of an inline function and of its static variable, no copy twice."""
    for strong in (False, True):
        objs = [inline_object(bench, side, strong) for side in (1, 2)]
        for order in (objs, objs[::-1]):
            obj = bench.link(*order)
            assert run(bench, obj) == 6 + 100 + 8 + 200, strong
            alone = section(bench, bench.link(objs[1]), '.text')
            # What side 1 brings along is its program.
            assert section(bench, obj, '.text') == alone
        doc = bench.run('link', '--json', '-o', bench.path(), *objs).want(0).json()
        why = 'an earlier input has its COMDAT group'
        assert why in [s['why'] for s in doc['symbols']], doc['symbols']
        assert why in [s['why'] for s in doc['sections']], doc['sections']
        # In two steps, as in one: the output has no groups any more.
        again = bench.link(bench.link('--allow-unresolved', objs[0]), objs[1])
        assert run(bench, again) == 314, strong


def test_comdat_private(bench):
    """L40, L62: a private input has a copy of its own."""
    objs = [inline_object(bench, 1, True), 'p=' + inline_object(bench, 2, True)]
    obj = bench.link(*objs, '--private', 'p', '--export', 'p:other')
    assert run(bench, obj) == 6 + 100 + 8 + 100


def test_comdat_differs(bench):
    """L40: the group that stays lacks what the other one defines."""
    objs = [inline_object(bench, side, True) for side in (1, 2)]
    with open(objs[0], 'rb') as f:
        data = f.read().replace(b'_Z5twicei\0', b'_Z5twicej\0')
    # The signature is the symbol's name, so the group goes along: only the member is left.
    renamed = bench.file(data, 'renamed.o')
    done = bench.run('link', '-o', bench.path(), renamed, objs[1]).want(0)
    assert b'E2159' not in done.err
    text = ('\t.section .text.g,"axG",@progbits,g,comdat\n\t.globl {0}\n\t.type {0},@function\n'
            '{0}:\n\tr0 = 1\n\texit\n\t.size {0},.-{0}\n')
    sides = [assemble(bench, text.format(n), f'{n}.o') for n in ('here', 'there')]
    done = bench.run('link', '-o', bench.path(), *sides).want(1)
    assert b'E2159' in done.err and b"defines 'there'" in done.err, done.err


def test_malformed_group(bench):
    obj = inline_object(bench, 1, False)
    with open(obj, 'rb') as f:
        data = bytearray(f.read())
    shoff, = struct.unpack_from('<Q', data, 40)
    n, = struct.unpack_from('<H', data, 60)
    groups = [struct.unpack_from('<Q', data, shoff + 64 * i + 24)[0] for i in range(n)
              if struct.unpack_from('<I', data, shoff + 64 * i + 4)[0] == 17]
    struct.pack_into('<I', data, groups[0] + 4, 9999)
    done = bench.run('info', bench.file(bytes(data), 'bad.o')).want(3)
    assert b'E1170' in done.err, done.err


def test_dropped_sections(bench):
    """L39, L40: DWARF, hints and notes go, and are listed."""
    main = bench.compile('asm(".section .note.mine,\\"a\\",@note\\n.long 0\\n.previous\\n'
                         '.section .llvm_extra,\\"\\",@progbits\\n.long 0\\n.previous");\n'
                         'SEC("xdp") int main_prog(struct xdp_md *ctx) { return 3; }\n' + GPL, *FLAGS)
    doc = bench.run('info', '--all', '--json', main).want(0).json()
    dropped = {s['name']: s['dropped'] for s in doc['sections'] if s['kind'] == 'dropped'}
    assert 'notes' in dropped['.note.mine'] and '.llvm_extra' in dropped, dropped
    assert any('DWARF' in why for name, why in dropped.items() if name == '.debug_info'), dropped
    obj = bench.link(main, bench.compile(GPL, *FLAGS))
    assert run(bench, obj) == 3
    names = {s['name'] for s in bench.run('info', '--all', '--json', obj).json()['sections']}
    assert not names & set(dropped), names


def test_dwarf_is_not_read(bench):
    """L39: a link reads the sections that it keeps and not those of DWARF, which name each local
    variable here."""
    locals_ = ''.join(f'int a_variable_with_a_rather_long_name_{i} = x + {i};' for i in range(4000))
    source = f'SEC("xdp") int main_prog(struct xdp_md *ctx) {{ int x = 3; {locals_} return x; }}\n'
    obj = bench.compile(source + GPL, '-g', '-Wno-unused-variable', *FLAGS)
    doc = bench.run('info', '--all', '--json', obj).want(0).json()
    dwarf = sum(s['size'] for s in doc['sections'] if s['name'].startswith('.debug'))
    read = measure.bytes_read([bench.bpfweld, 'link', '-o', bench.path('bare.o'), obj])
    assert dwarf > 200000 and read < os.path.getsize(obj) - dwarf * 3 // 4, (dwarf, read)


# --- licences (L28) ---------------------------------------------------------------------------

def licence_object(bench, text, n):
    source = f'__noinline int f{n}(int x) {{ return x + {n}; }}\n'
    if text is not None:
        source += f'char LICENSE{n}[] SEC("license") = "{text}";\n'
    return bench.compile(source, *FLAGS, name=f'lic{n}.o')


def licence_of(bench, obj):
    return bench.run('info', '--json', obj).want(0).json().get('license')


def test_licences_that_go_together(bench):
    """L28: what the kernel calls GPL-compatible mixes, the first is kept with a note."""
    texts = ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL',
             'Dual MPL/GPL']
    objs = [licence_object(bench, t, i) for i, t in enumerate(texts)]
    for i, text in enumerate(texts):
        out = bench.path()
        done = bench.run('link', '-o', out, *(objs[i:] + objs[:i])).want(0)
        assert licence_of(bench, out) == text
        assert done.err.count(b'note[E2028]') == len(texts) - 1, done.err
    # None has no say, wherever it stands.
    none = licence_object(bench, None, 9)
    for order in ([none, objs[3]], [objs[3], none]):
        assert licence_of(bench, bench.link(*order)) == 'Dual BSD/GPL'
    assert not licence_of(bench, bench.link(none))


def test_licences_that_do_not(bench):
    """L28: both are named; --license sets the output's."""
    gpl, mine, yours = [licence_object(bench, t, i) for i, t in
                        enumerate(('GPL', 'Proprietary', 'Apache-2.0'))]
    for pair in ((gpl, mine), (mine, gpl), (mine, yours)):
        done = bench.run('link', '-o', bench.path(), *pair).want(1)
        assert b'E2025' in done.err and all(p.encode() in done.err for p in pair), done.err
        obj = bench.link('--license', 'Dual BSD/GPL', *pair)
        assert licence_of(bench, obj) == 'Dual BSD/GPL'
    assert licence_of(bench, bench.link(mine, licence_object(bench, 'Proprietary', 7))) == \
        'Proprietary'


def test_licence_decides_in_the_kernel(bench):
    """L28: a GPL-only helper is there when the output's licence says so, and only then."""
    main = bench.compile('extern int f1(int x);\nSEC("xdp") int main_prog(struct xdp_md *ctx)'
                         '{ char fmt[] = "x"; return f1(bpf_trace_printk(fmt, 2) > 100); }\n', *FLAGS)
    for text, loads in (('GPL', True), ('Dual MIT/GPL', True), ('Proprietary', False)):
        obj = bench.link(main, licence_object(bench, text, 1))
        for engine in bench.engines():
            done = bench.run('run', '-q', '--engine', engine, '-p', 'main_prog', obj)
            assert (done.status == 0) == loads, (text, engine, done)
    if 'kernel' in bench.engines():
        obj = bench.link('--license', 'GPL', main, licence_object(bench, 'Proprietary', 1))
        assert run(bench, obj) == 1


# --- records (L32) ----------------------------------------------------------------------------

def widen_records(data):
    """The same .BTF.ext with records of 8 more bytes each, and a header of 8 more."""
    magic, version, flags, hdr, *parts = struct.unpack_from('<HBBI6I', data)
    infos = [(parts[i], parts[i + 1]) for i in (0, 2, 4)]
    out, table = b'', []
    for off, size in infos:
        blob = data[hdr + off:hdr + off + size]
        rec, = struct.unpack_from('<I', blob) if blob else (0,)
        wide = struct.pack('<I', rec + 8) if blob else b''
        at = 4
        while at < len(blob):
            name, n = struct.unpack_from('<II', blob, at)
            wide += blob[at:at + 8]
            at += 8
            for _ in range(n):
                wide += blob[at:at + rec] + b'\xee' * 8
                at += rec
        table += [len(out), len(wide)]
        out += wide
    return struct.pack('<HBBI6I', magic, version, flags, hdr + 8, *table) + bytes(hdr - 32 + 8) + out


def test_larger_records(bench):
    """L32: known parts are used, tails are dropped with a note; relinking changes nothing."""
    if not shutil.which('llvm-objcopy-19'):
        bench.skip('llvm-objcopy-19 is missing')
    src = bench.compile('static __noinline int f(int x) { asm volatile("" : "+r"(x)); return x; }\n'
                        'SEC("xdp") int main_prog(struct xdp_md *ctx) { return f(8); }\n' + GPL, *FLAGS)
    ext, wide = bench.path('ext'), bench.path('wide.o')
    subprocess.run(['llvm-objcopy-19', '--dump-section', f'.BTF.ext={ext}', src], check=True)
    with open(ext, 'rb') as f:
        longer = bench.file(widen_records(f.read()), 'longer')
    subprocess.run(['llvm-objcopy-19', '--remove-section=.rel.BTF.ext', '--update-section',
                    f'.BTF.ext={longer}', src, wide], check=True)
    out = bench.path()
    done = bench.run('link', '-o', out, wide).want(0)
    assert b'note[' in done.err and b'16 bytes' in done.err, done.err
    assert run(bench, out) == 8
    with open(out, 'rb') as a, open(bench.link(out), 'rb') as b:
        assert a.read() == b.read()
    assert b'main_prog' in bench.run('dis', '-p', 'main_prog', out).want(0).out


# --- foreign files and streams (L37, L38) -----------------------------------------------------

def test_foreign_files(bench):
    """L37: each is called what it is, beside a good one."""
    good = bench.compile('SEC("xdp") int main_prog(struct xdp_md *ctx) { return 3; }\n' + GPL, *FLAGS)
    with open(good, 'rb') as f:
        elf = f.read()

    def patched(**fields):
        data = bytearray(elf)
        for name, value in fields.items():
            struct.pack_into('<H', data, {'etype': 16, 'machine': 18}[name], value)
        return bytes(data)
    cases = [
        (b'BC\xc0\xde' + bytes(60), b'LLVM bitcode', b'-flto'),
        (b'\xde\xc0\x17\x0b' + bytes(60), b'wrapped LLVM bitcode', b'-flto'),
        (patched(machine=62), b'x86-64', b''), (patched(machine=183), b'AArch64', b''),
        (patched(etype=2), b'an executable', b''), (patched(etype=3), b'a shared object', b''),
        (b'', b'is empty', b''), (b'int main(void)\n{\n}\n', b'text', b'compile'),
        (b'#!/bin/sh\necho no\n', b'a script', b''), (b'\x1f\x8b\x08' + bytes(30), b'gzip', b''),
        (b'MZ' + bytes(100), b'Windows', b''), (b'!<thin>\n', b'thin ar archive', b''),
        (b'\xcf\xfa\xed\xfe' + bytes(60), b'Mach-O', b''),
        (b'\xca\xfe\xba\xbe' + bytes(60), b'Mach-O', b''),
        (bytes(range(64)), b'unknown format', b''),
    ]
    for data, what, help_text in cases:
        path = bench.file(data, 'foreign.o')
        done = bench.run('link', '-o', bench.path(), good, path).want(3)
        assert what in done.err and help_text in done.err and path.encode() in done.err, done.err


def test_bitcode_of_clang(bench):
    """L37: as -flto makes it."""
    path = bench.compile('int x;\n', *FLAGS, '-flto')
    done = bench.run('link', '-o', bench.path(), path).want(3)
    assert b'LLVM bitcode' in done.err and b'-flto' in done.err, done.err


def stream_main(bench):
    obj = bench.compile('SEC("xdp") int main_prog(struct xdp_md *ctx) { return 3; }\n' + GPL, *FLAGS)
    with open(obj, 'rb') as f:
        return f.read()


def test_streams(bench):
    """L38: standard input as pipe and as file, /dev/fd, a FIFO, process substitution."""
    data = stream_main(bench)
    for name in ('-', '/dev/stdin', 'x=-', '/dev/fd/0', '/proc/self/fd/0'):
        out = bench.path()
        bench.run('link', '-o', out, name, input=data).want(0)
        assert run(bench, out) == 3
        with open(bench.file(data), 'rb') as f:
            bench.run('link', '-o', out, name, stdin=f).want(0)
    fifo, out = bench.path('fifo'), bench.path()
    os.mkfifo(fifo)

    def feed():
        with open(fifo, 'wb') as f:
            f.write(data)
    thread = threading.Thread(target=feed)
    thread.start()
    bench.run('link', '-o', out, fifo).want(0)
    thread.join()
    assert run(bench, out) == 3
    if shutil.which('bash'):
        out = bench.path()
        subprocess.run(['bash', '-c', '"$0" link -o "$1" <(cat "$2")', bench.bpfweld, out,
                        bench.file(data)], check=True)
        assert run(bench, out) == 3


def test_streams_given_twice(bench):
    """L38: a pipe has its bytes once; a file that is standard input has them as often as it is read."""
    data = stream_main(bench)
    done = bench.run('link', '-o', bench.path(), '-', 'y=-', input=data).want(2)
    assert b'standard input can be read once' in done.err, done.err
    done = bench.run('link', '-o', bench.path(), 'x=/dev/stdin', 'y=/dev/fd/0', input=data).want(3)
    assert b'E1001' in done.err and b'/dev/fd/0' in done.err, done.err
    with open(bench.file(data), 'rb') as f:
        done = bench.run('link', '-o', bench.path(), 'x=/dev/stdin', 'y=/dev/fd/0', '--private', 'y',
                         stdin=f).want(0)


# --- BTF, byte order, compilers ---------------------------------------------------------------

def test_without_btf(bench):
    """L42: linked on ELF alone with a note, whichever side lacks it; maps need it."""
    for user, owner in (('byname_user.nobtf', 'byname_owner'),
                        ('byname_user.gccdwarf', 'byname_owner.gcc')):
        for objs in itertools.permutations([bench.prog(user), bench.prog(owner)]):
            out = bench.path()
            done = bench.run('link', '-o', out, *objs).want(0)
            assert b'note[E2070]' in done.err and bench.prog(user).encode() in done.err, done.err
            assert run(bench, out, 'xdp_user') == 222
    both = [bench.compile(s, *FLAGS, '-g0') for s in
            ('int n = 5; __noinline int f(int x) { return x + n; }\n' + GPL,
             'extern int f(int x); SEC("xdp") int main_prog(struct xdp_md *ctx) { return f(2); }\n')]
    out = bench.path()
    assert b'E2070' not in bench.run('link', '-o', out, *both).want(0).err
    assert run(bench, out) == 7


def test_byte_orders(bench):
    """L43: two of one order link; two of different order are both named."""
    objs = [bench.prog('byname_user.eb'), bench.prog('byname_owner.eb')]
    doc = bench.run('info', '--json', bench.link(*objs)).want(0).json()
    assert doc['big_endian'] is True and [p['name'] for p in doc['programs']] == ['xdp_user']
    for pair in itertools.permutations([objs[0], bench.prog('byname_owner')]):
        done = bench.run('link', '-o', bench.path(), *pair).want(1)
        assert b'E2034' in done.err and all(p.encode() in done.err for p in pair), done.err


def test_compilers_together(bench):
    """Objects of clang 14, clang 19 and GCC, of several instruction sets, in one program."""
    users = [v for v in ('', '.v1', '.v2', '.v4', '.clang14', '.gcc', '.gccdwarf', '.nobtf')
             if os.path.exists(os.path.join(bench.progs, f'byname_user{v}.o'))]
    if len(users) < 2:
        bench.skip('only one compiler is here')
    for user, owner in itertools.product(users, users):
        if owner in ('.gccdwarf', '.nobtf'):
            continue	# it defines a map, which is defined by BTF
        obj = bench.link('-q', bench.prog('byname_user' + user), bench.prog('byname_owner' + owner))
        assert run(bench, obj, 'xdp_user') == 222, (user, owner)


def test_compilers_together_big_endian(bench):
    """What can't run here still has to be an object with everything in it."""
    variants = [v for v in ('.eb', '.gcceb')
                if os.path.exists(os.path.join(bench.progs, f'byname_user{v}.o'))]
    if len(variants) < 2:
        bench.skip('needs clang-19 and bpf-gcc')
    for user, owner in itertools.product(variants, variants):
        obj = bench.link(bench.prog('byname_user' + user), bench.prog('byname_owner' + owner))
        again = bench.link(obj)
        with open(obj, 'rb') as a, open(again, 'rb') as b:
            assert a.read() == b.read(), (user, owner)
        doc = bench.run('info', '--json', obj).want(0).json()
        assert doc['big_endian'] and not doc['externs'], (user, owner, doc['externs'])
        assert [m['name'] for m in doc['maps'] if m['name'] == 'hits'] == ['hits'], doc['maps']


command.main(sys.modules[__name__])
