"""For each layer: what it stops, and that nothing else would: switched off once, the attack works."""

from __future__ import annotations

import json
import os
import socket
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import msgspec
import pytest

from grader.sandbox import client, levels, protocol
from grader.sandbox.client import BWRAP_LANDLOCK, LANDLOCK, Forkserver
from grader.sandbox.levels import open_forkserver
from grader.sandbox.limits import Limits
from grader.sandbox.problems import SandboxProblem, WorkerEnded
from grader.sandbox.session import Session

pytestmark = pytest.mark.slow
LIMITS = Limits(processes=40, scratch_files=100, cell_seconds=20, output_bytes=100_000)
SECRET = "GRADER_TEST_SECRET"


@pytest.fixture(scope="module")
def standing() -> Iterator[Callable[[str], Forkserver]]:
    """A forkserver with every layer on, one for each level; a level that this machine lacks skips the test."""
    with ExitStack() as opened, pytest.MonkeyPatch.context() as patch:
        patch.setenv(SECRET, "x")

        @cache
        def at(level: str) -> Forkserver:
            try:
                return opened.enter_context(open_forkserver(LIMITS, levels=(level,)))
            except SandboxProblem as problem:
                pytest.skip(str(problem))

        yield at


def inherit_everything(patch: pytest.MonkeyPatch) -> None:
    clean = client.clean_environment
    patch.setattr(client, "clean_environment", lambda *about: {**os.environ, **clean(*about)})


def stay_root(patch: pytest.MonkeyPatch) -> None:
    if os.getuid() != 0:
        pytest.skip("only root has root to drop")
    patch.setattr(client, "_user_of_its_own", lambda: 0)


FIFTY_THREADS = """
threading.stack_size(65536)
for _ in range(50): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
"""
TWO_HUNDRED_FOLDERS = """
for number in range(200): os.mkdir(f"folder {number}")
time.sleep(2)
"""
ATTACKS: dict[str, tuple[str, str, dict[str, object]]] = {
    "rlimits": ("__import__('mmap').mmap(-1, 5 * 2**30)", BWRAP_LANDLOCK, {"skip": frozenset({"rlimits"})}),
    "landlock": ("os.listdir('/')", BWRAP_LANDLOCK, {"skip": frozenset({"landlock"})}),
    "seccomp": ("os.fork() or os._exit(0)", BWRAP_LANDLOCK, {"skip": frozenset({"seccomp"})}),
    "bubblewrap": ("os.stat('/etc/passwd')", BWRAP_LANDLOCK, {"level": LANDLOCK}),
    "the count of files": (TWO_HUNDRED_FOLDERS, BWRAP_LANDLOCK, {"limits": Limits(scratch_files=10**6)}),
    "a clean environment": (f"os.environ[{SECRET!r}]", LANDLOCK, {"patch": inherit_everything}),
    "dropping root": (FIFTY_THREADS, LANDLOCK, {"patch": stay_root}),
}
"""A layer, what it stops, the level at which that is tried, and what switches the layer off."""


def works(forkserver: Forkserver, attack: str) -> bool:
    """Whether an attack runs to its end in a child."""
    source = f"import os, threading, time\n{textwrap.dedent(attack)}\nprint('it worked')"
    with Session(forkserver) as session:
        try:
            outputs = json.loads(session.run_cell(source).outputs)
        except WorkerEnded:
            return False
    return any("it worked" in output.get("text", "") for output in outputs)


@pytest.mark.parametrize("layer", ATTACKS)
def test_what_a_layer_stops_works_without_it(layer, standing, monkeypatch):
    attack, level, off = ATTACKS[layer]
    standing(off.get("level", level))
    assert not works(standing(level), attack)
    monkeypatch.setenv(SECRET, "x")
    if "patch" in off:
        off["patch"](monkeypatch)
    without = {name: off[name] for name in ("limits", "skip") if name in off}
    with Forkserver(off.get("level", level), **{"limits": LIMITS, **without}) as forkserver:
        assert works(forkserver, attack)


def test_without_the_canary_a_level_that_leaks_would_be_used(standing, monkeypatch):
    def leaking(level: str, **more: object) -> Forkserver:
        return Forkserver(level, skip=frozenset({"landlock"}), **more)

    standing(LANDLOCK)
    monkeypatch.setattr(levels, "Forkserver", leaking)
    with pytest.raises(SandboxProblem, match=r"not refused: .*list the root folder"):
        open_forkserver(levels=(LANDLOCK,))
    monkeypatch.setattr(levels, "prove", lambda forkserver: ())
    with open_forkserver(levels=(LANDLOCK,)) as forkserver:
        assert works(forkserver, "os.listdir('/')")


STOP = "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)"


def test_without_deadlines_a_process_that_stops_itself_would_be_waited_for(standing, monkeypatch):
    forkserver = standing(LANDLOCK)
    with forkserver.child() as child, pytest.raises(WorkerEnded, match="took longer than 1 seconds"):
        child.ask(protocol.RunCell(STOP), 1)
    receive = protocol.receive_frame
    with forkserver.child() as child:
        monkeypatch.setattr(protocol, "receive_frame", lambda channel, deadline, most: receive(channel, None, most))
        answered = threading.Event()

        def ask() -> None:
            with pytest.raises(WorkerEnded):
                child.ask(protocol.RunCell(STOP), 1)
            answered.set()

        asking = threading.Thread(target=ask)
        asking.start()
        assert not answered.wait(3)
        child._channel.shutdown(socket.SHUT_RDWR)
        asking.join()


def test_without_a_largest_reply_anything_would_be_taken_in(standing, monkeypatch):
    print_a_lot = protocol.RunCell("print('x' * 90_000)")
    forkserver = standing(LANDLOCK)
    with forkserver.child() as child:
        reply = child.ask(print_a_lot, 20)
        assert isinstance(reply, protocol.CellOutputs)
        assert len(reply.outputs) > 90_000
    monkeypatch.setattr(forkserver, "limits", msgspec.structs.replace(LIMITS, reply_bytes=50_000))
    with forkserver.child() as child, pytest.raises(WorkerEnded, match="invalid reply"):
        child.ask(print_a_lot, 20)


FORGET_THE_BUDGET = """
import sys
for frame in sys._current_frames().values():
    while "notebook" not in frame.f_locals: frame = frame.f_back
frame.f_locals["notebook"].left = 2**40
"""


@pytest.mark.parametrize("counted", [True, False])
def test_without_the_trusted_sides_count_a_worker_could_send_any_amount_of_output(counted, standing):
    """A worker counts its output by itself, until student code makes it forget to."""
    with Session(standing(LANDLOCK)) as session:
        if not counted:
            session._output_left = 2**40
        session.run_cell(FORGET_THE_BUDGET)
        done = [session.run_cell("print('x' * 60_000)") for _ in range(5)]
    sent = sum(len(one.outputs) for one in done)
    assert (sent < 1.1 * LIMITS.output_bytes) == counted
    assert [one.omitted > 60_000 for one in done] == ([False, True, True, True, True] if counted else [False] * 5)


def test_without_a_user_of_its_own_one_submission_could_use_up_the_threads_of_another(standing, monkeypatch):
    if os.getuid() != 0:
        pytest.skip("only root can give every forkserver a user of its own")
    everything = "try:\n    while True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
    everything = "threading.stack_size(65536)\n" + everything + "except RuntimeError: pass"
    one_more = "threading.Thread(target=print).start()"

    def second_can_start_one_more() -> bool:
        first, second = Forkserver(LANDLOCK, limits=LIMITS), Forkserver(LANDLOCK, limits=LIMITS)
        with first, second, Session(first) as greedy, Session(second) as modest:
            modest.run_cell("import threading")  # its limits are set now
            greedy.run_cell("import threading, time\n" + everything)
            outputs = json.loads(modest.run_cell(one_more).outputs)
            return not any(output["output_type"] == "error" for output in outputs)

    standing(LANDLOCK)
    assert second_can_start_one_more()
    monkeypatch.setattr(client, "_user_of_its_own", lambda: client.FREE_USERS[7])
    assert not second_can_start_one_more()
