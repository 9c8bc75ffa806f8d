"""Comparisons that no wrong value slips through, with words that show the difference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import expect
from grader.claims import Refuted, Unusable
from grader.strategies import LossCase
from grader.subject import NotAnArray, Tensor

GENTLE = settings(derandomize=True, database=None, deadline=None, max_examples=60)


def refutation(*arguments, **options) -> Refuted:
    with pytest.raises(Refuted) as caught:
        expect.values(*arguments, "y_hat", **options)
    return caught.value


def tensor(values, dtype: str = "float32", device: str = "cpu(0)") -> Tensor:
    return Tensor(np.asarray(values, dtype=dtype), device)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("expected", [0.0, 1.0, -1e30])
@pytest.mark.parametrize("scale", [None, 1e30])
def test_nan_and_infinity_are_never_right(bad, expected, scale):
    wanted = np.array([[expected], [1.0]])
    got = tensor([[bad], [1.0]])
    fault = refutation(got, wanted, scale=scale)
    assert fault.message == "y_hat has the wrong values."
    assert f"{bad:g}" in fault.got


def test_one_nan_in_a_large_array_is_found_and_located():
    got = np.zeros((50, 2))
    got[7, 1] = np.nan
    fault = refutation(got, np.zeros((50, 2)))
    assert fault.message == "y_hat is wrong in 1 of 100 elements, first at [7, 1]."
    assert (fault.got, fault.expected) == ("nan", "0")


def test_values_too_far_apart_to_subtract_are_refuted_without_a_warning():
    assert refutation(np.array([1.5e308]), np.array([-1e308])).got == "[1.5e+308]"


@pytest.mark.parametrize("shape", [(0,), (0, 1), ()])
def test_empty_arrays_and_single_numbers_can_be_right(shape):
    expect.values(np.full(shape, 2.0), np.full(shape, 2.0), "y_hat")


def test_a_single_number_can_be_wrong():
    fault = refutation(np.array(1.0), np.array(2.0))
    assert (fault.got, fault.expected) == ("1", "2")


@pytest.mark.parametrize(("got", "wanted"), [((2,), (2, 1)), ((), (1,)), ((0, 1), (0,)), ((2, 2), (2, 1))])
def test_shapes_that_would_broadcast_are_still_different_shapes(got, wanted):
    fault = refutation(np.zeros(got), np.zeros(wanted))
    assert fault.message == "y_hat has the wrong shape."
    assert (fault.got, fault.expected) == (f"shape {got}", f"shape {wanted}")


def test_the_tolerance_table_is_the_line_between_right_and_wrong():
    assert expect.RTOL == {"float32": 1e-5, "float64": 1e-12}
    for dtype, rtol in expect.RTOL.items():
        wanted = np.array([4.0])
        expect.values(wanted * (1 + 0.99 * rtol), wanted, "y_hat", dtype=dtype)
        refutation(wanted * (1 + 1.01 * rtol), wanted, dtype=dtype)


def test_a_float32_detour_is_always_outside_the_float64_tolerance():
    wanted = np.array([1 / 3])
    expect.values(wanted.astype(np.float32).astype(np.float64), wanted, "y_hat", dtype="float32")
    refutation(wanted.astype(np.float32).astype(np.float64), wanted, dtype="float64")


def test_without_a_scale_an_expected_zero_must_be_exact():
    expect.values(np.zeros(1), np.zeros(1), "y_hat")
    refutation(np.array([1e-30]), np.zeros(1))


def test_a_scale_allows_the_rounding_of_large_terms_that_cancel():
    expect.values(np.array([0.9e-2]), np.zeros(1), "y_hat", scale=1e3)
    refutation(np.array([1.1e-2]), np.zeros(1), scale=1e3)
    expect.values(np.array([0.9e-2, 0.0]), np.zeros(2), "y_hat", scale=np.array([1e3, 0.0]))
    refutation(np.array([0.0, 0.9e-2]), np.zeros(2), scale=np.array([1e3, 0.0]))


@GENTLE
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40))
def test_values_are_right_when_compared_with_themselves(numbers):
    expect.values(tensor(numbers), np.array(numbers), "y_hat")


@GENTLE
@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=40), st.data())
def test_a_single_wrong_element_never_gets_through(numbers, data):
    wanted = np.array(numbers)
    where = data.draw(st.integers(0, len(numbers) - 1))
    got = wanted.copy()
    got[where] += 1e-3 + 1e-3 * abs(got[where])
    refutation(got, wanted)


def test_got_and_expected_never_read_the_same():
    fault = refutation(np.array([1 / 3]), np.array([1 / 3 + 1e-11]), dtype="float64")
    assert fault.got != fault.expected
    wanted = np.zeros(30)
    wanted[5] = 1 / 3
    fault = refutation(wanted + 1e-11, wanted, dtype="float64")
    assert fault.got != fault.expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (np.bool_(False), "False"),
        ("a list", "a list"),
        (3, "3"),
        (16777217, "16777217"),
        (np.int64(16777217), "16777217"),
        (2.0, "2"),
        (5e7, "50000000"),
        (-16777217.0, "-16777217"),
        (5e12, "5e+12"),
        (-0.0, "0"),
        (0.25, "0.25"),
        (np.float32(0.1), "0.1"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (1e-20, "1e-20"),
        (np.array(3.0), "3"),
        (np.array([]), "[]"),
        (np.array([1.0, -0.0, 0.5]), "[1, 0, 0.5]"),
        (np.array([[1.0], [-2.0]]), "[[1],\n [-2]]"),
        ([1, 2], "[1, 2]"),
        (np.zeros((2, 2, 1)), "[[[0],\n  [0]],\n [[0],\n  [0]]]"),
    ],
)
def test_values_are_shown_as_a_person_would_write_them(value, text):
    assert expect.show(value) == text


def test_arrays_are_shown_in_full_up_to_a_limit_and_then_by_their_beginning():
    assert expect.show(np.arange(float(expect.MAX_SHOWN))).count(",") == expect.MAX_SHOWN - 1
    assert expect.show(np.arange(100.0).reshape(50, 2)) == "an array of shape (50, 2) beginning with [0, 1, 2]"
    assert len(expect.show(np.ones((1000, 1000)))) < 100


def test_the_ends_of_a_long_array_and_every_digit_are_shown_on_demand():
    assert expect.show(np.arange(100.0), edge=2) == "[0, 1, ..., 98, 99]"
    assert expect.show(np.arange(12.0).reshape(6, 2), edge=1) == "[[0, 1],\n ...,\n [10, 11]]"
    assert expect.show(1 / 3, exact=True) == "0.3333333333333333"


def test_what_was_refuted_about_another_case_says_so():
    for example in ("", "its own"):
        with pytest.raises(Refuted) as caught, expect.given(LossCase(np.ones((1, 1)), np.ones(1))):
            raise Refuted("Wrong.", example=example)
        assert caught.value.example == (example or "y_hat = [[1]]\ny = [1]")


def test_something_that_is_no_array_is_unusable():
    found = tensor([1.0])
    assert expect.tensor(found, "y_hat") is found
    with pytest.raises(Unusable, match="y_hat must be an NDArray") as caught:
        expect.tensor(NotAnArray("a list"), "y_hat")
    assert (caught.value.got, caught.value.expected) == ("a list", "an NDArray")


def test_shape_device_and_dtype_are_compared_exactly():
    found = tensor([[1.0]])
    assert expect.shape(found, (1, 1), "y_hat") is found
    expect.device(found, "cpu(0)", "y_hat")
    expect.dtype(found, "float32", "y_hat")
    with pytest.raises(Refuted, match="wrong shape"):
        expect.shape(found, (1,), "y_hat")
    with pytest.raises(Refuted, match="wrong device") as caught:
        expect.device(found, "cpu(1)", "y_hat")
    assert (caught.value.got, caught.value.expected) == ("cpu(0)", "cpu(1)")
    with pytest.raises(Refuted, match="wrong dtype"):
        expect.dtype(found, "float64", "y_hat")


def test_changed_arguments_are_named():
    expect.unchanged((), ("X", "w", "b"))
    with pytest.raises(Refuted, match="The contents of X and b changed"):
        expect.unchanged((0, 2), ("X", "w", "b"))
