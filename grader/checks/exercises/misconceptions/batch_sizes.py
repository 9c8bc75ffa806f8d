"""Mistakes in batch_sizes(num_examples, batch_size, num_epochs, last)."""

from __future__ import annotations

from collections.abc import Callable

from grader.checks.exercises.cases import PassesCase
from grader.checks.exercises.misconceptions.models import nothing
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, played
from grader.things import Items, Number

Sizes = list[list[int]]


def sizes(case: PassesCase) -> Sizes:
    """The right answer."""
    found, waiting = [], 0
    for _ in range(case.num_epochs):
        full, rest = divmod(case.num_examples + waiting, case.batch_size)
        found.append([case.batch_size] * full + ([rest] if case.last == "keep" and rest else []))
        waiting = rest if case.last == "rollover" else 0
    return found


def _nested(one: Observation) -> list[object] | None:
    answer = played(one, "sizes")
    if not isinstance(answer, Items):
        return None
    found: list[object] = []
    for item in answer.items:
        if isinstance(item, Items):
            found.append([number.value for number in item.items if isinstance(number, Number)])
        elif isinstance(item, Number):
            found.append(item.value)
    return found


def _gives(mistaken: Callable[[PassesCase], object], last: str | None = None) -> Model:
    """The sizes are those of `mistaken(case)`; with `last`, only in this mode, and right in all others."""

    def model(one: Observation) -> Verdict:
        found = _nested(one)
        if found is None or one.script is None:
            return None
        case = one.script.about
        wrong = mistaken(case) if last in (None, case.last) else sizes(case)
        if wrong == sizes(case):
            return None if found == wrong else False
        return found == wrong

    return model


def _as(case: PassesCase, last: str) -> Sizes:
    return sizes(PassesCase(case.num_examples, case.batch_size, case.num_epochs, last))


def _empty_batch(case: PassesCase) -> Sizes:
    full, rest = divmod(case.num_examples, case.batch_size)
    return [[case.batch_size] * full + [rest]] * case.num_epochs


def _rounded_up(case: PassesCase) -> Sizes:
    return [[case.batch_size] * -(-case.num_examples // case.batch_size)] * case.num_epochs


def _short_first(case: PassesCase) -> Sizes:
    """What waits opens the next pass as a batch of its own."""
    full, rest = divmod(case.num_examples, case.batch_size)
    return [([rest] if i and rest else []) + [case.batch_size] * full for i in range(case.num_epochs)]


def _forgets(case: PassesCase) -> Sizes:
    """Only what the pass before left is remembered, not what waited already."""
    full, rest = divmod(case.num_examples, case.batch_size)
    later = [case.batch_size] * ((case.num_examples + rest) // case.batch_size)
    return [[case.batch_size] * full, *[later for _ in range(case.num_epochs - 1)]]


def _small_sets(case: PassesCase) -> Sizes:
    """A batch that is larger than the data is taken all the same."""
    return (
        [[min(case.num_examples, case.batch_size)]] * case.num_epochs
        if case.num_examples < case.batch_size
        else (sizes(case))
    )


def _never_ends(case: PassesCase) -> Sizes:
    """The rest is kept after the last pass."""
    found = sizes(case)
    left = case.num_epochs * case.num_examples - sum(map(sum, found))
    return [*found[:-1], [*found[-1], left]] if left else found


MISCONCEPTIONS = (
    Misconception(
        "always_keep",
        "The rest is kept, whatever `last` says.",
        "Where does your function look at last?",
        _gives(lambda case: _as(case, "keep")),
    ),
    Misconception(
        "always_discard",
        "The rest is discarded, whatever `last` says.",
        "Where does your function look at last?",
        _gives(lambda case: _as(case, "discard")),
    ),
    Misconception(
        "rollover_discards",
        "What should roll over is lost.",
        "7 examples in batches of 3: how many does the second pass deal out?",
        _gives(lambda case: _as(case, "discard"), "rollover"),
    ),
    Misconception(
        "rollover_keeps",
        "What should roll over is kept as a small batch.",
        "With rollover all batches are full.",
        _gives(lambda case: _as(case, "keep"), "rollover"),
    ),
    Misconception(
        "rollover_as_a_batch_of_its_own",
        "What rolls over makes a small batch at the beginning of the next pass.",
        "It begins the first batch, which is filled up with examples of the new pass.",
        _gives(_short_first, "rollover"),
    ),
    Misconception(
        "rollover_forgets",
        "Of what waits, only the last pass's own is remembered.",
        "Follow 7 examples in batches of 5 through four passes: how many wait each time?",
        _gives(_forgets, "rollover"),
    ),
    Misconception(
        "rollover_kept_in_the_end",
        "What waits after the last pass makes a small batch.",
        "With rollover all batches are full, in the last pass too.",
        _gives(_never_ends, "rollover"),
    ),
    Misconception(
        "empty_batch",
        "Where the batches divide the examples, an empty batch follows.",
        "6 examples in batches of 3: how many batches?",
        _gives(_empty_batch, "keep"),
    ),
    Misconception(
        "filled_up",
        "The short batch is counted as full.",
        "How many examples are left for it?",
        _gives(_rounded_up, "keep"),
    ),
    Misconception(
        "discard_keeps",
        "What should be discarded is kept as a small batch.",
        "With discard all batches are full.",
        _gives(lambda case: _as(case, "keep"), "discard"),
    ),
    Misconception(
        "small_sets_taken",
        "Fewer examples than a batch takes are taken all the same.",
        "2 examples in batches of 3, with discard: is there a full batch?",
        _gives(_small_sets, "discard"),
    ),
    Misconception(
        "one_pass",
        "Only one pass is returned.",
        "There is a list for each of num_epochs passes.",
        _gives(lambda case: sizes(case)[0]),
    ),
    Misconception(
        "first_pass_only",
        "The first pass is returned alone, or repeated.",
        "Is every pass like the first?",
        _gives(lambda case: sizes(case)[:1]),
    ),
    Misconception(
        "passes_run_together",
        "The passes are not told apart: all sizes are in one list.",
        "There is a list for each pass.",
        _gives(lambda case: [size for one in sizes(case) for size in one]),
    ),
    Misconception(
        "nothing_returned", "Nothing is returned.", "The lists still have to be handed back.", nothing("sizes")
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
