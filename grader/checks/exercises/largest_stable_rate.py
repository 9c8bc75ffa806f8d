"""What is true of largest_stable_rate(features): 2 over the largest eigenvalue of A^T A / n, A = [X, 1]."""

from __future__ import annotations

from grader import expect
from grader.checks.exercises.cases import FeaturesCase, across, anywhere, centred
from grader.checks.exercises.misconceptions.largest_stable_rate import MISCONCEPTIONS, stable
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import Subject

DIGITS = 1e-3
"""Relative error that is allowed: "three digits". Sums of a few products in float32 are within 1e-6."""


def _expect_rate(subject: Subject, case: FeaturesCase) -> None:
    script = Script("largest_stable_rate", about=case)
    made = script.call("largest_stable_rate", case.features)
    script.name(rate=made)
    found = expect.number(subject.play(script)[made], "The result of largest_stable_rate")
    wanted = stable(case.features)
    if not abs(found - wanted) <= DIGITS * wanted:
        raise Refuted("This is not the largest stable rate.", got=expect.show(found), expected=expect.show(wanted))


@claim(
    points=2,
    given=centred(),
    also=across,
    hint="The second derivatives of the loss are A^T A / n. A step multiplies the error along an eigenvector by 1 - lr "
    "times its eigenvalue: for which lr does that leave the interval from -1 to 1 first?",
    examples=12,
)
def largest_stable_rate_is_two_over_the_largest_eigenvalue(subject: Subject, case: FeaturesCase) -> None:
    """For features around zero the rate is 2 over the largest eigenvalue of the mean of x x^T."""
    _expect_rate(subject, case)


@claim(
    points=1,
    given=anywhere(),
    hint="The bias is a parameter too: it is the weight of a feature that is always 1.",
    examples=12,
)
def largest_stable_rate_counts_the_bias(subject: Subject, case: FeaturesCase) -> None:
    """For features to one side of zero it takes into account that weights and bias move together."""
    _expect_rate(subject, case)


@claim(
    points=1,
    given=centred(units=(100.0, 1000.0, 30.0), most_features=1),
    hint="Large features make for a strongly curved loss, and tiny rates. All their digits count.",
    examples=10,
)
def largest_stable_rate_follows_the_units(subject: Subject, case: FeaturesCase) -> None:
    """It is right for a feature that is measured in a unit a hundred or a thousand times as small."""
    _expect_rate(subject, case)


PART = part("largest_stable_rate", ("largest_stable_rate",), globals(), MISCONCEPTIONS)
