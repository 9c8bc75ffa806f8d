"""Adds up the squares and divides by their number."""


def square_loss(yhat, y):
    error = yhat - y
    return (error * error).sum() / error.size
