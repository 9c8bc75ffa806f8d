"""Prints 200 MB in its cell and more in its function. A bounded part is kept: no points."""

for _ in range(400):
    print("x" * 500_000)


def sgd(params, lr, batch_size):
    print("x" * 1_000_000)
