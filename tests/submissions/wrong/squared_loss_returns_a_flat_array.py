"""Makes both arguments flat and forgets that the result should be a column."""


def squared_loss(y_hat, y):
    return (y_hat.reshape((-1,)) - y.reshape((-1,))) ** 2 / 2
