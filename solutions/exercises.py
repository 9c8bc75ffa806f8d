"""Seven questions about linear regression, answered: the reference for the assignment *exercises*.

One function or two for each exercise; the constants of physics come first. What a function promises stands in its
docstring; how near a result has to be, and why, stands with the checks.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from mxnet import autograd, nd

__all__ = [
    "batch_sizes",
    "descend",
    "epoch_loss",
    "fit_resistance",
    "fit_temperature",
    "largest_stable_rate",
    "log_planck",
    "plot_sweep",
    "safe_loss",
    "second_derivative",
    "second_difference",
]

# Exact, by the definition of the SI since 2019.
h = 6.626_070_15e-34
"""Planck's constant in J s."""
c = 299_792_458.0
"""The speed of light in m/s."""
k = 1.380_649e-23
"""Boltzmann's constant in J/K."""


def descend(
    features: nd.NDArray, labels: nd.NDArray, w: nd.NDArray, b: nd.NDArray, lr: float, num_steps: int
) -> list[float]:
    """Take num_steps steps of gradient descent on all examples at once; return the num_steps + 1 losses on the way.

    features: (n, d); labels: (n,) or (n, 1); w: (d, 1); b: (1,); all of one dtype, on one context.
    lr: the learning rate. num_steps: 0 or more.

    The loss is the mean of (Xw + b - y)^2 / 2 over the n examples. losses[0] belongs to w and b as they came,
    losses[k] to what they are after k steps. Each step is p <- p - lr * dL/dp for p = w and p = b, both gradients
    taken at the same place. w and b are changed in place and keep dtype and context; features and labels are left as
    they were.
    """
    w.attach_grad()
    b.attach_grad()
    losses = []
    for step in range(num_steps + 1):
        with autograd.record():
            loss = nd.mean((nd.dot(features, w) + b - labels.reshape((-1, 1))) ** 2) / 2
        losses.append(float(loss.asscalar()))
        if step < num_steps:
            loss.backward()
            w -= lr * w.grad
            b -= lr * b.grad
    return losses


def fit_resistance(current: nd.NDArray, voltage: nd.NDArray) -> tuple[float, list[float]]:
    """Return the resistance R, in ohms, for which R * current is nearest to voltage, and the losses on the way to it.

    current: (n,) in amperes, anywhere from microamperes to kiloamperes; voltage: (n,) in volts, measured with noise.
    Both float32.

    Ohm's law is V = R I: no current, no voltage. R, a Python number, minimises the mean of (R I - V)^2 / 2, to three
    digits. It is learned: R starts at 0, and losses is a list of the mean loss (in V^2) at the start and after each
    step, none of them above the first. current and voltage are left as they were.
    """
    R = nd.zeros((1,), ctx=current.context)
    R.attach_grad()
    # The second derivative of the loss is the mean of I^2. A step of lr times the gradient is right in one go when lr
    # is its inverse; a second step removes what rounding has left.
    lr = 1 / float(nd.mean(current**2).asscalar())
    losses = []
    for _ in range(3):
        with autograd.record():
            loss = nd.mean((R * current - voltage) ** 2) / 2
        loss.backward()
        losses.append(float(loss.asscalar()))
        R -= lr * R.grad
    return float(R.asscalar()), losses


def log_planck(wavelength: nd.NDArray, T: nd.NDArray) -> nd.NDArray:
    """Return the natural logarithm of u(wavelength, T), the spectral energy density of a black body, u in J/m^4.

    Planck's law (M. Planck, Annalen der Physik 4, 1901), per unit of wavelength:

        u = 8 pi h c / wavelength^5 / (exp(x) - 1),    x = h c / (wavelength k T)

    wavelength: (n,) in micrometres, from 0.1 to 100 000 (10 cm). T: (1,) or (n,) in kelvins, from 2.7 (the sky) to
    30 000 (the hottest stars). Both of one dtype, on one context.

    The result is a new (n,) array of that dtype on that context, finite and right to about five digits in float32
    everywhere in these ranges. Under `autograd.record` gradients, finite too, reach wavelength and T.
    """
    x = 1e6 * h * c / k / (wavelength * T)
    # exp(x) - 1 = exp(x) (1 - exp(-x)): the first factor leaves the logarithm as x and cannot overflow; expm1 keeps
    # the digits of the second where x is small.
    return math.log(8e30 * math.pi * h * c) - 5 * nd.log(wavelength) - x - nd.log(-nd.expm1(-x))


def fit_temperature(wavelength: nd.NDArray, density: nd.NDArray) -> float:
    """Return the temperature, in kelvins, of the black body whose spectral energy density was measured.

    wavelength: (n,) in micrometres, at least one; density: (n,) in J/m^4, all above 0, with noise in proportion to the
    values. Both float32, left as they were. The wavelengths lie between 0.3 and 10 times the one at which the body is
    brightest, and the temperature between 3 and 30 000 K.

    The result is a Python number; without noise it is right to three digits.
    """
    target = nd.log(density)
    # Steps of Gauss and Newton for log T. From below no step overshoots: where the curve is steepest, x >> 1, it has
    # the form -a exp(-log T), and a step moves log T up by 1 - T / T_true < 1.
    T = 2.0 * nd.ones_like(wavelength)
    for _ in range(20):
        T.attach_grad()
        with autograd.record():
            log_u = log_planck(wavelength, T)
        log_u.backward()
        slope = T * T.grad  # d log u / d log T, for each wavelength by itself
        T = T * nd.exp(nd.mean(slope * (target - log_u)) / nd.mean(slope**2))
    return float(T[0].asscalar())


def second_derivative(f: Callable[[nd.NDArray], nd.NDArray], x: nd.NDArray) -> nd.NDArray:
    """Return f''(x), entry by entry, by differentiating twice with autograd.

    f: takes an array to one of the same shape, entry by entry (entry i depends on entry i alone), with operators whose
    gradient MXNet can differentiate again. x: any shape and context, float32 or float64, all kept.

    The result is a new array, as exact as the dtype allows. x is left as it was. MXNetError where MXNet cannot
    differentiate f twice.
    """
    x = x.copy()
    x.attach_grad()
    with autograd.record():
        slope = autograd.grad(f(x), x, create_graph=True, retain_graph=True)[0]
    slope.backward()
    return x.grad


def second_difference(f: Callable[[nd.NDArray], nd.NDArray], x: nd.NDArray) -> nd.NDArray:
    """Return f''(x), entry by entry, for any f that autograd can differentiate once: (f'(x + h) - f'(x - h)) / (2 h).

    f: takes an array to one of the same shape, entry by entry. x: any shape and context, entries between 0.5 and 4,
    float32 or float64; all kept, and x is left as it was.

    Of smooth functions the result is right to two digits in float32 and to six in float64, so h must fit the dtype.
    """

    def slope(at: nd.NDArray) -> nd.NDArray:
        at.attach_grad()
        with autograd.record():
            y = f(at)
        y.backward()
        return at.grad

    # The formula is off by h^2 / 6 f'''', and rounding adds about eps f' / h: together least near the cube root of eps.
    step = float(np.cbrt(np.finfo(x.dtype).eps))
    return (slope(x + step) - slope(x - step)) / (2 * step)


def safe_loss(y_hat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
    """Return the loss (y_hat_i - y_i)^2 / 2 of every example, in the shape of y_hat, or refuse.

    y_hat: (n, 1) predictions. y: n labels, (n,), (n, 1) or (1, n), in the order of the predictions; same dtype, same
    context, which the result shares. Under `autograd.record` the gradient with respect to y_hat is y_hat - y. No
    argument is changed.

    ValueError if y has another number of entries than y_hat, whether or not broadcasting could make them fit.
    """
    if y.size != y_hat.size:
        raise ValueError(f"{y_hat.size} predictions cannot be compared with {y.size} labels.")
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2


def largest_stable_rate(features: nd.NDArray) -> float:
    """Return the largest learning rate at which `descend` does not diverge on these features, whatever the labels.

    features: (n, d), float32. The loss of `descend` has the second derivatives H = A^T A / n, where A = [X, 1] is the
    features with a column of ones for the bias. A step multiplies the error along an eigenvector of H with eigenvalue
    lam by 1 - lr * lam; the result is the border, as a Python number, right to three digits.
    """
    X = features.asnumpy().astype(np.float64)
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2 / np.linalg.eigvalsh(A.T @ A / len(A))[-1])


def plot_sweep(losses: Mapping[float, Sequence[float]]) -> None:
    """Show one figure with one panel: a line for each learning rate, its losses against the steps 0, 1, 2, ...

    losses: for each learning rate, the losses that `descend` returned.

    The losses are on a logarithmic scale. The panel has a title and a name for each axis. Its legend tells the lines
    apart by their rates, written as f"{lr:g}" in each label. Nothing is returned.
    """
    plt.figure(figsize=(7, 4))
    for lr, on_the_way in losses.items():
        plt.semilogy(range(len(on_the_way)), on_the_way, label=f"lr = {lr:g}")
    plt.xlabel("step")
    plt.ylabel("mean loss")
    plt.title("How fast the loss falls")
    plt.legend()
    plt.show()


def batch_sizes(num_examples: int, batch_size: int, num_epochs: int, last: str) -> list[list[int]]:
    """Return the sizes of the batches, in order, of each of num_epochs passes over num_examples examples.

    num_examples, batch_size, num_epochs: at least 1. last says what becomes of the examples at the end of a pass that
    do not fill a batch:

        "keep"      they make a smaller batch
        "discard"   they are left out
        "rollover"  they wait, and open the next pass, whose first batch they begin; all batches are full

    A pass without any batch is an empty list.
    """
    passes, waiting = [], 0
    for _ in range(num_epochs):
        full, rest = divmod(num_examples + waiting, batch_size)
        passes.append([batch_size] * full + ([rest] if rest and last == "keep" else []))
        waiting = rest if last == "rollover" else 0
    return passes


def epoch_loss(means: Sequence[float], sizes: Sequence[int]) -> float:
    """Return the mean loss of all examples of a pass, from the mean loss of each batch and the batches' sizes.

    means, sizes: of one length, at least one batch; sizes are at least 1.
    """
    return sum(mean * size for mean, size in zip(means, sizes, strict=True)) / sum(sizes)
