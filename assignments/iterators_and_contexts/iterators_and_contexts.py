# %% [markdown]
# # Iterators and contexts
#
# Ten thousand points, labelled by a rule that you are not supposed to know. As in *Linear regression from scratch*, a
# model with three numbers is to find it. What is new is everything around the model: where arrays live, who deals out
# the batches, how a loss that is already an average changes the step, and how one watches a training while it runs.
# The loop you write here trains networks a million times as large without a change.
#
# | part | you write | what it does | points |
# |---|---|---|---|
# | 1 | `synthetic_data` | makes the data, noise included, on a device of choice | 7 |
# | 2 | `to_context` | brings a batch to where the model is | 5 |
# | 3 | `make_loader` | batches from Gluon's `DataLoader` | 7 |
# | 4 | `EpochIterator` | an iterator that is used up after one pass, until it is reset | 10 |
# | 5 | `net`, `square_loss`, `SGD` | model, loss and optimiser | 4 + 5 + 5 |
# | 6 | `train_step`, `fit`, `moving_average` | the training loop and its records | 5 + 6 + 3 |
# | 7 | `plot_training` | a picture of how it went | 5 |
# | 8 | two questions | answers in your own words | 3 + 3 |
#
# **What you need.** This notebook stands by itself: nothing is imported from the first one. You should know from there
# what a batch, a loss and a gradient are, and that `autograd.record` and `backward` compute the last.
#
# **How to work.** From top to bottom. Replace each `raise NotImplementedError()` by your own lines; the docstring
# above it says exactly what is promised. The cell below checks it at once. Cells in between show what you have made,
# and wait for functions that do not exist yet, so that the whole notebook can be run at any time. No function needs
# more than a second or two for what a check asks; after ten seconds of computing a check gives up on it.

# %% locked="setup"
# %matplotlib inline
import random
from collections.abc import Iterable, Sequence

import mxnet as mx
import numpy as np
from matplotlib import pyplot as plt
from mxnet import autograd, gluon, nd

from grader import check, when_ready

random.seed(7)
np.random.seed(7)
mx.random.seed(7)

# %% [markdown]
# ## Where arrays live
#
# Every NDArray has a *context*, the device whose memory holds it: `mx.cpu()`, `mx.gpu(0)`, `mx.gpu(1)`, ... It is
# chosen when the array is made, with `ctx=...`, and read off it with `X.context`. An operation happens where its
# arguments are, and its result stays there; arguments on two different devices are an error, because copying between
# devices is slow, and MXNet will not do something slow behind your back.
#
# A data set is often larger than the memory of a GPU, while a batch and the parameters fit easily. Hence a habit that
# this notebook keeps from the first line: *two* names, one for where the data are and one for where the model is, and
# each batch moves from one to the other just before it is used.
#
# Without a GPU we play it with two names for the same processor, `cpu(0)` and `cpu(1)`. MXNet keeps them apart as
# contexts but computes with both mixed; the checks in this notebook do not: they refuse what a GPU would refuse. On a
# machine with a GPU, `model_ctx = mx.gpu()` is all that changes.

# %% locked="contexts"
data_ctx = mx.cpu(0)
model_ctx = mx.cpu(1)

# %%
there = nd.ones((2, 3), ctx=model_ctx)
print("made on", there.context, "and so is its double:", (2 * there).context)
print("brought home:", there.as_in_context(data_ctx).context, "- the original stays on", there.context)

# %% [markdown]
# ## Part 1: data with known answers
#
# Features are drawn from a standard normal distribution, and labels follow a linear rule, up to noise:
#
# $$\mathbf{y} = \mathbf{X}\mathbf{w} + b + \sigma\,\boldsymbol{\epsilon},
# \qquad x_{ij},\ \epsilon_i \sim \mathcal{N}(0, 1) \text{ independently.}$$
#
# Here $\mathbf{w} = (2, -3.4)$, $b = 4.2$ and $\sigma = 0.1$. Mind the difference between a standard deviation and a
# variance: $\sigma$ is what the random numbers are multiplied by, and the variance of the noise is $\sigma^2 = 0.01$.
# With $\sigma = 0$ there is no noise, and the labels follow the rule exactly. (MXNet's generator refuses to draw with a
# scale of 0; a multiplication by 0 refuses nothing.)
#
# Write `synthetic_data(w, b, num_examples, noise, ctx)`. Everything it makes, lists of weights turned into arrays
# included, has to be made on `ctx`.


# %% solution="synthetic_data"
def synthetic_data(
    w: Sequence[float], b: float, num_examples: int, noise: float, ctx: mx.Context
) -> tuple[nd.NDArray, nd.NDArray]:
    """Draw features X ~ N(0, 1) and labels y = Xw + b + noise * N(0, 1), every number independently of all others.

    w: the d true weights; b: the true bias; num_examples: n, at least 1; noise: a standard deviation, 0 or more.

    Returns X (n, d) and y (n,), new float32 arrays on ctx. Every call draws new numbers, from MXNet's or numpy's global
    generator, so that seeding repeats them.
    """
    ### BEGIN SOLUTION
    X = nd.random.normal(shape=(num_examples, len(w)), ctx=ctx)
    y = nd.dot(X, nd.array(w, ctx=ctx)) + b
    return X, y + noise * nd.random.normal(shape=y.shape, ctx=ctx)
    ### END SOLUTION


# %% check="synthetic_data" points=7
check("synthetic_data", synthetic_data)

# %% [markdown]
# **Look at the data.** Ten thousand rows of two features on `data_ctx`, each with its label. How far is the label of
# the first row from what the rule says without noise? The picture shows the labels against the second feature: a band
# of slope $-3.4$, whose width comes from the first feature, not from the noise.

# %%
num_inputs, num_outputs = 2, 1
num_examples = 10_000
true_w, true_b, noise = [2.0, -3.4], 4.2, 0.1


def draw_data() -> tuple[nd.NDArray, nd.NDArray]:
    """Return X and y of all the examples on data_ctx, drawn anew by your own function."""
    return synthetic_data(true_w, true_b, num_examples, noise, data_ctx)


with when_ready():
    X, y = draw_data()
    print("X", X.shape, "on", X.context, "  y", y.shape, "on", y.context)
    print("the first row:", X[0].asnumpy(), "-> label", y[0].asscalar())
    print("by the rule alone:", 2 * X[0, 0].asscalar() - 3.4 * X[0, 1].asscalar() + 4.2)
    plt.figure(figsize=(6, 3.5))
    plt.scatter(X[:, 1].asnumpy(), y.asnumpy(), s=2, color="black")
    plt.xlabel("X[:, 1]")
    plt.ylabel("y")
    plt.title("10 000 examples")
    plt.show()

# %% [markdown]
# ## Part 2: a batch moves
#
# `as_in_context(ctx)` returns an array with the same contents on another context; if the array is there already, it
# returns the array itself, and nothing is copied. One more thing is due before a batch can meet the model. Predictions
# will be a column, $(m, 1)$, while labels come as a plain list, $(m,)$; the difference of the two would be an
# $m \times m$ table of all predictions against all labels. So the labels become a column here, once and for all.
#
# Write `to_context(data, label, ctx)`.


# %% solution="to_context"
def to_context(data: nd.NDArray, label: nd.NDArray, ctx: mx.Context) -> tuple[nd.NDArray, nd.NDArray]:
    """Return a batch on ctx, ready for the model: data as it is, and label as a column.

    data: (m, ...) features; label: (m,) or (m, 1); both may live on any context.

    The results have the values and dtypes of the arguments and shapes (m, ...) and (m, 1). data that is on ctx already
    is returned itself, not copied. Neither argument is changed.
    """
    ### BEGIN SOLUTION
    return data.as_in_context(ctx), label.as_in_context(ctx).reshape((-1, 1))
    ### END SOLUTION


# %% check="to_context" points=5
check("to_context", to_context)

# %% [markdown]
# ## Part 3: batches from a loader
#
# Gluon, MXNet's library for networks, has two classes for data. An `ArrayDataset(X, y)` joins arrays of the same
# length: item $i$ is the pair of row $i$ of each. A `DataLoader(dataset, batch_size=..., shuffle=...)` groups the
# items of a dataset into batches, in a new order each time somebody iterates over it. Like a list it has a length,
# and like a list it can be gone through any number of times.
#
# Write `make_loader(features, labels, batch_size)`. It is a single line, if you find it. (Leave `num_workers` alone.
# Programs of their own that load ahead are for data on a slow disk; they cannot hand out arrays of a GPU, and the
# process in which your work is graded may not start any.)


# %% solution="make_loader"
def make_loader(features: nd.NDArray, labels: nd.NDArray, batch_size: int) -> gluon.data.DataLoader:
    """Return a loader: something with a length that can be iterated over any number of times, in batches (X, y).

    features: (n, ...); labels: (n,). batch_size: at least 1.

    len(loader) is ceil(n / batch_size), the number of batches in a pass. Every pass holds each example exactly once,
    with its own label, in a new uniformly random order, whether the pass before was finished or broken off; the last
    batch holds the rest. Batches keep the dtype, and features and labels are left as they were. On which context a
    batch lives is left open: whoever uses it moves it. Drawn from numpy's global generator, the order can be seeded.
    """
    ### BEGIN SOLUTION
    return gluon.data.DataLoader(gluon.data.ArrayDataset(features, labels), batch_size=batch_size, shuffle=True)
    ### END SOLUTION


# %% check="make_loader" points=7
check("make_loader", make_loader)

# %% [markdown]
# **How many batches?** 10 000 examples in batches of four: work it out before you run the cell. Then look at the
# first batch of two passes: is it the same? And where do its arrays live? (A curiosity: a dataset keeps flat labels
# as a numpy array and makes NDArrays of them on the default context, wherever they came from. It is one more reason
# to move every batch, instead of hoping.)

# %%
batch_size = 4

with when_ready():
    X, y = draw_data()
    train_data = make_loader(X, y, batch_size)
    for _ in range(2):
        for data, label in train_data:
            print("data", data.asnumpy().round(2).tolist(), "label", label.asnumpy().round(2).tolist())
            break
    print("data on", data.context, "- label on", label.context)
    print("batches in a pass:", sum(1 for _ in train_data), "- length:", len(train_data))

# %% [markdown]
# ## Part 4: an iterator that is used up
#
# The older way to read data in MXNet is `mx.io.NDArrayIter`. It differs from a loader in one respect that has cost
# many people an afternoon: it knows where in the data it is. After one pass it is at the end, and stays there.

# %%
numbers = nd.arange(10, ctx=data_ctx)
old_style = mx.io.NDArrayIter(numbers.reshape((10, 1)), numbers, batch_size=4, shuffle=True)
print("first pass: ", [batch.label[0].asnumpy().tolist() for batch in old_style])
print("second pass:", [batch.label[0].asnumpy().tolist() for batch in old_style])
old_style.reset()
batches = list(old_style)
print("after reset:", [batch.label[0].asnumpy().tolist() for batch in batches])
print("the last batch has", 4 - batches[-1].pad, "rows of its own and was filled up with the first", batches[-1].pad)

# %% [markdown]
# No error, no warning: a second epoch over an iterator that nobody has reset does not train at all.
#
# To see how such a thing works, write one, with two differences from MXNet's: a batch is a plain pair `(X, y)`, and
# the last batch is simply shorter. In Python an iterator is any object with `__iter__`, which a `for` loop calls
# first, and `__next__`, which it then calls for every round, until it raises `StopIteration`. A `for` loop over an
# object that is its own iterator goes on from wherever that is. So three methods are left for you:
#
# - `__init__` remembers what it is given, and begins the first pass;
# - `reset` begins a new pass, in a new order, wherever the old one had come to;
# - `__next__` hands out the next batch, or raises `StopIteration`, today and every time after, until `reset`.
#
# A remark on picking rows: `X.take(rows)` wants an array of row numbers *on the context of `X`*, and whole numbers,
# `dtype="int64"`. In `float32`, which is what `nd.array` makes if you say nothing, row numbers above $2^{24}$ come out
# wrong, without any error.


# %% solution="EpochIterator"
class EpochIterator:
    """An iterator over one pass of (X, y) batches in random order: exhausted after it, until reset() begins another.

    features: (n, ...); labels: (n,), on the context of features. batch_size: at least 1.

    A pass holds each example exactly once, with its own label; the last batch holds the rest. X and y keep dtype and
    context, and features and labels are left as they were.
    """

    def __init__(self, features: nd.NDArray, labels: nd.NDArray, batch_size: int) -> None:
        ### BEGIN SOLUTION
        self.features, self.labels, self.batch_size = features, labels, batch_size
        self.reset()
        ### END SOLUTION

    def reset(self) -> None:
        """Begin a new pass in a new uniformly random order, wherever the iterator is."""
        ### BEGIN SOLUTION
        self.order = nd.array(np.random.permutation(len(self.features)), ctx=self.features.context, dtype="int64")
        self.start = 0
        ### END SOLUTION

    def __iter__(self) -> "EpochIterator":
        """Return the iterator itself: a for loop goes on from where it is."""
        return self

    def __next__(self) -> tuple[nd.NDArray, nd.NDArray]:
        """Return the next batch (X, y). When the pass is over, end it with StopIteration, every time until reset()."""
        ### BEGIN SOLUTION
        if self.start >= len(self.features):
            raise StopIteration
        rows = self.order[self.start : self.start + self.batch_size]
        self.start += self.batch_size
        return self.features.take(rows), self.labels.take(rows)
        ### END SOLUTION


# %% check="EpochIterator" points=10
check("EpochIterator", EpochIterator)

# %%
with when_ready():
    X, y = draw_data()
    iterator = EpochIterator(X, y, batch_size)
    print("batches in the first pass: ", sum(1 for _ in iterator))
    print("batches in a second one:   ", sum(1 for _ in iterator))
    iterator.reset()
    print("batches after reset():     ", sum(1 for _ in iterator))

# %% [markdown]
# ## Part 5: model, loss, optimiser
#
# **The model** is linear: $\hat{\mathbf{y}} = \mathbf{X}\mathbf{w} + b$, with $\mathbf{w}$ of shape $(d, 1)$ and $b$
# of shape $(1,)$. Write `net(X, w, b)`. (Many programs write `net(X)` and let the function find `w` and `b` among the
# notebook's variables. That is shorter, and it is how a model quietly computes with last week's parameters.)


# %% solution="net"
def net(X: nd.NDArray, w: nd.NDArray, b: nd.NDArray) -> nd.NDArray:
    """Return the predictions Xw + b, of shape (n, 1), for X (n, d), w (d, 1) and b (1,) of one dtype on one context.

    Under `autograd.record` gradients reach X, w and b. No argument is changed.
    """
    ### BEGIN SOLUTION
    return nd.dot(X, w) + b
    ### END SOLUTION


# %% check="net" points=4
check("net", net)

# %% [markdown]
# **The loss** of a batch is one number this time, the mean of the squared errors:
#
# $$L = \frac{1}{m} \sum_{i=1}^{m} (\hat{y}_i - y_i)^2,
# \qquad \frac{\partial L}{\partial \hat{y}_i} = \frac{2}{m}\,(\hat{y}_i - y_i).$$
#
# Look at the factor in the gradient. Whoever calls `backward` on $L$ gets the *mean* gradient of the batch, ready to
# use, whether the batch has four examples or four thousand.


# %% solution="square_loss"
def square_loss(yhat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
    """Return the mean of (yhat_i - y_i)^2 over the batch, a single number in an array of shape (1,).

    yhat, y: (n, 1), of one dtype on one context, which the result shares. Under `autograd.record` its gradient with
    respect to yhat is 2 (yhat - y) / n. No argument is changed.
    """
    ### BEGIN SOLUTION
    return nd.mean((yhat - y) ** 2)
    ### END SOLUTION


# %% check="square_loss" points=5
check("square_loss", square_loss)

# %% [markdown]
# **The optimiser** takes the step $\mathbf{p} \leftarrow \mathbf{p} - \eta\,\partial L / \partial \mathbf{p}$ for each
# parameter, with the learning rate $\eta$ (`lr`). In *Linear regression from scratch* the gradient was a sum over the
# batch, and the optimiser divided by the batch size. Here the loss has done that. Dividing twice would not crash
# anything; training would only be slower by the batch size, for no visible reason.
#
# Write `SGD(params, lr)`. It returns nothing: the caller's arrays themselves must change.


# %% solution="SGD"
def SGD(params: Iterable[nd.NDArray], lr: float) -> None:
    """Take the step p <- p - lr * g for every parameter p with gradient g; nothing is divided.

    params: NDArrays of any shapes, each with a gradient in p.grad. lr: the learning rate, above 0.

    Each parameter is changed in place, keeping its dtype, its context and its gradient buffer. The gradients are left
    as they were.
    """
    ### BEGIN SOLUTION
    for param in params:
        param[:] = param - lr * param.grad
    ### END SOLUTION


# %% check="SGD" points=5
check("SGD", SGD)

# %% [markdown]
# ## Part 6: the ritual
#
# For each batch, the same five things: bring it to the model; predict and compute the loss while `autograd` records;
# call `backward`; take the step; note the loss. Everything that learns by gradients does this, whatever the model is.
#
# Write `train_step(data, label, w, b, lr)`, with the functions from above. The parameters say where the model is.


# %% solution="train_step"
def train_step(data: nd.NDArray, label: nd.NDArray, w: nd.NDArray, b: nd.NDArray, lr: float) -> float:
    """Take one step of gradient descent on one batch, and return its loss, as it was before the step.

    data (m, d) and label (m,) or (m, 1) may live anywhere; the step is computed on the context of w. w and b, with
    gradients attached, are changed in place. The result is a Python number.
    """
    ### BEGIN SOLUTION
    X, y = to_context(data, label, w.context)
    with autograd.record():
        loss = square_loss(net(X, w, b), y)
    loss.backward()
    SGD([w, b], lr)
    return float(loss.asscalar())
    ### END SOLUTION


# %% check="train_step" points=5
check("train_step", to_context, net, square_loss, SGD, train_step)

# %% [markdown]
# Then `fit(loader, w, b, lr, num_epochs)`, which goes over the data `num_epochs` times and reports for each epoch the
# mean of the losses that its batches had. That number is cheap, since the losses have been computed anyway. It is not
# quite the loss at the end of the epoch, though: the first batches were met by worse parameters than the last.


# %% solution="fit"
def fit(
    loader: Iterable[tuple[nd.NDArray, nd.NDArray]], w: nd.NDArray, b: nd.NDArray, lr: float, num_epochs: int
) -> list[float]:
    """Train w and b in place for num_epochs passes over loader, each begun anew, a step for each batch.

    Returns one number for each epoch: the mean of the losses that its batches had when their turn came.
    """
    ### BEGIN SOLUTION
    means = []
    for _ in range(num_epochs):
        cumulative_loss, num_batches = 0.0, 0
        for data, label in loader:
            cumulative_loss += train_step(data, label, w, b, lr)
            num_batches += 1
        means.append(cumulative_loss / num_batches)
    return means
    ### END SOLUTION


# %% check="fit" points=6
check("fit", make_loader, to_context, net, square_loss, SGD, train_step, fit)

# %% [markdown]
# **How fast will it fall?** A step multiplies the error of the parameters by about $1 - 2\eta$ (the 2 is that of the
# derivative of the square, and features with variance 1 do the rest). An epoch has $T$ steps, and the loss goes with
# the square of the error, so in an epoch it falls by
#
# $$(1 - 2\eta)^{2T} \approx e^{-4 \eta T},$$
#
# until it meets the variance of the noise, $0.1^2 = 0.01$. With $\eta = 0.0001$ and $T = 2500$ the exponent is 1: ten
# epochs bring the loss from about 30 down to almost 0.01, each time to 37 % of what it was. Only the product $\eta T$
# counts. To save you the wait, the cell below takes the first 400 examples, and 25 times the learning rate.


# %% locked="initial_parameters"
def initial_parameters() -> tuple[nd.NDArray, nd.NDArray]:
    """Return new parameters w (num_inputs, 1) and b (1,) from N(0, 1) on model_ctx, ready for gradients."""
    w = nd.random.normal(shape=(num_inputs, num_outputs), ctx=model_ctx)
    b = nd.random.normal(shape=(num_outputs,), ctx=model_ctx)
    for param in (w, b):
        param.attach_grad()
    return w, b


# %%
losses: list[float] = []
trained: list[nd.NDArray] = []

with when_ready():
    X, y = draw_data()
    w, b = initial_parameters()
    losses = fit(make_loader(X[:400], y[:400], batch_size), w, b, lr=0.0025, num_epochs=10)
    for epoch, loss in enumerate(losses, start=1):
        print(f"epoch {epoch:2}: mean loss {loss:9.5f}", end="")
        if epoch > 1:
            print(f", above the noise {(loss - noise**2) / (losses[epoch - 2] - noise**2):.2f} of the last", end="")
        print()
    print("learned w", w.asnumpy().ravel(), "b", b.asscalar(), "on", w.context)
    trained = [w, b]

# %% [markdown]
# **A second record.** The mean of an epoch comes once per epoch. Whoever trains for an hour wants to see something
# sooner, but single batches of four jump up and down. The usual compromise is a *moving average*, which forgets
# slowly:
#
# $$m_0 = 0, \qquad m_t = 0.99\,m_{t-1} + 0.01\,\ell_t .$$
#
# A loss that lies $k$ batches back still counts with weight $0.01 \cdot 0.99^k$. So about a hundred batches matter,
# and since everything starts at 0, the first hundred averages are too small.


# %% solution="moving_average"
def moving_average(losses: Iterable[float]) -> list[float]:
    """Return m_1, m_2, ... with m_0 = 0 and m_t = 0.99 m_(t-1) + 0.01 losses_t, one for each loss.

    losses: numbers, none or more; they are left as they were.
    """
    ### BEGIN SOLUTION
    averages, average = [], 0.0
    for loss in losses:
        average = 0.99 * average + 0.01 * loss
        averages.append(average)
    return averages
    ### END SOLUTION


# %% check="moving_average" points=3
check("moving_average", moving_average)

# %% [markdown]
# Here is the second classic training loop: an iterator over the first 5000 examples, the learning rate 0.001, two
# epochs, and the moving average at every 250th batch. What would be printed for the second epoch without `reset()`?

# %%
with when_ready():
    X, y = draw_data()
    w, b = initial_parameters()
    iterator = EpochIterator(X[:5000], y[:5000], batch_size)
    seen: list[float] = []
    for _ in range(2):
        iterator.reset()
        seen += [train_step(data, label, w, b, 0.001) for data, label in iterator]
    averages = moving_average(seen)
    for i in range(249, len(averages), 250):
        print(f"epoch {i // 1250}, batch {i % 1250}: moving average of the loss {averages[i]:.5f}")

# %% [markdown]
# The averages settle at the variance of the noise, 0.01, and jitter there: no model can do better on labels like
# these.
#
# ## Part 7: a picture
#
# Two panels, side by side. On the left, how the loss fell, epoch by epoch. On the right, for the first hundred
# examples, what the model says beside what is true, both against the second feature. If training worked, the two sets
# of points lie on top of each other.
#
# Write `plot_training(losses, x, estimated, real, sample_size=100)`. Colours and sizes are yours to choose. The check
# looks at what the picture shows: the panels and their titles, the data in them, the legend.


# %% solution="plot_training"
def plot_training(
    losses: Sequence[float], x: nd.NDArray, estimated: nd.NDArray, real: nd.NDArray, sample_size: int = 100
) -> None:
    """Show one figure of two panels side by side: how the loss fell, and what the model says beside what is true.

    Left, a line: losses against the epochs 1, 2, ... Right, points: the first sample_size entries of estimated and of
    real, both against those of x, labelled "estimated" and "real" in a legend. Both panels have a title.

    x, estimated, real: (n,) or (n, 1). Nothing is returned.
    """
    ### BEGIN SOLUTION
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    left.plot(range(1, len(losses) + 1), losses, "o-")
    left.set(title="Loss during training", xlabel="epoch", ylabel="mean loss")
    where = x[:sample_size].asnumpy().ravel()
    right.scatter(where, estimated[:sample_size].asnumpy().ravel(), marker="o", label="estimated")
    right.scatter(where, real[:sample_size].asnumpy().ravel(), marker="x", label="real")
    right.set(title="Estimated and real labels", xlabel="feature", ylabel="label")
    right.legend()
    figure.tight_layout()
    plt.show()
    ### END SOLUTION


# %% check="plot_training" points=5
check("plot_training", plot_training)

# %%
with when_ready():
    X, y = draw_data()
    w, b = initial_parameters()
    everything = X.as_in_context(model_ctx)
    plot_training(losses, X[:, 1], net(everything, w, b), y)
    if trained:
        plot_training(losses, X[:, 1], net(everything, *trained), y)

# %% [markdown]
# ## Part 8: in your own words
#
# A few sentences are enough for each answer.
#
# **Question 1 (3 points).** `SGD` here does not divide by the batch size, and the `sgd` of the first notebook does.
# Why are both right? And what would each of the two loops do with a last, shorter batch: how long is its step,
# compared with a step along the mean gradient of that batch?

# %% [markdown] answer="why_no_division" points=3
# ### BEGIN SOLUTION
# What `backward` leaves in the gradient depends on the loss it is called on. In the first notebook the loss was one
# number for each example, and `backward` adds up their gradients, so that `sgd` has to divide by the batch size to get
# their mean. Here the loss is the mean already, with the division by the number of examples inside of it; so is the
# gradient, and another division would shorten each step by the factor of the batch size.
#
# With a short last batch the two differ. The mean divides by the examples that are really there, so the step is one
# along the mean gradient of that batch, as long as any other, and each of its examples weighs more than usual. The
# `sgd` of the first notebook divides the sum by the full batch size it is told: the step is shorter, in proportion to
# the examples, and every example weighs the same.
# ### END SOLUTION

# %% [markdown]
# **Question 2 (3 points).** A colleague trains for ten epochs with an iterator like the one of part 4 and forgets
# `reset()`. What do they see, and how could the training loop have told them? And why do we keep the data on one
# context and the parameters on another, instead of moving all the data to the model once?

# %% [markdown] answer="why_reset" points=3
# ### BEGIN SOLUTION
# The first epoch trains as it should. The other nine find an exhausted iterator: their loops run zero times, nothing
# is learned, and no error is raised. If the loop divides the cumulative loss by the number of batches it has counted,
# there is a division by zero; if it divides by a number known beforehand, it reports a loss of 0, which looks
# splendid. A loop that compares the number of batches with what it expects, or prints it, would have told them at
# once.
#
# Memory is the reason: the data may be far larger than what fits on the device of the model, while a batch and the
# parameters are small. Moving a batch costs little beside computing with it, and the same program runs whatever the
# size of the data. If all the data do fit, moving them once is faster; the loop then works unchanged, because moving
# what is there already does nothing.
# ### END SOLUTION

# %% [markdown]
# ## Things to explore
#
# Nothing below is graded.
#
# - **Divide by mistake.** Change `SGD` in a copy so that it divides by the batch size. How many epochs does the loop of
#   part 6 take now to come as far as before with ten?
# - **Big batches.** Keep ten epochs and set the batch size to 40. What does the formula say about the learning rate
#   that gives the same curve, and does it?
# - **Where is the time spent?** Time a pass over the loader and over your iterator without any training. The cell below
#   does. What could make one of them so much slower than the other?

# %%
import time

with when_ready():
    X, y = draw_data()
    loader, iterator = make_loader(X[:2000], y[:2000], batch_size), EpochIterator(X[:2000], y[:2000], batch_size)
    for name, batches in (("DataLoader", loader), ("EpochIterator", iterator)):
        start = time.perf_counter()
        count = sum(1 for _ in batches)
        print(f"{name:14} {count} batches in {time.perf_counter() - start:.3f} s")
