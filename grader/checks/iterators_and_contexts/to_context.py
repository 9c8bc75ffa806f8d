"""What is true of to_context(data, label, ctx): a batch on ctx, the labels as a column."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts.cases import batches
from grader.checks.iterators_and_contexts.misconceptions.to_context import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.strategies import RowsCase, numbered_rows
from grader.subject import ELSEWHERE, HOME, Array, Dtype, Subject, Tensor
from grader.things import Device, Thing, Truth


class Moved(NamedTuple):
    """What came out, and what the arguments are like afterwards."""

    data: Tensor
    label: Tensor
    data_after: Thing
    label_after: Thing


def _move(
    subject: Subject,
    case: RowsCase,
    *,
    source: str = HOME,
    label_source: str = "",
    to: str = HOME,
    dtype: Dtype = "float32",
) -> Moved:
    script = Script("to_context", about=case, strict=True, dtype=dtype, device=to)
    data = script.array(case.features, device=source)
    label = script.array(case.labels, device=label_source or source)
    made = script.call("to_context", data, label, Device(to))
    data_after, label_after = script.look(data), script.look(label)
    script.name(pair=made)
    played = subject.play(script)
    X, y = expect.items(played[made], "The result of to_context", 2)
    return Moved(
        expect.tensor(X, "The first result"),
        expect.tensor(y, "The second result"),
        played[data_after],
        played[label_after],
    )


def _as_before(found: Thing, before: Array) -> bool:
    return isinstance(found, Tensor) and found.shape == before.shape and np.array_equal(found.exact(), before)


@claim(
    points=1,
    given=batches(),
    hint="Predictions come as a column, (m, 1), and labels must have the same shape: reshape((-1, 1)).",
    examples=12,
)
def to_context_returns_data_and_a_column_of_labels(subject: Subject, case: RowsCase) -> None:
    """to_context returns two arrays: data as it is, and the labels as a column of shape (m, 1)."""
    found = _move(subject, case)
    expect.shape(found.data, case.features.shape, "The first result")
    expect.shape(found.label, (len(case.labels), 1), "The second result")
    expect.values(found.data, case.features, "The first result")
    expect.values(found.label, case.labels.reshape(-1, 1), "The second result")


@claim(
    points=2,
    given=batches(),
    hint="as_in_context(ctx) gives an array with the same contents on ctx. Each of the two needs it.",
    examples=6,
)
def to_context_moves_data_and_labels(subject: Subject, case: RowsCase) -> None:
    """Wherever data and label live, the results live on ctx, with the same contents."""
    for source, label_source, to in (
        (HOME, HOME, ELSEWHERE),
        (ELSEWHERE, ELSEWHERE, HOME),
        (HOME, ELSEWHERE, ELSEWHERE),
        (ELSEWHERE, HOME, ELSEWHERE),
    ):
        found = _move(subject, case, source=source, label_source=label_source, to=to)
        expect.device(found.data, to, f"data, moved from {source} to {to},")
        expect.device(found.label, to, f"label, moved from {label_source} to {to},")
        at_home = _move(subject, case)
        for moved, same in ((found.data, at_home.data), (found.label, at_home.label)):
            if not np.array_equal(moved.values, same.values):
                raise Refuted(
                    "The contents change on the way.", got=expect.show(moved.values), expected=expect.show(same.values)
                )


@claim(
    points=1,
    given=batches(columns=st.just(False)),
    hint="copyto and copy always copy. as_in_context returns the array itself if it is there already.",
    examples=6,
)
def to_context_copies_nothing_that_is_in_place(subject: Subject, case: RowsCase) -> None:
    """data that is on ctx already is returned itself, not copied."""
    for place in (HOME, ELSEWHERE):
        script = Script("to_context", about=case, strict=True, device=place)
        data, label = script.array(case.features), script.array(case.labels)
        made = script.call("to_context", data, label, Device(place))
        same = script.same(script.element(made, 0, show=False), data)
        script.name(pair=made, same=same)
        if subject.play(script)[same] != Truth(True):
            raise Refuted(
                f"data was on {place} already, and is copied.", got="a new array", expected="the array itself"
            )


@claim(
    points=1,
    given=st.just(numbered_rows(3, 3)),
    hint="as_in_context and reshape keep the dtype and leave their array alone. What else happens on the way?",
    examples=1,
)
def to_context_keeps_dtype_and_arguments(subject: Subject, case: RowsCase) -> None:
    """The results have the dtype of the arguments, and those are as they were, in shape and contents."""
    thirds = RowsCase(case.batch_size, case.features / 3, case.labels / 3)
    dtypes: tuple[Dtype, ...] = ("float32", "float64")
    for dtype in dtypes:
        for to in (HOME, ELSEWHERE):
            found = _move(subject, thirds, to=to, dtype=dtype)
            expect.dtype(found.data, dtype, f"data in {dtype}, moved to {to},")
            expect.dtype(found.label, dtype, f"label in {dtype}, moved to {to},")
            if dtype == "float64" and not (
                np.array_equal(found.data.exact(), thirds.features)
                and np.array_equal(found.label.exact().reshape(-1), thirds.labels)
            ):
                raise Refuted("The digits of float64 arrays are lost on the way.")
    found = _move(subject, case)
    for name, after, before in (
        ("data", found.data_after, case.features),
        ("label", found.label_after, case.labels),
    ):
        if not _as_before(after, before):
            raise Refuted(f"{name} itself was changed by the call.", got="changed", expected="as it was before")


PART = part("to_context", ("to_context",), globals(), MISCONCEPTIONS)
