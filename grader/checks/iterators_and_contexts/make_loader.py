"""What is true of make_loader(features, labels, batch_size), which Gluon's DataLoader answers."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts import passes
from grader.checks.iterators_and_contexts.misconceptions.make_loader import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Played, Ref, Script
from grader.shuffling import FALSE_ALARM, Orders
from grader.strategies import RowsCase, large_row_sets, numbered_rows, row_sets
from grader.subject import ELSEWHERE, HOME, Dtype, Subject, Tensor
from grader.things import Number

WHAT = "The loader"


def _script(case: RowsCase, *, dtype: Dtype = "float32", device: str = HOME) -> tuple[Script, Ref, list[Ref]]:
    """A loader made, the two arrays kept."""
    script = Script("make_loader", about=case, strict=device != HOME, dtype=dtype, device=device)
    kept = [script.array(case.features), script.array(case.labels)]
    return script, script.call("make_loader", *kept, case.batch_size), kept


def _limit(case: RowsCase) -> int:
    return 2 * case.num_examples + 2


def _one_pass(subject: Subject, case: RowsCase, *, dtype: Dtype = "float32") -> list[passes.Pair]:
    script, loader, _ = _script(case, dtype=dtype)
    read = script.each(loader, limit=_limit(case))
    script.name(first=read)
    return passes.pairs(subject.play(script)[read], WHAT)


def _orders(subject: Subject, case: RowsCase, count: int) -> Orders:
    """The orders of so many passes over one loader."""
    script, loader, _ = _script(case)
    read = [script.each(loader, limit=_limit(case)) for _ in range(count)]
    script.name(first=read[0], second=read[1])
    played: Played = subject.play(script)
    return [passes.order(passes.pairs(played[ref], WHAT)) for ref in read]


@claim(
    points=1,
    given=row_sets(tails=st.sampled_from([(2,), (1,), (3,), (2, 2)]), several=True),
    hint="An ArrayDataset joins features and labels row by row; a DataLoader stacks rows to batches. Nothing else has "
    "to be done.",
    examples=10,
)
def make_loader_gives_pairs_of_ndarrays(subject: Subject, case: RowsCase) -> None:
    """The loader gives batches (X, y) of NDArrays, rows as in features and labels as in labels."""
    batches = _one_pass(subject, case)
    if not batches:
        raise Refuted("The loader gave no batch at all.", got="no batches", expected="pairs (X, y)")
    passes.expect_shapes(batches, case)


@claim(
    points=2,
    given=row_sets(repeated=True),
    also=large_row_sets,
    hint="features and labels go into one dataset, in this order, and the dataset into the loader.",
    examples=12,
)
def make_loader_gives_every_example_once(subject: Subject, case: RowsCase) -> None:
    """A pass over the loader holds every example exactly once, with its own label."""
    passes.expect_every_row_once(_one_pass(subject, case), case)


@claim(
    points=1,
    hint="len(loader) counts batches, the last and perhaps shorter one too. Which batch_size does your loader know?",
)
def make_loader_deals_2500_batches_of_four(subject: Subject, rng: np.random.Generator) -> None:
    """From 10 000 examples the loader makes 2500 batches of 4; what is left over makes one more, shorter batch."""
    for case in (numbered_rows(10_000, 4), numbered_rows(10, 4), numbered_rows(5, 8), numbered_rows(9, 3)):
        script, loader, _ = _script(case)
        length, batches = script.length(loader), -(-case.num_examples // case.batch_size)
        read = script.each(loader, limit=_limit(case), show=case.num_examples < 100)
        played = subject.play(script)
        counted = len(expect.iterated(played[read], WHAT))
        found, example = played[length], f"{case.num_examples} examples, batch_size = {case.batch_size}"
        if not isinstance(found, Number) or found.value != counted or counted != batches:
            said = expect.show(found.value) if isinstance(found, Number) else found.kind
            raise Refuted(
                "The loader has another number of batches.",
                example=example,
                got=f"{counted} batches in a pass, and a length of {said}",
                expected=f"{batches} of both",
            )
        if case.num_examples < 100:
            passes.expect_sizes(passes.pairs(played[read], WHAT), case)


@claim(
    points=1,
    hint="A DataLoader may be iterated over as often as you like, and shuffles for each pass if it is told to.",
    false_alarm=3 / math.factorial(40),  # pairs of passes over the orders of the rows
)
def make_loader_begins_every_pass_anew(subject: Subject, rng: np.random.Generator) -> None:
    """One loader serves any number of passes, each in a new order, and whole even if the one before was broken off."""
    case = numbered_rows(40, 5)
    passes.expect_new_orders(_orders(subject, case, 3), "Pass", "40 rows, batch_size = 5, 3 passes over one loader")
    script, loader, _ = _script(case)
    script.each(loader, limit=2, show=False)
    read = script.each(loader, limit=_limit(case))
    rows = passes.rows(passes.pairs(subject.play(script)[read], WHAT), case)
    if len(rows) != case.num_examples:
        raise Refuted(
            "After a pass that was broken off, the next one does not begin at its beginning.",
            example="40 rows, batch_size = 5, a loop left by break after 2 batches, and another loop",
            got=f"{len(rows)} rows in the second loop",
            expected="40 rows",
        )


@claim(
    points=1,
    hint="shuffle=True mixes the examples. Mixing the data once beforehand, or whole batches only, is something else.",
    false_alarm=FALSE_ALARM,
)
def make_loader_shuffles_uniformly(subject: Subject, rng: np.random.Generator) -> None:
    """In every pass each order of the examples is equally likely.

    200 passes over 12 rows in batches of 4 (see `grader.shuffling`).
    """
    orders: Orders = []
    for _ in range(4):  # 50 passes of a DataLoader take a tenth of the time that a request may take
        orders += _orders(subject, passes.uniform_case(), passes.PASSES // 4)
    passes.expect_uniform(orders)


@claim(
    points=1,
    given=st.just(numbered_rows(9, 4)),
    hint="The loader only reads the two arrays you are given. Anything made from them on the way, by way of numpy for "
    "instance, has a dtype of its own.",
    examples=1,
)
def make_loader_leaves_the_data_as_they_are(subject: Subject, case: RowsCase) -> None:
    """Batches have the dtype of the data, wherever these live, and the data are not changed."""
    settings: tuple[tuple[Dtype, str], ...] = (("float32", HOME), ("float64", HOME), ("float32", ELSEWHERE))
    for dtype, device in settings:
        script, loader, kept = _script(case, dtype=dtype, device=device)
        read = script.each(loader, limit=_limit(case))
        after = [script.look(ref) for ref in kept]
        script.name(first=read)
        played = subject.play(script)
        for X, y in passes.pairs(played[read], WHAT):
            for name, array in (("X", X), ("y", y)):
                expect.dtype(array, dtype, f"{name}, with data in {dtype},")
        for name, ref, before in zip(("features", "labels"), after, (case.features, case.labels), strict=True):
            now = played[ref]
            if not isinstance(now, Tensor) or not np.array_equal(now.exact(), before):
                raise Refuted(f"{name} changed during a pass.", got="changed", expected="as it was before")


PART = part("make_loader", ("make_loader",), globals(), MISCONCEPTIONS)
