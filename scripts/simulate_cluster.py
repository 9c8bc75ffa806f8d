"""How long a large class takes on a cluster, and where its one driver becomes the limit: a simulation.

    python scripts/simulate_cluster.py                        the table, with the times that were measured here
    python scripts/simulate_cluster.py --measure 500          measure the driver, with a real cluster
    python scripts/simulate_cluster.py --measure 500 --after 100000
                                                              the same, when the gradebook has so many submissions
    python scripts/simulate_cluster.py RECORDS                other times: those of a class that has been graded, whose
                                                              records lie in this folder (course/records/<assignment>)

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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
warnings.simplefilter("ignore")

DRIVER_SECONDS = 0.0112
"""From one record of the driver to the next (--measure: 89 a second, the median of three runs)."""
TASK_SECONDS = (
    *(4.2, 5.4, 4.3, 4.0, 3.5, 4.6, 4.1, 3.4, 2.3, 1.1, 1.7, 0.9),
    *(4.9, 4.7, 4.6, 4.3, 5.5, 4.1, 4.9, 4.4, 4.6, 3.8, 4.6, 4.8),
)
"""What the notebooks of docs/performance.md took with `--jobs 2`, as their records have it."""
WORKERS = (2, 16, 64, 256, 1024)
PER_THREAD = 2
PROCESSES = 2
"""In which the workers of a real cluster are."""
AT_ONCE = """
import asyncio
from distributed import Worker
from grader.cohort import cluster_worker
from grader.cohort.messages import Up, encode

reply = open({reply!r}, "rb").read()
cluster_worker.prove = lambda digest: encode(Up("pretended"))
cluster_worker.grade = lambda job, digest: reply

async def work():
    settings = dict(host="127.0.0.1", nthreads=1, memory_limit=0, dashboard=False)
    await asyncio.gather(*(Worker({address!r}, **settings) for _ in range({size})))
    await asyncio.Event().wait()

asyncio.run(work())
"""
"""Several Dask workers in one process; they have always graded already."""


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


def recorded(folder: Path) -> list[float]:
    """How long each notebook took that has been graded: seconds."""
    from grader.records import read_record

    records = [read_record(path) for path in sorted(folder.glob("*.json"))]
    return [record.seconds for record in records if record is not None and record.seconds is not None]


def crowd(db_url: str, assignment: str, size: int) -> None:
    """Enter so many submissions into a gradebook, as they are when they have been graded."""
    from nbgrader.api import Comment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook, new_uuid

    with Gradebook(db_url) as book:
        notebook = book.find_notebook(assignment, assignment)
        of, name = notebook.assignment_id, notebook.id
        graded = [cell.id for cell in (*notebook.grade_cells, *notebook.task_cells)]
        commented = [cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)]
        for start in range(0, size, 1000):
            entries = [(f"earlier{number}", new_uuid(), new_uuid()) for number in range(start, min(start + 1000, size))]
            rows: dict[type, list[dict[str, Any]]] = {
                Student: [{"id": student} for student, _, _ in entries],
                SubmittedAssignment: [{"id": one, "assignment_id": of, "student_id": who} for who, one, _ in entries],
                SubmittedNotebook: [
                    {"id": sheet, "assignment_id": one, "notebook_id": name} for _, one, sheet in entries
                ],
                Grade: [
                    {"notebook_id": sheet, "cell_id": id, "auto_score": 1.0} for *_, sheet in entries for id in graded
                ],
                Comment: [{"notebook_id": sheet, "cell_id": id} for *_, sheet in entries for id in commented],
            }
            for kind, some in rows.items():
                book.db.execute(kind.__table__.insert(), some)  # type: ignore[attr-defined]
            book.db.commit()


def measure(size: int, workers: int, after: int) -> None:
    """Have a driver record a class whose results are there as soon as they are asked for; print how fast it is.

    One notebook is graded in earnest. The workers of a real cluster give what came of it as everybody's result; they
    are in two processes, and many, because what the driver does may depend on that.

    after: how many submissions of others the gradebook has already.
    """
    from rich.console import Console

    from grader.cohort import run
    from grader.cohort.command import connect
    from grader.cohort.messages import encode
    from grader.cohort.pool import Pool
    from grader.cohort.progress import Progress
    from grader.cohort.run import CohortAutograde
    from grader.records import Record
    from tests import test_cluster
    from tests.desk import Desk, configuration, generate
    from tests.malformed import NAME

    class Overheard(Pool):
        def together(self, tasks: Iterator[Any]) -> Iterator[Any]:
            for some in super().together(tasks):
                outcomes.extend(outcome for _, outcome in some)
                yield some

    class Watched(Progress):
        def graded(self, record: Record, *, anew: bool = True) -> None:
            spent.append((time.process_time(), time.monotonic()))
            super().graded(record, anew=anew)

    def converter() -> CohortAutograde:
        made = CohortAutograde(coursedir=desk.directory(), config=desk.config)
        made.progress = Watched(Console(file=io.StringIO()))
        return made

    outcomes: list[Any] = []
    spent: list[tuple[float, float]] = []
    folder = Path(tempfile.mkdtemp(prefix="simulate-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        root = generate(folder / "course")
        desk = Desk(root, configuration(root))
        desk.hand_in("the_one")
        run.Pool = Overheard  # type: ignore[misc]
        converter().start()
        reply = folder / "reply"
        reply.write_bytes(encode(outcomes[0]))
        for number in range(size):
            desk.hand_in(f"student{number}")
        crowd(desk.config.CourseDirectory.db_url, NAME, after)
        address, _ = stack.enter_context(test_cluster.scheduler())
        for number in range(PROCESSES):
            code = AT_ONCE.format(reply=str(reply), address=address, size=len(range(number, workers, PROCESSES)))
            stack.enter_context(test_cluster.process(code))
        test_cluster.cluster.CONNECT_SECONDS = 60.0
        driver = converter()
        driver.cluster = connect(address, driver.progress)
        driver.cluster._client.wait_for_workers(workers)
        spent.clear()
        driver.start()
    # Between the first that is new and the last: what starting costs is left out.
    (cpu, clock), (cpu_end, clock_end) = spent[1], spent[-1]
    each, count = len(spent) - 2, len(spent) - 1
    print(
        f"{count} submissions: the driver takes {(cpu_end - cpu) / each:.4f} CPU seconds for each, the Dask client's "
        f"part of it included, and records {each / (clock_end - clock):.0f} a second."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Simulate a large class on a cluster.")
    parser.add_argument("records", metavar="RECORDS", nargs="?", type=Path, help="a folder of records, for their times")
    parser.add_argument("--driver", type=float, default=DRIVER_SECONDS, help="seconds of the driver for a submission")
    parser.add_argument("--submissions", type=int, default=100_000)
    parser.add_argument("--measure", type=int, metavar="N", help="measure the driver with a class of N instead")
    parser.add_argument("--workers", type=int, metavar="N", default=64, help="workers of the real cluster")
    parser.add_argument("--after", type=int, metavar="N", default=0, help="submissions that the gradebook has before")
    options = parser.parse_args()
    if options.measure is not None:
        if options.measure < 2 or options.workers < 1:
            parser.error("It takes at least two submissions and one worker to measure anything.")
        measure(options.measure, options.workers, options.after)
        return
    tasks = recorded(options.records) if options.records else list(TASK_SECONDS)
    if not tasks:
        parser.error(f"There are no records in {options.records}.")
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
