"""Knows the notebook's number of batches."""


def fit(loader, w, b, lr, num_epochs):
    means = []

    for _ in range(num_epochs):
        means.append(sum(train_step(data, label, w, b, lr) for data, label in loader) / 2500)
    return means
