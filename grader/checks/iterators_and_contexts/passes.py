"""Passes over a data set as they come back of a play: batches of rows with their labels."""

from __future__ import annotations

from collections import Counter

import numpy as np

from grader import expect
from grader.claims import Refuted
from grader.shuffling import Orders, suspicious
from grader.strategies import RowsCase, numbered_rows
from grader.subject import Array, Tensor
from grader.things import Items, Iterated, Thing

Pair = tuple[Tensor, Tensor]
Row = tuple[float, ...]
ROWS, BATCH, PASSES = 12, 4, 200
"""Whether a shuffle is uniform is asked of so many passes over so many rows, in such batches (see `shuffling`)."""


def pairs(found: Thing, what: str) -> list[Pair]:
    """The batches of one pass, which ends by itself."""
    return [pair(item, f"Every batch of {what}") for item in expect.iterated(found, what)]


def pair(item: Thing, what: str) -> Pair:
    X, y = expect.items(item, what, 2)
    return expect.tensor(X, "X in a batch"), expect.tensor(y, "y in a batch")


def rows(batches: list[Pair], case: RowsCase) -> list[Row]:
    """All rows of a pass, each with its label at its end."""
    width = int(np.prod(case.features.shape[1:], dtype=int))
    found: list[Row] = []
    for X, y in batches:
        if X.values.size != y.values.size * width:
            raise Refuted(
                "A batch does not hold a label for each row.",
                got=f"shapes {X.shape} and {y.shape}",
                expected=f"{width} numbers and one label for each row",
            )
        joined = np.hstack([X.exact().reshape(-1, width), y.exact().reshape(-1, 1)])
        found += [tuple(row) for row in joined.tolist()]
    return found


def wanted_rows(case: RowsCase) -> Counter[Row]:
    width = int(np.prod(case.features.shape[1:], dtype=int))
    joined = np.hstack([case.features.reshape(-1, width), case.labels.reshape(-1, 1)])
    return Counter(tuple(row) for row in joined.tolist())


def expect_shapes(batches: list[Pair], case: RowsCase) -> None:
    """Every X and y is made of whole rows and labels."""
    for X, y in batches:
        m = X.shape[0] if X.shape else 0
        expect.shape(X, (m, *case.features.shape[1:]), f"X, with features of shape {case.features.shape},")
        expect.shape(y, (m,), f"y, with labels of shape {case.labels.shape},")


def expect_every_row_once(batches: list[Pair], case: RowsCase, when: str = "in a pass") -> None:
    """Every row comes once, with its own label."""
    came, wanted = Counter(rows(batches, case)), wanted_rows(case)
    if came == wanted:
        return
    missing, surplus = wanted - came, came - wanted
    row = min(missing) if missing else min(surplus)
    strangers = [other for other in surplus if other[:-1] == row[:-1]]
    if missing and strangers:
        raise Refuted(
            f"The row {expect.show(row[:-1])} came with another row's label.",
            got=f"label {expect.show(strangers[0][-1])}",
            expected=f"label {expect.show(row[-1])}",
        )
    what = "comes too often" if not missing else "comes too seldom" if came[row] else "never comes"
    if not missing and row not in wanted:
        what = "is not in the data"
    raise Refuted(
        f"The row {expect.show(row[:-1])} {what} {when}.",
        got=_times(came[row], came.total()),
        expected=_times(wanted[row], wanted.total()),
    )


def _times(count: int, total: int) -> str:
    return f"{count} time{'s' * (count != 1)} among {total} row{'s' * (total != 1)}"


def expect_sizes(batches: list[Pair], case: RowsCase) -> None:
    """Every batch is full, except that the last one holds the rest."""
    full, rest = divmod(case.num_examples, case.batch_size)
    expected = [case.batch_size] * full + [rest] * (rest > 0)
    got = [X.shape[0] if X.shape else 0 for X, _ in batches]
    if got != expected:
        raise Refuted(
            f"With {case.num_examples} rows and batch_size {case.batch_size}, the batches have the wrong sizes.",
            got=f"sizes {_sizes(got)}",
            expected=f"sizes {_sizes(expected)}",
        )


def _sizes(sizes: list[int]) -> str:
    shown = ", ".join(map(str, sizes[:20]))
    return f"[{shown}, ...]" if len(sizes) > 20 else f"[{shown}]"


def order(batches: list[Pair]) -> list[int]:
    """The numbers of the rows of `numbered_rows` in the order they came; -1 for what is none."""
    firsts = [X.exact().reshape(len(X.values), -1)[:, 0] for X, _ in batches if X.values.size]
    joined = np.concatenate(firsts) if firsts else np.zeros(0)
    return [int(number) // 10 if np.isfinite(number) else -1 for number in joined]


def expect_new_orders(orders: Orders, what: str, example: str) -> None:
    """No two of these passes are alike, and none is empty."""
    for number, one in enumerate(orders, start=1):
        if not one:
            raise Refuted(f"{what} {number} is empty.", example=example, got="no batches", expected="every row again")
    for i, one in enumerate(orders):
        for j in range(i):
            if one == orders[j]:
                raise Refuted(
                    f"{what} {j + 1} and {what.lower()} {i + 1} have exactly the same order.",
                    example=example,
                    got=f"rows {expect.show(one[:8]).rstrip(']')}, ...] in both",
                    expected="a new order for each",
                )


def expect_uniform(orders: Orders) -> None:
    """These passes over `uniform_case()` look like uniform shuffles."""
    example = f"{ROWS} rows, batch_size = {BATCH}, {PASSES} passes"
    whole = [one for one in orders if sorted(one) == list(range(ROWS))]
    if len(whole) < PASSES:
        raise Refuted(
            "The passes do not hold every row once, so that their order means nothing.",
            example=example,
            got=f"{len(whole)} complete passes of {PASSES}",
            expected=f"{PASSES} complete passes",
        )
    finding = suspicious(whole, batch_size=BATCH)
    if finding is not None:
        raise Refuted(
            finding.sentence,
            example=example,
            got=f"in {finding.count} of {PASSES} passes",
            expected=f"in about {finding.expected:.0f} of {PASSES}",
        )


def uniform_case() -> RowsCase:
    return numbered_rows(ROWS, BATCH)


def as_arrays(found: Thing | None) -> list[tuple[Array, Array]] | None:
    """A pass for the models of misconceptions: None where it is not made of pairs of arrays."""
    if not isinstance(found, Iterated):
        return None
    batches = []
    for item in found.items:
        if not isinstance(item, Items) or len(item.items) != 2:
            return None
        X, y = item.items
        if not isinstance(X, Tensor) or not isinstance(y, Tensor):
            return None
        batches.append((X.exact(), y.exact()))
    return batches
