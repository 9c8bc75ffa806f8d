"""Mistakes in second_derivative(f, x)."""

from __future__ import annotations

from grader.checks.exercises.misconceptions.curvature import COMMON
from grader.diagnosis import Misconception
from grader.misconceptions import raises

MISCONCEPTIONS = (
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
