"""The records that grading produces, and their JSON.

    Result  one notebook: graded or ungradable, the score, the parts
    └── Part  one function of the assignment, or the training of all of them
        └── Outcome  one check

They are what every report, page and gradebook is made from. The JSON is versioned by `SCHEMA`; reading is strict.
Texts in them come from anywhere, a student's exceptions and file names included, so every record holds them in
`printable` form from the start.
"""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA = 1

Status = Literal["passed", "failed", "errored", "timed_out", "not_run"]


def printable(text: str) -> str:
    """The text with all that a terminal, a page or an XML file could misread written as escapes: `\\x1b`, `\\u202e`.

    That is every control character except newline and tab, what is invisible or turns the direction of writing, lone
    surrogates and unassigned code points. Everything else stays as it is.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\n\t" else character.encode("unicode_escape").decode()
        for character in text
    )


class _Record(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record without a text that is not `printable`, whether it was made here or read from JSON."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and not value.isprintable():
                msgspec.structs.force_setattr(self, name, printable(value))


class Outcome(_Record, frozen=True, kw_only=True):
    """What became of one check.

    `message` says what was wrong, in sentences; `example` is the smallest failing input; `got` and `expected` are the
    values compared. All are empty strings where they do not apply, `diagnosis` and `hint` as well.
    """

    id: str
    status: Status
    points: int
    max_points: int
    claim: str
    message: str = ""
    example: str = ""
    got: str = ""
    expected: str = ""
    diagnosis: str = ""
    hint: str = ""


class Part(_Record, frozen=True, kw_only=True):
    """One part of an assignment: its checks in the order of the file. `message` stands for all when none could run."""

    id: str
    score: int
    max_score: int
    checks: tuple[Outcome, ...]
    message: str = ""


class Result(_Record, frozen=True, kw_only=True):
    """One notebook. An `ungradable` result has no score (null): it is never a zero."""

    schema: int = SCHEMA
    assignment: str
    notebook: str
    status: Literal["graded", "ungradable"]
    reason: str = ""
    score: int | None
    max_score: int
    seed: int
    isolation: str
    parts: tuple[Part, ...] = ()

    @property
    def full_marks(self) -> bool:
        return self.status == "graded" and self.score == self.max_score


def to_json(results: list[Result]) -> str:
    """`{"results": [...]}`, indented, ending in a newline."""
    return msgspec.json.format(msgspec.json.encode({"results": results}), indent=2).decode() + "\n"


def part_to_json(part: Part) -> str:
    return msgspec.json.encode(part).decode()


def part_from_json(text: str) -> Part:
    """Raises `msgspec.ValidationError` (or its parent `msgspec.DecodeError`) on anything that is not a `Part`."""
    return msgspec.json.decode(text, type=Part)
