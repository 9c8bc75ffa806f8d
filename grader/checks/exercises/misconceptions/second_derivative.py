"""Mistakes in second_derivative(f, x)."""

from __future__ import annotations

from dataclasses import replace

from grader.checks.exercises import calculus
from grader.checks.exercises.cases import CurvatureCase
from grader.checks.exercises.misconceptions.curvature import COMMON
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import Model, raises


def _where_mxnet_can(model: Model) -> Model:
    """Of a function that MXNet refuses to differentiate twice, an error is the right answer and says nothing."""

    def judge(one: Observation) -> Verdict:
        case = one.script.about if one.script is not None else None
        known = not isinstance(case, CurvatureCase) or calculus.FUNCTIONS[case.f].twice
        return model(one) if known else None

    return judge


KNOWN = (
    *COMMON,
    Misconception(
        "no_graph_of_the_gradient",
        "The gradient cannot be differentiated: it is not on a graph.",
        "Which option of autograd.grad asks for a graph of the gradient itself?",
        raises("not in a computational graph"),
    ),
    Misconception(
        "operator_cannot",
        "An operator is used whose gradient MXNet cannot differentiate.",
        "f allows it, so what else happens between f(x) and the end? Sums, slices and products do not.",
        raises("FGradient"),
    ),
)
MISCONCEPTIONS = tuple(replace(mistake, model=_where_mxnet_can(mistake.model)) for mistake in KNOWN)
