"""Pictures for a page: SVG that is the same for the same numbers, and that needs no colour to be read.

Whatever a picture shows also stands in a table of its page; the picture has a title and a description for those who
do not see it.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from grader.report.findings import CheckFigures, Distribution, PartFigures

STYLE = {
    "svg.fonttype": "none",  # text stays text
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 0.8,
}
DARK = "#1f4e79"
EARNED: Mapping[str, Any] = {"color": DARK, "edgecolor": DARK}
LOST: Mapping[str, Any] = {"color": "white", "edgecolor": "black", "hatch": "////"}
ABSENT: Mapping[str, Any] = {"color": "#f0f0f0", "edgecolor": "#6a737c", "hatch": ".."}
MOST_BINS = 24


def scores(found: Distribution, most: int) -> str:
    """How many students have how many points."""
    width = max(1, -(-(most + 1) // MOST_BINS))
    edges = [edge - 0.5 for edge in range(0, most + width + 1, width)]
    unit = f"points, of {most}" if width == 1 else f"points, of {most}, in steps of {width}"
    return _histogram("scores", "Automatic points", found, edges, unit)


def seconds(found: Distribution) -> str:
    """How long grading one submission took."""
    bins = min(MOST_BINS, max(5, len(found.values) // 4))
    edges = [float(edge) for edge in np.linspace(0, 1.001 * max(found.highest, 1.0), bins + 1)]
    return _histogram("seconds", "Time for each submission", found, edges, "seconds")


def _histogram(name: str, title: str, found: Distribution, edges: Sequence[float], unit: str) -> str:
    with _picture(name, 3.0) as (figure, axes):
        counts, _ = np.histogram(found.values, edges)
        axes.bar(edges[:-1], counts, width=np.diff(edges), align="edge", color=DARK, edgecolor="white", linewidth=0.8)
        axes.axvline(found.median, color="black", linestyle="--", linewidth=1.6, label=f"median {found.median:.4g}")
        quartiles = f"quartiles {found.quarter:.4g}, {found.three_quarters:.4g}"
        axes.axvline(found.quarter, color="black", linestyle=":", linewidth=1.6, label=quartiles)
        axes.axvline(found.three_quarters, color="black", linestyle=":", linewidth=1.6)
        axes.set(xlabel=unit, ylabel="students", xlim=(edges[0], edges[-1]))
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        _legend(axes)
        said = (
            f"{len(found.values)} values: lowest {found.lowest:.4g}, first quartile {found.quarter:.4g}, median "
            f"{found.median:.4g}, third quartile {found.three_quarters:.4g}, highest {found.highest:.4g}."
        )
        return _svg(figure, name, title, said)


def parts(found: Sequence[PartFigures]) -> str:
    """Of each part, how much of the points the class has."""
    with _picture("parts", 0.9 + 0.36 * len(found)) as (figure, axes):
        share = np.array([100.0 * part.mean / part.most if part.most else 0.0 for part in found])
        _bars(axes, [("earned", share, EARNED), ("lost", 100.0 - share, LOST)])
        for place, part in enumerate(found):
            axes.text(101, place, f"{part.mean:.1f} of {part.most}", va="center")
        axes.set(xlim=(0, 120), xlabel="per cent of the points, mean of the class", yticks=range(len(found)))
        axes.set_yticklabels([part.id for part in found])
        _legend(axes)
        said = "; ".join(f"{part.id} {part.mean:.1f} of {part.most}" for part in found)
        return _svg(figure, "parts", "Points for each part", f"Means: {said}.")


def checks(found: Sequence[CheckFigures]) -> str:
    """Of each check, how many passed it, failed it, or were not checked."""
    with _picture("checks", 0.9 + 0.27 * len(found)) as (figure, axes):
        passed = np.array([100.0 * check.passed / check.students for check in found])
        failed = np.array([100.0 * check.failed / check.students for check in found])
        _bars(axes, [("passed", passed, EARNED), ("failed", failed, LOST), ("not run", 100 - passed - failed, ABSENT)])
        for place, check in enumerate(found):
            axes.text(101, place, percent(check.rate), va="center", fontsize=9)
        axes.set(xlim=(0, 112), xlabel="per cent of the students", yticks=range(len(found)))
        axes.set_yticklabels([short(check) for check in found], fontsize=8)
        _legend(axes)
        lowest = sorted(found, key=lambda check: check.rate)[:3]
        said = "; ".join(f"{short(check)}, {percent(check.rate)}" for check in lowest)
        return _svg(figure, "checks", "What became of each check", f"Passed by the fewest: {said}.")


def percent(share: float) -> str:
    """A share in words; neither none nor all where it is only nearly so."""
    rounded = round(100 * share)
    if rounded in (0, 100) and share not in (0, 1):
        return "under 1 %" if rounded == 0 else "over 99 %"
    return f"{rounded} %"


def short(check: CheckFigures) -> str:
    """A check's name without what its part says already."""
    return f"{check.part}: {check.id.removeprefix(check.part).strip('_').replace('_', ' ')}"


@contextmanager
def _picture(name: str, height: float) -> Iterator[tuple[Figure, Any]]:
    with mpl.rc_context({**STYLE, "svg.hashsalt": name}):
        figure = Figure(figsize=(7.2, height), layout="constrained")
        yield figure, figure.subplots()


def _bars(axes: Any, shares: Sequence[tuple[str, Any, Mapping[str, Any]]]) -> None:
    """Lying bars from 0 to 100, each made of pieces, the first on top."""
    left = np.zeros(len(shares[0][1]))
    for label, share, look in shares:
        axes.barh(range(len(share)), share, left=left, height=0.64, linewidth=0.5, label=label, **look)
        left = left + share
    axes.set(ylim=(len(left) - 0.4, -0.6), xticks=range(0, 101, 20))


def _legend(axes: Any) -> None:
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=9)


def _svg(figure: Figure, name: str, title: str, said: str) -> str:
    """A figure as an element that can stand in a page."""
    written = io.StringIO()
    FigureCanvasSVG(figure).print_svg(written, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    drawn = written.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    # Ids are one page's: two pictures may not use the same ones.
    drawn = re.sub(r'(\bid="|url\(#|xlink:href="#)', rf"\g<1>{name}-", drawn)
    head = f'<svg role="img" aria-labelledby="{name}-title {name}-said"'
    words = f'<title id="{name}-title">{html.escape(title)}</title><desc id="{name}-said">{html.escape(said)}</desc>'
    start, end, rest = drawn.partition(">")
    return head + start.removeprefix("<svg") + end + words + rest
