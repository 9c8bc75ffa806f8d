"""`grader grade`: a class in many processes has the scores that one process gives, and nothing that happens costs any.

The first part pretends the sandbox and the processes, and ends runs at every step they take. The second is about the
processes alone, with a program in place of the one that grades. The third runs the real commands, and kills them.
"""

from __future__ import annotations

import io
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbgrader import preprocessors
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import parse_utc
from rich.console import Console
from sqlalchemy import Engine, event

from grader import demo, gradebook, nbgrader_autograde, records
from grader.cli import main
from grader.cohort import pool, run
from grader.cohort.messages import Done, Fault, Job, decode_work, encode
from grader.cohort.pool import Pool, Task
from grader.cohort.progress import Progress, clock
from grader.cohort.run import CohortAutograde
from grader.cohort.worker import perform
from grader.course import Course
from grader.execution import Handed
from grader.locks import Locked, only_one
from grader.nbgrader_autograde import OUR_FAULT
from grader.records import Record, read_record, write_record
from grader.results import Result
from grader.sandbox.problems import SandboxProblem
from tests.desk import BOOK, EARLY, LATE, ROOT, Desk, open_desk, state
from tests.malformed import NAME, NOTEBOOK

# nbgrader's own use of its database.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")


class PretendedPool:
    """Runs every notebook here; `before` may say otherwise, `backwards` that the first is done last, and `at_once` how
    many become known together.
    """

    backwards = False
    at_once = 1
    before: Callable[[Task], object] = staticmethod(lambda task: None)
    started = 0

    def __init__(self, size: int) -> None:
        type(self).started += 1

    def __enter__(self) -> PretendedPool:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def await_one(self) -> None:
        pass

    def together(self, tasks: Iterator[Task]) -> Iterator[list[tuple[Task, Done | Fault]]]:
        outcomes = map(self.outcome, list(tasks)[::-1] if self.backwards else tasks)
        while some := list(islice(outcomes, self.at_once)):
            yield some

    def outcome(self, task: Task) -> tuple[Task, Done | Fault]:
        told = self.before(task)
        level: Any = SimpleNamespace(level="pretended")
        return task, told if isinstance(told, Fault) else Done(perform(decode_work(encode(task.job)), level))


def grade(desk: Desk, **settings: Any) -> str:
    """Grade the class; the first line of what the command would say, without the time that it took."""
    said = io.StringIO()
    converter = CohortAutograde(coursedir=desk.directory(), config=desk.config)
    converter.jobs, converter.progress = 2, Progress(Console(file=said))
    for name, value in settings.items():
        setattr(converter, name, value)
    try:
        converter.start()
    except NbGraderException as problem:
        return str(problem)
    return converter.progress.summary().partition(" up to date")[0]


@pytest.fixture
def desk(generated, tmp_path, monkeypatch) -> Desk:
    """Three can be graded, one of them late; one cannot."""
    opened = open_desk(generated, tmp_path / "course", monkeypatch)
    hand_in(opened)
    monkeypatch.setattr(run, "Pool", type("ThisPool", (PretendedPool,), {"started": 0}))
    return opened


@pytest.fixture(scope="module")
def graded_course(generated, tmp_path_factory) -> Path:
    """The same after `grader grade`."""
    with pytest.MonkeyPatch.context() as patch:
        opened = open_desk(generated, tmp_path_factory.mktemp("graded") / "course", patch)
        hand_in(opened)
        patch.setattr(run, "Pool", PretendedPool)
        assert grade(opened) == ALL_DONE
        return opened.root


@pytest.fixture
def graded(graded_course, tmp_path, monkeypatch) -> Desk:
    """A copy of that; what was up to date still is, wherever the course lies."""
    opened = open_desk(graded_course, tmp_path / "course", monkeypatch)
    no_points_for_the_late(opened)
    monkeypatch.setattr(run, "Pool", type("ThisPool", (PretendedPool,), {"started": 0}))
    return opened


def no_points_for_the_late(desk: Desk) -> None:
    desk.config.AssignLatePenalties.plugin_class = "nbgrader.plugins.LateSubmissionPlugin"
    desk.config.LateSubmissionPlugin.penalty_method = "zero"


def hand_in(desk: Desk) -> None:
    with desk.gradebook() as book:
        book.update_or_create_assignment(NAME, duedate=EARLY)
    no_points_for_the_late(desk)
    desk.hand_in("ada")
    desk.hand_in("bob", b"{}")
    desk.hand_in("cleo", timestamp=LATE)
    desk.hand_in("dora", name="mine.ipynb")


ALL_DONE = "4 submissions: 3 graded, 0 partial, 1 ungradable. 0 were"
ALL_CURRENT = "4 submissions: 3 graded, 0 partial, 1 ungradable. 3 were"


@pytest.fixture(scope="module")
def undisturbed(generated, tmp_path_factory) -> dict[str, object]:
    """What `nbgrader autograde` makes of the same class."""
    with pytest.MonkeyPatch.context() as patch:
        other = open_desk(generated, tmp_path_factory.mktemp("undisturbed") / "course", patch)
        hand_in(other)
        other.autograde()
        return state(other.root)


# what a class is given


@pytest.mark.parametrize(("backwards", "at_once"), [(False, 1), (True, 1), (False, 4), (True, 2)])
def test_everybody_has_what_nbgrader_autograde_gives_in_any_order(desk, undisturbed, backwards, at_once):
    run.Pool.backwards, run.Pool.at_once = backwards, at_once
    assert grade(desk) == ALL_DONE
    assert state(desk.root) == undisturbed
    assert desk.scores("cleo")["check_sgd"] == 5


def test_the_whole_class_needs_one_pool_and_a_class_without_news_none(desk):
    grade(desk)
    assert run.Pool.started == 1
    desk.ran.clear()
    assert grade(desk) == ALL_CURRENT
    assert (run.Pool.started, desk.ran) == (1, [])


def test_only_those_are_graded_who_are_asked_for(desk):
    assert grade(desk, students=("a*", "dora")) == "2 submissions: 2 graded, 0 partial, 0 ungradable. 0 were"
    assert sorted(path.name for path in (desk.root / "autograded").iterdir()) == ["ada", "dora"]
    assert "No submissions were found at" in grade(desk, students=("ada", "zoe"))


def test_force_grades_again_what_is_up_to_date(graded):
    assert grade(graded) == ALL_CURRENT
    assert grade(graded, force=True) == ALL_DONE


def test_what_is_recorded_together_is_entered_in_the_order_of_the_students(desk, monkeypatch):
    """Or two runs that share a database in PostgreSQL could wait for each other."""
    entered: list[str] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        if statement.startswith("INSERT INTO student "):
            entered.append(parameters[0])

    monkeypatch.setattr(run.Pool, "backwards", True)
    monkeypatch.setattr(run.Pool, "at_once", 3)
    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert grade(desk) == ALL_DONE
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert entered == ["bob", "ada", "cleo", "dora"]


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-01-02 10:00:00 UTC",
        "2026-01-02 10:00:00.250000 UTC",
        "2026-01-02T10:00:00 UTC",
        "2026-01-02 10:00:00 -0330",
        "2026-01-02T10:00:00+02:00",
        "2026-01-02 10:00:00",
    ],
)
def test_dates_are_read_as_nbgrader_reads_them(timestamp):
    assert gradebook._parsed(timestamp) == parse_utc(timestamp)


def test_what_is_asked_of_the_gradebook_takes_as_long_in_a_large_class_as_in_a_small_one(desk):
    """For no statement does SQLite look through a table that grows with the class, whatever becomes of a submission."""
    asked: dict[str, Any] = {}

    def note(_: Any, __: Any, statement: str, parameters: Any, ___: Any, several: bool) -> None:
        asked[statement] = parameters[0] if several else parameters

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert grade(desk) == ALL_DONE
        assert grade(desk) == ALL_CURRENT
        assert grade(desk, force=True) == ALL_DONE
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    with closing(sqlite3.connect(desk.root / "gradebook.db")) as database:
        plans = {
            statement: [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            for statement, parameters in asked.items()
        }
    grows = re.compile(r"SCAN (student|submitted_assignment|submitted_notebook|grade|comment)\b")
    assert {statement: plan for statement, plan in plans.items() if any(map(grows.match, plan))} == {}
    searched = {table for plan in plans.values() for step in plan for table in re.findall(r"^SEARCH (\w+)", step)}
    assert {"submitted_assignment", "submitted_notebook", "grade", "comment"} <= searched


def test_an_entry_that_has_lost_its_rows_is_made_whole(graded):
    """As when an assignment's notebook has been taken out of the gradebook and put in again."""
    scores = graded.scores("ada")
    with closing(sqlite3.connect(graded.root / "gradebook.db")) as database:
        [[lost]] = database.execute(
            "SELECT n.id FROM submitted_notebook n JOIN submitted_assignment s ON s.id = n.assignment_id "
            "WHERE s.student_id = 'ada'"
        )
        for table, column in (("grade", "notebook_id"), ("comment", "notebook_id"), ("submitted_notebook", "id")):
            database.execute(f"DELETE FROM {table} WHERE {column} = ?", [lost])
        database.commit()
    assert grade(graded) == "4 submissions: 3 graded, 0 partial, 1 ungradable. 2 were"
    assert graded.scores("ada") == scores


def test_a_run_ends_when_its_assignment_is_taken_out_of_the_gradebook(desk):
    def remove(task: Task) -> None:
        with closing(sqlite3.connect(desk.root / "gradebook.db")) as database:
            database.execute("DELETE FROM assignment")
            database.commit()

    run.Pool.before = staticmethod(remove)
    assert f"grading ends here: it does not know {NAME} any more." in grade(desk)


def test_an_entry_that_has_lost_a_cell_is_set_aside(graded):
    with closing(sqlite3.connect(graded.root / "gradebook.db")) as database:
        database.execute("DELETE FROM grade WHERE cell_id IN (SELECT id FROM base_cell WHERE name = 'check_sgd')")
        database.commit()
    assert grade(graded) == "4 submissions: 0 graded, 0 partial, 4 ungradable. 0 were"
    assert "nowhere to mark check_sgd" in (graded.root / "accepted" / "ada" / NAME / "ungraded.txt").read_text()


def test_where_no_students_are_to_be_made_those_who_are_not_known_are_set_aside(desk):
    desk.config.Autograde.create_student = False
    with desk.gradebook() as book:
        book.add_student("ada")
    assert grade(desk) == "4 submissions: 1 graded, 0 partial, 3 ungradable. 0 were"
    assert "No such student: dora" in (desk.root / "accepted" / "dora" / NAME / "ungraded.txt").read_text()
    with desk.gradebook() as book:
        assert [student.id for student in book.students] == ["ada"]


def test_partial_means_that_something_could_not_be_run():
    def record(*statuses: str, stopped: int = 0) -> Record:
        checks = [
            {"id": str(i), "status": status, "points": 0, "max_points": 1, "claim": ""}
            for i, status in enumerate(statuses)
        ]
        part = {"id": "sgd", "score": 0, "max_score": 2, "checks": checks}
        return Record(
            student="ada",
            given="",
            notebook="",
            automatic="",
            stopped=stopped,
            result=records.msgspec.convert(RESULT | {"parts": [part]}, Result),
        )

    assert not record("passed", "failed", "errored").partial
    assert record("passed", stopped=1).partial
    assert record("passed", "timed_out").partial
    assert record("not_run").partial


RESULT = {
    "assignment": NAME,
    "notebook": NOTEBOOK,
    "status": "graded",
    "score": 0,
    "max_score": 2,
    "seed": 1,
    "isolation": "pretended",
}


# who does what


class Stamp(NbGraderPreprocessor):
    """A step of a course's own."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        nb.metadata.stamp = resources["nbgrader"]["student"]
        return nb, resources


class Curve(NbGraderPreprocessor):
    """A step of a course's own that reads the gradebook, and writes."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as book:
            found = book.find_submission_notebook(about["notebook"], about["assignment"], about["student"])
            for comment in found.comments:
                comment.manual_comment = f"Of {found.score} points in all."
            book.db.commit()
        nb.metadata.stamp = about["student"]
        return nb, resources


class Notice(NbGraderPreprocessor):
    """A step of a course's own that writes before anything has run."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        with Gradebook(resources["nbgrader"]["db_url"]) as book:
            book.update_or_create_student(resources["nbgrader"]["student"], last_name="has handed in")
        return nb, resources


class LimitOutput(preprocessors.LimitOutput):
    """Called like one of nbgrader's."""

    def preprocess(self, nb: Any, resources: Any) -> Any:
        nb.metadata.stamp = "limited"
        return nb, resources


def with_step(step: str) -> Callable[[Desk], object]:
    return lambda desk: desk.config.Autograde.autograde_preprocessors.append(f"tests.test_cohort.{step}")


def lateness_first(desk: Desk) -> None:
    desk.config.Autograde.autograde_preprocessors.sort(key=lambda name: "Late" not in name)


def settings_that_travel(desk: Desk) -> None:
    desk.config.Autograde.autograde_preprocessors.insert(1, "nbconvert.preprocessors.ClearMetadataPreprocessor")
    desk.config.ClearMetadataPreprocessor.enabled = True
    desk.config.ClearMetadataPreprocessor.preserve_nb_metadata_mask = {("language_info", "name"), "kernelspec"}
    desk.config.ClearMetadataPreprocessor.preserve_cell_metadata_mask = {"nbgrader"}


def hook(desk: Desk) -> None:
    def sign(assignment: str, student: str, notebooks: list[str]) -> None:
        for path in map(Path, notebooks):
            book = nbformat.read(path, as_version=4)
            book.metadata.stamp = assignment
            nbformat.write(book, path)

    desk.config.Autograde.pre_convert_hook = sign


COURSES: dict[str, tuple[Callable[[Desk], object], type, bool]] = {
    "nbgrader's steps": (settings_that_travel, Handed, False),
    "a step of the course's own": (with_step("Stamp"), Job, True),
    "a step that opens the gradebook": (with_step("Curve"), Job, True),
    "a step that is called like nbgrader's": (with_step("LimitOutput"), Job, True),
    "something done before": (hook, Job, True),
    "a penalty before the scores": (lateness_first, Job, False),
    "files beside each notebook": (lambda desk: desk.config.FilesWriter.update(files=["*.csv"]), Job, False),
    "another format": (lambda desk: desk.config.NotebookExporter.update(nbformat_version=3), Job, False),
}


@pytest.mark.parametrize("course", COURSES)
def test_steps_that_miss_the_course_elsewhere_are_carried_out_here_and_nobody_sees_a_difference(
    desk, generated, tmp_path, monkeypatch, course
):
    change, kind, stamped = COURSES[course]
    change(desk)
    asked = []
    run.Pool.before = staticmethod(lambda task: asked.append(type(task.job)))
    assert grade(desk) == ALL_DONE
    assert asked == [kind] * 3
    other = open_desk(generated, tmp_path / "other", monkeypatch)
    hand_in(other)
    change(other)
    other.autograde()
    assert state(desk.root) == state(other.root)
    assert (b'"stamp"' in notebook_of(desk).read_bytes()) == stamped


def test_what_a_step_of_the_first_pass_writes_is_kept(desk):
    desk.config.Autograde.sanitize_preprocessors = ["nbgrader.preprocessors.ClearOutput", "tests.test_cohort.Notice"]
    assert grade(desk) == ALL_DONE
    with desk.gradebook() as book:
        assert {student.id for student in book.students if student.last_name} == {"ada", "cleo", "dora"}


def test_marks_given_by_hand_are_treated_as_nbgrader_autograde_does(graded, tmp_path, monkeypatch):
    """Also where an answer has gone since, and the comment on it is nobody's to change."""
    with graded.gradebook() as book:
        for student in ("ada", "cleo"):
            for cell, marked in (("check_sgd", True), ("why_reshape", True), ("check_linreg", False)):
                mark = book.find_grade(cell, NAME, NAME, student)
                mark.manual_score, mark.extra_credit = (2.5 if marked else None), 1
                mark.needs_manual_grade = False
            book.find_comment("why_reshape", NAME, NAME, student).manual_comment = "Well said."
            book.find_comment("sgd", NAME, NAME, student).auto_comment = "Of an earlier submission."
        book.db.commit()
    changed = BOOK.copy()
    del changed.cells[changed.place("sgd")]
    for student in ("ada", "cleo"):
        graded.hand_in(student, changed, timestamp=LATE)
    other = open_desk(graded.root, tmp_path / "other", monkeypatch)
    no_points_for_the_late(other)
    assert grade(graded) == "4 submissions: 3 graded, 0 partial, 1 ungradable. 1 were"
    other.autograde(force=True, student_id_exclude="dora")
    assert state(graded.root) == state(other.root)
    assert graded.waiting("ada") == {"check_sgd", "why_reshape"}


def test_the_driver_s_statements_for_a_submission_are_few(desk):
    """Whatever the number of cells; nbgrader's own steps take more than a hundred."""
    for number in range(4):
        desk.hand_in(f"more{number}")
    counts = []
    for students in ("ada", "more*"):
        statements: list[str] = []

        def count(connection: Any, cursor: Any, statement: str, *_: Any, to: list[str] = statements) -> None:
            to.append(statement)

        event.listen(Engine, "before_cursor_execute", count)
        grade(desk, students=(students,))
        event.remove(Engine, "before_cursor_execute", count)
        counts.append(len(statements))
    one, four = counts
    assert 0 < (four - one) / 3 <= 10


def test_an_assignment_without_a_check_of_the_kit_s_is_graded_too(generated, tmp_path, monkeypatch):
    """All its answers are for a person to mark."""
    mine = open_desk(generated, tmp_path / "course", monkeypatch)
    monkeypatch.setattr(run, "Pool", PretendedPool)
    source = mine.root / "source" / "own" / "own.ipynb"
    source.parent.mkdir()
    book = nbformat.read(mine.root / "source" / NAME / NOTEBOOK, as_version=4)
    book.cells = [cell for cell in book.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "why_reshape"]
    nbformat.write(book, source)
    directory = CourseDirectory(config=mine.config, assignment_id="own")
    GenerateAssignment(coursedir=directory, config=mine.config).start()
    for student in ("ada", "bob"):
        shutil.copytree(source.parent, mine.root / "submitted" / student / "own")
    for current in (0, 2):
        said = grade(mine, coursedir=CourseDirectory(config=mine.config, assignment_id="own"))
        assert said == f"2 submissions: 2 graded, 0 partial, 0 ungradable. {current} were"


# what is up to date


def record_of(desk: Desk, student: str = "ada") -> Path:
    return desk.root / "records" / NAME / f"{student}.json"


def notebook_of(desk: Desk, student: str = "ada") -> Path:
    return desk.root / "autograded" / student / NAME / NOTEBOOK


def rewrite(path: Path, text: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(text)


def other_row(desk: Desk) -> None:
    with desk.gradebook() as book:
        book.find_grade("check_sgd", NAME, NAME, "ada").auto_score = 6
        book.db.commit()


def no_row(desk: Desk) -> None:
    with desk.gradebook() as book:
        book.remove_student("ada")


def other_text(desk: Desk) -> None:
    path = desk.root / "source" / NAME / NOTEBOOK
    book = nbformat.read(path, as_version=4)
    book.cells[0].source += " And good luck."
    nbformat.write(book, path)


def changed_copy(desk: Desk) -> None:
    book = BOOK.copy()
    book["why_reshape"]["source"] = "Other words."
    desk.hand_in("ada", book)


def of_somebody_else(desk: Desk) -> None:
    shutil.copy(record_of(desk, "dora"), record_of(desk))


AGAIN: dict[str, tuple[Callable[[Desk], object], set[str]]] = {
    "another submission with the same date": (changed_copy, {"ada"}),
    "another date": (lambda desk: desk.hand_in("ada", timestamp="2026-01-01 09:00:00 UTC"), {"ada"}),
    "another seed": (lambda desk: desk.config.SealedExecute.update(seed=7), {"ada", "cleo", "dora"}),
    "another setting": (lambda desk: desk.config.LimitOutput.update(max_lines=7), set()),
    "another setting of a step": (lambda desk: desk.config.IgnorePattern.update(pattern="x"), {"ada", "cleo", "dora"}),
    "no record": (lambda desk: record_of(desk).unlink(), {"ada"}),
    "half a record": (lambda desk: rewrite(record_of(desk), record_of(desk).read_bytes()[:700]), {"ada"}),
    "an empty record": (lambda desk: rewrite(record_of(desk), b""), {"ada"}),
    "a record that somebody edited": (
        lambda desk: rewrite(record_of(desk), record_of(desk).read_bytes().replace(b'"score":5', b'"score":6')),
        {"ada"},
    ),
    "a record of somebody else": (of_somebody_else, {"ada"}),
    "no autograded notebook": (lambda desk: notebook_of(desk).unlink(), {"ada"}),
    "half an autograded notebook": (lambda desk: rewrite(notebook_of(desk), b"{"), {"ada"}),
    "another score in the gradebook": (other_row, {"ada"}),
    "no row in the gradebook": (no_row, {"ada"}),
    "another text of the assignment": (other_text, {"ada", "cleo", "dora"}),
}


@pytest.mark.parametrize("why", AGAIN)
def test_what_is_not_up_to_date_is_graded_again(graded, why):
    change, again = AGAIN[why]
    change(graded)
    assert grade(graded) == f"4 submissions: 3 graded, 0 partial, 1 ungradable. {3 - len(again)} were"
    assert len(graded.ran) == len(again)
    assert grade(graded) == ALL_CURRENT


def test_another_grader_grades_everybody_again(graded, monkeypatch):
    monkeypatch.setattr(nbgrader_autograde, "grader_digest", lambda: "of another version")
    assert grade(graded) == ALL_DONE


def test_a_later_due_date_changes_those_who_were_late(graded):
    with graded.gradebook() as book:
        book.update_or_create_assignment(NAME, duedate=LATE)
    assert grade(graded) == "4 submissions: 3 graded, 0 partial, 1 ungradable. 2 were"
    with graded.gradebook() as book:
        assert book.find_submission_notebook(NAME, NAME, "cleo").late_submission_penalty is None


def test_what_a_person_has_given_is_no_reason_to_grade_again(graded):
    with graded.gradebook() as book:
        grade_ = book.find_grade("why_reshape", NAME, NAME, "ada")
        grade_.manual_score, grade_.needs_manual_grade = 2.5, False
        book.find_comment("why_reshape", NAME, NAME, "ada").manual_comment = "Well said."
        book.find_grade("check_sgd", NAME, NAME, "bob").manual_score = 3
        book.db.commit()
    assert grade(graded) == ALL_CURRENT
    with graded.gradebook() as book:
        assert not book.find_grade("why_reshape", NAME, NAME, "ada").needs_manual_grade
        assert book.find_grade("check_sgd", NAME, NAME, "bob").manual_score == 3


def test_both_commands_know_what_the_other_has_done(desk):
    desk.autograde()
    assert grade(desk) == ALL_CURRENT
    desk.ran.clear()
    assert desk.autograde() == "1 of 4 submissions could not be graded."
    assert desk.ran == []
    assert grade(desk) == ALL_CURRENT


# what cannot be graded


def test_a_fault_of_ours_costs_nobody_a_mark_and_is_tried_again(graded, undisturbed):
    run.Pool.before = staticmethod(lambda task: Fault("KeyError: 'a detail'") if task.taken.student == "ada" else None)
    assert grade(graded, force=True) == "4 submissions: 2 graded, 0 partial, 2 ungradable. 0 were"
    assert set(graded.scores("ada").values()) == {None}
    page = graded.feedback("ada")
    assert OUR_FAULT in page
    assert "a detail" not in page
    run.Pool.before = staticmethod(lambda task: None)
    assert grade(graded) == "4 submissions: 3 graded, 0 partial, 1 ungradable. 2 were"
    shutil.rmtree(graded.root / "feedback")
    assert state(graded.root) == undisturbed


@pytest.mark.parametrize(("step", "at_once"), [("work", 1), ("_stage", 1), ("_stage", 4), ("_publish", 4)])
def test_a_fault_before_or_after_the_run_costs_nobody_else_anything(desk, monkeypatch, step, at_once):
    original = getattr(CohortAutograde, step)
    run.Pool.at_once = at_once

    def broken(self: CohortAutograde, what: Any, *more: Any) -> Any:
        if getattr(what, "taken", what).student == "ada":
            raise KeyError("a detail")
        return original(self, what, *more)

    monkeypatch.setattr(CohortAutograde, step, broken)
    assert grade(desk) == "4 submissions: 2 graded, 0 partial, 2 ungradable. 0 were"
    assert set(desk.scores("ada").values()) == {None}


def test_where_no_sandbox_holds_nobody_is_touched(desk, monkeypatch):
    def refuse(self: object) -> None:
        raise SandboxProblem("Student code cannot be shut in on this machine.")

    monkeypatch.setattr(run.Pool, "await_one", refuse)
    assert grade(desk) == "Student code cannot be shut in on this machine."
    with desk.gradebook() as book:
        assert book.students == []
    assert not (desk.root / "accepted").exists()


# one run at a time


def test_two_runs_exclude_each_other_and_so_does_nbgrader_autograde(desk):
    with only_one(desk.root / "records" / f"{NAME}.lock"):
        excluded = f"{NAME} is being graded already, by process {os.getpid()} on "
        assert excluded in grade(desk)
        assert excluded in desk.autograde()
    assert grade(desk) == ALL_DONE


def test_a_lock_ends_with_its_process(tmp_path):
    path = tmp_path / "lock"
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        with only_one(path):
            os.write(writer, b"held")
            signal.pause()
    assert os.read(reader, 4) == b"held"
    with pytest.raises(Locked, match=f"process {child} on"), only_one(path):
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with only_one(path):
        pass
    os.close(reader)
    os.close(writer)


# whatever ends a run

STEPS_OF_A_RUN = [
    (os, "replace"),
    (os, "unlink"),
    (os, "rename"),
    (os, "chmod"),
    (os, "mkdir"),
    (Path, "write_bytes"),
    (Path, "write_text"),
    (shutil, "rmtree"),
    (shutil, "copy"),
    (gradebook._Patient, "save"),
]
"""Everything that changes a file, as grading does it."""


def at_step(number: int, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Have `act` called before step `number` of what follows; the list's length is the number of steps so far."""
    steps: list[int] = []

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **named: Any) -> Any:
            steps.append(len(steps))
            if steps[-1] == number:
                act()
            return original(*arguments, **named)

        return step

    for owner, name in STEPS_OF_A_RUN:
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))
    return steps


def in_a_child(act: Callable[[], object]) -> int:
    """Do something in a fork of this process; how it ended."""
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("graded_before", "at_once"), [(False, 1), (True, 2)])
def test_a_run_killed_at_any_step_loses_nothing(desk, undisturbed, monkeypatch, graded_before, at_once):
    """The next run's result is the undisturbed one, and it grades at most those again that were in flight."""
    run.Pool.at_once = at_once
    if graded_before:
        assert grade(desk) == ALL_DONE
        for student in ("ada", "cleo", "dora"):
            rewrite(record_of(desk, student), b"")
    start = desk.root.with_name("start")
    shutil.copytree(desk.root, start)
    number, code = 4 if graded_before else 0, -signal.SIGKILL
    while code == -signal.SIGKILL:

        def killed(number: int = number) -> None:
            with pytest.MonkeyPatch.context() as patch:
                at_step(number, die, patch)
                grade(desk)

        code = in_a_child(killed)
        done = {student for student in ("ada", "cleo", "dora") if read_record(record_of(desk, student))}
        desk.ran.clear()
        assert grade(desk) == f"4 submissions: 3 graded, 0 partial, 1 ungradable. {len(done)} were", number
        assert len(desk.ran) == 3 - len(done)
        assert state(desk.root) == undisturbed, number
        assert not [path for path in desk.root.rglob("*") if path.name.startswith(".") and path.suffix != ".lock"]
        shutil.rmtree(desk.root)
        shutil.copytree(start, desk.root)
        number += 13  # another step of another student each time: their ways, of thirty steps, are the same
    assert number > 20


def test_a_full_disk_ends_the_run_in_a_sentence_and_loses_nothing(desk, undisturbed):
    run.Pool.at_once = 2
    start = desk.root.with_name("start")
    shutil.copytree(desk.root, start)

    def full() -> None:
        raise OSError(28, "No space left on device", "some/file")

    number = 0
    while True:
        with pytest.MonkeyPatch.context() as patch:
            steps = at_step(number, full, patch)
            said = grade(desk)
        if len(steps) <= number:
            break
        # What cannot be renamed is copied.
        assert said.endswith("grading ends here: some/file: No space left on device.") or said == ALL_DONE, number
        grade(desk)
        assert state(desk.root) == undisturbed, number
        shutil.rmtree(desk.root)
        shutil.copytree(start, desk.root)
        number += 11
    assert number > 20


def test_a_disk_that_is_really_full_loses_nothing(desk, undisturbed):
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (70_000, 70_000))
        grade(desk)

    assert in_a_child(limited) == 0
    grade(desk)
    assert state(desk.root) == undisturbed


def test_a_locked_gradebook_ends_the_run_in_a_sentence_and_loses_nothing(desk, undisturbed, monkeypatch):
    monkeypatch.setattr(gradebook, "LOCK_SECONDS", 0.1)
    database = sqlite3.connect(desk.root / "gradebook.db", isolation_level=None)

    def lock(task: Task) -> None:
        if task.taken.student == "cleo":
            database.execute("BEGIN IMMEDIATE")

    run.Pool.before = staticmethod(lock)
    with closing(database):
        assert grade(desk) == "The gradebook cannot be read or written, so grading ends here: database is locked."
    run.Pool.before = staticmethod(lambda task: None)
    assert grade(desk) == "4 submissions: 3 graded, 0 partial, 1 ungradable. 1 were"
    assert state(desk.root) == undisturbed


def test_a_gradebook_that_is_gone_ends_the_run_in_a_sentence_and_loses_nothing(desk, undisturbed):
    path = desk.root / "gradebook.db"

    def remove(task: Task) -> None:
        if task.taken.student == "cleo":
            path.rename(desk.root / "elsewhere.db")

    run.Pool.before = staticmethod(remove)
    assert "The gradebook cannot be read or written, so grading ends here: " in grade(desk)
    run.Pool.before = staticmethod(lambda task: None)
    (desk.root / "elsewhere.db").rename(path)
    assert grade(desk) == "4 submissions: 3 graded, 0 partial, 1 ungradable. 1 were"
    assert state(desk.root) == undisturbed


# records


def test_a_record_is_read_as_it_was_written_or_not_at_all(tmp_path):
    result = records.msgspec.convert(RESULT, Result)
    record = Record(student="ada", given="a", notebook="b", automatic="c", stopped=0, result=result)
    path = tmp_path / "ada.json"
    write_record(path, record)
    assert read_record(path) == record
    whole = path.read_bytes()
    for end in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:end])
        assert read_record(path) is None
    for place in range(0, len(whole) - 1, 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert read_record(path) is None


# the processes


@pytest.fixture
def fake(monkeypatch) -> None:
    monkeypatch.setattr(pool, "PROGRAM", "tests.fake_worker")


def to_do(*notebooks: str) -> Iterator[Task]:
    made: list[Any] = [Task(SimpleNamespace(student=book), Job(book.encode(), 1)) for book in notebooks]
    return iter(made)


def results(size: int, *notebooks: str) -> dict[str, str]:
    """What becomes of each notebook, in the words of the fault if there is one."""
    with Pool(size) as opened:
        opened.await_one()
        return {
            task.taken.student: outcome.problem if isinstance(outcome, Fault) else outcome.executed.notebook.decode()
            for task, outcome in opened.run(to_do(*notebooks))
        }


@pytest.mark.usefixtures("fake")
def test_a_process_that_dies_costs_nobody_anything_and_the_run_goes_on(tmp_path):
    notebooks = ["echo 1", f"die {tmp_path / 'a'}", "echo 2", f"unable {tmp_path / 'b'}", "fault", "echo 3"]
    assert results(2, *notebooks) == {**{book: book for book in notebooks}, "fault": "KeyError: 'a detail'"}


@pytest.mark.usefixtures("fake")
def test_a_notebook_whose_process_dies_twice_cannot_be_graded():
    got = results(1, "echo 1", "die", "echo 2")
    assert got.pop("die") == (
        "The process that graded it was ended by SIGKILL; so did another: it was ended by SIGKILL."
    )
    assert got == {"echo 1": "echo 1", "echo 2": "echo 2"}


@pytest.mark.usefixtures("fake")
def test_a_process_that_gets_ready_while_nobody_listens_is_used():
    with Pool(1) as opened:
        opened.await_one()
        done = []
        for task, outcome in opened.run(to_do("die", "echo 1")):
            done.append((task.taken.student, type(outcome)))
            if isinstance(outcome, Fault):  # another process is on its way
                assert opened._poll(300)
    assert done == [("die", Fault), ("echo 1", Done)]


@pytest.mark.usefixtures("fake")
def test_where_all_processes_die_it_is_nobodys_notebook():
    with pytest.raises(SandboxProblem, match="Is there enough memory"):
        results(1, *["die"] * 9)


@pytest.mark.usefixtures("fake")
@pytest.mark.parametrize(("how", "words"), [("down", "No walls."), ("crash", "Out of everything.")])
def test_where_no_process_starts_the_run_ends_with_the_reason(monkeypatch, how, words):
    monkeypatch.setenv("FAKE_START", how)
    with pytest.raises(SandboxProblem, match=words):
        results(2, "echo 1")


@pytest.mark.usefixtures("fake")
def test_a_process_that_takes_too_long_is_replaced(monkeypatch):
    monkeypatch.setattr(pool, "JOB_SECONDS", 0.1)
    [problem] = results(1, "hang").values()
    assert "took too long" in problem


# the command


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing_of_that_name"], "There is no notebook"),
        (["--jobs", "0", NAME], "--jobs must be a positive number, got 0."),
        (["--jobs", "many", NAME], "invalid int value"),
        (["a+b"], "cannot be the name of an assignment"),
        ([], "ASSIGNMENT"),
    ],
)
def test_wrong_usage_is_one_sentence(tmp_path, capsys, arguments, words):
    shutil.copytree(ROOT / "assignments", tmp_path / "assignments", ignore=shutil.ignore_patterns("*"))
    (tmp_path / "assignments").mkdir(exist_ok=True)
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.root = {str(tmp_path)!r}\n")
    assert main(["grade", *arguments, "--course", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_configuration_that_cannot_be_used_says_so(tmp_path, capsys):
    (tmp_path / "assignments").mkdir()
    (tmp_path / "nbgrader_config.py").write_text("raise SystemExit('The seed must be a number.')\n")
    assert main(["grade", NAME, "--course", str(tmp_path)]) == 2
    assert capsys.readouterr().err == "grader: The seed must be a number.\n"


@pytest.mark.parametrize(
    "command", [["grade", NAME], ["export", NAME, "--json", "j"], ["copy-gradebook", "sqlite:///x"]]
)
def test_nothing_is_done_with_other_settings_where_a_line_of_the_configuration_fails(
    tmp_path, capsys, monkeypatch, command
):
    (tmp_path / "assignments").mkdir()
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n1 / 0\n")
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2
    said = "grader: nbgrader_config.py cannot be read: ZeroDivisionError: division by zero\n"
    assert capsys.readouterr().err == said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["assignments", "nbgrader_config.py"]


def test_a_run_that_ends_before_its_time_says_how_far_it_got(capsys, monkeypatch, desk):
    def broken(self: CohortAutograde, graded: Any) -> Any:
        if graded[0][0].student == "cleo":
            raise OSError(28, "No space left on device", "some/file")
        return finish(self, graded)

    def configured(assignment: str) -> CohortAutograde:
        return CohortAutograde(coursedir=desk.directory(), config=desk.config)

    finish = CohortAutograde.finish
    monkeypatch.setattr(CohortAutograde, "finish", broken)
    monkeypatch.setattr("grader.cohort.command.configured", configured)
    assert main(["grade", NAME, "--course", str(ROOT)]) == 2
    assert capsys.readouterr().err == (
        "grader: The course's folders cannot be read or written, so grading ends here: some/file: No space left on "
        "device. 2 of 4 submissions are done, and the next run goes on from there.\n"
    )


def test_times_are_told_as_a_clock_does():
    assert [clock(seconds) for seconds in (0, 7.4, 61, 3600)] == ["0:00", "0:07", "1:01", "1:00:00"]


def test_on_a_terminal_there_is_a_bar_and_a_student_cannot_write_on_it(generated, tmp_path, monkeypatch):
    opened = open_desk(generated, tmp_path / "course", monkeypatch)
    monkeypatch.setattr(run, "Pool", type("ThisPool", (PretendedPool,), {}))
    opened.hand_in("ada")
    opened.hand_in("[red]\x1b[2Jx")
    said = io.StringIO()
    converter = CohortAutograde(coursedir=opened.directory(), config=opened.config)
    converter.progress = Progress(Console(file=said, force_terminal=True, width=150))
    converter.start()
    assert "1 graded, 0 partial, 1 ungradable" in said.getvalue()
    assert "2/2" in said.getvalue()
    assert "\x1b[2J" not in said.getvalue() + converter.progress.summary()


# the real commands

SLEEPER = "import time\n\ntime.sleep(4)"
"""A cell that gives us the time to kill what runs it."""


@pytest.fixture(scope="module")
def real(tmp_path_factory) -> Path:
    """A course in which some of the sample class have handed in, after `nbgrader autograde`."""
    root = tmp_path_factory.mktemp("real") / "reference"
    opened(root, NAME)
    everybody = {student.id: student for student in demo.read_class(ROOT / demo.SAMPLES)}
    for name in ("ada", "niels", "bob"):
        book = solved(root, NAME, everybody[name])
        if name == "bob":
            book.cells.insert(1, nbformat.v4.new_code_cell(SLEEPER))
        put(root, NAME, name, nbformat.writes(book).encode())
    put(root, NAME, "pat", b"{")
    shutil.copytree(root, root.with_name("start"))
    carry_out(root, "nbgrader", "autograde", NAME, code=1)
    return root.parent


def opened(root: Path, name: str) -> None:
    """Make a course that has released an assignment."""
    shutil.copytree(ROOT / "assignments" / name, root / "assignments" / name)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    carry_out(root, "nbgrader", "generate_assignment", name)


def solved(root: Path, name: str, student: demo.Student) -> nbformat.NotebookNode:
    """What one of the sample class hands in."""
    course = Course(ROOT)
    book = nbformat.read(root / "course" / "release" / name / f"{name}.ipynb", as_version=4)
    demo.solve(book, student, demo.sample_classes(course)[name], demo.reference_cells(course, name))
    return book


def put(root: Path, name: str, student: str, data: bytes) -> Path:
    folder = root / "course" / "submitted" / student / name
    folder.mkdir(parents=True)
    (folder / f"{name}.ipynb").write_bytes(data)
    (folder / "timestamp.txt").write_text(EARLY)
    (folder / "submission_secret.txt").write_text("a1" * 64)
    return folder


def carry_out(root: Path, program: str, *arguments: str, code: int = 0) -> str:
    """Run a command, which should end with this exit code; what it said."""
    done = subprocess.run(command(program, *arguments), **surroundings(root), check=False)
    assert done.returncode == code, done.stdout
    return str(done.stdout)


def command(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", program, *arguments]


def surroundings(root: Path) -> dict[str, Any]:
    return {
        "cwd": root,
        "text": True,
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
    }


def start(real: Path, name: str) -> tuple[Path, subprocess.Popen[str]]:
    """A fresh copy of the course, and `grader grade` at work on it with two processes."""
    root = real / name
    shutil.copytree(real / "start", root)
    return root, subprocess.Popen(command("grader", "grade", "--jobs", "2", NAME), **surroundings(root))


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    try:
        tasks = list(Path(f"/proc/{process}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except FileNotFoundError:
        return []


def descendants(process: int) -> list[int]:
    below = children(process)
    return below + [each for child in below for each in descendants(child)]


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(happened: Callable[[], Any], driver: subprocess.Popen[str]) -> Any:
    """Wait for something to happen while the driver runs."""
    while not (found := happened()):
        assert driver.poll() is None, driver.communicate()[0]
        time.sleep(0.02)
    return found


def busy(driver: subprocess.Popen[str], but: int = 0) -> tuple[int, int] | None:
    """A grading process, other than `but`, whose forkserver has a child at work; and that forkserver."""
    for worker in children(driver.pid):
        line = [worker]
        while below := children(line[-1]):
            line.append(below[0])
        # bubblewrap puts processes of its own in between.
        if worker != but and len(line) > 2 and b"forkserver" in Path(f"/proc/{line[-2]}/cmdline").read_bytes():
            return worker, line[-2]
    return None


@pytest.mark.slow
class TestTheRealCommands:
    def test_a_worker_and_a_forkserver_that_are_killed_cost_nobody_anything(self, real):
        root, driver = start(real, "disturbed")
        until(lambda: list(root.glob("course/records/*/*.json")), driver)
        worker, _ = until(lambda: busy(driver), driver)
        os.kill(worker, signal.SIGKILL)
        _, forkserver = until(lambda: busy(driver, but=worker), driver)
        os.kill(forkserver, signal.SIGKILL)
        said, _ = driver.communicate()
        assert driver.returncode == 1, said
        assert "4 submissions: 2 graded, 1 partial, 1 ungradable. 0 were up to date." in said
        assert "  'pat': linreg_scratch.ipynb cannot be graded." in said
        assert state(root / "course") == state(real / "reference" / "course")

    def test_a_run_that_is_killed_leaves_no_process_and_the_next_goes_on(self, real):
        root, driver = start(real, "killed")
        until(lambda: list(root.glob("course/records/*/*.json")) and busy(driver), driver)
        family = descendants(driver.pid)
        driver.kill()
        driver.communicate()
        while any(runs(process) for process in family):
            time.sleep(0.02)
        assert len(family) >= 4
        said = carry_out(root, "grader", "grade", "--jobs", "1", NAME, code=1)
        assert "4 submissions: 2 graded, 1 partial, 1 ungradable." in said
        assert "ungradable. 0 were" not in said
        assert state(root / "course") == state(real / "reference" / "course")


def without_times(text: bytes) -> bytes:
    """One assignment has its students measure how long batches take."""
    return re.sub(rb"batches in \d+\.\d+ s", b"batches", text)


@pytest.mark.study
@pytest.mark.slow
@pytest.mark.parametrize("name", demo.sample_classes(Course(ROOT)))
def test_a_whole_sample_class_has_what_nbgrader_autograde_gives(tmp_path, name):
    """Scores, comments and notebooks, and the feedback made of them, byte for byte."""
    one, other = tmp_path / "one", tmp_path / "other"
    opened(one, name)
    everybody = demo.read_class(demo.sample_classes(Course(ROOT))[name])
    for student in everybody:
        folder = put(one, name, student.id, nbformat.writes(solved(one, name, student)).encode())
        if student.breaks is not None:
            student.breaks(folder)
    shutil.copytree(one, other, symlinks=True)
    code = int(any(student.expected is None for student in everybody))
    carry_out(one, "nbgrader", "autograde", name, code=code)
    carry_out(other, "grader", "grade", name, code=code)
    marks, other_marks = ({k: v for k, v in state(r / "course").items() if "/" not in k} for r in (one, other))
    assert marks == other_marks
    for root in (one, other):
        carry_out(root, "nbgrader", "generate_feedback", name)
    for step in (f"autograded/*/{name}/*.ipynb", f"feedback/*/{name}/*.html"):
        made = {path.relative_to(one): without_times(path.read_bytes()) for path in one.glob(f"course/{step}")}
        assert len(made) == len(everybody)
        assert made == {path: without_times((other / path).read_bytes()) for path in made}
