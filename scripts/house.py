# SPDX-License-Identifier: LGPL-2.1-only OR BSD-2-Clause
"""What the check_* scripts share: the project's files, C without comments, the counts line."""
import os
import re
import sys

SCRIPTS = os.path.dirname(os.path.abspath(__file__))
SKIPPED_DIRS = re.compile(r'^(\.git|build.*|__pycache__|\.cache)$')


def root_from_args():
    """The tree to check: the first argument, or the project that the script belongs to."""
    return os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(SCRIPTS))


def files(root, *endings):
    """Paths relative to root, sorted; all files without endings."""
    found = []
    for folder, dirs, names in os.walk(root):
        dirs[:] = sorted(d for d in dirs if not SKIPPED_DIRS.match(d))
        for name in names:
            # In a work tree of its own .git is a file.
            if name != '.git' and (not endings or name.endswith(endings)):
                found.append(os.path.relpath(os.path.join(folder, name), root))
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding='utf-8') as f:
        return f.read()


TOKENS = re.compile(
    r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def bare_c(text, keep_strings=False):
    """C with comments (and the insides of literals) blanked; every newline stays."""
    def blank(m):
        s = m.group(0)
        if s[0] in '"\'':
            return s if keep_strings else s[0] * 2
        return ' ' + '\n' * s.count('\n')
    return TOKENS.sub(blank, text)


def finish(problems, n_checked, what):
    """Print the problems and the counts line; exit."""
    for p in problems:
        print(p)
    if not n_checked:
        print('nothing was checked')
        problems = ['nothing']
    print(f'{n_checked} {what} checked, {len(problems)} problems')
    print(f'# passed={0 if problems else 1} failed={1 if problems else 0} skipped=0')
    sys.exit(1 if problems else 0)
