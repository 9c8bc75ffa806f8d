"""Steps five times too long at first; then one that lands on the goal from anywhere."""

from mxnet import nd


def fit_resistance(current, voltage):
    curvature = float(nd.mean(current**2).asscalar())
    R, losses = 0.0, []
    for rate in (5.0, 5.0, 5.0, 1.0, 1.0):
        losses.append(float(nd.mean((R * current - voltage) ** 2).asscalar()) / 2)
        R -= rate / curvature * float(nd.mean(current * (R * current - voltage)).asscalar())
    losses.append(float(nd.mean((R * current - voltage) ** 2).asscalar()) / 2)
    return R, losses
