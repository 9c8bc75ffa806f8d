"""The training loop over the four functions."""

import math

import mxnet as mx
import numpy as np
import pytest
from mxnet import nd

from solutions.contexts import available_gpus
from solutions.data import D2L, linear_data
from solutions.training import initial_parameters, train

CONTEXTS = [
    mx.cpu(0),
    mx.cpu(1),
    pytest.param(
        mx.gpu(0),
        marks=[pytest.mark.gpu, pytest.mark.skipif(not available_gpus(), reason="MXNet has no GPU it can run on")],
    ),
]


@pytest.fixture(params=CONTEXTS, ids=str)
def ctx(request: pytest.FixtureRequest) -> mx.Context:
    return request.param


def test_initial_parameters_are_small_on_their_context_and_ready_for_gradients(ctx):
    w, b = initial_parameters(2_000, seed=1, ctx=ctx, dtype="float64")
    assert (w.shape, b.shape) == ((2_000, 1), (1,))
    for param in (w, b):
        assert (param.context, param.dtype, param.grad.shape) == (ctx, np.float64, param.shape)
    assert b.asscalar() == 0
    assert abs(w.asnumpy().std() - 0.01) < 5 * 0.01 / math.sqrt(2 * 2_000)  # five standard deviations
    again, _ = initial_parameters(2_000, seed=1, ctx=mx.cpu(), dtype="float64")
    assert (again.asnumpy() == w.asnumpy()).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_lesson_recovers_the_parameters(dtype, ctx):
    np.random.seed(0)
    features, labels = D2L.sample(seed=0, ctx=ctx, dtype=dtype)
    kept = features.asnumpy(), labels.asnumpy()
    w, b = initial_parameters(2, seed=1, ctx=ctx, dtype=dtype)
    history = train(w, b, features, labels)
    assert len(history.losses) == 3
    # Half the noise variance, off by sqrt(2 / n) at four standard deviations; 1 % for what three epochs leave to learn.
    assert history.losses[-1] == pytest.approx(0.01**2 / 2, rel=4 * math.sqrt(2 / 1_000) + 0.01)
    # The best estimates are off by 0.01 / sqrt(n) = 3.2e-4 each, and steps of 0.03 add a fifth of that: at most 4 sds.
    assert w.asnumpy().ravel() == pytest.approx(D2L.w, abs=1.6e-3)
    assert b.asscalar() == pytest.approx(D2L.b, abs=1.6e-3)
    assert (w.context, w.dtype) == (ctx, np.dtype(dtype))
    assert (features.asnumpy() == kept[0]).all()
    assert (labels.asnumpy() == kept[1]).all()


def test_the_history_starts_before_training_and_has_a_loss_per_epoch():
    features, labels = nd.array([[1.0], [2.0]]), nd.array([2.0, 4.0])
    w, b = initial_parameters(1, seed=0)
    w[:] = 0
    # One batch, so the gradients are -(1 * 2 + 2 * 4) / 2 = -5 and -(2 + 4) / 2 = -3: w = 0.5, b = 0.3 after one step.
    history = train(w, b, features, labels, lr=0.1, num_epochs=1, batch_size=2)
    assert history.initial_loss == pytest.approx((2**2 + 4**2) / 2 / 2)
    assert [w.asscalar(), b.asscalar()] == pytest.approx([0.5, 0.3])
    assert history.losses == pytest.approx(((1.2**2 + 2.7**2) / 2 / 2,))
    assert train(w, b, features, labels, num_epochs=0).losses == ()


def test_a_short_last_batch_and_column_labels_are_trained_on():
    # Three equal examples in batches of two: the steps are lr and, for the one left over, lr / 2.
    features, labels = nd.ones((3, 1)), nd.ones((3, 1))
    w, b = initial_parameters(1, seed=0)
    w[:] = 0
    train(w, b, features, labels, lr=0.1, num_epochs=1, batch_size=2)
    after_first = 0.1
    after_second = after_first + 0.05 * (1 - 2 * after_first)
    assert [w.asscalar(), b.asscalar()] == pytest.approx([after_second, after_second])


def test_a_seed_repeats_the_training_exactly():
    def once() -> tuple[float, ...]:
        np.random.seed(5)
        features, labels = linear_data([1.0, -1.0, 0.5], 0.3, 55, noise=0.1, seed=5)
        w, b = initial_parameters(3, seed=5)
        return train(w, b, features, labels, num_epochs=2).losses

    assert once() == once()
