"""What figures show, in numbers and words: panels, curves, points, titles, legends. Never pixels.

While `recorded()` is entered, everything that pyplot draws goes to a backend of our own, which shows nothing and writes
down what would have been shown. Figures that were open before are out of reach meanwhile. This module runs on the side
where student code runs; matplotlib is imported when it is first needed.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import numpy.typing as npt

from grader.things import MAX_CHARACTERS, Curve, Drawing, Panel

MAX_PANELS = 64
MAX_CURVES = 500
"""Of each kind in one panel. More are left out: a picture of so many shows nothing."""

Spend = Callable[[int], bool]
"""Asks whether so many numbers more may be brought back, and counts them."""


class Shown:
    """The figures shown so far, described at the moment they were shown."""

    def __init__(self, spend: Spend) -> None:
        self._spend = spend
        self._figures: list[Drawing] = []

    def take(self) -> tuple[Drawing, ...]:
        """The figures since last time. Those still open count: a notebook shows them at the end of the cell."""
        self.show()
        found, self._figures = tuple(self._figures), []
        return found

    def show(self, *how: object, **ever: object) -> None:
        """Describe every open figure and close it, as a notebook does."""
        from matplotlib import pyplot as plt
        from matplotlib._pylab_helpers import Gcf

        for manager in Gcf.get_all_fig_managers():
            figure = manager.canvas.figure
            if figure.axes:  # of one without panels, left over from a call too many, a notebook shows a line of text
                self._figures.append(describe(figure, self._spend))
        plt.close("all")


@contextmanager
def recorded(spend: Spend) -> Iterator[Shown]:
    """Keep figures to ourselves for the duration of the block."""
    from matplotlib import pyplot as plt
    from matplotlib._pylab_helpers import Gcf
    from matplotlib.backends import backend_agg
    from matplotlib.legend import Legend

    shown = Shown(spend)
    backend = types.ModuleType("recording")
    vars(backend).update(vars(backend_agg))
    backend.show = shown.show  # type: ignore[attr-defined]
    before, backend_before = dict(Gcf.figs), plt._backend_mod
    make_legend = Legend.__init__
    Gcf.figs.clear()
    plt._backend_mod = backend
    Legend.__init__ = _telling_what_it_labels(make_legend)  # type: ignore[method-assign]
    try:
        yield shown
    finally:
        plt.close("all")
        Legend.__init__ = make_legend  # type: ignore[method-assign]
        Gcf.figs.update(before)
        plt._backend_mod = backend_before


def _telling_what_it_labels(make: Callable[..., None]) -> Callable[..., None]:
    """`Legend.__init__`, which also leaves with everything that is labelled the words that stand beside it.

    `legend(["one", "two"])` gives words to what was drawn before without making them its labels.
    """

    def made(legend: Any, parent: Any, handles: Any, labels: Any, *more: Any, **settings: Any) -> None:
        handles, labels = list(handles), list(labels)
        for handle, label in zip(handles, labels, strict=False):
            with suppress(AttributeError):
                handle.words_in_the_legend = label
        make(legend, parent, handles, labels, *more, **settings)

    return made


def _label(artist: Any) -> object:
    """What the legend says of it; its own label where no legend speaks of it."""
    return getattr(artist, "words_in_the_legend", None) or artist.get_label()


def describe(figure: Any, spend: Spend) -> Drawing:
    """A matplotlib figure. Data of which `spend` says that there are too many are left out."""
    axes = [ax for ax in figure.axes if ax.get_visible() and ax.get_label() != "<colorbar>"]
    axes.sort(key=lambda ax: (round(_box(ax)[0], 2), -_box(ax)[3]))
    title = figure._suptitle.get_text() if figure._suptitle is not None else ""
    words = [_text(text.get_text()) for legend in figure.legends for text in legend.get_texts()[:MAX_CURVES]]
    return Drawing(tuple(_panel(ax, words, spend) for ax in axes[:MAX_PANELS]), _text(title))


def _box(ax: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right and top, as shares of the figure."""
    left, bottom, right, top = map(float, ax.get_position().extents)
    return left, bottom, right, top


def _panel(ax: Any, words_of_the_figure: list[str], spend: Spend) -> Panel:
    from matplotlib.collections import PathCollection
    from matplotlib.container import BarContainer

    curves, points, bars = [], [], []
    for line in ax.lines[:MAX_CURVES]:
        if line.get_visible():
            style, marker = _style(line.get_linestyle()), _style(line.get_marker())
            guide = type(line).__name__ == "AxLine" or line.get_transform() != ax.transData
            x, y = line.get_data(orig=False)
            curves.append(_curve(x, y, _label(line), spend, style, marker, guide))
    for collection in ax.collections[:MAX_CURVES]:
        if isinstance(collection, PathCollection) and collection.get_visible():
            offsets = _numbers(collection.get_offsets()).reshape(-1, 2)
            points.append(_curve(offsets[:, 0], offsets[:, 1], _label(collection), spend, marker="o"))
    for container in ax.containers[:MAX_CURVES]:
        if isinstance(container, BarContainer):
            x = [bar.get_x() + bar.get_width() / 2 for bar in container.patches]
            bars.append(_curve(x, [bar.get_height() for bar in container.patches], _label(container), spend))
    legend = ax.get_legend()
    words = [] if legend is None else [_text(text.get_text()) for text in legend.get_texts()[:MAX_CURVES]]
    titles = (ax.get_title(loc=place) for place in ("center", "left", "right"))
    return Panel(
        _text(" ".join(filter(None, titles))),
        _text(ax.get_xlabel()),
        _text(ax.get_ylabel()),
        _text(ax.get_xscale()),
        _text(ax.get_yscale()),
        tuple(filter(None, curves)),
        tuple(filter(None, points)),
        tuple(filter(None, bars)),
        None if legend is None and not words_of_the_figure else (*words, *words_of_the_figure)[:MAX_CURVES],
        _box(ax),
    )


def _curve(
    x: Any, y: Any, label: object, spend: Spend, line: str = "", marker: str = "", guide: bool = False
) -> Curve | None:
    try:
        x, y = _numbers(x), _numbers(y)
    except (TypeError, ValueError):  # words on an axis are no data that anybody asks for
        return None
    if len(x) != len(y) or not spend(2 * len(x)):
        return None
    text = _text(label)
    return Curve(x, y, "" if text.startswith("_") else text, line, marker, guide)


def _numbers(values: Any) -> npt.NDArray[np.float64]:
    floats: Any = values.astype(np.float64) if isinstance(values, np.ma.MaskedArray) else values
    return np.asarray(np.ma.filled(floats, np.nan), np.float64).reshape(-1)  # type: ignore[no-untyped-call]


def _style(style: object) -> str:
    text = str(style)
    return "" if text in ("None", "none", " ") else text[:20]


def _text(text: object) -> str:
    return str(text)[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
