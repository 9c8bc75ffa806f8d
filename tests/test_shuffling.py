"""The test for uniform shuffles never accuses a fair one and never misses the ways in which students get it wrong."""

import numpy as np
import pytest

from grader.shuffling import FALSE_ALARM, leaning, suspicious

ROWS, BATCH, PASSES = 12, 4, 200


def passes(one_pass, seed: int = 0, count: int = PASSES) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [[int(row) for row in one_pass(rng, number)] for number in range(count)]


def in_order(rng, number):
    return range(ROWS)


def once(rng, number):
    return np.random.default_rng(3).permutation(ROWS)


def rotation(rng, number):
    return np.roll(np.arange(ROWS), rng.integers(ROWS))


def within_batches(rng, number):
    return np.concatenate([rng.permutation(np.arange(start, start + BATCH)) for start in range(0, ROWS, BATCH)])


def of_batches(rng, number):
    return rng.permutation(np.arange(ROWS).reshape(-1, BATCH)).reshape(-1)


def of_batches_and_within(rng, number):
    return np.concatenate([rng.permutation(batch) for batch in rng.permutation(np.arange(ROWS).reshape(-1, BATCH))])


def of_pairs(rng, number):
    return rng.permutation(np.arange(ROWS).reshape(-1, 2)).reshape(-1)


def swaps_of_neighbours(rng, number):
    order = np.arange(ROWS)
    for i in range(ROWS - 1):
        if rng.random() < 0.5:
            order[[i, i + 1]] = order[[i + 1, i]]
    return order


def reversed_every_other_time(rng, number):
    return np.arange(ROWS)[:: 1 if number % 2 else -1]


def two_orders_in_turn(rng, number):
    return np.random.default_rng(number % 2).permutation(ROWS)


def the_first_row_stays(rng, number):
    return [0, *rng.permutation(np.arange(1, ROWS))]


def the_last_row_comes_last(rng, number):
    return [*rng.permutation(ROWS - 1), ROWS - 1]


def a_naive_swap_with_the_first(rng, number):
    """Three random exchanges instead of a shuffle."""
    order = np.arange(ROWS)
    for _ in range(3):
        i, j = rng.integers(ROWS, size=2)
        order[[i, j]] = order[[j, i]]
    return order


def never_in_its_place(rng, number):
    """Sattolo's shuffle: one cycle."""
    order = np.arange(ROWS)
    for i in range(ROWS - 1, 0, -1):
        j = rng.integers(i)
        order[[i, j]] = order[[j, i]]
    return order


BAD = [
    in_order,
    once,
    rotation,
    within_batches,
    of_batches,
    of_batches_and_within,
    of_pairs,
    swaps_of_neighbours,
    reversed_every_other_time,
    two_orders_in_turn,
    the_first_row_stays,
    the_last_row_comes_last,
    a_naive_swap_with_the_first,
    never_in_its_place,
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.__name__)
def test_a_bad_shuffle_is_found_whatever_the_seed(bad):
    for seed in range(10):
        finding = suspicious(passes(bad, seed), BATCH)
        assert finding is not None, f"seed {seed}"
        assert finding.count > 1.5 * finding.expected


def test_a_fair_shuffle_is_never_suspicious():
    rng = np.random.default_rng(1)
    table = np.tile(np.arange(ROWS), (PASSES, 1))
    for _ in range(200):
        assert suspicious(rng.permuted(table, axis=1).tolist(), BATCH) is None


@pytest.mark.parametrize(("rows", "batch", "count"), [(2, 1, 50), (5, 2, 100), (7, 7, 60), (3, 10, 60), (20, 1, 40)])
def test_a_fair_shuffle_of_any_size_is_not_suspicious_either(rows, batch, count):
    rng = np.random.default_rng(2)
    for _ in range(20):
        assert suspicious([rng.permutation(rows).tolist() for _ in range(count)], batch) is None


def test_few_passes_are_no_evidence():
    for seed in range(20):
        assert suspicious(passes(in_order, seed, count=3), BATCH) is None


def test_the_threshold_is_the_union_bound_over_all_events():
    """Row 0 comes first in `count` of K passes, everything else is as even as can be: the Chernoff bound decides."""
    K, p = 2400, 1 / ROWS
    events = 2 * ROWS**2 + ROWS * (ROWS - 1) / 2 + 1

    def bound(count: int) -> float:
        q = count / K
        return events * np.exp(-K * (q * np.log(q / p) + (1 - q) * np.log((1 - q) / (1 - p))))

    critical = next(count for count in range(K // ROWS + 1, K) if bound(count) < FALSE_ALARM)
    rng = np.random.default_rng(5)

    def with_row_0_first(count: int) -> list[list[int]]:
        orders = []
        for number in range(K):
            rest = rng.permutation(np.arange(1, ROWS)).tolist()
            place = 0 if number < count else 1 + number % (ROWS - 1)
            orders.append([*rest[:place], 0, *rest[place:]])
        return orders

    assert suspicious(with_row_0_first(critical - 1), 1) is None
    finding = suspicious(with_row_0_first(critical), 1)
    assert finding is not None
    assert finding.count == critical
    assert finding.expected == pytest.approx(K / ROWS)
    assert finding.sentence.startswith("Row 0 comes at position 0 far too often")


def test_the_finding_names_the_rows_and_counts_them():
    finding = suspicious(passes(rotation), BATCH)
    assert finding is not None
    assert "comes right after row" in finding.sentence
    assert finding.count > 0.8 * PASSES
    finding = suspicious(passes(of_batches_and_within), BATCH)
    assert finding is not None
    assert "share a batch" in finding.sentence
    assert finding.count == PASSES
    assert finding.expected == pytest.approx(PASSES * 3 / 11)


# few passes over many rows

MANY, FEW = 3000, 6


def swapped_with_any(rng):
    """The naive shuffle: every row is swapped with any of all."""
    order = list(range(MANY))
    for i, j in enumerate(rng.integers(MANY, size=MANY)):
        order[i], order[j] = order[j], order[i]
    return order


def within_a_thousand(rng):
    return np.concatenate([rng.permutation(np.arange(i, i + 1000)) for i in range(0, MANY, 1000)])


def blocks_of_ten(rng):
    return rng.permutation(np.arange(MANY).reshape(-1, 10)).reshape(-1)


def backwards_blocks_of_ten(rng):
    return blocks_of_ten(rng)[::-1]


def sorted_tens(rng):
    return np.sort(rng.permutation(MANY).reshape(-1, 10), axis=1).reshape(-1)


def with_ties(rng):
    """Sorted by keys of which many are equal: then rows keep their order."""
    return np.argsort(rng.integers(20, size=MANY), kind="stable")


def half_of_them(rng):
    return np.concatenate([np.arange(MANY // 2), rng.permutation(np.arange(MANY // 2, MANY))])


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (swapped_with_any, "Rows come earlier than they stood"),
        (within_a_thousand, "The rows 0 to 299 come at"),
        (blocks_of_ten, "neighbours keep their order"),
        (backwards_blocks_of_ten, "neighbours change their order"),
        (sorted_tens, "followed by one from further down"),
        (with_ties, "followed by one from further down"),
        (half_of_them, "neighbours keep their order"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_slight_bias_shows_in_many_rows(bad, sentence):
    for seed in range(5):
        rng = np.random.default_rng(seed)
        finding = leaning([list(bad(rng)) for _ in range(FEW)])
        assert finding is not None, f"seed {seed}"
        assert finding.count > finding.expected
        assert seed or sentence in finding.sentence


def test_a_fair_shuffle_does_not_lean():
    rng = np.random.default_rng(3)
    table = np.tile(np.arange(MANY), (FEW, 1))
    for _ in range(200):
        assert leaning(rng.permuted(table, axis=1).tolist()) is None


def test_counts_of_a_fair_shuffle_deviate_as_the_bound_says():
    """Excedances of n rows have mean (n - 1) / 2 and variance (n + 1) / 12."""
    rng = np.random.default_rng(4)
    came = rng.permuted(np.tile(np.arange(30), (20_000, 1)), axis=1)
    counts = np.sum(came > np.arange(30), axis=1)
    assert counts.mean() == pytest.approx(29 / 2, abs=0.1)
    assert counts.var() == pytest.approx(31 / 12, rel=0.05)
    for excess in (2, 4, 6):
        assert np.mean(counts >= 15 + excess) <= np.exp(-6 * excess**2 / 30)
