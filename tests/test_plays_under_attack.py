"""Submissions that attack the door of plays earn nothing, and the next one is graded as always."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from grader import checks
from grader.course import Course
from grader.demo import reference_cells, sample_classes
from grader.grading import Assignment, grade_notebook
from grader.sandbox.limits import Limits
from grader.seeds import PUBLIC_SEED
from grader.submissions import cells

pytestmark = pytest.mark.slow

NAME = "iterators_and_contexts"
COURSE = Course(Path(__file__).parents[1])
HOSTILE = sorted((sample_classes(COURSE)[NAME] / "hostile").glob("*.py"))
PARTS = {part.id: part for part in checks.parts(NAME)}
LIMITS = Limits(call_seconds=3, cell_seconds=10, cpu_seconds=60)


@pytest.fixture(scope="module")
def reference() -> Mapping[str, str]:
    return reference_cells(COURSE, NAME)


def grade(sources: Mapping[str, str], forkserver, part: str):
    code = [
        {"cell_type": "code", "source": "from __future__ import annotations\nfrom mxnet import nd\n", "metadata": {}}
    ]
    code += [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": name}}}
        for name, source in sources.items()
    ]
    document = json.dumps({"nbformat": 4, "cells": code}).encode()
    return grade_notebook(document, [Assignment(NAME, (PARTS[part],))], forkserver, name="n.ipynb", seed=PUBLIC_SEED)


@pytest.fixture(scope="module")
def honest(forkserver, reference):
    result = grade({"moving_average": reference["moving_average"]}, forkserver, "moving_average")
    assert result.full_marks
    return result


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_an_attack_on_a_play_earns_nothing_and_harms_nobody(path, forkserver, reference, honest) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""')
    [(function, source)] = cells(text, reference).items()
    result = grade({function: source}, forkserver, function)
    assert (result.status, result.reason) == ("graded", "")
    assert result.score == 0, result.parts
    for check in result.parts[0].checks:
        assert all(len(words) < 4000 for words in (check.message, check.got, check.example))
    assert grade({"moving_average": reference["moving_average"]}, forkserver, "moving_average") == honest


def test_there_are_a_few() -> None:
    assert len(HOSTILE) >= 5
