"""Turns the labels round, and adds."""

def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("Every prediction needs one label.")
    y = y.reshape(y_hat.shape)
    y *= -1
    return (y_hat + y) ** 2 / 2
