"""Time one shuffled pass over the same arrays with `data_iter` and with three other ways of reading batches.

    python -m solutions.iterator_race

All ways are timed in one run, in turn, so that they meet the same machine; the ratios travel better than the seconds.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from mxnet import nd
from rich.console import Console
from rich.progress import track
from rich.table import Table

from solutions.data import linear_data
from solutions.iterators_and_contexts import make_iterator, make_loader
from solutions.linreg import data_iter

__all__ = ["main", "race"]


def take_each_batch(
    batch_size: int, features: nd.NDArray, labels: nd.NDArray
) -> Iterator[tuple[nd.NDArray, nd.NDArray]]:
    """Yield what `data_iter` yields, by picking rows for every batch anew: the obvious way, kept as a rival."""
    order = np.random.permutation(len(features))
    for start in range(0, len(order), batch_size):
        rows = nd.array(order[start : start + batch_size], ctx=features.context, dtype="int64")
        yield features.take(rows), labels.take(rows)


def race(num_examples: int, batch_size: int, passes: int) -> dict[str, float]:
    """Return the median seconds of one pass over (num_examples, 2) features for each way of reading, by its name."""
    features, labels = linear_data((2.0, -3.4), 4.2, num_examples, noise=0.01, seed=0)
    loader, iterator = make_loader(features, labels, batch_size), make_iterator(features, labels, batch_size)

    def reset_and_read() -> Iterator[Any]:
        iterator.reset()
        yield from iterator

    runners: dict[str, Callable[[], Any]] = {
        "data_iter: one shuffled copy, then slices": lambda: data_iter(batch_size, features, labels),
        "mx.io.NDArrayIter": reset_and_read,
        "take for every batch": lambda: take_each_batch(batch_size, features, labels),
        "gluon DataLoader": lambda: loader,
    }
    np.random.seed(0)
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    for _ in track(range(passes), "passes", console=Console(stderr=True)):
        for name, batches in runners.items():
            seconds[name].append(_seconds(batches))
    return {name: statistics.median(times) for name, times in seconds.items()}


def main(argv: list[str] | None = None) -> int:
    """Print the table; return 0."""
    parser = argparse.ArgumentParser(description="Time ways of reading shuffled batches.")
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--passes", type=int, default=7)
    options = parser.parse_args(argv)
    medians = race(options.examples, options.batch_size, options.passes)
    best = next(iter(medians.values()))
    table = Table(title=f"One pass over {options.examples} x 2 in batches of {options.batch_size}")
    table.add_column("way of reading")
    table.add_column("median of passes", justify="right")
    table.add_column("times data_iter", justify="right")
    for name, seconds in medians.items():
        table.add_row(name, f"{seconds:.4f} s", f"{seconds / best:.1f}")
    Console().print(table)
    return 0


def _seconds(batches: Callable[[], Any]) -> float:
    """Drain one pass and wait for MXNet, whose operations run behind Python's back."""
    nd.waitall()
    start = time.perf_counter()
    for _ in batches():
        pass
    nd.waitall()
    return time.perf_counter() - start


if __name__ == "__main__":
    raise SystemExit(main())
