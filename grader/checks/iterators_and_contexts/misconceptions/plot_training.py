"""Mistakes in plot_training(losses, x, estimated, real, sample_size)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.iterators_and_contexts.cases import PictureCase
from grader.diagnosis import Misconception, Observation, Verdict
from grader.misconceptions import WRONG_ARGUMENTS, Model, played, raises
from grader.subject import Array
from grader.things import Curve, Drawing, Drawings, Panel


def _figures(one: Observation) -> tuple[tuple[Drawing, ...], PictureCase] | None:
    found = played(one, "figures")
    case = one.script.about if one.script is not None else None
    if not isinstance(found, Drawings) or not isinstance(case, PictureCase):
        return None
    return found.figures, case


def _of_figures(test: Callable[[tuple[Drawing, ...]], bool]) -> Model:
    def model(one: Observation) -> Verdict:
        found = _figures(one)
        return None if found is None else test(found[0])

    return model


def _of_panels(test: Callable[[Panel, Panel, PictureCase], Verdict]) -> Model:
    """Said of the two panels of one figure."""

    def model(one: Observation) -> Verdict:
        found = _figures(one)
        if found is None or [len(figure.panels) for figure in found[0]] != [2]:
            return None
        left, right = found[0][0].panels
        return test(left, right, found[1])

    return model


def _sample(values: Array, case: PictureCase) -> Array:
    return values.reshape(-1)[: case.sample_size]


def _y(curve: Curve, values: Array) -> bool:
    return len(curve.y) == len(values) and bool(np.allclose(np.sort(curve.y), np.sort(values), rtol=1e-5, atol=1e-5))


def _any(panel: Panel, values: Array) -> list[Curve]:
    return [curve for curve in panel.drawn if _y(curve, values)]


def _from_zero(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    found = _any(left, np.array(case.losses))
    return bool(found) and all(curve.x.tolist() == list(range(len(case.losses))) for curve in found)


def _dots(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    found = _any(left, np.array(case.losses))
    return bool(found) and not any(curve.line for curve in found)


def _everything(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    if case.sample_size >= len(case.x):
        return None
    return bool(_any(right, case.real)) and bool(_any(right, case.estimated.reshape(-1)))


def _lines(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    found = [curve for values in (case.estimated, case.real) for curve in _any(right, _sample(values, case))]
    return bool(found) and all(curve.line for curve in found)


def _row_numbers(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    found = [curve for values in (case.estimated, case.real) for curve in _any(right, _sample(values, case))]
    return bool(found) and all(curve.x.tolist() == list(range(len(curve.x))) for curve in found)


def _missing(which: str) -> Model:
    def test(left: Panel, right: Panel, case: PictureCase) -> Verdict:
        there = {name: bool(_any(right, _sample(getattr(case, name), case))) for name in ("estimated", "real")}
        if case.sample_size < len(case.x) and (_any(right, case.real) or _any(right, case.estimated.reshape(-1))):
            return False
        return not there[which] and any(there.values())

    return _of_panels(test)


def _no_legend(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    return right.legend is None


def _swapped(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    labels = {
        name: [curve.label.lower() for curve in _any(right, _sample(getattr(case, name), case))]
        for name in ("estimated", "real")
    }
    if not labels["estimated"] or not labels["real"] or np.allclose(case.real, case.estimated.reshape(-1)):
        return None
    return any("real" in label for label in labels["estimated"]) and any("estim" in label for label in labels["real"])


def _stacked(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    return left.box[1] > right.box[3] or right.box[1] > left.box[3]


def _no_titles(left: Panel, right: Panel, case: PictureCase) -> Verdict:
    return not left.title or not right.title


MISCONCEPTIONS = (
    Misconception(
        "no_titles",
        "A panel has no title.",
        "plt.title belongs to the panel that is current; axes have a method of their own.",
        _of_panels(_no_titles),
    ),
    Misconception(
        "panels_stacked",
        "One panel stands above the other.",
        "plt.subplots takes the number of rows first, and then that of columns.",
        _of_panels(_stacked),
    ),
    Misconception(
        "two_figures",
        "There are several figures instead of one with two panels.",
        "What makes a figure, and what makes a panel in it?",
        _of_figures(lambda figures: len(figures) > 1),
    ),
    Misconception(
        "one_panel",
        "Everything is drawn into one panel.",
        "plt.subplots takes the numbers of rows and columns.",
        _of_figures(lambda figures: [len(figure.panels) for figure in figures] == [1]),
    ),
    Misconception(
        "nothing_shown",
        "No figure is shown.",
        "Is there a plt.show(), and is the figure still open then?",
        _of_figures(lambda figures: not figures),
    ),
    Misconception(
        "epochs_from_0",
        "The losses are drawn against 0, 1, ...",
        "Which number does the first epoch have?",
        _of_panels(_from_zero),
    ),
    Misconception(
        "losses_not_joined",
        "The losses are dots without a line.",
        "How is a line asked for, and how are dots?",
        _of_panels(_dots),
    ),
    Misconception(
        "sample_size_ignored",
        "All the points are drawn, whatever sample_size is.",
        "Which of the arrays are cut off at sample_size?",
        _of_panels(_everything),
    ),
    Misconception(
        "points_joined",
        "The points on the right are joined by lines.",
        "plot draws lines unless it is given a marker and no line.",
        _of_panels(_lines),
    ),
    Misconception(
        "against_row_numbers",
        "The points are drawn against the number of their row.",
        "What belongs on the horizontal axis?",
        _of_panels(_row_numbers),
    ),
    Misconception("real_missing", "real is not drawn.", "Which two sets are to be compared?", _missing("real")),
    Misconception(
        "estimated_missing", "estimated is not drawn.", "Which two sets are to be compared?", _missing("estimated")
    ),
    Misconception(
        "no_legend",
        "The right panel has no legend.",
        "Labels are shown once legend() is called on their panel.",
        _of_panels(_no_legend),
    ),
    Misconception(
        "labels_swapped",
        "The labels are the wrong way round.",
        "Which call draws what the model says?",
        _of_panels(_swapped),
    ),
    Misconception(
        "ndarray_in_matplotlib",
        "matplotlib cannot draw an NDArray.",
        "asnumpy() makes an array that it knows.",
        raises("(?:TypeError|ValueError|IndexError|MXNetError): "),
        broad=True,
    ),
    Misconception(
        "wrong_arguments",
        "The function does not take the arguments that it is called with.",
        "Compare the first line of your function with the one in the notebook.",
        WRONG_ARGUMENTS,
    ),
)
