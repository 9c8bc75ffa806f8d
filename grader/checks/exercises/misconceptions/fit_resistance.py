"""Mistakes in fit_resistance(current, voltage)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.exercises.cases import OhmCase
from grader.checks.exercises.misconceptions.models import gives, is_a, nothing, numbers, rewrites
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, played, raises
from grader.things import Items


def _finds(mistaken: Callable[[OhmCase], float]) -> Model:
    return gives("fitted", mistaken, instead_of=lambda case: case.resistance, part=0)


def _slope(case: OhmCase) -> float:
    """Of the line with an intercept."""
    I, V = case.current - case.current.mean(), case.voltage - case.voltage.mean()  # noqa: E741
    return float(I @ V / (I @ I)) if np.any(I) else case.resistance


def _hardly_learns(one: Observation) -> Verdict:
    """Where currents are small R stays near 0, or where they are large it is lost; around 1 ampere it is right."""
    fitted = played(one, "fitted")
    if one.script is None or not isinstance(fitted, Items) or len(fitted.items) != 2:
        return None
    found, case = numbers(fitted.items[0]), one.script.about
    if found is None or found.size != 1:
        return False
    unit, R = float(np.sqrt(np.mean(case.current**2))), float(found[0])
    right = abs(R - case.resistance) <= 1e-2 * abs(case.resistance)
    if unit < 0.2:
        return None if right else bool(0 <= R < case.resistance)
    if unit > 5:
        return None if right else bool(not np.isfinite(R) or abs(R) > 2 * case.resistance)
    return None if right else False


def _reports(change: Callable[[float], float]) -> Model:
    """The first loss is told otherwise, and R is right."""

    def model(one: Observation) -> Verdict:
        fitted = played(one, "fitted")
        if one.script is None or not isinstance(fitted, Items) or len(fitted.items) != 2:
            return None
        R, losses = numbers(fitted.items[0]), numbers(fitted.items[1])
        case = one.script.about
        if R is None or losses is None or R.size != 1 or losses.size == 0:
            return False
        if abs(R[0] - case.resistance) > 1e-3 * abs(case.resistance):
            return False
        return bool(abs(losses[0] - change(case.loss(0.0))) <= 1e-3 * case.loss(0.0))

    return model


def _unit(seen: Observation) -> float:
    return float(len(seen.script.about.current)) if seen.script is not None else 1.0


def _summed(one: Observation) -> Verdict:
    return _reports(lambda loss: _unit(one) * loss)(one)


MISCONCEPTIONS = (
    Misconception(
        "with_an_intercept",
        "The model has an offset as well as a resistance.",
        "What is the voltage without any current, by Ohm's law?",
        _finds(_slope),
    ),
    Misconception(
        "mean_of_ratios",
        "The resistance is the mean of V / I, in which small currents count too much.",
        "Which R makes the mean of (R I - V)^2 smallest? Small currents say little about it.",
        _finds(lambda case: float(np.mean(case.voltage / case.current))),
    ),
    Misconception(
        "ratio_of_means",
        "The resistance is the mean voltage over the mean current.",
        "Which R makes the mean of (R I - V)^2 smallest?",
        _finds(lambda case: float(np.mean(case.voltage) / np.mean(case.current))),
    ),
    Misconception(
        "conductance",
        "The result is the conductance, current for each volt.",
        "Ohms are volts per ampere.",
        _finds(lambda case: 1 / case.resistance),
    ),
    Misconception(
        "conductance_inverted",
        "Currents are fitted to voltages, and the slope is inverted: that is another line.",
        "In the loss of this exercise, which of the two carries the errors?",
        _finds(lambda case: float(case.voltage @ case.voltage / (case.current @ case.voltage))),
    ),
    Misconception(
        "milliohms",
        "The result is a thousand times too large.",
        "Volts over amperes are ohms. Where does the factor come from?",
        _finds(lambda case: 1000 * case.resistance),
    ),
    Misconception(
        "kiloohms",
        "The result is a thousand times too small.",
        "Volts over amperes are ohms. Where does the factor come from?",
        _finds(lambda case: case.resistance / 1000),
    ),
    Misconception(
        "fixed_rate",
        "The learning rate suits currents of about one ampere only: with smaller ones R stays near 0, with larger ones "
        "it is lost.",
        "The curvature of the loss is the mean of I^2. What does that say about the rate?",
        _hardly_learns,
    ),
    Misconception(
        "loss_without_half",
        "The losses are not halved.",
        "The loss is the mean of (R I - V)^2 / 2.",
        _reports(lambda loss: 2 * loss),
    ),
    Misconception("losses_summed", "The losses are sums over the measurements.", "The loss is a mean.", _summed),
    Misconception(
        "one_result",
        "Only one thing is returned.",
        "The resistance and the losses, separated by a comma.",
        is_a("fitted", "a float", "an integer", "an NDArray", "a numpy"),
    ),
    Misconception(
        "nothing_returned", "Nothing is returned.", "The two results still have to be handed back.", nothing("fitted")
    ),
    Misconception(
        "writes_into_the_current",
        "The currents are changed.",
        "Which line writes into current?",
        rewrites(("current", lambda case: case.current)),
    ),
    Misconception(
        "writes_into_the_voltage",
        "The voltages are changed.",
        "Which line writes into voltage?",
        rewrites(("voltage", lambda case: case.voltage)),
    ),
    Misconception(
        "no_gradient_attached",
        "R has no gradient attached.",
        "What has to be called on R before autograd fills in its gradient?",
        raises(r"NoneType|computational graph"),
        broad=True,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
