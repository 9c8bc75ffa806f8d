"""Mistakes in net(X, w, b): the model is that of the first assignment, and so are they."""

from grader.checks.linreg_scratch.misconceptions.linreg import MISCONCEPTIONS

__all__ = ["MISCONCEPTIONS"]
