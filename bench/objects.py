#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Objects to measure with: N of a template, compiled once and kept.

Object i of a set calls functions of object i ^ 1 (so that half of the externs are met before
their definition) and of i - 1, so the first N objects of a set, N even, link without a rest.
"""
import concurrent.futures
import hashlib
import os
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
CLANG = os.environ.get('BPF_CLANG', 'clang-19')
STRIP = os.environ.get('BPF_STRIP', 'llvm-strip-19')
VMLINUX_BTF = '/sys/kernel/btf/vmlinux'


def find_bpftool():
    return shutil.which('bpftool', path=os.environ['PATH'] + ':/usr/sbin')


def flags():
    arch = subprocess.run(['cc', '-print-multiarch'], capture_output=True, text=True, check=True)
    return ['-O2', '-g', '-target', 'bpf', '-mcpu=v3', '-D__TARGET_ARCH_x86',
            '-I/usr/include/' + arch.stdout.strip()]


def compile_text(text, out):
    """One object from C text."""
    subprocess.run([CLANG, *flags(), '-x', 'c', '-c', '-', '-o', out], input=text.encode(),
                   check=True)


class Set:
    """A folder of objects. Its name has a hash of what they are made of, so old ones don't count."""

    def __init__(self, cache, template, headers=(), extra=()):
        self.template = f'{HERE}/progs/{template}.bpf.c'
        self.extra = [*flags(), *extra]
        hashed = hashlib.sha256(' '.join([CLANG, *self.extra]).encode())
        for path in (self.template, *headers):
            with open(path, 'rb') as f:
                hashed.update(f.read())
        self.folder = f'{cache}/{template}-{hashed.hexdigest()[:12]}'

    def _compile(self, i):
        path = f'{self.folder}/{i}.o'
        if not os.path.exists(path):
            part = path + '.part'
            subprocess.run([CLANG, *self.extra, f'-DI={i}', f'-DPEER={i ^ 1}',
                            f'-DPREV={i - 1 if i else 1}', '-c', self.template, '-o', part],
                           check=True)
            os.rename(part, path)
        return path

    def first(self, n):
        """Paths of the first n objects."""
        os.makedirs(self.folder, exist_ok=True)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(self._compile, range(n)))


def without_dwarf(paths, folder):
    """Copies of objects that have lost their debugging sections but kept BTF."""
    os.makedirs(folder, exist_ok=True)
    copies = [f'{folder}/{i}.o' for i in range(len(paths))]
    for path, copy in zip(paths, copies):
        if not os.path.exists(copy):
            subprocess.run([STRIP, '--strip-debug', path, '-o', copy], check=True)
    return copies


def units(cache):
    return Set(cache, 'unit', [f'{HERE}/progs/shared.h'])


def core_units(cache):
    """Objects with vmlinux.h, precompiled; None where this machine has no such thing."""
    bpftool = find_bpftool()
    header, compiled = f'{cache}/vmlinux.h', f'{cache}/vmlinux.pch'
    if not bpftool or not os.path.exists(VMLINUX_BTF):
        return None
    os.makedirs(cache, exist_ok=True)
    text = subprocess.run([bpftool, 'btf', 'dump', 'file', VMLINUX_BTF, 'format', 'c'],
                          stdout=subprocess.PIPE, check=True).stdout
    if not os.path.exists(compiled) or open(header, 'rb').read() != text:
        with open(header, 'wb') as f:
            f.write(text)
        subprocess.run([CLANG, *flags(), '-x', 'c-header', header, '-o', compiled], check=True)
    return Set(cache, 'core', [header], ['-include-pch', compiled])
