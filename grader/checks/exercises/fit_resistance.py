"""What is true of fit_resistance(current, voltage): Ohm's law, V = R I, learned by gradient descent.

The best R is sum I V / sum I^2. It is asked for to three digits: whoever stops gradient descent when the loss no
longer changes in float32 is nearer than that.
"""

from __future__ import annotations

import numpy as np

from grader import expect
from grader.checks.exercises.cases import UNITS, OhmCase, measurements
from grader.checks.exercises.misconceptions.fit_resistance import MISCONCEPTIONS
from grader.claims import Refuted, Unusable, claim, part
from grader.play import Script
from grader.subject import Subject

DIGITS = 1e-3
"""Relative error of R that is allowed: "three digits"."""


def _fit(subject: Subject, case: OhmCase) -> tuple[float, list[float], tuple[int, ...]]:
    """R, the losses, and which arguments were changed."""
    script = Script("fit_resistance", about=case)
    current, voltage = script.array(case.current), script.array(case.voltage)
    fitted = script.call("fit_resistance", current, voltage)
    after = [script.look(current), script.look(voltage)]
    script.name(fitted=fitted, current=after[0], voltage=after[1])
    played = subject.play(script)
    R, losses = expect.items(played[fitted], "The result of fit_resistance", 2)
    changed = tuple(
        i
        for i, (ref, before) in enumerate(zip(after, (case.current, case.voltage), strict=True))
        if not np.array_equal(expect.tensor(played[ref], "An argument").exact(), before)
    )
    found = [expect.number(one, "A loss") for one in expect.items(losses, "The second result")]
    return expect.number(R, "The resistance"), found, changed


def _expect_resistance(found: float, case: OhmCase) -> None:
    if not abs(found - case.resistance) <= DIGITS * abs(case.resistance):
        raise Refuted(
            "This is not the best resistance.",
            got=f"{expect.show(found)} ohms",
            expected=f"{expect.show(case.resistance)} ohms",
        )


@claim(
    points=2,
    given=measurements(),
    hint="For R = 2 ohms, 3 amperes need 6 volts: the model has one parameter, and no current means no voltage. Which "
    "R makes the mean of (R I - V)^2 / 2 smallest?",
    examples=12,
)
def fit_resistance_finds_the_best_resistance(subject: Subject, case: OhmCase) -> None:
    """From noisy voltages fit_resistance finds, to three digits, the R with the least mean of (R I - V)^2 / 2."""
    _expect_resistance(_fit(subject, case)[0], case)


@claim(
    points=2,
    given=measurements(noisy=False, units=UNITS),
    hint="The gradient with respect to R is a mean of I (R I - V): with currents of milliamperes it is tiny, with "
    "kiloamperes huge. Choose lr from the currents, or measure them in a unit in which they are about 1.",
    examples=15,
)
def fit_resistance_works_for_any_size_of_current(subject: Subject, case: OhmCase) -> None:
    """It does so for microamperes as well as for kiloamperes, and for resistances small and large."""
    _expect_resistance(_fit(subject, case)[0], case)


@claim(
    points=1,
    given=measurements(),
    hint="The first loss is that of R = 0, the mean of V^2 / 2; the last belongs to what was learned. A loss that "
    "grows on the way tells of too large a rate.",
    examples=8,
)
def fit_resistance_returns_the_losses_on_the_way(subject: Subject, case: OhmCase) -> None:
    """The losses begin with that of R = 0, never rise above it, and end with that of the R found, in square volts."""
    R, losses, _ = _fit(subject, case)
    if len(losses) < 2:
        raise Unusable("Learning takes at least one step.", got=f"{len(losses)} losses", expected="two or more")
    first, last = case.loss(0.0), case.loss(R)
    if not abs(losses[0] - first) <= 1e-3 * first:
        raise Refuted("The first loss is not that of R = 0.", got=expect.show(losses[0]), expected=expect.show(first))
    # A stable step makes the loss smaller, and momentum makes it swing, but not above where it began. Rounding allowed.
    for number, loss in enumerate(losses):
        if not 0 <= loss <= (1 + 1e-3) * first:
            raise Refuted(
                f"losses[{number}] is none that is met on the way down from R = 0.",
                got=expect.show(loss),
                expected=f"a number from 0 to {expect.show(first)}",
            )
    # A thousandth of the first as well: where there is hardly any noise, the last loss is rounding.
    if not abs(losses[-1] - last) <= 1e-2 * last + 1e-4 * first:
        raise Refuted(
            "The last loss is not that of the resistance found.",
            got=expect.show(losses[-1]),
            expected=expect.show(last),
        )


@claim(
    points=1,
    given=measurements(),
    hint="If you measure in another unit, or sort, make new arrays: current and voltage are the caller's.",
    examples=5,
)
def fit_resistance_leaves_the_measurements_as_they_were(subject: Subject, case: OhmCase) -> None:
    """current and voltage are the same after the call."""
    expect.unchanged(_fit(subject, case)[2], ("current", "voltage"))


PART = part("fit_resistance", ("fit_resistance",), globals(), MISCONCEPTIONS)
