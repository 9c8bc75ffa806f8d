"""The benchmark's own parts: what it measures with, and the class it measures."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

BENCH = runpy.run_path(str(Path(__file__).parents[1] / "scripts/bench_class.py"))


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
