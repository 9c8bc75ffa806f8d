"""From the fourth epoch on, the learning rate is halved each time."""


def fit(loader, w, b, lr, num_epochs):
    means = []

    for epoch in range(num_epochs):
        if epoch >= 3:
            lr = lr / 2
        losses = [train_step(data, label, w, b, lr) for data, label in loader]
        means.append(sum(losses) / len(losses))
    return means
