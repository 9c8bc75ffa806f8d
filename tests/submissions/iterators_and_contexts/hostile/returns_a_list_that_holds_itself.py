"""Returns a list that holds itself, which no description would ever come to the end of.

What is nested too deeply is described in words.
"""


def moving_average(losses):
    averages = []
    averages.append(averages)
    return averages
