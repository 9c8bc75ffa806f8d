"""`grader export`: the gradebook's final scores and the records' results, also of those who were graded long ago."""

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from grader.cohort import export
from grader.cohort.export import NotExported, export_class
from grader.cohort.run import CohortAutograde
from grader.course import Course
from tests.desk import EARLY, LATE, Desk, generate, open_desk
from tests.malformed import NAME

# nbgrader's own use of its database.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
AUTOMATIC, BY_HAND = 25, 3
"""Five points in each of five checks, says the pretended sandbox; one answer in words is there to be marked."""
CLASS = ("ada", "bob", "cleo", "dora", "eve")


@pytest.fixture(scope="module")
def term(tmp_path_factory) -> Desk:
    """A graded class: ada's answer in words is marked, cleo's as well and late, dora's wait; bob's is no notebook."""
    with pytest.MonkeyPatch.context() as patch:
        desk = open_desk(generate(tmp_path_factory.mktemp("made")), tmp_path_factory.mktemp("term") / "course", patch)
        with desk.gradebook() as book:
            book.update_or_create_assignment(NAME, duedate=EARLY)
            book.update_or_create_student("eve", last_name="=1+1", email="eve@example.edu")
        desk.config.AssignLatePenalties.plugin_class = "nbgrader.plugins.LateSubmissionPlugin"
        desk.config.LateSubmissionPlugin.penalty_method = "zero"
        for student in ("ada", "dora"):
            desk.hand_in(student)
        desk.hand_in("bob", b"{}")
        desk.hand_in("cleo", timestamp=LATE)
        assert "1 of 4 submissions could not be graded." in desk.autograde()
        with desk.gradebook() as book:
            for student in ("ada", "cleo"):
                for grade in book.find_submission_notebook(NAME, NAME, student).grades:
                    if grade.auto_score is None:
                        grade.manual_score, grade.needs_manual_grade = 3, False
            book.db.commit()
        return desk


@pytest.fixture
def folder(term, tmp_path, monkeypatch) -> Path:
    """An empty working folder, and a course whose configuration is the desk's."""
    monkeypatch.setattr(
        export, "configured", lambda assignment: CohortAutograde(coursedir=term.directory(), config=term.config)
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def exported(term: Desk, **files) -> list[str]:
    return export_class(Course(term.root), NAME, **{name: Path(value) for name, value in files.items()})


def table(path: str) -> dict[str, list[str]]:
    """The rows of a table by the student that each is about, or by what begins them."""
    with open(path, encoding="utf-8", newline="") as file:
        return {next((name for name in CLASS if name in row), row[0]): row for row in csv.reader(file)}


def test_scores_are_final_or_none_in_both_platforms_tables(term, folder):
    assert exported(term, canvas="out/canvas.csv", moodle="out/moodle.csv") == []
    for path in ("out/canvas.csv", "out/moodle.csv"):
        rows = table(path)
        assert {name: rows[name][-1] for name in CLASS} == {
            "ada": str(AUTOMATIC + BY_HAND),
            "bob": "",  # could not be graded
            "cleo": str(BY_HAND),  # late: what was there when it was graded is lost
            "dora": "",  # an answer waits for a person
            "eve": "",  # nothing handed in
        }
        assert "'=1+1" in rows["eve"]
    assert table("out/canvas.csv")["    Points Possible"][-1] == "46"


def test_who_is_not_in_the_roster_is_told(term, folder):
    Path("roster.csv").write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,Homework (7)\n"
        "    Points Possible,,,,,46\n"
        "Ada,1,,ada,,\nDora,2,,dora,,5\n",
        encoding="utf-8",
    )
    left_out = export_class(
        Course(term.root), NAME, canvas=Path("canvas.csv"), roster=Path("roster.csv"), column="Homework"
    )
    assert left_out == ["These have a score and no line for themselves in roster.csv: cleo."]
    assert (table("canvas.csv")["ada"][-1], table("canvas.csv")["dora"][-1]) == ("28", "")


def test_a_worksheet_gets_the_report_as_feedback(term, folder):
    Path("sheet.csv").write_text(
        "Identifier,Username,Grade,Maximum Grade,Last modified (grade),Feedback comments\n"
        "Participant 1,ada,,46.00,-,\n",
        encoding="utf-8",
    )
    exported(term, moodle="moodle.csv", roster="sheet.csv")
    _, _, score, _, untouched, feedback = table("moodle.csv")["ada"]
    assert (score, untouched) == ("28", "-")
    assert f"Total: {AUTOMATIC} of 40 points" in feedback


def test_a_roster_that_does_not_fit_leaves_no_file(term, folder):
    Path("roster.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(NotExported, match=r"roster\.csv cannot be filled in\. It has no column SIS Login ID"):
        exported(term, canvas="canvas.csv", roster="roster.csv", json="all.json")
    assert [path.name for path in folder.iterdir()] == ["roster.csv"]


def test_results_are_those_of_everybody_who_was_graded_or_could_not_be(term, folder):
    exported(term, json="all.json", junit="all.xml")
    results = json.loads(Path("all.json").read_text(encoding="utf-8"))["results"]
    assert {result["notebook"]: (result["status"], result["score"]) for result in results} == {
        f"ada/{NAME}/{NAME}.ipynb": ("graded", AUTOMATIC),
        f"bob/{NAME}/{NAME}.ipynb": ("ungradable", None),
        f"cleo/{NAME}/{NAME}.ipynb": ("graded", AUTOMATIC),
        f"dora/{NAME}/{NAME}.ipynb": ("graded", AUTOMATIC),
    }
    [bob] = [result for result in results if result["score"] is None]
    assert "The file is JSON, but it has no cells" in bob["reason"]
    suites = ET.parse("all.xml").getroot()
    assert [suite.get("name") for suite in suites] == [result["notebook"] for result in results]
    assert [error.get("type") for error in suites.iter("error")] == ["ungradable"]


def test_an_assignment_that_is_unknown_is_told(term, folder):
    with pytest.raises(NotExported, match=r"The gradebook does not know nothing\. Run `nbgrader generate_assignment"):
        export_class(Course(term.root), "nothing", json=Path("all.json"))


def test_a_missing_driver_of_the_database_is_told(term, folder, monkeypatch):
    monkeypatch.setattr(term.config.CourseDirectory, "db_url", "mysql://127.0.0.1/grades")
    with pytest.raises(NotExported, match=r"its database's driver is missing \(No module named 'MySQLdb'\)\."):
        exported(term, json="all.json")
