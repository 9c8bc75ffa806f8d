"""Divides by what the weights add up to so far."""


def moving_average(losses):

    averages, average = [], 0.0
    for t, loss in enumerate(losses, start=1):
        average = 0.99 * average + 0.01 * loss
        averages.append(average / (1 - 0.99**t))
    return averages
