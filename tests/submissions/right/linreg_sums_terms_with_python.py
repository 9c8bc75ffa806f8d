"""Python's own sum over one term per feature."""


def linreg(X, w, b):
    d = X.shape[1]
    return sum(X.slice_axis(axis=1, begin=j, end=j + 1) * w[j] for j in range(d)) + b
