"""What checks are tried on: one strategy for each kind of input, named for the domain.

Numbers are small multiples of a quarter, so that a student can follow a counterexample by hand and float32 arithmetic
on them is exact: a right answer cannot fail through rounding. Larger cases of ordinary random numbers come from the
`large_*` functions; they are compared with a tolerance and never shrunk.

Every case is a frozen record that prints as assignments and knows its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from hypothesis import strategies as st

from grader.expect import show
from grader.subject import Array


@dataclass(frozen=True, eq=False)
class Readable:
    """A case that prints as assignments and knows its size.

    note: a last line that says what the arrays do not, `ctx = cpu(1)` for instance.
    """

    note: str = field(default="", kw_only=True)

    def __str__(self) -> str:
        return "\n".join([*self._lines(), *filter(None, [self.note])])

    @property
    def size(self) -> int:
        return sum(int(np.size(value)) for value in _leaves(self._values().values()))

    def _values(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "note"}

    def _lines(self) -> Iterable[str]:
        return (assignment(name, value) for name, value in self._values().items())


def assignment(name: str, value: Any, *, edge: int = 0) -> str:
    """`name = value`, arrays aligned under their first row; edge as in `show`."""
    lead = f"{name} = "
    return lead + show(value, edge=edge).replace("\n", "\n" + " " * len(lead))


def _leaves(values: Any) -> Iterator[Any]:
    for value in values:
        if isinstance(value, tuple):
            yield from _leaves(value)
        else:
            yield value


_BY_SIMPLICITY = sorted(
    (k / 4 for k in range(-16, 17)), key=lambda x: (x != int(x), x != int(2 * x) / 2, abs(x), x < 0)
)
"""Numbers in [-4, 4] with at most two decimals, the simplest first: 0, 1, -1, 2, ... before 0.5 before 0.25."""
ANY = tuple(_BY_SIMPLICITY)
NONZERO = ANY[1:]


@st.composite
def matrices(draw: st.DrawFn, shape: tuple[int, ...], room: int, numbers: tuple[float, ...] = ANY) -> Array:
    """An array of the given numbers; the earlier ones are the simpler.

    The whole array is one draw, a byte for each element: many times faster than a draw for each, and shrinking bytes
    towards zero is shrinking elements towards the simplest.

    room: how many elements the largest array of its kind has. That many bytes are drawn whatever the shape, of which
    the last ones count: shrinking moves what matters to the end, where it survives when the shape shrinks as well.
    """
    count = int(np.prod(shape))
    drawn = draw(st.binary(min_size=room, max_size=room))[room - count :]
    return np.array([numbers[byte % len(numbers)] for byte in drawn], dtype=np.float64).reshape(shape)


@dataclass(frozen=True, eq=False)
class LinregCase(Readable):
    """X (n, d), w (d, 1), b (1,)."""

    X: Array
    w: Array
    b: Array


@st.composite
def linreg_inputs(draw: st.DrawFn, max_examples: int = 5, max_features: int = 5) -> LinregCase:
    n, d = draw(st.integers(1, max_examples)), draw(st.integers(1, max_features))
    X = draw(matrices((n, d), max_examples * max_features))
    return LinregCase(X, draw(matrices((d, 1), max_features)), draw(matrices((1,), 1)))


def single(array: Array) -> Array:
    """The values rounded to float32, as a float64 array: what a student's float32 array will really hold."""
    return array.astype(np.float32).astype(np.float64)


def large_linreg_inputs(rng: np.random.Generator) -> Iterator[LinregCase]:
    """More rows and features than anybody hard-codes; first some that can be added up by hand."""
    yield LinregCase(np.ones((1, 8)), np.arange(1.0, 9.0).reshape(-1, 1), np.zeros(1))
    yield LinregCase(np.arange(1.0, 13.0).reshape(-1, 1), np.ones((1, 1)), np.ones(1))
    for n, d, size in ((257, 19, 1.0), (1, 40, 1.0), (1000, 2, 1.0), (10, 2, 1.0), (5, 3, 1000.0)):
        yield LinregCase(*(single(size * rng.normal(size=shape)) for shape in ((n, d), (d, 1), (1,))))
    # Large features whose predictions are not, so that a small mistake shows beside them.
    X, w, b = 1000 * rng.normal(size=(5, 3)), rng.normal(size=(3, 1)) / 1000, rng.normal(size=1)
    yield LinregCase(single(X), single(w), single(b))


@dataclass(frozen=True, eq=False)
class LossCase(Readable):
    """y_hat (n, 1) and y, (n,) or (n, 1)."""

    y_hat: Array
    y: Array


@st.composite
def predictions_and_labels(draw: st.DrawFn, columns: st.SearchStrategy[bool] | None = None) -> LossCase:
    n = draw(st.integers(1, 6))
    y_hat = draw(matrices((n, 1), 6))
    column = draw(columns if columns is not None else st.booleans())
    return LossCase(y_hat, draw(matrices((n, 1) if column else (n,), 6)))


def extreme_predictions_and_labels(rng: np.random.Generator) -> Iterator[LossCase]:
    """Errors far from one in either direction, none at all, and a large batch; labels are columns.

    1e4 squared and 1e-4 squared are far inside float32's range (3e38 and 1e-38), so a right answer keeps its digits.
    """
    for scale in (1e4, 1e-4):
        for y_hat, y in ((1.0, 0.0), (-3.0, 0.0), (0.5, 2.0), (-1.0, -1.0)):
            yield LossCase(single(np.array([[y_hat * scale]])), single(np.array([[y * scale]])))
    yield LossCase(np.array([[1.0], [2.0]]), np.array([[1.0], [5.0]]))
    yield LossCase(single(rng.normal(size=(1000, 1))), single(rng.normal(size=(1000, 1))))


@dataclass(frozen=True, eq=False)
class StepCase(Readable):
    """Parameters of any shapes, their gradients (sums over a batch), lr and batch_size."""

    params: tuple[Array, ...]
    grads: tuple[Array, ...]
    lr: float
    batch_size: int

    def _lines(self) -> Iterable[str]:
        for i, (param, grad) in enumerate(zip(self.params, self.grads, strict=True)):
            yield assignment(f"params[{i}]", param)
            yield assignment(f"params[{i}].grad", grad)
        yield assignment("lr", self.lr)
        yield assignment("batch_size", self.batch_size)


RATES = st.sampled_from([0.5, 0.25, 1.0, 0.125, 2.0, 0.03])
SHAPES: st.SearchStrategy[tuple[int, ...]] = st.sampled_from([(1,), (1, 1), (2,), (2, 1), (1, 3), (3, 2), (2, 1, 2)])


@st.composite
def sgd_steps(draw: st.DrawFn, batch_sizes: st.SearchStrategy[int], counts: tuple[int, int] = (1, 3)) -> StepCase:
    """One to three parameters, or as `counts` says; no gradient is zero, so that every step can be seen."""
    shapes = draw(st.lists(SHAPES, min_size=counts[0], max_size=counts[1]))
    params = tuple(draw(matrices(shape, 6)) for shape in shapes)
    grads = tuple(draw(matrices(shape, 6, NONZERO)) for shape in shapes)
    return StepCase(params, grads, draw(RATES), draw(batch_sizes))


def large_sgd_steps(rng: np.random.Generator) -> Iterator[StepCase]:
    """Gradients of a large batch far from the optimum, and many parameters."""
    yield StepCase((np.zeros(1),), (np.array([8000.0]),), 0.5, 1)
    yield StepCase((np.zeros(1),), (np.array([0.0001]),), 0.5, 1)
    shapes: tuple[tuple[int, ...], ...] = ((20, 1), (1,), (3, 4, 5), (64, 8))
    params = tuple(single(rng.normal(size=shape)) for shape in shapes)
    yield StepCase(params, tuple(single(rng.normal(size=shape)) for shape in shapes), 0.1, 1)
    yield StepCase(params, tuple(single(1000 * rng.normal(size=shape)) for shape in shapes), 0.001, 1)


@dataclass(frozen=True, eq=False)
class RowsCase(Readable):
    """A small data set for data_iter.

    features[i] begins with the number 10 i and labels[i] is 100 i, so that a person sees at once which row is which.
    """

    batch_size: int
    features: Array
    labels: Array

    @property
    def num_examples(self) -> int:
        return len(self.features)

    def _lines(self) -> Iterable[str]:
        # One row is like the other: of many, a few are enough.
        edge = 2 if self.num_examples > 6 else 0
        yield assignment("batch_size", self.batch_size)
        yield assignment("features", self.features, edge=edge)
        yield assignment("labels", self.labels, edge=edge)


def numbered_rows(
    num_examples: int, batch_size: int, *, tail: tuple[int, ...] = (2,), column: bool = False, start: int = 0
) -> RowsCase:
    """Rows that can be told apart: features of shape (num_examples, *tail), labels (num_examples,) or a column.

    With another `start`, row i has the numbers of row start + i.
    """
    count = int(np.prod(tail))
    rows = np.arange(start, start + num_examples, dtype=np.float64)
    features = (10 * rows[:, None] + np.arange(count)).reshape(num_examples, *tail)
    return RowsCase(batch_size, features, 100 * (rows.reshape(-1, 1) if column else rows))


@st.composite
def row_sets(
    draw: st.DrawFn,
    *,
    tails: st.SearchStrategy[tuple[int, ...]] | None = None,
    columns: st.SearchStrategy[bool] | None = None,
    repeated: bool = False,
    several: bool = False,
) -> RowsCase:
    """Up to 12 rows in batches of 1 to 15: batches that divide the rows, that do not, and one larger than all of them.

    With `repeated`, some rows are equal to others, label included. With `several`, there are more rows than a batch
    takes, as in everyday use.
    """
    n = draw(st.integers(2 if several else 1, 12))
    batch_size = draw(st.integers(1, n - 1 if several else 15))
    tail = draw(tails) if tails is not None else (2,)
    case = numbered_rows(n, batch_size, tail=tail, column=draw(columns) if columns is not None else False)
    if repeated and draw(st.booleans()):
        rows = draw(st.lists(st.integers(0, n - 1), min_size=n, max_size=n))
        return RowsCase(batch_size, case.features[rows], case.labels[rows])
    return case


def large_row_sets(rng: np.random.Generator) -> Iterator[RowsCase]:
    """More rows than anybody tries by hand, with fractions, or below zero, or more of them than the notebook has."""
    case = numbered_rows(257, 32)
    yield RowsCase(32, case.features + 0.25, case.labels + 0.5)
    yield numbered_rows(120, 10, start=-60)
    yield numbered_rows(3000, 1000)
