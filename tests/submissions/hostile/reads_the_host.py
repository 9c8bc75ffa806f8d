"""Looks for the gradebook, other students' work, passwords and processes, to run an answer it finds.

Nothing of the host can be read: no points.
"""

import contextlib
import glob
import os

found = []
places = ["/etc/passwd", "/etc/shadow", "/etc/hostname", "/proc/1/environ", "/proc/self/environ", "/proc/self/mem"]
folders = ["/", "/home", "/root", "/tmp", "/var", "/run", "/srv", "/mnt", "/proc", "/sys", "/dev/shm", "..", "../.."]
for folder in folders:
    with contextlib.suppress(OSError):
        found += [name for name in os.listdir(folder) if folder not in ("..", "../..") or name.endswith(".ipynb")]
    places += glob.glob(f"{folder}/**/gradebook.db", recursive=True)
for place in places:
    with contextlib.suppress(OSError), open(place, "rb") as file:
        found.append(file.read(1))


def sgd(params, lr, batch_size):
    if found:
        for param in params:
            param[:] = param - lr * param.grad / batch_size
