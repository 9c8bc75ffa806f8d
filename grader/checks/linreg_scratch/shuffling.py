"""Is this how a uniform shuffle looks? A test whose false-alarm rate is proved, not simulated.

Over K independent passes, three kinds of event are counted: row i comes at position p, row j comes right after row i,
rows i and j share a batch. Under a uniform shuffle each happens in a pass with a known probability p, so its count is
binomial and the Chernoff bound

    P(count >= c) <= exp(-K KL(c/K || p))

holds without approximation, KL being the relative entropy of two coins. With the allowed false-alarm rate split evenly
over all events (union bound), anything counted more often than that is no accident.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.subject import Array

FALSE_ALARM = 1e-10
"""The probability that a uniform shuffle is called suspicious; ten times below the promised 1e-9."""

Orders = list[list[int]]


@dataclass(frozen=True)
class Finding:
    """An event that a uniform shuffle does not produce this often."""

    sentence: str
    count: int
    expected: float


def suspicious(orders: Orders, batch_size: int) -> Finding | None:
    """The most surprising event in passes over rows 0 .. n - 1, or None where all is as it should be.

    orders: one list of row numbers per pass, each a permutation of 0 .. n - 1. Batches are cut from it in order.
    """
    passes = np.array(orders)
    total, n = passes.shape
    positions = np.zeros((n, n))  # [row, position]
    followers = np.zeros((n, n))  # [row, next row]
    together = np.zeros((n, n))  # [row, other row], counted once with row < other row
    position = np.arange(n)
    for order in passes:
        positions[order, position] += 1
        followers[order[:-1], order[1:]] += 1
        batch_of = np.empty(n, dtype=int)
        batch_of[order] = position // batch_size
        together += np.triu(batch_of[:, None] == batch_of[None, :], k=1)
    sizes = np.bincount(position // batch_size)
    same_batch = float((sizes * (sizes - 1)).sum() / (n * (n - 1)))
    tables = [
        (positions, 1 / n, "Row {0} comes at position {1} far too often: it seems to have a place of its own."),
        (followers, 1 / n, "Row {1} comes right after row {0} far too often: neighbours seem to stay together."),
        (together, same_batch, "Rows {0} and {1} share a batch far too often: batches seem to be fixed."),
    ]
    events = 2 * n * n + n * (n - 1) // 2
    surprises = []
    for counts, probability, sentence in tables:
        evidence = total * _relative_entropy(counts / total, probability)
        i, j = np.unravel_index(np.argmax(evidence), evidence.shape)
        finding = Finding(sentence.format(i, j), int(counts[i, j]), total * probability)
        surprises.append((float(evidence[i, j]), finding))
    evidence_most, finding = max(surprises, key=lambda surprise: surprise[0])
    return finding if evidence_most > np.log(events / FALSE_ALARM) else None


def _relative_entropy(q: Array, p: float) -> Array:
    """KL(q || p) of two coins where q > p, 0 elsewhere: rare events are no sign of a bad shuffle here."""
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.where(q > 0, q * np.log(q / p), 0.0) + np.where(q < 1, (1 - q) * np.log((1 - q) / (1 - p)), 0.0)
    return np.where(q > p, entropy, 0.0)
