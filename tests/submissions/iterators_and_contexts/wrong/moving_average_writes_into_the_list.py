"""Puts the averages into the list of losses."""


def moving_average(losses):

    average = 0.0
    for i, loss in enumerate(losses):
        average = 0.99 * average + 0.01 * loss
        losses[i] = average
    return losses
