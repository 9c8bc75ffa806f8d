"""The lesson's pictures. Each function returns a new matplotlib `Figure` and leaves pyplot's global state alone."""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mxnet import nd

__all__ = ["estimated_against_real", "loss_curve", "scatter"]


def scatter(features: nd.NDArray, labels: nd.NDArray, column: int = 1) -> Figure:
    """Draw the labels (n,) or (n, 1) against one column of the features (n, d), as n points."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.scatter(features[:, column].asnumpy(), labels.asnumpy().ravel(), s=2, label="examples")
    axes.set(title="Labels against one feature", xlabel=f"features[:, {column}]", ylabel="label")
    axes.legend()
    return figure


def loss_curve(losses: Sequence[float], floor: float | None = None) -> Figure:
    """Draw the loss of each epoch on a logarithmic axis and, where given, the floor that the noise sets under it."""
    figure = Figure(figsize=(6, 4), layout="constrained")
    _draw_losses(figure.subplots(), losses, floor)
    return figure


def estimated_against_real(
    losses: Sequence[float],
    features: nd.NDArray,
    estimated: Callable[[nd.NDArray], nd.NDArray],
    real: Callable[[nd.NDArray], nd.NDArray],
    *,
    sample_size: int = 100,
) -> Figure:
    """Draw the losses beside what the model and the true function say of the first sample_size rows of features (n, d).

    estimated, real: each maps features (m, d) to m values, as (m,) or (m, 1).
    """
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_losses(left, losses, None)
    X = features[:sample_size]
    x = X[:, 1].asnumpy()
    right.plot(x, estimated(X).asnumpy().ravel(), "o", fillstyle="none", label="estimated")
    right.plot(x, real(X).asnumpy().ravel(), ".", label="real")
    right.set(title="Estimated against real", xlabel="features[:, 1]", ylabel="value")
    right.legend()
    return figure


def _draw_losses(axes: Axes, losses: Sequence[float], floor: float | None) -> None:
    axes.semilogy(range(1, len(losses) + 1), losses, "o-", label="loss")
    if floor is not None:
        axes.axhline(floor, linestyle="--", color="grey", label="noise floor")
    axes.set(title="Loss during training", xlabel="epoch", ylabel="mean loss")
    axes.legend()
