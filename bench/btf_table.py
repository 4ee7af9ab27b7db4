# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Reading and merging BTF, side by side with libbpf."""
import json
import os
import subprocess

import measure

VMLINUX = '/sys/kernel/btf/vmlinux'
STEPS = ('parse', 'append', 'dedup')


def alternate(programs, copies, turns):
    """[the best of each step and the peak], for programs that take turns."""
    best = [None] * len(programs)
    for _ in range(turns):
        for i, program in enumerate(programs):
            done = subprocess.run([program, VMLINUX, str(copies), '5'], capture_output=True,
                                  text=True, check=True)
            row = json.loads(done.stdout)
            old = best[i] or row
            best[i] = {key: min(old[key], row[key]) for key in row}
    return best


def btf(bench):
    """The kernel's BTF: read from its file, one or two copies appended to an empty one, and
    merged, by this library and by libbpf (btf__parse, btf__add_btf, btf__dedup). CPU time, user
    and system, best of 25; peak memory of the process."""
    programs = [p for p in (bench.build + '/bench/btf_weld', bench.build + '/bench/btf_peer')
                if os.path.exists(p)]
    if not os.path.exists(VMLINUX) or len(programs) < 2:
        print(f'Not measured: needs {VMLINUX} and libbpf.')
        return
    rows = []
    for copies in (1, 2):
        ours, peer = alternate(programs, copies, bench.rounds or 5)
        for step in STEPS:
            rows.append([f'{step}, {copies}', f'{ours[step]:.2f}', f'{peer[step]:.2f}',
                         f'{peer[step] / max(ours[step], 1e-3):.2f}'])
        for key in ('types', 'peak_kib'):
            rows.append([f'{key.replace("_kib", " KiB")}, {copies}', ours[key], peer[key],
                         f'{peer[key] / ours[key]:.2f}'])
    print(measure.markdown(['step, copies', 'bpfweld, ms', 'libbpf, ms', 'ratio'], rows))
