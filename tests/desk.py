"""An instructor's course in a folder, graded by nbgrader's steps in this process; the sandbox is only pretended."""

from __future__ import annotations

import contextlib
import html
import os
import re
import shutil
import sqlite3
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader import execution, nbgrader_plugin
from grader.intake import SECRET
from grader.nbgrader_autograde import SealedAutograde
from grader.notebook import CHECK_PREFIX, Cell
from grader.notebook_run import CellRun
from grader.results import Part
from tests.malformed import NAME, NOTEBOOK, Book, half_solved

ROOT = Path(__file__).parents[1]
BOOK = half_solved(ROOT / "assignments" / NAME / NOTEBOOK)
EARLY, LATE = "2026-01-01 10:00:00 UTC", "2026-01-02 10:00:00 UTC"
AUTOMATIC = [f"check_{part}" for part in ("data_iter", "linreg", "squared_loss", "sgd", "training")]


@dataclass
class Desk:
    """An instructor's course, and what happens when the sandbox is asked for something."""

    root: Path
    config: Config
    ran: list[list[Cell]] = field(default_factory=list)
    trouble: Exception | None = None
    score: int = 5
    log: Any = None

    def directory(self, **settings: str) -> CourseDirectory:
        return CourseDirectory(config=self.config, assignment_id=NAME, **settings)

    def run_notebook(self, cells: list[Cell], parts: object, forkserver: object, *, seed: int) -> list[CellRun]:
        self.ran.append(cells)
        if self.trouble is not None:
            raise self.trouble
        return [
            CellRun(part=Part(id=cell.grade_id or "", score=self.score, max_score=6, checks=()))
            if (cell.grade_id or "").startswith(CHECK_PREFIX)
            else CellRun()
            for cell in cells
        ]

    def hand_in(self, student: str, book: Book | bytes = BOOK, timestamp: str = EARLY, name: str = NOTEBOOK) -> Path:
        folder = self.root / "submitted" / student / NAME
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / name).write_bytes(book if isinstance(book, bytes) else book.data)
        if timestamp:
            (folder / "timestamp.txt").write_text(timestamp, encoding="utf-8")
        return folder

    def autograde(self, *, force: bool = False, **settings: str) -> str:
        """Grade; what the command ended with, or nothing if it ended well."""
        converter = SealedAutograde(coursedir=self.directory(**settings), config=self.config)
        converter.force = force
        try:
            converter.start()
        except NbGraderException as problem:
            return str(problem)
        return ""

    def feedback(self, student: str) -> str:
        """The text of a student's feedback page, made now if there is none."""
        converter = GenerateFeedback(coursedir=self.directory(student_id=student), config=self.config)
        converter.start()
        page = (self.root / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
        return text_of(page)

    def gradebook(self) -> Gradebook:
        return Gradebook(self.config.CourseDirectory.db_url, "linreg")

    def scores(self, student: str) -> dict[str, float | None]:
        with self.gradebook() as book:
            found = book.find_submission_notebook(NAME, NAME, student)
            return {grade.name: grade.auto_score for grade in found.grades}

    def waiting(self, student: str) -> set[str]:
        with self.gradebook() as book:
            found = book.find_submission_notebook(NAME, NAME, student)
            return {grade.name for grade in found.grades if grade.needs_manual_grade}

    def autograded(self, student: str) -> nbformat.NotebookNode:
        return nbformat.read(self.root / "autograded" / student / NAME / NOTEBOOK, as_version=4)


def text_of(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S)))


def generate(root: Path) -> Path:
    """Make a course as it is after `nbgrader generate_assignment`."""
    shutil.copytree(ROOT / "assignments", root / "source")
    config = configuration(root)
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader starts alembic by its bare name.
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
        GenerateAssignment(coursedir=CourseDirectory(config=config, assignment_id=NAME), config=config).start()
    return root


def configuration(root: Path) -> Config:
    config = Config()
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.course_id = "linreg"
    config.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook.db'}"
    config.CourseDirectory.ignore = ["*.py", ".ipynb_checkpoints"]
    config.Autograde.autograde_preprocessors = [
        "grader.nbgrader_plugin.SealedExecute",
        "nbgrader.preprocessors.IgnorePattern",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    return config


def open_desk(generated: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A copy of a generated course, where the sandbox is only pretended."""
    shutil.copytree(generated, root)
    desk = Desk(root, configuration(root))
    monkeypatch.setattr(execution, "run_notebook", desk.run_notebook)
    monkeypatch.setattr(nbgrader_plugin, "shared_forkserver", lambda: SimpleNamespace(level="pretended"))
    return desk


def state(course: Path) -> dict[str, object]:
    """All that grading has written where others will look: the gradebook's columns, and the autograded folders.

    Without the folders' random secrets, and without anything that a person adds.
    """
    queries = {
        "scores": "SELECT s.student_id, c.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade "
        "FROM grade g JOIN base_cell c ON c.id = g.cell_id JOIN submitted_notebook n ON n.id = g.notebook_id "
        "JOIN submitted_assignment s ON s.id = n.assignment_id",
        "comments": "SELECT s.student_id, c.name, k.auto_comment, k.manual_comment "
        "FROM comment k JOIN base_cell c ON c.id = k.cell_id JOIN submitted_notebook n ON n.id = k.notebook_id "
        "JOIN submitted_assignment s ON s.id = n.assignment_id",
        "submissions": "SELECT s.student_id, s.timestamp, s.extension, n.late_submission_penalty, n.flagged "
        "FROM submitted_notebook n JOIN submitted_assignment s ON s.id = n.assignment_id",
        "students": "SELECT id, first_name, last_name, email FROM student",
    }
    found: dict[str, object] = {}
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as database:
        for table, query in queries.items():
            found |= {f"{table} {row[0]} {i}": row for i, row in enumerate(sorted(database.execute(query), key=str))}
    for path in sorted((course / "autograded").rglob("*")):
        if path.name != SECRET:
            found[str(path.relative_to(course))] = (path.stat().st_mode, path.is_file() and path.read_bytes())
    return found
