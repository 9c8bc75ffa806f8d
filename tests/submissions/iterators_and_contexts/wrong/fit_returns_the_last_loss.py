"""Reports the loss of the last batch."""


def fit(loader, w, b, lr, num_epochs):
    means = []

    for _ in range(num_epochs):
        for data, label in loader:
            loss = train_step(data, label, w, b, lr)
        means.append(loss)
    return means
