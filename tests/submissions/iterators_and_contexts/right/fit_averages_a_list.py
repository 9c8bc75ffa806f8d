"""Collects the losses of an epoch and asks numpy for their mean."""

import numpy as np


def fit(loader, w, b, lr, num_epochs):
    means = []
    for epoch in range(num_epochs):
        seen = [train_step(data, label, w, b, lr) for data, label in loader]
        print("epoch", epoch, "mean loss", np.mean(seen))
        means.append(np.mean(seen))
    return means
