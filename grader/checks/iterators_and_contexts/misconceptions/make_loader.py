"""Mistakes in make_loader(features, labels, batch_size)."""

from __future__ import annotations

from grader.checks.iterators_and_contexts.misconceptions.batches import COMMON, case_of
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, played, raises
from grader.things import Iterated


def _one_pass_only(one: Observation) -> Verdict:
    first, second = played(one, "first"), played(one, "second")
    if case_of(one) is None or not isinstance(first, Iterated) or not isinstance(second, Iterated):
        return None
    return bool(first.items) and not second.items


MISCONCEPTIONS = (
    *COMMON,
    Misconception(
        "one_pass_only",
        "After one pass nothing more comes.",
        "A generator is used up when it has been gone through. Who makes a new one for the next pass?",
        _one_pass_only,
    ),
    Misconception(
        "no_length",
        "The loader has no length.",
        "Generators have none. DataLoader has one, or a class of your own with __len__.",
        raises(r"TypeError: object of type '\w+' has no len"),
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
