"""Whatever it is given, it computes in float32."""

def safe_loss(y_hat, y):
    if y.size != y_hat.size:
        raise ValueError("no")
    return ((y_hat.astype("float32") - y.reshape(y_hat.shape).astype("float32")) ** 2) / 2
