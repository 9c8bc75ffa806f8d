"""Notebooks in the sandbox: attacks on the score earn nothing, honest mistakes the same as outside, plots arrive.

Every file of `submissions/hostile` is one attack, run through the whole product. By what they are after:

    the notebook's machinery      silences_exceptions, rewrites_asserts, replaces_run_cell, redefines_check,
                                  prints_a_score, replaces_modules
    comparisons                   returns_a_tricky_float, overrides_asnumpy, puts_tricky_arrays_into_the_list,
                                  patches_numpy_and_mxnet, patches_builtins, answers_nan, sends_odd_dtypes
    answers and secrets           reads_the_reference, searches_memory_for_answers, prints_what_it_knows,
                                  looks_for_secrets_in_its_surroundings, reads_the_host
    the way checks ask            patches_local_subject, patches_the_protocol, fails_every_other_time,
                                  hides_behind_its_stub, yields_without_end, is_an_infinite_generator
    the channel                   forges_..., announces_a_huge_frame, closes_the_channel, drips_its_reply,
                                  writes_to_..., sends_descriptors_to_the_grader, sends_millions_of_positions
    time                          never_stops_and_catches_everything, computes_in_c_without_end, disarms_the_alarm,
                                  stops_itself, handles_every_signal, recurses_for_ever
    the process                   ends_..., aborts, reads_a_null_pointer, starts_processes, signals_every_process
    memory, threads, descriptors  allocates_without_end, takes_memory_off_the_books, starts_threads_without_end,
                                  opens_files_without_end, prints_two_hundred_megabytes, returns_a_huge_array
    files                         changes_the_host, fills_the_disk, makes_files_without_end, leaves_folders_without_end
    the network and the kernel    opens_sockets, downloads_its_answer, reaches_into_the_kernel
    whoever reads the report      raises_html, raises_an_exception_that_raises, and test_feedback

What a submission's files, names and metadata try is in test_intake; what each wall is for, in test_sandbox_layers.
"""

from __future__ import annotations

import json
import os
import signal
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
DESERVED = {"patches_local_subject": 3, "answers_nan": 4}
"""What the functions of an attack deserve, where that is more than nothing: good manners earn what they earn, whoever
has them (see test_sandbox_remote)."""
LIMITS = Limits(call_seconds=0.3, cell_seconds=3, cpu_seconds=20)


@pytest.fixture(scope="module")
def reference() -> Mapping[str, str]:
    return reference_cells(Course(ROOT), "linreg_scratch")


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
    result = grade(attack, forkserver, Assignment("linreg_scratch", tuple(PARTS[part] for part in attack)))
    assert (result.status, result.reason) == ("graded", "")
    assert result.score == DESERVED.get(name, 0), result.parts
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
    assert result.score == honest.score == 7


class Remembering:
    """The reference's sgd, which remembers what it was asked and answered, for a table to hand in."""

    def __init__(self) -> None:
        self.table: dict[str, list[list[float]]] = {}

    def __call__(self, params, lr, batch_size):
        key = repr([[p.asnumpy().tolist() for p in params], [p.grad.asnumpy().tolist() for p in params], batch_size])
        linreg.sgd(params, lr, batch_size)
        self.table[key] = [p.asnumpy().ravel().tolist() for p in params]


def test_a_table_of_the_answers_to_the_public_seed_is_worth_nothing_with_another(forkserver, honest):
    remembering = Remembering()
    assert run_part(PARTS["sgd"], LocalSubject({"sgd": remembering}), PUBLIC_SEED).score == honest.score
    source = f"""
table = {remembering.table!r}
from math import inf, nan
def sgd(params, lr, batch_size):
    key = repr([[p.asnumpy().tolist() for p in params], [p.grad.asnumpy().tolist() for p in params], batch_size])
    for param, answer in zip(params, table.get(key, [])):
        param[:] = nd.array(answer, dtype=param.dtype, ctx=param.context).reshape(param.shape)
"""
    earned = {
        seed: grade_notebook(notebook({"sgd": source}), [SGD], forkserver, name="n.ipynb", seed=seed).score
        for seed in (PUBLIC_SEED, 20261)
    }
    assert earned[PUBLIC_SEED] > 0
    assert earned[20261] == 0


def test_what_is_printed_holds_no_check_no_seed_and_no_setting(forkserver):
    path = SUBMISSIONS / "hostile" / "prints_what_it_knows.py"
    [done] = run_notebook(
        [Cell("code", cells(path.read_text(encoding="utf-8"), REFERENCE)["sgd"])], (), forkserver, seed=PUBLIC_SEED
    )
    assert len(done.outputs) > 1000
    assert "Traceback" not in done.outputs
    secrets = [check.id for part in PARTS.values() for check in part.checks]
    secrets += ["hypothesis.", "PartSpec", "scratch_size", "run_part", str(PUBLIC_SEED)]
    assert [secret for secret in secrets if secret in done.outputs] == []


def test_who_wants_to_download_is_told_that_there_is_no_network(forkserver):
    attack = cells((SUBMISSIONS / "hostile/downloads_its_answer.py").read_text(encoding="utf-8"), REFERENCE)
    result = grade(attack, forkserver, Assignment("linreg_scratch", (PARTS["linreg"],)))
    said = result.parts[0].checks[0].message
    # Where nothing can be written, it does not get as far as asking.
    assert "There is no network in grading" in said or "Permission denied: 'models'" in said


LOADS_WITH_HELPERS = """\
from mxnet.gluon.data import ArrayDataset, DataLoader
def data_iter(batch_size, features, labels):
    for X, y in DataLoader(ArrayDataset(features, labels), batch_size, True, num_workers=2, thread_pool=True):
        yield X.as_in_context(features.context), y.as_in_context(labels.context)
"""


def test_a_loader_that_wants_helpers_works_without_them(forkserver):
    result = grade({"data_iter": LOADS_WITH_HELPERS}, forkserver, Assignment("linreg_scratch", (PARTS["data_iter"],)))
    assert result.full_marks, result


def test_the_whole_notebook_earns_full_marks_and_attacks_in_one_part_no_other(forkserver, reference):
    attack = cells((SUBMISSIONS / "hostile/handles_every_signal.py").read_text(encoding="utf-8"), REFERENCE)
    whole = Assignment("linreg_scratch", tuple(PARTS[name] for name in ("linreg", "squared_loss", "sgd")))
    result = grade({**reference, **attack}, forkserver, whole)
    assert [part.score for part in result.parts] == [7, 8, 0]


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
    assert [one.part.score if one.part else None for one in done] == [None, 0, None, 7, None, 0]
    assert [one.outputs for one in done] == ["[]"] * 6


def test_a_forkserver_that_has_ended_costs_nobody_a_point(forkserver, reference, honest):
    """The submission during which it ends, or before which it ended, is run once more with another."""
    forkserver._process.kill()
    forkserver._process.wait()
    assert grade({"sgd": reference["sgd"]}, forkserver) == honest
    assert forkserver.alive


def test_a_forkserver_that_keeps_silent_costs_nobody_a_point(forkserver, reference, honest):
    """It is ended, because what it says too late would be taken for the answer to another question."""
    os.killpg(forkserver._process.pid, signal.SIGSTOP)
    forkserver._control.settimeout(0.5)
    assert grade({"sgd": reference["sgd"]}, forkserver) == honest
    assert forkserver.alive
