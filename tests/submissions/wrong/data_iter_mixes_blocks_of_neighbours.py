"""Shuffles the places at which batches start, so that neighbours always share a batch."""

import random


def data_iter(batch_size, features, labels):
    starts = list(range(0, len(features), batch_size))
    # The short batch has to stay the last one.
    last = starts.pop() if len(features) % batch_size else None
    random.shuffle(starts)
    for i in starts + ([last] if last is not None else []):
        yield features[i : i + batch_size], labels[i : i + batch_size]
