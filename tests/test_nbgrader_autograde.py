"""`nbgrader autograde` with submissions taken in first: nobody stops it, and nobody is left out without a word.

The first half runs nbgrader's steps in this process, and only pretends what the sandbox would do. The second half
hands in every broken submission there is, all at once, and runs the real commands.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
import pytest
from nbgrader.api import Gradebook

from grader import execution, nbgrader_plugin
from grader.intake import SECRET, TIMESTAMP
from grader.nbgrader_autograde import OUR_FAULT, UNGRADED, SealedAutograde, seal_autograde
from grader.notebook_run import CellRun
from grader.sandbox.problems import SandboxProblem
from grader.student_ids import problem_with_id
from tests.desk import AUTOMATIC, BOOK, EARLY, LATE, ROOT, Desk, open_desk, text_of
from tests.malformed import NAME, NOTEBOOK, SOLVED, Book, Case, cases

# nbgrader's own use of its database.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")


@pytest.fixture
def desk(generated, tmp_path, monkeypatch) -> Desk:
    return open_desk(generated, tmp_path / "course", monkeypatch)


# what is graded


def test_an_ordinary_submission_is_graded_and_stays_as_it_was(desk):
    folder = desk.hand_in("ada")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert desk.autograde() == ""
    assert desk.scores("ada") == {**dict.fromkeys(AUTOMATIC, 5), "why_reshape": None, "last_batch": 0}
    assert desk.waiting("ada") == {"why_reshape"}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    with desk.gradebook() as book:
        assert str(book.find_submission(NAME, "ada").timestamp) == "2026-01-01 10:00:00"


def test_a_course_may_lie_in_a_folder_whose_name_is_a_pattern(generated, tmp_path, monkeypatch):
    desk = open_desk(generated, tmp_path / "c++ (2026) [a]", monkeypatch)
    desk.hand_in("ada")
    assert desk.autograde() == ""


def test_what_runs_is_what_grader_check_would_run(desk):
    from grader.grading import Assignment
    from grader.notebook import assemble, read

    book = BOOK.copy()
    book.cells.reverse()
    book.cells.append({"cell_type": "code", "source": "mine", "metadata": {"nbgrader": {"grade_id": "check_of_mine"}}})
    del book.cells[book.place("setup")]
    desk.hand_in("ada", book)
    assert desk.autograde() == ""
    course = Assignment.load(NAME, (ROOT / "assignments" / NAME / NOTEBOOK).read_bytes())
    expected = assemble(read(book.data), course.parts, course.cells).code
    [ran] = desk.ran
    assert [(cell.source, cell.grade_id) for cell in ran] == [(cell.source, cell.grade_id) for cell in expected]


def test_only_the_notebook_goes_on(desk):
    folder = desk.hand_in("ada")
    for name in ("numpy.py", "data.csv", "evil.html", "other.ipynb"):
        (folder / name).write_text("x", encoding="utf-8")
    (folder / "link").symlink_to("/etc/passwd")
    assert desk.autograde() == ""
    for step in ("accepted", "autograded"):
        found = [path for path in (desk.root / step).rglob("*") if not path.is_dir()]
        assert sorted(path.name for path in found) == [NOTEBOOK, SECRET, TIMESTAMP]


def test_feedback_keeps_the_secret_it_is_found_by_and_always_has_one(desk):
    for student, secret in (("ada", "a1" * 64), ("bob", "")):
        folder = desk.hand_in(student, timestamp="")
        (folder / SECRET).write_text(secret, encoding="utf-8")
    desk.hand_in("cleo", b"")
    desk.autograde()
    found = {name: (desk.root / "autograded" / name / NAME / SECRET).read_text("utf-8") for name in graded(desk)}
    assert found["ada"] == "a1" * 64
    assert len({*found.values()}) == 3
    assert all(len(secret) == 128 for secret in found.values())
    assert (desk.root / "autograded" / "bob" / NAME / TIMESTAMP).is_file()


def test_the_student_is_told_what_was_out_of_the_ordinary(desk):
    folder = desk.hand_in("ada", name="mine.ipynb")
    (folder / "<script>alert(1)</script>.txt".replace("/", "_")).touch()
    assert desk.autograde() == ""
    page = desk.feedback("ada")
    assert "The notebook is called 'mine.ipynb'; it should be linreg_scratch.ipynb. It was graded all the same." in page
    assert "this was left aside: '<script>alert(1)<_script>.txt'" in page
    assert desk.scores("ada")["check_sgd"] == 5


def test_an_untouched_answer_earns_nothing_and_a_deleted_one_waits(desk):
    book = BOOK.copy()
    del book.cells[book.place("why_reshape")]
    stub = nbformat.read(desk.root / "release" / NAME / NOTEBOOK, as_version=4)
    [released] = [c for c in stub.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "last_batch"]
    book["last_batch"]["source"] = released.source
    desk.hand_in("ada", book)
    assert desk.autograde() == ""
    assert desk.scores("ada")["last_batch"] == 0
    assert desk.waiting("ada") == {"why_reshape"}


def test_the_order_of_the_class_and_its_options_are_nbgraders(desk):
    for student in ("cleo", "ada", "bob"):
        desk.hand_in(student)
    (desk.root / "submitted" / "dora").mkdir()  # has handed in nothing
    (desk.root / "submitted" / "roster.csv").touch()
    (desk.root / "submitted" / ".ipynb_checkpoints").mkdir()
    assert desk.autograde(student_id="bob") == ""
    assert graded(desk) == ["bob"]
    assert desk.autograde(student_id_exclude="cleo,bob") == ""
    assert graded(desk) == ["ada", "bob"]
    assert desk.autograde(student_id="c*", notebook_id="lin*") == ""
    assert graded(desk) == ["ada", "bob", "cleo"]
    assert len(desk.ran) == 3
    assert desk.autograde() == ""
    assert len(desk.ran) == 3
    assert desk.autograde(force=True) == ""
    assert len(desk.ran) == 6
    assert "there is no 'other'" in desk.autograde(notebook_id="other")
    assert "No submissions were found" in desk.autograde(student_id="zoe")


def graded(desk: Desk) -> list[str]:
    return sorted(path.name for path in (desk.root / "autograded").iterdir())


def test_a_newer_submission_is_graded_and_one_without_a_newer_date_is_not(desk):
    desk.hand_in("ada")
    assert desk.autograde() == ""
    desk.hand_in("ada", timestamp=EARLY)
    assert desk.autograde() == ""
    assert len(desk.ran) == 1
    desk.score = 3
    desk.hand_in("ada", timestamp=LATE)
    assert desk.autograde() == ""
    assert desk.scores("ada")["check_sgd"] == 3


def test_marks_and_comments_given_by_hand_survive_a_regrade(desk):
    desk.hand_in("ada")
    desk.autograde()
    with desk.gradebook() as book:
        book.find_grade("why_reshape", NAME, NAME, "ada").manual_score = 2.5
        book.find_comment("why_reshape", NAME, NAME, "ada").manual_comment = "Well said."
        book.db.commit()
    assert desk.autograde(force=True) == ""
    with desk.gradebook() as book:
        assert book.find_grade("why_reshape", NAME, NAME, "ada").score == 2.5
        assert book.find_comment("why_reshape", NAME, NAME, "ada").comment == "Well said."


def test_late_penalties_go_by_the_date_in_the_submission(desk):
    with desk.gradebook() as book:
        book.update_or_create_assignment(NAME, duedate=EARLY)
    desk.config.AssignLatePenalties.plugin_class = "nbgrader.plugins.LateSubmissionPlugin"
    desk.config.LateSubmissionPlugin.penalty_method = "zero"
    desk.hand_in("ada", timestamp=LATE)
    assert desk.autograde() == ""
    with desk.gradebook() as book:
        assert book.find_submission_notebook(NAME, NAME, "ada").late_submission_penalty == 25


# what cannot be graded


def assert_not_graded(desk: Desk, student: str, words: str) -> None:
    everything = {*AUTOMATIC, "why_reshape", "last_batch"}
    assert desk.scores(student) == dict.fromkeys(everything)
    assert desk.waiting(student) == everything
    [cell] = desk.autograded(student).cells
    assert "Not graded yet" in cell.source
    assert words in desk.feedback(student)


def test_a_refused_submission_waits_for_a_person_and_the_others_are_graded(desk):
    for student in ("ada", "cleo"):
        desk.hand_in(student)
    desk.hand_in("bob", b"{}")
    assert desk.autograde() == "1 of 3 submissions could not be graded."
    assert desk.scores("ada") == desk.scores("cleo")
    assert desk.scores("ada")["check_sgd"] == 5
    assert_not_graded(desk, "bob", "The file is JSON, but it has no cells: it is not a notebook of format 4.")
    assert "This is not a mark" in desk.feedback("bob")


def test_nothing_of_an_earlier_submission_stays_when_a_newer_one_is_refused(desk):
    desk.hand_in("ada")
    desk.autograde()
    assert "Broadcasting, in my own words." in desk.feedback("ada")
    with desk.gradebook() as book:
        book.find_grade("why_reshape", NAME, NAME, "ada").manual_score = 2.5
        book.db.commit()
    desk.hand_in("ada", b"", timestamp=LATE)
    assert desk.autograde() == "1 of 1 submissions could not be graded."
    assert_not_graded(desk, "ada", "The file is empty.")
    with desk.gradebook() as book:
        assert book.find_grade("why_reshape", NAME, NAME, "ada").manual_score == 2.5


def test_a_refusal_is_repeated_until_it_is_mended_without_any_option(desk):
    desk.hand_in("ada", b"")
    for _ in range(2):
        assert desk.autograde() == "1 of 1 submissions could not be graded."
    assert "The file is empty." in desk.feedback("ada")
    desk.hand_in("ada")  # with the same date
    assert desk.autograde() == ""
    assert desk.scores("ada")["check_sgd"] == 5
    assert "Broadcasting, in my own words." in desk.feedback("ada")


def test_a_mark_that_a_person_gave_to_a_refused_submission_stays(desk):
    desk.hand_in("ada", b"")
    desk.autograde()
    with desk.gradebook() as book:
        grade = book.find_grade("check_sgd", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 4, False
        book.db.commit()
    assert desk.autograde() == "1 of 1 submissions could not be graded."
    assert "check_sgd" not in desk.waiting("ada")


@pytest.mark.parametrize("trouble", [SandboxProblem("a detail"), KeyError("a detail"), MemoryError("a detail")])
def test_our_own_trouble_costs_nobody_a_mark(desk, trouble, monkeypatch):
    for student in ("ada", "bob"):
        desk.hand_in(student)
    assert desk.autograde() == ""
    run = desk.run_notebook
    broken = []

    def once(*arguments: Any, **named: Any) -> list[CellRun]:
        if broken:
            return run(*arguments, **named)
        broken.append(1)
        raise trouble

    monkeypatch.setattr(execution, "run_notebook", once)
    assert desk.autograde(force=True) == "1 of 2 submissions could not be graded."
    assert_not_graded(desk, "ada", OUR_FAULT)
    assert "a detail" not in desk.feedback("ada")
    assert desk.scores("bob")["check_sgd"] == 5
    assert type(trouble).__name__ in (desk.root / "accepted" / "ada" / NAME / UNGRADED).read_text(encoding="utf-8")
    assert desk.autograde() == ""  # nobody has to remember to force it
    assert desk.scores("ada")["check_sgd"] == 5


def test_a_machine_that_cannot_shut_students_in_touches_nobodys_marks(desk, monkeypatch):
    desk.hand_in("ada")
    desk.autograde()

    def refuse() -> None:
        raise SandboxProblem("Student code cannot be shut in on this machine.")

    monkeypatch.setattr(nbgrader_plugin, "shared_forkserver", refuse)
    assert desk.autograde(force=True) == "Student code cannot be shut in on this machine."
    assert desk.scores("ada")["check_sgd"] == 5


def test_an_assignment_that_the_gradebook_does_not_know_touches_nobody(desk):
    desk.hand_in("ada")
    path = desk.root / "source" / NAME / NOTEBOOK
    book = Book(json.loads(path.read_text(encoding="utf-8")))
    book.marks("sgd")["grade_id"] = "sgd_of_today"
    path.write_bytes(book.data)
    assert "is not the notebook that the gradebook knows (cells: sgd, sgd_of_today)" in desk.autograde()
    book.marks("sgd_of_today")["grade_id"] = "sgd"
    book.marks("last_batch")["grade"] = False
    path.write_bytes(book.data)
    assert "is not the notebook that the gradebook knows (cells: last_batch)" in desk.autograde()
    path.unlink()
    assert "There is no notebook" in desk.autograde()
    with desk.gradebook() as gradebook:
        assert gradebook.students == []


def test_a_database_that_fails_ends_the_run_in_a_sentence(desk, monkeypatch):
    from sqlalchemy.exc import OperationalError

    def fail(*arguments: object) -> None:
        raise OperationalError("SELECT", {}, Exception("database is locked"))

    desk.hand_in("ada", b"")
    monkeypatch.setattr(SealedAutograde, "_clear_scores", fail)
    assert "The gradebook cannot be read or written" in desk.autograde()


def test_a_full_disk_ends_the_run_in_a_sentence(desk, monkeypatch):
    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    desk.hand_in("ada")
    monkeypatch.setattr("grader.nbgrader_autograde._empty", fail)
    assert "The course's folders cannot be read or written" in desk.autograde()
    with desk.gradebook() as book:
        assert book.students == []


def test_a_layout_of_ones_own_is_refused_before_anything_is_touched(desk):
    desk.config.CourseDirectory.directory_structure = "{nbgrader_step}/{assignment_id}/{student_id}"
    assert "only from nbgrader's own" in desk.autograde()


def test_the_formgraders_button_does_the_same(desk, monkeypatch):
    monkeypatch.setattr(nbgrader.apps.api, "Autograde", SealedAutograde)
    api = nbgrader.apps.api.NbGraderAPI(desk.directory(), config=desk.config)
    desk.hand_in("ada", name="mine.ipynb")
    desk.hand_in("bob", b"")
    assert api.autograde(NAME, "ada")["success"]
    assert desk.scores("ada")["check_sgd"] == 5
    refused = api.autograde(NAME, "bob")
    assert not refused["success"]
    assert "'bob': linreg_scratch.ipynb cannot be graded. The file is empty." in refused["log"]


def test_the_class_is_replaced_where_nbgrader_looks_it_up(monkeypatch):
    for module in (nbgrader.apps.autogradeapp, nbgrader.apps.api):
        monkeypatch.setattr(module, "Autograde", object)
    seal_autograde()
    assert nbgrader.apps.autogradeapp.Autograde is SealedAutograde
    assert nbgrader.apps.api.Autograde is SealedAutograde


def test_reading_the_configuration_loads_nothing_heavy():
    code = "import sys, grader.nbgrader_autograde; print([m for m in ('mxnet', 'hypothesis') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# all of it at once, with the real commands

HONEST = ("aaron_is_first", "zoe_is_last")
WITH_A_PAGE = "pages_and_links_attached"


@dataclass
class Batch:
    cases: list[Case]
    course: Path
    said: str
    code: int
    released: tuple[int, str]
    before: list[tuple[str, int, int]]
    after: list[tuple[str, int, int]]


def everything(folder: Path) -> list[tuple[str, int, int]]:
    found = []
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            status = os.lstat(os.path.join(place, name))
            found.append((os.path.join(place, name), status.st_mode, status.st_size))
    return sorted(found)


@pytest.fixture(scope="module", params=[3, pytest.param(1, marks=pytest.mark.study)], ids=["some", "all"])
def batch(request, tmp_path_factory) -> Batch:
    """Every third of the broken submissions, or all of them."""
    chosen = [case for i, case in enumerate(cases()) if i % request.param == 0 or case.student == WITH_A_PAGE]
    place = tmp_path_factory.mktemp("batch")
    course = place / "linreg"
    shutil.copytree(ROOT / "assignments", course / "assignments")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    home = place / "home"
    home.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("GRADER_", "JUPYTER"))},
        "HOME": str(home),
        "PYTHONWARNINGS": "ignore",
    }

    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=course,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        return done.returncode, done.stdout.decode()

    assert run("generate_assignment", NAME)[0] == 0
    submitted = course / "course" / "submitted"
    submitted.mkdir(parents=True)
    solved = Book(json.loads((ROOT / "assignments" / NAME / NOTEBOOK).read_text(encoding="utf-8")))
    for student in HONEST:
        solved.save(submitted / student / NAME)
    for case in chosen:
        case.hand_in(submitted, BOOK)
    before = everything(submitted)
    code, said = run("autograde", NAME)
    after = everything(submitted)
    done, feedback = run("generate_feedback", NAME)
    assert done == 0, feedback
    return Batch(chosen, course, said, code, run("release_feedback", NAME), before, after)


@pytest.mark.slow
class TestEveryBrokenSubmissionAtOnce:
    def test_the_honest_students_before_and_after_get_full_marks(self, batch):
        for student in HONEST:
            assert marks(batch, student) == {
                "check_data_iter": 12,
                "check_linreg": 7,
                "check_squared_loss": 8,
                "check_sgd": 7,
                "check_training": 6,
                "why_reshape": None,
                "last_batch": None,
            }

    def test_what_can_be_graded_gets_the_marks_that_grader_check_gives(self, batch):
        graded = {case.student: case for case in batch.cases if not case.refused}
        got = {student: marks(batch, student) for student in graded}
        wrong = {
            student: found
            for student, found in got.items()
            if {part: found[f"check_{part}"] for part in SOLVED} != graded[student].points
            or any(found[f"check_{part}"] != 0 for part in ("data_iter", "squared_loss", "training"))
        }
        assert wrong == {}

    def test_what_cannot_be_graded_has_no_score_and_a_page_with_the_reason(self, batch):
        for case in batch.cases:
            if case.refused and not problem_with_id(case.student):
                assert set(marks(batch, case.student).values()) == {None}, case.name
                page = batch.course / "course" / "feedback" / case.student / NAME / f"{NAME}.html"
                assert case.refused in text_of(page.read_text(encoding="utf-8")), case.name

    def test_the_command_ends_with_the_list_of_those_who_could_not_be_graded(self, batch):
        refused = [case for case in batch.cases if case.refused]
        assert batch.code == 1
        _, _, summary = batch.said.partition(
            f"{len(refused)} of {len(batch.cases) + 2} submissions could not be graded."
        )
        lines = summary.strip().splitlines()
        assert len(lines) == len(refused)
        for case in refused:
            assert sum(case.refused in line for line in lines) >= 1, case.name

    def test_feedback_can_be_released_to_all_of_them(self, batch):
        code, said = batch.released
        assert code == 0, said
        ids = {*HONEST, *(case.student for case in batch.cases if not problem_with_id(case.student))}
        pages = list((batch.course / "course" / "exchange" / "linreg" / "feedback").iterdir())
        assert len(pages) == len(ids)

    def test_nothing_that_was_handed_in_has_changed(self, batch):
        assert batch.before == batch.after

    def test_nothing_but_notebooks_and_dates_went_on(self, batch):
        for step in ("accepted", "autograded"):
            names = {path.name for path in (batch.course / "course" / step).rglob("*") if not path.is_dir()}
            assert names <= {NOTEBOOK, SECRET, TIMESTAMP, UNGRADED}

    def test_only_ids_are_in_the_gradebook(self, batch):
        with Gradebook(f"sqlite:///{batch.course / 'course' / 'gradebook.db'}", "linreg") as book:
            students = {student.id for student in book.students}
        assert students == {*HONEST, *(case.student for case in batch.cases if not problem_with_id(case.student))}

    def test_no_page_holds_what_a_file_name_tried_to_bring(self, batch):
        page = batch.course / "course" / "feedback" / WITH_A_PAGE / NAME / f"{NAME}.html"
        text = page.read_text(encoding="utf-8")
        assert "this was left aside" in text
        assert "<img src=x" not in text
        assert "<math" not in text[text.index("Remarks of the grader") :].partition("</section>")[0]  # \\href and all
        assert {link[0] for link in re.findall('href="([^"]*)"', text)} == {"#"}

    def test_the_log_is_fit_for_a_terminal(self, batch):
        assert "\u202e" not in batch.said
        assert "\x1b[2J" not in batch.said
        assert "Traceback" not in batch.said


def marks(batch: Batch, student: str) -> dict[str, float | None]:
    with Gradebook(f"sqlite:///{batch.course / 'course' / 'gradebook.db'}", "linreg") as book:
        found = book.find_submission_notebook(NAME, NAME, student)
        return {grade.name: grade.auto_score for grade in found.grades}
