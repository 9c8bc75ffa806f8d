"""The benchmark's own parts: what it measures with, and the class it measures; and the simulation of a cluster."""

from __future__ import annotations

import runpy
import sys
import time
from pathlib import Path

import pytest

from grader.records import Record, write_record
from tests import sample_results

SCRIPTS = Path(__file__).parents[1] / "scripts"
BENCH = runpy.run_path(str(SCRIPTS / "bench_class.py"))
CLUSTER = runpy.run_path(str(SCRIPTS / "simulate_cluster.py"))


def test_the_time_of_everything_that_a_command_starts_is_counted(tmp_path):
    busy = "import time\nwhile time.process_time() < 0.3: pass"
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {busy!r}], check=True)"
    cost = BENCH["measured"]([sys.executable, "-c", program], tmp_path, 2)
    assert cost.cpu >= 0.3
    assert cost.rate == 2 / cost.wall


def test_a_command_that_fails_ends_the_benchmark_with_what_it_said(tmp_path):
    with pytest.raises(SystemExit, match="Out of paper"):
        BENCH["measured"]([sys.executable, "-c", "raise SystemExit('Out of paper')"], tmp_path, 1)


def test_the_class_is_of_every_kind_that_comes_to_an_end_by_itself():
    found = BENCH["students"]()
    assert len(found) >= 20
    assert {student.id for student in found}.isdisjoint({"zeno", "mallory", "pat"})
    assert {bool(student.unsolved) for student in found} == {True, False}


def test_time_and_memory_are_drawn_by_size(tmp_path):
    costs = [BENCH["Cost"](wall=3.0 * size, cpu=5.0 * size, peak=5e8, submissions=size) for size in (10, 100)]
    pictures = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for path in pictures:
        BENCH["draw"](costs, path)
    assert pictures[0].read_bytes() == pictures[1].read_bytes()
    assert "<svg" in pictures[0].read_text(encoding="utf-8")


def test_what_student_code_takes_is_counted_once_and_only_while_it_is_asked():
    clock = BENCH["Clock"]()

    def spin() -> None:
        until = time.thread_time() + 0.05
        while time.thread_time() < until:
            pass

    def rows():
        spin()
        yield 1
        spin()

    outer = clock.on(lambda: (spin(), clock.on(spin)()))
    outer()
    assert clock.seconds == 0
    with clock:
        outer()
        assert list(clock.on(rows)()) == [1]
    assert 0.2 <= clock.seconds < 0.3


@pytest.mark.parametrize(
    ("workers", "driver", "seconds"), [(1, 0.0, 200), (4, 0.0, 50), (100, 0.0, 2), (1000, 0.5, 52), (1, 0.5, 200.5)]
)
def test_a_class_takes_as_long_as_its_workers_or_its_driver(workers, driver, seconds):
    """100 notebooks of 2 s: the workers' share of them, or the driver's half a second for each."""
    assert CLUSTER["simulate"](100, workers, driver, [2.0]) == pytest.approx(seconds, abs=0.5)


def test_times_are_taken_from_the_records_of_a_class(tmp_path):
    for number, seconds in enumerate([1.5, None, 2.5]):
        record = Record(
            student=str(number),
            given="",
            notebook="",
            automatic="",
            stopped=0,
            result=sample_results.full(),
            seconds=seconds,
        )
        write_record(tmp_path / f"{number}.json", record)
    (tmp_path / "torn.json").write_text("{")
    assert CLUSTER["recorded"](tmp_path) == [1.5, 2.5]
