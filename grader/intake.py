"""What was handed in, taken in: a folder or a file that may hold anything at all becomes a notebook or a reason.

Of a submission's folder only the notebook and the two small files of nbgrader's exchange are read. Nothing is
followed, waited for, unpacked or copied along, and what could not be taken is told in sentences, in which a student's
file names appear bounded and without anything that a terminal, a log or a page could misread.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from grader.grading import Assignment, recognise
from grader.notebook import MAX_BYTES, Cell, Unreadable
from grader.untrusted_files import KINDS, NotTaken, kind, open_folder, read_file

TIMESTAMP, SECRET = "timestamp.txt", "submission_secret.txt"
NOT_WORTH_A_WORD = frozenset({TIMESTAMP, SECRET, "feedback", "__pycache__"})
"""What nbgrader and Python leave in every folder; names that begin with a dot are not mentioned either."""
MAX_CANDIDATES = 20
"""Notebooks looked into to find the right one among wrong names: students have two or three."""
MAX_NAMED = 5
"""File names in one sentence."""
LONGEST_NAME = 60


@dataclass(frozen=True)
class Slip:
    """What nbgrader's exchange adds to a submission, as it writes it; nothing for what is missing or odd.

    timestamp: when it was handed in. secret: what the student's own nbgrader will find the feedback by.
    """

    timestamp: str = ""
    secret: str = ""


@dataclass(frozen=True)
class Accepted:
    """A notebook that can be graded.

    data: its bytes. cells: what `grader.notebook.read` has read in them. notes: what else should be known, in
    sentences.
    """

    assignment: Assignment
    data: bytes
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    slip: Slip = Slip()


@dataclass(frozen=True)
class Refused:
    """Nothing that can be graded, and why, in sentences."""

    reason: str
    slip: Slip = Slip()


def take_folder(root: Path, *names: str, assignments: Sequence[Assignment]) -> Accepted | Refused:
    """What lies in the folder `names` below `root`, which is ours; `names` and what they hold are a student's.

    The notebook is the one with an assignment's name. Where there is none, it is the only one there whose cells
    belong to an assignment. Never raises for anything that lies there.
    """
    try:
        with open_folder(root, *names) as folder:
            return _choose(folder, assignments)
    except NotTaken as problem:
        return Refused(f"The submission's folder cannot be read. {problem}")
    except (OSError, ValueError) as problem:
        return Refused(f"The submission's folder cannot be read: {_why(problem)}.")


def look_at_slip(root: Path, *names: str) -> Slip:
    """What is known about when the submission in the folder `names` below `root` was handed in; it is not taken."""
    try:
        with open_folder(root, *names) as folder:
            return _slip(folder, os.listdir(folder))[0]
    except (NotTaken, OSError, ValueError):
        return Slip()


def take_file(path: Path, assignments: Sequence[Assignment]) -> Accepted | Refused:
    """A single notebook, by the name that its user gives it. Never raises for anything that lies there."""
    try:
        with open_folder(path.parent) as folder:
            return _take(path.name, folder, assignments, hard_links=True)
    except NotTaken as problem:
        return Refused(str(problem))
    except (OSError, ValueError) as problem:
        return Refused(f"It cannot be read: {_why(problem)}.")


def shown(name: str) -> str:
    """A file's name fit to be shown: quoted, at most 60 characters, one line, nothing invisible, no half characters."""
    text = os.fsencode(name).decode("utf-8", "replace")
    text = "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)
    return f"'{text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + '…'}'"


def _choose(folder: int, assignments: Sequence[Assignment]) -> Accepted | Refused:
    names = sorted(os.listdir(folder))
    slip, remarks = _slip(folder, names)
    named = [assignment for assignment in assignments if f"{assignment.name}.ipynb" in names]
    if len(named) > 1:
        return Refused(f"There are notebooks of several assignments: {_list([a.name for a in named])}.", slip)
    if named:
        name = f"{named[0].name}.ipynb"
        found = _take(name, folder, named)
        if isinstance(found, Refused):
            return Refused(f"{name} cannot be graded. {found.reason}", slip)
    else:
        *most, last = (f"{assignment.name}.ipynb" for assignment in assignments)
        wanted = f"{', '.join(most)} or {last}" if most else last
        candidates = [name for name in names if _may_be_notebook(name)]
        if len(candidates) > MAX_CANDIDATES:
            return Refused(f"There are {len(candidates)} notebooks, and none of them is called {wanted}.", slip)
        looked = {name: _take(name, folder, assignments) for name in candidates}
        fit = {name: found for name, found in looked.items() if isinstance(found, Accepted)}
        if not fit:
            return Refused(_nothing_fit(wanted, names, looked, folder), slip)
        if len({found.data for found in fit.values()}) > 1:
            reason = f"There are {len(fit)} notebooks of this assignment, and none of them is called {wanted}"
            return Refused(f"{reason}: {_list(fit)}. Which one counts is not for the grader to say.", slip)
        name, found = next(iter(fit.items()))
        right = f"{found.assignment.name}.ipynb"
        remarks += (f"The notebook is called {shown(name)}; it should be {right}. It was graded all the same.",)
    others = [other for other in names if other not in NOT_WORTH_A_WORD | {name} and not other.startswith(".")]
    if others:
        remarks += (f"Only the notebook is graded, so this was left aside: {_list(others)}.",)
    return Accepted(found.assignment, found.data, found.cells, remarks, slip)


def _take(name: str, folder: int, assignments: Sequence[Assignment], *, hard_links: bool = False) -> Accepted | Refused:
    try:
        data = read_file(name, folder, largest=MAX_BYTES, hard_links=hard_links)
        assignment, cells = recognise(data, assignments)
        return Accepted(assignment, data, tuple(cells))
    except (NotTaken, Unreadable) as problem:
        return Refused(str(problem))
    except OSError as problem:
        return Refused(f"It cannot be read: {_why(problem)}.")


def _may_be_notebook(name: str) -> bool:
    """Browsers and mail programs like to add an ending of their own, or to take ours off."""
    lower = name.lower()
    return not name.startswith(".") and (".ipynb" in lower or lower.endswith(".json"))


def _nothing_fit(wanted: str, names: Sequence[str], looked: dict[str, Accepted | Refused], folder: int) -> str:
    if looked:
        why = [f"{shown(name)}: {found.reason}" for name, found in looked.items() if isinstance(found, Refused)]
        return " ".join([f"There is no {wanted}, and no other notebook that could be graded.", *why[:MAX_NAMED]])
    there = [name for name in names if name not in NOT_WORTH_A_WORD and not name.startswith(".")]
    if not there:
        return f"There is no {wanted}, and nothing else either."
    return f"There is no {wanted}, only {_list(there, lambda name: _described(name, folder))}."


def _described(name: str, folder: int) -> str:
    found = KINDS.get(kind(name, folder))
    return f"{shown(name)} ({found})" if found else shown(name)


def _list(names: Sequence[str] | dict[str, Accepted], describe: Callable[[str], str] = shown) -> str:
    first = [describe(name) for name in list(names)[:MAX_NAMED]]
    more = len(names) - len(first)
    return ", ".join(first) + (f" and {more} more" if more else "")


_DATE = re.compile(
    r"(\d{4}-\d\d-\d\d(?: |T(?!.* ))\d\d:\d\d:\d\d(?:\.\d{1,6})?)"
    r"(?: [A-Za-z]{1,6}| [+-]\d\d(?:\d\d)?|Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?",
    re.ASCII,
)
"""Many zones have no name but their hours, and a course may have its dates in ISO 8601 (`Exchange.timestamp_format`).

Where a zone stands by itself it is letters or an offset only: nbgrader looks it up among the machine's files.
"""
_TOKEN = re.compile(r"[0-9a-f]{32,256}", re.ASCII)


def _slip(folder: int, names: Sequence[str]) -> tuple[Slip, tuple[str, ...]]:
    """The exchange's two files, and what to say about those that are no use."""
    timestamp, odd_date = _line(TIMESTAMP, folder, _is_date) if TIMESTAMP in names else ("", "")
    secret, odd_secret = _line(SECRET, folder, _is_token) if SECRET in names else ("", "")
    remarks = (
        odd_date and f"It is not known when this was handed in, because of {TIMESTAMP}. {odd_date}",
        odd_secret and f"The feedback cannot be fetched with nbgrader, because of {SECRET}. {odd_secret}",
    )
    return Slip(timestamp, secret), tuple(filter(None, remarks))


def _line(name: str, folder: int, fits: Callable[[str], bool]) -> tuple[str, str]:
    """The one line of a small file, and nothing; or nothing, and why."""
    try:
        text = read_file(name, folder, largest=300).decode("ascii", "replace").strip()
    except NotTaken as problem:
        return "", str(problem)
    except OSError as problem:
        return "", f"It cannot be read: {_why(problem)}."
    return (text, "") if fits(text) else ("", "It does not hold what nbgrader wrote.")


def _is_date(text: str) -> bool:
    found = _DATE.fullmatch(text)
    try:
        return found is not None and 1970 <= datetime.fromisoformat(found[1]).year < 9999
    except ValueError:
        return False


def _is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def _why(problem: OSError | ValueError) -> str:
    """Without the file's name, which may hold anything."""
    return (problem.strerror if isinstance(problem, OSError) else None) or type(problem).__name__
