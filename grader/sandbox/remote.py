"""`RemoteSubject`: a student's functions in a sandboxed process, behind the same door as in their own notebook.

Replies are claims. Whatever is inconsistent in one (a position that does not exist, a gradient of another shape than
its argument) is refused here, so that checks can rely on what they are told being at least well formed.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Protocol, TypeVar

import msgspec
import numpy as np
import numpy.typing as npt

from grader import play, things
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
    NotAnArray,
    NotImplementedYet,
    Raised,
    Step,
    Tensor,
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

    def play(self, script: play.Script) -> play.Played:
        steps = tuple(script.steps)
        request = protocol.PlayRequest(script.function, steps, script.strict)
        found = self._ask(script.function, request, play.Played)
        _require(len(found.results) == play.count(steps) and _fit(steps, found.results), script.function)
        return found

    def _ask(self, name: str, request: protocol.Request, kind: type[R]) -> R:
        try:
            reply = self._worker.ask(request, PATIENCE * self._worker.call_seconds + GRACE_SECONDS)
        except WorkerEnded as end:
            if end.timed_out:
                raise TimedOut(name, self._worker.call_seconds) from None
            raise Crashed(name, end.how) from None
        try:
            reply = _tidy(reply)
        except RecursionError:
            raise Crashed(name, "sent an invalid reply") from None
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


ANSWERS: dict[type[play.Step], tuple[type[things.Thing], ...]] = {
    play.Record: (things.Unseen,),
    play.Start: (things.Unseen,),
    play.Repeat: (things.Unseen,),
    play.Each: (things.Iterated,),
    play.Same: (things.Truth,),
    play.Length: (things.Number,),
    play.Backward: (things.Truth, NotAnArray),
    play.Figures: (things.Drawings,),
    play.Printed: (things.Text,),
}
"""What can come back of a step that is not about just any object."""
OBJECTS: tuple[type[things.Thing], ...] = (
    Tensor,
    NotAnArray,
    things.Nothing,
    things.Truth,
    things.Number,
    things.Text,
    things.Device,
    things.NumpyArray,
    things.Items,
    things.Table,
    things.Drawing,
)


def _fit(steps: Sequence[play.Step], results: Sequence[things.Thing], loops: int = 0) -> bool:
    """Whether these can be the results of these steps, each in its place. loops: how many loops are around them."""
    number = 0
    for step in steps:
        body = play.count(step.steps) if isinstance(step, (play.Each, play.Repeat)) else 0
        if not _fits(step, results[number], loops):
            return False
        if isinstance(step, (play.Each, play.Repeat)):
            if not _fit(step.steps, results[number + 1 : number + 1 + body], loops + 1):
                return False
            if not loops and not _as_often(step, results[number], results[number + 1 : number + 1 + body]):
                return False
        number += 1 + body
    return True


def _as_often(step: play.Each | play.Repeat, found: things.Thing, inside: Sequence[things.Thing]) -> bool:
    """Whether the steps inside of a loop ran as often as the loop says."""
    times = (
        len(found.items) if isinstance(found, things.Iterated) else step.times if isinstance(step, play.Repeat) else 0
    )
    return all(isinstance(one, things.Iterated) and len(one.items) == times for one in inside)


def _fits(step: play.Step, found: things.Thing, loops: int) -> bool:
    if loops:
        return isinstance(found, things.Iterated) and all(_fits(step, item, loops - 1) for item in found.items)
    if isinstance(step, (play.Each)) and isinstance(found, things.Iterated):
        shown = all(isinstance(item, OBJECTS if step.show else things.Unseen) for item in found.items)
        return shown and len(found.items) <= step.limit and all(_shallow(item) for item in found.items)
    if type(step) in ANSWERS:
        return isinstance(found, ANSWERS[type(step)])
    if isinstance(found, things.Stopped):
        return isinstance(step, (play.Method, play.Next))
    if isinstance(found, things.Unseen):
        return not getattr(step, "show", True)
    return isinstance(found, OBJECTS) and _shallow(found)


def _shallow(found: things.Thing, left: int = things.MAX_DEPTH) -> bool:
    """Whether lists in lists are nested no deeper than they may be, and hold objects only."""
    if isinstance(found, things.Table):
        parts = (*found.keys, *found.values)
        if len(found.keys) != len(found.values):
            return False
    else:
        parts = found.items if isinstance(found, things.Items) else ()
    return left >= 0 and all(isinstance(part, OBJECTS) and _shallow(part, left - 1) for part in parts)


def _tidy(value: Any) -> Any:
    """A reply in which every text is one short line without control characters, fit for any report."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, str):
        return _line(value)
    if isinstance(value, tuple):
        if value and isinstance(value[0], int):  # positions: there may be millions, before they are looked at
            return value
        return _unless_the_same(value, tuple(map(_tidy, value)))
    if isinstance(value, things.Text):  # read by checks, as it was written
        return things.Text(clean_text(value.value[: things.MAX_CHARACTERS]), value.length)
    if isinstance(value, msgspec.Struct):
        fields = tuple(getattr(value, field) for field in value.__struct_fields__)
        tidied = _unless_the_same(fields, tuple(map(_tidy, fields)))
        return value if tidied is fields else type(value)(*tidied)
    return value


def _unless_the_same(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[Any, ...]:
    return before if all(map(operator.is_, before, after)) else after


def _line(text: str) -> str:
    """The same object where there is nothing to tidy, as with the name of a device."""
    if len(text) <= MAX_TEXT and text.isascii() and text.isprintable():
        return text
    line = " ".join(clean_text(text[: 2 * MAX_TEXT]).splitlines())
    return line if len(line) <= MAX_TEXT else line[: MAX_TEXT - 1] + "…"
