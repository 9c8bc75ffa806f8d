"""Central differences against derivatives done with pencil and paper."""

import numpy as np
import pytest

from grader.gradients import numerical_gradient


def test_it_is_exact_for_quadratics_however_large_eps_is():
    x = np.array([[1.0, -2.0], [0.5, 0.0]])
    for eps in (1e-3, 1e-2, 1.0, 8.0):
        np.testing.assert_allclose(numerical_gradient(lambda x: float(np.sum(x**2) / 2), x, eps=eps), x, atol=1e-11)


def test_the_error_is_eps_squared_times_a_sixth_of_the_third_derivative():
    error = numerical_gradient(lambda x: float(x[0] ** 3), np.array([2.0]), eps=0.1) - 12
    assert error[0] == pytest.approx(0.1**2)


@pytest.mark.parametrize("shape", [(), (1,), (2, 1), (2, 3, 2), (0,)])
def test_the_gradient_has_the_shape_of_x(shape):
    x = np.ones(shape)
    found = numerical_gradient(lambda x: float(3 * np.sum(x)), x)
    assert found.shape == shape
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, np.full(shape, 3.0))


def test_each_element_has_its_own_derivative():
    weights = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(numerical_gradient(lambda x: float(np.sum(weights * x)), np.zeros((2, 3))), weights)


def test_x_is_left_alone_even_by_a_function_that_writes():
    def careless(x: np.ndarray) -> float:
        total = float(np.sum(x**2))
        x[...] = 99
        return total

    x = np.array([1.0, 2.0])
    np.testing.assert_allclose(numerical_gradient(careless, x), [2.0, 4.0])
    np.testing.assert_array_equal(x, [1.0, 2.0])


def test_whole_numbers_are_differentiated_in_float64():
    np.testing.assert_allclose(numerical_gradient(lambda x: float(x[0] ** 2), np.array([3])), [6.0])
