"""One run at a time: a lock that the kernel takes back from a process that ends, however it ends.

Exceptions: `Locked`, with who holds it.
"""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locked(Exception):
    """Somebody else is at it; the message is a clause that says who."""


def this_process() -> str:
    """What a lock says of its holder."""
    return f"process {os.getpid()} on {socket.gethostname()}"


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold the lock of this name; the file stays when the lock is given up. Raises: Locked, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not inherited by programs that we start: the lock must end with this process.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 200).decode("ascii", "replace").strip()
            raise Locked(holder or "another process") from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{this_process()}\n".encode())
        yield
    finally:
        os.close(descriptor)
