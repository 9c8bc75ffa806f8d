"""Generated cases are what the checks take them for: exact in float32, readable, and simple when shrunk."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.strategies import (
    ANY,
    NONZERO,
    LinregCase,
    LossCase,
    RowsCase,
    StepCase,
    assignment,
    extreme_predictions_and_labels,
    large_linreg_inputs,
    large_row_sets,
    large_sgd_steps,
    linreg_inputs,
    numbered_rows,
    predictions_and_labels,
    row_sets,
    sgd_steps,
    single,
)

SOME = settings(derandomize=True, database=None, deadline=None, max_examples=60)


def is_simple(array: np.ndarray) -> bool:
    return array.dtype == np.float64 and bool(np.all(np.abs(array) <= 4) and np.all(array * 4 == np.round(array * 4)))


def fits_float32(array: np.ndarray) -> bool:
    return bool(np.array_equal(array.astype(np.float32).astype(np.float64), array))


def survives_float32(array: np.ndarray) -> bool:
    """Only rounded, that is, neither overflown nor denormal."""
    return bool(np.all(np.abs(array.astype(np.float32) - array) <= 2.0**-24 * np.abs(array)))


def drawn(strategy: st.SearchStrategy, count: int) -> list:
    """Some of a strategy's cases."""
    seen = []

    @settings(SOME, max_examples=count)
    @given(strategy)
    def look(case):
        seen.append(case)

    look()
    return seen


class Params(dict):
    """A list of parameters in which each can be given its values, and then its gradient."""

    def __setitem__(self, i: int, values: list) -> None:
        super().__setitem__(i, SimpleNamespace(values=values))


def retyped(case: object) -> dict[str, Any]:
    """What a person gets who types the example in."""
    namespace: dict[str, Any] = {"params": Params()}
    exec(str(case), namespace)
    return namespace


def test_the_numbers_are_all_quarters_up_to_four_the_simplest_first():
    assert sorted(ANY) == [k / 4 for k in range(-16, 17)]
    assert ANY[:5] == (0, 1, -1, 2, -2)
    assert ANY[9:11] == (0.5, -0.5)
    assert ANY[1:] == NONZERO
    assert 0 not in NONZERO


@SOME
@given(linreg_inputs())
def test_linreg_inputs_fit_together(case):
    n, d = case.X.shape
    assert (case.w.shape, case.b.shape) == ((d, 1), (1,))
    assert all(map(is_simple, (case.X, case.w, case.b)))
    assert fits_float32(case.X @ case.w + case.b)
    assert case.size == n * d + d + 1


@SOME
@given(linreg_inputs(max_examples=3, max_features=3))
def test_an_example_can_be_typed_in_again(case):
    typed = retyped(case)
    for name in ("X", "w", "b"):
        np.testing.assert_array_equal(typed[name], getattr(case, name))


@SOME
@given(predictions_and_labels())
def test_predictions_are_columns_and_labels_either_kind(case):
    n = len(case.y_hat)
    assert case.y_hat.shape == (n, 1)
    assert case.y.shape in ((n,), (n, 1))
    assert is_simple(case.y_hat)
    assert is_simple(case.y)


def test_both_kinds_of_labels_come_unless_one_is_asked_for():
    for columns, kinds in ((None, {1, 2}), (st.just(True), {2}), (st.just(False), {1})):
        assert {case.y.ndim for case in drawn(predictions_and_labels(columns), 25)} == kinds


@SOME
@given(sgd_steps(st.integers(1, 40)))
def test_steps_can_always_be_seen(case):
    assert len(case.params) == len(case.grads) >= 1
    for param, grad in zip(case.params, case.grads, strict=True):
        assert param.shape == grad.shape
        assert is_simple(param)
        assert is_simple(grad)
        assert np.all(grad != 0)
    assert case.lr > 0
    assert 1 <= case.batch_size <= 40
    typed = retyped(case)
    for param, grad, again in zip(case.params, case.grads, typed["params"].values(), strict=True):
        np.testing.assert_array_equal(again.values, param)
        np.testing.assert_array_equal(again.grad, grad)
    assert (typed["lr"], typed["batch_size"]) == (case.lr, case.batch_size)


@SOME
@given(row_sets(tails=st.sampled_from([(2,), (1,), (2, 3)]), columns=st.booleans(), repeated=True))
def test_rows_keep_their_labels_also_when_repeated(case):
    assert 1 <= case.num_examples <= 12
    assert len(case.labels) == case.num_examples
    assert case.batch_size >= 1
    first = case.features.reshape(case.num_examples, -1)[:, 0]
    np.testing.assert_array_equal(10 * first, case.labels.reshape(-1))


def test_batches_divide_the_rows_or_do_not_or_exceed_them():
    seen = set()
    for case in drawn(row_sets(), 100):
        n, m = case.num_examples, case.batch_size
        seen.add("larger" if m > n else "divides" if n % m == 0 else "does not")
    assert seen == {"larger", "divides", "does not"}


def test_numbered_rows_can_be_told_apart_at_a_glance():
    case = numbered_rows(3, 2)
    np.testing.assert_array_equal(case.features, [[0, 1], [10, 11], [20, 21]])
    np.testing.assert_array_equal(case.labels, [0, 100, 200])
    case = numbered_rows(2, 5, tail=(2, 2), column=True)
    np.testing.assert_array_equal(case.features[1], [[10, 11], [12, 13]])
    np.testing.assert_array_equal(case.labels, [[0], [100]])
    assert case.batch_size == 5


@pytest.mark.parametrize(
    "larger", [large_linreg_inputs, extreme_predictions_and_labels, large_sgd_steps, large_row_sets]
)
def test_larger_cases_follow_the_seed_and_survive_float32(larger):
    first, again, other = ([str(case) for case in larger(np.random.default_rng(seed))] for seed in (1, 1, 2))
    assert first == again
    assert first != other or larger is large_row_sets
    for case in larger(np.random.default_rng(1)):
        arrays = [value for value in vars(case).values() if isinstance(value, np.ndarray)]
        arrays += [item for value in vars(case).values() if isinstance(value, tuple) for item in value]
        assert arrays
        assert all(map(survives_float32, arrays))
        assert case.size >= sum(array.size for array in arrays)
        assert len(str(case)) < 4000


def test_failing_cases_shrink_to_the_simplest_numbers():
    case = hypothesis.find(linreg_inputs(), lambda case: bool(case.X.any()), settings=settings(SOME, max_examples=500))
    np.testing.assert_array_equal(case.X, [[1]])
    assert not case.w.any()
    assert not case.b.any()


def test_cases_print_as_aligned_assignments():
    assert assignment("w", np.array([[1.0], [-2.0]])) == "w = [[1],\n     [-2]]"
    case = StepCase((np.zeros(1),), (np.ones(1),), 0.5, 2)
    assert str(case) == "params[0] = [0]\nparams[0].grad = [1]\nlr = 0.5\nbatch_size = 2"
    assert case.size == 4
    assert str(LossCase(np.ones((1, 1)), np.ones(1))) == "y_hat = [[1]]\ny = [1]"
    assert str(RowsCase(2, np.ones((1, 1)), np.ones(1))).startswith("batch_size = 2\nfeatures = ")


def test_a_note_is_the_last_line_and_counts_for_nothing():
    case = LossCase(np.ones((1, 1)), np.ones(1))
    noted = replace(case, note='dtype = "float64"')
    assert str(noted) == f'{case}\ndtype = "float64"'
    assert noted.size == case.size


def test_of_many_rows_a_few_are_enough():
    assert "..." not in str(numbered_rows(6, 2))
    lines = str(numbered_rows(9, 2)).splitlines()
    assert lines[1:] == [
        "features = [[0, 1],",
        "            [10, 11],",
        "            ...,",
        "            [70, 71],",
        "            [80, 81]]",
        "labels = [0, 100, ..., 700, 800]",
    ]


def test_cases_are_records_compared_by_identity():
    first, second = (LinregCase(np.ones((1, 1)), np.ones((1, 1)), np.ones(1)) for _ in range(2))
    assert first == first
    assert first != second  # arrays have no single truth value


def test_sizes_shrink_with_what_there_is_to_read():
    sizes = [numbered_rows(n, 2).size for n in range(1, 6)]
    assert all(smaller < larger for smaller, larger in pairwise(sizes))


def test_single_rounds_to_what_a_float32_array_will_hold():
    third = single(np.array([1 / 3]))
    assert third.dtype == np.float64
    assert third[0] != 1 / 3
    assert fits_float32(third)
