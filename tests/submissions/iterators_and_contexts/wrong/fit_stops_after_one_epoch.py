"""Returns from within the loop."""


def fit(loader, w, b, lr, num_epochs):
    means = []

    for _ in range(num_epochs):
        losses = [train_step(data, label, w, b, lr) for data, label in loader]
        means.append(sum(losses) / len(losses))
        return means
