"""The `grader` command: a sentence for wrong usage, nothing but JSON with --json, exit codes that mean one thing."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader import checks, cli, course, demo, doctor, gate, grading, intake
from grader.cli import BROKEN, NO, OK, main
from grader.course import MARKER
from grader.gate import Finding
from grader.nbgrader_commands import NbgraderFailed
from grader.results import Outcome, Part, Result
from grader.sandbox import levels
from grader.sandbox.problems import SandboxProblem
from grader.seeds import PUBLIC_SEED

ROOT = Path(__file__).parents[1]
NAME = "linreg_scratch"


class NoForkserver:
    """Stands in for a forkserver where nothing is run."""

    level = "none"

    def __enter__(self) -> "NoForkserver":
        return self

    def __exit__(self, *exception: object) -> None: ...


def open_nothing(*, meanwhile: Callable[[], object] = lambda: None) -> NoForkserver:
    meanwhile()
    return NoForkserver()


def result(score: int | None = 1, **changes) -> Result:
    check = Outcome(
        id="c",
        status="passed" if score else "failed",
        points=score or 0,
        max_points=1,
        claim="It holds.",
        message="" if score else "It does not.",
    )
    basics = {"assignment": NAME, "notebook": "n.ipynb", "score": score, "max_score": 1, "seed": 1, "isolation": "none"}
    parts = () if score is None else (Part(id="sgd", score=score, max_score=1, checks=(check,)),)
    status = "ungradable" if score is None else "graded"
    return Result(**{**basics, "status": status, "parts": parts, **changes})


@pytest.fixture(autouse=True)
def outside(tmp_path, monkeypatch) -> Path:
    """Every test runs in an empty folder, outside any course, without a sandbox, and on no runner of GitHub's."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(levels, "open_forkserver", open_nothing)
    return tmp_path


@pytest.fixture
def notebook(tmp_path) -> Path:
    path = tmp_path / "n.ipynb"
    shutil.copy(ROOT / "assignments" / NAME / f"{NAME}.ipynb", path)
    return path


@pytest.fixture
def graded(monkeypatch):
    """Grade as told, notebook by notebook, and keep what was asked."""

    def pretend(*results: Result) -> list[dict]:
        asked: list[dict] = []

        def grade_notebook(data: bytes, assignments: list, forkserver: object, **named) -> Result:
            asked.append({"data": data, "assignments": assignments, **named})
            return results[len(asked) - 1]

        monkeypatch.setattr(grading, "grade_notebook", grade_notebook)
        return asked

    return pretend


def complaint(capsys, *arguments: str) -> str:
    """What a wrong command says: one line on stderr, nothing on stdout, exit code 2."""
    assert main(arguments) == BROKEN
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.splitlines()
    assert line.startswith("grader: ")
    assert line.endswith(".")
    return line.removeprefix("grader: ")


def make_course(folder: Path, notebook: bytes) -> Path:
    home = folder / "assignments" / NAME
    home.mkdir(parents=True)
    (folder / MARKER).touch()
    (home / f"{NAME}.ipynb").write_bytes(notebook)
    return folder


# wrong usage


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "The following arguments are required: COMMAND. See `grader --help`."),
        (["chek"], "invalid choice: 'chek'"),
        (["--verbose"], "The following arguments are required: COMMAND"),
        (["check"], "The following arguments are required: NOTEBOOK. See `grader check --help`."),
        (
            ["check", "--seed", "abc", "n.ipynb"],
            "Argument --seed: invalid int value: 'abc'. See `grader check --help`.",
        ),
        (["check", "--seed", "1.5", "n.ipynb"], "invalid int value: '1.5'"),
        (["check", "--seed"], "expected one argument"),
        (["check", "--sed", "1", "n.ipynb"], "Unrecognized arguments"),
        (["check", "n.ipynb"], "There is no notebook n.ipynb."),
        (["check", "a\0b"], "There is no notebook"),
        (["check", "--gradescope", "r.json", ".", ".."], "--gradescope takes one notebook at a time, got 2."),
        (["export", "linreg_scratch"], "Say what to write: --canvas, --moodle, --json or --junit, each with a file."),
        (["export", "a", "--roster", "r", "--canvas", "c", "--moodle", "m"], "--roster goes with one of --canvas and"),
        (["export", "a", "--column", "A", "--json", "j"], "--column goes with --canvas or --moodle."),
        (["grade", "a", "--roster", "r"], "--roster goes with one of --canvas and --moodle."),
        (["export", "linreg_scratch", "--json", "j"], "is not inside a course."),
        (["export", "a", "--json", "."], "--json takes the name of a file to write, and . is a folder."),
        (["grade", "a", "--canvas", "x", "--junit", "./x"], "--canvas and --junit are the same file, x."),
        (["check", ".", "--junit", "/"], "--junit takes the name of a file to write, and / is a folder."),
        (["check", ".", "--junit", "r", "--gradescope", "r"], "--junit and --gradescope are the same file, r."),
        (["check", "x/../y/n.ipynb"], "There is no notebook"),
        (["gate"], "is not inside a course."),
        (["gate", "--course", "nowhere"], "There is no folder"),
        (["gate", "--jobs", "3"], "Unrecognized arguments: --jobs"),
        (["demo", "--students", "0"], "--students must be a positive number, got 0."),
        (["demo", "--students", "many"], "invalid int value: 'many'"),
        (["demo"], "is not inside a course."),
        (["doctor", "now"], "Unrecognized arguments: now."),
    ],
)
def test_wrong_usage_is_answered_with_one_sentence(capsys, arguments, sentence):
    assert sentence in complaint(capsys, *arguments)


def test_a_notebook_is_looked_at_before_anything_is_run(capsys, notebook, graded):
    asked = graded()
    assert "There is no notebook missing.ipynb" in complaint(capsys, "check", str(notebook), "missing.ipynb")
    assert asked == []


def test_what_is_there_but_is_no_file_is_a_result_with_a_reason_and_stops_nobody(notebook, graded, capsys):
    os.symlink("n.ipynb", "link.ipynb")
    os.symlink("gone.ipynb", "dangling.ipynb")
    os.mkfifo("pipe.ipynb")
    asked = graded(result(notebook="n.ipynb"))
    names = ["link.ipynb", "dangling.ipynb", "pipe.ipynb", "/dev/null"]
    assert main(["check", "--json", *names, "n.ipynb"]) == BROKEN
    found = json.loads(capsys.readouterr().out)["results"]
    assert [(one["notebook"], one["score"]) for one in found] == [*((name, None) for name in names), ("n.ipynb", 1)]
    kinds = ["a link", "a link", "a named pipe", "a device"]
    assert [one["reason"] for one in found[:4]] == [f"It is {kind}, not a file." for kind in kinds]
    assert len(asked) == 1


def test_a_file_that_may_not_be_read_is_told_with_the_reason(notebook, graded, capsys, monkeypatch):
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(intake, "read_file", refuse)
    assert main(["check", "n.ipynb"]) == BROKEN
    assert "Could not grade: It cannot be read: Permission denied." in capsys.readouterr().out


def test_a_hard_link_of_ones_own_is_a_file_like_any_other(notebook, graded, capsys):
    os.link("n.ipynb", "same.ipynb")
    graded(result())
    assert main(["check", "same.ipynb"]) == OK


def test_a_submissions_folder_is_graded_by_the_notebook_in_it(notebook, graded, capsys, monkeypatch, tmp_path):
    (tmp_path / "ada").mkdir()
    notebook.rename(tmp_path / "ada" / "mine.ipynb")
    asked = graded(result(reason="a note"), result(), result())
    assert main(["check", "ada"]) == OK
    [note] = asked[0]["notes"]
    assert note.startswith(f"The notebook is called 'mine.ipynb'; it should be {NAME}.ipynb.")
    assert "\na note\n" in capsys.readouterr().out
    monkeypatch.chdir(tmp_path / "ada")
    assert main(["check", "."]) == OK
    assert [one["name"] for one in asked] == ["ada", "."]


def test_an_empty_folder_is_ungradable(capsys):
    assert main(["check", "."]) == BROKEN
    said = capsys.readouterr().out
    *most, last = (f"{name}.ipynb" for name in checks.assignments())
    assert f"Could not grade: There is no {', '.join(most)} or {last}, and nothing else either." in said
    assert said.startswith(". (unknown, ")


def test_what_cannot_be_graded_belongs_to_the_assignment_that_its_name_tells(capsys, tmp_path):
    (tmp_path / f"{NAME}.ipynb").write_text("nonsense")
    (tmp_path / "ada" / NAME).mkdir(parents=True)
    assert main(["check", f"{NAME}.ipynb", f"ada/{NAME}"]) == BROKEN
    assert capsys.readouterr().out.count(f" ({NAME}, ") == 2


def test_an_unknown_assignment_is_told_with_the_known_ones(capsys, notebook):
    said = complaint(capsys, "check", "n.ipynb", "--assignment", "linear")
    assert said == f"There is no assignment called 'linear'. There are: {', '.join(checks.assignments())}."


def test_a_course_named_in_vain_is_not_ignored(capsys, notebook, tmp_path):
    assert "is not inside a course" in complaint(capsys, "check", "n.ipynb", "--course", str(tmp_path))
    assert "There is no folder" in complaint(capsys, "check", "n.ipynb", "--course", str(tmp_path / "misspelt"))


def test_a_course_whose_own_notebook_is_broken_is_told_so(capsys, notebook, tmp_path):
    make_course(tmp_path / "course", b"{}")
    said = complaint(capsys, "check", "n.ipynb", "--course", str(tmp_path / "course"))
    assert said.startswith("The course's own notebook ")
    assert "has no cells" in said


def test_the_gate_knows_the_assignments_there_are(capsys, tmp_path):
    make_course(tmp_path / "course", b"{}")
    said = complaint(capsys, "gate", "linear", "--course", str(tmp_path / "course"))
    assert said == f"There is no assignment called 'linear'. There are: {NAME}."


def test_a_machine_that_cannot_shut_students_in_is_told_so(capsys, notebook, monkeypatch):
    def refuse(**options: object) -> None:
        raise SandboxProblem("Student code cannot be shut in on this machine, so nothing is graded.")

    monkeypatch.setattr(levels, "open_forkserver", refuse)
    assert "so nothing is graded" in complaint(capsys, "check", "n.ipynb")
    assert "so nothing is graded" in complaint(capsys, "check", "--json", "n.ipynb")


# grading


def test_exit_codes_say_full_marks_less_or_not_graded(notebook, graded, capsys):
    for results, code in (
        ([result(1)], OK),
        ([result(0)], NO),
        ([result(None)], BROKEN),
        ([result(1), result(1)], OK),
        ([result(1), result(0)], NO),
        ([result(0), result(None), result(1)], BROKEN),
    ):
        graded(*results)
        assert main(["check", *["n.ipynb"] * len(results)]) == code
        graded(*results)
        assert main(["check", "--json", *["n.ipynb"] * len(results)]) == code


def test_the_report_names_the_notebook_the_seed_and_the_total(notebook, graded, capsys):
    graded(result(1), result(0, notebook="m.ipynb"), result(None, reason="The file is empty."))
    main(["check", "n.ipynb", "n.ipynb", "n.ipynb"])
    said = capsys.readouterr()
    assert f"n.ipynb ({NAME}, seed 1, isolation none)" in said.out
    assert f"m.ipynb ({NAME}, seed 1, isolation none)" in said.out
    assert "Total: 1 of 1 point" in said.out
    assert "Total: 0 of 1 point" in said.out
    assert "It does not." in said.out
    assert '"results"' not in said.out
    assert "Could not grade: The file is empty." in said.out
    assert said.err == ""


def test_with_json_there_is_nothing_but_json_on_stdout(notebook, graded, capsys):
    graded(result(1), result(None, reason="\x1b[31mé\n", notebook="\udcff.ipynb"))
    main(["check", "--json", "n.ipynb", "n.ipynb"])
    said = capsys.readouterr()
    [first, second] = json.loads(said.out)["results"]
    assert (first["score"], second["score"], second["reason"]) == (1, None, "\\x1b[31mé\n")
    assert second["notebook"] == "\\udcff.ipynb"
    assert said.err == ""


def test_no_result_can_break_the_terminal(notebook, graded, capsys):
    graded(result(None, reason="\x1b[2J\udcff", notebook="\x1b]0;owned\x07.ipynb"))
    main(["check", "n.ipynb"])
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\x07" not in said
    said.encode()


def test_reports_are_written_beside_what_is_printed(capsys, notebook, graded):
    graded(result(0))
    where = ["--junit", "new/folder/junit.xml", "--gradescope", "results.json"]
    where += ["--html", "new/page.html"]
    assert main(["check", str(notebook), *where]) == NO
    assert "Total: 0 of 1 point" in capsys.readouterr().out
    assert 'failures="1"' in Path("new/folder/junit.xml").read_text(encoding="utf-8")
    assert "Part by part" in Path("new/page.html").read_text(encoding="utf-8")
    assert json.loads(Path("results.json").read_text(encoding="utf-8"))["score"] == 0


def test_without_a_score_gradescope_finds_no_file_not_even_an_old_one(capsys, notebook, graded):
    graded(result(None, reason="It is a pipe."))
    Path("results.json").write_text("{}", encoding="utf-8")
    assert main(["check", str(notebook), "--gradescope", "results.json"]) == BROKEN
    assert not Path("results.json").exists()
    said = capsys.readouterr().err
    assert said == "grader: results.json is not written, because there is no score. It is a pipe.\n"


@pytest.mark.parametrize("option", ["--junit", "--gradescope"])
def test_no_notebook_is_lost_where_the_name_of_a_file_was_forgotten(capsys, notebook, option):
    before = notebook.read_bytes()
    assert f"{option} takes the name of a file to write" in complaint(capsys, "check", option, notebook.name, ".")
    assert notebook.read_bytes() == before


def test_a_pipe_is_written_to_and_stays_what_it_is(notebook, graded):
    graded(result(1))
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert main(["check", notebook.name, "--gradescope", "pipe"]) == OK
    assert json.loads(os.read(reader, 2**16))["score"] == 1
    os.close(reader)
    assert Path("pipe").is_fifo()


def test_for_github_there_are_annotations_after_a_log_without_commands(capsys, notebook, graded, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", "output")
    graded(result(0))
    assert main(["check", notebook.name, "--github"]) == NO
    first, *_, stop, annotation = capsys.readouterr().out.splitlines()
    assert first.replace("stop-commands::", "") + "::" == stop
    assert annotation.startswith("::error file=n.ipynb,line=")
    line = int(annotation.partition("line=")[2].partition(",")[0])
    assert "def sgd" in notebook.read_text(encoding="utf-8").splitlines()[line - 1]
    assert Path("output").read_text(encoding="utf-8").startswith("result=")


def test_with_json_for_github_only_json_goes_to_stdout(capsys, notebook, graded):
    graded(result(0))
    assert main(["check", str(notebook), "--github", "--json"]) == NO
    said = capsys.readouterr()
    assert json.loads(said.out)["results"][0]["score"] == 0
    assert said.err.startswith("::error file=")


def test_a_submissions_folder_is_annotated_at_its_notebook(capsys, notebook, graded, tmp_path):
    graded(result(0))
    (tmp_path / "zoe").mkdir()
    notebook.rename(tmp_path / "zoe" / f"{NAME}.ipynb")
    assert main(["check", "zoe", "--github"]) == NO
    assert f"::error file=zoe/{NAME}.ipynb,line=" in capsys.readouterr().out


def test_seed_assignment_and_name_reach_the_grader(notebook, graded, capsys):
    asked = graded(result(), result(), result())
    main(["check", "n.ipynb"])
    main(["check", "--seed", "-7", "n.ipynb"])
    main(["check", "--seed", "0", "--assignment", NAME, "./n.ipynb"])
    assert [request["seed"] for request in asked] == [PUBLIC_SEED, -7, 0]
    assert [request["name"] for request in asked] == ["n.ipynb"] * 3
    assert all(request["data"] == notebook.read_bytes() for request in asked)
    assert [[assignment.name for assignment in request["assignments"]] for request in asked] == [[NAME]] * 3
    assert asked[0]["assignments"][0].cells == ()


def test_in_a_course_its_notebook_is_what_is_graded_against(notebook, graded, capsys, tmp_path, monkeypatch):
    root = make_course(tmp_path / "course", notebook.read_bytes())
    asked = graded(result(), result())
    main(["check", "n.ipynb", "--course", str(root)])
    monkeypatch.chdir(root)
    main(["check", str(notebook)])
    for request in asked:
        assert {cell.grade_id for cell in request["assignments"][0].cells} >= {"setup", "sgd"}


def test_a_file_that_is_too_large_is_not_even_read(tmp_path, capsys):
    with (tmp_path / "huge.ipynb").open("wb") as file:
        file.truncate(2**40)
    assert main(["check", "huge.ipynb"]) == BROKEN
    assert "Could not grade: It has 1048576 MiB; at most 10 are read." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The file is empty."),
        (b"not a notebook", "The file is not JSON"),
        (b'{"cells": [], "nbformat": 4}', "None of its cells belongs to an assignment"),
    ],
)
def test_a_file_that_is_no_notebook_is_ungradable_and_no_crash(tmp_path, capsys, data, reason):
    (tmp_path / "odd.ipynb").write_bytes(data)
    assert main(["check", "odd.ipynb"]) == BROKEN
    assert f"Could not grade: {reason}" in capsys.readouterr().out
    assert main(["check", "--json", "odd.ipynb"]) == BROKEN
    [found] = json.loads(capsys.readouterr().out)["results"]
    assert (found["status"], found["score"], found["notebook"]) == ("ungradable", None, "odd.ipynb")
    assert found["reason"].startswith(reason)


# the other commands


def test_the_gate_answers_with_its_findings(capsys, tmp_path, monkeypatch):
    root = make_course(tmp_path / "course", b"{}")
    for findings, code in (
        ([Finding(True, "a holds."), Finding(True, "b holds.")], OK),
        ([Finding(True, "a holds."), Finding(False, "b does not.")], NO),
        ([Finding(False, "a does not."), Finding(True, "b holds.")], NO),
    ):
        monkeypatch.setattr(gate, "examine", lambda course, name, forkserver, said=findings: iter(said))
        for arguments in (["gate"], ["gate", NAME]):
            assert main([*arguments, "--course", str(root)]) == code
            lines = capsys.readouterr().out.splitlines()
            assert len(lines) == 2
            for line, finding in zip(lines, findings, strict=True):
                assert line.startswith(f"{NAME}: {'ok ' if finding.ok else 'NOT OK '}")
                assert line.endswith(finding.sentence)


def test_the_demonstration_says_whether_it_came_out_right(capsys, tmp_path, monkeypatch):
    root = make_course(tmp_path / "course", b"{}")
    asked = []

    def run_demo(course, folder, console, *, students, assignments):
        asked.append((course.root, folder, students))
        return students != 3

    monkeypatch.setattr(demo, "run_demo", run_demo)
    monkeypatch.chdir(root)
    assert main(["demo"]) == OK
    assert main(["demo", "elsewhere", "--students", "3"]) == NO
    assert asked == [(root, Path("demo"), None), (root, Path("elsewhere"), 3)]


@pytest.mark.parametrize("problem", [demo.NotEmpty("demo exists."), NbgraderFailed("`nbgrader collect` failed: no.")])
def test_a_demonstration_that_cannot_go_on_says_why(capsys, tmp_path, monkeypatch, problem):
    def run_demo(*arguments: object, **options: object) -> bool:
        raise problem

    monkeypatch.setattr(demo, "run_demo", run_demo)
    root = make_course(tmp_path / "course", b"{}")
    assert complaint(capsys, "demo", "--course", str(root)) == str(problem)


def test_the_doctor_says_what_is_missing_and_whether_that_matters(capsys, monkeypatch):
    def finding(ok: bool, essential: bool) -> SimpleNamespace:
        return SimpleNamespace(
            ok=ok, essential=essential, topic="a topic", sentence="[red]as it is", cure="apt install it"
        )

    for found, code in (
        ([finding(True, True)], OK),
        ([finding(True, True), finding(False, False)], OK),
        ([finding(True, True), finding(False, True)], NO),
    ):
        monkeypatch.setattr(doctor, "examine", lambda found=found: found)
        assert main(["doctor"]) == code
        said = capsys.readouterr().out
        assert said.count("a topic: [red]as it is") == len(found)
        assert ("cure: apt install it" in said) is any(not each.ok for each in found)
        assert ("cannot grade" in said) is (code == NO)


def test_an_interruption_is_no_traceback(capsys, notebook, monkeypatch):
    def interrupt(start: Path | None = None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(course, "find_course", interrupt)
    assert main(["check", "n.ipynb"]) == 130
    assert capsys.readouterr().err == "grader: interrupted.\n"


@pytest.mark.parametrize("command", [[], ["check"], ["gate"], ["demo"], ["doctor"]])
def test_every_command_explains_itself(capsys, command):
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"usage: grader{''.join(' ' + word for word in command)} ")
    assert said.err == ""


def test_help_and_complaints_come_without_loading_anything_heavy(tmp_path):
    script = (
        "import sys\n"
        "from grader.cli import main\n"
        "assert main([]) == main(['check', '--seed', 'x', 'y']) == 2\n"
        "try:\n"
        "    main(['--help'])\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        "heavy = {'mxnet', 'hypothesis', 'nbgrader', 'nbformat', 'numpy', 'matplotlib', 'IPython', 'jinja2', 'rich'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (0, 2), done.stderr
    assert "COMMAND" in done.stdout


def test_python_m_grader_is_the_same_command(tmp_path):
    command = [sys.executable, "-m", "grader", "check", str(tmp_path / "missing.ipynb")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (cli.BROKEN, "")
    assert done.stderr == f"grader: There is no notebook {tmp_path / 'missing.ipynb'}.\n"


@pytest.mark.parametrize(
    "error", [PermissionError(13, "Permission denied", "demo"), OSError(28, "No space left on device")]
)
def test_a_system_that_refuses_is_one_sentence(error, monkeypatch, capsys) -> None:
    def refuse(start: Path | None = None) -> None:
        raise error

    monkeypatch.setattr("grader.course.find_course", refuse)
    assert main(["gate"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("grader: ")
    assert error.strerror in said
    assert said.count("\n") == 1


# a class


@pytest.fixture
def class_of(monkeypatch):
    """A class that is graded and exported as told, and what the export was asked for."""
    from grader.cohort import command, export

    def pretend(*, everybody: bool = True, remarks: tuple[str, ...] = ()) -> list[dict]:
        asked: list[dict] = []
        monkeypatch.setattr(cli, "_find_course", lambda options: None)
        monkeypatch.setattr(command, "grade_class", lambda *arguments, **named: everybody)
        monkeypatch.setattr(export, "export_class", lambda *given, **named: asked.append(named) or list(remarks))
        return asked

    return pretend


@pytest.mark.parametrize("verb", ["grade", "export"])
def test_grade_and_export_write_the_same_files(class_of, verb):
    asked = class_of()
    arguments = ["--canvas", "c.csv", "--roster", "r.csv", "--column", "Homework", "--json", "j.json"]
    assert main([verb, NAME, *arguments]) == OK
    files = {"canvas": Path("c.csv"), "roster": Path("r.csv"), "json": Path("j.json")}
    assert asked == [{"moodle": None, "junit": None, "column": "Homework", **files}]


def test_grade_exports_nothing_unless_asked(class_of):
    asked = class_of()
    assert main(["grade", NAME]) == OK
    assert asked == []


@pytest.mark.parametrize(("everybody", "remarks"), [(False, ()), (True, ("ada is left out.",))])
def test_the_files_are_written_also_where_the_answer_is_no(capsys, class_of, everybody, remarks):
    asked = class_of(everybody=everybody, remarks=remarks)
    assert main(["grade", NAME, "--junit", "j.xml"]) == NO
    assert len(asked) == 1
    assert capsys.readouterr().err == "".join(f"grader: {remark}\n" for remark in remarks)
