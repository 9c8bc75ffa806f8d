"""Mistakes in EpochIterator(features, labels, batch_size)."""

from __future__ import annotations

from grader.checks.iterators_and_contexts.misconceptions.batches import COMMON, case_of
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, played, raises
from grader.things import Iterated, Nothing, Number, Stopped


def _starts_again(one: Observation) -> Verdict:
    """Said of a second for loop without reset(): it finds a pass."""
    found = played(one, "again")
    if case_of(one) is None or not isinstance(found, Iterated):
        return None
    return bool(found.items)


def _by_itself(one: Observation) -> Verdict:
    """next() after the end gives something as well."""
    after = played(one, "afterwards")
    if case_of(one) is None or after is None:
        return None
    return None if not isinstance(played(one, "again"), Iterated) else not isinstance(after, Stopped)


def _in_every_loop(one: Observation) -> Verdict:
    """next() after the end knows that it is over; a for loop starts again."""
    after = played(one, "afterwards")
    starts = _starts_again(one)
    return None if after is None or starts is None else starts and isinstance(after, Stopped)


def _no_reset_in_the_middle(one: Observation) -> Verdict:
    """After next() and reset(), a for loop finds the rest of the old pass."""
    case, rest, whole = case_of(one), played(one, "rest"), played(one, "whole")
    if case is None or not isinstance(rest, Iterated) or not isinstance(whole, Iterated):
        return None
    batches = -(-case.num_examples // case.batch_size)
    return len(rest.items) == batches - 1 and len(whole.items) < batches


def _returns_none(one: Observation) -> Verdict:
    found = played(one, "first_next")
    return None if case_of(one) is None or found is None else isinstance(found, (Nothing, Number))


MISCONCEPTIONS = (
    *COMMON,
    Misconception(
        "resets_itself",
        "When a pass is over, the next one begins by itself.",
        "Who may call reset(): the iterator, or its user?",
        _by_itself,
    ),
    Misconception(
        "resets_in_every_loop",
        "Every for loop begins a new pass.",
        "A for loop calls __iter__ first. What should that do to a pass that is under way, or over?",
        _in_every_loop,
    ),
    Misconception(
        "no_reset_in_the_middle",
        "In the middle of a pass, reset() does nothing.",
        "reset() begins a new pass wherever the old one is. On what does yours depend?",
        _no_reset_in_the_middle,
    ),
    Misconception(
        "batch_not_returned",
        "next() gives no batch.",
        "__next__ has to return what it has picked.",
        _returns_none,
    ),
    Misconception(
        "no_such_method",
        "A method that an iterator needs is missing.",
        "__iter__, __next__ and reset: all three, spelled like that.",
        raises("AttributeError: .*(?:reset|__next__|__iter__)|TypeError: .*not (?:an iterator|iterable)"),
    ),
    Misconception(
        "wrong_arguments",
        "The class does not take the arguments that it is made with.",
        "Compare the first line of __init__ with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
