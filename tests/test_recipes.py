"""The recipes of docs/instructors.md do what they say."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import nbgrader.api
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import ExportApp
from nbgrader.converters import GenerateAssignment
from nbgrader.plugins import LateSubmissionPlugin
from sqlalchemy import create_engine, text

from grader.cli import BROKEN, OK, main
from grader.cohort import run
from grader.course import MARKER
from grader.export import QuotedCsvExport
from grader.gradebook_copy import NotCopied, copy_gradebook
from grader.late import PointsPerDay
from grader.records import read_record
from tests.desk import Desk, open_desk
from tests.malformed import NAME, NOTEBOOK
from tests.test_cohort import ALL_CURRENT, ALL_DONE, PretendedPool, grade, hand_in

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

AGAIN = "4 submissions: 3 graded, 0 partial, 1 ungradable. {} were"


@pytest.fixture
def desk(generated, tmp_path, monkeypatch) -> Desk:
    """Three can be graded, one of them, cleo, a day late; one cannot."""
    opened = open_desk(generated, tmp_path / "course", monkeypatch)
    hand_in(opened)
    opened.config.AssignLatePenalties.plugin_class = PointsPerDay
    monkeypatch.setattr(run, "Pool", PretendedPool)
    return opened


def penalty(desk: Desk, student: str) -> float | None:
    with desk.gradebook() as book:
        found: float | None = book.find_submission_notebook(NAME, NAME, student).late_submission_penalty
        return found


def exported(desk: Desk) -> dict[str, dict[str, str]]:
    to = desk.root / "grades.csv"
    app = ExportApp()
    app.coursedir = desk.directory()
    with desk.gradebook() as book:
        QuotedCsvExport(parent=app, to=str(to)).export(book)
    with to.open(newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def mark(desk: Desk, student: str, cell: str, points: float, comment: str = "") -> None:
    """As the formgrader does it."""
    with desk.gradebook() as book:
        found = book.find_grade(cell, NAME, NAME, student)
        found.manual_score, found.needs_manual_grade = points, False
        if comment:
            book.find_comment(cell, NAME, NAME, student).manual_comment = comment
        book.db.commit()


# Late work


@pytest.mark.parametrize(
    ("minutes", "points"),
    [(1, None), (10, None), (11, 4), (24 * 60, 4), (24 * 60 + 1, 8), (3 * 24 * 60, 12), (100 * 24 * 60, 20)],
)
def test_each_day_begun_costs_points_after_a_grace_and_up_to_a_limit(minutes, points):
    assert PointsPerDay(points=4, most=20).late_submission_penalty("ada", 30, 60 * minutes) == points


def test_late_work_costs_points_in_gradebook_and_export_until_an_extension_is_given(desk):
    desk.config.PointsPerDay.points = 3
    assert grade(desk) == ALL_DONE
    assert {student: penalty(desk, student) for student in ("ada", "cleo")} == {"ada": None, "cleo": 3}
    row = exported(desk)["cleo"]
    assert float(row["score"]) == float(row["raw_score"]) - 3
    with desk.gradebook() as book:
        book.grant_extension(NAME, "cleo", days=1)
    assert grade(desk) == AGAIN.format(2)
    assert penalty(desk, "cleo") is None
    assert grade(desk) == ALL_CURRENT


def test_another_price_of_a_day_grades_again(desk):
    assert grade(desk) == ALL_DONE
    desk.config.PointsPerDay.points = 1.5
    assert grade(desk) == ALL_DONE
    assert penalty(desk, "cleo") == 1.5


@pytest.mark.parametrize("place", ["a module", "nbgrader_config.py"])
def test_another_rule_in_a_plugin_of_one_s_own_grades_again(desk, tmp_path, monkeypatch, place):
    rule = tmp_path / "own_rule.py"
    for points in (1.5, 2.5):
        rule.write_text(RULE.format(points), encoding="utf-8")
        names = {"__name__": "own_rule"} if place == "a module" else {}
        monkeypatch.setitem(sys.modules, "own_rule", SimpleNamespace(__file__=str(rule)))
        exec(compile(rule.read_text(encoding="utf-8"), str(rule), "exec"), names)
        desk.config.AssignLatePenalties.plugin_class = names["Rule"]
        assert grade(desk) == ALL_DONE
        assert penalty(desk, "cleo") == points
        assert grade(desk) == ALL_CURRENT


RULE = """
from nbgrader.plugins import LateSubmissionPlugin

class Rule(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {}
"""


@pytest.mark.parametrize("wrong", ["no_such_module.Step", "grader.no_such_step"])
def test_steps_that_cannot_be_used_end_the_run_in_a_sentence(desk, wrong):
    desk.config.Autograde.autograde_preprocessors.append(wrong)
    assert grade(desk).startswith("The steps that nbgrader_config.py chooses for grading cannot be used. ")
    assert desk.ran == []


class KeepsAList(LateSubmissionPlugin):
    """A plugin as an instructor might write one: it opens the gradebook, and writes."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        with self.open() as book:
            book.update_or_create_student(student_id, last_name="was late")
        return 2.0

    def open(self) -> Any:
        return Gradebook(self.config.CourseDirectory.db_url)


class LooksItUp(KeepsAList):
    def open(self) -> Any:
        return nbgrader.api.Gradebook(self.config.CourseDirectory.db_url)


@pytest.mark.parametrize("plugin", [KeepsAList, LooksItUp])
def test_a_plugin_that_writes_into_the_gradebook_finds_it_open(desk, plugin):
    desk.config.AssignLatePenalties.plugin_class = plugin
    assert grade(desk) == ALL_DONE
    assert grade(desk) == ALL_CURRENT
    with desk.gradebook() as book:
        assert [student.id for student in book.students if student.last_name == "was late"] == ["cleo"]
    assert penalty(desk, "cleo") == 2
    assert isinstance(Gradebook, type)
    assert nbgrader.api.Gradebook is Gradebook


class AsksAround(KeepsAList):
    """A day costs as many points as the term has assignments; this one's due date is asked for by its name."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        with self.open() as book:
            late = book.find_submission(NAME, student_id).timestamp - book.find_assignment(NAME).duedate
            assert book.find_assignment("another").submissions == []
            return float(late.days * len(book.assignments))


def test_a_plugin_may_ask_the_gradebook_about_any_assignment(desk):
    desk.config.AssignLatePenalties.plugin_class = AsksAround
    with desk.gradebook() as book:
        book.update_or_create_assignment("another")
    assert grade(desk) == ALL_DONE
    assert penalty(desk, "cleo") == 2


class WritesElsewhere(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        engine = create_engine(self.config.CourseDirectory.db_url, connect_args={"timeout": 0.1})
        with engine.begin() as connection:
            assert connection.execute(text("SELECT count(*) FROM student")).scalar()
            connection.execute(text("UPDATE student SET last_name = 'was late'"))
        return 2.0


def test_a_plugin_that_writes_by_another_connection_ends_the_run_in_a_sentence_and_loses_nothing(desk):
    desk.config.AssignLatePenalties.plugin_class = WritesElsewhere
    assert grade(desk).startswith("The gradebook cannot be read or written, so grading ends here: database is locked.")
    desk.config.AssignLatePenalties.plugin_class = PointsPerDay
    assert grade(desk) == ALL_DONE


# Other points, other checks


def regenerate(desk: Desk) -> None:
    converter = GenerateAssignment(coursedir=desk.directory(), config=desk.config)
    converter.force = True
    converter.start()


def test_other_points_reach_everybody_and_marks_given_by_hand_stay_to_be_looked_at_again(desk):
    assert grade(desk) == ALL_DONE
    mark(desk, "ada", "why_reshape", 2.5, "Well said.")
    source = desk.root / "source" / NAME / NOTEBOOK
    book = nbformat.read(source, as_version=4)
    next(cell for cell in book.cells if cell.id == "why_reshape").metadata.nbgrader.points = 5
    nbformat.write(book, source)
    regenerate(desk)
    assert grade(desk) == ALL_DONE
    with desk.gradebook() as gradebook:
        found = gradebook.find_grade("why_reshape", NAME, NAME, "ada")
        assert (found.max_score, found.manual_score, found.needs_manual_grade) == (5, 2.5, True)
        assert gradebook.find_comment("why_reshape", NAME, NAME, "ada").comment == "Well said."
    assert exported(desk)["ada"]["status"] == "needs manual grading"


def test_a_mark_that_a_person_has_put_in_the_place_of_a_check_s_survives(desk):
    assert grade(desk) == ALL_DONE
    mark(desk, "ada", "check_sgd", 6)
    before = float(exported(desk)["ada"]["raw_score"])
    desk.score = 4
    assert grade(desk) == ALL_CURRENT
    assert grade(desk, force=True) == ALL_DONE
    with desk.gradebook() as book:
        found = book.find_grade("check_sgd", NAME, NAME, "ada")
        assert (found.auto_score, found.manual_score, found.score, found.needs_manual_grade) == (4, 6, 6, True)
    assert float(exported(desk)["ada"]["raw_score"]) == before - 4  # a point less in each of the other four


def test_the_record_of_a_submission_tells_seed_and_every_check(desk):
    assert grade(desk) == ALL_DONE
    record = read_record(desk.root / "records" / NAME / "ada.json")
    assert record is not None
    assert (record.student, record.result.seed, record.result.status) == ("ada", 2018, "graded")
    assert json.loads((desk.root / "records" / NAME / "ada.json").read_bytes())["record"]["result"]["seed"] == 2018


# Another database


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_a_copied_gradebook_is_the_same_and_nothing_is_graded_again(desk):
    assert grade(desk) == ALL_DONE
    mark(desk, "ada", "why_reshape", 2.5, "Well said; ½ point for the example.")
    counts = copy_gradebook(desk.config.CourseDirectory.db_url, url(desk.root / "copy.db"))
    before = exported(desk)
    assert counts["student"] == len(before) == 4
    desk.config.CourseDirectory.db_url = url(desk.root / "copy.db")
    assert exported(desk) == before
    assert grade(desk) == ALL_CURRENT
    assert desk.autograde(force=True) == "1 of 4 submissions could not be graded."


def refusal(source: str, target: str) -> str:
    with pytest.raises(NotCopied) as problem:
        copy_gradebook(source, target)
    return str(problem.value)


def test_a_copy_goes_into_an_empty_database_only(desk):
    source = desk.config.CourseDirectory.db_url
    assert "has tables already" in refusal(source, source)


def test_what_is_no_gradebook_or_no_address_is_told_in_a_sentence_without_a_password(desk, tmp_path):
    source, target = desk.config.CourseDirectory.db_url, url(tmp_path / "copy.db")
    (tmp_path / "other.db").touch()
    assert refusal(url(tmp_path / "none.db"), target) == f"There is no gradebook {tmp_path / 'none.db'}."
    assert "is no gradebook of nbgrader's" in refusal(url(tmp_path / "other.db"), target)
    assert "is no database's address" in refusal(source, "grades")
    assert "nothing was written: unable to open" in refusal(source, url(tmp_path / "no" / "copy.db"))
    said = refusal(source, "nothing://me:secret@host/grades")
    assert "me:***@host" in said
    assert "secret" not in said
    assert "port in the database's address must be a number" in refusal(source, "postgresql://me:secret@host:port/x")
    assert "is no file" in refusal(source, "sqlite://")
    assert "is no file" in refusal(source, "sqlite:///:memory:")
    assert "write postgresql+psycopg://" in refusal(source, "mysql://host/grades")
    assert not (tmp_path / "none.db").exists()
    assert not (tmp_path / "copy.db").exists()


def test_tables_of_another_nbgrader_are_refused_and_nothing_is_left(desk, tmp_path):
    engine = create_engine(desk.config.CourseDirectory.db_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE student ADD COLUMN shoe_size INTEGER"))
    engine.dispose()
    said = refusal(desk.config.CourseDirectory.db_url, url(tmp_path / "copy.db"))
    assert "(table student). Run `nbgrader db upgrade` first." in said


def test_a_copy_that_differs_does_not_count(desk, tmp_path, monkeypatch):
    from grader import gradebook_copy

    found = iter(range(1000))
    monkeypatch.setattr(gradebook_copy, "_sorted", lambda rows: next(found))
    assert "differs from the original; nothing was written" in refusal(
        desk.config.CourseDirectory.db_url, url(tmp_path / "copy.db")
    )
    engine = create_engine(url(tmp_path / "copy.db"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0
    engine.dispose()


def test_the_command_copies_the_course_s_own_gradebook(desk, tmp_path, capsys):
    course = tmp_path / "own"
    (course / "assignments").mkdir(parents=True)
    address = desk.config.CourseDirectory.db_url
    (course / MARKER).write_text(f"c = get_config()\nc.CourseDirectory.db_url = {address!r}\n")
    with desk.gradebook() as book:
        book.update_or_create_student("zoe")
    target = url(tmp_path / "copy.db")
    assert main(["copy-gradebook", target, "--course", str(course)]) == OK
    said = capsys.readouterr().out
    assert said.startswith("Copied 1 students, 0 submissions")
    assert f'c.CourseDirectory.db_url = "{target}"' in said
    assert main(["copy-gradebook", target, "--course", str(course)]) == BROKEN
    assert capsys.readouterr().err.startswith(f"grader: {target} has tables already.")
    (course / MARKER).write_text("raise SystemExit('No environment.')")
    assert main(["copy-gradebook", target, "--course", str(course)]) == BROKEN
    assert capsys.readouterr().err == "grader: No environment.\n"
