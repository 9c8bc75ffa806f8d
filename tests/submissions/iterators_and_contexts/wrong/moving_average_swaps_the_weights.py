"""Gives 0.99 to the new loss."""


def moving_average(losses):

    averages, average = [], 0.0
    for loss in losses:
        average = 0.01 * average + 0.99 * loss
        averages.append(average)
    return averages
