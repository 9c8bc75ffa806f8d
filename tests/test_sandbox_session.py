"""A submission's run: what ends one cell or one call costs that cell or call, and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from grader.sandbox import protocol
from grader.sandbox.limits import Limits
from grader.sandbox.problems import SandboxProblem, WorkerEnded
from grader.sandbox.remote import RemoteSubject
from grader.sandbox.session import MAX_RESTARTS, Session
from grader.subject import Crashed, Raised, Tensor, TimedOut

pytestmark = pytest.mark.slow
LIMITS = Limits(cell_seconds=1, call_seconds=1, cpu_seconds=20, output_bytes=200_000)


@pytest.fixture
def session(forkserver):
    with Session(forkserver) as opened:
        yield opened


def printed(session: Session, source: str) -> str:
    outputs = json.loads(session.run_cell(source).outputs)
    return "".join(output.get("text", output["output_type"]) for output in outputs)


ENDS = {
    "import os\nos._exit(0)": "ended the whole process",
    "import os\nos.abort()": "an abort",
    "import ctypes\nctypes.string_at(0)": "a segmentation fault",
    "import os\nos.kill(os.getpid(), 9)": "SIGKILL",
    "import os\nos.kill(os.getpid(), 40)": "signal 40",
    "import os, time\nos.close(3)\ntime.sleep(9)": "SIGKILL",
    "import os\nos.write(3, b'\\xff' * 8)\nimport time\ntime.sleep(9)": "an invalid reply",
}


@pytest.mark.parametrize("cell", ENDS)
def test_a_cell_that_ends_the_process_costs_itself_only(session, cell):
    assert printed(session, "x = 1") == ""
    with pytest.raises(WorkerEnded, match=ENDS[cell]):
        session.run_cell("x = 2\n" + cell)
    assert printed(session, "x += 10\nprint(x)") == "11\n"


def test_a_cell_that_never_ends_is_cut_off_and_the_rest_goes_on(session):
    assert printed(session, "def twice(x):\n    return 2 * x") == ""
    with pytest.raises(WorkerEnded, match="took longer than 1 seconds") as caught:
        session.run_cell("import time\ntime.sleep(60)")
    assert caught.value.timed_out
    assert printed(session, "print(twice(21))") == "42\n"


def test_a_cell_that_raises_or_exits_is_an_ordinary_cell(session):
    for source in ("1 / 0", "raise SystemExit", "input('?')", "raise KeyboardInterrupt"):
        assert printed(session, source).startswith("error")
    assert printed(session, "exit()") == ""
    assert printed(session, "print('still here')") == "still here\n"


MIXED = """
import mxnet as mx
from grader import strict_devices, when_ready
try:
    with when_ready(), strict_devices():
        mx.nd.ones((1,)) + mx.nd.ones((1,), ctx=mx.cpu(1))
except mx.MXNetError as error:
    print(str(error).splitlines()[0])
print((mx.nd.ones((1,)) + mx.nd.ones((1,), ctx=mx.cpu(1))).asscalar())
"""


def test_the_strict_device_mode_works_in_a_cell_as_it_does_at_home(session):
    refused, mixed = printed(session, MIXED).splitlines()
    assert refused.endswith("is on cpu(0) while the 2-th argument is on cpu(1)")
    assert mixed == "2.0"


LEFT_ON = """
import mxnet as mx
from grader import strict_devices
strict_devices().__enter__()
def linreg(X, w, b):
    return mx.nd.dot(X, w) + b
"""


def test_checks_do_not_mind_a_strict_mode_that_was_left_on(session):
    assert printed(session, LEFT_ON) == ""
    subject = RemoteSubject(session)
    arrays = np.ones((2, 3)), np.ones((3, 1)), np.ones(1)
    for device in ("cpu(0)", "cpu(1)"):
        called = subject.call("linreg", *arrays, device=device)
        assert isinstance(called.value, Tensor)
        assert called.value.device == device
    assert subject.gradients("linreg", *arrays, head=np.ones((2, 1))).gradients is not None


FUNCTIONS = """
import os, time, ctypes
from mxnet import nd
calls = 0
def linreg(X, w, b):
    global calls
    calls += 1
    how = int(b.asscalar())
    if how == 1: os._exit(0)
    if how == 2: ctypes.string_at(0)
    if how == 3:
        while True: pass
    if how == 4: raise KeyError("x")
    if how == 5: os.abort()
    return nd.dot(X, w) + calls
"""
ONE = np.ones((1, 1))


def call(session: Session, how: int) -> float:
    found = RemoteSubject(session).call("linreg", ONE, ONE, [how])
    return float(found.value.exact().item())


@pytest.mark.parametrize(("how", "fault"), [(1, Crashed), (2, Crashed), (3, TimedOut), (4, Raised), (5, Crashed)])
def test_a_function_that_does_so_costs_the_call_and_the_notebook_comes_back(session, how, fault):
    session.run_cell(FUNCTIONS)
    assert [call(session, 0), call(session, 0)] == [2.0, 3.0]
    with pytest.raises(fault):
        call(session, how)
    # A process that ended is a new one, as the notebook left it; one that only raised goes on.
    assert call(session, 0) == (2.0 if fault is Crashed else 5.0)


def test_after_so_many_restarts_there_is_no_further_one(session):
    session.run_cell("x = 1")
    for _ in range(MAX_RESTARTS + 1):
        with pytest.raises(WorkerEnded, match="ended the whole process"):
            session.run_cell("import os\nos._exit(0)")
    for _ in range(2):
        with pytest.raises(WorkerEnded, match="restarted too often"):
            session.run_cell("x = 2")
        with pytest.raises(WorkerEnded, match="restarted too often"):
            session.ask(protocol.Reseed(1), 5)


def test_a_cell_that_fails_only_when_run_again_is_left_out(session):
    session.run_cell("import os, time\nkept = 'kept'")
    # The second time this cell runs, the moment it was first run is past.
    until = time.time() + 0.5
    session.run_cell(f"if time.time() > {until}: os._exit(2)")
    time.sleep(0.6)
    with pytest.raises(WorkerEnded):
        session.run_cell("os._exit(1)")
    assert printed(session, "print(kept)") == "kept\n"


def test_time_that_is_slept_away_is_counted_in_all(forkserver, monkeypatch):
    limited = Limits(**{**{f: getattr(LIMITS, f) for f in LIMITS.__struct_fields__}, "total_seconds": 1.5})
    monkeypatch.setattr(forkserver, "limits", limited)
    with Session(forkserver) as session:
        session.run_cell("import time\ntime.sleep(0.8)\nx = 1")
        with pytest.raises(WorkerEnded, match=r"longer than 1\.5 seconds in all"):
            session.run_cell("time.sleep(0.9)")
        with pytest.raises(WorkerEnded, match="in all"):
            session.run_cell("print(x)")
        with pytest.raises(Crashed):
            call(session, 0)


def test_a_reply_of_another_kind_ends_the_worker(session):
    session.run_cell("x = 1")
    tamper = """
import sys, msgspec
for frame in sys._current_frames().values():
    while frame and "protocol" not in frame.f_globals:
        frame = frame.f_back
    if frame: break
frame.f_globals["protocol"].encode = lambda m: msgspec.msgpack.encode({"id": m.id, "reply": {"type": "Done"}})
"""
    with pytest.raises(WorkerEnded, match="invalid reply") as caught:
        session.run_cell(tamper)
    assert caught.value.violation
    assert printed(session, "print(x)") == "1\n"


def test_a_second_reply_nobody_asked_for_ends_the_worker(session):
    forged = """
import os, struct, msgspec
data = msgspec.msgpack.encode({"id": 2, "reply": {"type": "CellOutputs", "outputs": "[]", "omitted": 0}})
os.write(3, struct.pack("<I", len(data)) + data)
"""
    session.run_cell(forged)  # taken for the answer: the cell's own comes when nobody waits for it
    with pytest.raises(WorkerEnded, match="invalid reply"):
        session.run_cell("print('hello')")


def test_output_has_a_budget_for_the_whole_notebook(session):
    done = [session.run_cell("print('x' * 30_000)") for _ in range(10)]
    assert 100_000 < sum(len(one.outputs) for one in done) < 1.1 * LIMITS.output_bytes
    assert [one.omitted > 0 for one in done] == [False] * 6 + [True] * 4
    assert done[-1].outputs == "[]"


def test_streams_arrive_in_the_order_in_which_they_can_be_told_apart(session):
    """No clock decides how output is cut up: what a cell wrote is sent before a picture, and when it ends."""
    show = "from IPython.display import display\nimport sys, time\n"
    outputs = json.loads(
        session.run_cell(
            show + "for i in range(3):\n    print(i); print('e', file=sys.stderr); time.sleep(0.3)\n"
            "display(7)\nprint('after')\nsys.stdout.write(1)"
        ).outputs
    )
    assert [output.get("text", output.get("ename", "data")) for output in outputs] == [
        "0\n1\n2\n",
        "e\ne\ne\n",
        "data",
        "after\n",
        "TypeError",
    ]


def test_what_a_thread_prints_later_is_shown_with_a_later_cell(session):
    session.run_cell("import threading, time\nthread = threading.Timer(0.2, print, ['late'])\nthread.start()")
    assert "late" in printed(session, "thread.join()\nprint('joined')")


def test_two_sessions_after_another_share_nothing(forkserver):
    with Session(forkserver) as session:
        session.run_cell("import builtins, numpy\nbuiltins.print = None\nnumpy.left = 1\nx = 1")
    with Session(forkserver) as session:
        assert printed(session, "import numpy\nprint('x' in globals(), hasattr(numpy, 'left'))") == "False False\n"


def test_a_session_without_its_forkserver_is_our_problem():
    class Gone:
        limits = LIMITS

        def child(self):
            raise SandboxProblem("The forkserver has ended.")

    with Session(Gone()) as session, pytest.raises(SandboxProblem):  # type: ignore[arg-type]
        session.run_cell("1")


ROOT = Path(__file__).resolve().parents[1]
CLOSES_IN_CHILDREN = """
import os
held = os.open(os.devnull, os.O_RDONLY)
os.register_at_fork(after_in_child=lambda: os.close(held))
from grader.sandbox import levels
with levels.open_forkserver() as forkserver:
    print(held, forkserver.alive)
"""


def test_a_forkserver_starts_where_a_library_closes_its_files_in_every_child():
    """As matplotlib does with the fonts it has open: descriptor 3 may be one of them."""
    done = subprocess.run([sys.executable, "-c", CLOSES_IN_CHILDREN], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout == "3 True\n", done.stderr
