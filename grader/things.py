"""What comes back of a play (`grader.play`): descriptions of what student code made, in types of our own.

Every `Thing` is bounded in size and says in its `kind` what it is, in words a beginner uses. Arrays of MXNet's are
`grader.subject.Tensor`, and whatever has no type here is `grader.subject.NotAnArray`.
"""

from __future__ import annotations

from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from grader.subject import Array, NotAnArray, Tensor

MAX_DEPTH = 6
"""How deep lists in lists are looked at; deeper ones are described in words."""
MAX_THINGS = 50_000
"""Things that one play may bring back: 200 passes over a dozen rows are 20 000. The rest is described in words."""
MAX_NUMBERS = 400_000
"""Elements of all arrays that one play may bring back: 3.2 MB of float64, less than half of the largest reply."""
MAX_CHARACTERS = 4000
"""Characters kept of a text, and of everything printed during a play."""


class Nothing(msgspec.Struct, frozen=True, tag=True):
    """None."""

    @property
    def kind(self) -> str:
        return "None"


class Truth(msgspec.Struct, frozen=True, tag=True):
    """A bool, Python's or numpy's; also the answer of `same`, and of `backward` (is there a graph?)."""

    value: bool

    @property
    def kind(self) -> str:
        return "a bool"


class Number(msgspec.Struct, frozen=True, tag=True):
    """An int or a float, Python's or numpy's; `kind` says which, `a numpy float32` for instance."""

    value: int | float
    kind: str


class Text(msgspec.Struct, frozen=True, tag=True):
    """The beginning of a string; `length` is that of the whole."""

    value: str
    length: int

    @property
    def kind(self) -> str:
        return "a string"


class Device(msgspec.Struct, frozen=True, tag=True):
    """A context such as `cpu(0)`. Also an argument."""

    name: str

    @property
    def kind(self) -> str:
        return "a context"


class NumpyArray(msgspec.Struct, frozen=True, tag=True):
    """A numpy array."""

    values: npt.NDArray[np.generic]

    @property
    def kind(self) -> str:
        return "a numpy array"

    def exact(self) -> Array:
        return self.values.astype(np.float64)


class Items(msgspec.Struct, frozen=True, tag=True):
    """A list, a tuple or (in the order of its elements' own representation) a set."""

    sort: Literal["list", "tuple", "set"]
    items: tuple[Thing, ...]

    @property
    def kind(self) -> str:
        return f"a {self.sort} of {len(self.items)}"


class Table(msgspec.Struct, frozen=True, tag=True):
    """A dict, in its own order."""

    keys: tuple[Thing, ...]
    values: tuple[Thing, ...]

    @property
    def kind(self) -> str:
        return f"a dict of {len(self.keys)}"

    def get(self, key: str) -> Thing | None:
        """What stands under a text."""
        for known, value in zip(self.keys, self.values, strict=True):
            if isinstance(known, Text) and known.value == key:
                return value
        return None


class Curve(msgspec.Struct, frozen=True, tag=True):
    """What one call of `plot`, `scatter` or `bar` drew: x and y of each point, in the order they were given.

    `label` is what stands beside it in the legend, or would stand there if there were one.
    `line` and `marker` are matplotlib's own words for the style ("-", "--", "o"; "" for none). A `guide` is drawn
    across the panel, by `axhline`, `axvline` or `axline`, and not through data.
    """

    x: npt.NDArray[np.float64]
    y: npt.NDArray[np.float64]
    label: str = ""
    line: str = ""
    marker: str = ""
    guide: bool = False


class Panel(msgspec.Struct, frozen=True, tag=True):
    """One pair of axes: its words, scales ("linear", "log") and data, and which part of the figure it covers.

    `legend` is None where neither the panel nor the figure has one. `box` is (left, bottom, right, top), as shares of
    the figure's width and height.
    """

    title: str
    xlabel: str
    ylabel: str
    xscale: str
    yscale: str
    curves: tuple[Curve, ...]
    points: tuple[Curve, ...]
    bars: tuple[Curve, ...]
    legend: tuple[str, ...] | None
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)

    @property
    def drawn(self) -> tuple[Curve, ...]:
        """Everything that shows data, however it was drawn."""
        return (*(curve for curve in self.curves if not curve.guide), *self.points)


class Drawing(msgspec.Struct, frozen=True, tag=True):
    """A figure; its panels from left to right, and from the top where one stands above another."""

    panels: tuple[Panel, ...]
    title: str = ""

    @property
    def kind(self) -> str:
        return "a Figure"


class Drawings(msgspec.Struct, frozen=True, tag=True):
    """The figures that were shown, in their order, and those still open at the end."""

    figures: tuple[Drawing, ...]

    @property
    def kind(self) -> str:
        return f"{len(self.figures)} figures"


class Iterated(msgspec.Struct, frozen=True, tag=True):
    """What an iteration gave, or a step inside of a loop. `endless`: it was cut off at the limit."""

    items: tuple[Thing, ...]
    endless: bool = False

    @property
    def kind(self) -> str:
        return f"{len(self.items)} items"


class Stopped(msgspec.Struct, frozen=True, tag=True):
    """`StopIteration`: there is no next item."""

    @property
    def kind(self) -> str:
        return "the end of the iteration"


class Unseen(msgspec.Struct, frozen=True, tag=True):
    """Something that nobody asked to see."""

    @property
    def kind(self) -> str:
        return "something"


Thing = (
    Tensor
    | NotAnArray
    | Nothing
    | Truth
    | Number
    | Text
    | Device
    | NumpyArray
    | Items
    | Table
    | Drawing
    | Drawings
    | Iterated
    | Stopped
    | Unseen
)
