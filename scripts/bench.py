"""What grading costs, measured on this machine in one run: medians, and ratios between things done side by side.

    python scripts/bench.py [--rounds N]

Isolation is the time from asking for a child to its first answer, everything locked; what it is made of is measured in
the child itself. The kernel is made once, before the first fork, and has a line of its own. Grading a solved notebook
is put beside running it in a Jupyter kernel as `jupyter nbconvert --execute` does, without isolation and without the
checks that our own grading adds.
"""

from __future__ import annotations

import argparse
import logging
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
warnings.simplefilter("ignore")

import nbformat  # noqa: E402 (after the path and the warnings are set)
from nbclient import NotebookClient  # noqa: E402

from grader.course import Course  # noqa: E402
from grader.demo import reference_cells  # noqa: E402
from grader.grading import Assignment, grade_notebook  # noqa: E402
from grader.sandbox import protocol  # noqa: E402
from grader.sandbox.client import Forkserver  # noqa: E402
from grader.sandbox.levels import LEVELS, open_forkserver  # noqa: E402
from grader.sandbox.problems import SandboxProblem  # noqa: E402
from grader.seeds import PUBLIC_SEED  # noqa: E402

NAME = "linreg_scratch"
TARGET = 0.020
"""Seconds that fork and isolation may take per submission."""


def median(act: Callable[[], object], rounds: int) -> float:
    """The median time of an act in seconds, after one round to warm up."""
    act()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def one_child(forkserver: Forkserver) -> dict[str, float]:
    """The stages of one child's life, in seconds."""
    stages, start = {}, time.perf_counter()

    def stage(name: str) -> None:
        nonlocal start
        now = time.perf_counter()
        stages[name], start = now - start, now

    with forkserver.child() as child:
        stage("fork and isolation")
        child.ask(protocol.Reseed(1), 30)
        stage("a first call")
        child.ask(protocol.RunCell("1 + 1"), 30)
        stage("a first cell")
        child.ask(protocol.RunCell("1 + 1"), 30)
        stage("a second cell")
    stage("its end")
    return stages


def bench_children(rounds: int) -> None:
    for level in LEVELS:
        try:
            start = time.perf_counter()
            forkserver = open_forkserver(levels=(level,))
        except SandboxProblem as problem:
            print(f"{level}: not here ({problem})")
            continue
        with forkserver:
            print(f"{level}")
            say("a forkserver's start, once, canary included", time.perf_counter() - start)
            one_child(forkserver)
            lives = [one_child(forkserver) for _ in range(rounds)]
        for name in lives[0]:
            say(name, statistics.median(life[name] for life in lives), TARGET if "isolation" in name else None)


def bench_kernel(rounds: int) -> None:
    """What every child is spared: the kernel is there when it is forked."""
    sys.modules.setdefault("debugpy", None)  # type: ignore[arg-type]  # as the forkserver does
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a loop that ends with its kernel is meant to
    from grader.sandbox.worker import Notebook

    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder  # where the kernel's profile goes
        took = median(lambda: Notebook().close(), rounds)
    print("for comparison")
    say("making a Jupyter kernel, which happens before the fork", took)


def bench_notebook(rounds: int) -> None:
    course = Course(ROOT)
    solved = nbformat.read(course.notebook(NAME), as_version=4)
    answers = reference_cells(course, NAME)
    for cell in solved.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    data = nbformat.writes(solved).encode()
    assignment = Assignment.load(NAME, course.notebook(NAME).read_bytes())
    with open_forkserver() as forkserver:

        def grade() -> None:
            result = grade_notebook(data, [assignment], forkserver, name="solved", seed=PUBLIC_SEED)
            assert result.full_marks, result

        def run() -> None:
            notebook = nbformat.reads(data.decode(), as_version=4)
            quiet = ["--log-level=40"]
            NotebookClient(notebook, resources={"metadata": {"path": str(ROOT)}}, extra_arguments=quiet).execute()

        print(f"the solved notebook ({forkserver.level})")
        graded = median(grade, rounds)
        say("graded, sealed, all checks", graded)
        plain = median(run, rounds)
    say("run in a kernel of its own, unguarded", plain)
    print(f"  {'a kernel of its own takes as much time as':<55} {plain / graded:5.1f}  gradings")


def say(what: str, seconds: float, target: float | None = None) -> None:
    verdict = ""
    if target is not None:
        verdict = f"   (target: below {target * 1000:.0f} ms: {'met' if seconds < target else 'MISSED'})"
    print(f"  {what:<55} {seconds * 1000:7.1f} ms{verdict}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30, help="children per level; a tenth as many notebooks")
    rounds = parser.parse_args().rounds
    print(f"{os.cpu_count()} processors, {os.getloadavg()[0]:.1f} busy; medians of {rounds}")
    bench_children(rounds)
    bench_notebook(max(3, rounds // 10))
    bench_kernel(rounds)


if __name__ == "__main__":
    main()
