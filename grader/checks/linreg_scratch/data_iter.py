"""What is true of data_iter(batch_size, features, labels)."""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from grader import expect
from grader.checks.linreg_scratch.misconceptions.data_iter import MISCONCEPTIONS
from grader.claims import Refuted, Unusable, claim, part
from grader.shuffling import FALSE_ALARM, Orders, leaning, suspicious
from grader.strategies import RowsCase, large_row_sets, numbered_rows, row_sets
from grader.subject import ELSEWHERE, HOME, Array, Batches, Dtype, Raised, Subject, Tensor

Pair = tuple[Tensor, Tensor]
DTYPES: tuple[Dtype, ...] = ("float32", "float64")


def _batches(
    subject: Subject,
    case: RowsCase,
    *,
    passes: int = 1,
    dtype: Dtype = "float32",
    device: str | None = None,
) -> Batches:
    """Drain data_iter; at most twice as many batches as there are rows (an endless one is cut off)."""
    limit = 2 * case.num_examples + 2
    if device is None:
        return subject.batches(case.features, case.labels, case.batch_size, passes=passes, limit=limit, dtype=dtype)
    return subject.batches(case.features, case.labels, case.batch_size, limit=limit, device=device, strict=True)


def _pairs(found: Batches, number: int = 0) -> list[Pair]:
    """One pass as pairs of NDArrays."""
    if found.problem:
        raise Unusable(found.problem, got="nothing to loop over", expected="pairs (X, y), one for each batch")
    if found.endless:
        raise Unusable(
            "data_iter goes on and on where one pass should be over; it was stopped.",
            got=f"more than {len(found.passes[number])} batches",
            expected="one pass over the data",
        )
    pairs = []
    for batch in found.passes[number]:
        if batch.pair is None:
            raise Unusable("Every batch must be a pair (X, y).", got=batch.kind, expected="a pair")
        X, y = batch.pair
        pairs.append((expect.tensor(X, "X in a batch"), expect.tensor(y, "y in a batch")))
    return pairs


def _rows(arrays: list[Tensor], count: int) -> list[tuple[float, ...]]:
    """All rows of a pass, each flattened to a tuple of `count` numbers, in the order they came."""
    flat = [array.exact().reshape(-1) for array in arrays]
    joined = np.concatenate(flat) if flat else np.zeros(0)
    if joined.size % count:
        raise Refuted(
            "The batches of a pass do not hold whole rows.",
            got=f"{joined.size} numbers in all",
            expected=f"a multiple of {count}, the numbers in a row",
        )
    return [tuple(row) for row in joined.reshape(-1, count).tolist()]


def _per_row(array: Array) -> int:
    return int(np.prod(array.shape[1:], dtype=int))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def _in_thirds(case: RowsCase) -> RowsCase:
    """Numbers that float32 cannot hold."""
    return RowsCase(case.batch_size, case.features / 3, case.labels / 3)


@claim(
    points=1,
    # The first check blocks the others; what goes wrong only with large batches or single rows is left to them.
    given=row_sets(tails=st.sampled_from([(2,), (1,), (3,), (2, 2), (1, 2, 3)]), columns=st.booleans(), several=True),
    first=(numbered_rows(40, 13),),
    false_alarm=1 / math.factorial(40),  # its rows in the order given, and then not
    hint="Yield two arrays for each batch, taken from features and labels along their first dimension; every other "
    "dimension stays as it is. A pass is over when every row has come.",
)
def data_iter_yields_pairs_of_ndarrays(subject: Subject, case: RowsCase) -> None:
    """Every batch is a pair (X, y) of NDArrays, their rows shaped as in features and labels."""
    found = _batches(subject, case)
    pairs = _pairs(found)
    if not pairs:
        raise Unusable("data_iter gave no batch at all.", got="no batches", expected="pairs (X, y), one for each batch")
    for X, y in pairs:
        rows = X.shape[0] if X.shape else 0
        expect.shape(X, (rows, *case.features.shape[1:]), f"With features of shape {case.features.shape}, X")
        expect.shape(y, (rows, *case.labels.shape[1:]), f"With labels of shape {case.labels.shape}, y")
    # Wrong rows have checks of their own; but if only the first passes of all have them, no other check will see it.
    if case.num_examples > FEW and not _fresh(found, case) and _fresh_later(subject, case):
        raise Refuted(
            "The rows of this pass are wrong, or not shuffled, and those of a later pass are right.",
            got="passes of different kinds",
            expected="a first pass like all the others",
        )


FEW = 12
"""More rows than these never come in the order given by chance: once in 13! = 6e9 times."""


def _fresh(found: Batches, case: RowsCase, number: int = 0) -> bool:
    """Whether a pass holds every row with its label once, and not in the order given."""
    came = np.concatenate([np.zeros(0), *(X.exact().reshape(-1) for X, _ in _pairs(found, number))])
    return _same_rows(found, case, number) and not np.array_equal(came, case.features.reshape(-1))


def _fresh_later(subject: Subject, case: RowsCase) -> bool:
    """Whether one of the next passes is as it should be: of so many that other checks see whatever lasts longer."""
    return any(_fresh(_batches(subject, case, passes=20), case, -1) for _ in range(5))


@claim(
    points=2,
    given=row_sets(tails=st.sampled_from([(2,), (1,), (3,), (2, 2)]), columns=st.booleans(), repeated=True),
    also=lambda rng: [*large_row_sets(rng), numbered_rows(1000, 10)],
    hint="A shuffled list of all row numbers, walked through from its start to its end, meets each row once.",
)
def data_iter_yields_every_example_exactly_once(subject: Subject, case: RowsCase) -> None:
    """One pass yields every example exactly once: none missing, none twice, none invented."""
    pairs = _pairs(_batches(subject, case))
    count = _per_row(case.features)
    wanted = Counter(tuple(row) for row in case.features.reshape(-1, count).tolist())
    came = Counter(_rows([X for X, _ in pairs], count))
    if came == wanted:
        return
    missing, surplus = wanted - came, came - wanted
    if missing:
        row, what = min(missing), "never comes" if min(missing) not in came else "does not come often enough"
    else:
        row, what = min(surplus), "comes too often" if min(surplus) in wanted else "is not in the data"
    raise Refuted(
        f"The row {expect.show(row)} {what}.",
        got=f"{_count(came[row], 'time')} in a pass of {_count(came.total(), 'row')}",
        expected=f"{_count(wanted[row], 'time')} in a pass of {_count(wanted.total(), 'row')}",
    )


@claim(
    points=3,
    given=row_sets(tails=st.sampled_from([(2,), (1,), (3,), (2, 2)]), columns=st.booleans()),
    also=large_row_sets,
    hint="Features and labels must be picked with the same row numbers, in the same order.",
)
def data_iter_keeps_features_with_their_labels(subject: Subject, case: RowsCase) -> None:
    """Every row of X comes with its own label in y."""
    count = _per_row(case.features)
    label_of = dict(zip((row[0] for row in case.features.reshape(-1, count)), case.labels.reshape(-1), strict=True))
    for X, y in _pairs(_batches(subject, case)):
        labels = y.exact().reshape(-1)
        rows = _rows([X], count)
        if len(rows) != len(labels):
            raise Refuted("X and y differ in their number of rows.", got=f"{len(rows)} and {len(labels)}")
        for row, label in zip(rows, labels, strict=True):
            # Rows that are not in the data at all are another check's business.
            if row[0] in label_of and label != label_of[row[0]]:
                raise Refuted(
                    f"The row {expect.show(row)} came with another row's label.",
                    got=f"label {expect.show(label)}",
                    expected=f"label {expect.show(label_of[row[0]])}",
                )


@claim(
    points=1,
    given=row_sets(tails=st.sampled_from([(2,), (1,), (3,), (2, 2)]), columns=st.booleans()),
    also=large_row_sets,
    hint="When batch_size does not divide the number of rows, the last batch is what is left over: shorter, neither "
    "dropped nor filled up.",
)
def data_iter_fills_every_batch_but_the_last(subject: Subject, case: RowsCase) -> None:
    """Every batch has batch_size rows, except that the last one holds whatever is left."""
    full, rest = divmod(case.num_examples, case.batch_size)
    expected = [case.batch_size] * full + [rest] * (rest > 0)
    got = [X.shape[0] if X.shape else 0 for X, _ in _pairs(_batches(subject, case))]
    if got != expected:
        raise Refuted(
            f"With {_count(case.num_examples, 'row')} and batch_size {case.batch_size}, the batches have the wrong "
            "sizes.",
            got=f"sizes {_sizes(got)}",
            expected=f"sizes {_sizes(expected)}",
        )


FEW_ROWS = ((3, 2, 15), (5, 8, 7), (9, 4, 4))
"""Rows, batch_size, passes."""


@claim(
    points=1,
    hint="Shuffle inside data_iter, so that calling it again shuffles again.",
    # Fifteen pairs of passes over 30 rows or more are compared; over few rows, all passes would have to be alike.
    false_alarm=15 / math.factorial(30) + sum(1.0 / math.factorial(n) ** (passes - 1) for n, _, passes in FEW_ROWS),
)
def data_iter_draws_a_new_order_for_each_pass(subject: Subject, rng: np.random.Generator) -> None:
    """Each pass visits the examples in a new order.

    Three passes over 40 rows in batches of 5, and two under other circumstances. Few rows have few orders: there, not
    all of many passes may have the same one.
    """
    # Even eight blocks of neighbours in random order hardly ever repeat: that is the next check's business.
    _expect_new_orders(_batches(subject, numbered_rows(40, 5), passes=3), 40, "40 rows, batch_size = 5, 3 passes")
    for n, batch_size, tail, column in VARIATIONS:
        case = numbered_rows(n, batch_size, tail=tail, column=column, start=-n if n % 2 else 0)
        shapes = f"features of shape {case.features.shape}, labels of shape {case.labels.shape}"
        example = f"{shapes}, batch_size = {batch_size}, 2 passes"
        with contextlib.suppress(Raised):  # code that fails there has other checks to fail
            _expect_new_orders(_batches(subject, case, passes=2), n, example)
    for n, batch_size, passes in FEW_ROWS:
        with contextlib.suppress(Raised):
            found = _batches(subject, numbered_rows(n, batch_size), passes=passes)
            arrays = [[X for X, _ in _pairs(found, i)] for i in range(passes)]
            orders = {str(_rows(Xs, 1)) for Xs in arrays}
            if len(orders) == 1 and arrays[0]:
                raise Refuted(
                    f"All of {passes} passes over {n} rows came in the same order.",
                    example=f"{n} rows, batch_size = {batch_size}, {passes} passes",
                    got=f"{_beginning(arrays[0])} in every pass",
                    expected="a new order for each pass",
                )
    case = numbered_rows(40, 5)
    circumstances: tuple[tuple[Dtype, str], ...] = (("float64", HOME), ("float32", ELSEWHERE))
    for dtype, device in circumstances:
        with contextlib.suppress(Raised):
            found = subject.batches(case.features, case.labels, 5, passes=2, limit=100, dtype=dtype, device=device)
            _expect_new_orders(found, 40, f"40 rows in {dtype} on {device}, batch_size = 5, 2 passes")


VARIATIONS: tuple[tuple[int, int, tuple[int, ...], bool], ...] = (
    (41, 5, (2,), False),
    (40, 1, (2,), False),
    (40, 10, (1,), False),
    (40, 40, (5,), False),
    (30, 60, (2,), False),
    (40, 8, (2, 3), False),
    (40, 8, (2,), True),
    (130, 32, (2,), False),
    (260, 25, (3,), False),
    (1000, 10, (2,), False),
)
"""Rows, batch_size, the shape of a row and whether labels are a column: circumstances that no order may depend on.

Odd numbers of rows hold numbers below zero.
"""


def _expect_new_orders(found: Batches, count: int, example: str) -> None:
    """No two passes have the same order, as far as they hold anything."""
    arrays = [[X for X, _ in _pairs(found, i)] for i in range(len(found.passes))]
    orders = [[row[0] for row in _rows(Xs, 1)] for Xs in arrays]
    for first, second in combinations(range(len(orders)), 2):
        # As text: nan is not equal to itself, but two passes of nothing else are no new order.
        if orders[first] and str(orders[first]) == str(orders[second]):
            raise Refuted(
                f"Two passes over {count} rows came in exactly the same order.",
                example=example,
                got=f"{_beginning(arrays[first])} both in pass {first + 1} and in pass {second + 1}",
                expected="a new order for each pass",
            )


def _beginning(Xs: list[Tensor]) -> str:
    """The first rows of a pass, by number where they are rows of `numbered_rows`."""
    firsts = [row[0] for X in Xs if X.values.size for row in X.exact().reshape(len(X.values), -1)][:8]
    if all(np.isfinite(first) and first % 10 == 0 for first in firsts):
        return f"rows {', '.join(expect.show(first / 10) for first in firsts)}, ..."
    return f"rows that begin with {', '.join(map(expect.show, firsts))}, ..."


@claim(
    points=1,
    hint="Shuffle all row numbers at once, before cutting them into batches. Shuffling the batches, or the rows inside "
    "each batch, leaves some rows together or in place for ever.",
    false_alarm=3 * FALSE_ALARM,
)
def data_iter_shuffles_all_examples_uniformly(subject: Subject, rng: np.random.Generator) -> None:
    """Every order of the examples is equally likely: no row has a favourite place, neighbour or batch.

    200 passes over 12 rows in batches of 4, 60 over 2 rows, and 6 over 3000 in batches of 1000.
    """
    # A pass may take a twentieth of a second (Gluon's DataLoader does), and every request has its time limit.
    orders = [order for _ in range(10) for order in _orders(subject, numbered_rows(12, 4), 20)]
    if len(orders) < 200:
        raise Refuted(
            "Not every pass holds every row exactly once, and before it does, its order means nothing.",
            example="12 rows, batch_size = 4, 200 passes",
            got=f"{len(orders)} complete passes of 200",
            expected="200 complete passes",
        )
    of_two = _orders(subject, numbered_rows(2, 1), 60)
    for seen, n, batch_size in ((orders, 12, 4), (of_two, 2, 1)):
        finding = suspicious(seen, batch_size) if seen else None
        if finding is not None:
            raise Refuted(
                finding.sentence,
                example=f"{n} rows, numbered 0 to {n - 1}, batch_size = {batch_size}, {len(seen)} passes",
                got=f"in {finding.count} of {len(seen)} passes",
                expected=f"in about {finding.expected:.0f} of {len(seen)}",
            )
    orders = _orders(subject, numbered_rows(3000, 1000), 6)
    finding = leaning(orders) if orders else None
    if finding is not None:
        raise Refuted(
            finding.sentence,
            example=f"3000 rows, batch_size = 1000, {len(orders)} passes",
            got=f"{finding.count} times",
            expected=f"about {finding.expected:.0f} times",
        )


def _orders(subject: Subject, case: RowsCase, passes: int) -> Orders:
    """The orders of the passes that hold every row once; others are another check's business."""
    found = _batches(subject, case, passes=passes)
    orders = []
    for number in range(len(found.passes)):
        rows = np.array(_rows([X for X, _ in _pairs(found, number)], 2)).reshape(-1, 2)[:, 0] / 10
        if np.array_equal(np.sort(rows), np.arange(case.num_examples)):
            orders.append(rows.astype(int).tolist())
    return orders


@claim(
    points=1,
    given=row_sets(several=True).map(_in_thirds),
    also=lambda rng: [_in_thirds(numbered_rows(9, 4))],
    hint="Let the arrays you are given decide. Arrays made along the way are float32 unless you say otherwise.",
    examples=10,
)
def data_iter_keeps_the_dtype(subject: Subject, case: RowsCase) -> None:
    """X and y have the dtype of features and labels, float32 or float64, and keep every digit."""
    for dtype in DTYPES:
        with expect.given(replace(case, note=f'dtype = "{dtype}"')):
            for X, y in _pairs(_batches(subject, case, dtype=dtype)):
                expect.dtype(X, dtype, f"With features in {dtype}, X")
                expect.dtype(y, dtype, f"With labels in {dtype}, y")
                if dtype == "float64":
                    _expect_digits(X, case.features, "X")
                    _expect_digits(y, case.labels, "y")
    with expect.given(replace(case, note='dtype = "float64"')):
        _expect_pairs_as_at_home(subject, case, _batches(subject, case, dtype="float64"), "for float64 arrays")


@claim(
    points=1,
    given=row_sets(columns=st.booleans(), several=True),
    hint="Shuffle row numbers, not the data: features and labels belong to your caller.",
    examples=10,
)
def data_iter_leaves_features_and_labels_as_they_were(subject: Subject, case: RowsCase) -> None:
    """data_iter only reads features and labels; after a pass they are as they were, and so are all its batches."""
    found = _batches(subject, case)
    expect.unchanged(found.changed, ("features", "labels"))
    if found.overwrote:
        raise Refuted(
            "The first batch changed when the next ones came: they seem to share one array.",
            got="other rows at the end of the pass",
            expected="a batch that stays as it is",
        )


@claim(
    points=1,
    given=st.just(replace(numbered_rows(9, 4), note=f"ctx = mx.{ELSEWHERE}")),
    hint="Everything you create, an array of row numbers too, needs a context: features know theirs. Without one, it "
    "lands on cpu(0), and two devices cannot be mixed.",
    examples=1,
)
def data_iter_stays_on_the_device_of_features(subject: Subject, case: RowsCase) -> None:
    """On another device (here cpu(1), in place of a GPU), data_iter works and its batches stay there."""
    found = _batches(subject, case, device=ELSEWHERE)
    for X, y in _pairs(found):
        expect.device(X, ELSEWHERE, "X")
        expect.device(y, ELSEWHERE, "y")
    _expect_pairs_as_at_home(subject, case, found, f"on {ELSEWHERE}")


MANY = 8
"""Rows that do not meet their own labels by chance: once in 8! = 40 320 times."""


def _expect_pairs_as_at_home(subject: Subject, case: RowsCase, found: Batches, where: str) -> None:
    """Rows and labels that are wrong here are wrong in float32 on cpu(0) too."""
    # In a few rows, wrong labels are right by chance.
    if case.num_examples < MANY or _same_rows(found, case) or not _same_rows(_batches(subject, case), case):
        return
    raise Refuted(f"The rows and labels of a pass are right in float32 on {HOME}, and wrong {where}.")


def _same_rows(found: Batches, case: RowsCase, number: int = 0) -> bool:
    """Whether a pass holds every row with its label once, as far as float32 can tell."""
    width = _per_row(case.features)
    rows = []
    for X, y in _pairs(found, number):
        if X.values.size != y.values.size * width:
            return False
        rows += np.hstack([X.exact().reshape(-1, width), y.exact().reshape(-1, 1)]).tolist()
    wanted = np.hstack([case.features.reshape(-1, width), case.labels.reshape(-1, 1)]).tolist()
    got, known = np.array(sorted(rows)), np.array(sorted(wanted))
    return got.shape == known.shape and bool(np.allclose(got, known, rtol=1e-5, atol=1e-6))


def _expect_digits(found: Tensor, source: Array, what: str) -> None:
    """A float64 number that is one of the source's to 1e-5 but not to the last digit went through float32."""
    known = np.unique(source)
    for value in found.exact().reshape(-1):
        near = known[np.argmin(np.abs(known - value))]
        if value != near and abs(value - near) < 1e-5 * max(1.0, abs(near)):
            raise Refuted(
                f"{what} has the dtype float64 but only the digits of float32.",
                got=expect.show(value, exact=True),
                expected=f"{expect.show(near, exact=True)}, as in the data",
            )


def _sizes(sizes: list[int]) -> str:
    shown = ", ".join(map(str, sizes[:10])) + (", ..." if len(sizes) > 10 else "")
    return f"[{shown}]"


PART = part("data_iter", ("data_iter",), globals(), MISCONCEPTIONS)
