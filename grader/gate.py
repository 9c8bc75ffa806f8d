"""Is an assignment fit for release? nbgrader itself asks none of this.

sources and notebooks agree; the points in the notebook are those of the checks; the reference earns full marks;
the release made by nbgrader holds no line of a solution; and, left untouched, earns nothing.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grader import build
from grader.course import Course
from grader.grading import Assignment, grade_notebook
from grader.nbgrader_commands import NbgraderFailed, run_nbgrader
from grader.notebook import CHECK_PREFIX, Unreadable
from grader.report.text import points
from grader.results import Result
from grader.sandbox.client import Forkserver
from grader.seeds import PUBLIC_SEED

TRIVIAL = 8
"""Solution lines with fewer characters than this (`yield`, `else:`) say nothing when they turn up elsewhere."""


@dataclass(frozen=True)
class Finding:
    """One requirement, and whether it holds."""

    ok: bool
    sentence: str


def examine(course: Course, name: str, forkserver: Forkserver) -> Iterator[Finding]:
    """Check an assignment, one finding at a time, the quick ones first."""
    yield _agreement(course, name)
    notebook = course.notebook(name)
    try:
        assignment = Assignment.load(name, notebook.read_bytes())
    except (LookupError, Unreadable) as problem:
        yield Finding(False, f"it cannot be graded. {problem.args[0]}")
        return
    yield _points(notebook, assignment)
    solved = grade_notebook(notebook.read_bytes(), [assignment], forkserver, name="reference", seed=PUBLIC_SEED)
    yield _full_marks(solved)
    with tempfile.TemporaryDirectory(prefix="grader-gate-") as folder:
        try:
            release = generate(course, name, Path(folder))
        except NbgraderFailed as problem:
            yield Finding(False, f"nbgrader cannot make a release. {problem}")
            return
        yield _no_leak(notebook, release)
        bare = grade_notebook(
            (release / notebook.name).read_bytes(), [assignment], forkserver, name="untouched release", seed=PUBLIC_SEED
        )
        yield _no_marks(bare)


def generate(course: Course, name: str, folder: Path) -> Path:
    """Let nbgrader make the release of an assignment below `folder`, with a database of its own; return its folder.

    Raises: NbgraderFailed.
    """
    run_nbgrader(
        course,
        "generate_assignment",
        name,
        f"--CourseDirectory.release_directory={folder / 'release'}",
        f"--CourseDirectory.db_url=sqlite:///{folder / 'gradebook.db'}",
        exchange=folder / "exchange",
    )
    return folder / "release" / name


def solution_lines(notebook: Path) -> list[str]:
    """The lines between solution markers, stripped, without trivial ones and without lines that the release keeps."""
    inside, outside = [], set()
    for cell in nbformat.read(notebook, as_version=4).cells:
        solving = False
        for line in map(str.strip, cell.source.splitlines()):
            if build.BEGIN_SOLUTION in line or build.END_SOLUTION in line:
                solving = build.BEGIN_SOLUTION in line
            elif solving and len(line) >= TRIVIAL:
                inside.append(line)
            elif not solving:
                outside.add(line)
    return [line for line in inside if line not in outside]


def _agreement(course: Course, name: str) -> Finding:
    try:
        differing = build.stale(course.root, [name])
    except build.BuildError as error:
        return Finding(False, f"the source cannot be built: {error}")
    if differing:
        return Finding(False, "source and notebook differ. Run `python -m grader.build`.")
    return Finding(True, "source and notebook agree.")


def _points(notebook: Path, assignment: Assignment) -> Finding:
    marks = [cell.metadata.get("nbgrader", {}) for cell in nbformat.read(notebook, as_version=4).cells]
    given = {mark["grade_id"]: mark.get("points") for mark in marks if mark.get("grade")}
    for part in assignment.parts:
        found = given.get(CHECK_PREFIX + part.id)
        if found != part.max_score:
            return Finding(
                False,
                f"the cell {CHECK_PREFIX}{part.id} carries {found} points, its checks {part.max_score}.",
            )
    return Finding(True, "the points in the notebook are those of the checks.")


def _full_marks(result: Result) -> Finding:
    if result.score is None:
        return Finding(False, f"the reference could not be graded: {result.reason}")
    if result.full_marks:
        return Finding(True, f"the reference earns {points(result.score, result.max_score)}.")
    lost = [outcome.id for part in result.parts for outcome in part.checks if outcome.points < outcome.max_points]
    return Finding(
        False, f"the reference earns {points(result.score, result.max_score)} only; it fails {', '.join(lost)}."
    )


def _no_leak(notebook: Path, release: Path) -> Finding:
    """No file of the release holds a solution line or a marker, which the source beside the notebook would."""
    leak = first_leak(release, [*solution_lines(notebook), build.BEGIN_SOLUTION, build.END_SOLUTION])
    if leak:
        return Finding(False, f"the release leaks a solution: {leak}.")
    return Finding(True, "the release holds no line of a solution.")


def first_leak(folder: Path, secrets: Sequence[str]) -> str:
    """The first file in a folder that holds one of `secrets`, and which, in words; nothing if none does."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        text = text_of(path)
        for secret in secrets:
            if secret in text:
                return f"{path.name} holds {secret!r}"
    return ""


def text_of(path: Path) -> str:
    """All that a file says: of a notebook its sources, outputs, attachments and metadata, without JSON's escapes."""
    if path.suffix == ".ipynb":
        return "\n".join(_texts(nbformat.read(path, as_version=4)))
    return path.read_text(encoding="utf-8", errors="replace")


def _texts(node: object) -> Iterator[str]:
    """Every text in a notebook: sources, outputs, attachments, metadata."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value)


def _no_marks(result: Result) -> Finding:
    if result.score is None:
        return Finding(False, f"the untouched release could not be graded: {result.reason}")
    if result.score:
        return Finding(False, f"the untouched release earns {points(result.score, result.max_score)}.")
    return Finding(True, "the untouched release earns nothing.")
