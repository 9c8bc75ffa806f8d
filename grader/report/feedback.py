"""The page that a student opens after grading: what was lost and why, then the notebook with its outputs and marks.

nbgrader makes it with `generate_feedback` and hands it out like its own. What the grader found comes from the record
that grading wrote, and only if that record is about this very notebook; marks and comments come from the gradebook.
Where there is no such record, the page shows what the gradebook knows, and the reports as they stand in the notebook.

Nothing in the page acts. Two walls: what a student wrote comes out of `markdown_to_html` or is escaped, and the page
itself forbids its reader's browser, by a Content-Security-Policy, to run, load or send anything at all. Formulas are
MathML, so that it need not.

In nbgrader's configuration:

    c.GenerateFeedback.exporter_class = "grader.report.feedback.FeedbackExporter"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pygments  # type: ignore[import-untyped]
from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import ansi2html
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from pygments.formatters import HtmlFormatter  # type: ignore[import-untyped]
from pygments.lexers import PythonLexer  # type: ignore[import-untyped]

from grader.frame import NOT_GRADED, REMARKS
from grader.nbgrader_autograde import SealedAutograde
from grader.notebook import CHECK_PREFIX
from grader.outputs import clean_picture, clean_text
from grader.records import read_record, sha256
from grader.report.html import BY_GRADER, Comment, Plot, Row, Sheet, Told, page, told_of
from grader.report.markdown import Outline, markdown_to_html
from grader.results import Result

WAITS, BY_HAND = "waits for your teacher", "by your teacher"
MAX_PLOTS = 24
"""Figures that are shown above the notebook, too."""
CODE_STYLE = "".join(f"{line}\n" for line in HtmlFormatter(style="default").get_style_defs(".highlight").splitlines())
TERMINAL_STYLE = """
.ansi-bold { font-weight: bold; } .ansi-underline { text-decoration: underline; } .ansi-italic { font-style: italic; }
.ansi-red-fg, .ansi-red-intense-fg { color: #a30d1d; } .ansi-green-fg, .ansi-green-intense-fg { color: #14682d; }
.ansi-yellow-fg, .ansi-yellow-intense-fg { color: #7a5200; } .ansi-blue-fg, .ansi-blue-intense-fg { color: #0550ae; }
.ansi-magenta-fg, .ansi-magenta-intense-fg { color: #8a2a8a; } .ansi-cyan-fg, .ansi-cyan-intense-fg { color: #136070; }
"""


class FeedbackExporter(Exporter):  # type: ignore[misc]
    """The page: what was lost and why, and below it the notebook with its outputs, marks and comments."""

    file_extension = ".html"
    output_mimetype = "text/html"

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[str, dict[str, Any]]:
        resources = {**(resources or {}), "sha256": sha256(Path(filename).read_bytes())}
        return super().from_filename(filename, resources, **more)  # type: ignore[no-any-return]

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[str, dict[str, Any]]:
        nb, resources = super().from_notebook_node(nb, resources, **more)
        about = resources.get("nbgrader", {})
        result = self._result(about, resources.get("sha256", ""))
        marks, penalty = marks_of(about) if about else ({}, 0.0)
        title = about.get("notebook") or resources.get("metadata", {}).get("name") or "Notebook"
        student = about.get("student", "")
        return feedback_page(nb, marks, result, title=title, student=student, penalty=penalty), resources

    def _result(self, about: Mapping[str, str], digest: str) -> Result | None:
        """What the grader found, from its own record and only if that is about this very notebook."""
        course = getattr(self.parent, "coursedir", None)
        if course is None or not about:
            return None
        records = self.config.SealedAutograde.get("records_directory", SealedAutograde.records_directory.default_value)
        record = read_record(Path(course.root, records, about["assignment"], f"{about['student']}.json"))
        if record is None or (record.student, record.result.assignment) != (about["student"], about["assignment"]):
            return None
        return record.result if record.notebook == digest else None


@dataclass(frozen=True)
class Mark:
    """What the gradebook holds for one cell. score: None where nobody has given one. comment: in Markdown."""

    score: float | None = None
    max_score: float = 0
    by_hand: bool = False
    comment: str = ""


def marks_of(about: Mapping[str, str]) -> tuple[dict[str, Mark], float]:
    """A submission's marks and comments by cell, those for cells that earn points first, and the penalty for being
    late. nbgrader's own count takes a cell without a mark for one with 0 points.
    """
    with Gradebook(about["db_url"]) as gradebook:
        found = gradebook.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
        comments = {comment.name: comment.comment or "" for comment in found.comments}
        marks = {
            grade.name: Mark(
                None if grade.auto_score is None and grade.manual_score is None else grade.score,
                grade.max_score,
                grade.manual_score is not None or bool(grade.extra_credit),
                comments.pop(grade.name, ""),
            )
            for grade in found.grades
        }
        marks |= {name: Mark(comment=comment) for name, comment in comments.items() if comment}
        return marks, found.late_submission_penalty or 0.0


def feedback_page(
    notebook: NotebookNode,
    marks: Mapping[str, Mark],
    result: Result | None = None,
    *,
    title: str,
    student: str = "",
    penalty: float = 0,
) -> str:
    """The page of one notebook. marks: by the cells' ids; result: None where there is no record of it."""
    outline = Outline(2)
    shown = [cell for cell in notebook.cells if result is None or cell.get("id") != REMARKS]
    anchors = {_name(cell): f"#cell-{n}" for n, cell in enumerate(shown, start=1) if _name(cell)}
    places = {_part(name): href for name, href in reversed(anchors.items())}  # a function's own cell, not its check's
    told = {CHECK_PREFIX + each.part.id: each for each in (told_of(result, places) if result else ())}
    cells = [
        _cell(cell, n, marks.get(_name(cell)), told.get(_name(cell)), outline) for n, cell in enumerate(shown, start=1)
    ]
    names = [*anchors, *(name for name in marks if name not in anchors)]
    graded = {name: mark for name in names if (mark := marks.get(name)) and (mark.max_score or mark.score)}
    scores = [mark.score for mark in graded.values() if mark.score is not None]
    sheet = Sheet(
        title=title,
        about=f"Feedback for {student}" if student else "",
        score=max(0.0, sum(scores) - penalty) if scores else None,
        max_score=sum(mark.max_score for mark in graded.values()),
        penalty=penalty,
        rows=tuple(
            Row(
                name=_part(name),
                score=mark.score,
                max_score=mark.max_score,
                how=WAITS if mark.score is None else BY_HAND if mark.by_hand else BY_GRADER,
                href=f"#{told[name].id}" if name in told else anchors.get(name, ""),
            )
            for name, mark in graded.items()
        ),
        told=tuple(told.values()),
        comments=tuple(
            Comment(name=_part(name), text=Markup(markdown_to_html(marks[name].comment, outline=Outline(2))), href=href)
            for name, href in anchors.items()
            if name in marks and marks[name].comment
        ),
        plots=tuple(
            Plot(source=output.picture, name=output.name, cell=f"#{cell.id}")
            for cell in cells
            for output in cell.outputs
            if output.picture
        )[:MAX_PLOTS],
        remarks=tuple(result.reason.splitlines()) if result else (),
    )
    heading = f"{title}: {sheet.verdict}" if marks else title
    refused = [cell.get("id") for cell in shown] == [NOT_GRADED]
    below = "Why there is no mark" if refused else "Your notebook"
    return page(heading, [sheet], notebook=cells, notebook_heading=below, styles=CODE_STYLE + TERMINAL_STYLE)


@dataclass(frozen=True, kw_only=True)
class _Output:
    name: str
    text: str = ""
    picture: str = ""
    error: bool = False

    @property
    def long(self) -> bool:
        return len(self.text) > 3000 or self.text.count("\n") > 40


@dataclass(frozen=True, kw_only=True)
class _Cell:
    """A cell for the template. source and comment are HTML, or text that the template escapes."""

    id: str
    kind: str
    source: str
    title: str
    number: int | None
    mark: Mark | None
    report: Told | None
    comment: Markup
    outputs: tuple[_Output, ...]


def _cell(cell: NotebookNode, n: int, mark: Mark | None, report: Told | None, outline: Outline) -> _Cell:
    role = cell.metadata.get("nbgrader", {})
    code, text = cell.cell_type == "code", cell.cell_type == "markdown"
    source = cell.source
    if text:
        source = Markup(markdown_to_html(source, cell.get("attachments"), outline=outline))
    elif code:
        source = Markup(pygments.highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))
    graded = mark is not None and (mark.score is not None or mark.max_score > 0)
    title = "Your answer" if role.get("solution") or role.get("task") else "Check" if graded else ""
    name = _name(cell)
    return _Cell(
        id=f"cell-{n}",
        kind=cell.cell_type,
        source=source,
        title=title and name and f"{title}: {_part(name)}",
        number=cell.get("execution_count") if code else None,
        mark=mark if graded else None,
        report=report,
        comment=Markup(markdown_to_html(mark.comment, outline=outline)) if mark and mark.comment else Markup(),
        outputs=() if report or not code else tuple(_outputs(cell, n)),
    )


def _outputs(cell: NotebookNode, n: int) -> Iterator[_Output]:
    """Text and pictures. HTML is not shown, whoever wrote it: every output that has it has text as well."""
    where = f"the output of cell [{cell.get('execution_count') or n}]"
    figures = 0
    for output in cell.outputs:
        match output:
            case {"output_type": "stream", "text": str(text)}:
                yield _Output(name=where, text=_terminal(text))
            case {"output_type": "error", "traceback": list(lines)}:
                yield _Output(name=where, text=_terminal("\n".join(map(str, lines))), error=True)
            case {"data": {"image/png": str(data)}} if picture := clean_picture(data, "image/png"):
                figures += 1
                yield _Output(name=f"Figure {figures} in {where}", picture=picture)
            case {"data": {"text/plain": str(text)}}:
                yield _Output(name=where, text=_terminal(text))


def _terminal(text: str) -> Markup:
    return Markup(ansi2html(clean_text(text, colours=True)))


def _name(cell: NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _part(name: str) -> str:
    return name.removeprefix(CHECK_PREFIX)
