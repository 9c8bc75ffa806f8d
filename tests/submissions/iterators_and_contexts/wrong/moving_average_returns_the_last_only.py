"""One number instead of one for each loss."""


def moving_average(losses):

    average = 0.0
    for loss in losses:
        average = 0.99 * average + 0.01 * loss
    return average
