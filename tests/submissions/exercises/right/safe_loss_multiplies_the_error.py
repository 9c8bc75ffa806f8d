"""The square is a product."""

def safe_loss(y_hat, y):
    n = y_hat.shape[0]
    if int(y.size) != n:
        raise ValueError(f"{n} predictions, {y.size} labels")
    error = y_hat - y.reshape((-1, 1))
    return 0.5 * error * error
