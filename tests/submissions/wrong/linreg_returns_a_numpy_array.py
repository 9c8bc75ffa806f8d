"""Goes to numpy and never comes back."""


def linreg(X, w, b):
    return X.asnumpy() @ w.asnumpy() + b.asnumpy()
