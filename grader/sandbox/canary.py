"""A dozen forbidden acts, tried in a real worker at every start: isolation is proved, not assumed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import socket
import sys
from collections.abc import Callable
from pathlib import Path


def committed(host_file: str, port: int, victim: int) -> tuple[str, ...]:
    """Try every act and name those that were not refused; none must be left.

    host_file: a file of the host that anybody may read and write. port: a TCP port of the host that accepts
    connections. victim: the id of a process of the same user.
    """
    acts: dict[str, Callable[[], object]] = {
        "read a file of the host": lambda: Path(host_file).read_bytes(),
        "write a file of the host": lambda: Path(host_file).write_bytes(b""),
        "list the root folder": lambda: os.listdir("/"),
        "write into the environment": lambda: (Path(sys.prefix) / "canary").touch(),
        "change a file's mode": lambda: os.chmod(host_file, 0o600),
        "connect to a port": lambda: socket.create_connection(("127.0.0.1", port), 1).close(),
        "make a vsock socket": lambda: socket.socket(40, socket.SOCK_STREAM).close(),
        "start a process": _fork,
        "run a program": _exec,
        "signal another process": lambda: os.kill(victim, 0),
        "allocate 64 GiB": lambda: bytearray(64 * 2**30),
        "make a namespace": lambda: _libc("unshare", 0x10000000),
        "make anonymous shared memory": lambda: os.memfd_create("canary"),
        "raise a limit": lambda: resource.setrlimit(resource.RLIMIT_AS, (2**45, 2**45)),
    }
    return tuple(name for name, act in acts.items() if _succeeds(act))


def _succeeds(act: Callable[[], object]) -> bool:
    try:
        act()
    except (OSError, MemoryError, ValueError):
        return False
    return True


def _fork() -> None:
    if os.fork() == 0:
        os._exit(0)


def _exec() -> None:
    with contextlib.suppress(FileNotFoundError):  # got as far as looking for it: the act itself was not refused
        os.execv("/no/such/program", ["program"])


def _libc(name: str, *arguments: int) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
