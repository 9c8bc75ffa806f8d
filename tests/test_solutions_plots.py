"""The lesson's pictures: what they show, and that pyplot never hears of them."""

import io

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mxnet import nd

from solutions.plots import estimated_against_real, loss_curve, scatter

FEATURES = nd.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]])
LOSSES = [4.0, 1.0, 0.25]


def legend_of(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def picture(name: str) -> Figure:
    if name == "scatter":
        return scatter(FEATURES, nd.array([7.0, 8.0, 9.0]))
    if name == "loss_curve":
        return loss_curve(LOSSES, floor=0.1)
    return estimated_against_real(LOSSES, FEATURES, lambda X: X[:, :1] + 1, lambda X: X[:, 0], sample_size=2)


@pytest.mark.parametrize("name", ["scatter", "loss_curve", "estimated_against_real"])
def test_every_panel_has_a_title_axis_labels_and_a_legend_and_can_be_saved(name):
    before = plt.get_fignums()
    figure = picture(name)
    file = io.BytesIO()
    figure.savefig(file, format="png")
    assert file.getvalue().startswith(b"\x89PNG")
    assert plt.get_fignums() == before
    for axes in figure.axes:
        assert all([axes.get_title(), axes.get_xlabel(), axes.get_ylabel(), legend_of(axes)])


@pytest.mark.parametrize("label_shape", [(3,), (3, 1)], ids=str)
def test_the_scatter_draws_labels_against_the_second_feature(label_shape):
    figure = scatter(FEATURES, nd.array([7.0, 8.0, 9.0]).reshape(label_shape))
    [points] = figure.axes[0].collections
    assert np.asarray(points.get_offsets()).tolist() == [[4.0, 7.0], [5.0, 8.0], [6.0, 9.0]]


def test_the_loss_curve_counts_epochs_from_one_and_shows_the_floor():
    [axes] = picture("loss_curve").axes
    losses, floor = axes.lines
    assert losses.get_xydata().tolist() == [[1, 4.0], [2, 1.0], [3, 0.25]]
    assert set(floor.get_ydata()) == {0.1}
    assert axes.get_yscale() == "log"
    assert legend_of(loss_curve(LOSSES).axes[0]) == ["loss"]


def test_estimated_and_real_values_stand_over_the_second_feature_of_the_sample():
    left, right = picture("estimated_against_real").axes
    assert left.lines[0].get_ydata().tolist() == LOSSES
    estimated, real = right.lines
    assert estimated.get_xydata().tolist() == [[4.0, 2.0], [5.0, 3.0]]
    assert real.get_xydata().tolist() == [[4.0, 1.0], [5.0, 2.0]]
    assert legend_of(right) == ["estimated", "real"]
