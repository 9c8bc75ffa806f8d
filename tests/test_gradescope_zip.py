"""The archive for Gradescope, unpacked and run as Gradescope does it, with this environment in place of its own."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import jsonschema
import pytest

from grader.course import Course
from grader.new_course import make_course
from tests.desk import BOOK
from tests.malformed import NAME
from tests.sample_results import SEED

ROOT = Path(__file__).parents[1]
SCHEMA = json.loads((ROOT / "tests" / "schemas" / "gradescope.json").read_text(encoding="utf-8"))

spec = importlib.util.spec_from_file_location("gradescope_zip", ROOT / "scripts" / "gradescope_zip.py")
gradescope_zip = importlib.util.module_from_spec(spec)
spec.loader.exec_module(gradescope_zip)


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("zip") / "autograder.zip"
    gradescope_zip.write_zip(Course(ROOT), NAME, path, str(SEED))
    return path


@pytest.fixture
def autograder(archive, tmp_path) -> Path:
    """The folder /autograder, somewhere else, after the image was built and before a submission is run."""
    root = tmp_path / "autograder"
    for folder in ("source", "submission", "results"):
        (root / folder).mkdir(parents=True)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", str(archive), str(root / "source")], check=True)
    shutil.copy(root / "source" / "run_autograder", root)
    metadata = {"id": 123456, "assignment": {"title": "Linear regression", "total_points": "46.0"}, "users": []}
    (root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    return root


def run(root: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"AUTOGRADER_ROOT": str(root), "GRADER_PYTHON": sys.executable}
    command = ["bash", str(root / "run_autograder")]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


def test_gradescope_finds_its_two_programs_and_no_solutions_but_the_notebook_that_grading_needs(archive):
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        executable = {info.filename for info in opened.infolist() if info.external_attr >> 16 & 0o111}
    assert executable == {"setup.sh", "run_autograder"}
    assert [name for name in names if name.startswith(("assignments/", "solutions/", "tests/", "course/"))] == [
        f"assignments/{NAME}/{NAME}.ipynb"
    ]
    assert len(names) == len(set(names))


def test_the_same_kit_makes_the_same_archive(archive, tmp_path):
    gradescope_zip.write_zip(Course(ROOT), NAME, tmp_path / "again.zip", str(SEED))
    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


@pytest.mark.parametrize("program", gradescope_zip.ENTRIES)
def test_its_programs_are_bash(program):
    file = ROOT / "scripts" / "gradescope" / program
    assert file.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", str(file)], check=True)


@pytest.mark.slow
def test_a_submission_gets_its_results_and_nothing_tells_the_seed(autograder):
    (autograder / "submission" / "my work.ipynb").write_bytes(BOOK.data)
    (autograder / "submission" / "notes.txt").write_text("Hello.", encoding="utf-8")
    done = run(autograder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    text = (autograder / "results" / "results.json").read_text(encoding="utf-8")
    results = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(results)
    assert 0 < results["score"] == sum(test["score"] for test in results["tests"]) < 40
    assert sum(test["max_score"] for test in results["tests"]) == 40
    assert results["output"].startswith("The notebook is called 'my work.ipynb'; it should be linreg_scratch.ipynb.")
    assert "data_iter: 0 of 12 points" in results["output"]
    assert str(SEED) not in text


@pytest.mark.slow
def test_what_cannot_be_graded_leaves_no_results_and_the_reason_for_the_instructor(autograder):
    (autograder / "submission" / f"{NAME}.ipynb").write_bytes(b"{")
    (autograder / "results" / "results.json").write_text('{"score": 0}', encoding="utf-8")
    done = run(autograder)
    assert done.returncode == 2
    assert list((autograder / "results").iterdir()) == []
    assert "results.json is not written, because there is no score." in done.stderr
    assert "The file is not JSON" in done.stderr
    assert str(SEED) not in done.stdout + done.stderr


def test_a_seed_that_is_no_number_is_told(tmp_path):
    course = Course(tmp_path)
    assert gradescope_zip.own_seed(course) is None
    course.workspace.mkdir()
    (course.workspace / "seed").write_text(" 12\n", encoding="utf-8")
    assert gradescope_zip.own_seed(course) == "12"
    (course.workspace / "seed").write_text("twelve", encoding="utf-8")
    with pytest.raises(SystemExit, match="must be one whole number, got 'twelve'"):
        gradescope_zip.own_seed(course)


def test_the_command_writes_what_it_says(tmp_path, capsys):
    assert gradescope_zip.main([NAME, "--to", str(tmp_path / "new")]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{tmp_path / 'new' / NAME}.zip: 40 points, ")
    assert zipfile.is_zipfile(tmp_path / "new" / f"{NAME}.zip")


def test_a_course_elsewhere_goes_with_its_own_notebook_and_seed_for_its_owner_s_eyes(tmp_path, capsys):
    course = make_course(tmp_path / "physics")
    course.notebook(NAME).write_text("{}", encoding="utf-8")
    (tmp_path / f"{NAME}.zip").touch(0o644)
    assert gradescope_zip.main([NAME, "--course", str(course.root), "--to", str(tmp_path)]) == 0
    assert "checks with the seed in course/seed" in capsys.readouterr().out
    archive = tmp_path / f"{NAME}.zip"
    with zipfile.ZipFile(archive) as opened:
        assert opened.read(f"assignments/{NAME}/{NAME}.ipynb") == b"{}"
        assert opened.read("seed") == (course.workspace / "seed").read_bytes()
    assert archive.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SystemExit):
        gradescope_zip.main(["--course", str(tmp_path)])
    assert "is not inside a course" in capsys.readouterr().err
