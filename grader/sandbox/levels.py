"""Which isolation this machine can give, shown by trying it.

    bubblewrap+landlock  namespaces, a read-only system and a scratch folder around the child's own walls
    landlock             the child's own walls alone (rlimits, Landlock, seccomp); nothing is writable

Where neither holds, nothing is graded, and the reasons come with a cure.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from grader.sandbox import protocol
from grader.sandbox.client import BWRAP_LANDLOCK, LANDLOCK, Forkserver
from grader.sandbox.limits import DEFAULT, Limits
from grader.sandbox.problems import SandboxProblem, WorkerEnded

LEVELS = (BWRAP_LANDLOCK, LANDLOCK)
CURES = {
    BWRAP_LANDLOCK: "apt install bubblewrap; on Ubuntu also: sudo sysctl -w "
    "kernel.apparmor_restrict_unprivileged_userns=0",
    LANDLOCK: "a Linux kernel of 5.13 or later with Landlock (check: cat /sys/kernel/security/lsm); in a container, a "
    "seccomp profile that allows the landlock system calls",
}


def open_forkserver(
    limits: Limits = DEFAULT, *, levels: tuple[str, ...] = LEVELS, meanwhile: Callable[[], object] = lambda: None
) -> Forkserver:
    """A forkserver at the best level that proves itself here; `meanwhile` as in `Forkserver`.

    Raises: SandboxProblem with the reason and the cure for each level.
    """
    reasons = []
    for level in levels:
        try:
            forkserver = Forkserver(level, limits=limits, meanwhile=meanwhile)
            meanwhile = _nothing
        except SandboxProblem as problem:
            reasons.append(f"{level}: {problem} Cure: {cure(level)}.")
            continue
        try:
            acts = prove(forkserver)
        except SandboxProblem as problem:
            acts = (str(problem),)
        except BaseException:  # an interrupt from the keyboard, too, must leave no process behind
            forkserver.close()
            raise
        if not acts:
            return forkserver
        forkserver.close()
        reasons.append(f"{level}: not refused: {', '.join(acts)}. Cure: {cure(level)}.")
    raise SandboxProblem("Student code cannot be shut in on this machine, so nothing is graded. " + " ".join(reasons))


def cure(level: str) -> str:
    """What would help where a level cannot be had."""
    closed = _closed_to_others(Path(sys.base_prefix)) or _closed_to_others(Path(sys.prefix))
    if level == LANDLOCK and os.getuid() == 0 and closed:
        # Started as root, student code runs as another user, at this level without a view of its own of the files.
        return f"a Python that users other than root can read: {closed} is closed to them"
    return CURES[level]


def _closed_to_others(folder: Path) -> Path | None:
    """The folder on the way to this one, itself included, that only its owner and group may enter."""
    way = [folder.resolve(), *folder.resolve().parents]
    return next((one for one in reversed(way) if not one.stat().st_mode & stat.S_IXOTH), None)


def _nothing() -> None:
    """The work to be done meanwhile has been done."""


def renew(forkserver: Forkserver) -> None:
    """Start a forkserver that has ended again, and have it prove itself again. Raises: SandboxProblem."""
    forkserver.renew()
    acts = prove(forkserver)
    if acts:
        forkserver.close()
        raise SandboxProblem(f"The sandbox, started again, does not refuse: {', '.join(acts)}.")


def prove(forkserver: Forkserver) -> tuple[str, ...]:
    """The forbidden acts that a child of this forkserver can commit; empty if its walls hold.

    Raises: SandboxProblem if no child comes up or it does not answer.
    """
    with _bait(forkserver.user) as (host_file, port, victim), forkserver.child() as child:
        try:
            reply = child.ask(protocol.Probe(host_file, port, victim), forkserver.limits.start_seconds)
        except WorkerEnded as end:
            raise SandboxProblem(f"the canary {end.how}.") from None
    if not isinstance(reply, protocol.ProbeResult):
        raise SandboxProblem("the canary gave no answer.")
    return reply.committed


@contextlib.contextmanager
def _bait(user: int) -> Iterator[tuple[str, int, int]]:
    """A file, a port and a process of `user` that a child could reach if nothing held it back."""
    with (
        tempfile.NamedTemporaryFile(prefix="grader-canary-") as file,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        os.chmod(file.name, 0o666)
        # Root's children run as somebody else: the victim must be one they could signal.
        who = {"user": user} if os.getuid() == 0 else {}
        try:  # not our own Python: it may lie where that user cannot go
            victim = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL, cwd="/", **who)  # type: ignore[call-overload]
        except OSError as error:
            raise SandboxProblem(f"the canary needs the program sleep: {error.strerror}.") from None
        try:
            yield file.name, server.getsockname()[1], victim.pid
        finally:
            victim.kill()
            victim.wait()
