"""Build the notebooks of a course from their py:percent sources: `python -m grader.build [NAME...]`.

The source of assignment NAME is `assignments/NAME/NAME.py`; the notebook, beside it, is a product and is never edited.
A cell of the source says what it is for on its `# %%` line, in one word and a name:

    # %% solution="sgd"                              students write the part between the solution markers
    # %% check="sgd" points=6                        one call, check("sgd", ...); its grade id is check_sgd
    # %% grade="own_tests" points=2                  any other code that is worth points
    # %% locked="setup"                              read-only, code or [markdown]
    # %% [markdown] answer="why_shuffle" points=3    an answer in words, graded by hand

and the builder writes out the metadata that nbgrader wants (its schema 3). A bare `# %%` is an ordinary cell.

Exceptions: `BuildError`, for a source that cannot become a notebook.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import jupytext
import nbformat
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import ClearSolutions

__all__ = ["BEGIN_SOLUTION", "END_SOLUTION", "BuildError", "build", "build_all", "main", "stale"]

BEGIN_SOLUTION: Final = "### BEGIN SOLUTION"
END_SOLUTION: Final = "### END SOLUTION"

# What each role means to nbgrader, and which cells may play it.
_ROLES: Final[dict[str, dict[str, bool]]] = {
    "solution": {"grade": False, "solution": True, "locked": False},
    "check": {"grade": True, "solution": False, "locked": True},
    "grade": {"grade": True, "solution": False, "locked": True},
    "locked": {"grade": False, "solution": False, "locked": True},
    "answer": {"grade": True, "solution": True, "locked": False},
}
_CELL_TYPES: Final[dict[str, tuple[str, ...]]] = {
    "solution": ("code",),
    "check": ("code",),
    "grade": ("code",),
    "locked": ("code", "markdown"),
    "answer": ("markdown",),
}

# Stricter than nbgrader, which takes an empty id: ids become cell ids (at most 64 characters) and parts of file names.
_GRADE_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
# Ids of this form are kept for the cells that have no grade id.
_COUNTED_ID: Final = re.compile(r"cell-[0-9]+")

_NOTEBOOK_METADATA: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class BuildError(Exception):
    """A source cannot become a notebook.

    source: the file at fault. cell: which of its cells, counted from 1, with its first line; None where the fault is
    the file's. problem: what is wrong and what to do.
    """

    def __init__(self, source: Path, problem: str, *, cell: str | None = None) -> None:
        super().__init__(source, problem, cell)
        self.source = source
        self.problem = problem
        self.cell = cell

    def __str__(self) -> str:
        place = f"{self.source}, {self.cell}" if self.cell else f"{self.source}"
        return f"{place}: {self.problem}"


class _Fault(Exception):
    """What is wrong with one cell; `build` adds the file and the cell."""


def build(source: Path) -> bytes:
    """Return the notebook of one py:percent source, as the bytes of its file; nothing is written.

    The same source gives the same bytes: no outputs, no execution counts, cell ids made from the grade ids or from a
    counter, one newline at the end. BuildError tells which cell is at fault, and OSError that the file is unreadable.
    """
    try:
        script = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    except UnicodeDecodeError as error:
        raise BuildError(source, f"not UTF-8 text ({error}). Save the file as UTF-8.") from error
    if not any(cell.source.strip() for cell in script.cells):
        raise BuildError(source, "holds no cells. Start each cell with a line '# %%' or '# %% [markdown]'.")

    cells: list[Any] = []
    seen: dict[str, int] = {}
    for number, raw in enumerate(script.cells, start=1):
        first_line = raw.source.strip().partition("\n")[0]
        try:
            cell = _cell(raw, number)
            if cell.id in seen:
                raise _Fault(f"grade id '{cell.id}' is already that of cell {seen[cell.id]}. Each id names one cell.")
        except _Fault as fault:
            raise BuildError(source, str(fault), cell=f"cell {number} ({first_line!r})") from fault
        seen[cell.id] = number
        cells.append(cell)

    notebook = nbformat.v4.new_notebook(cells=cells, metadata=_NOTEBOOK_METADATA)
    try:
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
    except (nbformat.ValidationError, ValidationError) as error:  # a slip of ours, or an nbgrader with other rules
        raise BuildError(source, f"the notebook built from it is not valid: {error}") from error
    return f"{nbformat.writes(notebook).rstrip()}\n".encode()


def build_all(root: Path, names: Iterable[str] = ()) -> list[Path]:
    """Write the notebooks of the course at `root`, or only of the assignments in `names`; return all their paths.

    Every source is read before any notebook is written, so that a BuildError leaves the notebooks as they were.
    """
    built = {source.with_suffix(".ipynb"): build(source) for source in _sources(root, names)}
    for notebook, content in built.items():
        notebook.write_bytes(content)
    return list(built)


def stale(root: Path, names: Iterable[str] = ()) -> list[Path]:
    """Return the notebooks of the course at `root` that are missing or differ from their source; nothing is written."""
    notebooks = {source.with_suffix(".ipynb"): build(source) for source in _sources(root, names)}
    return [path for path, content in notebooks.items() if not path.is_file() or path.read_bytes() != content]


def _sources(root: Path, names: Iterable[str]) -> list[Path]:
    """Return the sources under root/assignments, sorted; a name without one is a BuildError."""
    folder = root / "assignments"
    known = {path.stem: path for path in sorted(folder.glob("*/*.py")) if path.stem == path.parent.name}
    wanted = list(names) or list(known)
    for name in wanted:
        if name not in known:
            there = f"The assignments with a source are: {', '.join(known) or 'none'}."
            raise BuildError(folder / name / f"{name}.py", f"no such source. {there}")
    if not wanted:
        raise BuildError(folder, "no sources here. Run this from the root of the course, which holds assignments/.")
    return [known[name] for name in wanted]


def _cell(raw: Any, number: int) -> Any:
    """Return the notebook cell for one cell that jupytext read, the `number`-th of its source."""
    if raw.cell_type not in ("code", "markdown"):
        raise _Fault(f"{raw.cell_type} cells have no place in an assignment. Make it '# %%' or '# %% [markdown]'.")
    marks = {key: value for key, value in raw.metadata.items() if key != "lines_to_next_cell"}
    points = marks.pop("points", None)
    strange = [f"{value}" if key in ("title", "incorrectly_encoded_metadata") else key for key, value in marks.items()]
    strange = [word for word in strange if word not in _ROLES]
    if strange:
        raise _Fault(
            f"cannot read {', '.join(map(repr, strange))} on its '# %%' line. Write one of "
            f'{", ".join(_ROLES)} with a quoted name, such as solution="sgd", and points where they are due.'
        )
    if "title" in marks or not all(isinstance(value, str) and value for value in marks.values()):
        raise _Fault('its grade id is missing. Give the role a quoted name, such as solution="sgd".')
    if len(marks) > 1:
        raise _Fault(f"is {' and '.join(marks)} at once. A cell has one role.")

    new_cell = nbformat.v4.new_code_cell if raw.cell_type == "code" else nbformat.v4.new_markdown_cell
    if not marks:
        _check_points(points, graded=False)
        _check_markers(raw.source, allowed=False)
        return new_cell(raw.source, id=f"cell-{number}")
    [(role, name)] = marks.items()
    metadata = _nbgrader_metadata(role, name, points, raw.cell_type, raw.source)
    return new_cell(raw.source, id=metadata["grade_id"], metadata={"nbgrader": metadata})


def _nbgrader_metadata(role: str, name: str, points: object, cell_type: str, source: str) -> dict[str, object]:
    """Return the schema 3 metadata of a cell with a role, having checked that the cell can play it."""
    grade_id = f"check_{name}" if role == "check" else name
    flags = _ROLES[role]
    if not _GRADE_ID.fullmatch(grade_id) or _COUNTED_ID.fullmatch(grade_id):
        raise _Fault(
            f"grade id {grade_id!r} will not do. Use a letter, then letters, digits, '_' or '-', at most 64 in all, "
            "and not 'cell-' with a number, which ordinary cells are called."
        )
    if cell_type not in _CELL_TYPES[role]:
        raise _Fault(f"a {cell_type} cell cannot be {role}={name!r}; only {' or '.join(_CELL_TYPES[role])} can.")
    _check_points(points, graded=flags["grade"])
    _check_markers(source, allowed=flags["solution"])
    if role == "check" and not _is_check_call(source, name):
        raise _Fault(f'must hold one call, check("{name}", ...), and no semicolon: the points are the call\'s value.')
    metadata: dict[str, object] = {
        "schema_version": 3,
        "grade_id": grade_id,
        **flags,
        "task": False,
        "cell_type": cell_type,
    }
    return metadata | {"points": points} if flags["grade"] else metadata


def _check_points(points: object, *, graded: bool) -> None:
    if not graded and points is not None:
        raise _Fault(f"has points={points!r}, but nothing in it is graded. Only check, grade and answer earn points.")
    if graded and (type(points) is not int or points < 1):
        raise _Fault(f"needs points, a whole number above 0, on its '# %%' line; got {points!r}.")


def _check_markers(source: str, *, allowed: bool) -> None:
    """Check that solution markers come in pairs, alone on their lines, where they are allowed, and only there.

    nbgrader takes any line that holds the words for a marker, so a marker with a slip in it is looked for as well.
    """
    begin_words = ClearSolutions.begin_solution_delimeter.default_value
    end_words = ClearSolutions.end_solution_delimeter.default_value
    markers = [line.strip() for line in source.splitlines() if begin_words in line or end_words in line]
    if markers and not allowed:
        raise _Fault(f"holds {markers[0]!r} but is neither a solution nor an answer, so it would be released as it is.")
    if allowed and (not markers or markers != [BEGIN_SOLUTION, END_SOLUTION] * (len(markers) // 2)):
        found = ", ".join(map(repr, markers)) or "none"
        raise _Fault(f"must enclose its solution in lines '{BEGIN_SOLUTION}' and '{END_SOLUTION}'; found {found}.")


def _is_check_call(source: str, part: str) -> bool:
    """Tell whether a cell's value is that of check(part, ...); a semicolon at its end would hide the value."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return False
    match statements:
        case [ast.Expr(ast.Call(func=ast.Name(id="check"), args=[ast.Constant(value=first), *_]))]:
            return bool(first == part) and not source.rstrip().endswith(";")
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the notebooks of the course in the working folder; return the exit code, 0 unless something is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m grader.build", description="Build the notebooks from their sources."
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="an assignment; all of them if none is named")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a notebook is out of date")
    options = parser.parse_args(arguments)
    root = Path()
    try:
        if not options.check:
            for path in build_all(root, options.names):
                print(f"built {path}")
            return 0
        differing = stale(root, options.names)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for path in differing:
        print(f"out of date: {path}. Run python -m grader.build.", file=sys.stderr)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
