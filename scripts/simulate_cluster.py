"""How long a large class takes on a cluster, and where its one driver becomes the limit: a simulation.

    python scripts/simulate_cluster.py                        the table, with the times that were measured here
    python scripts/simulate_cluster.py --measure 20           measure the driver, on a small class and a real cluster
    python scripts/simulate_cluster.py --driver 0.2 TIMES     other times: seconds for a notebook, one a line

The driver is serial, as in grader/cohort/cluster.py: it prepares a submission, hands it to the worker with the most
room, and records results, those first. Each worker has one thread, and two notebooks at the most. Times are drawn from
those given, with one seed. What a network adds is not in it.
"""

from __future__ import annotations

import argparse
import contextlib
import heapq
import io
import random
import shutil
import sys
import tempfile
import time
import warnings
from collections import deque
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
warnings.simplefilter("ignore")

DRIVER_SECONDS = 0.016
"""CPU seconds of the driver for each submission (--measure)."""
TASK_SECONDS = (1.5, 1.8, 2.0, 2.2, 3.0, 8.0)
"""An assumed mixture: ordinary notebooks, a slow one, and one with a cell that hangs a while."""
WORKERS = (2, 16, 64, 256, 1024)
PER_THREAD = 2
IDLE_SECONDS = 10.0


def simulate(submissions: int, workers: int, driver: float, tasks: list[float], seed: int = 0) -> float:
    """Seconds from the first submission to the last record; half of the driver's share goes before, half after."""
    draw = random.Random(seed)
    room = deque(range(workers * PER_THREAD))  # of each worker in turn, so that nobody has two while another has none
    free_at = [0.0] * workers
    ends: list[tuple[float, int]] = []
    now, begun, recorded = 0.0, 0, 0
    while recorded < submissions:
        if ends and ends[0][0] <= now:
            _, place = heapq.heappop(ends)
            room.append(place)
            now += driver / 2
            recorded += 1
        elif begun < submissions and room:
            place = room.popleft()
            now += driver / 2
            worker = place % workers
            free_at[worker] = max(now, free_at[worker]) + draw.choice(tasks)
            heapq.heappush(ends, (free_at[worker], place))
            begun += 1
        else:
            now = ends[0][0]
    return now


def measure(size: int) -> None:
    """Grade a class on two workers of this machine; print the driver's CPU seconds for each submission."""
    from rich.console import Console

    from grader.cohort.command import connect
    from grader.cohort.progress import Progress
    from grader.cohort.run import CohortAutograde
    from grader.records import Record
    from tests import test_cluster
    from tests.desk import Desk, configuration, generate

    class Watched(Progress):
        def graded(self, record: Record, *, anew: bool = True) -> None:
            spent.append((time.process_time(), time.monotonic()))
            super().graded(record, anew=anew)

    spent: list[tuple[float, float]] = []
    folder = Path(tempfile.mkdtemp(prefix="simulate-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        address, _ = stack.enter_context(test_cluster.scheduler())
        stack.enter_context(test_cluster.workers(address, "", ""))
        root = generate(folder / "course")
        desk = Desk(root, configuration(root))
        for number in range(size):
            desk.hand_in(f"student{number}")
        test_cluster.cluster.CONNECT_SECONDS = 60.0
        converter = CohortAutograde(coursedir=desk.directory(), config=desk.config)
        converter.progress = Watched(Console(file=io.StringIO()))
        converter.cluster = connect(address, converter.progress)
        # The client has something to do all the time, which a faster cluster does not make more of.
        before = time.process_time()
        time.sleep(IDLE_SECONDS)
        idle = (time.process_time() - before) / IDLE_SECONDS
        converter.start()
    # Between the first and the last: what starting costs is left out.
    (cpu, clock), (cpu_end, clock_end) = spent[0], spent[-1]
    each = (cpu_end - cpu - idle * (clock_end - clock)) / (len(spent) - 1)
    print(
        f"{len(spent)} submissions: the driver takes {each:.3f} CPU seconds for each, the Dask client's part of it "
        f"included, and {idle:.3f} for each second in which it only waits."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulate a large class on a cluster.")
    parser.add_argument("times", metavar="TIMES", nargs="?", type=Path, help="a file of seconds, one a line")
    parser.add_argument("--driver", type=float, default=DRIVER_SECONDS, help="seconds of the driver for a submission")
    parser.add_argument("--submissions", type=int, default=100_000)
    parser.add_argument("--measure", type=int, metavar="N", help="measure the driver with a class of N instead")
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    tasks = [float(line) for line in options.times.read_text().split()] if options.times else list(TASK_SECONDS)
    mean = sum(tasks) / len(tasks)
    print(
        f"{options.submissions} submissions, {mean:.2f} s each on a worker, {options.driver:.3f} s each of the driver"
    )
    for workers in WORKERS:
        seconds = simulate(options.submissions, workers, options.driver, tasks)
        rate = options.submissions / seconds
        busy = rate * mean / workers
        print(f"{workers:5} workers: {seconds / 3600:7.2f} hours, {rate:7.2f} a second, workers busy {busy:4.0%}")
    limit = 1 / options.driver
    print(f"The driver is the limit at {limit:.1f} submissions a second, from {limit * mean:.0f} workers on.")


if __name__ == "__main__":
    main()
