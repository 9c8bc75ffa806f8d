"""Training over MXNet's own iterators."""

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd, nd

from solutions import iterators_and_contexts as lesson
from solutions.data import linear_data


@pytest.fixture(autouse=True)
def _seeded() -> None:
    np.random.seed(11)


def test_the_loss_is_the_mean_square_and_its_step_is_not_divided():
    w, b = nd.array([[1.0]]), nd.array([0.0])
    for param in (w, b):
        param.attach_grad()
    X, y = nd.array([[1.0], [2.0]]), nd.array([[2.0], [5.0]])
    with autograd.record():
        loss = lesson.square_loss(lesson.net(X, w, b), y)
    loss.backward()
    assert loss.shape == (1,)
    assert loss.asscalar() == (1 + 9) / 2
    # Errors -1 and -3: the gradients are the means of 2 * error * x, so -(2 + 12) / 2 = -7, and of 2 * error, so -4.
    lesson.SGD([w, b], 0.5)
    assert [w.asscalar(), b.asscalar()] == [1 + 3.5, 2.0]
    assert [w.grad.asscalar(), b.grad.asscalar()] == [-7.0, -4.0]


def test_initial_parameters_are_standard_normal_and_seeded():
    w, b = lesson.initial_parameters(2_000, seed=1, ctx=mx.cpu(1))
    assert (w.shape, b.shape, w.context, b.context) == ((2_000, 1), (1,), mx.cpu(1), mx.cpu(1))
    assert abs(w.asnumpy().std() - 1) < 5 / np.sqrt(2 * 2_000)  # five standard deviations
    assert (w.grad.shape, b.grad.shape) == (w.shape, b.shape)
    again, _ = lesson.initial_parameters(2_000, seed=1)
    assert (again.asnumpy() == w.asnumpy()).all()


def test_the_loader_has_every_example_once_per_pass_in_a_new_order():
    features = nd.arange(40).reshape((20, 2))
    loader = lesson.make_loader(features, nd.arange(20), 4)
    first, second = ([(X.asnumpy(), y.asnumpy()) for X, y in loader] for _ in range(2))
    assert [len(y) for _, y in first] == [4] * 5
    orders = [np.concatenate([y for _, y in batches]).tolist() for batches in (first, second)]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(20))
    assert all((X[:, 0] == 2 * y).all() for X, y in first)


def test_the_iterator_is_spent_after_a_pass_until_it_is_reset():
    iterator = lesson.make_iterator(nd.ones((20, 2)), nd.arange(20), 4)
    counts = [sum(1 for _ in iterator), sum(1 for _ in iterator)]
    iterator.reset()
    counts.append(sum(1 for _ in iterator))
    assert counts == [5, 0, 5]


def test_losses_of_fit_are_means_over_the_epoch():
    features, labels = linear_data([2.0, -3.4], 4.2, 40, noise=0.1, seed=0)
    params = lesson.initial_parameters(2, seed=0)
    whole = lesson.square_loss(lesson.net(features, *params), labels.reshape((-1, 1))).asscalar()
    losses = lesson.fit(lesson.make_loader(features, labels, 4), *params, lr=0.0, num_epochs=3)
    assert losses == pytest.approx([whole] * 3, rel=1e-5)  # nothing moves, and 10 batches of 4 weigh alike


def test_the_moving_average_starts_at_nothing_runs_on_and_reports_every_so_often():
    # All labels are 3 and all features 0, so with w = b = 0 and no step every batch has the loss 9.
    params = nd.zeros((1, 1)), nd.zeros((1,))
    for param in params:
        param.attach_grad()
    iterator = lesson.make_iterator(nd.zeros((20, 1)), 3 * nd.ones((20,)), 4)
    reports = list(lesson.moving_losses(params, iterator, lr=0.0, num_epochs=2, every=2))
    assert [(report.epoch, report.batch) for report in reports] == [(0, 2), (0, 4), (1, 2), (1, 4)]
    assert [report.loss for report in reports] == pytest.approx([9 * (1 - 0.99**steps) for steps in (2, 4, 7, 9)])


@pytest.mark.parametrize("kind", ["loader", "iterator"])
def test_batches_move_to_the_context_of_the_parameters(kind, monkeypatch):
    features, labels = linear_data([2.0], 1.0, 12, noise=0.1, seed=0, ctx=mx.cpu(0))
    w, b = lesson.initial_parameters(1, seed=0, ctx=mx.cpu(1))
    seen = []

    def watched_loss(yhat: nd.NDArray, y: nd.NDArray) -> nd.NDArray:
        seen.append((yhat.context, y.context, yhat.shape, y.shape))
        return nd.square(yhat - y).mean()

    def watched_net(X: nd.NDArray, w: nd.NDArray, b: nd.NDArray) -> nd.NDArray:
        seen.append(X.context)
        return nd.dot(X, w) + b

    monkeypatch.setattr(lesson, "square_loss", watched_loss)
    monkeypatch.setattr(lesson, "net", watched_net)
    if kind == "loader":
        lesson.fit(lesson.make_loader(features, labels, 4), w, b, lr=1e-4, num_epochs=1)
    else:
        list(lesson.moving_losses((w, b), lesson.make_iterator(features, labels, 4), num_epochs=1))
    there = mx.cpu(1)
    assert seen == [there, (there, there, (4, 1), (4, 1))] * 3
    assert (features.context, w.context) == (mx.cpu(0), there)
