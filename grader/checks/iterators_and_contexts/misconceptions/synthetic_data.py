"""Mistakes in synthetic_data(w, b, num_examples, noise, ctx)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.iterators_and_contexts.cases import DrawCase
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, played, same
from grader.subject import HOME, Array, Raised, StudentFault, Tensor
from grader.things import Items, Nothing

MANY = 1000
"""Examples from which the size of something can be told."""


def _pair(one: Observation, name: str = "pair") -> tuple[Tensor, Tensor] | None:
    match played(one, name):
        case Items(items=(Tensor() as X, Tensor() as y)):
            return X, y
    return None


def _case(one: Observation) -> DrawCase | None:
    about = one.script.about if one.script is not None else None
    return about if isinstance(about, DrawCase) else None


def _labels(mistaken: Callable[[Array, DrawCase], Array]) -> Model:
    """Without noise, the labels are `mistaken(X, case)`."""

    def model(one: Observation) -> Verdict:
        found, case = _pair(one), _case(one)
        if found is None or case is None or case.noise or one.device != HOME:
            return None
        X, y = found[0].exact(), found[1].exact()
        if X.shape != (case.num_examples, len(case.w)):
            return None
        right, wrong = X @ np.array(case.w) + case.b, mistaken(X, case)
        if same(wrong, right):
            return None if same(y, right) else False
        return same(y, wrong)

    return model


def _residuals(one: Observation) -> tuple[Array, DrawCase] | None:
    """What a label has beside Xw + b, where noise was asked for."""
    found, case = _pair(one), _case(one)
    if found is None or case is None or not case.noise or one.device != HOME:
        return None
    X, y = found[0].exact(), found[1].exact().reshape(-1)
    if X.shape != (case.num_examples, len(case.w)) or len(y) != len(X) or len(y) < MANY:
        return None
    return y - X @ np.array(case.w) - case.b, case


def _noise_of_size(size: Callable[[float], float]) -> Model:
    def model(one: Observation) -> Verdict:
        left = _residuals(one)
        if left is None:
            return None
        deviation, wanted = float(np.std(left[0])), left[1].noise
        if abs(size(wanted) - wanted) < 0.2 * wanted:
            return None
        return abs(deviation - size(wanted)) <= 0.05 * size(wanted) and abs(float(np.mean(left[0]))) < 0.2 * deviation

    return model


def _no_noise(one: Observation) -> Verdict:
    left = _residuals(one)
    return None if left is None else bool(np.max(np.abs(left[0])) < 1e-3 * left[1].noise)


def _shared_noise(one: Observation) -> Verdict:
    left = _residuals(one)
    if left is None:
        return None
    spread = float(np.ptp(left[0]))
    return spread < 1e-3 * left[1].noise and bool(np.abs(left[0][0]) > 1e-3 * left[1].noise)


def _column(one: Observation) -> Verdict:
    found, case = _pair(one), _case(one)
    if found is None or case is None:
        return None
    return found[1].shape == (case.num_examples, 1)


def _features(test: Callable[[Array], bool]) -> Model:
    """Said of many features of several columns."""

    def model(one: Observation) -> Verdict:
        found = _pair(one)
        if found is None or found[0].values.ndim != 2 or len(found[0].values) < MANY:
            return None
        return test(found[0].exact())

    return model


def _same_again(one: Observation) -> Verdict:
    first, last = _pair(one), _pair(one, "last")
    if first is None or last is None or one.script is None or one.script.names["pair"] == one.script.names["last"]:
        return None
    return np.array_equal(first[0].values, last[0].values)


def _elsewhere(one: Observation) -> Verdict:
    if one.device == HOME:
        return False if isinstance(one.answer, StudentFault) else None
    found = _pair(one)
    if found is None:
        return isinstance(one.answer, Raised)
    return any(tensor.device != one.device for tensor in found) or None


def _nothing(one: Observation) -> Verdict:
    return None if one.script is None else isinstance(played(one, "pair"), Nothing)


MISCONCEPTIONS = (
    Misconception(
        "labels_as_a_column",
        "The labels come as a column.",
        "Which shape has the product of X with w, if w is a plain list of numbers?",
        _column,
    ),
    Misconception(
        "no_bias",
        "The bias b is never added.",
        "Ask for w = [0] and b = 1: every label should be 1.",
        _labels(lambda X, case: X @ np.array(case.w)),
    ),
    Misconception(
        "one_rule_only",
        "The labels follow the notebook's own rule, whatever w and b are.",
        "2, -3.4 and 4.2 are what the notebook asks for. Another caller asks for other numbers.",
        _labels(lambda X, case: 2 * X[:, 0] - 3.4 * X[:, 1 % X.shape[1]] + 4.2),
    ),
    Misconception(
        "no_noise",
        "There is no noise in the labels.",
        "Does the argument noise turn up in your function?",
        _no_noise,
    ),
    Misconception(
        "noise_is_a_variance",
        "noise is taken for a variance.",
        "Normal numbers times s have the standard deviation s. Which of the two is noise?",
        _noise_of_size(lambda noise: noise**0.5),
    ),
    Misconception(
        "noise_squared",
        "noise is squared before it is used.",
        "Normal numbers times s have the standard deviation s. What are yours multiplied by?",
        _noise_of_size(lambda noise: noise**2),
    ),
    Misconception(
        "one_noise_for_all",
        "One number of noise is drawn and added to every label.",
        "How many random numbers do n labels need?",
        _shared_noise,
    ),
    Misconception(
        "uniform_features",
        "The features are not normal: they have hard limits.",
        "Which function of nd.random draws from N(0, 1)?",
        _features(lambda X: bool(np.abs(X).max() < 2.5)),
    ),
    Misconception(
        "equal_columns",
        "The columns of X are all the same.",
        "X has n times d numbers, each drawn for itself. What is the shape of what you draw?",
        _features(lambda X: X.shape[1] > 1 and bool(np.all(X[:, :1] == X))),
    ),
    Misconception(
        "seeded_inside",
        "Every call draws the same numbers.",
        "Who should decide about the seed: the function, or whoever calls it?",
        _same_again,
    ),
    Misconception(
        "own_device",
        "Something is made on the default device instead of ctx.",
        "Every function that creates an array takes ctx=. Which of yours goes without?",
        _elsewhere,
    ),
    Misconception(
        "result_not_returned",
        "Nothing is returned.",
        "A function that makes something still has to hand it back.",
        _nothing,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
