"""What does not fit is an AssertionError."""

def safe_loss(y_hat, y):
    assert y.size == y_hat.size, "labels do not fit"
    return (y_hat - y.reshape(y_hat.shape)) ** 2 / 2
