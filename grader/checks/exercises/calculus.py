"""Functions whose second derivatives are known, and how to get at them without a student's help.

A function is a method of NDArray. Taken from the class, `NDArray.sin` is x -> sin(x); taken from an array that holds a
constant, `c.__truediv__` is x -> c / x. So a play can hand it to a student's function as an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grader.play import Ref, Script
from grader.subject import Array


@dataclass(frozen=True)
class Function:
    """formula: for a person to read. twice: whether MXNet 1.9.1 differentiates it twice, and rightly.

    second: the second derivative at x, c being the constant.
    """

    formula: str
    method: str
    second: Callable[[Array, float], Array]
    twice: bool = True
    constants: tuple[float, ...] = (1.0,)


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


FUNCTIONS = {
    "square": Function("nd.square(x)", "square", lambda x, c: np.full_like(x, 2.0)),
    "exp": Function("nd.exp(x)", "exp", lambda x, c: np.exp(x)),
    "log": Function("nd.log(x)", "log", lambda x, c: -1 / x**2),
    "sin": Function("nd.sin(x)", "sin", lambda x, c: -np.sin(x)),
    "cosh": Function("nd.cosh(x)", "cosh", lambda x, c: np.cosh(x)),
    "tanh": Function("nd.tanh(x)", "tanh", lambda x, c: -2 * np.tanh(x) / np.cosh(x) ** 2),
    "sqrt": Function("nd.sqrt(x)", "sqrt", lambda x, c: -0.25 * x**-1.5),
    "sigmoid": Function(
        "nd.sigmoid(x)", "sigmoid", lambda x, c: _sigmoid(x) * (1 - _sigmoid(x)) * (1 - 2 * _sigmoid(x))
    ),
    "reciprocal": Function("nd.reciprocal(x)", "reciprocal", lambda x, c: 2 / x**3),
    "over": Function("{c} / x", "__truediv__", lambda x, c: 2 * c / x**3, False, (1.0, 2.0, 3.0, -5.0)),
    "power": Function("x ** {c}", "__rpow__", lambda x, c: c * (c - 1) * x ** (c - 2), False, (2.0, 3.0, -2.0, 0.5)),
    "exponential": Function("{c} ** x", "__pow__", lambda x, c: c**x * np.log(c) ** 2, False, (2.0, 3.0, 0.5)),
    # Differentiated twice without a complaint, and with the wrong sign.
    "arcsinh": Function("nd.arcsinh(x)", "arcsinh", lambda x, c: -x / (1 + x**2) ** 1.5, False),
}


def second(name: str, constant: float, x: Array) -> Array:
    return FUNCTIONS[name].second(x, constant)


def function(script: Script, name: str, constant: float) -> Ref:
    """The function as an object over there, to be passed on."""
    known = FUNCTIONS[name]
    owner = script.array(np.array([constant]))
    if len(known.constants) == 1:
        owner = script.attribute(owner, "__class__", show=False)
    return script.attribute(owner, known.method, show=False)
