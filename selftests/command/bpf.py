# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""bpf(2) by ctypes, for tests that load without bpfweld: what a user of `link --image` writes."""
import ctypes
import os
import platform
import struct

NR = {'x86_64': 321, 'aarch64': 280}
LIBC = ctypes.CDLL(None, use_errno=True)
MAP_CREATE, MAP_UPDATE_ELEM, PROG_LOAD, TEST_RUN, BTF_LOAD, MAP_FREEZE = 0, 2, 5, 10, 18, 22
RDONLY_PROG = 1 << 7
PSEUDO_NONE, PSEUDO_KFUNC_CALL, PSEUDO_BTF_ID = 0, 2, 3


class Refused(AssertionError):
    """The kernel's errno, and its log."""

    def __init__(self, errno, log=''):
        super().__init__(f'{os.strerror(errno)}: {log}')
        self.errno, self.log = errno, log


class Attr:
    """An attribute of bpf(2): members by their offset."""

    def __init__(self, size=152):
        self.bytes, self.kept = ctypes.create_string_buffer(size), []

    def put(self, form, at, *values):
        struct.pack_into(form, self.bytes, at, *values)
        return self

    def u32(self, at, *values):
        return self.put(f'{len(values)}I', at, *values)

    def pointer(self, at, data):
        """The address of a copy of data, which lives as long as the attribute."""
        room = ctypes.create_string_buffer(bytes(data), max(len(data), 1))
        self.kept.append(room)
        self.put('Q', at, ctypes.addressof(room))
        return room

    def ask(self, command):
        ret = LIBC.syscall(NR[platform.machine()], command, self.bytes, len(self.bytes))
        if ret < 0:
            raise Refused(ctypes.get_errno())
        return ret

    def get(self, at):
        return struct.unpack_from('I', self.bytes, at)[0]


def kernel_name(name):
    return ''.join(c if c.isalnum() or c in '_.' else '_' for c in name)[:15].encode()


def load_btf(data):
    attr = Attr()
    attr.pointer(0, data)
    return attr.u32(16, len(data)).ask(BTF_LOAD)


def create_map(m, inner=0):
    attr = Attr()
    attr.u32(0, m['map_type'], m['key_size'], m['value_size'], m['max_entries'], m['map_flags'],
             inner, m['numa_node'])
    attr.put('15s', 28, kernel_name(m['name'])).put('Q', 64, m['map_extra'])
    return attr.ask(MAP_CREATE)


def update(fd, key, value):
    attr = Attr().u32(0, fd)
    attr.pointer(8, struct.pack('I', key))
    attr.pointer(16, value)
    attr.ask(MAP_UPDATE_ELEM)


def freeze(fd):
    Attr().u32(0, fd).ask(MAP_FREEZE)


def load_program(doc, insns, fds, btf):
    """A program from the document beside its raw instructions."""
    attr = Attr()
    attr.u32(0, doc['prog_type'], len(insns) // 8)
    attr.pointer(8, insns)
    attr.pointer(16, doc['license'].encode() + b'\0')
    attr.u32(40, doc['kern_version'], doc['prog_flags'])
    attr.put('15s', 48, kernel_name(doc['program'])).u32(68, doc['expected_attach_type'])
    attr.pointer(120, struct.pack(f'{len(fds)}i', *fds))
    if btf is not None and doc['func_info']:
        records(attr, 76, 80, 88, [(r['insn_off'], r['type_id']) for r in doc['func_info']])
        records(attr, 92, 96, 104, [(r['insn_off'], r['file_name_off'], r['line_off'],
                                     r['line_col']) for r in doc['line_info']])
        attr.u32(72, btf)
    if doc['core_relos']:
        records(attr, 136, 128, 116, [(r['insn'] * 8, r['type_id'], r['access_str_off'], r['kind'])
                                      for r in doc['core_relos']])
    try:
        return attr.ask(PROG_LOAD)
    except Refused:
        return ask_again(attr)


def ask_again(attr):
    """For the log."""
    log = attr.pointer(32, bytes(1 << 22))
    try:
        return attr.u32(24, 1, len(log)).ask(PROG_LOAD)
    except Refused as e:
        raise Refused(e.errno, log.value.decode(errors='replace')) from e


def records(attr, size_at, pointer_at, count_at, rows):
    attr.u32(size_at, 4 * len(rows[0])).u32(count_at, len(rows))
    attr.pointer(pointer_at, b''.join(struct.pack(f'{len(r)}I', *r) for r in rows))


def test_run(fd, packet):
    """What the program returns."""
    attr = Attr().u32(0, fd).u32(8, len(packet)).u32(32, 1)
    attr.pointer(16, packet)
    attr.ask(TEST_RUN)
    return attr.get(4)
