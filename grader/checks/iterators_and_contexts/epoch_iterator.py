"""What is true of EpochIterator(features, labels, batch_size): one pass, then nothing until reset()."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts import passes
from grader.checks.iterators_and_contexts.misconceptions.epoch_iterator import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Played, Ref, Script
from grader.shuffling import FALSE_ALARM, Orders
from grader.strategies import RowsCase, large_row_sets, numbered_rows, row_sets
from grader.subject import ELSEWHERE, HOME, Dtype, Subject, Tensor
from grader.things import Iterated, Stopped, Thing

WHAT = "The iterator"


def _script(case: RowsCase, *, dtype: Dtype = "float32", device: str = HOME) -> tuple[Script, Ref, list[Ref]]:
    script = Script("EpochIterator", about=case, strict=device != HOME, dtype=dtype, device=device)
    kept = [script.array(case.features), script.array(case.labels)]
    return script, script.call("EpochIterator", *kept, case.batch_size), kept


def _limit(case: RowsCase) -> int:
    return 2 * case.num_examples + 2


def _first_pass(subject: Subject, case: RowsCase) -> list[passes.Pair]:
    script, iterator, _ = _script(case)
    read = script.each(iterator, limit=_limit(case))
    script.name(first=read)
    return passes.pairs(subject.play(script)[read], WHAT)


@claim(
    points=1,
    given=row_sets(tails=st.sampled_from([(2,), (1,), (3,), (2, 2)]), several=True),
    hint="__next__ returns one batch, a pair of arrays taken from features and from labels with the same row numbers.",
    examples=10,
)
def EpochIterator_gives_pairs_of_ndarrays(subject: Subject, case: RowsCase) -> None:
    """next(iterator) is a batch (X, y) of NDArrays, and so is what a for loop gets."""
    script, iterator, _ = _script(case)
    first, others = script.next(iterator), script.each(iterator, limit=_limit(case))
    script.name(first_next=first, others=others)
    played = subject.play(script)
    if isinstance(played[first], Stopped):
        raise Refuted("A new iterator gives no batch at all.", got="no batches", expected="pairs (X, y)")
    batches = [passes.pair(played[first], "Every batch of the iterator"), *passes.pairs(played[others], WHAT)]
    passes.expect_shapes(batches, case)


@claim(
    points=2,
    given=row_sets(repeated=True),
    also=large_row_sets,
    hint="A shuffled list of all row numbers, walked through from its start to its end, meets each row once. What an "
    "iterator remembers belongs to self, so that another iterator has its own.",
    examples=12,
)
def EpochIterator_gives_every_example_once(subject: Subject, case: RowsCase) -> None:
    """The first pass holds every example exactly once, with its own label, whatever other iterators do meanwhile."""
    passes.expect_every_row_once(_first_pass(subject, case), case)
    script, iterator, kept = _script(case)
    other = script.call("EpochIterator", *kept, case.batch_size, show=False)
    with script.loop(iterator, limit=_limit(case), show=True) as read:
        script.next(other, show=False)
    when = "in a pass during which next() is called on another iterator over the same data"
    passes.expect_every_row_once(passes.pairs(subject.play(script)[read], WHAT), case, when)


@claim(
    points=1,
    given=row_sets(),
    also=large_row_sets,
    hint="When batch_size does not divide the number of rows, the last batch is what is left over: shorter, neither "
    "dropped nor filled up.",
    examples=12,
)
def EpochIterator_fills_every_batch_but_the_last(subject: Subject, case: RowsCase) -> None:
    """Every batch has batch_size rows, except that the last one holds whatever is left."""
    passes.expect_sizes(_first_pass(subject, case), case)


@claim(
    points=2,
    given=row_sets(),
    hint="When nothing is left, __next__ raises StopIteration, and again whenever it is asked. Only reset() may change "
    "that; a for loop may not.",
    examples=8,
)
def EpochIterator_is_exhausted_until_reset(subject: Subject, case: RowsCase) -> None:
    """After a pass the iterator gives nothing more, to next() or to a for loop, until reset() is called."""
    script, iterator, _ = _script(case)
    script.each(iterator, limit=_limit(case))
    afterwards = [script.next(iterator), script.next(iterator)]
    second = script.each(iterator, limit=_limit(case))
    script.method(iterator, "reset", show=False)
    third = script.each(iterator, limit=_limit(case))
    script.name(afterwards=afterwards[0], again=second)
    played = subject.play(script)
    again = len(_items(played[second]))
    if again:
        raise Refuted(
            "A second for loop over the iterator, without reset(), finds batches.",
            got=f"{again} batch{'es' * (again != 1)}",
            expected="none",
        )
    if any(not isinstance(played[ref], Stopped) for ref in afterwards):
        raise Refuted(
            "After the last batch, next(iterator) gives something.", got="a batch", expected="StopIteration, every time"
        )
    batches = -(-case.num_examples // case.batch_size)
    if len(_items(played[third])) != batches:
        raise Refuted(
            "After reset() a for loop finds another number of batches.",
            got=f"{len(_items(played[third]))} batches",
            expected=f"{batches} batches",
        )


def _items(found: Thing) -> tuple[Thing, ...]:
    return found.items if isinstance(found, Iterated) else ()


@claim(
    points=1,
    given=st.one_of(st.just(numbered_rows(7, 2)), st.just(numbered_rows(6, 3)), st.just(numbered_rows(5, 1))),
    hint="reset() forgets how far the pass had come: it starts at the first row of a new order, whenever it is called.",
    examples=6,
)
def EpochIterator_begins_a_whole_pass_wherever_it_is_reset(subject: Subject, case: RowsCase) -> None:
    """A for loop goes on where next() has got to; reset() in the middle of a pass begins a whole one."""
    script, iterator, _ = _script(case)
    first, rest = script.next(iterator), script.each(iterator, limit=_limit(case))
    script.method(iterator, "reset", show=False)
    script.next(iterator, show=False)
    script.method(iterator, "reset", show=False)
    script.method(iterator, "reset", show=False)
    whole = script.each(iterator, limit=_limit(case))
    script.name(rest=rest, whole=whole)
    played = subject.play(script)
    if not isinstance(played[first], Stopped):
        begun = [passes.pair(played[first], "Every batch of the iterator"), *passes.pairs(played[rest], WHAT)]
        passes.expect_every_row_once(begun, case, "in a batch of next() and a for loop after it")
    passes.expect_every_row_once(passes.pairs(played[whole], WHAT), case, "in a pass after reset()")


def _orders(subject: Subject, case: RowsCase, count: int, *, new: bool = False) -> Orders:
    """The orders of so many passes, each after a reset(), or each of an iterator of its own."""
    script, iterator, kept = _script(case)
    read = [script.each(iterator, limit=_limit(case))]
    for _ in range(count - 1):
        if new:
            iterator = script.call("EpochIterator", *kept, case.batch_size)
        else:
            script.method(iterator, "reset", show=False)
        read.append(script.each(iterator, limit=_limit(case)))
    script.name(first=read[0], second=read[1])
    played: Played = subject.play(script)
    return [passes.order(passes.pairs(played[ref], WHAT)) for ref in read]


@claim(
    points=1,
    hint="The shuffling belongs into reset(), and a new iterator needs it as well.",
    false_alarm=6 / math.factorial(40),  # pairs of passes, then pairs of iterators, over the orders of the rows
)
def EpochIterator_shuffles_at_every_reset(subject: Subject, rng: np.random.Generator) -> None:
    """Every reset() draws a new order, and so does every new iterator."""
    case = numbered_rows(40, 5)
    passes.expect_new_orders(_orders(subject, case, 3), "Pass", "40 rows, batch_size = 5, reset() between 3 passes")
    passes.expect_new_orders(_orders(subject, case, 3, new=True), "Iterator", "3 iterators over the same 40 rows")


@claim(
    points=1,
    hint="Shuffle all row numbers at once, before cutting them into batches.",
    false_alarm=FALSE_ALARM,
)
def EpochIterator_shuffles_uniformly(subject: Subject, rng: np.random.Generator) -> None:
    """Every order of the examples is equally likely: no row has a favourite place, neighbour or batch.

    200 passes over 12 rows in batches of 4 (see `grader.shuffling`).
    """
    read: Callable[[], Orders] = lambda: _orders(subject, passes.uniform_case(), passes.PASSES // 4)  # noqa: E731
    passes.expect_uniform([order for _ in range(4) for order in read()])


@claim(
    points=1,
    given=st.just(numbered_rows(9, 4)),
    hint="Everything you create, an array of row numbers too, needs the context of features.",
    examples=1,
)
def EpochIterator_leaves_the_data_as_they_are(subject: Subject, case: RowsCase) -> None:
    """Batches have the dtype of the data and live where they live, and the data are not changed."""
    settings: tuple[tuple[Dtype, str], ...] = (("float32", HOME), ("float64", HOME), ("float32", ELSEWHERE))
    for dtype, device in settings:
        script, iterator, kept = _script(case, dtype=dtype, device=device)
        read = script.each(iterator, limit=_limit(case))
        after = [script.look(ref) for ref in kept]
        script.name(first=read)
        played = subject.play(script)
        for X, y in passes.pairs(played[read], WHAT):
            for name, array in (("X", X), ("y", y)):
                expect.dtype(array, dtype, f"{name}, with data in {dtype},")
                expect.device(array, device, f"{name}, with data on {device},")
        for name, ref, before in zip(("features", "labels"), after, (case.features, case.labels), strict=True):
            now = played[ref]
            if not isinstance(now, Tensor) or not np.array_equal(now.exact(), before):
                raise Refuted(f"{name} changed during a pass.", got="changed", expected="as it was before")


PART = part("EpochIterator", ("EpochIterator",), globals(), MISCONCEPTIONS)
