"""Names everything as in the formulas, with letters that are not ASCII."""

from random import shuffle

from mxnet import nd


def data_iter(m, Φ, υ):
    π = list(range(len(Φ)))
    shuffle(π)
    π = nd.array(π, ctx=Φ.context, dtype="int64")
    for α in range(0, len(Φ), m):
        yield nd.take(Φ, π[α : α + m]), nd.take(υ, π[α : α + m])


def linreg(X, ω, β):
    ŷ = nd.dot(X, ω) + β
    return ŷ


def squared_loss(ŷ, y):
    ε = ŷ - y.reshape(ŷ.shape)
    return ε**2 / 2


def sgd(θs, η, m):
    """θ ← θ − η·∇L/m"""
    for θ in θs:
        θ[:] = θ - η * θ.grad / m
