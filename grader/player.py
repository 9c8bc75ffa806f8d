"""Carrying out the steps of a `grader.play.Script` on a student's objects. Runs on the side where student code runs.

What the steps make is kept by number; what comes back is described within a budget, so that an answer stays small
whatever student code returns.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from typing import Any

import mxnet as mx
import numpy as np
from mxnet import autograd, nd

from grader import figures, play, things
from grader.play import Argument, Ref, Step
from grader.subject import NotAnArray, Tensor
from grader.things import Thing

NO_GRAPH = "not in a computational graph"
"""How MXNet says that an array was not computed under `autograd.record`."""
DTYPES = frozenset(
    {"bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64"}
)
"""Of arrays that can be described."""


class Notepad(io.TextIOBase):
    """A text file that keeps the beginning of what is written to it."""

    def __init__(self) -> None:
        self._kept = ""
        self._length = 0

    def write(self, text: str) -> int:
        if len(self._kept) < things.MAX_CHARACTERS:
            self._kept += str(text)[: things.MAX_CHARACTERS - len(self._kept)]
        self._length += len(text)
        return len(text)

    def take(self) -> things.Text:
        """What was written since last time."""
        found = things.Text(_sendable(self._kept), self._length)
        self._kept, self._length = "", 0
        return found


class Player:
    """The objects of one play.

    find: a student's function by its name, or a fault. make: an NDArray of values, dtype and device. kind_of: an
    object's kind in words. `running` names what runs at the moment: `make_loader`, or `make_loader(...).reset`.
    """

    def __init__(
        self,
        script: play.Script,
        find: Callable[[str], Callable[..., Any]],
        make: Callable[[Any, str, str], Any],
        kind_of: Callable[[object], str],
    ) -> None:
        self._steps = tuple(script.steps)
        self._find, self._nd, self._kind_of = find, make, kind_of
        count = play.count(self._steps)
        self._objects: list[Any] = [None] * count
        self._origins = [""] * count
        self._results: list[Thing] = [things.Unseen()] * count
        self._things, self._numbers = things.MAX_THINGS, things.MAX_NUMBERS
        self._shown: figures.Shown | None = None
        self.running = script.function
        self.printed = Notepad()

    def run(self) -> play.Played:
        """Everything that a step raises passes through."""
        drawn = figures.recorded(self._spend) if _draws(self._steps) else contextlib.nullcontext()
        with drawn as self._shown:
            self._run(self._steps, 0)
        return play.Played(tuple(self._results))

    def _run(self, steps: Sequence[Step], number: int) -> None:
        for step in steps:
            self._step(step, number)
            number += play.count([step])

    def _step(self, step: Step, number: int) -> None:
        match step:
            case play.Each(of, limit, body, show):
                self.running, self._origins[number] = self._origin(of), f"an item of {self._origin(of)}"
                self._each(number, self._value(of), limit, body, show)
            case play.Repeat(times, body):
                columns = self._columns(number, body)
                for _ in range(times):
                    self._run(body, number + 1)
                    self._note(columns)
                self._fill(columns)
            case _:
                made, result = self._made(step, number)
                self._objects[number], self._results[number] = made, result

    def _each(self, number: int, iterable: Any, limit: int, body: Sequence[Step], show: bool) -> None:
        columns = self._columns(number, body)
        items: list[Thing] = []
        endless = False
        for seen, item in enumerate(iterable):
            if seen == limit:
                endless = True
                break
            items.append(self._thing(item) if show else things.Unseen())
            self._objects[number] = item
            self._run(body, number + 1)
            self._note(columns)
        self._fill(columns, endless)
        self._results[number] = things.Iterated(tuple(items), endless)

    def _columns(self, number: int, body: Sequence[Step]) -> dict[int, list[Thing]]:
        return {i: [] for i in range(number + 1, number + 1 + play.count(body))}

    def _note(self, columns: dict[int, list[Thing]]) -> None:
        for i, column in columns.items():
            column.append(self._results[i])

    def _fill(self, columns: dict[int, list[Thing]], endless: bool = False) -> None:
        for i, column in columns.items():
            self._results[i] = things.Iterated(tuple(column), endless)

    def _made(self, step: Step, number: int) -> tuple[Any, Thing]:
        """The object that a step makes, and its description."""
        match step:
            case play.Make(value, show):
                made = self._value(value)
                self._origins[number] = self._origins[value.step] if isinstance(value, Ref) else "an argument"
            case play.Call(function, args, keywords, show):
                called = self._find(function)
                positional, named = self._all(args), {name: self._value(word) for name, word in keywords.items()}
                self.running, self._origins[number] = function, f"{function}(...)"
                made = called(*positional, **named)
            case play.Method(of, name, args, keywords, show):
                it, origin = self._value(of), self._origin(of)
                positional, named = self._all(args), {key: self._value(word) for key, word in keywords.items()}
                self.running = origin if name == "__call__" else f"{origin}.{name}"
                self._origins[number] = f"{self.running}(...)"
                try:
                    made = it(*positional, **named) if name == "__call__" else getattr(it, name)(*positional, **named)
                except StopIteration:
                    return None, things.Stopped()
            case play.Attribute(of, name, show):
                it = self._value(of)
                self.running = self._origins[number] = f"{self._origin(of)}.{name}"
                made = getattr(it, name)
            case play.Element(of, key, show):
                it, index = self._value(of), self._value(key)
                self.running = self._origins[number] = f"{self._origin(of)}[...]"
                made = it[index]
            case play.Next(of, show):
                it = self._value(of)
                self.running, self._origins[number] = self._origin(of), f"next({self._origin(of)})"
                try:
                    made = next(it)
                except StopIteration:
                    return None, things.Stopped()
            case play.Start(of):
                it = self._value(of)
                self.running = self._origins[number] = self._origin(of)
                made, show = iter(it), False
            case _:
                return None, self._asked(step)
        return made, self._thing(made) if show else things.Unseen()

    def _asked(self, step: Step) -> Thing:
        """The answer to a step that makes nothing."""
        match step:
            case play.Length(of):
                it, self.running = self._value(of), self._origin(of)
                return self._thing(len(it))
            case play.Same(one, other):
                return things.Truth(self._value(one) is self._value(other))
            case play.Record(on):
                autograd.set_recording(on)
                autograd.set_training(on)
            case play.Backward(of, head):
                return self._backward(self._value(of), self._value(head), self._origin(of))
            case play.Gradient(of):
                it, self.running = self._value(of), self._origin(of)
                return self._thing(it.grad)
            case play.Figures():
                return things.Drawings(self._shown.take() if self._shown is not None else ())
            case play.Printed():
                return self.printed.take()
        return things.Unseen()

    def _backward(self, output: Any, head: Any, origin: str) -> Thing:
        self.running = origin
        if not isinstance(output, nd.NDArray):
            return NotAnArray(self._kind_of(output))
        try:
            output.backward(head)
        except mx.base.MXNetError as error:
            if NO_GRAPH not in str(error):
                raise
            return things.Truth(False)
        return things.Truth(True)

    def _origin(self, of: Argument) -> str:
        return (self._origins[of.step] if isinstance(of, Ref) else "") or "an argument"

    def _all(self, args: Sequence[Argument]) -> list[Any]:
        return [self._value(arg) for arg in args]

    def _value(self, arg: Argument) -> Any:
        match arg:
            case Ref(step):
                return self._objects[step]
            case play.Nd(values, dtype, device, grad):
                array = self._nd(values, dtype, device)
                if grad:
                    array.attach_grad()
                return array
            case play.NumpyArg(values, dtype):
                return values.astype(dtype)
            case things.Device(name):
                kind, _, number = name.rstrip(")").partition("(")
                return mx.Context(kind, int(number))
            case play.ItemsArg(sort, items):
                return self._all(items) if sort == "list" else tuple(self._all(items))
            case play.TableArg(keys, values):
                return dict(zip(self._all(keys), self._all(values), strict=True))
            case play.FunctionArg(name):
                return self._find(name)
        return arg

    def _spend(self, numbers: int) -> bool:
        self._numbers -= numbers
        return self._numbers >= 0

    def _thing(self, value: object, depth: int = 0) -> Thing:
        """A description of any object. What the budget has no room for is described in words."""
        self._things -= 1
        if self._things < 0:
            return self._in_words(value)
        if isinstance(value, (nd.NDArray, np.ndarray)):
            return self._array(value)
        plain = _plain(value, self._kind_of)
        if plain is not None:
            return plain
        if isinstance(value, (list, tuple, set, frozenset, dict)):
            if depth >= things.MAX_DEPTH or len(value) > self._things:
                return self._in_words(value)
            if isinstance(value, dict):
                keys = tuple(self._thing(key, depth + 1) for key in value)
                return things.Table(keys, tuple(self._thing(item, depth + 1) for item in value.values()))
            if isinstance(value, (list, tuple)):
                return things.Items(_sort(value), tuple(self._thing(item, depth + 1) for item in value))
            return things.Items("set", tuple(self._thing(item, depth + 1) for item in sorted(value, key=repr)))
        if type(value).__name__ == "Figure" and hasattr(value, "axes"):
            return figures.describe(value, self._spend)
        return self._in_words(value)

    def _in_words(self, value: object) -> NotAnArray:
        size = ""
        if isinstance(value, (nd.NDArray, np.ndarray)):
            size = f" of shape {tuple(value.shape)}"
        elif isinstance(value, (list, tuple, set, frozenset, dict, str)):
            size = f" of {len(value)}"
        return NotAnArray(self._kind_of(value) + size)

    def _array(self, value: Any) -> Thing:
        """Arrays are checked before they are read: what is too large to be sent would be too large to be read."""
        if not self._spend(int(np.prod(value.shape))) or str(np.dtype(value.dtype)) not in DTYPES:
            return self._in_words(value)
        if isinstance(value, nd.NDArray):
            return Tensor(value.asnumpy(), str(value.context))
        return things.NumpyArray(np.array(value))


def _sort(value: object) -> Any:
    return "list" if isinstance(value, list) else "tuple"


def _plain(value: object, kind_of: Callable[[object], str]) -> Thing | None:
    """What has no parts."""
    if value is None:
        return things.Nothing()
    if isinstance(value, (bool, np.bool_)):
        return things.Truth(bool(value))
    if isinstance(value, (int, np.integer)):
        whole = int(value)
        return things.Number(whole if abs(whole) < 2**63 else float("inf") * (1 if whole > 0 else -1), kind_of(value))
    if isinstance(value, (float, np.floating)):
        return things.Number(float(value), kind_of(value))
    if isinstance(value, str):
        return things.Text(_sendable(value[: things.MAX_CHARACTERS]), len(value))
    if isinstance(value, mx.Context):
        return things.Device(str(value))
    return None


def _sendable(text: str) -> str:
    """Lone surrogates are legal in a Python string and in no message."""
    return text.encode("utf-8", "replace").decode()


def _draws(steps: Sequence[Step]) -> bool:
    return any(
        isinstance(step, play.Figures) or (isinstance(step, (play.Each, play.Repeat)) and _draws(step.steps))
        for step in steps
    )
