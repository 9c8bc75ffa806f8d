"""The four functions of the reference, on every context this machine has."""

import math
from collections import Counter

import mxnet as mx
import numpy as np
import pytest
from mxnet import autograd, nd

from solutions.contexts import available_gpus
from solutions.linreg import data_iter, linreg, sgd, squared_loss

CONTEXTS = [
    mx.cpu(0),
    mx.cpu(1),
    pytest.param(
        mx.gpu(0),
        marks=[pytest.mark.gpu, pytest.mark.skipif(not available_gpus(), reason="MXNet has no GPU it can run on")],
    ),
]
DTYPES = ["float32", "float64"]
ROUNDING = {"float32": 1e-5, "float64": 1e-13}  # relative; a few operations on numbers of order 1


@pytest.fixture(params=CONTEXTS, ids=str)
def ctx(request: pytest.FixtureRequest) -> mx.Context:
    return request.param


@pytest.fixture(autouse=True)
def _seeded() -> None:
    np.random.seed(7)


def numbered(n: int, shape: tuple[int, ...], label_shape: tuple[int, ...], ctx: mx.Context, dtype: str = "float32"):
    """Features whose every entry in row i is i, and labels 10 i."""
    rows = np.arange(n).reshape((n,) + (1,) * len(shape))
    features = nd.array(np.broadcast_to(rows, (n, *shape)), ctx=ctx, dtype=dtype)
    labels = nd.array(10 * np.arange(n).reshape((n, *label_shape)), ctx=ctx, dtype=dtype)
    return features, labels


def order_of(batches) -> list[int]:
    return [int(label) // 10 for _, y in batches for label in y.asnumpy().ravel()]


# data_iter


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("label_shape", [(), (1,)], ids=["labels (n,)", "labels (n, 1)"])
@pytest.mark.parametrize("shape", [(2,), (3, 4)], ids=["2-d features", "3-d features"])
@pytest.mark.parametrize(("n", "batch_size"), [(12, 4), (10, 4), (7, 1), (6, 6), (5, 8), (1, 1)])
def test_batches_split_the_examples_and_keep_their_labels(n, batch_size, shape, label_shape, dtype, ctx):
    features, labels = numbered(n, shape, label_shape, ctx, dtype)
    batches = list(data_iter(batch_size, features, labels))
    sizes = [min(batch_size, n - start) for start in range(0, n, batch_size)]
    assert [X.shape for X, _ in batches] == [(size, *shape) for size in sizes]
    assert [y.shape for _, y in batches] == [(size, *label_shape) for size in sizes]
    assert sorted(order_of(batches)) == list(range(n))
    for X, y in batches:
        assert (X.context, y.context) == (ctx, ctx)
        assert (X.dtype, y.dtype) == (np.dtype(dtype), np.dtype(dtype))
        row_numbers = X.asnumpy().reshape(len(X), -1)
        assert (row_numbers == row_numbers[:, :1]).all()
        assert (10 * row_numbers[:, 0] == y.asnumpy().ravel()).all()


def test_labels_may_have_a_dtype_of_their_own(ctx):
    features, labels = numbered(5, (2,), (), ctx)
    X, y = next(data_iter(2, features, labels.astype("int32")))
    assert (X.dtype, y.dtype) == (np.float32, np.int32)


def test_every_pass_has_a_new_order(ctx):
    features, labels = numbered(50, (1,), (), ctx)
    first, second = (order_of(data_iter(8, features, labels)) for _ in range(2))
    assert first != second
    assert first != sorted(first)


def test_a_seed_repeats_the_passes_on_every_context(ctx):
    def two_passes(where: mx.Context) -> list[list[int]]:
        np.random.seed(3)
        features, labels = numbered(50, (1,), (), where)
        return [order_of(data_iter(8, features, labels)) for _ in range(2)]

    assert two_passes(ctx) == two_passes(mx.cpu())


def test_all_orders_are_equally_likely():
    features, labels = numbered(3, (1,), (), mx.cpu())
    passes = 1200
    counts = Counter(tuple(order_of(data_iter(2, features, labels))) for _ in range(passes))
    expected, sd = passes / 6, math.sqrt(passes * (1 / 6) * (5 / 6))
    assert len(counts) == 6
    assert all(abs(count - expected) < 4.5 * sd for count in counts.values())


def test_writing_into_a_batch_leaves_the_data_untouched(ctx):
    features, labels = numbered(6, (2,), (), ctx)
    before = features.asnumpy(), labels.asnumpy()
    for X, y in data_iter(6, features, labels):
        X[:] = -1
        y[:] = -1
    assert (features.asnumpy() == before[0]).all()
    assert (labels.asnumpy() == before[1]).all()


def test_row_numbers_live_with_the_features(ctx, monkeypatch):
    # A GPU refuses row numbers that live on the CPU; MXNet lets two CPU contexts mix, so the pairs are looked at here.
    pairs = []
    take = nd.NDArray.take

    def watched_take(array: nd.NDArray, rows: nd.NDArray) -> nd.NDArray:
        pairs.append((array.context, rows.context))
        return take(array, rows)

    monkeypatch.setattr(nd.NDArray, "take", watched_take)
    list(data_iter(4, *numbered(10, (2,), (), ctx)))
    assert set(pairs) == {(ctx, ctx)}


def test_rows_above_2_to_24_come_exactly_once():
    # A float32 index cannot tell 2^24 from 2^24 + 1. The ten rows from 2^24 on are marked 1 to 10, all others 0.
    limit, marked = 2**24, 10
    rows = np.zeros((limit + marked, 1), dtype=np.float32)
    rows[limit:, 0] = np.arange(1, marked + 1)
    features = nd.array(rows)
    [(X, y)] = data_iter(len(rows), features, features)
    seen = X.asnumpy()
    assert (seen == y.asnumpy()).all()
    assert sorted(seen[seen > 0]) == list(range(1, marked + 1))


# linreg


def random_problem(ctx: mx.Context, dtype: str, n: int = 7, d: int = 3):
    rng = np.random.default_rng(5)
    arrays = [rng.standard_normal(shape).astype(dtype) for shape in ((n, d), (d, 1), (1,))]
    return arrays, [nd.array(array, ctx=ctx, dtype=dtype) for array in arrays]


@pytest.mark.parametrize("dtype", DTYPES)
def test_linreg_is_the_linear_model(dtype, ctx):
    (X, w, b), given = random_problem(ctx, dtype)
    y_hat = linreg(*given)
    assert (y_hat.shape, y_hat.dtype, y_hat.context) == ((7, 1), np.dtype(dtype), ctx)
    np.testing.assert_allclose(y_hat.asnumpy(), X @ w + b, rtol=ROUNDING[dtype], atol=ROUNDING[dtype])
    for array, original in zip(given, (X, w, b), strict=True):
        assert (array.asnumpy() == original).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_linreg_passes_gradients_to_all_its_arguments(dtype, ctx):
    (X, w, _), given = random_problem(ctx, dtype)
    head = np.arange(1, 8, dtype=dtype).reshape(7, 1)
    for array in given:
        array.attach_grad()
    with autograd.record():
        y_hat = linreg(*given)
    y_hat.backward(nd.array(head, ctx=ctx, dtype=dtype))
    for array, gradient in zip(given, (head @ w.T, X.T @ head, head.sum(axis=0)), strict=True):
        assert array.grad.dtype == np.dtype(dtype)
        np.testing.assert_allclose(array.grad.asnumpy(), gradient, rtol=ROUNDING[dtype], atol=10 * ROUNDING[dtype])


# squared_loss


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("label_shape", [(4,), (4, 1)], ids=str)
def test_squared_loss_has_a_value_per_example_and_its_gradient_is_the_error(label_shape, dtype, ctx):
    predicted, true = np.array([[1.0], [-2.0], [0.5], [3.0]]), np.array([4.0, -2.0, 0.25, -3.0])
    y_hat = nd.array(predicted, ctx=ctx, dtype=dtype)
    y = nd.array(true.reshape(label_shape), ctx=ctx, dtype=dtype)
    y_hat.attach_grad()
    y.attach_grad()
    with autograd.record():
        loss = squared_loss(y_hat, y)
    loss.backward()
    assert (loss.shape, loss.dtype, loss.context) == ((4, 1), np.dtype(dtype), ctx)
    assert loss.asnumpy().ravel().tolist() == [4.5, 0.0, 0.03125, 18.0]  # all exact in binary
    assert y_hat.grad.asnumpy().ravel().tolist() == [-3.0, 0.0, 0.25, 6.0]
    assert y.grad.asnumpy().ravel().tolist() == [3.0, 0.0, -0.25, -6.0]
    assert (y_hat.asnumpy() == predicted).all()
    assert y.shape == label_shape
    assert (y.asnumpy().ravel() == true).all()


# sgd


def with_gradient(values: np.ndarray, gradient: np.ndarray, ctx: mx.Context, dtype: str) -> nd.NDArray:
    param = nd.array(values, ctx=ctx, dtype=dtype)
    param.attach_grad()
    with autograd.record():
        product = param * nd.array(gradient, ctx=ctx, dtype=dtype)
    product.backward()
    return param


@pytest.mark.parametrize("dtype", DTYPES)
def test_sgd_steps_each_parameter_in_place_and_keeps_the_gradients(dtype, ctx):
    rng = np.random.default_rng(2)
    shapes = [(3, 1), (1,), (2, 3, 2)]
    values, gradients = ([rng.standard_normal(shape).astype(dtype) for shape in shapes] for _ in range(2))
    params = [with_gradient(*pair, ctx, dtype) for pair in zip(values, gradients, strict=True)]
    held = list(params)
    assert sgd(params, 0.3, 7) is None
    for param, array, value, gradient in zip(params, held, values, gradients, strict=True):
        assert param is array
        assert (array.dtype, array.context) == (np.dtype(dtype), ctx)
        np.testing.assert_allclose(array.asnumpy(), value - 0.3 * gradient / 7, rtol=ROUNDING[dtype])
        assert (array.grad.asnumpy() == gradient).all()


def test_autograd_follows_a_parameter_through_a_step(ctx):
    w = nd.array([3.0], ctx=ctx)
    w.attach_grad()
    for expected in (3.0, 1.5, 0.75):  # the loss w^2 / 2 has the gradient w; each step halves w
        assert w.asscalar() == expected
        with autograd.record():
            loss = squared_loss(w, nd.zeros((1,), ctx=ctx))
        loss.backward()
        assert w.grad.asscalar() == expected
        sgd([w], 1.0, 2)
