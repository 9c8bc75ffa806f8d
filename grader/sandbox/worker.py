"""The untrusted side: after `lock_in`, everything in this process belongs to the student.

It runs cells in an in-process Jupyter kernel and calls functions by name, as it is told over the channel. It knows no
check and no answer.
"""

from __future__ import annotations

import gc
import inspect
import json
import os
import signal
import socket
import tempfile
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, NoReturn

from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.inprocess.manager import InProcessKernelManager
from ipykernel.iostream import OutStream
from IPython.core import interactiveshell
from IPython.core.profiledir import ProfileDir
from jupyter_core.utils import ensure_event_loop
from matplotlib_inline.backend_inline import configure_inline_support
from matplotlib_inline.config import InlineBackend
from mxnet.gluon.data import DataLoader
from nbformat.v4 import output_from_msg
from traitlets.config import Config

from grader.local import LocalSubject
from grader.play import Script
from grader.sandbox import canary, isolation, protocol, standin
from grader.sandbox.limits import Limits
from grader.subject import Missing, NotImplementedYet, Raised, StudentFault, TimedOut

CHANNEL = 3
SETTINGS = Config(
    {
        # Jupyter would keep every cell in a database in the home folder.
        "HistoryManager": {"enabled": False, "hist_file": ":memory:"},
        # It would send nothing from a process that is a fork of the one it was made in.
        "Session": {"check_pid": False},
    }
)
SHOWN = frozenset({"stream", "display_data", "execute_result", "error"})


def main(channel: int, notebook: Notebook, limits: Limits, walls: isolation.Walls) -> NoReturn:
    """Become a worker: keep nothing but the channel, lock in, serve until told to stop. Never returns.

    notebook: what `prepare` made, for this child alone to use.
    """
    try:
        _keep_only(channel, walls.ruleset)
        sock = socket.socket(fileno=CHANNEL)
        try:
            ready = protocol.Ready(lock_in(limits, walls._replace(ruleset=CHANNEL + 1)))
        except Exception as error:  # told to the trusted side, which then grades nobody
            protocol.send_frame(sock, protocol.encode(protocol.Ready((), f"{type(error).__name__}: {error}")), None)
            os._exit(70)
        protocol.send_frame(sock, protocol.encode(ready), None)
        serve(sock, notebook, limits)
    except protocol.ChannelProblem:
        os._exit(0)
    finally:
        os._exit(70)


def lock_in(limits: Limits, walls: isolation.Walls) -> tuple[str, ...]:
    """Put on every layer and say which."""
    isolation.die_with_parent()
    os.umask(0o077)
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # MXNet's own handler hides what happened
    layers: dict[str, Callable[[], None]] = {
        "rlimits": lambda: isolation.set_rlimits(limits),
        "landlock": lambda: isolation.restrict_self(walls.ruleset),
        "seccomp": lambda: isolation.load_seccomp(walls.program),
    }
    for name, put_on in layers.items():
        if name not in walls.skip:
            put_on()
    os.close(walls.ruleset)
    return tuple(name for name in layers if name not in walls.skip)


def serve(channel: socket.socket, notebook: Notebook, limits: Limits) -> None:
    """Answer requests until the channel closes."""
    notebook.left = limits.output_bytes
    subject = LocalSubject(notebook.namespace, seconds=limits.call_seconds, beside_hypothesis=False)
    while True:
        numbered = protocol.decode_request(protocol.receive_frame(channel, None, protocol.MAX_FRAME))
        reply = answer(numbered.request, notebook, subject)
        try:
            data = protocol.encode(protocol.NumberedReply(numbered.id, reply))
        except (TypeError, ValueError, OverflowError) as error:
            data = protocol.encode(protocol.NumberedReply(numbered.id, protocol.Refusal(str(error)[:500])))
        protocol.send_frame(channel, data, None)


def answer(request: protocol.Request, notebook: Notebook, subject: LocalSubject) -> protocol.Reply:
    """Serve one request; whatever student code does comes back as a reply, or not at all."""
    try:
        return _serve(request, notebook, subject)
    except Missing as fault:
        return protocol.MissingFault(fault.name, fault.found)
    except NotImplementedYet as fault:
        return protocol.StubFault(fault.name)
    except Raised as fault:
        return protocol.RaisedFault(fault.name, fault.type_name, fault.message, fault.line, fault.source)
    except TimedOut as fault:
        return protocol.TimeFault(fault.name, fault.seconds)
    except StudentFault as fault:
        return protocol.Refusal(fault.sentence)
    except BaseException as error:  # patched libraries may raise anything anywhere; the reply is only a claim
        return protocol.Refusal(type(error).__name__)


def _serve(request: protocol.Request, notebook: Notebook, subject: LocalSubject) -> protocol.Reply:
    match request:
        case protocol.RunCell(source):
            return notebook.run(source)
        case protocol.Probe(host_file, port, victim):
            return protocol.ProbeResult(canary.committed(host_file, port, victim))
        case protocol.Reseed(seed):
            subject.reseed(seed)
            return protocol.Done()
        case protocol.CallRequest(name, arrays, dtype, device, strict):
            return subject.call(name, *arrays, dtype=dtype, device=device, strict=strict)  # type: ignore[arg-type]
        case protocol.GradientsRequest(name, arrays, head, dtype, device, strict):
            return subject.gradients(
                name,
                *arrays,
                head=head,
                dtype=dtype,  # type: ignore[arg-type]
                device=device,
                strict=strict,
            )
        case protocol.BatchesRequest(features, labels, batch_size, passes, limit, dtype, device, strict):
            return subject.batches(
                features,
                labels,
                batch_size,
                passes=passes,
                limit=limit,
                dtype=dtype,  # type: ignore[arg-type]
                device=device,
                strict=strict,
            )
        case protocol.StepRequest(params, grads, lr, batch_size, dtype, device, strict):
            return subject.step(
                params,
                grads,
                lr,
                batch_size,
                dtype=dtype,  # type: ignore[arg-type]
                device=device,
                strict=strict,
            )
        case protocol.TrainRequest(features, labels, w, b, lr, num_epochs, batch_size):
            return subject.train(features, labels, w, b, lr=lr, num_epochs=num_epochs, batch_size=batch_size)
        case protocol.PlayRequest(function, steps, strict):
            return subject.play(Script(function, strict=strict, steps=list(steps)))


class _Output(OutStream):  # type: ignore[misc]
    """A notebook's standard output or error without Jupyter's thread, which would not survive a fork.

    What is written is sent on when its cell ends, before anything else is shown, or when there is much of it.
    """

    AT_ONCE = 2**16
    _written = 0

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        with self._buffer_lock:
            self._buffers[frozenset(self.parent_header.items())].write(text)
            self._written += len(text)
        if self._written >= self.AT_ONCE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        self._written = 0
        self._flush()


class Notebook:
    """A Jupyter kernel in this process: real cells, magics, plots and tracebacks, without sockets or threads.

    Made before the fork, because that takes ten times as long as all the rest of a child's start. It holds no file
    descriptor then: an event loop comes with the first cell. `left` is how many bytes of output it may still keep.
    """

    def __init__(self) -> None:
        self._manager = manager = InProcessKernelManager(config=SETTINGS)
        manager.kernel = kernel = InProcessKernel(parent=manager, session=manager.session, profile_dir=_profile())
        self._client = manager.client()
        self._client.start_channels()
        self._client.iopub_channel.call_handlers = self._collect
        for name in ("stdout", "stderr"):
            setattr(kernel, name, _Output(kernel.session, kernel.iopub_thread, name, watchfd=False))
        kernel.iopub_thread.stop()  # from now on, messages are passed on by whoever sends them
        kernel._underlying_iopub_socket.context.term()  # and with it end ZeroMQ's own threads
        self.left = 2**20
        self._kept: list[dict[str, Any]] = []
        self._omitted = 0
        self.namespace: dict[str, object] = kernel.shell.user_ns
        # pyplot was imported long ago: the hook that the first kernel set then would be missing here.
        inline: Any = configure_inline_support
        inline.current_backend = "unset"
        inline(kernel.shell, "inline")

    def run(self, source: str, *, silent: bool = False) -> protocol.CellOutputs:
        """Run a cell and return its outputs in nbformat's JSON, merged and cut as far as the budget goes."""
        self._kept, self._omitted = [], 0
        self._client.execute(source, silent=silent, store_history=not silent)
        return protocol.CellOutputs(json.dumps(self._kept), self._omitted)

    def rest(self) -> None:
        """Close the event loop: its descriptors are not a child's to use, and the next cell makes another."""
        ensure_event_loop().close()

    def close(self) -> None:
        """Leave no trace of its shell, so that another can be made."""
        self.rest()
        type(self._manager.kernel.shell).clear_instance()
        InlineBackend.clear_instance()

    def _collect(self, message: dict[str, Any]) -> None:
        if message["msg_type"] == "clear_output":
            self._kept = []
        if message["msg_type"] not in SHOWN:
            return
        output = output_from_msg(message)
        previous = self._kept[-1] if self._kept else {}
        size = len(json.dumps(output))
        if size > self.left:
            self._omitted += size
        elif output["output_type"] == "stream" and previous.get("name") == output["name"]:
            self.left -= size
            previous["text"] += output["text"]
        else:
            self.left -= size
            self._kept.append(output)


@cache
def _profile() -> ProfileDir:
    """A profile of IPython's, made before the first fork, because a worker may have no folder to make one in."""
    location = tempfile.mkdtemp(prefix="ipython-")
    interactiveshell.get_ipython_dir = lambda: location
    return ProfileDir.create_profile_dir(location)


def _keep_only(channel: int, ruleset: int) -> None:
    """Standard files to /dev/null, the channel as descriptor 3, the ruleset as 4, everything else closed."""
    channel, ruleset = os.dup2(channel, 500), os.dup2(ruleset, 501)
    nothing = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    os.dup2(channel, CHANNEL)
    os.dup2(ruleset, CHANNEL + 1)
    os.closerange(CHANNEL + 2, 4096)


REHEARSAL = """\
%matplotlib inline
from matplotlib import pyplot as plt
plt.figure(figsize=(2, 2)); plt.plot([1, 2], [3, 4], "k-", label="x"); plt.legend(); plt.show()
"""


def prepare() -> Notebook:
    """Before the first fork: do once what every child would otherwise do again, then forget what is not for students.

    A throw-away kernel and figure load everything that Jupyter and matplotlib import late; MXNet's first operator
    starts its engine. The kernel that is returned has run nothing of its own yet: every child begins with a copy.
    """
    LocalSubject({"linreg": lambda X: X}).call("linreg", [[1.0]], strict=True)
    rehearsal = Notebook()
    rehearsal.run(REHEARSAL)
    rehearsal.close()
    notebook = Notebook()
    notebook.run("pass", silent=True)
    notebook.rest()
    _load_in_this_process()
    standin.install()
    gc.collect()
    gc.freeze()
    return notebook


def _load_in_this_process() -> None:
    """Let every DataLoader do its own work: a worker may not start the helpers that `num_workers` asks for.

    They only load ahead; the batches and their order, which is drawn before, are the same without them.
    """
    make = DataLoader.__init__

    @wraps(make)
    def make_alone(self: DataLoader, *args: Any, **options: Any) -> None:
        given = inspect.signature(make).bind(self, *args, **options)
        given.arguments["num_workers"] = 0
        make(*given.args, **given.kwargs)

    DataLoader.__init__ = make_alone
