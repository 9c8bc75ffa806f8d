"""Asking for more than one call: a short program of steps, written here, carried out where student code runs.

A `Script` is written step by step. Every method returns a `Ref`: it stands for the object that the step makes over
there, in later steps, and for what came back of it, in the answer:

    script = Script("make_loader", about=case)
    loader = script.call("make_loader", case.features, case.labels, 4)
    first = script.each(loader, limit=10)
    second = script.each(loader, limit=10)
    played = subject.play(script)
    played[first]               # Iterated(items=(Items(...), ...), endless=False)

Arguments are numpy arrays (NDArrays over there, in the dtype and on the device of the script, or as `array` says),
numbers, texts, None, `Device`s, `Ref`s, and lists, tuples and dicts of those. What comes back is a `Thing`: a
description, bounded in size, that holds no object of the student's. Nothing in a script is code.

Steps inside of `recording()` run under `autograd.record`; steps inside of `loop(...)` and `repeat(...)` run many times,
and what comes back of each is `Iterated`, with one item for each time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec
import numpy as np
import numpy.typing as npt

from grader.subject import HOME, Dtype
from grader.things import Device, Thing

# Arguments.


class Ref(msgspec.Struct, frozen=True, tag=True):
    """What the step of this number made; steps inside of loops are numbered along with the others."""

    step: int


class Nd(msgspec.Struct, frozen=True, tag=True):
    """A new NDArray of these values; with `grad`, after `attach_grad()`."""

    values: npt.NDArray[np.float64]
    dtype: str = "float32"
    device: str = HOME
    grad: bool = False


class NumpyArg(msgspec.Struct, frozen=True, tag=True):
    """A new numpy array of these values."""

    values: npt.NDArray[np.float64]
    dtype: str = "float64"


class ItemsArg(msgspec.Struct, frozen=True, tag=True):
    sort: Literal["list", "tuple"]
    items: tuple[Argument, ...]


class TableArg(msgspec.Struct, frozen=True, tag=True):
    keys: tuple[Argument, ...]
    values: tuple[Argument, ...]


class FunctionArg(msgspec.Struct, frozen=True, tag=True):
    """One of the student's own functions, by its name."""

    name: str


Argument = Ref | Nd | NumpyArg | Device | ItemsArg | TableArg | FunctionArg | int | float | str | bool | None


# Steps. `show` says whether what a step makes is described in the answer; else it is `Unseen`.


class Make(msgspec.Struct, frozen=True, tag=True):
    value: Argument
    show: bool = False


class Call(msgspec.Struct, frozen=True, tag=True):
    """function(*args, **keywords), a function of the student's."""

    function: str
    args: tuple[Argument, ...]
    keywords: dict[str, Argument]
    show: bool = True


class Method(msgspec.Struct, frozen=True, tag=True):
    """of.name(*args, **keywords); `Stopped` if it raises StopIteration. `__call__` calls the object itself."""

    of: Argument
    name: str
    args: tuple[Argument, ...]
    keywords: dict[str, Argument]
    show: bool = True


class Attribute(msgspec.Struct, frozen=True, tag=True):
    of: Argument
    name: str
    show: bool = True


class Element(msgspec.Struct, frozen=True, tag=True):
    of: Argument
    key: Argument
    show: bool = True


class Next(msgspec.Struct, frozen=True, tag=True):
    """next(of), or `Stopped`."""

    of: Argument
    show: bool = True


class Start(msgspec.Struct, frozen=True, tag=True):
    """iter(of)."""

    of: Argument


class Length(msgspec.Struct, frozen=True, tag=True):
    of: Argument


class Same(msgspec.Struct, frozen=True, tag=True):
    """Whether two are one object."""

    one: Argument
    other: Argument


class Record(msgspec.Struct, frozen=True, tag=True):
    """Switch autograd's recording on or off."""

    on: bool


class Backward(msgspec.Struct, frozen=True, tag=True):
    """of.backward(head). `Truth`: is `of` on a graph that autograd recorded? `NotAnArray` if it is no NDArray."""

    of: Argument
    head: Argument


class Gradient(msgspec.Struct, frozen=True, tag=True):
    """of.grad, `Nothing` where there is none."""

    of: Argument


class Each(msgspec.Struct, frozen=True, tag=True):
    """Iterate over `of`, at most `limit` times; `steps` run for each item, which a `Ref` to this step stands for.

    With `show`, the items are described, before the steps run.
    """

    of: Argument
    limit: int
    steps: tuple[Step, ...] = ()
    show: bool = True


class Repeat(msgspec.Struct, frozen=True, tag=True):
    """Run `steps` so many times."""

    times: int
    steps: tuple[Step, ...]


class Figures(msgspec.Struct, frozen=True, tag=True):
    """`Drawings`: the figures since the beginning, or since the last `Figures`."""


class Printed(msgspec.Struct, frozen=True, tag=True):
    """`Text`: what was printed since the beginning, or since the last `Printed`."""


Step = (
    Make
    | Call
    | Method
    | Attribute
    | Element
    | Next
    | Start
    | Length
    | Same
    | Record
    | Backward
    | Gradient
    | Each
    | Repeat
    | Figures
    | Printed
)


class Played(msgspec.Struct, frozen=True, tag=True):
    """What came back of each step, by its number."""

    results: tuple[Thing, ...]

    def __getitem__(self, ref: Ref) -> Thing:
        return self.results[ref.step]


def count(steps: Sequence[Step]) -> int:
    """How many steps, those inside of loops included."""
    return sum(1 + (count(step.steps) if isinstance(step, (Each, Repeat)) else 0) for step in steps)


@dataclass(eq=False)
class Script:
    """A play as it is written.

    function: the student's function that it is about; faults outside of any other bear its name. about: whatever the
    models of misconceptions need to know of the request, a case for instance; it stays here. strict: refuse operators
    that mix devices. dtype, device: of NDArrays made from bare numpy arrays. names: what `name` gave names to.
    """

    function: str
    about: Any = None
    strict: bool = False
    dtype: Dtype = "float32"
    device: str = HOME
    steps: list[Step] = field(default_factory=list)
    names: dict[str, Ref] = field(default_factory=dict)
    _made: int = 0

    def name(self, **refs: Ref) -> None:
        """Call results by names, for whoever reads the answer without having written the script."""
        self.names |= refs

    def array(self, values: npt.ArrayLike, *, grad: bool = False, dtype: str = "", device: str = "") -> Ref:
        """A new NDArray."""
        values = np.asarray(values, np.float64)
        return self._add(Make(Nd(values, dtype or self.dtype, device or self.device, grad)))

    def make(self, value: object) -> Ref:
        """Any argument, kept: a list of arrays for instance."""
        return self._add(Make(self._argument(value)))

    def function_of(self, name: str) -> FunctionArg:
        """The student's function of that name, as an argument."""
        return FunctionArg(name)

    def call(self, function: str, *args: object, show: bool = True, **keywords: object) -> Ref:
        return self._add(Call(function, self._all(args), self._named(keywords), show))

    def method(self, of: Ref, name: str, *args: object, show: bool = True, **keywords: object) -> Ref:
        return self._add(Method(of, name, self._all(args), self._named(keywords), show))

    def attribute(self, of: Ref, name: str, *, show: bool = True) -> Ref:
        return self._add(Attribute(of, name, show))

    def element(self, of: Ref, key: object, *, show: bool = True) -> Ref:
        return self._add(Element(of, self._argument(key), show))

    def next(self, of: Ref, *, show: bool = True) -> Ref:
        return self._add(Next(of, show))

    def iter(self, of: Ref) -> Ref:
        return self._add(Start(of))

    def length(self, of: Ref) -> Ref:
        return self._add(Length(of))

    def same(self, one: object, other: object) -> Ref:
        return self._add(Same(self._argument(one), self._argument(other)))

    def look(self, of: Ref) -> Ref:
        """What it looks like now."""
        return self._add(Make(of, show=True))

    def backward(self, of: Ref, head: object = None) -> Ref:
        return self._add(Backward(of, self._argument(head)))

    def gradient(self, of: Ref) -> Ref:
        return self._add(Gradient(of))

    def each(self, of: Ref, *, limit: int, show: bool = True) -> Ref:
        """The items of one iteration."""
        return self._add(Each(of, limit, show=show))

    def figures(self) -> Ref:
        return self._add(Figures())

    def printed(self) -> Ref:
        return self._add(Printed())

    @contextmanager
    def recording(self) -> Iterator[None]:
        self._add(Record(True))
        yield
        self._add(Record(False))

    @contextmanager
    def loop(self, of: Ref, *, limit: int, show: bool = False) -> Iterator[Ref]:
        """The steps inside run for each item that `of` gives; the `Ref` stands for the item."""
        before, self.steps, ref = self.steps, [], self._number()
        yield ref
        self.steps = [*before, Each(of, limit, tuple(self.steps), show)]

    @contextmanager
    def repeat(self, times: int) -> Iterator[None]:
        """The steps inside run so many times."""
        before, self.steps = self.steps, []
        self._number()
        yield
        self.steps = [*before, Repeat(times, tuple(self.steps))]

    def _number(self) -> Ref:
        self._made += 1
        return Ref(self._made - 1)

    def _add(self, step: Step) -> Ref:
        self.steps.append(step)
        return self._number()

    def _all(self, values: Sequence[object]) -> tuple[Argument, ...]:
        return tuple(map(self._argument, values))

    def _named(self, values: Mapping[str, object]) -> dict[str, Argument]:
        return {name: self._argument(value) for name, value in values.items()}

    def _argument(self, value: object) -> Argument:
        """Raises: TypeError for what has no place in a script."""
        match value:
            case np.ndarray():
                return Nd(value.astype(np.float64), self.dtype, self.device)
            case np.bool_() | np.integer() | np.floating():
                return value.item()
            case list() | tuple():
                return ItemsArg("list" if isinstance(value, list) else "tuple", self._all(value))
            case dict():
                return TableArg(self._all(list(value)), self._all(list(value.values())))
            case Ref() | Nd() | NumpyArg() | Device() | ItemsArg() | TableArg() | FunctionArg():
                return value
            case bool() | int() | float() | str() | None:
                return value
        raise TypeError(f"A {type(value).__name__} has no place in a script.")
