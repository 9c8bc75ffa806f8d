"""`grader new-course`: a course of one's own that works, keeps its secrets, and takes nobody's work away."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from grader import kit_files, new_course
from grader.cli import BROKEN, OK, main
from grader.course import MARKER, Course
from grader.kit_files import NoKit
from grader.new_course import IN_KIT, NoNewCourse, make_course
from grader.seeds import PUBLIC_SEED
from grader.settings import read_settings
from tests.desk import ROOT
from tests.malformed import half_solved

NAME = "linreg_scratch"


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("teacher") / "physics"
    make_course(folder)
    return folder


def in_course(folder: Path, *command: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
@pytest.mark.study
def test_a_new_course_works_from_the_gate_to_a_mark_that_can_be_replayed(course):
    said = in_course(course, "grader", "gate", NAME)
    assert "the reference earns 40 of 40 points." in said
    assert "NOT OK" not in said
    in_course(course, "nbgrader", "generate_assignment", NAME)
    submission = course / "course" / "submitted" / "zoe" / NAME / f"{NAME}.ipynb"
    submission.parent.mkdir(parents=True)
    submission.write_bytes(half_solved(course / "assignments" / NAME / f"{NAME}.ipynb").data)
    in_course(course, "grader", "grade", NAME)
    record = json.loads((course / "course" / "records" / NAME / "zoe.json").read_bytes())["record"]["result"]
    seed = (course / "course" / "seed").read_text().strip()
    said = in_course(course, "grader", "check", "--json", "--seed", seed, str(submission), code=1)
    [replayed] = json.loads(said)["results"]
    assert record["seed"] == int(seed)
    assert 0 < record["score"] < record["max_score"]
    assert {key: record[key] for key in ("seed", "score", "parts")} == {
        key: replayed[key] for key in ("seed", "score", "parts")
    }


def test_its_settings_are_the_course_s_own(course):
    settings = read_settings(Course(course))
    assert settings.course_id == "physics"
    assert settings.db_url == f"sqlite:///{course / 'course' / 'gradebook.db'}"


def test_the_seed_is_long_its_owner_s_and_another_in_every_course(course, tmp_path):
    seed = course / "course" / "seed"
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    other = make_course(tmp_path / "other")
    seeds = {int(path.read_text()) for path in (seed, other.workspace / "seed")} | {PUBLIC_SEED}
    assert len(seeds) == 3
    assert max(seeds) > 2**40


def test_git_sees_no_grades_and_no_secrets(course, tmp_path):
    own = shutil.copytree(course, tmp_path / "own")
    for name in ("gradebook.db", "gradebook.db-journal", "grades.csv", "course/submitted/zoe/secret.txt"):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).touch()
    subprocess.run(["git", "init", "-q"], cwd=own, check=True)
    told = subprocess.run(
        ["git", "status", "--porcelain", "--untracked-files=all"], cwd=own, check=True, capture_output=True, text=True
    )
    seen = {line[3:] for line in told.stdout.splitlines()}
    assert {".gitignore", "README.md", MARKER, f"assignments/{NAME}/{NAME}.py"} <= seen
    assert all(name.startswith("assignments/") for name in seen - {".gitignore", "README.md", MARKER})


def test_its_readme_names_every_assignment_and_says_what_they_hold(course):
    text = (course / "README.md").read_text()
    assert text.startswith("# physics\n")
    assert "exercises, iterators_and_contexts, linreg_scratch" in text
    assert "hold the solutions" in text


# What is there already


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(NoNewCourse, match="--force"):
        make_course(tmp_path, course_id="physics")
    assert [path.name for path in tmp_path.iterdir()] == ["notes"]


def test_force_puts_the_kit_s_files_back_and_keeps_what_the_course_has_produced(tmp_path):
    course = make_course(tmp_path / "physics")
    seed = (course.workspace / "seed").read_text()
    kept = [course.workspace / "gradebook.db", course.workspace / "submitted" / "zoe", course.sources / "mine" / "x.py"]
    for path in kept:
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text("kept")
    course.notebook(NAME).write_text("spoilt")
    (course.root / MARKER).write_text("spoilt")
    make_course(tmp_path / "physics", force=True)
    assert (course.workspace / "seed").read_text() == seed
    assert [path.read_text() for path in kept] == ["kept"] * 3
    assert course.notebook(NAME).read_bytes() == (ROOT / "assignments" / NAME / f"{NAME}.ipynb").read_bytes()
    assert IN_KIT.replace("linreg", "physics") in (course.root / MARKER).read_text()


def test_an_empty_folder_will_do(tmp_path):
    assert make_course(tmp_path, course_id="physics").assignments()


def test_the_kit_itself_is_no_place_for_a_course():
    with pytest.raises(NoNewCourse, match="the kit itself"):
        make_course(ROOT, course_id="physics", force=True)


@pytest.mark.parametrize("name", ["two words", "", "-x", "a/b", "übung", 'a"b', "a\nb"])
def test_a_name_that_nbgrader_or_its_configuration_could_not_take_is_refused(tmp_path, name):
    with pytest.raises(NoNewCourse, match="--course-id"):
        make_course(tmp_path / "physics", course_id=name)
    assert not (tmp_path / "physics").exists()


def test_the_kit_s_configuration_names_the_course_where_ours_is_put():
    assert (ROOT / MARKER).read_text().count(IN_KIT) == 1


def test_a_kit_that_is_called_otherwise_is_no_pattern_for_a_course(tmp_path, monkeypatch):
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / MARKER).write_text((ROOT / MARKER).read_text().replace(IN_KIT, IN_KIT.replace("linreg", "own")))
    monkeypatch.setattr(new_course, "kit_root", lambda: tmp_path / "kit")
    with pytest.raises(NoNewCourse, match=r"must hold the line c\.CourseDirectory\.course_id"):
        make_course(tmp_path / "physics")
    assert not (tmp_path / "physics").exists()


def test_an_installation_without_assignments_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(kit_files, "__file__", str(tmp_path / "grader" / "kit_files.py"))
    monkeypatch.setattr(kit_files.metadata, "files", lambda name: None)
    with pytest.raises(NoKit, match="pip install"):
        kit_files.kit_root()


def test_the_command_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["new-course", "my-course", "--course-id", "physics"]) == OK
    assert "cd my-course && grader gate" in capsys.readouterr().out
    assert main(["new-course", "my-course"]) == BROKEN
    assert capsys.readouterr().err.startswith(f"grader: {tmp_path / 'my-course'} has something in it.")
