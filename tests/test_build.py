"""The builder turns py:percent sources into valid nbgrader notebooks, and the course's notebook is what was agreed."""

import ast
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata, ClearOutput, ClearSolutions, ComputeChecksums, LockCells

from grader.build import BEGIN_SOLUTION, END_SOLUTION, BuildError, build, build_all, main, stale

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "assignments/linreg_scratch/linreg_scratch.py"
FUNCTIONS = ["data_iter", "linreg", "squared_loss", "sgd"]
POINTS = {
    "check_data_iter": 12,
    "check_linreg": 7,
    "check_squared_loss": 8,
    "check_sgd": 7,
    "check_training": 6,
    "why_reshape": 3,
    "last_batch": 3,
}

ONE_OF_EACH = """\
# %% [markdown]
# # A title

# %% locked="setup"
# %matplotlib inline
import math

# %% solution="root"
def root(x):
    ### BEGIN SOLUTION
    return math.sqrt(x)
    ### END SOLUTION

# %% check="root" points=4
check("root", root)

# %% grade="own_tests" points=2
assert root(9) == 3

# %% [markdown] answer="why" points=3
# ### BEGIN SOLUTION
# Because.
# ### END SOLUTION

# %%
root(2)
"""

# Stands in for the grader package in the student's kernel: says which calls came, and grades nothing.
STAND_IN = """\
from contextlib import contextmanager, nullcontext as strict_devices

def check(part, *functions):
    print("checked", part, [function.__name__ for function in functions])
    return 1.0

@contextmanager
def when_ready():
    try:
        yield
    except NotImplementedError:
        print("Not implemented yet.")
"""


def notebook_of(content: bytes) -> Any:
    return nbformat.reads(content.decode(), as_version=4)


def written(folder: Path, text: str, name: str = "sample") -> Path:
    source = folder / "assignments" / name / f"{name}.py"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text, encoding="utf-8")
    return source


@pytest.fixture
def sample(tmp_path: Path) -> Any:
    return notebook_of(build(written(tmp_path, ONE_OF_EACH)))


@pytest.fixture(scope="module")
def solved() -> Any:
    return notebook_of(build(SOURCE))


@pytest.fixture(scope="module")
def released() -> Any:
    """The course's notebook after the steps of `nbgrader generate_assignment` that need no database."""
    notebook = notebook_of(build(SOURCE))
    for step in (LockCells, ClearSolutions, ClearOutput, ComputeChecksums, CheckCellMetadata):
        notebook, _ = step().preprocess(notebook, {})
    return notebook


def test_each_role_becomes_full_schema_3_metadata(sample: Any) -> None:
    fixed = {"schema_version": 3, "task": False}
    code, words = fixed | {"cell_type": "code"}, fixed | {"cell_type": "markdown"}
    assert [cell.metadata.get("nbgrader") for cell in sample.cells] == [
        None,
        code | {"grade_id": "setup", "grade": False, "solution": False, "locked": True},
        code | {"grade_id": "root", "grade": False, "solution": True, "locked": False},
        code | {"grade_id": "check_root", "grade": True, "solution": False, "locked": True, "points": 4},
        code | {"grade_id": "own_tests", "grade": True, "solution": False, "locked": True, "points": 2},
        words | {"grade_id": "why", "grade": True, "solution": True, "locked": False, "points": 3},
        None,
    ]
    MetadataValidator().validate_nb(sample)


def test_cell_ids_come_from_grade_ids_or_a_counter(sample: Any) -> None:
    assert [cell.id for cell in sample.cells] == [
        "cell-1",
        "setup",
        "root",
        "check_root",
        "own_tests",
        "why",
        "cell-7",
    ]


def test_cells_hold_their_text_without_outputs(sample: Any) -> None:
    assert sample.cells[0].source == "# A title"
    assert sample.cells[1].source == "%matplotlib inline\nimport math"
    code = [cell for cell in sample.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert sample.metadata.kernelspec.name == "python3"


def test_two_builds_are_the_same_bytes_and_end_in_one_newline(tmp_path: Path) -> None:
    source = written(tmp_path, ONE_OF_EACH)
    first = build(source)
    assert first == build(source)
    assert first.endswith(b"}\n")
    assert list(source.parent.iterdir()) == [source]


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("# %%\n1\n\n# %% locked='a'\n1\n\n# %% locked='a'\n1", "cell 3 ('1'): grade id 'a' is already that of cell 2"),
        ("# %% solution=''\n1", "grade id is missing"),
        ("# %% solution\n1", "grade id is missing"),
        ("# %% locked=3\n1", "grade id is missing"),
        ("# %% locked='../setup'\n1", "grade id '../setup' will not do"),
        ("# %% locked='a b'\n1", "grade id 'a b' will not do"),
        ("# %% locked='9lives'\n1", "grade id '9lives' will not do"),
        ("# %% locked='cell-1'\n1", "grade id 'cell-1' will not do"),
        (f"# %% locked='{'a' * 65}'\n1", "will not do"),
        ("# %% points=2\n1", "has points=2, but nothing in it is graded"),
        ("# %% locked='a' points=2\n1", "has points=2, but nothing in it is graded"),
        ("# %% check='f'\ncheck('f', f)", "needs points, a whole number above 0"),
        ("# %% check='f' points=2.5\ncheck('f', f)", "got 2.5"),
        ("# %% check='f' points=0\ncheck('f', f)", "got 0"),
        ("# %% check='f' points=true\ncheck('f', f)", "got True"),
        ("# %% check='f' points=2\ncheck('g', f)", 'must hold one call, check("f", ...)'),
        ("# %% check='f' points=2\ncheck('f', f);", "no semicolon"),
        ("# %% check='f' points=2\nx = check('f', f)", 'must hold one call, check("f", ...)'),
        ("# %% check='f' points=2\ncheck('f', f", 'must hold one call, check("f", ...)'),
        ("# %% solution='f'\ndef f(): pass", "must enclose its solution"),
        (f"# %% solution='f'\n{BEGIN_SOLUTION}\n1", "must enclose its solution"),
        (f"# %% solution='f'\n{END_SOLUTION}\n1\n{BEGIN_SOLUTION}", "must enclose its solution"),
        (f"# %% solution='f'\n{BEGIN_SOLUTION}:\n1\n{END_SOLUTION}", "must enclose its solution"),
        (f"# %%\n{BEGIN_SOLUTION}\n1\n{END_SOLUTION}", "would be released as it is"),
        (f"# %% locked='a'\n{BEGIN_SOLUTION}\n1\n{END_SOLUTION}", "would be released as it is"),
        ("# %% [markdown] solution='f'\n# words", "a markdown cell cannot be solution='f'"),
        ("# %% answer='f' points=1\n1", "a code cell cannot be answer='f'"),
        ("# %% locked='a' solution='b'\n1", "A cell has one role"),
        ("# %% solutoin='f'\n1", "cannot read 'solutoin'"),
        ("# %% solution=f\n1", "cannot read 'solution=f'"),
        ("# %% the data\n1", "cannot read 'the data'"),
        ("# %% [raw]\n# raw", "raw cells have no place"),
    ],
)
def test_a_bad_cell_is_one_error_that_names_file_and_cell(tmp_path: Path, cell: str, problem: str) -> None:
    source = written(tmp_path, f"{cell}\n")
    with pytest.raises(BuildError) as caught:
        build(source)
    assert str(caught.value).startswith(f"{source}, cell ")
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_source_without_cells_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"sample\.py: holds no cells"):
        build(written(tmp_path, "\n"))


def test_a_source_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    source = written(tmp_path, "")
    source.write_bytes(b"# %%\n# caf\xe9\n")
    with pytest.raises(BuildError, match=r"sample\.py: not UTF-8 text"):
        build(source)


def test_build_all_writes_each_notebook_beside_its_source(tmp_path: Path) -> None:
    sources = [written(tmp_path, ONE_OF_EACH, name) for name in ("first", "second")]
    written(tmp_path, ONE_OF_EACH).rename(tmp_path / "assignments/sample/helper.py")
    notebooks = [source.with_suffix(".ipynb") for source in sources]
    assert stale(tmp_path) == notebooks
    assert build_all(tmp_path) == notebooks
    assert [path.read_bytes() for path in notebooks] == [build(source) for source in sources]
    assert stale(tmp_path) == []
    assert not (tmp_path / "assignments/sample/helper.ipynb").exists()


def test_an_edited_notebook_is_stale(tmp_path: Path) -> None:
    written(tmp_path, ONE_OF_EACH, "first")
    written(tmp_path, ONE_OF_EACH, "second")
    _, second = build_all(tmp_path)
    second.write_bytes(second.read_bytes() + b"\n")
    assert stale(tmp_path) == [second]
    assert stale(tmp_path, ["first"]) == []


def test_a_bad_source_leaves_all_notebooks_as_they_were(tmp_path: Path) -> None:
    written(tmp_path, ONE_OF_EACH, "first")
    written(tmp_path, "# %% solution\n1\n", "second")
    with pytest.raises(BuildError):
        build_all(tmp_path)
    assert not list(tmp_path.glob("**/*.ipynb"))


def test_an_unknown_assignment_is_an_error_that_lists_the_known(tmp_path: Path) -> None:
    written(tmp_path, ONE_OF_EACH, "first")
    with pytest.raises(BuildError, match=r"no such source\. The assignments with a source are: first\."):
        build_all(tmp_path, ["frist"])


def test_a_folder_without_assignments_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="Run this from the root of the course"):
        stale(tmp_path)


def test_the_command_builds_and_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = written(tmp_path, ONE_OF_EACH)
    monkeypatch.chdir(tmp_path)
    assert main(["--check"]) == 1
    assert "out of date: assignments/sample/sample.ipynb" in capsys.readouterr().err
    assert main(["sample"]) == 0
    assert capsys.readouterr().out == "built assignments/sample/sample.ipynb\n"
    assert main(["--check"]) == 0
    source.write_text("# %% solution\n1\n", encoding="utf-8")
    assert main([]) == 1
    assert "error: assignments/sample/sample.py, cell 1 ('1')" in capsys.readouterr().err


def test_the_committed_notebooks_are_what_their_sources_build() -> None:
    assert stale(ROOT) == []


def test_the_notebook_has_the_agreed_grade_ids_and_points(solved: Any) -> None:
    metadata = {cell.id: cell.metadata.nbgrader for cell in solved.cells if "nbgrader" in cell.metadata}
    assert {name: cell.points for name, cell in metadata.items() if cell.grade} == POINTS
    assert [name for name, cell in metadata.items() if cell.solution and not cell.grade] == FUNCTIONS
    assert [name for name, cell in metadata.items() if cell.locked] == [
        "setup",
        *(f"check_{name}" for name in FUNCTIONS),
        "training_loop",
        "check_training",
    ]


def test_the_grade_cells_are_the_agreed_calls(solved: Any) -> None:
    source = {cell.id: cell.source for cell in solved.cells}
    for name in FUNCTIONS:
        assert source[f"check_{name}"] == f'check("{name}", {name})'
    assert source["check_training"] == 'check("training", data_iter, linreg, squared_loss, sgd)'


def test_the_notebook_and_the_reference_hold_the_same_functions(solved: Any) -> None:
    reference = ast.parse((ROOT / "solutions/linreg.py").read_text(encoding="utf-8")).body
    expected = {node.name: ast.dump(node) for node in reference if isinstance(node, ast.FunctionDef)}
    cells = {cell.id: ast.parse(cell.source).body for cell in solved.cells if cell.id in FUNCTIONS}
    assert {name: [ast.dump(node) for node in body] for name, body in cells.items()} == {
        name: [expected[name]] for name in FUNCTIONS
    }


def test_the_release_holds_no_line_of_a_solution(solved: Any, released: Any) -> None:
    regions = re.findall(f"{BEGIN_SOLUTION}\n(.*?){END_SOLUTION}", SOURCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    secret = {line.strip("# ") for region in regions for line in region.splitlines()} - {""}
    assert len(regions) == len(FUNCTIONS) + 2
    shown = "\n".join(cell.source for cell in released.cells)
    assert {line for line in secret if line in shown} == set()
    assert "SOLUTION" not in shown
    assert secret <= {line.strip() for cell in solved.cells for line in cell.source.splitlines()}


def test_the_release_keeps_stubs_with_their_contracts(released: Any) -> None:
    cells = {cell.id: cell for cell in released.cells}
    for name in FUNCTIONS:
        [function] = ast.parse(cells[name].source).body
        assert isinstance(function, ast.FunctionDef)
        assert ast.get_docstring(function)
        assert cells[name].source.endswith("    # YOUR CODE HERE\n    raise NotImplementedError()")
    assert cells["why_reshape"].source == cells["last_batch"].source == "YOUR ANSWER HERE"
    assert cells["training_loop"].metadata.editable is cells["setup"].metadata.editable is False


def streams(notebook: Any, name: str) -> str:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.text for output in outputs if output.output_type == "stream" and output.name == name)


def run(notebook: Any, folder: Path) -> Any:
    """Run a copy of the notebook in a kernel that finds the stand-in for grader; an error in a cell is raised."""
    (folder / "grader.py").write_text(STAND_IN, encoding="utf-8")
    copy = nbformat.from_dict(notebook)
    NotebookClient(copy, kernel_name="python3", timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return copy


def pictures(notebook: Any) -> int:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@pytest.mark.slow
def test_the_solved_notebook_runs_and_learns(solved: Any, tmp_path: Path) -> None:
    done = run(solved, tmp_path)
    assert streams(done, "stderr") == ""
    assert "Not implemented yet" not in streams(done, "stdout")
    checked = re.findall(r"checked (\w+)", streams(done, "stdout"))
    assert checked == [*FUNCTIONS, "training"]
    assert pictures(done) == 5
    [final] = re.findall(r"epoch 3: mean loss (\S+)", streams(done, "stdout"))[:1]
    # The noise alone costs 0.01^2 / 2 = 5e-5 on average; over 1000 examples its standard deviation is 2.2e-6. What is
    # left of the first loss after three passes, 16.6 * 0.97^600, adds 2e-7.
    assert float(final) == pytest.approx(5e-5, abs=1.1e-5)


@pytest.mark.slow
def test_the_release_runs_unsolved_from_top_to_bottom(released: Any, tmp_path: Path) -> None:
    done = run(released, tmp_path)
    assert streams(done, "stderr") == ""
    # One line for each look at the student's functions: the batch, the model, the loss, the step, the training, and the
    # two explorations at the end.
    assert streams(done, "stdout").count("Not implemented yet.") == 7
    assert pictures(done) == 1
