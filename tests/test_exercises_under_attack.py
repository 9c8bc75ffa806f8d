"""Submissions that attack the checks of the exercises earn nothing for it, and the next one is graded as always."""

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

NAME = "exercises"
COURSE = Course(Path(__file__).parents[1])
HOSTILE = sorted((sample_classes(COURSE)[NAME] / "hostile").glob("*.py"))
PARTS = {part.id: part for part in checks.parts(NAME)}
LIMITS = Limits(call_seconds=3, cell_seconds=10, cpu_seconds=60)
HONEST = "second_derivative"
SETUP = "from __future__ import annotations\nfrom mxnet import autograd, nd\n"


@pytest.fixture(scope="module")
def reference() -> Mapping[str, str]:
    return reference_cells(COURSE, NAME)


def grade(function: str, source: str, forkserver):
    code = [
        {"cell_type": "code", "source": SETUP, "metadata": {}},
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": function}}},
    ]
    document = json.dumps({"nbformat": 4, "cells": code}).encode()
    asked = [Assignment(NAME, (PARTS[function],))]
    return grade_notebook(document, asked, forkserver, name="n.ipynb", seed=PUBLIC_SEED)


@pytest.fixture(scope="module")
def honest(forkserver, reference):
    result = grade(HONEST, reference[HONEST], forkserver)
    assert result.full_marks
    return result


@pytest.mark.parametrize("path", HOSTILE, ids=lambda path: path.stem)
def test_an_attack_earns_nothing_for_values_and_harms_nobody(path, forkserver, reference, honest) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith('"""')
    [(function, source)] = cells(text, reference).items()
    result = grade(function, source, forkserver)
    assert (result.status, result.reason) == ("graded", "")
    # Whoever returns an array of the right shape may keep the points for that; the first check is about the numbers.
    assert result.parts[0].checks[0].points == 0
    assert grade(HONEST, reference[HONEST], forkserver) == honest
