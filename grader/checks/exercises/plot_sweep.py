"""What is true of plot_sweep(losses): a picture of a sweep over learning rates, judged by what it shows."""

from __future__ import annotations

import numpy as np

from grader import expect
from grader.checks.exercises.cases import SweepCase, sweeps, uneven_sweeps
from grader.checks.exercises.misconceptions.plot_sweep import MISCONCEPTIONS
from grader.claims import Refuted, claim, part
from grader.play import Script
from grader.subject import Subject
from grader.things import Curve, Panel


def _draw(subject: Subject, case: SweepCase) -> Panel:
    script = Script("plot_sweep", about=case)
    script.call("plot_sweep", case.panel(), show=False)
    figures = script.figures()
    script.name(figures=figures)
    [panel] = expect.panels(subject.play(script)[figures], 1, "plot_sweep")
    return panel


def drawn(panel: Panel, losses: tuple[float, ...]) -> list[Curve]:
    """What shows these losses, whatever they are drawn against."""
    return [
        curve
        for curve in panel.drawn
        if len(curve.y) == len(losses) and np.allclose(curve.y, losses, rtol=1e-5, atol=0.0)
    ]


@claim(
    points=1,
    given=sweeps(),
    hint="plt.title, plt.xlabel and plt.ylabel, once each, and plt.show() when everything has been drawn.",
    examples=2,
)
def plot_sweep_shows_one_panel_with_its_words(subject: Subject, case: SweepCase) -> None:
    """plot_sweep shows one figure with one panel, which has a title and a name for each axis."""
    panel = _draw(subject, case)
    for what, word in (
        ("title", panel.title),
        ("name at the x axis", panel.xlabel),
        ("name at the y axis", panel.ylabel),
    ):
        if not word.strip():
            raise Refuted(f"The panel has no {what}.", got="nothing", expected="a few words")


@claim(
    points=2,
    given=sweeps(),
    also=uneven_sweeps,
    hint="The first loss belongs to step 0, whatever the rate, and each rate may have its own number of steps. plot "
    "joins points with a line.",
    examples=4,
)
def plot_sweep_draws_a_line_for_each_rate(subject: Subject, case: SweepCase) -> None:
    """For each rate a line joins its losses, drawn against the steps 0, 1, 2, ..."""
    panel = _draw(subject, case)
    for rate, losses in zip(case.rates, case.losses, strict=True):
        steps = np.arange(len(losses), dtype=np.float64)
        found = drawn(panel, losses)
        if not found:
            raise Refuted(
                f"The losses of lr = {rate:g} are not drawn.",
                got=f"{len(panel.drawn)} curves",
                expected=f"{len(case.rates)} curves, one with the heights {expect.show(np.array(losses))}",
            )
        if not any(np.array_equal(curve.x, steps) for curve in found):
            raise Refuted(
                f"The losses of lr = {rate:g} are not drawn against the steps.",
                got=expect.show(found[0].x),
                expected=expect.show(steps),
            )
        if not any(curve.line for curve in found):
            raise Refuted(
                f"The losses of lr = {rate:g} are not joined by a line.", got="points only", expected="a line"
            )


@claim(
    points=1,
    given=sweeps(),
    hint="plt.semilogy, or plt.yscale: only the losses are on a logarithmic scale, not the steps.",
    examples=2,
)
def plot_sweep_has_a_logarithmic_scale_for_the_losses(subject: Subject, case: SweepCase) -> None:
    """The scale of the losses is logarithmic and that of the steps is not: steady progress is a straight line."""
    panel = _draw(subject, case)
    if (panel.xscale, panel.yscale) != ("linear", "log"):
        raise Refuted(
            "The scales are wrong.",
            got=f"x {panel.xscale}, y {panel.yscale}",
            expected="x linear, y log",
        )


@claim(
    points=1,
    given=sweeps(),
    hint='Each line gets a label=... in which its rate stands as f"{lr:g}", and the panel a legend.',
    examples=3,
)
def plot_sweep_says_which_line_is_which(subject: Subject, case: SweepCase) -> None:
    """A legend names the rate of each line."""
    panel = _draw(subject, case)
    if panel.legend is None:
        raise Refuted("There is no legend.", got="no legend", expected="the rates")
    for rate, losses in zip(case.rates, case.losses, strict=True):
        number = f"{rate:g}"
        if not any(number in words for words in panel.legend):
            raise Refuted("The legend does not name every rate.", got=", ".join(panel.legend), expected=number)
        labels = [curve.label for curve in drawn(panel, losses)]
        if labels and not any(number in label for label in labels):
            raise Refuted(
                f"The losses of lr = {number} are labelled otherwise.", got=", ".join(labels), expected=number
            )


PART = part("plot_sweep", ("plot_sweep",), globals(), MISCONCEPTIONS)
