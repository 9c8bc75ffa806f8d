"""The starting value 0 is returned, too."""


def moving_average(losses):

    averages = [0.0]
    for loss in losses:
        averages.append(0.99 * averages[-1] + 0.01 * loss)
    return averages
