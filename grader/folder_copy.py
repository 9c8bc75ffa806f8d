"""Copying a folder that a student filled: what may be copied is, and what may not is told."""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from grader.file_names import DEEPEST, UnsafeName, check_name, shown
from grader.untrusted_files import NotTaken, open_folder, read_file

AT_ONCE = 5
"""Files that one line names; more are counted."""


@dataclass(frozen=True)
class FolderLimits:
    """How much is copied of one folder."""

    file_bytes: int
    total_bytes: int
    entries: int
    """Files and folders."""


@dataclass
class FolderCopy:
    """A copy of one folder, and what was left out of it.

    Links, pipes, devices, files with other names elsewhere and what is beyond the limits stay behind. In each folder,
    notebooks come first, then other files, then folders, so that limits meet the notebooks last.

    ignored: true of what nobody wants, by its name and whether it is a folder; it stays behind without a word.
    """

    limits: FolderLimits
    ignored: Callable[[str, bool], bool]
    left_out: list[str] = field(default_factory=list)
    """Clauses that name a file and say why."""
    _bytes: int = 0
    _entries: int = 0

    def copy(self, root: Path, name: str, to: Path) -> None:
        """Copy the folder `name` of `root` into the empty folder `to`.

        Raises: NotTaken if it is no folder; OSError if it cannot be read, or a file cannot be written.
        """
        self._copy(root, (name,), to)

    def _copy(self, root: Path, names: tuple[str, ...], to: Path) -> None:
        with contextlib.ExitStack() as opened:
            try:
                folder = opened.enter_context(open_folder(root, *names))
                found = self._entries_of(folder, names[1:])
            except (NotTaken, OSError) as problem:
                if len(names) == 1:
                    raise
                self._leave(names[1:], problem)
                return
            to.mkdir(exist_ok=True)
            for name in sorted((name for name, kind in found.items() if kind != stat.S_IFDIR), key=_notebooks_first):
                self._copy_file(name, folder, names[1:], to)
        for name in sorted(name for name, kind in found.items() if kind == stat.S_IFDIR):
            if len(names) < DEEPEST:
                self._copy(root, (*names, name), to / name)
            else:
                self._leave((*names[1:], name), NotTaken(f"It lies more than {DEEPEST} folders deep."))

    def _entries_of(self, folder: int, path: tuple[str, ...]) -> dict[str, int]:
        """What lies in a folder and may be copied, with its kind; no more names are read than limits allow."""
        found: dict[str, int] = {}
        with os.scandir(folder) as entries:
            names = [entry.name for entry in itertools.islice(entries, self.limits.entries - self._entries + 1)]
        if self._entries + len(names) > self.limits.entries:
            where = f" in {shown('/'.join(path))}" if path else ""
            self.left_out.append(f"some of what lies{where} (more than {self.limits.entries} files and folders)")
            names.pop()
        self._entries += len(names)
        for name in names:
            try:
                kind = stat.S_IFMT(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
                if not self.ignored(name, kind == stat.S_IFDIR):
                    check_name(name)
                    found[name] = kind
            except UnsafeName as problem:
                self._leave((*path, name), NotTaken(f"It {problem}."))
            except OSError as error:
                self._leave((*path, name), error)
        return found

    def _copy_file(self, name: str, folder: int, path: tuple[str, ...], to: Path) -> None:
        try:
            content = read_file(name, folder, largest=self.limits.file_bytes)
            if self._bytes + len(content) > self.limits.total_bytes:
                raise NotTaken(f"No more than {self.limits.total_bytes / 2**20:.3g} MiB are taken in all.")
        except (NotTaken, OSError) as problem:
            self._leave((*path, name), problem)
            return
        self._bytes += len(content)
        (to / name).write_bytes(content)

    def _leave(self, path: tuple[str, ...], problem: NotTaken | OSError) -> None:
        clause = f"It cannot be read: {problem.strerror}" if isinstance(problem, OSError) else str(problem).rstrip(".")
        self.left_out.append(f"{shown('/'.join(path))} ({clause[:1].lower()}{clause[1:]})")


def listed(clauses: list[str]) -> str:
    """Some clauses in one line, the first few of them in full."""
    more = len(clauses) - AT_ONCE
    return ", ".join(clauses[:AT_ONCE]) + (f" and {more} more" if more > 0 else "")


def _notebooks_first(name: str) -> tuple[bool, str]:
    return (not name.endswith((".ipynb", ".txt")), name)
