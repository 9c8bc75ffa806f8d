"""Results as HTML: no scripts, nothing loaded, every text escaped, readable without colour.

A part's report is a fragment, for a notebook cell's output. A page is for a browser: a summary of each of its `Sheet`s,
which may be made of a result alone (`sheet_of`, for `grader check --html`) or of all that a course knows
(`grader.report.feedback`).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2
from markupsafe import Markup

from grader.report.text import WORDS, points, stories
from grader.results import Part, Result

NOT_GRADED = "not graded yet"
BY_GRADER = "by the grader"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("grader.report", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"words": WORDS, "points": points, "stories": stories, "number": number, "earned": earned}
    return environment


def _styles(*names: str) -> str:
    return "".join(_environment().get_template(name).render() for name in names)


def part_page(part: Part) -> str:
    """The report of one part, for a notebook cell's output."""
    return _environment().get_template("part.html").render(part=part, checks=stories(part))


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing that points are given for. score: None while there is none; how: who gave it, or who has yet to."""

    name: str
    score: float | None
    max_score: float
    how: str = BY_GRADER
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A part's report, by the id that links lead to, and where its cell is."""

    id: str
    part: Part
    cell: str = ""


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What a person wrote about a cell."""

    name: str
    text: Markup
    href: str


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A figure that the student's notebook drew. source: the PNG in base64, known to be one."""

    source: str
    name: str
    cell: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What a student is told about one notebook, before the notebook itself.

    score: None if there is no score, never for a zero. max_score: of all rows. penalty: points taken off for being
    late. reason: why it could not be graded. remarks: what the grader did to the submission in order to grade it.
    """

    key: str = ""
    title: str
    about: str = ""
    score: float | None
    max_score: float
    penalty: float = 0
    rows: tuple[Row, ...] = ()
    told: tuple[Told, ...] = ()
    comments: tuple[Comment, ...] = ()
    plots: tuple[Plot, ...] = ()
    remarks: tuple[str, ...] = ()
    reason: str = ""

    @property
    def waiting(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.score is None)

    @property
    def verdict(self) -> str:
        if self.score is None:
            return NOT_GRADED
        return f"{earned(self.score, self.max_score)}{' so far' * bool(self.waiting)}"

    @property
    def totals(self) -> list[tuple[str, str]]:
        """How the score is made up, where there is more to it than one sum."""
        if self.score is None:
            return []
        given: dict[str, float] = {}
        for row in self.rows:
            if row.score is not None:
                given[row.how] = given.get(row.how, 0) + row.score
        sums = [(f"Points given {how}", number(score)) for how, score in given.items()] if len(given) > 1 else []
        if self.penalty:
            sums.append(("Taken off because it was late", f"−{number(self.penalty)}"))
        return [*sums, ("Total", f"{number(self.score)} / {number(self.max_score)}")]


def told_of(result: Result, cells: dict[str, str] | None = None, key: str = "") -> tuple[Told, ...]:
    """The reports of a result's parts. cells: where a page shows the cell of a part, by the part's id."""
    return tuple(
        Told(id=f"{key}part-{n}", part=part, cell=(cells or {}).get(part.id, ""))
        for n, part in enumerate(result.parts, start=1)
    )


def sheet_of(result: Result, key: str = "") -> Sheet:
    """A result alone."""
    told = told_of(result, key=key)
    remarks = [] if result.score is None else result.reason.splitlines()
    return Sheet(
        key=key,
        title=result.assignment,
        about=f"{result.notebook}, seed {result.seed}",
        score=result.score,
        max_score=result.max_score,
        rows=tuple(
            Row(name=each.part.id, score=each.part.score, max_score=each.part.max_score, href=f"#{each.id}")
            for each in told
        ),
        told=told,
        remarks=tuple(remarks),
        reason=result.reason if result.score is None else "",
    )


def results_page(results: Sequence[Result]) -> str:
    """A page about one notebook or several, from the results alone."""
    keys = [""] if len(results) == 1 else [f"n{n}-" for n in range(1, len(results) + 1)]
    sheets = [sheet_of(result, key) for result, key in zip(results, keys, strict=True)]
    title = f"{sheets[0].title}: {sheets[0].verdict}" if len(sheets) == 1 else f"{len(sheets)} notebooks"
    return page(title, sheets)


def page(title: str, sheets: Sequence[Sheet], **more: Any) -> str:
    """A whole page. more: `notebook`, what the template is to show of a notebook, under which heading; `styles`, what
    that needs.

    Its head forbids the reader's browser to run, load or send anything, and to take any style for the page's but ours.
    """
    style = _styles("part.css", "page.css") + str(more.pop("styles", ""))
    template = _environment().get_template("page.html")
    return template.render(
        title=title, sheets=sheets, style=Markup(style), policy=policy(style), **{"notebook": None, **more}
    )


def rendered(name: str, **values: Any) -> str:
    """A template of this package, filled in."""
    return _environment().get_template(name).render(**values)


def policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'none'",
            f"style-src 'sha256-{digest}'",
            "style-src-attr 'unsafe-inline'",  # columns of tables in Markdown, colours of a terminal
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def number(value: float) -> str:
    """Points without needless zeros: `38`, `2.5`."""
    return f"{round(value, 2):.2f}".rstrip("0").rstrip(".")


def earned(score: float, max_score: float) -> str:
    """As `grader.report.text.points`, also for halves."""
    return f"{number(score)} of {number(max_score)} point{'s' * (max_score != 1)}"
