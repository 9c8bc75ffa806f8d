"""Changes, replaces, truncates and links what later submissions will import, and leaves start-up files for them.

Nothing of it can be written: no points, and the next submission is graded as always.
"""

import contextlib
import os
import sys

import numpy

home = os.path.expanduser("~")
programs = [sys.executable, numpy.__file__, os.__file__, os.path.dirname(os.__file__) + "/site-packages/evil.pth"]
acts = [
    lambda path: os.chmod(path, 0),
    lambda path: os.truncate(path, 0),
    lambda path: os.utime(path),
    lambda path: os.rename(path, path + ".old"),
    lambda path: os.remove(path),
    lambda path: os.link(path, "link"),
    lambda path: open(path, "ab").close(),
    lambda path: os.setxattr(path, "user.x", b"x"),
]
hits = []
for path in programs:
    for act in acts:
        with contextlib.suppress(OSError):
            act(path)
            hits.append(path)
for folder in (f"{home}/.ipython/profile_default/startup", "/etc", sys.prefix, os.path.dirname(numpy.__file__)):
    with contextlib.suppress(OSError):
        os.makedirs(folder, exist_ok=True)
        with open(f"{folder}/00-first.py", "w") as file:
            file.write("raise SystemExit")


def sgd(params, lr, batch_size):
    if hits:
        for param in params:
            param[:] = param - lr * param.grad / batch_size
