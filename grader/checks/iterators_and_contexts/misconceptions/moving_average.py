"""Mistakes in moving_average(losses)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.checks.iterators_and_contexts.cases import LossesCase
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, gives, played
from grader.things import Number


def _run(losses: Sequence[float], old: float, new: float, start: float = 0.0) -> list[float]:
    found, average = [], start
    for loss in losses:
        average = old * average + new * loss
        found.append(average)
    return found


def _right(case: LossesCase) -> list[float]:
    return _run(case.losses, 0.99, 0.01)


def _instead(mistaken: Callable[[LossesCase], list[float]]) -> Model:
    return gives("averages", mistaken, instead_of=_right)


def _from_the_first(case: LossesCase) -> list[float]:
    first = list(case.losses[:1])
    return first + _run(case.losses[1:], 0.99, 0.01, *first)


def _number(one: Observation) -> Verdict:
    found = played(one, "averages")
    return None if found is None else isinstance(found, Number)


def _changed(one: Observation) -> Verdict:
    case = one.script.about if one.script is not None else None
    if not isinstance(case, LossesCase) or played(one, "after") is None:
        return None
    found = played(one, "after")
    now = [item.value for item in getattr(found, "items", ()) if isinstance(item, Number)]
    return None if now == list(case.losses) else True


MISCONCEPTIONS = (
    Misconception(
        "begins_with_the_first_loss",
        "The first average is the first loss.",
        "m_0 is 0, and the first loss already counts with 0.01 only.",
        _instead(_from_the_first),
    ),
    Misconception(
        "weights_swapped",
        "The new loss has the weight 0.99, and the old average 0.01.",
        "Which of the two is meant to change slowly?",
        _instead(lambda case: _run(case.losses, 0.01, 0.99)),
    ),
    Misconception(
        "plain_mean",
        "It is the plain mean of all the losses so far.",
        "A plain mean never forgets. Where does 0.99 come in?",
        _instead(lambda case: [sum(case.losses[: i + 1]) / (i + 1) for i in range(len(case.losses))]),
    ),
    Misconception(
        "start_corrected",
        "The averages are divided by the weights so far.",
        "That is a good idea, and another formula: here the first averages are meant to be too small.",
        _instead(
            lambda case: [average / (1 - 0.99**t) for t, average in enumerate(_run(case.losses, 0.99, 0.01), start=1)]
        ),
    ),
    Misconception(
        "start_returned",
        "The list begins with m_0.",
        "One average for each loss: how many is that?",
        _instead(lambda case: [0.0, *_run(case.losses, 0.99, 0.01)]),
    ),
    Misconception(
        "last_only",
        "Only the last average is returned.",
        "One average for each loss: collect them.",
        _number,
    ),
    Misconception(
        "writes_into_the_list",
        "The caller's list is changed.",
        "losses[i] = ... writes into a list that belongs to somebody else.",
        _changed,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
