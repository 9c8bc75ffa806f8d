"""The reference answers to the exercises, against numpy in float64 and against what theory says of them."""

import mxnet as mx
import numpy as np
import pytest
from matplotlib import pyplot as plt
from mxnet import gluon, nd

from solutions import exercises

C2 = 14_387.768_8
"""h c / k in micrometre kelvins, CODATA 2018."""


def problem(n=200, d=2, seed=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    y = X @ np.arange(1, d + 1) - 2 + 0.1 * rng.normal(size=n)
    return X, y, np.hstack([X, np.ones((n, 1))])


# 1, zero initialisation


def test_descend_goes_where_the_gradient_of_the_mean_leads():
    X, y, A = problem()
    w, b = nd.array([[0.5], [-1.0]]), nd.array([2.0])
    losses = exercises.descend(nd.array(X), nd.array(y), w, b, 0.1, 5)
    theta = np.array([0.5, -1.0, 2.0])
    wanted = []
    for _ in range(6):
        wanted.append(np.mean((A @ theta - y) ** 2) / 2)
        last, theta = theta, theta - 0.1 * A.T @ (A @ theta - y) / len(y)
    assert losses == pytest.approx(wanted, rel=1e-5)
    assert [*w.asnumpy().ravel(), *b.asnumpy()] == pytest.approx(last, rel=1e-5)


def test_descend_from_zero_reaches_least_squares():
    X, y, A = problem()
    w, b = nd.zeros((2, 1)), nd.zeros((1,))
    losses = exercises.descend(nd.array(X), nd.array(y), w, b, 0.5, 60)
    best = np.linalg.lstsq(A, y, rcond=None)[0]
    assert [*w.asnumpy().ravel(), *b.asnumpy()] == pytest.approx(best, abs=1e-5)
    assert losses[-1] == pytest.approx(np.mean((A @ best - y) ** 2) / 2, rel=1e-5)


def test_no_step_is_no_change():
    w, b = nd.array([[3.0]]), nd.array([1.0])
    assert exercises.descend(nd.array([[2.0]]), nd.array([6.0]), w, b, 0.1, 0) == [0.5]
    assert (w.asscalar(), b.asscalar()) == (3, 1)


# 2, Ohm's law


@pytest.mark.parametrize("unit", [1e-6, 1e-3, 1.0, 1e3])
@pytest.mark.parametrize("R", [0.1, 4700.0, 1e6])
def test_the_resistance_is_that_of_least_squares_in_any_unit(unit, R):
    rng = np.random.default_rng(5)
    I = unit * rng.uniform(0.1, 2, 40)  # noqa: E741
    V = R * I + 0.02 * R * unit * rng.normal(size=40)
    found, losses = exercises.fit_resistance(nd.array(I), nd.array(V))
    assert found == pytest.approx(I @ V / (I @ I), rel=1e-5)
    assert losses[0] == pytest.approx(np.mean(V**2) / 2, rel=1e-5)
    assert losses[-1] == pytest.approx(np.mean((found * I - V) ** 2) / 2, rel=1e-3)


# 3, Planck's law


def log_u(wavelength, T):
    x = C2 / (wavelength * T)
    # 8 pi h c = 4.992 482e-24 J m, and 30 log 10 for micrometres to the fifth.
    return np.log(4.992_482_5e-24) + 30 * np.log(10) - 5 * np.log(wavelength) - x - np.log(-np.expm1(-x))


def test_a_density_that_can_be_looked_up():
    """At 5772 K, the sun's temperature, and 0.5 micrometres the radiance is 26.2 kW / (m^2 sr nm), which is c / 4 pi
    times the energy density.
    """
    found = float(
        exercises.log_planck(nd.array([0.5], dtype="float64"), nd.array([5772.0], dtype="float64")).asscalar()
    )
    assert np.exp(found) * exercises.c / (4 * np.pi) / 1e12 == pytest.approx(26.2, abs=0.1)


def test_the_logarithm_is_right_and_finite_over_the_whole_range_in_float32():
    wavelength, T = (
        grid.ravel().astype(np.float32) for grid in np.meshgrid(np.geomspace(0.1, 1e5, 60), np.geomspace(2.7, 3e4, 40))
    )
    found = exercises.log_planck(nd.array(wavelength), nd.array(T)).asnumpy()
    wide = wavelength.astype(float), T.astype(float)
    terms = 16 + 5 * np.abs(np.log(wide[0])) + C2 / (wide[0] * wide[1])
    assert np.all(np.abs(found - log_u(*wide)) <= 1e-6 * terms)


def test_gradients_are_finite_over_the_whole_range():
    wavelength, T = (
        nd.array(grid.ravel()) for grid in np.meshgrid(np.geomspace(0.1, 1e5, 30), np.geomspace(2.7, 3e4, 20))
    )
    for array in (wavelength, T):
        array.attach_grad()
    with mx.autograd.record():
        found = exercises.log_planck(wavelength, T)
    found.backward()
    x = C2 / (wavelength.asnumpy().astype(float) * T.asnumpy())
    slope = x / -np.expm1(-x)
    assert T.grad.asnumpy() * T.asnumpy() == pytest.approx(slope, rel=1e-5)
    assert np.abs(wavelength.grad.asnumpy() * wavelength.asnumpy() - slope + 5).max() <= 1e-5 * x.max()


@pytest.mark.parametrize("T", [3.0, 77.0, 300.0, 5800.0, 30_000.0])
@pytest.mark.parametrize("window", [(0.3, 0.5), (0.5, 4.0), (5.0, 10.0)])
def test_a_temperature_is_found_from_any_window(T, window):
    wavelength = (2898 / T * np.linspace(*window, 5)).astype(np.float32)
    density = np.exp(log_u(wavelength.astype(float), T))
    assert exercises.fit_temperature(nd.array(wavelength), nd.array(density)) == pytest.approx(T, rel=1e-5)


def test_noise_averages_out():
    rng = np.random.default_rng(8)
    wavelength = rng.uniform(1, 20, 400)
    density = np.exp(log_u(wavelength, 700.0)) * (1 + 0.05 * rng.normal(size=400))
    assert exercises.fit_temperature(nd.array(wavelength), nd.array(density)) == pytest.approx(700, rel=0.005)


# 4, second derivatives

TWICE = {
    "exp": (nd.exp, np.exp),
    "log": (nd.log, lambda x: -1 / x**2),
    "sin": (nd.sin, lambda x: -np.sin(x)),
    "tanh": (nd.tanh, lambda x: -2 * np.tanh(x) / np.cosh(x) ** 2),
    "sqrt": (nd.sqrt, lambda x: -0.25 * x**-1.5),
    "sigmoid": (nd.sigmoid, lambda x: -np.tanh(x / 2) / (4 * np.cosh(x / 2) ** 2)),
    "square": (nd.square, lambda x: 2 + 0 * x),
    "reciprocal": (nd.reciprocal, lambda x: 2 / x**3),
    "log(1 + exp)": (lambda x: nd.log(1 + nd.exp(x)), lambda x: 1 / (4 * np.cosh(x / 2) ** 2)),
}
ONCE = {
    "x ** 3": (lambda x: x**3, lambda x: 6 * x),
    "x * x * x": (lambda x: x * x * x, lambda x: 6 * x),
    "1 / x": (lambda x: 1 / x, lambda x: 2 / x**3),
    "dot": (lambda x: nd.dot(nd.diag(x), x), lambda x: 2 + 0 * x),
    "reshape": (lambda x: nd.square(x.reshape((-1, 1))).reshape((-1,)), lambda x: 2 + 0 * x),
}
X = np.array([0.5, 1.0, 2.0, 3.5])


@pytest.mark.parametrize("name", TWICE)
@pytest.mark.parametrize(("dtype", "off"), [("float32", 5e-6), ("float64", 1e-13)])
def test_autograd_differentiates_these_twice(name, dtype, off):
    f, second = TWICE[name]
    found = exercises.second_derivative(f, nd.array(X, dtype=dtype))
    assert found.dtype == np.dtype(dtype)
    assert found.asnumpy() == pytest.approx(second(X), abs=off)


@pytest.mark.parametrize("name", ONCE)
def test_autograd_refuses_these_and_a_difference_does_not(name):
    f, second = ONCE[name]
    with pytest.raises(mx.base.MXNetError, match="FGradient"):
        exercises.second_derivative(f, nd.array(X))
    assert exercises.second_difference(f, nd.array(X)).asnumpy() == pytest.approx(second(X), rel=2e-3)
    assert exercises.second_difference(f, nd.array(X, dtype="float64")).asnumpy() == pytest.approx(second(X), rel=1e-8)


@pytest.mark.parametrize("f", [nd.arcsinh, lambda x: nd.arccosh(x + 1)])
def test_mxnet_gets_the_sign_of_two_second_derivatives_wrong_and_a_difference_shows_it(f):
    """A fault of MXNet 1.9.1 that the notebook tells of."""
    x = nd.array(X, dtype="float64")
    twice, difference = (g(f, x).asnumpy() for g in (exercises.second_derivative, exercises.second_difference))
    assert twice == pytest.approx(-difference, rel=1e-6)


def test_a_straight_line_is_refused_with_another_message():
    with pytest.raises(mx.base.MXNetError, match="no inputs in computation graph that require gradients"):
        exercises.second_derivative(lambda x: 3 * x, nd.array(X))


# 5, shapes


@pytest.mark.parametrize("shape", [(3,), (3, 1), (1, 3)])
def test_a_safe_loss_pairs_predictions_and_labels_whatever_their_shape(shape):
    y_hat, y = nd.array([[1.0], [2.0], [4.0]]), nd.array([1.0, 0.0, 1.0]).reshape(shape)
    assert exercises.safe_loss(y_hat, y).asnumpy().tolist() == [[0.0], [2.0], [4.5]]


@pytest.mark.parametrize("shape", [(1,), (1, 1), (2,), (4, 1)])
def test_a_safe_loss_refuses_what_broadcasting_allows(shape):
    with pytest.raises(ValueError, match="3 predictions cannot be compared with"):
        exercises.safe_loss(nd.ones((3, 1)), nd.ones(shape))


# 6, learning rates


@pytest.mark.parametrize("scale", [0.01, 1.0, 100.0])
def test_below_the_largest_stable_rate_the_loss_falls_and_above_it_grows(scale):
    X, y, _ = problem(n=50, seed=1)
    X = scale * (X + np.array([1.0, 0.0]))
    rate = exercises.largest_stable_rate(nd.array(X))
    for factor, falls in ((0.97, True), (1.03, False)):
        w, b = nd.zeros((2, 1)), nd.zeros((1,))
        losses = exercises.descend(nd.array(X), nd.array(y), w, b, factor * rate, 300)
        assert (losses[-1] < losses[0]) is falls


def test_the_picture_of_a_sweep_has_a_line_for_each_rate(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    exercises.plot_sweep({0.1: [4.0, 2.0, 1.0], 0.03: [4.0, 3.0]})
    ax = plt.gca()
    assert [
        line.get_ydata().tolist() if hasattr(line.get_ydata(), "tolist") else line.get_ydata() for line in ax.lines
    ] == [
        [4.0, 2.0, 1.0],
        [4.0, 3.0],
    ]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["lr = 0.1", "lr = 0.03"]
    assert ax.get_yscale() == "log"
    plt.close("all")


# 7, batches


@pytest.mark.parametrize("last", ["keep", "discard", "rollover"])
@pytest.mark.parametrize(("n", "batch_size"), [(10, 4), (12, 4), (3, 5), (7, 5), (1, 1)])
def test_the_sizes_are_those_of_gluons_loader(last, n, batch_size):
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.arange(n)), batch_size=batch_size, last_batch=last)
    assert exercises.batch_sizes(n, batch_size, 4, last) == [[len(batch) for batch in loader] for _ in range(4)]


def test_the_loss_of_an_epoch_is_the_mean_over_examples():
    losses = np.arange(10.0)
    batches = [losses[:4], losses[4:8], losses[8:]]
    assert exercises.epoch_loss([batch.mean() for batch in batches], [4, 4, 2]) == losses.mean()
