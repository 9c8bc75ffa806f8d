"""A gradebook in PostgreSQL: everything is as in SQLite, and several assignments may be graded into it at once.

The server is a real one, started here for these tests; where there is none, they are skipped.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from nbgrader.apps import ExportApp
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import create_engine, text

from grader import gradebook
from grader.cohort import run
from grader.course import Course
from grader.demo import _copy_course
from grader.export import QuotedCsvExport
from grader.gradebook import RunGradebook
from grader.gradebook_copy import NotCopied, copy_gradebook
from tests.desk import ROOT, Desk, configuration, generate, open_desk
from tests.malformed import NAME
from tests.test_cohort import ALL_CURRENT, ALL_DONE, PretendedPool, grade, hand_in, in_a_child

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

OTHER = "iterators_and_contexts"
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if os.getuid() == 0 else {}
"""A server refuses to run as root."""


def programs() -> Path:
    """The folder of PostgreSQL's programs; Debian does not put the server's on PATH."""
    on_path = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not debian and on_path is None:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt install postgresql)")
    return debian[-1].parent if debian else Path(str(on_path)).parent


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The start of the addresses of this server's databases."""
    where = programs()
    folder = Path(tempfile.mkdtemp(prefix="grader-postgres-"))
    folder.chmod(0o755)
    data = folder / "data"
    data.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        if NOBODY:
            os.chown(data, NOBODY["user"], NOBODY["group"])
        made = [where / "initdb", "-D", data, "-U", "grader", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(made, check=True, cwd="/", stdout=subprocess.DEVNULL, **NOBODY)
        settings = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "fsync=off"]
        arguments = [argument for setting in settings for argument in ("-c", setting)]
        program = subprocess.Popen(
            [where / "postgres", "-D", data, *arguments], cwd="/", stderr=subprocess.DEVNULL, **NOBODY
        )
        stack.callback(program.wait)
        stack.callback(program.terminate)
        ready = [where / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
        while subprocess.run(ready, check=False).returncode:
            assert program.poll() is None, "the server has ended"
        yield f"postgresql+psycopg://grader@127.0.0.1:{port}/"


def administer(server: str, statement: str) -> None:
    engine = create_engine(server + "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="module")
def template(server, tmp_path_factory) -> tuple[Path, str]:
    """A course after `nbgrader generate_assignment`, of two assignments, and the name of its database."""
    administer(server, "CREATE DATABASE template_course")
    root = tmp_path_factory.mktemp("generated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.desk.configuration", lambda root: in_postgres(root, server + "template_course"))
        generate(root)
    config = in_postgres(root, server + "template_course")
    GenerateAssignment(coursedir=CourseDirectory(config=config, assignment_id=OTHER), config=config).start()
    return root, "template_course"


def in_postgres(root: Path, url: str) -> Any:
    config = configuration(root)
    config.CourseDirectory.db_url = url
    return config


numbers = count()


@pytest.fixture
def desk(server, template, tmp_path, monkeypatch) -> Desk:
    root, database = template
    mine = f"course_{next(numbers)}"
    administer(server, f"CREATE DATABASE {mine} TEMPLATE {database}")
    opened = open_desk(root, tmp_path / "course", monkeypatch)
    opened.config.CourseDirectory.db_url = server + mine
    monkeypatch.setattr(run, "Pool", type("ThisPool", (PretendedPool,), {}))
    hand_in(opened)
    return opened


def seen(desk: Desk) -> dict[str, object]:
    """What grading has written about those who can be graded."""
    return {
        student: (desk.scores(student), desk.waiting(student), desk.autograded(student))
        for student in ("ada", "cleo", "dora")
    }


@pytest.mark.slow
def test_a_class_is_graded_as_with_sqlite(desk, tmp_path, monkeypatch):
    assert grade(desk) == ALL_DONE
    assert grade(desk) == ALL_CURRENT
    assert desk.autograde() == "1 of 4 submissions could not be graded."
    assert grade(desk) == ALL_CURRENT
    assert "Not graded yet" in desk.feedback("bob")
    other = open_desk(generate(tmp_path / "generated"), tmp_path / "sqlite", monkeypatch)
    hand_in(other)
    assert grade(other) == ALL_DONE
    assert seen(desk) == seen(other)


def test_the_export_says_who_has_no_score(desk, tmp_path):
    grade(desk)
    app = ExportApp()
    app.coursedir = desk.directory()
    exporter = QuotedCsvExport(parent=app, to=str(tmp_path / "grades.csv"))
    with desk.gradebook() as book:
        exporter.export(book)
    rows = (tmp_path / "grades.csv").read_text().splitlines()
    assert [row.rpartition(",")[2] for row in rows if NAME in row and "bob" in row] == ["could not grade"]


@pytest.mark.slow
def test_two_assignments_are_graded_at_once_into_one_database(desk, tmp_path):
    desk.score = 1  # no part has fewer points
    book = (ROOT / "assignments" / OTHER / f"{OTHER}.ipynb").read_bytes()
    for student in ("ada", "emil", "fay", "gus"):
        desk.hand_in(student)
        folder = desk.root / "submitted" / student / OTHER
        folder.mkdir()
        (folder / f"{OTHER}.ipynb").write_bytes(book)

    def graded(name: str) -> None:
        desk.directory = lambda **more: CourseDirectory(config=desk.config, assignment_id=name, **more)
        (tmp_path / name).write_text(grade(desk))

    children = [threading.Thread(target=in_a_child, args=(lambda name=name: graded(name),)) for name in (NAME, OTHER)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert (tmp_path / NAME).read_text() == "7 submissions: 6 graded, 0 partial, 1 ungradable. 0 were"
    assert (tmp_path / OTHER).read_text() == "4 submissions: 4 graded, 0 partial, 0 ungradable. 0 were"


def test_two_runs_that_meet_the_same_new_student_both_go_on(desk):
    url = desk.config.CourseDirectory.db_url
    first, second = RunGradebook(url, "linreg", NAME), RunGradebook(url, "linreg", OTHER)
    first.update_or_create_student("zoe")
    waits = threading.Thread(target=lambda: (second.update_or_create_student("zoe"), second.save()))
    waits.start()
    first.save()
    waits.join()
    assert second.find_student("zoe").id == "zoe"
    first.end()
    second.end()


def test_a_gradebook_moves_from_sqlite_and_back_and_nothing_is_graded_again(server, tmp_path, monkeypatch):
    desk = open_desk(generate(tmp_path / "generated"), tmp_path / "course", monkeypatch)
    monkeypatch.setattr(run, "Pool", type("ThisPool", (PretendedPool,), {}))
    hand_in(desk)
    assert grade(desk) == ALL_DONE
    with desk.gradebook() as book:
        book.find_comment("why_reshape", NAME, NAME, "ada").manual_comment = "Zoë's “½” is right."
        book.db.commit()
    original, before = desk.config.CourseDirectory.db_url, seen(desk)
    administer(server, "CREATE DATABASE moved")
    there, back = server + "moved", f"sqlite:///{tmp_path / 'back.db'}"
    counts = copy_gradebook(original, there)
    assert copy_gradebook(there, back) == counts
    for url in (there, back):
        desk.config.CourseDirectory.db_url = url
        assert seen(desk) == before
        assert grade(desk) == ALL_CURRENT
    with pytest.raises(NotCopied, match="has tables already"):
        copy_gradebook(original, there)


def test_what_postgresql_cannot_hold_is_told_and_leaves_it_empty(server, tmp_path, monkeypatch):
    desk = open_desk(generate(tmp_path / "generated"), tmp_path / "course", monkeypatch)
    with desk.gradebook() as book:
        book.update_or_create_student("zoe", first_name="Z" * 300)  # SQLite takes it for the 128 characters there are
    administer(server, "CREATE DATABASE narrow")
    for _ in range(2):
        with pytest.raises(NotCopied, match="nothing was written: value too long"):
            copy_gradebook(desk.config.CourseDirectory.db_url, server + "narrow")


def test_two_folders_that_share_a_database_exclude_each_other(desk):
    url = desk.config.CourseDirectory.db_url
    excluded = f"{NAME} is being graded already, by process {os.getpid()} on {socket.gethostname()}. Wait"
    elsewhere = RunGradebook(url, "linreg", NAME)
    assert grade(desk).startswith(excluded)
    assert desk.autograde().startswith(excluded)
    elsewhere.end()
    assert grade(desk) == ALL_DONE


def test_a_run_whose_connection_is_lost_does_not_go_on_beside_another(desk, server):
    url = desk.config.CourseDirectory.db_url
    name = url.rpartition("/")[2]
    others = []

    def lose(task: Any) -> None:
        if task.taken.student == "cleo":
            where = f"FROM pg_stat_activity WHERE datname = '{name}'"
            administer(server, f"SELECT pg_terminate_backend(pid, 10000) {where}")
            others.append(RunGradebook(url, "linreg", NAME))

    run.Pool.before = staticmethod(lose)
    said = grade(desk)
    # Where a statement was under way it is that which ends the run.
    assert "is being graded already" in said or said.startswith(LOST)
    others[0].end()
    run.Pool.before = staticmethod(lambda task: None)
    assert grade(desk) == "4 submissions: 3 graded, 0 partial, 1 ungradable. 1 were"


LOST = "The gradebook cannot be read or written, so grading ends here: "


def test_a_locked_table_ends_the_run_in_a_sentence_and_loses_nothing(desk, monkeypatch):
    monkeypatch.setattr(gradebook, "LOCK_SECONDS", 0.1)
    engine = create_engine(desk.config.CourseDirectory.db_url)
    with engine.connect() as other:
        other.execute(text("LOCK TABLE grade IN ACCESS EXCLUSIVE MODE"))
        assert grade(desk).startswith(LOST + "canceling statement due to lock timeout")
    engine.dispose()
    assert grade(desk) == ALL_DONE


def test_a_connection_that_is_lost_ends_the_run_in_a_sentence_and_loses_nothing(desk, server):
    name = desk.config.CourseDirectory.db_url.rpartition("/")[2]

    def lose(task: Any) -> None:
        if task.taken.student == "cleo":
            administer(server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    run.Pool.before = staticmethod(lose)
    said = grade(desk)
    run.Pool.before = staticmethod(lambda task: None)
    # Where nothing was under way the next statement finds a new connection by itself.
    assert said == ALL_DONE or said.startswith(LOST)
    grade(desk)
    assert grade(desk) == ALL_CURRENT


def test_where_there_is_no_server_the_run_ends_in_a_sentence(desk):
    desk.config.CourseDirectory.db_url = "postgresql+psycopg://grader@127.0.0.1:1/course"
    said = grade(desk)
    assert said.startswith(LOST)
    assert "refused" in said
    assert "\n" not in said


def test_without_its_package_the_run_ends_with_what_to_install(desk, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    assert "pip install -e '.[postgres]'" in grade(desk)


def test_a_demonstration_leaves_the_course_s_own_database_alone(tmp_path):
    course = tmp_path / "own"
    (course / "assignments").mkdir(parents=True)
    (course / "nbgrader_config.py").write_text("c.CourseDirectory.db_url = 'postgresql://the.real/one'")
    copy = _copy_course(Course(course), tmp_path / "copy")
    config = SimpleNamespace(CourseDirectory=SimpleNamespace())
    exec((copy.root / "nbgrader_config.py").read_text(), {"c": config})
    assert config.CourseDirectory.db_url == f"sqlite:///{copy.workspace / 'gradebook.db'}"
