"""Mistakes that people make in both functions that give f''."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.exercises import calculus
from grader.checks.exercises.cases import CurvatureCase
from grader.checks.exercises.misconceptions.models import away, gives, is_a, nothing, rewrites
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, played
from grader.subject import HOME, Array, Tensor

EPS = 1e-4


def value(case: CurvatureCase, x: Array) -> Array:
    """f(x), from f'' of nothing: the table has no values, numpy has."""
    known: dict[str, Callable[[Array], Array]] = {
        "square": np.square,
        "exp": np.exp,
        "log": np.log,
        "sin": np.sin,
        "cosh": np.cosh,
        "tanh": np.tanh,
        "sqrt": np.sqrt,
        "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
        "reciprocal": lambda x: 1 / x,
        "over": lambda x: case.constant / x,
        "power": lambda x: x**case.constant,
        "exponential": lambda x: case.constant**x,
        "arcsinh": np.arcsinh,
    }
    return np.asarray(known[case.f](x))


def first(case: CurvatureCase) -> Array:
    """f'(x), by central differences: nine digits, which is more than is compared."""
    return (value(case, case.x + EPS) - value(case, case.x - EPS)) / (2 * EPS)


def second(case: CurvatureCase) -> Array:
    return calculus.second(case.f, case.constant, case.x)


def instead(mistaken: Callable[[CurvatureCase], Array]) -> Model:
    # Differences in float32 are right to three digits.
    return gives("made", mistaken, instead_of=second, digits=3e-3)


def rounded(one: Observation) -> Verdict:
    """float64 comes out, with the digits of less."""
    found = played(one, "made")
    if one.dtype != "float64" or one.script is None or not isinstance(found, Tensor) or found.dtype != "float64":
        return None
    wanted = second(one.script.about)
    if found.values.size != wanted.size:
        return False
    off = float(np.max(np.abs(found.exact().reshape(-1) / wanted.reshape(-1) - 1)))
    return False if off > 0.1 else (True if off > 3e-8 else None)


def single(one: Observation) -> Verdict:
    """float64 goes in and float32 comes out."""
    found = played(one, "made")
    if one.dtype != "float64" or not isinstance(found, Tensor):
        return None
    return found.dtype == "float32"


def reshaped(shape: Callable[[CurvatureCase], tuple[int, ...]]) -> Model:
    def model(one: Observation) -> Verdict:
        found = played(one, "made")
        if one.script is None or not isinstance(found, Tensor) or one.device != HOME:
            return None
        wrong, wanted = shape(one.script.about), one.script.about.x.shape
        if wrong == wanted:
            return None if found.shape == wanted else False
        return found.shape == wrong

    return model


COMMON = (
    Misconception(
        "first_derivative",
        "This is the first derivative.",
        "How many times has f been differentiated?",
        instead(first),
    ),
    Misconception(
        "slope_squared",
        "This is the square of the first derivative.",
        "f'' is the derivative of f', not f' times f'.",
        instead(lambda case: first(case) ** 2),
    ),
    Misconception(
        "both_derivatives",
        "This is f' + f'': two gradients ended up in one buffer.",
        "What is in x.grad before the last call of backward?",
        instead(lambda case: first(case) + second(case)),
    ),
    Misconception(
        "value",
        "This is f(x).",
        "How many times has f been differentiated?",
        instead(lambda case: value(case, case.x)),
    ),
    Misconception(
        "half",
        "The result is half of what it should be.",
        "How far apart are x - h and x + h?",
        instead(lambda case: second(case) / 2),
    ),
    Misconception(
        "doubled",
        "The result is twice what it should be.",
        "How far apart are x - h and x + h?",
        instead(lambda case: 2 * second(case)),
    ),
    Misconception(
        "negative",
        "The sign is wrong.",
        "Which of the two slopes is subtracted from the other?",
        instead(lambda case: -second(case)),
    ),
    Misconception(
        "total",
        "The second derivatives are added up.",
        "Every entry has a second derivative of its own.",
        instead(lambda case: np.array(np.sum(second(case)))),
    ),
    Misconception(
        "flat", "The result is flat.", "Which array gives the result its shape?", reshaped(lambda case: (case.x.size,))
    ),
    Misconception(
        "column",
        "The result is a column.",
        "Which array gives the result its shape?",
        reshaped(lambda case: (case.x.size, 1)),
    ),
    Misconception(
        "always_float32",
        "The result is float32 whatever comes in.",
        "Which array is made, or cast, with a dtype of its own?",
        single,
    ),
    Misconception(
        "few_digits",
        "The result is float64, but it has the digits of less.",
        "Which array is float32 on the way? Or is it a difference, with an h that is not for float64?",
        rounded,
    ),
    Misconception("nothing_returned", "Nothing is returned.", "f'' still has to be handed back.", nothing("made")),
    Misconception(
        "a_list",
        "The result is a list with the array in it.",
        "autograd.grad returns a list, with one gradient for each variable.",
        is_a("made", "a list", "a tuple"),
    ),
    Misconception(
        "not_an_ndarray",
        "The result is no NDArray.",
        "Where do you leave NDArray?",
        is_a("made", "a numpy", "a float"),
    ),
    Misconception(
        "writes_into_x",
        "x is changed.",
        "Which line writes into x?",
        rewrites(("x", lambda case: case.x)),
    ),
    Misconception(
        "own_device",
        "Something is made on the default device instead of the device of x.",
        "A plain Python number needs no device; an array does. Which array do you make?",
        away("made"),
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
