"""What the checks of this assignment are tried on, beside what `grader.strategies` has for all.

Ranges and printing follow the rules of that module.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from grader.strategies import (
    ANY,
    NONZERO,
    RATES,
    SHAPES,
    Readable,
    RowsCase,
    assignment,
    matrices,
    numbered_rows,
    single,
)
from grader.subject import Array


@dataclass(frozen=True, eq=False)
class DrawCase(Readable):
    """A request for synthetic data: w, one weight for each feature, b, how many examples, and the noise's size."""

    w: tuple[float, ...]
    b: float
    num_examples: int
    noise: float

    def __str__(self) -> str:
        weights = ", ".join(f"{weight:g}" for weight in self.w)
        return f"w = [{weights}]\nb = {self.b:g}\nnum_examples = {self.num_examples}\nnoise = {self.noise:g}"


@st.composite
def draws(draw: st.DrawFn, noise: float) -> DrawCase:
    """Up to 6 examples of up to 4 features."""
    w = draw(st.lists(st.sampled_from(NONZERO), min_size=1, max_size=4))
    return DrawCase(tuple(w), draw(st.sampled_from(ANY)), draw(st.integers(1, 6)), noise)


def batches(*, columns: st.SearchStrategy[bool] | None = None) -> st.SearchStrategy[RowsCase]:
    """Up to 5 rows of features, flat or in several dimensions, with labels (m,) or (m, 1): a batch as it is."""

    @st.composite
    def batch(draw: st.DrawFn) -> RowsCase:
        tail = draw(st.sampled_from([(2,), (1,), (3,), (2, 2)]))
        column = draw(columns if columns is not None else st.booleans())
        rows = draw(st.integers(1, 5))
        return numbered_rows(rows, rows, tail=tail, column=column)

    return batch()


@dataclass(frozen=True, eq=False)
class UpdateCase(Readable):
    """Parameters of any shapes, their gradients, and lr."""

    params: tuple[Array, ...]
    grads: tuple[Array, ...]
    lr: float

    def _lines(self) -> Iterator[str]:
        for i, (param, grad) in enumerate(zip(self.params, self.grads, strict=True)):
            yield assignment(f"params[{i}]", param)
            yield assignment(f"params[{i}].grad", grad)
        yield assignment("lr", self.lr)


@st.composite
def updates(draw: st.DrawFn, counts: tuple[int, int] = (1, 3)) -> UpdateCase:
    """One to three parameters, or as `counts` says; no gradient is zero, so that every step can be seen."""
    shapes = draw(st.lists(SHAPES, min_size=counts[0], max_size=counts[1]))
    params = tuple(draw(matrices(shape, 6)) for shape in shapes)
    return UpdateCase(params, tuple(draw(matrices(shape, 6, NONZERO)) for shape in shapes), draw(RATES))


def large_updates(rng: np.random.Generator) -> Iterator[UpdateCase]:
    """Gradients far from one in either direction, and many parameters with many rows."""
    yield UpdateCase((np.zeros(1),), (np.array([8000.0]),), 0.5)
    yield UpdateCase((np.zeros(1),), (np.array([0.0001]),), 0.5)
    shapes: tuple[tuple[int, ...], ...] = ((20, 1), (1,), (3, 4, 5), (64, 8))
    params, grads = (tuple(single(rng.normal(size=shape)) for shape in shapes) for _ in range(2))
    yield UpdateCase(params, grads, 0.1)


@dataclass(frozen=True, eq=False)
class TrainCase(Readable):
    """Batches (data (m, d), label (m,) or (m, 1)), the parameters w (d, 1) and b (1,) to start from, lr, and for how
    many epochs.
    """

    data: tuple[Array, ...]
    label: tuple[Array, ...]
    w: Array
    b: Array
    lr: float
    num_epochs: int = 1

    def _lines(self) -> Iterator[str]:
        several = len(self.data) > 1
        for i, (data, label) in enumerate(self.batches):
            yield assignment(f"data of batch {i}" if several else "data", data)
            yield assignment(f"label of batch {i}" if several else "label", label)
        for name in ("w", "b", "lr"):
            yield assignment(name, getattr(self, name))
        if self.num_epochs > 1:
            yield assignment("num_epochs", self.num_epochs)

    @property
    def batches(self) -> list[tuple[Array, Array]]:
        return list(zip(self.data, self.label, strict=True))


@st.composite
def trainings(
    draw: st.DrawFn,
    *,
    sizes: st.SearchStrategy[list[int]],
    columns: st.SearchStrategy[bool] | None = None,
    epochs: st.SearchStrategy[int] | None = None,
) -> TrainCase:
    """Batches of the given sizes with one to three features."""
    rows, d = draw(sizes), draw(st.integers(1, 3))
    column = draw(columns) if columns is not None else False
    data = tuple(draw(matrices((m, d), 12, NONZERO)) for m in rows)
    label = tuple(draw(matrices((m, 1) if column else (m,), 4)) for m in rows)
    start = draw(matrices((d, 1), 3)), draw(matrices((1,), 1))
    # At a rate of a sixteenth the steps stay small beside the parameters, and rounding stays small beside the steps.
    rate = draw(st.sampled_from([0.0625, 0.03125, 0.015625]))
    return TrainCase(data, label, *start, rate, draw(epochs) if epochs is not None else 1)


@dataclass(frozen=True, eq=False)
class LossesCase(Readable):
    """The losses of a training, batch by batch."""

    losses: tuple[float, ...]
    written: str = ""
    """How a person would type them, where there are many."""

    def __str__(self) -> str:
        return f"losses = {self.written or [float(loss) for loss in self.losses]}"


def losses(least: int = 1) -> st.SearchStrategy[LossesCase]:
    return st.lists(st.sampled_from([1.0, 100.0, 2.0, 50.0, 0.0, 0.5]), min_size=least, max_size=6).map(
        lambda found: LossesCase(tuple(found))
    )


def many_losses(rng: np.random.Generator) -> Iterator[LossesCase]:
    """So many that the first ones have long been forgotten by whoever looks back a hundred batches only."""
    yield LossesCase(300 * (1.0,), "300 * [1.0]")
    yield LossesCase((100.0,) + 299 * (0.0,), "[100.0] + 299 * [0.0]")


NAMES = ("x", "estimated", "real")
"""Of the arrays that plot_training takes."""


@dataclass(frozen=True, eq=False)
class PictureCase(Readable):
    """What is to be drawn: losses, and x, estimated and real, of which the first sample_size count.

    by_default: sample_size is not passed on, because it is what the docstring says anyway.
    """

    losses: tuple[float, ...]
    x: Array
    estimated: Array
    real: Array
    sample_size: int
    by_default: bool = False

    def __str__(self) -> str:
        shapes = [f"{name} of shape {array.shape}" for name, array in zip(NAMES, self._arrays(), strict=True)]
        size = "sample_size left out" if self.by_default else f"sample_size = {self.sample_size}"
        return f"losses = [{', '.join(f'{loss:g}' for loss in self.losses)}], {', '.join(shapes)}, {size}"

    def _arrays(self) -> tuple[Array, Array, Array]:
        return self.x, self.estimated, self.real


def _picture(
    n: int, columns: tuple[bool, bool, bool], epochs: int, sample_size: int, *, by_default: bool = False
) -> PictureCase:
    """Losses that fall, and points in no order. columns: whether x, estimated and real are."""
    x: Array = np.array([(7 * i) % 10 - 4.0 + i // 10 / 16 for i in range(n)])
    real: Array = 4.0 - 3.0 * x
    x, estimated, real = (
        array.reshape(-1, 1) if column else array for array, column in zip((x, real + 0.25, real), columns, strict=True)
    )
    return PictureCase(tuple(24.0 / 2**i for i in range(epochs)), x, estimated, real, sample_size, by_default)


@st.composite
def picture_cases(draw: st.DrawFn) -> PictureCase:
    """A few points; `estimated` is a column, as a model's predictions are."""
    epochs, n, sample_size = draw(st.integers(2, 6)), draw(st.integers(3, 9)), draw(st.integers(2, 12))
    return _picture(n, (False, True, False), epochs, sample_size)


def many_points(rng: np.random.Generator) -> Iterator[PictureCase]:
    """More points than are drawn if nobody says how many, and every array in the shape it has not in the notebook."""
    yield _picture(120, (False, True, False), 3, 100, by_default=True)
    yield _picture(5, (True, False, True), 3, 4)
