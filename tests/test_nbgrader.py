"""nbgrader's own commands, on a copy of the course: from the release to the exported grades.

Two students. Ada answers everything right. Bob leaves a shape as it is, adds noise to his predictions and does not
write `sgd`; later he hands in again.
"""

import csv
import html
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import nbformat
import pytest
from nbgrader.api import Gradebook
from traitlets.config import Config, PyFileConfigLoader

from grader import submissions
from grader.build import BEGIN_SOLUTION, END_SOLUTION
from grader.checks import find_part
from grader.gate import solution_lines
from grader.local import LocalSubject
from grader.running import run_part
from grader.seeds import PUBLIC_SEED
from solutions import linreg as reference

ROOT = Path(__file__).resolve().parents[1]
SUBMISSIONS = ROOT / "tests" / "submissions"
NAME = "linreg_scratch"
NOTEBOOK = f"{NAME}.ipynb"
SEED = 4711
FUNCTIONS = ("data_iter", "linreg", "squared_loss", "sgd")
NOISY_LINREG = """\
from mxnet import nd


def linreg(X, w, b):
    return nd.dot(X, w) + b + nd.random.uniform(1, 2, shape=(1,), dtype=X.dtype, ctx=X.context)
"""
"""Wrong by a number that the seed of the checks decides: its report tells which seed that was."""


@dataclass(frozen=True)
class Person:
    """Somebody with a folder to work in, a home of their own, and nothing of this session's Jupyter or seeds."""

    folder: Path
    environment: dict[str, str]

    def nbgrader(self, *arguments: str) -> str:
        """What a command prints, to either stream. An error ends the test with it."""
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"nbgrader {' '.join(arguments)}\n{done.stdout}"
        return done.stdout

    @property
    def notebook(self) -> Path:
        return self.folder / NAME / NOTEBOOK


def person(home: Path, folder: Path, **environment: str) -> Person:
    for directory in (home / "config", home / "data", folder):
        directory.mkdir(parents=True, exist_ok=True)
    inherited = {
        name: value for name, value in os.environ.items() if not name.startswith(("GRADER_", "JUPYTER", "NBGRADER"))
    }
    own = {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "PATH": os.defpath,  # no environment is activated
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONWARNINGS": "ignore",  # nbgrader and SQLAlchemy have some to say, none about us
    }
    return Person(folder, inherited | own | environment)


def student(place: Path, name: str, exchange: Path) -> Person:
    """A student as their machine is set up: Jupyter knows the exchange and the course."""
    someone = person(place / f"home_of_{name}", place / name)
    (place / f"home_of_{name}" / "config" / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        f"c.Exchange.root = {str(exchange)!r}\n"
        'c.CourseDirectory.course_id = "linreg"\n'
        f"c.CourseDirectory.student_id = {name!r}\n",
        encoding="utf-8",
    )
    return someone


def sample(*files: str) -> dict[str, str]:
    """The cells that some of the sample submissions define."""
    found: dict[str, str] = {}
    for file in files:
        found |= submissions.cells((SUBMISSIONS / file).read_text(encoding="utf-8"), FUNCTIONS)
    return found


def write(notebook: Path, answers: dict[str, str]) -> None:
    """Replace cells of a notebook by what `answers` has for their grade ids."""
    book = nbformat.read(notebook, as_version=4)
    for cell in book.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    nbformat.write(book, notebook)


def tamper(notebook: Path) -> None:
    """Delete the check of sgd, and make that of data_iter worth 100 points."""
    book = nbformat.read(notebook, as_version=4)
    marks = {id(cell): cell.metadata.get("nbgrader", {}) for cell in book.cells}
    for cell in book.cells:
        if marks[id(cell)].get("grade_id") == "check_data_iter":
            marks[id(cell)]["points"] = 100
    book.cells = [cell for cell in book.cells if marks[id(cell)].get("grade_id") != "check_sgd"]
    nbformat.write(book, notebook)


@dataclass(frozen=True)
class Mark:
    auto: float | None
    score: float
    maximum: float
    waits: bool


@dataclass
class Term:
    """What was there to see while the course ran, in the order in which it happened."""

    course: Path
    exchange: Path
    ada: Person
    bob: Person
    said: dict[str, str] = field(default_factory=dict)
    marks: dict[str, dict[str, dict[str, Mark]]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    page: str = ""
    grades: list[dict[str, str]] = field(default_factory=list)


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def gradebook(course: Path) -> Gradebook:
    return Gradebook(f"sqlite:///{course / 'course' / 'gradebook.db'}", "linreg")


def read_marks(course: Path) -> dict[str, dict[str, Mark]]:
    """Every student's mark of every grade cell."""
    with gradebook(course) as book:
        return {
            submission.student_id: {
                grade.name: Mark(grade.auto_score, grade.score, grade.max_score, grade.needs_manual_grade)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in book.assignment_submissions(NAME)
        }


def grade_by_hand(course: Path, name: str, points: dict[str, float]) -> None:
    with gradebook(course) as book:
        for grade_id, score in points.items():
            grade = book.find_grade(grade_id, NAME, NAME, name)
            grade.manual_score = score
            grade.needs_manual_grade = False
        book.db.commit()


def text_of(page: str) -> str:
    """What a browser would show of a page, without its style sheets."""
    return html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<(style|script).*?</\1>", "", page, flags=re.S)))


@pytest.fixture(scope="module")
def term(tmp_path_factory) -> Term:
    """A term of the course, run once. Every test looks at another side of it."""
    place = tmp_path_factory.mktemp("term")
    course, exchange = place / "linreg", place / "exchange"
    shutil.copytree(ROOT / "assignments", course / "assignments")
    shutil.copy(ROOT / "nbgrader_config.py", course)
    (course / "course").mkdir()
    (course / "course" / "seed").write_text(f"{SEED}\n", encoding="utf-8")
    instructor = person(place / "home", course, GRADER_EXCHANGE=str(exchange))
    ada, bob = student(place, "ada", exchange), student(place, "bob", exchange)
    term = Term(course, exchange, ada, bob)

    instructor.nbgrader("generate_assignment", NAME)
    instructor.nbgrader("release_assignment", NAME)
    term.said["instructor lists"] = instructor.nbgrader("list")
    term.said["student lists"] = ada.nbgrader("list")

    words = {"why_reshape": "It broadcasts to a square.", "last_batch": "A shorter batch, a smaller step."}
    for someone in (ada, bob):
        someone.nbgrader("fetch_assignment", NAME)
    term.files["fetched"] = files_below(ada.folder)
    write(ada.notebook, sample("right/all_four_as_short_as_possible.py") | words)
    half = sample("right/data_iter_takes_each_batch.py", "wrong/squared_loss_broadcasts_to_a_square.py")
    half["linreg"] = NOISY_LINREG
    write(bob.notebook, half | {"why_reshape": words["why_reshape"]})
    for name, someone in (("ada", ada), ("bob", bob)):
        term.said[f"{name} validates"] = someone.nbgrader("validate", f"{NAME}/{NOTEBOOK}")
        someone.nbgrader("submit", NAME)

    term.said["inbound"] = instructor.nbgrader("list", "--inbound")
    collect = ("collect", NAME, "--ExchangeCollect.check_owner=False")  # both are this machine's user
    instructor.nbgrader(*collect)
    term.said["autograde"] = instructor.nbgrader("autograde", NAME)
    term.marks["first"] = read_marks(course)
    instructor.nbgrader("generate_feedback", NAME)
    instructor.nbgrader("release_feedback", NAME)
    term.said["bob fetches"] = bob.nbgrader("fetch_feedback", NAME)
    [page] = bob.folder.glob(f"{NAME}/feedback/*/{NAME}.html")
    term.page = page.read_text(encoding="utf-8")
    grade_by_hand(course, "ada", {"why_reshape": 2.5, "last_batch": 3})

    write(bob.notebook, sample("right/linreg_uses_gemm2.py", "right/sgd_assigns_to_a_slice.py"))
    tamper(bob.notebook)
    bob.nbgrader("submit", NAME)
    term.said["updated"] = instructor.nbgrader(*collect, "--update")
    term.files["submitted again"] = files_below(course / "course" / "submitted" / "bob" / NAME)
    instructor.nbgrader("autograde", NAME, "--force")  # grades Ada's unchanged submission again, too
    term.marks["second"] = read_marks(course)
    instructor.nbgrader("export", f"--to={place / 'grades.csv'}")
    with open(place / "grades.csv", encoding="utf-8", newline="") as stream:
        term.grades = list(csv.DictReader(stream))
    return term


def automatic(marks: dict[str, Mark]) -> dict[str, float | None]:
    return {name.removeprefix("check_"): mark.auto for name, mark in marks.items() if name.startswith("check_")}


@pytest.mark.slow
@pytest.mark.study
class TestATerm:
    def test_the_release_is_the_notebook_alone(self, term):
        assert files_below(term.exchange / "linreg" / "outbound") == [f"{NAME}/{NOTEBOOK}"]
        assert files_below(term.course / "course" / "release") == [f"{NAME}/{NOTEBOOK}"]
        assert term.files["fetched"] == [f"{NAME}/{NOTEBOOK}"]

    def test_the_release_holds_no_line_of_a_solution(self, term):
        released = nbformat.read(term.exchange / "linreg" / "outbound" / NAME / NOTEBOOK, as_version=4)
        text = "\n".join(cell.source for cell in released.cells)
        secrets = solution_lines(ROOT / "assignments" / NAME / NOTEBOOK)
        assert len(secrets) >= len(FUNCTIONS)
        assert [secret for secret in (*secrets, BEGIN_SOLUTION, END_SOLUTION) if secret in text] == []
        assert text.count("raise NotImplementedError()") >= len(FUNCTIONS)

    def test_teacher_and_student_see_the_release(self, term):
        for who in ("instructor", "student"):
            assert f"linreg {NAME}" in term.said[f"{who} lists"]

    def test_both_submissions_arrive(self, term):
        for name in ("ada", "bob"):
            assert f"linreg {name} {NAME}" in term.said["inbound"]
            assert (term.course / "course" / "submitted" / name / NAME / NOTEBOOK).is_file()

    def test_validate_tells_a_student_that_all_is_well(self, term):
        assert "Success! Your notebook passes all the tests." in term.said["ada validates"]

    def test_validate_names_each_cell_that_lost_points_and_the_missing_answer(self, term):
        said = term.said["bob validates"]
        assert "VALIDATION FAILED ON 5 CELL(S)!" in said
        for part in ("linreg", "squared_loss", "sgd", "training"):
            assert f'    check("{part}", ' in said
        assert 'check("data_iter"' not in said
        assert "YOUR ANSWER HERE" in said

    def test_the_gradebook_has_the_points_of_each_part(self, term):
        first = term.marks["first"]
        right = {"data_iter": 12, "linreg": 7, "squared_loss": 8, "sgd": 7, "training": 6}
        assert automatic(first["ada"]) == right
        assert {name: mark.maximum for name, mark in first["bob"].items()} == {
            **{f"check_{part}": points for part, points in right.items()},
            "why_reshape": 3,
            "last_batch": 3,
        }
        assert automatic(first["bob"]) == {"data_iter": 12, "linreg": 5, "squared_loss": 4, "sgd": 0, "training": 0}

    def test_answers_in_words_wait_for_a_person_and_missing_ones_earn_nothing(self, term):
        ada, bob = term.marks["first"]["ada"], term.marks["first"]["bob"]
        waiting, missing = Mark(None, 0, 3, True), Mark(0, 0, 3, False)
        assert [ada["why_reshape"], ada["last_batch"]] == [waiting, waiting]
        assert [bob["why_reshape"], bob["last_batch"]] == [waiting, missing]
        assert not any(mark.waits for name, mark in bob.items() if name.startswith("check_"))

    def test_the_feedback_tells_the_whole_story_of_a_failed_check(self, term):
        text = text_of(term.page)
        wrong = submissions.load(SUBMISSIONS / "wrong/squared_loss_broadcasts_to_a_square.py", vars(reference))
        part = run_part(find_part("squared_loss"), LocalSubject({"squared_loss": wrong["squared_loss"]}), SEED)
        failed = next(outcome for outcome in part.checks if outcome.status == "failed")
        told = [failed.claim, failed.message, failed.example, failed.got, failed.expected, failed.hint]
        assert all(told)
        assert [words for words in told if words not in text] == []
        assert "4 of 8 points" in text

    def test_the_feedback_says_that_a_stub_is_not_written_yet(self, term):
        part = run_part(find_part("sgd"), LocalSubject({"sgd": stub}), SEED)
        assert part.message
        assert part.message in text_of(term.page)

    def test_the_feedback_shows_no_traceback_and_no_path_of_ours(self, term):
        text = text_of(term.page)
        assert "Traceback (most recent call last)" not in text
        assert "site-packages" not in text
        assert str(ROOT) not in text
        assert str(term.course) not in text

    def test_grading_uses_the_seed_of_the_course(self, term):
        namespace: dict[str, object] = {}
        exec(NOISY_LINREG, namespace)
        subject = LocalSubject({"linreg": namespace["linreg"]})
        seen = {seed: run_part(find_part("linreg"), subject, seed).checks[0].got for seed in (SEED, PUBLIC_SEED)}
        assert seen[SEED] != seen[PUBLIC_SEED]
        assert seen[SEED] in text_of(term.page)
        assert seen[PUBLIC_SEED] not in text_of(term.page)

    def test_collecting_with_update_takes_what_is_newer(self, term):
        assert f"Updating submission: bob {NAME}" in term.said["updated"]
        assert f"No newer submission to collect: ada {NAME}" in term.said["updated"]

    def test_a_second_submission_brings_no_feedback_or_cache_along(self, term):
        assert term.files["submitted again"] == [NOTEBOOK, "submission_secret.txt", "timestamp.txt"]

    def test_a_deleted_check_and_other_points_in_the_notebook_change_nothing(self, term):
        bob = term.marks["second"]["bob"]
        assert (bob["check_sgd"].auto, bob["check_sgd"].maximum) == (7, 7)
        assert (bob["check_data_iter"].auto, bob["check_data_iter"].maximum) == (12, 12)

    def test_the_second_submission_is_what_counts(self, term):
        second = automatic(term.marks["second"]["bob"])
        assert {part: second[part] for part in ("linreg", "squared_loss")} == {"linreg": 7, "squared_loss": 4}

    def test_the_same_submission_graded_again_gets_the_same_points(self, term):
        assert automatic(term.marks["second"]["ada"]) == automatic(term.marks["first"]["ada"])

    def test_marks_given_by_hand_survive_and_are_exported(self, term):
        ada = term.marks["second"]["ada"]
        assert (ada["why_reshape"].score, ada["last_batch"].score) == (2.5, 3)
        rows = {row["student_id"]: row for row in term.grades}
        assert list(rows) == ["ada", "bob"]
        assert float(rows["ada"]["score"]) == 40 + 2.5 + 3
        assert float(rows["bob"]["score"]) == sum(mark.score for mark in term.marks["second"]["bob"].values())
        assert {float(row["max_score"]) for row in term.grades} == {46}

    def test_nbgrader_knows_every_option_of_the_configuration(self, term):
        assert "not recognized" not in term.said["autograde"]

    def test_the_course_folder_gets_no_files_outside_its_workspace(self, term):
        outside = [file for file in files_below(term.course) if not file.startswith(("course/", "assignments/"))]
        assert outside == ["nbgrader_config.py"]
        assert files_below(term.course / "assignments") == files_below(ROOT / "assignments")


def stub(params: object, lr: float, batch_size: int) -> None:
    raise NotImplementedError()


def load_configuration(folder: Path, **environment: str) -> tuple[Config, dict[str, str]]:
    """The configuration, and the environment that it leaves to nbgrader, for a course in `folder`."""
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    clean = {"PATH": os.defpath, **environment}
    with mock.patch.dict(os.environ, clean, clear=True):
        config = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
        return config, dict(os.environ)


@pytest.mark.parametrize("kind", ["release", "submitted", "autograded", "feedback", "solution"])
def test_generated_folders_lie_in_the_workspace(tmp_path, kind):
    config, _ = load_configuration(tmp_path)
    assert config.CourseDirectory.root == str(tmp_path)
    assert config.CourseDirectory[f"{kind}_directory"] == f"course/{kind}"


def test_submissions_are_taken_in_before_nbgrader_reads_them(tmp_path):
    with mock.patch("grader.nbgrader_autograde.seal_autograde") as seal:
        config, _ = load_configuration(tmp_path)
    seal.assert_called_once_with()
    assert config.SealedAutograde.accepted_directory == "course/accepted"


def test_a_python_without_the_kit_stops_nbgrader(tmp_path):
    without = mock.patch.dict(sys.modules, {"grader.nbgrader_autograde": None})
    with without, pytest.raises(SystemExit, match="This course needs its own environment"):
        load_configuration(tmp_path)


def test_gradebook_and_exchange_lie_in_the_workspace(tmp_path):
    config, _ = load_configuration(tmp_path)
    assert config.CourseDirectory.db_url == f"sqlite:///{tmp_path / 'course' / 'gradebook.db'}"
    assert config.Exchange.root == str(tmp_path / "course" / "exchange")
    assert files_below(tmp_path) == ["nbgrader_config.py"]


def test_an_exchange_of_the_machine_is_used_instead(tmp_path):
    exchange = tmp_path / "everybody" / "exchange"
    config, _ = load_configuration(tmp_path, GRADER_EXCHANGE=str(exchange))
    assert config.Exchange.root == str(exchange)
    assert exchange.stat().st_mode & 0o777 == 0o777
    assert not (tmp_path / "course" / "exchange").exists()


def test_python_sources_are_never_released(tmp_path):
    config, _ = load_configuration(tmp_path)
    assert "*.py" in config.CourseDirectory.ignore


def test_programs_of_the_environment_are_found_by_name(tmp_path):
    assert shutil.which("alembic", path=os.defpath) is None
    _, environment = load_configuration(tmp_path)
    assert shutil.which("alembic", path=environment["PATH"]) == str(Path(sys.executable).parent / "alembic")


def test_the_seed_of_the_course_is_what_grading_uses(tmp_path):
    config, _ = load_configuration(tmp_path)
    assert "seed" not in config.SealedExecute
    (tmp_path / "course" / "seed").write_text("123\n", encoding="utf-8")
    config, _ = load_configuration(tmp_path)
    assert config.SealedExecute.seed == 123


@pytest.mark.parametrize("text", ["", "our secret", "1.5"])
def test_a_seed_that_is_no_whole_number_stops_nbgrader(tmp_path, text):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "seed").write_text(text, encoding="utf-8")
    with pytest.raises(SystemExit, match=re.escape(f"must be one whole number, got {text!r}")):
        load_configuration(tmp_path)


def test_a_seed_that_is_no_text_or_not_to_be_read_stops_nbgrader(tmp_path, monkeypatch):
    seed = tmp_path / "course" / "seed"
    seed.parent.mkdir()
    seed.write_bytes("12".encode("utf-16"))
    with pytest.raises(SystemExit, match="must be one whole number"):
        load_configuration(tmp_path)

    def read_text(path: Path, *arguments: object, **options: object) -> str:
        raise PermissionError(13, "Permission denied") if path == seed else AssertionError

    monkeypatch.setattr(Path, "read_text", read_text)
    with pytest.raises(SystemExit, match=r"The seed for grading cannot be read \(Permission denied\)"):
        load_configuration(tmp_path)
