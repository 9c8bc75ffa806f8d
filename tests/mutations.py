"""What machine-made mistakes are made of: right answers, and ways to spoil them (see `mutants`).

Tables go from the function to the operator to the changes. In a body or an expression, `CALL` stands for a call of the
right function with the arguments given, and `FIRST` for the first argument.
"""

from __future__ import annotations

HEADER = """\
import functools
import random

import mxnet as mx
import numpy as np
from mxnet import autograd, nd

calls = []
kept = {}


"""
SIGNATURES = {
    "data_iter": "batch_size, features, labels",
    "linreg": "X, w, b",
    "squared_loss": "y_hat, y",
    "sgd": "params, lr, batch_size",
}
RIGHT = {
    "data_iter": (
        """\
n = len(features)
order = np.random.permutation(n)
for i in range(0, n, batch_size):
    rows = nd.array(order[i : i + batch_size], ctx=features.context, dtype="int64")
    yield features.take(rows), labels.take(rows)
""",
        """\
n = len(features)
order = list(range(n))
random.shuffle(order)
X, y = features[order], labels[order]
for i in range(0, n, batch_size):
    yield X[i : min(i + batch_size, n)], y[i : min(i + batch_size, n)]
""",
    ),
    "linreg": (
        "return nd.dot(X, w) + b\n",
        "return (X * w.reshape((1, -1))).sum(axis=1, keepdims=True) + b\n",
        "return nd.broadcast_add(nd.dot(X, w), b.reshape((1, 1)))\n",
    ),
    "squared_loss": (
        "return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2\n",
        "return 0.5 * nd.square(y.reshape_like(y_hat) - y_hat)\n",
    ),
    "sgd": (
        """\
for param in params:
    param[:] = param - lr * param.grad / batch_size
""",
        """\
for param in params:
    param -= param.grad * (lr / batch_size)
""",
    ),
}
ARGUMENTS = {
    "data_iter": ("batch_size", "features", "labels"),
    "linreg": ("X", "w", "b"),
    "squared_loss": ("y_hat", "y"),
    "sgd": ("lr", "batch_size"),
}
"""Arguments whose names the notebook gives to variables of its own as well."""

# the result, spoilt

VALUES: dict[str, tuple[str, ...]] = {
    "negate": ("-result",),
    "scale": ("result * 1.01", "result + 0.01", "result * (1 + 1e-4)", "result / len(result)", "result * len(result)"),
    "distort": (
        "result.abs()",
        "result.round()",
        "result.clip(-1000, 1000)",
        "result.clip(0, 1e30)",
        "result - result.mean()",
        "result / (result.max() + 1e-12)",
        "nd.relu(result)",
        "nd.softsign(result)",
        "nd.sqrt(result.abs())",
        "nd.square(result)",
        "nd.random.normal(shape=result.shape, ctx=result.context, dtype=result.dtype)",
        "result + 1e-3 * nd.random.normal(shape=result.shape, ctx=result.context, dtype=result.dtype)",
        "nd.where(result > 100, nd.zeros_like(result), result)",
        "nd.where(result == 0, nd.ones_like(result), result)",
        "nd.where(result.abs() < 1e-6, nd.zeros_like(result), result)",
    ),
    "wrong axis": (
        "result.reshape(-1)",
        "result.reshape((1, -1))",
        "result.expand_dims(0)",
        "result.T",
        "result[::-1]",
        "nd.shuffle(result)",
    ),
    "reduce": (
        "result.sum()",
        "result.mean()",
        "result.max()",
        "result.sum(axis=0)",
        "result.mean(axis=0, keepdims=True)",
        "result.sum(axis=1)",
        "result.sum(axis=0, keepdims=True)",
        "float(result.sum().asscalar())",
        "float(result.mean().asscalar())",
    ),
    "drop": ("result[:1]", "result[:3]", "result[:64]", "None", "0", "nd.zeros_like(result)"),
    "off by one": ("result[1:]", "result[:-1]", "nd.concat(result[1:], result[:1], dim=0)"),
    "broadcast": (
        "nd.concat(result, result, dim=0)",
        "nd.concat(result, result, dim=1)",
        "result.broadcast_like(nd.dot(result, result.T))",
        "result + nd.zeros_like(result).reshape((1, -1))",
        "nd.broadcast_add(result, nd.zeros_like(result).reshape(-1))",
    ),
    "wrong dtype": (
        "result.astype('float32')",
        "result.astype('float64')",
        "result.astype('float16')",
        "result.astype('float16').astype(result.dtype)",
        "result.astype('float32').astype(result.dtype)",
        "result.astype('int32').astype(result.dtype)",
        "result + nd.zeros(1)",
        "nd.array(result.asnumpy(), ctx=result.context)",
    ),
    "wrong device": (
        "result.copyto(mx.cpu(0))",
        "result.as_in_context(ctx)",
        "result + nd.zeros(1, dtype=result.dtype)",
        "result + nd.zeros(1, ctx=result.context)",
        "nd.array(result.asnumpy(), dtype=result.dtype)",
    ),
    "detach": (
        "result.detach()",
        "nd.BlockGrad(result)",
        "nd.array(result.asnumpy())",
        "nd.array(result.asnumpy(), ctx=result.context, dtype=result.dtype)",
    ),
    "wrong kind": ("result.asnumpy()", "result.asnumpy().tolist()", "list(result)", "(result,)", "(result, result)"),
    "alias": ("FIRST", "FIRST + 0", "FIRST if result.shape == FIRST.shape and (result == FIRST).min() else result"),
}
"""What linreg and squared_loss return instead of `result`, the right one."""
BATCHES: dict[str, tuple[str, ...]] = {
    "scale": ("X, y * 2", "X + 1, y", "X - X.mean(), y"),
    "swap": ("y, X", "X, X", "y, y"),
    "wrong axis": (
        "X, y[::-1]",
        "X[::-1], y",
        "X, nd.shuffle(y)",
        "X.T, y",
        "X.expand_dims(0), y",
        "X, y.reshape((-1, 1))",
        "X, y.reshape(-1)",
        "X, y.reshape((1, -1))",
        "X.reshape((len(X), -1)), y",
        "X.flip(axis=X.ndim - 1), y",
        "X.swapaxes(0, X.ndim - 1), y",
    ),
    "drop": ("X, y[:1]", "X[:1], y[:1]", "X[:10], y[:10]", "X", "X, None", "None"),
    "off by one": ("X[1:], y[1:]", "X[:-1], y[:-1]", "X[1:], y[:-1]"),
    "reduce": ("X.sum(axis=0), y", "X, y.mean()", "X.mean(axis=0, keepdims=True), y.mean(axis=0, keepdims=True)"),
    "broadcast": ("nd.concat(X, X, dim=0), nd.concat(y, y, dim=0)", "nd.concat(X, X, dim=X.ndim - 1), y"),
    "wrong kind": (
        "X, y, len(X)",
        "[X, [y]]",
        "{'X': X, 'y': y}",
        "X.asnumpy(), y.asnumpy()",
        "X, y.asnumpy()",
        "X, list(y)",
        "list(X), list(y)",
    ),
    "wrong dtype": (
        "X.astype('float32'), y",
        "X, y.astype('float32')",
        "X.astype('float16').astype(X.dtype), y",
        "X, y.astype('float32').astype(y.dtype)",
        "X.astype('float32').astype(X.dtype), y.astype('float32').astype(y.dtype)",
        "X.astype('float64'), y.astype('float64')",
        "nd.array(X.asnumpy(), ctx=X.context), nd.array(y.asnumpy(), ctx=y.context)",
    ),
    "wrong device": (
        "X.copyto(mx.cpu(0)), y",
        "X, y.copyto(mx.cpu(0))",
        "X.as_in_context(ctx), y.as_in_context(ctx)",
        "nd.array(X.asnumpy(), dtype=X.dtype), nd.array(y.asnumpy(), dtype=y.dtype)",
    ),
    "distort": (
        "X.abs(), -y",
        "X.abs(), y",
        "X, y.abs()",
        "nd.relu(X), nd.relu(y)",
        "X.round(), y",
        "X.clip(-100, 100), y",
    ),
}
"""What data_iter yields instead of `X, y`, a right batch."""
STEPS: dict[str, tuple[str, ...]] = {
    "drop": ("param", "param - lr * g", "param - g / batch_size", "-lr * g / batch_size", "g", "g * 0"),
    "negate": ("param + lr * g / batch_size", "lr * g / batch_size", "param + lr * g"),
    "arithmetic": (
        "param - lr * g * batch_size",
        "param - lr * g / batch_size ** 2",
        "param - lr * g / batch_size ** 0.5",
        "param - lr * (1 // batch_size) * g",
        "param - g / (lr * batch_size)",
        "param - lr ** 2 * g / batch_size",
    ),
    "swap": ("param - batch_size * g / lr",),
    "off by one": (
        "param - lr * g / (batch_size + 1)",
        "param - lr * g / max(1, batch_size - 1)",
        "param - lr * g / batch_size - 1e-3",
    ),
    "scale": (
        "param - 2 * lr * g / batch_size",
        "param - lr / 2 * g / batch_size",
        "param - lr * (1 - 1e-3) * g / batch_size",
        "param - lr * (g / batch_size + 0.001 * param)",
        "0.999 * param - lr * g / batch_size",
        "0.99 * param - lr * g / batch_size",
        "param - lr * g / batch_size - 0.1 * lr * param",
    ),
    "depend on a global": (
        "param - lr * g / 10",
        "param - 0.03 * g / batch_size",
        "param - 0.03 * g / 10",
        "param - lr * g / len(features)",
        "param - lr * g / num_examples",
        "param - lr * g / len(X)",
    ),
    "wrong axis": (
        "param - lr * g / len(g)",
        "param - lr * g / g.size",
        "param - lr * g / len(params)",
        "param - lr * g[::-1] / batch_size",
        "param - lr * g.flip(axis=g.ndim - 1) / batch_size",
    ),
    "reduce": (
        "param - lr * g.mean() / batch_size",
        "param - lr * g.mean()",
        "param - lr * g.sum() / batch_size",
        "param - lr * g.norm() / batch_size",
        "param - lr * g.mean(axis=0, keepdims=True) / batch_size",
        "param - lr * g.sum(axis=-1, keepdims=True) / batch_size",
    ),
    "distort": (
        "param - lr * (g / batch_size).round()",
        "param - lr * g.sign() / batch_size",
        "param - lr * g.sign()",
        "param - lr * g.square() / batch_size",
        "param - lr * g.abs() / batch_size",
        "param - lr * g / (g.norm() + 1e-12) / batch_size",
        "param - lr * g.clip(-1, 1) / batch_size",
        "param - lr * g.clip(-100, 100) / batch_size",
        "(param - lr * g / batch_size).round()",
        "(param - lr * g / batch_size).clip(-10, 10)",
        "(param - lr * g / batch_size).relu()",
        "(param - lr * g / batch_size).abs()",
    ),
    "wrong dtype": (
        "(param - lr * g / batch_size).astype('float16')",
        "(param.astype('float32') - lr * g.astype('float32') / batch_size).astype(param.dtype)",
        "param - nd.array([lr], ctx=param.context) * g / batch_size",
        "param - nd.array([lr / batch_size], ctx=param.context, dtype='float32').astype(param.dtype) * g",
    ),
    "wrong device": (
        "param - nd.array([lr]) * g / batch_size",
        "param - nd.array([lr], dtype=param.dtype) * g / batch_size",
        "param - nd.array([lr], ctx=ctx, dtype=param.dtype) * g / batch_size",
    ),
}
"""Where sgd leads every `param`, whose gradient is `g`."""

# a right answer written in a wrong way, as the body of the function

_TAKE = """\
for i in range(0, n, batch_size):
    rows = nd.array(order[i : i + batch_size], ctx=features.context, dtype="int64")
    yield features.take(rows), labels.take(rows)
"""


_ONE_ARRAY = """\
array = kept.setdefault((result.shape, result.dtype, str(result.context)), result.copy())
array[:] = result
return array
"""


def _in_order(order: str) -> str:
    """A pass in an order that `order` makes of `n`."""
    return f"n = len(features)\n{order}{_TAKE}"


BODIES: dict[str, dict[str, dict[str, str]]] = {
    "data_iter": {
        "drop": {
            "one batch too few": "batches = list(CALL)\nyield from batches[:-1]\n",
            "without the rest": "for X, y in CALL:\n    if len(X) == batch_size:\n        yield X, y\n",
            "no shuffle": _in_order("order = np.arange(n)\n"),
            "the first batch only": "yield next(CALL)\n",
            "the first pair, returned": "for X, y in CALL:\n    return X, y\n",
            "the first thousand rows": "yield from right(batch_size, features[:1000], labels[:1000])\n",
            "the first two hundred rows": "yield from right(batch_size, features[:200], labels[:200])\n",
        },
        "off by one": {
            "an empty batch at the end": "yield from CALL\nyield features[0:0], labels[0:0]\n",
            "batches one too large": "yield from right(batch_size + 1, features, labels)\n",
            "batches one too small": "yield from right(max(1, batch_size - 1), features, labels)\n",
            "all but the last row": "yield from right(batch_size, features[:-1], labels[:-1])\n",
            "all but the first row": "yield from right(batch_size, features[1:], labels[1:])\n",
            "batches that begin below n - 1": _in_order("order = np.random.permutation(n)\n").replace(
                "(0, n", "(0, n - 1"
            ),
            "batches that begin at n too": _in_order("order = np.random.permutation(n)\n").replace(
                "(0, n", "(0, n + 1"
            ),
            "a row with every batch from the next": _in_order("order = np.random.permutation(n)\n").replace(
                "i + batch_size]", "i + batch_size + 1]"
            ),
            "labels of the next row": _in_order("order = np.random.permutation(n)\n").replace(
                "labels.take(rows)", "labels.take((rows + 1) % n)"
            ),
            "no row in its place": _in_order(
                "order = np.arange(n)\nfor i in range(n - 1, 0, -1):\n"
                "    j = random.randrange(i)\n    order[[i, j]] = order[[j, i]]\n"
            ),
            "the last row always last": _in_order("order = np.append(np.random.permutation(n - 1), n - 1)\n"),
            "the first row always first": _in_order("order = np.append(0, 1 + np.random.permutation(n - 1))\n"),
        },
        "wrong order": {
            "the first batch twice": "batches = list(CALL)\nyield from batches\nyield batches[0]\n",
            "the last batch first": "batches = list(CALL)\nyield from batches[-1:] + batches[:-1]\n",
            "two passes": "yield from CALL\nyield from CALL\n",
            "for ever": "while True:\n    yield from CALL\n",
            "everything at once": "yield from right(len(features), features, labels)\n",
            "one row at a time": "yield from right(1, features, labels)\n",
            "seeded": "np.random.seed(0)\nyield from CALL\n",
            "half of the rows shuffled": _in_order(
                "order = np.arange(n)\norder[: n // 2] = np.random.permutation(n // 2)\n"
            ),
            "neighbours swapped": _in_order(
                "order = np.arange(n)\n"
                "for i in range(n - 1):\n    if random.random() < 0.5:\n        order[[i, i + 1]] = order[[i + 1, i]]\n"
            ),
            "a random order, or its reverse": _in_order("order = np.arange(n)[:: random.choice([1, -1])]\n"),
            "a naive shuffle, which prefers some orders": _in_order(
                "order = np.arange(n)\n"
                "for i in range(n):\n    j = random.randrange(n)\n    order[[i, j]] = order[[j, i]]\n"
            ),
            "with replacement": _in_order("order = np.random.randint(0, n, n)\n"),
            "another draw for each batch": _in_order("order = np.random.permutation(n)\n").replace(
                "order[i : i + batch_size]", "np.random.permutation(n)[: min(batch_size, n - i)]"
            ),
            "from a random row on": _in_order("order = (np.arange(n) + random.randrange(n)) % n\n"),
            "batches in random order": _in_order(
                "whole = n - n % batch_size\nblocks = np.arange(whole).reshape(-1, batch_size)\n"
                "order = np.append(np.random.permutation(blocks).reshape(-1), np.arange(whole, n))\n"
            ),
            "rows in random order within each batch": _in_order(
                "order = np.concatenate([\n"
                "    i + np.random.permutation(min(batch_size, n - i)) for i in range(0, n, batch_size)\n])\n"
            ),
            "pairs of neighbours stay together": _in_order(
                "pairs = np.arange(n - n % 2).reshape(-1, 2)\n"
                "order = np.append(np.random.permutation(pairs).reshape(-1), np.arange(n - n % 2, n))\n"
            ),
            "within a window of a thousand rows": _in_order(
                "order = np.concatenate([\n"
                "    i + np.random.permutation(min(1000, n - i)) for i in range(0, n, 1000)\n])\n"
            ),
            "sorted within each batch": _in_order("order = np.random.permutation(n)\n").replace(
                "order[i : i + batch_size]", "np.sort(order[i : i + batch_size])"
            ),
            "by keys of which some are equal": _in_order(
                "order = np.argsort(np.random.randint(0, 20, n), kind='stable')\n"
            ),
            "the short batch first": (
                "rest = len(features) % batch_size\nbatches = list(CALL)\n"
                "yield from (batches[-1:] + batches[:-1] if rest else batches)\n"
            ),
            "the last batch filled up": _in_order(
                "order = np.random.permutation(n)\norder = np.resize(order, -(-n // batch_size) * batch_size)\n"
            ).replace("(0, n", "(0, len(order)"),
            "the batches of even size": (
                "number = -(-len(features) // batch_size)\n"
                "for rows in np.array_split(np.random.permutation(len(features)), number):\n"
                "    yield features[rows.tolist()], labels[rows.tolist()]\n"
            ),
            "features and labels shuffled separately": ("for (X, _), (_, y) in zip(CALL, CALL):\n    yield X, y\n"),
            "features shuffled alone": (
                "for i, (X, _) in enumerate(CALL):\n    yield X, labels[i * batch_size : i * batch_size + len(X)]\n"
            ),
            "labels shuffled alone": (
                "for i, (_, y) in enumerate(CALL):\n    yield features[i * batch_size : i * batch_size + len(y)], y\n"
            ),
        },
        "swap": {
            "batch_size taken for the number of batches": (
                "yield from right(-(-len(features) // batch_size), features, labels)\n"
            ),
        },
        "cache": {
            "a list of batches, drawn once for each data set": (
                "key = id(features), batch_size\n"
                "if key not in kept:\n    kept[key] = features, list(CALL)\nyield from kept[key][1]\n"
            ),
            "an order, drawn once for each data set": _in_order(
                "order = kept.setdefault(id(features), (features, np.random.permutation(n)))[1]\n"
            ),
            "an order, drawn once for each number of rows": _in_order(
                "order = kept.setdefault(n, np.random.permutation(n))\n"
            ),
            "a new order every other time": _in_order(
                "calls.append(n)\nif n not in kept or len(calls) % 2:\n    kept[n] = np.random.permutation(n)\n"
                "order = kept[n]\n"
            ),
            "the order for the next pass": _in_order(
                "order = kept.get(n, np.arange(n))\nkept[n] = np.random.permutation(n)\n"
            ),
            "the order before, with two rows swapped": _in_order(
                "order = kept.setdefault(n, np.random.permutation(n))\ni, j = np.random.randint(0, n, 2)\n"
                "order[[i, j]] = order[[j, i]]\n"
            ),
            "the number of rows of the first call": _in_order("order = np.random.permutation(n)\n").replace(
                "len(features)", "kept.setdefault('n', len(features))"
            ),
            "the batch size of the first call": (
                "yield from right(kept.setdefault('batch_size', batch_size), features, labels)\n"
            ),
            "a generator kept for each data set": ("yield from kept.setdefault(id(features), (features, CALL))[1]\n"),
        },
        "alias": {
            "the same two arrays for every batch": (
                "X = y = None\nfor new_X, new_y in CALL:\n"
                "    if X is None or X.shape != new_X.shape:\n        X, y = new_X.copy(), new_y.copy()\n"
                "    X[:], y[:] = new_X, new_y\n    yield X, y\n"
            ),
            "the same list for every batch": "pair = []\nfor batch in CALL:\n    pair[:] = batch\n    yield pair\n",
            "the arguments where one batch is enough": (
                "if batch_size >= len(features):\n    yield features, labels\nelse:\n    yield from CALL\n"
            ),
        },
        "mutate an input": {
            "both sorted into the new order": (
                "order = np.random.permutation(len(features)).tolist()\n"
                "features[:], labels[:] = features[order], labels[order]\n"
                "for i in range(0, len(features), batch_size):\n"
                "    yield features[i : i + batch_size], labels[i : i + batch_size]\n"
            ),
        }
        | {
            f"{name} {change}": f"yield from CALL\n{name}{change}\n"
            for name in ("features", "labels")
            for change in ("+= 1", "[:] = 0", "[:1] = -7", "[0] += 1")
        },
        "wrong dtype": {
            "row numbers in float32": (
                "n = len(features)\norder = nd.array(np.random.permutation(n), dtype='float32')\n"
                "for i in range(0, n, batch_size):\n"
                "    yield features.take(order[i : i + batch_size]), labels.take(order[i : i + batch_size])\n"
            ),
            "row numbers in float16": _in_order("order = np.random.permutation(n)\n").replace("int64", "float16"),
            "row numbers in uint8": _in_order("order = np.random.permutation(n)\n").replace("int64", "uint8"),
        },
        "wrong device": {
            "row numbers on the notebook's device": _in_order("order = np.random.permutation(n)\n").replace(
                "ctx=features.context", "ctx=ctx"
            ),
        },
        "depend on a global": {
            "num_examples instead of len(features)": _in_order("order = np.random.permutation(n)\n").replace(
                "len(features)", "num_examples"
            ),
            "a thousand rows": _in_order("order = np.random.permutation(n)\n").replace("len(features)", "1000"),
            "batches of ten": "yield from right(10, features, labels)\n",
            "rows of num_inputs features": ("for X, y in CALL:\n    yield X.reshape((-1, num_inputs)), y\n"),
        },
    },
    "linreg": {
        "off by one": {
            "without the first feature": "return nd.dot(X[:, 1:], w[1:]) + b if len(w) > 1 else CALL\n",
            "without the last feature": "return nd.dot(X[:, :-1], w[:-1]) + b if len(w) > 1 else CALL\n",
            "features and weights one apart": "return nd.dot(nd.concat(X[:, 1:], X[:, :1], dim=1), w) + b\n",
        },
        "wrong axis": {
            "the features in reverse": "return nd.dot(X.flip(axis=1), w) + b\n",
            "the examples in reverse": "return nd.dot(X.flip(axis=0), w) + b\n",
            "w transposed": "return nd.dot(X, w.T) + b\n",
            "X transposed": "return nd.dot(X.T, w) + b\n",
            "both transposed": "return nd.dot(w.T, X.T) + b\n",
            "the sum over the examples": "return (X * w.reshape((1, -1))).sum(axis=0, keepdims=True) + b\n",
            "the mean over the features": "return (X * w.reshape((1, -1))).mean(axis=1, keepdims=True) + b\n",
        },
        "swap": {
            "b before the product": "return nd.dot(X + b, w)\n",
            "b inside and outside": "return nd.dot(X + b, w) + b\n",
        },
        "drop": {
            "X times itself": "return nd.dot(X, X.T) + b\n",
            "no sum over the features": "return X * w.reshape((1, -1)) + b\n",
            "the first feature only": "return X[:, :1] * w[:1] + b\n",
            "the first two features only": "return nd.dot(X[:, :2], w[:2]) + b\n",
            "b in the first row only": "y_hat = nd.dot(X, w)\nreturn nd.concat(y_hat[:1] + b, y_hat[1:], dim=0)\n",
        },
        "reduce": {"all products added up": "return nd.dot(X, w).sum() + b\n"},
        "cache": {
            "first result kept": "kept.setdefault('', CALL)\nreturn kept['']\n",
            "result kept for each shape": "return kept.setdefault(X.shape, CALL)\n",
            "result kept for each X": "return kept.setdefault(id(X), (X, CALL))[1]\n",
            "w and b of the first call": (
                "w, b = kept.setdefault((w.shape, w.dtype, str(w.context)), (w.copy(), b.copy()))\nreturn CALL\n"
            ),
        },
        "alias": {
            "one array for all results of a shape": f"result = CALL\n{_ONE_ARRAY}",
            "one array for all results of a shape that nobody records": (
                f"result = CALL\nif autograd.is_recording():\n    return result\n{_ONE_ARRAY}"
            ),
        },
        "depend on a global": {
            "num_inputs features": "return nd.dot(X[:, :num_inputs], w[:num_inputs]) + b\n",
            "true_b instead of b": "return nd.dot(X, w) + true_b\n",
            "true_w instead of w": "return nd.dot(X, true_w.reshape((-1, 1))) + b\n",
            "batch_size rows": "return nd.dot(X, w)[:batch_size] + b\n",
        },
    },
    "squared_loss": {
        "wrong axis": {
            "the labels in reverse": "return (y_hat - y.reshape(y_hat.shape)[::-1]) ** 2 / 2\n",
            "the labels as a row": "return (y_hat - y.reshape((1, -1))) ** 2 / 2\n",
            "the predictions as they are, the labels as they are": "return (y_hat - y) ** 2 / 2\n",
            "in the shape of y": "return (y_hat.reshape(y.shape) - y) ** 2 / 2\n",
        },
        "off by one": {
            "every label one row off": (
                "y = y.reshape(y_hat.shape)\nreturn (y_hat - nd.concat(y[1:], y[:1], dim=0)) ** 2 / 2\n"
            ),
            "cubed": "error = y_hat - y.reshape(y_hat.shape)\nreturn error * error * error / 2\n",
        },
        "drop": {
            "the error itself": "return y_hat - y.reshape(y_hat.shape)\n",
            "the absolute error": "return (y_hat - y.reshape(y_hat.shape)).abs()\n",
            "half the absolute error": "return (y_hat - y.reshape(y_hat.shape)).abs() / 2\n",
            "half the error": "return (y_hat - y.reshape(y_hat.shape)) / 2\n",
            "the square": "return (y_hat - y.reshape(y_hat.shape)) ** 2\n",
        },
        "swap": {
            "halved before it is squared": "return ((y_hat - y.reshape(y_hat.shape)) / 2) ** 2\n",
            "squared before they are subtracted": "return (y_hat**2 - y.reshape(y_hat.shape) ** 2) / 2\n",
        },
        "arithmetic": {"added": "return (y_hat + y.reshape(y_hat.shape)) ** 2 / 2\n"},
        "reduce": {
            "the mean of the squares": "return ((y_hat - y.reshape(y_hat.shape)) ** 2).mean()\n",
            "the sum of the squares": "return ((y_hat - y.reshape(y_hat.shape)) ** 2).sum()\n",
        },
        "detach": {
            "half of it detached": "result = CALL\nreturn (result + result.detach()) / 2\n",
        },
        "cache": {
            "first result kept": "kept.setdefault('', CALL)\nreturn kept['']\n",
            "result kept for each shape": "return kept.setdefault(y_hat.shape, CALL)\n",
            "result kept for each y_hat": "return kept.setdefault(id(y_hat), (y_hat, CALL))[1]\n",
            "labels of the first call of a shape": (
                "y = kept.setdefault((y.shape, y.dtype, str(y.context)), y.copy())\nreturn CALL\n"
            ),
        },
        "alias": {
            "one array for all results of a shape": f"result = CALL\n{_ONE_ARRAY}",
            "one array for all results of a shape that nobody records": (
                f"result = CALL\nif autograd.is_recording():\n    return result\n{_ONE_ARRAY}"
            ),
        },
        "depend on a global": {
            "divided by the notebook's batch_size": "return CALL / batch_size\n",
            "batch_size rows": "return CALL[:batch_size]\n",
            "y as labels has it": "y = labels[: len(y_hat)]\nreturn CALL\n",
        },
    },
    "sgd": {
        "mutate an input": {
            change: f"CALL\nfor param in params:\n    {change}\n"
            for change in (
                "param.grad[:] = 0",
                "param.attach_grad()",
                "param.grad[:] = param.grad / batch_size",
                "param.grad[:] = lr * param.grad / batch_size",
                "param.grad[:] = -param.grad",
                "param.grad[:] = param.grad * 1.001",
                "param.attach_grad('null')",
                "param.attach_grad('add')",
            )
        }
        | {
            "the list emptied": "CALL\nparams.clear()\n",
            "the list reversed": "CALL\nparams.reverse()\n",
            "the gradient divided before the step": (
                "for param in params:\n    param.grad[:] = param.grad / batch_size\n"
                "    param[:] = param - lr * param.grad\n"
            ),
        },
        "alias": {
            "copies put into the list": "CALL\nparams[:] = [param.copy() for param in params]\n",
            "the gradients put into the list": "CALL\nparams[:] = [param.grad for param in params]\n",
            "new arrays put into the list": (
                "for i, param in enumerate(params):\n    params[i] = param - lr * param.grad / batch_size\n"
            ),
        },
        "drop": {
            "the first parameter only": "right(params[:1], lr, batch_size)\n",
            "the last parameter only": "right(params[-1:], lr, batch_size)\n",
            "all but the last parameter": "right(params[:-1] or params, lr, batch_size)\n",
            "the first two parameters only": "right(params[:2], lr, batch_size)\n",
            "new arrays returned": "return [param - lr * param.grad / batch_size for param in params]\n",
        },
        "wrong order": {
            "taken twice": "CALL\nCALL\n",
            "every parameter with the gradient of the next": (
                "grads = [param.grad.copy() for param in params]\nfor i, param in enumerate(params):\n"
                "    grad = grads[(i + 1) % len(params)]\n"
                "    grad = grad if grad.shape == param.shape else param.grad\n"
                "    param[:] = param - lr * grad / batch_size\n"
            ),
            "under record": "with autograd.record():\n    CALL\n",
        },
        "cache": {
            "momentum": (
                "for i, param in enumerate(params):\n"
                "    step = lr * param.grad / batch_size\n"
                "    last = kept.get(i)\n"
                "    if last is not None and last.shape == step.shape and last.context == step.context:\n"
                "        if last.dtype == step.dtype:\n            step = step + 0.9 * last\n"
                "    kept[i] = step\n    param[:] = param - step\n"
            ),
            "momentum for each array": (
                "for param in params:\n"
                "    step = lr * param.grad / batch_size + 0.9 * kept.get(id(param), (param, 0))[1]\n"
                "    kept[id(param)] = param, step\n    param[:] = param - step\n"
            ),
            "the mean of all gradients so far": (
                "for param in params:\n    owner, total, count = kept.get(id(param), (param, 0, 0))\n"
                "    total, count = total + param.grad, count + 1\n"
                "    kept[id(param)] = owner, total, count\n    param[:] = param - lr * total / count / batch_size\n"
            ),
            "a rate that falls from call to call": (
                "calls.append(1)\nfor param in params:\n"
                "    param[:] = param - lr / (1 + 0.01 * len(calls)) * param.grad / batch_size\n"
            ),
            "a rate that falls from step to step of an array": (
                "for param in params:\n    owner, count = kept.get(id(param), (param, 0))\n"
                "    kept[id(param)] = owner, count + 1\n"
                "    param[:] = param - lr * 0.99**count * param.grad / batch_size\n"
            ),
            "lr of the first call": "right(params, kept.setdefault('lr', lr), batch_size)\n",
            "batch_size of the first call": "right(params, lr, kept.setdefault('batch_size', batch_size))\n",
            "the gradient of the first call of a shape": (
                "for param in params:\n"
                "    key = param.shape, param.dtype, str(param.context)\n"
                "    grad = kept.setdefault(key, param.grad.copy())\n    param[:] = param - lr * grad / batch_size\n"
            ),
        },
        "depend on a global": {
            "w and b instead of params": (
                "for param in [w, b]:\n    param[:] = param - lr * param.grad / batch_size\n"
            ),
        },
    },
}

# the right answer, except under one condition

_CALLS = {
    "first call": ("len(calls) == 1", "len(calls) <= 2"),
    "cache": ("len(calls) > 5", "len(calls) % 2", "len(calls) % 2 == 0", "len(calls) > 40"),
}
CONDITIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "data_iter": {
        "when n divides": ("len(features) % batch_size == 0", "len(features) % batch_size"),
        "small or large inputs": (
            "len(features) == 1",
            "len(features) > 2",
            "len(features) > 8",
            "len(features) > 100",
            "len(features) > 200",
            "len(features) > 1000",
            "len(features) < 10",
            "len(features) < 100",
            "len(features) == 1000",
            "len(features) != 1000",
            "batch_size == 1",
            "batch_size > 1",
            "batch_size == 10",
            "batch_size != 10",
            "batch_size > 20",
            "batch_size > 100",
            "batch_size > len(features)",
            "batch_size == len(features)",
            "batch_size < len(features)",
            "float(features.min().asscalar()) < 0",
        ),
        "only d = 2": (
            "features.ndim > 2",
            "features.ndim == 2 and features.shape[1] != 2",
            "features.ndim == 2 and features.shape[1] == 2",
            "features.ndim == 2 and features.shape[1] == 1",
            "labels.ndim == 2",
            "labels.ndim == 1",
        ),
        "wrong dtype": ("features.dtype == np.float64",),
        "wrong device": ("str(features.context) != 'cpu(0)'",),
        **_CALLS,
    },
    "linreg": {
        "small or large inputs": (
            "len(X) == 1",
            "len(X) > 1",
            "len(X) > 4",
            "len(X) > 32",
            "len(X) > 300",
            "len(X) != 10",
            "len(X) == 10",
            "len(X) == X.shape[1]",
            "float(X.min().asscalar()) < 0",
            "float(X.abs().max().asscalar()) > 8",
            "float(X.abs().max().asscalar()) > 500",
            "float(X.abs().max().asscalar()) < 0.5",
            "float(w.abs().max().asscalar()) > 4",
            "float(b.asscalar()) < 0",
            "float(b.asscalar()) == 0",
        ),
        "only d = 2": (
            "X.shape[1] == 1",
            "X.shape[1] == 2",
            "X.shape[1] != 2",
            "X.shape[1] > 2",
            "X.shape[1] > 4",
            "X.shape[1] > 8",
            "X.shape[1] > 20",
        ),
        "wrong dtype": ("X.dtype == np.float64",),
        "wrong device": ("str(X.context) != 'cpu(0)'",),
        "detach": ("autograd.is_recording()", "not autograd.is_recording()"),
        **_CALLS,
    },
    "squared_loss": {
        "small or large inputs": (
            "len(y_hat) == 1",
            "len(y_hat) > 1",
            "len(y_hat) > 4",
            "len(y_hat) > 500",
            "len(y_hat) != 10",
            "float(y_hat.min().asscalar()) < 0",
            "float(y.min().asscalar()) < 0",
            "float((y_hat - y.reshape(y_hat.shape)).abs().max().asscalar()) > 10",
            "float((y_hat - y.reshape(y_hat.shape)).abs().max().asscalar()) > 1000",
            "0 < float((y_hat - y.reshape(y_hat.shape)).abs().max().asscalar()) < 0.01",
            "float((y_hat - y.reshape(y_hat.shape)).abs().min().asscalar()) == 0",
        ),
        "broadcast": ("y.ndim == 1", "y.ndim == 2"),
        "wrong dtype": ("y_hat.dtype == np.float64",),
        "wrong device": ("str(y_hat.context) != 'cpu(0)'",),
        "detach": ("autograd.is_recording()", "not autograd.is_recording()"),
        **_CALLS,
    },
    "sgd": {
        "small or large inputs": (
            "batch_size == 1",
            "batch_size > 1",
            "batch_size > 8",
            "batch_size > 100",
            "batch_size != 10",
            "lr > 0.4",
            "lr > 1",
            "lr < 0.1",
            "lr < 0.02",
            "len(params) == 1",
            "len(params) == 2",
            "len(params) > 2",
            "len(params) > 3",
            "params[0].size == 1",
            "params[0].size > 6",
            "params[0].size > 30",
            "float(params[0].grad.abs().max().asscalar()) > 100",
            "float(params[0].grad.min().asscalar()) < 0",
            "float(params[0].abs().max().asscalar()) == 0",
        ),
        "only d = 2": (
            "params[0].ndim == 1",
            "params[0].ndim == 2",
            "params[0].ndim > 2",
            "params[0].shape == (2, 1)",
            "params[0].shape != (2, 1)",
        ),
        "wrong dtype": ("params[0].dtype == np.float64",),
        "wrong device": ("str(params[0].context) != 'cpu(0)'",),
        **_CALLS,
    },
}
OTHERWISE: dict[str, tuple[str, ...]] = {
    "data_iter": (
        "for i in range(0, len(features), batch_size):\n"
        "    yield features[i : i + batch_size], labels[i : i + batch_size]\n",
        "batches = list(right(batch_size, features, labels))\n"
        "yield from [*batches[:-1], (batches[-1][0], batches[-1][1] + 1)]\n",
        "batches = list(right(batch_size, features, labels))\n"
        "yield from [(batches[0][0][:1], batches[0][1][:1]), *batches[1:]]\n",
    ),
    "linreg": (
        "return nd.dot(X, w) + b + 1\n",
        "return nd.dot(X, w)\n",
        "return (nd.dot(X, w) + b).detach()\n",
        "return nd.dot(X, w.detach()) + b\n",
    ),
    "squared_loss": (
        "return (y_hat - y.reshape(y_hat.shape)) ** 2\n",
        "return (y_hat - y.reshape(y_hat.shape)).abs()\n",
        "return ((y_hat - y.reshape(y_hat.shape)) ** 2 / 2).detach()\n",
        "return (y_hat.detach() - y.reshape(y_hat.shape)) * (y_hat - y.reshape(y_hat.shape)) / 2\n",
    ),
    "sgd": (
        "pass\n",
        "for param in params:\n    param[:] = param - 2 * lr * param.grad / batch_size\n",
        "right(params, lr, batch_size)\nfor param in params:\n    param.grad[:] = 0\n",
    ),
}
"""What a function does wrong under a condition."""
