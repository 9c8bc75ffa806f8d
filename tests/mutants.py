"""Wrong submissions made by machine: one change to a right function each, several hundred of them.

    syntax     an operator applied to one place in the source of a right answer
    result     the right answer, spoilt on its way out
    effect     the right answer, and something done to the caller's things as well
    sometimes  the right answer, except under one condition

A few are right after all, a few cannot be seen: `EQUIVALENT` and `UNSEEN` say which, and why. `make mutants` grades
them all.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent

HEADER = """\
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

EQUIVALENT = {
    "linreg-syntax-1-19": "keepdims=-1 is as true as keepdims=1",
    "linreg-syntax-2-5": "broadcasting adds a (1,) as it adds a (1, 1)",
    "linreg-syntax-2-9": "a length of 0 in MXNet's reshape copies the length that is there, which is 1",
    "linreg-syntax-2-11": "a length of -1 in a reshape is worked out, to 1",
    "linreg-syntax-2-14": "a length of -1 in a reshape is worked out, to 1",
    "linreg-sometimes-44": "without recording there is no graph to be cut from",
    "squared_loss-syntax-0-23": "the square of the negative is the square",
    "squared_loss-syntax-1-17": "the square of the negative is the square",
    "squared_loss-result-4": "half a square is its own absolute value",
    "squared_loss-result-7": "half a square is never negative",
    "squared_loss-result-28": "half a square is never negative",
    "squared_loss-effect-12": "labels are data: nobody asks for the gradient with respect to them",
    "squared_loss-sometimes-26": "without recording there is no graph to be cut from",
    "data_iter-syntax-0-6": "features and labels have the same length",
    "data_iter-syntax-0-31": "features and labels live on the same device",
    "data_iter-syntax-1-5": "features and labels have the same length",
    "data_iter-sometimes-4": "one row has one order",
    "sgd-syntax-0-7": "param[:] has no lower end",
}
"""Mutants that are no mistakes, and why."""
UNSEEN = {
    "linreg-sometimes-38": "gradients are asked for on the default device only",
    "squared_loss-sometimes-20": "gradients are asked for on the default device only",
    "data_iter-syntax-0-15": "float32 holds every row number up to 2^24; no data set here has so many rows",
    "data_iter-result-48": "no data set here has more than a thousand rows",
    "data_iter-result-55": "the bias is too small to be told from chance, at a false-alarm rate of 1e-9, in 200 passes",
    "data_iter-sometimes-38": "the first call of all is about shapes, and a notebook has made it before any check",
    "data_iter-sometimes-39": "the first call of all is about shapes, and a notebook has made it before any check",
    "sgd-result-44": "lr in float32 is all that nd.sgd_update has, which is a right answer",
    "sgd-sometimes-55": "the first call of all is about places, and a notebook has made it before any check",
    "sgd-sometimes-56": "the first call of all is about places, and a notebook has made it before any check",
}
"""Mistakes that are known to get full marks, and why. Nothing may be added here to make a test pass."""


@dataclass(frozen=True)
class Mutant:
    """A wrong submission: which function, made how, and the source of its cell."""

    id: str
    function: str
    kind: str
    change: str
    source: str


def mutants() -> tuple[Mutant, ...]:
    """All of them, in a fixed order, those of `EQUIVALENT` and `UNSEEN` included."""
    made = [mutant for function in SIGNATURES for mutant in _of(function)]
    unique = {mutant.source: mutant for mutant in reversed(made)}
    return tuple(sorted(unique.values(), key=lambda mutant: made.index(mutant)))


def _of(function: str) -> Iterator[Mutant]:
    for number, body in enumerate(RIGHT[function]):
        for count, (change, spoilt) in enumerate(_syntax(_define(function, body))):
            yield Mutant(f"{function}-syntax-{number}-{count}", function, "syntax", change, HEADER + spoilt)
    for kind, changes in (("result", _results), ("effect", _effects), ("sometimes", _sometimes)):
        for count, (change, source) in enumerate(changes(function)):
            yield Mutant(f"{function}-{kind}-{count}", function, kind, change, HEADER + source)


def _define(function: str, body: str, name: str | None = None) -> str:
    return f"def {name or function}({SIGNATURES[function]}):\n{indent(body, '    ')}"


# one change to the syntax tree


def _syntax(source: str) -> Iterator[tuple[str, str]]:
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for change, new in _changes(node):
            spoilt = copy.deepcopy(tree)
            old = list(ast.walk(spoilt))[place]
            if new is None:
                _remove(spoilt, old)
            else:
                _replace(spoilt, old, new)
            text = ast.unparse(ast.fix_missing_locations(spoilt)) + "\n"
            yield change or f"{_short(node)} becomes {_short(new)}", text


def _short(node: ast.AST | None) -> str:
    return "nothing" if node is None else ast.unparse(node).splitlines()[0]


SWAPS = {"X": "w", "w": "X", "y_hat": "y", "y": "y_hat", "features": "labels", "labels": "features"}
SWAPS |= {"lr": "batch_size", "batch_size": "lr", "n": "batch_size"}
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    match node:
        case ast.BinOp(left, op, right):
            for other in ARITHMETIC:
                if not isinstance(op, other):
                    yield "", ast.BinOp(left, other(), right)
            yield "", left
            yield "", right
            yield "", ast.UnaryOp(ast.USub(), node)
        case ast.Constant(int() | float() as number):
            for other in {number + 1, number - 1, 2 * number, -number} - {number}:
                yield "", ast.Constant(other)
        case ast.Call(ast.Attribute(value, name), arguments, keywords):
            if not (isinstance(value, ast.Name) and value.id in ("np", "random")):
                inner = arguments[0] if isinstance(value, ast.Name) and value.id == "nd" else value
                yield "", inner
                yield "", ast.UnaryOp(ast.USub(), node)
            for i, keyword in enumerate(keywords):
                fewer = [*keywords[:i], *keywords[i + 1 :]]
                yield f"without {keyword.arg}", ast.Call(node.func, arguments, fewer)
        case ast.Name(id, ast.Load()) if id in SWAPS:
            yield f"{id} becomes {SWAPS[id]}", ast.Name(SWAPS[id], ast.Load())
        case ast.Slice(lower, upper):
            yield f"[{_short(node)}] without its lower end", ast.Slice(None, upper)
            yield f"[{_short(node)}] without its upper end", ast.Slice(lower, None)
        case ast.Yield(value):
            yield (
                "yields the second of the pair twice",
                ast.Yield(ast.Tuple([value.elts[1], value.elts[1]], ast.Load())),
            )
            yield "yields the pair the other way round", ast.Yield(ast.Tuple(value.elts[::-1], ast.Load()))
            yield "yields X alone", ast.Yield(value.elts[0])
        case ast.AugAssign(target, op, value):
            load = ast.Name(target.id, ast.Load())
            yield "not in place", ast.Assign([target], ast.BinOp(load, op, value))
            yield "in place the other way", ast.AugAssign(target, ast.Add(), value)
        case ast.Assign([ast.Subscript(ast.Name(name))], value):
            yield "not in place", ast.Assign([ast.Name(name, ast.Store())], value)
        case ast.Return(value):
            yield "without return", ast.Expr(value)
        case ast.Expr(ast.Yield(value)):
            yield "returns inside the loop", ast.Return(value)
        case ast.Expr(ast.Call()) | ast.Assign():
            yield f"without `{_short(node)}`", ast.Pass()


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                setattr(parent, field, [new if item is old else item for item in value])


def _remove(tree: ast.AST, old: ast.AST) -> None:
    _replace(tree, old, ast.Pass())


# the right answer, spoilt on its way out


def _results(function: str) -> Iterator[tuple[str, str]]:
    right = _define(function, RIGHT[function][0], "right")
    if function in ("linreg", "squared_loss"):
        first = SIGNATURES[function].split(",")[0]
        for value in ARRAYS:
            source = value.replace("FIRST", first)
            body = f"result = right({SIGNATURES[function]})\nreturn {source}\n"
            yield f"returns {source}", right + "\n\n" + _define(function, body)
    if function == "data_iter":
        for change in BATCHES:
            body = f"for X, y in right({SIGNATURES[function]}):\n    yield {change}\n"
            yield f"yields {change}", right + "\n\n" + _define(function, body)
        for change, body in PASSES.items():
            yield change, right + "\n\n" + _define(function, body)
    if function == "sgd":
        for step in STEPS:
            body = f"for param in params:\n    g = param.grad\n    param[:] = {step}\n"
            yield f"steps to {step}", _define(function, body)


ARRAYS = (
    "-result",
    "result * 1.01",
    "result + 0.01",
    "result * (1 + 1e-4)",
    "result.abs()",
    "result.round()",
    "result.clip(-1000, 1000)",
    "result.clip(0, 1e30)",
    "result.reshape(-1)",
    "result.reshape((1, -1))",
    "result.expand_dims(0)",
    "result.T",
    "result.sum()",
    "result.mean()",
    "result.max()",
    "result.sum(axis=0)",
    "result.mean(axis=0, keepdims=True)",
    "result[:1]",
    "result[:3]",
    "result[:64]",
    "result[::-1]",
    "nd.concat(result, result, dim=0)",
    "nd.concat(result, result, dim=1)",
    "result.broadcast_like(nd.dot(result, result.T))",
    "result / len(result)",
    "result * len(result)",
    "result - result.mean()",
    "result / (result.max() + 1e-12)",
    "nd.relu(result)",
    "nd.softsign(result)",
    "nd.sqrt(result.abs())",
    "nd.square(result)",
    "result.astype('float32')",
    "result.astype('float64')",
    "result.astype('float16').astype(result.dtype)",
    "result.astype('float32').astype(result.dtype)",
    "result.astype('int32').astype(result.dtype)",
    "result.detach()",
    "nd.BlockGrad(result)",
    "nd.array(result.asnumpy())",
    "nd.array(result.asnumpy(), ctx=result.context, dtype=result.dtype)",
    "result.copyto(mx.cpu(0))",
    "result + nd.zeros(1)",
    "result + nd.zeros(1, dtype=result.dtype)",
    "result + nd.zeros(1, ctx=result.context)",
    "result.asnumpy()",
    "result.asnumpy().tolist()",
    "list(result)",
    "(result,)",
    "float(result.sum().asscalar())",
    "None",
    "0",
    "FIRST",
    "FIRST + 0",
    "nd.zeros_like(result)",
    "nd.random.normal(shape=result.shape, ctx=result.context, dtype=result.dtype)",
    "result + 1e-3 * nd.random.normal(shape=result.shape, ctx=result.context, dtype=result.dtype)",
    "nd.shuffle(result)",
    "nd.where(result > 100, nd.zeros_like(result), result)",
    "nd.where(result == 0, nd.ones_like(result), result)",
    "nd.where(result.abs() < 1e-6, nd.zeros_like(result), result)",
)
BATCHES = (
    "X, y * 2",
    "X + 1, y",
    "X, y[::-1]",
    "X[::-1], y",
    "X, nd.shuffle(y)",
    "X, y[:1]",
    "X[:1], y[:1]",
    "X[1:], y[1:]",
    "X[:10], y[:10]",
    "y, X",
    "X, X",
    "X",
    "X, y, len(X)",
    "[X, [y]]",
    "{'X': X, 'y': y}",
    "X.asnumpy(), y.asnumpy()",
    "X, y.asnumpy()",
    "X, list(y)",
    "X.astype('float32'), y",
    "X, y.astype('float32')",
    "X.astype('float16').astype(X.dtype), y",
    "X, y.astype('float32').astype(y.dtype)",
    "X.copyto(mx.cpu(0)), y",
    "X, y.copyto(mx.cpu(0))",
    "X, y.reshape((-1, 1))",
    "X, y.reshape(-1)",
    "X.reshape((len(X), -1)), y",
    "X.T, y",
    "X.expand_dims(0), y",
    "X.abs(), -y",
    "X, None",
    "None",
    "nd.concat(X, X, dim=0), nd.concat(y, y, dim=0)",
    "X - X.mean(), y",
)
PASSES = {
    "one batch too few": "batches = list(right(batch_size, features, labels))\nyield from batches[:-1]\n",
    "the first batch twice": (
        "batches = list(right(batch_size, features, labels))\nyield from batches\nyield batches[0]\n"
    ),
    "the last batch first": (
        "batches = list(right(batch_size, features, labels))\nyield from batches[-1:] + batches[:-1]\n"
    ),
    "two passes": "yield from right(batch_size, features, labels)\nyield from right(batch_size, features, labels)\n",
    "for ever": "while True:\n    yield from right(batch_size, features, labels)\n",
    "a list of batches, drawn once for each data set": (
        "key = id(features), batch_size\n"
        "if key not in kept:\n    kept[key] = features, list(right(batch_size, features, labels))\n"
        "yield from kept[key][1]\n"
    ),
    "without the rest": (
        "for X, y in right(batch_size, features, labels):\n    if len(X) == batch_size:\n        yield X, y\n"
    ),
    "an empty batch at the end": "yield from right(batch_size, features, labels)\nyield features[0:0], labels[0:0]\n",
    "batches one too large": "yield from right(batch_size + 1, features, labels)\n",
    "batches one too small": "yield from right(max(1, batch_size - 1), features, labels)\n",
    "everything at once": "yield from right(len(features), features, labels)\n",
    "one row at a time": "yield from right(1, features, labels)\n",
    "all but the last row": "yield from right(batch_size, features[:-1], labels[:-1])\n",
    "all but the first row": "yield from right(batch_size, features[1:], labels[1:])\n",
    "the first thousand rows": "yield from right(batch_size, features[:1000], labels[:1000])\n",
    "the first two hundred rows": "yield from right(batch_size, features[:200], labels[:200])\n",
    "seeded": "np.random.seed(0)\nyield from right(batch_size, features, labels)\n",
    "half of the rows shuffled": (
        "n = len(features)\norder = np.arange(n)\norder[: n // 2] = np.random.permutation(n // 2)\n"
        "for i in range(0, n, batch_size):\n"
        "    rows = nd.array(order[i : i + batch_size], ctx=features.context, dtype='int64')\n"
        "    yield features.take(rows), labels.take(rows)\n"
    ),
    "neighbours swapped": (
        "n = len(features)\norder = np.arange(n)\n"
        "for i in range(n - 1):\n    if random.random() < 0.5:\n        order[[i, i + 1]] = order[[i + 1, i]]\n"
        "for i in range(0, n, batch_size):\n"
        "    rows = nd.array(order[i : i + batch_size], ctx=features.context, dtype='int64')\n"
        "    yield features.take(rows), labels.take(rows)\n"
    ),
    "a random order, or its reverse": (
        "n = len(features)\norder = np.arange(n)[:: random.choice([1, -1])]\n"
        "for i in range(0, n, batch_size):\n"
        "    rows = nd.array(order[i : i + batch_size], ctx=features.context, dtype='int64')\n"
        "    yield features.take(rows), labels.take(rows)\n"
    ),
    "the first row always comes first": (
        "n = len(features)\norder = np.concatenate([[0], 1 + np.random.permutation(n - 1)])\n"
        "for i in range(0, n, batch_size):\n"
        "    rows = nd.array(order[i : i + batch_size], ctx=features.context, dtype='int64')\n"
        "    yield features.take(rows), labels.take(rows)\n"
    ),
    "a naive shuffle, which prefers some orders": (
        "n = len(features)\norder = np.arange(n)\n"
        "for i in range(n):\n    j = random.randrange(n)\n    order[[i, j]] = order[[j, i]]\n"
        "for i in range(0, n, batch_size):\n"
        "    rows = nd.array(order[i : i + batch_size], ctx=features.context, dtype='int64')\n"
        "    yield features.take(rows), labels.take(rows)\n"
    ),
    "row numbers in float32": (
        "n = len(features)\norder = nd.array(np.random.permutation(n), dtype='float32')\n"
        "for i in range(0, n, batch_size):\n"
        "    yield features.take(order[i : i + batch_size]), labels.take(order[i : i + batch_size])\n"
    ),
}
STEPS = (
    "param",
    "param + lr * g / batch_size",
    "param - lr * g",
    "param - g / batch_size",
    "param - lr * g * batch_size",
    "param - lr * g / batch_size ** 2",
    "param - lr * g / batch_size ** 0.5",
    "param - lr * g / (batch_size + 1)",
    "param - lr * g / max(1, batch_size - 1)",
    "param - lr * g / 10",
    "param - lr * g / len(g)",
    "param - lr * g / g.size",
    "param - lr * g / len(params)",
    "param - lr * (g / batch_size).round()",
    "param - lr ** 2 * g / batch_size",
    "param - 2 * lr * g / batch_size",
    "param - lr / 2 * g / batch_size",
    "param - 0.03 * g / batch_size",
    "param - lr * g.sign() / batch_size",
    "param - lr * g.square() / batch_size",
    "param - lr * g.abs() / batch_size",
    "param - lr * g.mean() / batch_size",
    "param - lr * g.sum() / batch_size",
    "param - lr * g / (g.norm() + 1e-12) / batch_size",
    "param - lr * g.clip(-1, 1) / batch_size",
    "param - lr * g.clip(-100, 100) / batch_size",
    "param - lr * g[::-1] / batch_size",
    "param - lr * (g / batch_size + 0.001 * param)",
    "0.999 * param - lr * g / batch_size",
    "param - lr * (1 - 1e-3) * g / batch_size",
    "param - lr * g / batch_size - 1e-3",
    "-lr * g / batch_size",
    "lr * g / batch_size",
    "g",
    "g * 0",
    "(param - lr * g / batch_size).round()",
    "(param - lr * g / batch_size).clip(-10, 10)",
    "(param - lr * g / batch_size).relu()",
    "(param - lr * g / batch_size).abs()",
    "(param - lr * g / batch_size).astype('float16')",
    "(param.astype('float32') - lr * g.astype('float32') / batch_size).astype(param.dtype)",
    "param - nd.array([lr]) * g / batch_size",
    "param - nd.array([lr], dtype=param.dtype) * g / batch_size",
    "param - nd.array([lr], ctx=param.context) * g / batch_size",
    "param - nd.array([lr / batch_size], ctx=param.context, dtype='float32').astype(param.dtype) * g",
)


# the right answer, and something done to the caller's things as well


def _effects(function: str) -> Iterator[tuple[str, str]]:
    right = _define(function, RIGHT[function][0], "right") + "\n\n"
    call = f"right({SIGNATURES[function]})"
    if function in ("linreg", "squared_loss"):
        first = SIGNATURES[function].split(",")[0]
        for name in SIGNATURES[function].split(", "):
            for change in ("+= 1", "*= 2", "[:] = 0", "[:1] = -7"):
                yield f"{name} {change}", right + _define(function, f"result = {call}\n{name}{change}\nreturn result\n")
            yield f"{name} += 0, under record", right + _define(function, f"{name} += 0\nreturn {call}\n")
            yield f"{name} detached", right + _define(function, f"{name} = {name}.detach()\nreturn {call}\n")
            yield (
                f"{name} through numpy",
                right + _define(function, f"{name} = nd.array({name}.asnumpy())\nreturn {call}\n"),
            )
        yield "autograd paused", right + _define(function, f"with autograd.pause():\n    return {call}\n")
        yield "first result kept", right + _define(function, f"kept.setdefault('', {call})\nreturn kept['']\n")
        yield (
            "result kept for each shape",
            right + _define(function, f"return kept.setdefault({first}.shape, {call})\n"),
        )
    if function == "data_iter":
        for name in ("features", "labels"):
            for change in ("+= 1", "[:] = 0", "[:1] = -7"):
                yield f"{name} {change}", right + _define(function, f"yield from {call}\n{name}{change}\n")
        yield (
            "both sorted into the new order",
            right
            + _define(
                function,
                "order = np.random.permutation(len(features)).tolist()\n"
                "features[:], labels[:] = features[order], labels[order]\n"
                "for i in range(0, len(features), batch_size):\n"
                "    yield features[i : i + batch_size], labels[i : i + batch_size]\n",
            ),
        )
    if function == "sgd":
        for change in (
            "param.grad[:] = 0",
            "param.attach_grad()",
            "param.grad[:] = param.grad / batch_size",
            "param.grad[:] = -param.grad",
            "param.grad[:] = param.grad * 1.001",
            "param.attach_grad('null')",
            "param.attach_grad('add')",
        ):
            body = f"{call}\nfor param in params:\n    {change}\n"
            yield change, right + _define(function, body)
        yield "the list emptied", right + _define(function, f"{call}\nparams.clear()\n")
        yield "the list reversed", right + _define(function, f"{call}\nparams.reverse()\n")
        yield (
            "copies put into the list",
            right + _define(function, f"{call}\nparams[:] = [param.copy() for param in params]\n"),
        )
        yield "taken twice", right + _define(function, f"{call}\n{call}\n")
        yield (
            "momentum",
            _define(
                function,
                "for i, param in enumerate(params):\n"
                "    step = lr * param.grad / batch_size\n"
                "    last = kept.get(i)\n"
                "    if last is not None and last.shape == step.shape and last.context == step.context:\n"
                "        if last.dtype == step.dtype:\n            step = step + 0.9 * last\n"
                "    kept[i] = step\n    param[:] = param - step\n",
            ),
        )
        yield (
            "a rate that falls from call to call",
            _define(
                function,
                "calls.append(1)\nfor param in params:\n"
                "    param[:] = param - lr / (1 + 0.01 * len(calls)) * param.grad / batch_size\n",
            ),
        )


# the right answer, except under one condition

CONDITIONS = {
    "data_iter": (
        "len(features) % batch_size == 0",
        "len(features) % batch_size",
        "len(features) == 1",
        "len(features) > 2",
        "len(features) > 8",
        "len(features) > 100",
        "len(features) > 200",
        "len(features) == 1000",
        "batch_size == 1",
        "batch_size > 1",
        "batch_size == 10",
        "batch_size > 20",
        "batch_size > len(features)",
        "batch_size == len(features)",
        "features.ndim > 2",
        "features.ndim == 2 and features.shape[1] != 2",
        "labels.ndim == 2",
        "features.dtype == np.float64",
        "str(features.context) != 'cpu(0)'",
        "len(calls) == 1",
        "len(calls) % 2",
        "len(calls) > 40",
    ),
    "linreg": (
        "len(X) == 1",
        "len(X) > 1",
        "len(X) > 4",
        "len(X) > 32",
        "X.shape[1] == 1",
        "X.shape[1] == 2",
        "X.shape[1] != 2",
        "X.shape[1] > 4",
        "X.shape[1] > 8",
        "len(X) == X.shape[1]",
        "len(X) != 10",
        "X.dtype == np.float64",
        "str(X.context) != 'cpu(0)'",
        "autograd.is_recording()",
        "not autograd.is_recording()",
        "float(X.min().asscalar()) < 0",
        "float(X.abs().max().asscalar()) > 8",
        "float(w.abs().max().asscalar()) > 4",
        "float(b.asscalar()) < 0",
        "len(calls) == 1",
        "len(calls) > 5",
        "len(calls) % 2",
    ),
    "squared_loss": (
        "len(y_hat) == 1",
        "len(y_hat) > 1",
        "len(y_hat) > 4",
        "y.ndim == 1",
        "y.ndim == 2",
        "y_hat.dtype == np.float64",
        "str(y_hat.context) != 'cpu(0)'",
        "autograd.is_recording()",
        "not autograd.is_recording()",
        "float(y_hat.min().asscalar()) < 0",
        "float(y.min().asscalar()) < 0",
        "float((y_hat - y.reshape(y_hat.shape)).abs().max().asscalar()) > 10",
        "float((y_hat - y.reshape(y_hat.shape)).abs().max().asscalar()) > 1000",
        "0 < float((y_hat - y.reshape(y_hat.shape)).abs().max().asscalar()) < 0.01",
        "float((y_hat - y.reshape(y_hat.shape)).abs().min().asscalar()) == 0",
        "len(calls) == 1",
        "len(calls) > 5",
        "len(calls) % 2",
    ),
    "sgd": (
        "batch_size == 1",
        "batch_size > 1",
        "batch_size > 8",
        "batch_size != 10",
        "lr > 0.4",
        "lr < 0.1",
        "len(params) == 1",
        "len(params) == 2",
        "len(params) > 2",
        "params[0].ndim == 1",
        "params[0].ndim == 2",
        "params[0].ndim > 2",
        "params[0].size == 1",
        "params[0].size > 6",
        "params[0].dtype == np.float64",
        "str(params[0].context) != 'cpu(0)'",
        "float(params[0].grad.abs().max().asscalar()) > 100",
        "float(params[0].grad.min().asscalar()) < 0",
        "len(calls) == 1",
        "len(calls) > 5",
        "len(calls) % 2",
    ),
}
OTHERWISE = {
    "data_iter": (
        "for i in range(0, len(features), batch_size):\n"
        "    yield features[i : i + batch_size], labels[i : i + batch_size]\n",
        "batches = list(right(batch_size, features, labels))\n"
        "yield from [*batches[:-1], (batches[-1][0], batches[-1][1] + 1)]\n",
    ),
    "linreg": ("return nd.dot(X, w) + b + 1\n", "return nd.dot(X, w)\n", "return (nd.dot(X, w) + b).detach()\n"),
    "squared_loss": (
        "return (y_hat - y.reshape(y_hat.shape)) ** 2\n",
        "return (y_hat - y.reshape(y_hat.shape)).abs()\n",
        "return ((y_hat - y.reshape(y_hat.shape)) ** 2 / 2).detach()\n",
    ),
    "sgd": (
        "pass\n",
        "for param in params:\n    param[:] = param - 2 * lr * param.grad / batch_size\n",
        "right(params, lr, batch_size)\nfor param in params:\n    param.grad[:] = 0\n",
    ),
}


def _sometimes(function: str) -> Iterator[tuple[str, str]]:
    right = _define(function, RIGHT[function][0], "right") + "\n\n"
    other = [_define(function, body, f"wrong_{i}") + "\n\n" for i, body in enumerate(OTHERWISE[function])]
    call = f"({SIGNATURES[function]})"
    for condition in CONDITIONS[function]:
        for i, wrong in enumerate(other):
            body = f"calls.append(1)\nif {condition}:\n    return wrong_{i}{call}\nreturn right{call}\n"
            what = OTHERWISE[function][i].splitlines()[-1].strip()
            yield f"when {condition}: {what}", right + wrong + _define(function, body)
