"""Wrong submissions made by machine: one change to a right function each, many hundreds of them.

Each is made by an operator (`OPERATORS`), in one of four ways:

    syntax     the operator is applied to one place in the source of a right answer
    result     the right answer, spoilt on its way out
    source     a right answer written in a wrong way
    sometimes  the right answer, except under one condition

They run as cells of a notebook do, among the names that the notebook defines (`exam.notebook_names`). Some are right
after all, a few cannot be seen: `EQUIVALENT`, `ALLOWED` and `UNSEEN` say which, and why. `make mutants` grades all.
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import indent

from mutant_mistakes import MISTAKES
from mutations import (
    ARGUMENTS,
    BATCHES,
    BODIES,
    CONDITIONS,
    HEADER,
    OTHERWISE,
    RIGHT,
    SIGNATURES,
    STEPS,
    VALUES,
)

OPERATORS = {
    "drop": "a term, a factor, a call, a row or a statement is left out",
    "negate": "a sign is turned round",
    "swap": "two names, arguments or results change places",
    "arithmetic": "one operation is another one",
    "off by one": "a number, an end or a row is one too far",
    "scale": "by a constant factor or term, large or small",
    "distort": "a function of the right numbers, or noise",
    "wrong axis": "along, over or into another axis or shape",
    "wrong dtype": "through another type of numbers, or into it",
    "wrong device": "through another device, or onto it",
    "reduce": "added up or averaged",
    "broadcast": "repeated along an axis",
    "wrong kind": "something that is no NDArray, or no pair",
    "wrong order": "the rows, batches or steps in another order",
    "alias": "the argument itself, or the same array every time",
    "cache": "what an earlier call left",
    "detach": "cut off from autograd",
    "mutate an input": "written to what belongs to the caller",
    "depend on a global": "the notebook's name or number instead of the argument",
    "small or large inputs": "right on some sizes or numbers and wrong on others",
    "only d = 2": "right for some shapes of the features or parameters and wrong for others",
    "when n divides": "right or wrong only when batch_size divides the rows",
    "first call": "wrong in the first call or two, right ever after",
}
"""How mistakes are made."""

_NOT_RECORDED = "without recording there is no graph to be cut from"
EQUIVALENT = {
    "data_iter-swap-0": "features and labels have the same length",
    "data_iter-swap-6": "features and labels live on the same device",
    "data_iter-swap-9": "features and labels have the same length",
    "data_iter-small_or_large_inputs-0": "one row has one order",
    "data_iter-small_or_large_inputs-2": "the first row of one row is all there is",
    "data_iter-small_or_large_inputs-32": "the first row of a batch of one is all there is",
    "linreg-negate-5": "the last axis of two is axis 1",
    "linreg-drop-12": "broadcasting adds a (1,) as it adds a (1, 1)",
    "linreg-off_by_one-9": "a length of 0 in MXNet's reshape copies the length that is there, which is 1",
    "linreg-negate-13": "a length of -1 in a reshape is worked out, to 1",
    "linreg-negate-14": "a length of -1 in a reshape is worked out, to 1",
    "linreg-detach-17": _NOT_RECORDED,
    "linreg-detach-18": _NOT_RECORDED,
    "squared_loss-negate-3": "the square of the negative is the square",
    "squared_loss-negate-8": "the square of the negative is the square",
    "squared_loss-distort-0": "half a square is its own absolute value",
    "squared_loss-distort-3": "half a square is never negative",
    "squared_loss-distort-6": "half a square is never negative",
    "squared_loss-detach-7": "labels are data: nobody asks for the gradient with respect to them",
    "squared_loss-detach-16": _NOT_RECORDED,
    "squared_loss-detach-17": _NOT_RECORDED,
    "sgd-drop-4": "param[:] has no lower end",
}
"""Mutants that do the same as a right answer, and why."""
ALLOWED = {
    "data_iter-wrong_dtype-0": "float32 holds every row number up to 2^24 = 16 777 216, the limit that the notebook "
    "names; within it the batches are the same, and nobody is handed more rows",
    "sgd-wrong_dtype-3": "the rate is rounded to float32, which is all that MXNet's own nd.sgd_update takes: whoever "
    "uses that is right, and the parameters keep the digits they have",
}
"""Mutants that do something else which the contract allows, and why it is no mistake."""
_CHECKS_COME_FIRST = (
    "only the very first calls are wrong, and only for autograd; these come from a check that records nothing, as in "
    "most notebooks, where a function is tried before anything is trained"
)
UNSEEN = {
    "linreg-first_call-2": _CHECKS_COME_FIRST,
    "linreg-first_call-3": _CHECKS_COME_FIRST,
    "linreg-first_call-6": _CHECKS_COME_FIRST,
    "linreg-first_call-7": _CHECKS_COME_FIRST,
    "squared_loss-first_call-2": _CHECKS_COME_FIRST,
    "squared_loss-first_call-3": _CHECKS_COME_FIRST,
    "squared_loss-first_call-6": _CHECKS_COME_FIRST,
    "squared_loss-first_call-7": _CHECKS_COME_FIRST,
}
"""Mistakes that get full marks, and why no check can see them. Nothing may be added to make a test pass."""


@dataclass(frozen=True)
class Mutant:
    """A wrong submission: which function, made by which operator, what is wrong, and the source of its cell."""

    id: str
    function: str
    operator: str
    change: str
    source: str


def mutants() -> tuple[Mutant, ...]:
    """All of them, in a fixed order, the excused ones included; no two have the same source."""
    found: dict[str, Mutant] = {}
    count: Counter[str] = Counter()
    for function in SIGNATURES:
        for operator, change, source in _of(function):
            if source not in found:
                prefix = f"{function}-{operator.replace(' = ', '').replace(' ', '_')}"
                found[source] = Mutant(f"{prefix}-{count[prefix]}", function, operator, change, HEADER + source)
                count[prefix] += 1
    return tuple(found.values())


def mistakes_of(mutant: Mutant) -> set[str]:
    """The ids of the catalogue's mistakes that are true of a mutant."""
    return {
        mistake
        for mistake, changes in MISTAKES[mutant.function].items()
        if mutant.change in changes or mutant.id in changes
    }


Made = tuple[str, str, str]
"""Operator, change, and the source without the header."""


def _of(function: str) -> Iterator[Made]:
    for body in RIGHT[function]:
        yield from _syntax(_define(function, body))
    yield from _results(function)
    yield from _sources(function)
    yield from _sometimes(function)


def _define(function: str, body: str, name: str | None = None, signature: str | None = None) -> str:
    return f"def {name or function}({signature or SIGNATURES[function]}):\n{indent(body, '    ')}"


def _right(function: str) -> str:
    return _define(function, RIGHT[function][0], "right") + "\n\n"


def _filled(text: str, function: str) -> str:
    """A body or an expression with what its capitals stand for put in."""
    first = SIGNATURES[function].split(",")[0]
    return text.replace("CALL", f"right({SIGNATURES[function]})").replace("FIRST", first)


# one change to the syntax tree


def _syntax(source: str) -> Iterator[Made]:
    tree = ast.parse(source)
    for place, node in enumerate(ast.walk(tree)):
        for operator, change, new in _changes(node):
            spoilt = copy.deepcopy(tree)
            old = list(ast.walk(spoilt))[place]
            _replace(spoilt, old, ast.Pass() if new is None else new)
            text = ast.unparse(ast.fix_missing_locations(spoilt)) + "\n"
            yield operator, change or f"{_short(node)} becomes {_short(new)}", text


def _short(node: ast.AST | None) -> str:
    return "nothing" if node is None else ast.unparse(node).splitlines()[0]


SWAPS = {"X": "w", "w": "X", "y_hat": "y", "y": "y_hat", "features": "labels", "labels": "features"}
SWAPS |= {"lr": "batch_size", "batch_size": "lr", "n": "batch_size"}
ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div)
KEYWORDS = {"dtype": "wrong dtype", "ctx": "wrong device", "axis": "wrong axis", "keepdims": "wrong axis"}


def _changes(node: ast.AST) -> Iterator[tuple[str, str, ast.AST | None]]:
    match node:
        case ast.BinOp(left, op, right):
            for other in ARITHMETIC:
                if not isinstance(op, other):
                    yield "arithmetic", "", ast.BinOp(left, other(), right)
            yield "drop", "", left
            yield "drop", "", right
            yield "negate", "", ast.UnaryOp(ast.USub(), node)
        case ast.Constant(int() | float() as number):
            for operator, other in (
                ("off by one", number + 1),
                ("off by one", number - 1),
                ("scale", 2 * number),
                ("negate", -number),
            ):
                if other != number:
                    yield operator, "", ast.Constant(other)
        case ast.Call(ast.Attribute(value, name), arguments, keywords):
            if not (isinstance(value, ast.Name) and value.id in ("np", "random")):
                inner = arguments[0] if isinstance(value, ast.Name) and value.id == "nd" else value
                yield "drop", "", inner
                yield "negate", "", ast.UnaryOp(ast.USub(), node)
            for i, keyword in enumerate(keywords):
                fewer = [*keywords[:i], *keywords[i + 1 :]]
                yield KEYWORDS[keyword.arg or ""], f"without {keyword.arg}", ast.Call(node.func, arguments, fewer)
        case ast.Name(id, ast.Load()) if id in SWAPS:
            yield "swap", f"{id} becomes {SWAPS[id]}", ast.Name(SWAPS[id], ast.Load())
        case ast.Slice(lower, upper):
            yield "drop", f"[{_short(node)}] without its lower end", ast.Slice(None, upper)
            yield "drop", f"[{_short(node)}] without its upper end", ast.Slice(lower, None)
        case ast.Yield(value):
            second = ast.Tuple([value.elts[1], value.elts[1]], ast.Load())
            yield "swap", "yields the second of the pair twice", ast.Yield(second)
            yield "swap", "yields the pair the other way round", ast.Yield(ast.Tuple(value.elts[::-1], ast.Load()))
            yield "drop", "yields X alone", ast.Yield(value.elts[0])
        case ast.AugAssign(target, op, value):
            load = ast.Name(target.id, ast.Load())
            yield "drop", "not in place", ast.Assign([target], ast.BinOp(load, op, value))
            yield "negate", "in place the other way", ast.AugAssign(target, ast.Add(), value)
        case ast.Assign([ast.Subscript(ast.Name(name))], value):
            yield "drop", "not in place", ast.Assign([ast.Name(name, ast.Store())], value)
        case ast.Return(value):
            yield "drop", "without return", ast.Expr(value)
        case ast.Expr(ast.Yield(value)):
            yield "drop", "returns inside the loop", ast.Return(value)
    if isinstance(node, ast.Assign) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield "drop", f"without `{_short(node)}`", None


def _replace(tree: ast.AST, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
            elif isinstance(value, list):
                setattr(parent, field, [new if item is old else item for item in value])


# the right answer, spoilt on its way out


def _results(function: str) -> Iterator[Made]:
    arguments = SIGNATURES[function]
    match function:
        case "data_iter":
            for operator, changes in BATCHES.items():
                for change in changes:
                    body = f"for X, y in right({arguments}):\n    yield {change}\n"
                    yield operator, f"yields {change}", _right(function) + _define(function, body)
        case "sgd":
            for operator, changes in STEPS.items():
                for change in changes:
                    body = f"for param in params:\n    g = param.grad\n    param[:] = {change}\n"
                    yield operator, f"steps to {change}", _define(function, body)
        case _:
            for operator, changes in VALUES.items():
                for change in changes:
                    value = _filled(change, function)
                    body = f"result = right({arguments})\nreturn {value}\n"
                    yield operator, f"returns {value}", _right(function) + _define(function, body)


# a right answer written in a wrong way


def _sources(function: str) -> Iterator[Made]:
    for operator, bodies in BODIES[function].items():
        for change, body in bodies.items():
            yield operator, change, _right(function) + _define(function, _filled(body, function))
    names = SIGNATURES[function].split(", ")
    for i, name in enumerate(names):
        others = [*names[:i], f"given_{name}", *names[i + 1 :]]
        if name in ARGUMENTS[function]:
            source = _define(function, RIGHT[function][0], signature=", ".join(others))
            yield "depend on a global", f"the notebook's {name}, whatever is given", source
        if i:
            turned = [*names[: i - 1], name, names[i - 1], *names[i + 1 :]]
            source = _define(function, RIGHT[function][0], signature=", ".join(turned))
            yield "swap", f"takes {', '.join(turned)}", source
    if function in ("linreg", "squared_loss"):
        yield from _written_into(function, names)
        cached = _right(function) + "@functools.cache\n"
        call = f"return right({SIGNATURES[function]})\n"
        yield "cache", "results kept for the same arrays", cached + _define(function, call)
        paused = f"with autograd.pause():\n    {call}"
        yield "detach", "autograd paused", _right(function) + _define(function, paused)


def _written_into(function: str, names: list[str]) -> Iterator[Made]:
    call = f"right({SIGNATURES[function]})"
    for name in names:
        bodies = [
            ("mutate an input", f"{name} {change}", f"result = {call}\n{name}{change}\nreturn result\n")
            for change in ("+= 1", "*= 2", "[:] = 0", "[:1] = -7")
        ]
        bodies += [
            ("mutate an input", f"{name} += 0, under record", f"{name} += 0\nreturn {call}\n"),
            ("detach", f"{name} detached", f"{name} = {name}.detach()\nreturn {call}\n"),
            ("detach", f"{name} through numpy", f"{name} = nd.array({name}.asnumpy())\nreturn {call}\n"),
        ]
        for operator, change, body in bodies:
            yield operator, change, _right(function) + _define(function, body)


# the right answer, except under one condition


def _sometimes(function: str) -> Iterator[Made]:
    other = [_define(function, body, f"wrong_{i}") + "\n\n" for i, body in enumerate(OTHERWISE[function])]
    call = f"({SIGNATURES[function]})"
    for operator, conditions in CONDITIONS[function].items():
        for condition in conditions:
            for i, wrong in enumerate(other):
                body = f"calls.append(1)\nif {condition}:\n    return wrong_{i}{call}\nreturn right{call}\n"
                what = OTHERWISE[function][i].splitlines()[-1].strip()
                yield operator, f"when {condition}: {what}", _right(function) + wrong + _define(function, body)
