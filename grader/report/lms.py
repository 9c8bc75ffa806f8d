"""Final scores as the tables that Canvas and Moodle import.

With a roster, the table that the platform itself has exported, the students are the platform's own, found by their
login, their number or their address; without one, the platform has to find them. A score is written only where there
is a final one. Where something waits for a person, there is none: the cell is empty, and never 0.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.export import NOT_SUBMITTED, FinalGrade, csv_text

CANVAS_STUDENT = (
    *("Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account"),
    "Section",
)
"""The columns by which Canvas knows a student; what else a gradebook's export has might undo later changes."""
CANVAS_IDS = ("SIS Login ID", "SIS User ID", "ID")
POSSIBLE = "Points Possible"
MOODLE_IDS = ("Username", "ID number", "Email address")
IDENTIFIER, GRADE, MAXIMUM, FEEDBACK = "Identifier", "Grade", "Maximum Grade", "Feedback comments"


class UnfitRoster(Exception):
    """A roster cannot be filled in; the message says why and what to do."""


@dataclass(frozen=True)
class Table:
    """A table, and the students with a score who are not in it, or in it twice."""

    text: str
    left_out: tuple[str, ...] = ()


def canvas_csv(grades: Sequence[FinalGrade], title: str) -> Table:
    """A gradebook that Canvas takes: it finds students by their login, and makes what it has no assignment for."""
    rows: list[list[object]] = [["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title]]
    rows += [[f"    {POSSIBLE}", "", "", "", "", _number(grade.max_score)] for grade in grades[:1]]
    for grade in grades:
        name = ", ".join(filter(None, [grade.last_name, grade.first_name])) or grade.student
        rows.append([name, "", "", grade.student, "", _number(grade.score)])
    return Table(csv_text(rows))


def moodle_csv(grades: Sequence[FinalGrade], title: str) -> Table:
    """A table for Moodle's import of grades, which asks which column is which."""
    rows: list[list[object]] = [["Username", "First name", "Last name", "Email address", title]]
    for grade in grades:
        rows.append([grade.student, grade.first_name, grade.last_name, grade.email, _number(grade.score)])
    return Table(csv_text(rows))


def fill_canvas(roster: bytes, grades: Sequence[FinalGrade], title: str) -> Table:
    """Fill in the gradebook that Canvas has exported, and leave in it nothing but the students and this assignment.

    Raises: UnfitRoster.
    """
    given = _Roster.read(roster)
    if not any(column in given.header for column in CANVAS_IDS):
        raise UnfitRoster(f"It has no column {CANVAS_IDS[0]}. Export the gradebook from Canvas, and give it as it is.")
    own = re.compile(rf"{re.escape(title)}( \(\d+\))?")
    columns = [column for column in given.header if own.fullmatch(column) and column not in CANVAS_STUDENT]
    if len(columns) != 1:
        others = [column for column in given.header if re.search(r" \(\d+\)$", column)]
        raise UnfitRoster(
            f"It has {len(columns) or 'no'} column{'s' * (len(columns) > 1)} called {title!r}. Make the assignment in "
            f"Canvas before you export, or name it with --column. There are: {', '.join(others) or 'none'}."
        )
    [column] = columns
    possible = [row for row in given.rows if POSSIBLE in row[given.header[0]]]
    for row in possible:
        _same_maximum(row[column], grades, "Canvas", POSSIBLE)
    people = [row for row in given.rows if row not in possible]
    left_out = _fill(people, grades, CANVAS_IDS, lambda row, grade: row.update({column: _number(grade.score)}))
    return Table(given.written([*(name for name in given.header if name in CANVAS_STUDENT), column]), left_out)


def fill_moodle(roster: bytes, grades: Sequence[FinalGrade], reports: Mapping[str, str]) -> Table:
    """Fill in the grading worksheet of a Moodle assignment.

    reports: what to write as feedback beside a score, where there is none yet, by student. Raises: UnfitRoster.
    """
    given = _Roster.read(roster)
    if not {IDENTIFIER, GRADE} <= set(given.header):
        raise UnfitRoster(
            f"It has no columns {IDENTIFIER} and {GRADE}. Download the grading worksheet from Moodle, in "
            "English, and give it as it is."
        )
    if not any(column in given.header for column in MOODLE_IDS):
        raise UnfitRoster(f"It does not say who is who: it needs one of the columns {', '.join(MOODLE_IDS)}.")
    maximum = next((column for column in given.header if column.lower() == MAXIMUM.lower()), None)
    for row in given.rows if maximum else ():
        _same_maximum(row[maximum or ""], grades, "Moodle", MAXIMUM)

    def fill(row: dict[str, str], grade: FinalGrade) -> None:
        row[GRADE] = _number(grade.score)
        if grade.score is not None and grade.student in reports and not row.get(FEEDBACK, "-").strip():
            row[FEEDBACK] = f"<pre>{html.escape(reports[grade.student])}</pre>"

    left_out = _fill(given.rows, grades, MOODLE_IDS, fill)
    return Table(given.written(given.header), left_out)


@dataclass
class _Roster:
    header: list[str]
    rows: list[dict[str, str]]
    delimiter: str = ","
    encoding_mark: str = field(default="", repr=False)

    @classmethod
    def read(cls, data: bytes) -> _Roster:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            raise UnfitRoster("It is not UTF-8 text. Give the file as it was exported.") from None
        mark, text = ("\ufeff", text[1:]) if text.startswith("\ufeff") else ("", text)
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        try:
            lines = [
                line for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if line
            ]
        except csv.Error as error:
            raise UnfitRoster(f"It is not a table of comma-separated values: {error}.") from None
        if not lines:
            raise UnfitRoster("It is empty.")
        header, *rows = lines
        if len(set(header)) < len(header):
            twice = sorted({column for column in header if header.count(column) > 1})
            raise UnfitRoster(f"It has several columns called {', '.join(map(repr, twice))}.")
        filled = [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]
        return cls(header, filled, delimiter, mark)

    def written(self, columns: Sequence[str]) -> str:
        rows = [columns, *([row[column] for column in columns] for row in self.rows)]
        return self.encoding_mark + csv_text(rows, self.delimiter)


def _fill(
    rows: Sequence[dict[str, str]],
    grades: Iterable[FinalGrade],
    columns: Sequence[str],
    fill: Callable[[dict[str, str], FinalGrade], None],
) -> tuple[str, ...]:
    """Fill in every student's row, found by their id or address; those with a score who have not one for themselves.

    Where nothing was handed in, the platform may know more than we do: that row stays as it is.
    """
    found: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        for value in {row.get(column, "").strip().lower() for column in columns} - {""}:
            found.setdefault(value, []).append(i)
    claims: dict[int, list[FinalGrade]] = {}
    left_out = []
    for grade in grades:
        own = found.get(grade.student.lower()) or found.get(grade.email.strip().lower()) or []
        if len(own) == 1:
            claims.setdefault(own[0], []).append(grade)
        elif grade.score is not None:
            left_out.append(grade.student)
    for i, claiming in claims.items():
        if len(claiming) > 1:
            left_out += [grade.student for grade in claiming if grade.score is not None]
        elif claiming[0].status != NOT_SUBMITTED:
            fill(rows[i], claiming[0])
    return tuple(sorted(left_out))


def _same_maximum(written: str, grades: Sequence[FinalGrade], platform: str, name: str) -> None:
    """Points of ours are points there only where both count to the same. Raises: UnfitRoster."""
    wanted = grades[0].max_score if grades else None
    try:
        there = float(written.replace(",", "."))
    except ValueError:
        return  # nothing, or a word such as Canvas's (read only)
    if wanted is not None and there != wanted:
        raise UnfitRoster(
            f"{name} is {written} in {platform}, and the assignment has {_number(wanted)} points. Set it to "
            f"{_number(wanted)} in {platform}, and export again."
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.10g}"
