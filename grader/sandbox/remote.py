"""`RemoteSubject`: a student's functions in a sandboxed process, behind the same door as in their own notebook.

Replies are claims. Whatever is inconsistent in one (a position that does not exist, a gradient of another shape than
its argument) is refused here, so that checks can rely on what they are told being at least well formed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from grader.outputs import clean_text
from grader.sandbox import protocol
from grader.sandbox.client import GRACE_SECONDS
from grader.sandbox.problems import WorkerEnded
from grader.subject import (
    HOME,
    PATIENCE,
    Batches,
    Called,
    Crashed,
    Dtype,
    Gradients,
    Missing,
    NotImplementedYet,
    Raised,
    Step,
    TimedOut,
    Training,
)

MAX_TEXT = 400
"""Characters kept of anything in words that comes from the other side."""
R = TypeVar("R")


class Worker(Protocol):
    """Whoever can pass a request on to a living process."""

    call_seconds: float

    def ask(self, request: protocol.Request, seconds: float) -> protocol.Reply: ...


class RemoteSubject:
    """`grader.subject.Subject` over a worker."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def reseed(self, seed: int) -> None:
        self._ask("the notebook", protocol.Reseed(seed), protocol.Done)

    def call(
        self, name: str, *arrays: npt.ArrayLike, dtype: Dtype = "float32", device: str = HOME, strict: bool = False
    ) -> Called:
        called = self._ask(name, protocol.CallRequest(name, _arrays(arrays), dtype, device, strict), Called)
        _require(_positions(called.changed, len(arrays)), name)
        return called

    def gradients(
        self,
        name: str,
        *arrays: npt.ArrayLike,
        head: npt.ArrayLike,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Gradients:
        sent = _arrays(arrays)
        request = protocol.GradientsRequest(name, sent, np.asarray(head, np.float64), dtype, device, strict)
        found = self._ask(name, request, Gradients)
        if found.gradients is not None:
            _require([gradient.shape for gradient in found.gradients] == [array.shape for array in sent], name)
        return found

    def batches(
        self,
        features: npt.ArrayLike,
        labels: npt.ArrayLike,
        batch_size: int,
        *,
        passes: int = 1,
        limit: int,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Batches:
        X, y = _arrays((features, labels))
        request = protocol.BatchesRequest(X, y, batch_size, passes, limit, dtype, device, strict)
        found = self._ask("data_iter", request, Batches)
        whole = found.problem is not None or found.endless or len(found.passes) == passes
        _require(whole and _positions(found.changed, 2), "data_iter")
        _require(all(len(one) <= limit for one in found.passes) and 0 < len(found.passes) <= passes, "data_iter")
        return found

    def step(
        self,
        params: Sequence[npt.ArrayLike],
        grads: Sequence[npt.ArrayLike],
        lr: float,
        batch_size: int,
        *,
        dtype: Dtype = "float32",
        device: str = HOME,
        strict: bool = False,
    ) -> Step:
        sent = _arrays(params)
        request = protocol.StepRequest(sent, _arrays(grads), lr, batch_size, dtype, device, strict)
        found = self._ask("sgd", request, Step)
        shapes = [param.shape for param in sent]
        _require([param.shape for param in found.params] == shapes and len(found.grads) == len(shapes), "sgd")
        _require(all(g is None or g.shape == s for g, s in zip(found.grads, shapes, strict=True)), "sgd")
        _require(_positions(found.replaced, len(shapes)) and _positions(found.live, len(shapes)), "sgd")
        return found

    def train(
        self,
        features: npt.ArrayLike,
        labels: npt.ArrayLike,
        w: npt.ArrayLike,
        b: npt.ArrayLike,
        *,
        lr: float,
        num_epochs: int,
        batch_size: int,
    ) -> Training:
        X, y, start_w, start_b = _arrays((features, labels, w, b))
        request = protocol.TrainRequest(X, y, start_w, start_b, lr, num_epochs, batch_size)
        found = self._ask("the training loop", request, Training)
        whole = found.problem is not None or found.endless or len(found.epochs) == num_epochs
        _require(whole and len(found.epochs) <= num_epochs, "the training loop")
        same = all(epoch.w.shape == start_w.shape and epoch.b.shape == start_b.shape for epoch in found.epochs)
        _require(same, "the training loop")
        return found

    def _ask(self, name: str, request: protocol.Request, kind: type[R]) -> R:
        try:
            reply = self._worker.ask(request, PATIENCE * self._worker.call_seconds + GRACE_SECONDS)
        except WorkerEnded as end:
            if end.timed_out:
                raise TimedOut(name, self._worker.call_seconds) from None
            raise Crashed(name, end.how) from None
        reply = _tidy(reply)
        match reply:
            case protocol.MissingFault(missing, found):
                raise Missing(missing, found)
            case protocol.StubFault(stub):
                raise NotImplementedYet(stub)
            case protocol.RaisedFault(raiser, type_name, message, line, source):
                raise Raised(raiser, type_name, message, line, source)
            case protocol.TimeFault(slow, seconds):
                raise TimedOut(slow, seconds)
            case protocol.Refusal(message):
                raise Crashed(name, f"gave something that cannot be handed over ({message})")
        if not isinstance(reply, kind):
            raise Crashed(name, "answered with something else than was asked for")
        return reply


def _arrays(arrays: Sequence[npt.ArrayLike]) -> tuple[npt.NDArray[np.float64], ...]:
    return tuple(np.asarray(array, dtype=np.float64) for array in arrays)


def _require(consistent: bool, name: str) -> None:
    if not consistent:
        raise Crashed(name, "sent an invalid reply")


def _positions(found: tuple[int, ...], count: int) -> bool:
    """Whether these are positions among `count` arguments, none of them twice."""
    return len(set(found)) == len(found) <= count and all(0 <= i < count for i in found)


def _tidy(value: Any) -> Any:
    """A reply in which every text is one short line without control characters, fit for any report."""
    if isinstance(value, str):
        line = " ".join(clean_text(value[: 2 * MAX_TEXT]).splitlines())
        return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"
    if isinstance(value, tuple):
        if value and isinstance(value[0], int):  # positions: there may be millions, before they are looked at
            return value
        return tuple(_tidy(item) for item in value)
    if isinstance(value, msgspec.Struct):
        return type(value)(*(_tidy(getattr(value, field)) for field in value.__struct_fields__))
    return value
