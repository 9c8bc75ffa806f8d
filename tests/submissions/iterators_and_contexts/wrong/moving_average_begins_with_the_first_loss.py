"""Starts at the first loss instead of 0."""


def moving_average(losses):

    averages, average = [], None
    for loss in losses:
        average = loss if average is None else 0.99 * average + 0.01 * loss
        averages.append(average)
    return averages
