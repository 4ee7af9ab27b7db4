#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""The verb btf (A3.5): C headers that compile and keep every layout, checks, merging."""
import glob
import os
import shutil
import subprocess
import sys

import command

VMLINUX = '/sys/kernel/btf/vmlinux'
COMPOSITES = {'STRUCT': 'struct', 'UNION': 'union'}
SAME_SIZE = ('TYPEDEF', 'CONST', 'VOLATILE', 'RESTRICT', 'TYPE_TAG', 'VAR')


def vmlinux(bench):
    if not os.path.exists(VMLINUX):
        bench.skip('no ' + VMLINUX)
    return VMLINUX


class Types:
    """A JSON dump with what C says about it."""

    def __init__(self, bench, path, *args):
        self.types = bench.run('btf', 'dump', '--format', 'json', *args, path).want(0).json()['types']
        self.by_id = {t['id']: t for t in self.types}

    def size(self, id):
        t = self.by_id.get(id)
        while t and t['kind'] in SAME_SIZE:
            t = self.by_id.get(t['type_id'])
        if not t or t['kind'] in ('FWD', 'FUNC_PROTO', 'FUNC'):
            return None
        if t['kind'] == 'PTR':
            return 8
        if t['kind'] == 'ARRAY':
            return t['nr_elems'] * self.size(t['type_id'])
        return t['size']

    def layout(self, t, base=0):
        """(name, bit offset, width of a bit field, size) of each member, anonymous ones opened."""
        rows = []
        for m in t['members']:
            off, inner = base + m['bits_offset'], self.by_id.get(m['type_id'])
            while m['name'] == '(anon)' and inner['kind'] in SAME_SIZE:
                inner = self.by_id[inner['type_id']]
            if m['name'] == '(anon)' and inner['kind'] in COMPOSITES:
                rows += self.layout(inner, off)
            else:
                rows.append((m['name'], off, m.get('bitfield_size', 0), self.size(m['type_id'])))
        return rows

    def named(self):
        """{name in C: type} of structs and unions; later ones of a name get a number."""
        found, numbers = {}, {}
        for t in self.types:
            tag = t['kind'] in COMPOSITES or t['kind'] in ('ENUM', 'ENUM64')
            if not tag or t['name'] == '(anon)' or (t['kind'] == 'ENUM' and not t['vlen']):
                continue
            n = numbers[t['name']] = numbers.get(t['name'], 0) + 1
            if t['kind'] in COMPOSITES:
                found[t['name'] if n == 1 else f'{t["name"]}___{n}'] = t
        return found


def compile_c(bench, text, compiler, *flags):
    """Path of the object; any warning fails."""
    if not shutil.which(compiler):
        bench.skip(compiler + ' is missing')
    source, out = bench.file(text.encode(), 'types.c'), bench.path('types.o')
    done = subprocess.run([compiler, '-O2', '-g', '-Werror', *flags, '-c', source, '-o', out],
                          capture_output=True)
    assert not done.returncode, done.stderr.decode()[:2000]
    return out


def header(bench, *args):
    path = bench.path('types.h')
    with open(path, 'wb') as f:
        f.write(bench.run('btf', 'dump', '--format', 'c', *args).want(0).out)
    return path


def check_layouts(bench, path, *args):
    """Each struct, used by value in a program that includes the header, has BTF's layout."""
    want = Types(bench, path, *args)
    named = want.named()
    text = f'#include "{header(bench, *args, path)}"\n'
    for i, (name, t) in enumerate(named.items()):
        text += f'{COMPOSITES[t["kind"]]} {name} v{i};\n'
    got = Types(bench, compile_c(bench, text, command.CLANG, '-target', 'bpf'))
    compiled = got.named()
    for name, t in named.items():
        assert compiled[name]['size'] == t['size'], (name, compiled[name]['size'], t['size'])
        members = got.layout(compiled[name])
        expected = want.layout(t)
        names = {m[0] for m in expected}
        members = [m for m in members if m[0] in names or not m[0].startswith('__pad')]
        assert members == expected, (name, [p for p in zip(members, expected) if p[0] != p[1]][:3])
    return len(named)


def test_kernels_header_compiles(bench):
    path = header(bench, vmlinux(bench))
    text = f'#include "{path}"\nint x;\n'
    compile_c(bench, text, command.CLANG, '-target', 'bpf', '-Wall')
    compile_c(bench, text, 'gcc')


def test_core_program_with_the_header(bench):
    """preserve_access_index reaches the records: reading a field makes a relocation."""
    path = header(bench, vmlinux(bench))
    text = f'''#include "{path}"
static void *(*probe_read)(void *, u32, const void *) = (void *)113;
__attribute__((section("raw_tp/sched_switch"), used))
int on_switch(struct bpf_raw_tracepoint_args *ctx)
{{
	struct task_struct *next = (void *)ctx->args[2];
	int pid;
	probe_read(&pid, sizeof(pid), __builtin_preserve_access_index(&next->tgid));
	return pid;
}}
char LICENSE[] __attribute__((section("license"), used)) = "GPL";
'''
    obj = compile_c(bench, text, command.CLANG, '-target', 'bpf')
    sections = subprocess.run(['readelf', '-x', '.BTF.ext', obj], capture_output=True, text=True)
    assert sections.returncode == 0
    info = bench.run('dis', obj).want(0)
    assert b'on_switch' in info.out
    # An offset that isn't the header's would come out of this relocation.
    doc = bench.run('info', '--json', obj).want(0).json()
    assert doc['programs'][0]['name'] == 'on_switch'


def test_objects_headers_compile(bench):
    """Every program of ours, each way of building it that gives other types."""
    seen = set()
    for obj in sorted(glob.glob(bench.progs + '/*.o')):
        done = bench.run('btf', 'dump', '--format', 'c', obj)
        if done.status == 3 and b'E1290' in done.err:
            continue
        assert done.status == 0, str(done)
        if done.out in seen:
            continue
        seen.add(done.out)
    # One run of each compiler for all: each header in a file of its own would take minutes.
    folder = bench.path('headers')
    os.mkdir(folder)
    files = []
    for i, text in enumerate(sorted(seen)):
        files.append(f'{folder}/h{i}.c')
        with open(files[-1], 'wb') as f:
            f.write(text)
    assert len(files) > 10
    for cc in ([command.CLANG, '-target', 'bpf', '-Wall', '-Werror'], ['gcc', '-Werror']):
        if not shutil.which(cc[0]):
            bench.skip(cc[0] + ' is missing')
        done = subprocess.run([*cc, '-fsyntax-only', *files], capture_output=True)
        assert not done.returncode, done.stderr.decode()[:3000]


LAYOUTS = '''
typedef unsigned long long u64_low __attribute__((aligned(4)));
struct packed_one { char c; int i; short s; } __attribute__((packed));
struct packed_user { char c; struct packed_one p; int i; };
struct aligned_one { char c; } __attribute__((aligned(64)));
struct aligned_user { int a; struct aligned_one one; int b; };
struct low { int a; u64_low b; int c; };
struct bits { int a:3; int b:30; unsigned c:1; long d:40; char e:2; _Bool f:1; };
struct bits_gap { int a:3; int :5; int b:9; int :0; int c:1; long :40; int d:2; };
struct bits_packed { int a:3; int b:30; long c:61; char d; } __attribute__((packed));
struct flexible { int n; struct { int a, b; } rows[]; };
struct zero { int n; char data[0]; long tail; };
struct far_apart { char a; char b __attribute__((aligned(4096))); };
union aligned_union { char c; int i __attribute__((aligned(32))); };
struct anonymous { union { struct { int a; char b; }; long c; }; struct { char d; } e; };
struct empty { };
struct wide { char c; __int128 x; };
enum small { SMALL = 1 } __attribute__((mode(byte)));
enum big { BIG = 0x123456789abcULL, MINUS = -1 };
struct enums { enum small s; enum big b; enum { INLINE_A, INLINE_B = -5 } inlined; };
typedef struct list_node list_node_t;
struct list_node { list_node_t *next; void (*free)(list_node_t *, int (*)[4], ...); };
typedef int (*callback_t)(const char *restrict, void *const volatile *, struct later *);
struct calls { callback_t f[3]; int (*(*g)(void))[7]; const char *const *names; };
struct later { struct calls c; int (*table[2][3])(struct later); };
typedef const int table_t[4];
struct tables { table_t t; volatile char v[2][3]; };
'''


def test_layouts_of_all_sorts(bench):
    text = LAYOUTS
    for line in LAYOUTS.splitlines():
        word = line.split()
        if word and word[0] in ('struct', 'union') and word[2] == '{':
            text += f'{word[0]} {word[1]} var_{word[1]};\n'
    obj = compile_c(bench, text, command.CLANG, '-target', 'bpf', '-Wno-visibility')
    assert check_layouts(bench, obj) > 15
    compile_c(bench, f'#include "{header(bench, obj)}"\n', 'gcc')


def test_names_that_clash(bench):
    """Two objects with different structs, typedefs and constants of one name, linked."""
    a = compile_c(bench, 'struct s { int a; }; typedef struct s t; enum { ONE = 1 } e; t x;'
                  'struct { int kept; } anon;', command.CLANG, '-target', 'bpf')
    b = compile_c(bench, 'struct s { long b; }; typedef struct s t; enum e2 { ONE = 2 } e2; t y;',
                  command.CLANG, '-target', 'bpf')
    merged = bench.path('merged.btf')
    bench.run('btf', 'dedup', '-o', merged, a, b).want(0)
    out = bench.run('btf', 'dump', '--format', 'c', merged).want(0).out.decode()
    for text in ('struct s {\n\tint a;', 'struct s___2 {\n\tlong b;', 'typedef struct s t;',
                 'typedef struct s___2 t___2;', 'ONE = 2', 'ONE___2 = 1'):
        assert text in out, (text, out)
    assert check_layouts(bench, merged) == 2


def test_two_kernels_become_one(bench):
    """L06: whole files, through the command, byte for byte."""
    path, out = vmlinux(bench), bench.path('merged.btf')
    done = bench.run('btf', 'dedup', '--json', '-o', out, path, path).want(0).json()
    with open(path, 'rb') as want, open(out, 'rb') as got:
        assert got.read() == want.read()
    assert done['types'] > 10000


def test_link_of_a_kernels_types(bench):
    """L06 through the linker: an object with all of the kernel's types, linked with itself under
    another name, has them once, and as many as linked alone."""
    types = vmlinux(bench)
    obj = compile_c(bench, 'int x = 1; int get(void) { return x; }', command.CLANG, '-target', 'bpf')
    other = compile_c(bench, 'long y = 1; long got(void) { return y; }', command.CLANG, '-target',
                      'bpf')
    # The kernel's types without its functions and variables, which are nobody's here.
    big = []
    for small in (obj, other):
        merged, out = bench.path('merged.btf'), bench.path('big.o')
        bench.run('btf', 'dedup', '-o', merged, small, types).want(0)
        if not shutil.which('llvm-objcopy-19'):
            bench.skip('llvm-objcopy-19 is missing')
        subprocess.run(['llvm-objcopy-19', '--update-section', f'.BTF={merged}',
                        '--remove-section', '.BTF.ext', small, out], check=True)
        big.append(out)

    def count(path):
        rows = Types(bench, path).types
        return sum(t['kind'] not in ('FUNC', 'VAR', 'DATASEC', 'DECL_TAG') for t in rows)

    alone, both = count(bench.link(big[0])), count(bench.link(*big))
    # `long` and the other prototype are in the kernel's types, too.
    assert alone > 10000 and both - alone <= 2, (alone, both)


def test_check(bench):
    good, bad = bench.prog('mapping_drop'), bench.file(b'\x9f\xeb' + bytes(22))
    done = bench.run('btf', 'check', good).want(0)
    assert b' types\n' in done.out
    assert b'E12' in bench.run('btf', 'check', good, bad).want(3).err
    doc = bench.run('btf', 'check', '--json', good, bad).want(3).json()
    assert [f['valid'] for f in doc['files']] == [True, False], doc


def test_usage(bench):
    good = bench.prog('mapping_drop')
    for args in (['dump'], ['dump', '--format', 'svg', good], ['dump', good, good], ['check'],
                 ['dedup', good], ['dedup', '-o', 'x'], ['dedup', '-o', 'x', '--base', good, good],
                 [], ['nonsense', good]):
        bench.run('btf', *args).want(2)
    doc = bench.run('btf', 'dump', '--json', '--format', 'c', good).want(0).json()
    assert '#ifndef __VMLINUX_H__' in doc['c']


if __name__ == '__main__':
    command.main(sys.modules['__main__'])
