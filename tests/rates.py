"""How often something happens: exact bounds for a measured rate, design rates of loosened thresholds, and tails.

Pure numpy and no scipy.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

CONFIDENCE = 0.95


def upper_bound(count: int, total: int, confidence: float = CONFIDENCE) -> float:
    """Clopper and Pearson's one-sided upper bound for the rate of something seen `count` times in `total`.

    It is the rate p at which so few are seen with probability 1 - confidence: P(Binomial(total, p) <= count) = 5 %.
    """
    if not 0 <= count <= total or total < 1:
        raise ValueError(f"There must be 0 <= count <= total and 1 <= total, got {count} of {total}.")
    if count == total:
        return 1.0
    if count == 0:
        return -math.expm1(math.log1p(-confidence) / total)
    seen = np.arange(1, count + 1)
    log_ways = np.concatenate([[0.0], np.cumsum(np.log((total - seen + 1) / seen))])
    seen = np.arange(count + 1)

    def as_few(p: float) -> float:
        return float(np.exp(log_ways + seen * math.log(p) + (total - seen) * math.log1p(-p)).sum())

    return falling_root(lambda p: as_few(p) - (1 - confidence), count / total, 1.0)


def lower_bound(count: int, total: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided lower bound: what is seen `count` times is not seen `total - count` times."""
    return 1 - upper_bound(total - count, total, confidence)


def noise_safety(rate: float, columns: int) -> float:
    """The safety factor s at which the Chernoff bound of P(chi2_k > s k), exp(-k (s - 1 - ln s) / 2), is the rate.

    columns: k, the number of parameters of a training problem.
    """
    return falling_root(lambda s: math.exp(-columns * (s - 1 - math.log(s)) / 2) - rate, 1.0, 1e4)


def falling_root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function passes zero between low and high, to the last digit."""
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
    return high


def tail_beyond(values: npt.NDArray[np.float64], limit: float, count: int = 100) -> tuple[float, float, float]:
    """How probable values beyond a limit are, judged by the `count` largest: an extrapolation, no proof.

    Returns the tail's exponent a (Hill's estimator), what a power law x^-a then gives for the limit, and what an
    exponential tail gives, as a chi-square variable has it. For a tail no heavier than a power law the second is the
    pessimist's figure. values: positive.
    """
    ordered = np.sort(values)
    start, largest = ordered[-count - 1], ordered[-count:]
    share = count / len(values)
    exponent = 1 / float(np.mean(np.log(largest / start)))
    by_power = share * (limit / start) ** -exponent
    by_exponential = share * math.exp(-(limit - start) / float(np.mean(largest - start)))
    return exponent, float(by_power), by_exponential
