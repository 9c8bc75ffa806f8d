"""Reading folders that students filled: nothing is followed, waited for or read beyond a limit.

A folder is walked by descriptors, one name at a time, so that no link on the way to a file leads elsewhere, not even
one that is put there while we look.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path


class NotTaken(Exception):
    """This file or folder is not read; the message is a sentence about it that says why, without its name."""


KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


@contextlib.contextmanager
def open_folder(root: Path, *names: str) -> Iterator[int]:
    """A descriptor of the folder `names` below `root`; `root` is ours and may be a link, what is below it may not.

    Raises: NotTaken; OSError where the machine is at fault.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in names:
            found = kind(name, folder)
            if found != stat.S_IFDIR:
                raise NotTaken(f"It is {KINDS.get(found, 'a file')}, not a folder.")
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def kind(name: str, folder: int) -> int:
    """What lies there, as one of the `stat.S_IF...` kinds. Raises: NotTaken if nothing does."""
    try:
        return stat.S_IFMT(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        raise NotTaken("It does not exist.") from None


def read_file(name: str, folder: int, *, largest: int, hard_links: bool = False) -> bytes:
    """The content of a regular file in `folder`, at most `largest` bytes of it.

    hard_links: whether a file may be one that has other names too. In what was handed in it may not: a student can
    give somebody else's file such a name, and it is then not theirs to give.

    Raises: NotTaken; OSError where the machine is at fault.
    """
    found = kind(name, folder)
    if found != stat.S_IFREG:
        raise NotTaken(f"It is {KINDS.get(found, 'no file')}, not a file.")
    # Between that look and this one it may have become a pipe, which must not make us wait.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    with open(os.open(name, flags, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise NotTaken("It is not a file.")
        if status.st_nlink > 1 and not hard_links:
            raise NotTaken("It is a hard link to a file that has other names too.")
        if status.st_size > largest:
            raise NotTaken(f"It has {status.st_size / 2**20:.0f} MiB; at most {largest / 2**20:g} are read.")
        return file.read(largest)
