"""Mistakes in plot_sweep(losses)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.exercises.cases import SweepCase
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, played
from grader.things import Curve, Drawings, Panel

Look = Callable[[tuple[Panel, ...], SweepCase], bool]


def _shows(look: Look) -> Model:
    """True where the first figure's panels look so, and nothing where they do not."""

    def model(one: Observation) -> Verdict:
        drawings = played(one, "figures")
        if one.script is None or not isinstance(drawings, Drawings) or not drawings.figures:
            return None
        return look(drawings.figures[0].panels, one.script.about) or None

    return model


def _several(one: Observation) -> Verdict:
    drawings = played(one, "figures")
    return (isinstance(drawings, Drawings) and len(drawings.figures) > 1) or None


def _none(one: Observation) -> Verdict:
    drawings = played(one, "figures")
    return (isinstance(drawings, Drawings) and not drawings.figures) or None


def _heights(curve: Curve, losses: tuple[float, ...]) -> bool:
    return len(curve.y) == len(losses) and bool(np.allclose(curve.y, losses, rtol=1e-5))


def _from_one(panels: tuple[Panel, ...], case: SweepCase) -> bool:
    return any(len(curve.x) and curve.x[0] == 1 for panel in panels for curve in panel.drawn)


def _logarithms(panels: tuple[Panel, ...], case: SweepCase) -> bool:
    """log of the losses on a linear scale."""
    wanted = [np.log10(losses) for losses in case.losses] + [np.log(losses) for losses in case.losses]
    return any(
        len(curve.y) == len(one) and np.allclose(curve.y, one, atol=1e-4)
        for panel in panels
        for curve in panel.drawn
        for one in wanted
    )


def _last_only(panels: tuple[Panel, ...], case: SweepCase) -> bool:
    """The last loss of each rate against the rate."""
    ends = sorted(losses[-1] for losses in case.losses)
    return any(
        len(curve.y) == len(ends)
        and np.allclose(np.sort(curve.y), ends)
        and np.allclose(np.sort(curve.x), sorted(case.rates))
        for panel in panels
        for curve in panel.drawn
    )


def _scale(x: str, y: str) -> Look:
    return lambda panels, case: (panels[0].xscale, panels[0].yscale) == (x, y) if panels else False


def _labels_shifted(panels: tuple[Panel, ...], case: SweepCase) -> bool:
    """Every line is there, and some are labelled with the rate of another."""
    for panel in panels[:1]:
        for rate, losses in zip(case.rates, case.losses, strict=True):
            labels = [curve.label for curve in panel.drawn if _heights(curve, losses)]
            others = [f"{other:g}" for other in case.rates if other != rate]
            if labels and any(other in label for label in labels for other in others) and f"{rate:g}" not in labels[0]:
                return True
    return False


MISCONCEPTIONS = (
    Misconception(
        "counts_from_one",
        "The steps are counted from 1.",
        "Which step does the first loss belong to, which was taken before any?",
        _shows(_from_one),
    ),
    Misconception(
        "logarithms_drawn",
        "The logarithms of the losses are drawn.",
        "The axis can do that, and it then still says what the losses are.",
        _shows(_logarithms),
    ),
    Misconception(
        "last_losses_only",
        "Only the last loss of each rate is drawn.",
        "How fast the loss falls is seen on the way.",
        _shows(_last_only),
    ),
    Misconception(
        "linear_scale",
        "The scale of the losses is linear.",
        "Which function of pyplot draws on a logarithmic scale?",
        _shows(_scale("linear", "linear")),
        broad=True,
    ),
    Misconception(
        "both_logarithmic",
        "The steps are on a logarithmic scale as well.",
        "A constant factor for each step is a straight line, if the steps are evenly spaced.",
        _shows(_scale("log", "log")),
        broad=True,
    ),
    Misconception(
        "steps_logarithmic",
        "The wrong axis is logarithmic.",
        "Which of the two spans many powers of ten?",
        _shows(_scale("log", "linear")),
        broad=True,
    ),
    Misconception(
        "points_only",
        "The losses are points, not lines.",
        "What joins the points?",
        _shows(
            lambda panels, case: any(panel.points or any(not curve.line for curve in panel.curves) for panel in panels)
        ),
    ),
    Misconception(
        "a_panel_for_each_rate",
        "There is a panel for each rate.",
        "Lines are compared best when they share their axes.",
        _shows(lambda panels, case: len(panels) > 1),
    ),
    Misconception(
        "a_figure_for_each_rate",
        "There is a figure for each rate.",
        "When is a figure made, and when is it shown? Once is enough.",
        _several,
    ),
    Misconception("nothing_drawn", "No figure is shown.", "What shows a figure in the end?", _none),
    Misconception(
        "no_legend",
        "There is no legend.",
        "Labels alone are not shown: what shows them?",
        _shows(lambda panels, case: len(panels) == 1 and panels[0].legend is None),
        broad=True,
    ),
    Misconception(
        "labels_mixed_up",
        "The lines are labelled with each other's rates.",
        "Is the order of the labels that of the lines?",
        _shows(_labels_shifted),
    ),
    Misconception(
        "labels_numbered",
        "The lines are numbered, and do not bear their rates.",
        "What does a reader want to know of each line?",
        _shows(
            lambda panels, case: (
                len(panels) == 1
                and panels[0].legend is not None
                and not any(f"{rate:g}" in word for rate in case.rates for word in panels[0].legend)
            )
        ),
    ),
    Misconception(
        "no_title",
        "The panel has no title.",
        "What is the picture about?",
        _shows(lambda panels, case: len(panels) == 1 and not panels[0].title.strip()),
        broad=True,
    ),
    Misconception(
        "axes_without_names",
        "An axis has no name.",
        "Steps of what, and which loss?",
        _shows(lambda panels, case: len(panels) == 1 and not (panels[0].xlabel.strip() and panels[0].ylabel.strip())),
        broad=True,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
