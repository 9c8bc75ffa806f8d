"""The square is not halved."""

def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("labels do not fit")
    return (y_hat - y.reshape(y_hat.shape)) ** 2
