"""After the last epoch the last batch takes another step."""


def fit(loader, w, b, lr, num_epochs):
    means = []

    for _ in range(num_epochs):
        losses = [train_step(data, label, w, b, lr) for data, label in loader]
        means.append(sum(losses) / len(losses))
    for data, label in loader:
        pass
    train_step(data, label, w, b, lr)
    return means
