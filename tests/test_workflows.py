"""The workflows for GitHub: valid, and their steps do what they should where GitHub's files and variables are.

Every `run:` step is run in bash as a runner does it, but for those that install something.
"""

import base64
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import jsonschema
import pytest
import yaml
from lxml import etree

from tests.desk import BOOK
from tests.malformed import NAME
from tests.sample_results import SEED

ROOT = Path(__file__).parents[1]
CI, STUDENT, INSTRUCTOR = WORKFLOWS = [
    ROOT / ".github" / "workflows" / "ci.yml",
    ROOT / "docs" / "workflows" / "student.yml",
    ROOT / "docs" / "workflows" / "instructor.yml",
]
by_name = pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)


def read(workflow: Path) -> dict:
    # YAML 1.1 takes the word `on` for a truth; GitHub's does not.
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in document.items()}


def only_job(workflow: Path) -> dict:
    [job] = read(workflow)["jobs"].values()
    return job


def installs(step: dict) -> bool:
    return step.get("name", "").startswith("Install")


class Runner:
    """What a runner does with the `run:` steps of a workflow's one job, in a workspace."""

    def __init__(self, workspace: Path, **known: str) -> None:
        self.workspace = workspace
        self.known = known
        self.logs: dict[str, str] = {}
        self.codes: dict[str, int] = {}
        self.files = {
            name: workspace.parent / name.lower()
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")
        }
        for file in self.files.values():
            file.touch()

    def resolved(self, text: object) -> str:
        return re.sub(r"\$\{\{\s*(.+?)\s*\}\}", lambda match: self.known[match[1]], str(text))

    def run(self, workflow: Path) -> None:
        job = only_job(workflow)
        failed = False
        for step in job["steps"]:
            if "run" not in step or installs(step) or (failed and "!cancelled()" not in step.get("if", "")):
                continue
            named = {**read(workflow).get("env", {}), **job.get("env", {}), **step.get("env", {})}
            environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
            environment |= {name: self.resolved(value) for name, value in named.items()}
            environment |= {name: str(file) for name, file in self.files.items()}
            environment |= {"GITHUB_WORKSPACE": str(self.workspace), "GITHUB_ACTIONS": "true", "CI": "true"}
            script = self.workspace.parent / "step.sh"
            script.write_text(step["run"], encoding="utf-8")
            done = subprocess.run(
                ["bash", "-e", str(script)],
                cwd=self.workspace,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            self.logs[step["name"]], self.codes[step["name"]] = done.stdout, done.returncode
            failed = failed or done.returncode != 0


def kept(workflow: Path) -> list[str]:
    """The paths that the workflow keeps as files of the run."""
    steps = [step for step in only_job(workflow)["steps"] if "upload-artifact" in step.get("uses", "")]
    return [path for step in steps for path in step["with"]["path"].split()]


def environment_in(folder: Path) -> None:
    """This environment as the one that `make bootstrap` would have made there."""
    (folder / ".venv").mkdir(parents=True)
    (folder / ".venv" / "bin").symlink_to(Path(sys.executable).parent)


# all of them


@by_name
def test_the_workflows_are_valid_and_one_that_is_not_is_found_out(workflow):
    schema = json.loads((ROOT / "tests" / "schemas" / "github-workflow.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    document = read(workflow)
    assert [error.message for error in validator.iter_errors(document)] == []
    [job] = document["jobs"].values()
    del job["runs-on"]
    assert not validator.is_valid(document)


@by_name
def test_nobodys_text_is_pasted_into_a_program_and_rights_are_few(workflow):
    document = read(workflow)
    assert document["permissions"]["contents"] == "read"
    for step in only_job(workflow)["steps"]:
        assert "${{" not in step.get("run", ""), step["name"]
        assert ("run" in step) != ("uses" in step)
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"])


@by_name
def test_what_shuts_student_code_in_may_be_used_on_ubuntu(workflow):
    """Ubuntu 24.04 forbids user namespaces to programs without an AppArmor profile, and so bubblewrap."""
    job = only_job(workflow)
    installing = "\n".join(step["run"] for step in job["steps"] if installs(step))
    assert job["runs-on"] == "ubuntu-24.04"
    assert "bubblewrap" in installing
    assert "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in installing


def test_our_own_tests_are_those_that_run_anywhere():
    assert [step["run"] for step in only_job(CI)["steps"] if "run" in step and not installs(step)] == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_classroom_finds_the_score_where_it_looks():
    [name] = read(STUDENT)["jobs"]
    assert (read(STUDENT)["name"], name) == ("Autograding Tests", "run-autograding-tests")
    [reporter] = [step for step in only_job(STUDENT)["steps"] if "grading-reporter" in step.get("uses", "")]
    [grade] = [step for step in only_job(STUDENT)["steps"] if step.get("id") == reporter["with"]["runners"]]
    assert reporter["env"] == {f"{grade['id'].upper()}_RESULTS": f"${{{{ steps.{grade['id']}.outputs.result }}}}"}


# the student's


@pytest.mark.slow
def test_a_push_is_graded_on_the_students_own_lines(tmp_path):
    workspace = tmp_path / "work"
    environment_in(workspace / "grader")
    (workspace / f"{NAME}.ipynb").write_bytes(BOOK.data)
    runner = Runner(workspace)
    runner.run(STUDENT)
    assert runner.codes == {"Grade": 1}
    annotations = [line for line in runner.logs["Grade"].splitlines() if line.startswith("::error ")]
    assert len(annotations) == len(runner.logs["Grade"].splitlines()) > 0
    lines = BOOK.data.decode().splitlines()
    for annotation in annotations:
        file, line, part = re.match(r"::error file=([^,]+),line=(\d+),title=(\w+)%3A", annotation).groups()
        assert file == f"{NAME}.ipynb"
        assert f"def {'data_iter' if part == 'training' else part}(" in lines[int(line) - 1]
    assert [(workspace / path).is_file() for path in kept(STUDENT)] == [True, True]
    [result] = json.loads((workspace / "report" / "results.json").read_text(encoding="utf-8"))["results"]
    schema = etree.XMLSchema(etree.parse(ROOT / "tests" / "schemas" / "junit-10.xsd"))
    schema.assertValid(etree.parse(workspace / "report" / "junit.xml"))
    output = runner.files["GITHUB_OUTPUT"].read_text(encoding="utf-8")
    classroom = json.loads(base64.b64decode(output.removeprefix("result=")))
    assert sum(test["score"] for test in classroom["tests"]) == result["score"] > 0
    assert classroom["max_score"] == result["max_score"]
    heading = f"## {NAME}: {result['score']} of {result['max_score']} points\n"
    assert runner.files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8").startswith(heading)


# the instructor's


@pytest.mark.slow
@pytest.mark.study
def test_a_class_in_a_branch_is_graded_and_everything_is_kept(tmp_path):
    workspace = tmp_path / "work"
    environment_in(workspace)
    shutil.copytree(ROOT / "assignments" / NAME, workspace / "assignments" / NAME)
    shutil.copy(ROOT / "nbgrader_config.py", workspace)
    submitted = workspace / "course" / "submitted"
    (submitted / ".git").mkdir(parents=True)
    (submitted / "README.md").write_text("The class.", encoding="utf-8")
    for student, data in {"ada": BOOK.data, "bob": b"{", "##[error]": b"{"}.items():
        (submitted / student / NAME).mkdir(parents=True)
        (submitted / student / NAME / f"{NAME}.ipynb").write_bytes(data)
    runner = Runner(workspace, **{"inputs.assignment": NAME, "secrets.GRADER_SEED": str(SEED)})
    runner.run(INSTRUCTOR)
    assert {name: code for name, code in runner.codes.items() if code} == {"Grade": 1}, runner.logs
    assert list(runner.codes)[-2:] == ["Grade", "Write the tables and reports"]
    first, *said, last = runner.logs["Grade"].splitlines()
    assert re.fullmatch(r"::stop-commands::[0-9a-f]{32}", first)
    assert last == f"::{first.removeprefix('::stop-commands::')}::"
    assert "##[error]" in "\n".join(said)
    for path in kept(INSTRUCTOR):
        assert (workspace / path).exists()
    with open(workspace / "course" / "export" / "canvas.csv", encoding="utf-8", newline="") as file:
        scores = {row["SIS Login ID"]: row[NAME] for row in csv.DictReader(file)}
    assert scores == {"": "46", "ada": "", "bob": ""}  # the one has an answer that waits, the other none at all
    results = json.loads((workspace / "course" / "export" / "results.json").read_text(encoding="utf-8"))["results"]
    assert [(result["status"], result["seed"]) for result in results] == [("graded", SEED), ("ungradable", SEED)]
    assert len(ET.parse(workspace / "course" / "export" / "junit.xml").getroot()) == 2
    for student in ("ada", "bob"):
        page = (workspace / "course" / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
        assert str(SEED) not in page
