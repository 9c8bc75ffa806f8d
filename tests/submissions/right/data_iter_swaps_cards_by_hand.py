"""Shuffles with the loop of Fisher and Yates, written out."""

import random

import mxnet as mx


def shuffled(n):
    cards = list(range(n))
    for i in range(n - 1, 0, -1):
        j = random.randint(0, i)  # i itself is a choice too
        cards[i], cards[j] = cards[j], cards[i]
    return cards


def data_iter(batch_size, features, labels):
    cards = shuffled(len(features))
    for i in range(0, len(cards), batch_size):
        hand = mx.nd.array(cards[i : i + batch_size], ctx=features.ctx, dtype="int32")
        yield features.take(hand), labels.take(hand)
