"""Where a function stands in a notebook's file, however the file was written."""

import json
from pathlib import Path

import pytest

from grader import checks
from grader.notebook_lines import NotebookLines

ROOT = Path(__file__).parents[1]
SGD = ["# sgd = a comment\n", "sgd == 1\n", "def sgd(params):\n", "    return '\"def sgd'\n"]


def code(source, grade_id=None) -> dict:
    return {"metadata": {"nbgrader": {"grade_id": grade_id}}, "source": source, "cell_type": "code"}


def lines(cells, **layout) -> tuple[list[str], NotebookLines]:
    text = json.dumps({"metadata": {"cells": [1]}, "cells": cells, "nbformat": 4}, **layout)
    return text.splitlines(), NotebookLines(text.encode())


@pytest.mark.parametrize("name", checks.assignments())
def test_every_part_of_our_own_notebooks_is_found_where_it_stands(name):
    data = (ROOT / "assignments" / name / f"{name}.ipynb").read_bytes()
    text, found = data.decode().splitlines(), NotebookLines(data)
    for part in checks.parts(name):
        line = text[found.of_part(part.id, part.functions) - 1]
        assert any(f"{kind} {part.functions[0]}" in line for kind in ("def", "class")), line


def test_the_last_definition_counts():
    text, found = lines([code(SGD), code(["def other(): pass\n"]), code(SGD), code(["sgd(1)\n"])], indent=1)
    assert found.of_part("sgd", ["sgd"]) == max(i for i, line in enumerate(text, 1) if '"def sgd(' in line)


@pytest.mark.parametrize(
    "definition", ["class sgd:", "async  def sgd(x):", "sgd = lambda x: x", "sgd: Step = step", "    def sgd(self):"]
)
def test_whatever_defines_a_function(definition):
    text, found = lines([code(["import x\n", definition])], indent=1)
    assert text[found.of_part("sgd", ["sgd"]) - 1].strip() == json.dumps(definition)


def test_the_first_function_that_is_there_stands_for_the_part_and_the_check_for_none():
    cells = [code(["def b(): pass\n"]), code(["x\n", "check('sgd')\n"], "check_sgd")]
    text, found = lines(cells, indent=1)
    assert '"def b()' in text[found.of_part("sgd", ["a", "b"]) - 1]
    assert '"x\\n"' in text[found.of_part("sgd", ["a"]) - 1]
    assert found.of_part("data_iter", ["a"]) == 1


def test_a_source_that_is_one_string_and_a_file_that_is_one_line():
    text, found = lines([code("".join(SGD))], indent=1)
    assert "def sgd" in text[found.of_part("sgd", ["sgd"]) - 1]
    assert lines([code(SGD)])[1].of_part("sgd", ["sgd"]) == 1


def test_markdown_and_odd_cells_define_nothing():
    cells = [
        {"cell_type": "markdown", "source": SGD},
        {"cell_type": "code"},
        {},
        code([]),
        code(SGD) | {"metadata": []},
    ]
    text, found = lines(cells, indent=1)
    assert found.of_part("sgd", ["sgd"]) == max(i for i, line in enumerate(text, 1) if '"def sgd(' in line)


def test_a_byte_order_mark_is_no_character():
    data = json.dumps({"cells": [code(SGD)]}, indent=1).encode()
    assert NotebookLines(b"\xef\xbb\xbf" + data).of_part("sgd", ["sgd"]) == NotebookLines(data).of_part("sgd", ["sgd"])
