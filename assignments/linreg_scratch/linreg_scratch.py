# %% [markdown]
# # Linear regression from scratch
#
# A hidden rule turned 1000 points into 1000 labels. In this notebook you write the four small functions that find the
# rule again, and watch them do it in under a second. Together they have about ten lines, and nearly every program that
# trains a neural network is built around the same four:
#
# | part | your function | what it does | points |
# |---|---|---|---|
# | 1 | `data_iter` | deals out the examples in small batches, in a new order each time | 12 |
# | 2 | `linreg` | predicts: the model | 7 |
# | 3 | `squared_loss` | says how wrong each prediction is | 8 |
# | 4 | `sgd` | moves the parameters a small step towards better predictions | 7 |
# | 5 | all four together | training | 6 |
# | 6 | two questions | answers in your own words | 3 + 3 |
#
# MXNet contributes arrays (`nd`) and derivatives (`autograd`). Everything else is yours.
#
# **How to work.** Go from top to bottom. Where a function says `raise NotImplementedError()`, replace that line with
# your own; the docstring above it tells exactly what the function promises. The cell below each function checks it at
# once and, if something is off, shows you a small input that it goes wrong on. Run a check as often as you like: only
# the last version counts. Cells in between let you look at what you have made. They wait politely for functions that
# do not exist yet, so you can run the whole notebook at any time.
#
# Helper functions, further imports and cells of your own are welcome. What a function needs beyond its arguments
# belongs inside it, though: the cells in between give names such as `X`, `y`, `w`, `b`, `lr`, `steps` and `loss` new
# values. And a function that is graded can start no processes of its own.
#
# ## Getting ready
#
# Three random generators are around (Python's, NumPy's and MXNet's). Setting the seed of each makes a run repeat
# exactly, which is worth a lot when you look for a mistake.
#
# `ctx` is the *context*: the device on which arrays live. Here it is the CPU. On a machine with a GPU, `mx.gpu()` in
# its place should be the only change needed, and it is if your functions never name a device themselves. An array
# knows where it is, `X.context`, and whatever you create beside it belongs in the same place. Mixing arrays from
# two devices in one operation is an error. The last cell of the notebook shows it to you, GPU or not.

# %% locked="setup"
# %matplotlib inline
import random
from collections.abc import Iterable, Iterator

import mxnet as mx
import numpy as np
from matplotlib import pyplot as plt
from mxnet import autograd, nd

from grader import check, when_ready

ctx = mx.cpu()

random.seed(7)
np.random.seed(7)
mx.random.seed(7)

# %% [markdown]
# ## The problem
#
# We make the data ourselves, so that in the end we can compare what was learned with the truth. Each of $n = 1000$
# examples has $d = 2$ features, drawn from a standard normal distribution, and a label
#
# $$\mathbf{y} = \mathbf{X}\mathbf{w} + b + \boldsymbol{\epsilon},
# \qquad \mathbf{w} = \begin{pmatrix} 2 \\ -3.4 \end{pmatrix}, \quad b = 4.2,$$
#
# where the noise $\boldsymbol{\epsilon}$ is normal with mean 0 and standard deviation 0.01. From here on, the
# computer is to recover $\mathbf{w}$ and $b$ from `features` and `labels` alone.

# %%
num_inputs = 2
num_examples = 1000
noise_sd = 0.01
true_w = nd.array([2, -3.4], ctx=ctx)
true_b = 4.2

features = nd.random.normal(shape=(num_examples, num_inputs), ctx=ctx)
labels = nd.dot(features, true_w) + true_b
labels += nd.random.normal(scale=noise_sd, shape=labels.shape, ctx=ctx)

print("features:", features.shape, "labels:", labels.shape)
print("the first example:", features[0].asnumpy(), "->", labels[0].asscalar())

# %% [markdown]
# Notice the shapes: `features` is $(1000, 2)$, one example in each row, and `labels` is $(1000,)$, a plain list of
# numbers and *not* a column. That small difference has ruined many an afternoon; it comes back in part 3.
#
# A picture first. The labels against the second feature should fall along a line of slope $-3.4$. Why is it a band
# and not a line, when the noise is only 0.01?

# %%
plt.figure(figsize=(7, 4))
plt.scatter(features[:, 1].asnumpy(), labels.asnumpy(), s=6, color="black", alpha=0.5)
plt.xlabel("features[:, 1]")
plt.ylabel("labels")
plt.title("1000 examples: label against second feature")
plt.show()

# %% [markdown]
# ## Part 1: reading the data in batches
#
# A gradient from all 1000 examples is exact, but after computing it we take a single step. A gradient from ten
# examples is rough and a hundred times cheaper, so for the same work we take a hundred steps. Small random batches,
# *minibatches*, are the bargain on which deep learning runs.
#
# Write `data_iter(batch_size, features, labels)`, a generator: it hands out one batch `(X, y)` after the other with
# `yield`, until every example has been seen once. Such a round through the data is a *pass*, or an *epoch*.
#
# What makes this harder than it looks:
#
# - **The end of the data.** With 1000 examples and batches of 300, what is left for the last batch? Nothing may be
#   dropped, repeated or invented.
# - **The order.** It must be new on each pass, and any order must be possible: dealing out fixed groups of neighbours
#   in mixed order, or mixing only within each group, does not qualify.
# - **Pairs.** Each row of features must keep its own label. The caller's arrays must come out of it unharmed.
# - **Counting.** If you pick rows by index, mind the type of the index array. `nd.array` makes `float32` unless told
#   otherwise, and `float32` holds every whole number only up to $2^{24} = 16\,777\,216$; beyond that some rows could
#   never be picked, and others would be picked twice, without any error.
# - **The place.** Whatever array you create lives on some device. Which one should it be?


# %% solution="data_iter"
def data_iter(batch_size: int, features: nd.NDArray, labels: nd.NDArray) -> Iterator[tuple[nd.NDArray, nd.NDArray]]:
    """Yield ceil(n / batch_size) batches (X, y) that split the n examples, in a new uniformly random order each pass.

    batch_size: at least 1; it may exceed n.
    features: n examples along the first axis, with any further axes: (n, d), (n, height, width), ...
    labels: (n,) or (n, 1), on the context of features; row i belongs to row i of features.

    Each X is (batch_size, ...) and each y is (batch_size,) or (batch_size, 1), with dtype and context of features and
    of labels. Every example comes exactly once per pass, with its own label; when batch_size does not divide n, the
    last batch holds the rest. features and labels are left as they were.
    Drawn from a global generator (Python's, numpy's or MXNet's), the order can be repeated by seeding.
    """
    ### BEGIN SOLUTION
    order = nd.array(np.random.permutation(len(features)), ctx=features.context, dtype="int64")
    features, labels = features.take(order), labels.take(order)
    for start in range(0, len(features), batch_size):
        yield features[start : start + batch_size], labels[start : start + batch_size]
    ### END SOLUTION


# %% check="data_iter" points=12
check("data_iter", data_iter)

# %% [markdown]
# **Look at a batch.** Run the next cell a few times: do the first rows change? The last line goes through the data in
# batches of 300. Say what you expect before you read it.

# %%
batch_size = 10

with when_ready():
    for X, y in data_iter(batch_size, features, labels):
        print("X", X.shape, X.asnumpy(), "y", y.shape, y.asnumpy(), sep="\n")
        break
    print("sizes of the batches of 300:", [len(y) for _, y in data_iter(300, features, labels)])

# %% [markdown]
# ## Part 2: the model
#
# The model is a guess at the form of the rule, with numbers left open, the *parameters*. Ours is linear:
#
# $$\hat{\mathbf{y}} = \mathbf{X}\mathbf{w} + b$$
#
# | symbol | shape | meaning |
# |---|---|---|
# | $\mathbf{X}$ | $(n, d)$ | one example in each row |
# | $\mathbf{w}$ | $(d, 1)$ | one weight for each feature |
# | $b$ | $(1,)$ | the bias, the same for all examples |
# | $\hat{\mathbf{y}}$ | $(n, 1)$ | one prediction for each example, as a column |
#
# Write `linreg(X, w, b)`. One thing to watch: `autograd` can only follow what is done with NDArrays. A value that
# takes a detour through NumPy or a Python number is lost to it, although the predictions would look perfectly right.


# %% solution="linreg"
def linreg(X: nd.NDArray, w: nd.NDArray, b: nd.NDArray) -> nd.NDArray:
    """Return the predictions y_hat = Xw + b of the linear model.

    X: (n, d) features; w: (d, 1) weights; b: (1,) bias, added to every prediction; all of one dtype, on one context.

    y_hat is a new (n, 1) array of that dtype on that context. Under `autograd.record` it stays on the graph, so that
    gradients reach X, w and b. No argument is changed.
    """
    ### BEGIN SOLUTION
    return nd.dot(X, w) + b
    ### END SOLUTION


# %% check="linreg" points=7
check("linreg", linreg)

# %% [markdown]
# **Where training starts.** Before it has learned anything the model needs *some* parameters: small random weights and
# a bias of zero. `attach_grad` sets aside room for the gradient of each, which `autograd` will fill in.
#
# The picture shows the labels against the predictions of such a model. A perfect model would put every point on the
# dashed line. This one says nearly the same thing to everybody.


# %%
def initial_parameters() -> tuple[nd.NDArray, nd.NDArray]:
    """Return new parameters w ~ N(0, 0.01^2) of shape (num_inputs, 1) and b = 0 of shape (1,), ready for gradients."""
    w = nd.random.normal(scale=0.01, shape=(num_inputs, 1), ctx=ctx)
    b = nd.zeros((1,), ctx=ctx)
    w.attach_grad()
    b.attach_grad()
    return w, b


def plot_predictions(y_hat: nd.NDArray, title: str) -> None:
    """Draw the labels against the predictions y_hat for them, with the line on which perfect predictions lie."""
    plt.figure(figsize=(5, 4))
    plt.scatter(y_hat.asnumpy().ravel(), labels.asnumpy(), s=6, color="black", alpha=0.5, label="examples")
    plt.axline((0, 0), slope=1, color="black", linestyle="--", label="perfect predictions")
    plt.xlim(-10, 18)
    plt.xlabel("prediction")
    plt.ylabel("label")
    plt.title(title)
    plt.legend()
    plt.show()


with when_ready():
    w, b = initial_parameters()
    y_hat = linreg(features, w, b)
    print("shape of the predictions:", y_hat.shape)
    print("the first three:", y_hat[:3].asnumpy().ravel(), "should be near", labels[:3].asnumpy())
    plot_predictions(y_hat, "Before training")

# %% [markdown]
# ## Part 3: the loss
#
# To improve the model we need a number that says how wrong it is. For one example with prediction $\hat{y}$ and label
# $y$, take half the squared difference:
#
# $$\ell(\hat{y}, y) = \frac{1}{2}\,(\hat{y} - y)^2,
# \qquad \frac{\partial \ell}{\partial \hat{y}} = \hat{y} - y$$
#
# The half is there for the derivative, which becomes simply the error.
#
# Write `squared_loss(y_hat, y)` so that it returns *one loss for each example*: no sum, no mean. Whoever calls it may
# want either.
#
# And mind the shapes. Predictions are a column, $(n, 1)$. Labels may be a column too, but ours are $(n,)$. The cell
# below subtracts one from the other. How many numbers should come out, and how many do?

# %%
column = nd.array([[1], [2], [3], [4]], ctx=ctx)
plain = nd.array([1, 2, 3, 4], ctx=ctx)

print(column.shape, "minus", plain.shape, "gives", (column - plain).shape)
print((column - plain).asnumpy())


# %% solution="squared_loss"
def squared_loss(y_hat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
    """Return the loss (y_hat_i - y_i)^2 / 2 of every example i, neither summed nor averaged.

    y_hat: (n, 1) predictions; y: (n, 1) or (n,) labels of the same dtype, on the same context.

    The result is a new array with the shape of y_hat, whichever shape y has. Under `autograd.record` it stays on the
    graph; its gradient with respect to y_hat is y_hat - y. No argument is changed.
    """
    ### BEGIN SOLUTION
    return nd.square(y_hat - y.reshape_like(y_hat)) / 2
    ### END SOLUTION


# %% check="squared_loss" points=8
check("squared_loss", squared_loss)

# %% [markdown]
# **How bad is a bad guess?** Pencil first. The untrained model predicts close to 0 for everything, so its loss on an
# example is about $y^2 / 2$. The features are independent with mean 0 and variance 1, hence on average
#
# $$\mathbb{E}\left[\tfrac{1}{2}\,y^2\right] \approx \tfrac{1}{2}\left(w_1^2 + w_2^2 + b^2\right)
# = \tfrac{1}{2}\left(2^2 + 3.4^2 + 4.2^2\right) = 16.6.$$
#
# With the true parameters only the noise is left: $\tfrac{1}{2} \cdot 0.01^2 = 0.00005$. No model can do better
# than that on new data, and training will have to come down from the first number to the second.

# %%
with when_ready():
    w, b = initial_parameters()
    guess = squared_loss(linreg(features, w, b), labels)
    best = squared_loss(linreg(features, true_w.reshape((num_inputs, 1)), nd.array([true_b], ctx=ctx)), labels)
    print(f"mean loss of the first guess:         {guess.mean().asscalar():.4f}")
    print(f"mean loss of the true parameters:     {best.mean().asscalar():.7f}")

# %% [markdown]
# ## Part 4: the step
#
# The gradient of the loss points uphill, so we walk the other way. With learning rate $\eta$ (`lr`) and a batch
# $\mathcal{B}$, each parameter $\mathbf{p}$ becomes
#
# $$\mathbf{p} \leftarrow \mathbf{p} - \frac{\eta}{|\mathcal{B}|} \sum_{i \in \mathcal{B}}
# \frac{\partial \ell_i}{\partial \mathbf{p}}$$
#
# Write `sgd(params, lr, batch_size)`, for *stochastic gradient descent*. Two things to know:
#
# - **What is in `p.grad`?** The loss has one entry for each example of the batch. Calling `backward` on it adds up the
#   gradients of all entries. So the *sum* in the formula is done when `sgd` is called; the rest is not.
# - **Whose array is it?** `sgd` returns nothing, so the only way to be of use is to change the caller's arrays
#   themselves, *in place*. Giving a name inside your function to a new array leaves the caller with the old one.


# %% solution="sgd"
def sgd(params: Iterable[nd.NDArray], lr: float, batch_size: int) -> None:
    """Take one step of minibatch gradient descent, p <- p - lr * g / batch_size, for every parameter p with gradient g.

    params: NDArrays of any shapes, each with a gradient in p.grad. Calling backward on the losses of a batch sums over
    its examples; the division by batch_size turns that sum into an average.
    lr: the learning rate, above 0. batch_size: the number of examples behind the gradient, at least 1.

    Each parameter is changed in place: the caller's own NDArray holds the new values, keeping its dtype, its context
    and its gradient buffer. The gradients are left as they were.
    """
    ### BEGIN SOLUTION
    for param in params:
        param -= lr / batch_size * param.grad
    ### END SOLUTION


# %% check="sgd" points=7
check("sgd", sgd)

# %% [markdown]
# **Take one step** and look at the same batch before and after. The bias starts at 0 and should end at 4.2: has it
# moved the right way? If it has not moved at all, read the second point above again.

# %%
lr = 0.03

with when_ready():
    w, b = initial_parameters()
    X, y = next(iter(data_iter(batch_size, features, labels)))
    with autograd.record():
        loss = squared_loss(linreg(X, w, b), y)
    loss.backward()
    sgd([w, b], lr, batch_size)
    after = squared_loss(linreg(X, w, b), y)
    print(f"mean loss of the batch: {loss.mean().asscalar():.4f} before, {after.mean().asscalar():.4f} after the step")
    print(f"b: 0.0000 before, {b.asscalar():.4f} after the step")

# %% [markdown]
# ## Part 5: training
#
# Now the four work together. The loop is given, and you will meet it again in every later chapter, whatever the model:
#
# 1. `data_iter` hands over a batch. The inner loop goes once through all the data; the outer one does so `num_epochs`
#    times.
# 2. Inside `autograd.record()`, MXNet notes down every operation that leads from the parameters to the loss.
# 3. `loss.backward()` walks those notes backwards and leaves in `w.grad` and `b.grad` the gradients, summed over the
#    examples of the batch.
# 4. `sgd` divides them by `batch_size`, so that the step does not grow with the batch, and moves `w` and `b` in place.
# 5. After each pass we measure the mean loss over all the data. Nothing is recorded here, because nothing is learned.


# %% locked="training_loop"
def train(w: nd.NDArray, b: nd.NDArray, lr: float, num_epochs: int, batch_size: int) -> list[float]:
    """Train w and b in place on features and labels; print and return the mean loss of all the data after each pass."""
    losses = []
    for epoch in range(1, num_epochs + 1):
        for X, y in data_iter(batch_size, features, labels):
            with autograd.record():
                loss = squared_loss(linreg(X, w, b), y)
            loss.backward()
            sgd([w, b], lr, batch_size)
        losses.append(float(squared_loss(linreg(features, w, b), labels).mean().asscalar()))
        print(f"epoch {epoch}: mean loss {losses[-1]:.7f}")
    return losses


# %% [markdown]
# Before you run it, a prediction. For features like ours each step shortens the error of the parameters by a factor of
# about $1 - \eta = 0.97$. A pass has 100 steps, and the loss goes with the square of the error, so one pass should
# multiply it by roughly
#
# $$0.97^{200} \approx 0.0023,$$
#
# from 16.6 to 0.04, then to about 0.0001, until it runs aground on the noise at 0.00005. Three passes should do. The
# picture has a logarithmic scale, on which a constant factor for each pass is a straight line.

# %%
num_epochs = 3
losses: list[float] = []

with when_ready():
    w, b = initial_parameters()
    losses = train(w, b, lr, num_epochs, batch_size)

    passes = np.arange(num_epochs + 1)
    first_guess = (2**2 + 3.4**2 + true_b**2) / 2
    noise_floor = noise_sd**2 / 2
    steps = passes * num_examples / batch_size
    plt.figure(figsize=(7, 4))
    plt.semilogy(passes, first_guess * (1 - lr) ** (2 * steps) + noise_floor, "k:", label="predicted")
    plt.semilogy(passes[1:], losses, "ko-", label="measured")
    plt.axhline(noise_floor, color="black", linestyle="--", label="noise alone")
    plt.xticks(passes)
    plt.minorticks_off()
    plt.gca().yaxis.set_major_formatter("{x:g}")
    plt.xlabel("passes through the data")
    plt.ylabel("mean loss")
    plt.title("Training")
    plt.legend()
    plt.show()

# %% check="training" points=6
check("training", data_iter, linreg, squared_loss, sgd)

# %% [markdown]
# **Did we find the rule?** Here are the learned numbers beside the true ones, and the picture of part 2 again, this
# time after training. The last one shows what is left over, $y - \hat{y}$. If the model has found all there is to
# find, the left-overs look like the noise we added: centred on 0, with a standard deviation close to 0.01.

# %%
if losses:
    for name, learned, true in zip(
        ["w[0]", "w[1]", "b"], [*w.asnumpy().ravel(), b.asscalar()], [*true_w.asnumpy(), true_b], strict=True
    ):
        print(f"{name:5} learned {learned:8.4f}   true {true:8.4f}   difference {learned - true:8.4f}")

    y_hat = linreg(features, w, b)
    plot_predictions(y_hat, "After training")

    residuals = (labels - y_hat.reshape(labels.shape)).asnumpy()
    plt.figure(figsize=(7, 3))
    plt.hist(residuals, bins=40, color="lightgrey", edgecolor="black")
    plt.xlabel("label minus prediction")
    plt.ylabel("examples")
    plt.title(f"What is left over: standard deviation {residuals.std():.4f}")
    plt.show()
else:
    print("Nothing to compare until the training above has run.")

# %% [markdown]
# Do not get used to finding the true parameters. It worked because the model has the form of the rule, the loss has a
# single lowest point, and there are far more examples than parameters. A deep network usually has many sets of
# parameters that predict equally well, and each run ends in a different one.
#
# ## Part 6: in your own words
#
# A few sentences are enough for each answer.
#
# **Question 1 (3 points).** Suppose `squared_loss` subtracted labels of shape $(n,)$ from predictions of shape
# $(n, 1)$ just as they are. Which losses would it return, and what would the model learn from them? Why is this
# mistake more dangerous than one that stops the program?

# %% [markdown] answer="why_reshape" points=3
# ### BEGIN SOLUTION
# Broadcasting stretches both arrays to $(n, n)$: entry $(i, j)$ is the loss of prediction $i$ against label $j$.
# Every prediction is pulled towards every label of its batch, that is, towards the mean of those labels, and what the
# features say about one's own label nearly drowns: the bias learns the mean label, about 4.2, and the weights stay
# small (with batches of ten, about a tenth of their true values). The gradients are also larger by the factor $n$,
# because `backward` sums over $n^2$ entries.
#
# It is dangerous because nothing fails. A loss is printed, it even falls, from 16.6 to about 8, and then it stays
# there. One notices only that the model is poor, with no hint of where to look.
# ### END SOLUTION

# %% [markdown]
# **Question 2 (3 points).** Train on the 1000 examples with `batch_size = 300`, with the loop exactly as it is above.
# What does `data_iter` yield at the end of each pass, and how does the step that `sgd` takes with it compare to the
# step along the mean gradient of those examples? And what does shuffling before each pass buy us, compared with
# reading the examples in the same order every time?

# %% [markdown] answer="last_batch" points=3
# ### BEGIN SOLUTION
# Three batches of 300 are followed by one of 100. The loop still passes 300 to `sgd`, so the sum of 100 gradients is
# divided by 300: the step is a third of the one along their mean. That is harmless, and even fair, since each single
# example has the same weight, `lr / 300`, as those in full batches; dividing by 100 would give them three times as
# much.
#
# Shuffling makes each batch a fresh random sample of the data, so that its gradient is right on average and the
# errors of successive steps do not line up. In a fixed order the same examples always meet in the same batches: if
# the data are sorted, say by label, every batch is one-sided and the parameters swing back and forth in each pass;
# and the last, short batch would always hold the same examples.
# ### END SOLUTION

# %% [markdown]
# ## What you have built
#
# A model, a loss, an optimiser and a data reader, and the loop that joins them: nothing in it was a black box except
# the derivative. Swap `linreg` for a deep network and the other three stay as they are.
#
# ## Things to explore
#
# Nothing below is graded.
#
# - **Learning rates.** The cell below takes one pass each at 0.003, 0.03 and 0.3. Which of them is still on its way
#   after three, and how many more does it need? Then go up, to 1, 1.5 and 2. What do the losses do before training
#   falls apart, and where does it?
# - **Zero weights.** Start with `w = nd.zeros((num_inputs, 1), ctx=ctx)` instead of random numbers. Does it still
#   work? It would not for a network with a hidden layer; what is different here?
# - **Batch sizes.** Keep three passes and set `batch_size` to 1, 100 and 1000. Which learning rate does each one like?
# - **More noise.** Set `noise_sd` to 1, run the notebook again and predict the final loss first.
# - **A GPU**, if you have one: change `ctx` in a copy of the setup cell. For a problem of this size, would you expect
#   it to be faster?
# - **A GPU, if you have none.** For MXNet, `mx.cpu(0)` and `mx.cpu(1)` are two devices, but it lets you mix them, which
#   with a GPU it does not. Inside `with strict_devices():` it refuses, in the same words. The last cell trains for one
#   pass on `cpu(1)`. Then take one `.as_in_context(elsewhere)` out of it and read the last lines of the error: which
#   operation complains, and which array is in the wrong place?

# %%
with when_ready():
    for rate in [0.003, 0.03, 0.3]:
        print("learning rate", rate)
        train(*initial_parameters(), rate, 1, batch_size)

# %%
from grader import strict_devices

elsewhere = mx.cpu(1)

with when_ready(), strict_devices():
    w, b = (param.as_in_context(elsewhere) for param in initial_parameters())
    w.attach_grad()
    b.attach_grad()
    for X, y in data_iter(batch_size, features.as_in_context(elsewhere), labels.as_in_context(elsewhere)):
        with autograd.record():
            loss = squared_loss(linreg(X, w, b), y)
        loss.backward()
        sgd([w, b], lr, batch_size)
    print(f"one pass on {w.context}: mean loss of the last batch {loss.mean().asscalar():.4f}")
