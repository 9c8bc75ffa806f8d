"""One step of the right length."""

from mxnet import nd


def fit_resistance(current, voltage):
    R = float((nd.dot(current, voltage) / nd.dot(current, current)).asscalar())
    return R, [float(nd.mean((r * current - voltage) ** 2).asscalar()) / 2 for r in (0.0, R)]
