"""Losses add up over all the epochs."""


def fit(loader, w, b, lr, num_epochs):
    means = []

    cumulative_loss, num_batches = 0.0, 0
    for _ in range(num_epochs):
        for data, label in loader:
            cumulative_loss += train_step(data, label, w, b, lr)
            num_batches += 1
        means.append(cumulative_loss / num_batches)
    return means
