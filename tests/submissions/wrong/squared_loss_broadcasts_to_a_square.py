"""Subtracts (n,) from (n, 1), which pairs every prediction with every label."""


def squared_loss(y_hat, y):
    return (y_hat - y) ** 2 / 2
