"""Mistakes in second_difference(f, x)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.exercises import calculus
from grader.checks.exercises.cases import CurvatureCase
from grader.checks.exercises.misconceptions.curvature import COMMON, second
from grader.checks.exercises.misconceptions.models import numbers
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import Model, played, raises
from grader.subject import HOME


def _off(fits: Callable[[float], bool]) -> Model:
    """Near f'' but not near enough: the largest relative error is such."""

    def model(one: Observation) -> Verdict:
        found = numbers(played(one, "made"))
        if one.script is None or found is None or one.device != HOME or one.dtype != "float32":
            return None
        wanted = second(one.script.about).reshape(-1)
        if found.size != wanted.size:
            return False
        with np.errstate(invalid="ignore"):
            off = float(np.max(np.abs(found - wanted) / np.abs(wanted)))
        return None if off <= 1e-2 else fits(off)

    return model


def _wide(case: CurvatureCase) -> float:
    """How much larger the first neglected term is than f'', for h = 1: f'''' / 6 f'', f'''' from f''."""
    eps = 1e-3
    above, below = (calculus.second(case.f, case.constant, case.x + step) for step in (eps, -eps))
    return float(np.max(np.abs((above - 2 * second(case) + below) / eps**2 / 6 / second(case))))


def _step_too_large(one: Observation) -> Verdict:
    """The error is that of a step between 0.05 and 1 wherever there is one."""
    if one.script is None:
        return None
    expected = _wide(one.script.about)
    return _off(lambda off: 1e-3 * expected < off < 30 * expected)(one)


def _step_too_small(one: Observation) -> Verdict:
    """An error that is not that of a large step."""
    return None if _step_too_large(one) else _off(lambda off: True)(one)


def _wrong_sign_of_arcsinh(one: Observation) -> Verdict:
    """Right, but for the one function that MXNet differentiates twice wrongly."""
    if one.script is None or one.device != HOME:
        return None
    found, case = numbers(played(one, "made")), one.script.about
    if found is None:
        return None
    wanted = second(case).reshape(-1)
    if case.f == "arcsinh":
        return found.size == wanted.size and bool(np.allclose(found, -wanted, rtol=1e-2))
    return None if found.size == wanted.size and np.allclose(found, wanted, rtol=1e-2) else False


MISCONCEPTIONS = (
    *COMMON,
    Misconception(
        "step_too_large",
        "The step h is too large: the curve bends too much over this distance.",
        "The error grows with the square of h. Halve it and see.",
        _step_too_large,
        broad=True,
    ),
    Misconception(
        "step_too_small",
        "The step h is too small: what is left of the difference is rounding.",
        "x and x + h must differ in more than the last digits. How many has float32?",
        _step_too_small,
        broad=True,
    ),
    Misconception(
        "differentiates_twice",
        "f is differentiated twice with autograd, which MXNet refuses.",
        "Two first derivatives are enough.",
        raises("FGradient|no inputs in computation graph"),
    ),
    Misconception(
        "trusts_create_graph",
        "Where MXNet differentiates twice without a complaint, its answer is taken; for arcsinh it is wrong.",
        "An answer that comes is not always right. Differences need no second derivative from MXNet.",
        _wrong_sign_of_arcsinh,
    ),
)
