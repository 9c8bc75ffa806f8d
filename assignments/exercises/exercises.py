# %% [markdown]
# # Seven exercises
#
# You have written linear regression from scratch and watched it find a hidden rule. Now we ask of it what one asks of
# any new tool: where does it work, where does it break, and why? Along the way you will be Georg Ohm for half an hour,
# take the temperature of a star, and catch MXNet giving a wrong answer.
#
# | exercise | you write | points |
# |---|---|---|
# | 1 Starting from zero | `descend`, and an answer | 7 + 3 |
# | 2 Ohm's law | `fit_resistance`, and an answer | 6 + 2 |
# | 3 Planck's law | `log_planck`, `fit_temperature`, and an answer | 8 + 6 + 2 |
# | 4 Second derivatives | `second_derivative`, `second_difference`, and an answer | 6 + 6 + 3 |
# | 5 The shape trap | `safe_loss`, and an answer | 6 + 3 |
# | 6 Learning rates | `largest_stable_rate`, `plot_sweep`, and an answer | 4 + 5 + 3 |
# | 7 The last batch | `batch_sizes`, `epoch_loss`, and an answer | 4 + 2 + 3 |
#
# **What you need.** From the notebook *Linear regression from scratch*: the model $\hat{y} = \mathbf{X}\mathbf{w} + b$,
# half the squared error as its loss, a gradient step, and how `autograd.record`, `backward` and `.grad` go together.
# Nothing has to be copied from there; this notebook stands alone.
#
# **How to work.** The exercises can be done in any order; only the experiments of exercise 6 borrow `descend` from
# exercise 1, and `fit_temperature` may call `log_planck`. Replace `raise NotImplementedError()` by your own lines, run
# the check below, read what it says, repeat. Cells in between are for looking and for playing; they wait for functions
# that do not exist yet. No function needs more than a second or two for what a check asks; after ten seconds of
# computing a check gives up on it. The answers in words are read by a person: a few sentences each.

# %% locked="setup"
# %matplotlib inline
import math
import random
from collections.abc import Callable, Mapping, Sequence

import mxnet as mx
import numpy as np
from matplotlib import pyplot as plt
from mxnet import autograd, gluon, nd

from grader import check, when_ready

random.seed(7)
np.random.seed(7)
mx.random.seed(7)

# %% [markdown]
# The data are old friends: 1000 examples with two features, turned into labels by $\mathbf{w} = (2, -3.4)$, $b = 4.2$
# and a little noise.

# %%
features = nd.random.normal(shape=(1000, 2))
labels = nd.dot(features, nd.array([2, -3.4])) + 4.2 + nd.random.normal(scale=0.01, shape=(1000,))

# %% [markdown]
# ## Exercise 1: starting from zero
#
# Training began with small random weights. Was that necessary? What if all parameters start at exactly zero?
#
# To find out we need a clean experiment, without the noise of small batches: *gradient descent on all examples at
# once*. With
#
# $$L(\mathbf{w}, b) = \frac{1}{n} \sum_{i=1}^{n} \frac{1}{2} \left(\mathbf{x}_i \mathbf{w} + b - y_i\right)^2,
# \qquad
# \mathbf{w} \leftarrow \mathbf{w} - \eta\, \frac{\partial L}{\partial \mathbf{w}}, \quad
# b \leftarrow b - \eta\, \frac{\partial L}{\partial b}$$
#
# write `descend`. It moves `w` and `b` *in place* and returns the losses on the way. Count them: with 3 steps there are
# 4 places, so 4 losses. The loss is a mean already, so there is no batch size left to divide by.


# %% solution="descend"
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
    ### BEGIN SOLUTION
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
    ### END SOLUTION


# %% check="descend" points=7
check("descend", descend)

# %% [markdown]
# **The experiment.** Three starts: zero, the small random numbers of the last notebook, and a point far away. Make
# a guess before you run it: which one is slowest?

# %%
with when_ready():
    plt.figure(figsize=(7, 4))
    starts = {
        "zero": (nd.zeros((2, 1)), nd.zeros((1,))),
        "small random": (0.01 * nd.random.normal(shape=(2, 1)), nd.zeros((1,))),
        "far away": (nd.array([[-30], [40]]), nd.array([50])),
    }
    for (name, (w, b)), style in zip(starts.items(), ("k-", "k--", "k:"), strict=True):
        losses = descend(features, labels, w, b, 0.1, 100)
        print(f"{name:13} w = {w.asnumpy().ravel()}, b = {b.asnumpy()}, loss {losses[0]:9.3f} -> {losses[-1]:.7f}")
        plt.semilogy(losses, style, label=name)
    plt.axhline(0.01**2 / 2, color="grey", linewidth=0.8, label="noise alone")
    plt.xlabel("step")
    plt.ylabel("mean loss")
    plt.title("Three places to start from")
    plt.legend()
    plt.show()

# %% [markdown]
# And now the same experiment with one thing changed: between features and prediction there is a *hidden layer* of four
# units, $\hat{y} = \tanh(\mathbf{X}\mathbf{W}_1 + \mathbf{b}_1)\,\mathbf{W}_2 + b_2$. You need not write it, only watch
# what becomes of its parameters.


# %%
def descend_with_hidden_layer(size: float, lr: float = 0.1, num_steps: int = 300) -> tuple[list[float], list[float]]:
    """Return the losses on the way, and for each of W1, b1, W2, b2 the largest entry after training."""
    params = [size * nd.random.normal(shape=shape) for shape in ((2, 4), (4,), (4, 1), (1,))]
    for param in params:
        param.attach_grad()
    W1, b1, W2, b2 = params
    losses = []
    for _ in range(num_steps):
        with autograd.record():
            y_hat = nd.dot(nd.tanh(nd.dot(features, W1) + b1), W2) + b2
            loss = nd.mean((y_hat - labels.reshape((-1, 1))) ** 2) / 2
        loss.backward()
        for param in params:
            param -= lr * param.grad
        losses.append(float(loss.asscalar()))
    largest = [float(param.abs().max().asscalar()) for param in params]
    return (losses, largest)


for size in (0.0, 0.5):
    losses, largest = descend_with_hidden_layer(size)
    entries = ", ".join(f"{name} {value:.3f}" for name, value in zip(["W1", "b1", "W2", "b2"], largest, strict=True))
    print(f"start {size:3}: loss {losses[0]:.3f} -> {losses[-1]:.3f}; largest entries: {entries}")

# %% [markdown]
# **Question 1 (3 points).** Does linear regression learn from zero, and why does it not matter where it starts? What is
# different about the network with a hidden layer: which of its parameters learned something from zero, which did not,
# and why?

# %% [markdown] answer="why_zero" points=3
# ### BEGIN SOLUTION
# It learns from zero as well as from anywhere else. At $\mathbf{w} = 0$, $b = 0$ the gradient is
# $-\mathbf{X}^\top \mathbf{y} / n$ and $-\bar{y}$, which is not zero, and each weight gets its own, because each
# multiplies a feature of its own. The loss is a convex quadratic with a single lowest point (the columns of
# $[\mathbf{X}, 1]$ are independent), so gradient descent with a small enough rate arrives there from every start; only
# the way is longer from farther away.
#
# With a hidden layer, zero is a place where nearly all gradients vanish: the gradient of $\mathbf{W}_1$ and
# $\mathbf{b}_1$ carries the factor $\mathbf{W}_2 = 0$, that of $\mathbf{W}_2$ the factor
# $\tanh(0) = 0$. Only $b_2$ moves, to the mean label, and the loss stays at half the variance of the labels.
# Even from equal numbers other than zero the four units would receive equal gradients and stay copies of each
# other; random numbers break the tie.
#
# Marks: 1 for "yes, and the gradient at zero is not zero", 1 for convex or a single minimum, 1 for the vanishing
# gradients (or the symmetry) of the hidden layer. That b2 learned is nice to have.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 2: Ohm's law
#
# Berlin, 1826: Georg Simon Ohm sends currents through wires and looks for a law. His model has one parameter,
#
# $$V = R\,I,$$
#
# voltage in volts, current in amperes, and what is to be learned is the resistance $R$, in ohms. Below is a page of a
# laboratory notebook. The currents are a few milliamperes, the voltmeter is not the best.

# %%
milliamperes = np.array([1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 12.0, 15.0, 18.0, 20.0])
current = nd.array(milliamperes / 1000)  # amperes
voltage = 470 * current + nd.random.normal(scale=0.1, shape=current.shape)

plt.figure(figsize=(6, 3.5))
plt.scatter(milliamperes, voltage.asnumpy(), color="black")
plt.xlabel("current in mA")
plt.ylabel("voltage in V")
plt.title("Measurements on an unknown resistor")
plt.show()

# %% [markdown]
# Write `fit_resistance`: start at $R = 0$ and let autograd and gradient descent do the rest, on the mean of
# $\frac{1}{2}(R\,I - V)^2$.
#
# Try `lr = 0.03` first, as in the last notebook, and look at $R$ after a thousand steps. It has hardly moved! The
# derivative of the loss is a mean of $I\,(R\,I - V)$, the second derivative a mean of $I^2$, and with amperes of a
# thousandth that is a millionth. Somebody with a welding machine, at 300 amperes, has the opposite problem. Your
# function must serve both. Two ways out: let the currents tell you the learning rate, or measure them in a unit of
# their own size. (And do not forget to change back.)


# %% solution="fit_resistance"
def fit_resistance(current: nd.NDArray, voltage: nd.NDArray) -> tuple[float, list[float]]:
    """Return the resistance R, in ohms, for which R * current is nearest to voltage, and the losses on the way to it.

    current: (n,) in amperes, anywhere from microamperes to kiloamperes; voltage: (n,) in volts, measured with noise.
    Both float32.

    Ohm's law is V = R I: no current, no voltage. R, a Python number, minimises the mean of (R I - V)^2 / 2, to three
    digits. It is learned: R starts at 0, and losses is a list of the mean loss (in V^2) at the start and after each
    step, none of them above the first. current and voltage are left as they were.
    """
    ### BEGIN SOLUTION
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
    ### END SOLUTION


# %% check="fit_resistance" points=6
check("fit_resistance", fit_resistance)

# %%
with when_ready():
    R, losses = fit_resistance(current, voltage)
    print(f"R = {R:.1f} ohms (the label on the resistor says 470), loss {losses[0]:.3f} -> {losses[-1]:.5f} V^2")
    plt.figure(figsize=(6, 3.5))
    plt.scatter(milliamperes, voltage.asnumpy(), color="black", label="measured")
    plt.plot([0, 21], [0, R * 0.021], "k--", label=f"V = {R:.1f} ohms * I")
    plt.xlabel("current in mA")
    plt.ylabel("voltage in V")
    plt.title("Ohm's law")
    plt.legend()
    plt.show()

# %% [markdown]
# **Question 2 (2 points).** With the ten currents above and `lr = 0.03`: by which factor does one step shrink the error
# of $R$, and roughly how many steps would it take to shrink it to a tenth? How did you choose the rate, and why does
# your choice suit any current?

# %% [markdown] answer="why_rate_of_ohm" points=2
# ### BEGIN SOLUTION
# The mean of $I^2$ is $1.296 \cdot 10^{-4}\ \mathrm{A}^2$. A step multiplies the error of $R$ by
# $1 - \eta \cdot \overline{I^2} = 1 - 3.9 \cdot 10^{-6}$, so a tenth takes
# $\ln 10 / (3.9 \cdot 10^{-6}) \approx 590\,000$ steps.
#
# With $\eta = 1 / \overline{I^2}$ (or with currents divided by their root mean square and a rate near 1) the factor
# is $1 - 1 = 0$, whatever the currents: the rate has the unit of $1 / \mathrm{A}^2$ and scales as it must.
#
# Marks: 1 for the factor and an order of magnitude of 10^5 to 10^6 steps; 1 for a rate in proportion to
# 1 / mean(I^2), or an equivalent change of units, with the reason.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 3: the temperature of things far away
#
# Whatever is warm glows, and Max Planck found out how. In a closed oven of temperature $T$ the light at wavelength
# $\lambda$ has the energy density
#
# $$u(\lambda, T) = \frac{8 \pi h c}{\lambda^5}\,\frac{1}{e^{x} - 1},
# \qquad x = \frac{h c}{\lambda\, k\, T},$$
#
# energy per volume and per wavelength, so $\mathrm{J/m^3/m} = \mathrm{J/m^4}$. Three constants of nature are in it, and
# since 2019 all three are exact by definition:

# %% locked="constants"
h = 6.626_070_15e-34  # Planck's constant, J s
c = 299_792_458.0  # the speed of light, m/s
k = 1.380_649e-23  # Boltzmann's constant, J/K

# %% [markdown]
# Turned around, the law is a thermometer that needs no touching: measure the light, find $T$. It reads the sky (2.7 K),
# you (310 K), the sun (5800 K) and the hottest stars (30 000 K). But put the formula into `float32` as it stands, and
# look:

# %%
for wavelength_in_m, T, what in (
    (10e-6, 310.0, "you"),
    (0.5e-6, 310.0, "you, in green light"),
    (0.05, 3e4, "a star, by radar"),
):
    T_array = nd.array([T])
    T_array.attach_grad()
    with autograd.record():
        x = h * c / k / wavelength_in_m / T_array
        log_u = nd.log(8 * math.pi * h * c / wavelength_in_m**5 / (nd.exp(x) - 1))
    log_u.backward()
    exact_x = h * c / k / wavelength_in_m / T
    exact = math.log(8 * math.pi * h * c) - 5 * math.log(wavelength_in_m) - exact_x - math.log(-math.expm1(-exact_x))
    print(
        f"{what:20} x = {exact_x:9.2g}  log u: {log_u.asscalar():8.4f}, should be {exact:8.4f}; "
        f"gradient {T_array.grad.asscalar():.4g}"
    )

# %% [markdown]
# Two different accidents. Where $x$ is beyond 88, $e^x$ is larger than the largest `float32` ($3.4 \cdot 10^{38}$) and
# becomes `inf`; the density then is 0, its logarithm `-inf`, the gradient `nan`, and training is over. Where $x$ is
# tiny, $e^x$ is 1 and a bit, and of that bit `float32`, with its seven digits, keeps next to nothing.
#
# The cure is always the same: choose units in which numbers are near 1, take logarithms before numbers get out of hand,
# and never subtract what is nearly equal. So wavelengths come in *micrometres* ($1\ \mathrm{µm} = 10^{-6}\
# \mathrm{m}$), temperatures in kelvins, and you write `log_planck`, which gives $\log u$ directly. Take the logarithm
# apart on paper. Then look at the term with $e^x - 1$: for large $x$ it should not compute $e^x$ at all, and for small
# $x$ MXNet has `nd.expm1`. One expression serves both ends.


# %% solution="log_planck"
def log_planck(wavelength: nd.NDArray, T: nd.NDArray) -> nd.NDArray:
    """Return the natural logarithm of u(wavelength, T), the spectral energy density of a black body, u in J/m^4.

    Planck's law (M. Planck, Annalen der Physik 4, 1901), per unit of wavelength:

        u = 8 pi h c / wavelength^5 / (exp(x) - 1),    x = h c / (wavelength k T)

    wavelength: (n,) in micrometres, from 0.1 to 100 000 (10 cm). T: (1,) or (n,) in kelvins, from 2.7 (the sky) to
    30 000 (the hottest stars). Both of one dtype, on one context.

    The result is a new (n,) array of that dtype on that context, finite and right to about five digits in float32
    everywhere in these ranges. Under `autograd.record` gradients, finite too, reach wavelength and T.
    """
    ### BEGIN SOLUTION
    x = 1e6 * h * c / k / (wavelength * T)
    # exp(x) - 1 = exp(x) (1 - exp(-x)): the first factor leaves the logarithm as x and cannot overflow; expm1 keeps
    # the digits of the second where x is small.
    return math.log(8e30 * math.pi * h * c) - 5 * nd.log(wavelength) - x - nd.log(-nd.expm1(-x))
    ### END SOLUTION


# %% check="log_planck" points=8
check("log_planck", log_planck)

# %% [markdown]
# **The glow of everything.** One picture from the sky to the stars: nearly forty powers of ten from bottom to
# top, all of it in `float32`.

# %%
with when_ready():
    wavelength = nd.array(np.geomspace(0.1, 1e5, 400))
    plt.figure(figsize=(7, 4.5))
    for T, what in (
        (2.7, "the sky"),
        (310, "you"),
        (1200, "a candle's soot"),
        (5772, "the sun"),
        (30_000, "a hot star"),
    ):
        plt.semilogx(
            wavelength.asnumpy(), log_planck(wavelength, nd.array([T])).asnumpy() / math.log(10), label=f"{what}, {T} K"
        )
    plt.ylim(-25, 12)
    plt.xlabel("wavelength in micrometres")
    plt.ylabel("log10 of u in J/m^4")
    plt.title("Planck's law")
    plt.legend(fontsize=8)
    plt.show()

# %% [markdown]
# Now the thermometer. `fit_temperature` gets wavelengths and densities and finds $T$. How to learn it is up to you.
# What you know from Ohm's law applies:
#
# - **What to compare.** Errors of the instrument are a few percent of each density, and the densities span many powers
#   of ten. Compare their logarithms.
# - **What to learn.** Between 3 K and 30 000 K no fixed rate for $T$ itself can suit. What about $\log T$, or $1/T$?
#   `nd.exp` turns one back into the other, on the graph.
# - **Which rate.** The inverse of the curvature, as before. For a loss that is a mean of half squares, the curvature is
#   about the mean of the squared slopes of the model. (If `T` has one entry for each wavelength, all equal, then
#   `backward` leaves in `T.grad` the slope at each wavelength by itself.)
# - **Where to start.** From a temperature that is too low, such steps approach the goal; from one that is far too high
#   they may shoot past it into nothing.


# %% solution="fit_temperature"
def fit_temperature(wavelength: nd.NDArray, density: nd.NDArray) -> float:
    """Return the temperature, in kelvins, of the black body whose spectral energy density was measured.

    wavelength: (n,) in micrometres, at least one; density: (n,) in J/m^4, all above 0, with noise in proportion to the
    values. Both float32, left as they were. The wavelengths lie between 0.3 and 10 times the one at which the body is
    brightest, and the temperature between 3 and 30 000 K.

    The result is a Python number; without noise it is right to three digits.
    """
    ### BEGIN SOLUTION
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
    ### END SOLUTION


# %% check="fit_temperature" points=6
check("fit_temperature", log_planck, fit_temperature)

# %% [markdown]
# **Point it at the sun.** Two hundred wavelengths from the near infrared, 5 % of noise, and none of them at the peak of
# the spectrum (which is at 0.5 micrometres).

# %%
with when_ready():
    wavelength = nd.array(np.random.uniform(0.8, 3.0, 200))
    density = nd.exp(log_planck(wavelength, nd.array([5772.0]))) * (1 + 0.05 * nd.random.normal(shape=(200,)))
    T = fit_temperature(wavelength, density)
    grid = nd.array(np.linspace(0.3, 3.2, 200))
    plt.figure(figsize=(7, 4))
    plt.scatter(wavelength.asnumpy(), density.asnumpy(), s=8, color="black", alpha=0.5, label="measured")
    plt.plot(
        grid.asnumpy(), nd.exp(log_planck(grid, nd.array([T]))).asnumpy(), "k--", label=f"a black body of {T:.0f} K"
    )
    plt.xlabel("wavelength in micrometres")
    plt.ylabel("u in J/m^4")
    plt.title("The sun's temperature is 5772 K")
    plt.legend()
    plt.show()

# %% [markdown]
# **Question 3 (2 points).** Suppose you had compared densities and not logarithms, and learned $T$ itself with a fixed
# rate. A body of 300 K has densities around 0.4 J/m$^4$, one of 6000 K around $10^6$. Why is there no rate that works
# for both? And what does comparing logarithms assume about the errors of the measurements?

# %% [markdown] answer="why_logarithms" points=2
# ### BEGIN SOLUTION
# The curvature of the loss with respect to $T$ is about the mean of $(\partial u / \partial T)^2$, and
# $\partial u / \partial T$ is about $5 u / T$ at the peak: $0.007$ at 300 K and $1100$ at 6000 K. The squares differ by
# a factor of more than $10^{10}$, the largest stable rate is 2 over the curvature, so a rate that is stable for the hot
# body does not move the cold one. (With $\log u$ and $\log T$ the slope $x / (1 - e^{-x})$ lies between 1 and about
# 17 for all of them.)
#
# It assumes that errors are in proportion to the densities, the same few percent at each wavelength: then the errors
# of the logarithms are all alike, and least squares weighs each wavelength as it should. With an error of the same size
# everywhere, the faint wavelengths would be taken far too seriously.
#
# Marks: 1 for curvatures (or gradients) that differ by many powers of ten; 1 for errors in proportion.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 4: second derivatives
#
# Autograd gives first derivatives. Can it be applied to its own result? A derivative is computed by operators too, so
# if MXNet notes them down, *they* can be differentiated:
#
# `autograd.grad(y, x, create_graph=True, retain_graph=True)`, inside of `record`, returns a list with the gradient of
# `y`, on a graph. After that, `backward` on the gradient leaves the second derivative in `x.grad`.
#
# Write `second_derivative(f, x)` for functions $f$ that work entry by entry.


# %% solution="second_derivative"
def second_derivative(f: Callable[[nd.NDArray], nd.NDArray], x: nd.NDArray) -> nd.NDArray:
    """Return f''(x), entry by entry, by differentiating twice with autograd.

    f: takes an array to one of the same shape, entry by entry (entry i depends on entry i alone), with operators whose
    gradient MXNet can differentiate again. x: any shape and context, float32 or float64, all kept.

    The result is a new array, as exact as the dtype allows. x is left as it was. MXNetError where MXNet cannot
    differentiate f twice.
    """
    ### BEGIN SOLUTION
    x = x.copy()
    x.attach_grad()
    with autograd.record():
        slope = autograd.grad(f(x), x, create_graph=True, retain_graph=True)[0]
    slope.backward()
    return x.grad
    ### END SOLUTION


# %% check="second_derivative" points=6
check("second_derivative", second_derivative)

# %% [markdown]
# Here is the catch. It works only if the *backward* operator of every operator in $f$ was given a gradient of its own,
# and in MXNet 1.9.1 many were not. Measured:
#
# | differentiated twice | refused: "didn't register FGradient attribute" |
# |---|---|
# | `nd.exp`, `nd.log`, `nd.sqrt`, `nd.square` | `x ** 2`, `x ** 3`, `x * x`, `x * x * x` |
# | `nd.reciprocal`, `nd.rsqrt`, `nd.cbrt` | `1 / x`, `2 ** x` |
# | `nd.sin`, `nd.cos`, `nd.tan`, `nd.arctan` | `nd.dot`, `reshape`, slices, `sum`, `mean`, `nd.concat` |
# | `nd.tanh`, `nd.cosh`, `nd.sigmoid`, `nd.relu` | `nd.erf`, `nd.softsign`, `nd.maximum(x, 0)` |
# | one inside of the other: `nd.sigmoid(nd.sin(x))` | sums and products: `nd.sin(x) + nd.exp(x)`, `2 * nd.exp(x)` |
# | a number added on the way: `nd.log(1 + nd.exp(x))` | the same with a factor: `nd.log(2 * nd.exp(x))` |
#
# Look twice: `nd.square(x)` works and `x ** 2` does not; `nd.reciprocal(x)` works and `1 / x` does not. So the *first
# way round* is to write the same function with other operators. It does not reach far: there is no cube in the left
# column, and no product.
#
# The *second way round* always works. The first derivative is available, at any place. How fast does it change?
#
# $$f''(x) \approx \frac{f'(x + h) - f'(x - h)}{2 h}$$
#
# Which $h$? Too large, and the curve bends on the way: the formula is off by $\frac{h^2}{6} f''''(x)$. Too small, and
# $x + h$ and $x - h$ differ in their last digits only: rounding errors of relative size $\varepsilon$ are divided by
# $h$. The two are in balance near $h = \sqrt[3]{\varepsilon}$, where $\varepsilon$, `np.finfo(x.dtype).eps`, is
# $1.2 \cdot 10^{-7}$ for `float32` and $2.2 \cdot 10^{-16}$ for `float64`. Write `second_difference`.


# %% solution="second_difference"
def second_difference(f: Callable[[nd.NDArray], nd.NDArray], x: nd.NDArray) -> nd.NDArray:
    """Return f''(x), entry by entry, for any f that autograd can differentiate once: (f'(x + h) - f'(x - h)) / (2 h).

    f: takes an array to one of the same shape, entry by entry. x: any shape and context, entries between 0.5 and 4,
    float32 or float64; all kept, and x is left as it was.

    Of smooth functions the result is right to two digits in float32 and to six in float64, so h must fit the dtype.
    """
    ### BEGIN SOLUTION

    def slope(at: nd.NDArray) -> nd.NDArray:
        at.attach_grad()
        with autograd.record():
            y = f(at)
        y.backward()
        return at.grad

    # The formula is off by h^2 / 6 f'''', and rounding adds about eps f' / h: together least near the cube root of eps.
    step = float(np.cbrt(np.finfo(x.dtype).eps))
    return (slope(x + step) - slope(x - step)) / (2 * step)
    ### END SOLUTION


# %% check="second_difference" points=6
check("second_difference", second_difference)

# %% [markdown]
# **Your own table.** Two columns, two methods, at $x = 2$. Where MXNet refuses, the reason stands in the row. Read it
# line by line, and not only for the refusals: there is something in it that should worry you. Add operators of your
# own.

# %%
candidates = {
    "exp(x)": nd.exp,
    "log(x)": nd.log,
    "sin(x)": nd.sin,
    "tanh(x)": nd.tanh,
    "sqrt(x)": nd.sqrt,
    "sigmoid(x)": nd.sigmoid,
    "square(x)": nd.square,
    "arctan(x)": nd.arctan,
    "arcsinh(x)": nd.arcsinh,
    "log(1 + exp(x))": lambda x: nd.log(1 + nd.exp(x)),
    "x ** 3": lambda x: x**3,
    "x * x * x": lambda x: x * x * x,
    "1 / x": lambda x: 1 / x,
    "sin(x) + exp(x)": lambda x: nd.sin(x) + nd.exp(x),
    "dot(x, x)": lambda x: nd.dot(x, x),
    "reshape": lambda x: nd.square(x.reshape((1, 1))).reshape((1,)),
    "3 * x": lambda x: 3 * x,
}

with when_ready():
    print(f"{'f(x)':16} {'twice':>9} {'difference':>11}")
    for name, f in candidates.items():
        x = nd.array([2.0], dtype="float64")
        difference = second_difference(f, x).asscalar()
        try:
            print(f"{name:16} {second_derivative(f, x).asscalar():9.5f} {difference:11.5f}")
        except mx.base.MXNetError as error:
            reason = "no FGradient" if "FGradient" in str(error) else str(error).strip().splitlines()[-1][-60:]
            print(f"{name:16} {'refused':>9} {difference:11.5f}  {reason}")

# %% [markdown]
# **Question 4 (3 points).** (a) Which operator of the table does MXNet differentiate twice *without a complaint and
# wrongly*? How did you notice, and how do you know which of the two columns is right? (b) In terms of what autograd
# records: why can `x ** 3` be differentiated once and not twice? (c) A friend needs the second derivative of
# `nd.exp(-nd.square(x))`. Say why `second_derivative` refuses, and name one way to get it all the same.

# %% [markdown] answer="why_second_derivatives_fail" points=3
# ### BEGIN SOLUTION
# (a) `nd.arcsinh`: +0.17889 by differentiating twice, -0.17889 by differences. By hand,
# $f' = (1 + x^2)^{-1/2}$ and $f'' = -x (1 + x^2)^{-3/2} = -0.17889$ at $x = 2$: the slope falls as $x$ grows, so the
# sign must be negative, and the difference is right. (`nd.arccosh` has the same fault.)
#
# (b) Backward of `x ** 3` is a single operator of its own, `_backward_power_scalar`. To differentiate once, MXNet only
# has to run it. To differentiate twice it must go backward through that operator, and nobody registered (that is what
# FGradient is) how. Operators of the left column have backward passes built from differentiable operators.
#
# (c) `-` in front of `nd.square(x)` is a multiplication by -1, whose backward operator has no gradient. Ways: the
# difference; or one derivative by hand, $f' = -2 x e^{-x^2}$, written with ordinary operators and differentiated once
# by autograd; or other operators: `nd.reciprocal(nd.exp(nd.square(x)))`.
#
# Marks: 1 for arcsinh with an argument for the sign; 1 for the missing gradient of the backward operator; 1 for the
# multiplication by -1 and any way that works.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 5: the shape trap
#
# Predictions are a column, `(n, 1)`. Labels often come flat, `(n,)`. Subtract one from the other, and MXNet is happy
# to give you all $n^2$ differences. The last notebook warned of it. Today we walk into the trap on purpose, to see what
# it looks like from inside.

# %%
few_features, few_labels = features[:100], labels[:100]
trapped_w, trapped_b = nd.zeros((2, 1)), nd.zeros((1,))
for param in (trapped_w, trapped_b):
    param.attach_grad()
trapped_losses = []
for _ in range(100):
    with autograd.record():
        errors = nd.dot(few_features, trapped_w) + trapped_b - few_labels  # (100, 1) - (100,)
        loss = nd.mean(errors**2) / 2
    loss.backward()
    for param in (trapped_w, trapped_b):
        param -= 0.1 * param.grad
    trapped_losses.append(float(loss.asscalar()))

print("errors.shape:", errors.shape)
print(f"loss: {trapped_losses[0]:.2f} -> {trapped_losses[-1]:.2f}, so it does fall")
print("learned: w =", trapped_w.asnumpy().ravel(), "b =", trapped_b.asnumpy(), " true: w = [2, -3.4], b = 4.2")
print(
    f"mean of the labels: {few_labels.mean().asscalar():.4f}, half their variance: {few_labels.asnumpy().var() / 2:.4f}"
)

# %% [markdown]
# No error, no warning, a loss that falls: and the model knows nothing. Such mistakes are found by whoever refuses to
# let shapes be guessed.
#
# Write `safe_loss`, which cannot be trapped: labels of any sensible shape are put into the shape of the predictions,
# and labels that cannot belong to them are *refused*. Mind that broadcasting is generous in more than one way: a single
# label goes with any number of predictions, and a row `(1, n)` with a column.


# %% solution="safe_loss"
def safe_loss(y_hat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
    """Return the loss (y_hat_i - y_i)^2 / 2 of every example, in the shape of y_hat, or refuse.

    y_hat: (n, 1) predictions. y: n labels, (n,), (n, 1) or (1, n), in the order of the predictions; same dtype, same
    context, which the result shares. Under `autograd.record` the gradient with respect to y_hat is y_hat - y. No
    argument is changed.

    ValueError if y has another number of entries than y_hat, whether or not broadcasting could make them fit.
    """
    ### BEGIN SOLUTION
    if y.size != y_hat.size:
        raise ValueError(f"{y_hat.size} predictions cannot be compared with {y.size} labels.")
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
    ### END SOLUTION


# %% check="safe_loss" points=6
check("safe_loss", safe_loss)

# %%
with when_ready():
    y_hat = nd.array([[1.0], [2.0], [3.0]])
    for y in (nd.array([1.0, 2.0, 5.0]), nd.array([[1.0, 2.0, 5.0]]), nd.array([2.0]), nd.array([1.0, 2.0])):
        try:
            print(f"labels {y.shape!s:7} losses {safe_loss(y_hat, y).asnumpy().ravel()}")
        except ValueError as refusal:
            print(f"labels {y.shape!s:7} refused: {refusal}")

# %% [markdown]
# **Question 5 (3 points).** Look at what the trapped model learned. Show that $\mathbf{w} = 0$, $b = \bar{y}$ is just
# what minimises the mean of all $n^2$ terms $\frac{1}{2}(\hat{y}_i - y_j)^2$, and that the least loss is half the
# variance of the labels. Which of the printed numbers would have told you that something is wrong?

# %% [markdown] answer="why_trapped" points=3
# ### BEGIN SOLUTION
# For a single prediction $\hat{y}_i$, the mean over $j$ is
# $\frac{1}{2}(\hat{y}_i - \bar{y})^2 + \frac{1}{2}\,\mathrm{Var}(y)$: the labels enter only through their mean and
# their variance. So every prediction is drawn to $\bar{y}$, whatever its features are. $\mathbf{w} = 0$,
# $b = \bar{y}$ makes all of them equal to it, the first term is then zero for every $i$, and half the variance is left.
#
# The shape of the errors, (100, 100) where there are 100 examples, says it at once. The loss ends at half the
# variance of the labels, that is, where a model ends that ignores its features, and far above the noise, 0.00005.
# Weights near zero say the same.
#
# Marks: 1 for the mean over j (or for the gradient being a mean of y_hat - mean(y)); 1 for w = 0, b = mean and the
# variance; 1 for a telling number with the reason.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 6: how fast may one learn?
#
# Small learning rates are slow, large ones explode, and somewhere between is a border. It can be *computed*, before any
# training.
#
# Give the bias a feature that is always 1 and call the result $\mathbf{A} = [\mathbf{X}, 1]$, with parameters
# $\boldsymbol{\theta} = (\mathbf{w}, b)$. The loss of `descend` is quadratic, with second derivatives
#
# $$\mathbf{H} = \frac{1}{n} \mathbf{A}^\top \mathbf{A},$$
#
# its gradient is $\mathbf{H}(\boldsymbol{\theta} - \boldsymbol{\theta}^*)$, where $\boldsymbol{\theta}^*$ is the lowest
# point, and so a step does to the error
#
# $$\boldsymbol{\theta} - \boldsymbol{\theta}^* \;\longrightarrow\;
# (\mathbf{I} - \eta \mathbf{H})(\boldsymbol{\theta} - \boldsymbol{\theta}^*).$$
#
# Along an eigenvector of $\mathbf{H}$ with eigenvalue $\lambda$ the error is multiplied by $1 - \eta\lambda$. It
# shrinks as long as that lies between $-1$ and $1$. The border is reached first along the direction of the largest
# eigenvalue. Write `largest_stable_rate(features)`. This is measuring, not learning: NumPy (`asnumpy()`,
# `np.linalg.eigvalsh`) is welcome.


# %% solution="largest_stable_rate"
def largest_stable_rate(features: nd.NDArray) -> float:
    """Return the largest learning rate at which `descend` does not diverge on these features, whatever the labels.

    features: (n, d), float32. The loss of `descend` has the second derivatives H = A^T A / n, where A = [X, 1] is the
    features with a column of ones for the bias. A step multiplies the error along an eigenvector of H with eigenvalue
    lam by 1 - lr * lam; the result is the border, as a Python number, right to three digits.
    """
    ### BEGIN SOLUTION
    X = features.asnumpy().astype(np.float64)
    A = np.hstack([X, np.ones((len(X), 1))])
    return float(2 / np.linalg.eigvalsh(A.T @ A / len(A))[-1])
    ### END SOLUTION


# %% check="largest_stable_rate" points=4
check("largest_stable_rate", largest_stable_rate)

# %% [markdown]
# Now for the picture. Write `plot_sweep`, which gets the losses on the way for several rates and draws a line for each,
# on a logarithmic scale: there, shrinking by the same factor in every step is a straight line.


# %% solution="plot_sweep"
def plot_sweep(losses: Mapping[float, Sequence[float]]) -> None:
    """Show one figure with one panel: a line for each learning rate, its losses against the steps 0, 1, 2, ...

    losses: for each learning rate, the losses that `descend` returned.

    The losses are on a logarithmic scale. The panel has a title and a name for each axis. Its legend tells the lines
    apart by their rates, written as f"{lr:g}" in each label. Nothing is returned.
    """
    ### BEGIN SOLUTION
    plt.figure(figsize=(7, 4))
    for lr, on_the_way in losses.items():
        plt.semilogy(range(len(on_the_way)), on_the_way, label=f"lr = {lr:g}")
    plt.xlabel("step")
    plt.ylabel("mean loss")
    plt.title("How fast the loss falls")
    plt.legend()
    plt.show()
    ### END SOLUTION


# %% check="plot_sweep" points=5
check("plot_sweep", plot_sweep)

# %% [markdown]
# **The sweep**, on features that are less well behaved than the old ones: the second is twice as large and lies around
# 3. Every line begins at the same loss. Which one would you choose? Then the border is put to the test, one percent
# below and one percent above it.

# %%
with when_ready():
    skewed = nd.concat(features[:, 0:1], 2 * features[:, 1:2] + 3, dim=1)
    border = largest_stable_rate(skewed)

    def losses_at(lr: float, num_steps: int) -> list[float]:
        return descend(skewed, labels, nd.zeros((2, 1)), nd.zeros((1,)), lr, num_steps)

    plot_sweep({lr: losses_at(lr, 60) for lr in (0.001, 0.01, 0.1, 0.14, 0.16)})
    print(f"predicted border: {border:.4f}")
    for factor in (0.99, 1.01):
        on_the_way = losses_at(factor * border, 400)
        print(f"lr = {factor * border:.4f}: loss {on_the_way[0]:.4f} at first, {on_the_way[-1]:.4g} after 400 steps")

# %% [markdown]
# **Question 6 (3 points).** (a) Just above the border, what do the parameters do from step to step? (b) Just below it
# the loss is still slow, and so it is at 0.01. Explain both with $1 - \eta\lambda$, and say which rate makes the
# *slowest* direction as fast as possible when the eigenvalues lie between $\lambda_{\min}$ and $\lambda_{\max}$. (c)
# What could you do to the *features*, rather than to the rate, to make training faster?

# %% [markdown] answer="why_border" points=3
# ### BEGIN SOLUTION
# (a) Along the eigenvector of the largest eigenvalue the factor is a little below -1: the error changes its sign in
# every step and grows slowly. The parameters swing from one side of the valley to the other, wider each time.
#
# (b) Just below the border the factor of that direction is a little above -1, for instance -0.98: it swings and dies
# out slowly. At 0.01 it is the direction of the smallest eigenvalue that is slow, with a factor of $1 - \eta
# \lambda_{\min}$, close to 1. The slowest of all directions is as fast as possible when both ends have the same size,
# $1 - \eta\lambda_{\min} = -(1 - \eta\lambda_{\max})$, so $\eta = 2 / (\lambda_{\min} + \lambda_{\max})$.
#
# (c) Subtract from each feature its mean and divide by its standard deviation: the eigenvalues then lie near 1, all
# directions are about equally fast, and rates near 1 work.
#
# Marks: 1 for swinging with growing size; 1 for both slow ends and the best rate (or the condition for it); 1 for
# centring or scaling.
# ### END SOLUTION

# %% [markdown]
# ## Exercise 7: when the batches do not divide the data
#
# 1000 examples in batches of 300: what becomes of the last hundred? There are three customs, and Gluon's `DataLoader`
# knows them by these names:
#
# | `last` | the examples left at the end of a pass ... |
# |---|---|
# | `"keep"` | make a smaller batch |
# | `"discard"` | are left out of this pass |
# | `"rollover"` | wait, and are the first to be dealt out in the next pass; every batch is full |
#
# Write `batch_sizes`, which predicts the sizes of all batches of several passes. With pencil: 10 examples in batches of
# 4, three passes, rolled over. How many batches has each?


# %% solution="batch_sizes"
def batch_sizes(num_examples: int, batch_size: int, num_epochs: int, last: str) -> list[list[int]]:
    """Return the sizes of the batches, in order, of each of num_epochs passes over num_examples examples.

    num_examples, batch_size, num_epochs: at least 1. last says what becomes of the examples at the end of a pass that
    do not fill a batch:

        "keep"      they make a smaller batch
        "discard"   they are left out
        "rollover"  they wait, and open the next pass, whose first batch they begin; all batches are full

    A pass without any batch is an empty list.
    """
    ### BEGIN SOLUTION
    passes, waiting = [], 0
    for _ in range(num_epochs):
        full, rest = divmod(num_examples + waiting, batch_size)
        passes.append([batch_size] * full + ([rest] if rest and last == "keep" else []))
        waiting = rest if last == "rollover" else 0
    return passes
    ### END SOLUTION


# %% check="batch_sizes" points=4
check("batch_sizes", batch_sizes)

# %% [markdown]
# **Prediction and reality.** Gluon deals, you predict.

# %%
with when_ready():
    for last in ("keep", "discard", "rollover"):
        loader = gluon.data.DataLoader(gluon.data.ArrayDataset(nd.arange(10)), batch_size=4, last_batch=last)
        dealt = [[len(batch) for batch in loader] for _ in range(3)]
        print(f"{last:9} dealt {dealt!s:36} predicted {batch_sizes(10, 4, 3, last)}")

# %% [markdown]
# Whoever keeps the short batch meets the next question when reporting progress. Each batch has a mean loss. Is the mean
# of those the mean loss of the data? Write `epoch_loss`.


# %% solution="epoch_loss"
def epoch_loss(means: Sequence[float], sizes: Sequence[int]) -> float:
    """Return the mean loss of all examples of a pass, from the mean loss of each batch and the batches' sizes.

    means, sizes: of one length, at least one batch; sizes are at least 1.
    """
    ### BEGIN SOLUTION
    return sum(mean * size for mean, size in zip(means, sizes, strict=True)) / sum(sizes)
    ### END SOLUTION


# %% check="epoch_loss" points=2
check("epoch_loss", epoch_loss)

# %% [markdown]
# **How much does it matter?** Here 1001 losses come in batches of 100, and by bad luck the single example in the last
# batch is an outlier.

# %%
losses_of_examples = np.append(np.full(1000, 0.01), 5.0)
with when_ready():
    batches = [losses_of_examples[i : i + 100] for i in range(0, 1001, 100)]
    means, sizes = [float(batch.mean()) for batch in batches], [len(batch) for batch in batches]
    print(f"mean of the means  {np.mean(means):.4f}")
    print(f"epoch_loss         {epoch_loss(means, sizes):.4f}")
    print(f"mean of the losses {losses_of_examples.mean():.4f}")

# %% [markdown]
# **Question 7 (3 points).** In the loop of the last notebook, `sgd` divides the summed gradient by `batch_size`, even
# when the last batch is smaller. (a) With 1000 examples in batches of 300, how large is the step of the last batch,
# compared with one along the mean gradient of its examples? (b) Somebody "mends" this by dividing by `len(X)`. What
# does each example of the short batch weigh then, compared with the others? (c) Name an advantage of `"discard"` and
# one of `"rollover"`, and a case in which discarding does harm.

# %% [markdown] answer="why_last_batch" points=3
# ### BEGIN SOLUTION
# (a) The sum of 100 gradients is divided by 300: a third of the step along their mean.
#
# (b) Divided by 100, each of its examples moves the parameters three times as far as one in a full batch: a hundred
# examples, another hundred in every pass, have as much of a say as three hundred others. With `batch_size`, every
# example weighs `lr / 300`. (The smaller batch also has the noisier mean.) Both can be defended; they are not the same.
#
# (c) Discarding: all batches have one size, so that every step is equally noisy, shapes are fixed, and shuffling lets
# other examples be left out each time. Rolling over: equal sizes too, and over several passes no example is left out
# more than others. Discarding does harm if the order is fixed (the same examples are never seen), if there are fewer
# examples than a batch takes (nothing is ever learned), or when measuring: a test set must be counted in full.
#
# Marks: 1 for a third; 1 for three times the weight; 1 for an advantage of each and a harmful case.
# ### END SOLUTION

# %% [markdown]
# ## What you have found
#
# Linear regression does not care where it starts; a rate that works is a statement about the data's curvature, and
# units are half of the battle; `float32` breaks at both ends, and a logarithm mends it; autograd differentiates what
# somebody taught it to differentiate, and may be wrong; shapes that fit are not shapes that are meant. None of this is
# special to linear models. It only is easiest to see in them.
#
# ## Things to explore
#
# Nothing below is graded.
#
# - **Equal numbers.** Start the hidden layer of exercise 1 with all parameters at 0.5, exactly. How many different
#   units has it after training?
# - **A diode.** Measure $I = I_0 (e^{V / V_0} - 1)$ with noise and learn both parameters. What should be learned in
#   place of $I_0$, which may be $10^{-12}$ A?
# - **Two stars.** Add the light of a star of 4000 K and one of 10 000 K. What does `fit_temperature` say, and how would
#   you find out that there are two?
# - **Newton's method.** With second derivatives, steps need no learning rate. Minimise $x \log x$ that way. Which of
#   your two functions can you use?
