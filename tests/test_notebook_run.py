"""Notebooks in the sandbox: attacks on the score earn nothing, honest mistakes the same as outside, plots arrive."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import mxnet  # noqa: F401 (its import warns; better here than within a test)
import pytest

from grader import checks
from grader.course import Course
from grader.demo import reference_cells
from grader.grading import Assignment, grade_notebook
from grader.local import LocalSubject
from grader.notebook import Cell
from grader.notebook_run import run_notebook
from grader.outputs import clean_outputs
from grader.results import Part, part_to_json
from grader.running import run_part
from grader.sandbox.limits import Limits
from grader.seeds import PUBLIC_SEED
from grader.submissions import cells, load
from solutions import linreg

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
SUBMISSIONS = ROOT / "tests/submissions"
HOSTILE = sorted(path.stem for path in (SUBMISSIONS / "hostile").glob("*.py"))
PARTS = {part.id: part for part in checks.parts("linreg_scratch")}
REFERENCE = {name: getattr(linreg, name) for name in linreg.__all__}
SGD = Assignment("linreg_scratch", (PARTS["sgd"],))
"""Every attack defines an sgd that deserves nothing, so one part is enough to see what it earns."""
CLAIMABLE = {"patches_local_subject": 3}
"""What good manners earn, whoever has them: see test_sandbox_remote."""
LIMITS = Limits(call_seconds=0.3, cell_seconds=3, cpu_seconds=20)


@pytest.fixture(scope="module")
def reference() -> Mapping[str, str]:
    return reference_cells(Course(ROOT))


def notebook(sources: Mapping[str, str]) -> bytes:
    imports = "from __future__ import annotations\nfrom mxnet import autograd, nd\nimport random\n"
    code = [{"cell_type": "code", "source": imports, "metadata": {}}]
    code += [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": name}}}
        for name, source in sources.items()
    ]
    return json.dumps({"nbformat": 4, "cells": code}).encode()


def grade(sources: Mapping[str, str], forkserver, assignment: Assignment = SGD):
    return grade_notebook(notebook(sources), [assignment], forkserver, name="n.ipynb", seed=PUBLIC_SEED)


@pytest.fixture(scope="module")
def honest(forkserver, reference):
    """The honest solution's result, before anybody attacks."""
    result = grade({"sgd": reference["sgd"]}, forkserver)
    assert result.full_marks
    return result


@pytest.mark.parametrize("name", HOSTILE)
def test_an_attack_earns_nothing_and_the_next_submission_is_graded_as_always(name, forkserver, reference, honest):
    attack = cells((SUBMISSIONS / "hostile" / f"{name}.py").read_text(encoding="utf-8"), REFERENCE)
    result = grade(attack, forkserver)
    assert (result.status, result.reason) == ("graded", "")
    assert result.score == CLAIMABLE.get(name, 0), result.parts
    for check in result.parts[0].checks:
        for text in (check.message, check.got, check.example):
            assert len(text) < 4000
            assert not set(text) & set("\x1b\x07\u202e\ud800")
    assert grade({"sgd": reference["sgd"]}, forkserver) == honest


def test_there_are_attacks_of_many_kinds():
    assert len(HOSTILE) >= 20
    for name in HOSTILE:
        assert (SUBMISSIONS / "hostile" / f"{name}.py").read_text(encoding="utf-8").startswith('"""')


def test_an_attack_that_brings_a_right_answer_gets_what_the_answer_deserves(forkserver, honest):
    """Computing right values in a roundabout way is allowed: it is what was asked for."""
    source = """
import sys
def frames():
    for frame in sys._current_frames().values():
        while frame:
            yield frame
            frame = frame.f_back

frame = next(frame for frame in frames() if "LocalSubject" in frame.f_globals)
names = frame.f_globals["LocalSubject"].step.__globals__

def step(self, params, grads, lr, batch_size, dtype="float32", device="cpu(0)", strict=False):
    values = tuple((p - lr * g / batch_size).astype(dtype) for p, g in zip(params, grads))
    made = tuple(names["Tensor"](value, device) for value in values)
    return names["Step"](made, tuple(grads), (), tuple(range(len(params))))

frame.f_globals["LocalSubject"].step = step

def sgd(params, lr, batch_size):
    pass
"""
    result = grade({"sgd": source}, forkserver)
    assert result.score == honest.score == 6


def test_the_whole_notebook_earns_full_marks_and_attacks_in_one_part_no_other(forkserver, reference):
    attack = cells((SUBMISSIONS / "hostile/handles_every_signal.py").read_text(encoding="utf-8"), REFERENCE)
    whole = Assignment("linreg_scratch", tuple(PARTS[name] for name in ("linreg", "squared_loss", "sgd")))
    result = grade({**reference, **attack}, forkserver, whole)
    assert [part.score for part in result.parts] == [6, 6, 0]


HONEST_MISTAKES = (
    "linreg_forgets_the_bias",
    "linreg_returns_a_flat_array",
    "linreg_goes_through_numpy",
    "linreg_puts_ones_on_the_cpu",
    "squared_loss_forgets_the_half",
    "squared_loss_writes_into_y",
    "squared_loss_broadcasts_to_a_square",
    "squared_loss_is_none",
    "sgd_forgets_batch_size",
    "sgd_replaces_the_list_elements",
    "sgd_attaches_gradients_again",
    "sgd_is_a_number",
    "data_iter_drops_the_last_batch",
    "data_iter_returns_nothing",
)


@pytest.mark.parametrize("name", HONEST_MISTAKES)
def test_an_honest_mistake_gets_the_same_report_inside_and_outside(name, forkserver):
    path = SUBMISSIONS / "wrong" / f"{name}.py"
    [(function, _)] = cells(path.read_text(encoding="utf-8"), REFERENCE).items()
    # One cell, as it stands in the file: its lines then have the same numbers.
    code = [Cell("code", path.read_text(encoding="utf-8"), function), Cell("code", "", f"check_{function}")]

    def inside() -> Part:
        part = run_notebook(code, (PARTS[function],), forkserver, seed=PUBLIC_SEED)[-1].part
        assert part is not None
        return part

    outside = run_part(PARTS[function], LocalSubject(load(path, REFERENCE)), PUBLIC_SEED)
    first = inside()
    assert part_to_json(first) == part_to_json(outside)
    assert first.score < first.max_score
    assert inside() == first


def run(forkserver, *sources: str) -> list[list[dict]]:
    done = run_notebook([Cell("code", source) for source in sources], (), forkserver, seed=1)
    assert [one.problem for one in done] == [""] * len(sources)
    return [clean_outputs(one.outputs, one.omitted) for one in done]


def test_plots_text_errors_and_warnings_arrive_as_in_jupyter(forkserver):
    plot, text, wrong, html = run(
        forkserver,
        "%matplotlib inline\nfrom matplotlib import pyplot as plt\nplt.plot([1, 2], [3, 4]); plt.show()",
        "import sys\nprint('out')\nprint('err', file=sys.stderr)\n1 + 1",
        "def f():\n    return 1 / 0\n\nf()",
        "from IPython.display import HTML, Javascript, display\ndisplay(HTML('<script>alert(1)</script>'))\n"
        "display(Javascript('alert(1)'))",
    )
    assert [output["output_type"] for output in plot] == ["display_data"]
    assert plot[0]["data"]["image/png"].startswith("iVBORw0KGgo")
    assert [(output["output_type"], output.get("text")) for output in text] == [
        ("stream", "out\n"),
        ("stream", "err\n"),
        ("execute_result", None),
    ]
    assert text[2]["data"] == {"text/plain": "2"}
    assert wrong[0]["ename"] == "ZeroDivisionError"
    assert "division by zero" in "".join(wrong[0]["traceback"])
    assert {kind for output in html for kind in output["data"]} == {"text/plain"}


def test_a_check_stands_where_its_cell_stands_and_sees_the_functions_as_they_are(forkserver, reference):
    code = [
        Cell("code", "from __future__ import annotations\ncheck = None", "imports"),
        Cell("code", "anything at all", "check_sgd"),
        Cell("code", reference["sgd"], "sgd"),
        Cell("code", "raise SystemExit", "check_sgd"),
        Cell("code", "sgd = None"),
        Cell("code", "", "check_sgd"),
    ]
    done = run_notebook(code, (PARTS["sgd"],), forkserver, seed=PUBLIC_SEED)
    assert [one.part.score if one.part else None for one in done] == [None, 0, None, 6, None, 0]
    assert [one.outputs for one in done] == ["[]"] * 6


def test_a_forkserver_that_has_ended_costs_nobody_a_point(forkserver, reference, honest):
    """The submission during which it ends, or before which it ended, is run once more with another."""
    forkserver._process.kill()
    forkserver._process.wait()
    assert grade({"sgd": reference["sgd"]}, forkserver) == honest
    assert forkserver.alive
