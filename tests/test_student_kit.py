"""What students install: it works in an environment of its own, and tells nobody how to solve anything."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory

from grader import student_kit
from grader.build import BEGIN_SOLUTION
from grader.cli import BROKEN, OK, main
from grader.course import MARKER, Course
from grader.demo import reference_cells
from grader.kit_files import DISTRIBUTION
from grader.settings import Settings
from grader.student_kit import STAMP, NoStudentKit, build_wheel, leak_in_kit, make_student_kit, students_files
from tests.desk import ROOT, configuration

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

COURSE = Course(ROOT)
NAME = "linreg_scratch"
NOTEBOOKS = [COURSE.notebook(name) for name in COURSE.assignments()]


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("student") / "kit"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))  # for alembic
        patch.setattr(student_kit, "generate", generate_here)
        make_student_kit(COURSE, folder)
    return folder


def generate_here(course: Course, name: str, folder: Path) -> Path:
    """As `grader.gate.generate`, without a process for each assignment."""
    folder.mkdir()
    config = configuration(folder)
    config.CourseDirectory.source_directory = str(course.sources)
    GenerateAssignment(coursedir=CourseDirectory(config=config, assignment_id=name), config=config).start()
    return folder / "release" / name


def run(*command: object, cwd: Path, code: int = 0) -> str:
    """What a command prints, where nothing of this process's own environment shows the way to this checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def fresh_environment(folder: Path) -> Path:
    """An environment with the packages that are installed here, but without the kit; its Python.

    The packages are hard links where that can be: what the sandbox may read is decided by where a file is.
    """
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    python = folder / "bin" / "python"
    packages = next((folder / "lib").glob("*/site-packages"))
    ours = shutil.ignore_patterns("linreg_grader*", "__editable__*linreg_grader*")

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:  # another file system
            shutil.copy2(source, target)

    shutil.copytree(
        sysconfig.get_path("purelib"), packages, symlinks=True, ignore=ours, dirs_exist_ok=True, copy_function=link
    )
    if not (packages / "pip").is_dir():
        run(python, "-m", "ensurepip", cwd=folder)
    return python


def install(python: Path, *arguments: object, cwd: Path) -> None:
    run(python, "-m", "pip", "install", "-q", "--no-index", "--no-build-isolation", *arguments, cwd=cwd)


@pytest.fixture(scope="module")
def python(kit, tmp_path_factory) -> Path:
    """A student's Python, with the kit installed as its page says."""
    found = fresh_environment(tmp_path_factory.mktemp("environment") / "venv")
    install(found, "-r", "requirements.txt", cwd=kit)
    return found


@pytest.fixture(scope="module")
def solved(kit) -> Path:
    path = kit / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    answers = reference_cells(COURSE, NAME)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    target = kit.parent / "solved.ipynb"
    nbformat.write(notebook, target)
    return target


@pytest.mark.slow
def test_a_student_without_the_course_gets_full_marks_for_a_solved_notebook_and_none_for_a_bare_one(
    python, kit, solved
):
    bare = f"{NAME}/{NAME}.ipynb"
    said = json.loads(run(python.parent / "grader", "check", "--json", solved, bare, cwd=kit, code=1))
    full, none = said["results"]
    assert [(result["status"], result["assignment"]) for result in (full, none)] == [("graded", NAME)] * 2
    assert full["score"] == full["max_score"] == none["max_score"] > 0
    assert all(check["status"] == "passed" for part in full["parts"] for check in part["checks"])
    assert none["score"] == 0


@pytest.mark.slow
@pytest.mark.study
def test_in_the_notebook_check_gives_full_marks(python, kit, solved):
    program = (
        "import nbformat, nbclient, sys; book = nbformat.read(sys.argv[1], as_version=4);"
        "nbclient.NotebookClient(book, kernel_name='python3', timeout=300).execute(); print(nbformat.writes(book))"
    )
    book = nbformat.reads(run(python, "-W", "ignore", "-c", program, solved, cwd=kit), as_version=4)
    checks = {cell.id: cell for cell in book.cells if cell.id.startswith("check_")}
    earned = {id: float(cell.outputs[-1].data["text/plain"]) for id, cell in checks.items()}
    worth = {id: cell.metadata.nbgrader.points for id, cell in checks.items()}
    assert earned == worth
    assert len(worth) == 5


@pytest.mark.slow
def test_students_have_the_grader_and_nothing_of_the_instructors(python, kit):
    where = run(python, "-c", "import grader; print(grader.__file__)", cwd=kit)
    assert Path(where.strip()).is_relative_to(python.parents[1])
    for module in ("solutions", "grader.gate", "grader.demo", "grader.gradebook", "grader.cohort", "grader.build"):
        run(python, "-c", f"import {module}", cwd=kit, code=1)
    run(python, "-c", "from grader import check, strict_devices, when_ready", cwd=kit)
    said = run(python.parent / "grader", "--help", cwd=kit)
    assert "check" in said
    assert not any(word in said for word in ("gate", "grade a class", "new-course", "student-kit"))


# What is in it


def contents(kit: Path) -> set[str]:
    [wheel] = kit.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = archive.namelist()
    return {str(path.relative_to(kit)) for path in kit.rglob("*") if path.is_file()} | set(inside)


def test_a_kit_is_notebooks_a_wheel_an_environment_and_pages(kit):
    names = contents(kit)
    assert {f"{name}/{name}.ipynb" for name in COURSE.assignments()} <= names
    assert {"README.md", "requirements.txt", "environment.yml", MARKER, "grader/checks/linreg_scratch/sgd.py"} <= names
    for name in names:
        assert not name.startswith(("solutions", "tests", "assignments")), name
        assert not any(word in name for word in ("seed_tables", "cohort", "gradebook", "nbgrader_autograde")), name
        assert not name.endswith(".db"), name


def test_no_line_of_any_solution_is_in_the_kit(kit):
    assert leak_in_kit(kit, NOTEBOOKS) == ""


def first_lines(count: int) -> str:
    from grader.gate import solution_lines

    return "\n".join(solution_lines(COURSE.notebook(NAME))[:count])


def in_wheel(kit: Path, name: str, text: str) -> None:
    [wheel] = kit.glob("*.whl")
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(name, text)


def in_notebook(kit: Path, name: str, source: str) -> None:
    path = kit / name / f"{name}.ipynb"
    book = nbformat.read(path, as_version=4)
    book.cells[0].source += "\n" + source
    nbformat.write(book, path)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda kit: (kit / "README.md").write_text(f"Hint: {first_lines(1)}"), "README.md holds "),
        (lambda kit: in_wheel(kit, "grader/local2.py", f"    {first_lines(1)}\n"), "local2.py holds "),
        (lambda kit: in_wheel(kit, "solutions/linreg.py", f"    {first_lines(1)}\n"), "linreg.py holds "),
        (lambda kit: in_wheel(kit, "grader/checks/new.py", first_lines(3)), "new.py holds "),
        (lambda kit: in_wheel(kit, "grader/checks/new.py", BEGIN_SOLUTION), "new.py holds "),
        (lambda kit: in_notebook(kit, NAME, first_lines(1)), f"{NAME}.ipynb holds "),
        (lambda kit: in_notebook(kit, "exercises", first_lines(3)), "exercises.ipynb holds "),
    ],
    ids=["page", "module", "solutions", "oracle", "marker", "its release", "another's release"],
)
def test_a_kit_that_tells_a_solution_is_found_out(kit, tmp_path, spoil, said):
    spoilt = shutil.copytree(kit, tmp_path / "kit")
    spoil(spoilt)
    assert leak_in_kit(spoilt, NOTEBOOKS).startswith(said)


def test_a_kit_that_tells_a_solution_is_not_handed_over(tmp_path, monkeypatch):
    monkeypatch.setattr(student_kit, "generate", copy_of_the_source)
    with pytest.raises(NoStudentKit, match=r"leaks a solution: exercises\.ipynb holds .* Nothing was written"):
        make_student_kit(COURSE, tmp_path / "kit")
    assert not (tmp_path / "kit").exists()


def copy_of_the_source(course: Course, name: str, folder: Path) -> Path:
    folder.mkdir()
    shutil.copy(course.notebook(name), folder)
    return folder


def test_whatever_students_import_at_any_time_is_theirs(kit):
    """The list of files is made from import statements; what is imported by name must be among them too."""
    names = {str(path.relative_to(ROOT)) for path in students_files()}
    assert {str(path.relative_to(ROOT)) for path in (ROOT / "grader/checks").rglob("*.py")} <= names
    assert {"grader/sandbox/worker.py", "grader/devices.py", "grader/doctor.py", "grader/report/part.html"} <= names
    assert "grader/nbgrader_plugin.py" not in names


def test_the_same_kit_is_the_same_wheel_and_another_another_version(tmp_path, monkeypatch):
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    first, second = build_wheel(folders[0]), build_wheel(folders[1])
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    everything = students_files()
    monkeypatch.setattr(student_kit, "students_files", lambda: everything[:-1])
    assert build_wheel(folders[2]).name != first.name


def test_the_environment_pins_what_is_installed_here_and_no_more_than_the_grader_needs(kit):
    lines = (kit / "requirements.txt").read_text().splitlines()
    [wheel] = kit.glob("*.whl")
    assert lines[-1] == f"./{wheel.name}"
    assert "mxnet==1.9.1" in lines
    assert not [line for line in lines if line.startswith(("pytest", "ruff", "playwright", "distributed", "psycopg"))]
    environment = (kit / "environment.yml").read_text()
    assert all(f"      - {line}\n" in environment for line in lines)


def test_an_edited_solution_may_have_lines_that_every_program_has(kit, tmp_path):
    edited = tmp_path / f"{NAME}.ipynb"
    book = nbformat.read(COURSE.notebook(NAME), as_version=4)
    cell = next(cell for cell in book.cells if BEGIN_SOLUTION in cell.source)
    start = cell.source.index("\n", cell.source.index(BEGIN_SOLUTION)) + 1
    cell.source = f"{cell.source[:start]}    import random\n    return None\n    found = []\n{cell.source[start:]}"
    nbformat.write(book, edited)
    assert leak_in_kit(kit, [edited if path.stem == NAME else path for path in NOTEBOOKS]) == ""


# Making it


def test_students_are_told_of_an_exchange_that_they_can_reach_and_of_no_other(tmp_path, monkeypatch):
    (tmp_path / "course").mkdir()
    course = Course(shutil.copytree(ROOT / "assignments", tmp_path / "own" / "assignments").parent)
    shutil.copy(ROOT / MARKER, course.root / MARKER)
    monkeypatch.delenv("GRADER_EXCHANGE", raising=False)
    student_kit.write_settings(tmp_path, course)
    assert "Exchange" not in (tmp_path / MARKER).read_text()
    monkeypatch.setenv("GRADER_EXCHANGE", str(tmp_path / "shared"))
    student_kit.write_settings(tmp_path, course)
    config: Any = type("Config", (), {"CourseDirectory": type("C", (), {}), "Exchange": type("E", (), {})})
    exec((tmp_path / MARKER).read_text(), {"get_config": lambda: config})
    assert (config.CourseDirectory.course_id, config.Exchange.root) == ("linreg", str(tmp_path / "shared"))


def test_a_course_s_id_is_text_whatever_is_in_it(tmp_path, monkeypatch):
    settings = Settings('phys"ics\\n', "sqlite://", None)
    monkeypatch.setattr(student_kit, "read_settings", lambda course: settings)
    student_kit.write_settings(tmp_path, COURSE)
    config: Any = type("Config", (), {"CourseDirectory": type("C", (), {})})
    exec((tmp_path / MARKER).read_text(), {"get_config": lambda: config})
    assert config.CourseDirectory.course_id == settings.course_id


def test_a_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "mine").write_text("important")
    with pytest.raises(NoStudentKit, match="Name another folder"):
        make_student_kit(COURSE, tmp_path)
    with pytest.raises(NoStudentKit, match="Name another folder"):
        make_student_kit(COURSE, tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_an_earlier_kit_is_replaced(kit, tmp_path, monkeypatch):
    monkeypatch.setattr(student_kit, "generate", lambda course, name, folder: kit / name)
    old = tmp_path / "kit"
    old.mkdir()
    (old / STAMP).touch()
    (old / "old.whl").touch()
    make_student_kit(COURSE, old)
    assert contents(old) == contents(kit)


def test_the_command_lists_what_it_has_made(kit, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(student_kit, "generate", lambda course, name, folder: kit / name)
    command = ["student-kit", "--course", str(ROOT)]
    assert main([*command, str(tmp_path / "kit")]) == OK
    *listed, verdict = capsys.readouterr().out.splitlines()
    assert str(tmp_path / "kit" / NAME / f"{NAME}.ipynb") in listed
    assert verdict.startswith("No line of a solution is in it.")
    (tmp_path / "kit" / STAMP).unlink()
    assert main([*command, str(tmp_path / "kit")]) == BROKEN
    assert capsys.readouterr().err.startswith(f"grader: {tmp_path / 'kit'} exists and is not an earlier student kit.")


def test_every_page_and_picture_that_the_first_page_shows_is_there(kit):
    links = re.findall(r"\]\(([^)]+)\)", (kit / "README.md").read_text())
    assert {"images/report.png", "images/phone.png", "devices.md"} <= set(links)
    assert all((kit / link).is_file() for link in links)


# The kit itself as a wheel: what an instructor installs, without a checkout


@pytest.mark.slow
def test_from_the_kit_s_own_wheel_a_course_can_be_made(tmp_path):
    tree = tmp_path / "tree"
    for name in ("grader", "solutions", "assignments", "docs"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for name in ("pyproject.toml", "README.md", MARKER):
        shutil.copy(ROOT / name, tree)
    python = fresh_environment(tmp_path / "venv")
    install(python, "--no-deps", tree, cwd=tmp_path)
    shutil.rmtree(tree)
    run(python.parent / "grader", "new-course", "physics", cwd=tmp_path)
    made = tmp_path / "physics" / "assignments"
    ours = {path.relative_to(ROOT / "assignments"): path.read_bytes() for path in (ROOT / "assignments").glob("*/*.*")}
    assert {path.relative_to(made): path.read_bytes() for path in made.glob("*/*.*")} == ours
    pages = python.parents[1] / "share" / DISTRIBUTION / "docs"
    assert (pages / "students.md").is_file()
