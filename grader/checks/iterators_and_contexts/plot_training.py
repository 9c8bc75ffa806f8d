"""What is true of plot_training(losses, x, estimated, real, sample_size): a picture, judged by what it shows."""

from __future__ import annotations

import numpy as np

from grader import expect
from grader.checks.iterators_and_contexts.cases import PictureCase, many_points, picture_cases
from grader.checks.iterators_and_contexts.misconceptions.plot_training import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import Array, Subject
from grader.things import Curve, Panel

TOUCHING = 0.01
"""How far panels side by side may reach into each other, as a share of the figure's width: they may touch, after
rounding; stacked ones overlap by three quarters of it."""


def _draw(subject: Subject, case: PictureCase) -> tuple[Panel, Panel]:
    script = Script("plot_training", about=case)
    arrays = [script.array(values) for values in (case.x, case.estimated, case.real)]
    size = [] if case.by_default else [case.sample_size]
    script.call("plot_training", list(case.losses), *arrays, *size, show=False)
    figures = script.figures()
    script.name(figures=figures)
    left, right = expect.panels(subject.play(script)[figures], 2, "plot_training")
    return left, right


def _sample(values: Array, case: PictureCase) -> Array:
    return values.reshape(-1)[: case.sample_size]


def _holds(curve: Curve, x: Array, y: Array) -> bool:
    """Whether these are the points, in whatever order they were drawn; float32 has their last digits."""
    if len(curve.x) != len(x):
        return False
    got, wanted = (pairs[np.lexsort(pairs.T)] for pairs in (np.stack([curve.x, curve.y], 1), np.stack([x, y], 1)))
    return bool(np.allclose(got, wanted, rtol=1e-5, atol=1e-5))


def _shown(curves: tuple[Curve, ...]) -> str:
    if not curves:
        return "nothing"
    points = [
        f"{len(curve.x)} points beginning with ({expect.show(curve.x[0])}, {expect.show(curve.y[0])})"
        for curve in curves[:4]
        if len(curve.x)
    ]
    return "; ".join(points) or "curves without points"


@claim(
    points=1,
    given=picture_cases(),
    hint="plt.subplots(1, 2) makes one figure with two panels; each has set_title. plt.show() shows it.",
    examples=2,
)
def plot_training_shows_two_panels_with_titles(subject: Subject, case: PictureCase) -> None:
    """plot_training shows one figure with two panels side by side, each with a title."""
    left, right = _draw(subject, case)
    if left.box[2] > right.box[0] + TOUCHING:
        raise Refuted("The panels do not stand side by side.", got="one above the other", expected="left and right")
    for side, panel in zip(("left", "right"), (left, right), strict=True):
        if not panel.title.strip():
            raise Refuted(f"The {side} panel has no title.", got="no title", expected="a few words")


@claim(
    points=1,
    given=picture_cases(),
    hint="The epochs are 1, 2, ... up to the number of losses. plot joins points with a line.",
    examples=3,
)
def plot_training_draws_the_losses_on_the_left(subject: Subject, case: PictureCase) -> None:
    """On the left a line joins the losses, drawn against the epochs 1, 2, ..."""
    left, _ = _draw(subject, case)
    epochs, losses = np.arange(1.0, len(case.losses) + 1), np.array(case.losses)
    found = [curve for curve in left.drawn if _holds(curve, epochs, losses)]
    if not found:
        raise Refuted(
            "The left panel does not show the losses against the epochs.",
            got=_shown(left.drawn),
            expected=f"{len(losses)} points beginning with (1, {expect.show(losses[0])})",
        )
    if not any(curve.line for curve in found):
        raise Refuted("The losses are not joined by a line.", got="points only", expected="a line")


@claim(
    points=2,
    given=picture_cases(),
    also=many_points,
    hint="Both sets are drawn against the same x, as far as sample_size. asnumpy() makes numpy arrays of NDArrays, and "
    "a line between points in no order is a tangle: draw points.",
    examples=4,
)
def plot_training_draws_estimated_and_real_on_the_right(subject: Subject, case: PictureCase) -> None:
    """On the right are the first sample_size values of estimated and of real, as points against x."""
    _, right = _draw(subject, case)
    x = _sample(case.x, case)
    for name, values in (("estimated", case.estimated), ("real", case.real)):
        y = _sample(values, case)
        found = [curve for curve in right.drawn if _holds(curve, x, y)]
        if not found:
            raise Refuted(
                f"The right panel does not show {name} against x.",
                got=_shown(right.drawn),
                expected=f"{len(x)} points beginning with ({expect.show(x[0])}, {expect.show(y[0])})",
            )
        if not any(curve.marker and not curve.line for curve in found):
            raise Refuted(f"{name} is not drawn as points alone.", got="a line", expected="points")


@claim(
    points=1,
    given=picture_cases(),
    hint='Each set gets a label=..., and the panel a legend: "estimated" and "real" must stand beside the right one.',
    examples=2,
)
def plot_training_says_which_points_are_which(subject: Subject, case: PictureCase) -> None:
    """The right panel has a legend with the words "estimated" and "real", on the points they belong to."""
    _, right = _draw(subject, case)
    words = [word.lower() for word in right.legend or ()]
    for name, values in (("estimated", case.estimated), ("real", case.real)):
        if not any(name in word for word in words):
            shown = ", ".join(right.legend) if right.legend else "no legend"
            raise Refuted(f'The legend does not say "{name}".', got=shown, expected="estimated, real")
        labels = [curve.label for curve in right.drawn if _holds(curve, _sample(case.x, case), _sample(values, case))]
        if labels and not any(name in label.lower() for label in labels):
            raise Refuted(f'Other points than those of {name} are labelled "{name}".', got=", ".join(labels))


PART = part("plot_training", ("plot_training",), globals(), MISCONCEPTIONS)
