"""The same notebook and the same seed give the same JSON, byte for byte: in every run, order, process and hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.submissions import cells

ROOT = Path(__file__).parents[1]
SUBMISSIONS = ROOT / "tests/submissions"
NOTEBOOK = ROOT / "assignments/linreg_scratch/linreg_scratch.ipynb"

DRAWS_WHERE_IT_IS_DEFINED = """\
import random
names = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"}
slip = [random.random(), np.random.rand(), nd.random.uniform(shape=(1,)).asscalar(), "".join(names)]

def linreg(X, w, b):
    raise ValueError(str(slip))
"""
"""Its message shows every generator there is and the order of a set, as they are when the cell runs."""

ENDS_ITS_PROCESS = """\
import os
def squared_loss(y_hat, y):
    if y.ndim == 1:
        os._exit(0)
    return (y_hat - y) ** 2 / 2
"""
"""So that what comes after it runs in a fresh process."""


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three submissions whose reports depend on what was drawn."""
    answers = {
        "draws": {"linreg": DRAWS_WHERE_IT_IS_DEFINED, "squared_loss": ENDS_ITS_PROCESS},
        "chance": wrong("data_iter_draws_with_replacement") | wrong("sgd_averages_the_entries_of_the_gradient"),
        "right": {},
    }
    folder = tmp_path_factory.mktemp("notebooks")
    found = {}
    for name, sources in answers.items():
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") in sources:
                cell.source = sources[cell.metadata.nbgrader.grade_id]
        found[name] = folder / f"{name}.ipynb"
        nbformat.write(notebook, found[name])
    return found


def wrong(name: str) -> dict[str, str]:
    source = (SUBMISSIONS / "wrong" / f"{name}.py").read_text(encoding="utf-8")
    return cells(source, ("data_iter", "linreg", "squared_loss", "sgd"))


def graded(notebooks: list[Path], hash_seed: str) -> dict[str, str]:
    """Each notebook's part of `grader check --json`, as text."""
    done = subprocess.run(
        [sys.executable, "-m", "grader", "check", "--json", "--seed", "77", *map(str, notebooks)],
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return {Path(one["notebook"]).stem: json.dumps(one, indent=2) for one in json.loads(done.stdout)["results"]}


@pytest.mark.slow
def test_every_run_order_process_and_hash_seed_gives_the_same_bytes(notebooks: dict[str, Path]) -> None:
    one, two, three = notebooks.values()  # draws, chance, right
    first = graded([one, two, three], "1")
    assert graded([two, one], "2") == {name: first[name] for name in ("chance", "draws")}
    assert graded([one], "3") == {"draws": first["draws"]}
    assert "ValueError: [0." in first["draws"]  # the message that shows what was drawn
    assert json.loads(first["right"])["score"] == 40
    assert all(json.loads(first[name])["score"] < 40 for name in ("draws", "chance"))
