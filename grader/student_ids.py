"""Which names may be a student's id.

An id reaches us as a folder's name in `submitted/` or in the exchange's `inbound/`, as a user's name, or as a part of
a file's name that a learning platform made up. It goes on as a folder's name in every step, as a pattern (nbgrader
finds submissions by globbing), as one of several between commas (`student_id_exclude`) or plus signs (the exchange),
as an argument of commands, an address of the formgrader, a line of a log, a cell of a spreadsheet, and a column of 128
characters. An id of letters, digits and a few signs means the same in all of them, so nothing else is an id.
"""

from __future__ import annotations

import re
import unicodedata

LONGEST_ID = 128
"""Characters: the width of the gradebook's column, which PostgreSQL enforces and SQLite does not."""

ALLOWED = "letters from a to z, digits and . _ - @"

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]*", re.ASCII)
_ELSEWHERE = re.compile(r"[^A-Za-z0-9._@-]", re.ASCII)


def problem_with_id(student_id: str) -> str | None:
    """Why this is not a student's id, as a clause that follows it ("has a space in it; ..."); None if it is one.

    Upper and lower case both count: whether `Ada` is `ada` is the course's to know.
    """
    if not student_id:
        return "is empty"
    if len(student_id) > LONGEST_ID:
        return f"has {len(student_id)} characters; at most {LONGEST_ID} are allowed"
    strange = _ELSEWHERE.search(student_id)
    if strange:
        return f"has {_called(strange.group())} in it; {ALLOWED} are allowed"
    if not _ID.fullmatch(student_id):
        return f"starts with {_called(student_id[0])}; only letters, digits and _ may come first"
    return None


def _called(character: str) -> str:
    """A character in words where it cannot be seen or looks like another one."""
    if "!" <= character <= "~":
        return f'"{character}"'
    if character == " ":
        return "a space"
    return f"the character {unicodedata.name(character, f'U+{ord(character):04X}')}"
