"""The trusted side: start a forkserver, fork a child per submission, ask it, wait until a deadline, kill it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

import msgspec

from grader.sandbox import protocol
from grader.sandbox.limits import DEFAULT, Limits
from grader.sandbox.problems import SandboxProblem, WorkerEnded

START_SECONDS = 120.0
"""From nothing to everything imported; 3 s on an idle machine."""
ANSWER_SECONDS = 60.0
"""From an order to a forkserver's answer: what one submission left is wiped, and the next one forked; 10 ms."""
GRACE_SECONDS = 2.0
"""What a worker gets beyond its own time limit, to say itself that the time is up."""
BWRAP_LANDLOCK, LANDLOCK = "bubblewrap+landlock", "landlock"
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts")
"""What of the system a worker may read: programs and libraries, no data."""
HIDDEN = frozenset({"grader", "solutions", "hypothesis"})
"""Packages that student code must not find, wherever they are installed."""


class Forkserver:
    """One forkserver and, at most, one child of it. A context manager: leaving it ends both.

    meanwhile: work of the caller's to do while the forkserver imports what it needs, seconds on either side.

    Raises: SandboxProblem, and whatever `meanwhile` raises.
    """

    def __init__(
        self,
        level: str,
        *,
        limits: Limits = DEFAULT,
        skip: frozenset[str] = frozenset(),
        meanwhile: Callable[[], object] = lambda: None,
    ) -> None:
        self.level, self.limits, self._skip = level, limits, skip
        self.user = _user_of_its_own()
        self._start(meanwhile)

    def renew(self) -> None:
        """Start again, at the same level, where the forkserver has ended. Raises: SandboxProblem."""
        self.close()
        self._start(lambda: None)

    def _start(self, meanwhile: Callable[[], object]) -> None:
        level, limits = self.level, self.limits
        wall = bubblewrap(limits) if level == BWRAP_LANDLOCK else []
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        settings = {
            "control": theirs.fileno(),
            "code": str(Path(__file__).resolve().parents[2]),
            "scratch": "/scratch" if level == BWRAP_LANDLOCK else None,
            "readable": [str(path) for path in readable_paths()],
            "limits": msgspec.to_builtins(limits),
            "user": self.user,
            "skip": sorted(self._skip),
        }
        # Not -I, which would ignore PYTHONHASHSEED as well; every other variable is in our hands too.
        program = [
            sys.executable,
            "-P",
            "-s",
            "-B",
            str(Path(__file__).with_name("forkserver.py")),
            json.dumps(settings),
        ]
        command = [*wall, *program]
        self._temporary = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
        if os.getuid() == 0:
            os.chown(self._temporary.name, self.user, self.user)  # which the forkserver becomes
        with theirs:
            try:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    env=clean_environment(level, self._temporary.name),
                    cwd="/",
                    # Under its own number, and nothing run in the child: libraries close files of theirs there.
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
            except OSError as error:
                self._control.close()
                self._temporary.cleanup()
                raise SandboxProblem(f"{command[0]} cannot be started: {error.strerror}.") from None
        try:
            meanwhile()
        except BaseException:  # an interrupt from the keyboard, too, must leave no process behind
            self.close()
            raise
        if self._hear().get("event") != "up":
            said = self._said()
            self.close()
            raise SandboxProblem(f"The forkserver did not start at level {level}: {said}")
        self._control.settimeout(ANSWER_SECONDS)

    def __enter__(self) -> Forkserver:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether the forkserver still runs; one that has ended serves nobody any more."""
        return self._process.poll() is None

    def close(self) -> None:
        """End the forkserver and its child. Harmless when done twice."""
        self._control.close()
        self._kill()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self._temporary.cleanup()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @contextlib.contextmanager
    def child(self) -> Iterator[Child]:
        """A fresh child, killed in the end.

        Raises: SandboxProblem if the forkserver has gone or the child does not come up.
        """
        ours, theirs = socket.socketpair()
        # Counted here: within bubblewrap's own namespace the user's other threads cannot be seen, but may still count.
        # A user of its own runs nothing else.
        order = {"do": "fork", "threads": 1 if os.getuid() == 0 else threads_of(self.user)}
        with ours:
            with theirs:
                try:
                    socket.send_fds(self._control, [json.dumps(order).encode()], [theirs.fileno()])
                except OSError:
                    raise SandboxProblem(f"The forkserver has ended: {self._said()}") from None
                if self._hear().get("event") != "forked":
                    raise SandboxProblem(f"The forkserver could not fork: {self._said()}")
            child = Child(self, ours)
            try:
                child.await_ready()
                yield child
            finally:
                child.kill()

    def kill_child(self) -> dict[str, object]:
        """Kill the child, if it still runs, and return the report of its end."""
        with contextlib.suppress(OSError):
            self._control.send(json.dumps({"do": "kill"}).encode())
        return self._hear()

    def _hear(self) -> dict[str, object]:
        """The forkserver's next word; nothing if it has ended. One that keeps silent is ended: it may speak later,
        and would then be taken to answer another question."""
        try:
            message = self._control.recv(4096)
        except TimeoutError:
            self._kill()
            return {}
        except OSError:
            return {}
        found: dict[str, object] = json.loads(message) if message else {}
        return found

    def _said(self) -> str:
        """The last line the forkserver wrote on its way out."""
        assert self._process.stderr is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
            lines = self._process.stderr.read(20_000).decode(errors="replace").strip().splitlines()
            return lines[-1] if lines else "it said nothing."
        return "it does not answer."


class Child:
    """One submission's process. After a `WorkerEnded` it is of no further use."""

    def __init__(self, forkserver: Forkserver, channel: socket.socket) -> None:
        self._forkserver, self._channel = forkserver, channel
        self._number = 0
        self._report: dict[str, object] | None = None
        self.layers: tuple[str, ...] = ()

    def await_ready(self) -> None:
        """Raises: SandboxProblem."""
        limits = self._forkserver.limits
        try:
            frame = protocol.receive_frame(self._channel, time.monotonic() + limits.start_seconds, 4096)
            ready = protocol.decode_ready(frame)
        except protocol.ChannelProblem as problem:
            report = self.kill()
            raise SandboxProblem(f"A worker did not come up ({type(problem).__name__}, {report}).") from None
        if ready.problem:
            self.kill()
            raise SandboxProblem(f"A worker could not lock itself in: {ready.problem}")
        self.layers = ready.layers

    def ask(self, request: protocol.Request, seconds: float) -> protocol.Reply:
        """Send a request and return its reply.

        Raises: WorkerEnded if none comes in time, the process ends, or something else than the reply comes.
        """
        if self._report is not None:
            raise WorkerEnded("had already ended")
        self._number += 1
        deadline = time.monotonic() + seconds
        try:
            protocol.send_frame(self._channel, protocol.encode(protocol.Numbered(self._number, request)), deadline)
            frame = protocol.receive_frame(self._channel, deadline, self._forkserver.limits.reply_bytes)
            reply = protocol.decode_reply(frame)
            if reply.id != self._number:
                raise protocol.ProtocolViolation("a reply to another request")
        except protocol.DeadlineExceeded:
            self.kill()
            raise WorkerEnded(f"took longer than {seconds:g} seconds", timed_out=True) from None
        except protocol.ProtocolViolation:
            self.kill()
            raise WorkerEnded("sent an invalid reply", violation=True) from None
        except protocol.PeerClosed:
            raise WorkerEnded(self._how_it_ended()) from None
        return reply.reply

    def kill(self) -> dict[str, object]:
        """Kill the process, if it still runs; the report of its end."""
        if self._report is None:
            self._channel.close()
            self._report = self._forkserver.kill_child()
        return self._report

    def _how_it_ended(self) -> str:
        """In words. The channel is closed, so the process is ending by itself: give it a moment to do so."""
        time.sleep(0.05)
        report = self.kill()
        code, cpu = report.get("code"), report.get("cpu")
        if report.get("crowded"):
            return f"made more than {self._forkserver.limits.scratch_files} files"
        limit = self._forkserver.limits.cpu_seconds
        # The kernel counts whole ticks for its limit and exact times for its report; on a busy machine they differ.
        if isinstance(cpu, float) and cpu >= (limit / 2 if code == -signal.SIGKILL else limit - 0.5):
            return f"used more than {limit} seconds of CPU time"
        if isinstance(code, int) and code < 0:
            return f"ended with {_in_words(-code)}"
        return "ended the whole process"


def threads_of(user: int) -> int:
    """How many threads a user runs, as far as /proc tells: RLIMIT_NPROC counts all of a user's, not a process's."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # ended meanwhile
            status = (process / "status").read_bytes()
            if int(status.partition(b"\nUid:\t")[2].partition(b"\t")[0]) == user:
                count += int(status.partition(b"\nThreads:\t")[2].partition(b"\n")[0])
    return count


FREE_USERS = range(61184, 65520)
"""Numbers that no distribution gives to a person or a service for good; system services borrow them for a while."""


def _user_of_its_own() -> int:
    """Whom a forkserver and its children run as: as root a user nobody else is, so that no other can interfere.

    The kernel counts threads by user, for instance, and lets processes of one user signal each other.
    """
    if os.getuid() != 0:
        return os.getuid()
    while threads_of(user := random.SystemRandom().choice(FREE_USERS)):
        pass
    return user


def _in_words(number: int) -> str:
    """A signal's name; a real-time signal has none."""
    known = {signal.SIGSEGV: "a segmentation fault", signal.SIGABRT: "an abort", signal.SIGBUS: "a bus error"}
    try:
        found = signal.Signals(number)
    except ValueError:
        return f"signal {number}"
    return known.get(found, found.name)


def clean_environment(level: str, temporary: str = "/") -> dict[str, str]:
    """Everything a worker may know of the world.

    temporary: where the forkserver, not its children, may leave files at a level without a scratch folder.
    """
    home = "/scratch" if level == BWRAP_LANDLOCK else "/"
    return {
        "PATH": "/usr/bin",
        "HOME": home,
        "TMPDIR": "/scratch" if level == BWRAP_LANDLOCK else temporary,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",  # the order of a set is the same in every run
        # MXNet's threaded engine does not survive the fork under isolation; one thread makes results repeatable.
        "MXNET_ENGINE_TYPE": "NaiveEngine",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "IPYTHONDIR": f"{home}/.ipython",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def readable_paths() -> list[Path]:
    """What student code may read: the system's libraries and this environment's, without ourselves.

    Rules are for whole trees, so a tree that holds our own packages is listed entry by entry on the way to them.
    """
    packages = Path(sysconfig.get_path("purelib")).resolve()
    found = [Path(path) for path in ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")]
    for tree in dict.fromkeys(Path(path).resolve() for path in (*SYSTEM, sys.base_prefix, sys.prefix)):
        found += _beside(tree, packages) if packages.is_relative_to(tree) else [tree]
    return found + [path for path in sorted(packages.iterdir()) if path.name not in HIDDEN and path.suffix != ".pth"]


def _beside(tree: Path, inner: Path) -> list[Path]:
    """Everything in a tree that is not on the way from its root to `inner`, links to that way excepted too."""
    found: list[Path] = []
    while tree != inner:
        step = tree / inner.relative_to(tree).parts[0]
        found += [path for path in sorted(tree.iterdir()) if not inner.is_relative_to(path.resolve())]
        tree = step
    return found


def bubblewrap(limits: Limits) -> list[str]:
    """The outer wall: own namespaces, a read-only system, and a scratch folder of limited size."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxProblem("bubblewrap is not installed. Install it: apt install bubblewrap.")
    words = [program, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    words += ["--die-with-parent", "--new-session", "--hostname", "grader"]
    if os.getuid() == 0:  # the forkserver becomes nobody by itself, which takes two capabilities it then loses
        words += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        words += ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"]
    ours = Path(__file__).resolve().parents[1]
    paths = [*SYSTEM, *(path for path in (sys.base_prefix, sys.prefix, str(ours)) if not path.startswith("/usr"))]
    parents = {str(parent) for path in paths for parent in Path(path).parents} - {"/", *paths}
    for parent in sorted(parents):
        words += ["--perms", "0755", "--dir", parent]  # bwrap would make them 0700, closed to the unprivileged user
    for path in dict.fromkeys(paths):
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            words += ["--ro-bind", path, path]
    words += ["--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"]
    words += ["--size", str(limits.scratch_size), "--perms", "1777", "--tmpfs", "/scratch"]
    return [*words, "--remount-ro", "/", "--chdir", "/"]
