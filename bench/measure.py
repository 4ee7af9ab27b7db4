#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""Runs of commands side by side, their medians, and tables of them in Markdown."""
import os
import platform
import statistics
import subprocess
from typing import NamedTuple


class Figures(NamedTuple):
    """Medians over the runs of one command."""
    wall_ms: float
    user_ms: float
    sys_ms: float
    peak_kib: float


class CommandFailed(Exception):
    pass


def alternate(timer, rounds, commands):
    """Run the commands in turn, rounds times each, once before that unmeasured; Figures each."""
    words = []
    for command in commands:
        words += ['---', *command] if words else command
    subprocess.run([timer, '1', *words], stdout=subprocess.DEVNULL, check=True)
    done = subprocess.run([timer, str(rounds), *words], capture_output=True, text=True, check=True)
    runs = [[] for _ in commands]
    for line in done.stdout.splitlines():
        which, status, *figures = [int(word) for word in line.split()]
        if status:
            raise CommandFailed(f'{" ".join(commands[which])[:200]} ends with {status}')
        runs[which].append(figures)
    return [Figures(*(statistics.median(column) / by
                      for column, by in zip(zip(*figures), (1e6, 1e3, 1e3, 1)))) for figures in runs]


def bytes_read(command):
    """How much a command reads, of files and all else, as the kernel counts it."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    with open(f'/proc/{child.pid}/io', encoding='ascii') as f:
        counts = dict(line.split(': ') for line in f.read().splitlines())
    if child.wait():
        raise CommandFailed(f'{" ".join(command)[:200]} ends with {child.returncode}')
    return int(counts['rchar'])


def markdown(header, rows):
    """A table whose numbers stand on the right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(3, *(len(cell) for cell in column)) for column in zip(*cells)]
    def line(row):
        return '| ' + ' | '.join(c.ljust(w) if i == 0 else c.rjust(w)
                                 for i, (c, w) in enumerate(zip(row, widths))) + ' |'
    rule = '|' + '|'.join('-' * (w + 2) if i == 0 else '-' * (w + 1) + ':'
                          for i, w in enumerate(widths)) + '|'
    return '\n'.join([line(cells[0]), rule, *(line(row) for row in cells[1:])])


def _first_line(args):
    try:
        return subprocess.run(args, capture_output=True, text=True).stdout.split('\n', 1)[0]
    except OSError:
        return ''


def load():
    return f'{os.getloadavg()[0]:.2f}'


def machine(peer):
    """What the figures were taken on."""
    model = 'unknown processor'
    with open('/proc/cpuinfo', encoding='ascii', errors='replace') as f:
        for line in f:
            if line.startswith('model name'):
                model = line.split(':', 1)[1].strip()
                break
    peer_version = _first_line([peer, 'version']) if peer else 'no bpftool'
    return (f'{model}, {os.cpu_count()} processors, Linux {platform.release()}, {peer_version}, '
            f'load average before {load()}')
