"""What grading remembers of each submission, so that the next run need not do it again.

A record says what went in (as a digest of it all: submission, assignment, grader, settings) and what came of it. It
is written after everything that it speaks of, at once or not at all, and with a digest of itself. Whatever cannot be
read, or does not fit, counts as no record: the submission is graded again.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib import metadata
from pathlib import Path

import msgspec

from grader.results import Result

LARGEST = 32 * 2**20
LIBRARIES = ("hypothesis", "ipykernel", "ipython", "matplotlib", "mxnet", "nbconvert", "nbformat", "nbgrader", "numpy")
"""What else than ourselves can change a result."""


class Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One graded submission.

    given: the digest of everything that the result depends on. notebook: the SHA-256 of the autograded notebook.
    automatic: stands for what the gradebook holds (`grader.gradebook.RunGradebook.automatic`). stopped: how many cells
    were stopped or ended their process. seconds: how long it took to run, as the one thing here that differs from run
    to run; None in records from before it was noted.
    """

    student: str
    given: str
    notebook: str
    automatic: str
    stopped: int
    result: Result
    seconds: float | None = None

    @property
    def partial(self) -> bool:
        """Whether something could not be run: a cell was stopped, or a check timed out or found nothing to check."""
        checks = (check for part in self.result.parts for check in part.checks)
        return self.stopped > 0 or any(check.status in ("not_run", "timed_out") for check in checks)


class _Sealed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    digest: str
    record: msgspec.Raw


def write_record(path: Path, record: Record) -> None:
    """Put a record in the place of an older one. Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = msgspec.json.encode(record)
    sealed = msgspec.json.encode(_Sealed(sha256(data), msgspec.Raw(data)))
    write_whole(path, sealed + b"\n")


def read_record(path: Path) -> Record | None:
    """The record of this name, if there is one to be trusted."""
    try:
        with path.open("rb") as file:
            sealed = msgspec.json.decode(file.read(LARGEST), type=_Sealed)
        return msgspec.json.decode(sealed.record, type=Record) if sha256(sealed.record) == sealed.digest else None
    except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that nobody ever sees half of it. Raises: OSError."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_bytes(data)
    os.replace(unfinished, path)


def write_report(path: Path, text: str) -> None:
    """Write a file that somebody has asked for, with the folders that it lies in. Raises: OSError."""
    if path.exists() and not path.is_file():  # /dev/stdout, a pipe: nothing may take its place
        path.write_bytes(text.encode())
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text.encode())


def sha256(data: bytes | msgspec.Raw) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def grader_digest() -> str:
    """Stands for the program that grades: every file of this package, and the libraries whose versions matter."""
    found = hashlib.sha256()
    package = Path(__file__).parent
    for path in sorted(package.rglob("*")):
        if path.suffix in (".py", ".html", ".css"):
            found.update(f"{path.relative_to(package)} {sha256(path.read_bytes())}\n".encode())
    for library in LIBRARIES:
        found.update(f"{library} {metadata.version(library)}\n".encode())
    return found.hexdigest()
