"""`grader grade --dask`: the workers of a cluster give what local processes give, and whatever is lost costs nobody.

The schedulers and workers are real ones, on this machine; only the last test lets them really grade. Elsewhere a
program that does what it is told is in the place of the grading process.
"""

from __future__ import annotations

import http.server
import io
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.cli import main
from grader.cohort import cluster, cluster_worker, command, pool
from grader.cohort.cluster import ClusterPool, ClusterProblem
from grader.cohort.messages import Done, Down, Fault, Job, Unable, Up, decode_message, encode
from grader.cohort.pool import Task
from grader.cohort.progress import Progress
from grader.cohort.run import CohortAutograde
from grader.records import Record, grader_digest
from tests.desk import ROOT, Desk, configuration, generate, state
from tests.malformed import NAME
from tests.test_cohort import hand_in

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

FAKE = "from grader.cohort import pool; pool.PROGRAM = 'tests.fake_worker'\n"
OTHER_VERSION = FAKE + "from grader.cohort import cluster_worker; cluster_worker.grader_digest = lambda: 'another'\n"
NO_GRADER = """
import sys
class Nowhere:
    def find_spec(name, *_):
        if name.partition(".")[0] == "grader":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Nowhere)
"""
LOCAL = ["--host", "127.0.0.1"]


@contextmanager
def process(code: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


@contextmanager
def scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    arguments = [*LOCAL, "--port", str(port), "--no-dashboard"]
    with process(f"from distributed.cli.dask_scheduler import main; main({arguments})") as started:
        yield f"tcp://127.0.0.1:{port}", started


@pytest.fixture(scope="module")
def running():
    with scheduler() as (address, _):
        yield address


@contextmanager
def workers(
    address: str, *before: str, threads: int = 1, **environment: str
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A worker for each of these beginnings of its program."""
    arguments = [address, *LOCAL, "--nthreads", str(threads), "--no-nanny", "--no-dashboard", "--memory-limit", "0"]
    code = f"from distributed.cli.dask_worker import main; main({arguments})"
    with ExitStack() as stack:
        yield [stack.enter_context(process(one + code, **environment)) for one in before]


@pytest.fixture(autouse=True)
def patient(monkeypatch) -> None:
    """This machine may have much else to do."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 60.0)


def task(notebook: str) -> Task[str]:
    return Task(notebook, Job(notebook.encode(), 1))


def told(outcome: Done | Fault) -> str:
    return outcome.problem if isinstance(outcome, Fault) else outcome.executed.notebook.decode()


def results(address: str, *notebooks: str) -> tuple[dict[str, str], str]:
    """What becomes of each notebook, in the words of the fault if there is one, and what was said meanwhile."""
    said: list[str] = []
    with ClusterPool(address, said.append) as opened:
        opened.await_one()
        got = {done.taken: told(outcome) for done, outcome in opened.run(map(task, notebooks))}
    return got, "\n".join(said)


# what a worker does


@pytest.fixture
def fake(monkeypatch) -> Iterator[None]:
    monkeypatch.setattr(pool, "PROGRAM", "tests.fake_worker")
    monkeypatch.setattr(cluster_worker, "_own", threading.local())
    yield
    cluster_worker._bench()._end()


def graded(notebook: str) -> Any:
    return decode_message(cluster_worker.grade(encode(Job(notebook.encode(), 1)), grader_digest()))


@pytest.mark.usefixtures("fake")
def test_a_thread_keeps_its_process_and_replaces_it_when_it_dies(tmp_path):
    assert decode_message(cluster_worker.prove(grader_digest())) == Up("pretended")
    first = cluster_worker._bench()._pool._workers[0].process.pid
    assert told(graded("echo 1")) == "echo 1"
    assert cluster_worker._bench()._pool._workers[0].process.pid == first
    assert told(graded(f"die {tmp_path / 'a'}")) == f"die {tmp_path / 'a'}"
    assert "so did another: it was ended by SIGKILL" in told(graded("die"))
    assert told(graded("echo 2")) == "echo 2"


@pytest.mark.usefixtures("fake")
def test_a_process_without_work_ends_and_the_next_notebook_has_another(monkeypatch):
    monkeypatch.setattr(cluster_worker, "IDLE_SECONDS", 0.0)
    assert told(graded("echo 1")) == "echo 1"
    cluster_worker._bench()._idle.join()
    assert cluster_worker._bench()._pool is None
    assert told(graded("echo 2")) == "echo 2"


@pytest.mark.usefixtures("fake")
def test_a_worker_that_cannot_grade_says_why(monkeypatch):
    monkeypatch.setenv("FAKE_START", "down")
    assert decode_message(cluster_worker.prove(grader_digest())) == Down("No walls.")
    assert graded("echo") == Unable("No walls.")
    assert decode_message(cluster_worker.prove("another")) == Down(cluster_worker.OTHER_GRADER)
    assert decode_message(cluster_worker.grade(b"", "another")) == Unable(cluster_worker.OTHER_GRADER)
    monkeypatch.setattr(cluster_worker, "Pool", lambda size: 1 / 0)
    assert graded("echo") == Unable("ZeroDivisionError: division by zero")


# a cluster


@pytest.mark.slow
def test_processes_that_die_and_workers_that_are_killed_cost_nobody_anything(running, tmp_path):
    notebooks = [f"echo {number}" for number in range(8)]
    notebooks[2:2] = [f"die {tmp_path / 'a'}", f"unable {tmp_path / 'b'}", f"orphan {tmp_path / 'c'}", "fault"]
    with workers(running, FAKE, FAKE, threads=2):
        got, said = results(running, *notebooks)
    assert got == {**{book: book for book in notebooks}, "fault": "KeyError: 'a detail'"}
    assert "is gone; " in said


@pytest.mark.slow
def test_a_notebook_that_costs_several_workers_cannot_be_graded(running, monkeypatch):
    monkeypatch.setattr(cluster, "MOST_LOSSES", 2)
    with workers(running, FAKE, FAKE, FAKE):
        got, _ = results(running, "orphan", "echo 1", "echo 2")
    assert got == {"orphan": "2 workers in a row were lost with it.", "echo 1": "echo 1", "echo 2": "echo 2"}


@pytest.mark.slow
def test_a_worker_that_cannot_prove_itself_is_named_and_given_nothing(running):
    said: list[str] = []
    with workers(running, FAKE), ClusterPool(running, said.append) as opened:
        opened.await_one()  # where there are only such as cannot, the run ends
        with workers(running, OTHER_VERSION, NO_GRADER), workers(running, "", PATH="/nowhere"):
            # The class is as large as it takes for all of them to have been met.
            notebooks = (task("echo") for _ in takewhile(lambda _: len(said) < 3, range(20_000)))
            got = [told(outcome) for _, outcome in opened.run(notebooks)]
    assert set(got) == {"echo"}
    words = "\n".join(said)
    assert words.count("The worker tcp://127.0.0.1:") == 3
    assert "is given nothing to grade: Student code cannot be shut in on this machine" in words
    assert cluster_worker.OTHER_GRADER in words
    assert "ModuleNotFoundError" in words


@pytest.mark.slow
def test_a_worker_that_comes_later_is_used(running):
    seen: set[str] = set()
    with workers(running, FAKE), ClusterPool(running, lambda line: None) as opened, ExitStack() as later:
        opened.await_one()
        notebooks = (task("who") for _ in takewhile(lambda _: len(seen) < 2, range(20_000)))
        for _, outcome in opened.run(notebooks):
            if not seen:
                later.enter_context(workers(running, FAKE))
            seen.add(told(outcome))
    assert len(seen) == 2


def test_what_the_driver_knows_of_its_workers_does_not_grow_with_the_class():
    """Also while one of them is always idle: what is no longer true of the others never comes to the top by itself."""
    opened = ClusterPool.__new__(ClusterPool)
    idle, busy = (cluster._Host(address, threads=4, isolation="pretended") for address in ("idle", "busy"))
    opened._hosts, opened._room, opened._changes = {"idle": idle, "busy": busy}, [], itertools.count()
    opened._changed(idle)
    busy.flights.append(cluster._Flight(None, None))
    for _ in range(100):
        busy.flights.append(cluster._Flight(None, None))
        opened._changed(busy)
        busy.flights.pop()
        opened._changed(busy)
        assert opened._with_room() is idle
    assert len(opened._room) <= 4
    del opened._hosts["idle"]
    assert opened._with_room() is busy


@pytest.mark.slow
def test_where_no_worker_can_grade_the_run_ends_with_the_reason(running, monkeypatch):
    monkeypatch.setattr(cluster, "ALONE_SECONDS", 0.0)
    with pytest.raises(ClusterProblem, match=f"^The Dask cluster at {running} has no workers.$"):
        results(running, "echo")
    monkeypatch.setattr(cluster, "ALONE_SECONDS", 600.0)
    with (
        workers(running, FAKE, FAKE_START="down"),
        pytest.raises(ClusterProblem, match=r"can grade\. .* No walls\."),
    ):
        results(running, "echo")


@pytest.mark.slow
def test_when_the_last_worker_is_lost_the_run_ends_with_a_sentence(running, monkeypatch):
    with workers(running, FAKE), ClusterPool(running, lambda line: None) as opened:
        opened.await_one()
        monkeypatch.setattr(cluster, "ALONE_SECONDS", 0.0)
        [(_, outcome)] = opened.run(iter([task("echo 1")]))
        assert told(outcome) == "echo 1"
        with pytest.raises(ClusterProblem, match="has no workers"):
            list(opened.run(map(task, ["orphan", "echo 2"])))


@pytest.mark.slow
def test_when_the_scheduler_is_lost_the_run_ends_with_a_sentence():
    said: list[str] = []
    with scheduler() as (address, program), workers(address, FAKE), ClusterPool(address, said.append) as opened:
        opened.await_one()
        opened._client._timeout = 1.0  # for which it would try to find the scheduler again
        endless = opened.run(task("echo") for _ in iter(int, 1))
        next(endless)
        program.send_signal(signal.SIGKILL)
        with pytest.raises(ClusterProblem, match=f"^The Dask scheduler at {address} is gone, or has dropped our work"):
            list(endless)
    assert said == []


class Silent(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def of_another_kind() -> Iterator[str]:
    with http.server.HTTPServer(("127.0.0.1", 0), Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def course(tmp_path) -> Path:
    (tmp_path / "assignments").mkdir()
    (tmp_path / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.root = {str(tmp_path)!r}\n")
    return tmp_path


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "nowhere.invalid:8786", "", "tcp://", "http"])
def test_where_no_scheduler_answers_the_command_says_so(course, capsys, monkeypatch, of_another_kind, address):
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1.0)
    address = of_another_kind if address == "http" else address
    assert main(["grade", NAME, "--dask", address, "--course", str(course)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"grader: No Dask scheduler answers at {address}: ")
    assert said.count("\n") == 1


def test_jobs_and_a_cluster_exclude_each_other(course, capsys):
    assert main(["grade", NAME, "--dask", "a:1", "--jobs", "2", "--course", str(course)]) == 2
    assert "not allowed with argument --dask" in capsys.readouterr().err


def test_without_its_package_the_command_says_what_to_install(course, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "grader.cohort.cluster")
    monkeypatch.delattr("grader.cohort.cluster")
    assert main(["grade", NAME, "--dask", "a:1", "--course", str(course)]) == 2
    assert "pip install -e '.[cluster]'" in capsys.readouterr().err


def test_a_dask_worker_loads_neither_mxnet_nor_nbgrader():
    code = "import sys, grader.cohort.cluster_worker; sys.exit(any(m in sys.modules for m in ('mxnet', 'nbgrader')))"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


def test_dask_is_imported_only_where_it_is_asked_for():
    code = "import sys, grader.cli, grader.cohort.command, grader.cohort.run; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0


# the whole


class Deadly(Progress):
    """Kills a process when the first result has come."""

    victim: Any = None

    def graded(self, record: Record, *, anew: bool = True) -> None:
        if self.victim is not None:
            self.victim.kill()
        super().graded(record, anew=anew)


@pytest.mark.slow
def test_a_class_graded_on_a_cluster_is_the_one_that_local_processes_grade(tmp_path, running):
    start = generate(tmp_path / "start")
    desk = Desk(start, configuration(start))
    hand_in(desk)
    desk.hand_in("emil")
    desk.hand_in("fay")
    states = {}
    for kind in ("local", "cluster"):
        root = tmp_path / kind
        shutil.copytree(start, root)
        with ExitStack() as stack:
            desk = Desk(root, configuration(root))
            converter = CohortAutograde(coursedir=desk.directory(), config=desk.config)
            converter.jobs, converter.progress = 2, Deadly(Console(file=io.StringIO()))
            if kind == "cluster":
                [converter.progress.victim, _] = stack.enter_context(workers(running, "", ""))
                converter.cluster = command.connect(running, converter.progress)
            converter.start()
        states[kind] = state(root)
        assert "6 submissions: 0 graded, 5 partial, 1 ungradable" in converter.progress.summary()
    assert states["local"] == states["cluster"]
