"""What is true of moving_average(losses): m <- 0.99 m + 0.01 loss, from 0."""

from __future__ import annotations

from hypothesis import strategies as st

from grader import expect
from grader.checks.iterators_and_contexts.cases import LossesCase, losses, many_losses
from grader.checks.iterators_and_contexts.misconceptions.moving_average import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import Subject
from grader.things import Items, Number


def averages(values: tuple[float, ...]) -> list[float]:
    found, average = [], 0.0
    for loss in values:
        average = 0.99 * average + 0.01 * loss
        found.append(average)
    return found


def _average(subject: Subject, case: LossesCase) -> tuple[list[float], bool]:
    """What comes out, and whether the caller's list is as it was."""
    script = Script("moving_average", about=case)
    given = script.make(list(case.losses))
    made, after = script.call("moving_average", given), script.look(given)
    script.name(averages=made, after=after)
    played = subject.play(script)
    found = [expect.number(one, "An average") for one in expect.items(played[made], "The result of moving_average")]
    now = played[after]
    kept = isinstance(now, Items) and [one.value for one in now.items if isinstance(one, Number)] == list(case.losses)
    return found, kept


@claim(
    points=2,
    given=losses(),
    also=many_losses,
    hint="Each new average is 0.99 of the old one and 0.01 of the new loss; before the first loss it is 0.",
)
def moving_average_follows_the_formula(subject: Subject, case: LossesCase) -> None:
    """moving_average returns one average for each loss, each made from the one before and the new loss."""
    found, expected = _average(subject, case)[0], averages(case.losses)
    if len(found) != len(expected):
        raise Refuted(
            "There is not one average for each loss.", got=f"{len(found)} numbers", expected=f"{len(expected)} numbers"
        )
    for number, (one, other) in enumerate(zip(found, expected, strict=True), start=1):
        if not abs(one - other) <= 1e-6 * max(abs(other), 1e-3):
            raise Refuted(f"Average number {number} is wrong.", got=expect.show(one), expected=expect.show(other))


@claim(
    points=1,
    given=st.one_of(st.just(LossesCase(())), losses(0)),
    hint="An empty list has an empty list of averages. Make a new list instead of writing into the one you are given.",
    examples=8,
)
def moving_average_leaves_the_losses_alone(subject: Subject, case: LossesCase) -> None:
    """The list of losses is as it was, and of no losses there are no averages."""
    found, kept = _average(subject, case)
    if not kept:
        raise Refuted("The list of losses was changed by the call.", got="changed", expected="as it was before")
    if not case.losses and found:
        raise Refuted("There are averages of no losses.", got=f"{len(found)} numbers", expected="an empty list")


PART = part("moving_average", ("moving_average",), globals(), MISCONCEPTIONS)
