"""Is this how a uniform shuffle looks? A test whose false-alarm rate is proved, not simulated.

Over K independent passes, four kinds of event are counted: row i comes at position p, row j comes right after row i,
rows i and j share a batch, no row at all keeps its position. Under a uniform shuffle each happens in a pass with a
known probability p, so its count is binomial and the Chernoff bound

    P(count >= c) <= exp(-K KL(c/K || p))

holds without approximation, KL being the relative entropy of two coins. With the allowed false-alarm rate split evenly
over all events (union bound), anything counted more often than that is no accident.

A slight bias, such as that of a naive shuffle, shows only in many rows. In passes over n of them, two more things are
counted. How many rows of a tenth of the data come in a tenth of the positions: drawn without replacement, to which the
same bound applies with K replaced by the number of draws (Hoeffding 1963, section 6). And how many rows come later
than they stood, how many earlier, how many are followed by a later one, and so on: each such count has the Eulerian
distribution, that of the whole part of a sum of n uniform random numbers (Tanny 1973), whose deviations are
sub-Gaussian with variance n/12:

    P(count >= c) <= exp(-6 (c - n/2)^2 / n)
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt

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


TENTHS = 10
"""Into how many pieces many rows are cut."""
SENTENCES = (
    "Row {0} comes at position {1} far too often: it seems to have a place of its own.",
    "Row {1} comes right after row {0} far too often: neighbours seem to stay together.",
    "Rows {0} and {1} share a batch far too often: batches seem to be fixed.",
)
"""What is said of each of the three kinds of event."""


def suspicious(orders: Orders, batch_size: int, false_alarm: float = FALSE_ALARM) -> Finding | None:
    """The most surprising event in passes over rows 0 .. n - 1, or None where all is as it should be.

    orders: one list of row numbers per pass, each a permutation of 0 .. n - 1. Batches are cut from it in order.
    """
    passes = np.array(orders)
    total, n = passes.shape
    chances = probabilities(n, batch_size)
    deranged = int(np.sum(np.all(passes != np.arange(n), axis=1)))
    chance = derangement(n)
    finding = Finding("Far too often, not one row is in the place it had at first.", deranged, total * chance)
    surprises = [(float(evidence(np.array(deranged), total, chance)), finding)]
    for counts, probability, sentence in zip(occurrences(passes, batch_size), chances, SENTENCES, strict=True):
        found = evidence(counts, total, probability)
        i, j = np.unravel_index(np.argmax(found), found.shape)
        finding = Finding(sentence.format(i, j), int(counts[i, j]), total * probability)
        surprises.append((float(found[i, j]), finding))
    evidence_most, finding = max(surprises, key=lambda surprise: surprise[0])
    return finding if evidence_most > enough(n, false_alarm) else None


def leaning(orders: Orders, false_alarm: float = FALSE_ALARM) -> Finding | None:
    """The most surprising event in a few passes over many rows, or None where all is as it should be.

    orders: as for `suspicious`; their length is a multiple of `TENTHS`.
    """
    passes = np.array(orders)
    total, n = passes.shape
    stood = np.arange(n)
    came = np.argsort(passes, axis=1)
    rises, later = np.diff(passes, axis=1) > 0, np.diff(came, axis=1) > 0
    trends = {
        "Rows come later than they stood far too often.": np.sum(came > stood),
        "Rows come earlier than they stood far too often.": np.sum(came < stood),
        "A row is followed by one from further down far too often.": np.sum(rises),
        "A row is followed by one from further up far too often.": np.sum(~rises),
        "Two neighbours keep their order far too often.": np.sum(later),
        "Two neighbours change their order far too often.": np.sum(~later),
    }
    surprises = []
    for sentence, count in trends.items():
        excess = max(0.0, float(count) - total * n / 2)
        surprises.append((6 * excess**2 / (total * n), Finding(sentence, int(count), total * (n - 1) / 2)))
    size = n // TENTHS
    tenths = np.zeros((TENTHS, TENTHS))  # [of the rows, of the positions]
    for order in passes:
        np.add.at(tenths, (order // size, stood // size), 1)
    draws = total * size
    found = evidence(tenths, draws, 1 / TENTHS)
    i, j = np.unravel_index(np.argmax(found), found.shape)
    sentence = (
        f"The rows {size * i} to {size * (i + 1) - 1} come at the positions {size * j} to {size * (j + 1) - 1} "
        "far too often."
    )
    surprises.append((float(found[i, j]), Finding(sentence, int(tenths[i, j]), draws / TENTHS)))
    evidence_most, finding = max(surprises, key=lambda surprise: surprise[0])
    return finding if evidence_most > np.log((len(trends) + TENTHS**2) / false_alarm) else None


def occurrences(passes: npt.NDArray[np.integer[Any]], batch_size: int) -> tuple[Array, Array, Array]:
    """In how many passes each event happens, one (..., n, n) table per kind of event; passes (..., K, n).

    [row, position], [row, next row], and [row, other row in its batch] with row < other row.
    """
    n = passes.shape[-1]
    rows = np.eye(n)[passes]  # (..., K, position, row)
    batches = np.add.reduceat(rows, np.arange(0, n, batch_size), axis=-2)  # (..., K, batch, row)
    return (
        rows.sum(axis=-3).swapaxes(-1, -2),
        _in_one_place(rows[..., :-1, :], rows[..., 1:, :]),
        np.triu(_in_one_place(batches, batches), k=1),
    )


def _in_one_place(rows: Array, others: Array) -> Array:
    """How often each row is where another one is, over all passes and places: (..., K, place, n) give (..., n, n)."""
    flat, other = (side.reshape(*side.shape[:-3], -1, side.shape[-1]) for side in (rows, others))
    together: Array = flat.swapaxes(-1, -2) @ other
    return together


def probabilities(n: int, batch_size: int) -> tuple[float, float, float]:
    """How probable an event of each kind is in one pass, if the shuffle is uniform."""
    sizes = np.bincount(np.arange(n) // batch_size)
    return 1 / n, 1 / n, float((sizes * (sizes - 1)).sum() / (n * (n - 1)))


def derangement(n: int) -> float:
    """How probable it is that a uniform shuffle of n rows leaves none in its place."""
    return float(sum((-1) ** k / factorial(k) for k in range(n + 1)))


def enough(n: int, false_alarm: float) -> float:
    """The evidence that no uniform shuffle of n rows gives for any event, but for this probability (union bound)."""
    events = 2 * n * n + n * (n - 1) // 2 + 1
    return float(np.log(events / false_alarm))


def evidence(counts: Array, total: int, p: float) -> Array:
    """The Chernoff bound's exponent, total KL(count / total || p): 0 for rare events, which are no sign of anything."""
    q = counts / total
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = np.where(q > 0, q * np.log(q / p), 0.0) + np.where(q < 1, (1 - q) * np.log((1 - q) / (1 - p)), 0.0)
    return np.where(q > p, total * entropy, 0.0)
